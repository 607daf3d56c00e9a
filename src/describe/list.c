/* SPDX-License-Identifier: MIT */
/*
 * The lists that Identify returns, in words: namespaces, controllers, identification descriptors, NVM sets, primary and
 * secondary controllers, granularity, UUIDs, domains, endurance groups. A list's count is the device's word: it is
 * followed up to the end of the structure at most.
 *
 * Base, sections 4.6.1, 4.6.2, 5.1.13.2.3, 5.1.13.2.4, 5.1.13.2.13 to 5.1.13.2.16, 5.1.13.3.1 and 5.1.13.3.2.
 */
#include "engine.h"

#include <lwnvme/spec_identify.h>

void lwnvme_describe_namespace_list(struct lwnvme_describe *describe,
                                    const struct lwnvme_identify_namespace_list *list)
{
    uint32_t count = 0;

    while (count < LWNVME_NAMESPACE_LIST_ENTRIES && lwnvme_le32_get(&list->nsid[count]) != 0) {
        count++;
    }
    lwnvme_describe_array(describe, "nsid_list", "4u nsid;", list->nsid, sizeof(list->nsid), count);
}

void lwnvme_describe_controller_list(struct lwnvme_describe *describe,
                                     const struct lwnvme_identify_controller_list *list)
{
    const uint32_t count = lwnvme_le16_get(&list->numid);

    lwnvme_describe_number(describe, "num_ctrl", count);
    lwnvme_describe_array(describe, "ctrl_list", "2u ctrl_id;", list->cntlid, sizeof(list->cntlid), count);
}

/* One descriptor of known length in words. */
static void lwnvme_describe_descriptor_value(struct lwnvme_describe *describe, uint8_t type,
                                             const uint8_t *value, size_t length)
{
    const char *layout = lwnvme_describe_pick(lwnvme_describe_descriptor_values, type);

    if (layout != NULL) {
        lwnvme_describe_layout(describe, layout, value, length);
    }
}

void lwnvme_describe_namespace_descriptors(struct lwnvme_describe *describe, const void *descriptors,
                                           size_t length)
{
    const uint8_t *data = (const uint8_t *)descriptors;
    size_t at = 0;

    lwnvme_describe_list(describe, "ns-descs");
    while (length - at >= sizeof(struct lwnvme_namespace_descriptor) && data[at] != 0) {
        const size_t value_bytes = data[at + 1u];
        const size_t value_at = at + sizeof(struct lwnvme_namespace_descriptor);

        lwnvme_describe_section(describe, NULL);
        describe->name_width = 5; /* of the longest name below */
        lwnvme_describe_number(describe, "loc", at);
        lwnvme_describe_layout(describe, lwnvme_describe_descriptor_head, &data[at], 2);
        if (value_bytes != 0 && value_bytes <= length - value_at) {
            lwnvme_describe_descriptor_value(describe, data[at], &data[value_at], value_bytes);
        }
        lwnvme_describe_end(describe);
        if (value_bytes > length - value_at) {
            break;
        }
        at = value_at + value_bytes;
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_nvm_set_list(struct lwnvme_describe *describe,
                                  const struct lwnvme_identify_nvm_set_list *list)
{
    const uint32_t count = list->numid;

    lwnvme_describe_number(describe, "nid", count);
    lwnvme_describe_array(describe, "NVMSet", lwnvme_describe_nvm_set_layout, list->entry,
                          sizeof(list->entry), count);
}

void lwnvme_describe_primary_controller(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_primary_controller *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_primary_layout, identify, sizeof(*identify));
}

void lwnvme_describe_secondary_controller_list(struct lwnvme_describe *describe,
                                               const struct lwnvme_identify_secondary_controller_list *list)
{
    const uint32_t count = list->numid;

    lwnvme_describe_number(describe, "num", count);
    lwnvme_describe_array(describe, "secondary-controllers", lwnvme_describe_secondary_layout, list->entry,
                          sizeof(list->entry), count);
}

void lwnvme_describe_granularity_list(struct lwnvme_describe *describe,
                                      const struct lwnvme_identify_granularity_list *list)
{
    const uint32_t count = list->numd + 1u;

    lwnvme_describe_layout(describe, lwnvme_describe_granularity_head, list, sizeof(*list));
    lwnvme_describe_array(describe, "namespace-granularity-list", lwnvme_describe_granularity_layout,
                          list->entry, sizeof(list->entry), count);
}

static bool lwnvme_describe_is_zero(const uint8_t *bytes, size_t length)
{
    uint8_t any = 0;

    for (; length > 0; length--) {
        any |= bytes[length - 1u];
    }
    return any == 0;
}

void lwnvme_describe_uuid_list(struct lwnvme_describe *describe, const struct lwnvme_identify_uuid_list *list)
{
    uint32_t count = 0;

    while (count < LWNVME_UUID_LIST_ENTRIES &&
           !lwnvme_describe_is_zero(list->entry[count].uuid, sizeof(list->entry[0].uuid))) {
        count++;
    }
    lwnvme_describe_array(describe, "UUID-list", lwnvme_describe_uuid_layout, list->entry,
                          sizeof(list->entry), count);
}

void lwnvme_describe_domain_list(struct lwnvme_describe *describe,
                                 const struct lwnvme_identify_domain_list *list)
{
    const uint32_t count = list->numid;

    lwnvme_describe_number(describe, "num_dom_entries", count);
    lwnvme_describe_array(describe, "domain_list", lwnvme_describe_domain_layout, list->entry,
                          sizeof(list->entry), count);
}

void lwnvme_describe_endurance_group_list(struct lwnvme_describe *describe,
                                          const struct lwnvme_identify_endurance_group_list *list)
{
    const uint32_t count = lwnvme_le16_get(&list->numid);

    lwnvme_describe_number(describe, "num_endgrp_id", count);
    lwnvme_describe_array(describe, "endgrp_list", "2u endgrp_id;", list->endgid, sizeof(list->endgid),
                          count);
}

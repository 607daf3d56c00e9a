/* SPDX-License-Identifier: MIT */
/*
 * Identify Namespace in words: the NVM command set's, and the one that is the same for all command sets. The number of
 * LBA formats is the device's word, bounded by the array.
 *
 * NVM, section 4.1.5 "Identify Command"; Base, section 5.1.13.2.8.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_LBA_FORMATS 64u

static void lwnvme_describe_lba_formats(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_namespace *identify)
{
    const uint32_t count = identify->nlbaf + identify->nulbaf + 1u;
    uint32_t in_use = lwnvme_field_get(identify->flbas, LWNVME_FLBAS_FIDXL);
    uint32_t index;

    if (count > 16u) {
        in_use |= lwnvme_field_get(identify->flbas, LWNVME_FLBAS_FIDXU) << 4;
    }
    lwnvme_describe_list(describe, "lbafs");
    for (index = 0; index < count && index < LWNVME_DESCRIBE_LBA_FORMATS; index++) {
        if (index == in_use) {
            lwnvme_describe_remark(describe, "in use");
        }
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_layout(describe, lwnvme_describe_lba_format_layout, &identify->lbaf[index],
                               sizeof(identify->lbaf[index]));
        lwnvme_describe_end(describe);
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_independent_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_independent_namespace *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_independent_layout, identify, sizeof(*identify));
}

void lwnvme_describe_identify_namespace(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_namespace *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_lba_formats(describe, identify);
}

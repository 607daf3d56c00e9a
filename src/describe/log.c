/* SPDX-License-Identifier: MIT */
/*
 * Log pages with a state or a history, in words: self-test, telemetry, endurance, predictable latency, ANA, LBA status,
 * boot partition, rotation, reservations, sanitize, zones. Lists within are followed to the end of the
 * memory that the caller gave, whatever their counts say.
 *
 * Base, sections 5.1.12.1.7 to 5.1.12.1.33; ZNS, "Changed Zone List".
 */
#include "engine.h"

static void lwnvme_describe_self_test_result(struct lwnvme_describe *describe,
                                             const struct lwnvme_self_test_log_result *result)
{
    lwnvme_describe_layout(describe, lwnvme_describe_self_test_result_layout, result, sizeof(*result));
    if ((result->vdi & LWNVME_SELF_TEST_VDI_NSID) != 0) {
        lwnvme_describe_number(describe, "Namespace Identifier", lwnvme_le32_get(&result->nsid));
    }
    if ((result->vdi & LWNVME_SELF_TEST_VDI_FLBA) != 0) {
        lwnvme_describe_number(describe, "Failing LBA", lwnvme_le64_get(&result->flba));
    }
    if ((result->vdi & LWNVME_SELF_TEST_VDI_SCT) != 0) {
        lwnvme_describe_number(describe, "Status Code Type", result->sct);
    }
    if ((result->vdi & LWNVME_SELF_TEST_VDI_SC) != 0) {
        lwnvme_describe_remark(
            describe, lwnvme_status_string((int)(((uint32_t)result->sct & 7u) << 8 | (uint32_t)result->sc)));
        lwnvme_describe_number(describe, "Status Code", result->sc);
    }
    lwnvme_describe_number(describe, "Vendor Specific", (uint32_t)result->vs[1] << 8 | result->vs[0]);
}

void lwnvme_describe_self_test_log(struct lwnvme_describe *describe, const struct lwnvme_self_test_log *log)
{
    uint32_t i;

    lwnvme_describe_layout(describe, lwnvme_describe_self_test_layout, log, sizeof(*log));
    lwnvme_describe_list(describe, "List of Valid Reports");
    for (i = 0; i < LWNVME_SELF_TEST_RESULTS; i++) {
        if (lwnvme_field_get(log->result[i].dsts, LWNVME_SELF_TEST_DSTS_RESULT) !=
            LWNVME_SELF_TEST_RESULT_UNUSED) {
            lwnvme_describe_section(describe, NULL);
            lwnvme_describe_self_test_result(describe, &log->result[i]);
            lwnvme_describe_end(describe);
        }
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_telemetry_header(struct lwnvme_describe *describe,
                                      const struct lwnvme_telemetry_header *header)
{
    lwnvme_describe_layout(describe, lwnvme_describe_telemetry_layout, header, sizeof(*header));
    lwnvme_describe_layout(describe,
                           header->lid == LWNVME_LOG_TELEMETRY_HOST ? lwnvme_describe_telemetry_host
                                                                    : lwnvme_describe_telemetry_controller,
                           &header->ths, sizeof(*header) - offsetof(struct lwnvme_telemetry_header, ths));
}

void lwnvme_describe_endurance_group_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_endurance_group_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_endurance_layout, log, sizeof(*log));
}

void lwnvme_describe_aggregate_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_aggregate_header *header = (const struct lwnvme_aggregate_header *)log;
    uint64_t count;

    if (length < sizeof(*header)) {
        return;
    }
    count = lwnvme_le64_get(&header->nument);
    lwnvme_describe_number(describe, "num_entries_avail", count);
    lwnvme_describe_array(describe, "list_of_entries", "2u entry;", header + 1, length - sizeof(*header),
                          count);
}

void lwnvme_describe_predictable_latency_log(struct lwnvme_describe *describe,
                                             const struct lwnvme_predictable_latency_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_latency_layout, log, sizeof(*log));
}

static const char *lwnvme_describe_ana_state(const struct lwnvme_ana_group *group)
{
    switch (lwnvme_field_get(group->anas, LWNVME_ANA_STATE)) {
    case LWNVME_ANA_OPTIMIZED:
        return "optimized";
    case LWNVME_ANA_NON_OPTIMIZED:
        return "non-optimized";
    case LWNVME_ANA_INACCESSIBLE:
        return "inaccessible";
    case LWNVME_ANA_PERSISTENT_LOSS:
        return "persistent-loss";
    case LWNVME_ANA_CHANGE:
        return "change";
    default:
        return "invalid state";
    }
}

/* One group; returns the bytes that it takes up, 0 if it is not wholly there. */
static size_t lwnvme_describe_ana_group(struct lwnvme_describe *describe, const uint8_t *data, size_t length)
{
    const struct lwnvme_ana_group *group = (const struct lwnvme_ana_group *)(const void *)data;
    uint64_t nsid_bytes;

    if (length < sizeof(*group)) {
        return 0;
    }
    nsid_bytes = (uint64_t)lwnvme_le32_get(&group->nnsid) * 4u;
    length -= sizeof(*group);
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_ana_group_layout, group, sizeof(*group));
    lwnvme_describe_words(describe, "state", lwnvme_describe_ana_state(group));
    lwnvme_describe_array(describe, "NSIDS", "4u nsid;", group + 1, length, nsid_bytes >> 2);
    lwnvme_describe_end(describe);
    return nsid_bytes <= length ? sizeof(*group) + (size_t)nsid_bytes : 0;
}

void lwnvme_describe_ana_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_ana_header *header = (const struct lwnvme_ana_header *)log;
    size_t at = sizeof(*header);
    size_t step = 1;
    uint32_t left;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_layout(describe, "8u chgcnt;2u ngrps;", header, sizeof(*header));
    lwnvme_describe_list(describe, "ANA DESC LIST ");
    for (left = lwnvme_le16_get(&header->nagd); left > 0 && step != 0; left--) {
        step = lwnvme_describe_ana_group(describe, (const uint8_t *)log + at, length - at);
        at += step;
    }
    lwnvme_describe_end(describe);
}

/* One namespace's element; returns the bytes that it takes up, 0 if it is not wholly there. */
static size_t lwnvme_describe_lba_element(struct lwnvme_describe *describe, const uint8_t *data,
                                          size_t length)
{
    const struct lwnvme_lba_status_log_element *element =
        (const struct lwnvme_lba_status_log_element *)(const void *)data;
    uint64_t count;
    uint64_t range_bytes;

    if (length < sizeof(*element)) {
        return 0;
    }
    count = lwnvme_le32_get(&element->nlrd);
    if (count == LWNVME_LBA_STATUS_UNKNOWN) {
        count = 0;
    }
    range_bytes = count * sizeof(struct lwnvme_lba_status_log_range);
    length -= sizeof(*element);
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_lba_element_layout, element, sizeof(*element));
    lwnvme_describe_array(describe, "descs", "8u rslba;4z rnlb[blocks];4-;", element + 1, length, count);
    lwnvme_describe_end(describe);
    return range_bytes <= length ? sizeof(*element) + (size_t)range_bytes : 0;
}

void lwnvme_describe_lba_status_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_lba_status_log_header *header = (const struct lwnvme_lba_status_log_header *)log;
    size_t at = sizeof(*header);
    size_t step = 1;
    uint32_t left;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_layout(describe, lwnvme_describe_lba_status_head, header, sizeof(*header));
    lwnvme_describe_list(describe, "ns_elements");
    for (left = lwnvme_le32_get(&header->nlslne); left > 0 && step != 0; left--) {
        step = lwnvme_describe_lba_element(describe, (const uint8_t *)log + at, length - at);
        at += step;
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_boot_partition_header(struct lwnvme_describe *describe,
                                           const struct lwnvme_boot_partition_header *header)
{
    lwnvme_describe_layout(describe, lwnvme_describe_boot_partition_layout, header, sizeof(*header));
}

void lwnvme_describe_rotational_media_log(struct lwnvme_describe *describe,
                                          const struct lwnvme_rotational_media_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_rotational_layout, log, sizeof(*log));
}

void lwnvme_describe_reservation_notification_log(struct lwnvme_describe *describe,
                                                  const struct lwnvme_reservation_notification_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_reservation_layout, log, sizeof(*log));
}

void lwnvme_describe_sanitize_status_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_sanitize_status_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_sanitize_layout, log, sizeof(*log));
    lwnvme_describe_section(describe, "sstat");
    lwnvme_describe_layout(describe, lwnvme_describe_sanitize_status_layout, &log->sstat, sizeof(log->sstat));
    lwnvme_describe_end(describe);
    lwnvme_describe_layout(describe, lwnvme_describe_sanitize_rest_layout, &log->scdw10,
                           sizeof(*log) - offsetof(struct lwnvme_sanitize_status_log, scdw10));
}

void lwnvme_describe_changed_zones_log(struct lwnvme_describe *describe,
                                       const struct lwnvme_changed_zones_log *log)
{
    const uint16_t count = lwnvme_le16_get(&log->nrzid);

    lwnvme_describe_layout(describe, lwnvme_describe_changed_zones_head, log, sizeof(*log));
    lwnvme_describe_array(describe, "zid_list", "8u zid;", log->zid, sizeof(log->zid),
                          count != LWNVME_CHANGED_ZONES_TOO_MANY ? count : 0u);
}

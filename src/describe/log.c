/* SPDX-License-Identifier: MIT */
/*
 * Log pages with a state or a history, in words: self-test, telemetry, endurance, predictable latency, ANA, LBA status,
 * boot partition, rotation, reservations, sanitize, zones. Lists within are followed to the end of the
 * memory that the caller gave, whatever their counts say.
 *
 * Base, sections 5.1.12.1.7 to 5.1.12.1.33; ZNS, "Changed Zone List".
 */
#include "engine.h"

static const char lwnvme_describe_self_test_layout[] =
    "1u Current Device Self-Test Operation:3:0=0 none under way|3:0=1 short|3:0=2 extended|"
    "3:0=3 host-initiated refresh|3:0=14 vendor specific;1u Current Device Self-Test Completion[%];";

static const char lwnvme_describe_self_test_result_layout[] =
    "&1u@3:0 Self test result:=0 completed without error|=1 aborted by a command|=2 aborted by a reset|"
    "=3 aborted, namespace removed|=4 aborted by Format NVM|=5 fatal error, did not complete|"
    "=6 failed, segment unknown|=7 failed in a segment|=8 aborted, reason unknown|"
    "=9 aborted by a sanitize;1u@7:4 Self test code:=1 short|=2 extended|=3 host-initiated refresh|"
    "=14 vendor specific;1u Segment number;1x Valid Diagnostic Information:0 namespace|1 LBA|"
    "2 status code type|3 status code;1-;8u Power on hours[h];";

static const char lwnvme_describe_telemetry_layout[] =
    "1x lid;4-;3x ieee;2u da1lb[blocks];2u da2lb[blocks];2u da3lb[blocks];2-;4u da4lb[blocks];360-;";

static const char lwnvme_describe_endurance_layout[] =
    "1x critical_warning:0 available spare is low|2 reliability degraded|3 read-only;"
    "1x endurance_group_features:0 rotational media;1-;1u avl_spare[%];1u avl_spare_threshold[%];"
    "1u percent_used[%];2u domain_identifier;24-;16u endurance_estimate[x 10^9 bytes];"
    "16u data_units_read[x 10^9 bytes];16u data_units_written[x 10^9 bytes];"
    "16u media_units_written[x 10^9 bytes];16u host_read_cmds;16u host_write_cmds;"
    "16u media_data_integrity_err;16u num_err_info_log_entries;16b total_end_grp_cap[bytes];"
    "16b unalloc_end_grp_cap[bytes];";

static const char lwnvme_describe_latency_layout[] =
    "1u status:2:0=0 not used|2:0=1 deterministic window|2:0=2 non-deterministic window;1-;"
    "2x event_type:0 reads warning|1 writes warning|2 time warning|14 attributes exceeded|15 excursion;"
    "28-;8u dtwin_reads_typical;8u dtwin_writes_typical;8u dtwin_time_maximum[ms];"
    "8u ndwin_time_minimum_high[ms];8u ndwin_time_minimum_low[ms];56-;8u dtwin_reads_estimate;"
    "8u dtwin_writes_estimate;8u dtwin_time_estimate[ms];";

static const char lwnvme_describe_rotational_layout[] =
    "2u endgid;2u numa[actuators];2u nrs[rpm]:=0 not reported|=1 not rotational;2-;4u spinc;4u fspinc;"
    "4u ldc;4u fldc;";

static const char lwnvme_describe_reservation_layout[] =
    "8u count;1u rn_log_type:=0 empty|=1 registration preempted|=2 reservation released|"
    "=3 reservation preempted;1u num_logs;2-;4x nsid;";

static const char lwnvme_describe_sanitize_layout[] = "2u sprog[/ 65536]:=65535 none under way;";

static const char lwnvme_describe_sanitize_status_layout[] =
    "&2u@2:0 status:=0 never sanitized|=1 completed successfully|=2 in progress|=3 failed|"
    "=4 completed, deallocated against no-deallocate;&2u@7:3 no_cmplted_passes;"
    "&2u@8:8 global_erased:=1 nothing written since;2u@9:9 mvcncld;";

static const char lwnvme_describe_sanitize_rest_layout[] =
    "4x cdw10_info:2:0=1 exit failure mode|2:0=2 block erase|2:0=3 overwrite|2:0=4 crypto erase|"
    "2:0=5 exit media verification|3 unrestricted exit|9 no deallocate;"
    "4u time_over_write[s]:=4294967295 not reported;4u time_block_erase[s]:=4294967295 not reported;"
    "4u time_crypto_erase[s]:=4294967295 not reported;"
    "4u time_over_write_no_dealloc[s]:=4294967295 not reported;"
    "4u time_block_erase_no_dealloc[s]:=4294967295 not reported;"
    "4u time_crypto_erase_no_dealloc[s]:=4294967295 not reported;4u etpvds[s]:=4294967295 not reported;"
    "&1u@3:0 sans:=0 idle|=1 restricted processing|=2 restricted failure|=3 unrestricted processing|"
    "=4 unrestricted failure|=5 media verification|=6 post-verification deallocation;1u@7:4 fails;";

/* Bytes of a list that follows a header, 0 if not even the header is whole. */
static size_t lwnvme_describe_behind(size_t length, size_t header_bytes)
{
    return length > header_bytes ? length - header_bytes : 0;
}

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
                           header->lid == LWNVME_LOG_TELEMETRY_HOST
                               ? "1u ths;1u hdgn;1u cda;1u cdgn;128s rid;"
                               : "1-;1u tcs;1u cda;1u cdgn;128s rid;",
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
    struct lwnvme_describe_span entries = {header + 1, lwnvme_describe_behind(length, sizeof(*header)), 2u,
                                           0};

    if (length < sizeof(*header)) {
        return;
    }
    entries.count = lwnvme_le64_get(&header->nument);
    lwnvme_describe_number(describe, "num_entries_avail", entries.count);
    lwnvme_describe_array(describe, "list_of_entries", "2u entry;", &entries);
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
    struct lwnvme_describe_span nsids = {NULL, lwnvme_describe_behind(length, sizeof(*group)), 4u, 0};

    if (length < sizeof(*group)) {
        return 0;
    }
    nsids.data = group + 1;
    nsids.count = lwnvme_le32_get(&group->nnsid);
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, "4u grpid;4u nnsids;8u chgcnt;", group, sizeof(*group));
    lwnvme_describe_words(describe, "state", lwnvme_describe_ana_state(group));
    lwnvme_describe_array(describe, "NSIDS", "4u nsid;", &nsids);
    lwnvme_describe_end(describe);
    return nsids.count * 4u <= nsids.length ? sizeof(*group) + (size_t)nsids.count * 4u : 0;
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
    const size_t range_bytes = sizeof(struct lwnvme_lba_status_log_range);
    struct lwnvme_describe_span ranges = {NULL, lwnvme_describe_behind(length, sizeof(*element)), range_bytes,
                                          0};

    if (length < sizeof(*element)) {
        return 0;
    }
    ranges.data = element + 1;
    ranges.count = lwnvme_le32_get(&element->nlrd);
    if (ranges.count == LWNVME_LBA_STATUS_UNKNOWN) {
        ranges.count = 0;
    }
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, "4u neid;4u nlrd:=4294967295 the whole namespace;1x ratype;", element,
                           sizeof(*element));
    lwnvme_describe_array(describe, "descs", "8u rslba;4z rnlb[blocks];", &ranges);
    lwnvme_describe_end(describe);
    return ranges.count * range_bytes <= ranges.length ? sizeof(*element) + (size_t)ranges.count * range_bytes
                                                       : 0;
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
    lwnvme_describe_layout(describe,
                           "4u lslplen[bytes];4u nlslne;4u estulb[blocks]:=4294967295 unknown;2-;2u lsgc;",
                           header, sizeof(*header));
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
    lwnvme_describe_layout(describe, "1x lid;3-;&4u@31:31 abpid;4u@14:0 bpsz[x 128 KiB];", header,
                           sizeof(*header));
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
    const struct lwnvme_describe_span zones = {log->zid, sizeof(log->zid), sizeof(log->zid[0]),
                                               count != LWNVME_CHANGED_ZONES_TOO_MANY ? count : 0u};

    lwnvme_describe_layout(describe, "2u nrzid:=65535 too many to list;", log, sizeof(*log));
    lwnvme_describe_array(describe, "zid_list", "8u zid;", &zones);
}

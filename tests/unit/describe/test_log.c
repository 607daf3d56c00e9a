/* SPDX-License-Identifier: MIT */
/* Log pages with a state or a history, in words. */
#include "describe_support.h"

static void self_test_results_that_are_in_use(void **state)
{
    static struct lwnvme_self_test_log log;
    struct collect *collect = collect_start();

    (void)state;
    for (int i = 0; i < 20; i++) {
        log.result[i].dsts = 0x0f;
    }
    log.cdsto = 1;
    log.cdstc = 40;
    log.result[0].dsts = 0x27;
    log.result[0].segn = 3;
    log.result[0].vdi = 0x0f;
    lwnvme_le64_set(&log.result[0].poh, 100);
    lwnvme_le32_set(&log.result[0].nsid, 1);
    lwnvme_le64_set(&log.result[0].flba, 77);
    log.result[0].sct = 2;
    log.result[0].sc = 0x81;
    log.result[0].vs[1] = 1;
    log.result[1].dsts = 0x10;
    lwnvme_describe_self_test_log(&collect->text.describe, &log);
    lwnvme_describe_self_test_log(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "Current Device Self-Test Operation  : 1 (short)");
    expect_line(collect, "Current Device Self-Test Completion : 40 %");
    expect_line(collect, "    Self test result             : 7 (failed in a segment)");
    expect_line(collect, "    Self test code               : 2 (extended)");
    expect_line(collect, "    Failing LBA                  : 77");
    expect_line(collect, "    Status Code                  : 129 (media error: unrecovered read error)");
    expect_line(collect, "    Vendor Specific              : 256");
    expect_line(collect, "    Self test result             : 0 (completed without error)");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void telemetry_of_the_host_and_of_the_controller(void **state)
{
    static struct lwnvme_telemetry_header header;
    struct collect *collect = collect_start();

    (void)state;
    header.lid = 7;
    header.ieee[0] = 0xef;
    lwnvme_le16_set(&header.da1lb, 10);
    lwnvme_le32_set(&header.da4lb, 40);
    header.ths = 1;
    header.hdgn = 2;
    header.cda = 3;
    header.cdgn = 4;
    memcpy(header.rid, "reason\x1b", 7);
    lwnvme_describe_telemetry_header(&collect->text.describe, &header);
    lwnvme_describe_telemetry_header(&collect->json.describe, &header);
    collect_check(collect);
    assert_int_equal(json_number(collect, "da1lb"), 10);
    assert_int_equal(json_number(collect, "da4lb"), 40);
    assert_int_equal(json_number(collect, "ths"), 1);
    assert_int_equal(json_number(collect, "hdgn"), 2);
    assert_int_equal(json_number(collect, "cdgn"), 4);
    expect_json(collect, "\"rid\": \"reason.\"");
    collect_free(collect);
    collect = collect_start();
    header.lid = 8;
    lwnvme_describe_telemetry_header(&collect->json.describe, &header);
    collect_check(collect);
    assert_int_equal(json_number(collect, "tcs"), 2);
    assert_int_equal(json_number(collect, "cda"), 3);
    collect_free(collect);
}

static void endurance_groups(void **state)
{
    static const struct {
        const char *name;
        size_t at;
    } fields[] = {
        {"critical_warning", 0},
        {"endurance_group_features", 1},
        {"avl_spare", 3},
        {"avl_spare_threshold", 4},
        {"percent_used", 5},
        {"domain_identifier", 6},
        {"endurance_estimate", 32},
        {"data_units_read", 48},
        {"data_units_written", 64},
        {"media_units_written", 80},
        {"host_read_cmds", 96},
        {"host_write_cmds", 112},
        {"media_data_integrity_err", 128},
        {"num_err_info_log_entries", 144},
        {"total_end_grp_cap", 160},
        {"unalloc_end_grp_cap", 176},
    };
    static struct lwnvme_endurance_group_log log;
    struct collect *collect = collect_start();

    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        ((uint8_t *)&log)[fields[i].at] = (uint8_t)(i + 1);
    }
    lwnvme_describe_endurance_group_log(&collect->json.describe, &log);
    collect_check(collect);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        assert_int_equal(json_number(collect, fields[i].name), i + 1);
    }
    collect_free(collect);
}

static void predictable_latency(void **state)
{
    static struct lwnvme_predictable_latency_log log;
    uint8_t *bytes = (uint8_t *)&log;
    struct collect *collect = collect_start();

    (void)state;
    bytes[0] = 1;
    bytes[3] = 0x80;
    bytes[32] = 2;
    bytes[64] = 3;
    bytes[128] = 4;
    bytes[144] = 5;
    lwnvme_describe_predictable_latency_log(&collect->text.describe, &log);
    lwnvme_describe_predictable_latency_log(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "status                  : 1 (deterministic window)");
    expect_line(collect, "event_type              : 0x8000 (excursion)");
    assert_int_equal(json_number(collect, "dtwin_reads_typical"), 2);
    assert_int_equal(json_number(collect, "ndwin_time_minimum_low"), 3);
    assert_int_equal(json_number(collect, "dtwin_reads_estimate"), 4);
    assert_int_equal(json_number(collect, "dtwin_time_estimate"), 5);
    collect_free(collect);
}

static void ana_groups_with_their_namespaces(void **state)
{
    static const uint8_t log[] = {
        9, 0, 0, 0, 0, 0, 0, 0, 2,  0, 0, 0, 0, 0, 0, 0, /* header: 2 groups */
        1, 0, 0, 0, 2, 0, 0, 0, 5,  0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 1,  0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0,
        6, 0, 0, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    };
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_ana_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_ana_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    assert_int_equal(json_number(collect, "chgcnt"), 9);
    assert_int_equal(json_number(collect, "ngrps"), 2);
    expect_json(collect,
                "\"grpid\": 1,\n      \"nnsids\": 2,\n      \"chgcnt\": 5,\n      \"state\": \"optimized\",\n"
                "      \"NSIDS\": [\n        {\n          \"nsid\": 1\n        },\n        {\n"
                "          \"nsid\": 3\n        }\n      ]");
    expect_json(collect,
                "\"grpid\": 7,\n      \"nnsids\": 0,\n      \"chgcnt\": 6,\n      \"state\": \"change\"");
    collect_free(collect);
}

static void lba_status(void **state)
{
    static const uint8_t log[] = {
        64, 0, 0,    0, 2, 0, 0, 0, 9,   0,   0,   0,   0,    0, 4, 0, 1, 0, 0, 0, 1, 0,
        0,  0, 0x10, 0, 0, 0, 0, 0, 0,   0,   8,   0,   0,    0, 0, 0, 0, 0, 7, 0, 0, 0,
        0,  0, 0,    0, 2, 0, 0, 0, 255, 255, 255, 255, 0x11, 0, 0, 0, 0, 0, 0, 0,
    };
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_lba_status_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_lba_status_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    assert_int_equal(json_number(collect, "lslplen"), 64);
    assert_int_equal(json_number(collect, "nlslne"), 2);
    assert_int_equal(json_number(collect, "estulb"), 9);
    assert_int_equal(json_number(collect, "lsgc"), 4);
    expect_line(collect, "        rslba : 8");
    expect_line(collect, "        rnlb  : 7 (8 blocks)");
    expect_line(collect, "    nlrd   : 4294967295 (the whole namespace)");
    collect_free(collect);
}

static void sanitize(void **state)
{
    static struct lwnvme_sanitize_status_log log;
    uint8_t *bytes = (uint8_t *)&log;
    struct collect *collect = collect_start();

    (void)state;
    bytes[0] = 0xff;
    bytes[1] = 0xff;
    bytes[2] = 0x19;
    bytes[3] = 0x01;
    bytes[4] = 0x03;
    memset(&bytes[8], 0xff, 4);
    bytes[12] = 30;
    bytes[36] = 0x25;
    lwnvme_describe_sanitize_status_log(&collect->text.describe, &log);
    lwnvme_describe_sanitize_status_log(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "sprog : 65535 / 65536 (none under way)");
    expect_line(collect, "sstat:");
    expect_line(collect, "  status            : 1 (completed successfully)");
    expect_line(collect, "  no_cmplted_passes : 3");
    expect_line(collect, "  global_erased     : 1 (nothing written since)");
    expect_line(collect, "cdw10_info                   : 0x3 (overwrite)");
    expect_line(collect, "time_over_write              : 4294967295 s (not reported)");
    expect_line(collect, "sans                         : 5 (media verification)");
    assert_int_equal(json_number(collect, "time_block_erase"), 30);
    assert_int_equal(json_number(collect, "fails"), 2);
    collect_free(collect);
}

static void the_small_ones(void **state)
{
    static struct lwnvme_boot_partition_header boot;
    static struct lwnvme_rotational_media_log rotational;
    static struct lwnvme_reservation_notification_log reservation;
    struct collect *collect = collect_start();

    (void)state;
    boot.lid = 0x15;
    lwnvme_le32_set(&boot.bpinfo, 0x80000010);
    lwnvme_le16_set(&rotational.nrs, 7200);
    lwnvme_le32_set(&rotational.fldc, 6);
    lwnvme_le64_set(&reservation.lpc, 3);
    reservation.rnlpt = 2;
    reservation.nalp = 1;
    lwnvme_le32_set(&reservation.nsid, 4);
    lwnvme_describe_boot_partition_header(&collect->json.describe, &boot);
    lwnvme_describe_rotational_media_log(&collect->json.describe, &rotational);
    lwnvme_describe_reservation_notification_log(&collect->json.describe, &reservation);
    lwnvme_describe_reservation_notification_log(&collect->text.describe, &reservation);
    lwnvme_describe_rotational_media_log(&collect->text.describe, &rotational);
    collect_check(collect);
    expect_json(collect, "\"lid\": 21,\n  \"abpid\": 1,\n  \"bpsz\": 16,");
    assert_int_equal(json_number(collect, "fldc"), 6);
    expect_line(collect, "nrs    : 7200 rpm");
    expect_line(collect, "rn_log_type : 2 (reservation released)");
    assert_int_equal(json_number(collect, "num_logs"), 1);
    assert_int_equal(json_number(collect, "nsid"), 4);
    collect_free(collect);
}

static void changed_zones(void **state)
{
    static struct lwnvme_changed_zones_log log;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le16_set(&log.nrzid, 2);
    lwnvme_le64_set(&log.zid[1], 0x8000);
    lwnvme_describe_changed_zones_log(&collect->text.describe, &log);
    expect_line(collect, "    zid : 32768");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
    collect = collect_start();
    lwnvme_le16_set(&log.nrzid, 0xffff);
    lwnvme_describe_changed_zones_log(&collect->text.describe, &log);
    expect_line(collect, "nrzid : 65535 (too many to list)");
    expect_no_line(collect, "[0]");
    collect_free(collect);
    collect = collect_start();
    lwnvme_le16_set(&log.nrzid, 0xfffe);
    lwnvme_describe_changed_zones_log(&collect->text.describe, &log);
    expect_line(collect, "  [510]:");
    expect_no_line(collect, "[511]");
    collect_free(collect);
}

static void aggregates(void **state)
{
    static const uint8_t log[] = {3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1};
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_aggregate_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_aggregate_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    assert_int_equal(json_number(collect, "num_entries_avail"), 3);
    expect_line(collect, "    entry : 258");
    expect_no_line(collect, "[2]");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_test_results_that_are_in_use),
        cmocka_unit_test(telemetry_of_the_host_and_of_the_controller),
        cmocka_unit_test(endurance_groups),
        cmocka_unit_test(predictable_latency),
        cmocka_unit_test(ana_groups_with_their_namespaces),
        cmocka_unit_test(lba_status),
        cmocka_unit_test(sanitize),
        cmocka_unit_test(the_small_ones),
        cmocka_unit_test(changed_zones),
        cmocka_unit_test(aggregates),
    };

    return cmocka_run_group_tests_name("describe: logs", tests, NULL, NULL);
}

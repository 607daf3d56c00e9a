/* SPDX-License-Identifier: MIT */
/* The Persistent Event log page in words. */
#include "describe_support.h"

static uint8_t log_page[8192];
static size_t log_length;

static void put_event(uint8_t type, uint16_t vendor_bytes, const void *data, uint16_t length)
{
    struct lwnvme_persistent_event head;

    memset(&head, 0, sizeof(head));
    head.et = type;
    head.etr = 1;
    head.ehl = 21;
    head.ehai = 3;
    lwnvme_le16_set(&head.cntlid, 5);
    lwnvme_le64_set(&head.etstmp, 1000);
    lwnvme_le16_set(&head.vsil, vendor_bytes);
    lwnvme_le16_set(&head.el, (uint16_t)(length + vendor_bytes));
    memcpy(&log_page[log_length], &head, sizeof(head));
    log_length += sizeof(head);
    memset(&log_page[log_length], 0xee, vendor_bytes);
    log_length += vendor_bytes;
    memcpy(&log_page[log_length], data, length);
    log_length += length;
}

static struct lwnvme_persistent_event_header *start(void)
{
    struct lwnvme_persistent_event_header *header = (struct lwnvme_persistent_event_header *)log_page;

    memset(log_page, 0, sizeof(log_page));
    header->lid = 0x0d;
    lwnvme_le16_set(&header->lhl, 492);
    lwnvme_le32_set(&header->tnev, 100);
    memcpy(header->sn, "serial\x1b", 7);
    memcpy(header->mn, "model", 5);
    memcpy(header->subnqn, "nqn", 3);
    header->seb[0] = 0x06;
    header->seb[27] = 0x40;
    log_length = 512;
    return header;
}

static struct collect *described(size_t length)
{
    struct collect *collect = collect_start();
    uint8_t *exact = exact_copy(log_page, length);

    lwnvme_describe_persistent_event_log(&collect->text.describe, exact, length);
    lwnvme_describe_persistent_event_log(&collect->json.describe, exact, length);
    free(exact);
    collect_check(collect);
    return collect;
}

static void make_all_kinds(void)
{
    static const uint8_t commit[22] = "1.0     2.0     \3\2\1\7\5";
    static const uint8_t timestamp[16] = {1, 0, 0, 0, 0, 0, 0, 0, 2};
    static const uint8_t change[48] = {1, 0, 0,        0,        0,        0,        0,
                                       0, 9, [24] = 8, [32] = 2, [36] = 3, [40] = 4, [44] = 5};
    static const uint8_t format_start[12] = {1, 0, 0, 0, 2, 0, 0, 0, 0x10};
    static const uint8_t format_end[12] = {1, 0, 0, 0, 50, 1, 2, 0, 3};
    static const uint8_t sanitize_start[12] = {3, 0, 0, 0, 4, 0, 0, 0, 5};
    static const uint8_t sanitize_end[8] = {0xff, 0xff, 1, 0, 2};
    static const uint8_t set_feature[4 + 12] = {3, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 9};
    static const uint8_t thermal[2] = {4, 2};
    static const uint8_t hardware[4] = {8};
    static struct lwnvme_smart_log smart;
    static uint8_t reset[8 + 36] = "3.1     \5";

    smart.avsp = 88;
    reset[8 + 16] = 4;
    put_event(1, 0, &smart, sizeof(smart));
    put_event(2, 16, commit, sizeof(commit));
    put_event(3, 0, timestamp, sizeof(timestamp));
    put_event(4, 0, reset, sizeof(reset));
    put_event(5, 0, hardware, sizeof(hardware));
    put_event(6, 0, change, sizeof(change));
    put_event(7, 0, format_start, sizeof(format_start));
    put_event(8, 0, format_end, sizeof(format_end));
    put_event(9, 0, sanitize_start, sizeof(sanitize_start));
    put_event(10, 0, sanitize_end, sizeof(sanitize_end));
    put_event(11, 0, set_feature, sizeof(set_feature));
    put_event(13, 0, thermal, sizeof(thermal));
    put_event(0xde, 0, "vendor", 6);
}

static void the_header_and_each_kind_of_event(void **state)
{
    struct collect *collect;

    (void)state;
    start();
    make_all_kinds();
    collect = described(log_length);
    assert_int_equal(json_number(collect, "log_id"), 13);
    assert_int_equal(json_number(collect, "total_num_of_events"), 100);
    expect_json(collect, "\"sn\": \"serial.\",\n  \"mn\": \"model\",\n  \"subnqn\": \"nqn\",");
    expect_line(collect, "  [0] : 1 (SMART / Health Log Snapshot)");
    expect_line(collect, "  [2] : 222 (Vendor Specific)");
    expect_json(collect, "\"event_type\": \"Firmware Commit\"");
    expect_json(collect, "\"avail_spare\": 88");
    expect_json(collect,
                "\"old_fw_rev\": \"1.0\",\n      \"new_fw_rev\": \"2.0\",\n      \"fw_commit_action\": 3,\n"
                "      \"fw_slot\": 2,\n      \"sct_fw\": 1,\n      \"sc_fw\": 7,\n"
                "      \"vu_assign_fw_commit_rc\": 5");
    expect_json(collect, "\"prev_ts\": 1,\n      \"ml_secs_since_reset\": 2");
    expect_json(collect,
                "\"fw_rev\": \"3.1\",\n      \"controllers\": [\n        {\n          \"ctrl_id\": 5,");
    expect_json(collect, "\"ctrl_power_cycle\": 4,");
    expect_line(collect, "    nss_hw_err_code : 8 (unsafe shutdown)");
    expect_json(collect,
                "\"nsmgt_cdw10\": 1,\n      \"nsze\": 9,\n      \"nscap\": 8,\n      \"flbas\": 2,\n      "
                "\"dps\": 0,\n"
                "      \"nmic\": 0,\n      \"ana_grp_id\": 3,\n      \"nvmset_id\": 4,\n      \"nsid\": 5");
    expect_json(collect, "\"fna\": 2,\n      \"format_nvm_cdw10\": 16");
    expect_json(collect, "\"smallest_fpi\": 50,\n      \"format_nvm_status\": 1,\n      \"compln_info\": 2,\n"
                         "      \"status_field\": 3");
    expect_json(collect, "\"SANICAP\": 3,\n      \"sani_cdw10\": 4,\n      \"sani_cdw11\": 5");
    expect_json(collect, "\"sani_prog\": 65535,\n      \"sani_status\": 1,\n      \"cmpln_info\": 2");
    expect_json(collect, "\"feature\": 6,\n      \"value\": 1,\n      \"cdw12\": 9");
    expect_line(collect, "    threshold : 0x2 (CCTEMP)");
    expect_json(collect, "\"event_type\": \"Vendor Specific\"");
    expect_line(collect, "  [12]:");
    expect_no_line(collect, "  [13]:");
    collect_free(collect);
}

static void fault_188_the_log_may_end_anywhere(void **state)
{
    size_t all;

    (void)state;
    start();
    make_all_kinds();
    all = log_length;
    for (size_t length = 0; length <= all; length++) {
        collect_free(described(length));
    }
}

static void fault_188_lengths_in_headers_may_be_anything(void **state)
{
    struct lwnvme_persistent_event_header *header = start();
    struct lwnvme_persistent_event *event = (struct lwnvme_persistent_event *)&log_page[512];
    static const uint16_t lengths[] = {0, 1, 20, 24, 492, 493, 1000, 0x7fff, 0xfff0, 0xffff};

    (void)state;
    make_all_kinds();
    for (size_t a = 0; a < sizeof(lengths) / sizeof(lengths[0]); a++) {
        for (size_t b = 0; b < sizeof(lengths) / sizeof(lengths[0]); b++) {
            lwnvme_le16_set(&header->lhl, 492);
            lwnvme_le16_set(&event->el, lengths[a]);
            lwnvme_le16_set(&event->vsil, lengths[b]);
            event->ehl = (uint8_t)lengths[a];
            collect_free(described(log_length));
            event->ehl = 21;
            collect_free(described(log_length));
            lwnvme_le16_set(&header->lhl, lengths[b]);
            collect_free(described(log_length));
        }
    }
}

static void an_event_says_how_long_it_is(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    start();
    put_event(13, 3, "\1\2", 2);
    assert_int_equal(
        lwnvme_describe_persistent_event(&collect->text.describe, &log_page[512], log_length - 512), 29);
    assert_int_equal(lwnvme_describe_persistent_event(&collect->text.describe, &log_page[512], 28), 0);
    assert_int_equal(lwnvme_describe_persistent_event(&collect->text.describe, &log_page[512], 23), 0);
    collect_free(collect);
}

static void fault_188_hostile_logs_make_clean_text_and_json(void **state)
{
    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern++) {
        hostile_fill(log_page, sizeof(log_page), pattern);
        collect_free(described(sizeof(log_page)));
        start();
        hostile_fill(&log_page[512], sizeof(log_page) - 512, pattern);
        collect_free(described(sizeof(log_page)));
    }
}

/* Events that are too short for what their type says, and one with the header of a telemetry log. */
static void fault_188_events_that_are_cut(void **state)
{
    static struct lwnvme_telemetry_header telemetry;
    struct collect *collect;

    (void)state;
    start();
    put_event(4, 0, "1.2.3\0", 7);
    put_event(11, 0, "\3\0", 3);
    put_event(12, 0, &telemetry, sizeof(telemetry) - 1);
    collect = described(log_length);
    expect_line(collect, "  [2]:"); /* all three are there, without what would lie beyond them */
    expect_no_line(collect, "  [3]:");
    assert_null(strstr(collect->lines, "fw_rev"));
    assert_null(strstr(collect->lines, "controllers"));
    assert_null(strstr(collect->lines, "feature "));
    collect_free(collect);
    start();
    telemetry.lid = 7;
    lwnvme_le16_set(&telemetry.da1lb, 77);
    put_event(12, 0, &telemetry, sizeof(telemetry));
    collect = described(log_length);
    expect_json(collect, "77");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_188_events_that_are_cut),
        cmocka_unit_test(the_header_and_each_kind_of_event),
        cmocka_unit_test(fault_188_the_log_may_end_anywhere),
        cmocka_unit_test(fault_188_lengths_in_headers_may_be_anything),
        cmocka_unit_test(an_event_says_how_long_it_is),
        cmocka_unit_test(fault_188_hostile_logs_make_clean_text_and_json),
    };

    return cmocka_run_group_tests_name("describe: persistent events", tests, NULL, NULL);
}

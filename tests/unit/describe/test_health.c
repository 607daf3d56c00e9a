/* SPDX-License-Identifier: MIT */
/* SMART, error log, firmware slots, changed namespaces in words. */
#include "describe_support.h"

static void smart_reads_as_nvme_cli_has_it(void **state)
{
    static struct lwnvme_smart_log smart;
    uint8_t *bytes = (uint8_t *)&smart;
    struct collect *collect = collect_start();

    (void)state;
    bytes[0] = 0x05;
    bytes[1] = 0x43;
    bytes[2] = 0x01;
    bytes[3] = 97;
    bytes[4] = 10;
    bytes[5] = 3;
    bytes[6] = 1;
    bytes[32] = 0xe8;
    bytes[33] = 0x03;
    bytes[48 + 8] = 1; /* 2 to the power of 64 data units */
    bytes[64] = 7;
    bytes[96] = 6;
    bytes[112] = 5;
    bytes[128] = 4;
    bytes[144] = 3;
    bytes[160] = 2;
    bytes[176] = 1;
    bytes[192] = 60;
    bytes[196] = 61;
    bytes[202] = 0x2c; /* the second sensor */
    bytes[203] = 0x01;
    bytes[216] = 11;
    bytes[220] = 12;
    bytes[224] = 13;
    bytes[228] = 14;
    lwnvme_describe_smart_log(&collect->text.describe, &smart);
    lwnvme_describe_smart_log(&collect->json.describe, &smart);
    collect_check(collect);
    expect_line(
        collect,
        "critical_warning                       : 0x5 (available spare is low, reliability degraded)");
    expect_line(collect, "temperature                            : 323 K (50 C)");
    expect_line(collect, "avail_spare                            : 97 %");
    expect_line(collect, "data_units_read                        : 1000 (512.00 MB)");
    expect_line(collect, "data_units_written                     : 18446744073709551616 (9.44 YB)");
    expect_line(collect, "temperature_sensor_2                   : 300 K (27 C)");
    expect_no_line(collect, "temperature_sensor_1");
    expect_line(collect, "thm_temp2_total_time                   : 14 s");
    assert_int_equal(json_number(collect, "critical_warning"), 5);
    assert_int_equal(json_number(collect, "temperature"), 323);
    assert_int_equal(json_number(collect, "spare_thresh"), 10);
    assert_int_equal(json_number(collect, "percent_used"), 3);
    assert_int_equal(json_number(collect, "endurance_grp_critical_warning_summary"), 1);
    assert_int_equal(json_number(collect, "host_read_commands"), 7);
    assert_int_equal(json_number(collect, "controller_busy_time"), 6);
    assert_int_equal(json_number(collect, "power_cycles"), 5);
    assert_int_equal(json_number(collect, "power_on_hours"), 4);
    assert_int_equal(json_number(collect, "unsafe_shutdowns"), 3);
    assert_int_equal(json_number(collect, "media_errors"), 2);
    assert_int_equal(json_number(collect, "num_err_log_entries"), 1);
    assert_int_equal(json_number(collect, "warning_temp_time"), 60);
    assert_int_equal(json_number(collect, "critical_comp_time"), 61);
    assert_int_equal(json_number(collect, "temperature_sensor_2"), 300);
    assert_int_equal(json_number(collect, "thm_temp1_trans_count"), 11);
    assert_int_equal(json_number(collect, "thm_temp2_trans_count"), 12);
    assert_int_equal(json_number(collect, "thm_temp1_total_time"), 13);
    expect_json(collect, "\"data_units_written\": 18446744073709551616,");
    collect_free(collect);
}

static void an_error_is_told_with_its_status(void **state)
{
    struct lwnvme_error_log_entry entries[2];
    uint8_t *bytes = (uint8_t *)entries;
    struct collect *collect = collect_start();

    (void)state;
    memset(entries, 0, sizeof(entries));
    bytes[0] = 9;
    bytes[8] = 1;
    bytes[10] = 0x34;
    bytes[12] = 0x03; /* phase 1, status 0x281 << 1 with DNR */
    bytes[13] = 0x85;
    bytes[14] = 0xff;
    bytes[15] = 0xff;
    bytes[16] = 0x40;
    bytes[24] = 1;
    bytes[64] = 8;
    lwnvme_describe_error_log(&collect->text.describe, entries, 2);
    lwnvme_describe_error_log(&collect->json.describe, entries, 2);
    collect_check(collect);
    expect_line(collect, "    error_count         : 9");
    expect_line(collect, "    cmdid               : 0x34");
    expect_line(collect, "    status_field        : 0x4281 (media error: unrecovered read error)");
    expect_line(collect, "    phase_tag           : 1");
    expect_line(collect, "    parm_error_location : 0xffff (none)");
    expect_line(collect, "    lba                 : 64");
    expect_line(collect, "    error_count         : 8");
    expect_json(
        collect,
        "\"errors\": [\n    {\n      \"error_count\": 9,\n      \"sqid\": 1,\n      \"cmdid\": 52,\n      "
        "\"status_field\": 17025,\n      \"phase_tag\": 1,\n      \"parm_error_location\": 65535,\n");
    collect_free(collect);
}

static void no_errors_are_an_empty_list(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_error_log(&collect->json.describe, NULL, 0);
    collect_check(collect);
    assert_string_equal(collect->pieces, "{\n  \"errors\": []\n}\n");
    collect_free(collect);
}

static void fault_047_firmware_revisions_come_out_clean(void **state)
{
    static struct lwnvme_firmware_slot_log log;
    struct collect *collect = collect_start();

    (void)state;
    log.afi = 0x21;
    memcpy(log.frs[0], "1.0     ", 8);
    memcpy(log.frs[1], "2\x1b[31mAB", 8);
    memset(log.frs[6], 0xff, 8);
    lwnvme_describe_firmware_slot_log(&collect->text.describe, &log);
    lwnvme_describe_firmware_slot_log(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "Active Firmware Slot (afi) : 0x21 (slot 1 runs, slot 2 at the next reset)");
    expect_line(collect, "Firmware Rev Slot 1        : 1.0");
    expect_line(collect, "Firmware Rev Slot 2        : 2.[31mAB");
    expect_no_line(collect, "Firmware Rev Slot 3");
    expect_line(collect, "Firmware Rev Slot 7        : ........");
    assert_int_equal(json_number(collect, "Active Firmware Slot (afi)"), 0x21);
    collect_free(collect);
}

static void changed_namespaces_are_listed_or_too_many(void **state)
{
    static struct lwnvme_changed_namespaces_log log;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le32_set(&log.nsid[0], 1);
    lwnvme_le32_set(&log.nsid[1], 77);
    lwnvme_describe_changed_namespaces_log(&collect->text.describe, &log);
    lwnvme_describe_changed_namespaces_log(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "    nsid : 77");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
    collect = collect_start();
    lwnvme_le32_set(&log.nsid[0], 0xffffffff);
    lwnvme_describe_changed_namespaces_log(&collect->text.describe, &log);
    lwnvme_describe_changed_namespaces_log(&collect->json.describe, &log);
    collect_check(collect);
    assert_string_equal(collect->lines, "changed_namespaces: (too many to list)\n");
    collect_free(collect);
}

static void fault_188_a_full_list_ends_with_its_memory(void **state)
{
    struct lwnvme_changed_namespaces_log *log = malloc(sizeof(*log));
    struct collect *collect = collect_start();

    (void)state;
    assert_non_null(log);
    hostile_fill(log, sizeof(*log), 5);
    lwnvme_describe_changed_namespaces_log(&collect->text.describe, log);
    expect_line(collect, "  [1023]:");
    expect_no_line(collect, "  [1024]:");
    free(log);
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smart_reads_as_nvme_cli_has_it),
        cmocka_unit_test(an_error_is_told_with_its_status),
        cmocka_unit_test(no_errors_are_an_empty_list),
        cmocka_unit_test(fault_047_firmware_revisions_come_out_clean),
        cmocka_unit_test(changed_namespaces_are_listed_or_too_many),
        cmocka_unit_test(fault_188_a_full_list_ends_with_its_memory),
    };

    return cmocka_run_group_tests_name("describe: health", tests, NULL, NULL);
}

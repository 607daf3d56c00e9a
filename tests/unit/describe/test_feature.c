/* SPDX-License-Identifier: MIT */
/* Features in words. */
#include "describe_support.h"

#include <lwnvme/spec_feature.h>

static struct collect *feature(uint8_t fid, uint32_t dword0, const void *data, size_t length)
{
    struct collect *collect = collect_start();
    void *exact = data != NULL ? exact_copy(data, length) : NULL;

    lwnvme_describe_feature(&collect->text.describe, fid, dword0, exact, length);
    lwnvme_describe_feature(&collect->json.describe, fid, dword0, exact, length);
    free(exact);
    collect_check(collect);
    return collect;
}

static void expect_feature(uint8_t fid, uint32_t dword0, const char *line)
{
    struct collect *collect = feature(fid, dword0, NULL, 0);

    expect_line(collect, line);
    assert_int_equal(json_number(collect, "feature"), fid);
    assert_int_equal(json_number(collect, "value"), dword0);
    collect_free(collect);
}

static void values_in_words(void **state)
{
    (void)state;
    expect_feature(0x01, 0x04030207, "High Priority Weight (HPW)   : 4");
    expect_feature(0x01, 0x04030207, "Medium Priority Weight (MPW) : 3");
    expect_feature(0x01, 0x04030207, "Low Priority Weight (LPW)    : 2");
    expect_feature(0x01, 0x04030207, "Arbitration Burst (AB)       : 7 (no limit)");
    expect_feature(0x02, 0x22, "Workload Hint (WH) : 1 (idle with bursts)");
    expect_feature(0x02, 0x22, "Power State (PS)   : 2");
    expect_feature(0x04, 0x01d20157, "Temperature Threshold Hysteresis (TMPTHH) : 7 K");
    expect_feature(0x04, 0x01d20157, "Threshold Type Select (THSEL)             : 1 (under)");
    expect_feature(0x04, 0x01d20157, "Threshold Temperature Select (TMPSEL)     : 2");
    expect_feature(0x04, 0x01d20157, "Temperature Threshold (TMPTH)             : 343 K (70 C)");
    expect_feature(0x05, 0x1000a,
                   "Deallocated or Unwritten Logical Block Error Enable (DULBE) : 1 (enabled)");
    expect_feature(0x05, 0x1000a,
                   "Time Limited Error Recovery (TLER)                          : 10 x 100 ms");
    expect_feature(0x06, 1, "Volatile Write Cache Enable (WCE) : 1 (enabled)");
    expect_feature(0x07, 0x000f001f, "Number of IO Completion Queues Allocated (NCQA) : 15 (16 queues)");
    expect_feature(0x07, 0x000f001f, "Number of IO Submission Queues Allocated (NSQA) : 31 (32 queues)");
    expect_feature(0x08, 0x0503, "Aggregation Time (TIME)     : 5 x 100 us");
    expect_feature(0x08, 0x0503, "Aggregation Threshold (THR) : 3 (4 entries)");
    expect_feature(0x09, 0x10004, "Coalescing Disable (CD) : 1");
    expect_feature(0x09, 0x10004, "Interrupt Vector (IV)   : 4");
    expect_feature(0x0a, 1, "Disable Normal (DN) : 1 (AWUPF and NAWUPF only)");
    expect_feature(0x0c, 1, "Autonomous Power State Transition Enable (APSTE) : 1 (enabled)");
    expect_feature(0x0f, 60000, "Keep Alive Timeout (KATO) in milliseconds : 60000 ms");
    expect_feature(0x10, 0x01430150, "Thermal Management Temperature 1 (TMT1) : 323 K (50 C)");
    expect_feature(0x10, 0x01430150, "Thermal Management Temperature 2        : 336 K (63 C)");
    expect_feature(0x11, 1, "Non-Operational Power State Permissive Mode Enable (NOPPME) : 1 (enabled)");
    expect_feature(0x12, 15, "Read Recovery Level (RRL) : 15 (fast fail)");
    expect_feature(0x14, 2, "Window Select : 2 (non-deterministic)");
    expect_feature(0x17, 1, "No-Deallocate Response Mode (NODRM) : 1 (a warning)");
    expect_feature(0x1d, 0x201, "Flexible Data Placement Enable (FDPE)                 : 1 (enabled)");
    expect_feature(0x82, 0xe, "Mask Reservation Released Notification (RESREL)   : 1");
    expect_feature(0x84, 3, "Namespace Write Protect : 3 (permanent)");
    expect_feature(0x85, 0x0a, "Boot Partition 1 Write Protection State : 1 (unlocked)");
    expect_feature(0x85, 0x0a, "Boot Partition 0 Write Protection State : 2 (locked)");
    expect_feature(0x85, 0x23, "Boot Partition 1 Write Protection State : 4 (by RPMB)");
}

static void the_data_of_each_feature_that_has_some(void **state)
{
    static const uint8_t timestamp[8] = {1, 0, 0, 0, 0, 0, 3, 0};
    static const uint8_t identifier[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static struct lwnvme_host_memory_attributes memory;
    static struct lwnvme_lba_range_type ranges[2];
    static struct lwnvme_apst_table table;
    struct collect *collect;

    (void)state;
    collect = feature(0x0e, 0, timestamp, sizeof(timestamp));
    expect_line(collect, "timestamp        : 1 ms");
    expect_line(collect, "timestamp origin : 1 (set by the host)");
    expect_line(collect, "synch            : 1 (may have stopped)");
    collect_free(collect);

    collect = feature(0x81, 0, identifier, sizeof(identifier));
    expect_line(collect, "Host Identifier (HOSTID) : 0102030405060708");
    collect_free(collect);
    collect = feature(0x81, 1, identifier, sizeof(identifier));
    expect_line(collect, "Host Identifier (HOSTID) : 0102030405060708090a0b0c0d0e0f10");
    collect_free(collect);

    lwnvme_le32_set(&memory.hsize, 256);
    lwnvme_le32_set(&memory.hmdlau, 1);
    lwnvme_le32_set(&memory.hmdlec, 2);
    collect = feature(0x0d, 1, &memory, sizeof(memory));
    expect_line(collect, "Enable Host Memory (EHM)                                       : 1 (enabled)");
    assert_int_equal(json_number(collect, "Host Memory Buffer Size (HSIZE)"), 256);
    assert_int_equal(json_number(collect, "Host Memory Descriptor List Address (HMDLAU)"), 1);
    assert_int_equal(json_number(collect, "Host Memory Descriptor List Entry Count (HMDLEC)"), 2);
    collect_free(collect);

    ranges[1].type = 2;
    ranges[1].attr = 3;
    lwnvme_le64_set(&ranges[1].slba, 0x1000);
    lwnvme_le64_set(&ranges[0].nlb, 0xfffffffff);
    lwnvme_le64_set(&ranges[1].nlb, 7);
    collect = feature(0x03, 1, ranges, sizeof(ranges));
    expect_line(collect, "    type       : 0x2 (RAID)");
    expect_line(collect, "    attributes : 0x3 (may be overwritten, hidden)");
    expect_line(collect, "    slba       : 0x1000");
    expect_line(collect, "    nlb        : 68719476735 (68719476736 blocks)");
    expect_line(collect, "    nlb        : 7 (8 blocks)");
    collect_free(collect);

    lwnvme_le32_set(&table.entry[2].transition, 2000u << 8 | 3u << 3);
    collect = feature(0x0c, 1, &table, sizeof(table));
    expect_line(collect, "    Idle Time Prior to Transition (ITPT) : 2000 ms");
    expect_line(collect, "    Idle Transition Power State (ITPS)   : 3");
    expect_line(collect, "    entry                                : 2");
    expect_no_line(collect, "  [1]:");
    collect_free(collect);
}

static void fault_047_a_label_comes_out_clean(void **state)
{
    uint8_t label[256];
    struct collect *collect;

    (void)state;
    memset(label, 0xc3, sizeof(label));
    memcpy(label, "disk \"A\"\x1b", 9);
    collect = feature(0x1f, 0, label, sizeof(label));
    assert_non_null(strstr(collect->lines, "Namespace Admin Label : disk \"A\"......"));
    collect_free(collect);
}

static void fault_047_metadata_of_other_hosts_come_out_clean(void **state)
{
    static const uint8_t metadata[] = {3,    0, 0x02, 0x01, 5,    0, 'd',  'r',  'v', '\x1b', 'x',
                                       0x0a, 0, 0,    0,    0x01, 0, 0xff, 0xff, 'c', 'u',    't'};
    struct collect *collect = feature(0x7e, 0, metadata, sizeof(metadata));

    (void)state;
    assert_int_equal(json_number(collect, "Num Metadata Element Descriptors"), 3);
    expect_line(collect, "    Type     : 0x2 (OS driver name)");
    expect_line(collect, "    Revision : 1");
    expect_line(collect, "    Value    : drv.x");
    expect_line(collect, "    Type     : 0xa (OS name and build)");
    expect_line(collect, "    Length   : 65535 bytes");
    expect_no_line(collect, "cut");
    collect_free(collect);
    collect = feature(0x7f, 0, metadata, sizeof(metadata));
    expect_line(collect, "    Type     : 0x2 (pre-boot namespace name)");
    collect_free(collect);
}

static void capabilities(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_feature_capabilities(&collect->text.describe, 6, 5);
    lwnvme_describe_feature_capabilities(&collect->json.describe, 6, 5);
    collect_check(collect);
    expect_line(collect, "name    : Volatile Write Cache");
    assert_int_equal(json_number(collect, "saveable"), 1);
    assert_int_equal(json_number(collect, "per-namespace"), 0);
    assert_int_equal(json_number(collect, "changeable"), 1);
    collect_free(collect);
}

static void fault_188_any_value_with_any_length_of_data_stays_inside(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 3, 5, 7, 8, 15, 16, 63, 64, 255, 256, 512, 4095, 4096};
    static uint8_t data[4096];

    (void)state;
    for (uint32_t fid = 0; fid < 256; fid++) {
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            hostile_fill(data, sizeof(data), fid % HOSTILE_PATTERNS);
            collect_free(
                feature((uint8_t)fid, i % 2 != 0 ? 0xffffffffu : fid * 2654435761u, data, lengths[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_words),
        cmocka_unit_test(the_data_of_each_feature_that_has_some),
        cmocka_unit_test(fault_047_a_label_comes_out_clean),
        cmocka_unit_test(fault_047_metadata_of_other_hosts_come_out_clean),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(fault_188_any_value_with_any_length_of_data_stays_inside),
    };

    return cmocka_run_group_tests_name("describe: features", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Features of namespaces, NVM sets and endurance groups. */
#include "feature_bench.h"

static void put_rrls(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 1) {
        data[100] = 0x11; /* levels 0, 4 and 15 */
        data[101] = 0x80;
    }
}

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    bench.settings.oacs |= 1u << 9;
    bench.settings.ctratt |= 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 19;
    bench.settings.nsetidmax = 3;
    bench.settings.endgidmax = 2;
    bench.settings.nwpc = 3;
    bench.settings.on_identify = put_rrls;
    feature_open();
}

static void error_recovery_in_its_units(void **state)
{
    struct lwnvme_error_recovery value = {6553500, true};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_error_recovery_set(R, 1, &value, false)), 0);
    sent_is(SET, 1, 5, 0x1ffff);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_error_recovery_get(R, 1, 0, &value)), 0);
    sent_is(GET, 1, 5, 0);
    assert_int_equal(value.retry_limit_ms, 6553500);
    assert_true(value.deallocated_is_error);
    assert_int_equal(ended(lwnvme_error_recovery_set(R, LWNVME_NSID_ALL, &value, false)), 0);
    assert_int_equal(lwnvme_error_recovery_get(R, LWNVME_NSID_ALL, 0, &value), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_error_recovery_get(R, 0, 0, &value), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_error_recovery_set(R, bench.controller->info.nn + 1, &value, false),
                     LWNVME_ERR_NS_INVALID_ID);
    value.retry_limit_ms = 6553600;
    assert_int_equal(lwnvme_error_recovery_set(R, 1, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.retry_limit_ms = 150;
    assert_int_equal(lwnvme_error_recovery_set(R, 1, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void range_put(struct lwnvme_lba_ranges *ranges, uint32_t index, uint64_t first, uint64_t blocks)
{
    memset(&ranges->range[index], 0, sizeof(ranges->range[index]));
    ranges->range[index].type = LWNVME_LBA_RANGE_FILESYSTEM;
    lwnvme_le64_set(&ranges->range[index].slba, first);
    lwnvme_le64_set(&ranges->range[index].nlb, blocks - 1); /* 0's based */
}

static void lba_ranges_are_told_and_checked(void **state)
{
    static struct lwnvme_lba_ranges ranges;
    static struct lwnvme_namespace never_opened;
    uint64_t blocks;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    blocks = bench.ns->block_count;
    answer_set(0, NULL, 0);
    ranges.count = 64;
    for (uint32_t i = 0; i < 64; i++) {
        range_put(&ranges, i, 1000 - 10 * i, 10);
    }
    assert_int_equal(ended(lwnvme_lba_ranges_set(R, bench.ns, &ranges, true)), 0);
    sent_is(SET, 1, 0x80000003, 63);
    assert_memory_equal(sent_data, ranges.range, 4096);
    range_put(&ranges, 63, 989, 2); /* over two others */
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    ranges.count = 1;
    range_put(&ranges, 0, 0, blocks);
    assert_int_equal(ended(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false)), 0);
    sent_is(SET, 1, 3, 0);
    assert_memory_equal(sent_data, ranges.range, 64);
    assert_int_equal(sent_data[64], 0);
    range_put(&ranges, 0, 1, blocks);
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    range_put(&ranges, 0, 0, blocks + 1);
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    range_put(&ranges, 0, blocks - 1, 1); /* the last one */
    assert_int_equal(ended(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false)), 0);
    assert_int_equal(lwnvme_le_bytes_get64(&sent_data[24]), 0);
    ranges.count = 2;
    range_put(&ranges, 1, blocks - 1, 1);
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    ranges.count = 1;
    range_put(&ranges, 0, UINT64_MAX, 2);
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    range_put(&ranges, 0, 0, 0);
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_LBA_RANGE);
    ranges.count = 0;
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_RANGE_COUNT);
    ranges.count = 65;
    assert_int_equal(lwnvme_lba_ranges_set(R, bench.ns, &ranges, false), LWNVME_ERR_RANGE_COUNT);
    assert_int_equal(lwnvme_lba_ranges_set(R, &never_opened, &ranges, false), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_lba_ranges_get(R, NULL, 0, &ranges), LWNVME_ERR_NULL_ARGUMENT);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void fault_059_lba_ranges_of_garbage_are_not_believed(void **state)
{
    static struct lwnvme_lba_ranges ranges;
    static struct lwnvme_lba_ranges given;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    range_put(&given, 0, 0, 16);
    range_put(&given, 1, 16, 16);
    answer_set(0xffffffc1, given.range, sizeof(given.range));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    sent_is(GET, 1, 3, 0);
    assert_int_equal(ranges.count, 2);
    assert_memory_equal(ranges.range, given.range, 128);
    range_put(&given, 1, 15, 16);
    answer_set(1, given.range, sizeof(given.range));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), LWNVME_ERR_FEATURE_DATA);
    answer_set(2, given.range, sizeof(given.range)); /* the third is over the first */
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), LWNVME_ERR_FEATURE_DATA);
    memset(&given, 0, sizeof(given));
    answer_set(0, given.range, sizeof(given.range)); /* never told of any */
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 0);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void lba_status_intervals(void **state)
{
    struct lwnvme_lba_status_interval value = {6553500, 100};
    (void)state;
    start();
    answer_set(0x00020001, NULL, 0);
    assert_int_equal(ended(lwnvme_lba_status_interval_set(R, &value, true)), 0);
    sent_is(SET, 0, 0x80000015, 0x0001ffff);
    assert_int_equal(ended(lwnvme_lba_status_interval_get(R, 0, &value)), 0);
    assert_int_equal(value.report_ms, 100);
    assert_int_equal(value.poll_ms, 200);
    value.poll_ms = 50;
    assert_int_equal(lwnvme_lba_status_interval_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void read_recovery_levels_that_are_there(void **state)
{
    struct lwnvme_read_recovery value = {3, 15};
    (void)state;
    start();
    answer_set(4, NULL, 0);
    assert_int_equal(ended(lwnvme_read_recovery_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x12, 3);
    assert_int_equal(sent[12], 15);
    assert_int_equal(ended(lwnvme_read_recovery_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x12, 3);
    assert_int_equal(sent[12], 0);
    assert_int_equal(value.level, 4);
    value.level = 5;
    assert_int_equal(lwnvme_read_recovery_set(R, &value, false), LWNVME_ERR_NO_READ_RECOVERY);
    value.level = 16;
    assert_int_equal(lwnvme_read_recovery_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.nvm_set = 4;
    assert_int_equal(lwnvme_read_recovery_get(R, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    value.nvm_set = 0;
    assert_int_equal(lwnvme_read_recovery_get(R, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    value.nvm_set = 1;
    answer_set(5, NULL, 0);
    assert_int_equal(ended(lwnvme_read_recovery_get(R, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    bench_end(&bench);
}

static void predictable_latency_with_its_thresholds(void **state)
{
    static struct lwnvme_predictable_latency value;
    struct lwnvme_predictable_window window = {2, true};
    struct lwnvme_plm_config_data thresholds;
    (void)state;
    start();
    memset(&thresholds, 0x3c, sizeof(thresholds));
    answer_set(1, &thresholds, sizeof(thresholds));
    value.nvm_set = 2;
    value.enabled = true;
    lwnvme_le16_set(&value.thresholds.ee, 0x8007);
    lwnvme_le64_set(&value.thresholds.dtwintt, 77);
    assert_int_equal(ended(lwnvme_predictable_latency_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x13, 2);
    assert_int_equal(sent[12], 1);
    assert_memory_equal(sent_data, &value.thresholds, 512);
    value.enabled = false;
    assert_int_equal(ended(lwnvme_predictable_latency_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x13, 2);
    assert_true(value.enabled);
    assert_memory_equal(&value.thresholds, &thresholds, 512);
    assert_int_equal(ended(lwnvme_predictable_window_set(R, &window)), 0);
    sent_is(SET, 0, 0x14, 2);
    assert_int_equal(sent[12], 1);
    answer_set(2, NULL, 0);
    assert_int_equal(ended(lwnvme_predictable_window_get(R, 0, &window)), 0);
    assert_false(window.deterministic);
    assert_int_equal(ended(lwnvme_predictable_window_set(R, &window)), 0);
    assert_int_equal(sent[12], 2);
    answer_set(3, NULL, 0);
    assert_int_equal(ended(lwnvme_predictable_window_get(R, 0, &window)), LWNVME_ERR_FEATURE_DATA);
    window.nvm_set = 9;
    assert_int_equal(lwnvme_predictable_window_set(R, &window), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void endurance_group_events(void **state)
{
    struct lwnvme_endurance_events value = {2, 0x0d};
    (void)state;
    start();
    answer_set(0x00070000, NULL, 0);
    assert_int_equal(ended(lwnvme_endurance_events_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x18, 0x000d0002);
    assert_int_equal(ended(lwnvme_endurance_events_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x18, 2);
    assert_int_equal(value.warnings, 7);
    value.group = 3;
    assert_int_equal(lwnvme_endurance_events_get(R, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    value.group = 0;
    assert_int_equal(lwnvme_endurance_events_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void data_placement_is_turned_on(void **state)
{
    struct lwnvme_data_placement value = {1, true, 3};
    (void)state;
    start();
    answer_set(0xffff0501, NULL, 0);
    assert_int_equal(ended(lwnvme_data_placement_set(R, &value, true)), 0);
    sent_is(SET, 0, 0x8000001d, 1);
    assert_int_equal(sent[12], 0x301);
    value.enabled = false;
    assert_int_equal(ended(lwnvme_data_placement_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x1d, 1);
    assert_true(value.enabled);
    assert_int_equal(value.configuration, 5);
    bench_end(&bench);
}

static void data_placement_events(void **state)
{
    static struct lwnvme_placement_events value;
    static struct lwnvme_placement_event_types types;
    (void)state;
    start();
    answer_set(2, "\x00\x01\x81\x00", 4);
    value.handle = 7;
    assert_int_equal(ended(lwnvme_placement_events_get(R, 1, 0, &value)), 0);
    sent_is(GET, 1, 0x1e, 255u << 16 | 7u);
    assert_int_equal(value.count, 2);
    assert_int_equal(value.event[0].fdpeta, 1);
    assert_int_equal(value.event[1].fdpet, 0x81);
    answer_set(256, NULL, 0);
    assert_int_equal(ended(lwnvme_placement_events_get(R, 1, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(value.count, 2);
    types.handle = 7;
    types.enable = true;
    types.count = 3;
    memcpy(types.type, "\x00\x80\x81\xff", 4);
    assert_int_equal(ended(lwnvme_placement_events_set(R, 1, &types, false)), 0);
    sent_is(SET, 1, 0x1e, 3u << 16 | 7u);
    assert_int_equal(sent[12], 1);
    assert_memory_equal(sent_data, "\x00\x80\x81\x00", 4);
    types.count = 0;
    assert_int_equal(lwnvme_placement_events_set(R, 1, &types, false), LWNVME_ERR_RANGE_COUNT);
    types.count = 256;
    assert_int_equal(lwnvme_placement_events_set(R, 1, &types, false), LWNVME_ERR_RANGE_COUNT);
    assert_int_equal(lwnvme_placement_events_get(R, 0, 0, &value), LWNVME_ERR_NS_INVALID_ID);
    bench_end(&bench);
}

static void reservation_mask_and_persistence(void **state)
{
    struct lwnvme_reservation_mask value = {true, false, true};
    bool persists = false;
    (void)state;
    start();
    answer_set(0x5, NULL, 0);
    assert_int_equal(ended(lwnvme_reservation_mask_set(R, LWNVME_NSID_ALL, &value, false)), 0);
    sent_is(SET, LWNVME_NSID_ALL, 0x82, 0xa);
    assert_int_equal(ended(lwnvme_reservation_mask_get(R, 1, 0, &value)), 0);
    sent_is(GET, 1, 0x82, 0);
    assert_false(value.registration_preempted);
    assert_true(value.reservation_released);
    assert_false(value.reservation_preempted);
    assert_int_equal(lwnvme_reservation_mask_get(R, LWNVME_NSID_ALL, 0, &value), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(ended(lwnvme_reservation_persistence_set(R, 1, true, false)), 0);
    sent_is(SET, 1, 0x83, 1);
    assert_int_equal(ended(lwnvme_reservation_persistence_get(R, 1, 0, &persists)), 0);
    assert_true(persists);
    bench_end(&bench);
}

static void write_protection_as_the_controller_can(void **state)
{
    uint8_t protection = 9;
    (void)state;
    start(); /* NWPC 3: not permanent */
    answer_set(2, NULL, 0);
    assert_int_equal(ended(lwnvme_write_protection_set(R, 1, 1)), 0);
    sent_is(SET, 1, 0x84, 1);
    assert_int_equal(ended(lwnvme_write_protection_set(R, 1, 2)), 0);
    assert_int_equal(lwnvme_write_protection_set(R, 1, 3), LWNVME_ERR_NO_WRITE_PROTECTION);
    assert_int_equal(lwnvme_write_protection_set(R, 1, 4), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_write_protection_set(R, LWNVME_NSID_ALL, 1), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(ended(lwnvme_write_protection_get(R, 1, 0, &protection)), 0);
    assert_int_equal(protection, 2);
    answer_set(3, NULL, 0);
    assert_int_equal(ended(lwnvme_write_protection_get(R, 1, 0, &protection)), LWNVME_ERR_FEATURE_DATA);
    answer_set(7, NULL, 0);
    assert_int_equal(ended(lwnvme_write_protection_get(R, 1, 0, &protection)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(protection, 2);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    struct lwnvme_lba_status_interval interval = {0, 0};
    struct lwnvme_read_recovery recovery = {0, 0};
    static struct lwnvme_predictable_latency latency;
    struct lwnvme_predictable_window window = {0, false};
    struct lwnvme_endurance_events events = {1, 0};
    struct lwnvme_data_placement placement = {1, false, 0};
    static struct lwnvme_placement_events placed;
    static struct lwnvme_placement_event_types types;
    struct lwnvme_reservation_mask mask = {false, false, false};
    uint8_t protection = 0;
    bool flag = false;
    (void)state;
    bench_prepare(&bench);
    bench.settings.oncs = 0;
    bench.settings.oacs = 0;
    bench.settings.ctratt = 0;
    bench.settings.nwpc = 0;
    feature_open();
    assert_int_equal(lwnvme_lba_status_interval_get(R, 0, &interval), LWNVME_ERR_NO_LBA_STATUS);
    assert_int_equal(lwnvme_lba_status_interval_set(R, &interval, false), LWNVME_ERR_NO_LBA_STATUS);
    assert_int_equal(lwnvme_read_recovery_get(R, 0, &recovery), LWNVME_ERR_NO_READ_RECOVERY);
    assert_int_equal(lwnvme_read_recovery_set(R, &recovery, false), LWNVME_ERR_NO_READ_RECOVERY);
    assert_int_equal(lwnvme_predictable_latency_get(R, 0, &latency), LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(lwnvme_predictable_latency_set(R, &latency, false), LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(lwnvme_predictable_window_get(R, 0, &window), LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(lwnvme_predictable_window_set(R, &window), LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(lwnvme_endurance_events_get(R, 0, &events), LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_endurance_events_set(R, &events, false), LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_data_placement_get(R, 0, &placement), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_data_placement_set(R, &placement, false), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_placement_events_get(R, 1, 0, &placed), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_placement_events_set(R, 1, &types, false), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_reservation_mask_get(R, 1, 0, &mask), LWNVME_ERR_NO_RESERVATIONS);
    assert_int_equal(lwnvme_reservation_mask_set(R, 1, &mask, false), LWNVME_ERR_NO_RESERVATIONS);
    assert_int_equal(lwnvme_reservation_persistence_get(R, 1, 0, &flag), LWNVME_ERR_NO_RESERVATIONS);
    assert_int_equal(lwnvme_reservation_persistence_set(R, 1, true, false), LWNVME_ERR_NO_RESERVATIONS);
    assert_int_equal(lwnvme_write_protection_get(R, 1, 0, &protection), LWNVME_ERR_NO_WRITE_PROTECTION);
    assert_int_equal(lwnvme_write_protection_set(R, 1, 0), LWNVME_ERR_NO_WRITE_PROTECTION);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
    bench_prepare(&bench);
    bench.settings.ctratt = 1u << 3;
    feature_open();
    recovery.nvm_set = 1;
    assert_int_equal(lwnvme_read_recovery_get(R, 0, &recovery), LWNVME_ERR_NO_NVM_SETS);
    bench_end(&bench);
}

/* One range of nothing but zeros stands for none; if it says anything, it is of one block. And the handle must be of this
 * opening. */
static void ranges_that_were_never_set(void **state)
{
    static struct lwnvme_lba_ranges ranges;
    struct lwnvme_lba_range_type said[2];
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    memset(said, 0, sizeof(said));
    answer_set(0, said, sizeof(said));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 0);
    said[0].type = LWNVME_LBA_RANGE_FILESYSTEM;
    answer_set(0, said, sizeof(said));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 1);
    said[0].type = 0;
    said[0].attr = LWNVME_LBA_RANGE_HIDDEN;
    answer_set(0, said, sizeof(said));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 1);
    said[0].attr = 0;
    lwnvme_le64_set(&said[0].slba, 1);
    answer_set(0, said, sizeof(said));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 1);
    lwnvme_le64_set(&said[0].slba, 0);
    lwnvme_le64_set(&said[0].nlb, 8);
    answer_set(0, said, sizeof(said));
    assert_int_equal(ended(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges)), 0);
    assert_int_equal(ranges.count, 1);
    bench.ns->incarnation++;
    assert_int_equal(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges), LWNVME_ERR_NAMESPACE_CLOSED);
    bench.ns->incarnation--;
    bench.ns->controller = NULL;
    assert_int_equal(lwnvme_lba_ranges_get(R, bench.ns, 0, &ranges), LWNVME_ERR_NAMESPACE_CLOSED);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_recovery_in_its_units),
        cmocka_unit_test(lba_ranges_are_told_and_checked),
        cmocka_unit_test(fault_059_lba_ranges_of_garbage_are_not_believed),
        cmocka_unit_test(lba_status_intervals),
        cmocka_unit_test(read_recovery_levels_that_are_there),
        cmocka_unit_test(predictable_latency_with_its_thresholds),
        cmocka_unit_test(endurance_group_events),
        cmocka_unit_test(data_placement_is_turned_on),
        cmocka_unit_test(data_placement_events),
        cmocka_unit_test(reservation_mask_and_persistence),
        cmocka_unit_test(write_protection_as_the_controller_can),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(ranges_that_were_never_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Timestamp, host identifier, host behavior support. */
#include "feature_bench.h"

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    bench.settings.ctratt |= 1;
    feature_open();
}

static void the_timestamp_is_set_and_goes_on(void **state)
{
    struct lwnvme_timestamp value = {.milliseconds = 1764112345678};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_timestamp_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x0e, 0);
    assert_memory_equal(sent_data, "\x4e\x2a\x4a\xbd\x9a\x01\x00\x00", 8);
    lwnvme_sim_advance(bench.sim, 5000000);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_timestamp_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x0e, 0);
    assert_true(value.milliseconds >= 1764112350678 && value.milliseconds < 1764112351678);
    assert_true(value.from_host);
    bench_end(&bench);
}

static void the_timestamp_has_48_bits(void **state)
{
    struct lwnvme_timestamp value = {.milliseconds = UINT64_C(1) << 48};
    (void)state;
    start();
    assert_int_equal(lwnvme_timestamp_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.milliseconds--;
    answer_set(0, NULL, 0);
    assert_int_equal(ended(lwnvme_timestamp_set(R, &value, false)), 0);
    assert_memory_equal(sent_data, "\xff\xff\xff\xff\xff\xff\x00\x00", 8);
    bench_end(&bench);
}

static void fault_059_a_timestamp_of_no_origin_is_not_believed(void **state)
{
    struct lwnvme_timestamp_data raw = {{1, 0, 0, 0, 0, 0}, 0x04, 0};
    struct lwnvme_timestamp value = {.milliseconds = 77};
    (void)state;
    start();
    answer_set(0, &raw, sizeof(raw));
    assert_int_equal(ended(lwnvme_timestamp_get(R, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(value.milliseconds, 77);
    raw.attributes = 0x01;
    answer_set(0, &raw, sizeof(raw));
    assert_int_equal(ended(lwnvme_timestamp_get(R, 0, &value)), 0);
    assert_int_equal(value.milliseconds, 1);
    assert_false(value.from_host);
    assert_true(value.may_have_stopped);
    bench_end(&bench);
}

static void host_identifiers_of_both_lengths(void **state)
{
    struct lwnvme_host_identifier value = {false, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
    (void)state;
    start();
    answer_set(0, "ABCDEFGHIJKLMNOP", 16);
    assert_int_equal(ended(lwnvme_host_identifier_set(R, &value)), 0);
    sent_is(SET, 0, 0x81, 0);
    assert_memory_equal(sent_data, "\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0\0\0\0\0", 16);
    value.extended = true;
    assert_int_equal(ended(lwnvme_host_identifier_set(R, &value)), 0);
    sent_is(SET, 0, 0x81, 1);
    assert_memory_equal(sent_data, value.bytes, 16);
    assert_int_equal(ended(lwnvme_host_identifier_get(R, &value)), 0);
    sent_is(GET, 0, 0x81, 1);
    assert_memory_equal(value.bytes, "ABCDEFGHIJKLMNOP", 16);
    value.extended = false;
    assert_int_equal(ended(lwnvme_host_identifier_get(R, &value)), 0);
    sent_is(GET, 0, 0x81, 0);
    assert_memory_equal(value.bytes, "ABCDEFGH\0\0\0\0\0\0\0\0", 16);
    bench_end(&bench);
}

/* What the controller has beside the members that are known here is written back as it was. */
static void host_behavior_is_read_changed_and_written(void **state)
{
    static struct lwnvme_host_behavior value;
    struct lwnvme_host_behavior_support raw;
    (void)state;
    memset(&raw, 0, sizeof(raw));
    raw.acre = 1;
    raw.rsvd6[0] = 0x5a;
    raw.rsvd6[505] = 0xa5;
    start();
    answer_set(0, &raw, sizeof(raw));
    value.extended_lba_formats = true;
    value.copy_formats = 0x1234;
    assert_int_equal(ended(lwnvme_host_behavior_set(R, &value)), 0);
    assert_int_equal(sent_count, 2);
    sent_is(SET, 0, 0x16, 0);
    assert_int_equal(sent_data[0], 0);
    assert_int_equal(sent_data[1], 0);
    assert_int_equal(sent_data[2], 1);
    assert_int_equal(sent_data[3], 0);
    assert_int_equal(sent_data[4], 0x34);
    assert_int_equal(sent_data[5], 0x12);
    assert_int_equal(sent_data[6], 0x5a);
    assert_int_equal(sent_data[511], 0xa5);
    assert_int_equal(ended(lwnvme_host_behavior_get(R, 0, &value)), 0);
    assert_true(value.command_retry_delay);
    assert_false(value.extended_lba_formats);
    raw.acre = 2;
    answer_set(0, &raw, sizeof(raw));
    assert_int_equal(ended(lwnvme_host_behavior_get(R, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    bench.violations_allowed = true; /* bytes of a later specification */
    bench_end(&bench);
}

static void host_behavior_that_cannot_be_read_is_not_written(void **state)
{
    static struct lwnvme_host_behavior value;
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = GET, .status = 0x4002};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(ended(lwnvme_host_behavior_set(R, &value)), 0x4002);
    assert_int_equal(sent_count, 1);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    struct lwnvme_timestamp timestamp = {.milliseconds = 1};
    struct lwnvme_host_identifier identifier = {true, {0}};
    (void)state;
    bench_prepare(&bench);
    bench.settings.oncs = 0x10;
    bench.settings.ctratt = 0;
    feature_open();
    assert_int_equal(lwnvme_timestamp_get(R, 0, &timestamp), LWNVME_ERR_NO_TIMESTAMP);
    assert_int_equal(lwnvme_timestamp_set(R, &timestamp, false), LWNVME_ERR_NO_TIMESTAMP);
    assert_int_equal(lwnvme_host_identifier_get(R, &identifier), LWNVME_ERR_NO_HOST_IDENTIFIER_128);
    assert_int_equal(lwnvme_host_identifier_set(R, &identifier), LWNVME_ERR_NO_HOST_IDENTIFIER_128);
    assert_int_equal(lwnvme_timestamp_set(R, NULL, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_identifier_get(R, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_behavior_set(R, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_behavior_get(R, 4, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

static void spoil_flags(void *context, uint16_t sqid, const uint32_t command[16])
{
    note_command(context, sqid, command);
    io.request.flags = 0x4000; /* no such flag */
}

/* All that the host can say of itself; and a second command that cannot be sent is told. */
static void each_behavior_has_its_place(void **state)
{
    struct lwnvme_host_behavior value = {.command_retry_delay = true,
                                         .telemetry_area_4 = true,
                                         .extended_lba_formats = true,
                                         .dispersed_namespaces = true,
                                         .copy_formats = 0x1c};
    (void)state;
    start();
    bench.violations_allowed = true;
    answer_set(0, "", 0);
    assert_int_equal(ended(lwnvme_host_behavior_set(R, &value)), 0);
    assert_int_equal(sent[0] & 0xff, SET);
    assert_memory_equal(sent_data, "\1\1\1\1\x1c\0", 6);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_host_behavior_set(R, &value)), 0);
    assert_memory_equal(sent_data, "\0\0\0\0\0\0", 6);
    lwnvme_sim_settings(bench.sim)->on_command = spoil_flags;
    sent_count = 0;
    assert_int_equal(ended(lwnvme_host_behavior_set(R, &value)), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(sent_count, 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_timestamp_is_set_and_goes_on),
        cmocka_unit_test(the_timestamp_has_48_bits),
        cmocka_unit_test(fault_059_a_timestamp_of_no_origin_is_not_believed),
        cmocka_unit_test(host_identifiers_of_both_lengths),
        cmocka_unit_test(host_behavior_is_read_changed_and_written),
        cmocka_unit_test(host_behavior_that_cannot_be_read_is_not_written),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(each_behavior_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

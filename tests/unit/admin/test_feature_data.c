/* SPDX-License-Identifier: MIT */
/* Get and Set Features with all dwords and with data. */
#include "feature_bench.h"

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    bench.settings.ctratt |= 1u << 9;
    feature_open();
}

static void every_dword_is_where_it_belongs(void **state)
{
    struct lwnvme_feature_select select = {.fid = 0xc5,
                                           .select = 2,
                                           .save = true,
                                           .uuid_index = 5,
                                           .nsid = 0x11111111,
                                           .cdw11 = 0x22222222,
                                           .cdw12 = 0x33333333,
                                           .cdw13 = 0x44444444,
                                           .cdw15 = 0x55555555};
    uint8_t data[16] = {1, 2, 3};
    (void)state;
    start();
    answer_set(0x77, "abcd", 4);
    assert_int_equal(ended(lwnvme_feature_get_data(R, &select, data, 4)), 0);
    assert_int_equal(sent[0] & 0xff, GET);
    assert_int_equal(sent[1], 0x11111111);
    assert_int_equal(sent[10], 0x2c5);
    assert_int_equal(sent[11], 0x22222222);
    assert_int_equal(sent[12], 0x33333333);
    assert_int_equal(sent[13], 0x44444444);
    assert_int_equal(sent[14], 5);
    assert_int_equal(sent[15], 0x55555555);
    assert_int_equal(io.request.result_dw0, 0x77);
    assert_memory_equal(data, "abcd", 4);
    assert_int_equal(data[4], 0);
    assert_int_equal(ended(lwnvme_feature_set_data(R, &select, "xyz", 3)), 0);
    assert_int_equal(sent[0] & 0xff, SET);
    assert_int_equal(sent[10], 0x800000c5);
    assert_int_equal(sent[14], 5);
    assert_int_equal(sent[15], 0x55555555);
    assert_memory_equal(sent_data, "xyz\0\0\0", 6);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void data_are_bounded_by_the_structure(void **state)
{
    static const struct {
        uint8_t fid;
        uint32_t bytes;
    } sizes[] = {{0x01, 0},   {0x03, 4096}, {0x0c, 256},  {0x0d, 4096}, {0x0e, 8},
                 {0x13, 512}, {0x16, 512},  {0x1c, 4096}, {0x1e, 510},  {0x1f, 256},
                 {0x21, 0},   {0x22, 4096}, {0x78, 512},  {0x7e, 4096}, {0x81, 16},
                 {0x84, 0},   {0x86, 4096}, {0xc0, 4096}, {0xff, 4096}, {0x00, 4096}};
    static uint8_t data[4097];
    (void)state;
    start();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct lwnvme_feature_select select = {.fid = sizes[i].fid};
        assert_int_equal(lwnvme_feature_data_bytes(sizes[i].fid), sizes[i].bytes);
        assert_int_equal(lwnvme_feature_get_data(R, &select, data, sizes[i].bytes + 1),
                         LWNVME_ERR_BUFFER_LENGTH);
        if (sizes[i].fid != 0x0d) {
            assert_int_equal(lwnvme_feature_set_data(R, &select, data, sizes[i].bytes + 1),
                             LWNVME_ERR_BUFFER_LENGTH);
        }
    }
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

/* A page for all that may have data, none for what has none. */
static void only_what_may_have_data_gets_a_page(void **state)
{
    struct lwnvme_feature_select select = {.fid = 0x06};
    (void)state;
    start();
    answer_set(1, NULL, 0);
    assert_int_equal(ended(lwnvme_feature_get_data(R, &select, NULL, 0)), 0);
    assert_int_equal(sent[6] | sent[7], 0);
    assert_int_equal(ended(lwnvme_feature_set_data(R, &select, NULL, 0)), 0);
    assert_int_equal(sent[6] | sent[7], 0);
    select.fid = 0xc1;
    assert_int_equal(ended(lwnvme_feature_get_data(R, &select, NULL, 0)), 0);
    assert_true((sent[6] | sent[7]) != 0);
    assert_int_equal(ended(lwnvme_feature_set_data(R, &select, NULL, 0)), 0);
    assert_true((sent[6] | sent[7]) != 0);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void what_belongs_to_the_library_is_refused(void **state)
{
    struct lwnvme_feature_select select = {.fid = 0x07};
    (void)state;
    start();
    assert_int_equal(lwnvme_feature_set_data(R, &select, NULL, 0), LWNVME_ERR_OPCODE_REFUSED);
    select.fid = 0x0d;
    assert_int_equal(lwnvme_feature_set_data(R, &select, NULL, 0), LWNVME_ERR_OPCODE_REFUSED);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    struct lwnvme_feature_select select = {.fid = 0xc1};
    struct lwnvme_feature_abilities abilities;
    static struct lwnvme_controller closed;
    uint8_t data[8];
    (void)state;
    start();
    assert_int_equal(lwnvme_feature_get_data(NULL, &io.request, &select, data, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get_data(bench.controller, NULL, &select, data, 8),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get_data(R, NULL, data, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get_data(R, &select, NULL, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_set_data(R, NULL, data, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_set_data(R, &select, NULL, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get_data(&closed, &io.request, &select, data, 8), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_feature_abilities_get(R, 1, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_abilities_get(&closed, &io.request, 1, 0, &abilities),
                     LWNVME_ERR_NOT_OPEN);
    select.select = 4;
    assert_int_equal(lwnvme_feature_get_data(R, &select, data, 8), LWNVME_ERR_INVALID_ARGUMENT);
    select.select = 0;
    select.uuid_index = 128;
    assert_int_equal(lwnvme_feature_get_data(R, &select, data, 8), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_feature_set_data(R, &select, data, 8), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    struct lwnvme_feature_select select = {.fid = 0xc1, .uuid_index = 1};
    struct lwnvme_feature_abilities abilities;
    (void)state;
    bench_prepare(&bench);
    bench.settings.oncs = 0;
    bench.settings.ctratt = 0;
    feature_open();
    assert_int_equal(lwnvme_feature_get_data(R, &select, NULL, 0), LWNVME_ERR_NO_UUID_LIST);
    assert_int_equal(lwnvme_feature_set_data(R, &select, NULL, 0), LWNVME_ERR_NO_UUID_LIST);
    select.uuid_index = 0;
    select.select = 1;
    select.save = true;
    assert_int_equal(lwnvme_feature_get_data(R, &select, NULL, 0), LWNVME_ERR_NO_SAVE_SELECT);
    assert_int_equal(lwnvme_feature_set_data(R, &select, NULL, 0), LWNVME_ERR_NO_SAVE_SELECT);
    assert_int_equal(lwnvme_feature_abilities_get(R, 1, 0, &abilities), LWNVME_ERR_NO_SAVE_SELECT);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

static void fault_059_abilities_are_three_bits(void **state)
{
    struct lwnvme_feature_abilities abilities = {false, false, false};
    (void)state;
    start();
    answer_set(0xfffffffa, NULL, 0);
    assert_int_equal(ended(lwnvme_feature_abilities_get(R, 0x0e, 7, &abilities)), 0);
    sent_is(GET, 7, 0x30e, 0);
    assert_false(abilities.saveable);
    assert_true(abilities.namespace_specific);
    assert_false(abilities.changeable);
    answer_set(5, NULL, 0);
    assert_int_equal(ended(lwnvme_feature_abilities_get(R, 0x0e, 7, &abilities)), 0);
    assert_true(abilities.saveable);
    assert_false(abilities.namespace_specific);
    assert_true(abilities.changeable);
    bench_end(&bench);
}

/* More typed requests than pages: they wait, and each value is decoded once its turn has come. */
static void values_that_wait_for_a_page_are_decoded_too(void **state)
{
    static struct counted many[6];
    static struct lwnvme_timestamp values[6];
    struct lwnvme_timestamp first = {.milliseconds = 0xba9876543210};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_timestamp_set(R, &first, false)), 0);
    for (size_t i = 0; i < 6; i++) {
        counted_init(&many[i], NULL);
        assert_int_equal(lwnvme_timestamp_get(bench.controller, &many[i].request, 0, &values[i]), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        bench_wait(&bench, &many[i].request);
        assert_int_equal(many[i].called, 1);
        assert_int_equal(many[i].request.status, 0);
        assert_true(values[i].milliseconds - 0xba9876543210 < 1000);
        assert_true(values[i].from_host);
    }
    bench_end(&bench);
}

static void a_value_that_could_not_be_got_stays_as_it_was(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = GET, .count = 2, .status = 0x4002};
    struct lwnvme_arbitration arbitration = {77, 78, 79, 80};
    struct lwnvme_timestamp timestamp = {.milliseconds = 81};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(ended(lwnvme_arbitration_get(R, 0, &arbitration)), 0x4002);
    assert_int_equal(arbitration.burst, 77);
    assert_int_equal(arbitration.high_weight, 80);
    assert_int_equal(ended(lwnvme_timestamp_get(R, 0, &timestamp)), 0x4002);
    assert_int_equal(timestamp.milliseconds, 81);
    bench_end(&bench);
}

/* Capabilities are a dword, for which features that are known here need no page; what is not known gets one. */
static void capabilities_and_the_page_for_them(void **state)
{
    struct lwnvme_feature_select select = {.fid = LWNVME_FEATURE_TIMESTAMP,
                                           .select = LWNVME_SEL_SUPPORTED_CAPABILITIES};
    struct lwnvme_feature_abilities abilities;
    uint8_t data[8] = {0};
    (void)state;
    start();
    bench.violations_allowed = true;
    answer_set(LWNVME_FEATURE_CAPABILITY_CHANGEABLE, "", 0);
    assert_int_equal(ended(lwnvme_feature_get_data(R, &select, data, sizeof(data))), 0);
    assert_int_equal(sent[10], 0x30e);
    assert_int_equal(sent[6] | sent[7], 0);
    select.fid = 0xc5;
    assert_int_equal(ended(lwnvme_feature_get_data(R, &select, data, sizeof(data))), 0);
    assert_int_not_equal(sent[6] | sent[7], 0);
    assert_int_equal(ended(lwnvme_feature_abilities_get(R, 0xc5, 1, &abilities)), 0);
    assert_int_not_equal(sent[6] | sent[7], 0);
    assert_true(abilities.changeable);
    assert_false(abilities.saveable);
    assert_int_equal(ended(lwnvme_feature_abilities_get(R, LWNVME_FEATURE_TIMESTAMP, 0, &abilities)), 0);
    assert_int_equal(sent[6] | sent[7], 0);
    assert_true(abilities.changeable);
    bench_end(&bench);
}

/* Refused when it is sent: no callback, no value. One without a callback is decoded all the same. */
static void gets_that_cannot_be_sent_and_gets_without_a_callback(void **state)
{
    struct lwnvme_timestamp value = {.milliseconds = 7};
    uint8_t word = 0;
    (void)state;
    start();
    io.request.flags = 0x4000; /* no such flag */
    assert_int_equal(ended(lwnvme_timestamp_get(R, 0, &value)), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(sent_count, 0);
    assert_int_equal(io.called, 0);
    assert_true(value.milliseconds == 7);
    io.request.flags = 0;
    io.request.done = NULL;
    bench.violations_allowed = true;
    answer_set(3, "", 0);
    assert_int_equal(lwnvme_software_progress_get(R, 0, &word), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(word, 3);
    assert_int_equal(io.called, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dword_is_where_it_belongs),
        cmocka_unit_test(data_are_bounded_by_the_structure),
        cmocka_unit_test(only_what_may_have_data_gets_a_page),
        cmocka_unit_test(what_belongs_to_the_library_is_refused),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(fault_059_abilities_are_three_bits),
        cmocka_unit_test(values_that_wait_for_a_page_are_decoded_too),
        cmocka_unit_test(a_value_that_could_not_be_got_stays_as_it_was),
        cmocka_unit_test(capabilities_and_the_page_for_them),
        cmocka_unit_test(gets_that_cannot_be_sent_and_gets_without_a_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

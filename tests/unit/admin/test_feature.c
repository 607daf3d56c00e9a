/* SPDX-License-Identifier: MIT */
/* Features with a value of one dword. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint32_t sent[16];

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
}

static void start(uint16_t oncs)
{
    bench_prepare(&bench);
    bench.settings.oncs = oncs;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    counted_init(&io, NULL);
}

static void values_go_and_come(void **state)
{
    uint32_t value = 0;
    (void)state;
    start(0x9d);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, &value), 0);
    assert_int_equal(sent[0] & 0xffff, 0x0a);
    assert_int_equal(sent[10], 6);
    assert_int_equal(value, 1);
    assert_int_equal(lwnvme_sync_feature_set(bench.controller, 6, 0, 0, false), 0);
    assert_int_equal(sent[0] & 0xffff, 0x09);
    assert_int_equal(sent[10], 6);
    assert_int_equal(sent[11], 0);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(lwnvme_feature_set(bench.controller, &io.request, 4, 0x12345678, 9, false), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(sent[1], 9);
    assert_int_equal(sent[11], 0x12345678);
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 0xc1, 0, 3), 0);
    bench_wait(&bench, &io.request);
    assert_true(io.request.status > 0);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    static struct lwnvme_controller closed;
    uint32_t value = 7;
    (void)state;
    start(0xffff);
    assert_int_equal(lwnvme_feature_get(NULL, &io.request, 6, 0, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get(bench.controller, NULL, 6, 0, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_get(&closed, &io.request, 6, 0, 0), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, 4, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, 255, 0),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_feature_set(NULL, &io.request, 6, 0, 0, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_set(bench.controller, NULL, 6, 0, 0, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_feature_set(&closed, &io.request, 6, 0, 0, false), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 9, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(value, 7);
    bench_end(&bench);
}

static void fault_051_number_of_queues_is_the_librarys(void **state)
{
    (void)state;
    start(0xffff);
    assert_int_equal(lwnvme_feature_set(bench.controller, &io.request, 7, 0, 0, false),
                     LWNVME_ERR_OPCODE_REFUSED);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->admin_commands[9], 1);
    bench_end(&bench);
}

static void saved_and_selected_values_only_if_the_controller_can(void **state)
{
    uint32_t value = 0;
    (void)state;
    start(0x0c);
    assert_int_equal(lwnvme_feature_set(bench.controller, &io.request, 6, 0, 0, true),
                     LWNVME_ERR_NO_SAVE_SELECT);
    for (uint8_t select = 1; select < 4; select++) {
        assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, select, 0),
                         LWNVME_ERR_NO_SAVE_SELECT);
    }
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, &value), 0);
    bench_end(&bench);
    start(0x1c);
    for (uint8_t select = 1; select < 4; select++) {
        assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, select, 0), 0);
        bench_wait(&bench, &io.request);
        assert_int_equal(sent[10], 6u | (uint32_t)select << 8);
    }
    assert_int_equal(lwnvme_feature_set(bench.controller, &io.request, 6, 0, 0, true), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(sent[10], 6u | 1u << 31);
    bench_end(&bench);
}

static void succeed(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    (void)sqid;
    completion[0] = 0x77;
    completion[3] &= 0xffff; /* success, whatever it was */
}

/* A vendor's feature may have data after all: it is given memory for them, and none of the caller's. */
static void vendors_features_have_a_page(void **state)
{
    uint32_t value = 0;
    (void)state;
    start(0xffff);
    lwnvme_sim_settings(bench.sim)->on_completion = succeed;
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 0xc1, 0, 0, &value), 0);
    assert_int_equal(value, 0x77);
    assert_true((sent[6] | sent[7]) != 0);
    assert_int_equal(lwnvme_sync_feature_set(bench.controller, 0xc1, 5, 0, false), 0);
    assert_true((sent[6] | sent[7]) != 0);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, &value), 0);
    assert_int_equal(sent[6] | sent[7], 0);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void features_with_data_are_refused(void **state)
{
    static const uint8_t fids[] = {0x03, 0x0c, 0x0d, 0x0e, 0x13, 0x16, 0x81};
    (void)state;
    start(0xffff);
    for (size_t i = 0; i < sizeof(fids); i++) {
        assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, fids[i], 0, 0),
                         LWNVME_ERR_FEATURE_HAS_DATA);
        assert_int_equal(lwnvme_feature_set(bench.controller, &io.request, fids[i], 0, 0, false),
                         LWNVME_ERR_FEATURE_HAS_DATA);
    }
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 0x0e, 3, 0),
                     0); /* capabilities have none */
    bench_wait(&bench, &io.request);
    bench.violations_allowed = true;
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_and_come),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(fault_051_number_of_queues_is_the_librarys),
        cmocka_unit_test(saved_and_selected_values_only_if_the_controller_can),
        cmocka_unit_test(vendors_features_have_a_page),
        cmocka_unit_test(features_with_data_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

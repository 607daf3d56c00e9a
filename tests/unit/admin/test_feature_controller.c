/* SPDX-License-Identifier: MIT */
/* Typed features of the whole controller: dwords sent, values decoded, garbage and what is missing named. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint32_t sent[16];
static uint32_t answer;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
}

/* Success with this dword, whatever the software controller would say. */
static void answer_with(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    (void)sqid;
    completion[0] = answer;
    completion[3] &= 0xffff;
}

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    bench.settings.hctma = 1;
    bench.settings.mntmt = 300;
    bench.settings.mxtmt = 350;
    bench.settings.tmpthha = 2;
    bench.settings.ctratt |= 2;
    bench.settings.sanicap |= 2;
    bench.settings.kas = 10;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    memset(sent, 0, sizeof(sent));
    counted_init(&io, NULL);
}

static void answer_set(uint32_t dword)
{
    answer = dword;
    lwnvme_sim_settings(bench.sim)->on_completion = answer_with;
}

/* Runs what has been accepted to its end and returns the request's status. */
static int ended(int accepted)
{
    uint32_t called = io.called;
    if (accepted != 0) {
        assert_false(lwnvme_request_active(&io.request));
        return accepted;
    }
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, called + 1);
    return io.request.status;
}

static void sent_is(uint32_t opcode, uint32_t cdw10, uint32_t cdw11)
{
    assert_int_equal(sent[0] & 0xff, opcode);
    assert_int_equal(sent[1], 0);
    assert_int_equal(sent[6] | sent[7] | sent[8] | sent[9], 0);
    assert_int_equal(sent[10], cdw10);
    assert_int_equal(sent[11], cdw11);
    assert_int_equal(sent[12] | sent[13] | sent[14] | sent[15], 0);
}

#define GET 0x0au
#define SET 0x09u
#define R   bench.controller, &io.request

static void arbitration_goes_and_comes(void **state)
{
    struct lwnvme_arbitration value = {8, 1, 128, 256};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_arbitration_set(R, &value, false)), 0);
    sent_is(SET, 1, 0xff7f0003);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_arbitration_get(R, 0, &value)), 0);
    sent_is(GET, 1, 0);
    assert_int_equal(value.burst, 8);
    assert_int_equal(value.low_weight, 1);
    assert_int_equal(value.medium_weight, 128);
    assert_int_equal(value.high_weight, 256);
    value.burst = 0;
    assert_int_equal(ended(lwnvme_arbitration_set(R, &value, false)), 0);
    sent_is(SET, 1, 0xff7f0007);
    assert_int_equal(ended(lwnvme_arbitration_get(R, 0, &value)), 0);
    assert_int_equal(value.burst, 0);
    bench_end(&bench);
}

static void arbitration_out_of_range_is_refused(void **state)
{
    static const struct lwnvme_arbitration wrong[] = {{3, 1, 1, 1},   {128, 1, 1, 1}, {1, 0, 1, 1},
                                                      {1, 1, 257, 1}, {1, 1, 1, 0},   {UINT32_MAX, 1, 1, 1}};
    (void)state;
    start();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(lwnvme_arbitration_set(R, &wrong[i], false), LWNVME_ERR_INVALID_ARGUMENT);
    }
    assert_int_equal(lwnvme_arbitration_set(R, NULL, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_arbitration_get(R, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_arbitration_get(bench.controller, NULL, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

static void temperature_thresholds_of_each_sensor(void **state)
{
    struct lwnvme_temperature_threshold value = {8, true, 263, 0};
    (void)state;
    start();
    answer_set(0x00800123); /* TMPTHH 2 */
    assert_int_equal(ended(lwnvme_temperature_threshold_set(R, &value, true)), 0);
    sent_is(SET, 0x80000004, 263u | 8u << 16 | 1u << 20);
    value.sensor = 15;
    value.under = false;
    value.hysteresis_kelvin = 2;
    assert_int_equal(ended(lwnvme_temperature_threshold_set(R, &value, false)), 0);
    sent_is(SET, 4, 263u | 15u << 16 | 2u << 22);
    assert_int_equal(lwnvme_temperature_threshold_get(R, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    value.sensor = 3;
    assert_int_equal(ended(lwnvme_temperature_threshold_get(R, 0, &value)), 0);
    sent_is(GET, 4, 3u << 16);
    assert_int_equal(value.kelvin, 0x123);
    assert_int_equal(value.hysteresis_kelvin, 2);
    value.sensor = 9;
    assert_int_equal(lwnvme_temperature_threshold_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.sensor = 0;
    value.hysteresis_kelvin = 3;
    assert_int_equal(lwnvme_temperature_threshold_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void a_controller_without_hysteresis_says_so(void **state)
{
    struct lwnvme_temperature_threshold value = {0, false, 350, 1};
    (void)state;
    bench_prepare(&bench);
    bench.settings.tmpthha = 0;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    counted_init(&io, NULL);
    assert_int_equal(lwnvme_temperature_threshold_set(R, &value, false), LWNVME_ERR_NO_FEATURE);
    value.hysteresis_kelvin = 0;
    assert_int_equal(ended(lwnvme_temperature_threshold_set(R, &value, false)), 0);
    bench_end(&bench);
}

static void the_write_cache_goes_off_and_on(void **state)
{
    bool enabled = false;
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_write_cache_get(R, 0, &enabled)), 0);
    assert_true(enabled);
    assert_int_equal(ended(lwnvme_write_cache_set(R, false, false)), 0);
    sent_is(SET, 6, 0);
    assert_int_equal(ended(lwnvme_write_cache_get(R, 0, &enabled)), 0);
    assert_false(enabled);
    assert_int_equal(ended(lwnvme_write_cache_set(R, true, true)), 0);
    sent_is(SET, 0x80000006, 1);
    bench_end(&bench);
}

static void the_number_of_queues_is_counted_from_one(void **state)
{
    struct lwnvme_number_of_queues value = {7, 7};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &value)), 0);
    assert_int_equal(value.submission_queues, bench.settings.io_queue_pairs);
    assert_int_equal(value.completion_queues, bench.settings.io_queue_pairs);
    answer_set(0xfffe0000);
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &value)), 0);
    assert_int_equal(value.submission_queues, 1);
    assert_int_equal(value.completion_queues, 65535);
    bench_end(&bench);
}

static void interrupt_coalescing_in_its_units(void **state)
{
    struct lwnvme_interrupt_coalescing value = {256, 25500};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_interrupt_coalescing_set(R, &value, false)), 0);
    sent_is(SET, 8, 0xffff);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_interrupt_coalescing_get(R, 0, &value)), 0);
    assert_int_equal(value.threshold, 256);
    assert_int_equal(value.time_us, 25500);
    value.time_us = 25600;
    assert_int_equal(lwnvme_interrupt_coalescing_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.time_us = 150;
    assert_int_equal(lwnvme_interrupt_coalescing_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.time_us = 0;
    value.threshold = 0;
    assert_int_equal(lwnvme_interrupt_coalescing_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.threshold = 257;
    assert_int_equal(lwnvme_interrupt_coalescing_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void interrupt_vectors_one_by_one(void **state)
{
    struct lwnvme_interrupt_vector value = {3, true};
    (void)state;
    start();
    answer_set(0x10003);
    assert_int_equal(ended(lwnvme_interrupt_vector_set(R, &value, false)), 0);
    sent_is(SET, 9, 0x10003);
    value.coalescing_disabled = false;
    assert_int_equal(ended(lwnvme_interrupt_vector_get(R, 0, &value)), 0);
    sent_is(GET, 9, 3);
    assert_true(value.coalescing_disabled);
    value.vector = 0;
    assert_int_equal(lwnvme_interrupt_vector_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void flags_of_one_bit(void **state)
{
    bool flag = false;
    (void)state;
    start();
    answer_set(1);
    assert_int_equal(ended(lwnvme_write_atomicity_set(R, true, false)), 0);
    sent_is(SET, 0x0a, 1);
    assert_int_equal(ended(lwnvme_write_atomicity_get(R, 0, &flag)), 0);
    sent_is(GET, 0x0a, 0);
    assert_true(flag);
    assert_int_equal(ended(lwnvme_non_operational_permissive_set(R, true, false)), 0);
    sent_is(SET, 0x11, 1);
    flag = false;
    assert_int_equal(ended(lwnvme_non_operational_permissive_get(R, 0, &flag)), 0);
    sent_is(GET, 0x11, 0);
    assert_true(flag);
    assert_int_equal(ended(lwnvme_sanitize_config_set(R, true, true)), 0);
    sent_is(SET, 0x80000017, 1);
    flag = false;
    assert_int_equal(ended(lwnvme_sanitize_config_get(R, 2, &flag)), 0);
    sent_is(GET, 0x217, 0);
    assert_true(flag);
    assert_int_equal(ended(lwnvme_spinup_set(R, false, false)), 0);
    sent_is(SET, 0x1a, 0);
    answer_set(0xfffffffe);
    assert_int_equal(ended(lwnvme_spinup_get(R, 0, &flag)), 0);
    sent_is(GET, 0x1a, 0);
    assert_false(flag);
    bench_end(&bench);
}

static void events_that_the_controller_lacks_are_not_enabled(void **state)
{
    uint32_t bits = 0;
    uint32_t oaes = 0;
    (void)state;
    start();
    oaes = lwnvme_le32_get(&lwnvme_controller_get_identify(bench.controller)->oaes);
    assert_int_equal(ended(lwnvme_event_configuration_set(R, 0x1f | (oaes & 0x300), false)), 0);
    sent_is(SET, 0x0b, 0x1f | (oaes & 0x300));
    assert_int_equal(ended(lwnvme_event_configuration_get(R, 0, &bits)), 0);
    assert_int_equal(bits, 0x1f | (oaes & 0x300));
    assert_int_equal(lwnvme_event_configuration_set(R, ~oaes & (1u << 24), false), LWNVME_ERR_NO_EVENT);
    bench_end(&bench);
}

static void the_keep_alive_timer_is_rounded_up(void **state)
{
    uint32_t timeout_ms = 0;
    (void)state;
    start(); /* KAS is 10: 1000 ms */
    answer_set(2000);
    assert_int_equal(ended(lwnvme_keep_alive_timer_set(R, 1001)), 0);
    sent_is(SET, 0x0f, 2000);
    assert_int_equal(ended(lwnvme_keep_alive_timer_get(R, 0, &timeout_ms)), 0);
    assert_int_equal(timeout_ms, 2000);
    assert_int_equal(ended(lwnvme_keep_alive_timer_set(R, 0)), 0);
    sent_is(SET, 0x0f, 0);
    assert_int_equal(lwnvme_keep_alive_timer_set(R, UINT32_MAX), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void thermal_management_within_its_limits(void **state)
{
    struct lwnvme_thermal_management value = {310, 340};
    static const struct lwnvme_thermal_management wrong[] = {{299, 0}, {0, 351}, {340, 340}, {341, 340}};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_thermal_management_set(R, &value, false)), 0);
    sent_is(SET, 0x10, 310u << 16 | 340u);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_thermal_management_get(R, 0, &value)), 0);
    assert_int_equal(value.light_kelvin, 310);
    assert_int_equal(value.heavy_kelvin, 340);
    value.light_kelvin = 0;
    assert_int_equal(ended(lwnvme_thermal_management_set(R, &value, false)), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(lwnvme_thermal_management_set(R, &wrong[i], false), LWNVME_ERR_INVALID_ARGUMENT);
    }
    bench_end(&bench);
}

static void the_command_set_profile_has_nine_bits(void **state)
{
    uint32_t index = 0;
    (void)state;
    bench_prepare(&bench);
    bench.settings.cap_css = 0x41;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    counted_init(&io, NULL);
    answer_set(0xfffff123);
    assert_int_equal(ended(lwnvme_command_set_profile_set(R, 511, false)), 0);
    sent_is(SET, 0x19, 511);
    assert_int_equal(ended(lwnvme_command_set_profile_get(R, 0, &index)), 0);
    assert_int_equal(index, 0x123);
    assert_int_equal(lwnvme_command_set_profile_set(R, 512, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void the_software_progress_marker_is_a_byte(void **state)
{
    uint8_t count = 0;
    (void)state;
    start();
    answer_set(0xabcdef07);
    assert_int_equal(ended(lwnvme_software_progress_set(R, 0, true)), 0);
    sent_is(SET, 0x80000080, 0);
    assert_int_equal(ended(lwnvme_software_progress_get(R, 0, &count)), 0);
    assert_int_equal(count, 7);
    bench_end(&bench);
}

static void put_plsi(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)nsid;
    if (cns == 1) {
        data[110] = *(const uint8_t *)context;
    }
}

static void power_loss_signaling_as_the_controller_can(void **state)
{
    uint8_t plsi = 1;
    uint8_t mode = 9;
    (void)state;
    bench_prepare(&bench);
    bench.settings.on_identify = put_plsi;
    bench.settings.callback_context = &plsi;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    counted_init(&io, NULL);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    answer_set(0);
    assert_int_equal(ended(lwnvme_power_loss_signaling_set(R, 1, false)), 0);
    sent_is(SET, 0x1b, 1);
    assert_int_equal(lwnvme_power_loss_signaling_set(R, 2, false), LWNVME_ERR_NO_FEATURE);
    assert_int_equal(lwnvme_power_loss_signaling_set(R, 3, false), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(ended(lwnvme_power_loss_signaling_get(R, 0, &mode)), 0);
    assert_int_equal(mode, 0);
    bench_end(&bench);
}

/* Each value that cannot be is an error of its own, and the caller's memory stays as it was. */
static void fault_059_garbage_dwords_are_not_believed(void **state)
{
    struct lwnvme_number_of_queues queues = {1, 2};
    struct lwnvme_thermal_management thermal = {1, 2};
    struct lwnvme_interrupt_vector vector = {5, false};
    (void)state;
    start();
    answer_set(0xffffffff);
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &queues)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(queues.submission_queues, 1);
    assert_int_equal(queues.completion_queues, 2);
    assert_int_equal(ended(lwnvme_thermal_management_get(R, 0, &thermal)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(thermal.light_kelvin, 1);
    assert_int_equal(ended(lwnvme_interrupt_vector_get(R, 0, &vector)), LWNVME_ERR_FEATURE_DATA);
    assert_false(vector.coalescing_disabled);
    bench_end(&bench);
}

/* Each of the three values is what the controller says of it; none is taken for another. */
static void fault_059_current_default_and_saved_are_three(void **state)
{
    bool enabled = false;
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_write_cache_set(R, true, true)), 0);
    assert_int_equal(ended(lwnvme_write_cache_set(R, false, false)), 0);
    assert_int_equal(ended(lwnvme_write_cache_get(R, 0, &enabled)), 0);
    assert_false(enabled);
    assert_int_equal(ended(lwnvme_write_cache_get(R, 2, &enabled)), 0);
    sent_is(GET, 0x206, 0);
    assert_true(enabled);
    answer_set(0);
    assert_int_equal(ended(lwnvme_write_cache_get(R, 1, &enabled)), 0);
    sent_is(GET, 0x106, 0);
    assert_false(enabled);
    assert_int_equal(lwnvme_write_cache_get(R, 3, &enabled), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    struct lwnvme_thermal_management thermal = {0, 0};
    uint32_t word = 0;
    uint8_t byte = 0;
    bool flag = false;
    (void)state;
    bench_prepare(&bench);
    memset(sent, 0, sizeof(sent));
    bench.settings.vwc = 0;
    bench.settings.kas = 0;
    bench.settings.hctma = 0;
    bench.settings.ctratt = 0;
    bench.settings.sanicap = 0;
    bench.settings.oncs = 0;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    counted_init(&io, NULL);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    assert_int_equal(lwnvme_write_cache_get(R, 0, &flag), LWNVME_ERR_NO_WRITE_CACHE);
    assert_int_equal(lwnvme_write_cache_set(R, true, false), LWNVME_ERR_NO_WRITE_CACHE);
    assert_int_equal(lwnvme_keep_alive_timer_get(R, 0, &word), LWNVME_ERR_NO_KEEP_ALIVE);
    assert_int_equal(lwnvme_keep_alive_timer_set(R, 1), LWNVME_ERR_NO_KEEP_ALIVE);
    assert_int_equal(lwnvme_thermal_management_get(R, 0, &thermal), LWNVME_ERR_NO_THERMAL_MANAGEMENT);
    assert_int_equal(lwnvme_thermal_management_set(R, &thermal, false), LWNVME_ERR_NO_THERMAL_MANAGEMENT);
    assert_int_equal(lwnvme_non_operational_permissive_get(R, 0, &flag), LWNVME_ERR_NO_NON_OPERATIONAL_MODE);
    assert_int_equal(lwnvme_non_operational_permissive_set(R, false, false),
                     LWNVME_ERR_NO_NON_OPERATIONAL_MODE);
    assert_int_equal(lwnvme_sanitize_config_get(R, 0, &flag), LWNVME_ERR_NO_SANITIZE);
    assert_int_equal(lwnvme_sanitize_config_set(R, false, false), LWNVME_ERR_NO_SANITIZE);
    assert_int_equal(lwnvme_power_loss_signaling_get(R, 0, &byte), LWNVME_ERR_NO_FEATURE);
    assert_int_equal(lwnvme_power_loss_signaling_set(R, 0, false), LWNVME_ERR_NO_FEATURE);
    assert_int_equal(lwnvme_write_atomicity_set(R, false, true), LWNVME_ERR_NO_SAVE_SELECT);
    assert_int_equal(lwnvme_write_atomicity_get(R, 2, &flag), LWNVME_ERR_NO_SAVE_SELECT);
    if (bench.settings.cap_css == 1) {
        assert_int_equal(lwnvme_command_set_profile_get(R, 0, &word), LWNVME_ERR_NO_COMMAND_SETS);
        assert_int_equal(lwnvme_command_set_profile_set(R, 0, false), LWNVME_ERR_NO_COMMAND_SETS);
    }
    assert_int_equal(sent[0], 0);
    assert_int_equal(io.called, 0);
    bench_end(&bench);
}

static void put_oaes(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)nsid;
    if (cns == 1) {
        memcpy(data + 92, context, 4);
    }
}

/* Some bits of OAES stand for several of the configuration. */
static void events_that_one_bit_stands_for(void **state)
{
    static struct lwnvme_le32 oaes;
    const uint32_t groups = LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP;
    const uint32_t discovery = LWNVME_ASYNC_EVENT_ENABLE_PULL_MODEL_DDC_REQUEST |
                               LWNVME_ASYNC_EVENT_ENABLE_AVE_DISCOVERY |
                               LWNVME_ASYNC_EVENT_ENABLE_HOST_DISCOVERY;
    (void)state;
    for (uint32_t bits = 0; bits < 4; bits++) {
        bench_prepare(&bench);
        lwnvme_le32_set(&oaes, ((bits & 1) != 0 ? LWNVME_OAES_REACHABILITY : 0) |
                                   ((bits & 2) != 0 ? LWNVME_OAES_DISCOVERY : 0));
        bench.settings.on_identify = put_oaes;
        bench.settings.callback_context = &oaes;
        bench.violations_allowed = true;
        bench_power(&bench);
        assert_int_equal(bench_open(&bench), 0);
        lwnvme_sim_settings(bench.sim)->on_command = note_command;
        counted_init(&io, NULL);
        answer_set(0);
        assert_int_equal(ended(lwnvme_event_configuration_set(R, groups, false)),
                         (bits & 1) != 0 ? 0 : LWNVME_ERR_NO_EVENT);
        assert_int_equal(ended(lwnvme_event_configuration_set(R, discovery, false)),
                         (bits & 2) != 0 ? 0 : LWNVME_ERR_NO_EVENT);
        bench_end(&bench);
    }
}

/* Each of the two counts is looked at. */
static void fault_043_counts_of_queues_that_cannot_be(void **state)
{
    struct lwnvme_number_of_queues counts = {0};
    (void)state;
    start();
    answer_set(0x0003ffff);
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &counts)), LWNVME_ERR_FEATURE_DATA);
    answer_set(0xffff0003);
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &counts)), LWNVME_ERR_FEATURE_DATA);
    answer_set(0xfffe0003);
    assert_int_equal(ended(lwnvme_number_of_queues_get(R, 0, &counts)), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arbitration_goes_and_comes),
        cmocka_unit_test(arbitration_out_of_range_is_refused),
        cmocka_unit_test(temperature_thresholds_of_each_sensor),
        cmocka_unit_test(a_controller_without_hysteresis_says_so),
        cmocka_unit_test(the_write_cache_goes_off_and_on),
        cmocka_unit_test(the_number_of_queues_is_counted_from_one),
        cmocka_unit_test(interrupt_coalescing_in_its_units),
        cmocka_unit_test(interrupt_vectors_one_by_one),
        cmocka_unit_test(flags_of_one_bit),
        cmocka_unit_test(events_that_the_controller_lacks_are_not_enabled),
        cmocka_unit_test(the_keep_alive_timer_is_rounded_up),
        cmocka_unit_test(thermal_management_within_its_limits),
        cmocka_unit_test(the_command_set_profile_has_nine_bits),
        cmocka_unit_test(the_software_progress_marker_is_a_byte),
        cmocka_unit_test(power_loss_signaling_as_the_controller_can),
        cmocka_unit_test(fault_059_garbage_dwords_are_not_believed),
        cmocka_unit_test(fault_059_current_default_and_saved_are_three),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(events_that_one_bit_stands_for),
        cmocka_unit_test(fault_043_counts_of_queues_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

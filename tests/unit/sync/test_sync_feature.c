/* SPDX-License-Identifier: MIT */
/*
 * Features, blocking: each call sends the command of its feature, returns what the controller says, and is refused
 * without a controller and inside a callback.
 */
#include "../support.h"

#define GET 0x0au
#define SET 0x09u

static struct bench bench;
static uint32_t sent[16];
static uint32_t sent_count;
static uint16_t verdict;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
    sent_count++;
}

static void answer_with(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    (void)sqid;
    completion[0] = 0;
    completion[3] = (completion[3] & 0xffff) | (uint32_t)verdict << 17;
}

/* All values are legal; zero where that is. */
static struct lwnvme_feature_select any = {.fid = 0xc4};
static struct lwnvme_feature_abilities abilities;
static struct lwnvme_arbitration arbitration = {1, 1, 1, 1};
static struct lwnvme_temperature_threshold temperature;
static struct lwnvme_number_of_queues queues;
static struct lwnvme_interrupt_coalescing coalescing = {1, 0};
static struct lwnvme_interrupt_vector vector = {1, false};
static struct lwnvme_thermal_management thermal;
static struct lwnvme_apst apst;
static struct lwnvme_timestamp timestamp;
static struct lwnvme_host_identifier identifier;
static struct lwnvme_host_behavior behavior;
static struct lwnvme_error_recovery recovery;
static struct lwnvme_lba_ranges ranges;
static struct lwnvme_lba_status_interval interval;
static struct lwnvme_read_recovery read_recovery;
static struct lwnvme_predictable_latency latency;
static struct lwnvme_predictable_window window;
static struct lwnvme_endurance_events endurance = {.group = 1};
static struct lwnvme_reservation_mask mask;
static struct lwnvme_data_placement placement = {.group = 1};
static struct lwnvme_placement_events placed;
static struct lwnvme_placement_event_types types = {.count = 1};
static struct lwnvme_power power;
static uint8_t data[16];
static uint8_t byte;
static uint32_t word;
static bool flag;

/* X(call with C for the controller, opcode, feature) */
#define CALLS(X, C)                                                                                          \
    X(lwnvme_sync_feature_get_data(C, &any, data, 8, &word), GET, 0xc4)                                      \
    X(lwnvme_sync_feature_set_data(C, &any, data, 8), SET, 0xc4)                                             \
    X(lwnvme_sync_feature_abilities_get(C, 6, 0, &abilities), GET, 6)                                        \
    X(lwnvme_sync_arbitration_get(C, 0, &arbitration), GET, 1)                                               \
    X(lwnvme_sync_arbitration_set(C, &arbitration, false), SET, 1)                                           \
    X(lwnvme_sync_power_get(C, 0, &power), GET, 2)                                                           \
    X(lwnvme_sync_power_set(C, &power, false), SET, 2)                                                       \
    X(lwnvme_sync_power_idle(C, UINT32_MAX), SET, 2)                                                         \
    X(lwnvme_sync_lba_ranges_get(C, bench.ns, 0, &ranges), GET, 3)                                           \
    X(lwnvme_sync_lba_ranges_set(C, bench.ns, &ranges, false), SET, 3)                                       \
    X(lwnvme_sync_temperature_threshold_get(C, 0, &temperature), GET, 4)                                     \
    X(lwnvme_sync_temperature_threshold_set(C, &temperature, false), SET, 4)                                 \
    X(lwnvme_sync_error_recovery_get(C, 1, 0, &recovery), GET, 5)                                            \
    X(lwnvme_sync_error_recovery_set(C, 1, &recovery, false), SET, 5)                                        \
    X(lwnvme_sync_write_cache_get(C, 0, &flag), GET, 6)                                                      \
    X(lwnvme_sync_write_cache_set(C, true, false), SET, 6)                                                   \
    X(lwnvme_sync_number_of_queues_get(C, 0, &queues), GET, 7)                                               \
    X(lwnvme_sync_interrupt_coalescing_get(C, 0, &coalescing), GET, 8)                                       \
    X(lwnvme_sync_interrupt_coalescing_set(C, &coalescing, false), SET, 8)                                   \
    X(lwnvme_sync_interrupt_vector_get(C, 0, &vector), GET, 9)                                               \
    X(lwnvme_sync_interrupt_vector_set(C, &vector, false), SET, 9)                                           \
    X(lwnvme_sync_write_atomicity_get(C, 0, &flag), GET, 0x0a)                                               \
    X(lwnvme_sync_write_atomicity_set(C, false, false), SET, 0x0a)                                           \
    X(lwnvme_sync_event_configuration_get(C, 0, &word), GET, 0x0b)                                           \
    X(lwnvme_sync_event_configuration_set(C, 0, false), SET, 0x0b)                                           \
    X(lwnvme_sync_apst_get(C, 0, &apst), GET, 0x0c)                                                          \
    X(lwnvme_sync_apst_set(C, &apst, false), SET, 0x0c)                                                      \
    X(lwnvme_sync_timestamp_get(C, 0, &timestamp), GET, 0x0e)                                                \
    X(lwnvme_sync_timestamp_set(C, &timestamp, false), SET, 0x0e)                                            \
    X(lwnvme_sync_keep_alive_timer_get(C, 0, &word), GET, 0x0f)                                              \
    X(lwnvme_sync_keep_alive_timer_set(C, 0), SET, 0x0f)                                                     \
    X(lwnvme_sync_thermal_management_get(C, 0, &thermal), GET, 0x10)                                         \
    X(lwnvme_sync_thermal_management_set(C, &thermal, false), SET, 0x10)                                     \
    X(lwnvme_sync_non_operational_permissive_get(C, 0, &flag), GET, 0x11)                                    \
    X(lwnvme_sync_non_operational_permissive_set(C, true, false), SET, 0x11)                                 \
    X(lwnvme_sync_read_recovery_get(C, 0, &read_recovery), GET, 0x12)                                        \
    X(lwnvme_sync_read_recovery_set(C, &read_recovery, false), SET, 0x12)                                    \
    X(lwnvme_sync_predictable_latency_get(C, 0, &latency), GET, 0x13)                                        \
    X(lwnvme_sync_predictable_latency_set(C, &latency, false), SET, 0x13)                                    \
    X(lwnvme_sync_predictable_window_get(C, 0, &window), GET, 0x14)                                          \
    X(lwnvme_sync_predictable_window_set(C, &window), SET, 0x14)                                             \
    X(lwnvme_sync_lba_status_interval_get(C, 0, &interval), GET, 0x15)                                       \
    X(lwnvme_sync_lba_status_interval_set(C, &interval, false), SET, 0x15)                                   \
    X(lwnvme_sync_host_behavior_get(C, 0, &behavior), GET, 0x16)                                             \
    X(lwnvme_sync_host_behavior_set(C, &behavior), GET, 0x16)                                                \
    X(lwnvme_sync_sanitize_config_get(C, 0, &flag), GET, 0x17)                                               \
    X(lwnvme_sync_sanitize_config_set(C, true, false), SET, 0x17)                                            \
    X(lwnvme_sync_endurance_events_get(C, 0, &endurance), GET, 0x18)                                         \
    X(lwnvme_sync_endurance_events_set(C, &endurance, false), SET, 0x18)                                     \
    X(lwnvme_sync_command_set_profile_get(C, 0, &word), GET, 0x19)                                           \
    X(lwnvme_sync_command_set_profile_set(C, 0, false), SET, 0x19)                                           \
    X(lwnvme_sync_spinup_get(C, 0, &flag), GET, 0x1a)                                                        \
    X(lwnvme_sync_spinup_set(C, true, false), SET, 0x1a)                                                     \
    X(lwnvme_sync_power_loss_signaling_get(C, 0, &byte), GET, 0x1b)                                          \
    X(lwnvme_sync_power_loss_signaling_set(C, 0, false), SET, 0x1b)                                          \
    X(lwnvme_sync_data_placement_get(C, 0, &placement), GET, 0x1d)                                           \
    X(lwnvme_sync_data_placement_set(C, &placement, false), SET, 0x1d)                                       \
    X(lwnvme_sync_placement_events_get(C, 1, 0, &placed), GET, 0x1e)                                         \
    X(lwnvme_sync_placement_events_set(C, 1, &types, false), SET, 0x1e)                                      \
    X(lwnvme_sync_software_progress_get(C, 0, &byte), GET, 0x80)                                             \
    X(lwnvme_sync_software_progress_set(C, 0, false), SET, 0x80)                                             \
    X(lwnvme_sync_host_identifier_get(C, &identifier), GET, 0x81)                                            \
    X(lwnvme_sync_host_identifier_set(C, &identifier), SET, 0x81)                                            \
    X(lwnvme_sync_reservation_mask_get(C, 1, 0, &mask), GET, 0x82)                                           \
    X(lwnvme_sync_reservation_mask_set(C, 1, &mask, false), SET, 0x82)                                       \
    X(lwnvme_sync_reservation_persistence_get(C, 1, 0, &flag), GET, 0x83)                                    \
    X(lwnvme_sync_reservation_persistence_set(C, 1, true, false), SET, 0x83)                                 \
    X(lwnvme_sync_write_protection_get(C, 1, 0, &byte), GET, 0x84)                                           \
    X(lwnvme_sync_write_protection_set(C, 1, 0), SET, 0x84)

static void put_capabilities(void *context, uint8_t cns, uint32_t nsid, uint8_t identify[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 1) {
        identify[100] = 0xff; /* RRLS */
        identify[110] = 3;    /* PLSI */
        identify[265] = 1;    /* APSTA */
        identify[320] = 1;    /* KAS */
        identify[322] = 1;    /* HCTMA */
        identify[328] |= 2;   /* SANICAP */
        identify[531] = 7;    /* NWPC */
    }
}

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.cap_css = 0x41;
    bench.settings.oncs = 0xffff;
    bench.settings.oacs |= 1u << 9;
    bench.settings.ctratt = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 19;
    bench.settings.endgidmax = 1;
    bench.settings.npss = 1;
    memset(bench.settings.psd, 0, sizeof(bench.settings.psd));
    bench.settings.psd[1].nops = true;
    bench.settings.on_identify = put_capabilities;
    bench_start(&bench);
    ranges.count = 1;
    lwnvme_le64_set(&ranges.range[0].nlb, 1);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    lwnvme_sim_settings(bench.sim)->on_completion = answer_with;
    bench.violations_allowed = true; /* features that the software controller may not have */
}

#define RETURNS_VERDICT(call, opcode, fid)                                                                   \
    sent_count = 0;                                                                                          \
    memset(sent, 0, sizeof(sent));                                                                           \
    assert_int_equal(call, 0x4006);                                                                          \
    assert_int_equal(sent_count, 1);                                                                         \
    assert_int_equal(sent[0] & 0xff, opcode);                                                                \
    assert_int_equal(sent[10] & 0xff, fid);

static void each_call_returns_what_the_controller_says(void **state)
{
    (void)state;
    start();
    verdict = 0x4006;
    CALLS(RETURNS_VERDICT, bench.controller)
    verdict = 0;
    bench_end(&bench);
}

#define IS_REFUSED_WITHOUT(call, opcode, fid) assert_int_equal(call, LWNVME_ERR_NULL_ARGUMENT);

static void each_call_wants_a_controller(void **state)
{
    (void)state;
    CALLS(IS_REFUSED_WITHOUT, NULL)
}

#define IS_REFUSED_INSIDE(call, opcode, fid) assert_int_equal(call, LWNVME_ERR_IN_CALLBACK);

static void try_inside(struct counted *io)
{
    (void)io;
    sent_count = 0;
    CALLS(IS_REFUSED_INSIDE, bench.controller)
    assert_int_equal(sent_count, 0);
}

static void no_call_waits_inside_a_callback(void **state)
{
    static struct counted io;
    (void)state;
    start();
    verdict = 0;
    counted_init(&io, NULL);
    io.then = try_inside;
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, 0, 0), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

static void the_value_of_a_feature_with_data_is_given_too(void **state)
{
    (void)state;
    start();
    verdict = 0;
    word = 77;
    assert_int_equal(lwnvme_sync_feature_get_data(bench.controller, &any, data, 8, &word), 0);
    assert_int_equal(word, 0);
    assert_int_equal(lwnvme_sync_feature_get_data(bench.controller, &any, data, 8, NULL), 0);
    assert_int_equal(lwnvme_sync_host_behavior_set(bench.controller, &behavior), 0);
    assert_int_equal(sent[0] & 0xff, SET);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_returns_what_the_controller_says),
        cmocka_unit_test(each_call_wants_a_controller),
        cmocka_unit_test(no_call_waits_inside_a_callback),
        cmocka_unit_test(the_value_of_a_feature_with_data_is_given_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Every typed feature against the software controller, which has them from the specification on its own: what is set is
 * got, is kept or lost by a reset as SV says, and nothing undefined is sent. And Keep Alive, for real.
 */
#include "scenario.h"

static struct scenario s;

static void start(void)
{
    scenario_prepare(&s);
    lwnvme_sim_config_full(&s.settings);
    s.settings.oncs |= 1u << 4;
    s.time_limit_us = 4000 * SECOND_US;
    scenario_start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
}

#define C s.controller

static void features_of_the_controller(void **state)
{
    struct lwnvme_arbitration arbitration = {16, 2, 3, 256};
    struct lwnvme_temperature_threshold over = {0, false, 340, 1};
    struct lwnvme_temperature_threshold under = {0, true, 280, 0};
    struct lwnvme_interrupt_coalescing coalescing = {9, 300};
    struct lwnvme_thermal_management thermal = {320, 330};
    struct lwnvme_number_of_queues queues;
    uint32_t word = 0;
    uint8_t byte = 0;
    bool flag = false;

    (void)state;
    start();
    assert_int_equal(lwnvme_sync_arbitration_set(C, &arbitration, false), LWNVME_OK);
    memset(&arbitration, 0, sizeof(arbitration));
    assert_int_equal(lwnvme_sync_arbitration_get(C, 0, &arbitration), LWNVME_OK);
    assert_int_equal(arbitration.burst, 16);
    assert_int_equal(arbitration.low_weight, 2);
    assert_int_equal(arbitration.high_weight, 256);
    assert_int_equal(lwnvme_sync_temperature_threshold_set(C, &over, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_temperature_threshold_set(C, &under, false), LWNVME_OK);
    over.kelvin = under.kelvin = 0;
    assert_int_equal(lwnvme_sync_temperature_threshold_get(C, 0, &over), LWNVME_OK);
    assert_int_equal(lwnvme_sync_temperature_threshold_get(C, 0, &under), LWNVME_OK);
    assert_int_equal(over.kelvin, 340);
    assert_int_equal(over.hysteresis_kelvin, 1);
    assert_int_equal(under.kelvin, 280);
    assert_int_equal(lwnvme_sync_number_of_queues_get(C, 0, &queues), LWNVME_OK);
    assert_true(queues.submission_queues >= 1 && queues.completion_queues >= 1);
    assert_int_equal(lwnvme_sync_interrupt_coalescing_set(C, &coalescing, false), LWNVME_OK);
    coalescing.threshold = 0;
    assert_int_equal(lwnvme_sync_interrupt_coalescing_get(C, 0, &coalescing), LWNVME_OK);
    assert_int_equal(coalescing.threshold, 9);
    assert_int_equal(coalescing.time_us, 300);
    assert_int_equal(lwnvme_sync_write_atomicity_set(C, true, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write_atomicity_get(C, 0, &flag), LWNVME_OK);
    assert_true(flag);
    assert_int_equal(lwnvme_sync_event_configuration_set(C, 0x1f, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_event_configuration_get(C, 0, &word), LWNVME_OK);
    assert_int_equal(word, 0x1f);
    assert_int_equal(lwnvme_sync_thermal_management_set(C, &thermal, false), LWNVME_OK);
    thermal.light_kelvin = 0;
    assert_int_equal(lwnvme_sync_thermal_management_get(C, 0, &thermal), LWNVME_OK);
    assert_int_equal(thermal.light_kelvin, 320);
    flag = false;
    assert_int_equal(lwnvme_sync_non_operational_permissive_set(C, true, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_non_operational_permissive_get(C, 0, &flag), LWNVME_OK);
    assert_true(flag);
    flag = false;
    assert_int_equal(lwnvme_sync_sanitize_config_set(C, true, true), LWNVME_OK);
    assert_int_equal(lwnvme_sync_sanitize_config_get(C, LWNVME_SEL_SAVED, &flag), LWNVME_OK);
    assert_true(flag);
    assert_int_equal(lwnvme_sync_software_progress_set(C, 5, true), LWNVME_OK);
    assert_int_equal(lwnvme_sync_software_progress_get(C, 0, &byte), LWNVME_OK);
    assert_int_equal(byte, 5);
    assert_int_equal(lwnvme_sync_keep_alive_timer_get(C, 0, &word), LWNVME_OK);
    assert_int_equal(word, 0);
    scenario_end(&s);
}

static void features_of_the_host(void **state)
{
    struct lwnvme_timestamp timestamp = {.milliseconds = UINT64_C(1764112345678)};
    struct lwnvme_host_identifier identifier = {true,
                                                {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
    static struct lwnvme_host_behavior behavior;
    int status;

    (void)state;
    start();
    assert_int_equal(lwnvme_sync_timestamp_set(C, &timestamp, false), LWNVME_OK);
    lwnvme_sim_advance(s.sim, 60 * SECOND_US);
    assert_int_equal(lwnvme_sync_timestamp_get(C, 0, &timestamp), LWNVME_OK);
    assert_true(timestamp.milliseconds >= UINT64_C(1764112405678));
    assert_true(timestamp.milliseconds < UINT64_C(1764112406678));
    assert_true(timestamp.from_host);
    status = lwnvme_sync_host_identifier_set(C, &identifier);
    if (status == LWNVME_ERR_NO_HOST_IDENTIFIER_128) {
        identifier.extended = false;
        status = lwnvme_sync_host_identifier_set(C, &identifier);
    }
    assert_int_equal(status, LWNVME_OK);
    memset(identifier.bytes, 0, 16);
    assert_int_equal(lwnvme_sync_host_identifier_get(C, &identifier), LWNVME_OK);
    assert_int_equal(identifier.bytes[0], 1);
    assert_int_equal(identifier.bytes[7], 8);
    behavior.command_retry_delay = true;
    assert_int_equal(lwnvme_sync_host_behavior_set(C, &behavior), LWNVME_OK);
    behavior.command_retry_delay = false;
    assert_int_equal(lwnvme_sync_host_behavior_get(C, 0, &behavior), LWNVME_OK);
    assert_true(behavior.command_retry_delay);
    assert_false(behavior.extended_lba_formats);
    scenario_end(&s);
}

static void features_of_namespaces(void **state)
{
    struct lwnvme_error_recovery recovery = {700, false};
    static struct lwnvme_lba_ranges ranges;
    struct lwnvme_reservation_mask mask = {true, false, true};
    bool flag = false;
    uint8_t protection = 9;

    (void)state;
    start();
    assert_int_equal(lwnvme_sync_error_recovery_set(C, 1, &recovery, false), LWNVME_OK);
    recovery.retry_limit_ms = 0;
    assert_int_equal(lwnvme_sync_error_recovery_get(C, 1, 0, &recovery), LWNVME_OK);
    assert_int_equal(recovery.retry_limit_ms, 700);
    assert_int_equal(lwnvme_sync_lba_ranges_get(C, s.ns, 0, &ranges), LWNVME_OK);
    memset(&ranges, 0, sizeof(ranges));
    ranges.count = 2;
    ranges.range[0].type = LWNVME_LBA_RANGE_FILESYSTEM;
    lwnvme_le64_set(&ranges.range[0].nlb, 99); /* 0's based */
    ranges.range[1].type = LWNVME_LBA_RANGE_SWAP;
    lwnvme_le64_set(&ranges.range[1].slba, 100);
    lwnvme_le64_set(&ranges.range[1].nlb, s.ns->block_count - 101);
    assert_int_equal(lwnvme_sync_lba_ranges_set(C, s.ns, &ranges, false), LWNVME_OK);
    memset(&ranges, 0, sizeof(ranges));
    assert_int_equal(lwnvme_sync_lba_ranges_get(C, s.ns, 0, &ranges), LWNVME_OK);
    assert_int_equal(ranges.count, 2);
    assert_int_equal(ranges.range[1].type, LWNVME_LBA_RANGE_SWAP);
    assert_int_equal(lwnvme_sync_reservation_mask_set(C, 1, &mask, false), LWNVME_OK);
    memset(&mask, 0, sizeof(mask));
    assert_int_equal(lwnvme_sync_reservation_mask_get(C, 1, 0, &mask), LWNVME_OK);
    assert_true(mask.registration_preempted && !mask.reservation_released && mask.reservation_preempted);
    assert_int_equal(lwnvme_sync_reservation_persistence_get(C, 1, 0, &flag), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write_protection_get(C, 1, 0, &protection), LWNVME_OK);
    assert_int_equal(protection, LWNVME_WRITE_PROTECTION_NONE);
    assert_int_equal(lwnvme_sync_write_protection_set(C, 1, LWNVME_WRITE_PROTECTION_PROTECTED), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write_protection_get(C, 1, 0, &protection), LWNVME_OK);
    assert_int_equal(protection, LWNVME_WRITE_PROTECTION_PROTECTED);
    assert_int_equal(lwnvme_sync_namespace_open(C, 1, s.ns), LWNVME_OK);
    assert_true(s.ns->read_only);
    assert_int_equal(lwnvme_sync_write_protection_set(C, 1, LWNVME_WRITE_PROTECTION_NONE), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_open(C, 1, s.ns), LWNVME_OK);
    assert_false(s.ns->read_only);
    scenario_end(&s);
}

static void features_of_sets_and_groups(void **state)
{
    struct lwnvme_lba_status_interval interval = {2000, 0};
    struct lwnvme_read_recovery recovery = {1, 4};
    static struct lwnvme_predictable_latency latency;
    struct lwnvme_predictable_window window = {1, true};
    struct lwnvme_endurance_events events = {1, 1};
    struct lwnvme_data_placement placement = {1, false, 0};

    (void)state;
    start();
    if (lwnvme_sync_lba_status_interval_get(C, 0, &interval) != LWNVME_ERR_NO_LBA_STATUS) {
        interval.report_ms = 2000;
        assert_int_equal(lwnvme_sync_lba_status_interval_set(C, &interval, false), LWNVME_OK);
        assert_int_equal(lwnvme_sync_lba_status_interval_get(C, 0, &interval), LWNVME_OK);
        assert_int_equal(interval.report_ms, 2000);
    }
    assert_int_equal(lwnvme_sync_read_recovery_set(C, &recovery, false), LWNVME_OK);
    recovery.level = 9;
    assert_int_equal(lwnvme_sync_read_recovery_get(C, 0, &recovery), LWNVME_OK);
    assert_int_equal(recovery.level, 4);
    latency.nvm_set = 1;
    latency.enabled = true;
    lwnvme_le16_set(&latency.thresholds.ee, LWNVME_PLM_EVENT_READ_WARNING);
    assert_int_equal(lwnvme_sync_predictable_latency_set(C, &latency, false), LWNVME_OK);
    memset(&latency, 0, sizeof(latency));
    latency.nvm_set = 1;
    assert_int_equal(lwnvme_sync_predictable_latency_get(C, 0, &latency), LWNVME_OK);
    assert_true(latency.enabled);
    assert_int_equal(lwnvme_le16_get(&latency.thresholds.ee), LWNVME_PLM_EVENT_READ_WARNING);
    assert_int_equal(lwnvme_sync_predictable_window_set(C, &window), LWNVME_OK);
    window.deterministic = false;
    assert_int_equal(lwnvme_sync_predictable_window_get(C, 0, &window), LWNVME_OK);
    assert_true(window.deterministic);
    assert_int_equal(lwnvme_sync_endurance_events_set(C, &events, false), LWNVME_OK);
    events.warnings = 0;
    assert_int_equal(lwnvme_sync_endurance_events_get(C, 0, &events), LWNVME_OK);
    assert_int_equal(events.warnings, 1);
    assert_int_equal(lwnvme_sync_data_placement_get(C, 0, &placement), LWNVME_OK);
    scenario_end(&s);
}

/* Placement is turned on while the group has no namespaces, then events for a handle. */
static void data_placement_and_its_events(void **state)
{
    struct lwnvme_data_placement placement = {1, true, 0};
    static struct lwnvme_placement_events events;
    static struct lwnvme_placement_event_types types;
    uint32_t index;
    bool found = false;

    (void)state;
    scenario_prepare(&s);
    lwnvme_sim_config_full(&s.settings);
    for (index = 0; index < LWNVME_SIM_NAMESPACES; index++)
        s.settings.ns[index].endgid = 2;
    scenario_start(&s);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_placement_events_get(C, 1, 0, &events)),
                     LWNVME_SC_FDP_DISABLED);
    assert_int_equal(lwnvme_sync_data_placement_set(C, &placement, false), LWNVME_OK);
    placement.enabled = false;
    assert_int_equal(lwnvme_sync_data_placement_get(C, 0, &placement), LWNVME_OK);
    assert_true(placement.enabled);
    events.handle = types.handle = 1;
    types.enable = true;
    types.count = 1;
    types.type[0] = 0;
    assert_int_equal(lwnvme_sync_placement_events_set(C, 1, &types, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_placement_events_get(C, 1, 0, &events), LWNVME_OK);
    assert_true(events.count > 1 && events.count <= LWNVME_FDP_EVENT_TYPES_MAX);
    for (index = 0; index < events.count; index++) {
        bool on = (events.event[index].fdpeta & LWNVME_FDP_EVENT_ENABLED) != 0;
        assert_int_equal(on, events.event[index].fdpet == 0);
        found = found || on;
    }
    assert_true(found);
    scenario_end(&s);
}

/* The timer runs for real: a host that polls is never taken for dead, in hours of nothing else. */
static void keep_alive_keeps_it_alive(void **state)
{
    static struct lwnvme_keep_alive keep_alive;
    uint32_t index;

    (void)state;
    start();
    memset(&keep_alive, 0, sizeof(keep_alive));
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(C, &keep_alive), LWNVME_OK);
    for (index = 0; index < 1000; index++) {
        uint64_t now = lwnvme_sim_time(s.sim);
        uint64_t due = lwnvme_next_deadline(C);
        lwnvme_sim_advance(s.sim, due > now && due - now < SECOND_US ? due - now : 1000);
        assert_int_equal(lwnvme_controller_poll(C), LWNVME_OK);
    }
    assert_true(keep_alive.sent > 300);
    assert_int_equal(keep_alive.failed, 0);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    lwnvme_sim_advance(s.sim, 100 * SECOND_US);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

/* A shutdown that waits for I/O longer than the timer runs. */
static void keep_alive_does_not_expire_in_a_long_drain(void **state)
{
    static struct lwnvme_keep_alive keep_alive;
    uint8_t *data = scenario_memory(512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    struct tracked *io;

    (void)state;
    start();
    memset(&keep_alive, 0, sizeof(keep_alive));
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(C, &keep_alive), LWNVME_OK);
    lwnvme_sim_settings(s.sim)->latency_us = 20 * SECOND_US;
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)), LWNVME_OK);
    assert_int_equal(lwnvme_controller_shutdown(C, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    while (lwnvme_controller_poll(C) == LWNVME_PENDING)
        lwnvme_sim_advance(s.sim, 10000);
    assert_int_equal(lwnvme_controller_status(C), LWNVME_OK);
    assert_int_equal(io->request.status, LWNVME_OK);
    scenario_end(&s);
    free(data);
}

/* A host that was away for too long finds the controller stopped; after a reset the timer runs again. */
static void keep_alive_of_a_host_that_was_away(void **state)
{
    static struct lwnvme_keep_alive keep_alive;
    uint32_t index;

    (void)state;
    start();
    memset(&keep_alive, 0, sizeof(keep_alive));
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(C, &keep_alive), LWNVME_OK);
    lwnvme_sim_advance(s.sim, 5 * SECOND_US);
    while (lwnvme_controller_state(C) != LWNVME_STATE_FAILED) {
        (void)lwnvme_controller_poll(C);
        lwnvme_sim_advance(s.sim, 1000);
    }
    assert_int_equal(lwnvme_controller_status(C), LWNVME_ERR_FATAL);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    for (index = 0; index < 3000; index++) {
        assert_int_equal(lwnvme_controller_poll(C), LWNVME_OK);
        lwnvme_sim_advance(s.sim, 1000);
    }
    assert_int_equal(keep_alive.granted_ms, 1000);
    scenario_try_io(&s);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_of_the_controller),
        cmocka_unit_test(features_of_the_host),
        cmocka_unit_test(features_of_namespaces),
        cmocka_unit_test(features_of_sets_and_groups),
        cmocka_unit_test(data_placement_and_its_events),
        cmocka_unit_test(keep_alive_keeps_it_alive),
        cmocka_unit_test(keep_alive_does_not_expire_in_a_long_drain),
        cmocka_unit_test(keep_alive_of_a_host_that_was_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Event requests through a controller's life: shutdown, resume, reset, close, failure, removal, power; real causes. */
#include "scenario.h"

static struct lwnvme_events events;
static uint32_t told[LWNVME_ASYNC_EVENT_KIND_COUNT];
static uint32_t told_all;
static uint8_t last_warning;
static uint32_t last_nsids[8];
static uint32_t last_count;
static bool last_rescan;
static bool reset_on_error;

static void tell(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    struct scenario *s = (struct scenario *)from->context;

    assert_in_range(event->kind, 0, LWNVME_ASYNC_EVENT_KIND_COUNT - 1);
    told[event->kind]++;
    told_all++;
    if (event->smart != NULL)
        last_warning = event->smart->cw;
    if (event->nsids != NULL) {
        last_rescan = event->rescan_all;
        last_count = event->nsid_count;
        for (uint32_t index = 0; index < event->nsid_count && index < 8; index++)
            last_nsids[index] = event->nsids[index];
    }
    if (reset_on_error && event->kind == LWNVME_ASYNC_EVENT_PERSISTENT_ERROR)
        assert_int_equal(lwnvme_controller_reset(s->controller), LWNVME_OK);
}

static void prepare(struct scenario *s)
{
    scenario_prepare(s);
    memset(&events, 0, sizeof(events));
    memset(told, 0, sizeof(told));
    told_all = 0;
    last_warning = 0;
    last_count = 0;
    last_rescan = false;
    reset_on_error = false;
    events.event = tell;
    events.context = s;
    events.enable = LWNVME_EVENTS_ALL;
    s->settings.oaes = LWNVME_OAES_ATTACHED_NAMESPACE | LWNVME_OAES_FIRMWARE_ACTIVATION;
}

static void pass(struct scenario *s, uint64_t us, uint64_t step_us)
{
    for (uint64_t passed = 0; passed < us; passed += step_us) {
        (void)scenario_poll(s);
        lwnvme_sim_advance(s->sim, step_us);
    }
    (void)scenario_poll(s);
}

static void start(struct scenario *s)
{
    scenario_start(s);
    assert_int_equal(lwnvme_events_start(s->controller, &events), LWNVME_OK);
    pass(s, 20000, 500);
    assert_int_equal(events.status, LWNVME_OK);
    assert_int_equal(events.armed, s->settings.aerl + 1u < 8u ? s->settings.aerl + 1u : 8u);
}

/* So many event requests are with the controller, by its own count and by ours. */
static void armed_once(struct scenario *s, uint32_t count)
{
    assert_int_equal(events.armed, count);
    assert_int_equal(s->controller->event_requests, count);
    assert_int_equal(lwnvme_queue_in_flight(&s->controller->admin), count);
    assert_int_equal(lwnvme_sim_outstanding_commands(s->sim), count);
}

static void one_event_more(struct scenario *s)
{
    uint32_t before = told[LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS];

    lwnvme_sim_event(s->sim, 3, 1, 0);
    pass(s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS], before + 1);
}

static uint32_t configured;

static void count_configurations(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && (command[0] & 0xff) == LWNVME_ADMIN_SET_FEATURES &&
        (command[10] & 0xff) == LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION && command[11] == events.enabled)
        configured++;
}

static void fault_149_exactly_one_request_each_after_reset_and_resume(void **state)
{
    struct scenario s;

    (void)state;
    for (int latency = 0; latency < 2; latency++) {
        for (int stepped = 0; stepped < 2; stepped++) {
            prepare(&s);
            s.settings.admin_latency_us = latency != 0 ? 200 : 0;
            s.settings.on_command = count_configurations;
            configured = 0;
            s.stepped = stepped != 0;
            start(&s);
            scenario_queue(&s, 8);
            armed_once(&s, 4);
            for (int round = 0; round < 3; round++) {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
                assert_int_equal(s.controller->event_requests, events.armed);
                pass(&s, 20000, 500);
                armed_once(&s, 4);
                one_event_more(&s);
                assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
                pass(&s, 20000, 500);
                armed_once(&s, 4);
                one_event_more(&s);
                assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_ABRUPT), LWNVME_OK);
                assert_int_equal(events.armed, 0);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
                pass(&s, 20000, 500);
                armed_once(&s, 4);
            }
            assert_int_equal(told_all, 6);
            assert_int_equal(configured, 1 + 3 * 3); /* anew each time, since a reset forgets it */
            scenario_end(&s);
            assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
        }
    }
}

/* The whole subsystem is reset: nobody says farewell, and all of them come back. */
static void fault_149_exactly_one_request_each_after_a_subsystem_reset(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.cap_nssrs = true;
    start(&s);
    assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
    assert_int_equal(scenario_settle(&s), LWNVME_OK);
    pass(&s, 20000, 500);
    armed_once(&s, 4);
    one_event_more(&s);
    scenario_end(&s);
}

/* Closed in whatever state, with requests armed. */
static void closes_with_armed_requests(void **state)
{
    struct scenario s;

    (void)state;
    for (int how = 0; how < 6; how++) {
        prepare(&s);
        s.stepped = how % 2 != 0;
        start(&s);
        switch (how) {
        case 0:
        case 1:
            break;
        case 2:
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
            assert_int_equal(events.armed, 4); /* the controller is off and has them still */
            assert_true(lwnvme_next_deadline(s.controller) == UINT64_MAX);
            break;
        case 3:
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_ABRUPT), LWNVME_OK);
            break;
        case 4:
            lwnvme_sim_fatal(s.sim);
            assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
            break;
        default:
            lwnvme_sim_remove(s.sim);
            (void)scenario_settle(&s);
            break;
        }
        assert_int_equal(scenario_close(&s), LWNVME_OK);
        assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
        assert_int_equal(events.armed, 0);
        for (uint32_t index = 0; index < LWNVME_EVENTS_MAX; index++)
            assert_false(lwnvme_request_active(&events.slots[index].request));
        scenario_end(&s);
    }
}

/* A controller that fails gives them back; the way out of the failure brings them back, each once. */
static void failures_and_their_way_out(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.time_limit_us = 400 * SECOND_US;
    start(&s);
    for (int round = 0; round < 3; round++) {
        lwnvme_sim_fatal(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
        assert_int_equal(events.armed, 0);
        assert_int_equal(s.controller->event_requests, 0);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        pass(&s, 20000, 500);
        armed_once(&s, 4);
        one_event_more(&s);
    }
    /* A command that is lost, with requests armed: only that one is late. */
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_GET_FEATURES});
    uint32_t value = 0;
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_ARBITRATION, 0, 0, &value),
                     LWNVME_ERR_TIMEOUT);
    (void)scenario_settle(&s);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    pass(&s, 20000, 500);
    armed_once(&s, 4);
    scenario_end(&s);
}

/* Hours without an event are no deadline missed. */
static void requests_have_no_deadline(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.time_limit_us = 50000 * SECOND_US;
    start(&s);
    pass(&s, 40000 * SECOND_US, 10 * SECOND_US);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    armed_once(&s, 4);
    /* And after a long sleep, too. */
    lwnvme_sim_advance(s.sim, 5000 * SECOND_US);
    (void)scenario_poll(&s);
    one_event_more(&s);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    scenario_end(&s);
}

/* A host that sleeps until the next deadline gets through hours with few polls. */
static void a_host_that_sleeps_is_not_kept_awake(void **state)
{
    struct scenario s;
    uint32_t polls = 0;

    (void)state;
    prepare(&s);
    s.time_limit_us = 10000 * SECOND_US;
    start(&s);
    while (scenario_now(&s) < 3600 * SECOND_US) {
        uint64_t due_us = lwnvme_next_deadline(s.controller);
        uint64_t now_us = lwnvme_sim_time(s.sim);

        lwnvme_sim_advance(s.sim, due_us > now_us ? due_us - now_us : 1000);
        (void)scenario_poll(&s);
        assert_true(++polls < 200);
    }
    scenario_end(&s);
}

static void fault_148_a_limit_below_what_the_controller_says(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.time_limit_us = 1000 * SECOND_US;
    s.settings.aerl = 7;
    scenario_start(&s);
    lwnvme_sim_settings(s.sim)->aerl = 1; /* it takes only two */
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    pass(&s, 20000, 500);
    assert_int_equal(events.armed, 2);
    assert_int_equal(events.counts.errors, 6);
    one_event_more(&s);
    pass(&s, 600 * SECOND_US, 100000);
    /* The others are tried ever more seldom: at most once a minute each in the end. */
    assert_in_range(events.counts.errors, 6 * 5, 6 * 25);
    assert_int_equal(events.armed, 2);
    one_event_more(&s);
    scenario_end(&s);
}

static void fault_148_aerl_0_is_one_request(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.aerl = 0;
    start(&s);
    for (int round = 0; round < 6; round++)
        one_event_more(&s);
    armed_once(&s, 1);
    scenario_end(&s);
}

static void fault_146_a_storm_does_not_keep_others_from_their_turn(void **state)
{
    struct lwnvme_smart_log *smart = scenario_memory(sizeof(*smart), 4);
    struct scenario s;
    uint64_t commands;

    (void)state;
    prepare(&s);
    s.time_limit_us = 100 * SECOND_US;
    start(&s);
    /* An event that never clears, whatever is read. */
    lwnvme_sim_event_storm(s.sim, 1, 1, 2, UINT64_MAX);
    for (int round = 0; round < 20; round++) {
        assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, smart), LWNVME_OK);
        pass(&s, 100000, 1000);
    }
    assert_in_range(told[LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE], 8, 60);
    commands = lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_ASYNC_EVENT_REQUEST];
    pass(&s, 10 * SECOND_US, 10000);
    assert_in_range(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_ASYNC_EVENT_REQUEST] - commands,
                    1, 30);
    /* A shutdown in the midst of it. */
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    scenario_end(&s);
    free(smart);
}

static void fault_161_a_persistent_error_leads_to_one_reset(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    reset_on_error = true;
    lwnvme_sim_event_real(s.sim, 0, 3, 1);
    pass(&s, 5000, 100);
    assert_int_equal(scenario_settle(&s), LWNVME_OK);
    pass(&s, 20000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_PERSISTENT_ERROR], 1);
    assert_int_equal(told_all, 1);
    assert_int_equal(s.events[LWNVME_EVENT_RESET], 1);
    assert_int_equal(s.events[LWNVME_EVENT_READY], 2);
    armed_once(&s, 4);
    scenario_try_io(&s);
    scenario_end(&s);
}

/* Each bit of the critical warning is reported once when it comes, with the data that say so. */
static void fault_162_critical_warnings_are_typed_events(void **state)
{
    struct lwnvme_sim_health *health;
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    health = &lwnvme_sim_settings(s.sim)->health;
    health->available_spare = 2;
    health->spare_threshold = 10;
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_HEALTH_SPARE], 1);
    assert_int_equal(last_warning & LWNVME_SMART_WARNING_SPARE, LWNVME_SMART_WARNING_SPARE);
    health->temperature = 400;
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE], 1);
    assert_int_equal(last_warning & LWNVME_SMART_WARNING_TEMPERATURE, LWNVME_SMART_WARNING_TEMPERATURE);
    health->read_only = true;
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY], 1);
    assert_int_equal(last_warning & LWNVME_SMART_WARNING_READ_ONLY, LWNVME_SMART_WARNING_READ_ONLY);
    assert_int_equal(told_all, 3);
    assert_int_equal(events.counts.unreadable, 0);
    scenario_end(&s);
}

static void cause(struct scenario *s, enum lwnvme_async_event_kind kind)
{
    switch (kind) {
    case LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED:
        lwnvme_sim_namespace_changed(s->sim, 1);
        break;
    case LWNVME_ASYNC_EVENT_ANA:
        assert_true(lwnvme_sim_ana_change(s->sim, 1, 2));
        break;
    case LWNVME_ASYNC_EVENT_LBA_STATUS:
        lwnvme_sim_lba_status_alert(s->sim);
        break;
    case LWNVME_ASYNC_EVENT_ENDURANCE_GROUP:
        lwnvme_sim_group_warning(s->sim, 1, 1);
        break;
    case LWNVME_ASYNC_EVENT_RESERVATION:
        assert_true(lwnvme_sim_reservation_notify(s->sim, 1, 1));
        break;
    case LWNVME_ASYNC_EVENT_ZONES_CHANGED:
        assert_true(lwnvme_sim_zone_changed(s->sim, 1, 4096));
        break;
    default:
        lwnvme_sim_telemetry_collect(s->sim);
        break;
    }
}

/* Each cause is reported, its log page read, and reported again when it comes again: the event was cleared. */
static void real_causes_are_reported_each_time(void **state)
{
    static const enum lwnvme_async_event_kind kinds[] = {
        LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED, LWNVME_ASYNC_EVENT_ANA,
        LWNVME_ASYNC_EVENT_LBA_STATUS,         LWNVME_ASYNC_EVENT_ENDURANCE_GROUP,
        LWNVME_ASYNC_EVENT_RESERVATION,        LWNVME_ASYNC_EVENT_ZONES_CHANGED,
    };
    struct scenario s;
    uint32_t index;

    (void)state;
    prepare(&s);
    lwnvme_sim_config_full(&s.settings);
    start(&s);
    assert_int_equal(events.enabled, s.settings.oaes | 1u << 10 | 0x1f); /* telemetry, and health */
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION,
                                             1u << 16 | 1u, 0, false),
                     LWNVME_OK);
    for (index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        for (uint32_t round = 1; round <= 3; round++) {
            cause(&s, kinds[index]);
            pass(&s, 5000, 500);
            assert_int_equal(told[kinds[index]], round);
            assert_int_equal(events.counts.unreadable, 0);
        }
    }
    assert_int_equal(told_all, 3 * sizeof(kinds) / sizeof(kinds[0]));
    scenario_end(&s);
}

/* Telemetry is not cleared by the library: the data would be gone. The owner's reading does it. */
static void telemetry_stays_until_the_owner_has_read_it(void **state)
{
    uint8_t *data = scenario_memory(512, 4);
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_TELEMETRY_CONTROLLER, .nsid = LWNVME_NSID_ALL};
    struct scenario s;

    (void)state;
    prepare(&s);
    lwnvme_sim_config_full(&s.settings);
    start(&s);
    cause(&s, LWNVME_ASYNC_EVENT_TELEMETRY);
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_TELEMETRY], 1);
    cause(&s, LWNVME_ASYNC_EVENT_TELEMETRY);
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_TELEMETRY], 1);
    assert_int_equal(lwnvme_sync_log_read(s.controller, &select, data, 512), LWNVME_OK);
    assert_int_equal(data[382], 1); /* data were still there */
    cause(&s, LWNVME_ASYNC_EVENT_TELEMETRY);
    pass(&s, 5000, 500);
    assert_in_range(told[LWNVME_ASYNC_EVENT_TELEMETRY], 2, 3);
    scenario_end(&s);
    free(data);
}

/* What is not enabled is not reported. */
static void events_that_are_not_enabled_stay_away(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    events.enable = LWNVME_SMART_WARNING_TEMPERATURE;
    start(&s);
    lwnvme_sim_settings(s.sim)->health.available_spare = 1;
    lwnvme_sim_settings(s.sim)->health.spare_threshold = 10;
    lwnvme_sim_namespace_changed(s.sim, 1);
    pass(&s, 5000, 500);
    assert_int_equal(told_all, 0);
    lwnvme_sim_settings(s.sim)->health.temperature = 400;
    pass(&s, 5000, 500);
    assert_int_equal(told_all, 1);
    scenario_end(&s);
}

/* The list is read so that it clears: the next change is reported again, and only that. */
static void namespace_changes_are_told_with_their_list(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.namespace_count = 20;
    start(&s);
    lwnvme_sim_namespace_changed(s.sim, 5);
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED], 1);
    assert_int_equal(last_count, 1);
    assert_int_equal(last_nsids[0], 5);
    assert_false(last_rescan);
    lwnvme_sim_namespace_changed(s.sim, 9);
    lwnvme_sim_namespace_changed(s.sim, 3);
    pass(&s, 5000, 500);
    assert_in_range(told[LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED], 2, 3);
    assert_int_equal(events.counts.strange, 0);
    lwnvme_sim_namespace_changed(s.sim, 7);
    pass(&s, 5000, 500);
    assert_int_equal(last_count, 1);
    assert_int_equal(last_nsids[0], 7);
    armed_once(&s, 4);
    scenario_end(&s);
}

static void fault_150_more_changes_than_the_list_holds(void **state)
{
    struct scenario s;
    uint32_t nsid;

    (void)state;
    prepare(&s);
    s.settings.namespace_count = 2000;
    scenario_start(&s);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    for (nsid = 1; nsid <= 1030; nsid++)
        lwnvme_sim_namespace_changed(s.sim, nsid);
    pass(&s, 20000, 500);
    lwnvme_sim_namespace_changed(s.sim, 1031); /* what came before the start was not reported */
    pass(&s, 20000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED], 1);
    assert_true(last_rescan);
    assert_int_equal(last_count, 0);
    scenario_end(&s);
}

/* Answers of event requests under the identifiers of others, and the reverse, and twice. */
static void fault_100_mixed_up_answers_harm_nobody(void **state)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {LWNVME_SIM_DUPLICATE, LWNVME_SIM_EXTRA_CID};
    struct scenario s;
    uint32_t index;

    (void)state;
    for (index = 0; index < 2; index++) {
        prepare(&s);
        start(&s);
        scenario_queue(&s, 8);
        scenario_namespace(&s);
        /* 64 entries: identifiers of the admin queue that an I/O queue of 8 does not have, and the reverse. */
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = kinds[index],
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .count = 4,
                                                     .value = index == 0 ? 50 : 0x0c05});
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = kinds[index],
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .opcode = LWNVME_ADMIN_ASYNC_EVENT_REQUEST,
                                                     .count = 4,
                                                     .value = index == 0 ? 50 : 0x0c01});
        for (int round = 0; round < 4; round++) {
            one_event_more(&s);
            scenario_try_io(&s);
        }
        pass(&s, 5000, 500);
        armed_once(&s, 4);
        assert_int_equal(told_all, 4);
        scenario_end(&s);
    }
}

/* An event request that is answered with an error, again and again, in the middle of other work. */
static void fault_100_errors_in_a_loop(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.time_limit_us = 100 * SECOND_US;
    start(&s);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_ASYNC_EVENT_REQUEST,
                                                 .status = 0x4006,
                                                 .count = UINT32_MAX});
    one_event_more(&s);
    for (int round = 0; round < 20; round++) {
        scenario_try_io(&s);
        pass(&s, 500000, 1000);
    }
    assert_in_range(events.counts.errors, 4, 12);
    assert_int_equal(events.armed, 3);
    scenario_end(&s);
}

/* An event that comes while the controller is being drained, reset or shut down is told afterwards or dropped by
 * the controller, never twice; the walk goes on. */
static void events_at_every_moment_of_a_shutdown_and_reset(void **state)
{
    struct scenario s;
    int moment;
    int shutdown;

    (void)state;
    for (shutdown = 0; shutdown < 2; shutdown++) {
        for (moment = 0; moment < 12; moment++) {
            int turn = 0;
            int status;

            prepare(&s);
            s.settings.admin_latency_us = 120;
            s.settings.disable_delay_us = 300;
            s.settings.ready_delay_us = 300;
            start(&s);
            scenario_queue(&s, 8);
            status = shutdown != 0 ? lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL)
                                   : lwnvme_controller_reset(s.controller);
            assert_int_equal(status, LWNVME_OK);
            do {
                if (turn++ == moment)
                    lwnvme_sim_event(s.sim, 1, 2, 2);
                lwnvme_sim_advance(s.sim, 60);
            } while (scenario_poll(&s) == LWNVME_PENDING);
            assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
            if (shutdown != 0)
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            pass(&s, 20000, 500);
            armed_once(&s, 4);
            assert_in_range(told_all, 0, 1);
            one_event_more(&s);
            scenario_end(&s);
        }
    }
}

/* The log page of an event is being read when the controller is reset: the event is told all the same, once. */
static void a_reset_while_the_log_page_is_read(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.admin_latency_us = 5000;
    scenario_start(&s);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    pass(&s, 50000, 500);
    lwnvme_sim_event(s.sim, 1, 2, 2);
    (void)scenario_poll(&s);
    assert_true(lwnvme_request_active(&events.request));
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    pass(&s, 50000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_HEALTH_SPARE], 1);
    assert_int_equal(events.counts.unreadable, 1);
    armed_once(&s, 4);
    scenario_end(&s);
}

/* Power lost and back: the driver finds its controller disabled, and events go on after the reset. */
static void a_power_cut_with_armed_requests(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
    assert_int_equal(events.armed, 0);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    pass(&s, 20000, 500);
    armed_once(&s, 4);
    one_event_more(&s);
    scenario_end(&s);
}

/* Stopped in every state of the controller: the object is its owner's again, at the latest with the close. */
static void stops_in_every_state(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(lwnvme_events_stop(&events), LWNVME_OK);
    assert_int_equal(events.status, LWNVME_PENDING); /* the controller is not asked any more */
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    pass(&s, 5000, 500);
    assert_int_equal(events.armed, 0);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    pass(&s, 20000, 500);
    lwnvme_sim_fatal(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_events_stop(&events), LWNVME_OK);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    pass(&s, 20000, 500);
    /* Removed in the middle of a stop. */
    assert_int_equal(lwnvme_events_stop(&events), LWNVME_OK);
    lwnvme_sim_remove(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_GONE);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    scenario_end(&s);
}

/* A reservation conflict reaches the caller as what it is, and nothing is tried again. */
static void fault_163_a_reservation_conflict_is_not_retried(void **state)
{
    uint8_t *data = scenario_memory(4096, 4096);
    struct scenario s;
    uint64_t writes;
    int status;

    (void)state;
    prepare(&s);
    start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    writes = lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE];
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = LWNVME_NVM_WRITE,
                                                 .status = 0x0083});
    status = lwnvme_sync_write(s.queue, s.ns, 0, 8, data, 0);
    assert_int_equal(status, 0x0083);
    assert_int_equal(lwnvme_status_code(status), LWNVME_SC_RESERVATION_CONFLICT);
    assert_false(lwnvme_status_retryable(status));
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE], writes + 1);
    /* Not retryable even where the controller forgot to say so, nor mistaken for a failing medium. */
    assert_int_not_equal(status >> 8 & 7, LWNVME_SCT_MEDIA);
    lwnvme_sim_event(s.sim, 6, 0, 0x80);
    pass(&s, 5000, 500);
    assert_int_equal(told[LWNVME_ASYNC_EVENT_RESERVATION], 1);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    scenario_end(&s);
    free(data);
}

/* The k-th admin command is answered with an error, for all k: events work in the end, or say why not. */
static void a_status_at_every_admin_command(void **state)
{
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 0; k < 12; k++) {
        prepare(&s);
        s.time_limit_us = 100 * SECOND_US;
        scenario_start(&s);
        assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .any_opcode = true,
                                                     .skip = k,
                                                     .status = 0x0006});
        pass(&s, 20000, 500);
        lwnvme_sim_event(s.sim, 1, 2, 2);
        pass(&s, SECOND_US, 5000);
        assert_int_equal(told_all, 1);
        assert_int_equal(events.status, LWNVME_OK);
        armed_once(&s, 4);
        scenario_end(&s);
    }
}

/* The k-th admin command is lost: the controller fails by the deadline, is reset, and events go on. A lost event
 * request is never missed: it has no deadline. */
static void a_loss_at_every_admin_command(void **state)
{
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 0; k < 8; k++) {
        prepare(&s);
        s.time_limit_us = 400 * SECOND_US;
        scenario_start(&s);
        assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
        scenario_fault(
            &s, (struct lwnvme_sim_fault){
                    .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .any_opcode = true, .skip = k});
        pass(&s, 20000, 500);
        lwnvme_sim_event(s.sim, 1, 2, 2);
        pass(&s, 70 * SECOND_US, 50000);
        if (lwnvme_controller_status(s.controller) != LWNVME_OK)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        pass(&s, SECOND_US, 5000);
        assert_in_range(told_all, 0, 1);
        assert_int_equal(events.armed, 4);
        lwnvme_sim_event(s.sim, 3, 0, 0);
        pass(&s, 20000, 500);
        assert_int_equal(told[LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN], 1);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        scenario_end(&s);
    }
}

/* Removed at every moment of bring-up of events and of one event. */
static void fault_124_removal_at_every_moment(void **state)
{
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 1; k < 60; k++) {
        prepare(&s);
        scenario_start(&s);
        assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
        lwnvme_sim_settings(s.sim)->mmio_ones_at = lwnvme_sim_counters(s.sim)->mmio_reads + k;
        pass(&s, 3000, 500);
        lwnvme_sim_event(s.sim, 1, 2, 2);
        pass(&s, 20000, 500);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_GONE);
        assert_int_equal(events.armed, 0);
        assert_in_range(told_all, 0, 1);
        assert_int_equal(scenario_close(&s), LWNVME_OK);
        assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
        scenario_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_149_exactly_one_request_each_after_reset_and_resume),
        cmocka_unit_test(fault_149_exactly_one_request_each_after_a_subsystem_reset),
        cmocka_unit_test(closes_with_armed_requests),
        cmocka_unit_test(failures_and_their_way_out),
        cmocka_unit_test(requests_have_no_deadline),
        cmocka_unit_test(a_host_that_sleeps_is_not_kept_awake),
        cmocka_unit_test(fault_148_a_limit_below_what_the_controller_says),
        cmocka_unit_test(fault_148_aerl_0_is_one_request),
        cmocka_unit_test(fault_146_a_storm_does_not_keep_others_from_their_turn),
        cmocka_unit_test(fault_161_a_persistent_error_leads_to_one_reset),
        cmocka_unit_test(fault_162_critical_warnings_are_typed_events),
        cmocka_unit_test(real_causes_are_reported_each_time),
        cmocka_unit_test(telemetry_stays_until_the_owner_has_read_it),
        cmocka_unit_test(events_that_are_not_enabled_stay_away),
        cmocka_unit_test(namespace_changes_are_told_with_their_list),
        cmocka_unit_test(fault_150_more_changes_than_the_list_holds),
        cmocka_unit_test(fault_100_mixed_up_answers_harm_nobody),
        cmocka_unit_test(fault_100_errors_in_a_loop),
        cmocka_unit_test(events_at_every_moment_of_a_shutdown_and_reset),
        cmocka_unit_test(a_reset_while_the_log_page_is_read),
        cmocka_unit_test(a_power_cut_with_armed_requests),
        cmocka_unit_test(stops_in_every_state),
        cmocka_unit_test(fault_163_a_reservation_conflict_is_not_retried),
        cmocka_unit_test(a_status_at_every_admin_command),
        cmocka_unit_test(a_loss_at_every_admin_command),
        cmocka_unit_test(fault_124_removal_at_every_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

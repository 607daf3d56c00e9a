/* SPDX-License-Identifier: MIT */
/* The ladder in detail: what the queue's owner tells, how many commands are on it at once, pauses, clocks that go back.
 * Rung by rung it is in tests/sim/test_recovery.c. */
#include "../support.h"

#define QUEUES 6u

static struct bench bench;
static struct lwnvme_recovery recovery;
static struct lwnvme_recovery_policy policy;
static struct lwnvme_queue queues[QUEUES];
static struct counted ios[QUEUES];
static uint8_t data[QUEUES][4096] __attribute__((aligned(4096)));

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.latency_us = 10;
    bench.config.io_timeout_ms = 100;
    bench.config.admin_timeout_ms = 200;
    bench_start(&bench);
    memset(&recovery, 0, sizeof(recovery));
    memset(queues, 0, sizeof(queues));
    counted_calls = 0;
    assert_int_equal(lwnvme_recovery_start(bench.controller, &recovery, &policy), 0);
    memset(&policy, 0, sizeof(policy));
    for (uint32_t i = 0; i < QUEUES; i++) {
        counted_init(&ios[i], NULL);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[i], NULL), 0);
    }
}

static void submit(uint32_t i)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], sizeof(data[i]));
    assert_int_equal(lwnvme_read(&queues[i], bench.ns, &ios[i].request, 0, 8, &buffer), 0);
}

static void lose(uint32_t count)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x02, .count = count};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
}

static void turn(void)
{
    for (uint32_t i = 0; i < QUEUES; i++) {
        (void)lwnvme_queue_poll(&queues[i], 0);
    }
    (void)lwnvme_controller_poll(bench.controller);
    lwnvme_sim_advance(bench.sim, 200);
}

static void turns(uint32_t ms)
{
    const uint64_t until = lwnvme_sim_time(bench.sim) + ms * 1000ull;
    while (lwnvme_sim_time(bench.sim) < until) {
        turn();
    }
}

static uint32_t cases(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LWNVME_RECOVERY_CASES; i++) {
        count += recovery.cases[i].queue != NULL;
    }
    return count;
}

/* More queues with late commands than there is room for: each has its turn. */
static void each_late_command_has_its_turn(void **state)
{
    uint32_t most = 0;
    (void)state;
    start();
    lose(QUEUES);
    for (uint32_t i = 0; i < QUEUES; i++) {
        submit(i);
    }
    while (counted_calls < QUEUES) {
        turn();
        most = cases() > most ? cases() : most;
        assert_int_equal(bench.controller->fail_status, 0);
    }
    assert_int_equal(most, LWNVME_RECOVERY_CASES);
    assert_int_equal(recovery.counts.late, QUEUES);
    assert_int_equal(recovery.counts.aborted, QUEUES);
    for (uint32_t i = 0; i < QUEUES; i++) {
        assert_int_equal(ios[i].request.status, 0);
    }
    turns(10);
    assert_int_equal(cases(), 0);
    assert_int_equal(lwnvme_recovery_get_state(&recovery), LWNVME_RECOVERY_WATCHING);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX); /* there is nothing to look at */
    bench_end(&bench);
}

/* NSSR is not written where CAP does not have it. */
static void no_subsystem_reset_that_the_controller_lacks(void **state)
{
    (void)state;
    policy.resets = 1;
    policy.subsystem_reset = true;
    start();
    bench.controller->limits_us[LWNVME_LIMIT_READY] = 1000;
    lwnvme_sim_settings(bench.sim)->never_ready = true;
    lwnvme_sim_fatal(bench.sim);
    turns(20000);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
    assert_int_equal(recovery.counts.resets, 1);
    assert_int_equal(recovery.counts.subsystem_resets, 0);
    assert_int_equal(recovery.counts.failures, 1);
    bench_end(&bench);
}

/* The slot of a late command is used again: that command is not taken for the late one. */
static void fault_107_the_next_use_of_a_slot_is_not_late(void **state)
{
    struct lwnvme_slot *slot;
    (void)state;
    start();
    lose(1);
    submit(0);
    turns(125);
    assert_int_not_equal(queues[0].late, 0);
    slot = &queues[0].slots[queues[0].late & LWNVME_CID_INDEX_MASK];
    slot->deadline_ms += 64; /* what the 64th command after it would have, under the same identifier */
    queues[0].earliest_ms = queues[0].clock_ms;
    turns(3);
    assert_int_equal(queues[0].late, 0);
    turns(3);
    assert_int_equal(recovery.counts.late_answers, 1);
    assert_int_equal(recovery.counts.aborts, 0);
    turns(100);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(recovery.counts.aborts, 1);
    bench_end(&bench);
}

/* Another command of the queue becomes late, with a lower identifier: the one that was late first still is. */
static void a_second_late_command_does_not_take_the_turn(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[1], sizeof(data[1]));
    uint32_t late;
    (void)state;
    start();
    lose(2);
    ios[0].request.timeout_ms = 105;
    submit(0);
    ios[1].request.timeout_ms = 50;
    assert_int_equal(lwnvme_read(&queues[0], bench.ns, &ios[1].request, 0, 8, &buffer), 0);
    while (queues[0].late == 0) {
        turn();
    }
    late = queues[0].late;
    assert_int_equal(late & LWNVME_CID_INDEX_MASK, 1);
    while (!ios[0].request.late) {
        for (uint32_t i = 0; i < QUEUES; i++) { /* its owner polls; nobody climbs meanwhile */
            (void)lwnvme_queue_poll(&queues[i], 0);
        }
        lwnvme_sim_advance(bench.sim, 200);
    }
    assert_int_equal(queues[0].late, late);
    turns(300);
    assert_int_equal(counted_calls, 2);
    bench_end(&bench);
}

/* A controller that is about to be stopped has no late commands: nobody would climb for them. */
static void nothing_is_late_after_a_failure(void **state)
{
    (void)state;
    start();
    lose(1);
    submit(0);
    lwnvme_controller_fail(bench.controller, LWNVME_ERR_FATAL);
    for (uint32_t ms = 0; ms < 150; ms++) { /* its owner polls, and the controller's does not yet */
        lwnvme_sim_advance(bench.sim, 1000);
        (void)lwnvme_queue_poll(&queues[0], 0);
    }
    assert_int_equal(queues[0].late, 0);
    assert_false(ios[0].request.late);
    turns(1000);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(recovery.counts.late, 0);
    assert_int_equal(recovery.counts.resets, 1);
    bench_end(&bench);
}

/* The Abort has a deadline of its own, which is not that of other admin commands. */
static void fault_115_an_abort_without_an_answer(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = LWNVME_ADMIN_ABORT};
    uint64_t sent_us;
    (void)state;
    policy.abort_ms = 20;
    start();
    policy.abort_ms = 20;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    lose(1);
    submit(0);
    while (recovery.counts.aborts == 0) {
        turn();
    }
    sent_us = lwnvme_sim_time(bench.sim);
    while (recovery.counts.resets == 0) {
        turn();
    }
    assert_in_range(lwnvme_sim_time(bench.sim) - sent_us, 20000, 70000);
    assert_int_equal(recovery.counts.lost_aborts, 1);
    turns(300);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

/* Each reset in a row waits twice as long as the one before. */
static void fault_115_pauses_grow(void **state)
{
    uint64_t at[8];
    uint32_t seen = 0;
    (void)state;
    policy.resets = 8;
    policy.pause_ms = 50;
    start();
    lwnvme_sim_settings(bench.sim)->never_ready = true;
    lwnvme_sim_fatal(bench.sim);
    bench.controller->limits_us[LWNVME_LIMIT_READY] = 1000;
    while (lwnvme_controller_state(bench.controller) != LWNVME_STATE_FAILED) {
        if (seen < recovery.counts.resets) {
            at[seen++] = lwnvme_sim_time(bench.sim);
        }
        assert_true(seen == 0 ||
                    lwnvme_next_deadline(bench.controller) <= lwnvme_sim_time(bench.sim) + 3300000);
        turn();
    }
    assert_int_equal(seen, 8);
    for (uint32_t i = 2; i < 7; i++) { /* a bring-up that fails, and a pause */
        assert_in_range(at[i + 1] - at[i] - (at[i] - at[i - 1]), (50000u << (i - 2)) - 5000u,
                        (50000u << (i - 2)) + 5000u);
    }
    bench_end(&bench);
}

/* How many resets there may be is counted anew when the time for them has passed, and no earlier. */
static void resets_are_counted_in_a_window(void **state)
{
    static const struct {
        uint32_t window_ms;
        uint64_t since_us; /* the window began so long ago */
        bool over;
    } rows[] = {
        {100000, 99000000, false}, {100000, 100010000, true},
        {1000, 3600000000u, true}, {100000, 100000000, true},
        {100000, 0, false},        {0, 599000000, false},
        {0, 600010000, true},      {4294967295u, 3600000000u, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t before;
        uint64_t failed;
        policy.window_ms = rows[i].window_ms;
        start();
        lwnvme_sim_advance(bench.sim, 2 * UINT64_C(3600000000));
        turns(1);
        lwnvme_sim_settings(bench.sim)->clock_step_us = 0;
        failed = lwnvme_sim_time(bench.sim);
        recovery.window_since_us = before = failed - rows[i].since_us;
        recovery.window_resets = 3;
        recovery.window_subsystem_resets = 1;
        recovery.window_host_resets = 1;
        lwnvme_sim_fatal(bench.sim);
        while (recovery.counts.resets == 0) {
            turn();
        }
        assert_int_equal(recovery.window_resets, rows[i].over ? 1 : 4);
        assert_int_equal(recovery.window_subsystem_resets, rows[i].over ? 0 : 1);
        assert_int_equal(recovery.window_host_resets, rows[i].over ? 0 : 1);
        assert_true(recovery.window_since_us == (rows[i].over ? failed : before));
        turns(100);
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
        bench_end(&bench);
    }
}

/* Each reset of a controller that does not come back takes longer than the window lasts: they have an end all the same, and what
 * was kept comes back. */
static void fault_115_a_recovery_longer_than_its_window_ends(void **state)
{
    (void)state;
    policy.window_ms = 1000;
    start();
    lose(1);
    submit(0);
    lwnvme_sim_settings(bench.sim)->never_ready = true;
    lwnvme_sim_fatal(bench.sim);
    for (uint32_t i = 0; i < 20000 && lwnvme_controller_state(bench.controller) != LWNVME_STATE_FAILED; i++) {
        turn();
        lwnvme_sim_advance(bench.sim, 10000);
    }
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
    assert_int_equal(recovery.counts.resets, 5);
    assert_int_equal(recovery.counts.failures, 1);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_ABORTED);
    bench.violations_allowed = true; /* it is told to stop before it was ready */
    bench_end(&bench);
}

/* A clock that is set back holds nothing up. */
static void fault_121_a_clock_that_goes_back(void **state)
{
    (void)state;
    policy.abort_ms = 50;
    start();
    lwnvme_sim_settings(bench.sim)->abort_does_nothing = true;
    lose(1);
    lwnvme_sim_advance(bench.sim, 3600ull * 1000000u);
    turns(1);
    submit(0);
    while (recovery.counts.aborts == 0) {
        turn();
    }
    recovery.cases[0].until_us += 1800ull * 1000000u; /* as if the clock had gone back by so much */
    recovery.window_since_us = lwnvme_sim_time(bench.sim) + 1800ull * 1000000u;
    turns(200);
    assert_int_equal(recovery.counts.resets, 1);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

/* What is late while the controller is being shut down has no ladder: it fails, as without a recovery. */
static void late_in_a_shutdown(void **state)
{
    (void)state;
    start();
    lose(1);
    submit(0);
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    turns(500);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
    assert_int_equal(recovery.counts.recoveries, 0);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(ios[0].called, 1);
    bench_end(&bench);
}

/* It is closed in the middle of each rung: everything comes back, and the object is off. */
static void closed_on_each_rung(void **state)
{
    (void)state;
    for (uint32_t after = 0; after < 60; after++) {
        bool ended;
        policy.abort_ms = 5;
        start();
        lwnvme_sim_settings(bench.sim)->abort_does_nothing = true;
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 300;
        lose(1);
        submit(0);
        turns(110);
        for (uint32_t i = 0; i < 6 * after; i++) {
            turn();
        }
        ended = ios[0].called != 0;
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
        assert_int_equal(ios[0].called, 1);
        assert_true(ended || ios[0].request.status == LWNVME_ERR_TIMEOUT ||
                    ios[0].request.status == LWNVME_ERR_ABORTED);
        assert_int_equal(lwnvme_recovery_get_state(&recovery), LWNVME_RECOVERY_OFF);
        bench_end(&bench);
        if (ended) {
            return;
        }
    }
    fail_msg("it never ended");
}

/* A pause has an upper bound, whatever the policy asks for. */
static void pauses_end(void **state)
{
    uint64_t at[3];
    uint32_t seen = 0;
    (void)state;
    policy.resets = 3;
    policy.pause_ms = UINT32_MAX;
    start();
    lwnvme_sim_settings(bench.sim)->never_ready = true;
    lwnvme_sim_fatal(bench.sim);
    bench.controller->limits_us[LWNVME_LIMIT_READY] = 1000;
    while (lwnvme_controller_state(bench.controller) != LWNVME_STATE_FAILED) {
        if (seen < recovery.counts.resets) {
            at[seen++] = lwnvme_sim_time(bench.sim);
            if (seen == 2) { /* no longer than that, which began in the last turn */
                assert_in_range(lwnvme_next_deadline(bench.controller) - at[1], 60000000u - 6000u,
                                60000000u - 5000u);
            }
        }
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 5000);
    }
    assert_int_equal(seen, 3);
    /* A minute, and a bring-up that fails. */
    assert_in_range(at[2] - at[1], 60000000u, 70000000u);
    bench_end(&bench);
}

/* The admin queue takes no Abort at this moment: it is sent when it does, and is counted once. */
static void an_abort_that_cannot_be_sent(void **state)
{
    (void)state;
    start();
    lose(1);
    submit(0);
    while (recovery.counts.late == 0) {
        turn();
    }
    bench.controller->admin.slow |= LWNVME_SLOW_NO_SUBMIT;
    turns(30);
    assert_int_equal(recovery.counts.aborts, 0);
    assert_int_equal(bench.controller->fail_status, 0);
    bench.controller->admin.slow &= ~LWNVME_SLOW_NO_SUBMIT;
    turns(30);
    assert_int_equal(recovery.counts.aborts, 1);
    assert_int_equal(recovery.counts.aborted, 1);
    turns(10);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

/* Aborts that wait for room in the admin ring are under way, too. */
static void fault_106_aborts_that_wait_count(void **state)
{
    struct lwnvme_queue admin = {.entries = 1};
    struct lwnvme_request requests[3] = {{.command = {.opcode = LWNVME_ADMIN_ABORT}},
                                         {.command = {.opcode = LWNVME_ADMIN_IDENTIFY}},
                                         {.command = {.opcode = LWNVME_ADMIN_ABORT}}};
    (void)state;
    assert_int_equal(lwnvme_aborts_under_way(&admin), 0);
    requests[0].next = &requests[1];
    requests[1].next = &requests[2];
    admin.waiting_first = &requests[0];
    assert_int_equal(lwnvme_aborts_under_way(&admin), 2);
}

/* An Abort that a reset takes with it was not lost. */
static void aborts_that_a_reset_ends_are_not_lost(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 5000;
    lose(1);
    submit(0);
    while (recovery.counts.aborts == 0) {
        turn();
    }
    lwnvme_sim_fatal(bench.sim);
    turns(300);
    assert_int_equal(recovery.counts.lost_aborts, 0);
    assert_int_equal(recovery.counts.resets, 1);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

static void fail_now(struct lwnvme_service *service)
{
    lwnvme_controller_fail(service->controller, LWNVME_ERR_FATAL);
}

/* Somebody else finds out, in the same poll, that the controller cannot go on: the ladder is not stepped any more. */
static void nothing_is_begun_for_a_controller_that_has_failed(void **state)
{
    static struct lwnvme_service spoiler;
    (void)state;
    start();
    lose(1);
    submit(0);
    while (queues[0].late == 0) {
        lwnvme_sim_advance(bench.sim, 200);
        (void)lwnvme_queue_poll(&queues[0], 0);
    }
    /* It is looked for again when the clock has moved on, and not before. */
    assert_true(lwnvme_next_deadline(bench.controller) > lwnvme_sim_time(bench.sim));
    memset(&spoiler, 0, sizeof(spoiler));
    spoiler.work = fail_now;
    spoiler.due_us = UINT64_MAX;
    lwnvme_service_add(bench.controller, &spoiler);
    (void)lwnvme_controller_poll(bench.controller);
    assert_int_equal(recovery.counts.late, 0);
    assert_int_equal(cases(), 0);
    lwnvme_service_remove(&spoiler);
    turns(50);
    assert_int_equal(recovery.counts.resets, 1);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

/* It cannot be stopped while it is at work, and can afterwards. */
static void no_stop_in_the_middle(void **state)
{
    (void)state;
    start();
    lwnvme_sim_fatal(bench.sim);
    while (recovery.counts.resets == 0) {
        turn();
    }
    assert_int_equal(lwnvme_recovery_stop(&recovery), LWNVME_ERR_BUSY);
    assert_ptr_equal(bench.controller->recovery, &recovery);
    while (lwnvme_controller_state(bench.controller) != LWNVME_STATE_VERIFY &&
           lwnvme_controller_state(bench.controller) != LWNVME_STATE_READY) {
        turn();
    }
    turns(100);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 5000;
    lose(1);
    submit(0);
    while (recovery.counts.aborts == 0) {
        turn();
    }
    assert_int_equal(lwnvme_recovery_stop(&recovery), LWNVME_ERR_BUSY); /* an Abort is under way */
    turns(50);
    assert_int_equal(lwnvme_recovery_stop(&recovery), 0);
    assert_null(bench.controller->recovery);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

static uint32_t told[16];
static uint32_t told_count;

/* What each event finds. */
static void note_event(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)context;
    if (told_count < 16) {
        told[told_count++] = (uint32_t)event;
    }
    if (event == LWNVME_EVENT_STOPPING) {
        assert_int_equal(lwnvme_controller_state(controller), LWNVME_STATE_READY);
        assert_int_equal(controller->recovering, 0);
    }
    for (const struct lwnvme_queue *queue = controller->queues; queue != NULL; queue = queue->next) {
        const uint32_t gates = LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED | LWNVME_SLOW_AWAITING;
        if (event == LWNVME_EVENT_STOPPING || event == LWNVME_EVENT_READY ||
            event == LWNVME_EVENT_RECOVERED) {
            assert_int_equal(queue->slow & gates, 0);
        } else {
            assert_int_not_equal(queue->slow & LWNVME_SLOW_NO_SUBMIT, 0);
        }
    }
}

/* Owners are told to hold still before anything is touched, once, and before they hear of a recovery. */
static void owners_are_told_in_order(void **state)
{
    enum trouble {
        HELPED,
        NOT_HELPED,
        RESETS_OFF,
        REMOVED,
        IN_A_RESET,
        TROUBLES
    };
    static const uint32_t expected[TROUBLES][5] = {
        {LWNVME_EVENT_STOPPING, LWNVME_EVENT_RECOVERY, LWNVME_EVENT_READY, LWNVME_EVENT_RECOVERED},
        {LWNVME_EVENT_STOPPING, LWNVME_EVENT_RECOVERY, LWNVME_EVENT_FAILED},
        {LWNVME_EVENT_STOPPING, LWNVME_EVENT_FAILED},
        {LWNVME_EVENT_STOPPING, LWNVME_EVENT_GONE},
        {LWNVME_EVENT_RESET, LWNVME_EVENT_RECOVERY, LWNVME_EVENT_READY, LWNVME_EVENT_RECOVERED},
    };
    (void)state;
    for (uint32_t trouble = 0; trouble < TROUBLES; trouble++) {
        policy.resets = 3;
        policy.no_reset = trouble == RESETS_OFF;
        start();
        told_count = 0;
        bench.controller->config.event = note_event;
        bench.controller->limits_us[LWNVME_LIMIT_READY] = 1000;
        lwnvme_sim_settings(bench.sim)->never_ready = trouble == NOT_HELPED;
        if (trouble == REMOVED) {
            lwnvme_sim_remove(bench.sim);
        } else if (trouble == IN_A_RESET) {
            struct lwnvme_sim_fault fault = {
                .kind = LWNVME_SIM_FATAL, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 0x06, .count = 1};
            assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
            assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
        } else {
            lwnvme_sim_fatal(bench.sim);
        }
        turns(20000);
        for (uint32_t i = 0; i < 5 && expected[trouble][i] != 0; i++) {
            assert_int_equal(told[i], expected[trouble][i]);
            assert_in_range(told_count, i + 1, 4);
        }
        assert_true(told_count == 4 || expected[trouble][told_count] == 0);
        assert_int_equal(recovery.counts.resets,
                         trouble == NOT_HELPED ? 3 : trouble == HELPED || trouble == IN_A_RESET);
        bench.controller->config.event = NULL;
        bench_end(&bench);
    }
}

static void what_is_missing_is_named(void **state)
{
    static struct lwnvme_recovery off;
    static struct lwnvme_recovery_namespace entry;
    static struct lwnvme_recovery_setting setting;
    (void)state;
    start();
    assert_int_equal(lwnvme_recovery_watch(NULL, &entry, bench.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_watch(&recovery, NULL, bench.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_watch(&recovery, &entry, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_watch(&off, &entry, bench.ns), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_recovery_restore(NULL, &setting), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_restore(&recovery, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_restore(&off, &setting), LWNVME_ERR_NOT_OPEN);
    setting.command.opcode = 0x100;
    assert_int_equal(lwnvme_recovery_restore(&recovery, &setting), LWNVME_ERR_INVALID_ARGUMENT);
    setting.command.opcode = 0x09;
    setting.data_bytes = 4097;
    assert_int_equal(lwnvme_recovery_restore(&recovery, &setting), LWNVME_ERR_INVALID_ARGUMENT);
    lwnvme_recovery_unwatch(NULL, &entry);
    lwnvme_recovery_unwatch(&recovery, NULL);
    lwnvme_recovery_unwatch(&recovery, &entry); /* on no list */
    lwnvme_recovery_forget(NULL, &setting);
    lwnvme_recovery_forget(&recovery, NULL);
    lwnvme_recovery_forget(&recovery, &setting);
    assert_null(recovery.namespaces);
    assert_null(recovery.settings);
    assert_int_equal(lwnvme_recovery_start(bench.controller, &off, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_recovery_stop(&off), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_recovery_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_stop(&recovery), 0);
    submit(0);
    assert_int_equal(lwnvme_recovery_start(bench.controller, &recovery, NULL), LWNVME_ERR_BUSY);
    turns(5);
    assert_int_equal(ios[0].called, 1);
    bench_end(&bench);
}

/* The controller fails for another reason while an Abort is with it: that was not lost. */
static void an_abort_under_way_is_not_lost(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 500000;
    lose(1);
    submit(0);
    while (recovery.counts.aborts == 0) {
        turn();
    }
    turns(5);
    assert_int_equal(bench.controller->fail_status, 0);
    lwnvme_sim_fatal(bench.sim);
    turns(5);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 10;
    turns(500);
    assert_int_equal(recovery.counts.recoveries, 1);
    assert_int_equal(recovery.counts.lost_aborts, 0);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_abort_under_way_is_not_lost),
        cmocka_unit_test(pauses_end),
        cmocka_unit_test(an_abort_that_cannot_be_sent),
        cmocka_unit_test(fault_106_aborts_that_wait_count),
        cmocka_unit_test(nothing_is_begun_for_a_controller_that_has_failed),
        cmocka_unit_test(no_stop_in_the_middle),
        cmocka_unit_test(owners_are_told_in_order),
        cmocka_unit_test(aborts_that_a_reset_ends_are_not_lost),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(each_late_command_has_its_turn),
        cmocka_unit_test(no_subsystem_reset_that_the_controller_lacks),
        cmocka_unit_test(fault_107_the_next_use_of_a_slot_is_not_late),
        cmocka_unit_test(a_second_late_command_does_not_take_the_turn),
        cmocka_unit_test(fault_115_pauses_grow),
        cmocka_unit_test(nothing_is_late_after_a_failure),
        cmocka_unit_test(fault_115_an_abort_without_an_answer),
        cmocka_unit_test(resets_are_counted_in_a_window),
        cmocka_unit_test(fault_115_a_recovery_longer_than_its_window_ends),
        cmocka_unit_test(fault_121_a_clock_that_goes_back),
        cmocka_unit_test(late_in_a_shutdown),
        cmocka_unit_test(closed_on_each_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

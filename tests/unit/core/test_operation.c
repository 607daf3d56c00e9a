/* SPDX-License-Identifier: MIT */
/* What long operations have in common: steps, pauses, deadlines, the one end. */
#include "../support.h"

static struct bench bench;

struct work {
    struct lwnvme_operation operation; /* first */
    uint32_t steps;
    uint32_t done;
    uint32_t left;
    int seen; /* the status of the command of the step before */
    void (*act)(struct work *work);
    void (*at_end)(struct work *work);
};
static struct work work;
static struct work other;

static void step(struct lwnvme_operation *operation)
{
    struct work *self = (struct work *)(void *)operation;
    assert_false(lwnvme_request_active(&operation->request));
    assert_int_equal(bench.controller->polling, 0);
    self->steps++;
    self->seen = operation->request.status;
    if (self->act != NULL) {
        self->act(self);
    }
}

static void ended(struct lwnvme_operation *operation)
{
    struct work *self = (struct work *)(void *)operation;
    assert_false(lwnvme_operation_active(operation));
    assert_int_equal(operation->left_s, 0);
    self->done++;
    if (self->at_end != NULL) {
        self->at_end(self);
    }
}

static void leave(struct lwnvme_operation *operation)
{
    struct work *self = (struct work *)(void *)operation;
    assert_int_equal(self->done, 0); /* tidy before the owner is told */
    self->left++;
}

static int begin(struct work *self, uint64_t limit_ms)
{
    int status = lwnvme_operation_check(bench.controller, &self->operation);
    if (status == 0) {
        self->operation.done = ended;
        lwnvme_operation_start(bench.controller, &self->operation, step, limit_ms);
        self->operation.leave = leave;
    }
    return status;
}

static void start(void)
{
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&work, 0, sizeof(work));
    memset(&other, 0, sizeof(other));
}

static void send(struct work *self)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = 2};
    if (self->steps == 4) {
        lwnvme_operation_end(&self->operation, LWNVME_OK);
        return;
    }
    self->operation.request.internal_done = NULL;
    assert_int_equal(lwnvme_submit_raw(&bench.controller->admin, &self->operation.request, &command, NULL),
                     0);
}

static void a_step_follows_each_command_and_the_end_comes_once(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 3000;
    work.act = send;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(work.operation.status, LWNVME_PENDING);
    assert_int_equal(work.steps, 0); /* the begin call takes none */
    assert_int_equal(begin(&work, 0), LWNVME_ERR_BUSY);
    for (uint32_t turn = 0; turn < 1000 && lwnvme_operation_step(&work.operation) == LWNVME_PENDING; turn++) {
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(work.operation.status, 0);
    assert_int_equal(work.steps, 4);
    assert_int_equal(work.done, 1);
    assert_int_equal(work.left, 1);
    assert_int_equal(work.operation.progress_percent, 100);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->admin_commands[LWNVME_ADMIN_GET_FEATURES], 3);
    assert_null(bench.controller->services);
    /* The same object serves again. */
    memset(&work.steps, 0, sizeof(work.steps));
    work.done = 0;
    assert_int_equal(begin(&work, 0), 0);
    while (lwnvme_operation_step(&work.operation) == LWNVME_PENDING) {
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(work.done, 1);
    bench_end(&bench);
}

/* Who sleeps until the next deadline is not kept awake by a command that takes long. */
static void nothing_is_due_while_a_command_is_under_way(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 3000000;
    work.act = send;
    assert_int_equal(begin(&work, 0), 0);
    assert_true(lwnvme_next_deadline(bench.controller) <= lwnvme_sim_time(bench.sim));
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING); /* sends */
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING); /* sees it under way */
    assert_true(lwnvme_next_deadline(bench.controller) > lwnvme_sim_time(bench.sim) + 1000000);
    lwnvme_sim_advance(bench.sim, 3100000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 2);
    bench_end(&bench);
}

static void pause_100(struct work *self)
{
    lwnvme_operation_pause(&self->operation, 100);
}

static void a_pause_is_kept_and_told_as_a_deadline(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 1);
    uint64_t due_us = lwnvme_next_deadline(bench.controller);
    assert_true(due_us > lwnvme_sim_time(bench.sim) + 90000);
    assert_true(due_us <= lwnvme_sim_time(bench.sim) + 100000);
    lwnvme_sim_advance(bench.sim, 90000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 1);
    assert_true(lwnvme_next_deadline(bench.controller) == due_us);
    lwnvme_sim_advance(bench.sim, 10000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 2);
    bench_end(&bench);
}

static void the_deadline_of_the_whole_ends_it(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 2000), 0);
    lwnvme_sim_advance(bench.sim, 1900000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    lwnvme_sim_advance(bench.sim, 200000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(work.done, 1);
    assert_int_equal(work.left, 1);
    assert_int_equal(work.steps, 1);
    /* One that the owner names counts instead. */
    work.operation.timeout_ms = 500;
    work.done = 0;
    assert_int_equal(begin(&work, 100000), 0);
    lwnvme_sim_advance(bench.sim, 600000);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_ERR_OPERATION_TIMEOUT);
    /* None at all: for ever. */
    work.operation.timeout_ms = 0;
    work.done = 0;
    assert_int_equal(begin(&work, 0), 0);
    lwnvme_sim_advance(bench.sim, UINT64_C(86400000000) * 400);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    bench_end(&bench);
}

static void resets_and_waits(struct work *self)
{
    if (self->steps == 1) {
        assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    } else {
        lwnvme_operation_end(&self->operation, LWNVME_OK);
    }
}

static void a_step_may_reset_the_controller_and_goes_on_after_it(void **state)
{
    (void)state;
    start();
    work.act = resets_and_waits;
    other.act = send;
    assert_int_equal(begin(&other, 0), 0); /* told after `work`, in the turn of the reset */
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(other.steps, 0); /* nothing is sent to a controller that is being reset */
    assert_int_equal(bench_settle(&bench), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), 0);
    assert_int_equal(work.steps, 2);
    assert_int_equal(bench.events[LWNVME_EVENT_READY], 2);
    assert_int_not_equal(other.steps, 0);
    bench_end(&bench);
}

static void a_command_given_back_by_a_reset_is_seen_by_the_next_step(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 50000;
    work.act = send;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(work.operation.status, LWNVME_PENDING);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 2);
    assert_int_equal(work.seen, LWNVME_ERR_ABORTED);
    bench_end(&bench);
}

static void waits_inside(struct work *self)
{
    static uint8_t data[4096];
    uint32_t steps = self->steps;
    for (uint32_t turn = 0; turn < 10; turn++) {
        (void)lwnvme_controller_poll(bench.controller);
        (void)lwnvme_sync_identify(bench.controller, LWNVME_CNS_CONTROLLER, 0, data);
    }
    assert_int_equal(self->steps, steps);
    assert_int_equal(lwnvme_operation_step(&self->operation), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_operation(&self->operation), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(self->steps, steps);
    if (steps == 2) {
        lwnvme_operation_end(&self->operation, LWNVME_OK);
    }
}

/* What a kind calls back in its step (a piece of a log page, an image, a namespace that has changed) may wait for
 * something else, and that polls. */
static void a_step_is_not_taken_within_a_step(void **state)
{
    (void)state;
    start();
    work.act = waits_inside;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 1);
    assert_int_equal(lwnvme_operation_step(&work.operation), 0);
    assert_int_equal(work.steps, 2);
    assert_int_equal(work.done, 1);
    bench_end(&bench);
}

static void closes_and_goes_on(struct work *self)
{
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(self->done, 1);
    lwnvme_operation_end(&self->operation, LWNVME_OK);
}

static void a_close_within_a_step_is_the_only_end(void **state)
{
    (void)state;
    start();
    work.act = closes_and_goes_on;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_ERR_ABORTED);
    assert_int_equal(work.done, 1);
    assert_int_equal(work.left, 1);
    bench_end(&bench);
}

static void begins_again_in_vain(struct work *self)
{
    assert_int_equal(lwnvme_operation_check(bench.controller, &self->operation), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_close(bench.controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_IN_CALLBACK);
}

static void a_close_ends_it_and_stands_what_the_owner_tries_then(void **state)
{
    (void)state;
    start();
    work.act = send;
    work.at_end = begins_again_in_vain;
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 50000;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(work.operation.status, LWNVME_ERR_ABORTED);
    assert_int_equal(work.done, 1);
    assert_int_equal(work.left, 1);
    assert_false(lwnvme_request_active(&work.operation.request));
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_ERR_ABORTED);
    bench_end(&bench);
}

static void a_failed_controller_ends_it(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    lwnvme_sim_remove(bench.sim);
    for (uint32_t turn = 0; turn < 1000 && lwnvme_operation_step(&work.operation) == LWNVME_PENDING; turn++) {
        lwnvme_sim_advance(bench.sim, 1000);
    }
    assert_int_equal(work.operation.status, LWNVME_ERR_GONE);
    assert_int_equal(work.done, 1);
    assert_int_equal(begin(&other, 0), LWNVME_ERR_GONE);
    bench_end(&bench);
}

/* Whoever owns the buffer of a command must be told, and an operation's end is where its owner looks. */
static void fault_118_a_buffer_that_may_still_be_written_is_not_given_back(void **state)
{
    (void)state;
    for (int closes = 0; closes < 2; closes++) {
        start();
        lwnvme_sim_settings(bench.sim)->admin_latency_us = UINT64_C(1000000000000);
        lwnvme_sim_settings(bench.sim)->never_disabled = true;
        lwnvme_sim_settings(bench.sim)->fence_works = false;
        work.act = send;
        assert_int_equal(begin(&work, 0), 0);
        assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
        if (closes == 0) {
            while (lwnvme_operation_step(&work.operation) == LWNVME_PENDING) {
                lwnvme_sim_advance(bench.sim, 100000);
            }
            assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
            assert_int_equal(work.operation.status, LWNVME_ERR_BUFFER_HELD);
        }
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
        assert_int_equal(work.operation.status, LWNVME_ERR_BUFFER_HELD);
        assert_int_equal(work.done, 1);
        bench_drop(&bench);
    }
}

static uint64_t (*real_now)(void *host);
static uint64_t back_us;

static uint64_t now_set_back(void *host)
{
    return real_now(host) - back_us;
}

static void pause_of_the_longest(struct work *self)
{
    lwnvme_operation_pause(&self->operation, 10000);
}

/* Set back by however little, the clock makes no pause longer than the longest. */
static void fault_121_a_clock_that_is_set_back_makes_no_pause_longer(void **state)
{
    static const uint64_t rows[] = {1000, 5000, 10000, 3600000000};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start();
        lwnvme_sim_advance(bench.sim, 2 * UINT64_C(3600000000));
        real_now = bench.ops->now_us;
        bench.ops->now_us = now_set_back;
        back_us = 0;
        work.act = pause_of_the_longest;
        assert_int_equal(begin(&work, 0), 0);
        assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
        assert_int_equal(work.steps, 1);
        back_us = rows[i];
        assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
        assert_true(lwnvme_next_deadline(bench.controller) <=
                    lwnvme_sim_time(bench.sim) - back_us + 10000000);
        assert_int_equal(work.steps, 1);
        lwnvme_sim_advance(bench.sim, 10000000);
        assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
        assert_int_equal(work.steps, 2);
        bench_end(&bench);
    }
}

static void fault_121_a_clock_that_stands_still_ends_a_pause(void **state)
{
    uint32_t polls = 0;
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = 1;
    while (polls < 4 * LWNVME_CONFIG_STUCK_CLOCK_POLLS &&
           lwnvme_operation_step(&work.operation) == LWNVME_PENDING) {
        polls++;
    }
    assert_int_equal(work.operation.status, LWNVME_ERR_CLOCK_STOPPED);
    assert_true(polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS);
    assert_int_equal(work.done, 1);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = 0;
    bench_end(&bench);
}

static void a_controller_at_rest_is_not_kept_awake_by_what_waits_for_it(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_true(lwnvme_next_deadline(bench.controller) != UINT64_MAX);
    bench_end(&bench);
}

static void refusals(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_operation_check(NULL, &work.operation), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_operation_check(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_operation_step(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_operation_step(&work.operation), 0); /* nothing under way */
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(begin(&work, 0), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
    assert_int_equal(work.steps + work.done, 0);
}

/* As if the operation had begun so long ago. */
static void aged(uint64_t age_us)
{
    lwnvme_sim_advance(bench.sim, age_us + 1000 - (lwnvme_sim_time(bench.sim) - work.operation.begun_us));
    work.operation.begun_us = lwnvme_sim_time(bench.sim) - age_us;
}

/* A thirty-second of the age, from 0.2 to 10 s; ages are counted in turns of 1024 us. */
static void pauses_grow_with_the_age(void **state)
{
    static const uint32_t rows[][2] = {{0, 200},       {6399, 200},     {6431, 200},
                                       {6432, 201},    {16000, 500},    {32000, 1000},
                                       {319999, 9999}, {320000, 10000}, {9999999, 10000}};
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        aged((uint64_t)rows[i][0] << 10);
        lwnvme_operation_pause_growing(&work.operation);
        assert_in_range(work.operation.not_before_us - lwnvme_sim_time(bench.sim), rows[i][1] * 1000u - 100,
                        rows[i][1] * 1000u);
        assert_true(work.operation.service.due_us == work.operation.not_before_us);
    }
    bench_end(&bench);
}

/* By the rule of three, in turns of 2^20 us. */
static void the_rest_follows_from_the_time_so_far(void **state)
{
    static const uint32_t rows[][3] = {{100, 25, 300}, {100, 50, 100},  {100, 99, 1}, {100, 1, 9900},
                                       {100, 80, 25},  {1, 99, 1},      {0, 1, 1},    {0, 100, 0},
                                       {7, 100, 0},    {3600, 40, 5400}};
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        aged((uint64_t)rows[i][0] << 20);
        lwnvme_operation_progress(&work.operation, rows[i][1]);
        assert_int_equal(work.operation.left_s, rows[i][2]);
        assert_int_equal(work.operation.progress_percent, rows[i][1]);
    }
    bench_end(&bench);
}

static void progress_is_clamped_and_the_rest_estimated(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(work.operation.left_s, LWNVME_OPERATION_UNKNOWN);
    lwnvme_operation_progress(&work.operation, 0);
    assert_int_equal(work.operation.left_s, LWNVME_OPERATION_UNKNOWN);
    lwnvme_operation_progress(&work.operation, 50);
    assert_int_equal(work.operation.left_s, 1); /* soon, not now */
    lwnvme_sim_advance(bench.sim, 100000000);   /* 100 s */
    lwnvme_operation_progress(&work.operation, 25);
    assert_int_equal(work.operation.progress_percent, 25);
    assert_in_range(work.operation.left_s, 285, 300);
    lwnvme_operation_progress(&work.operation, 1000);
    assert_int_equal(work.operation.progress_percent, 100);
    assert_int_equal(work.operation.left_s, 0);
    /* Times that would overflow say nothing rather than nonsense. */
    lwnvme_sim_advance(bench.sim, UINT64_C(60000000) << 20);
    lwnvme_operation_progress(&work.operation, 1);
    assert_int_equal(work.operation.left_s, LWNVME_OPERATION_UNKNOWN);
    bench_end(&bench);
}

/* What the object paused for when it was last used is no reason to wait now. */
static void a_pause_of_the_last_time_is_over(void **state)
{
    (void)state;
    start();
    work.act = pause_100;
    assert_int_equal(begin(&work, 0), 0);
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    lwnvme_operation_end(&work.operation, LWNVME_OK);
    assert_int_equal(work.steps, 1);
    work.done = 0;
    assert_int_equal(begin(&work, 0), 0);
    assert_true(lwnvme_next_deadline(bench.controller) <= lwnvme_sim_time(bench.sim));
    assert_int_equal(lwnvme_operation_step(&work.operation), LWNVME_PENDING);
    assert_int_equal(work.steps, 2);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_of_the_last_time_is_over),
        cmocka_unit_test(a_step_follows_each_command_and_the_end_comes_once),
        cmocka_unit_test(nothing_is_due_while_a_command_is_under_way),
        cmocka_unit_test(a_pause_is_kept_and_told_as_a_deadline),
        cmocka_unit_test(the_deadline_of_the_whole_ends_it),
        cmocka_unit_test(a_step_may_reset_the_controller_and_goes_on_after_it),
        cmocka_unit_test(a_command_given_back_by_a_reset_is_seen_by_the_next_step),
        cmocka_unit_test(a_step_is_not_taken_within_a_step),
        cmocka_unit_test(a_close_within_a_step_is_the_only_end),
        cmocka_unit_test(a_close_ends_it_and_stands_what_the_owner_tries_then),
        cmocka_unit_test(a_failed_controller_ends_it),
        cmocka_unit_test(fault_118_a_buffer_that_may_still_be_written_is_not_given_back),
        cmocka_unit_test(fault_121_a_clock_that_is_set_back_makes_no_pause_longer),
        cmocka_unit_test(fault_121_a_clock_that_stands_still_ends_a_pause),
        cmocka_unit_test(a_controller_at_rest_is_not_kept_awake_by_what_waits_for_it),
        cmocka_unit_test(refusals),
        cmocka_unit_test(pauses_grow_with_the_age),
        cmocka_unit_test(the_rest_follows_from_the_time_so_far),
        cmocka_unit_test(progress_is_clamped_and_the_rest_estimated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

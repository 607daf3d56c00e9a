/* SPDX-License-Identifier: MIT */
/* Services: who is told, of what, in which order, whatever they do meanwhile. */
#include "../support.h"

#define SERVICES 4u

static struct bench bench;

/* Work is counted among the occasions. */
#define OCCASION_WORK ((enum lwnvme_occasion)0)

struct told {
    struct lwnvme_service service; /* first */
    uint32_t times[LWNVME_OCCASION_CLOSE + 1];
    uint32_t order; /* of its last telling */
    void (*then)(struct told *told, enum lwnvme_occasion occasion);
    struct told *other;
    struct counted io;
};

static struct told services[SERVICES];
static uint32_t tellings;

static void tell(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct told *told = (struct told *)(void *)service;
    assert_true((uint32_t)occasion <= LWNVME_OCCASION_CLOSE);
    told->times[occasion]++;
    told->order = ++tellings;
    if (told->then != NULL) {
        told->then(told, occasion);
    }
}

static void work(struct lwnvme_service *service)
{
    tell(service, OCCASION_WORK);
}

static void start(uint32_t count)
{
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(services, 0, sizeof(services));
    tellings = 0;
    for (uint32_t i = 0; i < SERVICES; i++) {
        services[i].service.work = work;
        services[i].service.tell = tell;
        services[i].service.due_us = UINT64_MAX;
        if (i < count) {
            lwnvme_service_add(bench.controller, &services[i].service);
        }
    }
}

static void polls_tell_each_once_the_newest_first(void **state)
{
    (void)state;
    start(3);
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(services[i].times[OCCASION_WORK], 1);
        assert_int_equal(services[i].order, 3 - i);
        assert_ptr_equal(services[i].service.controller, bench.controller);
    }
    lwnvme_service_remove(&services[1].service);
    assert_null(services[1].service.controller);
    lwnvme_service_remove(&services[1].service); /* on no list: nothing */
    lwnvme_service_remove(&services[3].service); /* never was */
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[0].times[OCCASION_WORK], 2);
    assert_int_equal(services[1].times[OCCASION_WORK], 1);
    assert_int_equal(services[2].times[OCCASION_WORK], 2);
    bench_end(&bench);
}

static void leaves(struct told *told, enum lwnvme_occasion occasion)
{
    if (occasion == OCCASION_WORK) {
        lwnvme_service_remove(&told->service);
    }
}

static void removes_other(struct told *told, enum lwnvme_occasion occasion)
{
    if (occasion == OCCASION_WORK) {
        lwnvme_service_remove(&told->other->service);
    }
}

static void adds_other(struct told *told, enum lwnvme_occasion occasion)
{
    if (occasion == OCCASION_WORK && told->other->service.controller == NULL) {
        lwnvme_service_add(bench.controller, &told->other->service);
    }
}

static void who_leaves_or_is_removed_meanwhile_is_not_told_and_keeps_nobody_from_it(void **state)
{
    (void)state;
    /* Order of telling: 2, 1, 0. */
    start(3);
    services[2].then = leaves;
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[1].times[OCCASION_WORK], 1);
    assert_int_equal(services[0].times[OCCASION_WORK], 1);
    bench_end(&bench);
    start(3);
    services[2].then = removes_other;
    services[2].other = &services[1]; /* the next one */
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[1].times[OCCASION_WORK], 0);
    assert_int_equal(services[0].times[OCCASION_WORK], 1);
    bench_end(&bench);
    start(3);
    services[1].then = removes_other;
    services[1].other = &services[2]; /* one that was told */
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[0].times[OCCASION_WORK], 1);
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[2].times[OCCASION_WORK], 1);
    bench_end(&bench);
}

static void who_comes_meanwhile_is_told_the_next_time(void **state)
{
    (void)state;
    start(2);
    services[0].then = adds_other;
    services[0].other = &services[3];
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[3].times[OCCASION_WORK], 0);
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[3].times[OCCASION_WORK], 1);
    bench_end(&bench);
}

static void polls_inside(struct told *told, enum lwnvme_occasion occasion)
{
    if (occasion == OCCASION_WORK && told->times[occasion] == 1) {
        assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    }
}

static void a_poll_from_inside_tells_everyone_and_ends(void **state)
{
    (void)state;
    start(3);
    services[1].then = polls_inside;
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_in_range(services[i].times[OCCASION_WORK], 1, 2);
    }
    bench_end(&bench);
}

static void each_turn_of_life_is_told(void **state)
{
    (void)state;
    start(1);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(services[0].times[LWNVME_OCCASION_FAREWELL], 1);
    assert_int_equal(services[0].times[LWNVME_OCCASION_READY], 1);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(services[0].times[LWNVME_OCCASION_FAREWELL], 2);
    assert_int_equal(services[0].times[LWNVME_OCCASION_READY], 1);
    uint32_t polls = services[0].times[OCCASION_WORK];
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
    assert_int_equal(services[0].times[OCCASION_WORK], polls); /* off is not ready */
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_int_equal(services[0].times[LWNVME_OCCASION_READY], 2);
    assert_int_equal(services[0].times[LWNVME_OCCASION_CLOSE], 0);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(services[0].times[LWNVME_OCCASION_CLOSE], 1);
    bench_end(&bench);
}

static void farewell_done(struct lwnvme_request *request)
{
    struct told *told = (struct told *)request->context;
    told->io.called++;
    bench.controller->farewells--;
}

static void says_farewell(struct told *told, enum lwnvme_occasion occasion)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = 2};
    if (occasion != LWNVME_OCCASION_FAREWELL) {
        return;
    }
    assert_int_equal(lwnvme_admin_check(bench.controller, &told->io.request), LWNVME_ERR_WRONG_STATE);
    told->io.request.done = farewell_done;
    told->io.request.context = told;
    told->io.request.internal_done = NULL;
    bench.controller->farewells++;
    assert_int_equal(lwnvme_submit_raw(&bench.controller->admin, &told->io.request, &command, NULL), 0);
}

/* Last commands are carried out before the controller is disabled or shut down, however long they take. */
static void farewells_are_waited_for(void **state)
{
    (void)state;
    for (int shutdown = 0; shutdown < 2; shutdown++) {
        start(1);
        services[0].then = says_farewell;
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 5000;
        assert_int_equal(shutdown != 0
                             ? lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL)
                             : lwnvme_sync_controller_reset(bench.controller),
                         0);
        assert_int_equal(services[0].io.called, 1);
        assert_int_equal(services[0].io.request.status, 0);
        assert_int_equal(bench.controller->farewells, 0);
        bench_end(&bench);
    }
}

/* A controller that does not answer to a farewell is reset all the same, and the command is given back. */
static void a_farewell_without_an_answer_does_not_keep_a_reset_away(void **state)
{
    struct lwnvme_sim_fault lost = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = LWNVME_ADMIN_GET_FEATURES};
    (void)state;
    start(1);
    services[0].then = says_farewell;
    assert_true(lwnvme_sim_fault_add(bench.sim, &lost));
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(services[0].io.called, 1);
    assert_int_equal(services[0].io.request.status, LWNVME_ERR_ABORTED);
    assert_int_equal(bench.controller->farewells, 0);
    assert_int_equal(services[0].times[LWNVME_OCCASION_READY], 1);
    bench_end(&bench);
}

static void the_nearest_wish_for_a_poll_counts(void **state)
{
    (void)state;
    start(3);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    uint64_t now_us = lwnvme_sim_time(bench.sim);
    services[0].service.due_us = now_us + 90000;
    services[1].service.due_us = now_us + 40000;
    assert_true(lwnvme_next_deadline(bench.controller) == now_us + 40000);
    lwnvme_service_remove(&services[1].service);
    assert_true(lwnvme_next_deadline(bench.controller) == now_us + 90000);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polls_tell_each_once_the_newest_first),
        cmocka_unit_test(who_leaves_or_is_removed_meanwhile_is_not_told_and_keeps_nobody_from_it),
        cmocka_unit_test(who_comes_meanwhile_is_told_the_next_time),
        cmocka_unit_test(a_poll_from_inside_tells_everyone_and_ends),
        cmocka_unit_test(each_turn_of_life_is_told),
        cmocka_unit_test(farewells_are_waited_for),
        cmocka_unit_test(a_farewell_without_an_answer_does_not_keep_a_reset_away),
        cmocka_unit_test(the_nearest_wish_for_a_poll_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

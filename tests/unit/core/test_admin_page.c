/* SPDX-License-Identifier: MIT */
/* Admin commands whose data come through the controller's own pages. */
#include "../support.h"

#define MANY 12u

static struct bench bench;
static struct counted ios[MANY];
static uint8_t data[MANY][4096];

static void start(uint64_t admin_latency_us)
{
    bench_prepare(&bench);
    bench.settings.elpe = 255;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = admin_latency_us;
    counted_calls = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        counted_init(&ios[i], NULL);
        memset(data[i], 0x5a, sizeof(data[i]));
    }
}

static int identify(uint32_t i)
{
    return lwnvme_identify(bench.controller, &ios[i].request, LWNVME_CNS_CONTROLLER, 0, data[i]);
}

static void wait_all(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bench_wait(&bench, &ios[i].request);
        assert_int_equal(ios[i].called, 1);
    }
}

static void more_requests_than_pages_wait_in_order(void **state)
{
    (void)state;
    start(300);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(identify(i), 0);
        assert_int_equal(identify(i), LWNVME_ERR_REQUEST_ACTIVE);
    }
    assert_int_equal(lwnvme_queue_in_flight(&bench.controller->admin), LWNVME_CONFIG_ADMIN_PAGES);
    wait_all(MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(ios[i].order, i + 1);
        assert_int_equal(ios[i].request.status, 0);
        assert_int_equal(ios[i].request.bytes_done, 4096);
        assert_memory_equal(data[i] + 4, "SIM0000000001", 13);
    }
    bench_end(&bench);
}

static void no_wait_is_refused_when_no_page_is_free(void **state)
{
    (void)state;
    start(300);
    ios[LWNVME_CONFIG_ADMIN_PAGES].request.flags = LWNVME_REQUEST_NO_WAIT;
    ios[0].request.flags = LWNVME_REQUEST_NO_WAIT;
    for (uint32_t i = 0; i < LWNVME_CONFIG_ADMIN_PAGES; i++) {
        assert_int_equal(identify(i), 0);
    }
    assert_int_equal(identify(LWNVME_CONFIG_ADMIN_PAGES), LWNVME_ERR_BUSY);
    assert_false(lwnvme_request_active(&ios[LWNVME_CONFIG_ADMIN_PAGES].request));
    wait_all(LWNVME_CONFIG_ADMIN_PAGES);
    bench_end(&bench);
}

/* A request that is under way waits for its further pages, behind those that have waited longer. */
static void no_wait_is_about_the_first_page(void **state)
{
    static uint8_t log[3 * 4096];
    const struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION};
    (void)state;
    start(300);
    ios[0].request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(lwnvme_log_read(bench.controller, &ios[0].request, &select, log, sizeof(log)), 0);
    for (uint32_t i = 1; i < MANY; i++) {
        assert_int_equal(identify(i), 0);
    }
    wait_all(MANY);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(ios[0].request.bytes_done, sizeof(log));
    assert_int_equal(ios[0].request.flags, LWNVME_REQUEST_NO_WAIT);
    bench_end(&bench);
}

/* The caller's memory holds what was delivered, or what it held before. */
static void fault_144_failures_leave_the_callers_memory_alone(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_STATUS_AFTER, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 6, .status = 0x4006};
    (void)state;
    start(0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(identify(0), 0);
    wait_all(1);
    assert_int_equal(ios[0].request.status, 0x4006);
    assert_int_equal(ios[0].request.bytes_done, 0);
    assert_int_equal(data[0][0], 0x5a);
    assert_int_equal(data[0][4095], 0x5a);
    fault.kind = LWNVME_SIM_SHORT_DATA;
    fault.value = 100;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(identify(1), 0);
    wait_all(2);
    assert_int_equal(data[1][24], 'l');
    assert_int_equal(data[1][99] | data[1][100] | data[1][4095], data[1][99]);
    bench_end(&bench);
}

static void again(struct counted *io)
{
    if (io->called < 5) {
        assert_int_equal(lwnvme_identify(bench.controller, &io->request, 1, 0, data[0]), 0);
    }
}

static void callbacks_submit_again(void **state)
{
    (void)state;
    start(100);
    for (uint32_t i = 0; i < 4; i++) {
        ios[i].then = again;
        assert_int_equal(identify(i), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        bench_wait(&bench, &ios[i].request);
    }
    for (uint32_t turn = 0; turn < 100; turn++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(counted_calls, 20);
    bench_end(&bench);
}

static void lose_all(void)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 6, .count = UINT32_MAX};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
}

static void run_into_the_deadline(void)
{
    for (uint32_t turn = 0; turn < 90; turn++) {
        lwnvme_sim_advance(bench.sim, 1000000);
        (void)lwnvme_controller_poll(bench.controller);
    }
}

static void waiting_requests_are_not_started(void **state)
{
    (void)state;
    for (int by_reset = 0; by_reset < 2; by_reset++) {
        start(0);
        lose_all();
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(identify(i), 0);
        }
        if (by_reset != 0) {
            lwnvme_sim_faults_clear(bench.sim);
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        } else {
            run_into_the_deadline();
            assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_TIMEOUT);
        }
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(ios[i].called, 1);
            assert_int_equal(ios[i].request.status, i >= LWNVME_CONFIG_ADMIN_PAGES ? LWNVME_ERR_NOT_STARTED
                                                    : by_reset != 0                ? LWNVME_ERR_ABORTED
                                                                                   : LWNVME_ERR_TIMEOUT);
            assert_int_equal(ios[i].request.bytes_done, 0);
        }
        bench_end(&bench);
    }
}

static void pages_come_back_after_a_reset_that_stops(void **state)
{
    (void)state;
    start(0);
    lose_all();
    lwnvme_sim_settings(bench.sim)->never_disabled = true;
    lwnvme_sim_settings(bench.sim)->fence_works = false;
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(identify(i), 0);
    }
    run_into_the_deadline();
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(ios[i].called, 1);
        assert_int_equal(ios[i].request.status,
                         i >= LWNVME_CONFIG_ADMIN_PAGES ? LWNVME_ERR_NOT_STARTED : LWNVME_ERR_BUFFER_HELD);
    }
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
    lwnvme_sim_faults_clear(bench.sim);
    lwnvme_sim_settings(bench.sim)->never_disabled = false;
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    assert_int_equal(bench_settle(&bench), 0);
    bench.violations_allowed = true; /* whatever the stubborn device thinks of it */
    bench_end(&bench);
}

/* What is known of an earlier result is not what becomes of a request that waits for a page; and is still known of it after a
 * call that is refused. */
static void tries_are_those_of_the_last_request(void **state)
{
    const uint32_t last = LWNVME_CONFIG_ADMIN_PAGES;
    (void)state;
    start(0);
    lose_all();
    for (uint32_t i = 0; i < last; i++) {
        assert_int_equal(identify(i), 0);
    }
    ios[last].request.status = LWNVME_ERR_ABORTED;
    ios[last].request.tries = 1;
    ios[last].request.unsent = 1;
    ios[last].request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(identify(last), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_request_outcome(&ios[last].request), LWNVME_OUTCOME_UNKNOWN);
    ios[last].request.flags = 0;
    assert_int_equal(identify(last), 0);
    lwnvme_sim_faults_clear(bench.sim);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(ios[last].called, 1);
    assert_int_equal(ios[last].request.status, LWNVME_ERR_NOT_STARTED);
    assert_int_equal(lwnvme_request_outcome(&ios[last].request), LWNVME_OUTCOME_NEVER_STARTED);
    bench_end(&bench);
}

static void admin_ring_full_of_raw_commands(void **state)
{
    static struct counted raws[LWNVME_CONFIG_ADMIN_ENTRIES];
    struct lwnvme_command command = {.opcode = 0x0a, .cdw10 = 7};
    (void)state;
    start(1000);
    for (uint32_t i = 0; i < LWNVME_CONFIG_ADMIN_ENTRIES; i++) {
        counted_init(&raws[i], NULL);
        assert_int_equal(lwnvme_admin_raw(bench.controller, &raws[i].request, &command, NULL), 0);
    }
    assert_int_equal(identify(0), 0);
    ios[1].request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(identify(1), LWNVME_ERR_BUSY);
    wait_all(1);
    for (uint32_t i = 0; i < LWNVME_CONFIG_ADMIN_ENTRIES; i++) {
        assert_int_equal(raws[i].called, 1);
    }
    assert_int_equal(identify(1), 0); /* its page was not lost */
    assert_int_equal(identify(2), 0);
    wait_all(3);
    bench_end(&bench);
}

/* Its owner has written to it while it waited for a page: it is not sent, and comes back by that name; the next one has
 * the page. */
static void a_waiting_request_that_is_spoiled_comes_back(void **state)
{
    const uint32_t spoiled = LWNVME_CONFIG_ADMIN_PAGES;
    (void)state;
    start(300);
    for (uint32_t i = 0; i < spoiled + 2; i++) {
        assert_int_equal(identify(i), 0);
    }
    ios[spoiled].request.flags = 0x80000000u;
    wait_all(spoiled + 2);
    assert_int_equal(ios[spoiled].request.status, LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(ios[spoiled].request.bytes_done, 0);
    assert_int_equal(data[spoiled][0], 0x5a);
    assert_int_equal(ios[spoiled + 1].request.status, 0);
    assert_int_equal(bench.controller->pages_free, (1u << LWNVME_CONFIG_ADMIN_PAGES) - 1u);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiting_request_that_is_spoiled_comes_back),
        cmocka_unit_test(more_requests_than_pages_wait_in_order),
        cmocka_unit_test(no_wait_is_refused_when_no_page_is_free),
        cmocka_unit_test(no_wait_is_about_the_first_page),
        cmocka_unit_test(fault_144_failures_leave_the_callers_memory_alone),
        cmocka_unit_test(callbacks_submit_again),
        cmocka_unit_test(waiting_requests_are_not_started),
        cmocka_unit_test(pages_come_back_after_a_reset_that_stops),
        cmocka_unit_test(admin_ring_full_of_raw_commands),
        cmocka_unit_test(tries_are_those_of_the_last_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

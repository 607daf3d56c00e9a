/* SPDX-License-Identifier: MIT */
/* Host memory buffer, Keep Alive and suspension, blocking. What they do is in tests/unit/admin; here: that they wait. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_host_memory memory;
static struct lwnvme_keep_alive keep_alive;
static struct lwnvme_suspension suspension;

static void start(void)
{
    memset(&memory, 0, sizeof(memory));
    memset(&keep_alive, 0, sizeof(keep_alive));
    memset(&suspension, 0, sizeof(suspension));
    bench_prepare(&bench);
    bench.settings.hmpre = 16;
    bench.settings.kas = 1;
    bench.settings.admin_latency_us = 700;
    bench.settings.relax_step_us = 10;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memory.budget_bytes = 65536;
    keep_alive.timeout_ms = 1000;
}

static void each_waits_until_it_is_done(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_host_memory_start(bench.controller, &memory), 0);
    assert_true(memory.enabled);
    assert_int_equal(lwnvme_sync_suspend(bench.controller, &suspension), 0);
    assert_true(suspension.asleep);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
    assert_int_equal(lwnvme_sync_resume(&suspension), LWNVME_ERR_WRONG_STATE);
    /* The resume has sent it out again by itself, which the stop waits for. */
    assert_true(lwnvme_request_active(&memory.request));
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(memory.chunk_count, 0);
    bench_end(&bench);
}

static void a_controller_that_fails_meanwhile_ends_the_wait(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_LOSE, .opcode = 9};
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->relax_step_us = 100000;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_true(lwnvme_sync_host_memory_start(bench.controller, &memory) < 0);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(memory.chunk_count, 0);
    bench_end(&bench);
}

static void try_inside(struct counted *io)
{
    (void)io;
    assert_int_equal(lwnvme_sync_host_memory_start(bench.controller, &memory), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_keep_alive_send(bench.controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_suspend(bench.controller, &suspension), LWNVME_ERR_IN_CALLBACK);
}

static void none_waits_inside_a_callback(void **state)
{
    static struct counted io;
    (void)state;
    start();
    counted_init(&io, NULL);
    io.then = try_inside;
    assert_int_equal(lwnvme_feature_get(bench.controller, &io.request, 6, 0, 0), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_host_memory_start(NULL, &memory), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_host_memory_start(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_host_memory_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_keep_alive_send(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_keep_alive_start(NULL, &keep_alive), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_keep_alive_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_keep_alive_stop(&keep_alive), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_suspend(NULL, &suspension), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_suspend(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_resume(NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_waits_until_it_is_done),
        cmocka_unit_test(a_controller_that_fails_meanwhile_ends_the_wait),
        cmocka_unit_test(none_waits_inside_a_callback),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Waiting for a long operation. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_operation operation;
static uint32_t steps;
static uint32_t dones;
static struct counted io;

static void three_steps(struct lwnvme_operation *self)
{
    if (++steps == 3) {
        lwnvme_operation_end(self, LWNVME_ERR_CANCELLED);
        return;
    }
    lwnvme_operation_pause(self, 20);
}

static void never_ends(struct lwnvme_operation *self)
{
    steps++;
    lwnvme_operation_pause(self, 20);
}

static void done(struct lwnvme_operation *self)
{
    assert_ptr_equal(self, &operation);
    dones++;
}

static void start(void)
{
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&operation, 0, sizeof(operation));
    operation.done = done;
    steps = 0;
    dones = 0;
}

static void it_waits_for_the_end_and_says_how_it_was(void **state)
{
    (void)state;
    for (int relax = 0; relax < 2; relax++) {
        start();
        if (relax == 0) {
            bench.ops->relax = NULL;
            lwnvme_sim_settings(bench.sim)->clock_step_us = 50;
        }
        lwnvme_operation_start(bench.controller, &operation, three_steps, 0);
        assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_CANCELLED);
        assert_int_equal(steps, 3);
        assert_int_equal(dones, 1);
        assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_CANCELLED); /* it has ended */
        assert_int_equal(dones, 1);
        bench_end(&bench);
    }
}

static void it_ends_with_the_deadline_and_with_the_controller(void **state)
{
    (void)state;
    start();
    lwnvme_operation_start(bench.controller, &operation, never_ends, 3000);
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_OPERATION_TIMEOUT);
    lwnvme_operation_start(bench.controller, &operation, never_ends, 0);
    lwnvme_sim_remove(bench.sim);
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_GONE);
    assert_int_equal(dones, 2);
    bench_end(&bench);
}

static void shuts_down(struct lwnvme_operation *self)
{
    if (++steps == 1) {
        assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    } else {
        lwnvme_operation_end(self, LWNVME_OK);
    }
}

static void it_does_not_wait_for_a_controller_that_is_off(void **state)
{
    (void)state;
    start();
    lwnvme_operation_start(bench.controller, &operation, shuts_down, 0);
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_WRONG_STATE);
    assert_true(lwnvme_operation_active(&operation));
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_int_equal(lwnvme_sync_operation(&operation), 0);
    assert_int_equal(dones, 1);
    bench_end(&bench);
}

static void waits_in_vain(struct counted *self)
{
    assert_ptr_equal(self, &io);
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_IN_CALLBACK);
}

static void it_is_refused_where_it_could_not_go_on(void **state)
{
    static uint8_t data[4096];
    (void)state;
    assert_int_equal(lwnvme_sync_operation(NULL), LWNVME_ERR_NULL_ARGUMENT);
    start();
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_WRONG_STATE); /* never begun */
    lwnvme_operation_start(bench.controller, &operation, three_steps, 0);
    counted_init(&io, NULL);
    io.then = waits_in_vain;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, LWNVME_CNS_CONTROLLER, 0, data), 0);
    assert_int_equal(lwnvme_sync_admin_wait(bench.controller, &io.request), 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(lwnvme_sync_operation(&operation), LWNVME_ERR_CANCELLED);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_the_end_and_says_how_it_was),
        cmocka_unit_test(it_ends_with_the_deadline_and_with_the_controller),
        cmocka_unit_test(it_does_not_wait_for_a_controller_that_is_off),
        cmocka_unit_test(it_is_refused_where_it_could_not_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

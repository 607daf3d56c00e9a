/* SPDX-License-Identifier: MIT */
/* Journeys: what each passes through, and the time for a shutdown. The faults on the way are in test_controller.c. */
#include "../support.h"

static struct bench bench;
static bool seen[LWNVME_STATE_COUNT];

/* Polls to the end of a journey, and notes the states on the way. */
static void travel(void)
{
    memset(seen, 0, sizeof(seen));
    do {
        seen[lwnvme_controller_state(bench.controller)] = true;
    } while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING);
    seen[lwnvme_controller_state(bench.controller)] = true;
}

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.admin_latency_us = 50;
    bench.settings.latency_us = 50;
    bench_start(&bench);
}

static void reset_with_queues(void **state)
{
    struct lwnvme_queue other;
    (void)state;
    start();
    memset(&other, 0, sizeof(other));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &other, NULL), 0);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    travel();
    assert_true(seen[LWNVME_STATE_IDENTIFY]);
    assert_true(seen[LWNVME_STATE_IO_QUEUES]);
    assert_true(seen[LWNVME_STATE_READY]);
    assert_int_equal(lwnvme_queue_status(&other), 0);
    bench_end(&bench);
}

static void reset_without_queues(void **state)
{
    (void)state;
    start();
    while (bench.controller->queues != NULL) {
        assert_int_equal(lwnvme_sync_queue_delete(bench.controller->queues), 0);
    }
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    travel();
    assert_true(seen[LWNVME_STATE_IDENTIFY]);
    assert_false(seen[LWNVME_STATE_IO_QUEUES]); /* there are none to make again */
    assert_true(seen[LWNVME_STATE_READY]);
    bench_end(&bench);
}

static void shutdown_and_resume(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    travel();
    assert_true(seen[LWNVME_STATE_DRAIN]);
    assert_true(seen[LWNVME_STATE_SHUTDOWN]);
    assert_true(seen[LWNVME_STATE_OFF]);
    assert_int_equal(lwnvme_controller_resume(bench.controller), 0);
    travel();
    assert_true(seen[LWNVME_STATE_READY]);
    assert_false(seen[LWNVME_STATE_DRAIN]);
    bench_end(&bench);
}

/* All that stands in a ring is taken in one look at it. */
static void a_drain_takes_whole_rings(void **state)
{
    static struct counted ios[5];
    static uint8_t data[512] __attribute__((aligned(4096)));
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    start();
    for (uint32_t i = 0; i < 5; i++) {
        counted_init(&ios[i], NULL);
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[i].request, 0, 1, &buffer), 0);
    }
    lwnvme_sim_advance(bench.sim, 10000);
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    (void)lwnvme_controller_poll(bench.controller);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(ios[i].called, 1);
        assert_int_equal(ios[i].request.status, 0);
    }
    travel();
    bench_end(&bench);
}

static void fault_119_time_to_shut_down_is_bounded(void **state)
{
    static const uint32_t rows[][2] = {{0, 5000}, {4999999, 5000}, {7000000, 7000}, {0xffffffff, 60000}};
    (void)state;
    start();
    for (size_t i = 0; i < 4; i++) {
        bench.controller->info.rtd3e_us = rows[i][0];
        assert_int_equal(lwnvme_shutdown_limit_us(bench.controller), rows[i][1] * 1000);
    }
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_with_queues),
        cmocka_unit_test(reset_without_queues),
        cmocka_unit_test(shutdown_and_resume),
        cmocka_unit_test(a_drain_takes_whole_rings),
        cmocka_unit_test(fault_119_time_to_shut_down_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

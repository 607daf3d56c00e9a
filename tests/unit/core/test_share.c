/* SPDX-License-Identifier: MIT */
/* Several queues on one completion ring: who is polled, and in which order the controller is told. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_queue other;
static struct lwnvme_queue first;
static uint32_t data[128];
static struct counted ios[4];

static void submit_to_the_other(struct counted *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    const struct lwnvme_sim_counts *counts = lwnvme_sim_counters(bench.sim);
    uint64_t doorbells = counts->sq_doorbells;
    (void)io;
    assert_int_equal(lwnvme_read(&other, bench.ns, &ios[1].request, 0, 1, &buffer), 0);
    assert_true(counts->sq_doorbells == doorbells); /* not before the ring has room again */
    assert_int_equal(lwnvme_queue_delete(&other), LWNVME_ERR_QUEUE_IN_USE);
}

/* A queue with a ring, and another one that completes there. */
static void share_start(const struct lwnvme_queue_config *config, const struct lwnvme_queue_config *second)
{
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&other, 0, sizeof(other));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, config), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, second), 0);
    assert_int_equal(bench_queue_settle(&bench, &other), 0);
}

static void doorbells_wait_for_the_end_of_the_poll(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4, .cq_entries = 16};
    struct lwnvme_queue_config second = {.entries = 4};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    share_start(&config, &second);
    assert_true(bench.queue->slow == LWNVME_SLOW_MANY || (bench.queue->slow & LWNVME_SLOW_MANY) != 0);
    counted_init(&ios[0], NULL);
    counted_init(&ios[1], NULL);
    ios[0].then = submit_to_the_other;
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
    for (uint32_t i = 0; i < 1000 && ios[1].called == 0; i++) {
        lwnvme_sim_advance(bench.sim, 10);
        (void)lwnvme_queue_poll(&other, 0);
    }
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[1].called, 1);
    assert_int_equal(lwnvme_sync_queue_delete(&other), 0);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_MANY, 0);
    assert_null(bench.queue->share);
    bench_end(&bench);
}

/* After a reset there are fewer queues: the one with the ring goes, and its memory is the caller's again. Those that completed
 * there follow it, without a look at it. */
static void the_ring_does_not_come_back(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4, .cq_entries = 16};
    struct lwnvme_queue_config second = {.entries = 4};
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&other, 0, sizeof(other));
    memset(&first, 0, sizeof(first));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &first, NULL), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    assert_int_equal(lwnvme_sync_queue_delete(&first), 0);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, &second), 0);
    assert_int_equal(bench_queue_settle(&bench, &other), 0);
    assert_true(other.id < bench.queue->id);
    lwnvme_sim_settings(bench.sim)->number_of_queues_override = true;
    lwnvme_sim_settings(bench.sim)->number_of_queues = 0; /* one pair */
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    for (uint32_t i = 0; i < 100000 && lwnvme_queue_status(bench.queue) != LWNVME_ERR_QUEUE_LIMIT; i++) {
        lwnvme_sim_advance(bench.sim, 10);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_LIMIT);
    assert_int_equal(lwnvme_queue_status(&other), LWNVME_PENDING);
    memset(bench.queue, 0x5a, sizeof(*bench.queue));
    for (uint32_t i = 0; i < 1000 && lwnvme_controller_poll(bench.controller) == LWNVME_PENDING; i++) {
        lwnvme_sim_advance(bench.sim, 10);
    }
    assert_int_equal(lwnvme_controller_status(bench.controller), 0);
    assert_int_equal(lwnvme_queue_status(&other), LWNVME_ERR_QUEUE_LIMIT);
    for (size_t i = 0; i < sizeof(*bench.queue); i++) {
        assert_int_equal(((const uint8_t *)bench.queue)[i], 0x5a);
    }
    memset(bench.queue, 0, sizeof(*bench.queue));
    bench_end(&bench);
}

/* Two queues on one ring, with a namespace. */
static void start(void)
{
    struct lwnvme_queue_config config = {.entries = 4, .cq_entries = 16};
    struct lwnvme_queue_config second = {.entries = 4};
    bench_prepare(&bench);
    bench.config.io_timeout_ms = 500;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&other, 0, sizeof(other));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, &second), 0);
    assert_int_equal(bench_queue_settle(&bench, &other), 0);
    for (uint32_t i = 0; i < sizeof(ios) / sizeof(ios[0]); i++) {
        counted_init(&ios[i], NULL);
    }
}

static void submit(struct lwnvme_queue *queue, uint32_t index)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    assert_int_equal(lwnvme_read(queue, bench.ns, &ios[index].request, 0, 1, &buffer), 0);
}

/* Nobody polls for longer than the deadline, and then with a small budget: what stands in the ring is an answer. */
static void a_small_budget_makes_nothing_late(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->latency_us = 10000;
    submit(bench.queue, 0);
    submit(bench.queue, 1);
    submit(&other, 2);
    submit(&other, 3);
    lwnvme_sim_advance(bench.sim, 5000);
    assert_int_equal(lwnvme_queue_poll(&other, 1), 0); /* the clock is looked at */
    lwnvme_sim_advance(bench.sim, 3000000);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(lwnvme_queue_poll(i % 2 == 0 ? bench.queue : &other, 1), 1);
        assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
        assert_int_equal(ios[i].called, 1);
        assert_int_equal(ios[i].request.status, 0);
    }
    assert_int_equal(lwnvme_sync_queue_delete(&other), 0);
    bench_end(&bench);
}

static void submit_again(struct counted *io)
{
    submit(bench.queue, (uint32_t)(io - ios));
}

/* The ring is never seen empty, and a command of the other queue is lost. */
static void fault_104_lost_command_times_out_though_the_ring_is_never_empty(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true, .count = 1};
    uint32_t turns = 0;
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    submit(&other, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ios[i].then = submit_again;
        submit(bench.queue, i);
    }
    lwnvme_sim_advance(bench.sim, 1000);
    while (bench.controller->fail_status == 0 && turns < 10000) {
        assert_int_equal(lwnvme_queue_poll(bench.queue, 1), 1);
        lwnvme_sim_advance(bench.sim, 1000);
        turns++;
    }
    assert_int_equal(bench.controller->fail_status, LWNVME_ERR_TIMEOUT);
    assert_in_range(turns, 500, 600);
    ios[0].then = ios[1].then = ios[2].then = NULL;
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_TIMEOUT);
    assert_int_equal(ios[3].called, 1);
    assert_int_equal(ios[3].request.status, LWNVME_ERR_TIMEOUT);
    bench_end(&bench);
}

/* What a queue on another's ring cannot be. */
static void what_cannot_share(void **state)
{
    static struct lwnvme_queue more;
    struct lwnvme_queue_config config = {.entries = 1};
    (void)state;
    start();
    memset(&more, 0, sizeof(more));
    assert_int_equal(lwnvme_queue_create_on(NULL, &more, &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, NULL, &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 1025;
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 16; /* the ring has no room for as many */
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 4;
    config.cq_entries = 16;
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.cq_entries = 0;
    config.vector = 1;
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.vector = 0;
    config.flags = LWNVME_QUEUE_SHARED;
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.flags = 0;
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, &config), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_create_on(&other, &more, &config), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &more, &config), 0);
    assert_int_equal(bench_queue_settle(&bench, &more), 0);
    assert_int_equal(lwnvme_sync_queue_delete(&other), 0); /* not the first on the list */
    assert_int_equal(lwnvme_sync_queue_delete(&more), 0);
    assert_null(bench.queue->sharer);
    bench_end(&bench);
}

/* A ring of n entries takes n - 1 completions, and each queue may have its entries but one in flight. */
static void the_ring_has_a_place_for_each_command(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4, .cq_entries = 8};
    struct lwnvme_queue_config more = {.entries = 4};
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&other, 0, sizeof(other));
    memset(&first, 0, sizeof(first));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    more.entries = 6; /* 3 + 5 */
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, &more), LWNVME_ERR_QUEUE_SIZE);
    more.entries = 4; /* 3 + 3 */
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &other, &more), 0);
    assert_int_equal(bench_queue_settle(&bench, &other), 0);
    more.entries = 3; /* 3 + 3 + 2 */
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &first, &more), LWNVME_ERR_QUEUE_SIZE);
    more.entries = 2; /* 3 + 3 + 1 */
    assert_int_equal(lwnvme_queue_create_on(bench.queue, &first, &more), 0);
    assert_int_equal(bench_queue_settle(&bench, &first), 0);
    bench_end(&bench);
}

/* The queue with the ring is the smaller one. What stands in the ring when the controller is reset are answers, all of it; and
 * one poll without a budget takes a whole ring. */
static void a_small_queue_has_a_large_ring(void **state)
{
    static struct counted many[14];
    struct lwnvme_queue_config config = {.entries = 2, .cq_entries = 16};
    struct lwnvme_queue_config second = {.entries = 15};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (uint32_t by_reset = 0; by_reset < 2; by_reset++) {
        share_start(&config, &second);
        for (uint32_t i = 0; i < 14; i++) {
            counted_init(&many[i], NULL);
            assert_int_equal(lwnvme_read(&other, bench.ns, &many[i].request, 0, 1, &buffer), 0);
        }
        lwnvme_sim_advance(bench.sim, 100000);
        if (by_reset != 0) {
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        } else {
            assert_int_equal(lwnvme_queue_poll(&other, 0), 14);
        }
        for (uint32_t i = 0; i < 14; i++) {
            assert_int_equal(many[i].called, 1);
            assert_int_equal(many[i].request.status, 0);
        }
        bench_end(&bench);
    }
}

/* A shutdown deletes the completion queue, too, when the others are gone; not when one of them is not. */
static void a_shutdown_deletes_the_ring_last(void **state)
{
    struct lwnvme_sim_fault refuse = {
        .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 0x00, .status = 0x4006};
    (void)state;
    for (uint32_t stuck = 0; stuck < 2; stuck++) {
        start();
        if (stuck != 0) {
            assert_true(lwnvme_sim_fault_add(bench.sim, &refuse));
        }
        assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
        assert_int_equal(lwnvme_sim_counters(bench.sim)->admin_commands[0x00], 2);
        assert_int_equal(lwnvme_sim_counters(bench.sim)->admin_commands[0x04], stuck != 0 ? 0 : 1);
        assert_int_equal(bench.controller->device_stopped, stuck != 0 ? 0 : 1);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_queue_has_a_large_ring),
        cmocka_unit_test(a_shutdown_deletes_the_ring_last),
        cmocka_unit_test(the_ring_has_a_place_for_each_command),
        cmocka_unit_test(what_cannot_share),
        cmocka_unit_test(doorbells_wait_for_the_end_of_the_poll),
        cmocka_unit_test(the_ring_does_not_come_back),
        cmocka_unit_test(a_small_budget_makes_nothing_late),
        cmocka_unit_test(fault_104_lost_command_times_out_though_the_ring_is_never_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

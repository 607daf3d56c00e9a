/* SPDX-License-Identifier: MIT */
/* I/O queues that take requests and send none. */
#include "../support.h"

static struct fake fake;
static struct counted ios[8];
static uint8_t data[8][8192] __attribute__((aligned(4096)));

static void start(uint32_t options, uint32_t entries)
{
    fake_start(&fake, options, entries);
    for (uint32_t i = 0; i < 8; i++) {
        counted_init(&ios[i], &fake);
    }
}

static int read_some(uint32_t i, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], sizeof(data[i]));
    return lwnvme_read(&fake.queue, &fake.ns, &ios[i].request, i * 16, blocks, &buffer);
}

static void held_queues_take_requests_and_send_them_once_let_go(void **state)
{
    uint32_t command[16];
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SHARED; options += FAKE_SHARED) {
        start(options, 8);
        lwnvme_queues_hold(&fake.controller);
        assert_true(lwnvme_queues_are_still(&fake.controller));
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(read_some(i, 8), 0);
            (void)lwnvme_queue_poll(&fake.queue, 0);
        }
        assert_int_equal(fake_told(&fake), 0);
        assert_true(lwnvme_queues_are_still(&fake.controller));
        ios[3].request.flags = LWNVME_REQUEST_NO_WAIT;
        assert_int_equal(read_some(3, 8), LWNVME_ERR_BUSY);
        lwnvme_queues_let_go(&fake.controller);
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(fake_told(&fake), 3);
        assert_false(lwnvme_queues_are_still(&fake.controller));
        for (uint32_t i = 0; i < 3; i++) {
            fake_fetch(&fake, command);
            assert_int_equal(command[10], i * 16); /* in their order */
            fake_post(&fake, command[0] >> 16, 0);
        }
        (void)lwnvme_queue_poll(&fake.queue, 0);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(ios[i].called, 1);
            assert_int_equal(ios[i].request.status, 0);
        }
        /* As before, at once. */
        assert_int_equal(read_some(4, 8), 0);
        assert_int_equal(fake_told(&fake), 1);
        fake_fetch(&fake, command);
        fake_post(&fake, command[0] >> 16, 0);
        (void)lwnvme_queue_poll(&fake.queue, 0);
        fake_end(&fake);
    }
}

/* What is with the controller when the queues are held ends by itself; the rest of a split request is not sent. */
static void what_is_in_flight_ends_and_nothing_follows_it(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 3); /* two commands at once */
    fake.ns.max_blocks = 4;
    fake.ns.straight_blocks = 4;
    assert_int_equal(read_some(0, 16), 0); /* four commands */
    assert_int_equal(fake_told(&fake), 2);
    lwnvme_queues_hold(&fake.controller);
    assert_false(lwnvme_queues_are_still(&fake.controller));
    for (uint32_t i = 0; i < 2; i++) {
        fake_fetch(&fake, command);
        fake_post(&fake, command[0] >> 16, 0);
        (void)lwnvme_queue_poll(&fake.queue, 0);
    }
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(ios[0].called, 0);
    assert_true(lwnvme_queues_are_still(&fake.controller));
    /* Failed in the middle, it says how far it came. */
    lwnvme_waiting_fail(&fake.controller, 1, LWNVME_ERR_NS_BUSY);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_NS_BUSY);
    assert_int_equal(ios[0].request.bytes_done, 8 * 512);
    fake_end(&fake);
}

static void only_the_waiting_ones_of_the_namespace_fail_and_order_is_kept(void **state)
{
    uint32_t command[16];
    (void)state;
    for (uint32_t options = 0; options <= (FAKE_SHARED | FAKE_UNMAP | FAKE_SYNC);
         options += FAKE_SHARED | FAKE_UNMAP | FAKE_SYNC) {
        start(options, 8);
        lwnvme_queues_hold(&fake.controller);
        for (uint32_t i = 0; i < 6; i++) {
            fake.ns.nsid = i % 2 == 0 ? 1 : 2;
            assert_int_equal(read_some(i, 8), 0);
        }
        fake.ns.nsid = 1;
        lwnvme_waiting_fail(&fake.controller, 2, LWNVME_ERR_NS_REMOVED);
        (void)lwnvme_queue_poll(&fake.queue, 0); /* callbacks of a shared queue come from polls */
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(ios[i].called, i % 2);
            if (i % 2 != 0) {
                assert_int_equal(ios[i].request.status, LWNVME_ERR_NS_REMOVED);
                assert_int_equal(ios[i].request.bytes_done, 0);
                assert_int_equal(ios[i].order, i / 2 + 1);
            }
        }
        assert_int_equal(read_some(6, 8), 0); /* goes behind those that stayed */
        lwnvme_queues_let_go(&fake.controller);
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(fake_told(&fake), 4);
        for (uint32_t i = 0; i < 8; i += 2) {
            fake_fetch(&fake, command);
            assert_int_equal(command[10], i * 16);
            fake_post(&fake, command[0] >> 16, 0);
        }
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(ios[6].called, 1);
        fake_end(&fake);
    }
}

static void all_of_them_fail_and_the_queue_is_as_new(void **state)
{
    uint32_t command[16];
    (void)state;
    start(FAKE_UNMAP, 8);
    lwnvme_queues_hold(&fake.controller);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(read_some(i, 8), 0);
    }
    lwnvme_waiting_fail(&fake.controller, LWNVME_NSID_ALL, LWNVME_ERR_NS_BUSY);
    assert_int_equal(counted_calls, 4);
    assert_null(fake.queue.waiting_first);
    lwnvme_waiting_fail(&fake.controller, LWNVME_NSID_ALL, LWNVME_ERR_NS_BUSY); /* none left */
    assert_int_equal(counted_calls, 4);
    lwnvme_queues_let_go(&fake.controller);
    assert_int_equal(fake.queue.slow & (LWNVME_SLOW_WAITING | LWNVME_SLOW_HELD), 0);
    assert_int_equal(read_some(5, 8), 0);
    assert_int_equal(fake_told(&fake), 1);
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    fake_end(&fake);
}

static void submits_again(struct counted *io)
{
    uint32_t i = (uint32_t)(io - ios);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 0); /* a callback: nothing happens */
    if (io->called < 3) {
        assert_int_equal(read_some(i, 8), 0);
    }
}

/* Who submits again from its callback waits for the next time: the call ends. */
static void callbacks_that_submit_again_do_not_keep_it_for_ever(void **state)
{
    (void)state;
    start(0, 8);
    lwnvme_queues_hold(&fake.controller);
    for (uint32_t i = 0; i < 2; i++) {
        ios[i].then = submits_again;
        assert_int_equal(read_some(i, 8), 0);
    }
    for (uint32_t round = 1; round <= 3; round++) {
        lwnvme_waiting_fail(&fake.controller, 1, LWNVME_ERR_NS_BUSY);
        assert_int_equal(ios[0].called, round);
        assert_int_equal(ios[1].called, round);
        assert_int_equal(fake.queue.hold, LWNVME_HOLD_NOT);
    }
    assert_null(fake.queue.waiting_first);
    fake_end(&fake);
}

/* Time in which the controller carries nothing out is not held against the commands that it has. */
static void deadlines_are_extended(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 8);
    ios[1].request.timeout_ms = 1000;
    assert_int_equal(read_some(0, 8), 0);
    assert_int_equal(read_some(1, 8), 0);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    lwnvme_deadlines_extend(&fake.controller, 40000);
    for (uint32_t second = 0; second < 40; second++) {
        fake.now_us += 1000000;
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(fake.controller.fail_status, 0);
    }
    fake.now_us += 3000000; /* the extension and its own second have passed */
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(fake.controller.fail_status, LWNVME_ERR_TIMEOUT);
    for (uint32_t i = 0; i < 2; i++) {
        fake_fetch(&fake, command);
        fake_post(&fake, command[0] >> 16, 0);
    }
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(ios[1].request.status, LWNVME_ERR_TIMEOUT);
    fake_end(&fake);
}

/* Whoever held the queues takes no step after a failure: they must not stay held for ever. */
static void queues_are_let_go_by_a_shutdown_and_by_a_way_out_of_failure(void **state)
{
    static struct bench bench;
    (void)state;
    for (int failure = 0; failure < 2; failure++) {
        bench_prepare(&bench);
        bench_start(&bench);
        lwnvme_queues_hold(bench.controller);
        if (failure != 0) {
            lwnvme_sim_fatal(bench.sim);
            assert_int_equal(bench_settle(&bench), LWNVME_ERR_FATAL);
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        } else {
            assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
            assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
        }
        assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
        assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 8, data[0], 0), 0);
        bench_end(&bench);
    }
}

/* Each service lets go of what it holds itself. A reset lets go for all of them, and does not know who still needs it. */
static void queues_stay_held_until_the_last_service_lets_go(void **state)
{
    static struct lwnvme_service services[3];
    static struct bench bench;
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    for (uint32_t i = 0; i < 3; i++) {
        services[i].holding = true; /* of an earlier life */
        lwnvme_service_add(bench.controller, &services[i]);
    }
    for (uint32_t last = 0; last < 3; last++) {
        for (uint32_t i = 0; i < 3; i++) {
            lwnvme_service_hold(&services[i]);
        }
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_not_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
            lwnvme_service_let_go(&services[(last + 1 + i) % 3]);
        }
        assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    }
    lwnvme_service_hold(&services[0]);
    lwnvme_service_hold(&services[1]);
    lwnvme_service_remove(&services[0]);
    lwnvme_service_let_go(&services[1]);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    lwnvme_service_hold(&services[1]);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    assert_true(services[1].holding);
    lwnvme_service_hold(&services[2]);
    lwnvme_service_let_go(&services[2]);
    assert_int_not_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    lwnvme_service_let_go(&services[1]);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    lwnvme_service_remove(&services[1]);
    lwnvme_service_remove(&services[2]);
    bench_end(&bench);
}

/* A queue with requests that wait can be shut down while it is held: they are carried out first. */
static void fault_120_a_shutdown_drains_held_queues(void **state)
{
    static struct bench bench;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], 4096);
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    counted_init(&ios[0], NULL);
    lwnvme_queues_hold(bench.controller);
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 8, &buffer), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

/* A trim of which no whole range has been sent has been sent for all that: it is not told to have never started. */
static void a_part_of_a_range_is_a_beginning(void **state)
{
    struct lwnvme_identify_nvm_controller *limits;
    struct lwnvme_dsm_range range = {0};
    uint32_t command[16];
    (void)state;
    for (uint32_t sent = 0; sent < 2; sent++) {
        start(0, 3);
        fake.ns.oncs |= LWNVME_ONCS_DATASET_MANAGEMENT;
        limits = (struct lwnvme_identify_nvm_controller *)(void *)fake.controller.command_limits;
        lwnvme_le32_set(&limits->dmrsl, 16);
        lwnvme_dsm_range_set(&range, 32, 100);
        if (sent == 0)
            lwnvme_queues_hold(&fake.controller);
        assert_int_equal(lwnvme_dataset_management(&fake.queue, &fake.ns, &ios[0].request, &range, 1,
                                                   LWNVME_DSM_DEALLOCATE),
                         0);
        lwnvme_queues_hold(&fake.controller);
        assert_int_equal(fake_told(&fake), 2 * sent);
        for (uint32_t i = 0; i < 2 * sent; i++) {
            fake_fetch(&fake, command);
            fake_post(&fake, command[0] >> 16, 0);
            (void)lwnvme_queue_poll(&fake.queue, 0);
        }
        assert_int_equal(ios[0].called, 0);
        fake.controller.device_stopped = 1;
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, sent == 0 ? LWNVME_ERR_NOT_STARTED : LWNVME_ERR_ABORTED);
        assert_int_equal(lwnvme_request_outcome(&ios[0].request),
                         sent == 0 ? LWNVME_OUTCOME_NEVER_STARTED : LWNVME_OUTCOME_UNKNOWN);
        fake_end(&fake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_queues_take_requests_and_send_them_once_let_go),
        cmocka_unit_test(what_is_in_flight_ends_and_nothing_follows_it),
        cmocka_unit_test(only_the_waiting_ones_of_the_namespace_fail_and_order_is_kept),
        cmocka_unit_test(all_of_them_fail_and_the_queue_is_as_new),
        cmocka_unit_test(callbacks_that_submit_again_do_not_keep_it_for_ever),
        cmocka_unit_test(deadlines_are_extended),
        cmocka_unit_test(queues_are_let_go_by_a_shutdown_and_by_a_way_out_of_failure),
        cmocka_unit_test(queues_stay_held_until_the_last_service_lets_go),
        cmocka_unit_test(fault_120_a_shutdown_drains_held_queues),
        cmocka_unit_test(a_part_of_a_range_is_a_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

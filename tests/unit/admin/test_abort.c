/* SPDX-License-Identifier: MIT */
/* The Abort command: which commands are aborted, how many at once, and what is told. */
#include "../support.h"

#define MANY 8u

static struct bench bench;
static struct counted ios[MANY];
static struct counted aborts[MANY];
static uint8_t data[MANY][131072] __attribute__((aligned(4096)));
static uint32_t seen_cdw10[64];
static uint32_t seen;

static void watch(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && (command[0] & 0xff) == 0x08 && seen < 64) {
        seen_cdw10[seen++] = command[10];
    }
}

static void start(uint64_t latency_us)
{
    bench_prepare(&bench);
    bench.settings.acl = 1; /* two at once */
    bench.settings.on_command = watch;
    bench.config.max_transfer_bytes = 4096;
    bench_start(&bench);
    lwnvme_sim_settings(bench.sim)->latency_us = latency_us;
    seen = 0;
    counted_calls = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        counted_init(&ios[i], NULL);
        counted_init(&aborts[i], NULL);
    }
}

static void read_blocks(uint32_t i, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], sizeof(data[i]));
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[i].request, 0, blocks, &buffer), 0);
}

static int abort_of(uint32_t i)
{
    return lwnvme_abort(bench.controller, &aborts[i].request, bench.queue, &ios[i].request);
}

static void a_command_in_flight_is_given_back_as_aborted(void **state)
{
    (void)state;
    start(5000000);
    read_blocks(0, 1);
    read_blocks(1, 1);
    assert_int_equal(abort_of(1), 0);
    assert_int_equal(abort_of(1), LWNVME_ERR_REQUEST_ACTIVE);
    bench_wait(&bench, &aborts[1].request);
    bench_wait(&bench, &ios[1].request);
    assert_int_equal(aborts[1].called, 1);
    assert_int_equal(aborts[1].request.status, 0);
    assert_true(lwnvme_abort_took_effect(&aborts[1].request));
    assert_int_equal(lwnvme_status_code(ios[1].request.status), LWNVME_SC_COMMAND_ABORT_REQUESTED);
    assert_int_equal(ios[1].called, 1);
    assert_int_equal(ios[0].called, 0); /* only that one */
    assert_int_equal(seen, 1);
    assert_int_equal(seen_cdw10[0] & 0xffff, bench.queue->id);
    bench_wait(&bench, &ios[0].request);
    assert_int_equal(ios[0].request.status, 0);
    bench_end(&bench);
}

static void fault_105_an_abort_without_effect_says_so(void **state)
{
    (void)state;
    start(20000);
    lwnvme_sim_settings(bench.sim)->abort_does_nothing = true;
    read_blocks(0, 1);
    assert_int_equal(abort_of(0), 0);
    bench_wait(&bench, &aborts[0].request);
    assert_int_equal(aborts[0].request.status, 0);
    assert_false(lwnvme_abort_took_effect(&aborts[0].request));
    bench_wait(&bench, &ios[0].request);
    assert_int_equal(ios[0].request.status, 0); /* as it ended by itself */
    bench_end(&bench);
}

static void fault_105_a_lost_abort_ends_by_its_deadline(void **state)
{
    (void)state;
    start(0);
    lwnvme_sim_settings(bench.sim)->latency_us = 100000000;
    lwnvme_sim_settings(bench.sim)->abort_never_answers = true;
    read_blocks(0, 1);
    aborts[0].request.timeout_ms = 100;
    assert_int_equal(abort_of(0), 0);
    bench_wait(&bench, &aborts[0].request);
    bench_wait(&bench, &ios[0].request);
    assert_int_equal(aborts[0].called, 1);
    assert_int_equal(aborts[0].request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_ABORTED);
    bench_end(&bench);
}

static void fault_106_no_more_aborts_than_the_controller_takes(void **state)
{
    (void)state;
    start(5000000);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 3000;
    for (uint32_t i = 0; i < 3; i++) {
        read_blocks(i, 1);
    }
    assert_int_equal(abort_of(0), 0);
    assert_int_equal(abort_of(1), 0);
    assert_int_equal(abort_of(2), LWNVME_ERR_ABORT_LIMIT);
    assert_false(lwnvme_request_active(&aborts[2].request));
    bench_wait(&bench, &aborts[0].request);
    assert_int_equal(abort_of(2), 0);
    bench_wait(&bench, &aborts[2].request);
    for (uint32_t i = 0; i < 3; i++) {
        bench_wait(&bench, &ios[i].request);
        assert_int_equal(aborts[i].request.status, 0);
        assert_true(lwnvme_abort_took_effect(&aborts[i].request));
    }
    bench_end(&bench);
}

/* Raw Abort commands count too. */
static void fault_106_raw_aborts_count(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_ABORT, .cdw10 = 0x77770001};
    (void)state;
    start(5000000);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 3000;
    read_blocks(0, 1);
    for (uint32_t i = 1; i < 3; i++) {
        assert_int_equal(lwnvme_admin_raw(bench.controller, &aborts[i].request, &command, NULL), 0);
    }
    assert_int_equal(abort_of(0), LWNVME_ERR_ABORT_LIMIT);
    bench_wait(&bench, &aborts[1].request);
    bench_wait(&bench, &aborts[2].request);
    assert_int_equal(abort_of(0), 0);
    bench_wait(&bench, &aborts[0].request);
    bench_wait(&bench, &ios[0].request);
    bench_end(&bench);
}

/* A request of many commands is aborted piece by piece, and what was not sent is not sent any more. */
static void all_pieces_of_a_split_request_are_aborted_and_the_rest_not_sent(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_queue small = {0};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], sizeof(data[0]));
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct lwnvme_queue *queue;
        start(5000000);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &small, &config), 0);
        queue = wide != 0 ? bench.queue : &small;
        /* Eight commands, of which the small queue has room for three. */
        assert_int_equal(lwnvme_read(queue, bench.ns, &ios[0].request, 0, 64, &buffer), 0);
        assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, queue, &ios[0].request), 0);
        for (uint32_t turn = 0; turn < 2000 && lwnvme_request_active(&ios[0].request); turn++) {
            (void)lwnvme_queue_poll(queue, 0);
            (void)lwnvme_controller_poll(bench.controller);
            lwnvme_sim_advance(bench.sim, 100);
        }
        bench_wait(&bench, &aborts[0].request);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(lwnvme_status_code(ios[0].request.status), LWNVME_SC_COMMAND_ABORT_REQUESTED);
        assert_int_equal(ios[0].request.bytes_done, 0);
        assert_int_equal(aborts[0].called, 1);
        assert_true(lwnvme_abort_took_effect(&aborts[0].request));
        assert_int_equal(seen, wide != 0 ? 8 : 3);
        for (uint32_t i = 1; i < seen; i++) {
            assert_int_not_equal(seen_cdw10[i], seen_cdw10[0]);
        }
        assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[LWNVME_NVM_READ], wide != 0 ? 8 : 3);
        assert_int_equal(lwnvme_sync_queue_delete(&small), 0);
        bench_end(&bench);
        memset(&small, 0, sizeof(small));
    }
}

static struct counted *resubmitted;

static void submit_again(struct counted *io)
{
    if (io->called == 1) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[7], 512);
        resubmitted = io;
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io->request, 9, 1, &buffer), 0);
    }
}

/* A request that is used again at once is not hit by the abort of its first life. */
static void fault_107_the_next_use_of_the_request_is_left_alone(void **state)
{
    (void)state;
    start(30000);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    read_blocks(1, 1);
    ios[0].then = submit_again;
    read_blocks(0, 1);
    assert_int_equal(abort_of(0), 0);
    bench_wait(&bench, &aborts[0].request);
    assert_true(lwnvme_abort_took_effect(&aborts[0].request));
    bench_wait(&bench, &ios[0].request);
    assert_ptr_equal(resubmitted, &ios[0]);
    assert_int_equal(ios[0].called, 2);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(seen, 1);
    bench_wait(&bench, &ios[1].request);
    bench_end(&bench);
}

/* A controller that does not mind that the queue is gone. */
static void answer_well(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    if (sqid == 0) {
        completion[0] = 1;
        completion[3] &= 0x1ffff;
    }
}

/* The victim ends and its queue goes, memory and all, while the Abort command is still under way. */
static void the_queue_may_go_before_the_abort_ends(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_DELAY,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_ABORT,
                                     .value = 500000,
                                     .count = 1};
    struct lwnvme_queue_config config = {.entries = 16};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], sizeof(data[0]));
    (void)state;
    start(1000);
    struct lwnvme_queue *queue = calloc(1, sizeof(*queue));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, queue, &config), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_read(queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, queue, &ios[0].request), 0);
    assert_int_equal(lwnvme_sync_wait(queue, &ios[0].request), 0);
    assert_int_equal(lwnvme_sync_queue_delete(queue), 0);
    free(queue);
    lwnvme_sim_settings(bench.sim)->on_completion = answer_well;
    assert_true(lwnvme_request_active(&aborts[0].request));
    bench_wait(&bench, &aborts[0].request);
    assert_int_equal(aborts[0].request.status, 0);
    assert_int_equal(aborts[0].called, 1);
    bench_end(&bench);
}

static void admin_commands_can_be_aborted_too(void **state)
{
    (void)state;
    start(0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 100000;
    assert_int_equal(lwnvme_identify(bench.controller, &ios[0].request, LWNVME_CNS_CONTROLLER, 0, data[0]),
                     0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 100;
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, NULL, &ios[0].request), 0);
    bench_wait(&bench, &aborts[0].request);
    bench_wait(&bench, &ios[0].request);
    assert_int_equal(seen_cdw10[0] & 0xffff, 0);
    assert_int_equal(lwnvme_status_code(ios[0].request.status), LWNVME_SC_COMMAND_ABORT_REQUESTED);
    bench_end(&bench);
}

static void what_the_controller_does_not_have_is_refused(void **state)
{
    struct bench *other = (struct bench *)calloc(1, sizeof(*other));
    struct lwnvme_queue never = {0};
    (void)state;
    start(5000000);
    assert_int_equal(abort_of(0), LWNVME_ERR_NOT_IN_FLIGHT);
    assert_int_equal(lwnvme_abort(NULL, &aborts[0].request, bench.queue, &ios[0].request),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, bench.queue, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, &never, &ios[0].request),
                     LWNVME_ERR_QUEUE_CLOSED);
    bench_prepare(other);
    bench_start(other);
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, other->queue, &ios[0].request),
                     LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(other);
    free(other);
    /* One that waits for room has nothing with the controller. */
    lwnvme_queues_hold(bench.controller);
    read_blocks(0, 1);
    assert_int_equal(abort_of(0), LWNVME_ERR_NOT_IN_FLIGHT);
    lwnvme_queues_let_go(bench.controller);
    assert_int_equal(seen, 0);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    bench_wait(&bench, &ios[0].request);
    bench_end(&bench);
}

/* A refused abort does not touch its victim. */
static void a_refused_abort_leaves_no_trace(void **state)
{
    struct lwnvme_queue_config config = {.entries = 3};
    struct lwnvme_queue small = {0};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], sizeof(data[0]));
    (void)state;
    start(2000);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &small, &config), 0);
    assert_int_equal(lwnvme_read(&small, bench.ns, &ios[0].request, 0, 64, &buffer), 0);
    aborts[0].request.flags = 0x4000; /* no such flag */
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, &small, &ios[0].request),
                     LWNVME_ERR_INVALID_ARGUMENT);
    while (lwnvme_request_active(&ios[0].request)) {
        (void)lwnvme_queue_poll(&small, 0);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(ios[0].request.bytes_done, 64 * 512);
    assert_int_equal(aborts[0].called, 0);
    assert_int_equal(lwnvme_sync_queue_delete(&small), 0);
    bench_end(&bench);
}

/* An abort of many pieces that cannot go on says why, and what it asked for first stands. */
static void an_abort_that_cannot_go_on_ends_with_why(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], sizeof(data[0]));
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_queue small = {0};
    (void)state;
    start(50000);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &small, &config), 0);
    assert_int_equal(lwnvme_read(&small, bench.ns, &ios[0].request, 0, 64, &buffer), 0);
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[0].request, &small, &ios[0].request), 0);
    /* Once more, for the same one: its rest has been taken back already. */
    assert_int_equal(lwnvme_abort(bench.controller, &aborts[1].request, &small, &ios[0].request), 0);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_CANCELLED);
    bench.controller->info.acl = 0;
    bench_wait(&bench, &aborts[0].request);
    bench_wait(&bench, &aborts[1].request);
    assert_int_equal(aborts[0].request.status, LWNVME_ERR_ABORT_LIMIT);
    assert_int_equal(aborts[0].called, 1);
    while (lwnvme_request_active(&ios[0].request)) {
        (void)lwnvme_queue_poll(&small, 0);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(ios[0].called, 1);
    assert_int_not_equal(ios[0].request.status, 0);
    assert_int_equal(lwnvme_sync_queue_delete(&small), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_in_flight_is_given_back_as_aborted),
        cmocka_unit_test(fault_105_an_abort_without_effect_says_so),
        cmocka_unit_test(fault_105_a_lost_abort_ends_by_its_deadline),
        cmocka_unit_test(fault_106_no_more_aborts_than_the_controller_takes),
        cmocka_unit_test(fault_106_raw_aborts_count),
        cmocka_unit_test(all_pieces_of_a_split_request_are_aborted_and_the_rest_not_sent),
        cmocka_unit_test(fault_107_the_next_use_of_the_request_is_left_alone),
        cmocka_unit_test(the_queue_may_go_before_the_abort_ends),
        cmocka_unit_test(admin_commands_can_be_aborted_too),
        cmocka_unit_test(what_the_controller_does_not_have_is_refused),
        cmocka_unit_test(a_refused_abort_leaves_no_trace),
        cmocka_unit_test(an_abort_that_cannot_go_on_ends_with_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

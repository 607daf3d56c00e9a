/* SPDX-License-Identifier: MIT */
/* Repetitions: what is repeated, how often, after which pause, and what never is. On the software controller. */
#include "../support.h"

#include <lwnvme/retry.h>

#define DNR   0x4000
#define CRD_1 0x0800
#define CRD_2 0x1000
#define CRD_3 0x1800

static struct bench bench;
static struct lwnvme_retry_policy policy;
static struct lwnvme_retry retry;
static uint8_t data[8192] __attribute__((aligned(4096)));
static uint32_t called;

static void count_done(struct lwnvme_retry *of)
{
    assert_ptr_equal(of, &retry);
    called++;
}

static void start_limited(uint32_t dmrsl)
{
    bench_prepare(&bench);
    bench.settings.dmrsl = dmrsl;
    bench.settings.crdt[0] = 0;
    bench.settings.crdt[1] = 7;
    bench.settings.crdt[2] = 65535;
    bench_start(&bench);
    memset(&policy, 0, sizeof(policy));
    memset(&retry, 0, sizeof(retry));
    called = 0;
    assert_int_equal(lwnvme_retry_open(&policy, bench.queue), 0);
    lwnvme_retry_init(&retry, &policy, count_done);
}

static void start(void)
{
    start_limited(0);
}

static void fail_next(uint8_t opcode, int status, uint32_t count)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_IO_QUEUES,
                                     .opcode = opcode,
                                     .status = (uint16_t)status,
                                     .count = count};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
}

static int read_one(void)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    return lwnvme_read(bench.queue, bench.ns, &retry.request, 3, 2, &buffer);
}

/* Polls as a host does that sleeps as long as it may. */
static void wait_done(void)
{
    uint32_t before = called;
    for (unsigned turns = 0; called == before; turns++) {
        assert_true(turns < 100000);
        (void)lwnvme_queue_poll(bench.queue, 0);
        (void)lwnvme_controller_poll(bench.controller);
        if (called != before) {
            break;
        }
        uint64_t due = lwnvme_next_deadline(bench.controller);
        uint64_t now = lwnvme_sim_time(bench.sim);
        uint64_t step = due > now ? due - now : 1;
        lwnvme_sim_advance(bench.sim, lwnvme_queue_in_flight(bench.queue) != 0 ? 50 : step);
    }
    assert_int_equal(called, before + 1);
    assert_false(lwnvme_request_active(&retry.request));
}

static uint64_t reads(void)
{
    return lwnvme_sim_counters(bench.sim)->io_commands[LWNVME_NVM_READ];
}

static void stop(void)
{
    lwnvme_retry_close(&policy);
    bench_end(&bench);
}

static void fault_062_what_passes_is_repeated_what_stays_is_not(void **state)
{
    (void)state;
    for (int code = 1; code < 0x800; code += code < 0x320 ? 1 : 37) {
        if (code == 7) {
            continue;
        }
        start();
        bool passes = lwnvme_status_retryable(code);
        fail_next(LWNVME_NVM_READ, code, 1);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, passes ? 0 : code);
        assert_int_equal(retry.repeated, passes ? 1 : 0);
        assert_int_equal(reads(), passes ? 2 : 1);
        fail_next(LWNVME_NVM_READ, code | DNR, 1);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, code | DNR);
        assert_int_equal(retry.repeated, 0);
        assert_int_equal(policy.repeated, passes ? 1 : 0);
        stop();
    }
}

static void fault_062_the_bound_holds(void **state)
{
    (void)state;
    for (uint32_t limit = 0; limit < 8; limit++) {
        uint32_t most = limit == 0 ? 5 : limit;
        start();
        policy.limit = limit;
        fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, UINT32_MAX);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, LWNVME_SC_INTERNAL_ERROR);
        assert_int_equal(retry.repeated, most);
        assert_int_equal(reads(), most + 1);
        /* The next request begins at nothing. */
        lwnvme_sim_faults_clear(bench.sim);
        fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, 1);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, 0);
        assert_int_equal(retry.repeated, 1);
        assert_int_equal(retry.request.bytes_done, 1024);
        stop();
    }
}

static void fault_063_the_controllers_delay_is_kept_and_capped(void **state)
{
    static const struct {
        int crd;
        uint32_t cap_ms;
        uint64_t least_us;
        uint64_t most_us;
    } cases[] = {{CRD_1, 0, 0, 5000},
                 {CRD_2, 0, 700000, 705000},
                 {CRD_2, 300, 300000, 305000},
                 {CRD_3, 0, 10000000, 10005000},
                 {CRD_3, 2500, 2500000, 2505000},
                 {0, 0, 10000, 15000}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start();
        policy.delay_cap_ms = cases[i].cap_ms;
        fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED | cases[i].crd, 1);
        uint64_t before = lwnvme_sim_time(bench.sim);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, 0);
        uint64_t took = lwnvme_sim_time(bench.sim) - before;
        assert_in_range(took, cases[i].least_us, cases[i].most_us);
        stop();
    }
}

static void fault_064_what_is_not_idempotent_comes_back_at_once(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct lwnvme_command raw = {.opcode = LWNVME_NVM_READ, .nsid = 1};
    struct lwnvme_buffer one = lwnvme_buffer_cpu(data, 512);
    (void)state;
    start();
    fail_next(LWNVME_NVM_COMPARE, LWNVME_SC_INTERNAL_ERROR, 1);
    assert_int_equal(lwnvme_compare(bench.queue, bench.ns, &retry.request, 0, 1, &buffer), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_INTERNAL_ERROR);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, 1);
    assert_int_equal(lwnvme_raw(bench.queue, &retry.request, &raw, &one), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_INTERNAL_ERROR);
    /* Somebody has asked for it. */
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_ABORT_REQUESTED, 1);
    assert_int_equal(read_one(), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_ABORT_REQUESTED);
    /* Without the flag nothing is repeated, and the straight path may be taken. */
    retry.request.flags = 0;
    fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, 1);
    assert_int_equal(read_one(), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_INTERNAL_ERROR);
    assert_int_equal(policy.repeated, 0);
    stop();
}

static int submit_kind(unsigned kind)
{
    static struct lwnvme_dsm_range range;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    lwnvme_dsm_range_set(&range, 0, 8);
    switch (kind) {
    case 0:
        return lwnvme_write(bench.queue, bench.ns, &retry.request, 0, 16, &buffer);
    case 1:
        return lwnvme_flush(bench.queue, bench.ns, &retry.request);
    case 2:
        return lwnvme_write_zeroes(bench.queue, bench.ns, &retry.request, 0, 16);
    case 3:
        return lwnvme_verify(bench.queue, bench.ns, &retry.request, 0, 16);
    default:
        return lwnvme_dataset_management(bench.queue, bench.ns, &retry.request, &range, 1,
                                         LWNVME_DSM_DEALLOCATE);
    }
}

static void the_others_are_repeated_as_they_were(void **state)
{
    static const uint8_t opcodes[] = {LWNVME_NVM_WRITE, LWNVME_NVM_FLUSH, LWNVME_NVM_WRITE_ZEROES,
                                      LWNVME_NVM_VERIFY, LWNVME_NVM_DATASET_MANAGEMENT};
    static uint8_t seen[8192];
    (void)state;
    for (unsigned kind = 0; kind < sizeof(opcodes); kind++) {
        start();
        memset(data, 0x5a, sizeof(data));
        fail_next(opcodes[kind], LWNVME_SC_NAMESPACE_NOT_READY, 3);
        assert_int_equal(submit_kind(kind), 0);
        wait_done();
        assert_int_equal(retry.request.status, 0);
        assert_int_equal(retry.repeated, 3);
        assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[opcodes[kind]], 4);
        assert_true(lwnvme_sim_read_blocks(bench.sim, 1, 0, 16, seen));
        assert_int_equal(memcmp(seen, data, sizeof(seen)) == 0, kind == 0);
        stop();
    }
}

static void fault_065_the_last_status_is_kept_once(void **state)
{
    (void)state;
    start();
    policy.limit = 2;
    fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, 1);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_DATA_TRANSFER_ERROR, 1);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED, 1);
    assert_int_equal(read_one(), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_INTERRUPTED);
    assert_int_equal(called, 1);
    /* A failure for good ends it at once. */
    fail_next(LWNVME_NVM_READ, LWNVME_SC_INTERNAL_ERROR, 1);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_UNRECOVERED_READ_ERROR | DNR, 1);
    assert_int_equal(read_one(), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_UNRECOVERED_READ_ERROR | DNR);
    assert_int_equal(retry.repeated, 1);
    stop();
}

static void fault_065_over_a_reset(void **state)
{
    struct lwnvme_sim_fault lose = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = LWNVME_NVM_READ, .count = 1};
    (void)state;
    for (unsigned across = 0; across < 2; across++) {
        start();
        policy.across_reset = across != 0;
        assert_true(lwnvme_sim_fault_add(bench.sim, &lose));
        assert_int_equal(read_one(), 0);
        lwnvme_sim_advance(bench.sim, 1000);
        assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
        wait_done();
        assert_int_equal(retry.request.status, across != 0 ? 0 : LWNVME_ERR_ABORTED);
        assert_int_equal(retry.repeated, across);
        if (across == 0) { /* the reset goes on by itself */
            assert_int_equal(bench_settle(&bench), 0);
        }
        stop();
    }
}

/* What it was to make safe may have been lost with what the reset is about. */
static void fault_169_a_flush_is_not_repeated_over_a_reset(void **state)
{
    struct lwnvme_sim_fault lose = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = LWNVME_NVM_FLUSH, .count = 1};
    (void)state;
    start();
    policy.across_reset = true;
    assert_true(lwnvme_sim_fault_add(bench.sim, &lose));
    assert_int_equal(lwnvme_flush(bench.queue, bench.ns, &retry.request), 0);
    lwnvme_sim_advance(bench.sim, 1000);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_ERR_ABORTED);
    assert_int_equal(retry.repeated, 0);
    assert_int_equal(bench_settle(&bench), 0);
    stop();
}

static void fault_082_a_namespace_that_is_not_ready_is_waited_for_by_time(void **state)
{
    static const int codes[] = {LWNVME_SC_NAMESPACE_NOT_READY, LWNVME_SC_FORMAT_IN_PROGRESS,
                                LWNVME_SC_SANITIZE_IN_PROGRESS};
    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        start();
        policy.limit = 1;
        policy.patience_ms = 3000;
        fail_next(LWNVME_NVM_READ, codes[i], 8); /* 10 + 20 + ... + 640 + 640 ms */
        uint64_t before = lwnvme_sim_time(bench.sim);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, 0);
        assert_int_equal(retry.repeated, 8);
        assert_in_range(lwnvme_sim_time(bench.sim) - before, 1900000, 2000000);
        /* Not for ever. */
        fail_next(LWNVME_NVM_READ, codes[i], UINT32_MAX);
        before = lwnvme_sim_time(bench.sim);
        assert_int_equal(read_one(), 0);
        wait_done();
        assert_int_equal(retry.request.status, codes[i]);
        assert_in_range(lwnvme_sim_time(bench.sim) - before, 3000000, 3700000);
        stop();
    }
}

static void what_waits_comes_back_when_the_policy_or_the_controller_closes(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 2; way++) {
        start();
        fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED | CRD_3, 1);
        assert_int_equal(read_one(), 0);
        for (unsigned i = 0; i < 100; i++) {
            lwnvme_sim_advance(bench.sim, 100);
            (void)lwnvme_queue_poll(bench.queue, 0);
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(called, 0);
        assert_true(lwnvme_request_active(&retry.request));
        assert_int_equal(read_one(), LWNVME_ERR_REQUEST_ACTIVE);
        if (way == 0) {
            lwnvme_retry_close(&policy);
        } else {
            while (lwnvme_controller_close(bench.controller) == LWNVME_PENDING) {
                lwnvme_sim_advance(bench.sim, 1000);
            }
        }
        assert_int_equal(called, 1);
        assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_INTERRUPTED | CRD_3);
        stop();
    }
}

static void arguments(void **state)
{
    static struct lwnvme_queue closed;
    (void)state;
    start();
    assert_int_equal(lwnvme_retry_open(&policy, bench.queue), LWNVME_ERR_BUSY);
    lwnvme_retry_close(&policy);
    lwnvme_retry_close(&policy);
    assert_int_equal(lwnvme_retry_open(NULL, bench.queue), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_retry_open(&policy, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_retry_open(&policy, &closed), LWNVME_ERR_QUEUE_CLOSED);
    lwnvme_retry_poll(NULL);
    lwnvme_retry_poll(&policy);
    lwnvme_retry_close(NULL);
    stop();
}

/* One that is to be repeated meets a queue that takes nothing for now, a namespace that is no longer what it was, and a
 * refusal that stays. */
static void what_a_repetition_may_meet(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 3; way++) {
        start();
        fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED, 1);
        if (way == 0) {
            retry.request.flags |= LWNVME_REQUEST_NO_WAIT;
        }
        assert_int_equal(read_one(), 0);
        while (policy.waiting == NULL) {
            lwnvme_sim_advance(bench.sim, 50);
            (void)lwnvme_queue_poll(bench.queue, 0);
        }
        if (way == 0) {
            lwnvme_queues_hold(bench.controller);
            for (unsigned i = 0; i < 100; i++) {
                lwnvme_sim_advance(bench.sim, 1000);
                (void)lwnvme_controller_poll(bench.controller);
            }
            assert_int_equal(called, 0);
            lwnvme_queues_let_go(bench.controller);
        } else if (way == 1) {
            bench.ns->incarnation++;
        } else {
            retry.request.flags |= 0x4000; /* no such flag */
        }
        wait_done();
        assert_int_equal(retry.request.status, way == 0 ? 0 : LWNVME_SC_COMMAND_INTERRUPTED);
        assert_int_equal(retry.repeated, way == 0 ? 1 : 0);
        assert_int_equal(reads(), way == 0 ? 2 : 1);
        bench.ns->incarnation -= way == 1;
        stop();
    }
}

/* A queue that takes nothing is not waited for without an end either. */
static void patience_ends(void **state)
{
    (void)state;
    start();
    policy.patience_ms = 500;
    retry.request.flags |= LWNVME_REQUEST_NO_WAIT;
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED, 1);
    assert_int_equal(read_one(), 0);
    while (policy.waiting == NULL) {
        lwnvme_sim_advance(bench.sim, 50);
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    lwnvme_queues_hold(bench.controller);
    uint64_t before = lwnvme_sim_time(bench.sim);
    wait_done();
    assert_in_range(lwnvme_sim_time(bench.sim) - before, 490000, 530000);
    assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_INTERRUPTED);
    lwnvme_queues_let_go(bench.controller);
    stop();
}

/* Of several that wait the first that is due is next; without the policy, or without the flag, none is repeated. */
/* Nothing is in flight, so nobody else looks whether the clock goes on. */
static void fault_121_a_clock_that_stops_does_not_keep_what_waits(void **state)
{
    uint32_t polls = 0;
    (void)state;
    start();
    fail_next(LWNVME_NVM_READ, 0x006 | CRD_2, 1);
    assert_int_equal(read_one(), 0);
    while (lwnvme_queue_in_flight(bench.queue) != 0) {
        lwnvme_sim_advance(bench.sim, 50);
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    assert_int_equal(called, 0);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = lwnvme_sim_counters(bench.sim)->now_calls + 1;
    while (lwnvme_controller_poll(bench.controller) == 0 && polls <= 2 * LWNVME_CONFIG_STUCK_CLOCK_POLLS) {
        (void)lwnvme_queue_poll(bench.queue, 0);
        polls++;
    }
    assert_in_range(polls, LWNVME_CONFIG_STUCK_CLOCK_POLLS - 2, LWNVME_CONFIG_STUCK_CLOCK_POLLS + 2);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = 0;
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_CLOCK_STOPPED);
    lwnvme_retry_close(&policy);
    assert_int_equal(called, 1);
    assert_int_equal(retry.request.status, 0x006 | CRD_2);
    bench_end(&bench);
}

/* A clock that is set back makes no pause longer than the longest. */
static void fault_121_a_clock_that_is_set_back_makes_no_pause_longer(void **state)
{
    uint64_t begun;
    (void)state;
    start();
    policy.delay_cap_ms = 1000;
    fail_next(LWNVME_NVM_READ, 0x006 | CRD_2, 1);
    lwnvme_sim_advance(bench.sim, UINT64_C(7200000000));
    assert_int_equal(read_one(), 0);
    while (lwnvme_queue_in_flight(bench.queue) != 0) {
        lwnvme_sim_advance(bench.sim, 50);
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    lwnvme_sim_settings(bench.sim)->clock_jump_us = -INT64_C(3600000000);
    lwnvme_sim_settings(bench.sim)->clock_jump_at = lwnvme_sim_counters(bench.sim)->now_calls + 1;
    (void)lwnvme_controller_poll(bench.controller);
    begun = lwnvme_sim_time(bench.sim);
    wait_done();
    assert_int_equal(retry.request.status, 0);
    assert_true(lwnvme_sim_time(bench.sim) - begun <= 1100000);
    stop();
}

static void several_wait_and_some_do_not(void **state)
{
    static struct lwnvme_retry other;
    static uint8_t more[512] __attribute__((aligned(4)));
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(more, sizeof(more));
    (void)state;
    start();
    memset(&other, 0, sizeof(other));
    lwnvme_retry_init(&other, &policy, NULL); /* nobody is told */
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED | CRD_2, 1);
    assert_int_equal(read_one(), 0);
    while (policy.waiting == NULL) {
        lwnvme_sim_advance(bench.sim, 50);
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    uint64_t first = policy.service.due_us;
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED | CRD_3, 1);
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &other.request, 9, 1, &buffer), 0);
    while (policy.waiting == &retry) {
        lwnvme_sim_advance(bench.sim, 50);
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    assert_true(other.due_us > first);
    assert_true(policy.service.due_us == first);
    wait_done();
    assert_true(lwnvme_request_active(&other.request));
    assert_true(policy.service.due_us == other.due_us);
    lwnvme_retry_close(&policy);
    assert_false(lwnvme_request_active(&other.request));
    /* Closed with one in flight: its failure is final. */
    assert_int_equal(lwnvme_retry_open(&policy, bench.queue), 0);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED, 1);
    assert_int_equal(read_one(), 0);
    lwnvme_retry_close(&policy);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_INTERRUPTED);
    assert_int_equal(lwnvme_retry_open(&policy, bench.queue), 0);
    fail_next(LWNVME_NVM_READ, LWNVME_SC_COMMAND_INTERRUPTED, 1);
    retry.request.flags &= ~LWNVME_REQUEST_REPEAT;
    assert_int_equal(read_one(), 0);
    wait_done();
    assert_int_equal(retry.request.status, LWNVME_SC_COMMAND_INTERRUPTED);
    stop();
}

/* A trim that was cut up, and stopped in the middle of a range, begins again at its beginning: no block beside its ranges. */
static void a_trim_is_repeated_whole(void **state)
{
    enum {
        BLOCKS = 4096
    };
    static uint8_t model[BLOCKS * 512];
    static uint8_t seen[BLOCKS * 512];
    struct lwnvme_dsm_range ranges[2];

    (void)state;
    memset(ranges, 0, sizeof(ranges));
    lwnvme_dsm_range_set(&ranges[0], 100, 8);
    lwnvme_dsm_range_set(&ranges[1], 1000, 2000);
    for (uint32_t nth = 0; nth < 251; nth += 10) {
        struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                         .queue = LWNVME_SIM_IO_QUEUES,
                                         .opcode = LWNVME_NVM_DATASET_MANAGEMENT,
                                         .status = LWNVME_SC_INTERNAL_ERROR,
                                         .skip = nth};

        start_limited(8);
        memset(model, 0x5a, sizeof(model));
        assert_true(lwnvme_sim_write_blocks(bench.sim, 1, 0, BLOCKS, model));
        memset(model + 100 * 512, 0, 8 * 512);
        memset(model + 1000 * 512, 0, 2000 * 512);
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        assert_int_equal(lwnvme_dataset_management(bench.queue, bench.ns, &retry.request, ranges, 2,
                                                   LWNVME_DSM_DEALLOCATE),
                         0);
        wait_done();
        assert_int_equal(retry.request.status, 0);
        assert_int_equal(retry.repeated, 1);
        assert_true(lwnvme_sim_read_blocks(bench.sim, 1, 0, BLOCKS, seen));
        assert_memory_equal(seen, model, sizeof(seen));
        stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_062_what_passes_is_repeated_what_stays_is_not),
        cmocka_unit_test(fault_062_the_bound_holds),
        cmocka_unit_test(fault_063_the_controllers_delay_is_kept_and_capped),
        cmocka_unit_test(fault_064_what_is_not_idempotent_comes_back_at_once),
        cmocka_unit_test(the_others_are_repeated_as_they_were),
        cmocka_unit_test(fault_065_the_last_status_is_kept_once),
        cmocka_unit_test(fault_065_over_a_reset),
        cmocka_unit_test(fault_169_a_flush_is_not_repeated_over_a_reset),
        cmocka_unit_test(fault_082_a_namespace_that_is_not_ready_is_waited_for_by_time),
        cmocka_unit_test(what_waits_comes_back_when_the_policy_or_the_controller_closes),
        cmocka_unit_test(arguments),
        cmocka_unit_test(what_a_repetition_may_meet),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(fault_121_a_clock_that_stops_does_not_keep_what_waits),
        cmocka_unit_test(fault_121_a_clock_that_is_set_back_makes_no_pause_longer),
        cmocka_unit_test(several_wait_and_some_do_not),
        cmocka_unit_test(a_trim_is_repeated_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

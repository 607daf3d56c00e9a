/* SPDX-License-Identifier: MIT */
/* What recovery does with requests: recalled from the ring, kept, at rest. The test plays the device. */
#include "../support.h"

#include "../../../src/core/recovery_private.h"

#define ENTRIES 8u

static struct fake fake;
static struct lwnvme_recovery recovery;
static struct lwnvme_recovery_policy policy;
static struct counted ios[16];
static uint8_t data[16][4096] __attribute__((aligned(4096)));

static void start(uint32_t options)
{
    fake_start(&fake, options, ENTRIES);
    memset(&recovery, 0, sizeof(recovery));
    counted_calls = 0;
    for (uint32_t i = 0; i < 16; i++) {
        counted_init(&ios[i], &fake);
    }
    assert_int_equal(lwnvme_recovery_start(&fake.controller, &recovery, &policy), 0);
    memset(&policy, 0, sizeof(policy));
}

static void end(void)
{
    assert_int_equal(lwnvme_recovery_stop(&recovery), 0);
    fake_end(&fake);
}

static void submit(uint32_t i, bool write, uint64_t lba)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], sizeof(data[i]));
    assert_int_equal(write ? lwnvme_write(&fake.queue, &fake.ns, &ios[i].request, lba, 8, &buffer)
                           : lwnvme_read(&fake.queue, &fake.ns, &ios[i].request, lba, 8, &buffer),
                     0);
}

static uint32_t fetch(uint32_t command[16])
{
    fake_fetch(&fake, command);
    return command[0] >> 16;
}

static void pass(uint32_t ms)
{
    fake.now_us += (uint64_t)ms << 10;
    (void)lwnvme_queue_poll(&fake.queue, 0);
}

/* A status that may pass: the same command again after a pause, and not before. On the straight path and off it. */
static void fault_062_what_rests_is_sent_again_when_it_is_due(void **state)
{
    static const uint32_t options[3] = {0, FAKE_UNMAP, FAKE_SHARED};
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t first[16];
        uint32_t again[16];
        start(options[round]);
        submit(0, true, 40);
        assert_int_equal(ios[0].request.state, round == 0 && LWNVME_CONFIG_STRAIGHT ? LWNVME_REQUEST_STRAIGHT
                                                                                    : LWNVME_REQUEST_ISSUED);
        fake_post(&fake, fetch(first), 0x021);
        pass(0);
        assert_int_equal(ios[0].called, 0);
        assert_true(lwnvme_request_active(&ios[0].request));
        assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
        assert_int_equal(lwnvme_queue_delete(&fake.queue), LWNVME_ERR_QUEUE_IN_USE);
        pass(5);
        pass(0);
        assert_int_equal(fake_told(&fake), 0);
        assert_in_range(lwnvme_next_deadline(&fake.controller) - fake.now_us, 1024, 6 * 1024);
        pass(6);
        pass(0);
        assert_int_equal(fake_told(&fake), 1);
        fake_post(&fake, fetch(again), 0);
        assert_memory_equal(&first[1], &again[1], 15 * 4); /* all but the identifier */
        assert_int_equal(first[0] & 0xffff, again[0] & 0xffff);
        assert_int_not_equal(first[0] >> 16, again[0] >> 16);
        pass(0);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, 0);
        assert_true(ios[0].request.bytes_done == 4096);
        assert_int_equal(recovery.counts.again, 1);
        pass(1);
        pass(1);
        assert_int_equal(fake.queue.slow & (LWNVME_SLOW_LOOK | LWNVME_SLOW_WAITING), 0);
        end();
    }
}

/* Once a lap, each command that is still in flight is written down before anything is written over it. */
static void straight_requests_are_recalled_once_a_lap(void **state)
{
    uint32_t command[16];
    uint32_t lost[16];
    (void)state;
    if (LWNVME_CONFIG_STRAIGHT == 0) {
        return;
    }
    start(0);
    submit(0, true, 123);
    (void)fetch(lost);
    for (uint32_t i = 0; i < 3 * ENTRIES; i++) {
        const bool first = (fake.queue.slow & LWNVME_SLOW_RECALL) != 0;
        submit(1, false, i);
        assert_int_equal(ios[1].request.state, first ? LWNVME_REQUEST_ISSUED : LWNVME_REQUEST_STRAIGHT);
        assert_int_equal(ios[0].request.state,
                         i < ENTRIES - 1 ? LWNVME_REQUEST_STRAIGHT : LWNVME_REQUEST_ISSUED);
        fake_post(&fake, fetch(command), 0);
        pass(0);
        assert_int_equal(ios[1].request.status, 0);
        assert_int_equal(ios[1].called, i + 1);
    }
    assert_true(ios[0].request.lba == 123);
    assert_int_equal(ios[0].request.block_count, 8);
    assert_int_equal(ios[0].request.command.opcode, 0x01);
    assert_true(ios[0].request.buffer.address == (lost[6] | (uint64_t)lost[7] << 32));
    assert_true(ios[0].request.buffer.length_bytes == 4096);
    fake_post(&fake, lost[0] >> 16, 0);
    pass(0);
    assert_int_equal(ios[0].called, 1);
    assert_true(ios[0].request.bytes_done == 4096);
    end();
}

/* Several at once, each with what it was about; and one alone, when something but success becomes of it. */
static void all_straight_requests_are_recalled(void **state)
{
    uint32_t command[16];
    (void)state;
    if (LWNVME_CONFIG_STRAIGHT == 0) {
        return;
    }
    start(0);
    for (uint32_t i = 0; i < 3; i++) {
        submit(i, i != 1, 100 + i);
        (void)fetch(command);
    }
    for (uint32_t i = 0; i < ENTRIES - 2; i++) { /* the last one begins the next lap */
        submit(3, false, i);
        fake_post(&fake, fetch(command), 0);
        pass(0);
    }
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ios[i].request.state, LWNVME_REQUEST_ISSUED);
        assert_true(ios[i].request.lba == 100 + i);
        assert_int_equal(ios[i].request.command.opcode, i != 1 ? 0x01 : 0x02);
        assert_int_equal(ios[i].request.block_count, 8);
        assert_int_equal(ios[i].request.blocks_issued, 8);
        assert_int_equal(ios[i].request.pieces_outstanding, 1);
    }
    submit(3, false, 1);
    submit(4, false, 2);
    submit(5, false, 3);
    (void)fetch(command);
    fake_post(&fake, fetch(command),
              0x021); /* the middle one; it rests, and the others are left as they are */
    pass(0);
    (void)fetch(command);
    assert_int_equal(ios[3].request.state, LWNVME_REQUEST_STRAIGHT);
    assert_int_equal(ios[4].request.state, LWNVME_REQUEST_QUEUED);
    assert_true(ios[4].request.lba == 2);
    assert_int_equal(ios[5].request.state, LWNVME_REQUEST_STRAIGHT);
    fake.queue.slow |= LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
    fake.controller.device_stopped = 1;
    lwnvme_queue_give_back(&fake.queue);
    fake.controller.device_stopped = 0;
    assert_int_equal(counted_calls, ENTRIES - 2 + 6);
    end();
}

/* The second reset finds a request waiting that the controller had had before the first one: it may have been carried out. */
static void waiting_again_is_not_never_started(void **state)
{
    (void)state;
    for (uint32_t tried = 0; tried < 2; tried++) {
        struct lwnvme_request *request;
        policy.classes[LWNVME_REQUEST_CLASS_WRITE].tries = 1;
        policy.give_back_waiting = tried == 0;
        start(FAKE_UNMAP);
        fake.controller.recovering = 1;
        fake.controller.device_stopped = 1;
        submit(0, true, 40);
        if (tried != 0) {
            lwnvme_queue_give_back(&fake.queue);
            assert_int_equal(ios[0].called, 0);
            request = recovery.kept_first;
            assert_ptr_equal(request, &ios[0].request);
            recovery.kept_first = request->next;
            lwnvme_ring_reset(&fake.queue);
            fake.device_head = 0;
            lwnvme_request_restart(request);
            lwnvme_waiting_append(&fake.queue, request);
        } else {
            for (uint32_t i = 1; i < ENTRIES + 1; i++) {
                submit(i, true, 40);
            }
        }
        lwnvme_queue_give_back(&fake.queue);
        if (tried != 0) {
            assert_int_equal(ios[0].called, 1);
            assert_int_equal(ios[0].request.status, LWNVME_ERR_ABORTED);
            assert_int_equal(lwnvme_request_outcome(&ios[0].request), LWNVME_OUTCOME_UNKNOWN);
        } else {
            assert_int_equal(ios[ENTRIES].called, 1);
            assert_int_equal(ios[ENTRIES].request.status, LWNVME_ERR_NOT_STARTED);
            assert_int_equal(lwnvme_request_outcome(&ios[ENTRIES].request), LWNVME_OUTCOME_NEVER_STARTED);
            assert_int_equal(ios[0].called, 0); /* kept: it has a try left */
        }
        lwnvme_recovery_give_back_all(&recovery);
        fake.controller.recovering = 0;
        fake.controller.device_stopped = 0;
        for (uint32_t i = 0; i < (tried != 0 ? 1 : ENTRIES + 1); i++) {
            assert_int_equal(ios[i].called, 1);
        }
        end();
    }
}

/* What stands in the ring is believed only as far as it makes sense: somebody may have written there. */
static void nonsense_in_the_ring_is_not_recalled(void **state)
{
    (void)state;
    if (LWNVME_CONFIG_STRAIGHT == 0) {
        return;
    }
    for (uint32_t round = 0; round < 4; round++) {
        uint32_t command[16];
        start(0);
        submit(0, true, 123);
        (void)fetch(command);
        if (round == 3) { /* the last block would be beyond the end */
            fake.queue.sq[10] = lwnvme_order32((uint32_t)(fake.ns.block_count - 7u));
            fake.queue.sq[11] = lwnvme_order32((uint32_t)((fake.ns.block_count - 7u) >> 32));
        } else {
            fake.queue.sq[10 + round] ^= lwnvme_order32(round == 2 ? 7 : 0x80000000u);
        }
        fake_post(&fake, command[0] >> 16, 0x021);
        pass(0);
        assert_int_equal(ios[0].called, 1); /* as it would have without a recovery */
        assert_int_equal(ios[0].request.status, 0x021);
        end();
    }
}

/* All blocks that there are, in one command, are no nonsense. */
static void a_request_for_all_blocks_is_recalled(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0);
    fake.ns.block_count = 8;
    lwnvme_straight_allow(&fake.ns);
    submit(0, true, 0);
    fake_post(&fake, fetch(command), 0x021);
    pass(0);
    assert_int_equal(ios[0].called, 0);
    pass(11);
    pass(0);
    fake_post(&fake, fetch(command), 0);
    assert_int_equal(command[12], 7);
    pass(0);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(recovery.counts.again, 1);
    end();
}

/* A namespace that is refused meanwhile, or closed: the request comes back by that name. */
static void what_rests_for_a_namespace_that_goes(void **state)
{
    static const int statuses[3] = {LWNVME_ERR_NS_REMOVED, LWNVME_OK, LWNVME_ERR_NS_BUSY};
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t command[16];
        start(FAKE_UNMAP);
        submit(0, false, 0);
        fake_post(&fake, fetch(command), 0x021);
        pass(0);
        fake.ns.status = statuses[round];
        fake.ns.incarnation += round == 1 ? 1 : 0;
        for (uint32_t i = 0; i < 20; i++) {
            pass(10);
        }
        if (round == 2) { /* patience */
            assert_int_equal(ios[0].called, 0);
            for (uint32_t i = 0; i < 700; i++) {
                pass(100);
            }
        }
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, round == 1 ? LWNVME_ERR_NAMESPACE_CLOSED : statuses[round]);
        assert_int_equal(fake_told(&fake), 0);
        fake.ns.status = LWNVME_OK;
        end();
    }
}

/* Those whose policy repeats by itself are left to it; so are those of a class that comes back. */
static void what_is_not_kept(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t command[16];
        policy.classes[LWNVME_REQUEST_CLASS_READ].action =
            round == 0 ? LWNVME_RECOVERY_GIVE_BACK : LWNVME_RECOVERY_DEFAULT;
        start(FAKE_UNMAP);
        ios[0].request.flags = round == 1 ? LWNVME_REQUEST_REPEAT : 0;
        submit(0, false, 0);
        if (round == 2) {
            fake.controller.goal = LWNVME_GOAL_OFF; /* a shutdown waits for nobody */
        }
        fake_post(&fake, fetch(command), 0x082);
        pass(0);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, 0x082);
        fake.controller.goal = LWNVME_GOAL_READY;
        end();
    }
}

/* The counts of tries hold whatever the policy says. */
static void tries_end(void **state)
{
    static const uint32_t rows[3][2] = {{0, 5}, {1, 1}, {1000, 255}};
    (void)state;
    for (uint32_t row = 0; row < 3; row++) {
        uint32_t sent = 0;
        policy.classes[LWNVME_REQUEST_CLASS_WRITE].tries = rows[row][0];
        policy.classes[LWNVME_REQUEST_CLASS_WRITE].total_ms = 10000000;
        start(FAKE_UNMAP);
        submit(0, true, 0);
        while (ios[0].called == 0) {
            uint32_t command[16];
            if (fake_told(&fake) != 0) {
                fake_post(&fake, fetch(command), 0x021);
                sent++;
            }
            pass(100);
            assert_in_range(sent, 0, 256);
        }
        assert_int_equal(sent, rows[row][1] + 1);
        assert_int_equal(ios[0].request.status, 0x021);
        end();
    }
}

/* An answer with a status that may pass stands unread in the ring of a controller that is reset: the request is kept over the
 * reset, and issued again after it. */
static void what_may_pass_is_kept_over_a_reset(void **state)
{
    static struct bench bench;
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_IO_QUEUES,
                                     .opcode = 0x02,
                                     .count = 1,
                                     .status = 0x021};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], 512);
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    memset(&recovery, 0, sizeof(recovery));
    counted_init(&ios[0], NULL);
    assert_int_equal(lwnvme_recovery_start(bench.controller, &recovery, NULL), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
    lwnvme_sim_advance(bench.sim, 1000);
    lwnvme_sim_fatal(bench.sim);
    for (uint32_t i = 0; i < 100000 && recovery.counts.resets == 0; i++) {
        lwnvme_sim_advance(bench.sim, 20);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(ios[0].called, 0);
    assert_null(bench.queue->resting);
    assert_ptr_equal(recovery.kept_first, &ios[0].request);
    bench_wait(&bench, &ios[0].request);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(recovery.counts.again, 1);
    assert_int_equal(recovery.counts.resets, 1);
    bench_end(&bench);
}

/* Nothing is looked at or refused any more at the end of a lap. */
static void a_stopped_recovery_leaves_the_queue_as_it_was(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0);
    submit(0, false, 0);
    fake_post(&fake, fetch(command), 0);
    pass(0);
    assert_int_equal(lwnvme_recovery_stop(&recovery), 0);
    for (uint32_t i = 0; i < 3 * ENTRIES; i++) {
        submit(1, false, i);
        assert_int_equal(fake.queue.slow, 0);
        fake_post(&fake, fetch(command), 0);
        pass(0);
        assert_int_equal(ios[1].called, i + 1);
    }
    fake_end(&fake);
}

static uint32_t syncs_for_the_device(const void *address)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fake.sync_count; i++) {
        count += fake.syncs[i].address == (uintptr_t)address && fake.syncs[i].for_device;
    }
    return count;
}

/* Data of a request that is issued again are the device's once more: caches are written back each time. */
static void fault_139_what_is_sent_again_is_synced_again(void **state)
{
    uint32_t command[16];
    (void)state;
    start(FAKE_SYNC);
    submit(0, true, 40);
    assert_int_equal(syncs_for_the_device(data[0]), 1);
    fake_post(&fake, fetch(command), 0x021);
    pass(0);
    pass(20);
    pass(0);
    assert_int_equal(fake_told(&fake), 1);
    assert_int_equal(syncs_for_the_device(data[0]), 2);
    fake_post(&fake, fetch(command), 0);
    pass(0);
    assert_int_equal(ios[0].request.status, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_recovery_leaves_the_queue_as_it_was),
        cmocka_unit_test(fault_139_what_is_sent_again_is_synced_again),
        cmocka_unit_test(what_may_pass_is_kept_over_a_reset),
        cmocka_unit_test(fault_062_what_rests_is_sent_again_when_it_is_due),
        cmocka_unit_test(straight_requests_are_recalled_once_a_lap),
        cmocka_unit_test(all_straight_requests_are_recalled),
        cmocka_unit_test(waiting_again_is_not_never_started),
        cmocka_unit_test(nonsense_in_the_ring_is_not_recalled),
        cmocka_unit_test(a_request_for_all_blocks_is_recalled),
        cmocka_unit_test(what_rests_for_a_namespace_that_goes),
        cmocka_unit_test(what_is_not_kept),
        cmocka_unit_test(tries_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

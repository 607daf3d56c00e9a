/* SPDX-License-Identifier: MIT */
/*
 * The engine on a host without a device: the tests fetch the commands and write the completions themselves, in
 * every order, twice, late, and wrong.
 */
#include <signal.h>
#include <sys/time.h>

#include "../support.h"

#define TICK_US     1024u /* the library's millisecond */
#define MS_US       1000u
#define REQUESTS    1200u
#define BUFFER_BASE 0x20000000u

static struct fake fake;
static struct counted ios[REQUESTS];

static struct lwnvme_buffer data_at(uint32_t index)
{
    return lwnvme_buffer_cpu((void *)(uintptr_t)(BUFFER_BASE + index * 4096u), SIZE_MAX / 4);
}

static void start(uint32_t options, uint32_t entries)
{
    fake_start(&fake, options, entries);
    for (uint32_t i = 0; i < REQUESTS; i++) {
        counted_init(&ios[i], &fake);
    }
}

static int submit(uint32_t index, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer = data_at(index);
    return lwnvme_read(&fake.queue, &fake.ns, &ios[index].request, lba, blocks, &buffer);
}

static uint32_t cid_of(const uint32_t command[16])
{
    return command[0] >> 16;
}

static uint64_t lba_of(const uint32_t command[16])
{
    return (uint64_t)command[11] << 32 | command[10];
}

/* Fetches one command and answers it. */
static void serve(uint32_t status)
{
    uint32_t command[16];
    fake_fetch(&fake, command);
    fake_post(&fake, cid_of(command), status);
}

static uint32_t poll(void)
{
    return lwnvme_queue_poll(&fake.queue, 0);
}

/* ---- commands and rings ---- */

static void command_has_what_was_asked_and_nothing_else(void **state)
{
    uint32_t command[16];
    (void)state;
    for (int unmap = 0; unmap < 2; unmap++) { /* the straight path, and the other */
        start(unmap != 0 ? FAKE_UNMAP : 0, 8);
        fake.ns.nsid = 0x01020304;
        lwnvme_straight_allow(&fake.ns);
        assert_int_equal(submit(0, 0x0000123456789abc % (1u << 20), 8), 0);
        assert_true(lwnvme_request_active(&ios[0].request));
        fake_fetch(&fake, command);
        assert_int_equal(command[0] & 0xffff, 0x02);
        assert_int_equal(command[1], 0x01020304);
        assert_int_equal(command[2] | command[3] | command[4] | command[5], 0);
        assert_int_equal(command[6], (uint32_t)(fake.map_offset + BUFFER_BASE));
        assert_int_equal(command[7], (uint32_t)((fake.map_offset + BUFFER_BASE) >> 32));
        assert_int_equal(command[8] | command[9], 0);
        assert_int_equal(lba_of(command), 0x0000123456789abc % (1u << 20));
        assert_int_equal(command[12], 7);
        assert_int_equal(command[13] | command[14] | command[15], 0);
        fake_post(&fake, cid_of(command), 0);
        assert_int_equal(poll(), 1);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, 0);
        assert_int_equal(ios[0].request.bytes_done, 4096);
        fake_end(&fake);
    }
}

static void rings_wrap_at_every_depth(void **state)
{
    static const uint32_t depths[] = {2, 3, 4, 5, 6, 7, 8, 9, 64, 1024};
    (void)state;
    for (size_t d = 0; d < sizeof(depths) / sizeof(depths[0]); d++) {
        uint32_t depth = depths[d];
        uint32_t done = 0;
        start(0, depth);
        for (uint32_t round = 0; round < 7; round++) {
            uint32_t flight = round % 2 == 0 ? depth - 1 : (depth + 1) / 2;
            for (uint32_t i = 0; i < flight; i++) {
                assert_int_equal(submit(i, done + i, 1), 0);
            }
            assert_int_equal(lwnvme_queue_in_flight(&fake.queue), flight);
            assert_int_equal(fake_told(&fake), flight);
            for (uint32_t i = 0; i < flight; i++) {
                uint32_t command[16];
                fake_fetch(&fake, command);
                assert_int_equal(lba_of(command), done + i);
                fake_post(&fake, cid_of(command), 0);
            }
            assert_int_equal(poll(), flight);
            assert_int_equal(fake_doorbell(&fake, 1, 1), fake.device_tail);
            assert_int_equal(poll(), 0);
            done += flight;
        }
        for (uint32_t i = 0; i < depth - 1; i++) {
            assert_true(ios[i].called >= 4);
        }
        assert_int_equal(lwnvme_queue_stale(&fake.queue), 0);
        fake_end(&fake);
    }
}

static void requests_beyond_the_ring_wait_in_order(void **state)
{
    (void)state;
    for (uint32_t depth = 2; depth <= 9; depth++) {
        uint64_t expected = 0;
        start(0, depth);
        for (uint32_t i = 0; i < 40; i++) {
            assert_int_equal(submit(i, i, 1), 0);
        }
        assert_int_equal(lwnvme_queue_in_flight(&fake.queue), depth - 1);
        while (fake_told(&fake) != 0) {
            uint32_t command[16];
            fake_fetch(&fake, command);
            assert_int_equal(lba_of(command), expected++);
            fake_post(&fake, cid_of(command), 0);
            assert_int_equal(poll(), 1);
        }
        assert_int_equal(expected, 40);
        for (uint32_t i = 0; i < 40; i++) {
            assert_int_equal(ios[i].called, 1);
            assert_int_equal(ios[i].order, i + 1);
        }
        assert_int_equal(fake.queue.slow, 0);
        fake_end(&fake);
    }
}

static void no_wait_is_refused_when_full(void **state)
{
    (void)state;
    start(0, 3);
    ios[2].request.flags = LWNVME_REQUEST_NO_WAIT;
    ios[4].request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 1, 1), 0);
    assert_int_equal(submit(2, 2, 1), LWNVME_ERR_BUSY);
    assert_false(lwnvme_request_active(&ios[2].request));
    assert_int_equal(submit(3, 3, 1), 0); /* waits */
    assert_int_equal(submit(4, 4, 1), LWNVME_ERR_BUSY);
    for (uint32_t i = 0; i < 3; i++) {
        serve(0);
        poll();
    }
    assert_int_equal(submit(2, 2, 1), 0);
    serve(0);
    poll();
    assert_int_equal(ios[2].called, 1);
    assert_int_equal(ios[3].called, 1);
    assert_int_equal(ios[4].called, 0);
    fake_end(&fake);
}

static void requests_in_use_are_refused(void **state)
{
    struct lwnvme_command raw = {.opcode = 0x80};
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 2);
        assert_int_equal(submit(0, 0, 1), 0);
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_REQUEST_ACTIVE);
        assert_int_equal(lwnvme_raw(&fake.queue, &ios[0].request, &raw, NULL), LWNVME_ERR_REQUEST_ACTIVE);
        assert_int_equal(submit(1, 0, 1), 0);
        assert_int_equal(submit(1, 0, 1), LWNVME_ERR_REQUEST_ACTIVE);
        serve(0);
        poll();
        serve(0);
        poll();
        fake_end(&fake);
    }
}

/* ---- doorbells ---- */

static void batch_rings_once(void **state)
{
    (void)state;
    start(0, 16);
    lwnvme_queue_batch_begin(&fake.queue);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    assert_int_equal(fake.write_count, 0);
    lwnvme_queue_batch_end(&fake.queue);
    assert_int_equal(fake.write_count, 1);
    assert_int_equal(fake_told(&fake), 10);
    lwnvme_queue_batch_begin(&fake.queue);
    lwnvme_queue_batch_end(&fake.queue);
    assert_int_equal(fake.write_count, 1);
    lwnvme_queue_batch_begin(&fake.queue);
    assert_int_equal(submit(10, 10, 1), 0);
    poll(); /* also rings */
    assert_int_equal(fake_told(&fake), 11);
    lwnvme_queue_batch_end(&fake.queue);
    assert_int_equal(fake.write_count, 2);
    for (uint32_t i = 0; i < 11; i++) {
        serve(0);
    }
    assert_int_equal(poll(), 11);
    fake_end(&fake);
}

static void resubmit(struct counted *io)
{
    struct lwnvme_buffer buffer = data_at(0);
    uint32_t *left = (uint32_t *)io->data;
    if (*left != 0) {
        (*left)--;
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io->request, 7, 1, &buffer), 0);
        assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 0);
    }
}

/* Whatever callbacks submit reaches the controller after the completion doorbell, in one write. */
static void callbacks_resubmit_and_the_doorbells_come_in_order(void **state)
{
    uint32_t left = 20;
    (void)state;
    start(0, 5);
    for (uint32_t i = 0; i < 4; i++) {
        ios[i].then = resubmit;
        ios[i].data = &left;
        assert_int_equal(submit(i, i, 1), 0);
    }
    for (uint32_t round = 0; round < 5; round++) {
        for (uint32_t i = 0; i < 4; i++) {
            serve(0);
        }
        fake.write_count = 0;
        assert_int_equal(poll(), 4);
        assert_int_equal(fake.write_count, 2);
        assert_int_equal(fake.writes[0].offset, 0x100c);
        assert_int_equal(fake.writes[1].offset, 0x1008);
    }
    assert_int_equal(left, 0);
    for (uint32_t i = 0; i < 4; i++) {
        serve(0);
    }
    assert_int_equal(poll(), 4);
    assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
    assert_int_equal(counted_calls, 24);
    fake_end(&fake);
}

/* The same with a full ring, where a callback's request waits and others go first. */
static void callbacks_resubmit_behind_those_that_wait(void **state)
{
    uint32_t left = 1;
    (void)state;
    start(0, 2);
    ios[0].then = resubmit;
    ios[0].data = &left;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    for (uint32_t i = 0; i < 5; i++) {
        serve(0);
        assert_int_equal(poll(), 1);
    }
    assert_int_equal(ios[0].called, 2);
    assert_int_equal(ios[0].order, 5);
    assert_int_equal(ios[3].order, 4);
    fake_end(&fake);
}

static void fault_093_budget_bounds_a_poll(void **state)
{
    (void)state;
    start(0, 64);
    for (uint32_t i = 0; i < 63; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    for (uint32_t i = 0; i < 63; i++) {
        serve(0);
    }
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 1), 1);
    assert_int_equal(fake_doorbell(&fake, 1, 1), 1);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 10), 10);
    assert_int_equal(fake_doorbell(&fake, 1, 1), 11);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, UINT32_MAX), 52);
    fake_end(&fake);
}

/* The device has answered again before the callback returns. */
static void submit_and_answer(struct counted *io)
{
    const struct lwnvme_queue *queue = &fake.queue;
    struct lwnvme_buffer buffer = data_at(0);
    if (io->called < 100) {
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io->request, 7, 1, &buffer), 0);
        fake_post(&fake,
                  lwnvme_order32((queue->sq_next == queue->sq ? queue->sq_end : queue->sq_next)[-16]) >> 16,
                  0);
    }
}

/* Each look at the ring finds one more entry that means nothing. */
static uint32_t stale_left;
static void sync_and_post(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    (void)host;
    (void)length;
    (void)direction;
    if (!for_device && address == (const void *)(uintptr_t)fake.queue.cq_next && stale_left != 0) {
        stale_left--;
        fake_post(&fake, 0x3f0, 0);
    }
}

/* A device that never stops: a poll takes a ring's worth at most. */
static void fault_093_endless_stream_of_completions(void **state)
{
    (void)state;
    for (uint32_t unmap = 0; unmap < 2; unmap++) { /* the straight path, and the other */
        start(unmap != 0 ? FAKE_UNMAP : 0, 8);
        ios[0].then = submit_and_answer;
        assert_int_equal(submit(0, 0, 1), 0);
        serve(0);
        for (uint32_t turn = 1; turn <= 12; turn++) {
            assert_int_equal(poll(), 8);
            assert_int_equal(ios[0].called, 8 * turn);
        }
        assert_int_equal(poll(), 4);
        fake_end(&fake);
    }
    start(FAKE_SYNC, 8);
    fake.ops.dma_sync = sync_and_post;
    stale_left = 100;
    for (uint32_t turn = 1; turn <= 12; turn++) {
        assert_int_equal(poll(), 8);
        assert_int_equal(lwnvme_queue_stale(&fake.queue), 8 * turn);
    }
    assert_int_equal(poll(), 4);
    fake_end(&fake);
}

static void null_arguments_do_no_harm(void **state)
{
    struct lwnvme_command command = {.opcode = 0x80};
    static struct lwnvme_queue closed;
    (void)state;
    start(0, 4);
    assert_int_equal(lwnvme_queue_poll(NULL, 0), 0);
    assert_int_equal(lwnvme_queue_poll(&closed, 0), 0);
    lwnvme_queue_batch_begin(NULL);
    lwnvme_queue_batch_end(NULL);
    assert_int_equal(lwnvme_queue_in_flight(NULL), 0);
    assert_int_equal(lwnvme_queue_stale(NULL), 0);
    assert_int_equal(lwnvme_raw(NULL, &ios[0].request, &command, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_raw(&fake.queue, NULL, &command, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_raw(&fake.queue, &ios[0].request, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_raw(&closed, &ios[0].request, &command, NULL), LWNVME_ERR_QUEUE_CLOSED);
    fake_end(&fake);
}

/* ---- completions that lie ---- */

static void fault_083_completions_in_every_order_of_four(void **state)
{
    (void)state;
    start(0, 5);
    for (uint32_t order = 0; order < 256; order++) {
        uint32_t picks[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
        uint32_t cids[4];
        if ((1u << picks[0] | 1u << picks[1] | 1u << picks[2] | 1u << picks[3]) != 15) {
            continue;
        }
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t command[16];
            ios[i].called = 0;
            assert_int_equal(submit(i, i, 1), 0);
            fake_fetch(&fake, command);
            cids[i] = cid_of(command);
        }
        for (uint32_t i = 0; i < 4; i++) {
            fake_post(&fake, cids[picks[i]], 0x80 + picks[i]);
            assert_int_equal(poll(), 1);
            assert_int_equal(ios[picks[i]].called, 1);
            assert_int_equal(ios[picks[i]].request.status, 0x80 + picks[i]);
            assert_int_equal(ios[picks[i]].request.bytes_done, 0);
        }
    }
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 0);
    fake_end(&fake);
}

static void fault_084_duplicate_completion(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 4);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    fake_post(&fake, cid_of(command), 0);
    fake_post(&fake, cid_of(command), 0);
    assert_int_equal(poll(), 2);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 1);
    fake_end(&fake);
}

/* The slot has been used again, up to 63 times: the old answer does not reach the new command. */
static void fault_085_duplicate_after_reuse_meets_the_generation(void **state)
{
    uint32_t command[16];
    uint32_t first;
    (void)state;
    start(0, 2);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    first = cid_of(command);
    fake_post(&fake, first, 0);
    poll();
    for (uint32_t i = 1; i <= 63; i++) {
        assert_int_equal(submit(1, 0, 1), 0);
        fake_fetch(&fake, command);
        assert_int_not_equal(cid_of(command), first);
        fake_post(&fake, first, 0);
        assert_int_equal(poll(), 1);
        assert_true(lwnvme_request_active(&ios[1].request));
        fake_post(&fake, cid_of(command), 0);
        assert_int_equal(poll(), 1);
        assert_false(lwnvme_request_active(&ios[1].request));
    }
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 63);
    fake_end(&fake);
}

static void fault_086_every_command_identifier_but_the_right_one(void **state)
{
    uint32_t command[16];
    uint32_t right;
    uint32_t called;
    (void)state;
    start(0, 1024);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    right = cid_of(command);
    called = 0;
    for (uint32_t cid = 0; cid <= 0xffff; cid++) {
        if (cid != right) {
            fake_post(&fake, cid, 0);
            called++;
        }
        if (called % 1000 == 999) {
            poll();
        }
    }
    while (poll() != 0) {
    }
    assert_int_equal(ios[0].called, 0);
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 0xffff);
    fake_post(&fake, right, 0);
    poll();
    assert_int_equal(ios[0].called, 1);
    fake_end(&fake);
}

/* The same with the smallest ring, where most indices lie beyond the table of slots. */
static void fault_086_identifiers_beyond_the_slots(void **state)
{
    (void)state;
    start(0, 2);
    for (uint32_t cid = 0; cid <= 0xffff; cid++) {
        fake_post(&fake, cid, cid & 0x7fff);
        assert_int_equal(poll(), 1);
    }
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 0x10000);
    fake_end(&fake);
}

static void fault_087_wrong_queue_identifier(void **state)
{
    static const uint32_t ids[] = {0, 2, 3, 0x101, 0x7fff, 0xffff};
    uint32_t command[16];
    (void)state;
    start(0, 16);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        fake_post_raw(&fake, 0, ids[i], cid_of(command), 0);
    }
    assert_int_equal(poll(), 6);
    assert_int_equal(ios[0].called, 0);
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 6);
    fake_post(&fake, cid_of(command), 0);
    poll();
    assert_int_equal(ios[0].called, 1);
    fake_end(&fake);
}

static void fault_088_submission_head_is_not_believed(void **state)
{
    (void)state;
    start(0, 4);
    for (uint32_t i = 0; i < 30; i++) {
        uint32_t command[16];
        volatile uint32_t *entry = fake.queue.cq + fake.device_tail * 4u;
        assert_int_equal(submit(i % 3, i, 1), 0);
        fake_fetch(&fake, command);
        fake_post(&fake, cid_of(command), 0);
        entry[2] = lwnvme_order32(1u << 16 | (i * 7919u & 0xffffu));
        assert_int_equal(poll(), 1);
    }
    assert_int_equal(counted_calls, 30);
    fake_end(&fake);
}

static void fault_089_completions_of_the_last_lap_are_not_seen(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 4);
    for (uint32_t lap = 0; lap < 6; lap++) {
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(submit(0, i, 1), 0);
            fake_fetch(&fake, command);
            fake.device_phase ^= 1; /* what is left from the lap before */
            volatile uint32_t *entry = fake.queue.cq + fake.device_tail * 4u;
            entry[3] = lwnvme_order32(fake.device_phase << 16 | cid_of(command));
            fake.device_phase ^= 1;
            assert_int_equal(poll(), 0);
            fake_post(&fake, cid_of(command), 0);
            assert_int_equal(poll(), 1);
        }
    }
    assert_int_equal(ios[0].called, 24);
    fake_end(&fake);
}

static void fault_101_success_is_code_and_type_zero(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 8);
        for (uint32_t status = 0; status < 0x8000; status += status < 0x900 ? 1 : 0x3f) {
            assert_int_equal(submit(0, 0, 1), 0);
            serve(status);
            assert_int_equal(poll(), 1);
            assert_int_equal(ios[0].request.status, (status & 0x7ff) == 0 ? 0 : (int)status);
            assert_int_equal(ios[0].request.bytes_done, (status & 0x7ff) == 0 ? 512 : 0);
        }
        fake_end(&fake);
    }
}

static void results_of_raw_commands(void **state)
{
    struct lwnvme_command command = {.opcode = 0xc0,
                                     .nsid = 5,
                                     .cdw2 = 2,
                                     .cdw3 = 3,
                                     .cdw10 = 10,
                                     .cdw11 = 11,
                                     .cdw12 = 12,
                                     .cdw13 = 13,
                                     .cdw14 = 14,
                                     .cdw15 = 15};
    uint32_t sent[16];
    (void)state;
    start(0, 4);
    assert_int_equal(lwnvme_raw(&fake.queue, &ios[0].request, &command, NULL), 0);
    fake_fetch(&fake, sent);
    assert_int_equal(sent[0] & 0xffff, 0xc0);
    assert_int_equal(sent[1], 5);
    assert_int_equal(sent[2], 2);
    assert_int_equal(sent[3], 3);
    for (uint32_t i = 4; i < 10; i++) {
        assert_int_equal(sent[i], 0);
    }
    for (uint32_t i = 10; i < 16; i++) {
        assert_int_equal(sent[i], i);
    }
    fake_post_raw(&fake, 0xcafe0001, 1, cid_of(sent), 0);
    poll();
    assert_int_equal(ios[0].request.result_dw0, 0xcafe0001);
    assert_int_equal(ios[0].request.result_dw1, 0x11111111);
    assert_int_equal(ios[0].request.bytes_done, 0);
    fake_end(&fake);
}

static void raw_arguments_are_checked(void **state)
{
    struct lwnvme_command command = {.opcode = 0xc2};
    struct lwnvme_segment segments[2] = {{0x1000, 4096}, {0x5000, 4096}};
    struct lwnvme_buffer buffer = data_at(0);
    struct lwnvme_request *request = &ios[0].request;
    (void)state;
    start(0, 4);
    buffer.length_bytes = 4096;
    command.opcode = 0x100;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_INVALID_ARGUMENT);
    command.opcode = 0xc0; /* no data */
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_INVALID_ARGUMENT);
    command.opcode = 0xc2;
    buffer.length_bytes = 0;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer.length_bytes = 4095;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer.length_bytes = 131076;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_TRANSFER_SIZE);
    buffer.length_bytes = 4096;
    buffer.address += 2;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_BUFFER_ALIGNMENT);
    buffer = lwnvme_buffer_segments(segments, 0, 0);
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer = lwnvme_buffer_segments(segments, 2, 0);
    segments[1].length_bytes = 131072;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_TRANSFER_SIZE);
    segments[1].length_bytes = 4096;
    fake.ops.dma_map = NULL;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
    buffer.flags = LWNVME_BUFFER_DEVICE_ADDRESS;
    assert_int_equal(lwnvme_raw(&fake.queue, request, &command, &buffer), 0);
    serve(0);
    poll();
    assert_int_equal(request->bytes_done, 8192);
    fake_end(&fake);
}

/* A request without a callback is watched by its state. */
static void callback_may_be_null(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 4);
        ios[0].request.done = NULL;
        assert_int_equal(submit(0, 0, 1), 0);
        serve(0);
        assert_true(lwnvme_request_active(&ios[0].request));
        poll();
        assert_false(lwnvme_request_active(&ios[0].request));
        fake_end(&fake);
    }
}

/* ---- splitting ---- */

static void fault_074_pieces_end_at_limits_and_boundaries(void **state)
{
    static const uint32_t boundaries[] = {0, 1, 3, 7, 8, 100, 255, 256, 1000, 65535};
    (void)state;
    for (size_t b = 0; b < sizeof(boundaries) / sizeof(boundaries[0]); b++) {
        uint32_t boundary = boundaries[b];
        for (uint64_t first = 0; first < 3; first++) {
            uint64_t lba = first == 2 ? UINT64_C(0x123456789abcde) : first * 999;
            uint64_t next = lba;
            uint32_t commands = 0;
            start(0, 8);
            fake.ns.block_count = UINT64_C(1) << 54;
            lwnvme_straight_allow(&fake.ns);
            fake.ns.boundary_blocks = boundary;
            fake.ns.straight_blocks = boundary == 0 ? fake.ns.max_blocks : 0;
            assert_int_equal(submit(0, lba, 700), 0);
            while (fake_told(&fake) != 0) {
                uint32_t command[16];
                uint32_t blocks;
                fake_fetch(&fake, command);
                blocks = (command[12] & 0xffff) + 1;
                assert_int_equal(lba_of(command), next);
                assert_true(blocks <= 256);
                if (boundary != 0) {
                    assert_true(next % boundary + blocks <= boundary);
                }
                assert_int_equal(command[6], (uint32_t)(fake.map_offset + BUFFER_BASE + (next - lba) * 512));
                next += blocks;
                commands++;
                fake_post(&fake, cid_of(command), 0);
                poll();
            }
            assert_int_equal(next - lba, 700);
            assert_true(boundary != 1 || commands == 700);
            assert_true(boundary != 0 || commands == 3);
            assert_int_equal(ios[0].called, 1);
            assert_int_equal(ios[0].request.bytes_done, 700 * 512);
            fake_end(&fake);
        }
    }
}

/* Of 5 pieces each subset fails, completed in several orders: the failed piece nearest to the start is named. */
static void fault_066_first_failed_piece_wins_in_any_order(void **state)
{
    static const uint32_t orders[][5] = {
        {0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {3, 4, 0, 2, 1}, {1, 0, 3, 2, 4}};
    (void)state;
    start(FAKE_UNMAP, 8);
    for (uint32_t failing = 0; failing < 32; failing++) {
        for (size_t o = 0; o < 5; o++) {
            uint32_t cids[5];
            uint32_t first = 5;
            ios[0].called = 0;
            assert_int_equal(submit(0, 0, 5 * 256), 0);
            for (uint32_t i = 0; i < 5; i++) {
                uint32_t command[16];
                fake_fetch(&fake, command);
                assert_int_equal(lba_of(command), i * 256);
                cids[i] = cid_of(command);
            }
            for (uint32_t i = 0; i < 5; i++) {
                uint32_t piece = orders[o][i];
                assert_int_equal(ios[0].called, 0);
                fake_post(&fake, cids[piece], (failing >> piece & 1) != 0 ? 0x281 + piece : 0);
                assert_int_equal(poll(), 1);
                if ((failing >> piece & 1) != 0 && piece < first) {
                    first = piece;
                }
            }
            assert_int_equal(ios[0].called, 1);
            assert_int_equal(ios[0].request.status, first == 5 ? 0 : 0x281 + (int)first);
            assert_int_equal(ios[0].request.bytes_done, first * 131072u);
            assert_int_equal(fake.map_count, 0);
        }
    }
    fake_end(&fake);
}

static void fault_067_split_with_a_full_ring_keeps_its_order(void **state)
{
    (void)state;
    for (uint32_t depth = 2; depth <= 5; depth++) {
        uint64_t next = 0;
        start(FAKE_UNMAP, depth);
        assert_int_equal(submit(0, 0, 256 * 9 + 1), 0);
        assert_int_equal(submit(1, 256 * 9 + 1, 300), 0);
        assert_int_equal(submit(2, 256 * 9 + 301, 1), 0);
        while (fake_told(&fake) != 0) {
            uint32_t command[16];
            fake_fetch(&fake, command);
            assert_int_equal(lba_of(command), next);
            next += (command[12] & 0xffff) + 1;
            fake_post(&fake, cid_of(command), 0);
            poll();
        }
        assert_int_equal(next, 256 * 9 + 302);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(ios[i].called, 1);
            assert_int_equal(ios[i].order, i + 1);
            assert_int_equal(ios[i].request.status, 0);
        }
        fake_end(&fake);
    }
}

/* A piece fails while more of the request waits: the rest is not sent, and what comes behind goes on. */
static void fault_066_rest_of_a_failed_request_is_not_sent(void **state)
{
    (void)state;
    for (uint32_t depth = 2; depth <= 6; depth++) {
        for (uint32_t failing = 0; failing < 10; failing++) {
            uint32_t sent = 0;
            start(FAKE_UNMAP, depth);
            assert_int_equal(submit(0, 0, 256 * 10), 0);
            assert_int_equal(submit(1, 100000, 1), 0);
            while (fake_told(&fake) != 0) {
                uint32_t command[16];
                bool bad;
                fake_fetch(&fake, command);
                bad = lba_of(command) == failing * 256u;
                sent += lba_of(command) != 100000;
                fake_post(&fake, cid_of(command), bad ? 0x281 : 0);
                poll();
            }
            assert_int_equal(ios[0].called, 1);
            assert_int_equal(ios[0].request.status, 0x281);
            assert_int_equal(ios[0].request.bytes_done, failing * 131072u);
            assert_true(sent <= failing + depth);
            assert_int_equal(ios[1].called, 1);
            assert_int_equal(ios[1].request.status, 0);
            assert_int_equal(fake.queue.slow & LWNVME_SLOW_WAITING, 0);
            fake_end(&fake);
        }
    }
}

/* dma_map fails for piece k: 0 is a refusal, later ones end the request when those before have ended. */
static void fault_136_mapping_fails_at_each_piece(void **state)
{
    (void)state;
    for (uint32_t depth = 2; depth <= 8; depth += 3) {
        for (uint32_t failing = 1; failing <= 5; failing++) {
            int status;
            start(FAKE_UNMAP, depth);
            fake.map_fails_at = failing;
            status = submit(0, 0, 5 * 256);
            if (failing == 1) {
                assert_int_equal(status, LWNVME_ERR_DMA_MAP);
                assert_false(lwnvme_request_active(&ios[0].request));
                assert_int_equal(fake_told(&fake), 0);
            } else {
                assert_int_equal(status, 0);
                while (fake_told(&fake) != 0) {
                    assert_int_equal(ios[0].called, 0);
                    serve(0);
                    poll();
                }
                assert_int_equal(ios[0].called, 1);
                assert_int_equal(ios[0].request.status, LWNVME_ERR_DMA_MAP);
                assert_int_equal(ios[0].request.bytes_done, (failing - 1) * 131072u);
            }
            assert_int_equal(fake.map_count, 0);
            assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
            fake_end(&fake);
        }
    }
}

/* A request that waited fails to map when its turn comes: it is called back, those behind it go on. */
static void mapping_of_a_waiting_request_fails(void **state)
{
    (void)state;
    start(FAKE_UNMAP, 2);
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 1, 1), 0);
    assert_int_equal(submit(2, 2, 1), 0);
    fake.map_fails_at = fake.maps_made + 1;
    serve(0);
    poll();
    assert_int_equal(ios[1].called, 1);
    assert_int_equal(ios[1].request.status, LWNVME_ERR_DMA_MAP);
    assert_int_equal(ios[1].request.bytes_done, 0);
    serve(0);
    poll();
    assert_int_equal(ios[2].called, 1);
    assert_int_equal(ios[2].request.status, 0);
    fake_end(&fake);
}

static void segments_with_a_hole_become_two_commands(void **state)
{
    struct lwnvme_segment segments[2] = {{BUFFER_BASE, 2048}, {BUFFER_BASE + 8192 + 512, 2048}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 2, 0);
    uint32_t command[16];
    (void)state;
    start(0, 8);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, &ios[0].request, 10, 8, &buffer), 0);
    assert_int_equal(fake_told(&fake), 2);
    fake_fetch(&fake, command);
    assert_int_equal(lba_of(command), 10);
    assert_int_equal(command[12], 3);
    fake_post(&fake, cid_of(command), 0);
    fake_fetch(&fake, command);
    assert_int_equal(lba_of(command), 14);
    assert_int_equal(command[12], 3);
    assert_int_equal(command[6], (uint32_t)(fake.map_offset + BUFFER_BASE + 8192 + 512));
    fake_post(&fake, cid_of(command), 0);
    assert_int_equal(poll(), 2);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.bytes_done, 4096);
    fake_end(&fake);
}

/* ---- deadlines ---- */

static bool timed_out(void)
{
    return fake.controller.fail_status == LWNVME_ERR_TIMEOUT;
}

/* Never before timeout_ms, and not long after it, however often the clock is looked at and wherever in its
 * millisecond the command was sent. */
static void timeouts(uint32_t timeout_ms, uint64_t poll_every_us, uint64_t idle_us, uint32_t options,
                     bool default_one)
{
    uint64_t sent_us;
    uint64_t limit_us = (uint64_t)timeout_ms * MS_US;
    uint64_t late_us = limit_us + limit_us / 32 + 40 * TICK_US + 3 * poll_every_us;

    start(options, 8);
    if (default_one) {
        fake.queue.timeout_ms = lwnvme_timeout_turns(timeout_ms);
        lwnvme_ring_reset(&fake.queue);
    } else {
        ios[0].request.timeout_ms = timeout_ms;
    }
    fake.now_us += idle_us;
    assert_int_equal(submit(0, 0, 1), 0);
    sent_us = fake.now_us;
    while (!timed_out()) {
        fake.now_us += poll_every_us;
        poll();
        assert_true(fake.now_us - sent_us <= late_us);
    }
    assert_true(fake.now_us - sent_us >= limit_us);
    assert_int_equal(ios[0].called, 0); /* the controller may still write */
    fake.controller.device_stopped = 1;
    fake.queue.slow |= LWNVME_SLOW_STOPPED | LWNVME_SLOW_NO_SUBMIT;
    lwnvme_queue_give_back(&fake.queue);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
    fake_end(&fake);
}

static void timeout_is_never_early(void **state)
{
    static const uint32_t limits_ms[] = {1, 2, 7, 100, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof(limits_ms) / sizeof(limits_ms[0]); i++) {
        for (uint64_t idle_us = 0; idle_us < 40 * TICK_US; idle_us += 509) {
            timeouts(limits_ms[i], 101 + limits_ms[i] * 7, idle_us, 0, false);
            timeouts(limits_ms[i], 101 + limits_ms[i] * 7, idle_us, 0, true);
        }
        timeouts(limits_ms[i], 10, 17 * TICK_US - 1, 0, false);
        timeouts(limits_ms[i], 10, 16 * TICK_US - 1, FAKE_UNMAP, false);
    }
}

static void fault_104_lost_command_times_out_when_polled_once_a_second(void **state)
{
    static const uint64_t every_us[] = {100, 15 * TICK_US, 17 * TICK_US, 20000, 33000, 1000000, 20000000};
    (void)state;
    for (size_t i = 0; i < sizeof(every_us) / sizeof(every_us[0]); i++) {
        timeouts(2000, every_us[i], 0, 0, false);
        timeouts(2000, every_us[i], 5000000, FAKE_UNMAP, false);
        timeouts(2000, every_us[i], 5000000, FAKE_UNMAP, true);
    }
}

/* The default deadline of a queue, on the straight path and beside it. */
static void default_timeout_is_the_queues(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        uint64_t sent_us;
        start(options, 8);
        assert_int_equal(submit(0, 0, 1), 0);
        sent_us = fake.now_us;
        while (!timed_out() && fake.now_us - sent_us < 60000000) {
            fake.now_us += 9000;
            poll();
        }
        assert_true(fake.now_us - sent_us >= 30000000);
        assert_true(fake.now_us - sent_us < 31000000);
        fake.controller.device_stopped = 1;
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
        fake_end(&fake);
    }
}

/* One command is lost while others come and go: their traffic does not keep it alive. */
static void fault_104_lost_command_times_out_under_traffic(void **state)
{
    static const uint64_t every_us[] = {50, 1000, 30000};
    (void)state;
    for (size_t i = 0; i < sizeof(every_us) / sizeof(every_us[0]); i++) {
        uint32_t command[16];
        uint64_t sent_us;
        start(0, 8);
        fake.queue.timeout_ms = 500;
        lwnvme_ring_reset(&fake.queue);
        assert_int_equal(submit(0, 0, 1), 0);
        fake_fetch(&fake, command);
        sent_us = fake.now_us;
        while (!timed_out() && fake.now_us - sent_us < 20000000) {
            if (submit(1, 1, 1) == 0) {
                serve(0);
            }
            fake.now_us += every_us[i];
            poll();
        }
        assert_true(timed_out());
        assert_true(fake.now_us - sent_us >= 500000);
        assert_true(fake.now_us - sent_us < 600000 + 3 * 64 * every_us[i]); /* seen at every 64th poll */
        fake.controller.device_stopped = 1;
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
        fake_end(&fake);
    }
}

/* Request i is sent again and answered, and an earlier answer is taken. */
static void serve_and_take_one(uint32_t index)
{
    assert_int_equal(submit(index, index, 1), 0);
    serve(0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 1), 1);
}

/* Polls of one answer each leave some in the ring; then nobody polls for longer than the deadline. What stands in the ring
 * is an answer all the same. */
static void what_is_answered_when_nobody_polls_is_not_late(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 8);
    fake.queue.timeout_ms = 500;
    lwnvme_ring_reset(&fake.queue);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    fake.now_us += 5000;
    assert_int_equal(poll(), 0); /* the clock is looked at */
    fake.queue.clock_credit = 1; /* and again as soon as eight answers have been taken */
    assert_int_equal(submit(1, 1, 1), 0);
    serve(0);
    for (uint32_t i = 2; i < 6; i++) {
        serve_and_take_one(i);
    }
    for (uint32_t i = 1; i < 4; i++) {
        serve_and_take_one(i);
    }
    assert_int_equal(submit(4, 4, 1), 0);
    serve(0);
    fake_post(&fake, cid_of(command), 0);
    fake.now_us += 3000000;
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 1), 1);
    assert_int_equal(ios[0].called, 0);
    assert_false(timed_out());
    assert_int_equal(poll(), 2);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, 0);
    fake_end(&fake);
}

/* A ring that is never seen empty does not keep a lost command alive. */
static void fault_104_lost_command_times_out_though_the_ring_is_never_empty(void **state)
{
    uint32_t command[16];
    uint64_t sent_us;
    (void)state;
    start(0, 8);
    fake.queue.timeout_ms = 500;
    lwnvme_ring_reset(&fake.queue);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    sent_us = fake.now_us;
    assert_int_equal(submit(1, 1, 1), 0);
    serve(0);
    for (uint32_t i = 0; !timed_out() && fake.now_us - sent_us < 20000000; i++) {
        fake.now_us += 1000;
        serve_and_take_one(2 + i % 4);
    }
    assert_true(timed_out());
    assert_true(fake.now_us - sent_us >= 500000);
    assert_true(fake.now_us - sent_us <
                600000 + 3 * 8 * 64 * 1000); /* seen at every 64th poll, or 8 times that */
    fake.controller.device_stopped = 1;
    lwnvme_queue_give_back(&fake.queue);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
    fake_end(&fake);
}

static void largest_timeout_is_not_at_once(void **state)
{
    (void)state;
    start(0, 8);
    ios[0].request.timeout_ms = 0x7fffffff;
    assert_int_equal(submit(0, 0, 1), 0);
    for (uint32_t i = 0; i < 200; i++) {
        fake.now_us += 500000;
        poll();
        assert_false(timed_out());
    }
    serve(0);
    poll();
    assert_int_equal(ios[0].request.status, 0);
    fake_end(&fake);
}

static void fault_121_clock_wraps_at_32_bits_of_milliseconds(void **state)
{
    (void)state;
    for (uint64_t before = 0; before < 40; before += 3) {
        uint64_t sent_us;
        start(0, 8);
        fake.now_us = (UINT64_C(1) << 42) - before * TICK_US;
        lwnvme_ring_reset(&fake.queue);
        ios[0].request.timeout_ms = 20;
        assert_int_equal(submit(0, 0, 1), 0);
        sent_us = fake.now_us;
        while (!timed_out() && fake.now_us - sent_us < 1000000) {
            fake.now_us += 700;
            poll();
        }
        assert_true(fake.now_us - sent_us >= 20000);
        assert_true(fake.now_us - sent_us < 80000);
        fake.controller.device_stopped = 1;
        lwnvme_queue_give_back(&fake.queue);
        fake_end(&fake);
    }
}

/* The clock goes back: the time that the command has left stays about what it was. */
static void fault_121_clock_goes_back(void **state)
{
    static const uint64_t back_us[] = {2000, 100000, 3000000, 4000000000u};
    (void)state;
    for (size_t i = 0; i < sizeof(back_us) / sizeof(back_us[0]); i++) {
        uint64_t passed_us = 0;
        start(0, 8);
        fake.now_us = UINT64_C(8000000000);
        lwnvme_ring_reset(&fake.queue);
        ios[0].request.timeout_ms = 1000;
        assert_int_equal(submit(0, 0, 1), 0);
        while (!timed_out() && passed_us < 5000000) {
            fake.now_us += 3000;
            passed_us += 3000;
            if (passed_us == 300000) {
                fake.now_us -= back_us[i];
            }
            poll();
        }
        assert_true(passed_us >= 1000000);
        assert_true(passed_us < 1100000);
        fake.controller.device_stopped = 1;
        lwnvme_queue_give_back(&fake.queue);
        fake_end(&fake);
    }
}

static void fault_098_answer_after_the_timeout_changes_nothing(void **state)
{
    uint32_t command[16];
    (void)state;
    for (uint32_t own = 0; own < 2; own++) { /* the queue's time, on the straight path; the request's own */
        start(0, 4);
        ios[0].request.timeout_ms = 10 * own;
        assert_int_equal(submit(0, 0, 1), 0);
        fake_fetch(&fake, command);
        for (uint32_t i = 0; i < 30; i++) {
            fake.now_us += own != 0 ? 5000 : 2000000;
            poll();
        }
        assert_true(timed_out());
        assert_int_equal(submit(1, 0, 1), LWNVME_ERR_FAILED);
        fake_post(&fake, cid_of(command), 0);
        poll();
        fake.controller.device_stopped = 1;
        lwnvme_queue_reap(&fake.queue);
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, LWNVME_ERR_TIMEOUT);
        assert_true(ios[0].request.bytes_done == 0);
        fake_end(&fake);
    }
}

static void the_clock_is_read_seldom_when_there_is_work(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 8);
    fake.clock_reads = 0;
    assert_int_equal(submit(7, 0, 1), 0); /* always one in flight */
    fake_fetch(&fake, command);
    for (uint32_t i = 0; i < 640; i++) {
        assert_int_equal(submit(0, 0, 1), 0);
        serve(0);
        assert_int_equal(poll(), 1);
    }
    assert_int_equal(fake.clock_reads, 640 / LWNVME_CONFIG_POLLS_PER_CLOCK);
    assert_int_equal(poll(), 0);
    assert_int_equal(fake.clock_reads, 640 / LWNVME_CONFIG_POLLS_PER_CLOCK + 1);
    fake_post(&fake, cid_of(command), 0);
    assert_int_equal(poll(), 1);
    /* Nothing in flight: nothing to be late. */
    fake.clock_reads = 0;
    poll();
    poll();
    assert_int_equal(fake.clock_reads, 0);
    fake_end(&fake);
}

/* ---- giving back ---- */

static void stop(uint32_t device_stopped)
{
    fake.controller.state = LWNVME_STATE_STOP_RECLAIM;
    fake.controller.device_stopped = device_stopped;
    fake.queue.slow |= LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
}

/* One command after the other, for weeks: what counts the polls until the clock is looked at does not run over. */
static void polls_that_leave_nothing_in_flight_do_not_add_up(void **state)
{
    (void)state;
    start(0, 4);
    for (uint32_t i = 0; i < LWNVME_CONFIG_POLLS_PER_CLOCK * 3; i++) {
        assert_int_equal(submit(i, 0, 1), LWNVME_OK);
        serve(0);
        assert_int_equal(poll(), 1);
        assert_true(fake.queue.clock_credit > 0);
    }
    fake_end(&fake);
}

static void given_back_with_what_is_known(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 4);
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(submit(i, i, 1), 0);
        }
        uint32_t command[16];
        fake_fetch(&fake, command);
        fake_post(&fake, cid_of(command), 0);
        stop(1);
        assert_int_equal(poll(), 0); /* a stopped queue is not looked at */
        fake.write_count = 0;
        lwnvme_queue_reap(&fake.queue);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[0].request.status, 0); /* a genuine answer */
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(fake.write_count, 0);
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(ios[i].called, 1);
            assert_int_equal(ios[i].request.status, i == 0  ? 0
                                                    : i < 3 ? LWNVME_ERR_ABORTED
                                                            : LWNVME_ERR_NOT_STARTED);
            assert_int_equal(ios[i].request.bytes_done, i == 0 ? 512 : 0);
        }
        assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
        assert_null(fake.queue.waiting_first);
        fake_end(&fake);
    }
}

static void split_requests_are_given_back_whole(void **state)
{
    (void)state;
    start(FAKE_UNMAP, 4);
    assert_int_equal(submit(0, 0, 256 * 6), 0);
    assert_int_equal(submit(1, 0, 256 * 2), 0);
    serve(0);
    serve(0);
    poll(); /* pieces 0 and 1 are done, 2 to 4 in flight, 5 waits */
    stop(1);
    lwnvme_queue_give_back(&fake.queue);
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_ABORTED);
    assert_int_equal(ios[0].request.bytes_done, 2 * 131072);
    assert_int_equal(ios[1].called, 1);
    assert_int_equal(ios[1].request.status, LWNVME_ERR_NOT_STARTED);
    assert_int_equal(fake.map_count, 0);
    fake_end(&fake);
}

static void buffer_held_is_told(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 4);
        assert_int_equal(submit(0, 0, 1), 0);
        assert_int_equal(submit(1, 0, 256 * 4), 0);
        assert_int_equal(submit(2, 0, 1), 0);
        serve(0x281);
        poll();
        stop(0);
        lwnvme_queue_give_back(&fake.queue);
        assert_int_equal(ios[0].request.status, 0x281);
        assert_int_equal(ios[1].request.status, LWNVME_ERR_BUFFER_HELD);
        assert_int_equal(ios[1].request.bytes_done, 0);
        assert_int_equal(ios[1].called, 1);
        assert_int_equal(ios[2].request.status, LWNVME_ERR_NOT_STARTED);
        fake.map_count = 0;
        fake_end(&fake);
    }
}

/* What the device may still use is not unmapped: the address would be given to someone else. */
static void buffer_held_is_not_unmapped(void **state)
{
    (void)state;
    start(FAKE_UNMAP, 4);
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 0, 16), 0);
    stop(0);
    lwnvme_queue_give_back(&fake.queue);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_BUFFER_HELD);
    assert_int_equal(fake.unmaps, 0);
    fake.map_count = 0;
    fake_end(&fake);
}

static void resubmit_refused(struct counted *io)
{
    struct lwnvme_buffer buffer = data_at(0);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io->request, 7, 1, &buffer), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 0);
}

static void fault_177_submission_while_giving_back_is_refused(void **state)
{
    (void)state;
    start(0, 4);
    for (uint32_t i = 0; i < 6; i++) {
        ios[i].then = resubmit_refused;
        assert_int_equal(submit(i, i, 1), 0);
    }
    stop(1);
    lwnvme_queue_give_back(&fake.queue);
    assert_int_equal(counted_calls, 6);
    fake_end(&fake);
}

static void ring_reset_makes_old_identifiers_stale(void **state)
{
    uint32_t command[16];
    uint32_t old;
    (void)state;
    start(0, 4);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    old = cid_of(command);
    fake.controller.device_stopped = 1;
    lwnvme_queue_give_back(&fake.queue);
    lwnvme_ring_reset(&fake.queue);
    fake.device_head = 0;
    fake.device_tail = 0;
    fake.device_phase = 1;
    for (uint32_t i = 0; i < 4 * 4; i++) {
        assert_int_equal(((const uint8_t *)(uintptr_t)fake.queue.cq)[i * 4], 0);
    }
    fake.controller.device_stopped = 0;
    assert_int_equal(submit(1, 0, 1), 0);
    fake_post(&fake, old, 0);
    poll();
    assert_int_equal(ios[1].called, 0);
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 1);
    serve(0);
    poll();
    assert_int_equal(ios[1].called, 1);
    fake_end(&fake);
}

static void refusals_say_why(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options, 4);
        fake.queue.slow |= LWNVME_SLOW_NO_SUBMIT;
        assert_int_equal(submit(0, 0, 1),
                         LWNVME_ERR_WRONG_STATE); /* the controller will be ready in a moment */
        fake.queue.state = LWNVME_QUEUE_DELETE_SQ;
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_QUEUE_CLOSED);
        fake.queue.state = LWNVME_QUEUE_LIVE;
        fake.controller.state = LWNVME_STATE_DRAIN;
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_WRONG_STATE);
        fake.controller.fail_status = LWNVME_ERR_FATAL;
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_FAILED);
        fake.controller.fail_status = LWNVME_ERR_GONE;
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_GONE);
        fake.controller.opened = 0;
        assert_int_equal(submit(0, 0, 1), LWNVME_ERR_NOT_OPEN);
        fake_end(&fake);
    }
}

/* ---- shared queues ---- */

static void shared_queue_locks_and_calls_back_outside(void **state)
{
    uint32_t left = 5;
    (void)state;
    start(FAKE_SHARED | FAKE_UNMAP, 4);
    ios[0].then = resubmit;
    ios[0].data = &left;
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t locks = fake.locks;
        assert_int_equal(submit(i, i, 1), 0);
        assert_int_equal(fake.locks, locks + 1);
    }
    while (fake_told(&fake) != 0) {
        serve(0);
        poll();
        assert_int_equal(fake.locked, 0);
    }
    assert_int_equal(counted_calls, 11);
    for (uint32_t i = 0; i < fake.write_count; i++) {
        assert_true(fake.writes[i].locked);
    }
    fake_end(&fake);
}

static void shared_batch_rings_under_lock(void **state)
{
    (void)state;
    start(FAKE_SHARED, 8);
    lwnvme_queue_batch_begin(&fake.queue);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    assert_int_equal(fake.write_count, 0);
    lwnvme_queue_batch_end(&fake.queue);
    assert_int_equal(fake_told(&fake), 4);
    for (uint32_t i = 0; i < fake.write_count; i++) {
        assert_true(fake.writes[i].locked);
    }
    while (fake_told(&fake) != 0) {
        serve(0);
    }
    poll();
    fake_end(&fake);
}

static void try_all_state_changes(struct counted *io)
{
    assert_int_equal(lwnvme_controller_reset(&fake.controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_shutdown(&fake.controller, LWNVME_SHUTDOWN_NORMAL),
                     LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_close(&fake.controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 0);
    (void)io;
}

static void callback_cannot_change_the_state(uint32_t options)
{
    start(options, 4);
    ios[0].then = try_all_state_changes;
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 1, 1), 0);
    serve(0);
    serve(0);
    assert_int_equal(poll(), 2);
    assert_int_equal(counted_calls, 2);
    assert_int_equal(fake.controller.state, LWNVME_STATE_READY);
    fake_end(&fake);
}

static void fault_177_callback_cannot_change_the_state(void **state)
{
    (void)state;
    callback_cannot_change_the_state(0);
}

static void fault_177_shared_callback_is_a_callback(void **state)
{
    (void)state;
    callback_cannot_change_the_state(FAKE_SHARED);
}

static void shared_queue_gives_back(void **state)
{
    (void)state;
    start(FAKE_SHARED | FAKE_UNMAP, 4);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    serve(0);
    stop(1);
    lwnvme_queue_reap(&fake.queue);
    lwnvme_queue_give_back(&fake.queue);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(ios[i].called, 1);
    }
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(ios[5].request.status, LWNVME_ERR_NOT_STARTED);
    fake_end(&fake);
}

/* ---- cache maintenance ---- */

static uint32_t syncs_of(uintptr_t address, size_t length, int direction, bool for_device)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < fake.sync_count && i < FAKE_SYNCS; i++) {
        const struct fake_sync *sync = &fake.syncs[i];
        found += sync->address == address && sync->length == length && sync->direction == direction &&
                 sync->for_device == for_device;
    }
    return found;
}

static void fault_139_rings_and_data_are_synced(void **state)
{
    (void)state;
    start(FAKE_SYNC, 4);
    for (uint32_t i = 0; i < 9; i++) {
        uintptr_t sqe = (uintptr_t)fake.queue.sq + fake.device_head * 64u;
        uintptr_t cqe = (uintptr_t)fake.queue.cq + fake.device_tail * 16u;
        fake.sync_count = 0;
        assert_int_equal(submit(0, 0, 3), 0);
        assert_int_equal(syncs_of(BUFFER_BASE, 1536, LWNVME_FROM_DEVICE, true), 1);
        assert_int_equal(syncs_of(sqe, 64, LWNVME_TO_DEVICE, true), 1);
        assert_int_equal(fake.sync_count, 2);
        serve(0);
        fake.sync_count = 0;
        assert_int_equal(lwnvme_queue_poll(&fake.queue, 1), 1);
        assert_int_equal(syncs_of(cqe, 16, LWNVME_FROM_DEVICE, false), 1);
        assert_int_equal(syncs_of(BUFFER_BASE, 1536, LWNVME_FROM_DEVICE, false), 1);
        assert_int_equal(fake.sync_count, 2);
    }
    fake_end(&fake);
}

static void fault_139_rings_are_synced_when_made(void **state)
{
    (void)state;
    start(FAKE_SYNC, 4);
    assert_true(syncs_of((uintptr_t)fake.queue.sq, 256, LWNVME_BIDIRECTIONAL, true) >= 1);
    fake.sync_count = 0;
    lwnvme_ring_reset(&fake.queue);
    /* The submission ring is not: each entry is when it is written. */
    assert_int_equal(syncs_of((uintptr_t)fake.queue.cq, 64, LWNVME_FROM_DEVICE, true), 1);
    fake_end(&fake);
}

/* Registers at a plain address: doorbells are stored to, in the registers' byte order. */
static void doorbells_without_a_hook(void **state)
{
    static uint32_t region[0x1100 / 4];
    uint32_t command[16];
    (void)state;
    fake_host(&fake, 0);
    fake.ops.mmio_read32 = NULL;
    fake.ops.mmio_write32 = NULL;
    fake.controller.registers = region;
    fake_controller(&fake, 4096, 131072);
    fake_queue(&fake, 4);
    fake_namespace(&fake, 9, 1u << 20);
    counted_init(&ios[0], &fake);
    counted_init(&ios[1], &fake);
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 0, 1), 0);
    assert_int_equal(lwnvme_order32(region[0x1008 / 4]), 2);
    const uint32_t *entry = fake.queue.sq;
    for (uint32_t i = 0; i < 16; i++) {
        command[i] = lwnvme_order32(entry[i]);
    }
    fake_post(&fake, cid_of(command), 0);
    assert_int_equal(poll(), 1);
    assert_int_equal(lwnvme_order32(region[0x100c / 4]), 1);
    fake.controller.device_stopped = 1;
    lwnvme_queue_give_back(&fake.queue);
    fake_end(&fake);
}

/* ---- interrupts ---- */

static uint32_t wakes;

static void count_wake(void *host)
{
    (void)host;
    wakes++;
}

/* Interrupts that are not the controller's, on a line that it shares: the poll says that there was nothing, and neither
 * a register is touched nor a clock read. */
static void fault_094_spurious_interrupts(void **state)
{
    uint32_t command[16];
    uint32_t clocks;
    (void)state;
    start(0, 8);
    fake.ops.wake = count_wake;
    wakes = 0;
    fake.write_count = 0;
    clocks = fake.clock_reads;
    for (uint32_t i = 0; i < 1000; i++) {
        lwnvme_interrupt(&fake.controller, 0);
        assert_int_equal(poll(), 0);
    }
    assert_int_equal(wakes, 1000);
    assert_int_equal(fake.write_count, 0);
    assert_int_equal(fake.clock_reads, clocks);
    assert_int_equal(submit(0, 0, 1), 0);
    fake_fetch(&fake, command);
    fake.write_count = 0;
    lwnvme_interrupt(&fake.controller, 0); /* early */
    assert_int_equal(poll(), 0);
    fake_post(&fake, cid_of(command), 0);
    lwnvme_interrupt(&fake.controller, 0);
    assert_int_equal(poll(), 1);
    lwnvme_interrupt(&fake.controller, 0); /* late */
    assert_int_equal(poll(), 0);
    assert_int_equal(fake.write_count, 1);
    assert_int_equal(ios[0].called, 1);
    fake_end(&fake);
}

/* A queue that belongs to an interrupt handler, which comes at any instruction of the owner of another one. */
static struct fake handlers_fake;
static struct lwnvme_request handlers_request;
static volatile sig_atomic_t handler_calls;
static volatile sig_atomic_t handler_failures;

static void handler(int number)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)0x40000000u, 512);
    uint32_t command[16];

    (void)number;
    lwnvme_interrupt(&handlers_fake.controller, 1);
    if (lwnvme_read(&handlers_fake.queue, &handlers_fake.ns, &handlers_request, 7, 1, &buffer) != 0) {
        handler_failures++;
        return;
    }
    fake_fetch(&handlers_fake, command);
    fake_post(&handlers_fake, cid_of(command), 0);
    if (lwnvme_queue_poll(&handlers_fake.queue, 0) != 1 || lwnvme_request_active(&handlers_request)) {
        handler_failures++;
    }
    handlers_fake.write_count = 0;
    handler_calls++;
}

static void fault_182_interrupts_at_any_instruction(void **state)
{
    const struct itimerval soon = {{0, 50}, {0, 50}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    (void)state;
    fake_start(&handlers_fake, 0, 8);
    start(0, 8);
    memset(&handlers_request, 0, sizeof(handlers_request));
    handler_calls = 0;
    handler_failures = 0;
    assert_true(signal(SIGALRM, handler) != SIG_ERR);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    for (uint32_t i = 0; i < 2000000 && handler_calls < 2000; i++) {
        fake.write_count = 0;
        ios[0].called = 0;
        assert_int_equal(submit(0, i % 1000, 1), 0);
        serve(0);
        assert_int_equal(poll(), 1);
        assert_int_equal(ios[0].called, 1);
    }
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_true(signal(SIGALRM, SIG_DFL) != SIG_ERR);
    assert_true(handler_calls > 100);
    assert_int_equal(handler_failures, 0);
    assert_int_equal(lwnvme_queue_stale(&handlers_fake.queue), 0);
    fake_end(&fake);
    fake_end(&handlers_fake);
}

/* As long a time as there is: the command is not late at once, nor after days. */
static void the_longest_time_of_all(void **state)
{
    static uint8_t bytes[512] __attribute__((aligned(4096)));
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(bytes, sizeof(bytes));
    struct counted io;
    uint32_t command[16];
    (void)state;
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    assert_int_equal(lwnvme_timeout_turns(UINT32_MAX), lwnvme_timeout_turns(0x7fffffffu));
    io.request.timeout_ms = UINT32_MAX;
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io.request, 0, 1, &buffer), 0);
    for (uint32_t day = 0; day < 20; day++) {
        for (uint32_t hour = 0; hour < 24; hour++) {
            fake.now_us += UINT64_C(3600000000);
            lwnvme_queue_clock(&fake.queue);
        }
        assert_int_equal(fake.controller.fail_status, 0);
    }
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 0);
    fake_end(&fake);
}

/* A queue whose ring has gone with another queue: its late command is late, and no ring is looked at for an answer. */
static void late_without_a_ring(void **state)
{
    static uint8_t bytes[512] __attribute__((aligned(4096)));
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(bytes, sizeof(bytes));
    volatile uint32_t *cq;
    struct counted io;
    uint32_t command[16];
    (void)state;
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io.request, 0, 1, &buffer), 0);
    cq = fake.queue.cq;
    fake.queue.cq = NULL;
    for (uint32_t i = 0; i < 4000 && fake.controller.fail_status == 0; i++) {
        fake.now_us += 10000;
        lwnvme_queue_clock(&fake.queue);
    }
    assert_int_equal(fake.controller.fail_status, LWNVME_ERR_TIMEOUT);
    fake.queue.cq = cq;
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    fake_end(&fake);
}

/* A ring of 6 has 5 slots, and room for 8: the keys of those that are nobody's are equal to nothing that a completion says. */
static void slots_beyond_the_ring_match_nothing(void **state)
{
    (void)state;
    start(0, 6);
    assert_int_equal(fake.queue.slot_mask, 7);
    for (uint32_t index = 0; index < 8; index++) {
        assert_int_equal(fake.queue.slots[index].key.part.plain, index < 5 ? 0 : 1);
        assert_null(fake.queue.slots[index].request);
    }
    fake_end(&fake);
}

/* Where polls leave off before they have seen an empty ring, answers for a whole ring have gone by before the clock is looked
 * at; a poll that finds none begins that count anew. */
static void an_empty_ring_begins_the_count_anew(void **state)
{
    (void)state;
    start(0, 8);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(submit(i, i, 1), 0);
    }
    serve(0);
    serve(0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 2), 2);
    assert_int_equal(fake.queue.undrained, 2);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 2), 0);
    assert_int_equal(fake.queue.undrained, 0);
    serve(0);
    assert_int_equal(poll(), 1);
    fake_end(&fake);
}

/* The clock has gone back by more than a command has left, and an answer stands in the ring: the last look was then, too. */
static void fault_121_clock_goes_back_with_an_answer_in_the_ring(void **state)
{
    uint32_t command[16];
    (void)state;
    start(0, 8);
    fake.queue.timeout_ms = 100;
    fake.now_us = UINT64_C(100000000);
    lwnvme_ring_reset(&fake.queue);
    assert_int_equal(submit(0, 0, 1), 0);
    assert_int_equal(submit(1, 1, 1), 0);
    fake_fetch(&fake, command);
    serve(0);
    fake.now_us -= 1000000;
    lwnvme_queue_clock(&fake.queue);
    assert_false(timed_out());
    assert_int_equal(poll(), 1);
    assert_int_equal(ios[1].called, 1);
    fake_post(&fake, cid_of(command), 0);
    assert_int_equal(poll(), 1);
    assert_int_equal(ios[0].request.status, 0);
    fake_end(&fake);
}

/* Whoever only looks whether there is a completion looks at what the controller wrote. */
static void fault_139_a_look_is_synced(void **state)
{
    (void)state;
    start(FAKE_SYNC, 4);
    fake.sync_count = 0;
    assert_false(lwnvme_cqe_is_new(&fake.queue, fake.queue.cq_next));
    assert_int_equal(syncs_of((uintptr_t)fake.queue.cq, 16, LWNVME_FROM_DEVICE, false), 1);
    assert_int_equal(fake.sync_count, 1);
    fake_end(&fake);
}

static int recheck_status;

static int recheck(const struct lwnvme_request *request)
{
    assert_ptr_equal(request, &ios[0].request);
    assert_int_equal(fake.locked, 1);
    return recheck_status;
}

/* What somebody else has changed is looked at once more under the lock. */
static void shared_queue_asks_again_under_its_lock(void **state)
{
    (void)state;
    start(FAKE_SHARED, 4);
    fake.controller.recheck = recheck;
    recheck_status = LWNVME_ERR_NS_BUSY;
    assert_int_equal(submit(0, 0, 1), LWNVME_ERR_NS_BUSY);
    assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
    recheck_status = LWNVME_OK;
    assert_int_equal(submit(0, 0, 1), 0);
    serve(0);
    assert_int_equal(poll(), 1);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_begins_the_count_anew),
        cmocka_unit_test(fault_121_clock_goes_back_with_an_answer_in_the_ring),
        cmocka_unit_test(fault_139_a_look_is_synced),
        cmocka_unit_test(shared_queue_asks_again_under_its_lock),
        cmocka_unit_test(slots_beyond_the_ring_match_nothing),
        cmocka_unit_test(the_longest_time_of_all),
        cmocka_unit_test(late_without_a_ring),
        cmocka_unit_test(command_has_what_was_asked_and_nothing_else),
        cmocka_unit_test(rings_wrap_at_every_depth),
        cmocka_unit_test(requests_beyond_the_ring_wait_in_order),
        cmocka_unit_test(no_wait_is_refused_when_full),
        cmocka_unit_test(requests_in_use_are_refused),
        cmocka_unit_test(batch_rings_once),
        cmocka_unit_test(callbacks_resubmit_and_the_doorbells_come_in_order),
        cmocka_unit_test(callbacks_resubmit_behind_those_that_wait),
        cmocka_unit_test(fault_093_budget_bounds_a_poll),
        cmocka_unit_test(fault_093_endless_stream_of_completions),
        cmocka_unit_test(null_arguments_do_no_harm),
        cmocka_unit_test(fault_083_completions_in_every_order_of_four),
        cmocka_unit_test(fault_084_duplicate_completion),
        cmocka_unit_test(fault_085_duplicate_after_reuse_meets_the_generation),
        cmocka_unit_test(fault_086_every_command_identifier_but_the_right_one),
        cmocka_unit_test(fault_086_identifiers_beyond_the_slots),
        cmocka_unit_test(fault_087_wrong_queue_identifier),
        cmocka_unit_test(fault_088_submission_head_is_not_believed),
        cmocka_unit_test(fault_089_completions_of_the_last_lap_are_not_seen),
        cmocka_unit_test(fault_101_success_is_code_and_type_zero),
        cmocka_unit_test(results_of_raw_commands),
        cmocka_unit_test(raw_arguments_are_checked),
        cmocka_unit_test(callback_may_be_null),
        cmocka_unit_test(fault_074_pieces_end_at_limits_and_boundaries),
        cmocka_unit_test(fault_066_first_failed_piece_wins_in_any_order),
        cmocka_unit_test(fault_067_split_with_a_full_ring_keeps_its_order),
        cmocka_unit_test(fault_066_rest_of_a_failed_request_is_not_sent),
        cmocka_unit_test(fault_136_mapping_fails_at_each_piece),
        cmocka_unit_test(mapping_of_a_waiting_request_fails),
        cmocka_unit_test(segments_with_a_hole_become_two_commands),
        cmocka_unit_test(timeout_is_never_early),
        cmocka_unit_test(fault_104_lost_command_times_out_when_polled_once_a_second),
        cmocka_unit_test(default_timeout_is_the_queues),
        cmocka_unit_test(fault_104_lost_command_times_out_under_traffic),
        cmocka_unit_test(what_is_answered_when_nobody_polls_is_not_late),
        cmocka_unit_test(fault_104_lost_command_times_out_though_the_ring_is_never_empty),
        cmocka_unit_test(largest_timeout_is_not_at_once),
        cmocka_unit_test(fault_121_clock_wraps_at_32_bits_of_milliseconds),
        cmocka_unit_test(fault_121_clock_goes_back),
        cmocka_unit_test(fault_098_answer_after_the_timeout_changes_nothing),
        cmocka_unit_test(the_clock_is_read_seldom_when_there_is_work),
        cmocka_unit_test(polls_that_leave_nothing_in_flight_do_not_add_up),
        cmocka_unit_test(given_back_with_what_is_known),
        cmocka_unit_test(split_requests_are_given_back_whole),
        cmocka_unit_test(buffer_held_is_told),
        cmocka_unit_test(buffer_held_is_not_unmapped),
        cmocka_unit_test(fault_177_submission_while_giving_back_is_refused),
        cmocka_unit_test(ring_reset_makes_old_identifiers_stale),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(shared_queue_locks_and_calls_back_outside),
        cmocka_unit_test(shared_batch_rings_under_lock),
        cmocka_unit_test(fault_177_callback_cannot_change_the_state),
        cmocka_unit_test(fault_177_shared_callback_is_a_callback),
        cmocka_unit_test(shared_queue_gives_back),
        cmocka_unit_test(fault_139_rings_and_data_are_synced),
        cmocka_unit_test(fault_139_rings_are_synced_when_made),
        cmocka_unit_test(doorbells_without_a_hook),
        cmocka_unit_test(fault_094_spurious_interrupts),
        cmocka_unit_test(fault_182_interrupts_at_any_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

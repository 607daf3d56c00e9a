/* SPDX-License-Identifier: MIT */
/*
 * I/O queues of a ready controller, and a device that completes what it likes: the bytes decide what is submitted, which
 * completions are written where, what registers read as, how time passes, and what is called meanwhile.
 *
 * Each accepted request is called back exactly once; never as done unless a completion said so; never while the device
 * may write unless a completion named it, or it is told that its buffer is held. No ring is freed that the device has.
 * Every call ends. In the end all has been given back, and nothing is left.
 */
#include "fuzz.h"

#define OPERATIONS_MAX 160u

static struct lwnvme_controller controller;
static struct lwnvme_controller_config config;
static struct lwnvme_queue queues[2];
static struct lwnvme_namespace ns;
static struct lwnvme_queue_config queue_config;
static struct lwnvme_queue_config second_config;
static bool one_ring; /* both queues complete in one ring */
static bool closed;

static struct lwnvme_buffer buffer_of(const struct fuzz_io *io, uint32_t how,
                                      struct lwnvme_segment segments[3])
{
    uint8_t *data = fuzz_buffer + (size_t)(io - fuzz_ios) * FUZZ_IO_BYTES;
    if ((how & 7u) == 1) {
        return lwnvme_buffer_device((uintptr_t)data + FUZZ_MAP_OFFSET, FUZZ_IO_BYTES);
    }
    if ((how & 7u) == 2) {
        segments[0] = (struct lwnvme_segment){(uintptr_t)data + 2048, 2048};
        segments[1] = (struct lwnvme_segment){(uintptr_t)data + 8192, 4096};
        segments[2] = (struct lwnvme_segment){(uintptr_t)data + 4096, 4096 - 512 * (how >> 7)};
        return lwnvme_buffer_segments(segments, 3, 0);
    }
    return lwnvme_buffer_cpu(data + (how >> 3) * 512u % FUZZ_IO_BYTES,
                             FUZZ_IO_BYTES - (how >> 3) * 512u % FUZZ_IO_BYTES);
}

static int submit_kind(struct lwnvme_queue *queue, struct fuzz_io *io, uint32_t kind, uint32_t how)
{
    static struct lwnvme_segment segments[FUZZ_IOS][3];
    static struct lwnvme_dsm_range range;
    struct lwnvme_request *request = &io->request;
    struct lwnvme_command command = {
        .opcode = 0x82u, .nsid = 1, .cdw10 = fuzz_io_number(io) << FUZZ_IO_SHIFT};
    struct lwnvme_buffer buffer = buffer_of(io, how, segments[io - fuzz_ios]);
    uint64_t lba = (uint64_t)fuzz_io_number(io) << FUZZ_IO_SHIFT | (how & 0x1fu);
    uint32_t blocks = 1 + (how >> 2 & 0x1fu);
    switch (kind & 7u) {
    case 0:
    case 1:
        return lwnvme_read(queue, &ns, request, lba, blocks, &buffer);
    case 2:
        return lwnvme_write(queue, &ns, request, lba, blocks, &buffer);
    case 3:
        return lwnvme_compare(queue, &ns, request, lba, blocks, &buffer);
    case 4:
        return lwnvme_write_zeroes(queue, &ns, request, lba, blocks * 0x10u);
    case 5:
        lwnvme_dsm_range_set(&range, lba, blocks);
        return (how & 1u) != 0
                   ? lwnvme_flush(queue, &ns, request)
                   : lwnvme_dataset_management(queue, &ns, request, &range, 1, LWNVME_DSM_DEALLOCATE);
    case 6:
        return lwnvme_raw(queue, request, &command, NULL);
    default:
        buffer.length_bytes = 512;
        return lwnvme_raw(queue, request, &command, &buffer);
    }
}

static void submit(uint32_t which, uint32_t kind, uint32_t how)
{
    struct fuzz_io *io = &fuzz_ios[which % FUZZ_IOS];
    if (lwnvme_request_active(&io->request)) {
        return;
    }
    io->then = (uint8_t)(kind >> 3 & 7u);
    io->request.flags = (kind & 0x40u) != 0 ? how & 7u : 0;
    io->request.timeout_ms = (kind & 0x80u) != 0 ? 1 + how * 64u : 0;
    (void)fuzz_io_accept(io, submit_kind(&queues[which >> 7], io, kind, how));
}

/* What a callback does: what it may, and what must be refused. */
static void then(struct fuzz_io *io)
{
    uint32_t number = (uint32_t)(io - fuzz_ios);
    uint8_t what = io->then;
    io->then = 0;
    switch (what) {
    case 1:
        submit(number, 0, number);
        break;
    case 2:
        submit(number + 1, 2, 8);
        break;
    case 3:
        if ((queue_config.flags & LWNVME_QUEUE_SHARED) == 0) {
            const struct lwnvme_queue *own =
                io->request.queue; /* a callback of the other may give it to that */
            uint32_t taken = lwnvme_queue_poll(&queues[0], 0);
            fuzz_require(taken == 0 || own != &queues[0], "polled in its own callback");
        }
        break;
    case 4:
        fuzz_require(lwnvme_controller_reset(&controller) != LWNVME_OK, "reset from a callback");
        break;
    case 5:
        fuzz_require(lwnvme_controller_close(&controller) == LWNVME_ERR_IN_CALLBACK, "closed in a callback");
        break;
    case 6:
        fuzz_require(lwnvme_queue_delete(io->request.queue) != LWNVME_OK, "deleted in its own callback");
        break;
    default:
        break;
    }
}

/* A completion that nobody asked for, or in which something is wrong. */
static void lie(struct fuzz_input *in)
{
    uint32_t how = fuzz_byte(in);
    uint32_t sqid = how >> 6;
    struct fuzz_command *command = fuzz_pending(how & 3u ? UINT32_MAX : sqid, how >> 2 & 7u);
    uint32_t cid = command != NULL ? command->cid : 0;
    uint32_t dwords[4];
    switch (how >> 3 & 7u) {
    case 0: /* another generation, or another slot */
        fuzz_post(sqid, cid ^ 1u << fuzz_below(in, 16), 0, 0);
        break;
    case 1: /* another queue's */
        fuzz_post(sqid ^ 3u, cid, 0, 0);
        break;
    case 2: /* all of it by the bytes, in the next place */
        fuzz_post(sqid, fuzz_number(in, 2), fuzz_number(in, 2), 0);
        break;
    case 3: /* the right one, without being marked as answered, so that it comes again */
        if (command != NULL) {
            fuzz_post(command->sqid, command->cid, (uint32_t)fuzz_byte(in) >> 7 ? fuzz_number(in, 2) : 0, 1);
        }
        break;
    case 4: /* anywhere, with any phase */
        dwords[0] = dwords[1] = 0x5a5a5a5au;
        dwords[2] = (sqid << 16);
        dwords[3] = (cid & 0xffffu) | (uint32_t)fuzz_byte(in) << 16;
        (void)fuzz_cqe_write(sqid, fuzz_byte(in), dwords);
        break;
    case 5:
        dwords[0] = dwords[1] = fuzz_byte(in);
        dwords[2] = fuzz_number(in, 4);
        dwords[3] = fuzz_number(in, 4);
        (void)fuzz_cqe_write(sqid, fuzz_byte(in), dwords);
        break;
    case 6: /* the whole ring at once */
        for (uint32_t i = 0; i < 8; i++) {
            fuzz_post(sqid, cid + i, 0, 0);
        }
        break;
    default: /* all ones, everywhere */
        memset(dwords, 0xff, sizeof(dwords));
        for (uint32_t i = 0; i < 8; i++) {
            (void)fuzz_cqe_write(sqid, i, dwords);
        }
        break;
    }
}

static void answer(struct fuzz_input *in)
{
    uint32_t how = fuzz_byte(in);
    struct fuzz_command *command = fuzz_pending(UINT32_MAX, how & 7u);
    uint32_t status = how < 0xc0 ? 0 : (how & 0x3fu) << 2 | (uint32_t)fuzz_byte(in) << 8;
    if (command != NULL) {
        fuzz_answer(command, status, 0);
    }
    for (uint32_t left = how >> 3 & 7u; left != 0 && (command = fuzz_pending(UINT32_MAX, 0)) != NULL;
         left--) {
        fuzz_answer(command, 0, 0);
    }
}

static void change_registers(struct fuzz_input *in)
{
    uint32_t how = fuzz_byte(in);
    uint32_t csts = LWNVME_REG_CSTS;
    switch (how & 7u) {
    case 0:
        fuzz.csts_set = how >> 3;
        break;
    case 1:
        fuzz.csts_clear = how >> 3;
        break;
    case 2:
        fuzz.ready_follows = !fuzz.ready_follows;
        break;
    case 3:
        fuzz.gone = (how & 0x80u) != 0;
        break;
    case 4:
        fuzz.hostile_reads = !fuzz.hostile_reads;
        break;
    case 5:
        fuzz_register_set(csts, fuzz_registers[csts / 4] ^ 1u << (how >> 3 & 7u));
        break;
    default: /* as it should be again */
        fuzz.csts_set = fuzz.csts_clear = 0;
        fuzz.gone = fuzz.hostile_reads = false;
        fuzz.ready_follows = true;
        fuzz_register_set(csts, fuzz.cc & 1u);
        break;
    }
}

static void pass_time(struct fuzz_input *in)
{
    uint32_t how = fuzz_byte(in);
    if (how < 0xe0) {
        fuzz.now_us += (uint64_t)1 << (how & 0x1fu);
    } else if (how < 0xf0) {
        fuzz.now_us -= (uint64_t)1 << (how & 0xfu);
    } else {
        fuzz.tick_us = how & 0xfu;
    }
}

static void call_controller(struct fuzz_input *in)
{
    uint32_t how = fuzz_byte(in);
    struct lwnvme_queue *queue = &queues[how >> 7];
    switch (how & 0xfu) {
    case 0:
        (void)lwnvme_controller_reset(&controller);
        break;
    case 1:
        (void)lwnvme_controller_shutdown(&controller, (how & 0x10u) != 0 ? LWNVME_SHUTDOWN_ABRUPT
                                                                         : LWNVME_SHUTDOWN_NORMAL);
        break;
    case 2:
        (void)lwnvme_controller_resume(&controller);
        break;
    case 3:
        (void)lwnvme_controller_subsystem_reset(&controller);
        break;
    case 4:
        (void)lwnvme_queue_delete(queue);
        break;
    case 5:
        if (one_ring && queue == &queues[1]) {
            (void)lwnvme_queue_create_on(&queues[0], queue, &second_config);
        } else {
            (void)lwnvme_queue_create(&controller, queue, &queue_config);
        }
        break;
    case 6:
        (void)lwnvme_next_deadline(&controller);
        break;
    case 7:
        if (ns.status != LWNVME_PENDING) {
            bool busy = false;
            for (uint32_t i = 0; i < FUZZ_IOS; i++) {
                busy = busy || lwnvme_request_active(&fuzz_ios[i].request);
            }
            if (!busy) {
                (void)lwnvme_namespace_open(&controller, 1, &ns);
            }
        }
        break;
    case 8:
        closed = lwnvme_controller_close(&controller) != LWNVME_PENDING;
        break;
    default:
        fuzz_look();
        fuzz_answer_admin();
        (void)lwnvme_controller_poll(&controller);
        break;
    }
}

static void step(struct fuzz_input *in)
{
    uint32_t what = fuzz_byte(in);
    uint32_t number = what >> 4;
    fuzz_look();
    fuzz_enter();
    switch (what & 0xfu) {
    case 0:
    case 1:
    case 2: {
        uint32_t kind = fuzz_byte(in);
        submit(number | (what & 1u) << 7, kind, fuzz_byte(in));
        break;
    }
    case 3:
    case 4:
    case 5:
        answer(in);
        break;
    case 6:
    case 7:
        lie(in);
        break;
    case 8:
    case 9:
        (void)lwnvme_queue_poll(&queues[what & 1u], number);
        break;
    case 10:
        (number & 1u) != 0 ? lwnvme_queue_batch_begin(&queues[number >> 3])
                           : lwnvme_queue_batch_end(&queues[number >> 3]);
        break;
    case 11:
        pass_time(in);
        break;
    case 12:
        change_registers(in);
        break;
    case 13:
        call_controller(in);
        break;
    case 14:
        (void)lwnvme_controller_poll(&controller);
        break;
    default:
        answer(in);
        (void)lwnvme_queue_poll(&queues[number >> 3], 0);
        break;
    }
    fuzz_leave();
}

static void prepare_anew(uint32_t hooks, uint32_t shape, struct fuzz_input *in)
{
    fuzz_start(in, hooks & ~(uint32_t)FUZZ_LOG);
    memset(queues, 0, sizeof(queues));
    fuzz_config(&config);
    config.max_transfer_bytes = 4096u << (shape & 1u);
    config.io_timeout_ms = 1000;
    config.admin_timeout_ms = 2000;
    fuzz.map_run = (shape & 0x80u) != 0 ? 4096 : 0;
    fuzz_require(fuzz_bring_up(&controller, &config), "an obliging device is not brought up");
    fuzz_require(lwnvme_queue_create(&controller, &queues[0], &queue_config) == LWNVME_OK, "no queue");
    fuzz_require(lwnvme_namespace_open(&controller, 1, &ns) == LWNVME_OK, "no namespace");
    fuzz_settle(&controller, &queues[0].status);
    fuzz_settle(&controller, &ns.status);
    if (one_ring) {
        fuzz_require(lwnvme_queue_create_on(&queues[0], &queues[1], &second_config) == LWNVME_OK,
                     "no second queue");
        fuzz_settle(&controller, &queues[1].status);
    }
    fuzz_require(ns.status == LWNVME_OK && queues[0].status == LWNVME_OK, "not ready");
}

static void prepare(struct fuzz_input *in)
{
    static const struct fuzz_part parts[] = {{&controller, sizeof(controller)},
                                             {queues, sizeof(queues)},
                                             {&ns, offsetof(struct lwnvme_namespace, data)}};
    uint32_t hooks = fuzz_byte(in) & ~(uint32_t)FUZZ_LOG;
    uint32_t shape = fuzz_byte(in);
    memset(&queue_config, 0, sizeof(queue_config));
    closed = false;
    one_ring = (shape & 0x20u) != 0;
    queue_config.entries = 2 + (shape >> 1 & 7u);
    queue_config.flags = (hooks & FUZZ_LOCK) != 0 && (shape & 0x10u) != 0 ? LWNVME_QUEUE_SHARED : 0;
    queue_config.cq_entries = one_ring ? 16 : 0;
    queue_config.mapper = (shape & 0x40u) != 0 ? &lwnvme_mapper_full : NULL;
    queue_config.sgl = (shape & 0xc0u) == 0xc0u ? LWNVME_SGL_ALWAYS : 0;
    second_config.entries = 4;
    second_config.flags = queue_config.flags;
    if (!fuzz_begin_again(hooks << 8 | shape, in, parts, 3)) {
        prepare_anew(hooks, shape, in);
        fuzz_keep(hooks << 8 | shape, parts, 3);
    }
    fuzz_ios_reset();
    fuzz_then = then;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    prepare(&in);
    for (uint32_t i = 0; i < OPERATIONS_MAX && in.left != 0 && !closed; i++) {
        step(&in);
    }
    if (!closed) {
        lwnvme_queue_batch_end(&queues[0]);
        lwnvme_queue_batch_end(&queues[1]);
        fuzz_close(&controller);
    }
    for (uint32_t i = 0; i < FUZZ_IOS; i++) {
        fuzz_require(fuzz_ios[i].accepted == fuzz_ios[i].called, "a request that never came back");
    }
    return 0;
}

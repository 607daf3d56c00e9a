/* SPDX-License-Identifier: MIT */
/*
 * For Frama-C's Eva: an I/O queue with a controller that may write anything into its completion ring at any time, and a
 * caller that submits, polls and makes batches in any order. Whatever happens, nothing is read or written out of bounds,
 * nothing undefined is computed, and a slot is never out of its array.
 */
#include "src/core/queue.c"

#include "unknown.h"

#define ENTRIES 4u

static uint32_t sq[ENTRIES * LWNVME_SQE_DWORDS];
static uint32_t cq[ENTRIES * LWNVME_CQE_DWORDS];
static struct lwnvme_slot slots[ENTRIES];
static uint32_t list_offsets[ENTRIES];
static uint32_t doorbells[4];
static struct lwnvme_request requests[ENTRIES + 1];
static struct lwnvme_controller controller;
static struct lwnvme_namespace ns;
static struct lwnvme_queue queue;

/* Of controller.c. */
void lwnvme_controller_fail(struct lwnvme_controller *failed, int status)
{
    if (failed->fail_status == LWNVME_OK)
        failed->fail_status = status;
}

int lwnvme_controller_refusal(const struct lwnvme_controller *refuses)
{
    return refuses->fail_status != LWNVME_OK ? LWNVME_ERR_FAILED : LWNVME_OK;
}

static void prepare(void)
{
    static const struct lwnvme_host_ops ops = {.dma_map = unknown_map, .now_us = unknown_now_us};

    controller.ops = &ops;
    controller.opened = 1;
    controller.state = LWNVME_STATE_READY;
    controller.info.max_transfer_bytes = 4096;
    queue.controller = &controller;
    queue.cq_queue = &queue;
    queue.entries = ENTRIES;
    queue.cq_entries = ENTRIES;
    queue.slot_mask = ENTRIES - 1u;
    queue.id = 1;
    queue.hold = LWNVME_HOLD_NOT;
    queue.slots = slots;
    queue.list_offsets = list_offsets;
    queue.sq = sq;
    queue.cq = cq;
    queue.page_bytes = 4096;
    queue.page_shift = 12;
    queue.page_mask = 4095;
    queue.timeout_ms = 5000;
    queue.state = LWNVME_QUEUE_LIVE;
    queue.sq_doorbell = &doorbells[2];
    queue.cq_doorbell = &doorbells[3];
    queue.pieces[LWNVME_PIECE_CQ].size_bytes = sizeof(cq);
    lwnvme_ring_reset(&queue);
    ns.nsid = 1;
    ns.block_bytes = 512;
    ns.max_blocks = 8;
    ns.straight_blocks = 8;
    for (uint32_t index = 0; index <= ENTRIES;
         index++) { /* as any submission leaves them; the analysis mixes requests */
        requests[index].ns = &ns;
        requests[index].issue = lwnvme_piece_issue_any;
        requests[index].queue = &queue;
    }
}

static void submit(struct lwnvme_request *request)
{
    if (request->state != LWNVME_REQUEST_IDLE)
        return;
    request->flags = unknown() ? LWNVME_REQUEST_NO_WAIT : 0;
    request->timeout_ms = unknown_32();
    request->internal_done = 0;
    request->ns = &ns;
    request->command.opcode = unknown() ? 2 : 1;
    request->command.nsid = 1;
    request->lba = unknown_64();
    request->block_count = 1 + unknown_32() % 64;
    request->data_bytes = 512;
    request->buffer.address = 4096;
    request->buffer.length_bytes = (size_t)request->block_count * 512;
    (void)lwnvme_submit(&queue, request);
}

/* What the controller writes, a dword at a time, anywhere. */
static void device(void)
{
    uint32_t index = unknown_32();

    if (index < ENTRIES * LWNVME_CQE_DWORDS)
        cq[index] = unknown_32();
}

void ring(void)
{
    prepare();
    while (unknown()) {
        device();
        submit(&requests[unknown_32() % (ENTRIES + 1u)]);
        if (unknown())
            lwnvme_queue_batch_begin(&queue);
        if (unknown())
            lwnvme_queue_batch_end(&queue);
        if (unknown())
            (void)lwnvme_queue_poll(&queue, unknown_32());
    }
}

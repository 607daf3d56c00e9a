/* SPDX-License-Identifier: MIT */
/*
 * The straight path: one command, one contiguous buffer, nothing unusual about the queue. Read, write and
 * compare try it first; whatever does not fit takes the long way through lwnvme_submit, with the same result.
 *
 * A request on the straight path is neither split nor made to wait, so hardly anything about it is stored:
 * its state says so (LWNVME_REQUEST_STRAIGHT), and lwnvme_straight_make_plain fills in the rest in the rare
 * case that something but success becomes of it.
 */
#ifndef LWNVME_CORE_STRAIGHT_H
#define LWNVME_CORE_STRAIGHT_H

#include "core.h"

/* What to do with how many blocks: two halves of one register. */
struct lwnvme_span {
    uint32_t block_count;
    uint32_t opcode;
};

/* Whether blocks, queue and options are fit for one command. Also says no when something is wrong; the long way
 * then finds out what. */
static inline bool lwnvme_straight_queue_fits(const struct lwnvme_queue *queue,
                                              const struct lwnvme_namespace *ns, uint64_t lba,
                                              uint32_t block_count)
{
    /* straight_blocks is 0 for a namespace that cannot be used, and never more than the namespace has. */
    return block_count - 1u < ns->straight_blocks && lba <= ns->block_count - block_count &&
           ns->incarnation == queue->incarnation && queue->slow == 0 && queue->free_head != LWNVME_SLOT_NONE;
}

static inline bool lwnvme_straight_request_fits(const struct lwnvme_request *request)
{
    return (request->state | request->flags | request->timeout_ms) == 0; /* idle, and nothing special */
}

static inline bool lwnvme_straight_buffer_fits(const struct lwnvme_buffer *buffer, size_t bytes)
{
    return ((uintptr_t)buffer->segments | buffer->flags) == 0 && buffer->address != 0 &&
           ((uint32_t)buffer->address & 3u) == 0 && buffer->length_bytes >= bytes;
}

/* PRP1. False: the buffer is not one run; nothing has been done that would have to be undone. */
static LWNVME_ALWAYS_INLINE bool lwnvme_straight_map(const struct lwnvme_queue *queue, uint64_t address,
                                                     size_t bytes, uint32_t opcode, uint64_t *dma)
{
    const struct lwnvme_controller *controller = queue->controller;
    size_t run;

    return controller->ops->dma_map(controller->host, (const void *)(uintptr_t)address, bytes,
                                    (enum lwnvme_direction)(opcode & 3u), dma, &run) &&
           run >= bytes && ((uint32_t)*dma & 3u) == 0;
}

/* Sends a transfer that fits. False: it did not after all, and takes the long way. The command is written as
 * eight pairs of dwords. */
static LWNVME_ALWAYS_INLINE bool lwnvme_straight_submit(struct lwnvme_queue *queue,
                                                        const struct lwnvme_namespace *ns,
                                                        struct lwnvme_request *request, uint64_t lba,
                                                        struct lwnvme_span span,
                                                        const struct lwnvme_buffer *buffer)
{
    size_t bytes = (size_t)span.block_count << ns->block_shift;
    uint64_t dma;
    uint64_t *pair;
    uint32_t beyond;
    struct lwnvme_slot *slot;
    uint32_t tail;

    if (LWNVME_UNLIKELY(!lwnvme_straight_buffer_fits(buffer, bytes)) ||
        LWNVME_UNLIKELY(!lwnvme_straight_map(queue, buffer->address, bytes, span.opcode, &dma)))
        return false;
    slot = &queue->slots[queue->free_head];
    tail = queue->sq_tail;
    pair = (uint64_t *)(void *)(queue->sq + (size_t)tail * LWNVME_SQE_DWORDS);
    queue->sq[(size_t)tail * LWNVME_SQE_DWORDS] = lwnvme_order32((uint32_t)slot->cid << 16 | span.opcode);
    queue->sq[(size_t)tail * LWNVME_SQE_DWORDS + 1u] = lwnvme_order32(ns->nsid);
    pair[1] = 0;
    pair[2] = 0;
    pair[3] = lwnvme_order64(dma);
    pair[4] = 0;
    pair[5] = lwnvme_order64(lba);
    pair[6] = lwnvme_order64(span.block_count - 1u);
    pair[7] = 0;
    beyond = (uint32_t)bytes + ((uint32_t)dma & (queue->page_bytes - 1u));
    if (LWNVME_UNLIKELY(beyond > queue->page_bytes)) {
        uint64_t prp2 = lwnvme_map_further_pages(queue, dma, beyond);

        if (prp2 == LWNVME_NO_PRP)
            return false; /* the place in the ring is written, but not passed on */
        pair[4] = lwnvme_order64(prp2);
    }
    queue->sq_tail = ++tail == queue->entries ? 0 : tail;
    request->state = LWNVME_REQUEST_STRAIGHT;
    request->queue = queue;
    request->status = LWNVME_OK;
    request->bytes_done = bytes;
    queue->in_flight++;
    queue->free_head = slot->next_free;
    slot->request = request;
    slot->deadline_ms = queue->default_deadline_ms; /* never before earliest_ms */
    if (queue->hold == 0)
        lwnvme_sq_publish(queue);
    return true;
}

#endif

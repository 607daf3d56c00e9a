/* SPDX-License-Identifier: MIT */
/*
 * The straight path: one command, one contiguous buffer, nothing unusual about the queue. Read and write try it first;
 * whatever does not fit takes the long way through lwnvme_submit, with the same result.
 *
 *     lwnvme_read -- fits? --no--------------------------------------------> the long way
 *                     | yes                                                       ^
 *                     +-- in the host's direct map, in one page? --no--> lwnvme_straight_mapped: dma_map or direct map,
 *                     | yes                                              further pages, a list
 *                     v                                                           |
 *              the command is written into the ring <-----------------------------+
 *
 * The first and shortest way calls nothing, so that it needs no frame. Order matters here: an instruction is a percent.
 *
 * A request on the straight path is neither split nor made to wait, so hardly anything about it is stored:
 * its state says so (LWNVME_REQUEST_STRAIGHT), and lwnvme_straight_make_plain fills in the rest in the rare
 * case that something but success becomes of it. What it was about stands in the ring for a lap, and so may be recalled.
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
static LWNVME_ALWAYS_INLINE bool lwnvme_straight_fits(const struct lwnvme_queue *queue,
                                                      const struct lwnvme_namespace *ns,
                                                      const struct lwnvme_request *request, uint64_t lba,
                                                      uint32_t block_count)
{
    _Static_assert(
        offsetof(struct lwnvme_request, timeout_ms) == offsetof(struct lwnvme_request, flags) + 4 &&
            offsetof(struct lwnvme_request, state) == offsetof(struct lwnvme_request, directive) + 4,
        "idle, and nothing special, in two looks");
    _Static_assert(offsetof(struct lwnvme_queue, incarnation) == offsetof(struct lwnvme_queue, slow) + 4 &&
                       offsetof(struct lwnvme_namespace, incarnation) ==
                           offsetof(struct lwnvme_namespace, never_slow) + 4,
                   "the same life, and not slow, in one look");
    /* straight_blocks is 0 for a namespace that cannot be used, and no transfer of so many blocks that begins at
     * straight_last or before ends behind the namespace. */
    return (lwnvme_both(&request->flags) | lwnvme_both(&request->directive)) == 0 &&
           block_count - 1u < ns->straight_blocks && lba <= ns->straight_last &&
           lwnvme_both(&queue->slow) == lwnvme_both(&ns->never_slow);
}

/* What says which blocks. It goes first into the command's place in the ring, which is the library's as long as the
 * controller is not told of it, because what is written need not be remembered. */
static LWNVME_ALWAYS_INLINE void lwnvme_straight_write_blocks(const struct lwnvme_queue *queue, uint64_t lba,
                                                              uint32_t block_count)
{
    uint64_t *pair = (uint64_t *)(void *)queue->sq_next;
    uint64_t nlb = block_count - 1u;

    pair[5] = lwnvme_order64(lba);
    pair[6] = lwnvme_order64(nlb);
}

/* What has been written so. */
static inline uint64_t lwnvme_straight_read_blocks(const struct lwnvme_queue *queue, uint32_t *block_count)
{
    *block_count = lwnvme_order32(queue->sq_next[12]) + 1u;
    return lwnvme_order32(queue->sq_next[10]) | (uint64_t)lwnvme_order32(queue->sq_next[11]) << 32;
}

/* Two pairs become 0, by one store where the compiler may use registers that wide. */
static LWNVME_ALWAYS_INLINE void lwnvme_straight_clear(uint64_t *pair)
{
#if defined(__SSE2__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
    __builtin_memset(pair, 0, 2u * sizeof(*pair));
#else
    pair[0] = 0;
    pair[1] = 0;
#endif
}

/* The rest of the command. */
static LWNVME_ALWAYS_INLINE void lwnvme_straight_write(const struct lwnvme_queue *queue,
                                                       const struct lwnvme_slot *slot,
                                                       const struct lwnvme_namespace *ns, uint32_t opcode,
                                                       const uint64_t prp[2])
{
    uint64_t *pair = (uint64_t *)(void *)queue->sq_next;

    pair[0] = lwnvme_order64(ns->straight_nsid | (uint32_t)slot->key.part.cid << 16 | opcode);
    lwnvme_straight_clear(&pair[1]);
    pair[3] = lwnvme_order64(prp[0]);
    pair[4] = lwnvme_order64(prp[1]);
    pair[7] = 0;
}

/* The command that has been written is one of the queue's. */
static LWNVME_ALWAYS_INLINE void lwnvme_straight_claim(struct lwnvme_queue *queue, struct lwnvme_slot *slot,
                                                       const struct lwnvme_namespace *ns,
                                                       struct lwnvme_request *request, size_t bytes)
{
    uint32_t *next = queue->sq_next + LWNVME_SQE_DWORDS;

    queue->free_first = slot->next_free;
    LWNVME_KEEP(queue->submitted, queue->submitted + 1u);
    slot->deadline_ms = queue->default_deadline_ms; /* never before earliest_ms */
    slot->request = request;
    request->state = LWNVME_REQUEST_STRAIGHT;
    request->status = LWNVME_OK;
    request->queue = queue;
    request->ns = ns;
    request->bytes_done = bytes;
    if (LWNVME_UNLIKELY(next == queue->sq_end)) {
        next = queue->sq;
        queue->slow |= queue->lap_slow;
    }
    queue->sq_next = next;
}

static LWNVME_ALWAYS_INLINE bool lwnvme_straight_buffer_fits(const struct lwnvme_buffer *buffer, size_t bytes)
{
    return ((uintptr_t)buffer->segments | buffer->flags) == 0 && buffer->length_bytes >= bytes &&
           (buffer->address & 3u) == 0;
}

/* The first and shortest way, but for the doorbell. False: not this way; nothing has been done. */
static LWNVME_ALWAYS_INLINE bool lwnvme_straight_direct(struct lwnvme_queue *queue,
                                                        const struct lwnvme_namespace *ns,
                                                        struct lwnvme_request *request, uint32_t opcode,
                                                        size_t bytes, uint64_t address)
{
    uint64_t prp[2] = {address, 0};
    struct lwnvme_slot *slot;

    prp[0] -= queue->direct_address;
    if (LWNVME_UNLIKELY(prp[0] >= queue->direct_bytes))
        return false;
    prp[0] += queue->direct_dma;
    slot = queue->free_first;
    if (LWNVME_UNLIKELY((prp[0] ^ (prp[0] + bytes - 1u)) > queue->page_mask) || LWNVME_UNLIKELY(slot == NULL))
        return false;
    lwnvme_straight_write(queue, slot, ns, opcode, prp);
    lwnvme_straight_claim(queue, slot, ns, request, bytes);
    return true;
}

#endif

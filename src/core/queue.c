/* SPDX-License-Identifier: MIT */
/*
 * The engine: what happens to a request between its submission and its callback.
 *
 *     submit --> slot free and nothing waiting? --yes--> command written in its place in the ring
 *                        | no                                        | doorbell, at once or with others
 *                        v                                           v
 *                  FIFO of the queue <--rest of a split request--  controller
 *                        |                                           |
 *                        +--<-- a slot is free again <-- completion: dwords 2 and 3 read once, phase, barrier,
 *                                                        identifier and generation checked --> callback
 *
 * Ownership: a queue's owner calls all of this (or holds the lock of a shared queue). A ring of n entries has
 * n - 1 slots, so that a ring with a free slot has room, and neither the submission queue head nor the
 * completion ring's fill level ever needs to be known. Slots are independent of the position in the ring.
 *
 * Ordering: the barriers of barrier.h. While a poll runs, callbacks may submit; their commands reach the
 * controller after the completion doorbell, so that it always has room for what it is asked.
 *
 * Deadlines: a command is stamped with the clock as the last poll saw it, which is too early when nobody
 * polled for a while; the first look at the clock after such a pause moves the stamps of what was submitted
 * in it. A command may so be given a little more time than it asked for, never less.
 */
#include "core.h"

#if !LWNVME_CONFIG_BOOT /* there: single.c */

static void lwnvme_queue_clock_is(struct lwnvme_queue *queue, uint32_t clock_ms);
static uint32_t lwnvme_deadline_named(struct lwnvme_queue *queue, const struct lwnvme_request *request);

void lwnvme_queue_lock(const struct lwnvme_queue *queue)
{
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        queue->controller->ops->lock(queue->controller->host);
}

void lwnvme_queue_unlock(const struct lwnvme_queue *queue)
{
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        queue->controller->ops->unlock(queue->controller->host);
}

/* The owners of a shared queue read these bits under its lock, so they are written under it. */
void lwnvme_queue_slow_set(struct lwnvme_queue *queue, uint32_t bits)
{
    lwnvme_queue_lock(queue);
    queue->slow |= bits;
    lwnvme_queue_unlock(queue);
}

/* doorbell is NULL where a doorbell is more than a register in memory. */
static LWNVME_ALWAYS_INLINE void lwnvme_doorbell_ring(struct lwnvme_queue *queue, volatile uint32_t *doorbell,
                                                      uint32_t is_cq, uint32_t value)
{
    if (LWNVME_LIKELY(doorbell != NULL))
        *doorbell = lwnvme_order32(value);
    else
        queue->ring(queue, is_cq, value);
}

static inline uint32_t lwnvme_cq_head(const struct lwnvme_queue *queue)
{
    return (uint32_t)((uintptr_t)queue->cq_next - (uintptr_t)queue->cq) >> 4;
}

/* Tells the controller of all commands that are in the ring. 0, so that submission may end in it. */
int lwnvme_sq_publish(struct lwnvme_queue *queue)
{
    uint32_t tail = (uint32_t)((uintptr_t)queue->sq_next - (uintptr_t)queue->sq) >> 6;

    queue->sq_told = queue->sq_next;
    queue->doorbells++;
    LWNVME_BARRIER_BEFORE_SQ_DOORBELL();
    lwnvme_doorbell_ring(queue, queue->sq_doorbell, 0, tail);
    return LWNVME_OK;
}

/* lba mod boundary, which is at most 65536 and mostly a power of two. No division: some CPUs have none. */
uint32_t lwnvme_lba_modulo(uint64_t lba, uint32_t boundary)
{
    uint32_t halves[2] = {(uint32_t)lba, (uint32_t)(lba >> 32)};
    uint32_t rest = 0;
    uint32_t bit;

    if ((boundary & (boundary - 1u)) == 0)
        return (uint32_t)lba & (boundary - 1u);
    for (bit = 64; bit != 0; bit--) {
        rest = rest << 1 | (halves[(bit - 1u) >> 5] >> ((bit - 1u) & 31u) & 1u);
        if (rest >= boundary)
            rest -= boundary;
    }
    return rest;
}

/* How many of a split request's blocks the next command takes. */
static uint32_t lwnvme_piece_blocks(const struct lwnvme_request *request, uint32_t blocks)
{
    const struct lwnvme_namespace *ns = request->ns;
    uint32_t room;

    if (blocks > ns->max_blocks)
        blocks = ns->max_blocks;
    if (ns->boundary_blocks != 0) {
        room = ns->boundary_blocks -
               lwnvme_lba_modulo(request->lba + request->blocks_issued, ns->boundary_blocks);
        if (blocks > room)
            blocks = room;
    }
    return blocks;
}

static void lwnvme_sqe_write(struct lwnvme_queue *queue, const struct lwnvme_request *request, uint32_t cid,
                             uint32_t blocks, const struct lwnvme_prp *prp)
{
    uint32_t *sqe = queue->sq_next;
    const struct lwnvme_command *command = &request->command;
    uint64_t lba = request->lba + request->blocks_issued;

    sqe[0] = lwnvme_order32(command->opcode | prp->psdt | cid << 16);
    sqe[1] = lwnvme_order32(command->nsid);
    sqe[2] = lwnvme_order32(command->cdw2);
    sqe[3] = lwnvme_order32(command->cdw3);
    sqe[4] = lwnvme_order32((uint32_t)prp->metadata);
    sqe[5] = lwnvme_order32((uint32_t)(prp->metadata >> 32));
    sqe[6] = lwnvme_order32((uint32_t)prp->prp1);
    sqe[7] = lwnvme_order32((uint32_t)(prp->prp1 >> 32));
    sqe[8] = lwnvme_order32((uint32_t)prp->prp2);
    sqe[9] = lwnvme_order32((uint32_t)(prp->prp2 >> 32));
    if (blocks != 0) {
        sqe[10] = lwnvme_order32((uint32_t)lba);
        sqe[11] = lwnvme_order32((uint32_t)(lba >> 32));
        sqe[12] = lwnvme_order32(command->cdw12 | (blocks - 1u));
    } else {
        sqe[10] = lwnvme_order32(command->cdw10);
        sqe[11] = lwnvme_order32(command->cdw11);
        sqe[12] = lwnvme_order32(command->cdw12);
    }
    sqe[13] = lwnvme_order32(command->cdw13);
    sqe[14] = lwnvme_order32(command->cdw14);
    sqe[15] = lwnvme_order32(command->cdw15);
    if (request->block_count != 0 && LWNVME_EXTENSION(request->ns->dress) != NULL)
        request->ns->dress->piece(request, sqe);
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_memory_sync(queue->controller, sqe, LWNVME_SQE_BYTES, LWNVME_TO_DEVICE, true);
}

static inline void lwnvme_tail_advance(struct lwnvme_queue *queue)
{
    queue->sq_next += LWNVME_SQE_DWORDS;
    if (queue->sq_next == queue->sq_end) {
        queue->sq_next = queue->sq;
        queue->slow |= queue->lap_slow;
    }
}

/* Maps metadata and data of the next *blocks, or of a whole request without blocks. Fewer blocks where one command does
 * not go farther. */
int lwnvme_piece_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                     uint32_t *blocks, struct lwnvme_prp *prp)
{
    uint32_t bytes = request->data_bytes;
    uint32_t wanted;
    int status = LWNVME_OK;

    if ((request->buffer.flags & LWNVME_BUFFER_METADATA) != 0)
        status = request->ns->dress->map(queue, request, slot_index, blocks, &prp->metadata);
    if (*blocks != 0)
        bytes *= *blocks;
    wanted = bytes;
    if (status == LWNVME_OK && LWNVME_EXTENSION(queue->mapper) != NULL)
        status = queue->mapper->map(queue, request, slot_index, &bytes, prp);
    else if (status == LWNVME_OK)
        status = lwnvme_map(queue, request, slot_index, &bytes, prp);
    if (status != LWNVME_OK)
        lwnvme_unmap(queue, slot_index, lwnvme_request_direction(request));
    else if (bytes != wanted)
        *blocks = lwnvme_divide(bytes, request->data_bytes);
    return status;
}

/* Takes the first free slot for a command of a request. earliest_ms may be too early, never too late: it is no later than
 * the default deadline of any moment since it was set. */
static inline void lwnvme_slot_claim(struct lwnvme_queue *queue, struct lwnvme_slot *slot,
                                     struct lwnvme_request *request)
{
    slot->deadline_ms =
        request->timeout_ms != 0 ? lwnvme_deadline_named(queue, request) : queue->default_deadline_ms;
    LWNVME_KEEP(queue->submitted, queue->submitted + 1u);
    queue->free_first = slot->next_free;
    slot->key.part.plain = 1;
    slot->request = request;
}

/* Writes a command of a request into the ring, for the blocks from request->blocks_issued on; takes the first free slot,
 * whose mapping has been made. blocks is 0 for a command that does not say which. */
void lwnvme_piece_send(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t blocks,
                       const struct lwnvme_prp *prp)
{
    struct lwnvme_slot *slot = queue->free_first;

    if ((queue->slow & LWNVME_SLOW_RECALL) != 0)
        queue->controller->recovery->hooks->recall(queue, NULL);
    lwnvme_sqe_write(queue, request, slot->key.part.cid, blocks, prp);
    slot->first_block = request->blocks_issued;
    lwnvme_slot_claim(queue, slot, request);
    request->unsent = 0;
    request->blocks_issued += blocks;
    request->pieces_outstanding++;
    lwnvme_tail_advance(queue);
}

/* Writes the next command of a request into the ring, of at most so many blocks; there is a free slot. An error leaves
 * no trace. */
int lwnvme_piece_issue(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t most_blocks)
{
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t blocks = request->block_count - request->blocks_issued;
    int status;

    if (blocks > most_blocks)
        blocks = most_blocks;
    if (blocks != 0 && blocks > request->ns->straight_blocks)
        blocks = lwnvme_piece_blocks(request, blocks);
    if (request->data_bytes != 0) {
        status = lwnvme_piece_map(queue, request, lwnvme_slot_index(queue->free_first), &blocks, &prp);
        if (status != LWNVME_OK)
            return status;
    }
    lwnvme_piece_send(queue, request, blocks, &prp);
    if (request->blocks_issued != request->block_count)
        queue->splits++;
    return LWNVME_OK;
}

static int lwnvme_piece_issue_any(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    return lwnvme_piece_issue(queue, request, UINT32_MAX);
}

/* Keeps the error of the piece nearest to the start. Of a fused pair, that of the half that did not only fail because
 * of the other. */
static void lwnvme_piece_failed(struct lwnvme_request *request, uint32_t first_block, int status)
{
    if ((status & LWNVME_STATUS_CODE_MASK) == LWNVME_SC_ABORTED_FAILED_FUSED_COMMAND &&
        request->block_count == 0)
        first_block += 2u;
    if (first_block < request->error_block) {
        request->error_block = first_block;
        request->status = status;
    }
}

/* A straight request of which something but success has become goes on as a plain one. */
static void lwnvme_straight_make_plain(struct lwnvme_queue *queue, struct lwnvme_slot *slot)
{
    struct lwnvme_request *request = slot->request;

    if (LWNVME_CONFIG_STRAIGHT != 0 && LWNVME_EXTENSION(queue->controller->recovery) != NULL)
        queue->controller->recovery->hooks->recall(queue, slot);
    if (LWNVME_CONFIG_STRAIGHT == 0 || request->state != LWNVME_REQUEST_STRAIGHT)
        return;
    slot->key.part.plain = 1;
    slot->first_block = 0;
    request->state = LWNVME_REQUEST_ISSUED;
    request->internal_done = NULL;
    request->ns = NULL;
    request->block_count = 0;
    request->blocks_issued = 0;
    request->error_block = LWNVME_NO_ERROR_BLOCK;
    request->pieces_outstanding = 1;
    request->tries = 0;
    request->late = false;
    request->awaits = false;
    request->unsent = 0;
}

/* *last means nothing while *first is NULL. */
void lwnvme_list_append(struct lwnvme_request **first, struct lwnvme_request **last,
                        struct lwnvme_request *request)
{
    request->next = NULL;
    if (*first == NULL)
        *first = request;
    else
        (*last)->next = request;
    *last = request;
}

void lwnvme_waiting_append(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    request->state = LWNVME_REQUEST_QUEUED;
    lwnvme_list_append(&queue->waiting_first, &queue->waiting_last, request);
    queue->slow |= LWNVME_SLOW_WAITING;
}

static void lwnvme_waiting_pop(struct lwnvme_queue *queue)
{
    queue->waiting_first = queue->waiting_first->next;
    if (queue->waiting_first == NULL)
        queue->slow &= ~LWNVME_SLOW_WAITING;
}

/* Issues as much of a request as there are slots for. 0: all of it; LWNVME_PENDING: some is left. */
static int lwnvme_request_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    do {
        if (queue->free_first == NULL)
            return LWNVME_PENDING;
        status = request->issue(queue, request);
        if (status != LWNVME_OK)
            return status;
    } while (request->blocks_issued < request->block_count);
    request->state = LWNVME_REQUEST_ISSUED;
    return LWNVME_OK;
}

static int lwnvme_submit_now(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status = lwnvme_request_issue(queue, request);

    if (status != LWNVME_OK) {
        if (status != LWNVME_PENDING) {
            if (request->pieces_outstanding == 0)
                return status;
            lwnvme_piece_failed(request, request->blocks_issued, status);
            request->state = LWNVME_REQUEST_ISSUED;
        } else {
            if (request->pieces_outstanding == 0 && (request->flags & LWNVME_REQUEST_NO_WAIT) != 0)
                return LWNVME_ERR_BUSY;
            lwnvme_waiting_append(queue, request);
        }
    }
    if (queue->hold == LWNVME_HOLD_NOT && queue->sq_next != queue->sq_told)
        return lwnvme_sq_publish(queue);
    return LWNVME_OK;
}

static int lwnvme_submit_refusal(const struct lwnvme_queue *queue)
{
    int status = lwnvme_controller_refusal(queue->controller);

    if (status != LWNVME_OK)
        return status;
    /* The gate of a queue that stays is closed a moment before the controller says why, and opened a moment after. */
    return LWNVME_GLANCE(queue->state) == LWNVME_QUEUE_LIVE ? LWNVME_ERR_WRONG_STATE
                                                            : LWNVME_ERR_QUEUE_CLOSED;
}

/* The queue takes nothing that is to be sent now; a recovery may let it wait. */
static int lwnvme_submit_closed(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_recovery *recovery = queue->controller->recovery;

    if (recovery == NULL || (request->flags & LWNVME_REQUEST_NO_WAIT) != 0 ||
        !recovery->hooks->await(queue, request))
        return lwnvme_submit_refusal(queue);
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, true);
    lwnvme_waiting_append(queue, request);
    return LWNVME_OK;
}

/* On a shared queue, between the checks of the call and the lock, another owner may have changed the namespace. */
static int lwnvme_submit_slow(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    if (LWNVME_CONFIG_SHARED != 0 && queue->controller->recheck != NULL &&
        (status = queue->controller->recheck(request)) != LWNVME_OK)
        return status;
    if ((queue->slow & LWNVME_SLOW_NO_SUBMIT) != 0)
        return lwnvme_submit_closed(queue, request);
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, true);
    if ((queue->slow & (LWNVME_SLOW_WAITING | LWNVME_SLOW_HELD)) == 0)
        return lwnvme_submit_now(queue, request);
    if ((request->flags & LWNVME_REQUEST_NO_WAIT) != 0)
        return LWNVME_ERR_BUSY;
    lwnvme_waiting_append(queue, request);
    return LWNVME_OK;
}

static int lwnvme_submit_shared(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    lwnvme_queue_lock(queue);
    status = lwnvme_submit_slow(queue, request);
    lwnvme_queue_unlock(queue);
    return status;
}

static int lwnvme_submit_any(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    if (queue->slow == 0)
        return lwnvme_submit_now(queue, request);
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        return lwnvme_submit_shared(queue, request);
    return lwnvme_submit_slow(queue, request);
}

/* Nothing of the request has been sent, and nothing has gone wrong. */
static LWNVME_ALWAYS_INLINE void lwnvme_request_begin(struct lwnvme_request *request)
{
    request->status = LWNVME_OK;
    request->bytes_done = request->data_bytes;
    if (request->block_count != 0)
        request->bytes_done = (uint64_t)request->block_count * request->ns->block_bytes;
    request->blocks_issued = 0;
    request->error_block = LWNVME_NO_ERROR_BLOCK;
    request->pieces_outstanding = 0;
    request->segment_index = 0;
    request->segment_offset = 0;
    request->late = false;
    request->awaits = false;
    request->unsent = 1;
}

/* Takes a request in whose command, namespace, blocks and buffer have been filled in and checked. Refused, it has
 * the result that it had. `issue` writes its commands. */
int lwnvme_submit_by(struct lwnvme_queue *queue, struct lwnvme_request *request,
                     int (*issue)(struct lwnvme_queue *queue, struct lwnvme_request *request))
{
    uint64_t bytes_done = request->bytes_done;
    int result = request->status;
    uint8_t tries = request->tries;
    uint8_t unsent = request->unsent;
    int status;

    if ((request->flags & ~LWNVME_REQUEST_FLAGS) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    request->queue = queue;
    request->mapping = 0;
    if (request->ns != NULL && LWNVME_EXTENSION(request->ns->dress) != NULL &&
        (status = request->ns->dress->begin(request)) != LWNVME_OK)
        return status;
    if (LWNVME_EXTENSION(queue->mapper) != NULL && request->data_bytes != 0 &&
        (status = queue->mapper->begin(queue, request)) != LWNVME_OK)
        return status;
    lwnvme_request_begin(request);
    request->tries = 0;
    request->issue = issue;
    status = lwnvme_submit_any(queue, request);
    if (status != LWNVME_OK) {
        request->status = result;
        request->bytes_done = bytes_done;
        request->tries = tries; /* these two say what is known of what the result is about */
        request->unsent = unsent;
    }
    return status;
}

/* The same with the commands of blocks, or the one command, that it says itself. */
int lwnvme_submit(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    return lwnvme_submit_by(queue, request, lwnvme_piece_issue_any);
}

static int lwnvme_raw_length(const struct lwnvme_buffer *buffer, uint32_t limit_bytes, uint32_t *length_bytes)
{
    uint64_t total = lwnvme_buffer_bytes(buffer, limit_bytes);

    if (total == 0 || (total & 3u) != 0)
        return LWNVME_ERR_BUFFER_LENGTH;
    if (total > limit_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    *length_bytes = (uint32_t)total;
    return LWNVME_OK;
}

/* One command as its dwords say; the caller has checked that the request is idle. */
int lwnvme_submit_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    uint32_t length_bytes = 0;
    int status;

    if (command->opcode > 0xffu)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (buffer != NULL) {
        if ((command->opcode & 3u) == 0)
            return LWNVME_ERR_INVALID_ARGUMENT;
        if ((buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0 && queue->controller->ops->dma_map == NULL)
            return LWNVME_ERR_HOOK_DMA_MAP;
        status = lwnvme_raw_length(buffer, queue->controller->info.max_transfer_bytes, &length_bytes);
        if (status == LWNVME_OK)
            status = lwnvme_buffer_check_aligned(buffer, length_bytes, lwnvme_align_mask(queue));
        if (status != LWNVME_OK)
            return status;
        request->buffer = *buffer;
    }
    request->command = *command;
    request->data_bytes = length_bytes;
    request->block_count = 0;
    request->lba = 0;
    request->ns = NULL;
    return lwnvme_submit(queue, request);
}

/* Whoever waits for a request without a callback may let go of it as soon as its state says so. */
static inline void lwnvme_request_call(struct lwnvme_request *request)
{
    lwnvme_done done = request->internal_done != NULL ? request->internal_done : request->done;

    if (request->ns != NULL && LWNVME_EXTENSION(request->ns->dress) != NULL)
        request->ns->dress->end(request);
    LWNVME_BARRIER_BEFORE_IDLE();
    request->state = LWNVME_REQUEST_IDLE;
    if (done != NULL)
        done(request);
}

/* A request that recovery has kept is ready to be issued again, or comes back after all. */
void lwnvme_request_restart(struct lwnvme_request *request)
{
    if ((request->queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(request->queue, request, true);
    if (request->issue == NULL) /* it was on the straight path */
        request->issue = lwnvme_piece_issue_any;
    lwnvme_request_begin(request);
}

void lwnvme_request_give_back(struct lwnvme_request *request)
{
    lwnvme_request_call(request);
}

/* The one way out for an accepted request, but for those of the straight path that succeed. */
void lwnvme_request_end(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    if (request->error_block != LWNVME_NO_ERROR_BLOCK) {
        uint64_t before =
            request->block_count == 0 ? 0 : (uint64_t)request->error_block * request->ns->block_bytes;

        if (before < request->bytes_done) /* blocks may have grown meanwhile */
            request->bytes_done = before;
    }
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, false);
    if (request->error_block != LWNVME_NO_ERROR_BLOCK &&
        LWNVME_EXTENSION(queue->controller->recovery) != NULL &&
        queue->controller->recovery->hooks->keep(queue, request))
        return;
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0) /* called back after the lock is released */
        lwnvme_list_append(&queue->finished_first, &queue->finished_last, request);
    else
        lwnvme_request_call(request);
}

/* The last piece of a request has ended; one that still has blocks to send stays in the FIFO. */
static void lwnvme_last_piece_end(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    if (request->state == LWNVME_REQUEST_QUEUED) {
        if (request->error_block == LWNVME_NO_ERROR_BLOCK)
            return;
        lwnvme_waiting_pop(queue); /* only the first one waits with pieces on their way */
    }
    lwnvme_request_end(queue, request);
}

static LWNVME_ALWAYS_INLINE void lwnvme_slot_free(struct lwnvme_queue *queue, struct lwnvme_slot *slot)
{
    slot->request = NULL;
    slot->key.part.cid = (uint16_t)(slot->key.part.cid + LWNVME_CID_GENERATION_STEP);
    slot->next_free = queue->free_first;
    queue->free_first = slot;
    LWNVME_KEEP(queue->completed, queue->completed + 1u);
}

/* One command of a request has ended: its slot is free, and the request ends with its last piece. */
static void lwnvme_piece_end(struct lwnvme_queue *queue, uint32_t index, int status)
{
    struct lwnvme_slot *slot = &queue->slots[index];
    struct lwnvme_request *request = slot->request;

    lwnvme_straight_make_plain(queue, slot);
    if (LWNVME_EXTENSION(queue->mapper) != NULL)
        queue->mapper->end(queue, index, status);
    if (status != LWNVME_ERR_BUFFER_HELD)
        lwnvme_unmap(queue, index, lwnvme_request_direction(request));
    else if (lwnvme_maps_end(queue))
        queue->mapping_counts[index] = 0; /* kept for good, like the buffer */
    slot->key.part.plain = 0;
    lwnvme_slot_free(queue, slot);
    if (status != LWNVME_OK)
        lwnvme_piece_failed(request, slot->first_block, status);
    if (--request->pieces_outstanding == 0)
        lwnvme_last_piece_end(queue, request);
}

/* Goes on with what waits, in order, while there are slots; not for ever, since what fails may be submitted
 * again by its callback. */
static void lwnvme_waiting_pump(struct lwnvme_queue *queue)
{
    uint32_t bound = queue->entries;
    struct lwnvme_request *request;
    int status;

    while ((request = queue->waiting_first) != NULL && queue->free_first != NULL && bound-- != 0) {
        if (request->error_block == LWNVME_NO_ERROR_BLOCK) {
            status = lwnvme_request_issue(queue, request);
            if (status == LWNVME_PENDING)
                return;
            if (status != LWNVME_OK)
                lwnvme_piece_failed(request, request->blocks_issued, status);
        }
        lwnvme_waiting_pop(queue);
        request->state = LWNVME_REQUEST_ISSUED;
        if (request->pieces_outstanding == 0)
            lwnvme_request_end(queue, request);
    }
}

/*
 * Dwords 2 and 3 of a completion. Where 64 bits can be read at once, they are; elsewhere dword 3, which has the phase,
 * is read first. Nothing of a completion is read twice.
 */
static LWNVME_ALWAYS_INLINE uint64_t lwnvme_cqe_read(const volatile uint32_t *cqe)
{
#if UINTPTR_MAX > 0xffffffffu
    return lwnvme_order64(*(const volatile uint64_t *)(const volatile void *)(cqe + 2));
#else
    uint32_t dw3 = lwnvme_order32(cqe[3]);

    LWNVME_BARRIER_AFTER_PHASE();
    return (uint64_t)dw3 << 32 | lwnvme_order32(cqe[2]);
#endif
}

/* Whether a completion stands in a place of the ring that is, or is about to be, the next one. Whoever asks need not be the
 * queue's owner. */
bool lwnvme_cqe_is_new(const struct lwnvme_queue *ring, const volatile uint32_t *place)
{
    const uint32_t phase = LWNVME_GLANCE(ring->cq_phase) != 0 ? LWNVME_PHASE_BIT : 0;

    lwnvme_memory_sync(ring->controller, place, LWNVME_CQE_BYTES, LWNVME_FROM_DEVICE, false);
    return (lwnvme_order32(place[3]) & LWNVME_PHASE_BIT) == phase;
}

/* Which of the queues that complete in a ring has this identifier, or NULL. */
static struct lwnvme_queue *lwnvme_submitter(struct lwnvme_queue *queue, uint32_t sqid)
{
    while (queue != NULL && queue->id != sqid)
        queue = queue->sharer;
    return queue;
}

/*
 * A completion whose phase is right (and has been made 0), of a command that was not sent on the straight path, has
 * failed, or does not exist. Nothing in it is believed before it is checked.
 */
static void lwnvme_completion_take_other(struct lwnvme_queue *queue, const volatile uint32_t *cqe,
                                         uint64_t told)
{
    uint32_t dw3 = (uint32_t)(told >> 32);
    uint32_t index = dw3 & LWNVME_CID_INDEX_MASK;
    struct lwnvme_queue *from = lwnvme_submitter(queue, (uint32_t)told >> 16);
    struct lwnvme_slot *slot;

    if (from == NULL || index + 1u >= from->entries ||
        (slot = &from->slots[index])->key.part.cid != (dw3 & 0xffffu) || slot->request == NULL) {
        queue->stale++;
        return;
    }
    slot->request->result_dw0 = lwnvme_order32(cqe[0]);
    slot->request->result_dw1 = lwnvme_order32(cqe[1]);
    if ((dw3 & LWNVME_STATUS_CODE_MASK << 17) == 0)
        dw3 = 0;
    else
        from->errors++;
    lwnvme_piece_end(from, index, (int)(dw3 >> 17));
}

/* Ends a command on the straight path that has succeeded: whether it is one is told by one comparison. The results in
 * dwords 0 and 1 mean nothing then. A slot that is free has no request. */
static LWNVME_ALWAYS_INLINE bool lwnvme_completion_is_straight(struct lwnvme_queue *queue, uint64_t told)
{
    struct lwnvme_slot *slot = &queue->slots[(uint32_t)(told >> 32) & queue->slot_mask];
    struct lwnvme_request *request = slot->request;
    lwnvme_done done;

    if (LWNVME_UNLIKELY(((told ^ slot->key.all) & LWNVME_CQE_TOLD) != 0) || LWNVME_UNLIKELY(request == NULL))
        return false;
    done = request->done;
    lwnvme_slot_free(queue, slot);
    request->state = LWNVME_REQUEST_IDLE;
    if (done != NULL)
        done(request);
    return true;
}

static LWNVME_ALWAYS_INLINE void lwnvme_completion_take(struct lwnvme_queue *queue,
                                                        const volatile uint32_t *cqe, uint64_t told)
{
    if (LWNVME_CONFIG_STRAIGHT == 0 || LWNVME_UNLIKELY(!lwnvme_completion_is_straight(queue, told)))
        lwnvme_completion_take_other(queue, cqe, told);
}

/* Whether what was read is no new completion, once what a new one's phase is has been taken off. */
static LWNVME_ALWAYS_INLINE bool lwnvme_is_old(uint64_t told)
{
    return ((uint32_t)(told >> 32) & LWNVME_PHASE_BIT) != 0;
}

/* Moves on to the next place in the completion ring. Returns the one that was awaited. */
static LWNVME_ALWAYS_INLINE const volatile uint32_t *lwnvme_cq_advance(struct lwnvme_queue *queue)
{
    const volatile uint32_t *cqe = queue->cq_next;

    LWNVME_KEEP(queue->cq_next, queue->cq_next + LWNVME_CQE_DWORDS);
    if (LWNVME_UNLIKELY(queue->cq_next == queue->cq_end)) {
        LWNVME_KEEP(queue->cq_next, queue->cq);
        LWNVME_KEEP(queue->cq_phase, queue->cq_phase ^ LWNVME_CQE_PHASE);
    }
    return cqe;
}

static LWNVME_ALWAYS_INLINE uint64_t lwnvme_cq_look(const struct lwnvme_queue *queue)
{
    return lwnvme_cqe_read(queue->cq_next) ^ queue->cq_phase;
}

/* The same where the CPU may have an older copy of it. */
static uint64_t lwnvme_cq_look_anew(const struct lwnvme_queue *queue)
{
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_memory_sync(queue->controller, queue->cq_next, LWNVME_CQE_BYTES, LWNVME_FROM_DEVICE, false);
    return lwnvme_cq_look(queue);
}

/* Takes the completion that `told` has been read of, and those behind it, up to `most` in all. Returns how many fewer
 * there were. Callbacks cannot get in here again. */
static uint32_t lwnvme_completions_take(struct lwnvme_queue *queue, uint32_t most, uint64_t told)
{
    uint32_t left = most;

    do {
        LWNVME_BARRIER_AFTER_PHASE();
        lwnvme_completion_take(queue, lwnvme_cq_advance(queue), told);
        if (--left == 0)
            break;
        told = lwnvme_cq_look_anew(queue);
    } while (!lwnvme_is_old(told));
    return left;
}

/* The same for a queue with nothing unusual about it, at the price of some memory for code: the position is kept in
 * registers meanwhile. */
#ifdef __OPTIMIZE_SIZE__
#define lwnvme_completions_take_fast lwnvme_completions_take
#else
static LWNVME_ALWAYS_INLINE uint32_t lwnvme_completions_take_fast(struct lwnvme_queue *queue, uint32_t most,
                                                                  uint64_t told)
{
    const volatile uint32_t *cqe = queue->cq_next;
    uint64_t phase = queue->cq_phase;
    uint32_t left = most;

    do {
        LWNVME_BARRIER_AFTER_PHASE();
        cqe += LWNVME_CQE_DWORDS;
        if (LWNVME_UNLIKELY(cqe == queue->cq_end)) {
            cqe = queue->cq;
            phase ^= LWNVME_CQE_PHASE;
        }
        if (LWNVME_UNLIKELY(!lwnvme_completion_is_straight(queue, told)))
            lwnvme_completion_take_other(queue, (cqe == queue->cq ? queue->cq_end : cqe) - LWNVME_CQE_DWORDS,
                                         told);
        if (--left == 0)
            break;
        told = lwnvme_cqe_read(cqe) ^ phase;
    } while (!lwnvme_is_old(told));
    LWNVME_KEEP(queue->cq_next, (volatile uint32_t *)(uintptr_t)cqe);
    LWNVME_KEEP(queue->cq_phase, phase);
    return left;
}
#endif

/*
 * Whether it is time to look at the clock. Only when all answers that were in the ring at some time since the last
 * look have been taken: after a pause of the host those of commands that are not late may still wait there.
 */
static LWNVME_ALWAYS_INLINE bool lwnvme_poll_is_time(struct lwnvme_queue *queue, uint32_t taken,
                                                     uint32_t left)
{
    if (LWNVME_UNLIKELY(left == 0)) {
        queue->undrained += taken;
        if (taken == 0 || queue->undrained < queue->cq_entries)
            return false;
    }
    queue->undrained = 0;
    return taken == 0 || --queue->clock_credit <= 0;
}

/* What is told to the controller when completions have been taken and callbacks have submitted. */
static LWNVME_ALWAYS_INLINE void lwnvme_poll_tell(struct lwnvme_queue *queue, bool taken)
{
    uint32_t head = lwnvme_cq_head(queue);

    if (taken) {
        LWNVME_BARRIER_BEFORE_CQ_DOORBELL();
        lwnvme_doorbell_ring(queue, queue->cq_doorbell, 1, head);
    }
    if (queue->sq_next != queue->sq_told)
        (void)lwnvme_sq_publish(queue);
}

/* Of a whole ring at the most, which may have room for what is sent to other queues, too. */
static LWNVME_ALWAYS_INLINE uint32_t lwnvme_poll_most(const struct lwnvme_queue *queue, uint32_t budget)
{
    return budget - 1u >= queue->cq_entries ? queue->cq_entries : budget;
}

/* The end of a poll, of a queue that has perhaps been stopped by a callback: then no doorbell is rung any more. */
static LWNVME_ALWAYS_INLINE void lwnvme_poll_end(struct lwnvme_queue *queue, uint32_t taken, uint32_t left)
{
    if (LWNVME_UNLIKELY(queue->slow != 0) &&
        (queue->slow & (LWNVME_SLOW_WAITING | LWNVME_SLOW_STOPPED | LWNVME_SLOW_HELD |
                        LWNVME_SLOW_AWAITING)) == LWNVME_SLOW_WAITING)
        lwnvme_waiting_pump(queue);
    queue->hold &= ~LWNVME_HOLD_POLL;
    if (LWNVME_UNLIKELY(queue->slow != 0) && (queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return;
    lwnvme_poll_tell(queue, taken != 0);
    if (LWNVME_LIKELY(!lwnvme_poll_is_time(queue, taken, left)))
        return;
    if ((lwnvme_in_flight(queue) | queue->late) != 0 || LWNVME_EXTENSION(queue->resting) != NULL)
        lwnvme_queue_clock(queue);
    else /* nothing can be late; the credit must not run over */
        queue->clock_credit = LWNVME_CONFIG_POLLS_PER_CLOCK;
}

/* Of a queue whose completions were taken in a poll of another one: what it has to submit, and its deadlines, if all
 * answers that were in the ring at some time since the last look at them have been taken. */
void lwnvme_poll_rest(struct lwnvme_queue *queue, bool drained)
{
    lwnvme_poll_end(queue, 0, drained ? 1 : 0);
}

/* A poll of any queue. */
uint32_t lwnvme_poll_once(struct lwnvme_queue *queue, uint32_t budget)
{
    uint32_t most = lwnvme_poll_most(queue, budget);
    uint32_t left = most;
    uint64_t told;

    queue->hold |= LWNVME_HOLD_POLL;
    told = lwnvme_cq_look_anew(queue);
    if (!lwnvme_is_old(told))
        left = lwnvme_completions_take(queue, most, told);
    lwnvme_poll_end(queue, most - left, left);
    return most - left;
}

/* A poll of a queue with nothing unusual about it, which has more than one completion; the first has been taken. */
static LWNVME_NOINLINE uint32_t lwnvme_poll_more(struct lwnvme_queue *queue, uint32_t budget, uint64_t told)
{
    uint32_t most = lwnvme_poll_most(queue, budget) - 1u;
    uint32_t left = most;

    if (most != 0)
        left = lwnvme_completions_take_fast(queue, most, told);
    lwnvme_poll_end(queue, most - left + 1u, left);
    return most - left + 1u;
}

/* A poll of such a queue, which has a completion: mostly just one. */
static LWNVME_NOINLINE uint32_t lwnvme_poll_plain(struct lwnvme_queue *queue, uint32_t budget, uint64_t told)
{
    LWNVME_BARRIER_AFTER_PHASE();
    queue->hold |= LWNVME_HOLD_POLL;
    lwnvme_completion_take(queue, lwnvme_cq_advance(queue), told);
    told = lwnvme_cq_look(queue);
    if (LWNVME_UNLIKELY(!lwnvme_is_old(told)))
        return lwnvme_poll_more(queue, budget, told);
    lwnvme_poll_end(queue, 1, 1);
    return 1;
}

/* The callbacks of a shared queue whose lock is held: one at a time, so that one that waits for another gets it. */
void lwnvme_poll_call(struct lwnvme_queue *queue)
{
    struct lwnvme_request *request;

    while ((request = queue->finished_first) != NULL) {
        queue->finished_first = request->next;
        queue->calling++;
        lwnvme_queue_unlock(queue);
        lwnvme_request_call(request);
        lwnvme_queue_lock(queue);
        queue->calling--;
    }
}

static uint32_t lwnvme_poll_shared(struct lwnvme_queue *queue, uint32_t budget)
{
    uint32_t taken = 0;

    lwnvme_queue_lock(queue);
    if ((queue->slow & LWNVME_SLOW_STOPPED) == 0)
        taken = lwnvme_poll_once(queue, budget);
    lwnvme_poll_call(queue);
    lwnvme_queue_unlock(queue);
    return taken;
}

/* A poll that finds nothing looks at the clock, and further only when that has moved on. */
static LWNVME_NOINLINE uint32_t lwnvme_poll_idle(struct lwnvme_queue *queue)
{
    const struct lwnvme_controller *controller = queue->controller;
    uint32_t clock_ms;

    queue->undrained = 0;
    clock_ms = (uint32_t)(controller->ops->now_us(controller->host) >> 10);
    if (LWNVME_UNLIKELY(clock_ms != queue->clock_ms))
        lwnvme_queue_clock_is(queue, clock_ms);
    return 0;
}

static LWNVME_NOINLINE uint32_t lwnvme_poll_unusual(struct lwnvme_queue *queue, uint32_t budget)
{
    if ((queue->hold & (LWNVME_HOLD_NOT | LWNVME_HOLD_POLL)) != LWNVME_HOLD_NOT)
        return 0;
    if ((queue->slow & LWNVME_SLOW_MANY) != 0)
        return queue->share->poll_all(queue->cq_queue, budget);
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        return lwnvme_poll_shared(queue, budget);
    return (queue->slow & LWNVME_SLOW_STOPPED) != 0 ? 0 : lwnvme_poll_once(queue, budget);
}

/* Of a plain queue the controller knows all commands: whoever ends a batch, or a poll, tells of them. */
uint32_t lwnvme_queue_poll(struct lwnvme_queue *queue, uint32_t budget)
{
    uint64_t told;

    if (LWNVME_UNLIKELY(queue == NULL))
        return 0;
    if (LWNVME_CONFIG_STRAIGHT == 0 || LWNVME_UNLIKELY(!lwnvme_queue_is_plain(queue)))
        return lwnvme_poll_unusual(queue, budget);
    told = lwnvme_cq_look(queue);
    if (!lwnvme_is_old(told))
        return lwnvme_poll_plain(queue, budget, told);
    return lwnvme_in_flight(queue) != 0 ? lwnvme_poll_idle(queue) : 0;
}

/* Tells of what was held back, if nothing holds it back any more. */
void lwnvme_sq_catch_up(struct lwnvme_queue *queue)
{
    if (queue->hold == LWNVME_HOLD_NOT && queue->sq_next != queue->sq_told &&
        (queue->slow & LWNVME_SLOW_STOPPED) == 0)
        (void)lwnvme_sq_publish(queue);
}

void lwnvme_queue_batch_begin(struct lwnvme_queue *queue)
{
    if (queue == NULL || queue->controller == NULL)
        return;
    lwnvme_queue_lock(queue);
    queue->hold |= LWNVME_HOLD_BATCH;
    lwnvme_queue_unlock(queue);
}

void lwnvme_queue_batch_end(struct lwnvme_queue *queue)
{
    if (queue == NULL || queue->controller == NULL)
        return;
    lwnvme_queue_lock(queue);
    queue->hold &= ~LWNVME_HOLD_BATCH;
    lwnvme_sq_catch_up(queue);
    lwnvme_queue_unlock(queue);
}

uint32_t lwnvme_queue_in_flight(const struct lwnvme_queue *queue)
{
    return queue == NULL ? 0 : lwnvme_in_flight(queue);
}

uint32_t lwnvme_queue_stale(const struct lwnvme_queue *queue)
{
    return queue == NULL ? 0 : queue->stale;
}

/* How long a command of a request may take, in turns of the clock. */
uint32_t lwnvme_request_turns(const struct lwnvme_queue *queue, const struct lwnvme_request *request)
{
    return request->timeout_ms != 0 ? lwnvme_timeout_turns(request->timeout_ms) : queue->timeout_ms;
}

/* Moves deadlines by `shift_ms`: all of them, or those of commands that were stamped `stamp_ms`. */
static void lwnvme_deadlines_move(struct lwnvme_queue *queue, uint32_t stamp_ms, uint32_t shift_ms, bool all)
{
    uint32_t index;

    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];
        uint32_t timeout_ms;

        if (slot->request == NULL)
            continue;
        timeout_ms = lwnvme_request_turns(queue, slot->request);
        if (all || slot->deadline_ms - timeout_ms - LWNVME_CLOCK_SLACK_MS == stamp_ms)
            slot->deadline_ms += shift_ms;
    }
}

/* The clock is behind the queue's, because it has been set back, or ahead by so many days that it seems so: all deadlines so far
 * go with it. */
static void lwnvme_clock_follow(struct lwnvme_queue *queue, uint32_t clock_ms)
{
    uint32_t shift_ms = clock_ms - queue->clock_ms;

    lwnvme_deadlines_move(queue, 0, shift_ms, true);
    LWNVME_SHOW(queue->earliest_ms, queue->earliest_ms + shift_ms);
    LWNVME_SHOW(queue->clock_ms, clock_ms);
    queue->default_deadline_ms += shift_ms;
}

/* Whoever names a deadline gets it by the clock of this moment. One turn less, so that the stamp is not taken for one of
 * the last look at the clock and moved. */
static uint32_t lwnvme_deadline_named(struct lwnvme_queue *queue, const struct lwnvme_request *request)
{
    uint32_t clock_ms = (uint32_t)(lwnvme_now_us(queue->controller) >> 10);
    uint32_t timeout_ms = lwnvme_request_turns(queue, request);
    uint32_t deadline_ms = clock_ms - 1u + timeout_ms + LWNVME_CLOCK_SLACK_MS;

    if (!LWNVME_TIME_AFTER(clock_ms, queue->clock_ms))
        lwnvme_clock_follow(queue, clock_ms);
    if (!LWNVME_TIME_AFTER(deadline_ms, queue->earliest_ms))
        LWNVME_SHOW(queue->earliest_ms, deadline_ms);
    if (timeout_ms < queue->briefest_ms)
        LWNVME_SHOW(queue->briefest_ms, timeout_ms);
    return deadline_ms;
}

/* Whether an answer stands in the ring. */
static bool lwnvme_cq_has_more(const struct lwnvme_queue *ring)
{
    return ring->cq != NULL && !lwnvme_is_old(lwnvme_cq_look_anew(ring));
}

/*
 * Finds what is late, and when to look again. An answer that stands in the ring may be that to a late command; but what
 * was late at the last look, at before_ms, has no answer among those that stood there then, since all of them have been
 * taken.
 */
static void lwnvme_deadlines_check(struct lwnvme_queue *queue, uint32_t before_ms)
{
    const struct lwnvme_recovery *recovery = LWNVME_EXTENSION(queue->controller->recovery);
    uint32_t earliest_ms = queue->default_deadline_ms; /* no later command can be due before */
    uint32_t judged_ms = lwnvme_cq_has_more(queue->cq_queue) ? before_ms : queue->clock_ms;
    bool late = false;
    uint32_t index;

    if (LWNVME_EXTENSION(recovery) != NULL)
        (void)recovery->hooks->late(queue, NULL);

    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];

        if (slot->request == NULL || slot->request->endless != 0)
            continue;
        if (LWNVME_TIME_AFTER(judged_ms, slot->deadline_ms)) {
            lwnvme_straight_make_plain(queue, slot);
            if (LWNVME_EXTENSION(recovery) != NULL && recovery->hooks->late(queue, slot)) {
                earliest_ms = queue->clock_ms + 1u;
                continue;
            }
            lwnvme_piece_failed(slot->request, slot->first_block, LWNVME_ERR_TIMEOUT);
            late = true;
        } else if (!LWNVME_TIME_AFTER(slot->deadline_ms, earliest_ms)) {
            earliest_ms = slot->deadline_ms;
        }
    }
    LWNVME_SHOW(queue->earliest_ms, earliest_ms);
    if (!late)
        return;
    queue->slow |= LWNVME_SLOW_NO_SUBMIT;
    lwnvme_controller_fail(queue->controller, LWNVME_ERR_TIMEOUT);
}

/* The clock went on by more than the slack, or back. */
static void lwnvme_clock_moved(struct lwnvme_queue *queue, uint32_t before_ms, uint32_t passed_ms)
{
    if ((int32_t)passed_ms < 0) { /* back: so do the deadlines, and the last look */
        lwnvme_deadlines_move(queue, 0, passed_ms, true);
        before_ms = queue->clock_ms;
    } else { /* one less, so that the new stamp is never taken for that of a later look and moved again */
        lwnvme_deadlines_move(queue, before_ms, passed_ms - 1u, false);
    }
    lwnvme_deadlines_check(queue, before_ms);
}

/* What a look at the clock means for the commands in flight. */
static void lwnvme_queue_clock_is(struct lwnvme_queue *queue, uint32_t clock_ms)
{
    uint32_t before_ms = queue->clock_ms;

    LWNVME_SHOW(queue->clock_ms, clock_ms);
    queue->clock_credit = LWNVME_CONFIG_POLLS_PER_CLOCK;
    queue->default_deadline_ms = clock_ms + queue->timeout_ms + LWNVME_CLOCK_SLACK_MS;
    if (clock_ms - before_ms >= LWNVME_CLOCK_SLACK_MS)
        lwnvme_clock_moved(queue, before_ms, clock_ms - before_ms);
    else if (LWNVME_TIME_AFTER(clock_ms, queue->earliest_ms))
        lwnvme_deadlines_check(queue, before_ms);
}

/* All slots are free. Those beyond the ring, which make their number a power of two, are nobody's: their keys are equal
 * to nothing that a completion may say. */
static void lwnvme_slots_reset(struct lwnvme_queue *queue)
{
    uint32_t index;

    queue->free_first = &queue->slots[0];
    for (index = 0; index <= queue->slot_mask; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];
        uint32_t generation = (slot->key.part.cid & ~LWNVME_CID_INDEX_MASK) + LWNVME_CID_GENERATION_STEP;

        slot->request = NULL;
        slot->key.part.sqid = queue->id;
        slot->key.part.cid = (uint16_t)(generation | index);
        slot->key.part.plain = index + 1u >= queue->entries;
        queue->list_offsets[index] = lwnvme_list_offset(queue, index);
        slot->next_free = index + 2u < queue->entries ? slot + 1 : NULL;
    }
}

void lwnvme_queue_clock(struct lwnvme_queue *queue)
{
    lwnvme_queue_clock_is(queue, (uint32_t)(lwnvme_now_us(queue->controller) >> 10));
    if (LWNVME_EXTENSION(queue->resting) != NULL)
        queue->controller->recovery->hooks->wake(queue, false);
}

/* Empties both rings and forgets positions; the controller does not know them at this moment. */
void lwnvme_ring_reset(struct lwnvme_queue *queue)
{
    memset(queue->sq, 0, (size_t)queue->entries * LWNVME_SQE_BYTES);
    if (queue->cq != NULL) {
        memset((void *)(uintptr_t)queue->cq, 0, queue->pieces[LWNVME_PIECE_CQ].size_bytes);
        lwnvme_memory_sync(queue->controller, queue->cq, queue->pieces[LWNVME_PIECE_CQ].size_bytes,
                           LWNVME_FROM_DEVICE, true);
        queue->cq_end = queue->cq + (size_t)queue->cq_entries * LWNVME_CQE_DWORDS;
    }
    queue->sq_next = queue->sq;
    queue->sq_told = queue->sq;
    queue->sq_end = queue->sq + (size_t)queue->entries * LWNVME_SQE_DWORDS;
    queue->cq_next = queue->cq;
    queue->cq_phase = LWNVME_CQE_PHASE;
    queue->completed = queue->submitted;
    queue->clock_credit = LWNVME_CONFIG_POLLS_PER_CLOCK;
    queue->clock_ms = (uint32_t)(lwnvme_now_us(queue->controller) >> 10);
    queue->default_deadline_ms = queue->clock_ms + queue->timeout_ms + LWNVME_CLOCK_SLACK_MS;
    queue->earliest_ms = queue->default_deadline_ms;
    queue->briefest_ms = queue->timeout_ms;
    lwnvme_slots_reset(queue);
}

/* Takes what the controller had completed before it stopped: those answers are genuine. */
void lwnvme_queue_reap(struct lwnvme_queue *queue)
{
    queue = queue->cq_queue;
    lwnvme_queue_lock(queue);
    if (queue->cq_next != NULL && (queue->hold & LWNVME_HOLD_POLL) == 0)
        (void)lwnvme_poll_once(queue, 0);
    lwnvme_queue_unlock(queue);
}

static void lwnvme_waiting_give_back(struct lwnvme_queue *queue, int started)
{
    struct lwnvme_request *request;

    while ((request = queue->waiting_first) != NULL) {
        lwnvme_waiting_pop(queue);
        if (request->error_block == LWNVME_NO_ERROR_BLOCK)
            lwnvme_piece_failed(request, request->blocks_issued,
                                request->unsent != 0 ? LWNVME_ERR_NOT_STARTED : started);
        lwnvme_request_end(queue, request);
    }
}

/*
 * Gives every request of a queue back, once the controller cannot touch memory any more. If it may (it did
 * not stop and cannot be fenced off), they are told so: the buffer stays the controller's.
 */
void lwnvme_queue_give_back(struct lwnvme_queue *queue)
{
    int status = queue->controller->device_stopped != 0 ? LWNVME_ERR_ABORTED : LWNVME_ERR_BUFFER_HELD;
    uint32_t index;

    lwnvme_queue_lock(queue);
    queue->hold |= LWNVME_HOLD_POLL;
    if (LWNVME_EXTENSION(queue->controller->recovery) != NULL)
        queue->controller->recovery->hooks->recall(queue, NULL);
    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];

        if (slot->request == NULL)
            continue;
        if (status == LWNVME_ERR_BUFFER_HELD) { /* a straight request learns it at its end */
            slot->request->error_block = LWNVME_NO_ERROR_BLOCK;
            lwnvme_piece_failed(slot->request, 0, status);
        }
        lwnvme_piece_end(queue, index, status);
    }
    lwnvme_waiting_give_back(queue, status);
    if (LWNVME_EXTENSION(queue->resting) != NULL && LWNVME_EXTENSION(queue->controller->recovery) != NULL)
        queue->controller->recovery->hooks->wake(queue, true);
    queue->late = 0;
    queue->hold &= ~LWNVME_HOLD_POLL;
    lwnvme_queue_unlock(queue);
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        (void)lwnvme_poll_shared(queue, 0);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The engine: what happens to a request between its submission and its callback.
 *
 *     submit --> slot free and nothing waiting? --yes--> command written in its place in the ring
 *                        | no                                        | doorbell, at once or with others
 *                        v                                           v
 *                  FIFO of the queue <--rest of a split request--  controller
 *                        |                                           |
 *                        +--<-- a slot is free again <-- completion: phase, barrier, DW3 read once,
 *                                                        identifier and generation checked --> callback
 *
 * Ownership: a queue's owner calls all of this (or holds the lock of a shared queue). A ring of n entries has
 * n - 1 slots, so that a ring with a free slot has room, and neither the submission queue head nor the
 * completion ring's fill level ever needs to be known. Slots are independent of the position in the ring.
 *
 * Ordering: the four barriers of barrier.h. While a poll runs, callbacks may submit; their commands reach the
 * controller after the completion doorbell, so that it always has room for what it is asked.
 *
 * Deadlines: a command is stamped with the clock as the last poll saw it, which is too early when nobody
 * polled for a while; the first look at the clock after such a pause moves the stamps of what was submitted
 * in it. A command may so be given a little more time than it asked for, never less.
 */
#include "core.h"

static void lwnvme_doorbell_by_hook(const struct lwnvme_queue *queue, uint32_t is_cq, uint32_t value)
{
    const struct lwnvme_controller *controller = queue->controller;

    controller->ops->mmio_write32(controller->host, controller->registers,
                                  lwnvme_doorbell_offset(controller, queue->id, is_cq), value);
}

/* doorbell is NULL where registers are reached by a hook. */
static inline void lwnvme_doorbell_ring(const struct lwnvme_queue *queue, volatile uint32_t *doorbell,
                                        uint32_t is_cq, uint32_t value)
{
    if (LWNVME_LIKELY(doorbell != NULL))
        *doorbell = lwnvme_order32(value);
    else
        lwnvme_doorbell_by_hook(queue, is_cq, value);
}

/* Tells the controller of all commands that are in the ring. */
void lwnvme_sq_publish(struct lwnvme_queue *queue)
{
    queue->sq_tail_told = queue->sq_tail;
    LWNVME_BARRIER_BEFORE_SQ_DOORBELL();
    lwnvme_doorbell_ring(queue, queue->sq_doorbell, 0, queue->sq_tail);
}

/* lba mod boundary, which is at most 65535 and mostly a power of two. No division: some CPUs have none. */
static uint32_t lwnvme_lba_modulo(uint64_t lba, uint32_t boundary)
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
    uint32_t *sqe = queue->sq + (size_t)queue->sq_tail * LWNVME_SQE_DWORDS;
    const struct lwnvme_command *command = &request->command;
    uint64_t lba = request->lba + request->blocks_issued;

    sqe[0] = lwnvme_order32(command->opcode | cid << 16);
    sqe[1] = lwnvme_order32(command->nsid);
    sqe[2] = lwnvme_order32(command->cdw2);
    sqe[3] = lwnvme_order32(command->cdw3);
    sqe[4] = 0;
    sqe[5] = 0;
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
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_memory_sync(queue->controller, sqe, LWNVME_SQE_BYTES, LWNVME_TO_DEVICE, true);
}

static inline void lwnvme_tail_advance(struct lwnvme_queue *queue)
{
    uint32_t tail = queue->sq_tail + 1u;

    queue->sq_tail = tail == queue->entries ? 0 : tail;
}

/* Writes the next command of a request into the ring; there is a free slot. An error leaves no trace. */
static int lwnvme_piece_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    uint32_t index = queue->free_head;
    struct lwnvme_slot *slot = &queue->slots[index];
    struct lwnvme_prp prp = {0, 0};
    uint32_t blocks = request->block_count - request->blocks_issued;
    uint32_t bytes = request->data_bytes;
    int status;

    if (blocks != 0 && blocks > request->ns->straight_blocks)
        blocks = lwnvme_piece_blocks(request, blocks);
    if (bytes != 0) {
        if (blocks != 0)
            bytes *= blocks;
        status = lwnvme_map(queue, request, index, &bytes, &prp);
        if (status != LWNVME_OK)
            return status;
        if (blocks != 0)
            blocks = bytes >> request->ns->block_shift;
    }
    lwnvme_sqe_write(queue, request, slot->cid, blocks, &prp);
    slot->first_block = request->blocks_issued;
    lwnvme_slot_claim(queue, slot, request);
    request->blocks_issued += blocks;
    request->pieces_outstanding++;
    lwnvme_tail_advance(queue);
    return LWNVME_OK;
}

/* Keeps the error of the piece nearest to the start. */
static void lwnvme_piece_failed(struct lwnvme_request *request, uint32_t first_block, int status)
{
    if (first_block < request->error_block) {
        request->error_block = first_block;
        request->status = status;
    }
}

/* A straight request of which something but success has become goes on as a plain one. */
static void lwnvme_straight_make_plain(struct lwnvme_slot *slot)
{
    struct lwnvme_request *request = slot->request;

    if (request->state != LWNVME_REQUEST_STRAIGHT)
        return;
    slot->first_block = 0;
    request->state = LWNVME_REQUEST_ISSUED;
    request->internal_done = NULL;
    request->ns = NULL;
    request->block_count = 0;
    request->blocks_issued = 0;
    request->error_block = LWNVME_NO_ERROR_BLOCK;
    request->pieces_outstanding = 1;
}

static void lwnvme_waiting_append(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    request->state = LWNVME_REQUEST_QUEUED;
    request->next = NULL;
    if (queue->waiting_first == NULL)
        queue->waiting_first = request;
    else
        queue->waiting_last->next = request;
    queue->waiting_last = request;
    queue->slow |= LWNVME_SLOW_WAITING;
}

static void lwnvme_waiting_pop(struct lwnvme_queue *queue)
{
    queue->waiting_first = queue->waiting_first->next;
    if (queue->waiting_first == NULL)
        queue->slow &= (uint16_t)~LWNVME_SLOW_WAITING;
}

/* Issues as much of a request as there are slots for. 0: all of it; LWNVME_PENDING: some is left. */
static int lwnvme_request_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    do {
        if (queue->free_head == LWNVME_SLOT_NONE)
            return LWNVME_PENDING;
        status = lwnvme_piece_issue(queue, request);
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
    if (queue->hold == 0 && queue->sq_tail != queue->sq_tail_told)
        lwnvme_sq_publish(queue);
    return LWNVME_OK;
}

static int lwnvme_submit_refusal(const struct lwnvme_queue *queue)
{
    int status = lwnvme_controller_refusal(queue->controller);

    return status != LWNVME_OK ? status : LWNVME_ERR_QUEUE_CLOSED;
}

/* On a shared queue, between the checks of the call and the lock, another owner may have changed the namespace. */
static int lwnvme_submit_slow(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    if (queue->controller->recheck != NULL && (status = queue->controller->recheck(request)) != LWNVME_OK)
        return status;
    if ((queue->slow & LWNVME_SLOW_NO_SUBMIT) != 0)
        return lwnvme_submit_refusal(queue);
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

/* Takes a request in whose command, namespace, blocks and buffer have been filled in and checked. Refused, it has
 * the result that it had. */
int lwnvme_submit(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    uint64_t bytes_done = request->bytes_done;
    int result = request->status;
    int status;

    if ((request->flags & ~LWNVME_REQUEST_FLAGS) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    request->status = LWNVME_OK;
    request->bytes_done = request->data_bytes;
    if (request->block_count != 0)
        request->bytes_done = (uint64_t)request->block_count * request->ns->block_bytes;
    request->blocks_issued = 0;
    request->error_block = LWNVME_NO_ERROR_BLOCK;
    request->pieces_outstanding = 0;
    request->segment_index = 0;
    request->segment_offset = 0;
    request->queue = queue;
    status = lwnvme_submit_any(queue, request);
    if (status != LWNVME_OK) {
        request->status = result;
        request->bytes_done = bytes_done;
    }
    return status;
}

static int lwnvme_raw_length(const struct lwnvme_buffer *buffer, uint32_t limit_bytes, uint32_t *length_bytes)
{
    uint64_t total = buffer->length_bytes;
    uint32_t index;

    if (buffer->segments != NULL) {
        total = 0;
        for (index = 0; index < buffer->segment_count && total <= limit_bytes; index++)
            total += buffer->segments[index].length_bytes;
    }
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
            status = lwnvme_buffer_check(buffer, length_bytes);
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

int lwnvme_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
               const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    if (queue == NULL || request == NULL || command == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    /* All of these move data, by the specifications; without a buffer that would be to and from address 0. */
    if (buffer == NULL && (command->opcode & 3u) != 0 && command->opcode < LWNVME_NVM_FIRST_VENDOR)
        return LWNVME_ERR_NULL_ARGUMENT;
    request->internal_done = NULL;
    return lwnvme_submit_raw(queue, request, command, buffer);
}

/* Whoever waits for a request without a callback may let go of it as soon as its state says so. */
static inline void lwnvme_request_call(struct lwnvme_request *request)
{
    lwnvme_done done = request->internal_done != NULL ? request->internal_done : request->done;

    LWNVME_BARRIER_STORE_STORE();
    request->state = LWNVME_REQUEST_IDLE;
    if (done != NULL)
        done(request);
}

/* Shared queues call back after the lock is released. */
static void lwnvme_finished_append(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    request->next = NULL;
    if (queue->finished_first == NULL)
        queue->finished_first = request;
    else
        queue->finished_last->next = request;
    queue->finished_last = request;
}

/* The one way out for an accepted request, but for those of the straight path that succeed. */
void lwnvme_request_end(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    if (request->error_block != LWNVME_NO_ERROR_BLOCK)
        request->bytes_done =
            request->block_count == 0 ? 0 : (uint64_t)request->error_block * request->ns->block_bytes;
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, false);
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        lwnvme_finished_append(queue, request);
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

static inline void lwnvme_slot_free(struct lwnvme_queue *queue, struct lwnvme_slot *slot, uint32_t index)
{
    slot->request = NULL;
    slot->cid = (uint16_t)(slot->cid + LWNVME_CID_GENERATION_STEP);
    slot->next_free = (uint16_t)queue->free_head;
    queue->free_head = index;
    queue->in_flight--;
}

/* One command of a request has ended: its slot is free, and the request ends with its last piece. */
static void lwnvme_piece_end(struct lwnvme_queue *queue, uint32_t index, int status)
{
    struct lwnvme_slot *slot = &queue->slots[index];
    struct lwnvme_request *request = slot->request;

    lwnvme_straight_make_plain(slot);
    if (status != LWNVME_ERR_BUFFER_HELD)
        lwnvme_unmap(queue, index, lwnvme_request_direction(request));
    else if (queue->mappings != NULL)
        queue->mapping_counts[index] = 0; /* kept for good, like the buffer */
    lwnvme_slot_free(queue, slot, index);
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

    while ((request = queue->waiting_first) != NULL && queue->free_head != LWNVME_SLOT_NONE && bound-- != 0) {
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
 * A completion whose phase is right. Each dword of it is read once, and nothing in it is believed before it is
 * checked. The results in dwords 0 and 1 mean nothing for reads and writes on the straight path.
 */
static inline void lwnvme_completion_take(struct lwnvme_queue *queue, const volatile uint32_t *cqe,
                                          uint32_t dw3)
{
    uint32_t index = dw3 & LWNVME_CID_INDEX_MASK;
    struct lwnvme_slot *slot = &queue->slots[index];
    struct lwnvme_request *request;

    if (LWNVME_UNLIKELY(index + 1u >= queue->entries) || LWNVME_UNLIKELY(slot->cid != (dw3 & 0xffffu)) ||
        LWNVME_UNLIKELY(lwnvme_order32(cqe[2]) >> 16 != queue->id) ||
        LWNVME_UNLIKELY((request = slot->request) == NULL)) {
        queue->stale++;
    } else if (LWNVME_LIKELY((dw3 & LWNVME_STATUS_CODE_MASK << 17) == 0 &&
                             request->state == LWNVME_REQUEST_STRAIGHT)) {
        lwnvme_done done = request->done;

        lwnvme_slot_free(queue, slot, index);
        request->state = LWNVME_REQUEST_IDLE;
        if (done != NULL)
            done(request);
    } else {
        request->result_dw0 = lwnvme_order32(cqe[0]);
        request->result_dw1 = lwnvme_order32(cqe[1]);
        lwnvme_piece_end(queue, index,
                         (dw3 & LWNVME_STATUS_CODE_MASK << 17) == 0 ? LWNVME_OK : (int)(dw3 >> 17));
    }
}

/* Takes completions until there are no more, or the budget is used up. Callbacks cannot get in here again, so
 * the position is kept in registers meanwhile. */
static LWNVME_ALWAYS_INLINE uint32_t lwnvme_completions_take(struct lwnvme_queue *queue, uint32_t budget,
                                                             bool sync)
{
    const volatile uint32_t *end = queue->cq + (size_t)queue->entries * LWNVME_CQE_DWORDS;
    const volatile uint32_t *cqe = queue->cq + (size_t)queue->cq_head * LWNVME_CQE_DWORDS;
    uint32_t phase_bit = queue->cq_phase << 16;
    uint32_t left = budget == 0 || budget > queue->entries ? queue->entries : budget;
    uint32_t most = left;
    uint32_t dw3;

    for (; left != 0; left--) {
        const volatile uint32_t *taken = cqe;

        if (sync)
            lwnvme_memory_sync(queue->controller, cqe, LWNVME_CQE_BYTES, LWNVME_FROM_DEVICE, false);
        dw3 = lwnvme_order32(cqe[3]);
        if (((dw3 ^ phase_bit) & 1u << 16) != 0)
            break;
        LWNVME_BARRIER_AFTER_PHASE();
        cqe += LWNVME_CQE_DWORDS;
        if (LWNVME_UNLIKELY(cqe == end)) {
            cqe = queue->cq;
            phase_bit ^= 1u << 16;
        }
        lwnvme_completion_take(queue, taken, dw3);
    }
    queue->cq_head = (uint32_t)((uintptr_t)cqe - (uintptr_t)queue->cq) >> 4;
    queue->cq_phase = phase_bit >> 16;
    queue->undrained = left != 0 ? 0 : queue->undrained + most;
    return most - left;
}

/*
 * Whether it is time to look at the clock. Only when all answers that were in the ring at some time since the last
 * look have been taken: after a pause of the host those of commands that are not late may still wait there.
 */
static void lwnvme_poll_clock(struct lwnvme_queue *queue, uint32_t taken)
{
    if (queue->undrained != 0 && queue->undrained < queue->entries)
        return;
    if (queue->undrained == 0 && taken != 0 && (++queue->polls & (LWNVME_CONFIG_POLLS_PER_CLOCK - 1u)) != 0)
        return;
    queue->undrained = 0;
    lwnvme_queue_clock(queue);
}

/* A stopped queue is looked at only when its requests are given back: no doorbell is rung any more. */
static uint32_t lwnvme_poll_once(struct lwnvme_queue *queue, uint32_t budget)
{
    uint32_t taken;

    queue->hold |= LWNVME_HOLD_POLL;
    if (LWNVME_LIKELY((queue->slow & LWNVME_SLOW_SYNC) == 0))
        taken = lwnvme_completions_take(queue, budget, false);
    else
        taken = lwnvme_completions_take(queue, budget, true);
    if ((queue->slow & (LWNVME_SLOW_WAITING | LWNVME_SLOW_STOPPED | LWNVME_SLOW_HELD)) == LWNVME_SLOW_WAITING)
        lwnvme_waiting_pump(queue);
    queue->hold &= (uint8_t)~LWNVME_HOLD_POLL;
    if ((queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return taken;
    if (taken != 0) {
        LWNVME_BARRIER_BEFORE_CQ_DOORBELL();
        lwnvme_doorbell_ring(queue, queue->cq_doorbell, 1, queue->cq_head);
    }
    if (queue->sq_tail != queue->sq_tail_told)
        lwnvme_sq_publish(queue);
    if (queue->in_flight != 0)
        lwnvme_poll_clock(queue, taken);
    return taken;
}

/* Requests are called back one at a time, so that a callback that waits for another one gets it. */
static uint32_t lwnvme_poll_shared(struct lwnvme_queue *queue, uint32_t budget)
{
    struct lwnvme_request *request;
    uint32_t taken = 0;

    lwnvme_queue_lock(queue);
    if ((queue->slow & LWNVME_SLOW_STOPPED) == 0)
        taken = lwnvme_poll_once(queue, budget);
    while ((request = queue->finished_first) != NULL) {
        queue->finished_first = request->next;
        queue->calling++;
        lwnvme_queue_unlock(queue);
        lwnvme_request_call(request);
        lwnvme_queue_lock(queue);
        queue->calling--;
    }
    lwnvme_queue_unlock(queue);
    return taken;
}

/* Whether there is nothing to do but to look at the clock. */
static inline bool lwnvme_poll_is_idle(const struct lwnvme_queue *queue)
{
    const volatile uint32_t *cqe = queue->cq + (size_t)queue->cq_head * LWNVME_CQE_DWORDS;

    return (lwnvme_order32(cqe[3]) >> 16 & 1u) != queue->cq_phase && queue->sq_tail == queue->sq_tail_told;
}

uint32_t lwnvme_queue_poll(struct lwnvme_queue *queue, uint32_t budget)
{
    if (queue == NULL || queue->controller == NULL || (queue->hold & LWNVME_HOLD_POLL) != 0)
        return 0;
    if (LWNVME_LIKELY(queue->slow == 0)) {
        if (!lwnvme_poll_is_idle(queue))
            return lwnvme_poll_once(queue, budget);
        if (queue->in_flight != 0)
            lwnvme_queue_clock(queue);
        return 0;
    }
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        return lwnvme_poll_shared(queue, budget);
    return (queue->slow & LWNVME_SLOW_STOPPED) != 0 ? 0 : lwnvme_poll_once(queue, budget);
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
    queue->hold &= (uint8_t)~LWNVME_HOLD_BATCH;
    if (queue->hold == 0 && queue->sq_tail != queue->sq_tail_told && (queue->slow & LWNVME_SLOW_STOPPED) == 0)
        lwnvme_sq_publish(queue);
    lwnvme_queue_unlock(queue);
}

uint32_t lwnvme_queue_in_flight(const struct lwnvme_queue *queue)
{
    return queue == NULL ? 0 : queue->in_flight;
}

uint32_t lwnvme_queue_stale(const struct lwnvme_queue *queue)
{
    return queue == NULL ? 0 : queue->stale;
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
        timeout_ms = queue->timeout_ms;
        if (slot->request->timeout_ms != 0)
            timeout_ms = lwnvme_timeout_turns(slot->request->timeout_ms);
        if (all || slot->deadline_ms - timeout_ms - LWNVME_CLOCK_SLACK_MS == stamp_ms)
            slot->deadline_ms += shift_ms;
    }
}

/* Finds what is late, and when to look again. */
static void lwnvme_deadlines_check(struct lwnvme_queue *queue)
{
    uint32_t earliest_ms = queue->default_deadline_ms; /* no later command can be due before */
    bool late = false;
    uint32_t index;

    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];

        if (slot->request == NULL || slot->request->endless != 0)
            continue;
        if (LWNVME_TIME_AFTER(queue->clock_ms, slot->deadline_ms)) {
            lwnvme_straight_make_plain(slot);
            lwnvme_piece_failed(slot->request, slot->first_block, LWNVME_ERR_TIMEOUT);
            late = true;
        } else if (!LWNVME_TIME_AFTER(slot->deadline_ms, earliest_ms)) {
            earliest_ms = slot->deadline_ms;
        }
    }
    queue->earliest_ms = earliest_ms;
    if (!late)
        return;
    queue->slow |= LWNVME_SLOW_NO_SUBMIT;
    lwnvme_controller_fail(queue->controller, LWNVME_ERR_TIMEOUT);
}

/* The clock went on by more than the slack, or back. */
static void lwnvme_clock_moved(struct lwnvme_queue *queue, uint32_t before_ms, uint32_t passed_ms)
{
    if ((int32_t)passed_ms < 0) /* back: so do the deadlines */
        lwnvme_deadlines_move(queue, 0, passed_ms, true);
    else /* one less, so that the new stamp is never taken for that of a later look and moved again */
        lwnvme_deadlines_move(queue, before_ms, passed_ms - 1u, false);
    lwnvme_deadlines_check(queue);
}

/* Looks at the clock on behalf of the commands in flight. */
void lwnvme_queue_clock(struct lwnvme_queue *queue)
{
    uint32_t before_ms = queue->clock_ms;
    uint32_t clock_ms = (uint32_t)(lwnvme_now_us(queue->controller) >> 10);

    queue->clock_ms = clock_ms;
    queue->default_deadline_ms = clock_ms + queue->timeout_ms + LWNVME_CLOCK_SLACK_MS;
    if (clock_ms - before_ms >= LWNVME_CLOCK_SLACK_MS)
        lwnvme_clock_moved(queue, before_ms, clock_ms - before_ms);
    else if (LWNVME_TIME_AFTER(clock_ms, queue->earliest_ms))
        lwnvme_deadlines_check(queue);
}

/* Empties both rings and forgets positions; the controller does not know them at this moment. */
void lwnvme_ring_reset(struct lwnvme_queue *queue)
{
    uint32_t index;

    memset(queue->sq, 0, (size_t)queue->entries * LWNVME_SQE_BYTES);
    memset((void *)(uintptr_t)queue->cq, 0, (size_t)queue->entries * LWNVME_CQE_BYTES);
    lwnvme_memory_sync(queue->controller, queue->sq, (size_t)queue->entries * LWNVME_SQE_BYTES,
                       LWNVME_TO_DEVICE, true);
    lwnvme_memory_sync(queue->controller, queue->cq, (size_t)queue->entries * LWNVME_CQE_BYTES,
                       LWNVME_FROM_DEVICE, true);
    queue->sq_tail = 0;
    queue->sq_tail_told = 0;
    queue->cq_head = 0;
    queue->cq_phase = 1;
    queue->in_flight = 0;
    queue->clock_ms = (uint32_t)(lwnvme_now_us(queue->controller) >> 10);
    queue->default_deadline_ms = queue->clock_ms + queue->timeout_ms + LWNVME_CLOCK_SLACK_MS;
    queue->earliest_ms = queue->default_deadline_ms;
    queue->free_head = 0;
    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];
        slot->request = NULL;
        slot->cid = (uint16_t)(((slot->cid & ~LWNVME_CID_INDEX_MASK) + LWNVME_CID_GENERATION_STEP) | index);
        slot->list_offset = lwnvme_list_offset(queue, index);
        slot->next_free = index + 2u < queue->entries ? (uint16_t)(index + 1u) : (uint16_t)LWNVME_SLOT_NONE;
    }
}

/* Takes what the controller had completed before it stopped: those answers are genuine. */
void lwnvme_queue_reap(struct lwnvme_queue *queue)
{
    lwnvme_queue_lock(queue);
    if (queue->cq != NULL && (queue->hold & LWNVME_HOLD_POLL) == 0)
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
                                request->blocks_issued == 0 ? LWNVME_ERR_NOT_STARTED : started);
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
    for (index = 0; index + 1u < queue->entries; index++) {
        struct lwnvme_slot *slot = &queue->slots[index];

        if (slot->request == NULL)
            continue;
        lwnvme_straight_make_plain(slot);
        if (status == LWNVME_ERR_BUFFER_HELD) {
            slot->request->error_block = LWNVME_NO_ERROR_BLOCK;
            lwnvme_piece_failed(slot->request, 0, status);
        }
        lwnvme_piece_end(queue, index, status);
    }
    lwnvme_waiting_give_back(queue, status);
    queue->hold &= (uint8_t)~LWNVME_HOLD_POLL;
    lwnvme_queue_unlock(queue);
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        (void)lwnvme_poll_shared(queue, 0);
}

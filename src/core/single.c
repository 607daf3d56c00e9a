/* SPDX-License-Identifier: MIT */
/*
 * The engine of a boot loader (LWNVME_CONFIG_BOOT): one I/O queue, and one command at a time in each queue. In place of
 * queue.c, queue_life.c and map.c, with their names and their promises.
 *
 *     submit --> nothing in flight? --no--> LWNVME_ERR_BUSY
 *                    | yes
 *                    v
 *        PRP entries, command in the ring, doorbell --> controller
 *                                                          |
 *        callback <-- identifier checked, doorbell <-- completion: phase, barrier, dwords read once
 *
 * Positions follow from two numbers: how many commands have been sent (the next one's identifier, too: a late or double
 * answer meets another one until 32768 commands later), and how many completions have been taken, bogus ones included.
 *
 * Everything is done with a completion before its callback runs, which may so submit again. Memory is a part of what
 * the controller's owner allocates at bring-up (lwnvme_single_allocate) and frees in a close, so that there is none to
 * free when a queue cannot be made.
 */
#include "core.h"

#if LWNVME_CONFIG_BOOT

/* Whole pages of the controller's, one after the other: two for admin_page.c, and two for each queue: its submission
 * ring; its completion ring with the PRP list of its one command in the second half. */
#define LWNVME_SINGLE_PAGES 6u

/* All of an identifier is its generation. FFFFh is none: in the error log it stands for no command. */
#define LWNVME_SINGLE_CID_MASK 0x7fffu

LWNVME_STATIC_ASSERT(LWNVME_CONFIG_ADMIN_ENTRIES *LWNVME_SQE_BYTES <= LWNVME_PAGE_MIN &&
                         LWNVME_CONFIG_ADMIN_ENTRIES * LWNVME_CQE_BYTES <= LWNVME_PAGE_MIN / 2 &&
                         (LWNVME_CONFIG_ADMIN_ENTRIES & (LWNVME_CONFIG_ADMIN_ENTRIES - 1)) == 0,
                     "each ring in its place, and positions by a mask");

int lwnvme_single_allocate(struct lwnvme_controller *controller)
{
    void *memory;
    int status;

    controller->pages_bytes = (size_t)LWNVME_SINGLE_PAGES * controller->page_bytes;
    status = lwnvme_dma_get(controller, controller->pages_bytes, &memory, &controller->pages_dma);
    if (status != LWNVME_OK)
        return status;
    controller->pages = (uint8_t *)memory;
    return LWNVME_OK;
}

/* The page of a queue's ring, from that of the first on. */
static size_t lwnvme_single_offset(const struct lwnvme_queue *queue, uint32_t is_cq)
{
    return (size_t)queue->page_bytes * (2u + 2u * queue->id + is_cq);
}

/* Where the controller finds it. */
uint64_t lwnvme_single_ring(const struct lwnvme_queue *queue, uint32_t is_cq)
{
    return queue->controller->pages_dma + lwnvme_single_offset(queue, is_cq);
}

/* A queue of so many entries, a power of two, which the controller does not know yet. */
void lwnvme_single_begin(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries,
                         uint32_t timeout_ms)
{
    queue->controller = controller;
    queue->incarnation = controller->incarnation;
    queue->page_bytes = controller->page_bytes;
    queue->entries = entries;
    queue->timeout_ms = lwnvme_timeout_turns(timeout_ms);
    queue->sq = (uint32_t *)(void *)(controller->pages + lwnvme_single_offset(queue, 0));
    queue->cq = (volatile uint32_t *)(void *)(controller->pages + lwnvme_single_offset(queue, 1));
    queue->hold = LWNVME_HOLD_NOT;
    queue->slow = LWNVME_SLOW_NO_SUBMIT;
}

enum lwnvme_direction lwnvme_request_direction(const struct lwnvme_request *request)
{
    return (enum lwnvme_direction)(request->command.opcode & 3u);
}

int lwnvme_buffer_check_aligned(const struct lwnvme_buffer *buffer, uint64_t needed_bytes,
                                uint32_t align_mask)
{
    uint64_t last = buffer->address + (needed_bytes - 1u);
    bool is_device = (buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0;

    if ((buffer->flags & ~LWNVME_BUFFER_DEVICE_ADDRESS) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (buffer->segments != NULL)
        return LWNVME_ERR_LEFT_OUT;
    if (buffer->address == 0 && !is_device)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((buffer->address & align_mask) != 0)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    if (buffer->length_bytes < needed_bytes || last < buffer->address || (!is_device && last > UINTPTR_MAX))
        return LWNVME_ERR_BUFFER_LENGTH;
    return LWNVME_OK;
}

/* Asks the host where the next bytes are, and for how many that holds. */
static int lwnvme_single_translate(const struct lwnvme_controller *controller,
                                   const struct lwnvme_request *request, uint64_t address, uint64_t *dma,
                                   size_t *run)
{
    size_t wanted = *run;

    *dma = address;
    if ((request->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0) {
        if (!controller->ops->dma_map(controller->host, (const void *)(uintptr_t)address, wanted,
                                      lwnvme_request_direction(request), dma, run) ||
            ((*run | (uint32_t)*dma) & 3u) != 0)
            *run = 0;
        if (*run > wanted)
            *run = wanted;
        if (*run == 0)
            return LWNVME_ERR_DMA_MAP;
    }
    return lwnvme_dma_in_reach(controller, *dma, *run) ? LWNVME_OK : LWNVME_ERR_DMA_LIMIT;
}

/*
 * PRP1, PRP2 and, for more than two pages, a list. It ends before the last entry of its page, since no transfer is
 * longer than lwnvme_limits_set allows. What the host translates to runs that do not join at page boundaries is refused.
 */
static int lwnvme_single_map(const struct lwnvme_queue *queue, const struct lwnvme_request *request,
                             uint64_t prp[2])
{
    uint32_t mask = queue->page_bytes - 1u;
    size_t list_at = queue->page_bytes / 2u;
    uint64_t *list = (uint64_t *)((uintptr_t)queue->cq + list_at);
    uint64_t address = request->buffer.address;
    uint32_t left = request->data_bytes;
    uint32_t count = 0;
    uint64_t end = 0;
    uint64_t dma;
    size_t run;
    int status;

    for (; left != 0; left -= (uint32_t)run) {
        run = left;
        status = lwnvme_single_translate(queue->controller, request, address, &dma, &run);
        if (status != LWNVME_OK)
            return status;
        if (count != 0 && (((uint32_t)dma | (uint32_t)end) & mask) != 0) {
            if (dma != end)
                return LWNVME_ERR_BUFFER_LAYOUT;
        } else {
            if (count < 2)
                prp[count] = dma;
            if (count != 0)
                list[count - 1u] = lwnvme_order64(dma);
            count++;
        }
        if (run > mask + 1u - ((uint32_t)dma & mask))
            run = mask + 1u - ((uint32_t)dma & mask);
        address += run;
        end = dma + run;
    }
    if (count > 2) {
        prp[1] = lwnvme_single_ring(queue, 1) + list_at;
        lwnvme_memory_sync(queue->controller, list, count * sizeof(*list), LWNVME_TO_DEVICE, true);
    }
    return LWNVME_OK;
}

static void lwnvme_single_write(struct lwnvme_queue *queue, const struct lwnvme_request *request,
                                const uint64_t prp[2])
{
    uint32_t *sqe = queue->sq + (size_t)(queue->submitted & (queue->entries - 1u)) * LWNVME_SQE_DWORDS;
    const struct lwnvme_command *command = &request->command;

    memset(sqe, 0, LWNVME_SQE_BYTES);
    sqe[0] = lwnvme_order32(command->opcode | (queue->submitted & LWNVME_SINGLE_CID_MASK) << 16);
    sqe[1] = lwnvme_order32(command->nsid);
    sqe[2] = lwnvme_order32(command->cdw2);
    sqe[3] = lwnvme_order32(command->cdw3);
    sqe[6] = lwnvme_order32((uint32_t)prp[0]);
    sqe[7] = lwnvme_order32((uint32_t)(prp[0] >> 32));
    sqe[8] = lwnvme_order32((uint32_t)prp[1]);
    sqe[9] = lwnvme_order32((uint32_t)(prp[1] >> 32));
    sqe[10] = lwnvme_order32(command->cdw10);
    sqe[11] = lwnvme_order32(command->cdw11);
    sqe[12] = lwnvme_order32(command->cdw12);
    sqe[13] = lwnvme_order32(command->cdw13);
    sqe[14] = lwnvme_order32(command->cdw14);
    sqe[15] = lwnvme_order32(command->cdw15);
    lwnvme_memory_sync(queue->controller, sqe, LWNVME_SQE_BYTES, LWNVME_TO_DEVICE, true);
}

static void lwnvme_single_tell(const struct lwnvme_queue *queue, uint32_t is_cq, uint32_t count)
{
    lwnvme_register_write(queue->controller, lwnvme_doorbell_offset(queue->controller, queue->id, is_cq),
                          count & (queue->entries - 1u));
}

static uint32_t lwnvme_single_clock(const struct lwnvme_queue *queue)
{
    return (uint32_t)(lwnvme_now_us(queue->controller) >> 10);
}

/* Cache maintenance for the caller's data. */
static void lwnvme_single_sync(const struct lwnvme_queue *queue, const struct lwnvme_request *request,
                               bool for_device)
{
    if (request->data_bytes != 0 && (request->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0)
        lwnvme_memory_sync(queue->controller, (const void *)(uintptr_t)request->buffer.address,
                           request->data_bytes, lwnvme_request_direction(request), for_device);
}

/* Takes a request in whose command and buffer, with data_bytes in all, have been filled in and checked. */
int lwnvme_submit(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    uint64_t prp[2] = {0, 0};
    int status;

    if ((request->flags & ~LWNVME_REQUEST_FLAGS) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (queue->slow != 0) {
        status = lwnvme_controller_refusal(queue->controller);
        return status != LWNVME_OK ? status : LWNVME_ERR_QUEUE_CLOSED;
    }
    if (queue->waiting_first != NULL)
        return LWNVME_ERR_BUSY;
    lwnvme_single_sync(queue, request, true);
    status = lwnvme_single_map(queue, request, prp);
    if (status != LWNVME_OK)
        return status;
    lwnvme_single_write(queue, request, prp);
    request->queue = queue;
    request->state = LWNVME_REQUEST_ISSUED;
    queue->waiting_first = request;
    queue->clock_ms = lwnvme_single_clock(queue);
    queue->late = 0;
    queue->submitted++;
    lwnvme_single_tell(queue, 0, queue->submitted);
    return LWNVME_OK;
}

/* One command as its dwords say; the caller has checked that the request is idle. */
int lwnvme_submit_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    size_t length_bytes = 0;
    int status;

    if (command->opcode > 0xffu)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (buffer != NULL) {
        length_bytes = buffer->length_bytes;
        if ((command->opcode & 3u) == 0)
            return LWNVME_ERR_INVALID_ARGUMENT;
        if ((buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0 && queue->controller->ops->dma_map == NULL)
            return LWNVME_ERR_HOOK_DMA_MAP;
        if (length_bytes > queue->controller->info.max_transfer_bytes)
            return LWNVME_ERR_TRANSFER_SIZE;
        status = lwnvme_buffer_check_aligned(buffer, length_bytes, 3);
        if (status == LWNVME_OK && (length_bytes == 0 || (length_bytes & 3u) != 0))
            status = LWNVME_ERR_BUFFER_LENGTH;
        if (status != LWNVME_OK)
            return status;
        request->buffer = *buffer;
    }
    request->command = *command;
    request->data_bytes = (uint32_t)length_bytes;
    return lwnvme_submit(queue, request);
}

/* The one way out for an accepted request. */
static void lwnvme_single_end(struct lwnvme_queue *queue, int status)
{
    struct lwnvme_request *request = queue->waiting_first;
    lwnvme_done done = request->internal_done != NULL ? request->internal_done : request->done;

    queue->waiting_first = NULL;
    if (queue->late != 0 && status != LWNVME_ERR_BUFFER_HELD)
        status = LWNVME_ERR_TIMEOUT;
    request->status = status;
    request->bytes_done = status == LWNVME_OK ? request->data_bytes : 0;
    lwnvme_single_sync(queue, request, false);
    LWNVME_BARRIER_BEFORE_IDLE();
    request->state = LWNVME_REQUEST_IDLE;
    if (done != NULL)
        done(request);
}

/* A completion whose phase is right. Nothing in it is believed before it is checked. */
static void lwnvme_single_take(struct lwnvme_queue *queue, const uint32_t cqe[4])
{
    struct lwnvme_request *request = queue->waiting_first;
    uint32_t cid = (queue->submitted - 1u) & LWNVME_SINGLE_CID_MASK;

    if (request == NULL || cqe[2] >> 16 != queue->id || (cqe[3] & 0xffffu) != cid) {
        queue->stale++;
        return;
    }
    request->result_dw0 = cqe[0];
    request->result_dw1 = cqe[1];
    /* SC and SCT both 0 are success, whatever else is said. */
    lwnvme_single_end(queue, (cqe[3] & LWNVME_STATUS_CODE_MASK << 17) == 0 ? LWNVME_OK : (int)(cqe[3] >> 17));
}

/* Takes what stands in the completion ring, up to a whole ring. Returns how many. */
static uint32_t lwnvme_single_poll(struct lwnvme_queue *queue)
{
    uint32_t taken = 0;

    queue->hold |= LWNVME_HOLD_POLL;
    while (taken != queue->entries) {
        const volatile uint32_t *place =
            queue->cq + (size_t)(queue->completed & (queue->entries - 1u)) * LWNVME_CQE_DWORDS;
        uint32_t cqe[4];

        lwnvme_memory_sync(queue->controller, place, LWNVME_CQE_BYTES, LWNVME_FROM_DEVICE, false);
        cqe[3] = lwnvme_order32(place[3]);
        /* 1 in the first lap, 0 in the second, ... */
        if (((cqe[3] & LWNVME_PHASE_BIT) == 0) == ((queue->completed & queue->entries) == 0))
            break;
        LWNVME_BARRIER_AFTER_PHASE();
        cqe[0] = lwnvme_order32(place[0]);
        cqe[1] = lwnvme_order32(place[1]);
        cqe[2] = lwnvme_order32(place[2]);
        taken++;
        queue->completed++;
        LWNVME_BARRIER_BEFORE_CQ_DOORBELL();
        if (queue->slow == 0) /* else it is being stopped, and has forgotten its rings */
            lwnvme_single_tell(queue, 1, queue->completed);
        lwnvme_single_take(queue, cqe);
    }
    queue->hold &= ~LWNVME_HOLD_POLL;
    return taken;
}

/* Whether a command that has no answer is late. A clock that has gone back starts anew. */
static void lwnvme_single_look(struct lwnvme_queue *queue)
{
    const struct lwnvme_request *request = queue->waiting_first;
    uint32_t limit_ms = queue->timeout_ms;
    uint32_t passed_ms;

    if (request == NULL)
        return;
    passed_ms = lwnvme_single_clock(queue) - queue->clock_ms;
    if ((int32_t)passed_ms < 0)
        queue->clock_ms += passed_ms;
    if (request->timeout_ms != 0)
        limit_ms = lwnvme_timeout_turns(request->timeout_ms);
    if ((int32_t)passed_ms <= (int32_t)limit_ms)
        return;
    queue->late = 1;
    queue->slow = LWNVME_SLOW_NO_SUBMIT;
    lwnvme_controller_fail(queue->controller, LWNVME_ERR_TIMEOUT);
}

uint32_t lwnvme_queue_poll(struct lwnvme_queue *queue, uint32_t budget)
{
    uint32_t taken;

    (void)budget; /* there is only one command */
    if (queue == NULL || queue->hold != LWNVME_HOLD_NOT || queue->slow != 0)
        return 0;
    taken = lwnvme_single_poll(queue);
    if (queue->slow == 0) /* whatever was taken: it may all have been bogus */
        lwnvme_single_look(queue);
    return taken;
}

uint32_t lwnvme_queue_in_flight(const struct lwnvme_queue *queue)
{
    return queue == NULL || queue->waiting_first == NULL ? 0 : 1;
}

uint32_t lwnvme_queue_stale(const struct lwnvme_queue *queue)
{
    return queue == NULL ? 0 : queue->stale;
}

/*
 * Gives the request of a queue back, once the controller cannot touch memory any more; if it may, the request is told so.
 * What the controller had completed before it stopped is genuine. Within a callback of the queue: LWNVME_PENDING.
 */
int lwnvme_single_reclaim(struct lwnvme_queue *queue)
{
    if (queue->hold != LWNVME_HOLD_NOT)
        return queue->hold == 0 ? LWNVME_OK : LWNVME_PENDING;
    (void)lwnvme_single_poll(queue);
    if (queue->waiting_first != NULL)
        lwnvme_single_end(queue, queue->controller->device_stopped != 0 ? LWNVME_ERR_ABORTED
                                                                        : LWNVME_ERR_BUFFER_HELD);
    return LWNVME_OK;
}

static void lwnvme_single_step_done(struct lwnvme_request *request);

/* Create I/O Completion Queue, or Submission Queue. */
static int lwnvme_single_create(struct lwnvme_queue *queue, uint32_t is_cq, uint32_t cdw11)
{
    struct lwnvme_command *command =
        lwnvme_command_begin(&queue->admin, is_cq != 0 ? LWNVME_ADMIN_CREATE_IOCQ : LWNVME_ADMIN_CREATE_IOSQ);

    command->cdw10 = lwnvme_field_put(queue->id, LWNVME_CREATE_QUEUE_QID) |
                     lwnvme_field_put(queue->entries - 1u, LWNVME_CREATE_QUEUE_QSIZE);
    command->cdw11 = cdw11;
    queue->admin.done = lwnvme_single_step_done;
    queue->admin.context = queue;
    /* PRP1 is all that the command takes: the ring is contiguous, so a length within one page serves. */
    return lwnvme_admin_send(queue->controller, &queue->admin, lwnvme_single_ring(queue, is_cq), 4);
}

static void lwnvme_single_step_done(struct lwnvme_request *request)
{
    struct lwnvme_queue *queue = (struct lwnvme_queue *)request->context;
    int status = request->status;

    if (status == LWNVME_OK && request->command.opcode == LWNVME_ADMIN_CREATE_IOCQ) {
        status = lwnvme_single_create(queue, 0,
                                      lwnvme_field_put(1, LWNVME_CREATE_IOSQ_PC) |
                                          lwnvme_field_put(queue->id, LWNVME_CREATE_IOSQ_CQID));
        if (status == LWNVME_OK)
            return;
    }
    queue->status = status;
    if (status == LWNVME_OK) {
        queue->state = LWNVME_QUEUE_LIVE;
        queue->slow = queue->controller->admin.slow;
        return;
    }
    /* The controller may know a completion queue, in memory that is its until a close. Ours is forgotten. */
    queue->controller->queues = NULL;
    queue->state = LWNVME_QUEUE_CLOSED;
}

int lwnvme_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                        const struct lwnvme_queue_config *config)
{
    int status;

    if (controller == NULL || queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (config != NULL)
        return LWNVME_ERR_LEFT_OUT;
    if (controller->info.io_queues == 0)
        return LWNVME_ERR_NO_IO_QUEUES;
    if (controller->queues != NULL)
        return controller->queues == queue ? LWNVME_ERR_BUSY : LWNVME_ERR_QUEUE_LIMIT;
    memset(queue, 0, sizeof(*queue));
    queue->id = 1;
    lwnvme_single_begin(controller, queue, 2, controller->config.io_timeout_ms);
    status = lwnvme_single_create(queue, 1, lwnvme_field_put(1, LWNVME_CREATE_IOCQ_PC));
    if (status != LWNVME_OK) {
        queue->hold = 0;
        return status;
    }
    queue->state = LWNVME_QUEUE_CREATE_CQ;
    queue->status = LWNVME_PENDING;
    controller->queues = queue;
    return LWNVME_OK;
}

int lwnvme_queue_status(const struct lwnvme_queue *queue)
{
    int status;

    if (queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (queue->state == LWNVME_QUEUE_CLOSED)
        return queue->status == LWNVME_OK ? LWNVME_ERR_QUEUE_CLOSED : queue->status;
    status = lwnvme_controller_refusal(queue->controller);
    if (status == LWNVME_OK)
        return queue->status;
    return status == LWNVME_ERR_WRONG_STATE ? LWNVME_PENDING : status;
}

#endif

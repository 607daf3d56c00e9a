/* SPDX-License-Identifier: MIT */
/*
 * Queue pairs come and go: memory, and the admin commands that tell the controller.
 *
 *     closed -- create_cq -- create_sq -- live -- delete_sq -- delete_cq -- closed
 *                   |            | refused          (shutdown: parked instead of closed)
 *                   |            +-- undo_cq -- closed, with the reason
 *                   +-- refused: closed, with the reason
 *
 * Owned by the controller's owner. Steps follow each other in the callbacks of the admin queue. Rings belong
 * to the controller from the moment the Create command is written until the Delete command has succeeded or
 * the controller has stopped; only then is their memory freed.
 */
#include "core.h"

static void lwnvme_queue_step_done(struct lwnvme_request *request);

static int lwnvme_rings_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                 uint32_t entries)
{
    void *memory = NULL;
    int status;

    queue->sq_bytes = (size_t)entries * LWNVME_SQE_BYTES;
    queue->cq_bytes = (size_t)entries * LWNVME_CQE_BYTES;
    status = lwnvme_dma_get(controller, queue->sq_bytes, &memory, &queue->sq_dma);
    if (status != LWNVME_OK)
        return status;
    queue->sq = (uint32_t *)memory;
    status = lwnvme_dma_get(controller, queue->cq_bytes, &memory, &queue->cq_dma);
    if (status != LWNVME_OK)
        return status;
    queue->cq = (volatile uint32_t *)memory;
    queue->lists_bytes = lwnvme_list_layout(queue, entries);
    if (queue->lists_bytes == 0)
        return LWNVME_OK;
    status = lwnvme_dma_get(controller, queue->lists_bytes, &memory, &queue->lists_dma);
    if (status == LWNVME_OK)
        queue->lists = (uint8_t *)memory;
    return status;
}

static int lwnvme_bookkeeping_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                       uint32_t entries)
{
    uint32_t slots = entries - 1u;
    size_t table_bytes;
    void *memory = NULL;
    int status;

    queue->slots_bytes = slots * sizeof(struct lwnvme_slot);
    status = lwnvme_memory_get(controller, queue->slots_bytes, &memory, &queue->slots_dma);
    if (status != LWNVME_OK)
        return status;
    queue->slots = (struct lwnvme_slot *)memory;
    if (controller->ops->dma_unmap == NULL)
        return LWNVME_OK;
    queue->mappings_per_slot = lwnvme_list_entries(controller) + 2u;
    table_bytes = (size_t)slots * queue->mappings_per_slot * sizeof(struct lwnvme_mapping);
    queue->mappings_bytes = table_bytes + slots * sizeof(uint16_t);
    status = lwnvme_memory_get(controller, queue->mappings_bytes, &memory, &queue->mappings_dma);
    if (status != LWNVME_OK)
        return status;
    queue->mappings = (struct lwnvme_mapping *)memory;
    queue->mapping_counts = (uint16_t *)(void *)((uint8_t *)memory + table_bytes);
    return LWNVME_OK;
}

/* Memory for a queue pair, rings cleared. On an error everything is freed again. */
int lwnvme_queue_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries)
{
    int status;

    queue->controller = controller;
    queue->incarnation = controller->incarnation;
    queue->page_bytes = controller->page_bytes;
    queue->page_shift = 12u + lwnvme_field_get(controller->cc, LWNVME_CC_MPS);
    status = lwnvme_rings_allocate(controller, queue, entries);
    if (status == LWNVME_OK)
        status = lwnvme_bookkeeping_allocate(controller, queue, entries);
    if (status != LWNVME_OK) {
        lwnvme_queue_release(queue, false);
        return status;
    }
    queue->entries = entries;
    queue->slow = LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
    if (controller->ops->dma_sync != NULL)
        queue->slow |= LWNVME_SLOW_SYNC;
    if (queue->mappings != NULL)
        queue->slow |= LWNVME_SLOW_UNMAP;
    if (controller->ops->dma_map == NULL)
        queue->slow |= LWNVME_SLOW_NO_MAP;
    if ((controller->quirks & LWNVME_QUIRK_DMA_48_BITS) != 0)
        queue->slow |= LWNVME_SLOW_REACH;
    queue->hold = 0;
    if (controller->ops->mmio_write32 == NULL) {
        volatile uint8_t *base = (volatile uint8_t *)controller->registers;
        queue->sq_doorbell =
            (volatile uint32_t *)(volatile void *)(base + lwnvme_doorbell_offset(controller, queue->id, 0));
        queue->cq_doorbell =
            (volatile uint32_t *)(volatile void *)(base + lwnvme_doorbell_offset(controller, queue->id, 1));
    }
    return LWNVME_OK;
}

/*
 * The one place where a queue's memory is freed: the controller has deleted the queue, never had it, or has
 * stopped. keep_dma: it has not, so what it may write is left alone for good. The queue ends as closed.
 */
void lwnvme_queue_release(struct lwnvme_queue *queue, bool keep_dma)
{
    const struct lwnvme_controller *controller = queue->controller;
    int status = queue->status;

    if (controller == NULL)
        return;
    if (!keep_dma) {
        lwnvme_dma_put(controller, queue->sq, queue->sq_bytes, queue->sq_dma);
        lwnvme_dma_put(controller, (void *)(uintptr_t)queue->cq, queue->cq_bytes, queue->cq_dma);
        lwnvme_dma_put(controller, queue->lists, queue->lists_bytes, queue->lists_dma);
    }
    lwnvme_memory_put(controller, queue->slots, queue->slots_bytes, queue->slots_dma);
    lwnvme_memory_put(controller, queue->mappings, queue->mappings_bytes, queue->mappings_dma);
    memset(queue, 0, sizeof(*queue));
    queue->status = status;
}

static void lwnvme_queue_unlink(struct lwnvme_queue *queue)
{
    struct lwnvme_queue **link = &queue->controller->queues;

    while (*link != NULL && *link != queue)
        link = &(*link)->next;
    if (*link == queue)
        *link = queue->next;
}

/* Closes a queue that the controller does not have, for the reason given. */
static void lwnvme_queue_close(struct lwnvme_queue *queue, int status)
{
    queue->status = status;
    lwnvme_queue_unlink(queue);
    lwnvme_queue_release(queue, false);
}

static int lwnvme_queue_send(struct lwnvme_queue *queue, uint32_t opcode, uint32_t cdw11, uint64_t ring_dma)
{
    struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_command command = {.opcode = opcode};
    struct lwnvme_buffer ring = lwnvme_buffer_device(ring_dma, 4);
    bool creates = opcode == LWNVME_ADMIN_CREATE_IOCQ || opcode == LWNVME_ADMIN_CREATE_IOSQ;

    command.cdw10 = lwnvme_field_put(queue->id, LWNVME_CREATE_QUEUE_QID);
    if (creates)
        command.cdw10 |= lwnvme_field_put(queue->entries - 1u, LWNVME_CREATE_QUEUE_QSIZE);
    command.cdw11 = cdw11;
    queue->admin.done = lwnvme_queue_step_done;
    queue->admin.context = queue;
    queue->admin.internal_done = NULL;
    /* PRP1 is all that the command takes: the ring is contiguous, so a length within one page serves. */
    return lwnvme_submit_raw(&controller->admin, &queue->admin, &command, creates ? &ring : NULL);
}

static int lwnvme_queue_send_create_cq(struct lwnvme_queue *queue)
{
    uint32_t cdw11 = lwnvme_field_put(1, LWNVME_CREATE_IOCQ_PC);

    if ((queue->flags & LWNVME_QUEUE_INTERRUPT) != 0)
        cdw11 |= lwnvme_field_put(1, LWNVME_CREATE_IOCQ_IEN) |
                 lwnvme_field_put(queue->vector, LWNVME_CREATE_IOCQ_IV);
    queue->state = LWNVME_QUEUE_CREATE_CQ;
    queue->status = LWNVME_PENDING;
    return lwnvme_queue_send(queue, LWNVME_ADMIN_CREATE_IOCQ, cdw11, queue->cq_dma);
}

/* Priority medium: meaningless under round robin, and right for controllers that weigh queues unasked. */
static int lwnvme_queue_send_create_sq(struct lwnvme_queue *queue)
{
    uint32_t cdw11 = lwnvme_field_put(1, LWNVME_CREATE_IOSQ_PC) |
                     lwnvme_field_put(2, LWNVME_CREATE_IOSQ_QPRIO) |
                     lwnvme_field_put(queue->id, LWNVME_CREATE_IOSQ_CQID);

    queue->state = LWNVME_QUEUE_CREATE_SQ;
    return lwnvme_queue_send(queue, LWNVME_ADMIN_CREATE_IOSQ, cdw11, queue->sq_dma);
}

static int lwnvme_queue_send_delete_cq(struct lwnvme_queue *queue, enum lwnvme_queue_state state)
{
    queue->state = (uint32_t)state;
    return lwnvme_queue_send(queue, LWNVME_ADMIN_DELETE_IOCQ, 0, 0);
}

static void lwnvme_queue_step_aborted(struct lwnvme_queue *queue);

static void lwnvme_queue_live(struct lwnvme_queue *queue)
{
    /* An answer found while the controller is being stopped: there will be no queue. */
    if ((queue->controller->admin.slow & LWNVME_SLOW_STOPPED) != 0) {
        lwnvme_queue_step_aborted(queue);
        return;
    }
    lwnvme_queue_lock(queue);
    queue->state = LWNVME_QUEUE_LIVE;
    queue->status = LWNVME_OK;
    queue->slow &= (uint16_t)~LWNVME_SLOW_STOPPED;
    if (lwnvme_controller_refusal(queue->controller) == LWNVME_OK)
        queue->slow &= (uint16_t)~LWNVME_SLOW_NO_SUBMIT;
    lwnvme_queue_unlock(queue);
}

/* No answer, because the controller was stopped (or would not stop). */
static void lwnvme_queue_step_aborted(struct lwnvme_queue *queue)
{
    if (queue->controller->device_stopped == 0) {
        queue->state = LWNVME_QUEUE_BROKEN;
        queue->status = LWNVME_ERR_ABORTED;
    } else if (queue->leaving != 0) {
        lwnvme_queue_close(queue, queue->reason);
    } else {
        queue->state = LWNVME_QUEUE_PARKED;
        queue->status = LWNVME_PENDING;
    }
}

static void lwnvme_queue_step_refused(struct lwnvme_queue *queue, int status)
{
    switch (queue->state) {
    case LWNVME_QUEUE_CREATE_CQ:
        lwnvme_queue_close(queue, status);
        break;
    case LWNVME_QUEUE_CREATE_SQ:
        queue->leaving = 1;
        queue->reason = status;
        if (lwnvme_queue_send_delete_cq(queue, LWNVME_QUEUE_UNDO_CQ) != LWNVME_OK)
            lwnvme_queue_step_aborted(queue);
        break;
    default: /* a deletion: the controller may still have the rings */
        queue->state = LWNVME_QUEUE_BROKEN;
        queue->status = queue->reason != LWNVME_OK ? queue->reason : status;
        lwnvme_log_value(queue->controller, LWNVME_LEVEL_ERROR, "a queue could not be deleted: status ",
                         (uint32_t)status);
        break;
    }
}

static void lwnvme_queue_step_succeeded(struct lwnvme_queue *queue)
{
    int status = LWNVME_OK;

    switch (queue->state) {
    case LWNVME_QUEUE_CREATE_CQ:
        status = lwnvme_queue_send_create_sq(queue);
        break;
    case LWNVME_QUEUE_CREATE_SQ:
        lwnvme_queue_live(queue);
        break;
    case LWNVME_QUEUE_DELETE_SQ:
        lwnvme_queue_slow_set(queue, LWNVME_SLOW_STOPPED);
        status = lwnvme_queue_send_delete_cq(queue, LWNVME_QUEUE_DELETE_CQ);
        break;
    default: /* the completion queue is gone too */
        if (queue->leaving != 0)
            lwnvme_queue_close(queue, queue->reason);
        else
            lwnvme_queue_park(queue);
        break;
    }
    /* The next step is refused only when the controller is being stopped. */
    if (status != LWNVME_OK)
        lwnvme_queue_step_aborted(queue);
}

static void lwnvme_queue_step_done(struct lwnvme_request *request)
{
    struct lwnvme_queue *queue = (struct lwnvme_queue *)request->context;

    if (request->status < 0)
        lwnvme_queue_step_aborted(queue);
    else if (request->status > 0)
        lwnvme_queue_step_refused(queue, request->status);
    else
        lwnvme_queue_step_succeeded(queue);
}

/* The lowest identifier that no queue has, or 0. */
static uint32_t lwnvme_queue_id_find(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;
    uint32_t id;

    for (id = 1; id <= controller->info.io_queues; id++) {
        for (queue = controller->queues; queue != NULL && queue->id != id; queue = queue->next)
            continue;
        if (queue == NULL)
            return id;
    }
    return 0;
}

static int lwnvme_queue_entries_choose(const struct lwnvme_controller *controller, uint32_t wanted,
                                       uint32_t *entries)
{
    uint32_t most = controller->info.queue_entries_max;

    if (most > LWNVME_QUEUE_ENTRIES_MAX)
        most = LWNVME_QUEUE_ENTRIES_MAX;
    if ((controller->quirks & LWNVME_QUIRK_ONE_COMMAND) != 0) {
        most = 2;
        if (wanted > most)
            wanted = most;
    }
    if (wanted == 0)
        wanted = most < 128u ? most : 128u;
    if (wanted < LWNVME_QUEUE_ENTRIES_MIN || wanted > most)
        return LWNVME_ERR_QUEUE_SIZE;
    *entries = wanted;
    return LWNVME_OK;
}

static int lwnvme_queue_create_check(const struct lwnvme_controller *controller,
                                     const struct lwnvme_queue *queue,
                                     const struct lwnvme_queue_config *config)
{
    int status;

    if (controller == NULL || queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (queue->state != LWNVME_QUEUE_CLOSED)
        return LWNVME_ERR_BUSY;
    if ((config->flags & ~(LWNVME_QUEUE_SHARED | LWNVME_QUEUE_INTERRUPT)) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((config->flags & LWNVME_QUEUE_SHARED) != 0 && controller->ops->lock == NULL)
        return LWNVME_ERR_HOOK_LOCK;
    return controller->info.io_queues == 0 ? LWNVME_ERR_NO_IO_QUEUES : LWNVME_OK;
}

int lwnvme_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                        const struct lwnvme_queue_config *config)
{
    static const struct lwnvme_queue_config plain = {0, 0, 0};
    uint32_t entries = 0;
    uint32_t id;
    int status;

    if (config == NULL)
        config = &plain;
    status = lwnvme_queue_create_check(controller, queue, config);
    if (status == LWNVME_OK)
        status = lwnvme_queue_entries_choose(controller, config->entries, &entries);
    if (status != LWNVME_OK)
        return status;
    id = lwnvme_queue_id_find(controller);
    if (id == 0)
        return LWNVME_ERR_QUEUE_LIMIT;
    memset(queue, 0, sizeof(*queue));
    queue->id = (uint16_t)id;
    status = lwnvme_queue_allocate(controller, queue, entries);
    if (status != LWNVME_OK)
        return status;
    queue->flags = config->flags;
    queue->vector = config->vector;
    queue->timeout_ms = lwnvme_timeout_turns(controller->config.io_timeout_ms);
    if ((config->flags & LWNVME_QUEUE_SHARED) != 0)
        queue->slow |= LWNVME_SLOW_SHARED;
    queue->next = controller->queues;
    controller->queues = queue;
    lwnvme_ring_reset(queue);
    status = lwnvme_queue_send_create_cq(queue);
    if (status != LWNVME_OK)
        lwnvme_queue_close(queue, status);
    return status;
}

/* Tells the controller to forget the queue; in a shutdown its memory stays for the resume. */
int lwnvme_queue_take_down(struct lwnvme_queue *queue)
{
    lwnvme_queue_slow_set(queue, LWNVME_SLOW_NO_SUBMIT);
    queue->state = LWNVME_QUEUE_DELETE_SQ;
    queue->status = LWNVME_PENDING;
    return lwnvme_queue_send(queue, LWNVME_ADMIN_DELETE_IOSQ, 0, 0);
}

/* Without a controller to tell: one that has failed and stopped, or is shut down, has no queues any more. */
static int lwnvme_queue_discard(struct lwnvme_queue *queue, int status)
{
    const struct lwnvme_controller *controller = queue->controller;

    if (controller->device_stopped == 0 && controller->state != LWNVME_STATE_OFF)
        return status;
    if (queue->state != LWNVME_QUEUE_PARKED || lwnvme_controller_status(controller) == LWNVME_PENDING)
        return status;
    lwnvme_queue_close(queue, LWNVME_OK);
    return LWNVME_OK;
}

/* Closes the gate of a queue in which nothing is left. */
static int lwnvme_queue_gate_close(struct lwnvme_queue *queue)
{
    int status = LWNVME_OK;

    lwnvme_queue_lock(queue);
    if (queue->in_flight != 0 || queue->waiting_first != NULL || queue->hold != 0 ||
        lwnvme_queue_is_calling(queue))
        status = LWNVME_ERR_QUEUE_IN_USE;
    else
        queue->slow |= LWNVME_SLOW_NO_SUBMIT;
    lwnvme_queue_unlock(queue);
    return status;
}

int lwnvme_queue_delete(struct lwnvme_queue *queue)
{
    int status;

    if (queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (queue->controller == NULL || queue->state == LWNVME_QUEUE_CLOSED)
        return LWNVME_ERR_QUEUE_CLOSED;
    status = lwnvme_controller_refusal(queue->controller);
    if (status != LWNVME_OK)
        return lwnvme_queue_discard(queue, status);
    if (queue->state != LWNVME_QUEUE_LIVE)
        return queue->status == LWNVME_PENDING ? LWNVME_ERR_BUSY : queue->status;
    status = lwnvme_queue_gate_close(queue);
    if (status != LWNVME_OK)
        return status;
    queue->leaving = 1;
    return lwnvme_queue_take_down(queue);
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

/* The controller has been stopped, or has deleted the queue: it exists only on our side now. */
void lwnvme_queue_park(struct lwnvme_queue *queue)
{
    lwnvme_queue_slow_set(queue, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED);
    if (queue->state == LWNVME_QUEUE_CLOSED)
        return;
    if (queue->leaving != 0) {
        lwnvme_queue_close(queue, queue->reason);
        return;
    }
    queue->state = LWNVME_QUEUE_PARKED;
    queue->status = LWNVME_PENDING;
}

/* Makes a parked queue again. One that no longer fits is closed with the reason. */
int lwnvme_queue_revive(struct lwnvme_queue *queue)
{
    const struct lwnvme_controller *controller = queue->controller;

    if (queue->id > controller->info.io_queues || queue->entries > controller->info.queue_entries_max) {
        lwnvme_queue_close(queue, LWNVME_ERR_QUEUE_LIMIT);
        return LWNVME_OK;
    }
    lwnvme_ring_reset(queue);
    return lwnvme_queue_send_create_cq(queue);
}

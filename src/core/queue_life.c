/* SPDX-License-Identifier: MIT */
/*
 * Queue pairs come and go: memory, and the admin commands that tell the controller.
 *
 *     closed -- create_cq -- create_sq -- live -- delete_sq -- delete_cq -- closed
 *                   |            | refused          (shutdown: parked instead of closed)
 *                   |            +-- undo_cq -- closed, with the reason
 *                   +-- refused: closed, with the reason
 *
 * What the controller will not delete is left alone (broken), and so is a completion queue in which such a submission queue
 * completes: the specification calls its deletion invalid. A reset makes them parked queues like any other.
 *
 * Owned by the controller's owner. Steps follow each other in the callbacks of the admin queue. Rings belong
 * to the controller from the moment the Create command is written until the Delete command has succeeded or
 * the controller has stopped; only then is their memory freed.
 */
#include <lwnvme/mapper.h>
#include <lwnvme/queue_memory.h>

#include "core.h"

#if !LWNVME_CONFIG_BOOT /* there: single.c */

static void lwnvme_queue_step_done(struct lwnvme_request *request);

/* How much memory of which kind a queue takes: cq_queue says whose completion ring it uses, NULL for one of its own,
 * which has cq_entries, or 0 for as many as the other one. */
void lwnvme_queue_measure(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries)
{
    struct lwnvme_piece *pieces = queue->pieces;
    uint32_t slots = entries - 1u;

    if (queue->cq_queue == NULL) {
        queue->cq_queue = queue;
        if (queue->cq_entries == 0)
            queue->cq_entries = entries;
    }
    queue->controller = controller;
    queue->page_bytes = controller->page_bytes;
    queue->page_mask = queue->page_bytes - 1u;
    queue->page_shift = 12u + lwnvme_field_get(controller->cc, LWNVME_CC_MPS);
    while (queue->slot_mask + 1u < slots)
        queue->slot_mask = queue->slot_mask << 1 | 1u;
    pieces[LWNVME_PIECE_SQ].size_bytes = (size_t)entries * LWNVME_SQE_BYTES;
    pieces[LWNVME_PIECE_CQ].size_bytes = (size_t)queue->cq_entries * LWNVME_CQE_BYTES;
    pieces[LWNVME_PIECE_LISTS].size_bytes = lwnvme_list_layout(queue, entries);
    pieces[LWNVME_PIECE_SLOTS].size_bytes =
        (queue->slot_mask + 1u) * (sizeof(struct lwnvme_slot) + sizeof(uint32_t));
    if (LWNVME_CONFIG_DMA_UNMAP == 0 || controller->ops->dma_unmap == NULL)
        return;
    queue->mappings_per_slot = lwnvme_list_entries(controller) + 3u + queue->sgl_descriptors;
    pieces[LWNVME_PIECE_MAPPINGS].size_bytes =
        slots * (queue->mappings_per_slot * sizeof(struct lwnvme_mapping) + sizeof(uint16_t));
}

int lwnvme_piece_from_host(struct lwnvme_queue *queue, uint32_t index)
{
    struct lwnvme_piece *piece = &queue->pieces[index];

    if (index >= LWNVME_PIECE_SLOTS)
        return lwnvme_memory_get(queue->controller, piece->size_bytes, &piece->memory, &piece->dma_address);
    return lwnvme_dma_get(queue->controller, piece->size_bytes, &piece->memory, &piece->dma_address);
}

static int lwnvme_piece_get(struct lwnvme_queue *queue, uint32_t index)
{
    if (queue->pieces[index].size_bytes == 0)
        return LWNVME_OK;
    return LWNVME_EXTENSION(queue->memory) != NULL ? queue->memory->get(queue, index)
                                                   : lwnvme_piece_from_host(queue, index);
}

void lwnvme_piece_to_host(const struct lwnvme_queue *queue, uint32_t index)
{
    const struct lwnvme_piece *piece = &queue->pieces[index];

    if (index >= LWNVME_PIECE_SLOTS)
        lwnvme_memory_put(queue->controller, piece->memory, piece->size_bytes, piece->dma_address);
    else
        lwnvme_dma_put(queue->controller, piece->memory, piece->size_bytes, piece->dma_address);
}

static void lwnvme_piece_put(struct lwnvme_queue *queue, uint32_t index)
{
    if (LWNVME_EXTENSION(queue->memory) != NULL)
        queue->memory->put(queue, index);
    else
        lwnvme_piece_to_host(queue, index);
}

static void lwnvme_pieces_use(struct lwnvme_queue *queue, uint32_t entries)
{
    const struct lwnvme_piece *pieces = queue->pieces;
    uint8_t *mappings = (uint8_t *)pieces[LWNVME_PIECE_MAPPINGS].memory;

    queue->sq = (uint32_t *)pieces[LWNVME_PIECE_SQ].memory;
    queue->cq = (volatile uint32_t *)pieces[LWNVME_PIECE_CQ].memory;
    queue->lists = (uint8_t *)pieces[LWNVME_PIECE_LISTS].memory;
    queue->lists_dma = pieces[LWNVME_PIECE_LISTS].dma_address;
    queue->slots = (struct lwnvme_slot *)pieces[LWNVME_PIECE_SLOTS].memory;
    queue->list_offsets = (uint32_t *)(void *)(queue->slots + queue->slot_mask + 1u);
    queue->mappings = (struct lwnvme_mapping *)(void *)mappings;
    if (mappings != NULL)
        queue->mapping_counts =
            (uint16_t *)(void *)(mappings + (size_t)(entries - 1u) * queue->mappings_per_slot *
                                                sizeof(struct lwnvme_mapping));
}

/* The host's direct map may be used in place of dma_map where nothing has to be done when a mapping ends. */
static void lwnvme_direct_map_take(struct lwnvme_queue *queue)
{
    const struct lwnvme_controller *controller = queue->controller;
    const struct lwnvme_direct_map *map = &controller->config.direct_map;

    queue->direct_address = map->address;
    queue->direct_dma = map->dma_address;
    if (map->address != 0 && map->length_bytes >= controller->info.max_transfer_bytes &&
        ((map->address ^ map->dma_address) & queue->page_mask) == 0)
        queue->direct_bytes = map->length_bytes - controller->info.max_transfer_bytes;
}

static void lwnvme_doorbell_by_hook(struct lwnvme_queue *queue, uint32_t is_cq, uint32_t value)
{
    const struct lwnvme_controller *controller = queue->controller;

    controller->ops->mmio_write32(controller->host, controller->registers,
                                  lwnvme_doorbell_offset(controller, queue->id, is_cq), value);
}

/* Memory for a queue pair, rings cleared. On an error everything is freed again. */
int lwnvme_queue_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries)
{
    uint32_t index;
    int status;

    lwnvme_queue_measure(controller, queue, entries);
    queue->incarnation = controller->incarnation;
    if (LWNVME_EXTENSION(queue->mapper) != NULL) {
        status = queue->mapper->open(queue, entries - 1u);
        if (status != LWNVME_OK) {
            lwnvme_queue_release(queue, false);
            return status;
        }
        lwnvme_queue_measure(controller, queue, entries); /* it says how many mappings there may be */
    }
    for (index = 0; index < LWNVME_PIECES; index++) {
        status = lwnvme_piece_get(queue, index);
        if (status != LWNVME_OK) {
            lwnvme_queue_release(queue, false);
            return status;
        }
    }
    lwnvme_pieces_use(queue, entries);
    queue->entries = entries;
    queue->slow = LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
    if (LWNVME_CONFIG_DMA_SYNC != 0 && controller->ops->dma_sync != NULL)
        queue->slow |= LWNVME_SLOW_SYNC;
    if (lwnvme_maps_end(queue))
        queue->slow |= LWNVME_SLOW_UNMAP;
    if (controller->ops->dma_map == NULL)
        queue->slow |= LWNVME_SLOW_NO_MAP;
    if ((controller->quirks & LWNVME_QUIRK_DMA_48_BITS) != 0)
        queue->slow |= LWNVME_SLOW_REACH;
    if (LWNVME_EXTENSION(controller->recovery) != NULL)
        queue->lap_slow = LWNVME_SLOW_RECALL;
    queue->hold = LWNVME_HOLD_NOT;
    if (LWNVME_CONFIG_MMIO_HOOKS != 0)
        queue->ring = lwnvme_doorbell_by_hook;
    lwnvme_direct_map_take(queue);
    if (LWNVME_CONFIG_MMIO_HOOKS == 0 || controller->ops->mmio_write32 == NULL) {
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
    int status = queue->status;
    uint32_t index;

    if (queue->controller == NULL)
        return;
    if (!keep_dma)
        lwnvme_dma_put(queue->controller, queue->bounce, queue->bounce_bytes, queue->bounce_dma);
    lwnvme_memory_put(queue->controller, queue->bouncing, queue->bouncing_bytes, queue->bouncing_dma);
    for (index = keep_dma ? LWNVME_PIECE_SLOTS : LWNVME_PIECE_SQ; index < LWNVME_PIECES; index++)
        lwnvme_piece_put(queue, index);
    memset(queue, 0, sizeof(*queue));
    queue->status = status;
}

static void lwnvme_queue_unlink(struct lwnvme_queue *queue)
{
    struct lwnvme_queue **link = &queue->controller->queues;

    if (LWNVME_EXTENSION(queue->share) != NULL)
        queue->share->part(queue);
    while (*link != NULL && *link != queue)
        link = &(*link)->next;
    if (*link == queue)
        *link = queue->next;
}

/* Closes a queue that the controller does not have, for the reason given. */
void lwnvme_queue_close(struct lwnvme_queue *queue, int status)
{
    if (LWNVME_EXTENSION(queue->controller->recovery) != NULL)
        queue->controller->recovery->hooks->part(queue);
    queue->status = status;
    lwnvme_queue_unlink(queue);
    lwnvme_queue_release(queue, false);
}

/* Sends the command by which a queue leaves a state (CREATE_CQ, ..., DELETE_CQ), which it is in from now on. */
static int lwnvme_queue_send(struct lwnvme_queue *queue, enum lwnvme_queue_state state)
{
    static const uint8_t opcodes[] = {
        [LWNVME_QUEUE_CREATE_CQ] = LWNVME_ADMIN_CREATE_IOCQ,
        [LWNVME_QUEUE_CREATE_SQ] = LWNVME_ADMIN_CREATE_IOSQ,
        [LWNVME_QUEUE_UNDO_CQ] = LWNVME_ADMIN_DELETE_IOCQ,
        [LWNVME_QUEUE_DELETE_SQ] = LWNVME_ADMIN_DELETE_IOSQ,
        [LWNVME_QUEUE_DELETE_CQ] = LWNVME_ADMIN_DELETE_IOCQ,
    };
    struct lwnvme_command *command = lwnvme_command_begin(&queue->admin, opcodes[state]);
    uint32_t piece = LWNVME_PIECE_CQ;
    uint32_t entries = queue->cq_entries;

    LWNVME_SHOW(queue->state, (uint32_t)state);
    queue->admin.done = lwnvme_queue_step_done;
    queue->admin.context = queue;
    queue->admin.internal_done = NULL;
    command->cdw10 = lwnvme_field_put(queue->id, LWNVME_CREATE_QUEUE_QID);
    if (state > LWNVME_QUEUE_CREATE_SQ)
        return lwnvme_admin_send(queue->controller, &queue->admin, 0, 0);
    command->cdw11 = lwnvme_field_put(1, LWNVME_CREATE_IOCQ_PC);
    if (state == LWNVME_QUEUE_CREATE_SQ) {
        piece = LWNVME_PIECE_SQ;
        entries = queue->entries;
        command->cdw11 |= lwnvme_field_put(queue->priority, LWNVME_CREATE_IOSQ_QPRIO) |
                          lwnvme_field_put(queue->cq_queue->id, LWNVME_CREATE_IOSQ_CQID);
    } else if ((queue->flags & LWNVME_QUEUE_INTERRUPT) != 0) {
        command->cdw11 |= lwnvme_field_put(1, LWNVME_CREATE_IOCQ_IEN) |
                          lwnvme_field_put(queue->vector, LWNVME_CREATE_IOCQ_IV);
    }
    command->cdw10 |= lwnvme_field_put(entries - 1u, LWNVME_CREATE_QUEUE_QSIZE);
    /* PRP1 is all that the command takes: the ring is contiguous, so a length within one page serves. */
    return lwnvme_admin_send(queue->controller, &queue->admin, queue->pieces[piece].dma_address, 4);
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
    LWNVME_SHOW(queue->state, LWNVME_QUEUE_LIVE);
    queue->status = LWNVME_OK;
    queue->slow &= ~LWNVME_SLOW_STOPPED;
    if (lwnvme_controller_refusal(queue->controller) == LWNVME_OK)
        queue->slow &= ~LWNVME_SLOW_NO_SUBMIT;
    lwnvme_queue_unlock(queue);
}

/* No answer, because the controller was stopped (or would not stop). */
static void lwnvme_queue_step_aborted(struct lwnvme_queue *queue)
{
    if (queue->controller->device_stopped == 0) {
        LWNVME_SHOW(queue->state, LWNVME_QUEUE_BROKEN);
        queue->status = LWNVME_ERR_ABORTED;
    } else if (queue->leaving != 0) {
        lwnvme_queue_close(queue, queue->reason);
    } else {
        LWNVME_SHOW(queue->state, LWNVME_QUEUE_PARKED);
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
        if (queue->cq == NULL) {
            lwnvme_queue_close(queue, status);
            break;
        }
        queue->leaving = 1;
        queue->reason = status;
        if (lwnvme_queue_send(queue, LWNVME_QUEUE_UNDO_CQ) != LWNVME_OK)
            lwnvme_queue_step_aborted(queue);
        break;
    default: /* a deletion: the controller may still have the rings */
        LWNVME_SHOW(queue->state, LWNVME_QUEUE_BROKEN);
        queue->status = queue->reason != LWNVME_OK ? queue->reason : status;
        lwnvme_tell(queue->controller, LWNVME_TOPIC_QUEUE_STUCK, (uint32_t)status);
        break;
    }
}

/* Whether the controller may still have a submission queue that completes in the ring of this one, whose own is gone: one
 * that it would not delete. The completion queue must not be deleted then. */
static bool lwnvme_ring_is_used(const struct lwnvme_queue *ring)
{
    const struct lwnvme_queue *queue;

    for (queue = ring->sharer; queue != NULL; queue = queue->sharer) {
        if (queue->state != LWNVME_QUEUE_PARKED)
            return true;
    }
    return false;
}

/* The submission queue is gone; with it goes its completion queue, if that is its own and nobody else's. */
static int lwnvme_queue_sq_deleted(struct lwnvme_queue *queue)
{
    lwnvme_queue_slow_set(queue, LWNVME_SLOW_STOPPED);
    if (queue->cq == NULL) {
        lwnvme_queue_park(queue);
        return LWNVME_OK;
    }
    if (!lwnvme_ring_is_used(queue))
        return lwnvme_queue_send(queue, LWNVME_QUEUE_DELETE_CQ);
    LWNVME_SHOW(queue->state, LWNVME_QUEUE_BROKEN);
    queue->status = LWNVME_ERR_QUEUE_IN_USE;
    return LWNVME_OK;
}

static void lwnvme_queue_step_succeeded(struct lwnvme_queue *queue)
{
    int status = LWNVME_OK;

    switch (queue->state) {
    case LWNVME_QUEUE_CREATE_CQ:
        status = lwnvme_queue_send(queue, LWNVME_QUEUE_CREATE_SQ);
        break;
    case LWNVME_QUEUE_CREATE_SQ:
        lwnvme_queue_live(queue);
        break;
    case LWNVME_QUEUE_DELETE_SQ:
        status = lwnvme_queue_sq_deleted(queue);
        break;
    default: /* the completion queue is gone too */
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

/* A queue that is on our side begins to be one on the controller's. */
static int lwnvme_queue_start(struct lwnvme_queue *queue)
{
    lwnvme_ring_reset(queue);
    if (LWNVME_EXTENSION(queue->memory) != NULL && queue->memory->begin != NULL)
        queue->memory->begin(queue);
    if (LWNVME_EXTENSION(queue->controller->doorbells) !=
        NULL) /* the last word: not all queues have shadows */
        queue->controller->doorbells(queue);
    queue->status = LWNVME_PENDING;
    return lwnvme_queue_send(queue, queue->cq == NULL ? LWNVME_QUEUE_CREATE_SQ : LWNVME_QUEUE_CREATE_CQ);
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

/* As many entries as are wanted, or a good number; 0: they cannot be had. */
uint32_t lwnvme_queue_entries_choose(const struct lwnvme_controller *controller, uint32_t wanted)
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
    return wanted < LWNVME_QUEUE_ENTRIES_MIN || wanted > most ? 0 : wanted;
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
    if ((config->flags & ~(LWNVME_QUEUE_SHARED | LWNVME_QUEUE_INTERRUPT)) != 0 ||
        config->priority > LWNVME_PRIORITY_LOW ||
        (config->mapper == NULL && (config->sgl | config->sgl_descriptors | config->bounce_bytes) != 0))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (LWNVME_CONFIG_SHARED == 0 && (config->flags & LWNVME_QUEUE_SHARED) != 0)
        return LWNVME_ERR_LEFT_OUT;
    if ((config->flags & LWNVME_QUEUE_SHARED) != 0 && controller->ops->lock == NULL)
        return LWNVME_ERR_HOOK_LOCK;
    return controller->info.io_queues == 0 ? LWNVME_ERR_NO_IO_QUEUES : LWNVME_OK;
}

/* cq: whose completion ring the queue uses; NULL for one of its own. */
int lwnvme_queue_begin(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                       const struct lwnvme_queue_config *config, struct lwnvme_queue *cq)
{
    const struct lwnvme_queue_config plain = {.entries = 0};
    uint32_t entries;
    uint32_t id;
    int status;

    if (config == NULL)
        config = &plain;
    status = lwnvme_queue_create_check(controller, queue, config);
    if (status != LWNVME_OK)
        return status;
    entries = lwnvme_queue_entries_choose(controller, config->entries);
    if (entries == 0 ||
        (config->cq_entries != 0 &&
         (config->cq_entries < entries || config->cq_entries > controller->info.queue_entries_max)))
        return LWNVME_ERR_QUEUE_SIZE;
    id = lwnvme_queue_id_find(controller);
    if (id == 0)
        return LWNVME_ERR_QUEUE_LIMIT;
    memset(queue, 0, sizeof(*queue));
    queue->id = (uint16_t)id;
    queue->mapper = config->mapper;
    queue->sgl = config->sgl;
    queue->sgl_descriptors = config->sgl_descriptors;
    queue->bounce_bytes = config->bounce_bytes;
    queue->memory = config->memory;
    queue->cq_queue = cq;
    queue->cq_entries = config->cq_entries;
    status = lwnvme_queue_allocate(controller, queue, entries);
    if (status != LWNVME_OK)
        return status;
    queue->flags = config->flags;
    queue->vector = config->vector;
    queue->priority = (uint8_t)(config->priority == 0 ? LWNVME_PRIORITY_MEDIUM - 1 : config->priority - 1);
    queue->timeout_ms = lwnvme_timeout_turns(controller->config.io_timeout_ms);
    if ((config->flags & LWNVME_QUEUE_SHARED) != 0)
        queue->slow |= LWNVME_SLOW_SHARED;
    if (queue->sgl == LWNVME_SGL_ALWAYS)
        queue->slow |= LWNVME_SLOW_MAPPER;
    queue->next = controller->queues;
    controller->queues = queue;
    status = lwnvme_queue_start(queue);
    if (status != LWNVME_OK)
        lwnvme_queue_close(queue, status);
    return status;
}

int lwnvme_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                        const struct lwnvme_queue_config *config)
{
    return lwnvme_queue_begin(controller, queue, config, NULL);
}

/* Tells the controller to forget the queue; in a shutdown its memory stays for the resume. */
int lwnvme_queue_take_down(struct lwnvme_queue *queue)
{
    lwnvme_queue_slow_set(queue, LWNVME_SLOW_NO_SUBMIT);
    queue->status = LWNVME_PENDING;
    return lwnvme_queue_send(queue, LWNVME_QUEUE_DELETE_SQ);
}

/* Without a controller to tell: one that has failed and stopped, or is shut down, has no queues any more. */
int lwnvme_queue_discard(struct lwnvme_queue *queue, int status)
{
    const struct lwnvme_controller *controller = queue->controller;

    if (queue->state == LWNVME_QUEUE_CLOSED)
        return LWNVME_OK;
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
    if (lwnvme_in_flight(queue) != 0 || queue->waiting_first != NULL ||
        LWNVME_EXTENSION(queue->resting) != NULL || queue->hold != LWNVME_HOLD_NOT ||
        (queue->cq != NULL && queue->sharer != NULL) || lwnvme_queue_is_calling(queue))
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
    return status == LWNVME_ERR_WRONG_STATE || status == LWNVME_ERR_RECOVERING ? LWNVME_PENDING : status;
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
    LWNVME_SHOW(queue->state, LWNVME_QUEUE_PARKED);
    queue->status = LWNVME_PENDING;
}

/* Makes a parked queue again. One that no longer fits is closed with the reason. */
int lwnvme_queue_revive(struct lwnvme_queue *queue)
{
    const struct lwnvme_controller *controller = queue->controller;

    uint32_t most = controller->info.queue_entries_max;
    int status = LWNVME_OK;

    if (LWNVME_EXTENSION(queue->share) != NULL)
        status = queue->share->turn(&queue);
    if (status == LWNVME_PENDING)
        return LWNVME_OK;
    if (status != LWNVME_OK || queue->id > controller->info.io_queues || queue->entries > most ||
        queue->cq_entries > most) {
        lwnvme_queue_close(queue, LWNVME_ERR_QUEUE_LIMIT);
        return LWNVME_OK;
    }
    return lwnvme_queue_start(queue);
}

#endif

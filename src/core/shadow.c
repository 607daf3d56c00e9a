/* SPDX-License-Identifier: MIT */
/*
 * Shadow doorbells, a service of the controller.
 *
 *     wanted -- queues held and still, command sent --> sent -- done --> on
 *        ^                                                |              |
 *        +-------------- reset, resume -------------------+--------------+        refused: off
 *
 * From the start on each I/O queue writes its doorbells' values to their shadows, in every state; only while they are on
 * it may leave out the register. A queue that begins, or begins again after a reset, has its values set to 0 before the
 * controller learns of it. Queues ring by `ring`, so others pay nothing for this.
 */
#include <lwnvme/queue_memory.h>
#include <lwnvme/shadow.h>

#include "core.h"

enum lwnvme_shadow_state {
    LWNVME_SHADOW_OFF = 0,
    LWNVME_SHADOW_WANTED,
    LWNVME_SHADOW_SENT,
    LWNVME_SHADOW_ON
};

static volatile uint32_t *lwnvme_shadow_entry(const struct lwnvme_queue *queue, uint32_t is_cq)
{
    const struct lwnvme_controller *controller = queue->controller;
    uint32_t offset = lwnvme_doorbell_offset(controller, queue->id, is_cq) - LWNVME_REG_DOORBELLS;

    return (volatile uint32_t *)(volatile void *)(controller->shadow->pages + offset);
}

static LWNVME_NOINLINE void lwnvme_shadow_store(const struct lwnvme_queue *queue, volatile uint32_t *entry,
                                                uint32_t value)
{
    *entry = lwnvme_order32(value);
    lwnvme_memory_sync(queue->controller, entry, sizeof(*entry), LWNVME_TO_DEVICE, true);
}

/* The value moves from `old` to `new` on a ring: whether it passes the one from which on the doorbell is wanted. What
 * makes no sense is taken for that, too. */
static bool lwnvme_shadow_is_wanted(uint32_t event, uint32_t old, uint32_t new, uint32_t entries)
{
    uint32_t moved = new >= old ? new - old : new + entries - old;
    uint32_t ahead = event >= old ? event - old : event + entries - old;

    return event >= entries || old >= entries || ahead < moved;
}

static void lwnvme_shadow_ring(struct lwnvme_queue *queue, uint32_t is_cq, uint32_t value)
{
    struct lwnvme_controller *controller = queue->controller;
    volatile uint32_t *entry = lwnvme_shadow_entry(queue, is_cq);
    volatile uint32_t *event = entry + (controller->page_bytes >> 2);
    uint32_t old = lwnvme_order32(*entry);

    if (is_cq == 0 && queue->memory != NULL && queue->memory->publish != NULL)
        queue->memory->publish(queue, value);
    lwnvme_shadow_store(queue, entry, value);
    LWNVME_BARRIER_SHADOW_DOORBELL();
    lwnvme_memory_sync(controller, event, sizeof(*event), LWNVME_FROM_DEVICE, false);
    if (controller->shadow->state == LWNVME_SHADOW_ON &&
        !lwnvme_shadow_is_wanted(lwnvme_order32(*event), old, value,
                                 is_cq != 0 ? queue->cq_entries : queue->entries)) {
        queue->spared++;
        return;
    }
    lwnvme_register_write(controller, lwnvme_doorbell_offset(controller, queue->id, is_cq), value);
}

/* The queue rings by this from now on; the shadows have what the controller knows, and each first ring is wanted. */
static void lwnvme_shadow_adopt(struct lwnvme_queue *queue)
{
    struct lwnvme_controller *controller = queue->controller;
    uint32_t end = lwnvme_doorbell_offset(controller, queue->id + 1u, 0) - LWNVME_REG_DOORBELLS;
    uint32_t values[2] = {(uint32_t)((uintptr_t)queue->sq_told - (uintptr_t)queue->sq) >> 6, 0};
    uint32_t is_cq;

    if (controller->state != LWNVME_STATE_READY && controller->shadow->state != LWNVME_SHADOW_OFF)
        controller->shadow->state = LWNVME_SHADOW_WANTED;
    if (end > controller->page_bytes)
        return;
    if (queue->cq != NULL)
        values[1] = (uint32_t)((uintptr_t)queue->cq_next - (uintptr_t)queue->cq) >> 4;
    for (is_cq = 0; is_cq < 2; is_cq++) {
        volatile uint32_t *entry = lwnvme_shadow_entry(queue, is_cq);

        lwnvme_shadow_store(queue, entry, values[is_cq]);
        lwnvme_shadow_store(queue, entry + (controller->page_bytes >> 2), values[is_cq]);
    }
    queue->ring = lwnvme_shadow_ring;
    queue->sq_doorbell = NULL;
    queue->cq_doorbell = NULL;
}

static void lwnvme_shadow_adopt_all(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (queue->state == LWNVME_QUEUE_LIVE)
            lwnvme_shadow_adopt(queue);
    }
}

static void lwnvme_shadow_end(struct lwnvme_shadow *shadow, int status)
{
    shadow->status = status;
    shadow->state = LWNVME_SHADOW_OFF;
    if (status == LWNVME_OK) {
        shadow->state = LWNVME_SHADOW_ON;
        lwnvme_shadow_adopt_all(shadow->service.controller);
    } else if (status < 0) {
        shadow->state = LWNVME_SHADOW_WANTED; /* the controller is being stopped */
    }
    lwnvme_service_let_go(&shadow->service);
}

static void lwnvme_shadow_done(struct lwnvme_request *request)
{
    lwnvme_shadow_end((struct lwnvme_shadow *)request->context, request->status);
}

static void lwnvme_shadow_work(struct lwnvme_service *service)
{
    struct lwnvme_shadow *shadow = (struct lwnvme_shadow *)(void *)service;
    struct lwnvme_controller *controller = service->controller;
    int status;

    if (shadow->state != LWNVME_SHADOW_WANTED || lwnvme_controller_refusal(controller) != LWNVME_OK)
        return;
    lwnvme_service_hold(service);
    if (!lwnvme_queues_are_still(controller))
        return;
    lwnvme_shadow_adopt_all(controller);
    (void)lwnvme_command_begin(&shadow->request, LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG);
    shadow->state = LWNVME_SHADOW_SENT;
    status =
        lwnvme_admin_send(controller, &shadow->request, shadow->dma_address, 2u * controller->page_bytes);
    if (status != LWNVME_OK)
        lwnvme_shadow_end(shadow, status);
}

static void lwnvme_shadow_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_shadow *shadow = (struct lwnvme_shadow *)(void *)service;
    struct lwnvme_controller *controller = service->controller;

    if (occasion == LWNVME_OCCASION_CLOSE) {
        controller->doorbells = NULL;
        controller->shadow = NULL;
        if (controller->device_stopped != 0)
            lwnvme_dma_put(controller, shadow->pages, 2u * (size_t)controller->page_bytes,
                           shadow->dma_address);
        else
            lwnvme_keep(controller, shadow->pages, 2u * (size_t)controller->page_bytes, shadow->dma_address);
        shadow->state = LWNVME_SHADOW_OFF;
        shadow->status = LWNVME_ERR_NOT_OPEN;
        lwnvme_service_remove(service);
    } else if (occasion == LWNVME_OCCASION_READY) {
        if (shadow->state == LWNVME_SHADOW_ON)
            shadow->state = LWNVME_SHADOW_WANTED; /* there was no queue to be made again */
        lwnvme_shadow_work(service);
    }
}

int lwnvme_shadow_start(struct lwnvme_controller *controller, struct lwnvme_shadow *shadow)
{
    void *pages = NULL;
    int status;

    if (controller == NULL || shadow == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (controller->shadow != NULL || shadow->service.controller != NULL)
        return LWNVME_ERR_BUSY;
    status = lwnvme_admin_check(controller, &shadow->request);
    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_DOORBELL_BUFFER_CONFIG) == 0)
        return LWNVME_ERR_NO_SHADOW_DOORBELLS;
    status = lwnvme_dma_get(controller, 2u * (size_t)controller->page_bytes, &pages, &shadow->dma_address);
    if (status != LWNVME_OK)
        return status;
    shadow->pages = (uint8_t *)pages;
    shadow->request.done = lwnvme_shadow_done;
    shadow->request.context = shadow;
    shadow->request.internal_done = NULL;
    shadow->state = LWNVME_SHADOW_WANTED;
    shadow->service.work = lwnvme_shadow_work;
    shadow->service.tell = lwnvme_shadow_told;
    shadow->service.due_us = UINT64_MAX;
    controller->shadow = shadow;
    controller->doorbells = lwnvme_shadow_adopt;
    lwnvme_service_add(controller, &shadow->service);
    lwnvme_shadow_work(&shadow->service);
    return LWNVME_OK;
}

int lwnvme_shadow_status(const struct lwnvme_shadow *shadow)
{
    if (shadow == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return shadow->state == LWNVME_SHADOW_WANTED || shadow->state == LWNVME_SHADOW_SENT ? LWNVME_PENDING
                                                                                        : shadow->status;
}

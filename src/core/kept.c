/* SPDX-License-Identifier: MIT */
/*
 * What a close keeps because the controller may still write it. A service that is told of the close goes through the
 * rings and pages before they are forgotten; other services that keep something say so by lwnvme_keep. A program that does
 * not watch links nothing of this.
 *
 * Controller owner's context.
 */
#include <lwnvme/kept.h>
#include <lwnvme/queue_memory.h>

#include "core.h"

static void lwnvme_kept_tell(struct lwnvme_kept *kept, void *memory, size_t length_bytes,
                             uint64_t dma_address)
{
    if (memory == NULL)
        return;
    kept->pieces++;
    kept->bytes += length_bytes;
    kept->memory(kept, memory, length_bytes, dma_address);
}

/* The host's address of a piece. A ring in the controller memory buffer has one there; its copy has another. */
static uint64_t lwnvme_kept_address(const struct lwnvme_queue *queue, uint32_t index)
{
    return index == LWNVME_PIECE_SQ && queue->memory != NULL && queue->memory->cmb != NULL
               ? queue->memory->dma_address
               : queue->pieces[index].dma_address;
}

static void lwnvme_kept_queue(struct lwnvme_kept *kept, const struct lwnvme_queue *queue)
{
    uint32_t index;

    for (index = 0; index < LWNVME_PIECE_SLOTS; index++)
        lwnvme_kept_tell(kept, queue->pieces[index].memory, queue->pieces[index].size_bytes,
                         lwnvme_kept_address(queue, index));
    lwnvme_kept_tell(kept, queue->bounce, queue->bounce_bytes, queue->bounce_dma);
}

static struct lwnvme_kept *lwnvme_kept_of(struct lwnvme_service *service)
{
    return (struct lwnvme_kept *)(void *)((uint8_t *)service - offsetof(struct lwnvme_kept, service));
}

static void lwnvme_kept_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    const struct lwnvme_controller *controller = service->controller;
    struct lwnvme_kept *kept = lwnvme_kept_of(service);
    const struct lwnvme_queue *queue;

    if (occasion != LWNVME_OCCASION_CLOSE)
        return;
    if (controller->device_stopped == 0) {
        for (queue = controller->queues; queue != NULL; queue = queue->next)
            lwnvme_kept_queue(kept, queue);
        lwnvme_kept_queue(kept, &controller->admin);
        lwnvme_kept_tell(kept, controller->pages, controller->pages_bytes, controller->pages_dma);
    }
    lwnvme_service_remove(service);
}

/* By whoever keeps memory of its own. */
static void lwnvme_kept_more(const struct lwnvme_controller *controller, void *memory, size_t length_bytes,
                             uint64_t dma_address)
{
    lwnvme_kept_tell(controller->kept, memory, length_bytes, dma_address);
}

int lwnvme_kept_watch(struct lwnvme_controller *controller, struct lwnvme_kept *kept)
{
    if (controller == NULL || kept == NULL || kept->memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (controller->opened == 0)
        return LWNVME_ERR_NOT_OPEN;
    if (controller->kept != NULL)
        return LWNVME_ERR_BUSY;
    kept->pieces = 0;
    kept->bytes = 0;
    kept->service.work = NULL;
    kept->service.tell = lwnvme_kept_told;
    kept->service.due_us = UINT64_MAX;
    controller->kept = kept;
    controller->kept_more = lwnvme_kept_more;
    lwnvme_service_add(controller, &kept->service);
    return LWNVME_OK;
}

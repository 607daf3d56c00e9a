/* SPDX-License-Identifier: MIT */
/*
 * Queues in memory of the caller's: pieces are cut from it one after the other, each from a page boundary on.
 */
#include <lwnvme/mapper.h>
#include <lwnvme/queue_memory.h>

#include "core.h"

static size_t lwnvme_page_round(const struct lwnvme_controller *controller, size_t size_bytes)
{
    return (size_bytes + controller->page_bytes - 1u) & ~(size_t)(controller->page_bytes - 1u);
}

/* Of a queue that has been measured: what its pieces take. */
size_t lwnvme_queue_measured_bytes(const struct lwnvme_queue *queue)
{
    size_t bytes = 0;
    uint32_t index;

    for (index = 0; index < LWNVME_PIECES; index++)
        bytes += lwnvme_page_round(queue->controller, queue->pieces[index].size_bytes);
    return bytes;
}

static int lwnvme_own_memory_get(struct lwnvme_queue *queue, uint32_t index)
{
    const struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_queue_memory *memory = queue->memory;
    struct lwnvme_piece *piece = &queue->pieces[index];
    size_t size_bytes = lwnvme_page_round(controller, piece->size_bytes);

    if (index == LWNVME_PIECE_SQ)
        memory->used_bytes = 0;
    if (size_bytes > memory->length_bytes - memory->used_bytes)
        return LWNVME_ERR_NO_MEMORY;
    piece->dma_address = memory->dma_address + memory->used_bytes;
    if (((piece->dma_address | (uintptr_t)memory->address) & (controller->page_bytes - 1u)) != 0)
        return LWNVME_ERR_DMA_ALIGNMENT;
    if (!lwnvme_dma_in_reach(controller, memory->dma_address, memory->used_bytes + size_bytes))
        return LWNVME_ERR_DMA_LIMIT;
    piece->memory = memory->address + memory->used_bytes;
    memory->used_bytes += size_bytes;
    memset(piece->memory, 0, piece->size_bytes);
    return LWNVME_OK;
}

static void lwnvme_own_memory_put(struct lwnvme_queue *queue, uint32_t index)
{
    (void)queue;
    (void)index;
}

void lwnvme_queue_memory_use(struct lwnvme_queue_memory *memory, void *address, uint64_t dma_address,
                             size_t length_bytes)
{
    if (memory == NULL)
        return;
    memset(memory, 0, sizeof(*memory));
    memory->get = lwnvme_own_memory_get;
    memory->put = lwnvme_own_memory_put;
    memory->address = (uint8_t *)address;
    memory->dma_address = dma_address;
    memory->length_bytes = address == NULL ? 0 : length_bytes;
}

/* As many as the mapper will settle on, or more: what the controller can do is not asked here. */
static uint32_t lwnvme_descriptors_most(const struct lwnvme_queue_config *config)
{
    if (config == NULL || config->mapper == NULL || config->sgl == LWNVME_SGL_NEVER)
        return 0;
    return config->sgl_descriptors == 0 ? LWNVME_SGL_DESCRIPTORS_DEFAULT : config->sgl_descriptors;
}

size_t lwnvme_queue_memory_bytes(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                 const struct lwnvme_queue_config *config)
{
    uint32_t wanted = config == NULL ? 0 : config->entries;
    uint32_t entries;
    size_t bytes;
    int status;

    if (controller == NULL || queue == NULL || queue->state != LWNVME_QUEUE_CLOSED ||
        lwnvme_controller_refusal(controller) != LWNVME_OK)
        return 0;
    entries = lwnvme_queue_entries_choose(controller, wanted);
    if (entries == 0)
        return 0;
    status = queue->status;
    queue->cq_entries = config == NULL ? 0 : config->cq_entries;
    queue->sgl_descriptors = lwnvme_descriptors_most(config);
    lwnvme_queue_measure(controller, queue, entries);
    bytes = lwnvme_queue_measured_bytes(queue);
    memset(queue, 0, sizeof(*queue));
    queue->status = status;
    return bytes;
}

/* SPDX-License-Identifier: MIT */
/*
 * Submission queues in the controller memory buffer.
 *
 *     engine --> ring in ordinary memory --(doorbell: copied, 32 bits at a time, barrier)--> ring in the buffer, register
 *
 * The engine writes commands as ever: what lies behind a BAR is no memory for compilers, which may clear it with
 * instructions that devices do not know, or write a word twice. The copy is made where the doorbell is rung, by `ring` of
 * the queue or, with shadow doorbells, by them.
 *
 * Controller owner's context but for the copy, which is the queue owner's. Memory: the ring's copy and the place in the
 * buffer are given back together, when the queue's memory is.
 */
#include <lwnvme/cmb.h>

#include "core.h"

#define LWNVME_CMB_SIZE_UNIT_MAX 6u /* 64 GiB; more are reserved */

static bool lwnvme_cmb_has_control(const struct lwnvme_controller *controller)
{
    return lwnvme_cap(controller, LWNVME_CAP_CMBS) != 0;
}

/* Sizes and offsets are counted in 4 KiB times a power of 16: 20 bits of up to 2^36 bytes each. */
static uint64_t lwnvme_cmb_bytes(uint32_t count, uint32_t unit)
{
    uint64_t bytes = (uint64_t)count << 12;

    while (unit-- != 0)
        bytes <<= 4;
    return bytes;
}

static void lwnvme_cmb_told(struct lwnvme_service *service, enum lwnvme_occasion occasion);

/* By whomever: a controller has one, and one list of what is in it. */
static bool lwnvme_cmb_is_open(const struct lwnvme_controller *controller, const struct lwnvme_cmb *cmb)
{
    const struct lwnvme_service *service = controller->services;

    while (service != NULL && service->tell != lwnvme_cmb_told)
        service = service->next;
    return service != NULL || cmb->service.controller != NULL;
}

int lwnvme_cmb_find(struct lwnvme_controller *controller, struct lwnvme_cmb *cmb)
{
    uint32_t location;
    uint32_t size;
    uint32_t unit;
    int status;

    if (controller == NULL || cmb == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_cmb_is_open(controller, cmb))
        return LWNVME_ERR_BUSY;
    if (controller->info.version < LWNVME_VERSION(1, 2, 0) ||
        (controller->info.version >= LWNVME_VERSION(1, 4, 0) && !lwnvme_cmb_has_control(controller)))
        return LWNVME_ERR_NO_CMB;
    if (lwnvme_cmb_has_control(controller))
        lwnvme_register_write(controller, LWNVME_REG_CMBMSC, lwnvme_field_put(1, LWNVME_CMBMSC_CRE));
    location = lwnvme_register_read(controller, LWNVME_REG_CMBLOC);
    size = lwnvme_register_read(controller, LWNVME_REG_CMBSZ);
    if (location == 0xffffffffu && size == 0xffffffffu)
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(size, LWNVME_CMBSZ_SZ) == 0 || lwnvme_field_get(size, LWNVME_CMBSZ_SQS) == 0)
        return LWNVME_ERR_NO_CMB;
    unit = lwnvme_field_get(size, LWNVME_CMBSZ_SZU);
    cmb->bir = lwnvme_field_get(location, LWNVME_CMBLOC_BIR);
    if (unit > LWNVME_CMB_SIZE_UNIT_MAX || cmb->bir > 5u || cmb->bir == 1u)
        return LWNVME_ERR_CMB_LOCATION;
    cmb->offset_bytes = lwnvme_cmb_bytes(lwnvme_field_get(location, LWNVME_CMBLOC_OFST), unit);
    cmb->size_bytes = lwnvme_cmb_bytes(lwnvme_field_get(size, LWNVME_CMBSZ_SZ), unit);
    cmb->abilities = size & 0x1fu;
    return LWNVME_OK;
}

/* Whether the buffer is in the BAR, as far as the CPU can address it, and not where the registers are. */
static bool lwnvme_cmb_is_inside(const struct lwnvme_controller *controller, const struct lwnvme_cmb *cmb,
                                 const struct lwnvme_cmb_bar *bar)
{
    if (cmb->size_bytes == 0 || cmb->offset_bytes > bar->length_bytes ||
        cmb->size_bytes > bar->length_bytes - cmb->offset_bytes ||
        cmb->size_bytes != (size_t)cmb->size_bytes ||
        cmb->offset_bytes + cmb->size_bytes > UINT64_MAX - bar->bus)
        return false;
    return cmb->bir != 0 ||
           cmb->offset_bytes >= lwnvme_doorbell_offset(controller, controller->info.io_queues + 1u, 0);
}

/* The controller takes addresses in the buffer from now on. What it had of the register is gone after a loss of power; else it
 * stays on, since other queues may be at work in the buffer. */
static int lwnvme_cmb_enable(const struct lwnvme_controller *controller, const struct lwnvme_cmb *cmb)
{
    const uint32_t enabled = lwnvme_field_put(1, LWNVME_CMBMSC_CRE) | lwnvme_field_put(1, LWNVME_CMBMSC_CMSE);

    if (!lwnvme_cmb_has_control(controller))
        return LWNVME_OK;
    /* The high half first: it counts when the low one enables. */
    lwnvme_register_write(controller, LWNVME_REG_CMBMSC + 4u, (uint32_t)(cmb->bus >> 32));
    lwnvme_register_write(controller, LWNVME_REG_CMBMSC, (uint32_t)cmb->bus | enabled);
    if ((lwnvme_register_read(controller, LWNVME_REG_CMBSTS) & 1u) == 0)
        return LWNVME_OK;
    lwnvme_register_write(controller, LWNVME_REG_CMBMSC, 0);
    return LWNVME_ERR_CMB_LOCATION;
}

static void lwnvme_cmb_unmap(struct lwnvme_controller *controller, struct lwnvme_cmb *cmb)
{
    if (cmb->unmap)
        controller->ops->mmio_unmap(controller->host, cmb->mapped, (size_t)cmb->size_bytes);
    cmb->mapped = NULL;
    cmb->unmap = false;
}

static void lwnvme_cmb_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_cmb *cmb =
        (struct lwnvme_cmb *)(void *)((uint8_t *)service - offsetof(struct lwnvme_cmb, service));
    struct lwnvme_controller *controller = service->controller;

    if (occasion != LWNVME_OCCASION_CLOSE)
        return;
    /* What is at its addresses next is somebody else's. */
    if (lwnvme_cmb_has_control(controller) && controller->device_stopped != 0 &&
        controller->fail_status != LWNVME_ERR_GONE)
        lwnvme_register_write(controller, LWNVME_REG_CMBMSC, 0);
    lwnvme_cmb_unmap(controller, cmb);
    lwnvme_service_remove(service);
}

int lwnvme_cmb_open(struct lwnvme_controller *controller, struct lwnvme_cmb *cmb,
                    const struct lwnvme_cmb_bar *bar)
{
    int status;

    if (controller == NULL || cmb == NULL || bar == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_cmb_is_open(controller, cmb))
        return LWNVME_ERR_BUSY;
    if (!lwnvme_cmb_is_inside(controller, cmb, bar))
        return LWNVME_ERR_CMB_LOCATION;
    cmb->bus = bar->bus + cmb->offset_bytes;
    if ((cmb->bus & 0xfffu) != 0)
        return LWNVME_ERR_CMB_LOCATION;
    cmb->unmap = bar->mapped == NULL;
    if (!cmb->unmap)
        cmb->mapped = (volatile uint8_t *)bar->mapped + (size_t)cmb->offset_bytes;
    else if (controller->ops->mmio_map != NULL)
        cmb->mapped = (volatile uint8_t *)controller->ops->mmio_map(
            controller->host, bar->physical + cmb->offset_bytes, (size_t)cmb->size_bytes);
    if (cmb->mapped == NULL)
        return LWNVME_ERR_MMIO_MAP;
    status = lwnvme_cmb_enable(controller, cmb);
    if (status != LWNVME_OK) {
        lwnvme_cmb_unmap(controller, cmb);
        return status;
    }
    cmb->queues = NULL;
    cmb->service.tell = lwnvme_cmb_told;
    cmb->service.work = NULL;
    cmb->service.due_us = UINT64_MAX;
    lwnvme_service_add(controller, &cmb->service);
    return LWNVME_OK;
}

static void lwnvme_cmb_write(const struct lwnvme_queue *queue, size_t offset, uint32_t dword)
{
    const struct lwnvme_controller *controller = queue->controller;
    volatile uint8_t *to = queue->memory->cmb->mapped;

    if (LWNVME_CONFIG_MMIO_HOOKS != 0 && controller->ops->mmio_write32 != NULL)
        controller->ops->mmio_write32(controller->host, to, offset, lwnvme_order32(dword));
    else
        *(volatile uint32_t *)(volatile void *)(to + offset) = dword;
}

/* Copies what the controller is about to be told of. The barrier also empties what has been combined. */
static void lwnvme_cmb_publish(struct lwnvme_queue *queue, uint32_t tail)
{
    struct lwnvme_queue_memory *memory = queue->memory;
    uint32_t index;

    while (memory->copied != tail) {
        size_t at = (size_t)memory->copied * LWNVME_SQE_BYTES;

        for (index = 0; index < LWNVME_SQE_DWORDS; index++)
            lwnvme_cmb_write(queue, memory->used_bytes + at + 4u * index,
                             queue->sq[memory->copied * LWNVME_SQE_DWORDS + index]);
        memory->copied = memory->copied + 1u == queue->entries ? 0 : memory->copied + 1u;
    }
    LWNVME_BARRIER_SHADOW_DOORBELL();
}

static void lwnvme_cmb_ring(struct lwnvme_queue *queue, uint32_t is_cq, uint32_t value)
{
    if (is_cq == 0)
        lwnvme_cmb_publish(queue, value);
    lwnvme_register_write(queue->controller, lwnvme_doorbell_offset(queue->controller, queue->id, is_cq),
                          value);
}

/* A queue begins, or begins again. Its shadow doorbells, where it has some, ring instead from then on, and publish. */
static void lwnvme_cmb_begin(struct lwnvme_queue *queue)
{
    queue->memory->copied = 0;
    (void)lwnvme_cmb_enable(queue->controller, queue->memory->cmb);
    queue->ring = lwnvme_cmb_ring;
    queue->sq_doorbell = NULL;
}

/* The first place that is free for so many bytes; `link` is where its owner belongs. */
static bool lwnvme_cmb_place(struct lwnvme_cmb *cmb, size_t size_bytes, uint64_t *offset,
                             struct lwnvme_queue_memory ***link)
{
    uint64_t at = 0;

    for (*link = &cmb->queues; **link != NULL; *link = &(**link)->next) {
        if ((**link)->used_bytes - at >= size_bytes)
            break;
        at = (**link)->used_bytes + (**link)->length_bytes;
    }
    *offset = at;
    return **link != NULL || cmb->size_bytes - at >= size_bytes;
}

static int lwnvme_cmb_get(struct lwnvme_queue *queue, uint32_t index)
{
    struct lwnvme_queue_memory *memory = queue->memory;
    struct lwnvme_piece *piece = &queue->pieces[index];
    struct lwnvme_queue_memory **link;
    void *copy = NULL;
    uint64_t offset;
    int status;

    if (index != LWNVME_PIECE_SQ)
        return lwnvme_piece_from_host(queue, index);
    if (memory->cmb->service.controller != queue->controller)
        return LWNVME_ERR_NO_CMB;
    memory->length_bytes = (piece->size_bytes + queue->page_bytes - 1u) & ~(size_t)(queue->page_bytes - 1u);
    if (!lwnvme_cmb_place(memory->cmb, memory->length_bytes, &offset, &link))
        return LWNVME_ERR_NO_MEMORY;
    if (((memory->cmb->bus + offset) & (queue->page_bytes - 1u)) != 0)
        return LWNVME_ERR_DMA_ALIGNMENT;
    status = lwnvme_dma_get(queue->controller, piece->size_bytes, &copy, &memory->dma_address);
    if (status != LWNVME_OK)
        return status;
    memory->address = (uint8_t *)copy;
    memory->used_bytes = (size_t)offset;
    memory->next = *link;
    *link = memory;
    piece->memory = copy;
    piece->dma_address = memory->cmb->bus + offset;
    return LWNVME_OK;
}

static void lwnvme_cmb_put(struct lwnvme_queue *queue, uint32_t index)
{
    struct lwnvme_queue_memory *memory = queue->memory;
    struct lwnvme_queue_memory **link = &memory->cmb->queues;

    if (index != LWNVME_PIECE_SQ) {
        lwnvme_piece_to_host(queue, index);
        return;
    }
    if (memory->address == NULL)
        return;
    lwnvme_dma_put(queue->controller, memory->address, queue->pieces[index].size_bytes, memory->dma_address);
    memory->address = NULL;
    while (*link != NULL && *link != memory)
        link = &(*link)->next;
    if (*link == memory)
        *link = memory->next;
}

void lwnvme_cmb_queue_memory(struct lwnvme_cmb *cmb, struct lwnvme_queue_memory *memory)
{
    if (cmb == NULL || memory == NULL)
        return;
    memset(memory, 0, sizeof(*memory));
    memory->get = lwnvme_cmb_get;
    memory->put = lwnvme_cmb_put;
    memory->begin = lwnvme_cmb_begin;
    memory->publish = lwnvme_cmb_publish;
    memory->cmb = cmb;
}

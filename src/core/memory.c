/* SPDX-License-Identifier: MIT */
/*
 * The host's memory and clock, with the checks that every use needs: alignment as asked, addresses within
 * the controller's reach. Allocation happens only while a controller or a queue is set up.
 */
#include "core.h"

uint64_t lwnvme_now_us(const struct lwnvme_controller *controller)
{
    return controller->ops->now_us(controller->host);
}

/* Milliseconds in turns of the queues' clock, which are 1024 us: 1000 / 1024 is 1 - 1/64 - 1/128. */
uint32_t lwnvme_timeout_turns(uint32_t timeout_ms)
{
    if (timeout_ms > 0x7fffffffu)
        timeout_ms = 0x7fffffffu;
    return timeout_ms - (timeout_ms >> 6) - (timeout_ms >> 7);
}

bool lwnvme_dma_in_reach(const struct lwnvme_controller *controller, uint64_t dma_address, size_t size_bytes)
{
    uint64_t last = dma_address + (size_bytes - 1u);

    if (last < dma_address)
        return false;
    return (controller->quirks & LWNVME_QUIRK_DMA_48_BITS) == 0 || (last >> 48) == 0;
}

/* Whole, page-aligned memory for a ring, PRP lists or admin data. It is cleared. */
int lwnvme_dma_get(const struct lwnvme_controller *controller, size_t size_bytes, void **memory,
                   uint64_t *dma_address)
{
    size_t align = controller->page_bytes;
    void *got = controller->ops->dma_alloc(controller->host, size_bytes, align, dma_address);
    int status = LWNVME_OK;

    if (got == NULL)
        return LWNVME_ERR_NO_MEMORY;
    if ((*dma_address & (align - 1u)) != 0 || ((uintptr_t)got & (LWNVME_PAGE_MIN - 1u)) != 0)
        status = LWNVME_ERR_DMA_ALIGNMENT;
    else if (!lwnvme_dma_in_reach(controller, *dma_address, size_bytes))
        status = LWNVME_ERR_DMA_LIMIT;
    if (status != LWNVME_OK) {
        controller->ops->dma_free(controller->host, got, size_bytes, *dma_address);
        return status;
    }
    memset(got, 0, size_bytes);
    lwnvme_memory_sync(controller, got, size_bytes, LWNVME_BIDIRECTIONAL, true);
    *memory = got;
    return LWNVME_OK;
}

void lwnvme_dma_put(const struct lwnvme_controller *controller, void *memory, size_t size_bytes,
                    uint64_t dma_address)
{
    if (memory != NULL)
        controller->ops->dma_free(controller->host, memory, size_bytes, dma_address);
}

/* Bookkeeping that the controller never sees. */
int lwnvme_memory_get(const struct lwnvme_controller *controller, size_t size_bytes, void **memory,
                      uint64_t *dma_address)
{
    void *got;

    *dma_address = 0;
    if (controller->ops->alloc != NULL)
        got = controller->ops->alloc(controller->host, size_bytes);
    else
        got = controller->ops->dma_alloc(controller->host, size_bytes, 64, dma_address);
    if (got == NULL)
        return LWNVME_ERR_NO_MEMORY;
    memset(got, 0, size_bytes);
    *memory = got;
    return LWNVME_OK;
}

void lwnvme_memory_put(const struct lwnvme_controller *controller, void *memory, size_t size_bytes,
                       uint64_t dma_address)
{
    if (memory == NULL)
        return;
    if (controller->ops->alloc != NULL)
        controller->ops->free(controller->host, memory, size_bytes);
    else
        controller->ops->dma_free(controller->host, memory, size_bytes, dma_address);
}

void lwnvme_memory_sync(const struct lwnvme_controller *controller, const volatile void *memory,
                        size_t size_bytes, enum lwnvme_direction direction, bool for_device)
{
    if (LWNVME_CONFIG_DMA_SYNC != 0 && controller->ops->dma_sync != NULL)
        controller->ops->dma_sync(controller->host, (const void *)(uintptr_t)memory, size_bytes, direction,
                                  for_device);
}

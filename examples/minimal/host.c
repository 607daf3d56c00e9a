/* SPDX-License-Identifier: MIT */
/* A port for a kernel in which memory is identity-mapped and caches are coherent with devices. */
#include "kernel.h"

static void *minimal_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    void *memory = kernel_pages_alloc(size_bytes, align_bytes);

    (void)host;
    *dma_address = memory == NULL ? 0 : kernel_physical(memory);
    return memory;
}

static void minimal_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    kernel_pages_free(memory, size_bytes);
}

static bool minimal_dma_map(void *host, const void *address, size_t length_bytes,
                            enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = kernel_physical(address);
    *contiguous_bytes = length_bytes;
    return true;
}

static uint64_t minimal_now_us(void *host)
{
    (void)host;
    return kernel_now_us();
}

const struct lwnvme_host_ops minimal_host_ops = {
    .dma_alloc = minimal_dma_alloc,
    .dma_free = minimal_dma_free,
    .dma_map = minimal_dma_map,
    .now_us = minimal_now_us,
};

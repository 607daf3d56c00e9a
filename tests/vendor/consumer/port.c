/* SPDX-License-Identifier: MIT */
/* A port of lwnvme to the machine of these consumers, and one read through it. Freestanding, as in a kernel. */
#ifdef AMALGAMATED
#include "lwnvme.h"
#else
#include <lwnvme/lwnvme.h>
#endif

#include "machine.h"

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;

static void *hook_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    return machine_pages((struct machine *)host, size_bytes, align_bytes, dma_address);
}

static void hook_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    machine_pages_free((struct machine *)host, memory, size_bytes, dma_address);
}

static bool hook_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)direction;
    return machine_translate((struct machine *)host, address, length_bytes, dma_address, contiguous_bytes);
}

static uint64_t hook_now_us(void *host)
{
    return machine_now_us((struct machine *)host);
}

static uint32_t hook_mmio_read32(void *host, volatile void *registers, size_t offset_bytes)
{
    return machine_read32((struct machine *)host, registers, offset_bytes);
}

static void hook_mmio_write32(void *host, volatile void *registers, size_t offset_bytes, uint32_t value)
{
    machine_write32((struct machine *)host, registers, offset_bytes, value);
}

static const struct lwnvme_host_ops hooks = {
    .dma_alloc = hook_dma_alloc,
    .dma_free = hook_dma_free,
    .dma_map = hook_dma_map,
    .now_us = hook_now_us,
    .mmio_read32 = hook_mmio_read32,
    .mmio_write32 = hook_mmio_write32,
};

int port_open(struct machine *machine)
{
    struct lwnvme_controller_config config = {.ops = &hooks,
                                              .host = machine,
                                              .page_bytes = 4096,
                                              .bar_mapped = machine_registers(machine),
                                              .bar_bytes = machine_register_bytes(machine)};
    int status = lwnvme_sync_controller_open(&controller, &config);

    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_queue_create(&controller, &queue, NULL);
    if (status == LWNVME_OK)
        status = lwnvme_sync_namespace_open(&controller, 1, &ns);
    if (status != LWNVME_OK)
        (void)port_close();
    return status;
}

int port_read(uint64_t lba, uint8_t *block, size_t block_bytes)
{
    if (ns.block_bytes != block_bytes)
        return LWNVME_ERR_BUFFER_LENGTH;
    return lwnvme_sync_read(&queue, &ns, lba, 1, block, 0);
}

int port_close(void)
{
    int status = lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_HAND_OFF);
    int closed = lwnvme_sync_controller_close(&controller);

    return status != LWNVME_OK ? status : closed;
}

int port_version(void)
{
    return LWNVME_VERSION_MAJOR * 10000 + LWNVME_VERSION_MINOR * 100 + LWNVME_VERSION_PATCH;
}

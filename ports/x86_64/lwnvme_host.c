/* SPDX-License-Identifier: MIT */
/*
 * x86-64 port: the adapter between lwnvme and this machine. x86 keeps caches coherent with devices, memory is
 * identity mapped, there is no IOMMU and one processor: half of the hooks are not needed.
 */
#include "lwnvme_host.h"

#include "io.h"

static void *host_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    (void)host;
    *dma_address = (uintptr_t)memory;
    return memory;
}

static void host_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    pages_free(memory, size_bytes);
}

static bool host_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address;
    *contiguous_bytes = length_bytes;
    return true;
}

static uint64_t host_now_us(void *host)
{
    (void)host;
    return clock_now_us();
}

static volatile void *host_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    (void)host;
    if (!paging_map(physical_address, size_bytes, PAGING_DEVICE)) {
        return NULL;
    }
    return (volatile void *)(uintptr_t)physical_address;
}

static void host_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    (void)host;
    (void)registers;
    (void)size_bytes;
}

static void host_relax(void *host)
{
    (void)host;
    cpu_pause();
}

static bool host_fence_device(void *host)
{
    return pci_fence(host);
}

static void host_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    if (level <= LWNVME_LEVEL_WARNING) {
        serial_text(message);
        serial_text("\n");
    }
}

const struct lwnvme_host_ops lwnvme_x86_64_ops = {
    .dma_alloc = host_dma_alloc,
    .dma_free = host_dma_free,
    .dma_map = host_dma_map,
    .now_us = host_now_us,
    .mmio_map = host_mmio_map,
    .mmio_unmap = host_mmio_unmap,
    .relax = host_relax,
    .fence_device = host_fence_device,
    .log = host_log,
};

void lwnvme_x86_64_config(struct pci_device *device, struct lwnvme_controller_config *config)
{
    pci_enable(device);
    config->ops = &lwnvme_x86_64_ops;
    config->host = device;
    config->page_bytes = MACHINE_PAGE_BYTES;
    config->bar_physical = device->bar_address;
    config->bar_bytes = device->bar_bytes;
    config->pci_vendor_id = device->vendor_id;
    config->pci_device_id = device->device_id;
}

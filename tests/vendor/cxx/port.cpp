/* SPDX-License-Identifier: MIT */
/* The port of port.c by a kernel in C++; the library itself stays C. */
#ifdef AMALGAMATED
#include "lwnvme.h"
#else
#include <lwnvme/lwnvme.h>
#endif

#include "machine.h"

namespace
{

lwnvme_controller controller;
lwnvme_queue queue;
lwnvme_namespace ns;

machine *machine_of(void *host)
{
    return static_cast<machine *>(host);
}

lwnvme_host_ops make_hooks()
{
    lwnvme_host_ops hooks{};

    hooks.dma_alloc = [](void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address) {
        return machine_pages(machine_of(host), size_bytes, align_bytes, dma_address);
    };
    hooks.dma_free = [](void *host, void *memory, size_t size_bytes, uint64_t dma_address) {
        machine_pages_free(machine_of(host), memory, size_bytes, dma_address);
    };
    hooks.dma_map = [](void *host, const void *address, size_t length_bytes, lwnvme_direction,
                       uint64_t *dma_address, size_t *contiguous_bytes) {
        return machine_translate(machine_of(host), address, length_bytes, dma_address, contiguous_bytes);
    };
    hooks.now_us = [](void *host) { return machine_now_us(machine_of(host)); };
    hooks.mmio_read32 = [](void *host, volatile void *registers, size_t offset_bytes) {
        return machine_read32(machine_of(host), registers, offset_bytes);
    };
    hooks.mmio_write32 = [](void *host, volatile void *registers, size_t offset_bytes, uint32_t value) {
        machine_write32(machine_of(host), registers, offset_bytes, value);
    };
    return hooks;
}

const lwnvme_host_ops hooks = make_hooks();

} // namespace

int port_open(machine *machine)
{
    lwnvme_controller_config config{};

    config.ops = &hooks;
    config.host = machine;
    config.page_bytes = 4096;
    config.bar_mapped = machine_registers(machine);
    config.bar_bytes = machine_register_bytes(machine);
    int status = lwnvme_sync_controller_open(&controller, &config);
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_queue_create(&controller, &queue, nullptr);
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

int port_close()
{
    const int status = lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
    const int closed = lwnvme_sync_controller_close(&controller);

    return status != LWNVME_OK ? status : closed;
}

int port_version()
{
    return LWNVME_VERSION_MAJOR * 10000 + LWNVME_VERSION_MINOR * 100 + LWNVME_VERSION_PATCH;
}

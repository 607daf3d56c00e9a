/* SPDX-License-Identifier: MIT */
/* Bare-metal ports: hooks over machine.h and cpu.h. None looks at its context. */
#include "host.h"

#include "cpu.h"
#include "machine.h"

void host_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    pages_free(memory, size_bytes);
}

uint64_t host_now_us(void *host)
{
    (void)host;
    return clock_now_us();
}

volatile void *host_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    (void)host;
    if (!paging_map(physical_address, size_bytes, PAGING_DEVICE)) {
        return NULL;
    }
    return (volatile void *)(uintptr_t)physical_address;
}

void host_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    (void)host;
    (void)registers;
    (void)size_bytes;
}

void host_relax(void *host)
{
    (void)host;
    cpu_pause();
}

void host_wait(void *host, uint64_t deadline_us)
{
    (void)host;
    interrupt_wait(deadline_us);
}

void host_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    if (level <= LWNVME_LEVEL_WARNING) {
        serial_text(message);
        serial_text("\n");
    }
}

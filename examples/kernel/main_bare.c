/* SPDX-License-Identifier: MIT */
/* The demo on bare metal: the platform's functions that are the same on each machine. */
#include "machine.h"
#include "platform.h"

void platform_put(char c)
{
    serial_put(c);
}

int platform_get(uint32_t timeout_ms)
{
    return serial_get(timeout_ms);
}

uint64_t platform_now_us(void)
{
    return clock_now_us();
}

void *platform_alloc(size_t size_bytes)
{
    return pages_alloc(size_bytes, MACHINE_PAGE_BYTES);
}

void platform_free(void *memory, size_t size_bytes)
{
    pages_free(memory, size_bytes);
}

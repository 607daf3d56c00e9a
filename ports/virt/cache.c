/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: cache maintenance by address, to where a device sees it. This is what a machine needs whose
 * DMA is not coherent; cpu.h has the instructions, each of which works on a whole line, and says how long one is (0: this
 * processor has none).
 *
 * Cleaning more than was asked for does no harm. Invalidating does: what the CPU has written to the rest of a line would
 * be lost. So lines that the range does not fill are cleaned and invalidated; that writes nothing back unless the CPU has
 * written to the neighbours since the device was given the range.
 *
 * The barrier at the end has the maintenance done before the doorbell is rung, and before the data are looked at.
 */
#include "cpu.h"
#include "machine.h"

uint32_t cache_line_bytes(void)
{
    return cpu_cache_line_bytes();
}

void cache_clean(const void *address, size_t length_bytes)
{
    const uintptr_t line = cpu_cache_line_bytes();
    const uintptr_t end = (uintptr_t)address + length_bytes;

    for (uintptr_t at = (uintptr_t)address & ~(line - 1u); line != 0 && at < end; at += line) {
        cpu_cache_clean(at);
    }
    cpu_synchronize();
}

void cache_flush(const void *address, size_t length_bytes)
{
    const uintptr_t line = cpu_cache_line_bytes();
    const uintptr_t end = (uintptr_t)address + length_bytes;

    for (uintptr_t at = (uintptr_t)address & ~(line - 1u); line != 0 && at < end; at += line) {
        cpu_cache_flush(at);
    }
    cpu_synchronize();
}

void cache_invalidate(const void *address, size_t length_bytes)
{
    const uintptr_t line = cpu_cache_line_bytes();
    const uintptr_t begin = (uintptr_t)address;
    const uintptr_t end = begin + length_bytes;

    for (uintptr_t at = begin & ~(line - 1u); line != 0 && at < end; at += line) {
        if (at < begin || end - at < line) {
            cpu_cache_flush(at);
        } else {
            cpu_cache_invalidate(at);
        }
    }
    cpu_synchronize();
}

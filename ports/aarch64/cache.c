/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: cache maintenance by address, to the point of coherency, where a device sees it. This is what a machine
 * needs whose DMA is not coherent.
 *
 * The instructions work on whole lines. Cleaning more than was asked for does no harm. Invalidating does: what the CPU has
 * written to the rest of a line would be lost. So lines that the range does not fill are cleaned and invalidated; that
 * writes nothing back unless the CPU has written to the neighbours since the device was given the range.
 *
 * The barrier at the end has the maintenance done before the doorbell is rung, and before the data are looked at.
 */
#include "cpu.h"
#include "machine.h"

#define CACHE_LINE(operation, address) __asm__ volatile("dc " #operation ", %0" : : "r"(address) : "memory")
#define CACHE_LINE_LOG2_SHIFT          16u /* CTR_EL0.DminLine: of 4-byte words in the smallest line */
#define CACHE_LINE_LOG2_MASK           15u

uint32_t cache_line_bytes(void)
{
    return 4u << ((CPU_READ(ctr_el0) >> CACHE_LINE_LOG2_SHIFT) & CACHE_LINE_LOG2_MASK);
}

void cache_clean(const void *address, size_t length_bytes)
{
    const uintptr_t line = cache_line_bytes();
    const uintptr_t end = (uintptr_t)address + length_bytes;

    for (uintptr_t at = (uintptr_t)address & ~(line - 1u); at < end; at += line) {
        CACHE_LINE(cvac, at);
    }
    cpu_synchronize();
}

void cache_flush(const void *address, size_t length_bytes)
{
    const uintptr_t line = cache_line_bytes();
    const uintptr_t end = (uintptr_t)address + length_bytes;

    for (uintptr_t at = (uintptr_t)address & ~(line - 1u); at < end; at += line) {
        CACHE_LINE(civac, at);
    }
    cpu_synchronize();
}

void cache_invalidate(const void *address, size_t length_bytes)
{
    const uintptr_t line = cache_line_bytes();
    const uintptr_t begin = (uintptr_t)address;
    const uintptr_t end = begin + length_bytes;

    for (uintptr_t at = begin & ~(line - 1u); at < end; at += line) {
        if (at < begin || end - at < line) {
            CACHE_LINE(civac, at);
        } else {
            CACHE_LINE(ivac, at);
        }
    }
    cpu_synchronize();
}

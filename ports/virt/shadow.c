/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: a machine whose DMA is not coherent, where there is none. An emulator has no caches, so
 * that a forgotten cache maintenance shows nowhere. Here devices are given addresses in another half of memory, and data
 * go there and come back only where the library asks for it: whole cache lines on their way out, as a cache writes them
 * back; on their way in whole lines inside of the range, and at its ends what belongs to it.
 */
#include "machine.h"

#define SHADOW_LINE_USUAL 64u

void *memcpy(void *to, const void *from, size_t length);

static uint64_t shadow_offset_bytes;

void shadow_init(uint64_t offset_bytes)
{
    shadow_offset_bytes = offset_bytes;
}

uint64_t shadow_offset(void)
{
    return shadow_offset_bytes;
}

void shadow_clean(const void *address, size_t length_bytes)
{
    const uintptr_t line = cache_line_bytes() != 0 ? cache_line_bytes() : SHADOW_LINE_USUAL;
    const uintptr_t begin = (uintptr_t)address & ~(line - 1u);
    const uintptr_t end = ((uintptr_t)address + length_bytes + line - 1u) & ~(line - 1u);

    if (shadow_offset_bytes != 0) {
        (void)memcpy((void *)(begin + shadow_offset_bytes), (const void *)begin, end - begin);
    }
}

void shadow_invalidate(const void *address, size_t length_bytes)
{
    const uintptr_t begin = (uintptr_t)address;

    if (shadow_offset_bytes != 0) {
        (void)memcpy((void *)begin, (const void *)(begin + shadow_offset_bytes), length_bytes);
    }
}

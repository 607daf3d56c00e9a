/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: cache maintenance by the instructions of Zicbom, a block at a time; the device tree says how long a block
 * is, which is also how it is known that the harts have them. cbo.clean writes a block back, cbo.inval forgets it, cbo.flush
 * does both. A block of which only a part is to be forgotten is flushed, so that nothing else in it is lost.
 *
 * The fences order these against the stores before and the device accesses after.
 */
#include "machine.h"
#include "tree.h"

enum cache_operation {
    CACHE_INVAL,
    CACHE_CLEAN,
    CACHE_FLUSH
};

uint32_t cache_line_bytes(void)
{
    static uint32_t bytes;
    static bool known;

    if (!known) {
        bytes = tree_cell(tree_property(tree_named("cpu"), "riscv,cbom-block-size"), 0);
        bytes = (bytes & (bytes - 1u)) == 0 ? bytes : 0; /* a power of two */
        known = true;
    }
    return bytes;
}

/* As machine code, so that the compiler need not know them. */
static void cache_block(uintptr_t address, enum cache_operation operation)
{
    switch (operation) {
    case CACHE_INVAL:
        __asm__ volatile(".insn i 0x0f, 2, x0, %0, 0" : : "r"(address) : "memory");
        break;
    case CACHE_CLEAN:
        __asm__ volatile(".insn i 0x0f, 2, x0, %0, 1" : : "r"(address) : "memory");
        break;
    case CACHE_FLUSH:
    default:
        __asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" : : "r"(address) : "memory");
        break;
    }
}

static void cache_fence(void)
{
    __asm__ volatile("fence iorw, iorw" : : : "memory");
}

/* Each block that has a part of the range; those that have only a part are flushed if told so. */
static void cache_blocks(const void *address, size_t length_bytes, enum cache_operation operation,
                         bool flush_ends)
{
    const uintptr_t block = cache_line_bytes();
    const uintptr_t begin = (uintptr_t)address;
    const uintptr_t end = begin + length_bytes;

    if (block == 0 || length_bytes == 0) {
        return;
    }
    cache_fence();
    for (uintptr_t at = begin & ~(block - 1u); at < end; at += block) {
        const bool whole = at >= begin && end - at >= block;

        cache_block(at, flush_ends && !whole ? CACHE_FLUSH : operation);
    }
    cache_fence();
}

void cache_clean(const void *address, size_t length_bytes)
{
    cache_blocks(address, length_bytes, CACHE_CLEAN, false);
}

void cache_flush(const void *address, size_t length_bytes)
{
    cache_blocks(address, length_bytes, CACHE_FLUSH, false);
}

void cache_invalidate(const void *address, size_t length_bytes)
{
    cache_blocks(address, length_bytes, CACHE_INVAL, true);
}

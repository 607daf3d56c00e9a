/* SPDX-License-Identifier: MIT */
/*
 * Bare-metal ports: contiguous pages out of one region of memory, first fit. A byte per page says whether it is
 * taken; the bytes stand at the region's start. One owner.
 *
 * When a device has failed and cannot be cut off from memory either, it may still write where it was told to. Nobody knows
 * which of the pages that are taken then are its own, so all of them stay taken, also when they are given back: they are
 * lost until the machine starts anew, which is little against data that change by themselves. Pages that are taken later
 * are not the device's, and come and go as before.
 */
#include "machine.h"

#define PAGES_FREE  0u
#define PAGES_TAKEN 1u
#define PAGES_KEPT  2u /* for good */

static uint8_t *pages_taken;
static uint64_t pages_base;
static uint64_t pages_count;

void pages_init(const struct memory_region *region)
{
    const uint64_t base = (region->address + MACHINE_PAGE_BYTES - 1u) & ~(uint64_t)(MACHINE_PAGE_BYTES - 1u);
    const uint64_t lost = base - region->address;
    const uint64_t total = region->size_bytes > lost ? (region->size_bytes - lost) / MACHINE_PAGE_BYTES : 0;
    const uint64_t table_pages = (total + MACHINE_PAGE_BYTES - 1u) / MACHINE_PAGE_BYTES;

    pages_taken = (uint8_t *)(uintptr_t)base;
    pages_base = base + table_pages * MACHINE_PAGE_BYTES;
    pages_count = total - table_pages;
    for (uint64_t page = 0; page < pages_count; page++) {
        pages_taken[page] = PAGES_FREE;
    }
}

static uint64_t pages_for(size_t size_bytes)
{
    return size_bytes / MACHINE_PAGE_BYTES + (size_bytes % MACHINE_PAGE_BYTES != 0 ? 1u : 0u);
}

/* How many of `count` pages from `first` on are free. */
static uint64_t pages_free_run(uint64_t first, uint64_t count)
{
    uint64_t run = 0;

    while (run < count && pages_taken[first + run] == PAGES_FREE) {
        run++;
    }
    return run;
}

static void pages_mark(uint64_t first, uint64_t count, uint8_t taken)
{
    for (uint64_t i = 0; i < count; i++) {
        if (pages_taken[first + i] != PAGES_KEPT) {
            pages_taken[first + i] = taken;
        }
    }
}

void *pages_alloc(size_t size_bytes, size_t align_bytes)
{
    const uint64_t count = pages_for(size_bytes);
    const uint64_t step = align_bytes > MACHINE_PAGE_BYTES ? align_bytes / MACHINE_PAGE_BYTES : 1u;
    const uint64_t base_page = pages_base / MACHINE_PAGE_BYTES;
    uint64_t first = (step - base_page % step) % step;

    while (count != 0 && first < pages_count && count <= pages_count - first) {
        const uint64_t run = pages_free_run(first, count);

        if (run == count) {
            pages_mark(first, count, PAGES_TAKEN);
            return (void *)(uintptr_t)(pages_base + first * MACHINE_PAGE_BYTES);
        }
        first += (run / step + 1u) * step;
    }
    return NULL;
}

void pages_free(void *memory, size_t size_bytes)
{
    if (memory != NULL) {
        pages_mark(((uintptr_t)memory - pages_base) / MACHINE_PAGE_BYTES, pages_for(size_bytes), PAGES_FREE);
    }
}

void pages_keep(void)
{
    for (uint64_t page = 0; page < pages_count; page++) {
        if (pages_taken[page] == PAGES_TAKEN) {
            pages_taken[page] = PAGES_KEPT;
        }
    }
}

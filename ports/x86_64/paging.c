/* SPDX-License-Identifier: MIT */
/*
 * x86-64 port: the page tables after boot. Everything is identity mapped in pages of 2 MiB; device registers
 * uncached. Tables are added where an address above 4 GiB needs them and are never taken away. One owner.
 */
#include "machine.h"

#define PAGING_LARGE_BYTES     0x200000u
#define PAGING_LIMIT           (1ull << 47) /* above it virtual addresses cannot equal physical ones */
#define PAGING_PRESENT         0x001u
#define PAGING_WRITABLE        0x002u
#define PAGING_WRITE_THROUGH   0x008u
#define PAGING_CACHE_DISABLE   0x010u
#define PAGING_LARGE           0x080u
#define PAGING_ADDRESS         0x000ffffffffff000ull
#define PAGING_SHIFT_PAGE_MAP  39u
#define PAGING_SHIFT_POINTERS  30u
#define PAGING_SHIFT_DIRECTORY 21u

extern uint64_t boot_page_map[512];

static uint64_t *paging_slot(uint64_t *table, uint64_t address, unsigned shift)
{
    return &table[(address >> shift) & 511u];
}

/* The table that a slot points to, made if there is none yet. NULL: no memory. */
static uint64_t *paging_table(uint64_t *slot)
{
    uint64_t *table;

    if ((*slot & PAGING_PRESENT) != 0) {
        return (uint64_t *)(uintptr_t)(*slot & PAGING_ADDRESS);
    }
    table = pages_alloc(MACHINE_PAGE_BYTES, MACHINE_PAGE_BYTES);
    if (table == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < 512u; i++) {
        table[i] = 0;
    }
    *slot = (uintptr_t)table | PAGING_PRESENT | PAGING_WRITABLE;
    return table;
}

static bool paging_map_large(uint64_t address, uint64_t flags)
{
    uint64_t *table = paging_table(paging_slot(boot_page_map, address, PAGING_SHIFT_PAGE_MAP));

    if (table == NULL) {
        return false;
    }
    table = paging_table(paging_slot(table, address, PAGING_SHIFT_POINTERS));
    if (table == NULL) {
        return false;
    }
    *paging_slot(table, address, PAGING_SHIFT_DIRECTORY) = address | flags;
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
    return true;
}

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    uint64_t flags = PAGING_PRESENT | PAGING_WRITABLE | PAGING_LARGE;

    if (size_bytes == 0 || address >= PAGING_LIMIT || size_bytes > PAGING_LIMIT - address) {
        return false;
    }
    if (kind == PAGING_DEVICE) {
        flags |= PAGING_WRITE_THROUGH | PAGING_CACHE_DISABLE;
        __asm__ volatile("wbinvd" : : : "memory"); /* nothing of it may stay in the cache */
    }
    for (uint64_t at = address & ~(uint64_t)(PAGING_LARGE_BYTES - 1u); at < address + size_bytes;
         at += PAGING_LARGE_BYTES) {
        if (!paging_map_large(at, flags)) {
            return false;
        }
    }
    return true;
}

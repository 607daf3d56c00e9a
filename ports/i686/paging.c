/* SPDX-License-Identifier: MIT */
/*
 * i686 port: there are no page tables. Each address below 4 GiB is its own, and the memory type range registers, which
 * firmware has set, keep device registers out of the caches. What lies above cannot be reached: a BAR that firmware has
 * placed there is refused.
 */
#include "machine.h"

#define PAGING_LIMIT (UINT64_C(1) << 32)

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    (void)kind;
    return size_bytes != 0 && address < PAGING_LIMIT && size_bytes <= PAGING_LIMIT - address;
}

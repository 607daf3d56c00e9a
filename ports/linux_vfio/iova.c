/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: the allocator of I/O virtual addresses. First fit over the ranges, past what has been taken, which is a
 * sorted list:
 *
 *     range    |----------------------------|      |---------------------------------|
 *     taken      |====|  |=======|                  |===|
 *     fits           ^ if the gap is large enough
 *
 * Pieces are few: memory is taken at set-up, in large pieces. Buffers that are mapped one by one share a window of their
 * own (dma.c).
 */
#include "iova.h"

#include <stddef.h>

#define IOVA_PAGE_BYTES UINT64_C(4096)

void lwnvme_iova_init(struct lwnvme_iova *iova)
{
    iova->range_count = 0;
    iova->taken_count = 0;
}

bool lwnvme_iova_add(struct lwnvme_iova *iova, uint64_t first, uint64_t last)
{
    const uint64_t start =
        first == 0 ? IOVA_PAGE_BYTES : (first + IOVA_PAGE_BYTES - 1u) & ~(IOVA_PAGE_BYTES - 1u);
    const uint64_t end = last == UINT64_MAX ? last : ((last + 1u) & ~(IOVA_PAGE_BYTES - 1u)) - 1u;

    if (iova->range_count == LWNVME_IOVA_RANGES_MAX || start < first || last < first ||
        last - first < IOVA_PAGE_BYTES - 1u || end < start) {
        return false;
    }
    iova->ranges[iova->range_count] = (struct lwnvme_iova_range){start, end};
    iova->range_count++;
    return true;
}

/* The lowest place in a range; *at is where the new entry of `taken` goes. */
static bool iova_find(const struct lwnvme_iova *iova, const struct lwnvme_iova_range *range,
                      uint64_t size_bytes, uint64_t align_bytes, struct lwnvme_iova_range *found,
                      uint32_t *at)
{
    uint64_t start = range->first;

    for (uint32_t i = 0; i <= iova->taken_count; i++) {
        const struct lwnvme_iova_range *next = i < iova->taken_count ? &iova->taken[i] : NULL;
        uint64_t aligned;

        if (next != NULL && next->last < start) {
            continue;
        }
        aligned = (start + align_bytes - 1u) & ~(align_bytes - 1u);
        if (aligned < start || aligned > range->last || range->last - aligned < size_bytes - 1u) {
            return false;
        }
        if (next == NULL || next->first > aligned + (size_bytes - 1u)) {
            *found = (struct lwnvme_iova_range){aligned, aligned + (size_bytes - 1u)};
            *at = i;
            return true;
        }
        if (next->last == UINT64_MAX) {
            return false;
        }
        start = next->last + 1u;
    }
    return false;
}

bool lwnvme_iova_take(struct lwnvme_iova *iova, uint64_t size_bytes, uint64_t align_bytes, uint64_t *address)
{
    struct lwnvme_iova_range found;
    uint32_t at;

    if (size_bytes == 0 || iova->taken_count == LWNVME_IOVA_TAKEN_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < iova->range_count; i++) {
        if (iova_find(iova, &iova->ranges[i], size_bytes, align_bytes, &found, &at)) {
            for (uint32_t move = iova->taken_count; move > at; move--) {
                iova->taken[move] = iova->taken[move - 1u];
            }
            iova->taken[at] = found;
            iova->taken_count++;
            *address = found.first;
            return true;
        }
    }
    return false;
}

bool lwnvme_iova_give(struct lwnvme_iova *iova, uint64_t address)
{
    uint32_t at = 0;

    while (at < iova->taken_count && iova->taken[at].first != address) {
        at++;
    }
    if (at == iova->taken_count) {
        return false;
    }
    iova->taken_count--;
    for (; at < iova->taken_count; at++) {
        iova->taken[at] = iova->taken[at + 1u];
    }
    return true;
}

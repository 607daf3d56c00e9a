/* SPDX-License-Identifier: MIT */
/* Linux VFIO port: addresses that a device uses, handed out from the ranges that its IOMMU can translate. */
#ifndef LWNVME_PORT_LINUX_VFIO_IOVA_H
#define LWNVME_PORT_LINUX_VFIO_IOVA_H

#include <stdbool.h>
#include <stdint.h>

#define LWNVME_IOVA_RANGES_MAX 16u
#define LWNVME_IOVA_TAKEN_MAX  512u

struct lwnvme_iova_range {
    uint64_t first;
    uint64_t last; /* inclusive */
};

/* One owner at a time. The caller's memory; members are private. */
struct lwnvme_iova {
    uint32_t range_count;
    uint32_t taken_count;
    struct lwnvme_iova_range ranges[LWNVME_IOVA_RANGES_MAX];
    struct lwnvme_iova_range taken[LWNVME_IOVA_TAKEN_MAX]; /* ascending */
};

/* Nothing can be taken yet. */
void lwnvme_iova_init(struct lwnvme_iova *iova);
/* The addresses first to last, in whole multiples of 4096, may be handed out; ranges do not overlap. false: there are
 * LWNVME_IOVA_RANGES_MAX already, or there is nothing in it. Address 0 is left out. */
bool lwnvme_iova_add(struct lwnvme_iova *iova, uint64_t first, uint64_t last);
/* Takes the lowest free size_bytes at a multiple of align_bytes, a power of two. false: there is no such place, or too many
 * have been taken. */
bool lwnvme_iova_take(struct lwnvme_iova *iova, uint64_t size_bytes, uint64_t align_bytes, uint64_t *address);
/* Gives back what was taken at this address. false: nothing was. */
bool lwnvme_iova_give(struct lwnvme_iova *iova, uint64_t address);

#endif

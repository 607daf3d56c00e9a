/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the full mapper, for queues whose buffers are anything.
 *
 * A plain queue takes what PRP entries can express: dwords, pieces that meet at pages or are cut apart at whole blocks.
 * One whose configuration names lwnvme_mapper_full takes the rest, too:
 *
 *     SGL      where the controller has it and it pays: a scattered buffer that PRP entries could express only by
 *              cutting it into many commands, or not at all; at single bytes where the controller can
 *     bounce   memory of the queue's own, where neither can: copied in before, copied out after what has
 *              been done. Only with bounce_bytes, and only at CPU addresses. A request waits in line while
 *              there is none
 *     skip     segments of a read that nobody wants: LWNVME_SEGMENT_SKIP
 *
 *     struct lwnvme_queue_config config = {.mapper = &lwnvme_mapper_full, .bounce_bytes = 131072};
 *
 * A buffer that even so cannot be expressed is refused, as ever: LWNVME_ERR_BUFFER_ALIGNMENT,
 * LWNVME_ERR_BUFFER_LAYOUT. Commands that do not name blocks use PRP entries or bounce memory, never SGLs. Of
 * their data only those of raw commands may begin at any byte, and lists of ranges (dataset management, copy)
 * are not bounced. Metadata in a buffer of their own are contiguous at CPU addresses with it, too; they may
 * begin at any byte where the controller takes that together with an SGL (SGLS bits 17 and 19). Where it can
 * (bit 19), they are named by an SGL then, with LWNVME_SGL_ALWAYS, or when they are in up to seven pieces for
 * the device; a command has fewer blocks where there are more, and a write or an append to a zone, which is
 * one command, is refused (LWNVME_ERR_BUFFER_LAYOUT).
 */
#ifndef LWNVME_MAPPER_H
#define LWNVME_MAPPER_H

#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct lwnvme_mapper lwnvme_mapper_full;

/* lwnvme_segment.address: what is read there is thrown away. For reads, with the full mapper. */
#define LWNVME_SEGMENT_SKIP UINT64_MAX

/* lwnvme_queue_config.sgl */
#define LWNVME_SGL_WHERE_IT_PAYS 0u
#define LWNVME_SGL_ALWAYS        1u /* for all data of blocks, even on what would be the short way */
#define LWNVME_SGL_NEVER         2u

#define LWNVME_SGL_DESCRIPTORS_DEFAULT 32u
#define LWNVME_SGL_DESCRIPTORS_MAX     1024u
#define LWNVME_BOUNCE_BYTES_MAX        0x10000000u

#ifdef __cplusplus
}
#endif

#endif

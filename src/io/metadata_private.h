/* SPDX-License-Identifier: MIT */
/*
 * What protection information shares with plain metadata.
 */
#ifndef LWNVME_IO_METADATA_PRIVATE_H
#define LWNVME_IO_METADATA_PRIVATE_H

#include "../core/core.h"

/* How many blocks one command may have: with interleaved metadata, these count. 0, or LWNVME_ERR_NS_TRANSFER_SIZE. */
int lwnvme_metadata_limit(struct lwnvme_namespace *ns);

/* Whether a buffer of so many blocks has the shape that the format asks for, metadata included if they move. The masks say how
 * data, and metadata in a buffer of their own, must be aligned. */
int lwnvme_metadata_shape(const struct lwnvme_namespace *ns, uint32_t block_count,
                          const struct lwnvme_buffer *buffer, bool move, uint32_t data_mask,
                          uint32_t metadata_mask);

/* What moves for each block then. */
uint32_t lwnvme_metadata_block_bytes(const struct lwnvme_namespace *ns, bool move);

/* lwnvme_request.mapping: metadata in a buffer of their own that is not dword aligned, or that an SGL is asked for. The full
 * mapper has found that the controller can take them (mapper.c). */
#define LWNVME_MAPPING_METADATA 8u
/* And such that an SGL can name them, in several pieces too: the full mapper finds out where they are. */
#define LWNVME_MAPPING_RUNS 16u

/* struct lwnvme_dress, begin of plain metadata, and map. */
int lwnvme_metadata_begin(struct lwnvme_request *request);
int lwnvme_metadata_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                        uint32_t *blocks, uint64_t *dma);

/* The rest of opening a namespace that has protection information: its format. Sets its status then. */
void lwnvme_protection_learn(struct lwnvme_namespace *ns);

/* struct lwnvme_dress, begin, piece, end. */
int lwnvme_protection_begin(struct lwnvme_request *request);
void lwnvme_protection_piece(const struct lwnvme_request *request, uint32_t *sqe);
void lwnvme_protection_end(struct lwnvme_request *request);

#endif

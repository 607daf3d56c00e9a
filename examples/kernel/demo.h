/* SPDX-License-Identifier: MIT */
/* What the demo and the shell share. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include "drive.h"
#include "stream.h"

struct demo_range {
    uint64_t lba;
    uint64_t block_count;
};

/* What blocks should hold, and how many of those that were looked at do not. */
struct demo_content {
    uint32_t seed; /* of the pattern */
    bool zeros;    /* instead of the pattern */
    uint64_t different_blocks;
    uint64_t first_lba;
    uint32_t first_byte;
};

/* For struct stream's `block`, with a struct demo_content as context. */
void demo_fill_pattern(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes);
void demo_check_content(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes);

/* Says how much a stream moved, and how fast. */
void demo_stream_end(const struct stream *stream, const char *verb);
/* Reads blocks and prints their SHA-256. */
int demo_hash(struct drive *drive, const struct lwnvme_namespace *ns, uint64_t lba, uint64_t block_count);

#endif

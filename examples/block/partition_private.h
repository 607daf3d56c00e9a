/* SPDX-License-Identifier: MIT */
/* What partition.c, mbr.c and gpt.c share. */
#ifndef LWNVME_EXAMPLE_BLOCK_PARTITION_PRIVATE_H
#define LWNVME_EXAMPLE_BLOCK_PARTITION_PRIVATE_H

#include "partition.h"

/* A table being read. */
struct lwnvme_table_reader {
    struct lwnvme_block *disk;
    struct lwnvme_partition_table *table;
    uint8_t *scratch; /* one block */
};

/* `bytes` bytes, up to 8, least significant first. */
static inline uint64_t lwnvme_table_get(const uint8_t *from, uint32_t bytes)
{
    uint64_t value = 0;

    while (bytes-- != 0)
        value = value << 8 | from[bytes];
    return value;
}

/* Another partition was found; the one that the caller fills in, or NULL: there is no room. */
struct lwnvme_partition *lwnvme_table_add(struct lwnvme_partition_table *table);

/* Block 0 is in the scratch memory. True: it says that there is a GPT; nothing else has been read then. */
bool lwnvme_mbr_is_protective(const struct lwnvme_table_reader *reader);
int lwnvme_mbr_read(const struct lwnvme_table_reader *reader);

int lwnvme_gpt_read(const struct lwnvme_table_reader *reader);

#endif

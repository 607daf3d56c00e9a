/* SPDX-License-Identifier: MIT */
/*
 * Partitions of a block device: the tables GPT and MBR, and block devices that are parts of another.
 *
 * Nothing that a table says is believed. Partitions that are not inside the device (and, of GPT, inside the range that its
 * header calls usable) are left out, both checksums of a GPT are checked, a chain of logical partitions is followed once
 * around at most, and no more than LWNVME_TABLE_BYTES_MAX of a partition array are read.
 *
 * UEFI Specification 2.10, chapter 5 "GUID Partition Table (GPT) Disk Layout", which also has the MBR.
 */
#ifndef LWNVME_EXAMPLE_BLOCK_PARTITION_H
#define LWNVME_EXAMPLE_BLOCK_PARTITION_H

#include "block.h"

#define LWNVME_TABLE_BYTES_MAX   (1u << 20) /* of a GPT partition array; larger ones count as damaged */
#define LWNVME_TABLE_LOGICAL_MAX 128u       /* logical partitions of an MBR; the rest counts as CHAIN_BAD */

enum lwnvme_table_kind {
    LWNVME_TABLE_NONE,       /* no table: the device may be a file system as a whole, or empty */
    LWNVME_TABLE_MBR,        /* primary and logical partitions */
    LWNVME_TABLE_GPT,        /* with a protective or a hybrid MBR */
    LWNVME_TABLE_GPT_DAMAGED /* the MBR says GPT, and neither of its two copies is whole: there are no partitions */
};

/* lwnvme_partition_table.flags */
#define LWNVME_TABLE_HYBRID 1u /* GPT: the MBR names partitions beside the protective one */
#define LWNVME_TABLE_PRIMARY_BAD                                                                             \
    2u /* GPT: the copy at the start is damaged or unreadable; the backup was taken */
#define LWNVME_TABLE_BACKUP_BAD                                                                              \
    4u /* GPT: the copy at the end is damaged, unreadable, or not where it should be */
#define LWNVME_TABLE_BACKUP_DIFFERS                                                                          \
    8u                             /* GPT: both are whole, and say different things; the primary was taken */
#define LWNVME_TABLE_ENTRY_BAD 16u /* an entry was left out, because it lies outside, or is no range */
#define LWNVME_TABLE_OVERLAP   32u /* two of the partitions share blocks */
#define LWNVME_TABLE_CHAIN_BAD                                                                               \
    64u /* MBR: the chain of logical partitions loops, leaves its place, or is too long */
#define LWNVME_TABLE_MORE 128u /* there was no room for all of them: `found` says how many there are */

struct lwnvme_partition {
    uint64_t first;       /* block */
    uint64_t block_count; /* at least 1 */
    uint32_t number;      /* from 1: place in the table; logical partitions from 5 */

    /* MBR. */
    uint8_t type;
    bool active; /* boot from it, the table says */

    /* GPT. */
    uint8_t type_guid[16]; /* as it is on the medium: the first three parts are little-endian */
    uint8_t guid[16];
    uint64_t attributes;
    uint16_t name[37]; /* UTF-16, ends with 0 */
};

/* The caller's memory, zeroed. */
struct lwnvme_partition_table {
    /* In. */
    struct lwnvme_partition *partitions; /* the caller's array, of so many: */
    uint32_t capacity;

    /* Out. */
    uint32_t count; /* of partitions that are valid */
    uint32_t found; /* how many there are, of which `count` had room */
    enum lwnvme_table_kind kind;
    uint32_t flags;         /* LWNVME_TABLE_... */
    uint32_t mbr_signature; /* the identifier of a device with an MBR */
    uint8_t guid[16];       /* the identifier of one with a GPT */

    uint32_t chain[LWNVME_TABLE_LOGICAL_MAX]; /* private: the blocks of the chain */
};

/*
 * Reads the table of a device. `scratch` has one block. 0: `table` is filled in, also if there is no table or a damaged
 * one; else what reading ended with.
 */
int lwnvme_partitions_read(struct lwnvme_block *disk, struct lwnvme_partition_table *table, void *scratch);

/* A part of a block device as one: the caller's memory. */
struct lwnvme_block_partition {
    struct lwnvme_block block; /* first */
    struct lwnvme_block *disk;
    uint64_t first;
};

/* Makes one; `disk` must stay. LWNVME_ERR_LBA_RANGE: the partition is not inside the device. */
int lwnvme_partition_open(struct lwnvme_block_partition *partition, struct lwnvme_block *disk,
                          const struct lwnvme_partition *place);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The MBR: four entries in block 0, of which one may be an extended partition. That begins a chain of blocks of the same
 * form: their first entry is a logical partition, counted from that block, and their second one leads to the next block,
 * counted from the start of the extended partition.
 *
 *     block 0   [primary] [primary] [extended] [-]
 *                                    |
 *                  [logical] [next]--'   each in a block of its own, all of it inside the extended partition
 *                             |
 *                  [logical] [-]
 *
 * An entry of type EEh, whatever else there is, says that the table is a GPT. Blocks are the device's, of any size.
 */
#include "partition_private.h"

#define MBR_SIGNATURE_AT    510u
#define MBR_ENTRIES_AT      446u
#define MBR_IDENTIFIER_AT   440u
#define MBR_ENTRIES         4u
#define MBR_ENTRY_BYTES     16u
#define MBR_TYPE_PROTECTIVE 0xeeu

struct mbr_entry {
    uint64_t first;
    uint64_t block_count;
    uint8_t status;
    uint8_t type;
};

static struct mbr_entry mbr_entry_get(const uint8_t *sector, uint32_t index)
{
    const uint8_t *bytes = sector + MBR_ENTRIES_AT + index * MBR_ENTRY_BYTES;

    return (struct mbr_entry){.status = bytes[0],
                              .type = bytes[4],
                              .first = lwnvme_table_get(bytes + 8, 4),
                              .block_count = lwnvme_table_get(bytes + 12, 4)};
}

static bool mbr_is_used(const struct mbr_entry *entry)
{
    return entry->type != 0 && entry->block_count != 0;
}

static bool mbr_is_extended(const struct mbr_entry *entry)
{
    return entry->type == 0x05 || entry->type == 0x0f || entry->type == 0x85;
}

/* Signature, and status bytes that an MBR can have: a boot sector of a file system has the first, too. */
static bool mbr_is_there(const uint8_t *sector)
{
    bool there = lwnvme_table_get(sector + MBR_SIGNATURE_AT, 2) == 0xaa55u;

    for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
        const struct mbr_entry entry = mbr_entry_get(sector, i);

        there = there && (entry.status & 0x7fu) == 0;
    }
    return there;
}

bool lwnvme_mbr_is_protective(const struct lwnvme_table_reader *reader)
{
    bool protective = false;
    bool others = false;

    for (uint32_t i = 0; i < MBR_ENTRIES && mbr_is_there(reader->scratch); i++) {
        const struct mbr_entry entry = mbr_entry_get(reader->scratch, i);

        protective = protective || entry.type == MBR_TYPE_PROTECTIVE;
        others = others || (entry.type != MBR_TYPE_PROTECTIVE && mbr_is_used(&entry));
    }
    if (protective && others)
        reader->table->flags |= LWNVME_TABLE_HYBRID;
    return protective;
}

/* An entry becomes a partition if it is in blocks `begin` to `end` - 1. */
static void mbr_add(const struct lwnvme_table_reader *reader, const struct mbr_entry *entry, uint32_t number,
                    uint64_t begin, uint64_t end)
{
    struct lwnvme_partition *partition;

    if (entry->first < begin || entry->first > end || entry->block_count > end - entry->first) {
        reader->table->flags |= LWNVME_TABLE_ENTRY_BAD;
        return;
    }
    partition = lwnvme_table_add(reader->table);
    if (partition == NULL)
        return;
    partition->first = entry->first;
    partition->block_count = entry->block_count;
    partition->number = number;
    partition->type = entry->type;
    partition->active = entry->status == 0x80;
}

/* Notes that the n-th block of the chain is `at` blocks behind the start. False: it was there before, or there is no room. */
static bool mbr_chain_goes_on(struct lwnvme_partition_table *table, uint32_t n, uint32_t at)
{
    if (n >= LWNVME_TABLE_LOGICAL_MAX)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (table->chain[i] == at)
            return false;
    }
    table->chain[n] = at;
    return true;
}

/* Logical partitions that are empty have no number. */
static int mbr_read_chain(const struct lwnvme_table_reader *reader, const struct mbr_entry *extended)
{
    const uint64_t end = extended->first + extended->block_count;
    uint64_t at = extended->first;
    uint32_t number = MBR_ENTRIES + 1u;

    for (uint32_t n = 0; at < end && mbr_chain_goes_on(reader->table, n, (uint32_t)(at - extended->first));
         n++) {
        struct mbr_entry logical;
        struct mbr_entry next;
        int status = lwnvme_block_read(reader->disk, at, 1, reader->scratch);

        if (status != LWNVME_OK)
            return status;
        if (!mbr_is_there(reader->scratch))
            break;
        logical = mbr_entry_get(reader->scratch, 0);
        next = mbr_entry_get(reader->scratch, 1);
        logical.first += at;
        if (mbr_is_used(&logical) && !mbr_is_extended(&logical))
            mbr_add(reader, &logical, number++, at + 1u, end);
        if (!mbr_is_used(&next))
            return LWNVME_OK;
        at = extended->first + next.first;
        if (!mbr_is_extended(&next))
            break;
    }
    reader->table->flags |= LWNVME_TABLE_CHAIN_BAD;
    return LWNVME_OK;
}

int lwnvme_mbr_read(const struct lwnvme_table_reader *reader)
{
    struct mbr_entry extended = {0};

    if (!mbr_is_there(reader->scratch))
        return LWNVME_OK;
    for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
        const struct mbr_entry entry = mbr_entry_get(reader->scratch, i);

        if (!mbr_is_used(&entry))
            continue;
        reader->table->kind = LWNVME_TABLE_MBR;
        if (!mbr_is_extended(&entry))
            mbr_add(reader, &entry, i + 1u, 1, reader->disk->block_count);
        else if (extended.block_count == 0 && entry.first != 0 && entry.first < reader->disk->block_count &&
                 entry.block_count <= reader->disk->block_count - entry.first)
            extended = entry;
        else
            reader->table->flags |= LWNVME_TABLE_ENTRY_BAD;
    }
    if (reader->table->kind == LWNVME_TABLE_MBR)
        reader->table->mbr_signature = (uint32_t)lwnvme_table_get(reader->scratch + MBR_IDENTIFIER_AT, 4);
    return extended.block_count == 0 ? LWNVME_OK : mbr_read_chain(reader, &extended);
}

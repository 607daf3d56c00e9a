/* SPDX-License-Identifier: MIT */
/*
 * Which table there is, and partitions as block devices. A partition adds its first block to what it is asked for, and asks
 * its disk, which checks again; the disk may be a partition itself.
 */
#include "partition_private.h"

struct lwnvme_partition *lwnvme_table_add(struct lwnvme_partition_table *table)
{
    struct lwnvme_partition *partition = NULL;

    table->found++;
    if (table->count < table->capacity)
        partition = &table->partitions[table->count++];
    else
        table->flags |= LWNVME_TABLE_MORE;
    if (partition != NULL)
        *partition = (struct lwnvme_partition){0};
    return partition;
}

static void table_look_for_overlap(struct lwnvme_partition_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct lwnvme_partition *one = &table->partitions[i];

        for (uint32_t k = 0; k < i; k++) {
            const struct lwnvme_partition *other = &table->partitions[k];

            if (one->first < other->first + other->block_count &&
                other->first < one->first + one->block_count)
                table->flags |= LWNVME_TABLE_OVERLAP;
        }
    }
}

int lwnvme_partitions_read(struct lwnvme_block *disk, struct lwnvme_partition_table *table, void *scratch)
{
    const struct lwnvme_table_reader reader = {.disk = disk, .table = table, .scratch = scratch};
    int status = lwnvme_block_read(disk, 0, 1, scratch);

    table->count = 0;
    table->found = 0;
    table->kind = LWNVME_TABLE_NONE;
    table->flags = 0;
    table->mbr_signature = 0;
    for (uint32_t i = 0; i < sizeof(table->guid); i++)
        table->guid[i] = 0;
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_mbr_is_protective(&reader) ? lwnvme_gpt_read(&reader) : lwnvme_mbr_read(&reader);
    table_look_for_overlap(table);
    return status;
}

/* ---- a part of a device ---- */

static int partition_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data)
{
    struct lwnvme_block_partition *partition = (struct lwnvme_block_partition *)block;

    return lwnvme_block_read(partition->disk, partition->first + first, count, data);
}

static int partition_write(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data)
{
    struct lwnvme_block_partition *partition = (struct lwnvme_block_partition *)block;

    return lwnvme_block_write(partition->disk, partition->first + first, count, data);
}

static int partition_flush(struct lwnvme_block *block)
{
    struct lwnvme_block_partition *partition = (struct lwnvme_block_partition *)block;

    return lwnvme_block_flush(partition->disk);
}

static int partition_trim(struct lwnvme_block *block, uint64_t first, uint64_t count)
{
    struct lwnvme_block_partition *partition = (struct lwnvme_block_partition *)block;

    return lwnvme_block_trim(partition->disk, partition->first + first, count);
}

static const struct lwnvme_block_ops partition_ops = {
    .read = partition_read,
    .write = partition_write,
    .flush = partition_flush,
    .trim = partition_trim,
};

int lwnvme_partition_open(struct lwnvme_block_partition *partition, struct lwnvme_block *disk,
                          const struct lwnvme_partition *place)
{
    if (place->first >= disk->block_count || place->block_count == 0 ||
        place->block_count > disk->block_count - place->first)
        return LWNVME_ERR_LBA_RANGE;
    *partition = (struct lwnvme_block_partition){.block = *disk, .disk = disk, .first = place->first};
    partition->block.ops = &partition_ops;
    partition->block.block_count = place->block_count;
    return LWNVME_OK;
}

/* SPDX-License-Identifier: MIT */
/* From a queue and a namespace to a block device that is the first partition of the drive. */
#include "first_partition.h"

static struct lwnvme_block_drive drive;
static struct lwnvme_partition partitions[16];
static _Alignas(4096) uint8_t bounce[65536];

int first_partition(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    struct lwnvme_block_partition *partition)
{
    static struct lwnvme_partition_table table = {.partitions = partitions, .capacity = 16};
    int status = lwnvme_block_drive_open(&drive, queue, ns, bounce, sizeof(bounce), 64);

    if (status == LWNVME_OK)
        status = lwnvme_partitions_read(&drive.block, &table, bounce);
    if (status != LWNVME_OK)
        return status;
    if (table.count == 0) /* table.kind says whether there is a table, and whether it is damaged */
        return LWNVME_ERR_LBA_RANGE;
    return lwnvme_partition_open(partition, &drive.block, &partitions[0]);
}

/* SPDX-License-Identifier: MIT */
#ifndef LWNVME_EXAMPLE_BLOCK_FIRST_PARTITION_H
#define LWNVME_EXAMPLE_BLOCK_FIRST_PARTITION_H

#include "partition.h"

/* The first partition of a namespace as a block device, `partition->block`. LWNVME_ERR_LBA_RANGE: there is none. One drive. */
int first_partition(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    struct lwnvme_block_partition *partition);

#endif

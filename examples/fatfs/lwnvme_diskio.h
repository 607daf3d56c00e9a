/* SPDX-License-Identifier: MIT */
/*
 * Block devices (../block/block.h) as physical drives of FatFs: lwnvme_diskio.c has the five functions that FatFs calls.
 * FatFs is not part of this project. Put this file, lwnvme_diskio.c, and block.c and block.h of ../block in your tree, in place
 * of FatFs's sample diskio.c, with FatFs's ff.h and diskio.h on the include path.
 *
 * FF_MAX_SS must be at least the block size: 512 or 4096. Devices of more than 2^32 blocks need FF_LBA64.
 */
#ifndef LWNVME_EXAMPLE_FATFS_DISKIO_H
#define LWNVME_EXAMPLE_FATFS_DISKIO_H

#include "../block/block.h"

#define LWNVME_DISKIO_DRIVES 10u /* FatFs's own limit (FF_VOLUMES) */

/*
 * From now on physical drive `pdrv`, 0 to LWNVME_DISKIO_DRIVES - 1, is this device: a drive, which may have a partition table for
 * FatFs to look at, or a partition. `device` must stay; NULL takes it away. Volumes on it are mounted anew after that.
 * LWNVME_ERR_INVALID_ARGUMENT: no such drive. LWNVME_ERR_NS_BLOCK_SIZE: a block size that FatFs is not configured for.
 */
int lwnvme_diskio_attach(uint32_t pdrv, struct lwnvme_block *device);

/* What the last call for a drive that failed ended with: FatFs itself is only told that there was an error. 0: none yet. */
int lwnvme_diskio_status(uint32_t pdrv);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * FatFs's five functions of a storage device, on block devices. FatFs gives buffers at any address; the device takes them
 * as they are (block.h). FatFs keeps its calls for one volume apart, with FF_FS_REENTRANT also between threads; what is shared
 * by volumes on one queue is the queue's owner's to lock.
 */
#include "ff.h"

#include "diskio.h"
#include "lwnvme_diskio.h"

struct diskio_drive {
    struct lwnvme_block *device;
    int status; /* of the last failure */
    bool ready;
};

static struct diskio_drive diskio_drives[LWNVME_DISKIO_DRIVES];

int lwnvme_diskio_attach(uint32_t pdrv, struct lwnvme_block *device)
{
    if (pdrv >= LWNVME_DISKIO_DRIVES)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (device != NULL && (device->block_bytes < FF_MIN_SS || device->block_bytes > FF_MAX_SS))
        return LWNVME_ERR_NS_BLOCK_SIZE;
    diskio_drives[pdrv] = (struct diskio_drive){.device = device};
    return LWNVME_OK;
}

int lwnvme_diskio_status(uint32_t pdrv)
{
    return pdrv < LWNVME_DISKIO_DRIVES ? diskio_drives[pdrv].status : LWNVME_ERR_INVALID_ARGUMENT;
}

/* NULL: there is none, or it has not been initialized. */
static struct diskio_drive *diskio_ready(BYTE pdrv)
{
    return pdrv < LWNVME_DISKIO_DRIVES && diskio_drives[pdrv].ready ? &diskio_drives[pdrv] : NULL;
}

static DRESULT diskio_result(struct diskio_drive *drive, int status)
{
    if (status == LWNVME_OK)
        return RES_OK;
    drive->status = status;
    if (status == LWNVME_ERR_GONE) {
        drive->ready = false;
        return RES_NOTRDY;
    }
    if (status == LWNVME_ERR_READ_ONLY)
        return RES_WRPRT;
    return status == LWNVME_ERR_LBA_RANGE ? RES_PARERR : RES_ERROR;
}

DSTATUS disk_status(BYTE pdrv)
{
    const struct diskio_drive *drive = diskio_ready(pdrv);

    if (drive == NULL)
        return pdrv < LWNVME_DISKIO_DRIVES && diskio_drives[pdrv].device != NULL ? STA_NOINIT
                                                                                 : STA_NOINIT | STA_NODISK;
    return drive->device->read_only ? STA_PROTECT : 0;
}

DSTATUS disk_initialize(BYTE pdrv)
{
    if (pdrv < LWNVME_DISKIO_DRIVES)
        diskio_drives[pdrv].ready = diskio_drives[pdrv].device != NULL;
    return disk_status(pdrv);
}

DRESULT disk_read(BYTE pdrv, BYTE *buff, LBA_t sector, UINT count)
{
    struct diskio_drive *drive = diskio_ready(pdrv);

    if (drive == NULL)
        return RES_NOTRDY;
    if (buff == NULL || count == 0)
        return RES_PARERR;
    return diskio_result(drive, lwnvme_block_read(drive->device, sector, count, buff));
}

#if FF_FS_READONLY == 0
DRESULT disk_write(BYTE pdrv, const BYTE *buff, LBA_t sector, UINT count)
{
    struct diskio_drive *drive = diskio_ready(pdrv);

    if (drive == NULL)
        return RES_NOTRDY;
    if (buff == NULL || count == 0)
        return RES_PARERR;
    return diskio_result(drive, lwnvme_block_write(drive->device, sector, count, buff));
}
#endif

/* From sectors[0] to sectors[1], that one included. */
static DRESULT diskio_trim(struct diskio_drive *drive, const LBA_t *sectors)
{
    int status;

    if (sectors == NULL || sectors[1] < sectors[0])
        return RES_PARERR;
    status = lwnvme_block_trim(drive->device, sectors[0], (uint64_t)sectors[1] - sectors[0] + 1u);
    return status == LWNVME_ERR_NO_DATASET_MANAGEMENT ? RES_OK : diskio_result(drive, status);
}

DRESULT disk_ioctl(BYTE pdrv, BYTE cmd, void *buff)
{
    struct diskio_drive *drive = diskio_ready(pdrv);
    uint64_t blocks;

    if (drive == NULL)
        return RES_NOTRDY;
    if (cmd == CTRL_SYNC)
        return diskio_result(drive, lwnvme_block_flush(drive->device));
    if (cmd == CTRL_TRIM)
        return diskio_trim(drive, buff);
    if (buff == NULL)
        return RES_PARERR;
    switch (cmd) {
    case GET_SECTOR_COUNT: /* as many as LBA_t can count */
        blocks = drive->device->block_count;
        *(LBA_t *)buff = blocks < (LBA_t) ~(LBA_t)0 ? (LBA_t)blocks : (LBA_t) ~(LBA_t)0;
        return RES_OK;
    case GET_SECTOR_SIZE:
        *(WORD *)buff = (WORD)drive->device->block_bytes;
        return RES_OK;
    case GET_BLOCK_SIZE: /* not known */
        *(DWORD *)buff = 1;
        return RES_OK;
    default:
        return RES_PARERR;
    }
}

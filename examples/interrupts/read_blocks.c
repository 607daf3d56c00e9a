/* SPDX-License-Identifier: MIT */
/* Reads blocks, asleep while the drive works: an interrupt wakes this thread. */
#include "kernel.h"

static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;

int read_blocks(struct drive *drive, uint32_t function, uint64_t lba, void *data, size_t size_bytes)
{
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_SHARED};
    int status = drive_open(drive, function);
    int closed;

    if (status != LWNVME_OK)
        return status;
    if (drive->lines_taken != 0) {
        config.flags |= LWNVME_QUEUE_INTERRUPT;
        config.vector = 1;
    }
    status = lwnvme_sync_queue_create(&drive->controller, &queue, &config);
    if (status == LWNVME_OK)
        status = lwnvme_sync_namespace_open(&drive->controller, 1, &ns);
    if (status == LWNVME_OK)
        status = lwnvme_sync_read(&queue, &ns, lba, (uint32_t)(size_bytes >> ns.block_shift), data, 0);
    closed = drive_close(drive);
    return status != LWNVME_OK ? status : closed;
}

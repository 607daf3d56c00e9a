/* SPDX-License-Identifier: MIT */
/*
 * The calls check the range once, and hand over to the kind of device. What is not whole blocks is read or rewritten by way
 * of a block of scratch memory. A drive splits what one call of the library does not take: data at odd addresses, by way of
 * its bounce memory, and trims of more blocks than a range can say.
 */
#include "block.h"

void *memcpy(void *to, const void *from, size_t length);

static bool block_in_range(const struct lwnvme_block *block, uint64_t first, uint64_t count)
{
    return first <= block->block_count && count <= block->block_count - first;
}

int lwnvme_block_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data)
{
    if (!block_in_range(block, first, count))
        return LWNVME_ERR_LBA_RANGE;
    return count == 0 ? LWNVME_OK : block->ops->read(block, first, count, data);
}

int lwnvme_block_write(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data)
{
    if (block->read_only)
        return LWNVME_ERR_READ_ONLY;
    if (!block_in_range(block, first, count))
        return LWNVME_ERR_LBA_RANGE;
    return count == 0 ? LWNVME_OK : block->ops->write(block, first, count, data);
}

int lwnvme_block_flush(struct lwnvme_block *block)
{
    return block->read_only ? LWNVME_OK : block->ops->flush(block);
}

int lwnvme_block_trim(struct lwnvme_block *block, uint64_t first, uint64_t count)
{
    if (block->read_only)
        return LWNVME_ERR_READ_ONLY;
    if (!block_in_range(block, first, count))
        return LWNVME_ERR_LBA_RANGE;
    return count == 0 ? LWNVME_OK : block->ops->trim(block, first, count);
}

/* ---- bytes ---- */

/* What can be done in one go from an offset on. */
struct block_piece {
    uint64_t first;
    uint32_t blocks; /* whole ones; 0: a part of one */
    uint32_t skip;   /* bytes of that block before the part */
    size_t bytes;
};

static struct block_piece block_piece_at(const struct lwnvme_block *block, uint64_t offset, size_t length)
{
    struct block_piece piece = {.first = offset >> block->block_shift};
    size_t blocks = length >> block->block_shift;

    piece.skip = (uint32_t)offset & (block->block_bytes - 1u);
    if (piece.skip == 0 && blocks != 0) {
        piece.blocks = blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
        piece.bytes = (size_t)piece.blocks << block->block_shift;
    } else {
        piece.bytes = block->block_bytes - piece.skip;
        if (piece.bytes > length)
            piece.bytes = length;
    }
    return piece;
}

/* In blocks, because the bytes of a device may be more than 64 bits can count. */
static bool block_bytes_in_range(const struct lwnvme_block *block, uint64_t offset, size_t length)
{
    uint64_t first = offset >> block->block_shift;
    uint64_t skip = offset & (block->block_bytes - 1u);
    uint64_t blocks = (uint64_t)length >> block->block_shift;
    uint64_t rest = (length & (block->block_bytes - 1u)) + skip;

    return block_in_range(block, first, blocks + ((rest + block->block_bytes - 1u) >> block->block_shift));
}

int lwnvme_block_read_bytes(struct lwnvme_block *block, uint64_t offset_bytes, size_t length_bytes,
                            void *data, void *scratch)
{
    uint8_t *to = data;
    int status = LWNVME_OK;

    if (!block_bytes_in_range(block, offset_bytes, length_bytes))
        return LWNVME_ERR_LBA_RANGE;
    while (length_bytes != 0 && status == LWNVME_OK) {
        struct block_piece piece = block_piece_at(block, offset_bytes, length_bytes);

        if (piece.blocks != 0) {
            status = lwnvme_block_read(block, piece.first, piece.blocks, to);
        } else {
            status = lwnvme_block_read(block, piece.first, 1, scratch);
            if (status == LWNVME_OK)
                memcpy(to, (const uint8_t *)scratch + piece.skip, piece.bytes);
        }
        offset_bytes += piece.bytes;
        length_bytes -= piece.bytes;
        to += piece.bytes;
    }
    return status;
}

int lwnvme_block_write_bytes(struct lwnvme_block *block, uint64_t offset_bytes, size_t length_bytes,
                             const void *data, void *scratch)
{
    const uint8_t *from = data;
    int status = LWNVME_OK;

    if (block->read_only)
        return LWNVME_ERR_READ_ONLY;
    if (!block_bytes_in_range(block, offset_bytes, length_bytes))
        return LWNVME_ERR_LBA_RANGE;
    while (length_bytes != 0 && status == LWNVME_OK) {
        struct block_piece piece = block_piece_at(block, offset_bytes, length_bytes);

        if (piece.blocks != 0) {
            status = lwnvme_block_write(block, piece.first, piece.blocks, from);
        } else {
            status = lwnvme_block_read(block, piece.first, 1, scratch);
            if (status == LWNVME_OK) {
                memcpy((uint8_t *)scratch + piece.skip, from, piece.bytes);
                status = lwnvme_block_write(block, piece.first, 1, scratch);
            }
        }
        offset_bytes += piece.bytes;
        length_bytes -= piece.bytes;
        from += piece.bytes;
    }
    return status;
}

/* ---- a namespace ---- */

static int drive_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data)
{
    struct lwnvme_block_drive *drive = (struct lwnvme_block_drive *)block;
    uint8_t *to = data;
    int status = LWNVME_OK;

    if (((uintptr_t)data & drive->align_mask) == 0)
        return lwnvme_sync_read(drive->queue, drive->ns, first, count, data, 0);
    while (count != 0 && status == LWNVME_OK) {
        uint32_t part = count < drive->bounce_blocks ? count : drive->bounce_blocks;
        size_t bytes = (size_t)part << block->block_shift;

        status = lwnvme_sync_read(drive->queue, drive->ns, first, part, drive->bounce, 0);
        if (status == LWNVME_OK)
            memcpy(to, drive->bounce, bytes);
        to += bytes;
        first += part;
        count -= part;
    }
    return status;
}

static int drive_write(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data)
{
    struct lwnvme_block_drive *drive = (struct lwnvme_block_drive *)block;
    const uint8_t *from = data;
    int status = LWNVME_OK;

    if (((uintptr_t)data & drive->align_mask) == 0)
        return lwnvme_sync_write(drive->queue, drive->ns, first, count, data, 0);
    while (count != 0 && status == LWNVME_OK) {
        uint32_t part = count < drive->bounce_blocks ? count : drive->bounce_blocks;
        size_t bytes = (size_t)part << block->block_shift;

        memcpy(drive->bounce, from, bytes);
        status = lwnvme_sync_write(drive->queue, drive->ns, first, part, drive->bounce, 0);
        from += bytes;
        first += part;
        count -= part;
    }
    return status;
}

static int drive_flush(struct lwnvme_block *block)
{
    struct lwnvme_block_drive *drive = (struct lwnvme_block_drive *)block;

    return lwnvme_sync_flush(drive->queue, drive->ns);
}

static int drive_trim(struct lwnvme_block *block, uint64_t first, uint64_t count)
{
    struct lwnvme_block_drive *drive = (struct lwnvme_block_drive *)block;
    int status = LWNVME_OK;

    while (count != 0 && status == LWNVME_OK) {
        uint32_t part = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;

        status = lwnvme_sync_trim(drive->queue, drive->ns, first, part);
        first += part;
        count -= part;
    }
    return status;
}

static const struct lwnvme_block_ops drive_ops = {
    .read = drive_read,
    .write = drive_write,
    .flush = drive_flush,
    .trim = drive_trim,
};

int lwnvme_block_drive_open(struct lwnvme_block_drive *drive, struct lwnvme_queue *queue,
                            const struct lwnvme_namespace *ns, void *bounce, size_t bounce_bytes,
                            uint32_t align_bytes)
{
    if (ns->status != LWNVME_OK)
        return ns->status;
    if (ns->metadata_bytes != 0)
        return LWNVME_ERR_NS_METADATA;
    if (align_bytes < 4 || (align_bytes & (align_bytes - 1u)) != 0 || bounce_bytes < ns->block_bytes ||
        ((uintptr_t)bounce & (align_bytes - 1u)) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (bounce_bytes > UINT32_MAX)
        bounce_bytes = UINT32_MAX;
    *drive = (struct lwnvme_block_drive){.queue = queue, .ns = ns, .bounce = bounce};
    drive->bounce_blocks = (uint32_t)bounce_bytes >> ns->block_shift;
    drive->align_mask = align_bytes - 1u;
    drive->block = (struct lwnvme_block){.ops = &drive_ops,
                                         .block_count = ns->block_count,
                                         .block_bytes = ns->block_bytes,
                                         .block_shift = ns->block_shift,
                                         .read_only = ns->read_only};
    return LWNVME_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * A block device of the kind that kernels and file systems expect: a size, a block size, and four functions. One is made of
 * a queue and a namespace; partition.h makes others that are parts of it.
 *
 * All calls block. They belong to the owner of the queue and its controller, as those of sync.h do. Each returns 0, or a
 * status for lwnvme_status_string; requests beyond the device are refused with LWNVME_ERR_LBA_RANGE, and writes to one that is
 * read-only with LWNVME_ERR_READ_ONLY.
 */
#ifndef LWNVME_EXAMPLE_BLOCK_BLOCK_H
#define LWNVME_EXAMPLE_BLOCK_BLOCK_H

#include <lwnvme/lwnvme.h>

struct lwnvme_block;

/* What a kind of block device does. Called with blocks that are inside the device, and at least one. */
struct lwnvme_block_ops {
    int (*read)(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data);
    int (*write)(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data);
    int (*flush)(struct lwnvme_block *block);
    int (*trim)(struct lwnvme_block *block, uint64_t first, uint64_t count);
};

/* To be read by anybody; written by those who make it. */
struct lwnvme_block {
    const struct lwnvme_block_ops *ops;
    uint64_t block_count;
    uint32_t block_bytes; /* a power of two, 512 to 65536 */
    uint32_t block_shift; /* log2 of that */
    bool read_only;
};

/* Blocks. `data` has count * block_bytes bytes, at any address. Nothing to do is no error. */
int lwnvme_block_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data);
int lwnvme_block_write(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data);
/* What has been written so far is on the medium. */
int lwnvme_block_flush(struct lwnvme_block *block);
/* The blocks are not needed any more; what they read as afterwards is not said. LWNVME_ERR_NO_DATASET_MANAGEMENT: the
 * controller has no such command, which a caller may ignore. */
int lwnvme_block_trim(struct lwnvme_block *block, uint64_t first, uint64_t count);

/*
 * Bytes: any offset and length. `scratch` has one block, for the ones that are not whole; its beginning is aligned as the
 * device likes it. A write of part of a block reads it first, and is not atomic.
 */
int lwnvme_block_read_bytes(struct lwnvme_block *block, uint64_t offset_bytes, size_t length_bytes,
                            void *data, void *scratch);
int lwnvme_block_write_bytes(struct lwnvme_block *block, uint64_t offset_bytes, size_t length_bytes,
                             const void *data, void *scratch);

/* A namespace as a block device: the caller's memory. */
struct lwnvme_block_drive {
    struct lwnvme_block block; /* first */
    struct lwnvme_queue *queue;
    const struct lwnvme_namespace *ns;
    uint8_t *bounce;
    uint32_t bounce_blocks;
    uintptr_t align_mask;
};

/*
 * Makes one of a queue that is ready and a namespace that is open; both must stay. Data at addresses that are not multiples
 * of align_bytes, a power of two and at least 4, go through `bounce`, of at least one block: where caches are not coherent
 * let align_bytes be a cache line. `bounce` is aligned to it, and must stay. LWNVME_ERR_INVALID_ARGUMENT otherwise;
 * LWNVME_ERR_NS_METADATA: blocks of this namespace are more than data.
 */
int lwnvme_block_drive_open(struct lwnvme_block_drive *drive, struct lwnvme_queue *queue,
                            const struct lwnvme_namespace *ns, void *bounce, size_t bounce_bytes,
                            uint32_t align_bytes);

#endif

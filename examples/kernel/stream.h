/* SPDX-License-Identifier: MIT */
/*
 * Large transfers with the asynchronous calls: STREAM_DEPTH requests of up to STREAM_CHUNK_BYTES are kept in
 * flight, and their data are filled in, or handed over, in the order of the blocks.
 */
#ifndef DEMO_STREAM_H
#define DEMO_STREAM_H

#include "drive.h"

#define STREAM_DEPTH       16u
#define STREAM_CHUNK_BYTES 131072u

enum stream_kind {
    STREAM_READ,
    STREAM_WRITE,
    STREAM_COMPARE
};

struct stream {
    /* In. */
    enum stream_kind kind;
    struct drive *drive;
    const struct lwnvme_namespace *ns;
    uint64_t lba;
    uint64_t block_count;
    uint32_t flags;       /* LWNVME_REQUEST_FUA and the like */
    const char *progress; /* a word printed with each tenth of the way; NULL: silent */
    /* Write, compare: puts one block's data where they are sent from; where it has no more, it lowers
     * block_count to how many blocks there were, and the stream ends with these. Read: takes one block's
     * data. */
    void (*block)(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes);
    void *context;

    /* Out. */
    int status;             /* 0, or the first failure */
    uint64_t failed_lba;    /* the first block that failed */
    uint64_t failed_blocks; /* read: how many blocks could not be read; they are taken as zeros */
    uint64_t bytes_done;
    uint64_t elapsed_us;
    uint64_t data_us; /* of which went into `block` */
};

/* Once, at start. false: no memory. */
bool stream_init(void);
/* A read goes on after blocks that cannot be read, and names them; anything else ends at the first
 * failure. */
void stream_run(struct stream *stream);

#endif

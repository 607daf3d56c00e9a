/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: requests and buffers.
 *
 * A request is the caller's memory: embed it in your own I/O object and zero it once. It carries the
 * callback and the options in, the result out, and the library's bookkeeping in between. It must stay where
 * it is from the call that accepts it until its callback. It may be used again from inside the callback.
 */
#ifndef LWNVME_REQUEST_H
#define LWNVME_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_controller;
struct lwnvme_namespace;
struct lwnvme_protection;
struct lwnvme_queue;
struct lwnvme_request;

/*
 * One piece of a scattered buffer. Requests are cut into several commands where pieces cannot be told to the
 * controller as one. That needs whole blocks on either side, so the pieces of one block must meet at page
 * boundaries of the controller, or follow each other in memory. LWNVME_ERR_BUFFER_LAYOUT otherwise, unless the queue
 * has the full mapper (mapper.h).
 */
struct lwnvme_segment {
    uint64_t address;    /* a CPU address (through uintptr_t) or a device address, dword aligned */
    size_t length_bytes; /* at least 4, a multiple of 4 */
};

/* lwnvme_buffer.flags: addresses are the controller's, and no dma_map, dma_unmap or dma_sync is called. */
#define LWNVME_BUFFER_DEVICE_ADDRESS 1u
#define LWNVME_BUFFER_METADATA       2u /* metadata_address and metadata_bytes hold */

/*
 * Where the data of a command are: contiguous, or a list of segments, in CPU or in device addresses. Make
 * one with the functions below. The struct itself is copied by the call that takes it; the data and the
 * segment list belong to the controller until the request's callback. Data start dword aligned.
 *
 * Metadata that the namespace keeps apart from the data are contiguous, dword aligned, and in addresses of the same
 * kind. Those that it keeps behind each block are part of the data.
 */
struct lwnvme_buffer {
    uint64_t address;                      /* without segments: where the data are */
    size_t length_bytes;                   /* without segments: how many; may be more than a command moves */
    const struct lwnvme_segment *segments; /* NULL: contiguous */
    uint32_t segment_count;
    uint32_t flags;
    uint64_t metadata_address;
    size_t metadata_bytes;
};

/* A contiguous buffer at a CPU address. For commands that read memory (write, compare) it is not changed. */
static inline struct lwnvme_buffer lwnvme_buffer_cpu(const void *address, size_t length_bytes)
{
    struct lwnvme_buffer buffer = {(uintptr_t)address, length_bytes, NULL, 0, 0, 0, 0};
    return buffer;
}

/* A contiguous buffer at an address that the controller uses as it is. */
static inline struct lwnvme_buffer lwnvme_buffer_device(uint64_t address, size_t length_bytes)
{
    struct lwnvme_buffer buffer = {address, length_bytes, NULL, 0, LWNVME_BUFFER_DEVICE_ADDRESS, 0, 0};
    return buffer;
}

/* A list of segments; flags: 0, or LWNVME_BUFFER_DEVICE_ADDRESS for all of them. */
static inline struct lwnvme_buffer lwnvme_buffer_segments(const struct lwnvme_segment *segments,
                                                          uint32_t segment_count, uint32_t flags)
{
    struct lwnvme_buffer buffer = {0, 0, segments, segment_count, flags, 0, 0};
    return buffer;
}

/* lwnvme_request.flags */
#define LWNVME_REQUEST_FUA           1u      /* write, write zeroes, read, ...: Force Unit Access */
#define LWNVME_REQUEST_LIMITED_RETRY 2u      /* the controller should not try hard */
#define LWNVME_REQUEST_NO_WAIT       4u      /* LWNVME_ERR_BUSY if it would have to wait to be sent */
#define LWNVME_REQUEST_DEALLOCATE    8u      /* write zeroes: the blocks may be deallocated (DEAC) */
#define LWNVME_REQUEST_REPEAT        0x8000u /* set by lwnvme_retry_init (retry.h), for requests of its own only */
/* Writes: refused with LWNVME_ERR_NOT_ATOMIC unless all of it is one atomic operation, as seen by other commands; or
 * also when power fails in it. How large it may be: limits.h. */
#define LWNVME_REQUEST_ATOMIC            16u
#define LWNVME_REQUEST_ATOMIC_POWER_FAIL 32u
/* Beside one of the two: what is not atomic as a whole is not refused, but cut up, at atomic boundaries and by the size
 * of atomic writes, so that each of its commands is. Not in zones, where nothing is cut up. */
#define LWNVME_REQUEST_ATOMIC_PIECES 64u

/* lwnvme_request.directive: the write belongs to a stream, 1 to 65535, or goes to a placement handle's reclaim
 * unit. Directive type above, directive specific value below. */
static inline uint32_t lwnvme_directive_stream(uint16_t stream)
{
    return 1u << 16 | stream;
}

/* The same for a placement handle: its placement identifier. */
static inline uint32_t lwnvme_directive_placement(uint16_t placement_identifier)
{
    return 2u << 16 | placement_identifier;
}

/* And what is expected of the blocks that are read or written: the DSM field, LWNVME_ACCESS_ values (access frequency,
 * latency, sequential, incompressible) or-ed together; a write may have it beside one of the two above. */
static inline uint32_t lwnvme_access_hint(uint8_t dsm)
{
    return (uint32_t)dsm << 24;
}

/* Called once for each accepted request, from lwnvme_queue_poll or lwnvme_controller_poll, outside locks. It
 * may submit again, this request too, to any queue of the same owner. What it may not do is refused and does
 * no harm: to poll (unless it is shared), wait for or delete the queue it came from, and to reset, shut down
 * or close the controller (LWNVME_ERR_IN_CALLBACK). After it returns the library does not touch the request
 * unless it was submitted again. */
typedef void (*lwnvme_done)(struct lwnvme_request *request);

/*
 * A command by its dwords, for lwnvme_raw and lwnvme_admin_raw. CID, FUSE, PSDT, metadata pointer and PRP
 * entries are the library's. Values in the CPU's byte order.
 */
struct lwnvme_command {
    uint32_t opcode; /* 0 to 255; its two low bits say which way data move */
    uint32_t nsid;
    uint32_t cdw2;
    uint32_t cdw3;
    uint32_t cdw10;
    uint32_t cdw11;
    uint32_t cdw12;
    uint32_t cdw13;
    uint32_t cdw14;
    uint32_t cdw15;
};

struct lwnvme_request {
    /* In: the caller's, unchanged from submission to the callback, never written by the library. timeout_ms is the
     * deadline of each command, to 2^31 - 1, more counts as that; 0: the controller's default. See
     * lwnvme_queue_poll for how exact it is. */
    lwnvme_done done; /* may be NULL: then watch lwnvme_request_active */
    void *context;    /* the caller's own */
    uint32_t flags;   /* LWNVME_REQUEST_... or 0 */
    uint32_t timeout_ms;
    uint32_t directive; /* 0, or of lwnvme_directive_stream, _placement (writes) and lwnvme_access_hint */

    uint32_t state; /* private; here because it is looked at together with the three above */

    /* Out: valid from the callback on; a call that is refused leaves them as they were. `status`: 0, the
     * controller's (positive), or one of the library's: mostly LWNVME_ERR_NOT_STARTED, _TIMEOUT, _ABORTED,
     * _CANCELLED or _BUFFER_HELD (status.h, docs/io.md). Of a split request it is that of the failed piece
     * nearest to the start, and bytes_done what lies before that piece. */
    int status;
    uint32_t endless; /* private: no deadline; an event request */
    uint64_t bytes_done;

    /* Private; here because these, and all above, are what the shortest way names: 64 bytes. */
    const struct lwnvme_namespace *ns;
    struct lwnvme_queue *queue;

    /* In, again. */
    const struct lwnvme_protection *protection; /* protection.h; NULL: the namespace's default */

    /* Private; each submission sets of these what it needs. What is used most comes first: that makes the code
     * smaller. */
    uint32_t block_count;
    uint32_t data_bytes; /* moved per block, or in all where there are no blocks */
    uint32_t blocks_issued;
    uint32_t error_block;
    struct lwnvme_request *next;
    bool late;      /* for recovery: a command's deadline has passed; */
    bool awaits;    /* it was submitted while a recovery was under way, and waits for its end; */
    uint8_t tries;  /* how often it has been issued again, up to 255 */
    uint8_t unsent; /* 1: no part of this try has been sent; not of the straight path */
    struct lwnvme_command command;
    uint32_t copy_bytes;
    uint64_t lba;

    /* Out, again: the dwords of the completion of a command that has a result there, which reads and writes have
     * not. */
    uint32_t result_dw0;
    uint32_t result_dw1;

    /* Private, again. */
    void (*internal_done)(struct lwnvme_request *request);
    void *copy; /* what an admin page is filled from, or copied to */
    uint32_t segment_index;
    uint32_t pieces_outstanding;
    size_t segment_offset;
    /* Sends the next command; there is a free slot. LWNVME_PENDING: it needs more than one. */
    int (*issue)(struct lwnvme_queue *queue, struct lwnvme_request *request);
    struct lwnvme_buffer buffer;
    void *internal_context;
    bool (*page_next)(struct lwnvme_request *request); /* true: has sent the next piece */
    uint32_t most_blocks;                              /* of one command, where `issue` looks at it */
    uint32_t mapping;                                  /* how the full mapper maps it, bits */
    uint32_t page;                                     /* admin data page in use, as its bit */
    uint32_t pieces_left;  /* a log page in pieces: what has not been asked for yet */
    uint64_t pieces_bytes; /* and what has arrived */
    bool pieces_retain;    /* no piece clears the event */
    uint8_t repeat;        /* LWNVME_REPEAT_..., of an admin command */
    /* For recovery, again: */
    uint8_t counted;   /* of the tries, how many the policy's limit counts */
    uint32_t since_ms; /* when it first came to grief */
    uint32_t again_ms; /* when it is issued again; or, of one that awaits, its deadline */
};

/* Whether the request is with the library: accepted, and its callback not yet begun. */
static inline bool lwnvme_request_active(const struct lwnvme_request *request)
{
    return request->state != 0;
}

#ifdef __cplusplus
}
#endif

#endif

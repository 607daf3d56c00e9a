/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the host memory buffer: memory of the host's that a controller without DRAM of its own may use.
 *
 *     start --> memory from dma_alloc --> enabled --> given back before shutdown, reset and sleep --> returned after
 *     stop  --> given back --> memory freed
 *
 * The memory is allocated by start, in chunks, and freed only when the controller has confirmed that it does not use
 * it any more, or has stopped. It lives with the controller: after each bring-up the same memory is handed over
 * again, with the mark that its contents are untouched (MR). If the controller is closed while it may still write
 * the memory, the memory is left allocated (LWNVME_ERR_MEMORY_KEPT).
 *
 * Controller owner's context. NVM Express Base Specification 2.1, section 5.1.25.2.4 "Host Memory Buffer" and section
 * 8.2.3 "Host Memory Buffer".
 */
#ifndef LWNVME_HOST_MEMORY_H
#define LWNVME_HOST_MEMORY_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LWNVME_HOST_MEMORY_CHUNKS_MAX    256u
#define LWNVME_HOST_MEMORY_CHUNK_DEFAULT (4u << 20)

/* What Identify Controller asks for, in bytes; any of the last two may be 0: not restricted. */
struct lwnvme_host_memory_wish {
    uint64_t preferred_bytes;     /* HMPRE; 0: the controller has no use for host memory */
    uint64_t minimum_bytes;       /* HMMIN */
    uint64_t minimum_chunk_bytes; /* HMMINDS */
    uint32_t chunks_max;          /* HMMAXD */
};

/* Private: one piece of the memory, as it was allocated. */
struct lwnvme_host_memory_chunk {
    void *memory;
    uint64_t dma_address;
    size_t length_bytes;
};

/* The buffer: the caller's memory, zeroed once. Must stay from start until it is stopped or the controller closed. */
struct lwnvme_host_memory {
    /* In, before start. */
    uint64_t budget_bytes; /* give no more than this; mandatory */
    uint32_t chunk_bytes;  /* preferred size of a piece, smaller ones if the host has none; 0: 4 MiB */
    bool
        restrict_non_operational; /* not to be used in non-operational power states (HMNARE), if CTRATT allows */

    /* Out. */
    int status;          /* of the last thing asked: LWNVME_PENDING, 0, or why not */
    bool enabled;        /* the controller may use the memory */
    uint64_t size_bytes; /* allocated */
    uint32_t chunk_count;

    /* Private. */
    struct lwnvme_service service;
    struct lwnvme_host_memory_chunk *chunks;
    uint64_t chunks_dma;
    size_t chunks_bytes;
    uint8_t *list;
    uint64_t list_dma;
    bool was_enabled; /* its contents are the controller's */
    bool leaving;     /* to be given back before a shutdown, reset or sleep */
    bool stopping;    /* to be given back for good */
    int refusal; /* what the controller said to the memory, while it is made sure that it does not use it */
    struct lwnvme_request request;
};

/* What the controller asks for. LWNVME_ERR_NO_HOST_MEMORY_BUFFER: nothing. Sends nothing. */
int lwnvme_host_memory_wish_get(const struct lwnvme_controller *controller,
                                struct lwnvme_host_memory_wish *wish);

/*
 * Allocates as much as the controller prefers and the budget allows, and hands it over; memory->status tells how that
 * ended. May be slow: the memory is cleared. 0: begun. Refused, with nothing left allocated:
 * LWNVME_ERR_NO_HOST_MEMORY_BUFFER; LWNVME_ERR_HOST_MEMORY_LIMIT, the budget is below HMMIN or HMMINDS;
 * LWNVME_ERR_NO_MEMORY (or another of dma_alloc's), less than HMMIN could be had in as many pieces as the controller
 * takes; LWNVME_ERR_BUSY, started already; LWNVME_ERR_NO_FEATURE, the controller has no HMNARE. When the controller
 * refuses the memory, memory->status is what it said, and the memory is freed again once it has confirmed that it does
 * not use it; until then (chunk_count is not 0) stop may be tried, or the controller reset or closed.
 */
int lwnvme_host_memory_start(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory);

/*
 * Gives the memory back and frees it, which memory->status tells; memory->chunk_count is 0 then. At once if the
 * controller has stopped. When the controller refuses to let go the memory stays, and stop may be tried again.
 * 0: begun or done. LWNVME_ERR_NOT_OPEN: not started. LWNVME_ERR_BUSY: a command of it is under way; poll.
 */
int lwnvme_host_memory_stop(struct lwnvme_host_memory *memory);

#ifdef __cplusplus
}
#endif

#endif

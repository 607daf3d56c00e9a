/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: which memory a controller that does not stop may still write after its close.
 *
 * A close that ends with LWNVME_ERR_MEMORY_KEPT leaves DMA memory allocated on purpose. Whoever wants to know
 * which (to take it out of use for good, or to free it once the device has been reset or unplugged) watches.
 * Buffers of requests are their owners' affair: LWNVME_ERR_BUFFER_HELD in the request says which.
 */
#ifndef LWNVME_KEPT_H
#define LWNVME_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's memory, zeroed; must stay until the controller has been closed. */
struct lwnvme_kept {
    /* In: called for each piece, in the close that keeps it: as dma_alloc gave it, or as the caller gave it
     * to a queue (queue_memory.h). From here on nothing of the library's refers to it; dma_free takes it when
     * the device cannot write it any more. Must not call the library. */
    void (*memory)(struct lwnvme_kept *kept, void *memory, size_t length_bytes, uint64_t dma_address);
    void *context;

    /* Out. */
    uint32_t pieces; /* so far */
    uint64_t bytes;

    /* Private. */
    struct lwnvme_service service;
};

/*
 * Starts to watch; a close that frees everything tells of nothing. 0; LWNVME_ERR_NULL_ARGUMENT, also for no `memory`;
 * LWNVME_ERR_NOT_OPEN; LWNVME_ERR_BUSY: it is watched already. Controller owner's context, in any state.
 */
int lwnvme_kept_watch(struct lwnvme_controller *controller, struct lwnvme_kept *kept);

#ifdef __cplusplus
}
#endif

#endif

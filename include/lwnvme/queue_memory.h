/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: memory for queues that is not the host hooks': the caller's own, or the controller's.
 */
#ifndef LWNVME_QUEUE_MEMORY_H
#define LWNVME_QUEUE_MEMORY_H

#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory for one queue at a time. Private, but for what the functions below say. */
struct lwnvme_queue_memory {
    int (*get)(struct lwnvme_queue *queue, uint32_t piece);
    void (*put)(struct lwnvme_queue *queue, uint32_t piece);
    void (*begin)(struct lwnvme_queue *queue); /* it begins on the controller's side; NULL: nothing */
    void (*publish)(struct lwnvme_queue *queue, uint32_t tail); /* before a submission doorbell; NULL */
    uint8_t *address;
    uint64_t dma_address;
    size_t length_bytes;
    size_t used_bytes;
    struct lwnvme_cmb *cmb; /* cmb.h */
    struct lwnvme_queue_memory *next;
    uint32_t copied;
};

/*
 * How many bytes lwnvme_queue_create takes from the caller's memory for a queue as `config` says, which may
 * be NULL: rings, PRP lists and bookkeeping, everything but what a mapper has of its own (mapper.h); with one
 * it may be a little less. 0: such a queue cannot be made. `queue` is one that has not been made yet, and is
 * not changed. The controller is ready. Controller owner's context.
 */
size_t lwnvme_queue_memory_bytes(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                 const struct lwnvme_queue_config *config);

/*
 * Says that a queue made with lwnvme_queue_config.memory = memory shall lie in the caller's: contiguous for
 * the CPU and the controller, pinned, aligned to the controller's memory page
 * (lwnvme_controller_info.memory_page_bytes) on either side, coherent or kept so by dma_sync. Nothing but
 * what a mapper has of its own is allocated then. LWNVME_ERR_NO_MEMORY from lwnvme_queue_create where it is too short,
 * LWNVME_ERR_DMA_ALIGNMENT where it is not aligned, LWNVME_ERR_DMA_LIMIT where the controller cannot reach
 * it. It must stay until the queue is closed; if that ends with LWNVME_ERR_MEMORY_KEPT, for good.
 */
void lwnvme_queue_memory_use(struct lwnvme_queue_memory *memory, void *address, uint64_t dma_address,
                             size_t length_bytes);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what your operating system provides.
 *
 * One struct of function pointers, given with a context pointer of yours when a controller is opened. A
 * member that is NULL says that the host does not have it. Four are mandatory: dma_alloc, dma_free, now_us, and
 * dma_map unless every buffer is passed by device address (dataset management has no such form).
 *
 * Context: hooks are called from whatever context called the library, never from anywhere else and never
 * after the call returned. The context pointer is passed back as it was given.
 */
#ifndef LWNVME_HOST_H
#define LWNVME_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which way data move. */
enum lwnvme_direction {
    LWNVME_NO_DATA = 0,
    LWNVME_TO_DEVICE = 1,
    LWNVME_FROM_DEVICE = 2,
    LWNVME_BIDIRECTIONAL = 3
};

enum lwnvme_log_level {
    LWNVME_LEVEL_ERROR = 0,
    LWNVME_LEVEL_WARNING = 1,
    LWNVME_LEVEL_INFO = 2,
    LWNVME_LEVEL_DEBUG = 3
};

struct lwnvme_controller;

struct lwnvme_host_ops {
    /*
     * Memory that the controller may read and write: contiguous as the controller sees it, pinned, aligned
     * to align_bytes (a power of two, at most the larger of the host's page and the controller's smallest
     * page) in both address spaces. *dma_address receives the address that the controller uses; 0 is a
     * legal one. size_bytes is at least 1. NULL when there is none. The memory need not be zeroed, and may
     * be cached when dma_sync is given.
     * Called only while something is set up: a controller, a queue, shadow doorbells (shadow.h), a crash dump
     * (panic.h), the host memory buffer (host_memory.h, pieces of 4 MiB by default). Mandatory, both.
     */
    void *(*dma_alloc)(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address);
    void (*dma_free)(void *host, void *memory, size_t size_bytes, uint64_t dma_address);

    /*
     * Translates the start of [address, address + length_bytes), memory of the library's caller, to an
     * address that the controller may use, and says in *contiguous_bytes for how many bytes from there the
     * translation goes on without a gap: a multiple of 4 up to length_bytes (more counts as length_bytes).
     * The library asks again for the rest. May program an IOMMU, or copy to a bounce area. The memory is pinned
     * by whoever passed it in. false: cannot. Called on every submission of a buffer that is given by CPU address.
     */
    bool (*dma_map)(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                    uint64_t *dma_address, size_t *contiguous_bytes);

    /*
     * Ends one mapping: called exactly once for each dma_map that returned true, with the dma_address and
     * the (clamped) contiguous length that it gave, after the controller is done with it and before the
     * request's callback, on every path. Optional.
     */
    void (*dma_unmap)(void *host, uint64_t dma_address, size_t length_bytes, enum lwnvme_direction direction);

    /*
     * Cache maintenance for hosts whose DMA is not coherent with the CPU's caches: makes what the CPU wrote
     * to [address, address + length_bytes) visible to the controller (for_device true: clean, and for
     * FROM_DEVICE also invalidate), or makes what the controller wrote visible to the CPU (for_device
     * false: invalidate). Called for the library's own DMA memory and for callers' buffers; for these once before
     * the first mapping and once after the last dma_unmap of a request, so a dma_unmap that copies data with the
     * CPU must clean what it wrote. Optional.
     */
    void (*dma_sync)(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                     bool for_device);

    /* Microseconds since any fixed moment; monotonic; callable in every context. Mandatory. */
    uint64_t (*now_us)(void *host);

    /* One turn of a spin loop: a pause instruction, or a yield to other threads. Optional. */
    void (*relax)(void *host);

    /*
     * The last resort before memory of a controller that does not stop is reused: clear PCI bus mastering,
     * or reset the function. true: from now on the controller cannot reach memory. Optional.
     */
    bool (*fence_device)(void *host);

    /*
     * Maps size_bytes of device registers at a physical address, uncached, or NULL. Needed only when a
     * controller, or its memory buffer (cmb.h), is opened by physical address. Both or none.
     */
    volatile void *(*mmio_map)(void *host, uint64_t physical_address, size_t size_bytes);
    void (*mmio_unmap)(void *host, volatile void *registers, size_t size_bytes);

    /*
     * Register access in place of plain volatile loads and stores: for simulators, tunnels and odd buses.
     * offset_bytes counts from the start of the register region, or of the memory buffer (cmb.h), which is only
     * written. Values are in the CPU's byte order: the hook converts from and to the registers' little-endian order
     * if the bus does not. A device that does not answer must read as all ones. Both or none.
     */
    uint32_t (*mmio_read32)(void *host, volatile void *registers, size_t offset_bytes);
    void (*mmio_write32)(void *host, volatile void *registers, size_t offset_bytes, uint32_t value);

    /* Ordinary memory for bookkeeping, aligned for any type; set-up only. dma_alloc serves where there is
     * none. Both or none. */
    void *(*alloc)(void *host, size_t size_bytes);
    void (*free)(void *host, void *memory, size_t size_bytes);

    /*
     * Mutual exclusion for queues made with LWNVME_QUEUE_SHARED: safe against interrupts if interrupt
     * handlers use the queue. Held for a bounded number of instructions, never across a callback, never two
     * at once. Mapping, cache, clock and register hooks may be called with it held. unlock
     * orders what came before it, register writes included, before what the next owner does. Both or none.
     */
    void (*lock)(void *host);
    void (*unlock)(void *host);

    /*
     * For queues made with LWNVME_QUEUE_INTERRUPT, on controllers opened with
     * lwnvme_controller_config.interrupts (interrupt.h), in blocking I/O and lwnvme_queue_wait: sleep until
     * wake is called, or now_us reaches deadline_us, or earlier. wake is called by lwnvme_interrupt, and by
     * owners of a shared queue for each other; if several contexts wait it wakes all. All other blocking
     * calls poll. A wake that comes before wait must not be lost: keep a flag. Both or none.
     */
    void (*wait)(void *host, uint64_t deadline_us);
    void (*wake)(void *host);

    /*
     * One line of text, zero-terminated, without a line end; the text is gone after the call. log_words is
     * lwnvme_log_words, which puts the lines together: a program that does not name it does not carry their text.
     * Both or none.
     */
    void (*log)(void *host, enum lwnvme_log_level level, const char *message);
    void (*log_words)(struct lwnvme_controller *controller, uint32_t topic, uint32_t value);
};

/* For the member log_words, and not to be called otherwise. */
void lwnvme_log_words(struct lwnvme_controller *controller, uint32_t topic, uint32_t value);

#ifdef __cplusplus
}
#endif

#endif

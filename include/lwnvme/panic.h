/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: blocks written when everything else has failed, crash dumps above all. See docs/crash-dump.md.
 *
 * lwnvme_panic_prepare reserves what is needed while all is well. When the kernel panics, lwnvme_panic_begin
 * takes the device away from its controller, whatever that was doing: interrupts may be off, locks held by
 * CPUs that have stopped, and calls of the library caught half-way. It disables the device and brings it up
 * again on memory of its own, with the same states and the same checks as ever; then lwnvme_panic_write
 * writes, and lwnvme_panic_end shuts the device down.
 *
 * From begin to end nothing is allocated, locked, waited for, logged or called back. Of the host's hooks
 * there are called now_us, mmio_read32 and mmio_write32 if there are any, and dma_sync if there is one; it
 * must do without locks then. All calls return within bounds, even if the clock stands still. Other CPUs must
 * have been stopped, or at least must not use the controller any more. One context; calls do not nest, but
 * lwnvme_panic_begin may be called again at any time, after a panic inside of the panic too.
 */
#ifndef LWNVME_PANIC_H
#define LWNVME_PANIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller.h"
#include "namespace.h"
#include "queue_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LWNVME_PANIC_BUFFER_BYTES 65536u
#define LWNVME_PANIC_TIMEOUT_MS   10000u
#define LWNVME_PANIC_POLLS        (1u << 28)

/* Zero it, then set what is needed. Not used after lwnvme_panic_prepare. */
struct lwnvme_panic_config {
    const struct lwnvme_namespace *ns; /* where dumps go: open, usable, without metadata */
    uint64_t first_lba;                /* blocks outside of the range are neither read nor written */
    uint64_t block_count;              /* 0: to the end of the namespace */
    uint32_t
        buffer_bytes; /* of reserved memory that data pass through, at least a block: a power of two from 4096 to
                              16 MiB; 0: LWNVME_PANIC_BUFFER_BYTES */
    uint32_t timeout_ms; /* deadline of a command; 0: LWNVME_PANIC_TIMEOUT_MS */
    uint32_t
        polls; /* a wait ends after so many looks at the device, whatever the clock says: some minutes' worth;
                              0: LWNVME_PANIC_POLLS */
};

/* The caller's memory, zeroed once. All members are private. */
struct lwnvme_panic {
    struct lwnvme_service service; /* first; of the controller that may be taken away */
    volatile void *registers;
    struct lwnvme_controller *subject;
    uint8_t *memory; /* reserved; data pass through the beginning of it */
    uint64_t dma_address;
    size_t length_bytes;
    size_t pages_bytes; /* of the reserved memory, behind the buffer; then the two queues */
    size_t admin_bytes;
    uint32_t buffer_bytes;
    uint32_t polls;
    uint32_t nsid;
    uint32_t block_shift;
    uint64_t first_lba;
    uint64_t block_count;
    uint8_t identity[60];
    uint8_t nguid[16];
    uint8_t eui64[8];
    bool working; /* begun, and nothing has failed that only another begin can mend */
    bool exposed; /* the device may know the memory */
    struct lwnvme_host_ops ops;
    struct lwnvme_controller_config config;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_queue_memory admin_memory;
    struct lwnvme_queue_memory queue_memory;
    struct lwnvme_namespace ns;
    struct lwnvme_request request;
    int ended; /* how the request did */
};

/*
 * Reserves memory with one call of dma_alloc (some 64 KiB and the buffer), and notes where dumps go and what
 * the device is called. `panic` must stay until lwnvme_panic_release, or until the controller has been
 * closed: a close frees the memory by itself. Resets, shutdowns, suspensions and failures in between change
 * nothing. The controller is ready; its owner's context. 0, or refused: LWNVME_ERR_BUSY, it is prepared
 * already; LWNVME_ERR_NAMESPACE_CLOSED; why the namespace cannot be used; LWNVME_ERR_NS_METADATA;
 * LWNVME_ERR_LBA_RANGE; LWNVME_ERR_INVALID_ARGUMENT; LWNVME_ERR_NO_MEMORY; as any admin command.
 */
int lwnvme_panic_prepare(struct lwnvme_controller *controller, struct lwnvme_panic *panic,
                         const struct lwnvme_panic_config *config);

/*
 * Takes the device and makes it ready to write. The controller object is dead from here on, for good: every call on it,
 * its queues and namespaces is refused with LWNVME_ERR_NOT_OPEN, does nothing, or says that it is closed. What was in
 * flight is never called back, and its memory never freed.
 * Any context, with interrupts off as well. Takes as long as the device needs to be disabled and enabled
 * (CAP.TO, CRTO), and then three or four commands. 0; or
 * LWNVME_ERR_DISABLE_TIMEOUT   CC.EN cannot be cleared: reset the function or the slot, then call it again
 * LWNVME_ERR_GONE              the device does not answer
 * LWNVME_ERR_CONTROLLER_CHANGED another device, another namespace, or other blocks than when it was prepared
 * LWNVME_ERR_CLOCK_STOPPED     the clock does, and the device was not quick enough
 * LWNVME_ERR_NOT_OPEN          not prepared
 * or as a bring-up, the creation of a queue and the opening of a namespace may end. It may be called again.
 * NVM Express Base Specification 2.1, section 3.5 "Controller Initialization".
 */
int lwnvme_panic_begin(struct lwnvme_panic *panic);

/*
 * Writes or reads blocks, as many commands as it takes (MDTS, NOIOB, the buffer), one after the other. `data` is any
 * memory that the CPU can read or write, in any alignment. 0, or: LWNVME_ERR_WRONG_STATE, not begun;
 * LWNVME_ERR_LBA_RANGE; LWNVME_ERR_ZERO_BLOCKS; LWNVME_ERR_READ_ONLY; or how the first command that failed did, after
 * which no other was sent. After a device's status (positive) it is the caller's choice to go on; after
 * LWNVME_ERR_TIMEOUT and the like only lwnvme_panic_begin helps, and further calls say LWNVME_ERR_WRONG_STATE.
 */
int lwnvme_panic_write(struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count, const void *data);
int lwnvme_panic_read(struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count, void *data);

/* What has been written goes to the medium. */
int lwnvme_panic_flush(struct lwnvme_panic *panic);

/*
 * Flushes, deletes the queue and shuts the device down (normal), so that what was written survives the loss
 * of power. The device is as any kernel finds one after a shutdown. 0, or the first thing that failed; the
 * shutdown is tried even if the flush fails. LWNVME_ERR_WRONG_STATE: not begun.
 * NVM Express Base Specification 2.1, section 3.6 "Shutdown Processing".
 */
int lwnvme_panic_end(struct lwnvme_panic *panic);

/* Block size of the dumps' namespace in bytes; 0: not prepared. */
uint32_t lwnvme_panic_block_bytes(const struct lwnvme_panic *panic);

/*
 * Gives back what was reserved. Before a panic: controller owner's context. After one, for who goes on: when
 * lwnvme_panic_end has shut the device down, else LWNVME_ERR_MEMORY_KEPT and the memory stays; the dead object may be
 * thrown away and the device opened anew with another one. Nothing for one that is not prepared. 0.
 */
int lwnvme_panic_release(struct lwnvme_panic *panic);

#ifdef __cplusplus
}
#endif

#endif

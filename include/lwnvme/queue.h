/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: I/O queue pairs.
 *
 * A queue pair is one submission and one completion ring of equal size. It has one owner: the thread, CPU or
 * interrupt level that submits to it and polls it. The library takes no lock on it unless it is made with
 * LWNVME_QUEUE_SHARED. Creation and deletion are admin commands and belong to the controller's owner.
 */
#ifndef LWNVME_QUEUE_H
#define LWNVME_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "request.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LWNVME_QUEUE_ENTRIES_MIN 2u
#define LWNVME_QUEUE_ENTRIES_MAX 1024u

/* lwnvme_queue_config.flags */
#define LWNVME_QUEUE_SHARED    1u /* several owners: submit and poll take the host's lock */
#define LWNVME_QUEUE_INTERRUPT 2u /* completions raise the interrupt vector named in the configuration */

/* What is asked of a new queue pair. All zero is a sound default. */
struct lwnvme_queue_config {
    uint32_t entries; /* ring entries, 2 to 1024, one less in flight at once; 0: 128, or what the
                         controller can do. More than the controller can do is an error; a device that
                         stands only one command at a time (a quirk) gets 2. */
    uint32_t flags;
    uint16_t vector; /* with LWNVME_QUEUE_INTERRUPT: 0 for INTx and single MSI, else the MSI(-X) entry */
};

/* Private: a command in flight. */
struct lwnvme_slot {
    struct lwnvme_request *request; /* NULL: free */
    uint32_t deadline_ms;
    uint16_t cid; /* of the command in flight, or of the next one; index | generation << 10 */
    uint16_t next_free;
    uint32_t first_block;
    uint32_t list_offset; /* of its PRP list in the queue's list memory, in bytes */
};

/* Private: one mapping of a slot, kept for dma_unmap. */
struct lwnvme_mapping {
    uint64_t dma_address;
    size_t length_bytes;
};

/* A queue pair: the caller's memory, zeroed before it is first created. All members are private. */
struct lwnvme_queue {
    /* submission, hot */
    uint32_t *sq;
    struct lwnvme_slot *slots;
    struct lwnvme_controller *controller;
    uint8_t *lists;
    uint64_t lists_dma;
    uint32_t entries;
    uint32_t free_head;
    uint32_t sq_tail;
    uint32_t sq_tail_told;
    uint32_t incarnation;
    uint16_t id;
    uint16_t slow; /* reasons to leave the straight path, bits */
    uint8_t hold;  /* reasons not to ring the doorbell yet, bits */
    uint32_t clock_ms;
    uint32_t default_deadline_ms;
    uint32_t earliest_ms;
    uint32_t in_flight;
    uint32_t page_bytes;
    uint32_t page_shift;
    uint32_t list_stride_bytes;
    uint32_t lists_per_page;
    volatile uint32_t *sq_doorbell;

    /* completion, hot */
    volatile uint32_t *cq;
    volatile uint32_t *cq_doorbell;
    uint32_t cq_head;
    uint32_t cq_phase;
    uint32_t polls;
    uint32_t undrained; /* completions taken since the ring was last seen empty */
    uint32_t timeout_ms;

    /* the rest */
    struct lwnvme_request *waiting_first;
    struct lwnvme_request *waiting_last;
    struct lwnvme_request *finished_first;
    struct lwnvme_request *finished_last;
    uint32_t calling; /* callbacks of a shared queue under way */
    struct lwnvme_mapping *mappings;
    uint32_t mappings_per_slot;
    uint16_t *mapping_counts;
    uint64_t sq_dma;
    uint64_t cq_dma;
    size_t sq_bytes;
    size_t cq_bytes;
    size_t slots_bytes;
    size_t lists_bytes;
    uint64_t slots_dma;
    uint64_t mappings_dma;
    size_t mappings_bytes;
    uint32_t flags;
    uint32_t state;
    uint32_t leaving; /* it ends as closed, for `reason` */
    int reason;
    int status;
    uint16_t vector;
    uint32_t list_pages;
    struct lwnvme_queue *next;
    struct lwnvme_request admin;

    /* counters */
    uint32_t stale;
};

/*
 * Starts to make a queue pair: claims a free queue identifier, allocates the rings through the host, and
 * sends Create I/O Completion Queue, then Create I/O Submission Queue; lwnvme_controller_poll carries it on
 * and lwnvme_queue_status tells how it stands. The blocking form is lwnvme_sync_queue_create.
 *
 * Controller owner's context. `queue` is the caller's and must stay until it is closed (lwnvme_queue_status says
 * LWNVME_ERR_QUEUE_CLOSED, or why it could not be made) or the controller has been closed. config may be NULL and
 * is not kept. 0: begun. Else nothing was done; LWNVME_ERR_BUSY if the queue has been made already.
 * NVM Express Base Specification 2.1, sections 5.2.1 and 5.2.2.
 */
int lwnvme_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                        const struct lwnvme_queue_config *config);

/*
 * Starts to delete a queue pair: Delete I/O Submission Queue, Delete I/O Completion Queue, then its memory
 * is freed. LWNVME_ERR_QUEUE_IN_USE while it has requests in flight or waiting (poll until they are back) and
 * inside a batch.
 * From this call on submissions are refused. On a controller that is shut down, or has failed and stopped,
 * the queue is closed at once. Controller owner's context, not from a callback of the same queue.
 * NVM Express Base Specification 2.1, sections 5.2.3 and 5.2.4.
 */
int lwnvme_queue_delete(struct lwnvme_queue *queue);

/*
 * How the queue stands: 0 ready for use; LWNVME_PENDING being made, deleted or made again after a reset;
 * LWNVME_PENDING also while the controller is shut down; LWNVME_ERR_QUEUE_CLOSED never made, or deleted;
 * LWNVME_ERR_FAILED or LWNVME_ERR_GONE as the controller is; else why it could not be made.
 */
int lwnvme_queue_status(const struct lwnvme_queue *queue);

/*
 * Takes completions off the ring, up to `budget` of them (0: a whole ring), and calls the requests back;
 * then tells the controller, once. Submissions from inside the callbacks reach the controller together, at
 * the end. Returns how many completions it took; 0 from inside a callback.
 *
 * Looks at deadlines too: a command whose deadline has passed brings the controller down, which the next
 * lwnvme_controller_poll begins. A deadline that the request named is counted from its submission; the
 * controller's default from the first poll after it. Both get up to 32 ms more.
 *
 * Queue owner's context; interrupt context is fine. On a shared queue, where several owners may be at it at
 * once, a poll from inside a callback is carried out, and nests: leave that to those who have the stack.
 */
uint32_t lwnvme_queue_poll(struct lwnvme_queue *queue, uint32_t budget);

/*
 * Between begin and end, submissions to this queue are written into the ring but the doorbell is not rung;
 * end rings it once. For handing over several commands at the price of one register write. A poll in
 * between also rings. Calls do not nest. Queue owner's context.
 */
void lwnvme_queue_batch_begin(struct lwnvme_queue *queue);
void lwnvme_queue_batch_end(struct lwnvme_queue *queue);

/* Commands in flight in the ring; requests that wait for room are not counted. Queue owner's context. */
uint32_t lwnvme_queue_in_flight(const struct lwnvme_queue *queue);

/* Completions that were dropped because they answer no command in flight: wrong or out of range command
 * identifier, an old generation, another queue's identifier. Since the queue was created. */
uint32_t lwnvme_queue_stale(const struct lwnvme_queue *queue);

/*
 * Sends one I/O command by its dwords. The two low opcode bits say which way data move; `buffer` is NULL for
 * none. The transfer is buffer->length_bytes (or the sum of its segments), must fit one command and must be
 * what the command makes the controller move: the library cannot check that. lba, count and namespace
 * limits are not checked either. Without a buffer, opcodes below 80h that move data are refused. Queue owner's
 * context. 0: accepted, the callback follows; else refused.
 */
int lwnvme_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
               const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif

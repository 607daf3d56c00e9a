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
    /* NULL, or &lwnvme_mapper_full: mapper.h. Without it the next three must be 0. */
    const struct lwnvme_mapper *mapper;
    uint32_t sgl;             /* LWNVME_SGL_... */
    uint32_t sgl_descriptors; /* of one command, up to 1024, 16 bytes each; 0: 32 */
    uint32_t bounce_bytes;    /* of bounce memory, up to 256 MiB; rounded up to pages; 0: none */
    uint8_t
        priority; /* LWNVME_PRIORITY_...; counts where lwnvme_controller_config.weighted_arbitration does */
    uint32_t
        cq_entries; /* of the completion ring, where others shall complete there too: 0, or from `entries` up
                            to 65536 and to what the controller can do. See lwnvme_queue_create_on. */
    struct lwnvme_queue_memory *memory; /* NULL: rings and bookkeeping come from the host's hooks. Else see
                                           queue_memory.h; stays the queue's until it is closed. */
};

/* Priority classes of submission queues. Base, section 3.4.4.2 "Weighted Round Robin with Urgent Priority Class
 * Arbitration". */
enum lwnvme_priority {
    LWNVME_PRIORITY_DEFAULT = 0, /* medium */
    LWNVME_PRIORITY_URGENT = 1,
    LWNVME_PRIORITY_HIGH = 2,
    LWNVME_PRIORITY_MEDIUM = 3,
    LWNVME_PRIORITY_LOW = 4
};

/* Private: the memory of a queue. */
enum lwnvme_piece_index {
    LWNVME_PIECE_SQ = 0,
    LWNVME_PIECE_CQ,
    LWNVME_PIECE_LISTS, /* the controller reads or writes what comes up to here */
    LWNVME_PIECE_SLOTS,
    LWNVME_PIECE_MAPPINGS,
    LWNVME_PIECES
};
struct lwnvme_piece {
    void *memory;
    uint64_t dma_address;
    size_t size_bytes;
};
struct lwnvme_queue_share;

/* Private: what dwords 2 and 3 of the completion of a command will say, with the phase and all that may vary 0. */
union lwnvme_slot_key {
    uint64_t all;
    struct {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        uint16_t plain, cid, sqid, zero;
#else
        uint16_t zero, sqid, cid, plain;
#endif
    } part; /* cid: of the command in flight, or of the next one; index | generation << 10. plain: 0, or 1 for a
               command that is not on the straight path, so that nothing that a controller says is equal */
};

struct lwnvme_mapper;

/* Private: a command in flight. */
struct lwnvme_slot {
    union lwnvme_slot_key key;
    struct lwnvme_request *request; /* NULL: free */
    struct lwnvme_slot *next_free;
    uint32_t deadline_ms;
    uint32_t first_block;
};

/* Private: one mapping of a slot, kept for dma_unmap. */
struct lwnvme_mapping {
    uint64_t dma_address;
    size_t length_bytes;
};

/* A queue pair: the caller's memory, zeroed before it is first created. All members are private. */
struct lwnvme_queue {
    /* Named most often: this near to the start the code for it is smaller. The first two, and the two in the
     * middle, are looked at together. */
    uint32_t hold; /* reasons not to ring the doorbell yet, bits; 0: there is no queue */
    uint32_t slow; /* reasons to leave the straight path, bits */
    uint32_t incarnation;
    uint16_t id;
    uint16_t vector;
    struct lwnvme_controller *controller;
    struct lwnvme_slot *free_first; /* NULL: the ring is full */
    struct lwnvme_slot *slots;
    uint32_t *sq_next;          /* where the next command goes */
    volatile uint32_t *cq_next; /* where the next completion is awaited */
    volatile uint32_t *cq;
    uint32_t entries;
    uint32_t state;
    int status;
    uint32_t cq_entries;
    struct lwnvme_queue *next;
    struct lwnvme_request *waiting_first;
    struct lwnvme_queue *cq_queue; /* whose ring the completions come to */
    struct lwnvme_queue *sharer;   /* the next one whose completions come to this ring */
    uint32_t submitted;            /* commands */
    uint32_t completed;
    uint32_t clock_ms;
    uint32_t earliest_ms;

    /* and what else is hot */
    uint32_t *sq;
    uint32_t *sq_end;
    uint32_t *sq_told;              /* sq_next as the controller knows it */
    volatile uint32_t *sq_doorbell; /* NULL: by `ring` */
    uint64_t direct_address;        /* of the host's direct map: where it begins, ... */
    uint64_t direct_bytes;          /* how far a transfer may begin behind that, and ... */
    uint64_t direct_dma;            /* what makes a device address of a distance from there */
    uint64_t page_mask;
    uint32_t default_deadline_ms;
    uint32_t doorbells; /* of the submission queue */
    uint32_t slot_mask;
    uint32_t undrained; /* completions taken since the ring was last seen empty */
    volatile uint32_t *cq_end;
    volatile uint32_t *cq_doorbell;
    uint64_t cq_phase;    /* which a new completion has, in its place in dwords 2 and 3 */
    int32_t clock_credit; /* what polls may still cost until the clock is looked at */

    /* the rest */
    void (*ring)(struct lwnvme_queue *queue, uint32_t is_cq, uint32_t value);
    uint32_t timeout_ms;
    uint8_t *lists;
    uint64_t lists_dma;
    uint32_t *list_offsets; /* of each slot's PRP list in the list memory, in bytes */
    uint32_t page_shift;
    uint32_t list_stride_bytes;
    uint32_t lists_per_page;

    struct lwnvme_request *waiting_last;
    struct lwnvme_request *finished_first;
    struct lwnvme_request *finished_last;
    uint32_t calling; /* callbacks of a shared queue under way */
    struct lwnvme_mapping *mappings;
    uint32_t mappings_per_slot;
    uint16_t *mapping_counts;
    struct lwnvme_piece pieces[LWNVME_PIECES];
    struct lwnvme_queue_memory *memory;     /* where they come from; NULL: the host */
    const struct lwnvme_queue_share *share; /* what several queues with one completion ring need */
    uint32_t page_bytes;
    uint8_t priority; /* QPRIO */
    uint32_t flags;
    uint32_t leaving; /* it ends as closed, for `reason` */
    int reason;
    uint32_t list_pages;
    const struct lwnvme_mapper *mapper;
    void *bouncing; /* the full mapper's bookkeeping */
    uint64_t bouncing_dma;
    size_t bouncing_bytes;
    uint8_t *bounce; /* its descriptors, then its bounce memory */
    uint64_t bounce_dma;
    size_t bounce_bytes;
    uint32_t sgl;
    uint32_t sgl_descriptors; /* of a slot */
    struct lwnvme_request admin;
    struct lwnvme_request *resting; /* requests that are issued again when their time has come */
    uint32_t resting_due_ms;        /* the first of them */
    uint32_t lap_slow;              /* what `slow` gets when a lap of the submission ring is over */
    uint32_t late;                  /* a late command's identifier, LWNVME_LATE_... above; 0: none */
    uint32_t late_deadline_ms;
    uint32_t briefest_ms; /* no command may take less, in turns of the clock */
    /* of the controller's owner, which looks from time to time (recovery.c): */
    uint32_t heard;         /* commands that had ended when it last did, of all queues of the ring, ... */
    uint8_t unheard;        /* whether there was a completion that nobody had taken, ... */
    uint8_t nudged;         /* whether the queue's owner was asked to poll, ... */
    uint8_t busy;           /* whether something was in flight, ... */
    uint32_t busy_ms;       /* since when, and ... */
    uint32_t idle_clock_ms; /* clock_ms when nothing was */

    /* counters */
    uint32_t stale;
    uint32_t splits;  /* further commands of requests that did not fit one */
    uint32_t bounces; /* commands whose data went through bounce memory */
    uint32_t errors;
    uint32_t spared; /* doorbells that were not rung because of their shadows */
    uint32_t lost;   /* interrupts: see interrupt.c */
    uint32_t spurious;

    /* waits */
    const volatile uint32_t *asked_at; /* cq_next when an interrupt was last found to be ours, ... */
    const volatile uint32_t *fired_at; /* and when one last ended a wait */
    uint32_t wait_polls;               /* before a sleep */
    uint32_t heal_step;                /* how often the longest sleep has been halved */
};

/*
 * Starts to make a queue pair: claims a free queue identifier, allocates the rings through the host, and
 * sends Create I/O Completion Queue, then Create I/O Submission Queue; lwnvme_controller_poll carries it on
 * and lwnvme_queue_status tells how it stands. The blocking form is lwnvme_sync_queue_create.
 *
 * Controller owner's context. `queue` is the caller's and must stay until it is closed (lwnvme_queue_status
 * says LWNVME_ERR_QUEUE_CLOSED, or why it could not be made) or the controller has been closed. config may be
 * NULL and is not kept. 0: begun. Else nothing was done: LWNVME_ERR_BUSY, the queue has been made already;
 * LWNVME_ERR_QUEUE_SIZE, more entries than the controller can do; LWNVME_ERR_QUEUE_LIMIT, all queues that it
 * grants are in use; LWNVME_ERR_NO_IO_QUEUES, it grants none; LWNVME_ERR_HOOK_LOCK;
 * LWNVME_ERR_INVALID_ARGUMENT; LWNVME_ERR_NO_MEMORY or another of dma_alloc's; or why the controller takes
 * nothing now (LWNVME_ERR_WRONG_STATE, _FAILED, _GONE).
 * NVM Express Base Specification 2.1, sections 5.2.1 and 5.2.2.
 */
int lwnvme_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                        const struct lwnvme_queue_config *config);

/*
 * The same for a submission queue whose completions come to the ring of another queue of the same controller, which is
 * ready and was made with cq_entries: that ring has room for all commands of all queues that complete there, or else
 * LWNVME_ERR_QUEUE_SIZE. config->cq_entries, vector and LWNVME_QUEUE_INTERRUPT do not apply and must be 0;
 * LWNVME_QUEUE_SHARED is as for the other queue. One owner for all of them; a poll of any of them polls them all,
 * and submissions take the longer way. `cq` cannot be deleted before them: LWNVME_ERR_QUEUE_IN_USE.
 * Base, section 3.3.1.1 "Queue Setup and Initialization".
 */
int lwnvme_queue_create_on(struct lwnvme_queue *cq, struct lwnvme_queue *queue,
                           const struct lwnvme_queue_config *config);

/*
 * Starts to delete a queue pair: Delete I/O Submission Queue, Delete I/O Completion Queue, then its memory
 * is freed. LWNVME_ERR_QUEUE_IN_USE while it has requests in flight or waiting (poll until they are back), inside a
 * batch, and from a callback of one of its own requests.
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
 * lwnvme_controller_poll begins, unless there is a recovery (recovery.h). A deadline that the request named is counted
 * from its submission; the controller's default from the first poll after it. Both get up to 32 ms more.
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
 * what the command makes the controller move. LWNVME_ERR_BUFFER_LENGTH: less than its dwords say, as far as
 * they do: of blocks, whose size only a namespace's handle knows, 512 bytes each are asked for. Of vendors'
 * commands (80h and above) nothing is known. lba, count and namespace limits are not checked. Without a
 * buffer, opcodes below 80h that move data are refused. Queue owner's context. 0: accepted, the callback
 * follows; else refused.
 */
int lwnvme_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
               const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif

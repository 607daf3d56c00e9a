/* SPDX-License-Identifier: MIT */
/*
 * What the files of src/core share, and what src/io, src/admin and src/sync may use of it. Not for users of
 * the library.
 */
#ifndef LWNVME_CORE_CORE_H
#define LWNVME_CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lwnvme/controller.h>
#include <lwnvme/namespace.h>
#include <lwnvme/recovery.h>
#include <lwnvme/spec.h>

#include "barrier.h"

/* The four functions that the host's compiler may call anyway. */
void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
void *memmove(void *to, const void *from, size_t length);
int memcmp(const void *left, const void *right, size_t length);

/* How many blocks a request with metadata in a buffer of their own has: it may be one command that says so itself. */
static inline uint32_t lwnvme_metadata_blocks(const struct lwnvme_request *request)
{
    return request->block_count != 0 ? request->block_count : (request->command.cdw12 & 0xffffu) + 1u;
}

/* Which way a branch nearly always goes. And what is not to be made a part of its callers: it would give a frame to whoever
 * calls it last, or take more code than calls of it. */
#if defined(__GNUC__)
#define LWNVME_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define LWNVME_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define LWNVME_NOINLINE            __attribute__((noinline))
#else
#define LWNVME_LIKELY(condition)   (condition)
#define LWNVME_UNLIKELY(condition) (condition)
#define LWNVME_NOINLINE
#endif
/* Without optimization there is a place in the frame for every variable of what is made a part. */
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define LWNVME_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define LWNVME_ALWAYS_INLINE inline
#endif

/* Words that say how things stand, written by one context and glanced at by others without a lock: each is read and written
 * whole. What is found may be a moment old; where that matters it is looked at again. */
#ifdef __SANITIZE_THREAD__
#define LWNVME_GLANCE(word)      __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define LWNVME_SHOW(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)
#elif defined(__GNUC__)
#define LWNVME_GLANCE(word)      (*(const volatile __typeof__(word) *)&(word))
#define LWNVME_SHOW(word, value) (*(volatile __typeof__(word) *)(void *)&(word) = (value))
#else
#define LWNVME_GLANCE(word)      (word)
#define LWNVME_SHOW(word, value) ((word) = (value))
#endif

/* The same for what is written on the path of each I/O, where it may cost no more than an ordinary store: which is whole for
 * an aligned word. */
#ifdef __SANITIZE_THREAD__
#define LWNVME_KEEP(word, value) LWNVME_SHOW(word, value)
#else
#define LWNVME_KEEP(word, value) ((word) = (value))
#endif

/* Of two that count at once one may be lost. */
#define LWNVME_COUNT(word) LWNVME_SHOW(word, LWNVME_GLANCE(word) + 1u)

/* Command identifiers: slot index below, generation above. The generation makes a completion that comes late
 * or twice miss the command that has the slot now, 63 times of 64 at the least. */
#define LWNVME_CID_INDEX_BITS      10u
#define LWNVME_CID_INDEX_MASK      ((1u << LWNVME_CID_INDEX_BITS) - 1u)
#define LWNVME_CID_GENERATION_STEP (1u << LWNVME_CID_INDEX_BITS)

/* lwnvme_request.state */
#define LWNVME_REQUEST_IDLE     0u
#define LWNVME_REQUEST_ISSUED   1u /* all of it is with the controller */
#define LWNVME_REQUEST_QUEUED   2u /* some of it waits in the queue's FIFO, or for an admin page */
#define LWNVME_REQUEST_STRAIGHT 3u /* issued, one command, on the straight path (straight.h) */

#define LWNVME_REQUEST_FLAGS                                                                                 \
    (LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY | LWNVME_REQUEST_NO_WAIT |                            \
     LWNVME_REQUEST_DEALLOCATE | LWNVME_REQUEST_REPEAT | LWNVME_REQUEST_ATOMIC |                             \
     LWNVME_REQUEST_ATOMIC_POWER_FAIL | LWNVME_REQUEST_ATOMIC_PIECES)

#define LWNVME_NO_ERROR_BLOCK 0xffffffffu

/* The dwords 2 and 3 of a completion as one value: that of a command on the straight path that has succeeded differs
 * from the key of its slot in nothing but the submission queue head, the phase, and what means nothing then (CRD,
 * More, DNR). The bit of the phase is that of `plain` in the key, which is 0 in what remains of a completion. */
#define LWNVME_PHASE_BIT (1u << 16) /* in dword 3 */
#define LWNVME_CQE_PHASE (UINT64_C(1) << 48)
#define LWNVME_CQE_TOLD  UINT64_C(0x0fffffffffff0000)

/* lwnvme_queue.slow: why submission and polling leave the straight path. */
#define LWNVME_SLOW_NO_SUBMIT 1u /* not live, draining, or the controller is not ready */
#define LWNVME_SLOW_STOPPED   2u /* not live: the completion ring is not looked at */
#define LWNVME_SLOW_WAITING   4u /* the FIFO is not empty */
#define LWNVME_SLOW_SHARED    (LWNVME_CONFIG_SHARED != 0 ? 8u : 0u)
#define LWNVME_SLOW_SYNC      (LWNVME_CONFIG_DMA_SYNC != 0 ? 16u : 0u) /* the host has dma_sync */
#define LWNVME_SLOW_UNMAP     32u                                      /* the host has dma_unmap */
#define LWNVME_SLOW_REACH     64u  /* not all addresses are within the controller's reach */
#define LWNVME_SLOW_NO_MAP    128u /* the host lacks dma_map */
#define LWNVME_SLOW_HELD      256u /* submissions wait in the FIFO until they are let go (hold.c) */
/* Those of extensions. */
#define LWNVME_SLOW_EXTENSION(bit) (LWNVME_CONFIG_BOOT == 0 ? (bit) : 0u)
/* Several submission queues complete in one ring (share.c). */
#define LWNVME_SLOW_MANY LWNVME_SLOW_EXTENSION(512u)
/* A lap of the ring is over: straight requests learn what they are about. */
#define LWNVME_SLOW_RECALL LWNVME_SLOW_EXTENSION(1024u)
/* Polls with nothing in flight look at the clock, too (recovery). */
#define LWNVME_SLOW_LOOK LWNVME_SLOW_EXTENSION(2048u)
/* The mapper wants to see all that moves. */
#define LWNVME_SLOW_MAPPER LWNVME_SLOW_EXTENSION(4096u)
/* A recovery is under way: the FIFO waits for its end. */
#define LWNVME_SLOW_AWAITING LWNVME_SLOW_EXTENSION(8192u)

/* What is there only for a program that uses it, or nothing where that has been left out. */
#define LWNVME_EXTENSION(pointer) (LWNVME_CONFIG_BOOT == 0 ? (pointer) : NULL)

/* Whether a buffer is a list of segments. */
static inline bool lwnvme_is_scattered(const struct lwnvme_buffer *buffer)
{
    return LWNVME_CONFIG_SEGMENTS != 0 && buffer->segments != NULL;
}

/* Whether the host wants to know when mappings end. */
static inline bool lwnvme_maps_end(const struct lwnvme_queue *queue)
{
    return LWNVME_CONFIG_DMA_UNMAP != 0 && queue->mappings != NULL;
}

/* lwnvme_queue.late: with the identifier of a late command; what the queue's owner tells the controller's */
#define LWNVME_LATE_KNOWN    (1u << 16) /* there is one */
#define LWNVME_LATE_NO_ABORT (1u << 17) /* of a class that is not aborted */

/* lwnvme_queue.hold: why the doorbell is not rung at once. */
#define LWNVME_HOLD_NOT   1u /* set as long as there is a queue; alone: there is no reason */
#define LWNVME_HOLD_BATCH 2u
#define LWNVME_HOLD_POLL  4u

/* lwnvme_queue.state */
enum lwnvme_queue_state {
    LWNVME_QUEUE_CLOSED = 0,
    LWNVME_QUEUE_CREATE_CQ,
    LWNVME_QUEUE_CREATE_SQ,
    LWNVME_QUEUE_UNDO_CQ, /* the submission queue was refused: its completion queue goes again */
    LWNVME_QUEUE_LIVE,
    LWNVME_QUEUE_DELETE_SQ,
    LWNVME_QUEUE_DELETE_CQ,
    LWNVME_QUEUE_PARKED, /* memory kept, the controller knows nothing of it: shut down or being reset */
    LWNVME_QUEUE_BROKEN  /* could not be made or deleted; memory kept until close */
};

/* lwnvme_controller.goal */
enum lwnvme_goal {
    LWNVME_GOAL_READY = 0,
    LWNVME_GOAL_OFF,
    LWNVME_GOAL_CLOSED
};

#define LWNVME_REGISTER_BYTES 0x1000u
#define LWNVME_PAGE_MIN       4096u
#define LWNVME_PAGE_MAX       65536u
#define LWNVME_CLOCK_SLACK_MS 16u

/* register.c; value / divisor, rounded down. divisor is not 0. */
uint32_t lwnvme_divide(uint32_t value, uint32_t divisor);
uint32_t lwnvme_register_read(const struct lwnvme_controller *controller, size_t offset);
void lwnvme_register_write(const struct lwnvme_controller *controller, size_t offset, uint32_t value);
void lwnvme_register_write64(const struct lwnvme_controller *controller, size_t offset, uint64_t value);
static inline uint32_t lwnvme_cap(const struct lwnvme_controller *controller, unsigned hi, unsigned lo)
{
    return lwnvme_field_get_halves(controller->cap_low, controller->cap_high, hi, lo);
}
void lwnvme_version_read(struct lwnvme_controller *controller);
int lwnvme_capabilities_read(struct lwnvme_controller *controller);
int lwnvme_capabilities_check(struct lwnvme_controller *controller);
int lwnvme_capabilities_renew(struct lwnvme_controller *controller);
void lwnvme_ready_timeout_update(struct lwnvme_controller *controller);
uint32_t lwnvme_doorbell_offset(const struct lwnvme_controller *controller, uint32_t queue_id,
                                uint32_t is_cq);
uint32_t lwnvme_doorbell_queues(const struct lwnvme_controller *controller);
bool lwnvme_device_present(const struct lwnvme_controller *controller, uint32_t csts);

/* memory.c */
int lwnvme_dma_get(const struct lwnvme_controller *controller, size_t size_bytes, void **memory,
                   uint64_t *dma_address);
void lwnvme_dma_put(const struct lwnvme_controller *controller, void *memory, size_t size_bytes,
                    uint64_t dma_address);
int lwnvme_memory_get(const struct lwnvme_controller *controller, size_t size_bytes, void **memory,
                      uint64_t *dma_address);
void lwnvme_memory_put(const struct lwnvme_controller *controller, void *memory, size_t size_bytes,
                       uint64_t dma_address);
void lwnvme_memory_sync(const struct lwnvme_controller *controller, const volatile void *memory,
                        size_t size_bytes, enum lwnvme_direction direction, bool for_device);
bool lwnvme_dma_in_reach(const struct lwnvme_controller *controller, uint64_t dma_address, size_t size_bytes);
uint64_t lwnvme_now_us(const struct lwnvme_controller *controller);
uint64_t lwnvme_clock_read(struct lwnvme_controller *controller);
uint32_t lwnvme_timeout_turns(uint32_t timeout_ms);

/* message.c: X(topic, level, text), what there is to tell the log; a value follows the text. */
#define LWNVME_TOPIC_LIST(X)                                                                                 \
    X(STATE, LEVEL_DEBUG, "state ")                                                                          \
    X(FAILURE, LEVEL_ERROR, "failed in state ")                                                              \
    X(NO_IO_QUEUES, LEVEL_WARNING, "no I/O queues granted, status ")                                         \
    X(MEMORY_KEPT, LEVEL_ERROR, "the controller does not stop; memory is kept; status ")                     \
    X(QUEUE_STUCK, LEVEL_ERROR, "a queue could not be deleted: status ")                                     \
    X(CAPACITY, LEVEL_WARNING, "capacity beyond size, namespace ")                                           \
    X(EVENTS, LEVEL_WARNING, "events could not be configured, status ")

enum lwnvme_topic {
#define LWNVME_TOPIC_ENUM(topic, level, text) LWNVME_TOPIC_##topic,
    LWNVME_TOPIC_LIST(LWNVME_TOPIC_ENUM)
#undef LWNVME_TOPIC_ENUM
};
#if LWNVME_CONFIG_LOG
void lwnvme_tell(struct lwnvme_controller *controller, enum lwnvme_topic topic, uint32_t value);
#else
#define lwnvme_tell(controller, topic, value) ((void)(controller), (void)(value))
#endif

/* map.c: a buffer in the form that a command takes */
struct lwnvme_prp {
    uint64_t prp1;
    uint64_t prp2;
    uint64_t metadata; /* MPTR */
    uint32_t psdt;     /* in its place in dword 0 */
};

/* Where a walk stands in a segment list, or in a contiguous buffer (index 0). */
struct lwnvme_position {
    uint32_t index;
    size_t offset;
};
enum lwnvme_direction lwnvme_request_direction(const struct lwnvme_request *request);
#if LWNVME_CONFIG_BOOT
#define lwnvme_buffer_bytes(buffer, limit_bytes) ((uint64_t)(buffer)->length_bytes)
#else
uint64_t lwnvme_buffer_bytes(const struct lwnvme_buffer *buffer, uint64_t limit_bytes);
#endif
int lwnvme_buffer_check_aligned(const struct lwnvme_buffer *buffer, uint64_t needed_bytes,
                                uint32_t align_mask);
static inline int lwnvme_buffer_check(const struct lwnvme_buffer *buffer, uint64_t needed_bytes)
{
    return lwnvme_buffer_check_aligned(buffer, needed_bytes, 3);
}
int lwnvme_translate(struct lwnvme_queue *queue, const struct lwnvme_request *request, uint32_t slot_index,
                     uint64_t address, uint64_t *dma, size_t *run);
uint64_t lwnvme_position_next(const struct lwnvme_buffer *buffer, struct lwnvme_position *position,
                              size_t *run);
uint32_t lwnvme_whole_blocks(const struct lwnvme_request *request, uint32_t length_bytes);
int lwnvme_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
               uint32_t *length_bytes, struct lwnvme_prp *prp);
void lwnvme_unmap(struct lwnvme_queue *queue, uint32_t slot_index, enum lwnvme_direction direction);
void lwnvme_unmap_data(struct lwnvme_queue *queue, uint32_t slot_index, const struct lwnvme_request *request);
void lwnvme_buffer_sync(struct lwnvme_queue *queue, struct lwnvme_request *request, bool for_device);
#define LWNVME_NO_PRP UINT64_MAX /* no address of a page or list: not aligned */
uint64_t lwnvme_map_further_pages(struct lwnvme_queue *queue, uint64_t dma, uint32_t beyond_bytes);
uint32_t lwnvme_list_entries(const struct lwnvme_controller *controller);
uint32_t lwnvme_list_offset(const struct lwnvme_queue *queue, uint32_t slot_index);
size_t lwnvme_list_layout(struct lwnvme_queue *queue, uint32_t entries);

/* A mapper for queues whose configuration names it: io/mapper.c. */
struct lwnvme_mapper {
    /* The queue is being made: its memory, and what it can do. What has been allocated is freed with the queue. */
    int (*open)(struct lwnvme_queue *queue, uint32_t slots);
    /* A request is about to be submitted; else it is refused with what this says. */
    int (*begin)(struct lwnvme_queue *queue, struct lwnvme_request *request);
    /* As lwnvme_map. LWNVME_PENDING: not now, but when a command has ended. */
    int (*map)(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
               uint32_t *length_bytes, struct lwnvme_prp *prp);
    /* A command has ended: LWNVME_ERR_BUFFER_HELD, the controller may still use what it was given. */
    void (*end)(struct lwnvme_queue *queue, uint32_t slot_index, int status);
};

/* lwnvme_request.mapping */
#define LWNVME_MAPPING_BOUNCE 1u /* all of it goes through bounce memory */
#define LWNVME_MAPPING_SGL    2u /* an SGL is tried first */
#define LWNVME_MAPPING_SKIPS  4u /* some of it is thrown away: not by PRP entries */

/* How buffers must be aligned. */
static inline uint32_t lwnvme_align_mask(const struct lwnvme_queue *queue)
{
    return LWNVME_EXTENSION(queue->mapper) != NULL ? 0 : 3u;
}

/* queue.c: the engine */
int lwnvme_submit(struct lwnvme_queue *queue, struct lwnvme_request *request);
int lwnvme_submit_by(struct lwnvme_queue *queue, struct lwnvme_request *request,
                     int (*issue)(struct lwnvme_queue *queue, struct lwnvme_request *request));
int lwnvme_piece_issue(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t most_blocks);
int lwnvme_piece_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                     uint32_t *blocks, struct lwnvme_prp *prp);
void lwnvme_piece_send(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t blocks,
                       const struct lwnvme_prp *prp);
uint32_t lwnvme_lba_modulo(uint64_t lba, uint32_t boundary);
void lwnvme_request_restart(struct lwnvme_request *request);
void lwnvme_request_give_back(struct lwnvme_request *request);
void lwnvme_list_append(struct lwnvme_request **first, struct lwnvme_request **last,
                        struct lwnvme_request *request);
void lwnvme_waiting_append(struct lwnvme_queue *queue, struct lwnvme_request *request);
int lwnvme_submit_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);
int lwnvme_sq_publish(struct lwnvme_queue *queue);
void lwnvme_sq_catch_up(struct lwnvme_queue *queue);
bool lwnvme_cqe_is_new(const struct lwnvme_queue *ring, const volatile uint32_t *place);
uint32_t lwnvme_poll_once(struct lwnvme_queue *queue, uint32_t budget);
void lwnvme_poll_rest(struct lwnvme_queue *queue, bool drained);
void lwnvme_poll_call(struct lwnvme_queue *queue);
void lwnvme_queue_give_back(struct lwnvme_queue *queue);
void lwnvme_queue_reap(struct lwnvme_queue *queue);
void lwnvme_request_end(struct lwnvme_queue *queue, struct lwnvme_request *request);
uint32_t lwnvme_request_turns(const struct lwnvme_queue *queue, const struct lwnvme_request *request);
void lwnvme_queue_clock(struct lwnvme_queue *queue);
void lwnvme_ring_reset(struct lwnvme_queue *queue);

#define LWNVME_TIME_AFTER(a, b) ((int32_t)((a) - (b)) >= 0)

/* Eight bytes at once of members that are looked at together; which half is where does not matter. */
static LWNVME_ALWAYS_INLINE uint64_t lwnvme_both(const uint32_t *first)
{
#if defined(__GNUC__)
    uint64_t both;

    __builtin_memcpy(&both, first, sizeof both);
    return both;
#elif defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (uint64_t)first[0] << 32 | first[1];
#else
    return (uint64_t)first[1] << 32 | first[0];
#endif
}

/* Whether there is a queue, with nothing unusual about it: neither hold nor slow says anything. */
static LWNVME_ALWAYS_INLINE bool lwnvme_queue_is_plain(const struct lwnvme_queue *queue)
{
    _Static_assert(offsetof(struct lwnvme_queue, slow) == offsetof(struct lwnvme_queue, hold) + 4,
                   "one look");
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return lwnvme_both(&queue->hold) == (uint64_t)LWNVME_HOLD_NOT << 32;
#else
    return lwnvme_both(&queue->hold) == LWNVME_HOLD_NOT;
#endif
}

static inline uint32_t lwnvme_in_flight(const struct lwnvme_queue *queue)
{
    return queue->submitted - queue->completed;
}

/* Whether a callback of a queue with one owner is under way, in which polls find nothing. */
static inline bool lwnvme_poll_is_nested(const struct lwnvme_queue *queue)
{
    return (queue->slow & LWNVME_SLOW_SHARED) == 0 && (queue->hold & LWNVME_HOLD_POLL) != 0;
}

static inline uint32_t lwnvme_slot_index(const struct lwnvme_slot *slot)
{
    return slot->key.part.cid & LWNVME_CID_INDEX_MASK;
}

/* A shared queue's lock; nothing for others. */
void lwnvme_queue_lock(const struct lwnvme_queue *queue);
void lwnvme_queue_unlock(const struct lwnvme_queue *queue);
void lwnvme_queue_slow_set(struct lwnvme_queue *queue, uint32_t bits);

/* Whether callbacks of the queue are under way, or are still owed: it must not be taken away now. */
static inline bool lwnvme_queue_is_calling(const struct lwnvme_queue *queue)
{
    return (queue->hold & LWNVME_HOLD_POLL) != 0 || queue->calling != 0 || queue->finished_first != NULL;
}

/* queue_life.c */
int lwnvme_queue_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries);
void lwnvme_queue_release(struct lwnvme_queue *queue, bool keep_dma);
void lwnvme_queue_close(struct lwnvme_queue *queue, int status);
void lwnvme_queue_park(struct lwnvme_queue *queue);
int lwnvme_queue_revive(struct lwnvme_queue *queue);
int lwnvme_queue_take_down(struct lwnvme_queue *queue);
int lwnvme_queue_discard(struct lwnvme_queue *queue, int status);
void lwnvme_queue_measure(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries);
uint32_t lwnvme_queue_entries_choose(const struct lwnvme_controller *controller, uint32_t wanted);
int lwnvme_piece_from_host(struct lwnvme_queue *queue, uint32_t index);
void lwnvme_piece_to_host(const struct lwnvme_queue *queue, uint32_t index);
int lwnvme_queue_begin(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                       const struct lwnvme_queue_config *config, struct lwnvme_queue *cq);

/* queue_memory.c */
size_t lwnvme_queue_measured_bytes(const struct lwnvme_queue *queue);

/* single.c: in place of the engine above and of queue_life.c, for a boot loader */
int lwnvme_single_allocate(struct lwnvme_controller *controller);
uint64_t lwnvme_single_ring(const struct lwnvme_queue *queue, uint32_t is_cq);
void lwnvme_single_begin(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries,
                         uint32_t timeout_ms);
int lwnvme_single_reclaim(struct lwnvme_queue *queue);

/* share.c: what is done differently where several queues have one completion ring. */
struct lwnvme_queue_share {
    uint32_t (*poll_all)(struct lwnvme_queue *queue, uint32_t budget);
    int (*turn)(struct lwnvme_queue **queue); /* which one to make again first; LWNVME_PENDING: none now */
    void (*part)(struct lwnvme_queue *queue); /* it is being closed */
};

/* admin_page.c: commands whose data go through a page of the controller's */
int lwnvme_pages_allocate(struct lwnvme_controller *controller);
struct lwnvme_command *lwnvme_command_begin(struct lwnvme_request *request, uint32_t opcode);
int lwnvme_admin_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                      uint64_t dma_address, uint32_t length_bytes);
int lwnvme_page_send(struct lwnvme_controller *controller, struct lwnvme_request *request, void *copy,
                     uint32_t copy_bytes);
int lwnvme_page_command(struct lwnvme_controller *controller, struct lwnvme_request *request,
                        const struct lwnvme_command *command, void *copy, uint32_t copy_bytes);
void lwnvme_pages_give_back(struct lwnvme_controller *controller);
int lwnvme_admin_check(const struct lwnvme_controller *controller, struct lwnvme_request *request);
uint32_t lwnvme_aborts_under_way(const struct lwnvme_queue *admin);
void lwnvme_admin_again(struct lwnvme_controller *controller, struct lwnvme_request *request);
int lwnvme_admin_submit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                        const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);
int lwnvme_admin_plain(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t opcode,
                       uint32_t nsid, uint32_t cdw10, uint32_t cdw11);

/* controller_info.c */
int lwnvme_identify_decode(struct lwnvme_controller *controller);

/* namespace.c */
int lwnvme_identify_send(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t cns,
                         uint32_t nsid, uint8_t *data);

int lwnvme_nsid_refusal(const struct lwnvme_controller *controller, uint32_t nsid);
int lwnvme_namespace_begin(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns);
int lwnvme_identify_set(struct lwnvme_namespace *ns, uint32_t cns, uint32_t csi,
                        void (*done)(struct lwnvme_request *request));
void lwnvme_straight_allow(struct lwnvme_namespace *ns);
/* An identifier of a namespace, to its member: a LWNVME_NIDT_ type, its length, its bytes. */
void lwnvme_identifier_take(struct lwnvme_namespace *ns, uint32_t type, uint32_t length,
                            const uint8_t *value);

/* lwnvme_request.repeat: of an admin command. Those of bring-up and of namespaces that are being opened are neither. */
#define LWNVME_REPEAT_MAY   1u /* the caller's: issued again after a reset, if it is without effects */
#define LWNVME_REPEAT_NEVER 2u /* of an object of the library's, which wants to know of the reset */

/* repeat.c: what may be done again */
bool lwnvme_repeat_has_no_effect(const struct lwnvme_command *command);
enum lwnvme_request_class lwnvme_repeat_class(const struct lwnvme_request *request);
bool lwnvme_repeat_outlives_reset(const struct lwnvme_request *request);
bool lwnvme_repeat_is_worth_it(int status);
uint32_t lwnvme_repeat_delay_ms(const struct lwnvme_controller *controller, int status, uint32_t repeated,
                                uint32_t cap_ms);
uint32_t lwnvme_or_default(uint32_t value, uint32_t fallback);

/* recovery.c: where a controller with a recovery does something else. All in the controller owner's context but
 * recall, late, keep, await and wake, which are in the queue owner's. */
struct lwnvme_recovery_hooks {
    /* It cannot go on, for controller->fail_status; the state has not changed yet. */
    void (*failing)(struct lwnvme_controller *controller);
    /* `next` is what the state leads to; returns what it leads to instead. */
    uint32_t (*turn)(struct lwnvme_controller *controller, uint32_t next);
    int (*rescue)(struct lwnvme_controller *controller); /* polls of the states of these names */
    int (*verify)(struct lwnvme_controller *controller);
    /* A straight request of this slot (NULL: of any) becomes a plain one that knows what it is about. */
    void (*recall)(struct lwnvme_queue *queue, struct lwnvme_slot *slot);
    /* A command is late: true, something is done about it, look again soon. NULL: what was late may have ended. */
    bool (*late)(struct lwnvme_queue *queue, struct lwnvme_slot *slot);
    /* A request has ended without success: true, it is not called back, but issued again. */
    bool (*keep)(struct lwnvme_queue *queue, struct lwnvme_request *request);
    /* A request that cannot be sent now may wait for the end of the recovery: then true. */
    bool (*await)(const struct lwnvme_queue *queue, struct lwnvme_request *request);
    /* The queue is being closed: what waits in it, or is kept for it, comes back without it. */
    void (*part)(struct lwnvme_queue *queue);
    /* Once in each poll of a controller that is being recovered: deadlines of what awaits. */
    void (*look)(struct lwnvme_controller *controller);
    /* The nearer of a moment so far and the first of these deadlines. */
    uint64_t (*due)(const struct lwnvme_controller *controller, uint64_t now_us, uint64_t nearest_us);
    /* A request whose caller cannot let the recovery go on comes back, if the controller does not have it. */
    void (*withdraw)(struct lwnvme_request *request);
    /* The clock has been looked at, and requests rest in the queue; or, `stopped`, the controller has been. */
    void (*wake)(struct lwnvme_queue *queue, bool stopped);
};

/* quirk.c */
uint32_t lwnvme_quirks_for(const struct lwnvme_controller_config *config);

/* controller.c: the rows of the states, and what the calls that begin a journey need */
enum lwnvme_limit {
    LWNVME_LIMIT_NONE = 0,
    LWNVME_LIMIT_READY,    /* CAP.TO, CRTO */
    LWNVME_LIMIT_SHUTDOWN, /* RTD3E */
    LWNVME_LIMIT_DRAIN     /* command timeout */
};

/* What is looked at before a state is polled. */
#define LWNVME_CHECK_CSTS    1u /* CSTS is read for the poll */
#define LWNVME_CHECK_PRESENT 2u /* LWNVME_ERR_GONE */
#define LWNVME_CHECK_FATAL   4u /* LWNVME_ERR_FATAL */
#define LWNVME_CHECK_READY   8u /* LWNVME_ERR_LOST_READY, LWNVME_ERR_SUBSYSTEM_RESET */
#define LWNVME_CHECK_WORKS   (LWNVME_CHECK_PRESENT | LWNVME_CHECK_FATAL)
#define LWNVME_CHECK_RUNS    (LWNVME_CHECK_WORKS | LWNVME_CHECK_READY)

/* All but the functions are small numbers in bytes, for the size of the tables. */
struct lwnvme_state_row {
    int (*enter)(struct lwnvme_controller *controller); /* once; NULL: nothing */
    /* Again and again: LWNVME_OK leads to next, LWNVME_PENDING stays, others lead to on_failure. */
    int (*poll)(struct lwnvme_controller *controller, uint32_t csts, bool late);
    uint8_t checks;      /* LWNVME_CHECK_..., before poll; 0: CSTS is not read */
    uint8_t limit;       /* how long it may stay pending: LWNVME_LIMIT_... */
    int16_t late_status; /* what lateness means; poll may decide otherwise */
    uint8_t next;        /* LWNVME_STATE_..., as is on_failure */
    uint8_t on_failure;
};
const struct lwnvme_state_row *lwnvme_row(const struct lwnvme_controller *controller, uint32_t state);
int lwnvme_csts_check(const struct lwnvme_controller *controller, uint32_t checks, uint32_t *csts);
int lwnvme_rest_poll(struct lwnvme_controller *controller, uint32_t csts, bool late);
int lwnvme_controller_begin(struct lwnvme_controller *controller, enum lwnvme_goal goal,
                            enum lwnvme_state state);
void lwnvme_controller_start(struct lwnvme_controller *controller,
                             const struct lwnvme_controller_config *config, volatile void *registers);
void lwnvme_open_forget(const struct lwnvme_controller *controller);
int lwnvme_begin_check(const struct lwnvme_controller *controller);
uint64_t lwnvme_moment_nearer(uint32_t moment_ms, uint64_t now_us, uint64_t nearest_us);
uint64_t lwnvme_deadline_nearer(const struct lwnvme_queue *queue, uint64_t now_us, uint64_t nearest_us);
void lwnvme_gates_set(struct lwnvme_controller *controller, uint32_t set, uint32_t clear);
void lwnvme_queues_stop(struct lwnvme_controller *controller);
void lwnvme_controller_fail(struct lwnvme_controller *controller, int status);
void lwnvme_incarnation_next(struct lwnvme_controller *controller);
void lwnvme_services_tell(struct lwnvme_controller *controller, enum lwnvme_occasion occasion);
void lwnvme_event_send(struct lwnvme_controller *controller, enum lwnvme_event event);

/* journey.c */
void lwnvme_controller_sleep(struct lwnvme_controller *controller, bool asleep);
void lwnvme_journey_prepare(struct lwnvme_controller *controller);
void lwnvme_subsystem_reset_now(struct lwnvme_controller *controller);
void lwnvme_incarnation_renew(struct lwnvme_controller *controller);
uint32_t lwnvme_shutdown_limit_us(const struct lwnvme_controller *controller);

/* service.c */
void lwnvme_service_add(struct lwnvme_controller *controller, struct lwnvme_service *service);
void lwnvme_service_remove(struct lwnvme_service *service);

/* A service keeps memory that the controller may still write, in a close: whoever watches is told (kept.c). */
static inline void lwnvme_keep(const struct lwnvme_controller *controller, void *memory, size_t length_bytes,
                               uint64_t dma_address)
{
    if (controller->kept != NULL)
        controller->kept_more(controller, memory, length_bytes, dma_address);
}

/* operation.c */
struct lwnvme_operation;
int lwnvme_operation_check(const struct lwnvme_controller *controller,
                           const struct lwnvme_operation *operation);
void lwnvme_operation_start(struct lwnvme_controller *controller, struct lwnvme_operation *operation,
                            void (*step)(struct lwnvme_operation *operation), uint64_t limit_ms);
void lwnvme_operation_pause(struct lwnvme_operation *operation, uint32_t pause_ms);
void lwnvme_operation_pause_growing(struct lwnvme_operation *operation);
void lwnvme_operation_progress(struct lwnvme_operation *operation, uint32_t percent);
void lwnvme_operation_end(struct lwnvme_operation *operation, int status);

/* hold.c: I/O queues that take requests but send none */
void lwnvme_queues_hold(struct lwnvme_controller *controller);
void lwnvme_queues_let_go(struct lwnvme_controller *controller);
void lwnvme_service_hold(struct lwnvme_service *service);
void lwnvme_service_let_go(struct lwnvme_service *service);
bool lwnvme_queues_are_still(const struct lwnvme_controller *controller);
uint32_t lwnvme_waiting_end(struct lwnvme_queue *queue, int status,
                            bool (*ends)(const struct lwnvme_request *request, const void *context),
                            const void *context);
void lwnvme_waiting_fail(struct lwnvme_controller *controller, uint32_t nsid, int status);
void lwnvme_deadlines_extend(struct lwnvme_controller *controller, uint32_t more_ms);

/* controller_info.c */
const struct lwnvme_identify_controller *lwnvme_identify_copy(const struct lwnvme_controller *controller);
bool lwnvme_is_in_callback(const struct lwnvme_controller *controller);
int lwnvme_controller_refusal(const struct lwnvme_controller *controller);

#endif

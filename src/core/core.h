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
#include <lwnvme/spec.h>

#include "barrier.h"

/* The four functions that the host's compiler may call anyway. */
void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
void *memmove(void *to, const void *from, size_t length);
int memcmp(const void *left, const void *right, size_t length);

/* value / divisor, rounded down, bit by bit: some CPUs have no division, and compilers call a helper there. divisor
 * is not 0. */
static inline uint32_t lwnvme_divide(uint32_t value, uint32_t divisor)
{
    uint32_t quotient = 0;
    uint32_t rest = 0;
    uint32_t bit;
    uint32_t top;

    for (bit = 32; bit != 0; bit--) {
        top = rest >> 31;
        rest = rest << 1 | (value >> (bit - 1u) & 1u);
        quotient <<= 1;
        if (top != 0 || rest >= divisor) {
            rest -= divisor;
            quotient |= 1u;
        }
    }
    return quotient;
}

/* Which way a branch nearly always goes. */
#if defined(__GNUC__)
#define LWNVME_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define LWNVME_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define LWNVME_ALWAYS_INLINE       inline __attribute__((always_inline))
#else
#define LWNVME_LIKELY(condition)   (condition)
#define LWNVME_UNLIKELY(condition) (condition)
#define LWNVME_ALWAYS_INLINE       inline
#endif

/* Command identifiers: slot index below, generation above. The generation makes a completion that comes late
 * or twice miss the command that has the slot now, 63 times of 64 at the least. */
#define LWNVME_CID_INDEX_BITS      10u
#define LWNVME_CID_INDEX_MASK      ((1u << LWNVME_CID_INDEX_BITS) - 1u)
#define LWNVME_CID_GENERATION_STEP (1u << LWNVME_CID_INDEX_BITS)
#define LWNVME_SLOT_NONE           0xffffu

/* lwnvme_request.state */
#define LWNVME_REQUEST_IDLE     0u
#define LWNVME_REQUEST_ISSUED   1u /* all of it is with the controller */
#define LWNVME_REQUEST_QUEUED   2u /* some of it waits in the queue's FIFO, or for an admin page */
#define LWNVME_REQUEST_STRAIGHT 3u /* issued, one command, on the straight path (straight.h) */

#define LWNVME_REQUEST_FLAGS                                                                                 \
    (LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY | LWNVME_REQUEST_NO_WAIT | LWNVME_REQUEST_DEALLOCATE)

#define LWNVME_NO_ERROR_BLOCK 0xffffffffu

/* lwnvme_queue.slow: why submission and polling leave the straight path. */
#define LWNVME_SLOW_NO_SUBMIT 1u /* not live, draining, or the controller is not ready */
#define LWNVME_SLOW_STOPPED   2u /* not live: the completion ring is not looked at */
#define LWNVME_SLOW_WAITING   4u /* the FIFO is not empty */
#define LWNVME_SLOW_SHARED    8u
#define LWNVME_SLOW_SYNC      16u  /* the host has dma_sync */
#define LWNVME_SLOW_UNMAP     32u  /* the host has dma_unmap */
#define LWNVME_SLOW_REACH     64u  /* not all addresses are within the controller's reach */
#define LWNVME_SLOW_NO_MAP    128u /* the host lacks dma_map */
#define LWNVME_SLOW_HELD      256u /* submissions wait in the FIFO until they are let go (hold.c) */

/* lwnvme_queue.hold: why the doorbell is not rung at once. */
#define LWNVME_HOLD_BATCH 1u
#define LWNVME_HOLD_POLL  2u

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

/* register.c */
uint32_t lwnvme_register_read(const struct lwnvme_controller *controller, size_t offset);
void lwnvme_register_write(const struct lwnvme_controller *controller, size_t offset, uint32_t value);
void lwnvme_register_write64(const struct lwnvme_controller *controller, size_t offset, uint64_t value);
uint32_t lwnvme_cap(const struct lwnvme_controller *controller, unsigned hi, unsigned lo);
int lwnvme_capabilities_read(struct lwnvme_controller *controller);
int lwnvme_capabilities_check(struct lwnvme_controller *controller);
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

/* message.c */
#if LWNVME_CONFIG_LOG
void lwnvme_log_text(const struct lwnvme_controller *controller, enum lwnvme_log_level level,
                     const char *text);
void lwnvme_log_value(const struct lwnvme_controller *controller, enum lwnvme_log_level level,
                      const char *text, uint32_t value);
void lwnvme_log_state(const struct lwnvme_controller *controller, const char *name);
void lwnvme_log_failure(const struct lwnvme_controller *controller, const char *state, int status);
void lwnvme_log_checklist(struct lwnvme_controller *controller);
#else
#define lwnvme_log_text(controller, level, text)         ((void)(controller))
#define lwnvme_log_value(controller, level, text, value) ((void)(controller), (void)(value))
#define lwnvme_log_state(controller, name)               ((void)(controller), (void)(name))
#define lwnvme_log_failure(controller, state, status)    ((void)(controller), (void)(state), (void)(status))
#define lwnvme_log_checklist(controller)                 ((void)(controller))
#endif

/* map.c: a buffer in the form that a command takes */
struct lwnvme_prp {
    uint64_t prp1;
    uint64_t prp2;
};
enum lwnvme_direction lwnvme_request_direction(const struct lwnvme_request *request);
int lwnvme_buffer_check(const struct lwnvme_buffer *buffer, uint64_t needed_bytes);
int lwnvme_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
               uint32_t *length_bytes, struct lwnvme_prp *prp);
void lwnvme_unmap(struct lwnvme_queue *queue, uint32_t slot_index, enum lwnvme_direction direction);
void lwnvme_buffer_sync(struct lwnvme_queue *queue, struct lwnvme_request *request, bool for_device);
#define LWNVME_NO_PRP UINT64_MAX /* no address of a page or list: not aligned */
uint64_t lwnvme_map_further_pages(struct lwnvme_queue *queue, uint64_t dma, uint32_t beyond_bytes);
uint32_t lwnvme_list_entries(const struct lwnvme_controller *controller);
uint32_t lwnvme_list_offset(const struct lwnvme_queue *queue, uint32_t slot_index);
size_t lwnvme_list_layout(struct lwnvme_queue *queue, uint32_t entries);

/* queue.c: the engine */
int lwnvme_submit(struct lwnvme_queue *queue, struct lwnvme_request *request);
int lwnvme_submit_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);
void lwnvme_sq_publish(struct lwnvme_queue *queue);
void lwnvme_queue_give_back(struct lwnvme_queue *queue);
void lwnvme_queue_reap(struct lwnvme_queue *queue);
void lwnvme_request_end(struct lwnvme_queue *queue, struct lwnvme_request *request);
void lwnvme_queue_clock(struct lwnvme_queue *queue);
void lwnvme_ring_reset(struct lwnvme_queue *queue);

#define LWNVME_TIME_AFTER(a, b) ((int32_t)((a) - (b)) >= 0)

/* Milliseconds in turns of the queues' clock, which are 1024 us: 1000 / 1024 is 1 - 1/64 - 1/128. */
static inline uint32_t lwnvme_timeout_turns(uint32_t timeout_ms)
{
    if (timeout_ms > 0x7fffffffu)
        timeout_ms = 0x7fffffffu;
    return timeout_ms - (timeout_ms >> 6) - (timeout_ms >> 7);
}

/* Takes the first free slot for a command of a request. earliest_ms may be too early, never too
 * late: it is no later than the default deadline of any moment since it was set. */
static inline void lwnvme_slot_claim(struct lwnvme_queue *queue, struct lwnvme_slot *slot,
                                     struct lwnvme_request *request)
{
    uint32_t deadline_ms = queue->default_deadline_ms;
    if (request->timeout_ms != 0) {
        /* Whoever names a deadline gets it by the clock of this moment. One turn less, so that the stamp is not
         * taken for one of the last look at the clock and moved. */
        deadline_ms = (uint32_t)(queue->controller->ops->now_us(queue->controller->host) >> 10) - 1u +
                      lwnvme_timeout_turns(request->timeout_ms) + LWNVME_CLOCK_SLACK_MS;
        if (!LWNVME_TIME_AFTER(deadline_ms, queue->earliest_ms))
            queue->earliest_ms = deadline_ms;
    }
    queue->in_flight++;
    queue->free_head = slot->next_free;
    slot->request = request;
    slot->deadline_ms = deadline_ms;
}

/* A shared queue's lock; nothing for others. */
static inline void lwnvme_queue_lock(const struct lwnvme_queue *queue)
{
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        queue->controller->ops->lock(queue->controller->host);
}

static inline void lwnvme_queue_unlock(const struct lwnvme_queue *queue)
{
    if ((queue->slow & LWNVME_SLOW_SHARED) != 0)
        queue->controller->ops->unlock(queue->controller->host);
}

/* Whether callbacks of the queue are under way, or are still owed: it must not be taken away now. */
static inline bool lwnvme_queue_is_calling(const struct lwnvme_queue *queue)
{
    return (queue->hold & LWNVME_HOLD_POLL) != 0 || queue->calling != 0 || queue->finished_first != NULL;
}

/* The owners of a shared queue read these bits under its lock, so they are written under it. */
static inline void lwnvme_queue_slow_set(struct lwnvme_queue *queue, uint16_t bits)
{
    lwnvme_queue_lock(queue);
    queue->slow |= bits;
    lwnvme_queue_unlock(queue);
}

/* queue_life.c */
int lwnvme_queue_allocate(struct lwnvme_controller *controller, struct lwnvme_queue *queue, uint32_t entries);
void lwnvme_queue_release(struct lwnvme_queue *queue, bool keep_dma);
void lwnvme_queue_park(struct lwnvme_queue *queue);
int lwnvme_queue_revive(struct lwnvme_queue *queue);
int lwnvme_queue_take_down(struct lwnvme_queue *queue);

/* admin_page.c: commands whose data go through a page of the controller's */
int lwnvme_pages_allocate(struct lwnvme_controller *controller);
int lwnvme_page_command(struct lwnvme_controller *controller, struct lwnvme_request *request,
                        const struct lwnvme_command *command, void *copy, uint32_t copy_bytes);
void lwnvme_pages_give_back(struct lwnvme_controller *controller);
int lwnvme_admin_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request);

/* controller_info.c */
int lwnvme_identify_decode(struct lwnvme_controller *controller);

/* quirk.c */
uint32_t lwnvme_quirks_for(const struct lwnvme_controller_config *config);

/* controller.c */
void lwnvme_controller_fail(struct lwnvme_controller *controller, int status);
void lwnvme_controller_sleep(struct lwnvme_controller *controller, bool asleep);
void lwnvme_services_tell(struct lwnvme_controller *controller, enum lwnvme_occasion occasion);
void lwnvme_event_send(struct lwnvme_controller *controller, enum lwnvme_event event);
void lwnvme_incarnation_renew(struct lwnvme_controller *controller);

/* service.c */
void lwnvme_service_add(struct lwnvme_controller *controller, struct lwnvme_service *service);
void lwnvme_service_remove(struct lwnvme_service *service);

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
bool lwnvme_queues_are_still(const struct lwnvme_controller *controller);
void lwnvme_waiting_fail(struct lwnvme_controller *controller, uint32_t nsid, int status);
void lwnvme_deadlines_extend(struct lwnvme_controller *controller, uint32_t more_ms);

/* controller_info.c */
const struct lwnvme_identify_controller *lwnvme_identify_copy(const struct lwnvme_controller *controller);
bool lwnvme_is_in_callback(const struct lwnvme_controller *controller);
int lwnvme_controller_refusal(const struct lwnvme_controller *controller);

#endif

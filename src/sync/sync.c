/* SPDX-License-Identifier: MIT */
/*
 * The blocking face: start, poll until it has ended, return how. The caller owns controller and queue.
 *
 * Every loop here ends because what it waits for has a deadline that the polls themselves enforce. A request
 * of a caller on another stack frame is never left behind: a wait returns only when the library has given the
 * request back.
 */
#include <lwnvme/interrupt.h>
#include <lwnvme/sync.h>

#include "../core/core.h"

/* Register reads are dear, so the controller is looked at once in this many turns of a queue wait. */
#define LWNVME_SYNC_TURNS_PER_CONTROLLER_POLL 64u
/* So many polls in a row find the controller unable to go on before this is taken to be because of the caller. */
#define LWNVME_SYNC_STUCK_POLLS 64u

#if !LWNVME_CONFIG_BOOT
/* Nothing has come: sleeps where interrupts are used (interrupt.h), and looks again. */
static uint32_t lwnvme_sync_pause(struct lwnvme_queue *queue)
{
    const struct lwnvme_controller *controller = queue->controller;

    if (controller->config.interrupts != NULL)
        return controller->config.interrupts->pause(queue);
    if (controller->ops->relax != NULL)
        controller->ops->relax(controller->host);
    return lwnvme_queue_poll(queue, 0);
}

#endif

/*
 * Whether waiting makes progress: not inside a callback of the same queue or of the admin queue. A callback of
 * another I/O queue may wait; if the controller fails meanwhile, all queues but that one are given back first.
 * What a shared queue is doing may be another owner's doing.
 */
static bool lwnvme_sync_may_wait(const struct lwnvme_controller *controller, const struct lwnvme_queue *queue)
{
    return (controller == NULL ||
            (controller->polling == 0 && (controller->admin.hold & LWNVME_HOLD_POLL) == 0)) &&
           (queue == NULL || (queue->flags & LWNVME_QUEUE_SHARED) != 0 ||
            (queue->hold & LWNVME_HOLD_POLL) == 0);
}

#if !LWNVME_CONFIG_BOOT
/*
 * Inside a callback of another queue: a controller that is being recovered does not give back what that queue has before
 * the callback has returned, and so does not go on. Whether that has been so for `stuck` polls, which is counted here, and
 * so long that no callback on another CPU lasts.
 */
static bool lwnvme_sync_is_stuck(const struct lwnvme_controller *controller, uint32_t *stuck)
{
    if (controller->recovering == 0 || !lwnvme_is_in_callback(controller) ||
        (controller->state != LWNVME_STATE_STOP_RECLAIM && controller->state != LWNVME_STATE_RECLAIM))
        *stuck = 0;
    else
        ++*stuck;
    return *stuck >= LWNVME_SYNC_STUCK_POLLS;
}

/* Then what is waited for comes back, if it is not with the controller. */
static void lwnvme_sync_give_way(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t *stuck)
{
    if (lwnvme_sync_is_stuck(controller, stuck) && request->state == LWNVME_REQUEST_QUEUED)
        controller->recovery->hooks->withdraw(request);
}
#endif

/* Whether the blocking calls on a queue may go on. */
int lwnvme_sync_queue_check(const struct lwnvme_queue *queue)
{
    if (queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return lwnvme_sync_may_wait(queue->controller, queue) ? LWNVME_OK : LWNVME_ERR_IN_CALLBACK;
}

int lwnvme_sync_controller_check(const struct lwnvme_controller *controller)
{
    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return lwnvme_sync_may_wait(controller, NULL) ? LWNVME_OK : LWNVME_ERR_IN_CALLBACK;
}

/* One turn of a wait for the controller. */
static int lwnvme_sync_turn(struct lwnvme_controller *controller)
{
    int status = lwnvme_controller_poll(controller);

    if (controller->ops->relax != NULL)
        controller->ops->relax(controller->host);
    return status;
}

/* Bring-up, reset and shutdown never raise an interrupt that wait could end at: these spin. */
static int lwnvme_sync_settle(struct lwnvme_controller *controller, int status)
{
    if (status != LWNVME_OK)
        return status;
    while ((status = lwnvme_sync_turn(controller)) == LWNVME_PENDING)
        continue;
    return status;
}

int lwnvme_sync_controller_open(struct lwnvme_controller *controller,
                                const struct lwnvme_controller_config *config)
{
    int status = lwnvme_controller_open(controller, config);
    int closed;

    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_settle(controller, LWNVME_OK);
    if (status == LWNVME_OK)
        return status;
    closed = lwnvme_sync_controller_close(controller);
    return closed == LWNVME_ERR_MEMORY_KEPT ? closed : status;
}

int lwnvme_sync_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind)
{
    return lwnvme_sync_settle(controller, lwnvme_controller_shutdown(controller, kind));
}

#if !LWNVME_CONFIG_BOOT
int lwnvme_sync_controller_resume(struct lwnvme_controller *controller)
{
    return lwnvme_sync_settle(controller, lwnvme_controller_resume(controller));
}

int lwnvme_sync_controller_reset(struct lwnvme_controller *controller)
{
    return lwnvme_sync_settle(controller, lwnvme_controller_reset(controller));
}

#endif

int lwnvme_sync_controller_close(struct lwnvme_controller *controller)
{
    int status;

    while ((status = lwnvme_controller_close(controller)) == LWNVME_PENDING) {
        if (controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
    return status;
}

/* Polls until *status, which an admin callback sets, is no longer pending. */
static int lwnvme_sync_status(struct lwnvme_controller *controller, const int *status)
{
    while (*(const volatile int *)status == LWNVME_PENDING)
        (void)lwnvme_sync_turn(controller);
    return *status;
}

#if LWNVME_CONFIG_BOOT
static int lwnvme_sync_queue_made(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                  int status)
{
    if (status != LWNVME_OK)
        return status;
    (void)lwnvme_sync_status(controller, &queue->status);
    return lwnvme_queue_status(queue);
}
#else
/* A queue of which a recovery has cost an answer, and that cannot be made or deleted before the caller returns, is closed
 * then. */
static int lwnvme_sync_queue_settle(struct lwnvme_controller *controller, struct lwnvme_queue *queue)
{
    uint32_t stuck = 0;
    int status;

    while ((status = lwnvme_queue_status(queue)) == LWNVME_PENDING) {
        (void)lwnvme_sync_turn(controller);
        if (lwnvme_sync_is_stuck(controller, &stuck)) {
            if (queue->leaving == 0)
                queue->reason = LWNVME_ERR_RECOVERING;
            queue->leaving = 1;
            return LWNVME_ERR_RECOVERING;
        }
    }
    return status;
}

/* When the controller failed meanwhile the queue is closed as soon as that is safe. From inside a callback the
 * controller cannot be waited for; then the queue is closed with it. */
static void lwnvme_sync_queue_let_go(struct lwnvme_controller *controller, struct lwnvme_queue *queue)
{
    while (lwnvme_queue_discard(queue, LWNVME_PENDING) != LWNVME_OK &&
           lwnvme_sync_turn(controller) == LWNVME_PENDING) {
        if (controller->state == LWNVME_STATE_STOP_RECLAIM && lwnvme_is_in_callback(controller))
            return;
    }
    (void)lwnvme_queue_discard(queue, LWNVME_PENDING);
}

/* A queue whose creation has begun, or has been refused. */
static int lwnvme_sync_queue_made(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                  int status)
{
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_queue_settle(controller, queue);
    if (status != LWNVME_OK)
        lwnvme_sync_queue_let_go(controller, queue);
    return status;
}

#endif

int lwnvme_sync_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                             const struct lwnvme_queue_config *config)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_queue_create(controller, queue, config);
    return lwnvme_sync_queue_made(controller, queue, status);
}

#if !LWNVME_CONFIG_BOOT
int lwnvme_sync_queue_create_on(struct lwnvme_queue *cq, struct lwnvme_queue *queue,
                                const struct lwnvme_queue_config *config)
{
    int status = lwnvme_sync_queue_check(cq);

    if (status == LWNVME_OK)
        status = lwnvme_queue_create_on(cq, queue, config);
    return lwnvme_sync_queue_made(status == LWNVME_OK ? cq->controller : NULL, queue, status);
}

int lwnvme_sync_queue_delete(struct lwnvme_queue *queue)
{
    struct lwnvme_controller *controller = queue != NULL ? queue->controller : NULL;
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_queue_delete(queue);
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_queue_settle(controller, queue);
    return status == LWNVME_ERR_QUEUE_CLOSED ? LWNVME_OK : status;
}

int lwnvme_sync_namespace_enumerate(struct lwnvme_controller *controller, uint32_t after,
                                    struct lwnvme_namespace_list *list)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_enumerate(controller, after, list);
    return status != LWNVME_OK ? status : lwnvme_sync_status(controller, &list->status);
}

#endif

int lwnvme_sync_namespace_open(struct lwnvme_controller *controller, uint32_t nsid,
                               struct lwnvme_namespace *ns)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_open(controller, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_status(controller, &ns->status);
}

#if !LWNVME_CONFIG_BOOT
int lwnvme_sync_protection_open(struct lwnvme_controller *controller, uint32_t nsid,
                                struct lwnvme_namespace *ns, struct lwnvme_protection *protection)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_protection_open(controller, nsid, ns, protection);
    return status != LWNVME_OK ? status : lwnvme_sync_status(controller, &ns->status);
}

int lwnvme_sync_namespace_wait(const struct lwnvme_namespace *ns)
{
    int status = ns == NULL ? LWNVME_ERR_NULL_ARGUMENT : ns->status;

    if (status == LWNVME_PENDING)
        status = lwnvme_sync_controller_check(ns->controller);
    return status != LWNVME_OK ? status : lwnvme_sync_status(ns->controller, &ns->status);
}

#endif

/* The results are read after the state that says that they are there. */
static bool lwnvme_sync_is_active(const struct lwnvme_request *request)
{
    bool active = *(const volatile uint32_t *)&request->state != LWNVME_REQUEST_IDLE;

    LWNVME_BARRIER_AFTER_IDLE();
    return active;
}

#if LWNVME_CONFIG_BOOT
/* Waits for a request that has been accepted: there is no way back before it ends. */
static int lwnvme_sync_finish(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    struct lwnvme_controller *controller = queue->controller;
    uint32_t turns = 0;

    for (;;) {
        (void)lwnvme_queue_poll(queue, 0);
        if (!lwnvme_sync_is_active(request))
            return request->status;
        if (++turns % LWNVME_SYNC_TURNS_PER_CONTROLLER_POLL == 0)
            (void)lwnvme_controller_poll(controller);
        if (controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
}
#else
/* Waits for a request that has been accepted, and has been polled for: there is no way back before it ends. */
static LWNVME_NOINLINE int lwnvme_sync_finish_later(struct lwnvme_queue *queue,
                                                    struct lwnvme_request *request)
{
    const struct lwnvme_controller *controller = queue->controller;
    uint32_t turns = 0;
    uint32_t taken = 0;
    uint32_t stuck = 0;

    while (lwnvme_sync_is_active(request)) {
        taken = taken != 0 ? lwnvme_queue_poll(queue, 0) : lwnvme_sync_pause(queue);
        if ((++turns & (LWNVME_SYNC_TURNS_PER_CONTROLLER_POLL - 1u)) == 0 || controller->recovering != 0) {
            (void)lwnvme_controller_poll(queue->controller);
            lwnvme_sync_give_way(controller, request, &stuck);
        }
    }
    return request->status;
}

/* The same; often the first look finds that it has ended. */
static LWNVME_ALWAYS_INLINE int lwnvme_sync_finish_soon(struct lwnvme_queue *queue,
                                                        struct lwnvme_request *request)
{
    (void)lwnvme_queue_poll(queue, 0);
    if (LWNVME_LIKELY(!lwnvme_sync_is_active(request)))
        return request->status;
    return lwnvme_sync_finish_later(queue, request);
}

static int lwnvme_sync_finish(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    return lwnvme_sync_finish_soon(queue, request);
}
#endif

int lwnvme_sync_wait(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    int status;

    if (request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_sync_queue_check(queue);
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_sync_is_active(request))
        return request->status;
    if (request->queue != queue)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_sync_finish(queue, request);
}

int lwnvme_sync_admin_wait(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
#if !LWNVME_CONFIG_BOOT
    uint32_t stuck = 0;
#endif

    if (controller == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!lwnvme_sync_may_wait(controller, NULL))
        return LWNVME_ERR_IN_CALLBACK;
    if (lwnvme_sync_is_active(request) && request->queue != &controller->admin)
        return LWNVME_ERR_INVALID_ARGUMENT;
    while (lwnvme_sync_is_active(request)) {
        (void)lwnvme_controller_poll(controller);
#if !LWNVME_CONFIG_BOOT
        lwnvme_sync_give_way(controller, request, &stuck);
#endif
        if (lwnvme_sync_is_active(request) && controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
    return request->status;
}

/* A request of the caller's frame, as far as no submission sets it. */
static LWNVME_ALWAYS_INLINE void lwnvme_sync_request_set(struct lwnvme_request *request, uint32_t flags)
{
#if defined(__GNUC__)
    __builtin_memset(request, 0, offsetof(struct lwnvme_request, block_count));
#else
    memset(request, 0, offsetof(struct lwnvme_request, block_count));
#endif
    request->flags = flags;
}

#if LWNVME_CONFIG_BOOT
/* How a transfer is submitted. */
typedef int (*lwnvme_sync_submit)(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                  struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                                  const struct lwnvme_buffer *buffer);

/* One command after the other, each as long as it may be. All of it is refused, or none: the first look is at all. */
static LWNVME_ALWAYS_INLINE int lwnvme_sync_transfer(struct lwnvme_queue *queue,
                                                     const struct lwnvme_namespace *ns,
                                                     struct lwnvme_request *request, uint64_t lba,
                                                     uint32_t block_count, lwnvme_sync_submit submit)
{
    int status = lwnvme_sync_queue_check(queue);

    while (status == LWNVME_OK) {
        uint32_t blocks = block_count;

        status = submit(queue, ns, request, lba, blocks, &request->buffer);
        if (status == LWNVME_ERR_TRANSFER_SIZE) {
            blocks = ns->max_blocks;
            status = submit(queue, ns, request, lba, blocks, &request->buffer);
        }
        if (status == LWNVME_OK)
            status = lwnvme_sync_finish(queue, request);
        block_count -= blocks;
        if (block_count == 0)
            break;
        lba += blocks;
        request->buffer.address += (uint64_t)blocks * ns->block_bytes;
    }
    return status;
}

int lwnvme_sync_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                     uint32_t block_count, void *data, uint32_t flags)
{
    struct lwnvme_request request = {.flags = flags};

    request.buffer = lwnvme_buffer_cpu(data, SIZE_MAX);
    return lwnvme_sync_transfer(queue, ns, &request, lba, block_count, lwnvme_read);
}

int lwnvme_sync_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                      uint32_t block_count, const void *data, uint32_t flags)
{
    struct lwnvme_request request = {.flags = flags};

    request.buffer = lwnvme_buffer_cpu(data, SIZE_MAX);
    return lwnvme_sync_transfer(queue, ns, &request, lba, block_count, lwnvme_write);
}
#else
/* lwnvme_sync_queue_check, of which the ordinary case is no call. */
static LWNVME_ALWAYS_INLINE int lwnvme_sync_queue_look(const struct lwnvme_queue *queue)
{
    if (LWNVME_CONFIG_STRAIGHT != 0 && LWNVME_LIKELY(queue != NULL && lwnvme_queue_is_plain(queue)) &&
        LWNVME_LIKELY(queue->controller->polling == 0) &&
        LWNVME_LIKELY((queue->controller->admin.hold & LWNVME_HOLD_POLL) == 0))
        return LWNVME_OK;
    return lwnvme_sync_queue_check(queue);
}

int lwnvme_sync_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                     uint32_t block_count, void *data, uint32_t flags)
{
    struct lwnvme_buffer buffer = {.address = (uintptr_t)data, .length_bytes = SIZE_MAX};
    struct lwnvme_request request;
    int status = lwnvme_sync_queue_look(queue);

    lwnvme_sync_request_set(&request, flags);
    if (LWNVME_LIKELY(status == LWNVME_OK))
        status = lwnvme_read(queue, ns, &request, lba, block_count, &buffer);
    return status != LWNVME_OK ? status : lwnvme_sync_finish_soon(queue, &request);
}

int lwnvme_sync_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                      uint32_t block_count, const void *data, uint32_t flags)
{
    struct lwnvme_buffer buffer = {.address = (uintptr_t)data, .length_bytes = SIZE_MAX};
    struct lwnvme_request request;
    int status = lwnvme_sync_queue_look(queue);

    lwnvme_sync_request_set(&request, flags);
    if (LWNVME_LIKELY(status == LWNVME_OK))
        status = lwnvme_write(queue, ns, &request, lba, block_count, &buffer);
    return status != LWNVME_OK ? status : lwnvme_sync_finish_soon(queue, &request);
}

#endif

#if !LWNVME_CONFIG_BOOT
int lwnvme_sync_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                        uint32_t block_count, const void *data, uint32_t flags)
{
    struct lwnvme_buffer buffer = {.address = (uintptr_t)data, .length_bytes = SIZE_MAX};
    struct lwnvme_request request = {.flags = flags};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_compare(queue, ns, &request, lba, block_count, &buffer);
    return status != LWNVME_OK ? status : lwnvme_sync_finish(queue, &request);
}

#endif

int lwnvme_sync_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_flush(queue, ns, &request);
    return status != LWNVME_OK ? status : lwnvme_sync_finish(queue, &request);
}

#if !LWNVME_CONFIG_BOOT
int lwnvme_sync_write_zeroes(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                             uint32_t block_count, uint32_t flags)
{
    struct lwnvme_request request = {.flags = flags};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_write_zeroes(queue, ns, &request, lba, block_count);
    return status != LWNVME_OK ? status : lwnvme_sync_finish(queue, &request);
}

int lwnvme_sync_verify(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                       uint32_t block_count, uint32_t flags)
{
    struct lwnvme_request request = {.flags = flags};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_verify(queue, ns, &request, lba, block_count);
    return status != LWNVME_OK ? status : lwnvme_sync_finish(queue, &request);
}

int lwnvme_sync_dataset_management(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                   const struct lwnvme_dsm_range *ranges, uint32_t range_count,
                                   uint32_t attributes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_dataset_management(queue, ns, &request, ranges, range_count, attributes);
    return status != LWNVME_OK ? status : lwnvme_sync_finish(queue, &request);
}

int lwnvme_sync_trim(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                     uint32_t block_count)
{
    union {
        struct lwnvme_dsm_range range;
        uint64_t aligned[2];
    } memory;

    lwnvme_dsm_range_set(&memory.range, lba, block_count);
    return lwnvme_sync_dataset_management(queue, ns, &memory.range, 1, LWNVME_DSM_DEALLOCATE);
}

int lwnvme_sync_identify(struct lwnvme_controller *controller, uint8_t cns, uint32_t nsid, void *data)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify(controller, &request, cns, nsid, data);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_read(struct lwnvme_controller *controller, const struct lwnvme_log_select *select,
                         void *data, uint32_t length_bytes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_read(controller, &request, select, data, length_bytes);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_smart(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_smart_log *smart)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_smart(controller, &request, nsid, smart);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_error(struct lwnvme_controller *controller, uint32_t first, uint32_t entry_count,
                          struct lwnvme_error_log_entry *entries)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_error(controller, &request, first, entry_count, entries);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_feature_get(struct lwnvme_controller *controller, uint8_t fid, uint8_t select, uint32_t nsid,
                            uint32_t *value)
{
    struct lwnvme_request request = {.flags = 0};
    int status;

    if (value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_sync_controller_check(controller);
    if (status == LWNVME_OK)
        status = lwnvme_feature_get(controller, &request, fid, select, nsid);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK)
        *value = request.result_dw0;
    return status;
}

int lwnvme_sync_feature_set(struct lwnvme_controller *controller, uint8_t fid, uint32_t value, uint32_t nsid,
                            bool save)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_feature_set(controller, &request, fid, value, nsid, save);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

#endif

int lwnvme_sync_raw(struct lwnvme_queue *queue, const struct lwnvme_command *command,
                    const struct lwnvme_buffer *buffer, uint32_t *result_dw0)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_queue_check(queue);

    if (status == LWNVME_OK)
        status = lwnvme_raw(queue, &request, command, buffer);
    if (status == LWNVME_OK)
        status = lwnvme_sync_finish(queue, &request);
    if (result_dw0 != NULL)
        *result_dw0 = request.result_dw0;
    return status;
}

int lwnvme_sync_admin_raw(struct lwnvme_controller *controller, const struct lwnvme_command *command,
                          const struct lwnvme_buffer *buffer, uint32_t *result_dw0)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_admin_raw(controller, &request, command, buffer);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (result_dw0 != NULL)
        *result_dw0 = request.result_dw0;
    return status;
}

/* SPDX-License-Identifier: MIT */
/*
 * What recovery does with requests that are submitted while it is under way.
 *
 *     submitted --> FIFO of its queue --> gathered before namespaces are looked at --> FIFO again --> sent
 *                      | its deadline passes        | the recovery fails                | its namespace is another one
 *                      v                            v                                   v
 *              LWNVME_ERR_RECOVERING        LWNVME_ERR_NOT_STARTED             LWNVME_ERR_NS_CHANGED, ...
 *
 * One is let wait only if it would be kept when a reset finds it waiting: so whoever submits again in a callback of what a
 * reset gives back gets no endless loop. A flush is not: what it is about may be gone with the reset.
 *
 * lwnvme_recovery_await is in the queue owner's context, under the lock of a shared queue: owners of shared queues go on during a
 * recovery, those of others until they have been told of it (LWNVME_EVENT_STOPPING). All else is the controller owner's.
 */
#include "recovery_private.h"

#define LWNVME_AWAIT_LOOK_MS 4u /* deadlines are not looked at more often */

/* Whether the controller is being recovered, or will be by its owner's next poll. */
static bool lwnvme_is_under_way(const struct lwnvme_controller *controller)
{
    const int fail_status = LWNVME_GLANCE(controller->fail_status);

    if (LWNVME_GLANCE(controller->opened) == 0 || LWNVME_GLANCE(controller->goal) != LWNVME_GOAL_READY ||
        fail_status == LWNVME_ERR_GONE)
        return false;
    return LWNVME_GLANCE(controller->recovering) != 0 ||
           (LWNVME_GLANCE(controller->state) == LWNVME_STATE_READY && lwnvme_may_be_recovered(fail_status) &&
            !controller->recovery->policy.no_reset);
}

bool lwnvme_recovery_await(const struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_recovery *recovery = controller->recovery;

    if (queue->id == 0 || queue->leaving != 0 || !lwnvme_is_under_way(controller) ||
        recovery->policy.give_back_waiting || !lwnvme_repeat_outlives_reset(request))
        return false;
    request->again_ms =
        lwnvme_clock_ms(controller) + lwnvme_request_turns(queue, request) + LWNVME_CLOCK_SLACK_MS;
    request->awaits = true;
    LWNVME_COUNT(recovery->counts.awaited);
    return true;
}

/* Keeps what waits in a queue; what has failed already ends there. */
void lwnvme_recovery_gather(struct lwnvme_queue *queue)
{
    struct lwnvme_recovery *recovery = queue->controller->recovery;
    struct lwnvme_request *request;
    struct lwnvme_request *list;

    lwnvme_queue_lock(queue);
    list = queue->waiting_first;
    queue->waiting_first = NULL;
    queue->slow &= ~LWNVME_SLOW_WAITING;
    while ((request = list) != NULL) {
        list = request->next;
        if (request->error_block != LWNVME_NO_ERROR_BLOCK) {
            lwnvme_waiting_append(queue, request);
            continue;
        }
        request->status = LWNVME_ERR_NOT_STARTED;
        request->bytes_done = 0;
        lwnvme_recovery_take(recovery, request);
    }
    lwnvme_queue_unlock(queue);
}

/* Takes from a list of what is kept the first request that `ends` says. */
static struct lwnvme_request *
lwnvme_kept_take(struct lwnvme_request **first, struct lwnvme_request **last,
                 bool (*ends)(const struct lwnvme_request *request, const void *context), const void *context)
{
    struct lwnvme_request *before = NULL;
    struct lwnvme_request *request = *first;

    while (request != NULL && !ends(request, context)) {
        before = request;
        request = request->next;
    }
    if (request == NULL)
        return NULL;
    *(before == NULL ? first : &before->next) = request->next;
    if (*last == request)
        *last = before;
    return request;
}

static bool lwnvme_is_of(const struct lwnvme_request *request, const void *context)
{
    return request->queue == context;
}

/* A queue is being closed: from now on nothing is looked up in it. What is left in it has failed. */
void lwnvme_recovery_part(struct lwnvme_queue *queue)
{
    struct lwnvme_recovery *recovery = queue->controller->recovery;
    struct lwnvme_request *request;

    lwnvme_recovery_gather(queue);
    while ((request = lwnvme_kept_take(&recovery->fit_first, &recovery->fit_last, lwnvme_is_of, queue)) !=
               NULL ||
           (request = lwnvme_kept_take(&recovery->kept_first, &recovery->kept_last, lwnvme_is_of, queue)) !=
               NULL)
        lwnvme_kept_append(&recovery->orphans_first, &recovery->orphans_last, request);
}

/* Those come back. */
void lwnvme_recovery_give_back_orphans(struct lwnvme_recovery *recovery)
{
    struct lwnvme_request *request;

    while ((request = recovery->orphans_first) != NULL) {
        recovery->orphans_first = request->next;
        lwnvme_count_given_back(recovery, request);
        lwnvme_request_give_back(request);
    }
}

static bool lwnvme_is_over(const struct lwnvme_request *request, const void *context)
{
    return request->awaits && LWNVME_TIME_AFTER(*(const uint32_t *)context, request->again_ms);
}

static bool lwnvme_is_any(const struct lwnvme_request *request, const void *context)
{
    (void)request;
    (void)context;
    return true;
}

static bool lwnvme_is_it(const struct lwnvme_request *request, const void *context)
{
    return request == context;
}

/* Ends what waits in a queue and `ends` says; how many there were. A shared queue calls back when it is polled. */
static uint32_t lwnvme_await_end(struct lwnvme_queue *queue, int status,
                                 bool (*ends)(const struct lwnvme_request *request, const void *context),
                                 const void *context)
{
    uint32_t count = lwnvme_waiting_end(queue, status, ends, context);

    if ((queue->slow & LWNVME_SLOW_SHARED) != 0 && count != 0)
        (void)lwnvme_queue_poll(queue, 0);
    return count;
}

void lwnvme_recovery_look(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    uint32_t now_ms = lwnvme_clock_ms(controller);
    struct lwnvme_request *request;
    struct lwnvme_queue *queue;

    lwnvme_recovery_give_back_orphans(recovery);
    if (now_ms - recovery->looked_ms < LWNVME_AWAIT_LOOK_MS)
        return;
    recovery->looked_ms = now_ms;
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        recovery->counts.expired += lwnvme_await_end(queue, LWNVME_ERR_RECOVERING, lwnvme_is_over, &now_ms);
    while ((request = lwnvme_kept_take(&recovery->kept_first, &recovery->kept_last, lwnvme_is_over,
                                       &now_ms)) != NULL) {
        recovery->counts.expired++;
        request->status = LWNVME_ERR_RECOVERING;
        lwnvme_request_give_back(request);
    }
}

static uint64_t lwnvme_await_nearer(const struct lwnvme_request *request, uint64_t now_us,
                                    uint64_t nearest_us)
{
    for (; request != NULL; request = request->next) {
        if (request->awaits)
            nearest_us = lwnvme_moment_nearer(request->again_ms, now_us, nearest_us);
    }
    return nearest_us;
}

uint64_t lwnvme_recovery_due(const struct lwnvme_controller *controller, uint64_t now_us, uint64_t nearest_us)
{
    const struct lwnvme_queue *queue;

    nearest_us = lwnvme_await_nearer(controller->recovery->kept_first, now_us, nearest_us);
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_lock(queue);
        nearest_us = lwnvme_await_nearer(queue->waiting_first, now_us, nearest_us);
        lwnvme_queue_unlock(queue);
    }
    return nearest_us;
}

/* The recovery has failed: what waits in the queues comes back, and nothing is let wait any more. */
void lwnvme_recovery_await_no_more(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next)
        (void)lwnvme_await_end(queue, LWNVME_ERR_NOT_STARTED, lwnvme_is_any, NULL);
}

/* Its caller waits for it in a callback, without whose end the recovery does not go on. */
void lwnvme_recovery_withdraw(struct lwnvme_request *request)
{
    struct lwnvme_queue *queue = request->queue;
    struct lwnvme_recovery *recovery = queue->controller->recovery;

    if (lwnvme_kept_take(&recovery->kept_first, &recovery->kept_last, lwnvme_is_it, request) != NULL) {
        lwnvme_count_given_back(recovery, request);
        if (request->status == LWNVME_ERR_NOT_STARTED)
            request->status = LWNVME_ERR_RECOVERING;
        lwnvme_request_give_back(request);
    } else if (request->tries == 0) {
        (void)lwnvme_await_end(queue, LWNVME_ERR_RECOVERING, lwnvme_is_it, request);
    } else { /* the controller had it before; not once more */
        request->counted = UINT8_MAX;
        (void)lwnvme_await_end(queue, LWNVME_ERR_ABORTED, lwnvme_is_it, request);
    }
}

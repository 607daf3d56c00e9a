/* SPDX-License-Identifier: MIT */
/*
 * Repetitions, for requests that ask for them. What may be repeated, and how soon, is in core/repeat.c.
 *
 *     callback of the request --> worth repeating? --no--> callback of the caller
 *                ^                    | yes
 *                |                    v
 *         submitted again <-- list of the policy, until it is due
 *
 * A service of the controller looks at the list; it is told only while the controller is ready, so that a reset is
 * waited for without more ado. The request's flag keeps it off the straight path, whose requests do not know what they
 * are about. Queue and controller owner's context.
 */
#include <lwnvme/retry.h>

#include "../core/core.h"

#define LWNVME_RETRY_LIMIT        5u
#define LWNVME_RETRY_DELAY_CAP_MS 10000u
#define LWNVME_RETRY_PATIENCE_MS  60000u
#define LWNVME_RETRY_PAUSE_MS     10u

static bool lwnvme_is_idempotent(const struct lwnvme_request *request)
{
    return (request->flags & LWNVME_REQUEST_REPEAT) != 0 &&
           lwnvme_repeat_class(request) <= LWNVME_REQUEST_CLASS_WRITE;
}

static bool lwnvme_is_worth_it(const struct lwnvme_retry_policy *policy, const struct lwnvme_request *request)
{
    int status = request->status;

    if (status < 0)
        return policy->across_reset && lwnvme_repeat_outlives_reset(request) &&
               (status == LWNVME_ERR_ABORTED || status == LWNVME_ERR_NOT_STARTED ||
                status == LWNVME_ERR_TIMEOUT);
    return lwnvme_repeat_is_worth_it(status);
}

static uint32_t lwnvme_retry_delay_ms(const struct lwnvme_retry *retry,
                                      const struct lwnvme_controller *controller)
{
    return lwnvme_repeat_delay_ms(controller, retry->request.status, retry->repeated,
                                  lwnvme_or_default(retry->policy->delay_cap_ms, LWNVME_RETRY_DELAY_CAP_MS));
}

/* Whether one more try is within the bounds; counts it. */
static bool lwnvme_retry_may(struct lwnvme_retry *retry, uint64_t now_us)
{
    const struct lwnvme_retry_policy *policy = retry->policy;

    if (lwnvme_status_class(retry->request.status) == LWNVME_CLASS_NOT_READY)
        return now_us - retry->since_us <
               lwnvme_or_default(policy->patience_ms, LWNVME_RETRY_PATIENCE_MS) * 1000ull;
    return ++retry->counted <= lwnvme_or_default(policy->limit, LWNVME_RETRY_LIMIT);
}

static void lwnvme_retry_end(struct lwnvme_retry *retry)
{
    retry->repeating = false;
    retry->request.state = LWNVME_REQUEST_IDLE;
    if (retry->ended != NULL)
        retry->ended(retry);
}

/* When the list wants to be looked at. */
static LWNVME_NOINLINE void lwnvme_retry_schedule(struct lwnvme_retry_policy *policy)
{
    const struct lwnvme_retry *retry;

    policy->service.due_us = UINT64_MAX;
    for (retry = policy->waiting; retry != NULL; retry = retry->next) {
        if (retry->due_us < policy->service.due_us)
            policy->service.due_us = retry->due_us;
    }
}

static void lwnvme_retry_wait(struct lwnvme_retry *retry, uint64_t due_us)
{
    struct lwnvme_retry_policy *policy = retry->policy;

    retry->request.state = LWNVME_REQUEST_QUEUED;
    retry->due_us = due_us;
    lwnvme_queue_lock(policy->queue);
    retry->next = policy->waiting;
    policy->waiting = retry;
    lwnvme_retry_schedule(policy);
    lwnvme_queue_unlock(policy->queue);
}

static void lwnvme_retry_done(struct lwnvme_request *request)
{
    struct lwnvme_retry *retry = (struct lwnvme_retry *)request->context;
    struct lwnvme_retry_policy *policy = retry->policy;
    const struct lwnvme_controller *controller = policy->service.controller;
    uint64_t now_us;

    if (!retry->repeating) {
        retry->repeated = 0;
        retry->counted = 0;
    }
    if (request->status == LWNVME_OK || controller == NULL || !lwnvme_is_idempotent(request) ||
        !lwnvme_is_worth_it(policy, request)) {
        lwnvme_retry_end(retry);
        return;
    }
    now_us = lwnvme_now_us(controller);
    if (!retry->repeating)
        retry->since_us = now_us;
    if (lwnvme_retry_may(retry, now_us))
        lwnvme_retry_wait(retry, now_us + lwnvme_retry_delay_ms(retry, controller) * 1000ull);
    else
        lwnvme_retry_end(retry);
}

/*
 * None is due yet. Where the clock has been set back none waits longer than the longest pause, and where it stands still not
 * for ever: the core looks for that only while commands are under way.
 */
static void lwnvme_retry_watch(struct lwnvme_retry_policy *policy, uint64_t now_us)
{
    uint64_t most_us = lwnvme_or_default(policy->delay_cap_ms, LWNVME_RETRY_DELAY_CAP_MS) * 1000ull;
    struct lwnvme_retry *retry;

    for (retry = policy->waiting; retry != NULL; retry = retry->next) {
        if (retry->due_us - now_us > most_us)
            retry->due_us = now_us + most_us;
    }
    if (now_us != policy->seen_us)
        policy->stuck_polls = 0;
    else if (++policy->stuck_polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        lwnvme_controller_fail(policy->service.controller, LWNVME_ERR_CLOCK_STOPPED);
    policy->seen_us = now_us;
}

/* Takes one that is due off the list; all of them with `now_us` UINT64_MAX. */
static struct lwnvme_retry *lwnvme_retry_take(struct lwnvme_retry_policy *policy, uint64_t now_us)
{
    struct lwnvme_retry **link = &policy->waiting;
    struct lwnvme_retry *retry;

    lwnvme_queue_lock(policy->queue);
    while ((retry = *link) != NULL && retry->due_us > now_us)
        link = &retry->next;
    if (retry != NULL)
        *link = retry->next;
    else if (policy->waiting != NULL)
        lwnvme_retry_watch(policy, now_us);
    lwnvme_retry_schedule(policy);
    lwnvme_queue_unlock(policy->queue);
    return retry;
}

/* A queue that takes nothing now, or a namespace that must not be touched, may do so in a moment. */
static void lwnvme_retry_again(struct lwnvme_retry *retry, uint64_t now_us)
{
    struct lwnvme_request *request = &retry->request;
    const struct lwnvme_namespace *ns = request->ns;
    int status = ns->status;

    request->state = LWNVME_REQUEST_IDLE;
    retry->repeating = true;
    if (status == LWNVME_OK && ns->incarnation != request->queue->incarnation)
        status = LWNVME_ERR_NAMESPACE_CLOSED;
    if (status == LWNVME_OK)
        status = lwnvme_submit_by(request->queue, request, request->issue);
    if (status == LWNVME_OK) {
        retry->repeated++;
        retry->policy->repeated++;
    } else if (lwnvme_status_retryable(status) &&
               now_us - retry->since_us <
                   lwnvme_or_default(retry->policy->patience_ms, LWNVME_RETRY_PATIENCE_MS) * 1000ull) {
        lwnvme_retry_wait(retry, now_us + LWNVME_RETRY_PAUSE_MS * 1000u);
    } else {
        lwnvme_retry_end(retry);
    }
}

void lwnvme_retry_poll(struct lwnvme_retry_policy *policy)
{
    struct lwnvme_retry *retry;
    uint64_t now_us;
    uint32_t bound;

    if (policy == NULL || policy->service.controller == NULL || policy->waiting == NULL)
        return;
    now_us = lwnvme_now_us(policy->service.controller);
    for (bound = policy->queue->entries; bound != 0; bound--) {
        retry = lwnvme_retry_take(policy, now_us);
        if (retry == NULL)
            return;
        lwnvme_retry_again(retry, now_us);
    }
}

static struct lwnvme_retry_policy *lwnvme_retry_policy_of(struct lwnvme_service *service)
{
    return (struct lwnvme_retry_policy *)(void *)((uint8_t *)service -
                                                  offsetof(struct lwnvme_retry_policy, service));
}

static void lwnvme_retry_work(struct lwnvme_service *service)
{
    lwnvme_retry_poll(lwnvme_retry_policy_of(service));
}

static void lwnvme_retry_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    if (occasion == LWNVME_OCCASION_CLOSE)
        lwnvme_retry_close(lwnvme_retry_policy_of(service));
}

int lwnvme_retry_open(struct lwnvme_retry_policy *policy, struct lwnvme_queue *queue)
{
    if (policy == NULL || queue == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (policy->service.controller != NULL)
        return LWNVME_ERR_BUSY;
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    policy->queue = queue;
    policy->waiting = NULL;
    policy->stuck_polls = 0;
    policy->service.due_us = UINT64_MAX;
    policy->service.work = lwnvme_retry_work;
    policy->service.tell = lwnvme_retry_told;
    lwnvme_service_add(queue->controller, &policy->service);
    return LWNVME_OK;
}

void lwnvme_retry_close(struct lwnvme_retry_policy *policy)
{
    struct lwnvme_retry *retry;

    if (policy == NULL || policy->service.controller == NULL)
        return;
    lwnvme_service_remove(&policy->service); /* from here on nothing is put on the list */
    while ((retry = lwnvme_retry_take(policy, UINT64_MAX)) != NULL)
        lwnvme_retry_end(retry);
}

void lwnvme_retry_init(struct lwnvme_retry *retry, struct lwnvme_retry_policy *policy,
                       void (*done)(struct lwnvme_retry *retry))
{
    retry->request.done = lwnvme_retry_done;
    retry->request.context = retry;
    retry->request.flags |= LWNVME_REQUEST_REPEAT;
    retry->policy = policy;
    retry->ended = done;
    retry->repeated = 0;
    retry->repeating = false;
}

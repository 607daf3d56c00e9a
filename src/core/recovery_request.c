/* SPDX-License-Identifier: MIT */
/*
 * What recovery does with requests that end without success.
 *
 *     ended --> no answer, on the way to a reset: kept ---> verified (recovery_verify.c) --> FIFO of its queue
 *           --> a status that may pass:           rests in its queue, until it is due ----> FIFO of its queue
 *           --> neither, or not safe, or too often, or for too long --> called back
 *
 * What rests is its queue's, and put in the FIFO in a poll of it; what is kept is the recovery's, between a reset and the
 * next ready state, when owners of queues hold still. So requests are only touched by whoever owns their queue. The
 * controller no longer knows of a request that gets here: its buffer could as well be given back.
 */
#include "recovery_private.h"

#define LWNVME_RECOVERY_TRIES        5u
#define LWNVME_RECOVERY_ADMIN_TRIES  1u /* one that is never answered costs a reset each time */
#define LWNVME_RECOVERY_TOTAL_MS     120000u
#define LWNVME_RECOVERY_DELAY_CAP_MS 10000u
#define LWNVME_RECOVERY_PATIENCE_MS  60000u
#define LWNVME_REST_PAUSE_MS         10u

/* A straight request becomes one that knows what it is about: its command, as it stands in the ring, unless that makes no
 * sense. Its buffer is in one piece for the controller, and stays mapped: otherwise it would not have been on the straight
 * path. */
static void lwnvme_recall_one(struct lwnvme_slot *slot, const uint32_t *sqe)
{
    struct lwnvme_request *request = slot->request;
    struct lwnvme_command *command = &request->command;
    uint64_t lba = lwnvme_order32(sqe[10]) | (uint64_t)lwnvme_order32(sqe[11]) << 32;
    uint32_t blocks = lwnvme_order32(sqe[12]) + 1u;

    if ((uint64_t)blocks * request->ns->block_bytes != request->bytes_done ||
        blocks > request->ns->block_count || lba > request->ns->block_count - blocks)
        return;
    slot->key.part.plain = 1;
    slot->first_block = 0;
    memset(command, 0, sizeof(*command));
    command->opcode = lwnvme_order32(sqe[0]) & 0xffu;
    command->nsid = request->ns->nsid;
    request->state = LWNVME_REQUEST_ISSUED;
    request->internal_done = NULL;
    request->issue = NULL; /* the ordinary way */
    request->mapping = 0;
    request->lba = lba;
    request->block_count = blocks;
    request->data_bytes = request->ns->block_bytes;
    request->buffer = lwnvme_buffer_device(lwnvme_order32(sqe[6]) | (uint64_t)lwnvme_order32(sqe[7]) << 32,
                                           (size_t)request->bytes_done);
    request->blocks_issued = blocks;
    request->error_block = LWNVME_NO_ERROR_BLOCK;
    request->pieces_outstanding = 1;
    request->tries = 0;
    request->late = false;
    request->awaits = false;
    request->unsent = 0;
}

/*
 * Straight requests find in the ring what they are about, the newest command first: of two with the same identifier the
 * older one has ended. Done once a lap, before anything in the ring is written over, and when it is asked for.
 */
void lwnvme_recovery_recall(struct lwnvme_queue *queue, struct lwnvme_slot *slot)
{
    const uint32_t *sqe = queue->sq_next;
    uint32_t left = queue->entries;
    struct lwnvme_slot *found;
    uint32_t cid;

    if (slot == NULL)
        queue->slow &= ~LWNVME_SLOW_RECALL;
    else if (slot->request->state != LWNVME_REQUEST_STRAIGHT)
        return;
    while (left-- != 0) {
        sqe = (sqe == queue->sq ? queue->sq_end : sqe) - LWNVME_SQE_DWORDS;
        cid = lwnvme_order32(sqe[0]) >> 16;
        found = &queue->slots[cid & queue->slot_mask];
        if (found->request == NULL || found->key.part.cid != cid ||
            found->request->state != LWNVME_REQUEST_STRAIGHT || (slot != NULL && found != slot))
            continue;
        lwnvme_recall_one(found, sqe);
        if (slot != NULL)
            return;
    }
}

void lwnvme_kept_append(struct lwnvme_request **first, struct lwnvme_request **last,
                        struct lwnvme_request *request)
{
    request->state = LWNVME_REQUEST_QUEUED;
    lwnvme_list_append(first, last, request);
}

void lwnvme_recovery_take(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    lwnvme_kept_append(&recovery->kept_first, &recovery->kept_last, request);
}

/* Whether a request is kept over the reset that its controller is in. */
static bool lwnvme_is_resetting(const struct lwnvme_request *request)
{
    const struct lwnvme_controller *controller = request->queue->controller;

    return LWNVME_GLANCE(controller->recovering) != 0 &&
           LWNVME_GLANCE(controller->goal) == LWNVME_GOAL_READY && lwnvme_repeat_outlives_reset(request);
}

uint32_t lwnvme_clock_ms(const struct lwnvme_controller *controller)
{
    return (uint32_t)(lwnvme_now_us(controller) >> 10);
}

/* The policy of a request that may be issued again, or NULL. */
static const struct lwnvme_recovery_class *lwnvme_again_class(const struct lwnvme_recovery *recovery,
                                                              const struct lwnvme_request *request)
{
    enum lwnvme_request_class class = lwnvme_repeat_class(request);

    if (class == LWNVME_REQUEST_CLASS_ONCE ||
        recovery->policy.classes[class].action == LWNVME_RECOVERY_GIVE_BACK)
        return NULL;
    return &recovery->policy.classes[class];
}

static LWNVME_NOINLINE bool lwnvme_is_within(struct lwnvme_request *request, uint32_t now_ms,
                                             uint32_t limit_ms)
{
    if (request->tries == 0) {
        request->since_ms = now_ms;
        request->counted = 0;
    }
    return now_ms - request->since_ms < lwnvme_timeout_turns(limit_ms);
}

static void lwnvme_tries_count(struct lwnvme_request *request)
{
    if (request->tries < UINT8_MAX)
        request->tries++;
}

/* Whether a request may be issued once more; counts it. */
static bool lwnvme_again_may(const struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    const struct lwnvme_recovery_class *class = lwnvme_again_class(recovery, request);
    uint32_t now_ms = lwnvme_clock_ms(request->queue->controller);
    uint32_t tries;

    if (class == NULL ||
        !lwnvme_is_within(request, now_ms, lwnvme_or_default(class->total_ms, LWNVME_RECOVERY_TOTAL_MS)))
        return false;
    tries = lwnvme_or_default(class->tries,
                              request->queue->id == 0 ? LWNVME_RECOVERY_ADMIN_TRIES : LWNVME_RECOVERY_TRIES);
    if (request->counted >= (tries < UINT8_MAX ? tries : UINT8_MAX))
        return false;
    request->counted++;
    lwnvme_tries_count(request);
    return true;
}

/* The same for a status that says that something takes its time: bounded by that, not by count. */
static bool lwnvme_again_may_wait(const struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    uint32_t patience_ms = lwnvme_or_default(recovery->policy.patience_ms, LWNVME_RECOVERY_PATIENCE_MS);

    if (lwnvme_again_class(recovery, request) == NULL ||
        !lwnvme_is_within(request, lwnvme_clock_ms(request->queue->controller), patience_ms))
        return false;
    lwnvme_tries_count(request);
    return true;
}

static void lwnvme_rest(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t due_ms)
{
    if (queue->resting == NULL || !LWNVME_TIME_AFTER(due_ms, queue->resting_due_ms))
        LWNVME_SHOW(queue->resting_due_ms, due_ms);
    request->state = LWNVME_REQUEST_QUEUED;
    request->again_ms = due_ms;
    request->next = queue->resting;
    LWNVME_SHOW(queue->resting, request);
    queue->slow |= LWNVME_SLOW_LOOK;
}

/* Nothing rests, and nothing is late: the queue may be as fast again as it was. */
void lwnvme_recovery_slow_end(struct lwnvme_queue *queue)
{
    if (queue->resting == NULL && queue->late == 0)
        queue->slow &= ~LWNVME_SLOW_LOOK;
}

void lwnvme_count_given_back(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    LWNVME_COUNT(recovery->counts.given_back);
    if (request->late)
        request->status = LWNVME_ERR_TIMEOUT;
    else if (request->status == LWNVME_ERR_NOT_STARTED && request->tries != 0)
        request->status = LWNVME_ERR_ABORTED; /* this time it was not; but before */
}

/* What still waited for room in its queue: any request may be sent that never was. */
static bool lwnvme_keep_waiting(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    if (!lwnvme_is_resetting(request))
        return false;
    if (recovery->policy.give_back_waiting) {
        LWNVME_COUNT(recovery->counts.given_back);
        return false;
    }
    lwnvme_recovery_take(recovery, request);
    return true;
}

/* What the controller had when it was stopped. */
static bool lwnvme_keep_unanswered(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    if (lwnvme_is_resetting(request) && lwnvme_again_may(recovery, request)) {
        lwnvme_recovery_take(recovery, request);
        return true;
    }
    lwnvme_count_given_back(recovery, request);
    return false;
}

/* An admin command: of the caller's, without effects, and without an answer. What waits for room comes back. A page of the
 * controller's is free again with all others as soon as everything has been given back. */
static bool lwnvme_keep_admin(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    return request->repeat == LWNVME_REPEAT_MAY && lwnvme_repeat_has_no_effect(&request->command) &&
           (request->status == LWNVME_ERR_ABORTED || request->status == LWNVME_ERR_TIMEOUT) &&
           lwnvme_keep_unanswered(recovery, request);
}

static bool lwnvme_keep_answered(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    const struct lwnvme_controller *controller = request->queue->controller;
    int status = request->status;
    uint32_t delay_ms = 0;
    bool may;

    if (request->late && lwnvme_status_code(status) == LWNVME_SC_COMMAND_ABORT_REQUESTED) {
        may = lwnvme_again_may(recovery, request);
        if (!may)
            lwnvme_count_given_back(recovery, request);
    } else if ((request->flags & LWNVME_REQUEST_REPEAT) != 0 || !lwnvme_repeat_is_worth_it(status)) {
        return false;
    } else {
        may = lwnvme_status_class(status) == LWNVME_CLASS_NOT_READY ? lwnvme_again_may_wait(recovery, request)
                                                                    : lwnvme_again_may(recovery, request);
        delay_ms = lwnvme_repeat_delay_ms(
            controller, status, request->tries - 1u,
            lwnvme_or_default(recovery->policy.delay_cap_ms, LWNVME_RECOVERY_DELAY_CAP_MS));
    }
    if (!may || LWNVME_GLANCE(controller->goal) != LWNVME_GOAL_READY)
        return false;
    if ((request->queue->slow & LWNVME_SLOW_STOPPED) == 0)
        lwnvme_rest(request->queue, request, lwnvme_clock_ms(controller) + lwnvme_timeout_turns(delay_ms));
    else if (lwnvme_is_resetting(request))
        lwnvme_recovery_take(recovery, request);
    else
        return false;
    return true;
}

/* A request has ended without success. Queue owner's context, under the lock of a shared one. */
bool lwnvme_recovery_keep(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    struct lwnvme_recovery *recovery = queue->controller->recovery;

    if (queue->id == 0)
        return lwnvme_keep_admin(recovery, request);
    if (request->status > 0)
        return lwnvme_keep_answered(recovery, request);
    if (request->status == LWNVME_ERR_NOT_STARTED && request->tries == 0)
        return lwnvme_keep_waiting(recovery, request);
    if (request->status == LWNVME_ERR_NOT_STARTED || request->status == LWNVME_ERR_ABORTED ||
        request->status == LWNVME_ERR_TIMEOUT)
        return lwnvme_keep_unanswered(recovery, request);
    return false;
}

/* Goes to the FIFO, to be sent, or to be ended there with `status`, in the queue's next poll. */
static void lwnvme_rest_end(struct lwnvme_queue *queue, struct lwnvme_request *request, int status)
{
    if (status == LWNVME_OK) {
        LWNVME_COUNT(queue->controller->recovery->counts.again);
        lwnvme_request_restart(request);
    } else {
        request->status = status;
    }
    lwnvme_waiting_append(queue, request);
}

/* A namespace that must not be touched now may be there in a moment. */
static void lwnvme_rest_is_over(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t now_ms)
{
    const struct lwnvme_recovery *recovery = queue->controller->recovery;
    int status = request->ns->status;

    if (status == LWNVME_OK && request->ns->incarnation != queue->incarnation)
        status = LWNVME_ERR_NAMESPACE_CLOSED;
    if (status != LWNVME_OK && lwnvme_status_retryable(status) && lwnvme_again_may_wait(recovery, request))
        lwnvme_rest(queue, request, now_ms + LWNVME_REST_PAUSE_MS);
    else
        lwnvme_rest_end(queue, request, status);
}

/* The requests that rest in a queue: those whose time has come go to the FIFO, all when it has been stopped leave. */
void lwnvme_recovery_wake(struct lwnvme_queue *queue, bool stopped)
{
    struct lwnvme_recovery *recovery = queue->controller->recovery;
    uint32_t now_ms = lwnvme_clock_ms(queue->controller);
    struct lwnvme_request *list = queue->resting;
    struct lwnvme_request *request;

    LWNVME_SHOW(queue->resting, NULL);
    while ((request = list) != NULL) {
        list = request->next;
        if (!stopped && LWNVME_GLANCE(queue->controller->goal) != LWNVME_GOAL_READY)
            lwnvme_rest_end(queue, request, request->status); /* a shutdown waits for nothing that rests */
        else if (!stopped && LWNVME_TIME_AFTER(now_ms, request->again_ms))
            lwnvme_rest_is_over(queue, request, now_ms);
        else if (!stopped)
            lwnvme_rest(queue, request, request->again_ms);
        else if (lwnvme_is_resetting(request))
            lwnvme_recovery_take(recovery, request);
        else
            lwnvme_request_end(queue, request); /* with the status that it had */
    }
    lwnvme_recovery_slow_end(queue);
}

/* Whatever rests in a queue comes back in its next poll: the recovery is being stopped. */
void lwnvme_recovery_rest_no_more(struct lwnvme_queue *queue)
{
    struct lwnvme_request *request;

    while ((request = queue->resting) != NULL) {
        queue->resting = request->next;
        lwnvme_rest_end(queue, request, request->status);
    }
}

/* It is not issued again: its namespace is another one, or has no such blocks. */
void lwnvme_recovery_refuse(struct lwnvme_recovery *recovery, struct lwnvme_request *request, int status)
{
    LWNVME_COUNT(recovery->counts.refused);
    LWNVME_COUNT(recovery->counts.given_back);
    request->status = status;
    request->bytes_done = 0;
    lwnvme_request_give_back(request);
}

/* There will be no other try: what has been kept comes back, each with the status that it had. */
void lwnvme_recovery_give_back_all(struct lwnvme_recovery *recovery)
{
    struct lwnvme_request *request;

    lwnvme_recovery_give_back_orphans(recovery);
    while ((request = recovery->fit_first) != NULL) {
        recovery->fit_first = request->next;
        lwnvme_recovery_take(recovery, request);
    }
    while ((request = recovery->kept_first) != NULL) {
        recovery->kept_first = request->next;
        lwnvme_count_given_back(recovery, request);
        lwnvme_request_give_back(request);
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * I/O queues held still: they take requests, which wait in their FIFO, and send none. For admin commands that
 * must not meet I/O (format, sanitize, firmware activation), and for times in which the controller carries
 * nothing out (CSTS.PP).
 *
 *     hold --> still: nothing in flight --> the admin command --> fail what no longer fits --> let go
 *
 * Controller owner's context. The queues' owners go on polling; a queue without a lock must have the same
 * owner, or one that holds still while it is held and let go.
 */
#include "core.h"

void lwnvme_queues_hold(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if ((queue->slow & LWNVME_SLOW_HELD) == 0)
            lwnvme_queue_slow_set(queue, LWNVME_SLOW_HELD);
    }
}

/* What waits is sent by the next poll of its queue. */
void lwnvme_queues_let_go(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_lock(queue);
        queue->slow &= ~LWNVME_SLOW_HELD;
        lwnvme_queue_unlock(queue);
    }
}

/* A service has the queues held: those that were made since it did so last, too. */
void lwnvme_service_hold(struct lwnvme_service *service)
{
    service->holding = true;
    lwnvme_queues_hold(service->controller);
}

/* They stay held for as long as another service needs it. A reset lets go of them for all: who still needs it when the controller
 * is ready again holds them once more, and who does not says so. */
void lwnvme_service_let_go(struct lwnvme_service *service)
{
    const struct lwnvme_service *other;

    service->holding = false;
    for (other = service->controller->services; other != NULL; other = other->next) {
        if (other->holding)
            return;
    }
    lwnvme_queues_let_go(service->controller);
}

/* Whether no I/O command is with the controller. */
bool lwnvme_queues_are_still(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_in_flight(queue) != 0)
            return false;
    }
    return true;
}

/* Ends the requests in one queue's FIFO of which `ends` says so and no command is with the controller; the others stay in
 * their order. Bounded by what waits now, since callbacks may submit more. Returns how many have ended. */
uint32_t lwnvme_waiting_end(struct lwnvme_queue *queue, int status,
                            bool (*ends)(const struct lwnvme_request *request, const void *context),
                            const void *context)
{
    struct lwnvme_request *request;
    struct lwnvme_request *ended = NULL;
    struct lwnvme_request **ended_link = &ended;
    struct lwnvme_request *kept = NULL;
    struct lwnvme_request **kept_link = &kept;
    uint32_t count = 0;
    uint8_t polled;

    lwnvme_queue_lock(queue);
    for (request = queue->waiting_first; request != NULL; request = request->next) {
        if (request->pieces_outstanding == 0 && ends(request, context)) {
            *ended_link = request;
            ended_link = &request->next;
            count++;
        } else {
            *kept_link = request;
            kept_link = &request->next;
            queue->waiting_last = request;
        }
    }
    *ended_link = NULL;
    *kept_link = NULL;
    queue->waiting_first = kept;
    if (kept == NULL)
        queue->slow &= ~LWNVME_SLOW_WAITING;
    /* Callbacks of a queue without a lock are made in here; it may be in one of its own already. */
    polled = queue->hold & LWNVME_HOLD_POLL;
    queue->hold |= LWNVME_HOLD_POLL;
    while ((request = ended) != NULL) {
        ended = request->next;
        request->state = LWNVME_REQUEST_ISSUED;
        if (request->error_block > request->blocks_issued) {
            request->error_block = request->blocks_issued;
            request->status = status;
        }
        lwnvme_request_end(queue, request);
    }
    queue->hold = (queue->hold & ~LWNVME_HOLD_POLL) | polled;
    lwnvme_sq_catch_up(queue);
    lwnvme_queue_unlock(queue);
    return count;
}

static bool lwnvme_is_for(const struct lwnvme_request *request, const void *context)
{
    uint32_t nsid = *(const uint32_t *)context;

    return nsid == LWNVME_NSID_ALL || request->command.nsid == nsid;
}

/* Of one whose commands are still with the controller, no more is sent: nothing that was made for the namespace as it was.
 * Only the first one can be such. */
static void lwnvme_rest_fail(struct lwnvme_queue *queue, uint32_t nsid, int status)
{
    struct lwnvme_request *request;

    lwnvme_queue_lock(queue);
    request = queue->waiting_first;
    if (request != NULL && request->pieces_outstanding != 0 && lwnvme_is_for(request, &nsid) &&
        request->error_block == LWNVME_NO_ERROR_BLOCK) {
        request->error_block = 0;
        request->status = status;
    }
    lwnvme_queue_unlock(queue);
}

/* Ends the requests that wait for a namespace (LWNVME_NSID_ALL: for any) on the queues: at once, or with the last of their
 * commands. */
void lwnvme_waiting_fail(struct lwnvme_controller *controller, uint32_t nsid, int status)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_rest_fail(queue, nsid, status);
        (void)lwnvme_waiting_end(queue, status, lwnvme_is_for, &nsid);
    }
}

static void lwnvme_deadlines_extend_one(struct lwnvme_queue *queue, uint32_t more_ms)
{
    uint32_t index;

    lwnvme_queue_lock(queue);
    for (index = 0; index + 1u < queue->entries; index++)
        queue->slots[index].deadline_ms += lwnvme_timeout_turns(more_ms);
    lwnvme_queue_unlock(queue);
}

/* The controller answers nothing for a while: every command that it has, admin or I/O, gets so much more time. */
void lwnvme_deadlines_extend(struct lwnvme_controller *controller, uint32_t more_ms)
{
    struct lwnvme_queue *queue;

    if (controller->admin.slots != NULL)
        lwnvme_deadlines_extend_one(&controller->admin, more_ms);
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        lwnvme_deadlines_extend_one(queue, more_ms);
}

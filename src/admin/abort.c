/* SPDX-License-Identifier: MIT */
/*
 * Abort: asks for commands that are with the controller to be given back.
 *
 * A victim is known by its request; the slots that it has in its queue say under which identifiers the controller
 * knows it. A split request has several: they are aborted one after the other, each in the callback of the one before,
 * lowest slot first, so that one request of the caller's has one Abort command under way. Aborts are limited by ACL;
 * how many there are is counted in the admin queue itself, raw ones included.
 *
 * Controller owner's context. While it runs, the request's private members say where it is: internal_context the
 * victim, copy its queue (NULL: no pieces are left), copy_bytes the next slot to look at, page whether a piece was not
 * aborted.
 */
#include <lwnvme/abort.h>

#include "../core/core.h"

/*
 * The first slot from `from` on that a request has, and in *next where to go on: at its next slot, or nowhere. That
 * matters, since a victim that has ended may be in use again by then. NULL: it has none.
 */
static const struct lwnvme_slot *lwnvme_abort_find(const struct lwnvme_queue *queue,
                                                   const struct lwnvme_request *victim, uint32_t from,
                                                   uint32_t *next)
{
    const struct lwnvme_slot *found = NULL;
    uint32_t index;

    for (index = from; index + 1u < queue->entries; index++) {
        if (queue->slots[index].request != victim)
            continue;
        if (found != NULL)
            break;
        found = &queue->slots[index];
    }
    *next = index;
    return found;
}

/* What is left of a split request is not sent any more. Only if its command is the one that was found. */
static void lwnvme_abort_the_rest(const struct lwnvme_queue *queue, const struct lwnvme_slot *slot,
                                  uint32_t cid)
{
    struct lwnvme_request *victim;

    lwnvme_queue_lock(queue);
    victim = slot->request;
    if (victim != NULL && slot->key.part.cid == cid && victim->state == LWNVME_REQUEST_QUEUED &&
        victim->error_block == LWNVME_NO_ERROR_BLOCK) {
        victim->error_block = victim->blocks_issued;
        victim->status = LWNVME_ERR_CANCELLED;
    }
    lwnvme_queue_unlock(queue);
}

static void lwnvme_abort_done(struct lwnvme_request *request);

/* Aborts the next piece. LWNVME_ERR_NOT_IN_FLIGHT: there is none. */
static int lwnvme_abort_next(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    const struct lwnvme_queue *queue = (const struct lwnvme_queue *)request->copy;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_ABORT};
    const struct lwnvme_slot *slot;
    uint32_t cid = 0;
    int status;

    if (queue == NULL)
        return LWNVME_ERR_NOT_IN_FLIGHT;
    if (lwnvme_aborts_under_way(&controller->admin) >= controller->info.acl)
        return LWNVME_ERR_ABORT_LIMIT;
    lwnvme_queue_lock(queue);
    slot = lwnvme_abort_find(queue, (const struct lwnvme_request *)request->internal_context,
                             request->copy_bytes, &request->copy_bytes);
    if (slot != NULL)
        cid = slot->key.part.cid;
    lwnvme_queue_unlock(queue);
    if (slot == NULL)
        return LWNVME_ERR_NOT_IN_FLIGHT;
    if (request->copy_bytes + 1u >= queue->entries)
        request->copy = NULL; /* the last piece: the queue may be gone when this ends */
    command.cdw10 = lwnvme_field_put(queue->id, LWNVME_ABORT_SQID) | lwnvme_field_put(cid, LWNVME_ABORT_CID);
    request->internal_done = lwnvme_abort_done;
    status = lwnvme_submit_raw(&controller->admin, request, &command, NULL);
    if (status == LWNVME_OK)
        lwnvme_abort_the_rest(queue, slot, cid);
    return status;
}

static void lwnvme_abort_done(struct lwnvme_request *request)
{
    struct lwnvme_controller *controller = request->queue->controller;
    int status;

    if (request->status == LWNVME_OK) {
        request->page |= lwnvme_field_get(request->result_dw0, LWNVME_ABORT_DW0_NOT_ABORTED);
        status = lwnvme_abort_next(controller, request);
        if (status == LWNVME_OK)
            return;
        if (status != LWNVME_ERR_NOT_IN_FLIGHT)
            request->status = status;
    }
    request->result_dw0 = request->page;
    if (request->done != NULL)
        request->done(request);
}

int lwnvme_abort(struct lwnvme_controller *controller, struct lwnvme_request *request,
                 struct lwnvme_queue *victim_queue, struct lwnvme_request *victim)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (victim == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (victim_queue == NULL)
        victim_queue = &controller->admin;
    if (victim_queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    if (victim_queue->controller != controller)
        return LWNVME_ERR_INVALID_ARGUMENT;
    request->copy = victim_queue;
    request->copy_bytes = 0;
    request->page = 0;
    request->internal_context = victim;
    return lwnvme_abort_next(controller, request);
}

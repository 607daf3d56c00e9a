/* SPDX-License-Identifier: MIT */
/*
 * Cancel. The victim's slots in the queue say under which identifiers the controller knows it: a command for each, sent one
 * after the other as there is room. Queue owner's context.
 *
 * While it runs, the request's private members say where it is: internal_context the victim, copy_bytes the next slot to look
 * at, most_blocks how many commands have been sent.
 */
#include <lwnvme/cancel.h>

#include "io_private.h"

static struct lwnvme_slot *lwnvme_cancel_find(struct lwnvme_queue *queue, const struct lwnvme_request *victim,
                                              uint32_t *from)
{
    while (*from + 1u < queue->entries) {
        struct lwnvme_slot *slot = &queue->slots[(*from)++];

        if (slot->request == victim)
            return slot;
    }
    return NULL;
}

/* What is left of a split request is not sent any more. It stands before this one in the FIFO, so this is not left to the
 * first command, which would only be sent when there is nothing left. */
static void lwnvme_cancel_the_rest(const struct lwnvme_queue *queue, struct lwnvme_request *victim)
{
    lwnvme_queue_lock(queue);
    if (victim->state == LWNVME_REQUEST_QUEUED && victim->queue == queue && victim->pieces_outstanding != 0 &&
        victim->error_block == LWNVME_NO_ERROR_BLOCK) {
        victim->error_block = victim->blocks_issued;
        victim->status = LWNVME_ERR_CANCELLED;
    }
    lwnvme_queue_unlock(queue);
}

static int lwnvme_cancel_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_request *victim = (const struct lwnvme_request *)request->internal_context;
    const struct lwnvme_prp none = {0, 0, 0, 0};
    const struct lwnvme_slot *slot;

    while (queue->free_first != NULL) {
        slot = lwnvme_cancel_find(queue, victim, &request->copy_bytes);
        if (slot == NULL)
            return request->most_blocks == 0 ? LWNVME_ERR_NOT_IN_FLIGHT : LWNVME_OK;
        request->most_blocks++;
        request->command.cdw10 = lwnvme_field_put(queue->id, LWNVME_CANCEL_SQID) |
                                 lwnvme_field_put(slot->key.part.cid, LWNVME_CANCEL_CID);
        lwnvme_piece_send(queue, request, 0, &none);
    }
    return LWNVME_PENDING;
}

static int lwnvme_cancel_begin(const struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    if (queue == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    request->internal_done = NULL;
    request->block_count = 0;
    request->data_bytes = 0;
    request->lba = 0;
    request->ns = NULL;
    memset(&request->command, 0, sizeof(request->command));
    request->command.opcode = LWNVME_NVM_CANCEL;
    request->command.nsid = LWNVME_NSID_ALL;
    return LWNVME_OK;
}

int lwnvme_cancel(struct lwnvme_queue *queue, struct lwnvme_request *request, struct lwnvme_request *victim)
{
    int status = lwnvme_cancel_begin(queue, request);

    if (status != LWNVME_OK)
        return status;
    if (victim == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (victim == request || victim->state == LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_NOT_IN_FLIGHT;
    request->internal_context = victim;
    request->copy_bytes = 0;
    request->most_blocks = 0;
    status = lwnvme_submit_by(queue, request, lwnvme_cancel_issue);
    if (status == LWNVME_OK)
        lwnvme_cancel_the_rest(queue, victim);
    return status;
}

int lwnvme_cancel_all(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_namespace *ns)
{
    int status = lwnvme_cancel_begin(queue, request);

    if (status == LWNVME_OK && ns != NULL)
        status = lwnvme_io_check(queue, ns, request);
    if (status != LWNVME_OK)
        return status;
    if (ns != NULL)
        request->command.nsid = ns->nsid;
    request->command.cdw10 =
        lwnvme_field_put(queue->id, LWNVME_CANCEL_SQID) | lwnvme_field_put(0xffffu, LWNVME_CANCEL_CID);
    request->command.cdw11 = lwnvme_field_put(LWNVME_CANCEL_MULTIPLE, LWNVME_CANCEL_ACODE);
    return lwnvme_submit(queue, request);
}

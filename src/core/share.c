/* SPDX-License-Identifier: MIT */
/*
 * Several submission queues on one completion ring.
 *
 *     cq_queue of all of them --> the one that has the ring --sharer--> another one --sharer--> ...
 *
 * A completion's SQID finds its queue on this list, and there alone. All of them leave the straight path
 * (LWNVME_SLOW_MANY): a poll of any takes completions from the ring, and what callbacks submit to any of them is told
 * to the controller after the places in the ring have been given back, so that it always has room.
 *
 * Owner: one for all of these queues. The list changes when one is made or deleted, in the controller owner's context,
 * while they hold still.
 */
#include "core.h"

static uint32_t lwnvme_share_poll(struct lwnvme_queue *ring, uint32_t budget)
{
    struct lwnvme_queue *queue;
    uint32_t taken = 0;

    lwnvme_queue_lock(ring);
    if ((ring->hold & LWNVME_HOLD_POLL) == 0 && (ring->slow & LWNVME_SLOW_STOPPED) == 0) {
        for (queue = ring->sharer; queue != NULL; queue = queue->sharer)
            queue->hold |= LWNVME_HOLD_POLL;
        taken = lwnvme_poll_once(ring, budget);
        for (queue = ring->sharer; queue != NULL; queue = queue->sharer)
            lwnvme_poll_rest(queue, ring->undrained == 0);
    }
    for (queue = ring; queue != NULL; queue = queue->sharer)
        lwnvme_poll_call(queue);
    lwnvme_queue_unlock(ring);
    return taken;
}

/* The queue with the ring is made again before the others. One that could not be takes them with it. */
static int lwnvme_share_turn(struct lwnvme_queue **queue)
{
    struct lwnvme_queue *ring = (*queue)->cq_queue;

    if (ring->cq == NULL || ring->state == LWNVME_QUEUE_BROKEN)
        return LWNVME_ERR_QUEUE_LIMIT;
    if (ring == *queue || ring->state == LWNVME_QUEUE_LIVE)
        return LWNVME_OK;
    if (ring->state != LWNVME_QUEUE_PARKED)
        return LWNVME_PENDING;
    *queue = ring;
    return LWNVME_OK;
}

static void lwnvme_share_part(struct lwnvme_queue *queue)
{
    struct lwnvme_queue *ring = queue->cq_queue;
    struct lwnvme_queue **link = &ring->sharer;

    lwnvme_queue_lock(ring);
    if (ring == queue) { /* it goes first only when it could not be made again; the others will follow */
        for (ring = queue->sharer; ring != NULL; ring = ring->sharer)
            ring->cq_queue = ring;
    } else {
        while (*link != NULL && *link != queue)
            link = &(*link)->sharer;
        if (*link == queue)
            *link = queue->sharer;
        if (ring->sharer == NULL) {
            ring->slow &= ~LWNVME_SLOW_MANY;
            ring->share = NULL;
        }
    }
    lwnvme_queue_unlock(queue);
}

static const struct lwnvme_queue_share lwnvme_shared_ring = {
    .poll_all = lwnvme_share_poll,
    .turn = lwnvme_share_turn,
    .part = lwnvme_share_part,
};

/* Whether the ring has room for every command that its queues may have in flight, and `entries` - 1 more. */
static bool lwnvme_share_has_room(const struct lwnvme_queue *ring, uint32_t entries)
{
    uint32_t commands = entries - 1u;
    const struct lwnvme_queue *queue;

    for (queue = ring; queue != NULL; queue = queue->sharer)
        commands += queue->entries - 1u;
    return commands < ring->cq_entries;
}

static int lwnvme_share_check(const struct lwnvme_queue *cq, const struct lwnvme_queue_config *config)
{
    uint32_t entries = lwnvme_queue_entries_choose(cq->controller, config->entries);

    if (entries == 0)
        return LWNVME_ERR_QUEUE_SIZE;
    if (config->cq_entries != 0 || config->vector != 0 || config->flags != (cq->flags & LWNVME_QUEUE_SHARED))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_share_has_room(cq, entries) ? LWNVME_OK : LWNVME_ERR_QUEUE_SIZE;
}

int lwnvme_queue_create_on(struct lwnvme_queue *cq, struct lwnvme_queue *queue,
                           const struct lwnvme_queue_config *config)
{
    int status;

    if (cq == NULL || queue == NULL || config == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (cq->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    status = lwnvme_controller_refusal(cq->controller);
    if (status != LWNVME_OK)
        return status;
    if (cq->state != LWNVME_QUEUE_LIVE || cq->cq == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    if (queue->state != LWNVME_QUEUE_CLOSED)
        return LWNVME_ERR_BUSY;
    status = lwnvme_share_check(cq, config);
    if (status == LWNVME_OK)
        status = lwnvme_queue_begin(cq->controller, queue, config, cq);
    if (status != LWNVME_OK)
        return status;
    lwnvme_queue_lock(cq);
    queue->share = &lwnvme_shared_ring;
    queue->slow |= LWNVME_SLOW_MANY;
    queue->sharer = cq->sharer;
    cq->sharer = queue;
    cq->share = &lwnvme_shared_ring;
    cq->slow |= LWNVME_SLOW_MANY;
    lwnvme_queue_unlock(cq);
    return LWNVME_OK;
}

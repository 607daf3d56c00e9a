/* SPDX-License-Identifier: MIT */
/*
 * 64-bit statistics of the queues' 32-bit counters: the low half of a total is the counter as it was seen last, so the
 * difference is what has been added since, over its wrap.
 */
#include <lwnvme/interrupt.h>
#include <lwnvme/queue_statistics.h>

#include "core.h"

static LWNVME_NOINLINE void lwnvme_total_add(uint64_t *total, uint32_t counter)
{
    *total += (uint32_t)(counter - (uint32_t)*total);
}

void lwnvme_queue_statistics(const struct lwnvme_queue *queue, struct lwnvme_statistics *statistics)
{
    const struct lwnvme_interrupts *interrupts;

    if (queue == NULL || statistics == NULL || queue->controller == NULL)
        return;
    lwnvme_queue_lock(queue);
    lwnvme_total_add(&statistics->submitted, queue->submitted);
    lwnvme_total_add(&statistics->completed, queue->completed);
    lwnvme_total_add(&statistics->errors, queue->errors);
    lwnvme_total_add(&statistics->split, queue->splits);
    lwnvme_total_add(&statistics->bounced, queue->bounces);
    lwnvme_total_add(&statistics->doorbells, queue->doorbells);
    lwnvme_total_add(&statistics->spared_doorbells, queue->spared);
    lwnvme_total_add(&statistics->stale, queue->stale);
    lwnvme_total_add(&statistics->lost_interrupts, queue->lost);
    lwnvme_total_add(&statistics->spurious_interrupts, queue->spurious);
    interrupts = queue->controller->config.interrupts;
    if (interrupts != NULL && (queue->flags & LWNVME_QUEUE_INTERRUPT) != 0 &&
        queue->vector < interrupts->vector_count)
        lwnvme_total_add(&statistics->interrupts, interrupts->vectors[queue->vector].fired);
    lwnvme_queue_unlock(queue);
}

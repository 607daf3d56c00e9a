/* SPDX-License-Identifier: MIT */
/*
 * For Frama-C's WP: the positions in both rings stay in them, for rings of any size and any content.
 */
#include "src/core/core.h"

/* A ring of entries of `dwords` dwords, in which `next` stands at one of them. */
/*@ predicate in_ring(uint32_t *ring, uint32_t *next, uint32_t *end, integer dwords) =
      \base_addr(ring) == \base_addr(next) && \base_addr(ring) == \base_addr(end) &&
      0 <= next - ring && next - ring <= end - ring - dwords &&
      (next - ring) % dwords == 0 && (end - ring) % dwords == 0; */

/*@ requires \valid(queue);
    requires \separated(queue, queue->sq + (0 .. (queue->sq_end - queue->sq)));
    requires in_ring(queue->sq, queue->sq_next, queue->sq_end, 16);
    assigns queue->sq_next, queue->slow;
    ensures in_ring(queue->sq, queue->sq_next, queue->sq_end, 16);
    ensures queue->sq_next == \old(queue->sq_next) + 16 || queue->sq_next == queue->sq; */
static inline void lwnvme_tail_advance(struct lwnvme_queue *queue);

/*@ requires \valid(queue);
    requires in_ring((uint32_t *)queue->cq, (uint32_t *)queue->cq_next, (uint32_t *)queue->cq_end, 4);
    assigns queue->cq_next, queue->cq_phase;
    ensures in_ring((uint32_t *)queue->cq, (uint32_t *)queue->cq_next, (uint32_t *)queue->cq_end, 4);
    ensures \result == \old(queue->cq_next); */
static LWNVME_ALWAYS_INLINE const volatile uint32_t *lwnvme_cq_advance(struct lwnvme_queue *queue);

#include "src/core/queue.c"

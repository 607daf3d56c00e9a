/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what a queue has done. The counters are there anyway, 32 bits each, and cost nothing more; 64 bits
 * are made of them here.
 */
#ifndef LWNVME_QUEUE_STATISTICS_H
#define LWNVME_QUEUE_STATISTICS_H

#include <stdint.h>

#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero it when the queue is made, and when it is made again after it was deleted. A reset goes on counting. */
struct lwnvme_statistics {
    uint64_t submitted; /* commands */
    uint64_t completed; /* those of them that have ended, given back ones included */
    uint64_t errors;    /* completions with an error status */
    uint64_t split;     /* further commands of requests that took more than one */
    uint64_t bounced;   /* commands whose data went through bounce memory */
    uint64_t doorbells; /* times that the controller was told of commands, by the register or its shadow */
    uint64_t spared_doorbells; /* registers of both rings not written because of their shadows (shadow.h) */
    uint64_t stale;            /* completions that were dropped: see lwnvme_queue_stale */
    uint64_t interrupts;       /* of the queue's vector, for others that share it, too (interrupt.h) */
    uint64_t lost_interrupts;  /* completions were found by a look that a sleep ended with */
    uint64_t spurious_interrupts; /* that ended a sleep for nothing; on a shared vector perhaps for others */
};

/*
 * Adds what has happened since the last call with the same `statistics`; exact if that is never more than
 * 2^32 - 1 of a kind: at a million commands a second once in an hour is enough. Of a queue that is not made
 * nothing is added. On one that completes in another queue's ring, what concerns the ring (stale, interrupts)
 * is counted by that one. Queue owner's context; what other owners of a shared queue do at the same time is
 * counted now or next time.
 */
void lwnvme_queue_statistics(const struct lwnvme_queue *queue, struct lwnvme_statistics *statistics);

#ifdef __cplusplus
}
#endif

#endif

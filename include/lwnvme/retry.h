/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: requests that are repeated when the controller says that this may help.
 *
 * Without a recovery (recovery.h) the library repeats nothing by itself. A request inside a struct
 * lwnvme_retry is repeated as a policy says:
 *
 *     lwnvme_retry_open(&policy, &queue);                    once, after the queue is live
 *     lwnvme_retry_init(&retry, &policy, when_done);
 *     lwnvme_read(&queue, &ns, &retry.request, ...);         and others of nvm.h, as often as you like
 *
 * Repeated are commands that may be carried out twice without harm, those of the classes READ and WRITE of
 * recovery.h: what reads, on any namespace, and flush; write, write zeroes, write uncorrectable and dataset
 * management on namespaces of the NVM command set. Compare, copy, append, fused commands, writes to zones,
 * changes of keys, reservations and raw commands are given back with their first status, and so is what was
 * aborted on request. A write that is repeated may overtake, and undo, a later write to the same blocks: wait
 * for it before.
 *
 * Repetitions are made by lwnvme_controller_poll, in the controller owner's context, to be polled for at the times that
 * lwnvme_next_deadline counts in. The owner of the queue and of the controller must be one, or the queue
 * shared and lwnvme_retry_poll called in its place.
 */
#ifndef LWNVME_RETRY_H
#define LWNVME_RETRY_H

#include "controller.h"
#include "queue.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_retry;

/* For one queue: the caller's memory, zeroed; must stay until lwnvme_retry_close or the controller's close. */
struct lwnvme_retry_policy {
    /* In; 0: what the comment says. */
    uint32_t limit;        /* repetitions of one request; 5 */
    uint32_t delay_cap_ms; /* the longest pause that a controller may ask for (CRDT); 10000 */
    uint32_t
        patience_ms; /* how long a namespace may be not ready, a format or sanitize operation go on: repetitions
                              meanwhile are bounded by this and do not count; 60000 */
    bool
        across_reset; /* what a reset or a deadline gave back (LWNVME_ERR_ABORTED, _NOT_STARTED, _TIMEOUT) is sent
                              again when the controller is ready, flushes excepted: what they were for may be lost.
                              Without a reset it waits until the close */

    /* Out. */
    uint32_t repeated; /* all in all */

    /* Private. */
    struct lwnvme_queue *queue;
    struct lwnvme_retry *waiting;
    struct lwnvme_service service;
    uint64_t seen_us;     /* the clock at the last look at what waits */
    uint32_t stuck_polls; /* looks since, if it has not moved */
};

struct lwnvme_retry {
    /* done, context and the flag REPEAT are set by lwnvme_retry_init; other options are the caller's */
    struct lwnvme_request request;
    /* once, with the last status in request.status; may submit again */
    void (*ended)(struct lwnvme_retry *retry);
    void *context;     /* the caller's own */
    uint32_t repeated; /* out: how often, of the last submission; those that were free of count, too */

    /* Private. */
    struct lwnvme_retry_policy *policy;
    struct lwnvme_retry *next;
    uint64_t due_us;
    uint64_t since_us; /* the first one came back */
    uint32_t counted;
    bool repeating;
};

/* Controller owner's context. LWNVME_ERR_BUSY: the policy is open already; LWNVME_ERR_QUEUE_CLOSED. */
int lwnvme_retry_open(struct lwnvme_retry_policy *policy, struct lwnvme_queue *queue);

/* Gives back what waits to be repeated, each with the status that it had. Those in flight are not repeated
 * any more, but need the policy until they come back. Controller owner's context. */
void lwnvme_retry_close(struct lwnvme_retry_policy *policy);

/* The request must be idle. `done` may be NULL: then watch lwnvme_request_active(&retry->request), which stays true
 * between repetitions, or call lwnvme_sync_wait; in the context of the queue's owner. */
void lwnvme_retry_init(struct lwnvme_retry *retry, struct lwnvme_retry_policy *policy,
                       void (*done)(struct lwnvme_retry *retry));

/* What lwnvme_controller_poll does for the policy, at any time. */
void lwnvme_retry_poll(struct lwnvme_retry_policy *policy);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what long operations have in common.
 *
 * Firmware update, format, sanitize, self-test and the like take from seconds to hours. Each is an object of
 * the caller's that is begun by one call and then carried on by lwnvme_controller_poll, step by step, without
 * blocking; lwnvme_operation_step polls and tells how it stands, and lwnvme_sync_operation (sync.h) waits for
 * the end. `done` is called once at the end, from lwnvme_controller_poll, where new work may be begun.
 *
 * What a kind calls back on the way, in a step of it, may use the blocking calls for other things, but cannot wait for
 * its own operation (LWNVME_ERR_IN_CALLBACK). When it closes the controller, the operation ends in there, and must stay
 * until the callback has returned.
 *
 * A controller reset in between does not end an operation that the controller carries on by itself; the
 * operation's own documentation says what becomes of it. Controller owner's context.
 */
#ifndef LWNVME_OPERATION_H
#define LWNVME_OPERATION_H

#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One long operation: the caller's memory, a member of each kind's own object. Zeroed once; must stay where it is
 * until it has ended. */
struct lwnvme_operation {
    /* In, before the begin call; never written by the library. */
    void (*done)(struct lwnvme_operation *operation); /* the end, once; NULL: watch `status` */
    void *context;                                    /* the caller's own */
    uint32_t timeout_ms; /* of the whole; 0: by what the controller says it takes, see the kind */

    /* Out. */
    int status;                /* LWNVME_PENDING while under way, then how it ended */
    uint32_t progress_percent; /* 0 to 100 */
    uint32_t left_s;           /* estimate of what remains; LWNVME_OPERATION_UNKNOWN */

    /* Private. */
    struct lwnvme_service service;
    struct lwnvme_controller *controller;
    void (*step)(struct lwnvme_operation *operation);
    bool *ended; /* during a step: where to note that the operation has ended in it */
    void (*leave)(
        struct lwnvme_operation *operation); /* the kind's tidying up at the end, whatever the end is */
    uint64_t begun_us;
    uint64_t deadline_us;
    uint64_t not_before_us; /* when the next step may be taken */
    uint64_t seen_us;       /* the clock at the last look that was too early */
    uint32_t stuck_polls;   /* such looks since it moved */
    uint32_t stage;         /* the kind's own count of where it is */
    struct lwnvme_request request;
};

#define LWNVME_OPERATION_UNKNOWN 0xffffffffu

/*
 * Polls the controller once, which carries the operation on, and returns operation->status. When the
 * controller has failed or is gone the operation ends with that. LWNVME_ERR_IN_CALLBACK: from a callback on its way.
 * Never blocks. Controller owner's context.
 */
int lwnvme_operation_step(struct lwnvme_operation *operation);

/* Whether it has begun and not ended. */
static inline bool lwnvme_operation_active(const struct lwnvme_operation *operation)
{
    return operation->step != NULL;
}

#ifdef __cplusplus
}
#endif

#endif

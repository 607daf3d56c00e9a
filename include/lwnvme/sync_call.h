/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what the blocking calls are made of. A program can make more of them in the same way, of any asynchronous
 * admin call:
 *
 *     struct lwnvme_request request;
 *     return lwnvme_sync_admin_end(controller, &request,
 *                                  lwnvme_identify(controller, lwnvme_sync_admin_begin(controller, &request), ...));
 *
 * The blocking calls of sync_*.h are inline functions of that shape: a program pays for those that it uses, where it
 * uses them.
 */
#ifndef LWNVME_SYNC_CALL_H
#define LWNVME_SYNC_CALL_H

#include "controller.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether blocking calls on the controller may go on: LWNVME_OK, LWNVME_ERR_NULL_ARGUMENT, or LWNVME_ERR_IN_CALLBACK
 * inside a callback of an admin command. */
int lwnvme_sync_controller_check(const struct lwnvme_controller *controller);

/* The same on a queue: not inside a callback of it, unless it is shared, nor inside one of an admin command. */
int lwnvme_sync_queue_check(const struct lwnvme_queue *queue);

/* Empties a request and returns it; NULL, which every call refuses, if blocking calls may not go on now. */
struct lwnvme_request *lwnvme_sync_admin_begin(const struct lwnvme_controller *controller,
                                               struct lwnvme_request *request);

/* What the call that was given the request returned: if it was accepted, waits for its end and returns how it ended,
 * else why it was not. */
int lwnvme_sync_admin_end(struct lwnvme_controller *controller, struct lwnvme_request *request, int accepted);

/* Carries a long operation that has been begun on to its end; returns its status. LWNVME_ERR_WRONG_STATE: it never was
 * begun (the begin call was refused), or a callback has shut the controller down meanwhile; then the operation goes on,
 * or ends, after a resume or a close. */
int lwnvme_sync_operation(struct lwnvme_operation *operation);

#ifdef __cplusplus
}
#endif

#endif

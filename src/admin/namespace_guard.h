/* SPDX-License-Identifier: MIT */
/* How long operations use a guard; see namespace_guard.c. Not for users of the library. */
#ifndef LWNVME_ADMIN_NAMESPACE_GUARD_H
#define LWNVME_ADMIN_NAMESPACE_GUARD_H

#include <lwnvme/namespace_guard.h>

#include "../core/core.h"

/* Whether a guard may be started: all handles are of the controller, none is being read or guarded, no other guard
 * is up. LWNVME_OK, or why not. */
int lwnvme_guard_check(const struct lwnvme_controller *controller, struct lwnvme_namespace *const *handles,
                       uint32_t handle_count);

/* Takes a guard up; its handles, handle_count, nsid, opcode and busy have been set. From here on one of leave,
 * abandon or forsake must follow. */
void lwnvme_guard_start(struct lwnvme_namespace_guard *guard, struct lwnvme_controller *controller);

/* Steps, for an operation whose request is idle; the request may be in use afterwards. LWNVME_PENDING: again at the
 * next step. Enter: LWNVME_OK: the command may be sent; else give up. Leave: LWNVME_OK: all is let go. */
int lwnvme_guard_enter(struct lwnvme_namespace_guard *guard, struct lwnvme_operation *operation);
int lwnvme_guard_leave(struct lwnvme_namespace_guard *guard, struct lwnvme_operation *operation);

/* Holds the queues without waiting; enter then skips the effects log. */
void lwnvme_guard_hold(struct lwnvme_namespace_guard *guard);
/* The command has been carried out; I/O of others may go on, the handles stay refused. */
void lwnvme_guard_relax(struct lwnvme_namespace_guard *guard);

/* The way out when steps come no more: lets all go at once, and begins to read the handles again if that can be done.
 * Forsake: sends nothing, the handles are closed. Both do nothing for a guard that is down. */
void lwnvme_guard_abandon(struct lwnvme_namespace_guard *guard);
void lwnvme_guard_forsake(struct lwnvme_namespace_guard *guard);

#endif

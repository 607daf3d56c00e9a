/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the Abort command.
 */
#ifndef LWNVME_ABORT_H
#define LWNVME_ABORT_H

#include "controller.h"
#include "queue.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks the controller to abort a request that is with it: `victim` on `victim_queue`, or an admin request, with
 * victim_queue NULL. A request that was split is aborted piece by piece, and what had not been sent of it is not sent
 * any more (LWNVME_ERR_CANCELLED). The abort is over when `request` calls back; lwnvme_abort_took_effect then says
 * what came of it.
 *
 * The victim itself is given back by its own callback, in any case, before or after that: aborted
 * (LWNVME_SC_COMMAND_ABORT_REQUESTED), or as it ended by itself. A split one must not be submitted again, and its queue
 * must stay, before the abort has called back.
 *
 * Controller owner's context, who must be the owner of victim_queue too unless that is shared; `request` is sent on
 * the admin queue. 0: accepted. LWNVME_ERR_NOT_IN_FLIGHT: the controller does not have the victim (it has ended, or
 * waits for room). LWNVME_ERR_ABORT_LIMIT: as many Abort commands are under way as ACL allows.
 * NVM Express Base Specification 2.1, section 5.1.1 "Abort command".
 */
int lwnvme_abort(struct lwnvme_controller *controller, struct lwnvme_request *request,
                 struct lwnvme_queue *victim_queue, struct lwnvme_request *victim);

/* Whether an abort that ended with status 0 has aborted all that it was for; else some of it runs on, or had ended. */
static inline bool lwnvme_abort_took_effect(const struct lwnvme_request *request)
{
    return lwnvme_field_get(request->result_dw0, LWNVME_ABORT_DW0_NOT_ABORTED) == 0;
}

#ifdef __cplusplus
}
#endif

#endif

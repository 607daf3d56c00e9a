/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the Cancel command, which asks for commands of its own queue to be given back. Unlike Abort it is
 * an I/O command, without a limit of its own. A controller that has it says so in the effects log
 * (lwnvme_effects, I/O opcode LWNVME_NVM_CANCEL); others end it with LWNVME_SC_INVALID_COMMAND_OPCODE.
 * NVM Express Base Specification 2.1, section 7.1 "Cancel command".
 */
#ifndef LWNVME_CANCEL_H
#define LWNVME_CANCEL_H

#include "namespace.h"
#include "queue.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks for a request that is with the controller on this queue. One that was split is cancelled piece by
 * piece, and what had not been sent of it is not sent any more (LWNVME_ERR_CANCELLED); it must not be
 * submitted again before `request` has called back. The victim is given back by its own callback in any case,
 * before or after that: LWNVME_SC_COMMAND_ABORT_REQUESTED, or as it ended by itself.
 * LWNVME_ERR_NOT_IN_FLIGHT, at once or in the callback: the controller does not have it. Queue owner's
 * context. 0: accepted.
 */
int lwnvme_cancel(struct lwnvme_queue *queue, struct lwnvme_request *request, struct lwnvme_request *victim);

/* Asks for all commands of this queue that are for a namespace, or with NULL for any. What waits for room is
 * not concerned. */
int lwnvme_cancel_all(struct lwnvme_queue *queue, struct lwnvme_request *request,
                      const struct lwnvme_namespace *ns);

/* Of a cancel that ended with status 0: commands that were aborted before it ended (of a split victim: of its
 * last piece), and such that may still be. FFFFh: that many, or more. */
static inline uint32_t lwnvme_cancel_aborted(const struct lwnvme_request *request)
{
    return lwnvme_field_get(request->result_dw0, LWNVME_CANCEL_DW0_CMDA);
}

/* Those that may still be. */
static inline uint32_t lwnvme_cancel_deferred(const struct lwnvme_request *request)
{
    return lwnvme_field_get(request->result_dw0, LWNVME_CANCEL_DW0_CEDA);
}

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: features. Asynchronous; the blocking forms are in sync.h.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 */
#ifndef LWNVME_FEATURE_H
#define LWNVME_FEATURE_H

#include "controller.h"
#include "spec.h"
#include "spec_feature.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads a feature's value into request->result_dw0. fid: LWNVME_FEATURE_...; select: LWNVME_SEL_..., other
 * than LWNVME_SEL_CURRENT only if the controller can; nsid 0 unless the feature is a namespace's. Features
 * with a data structure are refused with LWNVME_ERR_FEATURE_HAS_DATA. Section 5.1.11 "Get Features command".
 */
int lwnvme_feature_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint8_t select, uint32_t nsid);

/*
 * Sets a feature that has no data structure; `save`: keep it over power cycles and resets, if the controller
 * can. Number of Queues belongs to the library: LWNVME_ERR_OPCODE_REFUSED. Section 5.1.25 "Set Features
 * command".
 */
int lwnvme_feature_set(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint32_t value, uint32_t nsid, bool save);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: identify structures. Asynchronous; the blocking forms are in sync.h.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 */
#ifndef LWNVME_IDENTIFY_H
#define LWNVME_IDENTIFY_H

#include "controller.h"
#include "spec.h"
#include "spec_identify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One Identify structure of 4096 bytes, as the controller gave it: not validated. cns: LWNVME_CNS_...
 * NVM Express Base Specification 2.1, section 5.1.13 "Identify command". */
int lwnvme_identify(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t cns,
                    uint32_t nsid, void *data);

#ifdef __cplusplus
}
#endif

#endif

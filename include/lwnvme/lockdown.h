/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Lockdown: prohibits commands and features until the next power cycle or until they are allowed again.
 */
#ifndef LWNVME_LOCKDOWN_H
#define LWNVME_LOCKDOWN_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is prohibited or allowed, and from where. */
struct lwnvme_lockdown_select {
    uint8_t scope;      /* LWNVME_LOCKDOWN_SCP_... */
    uint8_t ifc;        /* LWNVME_LOCKDOWN_IFC_... */
    uint8_t identifier; /* opcode or feature identifier; 0 for a whole PCIe command set */
    uint8_t uuid_index; /* 0 to 127; for vendor specific identifiers */
    bool prohibit;      /* false: allow again */
};

/*
 * Controller owner's context; the callback comes from lwnvme_controller_poll. 0: accepted. LWNVME_ERR_NO_LOCKDOWN:
 * OACS bit 10 is 0. LWNVME_ERR_INVALID_ARGUMENT: a member is out of its range. The controller may refuse the
 * prohibition (LWNVME_SC_PROHIBITION_NOT_SUPPORTED).
 * NVM Express Base Specification 2.1, section 5.1.15 "Lockdown command".
 */
int lwnvme_lockdown(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_lockdown_select *select);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Virtualization Management: resources of primary and secondary controllers, and secondary controllers
 * on and off. The structures that tell what there is are in identify.h.
 *
 * Callbacks come from lwnvme_controller_poll. Controller owner's context. 0: accepted; LWNVME_ERR_NO_VIRTUALIZATION:
 * OACS bit 7 is 0; else refused by name.
 * NVM Express Base Specification 2.1, section 5.2.6 "Virtualization Management command".
 */
#ifndef LWNVME_VIRTUALIZATION_H
#define LWNVME_VIRTUALIZATION_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lwnvme_virtual_resource {
    LWNVME_VIRTUAL_QUEUES = 0,    /* VQ resources */
    LWNVME_VIRTUAL_INTERRUPTS = 1 /* VI resources */
};

/* Flexible resources of the primary controller `cntlid`, effective after its next reset. request->result_dw0 bits
 * 15:0: how many it got. */
int lwnvme_virtualization_allocate_primary(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           enum lwnvme_virtual_resource resource, uint32_t resource_count);
/* Flexible resources of the secondary controller `cntlid`, which must be offline. The result as above. */
int lwnvme_virtualization_assign_secondary(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           enum lwnvme_virtual_resource resource, uint32_t resource_count);
/* Takes the secondary controller `cntlid` offline or online. */
int lwnvme_virtualization_set_online(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint16_t cntlid, bool online);

/* How many resources a call for them has got, once it has ended well. */
static inline uint32_t lwnvme_virtualization_granted(const struct lwnvme_request *request)
{
    return lwnvme_field_get(request->result_dw0, LWNVME_VIRTUALIZATION_DW0_NRM);
}

#ifdef __cplusplus
}
#endif

#endif

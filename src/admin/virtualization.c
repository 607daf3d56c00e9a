/* SPDX-License-Identifier: MIT */
/*
 * Virtualization Management: four actions, one command. Whether a resource can be given, and to whom, is for the
 * controller to say. Controller owner's context.
 */
#include <lwnvme/virtualization.h>

#include "../core/core.h"

static int lwnvme_virtualization_submit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        uint32_t action, uint16_t cntlid, uint32_t resource,
                                        uint32_t resource_count)
{
    uint32_t cdw10;
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_VIRTUALIZATION_MANAGEMENT) == 0)
        return LWNVME_ERR_NO_VIRTUALIZATION;
    if (resource > LWNVME_VIRTUAL_INTERRUPTS || resource_count > 0xffffu)
        return LWNVME_ERR_INVALID_ARGUMENT;
    cdw10 = lwnvme_field_put(action, LWNVME_VIRTUALIZATION_CDW10_ACT) |
            lwnvme_field_put(resource, LWNVME_VIRTUALIZATION_CDW10_RT) |
            lwnvme_field_put(cntlid, LWNVME_VIRTUALIZATION_CDW10_CNTLID);
    return lwnvme_admin_plain(controller, request, LWNVME_ADMIN_VIRTUALIZATION_MANAGEMENT, 0, cdw10,
                              lwnvme_field_put(resource_count, LWNVME_VIRTUALIZATION_CDW11_NR));
}

int lwnvme_virtualization_allocate_primary(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           enum lwnvme_virtual_resource resource, uint32_t resource_count)
{
    return lwnvme_virtualization_submit(controller, request, LWNVME_VIRTUALIZATION_ALLOCATE_PRIMARY, cntlid,
                                        (uint32_t)resource, resource_count);
}

int lwnvme_virtualization_assign_secondary(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           enum lwnvme_virtual_resource resource, uint32_t resource_count)
{
    return lwnvme_virtualization_submit(controller, request, LWNVME_VIRTUALIZATION_ASSIGN_SECONDARY, cntlid,
                                        (uint32_t)resource, resource_count);
}

int lwnvme_virtualization_set_online(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint16_t cntlid, bool online)
{
    return lwnvme_virtualization_submit(controller, request,
                                        online ? LWNVME_VIRTUALIZATION_SECONDARY_ONLINE
                                               : LWNVME_VIRTUALIZATION_SECONDARY_OFFLINE,
                                        cntlid, 0, 0);
}

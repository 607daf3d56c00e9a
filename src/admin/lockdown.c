/* SPDX-License-Identifier: MIT */
/*
 * Lockdown: one command, all of whose fields are checked before it is sent. Controller owner's context.
 */
#include <lwnvme/lockdown.h>

#include "../core/core.h"

static bool lwnvme_lockdown_is_sound(const struct lwnvme_lockdown_select *select)
{
    if (select->ifc > LWNVME_LOCKDOWN_IFC_OUT_OF_BAND || select->uuid_index > 127u)
        return false;
    switch (select->scope) {
    case LWNVME_LOCKDOWN_SCP_ADMIN:
    case LWNVME_LOCKDOWN_SCP_FEATURE:
    case LWNVME_LOCKDOWN_SCP_NVME_MI:
        return true;
    case LWNVME_LOCKDOWN_SCP_PCIE:
        return select->identifier == 0;
    default:
        return false;
    }
}

int lwnvme_lockdown(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_lockdown_select *select)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_LOCKDOWN};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((controller->info.oacs & LWNVME_OACS_LOCKDOWN) == 0)
        return LWNVME_ERR_NO_LOCKDOWN;
    if (!lwnvme_lockdown_is_sound(select))
        return LWNVME_ERR_INVALID_ARGUMENT;
    command.cdw10 = lwnvme_field_put(select->scope, LWNVME_LOCKDOWN_CDW10_SCP) |
                    lwnvme_field_put(select->prohibit ? 1u : 0u, LWNVME_LOCKDOWN_CDW10_PRHBT) |
                    lwnvme_field_put(select->ifc, LWNVME_LOCKDOWN_CDW10_IFC) |
                    lwnvme_field_put(select->identifier, LWNVME_LOCKDOWN_CDW10_OFI);
    command.cdw14 = lwnvme_field_put(select->uuid_index, LWNVME_LOCKDOWN_CDW14_UIDX);
    return lwnvme_admin_submit(controller, request, &command, NULL);
}

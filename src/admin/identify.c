/* SPDX-License-Identifier: MIT */
/*
 * Identify: any structure of 4096 bytes, as the controller gives it. What the library itself needs of these
 * is read and checked in core. Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

int lwnvme_identify(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t cns,
                    uint32_t nsid, void *data)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (cns > LWNVME_CNS_CONTROLLER && (controller->info.version < LWNVME_VERSION(1, 1, 0) ||
                                        (controller->quirks & LWNVME_QUIRK_IDENTIFY_CNS_1) != 0))
        return LWNVME_ERR_NO_IDENTIFY_CNS;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put(cns, LWNVME_IDENTIFY_CDW10_CNS);
    return lwnvme_page_command(controller, request, &command, data, LWNVME_PAGE_MIN);
}

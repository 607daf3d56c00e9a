/* SPDX-License-Identifier: MIT */
/*
 * Features whose value is one dword: Get Features and Set Features. Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

static bool lwnvme_feature_can_select(const struct lwnvme_controller *controller)
{
    return (controller->info.oncs & LWNVME_ONCS_SAVE_SELECT) != 0;
}

int lwnvme_feature_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint8_t select, uint32_t nsid)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_FEATURES};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select > LWNVME_SEL_SUPPORTED_CAPABILITIES)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select != LWNVME_SEL_CURRENT && !lwnvme_feature_can_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put(fid, LWNVME_GET_FEATURES_CDW10_FID) |
                    lwnvme_field_put(select, LWNVME_GET_FEATURES_CDW10_SEL);
    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

int lwnvme_feature_set(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint32_t value, uint32_t nsid, bool save)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SET_FEATURES};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (fid == LWNVME_FEATURE_NUMBER_OF_QUEUES)
        return LWNVME_ERR_OPCODE_REFUSED;
    if (save && !lwnvme_feature_can_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put(fid, LWNVME_SET_FEATURES_CDW10_FID) |
                    lwnvme_field_put(save ? 1u : 0u, LWNVME_SET_FEATURES_CDW10_SV);
    command.cdw11 = value;
    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

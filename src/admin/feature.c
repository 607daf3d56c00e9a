/* SPDX-License-Identifier: MIT */
/*
 * Features whose value is one dword: Get Features and Set Features. Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

/* Features whose value is a structure in memory: a command without a buffer must not be sent for them. */
static bool lwnvme_feature_has_data(uint8_t fid)
{
    switch (fid) {
    case LWNVME_FEATURE_LBA_RANGE_TYPE:
    case LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION:
    case LWNVME_FEATURE_HOST_MEMORY_BUFFER:
    case LWNVME_FEATURE_TIMESTAMP:
    case LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG:
    case LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT:
    case LWNVME_FEATURE_PERFORMANCE_CHARACTERISTICS:
    case LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS:
    case LWNVME_FEATURE_EMBEDDED_MANAGEMENT_CONTROLLER_ADDRESS:
    case LWNVME_FEATURE_HOST_MANAGEMENT_AGENT_ADDRESS:
    case LWNVME_FEATURE_NAMESPACE_ADMIN_LABEL:
    case LWNVME_FEATURE_ENHANCED_CONTROLLER_METADATA:
    case LWNVME_FEATURE_CONTROLLER_METADATA:
    case LWNVME_FEATURE_NAMESPACE_METADATA:
    case LWNVME_FEATURE_HOST_IDENTIFIER:
        return true;
    default:
        return false;
    }
}

/* Whether the specification has given the identifier a meaning that needs no memory. */
static bool lwnvme_feature_is_plain(uint8_t fid)
{
    return fid <= LWNVME_FEATURE_KEY_VALUE_CONFIGURATION ||
           (fid >= LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER &&
            fid <= LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION);
}

/* Vendors' and new features may have data after all, so they get a page for it. */
static int lwnvme_feature_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               const struct lwnvme_command *command, uint8_t fid)
{
    if (!lwnvme_feature_is_plain(fid))
        return lwnvme_page_command(controller, request, command, NULL, 0);
    return lwnvme_admin_submit(controller, request, command, NULL);
}

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
    if (lwnvme_feature_has_data(fid) && select != LWNVME_SEL_SUPPORTED_CAPABILITIES)
        return LWNVME_ERR_FEATURE_HAS_DATA;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put(fid, LWNVME_GET_FEATURES_CDW10_FID) |
                    lwnvme_field_put(select, LWNVME_GET_FEATURES_CDW10_SEL);
    return lwnvme_feature_send(controller, request, &command, fid);
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
    if (lwnvme_feature_has_data(fid))
        return LWNVME_ERR_FEATURE_HAS_DATA;
    if (save && !lwnvme_feature_can_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put(fid, LWNVME_SET_FEATURES_CDW10_FID) |
                    lwnvme_field_put(save ? 1u : 0u, LWNVME_SET_FEATURES_CDW10_SV);
    command.cdw11 = value;
    return lwnvme_feature_send(controller, request, &command, fid);
}

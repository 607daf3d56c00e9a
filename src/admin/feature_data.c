/* SPDX-License-Identifier: MIT */
/*
 * Get Features and Set Features with all their dwords and with data, and what the typed features stand on.
 *
 *     typed get: check, capability --> command --> ends --> decode into the caller's value --> callback
 *
 * The decoding step is kept in request->page_next, and the value in request->internal_context. A feature with data
 * brings them to the caller's value through a page; its page_next is called by admin_page.c. A feature of one dword
 * needs no page: lwnvme_feature_word_done stands in for it.
 *
 * Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

/* Whether it is known here if the feature has data: those up to Controller Data Queue, and from Software Progress
 * Marker to Boot Partition Write Protection. */
static bool lwnvme_feature_is_known(uint8_t fid)
{
    return (fid > 0 && fid <= LWNVME_FEATURE_CONTROLLER_DATA_QUEUE) ||
           (fid >= LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER &&
            fid <= LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION);
}

uint32_t lwnvme_feature_data_bytes(uint8_t fid)
{
    switch (fid) {
    case LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION:
        return (uint32_t)sizeof(struct lwnvme_apst_table);
    case LWNVME_FEATURE_TIMESTAMP:
        return (uint32_t)sizeof(struct lwnvme_timestamp_data);
    case LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG:
        return (uint32_t)sizeof(struct lwnvme_plm_config_data);
    case LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT:
        return (uint32_t)sizeof(struct lwnvme_host_behavior_support);
    case LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS:
        return LWNVME_FDP_EVENT_TYPES_MAX * (uint32_t)sizeof(struct lwnvme_supported_fdp_event);
    case LWNVME_FEATURE_NAMESPACE_ADMIN_LABEL:
        return LWNVME_NAMESPACE_ADMIN_LABEL_BYTES;
    case LWNVME_FEATURE_EMBEDDED_MANAGEMENT_CONTROLLER_ADDRESS:
    case LWNVME_FEATURE_HOST_MANAGEMENT_AGENT_ADDRESS:
        return 512;
    case LWNVME_FEATURE_HOST_IDENTIFIER:
        return 16;
    case LWNVME_FEATURE_LBA_RANGE_TYPE:
    case LWNVME_FEATURE_HOST_MEMORY_BUFFER:
    case LWNVME_FEATURE_PERFORMANCE_CHARACTERISTICS:
        return LWNVME_FEATURE_DATA_MAX;
    default:
        break;
    }
    return lwnvme_feature_is_known(fid) ? 0 : LWNVME_FEATURE_DATA_MAX;
}

struct lwnvme_command lwnvme_feature_command(uint32_t opcode, const struct lwnvme_feature_select *select)
{
    struct lwnvme_command command = {.opcode = opcode};

    command.nsid = select->nsid;
    command.cdw10 = lwnvme_field_put(select->fid, LWNVME_GET_FEATURES_CDW10_FID);
    if (opcode == LWNVME_ADMIN_SET_FEATURES)
        command.cdw10 |= lwnvme_field_put(select->save ? 1u : 0u, LWNVME_SET_FEATURES_CDW10_SV);
    else
        command.cdw10 |= lwnvme_field_put(select->select, LWNVME_GET_FEATURES_CDW10_SEL);
    command.cdw11 = select->cdw11;
    command.cdw12 = select->cdw12;
    command.cdw13 = select->cdw13;
    command.cdw14 = lwnvme_field_put(select->uuid_index, LWNVME_FEATURES_CDW14_UIDX);
    command.cdw15 = select->cdw15;
    return command;
}

static bool lwnvme_feature_has_select(const struct lwnvme_controller *controller)
{
    return (controller->info.oncs & LWNVME_ONCS_SAVE_SELECT) != 0;
}

static int lwnvme_feature_uuid_check(const struct lwnvme_controller *controller, uint8_t uuid_index)
{
    uint32_t ctratt = lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt);

    if (uuid_index > 127u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return uuid_index != 0 && (ctratt & LWNVME_CTRATT_UUID_LIST) == 0 ? LWNVME_ERR_NO_UUID_LIST : LWNVME_OK;
}

int lwnvme_feature_get_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request,
                             const void *value, uint8_t select)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select > LWNVME_SEL_SAVED)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select != LWNVME_SEL_CURRENT && !lwnvme_feature_has_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    return LWNVME_OK;
}

int lwnvme_feature_set_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request,
                             const void *value, bool save)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return save && !lwnvme_feature_has_select(controller) ? LWNVME_ERR_NO_SAVE_SELECT : LWNVME_OK;
}

void *lwnvme_feature_value(const struct lwnvme_request *request)
{
    return request->status == LWNVME_OK ? request->internal_context : NULL;
}

/* Nothing more is sent: false, as page_next has it. */
bool lwnvme_feature_judge(struct lwnvme_request *request, bool is_sane)
{
    if (request->status == LWNVME_OK && !is_sane)
        request->status = LWNVME_ERR_FEATURE_DATA;
    return false;
}

static void lwnvme_feature_word_done(struct lwnvme_request *request)
{
    if (!request->page_next(request) && request->done != NULL)
        request->done(request);
}

int lwnvme_feature_word_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *value,
                            lwnvme_feature_decode decode)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);

    request->internal_done = lwnvme_feature_word_done;
    request->internal_context = value;
    request->page_next = decode;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

int lwnvme_feature_word_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_SET_FEATURES, select);

    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

int lwnvme_feature_place_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select,
                             const struct lwnvme_feature_place *place, void *value,
                             lwnvme_feature_decode decode)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);
    int status = lwnvme_page_command(controller, request, &command, place->data, place->length_bytes);

    if (status != LWNVME_OK)
        return status;
    request->internal_context = value;
    request->page_next = decode;
    return LWNVME_OK;
}

int lwnvme_feature_place_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select, const void *data,
                             uint32_t length_bytes)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_SET_FEATURES, select);

    /* It is only read: the opcode says that data go to the controller. */
    return lwnvme_page_command(controller, request, &command, (void *)(uintptr_t)data, length_bytes);
}

int lwnvme_feature_get_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *data, uint32_t length_bytes)
{
    struct lwnvme_command command;
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select == NULL || (data == NULL && length_bytes != 0))
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select->select > LWNVME_SEL_SUPPORTED_CAPABILITIES)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select->select != LWNVME_SEL_CURRENT && !lwnvme_feature_has_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    if (length_bytes > lwnvme_feature_data_bytes(select->fid))
        return LWNVME_ERR_BUFFER_LENGTH;
    status = lwnvme_feature_uuid_check(controller, select->uuid_index);
    if (status != LWNVME_OK)
        return status;
    command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);
    /* What is not known here gets a page in any case: it may have data after all. Capabilities have none. */
    if (lwnvme_feature_data_bytes(select->fid) != 0 &&
        (select->select != LWNVME_SEL_SUPPORTED_CAPABILITIES || !lwnvme_feature_is_known(select->fid)))
        return lwnvme_page_command(controller, request, &command, data, length_bytes);
    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

int lwnvme_feature_set_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, const void *data,
                            uint32_t length_bytes)
{
    int status = lwnvme_feature_set_check(controller, request, select, select != NULL && select->save);

    if (status != LWNVME_OK)
        return status;
    if (data == NULL && length_bytes != 0)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select->fid == LWNVME_FEATURE_NUMBER_OF_QUEUES || select->fid == LWNVME_FEATURE_HOST_MEMORY_BUFFER)
        return LWNVME_ERR_OPCODE_REFUSED;
    if (length_bytes > lwnvme_feature_data_bytes(select->fid))
        return LWNVME_ERR_BUFFER_LENGTH;
    status = lwnvme_feature_uuid_check(controller, select->uuid_index);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_feature_data_bytes(select->fid) == 0)
        return lwnvme_feature_word_set(controller, request, select);
    return lwnvme_feature_place_set(controller, request, select, data, length_bytes);
}

static bool lwnvme_feature_abilities_decode(struct lwnvme_request *request)
{
    struct lwnvme_feature_abilities *value = (struct lwnvme_feature_abilities *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->saveable = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_SAVEABLE) != 0;
    value->namespace_specific = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_NAMESPACE_SPECIFIC) != 0;
    value->changeable = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_CHANGEABLE) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_feature_abilities_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t fid, uint32_t nsid, struct lwnvme_feature_abilities *abilities)
{
    struct lwnvme_feature_select select = {.fid = fid, .nsid = nsid};
    struct lwnvme_feature_place place = {NULL, 0};
    int status = lwnvme_feature_get_check(controller, request, abilities, LWNVME_SEL_SAVED);

    if (status != LWNVME_OK)
        return status;
    select.select = LWNVME_SEL_SUPPORTED_CAPABILITIES;
    if (lwnvme_feature_is_known(fid))
        return lwnvme_feature_word_get(controller, request, &select, abilities,
                                       lwnvme_feature_abilities_decode);
    return lwnvme_feature_place_get(controller, request, &select, &place, abilities,
                                    lwnvme_feature_abilities_decode);
}

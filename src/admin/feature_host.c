/* SPDX-License-Identifier: MIT */
/*
 * What the host tells of itself by features with a structure: timestamp, host identifier, host behavior support. The
 * structure lies in the caller's value, from where it is sent and to where it comes. See feature_data.c.
 * Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

/* Timestamp. */

static bool lwnvme_timestamp_decode(struct lwnvme_request *request)
{
    struct lwnvme_timestamp *value = (struct lwnvme_timestamp *)lwnvme_feature_value(request);
    uint32_t origin;

    if (value == NULL)
        return false;
    origin = lwnvme_field_get(value->data.attributes, LWNVME_TIMESTAMP_TO);
    if (origin > LWNVME_TIMESTAMP_ORIGIN_HOST)
        return lwnvme_feature_judge(request, false);
    /* The two bytes after the six are cut off. */
    value->milliseconds = lwnvme_le_bytes_get64((const uint8_t *)&value->data) & 0xffffffffffffu;
    value->from_host = origin == LWNVME_TIMESTAMP_ORIGIN_HOST;
    value->may_have_stopped = lwnvme_field_get(value->data.attributes, LWNVME_TIMESTAMP_SYNC) != 0;
    return lwnvme_feature_judge(request, true);
}

static bool lwnvme_controller_has_timestamp(const struct lwnvme_controller *controller)
{
    return (controller->info.oncs & LWNVME_ONCS_TIMESTAMP) != 0;
}

int lwnvme_timestamp_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                         struct lwnvme_timestamp *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_TIMESTAMP, .select = select};
    struct lwnvme_feature_place place;
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_timestamp(controller))
        return LWNVME_ERR_NO_TIMESTAMP;
    place.data = &value->data;
    place.length_bytes = (uint32_t)sizeof(value->data);
    return lwnvme_feature_place_get(controller, request, &chosen, &place, value, lwnvme_timestamp_decode);
}

int lwnvme_timestamp_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         struct lwnvme_timestamp *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_TIMESTAMP, .save = save};
    uint64_t left;
    uint32_t index;
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_timestamp(controller))
        return LWNVME_ERR_NO_TIMESTAMP;
    if (value->milliseconds >> 48 != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    memset(&value->data, 0, sizeof(value->data));
    left = value->milliseconds;
    for (index = 0; index < sizeof(value->data.timestamp); index++) {
        value->data.timestamp[index] = (uint8_t)left;
        left >>= 8;
    }
    return lwnvme_feature_place_set(controller, request, &chosen, &value->data,
                                    (uint32_t)sizeof(value->data));
}

/* Host identifier. */

static bool lwnvme_host_identifier_decode(struct lwnvme_request *request)
{
    struct lwnvme_host_identifier *value = (struct lwnvme_host_identifier *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    if (!value->extended)
        memset(value->bytes + 8, 0, sizeof(value->bytes) - 8u);
    return lwnvme_feature_judge(request, true);
}

static int lwnvme_host_identifier_select(const struct lwnvme_controller *controller, bool is_extended,
                                         struct lwnvme_feature_select *chosen)
{
    uint32_t ctratt = lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt);

    if (is_extended && (ctratt & LWNVME_CTRATT_HOST_IDENTIFIER_128) == 0)
        return LWNVME_ERR_NO_HOST_IDENTIFIER_128;
    chosen->fid = LWNVME_FEATURE_HOST_IDENTIFIER;
    chosen->cdw11 = lwnvme_field_put(is_extended ? 1u : 0u, LWNVME_HOST_IDENTIFIER_EXHID);
    return LWNVME_OK;
}

int lwnvme_host_identifier_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_host_identifier *value)
{
    struct lwnvme_feature_select chosen = {.fid = 0};
    struct lwnvme_feature_place place;
    int status = lwnvme_feature_get_check(controller, request, value, LWNVME_SEL_CURRENT);

    if (status == LWNVME_OK)
        status = lwnvme_host_identifier_select(controller, value->extended, &chosen);
    if (status != LWNVME_OK)
        return status;
    place.data = value->bytes;
    place.length_bytes = value->extended ? 16u : 8u;
    return lwnvme_feature_place_get(controller, request, &chosen, &place, value,
                                    lwnvme_host_identifier_decode);
}

int lwnvme_host_identifier_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               const struct lwnvme_host_identifier *value)
{
    struct lwnvme_feature_select chosen = {.fid = 0};
    int status = lwnvme_feature_set_check(controller, request, value, false);

    if (status == LWNVME_OK)
        status = lwnvme_host_identifier_select(controller, value->extended, &chosen);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_place_set(controller, request, &chosen, value->bytes, value->extended ? 16u : 8u);
}

/* Host behavior support. */

static bool lwnvme_host_behavior_decode(struct lwnvme_request *request)
{
    struct lwnvme_host_behavior *value = (struct lwnvme_host_behavior *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->command_retry_delay = value->data.acre == 1u;
    value->telemetry_area_4 = value->data.etdas == 1u;
    value->extended_lba_formats = value->data.lbafee == 1u;
    value->dispersed_namespaces = value->data.hdisns == 1u;
    value->copy_formats = lwnvme_le16_get(&value->data.cdfe);
    /* Each of the bytes is 0 or 1. */
    return lwnvme_feature_judge(
        request, (value->data.acre | value->data.etdas | value->data.lbafee | value->data.hdisns) <= 1u);
}

static int lwnvme_host_behavior_read(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint8_t select, struct lwnvme_host_behavior *value,
                                     lwnvme_feature_decode decode)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT, .select = select};
    struct lwnvme_feature_place place = {&value->data, (uint32_t)sizeof(value->data)};

    return lwnvme_feature_place_get(controller, request, &chosen, &place, value, decode);
}

int lwnvme_host_behavior_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint8_t select, struct lwnvme_host_behavior *value)
{
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_host_behavior_read(controller, request, select, value, lwnvme_host_behavior_decode);
}

/* What the controller has is here: now what the host wants, and back with it. */
static bool lwnvme_host_behavior_write(struct lwnvme_request *request)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT};
    struct lwnvme_host_behavior *value = (struct lwnvme_host_behavior *)lwnvme_feature_value(request);
    int status;

    if (value == NULL)
        return false;
    value->data.acre = value->command_retry_delay ? 1u : 0u;
    value->data.etdas = value->telemetry_area_4 ? 1u : 0u;
    value->data.lbafee = value->extended_lba_formats ? 1u : 0u;
    value->data.hdisns = value->dispersed_namespaces ? 1u : 0u;
    lwnvme_le16_set(&value->data.cdfe, value->copy_formats);
    status = lwnvme_feature_place_set(request->queue->controller, request, &chosen, &value->data,
                                      (uint32_t)sizeof(value->data));
    if (status == LWNVME_OK)
        return true;
    request->status = status;
    return false;
}

int lwnvme_host_behavior_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             struct lwnvme_host_behavior *value)
{
    int status = lwnvme_feature_set_check(controller, request, value, false);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_host_behavior_read(controller, request, LWNVME_SEL_CURRENT, value,
                                     lwnvme_host_behavior_write);
}

/* SPDX-License-Identifier: MIT */
/*
 * Typed features of a namespace, an NVM set or an endurance group: rows as in feature_controller.c, and functions for
 * those with lists. See feature_data.c for how a value comes back. Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>
#include <lwnvme/namespace.h>

#include "../core/core.h"

static const struct lwnvme_feature_row lwnvme_error_recovery_row = {
    .fid = LWNVME_FEATURE_ERROR_RECOVERY,
    .scope = LWNVME_ROW_NAMESPACES,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_error_recovery, retry_limit_ms, LWNVME_MEMBER_TIMES,
                                  LWNVME_ERROR_RECOVERY_TLER),
            LWNVME_FEATURE_MEMBER(lwnvme_error_recovery, deallocated_is_error, 0u,
                                  LWNVME_ERROR_RECOVERY_DULBE),
        },
};

int lwnvme_error_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, uint8_t select, struct lwnvme_error_recovery *value)
{
    return lwnvme_feature_row_get_of(controller, request, select, value, &lwnvme_error_recovery_row, nsid);
}

int lwnvme_error_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, const struct lwnvme_error_recovery *value, bool save)
{
    return lwnvme_feature_row_set_of(controller, request, value, save, &lwnvme_error_recovery_row, nsid);
}

/* LBA ranges. */

/* The last block of a range that fits; its number of blocks is 0's based. */
static uint64_t lwnvme_lba_range_last(const struct lwnvme_lba_range_type *range)
{
    return lwnvme_le64_get(&range->slba) + lwnvme_le64_get(&range->nlb);
}

static bool lwnvme_lba_range_fits(const struct lwnvme_lba_range_type *range, uint64_t block_count)
{
    uint64_t first = lwnvme_le64_get(&range->slba);

    return first < block_count && lwnvme_le64_get(&range->nlb) < block_count - first;
}

static bool lwnvme_lba_ranges_overlap(const struct lwnvme_lba_range_type *left,
                                      const struct lwnvme_lba_range_type *right)
{
    return lwnvme_le64_get(&left->slba) <= lwnvme_lba_range_last(right) &&
           lwnvme_le64_get(&right->slba) <= lwnvme_lba_range_last(left);
}

/* At most 64 ranges, each against those before it. */
static bool lwnvme_lba_ranges_are_valid(const struct lwnvme_lba_ranges *value, uint64_t block_count)
{
    uint32_t index;
    uint32_t earlier;

    for (index = 0; index < value->count; index++) {
        if (!lwnvme_lba_range_fits(&value->range[index], block_count))
            return false;
        for (earlier = 0; earlier < index; earlier++) {
            if (lwnvme_lba_ranges_overlap(&value->range[earlier], &value->range[index]))
                return false;
        }
    }
    return true;
}

/* A single range of nothing but zeros is what controllers give who never were told of any. */
static bool lwnvme_lba_ranges_decode(struct lwnvme_request *request)
{
    struct lwnvme_lba_ranges *value = (struct lwnvme_lba_ranges *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->count = lwnvme_field_get(request->result_dw0, LWNVME_LBA_RANGE_TYPE_NUM) + 1u;
    if (value->count == 1u && value->range[0].type == 0 && value->range[0].attr == 0 &&
        (lwnvme_le64_get(&value->range[0].slba) | lwnvme_le64_get(&value->range[0].nlb)) == 0)
        value->count = 0;
    return lwnvme_feature_judge(request, lwnvme_lba_ranges_are_valid(value, value->block_count));
}

static int lwnvme_lba_ranges_ns_check(const struct lwnvme_controller *controller,
                                      const struct lwnvme_namespace *ns)
{
    if (ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (ns->controller != controller || ns->incarnation != controller->incarnation)
        return LWNVME_ERR_NAMESPACE_CLOSED;
    return ns->status;
}

int lwnvme_lba_ranges_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_namespace *ns, uint8_t select, struct lwnvme_lba_ranges *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_LBA_RANGE_TYPE, .select = select};
    struct lwnvme_feature_place place;
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_lba_ranges_ns_check(controller, ns);
    if (status != LWNVME_OK)
        return status;
    chosen.nsid = ns->nsid;
    place.data = value->range;
    place.length_bytes = (uint32_t)sizeof(value->range);
    value->block_count = ns->block_count;
    return lwnvme_feature_place_get(controller, request, &chosen, &place, value, lwnvme_lba_ranges_decode);
}

int lwnvme_lba_ranges_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_namespace *ns, const struct lwnvme_lba_ranges *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_LBA_RANGE_TYPE, .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_lba_ranges_ns_check(controller, ns);
    if (status != LWNVME_OK)
        return status;
    if (value->count == 0 || value->count > LWNVME_LBA_RANGES_MAX)
        return LWNVME_ERR_RANGE_COUNT;
    if (!lwnvme_lba_ranges_are_valid(value, ns->block_count))
        return LWNVME_ERR_LBA_RANGE;
    chosen.nsid = ns->nsid;
    chosen.cdw11 = lwnvme_field_put(value->count - 1u, LWNVME_LBA_RANGE_TYPE_NUM);
    return lwnvme_feature_place_set(controller, request, &chosen, value->range,
                                    value->count * (uint32_t)sizeof(value->range[0]));
}

static const struct lwnvme_feature_row lwnvme_lba_status_interval_row = {
    .fid = LWNVME_FEATURE_LBA_STATUS_REPORT_INTERVAL,
    LWNVME_FEATURE_NEEDS(oacs, LWNVME_OACS_GET_LBA_STATUS, LWNVME_ERR_NO_LBA_STATUS),
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_lba_status_interval, report_ms, LWNVME_MEMBER_TIMES,
                                  LWNVME_LBA_STATUS_LSIRI),
            LWNVME_FEATURE_MEMBER(lwnvme_lba_status_interval, poll_ms, LWNVME_MEMBER_TIMES,
                                  LWNVME_LBA_STATUS_LSIPI),
        },
};

int lwnvme_lba_status_interval_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_lba_status_interval *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_lba_status_interval_row);
}

int lwnvme_lba_status_interval_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_lba_status_interval *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_lba_status_interval_row);
}

static int lwnvme_read_recovery_judge(const struct lwnvme_controller *controller, const void *value,
                                      uint32_t dword, enum lwnvme_feature_phase phase)
{
    const uint32_t levels = lwnvme_le16_get(&lwnvme_identify_copy(controller)->rrls);

    (void)value;
    return phase != LWNVME_PHASE_GET &&
                   (levels >> lwnvme_field_get(dword, LWNVME_READ_RECOVERY_CDW12_RRL) & 1u) == 0
               ? LWNVME_ERR_NO_READ_RECOVERY
               : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_read_recovery_row = {
    .fid = LWNVME_FEATURE_READ_RECOVERY_LEVEL,
    .scope = LWNVME_ROW_NVM_SET,
    .in_cdw12 = true,
    LWNVME_FEATURE_NEEDS(ctratt, LWNVME_CTRATT_READ_RECOVERY_LEVELS, LWNVME_ERR_NO_READ_RECOVERY),
    .judge = lwnvme_read_recovery_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_read_recovery, level, 0u, LWNVME_READ_RECOVERY_CDW12_RRL),
        },
};

int lwnvme_read_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint8_t select, struct lwnvme_read_recovery *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_read_recovery_row);
}

int lwnvme_read_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_read_recovery *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_read_recovery_row);
}

static const struct lwnvme_feature_row lwnvme_predictable_latency_row = {
    .fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG,
    .scope = LWNVME_ROW_NVM_SET,
    .in_cdw12 = true,
    LWNVME_FEATURE_NEEDS(ctratt, LWNVME_CTRATT_PREDICTABLE_LATENCY, LWNVME_ERR_NO_PREDICTABLE_LATENCY),
    .data_at = offsetof(struct lwnvme_predictable_latency, thresholds),
    .data_bytes = sizeof(struct lwnvme_plm_config_data),
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_predictable_latency, enabled, 0u, LWNVME_PLM_CONFIG_CDW12_LPE),
        },
};

int lwnvme_predictable_latency_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_predictable_latency *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_predictable_latency_row);
}

int lwnvme_predictable_latency_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_predictable_latency *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_predictable_latency_row);
}

static int lwnvme_predictable_window_judge(const struct lwnvme_controller *controller, const void *value,
                                           uint32_t dword, enum lwnvme_feature_phase phase)
{
    const uint32_t window = lwnvme_field_get(dword, LWNVME_PLM_WINDOW_CDW12_WSEL);

    (void)controller;
    (void)value;
    return phase == LWNVME_PHASE_GOT && window != LWNVME_PLM_WINDOW_DETERMINISTIC &&
                   window != LWNVME_PLM_WINDOW_NON_DETERMINISTIC
               ? LWNVME_ERR_FEATURE_DATA
               : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_predictable_window_row = {
    .fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_WINDOW,
    .scope = LWNVME_ROW_NVM_SET,
    .in_cdw12 = true,
    LWNVME_FEATURE_NEEDS(ctratt, LWNVME_CTRATT_PREDICTABLE_LATENCY, LWNVME_ERR_NO_PREDICTABLE_LATENCY),
    .judge = lwnvme_predictable_window_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_predictable_window, deterministic, LWNVME_MEMBER_ONE_TWO,
                                  LWNVME_PLM_WINDOW_CDW12_WSEL),
        },
};

int lwnvme_predictable_window_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_predictable_window *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_predictable_window_row);
}

int lwnvme_predictable_window_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_predictable_window *value)
{
    return lwnvme_feature_row_set(controller, request, value, false, &lwnvme_predictable_window_row);
}

static const struct lwnvme_feature_row lwnvme_endurance_events_row = {
    .fid = LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION,
    .scope = LWNVME_ROW_ENDURANCE_GROUP,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_endurance_events, warnings, 0u, LWNVME_ENDURANCE_EVENT_EGCW),
        },
};

int lwnvme_endurance_events_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_endurance_events *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_endurance_events_row);
}

int lwnvme_endurance_events_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_endurance_events *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_endurance_events_row);
}

static const struct lwnvme_feature_row lwnvme_data_placement_row = {
    .fid = LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT,
    .scope = LWNVME_ROW_ENDURANCE_GROUP,
    .in_cdw12 = true,
    LWNVME_FEATURE_NEEDS(ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT, LWNVME_ERR_NO_FDP),
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_data_placement, enabled, 0u, LWNVME_FDP_CDW12_FDPE),
            LWNVME_FEATURE_MEMBER(lwnvme_data_placement, configuration, 0u, LWNVME_FDP_CDW12_FDPCI),
        },
};

int lwnvme_data_placement_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t select, struct lwnvme_data_placement *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_data_placement_row);
}

int lwnvme_data_placement_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              const struct lwnvme_data_placement *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_data_placement_row);
}

static bool lwnvme_placement_events_decode(struct lwnvme_request *request)
{
    struct lwnvme_placement_events *value = (struct lwnvme_placement_events *)lwnvme_feature_value(request);
    uint32_t reported = request->result_dw0;

    if (value == NULL)
        return false;
    if (reported > LWNVME_FDP_EVENT_TYPES_MAX)
        return lwnvme_feature_judge(request, false);
    value->count = reported;
    return lwnvme_feature_judge(request, true);
}

static int lwnvme_placement_events_check(const struct lwnvme_controller *controller, uint32_t nsid)
{
    if ((lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) &
         LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT) == 0)
        return LWNVME_ERR_NO_FDP;
    return lwnvme_feature_nsid_check(controller, nsid, false);
}

int lwnvme_placement_events_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, struct lwnvme_placement_events *value)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS, .select = select, .nsid = nsid};
    struct lwnvme_feature_place place;
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_placement_events_check(controller, nsid);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->handle, LWNVME_FDP_EVENTS_CDW11_PHNDL) |
                   lwnvme_field_put(LWNVME_FDP_EVENT_TYPES_MAX, LWNVME_FDP_EVENTS_CDW11_NOET);
    place.data = value->event;
    place.length_bytes = (uint32_t)sizeof(value->event);
    return lwnvme_feature_place_get(controller, request, &chosen, &place, value,
                                    lwnvme_placement_events_decode);
}

int lwnvme_placement_events_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, const struct lwnvme_placement_event_types *value, bool save)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS, .save = save, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_placement_events_check(controller, nsid);
    if (status != LWNVME_OK)
        return status;
    if (value->count == 0 || value->count > LWNVME_FDP_EVENT_TYPES_MAX)
        return LWNVME_ERR_RANGE_COUNT;
    chosen.cdw11 = lwnvme_field_put(value->handle, LWNVME_FDP_EVENTS_CDW11_PHNDL) |
                   lwnvme_field_put(value->count, LWNVME_FDP_EVENTS_CDW11_NOET);
    chosen.cdw12 = lwnvme_field_put(value->enable ? 1u : 0u, LWNVME_FDP_EVENTS_CDW12_FDPEE);
    return lwnvme_feature_place_set(controller, request, &chosen, value->type, value->count);
}

static const struct lwnvme_feature_row lwnvme_reservation_mask_row = {
    .fid = LWNVME_FEATURE_RESERVATION_NOTIFICATION_MASK,
    .scope = LWNVME_ROW_NAMESPACES,
    LWNVME_FEATURE_NEEDS(oncs, LWNVME_ONCS_RESERVATIONS, LWNVME_ERR_NO_RESERVATIONS),
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_reservation_mask, registration_preempted, 0u,
                                  LWNVME_RESERVATION_MASK_REGPRE),
            LWNVME_FEATURE_MEMBER(lwnvme_reservation_mask, reservation_released, 0u,
                                  LWNVME_RESERVATION_MASK_RESREL),
            LWNVME_FEATURE_MEMBER(lwnvme_reservation_mask, reservation_preempted, 0u,
                                  LWNVME_RESERVATION_MASK_RESPRE),
        },
};

int lwnvme_reservation_mask_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, struct lwnvme_reservation_mask *value)
{
    return lwnvme_feature_row_get_of(controller, request, select, value, &lwnvme_reservation_mask_row, nsid);
}

int lwnvme_reservation_mask_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, const struct lwnvme_reservation_mask *value, bool save)
{
    return lwnvme_feature_row_set_of(controller, request, value, save, &lwnvme_reservation_mask_row, nsid);
}

static const struct lwnvme_feature_row lwnvme_reservation_persistence_row = {
    .fid = LWNVME_FEATURE_RESERVATION_PERSISTENCE,
    .scope = LWNVME_ROW_NAMESPACES,
    LWNVME_FEATURE_NEEDS(oncs, LWNVME_ONCS_RESERVATIONS, LWNVME_ERR_NO_RESERVATIONS),
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_RESERVATION_PERSISTENCE_PTPL),
        },
};

int lwnvme_reservation_persistence_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, uint8_t select, bool *persists)
{
    return lwnvme_feature_row_get_of(controller, request, select, persists,
                                     &lwnvme_reservation_persistence_row, nsid);
}

int lwnvme_reservation_persistence_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, bool persists, bool save)
{
    return lwnvme_feature_number_set_of(controller, request, persists, save,
                                        &lwnvme_reservation_persistence_row, nsid);
}

static int lwnvme_write_protection_judge(const struct lwnvme_controller *controller, const void *value,
                                         uint32_t dword, enum lwnvme_feature_phase phase)
{
    static const uint8_t needed[] = {LWNVME_NWPC_WRITE_PROTECT, LWNVME_NWPC_WRITE_PROTECT,
                                     LWNVME_NWPC_UNTIL_POWER_CYCLE, LWNVME_NWPC_PERMANENT};
    const uint32_t state = lwnvme_field_get(dword, LWNVME_WRITE_PROTECTION_WPS);

    (void)value;
    (void)phase;
    if (state > LWNVME_WRITE_PROTECTION_PERMANENT)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((lwnvme_identify_copy(controller)->nwpc & needed[state]) == 0)
        return LWNVME_ERR_NO_WRITE_PROTECTION;
    return LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_write_protection_row = {
    .fid = LWNVME_FEATURE_NAMESPACE_WRITE_PROTECTION,
    .scope = LWNVME_ROW_NAMESPACE,
    LWNVME_FEATURE_NEEDS(nwpc, LWNVME_NWPC_WRITE_PROTECT, LWNVME_ERR_NO_WRITE_PROTECTION),
    .judge = lwnvme_write_protection_judge,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint8_t, LWNVME_WRITE_PROTECTION_WPS),
        },
};

int lwnvme_write_protection_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, uint8_t *state)
{
    return lwnvme_feature_row_get_of(controller, request, select, state, &lwnvme_write_protection_row, nsid);
}

int lwnvme_write_protection_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t state)
{
    return lwnvme_feature_number_set_of(controller, request, state, false, &lwnvme_write_protection_row,
                                        nsid);
}

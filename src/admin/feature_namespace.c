/* SPDX-License-Identifier: MIT */
/*
 * Typed features of a part of the subsystem: a namespace, an NVM set, an endurance group. As feature_controller.c,
 * some with a structure that lies in the caller's value. Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>
#include <lwnvme/namespace.h>

#include "../core/core.h"

#define LWNVME_FEATURE_TICK_MS 100u

/* One that exists or may: not 0, not all of them unless that is allowed, not beyond the last. */
static int lwnvme_feature_nsid_check(const struct lwnvme_controller *controller, uint32_t nsid,
                                     bool is_all_allowed)
{
    if (nsid == LWNVME_NSID_ALL)
        return is_all_allowed ? LWNVME_OK : LWNVME_ERR_NS_INVALID_ID;
    return nsid == 0 || nsid > controller->info.nn ? LWNVME_ERR_NS_INVALID_ID : LWNVME_OK;
}

/* Units of 100 ms in 16 bits. */
static bool lwnvme_feature_ticks_fit(uint32_t time_ms)
{
    uint32_t ticks = lwnvme_divide(time_ms, LWNVME_FEATURE_TICK_MS);

    return ticks * LWNVME_FEATURE_TICK_MS == time_ms && ticks <= 0xffffu;
}

static uint32_t lwnvme_feature_ctratt(const struct lwnvme_controller *controller)
{
    return lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt);
}

/* Error recovery. */

static bool lwnvme_error_recovery_decode(struct lwnvme_request *request)
{
    struct lwnvme_error_recovery *value = (struct lwnvme_error_recovery *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->retry_limit_ms =
        lwnvme_field_get(request->result_dw0, LWNVME_ERROR_RECOVERY_TLER) * LWNVME_FEATURE_TICK_MS;
    value->deallocated_is_error = lwnvme_field_get(request->result_dw0, LWNVME_ERROR_RECOVERY_DULBE) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_error_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, uint8_t select, struct lwnvme_error_recovery *value)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_ERROR_RECOVERY, .select = select, .nsid = nsid};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_feature_nsid_check(controller, nsid, false);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_error_recovery_decode);
}

int lwnvme_error_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, const struct lwnvme_error_recovery *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_ERROR_RECOVERY, .save = save, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_feature_nsid_check(controller, nsid, true);
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_feature_ticks_fit(value->retry_limit_ms))
        return LWNVME_ERR_INVALID_ARGUMENT;
    chosen.cdw11 = lwnvme_field_put(lwnvme_divide(value->retry_limit_ms, LWNVME_FEATURE_TICK_MS),
                                    LWNVME_ERROR_RECOVERY_TLER) |
                   lwnvme_field_put(value->deallocated_is_error ? 1u : 0u, LWNVME_ERROR_RECOVERY_DULBE);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

/* LBA ranges. */

static bool lwnvme_lba_range_fits(const struct lwnvme_lba_range_type *range, uint64_t block_count)
{
    uint64_t first = lwnvme_le64_get(&range->slba);
    uint64_t blocks = lwnvme_le64_get(&range->nlb);

    return blocks != 0 && first < block_count && blocks <= block_count - first;
}

/* Both fit, so the sums do not overflow. */
static bool lwnvme_lba_ranges_overlap(const struct lwnvme_lba_range_type *left,
                                      const struct lwnvme_lba_range_type *right)
{
    uint64_t left_first = lwnvme_le64_get(&left->slba);
    uint64_t right_first = lwnvme_le64_get(&right->slba);

    return left_first < right_first + lwnvme_le64_get(&right->nlb) &&
           right_first < left_first + lwnvme_le64_get(&left->nlb);
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

/* A single range of no blocks, of type 0, is what controllers give who never were told of any. */
static bool lwnvme_lba_ranges_decode(struct lwnvme_request *request)
{
    struct lwnvme_lba_ranges *value = (struct lwnvme_lba_ranges *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->count = lwnvme_field_get(request->result_dw0, LWNVME_LBA_RANGE_TYPE_NUM) + 1u;
    if (value->count == 1u && lwnvme_le64_get(&value->range[0].nlb) == 0 && value->range[0].type == 0)
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

/* LBA status information interval. */

static bool lwnvme_lba_status_interval_decode(struct lwnvme_request *request)
{
    struct lwnvme_lba_status_interval *value =
        (struct lwnvme_lba_status_interval *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->report_ms =
        lwnvme_field_get(request->result_dw0, LWNVME_LBA_STATUS_LSIRI) * LWNVME_FEATURE_TICK_MS;
    value->poll_ms = lwnvme_field_get(request->result_dw0, LWNVME_LBA_STATUS_LSIPI) * LWNVME_FEATURE_TICK_MS;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_lba_status_interval_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_lba_status_interval *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_LBA_STATUS_REPORT_INTERVAL,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_GET_LBA_STATUS) == 0)
        return LWNVME_ERR_NO_LBA_STATUS;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_lba_status_interval_decode);
}

int lwnvme_lba_status_interval_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_lba_status_interval *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_LBA_STATUS_REPORT_INTERVAL, .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_GET_LBA_STATUS) == 0)
        return LWNVME_ERR_NO_LBA_STATUS;
    if (!lwnvme_feature_ticks_fit(value->report_ms) || !lwnvme_feature_ticks_fit(value->poll_ms))
        return LWNVME_ERR_INVALID_ARGUMENT;
    chosen.cdw11 =
        lwnvme_field_put(lwnvme_divide(value->report_ms, LWNVME_FEATURE_TICK_MS), LWNVME_LBA_STATUS_LSIRI) |
        lwnvme_field_put(lwnvme_divide(value->poll_ms, LWNVME_FEATURE_TICK_MS), LWNVME_LBA_STATUS_LSIPI);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

/* Of an NVM set: read recovery level, predictable latency. */

/* A controller without NVM sets ignores the identifier, which is 0 then. */
static int lwnvme_nvm_set_check(const struct lwnvme_controller *controller, uint16_t nvm_set)
{
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_NVM_SETS) == 0)
        return nvm_set == 0 ? LWNVME_OK : LWNVME_ERR_NO_NVM_SETS;
    if (nvm_set == 0 || nvm_set > lwnvme_le16_get(&lwnvme_identify_copy(controller)->nsetidmax))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

static bool lwnvme_read_recovery_decode(struct lwnvme_request *request)
{
    struct lwnvme_read_recovery *value = (struct lwnvme_read_recovery *)lwnvme_feature_value(request);
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(request->queue->controller);
    uint32_t level = lwnvme_field_get(request->result_dw0, LWNVME_READ_RECOVERY_CDW12_RRL);

    if (value == NULL)
        return false;
    if (((uint32_t)lwnvme_le16_get(&identify->rrls) >> level & 1u) == 0)
        return lwnvme_feature_judge(request, false);
    value->level = (uint8_t)level;
    return lwnvme_feature_judge(request, true);
}

static int lwnvme_read_recovery_check(const struct lwnvme_controller *controller, uint16_t nvm_set)
{
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_READ_RECOVERY_LEVELS) == 0)
        return LWNVME_ERR_NO_READ_RECOVERY;
    return lwnvme_nvm_set_check(controller, nvm_set);
}

int lwnvme_read_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint8_t select, struct lwnvme_read_recovery *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_READ_RECOVERY_LEVEL, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_read_recovery_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = value->nvm_set;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_read_recovery_decode);
}

int lwnvme_read_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_read_recovery *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_READ_RECOVERY_LEVEL, .save = save};
    uint32_t levels;
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_read_recovery_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    levels = lwnvme_le16_get(&lwnvme_identify_copy(controller)->rrls);
    if (value->level >= LWNVME_READ_RECOVERY_LEVELS)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((levels >> value->level & 1u) == 0)
        return LWNVME_ERR_NO_READ_RECOVERY;
    chosen.cdw11 = value->nvm_set;
    chosen.cdw12 = lwnvme_field_put(value->level, LWNVME_READ_RECOVERY_CDW12_RRL);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

static int lwnvme_predictable_check(const struct lwnvme_controller *controller, uint16_t nvm_set)
{
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_PREDICTABLE_LATENCY) == 0)
        return LWNVME_ERR_NO_PREDICTABLE_LATENCY;
    return lwnvme_nvm_set_check(controller, nvm_set);
}

static bool lwnvme_predictable_latency_decode(struct lwnvme_request *request)
{
    struct lwnvme_predictable_latency *value =
        (struct lwnvme_predictable_latency *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->enabled = lwnvme_field_get(request->result_dw0, LWNVME_PLM_CONFIG_CDW12_LPE) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_predictable_latency_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_predictable_latency *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG,
                                           .select = select};
    struct lwnvme_feature_place place;
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_predictable_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = value->nvm_set;
    place.data = &value->thresholds;
    place.length_bytes = (uint32_t)sizeof(value->thresholds);
    return lwnvme_feature_place_get(controller, request, &chosen, &place, value,
                                    lwnvme_predictable_latency_decode);
}

int lwnvme_predictable_latency_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_predictable_latency *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG,
                                           .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_predictable_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = value->nvm_set;
    chosen.cdw12 = lwnvme_field_put(value->enabled ? 1u : 0u, LWNVME_PLM_CONFIG_CDW12_LPE);
    return lwnvme_feature_place_set(controller, request, &chosen, &value->thresholds,
                                    (uint32_t)sizeof(value->thresholds));
}

static bool lwnvme_predictable_window_decode(struct lwnvme_request *request)
{
    struct lwnvme_predictable_window *value =
        (struct lwnvme_predictable_window *)lwnvme_feature_value(request);
    uint32_t window = lwnvme_field_get(request->result_dw0, LWNVME_PLM_WINDOW_CDW12_WSEL);

    if (value == NULL)
        return false;
    if (window != LWNVME_PLM_WINDOW_DETERMINISTIC && window != LWNVME_PLM_WINDOW_NON_DETERMINISTIC)
        return lwnvme_feature_judge(request, false);
    value->deterministic = window == LWNVME_PLM_WINDOW_DETERMINISTIC;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_predictable_window_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_predictable_window *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_WINDOW,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_predictable_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = value->nvm_set;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_predictable_window_decode);
}

int lwnvme_predictable_window_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_predictable_window *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_WINDOW};
    int status = lwnvme_feature_set_check(controller, request, value, false);

    if (status == LWNVME_OK)
        status = lwnvme_predictable_check(controller, value->nvm_set);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = value->nvm_set;
    chosen.cdw12 =
        value->deterministic ? LWNVME_PLM_WINDOW_DETERMINISTIC : LWNVME_PLM_WINDOW_NON_DETERMINISTIC;
    return lwnvme_feature_word_set(controller, request, &chosen);
}

/* Of an endurance group: events, flexible data placement. */

static int lwnvme_endurance_group_check(const struct lwnvme_controller *controller, uint16_t group)
{
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_ENDURANCE_GROUPS) == 0)
        return LWNVME_ERR_NO_ENDURANCE_GROUPS;
    if (group == 0 || group > lwnvme_le16_get(&lwnvme_identify_copy(controller)->endgidmax))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

static bool lwnvme_endurance_events_decode(struct lwnvme_request *request)
{
    struct lwnvme_endurance_events *value = (struct lwnvme_endurance_events *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->warnings = (uint8_t)lwnvme_field_get(request->result_dw0, LWNVME_ENDURANCE_EVENT_EGCW);
    return lwnvme_feature_judge(request, true);
}

int lwnvme_endurance_events_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_endurance_events *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_endurance_group_check(controller, value->group);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->group, LWNVME_ENDURANCE_EVENT_ENDGID);
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_endurance_events_decode);
}

int lwnvme_endurance_events_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_endurance_events *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION,
                                           .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_endurance_group_check(controller, value->group);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->group, LWNVME_ENDURANCE_EVENT_ENDGID) |
                   lwnvme_field_put(value->warnings, LWNVME_ENDURANCE_EVENT_EGCW);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

static int lwnvme_data_placement_check(const struct lwnvme_controller *controller, uint16_t group)
{
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT) == 0)
        return LWNVME_ERR_NO_FDP;
    return lwnvme_endurance_group_check(controller, group);
}

static bool lwnvme_data_placement_decode(struct lwnvme_request *request)
{
    struct lwnvme_data_placement *value = (struct lwnvme_data_placement *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->enabled = lwnvme_field_get(request->result_dw0, LWNVME_FDP_CDW12_FDPE) != 0;
    value->configuration = (uint8_t)lwnvme_field_get(request->result_dw0, LWNVME_FDP_CDW12_FDPCI);
    return lwnvme_feature_judge(request, true);
}

int lwnvme_data_placement_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t select, struct lwnvme_data_placement *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_data_placement_check(controller, value->group);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->group, LWNVME_FDP_CDW11_ENDGID);
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_data_placement_decode);
}

int lwnvme_data_placement_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              const struct lwnvme_data_placement *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT, .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_data_placement_check(controller, value->group);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->group, LWNVME_FDP_CDW11_ENDGID);
    chosen.cdw12 = lwnvme_field_put(value->enabled ? 1u : 0u, LWNVME_FDP_CDW12_FDPE) |
                   lwnvme_field_put(value->configuration, LWNVME_FDP_CDW12_FDPCI);
    return lwnvme_feature_word_set(controller, request, &chosen);
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
    if ((lwnvme_feature_ctratt(controller) & LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT) == 0)
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

/* Reservations. */

static int lwnvme_reservation_check(const struct lwnvme_controller *controller, uint32_t nsid,
                                    bool is_all_allowed)
{
    if ((controller->info.oncs & LWNVME_ONCS_RESERVATIONS) == 0)
        return LWNVME_ERR_NO_RESERVATIONS;
    return lwnvme_feature_nsid_check(controller, nsid, is_all_allowed);
}

static bool lwnvme_reservation_mask_decode(struct lwnvme_request *request)
{
    struct lwnvme_reservation_mask *value = (struct lwnvme_reservation_mask *)lwnvme_feature_value(request);
    uint32_t word = request->result_dw0;

    if (value == NULL)
        return false;
    value->registration_preempted = lwnvme_field_get(word, LWNVME_RESERVATION_MASK_REGPRE) != 0;
    value->reservation_released = lwnvme_field_get(word, LWNVME_RESERVATION_MASK_RESREL) != 0;
    value->reservation_preempted = lwnvme_field_get(word, LWNVME_RESERVATION_MASK_RESPRE) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_reservation_mask_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, struct lwnvme_reservation_mask *value)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_RESERVATION_NOTIFICATION_MASK, .select = select, .nsid = nsid};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_reservation_check(controller, nsid, false);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_reservation_mask_decode);
}

int lwnvme_reservation_mask_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, const struct lwnvme_reservation_mask *value, bool save)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_RESERVATION_NOTIFICATION_MASK, .save = save, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_reservation_check(controller, nsid, true);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->registration_preempted ? 1u : 0u, LWNVME_RESERVATION_MASK_REGPRE) |
                   lwnvme_field_put(value->reservation_released ? 1u : 0u, LWNVME_RESERVATION_MASK_RESREL) |
                   lwnvme_field_put(value->reservation_preempted ? 1u : 0u, LWNVME_RESERVATION_MASK_RESPRE);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

static bool lwnvme_reservation_persistence_decode(struct lwnvme_request *request)
{
    bool *value = (bool *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    *value = lwnvme_field_get(request->result_dw0, LWNVME_RESERVATION_PERSISTENCE_PTPL) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_reservation_persistence_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, uint8_t select, bool *persists)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_RESERVATION_PERSISTENCE, .select = select, .nsid = nsid};
    int status = lwnvme_feature_get_check(controller, request, persists, select);

    if (status == LWNVME_OK)
        status = lwnvme_reservation_check(controller, nsid, false);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, persists,
                                   lwnvme_reservation_persistence_decode);
}

int lwnvme_reservation_persistence_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, bool persists, bool save)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_RESERVATION_PERSISTENCE, .save = save, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, request, save);

    if (status == LWNVME_OK)
        status = lwnvme_reservation_check(controller, nsid, true);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(persists ? 1u : 0u, LWNVME_RESERVATION_PERSISTENCE_PTPL);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

/* Namespace write protection. */

static int lwnvme_write_protection_check(const struct lwnvme_controller *controller, uint8_t state)
{
    static const uint8_t needed[] = {LWNVME_NWPC_WRITE_PROTECT, LWNVME_NWPC_WRITE_PROTECT,
                                     LWNVME_NWPC_UNTIL_POWER_CYCLE, LWNVME_NWPC_PERMANENT};

    if (state > LWNVME_WRITE_PROTECTION_PERMANENT)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((lwnvme_identify_copy(controller)->nwpc & needed[state]) == 0)
        return LWNVME_ERR_NO_WRITE_PROTECTION;
    return LWNVME_OK;
}

static bool lwnvme_write_protection_decode(struct lwnvme_request *request)
{
    uint8_t *value = (uint8_t *)lwnvme_feature_value(request);
    uint32_t state = lwnvme_field_get(request->result_dw0, LWNVME_WRITE_PROTECTION_WPS);

    if (value == NULL)
        return false;
    if (lwnvme_write_protection_check(request->queue->controller, (uint8_t)state) != LWNVME_OK)
        return lwnvme_feature_judge(request, false);
    *value = (uint8_t)state;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_write_protection_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, uint8_t *state)
{
    struct lwnvme_feature_select chosen = {
        .fid = LWNVME_FEATURE_NAMESPACE_WRITE_PROTECTION, .select = select, .nsid = nsid};
    int status = lwnvme_feature_get_check(controller, request, state, select);

    if (status == LWNVME_OK)
        status = lwnvme_write_protection_check(controller, LWNVME_WRITE_PROTECTION_NONE);
    if (status == LWNVME_OK)
        status = lwnvme_feature_nsid_check(controller, nsid, false);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, state, lwnvme_write_protection_decode);
}

int lwnvme_write_protection_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t state)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_NAMESPACE_WRITE_PROTECTION, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, request, false);

    if (status == LWNVME_OK)
        status = lwnvme_write_protection_check(controller, state);
    if (status == LWNVME_OK)
        status = lwnvme_feature_nsid_check(controller, nsid, false);
    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(state, LWNVME_WRITE_PROTECTION_WPS);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

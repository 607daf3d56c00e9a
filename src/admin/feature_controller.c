/* SPDX-License-Identifier: MIT */
/*
 * Typed features of the whole controller whose value is one dword. Each is a decode function, a get that checks the
 * capability and asks, and a set that checks the capability and the range and sends. See feature_data.c for how
 * a value comes back. Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

/* Features that are a flag in bit 0 have one decode function. */
static bool lwnvme_feature_flag_decode(struct lwnvme_request *request)
{
    bool *value = (bool *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    *value = (request->result_dw0 & 1u) != 0;
    return lwnvme_feature_judge(request, true);
}

static int lwnvme_feature_flag_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t fid, uint8_t select, bool *value)
{
    struct lwnvme_feature_select chosen = {.fid = fid, .select = select};

    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_feature_flag_decode);
}

static int lwnvme_feature_value_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t fid, uint32_t value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = fid, .save = save, .cdw11 = value};

    return lwnvme_feature_word_set(controller, request, &chosen);
}

/* Sets have no value that could be NULL: the request, which the check looks at first, stands in for it. */
static int lwnvme_feature_plain_check(const struct lwnvme_controller *controller,
                                      const struct lwnvme_request *request, bool save)
{
    return lwnvme_feature_set_check(controller, request, request, save);
}

/* Arbitration. */

static bool lwnvme_arbitration_decode(struct lwnvme_request *request)
{
    struct lwnvme_arbitration *value = (struct lwnvme_arbitration *)lwnvme_feature_value(request);
    uint32_t word = request->result_dw0;
    uint32_t burst = lwnvme_field_get(word, LWNVME_ARBITRATION_AB);

    if (value == NULL)
        return false;
    value->burst = burst == LWNVME_ARBITRATION_AB_NO_LIMIT ? 0 : 1u << burst;
    value->low_weight = lwnvme_field_get(word, LWNVME_ARBITRATION_LPW) + 1u;
    value->medium_weight = lwnvme_field_get(word, LWNVME_ARBITRATION_MPW) + 1u;
    value->high_weight = lwnvme_field_get(word, LWNVME_ARBITRATION_HPW) + 1u;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_arbitration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, struct lwnvme_arbitration *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_ARBITRATION, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_arbitration_decode);
}

/* AB of a burst; 8 when there is none. */
static uint32_t lwnvme_arbitration_ab(uint32_t burst)
{
    uint32_t ab;

    if (burst == 0)
        return LWNVME_ARBITRATION_AB_NO_LIMIT;
    for (ab = 0; ab < LWNVME_ARBITRATION_AB_NO_LIMIT; ab++) {
        if (burst == 1u << ab)
            return ab;
    }
    return LWNVME_ARBITRATION_AB_NO_LIMIT + 1u;
}

static bool lwnvme_weight_is_valid(uint32_t weight)
{
    return weight >= 1u && weight <= 256u;
}

int lwnvme_arbitration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_arbitration *value, bool save)
{
    uint32_t ab;
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    ab = lwnvme_arbitration_ab(value->burst);
    if (ab > LWNVME_ARBITRATION_AB_NO_LIMIT || !lwnvme_weight_is_valid(value->low_weight) ||
        !lwnvme_weight_is_valid(value->medium_weight) || !lwnvme_weight_is_valid(value->high_weight))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_ARBITRATION,
                                    lwnvme_field_put(ab, LWNVME_ARBITRATION_AB) |
                                        lwnvme_field_put(value->low_weight - 1u, LWNVME_ARBITRATION_LPW) |
                                        lwnvme_field_put(value->medium_weight - 1u, LWNVME_ARBITRATION_MPW) |
                                        lwnvme_field_put(value->high_weight - 1u, LWNVME_ARBITRATION_HPW),
                                    save);
}

/* Temperature threshold. */

static bool lwnvme_temperature_decode(struct lwnvme_request *request)
{
    struct lwnvme_temperature_threshold *value =
        (struct lwnvme_temperature_threshold *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->kelvin = (uint16_t)lwnvme_field_get(request->result_dw0, LWNVME_TEMPERATURE_THRESHOLD_TMPTH);
    value->hysteresis_kelvin =
        (uint8_t)lwnvme_field_get(request->result_dw0, LWNVME_TEMPERATURE_THRESHOLD_TMPTHH);
    return lwnvme_feature_judge(request, true);
}

static uint32_t lwnvme_temperature_word(const struct lwnvme_temperature_threshold *value)
{
    return lwnvme_field_put(value->sensor, LWNVME_TEMPERATURE_THRESHOLD_TMPSEL) |
           lwnvme_field_put(value->under ? LWNVME_THSEL_UNDER : LWNVME_THSEL_OVER,
                            LWNVME_TEMPERATURE_THRESHOLD_THSEL);
}

int lwnvme_temperature_threshold_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint8_t select, struct lwnvme_temperature_threshold *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_TEMPERATURE_THRESHOLD, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    if (value->sensor > LWNVME_TMPSEL_SENSORS)
        return LWNVME_ERR_INVALID_ARGUMENT;
    chosen.cdw11 = lwnvme_temperature_word(value);
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_temperature_decode);
}

int lwnvme_temperature_threshold_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     const struct lwnvme_temperature_threshold *value, bool save)
{
    uint32_t most;
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if (value->sensor > LWNVME_TMPSEL_SENSORS && value->sensor != LWNVME_TMPSEL_ALL)
        return LWNVME_ERR_INVALID_ARGUMENT;
    most = lwnvme_field_get(lwnvme_identify_copy(controller)->tmpthha, LWNVME_TMPTHHA_TMPTHMH);
    if (value->hysteresis_kelvin > most)
        return most == 0 ? LWNVME_ERR_NO_FEATURE : LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(
        controller, request, LWNVME_FEATURE_TEMPERATURE_THRESHOLD,
        lwnvme_temperature_word(value) | lwnvme_field_put(value->kelvin, LWNVME_TEMPERATURE_THRESHOLD_TMPTH) |
            lwnvme_field_put(value->hysteresis_kelvin, LWNVME_TEMPERATURE_THRESHOLD_TMPTHH),
        save);
}

/* Volatile write cache. */

static bool lwnvme_controller_has_cache(const struct lwnvme_controller *controller)
{
    return (controller->info.vwc & LWNVME_VWC_PRESENT) != 0;
}

int lwnvme_write_cache_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, bool *enabled)
{
    int status = lwnvme_feature_get_check(controller, request, enabled, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_cache(controller))
        return LWNVME_ERR_NO_WRITE_CACHE;
    return lwnvme_feature_flag_get(controller, request, LWNVME_FEATURE_VOLATILE_WRITE_CACHE, select, enabled);
}

int lwnvme_write_cache_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool enabled,
                           bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_cache(controller))
        return LWNVME_ERR_NO_WRITE_CACHE;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                    enabled ? 1u : 0u, save);
}

/* Number of queues. A count of 65536 is more than there can be identifiers for. */

static bool lwnvme_number_of_queues_decode(struct lwnvme_request *request)
{
    struct lwnvme_number_of_queues *value = (struct lwnvme_number_of_queues *)lwnvme_feature_value(request);
    uint32_t submission = lwnvme_field_get(request->result_dw0, LWNVME_NUMBER_OF_QUEUES_NSQ);
    uint32_t completion = lwnvme_field_get(request->result_dw0, LWNVME_NUMBER_OF_QUEUES_NCQ);

    if (value == NULL)
        return false;
    if (submission == 0xffffu || completion == 0xffffu)
        return lwnvme_feature_judge(request, false);
    value->submission_queues = submission + 1u;
    value->completion_queues = completion + 1u;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_number_of_queues_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_number_of_queues *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_NUMBER_OF_QUEUES, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_number_of_queues_decode);
}

/* Interrupts. */

static bool lwnvme_coalescing_decode(struct lwnvme_request *request)
{
    struct lwnvme_interrupt_coalescing *value =
        (struct lwnvme_interrupt_coalescing *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->threshold = lwnvme_field_get(request->result_dw0, LWNVME_INTERRUPT_COALESCING_THR) + 1u;
    value->time_us = lwnvme_field_get(request->result_dw0, LWNVME_INTERRUPT_COALESCING_TIME) *
                     LWNVME_INTERRUPT_COALESCING_TIME_UNIT_US;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_interrupt_coalescing_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, struct lwnvme_interrupt_coalescing *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_INTERRUPT_COALESCING, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_coalescing_decode);
}

int lwnvme_interrupt_coalescing_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    const struct lwnvme_interrupt_coalescing *value, bool save)
{
    uint32_t time;
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    time = lwnvme_divide(value->time_us, LWNVME_INTERRUPT_COALESCING_TIME_UNIT_US);
    if (value->threshold < 1u || value->threshold > 256u || time > 255u ||
        value->time_us != time * LWNVME_INTERRUPT_COALESCING_TIME_UNIT_US)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_INTERRUPT_COALESCING,
                                    lwnvme_field_put(value->threshold - 1u, LWNVME_INTERRUPT_COALESCING_THR) |
                                        lwnvme_field_put(time, LWNVME_INTERRUPT_COALESCING_TIME),
                                    save);
}

static bool lwnvme_interrupt_vector_decode(struct lwnvme_request *request)
{
    struct lwnvme_interrupt_vector *value = (struct lwnvme_interrupt_vector *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    if (lwnvme_field_get(request->result_dw0, LWNVME_INTERRUPT_VECTOR_IV) != value->vector)
        return lwnvme_feature_judge(request, false);
    value->coalescing_disabled = lwnvme_field_get(request->result_dw0, LWNVME_INTERRUPT_VECTOR_CD) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_interrupt_vector_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_interrupt_vector *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_INTERRUPT_VECTOR_CONFIGURATION,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    chosen.cdw11 = lwnvme_field_put(value->vector, LWNVME_INTERRUPT_VECTOR_IV);
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_interrupt_vector_decode);
}

int lwnvme_interrupt_vector_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_interrupt_vector *value, bool save)
{
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if (value->vector == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(
        controller, request, LWNVME_FEATURE_INTERRUPT_VECTOR_CONFIGURATION,
        lwnvme_field_put(value->vector, LWNVME_INTERRUPT_VECTOR_IV) |
            lwnvme_field_put(value->coalescing_disabled ? 1u : 0u, LWNVME_INTERRUPT_VECTOR_CD),
        save);
}

/* Write atomicity. */

int lwnvme_write_atomicity_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *normal_disabled)
{
    int status = lwnvme_feature_get_check(controller, request, normal_disabled, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_flag_get(controller, request, LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL, select,
                                   normal_disabled);
}

int lwnvme_write_atomicity_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool normal_disabled, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL,
                                    normal_disabled ? 1u : 0u, save);
}

/* Asynchronous event configuration. */

static bool lwnvme_feature_word_decode(struct lwnvme_request *request)
{
    uint32_t *value = (uint32_t *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    *value = request->result_dw0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_event_configuration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *bits)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION, .select = select};
    int status = lwnvme_feature_get_check(controller, request, bits, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, bits, lwnvme_feature_word_decode);
}

/* All that may be enabled: SMART warnings always; the rest as OAES and LPA say. */
static uint32_t lwnvme_event_bits_known(const struct lwnvme_controller *controller)
{
    uint32_t oaes = lwnvme_le32_get(&lwnvme_identify_copy(controller)->oaes);
    uint32_t bits = 0xffu | (oaes & ~0xffu);

    if ((controller->info.lpa & LWNVME_LPA_TELEMETRY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY;
    if ((oaes & LWNVME_OAES_REACHABILITY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP;
    if ((oaes & LWNVME_OAES_DISCOVERY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_PULL_MODEL_DDC_REQUEST | LWNVME_ASYNC_EVENT_ENABLE_AVE_DISCOVERY |
                LWNVME_ASYNC_EVENT_ENABLE_HOST_DISCOVERY;
    return bits;
}

int lwnvme_event_configuration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t bits, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    if ((bits & ~lwnvme_event_bits_known(controller)) != 0)
        return LWNVME_ERR_NO_EVENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION, bits,
                                    save);
}

/* Keep Alive timer. */

int lwnvme_keep_alive_timer_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, uint32_t *timeout_ms)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_KEEP_ALIVE_TIMER, .select = select};
    int status = lwnvme_feature_get_check(controller, request, timeout_ms, select);

    if (status != LWNVME_OK)
        return status;
    if (lwnvme_le16_get(&lwnvme_identify_copy(controller)->kas) == 0)
        return LWNVME_ERR_NO_KEEP_ALIVE;
    return lwnvme_feature_word_get(controller, request, &chosen, timeout_ms, lwnvme_feature_word_decode);
}

int lwnvme_keep_alive_timer_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t timeout_ms)
{
    uint32_t step_ms;
    uint32_t steps;
    int status = lwnvme_feature_plain_check(controller, request, false);

    if (status != LWNVME_OK)
        return status;
    step_ms = lwnvme_le16_get(&lwnvme_identify_copy(controller)->kas) * LWNVME_KAS_UNIT_MS;
    if (step_ms == 0)
        return LWNVME_ERR_NO_KEEP_ALIVE;
    steps = lwnvme_divide(timeout_ms, step_ms);
    if (steps * step_ms != timeout_ms)
        steps++;
    if ((uint64_t)steps * step_ms > UINT32_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_KEEP_ALIVE_TIMER, steps * step_ms,
                                    false);
}

/* Host controlled thermal management. */

static bool lwnvme_thermal_is_ordered(uint32_t light, uint32_t heavy)
{
    return light == 0 || heavy == 0 || light < heavy;
}

static bool lwnvme_thermal_decode(struct lwnvme_request *request)
{
    struct lwnvme_thermal_management *value =
        (struct lwnvme_thermal_management *)lwnvme_feature_value(request);
    uint32_t light = lwnvme_field_get(request->result_dw0, LWNVME_THERMAL_TMT1);
    uint32_t heavy = lwnvme_field_get(request->result_dw0, LWNVME_THERMAL_TMT2);

    if (value == NULL)
        return false;
    if (!lwnvme_thermal_is_ordered(light, heavy))
        return lwnvme_feature_judge(request, false);
    value->light_kelvin = (uint16_t)light;
    value->heavy_kelvin = (uint16_t)heavy;
    return lwnvme_feature_judge(request, true);
}

static bool lwnvme_controller_has_thermal(const struct lwnvme_controller *controller)
{
    return (lwnvme_le16_get(&lwnvme_identify_copy(controller)->hctma) & LWNVME_HCTMA_HCTM) != 0;
}

int lwnvme_thermal_management_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_thermal_management *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_HOST_CONTROLLED_THERMAL_MANAGEMENT,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_thermal(controller))
        return LWNVME_ERR_NO_THERMAL_MANAGEMENT;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_thermal_decode);
}

static bool lwnvme_thermal_is_in_range(const struct lwnvme_controller *controller, uint16_t kelvin)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(controller);

    return kelvin == 0 ||
           (kelvin >= lwnvme_le16_get(&identify->mntmt) && kelvin <= lwnvme_le16_get(&identify->mxtmt));
}

int lwnvme_thermal_management_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_thermal_management *value, bool save)
{
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_thermal(controller))
        return LWNVME_ERR_NO_THERMAL_MANAGEMENT;
    if (!lwnvme_thermal_is_in_range(controller, value->light_kelvin) ||
        !lwnvme_thermal_is_in_range(controller, value->heavy_kelvin) ||
        !lwnvme_thermal_is_ordered(value->light_kelvin, value->heavy_kelvin))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_HOST_CONTROLLED_THERMAL_MANAGEMENT,
                                    lwnvme_field_put(value->light_kelvin, LWNVME_THERMAL_TMT1) |
                                        lwnvme_field_put(value->heavy_kelvin, LWNVME_THERMAL_TMT2),
                                    save);
}

/* Non-operational power state permissive mode. */

static bool lwnvme_controller_has_permissive(const struct lwnvme_controller *controller)
{
    return (lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) &
            LWNVME_CTRATT_NON_OPERATIONAL_POWER_STATE_PERMISSIVE) != 0;
}

int lwnvme_non_operational_permissive_get(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, uint8_t select, bool *permissive)
{
    int status = lwnvme_feature_get_check(controller, request, permissive, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_permissive(controller))
        return LWNVME_ERR_NO_NON_OPERATIONAL_MODE;
    return lwnvme_feature_flag_get(controller, request, LWNVME_FEATURE_NON_OPERATIONAL_POWER_STATE, select,
                                   permissive);
}

int lwnvme_non_operational_permissive_set(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, bool permissive, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_permissive(controller))
        return LWNVME_ERR_NO_NON_OPERATIONAL_MODE;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_NON_OPERATIONAL_POWER_STATE,
                                    permissive ? 1u : 0u, save);
}

/* Sanitize config. */

static bool lwnvme_controller_has_sanitize(const struct lwnvme_controller *controller)
{
    return (lwnvme_le32_get(&lwnvme_identify_copy(controller)->sanicap) &
            (LWNVME_SANICAP_CRYPTO_ERASE | LWNVME_SANICAP_BLOCK_ERASE | LWNVME_SANICAP_OVERWRITE)) != 0;
}

int lwnvme_sanitize_config_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *warns)
{
    int status = lwnvme_feature_get_check(controller, request, warns, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_sanitize(controller))
        return LWNVME_ERR_NO_SANITIZE;
    return lwnvme_feature_flag_get(controller, request, LWNVME_FEATURE_SANITIZE_CONFIG, select, warns);
}

int lwnvme_sanitize_config_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool warns, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_sanitize(controller))
        return LWNVME_ERR_NO_SANITIZE;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_SANITIZE_CONFIG, warns ? 1u : 0u,
                                    save);
}

/* I/O command set profile. */

static bool lwnvme_controller_has_command_sets(const struct lwnvme_controller *controller)
{
    return (lwnvme_cap(controller, LWNVME_CAP_CSS) & LWNVME_CAP_CSS_IOCSS) != 0;
}

static bool lwnvme_command_set_profile_decode(struct lwnvme_request *request)
{
    uint32_t *value = (uint32_t *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    *value = lwnvme_field_get(request->result_dw0, LWNVME_IO_COMMAND_SET_PROFILE_IOCSCI);
    return lwnvme_feature_judge(request, true);
}

int lwnvme_command_set_profile_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *index)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_IO_COMMAND_SET_PROFILE, .select = select};
    int status = lwnvme_feature_get_check(controller, request, index, select);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_command_sets(controller))
        return LWNVME_ERR_NO_COMMAND_SETS;
    return lwnvme_feature_word_get(controller, request, &chosen, index, lwnvme_command_set_profile_decode);
}

int lwnvme_command_set_profile_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t index, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_controller_has_command_sets(controller))
        return LWNVME_ERR_NO_COMMAND_SETS;
    if (index > lwnvme_field_get(UINT32_MAX, LWNVME_IO_COMMAND_SET_PROFILE_IOCSCI))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_IO_COMMAND_SET_PROFILE, index, save);
}

/* Spinup control: only the controller knows whether it has rotational media. */

int lwnvme_spinup_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                      bool *by_host)
{
    int status = lwnvme_feature_get_check(controller, request, by_host, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_flag_get(controller, request, LWNVME_FEATURE_SPINUP_CONTROL, select, by_host);
}

int lwnvme_spinup_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool by_host,
                      bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_SPINUP_CONTROL, by_host ? 1u : 0u,
                                    save);
}

/* Power loss signaling. */

static int lwnvme_power_loss_check(const struct lwnvme_controller *controller, uint8_t mode)
{
    uint8_t plsi = lwnvme_identify_copy(controller)->plsi;

    if (mode > LWNVME_POWER_LOSS_FORCED_QUIESCENCE)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((plsi & (LWNVME_PLSI_EMERGENCY_POWER_FAIL | LWNVME_PLSI_FORCED_QUIESCENCE)) == 0)
        return LWNVME_ERR_NO_FEATURE;
    if (mode != LWNVME_POWER_LOSS_NONE && (plsi >> (mode - 1u) & 1u) == 0)
        return LWNVME_ERR_NO_FEATURE;
    return LWNVME_OK;
}

static bool lwnvme_power_loss_decode(struct lwnvme_request *request)
{
    uint8_t *value = (uint8_t *)lwnvme_feature_value(request);
    uint32_t mode = lwnvme_field_get(request->result_dw0, LWNVME_POWER_LOSS_PLSM);

    if (value == NULL)
        return false;
    if (mode > LWNVME_POWER_LOSS_FORCED_QUIESCENCE)
        return lwnvme_feature_judge(request, false);
    *value = (uint8_t)mode;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_power_loss_signaling_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, uint8_t *mode)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_POWER_LOSS_SIGNALING_CONFIG,
                                           .select = select};
    int status = lwnvme_feature_get_check(controller, request, mode, select);

    if (status == LWNVME_OK)
        status = lwnvme_power_loss_check(controller, LWNVME_POWER_LOSS_NONE);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, mode, lwnvme_power_loss_decode);
}

int lwnvme_power_loss_signaling_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t mode, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status == LWNVME_OK)
        status = lwnvme_power_loss_check(controller, mode);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_POWER_LOSS_SIGNALING_CONFIG, mode,
                                    save);
}

/* Software progress marker. */

static bool lwnvme_software_progress_decode(struct lwnvme_request *request)
{
    uint8_t *value = (uint8_t *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    *value = (uint8_t)lwnvme_field_get(request->result_dw0, LWNVME_SOFTWARE_PROGRESS_PBSLC);
    return lwnvme_feature_judge(request, true);
}

int lwnvme_software_progress_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t select, uint8_t *count)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER, .select = select};
    int status = lwnvme_feature_get_check(controller, request, count, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, count, lwnvme_software_progress_decode);
}

int lwnvme_software_progress_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t count, bool save)
{
    int status = lwnvme_feature_plain_check(controller, request, save);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_value_set(controller, request, LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER, count,
                                    save);
}

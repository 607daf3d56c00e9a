/* SPDX-License-Identifier: MIT */
/*
 * Typed features of the whole controller whose value is one dword: a row for each says what there is to know, see
 * feature_private.h, and a function judges what a row cannot say. See feature_data.c for how a value comes back.
 * Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

/* A feature that is a flag in bit 0. */
#define LWNVME_FEATURE_FLAG 0, 0

static const struct lwnvme_feature_row lwnvme_arbitration_row = {
    .fid = LWNVME_FEATURE_ARBITRATION,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_arbitration, burst, LWNVME_MEMBER_POWER, LWNVME_ARBITRATION_AB),
            LWNVME_FEATURE_MEMBER(lwnvme_arbitration, low_weight, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_ARBITRATION_LPW),
            LWNVME_FEATURE_MEMBER(lwnvme_arbitration, medium_weight, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_ARBITRATION_MPW),
            LWNVME_FEATURE_MEMBER(lwnvme_arbitration, high_weight, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_ARBITRATION_HPW),
        },
};

int lwnvme_arbitration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, struct lwnvme_arbitration *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_arbitration_row);
}

int lwnvme_arbitration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_arbitration *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_arbitration_row);
}

/* All sensors at once can be set, not got. */
static int lwnvme_temperature_threshold_judge(const struct lwnvme_controller *controller, const void *value,
                                              uint32_t dword, enum lwnvme_feature_phase phase)
{
    const uint32_t sensor = lwnvme_field_get(dword, LWNVME_TEMPERATURE_THRESHOLD_TMPSEL);
    const uint32_t most = lwnvme_field_get(lwnvme_identify_copy(controller)->tmpthha, LWNVME_TMPTHHA_TMPTHMH);

    (void)value;
    if (phase == LWNVME_PHASE_GOT)
        return LWNVME_OK;
    if (sensor > LWNVME_TMPSEL_SENSORS && (sensor != LWNVME_TMPSEL_ALL || phase == LWNVME_PHASE_GET))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (lwnvme_field_get(dword, LWNVME_TEMPERATURE_THRESHOLD_TMPTHH) > most)
        return most == 0 ? LWNVME_ERR_NO_FEATURE : LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_temperature_threshold_row = {
    .fid = LWNVME_FEATURE_TEMPERATURE_THRESHOLD,
    .judge = lwnvme_temperature_threshold_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_temperature_threshold, sensor, LWNVME_MEMBER_INPUT,
                                  LWNVME_TEMPERATURE_THRESHOLD_TMPSEL),
            LWNVME_FEATURE_MEMBER(lwnvme_temperature_threshold, under, LWNVME_MEMBER_INPUT,
                                  LWNVME_TEMPERATURE_THRESHOLD_THSEL),
            LWNVME_FEATURE_MEMBER(lwnvme_temperature_threshold, kelvin, 0u,
                                  LWNVME_TEMPERATURE_THRESHOLD_TMPTH),
            LWNVME_FEATURE_MEMBER(lwnvme_temperature_threshold, hysteresis_kelvin, 0u,
                                  LWNVME_TEMPERATURE_THRESHOLD_TMPTHH),
        },
};

int lwnvme_temperature_threshold_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint8_t select, struct lwnvme_temperature_threshold *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_temperature_threshold_row);
}

int lwnvme_temperature_threshold_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     const struct lwnvme_temperature_threshold *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_temperature_threshold_row);
}

static const struct lwnvme_feature_row lwnvme_write_cache_row = {
    .fid = LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
    LWNVME_FEATURE_NEEDS(vwc, LWNVME_VWC_PRESENT, LWNVME_ERR_NO_WRITE_CACHE),
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_VOLATILE_WRITE_CACHE_WCE),
        },
};

int lwnvme_write_cache_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, bool *enabled)
{
    return lwnvme_feature_row_get(controller, request, select, enabled, &lwnvme_write_cache_row);
}

int lwnvme_write_cache_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool enabled,
                           bool save)
{
    return lwnvme_feature_number_set(controller, request, enabled, save, &lwnvme_write_cache_row);
}

/* A count of 65536 is more than there can be identifiers for. */
static int lwnvme_number_of_queues_judge(const struct lwnvme_controller *controller, const void *value,
                                         uint32_t dword, enum lwnvme_feature_phase phase)
{
    (void)controller;
    (void)value;
    (void)phase;
    return lwnvme_field_get(dword, LWNVME_NUMBER_OF_QUEUES_NSQ) == 0xffffu ||
                   lwnvme_field_get(dword, LWNVME_NUMBER_OF_QUEUES_NCQ) == 0xffffu
               ? LWNVME_ERR_FEATURE_DATA
               : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_number_of_queues_row = {
    .fid = LWNVME_FEATURE_NUMBER_OF_QUEUES,
    .judge = lwnvme_number_of_queues_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_number_of_queues, submission_queues, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_NUMBER_OF_QUEUES_NSQ),
            LWNVME_FEATURE_MEMBER(lwnvme_number_of_queues, completion_queues, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_NUMBER_OF_QUEUES_NCQ),
        },
};

int lwnvme_number_of_queues_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_number_of_queues *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_number_of_queues_row);
}

static const struct lwnvme_feature_row lwnvme_interrupt_coalescing_row = {
    .fid = LWNVME_FEATURE_INTERRUPT_COALESCING,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_interrupt_coalescing, threshold, LWNVME_MEMBER_MINUS_1,
                                  LWNVME_INTERRUPT_COALESCING_THR),
            LWNVME_FEATURE_MEMBER(lwnvme_interrupt_coalescing, time_us, LWNVME_MEMBER_TIMES,
                                  LWNVME_INTERRUPT_COALESCING_TIME),
        },
};

int lwnvme_interrupt_coalescing_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, struct lwnvme_interrupt_coalescing *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_interrupt_coalescing_row);
}

int lwnvme_interrupt_coalescing_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    const struct lwnvme_interrupt_coalescing *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_interrupt_coalescing_row);
}

/* Vector 0 is the admin queue's; the controller repeats which one it is about. */
static int lwnvme_interrupt_vector_judge(const struct lwnvme_controller *controller, const void *value,
                                         uint32_t dword, enum lwnvme_feature_phase phase)
{
    const struct lwnvme_interrupt_vector *vector = (const struct lwnvme_interrupt_vector *)value;

    (void)controller;
    if (phase == LWNVME_PHASE_SET)
        return vector->vector == 0 ? LWNVME_ERR_INVALID_ARGUMENT : LWNVME_OK;
    return lwnvme_field_get(dword, LWNVME_INTERRUPT_VECTOR_IV) != vector->vector ? LWNVME_ERR_FEATURE_DATA
                                                                                 : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_interrupt_vector_row = {
    .fid = LWNVME_FEATURE_INTERRUPT_VECTOR_CONFIGURATION,
    .judge = lwnvme_interrupt_vector_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_interrupt_vector, vector, LWNVME_MEMBER_INPUT,
                                  LWNVME_INTERRUPT_VECTOR_IV),
            LWNVME_FEATURE_MEMBER(lwnvme_interrupt_vector, coalescing_disabled, 0u,
                                  LWNVME_INTERRUPT_VECTOR_CD),
        },
};

int lwnvme_interrupt_vector_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_interrupt_vector *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_interrupt_vector_row);
}

int lwnvme_interrupt_vector_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_interrupt_vector *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_interrupt_vector_row);
}

static const struct lwnvme_feature_row lwnvme_write_atomicity_row = {
    .fid = LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL,
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_FEATURE_FLAG),
        },
};

int lwnvme_write_atomicity_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *normal_disabled)
{
    return lwnvme_feature_row_get(controller, request, select, normal_disabled, &lwnvme_write_atomicity_row);
}

int lwnvme_write_atomicity_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool normal_disabled, bool save)
{
    return lwnvme_feature_number_set(controller, request, normal_disabled, save, &lwnvme_write_atomicity_row);
}

/* All that may be enabled: SMART warnings always; the rest as OAES and LPA say. */
static int lwnvme_event_configuration_judge(const struct lwnvme_controller *controller, const void *value,
                                            uint32_t dword, enum lwnvme_feature_phase phase)
{
    uint32_t oaes = lwnvme_le32_get(&lwnvme_identify_copy(controller)->oaes);
    uint32_t bits = 0xffu | oaes;

    (void)value;
    if ((controller->info.lpa & LWNVME_LPA_TELEMETRY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY;
    if ((oaes & LWNVME_OAES_REACHABILITY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP;
    if ((oaes & LWNVME_OAES_DISCOVERY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_PULL_MODEL_DDC_REQUEST | LWNVME_ASYNC_EVENT_ENABLE_AVE_DISCOVERY |
                LWNVME_ASYNC_EVENT_ENABLE_HOST_DISCOVERY;
    return phase == LWNVME_PHASE_SET && (dword & ~bits) != 0 ? LWNVME_ERR_NO_EVENT : LWNVME_OK;
}

/* A feature that is a number of 32 bits. */
#define LWNVME_FEATURE_DWORD 31, 0

static const struct lwnvme_feature_row lwnvme_event_configuration_row = {
    .fid = LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION,
    .judge = lwnvme_event_configuration_judge,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint32_t, LWNVME_FEATURE_DWORD),
        },
};

int lwnvme_event_configuration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *bits)
{
    return lwnvme_feature_row_get(controller, request, select, bits, &lwnvme_event_configuration_row);
}

int lwnvme_event_configuration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t bits, bool save)
{
    return lwnvme_feature_number_set(controller, request, bits, save, &lwnvme_event_configuration_row);
}

static int lwnvme_keep_alive_timer_judge(const struct lwnvme_controller *controller, const void *value,
                                         uint32_t dword, enum lwnvme_feature_phase phase)
{
    (void)value;
    (void)dword;
    (void)phase;
    return lwnvme_le16_get(&lwnvme_identify_copy(controller)->kas) == 0 ? LWNVME_ERR_NO_KEEP_ALIVE
                                                                        : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_keep_alive_timer_row = {
    .fid = LWNVME_FEATURE_KEEP_ALIVE_TIMER,
    .judge = lwnvme_keep_alive_timer_judge,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint32_t, LWNVME_FEATURE_DWORD),
        },
};

int lwnvme_keep_alive_timer_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, uint32_t *timeout_ms)
{
    return lwnvme_feature_row_get(controller, request, select, timeout_ms, &lwnvme_keep_alive_timer_row);
}

int lwnvme_keep_alive_timer_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t timeout_ms)
{
    uint32_t step_ms;
    uint32_t steps;
    /* A set has no value that could be NULL: the request, which the check looks at first, stands in for it. */
    int status = lwnvme_feature_set_check(controller, request, request, false);

    if (status != LWNVME_OK)
        return status;
    step_ms = lwnvme_le16_get(&lwnvme_identify_copy(controller)->kas) * LWNVME_KAS_UNIT_MS;
    steps = step_ms != 0 ? lwnvme_divide(timeout_ms, step_ms) : 0;
    if (steps * step_ms != timeout_ms)
        steps++;
    if ((uint64_t)steps * step_ms > UINT32_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_feature_number_set(controller, request, steps * step_ms, false,
                                     &lwnvme_keep_alive_timer_row);
}

static bool lwnvme_thermal_is_in_range(const struct lwnvme_controller *controller, uint32_t kelvin)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(controller);

    return kelvin == 0 ||
           (kelvin >= lwnvme_le16_get(&identify->mntmt) && kelvin <= lwnvme_le16_get(&identify->mxtmt));
}

static int lwnvme_thermal_management_judge(const struct lwnvme_controller *controller, const void *value,
                                           uint32_t dword, enum lwnvme_feature_phase phase)
{
    const uint32_t light = lwnvme_field_get(dword, LWNVME_THERMAL_TMT1);
    const uint32_t heavy = lwnvme_field_get(dword, LWNVME_THERMAL_TMT2);
    const bool is_ordered = light == 0 || heavy == 0 || light < heavy;

    (void)value;
    return is_ordered && (phase != LWNVME_PHASE_SET || (lwnvme_thermal_is_in_range(controller, light) &&
                                                        lwnvme_thermal_is_in_range(controller, heavy)))
               ? LWNVME_OK
               : LWNVME_ERR_INVALID_ARGUMENT;
}

static const struct lwnvme_feature_row lwnvme_thermal_management_row = {
    .fid = LWNVME_FEATURE_HOST_CONTROLLED_THERMAL_MANAGEMENT,
    LWNVME_FEATURE_NEEDS(hctma, LWNVME_HCTMA_HCTM, LWNVME_ERR_NO_THERMAL_MANAGEMENT),
    .judge = lwnvme_thermal_management_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_thermal_management, light_kelvin, 0u, LWNVME_THERMAL_TMT1),
            LWNVME_FEATURE_MEMBER(lwnvme_thermal_management, heavy_kelvin, 0u, LWNVME_THERMAL_TMT2),
        },
};

int lwnvme_thermal_management_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_thermal_management *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_thermal_management_row);
}

int lwnvme_thermal_management_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_thermal_management *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_thermal_management_row);
}

static const struct lwnvme_feature_row lwnvme_non_operational_permissive_row = {
    .fid = LWNVME_FEATURE_NON_OPERATIONAL_POWER_STATE,
    LWNVME_FEATURE_NEEDS(ctratt, LWNVME_CTRATT_NON_OPERATIONAL_POWER_STATE_PERMISSIVE,
                         LWNVME_ERR_NO_NON_OPERATIONAL_MODE),
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_NON_OPERATIONAL_NOPPME),
        },
};

int lwnvme_non_operational_permissive_get(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, uint8_t select, bool *permissive)
{
    return lwnvme_feature_row_get(controller, request, select, permissive,
                                  &lwnvme_non_operational_permissive_row);
}

int lwnvme_non_operational_permissive_set(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, bool permissive, bool save)
{
    return lwnvme_feature_number_set(controller, request, permissive, save,
                                     &lwnvme_non_operational_permissive_row);
}

static const struct lwnvme_feature_row lwnvme_sanitize_config_row = {
    .fid = LWNVME_FEATURE_SANITIZE_CONFIG,
    LWNVME_FEATURE_NEEDS(sanicap,
                         LWNVME_SANICAP_CRYPTO_ERASE | LWNVME_SANICAP_BLOCK_ERASE | LWNVME_SANICAP_OVERWRITE,
                         LWNVME_ERR_NO_SANITIZE),
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_SANITIZE_CONFIG_NODRM),
        },
};

int lwnvme_sanitize_config_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *warns)
{
    return lwnvme_feature_row_get(controller, request, select, warns, &lwnvme_sanitize_config_row);
}

int lwnvme_sanitize_config_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool warns, bool save)
{
    return lwnvme_feature_number_set(controller, request, warns, save, &lwnvme_sanitize_config_row);
}

static int lwnvme_command_set_profile_judge(const struct lwnvme_controller *controller, const void *value,
                                            uint32_t dword, enum lwnvme_feature_phase phase)
{
    (void)value;
    (void)dword;
    (void)phase;
    return (lwnvme_cap(controller, LWNVME_CAP_CSS) & LWNVME_CAP_CSS_IOCSS) == 0 ? LWNVME_ERR_NO_COMMAND_SETS
                                                                                : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_command_set_profile_row = {
    .fid = LWNVME_FEATURE_IO_COMMAND_SET_PROFILE,
    .judge = lwnvme_command_set_profile_judge,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint32_t, LWNVME_IO_COMMAND_SET_PROFILE_IOCSCI),
        },
};

int lwnvme_command_set_profile_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *index)
{
    return lwnvme_feature_row_get(controller, request, select, index, &lwnvme_command_set_profile_row);
}

int lwnvme_command_set_profile_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t index, bool save)
{
    return lwnvme_feature_number_set(controller, request, index, save, &lwnvme_command_set_profile_row);
}

/* Only the controller knows whether it has rotational media. */
static const struct lwnvme_feature_row lwnvme_spinup_row = {
    .fid = LWNVME_FEATURE_SPINUP_CONTROL,
    .member =
        {
            LWNVME_FEATURE_NUMBER(bool, LWNVME_SPINUP_SCE),
        },
};

int lwnvme_spinup_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                      bool *by_host)
{
    return lwnvme_feature_row_get(controller, request, select, by_host, &lwnvme_spinup_row);
}

int lwnvme_spinup_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool by_host,
                      bool save)
{
    return lwnvme_feature_number_set(controller, request, by_host, save, &lwnvme_spinup_row);
}

static int lwnvme_power_loss_signaling_judge(const struct lwnvme_controller *controller, const void *value,
                                             uint32_t dword, enum lwnvme_feature_phase phase)
{
    const uint32_t mode = lwnvme_field_get(dword, LWNVME_POWER_LOSS_PLSM);
    const uint32_t plsi = lwnvme_identify_copy(controller)->plsi;

    (void)value;
    if (mode > LWNVME_POWER_LOSS_FORCED_QUIESCENCE)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return phase == LWNVME_PHASE_SET && mode != LWNVME_POWER_LOSS_NONE && (plsi >> (mode - 1u) & 1u) == 0
               ? LWNVME_ERR_NO_FEATURE
               : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_power_loss_signaling_row = {
    .fid = LWNVME_FEATURE_POWER_LOSS_SIGNALING_CONFIG,
    LWNVME_FEATURE_NEEDS(plsi, LWNVME_PLSI_EMERGENCY_POWER_FAIL | LWNVME_PLSI_FORCED_QUIESCENCE,
                         LWNVME_ERR_NO_FEATURE),
    .judge = lwnvme_power_loss_signaling_judge,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint8_t, LWNVME_POWER_LOSS_PLSM),
        },
};

int lwnvme_power_loss_signaling_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, uint8_t *mode)
{
    return lwnvme_feature_row_get(controller, request, select, mode, &lwnvme_power_loss_signaling_row);
}

int lwnvme_power_loss_signaling_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t mode, bool save)
{
    return lwnvme_feature_number_set(controller, request, mode, save, &lwnvme_power_loss_signaling_row);
}

static const struct lwnvme_feature_row lwnvme_software_progress_row = {
    .fid = LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER,
    .member =
        {
            LWNVME_FEATURE_NUMBER(uint8_t, LWNVME_SOFTWARE_PROGRESS_PBSLC),
        },
};

int lwnvme_software_progress_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t select, uint8_t *count)
{
    return lwnvme_feature_row_get(controller, request, select, count, &lwnvme_software_progress_row);
}

int lwnvme_software_progress_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t count, bool save)
{
    return lwnvme_feature_number_set(controller, request, count, save, &lwnvme_software_progress_row);
}

#undef LWNVME_FEATURE_FLAG
#undef LWNVME_FEATURE_DWORD

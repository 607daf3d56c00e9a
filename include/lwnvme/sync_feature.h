/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: features and power states, blocking. Each call is the asynchronous one of the same name (feature.h,
 * power.h) followed by polls until its end; see sync.h for who may call. Values are in the caller's memory for the
 * time of the call only.
 */
#ifndef LWNVME_SYNC_FEATURE_H
#define LWNVME_SYNC_FEATURE_H

#include "feature.h"
#include "power.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *value receives completion dword 0 unless it is NULL. */
static inline int lwnvme_sync_feature_get_data(struct lwnvme_controller *controller,
                                               const struct lwnvme_feature_select *select, void *data,
                                               uint32_t length_bytes, uint32_t *value)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(controller, &request,
                                       lwnvme_feature_get_data(controller,
                                                               lwnvme_sync_admin_begin(controller, &request),
                                                               select, data, length_bytes));

    if (status == LWNVME_OK && value != NULL)
        *value = request.result_dw0;
    return status;
}

static inline int lwnvme_sync_feature_set_data(struct lwnvme_controller *controller,
                                               const struct lwnvme_feature_select *select, const void *data,
                                               uint32_t length_bytes)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_feature_set_data(controller,
                                                         lwnvme_sync_admin_begin(controller, &request),
                                                         select, data, length_bytes));
}

static inline int lwnvme_sync_feature_abilities_get(struct lwnvme_controller *controller, uint8_t fid,
                                                    uint32_t nsid, struct lwnvme_feature_abilities *abilities)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_feature_abilities_get(controller,
                                                              lwnvme_sync_admin_begin(controller, &request),
                                                              fid, nsid, abilities));
}

static inline int lwnvme_sync_arbitration_get(struct lwnvme_controller *controller, uint8_t select,
                                              struct lwnvme_arbitration *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_arbitration_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_arbitration_set(struct lwnvme_controller *controller,
                                              const struct lwnvme_arbitration *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_arbitration_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_temperature_threshold_get(struct lwnvme_controller *controller, uint8_t select,
                                                        struct lwnvme_temperature_threshold *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_temperature_threshold_get(controller, lwnvme_sync_admin_begin(controller, &request), select,
                                         value));
}

static inline int lwnvme_sync_temperature_threshold_set(struct lwnvme_controller *controller,
                                                        const struct lwnvme_temperature_threshold *value,
                                                        bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_temperature_threshold_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_write_cache_get(struct lwnvme_controller *controller, uint8_t select,
                                              bool *enabled)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_write_cache_get(controller, lwnvme_sync_admin_begin(controller, &request), select, enabled));
}

static inline int lwnvme_sync_write_cache_set(struct lwnvme_controller *controller, bool enabled, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_write_cache_set(controller, lwnvme_sync_admin_begin(controller, &request), enabled, save));
}

static inline int lwnvme_sync_number_of_queues_get(struct lwnvme_controller *controller, uint8_t select,
                                                   struct lwnvme_number_of_queues *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_number_of_queues_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             select, value));
}

static inline int lwnvme_sync_interrupt_coalescing_get(struct lwnvme_controller *controller, uint8_t select,
                                                       struct lwnvme_interrupt_coalescing *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_interrupt_coalescing_get(controller, lwnvme_sync_admin_begin(controller, &request), select,
                                        value));
}

static inline int lwnvme_sync_interrupt_coalescing_set(struct lwnvme_controller *controller,
                                                       const struct lwnvme_interrupt_coalescing *value,
                                                       bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_interrupt_coalescing_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_interrupt_vector_get(struct lwnvme_controller *controller, uint8_t select,
                                                   struct lwnvme_interrupt_vector *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_interrupt_vector_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             select, value));
}

static inline int lwnvme_sync_interrupt_vector_set(struct lwnvme_controller *controller,
                                                   const struct lwnvme_interrupt_vector *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_interrupt_vector_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_write_atomicity_get(struct lwnvme_controller *controller, uint8_t select,
                                                  bool *normal_disabled)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_write_atomicity_get(controller,
                                                            lwnvme_sync_admin_begin(controller, &request),
                                                            select, normal_disabled));
}

static inline int lwnvme_sync_write_atomicity_set(struct lwnvme_controller *controller, bool normal_disabled,
                                                  bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_write_atomicity_set(controller,
                                                            lwnvme_sync_admin_begin(controller, &request),
                                                            normal_disabled, save));
}

static inline int lwnvme_sync_event_configuration_get(struct lwnvme_controller *controller, uint8_t select,
                                                      uint32_t *bits)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_event_configuration_get(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                select, bits));
}

static inline int lwnvme_sync_event_configuration_set(struct lwnvme_controller *controller, uint32_t bits,
                                                      bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_event_configuration_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), bits, save));
}

static inline int lwnvme_sync_keep_alive_timer_get(struct lwnvme_controller *controller, uint8_t select,
                                                   uint32_t *timeout_ms)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_keep_alive_timer_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             select, timeout_ms));
}

static inline int lwnvme_sync_keep_alive_timer_set(struct lwnvme_controller *controller, uint32_t timeout_ms)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_keep_alive_timer_set(controller, lwnvme_sync_admin_begin(controller, &request), timeout_ms));
}

static inline int lwnvme_sync_thermal_management_get(struct lwnvme_controller *controller, uint8_t select,
                                                     struct lwnvme_thermal_management *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_thermal_management_get(controller,
                                                               lwnvme_sync_admin_begin(controller, &request),
                                                               select, value));
}

static inline int lwnvme_sync_thermal_management_set(struct lwnvme_controller *controller,
                                                     const struct lwnvme_thermal_management *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_thermal_management_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_non_operational_permissive_get(struct lwnvme_controller *controller,
                                                             uint8_t select, bool *permissive)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_non_operational_permissive_get(controller, lwnvme_sync_admin_begin(controller, &request),
                                              select, permissive));
}

static inline int lwnvme_sync_non_operational_permissive_set(struct lwnvme_controller *controller,
                                                             bool permissive, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_non_operational_permissive_set(controller, lwnvme_sync_admin_begin(controller, &request),
                                              permissive, save));
}

static inline int lwnvme_sync_sanitize_config_get(struct lwnvme_controller *controller, uint8_t select,
                                                  bool *warns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_sanitize_config_get(controller, lwnvme_sync_admin_begin(controller, &request), select, warns));
}

static inline int lwnvme_sync_sanitize_config_set(struct lwnvme_controller *controller, bool warns, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_sanitize_config_set(controller, lwnvme_sync_admin_begin(controller, &request), warns, save));
}

static inline int lwnvme_sync_command_set_profile_get(struct lwnvme_controller *controller, uint8_t select,
                                                      uint32_t *index)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_command_set_profile_get(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                select, index));
}

static inline int lwnvme_sync_command_set_profile_set(struct lwnvme_controller *controller, uint32_t index,
                                                      bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_command_set_profile_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), index, save));
}

static inline int lwnvme_sync_spinup_get(struct lwnvme_controller *controller, uint8_t select, bool *by_host)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_spinup_get(controller, lwnvme_sync_admin_begin(controller, &request), select, by_host));
}

static inline int lwnvme_sync_spinup_set(struct lwnvme_controller *controller, bool by_host, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_spinup_set(controller, lwnvme_sync_admin_begin(controller, &request), by_host, save));
}

static inline int lwnvme_sync_power_loss_signaling_get(struct lwnvme_controller *controller, uint8_t select,
                                                       uint8_t *mode)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_power_loss_signaling_get(controller, lwnvme_sync_admin_begin(controller, &request), select,
                                        mode));
}

static inline int lwnvme_sync_power_loss_signaling_set(struct lwnvme_controller *controller, uint8_t mode,
                                                       bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_power_loss_signaling_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), mode, save));
}

static inline int lwnvme_sync_software_progress_get(struct lwnvme_controller *controller, uint8_t select,
                                                    uint8_t *count)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_software_progress_get(controller,
                                                              lwnvme_sync_admin_begin(controller, &request),
                                                              select, count));
}

static inline int lwnvme_sync_software_progress_set(struct lwnvme_controller *controller, uint8_t count,
                                                    bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_software_progress_set(controller, lwnvme_sync_admin_begin(controller, &request), count, save));
}

static inline int lwnvme_sync_apst_get(struct lwnvme_controller *controller, uint8_t select,
                                       struct lwnvme_apst *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_apst_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_apst_set(struct lwnvme_controller *controller, const struct lwnvme_apst *value,
                                       bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_apst_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_timestamp_get(struct lwnvme_controller *controller, uint8_t select,
                                            struct lwnvme_timestamp *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_timestamp_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_timestamp_set(struct lwnvme_controller *controller,
                                            struct lwnvme_timestamp *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_timestamp_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_host_identifier_get(struct lwnvme_controller *controller,
                                                  struct lwnvme_host_identifier *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_host_identifier_get(controller, lwnvme_sync_admin_begin(controller, &request), value));
}

static inline int lwnvme_sync_host_identifier_set(struct lwnvme_controller *controller,
                                                  const struct lwnvme_host_identifier *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_host_identifier_set(controller, lwnvme_sync_admin_begin(controller, &request), value));
}

static inline int lwnvme_sync_host_behavior_get(struct lwnvme_controller *controller, uint8_t select,
                                                struct lwnvme_host_behavior *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_host_behavior_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_host_behavior_set(struct lwnvme_controller *controller,
                                                struct lwnvme_host_behavior *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_host_behavior_set(controller, lwnvme_sync_admin_begin(controller, &request), value));
}

static inline int lwnvme_sync_error_recovery_get(struct lwnvme_controller *controller, uint32_t nsid,
                                                 uint8_t select, struct lwnvme_error_recovery *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_error_recovery_get(controller,
                                                           lwnvme_sync_admin_begin(controller, &request),
                                                           nsid, select, value));
}

static inline int lwnvme_sync_error_recovery_set(struct lwnvme_controller *controller, uint32_t nsid,
                                                 const struct lwnvme_error_recovery *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_error_recovery_set(controller,
                                                           lwnvme_sync_admin_begin(controller, &request),
                                                           nsid, value, save));
}

static inline int lwnvme_sync_lba_ranges_get(struct lwnvme_controller *controller,
                                             const struct lwnvme_namespace *ns, uint8_t select,
                                             struct lwnvme_lba_ranges *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_lba_ranges_get(controller, lwnvme_sync_admin_begin(controller, &request), ns, select, value));
}

static inline int lwnvme_sync_lba_ranges_set(struct lwnvme_controller *controller,
                                             const struct lwnvme_namespace *ns,
                                             const struct lwnvme_lba_ranges *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_lba_ranges_set(controller, lwnvme_sync_admin_begin(controller, &request), ns, value, save));
}

static inline int lwnvme_sync_lba_status_interval_get(struct lwnvme_controller *controller, uint8_t select,
                                                      struct lwnvme_lba_status_interval *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_lba_status_interval_get(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                select, value));
}

static inline int lwnvme_sync_lba_status_interval_set(struct lwnvme_controller *controller,
                                                      const struct lwnvme_lba_status_interval *value,
                                                      bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_lba_status_interval_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_read_recovery_get(struct lwnvme_controller *controller, uint8_t select,
                                                struct lwnvme_read_recovery *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_read_recovery_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_read_recovery_set(struct lwnvme_controller *controller,
                                                const struct lwnvme_read_recovery *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_read_recovery_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_predictable_latency_get(struct lwnvme_controller *controller, uint8_t select,
                                                      struct lwnvme_predictable_latency *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_predictable_latency_get(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                select, value));
}

static inline int lwnvme_sync_predictable_latency_set(struct lwnvme_controller *controller,
                                                      const struct lwnvme_predictable_latency *value,
                                                      bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_predictable_latency_set(
                                     controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_predictable_window_get(struct lwnvme_controller *controller, uint8_t select,
                                                     struct lwnvme_predictable_window *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_predictable_window_get(controller,
                                                               lwnvme_sync_admin_begin(controller, &request),
                                                               select, value));
}

static inline int lwnvme_sync_predictable_window_set(struct lwnvme_controller *controller,
                                                     const struct lwnvme_predictable_window *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_predictable_window_set(controller, lwnvme_sync_admin_begin(controller, &request), value));
}

static inline int lwnvme_sync_endurance_events_get(struct lwnvme_controller *controller, uint8_t select,
                                                   struct lwnvme_endurance_events *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_endurance_events_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             select, value));
}

static inline int lwnvme_sync_endurance_events_set(struct lwnvme_controller *controller,
                                                   const struct lwnvme_endurance_events *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_endurance_events_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_reservation_mask_get(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint8_t select, struct lwnvme_reservation_mask *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_reservation_mask_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             nsid, select, value));
}

static inline int lwnvme_sync_reservation_mask_set(struct lwnvme_controller *controller, uint32_t nsid,
                                                   const struct lwnvme_reservation_mask *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_reservation_mask_set(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             nsid, value, save));
}

static inline int lwnvme_sync_reservation_persistence_get(struct lwnvme_controller *controller, uint32_t nsid,
                                                          uint8_t select, bool *persists)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_reservation_persistence_get(controller, lwnvme_sync_admin_begin(controller, &request), nsid,
                                           select, persists));
}

static inline int lwnvme_sync_reservation_persistence_set(struct lwnvme_controller *controller, uint32_t nsid,
                                                          bool persists, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_reservation_persistence_set(controller, lwnvme_sync_admin_begin(controller, &request), nsid,
                                           persists, save));
}

static inline int lwnvme_sync_write_protection_get(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint8_t select, uint8_t *state)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_write_protection_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             nsid, select, state));
}

static inline int lwnvme_sync_write_protection_set(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint8_t state)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_write_protection_set(controller, lwnvme_sync_admin_begin(controller, &request), nsid, state));
}

static inline int lwnvme_sync_data_placement_get(struct lwnvme_controller *controller, uint8_t select,
                                                 struct lwnvme_data_placement *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_data_placement_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_data_placement_set(struct lwnvme_controller *controller,
                                                 const struct lwnvme_data_placement *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_data_placement_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_placement_events_get(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint8_t select, struct lwnvme_placement_events *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_placement_events_get(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             nsid, select, value));
}

static inline int lwnvme_sync_placement_events_set(struct lwnvme_controller *controller, uint32_t nsid,
                                                   const struct lwnvme_placement_event_types *value,
                                                   bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_placement_events_set(controller,
                                                             lwnvme_sync_admin_begin(controller, &request),
                                                             nsid, value, save));
}

static inline int lwnvme_sync_power_get(struct lwnvme_controller *controller, uint8_t select,
                                        struct lwnvme_power *value)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_power_get(controller, lwnvme_sync_admin_begin(controller, &request), select, value));
}

static inline int lwnvme_sync_power_set(struct lwnvme_controller *controller,
                                        const struct lwnvme_power *value, bool save)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_power_set(controller, lwnvme_sync_admin_begin(controller, &request), value, save));
}

static inline int lwnvme_sync_power_idle(struct lwnvme_controller *controller, uint32_t latency_limit_us)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_power_idle(controller, lwnvme_sync_admin_begin(controller, &request), latency_limit_us));
}

#ifdef __cplusplus
}
#endif

#endif

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

#ifdef __cplusplus
extern "C" {
#endif

/* *value receives completion dword 0 unless it is NULL. */
int lwnvme_sync_feature_get_data(struct lwnvme_controller *controller,
                                 const struct lwnvme_feature_select *select, void *data,
                                 uint32_t length_bytes, uint32_t *value);

int lwnvme_sync_feature_set_data(struct lwnvme_controller *controller,
                                 const struct lwnvme_feature_select *select, const void *data,
                                 uint32_t length_bytes);
int lwnvme_sync_feature_abilities_get(struct lwnvme_controller *controller, uint8_t fid, uint32_t nsid,
                                      struct lwnvme_feature_abilities *abilities);
int lwnvme_sync_arbitration_get(struct lwnvme_controller *controller, uint8_t select,
                                struct lwnvme_arbitration *value);
int lwnvme_sync_arbitration_set(struct lwnvme_controller *controller, const struct lwnvme_arbitration *value,
                                bool save);
int lwnvme_sync_temperature_threshold_get(struct lwnvme_controller *controller, uint8_t select,
                                          struct lwnvme_temperature_threshold *value);
int lwnvme_sync_temperature_threshold_set(struct lwnvme_controller *controller,
                                          const struct lwnvme_temperature_threshold *value, bool save);
int lwnvme_sync_write_cache_get(struct lwnvme_controller *controller, uint8_t select, bool *enabled);
int lwnvme_sync_write_cache_set(struct lwnvme_controller *controller, bool enabled, bool save);
int lwnvme_sync_number_of_queues_get(struct lwnvme_controller *controller, uint8_t select,
                                     struct lwnvme_number_of_queues *value);
int lwnvme_sync_interrupt_coalescing_get(struct lwnvme_controller *controller, uint8_t select,
                                         struct lwnvme_interrupt_coalescing *value);
int lwnvme_sync_interrupt_coalescing_set(struct lwnvme_controller *controller,
                                         const struct lwnvme_interrupt_coalescing *value, bool save);
int lwnvme_sync_interrupt_vector_get(struct lwnvme_controller *controller, uint8_t select,
                                     struct lwnvme_interrupt_vector *value);
int lwnvme_sync_interrupt_vector_set(struct lwnvme_controller *controller,
                                     const struct lwnvme_interrupt_vector *value, bool save);
int lwnvme_sync_write_atomicity_get(struct lwnvme_controller *controller, uint8_t select,
                                    bool *normal_disabled);
int lwnvme_sync_write_atomicity_set(struct lwnvme_controller *controller, bool normal_disabled, bool save);
int lwnvme_sync_event_configuration_get(struct lwnvme_controller *controller, uint8_t select, uint32_t *bits);
int lwnvme_sync_event_configuration_set(struct lwnvme_controller *controller, uint32_t bits, bool save);
int lwnvme_sync_keep_alive_timer_get(struct lwnvme_controller *controller, uint8_t select,
                                     uint32_t *timeout_ms);
int lwnvme_sync_keep_alive_timer_set(struct lwnvme_controller *controller, uint32_t timeout_ms);
int lwnvme_sync_thermal_management_get(struct lwnvme_controller *controller, uint8_t select,
                                       struct lwnvme_thermal_management *value);
int lwnvme_sync_thermal_management_set(struct lwnvme_controller *controller,
                                       const struct lwnvme_thermal_management *value, bool save);
int lwnvme_sync_non_operational_permissive_get(struct lwnvme_controller *controller, uint8_t select,
                                               bool *permissive);
int lwnvme_sync_non_operational_permissive_set(struct lwnvme_controller *controller, bool permissive,
                                               bool save);
int lwnvme_sync_sanitize_config_get(struct lwnvme_controller *controller, uint8_t select, bool *warns);
int lwnvme_sync_sanitize_config_set(struct lwnvme_controller *controller, bool warns, bool save);
int lwnvme_sync_command_set_profile_get(struct lwnvme_controller *controller, uint8_t select,
                                        uint32_t *index);
int lwnvme_sync_command_set_profile_set(struct lwnvme_controller *controller, uint32_t index, bool save);
int lwnvme_sync_spinup_get(struct lwnvme_controller *controller, uint8_t select, bool *by_host);
int lwnvme_sync_spinup_set(struct lwnvme_controller *controller, bool by_host, bool save);
int lwnvme_sync_power_loss_signaling_get(struct lwnvme_controller *controller, uint8_t select, uint8_t *mode);
int lwnvme_sync_power_loss_signaling_set(struct lwnvme_controller *controller, uint8_t mode, bool save);
int lwnvme_sync_software_progress_get(struct lwnvme_controller *controller, uint8_t select, uint8_t *count);
int lwnvme_sync_software_progress_set(struct lwnvme_controller *controller, uint8_t count, bool save);
int lwnvme_sync_apst_get(struct lwnvme_controller *controller, uint8_t select, struct lwnvme_apst *value);
int lwnvme_sync_apst_set(struct lwnvme_controller *controller, const struct lwnvme_apst *value, bool save);
int lwnvme_sync_timestamp_get(struct lwnvme_controller *controller, uint8_t select,
                              struct lwnvme_timestamp *value);
int lwnvme_sync_timestamp_set(struct lwnvme_controller *controller, struct lwnvme_timestamp *value,
                              bool save);
int lwnvme_sync_host_identifier_get(struct lwnvme_controller *controller,
                                    struct lwnvme_host_identifier *value);
int lwnvme_sync_host_identifier_set(struct lwnvme_controller *controller,
                                    const struct lwnvme_host_identifier *value);
int lwnvme_sync_host_behavior_get(struct lwnvme_controller *controller, uint8_t select,
                                  struct lwnvme_host_behavior *value);
int lwnvme_sync_host_behavior_set(struct lwnvme_controller *controller, struct lwnvme_host_behavior *value);
int lwnvme_sync_error_recovery_get(struct lwnvme_controller *controller, uint32_t nsid, uint8_t select,
                                   struct lwnvme_error_recovery *value);
int lwnvme_sync_error_recovery_set(struct lwnvme_controller *controller, uint32_t nsid,
                                   const struct lwnvme_error_recovery *value, bool save);
int lwnvme_sync_lba_ranges_get(struct lwnvme_controller *controller, const struct lwnvme_namespace *ns,
                               uint8_t select, struct lwnvme_lba_ranges *value);
int lwnvme_sync_lba_ranges_set(struct lwnvme_controller *controller, const struct lwnvme_namespace *ns,
                               const struct lwnvme_lba_ranges *value, bool save);
int lwnvme_sync_lba_status_interval_get(struct lwnvme_controller *controller, uint8_t select,
                                        struct lwnvme_lba_status_interval *value);
int lwnvme_sync_lba_status_interval_set(struct lwnvme_controller *controller,
                                        const struct lwnvme_lba_status_interval *value, bool save);
int lwnvme_sync_read_recovery_get(struct lwnvme_controller *controller, uint8_t select,
                                  struct lwnvme_read_recovery *value);
int lwnvme_sync_read_recovery_set(struct lwnvme_controller *controller,
                                  const struct lwnvme_read_recovery *value, bool save);
int lwnvme_sync_predictable_latency_get(struct lwnvme_controller *controller, uint8_t select,
                                        struct lwnvme_predictable_latency *value);
int lwnvme_sync_predictable_latency_set(struct lwnvme_controller *controller,
                                        const struct lwnvme_predictable_latency *value, bool save);
int lwnvme_sync_predictable_window_get(struct lwnvme_controller *controller, uint8_t select,
                                       struct lwnvme_predictable_window *value);
int lwnvme_sync_predictable_window_set(struct lwnvme_controller *controller,
                                       const struct lwnvme_predictable_window *value);
int lwnvme_sync_endurance_events_get(struct lwnvme_controller *controller, uint8_t select,
                                     struct lwnvme_endurance_events *value);
int lwnvme_sync_endurance_events_set(struct lwnvme_controller *controller,
                                     const struct lwnvme_endurance_events *value, bool save);
int lwnvme_sync_reservation_mask_get(struct lwnvme_controller *controller, uint32_t nsid, uint8_t select,
                                     struct lwnvme_reservation_mask *value);
int lwnvme_sync_reservation_mask_set(struct lwnvme_controller *controller, uint32_t nsid,
                                     const struct lwnvme_reservation_mask *value, bool save);
int lwnvme_sync_reservation_persistence_get(struct lwnvme_controller *controller, uint32_t nsid,
                                            uint8_t select, bool *persists);
int lwnvme_sync_reservation_persistence_set(struct lwnvme_controller *controller, uint32_t nsid,
                                            bool persists, bool save);
int lwnvme_sync_write_protection_get(struct lwnvme_controller *controller, uint32_t nsid, uint8_t select,
                                     uint8_t *state);
int lwnvme_sync_write_protection_set(struct lwnvme_controller *controller, uint32_t nsid, uint8_t state);
int lwnvme_sync_data_placement_get(struct lwnvme_controller *controller, uint8_t select,
                                   struct lwnvme_data_placement *value);
int lwnvme_sync_data_placement_set(struct lwnvme_controller *controller,
                                   const struct lwnvme_data_placement *value, bool save);
int lwnvme_sync_placement_events_get(struct lwnvme_controller *controller, uint32_t nsid, uint8_t select,
                                     struct lwnvme_placement_events *value);
int lwnvme_sync_placement_events_set(struct lwnvme_controller *controller, uint32_t nsid,
                                     const struct lwnvme_placement_event_types *value, bool save);
int lwnvme_sync_power_get(struct lwnvme_controller *controller, uint8_t select, struct lwnvme_power *value);
int lwnvme_sync_power_set(struct lwnvme_controller *controller, const struct lwnvme_power *value, bool save);
int lwnvme_sync_power_idle(struct lwnvme_controller *controller, uint32_t latency_limit_us);

#ifdef __cplusplus
}
#endif

#endif

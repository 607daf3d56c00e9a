/* SPDX-License-Identifier: MIT */
/* Made by tools/state-calls of include/lwnvme: each public call on what has states. Included by test_states.c alone. */
/* clang-format off */
static int64_t call_lwnvme_abort(void) { return lwnvme_abort(state_controller(), state_request(), state_fresh_queue(), state_request()); }
static int64_t call_lwnvme_abort_took_effect(void) { return state_value((uint64_t)lwnvme_abort_took_effect(state_request())); }
static int64_t call_lwnvme_boot_partition_get_info(void) { return lwnvme_boot_partition_get_info(state_controller(), state_memory()); }
static int64_t call_lwnvme_boot_partition_read_begin(void) { return lwnvme_boot_partition_read_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_boot_partition_read_log_begin(void) { return lwnvme_boot_partition_read_log_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_boot_partition_write_begin(void) { return lwnvme_boot_partition_write_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_boot_partition_activate(void) { return lwnvme_boot_partition_activate(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_cancel(void) { return lwnvme_cancel(state_queue(), state_request(), state_request()); }
static int64_t call_lwnvme_cancel_all(void) { return lwnvme_cancel_all(state_queue(), state_request(), state_ns()); }
static int64_t call_lwnvme_cancel_aborted(void) { return state_value((uint64_t)lwnvme_cancel_aborted(state_request())); }
static int64_t call_lwnvme_cancel_deferred(void) { return state_value((uint64_t)lwnvme_cancel_deferred(state_request())); }
static int64_t call_lwnvme_capacity_select(void) { return lwnvme_capacity_select(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_capacity_create_group(void) { return lwnvme_capacity_create_group(state_controller(), state_request(), 4); }
static int64_t call_lwnvme_capacity_create_set(void) { return lwnvme_capacity_create_set(state_controller(), state_request(), 1, 4); }
static int64_t call_lwnvme_capacity_delete_group(void) { return lwnvme_capacity_delete_group(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_capacity_delete_set(void) { return lwnvme_capacity_delete_set(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_capacity_created(void) { return state_value((uint64_t)lwnvme_capacity_created(state_request())); }
static int64_t call_lwnvme_cmb_find(void) { return lwnvme_cmb_find(state_controller(), state_memory()); }
static int64_t call_lwnvme_cmb_open(void) { return lwnvme_cmb_open(state_controller(), state_memory(), state_memory()); }
static int64_t call_lwnvme_controller_open(void) { return lwnvme_controller_open(state_controller(), state_config()); }
static int64_t call_lwnvme_controller_poll(void) { return lwnvme_controller_poll(state_controller()); }
static int64_t call_lwnvme_controller_status(void) { return lwnvme_controller_status(state_controller()); }
static int64_t call_lwnvme_controller_state(void) { return state_value((uint64_t)lwnvme_controller_state(state_controller())); }
static int64_t call_lwnvme_controller_get_info(void) { return state_value((uint64_t)(uintptr_t)lwnvme_controller_get_info(state_controller())); }
static int64_t call_lwnvme_controller_shutdown(void) { return lwnvme_controller_shutdown(state_controller(), (enum lwnvme_shutdown)1); }
static int64_t call_lwnvme_controller_resume(void) { return lwnvme_controller_resume(state_controller()); }
static int64_t call_lwnvme_controller_reset(void) { return lwnvme_controller_reset(state_controller()); }
static int64_t call_lwnvme_controller_subsystem_reset(void) { return lwnvme_controller_subsystem_reset(state_controller()); }
static int64_t call_lwnvme_controller_close(void) { return lwnvme_controller_close(state_controller()); }
static int64_t call_lwnvme_next_deadline(void) { return state_value((uint64_t)lwnvme_next_deadline(state_controller())); }
static int64_t call_lwnvme_admin_raw(void) { return lwnvme_admin_raw(state_controller(), state_request(), state_memory(), &state_buffer); }
static int64_t call_lwnvme_copy_add(void) { return lwnvme_copy_add(state_ns(), state_memory(), state_ns(), 1, 1); }
static int64_t call_lwnvme_copy_add_memory(void) { return lwnvme_copy_add_memory(state_ns(), state_memory(), 1, 1, 4); }
static int64_t call_lwnvme_copy(void) { return lwnvme_copy(state_queue(), state_ns(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_directive_identify(void) { return lwnvme_directive_identify(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_directive_enable(void) { return lwnvme_directive_enable(state_controller(), state_request(), 1, 1, false); }
static int64_t call_lwnvme_stream_identify(void) { return lwnvme_stream_identify(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_stream_get_status(void) { return lwnvme_stream_get_status(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_stream_allocate(void) { return lwnvme_stream_allocate(state_controller(), state_request(), 1, 1); }
static int64_t call_lwnvme_stream_release(void) { return lwnvme_stream_release(state_controller(), state_request(), 1, 1); }
static int64_t call_lwnvme_stream_release_all(void) { return lwnvme_stream_release_all(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_effects_read(void) { return lwnvme_effects_read(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_events_start(void) { return lwnvme_events_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_feature_get(void) { return lwnvme_feature_get(state_controller(), state_request(), 1, 1, 1); }
static int64_t call_lwnvme_feature_set(void) { return lwnvme_feature_set(state_controller(), state_request(), 1, 1, 1, false); }
static int64_t call_lwnvme_feature_get_data(void) { return lwnvme_feature_get_data(state_controller(), state_request(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_feature_set_data(void) { return lwnvme_feature_set_data(state_controller(), state_request(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_feature_abilities_get(void) { return lwnvme_feature_abilities_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_arbitration_get(void) { return lwnvme_arbitration_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_arbitration_set(void) { return lwnvme_arbitration_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_temperature_threshold_get(void) { return lwnvme_temperature_threshold_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_temperature_threshold_set(void) { return lwnvme_temperature_threshold_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_write_cache_get(void) { return lwnvme_write_cache_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_write_cache_set(void) { return lwnvme_write_cache_set(state_controller(), state_request(), false, false); }
static int64_t call_lwnvme_number_of_queues_get(void) { return lwnvme_number_of_queues_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_interrupt_coalescing_get(void) { return lwnvme_interrupt_coalescing_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_interrupt_coalescing_set(void) { return lwnvme_interrupt_coalescing_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_interrupt_vector_get(void) { return lwnvme_interrupt_vector_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_interrupt_vector_set(void) { return lwnvme_interrupt_vector_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_write_atomicity_get(void) { return lwnvme_write_atomicity_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_write_atomicity_set(void) { return lwnvme_write_atomicity_set(state_controller(), state_request(), false, false); }
static int64_t call_lwnvme_event_configuration_get(void) { return lwnvme_event_configuration_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_event_configuration_set(void) { return lwnvme_event_configuration_set(state_controller(), state_request(), 1, false); }
static int64_t call_lwnvme_keep_alive_timer_get(void) { return lwnvme_keep_alive_timer_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_keep_alive_timer_set(void) { return lwnvme_keep_alive_timer_set(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_thermal_management_get(void) { return lwnvme_thermal_management_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_thermal_management_set(void) { return lwnvme_thermal_management_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_non_operational_permissive_get(void) { return lwnvme_non_operational_permissive_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_non_operational_permissive_set(void) { return lwnvme_non_operational_permissive_set(state_controller(), state_request(), false, false); }
static int64_t call_lwnvme_sanitize_config_get(void) { return lwnvme_sanitize_config_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_sanitize_config_set(void) { return lwnvme_sanitize_config_set(state_controller(), state_request(), false, false); }
static int64_t call_lwnvme_command_set_profile_get(void) { return lwnvme_command_set_profile_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_command_set_profile_set(void) { return lwnvme_command_set_profile_set(state_controller(), state_request(), 1, false); }
static int64_t call_lwnvme_spinup_get(void) { return lwnvme_spinup_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_spinup_set(void) { return lwnvme_spinup_set(state_controller(), state_request(), false, false); }
static int64_t call_lwnvme_power_loss_signaling_get(void) { return lwnvme_power_loss_signaling_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_power_loss_signaling_set(void) { return lwnvme_power_loss_signaling_set(state_controller(), state_request(), 1, false); }
static int64_t call_lwnvme_software_progress_get(void) { return lwnvme_software_progress_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_software_progress_set(void) { return lwnvme_software_progress_set(state_controller(), state_request(), 1, false); }
static int64_t call_lwnvme_apst_get(void) { return lwnvme_apst_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_apst_set(void) { return lwnvme_apst_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_apst_make(void) { return lwnvme_apst_make(state_controller(), 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_timestamp_get(void) { return lwnvme_timestamp_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_timestamp_set(void) { return lwnvme_timestamp_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_host_identifier_get(void) { return lwnvme_host_identifier_get(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_host_identifier_set(void) { return lwnvme_host_identifier_set(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_host_behavior_get(void) { return lwnvme_host_behavior_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_host_behavior_set(void) { return lwnvme_host_behavior_set(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_error_recovery_get(void) { return lwnvme_error_recovery_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_error_recovery_set(void) { return lwnvme_error_recovery_set(state_controller(), state_request(), 1, state_memory(), false); }
static int64_t call_lwnvme_lba_ranges_get(void) { return lwnvme_lba_ranges_get(state_controller(), state_request(), state_ns(), 1, state_memory()); }
static int64_t call_lwnvme_lba_ranges_set(void) { return lwnvme_lba_ranges_set(state_controller(), state_request(), state_ns(), state_memory(), false); }
static int64_t call_lwnvme_lba_status_interval_get(void) { return lwnvme_lba_status_interval_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_lba_status_interval_set(void) { return lwnvme_lba_status_interval_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_read_recovery_get(void) { return lwnvme_read_recovery_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_read_recovery_set(void) { return lwnvme_read_recovery_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_predictable_latency_get(void) { return lwnvme_predictable_latency_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_predictable_latency_set(void) { return lwnvme_predictable_latency_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_predictable_window_get(void) { return lwnvme_predictable_window_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_predictable_window_set(void) { return lwnvme_predictable_window_set(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_endurance_events_get(void) { return lwnvme_endurance_events_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_endurance_events_set(void) { return lwnvme_endurance_events_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_reservation_mask_get(void) { return lwnvme_reservation_mask_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_reservation_mask_set(void) { return lwnvme_reservation_mask_set(state_controller(), state_request(), 1, state_memory(), false); }
static int64_t call_lwnvme_reservation_persistence_get(void) { return lwnvme_reservation_persistence_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_reservation_persistence_set(void) { return lwnvme_reservation_persistence_set(state_controller(), state_request(), 1, false, false); }
static int64_t call_lwnvme_write_protection_get(void) { return lwnvme_write_protection_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_write_protection_set(void) { return lwnvme_write_protection_set(state_controller(), state_request(), 1, 1); }
static int64_t call_lwnvme_data_placement_get(void) { return lwnvme_data_placement_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_data_placement_set(void) { return lwnvme_data_placement_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_placement_events_get(void) { return lwnvme_placement_events_get(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_placement_events_set(void) { return lwnvme_placement_events_set(state_controller(), state_request(), 1, state_memory(), false); }
static int64_t call_lwnvme_firmware_update_begin(void) { return lwnvme_firmware_update_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_firmware_activation_follow(void) { return lwnvme_firmware_activation_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_firmware_download(void) { return lwnvme_firmware_download(state_controller(), state_request(), 4, state_memory(), 4); }
static int64_t call_lwnvme_firmware_commit(void) { return lwnvme_firmware_commit(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_format_begin(void) { return lwnvme_format_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_format_follow(void) { return lwnvme_format_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_compare_and_write(void) { return lwnvme_compare_and_write(state_queue(), state_ns(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_fused_failed(void) { return state_value((uint64_t)lwnvme_fused_failed(state_request())); }
static int64_t call_lwnvme_host_memory_wish_get(void) { return lwnvme_host_memory_wish_get(state_controller(), state_memory()); }
static int64_t call_lwnvme_host_memory_start(void) { return lwnvme_host_memory_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_identify(void) { return lwnvme_identify(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_identify_select(void) { return lwnvme_identify_select(state_controller(), state_request(), state_memory(), state_memory()); }
static int64_t call_lwnvme_identify_get_namespace(void) { return lwnvme_identify_get_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_namespace(void) { return lwnvme_identify_get_allocated_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_nvm_namespace(void) { return lwnvme_identify_get_nvm_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_nvm_namespace(void) { return lwnvme_identify_get_allocated_nvm_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_zns_namespace(void) { return lwnvme_identify_get_zns_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_zns_namespace(void) { return lwnvme_identify_get_allocated_zns_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_kv_namespace(void) { return lwnvme_identify_get_kv_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_kv_namespace(void) { return lwnvme_identify_get_allocated_kv_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_independent_namespace(void) { return lwnvme_identify_get_independent_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_independent_allocated_namespace(void) { return lwnvme_identify_get_independent_allocated_namespace(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_format(void) { return lwnvme_identify_get_format(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_nvm_format(void) { return lwnvme_identify_get_nvm_format(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_zns_format(void) { return lwnvme_identify_get_zns_format(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_descriptors(void) { return lwnvme_identify_get_descriptors(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_controller(void) { return lwnvme_identify_get_controller(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_nvm_controller(void) { return lwnvme_identify_get_nvm_controller(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_zns_controller(void) { return lwnvme_identify_get_zns_controller(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_kv_controller(void) { return lwnvme_identify_get_kv_controller(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_controllers(void) { return lwnvme_identify_get_controllers(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_namespace_controllers(void) { return lwnvme_identify_get_namespace_controllers(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_identify_get_primary_controller(void) { return lwnvme_identify_get_primary_controller(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_secondary_controllers(void) { return lwnvme_identify_get_secondary_controllers(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_io_command_sets(void) { return lwnvme_identify_get_io_command_sets(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_active_namespaces(void) { return lwnvme_identify_get_active_namespaces(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_active_namespaces_of(void) { return lwnvme_identify_get_active_namespaces_of(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_namespaces(void) { return lwnvme_identify_get_allocated_namespaces(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_allocated_namespaces_of(void) { return lwnvme_identify_get_allocated_namespaces_of(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_identify_get_nvm_sets(void) { return lwnvme_identify_get_nvm_sets(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_domains(void) { return lwnvme_identify_get_domains(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_endurance_groups(void) { return lwnvme_identify_get_endurance_groups(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_identify_get_granularity(void) { return lwnvme_identify_get_granularity(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_uuids(void) { return lwnvme_identify_get_uuids(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_identify_get_ports(void) { return lwnvme_identify_get_ports(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_interrupt(void) { lwnvme_interrupt(state_controller(), 1); return STATE_NOTHING; }
static int64_t call_lwnvme_interrupt_is_ours(void) { return state_value((uint64_t)lwnvme_interrupt_is_ours(state_controller(), 1)); }
static int64_t call_lwnvme_interrupt_mask(void) { lwnvme_interrupt_mask(state_controller(), 1); return STATE_NOTHING; }
static int64_t call_lwnvme_interrupt_arm(void) { lwnvme_interrupt_arm(state_controller(), 1); return STATE_NOTHING; }
static int64_t call_lwnvme_queue_wait(void) { return state_value((uint64_t)lwnvme_queue_wait(state_queue(), 1, 1)); }
static int64_t call_lwnvme_keep_alive_send(void) { return lwnvme_keep_alive_send(state_controller(), state_request()); }
static int64_t call_lwnvme_keep_alive_start(void) { return lwnvme_keep_alive_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_kept_watch(void) { return lwnvme_kept_watch(state_controller(), state_memory()); }
static int64_t call_lwnvme_kv_open(void) { return lwnvme_kv_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_kv_store(void) { return lwnvme_kv_store(state_queue(), state_memory(), state_request(), state_memory(), &state_buffer, 1); }
static int64_t call_lwnvme_kv_retrieve(void) { return lwnvme_kv_retrieve(state_queue(), state_memory(), state_request(), state_memory(), &state_buffer, 1); }
static int64_t call_lwnvme_kv_value_bytes(void) { return state_value((uint64_t)lwnvme_kv_value_bytes(state_request())); }
static int64_t call_lwnvme_kv_delete(void) { return lwnvme_kv_delete(state_queue(), state_memory(), state_request(), state_memory()); }
static int64_t call_lwnvme_kv_exist(void) { return lwnvme_kv_exist(state_queue(), state_memory(), state_request(), state_memory()); }
static int64_t call_lwnvme_kv_list(void) { return lwnvme_kv_list(state_queue(), state_memory(), state_request(), state_memory(), &state_buffer); }
static int64_t call_lwnvme_lba_status_get(void) { return lwnvme_lba_status_get(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_limits_get(void) { return lwnvme_limits_get(state_ns(), state_memory()); }
static int64_t call_lwnvme_atomic_check(void) { return lwnvme_atomic_check(state_ns(), 1, 1, false); }
static int64_t call_lwnvme_lockdown(void) { return lwnvme_lockdown(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_read(void) { return lwnvme_log_read(state_controller(), state_request(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_log_support(void) { return lwnvme_log_support(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_log_supported_pages(void) { return lwnvme_log_supported_pages(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_error(void) { return lwnvme_log_error(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_log_smart(void) { return lwnvme_log_smart(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_firmware_slots(void) { return lwnvme_log_firmware_slots(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_changed_namespaces(void) { return lwnvme_log_changed_namespaces(state_controller(), state_request(), false, state_memory()); }
static int64_t call_lwnvme_log_effects(void) { return lwnvme_log_effects(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_self_test(void) { return lwnvme_log_self_test(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_endurance_group(void) { return lwnvme_log_endurance_group(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_predictable_latency(void) { return lwnvme_log_predictable_latency(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_feature_effects(void) { return lwnvme_log_feature_effects(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_mi_effects(void) { return lwnvme_log_mi_effects(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_lockdown(void) { return lwnvme_log_lockdown(state_controller(), state_request(), 1, 1, state_memory()); }
static int64_t call_lwnvme_log_boot_partition(void) { return lwnvme_log_boot_partition(state_controller(), state_request(), 1, 4, state_memory(), 4); }
static int64_t call_lwnvme_log_rotational_media(void) { return lwnvme_log_rotational_media(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_fdp_statistics(void) { return lwnvme_log_fdp_statistics(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_reservation_notification(void) { return lwnvme_log_reservation_notification(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_sanitize_status(void) { return lwnvme_log_sanitize_status(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_changed_zones(void) { return lwnvme_log_changed_zones(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_endurance_group_aggregate(void) { return lwnvme_log_endurance_group_aggregate(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_predictable_latency_aggregate(void) { return lwnvme_log_predictable_latency_aggregate(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_ana(void) { return lwnvme_log_ana(state_controller(), state_request(), false, state_memory()); }
static int64_t call_lwnvme_log_lba_status(void) { return lwnvme_log_lba_status(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_log_media_unit_status(void) { return lwnvme_log_media_unit_status(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_capacity_configurations(void) { return lwnvme_log_capacity_configurations(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_fdp_configurations(void) { return lwnvme_log_fdp_configurations(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_fdp_usage(void) { return lwnvme_log_fdp_usage(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_log_fdp_events(void) { return lwnvme_log_fdp_events(state_controller(), state_request(), 1, false, state_memory()); }
static int64_t call_lwnvme_telemetry_host_begin(void) { return lwnvme_telemetry_host_begin(state_controller(), state_memory(), 1, false); }
static int64_t call_lwnvme_telemetry_controller_begin(void) { return lwnvme_telemetry_controller_begin(state_controller(), state_memory(), 1); }
static int64_t call_lwnvme_persistent_event_begin(void) { return lwnvme_persistent_event_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_metadata_open(void) { return lwnvme_metadata_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_namespace_open(void) { return lwnvme_namespace_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_namespace_enumerate(void) { return lwnvme_namespace_enumerate(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_namespace_create(void) { return lwnvme_namespace_create(state_controller(), state_request(), state_memory()); }
static int64_t call_lwnvme_namespace_delete(void) { return lwnvme_namespace_delete(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_namespace_attach(void) { return lwnvme_namespace_attach(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_namespace_detach(void) { return lwnvme_namespace_detach(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_namespace_attach_here(void) { return lwnvme_namespace_attach_here(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_namespace_detach_here(void) { return lwnvme_namespace_detach_here(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_namespace_set_rescan(void) { return lwnvme_namespace_set_rescan(state_controller(), state_memory()); }
static int64_t call_lwnvme_read(void) { return lwnvme_read(state_queue(), state_ns(), state_request(), 1, 1, &state_buffer); }
static int64_t call_lwnvme_write(void) { return lwnvme_write(state_queue(), state_ns(), state_request(), 1, 1, &state_buffer); }
static int64_t call_lwnvme_compare(void) { return lwnvme_compare(state_queue(), state_ns(), state_request(), 1, 1, &state_buffer); }
static int64_t call_lwnvme_flush(void) { return lwnvme_flush(state_queue(), state_ns(), state_request()); }
static int64_t call_lwnvme_write_zeroes(void) { return lwnvme_write_zeroes(state_queue(), state_ns(), state_request(), 1, 1); }
static int64_t call_lwnvme_verify(void) { return lwnvme_verify(state_queue(), state_ns(), state_request(), 1, 1); }
static int64_t call_lwnvme_write_uncorrectable(void) { return lwnvme_write_uncorrectable(state_queue(), state_ns(), state_request(), 1, 1); }
static int64_t call_lwnvme_flush_all(void) { return lwnvme_flush_all(state_queue(), state_request()); }
static int64_t call_lwnvme_dataset_management(void) { return lwnvme_dataset_management(state_queue(), state_ns(), state_request(), state_memory(), 1, 1); }
static int64_t call_lwnvme_panic_prepare(void) { return lwnvme_panic_prepare(state_controller(), state_memory(), state_panic_config()); }
static int64_t call_lwnvme_placement_get_status(void) { return lwnvme_placement_get_status(state_queue(), state_ns(), state_request(), state_memory()); }
static int64_t call_lwnvme_placement_update(void) { return lwnvme_placement_update(state_queue(), state_ns(), state_request(), state_memory(), 1); }
static int64_t call_lwnvme_power_state_count(void) { return state_value((uint64_t)lwnvme_power_state_count(state_controller())); }
static int64_t call_lwnvme_power_state_info_get(void) { return lwnvme_power_state_info_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_power_deepest(void) { return lwnvme_power_deepest(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_power_get(void) { return lwnvme_power_get(state_controller(), state_request(), 1, state_memory()); }
static int64_t call_lwnvme_power_set(void) { return lwnvme_power_set(state_controller(), state_request(), state_memory(), false); }
static int64_t call_lwnvme_power_idle(void) { return lwnvme_power_idle(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_suspend(void) { return lwnvme_suspend(state_controller(), state_memory()); }
static int64_t call_lwnvme_protection_open(void) { return lwnvme_protection_open(state_controller(), 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_protection_generate(void) { return lwnvme_protection_generate(state_ns(), state_memory(), 1, 1, &state_buffer); }
static int64_t call_lwnvme_protection_check(void) { return lwnvme_protection_check(state_ns(), state_memory(), 1, 1, &state_buffer, state_memory()); }
static int64_t call_lwnvme_queue_create(void) { return lwnvme_queue_create(state_controller(), state_fresh_queue(), state_memory()); }
static int64_t call_lwnvme_queue_create_on(void) { return lwnvme_queue_create_on(state_queue(), state_fresh_queue(), state_memory()); }
static int64_t call_lwnvme_queue_delete(void) { return lwnvme_queue_delete(state_queue()); }
static int64_t call_lwnvme_queue_status(void) { return lwnvme_queue_status(state_queue()); }
static int64_t call_lwnvme_queue_poll(void) { return state_value((uint64_t)lwnvme_queue_poll(state_queue(), 1)); }
static int64_t call_lwnvme_queue_batch_begin(void) { lwnvme_queue_batch_begin(state_queue()); return STATE_NOTHING; }
static int64_t call_lwnvme_queue_batch_end(void) { lwnvme_queue_batch_end(state_queue()); return STATE_NOTHING; }
static int64_t call_lwnvme_queue_in_flight(void) { return state_value((uint64_t)lwnvme_queue_in_flight(state_queue())); }
static int64_t call_lwnvme_queue_stale(void) { return state_value((uint64_t)lwnvme_queue_stale(state_queue())); }
static int64_t call_lwnvme_raw(void) { return lwnvme_raw(state_queue(), state_request(), state_memory(), &state_buffer); }
static int64_t call_lwnvme_queue_memory_bytes(void) { return state_value((uint64_t)lwnvme_queue_memory_bytes(state_controller(), state_fresh_queue(), state_memory())); }
static int64_t call_lwnvme_queue_statistics(void) { lwnvme_queue_statistics(state_queue(), state_memory()); return STATE_NOTHING; }
static int64_t call_lwnvme_request_outcome(void) { return state_value((uint64_t)lwnvme_request_outcome(state_request())); }
static int64_t call_lwnvme_recovery_start(void) { return lwnvme_recovery_start(state_controller(), state_memory(), state_memory()); }
static int64_t call_lwnvme_request_active(void) { return state_value((uint64_t)lwnvme_request_active(state_request())); }
static int64_t call_lwnvme_reservation_register(void) { return lwnvme_reservation_register(state_queue(), state_ns(), state_request(), state_memory()); }
static int64_t call_lwnvme_reservation_acquire(void) { return lwnvme_reservation_acquire(state_queue(), state_ns(), state_request(), state_memory()); }
static int64_t call_lwnvme_reservation_release(void) { return lwnvme_reservation_release(state_queue(), state_ns(), state_request(), state_memory()); }
static int64_t call_lwnvme_reservation_report(void) { return lwnvme_reservation_report(state_queue(), state_ns(), state_request(), state_memory()); }
static int64_t call_lwnvme_retry_open(void) { return lwnvme_retry_open(state_memory(), state_queue()); }
static int64_t call_lwnvme_sanitize_begin(void) { return lwnvme_sanitize_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_sanitize_follow(void) { return lwnvme_sanitize_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_security_send(void) { return lwnvme_security_send(state_controller(), state_request(), state_memory(), &state_buffer, 4); }
static int64_t call_lwnvme_security_receive(void) { return lwnvme_security_receive(state_controller(), state_request(), state_memory(), &state_buffer, 4); }
static int64_t call_lwnvme_self_test_begin(void) { return lwnvme_self_test_begin(state_controller(), state_memory()); }
static int64_t call_lwnvme_self_test_follow(void) { return lwnvme_self_test_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_self_test_abort(void) { return lwnvme_self_test_abort(state_controller(), state_request(), 1); }
static int64_t call_lwnvme_shadow_start(void) { return lwnvme_shadow_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_controller_open(void) { return lwnvme_sync_controller_open(state_controller(), state_config()); }
static int64_t call_lwnvme_sync_controller_shutdown(void) { return lwnvme_sync_controller_shutdown(state_controller(), (enum lwnvme_shutdown)1); }
static int64_t call_lwnvme_sync_controller_resume(void) { return lwnvme_sync_controller_resume(state_controller()); }
static int64_t call_lwnvme_sync_controller_reset(void) { return lwnvme_sync_controller_reset(state_controller()); }
static int64_t call_lwnvme_sync_controller_close(void) { return lwnvme_sync_controller_close(state_controller()); }
static int64_t call_lwnvme_sync_queue_create(void) { return lwnvme_sync_queue_create(state_controller(), state_fresh_queue(), state_memory()); }
static int64_t call_lwnvme_sync_queue_create_on(void) { return lwnvme_sync_queue_create_on(state_queue(), state_fresh_queue(), state_memory()); }
static int64_t call_lwnvme_sync_queue_delete(void) { return lwnvme_sync_queue_delete(state_queue()); }
static int64_t call_lwnvme_sync_namespace_enumerate(void) { return lwnvme_sync_namespace_enumerate(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_namespace_open(void) { return lwnvme_sync_namespace_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_protection_open(void) { return lwnvme_sync_protection_open(state_controller(), 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_namespace_wait(void) { return lwnvme_sync_namespace_wait(state_ns()); }
static int64_t call_lwnvme_sync_metadata_open(void) { return lwnvme_sync_metadata_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_wait(void) { return lwnvme_sync_wait(state_queue(), state_request()); }
static int64_t call_lwnvme_sync_admin_wait(void) { return lwnvme_sync_admin_wait(state_controller(), state_request()); }
static int64_t call_lwnvme_sync_read(void) { return lwnvme_sync_read(state_queue(), state_ns(), 1, 1, state_memory(), 1); }
static int64_t call_lwnvme_sync_write(void) { return lwnvme_sync_write(state_queue(), state_ns(), 1, 1, state_memory(), 1); }
static int64_t call_lwnvme_sync_compare(void) { return lwnvme_sync_compare(state_queue(), state_ns(), 1, 1, state_memory(), 1); }
static int64_t call_lwnvme_sync_flush(void) { return lwnvme_sync_flush(state_queue(), state_ns()); }
static int64_t call_lwnvme_sync_write_zeroes(void) { return lwnvme_sync_write_zeroes(state_queue(), state_ns(), 1, 1, 1); }
static int64_t call_lwnvme_sync_verify(void) { return lwnvme_sync_verify(state_queue(), state_ns(), 1, 1, 1); }
static int64_t call_lwnvme_sync_dataset_management(void) { return lwnvme_sync_dataset_management(state_queue(), state_ns(), state_memory(), 1, 1); }
static int64_t call_lwnvme_sync_trim(void) { return lwnvme_sync_trim(state_queue(), state_ns(), 1, 1); }
static int64_t call_lwnvme_sync_identify(void) { return lwnvme_sync_identify(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_log_read(void) { return lwnvme_sync_log_read(state_controller(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_sync_log_smart(void) { return lwnvme_sync_log_smart(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_error(void) { return lwnvme_sync_log_error(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_feature_get(void) { return lwnvme_sync_feature_get(state_controller(), 1, 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_feature_set(void) { return lwnvme_sync_feature_set(state_controller(), 1, 1, 1, false); }
static int64_t call_lwnvme_sync_raw(void) { return lwnvme_sync_raw(state_queue(), state_memory(), &state_buffer, state_memory()); }
static int64_t call_lwnvme_sync_admin_raw(void) { return lwnvme_sync_admin_raw(state_controller(), state_memory(), &state_buffer, state_memory()); }
static int64_t call_lwnvme_sync_events_start(void) { return lwnvme_sync_events_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_abort(void) { return lwnvme_sync_abort(state_controller(), state_fresh_queue(), state_request(), state_memory()); }
static int64_t call_lwnvme_sync_security_send(void) { return lwnvme_sync_security_send(state_controller(), state_memory(), &state_buffer, 4); }
static int64_t call_lwnvme_sync_security_receive(void) { return lwnvme_sync_security_receive(state_controller(), state_memory(), &state_buffer, 4); }
static int64_t call_lwnvme_sync_directive_identify(void) { return lwnvme_sync_directive_identify(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_directive_enable(void) { return lwnvme_sync_directive_enable(state_controller(), 1, 1, false); }
static int64_t call_lwnvme_sync_stream_identify(void) { return lwnvme_sync_stream_identify(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_stream_get_status(void) { return lwnvme_sync_stream_get_status(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_stream_allocate(void) { return lwnvme_sync_stream_allocate(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_stream_release(void) { return lwnvme_sync_stream_release(state_controller(), 1, 1); }
static int64_t call_lwnvme_sync_stream_release_all(void) { return lwnvme_sync_stream_release_all(state_controller(), 1); }
static int64_t call_lwnvme_sync_virtualization_allocate_primary(void) { return lwnvme_sync_virtualization_allocate_primary(state_controller(), 1, (enum lwnvme_virtual_resource)1, 1, state_memory()); }
static int64_t call_lwnvme_sync_virtualization_assign_secondary(void) { return lwnvme_sync_virtualization_assign_secondary(state_controller(), 1, (enum lwnvme_virtual_resource)1, 1, state_memory()); }
static int64_t call_lwnvme_sync_virtualization_set_online(void) { return lwnvme_sync_virtualization_set_online(state_controller(), 1, false); }
static int64_t call_lwnvme_sync_lockdown(void) { return lwnvme_sync_lockdown(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_lba_status_get(void) { return lwnvme_sync_lba_status_get(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_capacity_select(void) { return lwnvme_sync_capacity_select(state_controller(), 1); }
static int64_t call_lwnvme_sync_capacity_create_group(void) { return lwnvme_sync_capacity_create_group(state_controller(), 4, state_memory()); }
static int64_t call_lwnvme_sync_capacity_create_set(void) { return lwnvme_sync_capacity_create_set(state_controller(), 1, 4, state_memory()); }
static int64_t call_lwnvme_sync_capacity_delete_group(void) { return lwnvme_sync_capacity_delete_group(state_controller(), 1); }
static int64_t call_lwnvme_sync_capacity_delete_set(void) { return lwnvme_sync_capacity_delete_set(state_controller(), 1); }
static int64_t call_lwnvme_sync_boot_partition_activate(void) { return lwnvme_sync_boot_partition_activate(state_controller(), 1); }
static int64_t call_lwnvme_sync_controller_check(void) { return lwnvme_sync_controller_check(state_controller()); }
static int64_t call_lwnvme_sync_queue_check(void) { return lwnvme_sync_queue_check(state_queue()); }
static int64_t call_lwnvme_sync_feature_get_data(void) { return lwnvme_sync_feature_get_data(state_controller(), state_memory(), state_memory(), 4, state_memory()); }
static int64_t call_lwnvme_sync_feature_set_data(void) { return lwnvme_sync_feature_set_data(state_controller(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_sync_feature_abilities_get(void) { return lwnvme_sync_feature_abilities_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_arbitration_get(void) { return lwnvme_sync_arbitration_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_arbitration_set(void) { return lwnvme_sync_arbitration_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_temperature_threshold_get(void) { return lwnvme_sync_temperature_threshold_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_temperature_threshold_set(void) { return lwnvme_sync_temperature_threshold_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_write_cache_get(void) { return lwnvme_sync_write_cache_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_write_cache_set(void) { return lwnvme_sync_write_cache_set(state_controller(), false, false); }
static int64_t call_lwnvme_sync_number_of_queues_get(void) { return lwnvme_sync_number_of_queues_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_interrupt_coalescing_get(void) { return lwnvme_sync_interrupt_coalescing_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_interrupt_coalescing_set(void) { return lwnvme_sync_interrupt_coalescing_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_interrupt_vector_get(void) { return lwnvme_sync_interrupt_vector_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_interrupt_vector_set(void) { return lwnvme_sync_interrupt_vector_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_write_atomicity_get(void) { return lwnvme_sync_write_atomicity_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_write_atomicity_set(void) { return lwnvme_sync_write_atomicity_set(state_controller(), false, false); }
static int64_t call_lwnvme_sync_event_configuration_get(void) { return lwnvme_sync_event_configuration_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_event_configuration_set(void) { return lwnvme_sync_event_configuration_set(state_controller(), 1, false); }
static int64_t call_lwnvme_sync_keep_alive_timer_get(void) { return lwnvme_sync_keep_alive_timer_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_keep_alive_timer_set(void) { return lwnvme_sync_keep_alive_timer_set(state_controller(), 1); }
static int64_t call_lwnvme_sync_thermal_management_get(void) { return lwnvme_sync_thermal_management_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_thermal_management_set(void) { return lwnvme_sync_thermal_management_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_non_operational_permissive_get(void) { return lwnvme_sync_non_operational_permissive_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_non_operational_permissive_set(void) { return lwnvme_sync_non_operational_permissive_set(state_controller(), false, false); }
static int64_t call_lwnvme_sync_sanitize_config_get(void) { return lwnvme_sync_sanitize_config_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_sanitize_config_set(void) { return lwnvme_sync_sanitize_config_set(state_controller(), false, false); }
static int64_t call_lwnvme_sync_command_set_profile_get(void) { return lwnvme_sync_command_set_profile_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_command_set_profile_set(void) { return lwnvme_sync_command_set_profile_set(state_controller(), 1, false); }
static int64_t call_lwnvme_sync_spinup_get(void) { return lwnvme_sync_spinup_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_spinup_set(void) { return lwnvme_sync_spinup_set(state_controller(), false, false); }
static int64_t call_lwnvme_sync_power_loss_signaling_get(void) { return lwnvme_sync_power_loss_signaling_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_power_loss_signaling_set(void) { return lwnvme_sync_power_loss_signaling_set(state_controller(), 1, false); }
static int64_t call_lwnvme_sync_software_progress_get(void) { return lwnvme_sync_software_progress_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_software_progress_set(void) { return lwnvme_sync_software_progress_set(state_controller(), 1, false); }
static int64_t call_lwnvme_sync_apst_get(void) { return lwnvme_sync_apst_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_apst_set(void) { return lwnvme_sync_apst_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_timestamp_get(void) { return lwnvme_sync_timestamp_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_timestamp_set(void) { return lwnvme_sync_timestamp_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_host_identifier_get(void) { return lwnvme_sync_host_identifier_get(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_host_identifier_set(void) { return lwnvme_sync_host_identifier_set(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_host_behavior_get(void) { return lwnvme_sync_host_behavior_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_host_behavior_set(void) { return lwnvme_sync_host_behavior_set(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_error_recovery_get(void) { return lwnvme_sync_error_recovery_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_error_recovery_set(void) { return lwnvme_sync_error_recovery_set(state_controller(), 1, state_memory(), false); }
static int64_t call_lwnvme_sync_lba_ranges_get(void) { return lwnvme_sync_lba_ranges_get(state_controller(), state_ns(), 1, state_memory()); }
static int64_t call_lwnvme_sync_lba_ranges_set(void) { return lwnvme_sync_lba_ranges_set(state_controller(), state_ns(), state_memory(), false); }
static int64_t call_lwnvme_sync_lba_status_interval_get(void) { return lwnvme_sync_lba_status_interval_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_lba_status_interval_set(void) { return lwnvme_sync_lba_status_interval_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_read_recovery_get(void) { return lwnvme_sync_read_recovery_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_read_recovery_set(void) { return lwnvme_sync_read_recovery_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_predictable_latency_get(void) { return lwnvme_sync_predictable_latency_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_predictable_latency_set(void) { return lwnvme_sync_predictable_latency_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_predictable_window_get(void) { return lwnvme_sync_predictable_window_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_predictable_window_set(void) { return lwnvme_sync_predictable_window_set(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_endurance_events_get(void) { return lwnvme_sync_endurance_events_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_endurance_events_set(void) { return lwnvme_sync_endurance_events_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_reservation_mask_get(void) { return lwnvme_sync_reservation_mask_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_reservation_mask_set(void) { return lwnvme_sync_reservation_mask_set(state_controller(), 1, state_memory(), false); }
static int64_t call_lwnvme_sync_reservation_persistence_get(void) { return lwnvme_sync_reservation_persistence_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_reservation_persistence_set(void) { return lwnvme_sync_reservation_persistence_set(state_controller(), 1, false, false); }
static int64_t call_lwnvme_sync_write_protection_get(void) { return lwnvme_sync_write_protection_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_write_protection_set(void) { return lwnvme_sync_write_protection_set(state_controller(), 1, 1); }
static int64_t call_lwnvme_sync_data_placement_get(void) { return lwnvme_sync_data_placement_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_data_placement_set(void) { return lwnvme_sync_data_placement_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_placement_events_get(void) { return lwnvme_sync_placement_events_get(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_placement_events_set(void) { return lwnvme_sync_placement_events_set(state_controller(), 1, state_memory(), false); }
static int64_t call_lwnvme_sync_power_get(void) { return lwnvme_sync_power_get(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_power_set(void) { return lwnvme_sync_power_set(state_controller(), state_memory(), false); }
static int64_t call_lwnvme_sync_power_idle(void) { return lwnvme_sync_power_idle(state_controller(), 1); }
static int64_t call_lwnvme_sync_identify_select(void) { return lwnvme_sync_identify_select(state_controller(), state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_namespace(void) { return lwnvme_sync_identify_get_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_allocated_namespace(void) { return lwnvme_sync_identify_get_allocated_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_nvm_namespace(void) { return lwnvme_sync_identify_get_nvm_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_allocated_nvm_namespace(void) { return lwnvme_sync_identify_get_allocated_nvm_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_zns_namespace(void) { return lwnvme_sync_identify_get_zns_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_allocated_zns_namespace(void) { return lwnvme_sync_identify_get_allocated_zns_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_kv_namespace(void) { return lwnvme_sync_identify_get_kv_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_allocated_kv_namespace(void) { return lwnvme_sync_identify_get_allocated_kv_namespace(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_format(void) { return lwnvme_sync_identify_get_format(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_nvm_format(void) { return lwnvme_sync_identify_get_nvm_format(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_zns_format(void) { return lwnvme_sync_identify_get_zns_format(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_descriptors(void) { return lwnvme_sync_identify_get_descriptors(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_controller(void) { return lwnvme_sync_identify_get_controller(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_nvm_controller(void) { return lwnvme_sync_identify_get_nvm_controller(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_zns_controller(void) { return lwnvme_sync_identify_get_zns_controller(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_kv_controller(void) { return lwnvme_sync_identify_get_kv_controller(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_controllers(void) { return lwnvme_sync_identify_get_controllers(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_namespace_controllers(void) { return lwnvme_sync_identify_get_namespace_controllers(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_io_command_sets(void) { return lwnvme_sync_identify_get_io_command_sets(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_active_namespaces(void) { return lwnvme_sync_identify_get_active_namespaces(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_active_namespaces_of(void) { return lwnvme_sync_identify_get_active_namespaces_of(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_allocated_namespaces(void) { return lwnvme_sync_identify_get_allocated_namespaces(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_nvm_sets(void) { return lwnvme_sync_identify_get_nvm_sets(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_domains(void) { return lwnvme_sync_identify_get_domains(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_endurance_groups(void) { return lwnvme_sync_identify_get_endurance_groups(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_identify_get_granularity(void) { return lwnvme_sync_identify_get_granularity(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_uuids(void) { return lwnvme_sync_identify_get_uuids(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_identify_get_ports(void) { return lwnvme_sync_identify_get_ports(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_write_uncorrectable(void) { return lwnvme_sync_write_uncorrectable(state_queue(), state_ns(), 1, 1); }
static int64_t call_lwnvme_sync_flush_all(void) { return lwnvme_sync_flush_all(state_queue()); }
static int64_t call_lwnvme_sync_copy(void) { return lwnvme_sync_copy(state_queue(), state_ns(), 1, state_memory(), 1); }
static int64_t call_lwnvme_sync_compare_and_write(void) { return lwnvme_sync_compare_and_write(state_queue(), state_ns(), 1, 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_reservation_register(void) { return lwnvme_sync_reservation_register(state_queue(), state_ns(), state_memory()); }
static int64_t call_lwnvme_sync_reservation_acquire(void) { return lwnvme_sync_reservation_acquire(state_queue(), state_ns(), state_memory()); }
static int64_t call_lwnvme_sync_reservation_release(void) { return lwnvme_sync_reservation_release(state_queue(), state_ns(), state_memory()); }
static int64_t call_lwnvme_sync_reservation_report(void) { return lwnvme_sync_reservation_report(state_queue(), state_ns(), state_memory()); }
static int64_t call_lwnvme_sync_placement_get_status(void) { return lwnvme_sync_placement_get_status(state_queue(), state_ns(), state_memory()); }
static int64_t call_lwnvme_sync_placement_update(void) { return lwnvme_sync_placement_update(state_queue(), state_ns(), state_memory(), 1); }
static int64_t call_lwnvme_sync_log_supported_pages(void) { return lwnvme_sync_log_supported_pages(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_firmware_slots(void) { return lwnvme_sync_log_firmware_slots(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_changed_namespaces(void) { return lwnvme_sync_log_changed_namespaces(state_controller(), false, state_memory()); }
static int64_t call_lwnvme_sync_log_effects(void) { return lwnvme_sync_log_effects(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_self_test(void) { return lwnvme_sync_log_self_test(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_endurance_group(void) { return lwnvme_sync_log_endurance_group(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_predictable_latency(void) { return lwnvme_sync_log_predictable_latency(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_feature_effects(void) { return lwnvme_sync_log_feature_effects(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_mi_effects(void) { return lwnvme_sync_log_mi_effects(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_lockdown(void) { return lwnvme_sync_log_lockdown(state_controller(), 1, 1, state_memory()); }
static int64_t call_lwnvme_sync_log_boot_partition(void) { return lwnvme_sync_log_boot_partition(state_controller(), 1, 4, state_memory(), 4); }
static int64_t call_lwnvme_sync_log_rotational_media(void) { return lwnvme_sync_log_rotational_media(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_fdp_statistics(void) { return lwnvme_sync_log_fdp_statistics(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_reservation_notification(void) { return lwnvme_sync_log_reservation_notification(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_sanitize_status(void) { return lwnvme_sync_log_sanitize_status(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_changed_zones(void) { return lwnvme_sync_log_changed_zones(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_endurance_group_aggregate(void) { return lwnvme_sync_log_endurance_group_aggregate(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_predictable_latency_aggregate(void) { return lwnvme_sync_log_predictable_latency_aggregate(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_ana(void) { return lwnvme_sync_log_ana(state_controller(), false, state_memory()); }
static int64_t call_lwnvme_sync_log_lba_status(void) { return lwnvme_sync_log_lba_status(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_log_media_unit_status(void) { return lwnvme_sync_log_media_unit_status(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_capacity_configurations(void) { return lwnvme_sync_log_capacity_configurations(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_fdp_configurations(void) { return lwnvme_sync_log_fdp_configurations(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_fdp_usage(void) { return lwnvme_sync_log_fdp_usage(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_log_fdp_events(void) { return lwnvme_sync_log_fdp_events(state_controller(), 1, false, state_memory()); }
static int64_t call_lwnvme_sync_firmware_update(void) { return lwnvme_sync_firmware_update(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_firmware_activation_follow(void) { return lwnvme_sync_firmware_activation_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_firmware_download(void) { return lwnvme_sync_firmware_download(state_controller(), 4, state_memory(), 4); }
static int64_t call_lwnvme_sync_firmware_commit(void) { return lwnvme_sync_firmware_commit(state_controller(), state_memory(), 1, state_memory()); }
static int64_t call_lwnvme_sync_format(void) { return lwnvme_sync_format(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_format_follow(void) { return lwnvme_sync_format_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_sanitize(void) { return lwnvme_sync_sanitize(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_sanitize_follow(void) { return lwnvme_sync_sanitize_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_self_test(void) { return lwnvme_sync_self_test(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_self_test_follow(void) { return lwnvme_sync_self_test_follow(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_self_test_abort(void) { return lwnvme_sync_self_test_abort(state_controller(), 1); }
static int64_t call_lwnvme_sync_namespace_create(void) { return lwnvme_sync_namespace_create(state_controller(), state_memory(), 1, state_memory()); }
static int64_t call_lwnvme_sync_namespace_delete(void) { return lwnvme_sync_namespace_delete(state_controller(), 1, 1); }
static int64_t call_lwnvme_sync_namespace_attach(void) { return lwnvme_sync_namespace_attach(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_namespace_detach(void) { return lwnvme_sync_namespace_detach(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_namespace_attach_here(void) { return lwnvme_sync_namespace_attach_here(state_controller(), 1); }
static int64_t call_lwnvme_sync_namespace_detach_here(void) { return lwnvme_sync_namespace_detach_here(state_controller(), 1); }
static int64_t call_lwnvme_sync_namespace_set_rescan(void) { return lwnvme_sync_namespace_set_rescan(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_host_memory_start(void) { return lwnvme_sync_host_memory_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_keep_alive_send(void) { return lwnvme_sync_keep_alive_send(state_controller()); }
static int64_t call_lwnvme_sync_keep_alive_start(void) { return lwnvme_sync_keep_alive_start(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_suspend(void) { return lwnvme_sync_suspend(state_controller(), state_memory()); }
static int64_t call_lwnvme_sync_zoned_open(void) { return lwnvme_sync_zoned_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_zoned_protection_open(void) { return lwnvme_sync_zoned_protection_open(state_controller(), 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_zone_append(void) { return lwnvme_sync_zone_append(state_queue(), state_memory(), 1, 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_zone_manage(void) { return lwnvme_sync_zone_manage(state_queue(), state_memory(), 1, 1, 1); }
static int64_t call_lwnvme_sync_zone_extension_set(void) { return lwnvme_sync_zone_extension_set(state_queue(), state_memory(), 1, state_memory()); }
static int64_t call_lwnvme_sync_zone_report_next(void) { return lwnvme_sync_zone_report_next(state_queue(), state_memory()); }
static int64_t call_lwnvme_sync_kv_open(void) { return lwnvme_sync_kv_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_sync_kv_store(void) { return lwnvme_sync_kv_store(state_queue(), state_memory(), state_memory(), state_memory(), 4, 1); }
static int64_t call_lwnvme_sync_kv_retrieve(void) { return lwnvme_sync_kv_retrieve(state_queue(), state_memory(), state_memory(), state_memory(), state_memory(), 1); }
static int64_t call_lwnvme_sync_kv_delete(void) { return lwnvme_sync_kv_delete(state_queue(), state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_kv_exist(void) { return lwnvme_sync_kv_exist(state_queue(), state_memory(), state_memory()); }
static int64_t call_lwnvme_sync_kv_list(void) { return lwnvme_sync_kv_list(state_queue(), state_memory(), state_memory(), state_memory(), 4); }
static int64_t call_lwnvme_virtualization_allocate_primary(void) { return lwnvme_virtualization_allocate_primary(state_controller(), state_request(), 1, (enum lwnvme_virtual_resource)1, 1); }
static int64_t call_lwnvme_virtualization_assign_secondary(void) { return lwnvme_virtualization_assign_secondary(state_controller(), state_request(), 1, (enum lwnvme_virtual_resource)1, 1); }
static int64_t call_lwnvme_virtualization_set_online(void) { return lwnvme_virtualization_set_online(state_controller(), state_request(), 1, false); }
static int64_t call_lwnvme_virtualization_granted(void) { return state_value((uint64_t)lwnvme_virtualization_granted(state_request())); }
static int64_t call_lwnvme_zoned_open(void) { return lwnvme_zoned_open(state_controller(), 1, state_memory()); }
static int64_t call_lwnvme_zoned_protection_open(void) { return lwnvme_zoned_protection_open(state_controller(), 1, state_memory(), state_memory()); }
static int64_t call_lwnvme_zone_append(void) { return lwnvme_zone_append(state_queue(), state_memory(), state_request(), 1, 1, &state_buffer); }
static int64_t call_lwnvme_zone_appended_lba(void) { return state_value((uint64_t)lwnvme_zone_appended_lba(state_request())); }
static int64_t call_lwnvme_zone_manage(void) { return lwnvme_zone_manage(state_queue(), state_memory(), state_request(), 1, 1, 1); }
static int64_t call_lwnvme_zone_extension_set(void) { return lwnvme_zone_extension_set(state_queue(), state_memory(), state_request(), 1, &state_buffer); }
static int64_t call_lwnvme_zone_report_next(void) { return lwnvme_zone_report_next(state_queue(), state_memory(), state_request()); }

static const struct state_call state_calls[] = {
    {"lwnvme_abort", call_lwnvme_abort},
    {"lwnvme_abort_took_effect", call_lwnvme_abort_took_effect},
    {"lwnvme_admin_raw", call_lwnvme_admin_raw},
    {"lwnvme_apst_get", call_lwnvme_apst_get},
    {"lwnvme_apst_make", call_lwnvme_apst_make},
    {"lwnvme_apst_set", call_lwnvme_apst_set},
    {"lwnvme_arbitration_get", call_lwnvme_arbitration_get},
    {"lwnvme_arbitration_set", call_lwnvme_arbitration_set},
    {"lwnvme_atomic_check", call_lwnvme_atomic_check},
    {"lwnvme_boot_partition_activate", call_lwnvme_boot_partition_activate},
    {"lwnvme_boot_partition_get_info", call_lwnvme_boot_partition_get_info},
    {"lwnvme_boot_partition_read_begin", call_lwnvme_boot_partition_read_begin},
    {"lwnvme_boot_partition_read_log_begin", call_lwnvme_boot_partition_read_log_begin},
    {"lwnvme_boot_partition_write_begin", call_lwnvme_boot_partition_write_begin},
    {"lwnvme_cancel", call_lwnvme_cancel},
    {"lwnvme_cancel_aborted", call_lwnvme_cancel_aborted},
    {"lwnvme_cancel_all", call_lwnvme_cancel_all},
    {"lwnvme_cancel_deferred", call_lwnvme_cancel_deferred},
    {"lwnvme_capacity_create_group", call_lwnvme_capacity_create_group},
    {"lwnvme_capacity_create_set", call_lwnvme_capacity_create_set},
    {"lwnvme_capacity_created", call_lwnvme_capacity_created},
    {"lwnvme_capacity_delete_group", call_lwnvme_capacity_delete_group},
    {"lwnvme_capacity_delete_set", call_lwnvme_capacity_delete_set},
    {"lwnvme_capacity_select", call_lwnvme_capacity_select},
    {"lwnvme_cmb_find", call_lwnvme_cmb_find},
    {"lwnvme_cmb_open", call_lwnvme_cmb_open},
    {"lwnvme_command_set_profile_get", call_lwnvme_command_set_profile_get},
    {"lwnvme_command_set_profile_set", call_lwnvme_command_set_profile_set},
    {"lwnvme_compare", call_lwnvme_compare},
    {"lwnvme_compare_and_write", call_lwnvme_compare_and_write},
    {"lwnvme_controller_close", call_lwnvme_controller_close},
    {"lwnvme_controller_get_info", call_lwnvme_controller_get_info},
    {"lwnvme_controller_open", call_lwnvme_controller_open},
    {"lwnvme_controller_poll", call_lwnvme_controller_poll},
    {"lwnvme_controller_reset", call_lwnvme_controller_reset},
    {"lwnvme_controller_resume", call_lwnvme_controller_resume},
    {"lwnvme_controller_shutdown", call_lwnvme_controller_shutdown},
    {"lwnvme_controller_state", call_lwnvme_controller_state},
    {"lwnvme_controller_status", call_lwnvme_controller_status},
    {"lwnvme_controller_subsystem_reset", call_lwnvme_controller_subsystem_reset},
    {"lwnvme_copy", call_lwnvme_copy},
    {"lwnvme_copy_add", call_lwnvme_copy_add},
    {"lwnvme_copy_add_memory", call_lwnvme_copy_add_memory},
    {"lwnvme_data_placement_get", call_lwnvme_data_placement_get},
    {"lwnvme_data_placement_set", call_lwnvme_data_placement_set},
    {"lwnvme_dataset_management", call_lwnvme_dataset_management},
    {"lwnvme_directive_enable", call_lwnvme_directive_enable},
    {"lwnvme_directive_identify", call_lwnvme_directive_identify},
    {"lwnvme_effects_read", call_lwnvme_effects_read},
    {"lwnvme_endurance_events_get", call_lwnvme_endurance_events_get},
    {"lwnvme_endurance_events_set", call_lwnvme_endurance_events_set},
    {"lwnvme_error_recovery_get", call_lwnvme_error_recovery_get},
    {"lwnvme_error_recovery_set", call_lwnvme_error_recovery_set},
    {"lwnvme_event_configuration_get", call_lwnvme_event_configuration_get},
    {"lwnvme_event_configuration_set", call_lwnvme_event_configuration_set},
    {"lwnvme_events_start", call_lwnvme_events_start},
    {"lwnvme_feature_abilities_get", call_lwnvme_feature_abilities_get},
    {"lwnvme_feature_get", call_lwnvme_feature_get},
    {"lwnvme_feature_get_data", call_lwnvme_feature_get_data},
    {"lwnvme_feature_set", call_lwnvme_feature_set},
    {"lwnvme_feature_set_data", call_lwnvme_feature_set_data},
    {"lwnvme_firmware_activation_follow", call_lwnvme_firmware_activation_follow},
    {"lwnvme_firmware_commit", call_lwnvme_firmware_commit},
    {"lwnvme_firmware_download", call_lwnvme_firmware_download},
    {"lwnvme_firmware_update_begin", call_lwnvme_firmware_update_begin},
    {"lwnvme_flush", call_lwnvme_flush},
    {"lwnvme_flush_all", call_lwnvme_flush_all},
    {"lwnvme_format_begin", call_lwnvme_format_begin},
    {"lwnvme_format_follow", call_lwnvme_format_follow},
    {"lwnvme_fused_failed", call_lwnvme_fused_failed},
    {"lwnvme_host_behavior_get", call_lwnvme_host_behavior_get},
    {"lwnvme_host_behavior_set", call_lwnvme_host_behavior_set},
    {"lwnvme_host_identifier_get", call_lwnvme_host_identifier_get},
    {"lwnvme_host_identifier_set", call_lwnvme_host_identifier_set},
    {"lwnvme_host_memory_start", call_lwnvme_host_memory_start},
    {"lwnvme_host_memory_wish_get", call_lwnvme_host_memory_wish_get},
    {"lwnvme_identify", call_lwnvme_identify},
    {"lwnvme_identify_get_active_namespaces", call_lwnvme_identify_get_active_namespaces},
    {"lwnvme_identify_get_active_namespaces_of", call_lwnvme_identify_get_active_namespaces_of},
    {"lwnvme_identify_get_allocated_kv_namespace", call_lwnvme_identify_get_allocated_kv_namespace},
    {"lwnvme_identify_get_allocated_namespace", call_lwnvme_identify_get_allocated_namespace},
    {"lwnvme_identify_get_allocated_namespaces", call_lwnvme_identify_get_allocated_namespaces},
    {"lwnvme_identify_get_allocated_namespaces_of", call_lwnvme_identify_get_allocated_namespaces_of},
    {"lwnvme_identify_get_allocated_nvm_namespace", call_lwnvme_identify_get_allocated_nvm_namespace},
    {"lwnvme_identify_get_allocated_zns_namespace", call_lwnvme_identify_get_allocated_zns_namespace},
    {"lwnvme_identify_get_controller", call_lwnvme_identify_get_controller},
    {"lwnvme_identify_get_controllers", call_lwnvme_identify_get_controllers},
    {"lwnvme_identify_get_descriptors", call_lwnvme_identify_get_descriptors},
    {"lwnvme_identify_get_domains", call_lwnvme_identify_get_domains},
    {"lwnvme_identify_get_endurance_groups", call_lwnvme_identify_get_endurance_groups},
    {"lwnvme_identify_get_format", call_lwnvme_identify_get_format},
    {"lwnvme_identify_get_granularity", call_lwnvme_identify_get_granularity},
    {"lwnvme_identify_get_independent_allocated_namespace", call_lwnvme_identify_get_independent_allocated_namespace},
    {"lwnvme_identify_get_independent_namespace", call_lwnvme_identify_get_independent_namespace},
    {"lwnvme_identify_get_io_command_sets", call_lwnvme_identify_get_io_command_sets},
    {"lwnvme_identify_get_kv_controller", call_lwnvme_identify_get_kv_controller},
    {"lwnvme_identify_get_kv_namespace", call_lwnvme_identify_get_kv_namespace},
    {"lwnvme_identify_get_namespace", call_lwnvme_identify_get_namespace},
    {"lwnvme_identify_get_namespace_controllers", call_lwnvme_identify_get_namespace_controllers},
    {"lwnvme_identify_get_nvm_controller", call_lwnvme_identify_get_nvm_controller},
    {"lwnvme_identify_get_nvm_format", call_lwnvme_identify_get_nvm_format},
    {"lwnvme_identify_get_nvm_namespace", call_lwnvme_identify_get_nvm_namespace},
    {"lwnvme_identify_get_nvm_sets", call_lwnvme_identify_get_nvm_sets},
    {"lwnvme_identify_get_ports", call_lwnvme_identify_get_ports},
    {"lwnvme_identify_get_primary_controller", call_lwnvme_identify_get_primary_controller},
    {"lwnvme_identify_get_secondary_controllers", call_lwnvme_identify_get_secondary_controllers},
    {"lwnvme_identify_get_uuids", call_lwnvme_identify_get_uuids},
    {"lwnvme_identify_get_zns_controller", call_lwnvme_identify_get_zns_controller},
    {"lwnvme_identify_get_zns_format", call_lwnvme_identify_get_zns_format},
    {"lwnvme_identify_get_zns_namespace", call_lwnvme_identify_get_zns_namespace},
    {"lwnvme_identify_select", call_lwnvme_identify_select},
    {"lwnvme_interrupt", call_lwnvme_interrupt},
    {"lwnvme_interrupt_arm", call_lwnvme_interrupt_arm},
    {"lwnvme_interrupt_coalescing_get", call_lwnvme_interrupt_coalescing_get},
    {"lwnvme_interrupt_coalescing_set", call_lwnvme_interrupt_coalescing_set},
    {"lwnvme_interrupt_is_ours", call_lwnvme_interrupt_is_ours},
    {"lwnvme_interrupt_mask", call_lwnvme_interrupt_mask},
    {"lwnvme_interrupt_vector_get", call_lwnvme_interrupt_vector_get},
    {"lwnvme_interrupt_vector_set", call_lwnvme_interrupt_vector_set},
    {"lwnvme_keep_alive_send", call_lwnvme_keep_alive_send},
    {"lwnvme_keep_alive_start", call_lwnvme_keep_alive_start},
    {"lwnvme_keep_alive_timer_get", call_lwnvme_keep_alive_timer_get},
    {"lwnvme_keep_alive_timer_set", call_lwnvme_keep_alive_timer_set},
    {"lwnvme_kept_watch", call_lwnvme_kept_watch},
    {"lwnvme_kv_delete", call_lwnvme_kv_delete},
    {"lwnvme_kv_exist", call_lwnvme_kv_exist},
    {"lwnvme_kv_list", call_lwnvme_kv_list},
    {"lwnvme_kv_open", call_lwnvme_kv_open},
    {"lwnvme_kv_retrieve", call_lwnvme_kv_retrieve},
    {"lwnvme_kv_store", call_lwnvme_kv_store},
    {"lwnvme_kv_value_bytes", call_lwnvme_kv_value_bytes},
    {"lwnvme_lba_ranges_get", call_lwnvme_lba_ranges_get},
    {"lwnvme_lba_ranges_set", call_lwnvme_lba_ranges_set},
    {"lwnvme_lba_status_get", call_lwnvme_lba_status_get},
    {"lwnvme_lba_status_interval_get", call_lwnvme_lba_status_interval_get},
    {"lwnvme_lba_status_interval_set", call_lwnvme_lba_status_interval_set},
    {"lwnvme_limits_get", call_lwnvme_limits_get},
    {"lwnvme_lockdown", call_lwnvme_lockdown},
    {"lwnvme_log_ana", call_lwnvme_log_ana},
    {"lwnvme_log_boot_partition", call_lwnvme_log_boot_partition},
    {"lwnvme_log_capacity_configurations", call_lwnvme_log_capacity_configurations},
    {"lwnvme_log_changed_namespaces", call_lwnvme_log_changed_namespaces},
    {"lwnvme_log_changed_zones", call_lwnvme_log_changed_zones},
    {"lwnvme_log_effects", call_lwnvme_log_effects},
    {"lwnvme_log_endurance_group", call_lwnvme_log_endurance_group},
    {"lwnvme_log_endurance_group_aggregate", call_lwnvme_log_endurance_group_aggregate},
    {"lwnvme_log_error", call_lwnvme_log_error},
    {"lwnvme_log_fdp_configurations", call_lwnvme_log_fdp_configurations},
    {"lwnvme_log_fdp_events", call_lwnvme_log_fdp_events},
    {"lwnvme_log_fdp_statistics", call_lwnvme_log_fdp_statistics},
    {"lwnvme_log_fdp_usage", call_lwnvme_log_fdp_usage},
    {"lwnvme_log_feature_effects", call_lwnvme_log_feature_effects},
    {"lwnvme_log_firmware_slots", call_lwnvme_log_firmware_slots},
    {"lwnvme_log_lba_status", call_lwnvme_log_lba_status},
    {"lwnvme_log_lockdown", call_lwnvme_log_lockdown},
    {"lwnvme_log_media_unit_status", call_lwnvme_log_media_unit_status},
    {"lwnvme_log_mi_effects", call_lwnvme_log_mi_effects},
    {"lwnvme_log_predictable_latency", call_lwnvme_log_predictable_latency},
    {"lwnvme_log_predictable_latency_aggregate", call_lwnvme_log_predictable_latency_aggregate},
    {"lwnvme_log_read", call_lwnvme_log_read},
    {"lwnvme_log_reservation_notification", call_lwnvme_log_reservation_notification},
    {"lwnvme_log_rotational_media", call_lwnvme_log_rotational_media},
    {"lwnvme_log_sanitize_status", call_lwnvme_log_sanitize_status},
    {"lwnvme_log_self_test", call_lwnvme_log_self_test},
    {"lwnvme_log_smart", call_lwnvme_log_smart},
    {"lwnvme_log_support", call_lwnvme_log_support},
    {"lwnvme_log_supported_pages", call_lwnvme_log_supported_pages},
    {"lwnvme_metadata_open", call_lwnvme_metadata_open},
    {"lwnvme_namespace_attach", call_lwnvme_namespace_attach},
    {"lwnvme_namespace_attach_here", call_lwnvme_namespace_attach_here},
    {"lwnvme_namespace_create", call_lwnvme_namespace_create},
    {"lwnvme_namespace_delete", call_lwnvme_namespace_delete},
    {"lwnvme_namespace_detach", call_lwnvme_namespace_detach},
    {"lwnvme_namespace_detach_here", call_lwnvme_namespace_detach_here},
    {"lwnvme_namespace_enumerate", call_lwnvme_namespace_enumerate},
    {"lwnvme_namespace_open", call_lwnvme_namespace_open},
    {"lwnvme_namespace_set_rescan", call_lwnvme_namespace_set_rescan},
    {"lwnvme_next_deadline", call_lwnvme_next_deadline},
    {"lwnvme_non_operational_permissive_get", call_lwnvme_non_operational_permissive_get},
    {"lwnvme_non_operational_permissive_set", call_lwnvme_non_operational_permissive_set},
    {"lwnvme_number_of_queues_get", call_lwnvme_number_of_queues_get},
    {"lwnvme_panic_prepare", call_lwnvme_panic_prepare},
    {"lwnvme_persistent_event_begin", call_lwnvme_persistent_event_begin},
    {"lwnvme_placement_events_get", call_lwnvme_placement_events_get},
    {"lwnvme_placement_events_set", call_lwnvme_placement_events_set},
    {"lwnvme_placement_get_status", call_lwnvme_placement_get_status},
    {"lwnvme_placement_update", call_lwnvme_placement_update},
    {"lwnvme_power_deepest", call_lwnvme_power_deepest},
    {"lwnvme_power_get", call_lwnvme_power_get},
    {"lwnvme_power_idle", call_lwnvme_power_idle},
    {"lwnvme_power_loss_signaling_get", call_lwnvme_power_loss_signaling_get},
    {"lwnvme_power_loss_signaling_set", call_lwnvme_power_loss_signaling_set},
    {"lwnvme_power_set", call_lwnvme_power_set},
    {"lwnvme_power_state_count", call_lwnvme_power_state_count},
    {"lwnvme_power_state_info_get", call_lwnvme_power_state_info_get},
    {"lwnvme_predictable_latency_get", call_lwnvme_predictable_latency_get},
    {"lwnvme_predictable_latency_set", call_lwnvme_predictable_latency_set},
    {"lwnvme_predictable_window_get", call_lwnvme_predictable_window_get},
    {"lwnvme_predictable_window_set", call_lwnvme_predictable_window_set},
    {"lwnvme_protection_check", call_lwnvme_protection_check},
    {"lwnvme_protection_generate", call_lwnvme_protection_generate},
    {"lwnvme_protection_open", call_lwnvme_protection_open},
    {"lwnvme_queue_batch_begin", call_lwnvme_queue_batch_begin},
    {"lwnvme_queue_batch_end", call_lwnvme_queue_batch_end},
    {"lwnvme_queue_create", call_lwnvme_queue_create},
    {"lwnvme_queue_create_on", call_lwnvme_queue_create_on},
    {"lwnvme_queue_delete", call_lwnvme_queue_delete},
    {"lwnvme_queue_in_flight", call_lwnvme_queue_in_flight},
    {"lwnvme_queue_memory_bytes", call_lwnvme_queue_memory_bytes},
    {"lwnvme_queue_poll", call_lwnvme_queue_poll},
    {"lwnvme_queue_stale", call_lwnvme_queue_stale},
    {"lwnvme_queue_statistics", call_lwnvme_queue_statistics},
    {"lwnvme_queue_status", call_lwnvme_queue_status},
    {"lwnvme_queue_wait", call_lwnvme_queue_wait},
    {"lwnvme_raw", call_lwnvme_raw},
    {"lwnvme_read", call_lwnvme_read},
    {"lwnvme_read_recovery_get", call_lwnvme_read_recovery_get},
    {"lwnvme_read_recovery_set", call_lwnvme_read_recovery_set},
    {"lwnvme_recovery_start", call_lwnvme_recovery_start},
    {"lwnvme_request_active", call_lwnvme_request_active},
    {"lwnvme_request_outcome", call_lwnvme_request_outcome},
    {"lwnvme_reservation_acquire", call_lwnvme_reservation_acquire},
    {"lwnvme_reservation_mask_get", call_lwnvme_reservation_mask_get},
    {"lwnvme_reservation_mask_set", call_lwnvme_reservation_mask_set},
    {"lwnvme_reservation_persistence_get", call_lwnvme_reservation_persistence_get},
    {"lwnvme_reservation_persistence_set", call_lwnvme_reservation_persistence_set},
    {"lwnvme_reservation_register", call_lwnvme_reservation_register},
    {"lwnvme_reservation_release", call_lwnvme_reservation_release},
    {"lwnvme_reservation_report", call_lwnvme_reservation_report},
    {"lwnvme_retry_open", call_lwnvme_retry_open},
    {"lwnvme_sanitize_begin", call_lwnvme_sanitize_begin},
    {"lwnvme_sanitize_config_get", call_lwnvme_sanitize_config_get},
    {"lwnvme_sanitize_config_set", call_lwnvme_sanitize_config_set},
    {"lwnvme_sanitize_follow", call_lwnvme_sanitize_follow},
    {"lwnvme_security_receive", call_lwnvme_security_receive},
    {"lwnvme_security_send", call_lwnvme_security_send},
    {"lwnvme_self_test_abort", call_lwnvme_self_test_abort},
    {"lwnvme_self_test_begin", call_lwnvme_self_test_begin},
    {"lwnvme_self_test_follow", call_lwnvme_self_test_follow},
    {"lwnvme_shadow_start", call_lwnvme_shadow_start},
    {"lwnvme_software_progress_get", call_lwnvme_software_progress_get},
    {"lwnvme_software_progress_set", call_lwnvme_software_progress_set},
    {"lwnvme_spinup_get", call_lwnvme_spinup_get},
    {"lwnvme_spinup_set", call_lwnvme_spinup_set},
    {"lwnvme_stream_allocate", call_lwnvme_stream_allocate},
    {"lwnvme_stream_get_status", call_lwnvme_stream_get_status},
    {"lwnvme_stream_identify", call_lwnvme_stream_identify},
    {"lwnvme_stream_release", call_lwnvme_stream_release},
    {"lwnvme_stream_release_all", call_lwnvme_stream_release_all},
    {"lwnvme_suspend", call_lwnvme_suspend},
    {"lwnvme_sync_abort", call_lwnvme_sync_abort},
    {"lwnvme_sync_admin_raw", call_lwnvme_sync_admin_raw},
    {"lwnvme_sync_admin_wait", call_lwnvme_sync_admin_wait},
    {"lwnvme_sync_apst_get", call_lwnvme_sync_apst_get},
    {"lwnvme_sync_apst_set", call_lwnvme_sync_apst_set},
    {"lwnvme_sync_arbitration_get", call_lwnvme_sync_arbitration_get},
    {"lwnvme_sync_arbitration_set", call_lwnvme_sync_arbitration_set},
    {"lwnvme_sync_boot_partition_activate", call_lwnvme_sync_boot_partition_activate},
    {"lwnvme_sync_capacity_create_group", call_lwnvme_sync_capacity_create_group},
    {"lwnvme_sync_capacity_create_set", call_lwnvme_sync_capacity_create_set},
    {"lwnvme_sync_capacity_delete_group", call_lwnvme_sync_capacity_delete_group},
    {"lwnvme_sync_capacity_delete_set", call_lwnvme_sync_capacity_delete_set},
    {"lwnvme_sync_capacity_select", call_lwnvme_sync_capacity_select},
    {"lwnvme_sync_command_set_profile_get", call_lwnvme_sync_command_set_profile_get},
    {"lwnvme_sync_command_set_profile_set", call_lwnvme_sync_command_set_profile_set},
    {"lwnvme_sync_compare", call_lwnvme_sync_compare},
    {"lwnvme_sync_compare_and_write", call_lwnvme_sync_compare_and_write},
    {"lwnvme_sync_controller_check", call_lwnvme_sync_controller_check},
    {"lwnvme_sync_controller_close", call_lwnvme_sync_controller_close},
    {"lwnvme_sync_controller_open", call_lwnvme_sync_controller_open},
    {"lwnvme_sync_controller_reset", call_lwnvme_sync_controller_reset},
    {"lwnvme_sync_controller_resume", call_lwnvme_sync_controller_resume},
    {"lwnvme_sync_controller_shutdown", call_lwnvme_sync_controller_shutdown},
    {"lwnvme_sync_copy", call_lwnvme_sync_copy},
    {"lwnvme_sync_data_placement_get", call_lwnvme_sync_data_placement_get},
    {"lwnvme_sync_data_placement_set", call_lwnvme_sync_data_placement_set},
    {"lwnvme_sync_dataset_management", call_lwnvme_sync_dataset_management},
    {"lwnvme_sync_directive_enable", call_lwnvme_sync_directive_enable},
    {"lwnvme_sync_directive_identify", call_lwnvme_sync_directive_identify},
    {"lwnvme_sync_endurance_events_get", call_lwnvme_sync_endurance_events_get},
    {"lwnvme_sync_endurance_events_set", call_lwnvme_sync_endurance_events_set},
    {"lwnvme_sync_error_recovery_get", call_lwnvme_sync_error_recovery_get},
    {"lwnvme_sync_error_recovery_set", call_lwnvme_sync_error_recovery_set},
    {"lwnvme_sync_event_configuration_get", call_lwnvme_sync_event_configuration_get},
    {"lwnvme_sync_event_configuration_set", call_lwnvme_sync_event_configuration_set},
    {"lwnvme_sync_events_start", call_lwnvme_sync_events_start},
    {"lwnvme_sync_feature_abilities_get", call_lwnvme_sync_feature_abilities_get},
    {"lwnvme_sync_feature_get", call_lwnvme_sync_feature_get},
    {"lwnvme_sync_feature_get_data", call_lwnvme_sync_feature_get_data},
    {"lwnvme_sync_feature_set", call_lwnvme_sync_feature_set},
    {"lwnvme_sync_feature_set_data", call_lwnvme_sync_feature_set_data},
    {"lwnvme_sync_firmware_activation_follow", call_lwnvme_sync_firmware_activation_follow},
    {"lwnvme_sync_firmware_commit", call_lwnvme_sync_firmware_commit},
    {"lwnvme_sync_firmware_download", call_lwnvme_sync_firmware_download},
    {"lwnvme_sync_firmware_update", call_lwnvme_sync_firmware_update},
    {"lwnvme_sync_flush", call_lwnvme_sync_flush},
    {"lwnvme_sync_flush_all", call_lwnvme_sync_flush_all},
    {"lwnvme_sync_format", call_lwnvme_sync_format},
    {"lwnvme_sync_format_follow", call_lwnvme_sync_format_follow},
    {"lwnvme_sync_host_behavior_get", call_lwnvme_sync_host_behavior_get},
    {"lwnvme_sync_host_behavior_set", call_lwnvme_sync_host_behavior_set},
    {"lwnvme_sync_host_identifier_get", call_lwnvme_sync_host_identifier_get},
    {"lwnvme_sync_host_identifier_set", call_lwnvme_sync_host_identifier_set},
    {"lwnvme_sync_host_memory_start", call_lwnvme_sync_host_memory_start},
    {"lwnvme_sync_identify", call_lwnvme_sync_identify},
    {"lwnvme_sync_identify_get_active_namespaces", call_lwnvme_sync_identify_get_active_namespaces},
    {"lwnvme_sync_identify_get_active_namespaces_of", call_lwnvme_sync_identify_get_active_namespaces_of},
    {"lwnvme_sync_identify_get_allocated_kv_namespace", call_lwnvme_sync_identify_get_allocated_kv_namespace},
    {"lwnvme_sync_identify_get_allocated_namespace", call_lwnvme_sync_identify_get_allocated_namespace},
    {"lwnvme_sync_identify_get_allocated_namespaces", call_lwnvme_sync_identify_get_allocated_namespaces},
    {"lwnvme_sync_identify_get_allocated_nvm_namespace", call_lwnvme_sync_identify_get_allocated_nvm_namespace},
    {"lwnvme_sync_identify_get_allocated_zns_namespace", call_lwnvme_sync_identify_get_allocated_zns_namespace},
    {"lwnvme_sync_identify_get_controller", call_lwnvme_sync_identify_get_controller},
    {"lwnvme_sync_identify_get_controllers", call_lwnvme_sync_identify_get_controllers},
    {"lwnvme_sync_identify_get_descriptors", call_lwnvme_sync_identify_get_descriptors},
    {"lwnvme_sync_identify_get_domains", call_lwnvme_sync_identify_get_domains},
    {"lwnvme_sync_identify_get_endurance_groups", call_lwnvme_sync_identify_get_endurance_groups},
    {"lwnvme_sync_identify_get_format", call_lwnvme_sync_identify_get_format},
    {"lwnvme_sync_identify_get_granularity", call_lwnvme_sync_identify_get_granularity},
    {"lwnvme_sync_identify_get_io_command_sets", call_lwnvme_sync_identify_get_io_command_sets},
    {"lwnvme_sync_identify_get_kv_controller", call_lwnvme_sync_identify_get_kv_controller},
    {"lwnvme_sync_identify_get_kv_namespace", call_lwnvme_sync_identify_get_kv_namespace},
    {"lwnvme_sync_identify_get_namespace", call_lwnvme_sync_identify_get_namespace},
    {"lwnvme_sync_identify_get_namespace_controllers", call_lwnvme_sync_identify_get_namespace_controllers},
    {"lwnvme_sync_identify_get_nvm_controller", call_lwnvme_sync_identify_get_nvm_controller},
    {"lwnvme_sync_identify_get_nvm_format", call_lwnvme_sync_identify_get_nvm_format},
    {"lwnvme_sync_identify_get_nvm_namespace", call_lwnvme_sync_identify_get_nvm_namespace},
    {"lwnvme_sync_identify_get_nvm_sets", call_lwnvme_sync_identify_get_nvm_sets},
    {"lwnvme_sync_identify_get_ports", call_lwnvme_sync_identify_get_ports},
    {"lwnvme_sync_identify_get_uuids", call_lwnvme_sync_identify_get_uuids},
    {"lwnvme_sync_identify_get_zns_controller", call_lwnvme_sync_identify_get_zns_controller},
    {"lwnvme_sync_identify_get_zns_format", call_lwnvme_sync_identify_get_zns_format},
    {"lwnvme_sync_identify_get_zns_namespace", call_lwnvme_sync_identify_get_zns_namespace},
    {"lwnvme_sync_identify_select", call_lwnvme_sync_identify_select},
    {"lwnvme_sync_interrupt_coalescing_get", call_lwnvme_sync_interrupt_coalescing_get},
    {"lwnvme_sync_interrupt_coalescing_set", call_lwnvme_sync_interrupt_coalescing_set},
    {"lwnvme_sync_interrupt_vector_get", call_lwnvme_sync_interrupt_vector_get},
    {"lwnvme_sync_interrupt_vector_set", call_lwnvme_sync_interrupt_vector_set},
    {"lwnvme_sync_keep_alive_send", call_lwnvme_sync_keep_alive_send},
    {"lwnvme_sync_keep_alive_start", call_lwnvme_sync_keep_alive_start},
    {"lwnvme_sync_keep_alive_timer_get", call_lwnvme_sync_keep_alive_timer_get},
    {"lwnvme_sync_keep_alive_timer_set", call_lwnvme_sync_keep_alive_timer_set},
    {"lwnvme_sync_kv_delete", call_lwnvme_sync_kv_delete},
    {"lwnvme_sync_kv_exist", call_lwnvme_sync_kv_exist},
    {"lwnvme_sync_kv_list", call_lwnvme_sync_kv_list},
    {"lwnvme_sync_kv_open", call_lwnvme_sync_kv_open},
    {"lwnvme_sync_kv_retrieve", call_lwnvme_sync_kv_retrieve},
    {"lwnvme_sync_kv_store", call_lwnvme_sync_kv_store},
    {"lwnvme_sync_lba_ranges_get", call_lwnvme_sync_lba_ranges_get},
    {"lwnvme_sync_lba_ranges_set", call_lwnvme_sync_lba_ranges_set},
    {"lwnvme_sync_lba_status_get", call_lwnvme_sync_lba_status_get},
    {"lwnvme_sync_lba_status_interval_get", call_lwnvme_sync_lba_status_interval_get},
    {"lwnvme_sync_lba_status_interval_set", call_lwnvme_sync_lba_status_interval_set},
    {"lwnvme_sync_lockdown", call_lwnvme_sync_lockdown},
    {"lwnvme_sync_log_ana", call_lwnvme_sync_log_ana},
    {"lwnvme_sync_log_boot_partition", call_lwnvme_sync_log_boot_partition},
    {"lwnvme_sync_log_capacity_configurations", call_lwnvme_sync_log_capacity_configurations},
    {"lwnvme_sync_log_changed_namespaces", call_lwnvme_sync_log_changed_namespaces},
    {"lwnvme_sync_log_changed_zones", call_lwnvme_sync_log_changed_zones},
    {"lwnvme_sync_log_effects", call_lwnvme_sync_log_effects},
    {"lwnvme_sync_log_endurance_group", call_lwnvme_sync_log_endurance_group},
    {"lwnvme_sync_log_endurance_group_aggregate", call_lwnvme_sync_log_endurance_group_aggregate},
    {"lwnvme_sync_log_error", call_lwnvme_sync_log_error},
    {"lwnvme_sync_log_fdp_configurations", call_lwnvme_sync_log_fdp_configurations},
    {"lwnvme_sync_log_fdp_events", call_lwnvme_sync_log_fdp_events},
    {"lwnvme_sync_log_fdp_statistics", call_lwnvme_sync_log_fdp_statistics},
    {"lwnvme_sync_log_fdp_usage", call_lwnvme_sync_log_fdp_usage},
    {"lwnvme_sync_log_feature_effects", call_lwnvme_sync_log_feature_effects},
    {"lwnvme_sync_log_firmware_slots", call_lwnvme_sync_log_firmware_slots},
    {"lwnvme_sync_log_lba_status", call_lwnvme_sync_log_lba_status},
    {"lwnvme_sync_log_lockdown", call_lwnvme_sync_log_lockdown},
    {"lwnvme_sync_log_media_unit_status", call_lwnvme_sync_log_media_unit_status},
    {"lwnvme_sync_log_mi_effects", call_lwnvme_sync_log_mi_effects},
    {"lwnvme_sync_log_predictable_latency", call_lwnvme_sync_log_predictable_latency},
    {"lwnvme_sync_log_predictable_latency_aggregate", call_lwnvme_sync_log_predictable_latency_aggregate},
    {"lwnvme_sync_log_read", call_lwnvme_sync_log_read},
    {"lwnvme_sync_log_reservation_notification", call_lwnvme_sync_log_reservation_notification},
    {"lwnvme_sync_log_rotational_media", call_lwnvme_sync_log_rotational_media},
    {"lwnvme_sync_log_sanitize_status", call_lwnvme_sync_log_sanitize_status},
    {"lwnvme_sync_log_self_test", call_lwnvme_sync_log_self_test},
    {"lwnvme_sync_log_smart", call_lwnvme_sync_log_smart},
    {"lwnvme_sync_log_supported_pages", call_lwnvme_sync_log_supported_pages},
    {"lwnvme_sync_metadata_open", call_lwnvme_sync_metadata_open},
    {"lwnvme_sync_namespace_attach", call_lwnvme_sync_namespace_attach},
    {"lwnvme_sync_namespace_attach_here", call_lwnvme_sync_namespace_attach_here},
    {"lwnvme_sync_namespace_create", call_lwnvme_sync_namespace_create},
    {"lwnvme_sync_namespace_delete", call_lwnvme_sync_namespace_delete},
    {"lwnvme_sync_namespace_detach", call_lwnvme_sync_namespace_detach},
    {"lwnvme_sync_namespace_detach_here", call_lwnvme_sync_namespace_detach_here},
    {"lwnvme_sync_namespace_enumerate", call_lwnvme_sync_namespace_enumerate},
    {"lwnvme_sync_namespace_open", call_lwnvme_sync_namespace_open},
    {"lwnvme_sync_namespace_set_rescan", call_lwnvme_sync_namespace_set_rescan},
    {"lwnvme_sync_namespace_wait", call_lwnvme_sync_namespace_wait},
    {"lwnvme_sync_non_operational_permissive_get", call_lwnvme_sync_non_operational_permissive_get},
    {"lwnvme_sync_non_operational_permissive_set", call_lwnvme_sync_non_operational_permissive_set},
    {"lwnvme_sync_number_of_queues_get", call_lwnvme_sync_number_of_queues_get},
    {"lwnvme_sync_placement_events_get", call_lwnvme_sync_placement_events_get},
    {"lwnvme_sync_placement_events_set", call_lwnvme_sync_placement_events_set},
    {"lwnvme_sync_placement_get_status", call_lwnvme_sync_placement_get_status},
    {"lwnvme_sync_placement_update", call_lwnvme_sync_placement_update},
    {"lwnvme_sync_power_get", call_lwnvme_sync_power_get},
    {"lwnvme_sync_power_idle", call_lwnvme_sync_power_idle},
    {"lwnvme_sync_power_loss_signaling_get", call_lwnvme_sync_power_loss_signaling_get},
    {"lwnvme_sync_power_loss_signaling_set", call_lwnvme_sync_power_loss_signaling_set},
    {"lwnvme_sync_power_set", call_lwnvme_sync_power_set},
    {"lwnvme_sync_predictable_latency_get", call_lwnvme_sync_predictable_latency_get},
    {"lwnvme_sync_predictable_latency_set", call_lwnvme_sync_predictable_latency_set},
    {"lwnvme_sync_predictable_window_get", call_lwnvme_sync_predictable_window_get},
    {"lwnvme_sync_predictable_window_set", call_lwnvme_sync_predictable_window_set},
    {"lwnvme_sync_protection_open", call_lwnvme_sync_protection_open},
    {"lwnvme_sync_queue_check", call_lwnvme_sync_queue_check},
    {"lwnvme_sync_queue_create", call_lwnvme_sync_queue_create},
    {"lwnvme_sync_queue_create_on", call_lwnvme_sync_queue_create_on},
    {"lwnvme_sync_queue_delete", call_lwnvme_sync_queue_delete},
    {"lwnvme_sync_raw", call_lwnvme_sync_raw},
    {"lwnvme_sync_read", call_lwnvme_sync_read},
    {"lwnvme_sync_read_recovery_get", call_lwnvme_sync_read_recovery_get},
    {"lwnvme_sync_read_recovery_set", call_lwnvme_sync_read_recovery_set},
    {"lwnvme_sync_reservation_acquire", call_lwnvme_sync_reservation_acquire},
    {"lwnvme_sync_reservation_mask_get", call_lwnvme_sync_reservation_mask_get},
    {"lwnvme_sync_reservation_mask_set", call_lwnvme_sync_reservation_mask_set},
    {"lwnvme_sync_reservation_persistence_get", call_lwnvme_sync_reservation_persistence_get},
    {"lwnvme_sync_reservation_persistence_set", call_lwnvme_sync_reservation_persistence_set},
    {"lwnvme_sync_reservation_register", call_lwnvme_sync_reservation_register},
    {"lwnvme_sync_reservation_release", call_lwnvme_sync_reservation_release},
    {"lwnvme_sync_reservation_report", call_lwnvme_sync_reservation_report},
    {"lwnvme_sync_sanitize", call_lwnvme_sync_sanitize},
    {"lwnvme_sync_sanitize_config_get", call_lwnvme_sync_sanitize_config_get},
    {"lwnvme_sync_sanitize_config_set", call_lwnvme_sync_sanitize_config_set},
    {"lwnvme_sync_sanitize_follow", call_lwnvme_sync_sanitize_follow},
    {"lwnvme_sync_security_receive", call_lwnvme_sync_security_receive},
    {"lwnvme_sync_security_send", call_lwnvme_sync_security_send},
    {"lwnvme_sync_self_test", call_lwnvme_sync_self_test},
    {"lwnvme_sync_self_test_abort", call_lwnvme_sync_self_test_abort},
    {"lwnvme_sync_self_test_follow", call_lwnvme_sync_self_test_follow},
    {"lwnvme_sync_software_progress_get", call_lwnvme_sync_software_progress_get},
    {"lwnvme_sync_software_progress_set", call_lwnvme_sync_software_progress_set},
    {"lwnvme_sync_spinup_get", call_lwnvme_sync_spinup_get},
    {"lwnvme_sync_spinup_set", call_lwnvme_sync_spinup_set},
    {"lwnvme_sync_stream_allocate", call_lwnvme_sync_stream_allocate},
    {"lwnvme_sync_stream_get_status", call_lwnvme_sync_stream_get_status},
    {"lwnvme_sync_stream_identify", call_lwnvme_sync_stream_identify},
    {"lwnvme_sync_stream_release", call_lwnvme_sync_stream_release},
    {"lwnvme_sync_stream_release_all", call_lwnvme_sync_stream_release_all},
    {"lwnvme_sync_suspend", call_lwnvme_sync_suspend},
    {"lwnvme_sync_temperature_threshold_get", call_lwnvme_sync_temperature_threshold_get},
    {"lwnvme_sync_temperature_threshold_set", call_lwnvme_sync_temperature_threshold_set},
    {"lwnvme_sync_thermal_management_get", call_lwnvme_sync_thermal_management_get},
    {"lwnvme_sync_thermal_management_set", call_lwnvme_sync_thermal_management_set},
    {"lwnvme_sync_timestamp_get", call_lwnvme_sync_timestamp_get},
    {"lwnvme_sync_timestamp_set", call_lwnvme_sync_timestamp_set},
    {"lwnvme_sync_trim", call_lwnvme_sync_trim},
    {"lwnvme_sync_verify", call_lwnvme_sync_verify},
    {"lwnvme_sync_virtualization_allocate_primary", call_lwnvme_sync_virtualization_allocate_primary},
    {"lwnvme_sync_virtualization_assign_secondary", call_lwnvme_sync_virtualization_assign_secondary},
    {"lwnvme_sync_virtualization_set_online", call_lwnvme_sync_virtualization_set_online},
    {"lwnvme_sync_wait", call_lwnvme_sync_wait},
    {"lwnvme_sync_write", call_lwnvme_sync_write},
    {"lwnvme_sync_write_atomicity_get", call_lwnvme_sync_write_atomicity_get},
    {"lwnvme_sync_write_atomicity_set", call_lwnvme_sync_write_atomicity_set},
    {"lwnvme_sync_write_cache_get", call_lwnvme_sync_write_cache_get},
    {"lwnvme_sync_write_cache_set", call_lwnvme_sync_write_cache_set},
    {"lwnvme_sync_write_protection_get", call_lwnvme_sync_write_protection_get},
    {"lwnvme_sync_write_protection_set", call_lwnvme_sync_write_protection_set},
    {"lwnvme_sync_write_uncorrectable", call_lwnvme_sync_write_uncorrectable},
    {"lwnvme_sync_write_zeroes", call_lwnvme_sync_write_zeroes},
    {"lwnvme_sync_zone_append", call_lwnvme_sync_zone_append},
    {"lwnvme_sync_zone_extension_set", call_lwnvme_sync_zone_extension_set},
    {"lwnvme_sync_zone_manage", call_lwnvme_sync_zone_manage},
    {"lwnvme_sync_zone_report_next", call_lwnvme_sync_zone_report_next},
    {"lwnvme_sync_zoned_open", call_lwnvme_sync_zoned_open},
    {"lwnvme_sync_zoned_protection_open", call_lwnvme_sync_zoned_protection_open},
    {"lwnvme_telemetry_controller_begin", call_lwnvme_telemetry_controller_begin},
    {"lwnvme_telemetry_host_begin", call_lwnvme_telemetry_host_begin},
    {"lwnvme_temperature_threshold_get", call_lwnvme_temperature_threshold_get},
    {"lwnvme_temperature_threshold_set", call_lwnvme_temperature_threshold_set},
    {"lwnvme_thermal_management_get", call_lwnvme_thermal_management_get},
    {"lwnvme_thermal_management_set", call_lwnvme_thermal_management_set},
    {"lwnvme_timestamp_get", call_lwnvme_timestamp_get},
    {"lwnvme_timestamp_set", call_lwnvme_timestamp_set},
    {"lwnvme_verify", call_lwnvme_verify},
    {"lwnvme_virtualization_allocate_primary", call_lwnvme_virtualization_allocate_primary},
    {"lwnvme_virtualization_assign_secondary", call_lwnvme_virtualization_assign_secondary},
    {"lwnvme_virtualization_granted", call_lwnvme_virtualization_granted},
    {"lwnvme_virtualization_set_online", call_lwnvme_virtualization_set_online},
    {"lwnvme_write", call_lwnvme_write},
    {"lwnvme_write_atomicity_get", call_lwnvme_write_atomicity_get},
    {"lwnvme_write_atomicity_set", call_lwnvme_write_atomicity_set},
    {"lwnvme_write_cache_get", call_lwnvme_write_cache_get},
    {"lwnvme_write_cache_set", call_lwnvme_write_cache_set},
    {"lwnvme_write_protection_get", call_lwnvme_write_protection_get},
    {"lwnvme_write_protection_set", call_lwnvme_write_protection_set},
    {"lwnvme_write_uncorrectable", call_lwnvme_write_uncorrectable},
    {"lwnvme_write_zeroes", call_lwnvme_write_zeroes},
    {"lwnvme_zone_append", call_lwnvme_zone_append},
    {"lwnvme_zone_appended_lba", call_lwnvme_zone_appended_lba},
    {"lwnvme_zone_extension_set", call_lwnvme_zone_extension_set},
    {"lwnvme_zone_manage", call_lwnvme_zone_manage},
    {"lwnvme_zone_report_next", call_lwnvme_zone_report_next},
    {"lwnvme_zoned_open", call_lwnvme_zoned_open},
    {"lwnvme_zoned_protection_open", call_lwnvme_zoned_protection_open},
};
/* clang-format on */

/* SPDX-License-Identifier: MIT */
/* Made by tools/pack-layouts of layouts.txt; not to be changed by hand. */
#ifndef LWNVME_DESCRIBE_PACKED_H
#define LWNVME_DESCRIBE_PACKED_H

#include <stdint.h>

/* clang-format off */
/* The characters that layouts are made of, which are the first symbols. */
#define LWNVME_DESCRIBE_CHARACTERS 82u
extern const char lwnvme_describe_characters[LWNVME_DESCRIBE_CHARACTERS];

/* What the symbols behind them stand for: two symbols of 10 bits each, one pair after the other. */
#define LWNVME_DESCRIBE_SYMBOL_BITS 10u
extern const uint8_t lwnvme_describe_pairs[2355];

/* How many characters and pairs have codes of 1 bit, 2 bits, and so on. */
#define LWNVME_DESCRIBE_CODE_BITS_MAX 13u
struct lwnvme_describe_lengths {
    uint16_t characters;
    uint16_t pairs;
};
extern const struct lwnvme_describe_lengths lwnvme_describe_lengths[LWNVME_DESCRIBE_CODE_BITS_MAX];

extern const char lwnvme_describe_controller_layout[];
extern const char lwnvme_describe_power_layout[];
extern const char lwnvme_describe_idle_power_layout[];
extern const char lwnvme_describe_active_power_layout[];
extern const char lwnvme_describe_namespace_layout[];
extern const char lwnvme_describe_lba_format_layout[];
extern const char lwnvme_describe_independent_layout[];
extern const char lwnvme_describe_nvm_namespace_layout[];
extern const char lwnvme_describe_elbaf_layout[];
extern const char lwnvme_describe_nvm_namespace_end_layout[];
extern const char lwnvme_describe_nvm_controller_layout[];
extern const char lwnvme_describe_zns_namespace_layout[];
extern const char lwnvme_describe_zns_format_layout[];
extern const char lwnvme_describe_kv_namespace_layout[];
extern const char lwnvme_describe_kv_format_layout[];
extern const char lwnvme_describe_vector_layout[];
extern const char lwnvme_describe_nvm_set_layout[];
extern const char lwnvme_describe_primary_layout[];
extern const char lwnvme_describe_secondary_layout[];
extern const char lwnvme_describe_granularity_layout[];
extern const char lwnvme_describe_uuid_layout[];
extern const char lwnvme_describe_domain_layout[];
extern const char lwnvme_describe_descriptor_values[];
extern const char lwnvme_describe_descriptor_head[];
extern const char lwnvme_describe_granularity_head[];
extern const char lwnvme_describe_smart_layout[];
extern const char lwnvme_describe_smart_end_layout[];
extern const char lwnvme_describe_error_layout[];
extern const char lwnvme_describe_firmware_layout[];
extern const char lwnvme_describe_self_test_layout[];
extern const char lwnvme_describe_self_test_result_layout[];
extern const char lwnvme_describe_telemetry_layout[];
extern const char lwnvme_describe_endurance_layout[];
extern const char lwnvme_describe_latency_layout[];
extern const char lwnvme_describe_rotational_layout[];
extern const char lwnvme_describe_reservation_layout[];
extern const char lwnvme_describe_sanitize_layout[];
extern const char lwnvme_describe_sanitize_status_layout[];
extern const char lwnvme_describe_sanitize_rest_layout[];
extern const char lwnvme_describe_telemetry_host[];
extern const char lwnvme_describe_telemetry_controller[];
extern const char lwnvme_describe_ana_group_layout[];
extern const char lwnvme_describe_lba_element_layout[];
extern const char lwnvme_describe_lba_status_head[];
extern const char lwnvme_describe_boot_partition_layout[];
extern const char lwnvme_describe_changed_zones_head[];
extern const char lwnvme_describe_media_unit_layout[];
extern const char lwnvme_describe_group_configuration_layout[];
extern const char lwnvme_describe_capacity_configuration_layout[];
extern const char lwnvme_describe_media_unit_head[];
extern const char lwnvme_describe_placement_layout[];
extern const char lwnvme_describe_placement_event_layout[];
extern const char lwnvme_describe_placement_handle[];
extern const char lwnvme_describe_placement_head[];
extern const char lwnvme_describe_placement_usage[];
extern const char lwnvme_describe_placement_statistics[];
extern const char lwnvme_describe_placement_reallocated[];
extern const char lwnvme_describe_event_header_layout[];
extern const char lwnvme_describe_event_names[];
extern const char lwnvme_describe_event_head_layout[];
extern const char lwnvme_describe_event_layouts[];
extern const char lwnvme_describe_reset_event_layout[];
extern const char lwnvme_describe_set_feature_dwords[];
extern const char lwnvme_describe_feature_dwords[];
extern const char lwnvme_describe_feature_data[];
extern const char lwnvme_describe_range_layout[];
extern const char lwnvme_describe_transition_layout[];
extern const char lwnvme_describe_metadata_layout[];
extern const char lwnvme_describe_controller_metadata[];
extern const char lwnvme_describe_namespace_metadata[];
extern const char lwnvme_describe_long_host_identifier[];
extern const char lwnvme_describe_feature_abilities[];
extern const char lwnvme_describe_feature_names[];
extern const char lwnvme_describe_log_names[];
extern const char lwnvme_describe_admin_names[];
extern const char lwnvme_describe_io_names[];
extern const char lwnvme_describe_command_effects[];
extern const char lwnvme_describe_other_effects[];
extern const char lwnvme_describe_mi_names[];
extern const char lwnvme_describe_lockdown_layout[];
extern const char lwnvme_describe_status_layout[];
extern const char lwnvme_describe_event_layout[];
extern const char lwnvme_describe_event_rest[];
extern const char lwnvme_describe_event_words[];
extern const char lwnvme_describe_directive_layout[];
extern const char lwnvme_describe_stream_layout[];
extern const char lwnvme_describe_block_status_layout[];
extern const char lwnvme_describe_lba_status_list_head[];

/* All of them. */
#define LWNVME_DESCRIBE_PACKED(X) \
    X(controller_layout) \
    X(power_layout) \
    X(idle_power_layout) \
    X(active_power_layout) \
    X(namespace_layout) \
    X(lba_format_layout) \
    X(independent_layout) \
    X(nvm_namespace_layout) \
    X(elbaf_layout) \
    X(nvm_namespace_end_layout) \
    X(nvm_controller_layout) \
    X(zns_namespace_layout) \
    X(zns_format_layout) \
    X(kv_namespace_layout) \
    X(kv_format_layout) \
    X(vector_layout) \
    X(nvm_set_layout) \
    X(primary_layout) \
    X(secondary_layout) \
    X(granularity_layout) \
    X(uuid_layout) \
    X(domain_layout) \
    X(descriptor_values) \
    X(descriptor_head) \
    X(granularity_head) \
    X(smart_layout) \
    X(smart_end_layout) \
    X(error_layout) \
    X(firmware_layout) \
    X(self_test_layout) \
    X(self_test_result_layout) \
    X(telemetry_layout) \
    X(endurance_layout) \
    X(latency_layout) \
    X(rotational_layout) \
    X(reservation_layout) \
    X(sanitize_layout) \
    X(sanitize_status_layout) \
    X(sanitize_rest_layout) \
    X(telemetry_host) \
    X(telemetry_controller) \
    X(ana_group_layout) \
    X(lba_element_layout) \
    X(lba_status_head) \
    X(boot_partition_layout) \
    X(changed_zones_head) \
    X(media_unit_layout) \
    X(group_configuration_layout) \
    X(capacity_configuration_layout) \
    X(media_unit_head) \
    X(placement_layout) \
    X(placement_event_layout) \
    X(placement_handle) \
    X(placement_head) \
    X(placement_usage) \
    X(placement_statistics) \
    X(placement_reallocated) \
    X(event_header_layout) \
    X(event_names) \
    X(event_head_layout) \
    X(event_layouts) \
    X(reset_event_layout) \
    X(set_feature_dwords) \
    X(feature_dwords) \
    X(feature_data) \
    X(range_layout) \
    X(transition_layout) \
    X(metadata_layout) \
    X(controller_metadata) \
    X(namespace_metadata) \
    X(long_host_identifier) \
    X(feature_abilities) \
    X(feature_names) \
    X(log_names) \
    X(admin_names) \
    X(io_names) \
    X(command_effects) \
    X(other_effects) \
    X(mi_names) \
    X(lockdown_layout) \
    X(status_layout) \
    X(event_layout) \
    X(event_rest) \
    X(event_words) \
    X(directive_layout) \
    X(stream_layout) \
    X(block_status_layout) \
    X(lba_status_list_head)
/* clang-format on */

#endif

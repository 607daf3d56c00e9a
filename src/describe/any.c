/* SPDX-License-Identifier: MIT */
/*
 * Any identify structure and any log page in words, by its number: for shells and tools. Whoever calls one of these
 * links all of describe; a program that knows what it wants calls the function for that.
 */
#include "engine.h"

/* An entry of the error log has 64 bytes. */
#define LWNVME_DESCRIBE_ERROR_ENTRY_BITS 6u

static bool lwnvme_describe_command_set_namespace(struct lwnvme_describe *describe, uint8_t csi,
                                                  const void *data)
{
    switch (csi) {
    case LWNVME_CSI_NVM:
        lwnvme_describe_identify_nvm_namespace(describe, (const struct lwnvme_identify_nvm_namespace *)data,
                                               NULL);
        return true;
    case LWNVME_CSI_KEY_VALUE:
        lwnvme_describe_identify_kv_namespace(describe, (const struct lwnvme_identify_kv_namespace *)data);
        return true;
    case LWNVME_CSI_ZONED:
        lwnvme_describe_identify_zns_namespace(describe, (const struct lwnvme_identify_zns_namespace *)data,
                                               NULL);
        return true;
    default:
        return false;
    }
}

static bool lwnvme_describe_command_set_controller(struct lwnvme_describe *describe, uint8_t csi,
                                                   const void *data)
{
    switch (csi) {
    case LWNVME_CSI_NVM:
        lwnvme_describe_identify_nvm_controller(describe,
                                                (const struct lwnvme_identify_nvm_controller *)data);
        return true;
    case LWNVME_CSI_KEY_VALUE:
        lwnvme_describe_identify_kv_controller(describe, (const struct lwnvme_identify_kv_controller *)data);
        return true;
    case LWNVME_CSI_ZONED:
        lwnvme_describe_identify_zns_controller(describe,
                                                (const struct lwnvme_identify_zns_controller *)data);
        return true;
    default:
        return false;
    }
}

static bool lwnvme_describe_identify_lists(struct lwnvme_describe *describe, uint8_t cns, const void *data)
{
    switch (cns) {
    case LWNVME_CNS_NVM_SETS:
        lwnvme_describe_nvm_set_list(describe, (const struct lwnvme_identify_nvm_set_list *)data);
        return true;
    case LWNVME_CNS_NAMESPACE_CONTROLLERS:
    case LWNVME_CNS_CONTROLLERS:
        lwnvme_describe_controller_list(describe, (const struct lwnvme_identify_controller_list *)data);
        return true;
    case LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES:
        lwnvme_describe_primary_controller(describe, (const struct lwnvme_identify_primary_controller *)data);
        return true;
    case LWNVME_CNS_SECONDARY_CONTROLLERS:
        lwnvme_describe_secondary_controller_list(
            describe, (const struct lwnvme_identify_secondary_controller_list *)data);
        return true;
    case LWNVME_CNS_NAMESPACE_GRANULARITY:
        lwnvme_describe_granularity_list(describe, (const struct lwnvme_identify_granularity_list *)data);
        return true;
    case LWNVME_CNS_UUIDS:
        lwnvme_describe_uuid_list(describe, (const struct lwnvme_identify_uuid_list *)data);
        return true;
    case LWNVME_CNS_DOMAINS:
        lwnvme_describe_domain_list(describe, (const struct lwnvme_identify_domain_list *)data);
        return true;
    case LWNVME_CNS_ENDURANCE_GROUPS:
        lwnvme_describe_endurance_group_list(describe,
                                             (const struct lwnvme_identify_endurance_group_list *)data);
        return true;
    case LWNVME_CNS_IO_COMMAND_SETS:
        lwnvme_describe_io_command_sets(describe, (const struct lwnvme_identify_io_command_sets *)data);
        return true;
    default:
        return false;
    }
}

bool lwnvme_describe_identify(struct lwnvme_describe *describe, uint8_t cns, uint8_t csi, const void *data)
{
    switch (cns) {
    case LWNVME_CNS_NAMESPACE:
    case LWNVME_CNS_ALLOCATED_NAMESPACE:
    case LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT:
        lwnvme_describe_identify_namespace(describe, (const struct lwnvme_identify_namespace *)data);
        return true;
    case LWNVME_CNS_CONTROLLER:
        lwnvme_describe_identify_controller(describe, (const struct lwnvme_identify_controller *)data);
        return true;
    case LWNVME_CNS_ACTIVE_NAMESPACES:
    case LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES:
    case LWNVME_CNS_ALLOCATED_NAMESPACES:
    case LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES:
        lwnvme_describe_namespace_list(describe, (const struct lwnvme_identify_namespace_list *)data);
        return true;
    case LWNVME_CNS_NAMESPACE_DESCRIPTORS:
        lwnvme_describe_namespace_descriptors(describe, data, LWNVME_IDENTIFY_BYTES);
        return true;
    case LWNVME_CNS_COMMAND_SET_NAMESPACE:
    case LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE:
    case LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT:
        return lwnvme_describe_command_set_namespace(describe, csi, data);
    case LWNVME_CNS_COMMAND_SET_CONTROLLER:
        return lwnvme_describe_command_set_controller(describe, csi, data);
    case LWNVME_CNS_INDEPENDENT_NAMESPACE:
    case LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE:
        lwnvme_describe_independent_namespace(describe,
                                              (const struct lwnvme_identify_independent_namespace *)data);
        return true;
    default:
        return lwnvme_describe_identify_lists(describe, cns, data);
    }
}

/* Log pages whose length their own header tells. */
static bool lwnvme_describe_long_log(struct lwnvme_describe *describe, uint8_t lid, const void *data,
                                     size_t length)
{
    switch (lid) {
    case LWNVME_LOG_ERROR_INFORMATION:
        lwnvme_describe_error_log(describe, (const struct lwnvme_error_log_entry *)data,
                                  length >> LWNVME_DESCRIBE_ERROR_ENTRY_BITS);
        return true;
    case LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE:
    case LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE:
        lwnvme_describe_aggregate_log(describe, data, length);
        return true;
    case LWNVME_LOG_ANA:
        lwnvme_describe_ana_log(describe, data, length);
        return true;
    case LWNVME_LOG_PERSISTENT_EVENT:
        lwnvme_describe_persistent_event_log(describe, data, length);
        return true;
    case LWNVME_LOG_LBA_STATUS:
        lwnvme_describe_lba_status_log(describe, data, length);
        return true;
    case LWNVME_LOG_MEDIA_UNIT_STATUS:
        lwnvme_describe_media_unit_status_log(describe, data, length);
        return true;
    case LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS:
        lwnvme_describe_capacity_configurations_log(describe, data, length);
        return true;
    case LWNVME_LOG_FDP_CONFIGURATIONS:
        lwnvme_describe_fdp_configurations_log(describe, data, length);
        return true;
    case LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE:
        lwnvme_describe_fdp_usage_log(describe, data, length);
        return true;
    case LWNVME_LOG_FDP_EVENTS:
        lwnvme_describe_fdp_events_log(describe, data, length);
        return true;
    default:
        return false;
    }
}

/* Bytes of a log page of fixed size, 0 for others. */
static size_t lwnvme_describe_log_bytes(uint8_t lid)
{
    static const struct {
        uint8_t lid;
        uint8_t dwords_high;
        uint8_t dwords_low;
    } rows[] = {
#define LWNVME_DESCRIBE_ROW(lid, type) {lid, (uint8_t)(sizeof(type) >> 10), (uint8_t)(sizeof(type) >> 2)}
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_SUPPORTED_LOG_PAGES, struct lwnvme_supported_log_pages),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_SMART, struct lwnvme_smart_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_FIRMWARE_SLOT, struct lwnvme_firmware_slot_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES, struct lwnvme_changed_namespaces_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES, struct lwnvme_changed_namespaces_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS, struct lwnvme_effects_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_DEVICE_SELF_TEST, struct lwnvme_self_test_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_TELEMETRY_HOST, struct lwnvme_telemetry_header),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_TELEMETRY_CONTROLLER, struct lwnvme_telemetry_header),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_ENDURANCE_GROUP, struct lwnvme_endurance_group_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET, struct lwnvme_predictable_latency_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_FEATURE_IDENTIFIERS, struct lwnvme_feature_effects_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_NVME_MI_COMMANDS, struct lwnvme_mi_effects_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN, struct lwnvme_lockdown_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_BOOT_PARTITION, struct lwnvme_boot_partition_header),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_ROTATIONAL_MEDIA, struct lwnvme_rotational_media_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_FDP_STATISTICS, struct lwnvme_fdp_statistics_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_RESERVATION_NOTIFICATION, struct lwnvme_reservation_notification_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_SANITIZE_STATUS, struct lwnvme_sanitize_status_log),
        LWNVME_DESCRIBE_ROW(LWNVME_LOG_ZNS_CHANGED_ZONES, struct lwnvme_changed_zones_log),
#undef LWNVME_DESCRIBE_ROW
    };
    uint32_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].lid == lid) {
            return ((size_t)rows[i].dwords_high << 8 | rows[i].dwords_low) << 2;
        }
    }
    return 0;
}

/* Apart from the others, since their identifiers are: a table of jumps would have more holes than entries. */
static void lwnvme_describe_high_log(struct lwnvme_describe *describe, uint8_t lid, const void *data)
{
    if (lid == LWNVME_LOG_RESERVATION_NOTIFICATION) {
        lwnvme_describe_reservation_notification_log(
            describe, (const struct lwnvme_reservation_notification_log *)data);
    } else if (lid == LWNVME_LOG_SANITIZE_STATUS) {
        lwnvme_describe_sanitize_status_log(describe, (const struct lwnvme_sanitize_status_log *)data);
    } else {
        lwnvme_describe_changed_zones_log(describe, (const struct lwnvme_changed_zones_log *)data);
    }
}

static void lwnvme_describe_rarer_log(struct lwnvme_describe *describe, uint8_t lid, const void *data)
{
    switch (lid) {
    case LWNVME_LOG_FEATURE_IDENTIFIERS:
        lwnvme_describe_feature_effects_log(describe, (const struct lwnvme_feature_effects_log *)data);
        break;
    case LWNVME_LOG_NVME_MI_COMMANDS:
        lwnvme_describe_mi_effects_log(describe, (const struct lwnvme_mi_effects_log *)data);
        break;
    case LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN:
        lwnvme_describe_lockdown_log(describe, (const struct lwnvme_lockdown_log *)data);
        break;
    case LWNVME_LOG_BOOT_PARTITION:
        lwnvme_describe_boot_partition_header(describe, (const struct lwnvme_boot_partition_header *)data);
        break;
    case LWNVME_LOG_ROTATIONAL_MEDIA:
        lwnvme_describe_rotational_media_log(describe, (const struct lwnvme_rotational_media_log *)data);
        break;
    default: /* of FDP statistics: no other comes here */
        lwnvme_describe_fdp_statistics_log(describe, (const struct lwnvme_fdp_statistics_log *)data);
        break;
    }
}

static void lwnvme_describe_short_log(struct lwnvme_describe *describe, uint8_t lid, uint8_t csi,
                                      const void *data)
{
    switch (lid) {
    case LWNVME_LOG_SUPPORTED_LOG_PAGES:
        lwnvme_describe_supported_log_pages(describe, (const struct lwnvme_supported_log_pages *)data);
        break;
    case LWNVME_LOG_SMART:
        lwnvme_describe_smart_log(describe, (const struct lwnvme_smart_log *)data);
        break;
    case LWNVME_LOG_FIRMWARE_SLOT:
        lwnvme_describe_firmware_slot_log(describe, (const struct lwnvme_firmware_slot_log *)data);
        break;
    case LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES:
    case LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES:
        lwnvme_describe_changed_namespaces_log(describe, (const struct lwnvme_changed_namespaces_log *)data);
        break;
    case LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS:
        lwnvme_describe_effects_log(describe, (const struct lwnvme_effects_log *)data, csi);
        break;
    case LWNVME_LOG_DEVICE_SELF_TEST:
        lwnvme_describe_self_test_log(describe, (const struct lwnvme_self_test_log *)data);
        break;
    case LWNVME_LOG_TELEMETRY_HOST:
    case LWNVME_LOG_TELEMETRY_CONTROLLER:
        lwnvme_describe_telemetry_header(describe, (const struct lwnvme_telemetry_header *)data);
        break;
    case LWNVME_LOG_ENDURANCE_GROUP:
        lwnvme_describe_endurance_group_log(describe, (const struct lwnvme_endurance_group_log *)data);
        break;
    case LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET:
        lwnvme_describe_predictable_latency_log(describe,
                                                (const struct lwnvme_predictable_latency_log *)data);
        break;
    default:
        lwnvme_describe_rarer_log(describe, lid, data);
        break;
    }
}

bool lwnvme_describe_log(struct lwnvme_describe *describe, uint8_t lid, uint8_t csi, const void *data,
                         size_t length)
{
    const size_t bytes = lwnvme_describe_log_bytes(lid);

    if (bytes == 0) {
        return lwnvme_describe_long_log(describe, lid, data, length);
    }
    if (length < bytes) {
        return false;
    }
    if (lid >= LWNVME_LOG_RESERVATION_NOTIFICATION) {
        lwnvme_describe_high_log(describe, lid, data);
    } else {
        lwnvme_describe_short_log(describe, lid, csi, data);
    }
    return true;
}

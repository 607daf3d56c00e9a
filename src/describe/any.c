/* SPDX-License-Identifier: MIT */
/*
 * Any identify structure and any log page in words, by its number: for shells and tools. Whoever calls one of these
 * links all of describe; a program that knows what it wants calls the function for that.
 *
 * A list of each kind has a row for each number. Numbers and functions become tables of their own: side by side they
 * would be parted by padding.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_ANY_CSI 0xffu

/* An entry of the error log has 64 bytes. */
#define LWNVME_DESCRIBE_ERROR_ENTRY_BITS 6u

/* Describes what it is given; those of one structure are given as much as that. */
typedef void (*lwnvme_describe_any)(struct lwnvme_describe *describe, const void *data, size_t length);

/* X(function, structure): those that take nothing else. */
#define LWNVME_DESCRIBE_STRUCTURES(X)                                                                        \
    X(identify_namespace, identify_namespace)                                                                \
    X(identify_controller, identify_controller)                                                              \
    X(namespace_list, identify_namespace_list)                                                               \
    X(nvm_set_list, identify_nvm_set_list)                                                                   \
    X(identify_kv_namespace, identify_kv_namespace)                                                          \
    X(identify_nvm_controller, identify_nvm_controller)                                                      \
    X(identify_kv_controller, identify_kv_controller)                                                        \
    X(identify_zns_controller, identify_zns_controller)                                                      \
    X(independent_namespace, identify_independent_namespace)                                                 \
    X(controller_list, identify_controller_list)                                                             \
    X(primary_controller, identify_primary_controller)                                                       \
    X(secondary_controller_list, identify_secondary_controller_list)                                         \
    X(granularity_list, identify_granularity_list)                                                           \
    X(uuid_list, identify_uuid_list)                                                                         \
    X(domain_list, identify_domain_list)                                                                     \
    X(endurance_group_list, identify_endurance_group_list)                                                   \
    X(io_command_sets, identify_io_command_sets)                                                             \
    X(supported_log_pages, supported_log_pages)                                                              \
    X(smart_log, smart_log)                                                                                  \
    X(firmware_slot_log, firmware_slot_log)                                                                  \
    X(changed_namespaces_log, changed_namespaces_log)                                                        \
    X(self_test_log, self_test_log)                                                                          \
    X(telemetry_header, telemetry_header)                                                                    \
    X(endurance_group_log, endurance_group_log)                                                              \
    X(predictable_latency_log, predictable_latency_log)                                                      \
    X(feature_effects_log, feature_effects_log)                                                              \
    X(mi_effects_log, mi_effects_log)                                                                        \
    X(lockdown_log, lockdown_log)                                                                            \
    X(boot_partition_header, boot_partition_header)                                                          \
    X(rotational_media_log, rotational_media_log)                                                            \
    X(fdp_statistics_log, fdp_statistics_log)                                                                \
    X(reservation_notification_log, reservation_notification_log)                                            \
    X(sanitize_status_log, sanitize_status_log)                                                              \
    X(changed_zones_log, changed_zones_log)

#define LWNVME_DESCRIBE_STRUCTURE(function, structure)                                                       \
    static void lwnvme_describe_any_##function(struct lwnvme_describe *describe, const void *data,           \
                                               size_t length)                                                \
    {                                                                                                        \
        (void)length;                                                                                        \
        lwnvme_describe_##function(describe, (const struct lwnvme_##structure *)data);                       \
    }
LWNVME_DESCRIBE_STRUCTURES(LWNVME_DESCRIBE_STRUCTURE)

static void lwnvme_describe_any_nvm_namespace(struct lwnvme_describe *describe, const void *data,
                                              size_t length)
{
    (void)length;
    lwnvme_describe_identify_nvm_namespace(describe, (const struct lwnvme_identify_nvm_namespace *)data,
                                           NULL);
}

static void lwnvme_describe_any_zns_namespace(struct lwnvme_describe *describe, const void *data,
                                              size_t length)
{
    (void)length;
    lwnvme_describe_identify_zns_namespace(describe, (const struct lwnvme_identify_zns_namespace *)data,
                                           NULL);
}

static void lwnvme_describe_any_error_log(struct lwnvme_describe *describe, const void *data, size_t length)
{
    lwnvme_describe_error_log(describe, (const struct lwnvme_error_log_entry *)data,
                              length >> LWNVME_DESCRIBE_ERROR_ENTRY_BITS);
}

/* X(CNS, command set, function) */
#define LWNVME_DESCRIBE_IDENTIFY(X)                                                                          \
    X(LWNVME_CNS_NAMESPACE, LWNVME_DESCRIBE_ANY_CSI, any_identify_namespace)                                 \
    X(LWNVME_CNS_CONTROLLER, LWNVME_DESCRIBE_ANY_CSI, any_identify_controller)                               \
    X(LWNVME_CNS_ACTIVE_NAMESPACES, LWNVME_DESCRIBE_ANY_CSI, any_namespace_list)                             \
    X(LWNVME_CNS_NAMESPACE_DESCRIPTORS, LWNVME_DESCRIBE_ANY_CSI, namespace_descriptors)                      \
    X(LWNVME_CNS_NVM_SETS, LWNVME_DESCRIBE_ANY_CSI, any_nvm_set_list)                                        \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_NVM, any_nvm_namespace)                                   \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_KEY_VALUE, any_identify_kv_namespace)                     \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_ZONED, any_zns_namespace)                                 \
    X(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_NVM, any_identify_nvm_controller)                        \
    X(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_KEY_VALUE, any_identify_kv_controller)                   \
    X(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_ZONED, any_identify_zns_controller)                      \
    X(LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES, LWNVME_DESCRIBE_ANY_CSI, any_namespace_list)                 \
    X(LWNVME_CNS_INDEPENDENT_NAMESPACE, LWNVME_DESCRIBE_ANY_CSI, any_independent_namespace)                  \
    X(LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT, LWNVME_DESCRIBE_ANY_CSI, any_identify_namespace)                \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, LWNVME_CSI_NVM, any_nvm_namespace)                  \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, LWNVME_CSI_KEY_VALUE, any_identify_kv_namespace)    \
    X(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, LWNVME_CSI_ZONED, any_zns_namespace)                \
    X(LWNVME_CNS_ALLOCATED_NAMESPACES, LWNVME_DESCRIBE_ANY_CSI, any_namespace_list)                          \
    X(LWNVME_CNS_ALLOCATED_NAMESPACE, LWNVME_DESCRIBE_ANY_CSI, any_identify_namespace)                       \
    X(LWNVME_CNS_NAMESPACE_CONTROLLERS, LWNVME_DESCRIBE_ANY_CSI, any_controller_list)                        \
    X(LWNVME_CNS_CONTROLLERS, LWNVME_DESCRIBE_ANY_CSI, any_controller_list)                                  \
    X(LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES, LWNVME_DESCRIBE_ANY_CSI, any_primary_controller)           \
    X(LWNVME_CNS_SECONDARY_CONTROLLERS, LWNVME_DESCRIBE_ANY_CSI, any_secondary_controller_list)              \
    X(LWNVME_CNS_NAMESPACE_GRANULARITY, LWNVME_DESCRIBE_ANY_CSI, any_granularity_list)                       \
    X(LWNVME_CNS_UUIDS, LWNVME_DESCRIBE_ANY_CSI, any_uuid_list)                                              \
    X(LWNVME_CNS_DOMAINS, LWNVME_DESCRIBE_ANY_CSI, any_domain_list)                                          \
    X(LWNVME_CNS_ENDURANCE_GROUPS, LWNVME_DESCRIBE_ANY_CSI, any_endurance_group_list)                        \
    X(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES, LWNVME_DESCRIBE_ANY_CSI, any_namespace_list)              \
    X(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_NVM, any_nvm_namespace)                         \
    X(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_KEY_VALUE, any_identify_kv_namespace)           \
    X(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_ZONED, any_zns_namespace)                       \
    X(LWNVME_CNS_IO_COMMAND_SETS, LWNVME_DESCRIBE_ANY_CSI, any_io_command_sets)                              \
    X(LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE, LWNVME_DESCRIBE_ANY_CSI, any_independent_namespace)

/* X(LID, bytes, function); 0 bytes: its header tells. */
#define LWNVME_DESCRIBE_LOGS(X)                                                                              \
    X(LWNVME_LOG_SUPPORTED_LOG_PAGES, sizeof(struct lwnvme_supported_log_pages), any_supported_log_pages)    \
    X(LWNVME_LOG_ERROR_INFORMATION, 0u, any_error_log)                                                       \
    X(LWNVME_LOG_SMART, sizeof(struct lwnvme_smart_log), any_smart_log)                                      \
    X(LWNVME_LOG_FIRMWARE_SLOT, sizeof(struct lwnvme_firmware_slot_log), any_firmware_slot_log)              \
    X(LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES, sizeof(struct lwnvme_changed_namespaces_log),                  \
      any_changed_namespaces_log)                                                                            \
    X(LWNVME_LOG_DEVICE_SELF_TEST, sizeof(struct lwnvme_self_test_log), any_self_test_log)                   \
    X(LWNVME_LOG_TELEMETRY_HOST, sizeof(struct lwnvme_telemetry_header), any_telemetry_header)               \
    X(LWNVME_LOG_TELEMETRY_CONTROLLER, sizeof(struct lwnvme_telemetry_header), any_telemetry_header)         \
    X(LWNVME_LOG_ENDURANCE_GROUP, sizeof(struct lwnvme_endurance_group_log), any_endurance_group_log)        \
    X(LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET, sizeof(struct lwnvme_predictable_latency_log),                 \
      any_predictable_latency_log)                                                                           \
    X(LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE, 0u, aggregate_log)                                           \
    X(LWNVME_LOG_ANA, 0u, ana_log)                                                                           \
    X(LWNVME_LOG_PERSISTENT_EVENT, 0u, persistent_event_log)                                                 \
    X(LWNVME_LOG_LBA_STATUS, 0u, lba_status_log)                                                             \
    X(LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE, 0u, aggregate_log)                                               \
    X(LWNVME_LOG_MEDIA_UNIT_STATUS, 0u, media_unit_status_log)                                               \
    X(LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS, 0u, capacity_configurations_log)                         \
    X(LWNVME_LOG_FEATURE_IDENTIFIERS, sizeof(struct lwnvme_feature_effects_log), any_feature_effects_log)    \
    X(LWNVME_LOG_NVME_MI_COMMANDS, sizeof(struct lwnvme_mi_effects_log), any_mi_effects_log)                 \
    X(LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN, sizeof(struct lwnvme_lockdown_log), any_lockdown_log)         \
    X(LWNVME_LOG_BOOT_PARTITION, sizeof(struct lwnvme_boot_partition_header), any_boot_partition_header)     \
    X(LWNVME_LOG_ROTATIONAL_MEDIA, sizeof(struct lwnvme_rotational_media_log), any_rotational_media_log)     \
    X(LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES, sizeof(struct lwnvme_changed_namespaces_log),                 \
      any_changed_namespaces_log)                                                                            \
    X(LWNVME_LOG_FDP_CONFIGURATIONS, 0u, fdp_configurations_log)                                             \
    X(LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE, 0u, fdp_usage_log)                                           \
    X(LWNVME_LOG_FDP_STATISTICS, sizeof(struct lwnvme_fdp_statistics_log), any_fdp_statistics_log)           \
    X(LWNVME_LOG_FDP_EVENTS, 0u, fdp_events_log)                                                             \
    X(LWNVME_LOG_RESERVATION_NOTIFICATION, sizeof(struct lwnvme_reservation_notification_log),               \
      any_reservation_notification_log)                                                                      \
    X(LWNVME_LOG_SANITIZE_STATUS, sizeof(struct lwnvme_sanitize_status_log), any_sanitize_status_log)        \
    X(LWNVME_LOG_ZNS_CHANGED_ZONES, sizeof(struct lwnvme_changed_zones_log), any_changed_zones_log)

#define LWNVME_DESCRIBE_FUNCTION(number, more, function) lwnvme_describe_##function,
#define LWNVME_DESCRIBE_CNS(cns, csi, function)          {(cns), (csi)},
#define LWNVME_DESCRIBE_LID(lid, bytes, function)        {(lid), (uint8_t)((bytes) >> 10), (uint8_t)((bytes) >> 2)},

bool lwnvme_describe_identify(struct lwnvme_describe *describe, uint8_t cns, uint8_t csi, const void *data)
{
    static const struct {
        uint8_t cns;
        uint8_t csi;
    } rows[] = {LWNVME_DESCRIBE_IDENTIFY(LWNVME_DESCRIBE_CNS)};
    static const lwnvme_describe_any functions[] = {LWNVME_DESCRIBE_IDENTIFY(LWNVME_DESCRIBE_FUNCTION)};
    uint32_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].cns == cns && (rows[i].csi == csi || rows[i].csi == LWNVME_DESCRIBE_ANY_CSI)) {
            functions[i](describe, data, LWNVME_IDENTIFY_BYTES);
            return true;
        }
    }
    return false;
}

/* Those but one whose words depend on the command set. */
static bool lwnvme_describe_log_of_any_set(struct lwnvme_describe *describe, uint8_t lid, const void *data,
                                           size_t length)
{
    static const struct {
        uint8_t lid;
        uint8_t dwords_high;
        uint8_t dwords_low;
    } rows[] = {LWNVME_DESCRIBE_LOGS(LWNVME_DESCRIBE_LID)};
    static const lwnvme_describe_any functions[] = {LWNVME_DESCRIBE_LOGS(LWNVME_DESCRIBE_FUNCTION)};
    uint32_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].lid == lid) {
            if (length < ((size_t)rows[i].dwords_high << 8 | rows[i].dwords_low) << 2) {
                return false;
            }
            functions[i](describe, data, length);
            return true;
        }
    }
    return false;
}

bool lwnvme_describe_log(struct lwnvme_describe *describe, uint8_t lid, uint8_t csi, const void *data,
                         size_t length)
{
    if (lid != LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS) {
        return lwnvme_describe_log_of_any_set(describe, lid, data, length);
    }
    if (length < sizeof(struct lwnvme_effects_log)) {
        return false;
    }
    lwnvme_describe_effects_log(describe, (const struct lwnvme_effects_log *)data, csi);
    return true;
}

#undef LWNVME_DESCRIBE_LID
#undef LWNVME_DESCRIBE_CNS
#undef LWNVME_DESCRIBE_FUNCTION
#undef LWNVME_DESCRIBE_LOGS
#undef LWNVME_DESCRIBE_IDENTIFY
#undef LWNVME_DESCRIBE_STRUCTURE
#undef LWNVME_DESCRIBE_STRUCTURES

/* SPDX-License-Identifier: MIT */
/*
 * The log pages that every drive has, in words: SMART / Health Information, Error Information, Firmware Slot
 * Information, Changed Attached Namespace List.
 *
 * Base, sections 5.1.12.1.2 to 5.1.12.1.5.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_SENSORS        8u
#define LWNVME_DESCRIBE_FIRMWARE_SLOTS 7u

static const char lwnvme_describe_smart_layout[] =
    "1x critical_warning:0 available spare is low|1 temperature beyond a threshold|"
    "2 reliability degraded|3 read-only|4 volatile memory backup failed|"
    "5 persistent memory region read-only;2t temperature[K];1u avail_spare[%];1u spare_thresh[%];"
    "1u percent_used[%];1x endurance_grp_critical_warning_summary:0 available spare is low|"
    "2 reliability degraded|3 read-only;25-;16d data_units_read;16d data_units_written;"
    "16u host_read_commands;16u host_write_commands;16u controller_busy_time[min];16u power_cycles;"
    "16u power_on_hours[h];16u unsafe_shutdowns;16u media_errors;16u num_err_log_entries;"
    "4u warning_temp_time[min];4u critical_comp_time[min];";

/* The first entry has no bytes: its name makes the column as wide as above. */
static const char lwnvme_describe_smart_end_layout[] =
    "0- endurance_grp_critical_warning_summary;4u thm_temp1_trans_count;4u thm_temp2_trans_count;"
    "4u thm_temp1_total_time[s];4u thm_temp2_total_time[s];";

static const char lwnvme_describe_error_layout[] =
    "8u error_count:=0 not in use;2u sqid;2x cmdid;&2S@15:1 status_field;2u@0:0 phase_tag;"
    "2x parm_error_location:=65535 none;8u lba;4x nsid;1x vs:=0 no vendor log page;"
    "1u trtype:=0 not of a transport|=1 RDMA|=2 Fibre Channel|=3 TCP;1u csi;1x opcode;8x cs;"
    "2x trtype_spec_info;21-;1u log_page_version;";

static const char lwnvme_describe_firmware_layout[] =
    "1x Active Firmware Slot (afi):2:0=1 slot 1 runs|2:0=2 slot 2 runs|2:0=3 slot 3 runs|"
    "2:0=4 slot 4 runs|2:0=5 slot 5 runs|2:0=6 slot 6 runs|2:0=7 slot 7 runs|"
    "6:4=1 slot 1 at the next reset|6:4=2 slot 2 at the next reset|6:4=3 slot 3 at the next reset|"
    "6:4=4 slot 4 at the next reset|6:4=5 slot 5 at the next reset|6:4=6 slot 6 at the next reset|"
    "6:4=7 slot 7 at the next reset;";

void lwnvme_describe_smart_log(struct lwnvme_describe *describe, const struct lwnvme_smart_log *log)
{
    uint32_t sensor;

    lwnvme_describe_layout(describe, lwnvme_describe_smart_layout, log, sizeof(*log));
    for (sensor = 0; sensor < LWNVME_DESCRIBE_SENSORS; sensor++) {
        const uint16_t kelvin = lwnvme_le16_get(&log->tsen[sensor]);

        if (kelvin != 0) {
            lwnvme_describe_numbered(describe, "temperature_sensor_", sensor + 1u, 't', kelvin);
        }
    }
    lwnvme_describe_layout(describe, lwnvme_describe_smart_end_layout, &log->tmt1tc,
                           sizeof(*log) - offsetof(struct lwnvme_smart_log, tmt1tc));
}

void lwnvme_describe_error_log(struct lwnvme_describe *describe, const struct lwnvme_error_log_entry *entries,
                               size_t entry_count)
{
    size_t i;

    lwnvme_describe_list(describe, "errors");
    for (i = 0; i < entry_count; i++) {
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_layout(describe, lwnvme_describe_error_layout, &entries[i], sizeof(entries[i]));
        lwnvme_describe_end(describe);
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_firmware_slot_log(struct lwnvme_describe *describe,
                                       const struct lwnvme_firmware_slot_log *log)
{
    uint32_t slot;

    lwnvme_describe_layout(describe, lwnvme_describe_firmware_layout, log, sizeof(*log));
    for (slot = 0; slot < LWNVME_DESCRIBE_FIRMWARE_SLOTS; slot++) {
        if (log->frs[slot][0] != 0) {
            lwnvme_describe_numbered_bytes(describe, "Firmware Rev Slot ", slot + 1u, log->frs[slot],
                                           sizeof(log->frs[slot]));
        }
    }
}

void lwnvme_describe_changed_namespaces_log(struct lwnvme_describe *describe,
                                            const struct lwnvme_changed_namespaces_log *log)
{
    struct lwnvme_describe_span entries = {log->nsid, sizeof(log->nsid), sizeof(log->nsid[0]), 0};

    while (entries.count < LWNVME_NAMESPACE_LIST_ENTRIES && lwnvme_le32_get(&log->nsid[entries.count]) != 0) {
        entries.count++;
    }
    if (lwnvme_le32_get(&log->nsid[0]) == LWNVME_NSID_ALL) {
        lwnvme_describe_remark(describe, "too many to list");
        entries.count = 0;
    }
    lwnvme_describe_array(describe, "changed_namespaces", "4u nsid;", &entries);
}

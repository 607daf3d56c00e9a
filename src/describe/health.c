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
    uint32_t count = 0;

    while (count < LWNVME_NAMESPACE_LIST_ENTRIES && lwnvme_le32_get(&log->nsid[count]) != 0) {
        count++;
    }
    if (lwnvme_le32_get(&log->nsid[0]) == LWNVME_NSID_ALL) {
        lwnvme_describe_remark(describe, "too many to list");
        count = 0;
    }
    lwnvme_describe_array(describe, "changed_namespaces", "4u nsid;", log->nsid, sizeof(log->nsid), count);
}

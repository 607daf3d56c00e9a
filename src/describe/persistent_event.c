/* SPDX-License-Identifier: MIT */
/*
 * The Persistent Event log page in words: its header, and event by event, so that a caller who streams the log needs
 * room for one event only. Header lengths, data lengths and counts are the device's word; each is compared with what
 * is left of the memory before anything behind it is looked at.
 *
 * Base, section 5.1.12.1.14 "Persistent Event".
 */
#include "engine.h"

static const char lwnvme_describe_event_header_layout[] =
    "1x log_id;3-;4u total_num_of_events;8u total_log_len[bytes];1u log_revision;1-;"
    "2u log_header_len[bytes];8u timestamp[ms];16u power_on_hours[h];8u power_cycle_count;2x pci_vid;"
    "2x pci_ssvid;20s sn;40s mn;256s subnqn;2u gen_number;4x rci:18 a context exists;";

static const char lwnvme_describe_event_names[] =
    "=1 SMART / Health Log Snapshot|=2 Firmware Commit|=3 Timestamp Change|=4 Power-on or Reset|"
    "=5 NVM Subsystem Hardware Error|=6 Change Namespace|=7 Format NVM Start|=8 Format NVM Completion|"
    "=9 Sanitize Start|=10 Sanitize Completion|=11 Set Feature|=12 Telemetry Log Created|"
    "=13 Thermal Excursion|=14 Sanitize Media Verification|=222 Vendor Specific|=223 TCG Defined";

static const char lwnvme_describe_event_head_layout[] =
    "1-;1u event_type_rev;1u event_header_len[bytes];"
    "1x event_header_additional_info:1:0=1 NVM subsystem port|1:0=2 management port|1:0=3 no port;"
    "2x ctrl_id;8u event_time_stamp[ms];2u port_id;4-;2u vu_info_len[bytes];2u event_len[bytes];";

static const char lwnvme_describe_event_layouts[] =
    "\2"
    "8s old_fw_rev;8s new_fw_rev;1u fw_commit_action;1u fw_slot;1u sct_fw;1x sc_fw;"
    "2u vu_assign_fw_commit_rc;\0"
    "\3"
    "8u prev_ts[ms];8u ml_secs_since_reset[ms];\0"
    "\5"
    "2u nss_hw_err_code:=1 PCIe correctable error|=2 PCIe uncorrectable non-fatal error|"
    "=3 PCIe uncorrectable fatal error|=4 PCIe link status change|=5 PCIe link not active|"
    "=6 critical warning|=7 endurance group critical warning|=8 unsafe shutdown|"
    "=9 controller fatal status|=10 media and data integrity|=11 controller ready timeout;\0"
    "\6"
    "4x nsmgt_cdw10:3:0=0 create|3:0=1 delete;4-;8u nsze[blocks];8-;8u nscap[blocks];1x flbas;1x dps;"
    "1x nmic;1-;4u ana_grp_id;2u nvmset_id;2-;4x nsid;\0"
    "\7"
    "4x nsid;1x fna;3-;4x format_nvm_cdw10;\0"
    "\10"
    "4x nsid;1u smallest_fpi[%];1x format_nvm_status;2x compln_info;4x status_field;\0"
    "\11"
    "4x SANICAP;4x sani_cdw10;4x sani_cdw11;\0"
    "\12"
    "2u sani_prog[/ 65536];2x sani_status:2:0=1 completed successfully|2:0=2 in progress|2:0=3 failed|"
    "2:0=4 completed, deallocated;2x cmpln_info;\0"
    "\15"
    "1u over_temp[K];1x threshold:=1 WCTEMP|=2 CCTEMP|=3 TMT1|=4 TMT2|=136 temperature normal again|"
    "=137 thermal management stops|=176 under temperature;\0";

static const char lwnvme_describe_reset_layout[] =
    "2x ctrl_id;1u fw_act:=1 activated;1u op_in_prog:0 an operation was under way;12-;"
    "4u ctrl_power_cycle;8u power_on_ml_secs[ms];8u ctrl_time_stamp[ms];";

/* By firmware revision, then a list of controllers up to the end. */
static void lwnvme_describe_reset_event(struct lwnvme_describe *describe, const uint8_t *data, size_t length)
{
    struct lwnvme_describe_span controllers = {NULL, 0, sizeof(struct lwnvme_event_controller_reset), 0};

    if (length < sizeof(struct lwnvme_event_power_on_or_reset)) {
        return;
    }
    lwnvme_describe_layout(describe, "8s fw_rev;", data, length);
    controllers.data = data + sizeof(struct lwnvme_event_power_on_or_reset);
    controllers.length = length - sizeof(struct lwnvme_event_power_on_or_reset);
    controllers.count = UINT64_MAX;
    lwnvme_describe_array(describe, "controllers", lwnvme_describe_reset_layout, &controllers);
}

/* The command's dwords as far as they are there; the feature's data stay out. */
static void lwnvme_describe_set_feature_event(struct lwnvme_describe *describe, const uint8_t *data,
                                              size_t length)
{
    static const char dwords[] = "4x layout;1x feature;3-;4x value;4x cdw12;4x cdw13;4x cdw14;4x cdw15;";
    uint32_t layout;
    size_t dword_bytes;

    if (length < sizeof(struct lwnvme_event_set_feature)) {
        return;
    }
    layout = lwnvme_le32_get(&((const struct lwnvme_event_set_feature *)(const void *)data)->sfel);
    dword_bytes = sizeof(struct lwnvme_event_set_feature) +
                  (size_t)4u * lwnvme_field_get(layout, LWNVME_EVENT_SET_FEATURE_DWC);
    lwnvme_describe_layout(describe, dwords, data, dword_bytes < length ? dword_bytes : length);
}

/* What an event of this type holds. */
static void lwnvme_describe_event_data(struct lwnvme_describe *describe, uint8_t type, const uint8_t *data,
                                       size_t length)
{
    const char *layout =
        lwnvme_describe_pick(lwnvme_describe_event_layouts, sizeof(lwnvme_describe_event_layouts), type);

    if (layout != NULL) {
        lwnvme_describe_layout(describe, layout, data, length);
    } else if (type == LWNVME_PERSISTENT_EVENT_SMART && length >= sizeof(struct lwnvme_smart_log)) {
        lwnvme_describe_smart_log(describe, (const struct lwnvme_smart_log *)(const void *)data);
    } else if (type == LWNVME_PERSISTENT_EVENT_TELEMETRY_CREATED &&
               length >= sizeof(struct lwnvme_telemetry_header)) {
        lwnvme_describe_telemetry_header(describe,
                                         (const struct lwnvme_telemetry_header *)(const void *)data);
    } else if (type == LWNVME_PERSISTENT_EVENT_POWER_ON_OR_RESET) {
        lwnvme_describe_reset_event(describe, data, length);
    } else if (type == LWNVME_PERSISTENT_EVENT_SET_FEATURE) {
        lwnvme_describe_set_feature_event(describe, data, length);
    }
}

void lwnvme_describe_persistent_event_header(struct lwnvme_describe *describe,
                                             const struct lwnvme_persistent_event_header *header)
{
    const uint32_t rest = sizeof(header->seb) * 8u;
    uint32_t type;

    lwnvme_describe_layout(describe, lwnvme_describe_event_header_layout, header, sizeof(*header));
    lwnvme_describe_list(describe, "supported_events");
    for (type = 0; type < rest; type++) {
        if ((header->seb[type >> 3] >> (type & 7u) & 1u) != 0) {
            lwnvme_describe_word_of(describe, lwnvme_describe_event_names, type);
            lwnvme_describe_number(describe, NULL, type);
        }
    }
    lwnvme_describe_end(describe);
}

size_t lwnvme_describe_persistent_event(struct lwnvme_describe *describe, const void *event, size_t length)
{
    const uint8_t *data = (const uint8_t *)event;
    const struct lwnvme_persistent_event *head = (const struct lwnvme_persistent_event *)event;
    size_t head_bytes;
    size_t data_bytes;
    size_t vendor_bytes;

    if (length < sizeof(*head)) {
        return 0;
    }
    head_bytes = (size_t)head->ehl + LWNVME_PERSISTENT_EVENT_EHL_BASE;
    data_bytes = lwnvme_le16_get(&head->el);
    vendor_bytes = lwnvme_le16_get(&head->vsil);
    lwnvme_describe_word_text(describe, "event_type", lwnvme_describe_event_names, head->et);
    lwnvme_describe_layout(describe, lwnvme_describe_event_head_layout, head, sizeof(*head));
    if (head_bytes < sizeof(*head) || head_bytes > length || data_bytes > length - head_bytes) {
        return 0;
    }
    if (vendor_bytes <= data_bytes) {
        lwnvme_describe_event_data(describe, head->et, data + head_bytes + vendor_bytes,
                                   data_bytes - vendor_bytes);
    }
    return head_bytes + data_bytes;
}

void lwnvme_describe_persistent_event_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_persistent_event_header *header = (const struct lwnvme_persistent_event_header *)log;
    size_t at;
    size_t step = 1;
    uint32_t number;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_persistent_event_header(describe, header);
    at = (size_t)lwnvme_le16_get(&header->lhl) + LWNVME_PERSISTENT_EVENT_LHL_BASE;
    lwnvme_describe_list(describe, "list_of_event_entries");
    for (number = 0;
         number < lwnvme_le32_get(&header->tnev) && step != 0 && at >= sizeof(*header) && at < length;
         number++) {
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_number(describe, "event_number", number);
        step = lwnvme_describe_persistent_event(describe, (const uint8_t *)log + at, length - at);
        lwnvme_describe_end(describe);
        at += step;
    }
    lwnvme_describe_end(describe);
}

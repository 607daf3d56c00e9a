/* SPDX-License-Identifier: MIT */
/*
 * The Persistent Event log page in words: its header, and event by event, so that a caller who streams the log needs
 * room for one event only. Header lengths, data lengths and counts are the device's word; each is compared with what
 * is left of the memory before anything behind it is looked at.
 *
 * Base, section 5.1.12.1.14 "Persistent Event".
 */
#include "engine.h"

/* By firmware revision, then a list of controllers up to the end. */
static void lwnvme_describe_reset_event(struct lwnvme_describe *describe, const uint8_t *data, size_t length)
{
    if (length < sizeof(struct lwnvme_event_power_on_or_reset)) {
        return;
    }
    lwnvme_describe_layout(describe, "8s fw_rev;", data, length);
    lwnvme_describe_array(describe, "controllers", lwnvme_describe_reset_event_layout,
                          data + sizeof(struct lwnvme_event_power_on_or_reset),
                          length - sizeof(struct lwnvme_event_power_on_or_reset), UINT64_MAX);
}

/* The command's lwnvme_describe_set_feature_dwords as far as they are there; the feature's data stay out. */
static void lwnvme_describe_set_feature_event(struct lwnvme_describe *describe, const uint8_t *data,
                                              size_t length)
{
    uint32_t layout;
    size_t dword_bytes;

    if (length < sizeof(struct lwnvme_event_set_feature)) {
        return;
    }
    layout = lwnvme_le32_get(&((const struct lwnvme_event_set_feature *)(const void *)data)->sfel);
    dword_bytes = sizeof(struct lwnvme_event_set_feature) +
                  (size_t)4u * lwnvme_field_get(layout, LWNVME_EVENT_SET_FEATURE_DWC);
    lwnvme_describe_layout(describe, lwnvme_describe_set_feature_dwords, data,
                           dword_bytes < length ? dword_bytes : length);
}

/* What an event of this type holds. */
static void lwnvme_describe_event_data(struct lwnvme_describe *describe, uint8_t type, const uint8_t *data,
                                       size_t length)
{
    const char *layout = lwnvme_describe_pick(lwnvme_describe_event_layouts, type);

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
        if (((unsigned)header->seb[type >> 3] >> (type & 7u) & 1u) != 0) {
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

/* SPDX-License-Identifier: MIT */
/*
 * The log pages of Flexible Data Placement in words. Descriptor sizes and counts are the device's word, followed to the
 * end of the caller's memory at most.
 *
 * Base, sections 5.1.12.1.28 to 5.1.12.1.31.
 */
#include "engine.h"

/* One configuration; returns the bytes that it takes up, 0 if it is not wholly there. */
static size_t lwnvme_describe_placement_configuration(struct lwnvme_describe *describe, const uint8_t *data,
                                                      size_t length)
{
    const struct lwnvme_fdp_configuration *configuration =
        (const struct lwnvme_fdp_configuration *)(const void *)data;
    size_t bytes;
    bool is_whole;

    if (length < sizeof(*configuration)) {
        return 0;
    }
    bytes = lwnvme_le16_get(&configuration->dsze);
    is_whole = bytes >= sizeof(*configuration) && bytes <= length;
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_placement_layout, configuration, sizeof(*configuration));
    if (is_whole) {
        lwnvme_describe_array(describe, "ruhs", lwnvme_describe_placement_handle, configuration + 1,
                              bytes - sizeof(*configuration), lwnvme_le16_get(&configuration->nruh));
    }
    lwnvme_describe_end(describe);
    return is_whole ? bytes : 0;
}

void lwnvme_describe_fdp_configurations_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_fdp_configurations_header *header =
        (const struct lwnvme_fdp_configurations_header *)log;
    size_t at = sizeof(*header);
    size_t step = 1;
    uint32_t left;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_layout(describe, lwnvme_describe_placement_head, header, sizeof(*header));
    lwnvme_describe_list(describe, "configs");
    for (left = lwnvme_le16_get(&header->nfdpc) + 1u; left > 0 && step != 0; left--) {
        step = lwnvme_describe_placement_configuration(describe, (const uint8_t *)log + at, length - at);
        at += step;
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_fdp_usage_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_fdp_usage_header *header = (const struct lwnvme_fdp_usage_header *)log;
    uint32_t count;

    if (length < sizeof(*header)) {
        return;
    }
    count = lwnvme_le16_get(&header->nruh);
    lwnvme_describe_number(describe, "nruh", count);
    lwnvme_describe_array(describe, "ruhus", lwnvme_describe_placement_usage, header + 1,
                          length - sizeof(*header), count);
}

void lwnvme_describe_fdp_statistics_log(struct lwnvme_describe *describe,
                                        const struct lwnvme_fdp_statistics_log *log)
{
    lwnvme_describe_layout(describe, lwnvme_describe_placement_statistics, log, sizeof(*log));
}

static void lwnvme_describe_placement_event(struct lwnvme_describe *describe,
                                            const struct lwnvme_fdp_event *event)
{
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_placement_event_layout, event, sizeof(*event));
    if (event->fdpet == LWNVME_FDP_EVENT_MEDIA_REALLOCATED) {
        lwnvme_describe_layout(describe, lwnvme_describe_placement_reallocated, event->ets,
                               sizeof(event->ets));
    }
    lwnvme_describe_layout(describe, "2u rgid;2u ruhid;", &event->rgid, 4);
    lwnvme_describe_end(describe);
}

void lwnvme_describe_fdp_events_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_fdp_events_header *header = (const struct lwnvme_fdp_events_header *)log;
    const struct lwnvme_fdp_event *event = (const struct lwnvme_fdp_event *)(const void *)(header + 1);
    size_t left;
    uint32_t i;

    if (length < sizeof(*header)) {
        return;
    }
    left = length - sizeof(*header);
    lwnvme_describe_number(describe, "n", lwnvme_le32_get(&header->numfdpe));
    lwnvme_describe_list(describe, "events");
    for (i = 0; i < lwnvme_le32_get(&header->numfdpe) && left >= sizeof(*event); i++) {
        lwnvme_describe_placement_event(describe, &event[i]);
        left -= sizeof(*event);
    }
    lwnvme_describe_end(describe);
}

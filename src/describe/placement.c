/* SPDX-License-Identifier: MIT */
/*
 * The log pages of Flexible Data Placement in words. Descriptor sizes and counts are the device's word, followed to the
 * end of the caller's memory at most.
 *
 * Base, sections 5.1.12.1.28 to 5.1.12.1.31.
 */
#include "engine.h"

static const char lwnvme_describe_placement_layout[] =
    "2u dsze[bytes];1x fdpa:4 volatile write cache|7 valid;1u vss[bytes];4u nrg;2u nruh;"
    "2z maxpids[placement handles];4u nnss;8b runs[bytes];4u erutl[s];";

static const char lwnvme_describe_placement_event_layout[] =
    "1u type:=0 reclaim unit not fully written|=1 reclaim unit time limit exceeded|"
    "=2 controller reset changed reclaim units|=3 invalid placement identifier|=128 media reallocated|"
    "=129 implicitly modified reclaim unit handle;1x fdpef:0 placement identifier valid|"
    "1 namespace valid|2 location valid;2x pid;8u timestamp[ms];4u nsid;";

/* One configuration; returns the bytes that it takes up, 0 if it is not wholly there. */
static size_t lwnvme_describe_placement_configuration(struct lwnvme_describe *describe, const uint8_t *data,
                                                      size_t length)
{
    const struct lwnvme_fdp_configuration *configuration =
        (const struct lwnvme_fdp_configuration *)(const void *)data;
    struct lwnvme_describe_span handles = {NULL, 0, sizeof(struct lwnvme_fdp_handle), 0};
    size_t bytes;

    if (length < sizeof(*configuration)) {
        return 0;
    }
    bytes = lwnvme_le16_get(&configuration->dsze);
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_placement_layout, configuration, sizeof(*configuration));
    if (bytes >= sizeof(*configuration) && bytes <= length) {
        handles.data = configuration + 1;
        handles.length = bytes - sizeof(*configuration);
        handles.count = lwnvme_le16_get(&configuration->nruh);
        lwnvme_describe_array(describe, "ruhs", "1u ruht:=1 initially isolated|=2 persistently isolated;",
                              &handles);
    }
    lwnvme_describe_end(describe);
    return handles.data != NULL ? bytes : 0;
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
    lwnvme_describe_layout(describe, "2z n[configurations];1u version;1-;4u size[bytes];", header,
                           sizeof(*header));
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
    struct lwnvme_describe_span handles = {NULL, 0, sizeof(struct lwnvme_fdp_usage), 0};

    if (length < sizeof(*header)) {
        return;
    }
    handles.data = header + 1;
    handles.length = length - sizeof(*header);
    handles.count = lwnvme_le16_get(&header->nruh);
    lwnvme_describe_number(describe, "nruh", handles.count);
    lwnvme_describe_array(describe, "ruhus",
                          "1u ruha:2:0=0 unused|2:0=1 host specified|2:0=2 controller specified;", &handles);
}

void lwnvme_describe_fdp_statistics_log(struct lwnvme_describe *describe,
                                        const struct lwnvme_fdp_statistics_log *log)
{
    lwnvme_describe_layout(describe, "16b hbmw[bytes];16b mbmw[bytes];16b mbe[bytes];", log, sizeof(*log));
}

static void lwnvme_describe_placement_event(struct lwnvme_describe *describe,
                                            const struct lwnvme_fdp_event *event)
{
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_placement_event_layout, event, sizeof(*event));
    if (event->fdpet == LWNVME_FDP_EVENT_MEDIA_REALLOCATED) {
        lwnvme_describe_layout(describe, "1x sef:0 LBA valid;1-;2u nlbam[blocks];8u lba;", event->ets,
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

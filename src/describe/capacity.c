/* SPDX-License-Identifier: MIT */
/*
 * The log pages of capacity management in words: media units, and supported configurations, which are lists within
 * lists, four deep. Every count is the device's word; a place in the memory moves on only over what is wholly there, and
 * the walk ends where something is not.
 *
 * Base, sections 5.1.12.1.17 and 5.1.12.1.18.
 */
#include "engine.h"

/* A place in the memory of a log page. */
struct lwnvme_describe_place {
    const uint8_t *at;
    size_t left;
};

/* What is at the place, if `bytes` of it are there, and on; NULL, and nothing is left: they are not. */
static const uint8_t *lwnvme_describe_pass(struct lwnvme_describe_place *place, size_t bytes)
{
    const uint8_t *here = place->at;

    if (place->left < bytes) {
        place->left = 0;
        return NULL;
    }
    place->at += bytes;
    place->left -= bytes;
    return here;
}

static void lwnvme_describe_unit_configuration(struct lwnvme_describe *describe,
                                               struct lwnvme_describe_place *place)
{
    const uint8_t *data = lwnvme_describe_pass(place, sizeof(struct lwnvme_media_unit_configuration));

    if (data == NULL) {
        return;
    }
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, "2u muid;4-;2u mudl[bytes];", data,
                           sizeof(struct lwnvme_media_unit_configuration));
    lwnvme_describe_end(describe);
    (void)lwnvme_describe_pass(
        place, lwnvme_le16_get(&((const struct lwnvme_media_unit_configuration *)(const void *)data)->mudl));
}

static void lwnvme_describe_channel_configuration(struct lwnvme_describe *describe,
                                                  struct lwnvme_describe_place *place)
{
    const uint8_t *data = lwnvme_describe_pass(place, sizeof(struct lwnvme_channel_configuration));
    uint32_t left;

    if (data == NULL) {
        return;
    }
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, "2u chanid;2u chmus;", data,
                           sizeof(struct lwnvme_channel_configuration));
    lwnvme_describe_list(describe, "Media Descriptor");
    left = lwnvme_le16_get(&((const struct lwnvme_channel_configuration *)(const void *)data)->chmus);
    for (; left > 0 && place->left > 0; left--) {
        lwnvme_describe_unit_configuration(describe, place);
    }
    lwnvme_describe_end(describe);
    lwnvme_describe_end(describe);
}

/* The channels of an endurance group: their number, then they. */
static void lwnvme_describe_channels(struct lwnvme_describe *describe, struct lwnvme_describe_place *place)
{
    const uint8_t *count = lwnvme_describe_pass(place, 2u);
    uint32_t left;

    if (count == NULL) {
        return;
    }
    left = lwnvme_le16_get((const struct lwnvme_le16 *)(const void *)count);
    lwnvme_describe_number(describe, "egchans", left);
    lwnvme_describe_list(describe, "Channel Descriptor");
    for (; left > 0 && place->left > 0; left--) {
        lwnvme_describe_channel_configuration(describe, place);
    }
    lwnvme_describe_end(describe);
}

static void lwnvme_describe_group_configuration(struct lwnvme_describe *describe,
                                                struct lwnvme_describe_place *place)
{
    const uint8_t *data = lwnvme_describe_pass(place, sizeof(struct lwnvme_endurance_group_configuration));
    const void *sets;
    uint32_t count;

    if (data == NULL) {
        return;
    }
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_group_configuration_layout, data,
                           sizeof(struct lwnvme_endurance_group_configuration));
    count =
        lwnvme_le16_get(&((const struct lwnvme_endurance_group_configuration *)(const void *)data)->egsets);
    sets = lwnvme_describe_pass(place, count * (size_t)2u);
    if (sets != NULL) {
        lwnvme_describe_array(describe, "NVM Set IDs", "2u nvmsetid;", sets, count * (size_t)2u, count);
        lwnvme_describe_channels(describe, place);
    }
    lwnvme_describe_end(describe);
}

static void lwnvme_describe_capacity_configuration(struct lwnvme_describe *describe,
                                                   struct lwnvme_describe_place *place)
{
    const uint8_t *data = lwnvme_describe_pass(place, sizeof(struct lwnvme_capacity_configuration));
    uint32_t left;

    if (data == NULL) {
        return;
    }
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_capacity_configuration_layout, data,
                           sizeof(struct lwnvme_capacity_configuration));
    lwnvme_describe_list(describe, "Endurance Descriptor");
    left = lwnvme_le16_get(&((const struct lwnvme_capacity_configuration *)(const void *)data)->egcn);
    for (; left > 0 && place->left > 0; left--) {
        lwnvme_describe_group_configuration(describe, place);
    }
    lwnvme_describe_end(describe);
    lwnvme_describe_end(describe);
}

void lwnvme_describe_capacity_configurations_log(struct lwnvme_describe *describe, const void *log,
                                                 size_t length)
{
    struct lwnvme_describe_place place = {(const uint8_t *)log, length};
    const uint8_t *header =
        lwnvme_describe_pass(&place, sizeof(struct lwnvme_capacity_configurations_header));
    uint32_t left;

    if (header == NULL) {
        return;
    }
    left = ((const struct lwnvme_capacity_configurations_header *)(const void *)header)->sccn;
    lwnvme_describe_number(describe, "sccn", left);
    lwnvme_describe_list(describe, "Capacity Descriptor");
    for (; left > 0 && place.left > 0; left--) {
        lwnvme_describe_capacity_configuration(describe, &place);
    }
    lwnvme_describe_end(describe);
}

/* One media unit; returns the bytes that it takes up, 0 if it is not wholly there. */
static size_t lwnvme_describe_media_unit(struct lwnvme_describe *describe, const uint8_t *data, size_t length)
{
    const struct lwnvme_media_unit_status *unit = (const struct lwnvme_media_unit_status *)(const void *)data;
    size_t channel_bytes;
    bool has_channels;

    if (length < sizeof(*unit)) {
        return 0;
    }
    channel_bytes = unit->mucs * (size_t)2u;
    has_channels = unit->cio >= sizeof(*unit) && unit->cio <= length;
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_layout(describe, lwnvme_describe_media_unit_layout, unit, sizeof(*unit));
    if (has_channels) {
        lwnvme_describe_array(describe, "channels", "2u chanid;", data + unit->cio, length - unit->cio,
                              unit->mucs);
    }
    lwnvme_describe_end(describe);
    return has_channels && channel_bytes <= length - unit->cio ? unit->cio + channel_bytes : 0;
}

void lwnvme_describe_media_unit_status_log(struct lwnvme_describe *describe, const void *log, size_t length)
{
    const struct lwnvme_media_unit_status_header *header =
        (const struct lwnvme_media_unit_status_header *)log;
    size_t at = sizeof(*header);
    size_t step = 1;
    uint32_t left;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_layout(describe, lwnvme_describe_media_unit_head, header, sizeof(*header));
    lwnvme_describe_list(describe, "mus_list");
    for (left = lwnvme_le16_get(&header->nmu); left > 0 && step != 0; left--) {
        step = lwnvme_describe_media_unit(describe, (const uint8_t *)log + at, length - at);
        at += step;
    }
    lwnvme_describe_end(describe);
}

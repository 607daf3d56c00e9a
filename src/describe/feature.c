/* SPDX-License-Identifier: MIT */
/*
 * Features in words: completion dword 0 of Get Features (or CDW11 of Set Features), and the data structures of those
 * that have one. Data may be missing or short; what is there is shown.
 *
 * Base, sections 5.1.25.1 and 5.1.25.2; NVM, section 4.1.3.
 */
#include "engine.h"

#include <lwnvme/spec_feature.h>

#define LWNVME_DESCRIBE_METADATA_HEAD_BYTES 2u /* of the structure */
#define LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES  4u /* of each element */

/* Base, Host Metadata Data Structure figure: a count, then elements of any length. */
static void lwnvme_describe_metadata(struct lwnvme_describe *describe, const char *types, const uint8_t *data,
                                     size_t length)
{
    size_t at = LWNVME_DESCRIBE_METADATA_HEAD_BYTES;
    uint32_t i;

    lwnvme_describe_number(describe, "Num Metadata Element Descriptors", data[0]);
    lwnvme_describe_list(describe, "Metadata Element Descriptors");
    for (i = 0; i < data[0] && length - at >= LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES; i++) {
        const size_t value_bytes = lwnvme_le16_get((const struct lwnvme_le16 *)(const void *)&data[at + 2u]);

        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_word_of(describe, types, data[at] & 0x3fu);
        lwnvme_describe_layout(describe, lwnvme_describe_metadata_layout, &data[at],
                               LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES);
        at += LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES;
        if (value_bytes <= length - at) {
            lwnvme_describe_bytes(describe, "Value", &data[at], value_bytes);
        }
        lwnvme_describe_end(describe);
        at += value_bytes <= length - at ? value_bytes : length - at;
    }
    lwnvme_describe_end(describe);
}

/* The power states that are left by themselves. */
static void lwnvme_describe_transitions(struct lwnvme_describe *describe,
                                        const struct lwnvme_apst_entry *entry, size_t length)
{
    uint32_t state;

    lwnvme_describe_list(describe, "Auto PST Entries");
    for (state = 0; state < LWNVME_POWER_STATES_MAX && length >= sizeof(*entry); state++) {
        if (lwnvme_le32_get(&entry[state].transition) != 0) {
            lwnvme_describe_section(describe, NULL);
            describe->name_width = 36; /* of the longest name below */
            lwnvme_describe_number(describe, "entry", state);
            lwnvme_describe_layout(describe, lwnvme_describe_transition_layout, &entry[state],
                                   sizeof(*entry));
            lwnvme_describe_end(describe);
        }
        length -= sizeof(*entry);
    }
    lwnvme_describe_end(describe);
}

/* What the dword says of how many entries the data hold. */
static void lwnvme_describe_feature_lists(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0,
                                          const void *data, size_t length)
{
    if (fid == LWNVME_FEATURE_LBA_RANGE_TYPE) {
        lwnvme_describe_array(describe, "LBA Ranges", lwnvme_describe_range_layout, data, length,
                              lwnvme_field_get(dword0, LWNVME_LBA_RANGE_TYPE_NUM) + 1u);
    } else if (fid == LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION) {
        lwnvme_describe_transitions(describe, (const struct lwnvme_apst_entry *)data, length);
    } else if (fid == LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS) {
        lwnvme_describe_array(describe, "events", "1u type;1u@0 enabled;", data, length,
                              lwnvme_field_get(dword0, LWNVME_FDP_EVENTS_DW0_NSFDPE));
    } else if (fid >= LWNVME_FEATURE_ENHANCED_CONTROLLER_METADATA &&
               fid <= LWNVME_FEATURE_NAMESPACE_METADATA && length >= LWNVME_DESCRIBE_METADATA_HEAD_BYTES) {
        lwnvme_describe_metadata(describe,
                                 fid == LWNVME_FEATURE_NAMESPACE_METADATA
                                     ? lwnvme_describe_namespace_metadata
                                     : lwnvme_describe_controller_metadata,
                                 (const uint8_t *)data, length);
    }
}

static void lwnvme_describe_feature_name(struct lwnvme_describe *describe, uint8_t fid)
{
    lwnvme_describe_layout(describe, "1x feature;", &fid, sizeof(fid));
    lwnvme_describe_word_text(describe, "name", lwnvme_describe_feature_names, fid);
}

void lwnvme_describe_feature(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0, const void *data,
                             size_t length)
{
    const char *layout;

    lwnvme_describe_feature_name(describe, fid);
    lwnvme_describe_dword(describe, "0- feature;4x value;", dword0);
    layout = lwnvme_describe_pick(lwnvme_describe_feature_dwords, fid);
    if (layout != NULL) {
        lwnvme_describe_dword(describe, layout, dword0);
    }
    if (data == NULL || length == 0) {
        return;
    }
    layout = lwnvme_describe_pick(lwnvme_describe_feature_data, fid);
    if (fid == LWNVME_FEATURE_HOST_IDENTIFIER &&
        lwnvme_field_get(dword0, LWNVME_HOST_IDENTIFIER_EXHID) != 0) {
        layout = lwnvme_describe_long_host_identifier;
    }
    if (layout != NULL) {
        lwnvme_describe_layout(describe, layout, data, length);
    }
    lwnvme_describe_feature_lists(describe, fid, dword0, data, length);
}

void lwnvme_describe_feature_capabilities(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0)
{
    lwnvme_describe_feature_name(describe, fid);
    lwnvme_describe_dword(describe, lwnvme_describe_feature_abilities, dword0);
}

/* SPDX-License-Identifier: MIT */
/*
 * Scenarios that would run but cannot pass: QEMU's controller lacks what they are about, or does otherwise what the
 * specification leaves open. Those that need a setting or a fault of the software controller skip by themselves.
 */
#include "skipped.h"

#include <stddef.h>

const struct skipped skipped[] = {
    {"test_bringup", "fault_021_command_sets", EVERY_QEMU, "CAP.CSS cannot be chosen"},
    {"test_events", "fault_148_a_limit_below_what_the_controller_says", EVERY_QEMU,
     "it keeps to what it says"},
    {"test_events", "fault_162_critical_warnings_are_typed_events", EVERY_QEMU,
     "see tests/qtest/test_media.c"},
    {"test_identify", "fault_038_format_index", EVERY_QEMU, "there are 8 formats, in an order of QEMU's own"},
    {"test_identify", "fault_057_log_page_lengths", EVERY_QEMU, "the log ends before 4100 bytes"},
    {"test_identify", "fault_059_features_that_disagree", EVERY_QEMU,
     "the default of the write cache is told as off"},
    {"test_lifecycle", "other_capabilities_after_a_reset", EVERY_QEMU, "CAP never changes"},
    {"test_metadata", "metadata_in_every_shape", 8,
     "QEMU loses metadata of a command that are more than 512 bytes and no multiple of that"},
    {"test_queues", "what_a_ring_has_no_room_for_is_refused", 10,
     "rings have 2048 entries, which cannot be changed"},
    {"test_shadow", "doorbells_are_spared", EVERY_QEMU,
     "a controller that is idle wants to be rung each time"},
    {"test_zoned", "a_power_cut_takes_all_areas", EVERY_QEMU, "zones stay open over a reset of the machine"},
    {"test_zoned", "a_power_cut_with_zones_open", EVERY_QEMU, "zones stay open over a reset of the machine"},
    {"test_zoned_protection", "the_library_protects_appends", EVERY_QEMU,
     "reference tags of an append are compared after they were moved on, and not stored so"},
    {NULL, NULL, 0, NULL},
};

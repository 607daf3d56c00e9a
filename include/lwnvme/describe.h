/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what a drive says, in words.
 *
 * One function per structure (identify data, log pages, features, status, events) takes it apart, field by field,
 * and hands each field to a sink. Two sinks are ready-made: lines of text, and JSON. Names, units and numbers are
 * those of nvme-cli's JSON, so that scripts and people who know that tool feel at home; what the tool leaves out
 * is added under the specification's own short names.
 *
 *     struct lwnvme_describe_text text;
 *
 *     lwnvme_describe_text_start(&text, print_line, NULL);
 *     lwnvme_describe_smart_log(&text.describe, &smart);
 *
 * Nothing here touches a controller, a host hook or the C library, nothing is allocated, nothing is kept after a
 * call. Structures may come straight from a device: text is cleaned of all that is not printable ASCII, and no count,
 * length or offset in them is followed beyond the memory that the caller names. Callable from any context; a sink is
 * used by one call at a time. The file of a family is linked only if one of its functions is called.
 */
#ifndef LWNVME_DESCRIBE_H
#define LWNVME_DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "spec.h"
#include "spec_admin.h"
#include "spec_identify.h"
#include "spec_log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for one field's name, unit, text value and note, with the final 0. Longer ones are cut. */
#define LWNVME_DESCRIBE_NAME_BYTES 72u
#define LWNVME_DESCRIBE_UNIT_BYTES 24u
#define LWNVME_DESCRIBE_TEXT_BYTES 260u
#define LWNVME_DESCRIBE_NOTE_BYTES 400u
/* Sections and lists within each other, at most. */
#define LWNVME_DESCRIBE_DEPTH_MAX 8u

enum lwnvme_describe_kind {
    LWNVME_DESCRIBE_NUMBER,  /* best shown in decimal */
    LWNVME_DESCRIBE_HEX,     /* a number that is best shown in hexadecimal */
    LWNVME_DESCRIBE_TEXT,    /* printable ASCII */
    LWNVME_DESCRIBE_SECTION, /* named fields follow, until the end of the same depth */
    LWNVME_DESCRIBE_LIST,    /* fields without names follow, until the end of the same depth */
    LWNVME_DESCRIBE_END
};

/* One field, valid during the callback. No pointer is NULL but `name` inside a list and at an end. */
struct lwnvme_describe_field {
    enum lwnvme_describe_kind kind;
    uint32_t depth;      /* how many sections and lists are around it */
    uint32_t name_width; /* longest name among its neighbours, for columns */
    const char *name;
    uint64_t low;  /* number: bits 63..0 */
    uint64_t high; /* number: bits 127..64 */
    const char *text;
    const char *unit; /* "" if there is none */
    const char *note; /* the same in words, its flags by name; "" if there is nothing to say */
};

/* A sink: where fields go. Zeroed, then `field` and `context` filled in, or made by one of the start functions
 * below. The caller's memory, about 800 bytes. */
struct lwnvme_describe {
    void (*field)(struct lwnvme_describe *describe, const struct lwnvme_describe_field *field);
    void *context; /* the caller's own */

    /* Private. */
    uint32_t depth;
    uint32_t name_width;
    char name[LWNVME_DESCRIBE_NAME_BYTES];
    char unit[LWNVME_DESCRIBE_UNIT_BYTES];
    char text[LWNVME_DESCRIBE_TEXT_BYTES];
    char note[LWNVME_DESCRIBE_NOTE_BYTES];
};

/* ---- Sinks --------------------------------------------------------------------------------------------- */

/* Longest line of text, with the final 0. Notes go on in a further line from column 100 on. */
#define LWNVME_DESCRIBE_LINE_BYTES  420u
#define LWNVME_DESCRIBE_LINE_COLUMN 100u

/* Lines of the form "name : value unit (note)"; a section or list begins with "name:" and is indented. */
struct lwnvme_describe_text {
    struct lwnvme_describe describe;

    /* Private. */
    void (*line)(void *context, const char *line);
    void *context;
    uint32_t length;
    uint16_t index[LWNVME_DESCRIBE_DEPTH_MAX + 1u];
    char buffer[LWNVME_DESCRIBE_LINE_BYTES];
};

/* Fills in *text. `line` gets each line, terminated, without a line feed; it must not be NULL. */
void lwnvme_describe_text_start(struct lwnvme_describe_text *text,
                                void (*line)(void *context, const char *line), void *context);

/* One JSON object, whose members are the fields of all that is described between start and end. Numbers stand in
 * decimal, 128-bit ones too; units and notes are left out. */
struct lwnvme_describe_json {
    struct lwnvme_describe describe;

    /* Private. */
    void (*write)(void *context, const char *text, size_t length);
    void *context;
    uint32_t filled; /* a bit per depth: something stands there already */
    uint32_t lists;  /* a bit per depth: a list, not a section */
};

/* Fills in *json and opens the object. `write` gets pieces of text of `length` characters, not terminated; it must
 * not be NULL. */
void lwnvme_describe_json_start(struct lwnvme_describe_json *json,
                                void (*write)(void *context, const char *text, size_t length), void *context);

/* Closes the object and what may still be open in it, and ends the line. */
void lwnvme_describe_json_end(struct lwnvme_describe_json *json);

/* A list and a section around what is described in between, for programs that show several structures at once: name
 * is NULL inside a list. Ignored beyond LWNVME_DESCRIBE_DEPTH_MAX. */
void lwnvme_describe_section(struct lwnvme_describe *describe, const char *name);
void lwnvme_describe_list(struct lwnvme_describe *describe, const char *name);
void lwnvme_describe_end(struct lwnvme_describe *describe);

/* ---- Identify ------------------------------------------------------------------------------------------ */

/* Base, section 5.1.13.2.1; the power states as list "psds" (npss + 1 of them, 32 at most). */
void lwnvme_describe_identify_controller(struct lwnvme_describe *describe,
                                         const struct lwnvme_identify_controller *identify);

/* One power state descriptor. */
void lwnvme_describe_power_state(struct lwnvme_describe *describe, const struct lwnvme_power_state *state);

/* NVM, section 4.1.5; the LBA formats as list "lbafs" (nlbaf + nulbaf + 1 of them, 64 at most). */
void lwnvme_describe_identify_namespace(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_namespace *identify);

/* Base, section 5.1.13.2.8: what all command sets share. */
void lwnvme_describe_independent_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_independent_namespace *identify);

/* Of one command set, CNS 05h and 06h. `common` says how many LBA formats there are; NULL: only the first is shown.
 * NVM, ZNS and KV, section 4.1.5. */
void lwnvme_describe_identify_nvm_namespace(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_nvm_namespace *identify,
                                            const struct lwnvme_identify_namespace *common);
void lwnvme_describe_identify_nvm_controller(struct lwnvme_describe *describe,
                                             const struct lwnvme_identify_nvm_controller *identify);
void lwnvme_describe_identify_zns_namespace(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_zns_namespace *identify,
                                            const struct lwnvme_identify_namespace *common);
void lwnvme_describe_identify_zns_controller(struct lwnvme_describe *describe,
                                             const struct lwnvme_identify_zns_controller *identify);
void lwnvme_describe_identify_kv_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_kv_namespace *identify);
void lwnvme_describe_identify_kv_controller(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_kv_controller *identify);

/* Base, section 5.1.13.2.19: the combinations of command sets. */
void lwnvme_describe_io_command_sets(struct lwnvme_describe *describe,
                                     const struct lwnvme_identify_io_command_sets *identify);

/* Base, sections 4.6.2 "Namespace List" and 4.6.1 "Controller List". */
void lwnvme_describe_namespace_list(struct lwnvme_describe *describe,
                                    const struct lwnvme_identify_namespace_list *list);
void lwnvme_describe_controller_list(struct lwnvme_describe *describe,
                                     const struct lwnvme_identify_controller_list *list);

/* Base, section 5.1.13.2.3 "Namespace Identification Descriptor list": `length` bytes of descriptors. */
void lwnvme_describe_namespace_descriptors(struct lwnvme_describe *describe, const void *descriptors,
                                           size_t length);

/* Base, sections 5.1.13.2.4, 5.1.13.3.1, 5.1.13.3.2, and 5.1.13.2.13 to 5.1.13.2.16. */
void lwnvme_describe_nvm_set_list(struct lwnvme_describe *describe,
                                  const struct lwnvme_identify_nvm_set_list *list);
void lwnvme_describe_primary_controller(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_primary_controller *identify);
void lwnvme_describe_secondary_controller_list(struct lwnvme_describe *describe,
                                               const struct lwnvme_identify_secondary_controller_list *list);
void lwnvme_describe_granularity_list(struct lwnvme_describe *describe,
                                      const struct lwnvme_identify_granularity_list *list);
void lwnvme_describe_uuid_list(struct lwnvme_describe *describe,
                               const struct lwnvme_identify_uuid_list *list);
void lwnvme_describe_domain_list(struct lwnvme_describe *describe,
                                 const struct lwnvme_identify_domain_list *list);
void lwnvme_describe_endurance_group_list(struct lwnvme_describe *describe,
                                          const struct lwnvme_identify_endurance_group_list *list);

/* ---- Logs ---------------------------------------------------------------------------------------------- */

/* Base, section 5.1.12.1.3 "SMART / Health Information". */
void lwnvme_describe_smart_log(struct lwnvme_describe *describe, const struct lwnvme_smart_log *log);

/* Base, section 5.1.12.1.2 "Error Information": a list "errors" of entry_count entries, those not in use (ecnt 0) among
 * them: count the entries up to the first of these if only errors are wanted. */
void lwnvme_describe_error_log(struct lwnvme_describe *describe, const struct lwnvme_error_log_entry *entries,
                               size_t entry_count);

/* Base, section 5.1.12.1.4 "Firmware Slot Information". */
void lwnvme_describe_firmware_slot_log(struct lwnvme_describe *describe,
                                       const struct lwnvme_firmware_slot_log *log);

/* Base, section 5.1.12.1.5: the changed namespaces of either list. */
void lwnvme_describe_changed_namespaces_log(struct lwnvme_describe *describe,
                                            const struct lwnvme_changed_namespaces_log *log);

/* What is supported, with the names of log pages, opcodes and features: Base, sections 5.1.12.1.1, 5.1.12.1.6 (csi: the
 * command set that was asked for) and 5.1.12.1.18 to 5.1.12.1.20. */
void lwnvme_describe_supported_log_pages(struct lwnvme_describe *describe,
                                         const struct lwnvme_supported_log_pages *log);
void lwnvme_describe_effects_log(struct lwnvme_describe *describe, const struct lwnvme_effects_log *log,
                                 uint8_t csi);
void lwnvme_describe_feature_effects_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_feature_effects_log *log);
void lwnvme_describe_mi_effects_log(struct lwnvme_describe *describe,
                                    const struct lwnvme_mi_effects_log *log);
void lwnvme_describe_lockdown_log(struct lwnvme_describe *describe, const struct lwnvme_lockdown_log *log);

/* Base, sections 5.1.12.1.7 to 5.1.12.1.10. Of self-test results those that are in use. */
void lwnvme_describe_self_test_log(struct lwnvme_describe *describe, const struct lwnvme_self_test_log *log);
void lwnvme_describe_telemetry_header(struct lwnvme_describe *describe,
                                      const struct lwnvme_telemetry_header *header);
void lwnvme_describe_endurance_group_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_endurance_group_log *log);

/* Log pages that are as long as their headers say: `length` bytes of them are at hand, and no more are read. Base,
 * sections 5.1.12.1.12 and 5.1.12.1.15 (both aggregates), 5.1.12.1.13, 5.1.12.1.16, 5.1.12.1.17; NVM, section
 * 4.1.4.5. */
void lwnvme_describe_aggregate_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_ana_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_lba_status_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_media_unit_status_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_capacity_configurations_log(struct lwnvme_describe *describe, const void *log,
                                                 size_t length);

/* Base, sections 5.1.12.1.11, 5.1.12.1.21, 5.1.12.1.22, 5.1.12.1.32, 5.1.12.1.33; ZNS, "Changed Zone List". */
void lwnvme_describe_predictable_latency_log(struct lwnvme_describe *describe,
                                             const struct lwnvme_predictable_latency_log *log);
void lwnvme_describe_boot_partition_header(struct lwnvme_describe *describe,
                                           const struct lwnvme_boot_partition_header *header);
void lwnvme_describe_rotational_media_log(struct lwnvme_describe *describe,
                                          const struct lwnvme_rotational_media_log *log);
void lwnvme_describe_reservation_notification_log(struct lwnvme_describe *describe,
                                                  const struct lwnvme_reservation_notification_log *log);
void lwnvme_describe_sanitize_status_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_sanitize_status_log *log);
void lwnvme_describe_changed_zones_log(struct lwnvme_describe *describe,
                                       const struct lwnvme_changed_zones_log *log);

/* Base, section 5.1.12.1.14 "Persistent Event": the header; one event (its header, and what it holds if all of that is
 * within `length`; returns its size, 0 if it is not whole); `length` bytes of the log page. */
void lwnvme_describe_persistent_event_header(struct lwnvme_describe *describe,
                                             const struct lwnvme_persistent_event_header *header);
size_t lwnvme_describe_persistent_event(struct lwnvme_describe *describe, const void *event, size_t length);
void lwnvme_describe_persistent_event_log(struct lwnvme_describe *describe, const void *log, size_t length);

/* Flexible Data Placement: Base, sections 5.1.12.1.28 to 5.1.12.1.31. */
void lwnvme_describe_fdp_configurations_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_fdp_usage_log(struct lwnvme_describe *describe, const void *log, size_t length);
void lwnvme_describe_fdp_statistics_log(struct lwnvme_describe *describe,
                                        const struct lwnvme_fdp_statistics_log *log);
void lwnvme_describe_fdp_events_log(struct lwnvme_describe *describe, const void *log, size_t length);

/* ---- Features ------------------------------------------------------------------------------------------ */

/*
 * A feature's name, its value (completion dword 0 of Get Features) and that in words, and its data structure if it has
 * one: `length` bytes at `data`; NULL and 0 if there is none. The data of features without a structure are ignored.
 * Base, section 5.1.25; NVM, section 4.1.3.
 */
void lwnvme_describe_feature(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0, const void *data,
                             size_t length);

/* Completion dword 0 of Get Features with SEL "supported capabilities". Base, section 5.1.11. */
void lwnvme_describe_feature_capabilities(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0);

/* ---- What other commands return ------------------------------------------------------------------------ */

/* Directive Receive. Base, section 8.1.8 "Directives". */
void lwnvme_describe_directive_parameters(struct lwnvme_describe *describe,
                                          const struct lwnvme_directive_parameters *parameters);
void lwnvme_describe_stream_parameters(struct lwnvme_describe *describe,
                                       const struct lwnvme_stream_parameters *parameters);
void lwnvme_describe_stream_status(struct lwnvme_describe *describe,
                                   const struct lwnvme_stream_status *status);

/* Get LBA Status: `length` bytes of its list. NVM, section 4.2.1. */
void lwnvme_describe_lba_status_list(struct lwnvme_describe *describe, const void *list, size_t length);

/* ---- By number ----------------------------------------------------------------------------------------- */

/* Any identify structure (4096 bytes) by its CNS, and its CSI where that matters; any log page by its
 * identifier. false, and nothing is said: not known here, or the memory is shorter than the structure. These
 * link all of the above. */
bool lwnvme_describe_identify(struct lwnvme_describe *describe, uint8_t cns, uint8_t csi, const void *data);
bool lwnvme_describe_log(struct lwnvme_describe *describe, uint8_t lid, uint8_t csi, const void *data,
                         size_t length);

/* ---- Status -------------------------------------------------------------------------------------------- */

/* Any status of the library or the controller: value, words, and the fields of a controller's. */
void lwnvme_describe_status(struct lwnvme_describe *describe, int status);

/* Completion dword 0 of an Asynchronous Event Request. Base, section 5.1.2. */
void lwnvme_describe_event(struct lwnvme_describe *describe, uint32_t dword0);

#ifdef __cplusplus
}
#endif

#endif

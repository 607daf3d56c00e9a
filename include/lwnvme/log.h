/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: log pages. Asynchronous; the blocking forms are in sync.h and sync_log.h. Telemetry and the persistent
 * event log, which can be long, are in log_stream.h.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only from commands that succeeded, before the callback. Callbacks come from
 * lwnvme_controller_poll. Controller owner's context; the controller must be ready. 0: accepted; else refused by
 * name: LWNVME_ERR_INVALID_ARGUMENT is a length, an offset or an identifier that is out of its range.
 *
 * The typed calls ask what the controller says of itself first (lwnvme_log_support), and look through what it
 * delivered before the callback: LWNVME_ERR_LOG_DATA in request->status means that it makes no sense, and the data are
 * there to be looked at. Reading a log page clears the event that pointed at it, with lwnvme_log_read unless
 * retain_event is set.
 */
#ifndef LWNVME_LOG_H
#define LWNVME_LOG_H

#include "controller.h"
#include "spec_log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which log page, and which part of it. What stays 0 is not used by most of them. */
struct lwnvme_log_select {
    uint8_t lid;           /* LWNVME_LOG_... */
    uint8_t lsp;           /* log specific parameter, 0 to 127 */
    bool retain_event;     /* RAE: an asynchronous event that points at this log stays */
    uint32_t nsid;         /* LWNVME_NSID_ALL for the whole controller */
    uint64_t offset_bytes; /* a multiple of 4; not 0 only if the controller can (LPA bit 2) */
    uint16_t lsi;          /* log specific identifier: an endurance group, an NVM set, a domain */
    uint8_t csi;           /* command set */
    uint8_t uuid_index;    /* 0 to 127; 0: none */
    bool
        offset_is_index; /* OT: offset_bytes is the number of an entry, from 0; where LWNVME_LIDS_IOS says so */
};

/*
 * length_bytes (at least 4, a multiple of 4) of a log page from its offset on. More than 4096 are read by several
 * commands, one after the other, which needs a controller that takes offsets (LWNVME_ERR_NO_LOG_OFFSET), and not
 * with offset_is_index. All commands but the last retain the event, so it is cleared once, at the end, when all
 * has arrived; with retain_event none clears it. When one fails the rest is not asked for; bytes_done says how
 * many bytes have arrived, from the start. lsp goes with each command: what makes the controller capture or open
 * something is told once, by a read of up to 4096 bytes, or by the calls of log_stream.h.
 * NVM Express Base Specification 2.1, section 5.1.12 "Get Log Page command".
 */
int lwnvme_log_read(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_log_select *select, void *data, uint32_t length_bytes);

/*
 * Whether there is a log page: 0, or the LWNVME_ERR_NO_... that names what the controller lacks by LPA, OACS, ONCS,
 * CTRATT, OAES, SANICAP, CMIC or CAP. `pages`: NULL, or what lwnvme_log_supported_pages delivered; then a page that
 * is not listed there is LWNVME_ERR_NO_LOG_PAGE. Pages that are not known here count as there. Owner's context, the
 * controller ready; no command is sent.
 */
int lwnvme_log_support(const struct lwnvme_controller *controller, uint8_t lid,
                       const struct lwnvme_supported_log_pages *pages);

/* ---- Log pages of one size ----------------------------------------------------------------------------- */

/* Which log pages there are. LPA bit 5. Section 5.1.12.1.1 "Supported Log Pages". */
int lwnvme_log_supported_pages(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_supported_log_pages *pages);

/*
 * entry_count entries of the Error Information log page from `first` on, newest first: 1 to 64 in one call.
 * first + entry_count is at most the controller's elpe; first is not 0 only if LPA allows offsets. An entry
 * whose ecnt is 0 is empty. Section 5.1.12.1.2 "Error Information".
 */
int lwnvme_log_error(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t first,
                     uint32_t entry_count, struct lwnvme_error_log_entry *entries);

/* The SMART / Health Information log page of the whole controller (nsid LWNVME_NSID_ALL) or,
 * if LPA bit 0 is set (else LWNVME_ERR_NO_LOG_PAGE), of a namespace.
 * Section 5.1.12.1.3 "SMART / Health Information". */
int lwnvme_log_smart(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                     struct lwnvme_smart_log *smart);

/* The running slot is 1 to 7. Section 5.1.12.1.4 "Firmware Slot Information". */
int lwnvme_log_firmware_slots(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_firmware_slot_log *slots);

/*
 * Namespaces that changed since this was last read, attached ones or (allocated) allocated ones: identifiers in
 * ascending order up to the first 0, or LWNVME_NSID_ALL alone: more than the list can hold. OAES bit 8 or 19.
 * Sections 5.1.12.1.5 "Changed Attached Namespace List", 5.1.12.1.27 "Changed Allocated Namespace List".
 */
int lwnvme_log_changed_namespaces(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  bool allocated, struct lwnvme_changed_namespaces_log *changed);

/* What commands do, of the command set csi as far as I/O commands go. LPA bit 1. What follows from it, also where
 * there is none: effects.h. Section 5.1.12.1.6 "Commands Supported and Effects". */
int lwnvme_log_effects(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t csi,
                       struct lwnvme_effects_log *effects);

/* The test under way, at most 100 percent of it, and the last results. OACS bit 4.
 * Section 5.1.12.1.7 "Device Self-test". */
int lwnvme_log_self_test(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         struct lwnvme_self_test_log *log);

/* endgid: 1 to ENDGIDMAX, else LWNVME_ERR_INVALID_ARGUMENT. CTRATT bit 4.
 * Section 5.1.12.1.10 "Endurance Group Information". */
int lwnvme_log_endurance_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t endgid, struct lwnvme_endurance_group_log *log);

/* nvmsetid: 1 to NSETIDMAX, else LWNVME_ERR_INVALID_ARGUMENT. CTRATT bit 5.
 * Section 5.1.12.1.11 "Predictable Latency Per NVM Set". */
int lwnvme_log_predictable_latency(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t nvmsetid, struct lwnvme_predictable_latency_log *log);

/* Which features there are, of the command set csi, and what setting them does. LPA bit 5.
 * Section 5.1.12.1.18 "Feature Identifiers Supported and Effects". */
int lwnvme_log_feature_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t csi, struct lwnvme_feature_effects_log *effects);

/* LPA bit 5 and OACS bit 6. Section 5.1.12.1.19 "NVMe-MI Commands Supported and Effects". */
int lwnvme_log_mi_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_mi_effects_log *effects);

/* Opcodes or features that are, or can be, prohibited; scope: LWNVME_LOCKDOWN_LOG_SCOPE_..., contents:
 * LWNVME_LOCKDOWN_LOG_CAN_BE_PROHIBITED and the like. OACS bit 10.
 * Section 5.1.12.1.20 "Command and Feature Lockdown". */
int lwnvme_log_lockdown(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t scope,
                        uint8_t contents, struct lwnvme_lockdown_log *log);

/* length_bytes of the data of boot partition 0 or 1, from offset_bytes on (both multiples of 4), as lwnvme_log_read
 * reads; not beyond the size that BPINFO tells. CAP.BPS. See also boot_partition.h.
 * Section 5.1.12.1.21 "Boot Partition". */
int lwnvme_log_boot_partition(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t partition, uint64_t offset_bytes, void *data, uint32_t length_bytes);

/* endgid: as above. CTRATT bit 4. Section 5.1.12.1.22 "Rotational Media Information". */
int lwnvme_log_rotational_media(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint16_t endgid, struct lwnvme_rotational_media_log *log);

/* CTRATT bit 19. Section 5.1.12.1.30 "FDP Statistics". */
int lwnvme_log_fdp_statistics(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint16_t endgid, struct lwnvme_fdp_statistics_log *log);

/* Takes the oldest notification away. ONCS bit 5. Section 5.1.12.1.32 "Reservation Notification". */
int lwnvme_log_reservation_notification(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        struct lwnvme_reservation_notification_log *log);

/* SANICAP. Section 5.1.12.1.33 "Sanitize Status". */
int lwnvme_log_sanitize_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_sanitize_status_log *log);

/* Zones of a namespace that changed by themselves since this was last read: nrzid is at most
 * LWNVME_CHANGED_ZONES_ENTRIES, or LWNVME_CHANGED_ZONES_TOO_MANY. OAES bit 27.
 * Zoned Namespace Command Set Specification 1.2, "Changed Zone List". */
int lwnvme_log_changed_zones(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t nsid, struct lwnvme_changed_zones_log *log);

/* ---- Log pages whose length is found by reading them --------------------------------------------------- */

struct lwnvme_log_shape;

/* Where such a log page goes: the caller's, in place until the callback. */
struct lwnvme_log_memory {
    /* In. */
    void *data;          /* any alignment */
    uint32_t room_bytes; /* of data: at least the log page's header */
    bool retain_event;

    /*
     * Out: the length of the log page as its header and its entries tell. With LWNVME_ERR_LOG_LENGTH so much room
     * is needed at least; where entries differ in length that may turn out to be too little again. `data` then
     * hold what they have room for, and the event has been retained.
     */
    uint32_t length_bytes;

    /* Private. */
    const struct lwnvme_log_shape *shape;
    uint32_t have_bytes;
    uint32_t piece_bytes;
    uint32_t walked_bytes;
    uint32_t entries_left;
    uint32_t restarts;
    uint32_t closing;
    uint8_t header[64];
};

/*
 * All of these read the header, then as much as it and the entries call for, then the header once more: if that has
 * changed they begin again, three times at the most (LWNVME_ERR_LOG_CHANGED). The last reading clears the event.
 * Counts and lengths that cannot be are LWNVME_ERR_LOG_DATA. bytes_done: what has arrived.
 * More than a page needs a controller that takes offsets (LWNVME_ERR_NO_LOG_OFFSET, in request->status).
 * Refused: LWNVME_ERR_INVALID_ARGUMENT if there is not even room for the header.
 *
 * lwnvme_log_entry_next finds the entries afterwards: given 0 the offset in `data` of the first one, given an entry's
 * offset that of the one after it, 0 if there is none that is there whole. Callable anywhere.
 */
uint32_t lwnvme_log_entry_next(const struct lwnvme_log_memory *memory, uint32_t offset_bytes);

/* struct lwnvme_aggregate_header, then le16 each. OAES bits 14 and 12.
 * Sections 5.1.12.1.15 "Endurance Group Event Aggregate", 5.1.12.1.12 "Predictable Latency Event Aggregate". */
int lwnvme_log_endurance_group_aggregate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                         struct lwnvme_log_memory *memory);
int lwnvme_log_predictable_latency_aggregate(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request,
                                             struct lwnvme_log_memory *memory);

/* struct lwnvme_ana_header, then struct lwnvme_ana_group each, with its namespaces behind it unless groups_only.
 * CMIC bit 3. Section 5.1.12.1.13 "Asymmetric Namespace Access". */
int lwnvme_log_ana(struct lwnvme_controller *controller, struct lwnvme_request *request, bool groups_only,
                   struct lwnvme_log_memory *memory);

/* struct lwnvme_lba_status_log_header, then struct lwnvme_lba_status_log_element each, with its ranges behind it.
 * OACS bit 9 or OAES bit 13. NVM Command Set Specification 1.1, section 4.1.4.5 "LBA Status Information". */
int lwnvme_log_lba_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_log_memory *memory);

/* struct lwnvme_media_unit_status_header, then struct lwnvme_media_unit_status each. domain: 0 if there is but one.
 * CTRATT bit 11 or 12. Section 5.1.12.1.16 "Media Unit Status". */
int lwnvme_log_media_unit_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t domain, struct lwnvme_log_memory *memory);

/* struct lwnvme_capacity_configurations_header, then struct lwnvme_capacity_configuration each, with its endurance
 * groups behind it. CTRATT bit 11. Section 5.1.12.1.17 "Supported Capacity Configuration List". */
int lwnvme_log_capacity_configurations(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint16_t domain, struct lwnvme_log_memory *memory);

/* struct lwnvme_fdp_configurations_header, then struct lwnvme_fdp_configuration each, with its handles behind it.
 * CTRATT bit 19. Section 5.1.12.1.28 "FDP Configurations". */
int lwnvme_log_fdp_configurations(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint16_t endgid, struct lwnvme_log_memory *memory);

/* struct lwnvme_fdp_usage_header, then struct lwnvme_fdp_usage each.
 * CTRATT bit 19. Section 5.1.12.1.29 "Reclaim Unit Handle Usage". */
int lwnvme_log_fdp_usage(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         uint16_t endgid, struct lwnvme_log_memory *memory);

/* struct lwnvme_fdp_events_header, then struct lwnvme_fdp_event each, the oldest first: host events, or the
 * controller's. CTRATT bit 19. Section 5.1.12.1.31 "FDP Events". */
int lwnvme_log_fdp_events(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          uint16_t endgid, bool host_events, struct lwnvme_log_memory *memory);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Log pages of one size: a row for each says what there is to know, and a function looks at what the controller
 * delivered. All take the same way, lwnvme_log_fixed. Controller owner's context.
 */
#include "log_private.h"

enum lwnvme_log_of {
    LWNVME_LOG_OF_NOTHING,
    LWNVME_LOG_OF_GROUP,
    LWNVME_LOG_OF_NVM_SET,
    LWNVME_LOG_OF_NAMESPACE
};

struct lwnvme_log_row {
    uint8_t lid;
    uint8_t of;     /* what `which` names */
    uint16_t bytes; /* at most a page */
    bool of_all;    /* NSID is that of all namespaces */
    /* NULL, or whether what has arrived makes sense. */
    bool (*good)(const void *data, const struct lwnvme_command *command);
};

/* What else a command names: LSI, CSI << 16, LSP << 24; or a namespace. */
#define LWNVME_LOG_WHICH_CSI(csi) ((uint32_t)(csi) << 16)
#define LWNVME_LOG_WHICH_LSP(lsp) ((uint32_t)(lsp) << 24)

static bool lwnvme_log_fixed_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_log_row *row = (const struct lwnvme_log_row *)request->internal_context;

    if (request->status == LWNVME_OK && row->good != NULL && !row->good(request->copy, &request->command))
        request->status = LWNVME_ERR_LOG_DATA;
    return false;
}

static int lwnvme_log_which_check(const struct lwnvme_controller *controller, uint32_t of, uint32_t which)
{
    if (of == LWNVME_LOG_OF_GROUP && !lwnvme_log_is_endurance_group(controller, (uint16_t)which))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (of == LWNVME_LOG_OF_NVM_SET &&
        (which == 0 || which > lwnvme_le16_get(&lwnvme_identify_copy(controller)->nsetidmax)))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return of == LWNVME_LOG_OF_NAMESPACE && (which == 0 || which > controller->info.nn)
               ? LWNVME_ERR_NS_INVALID_ID
               : LWNVME_OK;
}

/* Whether a log page may be asked for. */
static int lwnvme_log_fixed_check(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t lid)
{
    const int status = lwnvme_admin_check(controller, request);

    return status == LWNVME_OK ? lwnvme_log_support(controller, lid, NULL) : status;
}

static int lwnvme_log_fixed(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t which, void *data, const struct lwnvme_log_row *row)
{
    struct lwnvme_log_select select = {.lid = row->lid, .nsid = row->of_all ? LWNVME_NSID_ALL : 0};
    int status = lwnvme_log_fixed_check(controller, request, row->lid);

    if (status == LWNVME_OK)
        status = lwnvme_log_which_check(controller, row->of, which);
    if (row->of == LWNVME_LOG_OF_NAMESPACE) {
        select.nsid = which;
        select.csi = LWNVME_CSI_ZONED; /* the one that there is */
    } else {
        select.lsi = (uint16_t)which;
        select.csi = (uint8_t)(which >> 16);
        select.lsp = (uint8_t)(which >> 24);
    }
    if (status == LWNVME_OK)
        status = lwnvme_log_read(controller, request, &select, data, row->bytes);
    if (status != LWNVME_OK)
        return status;
    request->internal_context = (void *)(uintptr_t)row; /* only read */
    request->page_next = lwnvme_log_fixed_arrived;
    return LWNVME_OK;
}

static const struct lwnvme_log_row lwnvme_supported_pages_row = {
    .lid = LWNVME_LOG_SUPPORTED_LOG_PAGES,
    .bytes = sizeof(struct lwnvme_supported_log_pages),
};

int lwnvme_log_supported_pages(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_supported_log_pages *pages)
{
    return lwnvme_log_fixed(controller, request, 0, pages, &lwnvme_supported_pages_row);
}

static bool lwnvme_firmware_slots_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_firmware_slot_log *log = (const struct lwnvme_firmware_slot_log *)data;

    (void)command;
    return lwnvme_field_get(log->afi, LWNVME_FIRMWARE_AFI_CURRENT) != 0;
}

static const struct lwnvme_log_row lwnvme_firmware_slots_row = {
    .lid = LWNVME_LOG_FIRMWARE_SLOT,
    .bytes = sizeof(struct lwnvme_firmware_slot_log),
    .of_all = true,
    .good = lwnvme_firmware_slots_good,
};

int lwnvme_log_firmware_slots(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_firmware_slot_log *slots)
{
    return lwnvme_log_fixed(controller, request, 0, slots, &lwnvme_firmware_slots_row);
}

/* Ascending, then nothing but zeros; or the one entry that stands for all. */
static bool lwnvme_changed_namespaces_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_changed_namespaces_log *log = (const struct lwnvme_changed_namespaces_log *)data;
    uint32_t last = lwnvme_le32_get(&log->nsid[0]);
    uint32_t nsid;
    uint32_t index;

    (void)command;
    if (last == LWNVME_NSID_ALL)
        return true;
    for (index = 1; index < LWNVME_NAMESPACE_LIST_ENTRIES; index++) {
        nsid = lwnvme_le32_get(&log->nsid[index]);
        if (last == 0 ? nsid != 0 : nsid == LWNVME_NSID_ALL || (nsid != 0 && nsid <= last))
            return false;
        last = nsid;
    }
    return true;
}

static const struct lwnvme_log_row lwnvme_changed_attached_row = {
    .lid = LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES,
    .bytes = sizeof(struct lwnvme_changed_namespaces_log),
    .of_all = true,
    .good = lwnvme_changed_namespaces_good,
};

static const struct lwnvme_log_row lwnvme_changed_allocated_row = {
    .lid = LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES,
    .bytes = sizeof(struct lwnvme_changed_namespaces_log),
    .of_all = true,
    .good = lwnvme_changed_namespaces_good,
};

int lwnvme_log_changed_namespaces(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  bool allocated, struct lwnvme_changed_namespaces_log *changed)
{
    return lwnvme_log_fixed(controller, request, 0, changed,
                            allocated ? &lwnvme_changed_allocated_row : &lwnvme_changed_attached_row);
}

static const struct lwnvme_log_row lwnvme_effects_row = {
    .lid = LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS,
    .bytes = sizeof(struct lwnvme_effects_log),
    .of_all = true,
};

int lwnvme_log_effects(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t csi,
                       struct lwnvme_effects_log *effects)
{
    return lwnvme_log_fixed(controller, request, LWNVME_LOG_WHICH_CSI(csi), effects, &lwnvme_effects_row);
}

static bool lwnvme_self_test_log_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_self_test_log *log = (const struct lwnvme_self_test_log *)data;

    (void)command;
    return lwnvme_field_get(log->cdsto, LWNVME_SELF_TEST_CDSTO) == 0 ||
           lwnvme_field_get(log->cdstc, LWNVME_SELF_TEST_CDSTC) <= 100u;
}

static const struct lwnvme_log_row lwnvme_self_test_log_row = {
    .lid = LWNVME_LOG_DEVICE_SELF_TEST,
    .bytes = sizeof(struct lwnvme_self_test_log),
    .of_all = true,
    .good = lwnvme_self_test_log_good,
};

int lwnvme_log_self_test(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         struct lwnvme_self_test_log *log)
{
    return lwnvme_log_fixed(controller, request, 0, log, &lwnvme_self_test_log_row);
}

static const struct lwnvme_log_row lwnvme_endurance_group_log_row = {
    .lid = LWNVME_LOG_ENDURANCE_GROUP,
    .bytes = sizeof(struct lwnvme_endurance_group_log),
    .of = LWNVME_LOG_OF_GROUP,
};

int lwnvme_log_endurance_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t endgid, struct lwnvme_endurance_group_log *log)
{
    return lwnvme_log_fixed(controller, request, endgid, log, &lwnvme_endurance_group_log_row);
}

static bool lwnvme_rotational_media_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_rotational_media_log *log = (const struct lwnvme_rotational_media_log *)data;

    return lwnvme_le16_get(&log->endgid) == lwnvme_field_get(command->cdw11, LWNVME_GET_LOG_CDW11_LSI);
}

static const struct lwnvme_log_row lwnvme_rotational_media_row = {
    .lid = LWNVME_LOG_ROTATIONAL_MEDIA,
    .bytes = sizeof(struct lwnvme_rotational_media_log),
    .of = LWNVME_LOG_OF_GROUP,
    .good = lwnvme_rotational_media_good,
};

int lwnvme_log_rotational_media(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint16_t endgid, struct lwnvme_rotational_media_log *log)
{
    return lwnvme_log_fixed(controller, request, endgid, log, &lwnvme_rotational_media_row);
}

static const struct lwnvme_log_row lwnvme_fdp_statistics_row = {
    .lid = LWNVME_LOG_FDP_STATISTICS,
    .bytes = sizeof(struct lwnvme_fdp_statistics_log),
    .of = LWNVME_LOG_OF_GROUP,
};

int lwnvme_log_fdp_statistics(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint16_t endgid, struct lwnvme_fdp_statistics_log *log)
{
    return lwnvme_log_fixed(controller, request, endgid, log, &lwnvme_fdp_statistics_row);
}

static bool lwnvme_predictable_latency_log_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_predictable_latency_log *log = (const struct lwnvme_predictable_latency_log *)data;

    (void)command;
    return lwnvme_field_get(log->status, LWNVME_PREDICTABLE_LATENCY_STATUS) <=
           LWNVME_PREDICTABLE_LATENCY_NDWIN;
}

static const struct lwnvme_log_row lwnvme_predictable_latency_log_row = {
    .lid = LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET,
    .bytes = sizeof(struct lwnvme_predictable_latency_log),
    .of = LWNVME_LOG_OF_NVM_SET,
    .good = lwnvme_predictable_latency_log_good,
};

int lwnvme_log_predictable_latency(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t nvmsetid, struct lwnvme_predictable_latency_log *log)
{
    return lwnvme_log_fixed(controller, request, nvmsetid, log, &lwnvme_predictable_latency_log_row);
}

static const struct lwnvme_log_row lwnvme_feature_effects_row = {
    .lid = LWNVME_LOG_FEATURE_IDENTIFIERS,
    .bytes = sizeof(struct lwnvme_feature_effects_log),
};

int lwnvme_log_feature_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t csi, struct lwnvme_feature_effects_log *effects)
{
    return lwnvme_log_fixed(controller, request, LWNVME_LOG_WHICH_CSI(csi), effects,
                            &lwnvme_feature_effects_row);
}

static const struct lwnvme_log_row lwnvme_mi_effects_row = {
    .lid = LWNVME_LOG_NVME_MI_COMMANDS,
    .bytes = sizeof(struct lwnvme_mi_effects_log),
};

int lwnvme_log_mi_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_mi_effects_log *effects)
{
    return lwnvme_log_fixed(controller, request, 0, effects, &lwnvme_mi_effects_row);
}

/* It says of what it is the list. */
static bool lwnvme_lockdown_log_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_lockdown_log *log = (const struct lwnvme_lockdown_log *)data;

    return (log->cfila & 0x3fu) == lwnvme_field_get(command->cdw10, LWNVME_GET_LOG_CDW10_LSP);
}

static const struct lwnvme_log_row lwnvme_lockdown_log_row = {
    .lid = LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN,
    .bytes = sizeof(struct lwnvme_lockdown_log),
    .good = lwnvme_lockdown_log_good,
};

int lwnvme_log_lockdown(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t scope,
                        uint8_t contents, struct lwnvme_lockdown_log *log)
{
    const int status = lwnvme_log_fixed_check(controller, request, LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN);

    if (status != LWNVME_OK)
        return status;
    if (scope > 15u || contents > LWNVME_LOCKDOWN_LOG_PROHIBITED_OUTSIDE)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_log_fixed(controller, request,
                            LWNVME_LOG_WHICH_LSP(lwnvme_field_put(scope, LWNVME_LOCKDOWN_LOG_SCOPE) |
                                                 lwnvme_field_put(contents, LWNVME_LOCKDOWN_LOG_CONTENTS)),
                            log, &lwnvme_lockdown_log_row);
}

int lwnvme_log_boot_partition(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t partition, uint64_t offset_bytes, void *data, uint32_t length_bytes)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_BOOT_PARTITION};
    uint64_t size_bytes;
    const int status = lwnvme_log_fixed_check(controller, request, select.lid);

    if (status != LWNVME_OK)
        return status;
    size_bytes =
        (uint64_t)lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_BPINFO), LWNVME_BPINFO_BPSZ)
        << LWNVME_BPSZ_UNIT_BITS;
    if (partition > 1u || offset_bytes > size_bytes || length_bytes > size_bytes - offset_bytes)
        return LWNVME_ERR_INVALID_ARGUMENT;
    select.lsp = partition;
    select.offset_bytes = sizeof(struct lwnvme_boot_partition_header) + offset_bytes;
    return lwnvme_log_read(controller, request, &select, data, length_bytes);
}

static bool lwnvme_reservation_notification_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_reservation_notification_log *log =
        (const struct lwnvme_reservation_notification_log *)data;

    (void)command;
    return log->rnlpt <= LWNVME_RESERVATION_NOTIFICATION_RESERVATION_PREEMPTED &&
           lwnvme_le32_get(&log->nsid) != LWNVME_NSID_ALL;
}

static const struct lwnvme_log_row lwnvme_reservation_notification_row = {
    .lid = LWNVME_LOG_RESERVATION_NOTIFICATION,
    .bytes = sizeof(struct lwnvme_reservation_notification_log),
    .good = lwnvme_reservation_notification_good,
};

int lwnvme_log_reservation_notification(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        struct lwnvme_reservation_notification_log *log)
{
    return lwnvme_log_fixed(controller, request, 0, log, &lwnvme_reservation_notification_row);
}

static bool lwnvme_sanitize_status_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_sanitize_status_log *log = (const struct lwnvme_sanitize_status_log *)data;

    (void)command;
    return lwnvme_field_get(lwnvme_le16_get(&log->sstat), LWNVME_SANITIZE_SSTAT_SOS) <=
           LWNVME_SANITIZE_SOS_SUCCEEDED_DEALLOCATED;
}

static const struct lwnvme_log_row lwnvme_sanitize_status_row = {
    .lid = LWNVME_LOG_SANITIZE_STATUS,
    .bytes = sizeof(struct lwnvme_sanitize_status_log),
    .of_all = true,
    .good = lwnvme_sanitize_status_good,
};

int lwnvme_log_sanitize_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_sanitize_status_log *log)
{
    return lwnvme_log_fixed(controller, request, 0, log, &lwnvme_sanitize_status_row);
}

static bool lwnvme_changed_zones_good(const void *data, const struct lwnvme_command *command)
{
    const struct lwnvme_changed_zones_log *log = (const struct lwnvme_changed_zones_log *)data;
    const uint32_t count = lwnvme_le16_get(&log->nrzid);

    (void)command;
    return count <= LWNVME_CHANGED_ZONES_ENTRIES || count == LWNVME_CHANGED_ZONES_TOO_MANY;
}

static const struct lwnvme_log_row lwnvme_changed_zones_row = {
    .lid = LWNVME_LOG_ZNS_CHANGED_ZONES,
    .bytes = sizeof(struct lwnvme_changed_zones_log),
    .of = LWNVME_LOG_OF_NAMESPACE,
    .good = lwnvme_changed_zones_good,
};

int lwnvme_log_changed_zones(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t nsid, struct lwnvme_changed_zones_log *log)
{
    return lwnvme_log_fixed(controller, request, nsid, log, &lwnvme_changed_zones_row);
}

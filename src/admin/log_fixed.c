/* SPDX-License-Identifier: MIT */
/*
 * Log pages of one size, each with the question whether the controller has it, and a look at what it delivered. All
 * take the same way: lwnvme_log_fixed sends it, a function of its own looks at the data when they have arrived.
 * Controller owner's context.
 */
#include "log_private.h"

typedef bool (*lwnvme_log_arrived)(struct lwnvme_request *request);

/* At most a page. `arrived` is asked once at the end. */
static int lwnvme_log_fixed(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_log_select *select, void *data, uint32_t length_bytes,
                            lwnvme_log_arrived arrived)
{
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select->lid, NULL);
    if (status == LWNVME_OK)
        status = lwnvme_log_read(controller, request, select, data, length_bytes);
    if (status == LWNVME_OK)
        request->page_next = arrived;
    return status;
}

/* As arrived functions end: the request is over, and the data are good or not. */
static bool lwnvme_log_verdict(struct lwnvme_request *request, bool good)
{
    if (request->status == LWNVME_OK && !good)
        request->status = LWNVME_ERR_LOG_DATA;
    return false;
}

int lwnvme_log_supported_pages(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_supported_log_pages *pages)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_SUPPORTED_LOG_PAGES};

    return lwnvme_log_fixed(controller, request, &select, pages, sizeof(*pages), NULL);
}

static bool lwnvme_firmware_slots_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_firmware_slot_log *log = (const struct lwnvme_firmware_slot_log *)request->copy;

    return lwnvme_log_verdict(request, lwnvme_field_get(log->afi, LWNVME_FIRMWARE_AFI_CURRENT) != 0);
}

int lwnvme_log_firmware_slots(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_firmware_slot_log *slots)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_FIRMWARE_SLOT, .nsid = LWNVME_NSID_ALL};

    return lwnvme_log_fixed(controller, request, &select, slots, sizeof(*slots),
                            lwnvme_firmware_slots_arrived);
}

/* Ascending, then nothing but zeros; or the one entry that stands for all. */
static bool lwnvme_changed_namespaces_good(const struct lwnvme_changed_namespaces_log *log)
{
    uint32_t last = lwnvme_le32_get(&log->nsid[0]);
    uint32_t nsid;
    uint32_t index;

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

static bool lwnvme_changed_namespaces_arrived(struct lwnvme_request *request)
{
    return lwnvme_log_verdict(
        request, lwnvme_changed_namespaces_good((const struct lwnvme_changed_namespaces_log *)request->copy));
}

int lwnvme_log_changed_namespaces(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  bool allocated, struct lwnvme_changed_namespaces_log *changed)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES,
                                       .nsid = LWNVME_NSID_ALL};

    if (allocated)
        select.lid = LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES;
    return lwnvme_log_fixed(controller, request, &select, changed, sizeof(*changed),
                            lwnvme_changed_namespaces_arrived);
}

int lwnvme_log_effects(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t csi,
                       struct lwnvme_effects_log *effects)
{
    struct lwnvme_log_select select = {
        .lid = LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS, .nsid = LWNVME_NSID_ALL, .csi = csi};

    return lwnvme_log_fixed(controller, request, &select, effects, sizeof(*effects), NULL);
}

static bool lwnvme_self_test_log_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_self_test_log *log = (const struct lwnvme_self_test_log *)request->copy;
    bool runs = lwnvme_field_get(log->cdsto, LWNVME_SELF_TEST_CDSTO) != 0;

    return lwnvme_log_verdict(request, !runs || lwnvme_field_get(log->cdstc, LWNVME_SELF_TEST_CDSTC) <= 100u);
}

int lwnvme_log_self_test(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         struct lwnvme_self_test_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_DEVICE_SELF_TEST, .nsid = LWNVME_NSID_ALL};

    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log), lwnvme_self_test_log_arrived);
}

/* Log pages of an endurance group: the group must be one that can be. */
static int lwnvme_log_of_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               const struct lwnvme_log_select *select, void *data, uint32_t length_bytes,
                               lwnvme_log_arrived arrived)
{
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select->lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_log_is_endurance_group(controller, select->lsi))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_log_fixed(controller, request, select, data, length_bytes, arrived);
}

int lwnvme_log_endurance_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t endgid, struct lwnvme_endurance_group_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ENDURANCE_GROUP, .lsi = endgid};

    return lwnvme_log_of_group(controller, request, &select, log, sizeof(*log), NULL);
}

static bool lwnvme_rotational_media_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_rotational_media_log *log = (const struct lwnvme_rotational_media_log *)request->copy;
    uint32_t asked = lwnvme_field_get(request->command.cdw11, LWNVME_GET_LOG_CDW11_LSI);

    return lwnvme_log_verdict(request, lwnvme_le16_get(&log->endgid) == asked);
}

int lwnvme_log_rotational_media(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint16_t endgid, struct lwnvme_rotational_media_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ROTATIONAL_MEDIA, .lsi = endgid};

    return lwnvme_log_of_group(controller, request, &select, log, sizeof(*log),
                               lwnvme_rotational_media_arrived);
}

int lwnvme_log_fdp_statistics(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint16_t endgid, struct lwnvme_fdp_statistics_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_FDP_STATISTICS, .lsi = endgid};

    return lwnvme_log_of_group(controller, request, &select, log, sizeof(*log), NULL);
}

static bool lwnvme_predictable_latency_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_predictable_latency_log *log =
        (const struct lwnvme_predictable_latency_log *)request->copy;

    return lwnvme_log_verdict(request, lwnvme_field_get(log->status, LWNVME_PREDICTABLE_LATENCY_STATUS) <=
                                           LWNVME_PREDICTABLE_LATENCY_NDWIN);
}

int lwnvme_log_predictable_latency(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t nvmsetid, struct lwnvme_predictable_latency_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET, .lsi = nvmsetid};
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select.lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (nvmsetid == 0 || nvmsetid > lwnvme_le16_get(&lwnvme_identify_copy(controller)->nsetidmax))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log),
                            lwnvme_predictable_latency_arrived);
}

int lwnvme_log_feature_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t csi, struct lwnvme_feature_effects_log *effects)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_FEATURE_IDENTIFIERS, .csi = csi};

    return lwnvme_log_fixed(controller, request, &select, effects, sizeof(*effects), NULL);
}

int lwnvme_log_mi_effects(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_mi_effects_log *effects)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_NVME_MI_COMMANDS};

    return lwnvme_log_fixed(controller, request, &select, effects, sizeof(*effects), NULL);
}

/* It says of what it is the list. */
static bool lwnvme_lockdown_log_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_lockdown_log *log = (const struct lwnvme_lockdown_log *)request->copy;
    uint32_t asked = lwnvme_field_get(request->command.cdw10, LWNVME_GET_LOG_CDW10_LSP);

    return lwnvme_log_verdict(request, (log->cfila & 0x3fu) == asked);
}

int lwnvme_log_lockdown(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t scope,
                        uint8_t contents, struct lwnvme_lockdown_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN};
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select.lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (scope > 15u || contents > LWNVME_LOCKDOWN_LOG_PROHIBITED_OUTSIDE)
        return LWNVME_ERR_INVALID_ARGUMENT;
    select.lsp = (uint8_t)(lwnvme_field_put(scope, LWNVME_LOCKDOWN_LOG_SCOPE) |
                           lwnvme_field_put(contents, LWNVME_LOCKDOWN_LOG_CONTENTS));
    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log), lwnvme_lockdown_log_arrived);
}

int lwnvme_log_boot_partition(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t partition, uint64_t offset_bytes, void *data, uint32_t length_bytes)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_BOOT_PARTITION};
    uint64_t size_bytes;
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select.lid, NULL);
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

static bool lwnvme_reservation_notification_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_reservation_notification_log *log =
        (const struct lwnvme_reservation_notification_log *)request->copy;

    return lwnvme_log_verdict(request, log->rnlpt <= LWNVME_RESERVATION_NOTIFICATION_RESERVATION_PREEMPTED &&
                                           lwnvme_le32_get(&log->nsid) != LWNVME_NSID_ALL);
}

int lwnvme_log_reservation_notification(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        struct lwnvme_reservation_notification_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_RESERVATION_NOTIFICATION};

    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log),
                            lwnvme_reservation_notification_arrived);
}

static bool lwnvme_sanitize_status_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_sanitize_status_log *log = (const struct lwnvme_sanitize_status_log *)request->copy;

    return lwnvme_log_verdict(request,
                              lwnvme_field_get(lwnvme_le16_get(&log->sstat), LWNVME_SANITIZE_SSTAT_SOS) <=
                                  LWNVME_SANITIZE_SOS_SUCCEEDED_DEALLOCATED);
}

int lwnvme_log_sanitize_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_sanitize_status_log *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_SANITIZE_STATUS, .nsid = LWNVME_NSID_ALL};

    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log), lwnvme_sanitize_status_arrived);
}

static bool lwnvme_changed_zones_arrived(struct lwnvme_request *request)
{
    const struct lwnvme_changed_zones_log *log = (const struct lwnvme_changed_zones_log *)request->copy;
    uint32_t count = lwnvme_le16_get(&log->nrzid);

    return lwnvme_log_verdict(request, count <= LWNVME_CHANGED_ZONES_ENTRIES ||
                                           count == LWNVME_CHANGED_ZONES_TOO_MANY);
}

int lwnvme_log_changed_zones(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t nsid, struct lwnvme_changed_zones_log *log)
{
    struct lwnvme_log_select select = {
        .lid = LWNVME_LOG_ZNS_CHANGED_ZONES, .nsid = nsid, .csi = LWNVME_CSI_ZONED};
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, select.lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (nsid == 0 || nsid > controller->info.nn)
        return LWNVME_ERR_NS_INVALID_ID;
    return lwnvme_log_fixed(controller, request, &select, log, sizeof(*log), lwnvme_changed_zones_arrived);
}

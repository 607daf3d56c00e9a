/* SPDX-License-Identifier: MIT */
/* The blocking forms of log.h: send, wait, say how it ended. See sync.c for how the blocking face waits. */
#include <lwnvme/sync.h>

#include "../core/core.h"
#include "sync_private.h"

int lwnvme_sync_log_supported_pages(struct lwnvme_controller *controller,
                                    struct lwnvme_supported_log_pages *pages)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_supported_pages(controller, &request, pages);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_firmware_slots(struct lwnvme_controller *controller,
                                   struct lwnvme_firmware_slot_log *slots)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_firmware_slots(controller, &request, slots);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_changed_namespaces(struct lwnvme_controller *controller, bool allocated,
                                       struct lwnvme_changed_namespaces_log *changed)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_changed_namespaces(controller, &request, allocated, changed);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_effects(struct lwnvme_controller *controller, uint8_t csi,
                            struct lwnvme_effects_log *effects)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_effects(controller, &request, csi, effects);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_self_test(struct lwnvme_controller *controller, struct lwnvme_self_test_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_self_test(controller, &request, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_endurance_group(struct lwnvme_controller *controller, uint16_t endgid,
                                    struct lwnvme_endurance_group_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_endurance_group(controller, &request, endgid, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_predictable_latency(struct lwnvme_controller *controller, uint16_t nvmsetid,
                                        struct lwnvme_predictable_latency_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_predictable_latency(controller, &request, nvmsetid, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_feature_effects(struct lwnvme_controller *controller, uint8_t csi,
                                    struct lwnvme_feature_effects_log *effects)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_feature_effects(controller, &request, csi, effects);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_mi_effects(struct lwnvme_controller *controller, struct lwnvme_mi_effects_log *effects)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_mi_effects(controller, &request, effects);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_lockdown(struct lwnvme_controller *controller, uint8_t scope, uint8_t contents,
                             struct lwnvme_lockdown_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_lockdown(controller, &request, scope, contents, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_boot_partition(struct lwnvme_controller *controller, uint8_t partition,
                                   uint64_t offset_bytes, void *data, uint32_t length_bytes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_boot_partition(controller, &request, partition, offset_bytes, data, length_bytes);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_rotational_media(struct lwnvme_controller *controller, uint16_t endgid,
                                     struct lwnvme_rotational_media_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_rotational_media(controller, &request, endgid, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_fdp_statistics(struct lwnvme_controller *controller, uint16_t endgid,
                                   struct lwnvme_fdp_statistics_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_fdp_statistics(controller, &request, endgid, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_reservation_notification(struct lwnvme_controller *controller,
                                             struct lwnvme_reservation_notification_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_reservation_notification(controller, &request, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_sanitize_status(struct lwnvme_controller *controller,
                                    struct lwnvme_sanitize_status_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_sanitize_status(controller, &request, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_changed_zones(struct lwnvme_controller *controller, uint32_t nsid,
                                  struct lwnvme_changed_zones_log *log)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_changed_zones(controller, &request, nsid, log);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_endurance_group_aggregate(struct lwnvme_controller *controller,
                                              struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_endurance_group_aggregate(controller, &request, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_predictable_latency_aggregate(struct lwnvme_controller *controller,
                                                  struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_predictable_latency_aggregate(controller, &request, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_ana(struct lwnvme_controller *controller, bool groups_only,
                        struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_ana(controller, &request, groups_only, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_lba_status(struct lwnvme_controller *controller, struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_lba_status(controller, &request, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_media_unit_status(struct lwnvme_controller *controller, uint16_t domain,
                                      struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_media_unit_status(controller, &request, domain, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_capacity_configurations(struct lwnvme_controller *controller, uint16_t domain,
                                            struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_capacity_configurations(controller, &request, domain, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_fdp_configurations(struct lwnvme_controller *controller, uint16_t endgid,
                                       struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_fdp_configurations(controller, &request, endgid, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_fdp_usage(struct lwnvme_controller *controller, uint16_t endgid,
                              struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_fdp_usage(controller, &request, endgid, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_log_fdp_events(struct lwnvme_controller *controller, uint16_t endgid, bool host_events,
                               struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_log_fdp_events(controller, &request, endgid, host_events, memory);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

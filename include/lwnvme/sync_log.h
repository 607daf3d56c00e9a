/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: log pages, blocking. Each call is the one of the same name in log.h, waited for; see there for what is
 * asked and what comes back, and sync.h for how it waits. Streams of log_stream.h are waited for with
 * lwnvme_sync_operation(&stream.operation).
 */
#ifndef LWNVME_SYNC_LOG_H
#define LWNVME_SYNC_LOG_H

#include "log.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline int lwnvme_sync_log_supported_pages(struct lwnvme_controller *controller,
                                                  struct lwnvme_supported_log_pages *pages)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_supported_pages(controller, lwnvme_sync_admin_begin(controller, &request), pages));
}

static inline int lwnvme_sync_log_firmware_slots(struct lwnvme_controller *controller,
                                                 struct lwnvme_firmware_slot_log *slots)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_firmware_slots(controller, lwnvme_sync_admin_begin(controller, &request), slots));
}

static inline int lwnvme_sync_log_changed_namespaces(struct lwnvme_controller *controller, bool allocated,
                                                     struct lwnvme_changed_namespaces_log *changed)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_changed_namespaces(controller,
                                                               lwnvme_sync_admin_begin(controller, &request),
                                                               allocated, changed));
}

static inline int lwnvme_sync_log_effects(struct lwnvme_controller *controller, uint8_t csi,
                                          struct lwnvme_effects_log *effects)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_effects(controller, lwnvme_sync_admin_begin(controller, &request), csi, effects));
}

static inline int lwnvme_sync_log_self_test(struct lwnvme_controller *controller,
                                            struct lwnvme_self_test_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_self_test(controller, lwnvme_sync_admin_begin(controller, &request), log));
}

static inline int lwnvme_sync_log_endurance_group(struct lwnvme_controller *controller, uint16_t endgid,
                                                  struct lwnvme_endurance_group_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_endurance_group(controller, lwnvme_sync_admin_begin(controller, &request), endgid, log));
}

static inline int lwnvme_sync_log_predictable_latency(struct lwnvme_controller *controller, uint16_t nvmsetid,
                                                      struct lwnvme_predictable_latency_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_predictable_latency(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                nvmsetid, log));
}

static inline int lwnvme_sync_log_feature_effects(struct lwnvme_controller *controller, uint8_t csi,
                                                  struct lwnvme_feature_effects_log *effects)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_feature_effects(controller, lwnvme_sync_admin_begin(controller, &request), csi, effects));
}

static inline int lwnvme_sync_log_mi_effects(struct lwnvme_controller *controller,
                                             struct lwnvme_mi_effects_log *effects)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_mi_effects(controller, lwnvme_sync_admin_begin(controller, &request), effects));
}

static inline int lwnvme_sync_log_lockdown(struct lwnvme_controller *controller, uint8_t scope,
                                           uint8_t contents, struct lwnvme_lockdown_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_lockdown(controller, lwnvme_sync_admin_begin(controller, &request), scope, contents, log));
}

static inline int lwnvme_sync_log_boot_partition(struct lwnvme_controller *controller, uint8_t partition,
                                                 uint64_t offset_bytes, void *data, uint32_t length_bytes)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_boot_partition(controller,
                                                           lwnvme_sync_admin_begin(controller, &request),
                                                           partition, offset_bytes, data, length_bytes));
}

static inline int lwnvme_sync_log_rotational_media(struct lwnvme_controller *controller, uint16_t endgid,
                                                   struct lwnvme_rotational_media_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_rotational_media(controller, lwnvme_sync_admin_begin(controller, &request), endgid, log));
}

static inline int lwnvme_sync_log_fdp_statistics(struct lwnvme_controller *controller, uint16_t endgid,
                                                 struct lwnvme_fdp_statistics_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_fdp_statistics(controller, lwnvme_sync_admin_begin(controller, &request), endgid, log));
}

static inline int lwnvme_sync_log_reservation_notification(struct lwnvme_controller *controller,
                                                           struct lwnvme_reservation_notification_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_reservation_notification(controller, lwnvme_sync_admin_begin(controller, &request), log));
}

static inline int lwnvme_sync_log_sanitize_status(struct lwnvme_controller *controller,
                                                  struct lwnvme_sanitize_status_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_sanitize_status(controller, lwnvme_sync_admin_begin(controller, &request), log));
}

static inline int lwnvme_sync_log_changed_zones(struct lwnvme_controller *controller, uint32_t nsid,
                                                struct lwnvme_changed_zones_log *log)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_changed_zones(controller, lwnvme_sync_admin_begin(controller, &request), nsid, log));
}

/* A length that is found by reading: see struct lwnvme_log_memory. */
static inline int lwnvme_sync_log_endurance_group_aggregate(struct lwnvme_controller *controller,
                                                            struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_endurance_group_aggregate(
                                     controller, lwnvme_sync_admin_begin(controller, &request), memory));
}

static inline int lwnvme_sync_log_predictable_latency_aggregate(struct lwnvme_controller *controller,
                                                                struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_predictable_latency_aggregate(
                                     controller, lwnvme_sync_admin_begin(controller, &request), memory));
}

static inline int lwnvme_sync_log_ana(struct lwnvme_controller *controller, bool groups_only,
                                      struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_ana(controller, lwnvme_sync_admin_begin(controller, &request), groups_only, memory));
}

static inline int lwnvme_sync_log_lba_status(struct lwnvme_controller *controller,
                                             struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_lba_status(controller, lwnvme_sync_admin_begin(controller, &request), memory));
}

static inline int lwnvme_sync_log_media_unit_status(struct lwnvme_controller *controller, uint16_t domain,
                                                    struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_media_unit_status(controller,
                                                              lwnvme_sync_admin_begin(controller, &request),
                                                              domain, memory));
}

static inline int lwnvme_sync_log_capacity_configurations(struct lwnvme_controller *controller,
                                                          uint16_t domain, struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_capacity_configurations(controller, lwnvme_sync_admin_begin(controller, &request), domain,
                                           memory));
}

static inline int lwnvme_sync_log_fdp_configurations(struct lwnvme_controller *controller, uint16_t endgid,
                                                     struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_fdp_configurations(controller,
                                                               lwnvme_sync_admin_begin(controller, &request),
                                                               endgid, memory));
}

static inline int lwnvme_sync_log_fdp_usage(struct lwnvme_controller *controller, uint16_t endgid,
                                            struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_log_fdp_usage(controller, lwnvme_sync_admin_begin(controller, &request), endgid, memory));
}

static inline int lwnvme_sync_log_fdp_events(struct lwnvme_controller *controller, uint16_t endgid,
                                             bool host_events, struct lwnvme_log_memory *memory)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_log_fdp_events(controller,
                                                       lwnvme_sync_admin_begin(controller, &request), endgid,
                                                       host_events, memory));
}

#ifdef __cplusplus
}
#endif

#endif

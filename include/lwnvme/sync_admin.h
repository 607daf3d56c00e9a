/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: events, aborts, security, directives, virtualization, lockdown, LBA status, capacity management and boot
 * partitions, blocking: each call is the one of the same name without `sync`, and waits for its end. Arguments, data
 * and results are the same; see there. What the last pointer of some receives is what the request's result says, on
 * success only; it may be NULL. As all of sync.h refused with LWNVME_ERR_IN_CALLBACK from inside a callback of an admin
 * command.
 */
#ifndef LWNVME_SYNC_ADMIN_H
#define LWNVME_SYNC_ADMIN_H

#include "abort.h"
#include "boot_partition.h"
#include "capacity.h"
#include "directive.h"
#include "events.h"
#include "lba_status.h"
#include "lockdown.h"
#include "security.h"
#include "sync_call.h"
#include "virtualization.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Until the requests are armed, or why not: the controller's status if it has failed meanwhile. */
int lwnvme_sync_events_start(struct lwnvme_controller *controller, struct lwnvme_events *events);
/* Until they are back: 0. LWNVME_ERR_OPERATION_TIMEOUT: the controller keeps some; LWNVME_ERR_WRONG_STATE: it is shut
 * down. Then the object must stay, see lwnvme_events_stop. */
int lwnvme_sync_events_stop(struct lwnvme_events *events);

static inline int lwnvme_sync_abort(struct lwnvme_controller *controller, struct lwnvme_queue *victim_queue,
                                    struct lwnvme_request *victim, bool *took_effect)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_abort(controller, lwnvme_sync_admin_begin(controller, &request), victim_queue, victim));

    if (status == LWNVME_OK && took_effect != NULL)
        *took_effect = lwnvme_abort_took_effect(&request);
    return status;
}

static inline int lwnvme_sync_security_send(struct lwnvme_controller *controller,
                                            const struct lwnvme_security_select *select,
                                            const struct lwnvme_buffer *buffer, uint32_t length_bytes)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_security_send(controller,
                                                      lwnvme_sync_admin_begin(controller, &request), select,
                                                      buffer, length_bytes));
}

static inline int lwnvme_sync_security_receive(struct lwnvme_controller *controller,
                                               const struct lwnvme_security_select *select,
                                               const struct lwnvme_buffer *buffer, uint32_t length_bytes)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_security_receive(controller,
                                                         lwnvme_sync_admin_begin(controller, &request),
                                                         select, buffer, length_bytes));
}

static inline int lwnvme_sync_directive_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                                 struct lwnvme_directive_parameters *parameters)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_directive_identify(controller,
                                                           lwnvme_sync_admin_begin(controller, &request),
                                                           nsid, parameters));
}

static inline int lwnvme_sync_directive_enable(struct lwnvme_controller *controller, uint32_t nsid,
                                               uint8_t type, bool enable)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_directive_enable(controller,
                                                         lwnvme_sync_admin_begin(controller, &request), nsid,
                                                         type, enable));
}

static inline int lwnvme_sync_stream_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                              struct lwnvme_stream_parameters *parameters)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_stream_identify(controller, lwnvme_sync_admin_begin(controller, &request), nsid, parameters));
}

static inline int lwnvme_sync_stream_get_status(struct lwnvme_controller *controller, uint32_t nsid,
                                                struct lwnvme_stream_status *status)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_stream_get_status(controller, lwnvme_sync_admin_begin(controller, &request), nsid, status));
}

static inline int lwnvme_sync_stream_allocate(struct lwnvme_controller *controller, uint32_t nsid,
                                              uint32_t stream_count, uint32_t *allocated)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(controller, &request,
                                       lwnvme_stream_allocate(controller,
                                                              lwnvme_sync_admin_begin(controller, &request),
                                                              nsid, stream_count));

    if (status == LWNVME_OK && allocated != NULL)
        *allocated = lwnvme_field_get(request.result_dw0, LWNVME_STREAMS_ALLOCATE_NSA);
    return status;
}

static inline int lwnvme_sync_stream_release(struct lwnvme_controller *controller, uint32_t nsid,
                                             uint16_t stream)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_stream_release(controller, lwnvme_sync_admin_begin(controller, &request), nsid, stream));
}

static inline int lwnvme_sync_stream_release_all(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_stream_release_all(controller, lwnvme_sync_admin_begin(controller, &request), nsid));
}

static inline int lwnvme_sync_virtualization_allocate_primary(struct lwnvme_controller *controller,
                                                              uint16_t cntlid,
                                                              enum lwnvme_virtual_resource resource,
                                                              uint32_t resource_count, uint32_t *granted)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_virtualization_allocate_primary(controller, lwnvme_sync_admin_begin(controller, &request),
                                               cntlid, resource, resource_count));

    if (status == LWNVME_OK && granted != NULL)
        *granted = lwnvme_virtualization_granted(&request);
    return status;
}

static inline int lwnvme_sync_virtualization_assign_secondary(struct lwnvme_controller *controller,
                                                              uint16_t cntlid,
                                                              enum lwnvme_virtual_resource resource,
                                                              uint32_t resource_count, uint32_t *granted)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_virtualization_assign_secondary(controller, lwnvme_sync_admin_begin(controller, &request),
                                               cntlid, resource, resource_count));

    if (status == LWNVME_OK && granted != NULL)
        *granted = lwnvme_virtualization_granted(&request);
    return status;
}

static inline int lwnvme_sync_virtualization_set_online(struct lwnvme_controller *controller, uint16_t cntlid,
                                                        bool online)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_virtualization_set_online(controller, lwnvme_sync_admin_begin(controller, &request), cntlid,
                                         online));
}

static inline int lwnvme_sync_lockdown(struct lwnvme_controller *controller,
                                       const struct lwnvme_lockdown_select *select)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_lockdown(controller, lwnvme_sync_admin_begin(controller, &request), select));
}

static inline int lwnvme_sync_lba_status_get(struct lwnvme_controller *controller,
                                             struct lwnvme_lba_status *status)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_lba_status_get(controller, lwnvme_sync_admin_begin(controller, &request), status));
}

static inline int lwnvme_sync_capacity_select(struct lwnvme_controller *controller, uint16_t configuration)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_capacity_select(controller, lwnvme_sync_admin_begin(controller, &request), configuration));
}

static inline int lwnvme_sync_capacity_create_group(struct lwnvme_controller *controller,
                                                    uint64_t capacity_bytes, uint16_t *endgid)
{
    struct lwnvme_request request;
    int status =
        lwnvme_sync_admin_end(controller, &request,
                              lwnvme_capacity_create_group(
                                  controller, lwnvme_sync_admin_begin(controller, &request), capacity_bytes));

    if (status == LWNVME_OK && endgid != NULL)
        *endgid = lwnvme_capacity_created(&request);
    return status;
}

static inline int lwnvme_sync_capacity_create_set(struct lwnvme_controller *controller, uint16_t endgid,
                                                  uint64_t capacity_bytes, uint16_t *nvmsetid)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_capacity_create_set(controller, lwnvme_sync_admin_begin(controller, &request), endgid,
                                   capacity_bytes));

    if (status == LWNVME_OK && nvmsetid != NULL)
        *nvmsetid = lwnvme_capacity_created(&request);
    return status;
}

static inline int lwnvme_sync_capacity_delete_group(struct lwnvme_controller *controller, uint16_t endgid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_capacity_delete_group(controller, lwnvme_sync_admin_begin(controller, &request), endgid));
}

static inline int lwnvme_sync_capacity_delete_set(struct lwnvme_controller *controller, uint16_t nvmsetid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_capacity_delete_set(controller, lwnvme_sync_admin_begin(controller, &request), nvmsetid));
}

static inline int lwnvme_sync_boot_partition_activate(struct lwnvme_controller *controller, uint8_t partition)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_boot_partition_activate(controller, lwnvme_sync_admin_begin(controller, &request), partition));
}

#ifdef __cplusplus
}
#endif

#endif

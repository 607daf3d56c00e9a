/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of the smaller admin capabilities: each call, and a wait for its end.
 */
#include <lwnvme/sync.h>

#include "../core/core.h"
#include "sync_private.h"

/* Polls until the events object is no longer on its way. A clock that stands still would make it endless, since event
 * requests alone are no reason to watch the clock. */
static int lwnvme_sync_events_settle(struct lwnvme_controller *controller, struct lwnvme_events *events)
{
    uint64_t seen_us = lwnvme_now_us(controller);
    uint32_t turns = 0;

    while (events->status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(controller);
        if (events->status != LWNVME_PENDING)
            break;
        if (controller->state == LWNVME_STATE_OFF || controller->state == LWNVME_STATE_FAILED)
            return controller->state == LWNVME_STATE_OFF ? LWNVME_ERR_WRONG_STATE : controller->status;
        if (lwnvme_now_us(controller) != seen_us)
            turns = 0;
        else if (++turns >= LWNVME_CONFIG_STUCK_CLOCK_POLLS)
            return LWNVME_ERR_CLOCK_STOPPED;
        seen_us = lwnvme_now_us(controller);
        if (controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
    return events->status;
}

int lwnvme_sync_events_start(struct lwnvme_controller *controller, struct lwnvme_events *events)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_events_start(controller, events);
    return status != LWNVME_OK ? status : lwnvme_sync_events_settle(controller, events);
}

int lwnvme_sync_events_stop(struct lwnvme_events *events)
{
    struct lwnvme_controller *controller;
    int status;

    if (events == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = events->controller;
    status = controller == NULL ? LWNVME_ERR_NO_EVENT_REQUESTS : lwnvme_sync_controller_check(controller);
    if (status == LWNVME_OK)
        status = lwnvme_events_stop(events);
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_events_settle(controller, events);
    return status == LWNVME_ERR_NO_EVENT_REQUESTS ? LWNVME_OK : status;
}

int lwnvme_sync_abort(struct lwnvme_controller *controller, struct lwnvme_queue *victim_queue,
                      struct lwnvme_request *victim, bool *took_effect)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_abort(controller, &request, victim_queue, victim);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && took_effect != NULL)
        *took_effect = lwnvme_abort_took_effect(&request);
    return status;
}

int lwnvme_sync_security_send(struct lwnvme_controller *controller,
                              const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                              uint32_t length_bytes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_security_send(controller, &request, select, buffer, length_bytes);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_security_receive(struct lwnvme_controller *controller,
                                 const struct lwnvme_security_select *select,
                                 const struct lwnvme_buffer *buffer, uint32_t length_bytes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_security_receive(controller, &request, select, buffer, length_bytes);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_directive_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                   struct lwnvme_directive_parameters *parameters)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_directive_identify(controller, &request, nsid, parameters);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_directive_enable(struct lwnvme_controller *controller, uint32_t nsid, uint8_t type,
                                 bool enable)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_directive_enable(controller, &request, nsid, type, enable);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_stream_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                struct lwnvme_stream_parameters *parameters)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_stream_identify(controller, &request, nsid, parameters);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_stream_get_status(struct lwnvme_controller *controller, uint32_t nsid,
                                  struct lwnvme_stream_status *status)
{
    struct lwnvme_request request = {.flags = 0};
    int result = lwnvme_sync_controller_check(controller);

    if (result == LWNVME_OK)
        result = lwnvme_stream_get_status(controller, &request, nsid, status);
    return result != LWNVME_OK ? result : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_stream_allocate(struct lwnvme_controller *controller, uint32_t nsid, uint32_t stream_count,
                                uint32_t *allocated)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_stream_allocate(controller, &request, nsid, stream_count);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && allocated != NULL)
        *allocated = lwnvme_field_get(request.result_dw0, LWNVME_STREAMS_ALLOCATE_NSA);
    return status;
}

int lwnvme_sync_stream_release(struct lwnvme_controller *controller, uint32_t nsid, uint16_t stream)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_stream_release(controller, &request, nsid, stream);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_stream_release_all(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_stream_release_all(controller, &request, nsid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_virtualization_allocate_primary(struct lwnvme_controller *controller, uint16_t cntlid,
                                                enum lwnvme_virtual_resource resource,
                                                uint32_t resource_count, uint32_t *granted)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status =
            lwnvme_virtualization_allocate_primary(controller, &request, cntlid, resource, resource_count);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && granted != NULL)
        *granted = lwnvme_virtualization_granted(&request);
    return status;
}

int lwnvme_sync_virtualization_assign_secondary(struct lwnvme_controller *controller, uint16_t cntlid,
                                                enum lwnvme_virtual_resource resource,
                                                uint32_t resource_count, uint32_t *granted)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status =
            lwnvme_virtualization_assign_secondary(controller, &request, cntlid, resource, resource_count);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && granted != NULL)
        *granted = lwnvme_virtualization_granted(&request);
    return status;
}

int lwnvme_sync_virtualization_set_online(struct lwnvme_controller *controller, uint16_t cntlid, bool online)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_virtualization_set_online(controller, &request, cntlid, online);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_lockdown(struct lwnvme_controller *controller, const struct lwnvme_lockdown_select *select)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_lockdown(controller, &request, select);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_lba_status_get(struct lwnvme_controller *controller, struct lwnvme_lba_status *status)
{
    struct lwnvme_request request = {.flags = 0};
    int result = lwnvme_sync_controller_check(controller);

    if (result == LWNVME_OK)
        result = lwnvme_lba_status_get(controller, &request, status);
    return result != LWNVME_OK ? result : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_capacity_select(struct lwnvme_controller *controller, uint16_t configuration)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_capacity_select(controller, &request, configuration);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_capacity_create_group(struct lwnvme_controller *controller, uint64_t capacity_bytes,
                                      uint16_t *endgid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_capacity_create_group(controller, &request, capacity_bytes);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && endgid != NULL)
        *endgid = lwnvme_capacity_created(&request);
    return status;
}

int lwnvme_sync_capacity_create_set(struct lwnvme_controller *controller, uint16_t endgid,
                                    uint64_t capacity_bytes, uint16_t *nvmsetid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_capacity_create_set(controller, &request, endgid, capacity_bytes);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK && nvmsetid != NULL)
        *nvmsetid = lwnvme_capacity_created(&request);
    return status;
}

int lwnvme_sync_capacity_delete_group(struct lwnvme_controller *controller, uint16_t endgid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_capacity_delete_group(controller, &request, endgid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_capacity_delete_set(struct lwnvme_controller *controller, uint16_t nvmsetid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_capacity_delete_set(controller, &request, nvmsetid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_boot_partition_activate(struct lwnvme_controller *controller, uint8_t partition)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_boot_partition_activate(controller, &request, partition);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

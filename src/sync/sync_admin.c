/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of the smaller admin capabilities: each call, and a wait for its end.
 */
#include <lwnvme/sync.h>

#include "../core/core.h"

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

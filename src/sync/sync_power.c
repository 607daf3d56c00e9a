/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of what lives with a controller: host memory buffer, Keep Alive, suspension. Their commands are
 * the objects' own, so what is waited for is the object's request, which the controller gives back in any case.
 */
#include <lwnvme/sync.h>

#include "../core/core.h"

/* Until the request of an object has been given back; *status is how what it was for has ended. Objects send by
 * themselves, after a reset for instance, so those that are to stop are waited for first. */
static int lwnvme_sync_object_wait(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const int *status)
{
    while (lwnvme_request_active(request))
        (void)lwnvme_sync_admin_wait(controller, request);
    return *(const volatile int *)status;
}

int lwnvme_sync_host_memory_start(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_host_memory_start(controller, memory);
    return status != LWNVME_OK ? status
                               : lwnvme_sync_object_wait(controller, &memory->request, &memory->status);
}

int lwnvme_sync_host_memory_stop(struct lwnvme_host_memory *memory)
{
    struct lwnvme_controller *controller;
    int status;

    if (memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = memory->service.controller;
    if (controller == NULL)
        return LWNVME_ERR_NOT_OPEN;
    status = lwnvme_sync_controller_check(controller);
    if (status == LWNVME_OK) {
        (void)lwnvme_sync_object_wait(controller, &memory->request, &memory->status);
        status = lwnvme_host_memory_stop(memory);
    }
    return status != LWNVME_OK ? status
                               : lwnvme_sync_object_wait(controller, &memory->request, &memory->status);
}

int lwnvme_sync_keep_alive_start(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_keep_alive_start(controller, keep_alive);
    return status != LWNVME_OK
               ? status
               : lwnvme_sync_object_wait(controller, &keep_alive->request, &keep_alive->status);
}

int lwnvme_sync_keep_alive_stop(struct lwnvme_keep_alive *keep_alive)
{
    struct lwnvme_controller *controller;
    int status;

    if (keep_alive == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = keep_alive->service.controller;
    if (controller == NULL)
        return LWNVME_ERR_NOT_OPEN;
    status = lwnvme_sync_controller_check(controller);
    if (status == LWNVME_OK) {
        (void)lwnvme_sync_object_wait(controller, &keep_alive->request, &keep_alive->status);
        status = lwnvme_keep_alive_stop(keep_alive);
    }
    return status != LWNVME_OK
               ? status
               : lwnvme_sync_object_wait(controller, &keep_alive->request, &keep_alive->status);
}

/* Each step has a deadline: of a command, of a state of the controller's, or for the registers to answer. */
static int lwnvme_sync_suspension(struct lwnvme_controller *controller, struct lwnvme_suspension *suspension)
{
    int status;

    while ((status = lwnvme_suspension_step(suspension)) == LWNVME_PENDING) {
        if (controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
    return status;
}

int lwnvme_sync_suspend(struct lwnvme_controller *controller, struct lwnvme_suspension *suspension)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_suspend(controller, suspension);
    return status != LWNVME_OK ? status : lwnvme_sync_suspension(controller, suspension);
}

int lwnvme_sync_resume(struct lwnvme_suspension *suspension)
{
    int status = lwnvme_resume(suspension);

    return status != LWNVME_OK ? status : lwnvme_sync_suspension(suspension->controller, suspension);
}

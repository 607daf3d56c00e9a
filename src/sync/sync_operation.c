/* SPDX-License-Identifier: MIT */
/* Waits for the end of a long operation. See sync.c for how the blocking face waits. */
#include <lwnvme/sync.h>

#include "../core/core.h"

int lwnvme_sync_operation(struct lwnvme_operation *operation)
{
    struct lwnvme_controller *controller;
    int status;

    if (operation == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    /* Ended, or never begun: a refused begin must not look like a good end. */
    if (!lwnvme_operation_active(operation))
        return operation->controller == NULL ? LWNVME_ERR_WRONG_STATE : operation->status;
    controller = operation->controller;
    status = lwnvme_sync_controller_check(controller);
    if (status != LWNVME_OK)
        return status;
    while ((status = lwnvme_operation_step(operation)) == LWNVME_PENDING) {
        /* Shut down from a callback meanwhile: nothing goes on before the owner resumes or closes it. */
        if (controller->state == LWNVME_STATE_OFF)
            return LWNVME_ERR_WRONG_STATE;
        if (controller->ops->relax != NULL)
            controller->ops->relax(controller->host);
    }
    return status;
}

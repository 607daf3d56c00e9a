/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of namespace management and of rescans: start, and wait for the end.
 */
#include <lwnvme/sync.h>

#include "sync_private.h"

int lwnvme_sync_namespace_create(struct lwnvme_controller *controller,
                                 struct lwnvme_namespace_creation *creation, uint32_t timeout_ms,
                                 uint32_t *nsid)
{
    struct lwnvme_request request = {.timeout_ms = timeout_ms};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK && nsid == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_namespace_create(controller, &request, creation);
    if (status == LWNVME_OK)
        status = lwnvme_sync_admin_wait(controller, &request);
    if (status == LWNVME_OK)
        *nsid = request.result_dw0;
    return status;
}

int lwnvme_sync_namespace_delete(struct lwnvme_controller *controller, uint32_t nsid, uint32_t timeout_ms)
{
    struct lwnvme_request request = {.timeout_ms = timeout_ms};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_delete(controller, &request, nsid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_namespace_attach(struct lwnvme_controller *controller, uint32_t nsid,
                                 const struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_attach(controller, &request, nsid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_namespace_detach(struct lwnvme_controller *controller, uint32_t nsid,
                                 const struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_detach(controller, &request, nsid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_namespace_attach_here(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_attach_here(controller, &request, nsid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_namespace_detach_here(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_detach_here(controller, &request, nsid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_namespace_set_rescan(struct lwnvme_controller *controller, struct lwnvme_namespace_set *set)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_set_rescan(controller, set);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&set->operation);
}

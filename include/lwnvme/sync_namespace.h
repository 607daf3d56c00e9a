/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: namespace management, blocking: each call is the one of namespace_admin.h or namespace_set.h without `sync`,
 * and waits for its end. Arguments and results are the same; see there. Refused with LWNVME_ERR_IN_CALLBACK from
 * inside a callback of an admin command.
 */
#ifndef LWNVME_SYNC_NAMESPACE_H
#define LWNVME_SYNC_NAMESPACE_H

#include "namespace_admin.h"
#include "namespace_set.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *nsid receives the new namespace's identifier on success. timeout_ms: 0, or a deadline of its own. */
static inline int lwnvme_sync_namespace_create(struct lwnvme_controller *controller,
                                               struct lwnvme_namespace_creation *creation,
                                               uint32_t timeout_ms, uint32_t *nsid)
{
    struct lwnvme_request request;
    struct lwnvme_request *begun = lwnvme_sync_admin_begin(controller, &request);
    int status = LWNVME_ERR_NULL_ARGUMENT;

    request.timeout_ms = timeout_ms;
    if (nsid != NULL)
        status = lwnvme_namespace_create(controller, begun, creation);
    status = lwnvme_sync_admin_end(controller, &request, status);
    if (status == LWNVME_OK)
        *nsid = request.result_dw0;
    return status;
}

static inline int lwnvme_sync_namespace_delete(struct lwnvme_controller *controller, uint32_t nsid,
                                               uint32_t timeout_ms)
{
    struct lwnvme_request request;
    struct lwnvme_request *begun = lwnvme_sync_admin_begin(controller, &request);

    request.timeout_ms = timeout_ms;
    return lwnvme_sync_admin_end(controller, &request, lwnvme_namespace_delete(controller, begun, nsid));
}

static inline int lwnvme_sync_namespace_attach(struct lwnvme_controller *controller, uint32_t nsid,
                                               const struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_namespace_attach(controller, lwnvme_sync_admin_begin(controller, &request), nsid, list));
}

static inline int lwnvme_sync_namespace_detach(struct lwnvme_controller *controller, uint32_t nsid,
                                               const struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_namespace_detach(controller, lwnvme_sync_admin_begin(controller, &request), nsid, list));
}

static inline int lwnvme_sync_namespace_attach_here(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_namespace_attach_here(controller, lwnvme_sync_admin_begin(controller, &request), nsid));
}

static inline int lwnvme_sync_namespace_detach_here(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_namespace_detach_here(controller, lwnvme_sync_admin_begin(controller, &request), nsid));
}

static inline int lwnvme_sync_namespace_set_rescan(struct lwnvme_controller *controller,
                                                   struct lwnvme_namespace_set *set)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_namespace_set_rescan(controller, set);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&set->operation);
}

#ifdef __cplusplus
}
#endif

#endif

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

#ifdef __cplusplus
extern "C" {
#endif

/* *nsid receives the new namespace's identifier on success. timeout_ms: 0, or a deadline of its own. */
int lwnvme_sync_namespace_create(struct lwnvme_controller *controller,
                                 struct lwnvme_namespace_creation *creation, uint32_t timeout_ms,
                                 uint32_t *nsid);
int lwnvme_sync_namespace_delete(struct lwnvme_controller *controller, uint32_t nsid, uint32_t timeout_ms);

int lwnvme_sync_namespace_attach(struct lwnvme_controller *controller, uint32_t nsid,
                                 const struct lwnvme_identify_controller_list *list);
int lwnvme_sync_namespace_detach(struct lwnvme_controller *controller, uint32_t nsid,
                                 const struct lwnvme_identify_controller_list *list);
int lwnvme_sync_namespace_attach_here(struct lwnvme_controller *controller, uint32_t nsid);
int lwnvme_sync_namespace_detach_here(struct lwnvme_controller *controller, uint32_t nsid);

int lwnvme_sync_namespace_set_rescan(struct lwnvme_controller *controller, struct lwnvme_namespace_set *set);

#ifdef __cplusplus
}
#endif

#endif

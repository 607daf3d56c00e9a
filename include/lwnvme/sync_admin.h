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
#include "virtualization.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Until the requests are armed, or why not: the controller's status if it has failed meanwhile. */
int lwnvme_sync_events_start(struct lwnvme_controller *controller, struct lwnvme_events *events);
/* Until they are back: 0. LWNVME_ERR_OPERATION_TIMEOUT: the controller keeps some; LWNVME_ERR_WRONG_STATE: it is shut
 * down. Then the object must stay, see lwnvme_events_stop. */
int lwnvme_sync_events_stop(struct lwnvme_events *events);

int lwnvme_sync_abort(struct lwnvme_controller *controller, struct lwnvme_queue *victim_queue,
                      struct lwnvme_request *victim, bool *took_effect);
int lwnvme_sync_security_send(struct lwnvme_controller *controller,
                              const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                              uint32_t length_bytes);
int lwnvme_sync_security_receive(struct lwnvme_controller *controller,
                                 const struct lwnvme_security_select *select,
                                 const struct lwnvme_buffer *buffer, uint32_t length_bytes);
int lwnvme_sync_directive_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                   struct lwnvme_directive_parameters *parameters);
int lwnvme_sync_directive_enable(struct lwnvme_controller *controller, uint32_t nsid, uint8_t type,
                                 bool enable);
int lwnvme_sync_stream_identify(struct lwnvme_controller *controller, uint32_t nsid,
                                struct lwnvme_stream_parameters *parameters);
int lwnvme_sync_stream_get_status(struct lwnvme_controller *controller, uint32_t nsid,
                                  struct lwnvme_stream_status *status);
int lwnvme_sync_stream_allocate(struct lwnvme_controller *controller, uint32_t nsid, uint32_t stream_count,
                                uint32_t *allocated);
int lwnvme_sync_stream_release(struct lwnvme_controller *controller, uint32_t nsid, uint16_t stream);
int lwnvme_sync_stream_release_all(struct lwnvme_controller *controller, uint32_t nsid);
int lwnvme_sync_virtualization_allocate_primary(struct lwnvme_controller *controller, uint16_t cntlid,
                                                enum lwnvme_virtual_resource resource,
                                                uint32_t resource_count, uint32_t *granted);
int lwnvme_sync_virtualization_assign_secondary(struct lwnvme_controller *controller, uint16_t cntlid,
                                                enum lwnvme_virtual_resource resource,
                                                uint32_t resource_count, uint32_t *granted);
int lwnvme_sync_virtualization_set_online(struct lwnvme_controller *controller, uint16_t cntlid, bool online);
int lwnvme_sync_lockdown(struct lwnvme_controller *controller, const struct lwnvme_lockdown_select *select);
int lwnvme_sync_lba_status_get(struct lwnvme_controller *controller, struct lwnvme_lba_status *status);
int lwnvme_sync_capacity_select(struct lwnvme_controller *controller, uint16_t configuration);
int lwnvme_sync_capacity_create_group(struct lwnvme_controller *controller, uint64_t capacity_bytes,
                                      uint16_t *endgid);
int lwnvme_sync_capacity_create_set(struct lwnvme_controller *controller, uint16_t endgid,
                                    uint64_t capacity_bytes, uint16_t *nvmsetid);
int lwnvme_sync_capacity_delete_group(struct lwnvme_controller *controller, uint16_t endgid);
int lwnvme_sync_capacity_delete_set(struct lwnvme_controller *controller, uint16_t nvmsetid);
int lwnvme_sync_boot_partition_activate(struct lwnvme_controller *controller, uint8_t partition);

#ifdef __cplusplus
}
#endif

#endif

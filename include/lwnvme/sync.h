/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the blocking face. Submit, poll until done or until the deadline, return the status.
 *
 * Nothing here does I/O by itself: each call is the asynchronous one of the same name followed by polls of
 * the queue and the controller, with the host's wait or relax hook in between. The caller must own both the
 * controller and the queue; from inside a callback of the same queue (unless that is shared) or of an admin
 * command they are refused (LWNVME_ERR_IN_CALLBACK). Every call ends: commands have deadlines, states have
 * deadlines, and a clock that stands still is noticed (LWNVME_ERR_CLOCK_STOPPED).
 */
#ifndef LWNVME_SYNC_H
#define LWNVME_SYNC_H

#include "admin.h"
#include "metadata.h"
#include "namespace.h"
#include "nvm.h"
#include "protection.h"
#include "sync_admin.h"
#include "sync_call.h"
#include "sync_feature.h"
#include "sync_identify.h"
#include "sync_io.h"
#include "sync_log.h"
#include "sync_maintenance.h"
#include "sync_namespace.h"
#include "sync_power.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Open, shut down, resume, reset: until done. Open closes again when it fails. Close: until memory is free
 * or known to be lost. */
int lwnvme_sync_controller_open(struct lwnvme_controller *controller,
                                const struct lwnvme_controller_config *config);
int lwnvme_sync_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind);
int lwnvme_sync_controller_resume(struct lwnvme_controller *controller);
int lwnvme_sync_controller_reset(struct lwnvme_controller *controller);
int lwnvme_sync_controller_close(struct lwnvme_controller *controller);

/* A queue that could not be created is closed when the call returns, and its struct is the caller's again; only if
 * the controller failed and does not stop, or inside a callback, must it stay until the controller is closed
 * (lwnvme_queue_status is not LWNVME_ERR_QUEUE_CLOSED then, and lwnvme_queue_delete refuses). */
int lwnvme_sync_queue_create(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                             const struct lwnvme_queue_config *config);
/* The same on the completion ring of another queue, which its owner does not use meanwhile. */
int lwnvme_sync_queue_create_on(struct lwnvme_queue *cq, struct lwnvme_queue *queue,
                                const struct lwnvme_queue_config *config);
int lwnvme_sync_queue_delete(struct lwnvme_queue *queue);

int lwnvme_sync_namespace_enumerate(struct lwnvme_controller *controller, uint32_t after,
                                    struct lwnvme_namespace_list *list);
int lwnvme_sync_namespace_open(struct lwnvme_controller *controller, uint32_t nsid,
                               struct lwnvme_namespace *ns);
int lwnvme_sync_protection_open(struct lwnvme_controller *controller, uint32_t nsid,
                                struct lwnvme_namespace *ns, struct lwnvme_protection *protection);
/* Polls until an open that has begun has ended; returns how. */
int lwnvme_sync_namespace_wait(const struct lwnvme_namespace *ns);

static inline int lwnvme_sync_metadata_open(struct lwnvme_controller *controller, uint32_t nsid,
                                            struct lwnvme_namespace *ns)
{
    int status = lwnvme_metadata_open(controller, nsid, ns);

    return status != 0 ? status : lwnvme_sync_namespace_wait(ns);
}

/* Polls until an accepted request has been called back; returns its status (the old one, of a request that is not
 * under way). LWNVME_ERR_INVALID_ARGUMENT: it is with another queue. For any asynchronous call:
 *     int status = lwnvme_read(queue, ns, &request, ...);
 *     if (status == 0) status = lwnvme_sync_wait(queue, &request);      */
int lwnvme_sync_wait(struct lwnvme_queue *queue, struct lwnvme_request *request);
int lwnvme_sync_admin_wait(struct lwnvme_controller *controller, struct lwnvme_request *request);

/* Block I/O on memory at a CPU address; flags: LWNVME_REQUEST_FUA and the like, 0 for none. `data` holds
 * block_count * ns->block_bytes bytes, dword aligned. */
int lwnvme_sync_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                     uint32_t block_count, void *data, uint32_t flags);
int lwnvme_sync_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                      uint32_t block_count, const void *data, uint32_t flags);
int lwnvme_sync_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                        uint32_t block_count, const void *data, uint32_t flags);
int lwnvme_sync_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns);
int lwnvme_sync_write_zeroes(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                             uint32_t block_count, uint32_t flags);
int lwnvme_sync_verify(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                       uint32_t block_count, uint32_t flags);
int lwnvme_sync_dataset_management(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                   const struct lwnvme_dsm_range *ranges, uint32_t range_count,
                                   uint32_t attributes);
/* Trim of one range: Dataset Management with the deallocate attribute. */
int lwnvme_sync_trim(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, uint64_t lba,
                     uint32_t block_count);

int lwnvme_sync_identify(struct lwnvme_controller *controller, uint8_t cns, uint32_t nsid, void *data);
int lwnvme_sync_log_read(struct lwnvme_controller *controller, const struct lwnvme_log_select *select,
                         void *data, uint32_t length_bytes);
int lwnvme_sync_log_smart(struct lwnvme_controller *controller, uint32_t nsid,
                          struct lwnvme_smart_log *smart);
int lwnvme_sync_log_error(struct lwnvme_controller *controller, uint32_t first, uint32_t entry_count,
                          struct lwnvme_error_log_entry *entries);
/* *value receives completion dword 0. */
int lwnvme_sync_feature_get(struct lwnvme_controller *controller, uint8_t fid, uint8_t select, uint32_t nsid,
                            uint32_t *value);
int lwnvme_sync_feature_set(struct lwnvme_controller *controller, uint8_t fid, uint32_t value, uint32_t nsid,
                            bool save);

/* One command by its dwords; *result_dw0 receives completion dword 0 unless it is NULL. */
int lwnvme_sync_raw(struct lwnvme_queue *queue, const struct lwnvme_command *command,
                    const struct lwnvme_buffer *buffer, uint32_t *result_dw0);
int lwnvme_sync_admin_raw(struct lwnvme_controller *controller, const struct lwnvme_command *command,
                          const struct lwnvme_buffer *buffer, uint32_t *result_dw0);

#ifdef __cplusplus
}
#endif

#endif

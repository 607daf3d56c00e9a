/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the rest of the NVM command set, blocking; see the asynchronous calls of the same names for what
 * each does. As all of sync.h refused with LWNVME_ERR_IN_CALLBACK from inside a callback of the same queue.
 */
#ifndef LWNVME_SYNC_IO_H
#define LWNVME_SYNC_IO_H

#include "copy.h"
#include "fused.h"
#include "nvm.h"
#include "placement.h"
#include "reservation.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As lwnvme_sync_admin_begin and _end, for requests of an I/O queue. */
struct lwnvme_request *lwnvme_sync_io_begin(const struct lwnvme_queue *queue, struct lwnvme_request *request,
                                            uint32_t flags);
int lwnvme_sync_io_end(struct lwnvme_queue *queue, struct lwnvme_request *request, int accepted);

static inline int lwnvme_sync_write_uncorrectable(struct lwnvme_queue *queue,
                                                  const struct lwnvme_namespace *ns, uint64_t lba,
                                                  uint32_t block_count)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_write_uncorrectable(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), lba, block_count));
}

static inline int lwnvme_sync_flush_all(struct lwnvme_queue *queue)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(queue, &request,
                              lwnvme_flush_all(queue, lwnvme_sync_io_begin(queue, &request, 0)));
}

static inline int lwnvme_sync_copy(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                   uint64_t lba, const struct lwnvme_copy_request *copy, uint32_t flags)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request, lwnvme_copy(queue, ns, lwnvme_sync_io_begin(queue, &request, flags), lba, copy));
}

/* *half receives which half failed, unless it is NULL. */
static inline int lwnvme_sync_compare_and_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                                uint64_t lba, uint32_t block_count,
                                                struct lwnvme_fused_pair *pair, enum lwnvme_fused_half *half)
{
    struct lwnvme_request request;
    int status =
        lwnvme_sync_io_end(queue, &request,
                           lwnvme_compare_and_write(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), lba,
                                                    block_count, pair));

    if (half != NULL)
        *half = status == LWNVME_OK || status != request.status ? LWNVME_FUSED_NONE
                                                                : lwnvme_fused_failed(&request);
    return status;
}

static inline int lwnvme_sync_reservation_register(struct lwnvme_queue *queue,
                                                   const struct lwnvme_namespace *ns,
                                                   struct lwnvme_reservation *reservation)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_reservation_register(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), reservation));
}

static inline int lwnvme_sync_reservation_acquire(struct lwnvme_queue *queue,
                                                  const struct lwnvme_namespace *ns,
                                                  struct lwnvme_reservation *reservation)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_reservation_acquire(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), reservation));
}

static inline int lwnvme_sync_reservation_release(struct lwnvme_queue *queue,
                                                  const struct lwnvme_namespace *ns,
                                                  struct lwnvme_reservation *reservation)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_reservation_release(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), reservation));
}

/* The report has been checked when it returns 0. */
static inline int lwnvme_sync_reservation_report(struct lwnvme_queue *queue,
                                                 const struct lwnvme_namespace *ns,
                                                 struct lwnvme_reservation_list *report)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_io_end(
        queue, &request,
        lwnvme_reservation_report(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), report));

    return status != LWNVME_OK ? status : lwnvme_reservation_report_check(report);
}

/* The status has been checked when it returns 0. */
static inline int lwnvme_sync_placement_get_status(struct lwnvme_queue *queue,
                                                   const struct lwnvme_namespace *ns,
                                                   struct lwnvme_placement_status *status)
{
    struct lwnvme_request request;
    int result = lwnvme_sync_io_end(
        queue, &request,
        lwnvme_placement_get_status(queue, ns, lwnvme_sync_io_begin(queue, &request, 0), status));

    return result != LWNVME_OK ? result : lwnvme_placement_status_check(status);
}

static inline int lwnvme_sync_placement_update(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                               const struct lwnvme_le16 *identifiers,
                                               uint32_t identifier_count)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(queue, &request,
                              lwnvme_placement_update(queue, ns, lwnvme_sync_io_begin(queue, &request, 0),
                                                      identifiers, identifier_count));
}

#ifdef __cplusplus
}
#endif

#endif

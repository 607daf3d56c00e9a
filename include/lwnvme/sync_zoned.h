/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: zoned and key value namespaces, blocking: each call is the one of the same name without `sync`, on
 * memory at a CPU address, and waits for its end. As all of sync.h refused with LWNVME_ERR_IN_CALLBACK from
 * inside a callback of the same queue or of an admin command.
 */
#ifndef LWNVME_SYNC_ZONED_H
#define LWNVME_SYNC_ZONED_H

#include "kv.h"
#include "sync_call.h"
#include "sync_io.h"
#include "zns.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The handle's status counts, not that of the last command of those that it took. */
static inline int lwnvme_sync_zoned_open(struct lwnvme_controller *controller, uint32_t nsid,
                                         struct lwnvme_zoned *zoned)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_begin(controller, &request) == NULL
                     ? LWNVME_ERR_NULL_ARGUMENT
                     : lwnvme_zoned_open(controller, nsid, zoned);
    int ended = lwnvme_sync_admin_end(controller, zoned != NULL ? &zoned->ns.request : &request, status);

    return status != LWNVME_OK || zoned->ns.status == LWNVME_PENDING ? ended : zoned->ns.status;
}

/* As lwnvme_sync_zoned_open. */
static inline int lwnvme_sync_zoned_protection_open(struct lwnvme_controller *controller, uint32_t nsid,
                                                    struct lwnvme_zoned *zoned,
                                                    struct lwnvme_protection *protection)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_begin(controller, &request) == NULL
                     ? LWNVME_ERR_NULL_ARGUMENT
                     : lwnvme_zoned_protection_open(controller, nsid, zoned, protection);
    int ended = lwnvme_sync_admin_end(controller, zoned != NULL ? &zoned->ns.request : &request, status);

    return status != LWNVME_OK || zoned->ns.status == LWNVME_PENDING ? ended : zoned->ns.status;
}

/* *lba receives where the blocks are, on success; it may be NULL. */
static inline int lwnvme_sync_zone_append(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                                          uint64_t zone_lba, uint32_t block_count, const void *data,
                                          uint64_t *lba)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, SIZE_MAX);
    struct lwnvme_request request;
    int status = lwnvme_sync_io_end(queue, &request,
                                    lwnvme_zone_append(queue, zoned, lwnvme_sync_io_begin(queue, &request, 0),
                                                       zone_lba, block_count, &buffer));

    if (status == LWNVME_OK && lba != NULL)
        *lba = lwnvme_zone_appended_lba(&request);
    return status;
}

static inline int lwnvme_sync_zone_manage(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                                          uint32_t action, uint64_t lba, uint32_t flags)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_zone_manage(queue, zoned, lwnvme_sync_io_begin(queue, &request, 0), action, lba, flags));
}

static inline int lwnvme_sync_zone_extension_set(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                                                 uint64_t zone_lba, const void *data)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, SIZE_MAX);
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_zone_extension_set(queue, zoned, lwnvme_sync_io_begin(queue, &request, 0), zone_lba, &buffer));
}

static inline int lwnvme_sync_zone_report_next(struct lwnvme_queue *queue, struct lwnvme_zone_report *report)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request, lwnvme_zone_report_next(queue, report, lwnvme_sync_io_begin(queue, &request, 0)));
}

static inline int lwnvme_sync_kv_open(struct lwnvme_controller *controller, uint32_t nsid,
                                      struct lwnvme_kv *kv)
{
    struct lwnvme_request request;
    int status = lwnvme_sync_admin_begin(controller, &request) == NULL ? LWNVME_ERR_NULL_ARGUMENT
                                                                       : lwnvme_kv_open(controller, nsid, kv);

    status = lwnvme_sync_admin_end(controller, kv != NULL ? &kv->ns.request : &request, status);
    return status != LWNVME_OK ? status : kv->ns.status;
}

/* length_bytes 0: an empty value. */
static inline int lwnvme_sync_kv_store(struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                                       const struct lwnvme_key *key, const void *data, size_t length_bytes,
                                       uint32_t options)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, length_bytes);
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request,
        lwnvme_kv_store(queue, kv, lwnvme_sync_io_begin(queue, &request, 0), key, &buffer, options));
}

/* *value_bytes, in: of the memory; out, on success: of the value, which may be more. */
static inline int lwnvme_sync_kv_retrieve(struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                                          const struct lwnvme_key *key, void *data, size_t *value_bytes,
                                          uint32_t options)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, value_bytes != NULL ? *value_bytes : 0);
    struct lwnvme_request request;
    int status = lwnvme_sync_io_end(
        queue, &request,
        lwnvme_kv_retrieve(queue, kv, lwnvme_sync_io_begin(queue, &request, 0), key, &buffer, options));

    if (status == LWNVME_OK && value_bytes != NULL)
        *value_bytes = lwnvme_kv_value_bytes(&request);
    return status;
}

static inline int lwnvme_sync_kv_delete(struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                                        const struct lwnvme_key *key)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(queue, &request,
                              lwnvme_kv_delete(queue, kv, lwnvme_sync_io_begin(queue, &request, 0), key));
}

static inline int lwnvme_sync_kv_exist(struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                                       const struct lwnvme_key *key)
{
    struct lwnvme_request request;

    return lwnvme_sync_io_end(queue, &request,
                              lwnvme_kv_exist(queue, kv, lwnvme_sync_io_begin(queue, &request, 0), key));
}

static inline int lwnvme_sync_kv_list(struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                                      const struct lwnvme_key *from, void *memory, size_t length_bytes)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, length_bytes);
    struct lwnvme_request request;

    return lwnvme_sync_io_end(
        queue, &request, lwnvme_kv_list(queue, kv, lwnvme_sync_io_begin(queue, &request, 0), from, &buffer));
}

#ifdef __cplusplus
}
#endif

#endif

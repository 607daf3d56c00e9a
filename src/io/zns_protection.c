/* SPDX-License-Identifier: MIT */
/*
 * Zoned namespaces with metadata: what zones ask of a command (zns.c), then what metadata (metadata.c) or protection
 * information (protection.c) do. A file of its own, so that whoever opens zoned namespaces without it links none of it.
 *
 * A write or an append is one command that the engine does not split, so its tags are settled when it begins:
 *
 *     command, and buffer     ILBRT = ZSLBA          , ZSLBA + 1, ...
 *     medium, with PIREMAP    ILBRT + (place - ZSLBA), ... = the LBA of each block
 *
 * Contexts are those of zns.c.
 */
#include <lwnvme/protection.h>
#include <lwnvme/zns.h>

#include "io_private.h"
#include "metadata_private.h"
#include "zns_private.h"

/* Whether the controller is to move reference tags on to where the blocks go: those that are LBAs. */
static bool lwnvme_zone_tags_move(const struct lwnvme_request *request)
{
    const struct lwnvme_protection *format = request->ns->protection;
    const struct lwnvme_protection *options = request->protection != NULL ? request->protection : format;

    if (request->command.opcode != LWNVME_ZNS_ZONE_APPEND || format->type == 3)
        return false;
    return format->type == 1 || (options->flags & LWNVME_PROTECTION_REFERENCE) == 0;
}

static int lwnvme_zone_protected_begin(struct lwnvme_request *request)
{
    const bool is_protected = request->ns->protection_type != 0;
    int status;

    if (request->block_count == 0)
        return LWNVME_OK;
    status = lwnvme_zoned_check(request);
    if (status == LWNVME_OK)
        status = is_protected ? lwnvme_protection_begin(request) : lwnvme_metadata_begin(request);
    if (status != LWNVME_OK || !lwnvme_zoned_make_one(request))
        return status;
    request->blocks_issued = 0;
    if (is_protected)
        lwnvme_tags_set(request, lwnvme_protection_piece);
    if (is_protected && lwnvme_zone_tags_move(request))
        request->command.cdw12 |= lwnvme_field_put(1, LWNVME_ZONE_APPEND_PIREMAP);
    return LWNVME_OK;
}

static void lwnvme_zone_protected_piece(const struct lwnvme_request *request, uint32_t *sqe)
{
    if (request->ns->protection_type != 0)
        lwnvme_protection_piece(request, sqe);
}

/* All metadata of the one command, or none. */
static int lwnvme_zone_protected_map(struct lwnvme_queue *queue, struct lwnvme_request *request,
                                     uint32_t slot_index, uint32_t *blocks, uint64_t *dma)
{
    uint32_t all = lwnvme_metadata_blocks(request);
    uint32_t fit = all;
    int status;

    if (*blocks != 0)
        return lwnvme_metadata_map(queue, request, slot_index, blocks, dma);
    status = lwnvme_metadata_map(queue, request, slot_index, &fit, dma);
    return status == LWNVME_OK && fit != all ? LWNVME_ERR_BUFFER_LAYOUT : status;
}

/* Data alone are counted. */
static void lwnvme_zone_protected_end(struct lwnvme_request *request)
{
    const uint32_t opcode = request->command.opcode;

    if (request->status == LWNVME_OK && (opcode == LWNVME_NVM_WRITE || opcode == LWNVME_ZNS_ZONE_APPEND))
        request->bytes_done = (uint64_t)lwnvme_metadata_blocks(request) * request->ns->block_bytes;
    lwnvme_zoned_end(request);
    if (request->ns->protection_type != 0)
        lwnvme_protection_end(request);
}

static const struct lwnvme_dress lwnvme_zone_protected_dress = {
    .open = lwnvme_zoned_go_on,
    .begin = lwnvme_zone_protected_begin,
    .map = lwnvme_zone_protected_map,
    .piece = lwnvme_zone_protected_piece,
    .end = lwnvme_zone_protected_end,
    .room = lwnvme_zoned_room,
};

/* Zones are known. Limits count metadata where they are interleaved. */
static void lwnvme_zone_protect(struct lwnvme_namespace *ns)
{
    struct lwnvme_zoned *zoned = (struct lwnvme_zoned *)(void *)ns;

    if (ns->protection_type == 0 && ns->metadata_bytes == 0) {
        ns->dress = &lwnvme_zoned_dress;
        ns->status = LWNVME_OK;
        return;
    }
    if (ns->metadata_interleaved)
        zoned->append_blocks = lwnvme_divide(zoned->append_blocks << ns->block_shift,
                                             ns->block_bytes + (uint32_t)ns->metadata_bytes);
    if (ns->protection_type != 0)
        lwnvme_protection_learn(ns);
    else
        ns->status = lwnvme_metadata_limit(ns);
}

int lwnvme_zoned_protection_open(struct lwnvme_controller *controller, uint32_t nsid,
                                 struct lwnvme_zoned *zoned, struct lwnvme_protection *protection)
{
    int status;

    if (protection == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_zoned_open(controller, nsid, zoned);
    if (status != LWNVME_OK)
        return status;
    memset(protection, 0, sizeof(*protection));
    zoned->ns.protection = protection;
    zoned->ns.dress = &lwnvme_zone_protected_dress;
    zoned->then = lwnvme_zone_protect;
    return LWNVME_OK;
}

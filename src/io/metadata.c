/* SPDX-License-Identifier: MIT */
/*
 * Blocks with metadata: which buffer they ask for, and where MPTR points.
 *
 * Plugged in by the namespace (struct lwnvme_dress), so that whoever does not open one with lwnvme_metadata_open or
 * lwnvme_protection_open carries none of this. Called in the engine's contexts, no state of its own.
 */
#include <lwnvme/metadata.h>

#include "metadata_private.h"

int lwnvme_metadata_limit(struct lwnvme_namespace *ns)
{
    uint32_t limit;

    if (!ns->metadata_interleaved)
        return LWNVME_OK;
    limit = lwnvme_divide(ns->controller->info.max_transfer_bytes,
                          ns->block_bytes + (uint32_t)ns->metadata_bytes);
    if (ns->max_blocks > limit)
        ns->max_blocks = limit;
    return limit == 0 ? LWNVME_ERR_NS_TRANSFER_SIZE : LWNVME_OK;
}

uint32_t lwnvme_metadata_block_bytes(const struct lwnvme_namespace *ns, bool move)
{
    return move && ns->metadata_interleaved ? ns->block_bytes + ns->metadata_bytes : ns->block_bytes;
}

int lwnvme_metadata_shape(const struct lwnvme_namespace *ns, uint32_t block_count,
                          const struct lwnvme_buffer *buffer, bool move, uint32_t data_mask,
                          uint32_t metadata_mask)
{
    struct lwnvme_buffer data = *buffer;
    struct lwnvme_buffer apart = {.flags = data.flags & LWNVME_BUFFER_DEVICE_ADDRESS,
                                  .address = data.metadata_address,
                                  .length_bytes = data.metadata_bytes};
    bool separate = move && !ns->metadata_interleaved;
    int status = LWNVME_OK;

    if (separate != ((data.flags & LWNVME_BUFFER_METADATA) != 0))
        return LWNVME_ERR_METADATA_BUFFER;
    data.flags &= ~LWNVME_BUFFER_METADATA;
    if (separate)
        status =
            lwnvme_buffer_check_aligned(&apart, (uint64_t)block_count * ns->metadata_bytes, metadata_mask);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_buffer_check_aligned(&data, (uint64_t)block_count * lwnvme_metadata_block_bytes(ns, move),
                                       data_mask);
}

int lwnvme_metadata_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                        uint32_t *blocks, uint64_t *dma)
{
    uint32_t bytes = request->ns->metadata_bytes;
    size_t run = (size_t)*blocks * bytes;
    uint32_t fit;
    int status;

    if ((request->mapping & LWNVME_MAPPING_RUNS) != 0)
        return LWNVME_OK;
    status = lwnvme_translate(queue, request, slot_index,
                              request->buffer.metadata_address + (uint64_t)request->blocks_issued * bytes,
                              dma, &run);
    if (status != LWNVME_OK)
        return status;
    if (((uint32_t)*dma & 3u) != 0 && (request->mapping & LWNVME_MAPPING_METADATA) == 0)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    fit = lwnvme_divide((uint32_t)run, bytes);
    if (fit < *blocks)
        *blocks = fit;
    return fit == 0 ? LWNVME_ERR_BUFFER_LAYOUT : LWNVME_OK;
}

static void lwnvme_metadata_go_on(struct lwnvme_namespace *ns)
{
    ns->status = ns->protection_type != 0 ? LWNVME_ERR_NS_METADATA : lwnvme_metadata_limit(ns);
    if (ns->metadata_bytes == 0)
        ns->dress = NULL;
    if (ns->dress == NULL)
        lwnvme_straight_allow(ns);
}

int lwnvme_metadata_begin(struct lwnvme_request *request)
{
    const uint32_t mask = lwnvme_align_mask(request->queue);

    /* Data without a namespace's blocks are ranges and the like. */
    if (request->block_count == 0 || request->data_bytes == 0)
        return LWNVME_OK;
    request->data_bytes = lwnvme_metadata_block_bytes(request->ns, true);
    return lwnvme_metadata_shape(request->ns, request->block_count, &request->buffer, true, mask, mask);
}

static void lwnvme_metadata_piece(const struct lwnvme_request *request, uint32_t *sqe)
{
    (void)request;
    (void)sqe;
}

static void lwnvme_metadata_end(struct lwnvme_request *request)
{
    (void)request;
}

static const struct lwnvme_dress lwnvme_metadata_dress = {.open = lwnvme_metadata_go_on,
                                                          .begin = lwnvme_metadata_begin,
                                                          .map = lwnvme_metadata_map,
                                                          .piece = lwnvme_metadata_piece,
                                                          .end = lwnvme_metadata_end};

int lwnvme_metadata_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns)
{
    int status;

    status = lwnvme_namespace_open(controller, nsid, ns);

    if (status == LWNVME_OK)
        ns->dress = &lwnvme_metadata_dress;
    return status;
}

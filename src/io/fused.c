/* SPDX-License-Identifier: MIT */
/*
 * Compare and write: a fused pair.
 *
 *     ring  ... | Compare, FUSE 01b | Write, FUSE 10b | ...      also from the last place to the first
 *
 * The pair is one request with two commands, both written at once and told by one doorbell, so nothing can come between
 * them: not another submission, a batch, an owner of a shared queue, nor what waits. While there are not two free slots
 * none is taken, and the request waits as a whole. Both commands are awaited. An error's place is 0 for the compare, 1 for
 * the write, and 2 more where a half only failed because the other did, so that the cause is what is told.
 *
 * Of the request's private members copy_bytes is how many bytes the compare moves, most_blocks how many the write does, and
 * pieces_left the write's dword 12: with metadata the halves may differ, because protection information that the controller
 * inserts is still compared.
 */
#include <lwnvme/fused.h>

#include "io_private.h"

#define LWNVME_FUSE_BITS(fuse) lwnvme_field_put(fuse, LWNVME_SQE_DW0_FUSE)

static void lwnvme_fused_half_set(struct lwnvme_request *request, uint32_t opcode, uint32_t fuse,
                                  const struct lwnvme_buffer *buffer)
{
    request->command.opcode = opcode | LWNVME_FUSE_BITS(fuse);
    request->buffer = *buffer;
    request->segment_index = 0;
    request->segment_offset = 0;
}

/* Maps a half for its slot, or nothing. What cannot be one command is refused: without blocks the mapper cuts nothing. */
static int lwnvme_fused_map(struct lwnvme_queue *queue, struct lwnvme_request *request,
                            struct lwnvme_slot *slot, uint32_t bytes, struct lwnvme_prp *prp)
{
    const uint32_t slot_index = lwnvme_slot_index(slot);
    uint32_t blocks = lwnvme_metadata_blocks(request);
    const uint32_t wanted = blocks;
    int status = LWNVME_OK;

    request->data_bytes = bytes;
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, true);
    if ((request->buffer.flags & LWNVME_BUFFER_METADATA) != 0)
        status = request->ns->dress->map(queue, request, slot_index, &blocks, &prp->metadata);
    if (status == LWNVME_OK && blocks != wanted)
        status = LWNVME_ERR_BUFFER_LAYOUT;
    if (status == LWNVME_OK)
        status = lwnvme_map(queue, request, slot_index, &bytes, prp);
    if (status != LWNVME_OK)
        lwnvme_unmap(queue, slot_index, LWNVME_TO_DEVICE);
    request->data_bytes = 0;
    return status;
}

static int lwnvme_fused_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_fused_pair *pair = (const struct lwnvme_fused_pair *)request->copy;
    struct lwnvme_slot *first = queue->free_first;
    struct lwnvme_slot *second = first->next_free;
    struct lwnvme_prp prp[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    uint32_t specific = request->command.cdw13;
    int status;

    if (second == NULL)
        return LWNVME_PENDING;
    lwnvme_fused_half_set(request, LWNVME_NVM_WRITE, LWNVME_FUSE_SECOND, &pair->write);
    status = lwnvme_fused_map(queue, request, second, request->most_blocks, &prp[1]);
    if (status != LWNVME_OK)
        return status;
    lwnvme_fused_half_set(request, LWNVME_NVM_COMPARE, LWNVME_FUSE_FIRST, &pair->compare);
    status = lwnvme_fused_map(queue, request, first, request->copy_bytes, &prp[0]);
    if (status != LWNVME_OK) {
        lwnvme_unmap(queue, lwnvme_slot_index(second), LWNVME_TO_DEVICE);
        return status;
    }
    if (request->ns->dress != NULL)
        lwnvme_tags_set(request, request->ns->dress->piece); /* the same in both halves */
    request->command.cdw13 = 0;
    lwnvme_piece_send(queue, request, 0, &prp[0]);
    request->bytes_done = lwnvme_metadata_blocks(request) << request->ns->block_shift;
    request->blocks_issued = 1; /* the place of the write's error */
    request->command.opcode = LWNVME_NVM_WRITE | LWNVME_FUSE_BITS(LWNVME_FUSE_SECOND);
    request->command.cdw12 = request->pieces_left;
    request->command.cdw13 = specific;
    lwnvme_piece_send(queue, request, 0, &prp[1]);
    return LWNVME_OK;
}

static int lwnvme_fused_limits_check(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                     uint64_t lba, uint32_t block_count)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(ns->controller);

    if ((lwnvme_le16_get(&identify->fuses) & LWNVME_FUSES_COMPARE_AND_WRITE) == 0)
        return LWNVME_ERR_NO_FUSED;
    if (ns->read_only)
        return LWNVME_ERR_READ_ONLY;
    if (ns->csi != LWNVME_CSI_NVM)
        return LWNVME_ERR_NS_COMMAND_SET;
    if (queue->entries < 3)
        return LWNVME_ERR_QUEUE_SIZE;
    if (block_count > ns->max_blocks)
        return LWNVME_ERR_NOT_ATOMIC;
    return lwnvme_atomicity_check(ns, LWNVME_ATOMIC_COMPARE_AND_WRITE, lba, block_count);
}

/* Checks the buffer of a half, and makes protection information in it where that is the library's to do. *bytes: how many
 * move, data and metadata. */
static LWNVME_NOINLINE int lwnvme_fused_half_begin(struct lwnvme_request *request, uint32_t opcode,
                                                   const struct lwnvme_buffer *buffer, uint32_t block_count,
                                                   uint32_t *bytes)
{
    const struct lwnvme_namespace *ns = request->ns;
    struct lwnvme_buffer data = *buffer;
    int status = LWNVME_OK;

    if (!lwnvme_io_can_map(ns, buffer))
        return LWNVME_ERR_HOOK_DMA_MAP;
    lwnvme_fused_half_set(request, opcode, 0, buffer);
    request->block_count = block_count;
    request->data_bytes = ns->block_bytes;
    if (ns->dress != NULL) {
        status = ns->dress->begin(request);
        data.flags &= ~LWNVME_BUFFER_METADATA;
        if (status == LWNVME_OK && data.flags != buffer->flags && (data.metadata_address & 3u) != 0)
            status = LWNVME_ERR_BUFFER_ALIGNMENT;
    }
    *bytes = request->data_bytes * block_count;
    request->block_count = 0; /* the engine maps nothing by itself */
    request->data_bytes = 0;
    return status != LWNVME_OK ? status : lwnvme_buffer_check(&data, *bytes);
}

int lwnvme_compare_and_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                             struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                             struct lwnvme_fused_pair *pair)
{
    uint32_t options;
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && pair == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, block_count);
    if (status == LWNVME_OK)
        status = lwnvme_fused_limits_check(queue, ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, LWNVME_NVM_COMPARE, lba, 0);
    request->queue = queue;
    request->command.cdw13 = request->directive >> 24; /* the write's, as is all of it */
    options = request->command.cdw12 | (block_count - 1u);
    request->command.cdw12 = options;
    status = lwnvme_io_direct(request);
    if (status == LWNVME_OK)
        status = lwnvme_fused_half_begin(request, LWNVME_NVM_WRITE, &pair->write, block_count,
                                         &request->most_blocks);
    if (status != LWNVME_OK)
        return status;
    request->pieces_left = request->command.cdw12;
    request->command.cdw12 = options;
    status = lwnvme_fused_half_begin(request, LWNVME_NVM_COMPARE, &pair->compare, block_count,
                                     &request->copy_bytes);
    if (status != LWNVME_OK)
        return status;
    request->copy = pair;
    return lwnvme_submit_by(queue, request, lwnvme_fused_issue);
}

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
                            struct lwnvme_slot *slot, struct lwnvme_prp *prp)
{
    uint32_t bytes = request->copy_bytes;
    int status;

    request->data_bytes = bytes;
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_buffer_sync(queue, request, true);
    status = lwnvme_map(queue, request, lwnvme_slot_index(slot), &bytes, prp);
    request->data_bytes = 0;
    return status;
}

static int lwnvme_fused_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_fused_pair *pair = (const struct lwnvme_fused_pair *)request->copy;
    struct lwnvme_slot *first = queue->free_first;
    struct lwnvme_slot *second = first->next_free;
    struct lwnvme_prp prp[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    uint32_t options = request->command.cdw12;
    uint32_t specific = request->command.cdw13;
    int status;

    if (second == NULL)
        return LWNVME_PENDING;
    lwnvme_fused_half_set(request, LWNVME_NVM_WRITE, LWNVME_FUSE_SECOND, &pair->write);
    status = lwnvme_fused_map(queue, request, second, &prp[1]);
    if (status != LWNVME_OK)
        return status;
    lwnvme_fused_half_set(request, LWNVME_NVM_COMPARE, LWNVME_FUSE_FIRST, &pair->compare);
    status = lwnvme_fused_map(queue, request, first, &prp[0]);
    if (status != LWNVME_OK) {
        lwnvme_unmap(queue, lwnvme_slot_index(second), LWNVME_TO_DEVICE);
        return status;
    }
    request->command.cdw12 = options & ~lwnvme_field_put(15u, LWNVME_RW_DTYPE);
    request->command.cdw13 = 0;
    lwnvme_piece_send(queue, request, 0, &prp[0]);
    request->bytes_done = request->copy_bytes;
    request->blocks_issued = 1; /* the place of the write's error */
    request->command.opcode = LWNVME_NVM_WRITE | LWNVME_FUSE_BITS(LWNVME_FUSE_SECOND);
    request->command.cdw12 = options;
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
    if (ns->dress != NULL)
        return LWNVME_ERR_NS_METADATA;
    if (queue->entries < 3)
        return LWNVME_ERR_QUEUE_SIZE;
    if (block_count > ns->max_blocks)
        return LWNVME_ERR_NOT_ATOMIC;
    return lwnvme_atomicity_check(ns, LWNVME_ATOMIC_COMPARE_AND_WRITE, lba, block_count);
}

static LWNVME_NOINLINE int lwnvme_fused_buffer_check(const struct lwnvme_namespace *ns,
                                                     const struct lwnvme_buffer *buffer, uint64_t bytes)
{
    return lwnvme_io_can_map(ns, buffer) ? lwnvme_buffer_check(buffer, bytes) : LWNVME_ERR_HOOK_DMA_MAP;
}

int lwnvme_compare_and_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                             struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                             struct lwnvme_fused_pair *pair)
{
    uint64_t bytes;
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && pair == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, block_count);
    if (status == LWNVME_OK)
        status = lwnvme_fused_limits_check(queue, ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    bytes = (uint64_t)block_count * ns->block_bytes;
    status = lwnvme_fused_buffer_check(ns, &pair->compare, bytes);
    if (status == LWNVME_OK)
        status = lwnvme_fused_buffer_check(ns, &pair->write, bytes);
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, LWNVME_NVM_COMPARE, lba, 0);
    request->command.cdw12 |= block_count - 1u;
    status = lwnvme_io_direct(request);
    if (status != LWNVME_OK)
        return status;
    request->copy_bytes = (uint32_t)bytes; /* the engine maps nothing by itself */
    request->buffer = pair->compare;
    request->copy = pair;
    return lwnvme_submit_by(queue, request, lwnvme_fused_issue);
}

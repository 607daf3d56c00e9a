/* SPDX-License-Identifier: MIT */
/*
 * The NVM command set: read, write, compare, flush, write zeroes, verify, dataset management.
 *
 * Each call checks everything that can be known beforehand, fills in the request, and hands it to the engine
 * (core/queue.c), which splits, maps and sends it. Nothing here waits. Queue owner's context.
 */
#include <lwnvme/nvm.h>

#include "../core/core.h"
#include "../core/straight.h"
#include "io_private.h"

/* Why a namespace handle and a queue cannot be used together. */
static int lwnvme_nvm_mismatch(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns)
{
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    if (ns->status != LWNVME_OK && ns->status != LWNVME_PENDING)
        return ns->status;
    return LWNVME_ERR_NAMESPACE_CLOSED;
}

int lwnvme_io_check(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    const struct lwnvme_request *request)
{
    if (queue == NULL || ns == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    if (ns->status != LWNVME_OK || ns->controller == NULL || ns->incarnation != queue->incarnation)
        return lwnvme_nvm_mismatch(queue, ns);
    return LWNVME_OK;
}

int lwnvme_io_range_check(const struct lwnvme_namespace *ns, uint64_t lba, uint32_t block_count)
{
    if (block_count == 0)
        return LWNVME_ERR_ZERO_BLOCKS;
    if (lba >= ns->block_count || block_count > ns->block_count - lba)
        return LWNVME_ERR_LBA_RANGE;
    return LWNVME_OK;
}

/* Fills in what all commands on a namespace have in common; no data move yet. */
void lwnvme_io_fill(struct lwnvme_request *request, const struct lwnvme_namespace *ns, uint32_t opcode,
                    uint64_t lba, uint32_t block_count)
{
    struct lwnvme_command *command = &request->command;

    command->opcode = opcode;
    command->nsid = ns->nsid;
    command->cdw2 = 0;
    command->cdw3 = 0;
    command->cdw10 = (uint32_t)lba;
    command->cdw11 = (uint32_t)(lba >> 32);
    command->cdw12 = lwnvme_io_options(request);
    command->cdw13 = 0;
    command->cdw14 = 0;
    command->cdw15 = 0;
    request->internal_done = NULL;
    request->ns = ns;
    request->lba = lba;
    request->block_count = block_count;
    request->data_bytes = 0;
}

static int lwnvme_nvm_buffer_check(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                   uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    if (!lwnvme_io_can_map(ns, buffer))
        return LWNVME_ERR_HOOK_DMA_MAP;
    if (LWNVME_EXTENSION(ns->dress) != NULL) /* it knows what else there is, and looks at all of it */
        return LWNVME_OK;
    return lwnvme_buffer_check_aligned(buffer, (uint64_t)block_count * ns->block_bytes,
                                       lwnvme_align_mask(queue));
}

/* The long way for transfers, up to the point where they are submitted: every check by name. */
static int lwnvme_nvm_prepare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, uint64_t lba, struct lwnvme_span span,
                              const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && buffer == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, span.block_count);
    if (status == LWNVME_OK)
        status = lwnvme_nvm_buffer_check(queue, ns, span.block_count, buffer);
    if (LWNVME_CONFIG_BOOT != 0 && status == LWNVME_OK && span.block_count > ns->max_blocks)
        status = LWNVME_ERR_TRANSFER_SIZE;
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, span.opcode, lba, span.block_count);
    if (span.opcode != LWNVME_NVM_COMPARE)
        request->command.cdw13 = request->directive >> 24;
    request->data_bytes = ns->block_bytes;
#if LWNVME_CONFIG_BOOT /* there: one command, of which all is known */
    request->data_bytes *= span.block_count;
    request->command.cdw12 |= span.block_count - 1u;
#endif
    request->buffer = *buffer;
    return LWNVME_OK;
}

/* And with whatever splitting, mapping and waiting it takes. */
static LWNVME_NOINLINE int lwnvme_nvm_long_way(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                               struct lwnvme_request *request, uint64_t lba,
                                               struct lwnvme_span span, const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_nvm_prepare(queue, ns, request, lba, span, buffer);

    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

#if LWNVME_CONFIG_BOOT
int lwnvme_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, struct lwnvme_request *request,
                uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_READ};

    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
}

int lwnvme_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                 const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_WRITE};

    if (ns != NULL && ns->read_only) {
        int status = lwnvme_io_check(queue, ns, request);

        return status != LWNVME_OK ? status : LWNVME_ERR_READ_ONLY;
    }
    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
}
#else
/* A controller with directives says so in OACS; data placement is one of them. */
int lwnvme_io_direct(struct lwnvme_request *request)
{
    uint32_t type = request->directive >> 16 & 15u;

    if ((request->directive & 0xffffffu) == 0)
        return LWNVME_OK;
    if ((request->ns->controller->info.oacs & LWNVME_OACS_DIRECTIVES) == 0)
        return LWNVME_ERR_NO_DIRECTIVES;
    if (type == LWNVME_DIRECTIVE_TYPE_DATA_PLACEMENT &&
        (lwnvme_le32_get(&lwnvme_identify_copy(request->ns->controller)->ctratt) &
         LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT) == 0)
        return LWNVME_ERR_NO_FDP;
    if (type == 0 || (request->directive & 0xf00000u) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    request->command.cdw12 |= lwnvme_field_put(type, LWNVME_RW_DTYPE);
    request->command.cdw13 |= request->directive << 16;
    return LWNVME_OK;
}

static enum lwnvme_atomic lwnvme_atomic_kind(const struct lwnvme_request *request)
{
    return (request->flags & LWNVME_REQUEST_ATOMIC_POWER_FAIL) != 0 ? LWNVME_ATOMIC_POWER_FAIL
                                                                    : LWNVME_ATOMIC_ALWAYS;
}

/* Sends all blocks as one command, or nothing: also when a reset has brought other limits. */
static int lwnvme_nvm_issue_whole(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t blocks = request->block_count;
    uint32_t index = lwnvme_slot_index(queue->free_first);
    int status = lwnvme_atomicity_check(request->ns, lwnvme_atomic_kind(request), request->lba,
                                        lwnvme_metadata_blocks(request));

    if (status == LWNVME_OK)
        status = lwnvme_piece_map(queue, request, index, &blocks, &prp);
    if (status == LWNVME_OK && blocks != request->block_count) {
        if (LWNVME_EXTENSION(queue->mapper) != NULL) /* bounce memory */
            queue->mapper->end(queue, index, LWNVME_ERR_BUFFER_LAYOUT);
        lwnvme_unmap(queue, index, lwnvme_request_direction(request));
        status = LWNVME_ERR_BUFFER_LAYOUT;
    }
    if (status == LWNVME_OK)
        lwnvme_piece_send(queue, request, blocks, &prp);
    return status;
}

/* Sends no more blocks than are atomic together. */
static int lwnvme_nvm_issue_atomic(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    return lwnvme_piece_issue(
        queue, request,
        lwnvme_atomic_room(request->ns, lwnvme_atomic_kind(request), request->lba + request->blocks_issued));
}

static int lwnvme_nvm_submit_atomic(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_namespace *ns = request->ns;
    int status;

    if ((request->flags & LWNVME_REQUEST_ATOMIC_PIECES) != 0 && ns->csi != LWNVME_CSI_ZONED)
        return lwnvme_submit_by(queue, request, lwnvme_nvm_issue_atomic);
    status = lwnvme_atomicity_check(ns, lwnvme_atomic_kind(request), request->lba, request->block_count);
    if (status == LWNVME_OK && request->block_count > ns->max_blocks)
        status = LWNVME_ERR_NOT_ATOMIC;
    return status != LWNVME_OK ? status : lwnvme_submit_by(queue, request, lwnvme_nvm_issue_whole);
}

/* The long way of writes, which have options that others have not. */
static LWNVME_NOINLINE int lwnvme_write_long_way(struct lwnvme_queue *queue,
                                                 const struct lwnvme_namespace *ns,
                                                 struct lwnvme_request *request, uint64_t lba,
                                                 uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_WRITE};
    int status = lwnvme_nvm_prepare(queue, ns, request, lba, span, buffer);

    if (status == LWNVME_OK)
        status = lwnvme_io_direct(request);
    if (status != LWNVME_OK)
        return status;
    if ((request->flags & (LWNVME_REQUEST_ATOMIC | LWNVME_REQUEST_ATOMIC_POWER_FAIL)) != 0)
        return lwnvme_nvm_submit_atomic(queue, request);
    return lwnvme_submit(queue, request);
}

/* The straight path is left for the long way: which blocks it is about stands in the ring already. Arguments stay in the
 * registers that they are in. */
static LWNVME_NOINLINE int lwnvme_straight_leave(struct lwnvme_queue *queue,
                                                 const struct lwnvme_namespace *ns,
                                                 struct lwnvme_request *request, uint32_t opcode,
                                                 size_t bytes, const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {0, opcode};
    uint64_t lba = lwnvme_straight_read_blocks(queue, &span.block_count);

    (void)bytes;
    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
}

/*
 * The straight path for what is not one page of the direct map: the host translates, and there may be further pages. The
 * buffer has been looked at, but its address may be NULL, and there may be no slot.
 */
static LWNVME_NOINLINE int lwnvme_straight_mapped(struct lwnvme_queue *queue,
                                                  const struct lwnvme_namespace *ns,
                                                  struct lwnvme_request *request, uint32_t opcode,
                                                  size_t bytes, const struct lwnvme_buffer *buffer)
{
    const struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_slot *slot = queue->free_first;
    uint64_t prp[2] = {buffer->address - queue->direct_address, 0};
    size_t run = bytes;
    size_t beyond;

    if (LWNVME_UNLIKELY(slot == NULL) || LWNVME_UNLIKELY(buffer->address == 0))
        return lwnvme_straight_leave(queue, ns, request, opcode, bytes, buffer);
    if (prp[0] < queue->direct_bytes)
        prp[0] += queue->direct_dma;
    else if (LWNVME_UNLIKELY(
                 !controller->ops->dma_map(controller->host, (const void *)(uintptr_t)buffer->address, bytes,
                                           (enum lwnvme_direction)(opcode & 3u), &prp[0], &run)) ||
             LWNVME_UNLIKELY(run < bytes) || LWNVME_UNLIKELY(((uint32_t)prp[0] & 3u) != 0))
        return lwnvme_straight_leave(queue, ns, request, opcode, bytes, buffer);
    beyond = bytes + (size_t)(prp[0] & queue->page_mask);
    if (beyond > queue->page_mask + 1u) {
        prp[1] = lwnvme_map_further_pages(queue, prp[0], (uint32_t)beyond);
        if (LWNVME_UNLIKELY(prp[1] == LWNVME_NO_PRP))
            return lwnvme_straight_leave(queue, ns, request, opcode, bytes, buffer);
    }
    lwnvme_straight_write(queue, slot, ns, opcode, prp);
    lwnvme_straight_claim(queue, slot, ns, request, bytes);
    return queue->hold == LWNVME_HOLD_NOT ? lwnvme_sq_publish(queue) : LWNVME_OK;
}

/* Made a part of read and of write, whose opcodes are constants then. */
static LWNVME_ALWAYS_INLINE int lwnvme_nvm_transfer(struct lwnvme_queue *queue,
                                                    const struct lwnvme_namespace *ns,
                                                    struct lwnvme_request *request, uint64_t lba,
                                                    struct lwnvme_span span,
                                                    const struct lwnvme_buffer *buffer)
{
    size_t bytes;

    if (LWNVME_CONFIG_STRAIGHT == 0 ||
        LWNVME_UNLIKELY(queue == NULL || ns == NULL || request == NULL || buffer == NULL) ||
        LWNVME_UNLIKELY(!lwnvme_straight_fits(queue, ns, request, lba, span.block_count)))
        return span.opcode == LWNVME_NVM_WRITE
                   ? lwnvme_write_long_way(queue, ns, request, lba, span.block_count, buffer)
                   : lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
    bytes = span.block_count * ns->block_bytes;
    lwnvme_straight_write_blocks(queue, lba, span.block_count);
    if (LWNVME_UNLIKELY(!lwnvme_straight_buffer_fits(buffer, bytes)))
        return lwnvme_straight_leave(queue, ns, request, span.opcode, bytes, buffer);
    if (!lwnvme_straight_direct(queue, ns, request, span.opcode, bytes, buffer->address))
        return lwnvme_straight_mapped(queue, ns, request, span.opcode, bytes, buffer);
    return queue->hold == LWNVME_HOLD_NOT ? lwnvme_sq_publish(queue) : LWNVME_OK;
}

int lwnvme_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, struct lwnvme_request *request,
                uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_READ};

    return lwnvme_nvm_transfer(queue, ns, request, lba, span, buffer);
}

int lwnvme_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                 const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_WRITE};
    if (LWNVME_UNLIKELY(ns != NULL && ns->read_only)) {
        int status = lwnvme_io_check(queue, ns, request);

        return status != LWNVME_OK ? status : LWNVME_ERR_READ_ONLY;
    }
    return lwnvme_nvm_transfer(queue, ns, request, lba, span, buffer);
}

#endif

#if !LWNVME_CONFIG_BOOT
/* Rare enough to take the long way always. */
int lwnvme_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                   struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                   const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_COMPARE};
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && (ns->oncs & LWNVME_ONCS_COMPARE) == 0)
        status = LWNVME_ERR_NO_COMPARE;
    if (status != LWNVME_OK)
        return status;
    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
}

#endif

/* The beginning of every command that has no blocks for the engine to split. */
int lwnvme_io_begin(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    struct lwnvme_request *request, uint32_t opcode, uint64_t lba)
{
    int status = lwnvme_io_check(queue, ns, request);

    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, opcode, lba, 0);
    request->command.cdw12 = 0;
    return LWNVME_OK;
}

/* Sent whether or not there is a volatile cache: without one the controller has nothing to do. */
int lwnvme_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request)
{
    int status = lwnvme_io_begin(queue, ns, request, LWNVME_NVM_FLUSH, 0);

    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

#if !LWNVME_CONFIG_BOOT
/* A command on blocks that moves no data, and which the controller may lack. */
struct lwnvme_dataless {
    uint8_t opcode;
    uint8_t writes;
    uint16_t oncs;
    int16_t absent;
    uint16_t limit; /* where in struct lwnvme_identify_nvm_controller */
};

static uint32_t lwnvme_dataless_most(const struct lwnvme_namespace *ns, const struct lwnvme_dataless *row)
{
    return lwnvme_limit_blocks(ns, ns->controller->command_limits[row->limit]);
}

/* By the limit of now: a reset may have brought another one. Where nothing is split, what is too long for it is not sent. */
static int lwnvme_nvm_issue_limited(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_dataless *row = (const struct lwnvme_dataless *)request->copy;
    const uint32_t most = lwnvme_dataless_most(request->ns, row);

    if (row->writes != 0 && request->ns->csi == LWNVME_CSI_ZONED && request->block_count > most)
        return LWNVME_ERR_TRANSFER_SIZE;
    return lwnvme_piece_issue(queue, request, most);
}

static int lwnvme_nvm_dataless(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                               const struct lwnvme_dataless *row)
{
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && row->writes != 0 && ns->read_only)
        status = LWNVME_ERR_READ_ONLY;
    if (status == LWNVME_OK && (ns->oncs & row->oncs) == 0)
        status = row->absent;
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, row->opcode, lba, block_count);
    if (row->opcode == LWNVME_NVM_WRITE_UNCORRECTABLE)
        request->command.cdw12 = 0;
    if (row->opcode == LWNVME_NVM_WRITE_ZEROES && (request->flags & LWNVME_REQUEST_DEALLOCATE) != 0)
        request->command.cdw12 |= lwnvme_field_put(1, LWNVME_RW_DEAC);
    if (row->writes != 0)
        status = lwnvme_io_direct(request);
    if (status != LWNVME_OK)
        return status;
    request->most_blocks = lwnvme_dataless_most(ns, row);
    request->copy = (void *)(uintptr_t)row;
    return lwnvme_submit_by(queue, request, lwnvme_nvm_issue_limited);
}

int lwnvme_write_zeroes(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                        struct lwnvme_request *request, uint64_t lba, uint32_t block_count)
{
    static const struct lwnvme_dataless row = {LWNVME_NVM_WRITE_ZEROES, 1, LWNVME_ONCS_WRITE_ZEROES,
                                               LWNVME_ERR_NO_WRITE_ZEROES,
                                               offsetof(struct lwnvme_identify_nvm_controller, wzsl)};

    return lwnvme_nvm_dataless(queue, ns, request, lba, block_count, &row);
}

int lwnvme_verify(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                  struct lwnvme_request *request, uint64_t lba, uint32_t block_count)
{
    static const struct lwnvme_dataless row = {LWNVME_NVM_VERIFY, 0, LWNVME_ONCS_VERIFY, LWNVME_ERR_NO_VERIFY,
                                               offsetof(struct lwnvme_identify_nvm_controller, vsl)};

    return lwnvme_nvm_dataless(queue, ns, request, lba, block_count, &row);
}

int lwnvme_write_uncorrectable(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, uint64_t lba, uint32_t block_count)
{
    static const struct lwnvme_dataless row = {
        LWNVME_NVM_WRITE_UNCORRECTABLE, 1, LWNVME_ONCS_WRITE_UNCORRECTABLE, LWNVME_ERR_NO_WRITE_UNCORRECTABLE,
        offsetof(struct lwnvme_identify_nvm_controller, wusl)};

    return lwnvme_nvm_dataless(queue, ns, request, lba, block_count, &row);
}

/* VWC.FB says whether there is such a flush. Any namespace that is open says which controller, and its handle. */
int lwnvme_flush_all(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    struct lwnvme_command command = {.opcode = LWNVME_NVM_FLUSH, .nsid = 0xffffffffu};

    if (queue == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    if (lwnvme_field_get(queue->controller->info.vwc, LWNVME_VWC_FB) != LWNVME_VWC_FB_SUPPORTED)
        return request->state != LWNVME_REQUEST_IDLE ? LWNVME_ERR_REQUEST_ACTIVE : LWNVME_ERR_NO_BROADCAST;
    return lwnvme_raw(queue, request, &command, NULL);
}

int lwnvme_io_data(struct lwnvme_request *request, const void *data, uint32_t length_bytes)
{
    request->buffer = lwnvme_buffer_cpu(data, length_bytes);
    request->data_bytes = length_bytes;
    return lwnvme_io_can_map(request->ns, &request->buffer)
               ? lwnvme_buffer_check(&request->buffer, length_bytes)
               : LWNVME_ERR_HOOK_DMA_MAP;
}

static uint32_t lwnvme_range_blocks(const struct lwnvme_dsm_range *range)
{
    return lwnvme_le32_get(&range->nlb);
}

static int lwnvme_dsm_check(const struct lwnvme_namespace *ns, const struct lwnvme_dsm_range *ranges,
                            uint32_t range_count, uint32_t attributes)
{
    uint32_t known = LWNVME_DSM_INTEGRAL_READ | LWNVME_DSM_INTEGRAL_WRITE | LWNVME_DSM_DEALLOCATE;
    uint32_t index;
    int status = LWNVME_OK;

    if (ranges == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((ns->oncs & LWNVME_ONCS_DATASET_MANAGEMENT) == 0)
        return LWNVME_ERR_NO_DATASET_MANAGEMENT;
    if ((attributes & ~known) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (ns->read_only && (attributes & LWNVME_DSM_DEALLOCATE) != 0)
        return LWNVME_ERR_READ_ONLY;
    if (range_count == 0 || range_count > LWNVME_DSM_RANGES_MAX)
        return LWNVME_ERR_RANGE_COUNT;
    for (index = 0; index < range_count && status == LWNVME_OK; index++)
        status = lwnvme_io_range_check(ns, lwnvme_le64_get(&ranges[index].slba),
                                       lwnvme_range_blocks(&ranges[index]));
    return status;
}

/* Most blocks of one range, and of all of a command. */
static uint32_t lwnvme_dsm_limits(const struct lwnvme_request *request, uint32_t *ranges, uint64_t *blocks)
{
    uint32_t of_one;

    *ranges = lwnvme_trim_limits(request->ns->controller, &of_one, blocks);
    return *blocks < of_one ? (uint32_t)*blocks : of_one;
}

/* How many ranges the next command takes as they stand; 0: the first of them is too long. */
static uint32_t lwnvme_dsm_count(const struct lwnvme_request *request)
{
    const struct lwnvme_dsm_range *ranges = (const struct lwnvme_dsm_range *)request->copy;
    uint32_t first = request->blocks_issued;
    uint32_t count = 0;
    uint32_t most;
    uint32_t most_of_one;
    uint64_t room;

    most_of_one = lwnvme_dsm_limits(request, &most, &room);
    if (request->copy_bytes != 0)
        return 0;
    while (count < most && first + count < request->block_count) {
        uint32_t blocks = lwnvme_range_blocks(&ranges[first + count]);

        if (blocks > most_of_one || blocks > room)
            break;
        room -= blocks;
        count++;
    }
    return count;
}

/* A part of a range that is too long, in memory of the slot's: that of its PRP list, which such a command does not need.
 * request->copy_bytes is how many of its blocks have been sent. */
static int lwnvme_dsm_part(struct lwnvme_queue *queue, struct lwnvme_request *request, struct lwnvme_prp *prp)
{
    const struct lwnvme_dsm_range *ranges = (const struct lwnvme_dsm_range *)request->copy;
    const struct lwnvme_dsm_range *range = &ranges[request->blocks_issued];
    uint32_t offset = queue->list_offsets[lwnvme_slot_index(queue->free_first)];
    struct lwnvme_dsm_range *part;
    uint32_t left = lwnvme_range_blocks(range) - request->copy_bytes;
    uint32_t ignored;
    uint64_t room;
    uint32_t blocks = lwnvme_dsm_limits(request, &ignored, &room);

    if (queue->lists == NULL)
        return LWNVME_ERR_RANGE_LENGTH;
    part = (struct lwnvme_dsm_range *)(void *)(queue->lists + offset);
    if (blocks > left)
        blocks = left;
    lwnvme_le32_set(&part->cattr, lwnvme_le32_get(&range->cattr));
    lwnvme_le32_set(&part->nlb, blocks);
    lwnvme_le64_set(&part->slba, lwnvme_le64_get(&range->slba) + request->copy_bytes);
    lwnvme_memory_sync(queue->controller, part, sizeof(*part), LWNVME_TO_DEVICE, true);
    prp->prp1 = queue->lists_dma + offset;
    request->copy_bytes = blocks == left ? 0 : request->copy_bytes + blocks;
    return LWNVME_OK;
}

/* Sends the next command. A request counts its ranges as others count their blocks. */
static int lwnvme_dsm_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t count;
    uint32_t bytes;
    int status;

    if (request->unsent != 0) /* also when it is issued again */
        request->copy_bytes = 0;
    count = lwnvme_dsm_count(request);
    bytes = count * (uint32_t)sizeof(struct lwnvme_dsm_range);
    request->segment_offset = request->blocks_issued * sizeof(struct lwnvme_dsm_range);
    if (count != 0 && (queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_memory_sync(queue->controller, (const uint8_t *)request->copy + request->segment_offset, bytes,
                           LWNVME_TO_DEVICE, true);
    if (count != 0)
        status = lwnvme_map(queue, request, lwnvme_slot_index(queue->free_first), &bytes, &prp);
    else
        status = lwnvme_dsm_part(queue, request, &prp);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw10 = count == 0 ? 0 : count - 1u;
    lwnvme_piece_send(queue, request, 0, &prp);
    request->blocks_issued += count == 0 && request->copy_bytes == 0 ? 1u : count;
    if (request->blocks_issued != request->block_count)
        queue->splits++;
    return LWNVME_OK;
}

/* What has been done is told in bytes of the list. A request may also come back without an error's place: then nothing of it
 * was sent. */
static void lwnvme_dsm_done(struct lwnvme_request *request)
{
    uint32_t done = request->error_block;

    if (done > request->block_count)
        done = request->status == LWNVME_OK ? request->block_count : 0;
    request->bytes_done = done * (uint32_t)sizeof(struct lwnvme_dsm_range);
    if (request->done != NULL)
        request->done(request);
}

int lwnvme_dataset_management(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, const struct lwnvme_dsm_range *ranges,
                              uint32_t range_count, uint32_t attributes)
{
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK)
        status = lwnvme_dsm_check(ns, ranges, range_count, attributes);
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, LWNVME_NVM_DATASET_MANAGEMENT, 0, range_count);
    request->command.cdw11 = attributes;
    request->command.cdw12 = 0;
    status = lwnvme_io_data(request, ranges, range_count * (uint32_t)sizeof(*ranges));
    if (status != LWNVME_OK)
        return status;
    request->data_bytes = 0; /* ranges are counted, and no blocks move */
    request->internal_done = lwnvme_dsm_done;
    request->copy = (void *)(uintptr_t)ranges;
    return lwnvme_submit_by(queue, request, lwnvme_dsm_issue);
}

/* The data of such a command, all of which go in one. */
int lwnvme_io_buffer(struct lwnvme_request *request, const struct lwnvme_buffer *buffer,
                     uint32_t length_bytes)
{
    int status;

    if (buffer == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (length_bytes > request->ns->controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    if (!lwnvme_io_can_map(request->ns, buffer))
        return LWNVME_ERR_HOOK_DMA_MAP;
    status = lwnvme_buffer_check(buffer, length_bytes);
    request->buffer = *buffer;
    /* Addresses are those of dwords, and a dword lies in one page. */
    request->data_bytes = (length_bytes + 3u) & ~3u;
    return status;
}
#endif

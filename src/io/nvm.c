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

/* Why a namespace handle and a queue cannot be used together. */
static int lwnvme_nvm_mismatch(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns)
{
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    if (ns->status != LWNVME_OK && ns->status != LWNVME_PENDING)
        return ns->status;
    return LWNVME_ERR_NAMESPACE_CLOSED;
}

static inline int lwnvme_nvm_check(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
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

static inline int lwnvme_nvm_range_check(const struct lwnvme_namespace *ns, uint64_t lba,
                                         uint32_t block_count)
{
    if (block_count == 0)
        return LWNVME_ERR_ZERO_BLOCKS;
    if (lba >= ns->block_count || block_count > ns->block_count - lba)
        return LWNVME_ERR_LBA_RANGE;
    return LWNVME_OK;
}

/* Fills in what all commands on blocks have in common; no data move yet. */
static inline void lwnvme_nvm_fill(struct lwnvme_request *request, const struct lwnvme_namespace *ns,
                                   uint32_t opcode, uint64_t lba, uint32_t block_count)
{
    struct lwnvme_command *command = &request->command;

    command->opcode = opcode;
    command->nsid = ns->nsid;
    command->cdw2 = 0;
    command->cdw3 = 0;
    /* FUA and LR are bits 30 and 31 of the dword, in the order of the two lowest flags. */
    command->cdw12 = (request->flags & (LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY)) << 30;
    command->cdw13 = 0;
    command->cdw14 = 0;
    command->cdw15 = 0;
    request->internal_done = NULL;
    request->ns = ns;
    request->lba = lba;
    request->block_count = block_count;
    request->data_bytes = 0;
}

static int lwnvme_nvm_buffer_check(const struct lwnvme_namespace *ns, uint32_t block_count,
                                   const struct lwnvme_buffer *buffer)
{
    if ((buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0 && ns->controller->ops->dma_map == NULL)
        return LWNVME_ERR_HOOK_DMA_MAP;
    return lwnvme_buffer_check(buffer, (uint64_t)block_count * ns->block_bytes);
}

/* The long way for transfers: every check by name, and whatever splitting, mapping and waiting it takes. */
static int lwnvme_nvm_long_way(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, uint64_t lba, struct lwnvme_span span,
                               const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status == LWNVME_OK && buffer == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_nvm_range_check(ns, lba, span.block_count);
    if (status == LWNVME_OK)
        status = lwnvme_nvm_buffer_check(ns, span.block_count, buffer);
    if (status != LWNVME_OK)
        return status;
    lwnvme_nvm_fill(request, ns, span.opcode, lba, span.block_count);
    request->data_bytes = ns->block_bytes;
    request->buffer = *buffer;
    return lwnvme_submit(queue, request);
}

/* Made a part of read and of write, whose opcodes are constants then. */
static LWNVME_ALWAYS_INLINE int lwnvme_nvm_transfer(struct lwnvme_queue *queue,
                                                    const struct lwnvme_namespace *ns,
                                                    struct lwnvme_request *request, uint64_t lba,
                                                    struct lwnvme_span span,
                                                    const struct lwnvme_buffer *buffer)
{
    if (LWNVME_LIKELY(queue != NULL && ns != NULL && request != NULL && buffer != NULL &&
                      lwnvme_straight_request_fits(request) &&
                      lwnvme_straight_queue_fits(queue, ns, lba, span.block_count)) &&
        LWNVME_LIKELY(lwnvme_straight_submit(queue, ns, request, lba, span, buffer)))
        return LWNVME_OK;
    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
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
        int status = lwnvme_nvm_check(queue, ns, request);

        return status != LWNVME_OK ? status : LWNVME_ERR_READ_ONLY;
    }
    return lwnvme_nvm_transfer(queue, ns, request, lba, span, buffer);
}

/* Rare enough to take the long way always. */
int lwnvme_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                   struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                   const struct lwnvme_buffer *buffer)
{
    struct lwnvme_span span = {block_count, LWNVME_NVM_COMPARE};
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status == LWNVME_OK && (ns->oncs & LWNVME_ONCS_COMPARE) == 0)
        status = LWNVME_ERR_NO_COMPARE;
    if (status != LWNVME_OK)
        return status;
    return lwnvme_nvm_long_way(queue, ns, request, lba, span, buffer);
}

/* Sent whether or not there is a volatile cache: without one the controller has nothing to do. */
int lwnvme_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request)
{
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status != LWNVME_OK)
        return status;
    lwnvme_nvm_fill(request, ns, LWNVME_NVM_FLUSH, 0, 0);
    request->command.cdw10 = 0;
    request->command.cdw11 = 0;
    request->command.cdw12 = 0;
    return lwnvme_submit(queue, request);
}

int lwnvme_write_zeroes(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                        struct lwnvme_request *request, uint64_t lba, uint32_t block_count)
{
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status == LWNVME_OK && ns->read_only)
        status = LWNVME_ERR_READ_ONLY;
    if (status == LWNVME_OK && (ns->oncs & LWNVME_ONCS_WRITE_ZEROES) == 0)
        status = LWNVME_ERR_NO_WRITE_ZEROES;
    if (status == LWNVME_OK)
        status = lwnvme_nvm_range_check(ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    lwnvme_nvm_fill(request, ns, LWNVME_NVM_WRITE_ZEROES, lba, block_count);
    if ((request->flags & LWNVME_REQUEST_DEALLOCATE) != 0)
        request->command.cdw12 |= lwnvme_field_put(1, LWNVME_RW_DEAC);
    return lwnvme_submit(queue, request);
}

int lwnvme_verify(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                  struct lwnvme_request *request, uint64_t lba, uint32_t block_count)
{
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status == LWNVME_OK && (ns->oncs & LWNVME_ONCS_VERIFY) == 0)
        status = LWNVME_ERR_NO_VERIFY;
    if (status == LWNVME_OK)
        status = lwnvme_nvm_range_check(ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    lwnvme_nvm_fill(request, ns, LWNVME_NVM_VERIFY, lba, block_count);
    return lwnvme_submit(queue, request);
}

static int lwnvme_ranges_check(const struct lwnvme_namespace *ns, const struct lwnvme_dsm_range *ranges,
                               uint32_t range_count)
{
    uint32_t index;
    int status;

    for (index = 0; index < range_count; index++) {
        status = lwnvme_nvm_range_check(ns, lwnvme_le64_get(&ranges[index].slba),
                                        lwnvme_le32_get(&ranges[index].nlb));
        if (status != LWNVME_OK)
            return status;
    }
    return LWNVME_OK;
}

static int lwnvme_dsm_check(const struct lwnvme_namespace *ns, const struct lwnvme_dsm_range *ranges,
                            uint32_t range_count, uint32_t attributes)
{
    uint32_t known = LWNVME_DSM_INTEGRAL_READ | LWNVME_DSM_INTEGRAL_WRITE | LWNVME_DSM_DEALLOCATE;

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
    return lwnvme_ranges_check(ns, ranges, range_count);
}

int lwnvme_dataset_management(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, const struct lwnvme_dsm_range *ranges,
                              uint32_t range_count, uint32_t attributes)
{
    struct lwnvme_buffer buffer;
    int status = lwnvme_nvm_check(queue, ns, request);

    if (status == LWNVME_OK)
        status = lwnvme_dsm_check(ns, ranges, range_count, attributes);
    if (status != LWNVME_OK)
        return status;
    buffer = lwnvme_buffer_cpu(ranges, range_count * sizeof(*ranges));
    if (ns->controller->ops->dma_map == NULL)
        return LWNVME_ERR_HOOK_DMA_MAP;
    status = lwnvme_buffer_check(&buffer, buffer.length_bytes);
    if (status != LWNVME_OK)
        return status;
    lwnvme_nvm_fill(request, ns, LWNVME_NVM_DATASET_MANAGEMENT, 0, 0);
    request->command.cdw10 = range_count - 1u;
    request->command.cdw11 = attributes;
    request->command.cdw12 = 0;
    request->data_bytes = (uint32_t)buffer.length_bytes;
    request->buffer = buffer;
    return lwnvme_submit(queue, request);
}

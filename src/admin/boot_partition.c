/* SPDX-License-Identifier: MIT */
/*
 * Boot partitions.
 *
 *     read, registers:   map a piece --> BPMBL, BPRSEL --> BPINFO.BRS --> unmap --> the next piece
 *     read, log page:    Get Log Page, piece by piece, straight into the caller's memory
 *     write:             Firmware Image Download, piece by piece --> commit action 6 --> (7)
 *
 * A read by registers makes the controller write memory without any command. Until BRS says that it has ended the
 * memory is the controller's: a piece that takes too long brings the controller down, as a command would, and the
 * operation ends when it has stopped; if it does not stop, or BRS says that the read goes on all the same, the caller
 * is told (LWNVME_ERR_BUFFER_HELD). A reset is noticed by the READY occasion, since afterwards the registers may say
 * anything, and the pieces of an image that the controller had are lost.
 *
 * Controller owner's context.
 */
#include <lwnvme/boot_partition.h>

#include "../core/core.h"

#define LWNVME_BOOT_UNIT_SHIFT     12u
#define LWNVME_BOOT_UNIT_BYTES     4096u
#define LWNVME_BOOT_SIZE_SHIFT     17u       /* BPSZ counts 128 KiB */
#define LWNVME_BOOT_PIECE_BYTES    0x100000u /* BPRSZ could do 1023 units */
#define LWNVME_BOOT_POLL_MS        1u
#define LWNVME_BOOT_LIMIT_MS       30000u
#define LWNVME_BOOT_COMMIT_MS      120000u /* the whole partition is written */
#define LWNVME_BOOT_BRS_NONE       0u
#define LWNVME_BOOT_BRS_UNDER_WAY  1u
#define LWNVME_BOOT_BRS_SUCCESS    2u
#define LWNVME_BOOT_DOWNLOAD_BYTES 0x20000u

/* lwnvme_operation.stage of a write */
enum lwnvme_boot_stage {
    LWNVME_BOOT_DOWNLOAD = 0,
    LWNVME_BOOT_COMMIT,
    LWNVME_BOOT_ACTIVATE
};

static int lwnvme_boot_supported(const struct lwnvme_controller *controller)
{
    int status;

    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_cap(controller, LWNVME_CAP_BPS) != 0 ? LWNVME_OK : LWNVME_ERR_NO_BOOT_PARTITION;
}

int lwnvme_boot_partition_get_info(const struct lwnvme_controller *controller,
                                   struct lwnvme_boot_partition_info *info)
{
    int status = lwnvme_boot_supported(controller);
    uint32_t bpinfo;

    if (status != LWNVME_OK)
        return status;
    if (info == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    bpinfo = lwnvme_register_read(controller, LWNVME_REG_BPINFO);
    if (bpinfo == 0xffffffffu)
        return LWNVME_ERR_GONE;
    info->size_bytes = (uint64_t)lwnvme_field_get(bpinfo, LWNVME_BPINFO_BPSZ) << LWNVME_BOOT_SIZE_SHIFT;
    info->active = (uint8_t)lwnvme_field_get(bpinfo, LWNVME_BPINFO_ABPID);
    return LWNVME_OK;
}

/* The part of the caller's buffer that comes next. */
static struct lwnvme_buffer lwnvme_boot_part(const struct lwnvme_boot_partition *partition,
                                             uint32_t length_bytes)
{
    struct lwnvme_buffer part = partition->buffer;

    part.address += partition->done_bytes;
    part.length_bytes = length_bytes;
    return part;
}

static uint64_t lwnvme_boot_left_bytes(const struct lwnvme_boot_partition *partition)
{
    return partition->length_bytes - partition->done_bytes;
}

/* A partition is less than 4 GiB, so 32 bits do for units of 1 KiB. */
static void lwnvme_boot_progress(struct lwnvme_boot_partition *partition)
{
    uint32_t length_kib = (uint32_t)(partition->length_bytes >> 10);
    uint32_t done_kib = (uint32_t)(partition->done_bytes >> 10);

    lwnvme_operation_progress(&partition->operation,
                              length_kib == 0 ? 0 : lwnvme_divide(done_kib * 100u, length_kib));
}

static int lwnvme_boot_check(const struct lwnvme_controller *controller,
                             const struct lwnvme_boot_partition *partition, uint64_t *size_bytes)
{
    struct lwnvme_boot_partition_info info;
    int status;

    if (controller == NULL || partition == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &partition->operation);
    if (status == LWNVME_OK)
        status = lwnvme_boot_partition_get_info(controller, &info);
    if (status != LWNVME_OK)
        return status;
    if (partition->partition > 1u || partition->length_bytes == 0 || partition->buffer.segments != NULL)
        return LWNVME_ERR_INVALID_ARGUMENT;
    status = lwnvme_buffer_check(&partition->buffer, partition->length_bytes);
    if (status != LWNVME_OK)
        return status;
    if ((partition->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0 && controller->ops->dma_map == NULL)
        return LWNVME_ERR_HOOK_DMA_MAP;
    *size_bytes = info.size_bytes;
    return LWNVME_OK;
}

static int lwnvme_boot_read_check(const struct lwnvme_controller *controller,
                                  const struct lwnvme_boot_partition *partition, uint64_t align_bytes)
{
    uint64_t size_bytes = 0;
    int status = lwnvme_boot_check(controller, partition, &size_bytes);

    if (status != LWNVME_OK)
        return status;
    if (((partition->offset_bytes | partition->length_bytes) & (LWNVME_BOOT_UNIT_BYTES - 1u)) != 0 ||
        partition->offset_bytes > size_bytes ||
        partition->length_bytes > size_bytes - partition->offset_bytes)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((partition->buffer.address & (align_bytes - 1u)) != 0)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    return LWNVME_OK;
}

/* Reading by registers. */

static const void *lwnvme_boot_memory(const struct lwnvme_boot_partition *partition)
{
    return (const void *)(uintptr_t)(partition->buffer.address + partition->done_bytes);
}

/* The controller does not write the piece any more. */
static void lwnvme_boot_unmap(struct lwnvme_boot_partition *partition)
{
    const struct lwnvme_controller *controller = partition->operation.controller;

    if (partition->mapped_bytes != 0 && controller->ops->dma_unmap != NULL)
        controller->ops->dma_unmap(controller->host, partition->dma, partition->mapped_bytes,
                                   LWNVME_FROM_DEVICE);
    if (partition->mapped_bytes != 0)
        lwnvme_memory_sync(controller, lwnvme_boot_memory(partition), partition->mapped_bytes,
                           LWNVME_FROM_DEVICE, false);
    partition->mapped_bytes = 0;
    partition->piece_bytes = 0;
}

/* Where the controller finds the next piece, and how long that is: as far as the addresses go on without a gap. */
static int lwnvme_boot_map(struct lwnvme_boot_partition *partition)
{
    const struct lwnvme_controller *controller = partition->operation.controller;
    uint64_t left_bytes = lwnvme_boot_left_bytes(partition);
    size_t wanted = left_bytes > LWNVME_BOOT_PIECE_BYTES ? LWNVME_BOOT_PIECE_BYTES : (size_t)left_bytes;
    size_t run = wanted;

    partition->mapped_bytes = 0;
    partition->dma = partition->buffer.address + partition->done_bytes;
    if ((partition->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0) {
        lwnvme_memory_sync(controller, lwnvme_boot_memory(partition), wanted, LWNVME_FROM_DEVICE, true);
        if (!controller->ops->dma_map(controller->host, lwnvme_boot_memory(partition), wanted,
                                      LWNVME_FROM_DEVICE, &partition->dma, &run))
            return LWNVME_ERR_DMA_MAP;
        if (run > wanted)
            run = wanted;
        partition->mapped_bytes = (uint32_t)run;
    }
    if (!lwnvme_dma_in_reach(controller, partition->dma, run))
        return LWNVME_ERR_DMA_LIMIT;
    partition->piece_bytes = (uint32_t)run & ~(LWNVME_BOOT_UNIT_BYTES - 1u);
    if ((partition->dma & (LWNVME_BOOT_UNIT_BYTES - 1u)) != 0 || partition->piece_bytes == 0)
        return LWNVME_ERR_BUFFER_LAYOUT;
    return LWNVME_OK;
}

static void lwnvme_boot_read_next(struct lwnvme_boot_partition *partition)
{
    const struct lwnvme_controller *controller = partition->operation.controller;
    uint64_t offset_bytes = partition->offset_bytes + partition->done_bytes;
    int status = lwnvme_boot_map(partition);

    if (status != LWNVME_OK) {
        lwnvme_boot_unmap(partition);
        lwnvme_operation_end(&partition->operation, status);
        return;
    }
    partition->late_us = lwnvme_now_us(controller) + (uint64_t)partition->limit_ms * 1000u;
    lwnvme_register_write64(controller, LWNVME_REG_BPMBL, partition->dma);
    lwnvme_register_write(
        controller, LWNVME_REG_BPRSEL,
        lwnvme_field_put(partition->piece_bytes >> LWNVME_BOOT_UNIT_SHIFT, LWNVME_BPRSEL_BPRSZ) |
            lwnvme_field_put((uint32_t)(offset_bytes >> LWNVME_BOOT_UNIT_SHIFT), LWNVME_BPRSEL_BPROF) |
            lwnvme_field_put(partition->partition, LWNVME_BPRSEL_BPID));
    lwnvme_operation_pause(&partition->operation, 0);
}

/* A piece has ended, well or not. */
static void lwnvme_boot_read_ended(struct lwnvme_boot_partition *partition, uint32_t brs)
{
    uint32_t piece_bytes = partition->piece_bytes;

    lwnvme_boot_unmap(partition);
    if (brs != LWNVME_BOOT_BRS_SUCCESS) {
        lwnvme_operation_end(&partition->operation,
                             brs == LWNVME_BOOT_BRS_NONE ? LWNVME_ERR_ABORTED : LWNVME_SC_INTERNAL_ERROR);
        return;
    }
    partition->done_bytes += piece_bytes;
    lwnvme_boot_progress(partition);
    if (lwnvme_boot_left_bytes(partition) == 0)
        lwnvme_operation_end(&partition->operation, LWNVME_OK);
    else
        lwnvme_boot_read_next(partition);
}

static void lwnvme_boot_read_step(struct lwnvme_operation *operation)
{
    struct lwnvme_boot_partition *partition = (struct lwnvme_boot_partition *)(void *)operation;
    struct lwnvme_controller *controller = operation->controller;
    uint32_t bpinfo;

    if (partition->lost) {
        lwnvme_operation_end(operation, LWNVME_ERR_ABORTED);
        return;
    }
    if (partition->piece_bytes == 0) {
        lwnvme_boot_read_next(partition);
        return;
    }
    bpinfo = lwnvme_register_read(controller, LWNVME_REG_BPINFO);
    if (bpinfo == 0xffffffffu)
        lwnvme_controller_fail(controller, LWNVME_ERR_GONE);
    else if (lwnvme_field_get(bpinfo, LWNVME_BPINFO_BRS) != LWNVME_BOOT_BRS_UNDER_WAY)
        lwnvme_boot_read_ended(partition, lwnvme_field_get(bpinfo, LWNVME_BPINFO_BRS));
    else if (lwnvme_now_us(controller) >= partition->late_us)
        lwnvme_controller_fail(controller, LWNVME_ERR_TIMEOUT);
    else
        lwnvme_operation_pause(operation, LWNVME_BOOT_POLL_MS);
}

/* All-ones, of a device that is gone, is an error. */
static uint32_t lwnvme_boot_brs(const struct lwnvme_controller *controller)
{
    return lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_BPINFO), LWNVME_BPINFO_BRS);
}

/* Whatever the end: what is mapped is given back, unless the controller may still write it. */
static void lwnvme_boot_read_leave(struct lwnvme_operation *operation)
{
    struct lwnvme_boot_partition *partition = (struct lwnvme_boot_partition *)(void *)operation;

    if (partition->piece_bytes == 0)
        return;
    if ((!partition->lost && operation->controller->device_stopped == 0) ||
        lwnvme_boot_brs(operation->controller) == LWNVME_BOOT_BRS_UNDER_WAY) {
        operation->status = LWNVME_ERR_BUFFER_HELD;
        return;
    }
    lwnvme_boot_unmap(partition);
}

/* After a reset the controller writes nothing any more, and the registers are as new. */
static void lwnvme_boot_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_boot_partition *partition =
        (struct lwnvme_boot_partition *)(void *)((uint8_t *)service -
                                                 offsetof(struct lwnvme_boot_partition, operation.service));

    if (occasion == LWNVME_OCCASION_READY)
        partition->lost = true;
    partition->inherited(service, occasion);
}

/* From the start on, resets are noted. */
static void lwnvme_boot_watch(struct lwnvme_boot_partition *partition)
{
    partition->lost = false;
    partition->inherited = partition->operation.service.tell;
    partition->operation.service.tell = lwnvme_boot_told;
}

int lwnvme_boot_partition_read_begin(struct lwnvme_controller *controller,
                                     struct lwnvme_boot_partition *partition)
{
    int status = lwnvme_boot_read_check(controller, partition, LWNVME_BOOT_UNIT_BYTES);

    if (status != LWNVME_OK)
        return status;
    if (lwnvme_boot_brs(controller) == LWNVME_BOOT_BRS_UNDER_WAY)
        return LWNVME_ERR_BUSY;
    partition->limit_ms =
        partition->operation.timeout_ms == 0 ? LWNVME_BOOT_LIMIT_MS : partition->operation.timeout_ms;
    partition->done_bytes = 0;
    partition->piece_bytes = 0;
    partition->mapped_bytes = 0;
    lwnvme_operation_start(controller, &partition->operation, lwnvme_boot_read_step, 0);
    partition->operation.deadline_us = UINT64_MAX; /* each piece has its own, see the head of this file */
    partition->operation.leave = lwnvme_boot_read_leave;
    lwnvme_boot_watch(partition);
    return LWNVME_OK;
}

/* Commands that carry the others on. */

static void lwnvme_boot_send(struct lwnvme_boot_partition *partition, const struct lwnvme_command *command,
                             uint32_t length_bytes)
{
    struct lwnvme_operation *operation = &partition->operation;
    struct lwnvme_buffer part = lwnvme_boot_part(partition, length_bytes);
    int status;

    partition->piece_bytes = length_bytes;
    status = lwnvme_admin_submit(operation->controller, &operation->request, command,
                                 length_bytes != 0 ? &part : NULL);
    if (status != LWNVME_OK)
        lwnvme_operation_end(operation, status);
}

/* As much as is left and one command may move, in whole granules. */
static uint32_t lwnvme_boot_piece(const struct lwnvme_boot_partition *partition)
{
    uint32_t most = partition->operation.controller->info.max_transfer_bytes;
    uint64_t left_bytes = lwnvme_boot_left_bytes(partition);

    if (most > LWNVME_BOOT_DOWNLOAD_BYTES && partition->granularity_bytes <= LWNVME_BOOT_DOWNLOAD_BYTES)
        most = LWNVME_BOOT_DOWNLOAD_BYTES;
    most = lwnvme_divide(most, partition->granularity_bytes) * partition->granularity_bytes;
    return left_bytes > most ? most : (uint32_t)left_bytes;
}

/* Reading by the log page. */

static void lwnvme_boot_log_step(struct lwnvme_operation *operation)
{
    struct lwnvme_boot_partition *partition = (struct lwnvme_boot_partition *)(void *)operation;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_LOG_PAGE, .nsid = LWNVME_NSID_ALL};
    uint64_t offset_bytes;
    uint32_t length_bytes;

    if (operation->request.status != LWNVME_OK) {
        lwnvme_operation_end(operation, operation->request.status);
        return;
    }
    partition->done_bytes += partition->piece_bytes;
    lwnvme_boot_progress(partition);
    if (lwnvme_boot_left_bytes(partition) == 0) {
        lwnvme_operation_end(operation, LWNVME_OK);
        return;
    }
    length_bytes = lwnvme_boot_piece(partition);
    offset_bytes =
        sizeof(struct lwnvme_boot_partition_header) + partition->offset_bytes + partition->done_bytes;
    command.cdw10 = lwnvme_field_put(LWNVME_LOG_BOOT_PARTITION, LWNVME_GET_LOG_CDW10_LID) |
                    lwnvme_field_put(partition->partition, LWNVME_GET_LOG_CDW10_LSP) |
                    lwnvme_field_put((length_bytes >> 2) - 1u, LWNVME_GET_LOG_CDW10_NUMDL);
    command.cdw11 = lwnvme_field_put(((length_bytes >> 2) - 1u) >> 16, LWNVME_GET_LOG_CDW11_NUMDU);
    command.cdw12 = (uint32_t)offset_bytes;
    command.cdw13 = (uint32_t)(offset_bytes >> 32);
    lwnvme_boot_send(partition, &command, length_bytes);
}

int lwnvme_boot_partition_read_log_begin(struct lwnvme_controller *controller,
                                         struct lwnvme_boot_partition *partition)
{
    int status = lwnvme_boot_read_check(controller, partition, 4u);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.lpa & LWNVME_LPA_EXTENDED_DATA) == 0)
        return LWNVME_ERR_NO_LOG_OFFSET;
    partition->done_bytes = 0;
    partition->piece_bytes = 0;
    partition->granularity_bytes = LWNVME_BOOT_UNIT_BYTES;
    lwnvme_operation_start(controller, &partition->operation, lwnvme_boot_log_step, 0);
    return LWNVME_OK;
}

/* Writing. */

static void lwnvme_boot_commit(struct lwnvme_boot_partition *partition, uint32_t action)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_FIRMWARE_COMMIT};

    command.cdw10 = lwnvme_field_put(action, LWNVME_FIRMWARE_COMMIT_CA) |
                    lwnvme_field_put(partition->partition, LWNVME_FIRMWARE_COMMIT_BPID);
    partition->operation.request.timeout_ms = LWNVME_BOOT_COMMIT_MS;
    lwnvme_boot_send(partition, &command, 0);
}

static void lwnvme_boot_download(struct lwnvme_boot_partition *partition)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD};
    uint32_t length_bytes = lwnvme_boot_piece(partition);

    if (length_bytes == 0) { /* other firmware has been activated, which takes smaller transfers */
        lwnvme_operation_end(&partition->operation, LWNVME_ERR_TRANSFER_SIZE);
        return;
    }
    command.cdw10 = (length_bytes >> 2) - 1u;
    command.cdw11 = (uint32_t)(partition->done_bytes >> 2);
    lwnvme_boot_send(partition, &command, length_bytes);
}

static void lwnvme_boot_write_step(struct lwnvme_operation *operation)
{
    struct lwnvme_boot_partition *partition = (struct lwnvme_boot_partition *)(void *)operation;
    int status = operation->request.status;

    /* A reset makes the controller forget what it had, also one between two commands. */
    if (status == LWNVME_OK && partition->lost)
        status = LWNVME_ERR_ABORTED;
    if (status != LWNVME_OK) {
        lwnvme_operation_end(operation, status);
        return;
    }
    partition->done_bytes += partition->piece_bytes;
    lwnvme_boot_progress(partition);
    if (lwnvme_boot_left_bytes(partition) != 0) {
        lwnvme_boot_download(partition);
    } else if (operation->stage == LWNVME_BOOT_DOWNLOAD) {
        operation->stage = LWNVME_BOOT_COMMIT;
        lwnvme_boot_commit(partition, LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION);
    } else if (operation->stage == LWNVME_BOOT_COMMIT && partition->activate) {
        operation->stage = LWNVME_BOOT_ACTIVATE;
        lwnvme_boot_commit(partition, LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION);
    } else {
        lwnvme_operation_end(operation, LWNVME_OK);
    }
}

/* FWUG: 0 says nothing and ffh that anything goes, as long as it is dwords. */
static uint32_t lwnvme_boot_granularity(const struct lwnvme_controller *controller)
{
    uint32_t fwug = lwnvme_identify_copy(controller)->fwug;

    return fwug == 0 || fwug == 0xffu ? 4u : fwug * 4096u;
}

int lwnvme_boot_partition_write_begin(struct lwnvme_controller *controller,
                                      struct lwnvme_boot_partition *partition)
{
    uint64_t size_bytes = 0;
    int status = lwnvme_boot_check(controller, partition, &size_bytes);
    uint32_t granularity_bytes;
    uint32_t length_bytes;

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_FIRMWARE) == 0)
        return LWNVME_ERR_NO_FIRMWARE;
    granularity_bytes = lwnvme_boot_granularity(controller);
    if (granularity_bytes > controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    length_bytes = (uint32_t)partition->length_bytes; /* a partition is less than 4 GiB */
    if (partition->length_bytes > size_bytes ||
        lwnvme_divide(length_bytes, granularity_bytes) * granularity_bytes != length_bytes)
        return LWNVME_ERR_IMAGE_LENGTH;
    partition->done_bytes = 0;
    partition->piece_bytes = 0;
    partition->granularity_bytes = granularity_bytes;
    lwnvme_operation_start(controller, &partition->operation, lwnvme_boot_write_step, 0);
    lwnvme_boot_watch(partition);
    return LWNVME_OK;
}

int lwnvme_boot_partition_activate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t partition)
{
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_boot_supported(controller);
    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_FIRMWARE) == 0)
        return LWNVME_ERR_NO_FIRMWARE;
    if (partition > 1u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_admin_plain(
        controller, request, LWNVME_ADMIN_FIRMWARE_COMMIT, 0,
        lwnvme_field_put(LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION, LWNVME_FIRMWARE_COMMIT_CA) |
            lwnvme_field_put(partition, LWNVME_FIRMWARE_COMMIT_BPID),
        0);
}

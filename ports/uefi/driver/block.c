/* SPDX-License-Identifier: MIT */
/*
 * lwnvme-driver.efi: Block I/O and Block I/O 2.
 *
 * Blocking calls submit and poll. A call of Block I/O 2 with an event is submitted and returns; its request ends in the
 * queue's next poll, which a timer event makes every millisecond while there is such a call (or any other call that
 * polls), and that signals the event. The firmware's own event loop is thus never blocked by it. When all places for
 * calls are taken the next one waits for one.
 *
 * Flush: what it covers has ended before it is sent. Reset: a reset of the controller, which all its disks share. Calls
 * under way have a second to end by themselves, which nearly all do: drives are known that take a reset ill while they
 * work, and an answer is better than none. What is left then ends as aborted.
 *
 * UEFI Specification 2.10, sections 13.9 "EFI Block I/O Protocol" and 13.10 "EFI Block I/O 2 Protocol".
 */
#include "../clock.h"
#include "driver.h"

#define BLOCK_TIMER_100NS      10000u /* 1 ms */
#define BLOCK_SETTLE_US        1000000u
#define BLOCK_CHUNK_BYTES      0x400000u /* of a blocking call at once: a read takes as much memory again */
#define BLOCK_CONTROLLER_TURNS 64u       /* of the timer, between looks at deadlines and the controller */

#define BLOCK_OF(pointer, member)                                                                            \
    ((struct driver_disk *)(void *)((uint8_t *)(pointer)-offsetof(struct driver_disk, member)))

struct block_transfer {
    struct driver_disk *disk;
    bool write;
    uint32_t media_id;
    uint64_t lba;
    size_t size_bytes;
    void *buffer;
};

/* What is denied for another reason, as by a drive that is locked, may be a read. */
static bool block_is_write_protected(int status)
{
    const int code = lwnvme_status_code(status);

    return status == LWNVME_ERR_READ_ONLY || code == LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED ||
           code == LWNVME_SC_ATTEMPTED_WRITE_TO_READ_ONLY_RANGE;
}

static efi_status block_status(struct driver_disk *disk, int status)
{
    if (status == LWNVME_OK) {
        return EFI_SUCCESS;
    }
    disk->controller->statistics.failures++;
    switch (lwnvme_status_class(status)) {
    case LWNVME_CLASS_GONE:
        disk->media.media_present = 0;
        return EFI_NO_MEDIA;
    case LWNVME_CLASS_DENIED:
        return block_is_write_protected(status) ? EFI_WRITE_PROTECTED : EFI_DEVICE_ERROR;
    case LWNVME_CLASS_UNANSWERED:
        return EFI_ABORTED;
    default:
        return EFI_DEVICE_ERROR;
    }
}

/* Brings a controller that has failed, or that was shut down for a system that did not come, up again. */
static bool block_ready(struct driver_controller *controller)
{
    controller->port.leaving = false;
    if (lwnvme_controller_state(&controller->controller) == LWNVME_STATE_OFF) {
        return lwnvme_sync_controller_resume(&controller->controller) == LWNVME_OK;
    }
    if (lwnvme_controller_poll(&controller->controller) == LWNVME_OK) {
        return true;
    }
    return lwnvme_controller_status(&controller->controller) != LWNVME_ERR_GONE &&
           lwnvme_sync_controller_reset(&controller->controller) == LWNVME_OK;
}

/* What the specification has a call refused for. EFI_SUCCESS: it may go on. */
static efi_status block_check(const struct block_transfer *transfer)
{
    const struct efi_block_media *media = &transfer->disk->media;
    const uint64_t blocks = transfer->size_bytes / media->block_bytes;

    if (media->media_present == 0) {
        return EFI_NO_MEDIA;
    }
    if (transfer->media_id != media->media_id) {
        return EFI_MEDIA_CHANGED;
    }
    if (transfer->write && media->read_only != 0) {
        return EFI_WRITE_PROTECTED;
    }
    if (transfer->buffer == NULL) {
        return EFI_INVALID_PARAMETER;
    }
    if (transfer->size_bytes % media->block_bytes != 0) {
        return EFI_BAD_BUFFER_SIZE;
    }
    if (transfer->lba > media->last_block || blocks > media->last_block - transfer->lba + 1u ||
        blocks > UINT32_MAX || (uintptr_t)transfer->buffer % media->io_align != 0) {
        return EFI_INVALID_PARAMETER;
    }
    return EFI_SUCCESS;
}

static void block_count(const struct block_transfer *transfer)
{
    struct lwnvme_uefi_statistics *statistics = &transfer->disk->controller->statistics;

    if (transfer->write) {
        statistics->writes++;
        statistics->bytes_written += transfer->size_bytes;
    } else {
        statistics->reads++;
        statistics->bytes_read += transfer->size_bytes;
    }
}

static efi_status block_wait(const struct block_transfer *transfer)
{
    struct driver_disk *disk = transfer->disk;
    struct lwnvme_queue *queue = &disk->controller->queue;
    const uint32_t blocks = (uint32_t)(transfer->size_bytes / disk->media.block_bytes);
    const uint32_t chunk =
        disk->media.block_bytes < BLOCK_CHUNK_BYTES ? BLOCK_CHUNK_BYTES / disk->media.block_bytes : 1u;
    int status = LWNVME_OK;

    for (uint32_t done = 0; status == LWNVME_OK && done < blocks;) {
        const uint32_t count = blocks - done < chunk ? blocks - done : chunk;
        uint8_t *const buffer = (uint8_t *)transfer->buffer + (size_t)done * disk->media.block_bytes;

        status = transfer->write ? lwnvme_sync_write(queue, &disk->ns, transfer->lba + done, count, buffer, 0)
                                 : lwnvme_sync_read(queue, &disk->ns, transfer->lba + done, count, buffer, 0);
        done += count;
    }
    return block_status(disk, status);
}

static void block_poll(struct driver_controller *controller)
{
    (void)lwnvme_queue_poll(&controller->queue, 0);
    (void)lwnvme_controller_poll(&controller->controller);
}

void driver_drain(struct driver_controller *controller)
{
    while (controller->calls_under_way != 0) {
        block_poll(controller);
    }
}

void driver_timer(efi_event event, void *context)
{
    struct driver_controller *controller = context;

    (void)event;
    (void)lwnvme_queue_poll(&controller->queue, 0);
    controller->timer_turns++;
    if (controller->timer_turns % BLOCK_CONTROLLER_TURNS == 0) {
        (void)lwnvme_controller_poll(&controller->controller);
    }
}

/* A place for a call; waits for one. The first starts the timer. */
static struct driver_call *block_call(struct driver_controller *controller)
{
    while (controller->calls_under_way == DRIVER_CALLS) {
        block_poll(controller);
    }
    if (controller->calls_under_way == 0) {
        (void)efi_boot->set_timer(controller->timer, EFI_TIMER_PERIODIC, BLOCK_TIMER_100NS);
    }
    controller->calls_under_way++;
    for (uint32_t i = 0; i < DRIVER_CALLS; i++) {
        if (controller->calls[i].token == NULL) {
            return &controller->calls[i];
        }
    }
    return NULL; /* not reached: they are counted */
}

static void block_call_release(struct driver_call *call)
{
    struct driver_controller *controller = call->controller;

    call->token = NULL;
    controller->calls_under_way--;
    if (controller->calls_under_way == 0 && !controller->port.leaving) {
        (void)efi_boot->set_timer(controller->timer, EFI_TIMER_CANCEL, 0);
    }
}

static void block_call_done(struct lwnvme_request *request)
{
    struct driver_call *call = (struct driver_call *)request;
    struct efi_block_io2_token *token = call->token;

    token->status = block_status(request->context, request->status);
    block_call_release(call);
    (void)efi_boot->signal_event(token->event);
}

/* Ends a call at once. */
static efi_status block_signal(struct efi_block_io2_token *token, efi_status status)
{
    token->status = status;
    (void)efi_boot->signal_event(token->event);
    return EFI_SUCCESS;
}

static struct driver_call *block_call_begin(struct driver_disk *disk, struct efi_block_io2_token *token)
{
    struct driver_call *call = block_call(disk->controller);

    call->request = (struct lwnvme_request){0};
    call->request.done = block_call_done;
    call->request.context = disk;
    call->controller = disk->controller;
    call->token = token;
    token->status = EFI_NOT_READY;
    disk->controller->statistics.later++;
    return call;
}

static efi_status block_submit(const struct block_transfer *transfer, struct efi_block_io2_token *token)
{
    struct driver_disk *disk = transfer->disk;
    struct lwnvme_queue *queue = &disk->controller->queue;
    struct driver_call *call = block_call_begin(disk, token);
    const uint32_t blocks = (uint32_t)(transfer->size_bytes / disk->media.block_bytes);
    const struct lwnvme_buffer buffer = lwnvme_buffer_cpu(transfer->buffer, transfer->size_bytes);
    const int status = transfer->write
                           ? lwnvme_write(queue, &disk->ns, &call->request, transfer->lba, blocks, &buffer)
                           : lwnvme_read(queue, &disk->ns, &call->request, transfer->lba, blocks, &buffer);

    if (status != LWNVME_OK) {
        block_call_release(call);
    }
    return block_status(disk, status);
}

/* token NULL, or with no event: blocks. */
static efi_status block_transfer(const struct block_transfer *transfer, struct efi_block_io2_token *token)
{
    const bool later = token != NULL && token->event != NULL;
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    efi_status status = block_check(transfer);

    if (status == EFI_SUCCESS && transfer->size_bytes == 0) {
        status = later ? block_signal(token, EFI_SUCCESS) : EFI_SUCCESS;
    } else if (status == EFI_SUCCESS && !block_ready(transfer->disk->controller)) {
        status = EFI_DEVICE_ERROR;
    } else if (status == EFI_SUCCESS) {
        block_count(transfer);
        status = later ? block_submit(transfer, token) : block_wait(transfer);
    }
    if (token != NULL && !later) {
        token->status = status;
    }
    efi_boot->restore_tpl(tpl);
    return status;
}

static efi_status block_read(struct efi_block_io *self, uint32_t media_id, uint64_t lba, size_t size_bytes,
                             void *buffer)
{
    const struct block_transfer transfer = {
        BLOCK_OF(self, block_io), false, media_id, lba, size_bytes, buffer};

    return block_transfer(&transfer, NULL);
}

static efi_status block_write(struct efi_block_io *self, uint32_t media_id, uint64_t lba, size_t size_bytes,
                              void *buffer)
{
    const struct block_transfer transfer = {
        BLOCK_OF(self, block_io), true, media_id, lba, size_bytes, buffer};

    return block_transfer(&transfer, NULL);
}

static efi_status block_read2(struct efi_block_io2 *self, uint32_t media_id, uint64_t lba,
                              struct efi_block_io2_token *token, size_t size_bytes, void *buffer)
{
    const struct block_transfer transfer = {
        BLOCK_OF(self, block_io2), false, media_id, lba, size_bytes, buffer};

    return block_transfer(&transfer, token);
}

static efi_status block_write2(struct efi_block_io2 *self, uint32_t media_id, uint64_t lba,
                               struct efi_block_io2_token *token, size_t size_bytes, void *buffer)
{
    const struct block_transfer transfer = {
        BLOCK_OF(self, block_io2), true, media_id, lba, size_bytes, buffer};

    return block_transfer(&transfer, token);
}

static efi_status block_flush_disk(struct driver_disk *disk, struct efi_block_io2_token *token)
{
    struct driver_call *call;
    int status;

    if (disk->media.media_present == 0) {
        return EFI_NO_MEDIA;
    }
    driver_drain(disk->controller); /* a flush covers what has ended before it */
    if (!block_ready(disk->controller)) {
        return EFI_DEVICE_ERROR;
    }
    disk->controller->statistics.flushes++;
    if (token == NULL) {
        return block_status(disk, lwnvme_sync_flush(&disk->controller->queue, &disk->ns));
    }
    call = block_call_begin(disk, token);
    status = lwnvme_flush(&disk->controller->queue, &disk->ns, &call->request);
    if (status != LWNVME_OK) {
        block_call_release(call);
    }
    return block_status(disk, status);
}

static efi_status block_flush(struct efi_block_io *self)
{
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    const efi_status status = block_flush_disk(BLOCK_OF(self, block_io), NULL);

    efi_boot->restore_tpl(tpl);
    return status;
}

static efi_status block_flush2(struct efi_block_io2 *self, struct efi_block_io2_token *token)
{
    const bool later = token != NULL && token->event != NULL;
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    const efi_status status = block_flush_disk(BLOCK_OF(self, block_io2), later ? token : NULL);

    if (token != NULL && !later) {
        token->status = status;
    }
    efi_boot->restore_tpl(tpl);
    return status;
}

static void block_settle(struct driver_controller *controller)
{
    const uint64_t end_us = clock_now_us() + BLOCK_SETTLE_US;

    while (controller->calls_under_way != 0 && clock_now_us() < end_us) {
        block_poll(controller);
    }
}

static efi_status block_reset_disk(struct driver_disk *disk)
{
    struct driver_controller *controller = disk->controller;
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    bool reset;

    block_settle(controller);
    reset = lwnvme_controller_state(&controller->controller) == LWNVME_STATE_OFF
                ? block_ready(controller)
                : lwnvme_sync_controller_reset(&controller->controller) == LWNVME_OK;
    driver_drain(controller);
    efi_boot->restore_tpl(tpl);
    return reset ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

static efi_status block_reset(struct efi_block_io *self, efi_boolean extended)
{
    (void)extended;
    return block_reset_disk(BLOCK_OF(self, block_io));
}

static efi_status block_reset2(struct efi_block_io2 *self, efi_boolean extended)
{
    (void)extended;
    return block_reset_disk(BLOCK_OF(self, block_io2));
}

void driver_block_init(struct driver_disk *disk)
{
    disk->block_io = (struct efi_block_io){EFI_BLOCK_IO_REVISION, &disk->media, block_reset, block_read,
                                           block_write,           block_flush};
    disk->block_io2 =
        (struct efi_block_io2){&disk->media, block_reset2, block_read2, block_write2, block_flush2};
}

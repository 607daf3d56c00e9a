/* SPDX-License-Identifier: MIT */
/*
 * Firmware update: the image goes over in pieces, Firmware Commit says what becomes of it, and its answer says what it
 * takes until it runs.
 *
 *     begin --> download, piece by piece --> slot --> commit --> reset (if asked) --------> slot log --> end
 *                                              |                                              ^
 *                                              +--> enter --> commit --> PP --> identify --> leave
 *     follow (somebody else's activation): hold ------------------------> PP --> identify --> still --> leave
 *
 * The controller forgets the pieces at any reset; the guard counts those. Queues are held from enter to leave. Nothing
 * is sent while CSTS.PP is set, and what is sent after it may still meet the activation, so it has the time of one.
 * Controller owner's context.
 */
#include <lwnvme/firmware.h>
#include <lwnvme/log.h>

#include "../core/core.h"
#include "namespace_guard.h"

#define LWNVME_FIRMWARE_COMMIT_MS    120000u
#define LWNVME_FIRMWARE_LIMIT_MS     3600000u /* of the whole */
#define LWNVME_FIRMWARE_MTFA_UNIT_MS 100u
#define LWNVME_FIRMWARE_MTFA_MOST_MS 600000u
#define LWNVME_FIRMWARE_PP_PAUSE_MS  10u
#define LWNVME_FIRMWARE_FWUG_BYTES   4096u
#define LWNVME_FIRMWARE_FWUG_ANY     0xffu
#define LWNVME_FIRMWARE_LOG_FRS      8u /* the first slot's revision; 8 bytes each */
#define LWNVME_FIRMWARE_OVERLAP      3u /* Firmware Commit, completion dword 0: MUD */

enum lwnvme_firmware_stage {
    LWNVME_FIRMWARE_DOWNLOAD = 0,
    LWNVME_FIRMWARE_SLOT,
    LWNVME_FIRMWARE_SLOT_READ,
    LWNVME_FIRMWARE_ENTER,
    LWNVME_FIRMWARE_COMMIT,
    LWNVME_FIRMWARE_PROCESSING,
    LWNVME_FIRMWARE_IDENTIFY,
    LWNVME_FIRMWARE_STILL,
    LWNVME_FIRMWARE_LEAVE,
    LWNVME_FIRMWARE_RESET,
    LWNVME_FIRMWARE_RESETTING,
    LWNVME_FIRMWARE_REPORT,
    LWNVME_FIRMWARE_REPORT_READ
};

static struct lwnvme_firmware_update *lwnvme_firmware_of(struct lwnvme_operation *operation)
{
    return (struct lwnvme_firmware_update *)(void *)operation; /* its first member */
}

static bool lwnvme_firmware_has_image(const struct lwnvme_firmware_update *update)
{
    return update->image != NULL || update->read != NULL;
}

static bool lwnvme_firmware_is_boot(const struct lwnvme_firmware_update *update)
{
    return update->action == LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION ||
           update->action == LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION;
}

/* How long the controller may be busy with an activation. */
static uint32_t lwnvme_firmware_mtfa_ms(const struct lwnvme_controller *controller)
{
    uint32_t mtfa_ms =
        lwnvme_le16_get(&lwnvme_identify_copy(controller)->mtfa) * LWNVME_FIRMWARE_MTFA_UNIT_MS;

    if (mtfa_ms == 0)
        mtfa_ms = controller->config.admin_timeout_ms;
    return mtfa_ms < LWNVME_FIRMWARE_MTFA_MOST_MS ? mtfa_ms : LWNVME_FIRMWARE_MTFA_MOST_MS;
}

/* Checks at begin. */

static int lwnvme_firmware_action_check(const struct lwnvme_controller *controller,
                                        const struct lwnvme_firmware_update *update)
{
    bool image = lwnvme_firmware_has_image(update);

    switch (update->action) {
    case LWNVME_FIRMWARE_COMMIT_CA_REPLACE:
    case LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET:
    case LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION:
        if (!image)
            return LWNVME_ERR_NULL_ARGUMENT;
        break;
    case LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET:
    case LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION:
        if (image)
            return LWNVME_ERR_INVALID_ARGUMENT;
        break;
    case LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW:
        if ((lwnvme_identify_copy(controller)->frmw & LWNVME_FRMW_ACTIVATION_WITHOUT_RESET) == 0)
            return LWNVME_ERR_NO_FEATURE;
        break;
    default:
        return LWNVME_ERR_INVALID_ARGUMENT;
    }
    if (lwnvme_firmware_is_boot(update) && lwnvme_cap(controller, LWNVME_CAP_BPS) == 0)
        return LWNVME_ERR_NO_BOOT_PARTITION;
    return update->boot_partition > 1u ? LWNVME_ERR_INVALID_ARGUMENT : LWNVME_OK;
}

/* 1-based; a controller that says 0 has the one that it runs from. */
static uint32_t lwnvme_firmware_slots(const struct lwnvme_controller *controller)
{
    uint32_t count = lwnvme_field_get(lwnvme_identify_copy(controller)->frmw, LWNVME_FRMW_NUMBER_OF_SLOTS);

    return count == 0 ? 1u : count;
}

static bool lwnvme_firmware_slot_is_writable(const struct lwnvme_controller *controller, uint32_t slot)
{
    return slot != 1u || (lwnvme_identify_copy(controller)->frmw & LWNVME_FRMW_SLOT_1_READ_ONLY) == 0;
}

static int lwnvme_firmware_slot_check(const struct lwnvme_controller *controller,
                                      const struct lwnvme_firmware_update *update)
{
    uint32_t slots = lwnvme_firmware_slots(controller);
    bool image = lwnvme_firmware_has_image(update);

    if (lwnvme_firmware_is_boot(update))
        return LWNVME_OK;
    if (update->slot > slots)
        return LWNVME_ERR_FIRMWARE_SLOT;
    /* What is there already must be named; and there must be room for what is not. */
    if (update->slot == LWNVME_FIRMWARE_SLOT_AUTO)
        return !image || !lwnvme_firmware_slot_is_writable(controller, slots) ? LWNVME_ERR_FIRMWARE_SLOT
                                                                              : LWNVME_OK;
    if (image && !lwnvme_firmware_slot_is_writable(controller, update->slot))
        return LWNVME_ERR_FIRMWARE_SLOT;
    return LWNVME_OK;
}

/* No 64-bit arithmetic: both are 32 bits wide. */
static bool lwnvme_firmware_is_multiple(uint32_t bytes, uint32_t unit)
{
    return lwnvme_divide(bytes, unit) * unit == bytes;
}

static int lwnvme_firmware_piece_check(const struct lwnvme_controller *controller,
                                       const struct lwnvme_firmware_update *update)
{
    if (update->chunk > controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    if (update->chunk <= LWNVME_PAGE_MIN)
        return LWNVME_OK;
    if (controller->ops->dma_map == NULL)
        return LWNVME_ERR_HOOK_DMA_MAP;
    if (update->image == NULL && update->piece == NULL)
        return LWNVME_ERR_BUFFER_LENGTH;
    if (((uintptr_t)(update->piece != NULL ? update->piece : update->image) & 3u) != 0)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    return LWNVME_OK;
}

/* The granularity, the size of a piece, and whether the image is made of such. */
static int lwnvme_firmware_image_check(const struct lwnvme_controller *controller,
                                       struct lwnvme_firmware_update *update)
{
    uint32_t fwug = lwnvme_identify_copy(controller)->fwug;
    uint32_t unit = 4;

    if (fwug != 0 && fwug != LWNVME_FIRMWARE_FWUG_ANY)
        unit = fwug * LWNVME_FIRMWARE_FWUG_BYTES;
    update->granularity = unit;
    if (fwug == 0)
        update->granularity = LWNVME_FIRMWARE_FWUG_BYTES; /* of the pieces; the image may end within one */
    if (!lwnvme_firmware_has_image(update))
        return LWNVME_OK;
    if (update->image_bytes == 0 || !lwnvme_firmware_is_multiple(update->image_bytes, unit))
        return LWNVME_ERR_IMAGE_LENGTH;
    update->chunk = update->piece_bytes;
    if (update->chunk == 0)
        update->chunk = update->granularity > LWNVME_PAGE_MIN ? update->granularity : LWNVME_PAGE_MIN;
    if (!lwnvme_firmware_is_multiple(update->chunk, update->granularity))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_firmware_piece_check(controller, update);
}

static int lwnvme_firmware_check(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update)
{
    int status = lwnvme_operation_check(controller, &update->operation);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_FIRMWARE) == 0)
        return LWNVME_ERR_NO_FIRMWARE;
    status = lwnvme_firmware_action_check(controller, update);
    if (status == LWNVME_OK)
        status = lwnvme_firmware_slot_check(controller, update);
    return status != LWNVME_OK ? status : lwnvme_firmware_image_check(controller, update);
}

/* The ways out. */

/* The end, whatever it is: nothing is left held. An activation that was given up may not be over, so nothing is sent
 * then. */
static void lwnvme_firmware_left(struct lwnvme_operation *operation)
{
    struct lwnvme_firmware_update *update = lwnvme_firmware_of(operation);
    bool activating = operation->status < 0 && update->action == LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW &&
                      operation->stage >= LWNVME_FIRMWARE_COMMIT &&
                      operation->stage <= LWNVME_FIRMWARE_IDENTIFY;

    memcpy(update->revision, operation->controller->info.firmware, sizeof(update->revision));
    if (!activating) {
        lwnvme_guard_abandon(&update->guard);
        return;
    }
    if (operation->stage <= LWNVME_FIRMWARE_PROCESSING)
        update->outcome = LWNVME_FIRMWARE_NO_END;
    lwnvme_guard_forsake(&update->guard);
}

/* Ends after the handles have been read again. */
static void lwnvme_firmware_conclude(struct lwnvme_firmware_update *update, int status)
{
    update->end_status = status;
    update->operation.stage = LWNVME_FIRMWARE_LEAVE;
}

static void lwnvme_firmware_take(struct lwnvme_operation *operation, int status,
                                 enum lwnvme_firmware_stage stage)
{
    if (status != LWNVME_OK)
        lwnvme_operation_end(operation, status);
    else
        operation->stage = (uint32_t)stage;
}

/* Download. */

static void lwnvme_firmware_command_fill(struct lwnvme_command *command, uint32_t offset_bytes,
                                         uint32_t length_bytes)
{
    memset(command, 0, sizeof(*command));
    command->opcode = LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD;
    command->cdw10 = (length_bytes >> 2) - 1u; /* NUMD, 0's based dwords */
    command->cdw11 = offset_bytes >> 2;        /* OFST, dwords */
}

/* Where the next piece is, or NULL if it cannot be had. */
static void *lwnvme_firmware_piece(struct lwnvme_firmware_update *update, uint32_t length_bytes)
{
    void *piece = update->chunk > LWNVME_PAGE_MIN ? update->piece : update->data;

    if (update->image != NULL) {
        const uint8_t *from = (const uint8_t *)update->image + update->bytes_done;

        if (piece == NULL || update->chunk <= LWNVME_PAGE_MIN)
            return (void *)(uintptr_t)from; /* it is only read */
        memcpy(piece, from, length_bytes);
        return piece;
    }
    return update->read(update, update->bytes_done, piece, length_bytes) ? piece : NULL;
}

static int lwnvme_firmware_send_piece(struct lwnvme_firmware_update *update, uint32_t length_bytes)
{
    struct lwnvme_operation *operation = &update->operation;
    struct lwnvme_command command;
    struct lwnvme_buffer buffer;
    void *piece = lwnvme_firmware_piece(update, length_bytes);

    if (piece == NULL)
        return LWNVME_ERR_IMAGE_READ;
    lwnvme_firmware_command_fill(&command, update->bytes_done, length_bytes);
    update->sent_bytes = length_bytes;
    operation->request.timeout_ms = 0;
    if (update->chunk <= LWNVME_PAGE_MIN)
        return lwnvme_page_command(operation->controller, &operation->request, &command, piece, length_bytes);
    buffer = lwnvme_buffer_cpu(piece, length_bytes);
    return lwnvme_admin_submit(operation->controller, &operation->request, &command, &buffer);
}

/* The download is nine tenths of the way. */
static void lwnvme_firmware_progress(struct lwnvme_firmware_update *update)
{
    uint32_t done = update->bytes_done;
    uint32_t total = update->image_bytes;

    if (total >> 24 != 0) {
        done >>= 8;
        total >>= 8;
    }
    lwnvme_operation_progress(&update->operation, lwnvme_divide(done * 90u, total));
}

static void lwnvme_firmware_download_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    uint32_t left;
    int status = operation->request.status;

    if (update->guard.resets != 0 && status >= 0)
        status = LWNVME_ERR_ABORTED; /* the controller has forgotten what it had */
    else if (update->cancelled)
        status = LWNVME_ERR_CANCELLED;
    if (status != LWNVME_OK) {
        lwnvme_operation_end(operation, status);
        return;
    }
    update->bytes_done += update->sent_bytes;
    update->sent_bytes = 0;
    if (!lwnvme_firmware_has_image(update) || update->bytes_done >= update->image_bytes) {
        operation->stage = LWNVME_FIRMWARE_SLOT;
        return;
    }
    lwnvme_firmware_progress(update);
    left = update->image_bytes - update->bytes_done;
    status = lwnvme_firmware_send_piece(update, left < update->chunk ? left : update->chunk);
    if (status != LWNVME_OK)
        lwnvme_operation_end(operation, status);
}

/* Slot. */

static int lwnvme_firmware_log_read(struct lwnvme_firmware_update *update)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_FIRMWARE_SLOT, .nsid = LWNVME_NSID_ALL};
    struct lwnvme_operation *operation = &update->operation;

    memset(update->log, 0, sizeof(update->log));
    return lwnvme_log_read(operation->controller, &operation->request, &select, update->log,
                           (uint32_t)sizeof(update->log));
}

static bool lwnvme_firmware_slot_is_empty(const struct lwnvme_firmware_update *update, uint32_t slot)
{
    const uint8_t *revision = update->log + LWNVME_FIRMWARE_LOG_FRS + (size_t)(slot - 1u) * 8u;

    return lwnvme_le_bytes_get64(revision) == 0;
}

/* The first that is writable and empty, else one that neither runs nor is to run next, else one that does not run,
 * else the only one that there is. */
static uint8_t lwnvme_firmware_slot_choose(const struct lwnvme_firmware_update *update)
{
    const struct lwnvme_controller *controller = update->operation.controller;
    uint32_t slots = lwnvme_firmware_slots(controller);
    uint32_t active = lwnvme_field_get(update->log[0], LWNVME_FIRMWARE_AFI_CURRENT);
    uint32_t next = lwnvme_field_get(update->log[0], LWNVME_FIRMWARE_AFI_NEXT);
    uint32_t best = 0;
    uint32_t best_rank = 0;
    uint32_t slot;

    for (slot = 1; slot <= slots; slot++) {
        uint32_t rank = 1;

        if (!lwnvme_firmware_slot_is_writable(controller, slot))
            continue;
        if (slot != active)
            rank = slot == next ? 2 : 3;
        if (rank == 3 && lwnvme_firmware_slot_is_empty(update, slot))
            rank = 4;
        if (rank > best_rank) {
            best = slot;
            best_rank = rank;
        }
    }
    return (uint8_t)best;
}

/* Commit. */

static int lwnvme_firmware_commit_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       const struct lwnvme_firmware_commit_select *select)
{
    return lwnvme_admin_plain(controller, request, LWNVME_ADMIN_FIRMWARE_COMMIT, 0,
                              lwnvme_field_put(select->slot, LWNVME_FIRMWARE_COMMIT_FS) |
                                  lwnvme_field_put(select->action, LWNVME_FIRMWARE_COMMIT_CA) |
                                  lwnvme_field_put(select->boot_partition, LWNVME_FIRMWARE_COMMIT_BPID),
                              0);
}

static int lwnvme_firmware_send_commit(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    struct lwnvme_controller *controller = operation->controller;
    struct lwnvme_firmware_commit_select select = {update->action, update->slot_used, update->boot_partition};

    lwnvme_operation_progress(operation, 92);
    operation->request.timeout_ms = LWNVME_FIRMWARE_COMMIT_MS;
    if (update->action == LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW) {
        /* The admin commands that others have there now will wait as long. */
        lwnvme_deadlines_extend(controller, lwnvme_firmware_mtfa_ms(controller));
        operation->request.timeout_ms += lwnvme_firmware_mtfa_ms(controller);
    }
    return lwnvme_firmware_commit_send(controller, &operation->request, &select);
}

/* A reset until now has lost the image. */
static void lwnvme_firmware_commit_step(struct lwnvme_firmware_update *update)
{
    bool needs_image = lwnvme_firmware_has_image(update);
    int status = needs_image && update->guard.resets != 0 ? LWNVME_ERR_ABORTED : LWNVME_OK;

    if (status == LWNVME_OK && update->cancelled)
        status = LWNVME_ERR_CANCELLED;
    if (status == LWNVME_OK)
        status = lwnvme_firmware_send_commit(update);
    if (status == LWNVME_OK)
        update->operation.stage = LWNVME_FIRMWARE_COMMIT;
    else
        lwnvme_firmware_conclude(update, status);
}

static void lwnvme_firmware_slot_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    int status;

    update->slot_used = lwnvme_firmware_is_boot(update) ? 0 : update->slot;
    if (update->slot_used == LWNVME_FIRMWARE_SLOT_AUTO && !lwnvme_firmware_is_boot(update)) {
        status = lwnvme_firmware_log_read(update);
        lwnvme_firmware_take(operation, status, LWNVME_FIRMWARE_SLOT_READ);
        return;
    }
    operation->stage = LWNVME_FIRMWARE_ENTER;
}

/* Without the log the controller may choose. */
static void lwnvme_firmware_slot_read_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;

    if (operation->request.status < 0) {
        lwnvme_operation_end(operation, operation->request.status);
        return;
    }
    if (operation->request.status == LWNVME_OK)
        update->slot_used = lwnvme_firmware_slot_choose(update);
    operation->stage = LWNVME_FIRMWARE_ENTER;
}

static void lwnvme_firmware_enter_step(struct lwnvme_firmware_update *update)
{
    int status = LWNVME_OK;

    if (update->action == LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW)
        status = lwnvme_guard_enter(&update->guard, &update->operation);
    if (status == LWNVME_PENDING)
        return;
    if (status != LWNVME_OK)
        lwnvme_firmware_conclude(update, status);
    else
        lwnvme_firmware_commit_step(update);
}

/* What it takes until the image runs, by the commit's answer; the image is in its slot in all of them. */
static enum lwnvme_firmware_outcome lwnvme_firmware_outcome_of(uint8_t action, int status)
{
    switch (lwnvme_status_code(status)) {
    case LWNVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET:
        return LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET;
    case LWNVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET:
        return LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET;
    case LWNVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET:
        return LWNVME_FIRMWARE_AT_CONTROLLER_RESET;
    case LWNVME_SC_FIRMWARE_NEEDS_MAXIMUM_TIME:
        return LWNVME_FIRMWARE_TIME_EXCEEDED;
    case LWNVME_SC_FIRMWARE_ACTIVATION_PROHIBITED:
        return LWNVME_FIRMWARE_PROHIBITED;
    default:
        break;
    }
    if (status != LWNVME_OK)
        return LWNVME_FIRMWARE_NONE;
    switch (action) {
    case LWNVME_FIRMWARE_COMMIT_CA_REPLACE:
        return LWNVME_FIRMWARE_STORED;
    case LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW:
        return LWNVME_FIRMWARE_ACTIVE;
    case LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION:
        return LWNVME_FIRMWARE_BOOT_PARTITION_WRITTEN;
    case LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION:
        return LWNVME_FIRMWARE_BOOT_PARTITION_ACTIVE;
    default:
        return LWNVME_FIRMWARE_AT_CONTROLLER_RESET;
    }
}

static void lwnvme_firmware_committed_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    struct lwnvme_controller *controller = operation->controller;
    int status = operation->request.status;

    update->commit_status = status;
    update->overlap = status >= 0 && (operation->request.result_dw0 & LWNVME_FIRMWARE_OVERLAP) != 0;
    update->outcome = lwnvme_firmware_outcome_of(update->action, status);
    if (update->outcome == LWNVME_FIRMWARE_ACTIVE) {
        update->looked_us = lwnvme_now_us(controller);
        update->limit_us = update->looked_us + (uint64_t)lwnvme_firmware_mtfa_ms(controller) * 1000u;
        operation->stage = LWNVME_FIRMWARE_PROCESSING;
        return;
    }
    if (update->outcome == LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET ||
        update->outcome == LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET ||
        update->outcome == LWNVME_FIRMWARE_AT_CONTROLLER_RESET)
        status = LWNVME_OK;
    lwnvme_firmware_conclude(update, status);
}

/* Activation. */

/* Others do not know of the activation, and send commands all the time: the time since the last look does not count. */
static void lwnvme_firmware_time_stands(struct lwnvme_firmware_update *update)
{
    uint64_t now_us = lwnvme_now_us(update->operation.controller);
    uint64_t passed_ms = ((now_us - update->looked_us) >> 10) + 1u; /* less than 5 percent short */

    if (passed_ms < LWNVME_FIRMWARE_MTFA_MOST_MS)
        lwnvme_deadlines_extend(update->operation.controller, (uint32_t)passed_ms);
    update->looked_us = now_us;
}

/* Waits until the controller processes commands again. All-ones is not PP but the bus, and not looked at here. */
static void lwnvme_firmware_processing_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    struct lwnvme_controller *controller = operation->controller;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY};
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    int status;

    if (lwnvme_field_get(csts, LWNVME_CSTS_PP) != 0) {
        if (lwnvme_now_us(controller) > update->limit_us) {
            update->outcome = LWNVME_FIRMWARE_NO_END;
            lwnvme_guard_forsake(&update->guard);
            lwnvme_firmware_conclude(update, LWNVME_ERR_OPERATION_TIMEOUT);
        } else {
            lwnvme_firmware_time_stands(update);
            lwnvme_operation_pause(operation, LWNVME_FIRMWARE_PP_PAUSE_MS);
        }
        return;
    }
    command.cdw10 = lwnvme_field_put(LWNVME_CNS_CONTROLLER, LWNVME_IDENTIFY_CDW10_CNS);
    operation->request.timeout_ms = controller->config.admin_timeout_ms + lwnvme_firmware_mtfa_ms(controller);
    status =
        lwnvme_page_command(controller, &operation->request, &command, update->data, sizeof(update->data));
    lwnvme_firmware_take(operation, status, LWNVME_FIRMWARE_IDENTIFY);
}

/* Smaller transfers are no reason to give the controller up, as they are after a reset: queues are held, and whoever
 * still has the old limit is refused. */
static int lwnvme_firmware_decode(struct lwnvme_firmware_update *update)
{
    struct lwnvme_controller *controller = update->operation.controller;
    struct lwnvme_controller_info *info = &controller->info;
    int status = lwnvme_identify_decode(controller);

    if (status != LWNVME_ERR_CONTROLLER_CHANGED || info->mdts_bytes == 0 ||
        info->mdts_bytes >= info->max_transfer_bytes)
        return status;
    info->max_transfer_bytes = info->mdts_bytes;
    status = lwnvme_identify_decode(controller);
    if (status == LWNVME_OK)
        lwnvme_incarnation_renew(controller);
    return status;
}

static bool lwnvme_firmware_limits_differ(const struct lwnvme_identify_controller *left,
                                          const struct lwnvme_identify_controller *right)
{
    return left->mdts != right->mdts || lwnvme_le16_get(&left->oacs) != lwnvme_le16_get(&right->oacs) ||
           lwnvme_le16_get(&left->oncs) != lwnvme_le16_get(&right->oncs) ||
           lwnvme_le32_get(&left->nn) != lwnvme_le32_get(&right->nn);
}

/* The new identify data take the place of the old. A controller whose data make no sense is given up, as it would be
 * after a reset. */
static int lwnvme_firmware_identified(struct lwnvme_firmware_update *update)
{
    uint8_t *copy = (uint8_t *)(uintptr_t)lwnvme_identify_copy(update->operation.controller);
    uint8_t *old = update->guard.shadow.data;
    int status;

    memcpy(old, copy, LWNVME_PAGE_MIN);
    memcpy(copy, update->data, LWNVME_PAGE_MIN);
    status = lwnvme_firmware_decode(update);
    if (status != LWNVME_OK) {
        memcpy(copy, old, LWNVME_PAGE_MIN);
        lwnvme_controller_fail(update->operation.controller, status);
    }
    update->limits_changed =
        lwnvme_firmware_limits_differ((const struct lwnvme_identify_controller *)(const void *)copy,
                                      (const struct lwnvme_identify_controller *)(const void *)old);
    return status;
}

static void lwnvme_firmware_identify_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    int status = operation->request.status;

    operation->request.timeout_ms = 0;
    if (status == LWNVME_OK)
        status = lwnvme_firmware_identified(update);
    if (status == LWNVME_OK)
        lwnvme_operation_progress(operation, 96);
    update->end_status = status;
    /* The wait for what others had in flight begins now: they could not end before. */
    if (!update->guard.entered)
        lwnvme_guard_hold(&update->guard);
    operation->stage = LWNVME_FIRMWARE_STILL;
}

/* Follows only an activation that others began: what was in flight then must end before handles are written over. */
static void lwnvme_firmware_still_step(struct lwnvme_firmware_update *update)
{
    int status = lwnvme_guard_enter(&update->guard, &update->operation);

    if (status == LWNVME_PENDING)
        return;
    if (update->end_status == LWNVME_OK)
        update->end_status = status;
    update->operation.stage = LWNVME_FIRMWARE_LEAVE;
}

/* The end. */

static void lwnvme_firmware_leave_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;

    if (lwnvme_guard_leave(&update->guard, operation) == LWNVME_PENDING)
        return;
    if (update->reset && !update->was_reset &&
        (update->outcome == LWNVME_FIRMWARE_AT_CONTROLLER_RESET || update->outcome == LWNVME_FIRMWARE_NO_END))
        operation->stage = LWNVME_FIRMWARE_RESET;
    else if (update->outcome == LWNVME_FIRMWARE_NO_END || update->end_status < 0)
        lwnvme_operation_end(operation, update->end_status);
    else
        operation->stage = LWNVME_FIRMWARE_REPORT;
}

/* What the reset makes of the namespaces is read as after an activation, with the queues held again. */
static void lwnvme_firmware_reset_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    int status = lwnvme_guard_check(operation->controller, NULL, 0);

    if (status == LWNVME_OK)
        status = lwnvme_controller_reset(operation->controller);
    if (status == LWNVME_ERR_IN_CALLBACK || status == LWNVME_ERR_BUSY)
        return; /* at a later poll; somebody else may have begun what must not be cut off */
    update->was_reset = true;
    if (status != LWNVME_OK) {
        lwnvme_operation_end(operation, status);
        return;
    }
    lwnvme_guard_start(&update->guard, operation->controller);
    lwnvme_guard_hold(&update->guard);
    operation->stage = LWNVME_FIRMWARE_RESETTING;
}

static void lwnvme_firmware_report_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;

    lwnvme_operation_progress(operation, 98);
    operation->request.timeout_ms = 0;
    if (lwnvme_firmware_log_read(update) == LWNVME_OK)
        operation->stage = LWNVME_FIRMWARE_REPORT_READ;
    else
        lwnvme_operation_end(operation, update->end_status);
}

/* After a reset the log says whether the controller took the image. */
static void lwnvme_firmware_reported_step(struct lwnvme_firmware_update *update)
{
    struct lwnvme_operation *operation = &update->operation;
    bool boot = lwnvme_firmware_is_boot(update);

    if (operation->request.status == LWNVME_OK) {
        update->active_slot = (uint8_t)lwnvme_field_get(update->log[0], LWNVME_FIRMWARE_AFI_CURRENT);
        update->next_slot = (uint8_t)lwnvme_field_get(update->log[0], LWNVME_FIRMWARE_AFI_NEXT);
    }
    if (update->was_reset && update->outcome == LWNVME_FIRMWARE_AT_CONTROLLER_RESET && !boot)
        update->outcome =
            update->slot_used == 0 || update->active_slot == 0 || update->active_slot == update->slot_used
                ? LWNVME_FIRMWARE_ACTIVE
                : LWNVME_FIRMWARE_STORED;
    lwnvme_operation_end(operation, update->end_status);
}

static void lwnvme_firmware_step(struct lwnvme_operation *operation)
{
    static void (*const steps[])(struct lwnvme_firmware_update *) = {
        [LWNVME_FIRMWARE_DOWNLOAD] = lwnvme_firmware_download_step,
        [LWNVME_FIRMWARE_SLOT] = lwnvme_firmware_slot_step,
        [LWNVME_FIRMWARE_SLOT_READ] = lwnvme_firmware_slot_read_step,
        [LWNVME_FIRMWARE_ENTER] = lwnvme_firmware_enter_step,
        [LWNVME_FIRMWARE_COMMIT] = lwnvme_firmware_committed_step,
        [LWNVME_FIRMWARE_PROCESSING] = lwnvme_firmware_processing_step,
        [LWNVME_FIRMWARE_IDENTIFY] = lwnvme_firmware_identify_step,
        [LWNVME_FIRMWARE_STILL] = lwnvme_firmware_still_step,
        [LWNVME_FIRMWARE_LEAVE] = lwnvme_firmware_leave_step,
        [LWNVME_FIRMWARE_RESET] = lwnvme_firmware_reset_step,
        [LWNVME_FIRMWARE_RESETTING] = lwnvme_firmware_still_step,
        [LWNVME_FIRMWARE_REPORT] = lwnvme_firmware_report_step,
        [LWNVME_FIRMWARE_REPORT_READ] = lwnvme_firmware_reported_step,
    };

    steps[operation->stage](lwnvme_firmware_of(operation));
}

/* Begin. */

static int lwnvme_firmware_start(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update)
{
    struct lwnvme_namespace_guard *guard = &update->guard;
    int status = lwnvme_guard_check(controller, update->handles, update->handle_count);

    if (status != LWNVME_OK)
        return status;
    update->outcome = LWNVME_FIRMWARE_NONE;
    update->bytes_done = 0;
    update->sent_bytes = 0;
    update->slot_used = 0;
    update->active_slot = 0;
    update->next_slot = 0;
    update->overlap = false;
    update->limits_changed = false;
    update->commit_status = LWNVME_PENDING;
    update->end_status = LWNVME_OK;
    update->was_reset = false;
    update->cancelled = false;
    guard->handles = update->handles;
    guard->handle_count = update->handle_count;
    guard->nsid = LWNVME_NSID_ALL;
    guard->opcode = LWNVME_ADMIN_FIRMWARE_COMMIT;
    guard->busy = false;
    lwnvme_operation_start(controller, &update->operation, lwnvme_firmware_step, LWNVME_FIRMWARE_LIMIT_MS);
    update->operation.leave = lwnvme_firmware_left;
    lwnvme_guard_start(guard, controller);
    return LWNVME_OK;
}

int lwnvme_firmware_update_begin(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update)
{
    int status;

    if (update == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_firmware_check(controller, update);
    return status != LWNVME_OK ? status : lwnvme_firmware_start(controller, update);
}

int lwnvme_firmware_activation_follow(struct lwnvme_controller *controller,
                                      struct lwnvme_firmware_update *update)
{
    uint32_t mtfa_ms;
    int status;

    if (update == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &update->operation);
    if (status == LWNVME_OK)
        status = lwnvme_firmware_start(controller, update);
    if (status != LWNVME_OK)
        return status;
    mtfa_ms = lwnvme_firmware_mtfa_ms(controller);
    update->action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    update->outcome = LWNVME_FIRMWARE_ACTIVE;
    update->looked_us = lwnvme_now_us(controller);
    update->limit_us = update->looked_us + (uint64_t)mtfa_ms * 1000u;
    update->operation.stage = LWNVME_FIRMWARE_PROCESSING;
    lwnvme_guard_hold(&update->guard);
    lwnvme_deadlines_extend(controller, mtfa_ms);
    return LWNVME_OK;
}

int lwnvme_firmware_update_cancel(struct lwnvme_firmware_update *update)
{
    if (update == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!lwnvme_operation_active(&update->operation))
        return LWNVME_ERR_WRONG_STATE;
    if (update->operation.stage >= LWNVME_FIRMWARE_COMMIT)
        return LWNVME_ERR_BUSY;
    update->cancelled = true;
    return LWNVME_OK;
}

/* Single commands. */

int lwnvme_firmware_download(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t offset_bytes, const void *data, uint32_t length_bytes)
{
    struct lwnvme_command command;
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((controller->info.oacs & LWNVME_OACS_FIRMWARE) == 0)
        return LWNVME_ERR_NO_FIRMWARE;
    if (length_bytes < 4u || length_bytes > LWNVME_PAGE_MIN || ((length_bytes | offset_bytes) & 3u) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    lwnvme_firmware_command_fill(&command, offset_bytes, length_bytes);
    return lwnvme_page_command(controller, request, &command, (void *)(uintptr_t)data, length_bytes);
}

int lwnvme_firmware_commit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_firmware_commit_select *select)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((controller->info.oacs & LWNVME_OACS_FIRMWARE) == 0)
        return LWNVME_ERR_NO_FIRMWARE;
    if (select->action > 7u || select->slot > LWNVME_FIRMWARE_SLOTS_MAX || select->boot_partition > 1u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_firmware_commit_send(controller, request, select);
}

/* SPDX-License-Identifier: MIT */
/*
 * Log pages: Get Log Page, in as many commands as it takes, and the two that every controller has, SMART / Health
 * Information and Error Information. Controller owner's context.
 *
 * A long reading is one request that sends its next command when one has ended (page_next). Commands go one after the
 * other, each through a page of the controller's; the last one alone may clear the event that points at the log page.
 */
#include "log_private.h"

#define LWNVME_ERROR_ENTRIES_PER_PAGE 64u

void lwnvme_log_place(struct lwnvme_command *command, uint64_t offset_bytes, uint32_t length_bytes,
                      bool retain_event)
{
    const uint32_t places = lwnvme_field_put(1u, LWNVME_GET_LOG_CDW10_RAE) |
                            lwnvme_field_put(0xffffu, LWNVME_GET_LOG_CDW10_NUMDL);

    /* The number of dwords is 0's based; a page of 4 KiB never needs its upper half (NUMDU). */
    command->cdw10 = (command->cdw10 & ~places) |
                     lwnvme_field_put(retain_event ? 1u : 0u, LWNVME_GET_LOG_CDW10_RAE) |
                     lwnvme_field_put((length_bytes >> 2) - 1u, LWNVME_GET_LOG_CDW10_NUMDL);
    command->cdw12 = (uint32_t)offset_bytes;
    command->cdw13 = (uint32_t)(offset_bytes >> 32);
}

void lwnvme_log_command(struct lwnvme_command *command, const struct lwnvme_log_select *select)
{
    command->opcode = LWNVME_ADMIN_GET_LOG_PAGE;
    command->nsid = select->nsid;
    command->cdw10 = lwnvme_field_put(select->lid, LWNVME_GET_LOG_CDW10_LID) |
                     lwnvme_field_put(select->lsp, LWNVME_GET_LOG_CDW10_LSP);
    command->cdw11 = lwnvme_field_put(select->lsi, LWNVME_GET_LOG_CDW11_LSI);
    command->cdw14 = lwnvme_field_put(select->csi, LWNVME_GET_LOG_CDW14_CSI) |
                     lwnvme_field_put(select->uuid_index, LWNVME_GET_LOG_CDW14_UIDX) |
                     lwnvme_field_put(select->offset_is_index ? 1u : 0u, LWNVME_GET_LOG_CDW14_OT);
}

static int lwnvme_log_check(const struct lwnvme_controller *controller,
                            const struct lwnvme_log_select *select, const void *data, uint32_t length_bytes)
{
    bool is_long = length_bytes > LWNVME_PAGE_MIN;

    if (select == NULL || data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (length_bytes < 4u || (length_bytes & 3u) != 0 || select->lsp > 127u || select->uuid_index > 127u ||
        length_bytes > UINT64_MAX - select->offset_bytes || length_bytes > UINTPTR_MAX - (uintptr_t)data)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select->offset_is_index ? is_long : (select->offset_bytes & 3u) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((select->offset_bytes != 0 || is_long) && !lwnvme_log_has_offsets(controller))
        return LWNVME_ERR_NO_LOG_OFFSET;
    return LWNVME_OK;
}

static uint32_t lwnvme_log_piece(uint32_t left_bytes)
{
    return left_bytes < LWNVME_PAGE_MIN ? left_bytes : LWNVME_PAGE_MIN;
}

/* A command has ended: the next one, unless it failed or was the last. Bounded by the length asked for. */
static bool lwnvme_log_piece_next(struct lwnvme_request *request)
{
    struct lwnvme_command command = request->command;
    uint32_t piece_bytes = lwnvme_log_piece(request->pieces_left);
    uint64_t offset_bytes = ((uint64_t)command.cdw13 << 32 | command.cdw12) + request->copy_bytes;

    request->pieces_bytes += request->bytes_done;
    request->bytes_done = request->pieces_bytes;
    if (request->status != LWNVME_OK || piece_bytes == 0)
        return false;
    request->pieces_left -= piece_bytes;
    lwnvme_log_place(&command, offset_bytes, piece_bytes,
                     request->pieces_retain || request->pieces_left != 0);
    request->status = lwnvme_page_command(request->queue->controller, request, &command,
                                          (uint8_t *)request->copy + request->copy_bytes, piece_bytes);
    if (request->status != LWNVME_OK)
        return false;
    request->page_next = lwnvme_log_piece_next;
    return true;
}

int lwnvme_log_read(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_log_select *select, void *data, uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = 0};
    uint32_t piece_bytes = lwnvme_log_piece(length_bytes);
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_check(controller, select, data, length_bytes);
    if (status != LWNVME_OK)
        return status;
    lwnvme_log_command(&command, select);
    lwnvme_log_place(&command, select->offset_bytes, piece_bytes,
                     select->retain_event || piece_bytes != length_bytes);
    status = lwnvme_page_command(controller, request, &command, data, piece_bytes);
    if (status != LWNVME_OK)
        return status;
    request->pieces_bytes = 0;
    request->pieces_left = length_bytes - piece_bytes;
    request->pieces_retain = select->retain_event;
    request->page_next = lwnvme_log_piece_next;
    return LWNVME_OK;
}

int lwnvme_log_smart(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                     struct lwnvme_smart_log *smart)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_SMART, .nsid = nsid};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (nsid != 0 && nsid != LWNVME_NSID_ALL && (controller->info.lpa & LWNVME_LPA_SMART_PER_NAMESPACE) == 0)
        return LWNVME_ERR_NO_LOG_PAGE;
    return lwnvme_log_read(controller, request, &select, smart, sizeof(*smart));
}

int lwnvme_log_error(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t first,
                     uint32_t entry_count, struct lwnvme_error_log_entry *entries)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION, .nsid = LWNVME_NSID_ALL};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (entry_count == 0 || entry_count > LWNVME_ERROR_ENTRIES_PER_PAGE || first >= controller->info.elpe ||
        entry_count > controller->info.elpe - first)
        return LWNVME_ERR_INVALID_ARGUMENT;
    select.offset_bytes = (uint64_t)first * sizeof(*entries);
    return lwnvme_log_read(controller, request, &select, entries, entry_count * (uint32_t)sizeof(*entries));
}

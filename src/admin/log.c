/* SPDX-License-Identifier: MIT */
/*
 * Log pages: Get Log Page, and the two that every controller has, SMART / Health Information and Error
 * Information. Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

#define LWNVME_ERROR_ENTRIES_PER_PAGE 64u

static int lwnvme_log_check(const struct lwnvme_controller *controller,
                            const struct lwnvme_log_select *select, const void *data, uint32_t length_bytes)
{
    if (select == NULL || data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (length_bytes < 4u || length_bytes > LWNVME_PAGE_MIN || (length_bytes & 3u) != 0 ||
        select->lsp > 127u || (select->offset_bytes & 3u) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select->offset_bytes != 0 && (controller->info.lpa & LWNVME_LPA_EXTENDED_DATA) == 0)
        return LWNVME_ERR_NO_LOG_OFFSET;
    return LWNVME_OK;
}

int lwnvme_log_read(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_log_select *select, void *data, uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_LOG_PAGE};
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_log_check(controller, select, data, length_bytes);
    if (status != LWNVME_OK)
        return status;
    command.nsid = select->nsid;
    /* The number of dwords is 0's based; a page of 4 KiB never needs its upper half (NUMDU). */
    command.cdw10 = lwnvme_field_put(select->lid, LWNVME_GET_LOG_CDW10_LID) |
                    lwnvme_field_put(select->lsp, LWNVME_GET_LOG_CDW10_LSP) |
                    lwnvme_field_put(select->retain_event ? 1u : 0u, LWNVME_GET_LOG_CDW10_RAE) |
                    lwnvme_field_put((length_bytes >> 2) - 1u, LWNVME_GET_LOG_CDW10_NUMDL);
    command.cdw12 = (uint32_t)select->offset_bytes;
    command.cdw13 = (uint32_t)(select->offset_bytes >> 32);
    return lwnvme_page_command(controller, request, &command, data, length_bytes);
}

int lwnvme_log_smart(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                     struct lwnvme_smart_log *smart)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_SMART, .nsid = nsid};

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

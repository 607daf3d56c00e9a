/* SPDX-License-Identifier: MIT */
/*
 * Get LBA Status: one question, one page of descriptors, which are checked and put into the CPU's terms when the page
 * has ended, before the caller's callback. Controller owner's context.
 */
#include <lwnvme/lba_status.h>

#include "../core/core.h"

static int lwnvme_lba_status_check(const struct lwnvme_controller *controller,
                                   const struct lwnvme_lba_status *status)
{
    if (status == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((controller->info.oacs & LWNVME_OACS_GET_LBA_STATUS) == 0)
        return LWNVME_ERR_NO_LBA_STATUS;
    if (status->nsid == 0 || status->nsid > controller->info.nn)
        return LWNVME_ERR_NS_INVALID_ID;
    if (status->block_count > 0xffffu || (status->action != LWNVME_LBA_STATUS_ATYPE_ALLOCATED &&
                                          status->action != LWNVME_LBA_STATUS_ATYPE_SCAN_UNTRACKED &&
                                          status->action != LWNVME_LBA_STATUS_ATYPE_TRACKED))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

/* Takes one descriptor over. False: it cannot be, after what came before. */
static bool lwnvme_lba_status_take(struct lwnvme_lba_status *status, uint32_t index)
{
    struct lwnvme_lba_status_range *range = &status->ranges[index];
    struct lwnvme_lba_status_descriptor descriptor;

    memcpy(&descriptor,
           status->data + sizeof(struct lwnvme_lba_status_header) + (size_t)index * sizeof(descriptor),
           sizeof(descriptor));
    range->lba = lwnvme_le64_get(&descriptor.dslba);
    range->block_count = (uint64_t)lwnvme_le32_get(&descriptor.nlb) + 1; /* 0's based */
    range->status = descriptor.status;
    if (range->lba < status->next || range->lba + range->block_count < range->lba)
        return false;
    status->next = range->lba + range->block_count;
    return true;
}

static int lwnvme_lba_status_decode(struct lwnvme_lba_status *status)
{
    struct lwnvme_lba_status_header header;
    uint32_t count;
    uint32_t index;

    memcpy(&header, status->data, sizeof(header));
    count = lwnvme_le32_get(&header.nlsd);
    if (count > LWNVME_LBA_STATUS_RANGES_MAX)
        return LWNVME_ERR_LIST_ENTRY;
    for (index = 0; index < count; index++) {
        if (!lwnvme_lba_status_take(status, index))
            return LWNVME_ERR_LIST_ENTRY;
    }
    /* Nothing told and more to tell: whoever goes on until there is no more would never end. */
    if (count == 0 && header.cmpc == LWNVME_LBA_STATUS_CMPC_INCOMPLETE)
        return LWNVME_ERR_LIST_ENTRY;
    status->range_count = count;
    status->more = header.cmpc == LWNVME_LBA_STATUS_CMPC_INCOMPLETE;
    return LWNVME_OK;
}

/* The page has ended. */
static bool lwnvme_lba_status_done(struct lwnvme_request *request)
{
    struct lwnvme_lba_status *status = (struct lwnvme_lba_status *)request->internal_context;

    if (request->status == LWNVME_OK)
        request->status = lwnvme_lba_status_decode(status);
    return false;
}

int lwnvme_lba_status_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_lba_status *status)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_LBA_STATUS};
    int result = lwnvme_admin_check(controller, request);

    if (result == LWNVME_OK)
        result = lwnvme_lba_status_check(controller, status);
    if (result != LWNVME_OK)
        return result;
    command.nsid = status->nsid;
    command.cdw10 = (uint32_t)status->lba;
    command.cdw11 = (uint32_t)(status->lba >> 32);
    command.cdw12 = lwnvme_field_put((LWNVME_PAGE_MIN >> 2) - 1u, LWNVME_LBA_STATUS_CDW12_MNDW);
    command.cdw13 = lwnvme_field_put(status->block_count, LWNVME_LBA_STATUS_CDW13_RL) |
                    lwnvme_field_put(status->action, LWNVME_LBA_STATUS_CDW13_ATYPE);
    result = lwnvme_page_command(controller, request, &command, status->data, sizeof(status->data));
    if (result != LWNVME_OK)
        return result;
    status->range_count = 0;
    status->more = false;
    status->next = status->lba;
    request->internal_context = status;
    request->page_next = lwnvme_lba_status_done;
    return LWNVME_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * Data placement by I/O commands: I/O Management Receive and Send, for reclaim unit handles. Queue owner's context.
 */
#include <lwnvme/placement.h>

#include "io_private.h"

static int lwnvme_placement_send(struct lwnvme_queue *queue, struct lwnvme_request *request,
                                 const void *memory, uint32_t memory_bytes)
{
    int status;

    if (memory_bytes > request->ns->controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    request->command.cdw10 = lwnvme_field_put(LWNVME_IO_MANAGEMENT_RUH, LWNVME_IO_MANAGEMENT_MO);
    if (request->command.opcode == LWNVME_NVM_IO_MANAGEMENT_RECEIVE)
        request->command.cdw11 = (memory_bytes >> 2) - 1u;
    else
        request->command.cdw10 |= lwnvme_field_put((memory_bytes >> 1) - 1u, LWNVME_IO_MANAGEMENT_MOS);
    status = lwnvme_io_data(request, memory, (memory_bytes + 3u) & ~3u); /* hosts map dwords */
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

/* `what` is what the caller must have given. */
static int lwnvme_placement_begin(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                  struct lwnvme_request *request, const void *what, uint32_t opcode)
{
    int status = lwnvme_io_begin(queue, ns, request, opcode, 0);

    if (status == LWNVME_OK && what == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK && (lwnvme_le32_get(&lwnvme_identify_copy(ns->controller)->ctratt) &
                                LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT) == 0)
        status = LWNVME_ERR_NO_FDP;
    return status;
}

int lwnvme_placement_get_status(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                struct lwnvme_request *request, struct lwnvme_placement_status *status)
{
    int result = lwnvme_placement_begin(queue, ns, request, status, LWNVME_NVM_IO_MANAGEMENT_RECEIVE);

    if (result != LWNVME_OK)
        return result;
    if (status->memory_bytes < sizeof(struct lwnvme_ruh_status_header) || (status->memory_bytes & 3u) != 0)
        return LWNVME_ERR_BUFFER_LENGTH;
    return lwnvme_placement_send(queue, request, status->memory, status->memory_bytes);
}

int lwnvme_placement_status_check(struct lwnvme_placement_status *status)
{
    struct lwnvme_ruh_status_header head;
    uint32_t room;
    uint32_t fit;

    if (status == NULL || status->memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (status->memory_bytes < sizeof(head))
        return LWNVME_ERR_BUFFER_LENGTH;
    memcpy(&head, status->memory, sizeof(head));
    room = status->memory_bytes - (uint32_t)sizeof(head);
    fit = room >> 5; /* descriptors of 32 bytes */
    status->handles = lwnvme_le16_get(&head.nruhsd);
    status->handles_given = status->handles < fit ? status->handles : fit;
    return LWNVME_OK;
}

bool lwnvme_placement_handle_get(const struct lwnvme_placement_status *status, uint32_t index,
                                 struct lwnvme_placement_handle *handle)
{
    struct lwnvme_ruh_status_descriptor entry;

    if (status == NULL || handle == NULL || index >= status->handles_given)
        return false;
    memcpy(&entry,
           (const uint8_t *)status->memory + sizeof(struct lwnvme_ruh_status_header) +
               (size_t)index * sizeof(entry),
           sizeof(entry));
    handle->placement_identifier = lwnvme_le16_get(&entry.pid);
    handle->reclaim_unit_handle = lwnvme_le16_get(&entry.ruhid);
    handle->time_left_s = lwnvme_le32_get(&entry.earutr);
    handle->blocks_left = lwnvme_le64_get(&entry.ruamw);
    return true;
}

int lwnvme_placement_update(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                            struct lwnvme_request *request, const struct lwnvme_le16 *identifiers,
                            uint32_t identifier_count)
{
    int status = lwnvme_placement_begin(queue, ns, request, identifiers, LWNVME_NVM_IO_MANAGEMENT_SEND);

    if (status != LWNVME_OK)
        return status;
    if (identifier_count == 0 || identifier_count > 65536u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_placement_send(queue, request, identifiers,
                                 identifier_count * (uint32_t)sizeof(*identifiers));
}

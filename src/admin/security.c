/* SPDX-License-Identifier: MIT */
/*
 * Security Send and Security Receive. The data are the caller's and stay where they are; the library adds nothing
 * but the command. Controller owner's context.
 */
#include <lwnvme/security.h>

#include "../core/core.h"

#define LWNVME_SECURITY_PROTOCOL_NVME 0xeau

/* The part of a buffer that a transfer takes: whole dwords, since nothing less can be mapped. */
static int lwnvme_security_buffer(const struct lwnvme_controller *controller,
                                  const struct lwnvme_buffer *buffer, uint32_t length_bytes,
                                  struct lwnvme_buffer *part)
{
    if (length_bytes > controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    length_bytes = (length_bytes + 3u) & ~3u;
    *part = *buffer;
    if (buffer->segments == NULL) {
        if (buffer->length_bytes < length_bytes)
            return LWNVME_ERR_BUFFER_LENGTH;
        part->length_bytes = length_bytes;
    }
    return lwnvme_buffer_check(part, length_bytes);
}

static int lwnvme_security_submit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  struct lwnvme_command *command, const struct lwnvme_security_select *select,
                                  const struct lwnvme_buffer *buffer)
{
    uint32_t length_bytes = command->cdw11;
    struct lwnvme_buffer part;
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select == NULL || (buffer == NULL && length_bytes != 0))
        return LWNVME_ERR_NULL_ARGUMENT;
    if ((controller->info.oacs & LWNVME_OACS_SECURITY) == 0)
        return LWNVME_ERR_NO_SECURITY;
    if (select->protocol_nvme_info != 0 && select->protocol != LWNVME_SECURITY_PROTOCOL_NVME)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (length_bytes != 0) {
        status = lwnvme_security_buffer(controller, buffer, length_bytes, &part);
        if (status != LWNVME_OK)
            return status;
    }
    command->nsid = select->nsid;
    command->cdw10 = lwnvme_field_put(select->protocol_nvme_info, LWNVME_SECURITY_CDW10_NSSF) |
                     lwnvme_field_put(select->protocol_specific, LWNVME_SECURITY_CDW10_SPSP) |
                     lwnvme_field_put(select->protocol, LWNVME_SECURITY_CDW10_SECP);
    return lwnvme_admin_submit(controller, request, command, length_bytes != 0 ? &part : NULL);
}

int lwnvme_security_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                         uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SECURITY_SEND, .cdw11 = length_bytes};

    return lwnvme_security_submit(controller, request, &command, select, buffer);
}

int lwnvme_security_receive(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                            uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SECURITY_RECEIVE, .cdw11 = length_bytes};

    return lwnvme_security_submit(controller, request, &command, select, buffer);
}

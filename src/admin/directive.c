/* SPDX-License-Identifier: MIT */
/*
 * Directives: Directive Receive and Directive Send for the two types that have operations of their own, Identify and
 * Streams. Answers with data come through an admin page; the others are a dword at most. Controller owner's context.
 */
#include <lwnvme/directive.h>

#include "../core/core.h"

static int lwnvme_directive_check(const struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    return (controller->info.oacs & LWNVME_OACS_DIRECTIVES) != 0 ? LWNVME_OK : LWNVME_ERR_NO_DIRECTIVES;
}

static uint32_t lwnvme_directive_cdw11(uint32_t type, uint32_t operation, uint32_t specific)
{
    return lwnvme_field_put(type, LWNVME_DIRECTIVE_CDW11_DTYPE) |
           lwnvme_field_put(operation, LWNVME_DIRECTIVE_CDW11_DOPER) |
           lwnvme_field_put(specific, LWNVME_DIRECTIVE_CDW11_DSPEC);
}

/* Commands without data: cdw11 and cdw12 are filled in. */
static int lwnvme_directive_plain(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_command *command)
{
    int status = lwnvme_directive_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_admin_submit(controller, request, command, NULL);
}

static int lwnvme_directive_receive(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint32_t nsid, uint32_t cdw11, void *data, uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DIRECTIVE_RECEIVE};
    int status = lwnvme_directive_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    command.nsid = nsid;
    command.cdw10 = lwnvme_field_put((length_bytes >> 2) - 1u, LWNVME_DIRECTIVE_CDW10_NUMD);
    command.cdw11 = cdw11;
    return lwnvme_page_command(controller, request, &command, data, length_bytes);
}

/* Identify. */

int lwnvme_directive_identify(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, struct lwnvme_directive_parameters *parameters)
{
    return lwnvme_directive_receive(controller, request, nsid,
                                    lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_IDENTIFY,
                                                           LWNVME_DIRECTIVE_IDENTIFY_RECEIVE_PARAMETERS, 0),
                                    parameters, sizeof(*parameters));
}

int lwnvme_directive_enable(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, uint8_t type, bool enable)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DIRECTIVE_SEND, .nsid = nsid};

    command.cdw11 =
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_IDENTIFY, LWNVME_DIRECTIVE_IDENTIFY_SEND_ENABLE, 0);
    command.cdw12 = lwnvme_field_put(enable ? 1u : 0u, LWNVME_DIRECTIVE_ENABLE_ENDIR) |
                    lwnvme_field_put(type, LWNVME_DIRECTIVE_ENABLE_DTYPE);
    return lwnvme_directive_plain(controller, request, &command);
}

/* Streams. */

int lwnvme_stream_identify(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid, struct lwnvme_stream_parameters *parameters)
{
    return lwnvme_directive_receive(
        controller, request, nsid,
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_STREAMS, LWNVME_DIRECTIVE_STREAMS_RECEIVE_PARAMETERS, 0),
        parameters, sizeof(*parameters));
}

/* The page has ended: a count that the structure has no room for is not passed on. */
static bool lwnvme_stream_status_check(struct lwnvme_request *request)
{
    struct lwnvme_le16 count;

    if (request->status != LWNVME_OK)
        return false;
    memcpy(&count, request->copy, sizeof(count));
    if (lwnvme_le16_get(&count) > LWNVME_STREAM_IDENTIFIERS_MAX)
        lwnvme_le16_set(&count, LWNVME_STREAM_IDENTIFIERS_MAX);
    memcpy(request->copy, &count, sizeof(count));
    return false;
}

int lwnvme_stream_get_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t nsid, struct lwnvme_stream_status *status)
{
    int result = lwnvme_directive_receive(
        controller, request, nsid,
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_STREAMS, LWNVME_DIRECTIVE_STREAMS_RECEIVE_STATUS, 0),
        status, sizeof(*status));

    if (result == LWNVME_OK)
        request->page_next = lwnvme_stream_status_check;
    return result;
}

int lwnvme_stream_allocate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid, uint32_t stream_count)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DIRECTIVE_RECEIVE, .nsid = nsid};

    if (stream_count == 0 || stream_count > 0xffffu)
        return LWNVME_ERR_INVALID_ARGUMENT;
    command.cdw11 =
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_STREAMS, LWNVME_DIRECTIVE_STREAMS_RECEIVE_ALLOCATE, 0);
    command.cdw12 = lwnvme_field_put(stream_count, LWNVME_STREAMS_ALLOCATE_NSR);
    return lwnvme_directive_plain(controller, request, &command);
}

int lwnvme_stream_release(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                          uint16_t stream)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DIRECTIVE_SEND, .nsid = nsid};

    if (stream == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    command.cdw11 =
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_STREAMS, LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE, stream);
    return lwnvme_directive_plain(controller, request, &command);
}

int lwnvme_stream_release_all(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DIRECTIVE_SEND, .nsid = nsid};

    command.cdw11 =
        lwnvme_directive_cdw11(LWNVME_DIRECTIVE_TYPE_STREAMS, LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE_ALL, 0);
    return lwnvme_directive_plain(controller, request, &command);
}

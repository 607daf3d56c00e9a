/* SPDX-License-Identifier: MIT */
/*
 * Commands by their dwords. What a command makes the controller move is in its dwords, too, as far as the specifications
 * say: a buffer that is smaller would be left behind, and the controller go on at an address that nobody gave it.
 *
 * Of reads and writes the dwords count blocks, and only a namespace's handle knows their size: 512 bytes are the least.
 * Vendors' commands, and those that are not here, are the caller's affair alone.
 *
 * Queue owner's context, or the controller owner's for admin commands.
 */
#include <lwnvme/spec_zoned.h>

#include "core.h"

#define LWNVME_RAW_BLOCK_BYTES         512u
#define LWNVME_RAW_SELECT_CAPABILITIES 3u
#define LWNVME_RAW_DIRECTIVE_ALLOCATE  3u

/* A 0's based count of dwords. */
static uint64_t lwnvme_raw_dwords(uint32_t numd)
{
    return ((uint64_t)numd + 1u) * 4u;
}

/* Of the features of the base specification that have data; where there may be more, the least. */
static uint64_t lwnvme_raw_feature_bytes(const struct lwnvme_command *command)
{
    const bool sets = command->opcode == LWNVME_ADMIN_SET_FEATURES;

    if (!sets && (command->cdw10 >> 8 & 7u) == LWNVME_RAW_SELECT_CAPABILITIES)
        return 0;
    switch (command->cdw10 & 0xffu) {
    case LWNVME_FEATURE_LBA_RANGE_TYPE:
        return sets ? ((command->cdw11 & 63u) + 1u) * 64u : LWNVME_PAGE_MIN;
    case LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION:
        return 256;
    case LWNVME_FEATURE_TIMESTAMP:
        return 8;
    case LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG:
    case LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT:
        return 512;
    case LWNVME_FEATURE_HOST_IDENTIFIER:
        return sets && (command->cdw11 & 1u) != 0 ? 16 : 8;
    default:
        return 0;
    }
}

/* What the controller moves by an admin command, at least. */
static uint64_t lwnvme_raw_admin_bytes(const struct lwnvme_command *command)
{
    switch (command->opcode) {
    case LWNVME_ADMIN_IDENTIFY:
    case LWNVME_ADMIN_NAMESPACE_ATTACHMENT:
        return LWNVME_PAGE_MIN;
    case LWNVME_ADMIN_NAMESPACE_MANAGEMENT:
        return (command->cdw10 & 15u) == 0 ? LWNVME_PAGE_MIN : 0; /* creates one */
    case LWNVME_ADMIN_GET_LOG_PAGE:
        return lwnvme_raw_dwords(command->cdw10 >> 16 | command->cdw11 << 16);
    case LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD:
        return lwnvme_raw_dwords(command->cdw10);
    case LWNVME_ADMIN_DIRECTIVE_RECEIVE:
        return (command->cdw11 & 0xffu) == LWNVME_RAW_DIRECTIVE_ALLOCATE ? 0
                                                                         : lwnvme_raw_dwords(command->cdw10);
    case LWNVME_ADMIN_GET_LBA_STATUS:
        return lwnvme_raw_dwords(command->cdw12);
    case LWNVME_ADMIN_SECURITY_SEND:
    case LWNVME_ADMIN_SECURITY_RECEIVE:
        return command->cdw11;
    case LWNVME_ADMIN_SET_FEATURES:
    case LWNVME_ADMIN_GET_FEATURES:
        return lwnvme_raw_feature_bytes(command);
    default:
        return 0;
    }
}

/* And by one that names blocks. A value of a key value namespace, whose commands have the same opcodes, may be smaller than
 * a block. */
static uint64_t lwnvme_raw_block_bytes(const struct lwnvme_controller *controller,
                                       const struct lwnvme_command *command)
{
    const uint32_t nlb = command->cdw12 & 0xffffu;

    if (nlb == 0 && lwnvme_field_get(controller->cc, LWNVME_CC_CSS) != LWNVME_CC_CSS_NVM &&
        command->opcode != LWNVME_ZNS_ZONE_APPEND)
        return 0;
    return (nlb + 1u) * LWNVME_RAW_BLOCK_BYTES;
}

/* And by an I/O command. */
static uint64_t lwnvme_raw_io_bytes(const struct lwnvme_controller *controller,
                                    const struct lwnvme_command *command)
{
    switch (command->opcode) {
    case LWNVME_NVM_READ:
    case LWNVME_NVM_WRITE:
    case LWNVME_NVM_COMPARE:
    case LWNVME_ZNS_ZONE_APPEND:
        return lwnvme_raw_block_bytes(controller, command);
    case LWNVME_NVM_DATASET_MANAGEMENT:
        return ((command->cdw10 & 0xffu) + 1u) * 16u;
    case LWNVME_NVM_COPY:
        return ((command->cdw12 & 0xffu) + 1u) * 32u;
    case LWNVME_NVM_RESERVATION_REGISTER:
    case LWNVME_NVM_RESERVATION_ACQUIRE:
        return 16;
    case LWNVME_NVM_RESERVATION_RELEASE:
        return 8;
    case LWNVME_NVM_RESERVATION_REPORT:
        return lwnvme_raw_dwords(command->cdw10);
    case LWNVME_NVM_IO_MANAGEMENT_RECEIVE:
        return lwnvme_raw_dwords(command->cdw11);
    case LWNVME_NVM_IO_MANAGEMENT_SEND:
        return ((command->cdw10 >> 16) + 1u) * 2u;
    case LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE:
        return lwnvme_raw_dwords(command->cdw12);
    case LWNVME_ZNS_ZONE_MANAGEMENT_SEND:
        return (command->cdw13 & 0xffu) == LWNVME_ZSA_SET_EXTENSION ? 64u : 0;
    default:
        return 0;
    }
}

/* Whether the buffer has so many bytes. */
static int lwnvme_raw_check(const struct lwnvme_buffer *buffer, uint64_t needed)
{
    if (needed == 0)
        return LWNVME_OK;
    if (buffer == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return lwnvme_buffer_bytes(buffer, needed) < needed ? LWNVME_ERR_BUFFER_LENGTH : LWNVME_OK;
}

int lwnvme_raw(struct lwnvme_queue *queue, struct lwnvme_request *request,
               const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    int status;

    if (queue == NULL || request == NULL || command == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    if (queue->controller == NULL)
        return LWNVME_ERR_QUEUE_CLOSED;
    /* All of these move data, by the specifications; without a buffer that would be to and from address 0. */
    if (buffer == NULL && (command->opcode & 3u) != 0 && command->opcode < LWNVME_NVM_FIRST_VENDOR &&
        command->opcode != LWNVME_ZNS_ZONE_MANAGEMENT_SEND)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_raw_check(buffer, lwnvme_raw_io_bytes(queue->controller, command));
    if (status != LWNVME_OK)
        return status;
    request->internal_done = NULL;
    return lwnvme_submit_raw(queue, request, command, buffer);
}

/* Admin commands by their dwords. */

static bool lwnvme_opcode_is_ours(uint32_t opcode, uint32_t cdw10)
{
    if (opcode == LWNVME_ADMIN_SET_FEATURES)
        return lwnvme_field_get(cdw10, LWNVME_SET_FEATURES_CDW10_FID) == LWNVME_FEATURE_NUMBER_OF_QUEUES;
    return opcode == LWNVME_ADMIN_CREATE_IOSQ || opcode == LWNVME_ADMIN_CREATE_IOCQ ||
           opcode == LWNVME_ADMIN_DELETE_IOSQ || opcode == LWNVME_ADMIN_DELETE_IOCQ ||
           opcode == LWNVME_ADMIN_ASYNC_EVENT_REQUEST || opcode == LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG;
}

int lwnvme_admin_raw(struct lwnvme_controller *controller, struct lwnvme_request *request,
                     const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (command == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (lwnvme_opcode_is_ours(command->opcode, command->cdw10))
        return LWNVME_ERR_OPCODE_REFUSED;
    status = lwnvme_raw_check(buffer, lwnvme_raw_admin_bytes(command));
    if (status != LWNVME_OK)
        return status;
    return lwnvme_admin_submit(controller, request, command, buffer);
}

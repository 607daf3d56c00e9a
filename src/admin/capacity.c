/* SPDX-License-Identifier: MIT */
/*
 * Capacity Management: five operations, each with its own bit in CTRATT. Controller owner's context.
 */
#include <lwnvme/capacity.h>

#include "../core/core.h"

static int lwnvme_capacity_submit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint32_t attribute, uint32_t operation, uint32_t element,
                                  uint64_t capacity_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_CAPACITY_MANAGEMENT};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if ((lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) & attribute) == 0)
        return LWNVME_ERR_NO_CAPACITY_MANAGEMENT;
    command.cdw10 = lwnvme_field_put(operation, LWNVME_CAPACITY_CDW10_OPER) |
                    lwnvme_field_put(element, LWNVME_CAPACITY_CDW10_ELID);
    command.cdw11 = (uint32_t)capacity_bytes;
    command.cdw12 = (uint32_t)(capacity_bytes >> 32);
    return lwnvme_admin_submit(controller, request, &command, NULL);
}

int lwnvme_capacity_select(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint16_t configuration)
{
    return lwnvme_capacity_submit(controller, request, LWNVME_CTRATT_FIXED_CAPACITY_MANAGEMENT,
                                  LWNVME_CAPACITY_SELECT, configuration, 0);
}

int lwnvme_capacity_create_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint64_t capacity_bytes)
{
    if (capacity_bytes == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_capacity_submit(controller, request, LWNVME_CTRATT_VARIABLE_CAPACITY_MANAGEMENT,
                                  LWNVME_CAPACITY_CREATE_GROUP, 0, capacity_bytes);
}

int lwnvme_capacity_create_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t endgid, uint64_t capacity_bytes)
{
    if (endgid == 0 || capacity_bytes == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_capacity_submit(controller, request, LWNVME_CTRATT_VARIABLE_CAPACITY_MANAGEMENT,
                                  LWNVME_CAPACITY_CREATE_SET, endgid, capacity_bytes);
}

int lwnvme_capacity_delete_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t endgid)
{
    if (endgid == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_capacity_submit(controller, request, LWNVME_CTRATT_DELETE_ENDURANCE_GROUP,
                                  LWNVME_CAPACITY_DELETE_GROUP, endgid, 0);
}

int lwnvme_capacity_delete_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t nvmsetid)
{
    if (nvmsetid == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_capacity_submit(controller, request, LWNVME_CTRATT_DELETE_NVM_SET,
                                  LWNVME_CAPACITY_DELETE_SET, nvmsetid, 0);
}

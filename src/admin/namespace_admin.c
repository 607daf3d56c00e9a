/* SPDX-License-Identifier: MIT */
/*
 * Namespace Management and Namespace Attachment: what is asked for is checked against what the controller says it
 * has, put into the form of the command, and sent. Controller owner's context.
 *
 * The data of a command are the caller's until the callback, because it may wait for a page before it is copied.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

static bool lwnvme_has_ctratt(const struct lwnvme_controller *controller, uint32_t bit)
{
    return (lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) & bit) != 0;
}

static int lwnvme_management_check(const struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK && (controller->info.oacs & LWNVME_OACS_NAMESPACE_MANAGEMENT) == 0)
        status = LWNVME_ERR_NO_NAMESPACE_MANAGEMENT;
    return status;
}

static bool lwnvme_management_nsid_is_valid(const struct lwnvme_controller *controller, uint32_t nsid)
{
    return nsid != 0 && nsid <= controller->info.nn && nsid != LWNVME_NSID_ALL;
}

/* ANA groups, NVM sets, endurance groups: 0 stands for none and is always possible. */
static int lwnvme_creation_groups_check(const struct lwnvme_controller *controller,
                                        const struct lwnvme_namespace_creation *creation)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(controller);

    if (creation->anagrpid != 0 && ((identify->cmic & LWNVME_CMIC_ANA_REPORTING) == 0 ||
                                    (identify->anacap & LWNVME_ANACAP_GROUP_ID_SUPPORTED) == 0))
        return LWNVME_ERR_NO_ANA;
    if (creation->nvmsetid != 0 && !lwnvme_has_ctratt(controller, LWNVME_CTRATT_NVM_SETS))
        return LWNVME_ERR_NO_NVM_SETS;
    if (creation->endgid != 0 && !lwnvme_has_ctratt(controller, LWNVME_CTRATT_ENDURANCE_GROUPS))
        return LWNVME_ERR_NO_ENDURANCE_GROUPS;
    if (creation->anagrpid > lwnvme_le32_get(&identify->anagrpmax) ||
        creation->nvmsetid > lwnvme_le16_get(&identify->nsetidmax) ||
        creation->endgid > lwnvme_le16_get(&identify->endgidmax))
        return LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

static int lwnvme_creation_check(const struct lwnvme_controller *controller,
                                 const struct lwnvme_namespace_creation *creation)
{
    if (creation == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (creation->block_count == 0 || creation->capacity_blocks > creation->block_count ||
        creation->protection_type > 3u || creation->placement_handle_count > LWNVME_PLACEMENT_HANDLES_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (creation->format_index >= LWNVME_LBA_FORMATS_MAX)
        return LWNVME_ERR_FORMAT_INDEX;
    if (creation->csi != LWNVME_CSI_NVM &&
        (lwnvme_cap(controller, LWNVME_CAP_CSS) & LWNVME_CAP_CSS_IOCSS) == 0)
        return LWNVME_ERR_NO_COMMAND_SETS;
    if (creation->placement_handle_count != 0 &&
        !lwnvme_has_ctratt(controller, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT))
        return LWNVME_ERR_NO_FDP;
    return lwnvme_creation_groups_check(controller, creation);
}

/* Fields of the command sets with logical blocks; in those of the key value command set they are reserved. */
static void lwnvme_creation_encode_blocks(const struct lwnvme_namespace_creation *creation,
                                          struct lwnvme_namespace_management_data *data)
{
    uint32_t index;

    lwnvme_le64_set(&data->ncap,
                    creation->capacity_blocks != 0 ? creation->capacity_blocks : creation->block_count);
    data->flbas = (uint8_t)(lwnvme_field_put(creation->format_index, LWNVME_FLBAS_FIDXL) |
                            lwnvme_field_put((uint32_t)creation->format_index >> 4, LWNVME_FLBAS_FIDXU) |
                            (creation->metadata_in_block ? LWNVME_FLBAS_MTELBA : 0u));
    data->dps = (uint8_t)(lwnvme_field_put(creation->protection_type, LWNVME_DPS_PIT) |
                          (creation->protection_first ? LWNVME_DPS_PIP : 0u));
    lwnvme_le64_set(&data->lbstm, creation->lbstm);
    lwnvme_le16_set(&data->nphndls, creation->placement_handle_count);
    for (index = 0; index < creation->placement_handle_count; index++)
        lwnvme_le16_set(&data->phndl[index], creation->placement_handles[index]);
}

/* The first 768 bytes of the structure; the rest is reserved, and the page that they go through is cleared. */
static void lwnvme_creation_encode(struct lwnvme_namespace_creation *creation)
{
    struct lwnvme_namespace_management_data *data =
        (struct lwnvme_namespace_management_data *)(void *)creation->data;

    memset(creation->data, 0, sizeof(creation->data));
    lwnvme_le64_set(&data->nsze, creation->block_count);
    data->nmic = creation->shared ? LWNVME_NMIC_SHARED : 0u;
    lwnvme_le32_set(&data->anagrpid, creation->anagrpid);
    lwnvme_le16_set(&data->nvmsetid, creation->nvmsetid);
    lwnvme_le16_set(&data->endgid, creation->endgid);
    if (creation->csi != LWNVME_CSI_KEY_VALUE)
        lwnvme_creation_encode_blocks(creation, data);
    if (creation->csi == LWNVME_CSI_ZONED) {
        data->znsco = creation->allocate_zrwa ? LWNVME_ZNSCO_ALLOCATE_ZRWA : 0u;
        lwnvme_le32_set(&data->rar, creation->active_resources);
        lwnvme_le32_set(&data->ror, creation->open_resources);
        lwnvme_le32_set(&data->rnumzrwa, creation->zrwa_resources);
    }
}

/* The identifier of the new namespace is the controller's word. */
static bool lwnvme_creation_verify(struct lwnvme_request *request)
{
    if (request->status == LWNVME_OK &&
        !lwnvme_management_nsid_is_valid(request->queue->controller, request->result_dw0))
        request->status = LWNVME_ERR_NS_INVALID_ID;
    return false;
}

int lwnvme_namespace_create(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            struct lwnvme_namespace_creation *creation)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_NAMESPACE_MANAGEMENT};
    int status = lwnvme_management_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_creation_check(controller, creation);
    if (status != LWNVME_OK)
        return status;
    lwnvme_creation_encode(creation);
    command.cdw10 = lwnvme_field_put(LWNVME_NAMESPACE_MANAGEMENT_SEL_CREATE, LWNVME_NAMESPACE_MANAGEMENT_SEL);
    command.cdw11 = lwnvme_field_put(creation->csi, LWNVME_NAMESPACE_MANAGEMENT_CSI);
    status = lwnvme_page_command(controller, request, &command, creation->data, sizeof(creation->data));
    if (status == LWNVME_OK)
        request->page_next = lwnvme_creation_verify;
    return status;
}

int lwnvme_namespace_delete(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid)
{
    int status = lwnvme_management_check(controller, request);

    if (status == LWNVME_OK && nsid != LWNVME_NSID_ALL && !lwnvme_management_nsid_is_valid(controller, nsid))
        status = LWNVME_ERR_NS_INVALID_ID;
    if (status != LWNVME_OK)
        return status;
    return lwnvme_admin_plain(
        controller, request, LWNVME_ADMIN_NAMESPACE_MANAGEMENT, nsid,
        lwnvme_field_put(LWNVME_NAMESPACE_MANAGEMENT_SEL_DELETE, LWNVME_NAMESPACE_MANAGEMENT_SEL), 0);
}

/* Copies the used part of a list, which is the caller's and const: an opcode that goes to the device reads it only. */
static int lwnvme_attachment_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint32_t nsid, uint32_t select, const void *list, uint32_t bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_NAMESPACE_ATTACHMENT, .nsid = nsid};

    command.cdw10 = lwnvme_field_put(select, LWNVME_NAMESPACE_ATTACHMENT_SEL);
    return lwnvme_page_command(controller, request, &command, (void *)(uintptr_t)list, bytes);
}

static int lwnvme_attachment_list_check(const struct lwnvme_identify_controller_list *list)
{
    uint32_t count = lwnvme_le16_get(&list->numid);
    uint32_t least = 0;
    uint32_t index;

    if (count == 0 || count > LWNVME_CONTROLLER_LIST_ENTRIES)
        return LWNVME_ERR_LIST_ENTRY;
    for (index = 0; index < count; index++) {
        uint32_t cntlid = lwnvme_le16_get(&list->cntlid[index]);

        if (cntlid < least || cntlid > LWNVME_CNTLID_LAST)
            return LWNVME_ERR_LIST_ENTRY;
        least = cntlid + 1u;
    }
    return LWNVME_OK;
}

static int lwnvme_attachment_to(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint32_t select,
                                const struct lwnvme_identify_controller_list *list)
{
    int status = lwnvme_management_check(controller, request);

    if (status == LWNVME_OK && list == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK && !lwnvme_management_nsid_is_valid(controller, nsid))
        status = LWNVME_ERR_NS_INVALID_ID;
    if (status == LWNVME_OK)
        status = lwnvme_attachment_list_check(list);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_attachment_send(controller, request, nsid, select, list,
                                  2u + 2u * (uint32_t)lwnvme_le16_get(&list->numid));
}

/* A list of one needs four bytes that stay: those of request->lba, which commands without blocks do not use. */
static int lwnvme_attachment_here(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint32_t nsid, uint32_t select)
{
    int status = lwnvme_management_check(controller, request);
    uint8_t *list;

    if (status == LWNVME_OK && !lwnvme_management_nsid_is_valid(controller, nsid))
        status = LWNVME_ERR_NS_INVALID_ID;
    if (status != LWNVME_OK)
        return status;
    list = (uint8_t *)&request->lba;
    list[0] = 1;
    list[1] = 0;
    list[2] = (uint8_t)(controller->info.cntlid & 0xffu);
    list[3] = (uint8_t)(controller->info.cntlid >> 8);
    return lwnvme_attachment_send(controller, request, nsid, select, list, 4);
}

int lwnvme_namespace_attach(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, const struct lwnvme_identify_controller_list *list)
{
    return lwnvme_attachment_to(controller, request, nsid, LWNVME_NAMESPACE_ATTACHMENT_SEL_ATTACH, list);
}

int lwnvme_namespace_detach(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, const struct lwnvme_identify_controller_list *list)
{
    return lwnvme_attachment_to(controller, request, nsid, LWNVME_NAMESPACE_ATTACHMENT_SEL_DETACH, list);
}

int lwnvme_namespace_attach_here(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t nsid)
{
    return lwnvme_attachment_here(controller, request, nsid, LWNVME_NAMESPACE_ATTACHMENT_SEL_ATTACH);
}

int lwnvme_namespace_detach_here(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t nsid)
{
    return lwnvme_attachment_here(controller, request, nsid, LWNVME_NAMESPACE_ATTACHMENT_SEL_DETACH);
}

/* SPDX-License-Identifier: MIT */
/*
 * Identify: structures of one namespace or one controller, for each command set. Counts and indexes in them are made
 * to fit the tables that they belong to, in the caller's copy, before the caller sees them. Controller owner's
 * context.
 */
#include "identify_private.h"

#define LWNVME_DESCRIPTOR_HEADER ((uint32_t)sizeof(struct lwnvme_namespace_descriptor))

/* The format tables of a namespace have room for 64 (NVM) or 16 (key value) entries. */
static bool lwnvme_identify_namespace_verify(struct lwnvme_request *request)
{
    struct lwnvme_identify_namespace *ns = (struct lwnvme_identify_namespace *)request->copy;
    uint32_t current;
    bool is_format = lwnvme_field_get(request->command.cdw10, LWNVME_IDENTIFY_CDW10_CNS) ==
                     LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT;

    if (request->status != LWNVME_OK)
        return false;
    if (ns->nlbaf >= LWNVME_LBA_FORMATS_MAX)
        ns->nlbaf = LWNVME_LBA_FORMATS_MAX - 1u;
    if (ns->nulbaf > LWNVME_LBA_FORMATS_MAX - 1u - ns->nlbaf)
        ns->nulbaf = (uint8_t)(LWNVME_LBA_FORMATS_MAX - 1u - ns->nlbaf);
    if (request->command.nsid == LWNVME_NSID_ALL || is_format)
        return false;
    current = lwnvme_field_get(ns->flbas, LWNVME_FLBAS_FIDXL);
    if (ns->nlbaf + ns->nulbaf >= 16u)
        current |= lwnvme_field_get(ns->flbas, LWNVME_FLBAS_FIDXU) << 4;
    if (lwnvme_le64_get(&ns->nsze) == 0)
        request->status = LWNVME_ERR_NS_INACTIVE;
    else if (current > (uint32_t)ns->nlbaf + ns->nulbaf)
        request->status = LWNVME_ERR_NS_FORMAT;
    return false;
}

static bool lwnvme_identify_kv_verify(struct lwnvme_request *request)
{
    struct lwnvme_identify_kv_namespace *ns = (struct lwnvme_identify_kv_namespace *)request->copy;

    if (request->status != LWNVME_OK)
        return false;
    if (ns->nkvf >= LWNVME_KV_FORMATS_MAX)
        ns->nkvf = LWNVME_KV_FORMATS_MAX - 1u;
    if (request->command.nsid == LWNVME_NSID_ALL)
        return false;
    if (lwnvme_le64_get(&ns->nsze) == 0)
        request->status = LWNVME_ERR_NS_INACTIVE;
    else if (lwnvme_field_get(ns->kvfc, LWNVME_KVFC_FORMAT_INDEX) > ns->nkvf)
        request->status = LWNVME_ERR_NS_FORMAT;
    return false;
}

static bool lwnvme_identify_controller_verify(struct lwnvme_request *request)
{
    struct lwnvme_identify_controller *identify = (struct lwnvme_identify_controller *)request->copy;
    const uint8_t *bytes = (const uint8_t *)request->copy;
    uint8_t any = 0;
    uint32_t index;

    if (request->status != LWNVME_OK)
        return false;
    for (index = 0; index < LWNVME_PAGE_MIN; index++)
        any |= bytes[index];
    if (any == 0)
        request->status = LWNVME_ERR_IDENTIFY_DATA;
    if (identify->npss >= LWNVME_POWER_STATES_MAX)
        identify->npss = LWNVME_POWER_STATES_MAX - 1u;
    return false;
}

/* The length that an identifier of a known type has; 0: the type is not known. */
static uint32_t lwnvme_descriptor_length(uint8_t nidt)
{
    switch (nidt) {
    case LWNVME_NIDT_EUI64:
        return LWNVME_NIDT_EUI64_BYTES;
    case LWNVME_NIDT_NGUID:
        return LWNVME_NIDT_NGUID_BYTES;
    case LWNVME_NIDT_UUID:
        return LWNVME_NIDT_UUID_BYTES;
    case LWNVME_NIDT_CSI:
        return LWNVME_NIDT_CSI_BYTES;
    default:
        return 0;
    }
}

/* Where the descriptor at an offset ends; 0: there is none, or it does not fit. */
static uint32_t lwnvme_descriptor_end(const uint8_t *bytes, uint32_t offset)
{
    uint32_t end;

    if (offset + LWNVME_DESCRIPTOR_HEADER > LWNVME_PAGE_MIN || bytes[offset + 1u] == 0)
        return 0;
    end = offset + LWNVME_DESCRIPTOR_HEADER + bytes[offset + 1u];
    return end <= LWNVME_PAGE_MIN ? end : 0;
}

static bool lwnvme_identify_descriptors_verify(struct lwnvme_request *request)
{
    uint8_t *bytes = (uint8_t *)request->copy;
    uint32_t offset = 0;
    uint32_t end;

    if (request->status != LWNVME_OK)
        return false;
    while ((end = lwnvme_descriptor_end(bytes, offset)) != 0) {
        uint32_t wanted = lwnvme_descriptor_length(bytes[offset]);

        if (wanted != 0 && wanted != bytes[offset + 1u])
            break;
        offset = end;
    }
    if (offset + LWNVME_DESCRIPTOR_HEADER <= LWNVME_PAGE_MIN && bytes[offset + 1u] != 0)
        request->status = LWNVME_ERR_LIST_ENTRY;
    memset(bytes + offset, 0, LWNVME_PAGE_MIN - offset);
    return false;
}

const uint8_t *lwnvme_namespace_descriptor_find(const struct lwnvme_identify_descriptor_list *list,
                                                uint8_t nidt, uint32_t *length_bytes)
{
    uint32_t offset = 0;
    uint32_t end;

    if (list == NULL || length_bytes == NULL)
        return NULL;
    while ((end = lwnvme_descriptor_end(list->bytes, offset)) != 0) {
        if (list->bytes[offset] == nidt) {
            *length_bytes = list->bytes[offset + 1u];
            return &list->bytes[offset + LWNVME_DESCRIPTOR_HEADER];
        }
        offset = end;
    }
    return NULL;
}

int lwnvme_identify_get_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint32_t nsid, struct lwnvme_identify_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns, LWNVME_CNS_NAMESPACE,
                              lwnvme_identify_namespace_verify);
}

int lwnvme_identify_get_allocated_namespace(struct lwnvme_controller *controller,
                                            struct lwnvme_request *request, uint32_t nsid,
                                            struct lwnvme_identify_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns, LWNVME_CNS_ALLOCATED_NAMESPACE,
                              lwnvme_identify_namespace_verify);
}

int lwnvme_identify_get_nvm_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      uint32_t nsid, struct lwnvme_identify_nvm_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_NVM), NULL);
}

int lwnvme_identify_get_allocated_nvm_namespace(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t nsid,
                                                struct lwnvme_identify_nvm_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_NVM),
                              NULL);
}

int lwnvme_identify_get_zns_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      uint32_t nsid, struct lwnvme_identify_zns_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_ZONED), NULL);
}

int lwnvme_identify_get_allocated_zns_namespace(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t nsid,
                                                struct lwnvme_identify_zns_namespace *ns)
{
    return lwnvme_identify_by(
        controller, request, nsid, ns,
        LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_ZONED), NULL);
}

int lwnvme_identify_get_kv_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint32_t nsid, struct lwnvme_identify_kv_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_KEY_VALUE),
                              lwnvme_identify_kv_verify);
}

int lwnvme_identify_get_allocated_kv_namespace(struct lwnvme_controller *controller,
                                               struct lwnvme_request *request, uint32_t nsid,
                                               struct lwnvme_identify_kv_namespace *ns)
{
    return lwnvme_identify_by(
        controller, request, nsid, ns,
        LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_CSI_KEY_VALUE),
        lwnvme_identify_kv_verify);
}

int lwnvme_identify_get_independent_namespace(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint32_t nsid,
                                              struct lwnvme_identify_independent_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns, LWNVME_CNS_INDEPENDENT_NAMESPACE, NULL);
}

int lwnvme_identify_get_independent_allocated_namespace(struct lwnvme_controller *controller,
                                                        struct lwnvme_request *request, uint32_t nsid,
                                                        struct lwnvme_identify_independent_namespace *ns)
{
    return lwnvme_identify_by(controller, request, nsid, ns, LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE,
                              NULL);
}

int lwnvme_identify_get_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t format_index, struct lwnvme_identify_namespace *ns)
{
    return lwnvme_identify_by(controller, request, format_index, ns,
                              LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT | LWNVME_IDENTIFY_BY_CNSSID,
                              lwnvme_identify_namespace_verify);
}

int lwnvme_identify_get_nvm_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t format_index, struct lwnvme_identify_nvm_namespace *ns)
{
    return lwnvme_identify_by(
        controller, request, format_index, ns,
        LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, LWNVME_CSI_NVM) |
            LWNVME_IDENTIFY_BY_CNSSID,
        NULL);
}

int lwnvme_identify_get_zns_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t format_index, struct lwnvme_identify_zns_namespace *ns)
{
    return lwnvme_identify_by(
        controller, request, format_index, ns,
        LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, LWNVME_CSI_ZONED) |
            LWNVME_IDENTIFY_BY_CNSSID,
        NULL);
}

int lwnvme_identify_get_descriptors(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint32_t nsid, struct lwnvme_identify_descriptor_list *list)
{
    return lwnvme_identify_by(controller, request, nsid, list, LWNVME_CNS_NAMESPACE_DESCRIPTORS,
                              lwnvme_identify_descriptors_verify);
}

int lwnvme_identify_get_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   struct lwnvme_identify_controller *identify)
{
    return lwnvme_identify_by(controller, request, 0, identify, LWNVME_CNS_CONTROLLER,
                              lwnvme_identify_controller_verify);
}

int lwnvme_identify_get_nvm_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       struct lwnvme_identify_nvm_controller *identify)
{
    return lwnvme_identify_by(controller, request, 0, identify,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_NVM), NULL);
}

int lwnvme_identify_get_zns_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       struct lwnvme_identify_zns_controller *identify)
{
    return lwnvme_identify_by(controller, request, 0, identify,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_ZONED), NULL);
}

int lwnvme_identify_get_kv_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      struct lwnvme_identify_kv_controller *identify)
{
    return lwnvme_identify_by(controller, request, 0, identify,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_KEY_VALUE),
                              NULL);
}

int lwnvme_identify_get_primary_controller(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           struct lwnvme_identify_primary_controller *identify)
{
    return lwnvme_identify_by(controller, request, cntlid, identify,
                              LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES | LWNVME_IDENTIFY_BY_CNTID, NULL);
}

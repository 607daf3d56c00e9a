/* SPDX-License-Identifier: MIT */
/*
 * Identify: lists, of namespaces, controllers, NVM sets, domains, endurance groups, UUIDs, granularities and command
 * sets. What a controller says of their length and order is made true in the caller's copy, in the completion: cut
 * off before the first entry that makes no sense, zeros from there on. Controller owner's context.
 */
#include "identify_private.h"

/* Lists that begin with a count of entries, each of which begins with a 16-bit identifier. */
struct lwnvme_identify_list_shape {
    uint32_t offset; /* of the first entry */
    uint32_t stride;
    uint32_t entries; /* at most */
    uint32_t last_id;
    bool count_is_byte;
};

/* Cuts a list off: nothing but zeros from this entry on. */
static void lwnvme_identify_list_cut(struct lwnvme_request *request, uint32_t offset)
{
    memset((uint8_t *)request->copy + offset, 0, LWNVME_PAGE_MIN - offset);
}

/* How many entries are ascending, from `least` on. */
static uint32_t lwnvme_identify_list_good(const uint8_t *data, const struct lwnvme_identify_list_shape *shape,
                                          uint32_t count, uint32_t least)
{
    uint32_t index;

    for (index = 0; index < count; index++) {
        const uint8_t *entry = data + shape->offset + (size_t)index * shape->stride;
        uint32_t id = (uint32_t)(entry[0] | ((unsigned)entry[1] << 8));

        if (id < least || id > shape->last_id)
            return index;
        least = id + 1u;
    }
    return index;
}

static void lwnvme_identify_list_verify(struct lwnvme_request *request,
                                        const struct lwnvme_identify_list_shape *shape, uint32_t least)
{
    uint8_t *data = (uint8_t *)request->copy;
    uint32_t claimed = data[0];
    uint32_t count;

    if (request->status != LWNVME_OK)
        return;
    if (!shape->count_is_byte)
        claimed |= (uint32_t)data[1] << 8;
    count =
        lwnvme_identify_list_good(data, shape, claimed < shape->entries ? claimed : shape->entries, least);
    if (count != claimed)
        request->status = LWNVME_ERR_LIST_ENTRY;
    data[0] = (uint8_t)(count & 0xffu);
    if (!shape->count_is_byte)
        data[1] = (uint8_t)(count >> 8);
    lwnvme_identify_list_cut(request, shape->offset + count * shape->stride);
}

static bool lwnvme_identify_controllers_verify(struct lwnvme_request *request)
{
    static const struct lwnvme_identify_list_shape shape = {2, 2, LWNVME_CONTROLLER_LIST_ENTRIES,
                                                            LWNVME_CNTLID_LAST, false};

    lwnvme_identify_list_verify(request, &shape,
                                lwnvme_field_get(request->command.cdw10, LWNVME_IDENTIFY_CDW10_CNTID));
    return false;
}

static bool lwnvme_identify_secondaries_verify(struct lwnvme_request *request)
{
    static const struct lwnvme_identify_list_shape shape = {32, 32, LWNVME_SECONDARY_CONTROLLER_LIST_ENTRIES,
                                                            LWNVME_CNTLID_LAST, true};

    lwnvme_identify_list_verify(request, &shape,
                                lwnvme_field_get(request->command.cdw10, LWNVME_IDENTIFY_CDW10_CNTID));
    return false;
}

/* The least identifier that was asked for; 0 is none of an NVM set, a domain or a group. */
static uint32_t lwnvme_identify_least(const struct lwnvme_request *request)
{
    uint32_t least = lwnvme_field_get(request->command.cdw11, LWNVME_IDENTIFY_CDW11_CNSSID);

    return least == 0 ? 1u : least;
}

/* NVM sets and domains look alike. */
static bool lwnvme_identify_attributes_verify(struct lwnvme_request *request)
{
    static const struct lwnvme_identify_list_shape shape = {128, 128, LWNVME_NVM_SET_LIST_ENTRIES, 0xffff,
                                                            true};

    lwnvme_identify_list_verify(request, &shape, lwnvme_identify_least(request));
    return false;
}

static bool lwnvme_identify_groups_verify(struct lwnvme_request *request)
{
    static const struct lwnvme_identify_list_shape shape = {2, 2, LWNVME_ENDURANCE_GROUP_LIST_ENTRIES, 0xffff,
                                                            false};

    lwnvme_identify_list_verify(request, &shape, lwnvme_identify_least(request));
    return false;
}

/* Ended by 0, without a count. */
static bool lwnvme_identify_namespaces_verify(struct lwnvme_request *request)
{
    const struct lwnvme_identify_namespace_list *list =
        (const struct lwnvme_identify_namespace_list *)request->copy;
    uint32_t last = request->command.nsid;
    uint32_t index;

    if (request->status != LWNVME_OK)
        return false;
    for (index = 0; index < LWNVME_NAMESPACE_LIST_ENTRIES; index++) {
        uint32_t nsid = lwnvme_le32_get(&list->nsid[index]);

        if (nsid == 0)
            break;
        if (nsid <= last || nsid == LWNVME_NSID_ALL) {
            request->status = LWNVME_ERR_LIST_ENTRY;
            break;
        }
        last = nsid;
    }
    lwnvme_identify_list_cut(request, index * (uint32_t)sizeof(list->nsid[0]));
    return false;
}

/* As many as there can be LBA formats. */
static bool lwnvme_identify_granularity_verify(struct lwnvme_request *request)
{
    struct lwnvme_identify_granularity_list *list = (struct lwnvme_identify_granularity_list *)request->copy;
    uint32_t ctratt = lwnvme_le32_get(&lwnvme_identify_copy(request->queue->controller)->ctratt);
    uint32_t most = (ctratt & LWNVME_CTRATT_EXTENDED_LBA_FORMATS) != 0
                        ? LWNVME_NAMESPACE_GRANULARITY_ENTRIES
                        : LWNVME_NAMESPACE_GRANULARITY_ENTRIES_PLAIN;

    if (request->status != LWNVME_OK)
        return false;
    if (list->numd >= most) {
        list->numd = (uint8_t)(most - 1u);
        request->status = LWNVME_ERR_LIST_ENTRY;
    }
    lwnvme_identify_list_cut(request, (uint32_t)offsetof(struct lwnvme_identify_granularity_list, entry) +
                                          (list->numd + 1u) * (uint32_t)sizeof(list->entry[0]));
    return false;
}

static bool lwnvme_identify_ports_verify(struct lwnvme_request *request)
{
    struct lwnvme_identify_port_list *list = (struct lwnvme_identify_port_list *)request->copy;
    uint64_t count;

    if (request->status != LWNVME_OK)
        return false;
    count = lwnvme_le64_get(&list->nument);
    if (count > LWNVME_PORT_LIST_ENTRIES) {
        count = LWNVME_PORT_LIST_ENTRIES;
        lwnvme_le64_set(&list->nument, count);
        request->status = LWNVME_ERR_LIST_ENTRY;
    }
    lwnvme_identify_list_cut(request, (uint32_t)offsetof(struct lwnvme_identify_port_list, entry) +
                                          (uint32_t)count * (uint32_t)sizeof(list->entry[0]));
    return false;
}

/* Lists that an entry of zeros ends: it and whatever follows are made zeros. */
static void lwnvme_identify_ended_verify(struct lwnvme_request *request, uint32_t offset, uint32_t stride,
                                         uint32_t length)
{
    const uint8_t *data = (const uint8_t *)request->copy;
    uint8_t any = 1;

    if (request->status != LWNVME_OK)
        return;
    for (; offset + length <= LWNVME_PAGE_MIN; offset += stride) {
        uint32_t index;

        any = 0;
        for (index = 0; index < length; index++)
            any |= data[offset + stride - length + index];
        if (any == 0)
            break;
    }
    if (any == 0)
        lwnvme_identify_list_cut(request, offset);
}

static bool lwnvme_identify_uuids_verify(struct lwnvme_request *request)
{
    lwnvme_identify_ended_verify(request, 32, 32, 16);
    return false;
}

static bool lwnvme_identify_command_sets_verify(struct lwnvme_request *request)
{
    lwnvme_identify_ended_verify(request, 0, 8, 8);
    return false;
}

int lwnvme_identify_get_active_namespaces(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, uint32_t after,
                                          struct lwnvme_identify_namespace_list *list)
{
    return lwnvme_identify_by(controller, request, after, list, LWNVME_CNS_ACTIVE_NAMESPACES,
                              lwnvme_identify_namespaces_verify);
}

int lwnvme_identify_get_active_namespaces_of(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request, uint32_t after, uint8_t csi,
                                             struct lwnvme_identify_namespace_list *list)
{
    return lwnvme_identify_by(controller, request, after, list,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES, csi),
                              lwnvme_identify_namespaces_verify);
}

int lwnvme_identify_get_allocated_namespaces(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request, uint32_t after,
                                             struct lwnvme_identify_namespace_list *list)
{
    return lwnvme_identify_by(controller, request, after, list, LWNVME_CNS_ALLOCATED_NAMESPACES,
                              lwnvme_identify_namespaces_verify);
}

int lwnvme_identify_get_allocated_namespaces_of(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t after, uint8_t csi,
                                                struct lwnvme_identify_namespace_list *list)
{
    return lwnvme_identify_by(controller, request, after, list,
                              LWNVME_IDENTIFY_OF(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES, csi),
                              lwnvme_identify_namespaces_verify);
}

int lwnvme_identify_get_controllers(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint16_t first_cntlid, struct lwnvme_identify_controller_list *list)
{
    return lwnvme_identify_by(controller, request, first_cntlid, list,
                              LWNVME_CNS_CONTROLLERS | LWNVME_IDENTIFY_BY_CNTID,
                              lwnvme_identify_controllers_verify);
}

int lwnvme_identify_get_namespace_controllers(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint32_t nsid,
                                              uint16_t first_cntlid,
                                              struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_identify_query query = {
        .cns = LWNVME_CNS_NAMESPACE_CONTROLLERS, .nsid = nsid, .cntid = first_cntlid};

    return lwnvme_identify_typed(controller, request, &query, list, lwnvme_identify_controllers_verify);
}

int lwnvme_identify_get_secondary_controllers(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint16_t first_cntlid,
                                              struct lwnvme_identify_secondary_controller_list *list)
{
    return lwnvme_identify_by(controller, request, first_cntlid, list,
                              LWNVME_CNS_SECONDARY_CONTROLLERS | LWNVME_IDENTIFY_BY_CNTID,
                              lwnvme_identify_secondaries_verify);
}

int lwnvme_identify_get_nvm_sets(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t first, struct lwnvme_identify_nvm_set_list *list)
{
    return lwnvme_identify_by(controller, request, first, list,
                              LWNVME_CNS_NVM_SETS | LWNVME_IDENTIFY_BY_CNSSID,
                              lwnvme_identify_attributes_verify);
}

int lwnvme_identify_get_domains(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint16_t first, struct lwnvme_identify_domain_list *list)
{
    return lwnvme_identify_by(controller, request, first, list,
                              LWNVME_CNS_DOMAINS | LWNVME_IDENTIFY_BY_CNSSID,
                              lwnvme_identify_attributes_verify);
}

int lwnvme_identify_get_endurance_groups(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                         uint16_t first, struct lwnvme_identify_endurance_group_list *list)
{
    return lwnvme_identify_by(controller, request, first, list,
                              LWNVME_CNS_ENDURANCE_GROUPS | LWNVME_IDENTIFY_BY_CNSSID,
                              lwnvme_identify_groups_verify);
}

int lwnvme_identify_get_granularity(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    struct lwnvme_identify_granularity_list *list)
{
    return lwnvme_identify_by(controller, request, 0, list, LWNVME_CNS_NAMESPACE_GRANULARITY,
                              lwnvme_identify_granularity_verify);
}

int lwnvme_identify_get_uuids(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_identify_uuid_list *list)
{
    return lwnvme_identify_by(controller, request, 0, list, LWNVME_CNS_UUIDS, lwnvme_identify_uuids_verify);
}

int lwnvme_identify_get_io_command_sets(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        uint16_t cntlid, struct lwnvme_identify_io_command_sets *sets)
{
    return lwnvme_identify_by(controller, request, cntlid, sets,
                              LWNVME_CNS_IO_COMMAND_SETS | LWNVME_IDENTIFY_BY_CNTID,
                              lwnvme_identify_command_sets_verify);
}

int lwnvme_identify_get_ports(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_identify_port_list *list)
{
    return lwnvme_identify_by(controller, request, 0, list, LWNVME_CNS_PORTS, lwnvme_identify_ports_verify);
}

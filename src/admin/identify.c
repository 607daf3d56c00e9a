/* SPDX-License-Identifier: MIT */
/*
 * Identify: any structure of 4096 bytes, as the controller gives it, and the gate before the typed ones. What the
 * library itself needs of these is read and checked in core. Controller owner's context.
 *
 *     typed call --> what the controller lacks, by name --> command --> data copied --> verify --> callback
 */
#include "identify_private.h"

/* Which namespace identifiers a structure goes with. */
#define LWNVME_NSID_RULE_UNUSED        0u
#define LWNVME_NSID_RULE_ONE           1u
#define LWNVME_NSID_RULE_OR_ALL        2u
#define LWNVME_NSID_RULE_AFTER         3u
#define LWNVME_NSID_RULE               3u
#define LWNVME_IDENTIFY_OF_COMMAND_SET 4u /* or new together with command sets */

/* A structure, and what a controller needs to have it. A capability bit is enough whatever the version: before its
 * time it was reserved and 0. */
struct lwnvme_identify_gate {
    uint8_t cns;
    uint8_t rules;
    uint8_t version;     /* as 0x21 for 2.1; 0 if bits say it all */
    uint8_t ability;     /* a bit; 0: none is needed */
    uint16_t ability_at; /* of this byte of Identify Controller */
    int16_t lacking;     /* the name of the missing bit */
};

#define LWNVME_IDENTIFY_BYTE(mask) ((mask) > 0xffffu ? 2u : (mask) > 0xffu ? 1u : 0u)
#define LWNVME_IDENTIFY_NEEDS(member, mask, error)                                                           \
    (uint8_t)((mask) >> (8u * LWNVME_IDENTIFY_BYTE(mask))),                                                  \
        (uint16_t)(offsetof(struct lwnvme_identify_controller, member) + LWNVME_IDENTIFY_BYTE(mask)),        \
        (error)

static const struct lwnvme_identify_gate lwnvme_identify_gates[] = {
    {LWNVME_CNS_NAMESPACE, LWNVME_NSID_RULE_OR_ALL, 0, 0, 0, 0},
    {LWNVME_CNS_CONTROLLER, LWNVME_NSID_RULE_UNUSED, 0, 0, 0, 0},
    {LWNVME_CNS_ACTIVE_NAMESPACES, LWNVME_NSID_RULE_AFTER, 0x11u, 0, 0, 0},
    {LWNVME_CNS_NAMESPACE_DESCRIPTORS, LWNVME_NSID_RULE_ONE, 0x13u, 0, 0, 0},
    {LWNVME_CNS_NVM_SETS, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(ctratt, LWNVME_CTRATT_NVM_SETS, LWNVME_ERR_NO_NVM_SETS)},
    {LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_NSID_RULE_OR_ALL | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0, 0},
    {LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_NSID_RULE_UNUSED | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0, 0},
    {LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES, LWNVME_NSID_RULE_AFTER | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0,
     0, 0},
    {LWNVME_CNS_INDEPENDENT_NAMESPACE, LWNVME_NSID_RULE_ONE | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0, 0},
    {LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT, LWNVME_NSID_RULE_UNUSED | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0,
     0},
    {LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT,
     LWNVME_NSID_RULE_UNUSED | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0, 0},
    {LWNVME_CNS_ALLOCATED_NAMESPACES, LWNVME_NSID_RULE_AFTER, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_NAMESPACE_MANAGEMENT, LWNVME_ERR_NO_NAMESPACE_MANAGEMENT)},
    {LWNVME_CNS_ALLOCATED_NAMESPACE, LWNVME_NSID_RULE_ONE, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_NAMESPACE_MANAGEMENT, LWNVME_ERR_NO_NAMESPACE_MANAGEMENT)},
    {LWNVME_CNS_NAMESPACE_CONTROLLERS, LWNVME_NSID_RULE_ONE, 0x12u, 0, 0, 0},
    {LWNVME_CNS_CONTROLLERS, LWNVME_NSID_RULE_UNUSED, 0x12u, 0, 0, 0},
    {LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_VIRTUALIZATION_MANAGEMENT, LWNVME_ERR_NO_VIRTUALIZATION)},
    {LWNVME_CNS_SECONDARY_CONTROLLERS, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_VIRTUALIZATION_MANAGEMENT, LWNVME_ERR_NO_VIRTUALIZATION)},
    {LWNVME_CNS_NAMESPACE_GRANULARITY, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(ctratt, LWNVME_CTRATT_NAMESPACE_GRANULARITY, LWNVME_ERR_NO_NAMESPACE_GRANULARITY)},
    {LWNVME_CNS_UUIDS, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(ctratt, LWNVME_CTRATT_UUID_LIST, LWNVME_ERR_NO_UUID_LIST)},
    {LWNVME_CNS_DOMAINS, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(ctratt, LWNVME_CTRATT_MULTI_DOMAIN, LWNVME_ERR_NO_DOMAINS)},
    {LWNVME_CNS_ENDURANCE_GROUPS, LWNVME_NSID_RULE_UNUSED, 0,
     LWNVME_IDENTIFY_NEEDS(ctratt, LWNVME_CTRATT_ENDURANCE_GROUPS, LWNVME_ERR_NO_ENDURANCE_GROUPS)},
    {LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES, LWNVME_NSID_RULE_AFTER | LWNVME_IDENTIFY_OF_COMMAND_SET, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_NAMESPACE_MANAGEMENT, LWNVME_ERR_NO_NAMESPACE_MANAGEMENT)},
    {LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, LWNVME_NSID_RULE_ONE | LWNVME_IDENTIFY_OF_COMMAND_SET, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_NAMESPACE_MANAGEMENT, LWNVME_ERR_NO_NAMESPACE_MANAGEMENT)},
    {LWNVME_CNS_IO_COMMAND_SETS, LWNVME_NSID_RULE_UNUSED | LWNVME_IDENTIFY_OF_COMMAND_SET, 0, 0, 0, 0},
    {LWNVME_CNS_PORTS, LWNVME_NSID_RULE_UNUSED, 0x21u, 0, 0, 0},
    {LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE, LWNVME_NSID_RULE_ONE | LWNVME_IDENTIFY_OF_COMMAND_SET, 0,
     LWNVME_IDENTIFY_NEEDS(oacs, LWNVME_OACS_NAMESPACE_MANAGEMENT, LWNVME_ERR_NO_NAMESPACE_MANAGEMENT)},
};

static bool lwnvme_identify_knows_only_two(const struct lwnvme_controller *controller)
{
    return controller->info.version < LWNVME_VERSION(1, 1, 0) ||
           (controller->quirks & LWNVME_QUIRK_IDENTIFY_CNS_1) != 0;
}

/* Structures by command set: any controller that says so has them. One that does not may be new enough to have those
 * of the NVM command set; a 1.4 controller with extended LBA formats has their namespace structure. */
static int lwnvme_identify_command_set_check(const struct lwnvme_controller *controller,
                                             const struct lwnvme_identify_query *query)
{
    uint32_t ctratt = lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt);

    if ((lwnvme_cap(controller, LWNVME_CAP_CSS) & LWNVME_CAP_CSS_IOCSS) != 0)
        return LWNVME_OK;
    if (query->csi != LWNVME_CSI_NVM || query->cns == LWNVME_CNS_IO_COMMAND_SETS)
        return LWNVME_ERR_NO_COMMAND_SETS;
    if (controller->info.version >= LWNVME_VERSION(2, 0, 0) ||
        (query->cns == LWNVME_CNS_COMMAND_SET_NAMESPACE &&
         (ctratt & LWNVME_CTRATT_EXTENDED_LBA_FORMATS) != 0))
        return LWNVME_OK;
    return LWNVME_ERR_NO_IDENTIFY_CNS;
}

/* Lists of controllers are for those who have several, or can give namespaces to them. */
static int lwnvme_identify_controllers_check(const struct lwnvme_controller *controller)
{
    if ((controller->info.oacs &
         (LWNVME_OACS_NAMESPACE_MANAGEMENT | LWNVME_OACS_VIRTUALIZATION_MANAGEMENT)) != 0 ||
        (lwnvme_identify_copy(controller)->cmic & LWNVME_CMIC_MULTIPLE_CONTROLLERS) != 0)
        return LWNVME_OK;
    return LWNVME_ERR_NO_NAMESPACE_MANAGEMENT;
}

static int lwnvme_identify_nsid_check(const struct lwnvme_controller *controller, uint32_t rule,
                                      uint32_t nsid)
{
    if (rule == LWNVME_NSID_RULE_UNUSED)
        return LWNVME_OK;
    if (rule == LWNVME_NSID_RULE_AFTER)
        return nsid < LWNVME_NSID_ALL - 1u ? LWNVME_OK : LWNVME_ERR_NS_INVALID_ID;
    if (rule == LWNVME_NSID_RULE_OR_ALL && nsid == LWNVME_NSID_ALL)
        return (controller->info.oacs & LWNVME_OACS_NAMESPACE_MANAGEMENT) != 0
                   ? LWNVME_OK
                   : LWNVME_ERR_NO_NAMESPACE_MANAGEMENT;
    return nsid == 0 || nsid > controller->info.nn ? LWNVME_ERR_NS_INVALID_ID : LWNVME_OK;
}

/* What the controller lacks for this query, or LWNVME_OK. */
static int lwnvme_identify_gate_check(const struct lwnvme_controller *controller,
                                      const struct lwnvme_identify_gate *gate,
                                      const struct lwnvme_identify_query *query)
{
    const uint8_t *identify = (const uint8_t *)lwnvme_identify_copy(controller);
    int status = LWNVME_OK;

    if ((gate->cns > LWNVME_CNS_CONTROLLER && lwnvme_identify_knows_only_two(controller)) ||
        controller->info.version < LWNVME_VERSION((uint32_t)gate->version >> 4, gate->version & 15u, 0u))
        return LWNVME_ERR_NO_IDENTIFY_CNS;
    if (gate->ability != 0 && (identify[gate->ability_at] & gate->ability) == 0)
        return gate->lacking;
    if ((gate->rules & LWNVME_IDENTIFY_OF_COMMAND_SET) != 0)
        status = lwnvme_identify_command_set_check(controller, query);
    else if (gate->cns == LWNVME_CNS_CONTROLLERS || gate->cns == LWNVME_CNS_NAMESPACE_CONTROLLERS)
        status = lwnvme_identify_controllers_check(controller);
    if (status != LWNVME_OK)
        return status;
    if ((gate->cns == LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT ||
         gate->cns == LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT) &&
        query->cnssid >= LWNVME_LBA_FORMATS_MAX)
        return LWNVME_ERR_FORMAT_INDEX;
    return lwnvme_identify_nsid_check(controller, gate->rules & LWNVME_NSID_RULE, query->nsid);
}

static const struct lwnvme_identify_gate *lwnvme_identify_gate_find(uint8_t cns)
{
    const uint32_t count = sizeof(lwnvme_identify_gates) / sizeof(lwnvme_identify_gates[0]);
    uint32_t index;

    for (index = 0; index + 1u < count; index++) {
        if (lwnvme_identify_gates[index].cns == cns)
            break;
    }
    return &lwnvme_identify_gates[index];
}

int lwnvme_identify_select(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_identify_query *query, void *data)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (query == NULL || data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (query->uuid_index > 127u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (query->cns > LWNVME_CNS_CONTROLLER && lwnvme_identify_knows_only_two(controller))
        return LWNVME_ERR_NO_IDENTIFY_CNS;
    if (query->uuid_index != 0 &&
        (lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) & LWNVME_CTRATT_UUID_LIST) == 0)
        return LWNVME_ERR_NO_UUID_LIST;
    command.nsid = query->nsid;
    command.cdw10 = lwnvme_field_put(query->cns, LWNVME_IDENTIFY_CDW10_CNS) |
                    lwnvme_field_put(query->cntid, LWNVME_IDENTIFY_CDW10_CNTID);
    command.cdw11 = lwnvme_field_put(query->cnssid, LWNVME_IDENTIFY_CDW11_CNSSID) |
                    lwnvme_field_put(query->csi, LWNVME_IDENTIFY_CDW11_CSI);
    command.cdw14 = lwnvme_field_put(query->uuid_index, LWNVME_IDENTIFY_CDW14_UIDX);
    return lwnvme_page_command(controller, request, &command, data, LWNVME_PAGE_MIN);
}

int lwnvme_identify(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t cns,
                    uint32_t nsid, void *data)
{
    struct lwnvme_identify_query query = {.cns = cns, .nsid = nsid};

    return lwnvme_identify_select(controller, request, &query, data);
}

int lwnvme_identify_typed(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_identify_query *query, void *data,
                          lwnvme_identify_verify verify)
{
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_identify_gate_check(controller, lwnvme_identify_gate_find(query->cns), query);
    if (status == LWNVME_OK)
        status = lwnvme_identify_select(controller, request, query, data);
    if (status == LWNVME_OK)
        request->page_next = verify;
    return status;
}

int lwnvme_identify_by(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t id,
                       void *data, uint32_t which, lwnvme_identify_verify verify)
{
    struct lwnvme_identify_query query = {.cns = (uint8_t)which, .csi = (uint8_t)(which >> 8)};

    if ((which & LWNVME_IDENTIFY_BY_CNTID) != 0)
        query.cntid = (uint16_t)id;
    else if ((which & LWNVME_IDENTIFY_BY_CNSSID) != 0)
        query.cnssid = (uint16_t)id;
    else
        query.nsid = id;
    return lwnvme_identify_typed(controller, request, &query, data, verify);
}

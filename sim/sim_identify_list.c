/* SPDX-License-Identifier: MIT */
/*
 * The lists and small structures of Identify: controllers, namespaces, NVM sets, endurance groups, domains,
 * UUIDs, granularity, primary and secondary controllers, I/O command sets. NVM Express Base Specification 2.1,
 * section 5.1.13.2 "Identify Data Structures".
 */
#include "sim_internal.h"

#define LIST_NSIDS         1024u
#define LIST_CONTROLLERS   2047u
#define CTRATT_UUIDS       0x200u
#define HOST_MEMORY_BUFFER 0x0du /* dword 14 is the upper half of its list's address */

uint16_t lwsim_identify_namespaces(struct lwnvme_sim *sim, uint32_t after, uint32_t csi, bool allocated,
                                   uint8_t *data)
{
    unsigned count = 0;
    if (after >= 0xfffffffeu) {
        return SIM_INVALID_NAMESPACE;
    }
    for (uint32_t id = after + 1; id <= sim->ns_slots && count < LIST_NSIDS; id++) {
        const struct sim_namespace *ns =
            allocated ? lwsim_allocated_namespace(sim, id) : lwsim_namespace(sim, id);
        if (ns != NULL && (csi == SIM_ANY_CSI || ns->is.csi == csi)) {
            lwsim_put(data + 4 * (size_t)count, id, 4);
            count++;
        }
    }
    return SIM_OK;
}

/* Controllers of a mask from an identifier on, ascending. */
uint16_t lwsim_identify_controllers(struct lwnvme_sim *sim, uint32_t mask, uint16_t from, uint8_t *data)
{
    unsigned count = 0;
    for (uint32_t id = from; id <= 0xffef && count < LIST_CONTROLLERS; id++) {
        for (uint32_t i = 0; i < lwsim_controller_count(sim); i++) {
            if ((mask >> i & 1u) != 0 && lwsim_controller_id(sim, i) == id) {
                lwsim_put(data + 2 + 2 * (size_t)count, id, 2);
                count++;
                break;
            }
        }
    }
    lwsim_put(data, count, 2);
    return SIM_OK;
}

uint16_t lwsim_identify_sets(struct lwnvme_sim *sim, uint32_t from, uint8_t *data)
{
    for (uint32_t id = from == 0 ? 1 : from; id <= SIM_GROUPS && data[0] < 31; id++) {
        if (!lwsim_set_exists(sim, id)) {
            continue;
        }
        const struct sim_group *set = &sim->capacity.sets[id - 1];
        uint8_t *at = data + 128 * (size_t)(data[0] + 1);
        lwsim_put(at, id, 2);
        lwsim_put(at + 2, set->endgid, 2);
        lwsim_put(at + 8, 100000, 4); /* nanoseconds of a random read of 4 KiB */
        lwsim_put(at + 12, 131072, 4);
        lwsim_put(at + 16, set->bytes, 8);
        lwsim_put(at + 32, set->bytes, 8);
        data[0]++;
    }
    return SIM_OK;
}

uint16_t lwsim_identify_groups(struct lwnvme_sim *sim, uint32_t from, uint8_t *data)
{
    unsigned count = 0;
    for (uint32_t id = from == 0 ? 1 : from; id <= SIM_GROUPS; id++) {
        if (lwsim_group_exists(sim, id)) {
            lwsim_put(data + 2 + 2 * (size_t)count, id, 2);
            count++;
        }
    }
    lwsim_put(data, count, 2);
    return SIM_OK;
}

uint16_t lwsim_identify_domains(struct lwnvme_sim *sim, uint32_t from, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    for (uint32_t id = from == 0 ? 1 : from; id <= c->domains && data[0] < 31; id++) {
        uint8_t *at = data + 128 * (size_t)(data[0] + 1);
        lwsim_put(at, id, 2);
        lwsim_put(at + 16, c->tnvmcap / c->domains, 8);
        lwsim_put(at + 32, lwsim_capacity_left(sim) / c->domains, 8);
        lwsim_put(at + 48, c->megcap, 8);
        data[0]++;
    }
    return SIM_OK;
}

uint16_t lwsim_identify_uuids(struct lwnvme_sim *sim, uint8_t *data)
{
    for (unsigned i = 0; i < sim->config.uuids && i < 127; i++) {
        uint8_t *at = data + 32 * (size_t)(i + 1);
        at[0] = (uint8_t)(i == 0 ? 1 : 2); /* association: the vendor, then the subsystem vendor */
        memset(at + 16, 0x60 + (int)i, 16);
    }
    return SIM_OK;
}

bool lwsim_takes_uuid(const struct lwnvme_sim *sim, uint8_t opcode)
{
    bool listed = (sim->config.ctratt & CTRATT_UUIDS) != 0;
    return listed && (opcode == SIM_GET_LOG || opcode == SIM_GET_FEATURES || opcode == SIM_SET_FEATURES);
}

uint16_t lwsim_uuid_check(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t index = task->sqe[14] & 0x7f;
    bool is_address = lwsim_opcode(task) == SIM_SET_FEATURES && (task->sqe[10] & 0xff) == HOST_MEMORY_BUFFER;
    if (index == 0 || is_address) {
        return SIM_OK;
    }
    if (!lwsim_takes_uuid(sim, lwsim_opcode(task)) && sim->config.strict_reserved) {
        lwsim_violation(sim, "opcode %02xh: UUID index %u, but there is no UUID list for it",
                        lwsim_opcode(task), index);
    }
    return lwsim_takes_uuid(sim, lwsim_opcode(task)) && index <= sim->config.uuids ? SIM_OK
                                                                                   : SIM_INVALID_FIELD;
}

/* One descriptor for each LBA format: sizes are best a multiple of so many bytes. */
uint16_t lwsim_identify_granularity(struct lwnvme_sim *sim, uint8_t *data)
{
    unsigned last = sim->config.ns[0].nlbaf < 16 ? sim->config.ns[0].nlbaf : 15;
    lwsim_put(data, 1, 4); /* by format */
    data[4] = (uint8_t)last;
    for (unsigned i = 0; i <= last; i++) {
        lwsim_put(data + 32 + 16 * (size_t)i, sim->config.granularity_bytes, 8);
        lwsim_put(data + 40 + 16 * (size_t)i, sim->config.granularity_bytes, 8);
    }
    return SIM_OK;
}

uint16_t lwsim_identify_command_sets(struct lwnvme_sim *sim, uint16_t cntlid, uint8_t *data)
{
    if (cntlid != 0xffff && cntlid != sim->config.cntlid) {
        return SIM_CONTROLLER_INVALID;
    }
    data[0] = 1; /* the NVM command set alone */
    if (sim->config.command_sets > 1) {
        data[8] = sim->config.command_sets;
    }
    return SIM_OK;
}

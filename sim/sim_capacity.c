/* SPDX-License-Identifier: MIT */
/*
 * Endurance groups and NVM sets, and Capacity Management, which makes and deletes them. NVM Express Base
 * Specification 2.1, section 5.1.3 "Capacity Management command".
 */
#include "sim_internal.h"

enum {
    OPCODE_CAPACITY = 0x20
};
enum {
    CREATE_GROUP = 1,
    DELETE_GROUP = 2,
    CREATE_SET = 3,
    DELETE_SET = 4
};
#define CTRATT_VARIABLE     0x1000u
#define CTRATT_DELETE_GROUP 0x2000u
#define CTRATT_DELETE_SET   0x4000u

bool lwsim_group_exists(const struct lwnvme_sim *sim, uint32_t endgid)
{
    return endgid != 0 && endgid <= SIM_GROUPS && sim->capacity.groups[endgid - 1].exists;
}

bool lwsim_set_exists(const struct lwnvme_sim *sim, uint32_t nvmsetid)
{
    return nvmsetid != 0 && nvmsetid <= SIM_GROUPS && sim->capacity.sets[nvmsetid - 1].exists;
}

static bool has_capacity(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & CTRATT_VARIABLE) != 0;
}

static uint64_t capacity_free(const struct lwnvme_sim *sim)
{
    uint64_t used = 0;
    for (unsigned i = 0; i < SIM_GROUPS; i++) {
        used += sim->capacity.groups[i].exists ? sim->capacity.groups[i].bytes : 0;
    }
    return used < sim->config.tnvmcap ? sim->config.tnvmcap - used : 0;
}

static uint64_t group_free(const struct lwnvme_sim *sim, uint32_t endgid)
{
    uint64_t used = 0;
    for (unsigned i = 0; i < SIM_GROUPS; i++) {
        const struct sim_group *set = &sim->capacity.sets[i];
        used += set->exists && set->endgid == endgid ? set->bytes : 0;
    }
    uint64_t all = sim->capacity.groups[endgid - 1].bytes;
    return used < all ? all - used : 0;
}

static uint16_t make(struct sim_task *task, struct sim_group *table, uint32_t most, uint64_t bytes,
                     uint32_t endgid)
{
    for (uint32_t i = 0; i < most && i < SIM_GROUPS; i++) {
        if (!table[i].exists) {
            table[i] = (struct sim_group){true, (uint16_t)endgid, bytes};
            task->result = i + 1;
            return SIM_OK;
        }
    }
    return SIM_IDENTIFIER_UNAVAILABLE;
}

static void namespaces_delete(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t endgid,
                              uint32_t nvmsetid)
{
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        const struct sim_namespace *ns = &sim->ns[i];
        bool meant = endgid != 0 ? ns->is.endgid == endgid : ns->is.nvmsetid == nvmsetid;
        if (ns->allocated && meant) {
            lwsim_namespace_delete(sim, task, i + 1);
        }
    }
}

static uint16_t delete_group(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t endgid)
{
    if ((sim->config.ctratt & CTRATT_DELETE_GROUP) == 0 || !lwsim_group_exists(sim, endgid)) {
        return SIM_INVALID_FIELD;
    }
    namespaces_delete(sim, task, endgid, 0);
    for (unsigned i = 0; i < SIM_GROUPS; i++) {
        if (sim->capacity.sets[i].endgid == endgid) {
            sim->capacity.sets[i].exists = false;
        }
    }
    sim->capacity.groups[endgid - 1].exists = false;
    return SIM_OK;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t element = task->sqe[10] >> 16;
    uint64_t bytes = lwsim_pair(&task->sqe[11]);
    switch (task->sqe[10] & 15) {
    case CREATE_GROUP:
        return bytes == 0 || bytes > capacity_free(sim)
                   ? SIM_CAPACITY_INSUFFICIENT
                   : make(task, sim->capacity.groups, sim->config.endgidmax, bytes, 0);
    case DELETE_GROUP:
        return delete_group(sim, task, element);
    case CREATE_SET:
        if (!lwsim_group_exists(sim, element)) {
            return SIM_INVALID_FIELD;
        }
        return bytes == 0 || bytes > group_free(sim, element)
                   ? SIM_CAPACITY_INSUFFICIENT
                   : make(task, sim->capacity.sets, sim->config.nsetidmax, bytes, element);
    case DELETE_SET:
        if ((sim->config.ctratt & CTRATT_DELETE_SET) == 0 || !lwsim_set_exists(sim, element)) {
            return SIM_INVALID_FIELD;
        }
        namespaces_delete(sim, task, 0, element);
        sim->capacity.sets[element - 1].exists = false;
        return SIM_OK;
    default: /* a configuration of fixed capacity is not to be selected: there is none */
        return SIM_INVALID_FIELD;
    }
}

static bool create(struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    for (uint32_t i = 0; i < c->endurance_groups && i < SIM_GROUPS; i++) {
        sim->capacity.groups[i] = (struct sim_group){true, 0, c->tnvmcap / 2 / (c->endurance_groups)};
    }
    for (uint32_t i = 0; i < c->nvm_sets && i < SIM_GROUPS; i++) {
        uint32_t group = c->endurance_groups == 0 ? 0 : i % c->endurance_groups;
        sim->capacity.sets[i] = (struct sim_group){true, (uint16_t)(c->endurance_groups == 0 ? 0 : group + 1),
                                                   c->tnvmcap / 4 / c->nvm_sets};
    }
    return true;
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_CAPACITY, false, SIM_POINTER_NONE, {0, 0, 0xffff000f, 0xffffffff, 0xffffffff, 0, 0, 0}},
     .effects = 0x8, /* NIC */
     .gate = has_capacity,
     .execute = execute},
};

const struct sim_part lwsim_capacity_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .create = create,
};

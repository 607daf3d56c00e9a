/* SPDX-License-Identifier: MIT */
/*
 * Primary and secondary controllers, and Virtualization Management, which hands flexible resources out. NVM
 * Express Base Specification 2.1, sections 5.2.6 "Virtualization Management command", 8.2.6 "Virtualization
 * Enhancements".
 */
#include "sim_internal.h"

enum {
    OPCODE_VIRTUALIZATION = 0x1c
};
enum {
    ACTION_PRIMARY = 1,
    ACTION_OFFLINE = 7,
    ACTION_ASSIGN = 8,
    ACTION_ONLINE = 9
};
#define OACS_VIRTUALIZATION 0x80u
#define QUEUES_NEEDED       2u
#define MOST_FOR_ONE(total) ((uint16_t)((total) / 2u))

static bool has_virtualization(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_VIRTUALIZATION) != 0;
}

static uint16_t flexible(const struct lwnvme_sim *sim, unsigned type)
{
    return type == 0 ? sim->config.vq_flexible : sim->config.vi_flexible;
}

static uint16_t *resources(struct sim_secondary *secondary, unsigned type)
{
    return type == 0 ? &secondary->queues : &secondary->interrupts;
}

static uint32_t assigned(const struct lwnvme_sim *sim, unsigned type)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < SIM_SECONDARIES; i++) {
        const struct sim_secondary *one = &sim->virtual.secondary[i];
        sum += type == 0 ? one->queues : one->interrupts;
    }
    return sum;
}

/* ---- identify ---- */

static void put_resources(const struct lwnvme_sim *sim, unsigned type, uint8_t *at)
{
    uint16_t total = flexible(sim, type);
    lwsim_put(at, total, 4);
    lwsim_put(at + 4, assigned(sim, type), 4);
    lwsim_put(at + 8, sim->virtual.primary[type], 2);
    lwsim_put(at + 10, type == 0 ? sim->config.vq_private : sim->config.vi_private, 2);
    lwsim_put(at + 12, MOST_FOR_ONE(total), 2);
    lwsim_put(at + 14, 1, 2);
}

uint16_t lwsim_identify_primary(struct lwnvme_sim *sim, uint16_t cntlid, uint8_t *data)
{
    if (cntlid != sim->config.cntlid) {
        return SIM_INVALID_FIELD;
    }
    lwsim_put(data, sim->config.cntlid, 2);
    data[4] = 3; /* both kinds of resources */
    put_resources(sim, 0, data + 32);
    put_resources(sim, 1, data + 64);
    return SIM_OK;
}

uint16_t lwsim_identify_secondaries(struct lwnvme_sim *sim, uint16_t from, uint8_t *data)
{
    for (unsigned i = 0; i < sim->config.secondary_controllers && data[0] < 127; i++) {
        const struct sim_secondary *one = &sim->virtual.secondary[i];
        uint32_t cntlid = sim->config.secondary_cntlid + i;
        uint8_t *at = data + 32 * (size_t)(data[0] + 1);
        if (cntlid < from) {
            continue;
        }
        lwsim_put(at, cntlid, 2);
        lwsim_put(at + 2, sim->config.cntlid, 2);
        at[4] = one->online ? 1 : 0;
        lwsim_put(at + 8, i + 1, 2); /* virtual function */
        lwsim_put(at + 10, one->queues, 2);
        lwsim_put(at + 12, one->interrupts, 2);
        data[0]++;
    }
    return SIM_OK;
}

/* ---- the command ---- */

static uint16_t assign(struct lwnvme_sim *sim, struct sim_task *task, struct sim_secondary *one,
                       unsigned type)
{
    uint32_t wanted = task->sqe[11] & 0xffff;
    if (one->online) {
        return SIM_SECONDARY_STATE_INVALID;
    }
    if (type > 1) {
        return SIM_RESOURCE_INVALID;
    }
    uint16_t *has = resources(one, type);
    uint32_t taken = assigned(sim, type) - *has + sim->virtual.primary[type];
    if (wanted > MOST_FOR_ONE(flexible(sim, type)) || wanted + taken > flexible(sim, type)) {
        return SIM_RESOURCES_INVALID;
    }
    *has = (uint16_t)wanted;
    task->result = wanted;
    return SIM_OK;
}

static uint16_t allocate(struct lwnvme_sim *sim, struct sim_task *task, unsigned type)
{
    uint32_t wanted = task->sqe[11] & 0xffff;
    if (type > 1) {
        return SIM_RESOURCE_INVALID;
    }
    if (wanted + assigned(sim, type) > flexible(sim, type)) {
        return SIM_RESOURCES_INVALID;
    }
    sim->virtual.primary_next[type] = (uint16_t)wanted;
    task->result = wanted;
    return SIM_OK;
}

static void take_offline(struct lwnvme_sim *sim, uint32_t index)
{
    sim->virtual.secondary[index].online = false;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t cntlid = task->sqe[10] >> 16;
    uint32_t action = task->sqe[10] & 15;
    unsigned type = task->sqe[10] >> 8 & 7;
    uint32_t index = cntlid - sim->config.secondary_cntlid;
    if (action == ACTION_PRIMARY) {
        return cntlid == sim->config.cntlid ? allocate(sim, task, type) : SIM_CONTROLLER_INVALID;
    }
    if (action != ACTION_OFFLINE && action != ACTION_ASSIGN && action != ACTION_ONLINE) {
        return SIM_INVALID_FIELD;
    }
    if (cntlid < sim->config.secondary_cntlid || index >= sim->config.secondary_controllers) {
        return SIM_CONTROLLER_INVALID;
    }
    struct sim_secondary *one = &sim->virtual.secondary[index];
    if (action == ACTION_ASSIGN) {
        return assign(sim, task, one, type);
    }
    if (action == ACTION_OFFLINE) {
        take_offline(sim, index);
        return SIM_OK;
    }
    if (one->queues < QUEUES_NEEDED || one->interrupts == 0) {
        return SIM_SECONDARY_STATE_INVALID;
    }
    one->online = true;
    return SIM_OK;
}

/* A reset of the primary controller takes the others offline; power-on forgets what they had. */
static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    for (unsigned i = 0; i < SIM_SECONDARIES; i++) {
        take_offline(sim, i);
    }
    if (kind == SIM_RESET_POWER) {
        memset(&sim->virtual, 0, sizeof(sim->virtual));
    }
    sim->virtual.primary[0] = sim->virtual.primary_next[0];
    sim->virtual.primary[1] = sim->virtual.primary_next[1];
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_VIRTUALIZATION, false, SIM_POINTER_NONE, {0, 0, 0xffff070f, 0xffff, 0, 0, 0, 0}},
     .gate = has_virtualization,
     .execute = execute},
};

const struct sim_part lwsim_virtual_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .reset = reset,
};

/* SPDX-License-Identifier: MIT */
/*
 * Command and feature lockdown: the command, its log page, and the refusal of what is prohibited, until the next
 * power cycle. NVM Express Base Specification 2.1, sections 5.1.15 "Lockdown command", 5.1.12.1.20 "Command and
 * Feature Lockdown".
 */
#include "sim_internal.h"

enum {
    OPCODE_LOCKDOWN = 0x24,
    LID_LOCKDOWN = 0x14
};
enum {
    SCOPE_COMMANDS = 0,
    SCOPE_FEATURES = 2
};
enum {
    LIST_SUPPORTED = 0,
    LIST_PROHIBITED = 1
};
#define OACS_LOCKDOWN     0x400u
#define INTERFACE_OUTBAND 2u

static bool has_lockdown(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_LOCKDOWN) != 0;
}

static bool bit_of(const uint8_t *set, uint8_t index)
{
    return (set[index / 8] >> index % 8 & 1) != 0;
}

/* What a host cannot do without is not to be prohibited. */
static bool prohibitable(const struct lwnvme_sim *sim, uint32_t scope, uint8_t index)
{
    static const uint8_t needed[] = {SIM_DELETE_SQ,   SIM_CREATE_SQ,  SIM_GET_LOG, SIM_DELETE_CQ,
                                     SIM_CREATE_CQ,   SIM_IDENTIFY,   SIM_ABORT,   SIM_GET_FEATURES,
                                     SIM_ASYNC_EVENT, OPCODE_LOCKDOWN};
    if (scope == SCOPE_FEATURES) {
        return lwsim_feature_of(sim, index) != NULL && index != 0x07;
    }
    return lwsim_command_of(sim, index) != NULL && memchr(needed, index, sizeof(needed)) == NULL;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t scope = task->sqe[10] & 15;
    uint8_t index = (uint8_t)(task->sqe[10] >> 8);
    uint32_t interface = task->sqe[10] >> 5 & 3;
    bool prohibit = (task->sqe[10] & 0x10) != 0;
    uint8_t *set = scope == SCOPE_COMMANDS ? sim->lockdown.opcodes : sim->lockdown.features;
    if ((scope != SCOPE_COMMANDS && scope != SCOPE_FEATURES) || interface > INTERFACE_OUTBAND) {
        return SIM_INVALID_FIELD;
    }
    if (!prohibitable(sim, scope, index)) {
        return SIM_PROHIBITION_NOT_SUPPORTED;
    }
    if (interface != INTERFACE_OUTBAND) {
        uint8_t bit = (uint8_t)(1u << index % 8);
        set[index / 8] = (uint8_t)(prohibit ? set[index / 8] | bit : set[index / 8] & ~bit);
    }
    return SIM_OK;
}

static uint16_t filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint8_t opcode = lwsim_opcode(task);
    if (task->sqid != 0) {
        return SIM_OK;
    }
    bool feature = opcode == SIM_SET_FEATURES && bit_of(sim->lockdown.features, task->sqe[10] & 0xff);
    return feature || bit_of(sim->lockdown.opcodes, opcode) ? SIM_COMMAND_PROHIBITED : SIM_OK;
}

static uint16_t check(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t scope = lwsim_log_lsp(task) & 15;
    uint32_t contents = lwsim_log_lsp(task) >> 4 & 3;
    (void)sim;
    return (scope != SCOPE_COMMANDS && scope != SCOPE_FEATURES) || contents > 2 ? SIM_INVALID_FIELD : SIM_OK;
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 512);
    uint32_t scope = lwsim_log_lsp(task) & 15;
    uint32_t contents = lwsim_log_lsp(task) >> 4 & 3;
    const uint8_t *set = scope == SCOPE_COMMANDS ? sim->lockdown.opcodes : sim->lockdown.features;
    unsigned count = 0;
    for (unsigned i = 0; data != NULL && i < 256; i++) {
        bool listed = contents == LIST_SUPPORTED ? prohibitable(sim, scope, (uint8_t)i)
                                                 : contents == LIST_PROHIBITED && bit_of(set, (uint8_t)i);
        if (listed) {
            data[4 + count] = (uint8_t)i;
            count++;
        }
    }
    if (data != NULL) {
        data[0] = lwsim_log_lsp(task) & 0x3f;
        data[3] = (uint8_t)count;
    }
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (kind == SIM_RESET_POWER) {
        memset(&sim->lockdown, 0, sizeof(sim->lockdown));
    }
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_LOCKDOWN, false, SIM_POINTER_NONE, {0, 0, 0xff7f, 0, 0, 0, 0x7f, 0}},
     .effects = 0x10, /* CCC */
     .gate = has_lockdown,
     .execute = execute},
};

static const struct sim_log logs[] = {
    {.lid = LID_LOCKDOWN,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsp = 0x3f,
     .gate = has_lockdown,
     .check = check,
     .fill = fill},
};

const struct sim_part lwsim_lockdown_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .reset = reset,
    .filter = filter,
};

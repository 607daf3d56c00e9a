/* SPDX-License-Identifier: MIT */
/*
 * Asymmetric namespace access: the groups, what I/O gets in each state, and the log page. NVM Express Base
 * Specification 2.1, sections 5.1.12.1.13 "Asymmetric Namespace Access", 8.1.1 "Asymmetric Namespace Access
 * Reporting".
 */
#include "sim_internal.h"

#define LID_ANA     0x0c
#define CMIC_ANA    0x08u
#define GROUPS_ONLY 0x1u
#define BIT_ANA     11u

enum {
    STATE_OPTIMIZED = 1,
    STATE_INACCESSIBLE = 3,
    STATE_LOST = 4,
    STATE_CHANGE = 15
};

static bool has_ana(const struct lwnvme_sim *sim)
{
    return (sim->config.cmic & CMIC_ANA) != 0;
}

static uint8_t state_of(const struct lwnvme_sim *sim, uint32_t group)
{
    uint8_t state = group == 0 || group > 32 ? 0 : sim->ana.state[group - 1];
    return state == 0 ? STATE_OPTIMIZED : state;
}

bool lwnvme_sim_ana_change(struct lwnvme_sim *sim, uint32_t group, uint8_t state)
{
    if (!has_ana(sim) || group == 0 || group > 32 || group > sim->config.anagrpmax) {
        return false;
    }
    sim->ana.state[group - 1] = state;
    sim->ana.changes[group - 1]++;
    sim->ana.count++;
    lwsim_event_notice(sim, BIT_ANA, 2, 3, LID_ANA);
    return true;
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint32_t groups = sim->config.nanagrpid < 32 ? sim->config.nanagrpid : 32;
    size_t bytes = 16;
    uint8_t *data = lwsim_page_make(page, 16 + 32 * (size_t)groups + 4 * (size_t)sim->ns_slots);
    if (data == NULL) {
        return SIM_OK;
    }
    lwsim_put(data, sim->ana.count, 8);
    lwsim_put(data + 8, groups, 2);
    for (uint32_t group = 1; group <= groups; group++) {
        uint8_t *at = data + bytes;
        uint32_t members = 0;
        for (uint32_t id = 1; id <= sim->ns_slots && (lwsim_log_lsp(task) & GROUPS_ONLY) == 0; id++) {
            const struct sim_namespace *ns = lwsim_namespace(sim, id);
            if (ns != NULL && ns->is.anagrpid == group) {
                lwsim_put(at + 32 + 4 * (size_t)members, id, 4);
                members++;
            }
        }
        lwsim_put(at, group, 4);
        lwsim_put(at + 4, members, 4);
        lwsim_put(at + 8, sim->ana.changes[group - 1], 8);
        at[16] = state_of(sim, group);
        bytes += 32 + 4 * (size_t)members;
    }
    page->bytes = bytes;
    return SIM_OK;
}

static uint16_t filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    const struct sim_namespace *ns =
        task->sqid == 0 || !has_ana(sim) ? NULL : lwsim_namespace(sim, task->sqe[1]);
    switch (ns == NULL ? STATE_OPTIMIZED : state_of(sim, ns->is.anagrpid)) {
    case STATE_INACCESSIBLE:
        return SIM_ANA_INACCESSIBLE;
    case STATE_LOST:
        return SIM_ANA_LOST;
    case STATE_CHANGE:
        return SIM_ANA_TRANSITION;
    default:
        return SIM_OK;
    }
}

static const struct sim_log logs[] = {
    {.lid = LID_ANA, .scope = SIM_LOG_OF_CONTROLLER, .lsp = GROUPS_ONLY, .gate = has_ana, .fill = fill},
};

const struct sim_part lwsim_ana_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .filter = filter,
};

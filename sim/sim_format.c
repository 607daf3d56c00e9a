/* SPDX-License-Identifier: MIT */
/*
 * Format NVM: the content goes when the command begins, the new geometry comes when it ends, format_us later;
 * in between I/O is answered with Format In Progress, and the namespace is shown as it was. A controller reset
 * takes the command but not the work, which goes on. The loss of power ends the work: the namespace then
 * has its old geometry and is not ready for I/O (082h with DNR) until another format succeeds.
 *
 * NVM Express Base Specification 2.1, section 5.1.10 "Format NVM command"; NVM Command Set Specification 1.1,
 * section 4.1.2 "Format NVM command".
 */
#include "sim_internal.h"

#define FID_BEHAVIOR     0x16u
#define FNA_FORMAT_ALL   1u
#define FNA_ERASE_ALL    2u
#define FNA_CRYPTO       4u
#define FNA_NO_BROADCAST 8u

#define RECORD_START 0x07u /* of the persistent event log */
#define RECORD_END   0x08u

#define MC_EXTENDED 1u
#define MC_SEPARATE 2u

static uint32_t erase_of(uint32_t dword10)
{
    return dword10 >> 9 & 7u;
}

/* Which namespaces: the one that is named, all that exist, or all that are attached. */
enum scope {
    SCOPE_ONE,
    SCOPE_EXISTING,
    SCOPE_ATTACHED
};

static enum scope scope_of(const struct lwnvme_sim *sim, uint32_t nsid, uint32_t dword10)
{
    uint32_t bit = erase_of(dword10) == 0 ? FNA_FORMAT_ALL : FNA_ERASE_ALL;
    if ((sim->config.fna & bit) != 0) {
        return SCOPE_EXISTING;
    }
    return nsid == UINT32_MAX ? SCOPE_ATTACHED : SCOPE_ONE;
}

static bool in_scope(const struct lwnvme_sim *sim, enum scope scope, uint32_t named, uint32_t nsid)
{
    const struct sim_namespace *ns = nsid == 0 || nsid > sim->ns_slots ? NULL : &sim->ns[nsid - 1];
    if (ns == NULL || !ns->allocated) {
        return false;
    }
    return scope == SCOPE_EXISTING || (scope == SCOPE_ATTACHED ? ns->is.active : named == nsid);
}

static bool concerns(const struct lwnvme_sim *sim, uint32_t nsid)
{
    const struct sim_format *format = &sim->format;
    return in_scope(sim, (enum scope)format->scope, format->nsid, nsid);
}

bool lwsim_formatting(const struct lwnvme_sim *sim, uint32_t nsid)
{
    return sim->format.active && concerns(sim, nsid);
}

uint8_t lwsim_format_fpi(const struct lwnvme_sim *sim, const struct sim_namespace *ns)
{
    const struct sim_format *format = &sim->format;
    uint32_t nsid = (uint32_t)(ns - sim->ns) + 1;
    bool known = ns >= sim->ns && ns < sim->ns + sim->ns_slots;
    if ((ns->is.fpi & 0x80) == 0 || !known || !lwsim_formatting(sim, nsid)) {
        return ns->is.fpi;
    }
    uint64_t left = format->due > sim->now ? format->due - sim->now : 0;
    uint64_t total = sim->config.format_us == 0 ? 1 : sim->config.format_us;
    return (uint8_t)(0x80 | (left >= total ? 100 : left * 100 / total));
}

bool lwsim_format_ready(const struct lwnvme_sim *sim, const struct sim_namespace *ns)
{
    return !ns->unformatted && !lwsim_formatting(sim, (uint32_t)(ns - sim->ns) + 1);
}

/* ---- the command ---- */

/* LBAFU counts only where the host has said that it knows of it: LBAFEE of Host Behavior Support. */
static uint32_t format_index(struct lwnvme_sim *sim, uint32_t dword10)
{
    const uint8_t *behavior = lwsim_feature_data(sim, FID_BEHAVIOR);
    bool extended = behavior != NULL && behavior[2] == 1;
    return (dword10 & 15u) | (extended ? dword10 >> 8 & 0x30u : 0);
}

static uint16_t check_format(struct lwnvme_sim *sim, const struct lwnvme_sim_namespace *is, uint32_t dword10)
{
    uint32_t index = format_index(sim, dword10);
    uint32_t protection = dword10 >> 5 & 7u;
    bool last = (dword10 >> 8 & 1u) == 0; /* PIL: 1, the first bytes of metadata */
    bool extended = (dword10 >> 4 & 1u) != 0;
    if (index > is->nlbaf || is->formats[index].lbads < 9) {
        return SIM_INVALID_FORMAT;
    }
    if (is->formats[index].ms != 0 && (is->mc & (extended ? MC_EXTENDED : MC_SEPARATE)) == 0) {
        return SIM_INVALID_FORMAT;
    }
    if (protection == 0) {
        return SIM_OK;
    }
    bool type_known = protection <= 3 && (is->dpc >> (protection - 1) & 1u) != 0;
    bool place_known = (is->dpc & (last ? 0x10u : 0x08u)) != 0;
    return type_known && place_known && is->formats[index].ms >= 8 ? SIM_OK : SIM_INVALID_FORMAT;
}

static uint16_t check_one(struct lwnvme_sim *sim, uint32_t nsid, uint32_t dword10)
{
    const struct sim_namespace *ns = &sim->ns[nsid - 1];
    if (lwsim_write_protected(ns)) {
        return SIM_WRITE_PROTECTED;
    }
    return check_format(sim, &ns->is, dword10);
}

static uint16_t check_scope(struct lwnvme_sim *sim, const struct sim_task *task)
{
    enum scope scope = scope_of(sim, task->sqe[1], task->sqe[10]);
    uint16_t status = SIM_OK;
    for (uint32_t nsid = 1; status == SIM_OK && nsid <= sim->ns_slots; nsid++) {
        bool meant = in_scope(sim, scope, task->sqe[1], nsid);
        status = meant ? check_one(sim, nsid, task->sqe[10]) : SIM_OK;
    }
    return status;
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t nsid = task->sqe[1];
    uint32_t erase = erase_of(task->sqe[10]);
    (void)bytes;
    if (erase > 2 || (erase == 2 && (sim->config.fna & FNA_CRYPTO) == 0) ||
        (nsid == UINT32_MAX && (sim->config.fna & FNA_NO_BROADCAST) != 0)) {
        return SIM_INVALID_FIELD;
    }
    if (nsid == 0 || (nsid != UINT32_MAX && nsid > lwsim_nn(sim))) {
        return SIM_INVALID_NAMESPACE;
    }
    if (nsid != UINT32_MAX && lwsim_allocated_namespace(sim, nsid) == NULL) {
        return SIM_INVALID_FIELD;
    }
    return check_scope(sim, task);
}

static void note_start(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint8_t record[12] = {0};
    lwsim_put(record, task->sqe[1], 4);
    record[4] = sim->config.fna;
    lwsim_put(record + 8, task->sqe[10], 4);
    lwsim_persistent_event(sim, RECORD_START, record, sizeof(record));
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_format *format = &sim->format;
    if (format->active) {
        return SIM_FORMAT_IN_PROGRESS;
    }
    format->active = true;
    format->scope = (uint8_t)scope_of(sim, task->sqe[1], task->sqe[10]);
    format->nsid = task->sqe[1];
    format->index = format_index(sim, task->sqe[10]);
    format->dword10 = task->sqe[10];
    format->due = sim->now + sim->config.format_us;
    for (uint32_t nsid = 1; nsid <= sim->ns_slots; nsid++) {
        if (concerns(sim, nsid)) {
            lwsim_medium_erase(&sim->ns[nsid - 1]);
            sim->ns[nsid - 1].generation++;
            lwsim_self_test_stop(sim, nsid, 4);
        }
    }
    note_start(sim, task);
    lwsim_task_park(&sim->working, task);
    return SIM_NO_ANSWER;
}

/* ---- the end of it ---- */

static void note_end(struct lwnvme_sim *sim, uint16_t status)
{
    uint8_t record[12] = {0};
    lwsim_put(record, sim->format.nsid, 4);
    record[5] = status == SIM_OK ? 0 : 1;
    lwsim_put(record + 8, (uint64_t)status << 1, 4);
    lwsim_persistent_event(sim, RECORD_END, record, sizeof(record));
}

/* The capacity in bytes stays. */
static void geometry_change(struct sim_namespace *ns, uint32_t dword10, uint32_t index)
{
    struct lwnvme_sim_namespace *is = &ns->is;
    uint32_t shift = is->formats[index].lbads < 63 ? is->formats[index].lbads : 63;
    uint32_t old = (is->flbas & 15u) | (is->nlbaf >= 16 ? (is->flbas >> 1) & 0x30u : 0);
    uint32_t old_shift = is->formats[old].lbads < 63 ? is->formats[old].lbads : 63;
    is->nsze = shift >= old_shift ? is->nsze >> (shift - old_shift) : is->nsze << (old_shift - shift);
    is->ncap = is->nsze;
    is->nuse = (is->nsfeat & 1) != 0 ? 0 : is->nsze;
    is->flbas = (uint8_t)((index & 15u) | (dword10 & 0x10u) | (index & 0x30u) << 1);
    is->dps = (uint8_t)((dword10 >> 5 & 7u) | (dword10 >> 8 & 1u) << 3);
    ns->unformatted = false;
    lwsim_medium_geometry(ns);
}

static void run(struct lwnvme_sim *sim)
{
    struct sim_format *format = &sim->format;
    struct sim_task *task = lwsim_jobs_take(sim, SIM_FORMAT_NVM);
    uint16_t status = sim->config.format_fails ? SIM_INTERNAL_ERROR : SIM_OK;
    format->due = LWNVME_SIM_NEVER;
    for (uint32_t nsid = 1; nsid <= sim->ns_slots; nsid++) {
        if (concerns(sim, nsid) && sim->config.format_fails) {
            sim->ns[nsid - 1].unformatted = true;
        } else if (concerns(sim, nsid)) {
            geometry_change(&sim->ns[nsid - 1], format->dword10, format->index);
            lwsim_namespace_changed(sim, nsid);
        }
    }
    format->active = false;
    note_end(sim, status);
    if (task != NULL) {
        task->status = status;
        lwsim_task_complete(sim, task);
    }
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    sim->format.due = LWNVME_SIM_NEVER;
    return true;
}

void lwsim_format_power_off(struct lwnvme_sim *sim)
{
    for (uint32_t nsid = 1; sim->format.active && nsid <= sim->ns_slots; nsid++) {
        sim->ns[nsid - 1].unformatted = sim->ns[nsid - 1].unformatted || concerns(sim, nsid);
    }
    sim->format.active = false;
    sim->format.due = LWNVME_SIM_NEVER;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (kind == SIM_RESET_POWER) {
        lwsim_format_power_off(sim);
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->removed ? LWNVME_SIM_NEVER : sim->format.due;
}

static bool has_format(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & SIM_OACS_FORMAT) != 0;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_FORMAT_NVM, true, SIM_POINTER_NONE, {0, 0, 0x00003fff, 0, 0, 0, 0, 0}},
     .effects = SIM_EFFECT_CONTENT | SIM_EFFECT_NAMESPACE | SIM_EFFECT_ALONE_IN_NAMESPACE,
     .gate = has_format,
     .prepare = prepare,
     .execute = execute},
};

const struct sim_part lwsim_format_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .create = create,
    .reset = reset,
    .next = next,
    .run = run,
};

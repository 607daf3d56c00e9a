/* SPDX-License-Identifier: MIT */
/*
 * What the controller does not carry out for now: nearly everything while a sanitize goes on or has failed, I/O
 * while a namespace is formatted, or after that was interrupted. Asked when a command is fetched, and once
 * more when it is due, because in between a sanitize or a format may have begun.
 *
 * NVM Express Base Specification 2.1, section 8.1.24 "Sanitize Operations", and section 5.1 "Common Command
 * Format" for the commands allowed.
 */
#include "sim_internal.h"

/* Of Get Log Page during a sanitize. */
static bool log_allowed(uint32_t lid)
{
    static const uint8_t allowed[] = {0x00, 0x01, 0x02, 0x04, 0x15, 0x80, 0x81};
    for (size_t i = 0; i < sizeof(allowed); i++) {
        if (allowed[i] == lid) {
            return true;
        }
    }
    return false;
}

static bool admin_allowed_in_sanitize(const struct sim_task *task)
{
    static const uint8_t allowed[] = {
        SIM_DELETE_SQ, SIM_CREATE_SQ,    SIM_DELETE_CQ,    SIM_CREATE_CQ,   SIM_IDENTIFY,
        SIM_ABORT,     SIM_SET_FEATURES, SIM_GET_FEATURES, SIM_ASYNC_EVENT, 0x18 /* Keep Alive */
    };
    uint32_t opcode = task->sqe[0] & 0xff;
    for (size_t i = 0; i < sizeof(allowed); i++) {
        if (allowed[i] == opcode) {
            return true;
        }
    }
    return opcode == SIM_GET_LOG && log_allowed(task->sqe[10] & 0xff);
}

/* Admin commands that a format in progress keeps out. */
static bool admin_needs_format_done(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    switch (task->sqe[0] & 0xff) {
    case SIM_SANITIZE:
    case SIM_SELF_TEST:
        return sim->format.active;
    case SIM_FORMAT_NVM:
    case 0x0d: /* Namespace Management */
    case 0x15: /* Namespace Attachment */
        return sim->format.active && (task->sqe[1] == UINT32_MAX || lwsim_formatting(sim, task->sqe[1]));
    default:
        return false;
    }
}

static uint16_t restrict_io(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t nsid = task->sqe[1];
    const struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    if (sim->format.active && (nsid == UINT32_MAX || lwsim_formatting(sim, nsid))) {
        return SIM_FORMAT_IN_PROGRESS;
    }
    if (ns == NULL) {
        return SIM_OK;
    }
    if (ns->unformatted) {
        return SIM_NAMESPACE_UNFORMATTED;
    }
    /* Fetched before a format that is done by now. */
    return ns->generation == task->generation ? SIM_OK : SIM_FORMAT_IN_PROGRESS;
}

/* A volatile write cache that is on cannot be flushed during a sanitize; without one there is nothing to do. */
static bool io_allowed_in_sanitize(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t opcode = task->sqe[0] & 0xff;
    bool verification = sim->sanitize.active && sim->sanitize.phase == SIM_SANITIZE_VERIFICATION;
    return (opcode == SIM_FLUSH && !lwsim_cache_on(sim)) || (opcode == SIM_READ && verification);
}

/* The Sanitize command looks itself at what it may do, except while one is being processed. */
static bool sanitize_allowed(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    bool exits = (task->sqe[10] & 7u) == 5; /* media verification */
    return (task->sqe[0] & 0xff) == SIM_SANITIZE && (!sim->sanitize.active || exits);
}

static uint16_t restrict_in_sanitize(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    if (!sim->sanitize.active && !sim->sanitize.failed) {
        return SIM_OK;
    }
    if (task->sqid == 0) {
        return sanitize_allowed(sim, task) || admin_allowed_in_sanitize(task) ? SIM_OK
                                                                              : SIM_SANITIZE_IN_PROGRESS;
    }
    if (io_allowed_in_sanitize(sim, task)) {
        return SIM_OK;
    }
    return sim->sanitize.active ? SIM_SANITIZE_IN_PROGRESS : SIM_SANITIZE_FAILED;
}

uint16_t lwsim_restrict(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint16_t status = restrict_in_sanitize(sim, task);
    if (status != SIM_OK) {
        return status;
    }
    if (task->sqid != 0) {
        return restrict_io(sim, task);
    }
    return admin_needs_format_done(sim, task) ? SIM_FORMAT_IN_PROGRESS : SIM_OK;
}

const struct sim_part lwsim_restrict_part = {.filter = lwsim_restrict};

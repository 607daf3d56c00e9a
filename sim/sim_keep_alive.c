/* SPDX-License-Identifier: MIT */
/*
 * Keep Alive: the command, and the timer of feature 0Fh. When it expires the controller fails: CSTS.CFS is set
 * and nothing is processed any more. NVM Express Base Specification 2.1, section 3.9 "Keep Alive".
 */
#include "sim_internal.h"

enum {
    OPCODE_KEEP_ALIVE = 0x18,
    FID_TIMER = 0x0f
};
#define CTRATT_TRAFFIC 0x40u

static bool has_keep_alive(const struct lwnvme_sim *sim)
{
    return sim->config.kas != 0;
}

/* The timeout in microseconds, rounded up to the controller's granularity; 0: off. */
static uint64_t timeout_us(const struct lwnvme_sim *sim)
{
    uint64_t unit = (uint64_t)sim->config.kas * 100000;
    uint64_t wanted = (uint64_t)lwsim_feature_value(sim, FID_TIMER) * 1000;
    return unit == 0 ? 0 : (wanted + unit - 1) / unit * unit;
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    bool runs = lwsim_enabled(sim) && lwsim_ready(sim) && !lwsim_fatal(sim) && timeout_us(sim) != 0;
    return runs ? sim->keep_alive.last + timeout_us(sim) : LWNVME_SIM_NEVER;
}

static void run(struct lwnvme_sim *sim)
{
    sim->keep_alive.expired = true;
    lwnvme_sim_fatal(sim);
}

static uint16_t filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    bool is_keep_alive = task->sqid == 0 && lwsim_opcode(task) == OPCODE_KEEP_ALIVE;
    if (is_keep_alive || (sim->config.ctratt & CTRATT_TRAFFIC) != 0) {
        sim->keep_alive.last = sim->now;
    }
    return SIM_OK;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    (void)sim;
    (void)task;
    return SIM_OK;
}

static void changed(struct lwnvme_sim *sim, const struct sim_task *task)
{
    (void)task;
    sim->keep_alive.last = sim->now;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    (void)kind;
    sim->keep_alive.last = sim->now;
    sim->keep_alive.expired = false;
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_KEEP_ALIVE, false, SIM_POINTER_NONE, {0, 0, 0, 0, 0, 0, 0, 0}},
     .gate = has_keep_alive,
     .execute = execute},
};

static const struct sim_feature features[] = {
    {.fid = FID_TIMER, .set_bits = {0xffffffff}, .gate = has_keep_alive, .changed = changed},
};

const struct sim_part lwsim_keep_alive_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
    .next = next,
    .run = run,
    .filter = filter,
};

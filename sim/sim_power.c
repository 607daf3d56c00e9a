/* SPDX-License-Identifier: MIT */
/*
 * Power: the state that feature 02h asks for, the autonomous transitions of feature 0Ch, and their exit
 * latencies, which the next I/O command pays. NVM Express Base Specification 2.1, section 8.1.17 "Power
 * Management".
 */
#include "sim_internal.h"

enum {
    FID_POWER = 0x02,
    FID_APST = 0x0c,
    FID_THERMAL = 0x10,
    FID_NON_OPERATIONAL = 0x11
};
#define APST_BYTES 256u

static const struct lwnvme_sim_power_state *state_of(const struct lwnvme_sim *sim, uint8_t state)
{
    return &sim->config.psd[state & 31];
}

static void enter(struct lwnvme_sim *sim, uint8_t state)
{
    struct sim_power_state *power = &sim->power;
    if (state == power->state) {
        return;
    }
    power->awake_at = sim->now + state_of(sim, power->state)->exlat + state_of(sim, state)->enlat;
    power->state = state;
    power->transitions++;
    if (!state_of(sim, state)->nops) {
        power->operational = state;
    }
}

uint8_t lwnvme_sim_power_state(const struct lwnvme_sim *sim, uint64_t *transitions)
{
    if (transitions != NULL) {
        *transitions = sim->power.transitions;
    }
    return sim->power.state;
}

/* ---- 02h ---- */

static uint16_t check_power(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    (void)data;
    return (task->sqe[11] & 0x1f) > sim->config.npss ? SIM_INVALID_FIELD : SIM_OK;
}

static void power_changed(struct lwnvme_sim *sim, const struct sim_task *task)
{
    enter(sim, task->sqe[11] & 0x1f);
    sim->power.idle_since = sim->now;
}

static uint16_t get_power(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                          uint8_t *data)
{
    (void)data;
    if (select == SIM_SELECT_CURRENT) {
        task->result = sim->power.state | (sim->features.dword[FID_POWER] & 0xe0);
    } else {
        task->result = select == SIM_SELECT_SAVED ? sim->features.saved[FID_POWER] : 0;
    }
    return SIM_OK;
}

/* ---- 0Ch ---- */

static bool has_apst(const struct lwnvme_sim *sim)
{
    return (sim->config.apsta & 1) != 0;
}

static uint16_t check_apst(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    (void)task;
    for (unsigned i = 0; i < 32; i++) {
        uint64_t entry = lwsim_get(data + 8 * (size_t)i, 8);
        uint8_t target = entry >> 3 & 31u;
        bool used = (entry >> 8 & 0xffffffu) != 0;
        if ((entry & 0xffffffff00000007u) != 0 && sim->config.strict_reserved) {
            lwsim_violation(sim, "Set Features 0Ch: reserved bits of entry %u are set (0x%llx)", i,
                            (unsigned long long)entry);
            return SIM_INVALID_FIELD;
        }
        if (used && (i > sim->config.npss || target > sim->config.npss || target <= i ||
                     !state_of(sim, target)->nops)) {
            lwsim_violation(sim,
                            "Set Features 0Ch: entry %u leads to power state %u, which is not a "
                            "deeper non-operational one",
                            i, target);
            return SIM_INVALID_FIELD;
        }
    }
    return SIM_OK;
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    const uint8_t *table = sim->features.data[FID_APST];
    bool held = !lwsim_ready(sim) || sim->sanitize.active; /* no transition of its own in a sanitize */
    if (table == NULL || (sim->features.dword[FID_APST] & 1) == 0 || held) {
        return LWNVME_SIM_NEVER;
    }
    uint64_t entry = lwsim_get(table + 8 * (size_t)sim->power.state, 8);
    uint64_t idle_ms = entry >> 8 & 0xffffffu;
    return idle_ms == 0 ? LWNVME_SIM_NEVER : sim->power.idle_since + idle_ms * 1000;
}

static void run(struct lwnvme_sim *sim)
{
    uint64_t entry = lwsim_get(sim->features.data[FID_APST] + 8 * (size_t)sim->power.state, 8);
    enter(sim, entry >> 3 & 31u);
    sim->power.idle_since = sim->now;
}

/* An I/O command wakes it up. */
static uint16_t filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    if (task->sqid != 0) {
        sim->power.idle_since = sim->now;
        if (state_of(sim, sim->power.state)->nops) {
            enter(sim, sim->power.operational);
        }
    }
    return SIM_OK;
}

/* ---- 10h, 11h ---- */

static bool has_thermal(const struct lwnvme_sim *sim)
{
    return (sim->config.hctma & 1) != 0;
}

static uint16_t check_thermal(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    uint32_t light = task->sqe[11] >> 16;
    uint32_t heavy = task->sqe[11] & 0xffff;
    const struct lwnvme_sim_config *c = &sim->config;
    (void)data;
    bool light_good = light == 0 || (light >= c->mntmt && light <= c->mxtmt);
    bool heavy_good = heavy == 0 || (heavy >= c->mntmt && heavy <= c->mxtmt);
    return light_good && heavy_good && (light == 0 || heavy == 0 || light < heavy) ? SIM_OK
                                                                                   : SIM_INVALID_FIELD;
}

static bool has_non_operational(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & 2) != 0;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    uint64_t transitions = kind == SIM_RESET_POWER ? 0 : sim->power.transitions;
    memset(&sim->power, 0, sizeof(sim->power));
    sim->power.transitions = transitions;
    sim->power.idle_since = sim->now;
    sim->power.state = sim->features.dword[FID_POWER] & 0x1f;
}

static const struct sim_feature features[] = {
    {.fid = FID_POWER,
     .saveable = true,
     .set_bits = {0xff},
     .check = check_power,
     .get = get_power,
     .changed = power_changed},
    {.fid = FID_APST,
     .saveable = true,
     .set_bits = {1},
     .bytes = APST_BYTES,
     .gate = has_apst,
     .check = check_apst},
    {.fid = FID_THERMAL,
     .saveable = true,
     .set_bits = {0xffffffff},
     .gate = has_thermal,
     .check = check_thermal},
    {.fid = FID_NON_OPERATIONAL, .saveable = true, .set_bits = {1}, .gate = has_non_operational},
};

const struct sim_part lwsim_power_part = {
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
    .next = next,
    .run = run,
    .filter = filter,
};

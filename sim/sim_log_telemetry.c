/* SPDX-License-Identifier: MIT */
/*
 * Telemetry: 07h, which the host asks to be collected, and 08h, which the controller collects by itself, and
 * may collect anew while it is being read. Each block says which it is. NVM Express Base Specification 2.1,
 * sections 5.1.12.1.8 "Telemetry Host-Initiated", 5.1.12.1.9 "Telemetry Controller-Initiated".
 */
#include "sim_internal.h"

enum {
    LID_HOST = 0x07,
    LID_CONTROLLER = 0x08
};
#define BLOCK           512u
#define LPA_TELEMETRY   0x08u
#define LPA_AREA_4      0x40u
#define FID_BEHAVIOR    0x16
#define BIT_TELEMETRY   10u
#define PERSISTENT_MADE 0x0c
#define CREATE          0x1u

static bool has_telemetry(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & LPA_TELEMETRY) != 0;
}

static uint32_t last_block(struct lwnvme_sim *sim)
{
    const uint8_t *behavior = lwsim_feature_data(sim, FID_BEHAVIOR);
    bool area_4 = (sim->config.lpa & LPA_AREA_4) != 0 && behavior != NULL && behavior[1] == 1;
    const uint32_t *last = sim->config.telemetry_blocks;
    return area_4 && last[3] > last[2] ? last[3] : last[2];
}

/* Offsets and lengths are in whole blocks. */
static uint16_t check(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint64_t dwords = (task->sqe[10] >> 16 | (uint64_t)(task->sqe[11] & 0xffff) << 16) + 1;
    (void)sim;
    return dwords * 4 % BLOCK != 0 || task->sqe[12] % BLOCK != 0 ? SIM_INVALID_FIELD : SIM_OK;
}

static void fill_header(struct lwnvme_sim *sim, uint8_t *data, uint8_t lid, bool any)
{
    const uint32_t *last = sim->config.telemetry_blocks;
    data[0] = lid;
    memcpy(data + 5, sim->config.ieee, 3);
    if (any) {
        lwsim_put(data + 8, last[0], 2);
        lwsim_put(data + 10, last[1], 2);
        lwsim_put(data + 12, last[2], 2);
        lwsim_put(data + 16, last_block(sim) > last[2] ? last[3] : 0, 4);
    }
    data[380] = 1; /* of this controller */
    data[381] = sim->telemetry.host_generation;
    data[382] = sim->telemetry.available ? 1 : 0;
    data[383] = sim->telemetry.generation;
    (void)snprintf((char *)data + 384, 128, "lwnvme_sim");
}

static uint16_t fill(struct lwnvme_sim *sim, struct sim_page *page, uint8_t lid, uint8_t generation, bool any)
{
    uint32_t blocks = any ? last_block(sim) : 0;
    uint8_t *data = lwsim_page_make(page, BLOCK * ((size_t)blocks + 1));
    if (data == NULL) {
        return SIM_OK;
    }
    fill_header(sim, data, lid, any);
    for (uint32_t i = 1; i <= blocks; i++) {
        uint8_t *at = data + BLOCK * (size_t)i;
        memset(at, (int)(generation ^ i), BLOCK);
        lwsim_put(at, i, 4);
        at[4] = generation;
        at[5] = lid;
    }
    return SIM_OK;
}

static uint16_t fill_host(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    struct sim_telemetry *telemetry = &sim->telemetry;
    if ((lwsim_log_lsp(task) & CREATE) != 0) {
        uint8_t note[4] = {0};
        telemetry->host_created = true;
        telemetry->host_generation++;
        lwsim_persistent_event(sim, PERSISTENT_MADE, note, sizeof(note));
    }
    return fill(sim, page, LID_HOST, telemetry->host_generation, telemetry->host_created);
}

static uint16_t fill_controller(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    struct sim_telemetry *telemetry = &sim->telemetry;
    uint32_t every = sim->config.telemetry_changes_after;
    (void)task;
    if (every != 0 && telemetry->reads++ >= every) {
        telemetry->reads = 0;
        telemetry->generation++;
    }
    return fill(sim, page, LID_CONTROLLER, telemetry->generation, telemetry->generation != 0);
}

static void cleared(struct lwnvme_sim *sim, const struct sim_task *task)
{
    (void)task;
    sim->telemetry.available = false;
}

void lwnvme_sim_telemetry_collect(struct lwnvme_sim *sim)
{
    sim->telemetry.generation++;
    sim->telemetry.available = true;
    lwsim_event_notice(sim, BIT_TELEMETRY, 2, 2, LID_CONTROLLER);
}

static const struct sim_log logs[] = {
    {.lid = LID_HOST,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsp = CREATE,
     .gate = has_telemetry,
     .check = check,
     .fill = fill_host},
    {.lid = LID_CONTROLLER,
     .scope = SIM_LOG_OF_CONTROLLER,
     .gate = has_telemetry,
     .check = check,
     .fill = fill_controller,
     .cleared = cleared},
};

const struct sim_part lwsim_telemetry_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
};

/* SPDX-License-Identifier: MIT */
/*
 * Endurance groups and predictable latency: the log pages of one group or NVM set, the aggregates that say which
 * has news, and the features that choose what is news. NVM Express Base Specification 2.1, sections
 * 5.1.12.1.10 "Endurance Group Information", 5.1.12.1.11 "Predictable Latency Per NVM Set", 5.1.12.1.12
 * "Predictable Latency Event Aggregate", 5.1.12.1.15 "Endurance Group Event Aggregate".
 */
#include "sim_internal.h"

enum {
    LID_GROUP = 0x09,
    LID_LATENCY = 0x0a,
    LID_LATENCY_AGGREGATE = 0x0b,
    LID_GROUP_AGGREGATE = 0x0f,
    FID_RECOVERY = 0x12,
    FID_LATENCY_CONFIG = 0x13,
    FID_LATENCY_WINDOW = 0x14,
    FID_GROUP_EVENTS = 0x18
};
#define CTRATT_SETS    0x04u
#define CTRATT_LEVELS  0x08u
#define CTRATT_GROUPS  0x10u
#define CTRATT_LATENCY 0x20u
#define BIT_LATENCY    12u
#define BIT_GROUP      14u

static bool has_groups(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & CTRATT_GROUPS) != 0;
}

static bool has_latency(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & CTRATT_LATENCY) != 0;
}

static bool has_levels(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & CTRATT_LEVELS) != 0;
}

static uint16_t check_group(struct lwnvme_sim *sim, const struct sim_task *task)
{
    return lwsim_group_exists(sim, lwsim_log_lsi(task)) ? SIM_OK : SIM_INVALID_FIELD;
}

static uint16_t check_set(struct lwnvme_sim *sim, const struct sim_task *task)
{
    return lwsim_set_exists(sim, lwsim_log_lsi(task)) ? SIM_OK : SIM_INVALID_FIELD;
}

/* ---- 09h ---- */

static uint16_t fill_group(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 512);
    const struct lwnvme_sim_health *health = &sim->config.health;
    uint32_t index = lwsim_log_lsi(task) - 1u;
    if (data == NULL) {
        return SIM_OK;
    }
    data[0] = (uint8_t)sim->group.events[index];
    data[3] = health->available_spare;
    data[4] = health->spare_threshold;
    data[5] = health->percentage_used;
    lwsim_put(data + 6, sim->config.did, 2);
    lwsim_put(data + 32, 1000, 8);
    lwsim_put(data + 48, sim->smart.blocks_read / 1953125, 8); /* in 10^9 bytes */
    lwsim_put(data + 64, sim->smart.blocks_written / 1953125, 8);
    lwsim_put(data + 80, sim->smart.blocks_written / 1953125, 8);
    lwsim_put(data + 96, sim->smart.reads, 8);
    lwsim_put(data + 112, sim->smart.writes, 8);
    lwsim_put(data + 128, sim->smart.media_errors, 8);
    lwsim_put(data + 144, sim->error_count, 8);
    lwsim_put(data + 160, sim->capacity.groups[index].bytes, 8);
    return SIM_OK;
}

static void group_cleared(struct lwnvme_sim *sim, const struct sim_task *task)
{
    sim->group.reported[lwsim_log_lsi(task) - 1] = false;
}

/* ---- the aggregates ---- */

static uint16_t fill_aggregate(const struct sim_aggregate *aggregate, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 8 + 2 * SIM_GROUPS);
    uint64_t count = 0;
    for (uint32_t i = 0; data != NULL && i < SIM_GROUPS; i++) {
        if (aggregate->reported[i]) {
            lwsim_put(data + 8 + 2 * count, i + 1, 2);
            count++;
        }
    }
    if (data != NULL) {
        lwsim_put(data, count, 8);
        page->bytes = 8 + 2 * (size_t)count;
    }
    return SIM_OK;
}

static uint16_t fill_group_aggregate(struct lwnvme_sim *sim, const struct sim_task *task,
                                     struct sim_page *page)
{
    (void)task;
    return fill_aggregate(&sim->group, page);
}

static uint16_t fill_latency_aggregate(struct lwnvme_sim *sim, const struct sim_task *task,
                                       struct sim_page *page)
{
    (void)task;
    return fill_aggregate(&sim->latency, page);
}

void lwnvme_sim_group_warning(struct lwnvme_sim *sim, uint16_t endgid, uint8_t warning)
{
    if (lwsim_group_exists(sim, endgid)) {
        sim->group.events[endgid - 1] = warning;
        if ((sim->group.config[endgid - 1] & warning) != 0) {
            sim->group.reported[endgid - 1] = true;
            lwsim_event_notice(sim, BIT_GROUP, 2, 6, LID_GROUP_AGGREGATE);
        }
    }
}

/* ---- 0Ah ---- */

static uint16_t fill_latency(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 512);
    uint32_t index = lwsim_log_lsi(task) - 1u;
    const struct sim_aggregate *latency = &sim->latency;
    if (data == NULL) {
        return SIM_OK;
    }
    data[0] = latency->window[index];
    lwsim_put(data + 2, latency->events[index], 2);
    lwsim_put(data + 32, 1000000, 8); /* typical of a deterministic window: reads, writes, time */
    lwsim_put(data + 40, 500000, 8);
    lwsim_put(data + 48, 10000000, 8);
    lwsim_put(data + 56, 2000000, 8);
    lwsim_put(data + 64, 1000000, 8);
    for (unsigned i = 0; i < 3; i++) {
        lwsim_put(data + 128 + 8 * (size_t)i, 1000000 - latency->thresholds[index][i] % 1000000, 8);
    }
    return SIM_OK;
}

static void latency_cleared(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t index = lwsim_log_lsi(task) - 1u;
    sim->latency.reported[index] = false;
    sim->latency.events[index] = 0;
}

void lwnvme_sim_latency_event(struct lwnvme_sim *sim, uint16_t nvmsetid, uint16_t events)
{
    if (lwsim_set_exists(sim, nvmsetid)) {
        uint32_t index = nvmsetid - 1u;
        sim->latency.events[index] |= events;
        if ((sim->latency.event_mask[index] & events) != 0) {
            sim->latency.reported[index] = true;
            lwsim_event_notice(sim, BIT_LATENCY, 2, 4, LID_LATENCY_AGGREGATE);
        }
    }
}

/* ---- features: dword 11 names the group or set ---- */

static uint16_t set_group_events(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t endgid = task->sqe[11] & 0xffff;
    (void)data;
    if (!lwsim_group_exists(sim, endgid)) {
        return SIM_INVALID_FIELD;
    }
    sim->group.config[endgid - 1] = task->sqe[11] >> 16 & 0xff;
    lwnvme_sim_group_warning(sim, (uint16_t)endgid, (uint8_t)sim->group.events[endgid - 1]);
    return SIM_OK;
}

static uint16_t get_group_events(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                                 uint8_t *data)
{
    uint32_t endgid = task->sqe[11] & 0xffff;
    (void)data;
    if (!lwsim_group_exists(sim, endgid)) {
        return SIM_INVALID_FIELD;
    }
    task->result = endgid | (select == SIM_SELECT_CURRENT ? sim->group.config[endgid - 1] << 16 : 0);
    return SIM_OK;
}

static uint16_t set_latency_config(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    if (!lwsim_set_exists(sim, nvmsetid)) {
        return SIM_INVALID_FIELD;
    }
    struct sim_aggregate *latency = &sim->latency;
    latency->config[nvmsetid - 1] = task->sqe[12] & 1;
    latency->event_mask[nvmsetid - 1] = (uint16_t)lwsim_get(data, 2);
    latency->window[nvmsetid - 1] = (task->sqe[12] & 1) != 0 ? 2 : 0;
    for (unsigned i = 0; i < 3; i++) {
        latency->thresholds[nvmsetid - 1][i] = lwsim_get(data + 32 + 8 * (size_t)i, 8);
    }
    return SIM_OK;
}

static uint16_t get_latency_config(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                                   uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    if (!lwsim_set_exists(sim, nvmsetid)) {
        return SIM_INVALID_FIELD;
    }
    if (select != SIM_SELECT_CURRENT) {
        return SIM_OK;
    }
    task->result = sim->latency.config[nvmsetid - 1];
    lwsim_put(data, sim->latency.event_mask[nvmsetid - 1], 2);
    for (unsigned i = 0; i < 3; i++) {
        lwsim_put(data + 32 + 8 * (size_t)i, sim->latency.thresholds[nvmsetid - 1][i], 8);
    }
    return SIM_OK;
}

static uint16_t set_window(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    uint32_t window = task->sqe[12] & 7;
    (void)data;
    if (!lwsim_set_exists(sim, nvmsetid) || window == 0 || window > 2) {
        return SIM_INVALID_FIELD;
    }
    if (sim->latency.config[nvmsetid - 1] == 0) {
        return SIM_SEQUENCE_ERROR;
    }
    sim->latency.window[nvmsetid - 1] = (uint8_t)window;
    return SIM_OK;
}

static uint16_t get_window(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                           uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    (void)data;
    if (!lwsim_set_exists(sim, nvmsetid)) {
        return SIM_INVALID_FIELD;
    }
    task->result = select == SIM_SELECT_CURRENT ? sim->latency.window[nvmsetid - 1] : 0;
    return SIM_OK;
}

static uint16_t set_level(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    uint32_t level = task->sqe[12] & 15;
    bool sets = (sim->config.ctratt & CTRATT_SETS) != 0;
    (void)data;
    if ((sim->config.rrls >> level & 1u) == 0 || (sets ? !lwsim_set_exists(sim, nvmsetid) : nvmsetid != 0)) {
        return SIM_INVALID_FIELD;
    }
    sim->recovery_level[sets ? nvmsetid - 1 : 0] = (uint8_t)(level ^ 4);
    return SIM_OK;
}

static uint16_t get_level(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                          uint8_t *data)
{
    uint32_t nvmsetid = task->sqe[11] & 0xffff;
    bool sets = (sim->config.ctratt & CTRATT_SETS) != 0;
    (void)data;
    if (sets ? !lwsim_set_exists(sim, nvmsetid) : nvmsetid != 0) {
        return SIM_INVALID_FIELD;
    }
    /* The default level is 4, which the array keeps as 0. */
    task->result = select == SIM_SELECT_CURRENT ? sim->recovery_level[sets ? nvmsetid - 1 : 0] ^ 4u : 4;
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (kind == SIM_RESET_POWER) {
        memset(&sim->latency, 0, sizeof(sim->latency));
        memset(sim->group.config, 0, sizeof(sim->group.config));
        memset(sim->recovery_level, 0, sizeof(sim->recovery_level));
    }
}

static const struct sim_log logs[] = {
    {.lid = LID_GROUP,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsi = true,
     .gate = has_groups,
     .check = check_group,
     .fill = fill_group,
     .cleared = group_cleared},
    {.lid = LID_LATENCY,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsi = true,
     .gate = has_latency,
     .check = check_set,
     .fill = fill_latency,
     .cleared = latency_cleared},
    {.lid = LID_LATENCY_AGGREGATE,
     .scope = SIM_LOG_OF_CONTROLLER,
     .gate = has_latency,
     .fill = fill_latency_aggregate},
    {.lid = LID_GROUP_AGGREGATE,
     .scope = SIM_LOG_OF_CONTROLLER,
     .gate = has_groups,
     .fill = fill_group_aggregate},
};

static const struct sim_feature features[] = {
    {.fid = FID_RECOVERY,
     .set_bits = {0xffff, 15},
     .get_bits = {0xffff},
     .gate = has_levels,
     .set = set_level,
     .get = get_level},
    {.fid = FID_LATENCY_CONFIG,
     .set_bits = {0xffff, 1},
     .get_bits = {0xffff},
     .bytes = 512,
     .gate = has_latency,
     .set = set_latency_config,
     .get = get_latency_config},
    {.fid = FID_LATENCY_WINDOW,
     .set_bits = {0xffff, 7},
     .get_bits = {0xffff},
     .gate = has_latency,
     .set = set_window,
     .get = get_window},
    {.fid = FID_GROUP_EVENTS,
     .set_bits = {0xffffff},
     .get_bits = {0xffff},
     .gate = has_groups,
     .set = set_group_events,
     .get = get_group_events},
};

const struct sim_part lwsim_group_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
};

/* SPDX-License-Identifier: MIT */
/*
 * Flexible data placement of endurance group 1, as far as the admin side has it: configurations, reclaim unit
 * handle usage, statistics, events, and features 1Dh and 1Eh. Writes are not told by placement handle. NVM
 * Express Base Specification 2.1, sections 5.1.12.1.25 to 28, 5.1.25.1.20 "Flexible Data Placement",
 * 5.1.25.1.21 "Flexible Data Placement Events".
 */
#include "sim_internal.h"

enum {
    LID_CONFIGURATIONS = 0x20,
    LID_USAGE = 0x21,
    LID_STATISTICS = 0x22,
    LID_EVENTS = 0x23,
    FID_FDP = 0x1d,
    FID_EVENTS = 0x1e
};
#define CTRATT_FDP     0x80000u
#define HANDLES        8u
#define CONFIGURATIONS 2u
#define DESCRIPTOR     (64u + 4u * HANDLES)
#define EVENTS_OF_HOST 1u
#define EVENTS_MAX     63u

static const uint8_t event_types[] = {0x00, 0x01, 0x02, 0x03, 0x80, 0x81};
#define EVENT_TYPES (sizeof(event_types))

static bool has_fdp(const struct lwnvme_sim *sim)
{
    return (sim->config.ctratt & CTRATT_FDP) != 0;
}

static uint16_t check_group(struct lwnvme_sim *sim, const struct sim_task *task)
{
    return lwsim_log_lsi(task) == 1 && lwsim_group_exists(sim, 1) ? SIM_OK : SIM_INVALID_FIELD;
}

static uint16_t check_enabled(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint16_t status = check_group(sim, task);
    return status == SIM_OK && !sim->fdp.enabled ? SIM_FDP_DISABLED : status;
}

/* ---- log pages ---- */

static uint16_t fill_configurations(struct lwnvme_sim *sim, const struct sim_task *task,
                                    struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 16 + CONFIGURATIONS * DESCRIPTOR);
    (void)sim;
    (void)task;
    if (data == NULL) {
        return SIM_OK;
    }
    lwsim_put(data, CONFIGURATIONS - 1, 2); /* 0's based */
    lwsim_put(data + 4, 16 + CONFIGURATIONS * DESCRIPTOR, 4);
    for (unsigned i = 0; i < CONFIGURATIONS; i++) {
        uint8_t *at = data + 16 + (size_t)i * DESCRIPTOR;
        lwsim_put(at, DESCRIPTOR, 2);
        at[2] = 0x80; /* valid; no bits of a placement identifier name a reclaim group */
        lwsim_put(at + 4, 1, 4);
        lwsim_put(at + 8, HANDLES, 2);
        lwsim_put(at + 10, HANDLES - 1, 2);
        lwsim_put(at + 12, 256, 4);
        lwsim_put(at + 16, 16u << 20, 8);
        lwsim_put(at + 24, 0, 4);
        for (unsigned k = 0; k < HANDLES; k++) {
            at[64 + 4 * k] = (uint8_t)(i == 0 ? 1 : 2); /* initially, or persistently isolated */
        }
    }
    return SIM_OK;
}

static uint16_t fill_usage(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 8 + 8 * HANDLES);
    (void)sim;
    (void)task;
    if (data != NULL) {
        lwsim_put(data, HANDLES, 2);
        data[8] = 1; /* the first one is the host's */
    }
    return SIM_OK;
}

static uint16_t fill_statistics(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 64);
    (void)task;
    if (data != NULL) {
        uint64_t written = sim->smart.blocks_written - sim->fdp.written_before;
        lwsim_put(data, written * 512, 8);
        lwsim_put(data + 16, written * 512, 8);
    }
    return SIM_OK;
}

static uint16_t fill_events(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 64 + 64 * (size_t)EVENTS_MAX);
    bool of_host = (lwsim_log_lsp(task) & EVENTS_OF_HOST) != 0;
    uint32_t count = 0;
    for (uint32_t i = 0; data != NULL && i < sim->fdp.count; i++) {
        const struct sim_fdp_event *event = &sim->fdp.events[i];
        if ((event->type < 0x80) == of_host) {
            uint8_t *at = data + 64 + 64 * (size_t)count;
            at[0] = event->type;
            at[1] = event->flags;
            lwsim_put(at + 2, event->pid, 2);
            lwsim_put(at + 4, event->timestamp, 8);
            lwsim_put(at + 12, event->nsid, 4);
            count++;
        }
    }
    if (data != NULL) {
        lwsim_put(data, count, 4);
        page->bytes = 64 + 64 * (size_t)count;
    }
    return SIM_OK;
}

bool lwnvme_sim_fdp_event(struct lwnvme_sim *sim, uint8_t type, uint16_t pid, uint32_t nsid)
{
    struct sim_fdp *fdp = &sim->fdp;
    if (!fdp->enabled || fdp->count == EVENTS_MAX || pid >= HANDLES ||
        (fdp->event_enabled[type] >> pid & 1u) == 0) {
        return false;
    }
    fdp->events[fdp->count++] = (struct sim_fdp_event){type, 3, pid, lwsim_timestamp(sim), nsid};
    return true;
}

/* ---- features ---- */

static uint16_t set_fdp(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t index = task->sqe[12] >> 8 & 0xff;
    (void)data;
    if ((task->sqe[11] & 0xffff) != 1 || !lwsim_group_exists(sim, 1) || index >= CONFIGURATIONS) {
        return SIM_INVALID_FIELD;
    }
    if (sim->fdp.enabled == ((task->sqe[12] & 1) != 0) && sim->fdp.config == index) {
        return SIM_OK; /* as it is */
    }
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].allocated && sim->ns[i].is.endgid == 1) {
            return SIM_SEQUENCE_ERROR; /* not while the group has namespaces */
        }
    }
    sim->fdp.enabled = (task->sqe[12] & 1) != 0;
    sim->fdp.config = (uint8_t)index;
    sim->fdp.count = 0;
    sim->fdp.written_before = sim->smart.blocks_written;
    return SIM_OK;
}

static uint16_t get_fdp(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select, uint8_t *data)
{
    (void)data;
    if ((task->sqe[11] & 0xffff) != 1 || !lwsim_group_exists(sim, 1)) {
        return SIM_INVALID_FIELD;
    }
    task->result =
        select == SIM_SELECT_DEFAULT ? 0 : (sim->fdp.enabled ? 1u : 0) | (uint32_t)sim->fdp.config << 8;
    return SIM_OK;
}

static uint32_t event_bytes(const struct lwnvme_sim *sim, const struct sim_task *task, bool is_set)
{
    uint32_t types = task->sqe[11] >> 16 & 0xff;
    (void)sim;
    return is_set ? types : 2 * types;
}

static bool event_known(uint8_t type)
{
    return memchr(event_types, type, EVENT_TYPES) != NULL;
}

static uint16_t set_events(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t handle = task->sqe[11] & 0xffff;
    uint32_t types = task->sqe[11] >> 16 & 0xff;
    if (!sim->fdp.enabled) {
        return SIM_FDP_DISABLED;
    }
    if (handle >= HANDLES) {
        return SIM_INVALID_FIELD;
    }
    for (uint32_t i = 0; i < types; i++) {
        if (!event_known(data[i])) {
            return SIM_INVALID_FIELD;
        }
    }
    for (uint32_t i = 0; i < types; i++) {
        uint8_t *enabled = &sim->fdp.event_enabled[data[i]];
        uint8_t bit = (uint8_t)(1u << handle);
        *enabled = (uint8_t)((task->sqe[12] & 1) != 0 ? *enabled | bit : *enabled & ~bit);
    }
    return SIM_OK;
}

static uint16_t get_events(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                           uint8_t *data)
{
    uint32_t handle = task->sqe[11] & 0xffff;
    if (!sim->fdp.enabled) {
        return SIM_FDP_DISABLED;
    }
    if (handle >= HANDLES) {
        return SIM_INVALID_FIELD;
    }
    for (size_t i = 0; i < EVENT_TYPES && 2 * i + 1 < task->data.bytes; i++) {
        bool on = (sim->fdp.event_enabled[event_types[i]] >> handle & 1u) != 0;
        data[2 * i] = event_types[i];
        data[2 * i + 1] = on && select == SIM_SELECT_CURRENT ? 1 : 0;
    }
    task->result = EVENT_TYPES;
    return SIM_OK;
}

static const struct sim_log logs[] = {
    {.lid = LID_CONFIGURATIONS,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsi = true,
     .gate = has_fdp,
     .check = check_group,
     .fill = fill_configurations},
    {.lid = LID_USAGE,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsi = true,
     .gate = has_fdp,
     .check = check_enabled,
     .fill = fill_usage},
    {.lid = LID_STATISTICS,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsi = true,
     .gate = has_fdp,
     .check = check_enabled,
     .fill = fill_statistics},
    {.lid = LID_EVENTS,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsp = EVENTS_OF_HOST,
     .lsi = true,
     .gate = has_fdp,
     .check = check_enabled,
     .fill = fill_events},
};

static const struct sim_feature features[] = {
    {.fid = FID_FDP,
     .saveable = true,
     .set_bits = {0xffff, 0xff01},
     .get_bits = {0xffff},
     .gate = has_fdp,
     .set = set_fdp,
     .get = get_fdp},
    {.fid = FID_EVENTS,
     .of_namespace = true,
     .set_bits = {0xffffff, 1},
     .get_bits = {0xffffff},
     .bytes = 512,
     .gate = has_fdp,
     .set = set_events,
     .get = get_events,
     .data_bytes = event_bytes},
};

const struct sim_part lwsim_fdp_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
};

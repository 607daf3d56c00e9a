/* SPDX-License-Identifier: MIT */
/*
 * The persistent event log. Events are recorded as they happen; what a host reads is a context, a copy that it
 * has made and gives back:
 *
 *     establish (01b, or 11b for the header alone) -> read (00b) ... -> release (10b)
 *
 * A reset loses the context. NVM Express Base Specification 2.1, section 5.1.12.1.14 "Persistent Event Log".
 */
#include "sim_internal.h"

#define LID_PERSISTENT 0x0d
#define LPA_PERSISTENT 0x10u
#define HEADER_BYTES   512u
#define EVENT_BYTES    24u
#define HOUR_US        3600000000u
#define REVISION       3u

enum {
    ACTION_READ = 0,
    ACTION_ESTABLISH = 1,
    ACTION_RELEASE = 2,
    ACTION_HEADER = 3
};
enum {
    EVENT_SMART = 0x01,
    EVENT_POWER_ON = 0x04
};

static bool has_persistent(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & LPA_PERSISTENT) != 0;
}

void lwsim_persistent_event(struct lwnvme_sim *sim, uint8_t type, const void *data, size_t bytes)
{
    struct sim_persistent *log = &sim->persistent;
    if (log->events == NULL || bytes > SIM_PERSISTENT_BYTES) {
        return;
    }
    struct sim_persistent_event *event = &log->events[log->count % SIM_PERSISTENT_EVENTS];
    event->type = type;
    event->timestamp = lwsim_timestamp(sim);
    event->bytes = (uint16_t)bytes;
    memcpy(event->data, data, bytes);
    log->count++;
}

/* ---- the context ---- */

static void drop(struct sim_persistent *log)
{
    free(log->context);
    log->context = NULL;
    log->context_bytes = 0;
    log->reads = 0;
}

static size_t put_events(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct sim_persistent *log = &sim->persistent;
    uint64_t kept = log->count < SIM_PERSISTENT_EVENTS ? log->count : SIM_PERSISTENT_EVENTS;
    size_t bytes = HEADER_BYTES;
    for (uint64_t i = 1; i <= kept; i++) { /* newest first */
        const struct sim_persistent_event *event = &log->events[(log->count - i) % SIM_PERSISTENT_EVENTS];
        uint8_t *at = data + bytes;
        at[0] = event->type;
        at[1] = 1;
        at[2] = EVENT_BYTES - 3; /* what follows of this header */
        lwsim_put(at + 4, sim->config.cntlid, 2);
        lwsim_put(at + 6, event->timestamp, 8);
        lwsim_put(at + 22, event->bytes, 2);
        memcpy(at + EVENT_BYTES, event->data, event->bytes);
        bytes += EVENT_BYTES + event->bytes;
    }
    lwsim_put(data + 4, kept, 4);
    lwsim_put(data + 8, bytes, 8);
    return bytes;
}

static void put_header(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    data[0] = LID_PERSISTENT;
    data[16] = REVISION;
    lwsim_put(data + 18, HEADER_BYTES - 20, 2);
    lwsim_put(data + 20, lwsim_timestamp(sim), 8);
    lwsim_put(data + 28, c->health.power_on_hours + (sim->now - sim->powered_at) / HOUR_US, 8);
    lwsim_put(data + 44, sim->smart.power_cycles, 8);
    lwsim_put(data + 52, c->vid, 2);
    lwsim_put(data + 54, c->ssvid, 2);
    memcpy(data + 56, c->serial, 20);
    memcpy(data + 76, c->model, 40);
    memcpy(data + 116, c->subnqn, 256);
    lwsim_put(data + 372, sim->persistent.generation, 2);
    lwsim_put(data + 480, 0x3ffe, 4); /* events that may appear: 01h to 0Dh */
}

static bool establish(struct lwnvme_sim *sim)
{
    struct sim_persistent *log = &sim->persistent;
    drop(log);
    log->context = calloc(1, HEADER_BYTES + SIM_PERSISTENT_EVENTS * (EVENT_BYTES + SIM_PERSISTENT_BYTES));
    if (log->context == NULL) {
        return false;
    }
    if (log->count != log->context_count) {
        log->generation++;
        log->context_count = log->count;
    }
    put_header(sim, log->context);
    log->context_bytes = put_events(sim, log->context);
    return true;
}

void lwnvme_sim_persistent_drop(struct lwnvme_sim *sim)
{
    drop(&sim->persistent);
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    struct sim_persistent *log = &sim->persistent;
    uint8_t action = lwsim_log_lsp(task) & 3;
    bool existed = log->context != NULL;
    if (action == ACTION_RELEASE) {
        drop(log);
        page->nothing = true;
        return SIM_OK;
    }
    if ((action == ACTION_READ && !existed) || (action == ACTION_ESTABLISH && existed)) {
        return SIM_SEQUENCE_ERROR;
    }
    uint32_t after = sim->config.persistent_changes_after;
    if (existed && after != 0 && log->reads >= after) { /* another host took it over */
        uint8_t nothing[4] = {0};
        lwsim_persistent_event(sim, 0xde, nothing, sizeof(nothing));
        existed = false;
    }
    if (!existed && !establish(sim)) {
        return SIM_INTERNAL_ERROR;
    }
    log->reads++;
    size_t bytes = action == ACTION_HEADER ? HEADER_BYTES : log->context_bytes;
    uint8_t *data = lwsim_page_make(page, bytes);
    if (data != NULL) {
        memcpy(data, log->context, bytes);
        /* Whether there was a context, and that it is of an NVM subsystem port. */
        lwsim_put(data + 374, existed ? 1u << 18 | 1u << 16 : 0, 4);
    }
    return SIM_OK;
}

/* ---- what is recorded without being asked ---- */

static void record_start(struct lwnvme_sim *sim, enum sim_reset kind)
{
    uint8_t smart[512] = {0};
    uint8_t reset[44] = {0};
    lwsim_smart_fill(sim, smart);
    lwsim_persistent_event(sim, EVENT_SMART, smart, sizeof(smart));
    memcpy(reset, sim->config.firmware, 8);
    lwsim_put(reset + 8, sim->config.cntlid, 2);
    lwsim_put(reset + 24, kind == SIM_RESET_POWER ? sim->smart.power_cycles : 0, 4);
    lwsim_put(reset + 28, (sim->now - sim->powered_at) / 1000, 8);
    lwsim_put(reset + 36, lwsim_timestamp(sim), 8);
    lwsim_persistent_event(sim, EVENT_POWER_ON, reset, sizeof(reset));
}

static void reset_part(struct lwnvme_sim *sim, enum sim_reset kind)
{
    drop(&sim->persistent);
    record_start(sim, kind);
}

static bool create(struct lwnvme_sim *sim)
{
    sim->persistent.events = calloc(SIM_PERSISTENT_EVENTS, sizeof(*sim->persistent.events));
    return sim->persistent.events != NULL;
}

static void destroy(struct lwnvme_sim *sim)
{
    drop(&sim->persistent);
    free(sim->persistent.events);
}

static const struct sim_log logs[] = {
    {.lid = LID_PERSISTENT,
     .scope = SIM_LOG_OF_CONTROLLER,
     .lsp = 3,
     .lid_specific = 1, /* the header may be asked for */
     .gate = has_persistent,
     .fill = fill},
};

const struct sim_part lwsim_persistent_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .create = create,
    .destroy = destroy,
    .reset = reset_part,
};

/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous events. An event that is reported masks its type until its log page is read with RAE 0; what
 * comes in between waits, once each:
 *
 *     cause -> enabled by feature 0Bh? -> waiting -> type not masked, a request held -> answered, type masked
 *                                                                      log page read with RAE 0 -> unmasked
 *
 * What lwnvme_sim_event posts goes past all that. NVM Express Base Specification 2.1, section 5.1.2
 * "Asynchronous Event Request command".
 */
#include "sim_internal.h"

#define FID_EVENTS     0x0b
#define LID_CHANGED_NS 0x04
#define TYPE_NOTICE    2u
#define TYPE_IMMEDIATE 3u
#define BIT_NAMESPACE  8u
#define ZONES_CHANGED  0xef02u /* type and information */

static uint32_t event_dword(const struct sim_event *event)
{
    return (event->type & 7u) | (uint32_t)event->information << 8 | (uint32_t)event->lid << 16;
}

/* The next thing to report in *value; false when there is none. */
static bool take_next(struct lwnvme_sim *sim, uint32_t *value)
{
    struct sim_event_state *state = &sim->event;
    if (sim->pending_event_count != 0) {
        *value = sim->pending_events[0];
        sim->pending_event_count--;
        memmove(sim->pending_events, sim->pending_events + 1, sim->pending_event_count * sizeof(uint32_t));
        return true;
    }
    for (uint32_t i = 0; i < state->waiting_count; i++) {
        struct sim_event event = state->waiting[i];
        if (state->masked[event.type]) {
            continue;
        }
        state->waiting_count--;
        memmove(state->waiting + i, state->waiting + i + 1,
                (state->waiting_count - i) * sizeof(state->waiting[0]));
        state->masked[event.type] = event.type != TYPE_IMMEDIATE;
        state->mask_lid[event.type] = event.lid;
        *value = event_dword(&event);
        return true;
    }
    if (state->storm_left != 0) {
        state->storm_left--;
        *value = event_dword(&state->storm);
        return true;
    }
    return false;
}

void lwsim_event_answer(struct lwnvme_sim *sim)
{
    uint32_t value = 0;
    while (sim->events != NULL && take_next(sim, &value)) {
        struct sim_task *task = sim->events;
        sim->events = task->next;
        sim->event_count--;
        task->result = value;
        /* The event specific parameter: of changed zones, the namespace. */
        task->result_dw1 = (value & 0xffff) == ZONES_CHANGED ? sim->zones.nsid : 0;
        lwsim_task_complete(sim, task);
    }
}

void lwsim_event_raise(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t lid)
{
    struct sim_event_state *state = &sim->event;
    for (uint32_t i = 0; i < state->waiting_count; i++) {
        const struct sim_event *event = &state->waiting[i];
        if (event->type == type && event->information == information && event->lid == lid) {
            return;
        }
    }
    if (state->waiting_count < SIM_EVENTS && lwsim_ready(sim)) {
        state->waiting[state->waiting_count++] = (struct sim_event){(uint8_t)(type & 7), information, lid};
    }
    lwsim_event_answer(sim);
}

void lwsim_event_notice(struct lwnvme_sim *sim, unsigned bit, uint8_t type, uint8_t information, uint8_t lid)
{
    if ((lwsim_feature_value(sim, FID_EVENTS) >> bit & 1u) != 0) {
        lwsim_event_raise(sim, type, information, lid);
    }
}

void lwsim_event_clear(struct lwnvme_sim *sim, uint8_t lid)
{
    struct sim_event_state *state = &sim->event;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->waiting_count; i++) {
        if (state->waiting[i].lid != lid) {
            state->waiting[kept++] = state->waiting[i];
        }
    }
    state->waiting_count = kept;
    for (unsigned type = 0; type < SIM_EVENT_TYPES; type++) {
        if (state->masked[type] && state->mask_lid[type] == lid) {
            state->masked[type] = false;
        }
    }
    lwsim_event_answer(sim);
}

/* ---- from outside ---- */

void lwnvme_sim_event(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page)
{
    if (sim->pending_event_count < sizeof(sim->pending_events) / sizeof(sim->pending_events[0])) {
        struct sim_event event = {type, information, log_page};
        sim->pending_events[sim->pending_event_count++] = event_dword(&event);
    }
    lwsim_event_answer(sim);
}

void lwnvme_sim_event_storm(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page,
                            uint64_t count)
{
    sim->event.storm = (struct sim_event){type, information, log_page};
    sim->event.storm_left = count;
    lwsim_event_answer(sim);
}

void lwnvme_sim_event_real(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page)
{
    lwsim_event_raise(sim, type, information, log_page);
}

/* ---- the command ---- */

static uint16_t hold_request(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (sim->event_count > sim->config.aerl) {
        if (!sim->event.aerl_told || sim->event_count > sim->event.aerl) {
            lwsim_violation(sim, "Asynchronous Event Request: one more than AERL allows (%u)",
                            sim->config.aerl + 1u);
        }
        return SIM_AER_LIMIT;
    }
    lwsim_task_park(&sim->events, task);
    sim->event_count++;
    lwsim_event_answer(sim);
    return SIM_NO_ANSWER;
}

/* What is enabled now may have a cause already. */
static void configuration_changed(struct lwnvme_sim *sim, const struct sim_task *task)
{
    (void)task;
    sim->health.stale = true;
    sim->health.announced = 0;
}

/* ---- 04h, changed namespaces ---- */

void lwsim_namespace_listed(struct lwnvme_sim *sim, uint32_t nsid)
{
    struct sim_event_state *state = &sim->event;
    uint32_t at = 0;
    while (at < state->changed_count && at < SIM_CHANGED_MAX && state->changed[at] < nsid) {
        at++;
    }
    bool known = at < state->changed_count && at < SIM_CHANGED_MAX && state->changed[at] == nsid;
    if (!known && state->changed_count >= SIM_CHANGED_MAX) {
        state->changed_count = SIM_CHANGED_MAX + 1;
    } else if (!known) {
        memmove(state->changed + at + 1, state->changed + at, (state->changed_count - at) * sizeof(uint32_t));
        state->changed[at] = nsid;
        state->changed_count++;
    }
}

void lwsim_namespace_changed(struct lwnvme_sim *sim, uint32_t nsid)
{
    lwsim_namespace_listed(sim, nsid);
    lwsim_event_notice(sim, BIT_NAMESPACE, TYPE_NOTICE, 0, LID_CHANGED_NS);
}

void lwnvme_sim_namespace_changed(struct lwnvme_sim *sim, uint32_t nsid)
{
    lwsim_namespace_changed(sim, nsid);
}

static bool has_changed_list(const struct lwnvme_sim *sim)
{
    return (sim->config.oaes & 0x100) != 0;
}

static uint16_t fill_changed(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 4096);
    const struct sim_event_state *state = &sim->event;
    (void)task;
    if (data != NULL && state->changed_count > SIM_CHANGED_MAX) {
        lwsim_put(data, UINT32_MAX, 4);
        return SIM_OK;
    }
    for (uint32_t i = 0; data != NULL && i < state->changed_count; i++) {
        lwsim_put(data + 4 * (size_t)i, state->changed[i], 4);
    }
    return SIM_OK;
}

static void clear_changed(struct lwnvme_sim *sim, const struct sim_task *task)
{
    (void)task;
    sim->event.changed_count = 0;
}

/* All that waits is gone with a reset; what has changed stays in the list. */
static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    uint32_t changed = kind == SIM_RESET_CONTROLLER ? sim->event.changed_count : 0;
    memset(sim->event.masked, 0, sizeof(sim->event.masked));
    sim->event.waiting_count = 0;
    sim->event.changed_count = changed;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_ASYNC_EVENT, false, SIM_POINTER_NONE, {0, 0, 0, 0, 0, 0, 0, 0}}, .execute = hold_request},
};

static const struct sim_log logs[] = {
    {.lid = LID_CHANGED_NS,
     .scope = SIM_LOG_OF_CONTROLLER,
     .gate = has_changed_list,
     .fill = fill_changed,
     .cleared = clear_changed},
};

static const struct sim_feature features[] = {
    {.fid = FID_EVENTS, .saveable = true, .set_bits = {0x887fffff}, .changed = configuration_changed},
};

const struct sim_part lwsim_event_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
};

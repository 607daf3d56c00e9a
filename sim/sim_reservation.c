/* SPDX-License-Identifier: MIT */
/*
 * What the admin side has of reservations: the notification log page, a notification at a time, and the
 * notification mask and persistence of each namespace. Notifications come from lwnvme_sim_reservation_notify.
 * NVM Express Base Specification 2.1, section 5.1.12.1.29 "Reservation Notification".
 */
#include "sim_internal.h"

enum {
    LID_NOTIFICATION = 0x80,
    FID_MASK = 0x82,
    FID_PERSISTENCE = 0x83
};
#define ONCS_RESERVATIONS 0x20u
#define QUEUE             16u

static bool has_reservations(const struct lwnvme_sim *sim)
{
    return (sim->config.oncs & ONCS_RESERVATIONS) != 0;
}

bool lwnvme_sim_reservation_notify(struct lwnvme_sim *sim, uint32_t nsid, uint8_t type)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    struct sim_reservation *state = &sim->reservation;
    if (!has_reservations(sim) || ns == NULL || type == 0 || type > 3 || state->count == QUEUE ||
        (lwsim_feature_of_namespace(sim, ns, FID_MASK) >> type & 1u) != 0) {
        return false;
    }
    state->waiting[state->count++] = (struct sim_notification){type, nsid};
    lwsim_event_raise(sim, 6, 0, LID_NOTIFICATION);
    return true;
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 64);
    const struct sim_reservation *state = &sim->reservation;
    (void)task;
    if (data != NULL && state->count != 0) {
        lwsim_put(data, state->logged + 1, 8);
        data[8] = state->waiting[0].type;
        data[9] = (uint8_t)(state->count - 1);
        lwsim_put(data + 12, state->waiting[0].nsid, 4);
    }
    return SIM_OK;
}

/* The page that was read is gone, the next one comes up, with its event. */
static void cleared(struct lwnvme_sim *sim, const struct sim_task *task)
{
    struct sim_reservation *state = &sim->reservation;
    (void)task;
    if (state->count != 0) {
        state->count--;
        state->logged++;
        memmove(state->waiting, state->waiting + 1, state->count * sizeof(state->waiting[0]));
    }
    lwsim_event_clear(sim, LID_NOTIFICATION);
    if (state->count != 0) {
        lwsim_event_raise(sim, 6, 0, LID_NOTIFICATION);
    }
}

static uint16_t check_persistence(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    (void)data;
    return ns != NULL && (ns->is.rescap & 1) == 0 ? SIM_INVALID_FIELD : SIM_OK;
}

static const struct sim_log logs[] = {
    {.lid = LID_NOTIFICATION,
     .scope = SIM_LOG_OF_CONTROLLER,
     .gate = has_reservations,
     .fill = fill,
     .cleared = cleared},
};

static const struct sim_feature features[] = {
    {.fid = FID_MASK,
     .of_namespace = true,
     .all_namespaces = true,
     .set_bits = {0xe},
     .gate = has_reservations},
    {.fid = FID_PERSISTENCE,
     .saveable = true,
     .of_namespace = true,
     .all_namespaces = true,
     .set_bits = {1},
     .gate = has_reservations,
     .check = check_persistence},
};

/* Reservations and registrants are lost with the power, unless they were to persist. */
static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    for (uint32_t i = 0; kind == SIM_RESET_POWER && i < sim->ns_slots; i++) {
        if (!sim->ns[i].reserved.persists) {
            memset(&sim->ns[i].reserved, 0, sizeof(sim->ns[i].reserved));
        }
    }
}

const struct sim_part lwsim_reservation_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
};

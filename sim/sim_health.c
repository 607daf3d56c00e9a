/* SPDX-License-Identifier: MIT */
/*
 * Health: the SMART log page, temperature thresholds, and the events that their changes make. The settings'
 * `health` is looked at whenever time passes; a warning bit that goes from 0 to 1 is an event, if feature 0Bh
 * has it. NVM Express Base Specification 2.1, sections 5.1.12.1.3 "SMART / Health Information",
 * 5.1.25.1.3 "Temperature Threshold".
 */
#include "sim_internal.h"

#define LID_SMART          0x02
#define FID_TEMPERATURE    0x04
#define FID_EVENTS         0x0b
#define TYPE_SMART         1u
#define TYPE_IMMEDIATE     3u
#define BIT_RECOVERY       16u /* of temperature, with a hysteresis */
#define PERSISTENT_THERMAL 0x0d
#define MINUTE_US          60000000u
#define HOUR_US            3600000000u
#define SENSORS            9u /* the composite temperature, and eight */

enum {
    WARNING_SPARE = 1,
    WARNING_TEMPERATURE = 2,
    WARNING_RELIABILITY = 4,
    WARNING_READ_ONLY = 8,
    WARNING_BACKUP = 16,
    WARNING_PMR = 32
};

static uint32_t temperature_of(const struct lwnvme_sim *sim, unsigned sensor)
{
    const struct lwnvme_sim_health *health = &sim->config.health;
    return sensor == 0 ? health->temperature : health->sensors[sensor - 1];
}

/* ---- warnings ---- */

/* Once too hot, a sensor is that until it has cooled down by the hysteresis. */
static bool temperature_bad(const struct lwnvme_sim *sim)
{
    const struct sim_health_state *state = &sim->health;
    for (unsigned i = 0; i < SENSORS; i++) {
        uint32_t degrees = temperature_of(sim, i);
        if (degrees == 0) { /* no such sensor; asked at each step of the clock */
            continue;
        }
        uint32_t back = (state->warning & WARNING_TEMPERATURE) != 0 ? state->over[i] >> 22 & 7u : 0;
        if (degrees + back >= (state->over[i] & 0xffff) + (back != 0 ? 1u : 0) ||
            degrees <= (state->under[i] & 0xffff)) {
            return true;
        }
    }
    return false;
}

uint8_t lwsim_critical_warning(const struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_health *health = &sim->config.health;
    unsigned warning = 0;
    warning |= health->available_spare < health->spare_threshold ? WARNING_SPARE : 0u;
    warning |= temperature_bad(sim) ? WARNING_TEMPERATURE : 0u;
    warning |= health->reliability_degraded ? WARNING_RELIABILITY : 0u;
    warning |= health->read_only ? WARNING_READ_ONLY : 0u;
    warning |= health->backup_failed ? WARNING_BACKUP : 0u;
    warning |= health->pmr_unreliable ? WARNING_PMR : 0u;
    return (uint8_t)warning;
}

static void count_heat(struct lwnvme_sim *sim)
{
    struct sim_health_state *state = &sim->health;
    uint64_t passed = sim->now - state->looked_at;
    uint32_t degrees = state->temperature;
    state->looked_at = sim->now;
    if (sim->config.cctemp != 0 && degrees >= sim->config.cctemp) {
        state->hot_us += passed;
    } else if (sim->config.wctemp != 0 && degrees >= sim->config.wctemp) {
        state->warm_us += passed;
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    const struct sim_health_state *state = &sim->health;
    bool changed = state->stale || state->temperature != sim->config.health.temperature ||
                   state->warning != lwsim_critical_warning(sim);
    return changed ? sim->now : LWNVME_SIM_NEVER;
}

/* It has become too hot or too cold, or has recovered from that. */
static void note_temperature(struct lwnvme_sim *sim, uint8_t before, uint8_t now)
{
    uint8_t event[2] = {0, 0};
    bool recovered = (before & ~(unsigned)now & WARNING_TEMPERATURE) != 0;
    if ((~(unsigned)before & now & WARNING_TEMPERATURE) != 0) {
        uint32_t over = sim->health.over[0] & 0xffff;
        event[0] = (uint8_t)(sim->health.temperature > over ? sim->health.temperature - over : 0);
        lwsim_persistent_event(sim, PERSISTENT_THERMAL, event, sizeof(event));
    }
    if (recovered && sim->health.over[0] >> 22 != 0) {
        lwsim_event_notice(sim, BIT_RECOVERY, TYPE_IMMEDIATE, 1, 0);
    }
}

static void run(struct lwnvme_sim *sim)
{
    struct sim_health_state *state = &sim->health;
    count_heat(sim);
    uint8_t before = state->warning;
    uint8_t warning = lwsim_critical_warning(sim);
    state->announced &= warning;
    uint32_t fresh = warning & ~(uint32_t)state->announced & lwsim_feature_value(sim, FID_EVENTS);
    state->announced = (uint8_t)(state->announced | fresh);
    state->temperature = sim->config.health.temperature;
    state->stale = false;
    state->warning = warning;
    note_temperature(sim, before, warning);
    if ((fresh & WARNING_SPARE) != 0) {
        lwsim_event_raise(sim, TYPE_SMART, 2, LID_SMART);
    }
    if ((fresh & WARNING_TEMPERATURE) != 0) {
        lwsim_event_raise(sim, TYPE_SMART, 1, LID_SMART);
    }
    if ((fresh & ~(uint32_t)(WARNING_SPARE | WARNING_TEMPERATURE) & 0xff) != 0) {
        lwsim_event_raise(sim, TYPE_SMART, 0, LID_SMART);
    }
}

/* ---- 02h ---- */

static bool per_namespace(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & 1) != 0;
}

static void fill_counters(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct sim_smart *smart = &sim->smart;
    lwsim_put(data + 32, (smart->blocks_read + 999) / 1000, 8);
    lwsim_put(data + 48, (smart->blocks_written + 999) / 1000, 8);
    lwsim_put(data + 64, smart->reads, 8);
    lwsim_put(data + 80, smart->writes, 8);
    lwsim_put(data + 96, sim->config.health.controller_busy_minutes, 8);
    lwsim_put(data + 112, smart->power_cycles, 8);
    lwsim_put(data + 128, sim->config.health.power_on_hours + (sim->now - sim->powered_at) / HOUR_US, 8);
    lwsim_put(data + 144, smart->unsafe_shutdowns, 8);
    lwsim_put(data + 160, smart->media_errors, 8);
    lwsim_put(data + 176, sim->error_count, 8);
}

void lwsim_smart_fill(struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_health *health = &sim->config.health;
    count_heat(sim);
    data[0] = lwsim_critical_warning(sim);
    lwsim_put(data + 1, health->temperature, 2);
    data[3] = health->available_spare;
    data[4] = health->spare_threshold;
    data[5] = health->percentage_used;
    data[6] = health->endurance_group_warning;
    fill_counters(sim, data);
    lwsim_put(data + 192, sim->health.warm_us / MINUTE_US, 4);
    lwsim_put(data + 196, sim->health.hot_us / MINUTE_US, 4);
    for (unsigned i = 0; i < 8; i++) {
        lwsim_put(data + 200 + 2 * i, health->sensors[i], 2);
    }
}

static uint16_t fill_smart(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 512);
    (void)task;
    if (data != NULL) {
        lwsim_smart_fill(sim, data);
    }
    return SIM_OK;
}

/* ---- temperature threshold ---- */

/* The sensors that TMPSEL means, from *first to *last; false: there is no such. */
static bool sensors_of(const struct lwnvme_sim *sim, const struct sim_task *task, bool all_allowed,
                       unsigned *first, unsigned *last)
{
    unsigned sensor = task->sqe[11] >> 16 & 15u;
    *first = sensor == 15 ? 0 : sensor;
    *last = sensor == 15 ? SENSORS - 1 : sensor;
    if ((task->sqe[11] >> 20 & 3u) > 1 || (sensor == 15 && !all_allowed)) {
        return false;
    }
    return sensor == 15 || (sensor < SENSORS && temperature_of(sim, sensor) != 0);
}

static uint32_t threshold_default(const struct lwnvme_sim *sim, unsigned sensor, bool under)
{
    return under ? 0 : sensor == 0 && sim->config.wctemp != 0 ? sim->config.wctemp : 0xffff;
}

static uint16_t set_threshold(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    unsigned first = 0;
    unsigned last = 0;
    struct sim_health_state *state = &sim->health;
    bool under = (task->sqe[11] >> 20 & 3u) == 1;
    uint32_t value = task->sqe[11] & 0x1c0ffff;
    (void)data;
    if (!sensors_of(sim, task, true, &first, &last) || (value >> 22) > (sim->config.tmpthha & 7u)) {
        return SIM_INVALID_FIELD;
    }
    for (unsigned i = first; i <= last; i++) {
        (under ? state->under : state->over)[i] = value;
        if (lwsim_feature_save(task)) {
            (under ? state->saved_under : state->saved_over)[i] = value;
        }
    }
    state->stale = true;
    return SIM_OK;
}

static uint16_t get_threshold(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                              uint8_t *data)
{
    unsigned sensor = 0;
    unsigned last = 0;
    const struct sim_health_state *state = &sim->health;
    bool under = (task->sqe[11] >> 20 & 3u) == 1;
    (void)data;
    if (!sensors_of(sim, task, false, &sensor, &last)) {
        return SIM_INVALID_FIELD;
    }
    if (select == SIM_SELECT_DEFAULT) {
        task->result = threshold_default(sim, sensor, under);
    } else if (select == SIM_SELECT_SAVED) {
        task->result = (under ? state->saved_under : state->saved_over)[sensor];
    } else {
        task->result = (under ? state->under : state->over)[sensor];
    }
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    struct sim_health_state *state = &sim->health;
    bool first = kind == SIM_RESET_POWER && sim->smart.power_cycles <= 1;
    for (unsigned i = 0; i < SENSORS; i++) {
        if (first) {
            state->saved_over[i] = threshold_default(sim, i, false);
            state->saved_under[i] = threshold_default(sim, i, true);
        }
        state->over[i] = state->saved_over[i];
        state->under[i] = state->saved_under[i];
    }
    state->warning = 0;
    state->announced = 0;
    state->temperature = sim->config.health.temperature;
    state->looked_at = sim->now;
}

static const struct sim_log logs[] = {
    {.lid = LID_SMART,
     .scope = SIM_LOG_OF_CONTROLLER | SIM_LOG_OF_NAMESPACE,
     .namespace_gate = per_namespace,
     .fill = fill_smart},
};

static const struct sim_feature features[] = {
    {.fid = FID_TEMPERATURE,
     .saveable = true,
     .set_bits = {0x01ffffff},
     .get_bits = {0x003f0000},
     .set = set_threshold,
     .get = get_threshold},
};

const struct sim_part lwsim_health_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
    .next = next,
    .run = run,
};

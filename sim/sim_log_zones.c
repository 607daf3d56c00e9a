/* SPDX-License-Identifier: MIT */
/*
 * The changed zone list, filled by lwnvme_sim_zone_changed. Zoned Namespace Command Set Specification 1.2,
 * section 4.1.4.1 "Changed Zone List".
 */
#include "sim_internal.h"

#define LID_ZONES 0xbf
#define BIT_ZONES 27u
#define ZONES_MAX 511u

static bool has_zones(const struct lwnvme_sim *sim)
{
    return (sim->config.oaes >> BIT_ZONES & 1u) != 0;
}

bool lwnvme_sim_zone_changed(struct lwnvme_sim *sim, uint32_t nsid, uint64_t zslba)
{
    struct sim_zones *zones = &sim->zones;
    if (!has_zones(sim) || lwsim_namespace(sim, nsid) == NULL) {
        return false;
    }
    if (zones->nsid != nsid) {
        zones->count = 0;
        zones->nsid = nsid;
    }
    if (zones->count < ZONES_MAX) {
        zones->changed[zones->count++] = zslba;
    } else {
        zones->count = ZONES_MAX + 1;
    }
    lwsim_event_notice(sim, BIT_ZONES, 2, 0xef, LID_ZONES);
    return true;
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 4096);
    const struct sim_zones *zones = &sim->zones;
    if (data == NULL || zones->nsid != task->sqe[1]) {
        return SIM_OK;
    }
    if (zones->count > ZONES_MAX) {
        lwsim_put(data, 0xffff, 2);
        return SIM_OK;
    }
    lwsim_put(data, zones->count, 2);
    for (uint32_t i = 0; i < zones->count; i++) {
        lwsim_put(data + 8 + 8 * (size_t)i, zones->changed[i], 8);
    }
    return SIM_OK;
}

static void cleared(struct lwnvme_sim *sim, const struct sim_task *task)
{
    if (sim->zones.nsid == task->sqe[1]) {
        sim->zones.count = 0;
    }
}

static const struct sim_log logs[] = {
    {.lid = LID_ZONES,
     .scope = SIM_LOG_OF_NAMESPACE,
     .csi = true, /* as all of a command set's own */
     .gate = has_zones,
     .fill = fill,
     .cleared = cleared},
};

const struct sim_part lwsim_zones_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
};

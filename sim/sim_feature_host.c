/* SPDX-License-Identifier: MIT */
/*
 * Features in which a host tells who it is and what it wants of namespaces: LBA range type, host behaviour, I/O
 * command set profile, software progress marker, host identifier, namespace write protection. NVM Express Base
 * Specification 2.1, section 5.1.25.1, and NVM Command Set Specification 1.1, section 4.1.3.
 */
#include "sim_internal.h"

enum {
    FID_RANGES = 0x03,
    FID_BEHAVIOR = 0x16,
    FID_PROFILE = 0x19,
    FID_PROGRESS = 0x80,
    FID_HOST_IDENTIFIER = 0x81,
    FID_PROTECTION = 0x84
};
#define CTRATT_EXTENDED 0x1u
#define RANGE_BYTES     64u

enum {
    PROTECT_NONE = 0,
    PROTECT_ON = 1,
    PROTECT_UNTIL_POWER_CYCLE = 2,
    PROTECT_FOR_GOOD = 3
};

/* ---- 03h ---- */

static bool has_ranges(const struct lwnvme_sim *sim)
{
    return sim->config.lba_range_types;
}

static uint16_t check_ranges(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint32_t count = (task->sqe[11] & 0x3f) + 1;
    for (uint32_t i = 0; i < count && ns != NULL; i++) {
        uint64_t lba = lwsim_get(data + RANGE_BYTES * (size_t)i + 16, 8);
        uint64_t more = lwsim_get(data + RANGE_BYTES * (size_t)i + 24, 8); /* NLB is 0's based */
        if (lba >= ns->is.nsze || more >= ns->is.nsze - lba) {
            return SIM_LBA_RANGE;
        }
        for (uint32_t k = 0; k < i; k++) {
            uint64_t other = lwsim_get(data + RANGE_BYTES * (size_t)k + 16, 8);
            uint64_t length = lwsim_get(data + RANGE_BYTES * (size_t)k + 24, 8);
            if (lba <= other + length && other <= lba + more) {
                return SIM_OVERLAPPING_RANGE;
            }
        }
    }
    return SIM_OK;
}

/* ---- 16h ---- */

static bool has_behavior(const struct lwnvme_sim *sim)
{
    return sim->config.vs >= 0x00010400u;
}

static uint16_t check_behavior(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    (void)sim;
    (void)task;
    for (unsigned i = 0; i < 512; i++) {
        if (i < 3 && data[i] > 1) { /* each is 0 or 1 */
            return SIM_INVALID_FIELD;
        }
        if (i >= 6 && data[i] != 0 && sim->config.strict_reserved) {
            lwsim_violation(sim, "Set Features 16h: byte %u is reserved (0x%02x)", i, data[i]);
            return SIM_INVALID_FIELD;
        }
    }
    return SIM_OK;
}

/* ---- 19h ---- */

static bool has_profile(const struct lwnvme_sim *sim)
{
    return (sim->config.cap_css & 0x40) != 0;
}

static uint16_t check_profile(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data)
{
    uint32_t index = task->sqe[11] & 0x1ff;
    (void)data;
    return index > (sim->config.command_sets > 1 ? 1u : 0) ? SIM_IOCS_COMBINATION_REJECTED : SIM_OK;
}

/* ---- 80h, 81h ---- */

static bool has_marker(const struct lwnvme_sim *sim)
{
    return sim->config.software_progress;
}

static bool has_identifier(const struct lwnvme_sim *sim)
{
    return sim->config.host_identifier;
}

static uint32_t identifier_bytes(const struct lwnvme_sim *sim, const struct sim_task *task, bool is_set)
{
    (void)sim;
    (void)is_set;
    return (task->sqe[11] & 1) != 0 ? 16 : 8;
}

static uint16_t set_identifier(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    static const uint8_t nothing[16];
    bool extended = (task->sqe[11] & 1) != 0;
    size_t bytes = extended ? 16 : 8;
    if (extended && (sim->config.ctratt & CTRATT_EXTENDED) == 0) {
        return SIM_INVALID_FIELD;
    }
    if (memcmp(sim->host_id, nothing, 16) != 0 &&
        (memcmp(sim->host_id, data, bytes) != 0 || sim->host_id_extended != extended)) {
        return SIM_SEQUENCE_ERROR; /* it is set already */
    }
    memset(sim->host_id, 0, sizeof(sim->host_id));
    memcpy(sim->host_id, data, bytes);
    sim->host_id_extended = extended;
    return SIM_OK;
}

static uint16_t get_identifier(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                               uint8_t *data)
{
    bool extended = (task->sqe[11] & 1) != 0;
    if (extended && (sim->config.ctratt & CTRATT_EXTENDED) == 0) {
        return SIM_INVALID_FIELD;
    }
    if (select == SIM_SELECT_CURRENT) {
        memcpy(data, sim->host_id, extended ? 16 : 8);
    }
    return SIM_OK;
}

/* ---- 84h ---- */

static bool has_protection(const struct lwnvme_sim *sim)
{
    return (sim->config.nwpc & 1) != 0;
}

static uint16_t set_protection(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint32_t wanted = task->sqe[11] & 7;
    uint8_t nwpc = sim->config.nwpc;
    (void)data;
    if (wanted > PROTECT_FOR_GOOD || (wanted == PROTECT_UNTIL_POWER_CYCLE && (nwpc & 2) == 0) ||
        (wanted == PROTECT_FOR_GOOD && (nwpc & 4) == 0)) {
        return SIM_INVALID_FIELD;
    }
    if (ns->protection > PROTECT_ON && wanted != ns->protection) {
        return SIM_NOT_CHANGEABLE;
    }
    lwsim_cache_flush(ns);
    ns->protection = (uint8_t)wanted;
    return SIM_OK;
}

static uint16_t get_protection(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                               uint8_t *data)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    (void)data;
    if (ns == NULL) {
        return SIM_INVALID_NAMESPACE;
    }
    task->result = select == SIM_SELECT_DEFAULT ? 0 : ns->protection;
    return SIM_OK;
}

/* What would change a protected namespace as a whole. */
static uint16_t filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    bool formats = task->sqid == 0 && lwsim_opcode(task) == SIM_FORMAT_NVM;
    bool sanitizes = task->sqid == 0 && lwsim_opcode(task) == SIM_SANITIZE && (task->sqe[10] & 7) > 1;
    for (uint32_t i = 0; i < sim->ns_slots && (formats || sanitizes); i++) {
        bool meant = sanitizes || task->sqe[1] == UINT32_MAX || task->sqe[1] == i + 1;
        if (meant && sim->ns[i].allocated && sim->ns[i].protection != PROTECT_NONE) {
            return SIM_WRITE_PROTECTED;
        }
    }
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    memset(sim->host_id, 0, sizeof(sim->host_id));
    for (uint32_t i = 0; i < sim->ns_slots && kind == SIM_RESET_POWER; i++) {
        if (sim->ns[i].protection == PROTECT_UNTIL_POWER_CYCLE) {
            sim->ns[i].protection = PROTECT_NONE;
        }
    }
}

static const struct sim_feature features[] = {
    {.fid = FID_RANGES,
     .saveable = true,
     .of_namespace = true,
     .set_bits = {0x3f},
     .bytes = 4096,
     .gate = has_ranges,
     .check = check_ranges},
    {.fid = FID_BEHAVIOR, .bytes = 512, .gate = has_behavior, .check = check_behavior},
    {.fid = FID_PROFILE, .set_bits = {0x1ff}, .gate = has_profile, .check = check_profile},
    {.fid = FID_PROGRESS, .saveable = true, .set_bits = {0xff}, .gate = has_marker},
    {.fid = FID_HOST_IDENTIFIER,
     .set_bits = {1},
     .get_bits = {1},
     .bytes = 16,
     .gate = has_identifier,
     .set = set_identifier,
     .get = get_identifier,
     .data_bytes = identifier_bytes},
    {.fid = FID_PROTECTION,
     .of_namespace = true,
     .set_bits = {7},
     .gate = has_protection,
     .set = set_protection,
     .get = get_protection},
};

const struct sim_part lwsim_feature_host_part = {
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
    .filter = filter,
};

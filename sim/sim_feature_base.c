/* SPDX-License-Identifier: MIT */
/*
 * The features that most controllers have: arbitration, power, temperature, cache, queues, interrupts,
 * atomicity, timestamp. NVM Express Base Specification 2.1, section 5.1.25.1 "Feature Specific Information".
 */
#include "sim_internal.h"

enum {
    FID_ARBITRATION = 0x01,
    FID_ERROR_RECOVERY = 0x05,
    FID_CACHE = 0x06,
    FID_QUEUES = 0x07,
    FID_COALESCING = 0x08,
    FID_VECTOR = 0x09,
    FID_ATOMICITY = 0x0a,
    FID_TIMESTAMP = 0x0e
};
#define ONCS_TIMESTAMP       (1u << 6)
#define PERSISTENT_TIMESTAMP 0x03

/* ---- volatile write cache ---- */

static bool has_cache(const struct lwnvme_sim *sim)
{
    return (sim->config.vwc & 1) != 0;
}

static uint32_t cache_default(const struct lwnvme_sim *sim)
{
    return sim->config.cache_enabled && has_cache(sim);
}

static void cache_changed(struct lwnvme_sim *sim, const struct sim_task *task)
{
    for (uint32_t i = 0; task->sqe[11] == 0 && i < sim->ns_slots; i++) {
        lwsim_cache_flush(&sim->ns[i]);
    }
}

/* ---- number of queues ---- */

static bool io_queues_exist(const struct lwnvme_sim *sim)
{
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        if (sim->sq[i].live || sim->cq[i].live) {
            return true;
        }
    }
    return false;
}

static uint16_t set_queues(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t sqs = (task->sqe[11] & 0xffff) + 1;
    uint32_t cqs = (task->sqe[11] >> 16) + 1;
    uint32_t most = sim->config.io_queue_pairs;
    (void)data;
    if (sim->pairs_asked || io_queues_exist(sim)) {
        lwsim_violation(sim, "Set Features, Number of Queues: %s",
                        sim->pairs_asked ? "sent a second time" : "sent after I/O queues were created");
        return SIM_SEQUENCE_ERROR;
    }
    if (sqs == 65536 || cqs == 65536) {
        lwsim_violation(sim, "Set Features, Number of Queues: 65535 is not allowed (dword 11 0x%08x)",
                        task->sqe[11]);
        return SIM_INVALID_FIELD;
    }
    if (most == 0) {
        return SIM_INTERNAL_ERROR | SIM_DNR;
    }
    sim->pairs_asked = true;
    sqs = sqs < most ? sqs : most;
    cqs = cqs < most ? cqs : most;
    task->result = (sqs - 1) | (cqs - 1) << 16;
    if (sim->config.number_of_queues_override) {
        task->result = sim->config.number_of_queues;
        sqs = (task->result & 0xffff) + 1 < most ? (task->result & 0xffff) + 1 : most;
        cqs = (task->result >> 16) + 1 < most ? (task->result >> 16) + 1 : most;
    }
    sim->sqs_granted = (uint16_t)sqs;
    sim->cqs_granted = (uint16_t)cqs;
    sim->features.dword[FID_QUEUES] = task->result;
    return SIM_OK;
}

static uint16_t get_queues(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                           uint8_t *data)
{
    (void)data;
    task->result = select == SIM_SELECT_CURRENT ? sim->features.dword[FID_QUEUES] : 0;
    return SIM_OK;
}

/* ---- interrupt vectors ---- */

static uint32_t *vector_of(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t vector = task->sqe[11] & 0xffff;
    uint32_t vectors = lwsim_vectors(sim);
    return vector < vectors ? &sim->vector_config[vector] : NULL;
}

static uint16_t set_vector(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint32_t *place = vector_of(sim, task);
    (void)data;
    if (place == NULL) {
        return SIM_INVALID_FIELD;
    }
    *place = task->sqe[11];
    return SIM_OK;
}

static uint16_t get_vector(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                           uint8_t *data)
{
    const uint32_t *place = vector_of(sim, task);
    (void)data;
    if (place == NULL) {
        return SIM_INVALID_FIELD;
    }
    task->result = select == SIM_SELECT_CURRENT ? *place : 0;
    return SIM_OK;
}

/* ---- timestamp ---- */

static bool has_timestamp(const struct lwnvme_sim *sim)
{
    return (sim->config.oncs & ONCS_TIMESTAMP) != 0;
}

static uint64_t powered_ms(const struct lwnvme_sim *sim)
{
    return (sim->now - sim->powered_at) / 1000;
}

uint64_t lwsim_timestamp(const struct lwnvme_sim *sim)
{
    uint64_t set = sim->timestamp_set ? 1u : 0;
    return ((sim->timestamp_offset + powered_ms(sim)) & 0xffffffffffffu) | set << 49;
}

static uint16_t set_timestamp(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    uint8_t event[16] = {0};
    (void)task;
    if (lwsim_get(data + 6, 2) != 0 && sim->config.strict_reserved) {
        lwsim_violation(sim, "Set Features 0Eh: bytes 6 and 7 are reserved (0x%04x)",
                        (unsigned)lwsim_get(data + 6, 2));
        return SIM_INVALID_FIELD;
    }
    lwsim_put(event, lwsim_timestamp(sim), 8);
    lwsim_put(event + 8, powered_ms(sim), 8);
    lwsim_persistent_event(sim, PERSISTENT_TIMESTAMP, event, sizeof(event));
    sim->timestamp_offset = lwsim_get(data, 6) - powered_ms(sim);
    sim->timestamp_set = true;
    return SIM_OK;
}

static uint16_t get_timestamp(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                              uint8_t *data)
{
    (void)task;
    (void)select;
    lwsim_put(data, lwsim_timestamp(sim), 8);
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    memset(sim->vector_config, 0, sizeof(sim->vector_config));
    if (kind == SIM_RESET_POWER) {
        sim->timestamp_offset = 0;
        sim->timestamp_set = false;
    }
}

static const struct sim_feature features[] = {
    {.fid = FID_ARBITRATION, .set_bits = {0xffffff07}},
    {.fid = FID_ERROR_RECOVERY, .of_namespace = true, .all_namespaces = true, .set_bits = {0x1ffff}},
    {.fid = FID_CACHE,
     .saveable = true,
     .set_bits = {1},
     .gate = has_cache,
     .fallback = cache_default,
     .changed = cache_changed},
    {.fid = FID_QUEUES, .set_bits = {0xffffffff}, .set = set_queues, .get = get_queues},
    {.fid = FID_COALESCING, .set_bits = {0xffff}},
    {.fid = FID_VECTOR, .set_bits = {0x1ffff}, .get_bits = {0xffff}, .set = set_vector, .get = get_vector},
    {.fid = FID_ATOMICITY, .set_bits = {1}},
    {.fid = FID_TIMESTAMP, .bytes = 8, .gate = has_timestamp, .set = set_timestamp, .get = get_timestamp},
};

const struct sim_part lwsim_feature_base_part = {
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .reset = reset,
};

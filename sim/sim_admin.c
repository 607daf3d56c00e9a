/* SPDX-License-Identifier: MIT */
/*
 * Admin commands: queues, features, abort, asynchronous events.
 * NVM Express Base Specification 2.1, section 5 "Admin Command Set".
 */
#include "sim_internal.h"

enum {
    FEATURE_TEMPERATURE_UNDER = 0x03, /* kept in the place of an identifier that is not used here */
    FEATURE_ARBITRATION = 0x01,
    FEATURE_POWER = 0x02,
    FEATURE_TEMPERATURE = 0x04,
    FEATURE_ERROR_RECOVERY = 0x05,
    FEATURE_CACHE = 0x06,
    FEATURE_QUEUES = 0x07,
    FEATURE_COALESCING = 0x08,
    FEATURE_VECTOR = 0x09,
    FEATURE_ATOMICITY = 0x0a,
    FEATURE_EVENTS = 0x0b,
    FEATURE_TIMESTAMP = 0x0e
};
#define ONCS_TIMESTAMP (1u << 6)

static uint8_t opcode_of(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[0] & 0xff);
}

/* ---- queues ---- */

static uint16_t check_ring(struct lwnvme_sim *sim, const struct sim_task *task, uint16_t granted, bool exists)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    uint32_t size = (task->sqe[10] >> 16) + 1;
    uint64_t base = lwsim_pair(&task->sqe[6]);
    const char *name = opcode_of(task) == SIM_CREATE_CQ ? "Create I/O CQ" : "Create I/O SQ";
    if (qid == 0 || qid > granted || exists) {
        lwsim_violation(sim, "%s: queue %u, granted are 1 to %u%s", name, qid, granted,
                        exists ? ", and it exists" : "");
        return SIM_QID_INVALID;
    }
    if (size < 2 || size > (uint32_t)sim->config.cap_mqes + 1) {
        lwsim_violation(sim, "%s: %u entries, allowed are 2 to %u", name, size, sim->config.cap_mqes + 1u);
        return SIM_QUEUE_SIZE;
    }
    if ((task->sqe[11] & 1) == 0) {
        lwsim_violation(sim, "%s: PC is 0%s", name,
                        sim->config.cap_cqr ? ", but CAP.CQR is 1"
                                            : "; this model has contiguous queues only");
        return SIM_INVALID_FIELD;
    }
    if (base % lwsim_page_bytes(sim) != 0) {
        lwsim_violation(sim, "%s: PRP1 0x%llx is not aligned to the memory page", name,
                        (unsigned long long)base);
        return SIM_PRP_OFFSET;
    }
    return SIM_OK;
}

/* CC.IOSQES and CC.IOCQES must name the sizes that the controller has. */
static uint16_t check_entry_size(struct lwnvme_sim *sim, unsigned shown, uint8_t range, unsigned model)
{
    if (shown < (range & 15u) || shown > (unsigned)(range >> 4) || shown != model) {
        lwsim_violation(sim,
                        "CC: an I/O queue is created with entries of 2^%u bytes; Identify says 2^%u to 2^%u",
                        shown, range & 15u, (unsigned)range >> 4);
        return SIM_QUEUE_SIZE;
    }
    return SIM_OK;
}

static uint16_t create_cq(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    uint32_t vector = task->sqe[11] >> 16;
    uint32_t vectors = sim->config.msix_vectors == 0 ? 1 : sim->config.msix_vectors;
    bool exists = qid <= sim->config.io_queue_pairs && sim->cq[qid].live;
    uint16_t status = check_ring(sim, task, sim->cqs_granted, exists);
    if (status == SIM_OK) {
        status = check_entry_size(sim, sim->cc >> 20 & 15, sim->config.cqes, 4);
    }
    if (status != SIM_OK) {
        return status;
    }
    if (vector >= vectors) {
        lwsim_violation(sim, "Create I/O CQ: vector %u of %u", vector, vectors);
        return SIM_VECTOR_INVALID;
    }
    if (!lwsim_cq_open(sim, (uint16_t)qid, lwsim_pair(&task->sqe[6]), (task->sqe[10] >> 16) + 1)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->cq[qid].vector = (uint16_t)vector;
    sim->cq[qid].interrupts = (task->sqe[11] & 2) != 0;
    return SIM_OK;
}

static uint16_t create_sq(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    uint32_t cqid = task->sqe[11] >> 16;
    bool exists = qid <= sim->config.io_queue_pairs && sim->sq[qid].live;
    uint16_t status = check_ring(sim, task, sim->sqs_granted, exists);
    if (status == SIM_OK) {
        status = check_entry_size(sim, sim->cc >> 16 & 15, sim->config.sqes, 6);
    }
    if (status != SIM_OK) {
        return status;
    }
    if (cqid == 0 || cqid > sim->config.io_queue_pairs || !sim->cq[cqid].live) {
        lwsim_violation(sim, "Create I/O SQ: queue %u shall complete to CQ %u, which does not exist", qid,
                        cqid);
        return cqid == 0 || cqid > sim->cqs_granted ? SIM_QID_INVALID : SIM_CQ_INVALID;
    }
    uint32_t size = (task->sqe[10] >> 16) + 1;
    return lwsim_sq_open(sim, (uint16_t)qid, lwsim_pair(&task->sqe[6]), size, (uint16_t)cqid)
               ? SIM_OK
               : SIM_TRANSFER_ERROR;
}

static uint16_t delete_queue(struct lwnvme_sim *sim, const struct sim_task *task, bool is_cq)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    bool known = qid != 0 && qid <= sim->config.io_queue_pairs;
    if (!known || !(is_cq ? sim->cq[qid].live : sim->sq[qid].live)) {
        lwsim_violation(sim, "Delete I/O %s: queue %u does not exist", is_cq ? "CQ" : "SQ", qid);
        return SIM_QID_INVALID;
    }
    if (!is_cq) {
        lwsim_sq_close(sim, (uint16_t)qid);
        return SIM_OK;
    }
    if (sim->cq[qid].sqs != 0) {
        lwsim_violation(sim, "Delete I/O CQ: %u SQs still complete to queue %u", sim->cq[qid].sqs, qid);
        return SIM_QUEUE_DELETION;
    }
    lwsim_cq_close(sim, (uint16_t)qid);
    return SIM_OK;
}

/* ---- features ---- */

struct feature {
    uint8_t fid;
    bool saveable;
    bool of_namespace;
    uint32_t bits; /* of dword 11 that may be set */
};
static const struct feature feature_table[] = {
    {FEATURE_ARBITRATION, false, false, 0xffffff07},
    {FEATURE_POWER, true, false, 0xff},
    {FEATURE_TEMPERATURE, true, false, 0x003fffff},
    {FEATURE_ERROR_RECOVERY, false, true, 0x1ffff},
    {FEATURE_CACHE, true, false, 1},
    {FEATURE_QUEUES, false, false, 0xffffffff},
    {FEATURE_COALESCING, false, false, 0xffff},
    {FEATURE_VECTOR, false, false, 0x1ffff},
    {FEATURE_ATOMICITY, false, false, 1},
    {FEATURE_EVENTS, true, false, 0x7fffff},
    {FEATURE_TIMESTAMP, false, false, 0},
};

static const struct feature *feature_of(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t fid = task->sqe[10] & 0xff;
    if ((fid == FEATURE_CACHE && (sim->config.vwc & 1) == 0) ||
        (fid == FEATURE_TIMESTAMP && (sim->config.oncs & ONCS_TIMESTAMP) == 0)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(feature_table) / sizeof(feature_table[0]); i++) {
        if (feature_table[i].fid == fid) {
            return &feature_table[i];
        }
    }
    return NULL;
}

static uint32_t feature_default(const struct lwnvme_sim *sim, uint8_t fid)
{
    switch (fid) {
    case FEATURE_TEMPERATURE:
        return sim->config.wctemp;
    case FEATURE_CACHE:
        return sim->config.cache_enabled && (sim->config.vwc & 1) != 0;
    default:
        return 0;
    }
}

void lwsim_features_default(struct lwnvme_sim *sim, bool power_on)
{
    for (uint8_t fid = 0; fid < SIM_FEATURES; fid++) {
        if (sim->smart.power_cycles <= 1 && power_on) {
            sim->saved[fid] = feature_default(sim, fid);
        }
        sim->features[fid] = sim->saved[fid];
    }
    memset(sim->vector_config, 0, sizeof(sim->vector_config));
    if (power_on) {
        sim->timestamp_offset = 0;
    }
}

bool lwsim_cache_on(const struct lwnvme_sim *sim)
{
    return (sim->config.vwc & 1) != 0 && (sim->features[FEATURE_CACHE] & 1) != 0;
}

static bool io_queues_exist(const struct lwnvme_sim *sim)
{
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        if (sim->sq[i].live || sim->cq[i].live) {
            return true;
        }
    }
    return false;
}

static uint16_t set_queues(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t sqs = (task->sqe[11] & 0xffff) + 1;
    uint32_t cqs = (task->sqe[11] >> 16) + 1;
    uint32_t most = sim->config.io_queue_pairs;
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
    sim->features[FEATURE_QUEUES] = task->result;
    return SIM_OK;
}

static uint32_t *feature_place(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t *values)
{
    uint32_t fid = task->sqe[10] & 0xff;
    uint32_t selector = task->sqe[11];
    if (fid == FEATURE_VECTOR) {
        uint32_t vector = selector & 0xffff;
        uint32_t vectors = sim->config.msix_vectors == 0 ? 1 : sim->config.msix_vectors;
        return vector < vectors ? &sim->vector_config[vector] : NULL;
    }
    if (fid == FEATURE_TEMPERATURE) {
        uint32_t kind = selector >> 20 & 3;
        return (selector >> 16 & 15) != 0 || kind > 1 ? NULL
                                                      : &values[kind == 0 ? fid : FEATURE_TEMPERATURE_UNDER];
    }
    return &values[fid];
}

static uint16_t set_timestamp(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[8] = {0};
    if (!lwsim_data(sim, task, data, sizeof(data))) {
        return SIM_TRANSFER_ERROR;
    }
    sim->timestamp_offset = lwsim_get(data, 6) - (sim->now - sim->powered_at) / 1000;
    return SIM_OK;
}

static uint16_t feature_namespace(struct lwnvme_sim *sim, const struct feature *feature, uint32_t nsid,
                                  bool set)
{
    if (feature->of_namespace) {
        return nsid == UINT32_MAX || lwsim_namespace(sim, nsid) != NULL ? SIM_OK : SIM_INVALID_NAMESPACE;
    }
    return set && nsid != 0 && nsid != UINT32_MAX ? SIM_NOT_NS_SPECIFIC : SIM_OK;
}

static uint16_t check_feature(struct lwnvme_sim *sim, const struct sim_task *task, bool set)
{
    const struct feature *feature = feature_of(sim, task);
    if (feature == NULL) {
        return SIM_INVALID_FIELD;
    }
    uint32_t bits =
        set || feature->fid == FEATURE_VECTOR || feature->fid == FEATURE_TEMPERATURE ? feature->bits : 0;
    if ((task->sqe[11] & ~bits) != 0 && sim->config.strict_reserved) {
        lwsim_violation(sim, "%s Features %02xh: reserved bits of dword 11 are set (0x%08x)",
                        set ? "Set" : "Get", feature->fid, task->sqe[11]);
        return SIM_INVALID_FIELD;
    }
    bool can_save = (sim->config.oncs & SIM_ONCS_SAVE) != 0;
    bool selects = set ? task->sqe[10] >> 31 != 0 : (task->sqe[10] >> 8 & 7) != 0;
    if (selects && !can_save) {
        return SIM_INVALID_FIELD;
    }
    if (set && selects && !feature->saveable) {
        return SIM_NOT_SAVEABLE;
    }
    return feature_namespace(sim, feature, task->sqe[1], set);
}

static uint16_t set_feature(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t fid = task->sqe[10] & 0xff;
    uint32_t value = task->sqe[11];
    uint32_t *place = feature_place(sim, task, sim->features);
    if (fid == FEATURE_QUEUES) {
        return set_queues(sim, task);
    }
    if (fid == FEATURE_TIMESTAMP) {
        return set_timestamp(sim, task);
    }
    if (place == NULL || (fid == FEATURE_POWER && (value & 0x1f) > sim->config.npss)) {
        return SIM_INVALID_FIELD;
    }
    *place = fid == FEATURE_TEMPERATURE ? value & 0xffff : value;
    if (task->sqe[10] >> 31 != 0) {
        *feature_place(sim, task, sim->saved) = *place;
    }
    for (uint32_t i = 0; fid == FEATURE_CACHE && value == 0 && i < sim->config.namespace_count; i++) {
        lwsim_medium_flush(&sim->ns[i]);
    }
    return SIM_OK;
}

static uint16_t get_timestamp(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[8] = {0};
    lwsim_put(data, sim->timestamp_offset + (sim->now - sim->powered_at) / 1000, 6);
    data[6] = sim->timestamp_offset != 0 ? 2 : 0;
    return lwsim_data(sim, task, data, sizeof(data)) ? SIM_OK : SIM_TRANSFER_ERROR;
}

static uint16_t get_feature(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct feature *feature = feature_of(sim, task);
    uint32_t select = task->sqe[10] >> 8 & 7;
    const uint32_t *place = feature_place(sim, task, select == 2 ? sim->saved : sim->features);
    if (feature->fid == FEATURE_TIMESTAMP && select != 3) {
        return get_timestamp(sim, task);
    }
    if (place == NULL || select > 3) {
        return SIM_INVALID_FIELD;
    }
    task->result = *place;
    if (select == 1) {
        task->result =
            place == &sim->features[FEATURE_TEMPERATURE_UNDER] ? 0 : feature_default(sim, feature->fid);
    } else if (select == 3) {
        task->result = (feature->saveable ? 1u : 0) | (feature->of_namespace ? 2u : 0) | 4u;
    }
    return SIM_OK;
}

static uint16_t prepare_feature(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    bool set = opcode_of(task) == SIM_SET_FEATURES;
    uint16_t status = check_feature(sim, task, set);
    if (status == SIM_OK && (task->sqe[10] & 0xff) == FEATURE_TIMESTAMP) {
        *bytes = set || (task->sqe[10] >> 8 & 7) != 3 ? 8 : 0;
        task->direction = set ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
    }
    return status;
}

/* ---- abort, events ---- */

static uint16_t abort_command(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t sqid = task->sqe[10] & 0xffff;
    uint32_t cid = task->sqe[10] >> 16;
    if (sim->config.abort_never_answers) {
        lwsim_task_park(&sim->parked, task);
        return SIM_NO_ANSWER;
    }
    task->result = 1; /* not aborted */
    if (sqid > sim->config.io_queue_pairs || !sim->sq[sqid].live) {
        return SIM_INVALID_FIELD;
    }
    if (sim->config.abort_does_nothing) {
        return SIM_OK;
    }
    struct sim_task *victim = lwsim_task_take(sim, (uint16_t)sqid, (uint16_t)cid);
    if (victim != NULL) {
        victim->status = SIM_ABORT_REQUESTED;
        victim->fault.kind = LWNVME_SIM_NO_FAULT;
        task->result = 0;
        lwsim_task_complete(sim, victim);
    }
    return SIM_OK;
}

void lwsim_event_answer(struct lwnvme_sim *sim)
{
    while (sim->events != NULL && sim->pending_event_count != 0) {
        struct sim_task *task = sim->events;
        sim->events = task->next;
        sim->event_count--;
        task->result = sim->pending_events[0];
        sim->pending_event_count--;
        memmove(sim->pending_events, sim->pending_events + 1, sim->pending_event_count * sizeof(uint32_t));
        lwsim_task_complete(sim, task);
    }
}

void lwnvme_sim_event(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page)
{
    if (sim->pending_event_count < sizeof(sim->pending_events) / sizeof(sim->pending_events[0])) {
        sim->pending_events[sim->pending_event_count++] =
            (type & 7u) | (uint32_t)information << 8 | (uint32_t)log_page << 16;
    }
    lwsim_event_answer(sim);
}

static uint16_t hold_event_request(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (sim->event_count > sim->config.aerl) {
        return SIM_AER_LIMIT;
    }
    lwsim_task_park(&sim->events, task);
    sim->event_count++;
    lwsim_event_answer(sim);
    return SIM_NO_ANSWER;
}

/* ---- the two steps ---- */

uint16_t lwsim_admin_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    switch (opcode_of(task)) {
    case SIM_IDENTIFY:
        task->direction = LWNVME_FROM_DEVICE;
        *bytes = 4096;
        return SIM_OK;
    case SIM_GET_LOG:
        return lwsim_log_prepare(sim, task, bytes);
    case SIM_SET_FEATURES:
    case SIM_GET_FEATURES:
        return prepare_feature(sim, task, bytes);
    case SIM_ABORT:
        sim->aborts++;
        return sim->aborts > sim->config.acl + 1u ? SIM_ABORT_LIMIT : SIM_OK;
    default:
        return SIM_OK;
    }
}

uint16_t lwsim_admin_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    switch (opcode_of(task)) {
    case SIM_DELETE_SQ:
        return delete_queue(sim, task, false);
    case SIM_DELETE_CQ:
        return delete_queue(sim, task, true);
    case SIM_CREATE_SQ:
        return create_sq(sim, task);
    case SIM_CREATE_CQ:
        return create_cq(sim, task);
    case SIM_GET_LOG:
        return lwsim_log_execute(sim, task);
    case SIM_IDENTIFY:
        return lwsim_identify(sim, task);
    case SIM_ABORT:
        return abort_command(sim, task);
    case SIM_SET_FEATURES:
        return set_feature(sim, task);
    case SIM_GET_FEATURES:
        return get_feature(sim, task);
    default:
        return hold_event_request(sim, task);
    }
}

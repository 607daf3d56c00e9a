/* SPDX-License-Identifier: MIT */
/*
 * The rest of the NVM command set: Write Uncorrectable, reservations, I/O management, the two halves of Compare and Write;
 * Copy is in sim_copy.c. NVM Command Set Specification 1.1, section 3.3.7 "Write Uncorrectable command"; NVM Express Base
 * Specification 2.1, sections 3.4.2 "Fused Operation", 7.3 to 7.8, 8.1.22 "Reservations".
 */
#include "sim_internal.h"

#define ONCS_UNCORRECTABLE 0x002u
#define ONCS_RESERVATIONS  0x020u
#define ONCS_COPY          0x100u
#define CTRATT_FDP         0x80000u
#define CTRATT_MEM         0x10000u
#define HANDLES            8u

enum {
    ABORTED_FAILED_FUSED = 0x009,
    ABORTED_MISSING_FUSED = 0x00a,
    ATOMIC_UNIT_EXCEEDED = 0x014 | SIM_DNR,
    RESERVATION_CONFLICT = 0x083 | SIM_DNR
};

#define INVALID_PLACEMENT 3 /* type of an event */

/* A size limit of Identify: pages as a power of two, 0 none. Metadata that follow each block count, if CTRATT does not say
 * otherwise. */
uint16_t lwsim_size_check(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                          const struct sim_task *task, uint8_t limit)
{
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    bool counts = (ns->is.flbas & 16) != 0 && (sim->config.ctratt & CTRATT_MEM) == 0;
    uint64_t unit = ns->block_bytes + (counts ? ns->metadata_bytes : 0u);
    return limit != 0 && limit < 32 && task->blocks * unit > page << limit ? SIM_INVALID_FIELD : SIM_OK;
}

/* ---- reservations ---- */

static struct sim_registrant *registrant_of(struct sim_namespace *ns, uint32_t host)
{
    return host < SIM_HOSTS && ns->reserved.host[host].registered ? &ns->reserved.host[host] : NULL;
}

static bool all_hold(const struct sim_namespace *ns)
{
    return ns->reserved.type >= 5;
}

static bool holds(const struct sim_namespace *ns, uint32_t host)
{
    return ns->reserved.type != 0 &&
           (all_hold(ns) ? ns->reserved.host[host].registered : ns->reserved.holder == host);
}

static void unregister(struct sim_namespace *ns, uint32_t host)
{
    bool held = holds(ns, host);
    bool any = false;
    memset(&ns->reserved.host[host], 0, sizeof(ns->reserved.host[host]));
    for (uint32_t i = 0; i < SIM_HOSTS; i++) {
        any = any || ns->reserved.host[i].registered;
    }
    if (held && (!all_hold(ns) || !any)) {
        ns->reserved.type = 0;
    }
}

static uint16_t do_register(struct sim_namespace *ns, uint32_t host, uint32_t cdw10, const uint64_t keys[2])
{
    struct sim_registrant *own = registrant_of(ns, host);
    bool ignore = (cdw10 & 8) != 0;
    uint32_t action = cdw10 & 7;
    if (action > 2 || (cdw10 >> 30) == 1) {
        return SIM_INVALID_FIELD;
    }
    if (action == 0 && own != NULL && own->key != keys[1]) {
        return RESERVATION_CONFLICT;
    }
    if (action != 0 && (own == NULL || (!ignore && own->key != keys[0])) && !(action == 2 && ignore)) {
        return RESERVATION_CONFLICT;
    }
    if (action == 1) {
        unregister(ns, host);
    } else {
        ns->reserved.host[host].registered = true;
        ns->reserved.host[host].key = keys[1];
    }
    if (cdw10 >> 30 != 0) {
        ns->reserved.persists = cdw10 >> 30 == 3;
    }
    ns->reserved.generation++;
    return SIM_OK;
}

static uint16_t do_acquire(struct sim_namespace *ns, uint32_t host, uint32_t cdw10, const uint64_t keys[2])
{
    const struct sim_registrant *own = registrant_of(ns, host);
    uint32_t type = cdw10 >> 8 & 0xff;
    uint32_t action = cdw10 & 7;
    if (action > 2 || type == 0 || type > 6) {
        return SIM_INVALID_FIELD;
    }
    if (own == NULL || ((cdw10 & 8) == 0 && own->key != keys[0])) {
        return RESERVATION_CONFLICT;
    }
    if (action == 0) {
        if (ns->reserved.type != 0 && (!holds(ns, host) || ns->reserved.type != type)) {
            return RESERVATION_CONFLICT;
        }
    } else {
        bool was_holder = false;
        bool found = false;
        for (uint32_t i = 0; i < SIM_HOSTS; i++) {
            if (i != host && ns->reserved.host[i].registered && ns->reserved.host[i].key == keys[1]) {
                was_holder = was_holder || holds(ns, i);
                found = true;
                unregister(ns, i);
            }
        }
        if (!found) {
            return RESERVATION_CONFLICT;
        }
        ns->reserved.generation++;
        if (!was_holder) {
            return SIM_OK;
        }
    }
    ns->reserved.type = (uint8_t)type;
    ns->reserved.holder = host;
    return SIM_OK;
}

static uint16_t do_release(struct sim_namespace *ns, uint32_t host, uint32_t cdw10, const uint64_t keys[2])
{
    const struct sim_registrant *own = registrant_of(ns, host);
    uint32_t action = cdw10 & 7;
    if (action > 1) {
        return SIM_INVALID_FIELD;
    }
    if (own == NULL || ((cdw10 & 8) == 0 && own->key != keys[0])) {
        return RESERVATION_CONFLICT;
    }
    if (action == 1) {
        uint32_t generation = ns->reserved.generation;
        memset(&ns->reserved, 0, sizeof(ns->reserved));
        ns->reserved.generation = generation + 1;
        return SIM_OK;
    }
    if (!holds(ns, host)) {
        return SIM_OK;
    }
    if (ns->reserved.type != (cdw10 >> 8 & 0xff)) {
        return SIM_INVALID_FIELD;
    }
    ns->reserved.type = 0;
    return SIM_OK;
}

uint16_t lwnvme_sim_reservation_act(struct lwnvme_sim *sim, uint32_t nsid, uint32_t host, uint8_t opcode,
                                    uint32_t cdw10, const uint64_t keys[2])
{
    struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    if (ns == NULL || host >= SIM_HOSTS) {
        return SIM_INVALID_NAMESPACE;
    }
    switch (opcode) {
    case SIM_RESERVATION_REGISTER:
        return do_register(ns, host, cdw10, keys);
    case SIM_RESERVATION_ACQUIRE:
        return do_acquire(ns, host, cdw10, keys);
    default:
        return do_release(ns, host, cdw10, keys);
    }
}

static uint16_t execute_report(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_namespace *ns)
{
    uint8_t data[64 * (SIM_HOSTS + 1)] = {0};
    bool extended = (task->sqe[11] & 1) != 0;
    size_t unit = extended ? 64 : 24;
    size_t at = unit;
    uint32_t count = 0;
    for (uint32_t i = 0; i < SIM_HOSTS; i++) {
        if (ns->reserved.host[i].registered) {
            lwsim_put(data + at, i == 0 ? sim->config.cntlid : 0x100u + i, 2);
            data[at + 2] = holds(ns, i) ? 1 : 0;
            lwsim_put(data + at + (extended ? 8 : 16), ns->reserved.host[i].key, 8);
            data[at + (extended ? 16 : 8)] = (uint8_t)(i + 1);
            at += unit;
            count++;
        }
    }
    lwsim_put(data, ns->reserved.generation, 4);
    data[4] = ns->reserved.type;
    lwsim_put(data + 5, count, 2);
    data[9] = ns->reserved.persists ? 1 : 0;
    uint64_t bytes = task->data.bytes < sizeof(data) ? task->data.bytes : sizeof(data);
    sim->counts.bytes_from_device += bytes;
    return lwsim_data(sim, task, data, bytes) ? SIM_OK : SIM_TRANSFER_ERROR;
}

/* What this host may do to a namespace that somebody has reserved. */
uint16_t lwsim_reservation_check(const struct sim_namespace *ns, const struct sim_task *task)
{
    uint8_t opcode = lwsim_opcode(task);
    bool keys = ns->is.csi == 1;
    bool reads =
        keys ? lwsim_kv_reads(opcode) : opcode == SIM_READ || opcode == SIM_COMPARE || opcode == SIM_VERIFY;
    bool exempt = opcode >= SIM_RESERVATION_REGISTER && opcode != SIM_COPY && opcode != SIM_ZONE_SEND &&
                  opcode != SIM_ZONE_APPEND && !(keys && lwsim_kv_rule(opcode) != NULL);
    bool registrant = ns->reserved.host[0].registered;
    uint8_t type = ns->reserved.type;
    if (type == 0 || exempt || holds(ns, 0) || (type >= 3 && registrant)) {
        return SIM_OK;
    }
    return reads && (type & 1) != 0 ? SIM_OK : RESERVATION_CONFLICT;
}

/* ---- I/O management ---- */

static uint16_t execute_management(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[16 + 32 * HANDLES] = {0};
    if (!sim->fdp.enabled) {
        return SIM_FDP_DISABLED;
    }
    if (lwsim_opcode(task) == SIM_MANAGEMENT_SEND) {
        uint8_t list[2 * HANDLES];
        uint64_t count = (task->sqe[10] >> 16) + 1;
        if (count > HANDLES || !lwsim_data(sim, task, list, count * 2)) {
            return SIM_INVALID_FIELD;
        }
        for (uint64_t i = 0; i < count; i++) {
            if (lwsim_get(list + 2 * i, 2) >= HANDLES) {
                return SIM_INVALID_FIELD;
            }
        }
        for (uint64_t i = 0; i < count; i++) {
            sim->fdp.used[lwsim_get(list + 2 * i, 2)] = 0;
        }
        return SIM_OK;
    }
    lwsim_put(data + 14, HANDLES, 2);
    for (uint32_t i = 0; i < HANDLES; i++) {
        lwsim_put(data + 16 + 32 * (size_t)i, i, 2);
        lwsim_put(data + 18 + 32 * (size_t)i, i, 2);
        lwsim_put(data + 24 + 32 * (size_t)i, SIM_UNIT_BLOCKS - sim->fdp.used[i] % SIM_UNIT_BLOCKS, 8);
    }
    uint64_t bytes = task->data.bytes < sizeof(data) ? task->data.bytes : sizeof(data);
    sim->counts.bytes_from_device += bytes;
    return lwsim_data(sim, task, data, bytes) ? SIM_OK : SIM_TRANSFER_ERROR;
}

/* A write that names a placement handle. One that there is not is no error, but an event, and the first one is used. */
uint16_t lwsim_placement_write(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t pid = task->sqe[13] >> 16;
    if (!sim->fdp.enabled) {
        return SIM_INVALID_FIELD;
    }
    if (pid >= HANDLES) {
        if (lwnvme_sim_fdp_event(sim, INVALID_PLACEMENT, 0, task->sqe[1])) {
            sim->fdp.events[sim->fdp.count - 1].pid = (uint16_t)pid;
        }
        pid = 0;
    }
    sim->fdp.used[pid] += (task->sqe[12] & 0xffff) + 1;
    sim->fdp.placed += (task->sqe[12] & 0xffff) + 1;
    return SIM_OK;
}

uint64_t lwnvme_sim_placed_blocks(const struct lwnvme_sim *sim)
{
    return sim->fdp.placed;
}

/* ---- both steps ---- */

bool lwsim_command_set_has(const struct lwnvme_sim *sim, uint8_t opcode)
{
    switch (opcode) {
    /* By their bit, or by a limit of their own. */
    case SIM_WRITE_UNCORRECTABLE:
        return (sim->config.oncs & ONCS_UNCORRECTABLE) != 0 || sim->config.wusl != 0;
    case SIM_WRITE_ZEROES:
        return (sim->config.oncs & SIM_ONCS_WRITE_ZEROES) != 0 || sim->config.wzsl != 0;
    case SIM_VERIFY:
        return (sim->config.oncs & SIM_ONCS_VERIFY) != 0 || sim->config.vsl != 0;
    case SIM_DATASET:
        return (sim->config.oncs & SIM_ONCS_DATASET) != 0 || sim->config.dmrl != 0 ||
               sim->config.dmrsl != 0 || sim->config.dmsl != 0;
    case SIM_COPY:
        return (sim->config.oncs & ONCS_COPY) != 0;
    case SIM_MANAGEMENT_RECEIVE:
    case SIM_MANAGEMENT_SEND:
        return (sim->config.ctratt & CTRATT_FDP) != 0;
    default:
        return (sim->config.oncs & ONCS_RESERVATIONS) != 0;
    }
}

uint16_t lwsim_command_set_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns,
                                   struct sim_task *task, uint64_t *bytes)
{
    task->direction = LWNVME_TO_DEVICE;
    switch (lwsim_opcode(task)) {
    case SIM_COPY:
        return lwsim_copy_prepare(sim, ns, task, bytes);
    case SIM_MANAGEMENT_SEND:
        *bytes = ((uint64_t)(task->sqe[10] >> 16) + 1) * 2;
        return (task->sqe[10] & 0xff) == 1 ? SIM_OK : SIM_INVALID_FIELD;
    case SIM_MANAGEMENT_RECEIVE:
        task->direction = LWNVME_FROM_DEVICE;
        *bytes = ((uint64_t)task->sqe[11] + 1) * 4;
        return (task->sqe[10] & 0xff) == 1 ? SIM_OK : SIM_INVALID_FIELD;
    case SIM_RESERVATION_REPORT:
        task->direction = LWNVME_FROM_DEVICE;
        *bytes = ((uint64_t)task->sqe[10] + 1) * 4;
        return SIM_OK;
    case SIM_RESERVATION_RELEASE:
        *bytes = 8;
        return SIM_OK;
    default:
        *bytes = 16;
        return SIM_OK;
    }
}

uint16_t lwsim_command_set_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint8_t data[16] = {0};
    uint64_t keys[2];
    switch (lwsim_opcode(task)) {
    case SIM_COPY:
        return lwsim_copy_execute(sim, task, ns);
    case SIM_MANAGEMENT_SEND:
    case SIM_MANAGEMENT_RECEIVE:
        return execute_management(sim, task);
    case SIM_RESERVATION_REPORT:
        return execute_report(sim, task, ns);
    default:
        if (!lwsim_data(sim, task, data, task->data.bytes)) {
            return SIM_TRANSFER_ERROR;
        }
        keys[0] = lwsim_get(data, 8);
        keys[1] = lwsim_get(data + 8, 8);
        return lwnvme_sim_reservation_act(sim, task->sqe[1], 0, lwsim_opcode(task), task->sqe[10], keys);
    }
}

/* ---- fused pairs ---- */

/* The next command of the queue has been fetched: is it the half that it has to be? SIM_NO_ANSWER: it waits for the
 * second one. */
bool lwsim_fused_fetched(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_sq *sq = &sim->sq[task->sqid];
    uint32_t fuse = (sim->config.fuses & 1) != 0 && task->sqid != 0 ? task->sqe[0] >> 8 & 3 : 0;
    if (sq->fused_waits && fuse != 2) {
        lwsim_fused_missing(sim, task->sqid);
    }
    if (fuse == 1) {
        sq->fused_waits = true;
        sq->fused_cid = task->cid;
        lwsim_task_park(&sim->parked, task);
        return true;
    }
    if (fuse == 2) {
        if (!sq->fused_waits) {
            lwsim_violation(sim, "SQ %u: second half of a fused pair without the first", task->sqid);
        }
        task->partner = sq->fused_waits ? sq->fused_cid : UINT32_MAX;
        sq->fused_waits = false;
    }
    return false;
}

/* The first half is there, and what follows is not the second. */
void lwsim_fused_missing(struct lwnvme_sim *sim, uint16_t qid)
{
    struct sim_sq *sq = &sim->sq[qid];
    struct sim_task *first = lwsim_task_take(sim, qid, sq->fused_cid);
    sq->fused_waits = false;
    lwsim_violation(sim, "SQ %u: a fused pair whose second half does not follow in the ring", qid);
    if (first != NULL) {
        first->status = ABORTED_MISSING_FUSED;
        lwsim_task_complete(sim, first);
    }
}

static uint16_t pair_check(struct lwnvme_sim *sim, const struct sim_task *first,
                           const struct sim_task *second)
{
    if (lwsim_opcode(first) != SIM_COMPARE || lwsim_opcode(second) != SIM_WRITE ||
        first->sqe[1] != second->sqe[1] || first->slba != second->slba || first->blocks != second->blocks) {
        lwsim_violation(sim, "SQ %u: fused commands that are no compare and write of the same blocks",
                        first->sqid);
        return SIM_INVALID_FIELD;
    }
    return first->blocks > sim->config.acwu + 1u ? ATOMIC_UNIT_EXCEEDED : SIM_OK;
}

/* Both are carried out at once; nothing comes between them. */
void lwsim_fused_execute(struct lwnvme_sim *sim, struct sim_task *second)
{
    struct sim_task *first =
        second->partner == UINT32_MAX ? NULL : lwsim_task_take(sim, second->sqid, (uint16_t)second->partner);
    if (first == NULL) {
        second->status = ABORTED_MISSING_FUSED;
        lwsim_task_complete(sim, second);
        return;
    }
    uint16_t status = first->status == SIM_OK ? pair_check(sim, first, second) : first->status;
    if (status == SIM_OK || first->fault.kind == LWNVME_SIM_STATUS) {
        status = lwsim_command_run(sim, first);
    }
    first->status = status;
    second->status = (status & 0x7ff) == 0 ? lwsim_command_run(sim, second) : ABORTED_FAILED_FUSED;
    if ((status & 0x7ff) == 0 && (second->status & 0x7ff) != 0 && sim->config.fused_fails_both) {
        first->status = ABORTED_FAILED_FUSED;
    }
    if (first->fault.kind == LWNVME_SIM_LOSE) {
        lwsim_task_park(&sim->parked, first);
    } else {
        lwsim_task_complete(sim, first);
    }
    lwsim_task_complete(sim, second);
}

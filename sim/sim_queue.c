/* SPDX-License-Identifier: MIT */
/*
 * Queues and the commands in flight.
 *
 *     doorbell -> fetch (all new entries) -> prepare -> heap by due time -> execute -> completion posted
 *
 * A task holds pins on the memory of its data from fetch to completion, a queue on that of its ring from
 * its creation until it is deleted or CSTS.RDY is 0: what the driver takes back in between is a violation.
 */
#include "sim_internal.h"

#define SQE_BYTES 64u
#define CQE_BYTES 16u

/* ---- tasks ---- */

struct sim_task *lwsim_task_new(struct lwnvme_sim *sim)
{
    struct sim_task *task = sim->spare;
    if (task == NULL) {
        return calloc(1, sizeof(*task));
    }
    sim->spare = task->next;
    struct sim_segments data = task->data;
    struct sim_segments metadata = task->metadata;
    memset(task, 0, sizeof(*task));
    task->data = data;
    task->metadata = metadata;
    lwsim_segments_clear(&task->data);
    lwsim_segments_clear(&task->metadata);
    return task;
}

void lwsim_task_free(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (task == NULL) {
        return;
    }
    task->next = sim->spare;
    sim->spare = task;
}

void lwsim_task_park(struct sim_task **list, struct sim_task *task)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    task->next = NULL;
    *list = task;
}

static bool task_before(const struct sim_task *a, const struct sim_task *b)
{
    return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void heap_up(struct lwnvme_sim *sim, size_t at)
{
    struct sim_task *task = sim->heap[at];
    while (at != 0 && task_before(task, sim->heap[(at - 1) / 2])) {
        sim->heap[at] = sim->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->heap[at] = task;
}

static void heap_down(struct lwnvme_sim *sim, size_t at)
{
    struct sim_task *task = sim->heap[at];
    for (;;) {
        size_t child = at * 2 + 1;
        if (child + 1 < sim->heap_count && task_before(sim->heap[child + 1], sim->heap[child])) {
            child++;
        }
        if (child >= sim->heap_count || !task_before(sim->heap[child], task)) {
            break;
        }
        sim->heap[at] = sim->heap[child];
        at = child;
    }
    sim->heap[at] = task;
}

static struct sim_task *heap_take(struct lwnvme_sim *sim, size_t at)
{
    struct sim_task *task = sim->heap[at];
    sim->heap_count--;
    if (at != sim->heap_count) {
        sim->heap[at] = sim->heap[sim->heap_count];
        heap_down(sim, at);
        heap_up(sim, at);
    }
    return task;
}

bool lwsim_task_schedule(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (sim->heap_count == sim->heap_room) {
        size_t room = sim->heap_room == 0 ? 64 : sim->heap_room * 2;
        struct sim_task **larger = realloc(sim->heap, room * sizeof(struct sim_task *));
        if (larger == NULL) {
            return false;
        }
        sim->heap = larger;
        sim->heap_room = room;
    }
    sim->task_serial++;
    task->order = sim->config.shuffle ? lwsim_random(sim) : sim->task_serial;
    sim->heap[sim->heap_count++] = task;
    heap_up(sim, sim->heap_count - 1);
    return true;
}

static struct sim_task *list_take(struct sim_task **list, uint16_t sqid, uint32_t cid)
{
    for (; *list != NULL; list = &(*list)->next) {
        struct sim_task *task = *list;
        if (task->sqid == sqid && (cid == UINT32_MAX || task->cid == cid)) {
            *list = task->next;
            return task;
        }
    }
    return NULL;
}

static struct sim_task *task_find(struct lwnvme_sim *sim, uint16_t sqid, uint32_t cid)
{
    for (size_t i = 0; i < sim->heap_count; i++) {
        const struct sim_task *task = sim->heap[i];
        if (task->kind == SIM_TASK_COMMAND && task->sqid == sqid && (cid == UINT32_MAX || task->cid == cid)) {
            return heap_take(sim, i);
        }
    }
    struct sim_task *task = list_take(&sim->parked, sqid, cid);
    if (task == NULL) {
        task = list_take(&sim->events, sqid, cid);
        sim->event_count -= task == NULL ? 0 : 1;
    }
    return task;
}

struct sim_task *lwsim_task_take(struct lwnvme_sim *sim, uint16_t sqid, uint16_t cid)
{
    return task_find(sim, sqid, cid);
}

static bool is_for(const struct sim_task *task, uint16_t sqid, uint32_t nsid)
{
    return task->kind == SIM_TASK_COMMAND && task->sqid == sqid &&
           (nsid == UINT32_MAX || task->sqe[1] == nsid);
}

uint32_t lwsim_queue_cancel(struct lwnvme_sim *sim, uint16_t sqid, uint32_t nsid)
{
    uint32_t count = 0;
    for (;;) {
        struct sim_task *found = NULL;
        for (size_t i = 0; i < sim->heap_count && found == NULL; i++) {
            found = is_for(sim->heap[i], sqid, nsid) ? sim->heap[i] : NULL;
        }
        for (struct sim_task *task = sim->parked; task != NULL && found == NULL; task = task->next) {
            found = is_for(task, sqid, nsid) ? task : NULL;
        }
        if (found == NULL) {
            return count;
        }
        found = lwsim_task_take(sim, sqid, found->cid);
        found->status = SIM_ABORT_REQUESTED;
        found->fault.kind = LWNVME_SIM_NO_FAULT;
        lwsim_task_complete(sim, found);
        count++;
    }
}

/* The driver's side of a command ends: its identifier and its memory are free. */
static void task_release(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_sq *sq = &sim->sq[task->sqid];
    if (task->kind != SIM_TASK_COMMAND) {
        return;
    }
    lwsim_segments_pin(sim, &task->data, false);
    lwsim_segments_pin(sim, &task->metadata, false);
    if (sq->live && sq->in_flight != 0) {
        sq->in_flight--;
        sq->cids[task->cid / 8] = (uint8_t)(sq->cids[task->cid / 8] & ~(1u << task->cid % 8));
    }
    if (task->sqid == 0 && (task->sqe[0] & 0xff) == SIM_ABORT && sim->aborts != 0) {
        sim->aborts--;
    }
}

/* ---- completions ---- */

/* Where order is weak, dwords 2 and 3 are what the CPU sees first of a new entry. */
static void cqe_show(struct lwnvme_sim *sim, const struct sim_cq *cq, uint32_t slot)
{
    uint64_t run = 0;
    uint8_t *cpu =
        sim->config.weak_order ? lwsim_cpu_view(sim, cq->base + (uint64_t)slot * CQE_BYTES + 8, &run) : NULL;
    if (cpu != NULL) {
        lwsim_view_show(sim, cpu, 8);
    }
}

static void cqe_store(struct lwnvme_sim *sim, struct sim_cq *cq, uint32_t slot, const uint32_t cqe[4])
{
    uint8_t bytes[CQE_BYTES];
    for (unsigned i = 0; i < 4; i++) {
        lwsim_put(bytes + 4 * i, cqe[i], 4);
    }
    (void)lwsim_dma(sim, cq->base + (uint64_t)slot * CQE_BYTES, bytes, CQE_BYTES, true);
    cqe_show(sim, cq, slot);
}

/* First beat of a torn entry: only the byte with the phase tag is new. */
static void cqe_store_phase(struct lwnvme_sim *sim, struct sim_cq *cq, uint32_t slot, uint32_t dword3)
{
    uint64_t run = 0;
    uint8_t *at = lwsim_dma_at(sim, cq->base + (uint64_t)slot * CQE_BYTES + 14, true, &run);
    if (at != NULL) {
        *at = (uint8_t)((*at & 0xfe) | (dword3 >> 16 & 1));
        cqe_show(sim, cq, slot);
    }
}

static void cq_advance(struct lwnvme_sim *sim, struct sim_cq *cq, bool interrupts)
{
    cq->used++;
    cq->posted++;
    cq->tail++;
    if (cq->tail == cq->size) {
        cq->tail = 0;
        cq->phase = !cq->phase;
    }
    if (interrupts) {
        lwsim_interrupt_post(sim, (uint16_t)(cq - sim->cq));
    }
}

/* A posted entry's after-effects: the second beat, the second copy. */
static void post_follow_up(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t slot)
{
    bool torn = task->fault.kind == LWNVME_SIM_TORN;
    if (!torn && task->fault.kind != LWNVME_SIM_DUPLICATE) {
        return;
    }
    struct sim_task *again = lwsim_task_new(sim);
    if (again == NULL) {
        return;
    }
    again->kind = torn ? SIM_TASK_FINISH_TORN : SIM_TASK_POST;
    again->cqid = task->cqid;
    again->cq_slot = slot;
    again->posted = sim->cq[task->cqid].posted;
    again->due = sim->now + task->fault.value;
    memcpy(again->cqe, task->cqe, sizeof(again->cqe));
    if (!lwsim_task_schedule(sim, again)) {
        lwsim_task_free(sim, again);
    }
}

/* Writes task->cqe into the CQ, which has room, and ends the task. */
static void post_now(struct lwnvme_sim *sim, struct sim_cq *cq, struct sim_task *task)
{
    uint32_t slot = cq->tail;
    if (task->kind == SIM_TASK_COMMAND) {
        struct sim_sq *sq = &sim->sq[task->sqid];
        bool wrong = task->fault.kind == LWNVME_SIM_WRONG_SQHD;
        task->cqe[2] |= wrong ? (uint32_t)task->fault.value & 0xffff : sq->head & 0xffff;
        sq->reported = sq->head;
        sq->answered = true;
        memcpy(sq->answer, task->cqe, sizeof(sq->answer));
        if (sim->config.on_completion != NULL) {
            sim->busy++;
            sim->config.on_completion(sim->config.callback_context, task->sqid, task->cqe);
            sim->busy--;
        }
    }
    bool phase = task->fault.kind == LWNVME_SIM_WRONG_PHASE ? !cq->phase : cq->phase;
    task->cqe[3] = (task->cqe[3] & ~0x10000u) | (phase ? 0x10000u : 0);
    if (task->fault.kind == LWNVME_SIM_TORN) {
        cqe_store_phase(sim, cq, slot, task->cqe[3]);
    } else {
        cqe_store(sim, cq, slot, task->cqe);
    }
    cq_advance(sim, cq, task->fault.kind != LWNVME_SIM_NO_INTERRUPT);
    sim->counts.completions++;
    post_follow_up(sim, task, slot);
    task_release(sim, task);
    lwsim_task_free(sim, task);
}

static void head_move(struct lwnvme_sim *sim, uint16_t qid, uint32_t head);
static void post_waiting(struct lwnvme_sim *sim, struct sim_cq *cq);

static void post(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_cq *cq = &sim->cq[task->cqid];
    if (!cq->live) {
        task_release(sim, task);
        lwsim_task_free(sim, task);
        return;
    }
    uint32_t head = cq->head;
    if (lwsim_shadow_read(sim, task->cqid, true, &head) && head != cq->head) {
        head_move(sim, task->cqid, head);
    }
    if (cq->waiting == NULL && cq->used < cq->size - 1) {
        post_now(sim, cq, task);
        return;
    }
    /* It wants the doorbell now, and looks once more. */
    lwsim_shadow_event(sim, task->cqid, true, cq->head);
    if (lwsim_shadow_read(sim, task->cqid, true, &head) && head != cq->head) {
        head_move(sim, task->cqid, head);
        post_waiting(sim, cq);
    }
    if (cq->waiting == NULL && cq->used < cq->size - 1) {
        post_now(sim, cq, task);
        return;
    }
    sim->counts.cq_stalls++;
    if (sim->config.strict_cq_room) {
        lwsim_violation(sim, "CQ %u: a completion finds all %u places taken", task->cqid, cq->size - 1);
    }
    lwsim_task_park(&cq->waiting, task);
}

static void post_waiting(struct lwnvme_sim *sim, struct sim_cq *cq)
{
    while (cq->live && cq->waiting != NULL && cq->used < cq->size - 1) {
        struct sim_task *task = cq->waiting;
        cq->waiting = task->next;
        post_now(sim, cq, task);
    }
}

static void post_extra(struct lwnvme_sim *sim, const struct sim_task *task)
{
    struct sim_task *extra = lwsim_task_new(sim);
    if (extra == NULL) {
        return;
    }
    extra->kind = SIM_TASK_POST;
    extra->cqid = task->cqid;
    extra->cqe[2] = (uint32_t)task->sqid << 16 | sim->sq[task->sqid].head;
    extra->cqe[3] = (uint32_t)task->fault.value & 0xffff;
    if (task->fault.kind == LWNVME_SIM_EXTRA_XOR_CID) {
        extra->cqe[3] ^= task->cid;
    } else if (task->fault.kind == LWNVME_SIM_STALE) {
        memcpy(extra->cqe, sim->sq[task->sqid].answer, sizeof(extra->cqe));
    }
    post(sim, extra);
}

void lwsim_task_complete(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct lwnvme_sim_fault *fault = &task->fault;
    uint32_t sqid = fault->kind == LWNVME_SIM_WRONG_SQID ? (uint32_t)fault->value & 0xffff : task->sqid;
    uint32_t cid = fault->kind == LWNVME_SIM_WRONG_CID ? (uint32_t)fault->value & 0xffff : task->cid;
    cid ^= fault->kind == LWNVME_SIM_XOR_CID ? (uint32_t)fault->value & 0xffff : 0;
    task->cqid = sim->sq[task->sqid].cqid;
    if ((task->status & 0x7ff) != 0) {
        sim->counts.failures++;
        lwsim_log_error(sim, task);
    }
    if (fault->kind == LWNVME_SIM_EXTRA_CID || fault->kind == LWNVME_SIM_EXTRA_XOR_CID ||
        (fault->kind == LWNVME_SIM_STALE && sim->sq[task->sqid].answered)) {
        post_extra(sim, task);
    }
    task->cqe[0] = fault->kind == LWNVME_SIM_RESULT ? (uint32_t)fault->value : task->result;
    task->cqe[1] = task->result_dw1;
    task->cqe[2] = sqid << 16;
    task->cqe[3] = cid | (uint32_t)(task->status & 0x7fff) << 17;
    post(sim, task);
}

void lwnvme_sim_post_raw(struct lwnvme_sim *sim, uint16_t cqid, const uint32_t completion[4])
{
    struct sim_task *task = cqid > sim->config.io_queue_pairs ? NULL : lwsim_task_new(sim);
    if (task == NULL) {
        return;
    }
    task->kind = SIM_TASK_POST;
    task->cqid = cqid;
    memcpy(task->cqe, completion, sizeof(task->cqe));
    post(sim, task);
}

/* ---- running ---- */

static bool queues_run(const struct lwnvme_sim *sim)
{
    if ((sim->csts & SIM_CSTS_PP) != 0 || lwsim_fatal(sim) || sim->fenced || sim->removed || sim->dead ||
        sim->stuck || sim->stuck_for_good || !lwsim_ready(sim)) {
        return false;
    }
    return lwsim_enabled(sim) || sim->config.complete_during_disable;
}

uint64_t lwsim_queue_next(const struct lwnvme_sim *sim)
{
    return sim->heap_count == 0 || !queues_run(sim) ? LWNVME_SIM_NEVER : sim->heap[0]->due;
}

void lwsim_queue_run_one(struct lwnvme_sim *sim)
{
    struct sim_task *task = heap_take(sim, 0);
    if (task->kind == SIM_TASK_COMMAND) {
        lwsim_command_execute(sim, task);
        return;
    }
    if (task->kind == SIM_TASK_POST) {
        post(sim, task);
        return;
    }
    struct sim_cq *cq = &sim->cq[task->cqid];
    if (cq->live && cq->posted - task->posted < cq->size) { /* not if the place has been used again */
        cqe_store(sim, cq, task->cq_slot, task->cqe);
    }
    lwsim_task_free(sim, task);
}

/* ---- doorbells ---- */

static bool cid_claim(struct lwnvme_sim *sim, struct sim_sq *sq, const struct sim_task *task)
{
    uint8_t bit = (uint8_t)(1u << task->cid % 8);
    if (task->cid == 0xffff) {
        lwsim_violation(sim, "SQ %u: command identifier FFFFh, which stands for no command in the error log",
                        task->sqid);
    }
    if ((sq->cids[task->cid / 8] & bit) != 0) {
        lwsim_violation(sim, "SQ %u: command identifier 0x%04x is in flight already", task->sqid, task->cid);
        return false;
    }
    sq->cids[task->cid / 8] |= bit;
    sq->in_flight++;
    return true;
}

/* A command whose identifier is in use is answered, but must not free the other one's identifier. */
static void refuse_conflict(struct lwnvme_sim *sim, struct sim_task *task)
{
    task->kind = SIM_TASK_POST;
    task->cqid = sim->sq[task->sqid].cqid;
    task->cqe[2] = (uint32_t)task->sqid << 16 | sim->sq[task->sqid].head;
    task->cqe[3] = task->cid | (uint32_t)SIM_CID_CONFLICT << 17;
    post(sim, task);
}

static bool is_parked(enum lwnvme_sim_fault_kind kind)
{
    return kind == LWNVME_SIM_REMOVE || kind == LWNVME_SIM_POWER_CUT || kind == LWNVME_SIM_FATAL ||
           kind == LWNVME_SIM_LOSE || kind == LWNVME_SIM_LATE_DMA || kind == LWNVME_SIM_STUCK;
}

/* A command is where it belongs; what else its fault means. */
static void fetched(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct lwnvme_sim_fault fault = task->fault;
    if (is_parked(fault.kind)) {
        lwsim_task_park(&sim->parked, task);
    } else if (!lwsim_task_schedule(sim, task)) {
        lwnvme_sim_fatal(sim);
        return;
    }
    switch (fault.kind) {
    case LWNVME_SIM_REMOVE:
        lwnvme_sim_remove(sim);
        break;
    case LWNVME_SIM_POWER_CUT:
        lwnvme_sim_power_cut(sim);
        break;
    case LWNVME_SIM_FATAL:
        lwnvme_sim_fatal(sim);
        break;
    case LWNVME_SIM_STUCK:
        sim->stuck = true;
        sim->stuck_for_good = fault.value != 0;
        break;
    case LWNVME_SIM_INTERRUPT:
        for (uint32_t i = 0; i < lwsim_vectors(sim); i++) {
            lwnvme_sim_interrupt(sim, (uint16_t)i);
        }
        break;
    default:
        break;
    }
}

/* Commands that the driver believed stopped by CC.EN = 0 come to their end all the same, before RDY is 0. */
void lwsim_late_run(struct lwnvme_sim *sim)
{
    struct sim_task **list = &sim->parked;
    while (*list != NULL) {
        struct sim_task *task = *list;
        if (task->fault.kind != LWNVME_SIM_LATE_DMA) {
            list = &task->next;
            continue;
        }
        *list = task->next;
        lwsim_command_execute(sim, task);
    }
}

static void fetch_one(struct lwnvme_sim *sim, uint16_t qid)
{
    struct sim_sq *sq = &sim->sq[qid];
    uint8_t bytes[SQE_BYTES];
    struct sim_task *task = lwsim_task_new(sim);
    uint64_t from = sq->base + (uint64_t)sq->head * SQE_BYTES;
    const uint8_t *own = sq->in_cmb ? lwsim_cmb_at(sim, from, SQE_BYTES) : NULL;
    bool read = task != NULL && (sq->in_cmb ? own != NULL : lwsim_dma(sim, from, bytes, SQE_BYTES, false));
    if (read && own != NULL) {
        memcpy(bytes, own, SQE_BYTES);
    }
    sq->head = sq->head + 1 == sq->size ? 0 : sq->head + 1;
    if (!read) {
        lwsim_task_free(sim, task);
        lwnvme_sim_fatal(sim);
        return;
    }
    for (unsigned i = 0; i < 16; i++) {
        task->sqe[i] = (uint32_t)lwsim_get(bytes + 4 * i, 4);
    }
    task->sqid = qid;
    task->cid = (uint16_t)(task->sqe[0] >> 16);
    sim->counts.commands++;
    (qid == 0 ? sim->counts.admin_commands : sim->counts.io_commands)[task->sqe[0] & 0xff]++;
    if (sim->config.on_command != NULL) {
        sim->config.on_command(sim->config.callback_context, qid, task->sqe);
    }
    if (!cid_claim(sim, sq, task)) {
        refuse_conflict(sim, task);
        return;
    }
    task->due = sim->now + lwsim_command_prepare(sim, task);
    if (lwsim_fused_fetched(sim, task)) {
        return;
    }
    fetched(sim, task);
}

/* Halves of a fused pair are not parted. */
uint32_t lwsim_sq_fetch(struct lwnvme_sim *sim, uint16_t qid, uint32_t most)
{
    struct sim_sq *sq = &sim->sq[qid];
    uint32_t count = 0;
    sim->busy++;
    while (sq->live && sq->head != sq->tail && queues_run(sim) && (count < most || sq->fused_waits)) {
        fetch_one(sim, qid);
        count++;
    }
    if (sq->live && sq->fused_waits && sq->head == sq->tail) {
        lwsim_fused_missing(sim, qid);
    }
    sim->busy--;
    return count;
}

static void fetch_all(struct lwnvme_sim *sim, uint16_t qid)
{
    if (qid != 0 && sim->config.fetch_us != 0) {
        lwsim_arbitration_wake(sim);
    } else {
        (void)lwsim_sq_fetch(sim, qid, UINT32_MAX);
    }
}

void lwsim_queue_kick(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) {
        fetch_all(sim, (uint16_t)i);
    }
}

/* A new tail, rung or found in the shadow. */
static bool tail_move(struct lwnvme_sim *sim, uint16_t qid, uint32_t tail)
{
    struct sim_sq *sq = &sim->sq[qid];
    if (tail >= sq->size) {
        lwsim_violation(sim, "SQ %u: tail %u is beyond the ring of %u entries", qid, tail, sq->size);
        lwsim_event_raise(sim, 0, 1, 1);
        return false;
    }
    uint32_t fresh = (tail + sq->size - sq->tail) % sq->size;
    uint32_t taken = (sq->tail + sq->size - sq->reported) % sq->size;
    if (fresh + taken > sq->size - 1) {
        lwsim_violation(sim,
                        "SQ %u: tail %u overruns the head %u that was reported last (ring of %u entries)",
                        qid, tail, sq->reported, sq->size);
        lwsim_event_raise(sim, 0, 1, 1);
        return false;
    }
    sq->tail = tail;
    fetch_all(sim, qid);
    return true;
}

/* The doorbell's value must be in the shadow by now. */
static void check_shadow(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint32_t rung)
{
    uint32_t shadow = 0;
    if (lwsim_shadow_read(sim, qid, is_cq, &shadow) && shadow != rung && !sim->config.plain_registers) {
        lwsim_violation(sim, "%s %u: doorbell %u, but its shadow is %u", is_cq ? "CQ" : "SQ", qid, rung,
                        shadow);
    }
}

/* The value that was written last is an invalid one. With a shadow it may have been seen there. */
static void check_news(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, bool same)
{
    uint32_t shadow = 0;
    if (same && !lwsim_shadow_read(sim, qid, is_cq, &shadow)) {
        lwsim_violation(sim, "%s %u: the doorbell is rung with the value that it has", is_cq ? "CQ" : "SQ",
                        qid);
        lwsim_event_raise(sim, 0, 1, 1);
    }
}

void lwsim_sq_look(struct lwnvme_sim *sim, uint16_t qid, bool tell)
{
    struct sim_sq *sq = &sim->sq[qid];
    uint32_t shadow = 0;
    while (sq->live && lwsim_shadow_read(sim, qid, false, &shadow)) {
        if (tell) {
            lwsim_shadow_event(sim, qid, false, sq->tail);
            (void)lwsim_shadow_read(sim, qid, false, &shadow);
        }
        if (shadow == sq->tail || !tail_move(sim, qid, shadow)) {
            return;
        }
    }
}

static void ring_sq(struct lwnvme_sim *sim, uint16_t qid, uint32_t tail)
{
    sim->counts.sq_doorbells++;
    if ((sim->cc & 0xc000) != 0) {
        lwsim_violation(sim, "SQ %u: doorbell after a shutdown was asked for", qid);
        return;
    }
    check_shadow(sim, qid, false, tail);
    check_news(sim, qid, false, tail == sim->sq[qid].tail);
    if (tail_move(sim, qid, tail) && (qid == 0 || !lwsim_shadow_wake(sim))) {
        lwsim_sq_look(sim, qid, true);
    }
}

static void head_move(struct lwnvme_sim *sim, uint16_t qid, uint32_t head)
{
    struct sim_cq *cq = &sim->cq[qid];
    if (head >= cq->size) {
        lwsim_violation(sim, "CQ %u: head %u is beyond the ring of %u entries", qid, head, cq->size);
        lwsim_event_raise(sim, 0, 1, 1);
        return;
    }
    uint32_t taken = (head + cq->size - cq->head) % cq->size;
    if (taken > cq->used) {
        lwsim_violation(sim, "CQ %u: head %u passes the tail %u, only %u entries are posted", qid, head,
                        cq->tail, cq->used);
        return;
    }
    cq->head = head;
    cq->used -= taken;
}

static void ring_cq(struct lwnvme_sim *sim, uint16_t qid, uint32_t head)
{
    sim->counts.cq_doorbells++;
    if (sim->unread && !sim->config.plain_registers) { /* there it is seen late */
        lwsim_violation(
            sim, "CQ %u: its doorbell may have passed the reading of the entries that it gives back", qid);
    }
    check_shadow(sim, qid, true, head);
    check_news(sim, qid, true, head == sim->cq[qid].head);
    head_move(sim, qid, head);
    lwsim_shadow_event(sim, qid, true, head == 0 ? sim->cq[qid].size - 1 : head - 1);
    sim->busy++;
    post_waiting(sim, &sim->cq[qid]);
    sim->busy--;
}

void lwsim_doorbell(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    uint64_t stride = (uint64_t)4 << (sim->config.cap_dstrd & 15);
    uint64_t index = offset / stride;
    bool is_cq = (index & 1) != 0;
    uint64_t qid = index / 2;
    const char *name = is_cq ? "CQ" : "SQ";
    if (offset % stride != 0) {
        lwsim_violation(sim, "doorbell write at 0x%zx: no doorbell there with a stride of %llu bytes",
                        offset + 0x1000, (unsigned long long)stride);
        return;
    }
    if (sim->unknown) {
        return;
    }
    if (!lwsim_enabled(sim) || !lwsim_ready(sim)) {
        lwsim_violation(sim, "%s %llu: doorbell while CC.EN is %u and CSTS.RDY %u", name,
                        (unsigned long long)qid, (unsigned)lwsim_enabled(sim), (unsigned)lwsim_ready(sim));
        return;
    }
    if (lwsim_fatal(sim)) {
        return;
    }
    if (qid > sim->config.io_queue_pairs || !(is_cq ? sim->cq[qid].live : sim->sq[qid].live)) {
        lwsim_violation(sim, "%s %llu: doorbell of a queue that does not exist", name,
                        (unsigned long long)qid);
        lwsim_event_raise(sim, 0, 0, 1);
        return;
    }
    if (is_cq) {
        ring_cq(sim, (uint16_t)qid, value);
    } else {
        ring_sq(sim, (uint16_t)qid, value);
    }
}

/* ---- queues ---- */

static bool ring_claim(struct lwnvme_sim *sim, struct sim_segments *ring, uint64_t base, uint64_t bytes,
                       bool to_memory)
{
    lwsim_segments_clear(ring);
    if (!lwsim_segments_add(sim, ring, base, bytes, to_memory ? LWNVME_FROM_DEVICE : LWNVME_TO_DEVICE)) {
        lwsim_segments_clear(ring);
        return false;
    }
    lwsim_segments_pin(sim, ring, true);
    return true;
}

bool lwsim_sq_open(struct lwnvme_sim *sim, uint16_t qid, uint64_t base, uint32_t size, uint16_t cqid)
{
    struct sim_sq *sq = &sim->sq[qid];
    if (sq->cids == NULL) {
        sq->cids = malloc(65536 / 8);
    }
    sq->in_cmb = qid != 0 && lwsim_cmb_at(sim, base, (uint64_t)size * SQE_BYTES) != NULL;
    if (sq->in_cmb) {
        lwsim_segments_clear(&sq->ring);
    }
    if (sq->cids == NULL ||
        (!sq->in_cmb && !ring_claim(sim, &sq->ring, base, (uint64_t)size * SQE_BYTES, false))) {
        return false;
    }
    memset(sq->cids, 0, 65536 / 8);
    sq->live = true;
    sq->cqid = cqid;
    sq->size = size;
    sq->base = base;
    sq->head = sq->tail = sq->reported = 0;
    sq->in_flight = 0;
    sq->fused_waits = false;
    sq->answered = false;
    sim->cq[cqid].sqs++;
    return true;
}

/* The driver tells new entries by the phase tag, so a fresh ring must not hold any. */
static void check_phases(struct lwnvme_sim *sim, uint16_t qid, const struct sim_cq *cq)
{
    for (uint32_t i = 0; i < cq->size; i++) {
        uint64_t run = 0;
        const uint8_t *at = lwsim_cpu_view(sim, cq->base + (uint64_t)i * CQE_BYTES + 14, &run);
        if (at == NULL || (*at & 1) != 0) {
            lwsim_violation(sim, "CQ %u: entry %u of the fresh ring has its phase tag set", qid, i);
            return;
        }
    }
}

bool lwsim_cq_open(struct lwnvme_sim *sim, uint16_t qid, uint64_t base, uint32_t size)
{
    struct sim_cq *cq = &sim->cq[qid];
    if (!ring_claim(sim, &cq->ring, base, (uint64_t)size * CQE_BYTES, true)) {
        return false;
    }
    cq->live = true;
    cq->phase = true;
    cq->size = size;
    cq->base = base;
    cq->head = cq->tail = cq->used = 0;
    cq->vector = 0;
    cq->interrupts = qid == 0;
    check_phases(sim, qid, cq);
    return true;
}

void lwsim_sq_close(struct lwnvme_sim *sim, uint16_t qid)
{
    struct sim_sq *sq = &sim->sq[qid];
    for (struct sim_task *task = task_find(sim, qid, UINT32_MAX); task != NULL;
         task = task_find(sim, qid, UINT32_MAX)) {
        task->status = SIM_SQ_DELETED;
        task->fault.kind = LWNVME_SIM_NO_FAULT;
        lwsim_task_complete(sim, task);
    }
    lwsim_segments_pin(sim, &sq->ring, false);
    lwsim_segments_clear(&sq->ring);
    sq->live = false;
    sim->cq[sq->cqid].sqs--;
}

static void list_free(struct lwnvme_sim *sim, struct sim_task **list)
{
    while (*list != NULL) {
        struct sim_task *task = *list;
        *list = task->next;
        if (task->kind == SIM_TASK_COMMAND) {
            lwsim_segments_pin(sim, &task->data, false);
            lwsim_segments_pin(sim, &task->metadata, false);
        }
        lwsim_task_free(sim, task);
    }
}

void lwsim_cq_close(struct lwnvme_sim *sim, uint16_t qid)
{
    struct sim_cq *cq = &sim->cq[qid];
    list_free(sim, &cq->waiting);
    lwsim_segments_pin(sim, &cq->ring, false);
    lwsim_segments_clear(&cq->ring);
    cq->live = false;
    cq->sqs = 0;
}

void lwsim_queue_reset(struct lwnvme_sim *sim)
{
    while (sim->heap_count != 0) {
        struct sim_task *task = sim->heap[--sim->heap_count];
        if (task->kind == SIM_TASK_COMMAND) {
            lwsim_segments_pin(sim, &task->data, false);
            lwsim_segments_pin(sim, &task->metadata, false);
        }
        lwsim_task_free(sim, task);
    }
    list_free(sim, &sim->parked);
    list_free(sim, &sim->working);
    list_free(sim, &sim->events);
    for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) {
        if (sim->sq[i].live) {
            lwsim_segments_pin(sim, &sim->sq[i].ring, false);
            lwsim_segments_clear(&sim->sq[i].ring);
            sim->sq[i].live = false;
        }
        if (sim->cq[i].live) {
            lwsim_cq_close(sim, (uint16_t)i);
        }
        sim->cq[i].sqs = 0;
    }
    sim->event_count = 0;
    sim->pending_event_count = 0;
    sim->aborts = 0;
    sim->sqs_granted = sim->config.io_queue_pairs;
    sim->cqs_granted = sim->config.io_queue_pairs;
    sim->pairs_asked = false;
}

bool lwsim_queue_create_all(struct lwnvme_sim *sim)
{
    size_t count = (size_t)sim->config.io_queue_pairs + 1;
    sim->sq = calloc(count, sizeof(*sim->sq));
    sim->cq = calloc(count, sizeof(*sim->cq));
    sim->sqs_granted = sim->config.io_queue_pairs;
    sim->cqs_granted = sim->config.io_queue_pairs;
    return sim->sq != NULL && sim->cq != NULL;
}

void lwsim_queue_destroy_all(struct lwnvme_sim *sim)
{
    if (sim->sq != NULL && sim->cq != NULL) {
        lwsim_queue_reset(sim);
        for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) {
            free(sim->sq[i].cids);
            free(sim->sq[i].ring.items);
            free(sim->cq[i].ring.items);
        }
    }
    while (sim->spare != NULL) {
        struct sim_task *next = sim->spare->next;
        free(sim->spare->data.items);
        free(sim->spare->metadata.items);
        free(sim->spare);
        sim->spare = next;
    }
    free(sim->sq);
    free(sim->cq);
    free(sim->heap);
}

size_t lwnvme_sim_outstanding_commands(const struct lwnvme_sim *sim)
{
    size_t count = 0;
    for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) {
        count += sim->sq[i].live ? sim->sq[i].in_flight : 0;
    }
    return count;
}

uint8_t lwnvme_sim_queue_priority(const struct lwnvme_sim *sim, uint16_t qid)
{
    return qid <= sim->config.io_queue_pairs ? sim->sq[qid].priority : 0;
}

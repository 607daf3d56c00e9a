/* SPDX-License-Identifier: MIT */
/*
 * Admin commands: the dispatch, queues and abort.
 * NVM Express Base Specification 2.1, section 5 "Admin Command Set".
 */
#include "sim_internal.h"

#define CTRATT_SETS 0x4u

/* ---- queues ---- */

static uint16_t check_ring(struct lwnvme_sim *sim, const struct sim_task *task, uint16_t granted, bool exists)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    uint32_t size = (task->sqe[10] >> 16) + 1;
    uint64_t base = lwsim_pair(&task->sqe[6]);
    const char *name = lwsim_opcode(task) == SIM_CREATE_CQ ? "Create I/O CQ" : "Create I/O SQ";
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

static uint16_t create_cq(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t qid = task->sqe[10] & 0xffff;
    uint32_t vector = task->sqe[11] >> 16;
    uint32_t vectors = lwsim_vectors(sim);
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
    if (lwsim_cmb_at(sim, lwsim_pair(&task->sqe[6]), 16) != NULL) {
        lwsim_violation(sim, "Create I/O CQ: in the controller memory buffer, but CMBSZ.CQS is 0");
        return SIM_CMB_INVALID;
    }
    if (!lwsim_cq_open(sim, (uint16_t)qid, lwsim_pair(&task->sqe[6]), (task->sqe[10] >> 16) + 1)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->cq[qid].vector = (uint16_t)vector;
    sim->cq[qid].interrupts = (task->sqe[11] & 2) != 0;
    return SIM_OK;
}

static uint16_t create_sq(struct lwnvme_sim *sim, struct sim_task *task)
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
    if ((task->sqe[12] & 0xffff) != 0 && (sim->config.ctratt & CTRATT_SETS) == 0) {
        lwsim_violation(sim, "Create I/O SQ: NVM set %u, but the controller has none",
                        task->sqe[12] & 0xffff);
        return SIM_INVALID_FIELD;
    }
    uint32_t size = (task->sqe[10] >> 16) + 1;
    sim->sq[qid].priority = (uint8_t)(task->sqe[11] >> 1 & 3);
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

static uint16_t delete_sq(struct lwnvme_sim *sim, struct sim_task *task)
{
    return delete_queue(sim, task, false);
}

static uint16_t delete_cq(struct lwnvme_sim *sim, struct sim_task *task)
{
    return delete_queue(sim, task, true);
}

/* ---- abort ---- */

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

static uint16_t prepare_abort(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    (void)task;
    (void)bytes;
    sim->aborts++;
    return sim->aborts > sim->config.acl + 1u ? SIM_ABORT_LIMIT : SIM_OK;
}

/* ---- the two steps ---- */

uint16_t lwsim_admin_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    const struct sim_command *command = lwsim_command_of(sim, lwsim_opcode(task));
    return command->prepare == NULL ? SIM_OK : command->prepare(sim, task, bytes);
}

/* What was there when the command was fetched is carried out, whatever the gate says by now. */
uint16_t lwsim_admin_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    return sim->commands[lwsim_opcode(task)]->execute(sim, task);
}

static const struct sim_command commands[] = {
    {.rule = {SIM_DELETE_SQ, false, SIM_POINTER_NONE, {0, 0, 0x0000ffff, 0, 0, 0, 0, 0}},
     .execute = delete_sq},
    {.rule = {SIM_CREATE_SQ, false, SIM_POINTER_RING, {0, 0, 0xffffffff, 0xffff0007, 0xffff, 0, 0, 0}},
     .execute = create_sq},
    {.rule = {SIM_DELETE_CQ, false, SIM_POINTER_NONE, {0, 0, 0x0000ffff, 0, 0, 0, 0, 0}},
     .execute = delete_cq},
    {.rule = {SIM_CREATE_CQ, false, SIM_POINTER_RING, {0, 0, 0xffffffff, 0xffff0003, 0, 0, 0, 0}},
     .execute = create_cq},
    {.rule = {SIM_ABORT, false, SIM_POINTER_NONE, {0, 0, 0xffffffff, 0, 0, 0, 0, 0}},
     .prepare = prepare_abort,
     .execute = abort_command},
};

const struct sim_part lwsim_admin_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
};

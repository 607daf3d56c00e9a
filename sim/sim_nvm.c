/* SPDX-License-Identifier: MIT */
/*
 * The NVM command set: read, write, flush, compare, write zeroes, dataset management, verify.
 * NVM Express NVM Command Set Specification 1.1, section 3 "I/O Commands for the NVM Command Set".
 */
#include "sim_internal.h"

#define FUA              0x40000000u
#define CACHED_RANGE_MAX 1024u /* blocks */
#define CONTEXT_RESERVED 0x00fff8c0u

static uint8_t opcode_of(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[0] & 0xff);
}

#define CANCEL_ITSELF (0x184 | SIM_DNR)

static bool opcode_supported(const struct lwnvme_sim *sim, uint8_t opcode)
{
    switch (opcode) {
    case SIM_COMPARE:
        return (sim->config.oncs & SIM_ONCS_COMPARE) != 0;
    case SIM_CANCEL:
        return sim->config.cancel;
    case SIM_FLUSH:
    case SIM_READ:
    case SIM_WRITE:
    case SIM_ZONE_SEND:
    case SIM_ZONE_RECEIVE:
    case SIM_ZONE_APPEND:
        return true;
    default:
        return lwsim_command_set_has(sim, opcode);
    }
}

/* ---- cancel ---- */

static uint16_t prepare_cancel(const struct sim_task *task)
{
    uint32_t action = task->sqe[11] & 3;
    uint32_t cid = task->sqe[10] >> 16;
    if ((task->sqe[10] & 0xffff) != task->sqid || action > 1 || (action == 1 && cid != 0xffff)) {
        return SIM_INVALID_FIELD;
    }
    return action == 0 && cid == task->cid ? CANCEL_ITSELF : SIM_OK;
}

static uint16_t execute_cancel(struct lwnvme_sim *sim, struct sim_task *task)
{
    if ((task->sqe[11] & 3) == 1) {
        task->result = lwsim_queue_cancel(sim, task->sqid, task->sqe[1]);
        return SIM_OK;
    }
    struct sim_task *victim = lwsim_task_take(sim, task->sqid, (uint16_t)(task->sqe[10] >> 16));
    if (victim != NULL) {
        victim->status = SIM_ABORT_REQUESTED;
        victim->fault.kind = LWNVME_SIM_NO_FAULT;
        lwsim_task_complete(sim, victim);
        task->result = 1;
    }
    return SIM_OK;
}

static bool flush_of_all(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    return opcode_of(task) == SIM_FLUSH && task->sqe[1] == UINT32_MAX && (sim->config.vwc >> 1 & 3) == 3;
}

static uint16_t check_namespace(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t nsid = task->sqe[1];
    const struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    if (flush_of_all(sim, task)) {
        return SIM_OK;
    }
    if (nsid == 0 || nsid > lwsim_nn(sim)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (ns == NULL) {
        return SIM_INVALID_FIELD;
    }
    return ns->usable ? SIM_OK : SIM_INVALID_NAMESPACE;
}

static uint16_t check_range(const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    return lba > ns->is.nsze || count > ns->is.nsze - lba ? SIM_LBA_RANGE : SIM_OK;
}

static bool is_write(uint8_t opcode)
{
    return opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES || opcode == SIM_DATASET || opcode == SIM_COPY ||
           opcode == SIM_WRITE_UNCORRECTABLE || opcode == SIM_ZONE_SEND || opcode == SIM_ZONE_APPEND;
}

static uint16_t prepare_dataset(const struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    if (sim->config.dmrl != 0 && (task->sqe[10] & 0xff) >= sim->config.dmrl) {
        return SIM_INVALID_FIELD;
    }
    task->direction = LWNVME_TO_DEVICE;
    *bytes = ((uint64_t)(task->sqe[10] & 0xff) + 1) * 16;
    return SIM_OK;
}

static uint16_t prepare_blocks(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint8_t opcode = opcode_of(task);
    task->slba = lwsim_pair(&task->sqe[10]);
    task->blocks = (task->sqe[12] & 0xffff) + 1;
    uint16_t status = check_range(ns, task->slba, task->blocks);
    task->direction = opcode == SIM_READ ? LWNVME_FROM_DEVICE : LWNVME_TO_DEVICE;
    if (status == SIM_OK) {
        status = lwsim_protection_prepare(sim, task);
    }
    if (status == SIM_OK && opcode == SIM_WRITE_ZEROES) {
        return lwsim_size_check(sim, ns, task, sim->config.wzsl);
    }
    if (status == SIM_OK && opcode == SIM_VERIFY) {
        return lwsim_size_check(sim, ns, task, sim->config.vsl);
    }
    if (status == SIM_OK && opcode == SIM_WRITE_UNCORRECTABLE) {
        return lwsim_size_check(sim, ns, task, sim->config.wusl);
    }
    if (status != SIM_OK) {
        return status;
    }
    *bytes = task->blocks * lwsim_transfer_unit(ns, task);
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    bool limited = sim->config.mdts != 0 && sim->config.mdts < 32;
    return limited && *bytes > page << sim->config.mdts ? SIM_INVALID_FIELD : SIM_OK;
}

uint16_t lwsim_nvm_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint8_t opcode = opcode_of(task);
    bool of_keys = lwsim_kv_takes(sim, task);
    if (!of_keys && !opcode_supported(sim, opcode)) {
        return SIM_INVALID_OPCODE;
    }
    if (opcode == SIM_CANCEL && (task->sqe[1] == UINT32_MAX || check_namespace(sim, task) == SIM_OK)) {
        return prepare_cancel(task);
    }
    uint16_t status = check_namespace(sim, task);
    if (status != SIM_OK) {
        return status;
    }
    if (sim->now < sim->media_due) {
        return SIM_NAMESPACE_NOT_READY;
    }
    if (opcode == SIM_FLUSH) {
        return SIM_OK;
    }
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (of_keys) {
        return lwsim_kv_prepare(sim, ns, task, bytes);
    }
    if (is_write(opcode) && ((ns->is.nsattr & 1) != 0 || ns->protection != 0)) {
        return SIM_WRITE_PROTECTED;
    }
    status = is_write(opcode) && opcode != SIM_DATASET && opcode != SIM_ZONE_SEND
                 ? lwsim_directive_write(sim, task)
                 : SIM_OK;
    if (status != SIM_OK) {
        return status;
    }
    if (opcode >= SIM_ZONE_SEND) {
        return lwsim_zone_prepare(sim, ns, task, bytes);
    }
    if (opcode >= SIM_RESERVATION_REGISTER) {
        return lwsim_command_set_prepare(sim, ns, task, bytes);
    }
    return opcode == SIM_DATASET ? prepare_dataset(sim, task, bytes) : prepare_blocks(sim, task, bytes);
}

/* Copies, or compares, between the command's memory and the medium. */
static uint16_t transfer(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                         uint64_t bytes)
{
    uint64_t offset = task->slba * ns->block_bytes;
    bool to_memory = task->direction == LWNVME_FROM_DEVICE;
    bool to_medium = opcode_of(task) == SIM_WRITE || opcode_of(task) == SIM_ZONE_APPEND;
    const struct sim_segment *segment = task->data.items;
    uint64_t done = 0;
    while (bytes != 0) {
        uint64_t run = 0;
        uint64_t room = 0;
        uint8_t *memory = lwsim_dma_at(sim, segment->dma + done, to_memory, &run);
        uint8_t *medium = lwsim_medium_at(ns, offset, to_medium, &room);
        if (memory == NULL || medium == NULL) {
            return SIM_TRANSFER_ERROR;
        }
        run = run < room ? run : room;
        run = run < bytes ? run : bytes;
        run = run < segment->length - done ? run : segment->length - done;
        if (opcode_of(task) == SIM_COMPARE) {
            if (memcmp(memory, medium, (size_t)run) != 0) {
                return SIM_COMPARE_FAILURE;
            }
        } else {
            memcpy(to_medium ? medium : memory, to_medium ? memory : medium, (size_t)run);
        }
        offset += run;
        bytes -= run;
        done += run;
        if (done == segment->length) {
            segment++;
            done = 0;
        }
    }
    return SIM_OK;
}

static uint64_t transferred(const struct sim_task *task, uint64_t bytes)
{
    if (task->fault.kind == LWNVME_SIM_NO_DATA) {
        return 0;
    }
    return task->fault.kind == LWNVME_SIM_SHORT_DATA && task->fault.value < bytes ? task->fault.value : bytes;
}

static uint16_t execute_read(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint64_t bytes = transferred(task, task->blocks * ns->block_bytes);
    if (lwsim_medium_bad(ns, task->slba, task->blocks)) {
        sim->smart.media_errors++;
        return SIM_READ_ERROR;
    }
    if (opcode_of(task) == SIM_VERIFY) {
        return ns->metadata_bytes == 0 ? SIM_OK : lwsim_units_execute(sim, task, ns, task->blocks);
    }
    sim->smart.reads++;
    sim->smart.blocks_read += bytes / 512;
    if (opcode_of(task) == SIM_READ) {
        sim->counts.bytes_from_device += bytes;
    } else {
        sim->counts.bytes_to_device += bytes;
    }
    return ns->metadata_bytes == 0 ? transfer(sim, task, ns, bytes)
                                   : lwsim_units_execute(sim, task, ns, task->blocks);
}

static uint16_t execute_write(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint64_t bytes = transferred(task, task->blocks * ns->block_bytes);
    bool through = (task->sqe[12] & FUA) != 0;
    bool whole = ns->metadata_bytes == 0;
    if (whole && !lwsim_medium_before_write(sim, ns, task->slba, task->blocks, through)) {
        return SIM_INTERNAL_ERROR;
    }
    if (opcode_of(task) == SIM_WRITE_ZEROES && !whole) {
        return lwsim_units_execute(sim, task, ns, task->blocks);
    }
    if (opcode_of(task) == SIM_WRITE_ZEROES) {
        lwsim_medium_zero(ns, task->slba, task->blocks);
        return SIM_OK;
    }
    sim->smart.writes++;
    sim->smart.blocks_written += bytes / 512;
    sim->counts.bytes_to_device += bytes;
    return whole ? transfer(sim, task, ns, bytes) : lwsim_units_execute(sim, task, ns, task->blocks);
}

/* What is read then is as DLFEAT says: zeroes, ones, or (not told) something that does not change any more. */
static void deallocate(struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba, uint64_t blocks)
{
    unsigned reads = ns->is.dlfeat & 7u;
    bool large = blocks > CACHED_RANGE_MAX; /* ranges can be far larger than memory */
    if (reads == 0 && (lwsim_random(sim) & 1) != 0) {
        return; /* as it was */
    }
    (void)lwsim_medium_before_write(sim, ns, lba, blocks, large);
    lwsim_medium_zero(ns, lba, blocks);
    if (reads == 2 && !large) {
        lwsim_medium_ones(ns, lba, blocks);
    }
}

static uint16_t execute_dataset(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint8_t ranges[4096];
    uint32_t count = (task->sqe[10] & 0xff) + 1;
    if (!lwsim_data(sim, task, ranges, (uint64_t)count * 16)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += (uint64_t)count * 16;
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t blocks = lwsim_get(ranges + i * 16 + 4, 4);
        uint32_t context = (uint32_t)lwsim_get(ranges + i * 16, 4);
        if ((context & CONTEXT_RESERVED) != 0 && sim->config.strict_reserved) {
            lwsim_violation(sim, "Dataset Management: reserved bits of range %u are set (0x%08x)", i,
                            context);
            return SIM_INVALID_FIELD;
        }
        total += blocks;
        if ((sim->config.dmrsl != 0 && blocks > sim->config.dmrsl) ||
            (sim->config.dmsl != 0 && total > sim->config.dmsl)) {
            return SIM_INVALID_FIELD;
        }
        if (check_range(ns, lwsim_get(ranges + i * 16 + 8, 8), lwsim_get(ranges + i * 16 + 4, 4)) != SIM_OK) {
            return SIM_LBA_RANGE;
        }
    }
    for (uint32_t i = 0; i < count && (task->sqe[11] & 4) != 0; i++) {
        uint64_t lba = lwsim_get(ranges + i * 16 + 8, 8);
        uint64_t blocks = lwsim_get(ranges + i * 16 + 4, 4);
        deallocate(sim, ns, lba, blocks);
    }
    return SIM_OK;
}

static uint16_t execute_flush(struct lwnvme_sim *sim, const struct sim_task *task)
{
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (task->sqe[1] == UINT32_MAX || task->sqe[1] == i + 1) {
            lwsim_cache_flush(&sim->ns[i]);
        }
    }
    return SIM_OK;
}

static uint16_t execute_blocks(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    switch (opcode_of(task)) {
    case SIM_WRITE_UNCORRECTABLE:
        return lwnvme_sim_spoil_blocks(sim, task->sqe[1], task->slba, task->blocks) ? SIM_OK
                                                                                    : SIM_INTERNAL_ERROR;
    case SIM_FLUSH:
        return task->fault.kind == LWNVME_SIM_NO_DATA ? SIM_OK : execute_flush(sim, task);
    case SIM_READ:
    case SIM_COMPARE:
    case SIM_VERIFY:
        return execute_read(sim, task, ns);
    case SIM_DATASET:
        return execute_dataset(sim, task, ns);
    default:
        return execute_write(sim, task, ns);
    }
}

uint16_t lwsim_nvm_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (opcode_of(task) == SIM_CANCEL) {
        return execute_cancel(sim, task);
    }
    if (ns == NULL && !flush_of_all(sim, task)) { /* detached since it was fetched */
        return SIM_INVALID_NAMESPACE;
    }
    uint16_t conflict = ns == NULL ? SIM_OK : lwsim_reservation_check(ns, task);
    if (conflict != SIM_OK) {
        return conflict;
    }
    if (opcode_of(task) != SIM_FLUSH && lwsim_kv_takes(sim, task)) {
        return lwsim_kv_execute(sim, ns, task);
    }
    if (opcode_of(task) == SIM_ZONE_SEND || opcode_of(task) == SIM_ZONE_RECEIVE) {
        return lwsim_zone_execute(sim, ns, task);
    }
    if (opcode_of(task) >= SIM_RESERVATION_REGISTER && opcode_of(task) != SIM_ZONE_APPEND) {
        return lwsim_command_set_execute(sim, task, ns);
    }
    bool zoned = ns != NULL && ns->is.csi == 2;
    uint16_t status = zoned ? lwsim_zone_begin(sim, ns, task) : SIM_OK;
    if (status == SIM_OK) {
        status = execute_blocks(sim, task, ns);
        if (zoned && status == SIM_OK) {
            lwsim_zone_end(sim, ns, task);
        }
    }
    return status;
}

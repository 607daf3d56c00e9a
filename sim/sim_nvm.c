/* SPDX-License-Identifier: MIT */
/*
 * The NVM command set: read, write, flush, compare, write zeroes, dataset management, verify.
 * NVM Express NVM Command Set Specification 1.1, section 3 "I/O Commands for the NVM Command Set".
 */
#include "sim_internal.h"

#define FUA 0x40000000u

static uint8_t opcode_of(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[0] & 0xff);
}

static bool opcode_supported(const struct lwnvme_sim *sim, uint8_t opcode)
{
    switch (opcode) {
    case SIM_COMPARE:
        return (sim->config.oncs & SIM_ONCS_COMPARE) != 0;
    case SIM_WRITE_ZEROES:
        return (sim->config.oncs & SIM_ONCS_WRITE_ZEROES) != 0;
    case SIM_DATASET:
        return (sim->config.oncs & SIM_ONCS_DATASET) != 0;
    case SIM_VERIFY:
        return (sim->config.oncs & SIM_ONCS_VERIFY) != 0;
    default:
        return true;
    }
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
    return opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES || opcode == SIM_DATASET;
}

static uint16_t prepare_dataset(struct sim_task *task, uint64_t *bytes)
{
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
    if (status != SIM_OK || opcode == SIM_WRITE_ZEROES || opcode == SIM_VERIFY) {
        return status;
    }
    *bytes = task->blocks * ns->block_bytes;
    task->direction = opcode == SIM_READ ? LWNVME_FROM_DEVICE : LWNVME_TO_DEVICE;
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    bool limited = sim->config.mdts != 0 && sim->config.mdts < 32;
    return limited && *bytes > page << sim->config.mdts ? SIM_INVALID_FIELD : SIM_OK;
}

uint16_t lwsim_nvm_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint8_t opcode = opcode_of(task);
    if (!opcode_supported(sim, opcode)) {
        return SIM_INVALID_OPCODE;
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
    if (is_write(opcode) && ((ns->is.nsattr & 1) != 0 || ns->protection != 0)) {
        return SIM_WRITE_PROTECTED;
    }
    status = opcode == SIM_WRITE ? lwsim_directive_write(sim, task) : SIM_OK;
    if (status != SIM_OK) {
        return status;
    }
    return opcode == SIM_DATASET ? prepare_dataset(task, bytes) : prepare_blocks(sim, task, bytes);
}

/* Copies, or compares, between the command's memory and the medium. */
static uint16_t transfer(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                         uint64_t bytes)
{
    uint64_t offset = task->slba * ns->block_bytes;
    bool to_memory = task->direction == LWNVME_FROM_DEVICE;
    bool to_medium = opcode_of(task) == SIM_WRITE;
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
        return SIM_OK;
    }
    sim->smart.reads++;
    sim->smart.blocks_read += bytes / 512;
    if (opcode_of(task) == SIM_READ) {
        sim->counts.bytes_from_device += bytes;
    } else {
        sim->counts.bytes_to_device += bytes;
    }
    return transfer(sim, task, ns, bytes);
}

static uint16_t execute_write(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint64_t bytes = transferred(task, task->blocks * ns->block_bytes);
    bool through = (task->sqe[12] & FUA) != 0;
    if (!lwsim_medium_before_write(sim, ns, task->slba, task->blocks, through)) {
        return SIM_INTERNAL_ERROR;
    }
    if (opcode_of(task) == SIM_WRITE_ZEROES) {
        lwsim_medium_zero(ns, task->slba, task->blocks);
        return SIM_OK;
    }
    sim->smart.writes++;
    sim->smart.blocks_written += bytes / 512;
    sim->counts.bytes_to_device += bytes;
    return transfer(sim, task, ns, bytes);
}

static uint16_t execute_dataset(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    uint8_t ranges[4096];
    uint32_t count = (task->sqe[10] & 0xff) + 1;
    if (!lwsim_data(sim, task, ranges, (uint64_t)count * 16)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += (uint64_t)count * 16;
    for (uint32_t i = 0; i < count; i++) {
        if (check_range(ns, lwsim_get(ranges + i * 16 + 8, 8), lwsim_get(ranges + i * 16 + 4, 4)) != SIM_OK) {
            return SIM_LBA_RANGE;
        }
    }
    for (uint32_t i = 0; i < count && (task->sqe[11] & 4) != 0; i++) {
        uint64_t lba = lwsim_get(ranges + i * 16 + 8, 8);
        uint64_t blocks = lwsim_get(ranges + i * 16 + 4, 4);
        /* Deallocation is not cached: ranges can be far larger than memory. */
        (void)lwsim_medium_before_write(sim, ns, lba, blocks, true);
        lwsim_medium_zero(ns, lba, blocks);
    }
    return SIM_OK;
}

static uint16_t execute_flush(struct lwnvme_sim *sim, const struct sim_task *task)
{
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (task->sqe[1] == UINT32_MAX || task->sqe[1] == i + 1) {
            lwsim_medium_flush(&sim->ns[i]);
        }
    }
    return SIM_OK;
}

uint16_t lwsim_nvm_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (ns == NULL && !flush_of_all(sim, task)) { /* detached since it was fetched */
        return SIM_INVALID_NAMESPACE;
    }
    switch (opcode_of(task)) {
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

void lwsim_nvm_tear(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (task->kind != SIM_TASK_COMMAND || task->sqid == 0 || task->status != SIM_OK ||
        opcode_of(task) != SIM_WRITE || sim->fenced || lwsim_restrict(sim, task) != SIM_OK) {
        return;
    }
    uint64_t stored = lwsim_random(sim) % (task->blocks + 1);
    struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (ns != NULL && stored != 0 && lwsim_medium_before_write(sim, ns, task->slba, stored, true)) {
        (void)transfer(sim, task, ns, stored * ns->block_bytes);
    }
}

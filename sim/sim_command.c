/* SPDX-License-Identifier: MIT */
/*
 * What is common to all commands: which fields each may use, where its data are, and which fault hits it.
 * A command is looked at when it is fetched and carried out when it is due.
 */
#include "sim_internal.h"

static const struct sim_rule nvm_rules[] = {
    {SIM_FLUSH, true, SIM_POINTER_NONE, {0, 0, 0, 0, 0, 0, 0, 0}},
    {SIM_WRITE,
     true,
     SIM_POINTER_DATA,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfdf0ffff, 0xffff00ff, 0xffffffff, 0xffffffff}},
    {SIM_READ,
     true,
     SIM_POINTER_DATA,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfd00ffff, 0x000000ff, 0xffffffff, 0xffffffff}},
    {SIM_COMPARE,
     true,
     SIM_POINTER_DATA,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfd00ffff, 0, 0xffffffff, 0xffffffff}},
    {SIM_WRITE_ZEROES,
     true,
     SIM_POINTER_NONE,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfff0ffff, 0xffff0000, 0xffffffff, 0xffffffff}},
    {SIM_WRITE_UNCORRECTABLE,
     true,
     SIM_POINTER_NONE,
     {0, 0, 0xffffffff, 0xffffffff, 0x00f0ffff, 0xffff0000, 0, 0}},
    {SIM_RESERVATION_REGISTER, true, SIM_POINTER_DATA, {0, 0, 0xc000000f, 0, 0, 0, 0, 0}},
    {SIM_RESERVATION_REPORT, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 1, 0, 0, 0, 0}},
    {SIM_RESERVATION_ACQUIRE, true, SIM_POINTER_DATA, {0, 0, 0x0000ff0f, 0, 0, 0, 0, 0}},
    {SIM_RESERVATION_RELEASE, true, SIM_POINTER_DATA, {0, 0, 0x0000ff0f, 0, 0, 0, 0, 0}},
    {SIM_MANAGEMENT_RECEIVE, true, SIM_POINTER_DATA, {0, 0, 0x000000ff, 0xffffffff, 0, 0, 0, 0}},
    {SIM_MANAGEMENT_SEND, true, SIM_POINTER_DATA, {0, 0, 0xffff00ff, 0, 0, 0, 0, 0}},
    {SIM_CANCEL, true, SIM_POINTER_NONE, {0, 0, 0xffffffff, 3, 0, 0, 0, 0}},
    {SIM_COPY,
     true,
     SIM_POINTER_DATA,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfff0ffff, 0xffff0000, 0xffffffff, 0xffffffff}},
    {SIM_ZONE_SEND, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0, 0x000003ff, 0, 0}},
    {SIM_ZONE_RECEIVE, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0x0001ffff, 0, 0}},
    {SIM_ZONE_APPEND,
     true,
     SIM_POINTER_DATA,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfff0ffff, 0xffff0000, 0xffffffff, 0xffffffff}},
    {SIM_DATASET, true, SIM_POINTER_DATA, {0, 0, 0x000000ff, 0x00000007, 0, 0, 0, 0}},
    {SIM_VERIFY,
     true,
     SIM_POINTER_NONE,
     {0xffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfd00ffff, 0, 0xffffffff, 0xffffffff}},
};

static const struct sim_rule *rule_of(struct lwnvme_sim *sim, const struct sim_task *task)
{
    const struct sim_command *command = task->sqid == 0 ? lwsim_command_of(sim, lwsim_opcode(task)) : NULL;
    if (task->sqid != 0 && lwsim_kv_takes(sim, task)) {
        return lwsim_kv_rule(lwsim_opcode(task));
    }
    for (size_t i = 0; task->sqid != 0 && i < sizeof(nvm_rules) / sizeof(nvm_rules[0]); i++) {
        if (nvm_rules[i].opcode == lwsim_opcode(task)) {
            return &nvm_rules[i];
        }
    }
    return command == NULL ? NULL : &command->rule;
}

static uint16_t reserved_set(struct lwnvme_sim *sim, const struct sim_task *task, unsigned dword)
{
    if (!sim->config.strict_reserved) {
        return SIM_OK;
    }
    lwsim_violation(sim, "SQ %u, opcode %02xh: reserved bits of dword %u are set (0x%08x)", task->sqid,
                    task->sqe[0] & 0xff, dword, task->sqe[dword]);
    return SIM_INVALID_FIELD;
}

static uint16_t check_dword0(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t dword = task->sqe[0];
    if ((dword & 0x3c00) != 0) {
        return reserved_set(sim, task, 0);
    }
    bool fuses = task->sqid != 0 && (sim->config.fuses & 1) != 0 && (dword & 0x300) != 0x300;
    if (((dword & 0x300) != 0 && !fuses) || !lwsim_psdt_allowed(sim, task)) {
        lwsim_violation(sim,
                        "SQ %u, opcode %02xh: FUSE %u, PSDT %u, but the controller has no fused "
                        "operations, or no SGL for this",
                        task->sqid, dword & 0xff, dword >> 8 & 3, dword >> 14 & 3);
        return SIM_INVALID_FIELD;
    }
    return SIM_OK;
}

static uint16_t check_pointers(struct lwnvme_sim *sim, const struct sim_task *task, enum sim_pointer pointer)
{
    unsigned first = pointer == SIM_POINTER_NONE ? 6 : pointer == SIM_POINTER_RING ? 8 : 10;
    bool metadata = task->sqid != 0 && lwsim_has_metadata_pointer(sim, task);
    if ((task->sqe[4] | task->sqe[5]) != 0 && !metadata) {
        return reserved_set(sim, task, task->sqe[4] != 0 ? 4 : 5);
    }
    for (unsigned i = first; i < 10; i++) {
        if (task->sqe[i] != 0) {
            return reserved_set(sim, task, i);
        }
    }
    return SIM_OK;
}

static uint16_t check_rule(struct lwnvme_sim *sim, const struct sim_task *task, const struct sim_rule *rule)
{
    static const unsigned dwords[8] = {2, 3, 10, 11, 12, 13, 14, 15};
    for (unsigned i = 0; i < 8; i++) {
        if ((task->sqe[dwords[i]] & ~rule->allowed[i]) != 0 && sim->config.strict_reserved) {
            return reserved_set(sim, task, dwords[i]);
        }
    }
    if (!rule->has_nsid && task->sqe[1] != 0 && sim->config.strict_reserved) {
        return reserved_set(sim, task, 1);
    }
    return check_pointers(sim, task, rule->pointer);
}

/* ---- PRP ---- */

static uint16_t prp_fault(struct lwnvme_sim *sim, const struct sim_task *task, const char *what,
                          uint64_t value)
{
    lwsim_violation(sim, "SQ %u, command 0x%04x, opcode %02xh: %s (0x%llx)", task->sqid, task->cid,
                    task->sqe[0] & 0xff, what, (unsigned long long)value);
    return SIM_PRP_OFFSET;
}

/* One page's worth of list entries; *list moves on to the next page of the list. */
static uint16_t prp_list_page(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *list, uint64_t *rest)
{
    uint64_t page = lwsim_page_bytes(sim);
    uint64_t slots = (page - *list % page) / 8;
    uint64_t needed = (*rest + page - 1) / page;
    bool chained = needed > slots;
    uint64_t entries = chained ? slots - 1 : needed;
    uint8_t bytes[8];
    if (!chained && entries == slots && sim->config.strict_prp_last_slot) {
        (void)prp_fault(sim, task,
                        "PRP list: the last slot of a page holds data, some controllers take it for "
                        "a pointer",
                        *list);
    }
    for (uint64_t i = 0; i < entries; i++) {
        if (!lwsim_dma(sim, *list + i * 8, bytes, 8, false)) {
            return SIM_TRANSFER_ERROR;
        }
        uint64_t entry = lwsim_get(bytes, 8);
        uint64_t piece = *rest < page ? *rest : page;
        if (entry % page != 0) {
            return prp_fault(sim, task, "PRP list: an entry has an offset", entry);
        }
        if (!lwsim_segments_add(sim, &task->data, entry, piece, task->direction)) {
            return SIM_TRANSFER_ERROR;
        }
        *rest -= piece;
    }
    if (chained) {
        if (!lwsim_dma(sim, *list + entries * 8, bytes, 8, false)) {
            return SIM_TRANSFER_ERROR;
        }
        *list = lwsim_get(bytes, 8);
        if (*list % page != 0) {
            return prp_fault(sim, task, "PRP list: a further page of it is not aligned to the memory page",
                             *list);
        }
    }
    return SIM_OK;
}

static uint16_t prp_list(struct lwnvme_sim *sim, struct sim_task *task, uint64_t list, uint64_t rest)
{
    uint16_t status = SIM_OK;
    while (rest != 0 && status == SIM_OK) {
        if (list % 8 != 0) {
            return prp_fault(sim, task, "PRP list: the pointer to it is not qword aligned", list);
        }
        status = prp_list_page(sim, task, &list, &rest);
    }
    return status;
}

uint16_t lwsim_prp_walk(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes)
{
    uint64_t page = lwsim_page_bytes(sim);
    uint64_t prp1 = lwsim_pair(&task->sqe[6]);
    uint64_t prp2 = lwsim_pair(&task->sqe[8]);
    uint64_t first = page - prp1 % page;
    if (prp1 % 4 != 0) {
        return prp_fault(sim, task, "PRP1 is not dword aligned", prp1);
    }
    first = first < bytes ? first : bytes;
    if (!lwsim_segments_add(sim, &task->data, prp1, first, task->direction)) {
        return SIM_TRANSFER_ERROR;
    }
    uint64_t rest = bytes - first;
    if (rest == 0) {
        if (prp2 != 0 && sim->config.strict_reserved) {
            (void)prp_fault(sim, task, "PRP2 is reserved where PRP1 suffices", prp2);
        }
        return SIM_OK;
    }
    if (rest > page) {
        return prp_list(sim, task, prp2, rest);
    }
    if (prp2 % page != 0) {
        return prp_fault(sim, task, "PRP2 has an offset", prp2);
    }
    return lwsim_segments_add(sim, &task->data, prp2, rest, task->direction) ? SIM_OK : SIM_TRANSFER_ERROR;
}

bool lwsim_data(struct lwnvme_sim *sim, struct sim_task *task, void *buffer, uint64_t bytes)
{
    uint8_t *data = buffer;
    bool to_memory = task->direction == LWNVME_FROM_DEVICE;
    uint64_t asked = bytes;
    if (task->fault.kind == LWNVME_SIM_NO_DATA) {
        bytes = 0;
    } else if (task->fault.kind == LWNVME_SIM_SHORT_DATA && task->fault.value < bytes) {
        bytes = task->fault.value;
    }
    if (!to_memory && bytes < asked) {
        memset(data + bytes, 0,
               asked - bytes); /* not what was there before, so that it is the same each time */
    }
    for (size_t i = 0; i < task->data.count && bytes != 0; i++) {
        const struct sim_segment *segment = &task->data.items[i];
        uint64_t piece = segment->length < bytes ? segment->length : bytes;
        if (!lwsim_dma(sim, segment->dma, data, piece, to_memory)) {
            return false;
        }
        data += piece;
        bytes -= piece;
    }
    return true;
}

/* ---- faults ---- */

static bool fault_matches(const struct lwnvme_sim_fault *fault, const struct sim_task *task)
{
    if (fault->kind == LWNVME_SIM_NO_FAULT ||
        (!fault->any_opcode && fault->opcode != (task->sqe[0] & 0xff))) {
        return false;
    }
    return fault->queue == LWNVME_SIM_ANY_QUEUE ||
           (fault->queue == LWNVME_SIM_ADMIN_QUEUE) == (task->sqid == 0);
}

static void find_fault(struct lwnvme_sim *sim, struct sim_task *task)
{
    for (size_t i = 0; i < LWNVME_SIM_FAULTS; i++) {
        struct lwnvme_sim_fault *fault = &sim->config.faults[i];
        if (!fault_matches(fault, task)) {
            continue;
        }
        if (fault->skip != 0) {
            fault->skip--;
            continue;
        }
        if (task->fault.kind != LWNVME_SIM_NO_FAULT) {
            continue;
        }
        task->fault = *fault;
        task->fault.status &= SIM_STATUS_BITS; /* the top bit is none, and SIM_NO_ANSWER no answer */
        if (fault->count != UINT32_MAX && (fault->count == 0 || --fault->count == 0)) {
            fault->kind = LWNVME_SIM_NO_FAULT;
        }
    }
}

/* ---- the two steps ---- */

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_rule *rule = rule_of(sim, task);
    uint64_t bytes = 0;
    if (rule == NULL) {
        return SIM_INVALID_OPCODE;
    }
    uint16_t status = lwsim_parts_filter(sim, task);
    if (status == SIM_OK) {
        status = check_dword0(sim, task);
    }
    if (status == SIM_OK) {
        status = check_rule(sim, task, rule);
    }
    if (status == SIM_OK) {
        status =
            task->sqid == 0 ? lwsim_admin_prepare(sim, task, &bytes) : lwsim_nvm_prepare(sim, task, &bytes);
    }
    if (status == SIM_OK && bytes != 0) {
        bool sgl = (task->sqe[0] & 0xc000) != 0;
        status = sgl ? lwsim_sgl_walk(sim, task, bytes) : lwsim_prp_walk(sim, task, bytes);
    } else if (status == SIM_OK && rule->pointer == SIM_POINTER_DATA) {
        status = check_pointers(sim, task, SIM_POINTER_NONE);
    }
    return status;
}

uint64_t lwsim_command_prepare(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint64_t latency = task->sqid == 0 ? sim->config.admin_latency_us : sim->config.latency_us;
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (lwsim_opcode(task) == SIM_CANCEL) { /* as long as an Abort takes */
        latency = sim->config.admin_latency_us;
    }
    find_fault(sim, task);
    task->generation = ns == NULL ? 0 : ns->generation;
    task->status = prepare(sim, task);
    if (task->fault.kind == LWNVME_SIM_STATUS) {
        task->status = task->fault.status;
    }
    lwsim_segments_pin(sim, &task->data, true);
    lwsim_segments_pin(sim, &task->metadata, true);
    if (sim->config.latency_spread_us != 0 && task->sqid != 0) {
        latency += lwsim_random(sim) % sim->config.latency_spread_us;
    }
    if (task->sqid != 0 && sim->power.awake_at > sim->now) {
        latency += sim->power.awake_at - sim->now;
    }
    return latency + (task->fault.kind == LWNVME_SIM_DELAY ? task->fault.value : 0);
}

uint16_t lwsim_command_run(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint16_t status = task->status == SIM_OK ? lwsim_restrict(sim, task) : task->status;
    if (status == SIM_OK && task->fault.kind != LWNVME_SIM_STATUS) {
        status = task->sqid == 0 ? lwsim_admin_execute(sim, task) : lwsim_nvm_execute(sim, task);
        status = lwsim_verification_read(sim, task, status);
    }
    if (status == SIM_NO_ANSWER) {
        return status;
    }
    if (task->fault.kind == LWNVME_SIM_STATUS_AFTER) {
        status = task->fault.status;
    } else if (task->fault.kind == LWNVME_SIM_STATUS_BITS) {
        status = (uint16_t)(status | task->fault.status);
    }
    return status;
}

void lwsim_command_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (lwsim_power_fails(sim, task)) {
        return;
    }
    if (task->sqid != 0 && (sim->config.fuses & 1) != 0 && (task->sqe[0] >> 8 & 3) == 2) {
        lwsim_fused_execute(sim, task);
        return;
    }
    uint16_t status = lwsim_command_run(sim, task);
    if (status != SIM_NO_ANSWER) {
        task->status = status;
        lwsim_task_complete(sim, task);
    }
}

uint32_t lwsim_nn(const struct lwnvme_sim *sim)
{
    return sim->config.nn < 0 ? sim->ns_slots : (uint32_t)sim->config.nn;
}

struct sim_namespace *lwsim_allocated_namespace(struct lwnvme_sim *sim, uint32_t nsid)
{
    bool known = nsid != 0 && nsid <= sim->ns_slots && nsid <= lwsim_nn(sim);
    return known && sim->ns[nsid - 1].allocated ? &sim->ns[nsid - 1] : NULL;
}

struct sim_namespace *lwsim_namespace(struct lwnvme_sim *sim, uint32_t nsid)
{
    struct sim_namespace *ns = lwsim_allocated_namespace(sim, nsid);
    return ns != NULL && ns->is.active ? ns : NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * Namespaces that come and go: Namespace Management, Namespace Attachment, and the NVM subsystem's other
 * controllers as far as those name them. A namespace is allocated, and attached to controllers; bit 0 of its
 * mask is this one, and is.active follows it. NVM Express Base Specification 2.1, sections 5.1.20 "Namespace
 * Attachment command", 5.1.21 "Namespace Management command", 8.1.15 "Namespace Management".
 */
#include "sim_internal.h"

enum {
    OPCODE_MANAGEMENT = 0x0d,
    OPCODE_ATTACHMENT = 0x15
};
enum {
    SELECT_CREATE = 0,
    SELECT_DELETE = 1,
    SELECT_ATTACH = 0,
    SELECT_DETACH = 1
};
#define OACS_NAMESPACES     0x8u
#define CMIC_ANA            0x8u
#define CTRATT_SETS         0x4u
#define CTRATT_GROUPS       0x10u
#define NSFEAT_THIN         0x1u
#define NMIC_SHARED         0x1u
#define EFFECTS             0x00010008u /* NIC; to be sent with nothing outstanding on the namespace */
#define PERSISTENT_CHANGE   0x06
#define CONTROLLERS_IN_LIST 2047u

static bool has_management(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_NAMESPACES) != 0;
}

/* ---- controllers of the subsystem ---- */

uint32_t lwsim_controller_count(const struct lwnvme_sim *sim)
{
    return 1 + sim->config.other_controllers + sim->config.secondary_controllers;
}

uint16_t lwsim_controller_id(const struct lwnvme_sim *sim, uint32_t index)
{
    if (index == 0) {
        return sim->config.cntlid;
    }
    if (index <= sim->config.other_controllers) {
        return sim->config.other_cntlids[index - 1];
    }
    return (uint16_t)(sim->config.secondary_cntlid + index - 1 - sim->config.other_controllers);
}

static bool controller_index(const struct lwnvme_sim *sim, uint16_t cntlid, uint32_t *index)
{
    for (*index = 0; *index < lwsim_controller_count(sim); (*index)++) {
        if (lwsim_controller_id(sim, *index) == cntlid) {
            return true;
        }
    }
    return false;
}

/* ---- what has changed ---- */

uint64_t lwsim_capacity_left(const struct lwnvme_sim *sim)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        const struct sim_namespace *ns = &sim->ns[i];
        used += ns->allocated ? ns->is.ncap * ns->block_bytes : 0;
    }
    return used < sim->config.tnvmcap ? sim->config.tnvmcap - used : 0;
}

static void attach(struct lwnvme_sim *sim, struct sim_namespace *ns, uint32_t controllers)
{
    bool before = ns->is.active;
    ns->controllers = controllers;
    ns->is.active = (controllers & 1u) != 0;
    if (before != ns->is.active) {
        lwsim_namespace_changed(sim, (uint32_t)(ns - sim->ns) + 1);
    }
}

static void note(struct lwnvme_sim *sim, const struct sim_task *task, const struct sim_namespace *ns)
{
    uint8_t event[48] = {0};
    lwsim_put(event, task->sqe[10], 4);
    lwsim_put(event + 8, ns->is.nsze, 8);
    lwsim_put(event + 24, ns->is.ncap, 8);
    event[32] = ns->is.flbas;
    event[33] = ns->is.dps;
    event[34] = ns->is.nmic;
    lwsim_put(event + 36, ns->is.anagrpid, 4);
    lwsim_put(event + 40, ns->is.nvmsetid, 2);
    lwsim_put(event + 44, (uint32_t)(ns - sim->ns) + 1, 4);
    lwsim_persistent_event(sim, PERSISTENT_CHANGE, event, sizeof(event));
}

/* ---- create ---- */

static struct sim_namespace *free_slot(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i < sim->ns_slots && i < lwsim_nn(sim); i++) {
        if (!sim->ns[i].allocated) {
            return &sim->ns[i];
        }
    }
    return NULL;
}

/* The namespace as the host wants it; what it does not say is that of the first one. */
static void as_wanted(const struct lwnvme_sim *sim, const uint8_t *data, struct lwnvme_sim_namespace *is)
{
    *is = sim->config.ns[0];
    is->active = false;
    is->detached = true;
    is->nsattr = 0;
    is->nsze = lwsim_get(data, 8);
    is->ncap = lwsim_get(data + 8, 8);
    is->nuse = 0;
    is->flbas = data[26];
    is->dps = data[29];
    is->nmic = data[30];
    /* Where the controller does not have such things these are ignored. */
    is->anagrpid = (sim->config.cmic & CMIC_ANA) != 0 ? (uint32_t)lwsim_get(data + 92, 4) : 0;
    is->nvmsetid = (sim->config.ctratt & CTRATT_SETS) != 0 ? (uint16_t)lwsim_get(data + 100, 2) : 0;
    is->endgid = (sim->config.ctratt & CTRATT_GROUPS) != 0 ? (uint16_t)lwsim_get(data + 102, 2) : 0;
    is->lbstm = lwsim_get(data + 384, 8);
    if (is->endgid == 0 && (sim->config.ctratt & CTRATT_GROUPS) != 0) {
        is->endgid = sim->config.ns[0].endgid;
    }
    if (is->anagrpid == 0 && (sim->config.cmic & CMIC_ANA) != 0) {
        is->anagrpid = sim->config.ns[0].anagrpid;
    }
}

static uint16_t check_reserved(struct lwnvme_sim *sim, const uint8_t *data)
{
    static const struct {
        uint16_t from;
        uint16_t to;
    } used[] = {{0, 16}, {26, 27}, {29, 31}, {92, 96}, {100, 104}, {384, 394}, {512, 768}};
    size_t row = 0;
    for (uint32_t i = 0; i < 4096 && sim->config.strict_reserved; i++) {
        while (row < sizeof(used) / sizeof(used[0]) && i >= used[row].to) {
            row++;
        }
        bool reserved = row == sizeof(used) / sizeof(used[0]) || i < used[row].from;
        if (reserved && data[i] != 0 && i < 3072) { /* what follows is the vendor's */
            lwsim_violation(sim, "Namespace Management, create: byte %u of the data is reserved (0x%02x)", i,
                            data[i]);
            return SIM_INVALID_FIELD;
        }
    }
    return SIM_OK;
}

static uint16_t check_format(const struct lwnvme_sim_namespace *is)
{
    uint32_t index = (is->flbas & 15u) | (is->nlbaf >= 16 ? (is->flbas >> 1) & 0x30u : 0);
    if ((is->flbas & 0x80) != 0) {
        return SIM_INVALID_FIELD;
    }
    return index > is->nlbaf || is->formats[index].lbads < 9 || (is->dps != 0 && is->dpc == 0)
               ? SIM_INVALID_FORMAT
               : SIM_OK;
}

static uint16_t check_wanted(const struct lwnvme_sim *sim, const struct lwnvme_sim_namespace *is)
{
    if (is->nsze == 0 || is->ncap == 0 || is->ncap > is->nsze || (is->nmic & ~NMIC_SHARED) != 0) {
        return SIM_INVALID_FIELD;
    }
    if (is->ncap != is->nsze && (is->nsfeat & NSFEAT_THIN) == 0) {
        return SIM_THIN_NOT_SUPPORTED;
    }
    if (is->anagrpid > sim->config.anagrpmax) {
        return SIM_ANA_GROUP_INVALID;
    }
    if ((is->endgid != 0 && !lwsim_group_exists(sim, is->endgid)) ||
        (is->nvmsetid != 0 && !lwsim_set_exists(sim, is->nvmsetid))) {
        return SIM_INVALID_FIELD;
    }
    return check_format(is);
}

static uint16_t create(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[4096] = {0};
    struct sim_namespace wanted = {0};
    if (!lwsim_data(sim, task, data, sizeof(data))) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += sizeof(data);
    as_wanted(sim, data, &wanted.is);
    uint16_t status = check_reserved(sim, data);
    if (status == SIM_OK) {
        status = check_wanted(sim, &wanted.is);
    }
    if (status != SIM_OK) {
        return status;
    }
    lwsim_medium_geometry(&wanted);
    struct sim_namespace *ns = free_slot(sim);
    if (sim->config.tnvmcap != 0 && wanted.is.ncap > lwsim_capacity_left(sim) / wanted.block_bytes) {
        return SIM_INSUFFICIENT_CAPACITY;
    }
    if (ns == NULL) {
        return SIM_NSID_UNAVAILABLE;
    }
    uint32_t nsid = (uint32_t)(ns - sim->ns) + 1;
    sim->created++;
    lwsim_put(wanted.is.nguid, sim->created, 4); /* identifiers are not used again */
    lwsim_put(wanted.is.uuid, sim->created, 4);
    lwsim_put(wanted.is.eui64, sim->created, 4);
    wanted.generation = ns->generation + 1;
    *ns = wanted;
    ns->allocated = true;
    task->result = nsid;
    note(sim, task, ns);
    return SIM_OK;
}

/* ---- delete ---- */

static void delete_one(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_namespace *ns)
{
    note(sim, task, ns);
    if (ns->is.active) { /* the controller that deletes it sends no event to its own host */
        lwsim_namespace_listed(sim, (uint32_t)(ns - sim->ns) + 1);
    }
    ns->controllers = 0;
    ns->is.active = false;
    lwsim_self_test_stop(sim, (uint32_t)(ns - sim->ns) + 1, 3);
    lwsim_medium_erase(ns);
    lwsim_feature_forget(ns);
    ns->allocated = false;
    ns->protection = 0;
}

void lwsim_namespace_delete(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t nsid)
{
    delete_one(sim, task, &sim->ns[nsid - 1]);
}

static uint16_t delete (struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t nsid = task->sqe[1];
    if (nsid != UINT32_MAX && lwsim_allocated_namespace(sim, nsid) == NULL) {
        return SIM_INVALID_NAMESPACE;
    }
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        struct sim_namespace *ns = &sim->ns[i];
        bool meant = ns->allocated && (nsid == UINT32_MAX || nsid == i + 1);
        if (meant && ns->protection != 0) {
            return SIM_WRITE_PROTECTED;
        }
    }
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].allocated && (nsid == UINT32_MAX || nsid == i + 1)) {
            delete_one(sim, task, &sim->ns[i]);
        }
    }
    return SIM_OK;
}

static uint16_t prepare_management(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t select = task->sqe[10] & 15;
    uint32_t csi = task->sqe[11] >> 24;
    if (select == SELECT_DELETE) {
        if (task->sqe[11] != 0 && sim->config.strict_reserved) {
            lwsim_violation(sim, "Namespace Management, delete: dword 11 is reserved (0x%08x)",
                            task->sqe[11]);
            return SIM_INVALID_FIELD;
        }
        return SIM_OK;
    }
    if (select != SELECT_CREATE || task->sqe[1] != 0) {
        return SIM_INVALID_FIELD;
    }
    if (csi != 0) {
        return SIM_IOCS_NOT_SUPPORTED; /* only namespaces of the NVM command set are made */
    }
    task->direction = LWNVME_TO_DEVICE;
    *bytes = 4096;
    return SIM_OK;
}

static uint16_t execute_management(struct lwnvme_sim *sim, struct sim_task *task)
{
    return (task->sqe[10] & 15) == SELECT_CREATE ? create(sim, task) : delete (sim, task);
}

/* ---- attachment ---- */

static uint16_t read_controllers(const struct lwnvme_sim *sim, const uint8_t *data, uint32_t *mask,
                                 uint32_t *count)
{
    uint32_t before = 0;
    *count = (uint32_t)lwsim_get(data, 2);
    *mask = 0;
    if (*count == 0 || *count > CONTROLLERS_IN_LIST) {
        return SIM_CONTROLLER_LIST_INVALID;
    }
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t index = 0;
        uint16_t cntlid = (uint16_t)lwsim_get(data + 2 + 2 * (size_t)i, 2);
        if ((i != 0 && cntlid <= before) || !controller_index(sim, cntlid, &index)) {
            return SIM_CONTROLLER_LIST_INVALID;
        }
        *mask |= 1u << index;
        before = cntlid;
    }
    return SIM_OK;
}

static uint32_t attached_here(const struct lwnvme_sim *sim)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        count += sim->ns[i].allocated && sim->ns[i].is.active ? 1u : 0;
    }
    return count;
}

static uint16_t check_attach(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint32_t mask,
                             uint32_t count)
{
    bool shared = (ns->is.nmic & NMIC_SHARED) != 0;
    if ((ns->controllers & mask) != 0) {
        return SIM_ALREADY_ATTACHED;
    }
    if (!shared && (ns->controllers != 0 || count > 1)) {
        return SIM_IS_PRIVATE;
    }
    if ((mask & 1) != 0 && sim->config.maxcna != 0 && attached_here(sim) >= sim->config.maxcna) {
        return SIM_ATTACH_LIMIT;
    }
    return ns->is.csi != 0 && (sim->config.cap_css & 0x40) == 0 ? SIM_IOCS_NOT_SUPPORTED : SIM_OK;
}

static uint16_t execute_attachment(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[4096] = {0};
    struct sim_namespace *ns = lwsim_allocated_namespace(sim, task->sqe[1]);
    uint32_t mask = 0;
    uint32_t count = 0;
    if (!lwsim_data(sim, task, data, sizeof(data))) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += sizeof(data);
    if (ns == NULL) {
        return SIM_INVALID_NAMESPACE;
    }
    uint16_t status = read_controllers(sim, data, &mask, &count);
    bool detaches = (task->sqe[10] & 15) == SELECT_DETACH;
    if (status == SIM_OK && detaches && (ns->controllers & mask) != mask) {
        status = SIM_NOT_ATTACHED;
    } else if (status == SIM_OK && !detaches) {
        status = check_attach(sim, ns, mask, count);
    }
    if (status == SIM_OK) {
        attach(sim, ns, detaches ? ns->controllers & ~mask : ns->controllers | mask);
    }
    return status;
}

static uint16_t prepare_attachment(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    if ((task->sqe[10] & 15) > SELECT_DETACH) {
        return SIM_INVALID_FIELD;
    }
    if (lwsim_allocated_namespace(sim, task->sqe[1]) == NULL) {
        return SIM_INVALID_NAMESPACE;
    }
    task->direction = LWNVME_TO_DEVICE;
    *bytes = 4096;
    return SIM_OK;
}

/* ---- from outside: as if another host had done it ---- */

bool lwnvme_sim_namespace_attach(struct lwnvme_sim *sim, uint32_t nsid, bool attached)
{
    struct sim_namespace *ns = lwsim_allocated_namespace(sim, nsid);
    if (ns != NULL) {
        attach(sim, ns, attached ? ns->controllers | 1u : ns->controllers & ~1u);
    }
    return ns != NULL;
}

bool lwnvme_sim_namespace_resize(struct lwnvme_sim *sim, uint32_t nsid, uint64_t block_count)
{
    struct sim_namespace *ns = lwsim_allocated_namespace(sim, nsid);
    if (ns == NULL || ns->image != NULL) {
        return false;
    }
    ns->is.nsze = ns->is.ncap = ns->is.nuse = block_count;
    lwsim_medium_geometry(ns);
    lwsim_namespace_changed(sim, nsid);
    return true;
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_MANAGEMENT, true, SIM_POINTER_DATA, {0, 0, 0xf, 0xff000000, 0, 0, 0, 0}},
     .effects = EFFECTS,
     .gate = has_management,
     .prepare = prepare_management,
     .execute = execute_management},
    {.rule = {OPCODE_ATTACHMENT, true, SIM_POINTER_DATA, {0, 0, 0xf, 0, 0, 0, 0, 0}},
     .effects = EFFECTS,
     .gate = has_management,
     .prepare = prepare_attachment,
     .execute = execute_attachment},
};

const struct sim_part lwsim_namespace_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
};

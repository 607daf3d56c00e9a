/* SPDX-License-Identifier: MIT */
/*
 * Directives: identify, which says what there is and enables it, and streams, whose identifiers are opened by
 * writes that name them. NVM Express Base Specification 2.1, sections 5.1.6 "Directive Receive command", 5.1.7
 * "Directive Send command", 8.1.8 "Directives".
 */
#include "sim_internal.h"

enum {
    OPCODE_SEND = 0x19,
    OPCODE_RECEIVE = 0x1a
};
enum {
    TYPE_IDENTIFY = 0,
    TYPE_STREAMS = 1
};
enum {
    RECEIVE_PARAMETERS = 1,
    RECEIVE_STATUS = 2,
    RECEIVE_RESOURCES = 3,
    SEND_ENABLE = 1,
    SEND_RELEASE_IDENTIFIER = 1,
    SEND_RELEASE_RESOURCES = 2
};
#define OACS_DIRECTIVES 0x20u
#define STREAMS_MAX     16u /* of the subsystem, and open in a namespace */
#define NAMESPACES      32u
#define BYTES_MAX       4096u

static bool has_directives(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_DIRECTIVES) != 0;
}

static uint32_t type_of(const struct sim_task *task)
{
    return task->sqe[11] >> 8 & 0xff;
}

static uint32_t operation_of(const struct sim_task *task)
{
    return task->sqe[11] & 0xff;
}

static uint32_t streams_left(const struct lwnvme_sim *sim)
{
    uint32_t used = 0;
    for (unsigned i = 0; i < NAMESPACES; i++) {
        used += sim->directives.allocated[i];
    }
    return used < STREAMS_MAX ? STREAMS_MAX - used : 0;
}

static bool streams_on(const struct lwnvme_sim *sim, uint32_t nsid)
{
    return nsid != 0 && nsid <= NAMESPACES && (sim->directives.enabled[nsid - 1] >> TYPE_STREAMS & 1u) != 0;
}

static uint16_t check_namespace(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t nsid = task->sqe[1];
    bool all_allowed = lwsim_opcode(task) == OPCODE_RECEIVE && type_of(task) == TYPE_STREAMS &&
                       operation_of(task) == RECEIVE_PARAMETERS;
    if (nsid == UINT32_MAX) {
        return all_allowed ? SIM_OK : SIM_INVALID_FIELD;
    }
    return lwsim_namespace(sim, nsid) == NULL || nsid > NAMESPACES ? SIM_INVALID_NAMESPACE : SIM_OK;
}

/* A length where data move, something specific where an identifier is released, dword 12 where a directive is enabled or
 * streams are allocated. */
static uint16_t check_fields(struct lwnvme_sim *sim, const struct sim_task *task)
{
    bool receives = lwsim_opcode(task) == OPCODE_RECEIVE;
    bool streams = type_of(task) == TYPE_STREAMS;
    uint32_t operation = operation_of(task);
    bool allocates = receives && streams && operation == RECEIVE_RESOURCES;
    bool releases = !receives && streams && operation == SEND_RELEASE_IDENTIFIER;
    uint32_t dword12 = allocates ? 0xffffu : !receives && !streams ? 0xff01u : 0;
    uint32_t set = (task->sqe[12] & ~dword12) | (releases ? 0 : task->sqe[11] >> 16) |
                   (receives && !allocates ? 0 : task->sqe[10]);
    if (set == 0 || !sim->config.strict_reserved) {
        return SIM_OK;
    }
    lwsim_violation(sim, "Directive %s, type %u, operation %u: fields that it does not have are set",
                    receives ? "Receive" : "Send", type_of(task), operation);
    return SIM_INVALID_FIELD;
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    bool receives = lwsim_opcode(task) == OPCODE_RECEIVE;
    uint32_t operation = operation_of(task);
    uint32_t last = receives ? (type_of(task) == TYPE_IDENTIFY ? 1 : RECEIVE_RESOURCES)
                             : (type_of(task) == TYPE_IDENTIFY ? 1 : SEND_RELEASE_RESOURCES);
    if (type_of(task) > TYPE_STREAMS || operation == 0 || operation > last) {
        return SIM_INVALID_FIELD;
    }
    uint16_t status = check_fields(sim, task);
    if (status == SIM_OK) {
        status = check_namespace(sim, task);
    }
    bool has_data = receives && !(type_of(task) == TYPE_STREAMS && operation == RECEIVE_RESOURCES);
    if (status == SIM_OK && has_data) {
        *bytes = ((uint64_t)task->sqe[10] + 1) * 4;
        task->direction = LWNVME_FROM_DEVICE;
        status = *bytes > (1u << 20) ? SIM_INVALID_FIELD : SIM_OK;
    }
    if (status == SIM_OK && type_of(task) == TYPE_STREAMS && operation_of(task) != RECEIVE_PARAMETERS &&
        receives && !streams_on(sim, task->sqe[1])) {
        status = SIM_INVALID_FIELD;
    }
    return status;
}

/* ---- receive ---- */

static void put_streams(const struct lwnvme_sim *sim, uint32_t nsid, uint8_t *data)
{
    uint32_t open = 0;
    for (unsigned i = 0; i < NAMESPACES; i++) {
        open += sim->directives.open_count[i];
    }
    lwsim_put(data, STREAMS_MAX, 2);
    lwsim_put(data + 2, streams_left(sim), 2);
    lwsim_put(data + 4, open, 2);
    lwsim_put(data + 16, 64, 4);  /* stream write size, in blocks */
    lwsim_put(data + 20, 256, 2); /* stream granularity, in those */
    if (nsid <= NAMESPACES) {
        lwsim_put(data + 22, sim->directives.allocated[nsid - 1], 2);
        lwsim_put(data + 24, sim->directives.open_count[nsid - 1], 2);
    }
}

static void put_status(const struct lwnvme_sim *sim, uint32_t nsid, uint8_t *data)
{
    const struct sim_directives *state = &sim->directives;
    lwsim_put(data, state->open_count[nsid - 1], 2);
    for (unsigned i = 0; i < state->open_count[nsid - 1]; i++) {
        lwsim_put(data + 2 + 2 * (size_t)i, state->open[nsid - 1][i], 2);
    }
}

static uint16_t allocate(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint32_t wanted = task->sqe[12] & 0xffff;
    uint32_t nsid = task->sqe[1];
    uint32_t left = streams_left(sim);
    if (wanted == 0 || left == 0) {
        return SIM_STREAM_ALLOCATION_FAILED;
    }
    if (sim->directives.allocated[nsid - 1] != 0) {
        return SIM_INVALID_FIELD; /* to be released before */
    }
    sim->directives.allocated[nsid - 1] = (uint16_t)(wanted < left ? wanted : left);
    task->result = sim->directives.allocated[nsid - 1];
    return SIM_OK;
}

static uint16_t execute_receive(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[BYTES_MAX] = {0};
    uint32_t nsid = task->sqe[1];
    if (type_of(task) == TYPE_IDENTIFY) {
        data[0] = 1u << TYPE_IDENTIFY | 1u << TYPE_STREAMS;
        data[32] = (uint8_t)(1u << TYPE_IDENTIFY | sim->directives.enabled[nsid - 1]);
    } else if (operation_of(task) == RECEIVE_PARAMETERS) {
        put_streams(sim, nsid, data);
    } else if (operation_of(task) == RECEIVE_STATUS) {
        put_status(sim, nsid, data);
    } else {
        return allocate(sim, task);
    }
    uint64_t bytes = task->data.bytes < BYTES_MAX ? task->data.bytes : BYTES_MAX;
    sim->counts.bytes_from_device += bytes;
    return lwsim_data(sim, task, data, bytes) ? SIM_OK : SIM_TRANSFER_ERROR;
}

/* ---- send ---- */

static void forget_streams(struct lwnvme_sim *sim, uint32_t nsid)
{
    sim->directives.open_count[nsid - 1] = 0;
    sim->directives.allocated[nsid - 1] = 0;
}

void lwsim_streams_release(struct lwnvme_sim *sim)
{
    memset(sim->directives.open_count, 0, sizeof(sim->directives.open_count));
}

static uint16_t enable(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t type = task->sqe[12] >> 8 & 0xff;
    uint32_t nsid = task->sqe[1];
    if (type != TYPE_STREAMS) { /* identify is always on */
        return SIM_INVALID_FIELD;
    }
    if ((task->sqe[12] & 1) != 0) {
        sim->directives.enabled[nsid - 1] |= 1u << TYPE_STREAMS;
    } else {
        sim->directives.enabled[nsid - 1] &= ~(1u << TYPE_STREAMS);
        forget_streams(sim, nsid);
    }
    return SIM_OK;
}

static void close_stream(struct lwnvme_sim *sim, uint32_t nsid, uint16_t stream)
{
    struct sim_directives *state = &sim->directives;
    uint16_t *open = state->open[nsid - 1];
    for (unsigned i = 0; i < state->open_count[nsid - 1]; i++) {
        if (open[i] == stream) {
            state->open_count[nsid - 1]--;
            open[i] = open[state->open_count[nsid - 1]];
            return;
        }
    }
}

static uint16_t execute_send(struct lwnvme_sim *sim, struct sim_task *task)
{
    if (type_of(task) == TYPE_IDENTIFY) {
        return enable(sim, task);
    }
    if (!streams_on(sim, task->sqe[1])) {
        return SIM_INVALID_FIELD;
    }
    if (operation_of(task) == SEND_RELEASE_IDENTIFIER) {
        close_stream(sim, task->sqe[1], (uint16_t)(task->sqe[11] >> 16));
    } else {
        forget_streams(sim, task->sqe[1]);
    }
    return SIM_OK;
}

/* A write that names a stream opens it. */
uint16_t lwsim_directive_write(struct lwnvme_sim *sim, const struct sim_task *task)
{
    struct sim_directives *state = &sim->directives;
    uint32_t type = task->sqe[12] >> 20 & 15;
    uint16_t stream = (uint16_t)(task->sqe[13] >> 16);
    uint32_t nsid = task->sqe[1];
    if (type == 0 && stream == 0) {
        return SIM_OK;
    }
    if (type == 2 && has_directives(sim)) {
        return lwsim_placement_write(sim, task);
    }
    if ((type == 0 || !has_directives(sim)) && sim->config.strict_reserved) {
        lwsim_violation(sim, "SQ %u, write: directive type %u, specific %u, but %s", task->sqid, type, stream,
                        type == 0 ? "type 0 has no specific" : "the controller has no directives");
    }
    if (type != TYPE_STREAMS || !has_directives(sim) || !streams_on(sim, nsid) || stream == 0) {
        return SIM_INVALID_FIELD;
    }
    for (unsigned i = 0; i < state->open_count[nsid - 1]; i++) {
        if (state->open[nsid - 1][i] == stream) {
            return SIM_OK;
        }
    }
    if (state->open_count[nsid - 1] == STREAMS_MAX) { /* the oldest is closed */
        state->open_count[nsid - 1]--;
        memmove(state->open[nsid - 1], state->open[nsid - 1] + 1, (STREAMS_MAX - 1) * sizeof(uint16_t));
    }
    state->open[nsid - 1][state->open_count[nsid - 1]++] = stream;
    return SIM_OK;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    (void)kind;
    memset(&sim->directives, 0, sizeof(sim->directives));
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_SEND, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0}},
     .gate = has_directives,
     .prepare = prepare,
     .execute = execute_send},
    {.rule = {OPCODE_RECEIVE, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0}},
     .gate = has_directives,
     .prepare = prepare,
     .execute = execute_receive},
};

const struct sim_part lwsim_directive_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .reset = reset,
};

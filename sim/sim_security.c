/* SPDX-License-Identifier: MIT */
/*
 * Security Send and Security Receive with two protocols: 00h, which lists them, and FEh, a vendor's one that
 * gives back what it was given last under the same specific number. NVM Express Base Specification 2.1, sections
 * 5.1.23 "Security Receive command", 5.1.24 "Security Send command".
 */
#include "sim_internal.h"

enum {
    OPCODE_SEND = 0x81,
    OPCODE_RECEIVE = 0x82
};
enum {
    PROTOCOL_INFORMATION = 0x00,
    PROTOCOL_ECHO = 0xfe
};
#define OACS_SECURITY 0x1u
#define BYTES_MAX     (1u << 20)

static bool has_security(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_SECURITY) != 0;
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t protocol = task->sqe[10] >> 24;
    bool sends = lwsim_opcode(task) == OPCODE_SEND;
    uint64_t limit = ((uint64_t)4096 << sim->config.cap_mpsmin)
                     << (sim->config.mdts < 31 ? sim->config.mdts : 31);
    if (protocol != PROTOCOL_ECHO && (protocol != PROTOCOL_INFORMATION || sends)) {
        return SIM_INVALID_FIELD;
    }
    *bytes = task->sqe[11];
    task->direction = sends ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
    return *bytes > BYTES_MAX || (sim->config.mdts != 0 && *bytes > limit) ? SIM_INVALID_FIELD : SIM_OK;
}

static uint16_t execute_send(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_security *security = &sim->security;
    uint8_t *data = malloc((size_t)task->data.bytes + 1);
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    if (!lwsim_data(sim, task, data, task->data.bytes)) {
        free(data);
        return SIM_TRANSFER_ERROR;
    }
    free(security->stored);
    security->stored = data;
    security->bytes = (size_t)task->data.bytes;
    security->specific = (uint16_t)(task->sqe[10] >> 8);
    sim->counts.bytes_to_device += task->data.bytes;
    return SIM_OK;
}

/* The list of protocols; numbers in it are big endian, as SPC has them. */
static size_t information(uint16_t specific, uint8_t data[16])
{
    if (specific == 0) {
        data[7] = 2;
        data[8] = PROTOCOL_INFORMATION;
        data[9] = PROTOCOL_ECHO;
        return 10;
    }
    return 4; /* no certificate */
}

static uint16_t execute_receive(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_security *security = &sim->security;
    uint16_t specific = (uint16_t)(task->sqe[10] >> 8);
    uint8_t list[16] = {0};
    const uint8_t *from = list;
    size_t bytes = 0;
    if (task->sqe[10] >> 24 == PROTOCOL_INFORMATION) {
        if (specific > 1) {
            return SIM_INVALID_FIELD;
        }
        bytes = information(specific, list);
    } else if (security->stored != NULL && security->specific == specific) {
        from = security->stored;
        bytes = security->bytes;
    }
    uint8_t *data = calloc(1, (size_t)task->data.bytes + 1);
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    memcpy(data, from, bytes < task->data.bytes ? bytes : (size_t)task->data.bytes);
    bool good = lwsim_data(sim, task, data, task->data.bytes);
    free(data);
    sim->counts.bytes_from_device += task->data.bytes;
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (kind == SIM_RESET_POWER) {
        free(sim->security.stored);
        memset(&sim->security, 0, sizeof(sim->security));
    }
}

static void destroy(struct lwnvme_sim *sim)
{
    free(sim->security.stored);
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_SEND, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0, 0, 0, 0}},
     .gate = has_security,
     .prepare = prepare,
     .execute = execute_send},
    {.rule = {OPCODE_RECEIVE, true, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0, 0, 0, 0}},
     .gate = has_security,
     .prepare = prepare,
     .execute = execute_receive},
};

const struct sim_part lwsim_security_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .destroy = destroy,
    .reset = reset,
};

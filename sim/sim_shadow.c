/* SPDX-License-Identifier: MIT */
/*
 * Shadow doorbells: the controller of an emulator, which reads them from memory, when it likes to or when a doorbell rings,
 * and says in EventIdx behind which value it wants it to ring.
 * NVM Express Base Specification 2.1, section 5.2.5 "Doorbell Buffer Config command".
 */
#include "sim_internal.h"

#define OPCODE      0x7c
#define OACS_SHADOW 0x100u

static bool has_shadows(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_SHADOW) != 0;
}

static bool entry(const struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint64_t *offset)
{
    *offset = (2u * (uint64_t)qid + is_cq) * (4u << (sim->config.cap_dstrd & 15));
    return sim->shadow.on && qid != 0 && *offset + 4 <= lwsim_page_bytes(sim);
}

bool lwsim_shadow_read(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint32_t *value)
{
    uint8_t bytes[4];
    uint64_t offset;
    if (!entry(sim, qid, is_cq, &offset) ||
        !lwsim_dma(sim, sim->shadow.doorbells + offset, bytes, 4, false)) {
        return false;
    }
    *value = (uint32_t)lwsim_get(bytes, 4);
    return true;
}

static void put(struct lwnvme_sim *sim, uint64_t page, uint16_t qid, bool is_cq, uint32_t value)
{
    uint8_t bytes[4];
    uint64_t offset;
    if (entry(sim, qid, is_cq, &offset)) {
        lwsim_put(bytes, value, 4);
        (void)lwsim_dma(sim, page + offset, bytes, 4, true);
    }
}

void lwsim_shadow_event(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint32_t value)
{
    put(sim, sim->shadow.events, qid, is_cq, value);
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint64_t mask = lwsim_page_bytes(sim) - 1;
    if (((lwsim_pair(&task->sqe[6]) | lwsim_pair(&task->sqe[8])) & mask) != 0) {
        lwsim_violation(sim, "Doorbell Buffer Config: the buffers are not aligned to the memory page");
        return SIM_INVALID_FIELD;
    }
    *bytes = 2 * (mask + 1);
    task->direction = LWNVME_BIDIRECTIONAL;
    return SIM_OK;
}

/* What it knows of the doorbells goes into their shadows. */
static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    sim->shadow.doorbells = lwsim_pair(&task->sqe[6]);
    sim->shadow.events = lwsim_pair(&task->sqe[8]);
    sim->shadow.on = true;
    sim->shadow.asleep = false;
    sim->shadow.due = sim->now + sim->config.shadow_look_us;
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        if (sim->sq[i].live) {
            put(sim, sim->shadow.doorbells, (uint16_t)i, false, sim->sq[i].tail);
            lwsim_shadow_event(sim, (uint16_t)i, false, sim->sq[i].tail);
        }
        if (sim->cq[i].live) {
            put(sim, sim->shadow.doorbells, (uint16_t)i, true, sim->cq[i].head);
            lwsim_shadow_event(sim, (uint16_t)i, true, sim->cq[i].head);
        }
    }
    return SIM_OK;
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->shadow.on && !sim->shadow.asleep && sim->config.shadow_look_us != 0 && !sim->fenced &&
                   !sim->removed
               ? sim->shadow.due
               : LWNVME_SIM_NEVER;
}

/* As long as it looks by itself, no doorbell is wanted: EventIdx is behind the tail. */
bool lwsim_shadow_wake(struct lwnvme_sim *sim)
{
    if (!sim->shadow.on || sim->config.shadow_look_us == 0) {
        return false;
    }
    sim->shadow.asleep = false;
    sim->shadow.due = sim->now + sim->config.shadow_look_us;
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        const struct sim_sq *sq = &sim->sq[i];
        if (sq->live) {
            lwsim_shadow_event(sim, (uint16_t)i, false, sq->tail == 0 ? sq->size - 1 : sq->tail - 1);
        }
    }
    return true;
}

/* Now and then it goes to sleep, and says so. */
static void run(struct lwnvme_sim *sim)
{
    sim->shadow.due = sim->now + sim->config.shadow_look_us;
    if ((sim->cc & 0xc000) != 0 || !lwsim_enabled(sim)) {
        return;
    }
    sim->shadow.asleep = (lwsim_random(sim) & 3) == 0;
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        lwsim_sq_look(sim, (uint16_t)i, sim->shadow.asleep);
    }
}

void lwsim_shadow_glimpse(struct lwnvme_sim *sim)
{
    if (next(sim) == LWNVME_SIM_NEVER || (sim->cc & 0xc000) != 0 || !lwsim_enabled(sim)) {
        return;
    }
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        lwsim_sq_look(sim, (uint16_t)i, false);
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    (void)kind;
    sim->shadow.on = false;
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE, false, SIM_POINTER_DATA, {0, 0, 0, 0, 0, 0, 0, 0}},
     .gate = has_shadows,
     .prepare = prepare,
     .execute = execute},
};

const struct sim_part lwsim_shadow_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .reset = reset,
    .next = next,
    .run = run,
};

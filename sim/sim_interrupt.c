/* SPDX-License-Identifier: MIT */
/*
 * Interrupts, of the kind that the configuration names:
 *
 *     pin      one level: asserted while an entry of a queue with interrupts has not been taken, and INTMS lets it through
 *     MSI      a message for each entry, kept back as long as INTMS has its bit
 *     MSI-X    the same with the mask bits of a table that is the host's; and its pending bits
 *
 * Messages of I/O queues wait for company where Interrupt Coalescing (feature 08h) is set and the vector's configuration
 * (09h) does not rule that out. Interrupts can get lost, and come for nothing: lwnvme_sim_config.interrupt_lost_at,
 * lwnvme_sim_interrupt.
 * NVM Express over PCIe Transport Specification 1.1, section 3.5 "Interrupts".
 */
#include "sim_internal.h"

#define FID_COALESCING  0x08
#define COALESCING_UNIT 100u     /* microseconds */
#define NOT_COALESCED   0x10000u /* in the vector's configuration */
#define MESSAGES_OF_MSI 32u

static bool by_pin(const struct lwnvme_sim *sim)
{
    return sim->config.msix_vectors == 0 && sim->config.msi_vectors == 0;
}

uint32_t lwsim_vectors(const struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    return c->msix_vectors != 0 ? c->msix_vectors : c->msi_vectors != 0 ? c->msi_vectors : 1;
}

static bool masked(const struct lwnvme_sim *sim, uint32_t vector)
{
    if (sim->config.msix_vectors != 0) {
        return sim->interrupts.vectors[vector].masked;
    }
    return vector < MESSAGES_OF_MSI && (sim->intms >> vector & 1) != 0;
}

static void send(struct lwnvme_sim *sim, uint32_t vector)
{
    sim->interrupts.vectors[vector].pending = true;
    sim->interrupts.vectors[vector].held = 0;
    sim->interrupts.any = true;
}

void lwsim_interrupt_post(struct lwnvme_sim *sim, uint16_t qid)
{
    const struct sim_cq *cq = &sim->cq[qid];
    uint32_t coalescing = lwsim_feature_value(sim, FID_COALESCING);
    uint32_t more = coalescing & 0xff;
    uint32_t time = coalescing >> 8 & 0xff;
    struct sim_vector *vector = &sim->interrupts.vectors[cq->vector];
    if (!cq->interrupts || by_pin(sim)) {
        return;
    }
    if (qid == 0 || more == 0 || time == 0 || (sim->vector_config[cq->vector] & NOT_COALESCED) != 0 ||
        vector->held == more) {
        send(sim, cq->vector);
        return;
    }
    if (vector->held++ == 0) {
        vector->due = sim->now + (uint64_t)time * COALESCING_UNIT;
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    uint64_t due = LWNVME_SIM_NEVER;
    for (uint32_t i = 0; i < lwsim_vectors(sim); i++) {
        const struct sim_vector *vector = &sim->interrupts.vectors[i];
        if (vector->held != 0 && vector->due < due) {
            due = vector->due;
        }
    }
    return due;
}

static void run(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i < lwsim_vectors(sim); i++) {
        if (sim->interrupts.vectors[i].held != 0 && sim->interrupts.vectors[i].due <= sim->now) {
            send(sim, i);
        }
    }
}

static bool line_asserted(const struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) {
        if (sim->cq[i].live && sim->cq[i].interrupts && sim->cq[i].used != 0) {
            return true;
        }
    }
    return false;
}

/* A message, or for a pin: somebody else on the line, whom INTMS does not concern. */
static bool is_due(const struct lwnvme_sim *sim, uint32_t vector)
{
    if (by_pin(sim)) {
        return sim->interrupts.vectors[0].pending || (!masked(sim, 0) && line_asserted(sim));
    }
    return sim->interrupts.vectors[vector].pending && !masked(sim, vector);
}

bool lwsim_interrupt_waits(const struct lwnvme_sim *sim)
{
    bool due = false;
    for (uint32_t i = 0; i < lwsim_vectors(sim) && (sim->interrupts.any || by_pin(sim)); i++) {
        due = due || is_due(sim, i);
    }
    return due && sim->config.on_interrupt != NULL;
}

static bool is_lost(struct lwnvme_sim *sim)
{
    uint64_t first = sim->config.interrupt_lost_at;
    uint64_t count = sim->config.fail_count == 0 ? 1 : sim->config.fail_count;
    uint64_t nth = ++sim->interrupts.sent;
    return first != 0 && nth >= first && (count == UINT32_MAX || nth - first < count);
}

static void deliver(struct lwnvme_sim *sim, uint32_t vector)
{
    sim->interrupts.vectors[vector].pending = false;
    if (sim->config.on_interrupt == NULL || is_lost(sim)) {
        return;
    }
    sim->counts.interrupts++;
    sim->config.on_interrupt(sim->config.callback_context, (uint16_t)vector);
}

void lwsim_deliver(struct lwnvme_sim *sim)
{
    if (sim->busy != 0 || sim->locked != 0 || (!sim->interrupts.any && !by_pin(sim))) {
        return;
    }
    sim->interrupts.any = false;
    for (uint32_t i = 0; i < lwsim_vectors(sim); i++) {
        if (is_due(sim, i)) {
            deliver(sim, i);
        } else if (sim->interrupts.vectors[i].pending) {
            sim->interrupts.any = true;
        }
    }
}

void lwnvme_sim_interrupt(struct lwnvme_sim *sim, uint16_t vector)
{
    if (vector < lwsim_vectors(sim)) {
        send(sim, vector);
    }
}

bool lwnvme_sim_msix_mask(struct lwnvme_sim *sim, uint16_t vector, bool is_masked)
{
    if (vector >= sim->config.msix_vectors) {
        return false;
    }
    sim->interrupts.vectors[vector].masked = is_masked;
    return sim->interrupts.vectors[vector].pending;
}

static bool create(struct lwnvme_sim *sim)
{
    sim->interrupts.vectors = calloc(lwsim_vectors(sim), sizeof(*sim->interrupts.vectors));
    return sim->interrupts.vectors != NULL;
}

static void destroy(struct lwnvme_sim *sim)
{
    free(sim->interrupts.vectors);
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    (void)kind;
    sim->intms = 0;
    for (uint32_t i = 0; i < lwsim_vectors(sim); i++) {
        sim->interrupts.vectors[i].held = 0;
    }
}

const struct sim_part lwsim_interrupt_part = {
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .next = next,
    .run = run,
};

/* SPDX-License-Identifier: MIT */
/*
 * Which submission queue is served next, where fetching takes its time (fetch_us; else each is served when its doorbell rings).
 *
 *     round robin        the next queue with work, up to an arbitration burst of its commands
 *     weighted           urgent queues first; then high, medium and low ones as long as their class has credit: its weight + 1
 *                        commands, given anew when no class with work has any
 *
 * The admin queue is served at once. Burst and weights are those of feature 01h.
 * NVM Express Base Specification 2.1, section 3.4.4 "Command Arbitration".
 */
#include "sim_internal.h"

#define FID_ARBITRATION 0x01
#define BURST_NO_LIMIT  7u
#define WEIGHTED        1u
#define URGENT          0u
#define CLASSES         4u

static bool weighted(const struct lwnvme_sim *sim)
{
    return (sim->cc >> 11 & 7) == WEIGHTED;
}

static uint32_t class_of(const struct lwnvme_sim *sim, uint16_t qid)
{
    return weighted(sim) ? sim->sq[qid].priority : URGENT;
}

static bool has_work(const struct lwnvme_sim *sim, uint16_t qid)
{
    return sim->sq[qid].live && sim->sq[qid].head != sim->sq[qid].tail;
}

/* The next queue of a class with work, behind the one that was served last; 0: none. */
static uint16_t next_of_class(const struct lwnvme_sim *sim, uint32_t class)
{
    uint32_t pairs = sim->config.io_queue_pairs;
    for (uint32_t i = 1; i <= pairs; i++) {
        uint16_t qid = (uint16_t)((sim->arbitration.last[class] + i - 1) % pairs + 1);
        if (has_work(sim, qid) && class_of(sim, qid) == class) {
            return qid;
        }
    }
    return 0;
}

static void credit_all(struct lwnvme_sim *sim)
{
    uint32_t feature = lwsim_feature_value(sim, FID_ARBITRATION);
    for (uint32_t class = 1; class < CLASSES; class ++) {
        sim->arbitration.credit[class] = (feature >> (32 - 8 * class) & 0xff) + 1;
    }
}

/* Sets how many commands it may send now. */
static uint16_t choose(struct lwnvme_sim *sim, uint32_t *most)
{
    uint32_t burst = lwsim_feature_value(sim, FID_ARBITRATION) & 7;
    uint16_t qid = next_of_class(sim, URGENT);
    *most = burst == BURST_NO_LIMIT ? UINT32_MAX : 1u << burst;
    for (uint32_t turn = 0; turn < 2 && qid == 0; turn++) {
        for (uint32_t class = 1; class < CLASSES && qid == 0; class ++) {
            uint32_t credit = sim->arbitration.credit[class];
            qid = credit == 0 ? 0 : next_of_class(sim, class);
            *most = qid != 0 && credit < *most ? credit : *most;
        }
        if (qid == 0) {
            credit_all(sim);
        }
    }
    return qid;
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->arbitration.waiting ? sim->arbitration.due : LWNVME_SIM_NEVER;
}

static void run(struct lwnvme_sim *sim)
{
    uint32_t most = 0;
    uint16_t qid = choose(sim, &most);
    uint32_t class = qid == 0 ? 0 : class_of(sim, qid);
    uint32_t fetched = qid == 0 ? 0 : lwsim_sq_fetch(sim, qid, most);
    sim->arbitration.waiting = fetched != 0;
    sim->arbitration.last[class] = qid != 0 ? qid : sim->arbitration.last[class];
    sim->arbitration.credit[class] -=
        fetched < sim->arbitration.credit[class] ? fetched : sim->arbitration.credit[class];
    sim->arbitration.due = sim->now + sim->config.fetch_us * fetched;
}

void lwsim_arbitration_wake(struct lwnvme_sim *sim)
{
    if (!sim->arbitration.waiting) {
        sim->arbitration.waiting = true;
        sim->arbitration.due = sim->now + sim->config.fetch_us;
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    (void)kind;
    memset(&sim->arbitration, 0, sizeof(sim->arbitration));
}

const struct sim_part lwsim_arbitration_part = {
    .reset = reset,
    .next = next,
    .run = run,
};

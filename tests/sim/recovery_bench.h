/* SPDX-License-Identifier: MIT */
/* What the scenarios of recovery share: a controller with a recovery and short deadlines, and turns of its owner. */
#ifndef TESTS_SIM_RECOVERY_BENCH_H
#define TESTS_SIM_RECOVERY_BENCH_H

#include "scenario.h"

#define IO_TIMEOUT  100u
#define STEP_US     100u
#define ABORT_MS    50u
#define BENCH_BYTES 262144u

struct bench {
    struct scenario s;
    struct lwnvme_recovery recovery;
    struct lwnvme_recovery_policy policy;
    struct lwnvme_queue *more[4]; /* further queues to be polled */
    uint8_t *data;                /* BENCH_BYTES */
};

static inline void prepare(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    scenario_prepare(&b->s);
    b->s.time_limit_us = 120 * SECOND_US;
    b->s.config.io_timeout_ms = IO_TIMEOUT;
    b->s.config.admin_timeout_ms = 2 * IO_TIMEOUT;
    b->s.settings.latency_us = 20;
    b->policy.abort_ms = ABORT_MS;
    b->data = scenario_memory(BENCH_BYTES, 4096);
}

/* Without a namespace. */
static inline void begin_bare(struct bench *b, uint32_t entries)
{
    scenario_start(&b->s);
    assert_int_equal(lwnvme_recovery_start(b->s.controller, &b->recovery, &b->policy), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_get_state(&b->recovery), LWNVME_RECOVERY_WATCHING);
    scenario_queue(&b->s, entries);
}

static inline void finish(struct bench *b)
{
    scenario_end(&b->s);
    free(b->data);
}

/* Everything is polled, once. */
static inline void turn(struct bench *b)
{
    uint32_t index;

    (void)lwnvme_queue_poll(b->s.queue, 0);
    for (index = 0; index < 4; index++)
        (void)lwnvme_queue_poll(b->more[index], 0);
    (void)scenario_poll(&b->s);
    lwnvme_sim_advance(b->s.sim, STEP_US);
}

/* Until all is called back, and the controller rests. */
static inline void settle(struct bench *b)
{
    uint64_t until = scenario_now(&b->s) + b->s.time_limit_us;

    while (scenario_in_flight(&b->s) != 0 || lwnvme_controller_status(b->s.controller) == LWNVME_PENDING ||
           lwnvme_recovery_get_state(&b->recovery) == LWNVME_RECOVERY_ABORTING ||
           b->s.controller->fail_status != lwnvme_controller_status(b->s.controller)) {
        turn(b);
        if (scenario_now(&b->s) >= until)
            fail_msg("%u requests are not called back, state %s", scenario_in_flight(&b->s),
                     lwnvme_state_name(lwnvme_controller_state(b->s.controller)));
    }
    turn(b);
}

static inline void lose(struct bench *b, enum lwnvme_sim_queue_kind queue, uint8_t opcode, uint32_t count)
{
    scenario_fault(&b->s, (struct lwnvme_sim_fault){
                              .kind = LWNVME_SIM_LOSE, .queue = queue, .opcode = opcode, .count = count});
}

#endif

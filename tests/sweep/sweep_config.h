/* SPDX-License-Identifier: MIT */
/* The library's configuration for the sweeps: each barrier is the software controller's, and a clock that stands still is
 * found out soon. */
#ifndef TESTS_SWEEP_CONFIG_H
#define TESTS_SWEEP_CONFIG_H

void lwnvme_sim_barrier(unsigned kinds);
extern unsigned sweep_idle_barriers;

/* enum lwnvme_sim_barrier: 1 store, 2 load, 4 of a phase, 8 load before store. */
#define LWNVME_BARRIER_BEFORE_SQ_DOORBELL() lwnvme_sim_barrier(1u)
#define LWNVME_BARRIER_AFTER_PHASE()        lwnvme_sim_barrier(2u | 4u)
#define LWNVME_BARRIER_BEFORE_CQ_DOORBELL() lwnvme_sim_barrier(8u)
#define LWNVME_BARRIER_SHADOW_DOORBELL()    lwnvme_sim_barrier(1u | 2u)
#define LWNVME_BARRIER_AFTER_REGISTER()     lwnvme_sim_barrier(2u)
/* Between CPUs: whether they are there is all that one CPU can tell. */
#define LWNVME_BARRIER_BEFORE_IDLE() ((void)(sweep_idle_barriers |= 1u))
#define LWNVME_BARRIER_AFTER_IDLE()  ((void)(sweep_idle_barriers |= 2u))

#define LWNVME_CONFIG_STUCK_CLOCK_POLLS 1000

#endif

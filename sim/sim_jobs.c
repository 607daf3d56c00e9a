/* SPDX-License-Identifier: MIT */
/*
 * What goes on beyond one command. Each kind is a part of its own; here is what they share, and in one
 * place what a reset or the loss of power does to each:
 *
 *     reset          firmware        sanitize   self-test          format       host memory   boot partitions
 *     controller     activates       goes on    short: aborted     goes on      forgotten     read cancelled
 *     subsystem      activates       goes on    short: aborted     goes on      forgotten     read cancelled
 *     power          activates       goes on    short: aborted     interrupted  forgotten     locked again
 */
#include "sim_internal.h"

void lwsim_jobs_power_off(struct lwnvme_sim *sim)
{
    lwsim_format_power_off(sim);
    lwsim_self_test_power_off(sim);
    lwsim_hmb_power_off(sim);
    lwsim_boot_power_off(sim);
}

struct sim_task *lwsim_jobs_take(struct lwnvme_sim *sim, uint8_t opcode)
{
    for (struct sim_task **list = &sim->working; *list != NULL; list = &(*list)->next) {
        struct sim_task *task = *list;
        if ((task->sqe[0] & 0xff) == opcode) {
            *list = task->next;
            return task;
        }
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
/* aarch64 port: the generic timer's virtual counter, and its interrupt. */
#include "cpu.h"
#include "machine.h"

#define TIMER_ON  1u
#define TIMER_OFF 0u

uint64_t timer_hz(void)
{
    return CPU_READ(cntfrq_el0);
}

uint64_t timer_now(void)
{
    __asm__ volatile("isb" : : : "memory"); /* not read ahead of what came before */
    return CPU_READ(cntvct_el0);
}

void timer_set(uint64_t when)
{
    CPU_WRITE(cntv_cval_el0, when);
    CPU_WRITE(cntv_ctl_el0, TIMER_ON);
    __asm__ volatile("isb" : : : "memory");
}

void timer_off(void)
{
    CPU_WRITE(cntv_ctl_el0, TIMER_OFF);
    __asm__ volatile("isb" : : : "memory");
}

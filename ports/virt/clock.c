/* SPDX-License-Identifier: MIT */
/* Machines with a device tree: the machine's counter as a clock. */
#include "machine.h"

#define CLOCK_US_PER_S 1000000u

static uint64_t clock_base;
static uint64_t clock_hz;

void clock_init(void)
{
    clock_hz = timer_hz();
    clock_base = timer_now();
}

/* In two parts, so that nothing overflows. */
uint64_t clock_now_us(void)
{
    const uint64_t ticks = timer_now() - clock_base;

    return ticks / clock_hz * CLOCK_US_PER_S + ticks % clock_hz * CLOCK_US_PER_S / clock_hz;
}

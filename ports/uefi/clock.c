/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: time. x86-64: the time stamp counter, measured against the firmware's Stall. aarch64: the generic timer,
 * which says its own rate. Callable anywhere after clock_init.
 */
#include "clock.h"

#include "efi.h"

#define CLOCK_MEASURES    4u
#define CLOCK_MEASURE_US  2500u
#define CLOCK_SLOWEST_MHZ 1u

static uint64_t clock_start;
static uint64_t clock_per_ms;

static uint64_t clock_ticks(void)
{
#if defined(__x86_64__)
    uint32_t low;
    uint32_t high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
#else
    uint64_t ticks;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
#endif
}

#if defined(__x86_64__)
/* The least of some measures: what disturbs one makes it longer. */
static uint64_t clock_measure_per_ms(void)
{
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < CLOCK_MEASURES; i++) {
        const uint64_t before = clock_ticks();
        uint64_t took;

        (void)efi_boot->stall(CLOCK_MEASURE_US);
        took = clock_ticks() - before;
        least = took < least ? took : least;
    }
    return least * 1000u / CLOCK_MEASURE_US;
}
#else
static uint64_t clock_measure_per_ms(void)
{
    uint64_t per_s;

    __asm__("mrs %0, cntfrq_el0" : "=r"(per_s));
    return per_s / 1000u;
}
#endif

void clock_init(void)
{
    clock_per_ms = clock_measure_per_ms();
    if (clock_per_ms < CLOCK_SLOWEST_MHZ * 1000u) {
        clock_per_ms = CLOCK_SLOWEST_MHZ * 1000u;
    }
    clock_start = clock_ticks();
}

/* In two parts, so that nothing overflows in the lifetime of a machine. */
uint64_t clock_now_us(void)
{
    const uint64_t ticks = clock_ticks() - clock_start;

    return ticks / clock_per_ms * 1000u + ticks % clock_per_ms * 1000u / clock_per_ms;
}

void clock_relax(void)
{
#if defined(__x86_64__)
    __asm__ volatile("pause");
#else
    __asm__ volatile("yield");
#endif
}

/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: the time stamp counter as a clock. Its rate is measured once against channel 2 of the
 * interval timer (1.193182 MHz), several times, and the shortest measurement is taken: anything that
 * disturbs makes one longer, never shorter. Channel 0, which firmware leaves ticking, is stopped.
 */
#include "io.h"
#include "machine.h"

#define PIT_CHANNEL_0      0x40u
#define PIT_CHANNEL_2      0x42u
#define PIT_CONTROL        0x43u
#define PIT_CONTROL_0_ONCE 0x30u /* channel 0, both bytes, mode 0 */
#define PIT_CONTROL_2_ONCE 0xb0u
#define PIT_GATE           0x61u
#define PIT_GATE_ON        0x01u
#define PIT_GATE_SPEAKER   0x02u
#define PIT_GATE_OUTPUT    0x20u
#define PIT_COUNT          11932u /* 10 ms */
#define CLOCK_SAMPLE_US    10000u
#define CLOCK_SAMPLES      3u
#define CLOCK_SPINS_MAX    100000000u
#define CLOCK_FALLBACK     1000u /* ticks per microsecond if the timer does not answer */

static uint64_t clock_base;
static uint32_t clock_us_per_tick; /* 32 fractional bits: the counter is faster than 1 MHz */

/* Time stamp ticks in 10 ms; UINT64_MAX when the timer does not run. */
static uint64_t clock_sample(void)
{
    const uint8_t gate = (uint8_t)(io_read8(PIT_GATE) & ~(PIT_GATE_ON | PIT_GATE_SPEAKER));
    uint64_t start;

    io_write8(PIT_GATE, gate);
    io_write8(PIT_CONTROL, PIT_CONTROL_2_ONCE);
    io_write8(PIT_CHANNEL_2, PIT_COUNT & 0xffu);
    io_write8(PIT_CHANNEL_2, PIT_COUNT >> 8);
    io_write8(PIT_GATE, gate | PIT_GATE_ON);
    start = cpu_timestamp();
    for (uint32_t spin = 0; spin < CLOCK_SPINS_MAX; spin++) {
        if ((io_read8(PIT_GATE) & PIT_GATE_OUTPUT) != 0) {
            return cpu_timestamp() - start;
        }
    }
    return UINT64_MAX;
}

void clock_init(void)
{
    uint64_t ticks = UINT64_MAX;
    uint64_t us_per_tick;

    io_write8(PIT_CONTROL, PIT_CONTROL_0_ONCE);
    io_write8(PIT_CHANNEL_0, 0xff);
    io_write8(PIT_CHANNEL_0, 0xff);
    for (uint32_t i = 0; i < CLOCK_SAMPLES; i++) {
        const uint64_t sample = clock_sample();

        ticks = sample < ticks ? sample : ticks;
    }
    if (ticks == 0 || ticks == UINT64_MAX) {
        ticks = (uint64_t)CLOCK_FALLBACK * CLOCK_SAMPLE_US;
    }
    us_per_tick = ((uint64_t)CLOCK_SAMPLE_US << 32) / ticks;
    clock_us_per_tick = us_per_tick < UINT32_MAX ? (uint32_t)us_per_tick : UINT32_MAX;
    clock_base = cpu_timestamp();
}

uint64_t clock_now_us(void)
{
    const uint64_t ticks = cpu_timestamp() - clock_base;

    return (ticks >> 32) * clock_us_per_tick + (((ticks & UINT32_MAX) * clock_us_per_tick) >> 32);
}

/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance of a port, on a cache that there is none of in an emulator: 16 lines of write-back cache over a
 * little memory, which the CPU reaches through it and a device does not. Every range in it, for several line sizes, with
 * each line clean or written to beforehand.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "machine.h"

#define BYTES    256u
#define LINES    64u
#define CPU      0x11u /* what the CPU wrote, the device wrote, and what was there before */
#define DEVICE   0x22u
#define OLD      0x33u
#define SYNC_MAX 2u

static uint8_t memory[BYTES];
static uint8_t cache[BYTES];
static bool cached[LINES];
static bool dirty[LINES];
static uint32_t line_bytes;
static uint32_t synchronized;
static unsigned failures;

static uint8_t place[BYTES] __attribute__((aligned(BYTES))); /* only its addresses are used */

static void expect(bool good, const char *what, uint32_t begin, uint32_t length)
{
    if (!good && failures++ < 10u) {
        printf("%s: lines of %u bytes, %u bytes from %u\n", what, line_bytes, length, begin);
    }
}

static uint32_t line_of(uintptr_t address)
{
    const uintptr_t offset = address - (uintptr_t)place;

    if (offset >= BYTES) {
        printf("maintenance outside of the memory\n");
        exit(1);
    }
    return (uint32_t)offset / line_bytes;
}

static void write_back(uint32_t line)
{
    if (cached[line] && dirty[line]) {
        memcpy(&memory[line * line_bytes], &cache[line * line_bytes], line_bytes);
        dirty[line] = false;
    }
}

uint32_t cpu_cache_line_bytes(void)
{
    return line_bytes;
}

void cpu_cache_clean(uintptr_t address)
{
    write_back(line_of(address));
}

void cpu_cache_flush(uintptr_t address)
{
    write_back(line_of(address));
    cached[line_of(address)] = false;
}

void cpu_cache_invalidate(uintptr_t address)
{
    cached[line_of(address)] = false;
    dirty[line_of(address)] = false;
}

void cpu_synchronize(void)
{
    synchronized++;
}

static uint8_t cpu_read(uint32_t at)
{
    return cached[at / line_bytes] ? cache[at] : memory[at];
}

static void cpu_write(uint32_t at, uint8_t value)
{
    const uint32_t line = at / line_bytes;

    if (!cached[line]) {
        memcpy(&cache[line * line_bytes], &memory[line * line_bytes], line_bytes);
        cached[line] = true;
    }
    dirty[line] = true;
    cache[at] = value;
}

static void start(void)
{
    memset(memory, OLD, sizeof(memory));
    memcpy(cache, memory, sizeof(cache));
    memset(cached, 1, sizeof(cached));
    memset(dirty, 0, sizeof(dirty));
    synchronized = 0;
}

/* The CPU writes a range; the device sees it. */
static void check_to_device(uint32_t begin, uint32_t length)
{
    bool good = true;

    start();
    for (uint32_t i = begin; i < begin + length; i++) {
        cpu_write(i, CPU);
    }
    cache_clean(&place[begin], length);
    for (uint32_t i = 0; i < BYTES; i++) {
        good = good && memory[i] == (i - begin < length ? CPU : OLD) && cpu_read(i) == memory[i];
    }
    expect(good && synchronized > 0 && synchronized <= SYNC_MAX, "clean", begin, length);
}

/*
 * The CPU has written to everything; then a range is the device's, which writes it; then the CPU writes to the whole lines
 * around it, not those that the range shares. It sees what the device wrote, and its own neighbours are not lost.
 */
static void check_from_device(uint32_t begin, uint32_t length)
{
    const uint32_t first = begin / line_bytes * line_bytes;
    const uint32_t last = (begin + length + line_bytes - 1u) / line_bytes * line_bytes;
    bool good = true;

    start();
    for (uint32_t i = 0; i < BYTES; i++) {
        cpu_write(i, CPU);
    }
    cache_flush(&place[begin], length);
    for (uint32_t i = 0; i < BYTES; i++) {
        good = good && (i - begin >= length || memory[i] == CPU);
    }
    memset(&memory[begin], DEVICE, length);
    for (uint32_t i = 0; i < BYTES; i++) {
        if (i < first || i >= last) {
            cpu_write(i, OLD);
        } else {
            (void)cpu_read(i);
        }
    }
    cache_invalidate(&place[begin], length);
    for (uint32_t i = 0; i < BYTES; i++) {
        const uint8_t wanted = i - begin < length ? DEVICE : i < first || i >= last ? OLD : CPU;

        good = good && cpu_read(i) == wanted;
    }
    expect(good && synchronized >= 2u && synchronized <= 2u * SYNC_MAX, "flush and invalidate", begin,
           length);
}

/* Something that the CPU wrote to the rest of a shared line is not lost by an invalidation. */
static void check_neighbours(uint32_t begin, uint32_t length)
{
    bool good = true;

    start();
    for (uint32_t i = 0; i < BYTES; i++) {
        if (i - begin >= length) {
            cpu_write(i, CPU);
        }
    }
    cache_invalidate(&place[begin], length);
    for (uint32_t i = 0; i < BYTES; i++) {
        good = good && (i - begin < length || cpu_read(i) == CPU);
    }
    expect(good, "neighbours", begin, length);
}

/* What the CPU read early, or even wrote to lines that are the device's alone, stays in the cache: only an invalidation brings
 * the device's data to light, and what is invalidated is never written back. */
static void check_stale(uint32_t begin, uint32_t length)
{
    const uint32_t first = (begin + line_bytes - 1u) / line_bytes * line_bytes;
    const uint32_t last = (begin + length) / line_bytes * line_bytes;
    bool good = true;

    start();
    for (uint32_t i = first; i < last; i++) {
        cpu_write(i, OLD);
    }
    memset(&memory[begin], DEVICE, length);
    for (uint32_t i = begin; i < begin + length; i++) {
        good = good && cpu_read(i) == OLD;
    }
    cache_invalidate(&place[begin], length);
    for (uint32_t i = begin; i < begin + length; i++) {
        good = good && cpu_read(i) == DEVICE;
    }
    expect(good, "stale", begin, length);
}

int main(void)
{
    uint32_t ranges = 0;

    for (line_bytes = 4u; line_bytes <= BYTES; line_bytes *= 2u) {
        if (cache_line_bytes() != line_bytes) {
            printf("the size of a line is not passed on\n");
            return 1;
        }
        for (uint32_t begin = 0; begin < BYTES; begin++) {
            for (uint32_t length = 1; length <= BYTES - begin; length++) {
                check_to_device(begin, length);
                check_from_device(begin, length);
                check_neighbours(begin, length);
                check_stale(begin, length);
                ranges++;
            }
        }
    }
    printf("cache maintenance: %u ranges, %u failures\n", ranges, failures);
    return failures != 0;
}

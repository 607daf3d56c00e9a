/* SPDX-License-Identifier: MIT */
/*
 * x86-64's way to sleep, on a processor that is a model: whatever interrupts between the last look and the halt is not lost,
 * also the timer's interrupt, which ends the sleep of one for whom nothing else comes.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "machine.h"

#define SET_GS      0x1001
#define APIC_AT     0x10000000u /* the real one is below 4 GiB, too */
#define APIC_ON     0x800u
#define TIMER_START (0x380u / 4u)
#define TIMER_NOW   (0x390u / 4u)
#define SEND_TO     (0x310u / 4u)
#define SEND        (0x300u / 4u)
#define TICKS       62500u /* a millisecond */

extern const char interrupt_entries[];
extern const char interrupt_spurious[];
const char interrupt_entries[1] = {0};
const char interrupt_spurious[1] = {0};

static uint32_t *apic;
static struct processor processor = {.self = &processor};
static struct processor others[PROCESSORS_MAX];
static uint64_t now_us;
static bool interrupts;
static bool timer_is_quick; /* it fires as soon as it may */
static bool device_is_quick;
static unsigned halts;
static unsigned failures;

static void expect(bool good, const char *what)
{
    if (!good) {
        failures++;
        printf("%s\n", what);
    }
}

/* What has been waiting is taken: a timer's interrupt tells nobody. */
static void take(void)
{
    if (timer_is_quick) {
        apic[TIMER_START] = 0;
    }
    if (device_is_quick) {
        device_is_quick = false;
        interrupt_wake();
    }
}

uintptr_t cpu_flags(void)
{
    return interrupts ? CPU_FLAG_INTERRUPTS : 0;
}

void cpu_interrupts_on(void)
{
    interrupts = true;
    take();
}

void cpu_interrupts_off(void)
{
    if (interrupts) {
        take();
    }
    interrupts = false;
}

void cpu_halt(void)
{
    halts++;
    expect(!interrupts, "it halts with interrupts on");
    expect(apic[TIMER_START] != 0 || device_is_quick, "it sleeps for ever");
    cpu_interrupts_on();
}

void cpu_pause(void)
{
}

uint64_t cpu_read_msr(uint32_t number)
{
    (void)number;
    return APIC_AT | APIC_ON;
}

uint8_t io_read8(uint16_t port)
{
    (void)port;
    return 0;
}

void io_write8(uint16_t port, uint8_t value)
{
    (void)port;
    (void)value;
}

uint64_t clock_now_us(void)
{
    return now_us++;
}

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    (void)size_bytes;
    return address == APIC_AT && kind == PAGING_DEVICE;
}

struct processor *processor_of(uint32_t index)
{
    return index == processor.index ? &processor : &others[index];
}

void trap_set_gate(uint8_t vector, uint64_t entry)
{
    (void)vector;
    (void)entry;
}

static void waits(bool timer, bool device, unsigned expected)
{
    timer_is_quick = timer;
    device_is_quick = device;
    halts = 0;
    interrupt_wait(clock_now_us() + 1000u);
    expect(interrupts, "interrupts are off after a wait");
    expect(halts == expected, "it halts, or does not, when it should not");
    expect(apic[TIMER_START] == 0, "the timer goes on");
    expect(processor.awake == 0, "it will not sleep the next time");
}

/* One that sleeps is interrupted; one that does not will not begin to. */
static void all_are_woken(void)
{
    apic[SEND] = apic[SEND_TO] = 0;
    interrupt_wake_all();
    expect(apic[SEND] == 0, "one that does not sleep is interrupted");
    for (uint32_t i = 1; i < PROCESSORS_MAX; i++) {
        expect(others[i].awake == 1, "another one would still go to sleep");
    }
    others[2].apic_id = 5;
    others[2].asleep = 1;
    interrupt_wake_all();
    expect(apic[SEND] != 0 && apic[SEND_TO] == 5u << 24, "the one that sleeps is not interrupted");
    expect(processor.awake == 1, "the one that wakes the others is not awake");
    processor.awake = 0;
}

int main(void)
{
    apic = mmap((void *)(uintptr_t)APIC_AT, MACHINE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (apic != (void *)(uintptr_t)APIC_AT || syscall(SYS_arch_prctl, SET_GS, &processor) != 0) {
        printf("the model of the processor cannot be made\n");
        return 1;
    }
    apic[TIMER_NOW] = UINT32_MAX - TICKS;
    expect(interrupt_init(), "there is no local APIC");
    waits(false, false, 1);
    waits(true, false, 1);
    waits(false, true, 0);
    waits(true, true, 0);
    all_are_woken();
    printf("interrupts: %u failures\n", failures);
    return failures == 0 ? 0 : 1;
}

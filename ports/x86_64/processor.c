/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: processors. Each finds what belongs to it through the base of its segment GS. Further ones are started
 * by INIT and two startup messages to all (no table of the firmware's is needed for that), take the numbers 1, 2, ... in the
 * order in which they come, and halt until processor_run gives them work. One that is not needed halts for good.
 *
 * Page tables are shared: what paging_map adds after this is seen by all, what it changes is not.
 */
#include "io.h"
#include "machine.h"

#define PROCESSOR_STACK_BYTES 65536u
#define PROCESSOR_START_PAGE  0x8000u /* conventional memory, which nothing uses after the loader */
#define PROCESSOR_INIT        0x000c4500u
#define PROCESSOR_STARTUP     (0x000c4600u | PROCESSOR_START_PAGE >> 12)
#define PROCESSOR_INIT_US     10000u
#define PROCESSOR_STARTUP_US  200u
#define PROCESSOR_COME_US     1000000u

enum {
    PROCESSOR_ABSENT,
    PROCESSOR_IDLE,
    PROCESSOR_WORKING
};

extern const uint8_t trampoline_begin[];
extern const uint8_t trampoline_end[];
extern uint64_t trampoline_stacks[PROCESSORS_MAX];
_Noreturn void processor_entry(uint32_t index);

uint64_t trampoline_stacks[PROCESSORS_MAX]; /* where each begins, its end; 0: not wanted */

static struct processor processors[PROCESSORS_MAX];

static struct processor *processor_become(uint32_t index)
{
    struct processor *self = &processors[index];

    self->self = self;
    self->index = index;
    processor_set_self(self);
    return self;
}

void processor_init(void)
{
    (void)processor_become(0);
}

struct processor *processor_of(uint32_t index)
{
    return &processors[index];
}

uint32_t processor_apic_id(uint32_t index)
{
    return processors[index].apic_id;
}

static uint32_t processor_state(uint32_t index)
{
    return __atomic_load_n(&processors[index].state, __ATOMIC_ACQUIRE);
}

/* Called by trampoline.S on the processor's own stack. */
void processor_entry(uint32_t index)
{
    struct processor *self = processor_become(index);

    trap_load();
    interrupt_init_processor();
    __atomic_store_n(&self->state, PROCESSOR_IDLE, __ATOMIC_RELEASE);
    for (;;) {
        while (processor_state(index) != PROCESSOR_WORKING) {
            interrupt_halt();
        }
        self->work(self->context, index);
        __atomic_store_n(&self->state, PROCESSOR_IDLE, __ATOMIC_RELEASE);
        interrupt_send_wake(processors[0].apic_id);
    }
}

static void processor_delay(uint32_t delay_us)
{
    const uint64_t end_us = clock_now_us() + delay_us;

    while (clock_now_us() < end_us) {
        cpu_pause();
    }
}

static uint32_t processor_count(void)
{
    uint32_t count = 1;

    while (count < PROCESSORS_MAX && processor_state(count) != PROCESSOR_ABSENT) {
        count++;
    }
    return count;
}

uint32_t processor_start(uint32_t wanted)
{
    uint8_t *page = (uint8_t *)(uintptr_t)PROCESSOR_START_PAGE;
    const uint64_t end_us = clock_now_us() + PROCESSOR_COME_US;

    wanted = wanted < PROCESSORS_MAX ? wanted : PROCESSORS_MAX;
    for (uint32_t i = 1; i < wanted; i++) {
        uint8_t *stack = pages_alloc(PROCESSOR_STACK_BYTES, MACHINE_PAGE_BYTES);

        trampoline_stacks[i] = stack != NULL ? (uintptr_t)stack + PROCESSOR_STACK_BYTES : 0;
    }
    for (uint32_t i = 0; i < (uintptr_t)trampoline_end - (uintptr_t)trampoline_begin; i++) {
        page[i] = trampoline_begin[i];
    }
    interrupt_send(0, PROCESSOR_INIT);
    processor_delay(PROCESSOR_INIT_US);
    interrupt_send(0, PROCESSOR_STARTUP);
    processor_delay(PROCESSOR_STARTUP_US);
    interrupt_send(0, PROCESSOR_STARTUP);
    while (processor_count() < wanted && clock_now_us() < end_us) {
        cpu_pause();
    }
    return processor_count();
}

void processor_run(uint32_t count, void (*work)(void *context, uint32_t index), void *context)
{
    for (uint32_t i = 1; i < count; i++) {
        processors[i].work = work;
        processors[i].context = context;
        __atomic_store_n(&processors[i].state, PROCESSOR_WORKING, __ATOMIC_RELEASE);
        interrupt_send_wake(processors[i].apic_id);
    }
    work(context, 0);
    for (uint32_t i = 1; i < count; i++) {
        while (processor_state(i) == PROCESSOR_WORKING) {
            interrupt_halt();
        }
    }
}

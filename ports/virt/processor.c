/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: processors. Each finds what belongs to it in a register of its own (cpu_self). Further ones are
 * started one after another, in the order in which the tree names them, and wait for an interrupt until processor_run gives
 * them work. What the tree calls a processor (its node's `reg`) is what the machine calls it.
 */
#include "cpu.h"
#include "machine.h"
#include "tree.h"

#define PROCESSOR_STACK_BYTES 65536u
#define PROCESSOR_COME_US     10000000u

enum {
    PROCESSOR_ABSENT,
    PROCESSOR_IDLE,
    PROCESSOR_WORKING
};

static struct processor processors[PROCESSORS_MAX];
static uint32_t processor_count = 1;

void processor_init(uint64_t name)
{
    processors[0].name = name;
    cpu_set_self(&processors[0]);
}

struct processor *processor_of(uint32_t index)
{
    return &processors[index];
}

static uint32_t processor_state(uint32_t index)
{
    return __atomic_load_n(&processors[index].state, __ATOMIC_ACQUIRE);
}

/* Called by boot.S on the processor's own stack. */
void processor_entry(struct processor *self)
{
    cpu_set_self(self);
    interrupt_init_processor();
    __atomic_store_n(&self->state, PROCESSOR_IDLE, __ATOMIC_RELEASE);
    for (;;) {
        while (processor_state(self->index) != PROCESSOR_WORKING) {
            interrupt_halt();
        }
        self->work(self->context, self->index);
        __atomic_store_n(&self->state, PROCESSOR_IDLE, __ATOMIC_RELEASE);
        irqchip_wake(&processors[0]);
    }
}

/* false: the machine does not start it, or it does not come. */
static bool processor_bring(struct processor *one, uint64_t name)
{
    const uint64_t end_us = clock_now_us() + PROCESSOR_COME_US;
    uint8_t *stack = pages_alloc(PROCESSOR_STACK_BYTES, MACHINE_PAGE_BYTES);

    if (stack == NULL) {
        return false;
    }
    *one = (struct processor){
        .stack_end = (uintptr_t)stack + PROCESSOR_STACK_BYTES, .name = name, .index = processor_count};
    if (!machine_start_processor(one)) {
        pages_free(stack, PROCESSOR_STACK_BYTES);
        return false;
    }
    while (processor_state(one->index) == PROCESSOR_ABSENT && clock_now_us() < end_us) {
        cpu_pause();
    }
    return processor_state(one->index) != PROCESSOR_ABSENT;
}

/* One that does not come may come late: nobody is brought after it, so that it has its place and its stack for good. */
uint32_t processor_start(uint32_t wanted)
{
    struct tree_node node = tree_named("cpu");

    for (; node.at != 0 && processor_count < wanted && processor_count < PROCESSORS_MAX;
         node = tree_named_after(node, "cpu")) {
        const struct tree_value reg = tree_property(node, "reg");
        const uint64_t name = reg.length_bytes == 8u ? tree_cells(reg, 0) : tree_cell(reg, 0);

        if (name == processors[0].name || reg.bytes == NULL) {
            continue;
        }
        if (!processor_bring(&processors[processor_count], name)) {
            break;
        }
        processor_count++;
    }
    return processor_count;
}

void processor_run(uint32_t count, void (*work)(void *context, uint32_t index), void *context)
{
    for (uint32_t i = 1; i < count; i++) {
        processors[i].work = work;
        processors[i].context = context;
        __atomic_store_n(&processors[i].state, PROCESSOR_WORKING, __ATOMIC_RELEASE);
        irqchip_wake(&processors[i]);
    }
    work(context, 0);
    for (uint32_t i = 1; i < count; i++) {
        while (processor_state(i) == PROCESSOR_WORKING) {
            interrupt_halt();
        }
    }
}

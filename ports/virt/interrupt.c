/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: who is told of an interrupt, and how to wait for one. The interrupt controller's driver
 * (irqchip_) says what came.
 *
 * A line is level triggered and may be shared. When none of its handlers says that the interrupt was its own the line is
 * closed, or it would fire for ever, until interrupt_wait opens it: nothing is lost, since a line that is still active
 * fires at that moment.
 *
 * interrupt_wait looks with interrupts off whether anybody has called interrupt_wake on this processor, and cpu_wait ends also
 * by an interrupt that is kept off: there is no gap in which a wake could get lost. interrupt_wake_all wakes the others, too:
 * it notes the wake before it looks who sleeps, and who sleeps notes that before he looks for the wake.
 */
#include "cpu.h"
#include "machine.h"

#define INTERRUPT_SHARERS  4u /* of a line */
#define INTERRUPT_US_PER_S 1000000u

struct interrupt_slot {
    interrupt_handler handler;
    void *context;
};

static struct interrupt_claim interrupt_messages[INTERRUPT_MESSAGES];
static struct interrupt_slot interrupt_lines[INTERRUPT_LINES][INTERRUPT_SHARERS];
static uint32_t interrupt_claimed;
static volatile uint32_t interrupt_closed; /* lines, a bit each */

bool interrupt_init(void)
{
    if (!irqchip_init()) {
        return false;
    }
    interrupt_init_processor();
    return true;
}

void interrupt_init_processor(void)
{
    irqchip_init_processor();
    cpu_interrupts_on();
}

bool interrupt_claim(const struct interrupt_claim *claim, const struct pci_device *device,
                     struct interrupt_message *message)
{
    const uint32_t index = interrupt_claimed;

    if (index >= INTERRUPT_MESSAGES) {
        return false;
    }
    interrupt_messages[index] = *claim;
    if (!irqchip_message(index, processor_of(claim->processor), device, message)) {
        return false;
    }
    interrupt_claimed++;
    return true;
}

bool interrupt_claim_line(uint32_t line, interrupt_handler handler, void *context)
{
    for (uint32_t i = 0; line < INTERRUPT_LINES && i < INTERRUPT_SHARERS; i++) {
        struct interrupt_slot *sharer = &interrupt_lines[line][i];

        if (sharer->handler == NULL) {
            *sharer = (struct interrupt_slot){handler, context};
            irqchip_line(line, true);
            return true;
        }
    }
    return false;
}

void interrupt_on_message(uint32_t index)
{
    const struct interrupt_claim *claim = &interrupt_messages[index < INTERRUPT_MESSAGES ? index : 0];

    if (index < interrupt_claimed) {
        (void)claim->handler(claim->context, claim->argument);
    }
}

void interrupt_on_line(uint32_t line)
{
    bool served = false;

    for (uint32_t i = 0; i < INTERRUPT_SHARERS; i++) {
        const struct interrupt_slot *sharer = &interrupt_lines[line][i];

        if (sharer->handler != NULL && sharer->handler(sharer->context, 0)) {
            served = true;
        }
    }
    if (!served) {
        interrupt_closed |= 1u << line;
        irqchip_line(line, false);
    }
}

/* Opens the lines that have fired for nobody; one that is still active fires again. Interrupts are off. */
static void interrupt_open_lines(void)
{
    if (cpu_self()->index != 0) {
        return;
    }
    for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
        if ((interrupt_closed & 1u << line) != 0) {
            irqchip_line(line, true);
        }
    }
    interrupt_closed = 0;
}

void interrupt_wake(void)
{
    cpu_self()->awake = 1;
}

void interrupt_wake_all(void)
{
    const uint32_t self = cpu_self()->index;

    interrupt_wake();
    for (uint32_t i = 0; i < PROCESSORS_MAX; i++) {
        struct processor *one = processor_of(i);

        if (i == self) {
            continue;
        }
        __atomic_store_n(&one->awake, 1u, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&one->asleep, __ATOMIC_SEQ_CST) != 0) {
            irqchip_wake(one);
        }
    }
}

void interrupt_halt(void)
{
    struct processor *self = cpu_self();

    cpu_interrupts_off();
    interrupt_open_lines();
    if (self->awake == 0) {
        cpu_wait();
    }
    cpu_interrupts_on(); /* what has come is taken here */
    self->awake = 0;
}

void interrupt_wait(uint64_t deadline_us)
{
    struct processor *self = cpu_self();
    const uint64_t now_us = clock_now_us();
    const uint64_t left_us = deadline_us > now_us ? deadline_us - now_us : 0;
    const uint64_t wait_us = left_us < INTERRUPT_WAIT_MAX_US ? left_us : INTERRUPT_WAIT_MAX_US;

    cpu_interrupts_off();
    interrupt_open_lines();
    __atomic_store_n(&self->asleep, 1u, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&self->awake, __ATOMIC_SEQ_CST) == 0 && wait_us != 0) {
        timer_set(timer_now() + wait_us * timer_hz() / INTERRUPT_US_PER_S);
        cpu_wait();
        timer_off();
    }
    self->asleep = 0;
    cpu_interrupts_on(); /* what has come is taken here */
    self->awake = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what a wake is for is looked at after that */
}

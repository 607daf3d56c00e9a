/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: which generic interrupt controller there is, version 2 or 3, and who is told of what it says. Lines go to the
 * first processor, a message to the one that it is for, and a processor wakes another by an interrupt of their own kind.
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define IRQCHIP_TAKEN_MAX 64u /* in one go */

void gic_interrupt(void);
void *memset(void *to, int value, size_t length);

static const struct gic *irqchip_gic;

bool irqchip_init(void)
{
    irqchip_gic = gic2_init();
    if (irqchip_gic == NULL) {
        irqchip_gic = gic3_init();
    }
    return irqchip_gic != NULL;
}

void irqchip_init_processor(void)
{
    timer_off();
    irqchip_gic->init_processor();
}

bool irqchip_message(uint32_t index, const struct processor *target, const struct pci_device *device,
                     struct interrupt_message *message)
{
    return index < irqchip_gic->message_count &&
           irqchip_gic->message(irqchip_gic->first_message + index, target, device, message);
}

void irqchip_line(uint32_t line, bool open)
{
    if (open) {
        irqchip_gic->let_in(GIC_LINES + line, false);
    } else {
        irqchip_gic->keep_out(GIC_LINES + line);
    }
}

void irqchip_wake(const struct processor *target)
{
    cpu_synchronize(); /* what it is woken for is there */
    irqchip_gic->wake(target);
}

static void irqchip_dispatch(uint32_t number)
{
    if (number == GIC_WAKE) {
        interrupt_wake();
    } else if (number == GIC_TIMER) {
        timer_off();
    } else if (number >= GIC_LINES && number < GIC_LINES + INTERRUPT_LINES) {
        interrupt_on_line(number - GIC_LINES);
    } else if (number >= irqchip_gic->first_message &&
               number - irqchip_gic->first_message < irqchip_gic->message_count) {
        interrupt_on_message(number - irqchip_gic->first_message);
    }
}

/* Called by vectors.S with interrupts off. */
void gic_interrupt(void)
{
    for (uint32_t i = 0; i < IRQCHIP_TAKEN_MAX; i++) {
        const uint32_t taken = irqchip_gic->acknowledge();
        const uint32_t number = taken & irqchip_gic->number_mask;

        if (number >= GIC_NOTHING && number <= GIC_SPECIAL) {
            return;
        }
        irqchip_dispatch(number);
        irqchip_gic->end(taken);
    }
}

/* ---- what GICv3 and ITS share ---- */

uint64_t gic_swap64(uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(value);
#else
    return value;
#endif
}

uint64_t gic_read64(uint64_t address)
{
    return gic_swap64(*(const volatile uint64_t *)(uintptr_t)address);
}

void gic_write64(uint64_t address, uint64_t value)
{
    *(volatile uint64_t *)(uintptr_t)address = gic_swap64(value);
}

void *gic_table(size_t size_bytes, size_t align_bytes)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    if (memory != NULL) {
        (void)memset(memory, 0, size_bytes);
        cache_clean(memory, size_bytes);
    }
    return memory;
}

/* SPDX-License-Identifier: MIT */
/*
 * A lock, an event, halves of configuration space. The event's word is looked at before the processor halts, and who signals
 * it also wakes the processor (interrupt_wake), which interrupt_wait looks at with interrupts off: no signal is slept through.
 */
#include "parts.h"

#include "io.h"
#include "text.h"

#define PCI_COMMAND 0x04u

uint32_t part_halts;
uint32_t part_woken;
uint32_t part_late;

uintptr_t part_lock_take(uint32_t *word)
{
    const uintptr_t flags = cpu_flags();

    cpu_interrupts_off();
    while (__atomic_exchange_n(word, 1u, __ATOMIC_ACQUIRE) != 0)
        cpu_pause();
    return flags;
}

void part_lock_give(uint32_t *word, uintptr_t flags)
{
    __atomic_store_n(word, 0u, __ATOMIC_RELEASE);
    if ((flags & CPU_FLAG_INTERRUPTS) != 0)
        cpu_interrupts_on();
}

void part_event_signal(uint32_t *event)
{
    __atomic_store_n(event, 1u, __ATOMIC_RELEASE);
    interrupt_wake();
}

bool part_event_wait(uint32_t *event, uint64_t until_us)
{
    bool signalled = __atomic_exchange_n(event, 0u, __ATOMIC_ACQ_REL) != 0;

    while (!signalled && clock_now_us() < until_us) {
        part_halts++;
        interrupt_wait(until_us);
        signalled = __atomic_exchange_n(event, 0u, __ATOMIC_ACQ_REL) != 0;
    }
    *(signalled ? &part_woken : &part_late) += 1u;
    return signalled;
}

uint32_t part_pci_read16(const struct pci_device *device, uint32_t offset)
{
    return pci_config_read(device, offset & ~3u) >> (offset & 2u) * 8u & 0xffffu;
}

void part_pci_write16(const struct pci_device *device, uint32_t offset, uint32_t value)
{
    const uint32_t shift = (offset & 2u) * 8u;
    uint32_t other = pci_config_read(device, offset & ~3u) & ~(0xffffu << shift);

    if (offset == PCI_COMMAND) /* the other half is status, where ones written clear bits */
        other = 0;
    pci_config_write(device, offset & ~3u, other | (value & 0xffffu) << shift);
}

/* What the program has no use for: text.c's way out. */
void platform_put(char c);
void platform_put(char c)
{
    serial_put(c);
}

void part_end(const char *why_not)
{
    text_print(why_not == NULL ? "kernel: passed\n" : "kernel: FAILED: %s\n", why_not);
    machine_exit(why_not == NULL ? MACHINE_PASSED : MACHINE_FAILED);
}

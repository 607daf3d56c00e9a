/* SPDX-License-Identifier: MIT */
/* What the small kernels of these tests share: what a kernel of any size has, on ports/x86_64. One processor. */
#ifndef TESTS_QEMU_KERNELS_PARTS_H
#define TESTS_QEMU_KERNELS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* A spin lock that keeps interrupts off: take returns what give needs. */
uintptr_t part_lock_take(uint32_t *word);
void part_lock_give(uint32_t *word, uintptr_t flags);

/* Halts until the event has been signalled, from an interrupt handler too, or the time has come. A signal that nobody waits
 * for yet counts. True: there was one, which is taken. */
void part_event_signal(uint32_t *event);
bool part_event_wait(uint32_t *event, uint64_t until_us);
/* So many times it halted, and so many waits were ended by a signal, or by the time. */
extern uint32_t part_halts;
extern uint32_t part_woken;
extern uint32_t part_late;

/* Configuration space by halves of a dword. */
uint32_t part_pci_read16(const struct pci_device *device, uint32_t offset);
void part_pci_write16(const struct pci_device *device, uint32_t offset, uint32_t value);

/* The end: prints the reason, or "passed". */
_Noreturn void part_end(const char *why_not);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: what the machine offers to a program that runs alone on it. All memory is identity mapped: a
 * pointer's value is its physical address. One processor with interrupts off, until the program asks for more.
 */
#ifndef LWNVME_PORT_X86_64_MACHINE_H
#define LWNVME_PORT_X86_64_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/common.h"

#define MACHINE_PAGE_BYTES 4096u
/* No memory that is used lies behind that, and each address is its own. */
#ifdef __x86_64__
#define MACHINE_DIRECT_BYTES (UINT64_C(1) << 46)
#else
#define MACHINE_DIRECT_BYTES UINT64_C(0xfffff000)
#endif

/* The program: called once by start.c when everything below is ready. It ends with machine_exit. */
void kernel_main(const char *command_line);
/* Where the loader's start information is (PVH), for a program that starts another. */
uint32_t machine_start_info(void);

/* What QEMU's isa-debug-exit device is told; QEMU's own exit status is twice this plus one. */
enum machine_result {
    MACHINE_PASSED = 0x10,
    MACHINE_FAILED = 0x11,
    MACHINE_TRAPPED = 0x12
};
_Noreturn void machine_exit(enum machine_result result);

/* trap.c: from here on an exception is reported on the serial port and ends the program. */
void trap_init(void);
/* The same table for a further processor; another entry in it. */
void trap_load(void);
void trap_set_gate(uint8_t vector, uint64_t entry);

/* processor.c: what belongs to one processor. The first has index 0. */
#define PROCESSORS_MAX 4u
struct processor {
    struct processor *self; /* first: found through the segment GS */
    uint32_t index;
    uint32_t apic_id;
    volatile uint32_t awake;  /* interrupt_wake was called here since the last wait ended */
    volatile uint32_t asleep; /* in interrupt_wait, or about to halt there */
    volatile uint32_t state;
    void (*work)(void *context, uint32_t index);
    void *context;
};
void processor_init(void);
/* processor_self.c: from here on processor_self gives this. */
void processor_set_self(struct processor *self);
/* Of a processor that is there. */
uint32_t processor_apic_id(uint32_t index);
struct processor *processor_of(uint32_t index);
/* Starts further ones, so that there are up to `wanted`; after interrupt_init, once. Returns how many there are. */
uint32_t processor_start(uint32_t wanted);
/* Has `work` run on the first `count` of them at once, this one included; returns when all have ended. */
void processor_run(uint32_t count, void (*work)(void *context, uint32_t index), void *context);
static inline struct processor *processor_self(void)
{
    struct processor *self;

    __asm__("mov %%gs:0, %0" : "=r"(self));
    return self;
}

/* interrupt.c: vectors beyond the exceptions. Handlers run with interrupts off. interrupt_init switches them on for
 * this processor; false: it has no local APIC. Claims are for good. interrupt_claim: 0 when there is none left. */
#define INTERRUPT_WAIT_MAX_US 1000000u
/* For a line: false, the interrupt is not its device's. */
typedef bool (*interrupt_handler)(void *context, uint32_t argument);
bool interrupt_init(void);
void interrupt_init_processor(void);
uint8_t interrupt_claim(interrupt_handler handler, void *context, uint32_t argument);
/* One of the 16 lines of the 8259s, shared by up to 4. */
bool interrupt_claim_line(uint8_t line, interrupt_handler handler, void *context);
/* From a handler: whoever waits on this processor goes on; on all of them. */
void interrupt_wake(void);
void interrupt_wake_all(void);
/* Halts until interrupt_wake was called on this processor since the last time, or any interrupt came; interrupt_wait
 * also until the deadline, at most INTERRUPT_WAIT_MAX_US. */
void interrupt_halt(void);
void interrupt_wait(uint64_t deadline_us);
/* The local APIC's interrupt command, to a processor; interrupt_wake over there. */
void interrupt_send(uint32_t apic_id, uint32_t command);
void interrupt_send_wake(uint32_t apic_id);

/* clock.c: microseconds since clock_init. Does not wrap within 500,000 years. */
void clock_init(void);
uint64_t clock_now_us(void);

/* paging.c: adds to the identity mapping, or changes it, in pages of 2 MiB. false: no memory for page
 * tables, or an address above 128 TiB. i686: whether there is an address for it, which is below 4 GiB. */
enum paging_kind {
    PAGING_MEMORY,
    PAGING_DEVICE
};
bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind);

/* pci.c: configuration space through the ports 0xCF8 and 0xCFC. */
struct pci_device {
    uint8_t bus;
    uint8_t device;
    uint8_t function;
    uint16_t vendor_id;
    uint16_t device_id;
    uint64_t bar_address; /* of BAR 0; 0: none, or firmware gave it no address */
    uint64_t bar_bytes;
};
/* Finds functions of a class (base class << 16 | subclass << 8 | programming interface); at most `room`
 * of them are stored. Returns how many there are. */
uint32_t pci_find(uint32_t class_code, struct pci_device *devices, uint32_t room);
/* Where one of its memory BARs is, 0 to 5, and how long; while nobody uses the device. false: there is none there. */
bool pci_bar(const struct pci_device *device, uint32_t bar, uint64_t *address, uint64_t *size_bytes);
/* How the device may interrupt. The line that firmware gave its pin; 0xff: none. MSI: one message. false: it has no such
 * capability. MSI-X: one entry of its table. */
uint8_t pci_interrupt_line(const struct pci_device *device);
bool pci_msi_enable(const struct pci_device *device, uint32_t apic_id, uint8_t vector);
bool pci_msix_route(const struct pci_device *device, uint32_t entry, uint32_t apic_id, uint8_t vector);

#endif

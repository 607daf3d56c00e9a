/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: what such a machine offers to a program that runs alone on it. All memory is identity
 * mapped: a pointer's value is its physical address. One processor, until the program asks for more. The first part is
 * common to these machines, and its files stand beside this one; the second is what each has of its own, in ports/aarch64 and
 * ports/riscv64.
 */
#ifndef LWNVME_PORT_VIRT_MACHINE_H
#define LWNVME_PORT_VIRT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/common.h"

#define MACHINE_PAGE_BYTES   4096u
#define MACHINE_DIRECT_BYTES (UINT64_C(1) << 46) /* no memory lies behind that, and each address is its own */

/* The program: called once by start.c when everything below is ready. It ends with machine_exit. */
void kernel_main(const char *command_line);

/* QEMU's own exit status, the same numbers on every machine. */
enum machine_result {
    MACHINE_PASSED = 33,
    MACHINE_FAILED = 35,
    MACHINE_TRAPPED = 37
};
_Noreturn void machine_exit(enum machine_result result);

/* start.c: what boot.S calls, with a stack and .bss cleared. The tree is where the loader says that it is. */
_Noreturn void machine_start(const void *tree);
/* Whether devices and caches see the same memory. If not, each DMA needs cache_clean and cache_invalidate. */
bool machine_is_coherent(void);

/* clock.c: microseconds since clock_init, by the machine's counter. Does not wrap within 500,000 years. */
void clock_init(void);
uint64_t clock_now_us(void);

/* shadow.c: devices see another copy of memory, offset bytes higher, and nothing else than these two moves data between
 * the copies: like a cache, and stricter. Offset 0: there is one memory. */
void shadow_init(uint64_t offset_bytes);
uint64_t shadow_offset(void);
void shadow_clean(const void *address, size_t length_bytes);
void shadow_invalidate(const void *address, size_t length_bytes);

/* processor.c: what belongs to one processor. The first has index 0, and is the one that takes the lines. */
#define PROCESSORS_MAX 4u
struct processor {
    uint64_t stack_end; /* first: boot.S reads it */
    uint64_t name;      /* the machine's, as its tree has it */
    uint32_t index;
    uint32_t interface;       /* what the interrupt controller calls it, if that is something else */
    volatile uint32_t awake;  /* interrupt_wake was called here since the last wait ended */
    volatile uint32_t asleep; /* in interrupt_wait */
    volatile uint32_t state;
    void (*work)(void *context, uint32_t index);
    void *context;
};
/* On the first one, before anything else: it has this name. */
void processor_init(uint64_t name);
struct processor *processor_of(uint32_t index);
/* Starts further ones, so that there are up to `wanted`; after interrupt_init, once. Returns how many there are. */
uint32_t processor_start(uint32_t wanted);
/* Has `work` run on the first `count` of them at once, this one included; returns when all have ended. */
void processor_run(uint32_t count, void (*work)(void *context, uint32_t index), void *context);
/* What boot.S calls on a further one. */
_Noreturn void processor_entry(struct processor *self);

/* interrupt.c: messages of devices, and the four lines of the PCI pins. Handlers run with interrupts off. interrupt_init
 * switches them on for this processor; false: the machine has no interrupt controller that is known. Claims are for good. */
#define INTERRUPT_LINES       4u
#define INTERRUPT_MESSAGES    32u
#define INTERRUPT_WAIT_MAX_US 1000000u
/* For a line: false, the interrupt is not its device's. */
typedef bool (*interrupt_handler)(void *context, uint32_t argument);
struct interrupt_message {
    uint64_t address;
    uint32_t data;
};
struct pci_device;
bool interrupt_init(void);
void interrupt_init_processor(void);
/* A message of its own to a processor, which is what the device has to write where. false: there is none left. */
struct interrupt_claim {
    interrupt_handler handler;
    void *context;
    uint32_t argument;
    uint32_t processor;
};
bool interrupt_claim(const struct interrupt_claim *claim, const struct pci_device *device,
                     struct interrupt_message *message);
/* One of the lines, shared by up to 4. */
bool interrupt_claim_line(uint32_t line, interrupt_handler handler, void *context);
/* From a handler: whoever waits on this processor goes on; on all of them. */
void interrupt_wake(void);
void interrupt_wake_all(void);
/* Waits until interrupt_wake was called on this processor since the last time, or any interrupt came; interrupt_wait
 * also until the deadline, at most INTERRUPT_WAIT_MAX_US. */
void interrupt_halt(void);
void interrupt_wait(uint64_t deadline_us);
/* What the interrupt controller's driver reports, with interrupts off. */
void interrupt_on_message(uint32_t index);
void interrupt_on_line(uint32_t line);

/* pci.c: configuration space in memory (ECAM). Nobody has numbered buses or placed BARs before: pci_init does. */
struct pci_device {
    uint8_t bus;
    uint8_t device;
    uint8_t function;
    uint8_t line; /* of its pin, 0 to 3 */
    uint16_t vendor_id;
    uint16_t device_id;
    uint64_t bar_address; /* of BAR 0; 0: none, or there was no room for it */
    uint64_t bar_bytes;
};
/* false: the tree names no PCI host bridge. */
bool pci_init(void);
/* Finds functions of a class (base class << 16 | subclass << 8 | programming interface); at most `room`
 * of them are stored. Returns how many there are. */
uint32_t pci_find(uint32_t class_code, struct pci_device *devices, uint32_t room);
/* Where one of its memory BARs is, 0 to 5, and how long; while nobody uses the device. false: there is none there. */
bool pci_bar(const struct pci_device *device, uint32_t bar, uint64_t *address, uint64_t *size_bytes);
/* One entry of its MSI-X table. */
bool pci_msix_route(const struct pci_device *device, uint32_t entry, const struct interrupt_message *message);

/*
 * What each machine has of its own. cpu.h, beside its files, has what C has no words for:
 *
 *     cpu_flags, cpu_interrupts_on, cpu_interrupts_off, cpu_interrupts_restore(flags)
 *     cpu_pause       one turn of a spin loop
 *     cpu_wait        sleeps until an interrupt is there to be taken, also one that is kept off
 *     cpu_set_self(processor), cpu_self
 */

/* Has a processor begin at its stack_end with processor_entry. false: the machine's firmware does not, or has none. */
bool machine_start_processor(struct processor *one);

/* A counter that runs at a constant rate, and an interrupt when it has reached a value. */
uint64_t timer_hz(void);
uint64_t timer_now(void);
void timer_set(uint64_t when);
void timer_off(void);

/* The interrupt controller. irqchip_init: false, there is none that is known. irqchip_init_processor, on each: the timer's
 * interrupt and the wake are let in, and nothing else. irqchip_message: the message with this index, from now on let in and
 * sent to a processor; false: there are not so many. irqchip_wake: interrupt_wake over there. */
bool irqchip_init(void);
void irqchip_init_processor(void);
bool irqchip_message(uint32_t index, const struct processor *target, const struct pci_device *device,
                     struct interrupt_message *message);
void irqchip_wake(const struct processor *target);
void irqchip_line(uint32_t line, bool open);

/* Address translation. paging_init: all of this memory is ordinary, and translation is on. paging_map: false, no
 * room for page tables. */
enum paging_kind {
    PAGING_MEMORY,
    PAGING_DEVICE
};
bool paging_init(const struct memory_region *memory);
bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind);

/* Cache maintenance, to where devices see it. cache_clean: what the CPU wrote. cache_flush: the same, and nothing stays in
 * the cache. cache_invalidate: what was in the cache is forgotten, but for neighbours in a line that the range shares. */
uint32_t cache_line_bytes(void); /* 0: the machine has no instructions for it, and these do nothing */
void cache_clean(const void *address, size_t length_bytes);
void cache_flush(const void *address, size_t length_bytes);
void cache_invalidate(const void *address, size_t length_bytes);

#endif

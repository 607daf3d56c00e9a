/* SPDX-License-Identifier: MIT */
/*
 * A port of lwnvme with everything that a larger kernel has: interrupts by MSI-X, threads that sleep, locks, page
 * tables, and caches that are not coherent with devices. What it needs of the kernel around it, and what it offers. The
 * kernel's part begins with kernel_, and has names of its own where you are.
 */
#ifndef LWNVME_EXAMPLE_INTERRUPTS_KERNEL_H
#define LWNVME_EXAMPLE_INTERRUPTS_KERNEL_H

#include <lwnvme/lwnvme.h>

/* Contiguous, pinned memory in whole cache lines, aligned to align_bytes, a power of two, and its physical address; NULL when
 * there is none. */
void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes, uint64_t *physical);
void kernel_pages_free(void *memory, size_t size_bytes);

/* The physical address of memory that is mapped and stays where it is. false: nothing is mapped there. */
bool kernel_translate(const void *address, uint64_t *physical);

/* Cache maintenance. Clean: dirty lines are written to memory. Invalidate: lines are forgotten. */
void kernel_cache_clean(const void *address, size_t length_bytes);
void kernel_cache_invalidate(const void *address, size_t length_bytes);
void kernel_cache_clean_invalidate(const void *address, size_t length_bytes);

/* Device registers, uncached; NULL: cannot. */
volatile void *kernel_map_device(uint64_t physical, size_t size_bytes);
void kernel_unmap_device(volatile void *registers, size_t size_bytes);
uint32_t kernel_device_read32(volatile void *address);
void kernel_device_write32(volatile void *address, uint32_t value);

/* Configuration space of a PCI function, and where a BAR of it is. false: there is no such BAR. */
uint32_t kernel_pci_read16(uint32_t function, uint32_t offset);
void kernel_pci_write16(uint32_t function, uint32_t offset, uint32_t value);
uint32_t kernel_pci_read32(uint32_t function, uint32_t offset);
void kernel_pci_write32(uint32_t function, uint32_t offset, uint32_t value);
bool kernel_pci_bar(uint32_t function, uint32_t index, uint64_t *physical, uint64_t *size_bytes);

/* MSI-X: from now on entry `entry` of the function's table makes the kernel call handler(context), as an interrupt handler.
 * false: the function has no such entry, or the kernel no interrupt left. give: once it returns the handler does not run. A
 * kernel whose PCI code does not have these takes them from msix.c. */
bool kernel_msix_take(uint32_t function, uint16_t entry, void (*handler)(void *context), void *context);
void kernel_msix_give(uint32_t function, uint16_t entry);

/* For msix.c: an interrupt of the CPU's, and the message that raises it: what has to be written where. false: none left. */
bool kernel_message_take(void (*handler)(void *context), void *context, uint64_t *address, uint32_t *data);
void kernel_message_give(uint64_t address, uint32_t data);

/* A spin lock that keeps interrupts off. take returns what give needs to bring them back. */
struct kernel_lock {
    uint32_t word;
};
uint32_t kernel_lock_take(struct kernel_lock *lock);
void kernel_lock_give(struct kernel_lock *lock, uint32_t interrupts);

/* An event. signal sets it, from interrupt handlers too; wait sleeps until it is set or the time has come, and clears it. */
struct kernel_event {
    uint32_t word;
};
void kernel_event_signal(struct kernel_event *event);
void kernel_event_wait(struct kernel_event *event, uint64_t until_us);

uint64_t kernel_now_us(void); /* since any fixed moment */
void kernel_yield(void);
void kernel_log(uint32_t level, const char *line); /* 0: an error, to 3: for debugging */

/* host.c: the port. */
#define DRIVE_VECTORS 2u /* of MSI-X: 0 is the admin queue's, 1 that of the I/O queue */

struct drive_line {
    struct drive *drive;
    uint16_t vector;
};

/* A drive: the caller's memory, zeroed. */
struct drive {
    uint32_t function; /* PCI */
    struct kernel_lock lock;
    uint32_t lock_interrupts;
    struct kernel_event woken;
    uint16_t lines_taken; /* all of them, or none: it is polled */
    struct drive_line lines[DRIVE_VECTORS];
    struct lwnvme_vector vectors[DRIVE_VECTORS];
    struct lwnvme_interrupts interrupts;
    struct lwnvme_controller controller;
};

/* Brings up the controller of a PCI function. 0, or a status for lwnvme_status_string. A function without MSI-X is polled. */
int drive_open(struct drive *drive, uint32_t function);
/* Shuts it down and lets go of it. */
int drive_close(struct drive *drive);

/* read_blocks.c: opens the drive, reads blocks of namespace 1 from `lba` on, sleeping until they are there, and closes it.
 * `data` begins and ends with a cache line, and has size_bytes. */
int read_blocks(struct drive *drive, uint32_t function, uint64_t lba, void *data, size_t size_bytes);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * x86-64 port: what the machine offers to a program that runs alone on it. One processor, interrupts off, all
 * memory identity mapped: a pointer's value is its physical address.
 */
#ifndef LWNVME_PORT_X86_64_MACHINE_H
#define LWNVME_PORT_X86_64_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_PAGE_BYTES 4096u

/* The program: called once by start.c when everything below is ready. It ends with machine_exit. */
void kernel_main(const char *command_line);

/* What QEMU's isa-debug-exit device is told; QEMU's own exit status is twice this plus one. */
enum machine_result {
    MACHINE_PASSED = 0x10,
    MACHINE_FAILED = 0x11,
    MACHINE_TRAPPED = 0x12
};
_Noreturn void machine_exit(enum machine_result result);

/* serial.c: the first serial port, 115200 baud, polled. serial_get: -1 when nothing came in timeout_ms. */
void serial_init(void);
void serial_put(char c);
void serial_text(const char *text);
void serial_hex(uint64_t value);
int serial_get(uint32_t timeout_ms);

/* trap.c: from here on an exception is reported on the serial port and ends the program. */
void trap_init(void);

/* clock.c: microseconds since clock_init. Does not wrap within 500,000 years. */
void clock_init(void);
uint64_t clock_now_us(void);

/* pages.c: contiguous pages. align_bytes is a power of two; sizes are rounded up to pages. NULL: none left.
 * pages_free takes the size that was asked for. */
struct memory_region {
    uint64_t address;
    uint64_t size_bytes;
};
void pages_init(const struct memory_region *region);
void *pages_alloc(size_t size_bytes, size_t align_bytes);
void pages_free(void *memory, size_t size_bytes);

/* paging.c: adds to the identity mapping, or changes it, in pages of 2 MiB. false: no memory for page
 * tables, or an address above 128 TiB. */
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
/* Memory decoding and bus mastering on, INTx off. */
void pci_enable(const struct pci_device *device);
/* Bus mastering off: from then on the device reaches no memory. false: it does not answer. */
bool pci_fence(const struct pci_device *device);

#endif

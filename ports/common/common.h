/* SPDX-License-Identifier: MIT */
/*
 * Bare-metal ports: what files of ports/common do on each machine, and what they ask of it. Included by its machine.h, which
 * declares the rest: clock_now_us, paging_map, interrupt_wait, interrupt_wake, struct pci_device, pci_bar.
 */
#ifndef LWNVME_PORT_COMMON_H
#define LWNVME_PORT_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pci_device;

/* serial.c: the console. serial_get: -1 when nothing came in timeout_ms. */
void serial_put(char c);
void serial_text(const char *text);
void serial_hex(uint64_t value);
int serial_get(uint32_t timeout_ms);
/* The machine's: its serial port, polled. uart_get: -1 when nothing is there. */
void uart_init(void);
void uart_put(uint8_t byte);
int uart_get(void);

/* pages.c: contiguous pages. align_bytes is a power of two; sizes are rounded up to pages. NULL: none left. pages_free takes
 * the size that was asked for. */
struct memory_region {
    uint64_t address;
    uint64_t size_bytes;
};
void pages_init(const struct memory_region *region);
void *pages_alloc(size_t size_bytes, size_t align_bytes);
void pages_free(void *memory, size_t size_bytes);
/* A device that still may write to memory cannot be stopped: what is taken now is never given out again, whoever frees it. */
void pages_keep(void);

/* The machine's: configuration space, by dwords. */
uint32_t pci_config_read(const struct pci_device *device, uint32_t offset);
void pci_config_write(const struct pci_device *device, uint32_t offset, uint32_t value);
/* pci.c: the command register: bits cleared, then bits set. Memory decoding and bus mastering on, INTx off; INTx on. */
void pci_command(const struct pci_device *device, uint32_t clear, uint32_t set);
void pci_enable(const struct pci_device *device);
void pci_intx_enable(const struct pci_device *device);
/* Bus mastering off: from then on the device reaches no memory. false: it does not answer. */
bool pci_fence(const struct pci_device *device);
/* What a BAR answers to all ones: zeros in the bits below its size. Its content is put back. Decoding is off. */
uint32_t pci_probe_bar(const struct pci_device *device, uint32_t offset);
/* Where a capability begins; 0: the device does not have it. */
uint32_t pci_capability(const struct pci_device *device, uint32_t id);
/* MSI-X: how many entries its table has (0: no capability), where one of them is, mapped (false: not in a BAR of the device's),
 * all of it on. */
uint32_t pci_msix_count(const struct pci_device *device);
bool pci_msix_place(const struct pci_device *device, uint32_t entry, uint64_t *place);
void pci_msix_enable(const struct pci_device *device);

#endif

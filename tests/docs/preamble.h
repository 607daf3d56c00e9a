/* SPDX-License-Identifier: MIT */
/* What the examples in the documents take for granted: a kernel's own functions. Included before each of them. */
#ifndef LWNVME_TESTS_DOCS_PREAMBLE_H
#define LWNVME_TESTS_DOCS_PREAMBLE_H

#include "../../examples/minimal/kernel.h"
#include "lwnvme_sim.h"

struct my_device {
    void *iommu_domain;
    uint32_t pci;
    uint32_t spin;
    uint32_t saved_flags;
    uint32_t woken;
};

extern const struct lwnvme_host_ops my_host_ops;

bool kernel_page_lookup(uintptr_t address, uint64_t *physical);
void kernel_iommu_remove(void *domain, uint64_t device_address, size_t length_bytes);
void kernel_cache_clean(const void *address, size_t length_bytes);
void kernel_cache_invalidate(const void *address, size_t length_bytes);
void kernel_cache_clean_invalidate(const void *address, size_t length_bytes);
uint64_t kernel_tick_count(void);
volatile void *kernel_map_device(uint64_t physical_address, size_t size_bytes);
void kernel_unmap_device(volatile void *registers, size_t size_bytes);
uint32_t kernel_io_read32(volatile void *address);
void kernel_io_write32(volatile void *address, uint32_t value);
void *kernel_heap_alloc(size_t size_bytes);
void kernel_heap_free(void *memory);
uint32_t kernel_spin_lock_interrupts_off(uint32_t *spin);
void kernel_spin_unlock_restore(uint32_t *spin, uint32_t flags);
void kernel_semaphore_take_until(uint32_t *semaphore, uint64_t deadline_us);
void kernel_semaphore_give(uint32_t *semaphore);
void kernel_yield(void);
void kernel_sleep_until(uint64_t deadline_us);
uint16_t kernel_pci_read16(uint32_t device, uint32_t offset);
void kernel_pci_write16(uint32_t device, uint32_t offset, uint16_t value);
void kernel_console_line(const char *text);
void drive_is_ready(struct lwnvme_controller *drive);
void drive_has_failed(struct lwnvme_controller *drive, const char *why);

#endif

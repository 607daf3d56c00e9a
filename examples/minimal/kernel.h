/* SPDX-License-Identifier: MIT */
/*
 * The smallest port of lwnvme, and a program that uses it: what they need of the kernel around them, and what
 * they offer. The kernel's part is five functions that every kernel has under names of its own.
 */
#ifndef LWNVME_EXAMPLE_MINIMAL_KERNEL_H
#define LWNVME_EXAMPLE_MINIMAL_KERNEL_H

#include <lwnvme/lwnvme.h>

/* Contiguous, pinned memory aligned to align_bytes, a power of two; NULL when there is none. */
void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes);
void kernel_pages_free(void *memory, size_t size_bytes);

/* The physical address of memory. Where memory is identity-mapped: the address itself. */
uint64_t kernel_physical(const void *address);

/* Microseconds since any fixed moment. */
uint64_t kernel_now_us(void);

/* Shows bytes to whoever looks on. */
void kernel_print(const void *bytes, size_t count);

/* host.c: the port. */
extern const struct lwnvme_host_ops minimal_host_ops;

/* read_sector.c: brings up the controller whose registers are mapped at `bar`, prints block 0 of namespace 1,
 * and shuts the controller down. 0, or a status for lwnvme_status_string. */
int read_sector(const struct lwnvme_host_ops *ops, void *host, volatile void *bar, uint64_t bar_bytes);

#endif

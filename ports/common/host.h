/* SPDX-License-Identifier: MIT */
/* Bare-metal ports: the library's hooks that are the same on each machine, where memory is identity mapped. */
#ifndef LWNVME_PORT_COMMON_HOST_H
#define LWNVME_PORT_COMMON_HOST_H

#include <lwnvme/host.h>

void host_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address);
uint64_t host_now_us(void *host);
volatile void *host_mmio_map(void *host, uint64_t physical_address, size_t size_bytes);
void host_mmio_unmap(void *host, volatile void *registers, size_t size_bytes);
void host_relax(void *host);
void host_wait(void *host, uint64_t deadline_us);
void host_log(void *host, enum lwnvme_log_level level, const char *message);

#endif

/* SPDX-License-Identifier: MIT */
/* In place of a port's cpu.h: the instructions of cache maintenance work on the test's cache. */
#ifndef LWNVME_TEST_PORTS_CPU_H
#define LWNVME_TEST_PORTS_CPU_H

#include <stdint.h>

uint32_t cpu_cache_line_bytes(void);
void cpu_cache_clean(uintptr_t address);
void cpu_cache_flush(uintptr_t address);
void cpu_cache_invalidate(uintptr_t address);
void cpu_synchronize(void);

#endif

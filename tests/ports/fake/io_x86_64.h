/* SPDX-License-Identifier: MIT */
/* In place of ports/x86_64/io.h, whose guard it sets: ports and instructions lead to the test. */
#ifndef LWNVME_PORT_X86_64_IO_H
#define LWNVME_PORT_X86_64_IO_H

#include <stdint.h>

uint8_t io_read8(uint16_t port);
void io_write8(uint16_t port, uint8_t value);
uint32_t io_read32(uint16_t port);
void io_write32(uint16_t port, uint32_t value);
uint64_t cpu_read_msr(uint32_t number);
#define CPU_FLAG_INTERRUPTS 0x200u
uintptr_t cpu_flags(void);
void cpu_interrupts_on(void);
void cpu_interrupts_off(void);
void cpu_halt(void);
void cpu_pause(void);

#endif

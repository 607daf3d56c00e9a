/* SPDX-License-Identifier: MIT */
/* riscv64 port: the instructions that C does not have, for both modes that the port runs in. Callable anywhere. */
#ifndef LWNVME_PORT_RISCV64_CPU_H
#define LWNVME_PORT_RISCV64_CPU_H

#include <stdbool.h>
#include <stdint.h>

extern bool cpu_mode_m;   /* M-mode; without, S-mode */
extern uint64_t cpu_hart; /* the number of the first one */

/* Interrupts by their numbers: bits of mie and sie, and causes of a trap when CPU_CAUSE_INTERRUPT is set. */
#define CPU_IRQ_SOFTWARE_S  1u
#define CPU_IRQ_SOFTWARE_M  3u
#define CPU_IRQ_TIMER_S     5u
#define CPU_IRQ_TIMER_M     7u
#define CPU_IRQ_EXTERNAL_S  9u
#define CPU_IRQ_EXTERNAL_M  11u
#define CPU_CAUSE_INTERRUPT (UINT64_C(1) << 63)

/* A control and status register by its number, which is a part of the instruction. */
#define CPU_CSR_READ(number, value)  __asm__ volatile("csrr %0, %1" : "=r"(value) : "i"(number) : "memory")
#define CPU_CSR_WRITE(number, value) __asm__ volatile("csrw %0, %1" : : "i"(number), "r"(value) : "memory")
#define CPU_CSR_SET(number, bits)    __asm__ volatile("csrs %0, %1" : : "i"(number), "r"(bits) : "memory")
#define CPU_CSR_CLEAR(number, bits)  __asm__ volatile("csrc %0, %1" : : "i"(number), "r"(bits) : "memory")
/* Its value, and a new one for it. */
#define CPU_CSR_SWAP(number, value, next)                                                                    \
    __asm__ volatile("csrrw %0, %1, %2" : "=r"(value) : "i"(number), "r"(next) : "memory")

#define CPU_SSTATUS     0x100
#define CPU_SIE         0x104
#define CPU_SIP         0x144
#define CPU_MSTATUS     0x300
#define CPU_MIE         0x304
#define CPU_SSTATUS_SIE UINT64_C(0x2)
#define CPU_MSTATUS_MIE UINT64_C(0x8)

/* What belongs to this hart: the thread pointer, which nothing else uses. */
struct processor;
static inline void cpu_set_self(struct processor *self)
{
    __asm__ volatile("mv tp, %0" : : "r"(self));
}

static inline struct processor *cpu_self(void)
{
    struct processor *self;

    __asm__ volatile("mv %0, tp" : "=r"(self));
    return self;
}

/* Not 0: interrupts are on. */
static inline uint64_t cpu_flags(void)
{
    uint64_t status;

    if (cpu_mode_m) {
        CPU_CSR_READ(CPU_MSTATUS, status);
        return status & CPU_MSTATUS_MIE;
    }
    CPU_CSR_READ(CPU_SSTATUS, status);
    return status & CPU_SSTATUS_SIE;
}

static inline void cpu_interrupts_on(void)
{
    if (cpu_mode_m) {
        CPU_CSR_SET(CPU_MSTATUS, CPU_MSTATUS_MIE);
    } else {
        CPU_CSR_SET(CPU_SSTATUS, CPU_SSTATUS_SIE);
    }
}

static inline void cpu_interrupts_off(void)
{
    if (cpu_mode_m) {
        CPU_CSR_CLEAR(CPU_MSTATUS, CPU_MSTATUS_MIE);
    } else {
        CPU_CSR_CLEAR(CPU_SSTATUS, CPU_SSTATUS_SIE);
    }
}

static inline void cpu_interrupts_restore(uint64_t flags)
{
    if (flags != 0) {
        cpu_interrupts_on();
    }
}

/* Until an interrupt is there whose source is let in, also while interrupts are off. */
static inline void cpu_wait(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* Cache maintenance of a line, by the instructions of Zicbom as machine code, so that the compiler need not know them. How
 * long a line is (machine.c); 0: the device tree says nothing, so the harts have no such instructions. */
uint32_t cpu_cache_line_bytes(void);

static inline void cpu_cache_invalidate(uintptr_t address)
{
    __asm__ volatile(".insn i 0x0f, 2, x0, %0, 0" : : "r"(address) : "memory"); /* cbo.inval */
}

static inline void cpu_cache_clean(uintptr_t address)
{
    __asm__ volatile(".insn i 0x0f, 2, x0, %0, 1" : : "r"(address) : "memory"); /* cbo.clean */
}

static inline void cpu_cache_flush(uintptr_t address)
{
    __asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" : : "r"(address) : "memory"); /* cbo.flush */
}

static inline void cpu_synchronize(void)
{
    __asm__ volatile("fence iorw, iorw" : : : "memory");
}

/* The instruction `pause`, which is a fence that orders nothing on harts that do not have it. */
static inline void cpu_pause(void)
{
    __asm__ volatile(".word 0x0100000f");
}

#endif

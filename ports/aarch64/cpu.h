/* SPDX-License-Identifier: MIT */
/* aarch64 port: the instructions that C does not have. Callable anywhere. */
#ifndef LWNVME_PORT_AARCH64_CPU_H
#define LWNVME_PORT_AARCH64_CPU_H

#include <stdint.h>

#define CPU_READ(name)                                                                                       \
    __extension__({                                                                                          \
        uint64_t cpu_value;                                                                                  \
        __asm__ volatile("mrs %0, " #name : "=r"(cpu_value) : : "memory");                                   \
        cpu_value;                                                                                           \
    })
#define CPU_WRITE(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

/* What belongs to this processor: a register that is for programs. */
struct processor;
static inline void cpu_set_self(struct processor *self)
{
    CPU_WRITE(tpidr_el1, (uintptr_t)self);
}

static inline struct processor *cpu_self(void)
{
    return (struct processor *)(uintptr_t)CPU_READ(tpidr_el1);
}

static inline uint64_t cpu_flags(void)
{
    return CPU_READ(daif);
}

static inline void cpu_interrupts_on(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void cpu_interrupts_off(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline void cpu_interrupts_restore(uint64_t flags)
{
    CPU_WRITE(daif, flags);
}

static inline void cpu_pause(void)
{
    __asm__ volatile("yield");
}

/* Sleeps until an interrupt is there to be taken, also one that is kept off. */
static inline void cpu_wait(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

/*
 * Cache maintenance of the line that holds an address, to the point of coherency, where a device sees it; and how long a line
 * is: CTR_EL0.DminLine says it for the smallest one, in words of 4 bytes. To be followed by cpu_synchronize.
 */
static inline uint32_t cpu_cache_line_bytes(void)
{
    return 4u << ((CPU_READ(ctr_el0) >> 16) & 15u);
}

static inline void cpu_cache_clean(uintptr_t address)
{
    __asm__ volatile("dc cvac, %0" : : "r"(address) : "memory");
}

static inline void cpu_cache_flush(uintptr_t address)
{
    __asm__ volatile("dc civac, %0" : : "r"(address) : "memory");
}

static inline void cpu_cache_invalidate(uintptr_t address)
{
    __asm__ volatile("dc ivac, %0" : : "r"(address) : "memory");
}

static inline void cpu_synchronize(void)
{
    __asm__ volatile("dsb sy\n\tisb" : : : "memory");
}

#endif

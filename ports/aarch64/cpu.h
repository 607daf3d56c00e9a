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

static inline void cpu_synchronize(void)
{
    __asm__ volatile("dsb sy\n\tisb" : : : "memory");
}

#endif

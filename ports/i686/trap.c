/* SPDX-License-Identifier: MIT */
/* i686 port: the interrupt descriptor table. A processor exception is the end; further vectors are set by interrupt.c. */
#include "machine.h"

#define TRAP_COUNT         256u
#define TRAP_EXCEPTIONS    32u
#define TRAP_ENTRY_BYTES   16u
#define TRAP_GATE_PRESENT  0x8e00u
#define TRAP_SELECTOR_CODE 8u

struct trap_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t flags;
    uint16_t offset_high;
};

struct trap_table_pointer {
    uint16_t unused; /* so that `limit` and the word after it are what lidt reads */
    uint16_t limit;
    uint32_t base;
};

/* As boot.S and the processor push it. */
struct trap_frame {
    uint32_t vector;
    uint32_t error_code;
    uint32_t eip;
    uint32_t cs;
    uint32_t eflags;
};

extern const char trap_entries[];
_Noreturn void trap_report(const struct trap_frame *frame);

static struct trap_gate trap_table[TRAP_COUNT];

void trap_set_gate(uint8_t vector, uint64_t entry)
{
    struct trap_gate *gate = &trap_table[vector];

    gate->offset_low = (uint16_t)(entry & 0xffffu);
    gate->offset_high = (uint16_t)((entry >> 16) & 0xffffu);
    gate->selector = TRAP_SELECTOR_CODE;
    gate->flags = TRAP_GATE_PRESENT;
}

void trap_load(void)
{
    struct trap_table_pointer pointer = {0, sizeof(trap_table) - 1u, (uintptr_t)trap_table};

    __asm__ volatile("lidt %0" : : "m"(pointer.limit), "m"(pointer));
}

void trap_init(void)
{
    for (uint32_t vector = 0; vector < TRAP_EXCEPTIONS; vector++) {
        trap_set_gate((uint8_t)vector, (uintptr_t)trap_entries + vector * TRAP_ENTRY_BYTES);
    }
    trap_load();
}

void trap_report(const struct trap_frame *frame)
{
    serial_text("\nexception: vector ");
    serial_hex(frame->vector);
    serial_text(" error ");
    serial_hex(frame->error_code);
    serial_text("\n  eip ");
    serial_hex(frame->eip);
    serial_text(" esp ");
    serial_hex((uintptr_t)(frame + 1)); /* the processor stays on the stack that it was on */
    serial_text("\n");
    machine_exit(MACHINE_TRAPPED);
}

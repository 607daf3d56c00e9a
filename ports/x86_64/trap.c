/* SPDX-License-Identifier: MIT */
/* x86-64 port: the interrupt descriptor table. A processor exception is the end; further vectors are set by
 * interrupt.c. */
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
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct trap_table_pointer {
    uint16_t unused[3]; /* so that `limit` and the words after it are what lidt reads */
    uint16_t limit;
    uint64_t base;
};

/* As boot.S and the processor push it. */
struct trap_frame {
    uint64_t vector;
    uint64_t error_code;
    uint64_t rip;
    uint64_t cs;
    uint64_t rflags;
    uint64_t rsp;
};

extern const char trap_entries[];
_Noreturn void trap_report(const struct trap_frame *frame);

static struct trap_gate trap_table[TRAP_COUNT];

void trap_set_gate(uint8_t vector, uint64_t entry)
{
    struct trap_gate *gate = &trap_table[vector];

    gate->offset_low = (uint16_t)(entry & 0xffffu);
    gate->offset_middle = (uint16_t)((entry >> 16) & 0xffffu);
    gate->offset_high = (uint32_t)(entry >> 32);
    gate->selector = TRAP_SELECTOR_CODE;
    gate->flags = TRAP_GATE_PRESENT;
}

void trap_load(void)
{
    struct trap_table_pointer pointer = {{0, 0, 0}, sizeof(trap_table) - 1u, (uintptr_t)trap_table};

    __asm__ volatile("lidt %0" : : "m"(pointer.limit), "m"(pointer));
}

void trap_init(void)
{
    for (uint32_t vector = 0; vector < TRAP_EXCEPTIONS; vector++) {
        trap_set_gate((uint8_t)vector, (uintptr_t)trap_entries + (uint64_t)vector * TRAP_ENTRY_BYTES);
    }
    trap_load();
}

void trap_report(const struct trap_frame *frame)
{
    uint64_t cr2;

    __asm__ volatile("movq %%cr2, %0" : "=r"(cr2));
    serial_text("\nexception: vector ");
    serial_hex(frame->vector);
    serial_text(" error ");
    serial_hex(frame->error_code);
    serial_text("\n  rip ");
    serial_hex(frame->rip);
    serial_text(" rsp ");
    serial_hex(frame->rsp);
    serial_text(" cr2 ");
    serial_hex(cr2);
    serial_text("\n");
    machine_exit(MACHINE_TRAPPED);
}

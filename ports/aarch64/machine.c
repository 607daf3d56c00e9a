/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the beginning and the end of the program, in order or by an exception; and further processors, which firmware
 * starts (PSCI, Arm DEN 0022).
 */
#include "cpu.h"
#include "machine.h"
#include "tree.h"

#define MACHINE_NAME   UINT64_C(0xff00ffffff) /* of MPIDR_EL1: the four levels of affinity */
#define MACHINE_CPU_ON 0xc4000003u            /* PSCI, from version 0.2 on */

#define MACHINE_EXIT        0x20u    /* semihosting: SYS_EXIT_EXTENDED */
#define MACHINE_EXIT_REASON 0x20026u /* the application has ended */

_Noreturn void machine_boot(const void *tree);
extern const char boot_processor[];
_Noreturn void trap_report(uint64_t kind, uint64_t syndrome, uint64_t place, uint64_t address);

static bool machine_ended;

/* Called by boot.S. */
void machine_boot(const void *tree)
{
    processor_init(CPU_READ(mpidr_el1) & MACHINE_NAME);
    machine_start(tree);
}

bool machine_start_processor(struct processor *one)
{
    const struct tree_node firmware = tree_compatible("arm,psci");
    const struct tree_value method = tree_property(firmware, "method");
    const uint32_t number = tree_cell(tree_property(firmware, "cpu_on"), 0);
    register uint64_t x0 __asm__("x0") = number != 0 ? number : MACHINE_CPU_ON;
    register uint64_t x1 __asm__("x1") = one->name;
    register uint64_t x2 __asm__("x2") = (uintptr_t)boot_processor;
    register uint64_t x3 __asm__("x3") = (uintptr_t)one;

    if (method.length_bytes == 0) {
        return false;
    }
    cpu_synchronize();
    if (method.bytes[0] == 'h') {
        __asm__ volatile("hvc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                         :
                         : "memory", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
                           "x15", "x16", "x17");
    } else {
        __asm__ volatile("smc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                         :
                         : "memory", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
                           "x15", "x16", "x17");
    }
    return x0 == 0;
}

/* A debugger, or QEMU with -semihosting-config, ends the machine with the status. It reads little-endian words, and
 * without it the instruction is an exception: the processor stays here. */
void machine_exit(enum machine_result result)
{
    static uint8_t words[16] __attribute__((aligned(8)));

    if (!machine_ended) {
        machine_ended = true;
        for (uint32_t i = 0; i < sizeof(uint32_t); i++) {
            words[i] = (uint8_t)(MACHINE_EXIT_REASON >> (8u * i) & 0xffu);
        }
        words[8] = (uint8_t)result;
        __asm__ volatile("mov w0, %w0\n\tmov x1, %1\n\thlt #0xf000"
                         :
                         : "r"(MACHINE_EXIT), "r"(words)
                         : "x0", "x1", "memory");
    }
    cpu_interrupts_off();
    for (;;) {
        __asm__ volatile("wfi");
    }
}

/* Called by vectors.S. */
void trap_report(uint64_t kind, uint64_t syndrome, uint64_t place, uint64_t address)
{
    if (!machine_ended) {
        serial_text("\nexception: kind ");
        serial_hex(kind);
        serial_text(" syndrome ");
        serial_hex(syndrome);
        serial_text("\n  at ");
        serial_hex(place);
        serial_text(" address ");
        serial_hex(address);
        serial_text("\n");
    }
    machine_exit(MACHINE_TRAPPED);
}

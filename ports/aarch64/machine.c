/* SPDX-License-Identifier: MIT */
/* aarch64 port: the end of the program, in order or by an exception. */
#include "cpu.h"
#include "machine.h"

#define MACHINE_EXIT        0x20u    /* semihosting: SYS_EXIT_EXTENDED */
#define MACHINE_EXIT_REASON 0x20026u /* the application has ended */

_Noreturn void trap_report(uint64_t kind, uint64_t syndrome, uint64_t place, uint64_t address);

static bool machine_ended;

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

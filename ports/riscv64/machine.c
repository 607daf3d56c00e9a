/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: the hart. In S-mode the firmware sets the timer (SBI, extension TIME), in M-mode the port does, in the
 * registers of the CLINT. Without address translation each address is its own, and what the hart does with it (ordinary
 * memory or device registers) is fixed by the machine. Of the traps, interrupts go to those who asked for them; an exception
 * is the end.
 */
#include "machine.h"

#include "cpu.h"
#include "io.h"
#include "irqchip.h"
#include "tree.h"

#define MACHINE_HZ_USUAL      10000000u
#define MACHINE_FINISHER_PASS 0x5555u
#define MACHINE_FINISHER_FAIL 0x3333u /* with the exit status in the upper half */
#define MACHINE_CLINT_COMPARE 0x4000u /* 64 bits for each hart */
#define MACHINE_SBI_TIME      0x54494d45u
#define MACHINE_SBI_SET_TIMER 0u
#define MACHINE_NEVER         UINT64_MAX

_Noreturn void machine_boot(uint64_t hart, const void *tree, uint64_t mode_m);
void trap_dispatch(uint64_t cause, uint64_t address, uint64_t value);

bool cpu_mode_m;
uint64_t cpu_hart;

static uint64_t machine_clint; /* 0: not looked for yet, or there is none */

void machine_boot(uint64_t hart, const void *tree, uint64_t mode_m)
{
    cpu_hart = hart;
    cpu_mode_m = mode_m != 0;
    machine_start(tree);
}

void machine_exit(enum machine_result result)
{
    struct memory_region registers;

    if (tree_reg(tree_compatible("sifive,test0"), 0, &registers)) {
        io_write32(registers.address, (uint32_t)result << 16 | MACHINE_FINISHER_FAIL);
    }
    cpu_interrupts_off();
    for (;;) {
        cpu_wait(); /* no such device: stay here */
    }
}

uint64_t timer_hz(void)
{
    const uint32_t hz = tree_cell(tree_property(tree_named("cpus"), "timebase-frequency"), 0);

    return hz != 0 ? hz : MACHINE_HZ_USUAL;
}

uint64_t timer_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

bool timer_init(void)
{
    struct memory_region registers;

    if (cpu_mode_m) {
        if (!tree_reg(tree_compatible("riscv,clint0"), 0, &registers)) {
            return false;
        }
        machine_clint = registers.address;
    }
    timer_off();
    return true;
}

/* The firmware's call that sets the timer; what it returns is an error code that has no meaning here. */
static void machine_sbi_set_timer(uint64_t when)
{
    register uint64_t a0 __asm__("a0") = when;
    register uint64_t a1 __asm__("a1");
    register uint64_t a6 __asm__("a6") = MACHINE_SBI_SET_TIMER;
    register uint64_t a7 __asm__("a7") = MACHINE_SBI_TIME;

    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void timer_set(uint64_t when)
{
    if (!cpu_mode_m) {
        machine_sbi_set_timer(when);
    } else if (machine_clint != 0) {
        *(volatile uint64_t *)(machine_clint + MACHINE_CLINT_COMPARE + cpu_hart * sizeof(uint64_t)) = when;
    }
}

void timer_off(void)
{
    timer_set(MACHINE_NEVER);
}

uint32_t cpu_cache_line_bytes(void)
{
    static uint32_t bytes;
    static bool known;

    if (!known) {
        bytes = tree_cell(tree_property(tree_named("cpu"), "riscv,cbom-block-size"), 0);
        bytes = (bytes & (bytes - 1u)) == 0 ? bytes : 0; /* a power of two */
        known = true;
    }
    return bytes;
}

bool paging_init(const struct memory_region *memory)
{
    (void)memory;
    return true;
}

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    (void)kind;
    return size_bytes != 0 && size_bytes - 1u <= UINT64_MAX - address;
}

static void trap_report(uint64_t cause, uint64_t address, uint64_t value)
{
    serial_text("\nexception: cause ");
    serial_hex(cause);
    serial_text(cpu_mode_m ? " in M-mode\n  at " : " in S-mode\n  at ");
    serial_hex(address);
    serial_text(" value ");
    serial_hex(value);
    serial_text("\n");
    machine_exit(MACHINE_TRAPPED);
}

/* Called by vectors.S with interrupts off. */
void trap_dispatch(uint64_t cause, uint64_t address, uint64_t value)
{
    switch (cause ^ CPU_CAUSE_INTERRUPT) {
    case CPU_IRQ_TIMER_S:
    case CPU_IRQ_TIMER_M:
        timer_off();
        break;
    case CPU_IRQ_EXTERNAL_S:
    case CPU_IRQ_EXTERNAL_M:
        irqchip_take();
        break;
    default:
        trap_report(cause, address, value);
        break;
    }
}

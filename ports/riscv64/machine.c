/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: harts. In S-mode the firmware (SBI) sets the timer, starts further harts and has one interrupt another; in
 * M-mode the port does, in the registers of the CLINT, and further harts wait in boot.S until they are told. Without address
 * translation each address is its own, and what the hart does with it (ordinary memory or device registers) is fixed by the
 * machine. Of the traps, interrupts go to those who asked for them; an exception is the end.
 */
#include "machine.h"

#include "cpu.h"
#include "io.h"
#include "irqchip.h"
#include "tree.h"

#define MACHINE_HZ_USUAL      10000000u
#define MACHINE_FINISHER_PASS 0x5555u
#define MACHINE_FINISHER_FAIL 0x3333u /* with the exit status in the upper half */
#define MACHINE_CLINT_COMPARE                                                                                \
    0x4000u /* 64 bits for each hart; from 0 on 32 bits, of which one is its software interrupt */
#define MACHINE_SBI_TIME  0x54494d45u
#define MACHINE_SBI_IPI   0x735049u
#define MACHINE_SBI_HSM   0x48534du /* harts */
#define MACHINE_SBI_FIRST 0u        /* function of each of these: set the timer, send, start */
#define MACHINE_NEVER     UINT64_MAX

_Noreturn void machine_boot(uint64_t hart, const void *tree, uint64_t mode_m);
void trap_dispatch(uint64_t cause, uint64_t address, uint64_t value);
extern const char boot_processor[];
extern volatile uint64_t boot_mail[2]; /* for a hart that waits: its number, and its struct processor */

bool cpu_mode_m;
uint64_t cpu_hart;

static uint64_t machine_clint; /* 0: not looked for yet, or there is none */

void machine_boot(uint64_t hart, const void *tree, uint64_t mode_m)
{
    cpu_hart = hart;
    cpu_mode_m = mode_m != 0;
    processor_init(hart);
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
    return true;
}

/* The firmware's calls. 0, or an error code. */
static uint64_t machine_sbi(uint64_t extension, uint64_t first, uint64_t second, uint64_t third)
{
    register uint64_t a0 __asm__("a0") = first;
    register uint64_t a1 __asm__("a1") = second;
    register uint64_t a2 __asm__("a2") = third;
    register uint64_t a6 __asm__("a6") = MACHINE_SBI_FIRST;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return a0;
}

static void machine_software_interrupt(uint64_t hart, uint32_t pending)
{
    if (machine_clint != 0) {
        io_write32(machine_clint + hart * sizeof(uint32_t), pending);
    }
}

bool machine_start_processor(struct processor *one)
{
    boot_mail[1] = 0;
    cpu_synchronize();
    boot_mail[0] = one->name;
    cpu_synchronize();
    boot_mail[1] = (uintptr_t)one;
    cpu_synchronize(); /* what it finds there has been written */
    if (!cpu_mode_m) {
        return machine_sbi(MACHINE_SBI_HSM, one->name, (uintptr_t)boot_processor, 0) == 0;
    }
    machine_software_interrupt(one->name, 1);
    return true;
}

void irqchip_wake(const struct processor *target)
{
    cpu_synchronize();
    if (cpu_mode_m) {
        machine_software_interrupt(target->name, 1);
    } else {
        (void)machine_sbi(MACHINE_SBI_IPI, 1, target->name, 0);
    }
}

void timer_set(uint64_t when)
{
    if (!cpu_mode_m) {
        (void)machine_sbi(MACHINE_SBI_TIME, when, 0, 0);
    } else if (machine_clint != 0) {
        *(volatile uint64_t *)(machine_clint + MACHINE_CLINT_COMPARE + cpu_self()->name * sizeof(uint64_t)) =
            when;
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
    case CPU_IRQ_SOFTWARE_S:
        CPU_CSR_CLEAR(CPU_SIP, UINT64_C(1) << CPU_IRQ_SOFTWARE_S);
        interrupt_wake();
        break;
    case CPU_IRQ_SOFTWARE_M:
        machine_software_interrupt(cpu_self()->name, 0);
        interrupt_wake();
        break;
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

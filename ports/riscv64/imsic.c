/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: the incoming message-signalled interrupt controller. Each hart has an interrupt file for each of its
 * modes: a page to which a device writes the number (identity) of its interrupt. What is let in, and what has come, is in
 * registers that the hart reaches through a pair of control and status registers: one selects, the other accesses.
 */
#include "irqchip.h"

#include "cpu.h"

#define IMSIC_PAGE_SHIFT 12u
#define IMSIC_DELIVERY   0x70u
#define IMSIC_THRESHOLD  0x72u
#define IMSIC_ENABLED    0xc0u /* 32 identities for each number; on 64 bits only the even ones exist */
#define IMSIC_SISELECT   0x150
#define IMSIC_SIREG      0x151
#define IMSIC_STOPEI     0x15c
#define IMSIC_MISELECT   0x350
#define IMSIC_MIREG      0x351
#define IMSIC_MTOPEI     0x35c
#define IMSIC_TOP_SHIFT  16u
#define IMSIC_TOP_MASK   0x7ffu

static uint64_t imsic_files; /* of this mode, that of hart 0 first */
static uint32_t imsic_file_shift;
static uint32_t imsic_count;

static void imsic_write(uint64_t number, uint64_t value)
{
    if (cpu_mode_m) {
        CPU_CSR_WRITE(IMSIC_MISELECT, number);
        CPU_CSR_WRITE(IMSIC_MIREG, value);
    } else {
        CPU_CSR_WRITE(IMSIC_SISELECT, number);
        CPU_CSR_WRITE(IMSIC_SIREG, value);
    }
}

/* The files of the mode: which interrupt of a hart they raise says it. */
static struct tree_node imsic_node(void)
{
    const uint32_t wanted = cpu_mode_m ? CPU_IRQ_EXTERNAL_M : CPU_IRQ_EXTERNAL_S;
    struct tree_node node = tree_compatible("riscv,imsics");

    while (node.at != 0 && tree_cell(tree_property(node, "interrupts-extended"), 1) != wanted) {
        node = tree_compatible_after(node, "riscv,imsics");
    }
    return node;
}

bool imsic_init(void)
{
    const struct tree_node node = imsic_node();
    struct memory_region files;

    if (!tree_reg(node, 0, &files)) {
        return false;
    }
    imsic_files = files.address;
    imsic_file_shift = IMSIC_PAGE_SHIFT + tree_cell(tree_property(node, "riscv,guest-index-bits"), 0);
    imsic_count = tree_cell(tree_property(node, "riscv,num-ids"), 0);
    imsic_count = imsic_count < IMSIC_TOP_MASK ? imsic_count : IMSIC_TOP_MASK;
    return true;
}

void imsic_init_processor(uint32_t identities)
{
    for (uint32_t first = 0; first <= imsic_count; first += 64u) {
        const uint32_t here =
            identities + 1u > first ? identities + 1u - first : 0; /* 0 is none, and counts */
        const uint64_t bits = here >= 64u ? UINT64_MAX : (UINT64_C(1) << here) - 1u;

        imsic_write(IMSIC_ENABLED + first / 32u, first == 0 ? bits & ~UINT64_C(1) : bits);
    }
    imsic_write(IMSIC_THRESHOLD, 0);
    imsic_write(IMSIC_DELIVERY, 1);
}

uint32_t imsic_identities(void)
{
    return imsic_count;
}

struct interrupt_message imsic_message(uint32_t identity, uint64_t hart)
{
    return (struct interrupt_message){imsic_files + (hart << imsic_file_shift), identity};
}

/* Writing whatever value takes the one that was read. */
uint32_t imsic_next(void)
{
    uint64_t top;

    if (cpu_mode_m) {
        CPU_CSR_SWAP(IMSIC_MTOPEI, top, UINT64_C(0));
    } else {
        CPU_CSR_SWAP(IMSIC_STOPEI, top, UINT64_C(0));
    }
    return (uint32_t)(top >> IMSIC_TOP_SHIFT) & IMSIC_TOP_MASK;
}

/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: the platform-level interrupt controller. Sources are wires; each hart has a context for each of its
 * modes, with its own set of sources that are let in. Reading the claim register takes the source with the highest priority,
 * writing its number there ends it. A line is closed by its priority, 0, rather than by taking it out of the set: the
 * end of a source that is not in the set is not heard.
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define PLIC_PRIORITY      0x0u      /* 4 bytes for each source */
#define PLIC_ENABLE        0x2000u   /* a bit for each source */
#define PLIC_ENABLE_BYTES  0x80u     /* of a context */
#define PLIC_CONTEXT       0x200000u /* threshold, claim */
#define PLIC_CONTEXT_BYTES 0x1000u
#define PLIC_CLAIM         0x4u
#define PLIC_SOURCE_CELLS  1u
#define PLIC_SOURCES_MAX   1023u
#define PLIC_TAKE_MAX      256u

static uint64_t plic_base;
static uint64_t plic_context; /* the registers of this hart and mode */

/* The contexts are numbered as the tree lists them: a hart's controller and one of its interrupts each. */
static uint32_t plic_context_number(struct tree_node plic)
{
    const struct tree_value contexts = tree_property(plic, "interrupts-extended");
    const uint32_t wanted = cpu_mode_m ? CPU_IRQ_EXTERNAL_M : CPU_IRQ_EXTERNAL_S;
    uint64_t hart = 0;

    for (uint32_t i = 0; i < contexts.length_bytes / 8u; i++) {
        if (tree_cell(contexts, i * 2u + 1u) == wanted && hart++ == cpu_hart) {
            return i;
        }
    }
    return 0;
}

bool plic_init(void)
{
    const struct tree_node plic = tree_compatible("riscv,plic0");
    struct memory_region registers;
    uint64_t enable;
    uint32_t context;

    if (!tree_reg(plic, 0, &registers)) {
        return false;
    }
    plic_base = registers.address;
    context = plic_context_number(plic);
    plic_context = plic_base + PLIC_CONTEXT + (uint64_t)context * PLIC_CONTEXT_BYTES;
    enable = plic_base + PLIC_ENABLE + (uint64_t)context * PLIC_ENABLE_BYTES;
    for (uint32_t i = 0; i < PLIC_ENABLE_BYTES; i += 4u) {
        io_write32(enable + i, 0);
    }
    for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
        const uint32_t source = irqchip_source(line, PLIC_SOURCE_CELLS);
        const uint64_t word = enable + source / 32u * 4u;

        plic_line(line, false);
        if (source != 0 && source <= PLIC_SOURCES_MAX) {
            io_write32(word, io_read32(word) | 1u << source % 32u);
        }
    }
    io_write32(plic_context, 0); /* every priority but 0 */
    return true;
}

void plic_line(uint32_t line, bool open)
{
    const uint32_t source = irqchip_source(line, PLIC_SOURCE_CELLS);

    if (source != 0 && source <= PLIC_SOURCES_MAX) {
        io_write32(plic_base + PLIC_PRIORITY + source * 4u, open ? 1u : 0u);
    }
}

void plic_take(void)
{
    for (uint32_t i = 0; i < PLIC_TAKE_MAX; i++) {
        const uint32_t source = io_read32(plic_context + PLIC_CLAIM);

        if (source == 0) {
            return;
        }
        for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
            if (irqchip_source(line, PLIC_SOURCE_CELLS) == source) {
                interrupt_on_line(line);
            }
        }
        io_write32(plic_context + PLIC_CLAIM, source);
    }
}

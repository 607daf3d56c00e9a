/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: the advanced platform-level interrupt controller, where there is an IMSIC: for each wire that becomes active
 * it writes a message. There is a domain for each mode; the one of M-mode is the first, and says where the messages go. A
 * wire that is still active after its message was taken tells nothing more by itself: it is asked to (setipnum).
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define APLIC_DOMAIN        0x0u
#define APLIC_DOMAIN_ON     0x104u /* interrupts on, delivered as messages, little-endian */
#define APLIC_SOURCE        0x0u   /* 4 bytes for each source, from 1 on */
#define APLIC_SOURCE_LEVEL  6u     /* active while it is high */
#define APLIC_SOURCE_OFF    0u
#define APLIC_MESSAGES_M    0x1bc0u /* the page number of the first hart's file, the upper half behind */
#define APLIC_SET_PENDING   0x1cdcu
#define APLIC_INPUTS        0x1d00u /* read: which wires are active, a bit for each source */
#define APLIC_SET_ENABLED   0x1edcu
#define APLIC_CLEAR_ENABLED 0x1fdcu
#define APLIC_TARGET        0x3000u /* 4 bytes for each source, from 1 on */
#define APLIC_TARGET_HART   18u
#define APLIC_SOURCE_CELLS  2u
#define APLIC_SOURCES_MAX   1023u
#define APLIC_PAGE_SHIFT    12u

static uint64_t aplic_base; /* of the domain of this mode */

/* The first domain hands sources over to others; one that has no children is the other modes'. */
static struct tree_node aplic_node(void)
{
    struct tree_node node = tree_compatible("riscv,aplic");

    while (node.at != 0 && (tree_property(node, "riscv,children").bytes != NULL) != cpu_mode_m) {
        node = tree_compatible_after(node, "riscv,aplic");
    }
    return node;
}

static uint32_t aplic_source(uint32_t line)
{
    const uint32_t source = irqchip_source(line, APLIC_SOURCE_CELLS);

    return source <= APLIC_SOURCES_MAX ? source : 0;
}

bool aplic_init(void)
{
    const uint64_t page = (imsic_message(0).address >> APLIC_PAGE_SHIFT) - cpu_hart;
    struct memory_region registers;

    if (!tree_reg(aplic_node(), 0, &registers)) {
        return false;
    }
    aplic_base = registers.address;
    if (cpu_mode_m) {
        io_write32(aplic_base + APLIC_MESSAGES_M, (uint32_t)page);
        io_write32(aplic_base + APLIC_MESSAGES_M + 4u, (uint32_t)(page >> 32));
    }
    io_write32(aplic_base + APLIC_DOMAIN, APLIC_DOMAIN_ON);
    return true;
}

void aplic_line(uint32_t line, bool open, uint32_t identity)
{
    const uint32_t source = aplic_source(line);

    if (source == 0) {
        return;
    }
    if (!open) {
        io_write32(aplic_base + APLIC_CLEAR_ENABLED, source);
        return;
    }
    io_write32(aplic_base + APLIC_SOURCE + source * 4u, APLIC_SOURCE_LEVEL);
    io_write32(aplic_base + APLIC_TARGET + source * 4u, (uint32_t)cpu_hart << APLIC_TARGET_HART | identity);
    io_write32(aplic_base + APLIC_SET_ENABLED, source);
    aplic_again(line);
}

/* Asked for a wire that is not active, QEMU 7.2 tells all the same. */
void aplic_again(uint32_t line)
{
    const uint32_t source = aplic_source(line);

    if (source != 0 && (io_read32(aplic_base + APLIC_INPUTS + source / 32u * 4u) & 1u << source % 32u) != 0) {
        io_write32(aplic_base + APLIC_SET_PENDING, source);
    }
}

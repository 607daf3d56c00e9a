/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: the advanced platform-level interrupt controller. There is a domain for each mode, of which the one of M-mode is
 * the first. Where there is an IMSIC it writes a message for each wire that becomes active, and the first domain says where
 * messages go; a wire that is still active after its message was taken tells nothing more by itself: it is asked to
 * (setipnum). Without, it interrupts harts itself (direct delivery): a hart has a few registers, one of which says which source
 * is to be taken, for as long as its wire is active.
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define APLIC_DOMAIN        0x0u
#define APLIC_DOMAIN_ON     0x100u /* interrupts on, little-endian */
#define APLIC_BY_MESSAGES   0x004u
#define APLIC_SOURCE        0x0u /* 4 bytes for each source, from 1 on */
#define APLIC_SOURCE_LEVEL  6u   /* active while it is high */
#define APLIC_SOURCE_OFF    0u
#define APLIC_MESSAGES_M    0x1bc0u /* the page number of the first hart's file, the upper half behind */
#define APLIC_SET_PENDING   0x1cdcu
#define APLIC_INPUTS        0x1d00u /* read: which wires are active, a bit for each source */
#define APLIC_SET_ENABLED   0x1edcu
#define APLIC_CLEAR_ENABLED 0x1fdcu
#define APLIC_TARGET        0x3000u /* 4 bytes for each source, from 1 on */
#define APLIC_TARGET_HART   18u
#define APLIC_PRIORITY      1u
#define APLIC_HART          0x4000u /* direct delivery: 32 bytes for each */
#define APLIC_HART_BYTES    0x20u
#define APLIC_HART_DELIVERY 0x00u
#define APLIC_HART_LIMIT    0x08u /* 0: every priority */
#define APLIC_HART_CLAIM    0x1cu
#define APLIC_CLAIM_SOURCE  16u
#define APLIC_TAKE_MAX      256u /* at once; what is left interrupts again */
#define APLIC_SOURCE_CELLS  2u
#define APLIC_SOURCES_MAX   1023u
#define APLIC_PAGE_SHIFT    12u

static uint64_t aplic_base; /* of the domain of this mode */
static bool aplic_by_messages;

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

static uint64_t aplic_hart(void)
{
    return aplic_base + APLIC_HART + cpu_hart * APLIC_HART_BYTES;
}

bool aplic_init(bool by_messages)
{
    const uint64_t page = by_messages ? imsic_message(0, 0).address >> APLIC_PAGE_SHIFT : 0;
    struct memory_region registers;

    if (!tree_reg(aplic_node(), 0, &registers)) {
        return false;
    }
    aplic_base = registers.address;
    aplic_by_messages = by_messages;
    if (by_messages && cpu_mode_m) {
        io_write32(aplic_base + APLIC_MESSAGES_M, (uint32_t)page);
        io_write32(aplic_base + APLIC_MESSAGES_M + 4u, (uint32_t)(page >> 32));
    }
    io_write32(aplic_base + APLIC_DOMAIN, APLIC_DOMAIN_ON | (by_messages ? APLIC_BY_MESSAGES : 0));
    if (!by_messages) {
        io_write32(aplic_hart() + APLIC_HART_LIMIT, 0);
        io_write32(aplic_hart() + APLIC_HART_DELIVERY, 1);
    }
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
    io_write32(aplic_base + APLIC_TARGET + source * 4u,
               (uint32_t)cpu_hart << APLIC_TARGET_HART | (aplic_by_messages ? identity : APLIC_PRIORITY));
    io_write32(aplic_base + APLIC_SET_ENABLED, source);
    aplic_again(line);
}

/* Asked for a wire that is not active, QEMU 7.2 tells all the same. */
void aplic_again(uint32_t line)
{
    const uint32_t source = aplic_source(line);

    if (aplic_by_messages && source != 0 &&
        (io_read32(aplic_base + APLIC_INPUTS + source / 32u * 4u) & 1u << source % 32u) != 0) {
        io_write32(aplic_base + APLIC_SET_PENDING, source);
    }
}

void aplic_take(void)
{
    for (uint32_t i = 0; i < APLIC_TAKE_MAX; i++) {
        const uint32_t source = io_read32(aplic_hart() + APLIC_HART_CLAIM) >> APLIC_CLAIM_SOURCE;

        if (source == 0) {
            return;
        }
        for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
            if (aplic_source(line) == source) {
                interrupt_on_line(line);
            }
        }
    }
}

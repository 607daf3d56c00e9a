/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the generic interrupt controller, version 2: a distributor, to which all interrupts go, and an interface
 * of the processor to it. Messages of devices are written to a frame (GICv2m), which makes them interrupts of the
 * distributor: its registers say which numbers, and the data of a message is the number.
 */
#include "io.h"
#include "machine.h"
#include "tree.h"

#define GIC_CONTROL          0x000u
#define GIC_CONTROL_ON       1u
#define GIC_ENABLE           0x100u /* a bit for each interrupt */
#define GIC_DISABLE          0x180u
#define GIC_PRIORITY         0x400u /* a byte for each */
#define GIC_PRIORITY_MIDDLE  0xa0u
#define GIC_TARGETS          0x800u /* a byte for each */
#define GIC_TARGET_FIRST     1u
#define GIC_TRIGGER          0xc00u /* two bits for each */
#define GIC_TRIGGER_EDGE     2u
#define GIC_CPU_CONTROL      0x00u
#define GIC_CPU_PRIORITY     0x04u
#define GIC_CPU_PRIORITY_ALL 0xffu
#define GIC_CPU_ACKNOWLEDGE  0x0cu
#define GIC_CPU_END          0x10u
#define GIC_NUMBER           0x3ffu
#define GIC_NUMBERS          1020u /* above: none, or none of ours */
#define GIC_TIMER            27u   /* of the processor's virtual timer */
#define GIC_LINES            35u   /* QEMU's virt machine has the PCI pins from here on */
#define GIC_FRAME_RANGE      0x08u /* first number << 16, and how many */
#define GIC_FRAME_MESSAGE    0x40u
#define GIC_TAKEN_MAX        64u /* in one go */

void gic_interrupt(void);

static uint64_t gic_distributor;
static uint64_t gic_cpu;
static uint64_t gic_frame; /* 0: none */
static uint32_t gic_message_first;
static uint32_t gic_message_count;

static void gic_enable(uint32_t number, bool edge)
{
    const uint64_t trigger = gic_distributor + GIC_TRIGGER + number / 16u * 4u;
    const uint32_t shift = number % 16u * 2u;

    io_write8(gic_distributor + GIC_PRIORITY + number, GIC_PRIORITY_MIDDLE);
    io_write8(gic_distributor + GIC_TARGETS + number, GIC_TARGET_FIRST);
    io_write32(trigger,
               (io_read32(trigger) & ~(GIC_TRIGGER_EDGE << shift)) | (edge ? GIC_TRIGGER_EDGE << shift : 0));
    io_write32(gic_distributor + GIC_ENABLE + number / 32u * 4u, 1u << number % 32u);
}

static void gic_disable(uint32_t number)
{
    io_write32(gic_distributor + GIC_DISABLE + number / 32u * 4u, 1u << number % 32u);
}

/* Called by vectors.S with interrupts off. */
void gic_interrupt(void)
{
    for (uint32_t i = 0; i < GIC_TAKEN_MAX; i++) {
        const uint32_t taken = io_read32(gic_cpu + GIC_CPU_ACKNOWLEDGE);
        const uint32_t number = taken & GIC_NUMBER;

        if (number >= GIC_NUMBERS) {
            return;
        }
        if (number == GIC_TIMER) {
            timer_off();
        } else if (number >= GIC_LINES && number < GIC_LINES + INTERRUPT_LINES) {
            interrupt_on_line(number - GIC_LINES);
        } else if (number >= gic_message_first && number - gic_message_first < gic_message_count) {
            interrupt_on_message(number - gic_message_first);
        }
        io_write32(gic_cpu + GIC_CPU_END, taken);
    }
}

static void gic_find_frame(void)
{
    struct memory_region frame;
    uint32_t range;

    if (tree_reg(tree_compatible("arm,gic-v2m-frame"), 0, &frame) &&
        paging_map(frame.address, frame.size_bytes, PAGING_DEVICE)) {
        range = io_read32(frame.address + GIC_FRAME_RANGE);
        gic_frame = frame.address;
        gic_message_first = (range >> 16) & GIC_NUMBER;
        gic_message_count = range & GIC_NUMBER;
    }
}

bool irqchip_init(void)
{
    const struct tree_node node = tree_compatible("arm,cortex-a15-gic");
    struct memory_region distributor;
    struct memory_region cpu;

    if (!tree_reg(node, 0, &distributor) || !tree_reg(node, 1, &cpu) ||
        !paging_map(distributor.address, distributor.size_bytes, PAGING_DEVICE) ||
        !paging_map(cpu.address, cpu.size_bytes, PAGING_DEVICE)) {
        return false;
    }
    gic_distributor = distributor.address;
    gic_cpu = cpu.address;
    gic_find_frame();
    io_write32(gic_distributor + GIC_CONTROL, GIC_CONTROL_ON);
    io_write32(gic_cpu + GIC_CPU_PRIORITY, GIC_CPU_PRIORITY_ALL);
    io_write32(gic_cpu + GIC_CPU_CONTROL, GIC_CONTROL_ON);
    gic_enable(GIC_TIMER, false);
    return true;
}

bool irqchip_message(uint32_t index, struct interrupt_message *message)
{
    const uint32_t number = gic_message_first + index;

    if (index >= gic_message_count || number >= GIC_NUMBERS) {
        return false;
    }
    gic_enable(number, true);
    *message = (struct interrupt_message){gic_frame + GIC_FRAME_MESSAGE, number};
    return true;
}

void irqchip_line(uint32_t line, bool open)
{
    if (open) {
        gic_enable(GIC_LINES + line, false);
    } else {
        gic_disable(GIC_LINES + line);
    }
}

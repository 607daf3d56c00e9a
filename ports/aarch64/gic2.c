/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the generic interrupt controller, version 2: a distributor, to which all interrupts go, and an interface
 * of each processor to it, which the distributor knows by a bit. Messages of devices are written to a frame (GICv2m), which
 * makes them interrupts of the distributor: its registers say which numbers, and the data of a message is the number.
 *
 * Arm IHI 0048, "GIC architecture version 2.0".
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define GIC2_CONTROL    0x000u
#define GIC2_CONTROL_ON 1u
#define GIC2_ENABLE     0x100u /* a bit for each interrupt */
#define GIC2_DISABLE    0x180u
#define GIC2_PRIORITY   0x400u /* a byte for each */
#define GIC2_TARGETS                                                                                         \
    0x800u /* a byte for each: the interfaces; of the first, those of the processor that looks */
#define GIC2_TRIGGER         0xc00u /* two bits for each */
#define GIC2_TRIGGER_EDGE    2u
#define GIC2_SEND            0xf00u
#define GIC2_SEND_TARGETS    16u
#define GIC2_CPU_CONTROL     0x00u
#define GIC2_CPU_PRIORITY    0x04u
#define GIC2_PRIORITY_ALL    0xffu
#define GIC2_CPU_ACKNOWLEDGE 0x0cu
#define GIC2_CPU_END         0x10u
#define GIC2_NUMBER          0x3ffu
#define GIC2_FRAME_RANGE     0x08u /* first number << 16, and how many */
#define GIC2_FRAME_MESSAGE   0x40u

static struct gic gic2;
static uint64_t gic2_distributor;
static uint64_t gic2_cpu;
static uint64_t gic2_frame; /* 0: none */

static void gic2_route(uint32_t number, bool edge, uint32_t interface)
{
    const uint64_t trigger = gic2_distributor + GIC2_TRIGGER + number / 16u * 4u;
    const uint32_t shift = number % 16u * 2u;

    io_write8(gic2_distributor + GIC2_PRIORITY + number, GIC_PRIORITY_MIDDLE);
    if (number >= GIC_PRIVATE) {
        io_write8(gic2_distributor + GIC2_TARGETS + number, (uint8_t)interface);
        io_write32(trigger, (io_read32(trigger) & ~(GIC2_TRIGGER_EDGE << shift)) |
                                (edge ? GIC2_TRIGGER_EDGE << shift : 0));
    }
    io_write32(gic2_distributor + GIC2_ENABLE + number / 32u * 4u, 1u << number % 32u);
}

static void gic2_let_in(uint32_t number, bool edge)
{
    gic2_route(number, edge, processor_of(0)->interface);
}

static void gic2_keep_out(uint32_t number)
{
    io_write32(gic2_distributor + GIC2_DISABLE + number / 32u * 4u, 1u << number % 32u);
}

/* With one processor the registers say nothing of interfaces: there is one. */
static void gic2_init_processor(void)
{
    const uint32_t interface = io_read8(gic2_distributor + GIC2_TARGETS);

    cpu_self()->interface = interface != 0 ? interface : 1u;
    io_write32(gic2_cpu + GIC2_CPU_PRIORITY, GIC2_PRIORITY_ALL);
    io_write32(gic2_cpu + GIC2_CPU_CONTROL, GIC2_CONTROL_ON);
    gic2_route(GIC_WAKE, true, 0);
    gic2_route(GIC_TIMER, false, 0);
}

static uint32_t gic2_acknowledge(void)
{
    return io_read32(gic2_cpu + GIC2_CPU_ACKNOWLEDGE);
}

static void gic2_end(uint32_t taken)
{
    io_write32(gic2_cpu + GIC2_CPU_END, taken);
}

static bool gic2_message(uint32_t number, const struct processor *target, const struct pci_device *device,
                         struct interrupt_message *message)
{
    (void)device;
    if (number >= GIC_NOTHING) {
        return false;
    }
    gic2_route(number, true, target->interface);
    *message = (struct interrupt_message){gic2_frame + GIC2_FRAME_MESSAGE, number};
    return true;
}

static void gic2_wake(const struct processor *target)
{
    io_write32(gic2_distributor + GIC2_SEND, target->interface << GIC2_SEND_TARGETS | GIC_WAKE);
}

static struct gic gic2 = {
    .number_mask = GIC2_NUMBER,
    .init_processor = gic2_init_processor,
    .let_in = gic2_let_in,
    .keep_out = gic2_keep_out,
    .acknowledge = gic2_acknowledge,
    .end = gic2_end,
    .message = gic2_message,
    .wake = gic2_wake,
};

static void gic2_find_frame(void)
{
    struct memory_region frame;
    uint32_t range;

    if (tree_reg(tree_compatible("arm,gic-v2m-frame"), 0, &frame) &&
        paging_map(frame.address, frame.size_bytes, PAGING_DEVICE)) {
        range = io_read32(frame.address + GIC2_FRAME_RANGE);
        gic2_frame = frame.address;
        gic2.first_message = (range >> 16) & GIC2_NUMBER;
        gic2.message_count = range & GIC2_NUMBER;
    }
}

const struct gic *gic2_init(void)
{
    const struct tree_node node = tree_compatible("arm,cortex-a15-gic");
    struct memory_region distributor;
    struct memory_region cpu;

    if (!tree_reg(node, 0, &distributor) || !tree_reg(node, 1, &cpu) ||
        !paging_map(distributor.address, distributor.size_bytes, PAGING_DEVICE) ||
        !paging_map(cpu.address, cpu.size_bytes, PAGING_DEVICE)) {
        return NULL;
    }
    gic2_distributor = distributor.address;
    gic2_cpu = cpu.address;
    gic2_find_frame();
    io_write32(gic2_distributor + GIC2_CONTROL, GIC2_CONTROL_ON);
    return &gic2;
}

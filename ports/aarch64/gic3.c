/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the generic interrupt controller, version 3. Each processor has a redistributor (a frame of registers for
 * itself, and one for its private interrupts behind), and an interface that is a set of system registers. Messages are
 * interrupts of a kind of their own (LPI, from 8192 on): a table in memory says of each how urgent it is and whether it is
 * let in, and another one, of each processor, which of them wait. its.c makes them of what devices write.
 *
 * Arm IHI 0069, "GIC architecture version 3 and 4".
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define GIC3_CONTROL          0x0000u
#define GIC3_CONTROL_ON       0x2u  /* group 1 */
#define GIC3_CONTROL_AFFINITY 0x10u /* processors by their affinity */
#define GIC3_CONTROL_BUSY     (1u << 31)
#define GIC3_GROUP            0x0080u /* a bit for each interrupt; in a private frame as well */
#define GIC3_ENABLE           0x0100u
#define GIC3_DISABLE          0x0180u
#define GIC3_PRIORITY         0x0400u
#define GIC3_TRIGGER          0x0c00u
#define GIC3_TRIGGER_EDGE     2u
#define GIC3_ROUTE            0x6000u /* 64 bits for each */

#define GIC3_FRAME_BYTES       0x10000u
#define GIC3_FRAMES            2u
#define GIC3_FRAMES_VIRTUAL    4u /* with those for messages to virtual machines */
#define GIC3_REDIST_CONTROL    0x00u
#define GIC3_REDIST_MESSAGES   1u
#define GIC3_REDIST_TYPE       0x08u
#define GIC3_TYPE_MESSAGES     (1u << 0)
#define GIC3_TYPE_VIRTUAL      (1u << 1)
#define GIC3_TYPE_LAST         (1u << 4)
#define GIC3_TYPE_NUMBER       8u
#define GIC3_TYPE_AFFINITY     32u
#define GIC3_REDIST_WAKER      0x14u
#define GIC3_WAKER_SLEEP       (1u << 1)
#define GIC3_WAKER_ASLEEP      (1u << 2)
#define GIC3_REDIST_PROPERTIES 0x70u
#define GIC3_REDIST_PENDING    0x78u
#define GIC3_REGIONS_MAX       8u
#define GIC3_SPINS_MAX         1000000u

#define GIC3_NUMBER           0xffffffu
#define GIC3_MESSAGE_FIRST    8192u
#define GIC3_MESSAGE_BITS     14u /* of their numbers: the fewest */
#define GIC3_PROPERTIES_BYTES ((1u << GIC3_MESSAGE_BITS) - GIC3_MESSAGE_FIRST)
#define GIC3_PROPERTY_ON      3u /* a bit that is one, and whether it is let in */
#define GIC3_PENDING_BYTES    65536u
#define GIC3_PENDING_ZEROS    (UINT64_C(1) << 62)
#define GIC3_MEMORY           (UINT64_C(7) << 7 | UINT64_C(1) << 10) /* cached, and shared with everybody who is near */

#define GIC3_SRE         s3_0_c12_c12_5
#define GIC3_SRE_ON      1u
#define GIC3_MASK        s3_0_c4_c6_0
#define GIC3_MASK_ALL    0xffu
#define GIC3_GROUP_1     s3_0_c12_c12_7
#define GIC3_ACKNOWLEDGE s3_0_c12_c12_0
#define GIC3_END         s3_0_c12_c12_1
#define GIC3_SEND        s3_0_c12_c11_5
/* CPU_READ and CPU_WRITE take the name as it is written. */
#define GIC3_READ(name)         CPU_READ(name)
#define GIC3_WRITE(name, value) CPU_WRITE(name, value)

static struct gic gic3;
static uint64_t gic3_distributor;
static struct tree_node gic3_node;
static uint8_t *gic3_properties; /* NULL: no messages */

/* Affinity as the distributor's registers have it, of four levels; a redistributor's type has them side by side. */
static uint32_t gic3_affinity(const struct processor *one)
{
    return (uint32_t)(one->name & 0xffffffu) | (uint32_t)(one->name >> 32) << 24;
}

static void gic3_await(uint64_t address, uint32_t bit)
{
    for (uint32_t spin = 0; spin < GIC3_SPINS_MAX && (io_read32(address) & bit) != 0; spin++) {
        cpu_pause();
    }
}

/* In the distributor, or the frame of a processor's private interrupts, which is laid out like it. */
static void gic3_enable(uint64_t base, uint32_t number)
{
    const uint64_t group = base + GIC3_GROUP + number / 32u * 4u;

    io_write32(group, io_read32(group) | 1u << number % 32u);
    io_write8(base + GIC3_PRIORITY + number, GIC_PRIORITY_MIDDLE);
    io_write32(base + GIC3_ENABLE + number / 32u * 4u, 1u << number % 32u);
}

static void gic3_let_in(uint32_t number, bool edge)
{
    const uint64_t trigger = gic3_distributor + GIC3_TRIGGER + number / 16u * 4u;
    const uint32_t shift = number % 16u * 2u;

    io_write32(trigger, (io_read32(trigger) & ~(GIC3_TRIGGER_EDGE << shift)) |
                            (edge ? GIC3_TRIGGER_EDGE << shift : 0));
    gic_write64(gic3_distributor + GIC3_ROUTE + number * 8u, processor_of(0)->name);
    gic3_enable(gic3_distributor, number);
}

static void gic3_keep_out(uint32_t number)
{
    io_write32(gic3_distributor + GIC3_DISABLE + number / 32u * 4u, 1u << number % 32u);
}

/* The redistributor of this processor in one of their regions; 0: it is not there. */
static uint64_t gic3_frame_in(const struct memory_region *region)
{
    const uint32_t affinity = gic3_affinity(cpu_self());
    uint64_t type = 0;
    uint64_t step;

    for (uint64_t at = 0;
         at + GIC3_FRAMES * GIC3_FRAME_BYTES <= region->size_bytes && (type & GIC3_TYPE_LAST) == 0;
         at += step * GIC3_FRAME_BYTES) {
        type = gic_read64(region->address + at + GIC3_REDIST_TYPE);
        step = (type & GIC3_TYPE_VIRTUAL) != 0 ? GIC3_FRAMES_VIRTUAL : GIC3_FRAMES;
        if (type >> GIC3_TYPE_AFFINITY == affinity) {
            return region->address + at;
        }
    }
    return 0;
}

static uint64_t gic3_frame(void)
{
    const uint32_t count = tree_cell(tree_property(gic3_node, "#redistributor-regions"), 0);
    struct memory_region region;
    uint64_t frame = 0;

    for (uint32_t i = 0; i < (count != 0 ? count : 1u) && i < GIC3_REGIONS_MAX && frame == 0; i++) {
        if (tree_reg(gic3_node, i + 1u, &region)) {
            frame = gic3_frame_in(&region);
        }
    }
    return frame;
}

/* The redistributor learns where the tables are. Once it knows it cannot be told otherwise: what firmware has told, stays. */
static void gic3_init_messages(uint64_t frame)
{
    const uint64_t type = gic_read64(frame + GIC3_REDIST_TYPE);
    void *pending = NULL;

    if (gic3_properties != NULL && (type & GIC3_TYPE_MESSAGES) != 0 &&
        (io_read32(frame + GIC3_REDIST_CONTROL) & GIC3_REDIST_MESSAGES) == 0) {
        pending = gic_table(GIC3_PENDING_BYTES, GIC3_PENDING_BYTES);
    }
    if (pending == NULL) {
        return;
    }
    gic_write64(frame + GIC3_REDIST_PROPERTIES,
                (uintptr_t)gic3_properties | GIC3_MEMORY | (GIC3_MESSAGE_BITS - 1u));
    gic_write64(frame + GIC3_REDIST_PENDING, (uintptr_t)pending | GIC3_MEMORY | GIC3_PENDING_ZEROS);
    io_write32(frame + GIC3_REDIST_CONTROL, io_read32(frame + GIC3_REDIST_CONTROL) | GIC3_REDIST_MESSAGES);
    cpu_synchronize();
    cpu_self()->interface =
        its_collect(cpu_self()->index, frame, (uint32_t)(type >> GIC3_TYPE_NUMBER) & 0xffffu) ? 1u : 0;
}

static void gic3_init_processor(void)
{
    const uint64_t frame = gic3_frame();

    GIC3_WRITE(GIC3_SRE, GIC3_READ(GIC3_SRE) | GIC3_SRE_ON);
    cpu_synchronize();
    if (frame != 0) {
        io_write32(frame + GIC3_REDIST_WAKER, io_read32(frame + GIC3_REDIST_WAKER) & ~GIC3_WAKER_SLEEP);
        gic3_await(frame + GIC3_REDIST_WAKER, GIC3_WAKER_ASLEEP);
        gic3_enable(frame + GIC3_FRAME_BYTES, GIC_WAKE);
        gic3_enable(frame + GIC3_FRAME_BYTES, GIC_TIMER);
        gic3_init_messages(frame);
    }
    GIC3_WRITE(GIC3_MASK, GIC3_MASK_ALL);
    GIC3_WRITE(GIC3_GROUP_1, 1u);
    cpu_synchronize();
}

static uint32_t gic3_acknowledge(void)
{
    const uint64_t taken = GIC3_READ(GIC3_ACKNOWLEDGE);

    __asm__ volatile("dsb sy" : : : "memory");
    return (uint32_t)taken;
}

static void gic3_end(uint32_t taken)
{
    GIC3_WRITE(GIC3_END, taken);
    __asm__ volatile("isb" : : : "memory");
}

static bool gic3_message(uint32_t number, const struct processor *target, const struct pci_device *device,
                         struct interrupt_message *message)
{
    if (target->interface == 0) {
        return false;
    }
    gic3_properties[number - GIC3_MESSAGE_FIRST] = GIC_PRIORITY_MIDDLE | GIC3_PROPERTY_ON;
    cache_clean(&gic3_properties[number - GIC3_MESSAGE_FIRST], 1);
    return its_message(device, number - GIC3_MESSAGE_FIRST, number, target->index, message);
}

/* To one processor: the upper levels of its affinity, and of the lowest one the bit. */
static void gic3_wake(const struct processor *target)
{
    const uint64_t name = target->name;

    GIC3_WRITE(GIC3_SEND, (name >> 32 & 0xffu) << 48 | (name >> 16 & 0xffu) << 32 | (uint64_t)GIC_WAKE << 24 |
                              (name >> 8 & 0xffu) << 16 | (name >> 4 & 0xfu) << 44 |
                              UINT64_C(1) << (name & 0xfu));
    __asm__ volatile("isb" : : : "memory");
}

static struct gic gic3 = {
    .number_mask = GIC3_NUMBER,
    .first_message = GIC3_MESSAGE_FIRST,
    .init_processor = gic3_init_processor,
    .let_in = gic3_let_in,
    .keep_out = gic3_keep_out,
    .acknowledge = gic3_acknowledge,
    .end = gic3_end,
    .message = gic3_message,
    .wake = gic3_wake,
};

static bool gic3_map_regions(void)
{
    const uint32_t count = tree_cell(tree_property(gic3_node, "#redistributor-regions"), 0);
    struct memory_region region;

    for (uint32_t i = 0; i < (count != 0 ? count : 1u) + 1u && i <= GIC3_REGIONS_MAX; i++) {
        if (!tree_reg(gic3_node, i, &region) ||
            !paging_map(region.address, region.size_bytes, PAGING_DEVICE)) {
            return false;
        }
    }
    return true;
}

const struct gic *gic3_init(void)
{
    struct memory_region distributor;

    gic3_node = tree_compatible("arm,gic-v3");
    if (!tree_reg(gic3_node, 0, &distributor) || !gic3_map_regions()) {
        return NULL;
    }
    gic3_distributor = distributor.address;
    io_write32(gic3_distributor + GIC3_CONTROL, GIC3_CONTROL_AFFINITY);
    gic3_await(gic3_distributor + GIC3_CONTROL, GIC3_CONTROL_BUSY);
    io_write32(gic3_distributor + GIC3_CONTROL, GIC3_CONTROL_AFFINITY | GIC3_CONTROL_ON);
    gic3_await(gic3_distributor + GIC3_CONTROL, GIC3_CONTROL_BUSY);
    if (its_init()) {
        gic3_properties = gic_table(GIC3_PROPERTIES_BYTES, MACHINE_PAGE_BYTES);
        gic3.message_count = gic3_properties != NULL ? INTERRUPT_MESSAGES : 0;
    }
    return &gic3;
}

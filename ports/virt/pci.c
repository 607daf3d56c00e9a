/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: PCI configuration space in memory (ECAM), where each function has 4 KiB. There is no
 * firmware: pci_init walks the buses, gives each a number, and each memory BAR an address out of the windows that the
 * tree names. Devices of the host bridge's bus use the window below 4 GiB while there is room, and for 64-bit BARs the one
 * above then; what is behind a bridge has one stretch of the lower window, from the first BAR to the last. All of it
 * happens with decoding off. One owner.
 */
#include "io.h"
#include "machine.h"
#include "registers.h"
#include "tree.h"

#define PCI_FUNCTION_BYTES  4096u
#define PCI_DEVICES         32u
#define PCI_FUNCTIONS       8u
#define PCI_BUS_FUNCTIONS   (PCI_DEVICES * PCI_FUNCTIONS)
#define PCI_BUSES           256u
#define PCI_DEPTH_MAX       8u
#define PCI_BRIDGE_BARS     2u
#define PCI_BRIDGE_MEMORY   0x20u
#define PCI_BRIDGE_PREFETCH 0x24u
#define PCI_BRIDGE_ALIGN    0x100000u
#define PCI_BRIDGE_NOTHING  0x0000fff0u /* base above limit */
#define PCI_RANGE_CELLS     7u /* in the tree: three for the bus address, two for the CPU's, two for the size */
#define PCI_RANGES_MAX      8u
#define PCI_RANGE_SPACE     0x03000000u
#define PCI_RANGE_MEMORY    0x02000000u /* below 4 GiB */
#define PCI_RANGE_MEMORY_64 0x03000000u

/* Addresses that are still free. The bus and the CPU call them the same. */
struct pci_window {
    uint64_t next;
    uint64_t end;
};

/* A bus on the way down to the one that is being walked. */
struct pci_level {
    struct pci_device bridge; /* that leads to it; the first has none */
    uint32_t next;            /* function to look at */
    uint8_t bus;
};

static uint64_t pci_space;
static uint32_t pci_buses;
static struct pci_window pci_window_32;
static struct pci_window pci_window_64;

static uint64_t pci_at(const struct pci_device *at, uint32_t offset)
{
    return pci_space +
           PCI_FUNCTION_BYTES *
               (PCI_BUS_FUNCTIONS * (uint64_t)at->bus + PCI_FUNCTIONS * (uint64_t)at->device + at->function) +
           offset;
}

uint32_t pci_config_read(const struct pci_device *at, uint32_t offset)
{
    return io_read32(pci_at(at, offset));
}

void pci_config_write(const struct pci_device *at, uint32_t offset, uint32_t value)
{
    io_write32(pci_at(at, offset), value);
}

static bool pci_bar_is_wide(const struct pci_device *device, uint32_t bar)
{
    return (pci_config_read(device, PCI_BAR0 + bar * 4u) & PCI_BAR_IS_64_BIT) != 0 && bar + 1u < PCI_BARS;
}

/* How many bytes a memory BAR takes; 0: there is none there. Decoding is off. */
static uint64_t pci_bar_size(const struct pci_device *device, uint32_t bar)
{
    const uint32_t at = PCI_BAR0 + bar * 4u;
    const uint32_t low = pci_probe_bar(device, at);
    uint64_t mask = UINT64_C(0xffffffff00000000) | (low & PCI_BAR_ADDRESS_MASK);

    if (low == 0 || (low & PCI_BAR_IS_IO) != 0) {
        return 0;
    }
    if (pci_bar_is_wide(device, bar)) {
        mask = (uint64_t)pci_probe_bar(device, at + 4u) << 32 | (uint32_t)mask;
    }
    return ~mask + 1u;
}

bool pci_bar(const struct pci_device *device, uint32_t bar, uint64_t *address, uint64_t *size_bytes)
{
    const uint32_t command = pci_config_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;
    const uint32_t at = PCI_BAR0 + bar * 4u;

    *address = 0;
    *size_bytes = 0;
    if (bar >= PCI_BARS) {
        return false;
    }
    pci_command(device, PCI_COMMAND_IO | PCI_COMMAND_MEMORY, 0);
    *size_bytes = pci_bar_size(device, bar);
    if (*size_bytes != 0) {
        *address = pci_config_read(device, at) & PCI_BAR_ADDRESS_MASK;
        *address |= pci_bar_is_wide(device, bar) ? (uint64_t)pci_config_read(device, at + 4u) << 32 : 0;
    }
    pci_config_write(device, PCI_COMMAND, command);
    return *address != 0;
}

/* A stretch of a window, aligned to its size; 0: there is no room. */
static uint64_t pci_take(struct pci_window *window, uint64_t size_bytes)
{
    const uint64_t address = (window->next + size_bytes - 1u) & ~(size_bytes - 1u);

    if (address < window->next || address > window->end || size_bytes > window->end - address) {
        return 0;
    }
    window->next = address + size_bytes;
    return address;
}

/* Gives each memory BAR of a function an address; one for which there is no room keeps 0. */
static void pci_place(const struct pci_device *device, uint32_t bars)
{
    uint32_t step;

    pci_command(device, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, PCI_COMMAND_NO_INTX);
    for (uint32_t bar = 0; bar < bars; bar += step) {
        const uint64_t size = pci_bar_size(device, bar);
        const bool wide = size != 0 && pci_bar_is_wide(device, bar);
        uint64_t address = size != 0 ? pci_take(&pci_window_32, size) : 0;

        if (address == 0 && wide && device->bus == 0) {
            address = pci_take(&pci_window_64, size);
        }
        if (size != 0) {
            pci_config_write(device, PCI_BAR0 + bar * 4u, (uint32_t)(address & PCI_BAR_ADDRESS_MASK));
        }
        if (wide) {
            pci_config_write(device, PCI_BAR0 + bar * 4u + 4u, (uint32_t)(address >> 32));
        }
        step = wide ? 2u : 1u;
    }
}

static void pci_align_window(void)
{
    pci_window_32.next = (pci_window_32.next + PCI_BRIDGE_ALIGN - 1u) & ~(uint64_t)(PCI_BRIDGE_ALIGN - 1u);
}

/* All that comes from now on is behind the bridge. */
static void pci_open_bridge(const struct pci_device *bridge, uint8_t bus)
{
    pci_align_window();
    pci_config_write(bridge, PCI_BUS_NUMBERS, (PCI_BUSES - 1u) << 16 | (uint32_t)bus << 8 | bridge->bus);
    pci_config_write(bridge, PCI_BRIDGE_MEMORY, (uint32_t)(pci_window_32.next >> 16) & 0xfff0u);
    pci_config_write(bridge, PCI_BRIDGE_PREFETCH, PCI_BRIDGE_NOTHING);
}

/* No more is: `last` is the highest bus behind it. The windows' bases and limits are in units of 1 MiB. */
static void pci_close_bridge(const struct pci_device *bridge, uint8_t last)
{
    const uint32_t base = pci_config_read(bridge, PCI_BRIDGE_MEMORY) & 0xfff0u;
    uint32_t limit;

    pci_align_window();
    limit = (uint32_t)((pci_window_32.next - 1u) >> 16) & 0xfff0u;
    pci_config_write(bridge, PCI_BRIDGE_MEMORY, limit >= base ? limit << 16 | base : PCI_BRIDGE_NOTHING);
    pci_config_write(bridge, PCI_BUS_NUMBERS,
                     (pci_config_read(bridge, PCI_BUS_NUMBERS) & 0xff00ffffu) | (uint32_t)last << 16);
    pci_command(bridge, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

/* The function with this number on its bus; false: it is not there. */
static bool pci_function(struct pci_device *at, uint8_t bus, uint32_t number)
{
    *at = (struct pci_device){.bus = bus, .device = (uint8_t)(number / PCI_FUNCTIONS)};
    if (number % PCI_FUNCTIONS != 0 && (pci_config_read(at, PCI_ID) == PCI_NOBODY ||
                                        (pci_config_read(at, PCI_HEADER) & PCI_MULTI_FUNCTION) == 0)) {
        return false;
    }
    at->function = (uint8_t)(number % PCI_FUNCTIONS);
    return pci_config_read(at, PCI_ID) != PCI_NOBODY;
}

/* Down into each bridge as it is met, and up again at a bus's end. Returns how many buses there are. */
static uint32_t pci_place_all(void)
{
    struct pci_level levels[PCI_DEPTH_MAX];
    struct pci_device at;
    uint32_t depth = 0;
    uint32_t last = 0;

    levels[0] = (struct pci_level){.bus = 0};
    for (uint32_t steps = 0; steps < PCI_BUSES * (PCI_BUS_FUNCTIONS + 1u); steps++) {
        struct pci_level *level = &levels[depth];

        if (level->next == PCI_BUS_FUNCTIONS) {
            if (depth == 0) {
                break;
            }
            pci_close_bridge(&level->bridge, (uint8_t)last);
            depth--;
        } else if (pci_function(&at, level->bus, level->next++)) {
            const bool bridge = (pci_config_read(&at, PCI_HEADER) & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE;

            pci_place(&at, bridge ? PCI_BRIDGE_BARS : PCI_BARS);
            if (bridge && depth + 1u < PCI_DEPTH_MAX && last + 1u < pci_buses) {
                depth++;
                last++;
                pci_open_bridge(&at, (uint8_t)last);
                levels[depth] = (struct pci_level){.bridge = at, .bus = (uint8_t)last};
            }
        }
    }
    return last + 1u;
}

/* The memory windows, as `ranges` has them; those that the CPU and the bus call the same. */
static void pci_windows(struct tree_value ranges)
{
    for (uint32_t i = 0; i < PCI_RANGES_MAX; i++) {
        const uint32_t at = i * PCI_RANGE_CELLS;
        const uint32_t space = tree_cell(ranges, at) & PCI_RANGE_SPACE;
        const uint64_t begin = tree_cells(ranges, at + 1u);
        const struct pci_window window = {begin, begin + tree_cells(ranges, at + 5u)};

        if (begin != tree_cells(ranges, at + 3u)) {
            continue;
        }
        if (space == PCI_RANGE_MEMORY) {
            pci_window_32 = window;
        } else if (space == PCI_RANGE_MEMORY_64) {
            pci_window_64 = window;
        }
    }
}

bool pci_init(void)
{
    const struct tree_node node = tree_compatible("pci-host-ecam-generic");
    struct memory_region space;

    if (!tree_reg(node, 0, &space) || !paging_map(space.address, space.size_bytes, PAGING_DEVICE)) {
        return false;
    }
    pci_space = space.address;
    pci_buses = (uint32_t)(space.size_bytes / (PCI_BUS_FUNCTIONS * PCI_FUNCTION_BYTES));
    pci_windows(tree_property(node, "ranges"));
    pci_buses = pci_place_all();
    return true;
}

/* The line of its pin: each slot begins with another one, and each bridge on the way counts as its slot does. */
static uint8_t pci_line(const struct pci_device *device)
{
    const uint32_t pin = (pci_config_read(device, PCI_INTERRUPT) >> 8) & 0xffu;
    uint32_t line = device->device + (pin != 0 ? pin - 1u : 0u);
    uint32_t bus = device->bus;

    for (uint32_t i = 0; i < PCI_BUS_FUNCTIONS * PCI_DEPTH_MAX && bus != 0; i++) {
        const uint32_t number = i % PCI_BUS_FUNCTIONS;
        struct pci_device at;

        for (uint32_t parent = 0; parent < bus; parent++) {
            if (pci_function(&at, (uint8_t)parent, number) &&
                (pci_config_read(&at, PCI_HEADER) & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE &&
                ((pci_config_read(&at, PCI_BUS_NUMBERS) >> 8) & 0xffu) == bus) {
                line += at.device;
                bus = parent;
            }
        }
    }
    return (uint8_t)(line % INTERRUPT_LINES);
}

uint32_t pci_find(uint32_t class_code, struct pci_device *devices, uint32_t room)
{
    struct pci_device device;
    uint32_t found = 0;

    for (uint32_t number = 0; number < pci_buses * PCI_BUS_FUNCTIONS; number++) {
        if (!pci_function(&device, (uint8_t)(number / PCI_BUS_FUNCTIONS), number % PCI_BUS_FUNCTIONS) ||
            pci_config_read(&device, PCI_CLASS) >> 8 != class_code) {
            continue;
        }
        device.vendor_id = (uint16_t)(pci_config_read(&device, PCI_ID) & 0xffffu);
        device.device_id = (uint16_t)(pci_config_read(&device, PCI_ID) >> 16);
        device.line = pci_line(&device);
        (void)pci_bar(&device, 0, &device.bar_address, &device.bar_bytes);
        if (found < room) {
            devices[found] = device;
        }
        found++;
    }
    return found;
}

bool pci_msix_route(const struct pci_device *device, uint32_t entry, const struct interrupt_message *message)
{
    uint64_t place;

    if (!pci_msix_place(device, entry, &place)) {
        return false;
    }
    io_write32(place, (uint32_t)(message->address & 0xffffffffu));
    io_write32(place + 4u, (uint32_t)(message->address >> 32));
    io_write32(place + 8u, message->data);
    io_write32(place + 12u, 0); /* not masked */
    return true;
}

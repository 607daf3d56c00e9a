/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the interrupt translation service of GICv3. A device writes the number of its event to one register; who it
 * is goes with the write (its PCI requester identifier, as the tree's msi-map changes it). Tables, which only the service
 * writes, make an interrupt and a collection of the two, and a processor of the collection. They are changed by commands in a
 * ring.
 *
 *     device 0x0100, event 1  ->  interrupt 8193, collection 1  ->  the redistributor of processor 1
 *
 * One owner: further processors come one after another, and say which collection is theirs.
 */
#include "irqchip.h"

#include "cpu.h"
#include "io.h"

#define ITS_CONTROL           0x00u
#define ITS_CONTROL_ON        1u
#define ITS_CONTROL_QUIET     (1u << 31)
#define ITS_TYPE              0x08u
#define ITS_TYPE_ENTRY        4u /* shift: bytes of a translation, less one */
#define ITS_TYPE_DEVICE_BITS  13u
#define ITS_TYPE_BY_ADDRESS   (1u << 19) /* a redistributor is named by its address, else by its number */
#define ITS_RING              0x80u
#define ITS_RING_TAIL         0x88u
#define ITS_RING_HEAD         0x90u
#define ITS_RING_STALLED      1u
#define ITS_TABLES            0x100u
#define ITS_TABLES_COUNT      8u
#define ITS_TABLE_KIND        56u
#define ITS_TABLE_DEVICES     1u
#define ITS_TABLE_COLLECTIONS 4u
#define ITS_TABLE_ENTRY       48u /* shift: bytes of an entry, less one */
#define ITS_TABLE_PAGE_MASK   (UINT64_C(3) << 8)
#define ITS_TABLE_PAGES_MAX   256u
#define ITS_VALID             (UINT64_C(1) << 63)
#define ITS_MEMORY            (UINT64_C(7) << 59 | UINT64_C(1) << 10) /* cached, and shared with everybody who is near */
#define ITS_MESSAGE           0x10040u
#define ITS_ALIGN             65536u

#define ITS_MAP_DEVICE     0x08u
#define ITS_MAP_COLLECTION 0x09u
#define ITS_MAP_EVENT      0x0au
#define ITS_LOOK_AGAIN     0x0cu /* at what the table of interrupts says of one */
#define ITS_FINISH         0x05u
#define ITS_COMMAND_WORDS  4u
#define ITS_COMMAND_BYTES  32u
#define ITS_EVENT_BITS     5u
#define ITS_DEVICES_MAX    16u
#define ITS_WAIT_US        100000u

static uint64_t its_base;
static uint64_t its_type;
static uint64_t *its_ring;
static uint32_t its_tail;
static uint64_t its_targets[PROCESSORS_MAX]; /* the redistributor of a collection, as commands name it */
static uint32_t its_devices[ITS_DEVICES_MAX];
static uint32_t its_device_count;

/* false: it was not done in time, or was none. */
static bool its_command(const uint64_t words[ITS_COMMAND_WORDS])
{
    const uint64_t end_us = clock_now_us() + ITS_WAIT_US;
    uint64_t *place = &its_ring[its_tail / sizeof(uint64_t)];
    uint64_t head;

    for (uint32_t i = 0; i < ITS_COMMAND_WORDS; i++) {
        place[i] = gic_swap64(words[i]);
    }
    cache_clean(place, ITS_COMMAND_BYTES);
    its_tail = (its_tail + ITS_COMMAND_BYTES) % MACHINE_PAGE_BYTES;
    gic_write64(its_base + ITS_RING_TAIL, its_tail);
    do {
        head = gic_read64(its_base + ITS_RING_HEAD);
        if ((head & ITS_RING_STALLED) != 0) {
            return false;
        }
    } while (head != its_tail && clock_now_us() < end_us);
    return head == its_tail;
}

/* A table of one of the service's kinds: as many entries as it may have, as far as there are pages for them. */
static bool its_table(uint64_t at, uint64_t entries)
{
    static const uint32_t sizes[4] = {4096u, 16384u, 65536u, 65536u};
    const uint64_t asked = gic_read64(at);
    const uint64_t entry_bytes = ((asked >> ITS_TABLE_ENTRY) & 31u) + 1u;
    uint64_t page_bytes;
    uint64_t pages;
    void *memory;

    gic_write64(at, asked & ~ITS_TABLE_PAGE_MASK); /* pages of 4 KiB, or whatever it has instead */
    page_bytes = sizes[(gic_read64(at) & ITS_TABLE_PAGE_MASK) >> 8];
    pages = (entries * entry_bytes + page_bytes - 1u) / page_bytes;
    pages = pages < ITS_TABLE_PAGES_MAX ? pages : ITS_TABLE_PAGES_MAX;
    memory = gic_table(pages * page_bytes, ITS_ALIGN);
    if (memory == NULL) {
        return false;
    }
    gic_write64(at, ITS_VALID | ITS_MEMORY | (gic_read64(at) & ITS_TABLE_PAGE_MASK) | (uintptr_t)memory |
                        (pages - 1u));
    return true;
}

static bool its_tables(void)
{
    bool devices = false;

    for (uint32_t i = 0; i < ITS_TABLES_COUNT; i++) {
        const uint64_t at = its_base + ITS_TABLES + i * 8u;
        const uint64_t kind = (gic_read64(at) >> ITS_TABLE_KIND) & 7u;

        if (kind == ITS_TABLE_DEVICES) {
            devices = its_table(at, UINT64_C(1) << (((its_type >> ITS_TYPE_DEVICE_BITS) & 31u) + 1u));
        } else if (kind == ITS_TABLE_COLLECTIONS && !its_table(at, PROCESSORS_MAX)) {
            return false;
        }
    }
    return devices;
}

static bool its_stop(void)
{
    const uint64_t end_us = clock_now_us() + ITS_WAIT_US;

    io_write32(its_base + ITS_CONTROL, 0);
    while ((io_read32(its_base + ITS_CONTROL) & ITS_CONTROL_QUIET) == 0 && clock_now_us() < end_us) {
        cpu_pause();
    }
    return (io_read32(its_base + ITS_CONTROL) & ITS_CONTROL_QUIET) != 0;
}

bool its_init(void)
{
    struct memory_region place;

    if (!tree_reg(tree_compatible("arm,gic-v3-its"), 0, &place) ||
        !paging_map(place.address, place.size_bytes, PAGING_DEVICE)) {
        return false;
    }
    its_base = place.address;
    if (!its_stop()) {
        return false;
    }
    its_type = gic_read64(its_base + ITS_TYPE);
    its_ring = gic_table(MACHINE_PAGE_BYTES, ITS_ALIGN);
    if (its_ring == NULL || !its_tables()) {
        return false;
    }
    gic_write64(its_base + ITS_RING, ITS_VALID | ITS_MEMORY | (uintptr_t)its_ring); /* one page */
    gic_write64(its_base + ITS_RING_TAIL, 0);
    io_write32(its_base + ITS_CONTROL, ITS_CONTROL_ON);
    return true;
}

static bool its_finish(uint32_t collection)
{
    const uint64_t finish[ITS_COMMAND_WORDS] = {ITS_FINISH, 0, its_targets[collection], 0};

    return its_command(finish);
}

bool its_collect(uint32_t collection, uint64_t frame, uint32_t number)
{
    uint64_t map[ITS_COMMAND_WORDS] = {ITS_MAP_COLLECTION, 0, ITS_VALID | collection, 0};

    its_targets[collection] = (its_type & ITS_TYPE_BY_ADDRESS) != 0 ? frame : (uint64_t)number << 16;
    map[2] |= its_targets[collection];
    return its_command(map) && its_finish(collection);
}

/* Who it is for the service. */
static uint64_t its_name(const struct pci_device *device)
{
    const struct tree_value map = tree_property(tree_compatible("pci-host-ecam-generic"), "msi-map");
    const uint32_t requester = (uint32_t)device->bus << 8 | (uint32_t)device->device << 3 | device->function;

    if (map.bytes == NULL) {
        return requester;
    }
    return requester - tree_cell(map, 0) + tree_cell(map, 2);
}

/* It has a table of translations, from its first event on. */
static bool its_know(uint64_t name)
{
    const size_t entry_bytes = ((its_type >> ITS_TYPE_ENTRY) & 15u) + 1u;
    uint64_t map[ITS_COMMAND_WORDS] = {ITS_MAP_DEVICE | name << 32, ITS_EVENT_BITS - 1u, ITS_VALID, 0};
    void *memory;

    for (uint32_t i = 0; i < its_device_count; i++) {
        if (its_devices[i] == name) {
            return true;
        }
    }
    memory = its_device_count < ITS_DEVICES_MAX ? gic_table(entry_bytes << ITS_EVENT_BITS, MACHINE_PAGE_BYTES)
                                                : NULL;
    map[2] |= (uintptr_t)memory;
    if (memory == NULL || !its_command(map)) {
        return false;
    }
    its_devices[its_device_count] = (uint32_t)name;
    its_device_count++;
    return true;
}

bool its_message(const struct pci_device *device, uint32_t event, uint32_t interrupt, uint32_t collection,
                 struct interrupt_message *message)
{
    const uint64_t name = its_name(device);
    const uint64_t map[ITS_COMMAND_WORDS] = {ITS_MAP_EVENT | name << 32, (uint64_t)interrupt << 32 | event,
                                             collection, 0};
    const uint64_t again[ITS_COMMAND_WORDS] = {ITS_LOOK_AGAIN | name << 32, event, 0, 0};

    *message = (struct interrupt_message){its_base + ITS_MESSAGE, event};
    return event < 1u << ITS_EVENT_BITS && its_know(name) && its_command(map) && its_command(again) &&
           its_finish(collection);
}

/* SPDX-License-Identifier: MIT */
/*
 * x86-64 port: PCI configuration space by the ports 0xCF8 (address) and 0xCFC (data). Firmware has numbered
 * the buses and placed the BARs; here they are only found and measured. One owner.
 */
#include "io.h"
#include "machine.h"

#define PCI_ADDRESS_PORT     0xcf8u
#define PCI_DATA_PORT        0xcfcu
#define PCI_ADDRESS_ENABLE   0x80000000u
#define PCI_BUSES            256u
#define PCI_DEVICES          32u
#define PCI_FUNCTIONS        8u
#define PCI_ID               0x00u
#define PCI_COMMAND          0x04u
#define PCI_CLASS            0x08u
#define PCI_HEADER           0x0cu
#define PCI_BAR0             0x10u
#define PCI_BAR1             0x14u
#define PCI_COMMAND_IO       0x0001u
#define PCI_COMMAND_MEMORY   0x0002u
#define PCI_COMMAND_MASTER   0x0004u
#define PCI_COMMAND_NO_INTX  0x0400u
#define PCI_COMMAND_MASK     0xffffu /* the upper half is status, where ones written clear bits */
#define PCI_MULTI_FUNCTION   0x00800000u
#define PCI_BAR_IS_IO        0x1u
#define PCI_BAR_IS_64_BIT    0x4u
#define PCI_BAR_ADDRESS_MASK 0xfffffff0u
#define PCI_NOBODY           0xffffffffu

static uint32_t pci_read(const struct pci_device *at, uint32_t offset)
{
    io_write32(PCI_ADDRESS_PORT, PCI_ADDRESS_ENABLE | (uint32_t)at->bus << 16 | (uint32_t)at->device << 11 |
                                     (uint32_t)at->function << 8 | offset);
    return io_read32(PCI_DATA_PORT);
}

static void pci_write(const struct pci_device *at, uint32_t offset, uint32_t value)
{
    io_write32(PCI_ADDRESS_PORT, PCI_ADDRESS_ENABLE | (uint32_t)at->bus << 16 | (uint32_t)at->device << 11 |
                                     (uint32_t)at->function << 8 | offset);
    io_write32(PCI_DATA_PORT, value);
}

/* What a BAR answers to all ones: zeros in the bits below its size. Its content is put back. */
static uint32_t pci_probe_bar(const struct pci_device *device, uint32_t offset)
{
    const uint32_t content = pci_read(device, offset);
    uint32_t mask;

    pci_write(device, offset, 0xffffffffu);
    mask = pci_read(device, offset);
    pci_write(device, offset, content);
    return mask;
}

static void pci_measure_bar(struct pci_device *device)
{
    const uint32_t command = pci_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;
    const uint32_t low = pci_read(device, PCI_BAR0);
    const bool wide = (low & PCI_BAR_IS_64_BIT) != 0;
    uint64_t mask;

    if ((low & PCI_BAR_IS_IO) != 0) {
        return;
    }
    /* While it is being measured the BAR answers at odd addresses: decoding is off. */
    pci_write(device, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    mask = 0xffffffff00000000ull | (pci_probe_bar(device, PCI_BAR0) & PCI_BAR_ADDRESS_MASK);
    device->bar_address = low & PCI_BAR_ADDRESS_MASK;
    if (wide) {
        mask = (uint64_t)pci_probe_bar(device, PCI_BAR1) << 32 | (uint32_t)mask;
        device->bar_address |= (uint64_t)pci_read(device, PCI_BAR1) << 32;
    }
    device->bar_bytes = ~mask + 1u;
    pci_write(device, PCI_COMMAND, command);
}

/* Looks at one function; fills in the rest of `device` if it is of the class. */
static bool pci_look(struct pci_device *device, uint32_t class_code)
{
    const uint32_t id = pci_read(device, PCI_ID);

    if (id == PCI_NOBODY || pci_read(device, PCI_CLASS) >> 8 != class_code) {
        return false;
    }
    device->vendor_id = (uint16_t)(id & 0xffffu);
    device->device_id = (uint16_t)(id >> 16);
    pci_measure_bar(device);
    return true;
}

static uint32_t pci_functions_of(const struct pci_device *first)
{
    if (pci_read(first, PCI_ID) == PCI_NOBODY) {
        return 0;
    }
    return (pci_read(first, PCI_HEADER) & PCI_MULTI_FUNCTION) != 0 ? PCI_FUNCTIONS : 1u;
}

uint32_t pci_find(uint32_t class_code, struct pci_device *devices, uint32_t room)
{
    uint32_t found = 0;

    for (uint32_t slot = 0; slot < PCI_BUSES * PCI_DEVICES; slot++) {
        struct pci_device at = {(uint8_t)(slot / PCI_DEVICES), (uint8_t)(slot % PCI_DEVICES), 0, 0, 0, 0, 0};
        const uint32_t functions = pci_functions_of(&at);

        for (uint32_t function = 0; function < functions; function++) {
            struct pci_device device = {at.bus, at.device, (uint8_t)function, 0, 0, 0, 0};

            if (!pci_look(&device, class_code)) {
                continue;
            }
            if (found < room) {
                devices[found] = device;
            }
            found++;
        }
    }
    return found;
}

void pci_enable(const struct pci_device *device)
{
    const uint32_t command = pci_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;

    pci_write(device, PCI_COMMAND, command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_INTX);
}

bool pci_fence(const struct pci_device *device)
{
    const uint32_t command = pci_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;

    pci_write(device, PCI_COMMAND, command & ~PCI_COMMAND_MASTER);
    /* Reading back also makes sure that the write has arrived. A removed device reads as all ones: it
     * reaches no memory either, but that is not ours to promise. */
    return (pci_read(device, PCI_COMMAND) & PCI_COMMAND_MASTER) == 0;
}

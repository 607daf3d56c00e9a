/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: PCI configuration space by the ports 0xCF8 (address) and 0xCFC (data). Firmware has numbered
 * the buses and placed the BARs; here they are only found and measured. One owner.
 */
#include "io.h"
#include "machine.h"
#include "registers.h"

#define PCI_ADDRESS_PORT    0xcf8u
#define PCI_DATA_PORT       0xcfcu
#define PCI_ADDRESS_ENABLE  0x80000000u
#define PCI_BUSES           256u
#define PCI_DEVICES         32u
#define PCI_FUNCTIONS       8u
#define PCI_NO_LINE         0xffu
#define PCI_MSI_ENABLE      0x00010000u /* of the dword that the capability begins with */
#define PCI_MSI_COUNT       0x00700000u
#define PCI_MSI_IS_64_BIT   0x00800000u
#define PCI_MESSAGE_ADDRESS 0xfee00000u /* of the local APICs; bits 19:12 say which */

uint32_t pci_config_read(const struct pci_device *at, uint32_t offset)
{
    io_write32(PCI_ADDRESS_PORT, PCI_ADDRESS_ENABLE | (uint32_t)at->bus << 16 | (uint32_t)at->device << 11 |
                                     (uint32_t)at->function << 8 | offset);
    return io_read32(PCI_DATA_PORT);
}

void pci_config_write(const struct pci_device *at, uint32_t offset, uint32_t value)
{
    io_write32(PCI_ADDRESS_PORT, PCI_ADDRESS_ENABLE | (uint32_t)at->bus << 16 | (uint32_t)at->device << 11 |
                                     (uint32_t)at->function << 8 | offset);
    io_write32(PCI_DATA_PORT, value);
}

bool pci_bar(const struct pci_device *device, uint32_t bar, uint64_t *address, uint64_t *size_bytes)
{
    const uint32_t command = pci_config_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;
    const uint32_t at = PCI_BAR0 + bar * 4u;
    const uint32_t low = bar < PCI_BARS ? pci_config_read(device, at) : PCI_BAR_IS_IO;
    const bool wide = (low & PCI_BAR_IS_64_BIT) != 0 && bar + 1u < PCI_BARS;
    uint64_t mask;

    if ((low & PCI_BAR_IS_IO) != 0) {
        return false;
    }
    /* While it is being measured the BAR answers at odd addresses: decoding is off. */
    pci_config_write(device, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    mask = 0xffffffff00000000ull | (pci_probe_bar(device, at) & PCI_BAR_ADDRESS_MASK);
    *address = low & PCI_BAR_ADDRESS_MASK;
    if (wide) {
        mask = (uint64_t)pci_probe_bar(device, at + 4u) << 32 | (uint32_t)mask;
        *address |= (uint64_t)pci_config_read(device, at + 4u) << 32;
    }
    *size_bytes = ~mask + 1u;
    pci_config_write(device, PCI_COMMAND, command);
    return *address != 0 && *size_bytes != 0;
}

/* Looks at one function; fills in the rest of `device` if it is of the class. */
static bool pci_look(struct pci_device *device, uint32_t class_code)
{
    const uint32_t id = pci_config_read(device, PCI_ID);

    if (id == PCI_NOBODY || pci_config_read(device, PCI_CLASS) >> 8 != class_code) {
        return false;
    }
    device->vendor_id = (uint16_t)(id & 0xffffu);
    device->device_id = (uint16_t)(id >> 16);
    (void)pci_bar(device, 0, &device->bar_address, &device->bar_bytes);
    return true;
}

static uint32_t pci_functions_of(const struct pci_device *first)
{
    if (pci_config_read(first, PCI_ID) == PCI_NOBODY) {
        return 0;
    }
    return (pci_config_read(first, PCI_HEADER) & PCI_MULTI_FUNCTION) != 0 ? PCI_FUNCTIONS : 1u;
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

uint8_t pci_interrupt_line(const struct pci_device *device)
{
    const uint32_t content = pci_config_read(device, PCI_INTERRUPT);

    return (content & 0xff00u) == 0 ? PCI_NO_LINE : (uint8_t)(content & 0xffu);
}

bool pci_msi_enable(const struct pci_device *device, uint32_t apic_id, uint8_t vector)
{
    const uint32_t at = pci_capability(device, PCI_MSI);
    const uint32_t head = at != 0 ? pci_config_read(device, at) : 0;
    const bool wide = (head & PCI_MSI_IS_64_BIT) != 0;

    if (at == 0) {
        return false;
    }
    pci_config_write(device, at + 4u, PCI_MESSAGE_ADDRESS | apic_id << 12);
    if (wide) {
        pci_config_write(device, at + 8u, 0);
    }
    pci_config_write(device, at + (wide ? 12u : 8u), vector);
    pci_config_write(device, at, (head & ~PCI_MSI_COUNT) | PCI_MSI_ENABLE);
    return true;
}

bool pci_msix_route(const struct pci_device *device, uint32_t entry, uint32_t apic_id, uint8_t vector)
{
    volatile uint32_t *words;
    uint64_t place;

    if (!pci_msix_place(device, entry, &place)) {
        return false;
    }
    words = (volatile uint32_t *)(uintptr_t)place;
    words[0] = PCI_MESSAGE_ADDRESS | apic_id << 12;
    words[1] = 0;
    words[2] = vector;
    words[3] = 0; /* not masked */
    return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * Bare-metal ports: what can be done with a PCI function by its configuration space, however that is reached: command
 * register, capabilities, MSI-X. One owner.
 */
#include "machine.h"
#include "registers.h"

#define MSIX_ENABLE      0x80000000u
#define MSIX_MASKED      0x40000000u
#define MSIX_ENTRY_BYTES 16u

void pci_command(const struct pci_device *device, uint32_t clear, uint32_t set)
{
    const uint32_t command = pci_config_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;

    pci_config_write(device, PCI_COMMAND, (command & ~clear) | set);
}

void pci_enable(const struct pci_device *device)
{
    pci_command(device, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_INTX);
}

void pci_intx_enable(const struct pci_device *device)
{
    pci_command(device, PCI_COMMAND_NO_INTX, 0);
}

bool pci_fence(const struct pci_device *device)
{
    pci_command(device, PCI_COMMAND_MASTER, 0);
    /* Reading back also makes sure that the write has arrived. A removed device reads as all ones: it
     * reaches no memory either, but that is not ours to promise. */
    return (pci_config_read(device, PCI_COMMAND) & PCI_COMMAND_MASTER) == 0;
}

uint32_t pci_probe_bar(const struct pci_device *device, uint32_t offset)
{
    const uint32_t content = pci_config_read(device, offset);
    uint32_t mask;

    pci_config_write(device, offset, 0xffffffffu);
    mask = pci_config_read(device, offset);
    pci_config_write(device, offset, content);
    return mask;
}

uint32_t pci_capability(const struct pci_device *device, uint32_t id)
{
    uint32_t at = 0;

    if ((pci_config_read(device, PCI_COMMAND) & PCI_STATUS_LIST) != 0) {
        at = pci_config_read(device, PCI_CAPABILITIES) & 0xfcu;
    }
    for (uint32_t i = 0; at != 0 && i < PCI_CAPABILITIES_MAX; i++) {
        const uint32_t head = pci_config_read(device, at);

        if ((head & 0xffu) == id) {
            return at;
        }
        at = (head >> 8) & 0xfcu;
    }
    return 0;
}

uint32_t pci_msix_count(const struct pci_device *device)
{
    const uint32_t at = pci_capability(device, PCI_MSIX);

    return at != 0 ? ((pci_config_read(device, at) >> 16) & 0x7ffu) + 1u : 0;
}

bool pci_msix_place(const struct pci_device *device, uint32_t entry, uint64_t *place)
{
    const uint32_t at = pci_capability(device, PCI_MSIX);
    const uint32_t table = at != 0 ? pci_config_read(device, at + 4u) : PCI_BARS;
    const uint64_t offset = (table & ~7u) + (uint64_t)entry * MSIX_ENTRY_BYTES;
    uint64_t size;

    if (entry >= pci_msix_count(device) || !pci_bar(device, table & 7u, place, &size) ||
        offset + MSIX_ENTRY_BYTES > size) {
        return false;
    }
    *place += offset;
    return paging_map(*place, MSIX_ENTRY_BYTES, PAGING_DEVICE);
}

void pci_msix_enable(const struct pci_device *device)
{
    const uint32_t at = pci_capability(device, PCI_MSIX);

    pci_config_write(device, at, (pci_config_read(device, at) & ~MSIX_MASKED) | MSIX_ENABLE);
}

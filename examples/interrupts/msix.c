/* SPDX-License-Identifier: MIT */
/*
 * MSI-X for a kernel whose PCI code does not have it: the capability is found in configuration space, and says in which BAR
 * the table is. An entry of the table has 16 bytes: message address, message data, and a mask bit.
 *
 * PCI Express Base Specification, section "MSI-X Capability and Table Structure".
 */
#include "kernel.h"

#define PCI_CAPABILITIES  0x34u
#define CAPABILITIES_MAX  48u /* of 4 bytes in 192: a list that is longer is a loop */
#define CAPABILITY_MSIX   0x11u
#define MSIX_ENABLE       (1u << 31) /* in the upper half of the capability's first dword */
#define MSIX_MASK_ALL     (1u << 30)
#define MSIX_ENTRY_BYTES  16u
#define MSIX_ENTRY_MASKED 1u

/* Where the capability is; 0: there is none. */
static uint32_t msix_find(uint32_t function)
{
    uint32_t at = kernel_pci_read32(function, PCI_CAPABILITIES) & 0xfcu;

    for (uint32_t looks = 0; at != 0 && looks < CAPABILITIES_MAX; looks++) {
        uint32_t head = kernel_pci_read32(function, at);

        if ((head & 0xffu) == CAPABILITY_MSIX)
            return at;
        at = head >> 8 & 0xfcu;
    }
    return 0;
}

/* One entry of the table, mapped; NULL: there is no such entry. */
static volatile uint32_t *msix_map(uint32_t function, uint32_t capability, uint16_t entry)
{
    uint32_t table = kernel_pci_read32(function, capability + 4u);
    uint64_t offset = (table & ~7u) + (uint64_t)entry * MSIX_ENTRY_BYTES;
    uint64_t bar;
    uint64_t bar_bytes;

    if (entry > (kernel_pci_read32(function, capability) >> 16 & 0x7ffu) ||
        !kernel_pci_bar(function, table & 7u, &bar, &bar_bytes) || bar_bytes < MSIX_ENTRY_BYTES ||
        offset > bar_bytes - MSIX_ENTRY_BYTES)
        return NULL;
    return kernel_map_device(bar + offset, MSIX_ENTRY_BYTES);
}

bool kernel_msix_take(uint32_t function, uint16_t entry, void (*handler)(void *context), void *context)
{
    uint32_t capability = msix_find(function);
    volatile uint32_t *place = capability == 0 ? NULL : msix_map(function, capability, entry);
    uint64_t address = 0;
    uint32_t data = 0;
    bool taken = place != NULL && kernel_message_take(handler, context, &address, &data);

    if (taken) {
        uint32_t control = kernel_pci_read32(function, capability);

        /* All masked while it is turned on for the first time: entries begin with their mask bits set. */
        kernel_pci_write32(function, capability, control | MSIX_ENABLE | MSIX_MASK_ALL);
        kernel_device_write32(&place[0], (uint32_t)address);
        kernel_device_write32(&place[1], (uint32_t)(address >> 32));
        kernel_device_write32(&place[2], data);
        kernel_device_write32(&place[3], 0);
        kernel_pci_write32(function, capability, (control | MSIX_ENABLE) & ~MSIX_MASK_ALL);
    }
    if (place != NULL)
        kernel_unmap_device(place, MSIX_ENTRY_BYTES);
    return taken;
}

void kernel_msix_give(uint32_t function, uint16_t entry)
{
    uint32_t capability = msix_find(function);
    volatile uint32_t *place = capability == 0 ? NULL : msix_map(function, capability, entry);
    uint64_t address;

    if (place == NULL)
        return;
    kernel_device_write32(&place[3], MSIX_ENTRY_MASKED);
    address = kernel_device_read32(&place[0]) | (uint64_t)kernel_device_read32(&place[1]) << 32;
    kernel_message_give(address, kernel_device_read32(&place[2]));
    kernel_unmap_device(place, MSIX_ENTRY_BYTES);
}

/* SPDX-License-Identifier: MIT */
/*
 * PCI Express ports with a power controller (PCI Express Base Specification, Slot Control and Slot Status registers). The
 * port above a device is the bridge whose secondary bus is the device's.
 */
#include "slot.h"

#include "platform.h"
#include "registers.h"

#define SLOT_BUSES         256u
#define SLOT_BUS_FUNCTIONS 256u        /* device << 3 | function */
#define SLOT_IMPLEMENTED   0x01000000u /* of the dword that the capability begins with */
#define SLOT_CAPS          0x14u
#define SLOT_CAPS_POWER    0x2u
#define SLOT_CONTROL       0x18u
#define SLOT_CONTROL_MASK  0xffffu /* the upper half is status, where ones written clear bits */
#define SLOT_CONTROL_POWER 0x0700u /* the controller, 1 is off; and the indicator, 1: on, 2: blinks, 3: off */
#define SLOT_CONTROL_ON    0x0100u
#define SLOT_CONTROL_OFF                                                                                     \
    0x0500u                   /* an emulated slot whose indicator goes off, too, loses the device for good */
#define SLOT_WAIT_US 1000000u /* from power to answer */

static uint32_t slot_bars[PCI_BARS];
static uint32_t slot_command;

static bool slot_is_above(const struct pci_device *bridge, const struct pci_device *device)
{
    return pci_config_read(bridge, PCI_ID) != PCI_NOBODY &&
           (pci_config_read(bridge, PCI_HEADER) & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE &&
           ((pci_config_read(bridge, PCI_BUS_NUMBERS) >> 8) & 0xffu) == device->bus;
}

/* The bridge above a device; bus numbers below a bridge are larger than its own. */
static bool slot_find(const struct pci_device *device, struct pci_device *bridge)
{
    for (uint32_t i = 0; i < (uint32_t)device->bus * SLOT_BUS_FUNCTIONS; i++) {
        *bridge = (struct pci_device){.bus = (uint8_t)(i / SLOT_BUS_FUNCTIONS),
                                      .device = (uint8_t)(i % SLOT_BUS_FUNCTIONS >> 3),
                                      .function = (uint8_t)(i & 7u)};
        if (slot_is_above(bridge, device)) {
            return true;
        }
    }
    return false;
}

/* Where the registers of its slot begin; 0: it has none whose power can be switched. */
static uint32_t slot_registers(const struct pci_device *bridge)
{
    const uint32_t at = pci_capability(bridge, PCI_EXPRESS);

    return at != 0 && (pci_config_read(bridge, at) & SLOT_IMPLEMENTED) != 0 &&
                   (pci_config_read(bridge, at + SLOT_CAPS) & SLOT_CAPS_POWER) != 0
               ? at
               : 0;
}

static void slot_switch(const struct pci_device *bridge, uint32_t at, uint32_t state)
{
    const uint32_t control = pci_config_read(bridge, at + SLOT_CONTROL) & SLOT_CONTROL_MASK;

    pci_config_write(bridge, at + SLOT_CONTROL, (control & ~SLOT_CONTROL_POWER) | state);
}

static void slot_keep(const struct pci_device *device)
{
    slot_command = pci_config_read(device, PCI_COMMAND) & PCI_COMMAND_MASK;
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        slot_bars[i] = pci_config_read(device, PCI_BAR0 + i * 4u);
    }
}

static bool slot_answers(const struct pci_device *device)
{
    const uint64_t end_us = platform_now_us() + SLOT_WAIT_US;

    while (pci_config_read(device, PCI_ID) == PCI_NOBODY) {
        if (platform_now_us() >= end_us) {
            return false;
        }
    }
    return true;
}

const char *slot_power(const struct pci_device *device, bool on)
{
    struct pci_device bridge;
    uint32_t at;

    if (!slot_find(device, &bridge)) {
        return "the drive is behind no port";
    }
    at = slot_registers(&bridge);
    if (at == 0) {
        return "the port above the drive switches no power";
    }
    if (!on) {
        slot_keep(device);
        slot_switch(&bridge, at, SLOT_CONTROL_OFF);
        return pci_config_read(device, PCI_ID) == PCI_NOBODY ? NULL : "the drive answers without power";
    }
    slot_switch(&bridge, at, SLOT_CONTROL_ON);
    if (!slot_answers(device)) {
        return "the drive does not answer after its power is back";
    }
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        pci_config_write(device, PCI_BAR0 + i * 4u, slot_bars[i]);
    }
    pci_config_write(device, PCI_COMMAND, slot_command);
    return NULL;
}

/* SPDX-License-Identifier: MIT */
/* The power of the slot that a drive sits in: on a machine of our own, by the PCI Express port above it. */
#ifndef DEMO_SLOT_H
#define DEMO_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/*
 * Off: the device is gone as if it had been pulled out. On: it is back, reset, and what it had of addresses and enable bits
 * is written to it again. One slot at a time. NULL, or why not.
 */
const char *slot_power(const struct pci_device *device, bool on);

#endif

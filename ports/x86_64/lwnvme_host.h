/* SPDX-License-Identifier: MIT */
/* x86-64 port: the library's host hooks on this machine. The hooks' context is the PCI device. */
#ifndef LWNVME_PORT_X86_64_LWNVME_HOST_H
#define LWNVME_PORT_X86_64_LWNVME_HOST_H

#include <lwnvme/lwnvme.h>

#include "machine.h"

extern const struct lwnvme_host_ops lwnvme_x86_64_ops;

/* Makes the device ready for the library and fills in a configuration for it. `device` must stay while the
 * controller is open. */
void lwnvme_x86_64_config(struct pci_device *device, struct lwnvme_controller_config *config);

#endif

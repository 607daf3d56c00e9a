/* SPDX-License-Identifier: MIT */
/* Linux VFIO port: the demo's platform (examples/kernel/platform.h) on one PCI function. */
#ifndef LWNVME_PORT_LINUX_VFIO_PLATFORM_VFIO_H
#define LWNVME_PORT_LINUX_VFIO_PLATFORM_VFIO_H

#include "lwnvme_vfio.h"
#include "platform.h"

/* The function that platform_drives finds; open, or NULL: none. */
void platform_vfio_use(struct lwnvme_vfio *port);
/* While it is quiet, what is printed is dropped. */
void platform_vfio_quiet(bool quiet);

#endif

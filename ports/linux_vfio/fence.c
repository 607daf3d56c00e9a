/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: keeping a controller that does not stop from memory. There are three ways, and of each it is known whether
 * it has worked:
 *
 *     bus mastering off       by the command register, which is read back
 *     a reset of the function by the kernel, which knows several
 *     the IOMMU               knows none of the addresses any more. Nothing can be mapped after that, until the port is closed
 *                             and opened anew: what the controller was told would be good again
 *
 * When none has worked all memory of the port stays what it is until the port is closed. Owner's context.
 */
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "private.h"

#define FENCE_CLASS 8u /* offset in configuration space */

/* One that has left would keep the kernel waiting for its answer, a minute or more. What tells is its class: the kernel gives
 * identifiers from its own memory. */
static bool fence_reset(const struct lwnvme_vfio *port)
{
    uint32_t class_code = UINT32_MAX;

    return pread(port->device, &class_code, sizeof(class_code), (off_t)(port->config_offset + FENCE_CLASS)) ==
               (ssize_t)sizeof(class_code) &&
           class_code != UINT32_MAX && ioctl(port->device, VFIO_DEVICE_RESET) == 0;
}

bool vfio_fence_device(void *host)
{
    struct lwnvme_vfio *port = host;

    if (vfio_device_command(port, 0, VFIO_PCI_COMMAND_MASTER) || fence_reset(port) || vfio_dma_cut(port)) {
        return true;
    }
    port->kept = true;
    (void)vfio_fail(
        port, LWNVME_VFIO_ERR_KERNEL,
        "%s can be neither stopped, reset nor cut off: its memory is kept until the port is closed",
        port->address);
    return false;
}

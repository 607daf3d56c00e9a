/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: from a PCI address to a function that answers.
 *
 *     /dev/vfio/vfio (container: address space) <-- SET_CONTAINER -- /dev/vfio/7 (group) -- GET_DEVICE_FD --> function
 *
 * Each thing that can be missing on the way is looked at before the kernel is asked, so that what is told is what is to be
 * done. BAR 0 is mapped as far as the kernel allows: a device may have its MSI-X table in there, whose page an old kernel
 * keeps to itself.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"
#include "pci_private.h"

_Static_assert(sizeof(off_t) == 8, "regions lie beyond 2^32: compile with -D_FILE_OFFSET_BITS=64");

#define DEVICE_COMMAND   4u    /* offset in configuration space */
#define DEVICE_BAR_LEAST 8192u /* registers, and doorbells of many queues */

static enum lwnvme_vfio_error device_node_failed(struct lwnvme_vfio *port, const char *path)
{
    switch (errno) {
    case EACCES:
    case EPERM:
        return vfio_fail(port, LWNVME_VFIO_ERR_PERMISSION,
                         "not allowed to open %.80s: run this as root, or chown it to you", path);
    case EBUSY:
        return vfio_fail(port, LWNVME_VFIO_ERR_IN_USE, "another program uses %s through VFIO: end it first",
                         port->address);
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_VFIO, "there is no %.80s: modprobe vfio-pci", path);
    default:
        return vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "cannot open %.80s: %s", path, strerror(errno));
    }
}

/* What sysfs can say before anything is opened. */
static enum lwnvme_vfio_error device_check(struct lwnvme_vfio *port, const char *address,
                                           struct linux_pci *pci)
{
    char why[LINUX_PCI_REASON];

    if (!linux_pci_read(address, pci, why)) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_FUNCTION, "%s", why);
    }
    snprintf(port->address, sizeof(port->address), "%s", pci->address);
    port->vendor_id = pci->vendor_id;
    port->device_id = pci->device_id;
    if (pci->group < 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_IOMMU, LINUX_NO_IOMMU, pci->address);
    }
    if (strcmp(pci->driver, "vfio-pci") != 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NOT_BOUND, "%s has %s%s, not vfio-pci: lwnvme bind %s",
                         pci->address, pci->driver[0] != '\0' ? "the driver " : "no driver", pci->driver,
                         pci->address);
    }
    if (!linux_pci_group_alone(pci, why)) {
        return vfio_fail(port, LWNVME_VFIO_ERR_GROUP, "%s", why);
    }
    return LWNVME_VFIO_OK;
}

static enum lwnvme_vfio_error device_open_nodes(struct lwnvme_vfio *port, int32_t group)
{
    char path[LINUX_PATH];
    char name[32];

    linux_pci_device_node(path, sizeof(path), "vfio/vfio");
    port->container = open(path, O_RDWR | O_CLOEXEC);
    if (port->container < 0) {
        return device_node_failed(port, path);
    }
    snprintf(name, sizeof(name), "vfio/%d", group);
    linux_pci_device_node(path, sizeof(path), name);
    port->group = open(path, O_RDWR | O_CLOEXEC);
    if (port->group < 0) {
        return device_node_failed(port, path);
    }
    return LWNVME_VFIO_OK;
}

enum lwnvme_vfio_error vfio_device_open(struct lwnvme_vfio *port, const char *address)
{
    struct vfio_group_status status = {.argsz = sizeof(status)};
    struct linux_pci pci;
    enum lwnvme_vfio_error error = device_check(port, address, &pci);

    if (error == LWNVME_VFIO_OK) {
        error = device_open_nodes(port, pci.group);
    }
    if (error != LWNVME_VFIO_OK) {
        return error;
    }
    if (ioctl(port->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION ||
        ioctl(port->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_VFIO,
                         "the kernel has no type 1 IOMMU for VFIO: modprobe vfio_iommu_type1");
    }
    if (ioctl(port->group, VFIO_GROUP_GET_STATUS, &status) != 0 ||
        (status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_GROUP,
                         "IOMMU group %d also holds functions with other drivers: unbind those too",
                         pci.group);
    }
    if (ioctl(port->group, VFIO_GROUP_SET_CONTAINER, &port->container) != 0 ||
        ioctl(port->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "cannot attach %s to an IOMMU: %s%s", port->address,
                         strerror(errno),
                         errno == EPERM ? " (no interrupt remapping? the kernel's log says why)" : "");
    }
    port->device = ioctl(port->group, VFIO_GROUP_GET_DEVICE_FD, port->address);
    if (port->device < 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "cannot get %s from its group: %s", port->address,
                         strerror(errno));
    }
    return LWNVME_VFIO_OK;
}

bool vfio_device_command(const struct lwnvme_vfio *port, uint16_t set, uint16_t clear)
{
    const off_t offset = (off_t)(port->config_offset + DEVICE_COMMAND);
    uint8_t bytes[2];
    uint16_t command;

    if (pread(port->device, bytes, sizeof(bytes), offset) != (ssize_t)sizeof(bytes)) {
        return false;
    }
    command = (uint16_t)(bytes[0] | bytes[1] << 8);
    command = (uint16_t)((command | set) & ~clear);
    bytes[0] = (uint8_t)command;
    bytes[1] = (uint8_t)(command >> 8);
    if (pwrite(port->device, bytes, sizeof(bytes), offset) != (ssize_t)sizeof(bytes) ||
        pread(port->device, bytes, sizeof(bytes), offset) != (ssize_t)sizeof(bytes)) {
        return false;
    }
    command = (uint16_t)(bytes[0] | bytes[1] << 8);
    return (command & set) == set && (command & clear) == 0;
}

/* A region's description with its capabilities; the caller frees it. NULL: none. */
static struct vfio_region_info *device_region(const struct lwnvme_vfio *port, uint32_t index)
{
    const struct vfio_region_info ask = {.index = index};

    return vfio_info(port->device, VFIO_DEVICE_GET_REGION_INFO, &ask, sizeof(ask));
}

/* The areas that may be mapped, if that is not all. */
static const struct vfio_region_info_cap_sparse_mmap *device_sparse(const struct vfio_region_info *info)
{
    size_t room = 0;
    const struct vfio_region_info_cap_sparse_mmap *sparse =
        (const struct vfio_region_info_cap_sparse_mmap *)vfio_capability(
            info, (info->flags & VFIO_REGION_INFO_FLAG_CAPS) != 0 ? info->cap_offset : 0,
            VFIO_REGION_INFO_CAP_SPARSE_MMAP, &room);

    return sparse != NULL && room >= sizeof(*sparse) &&
                   sparse->nr_areas <= (room - sizeof(*sparse)) / sizeof(sparse->areas[0])
               ? sparse
               : NULL;
}

/* How much from the start of the region on may be mapped. */
static uint64_t device_mappable(const struct lwnvme_vfio *port, const struct vfio_region_info *info)
{
    const struct vfio_region_info_cap_sparse_mmap *sparse = device_sparse(info);

    if ((info->flags & VFIO_REGION_INFO_FLAG_MMAP) == 0 || (port->flags & LWNVME_VFIO_NO_BAR_MMAP) != 0) {
        return 0;
    }
    if (sparse == NULL) {
        return info->size;
    }
    for (uint32_t i = 0; i < sparse->nr_areas; i++) {
        if (sparse->areas[i].offset == 0) {
            return sparse->areas[i].size;
        }
    }
    return 0;
}

enum lwnvme_vfio_error vfio_device_registers(struct lwnvme_vfio *port)
{
    struct vfio_region_info *config = device_region(port, VFIO_PCI_CONFIG_REGION_INDEX);
    struct vfio_region_info *bar = device_region(port, VFIO_PCI_BAR0_REGION_INDEX);
    const bool described = config != NULL && bar != NULL && bar->size != 0;
    uint64_t mappable = 0;

    if (described) {
        port->config_offset = config->offset;
        port->bar_offset = bar->offset;
        port->bar_bytes = bar->size;
        mappable = device_mappable(port, bar);
    }
    free(config);
    free(bar);
    if (!described || !vfio_device_command(port, VFIO_PCI_COMMAND_MEMORY | VFIO_PCI_COMMAND_MASTER, 0)) {
        return vfio_fail(port, LWNVME_VFIO_ERR_BAR,
                         "%s has no registers in BAR 0, or does not decode them: is it still there?",
                         port->address);
    }
    port->bar_usable_bytes = mappable;
    if (mappable >= DEVICE_BAR_LEAST || (mappable != 0 && mappable == port->bar_bytes)) {
        void *mapped = mmap(NULL, (size_t)mappable, PROT_READ | PROT_WRITE, MAP_SHARED, port->device,
                            (off_t)port->bar_offset);

        if (mapped != MAP_FAILED) {
            port->bar = mapped;
            return LWNVME_VFIO_OK;
        }
    }
    /* By system calls: slow, and all of it can be reached. */
    port->bar_by_calls = true;
    port->bar_usable_bytes = port->bar_bytes;
    return LWNVME_VFIO_OK;
}

void vfio_device_close(struct lwnvme_vfio *port)
{
    if (port->bar != NULL) {
        munmap(port->bar, (size_t)port->bar_usable_bytes);
        port->bar = NULL;
    }
    if (port->device >= 0) {
        close(port->device);
    }
    if (port->group >= 0) {
        close(port->group);
    }
    if (port->container >= 0) {
        close(port->container);
    }
    port->device = -1;
    port->group = -1;
    port->container = -1;
}

uint32_t vfio_device_read32(void *host, volatile void *registers, size_t offset_bytes)
{
    const struct lwnvme_vfio *port = host;
    uint32_t value;

    (void)registers;
    if (pread(port->device, &value, sizeof(value), (off_t)(port->bar_offset + offset_bytes)) !=
        (ssize_t)sizeof(value)) {
        return UINT32_MAX;
    }
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

void vfio_device_write32(void *host, volatile void *registers, size_t offset_bytes, uint32_t value)
{
    const struct lwnvme_vfio *port = host;

    (void)registers;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    /* One that fails has not reached a device that is gone: the next read says so. */
    if (pwrite(port->device, &value, sizeof(value), (off_t)(port->bar_offset + offset_bytes)) < 0) {
        return;
    }
}

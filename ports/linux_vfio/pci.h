/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: what sysfs says of NVMe functions, who uses them, and which driver has them. Nothing here touches a
 * device. One context at a time: the places where the file systems are mounted are kept here.
 */
#ifndef LWNVME_PORT_LINUX_VFIO_PCI_H
#define LWNVME_PORT_LINUX_VFIO_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_PCI_CLASS_NVME 0x010802u
#define LINUX_PCI_ADDRESS    20u  /* bytes of an address with its longest domain: 12345678:04:00.0 */
#define LINUX_PCI_REASON     256u /* bytes of a line that says why, and what to do */

struct linux_pci {
    char address[LINUX_PCI_ADDRESS]; /* 0000:04:00.0 */
    char driver[32];                 /* that is bound; "": none */
    char controller[32];             /* as the kernel's nvme driver calls it; "": that has not got it */
    uint32_t class_code;
    uint16_t vendor_id;
    uint16_t device_id;
    int32_t group; /* IOMMU group; -1: there is no IOMMU, whatever the kernel was told to make of that */
};

/* Where sysfs, procfs and the device nodes are, instead of /sys, /proc and /dev; NULL: as it is. For tests, and for
 * containers that see the host's elsewhere. The text must stay. */
void linux_pci_roots(const char *sys, const char *proc, const char *dev);
/* A path below the device nodes' root. */
void linux_pci_device_node(char *path, size_t room, const char *name);

/* All NVMe functions in ascending order, up to `room`; returns how many there are. */
uint32_t linux_pci_find(struct linux_pci *found, uint32_t room);
/* One function. "04:00.0" stands for "0000:04:00.0"; a domain has 4 to 8 digits. false: `why` says that there is none, or that it is something else. */
bool linux_pci_read(const char *address, struct linux_pci *pci, char why[LINUX_PCI_REASON]);
/* A line of a file in the directory of the function's controller (model, serial, ...); "" where there is none. */
void linux_pci_attribute(const struct linux_pci *pci, const char *name, char *text, size_t room);

/* Whether a file system, swap or another device lies on one of the function's block devices, or a program has one open;
 * `why` says which. Also true when that cannot be found out. */
bool linux_pci_in_use(const struct linux_pci *pci, char why[LINUX_PCI_REASON]);
/* Whether nothing else in the function's IOMMU group has a driver that VFIO does not tolerate. */
bool linux_pci_group_alone(const struct linux_pci *pci, char why[LINUX_PCI_REASON]);

/* Gives the function to vfio-pci, unless it is in use (with `force` also if a program has it open, or a driver other than the
 * kernel's own has it, and no more than that); or back to the driver that the kernel chooses. false: nothing has changed, or what
 * has was put back, and `why` says why. */
bool linux_pci_bind(const char *address, bool force, char why[LINUX_PCI_REASON]);
bool linux_pci_unbind(const char *address, char why[LINUX_PCI_REASON]);

#endif

/* SPDX-License-Identifier: MIT */
/* What pci.c and use.c share. */
#ifndef LWNVME_PORT_LINUX_VFIO_PCI_PRIVATE_H
#define LWNVME_PORT_LINUX_VFIO_PCI_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#define LINUX_PATH 320u
/* clang-format off */
#define LINUX_NO_IOMMU \
    "%s is behind no IOMMU: enable it in the firmware (VT-d, AMD-Vi), and boot with intel_iommu=on if the CPU is Intel's"
/* clang-format on */

/* sys/directory/name[/file] and proc/name. */
void linux_pci_sys_path(char path[LINUX_PATH], const char *directory, const char *name, const char *file);
void linux_pci_proc_path(char path[LINUX_PATH], const char *name);
/* The first line of a file, without blanks at its end. false: it cannot be opened, and the text is "". */
bool linux_pci_line(const char *path, char *text, size_t room);

#endif

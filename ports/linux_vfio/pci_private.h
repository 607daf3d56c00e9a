/* SPDX-License-Identifier: MIT */
/* What pci.c and use.c share. */
#ifndef LWNVME_PORT_LINUX_VFIO_PCI_PRIVATE_H
#define LWNVME_PORT_LINUX_VFIO_PCI_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "pci.h"

#define LINUX_PATH       320u
#define LINUX_CLAIMS_MAX 256u /* block devices of a function */
/* clang-format off */
#define LINUX_NO_IOMMU \
    "%s is behind no IOMMU: enable it in the firmware (VT-d, AMD-Vi), and boot with intel_iommu=on if the CPU is Intel's"
/* clang-format on */

/* sys/directory/name[/file] and proc/name. */
void linux_pci_sys_path(char path[LINUX_PATH], const char *directory, const char *name, const char *file);
void linux_pci_proc_path(char path[LINUX_PATH], const char *name);
/* The first line of a file, without blanks at its end. false: it cannot be opened, and the text is "". */
bool linux_pci_line(const char *path, char *text, size_t room);

struct linux_claims {
    uint32_t count;
    int descriptors[LINUX_CLAIMS_MAX];
};
/* As linux_pci_in_use; and from then on nothing can be mounted, made swap or made part of something else, until the claims
 * end. `force`: programs that merely have it open, and drivers that may lend it to some, do not count. false: it is in use, `why`
 * says how, and nothing is claimed. */
bool linux_claims_take(const struct linux_pci *pci, bool force, struct linux_claims *claims,
                       char why[LINUX_PCI_REASON]);
void linux_claims_end(struct linux_claims *claims);

#endif

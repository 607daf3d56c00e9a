/* SPDX-License-Identifier: MIT */
/* UEFI port: a protocol of our own, on the handle of each controller that lwnvme-driver.efi has started: what the
 * driver has done there. */
#ifndef LWNVME_PORT_UEFI_STATISTICS_H
#define LWNVME_PORT_UEFI_STATISTICS_H

#include <stdint.h>

#define LWNVME_UEFI_STATISTICS_GUID                                                                          \
    {                                                                                                        \
        0x8b5a4ac2, 0x3c7d, 0x4e0a,                                                                          \
        {                                                                                                    \
            0x9d, 0x51, 0x6c, 0x77, 0x6e, 0x76, 0x6d, 0x65                                                   \
        }                                                                                                    \
    }

struct lwnvme_uefi_statistics {
    uint32_t revision; /* 1 */
    uint32_t disks;    /* namespaces that are published */
    uint64_t reads;    /* calls of Block I/O and Block I/O 2 that moved data */
    uint64_t writes;
    uint64_t flushes;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t failures; /* calls that ended in an error of the drive */
    uint64_t later;    /* calls that returned before they were done */
};

#endif

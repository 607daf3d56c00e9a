/* SPDX-License-Identifier: MIT */
/* UEFI port: the controllers that the firmware has found, for a program that takes one over for a while. */
#ifndef LWNVME_PORT_UEFI_DRIVES_H
#define LWNVME_PORT_UEFI_DRIVES_H

#include "efi.h"
#include "statistics.h"

#define DRIVES_MAX        16u
#define DRIVES_HIDDEN_MAX 4u
#define DRIVES_NAME_BYTES 48u

/* An NVMe controller, or something behind which there may be some. */
struct drive_found {
    efi_handle handle;
    struct efi_pci_io *pci;
    uint32_t segment;
    uint32_t bus;
    uint32_t device;
    uint32_t function;
    uint16_t vendor_id;
    uint16_t device_id;
    uint32_t class_code;
    bool boot;                                       /* this program was started from it */
    bool driven;                                     /* a driver has it */
    char driver[DRIVES_NAME_BYTES];                  /* its name, as far as it tells; else empty */
    const struct lwnvme_uefi_statistics *statistics; /* of our own driver, if that has it; else NULL */
    const char *reason;                              /* of one that hides drives */
};

struct drives {
    uint32_t count; /* up to DRIVES_MAX; more are dropped */
    struct drive_found found[DRIVES_MAX];
    uint32_t hidden_count; /* likewise */
    struct drive_found hidden[DRIVES_HIDDEN_MAX];
};

/* Looks at all PCI functions. Nothing is changed. */
void drives_find(struct drives *drives);

/*
 * Takes a controller over: stops the driver that the firmware has on it, file systems included, and opens its PCI I/O
 * protocol so that no other driver starts there. NULL, or why not; then it is as it was, or drives_give_back says what
 * became of it. drives_give_back lets the firmware's drivers start on it again, if one had it.
 */
const char *drives_take(struct drive_found *drive);
void drives_give_back(struct drive_found *drive);

#endif

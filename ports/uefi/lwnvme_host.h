/* SPDX-License-Identifier: MIT */
/* UEFI port: the library's host hooks over the PCI I/O protocol. The hooks' context is a struct lwnvme_uefi. */
#ifndef LWNVME_PORT_UEFI_LWNVME_HOST_H
#define LWNVME_PORT_UEFI_LWNVME_HOST_H

#include <lwnvme/lwnvme.h>

#include "efi.h"

#define LWNVME_UEFI_BUFFERS    96u  /* pieces of DMA memory of one controller, host memory buffer included */
#define LWNVME_UEFI_MAPPINGS   512u /* of callers' memory, at once */
#define LWNVME_UEFI_CHAINS     64u
#define LWNVME_UEFI_SIZES      9u    /* of stand-ins: 1, 2, 4, ... 256 pages */
#define LWNVME_UEFI_IDLE_PAGES 1024u /* of stand-ins that wait for the next request, at most */

struct lwnvme_uefi_buffer {
    void *base; /* as allocated; NULL: free */
    size_t pages;
    void *mapping;
    void *memory; /* as handed out */
};

struct lwnvme_uefi_mapping {
    uint64_t dma_address;
    size_t length_bytes;
    void *mapping;
    struct lwnvme_uefi_mapping *next; /* in its chain, or of the free or idle ones */
    /* What the controller writes to in place of the caller's memory. */
    uint8_t *stand_in; /* NULL: there is none */
    uint64_t stand_in_dma;
    uint32_t size; /* of LWNVME_UEFI_SIZES */
    uint8_t *caller;
};

/* One controller. Zeroed, then filled in by lwnvme_uefi_attach. */
struct lwnvme_uefi {
    struct efi_pci_io *pci;
    uint64_t attributes_before;
    uint64_t bar_bytes;
    uint16_t vendor_id;
    uint16_t device_id;
    bool fenced;  /* bus mastering has been taken away, and does not come back */
    bool leaving; /* boot services are being left: nothing may be allocated or freed */
    struct lwnvme_uefi_buffer buffers[LWNVME_UEFI_BUFFERS];
    struct lwnvme_uefi_mapping mappings[LWNVME_UEFI_MAPPINGS];
    struct lwnvme_uefi_mapping *free_mappings;
    struct lwnvme_uefi_mapping *chains[LWNVME_UEFI_CHAINS];
    struct lwnvme_uefi_mapping *idle[LWNVME_UEFI_SIZES]; /* with a stand-in */
    size_t idle_pages;
};

extern const struct lwnvme_host_ops lwnvme_uefi_ops;

/* Makes a controller ready for the library: memory decoding, bus mastering, 64-bit addresses. The caller has opened
 * `pci` and stays its only user. NULL, or why not. */
const char *lwnvme_uefi_attach(struct lwnvme_uefi *port, struct efi_pci_io *pci);
/* Gives the PCI function its attributes back, after the controller was closed. What that may still write to stays allocated. */
void lwnvme_uefi_detach(struct lwnvme_uefi *port);
/* A configuration for the library. `port` must stay while the controller is open. */
void lwnvme_uefi_config(struct lwnvme_uefi *port, struct lwnvme_controller_config *config);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme on a kernel that has uACPI: the functions that such a kernel has written for uACPI (uacpi/kernel_api.h) are the
 * clock, the locks, the log, the waits, configuration space and the mapping of registers. What is left are three hooks for
 * DMA: dma_alloc, dma_free and dma_map.
 *
 * uACPI need not be initialized for this, and is not called: the functions are the kernel's own. uACPI must not be configured
 * as UACPI_BAREBONES_MODE, in which a kernel has not written them. See README.md beside this file.
 */
#ifndef LWNVME_PORT_UACPI_H
#define LWNVME_PORT_UACPI_H

#include <lwnvme/lwnvme.h>

#include <uacpi/kernel_api.h>

/* A PCI function with a controller: the caller's memory. It is the first argument of all hooks, the caller's too. */
struct lwnvme_uacpi {
    void *context; /* the caller's own, for the hooks of its own */

    /* Private. */
    struct lwnvme_host_ops ops;
    uacpi_handle device;
    uacpi_handle lock;
    uacpi_cpu_flags lock_flags;
    uacpi_handle event;
};

/*
 * Takes hold of the function at `address`: looks that it is an NVMe controller, measures BAR0, turns memory space and bus
 * mastering on and its interrupt pin off, and fills in `config` for lwnvme_controller_open: ops, host, the registers and the
 * identifiers. The rest of `config` is as it was; page_bytes must be set by the caller, before or after. With
 * config->interrupts of the kind LWNVME_INTERRUPT_PIN, set before, the pin is on.
 *
 * `own` has the caller's hooks: dma_alloc, dma_free, dma_map, and others that shall be taken in place of uACPI's, such as
 * mmio_map with mmio_unmap. It is copied. `port` must stay, and `port->context` must be set, until lwnvme_uacpi_end.
 *
 * Thread context. 0; LWNVME_ERR_GONE: there is no such function, or configuration space cannot be read;
 * LWNVME_ERR_INVALID_ARGUMENT: it is not an NVMe controller; LWNVME_ERR_BAR_ADDRESS: it has no BAR0, or firmware has
 * given it no address; LWNVME_ERR_NO_MEMORY: the kernel made no lock or event. Nothing is held then.
 */
int lwnvme_uacpi_begin(struct lwnvme_uacpi *port, uacpi_pci_address address,
                       const struct lwnvme_host_ops *own, struct lwnvme_controller_config *config);

/* Lets go of it, once the controller is closed: bus mastering is turned off. */
void lwnvme_uacpi_end(struct lwnvme_uacpi *port);

#endif

/* SPDX-License-Identifier: MIT */
/* Machines with a device tree: the library's host hooks. The hooks' context is a struct lwnvme_virt. */
#ifndef LWNVME_PORT_VIRT_LWNVME_HOST_H
#define LWNVME_PORT_VIRT_LWNVME_HOST_H

#include <lwnvme/lwnvme.h>

#include "machine.h"

#define LWNVME_VIRT_VECTORS (PROCESSORS_MAX + 1u) /* the admin queue's, and those of the processors' queues */

enum lwnvme_virt_irq {
    LWNVME_VIRT_POLL,
    LWNVME_VIRT_INTX,
    LWNVME_VIRT_MSI,
    LWNVME_VIRT_MSIX
};

/* One controller. The caller fills in `device` and zeroes the rest. */
struct lwnvme_virt {
    struct pci_device device;
    struct lwnvme_host_ops ops; /* of this machine, with dma_sync only where caches are not coherent */
    struct lwnvme_controller *controller;
    enum lwnvme_virt_irq kind;
    uint32_t vectors; /* routed; 0: none */
    struct interrupt_message routed[LWNVME_VIRT_VECTORS];
    struct lwnvme_interrupts hardware;
    struct lwnvme_vector noted[LWNVME_VIRT_VECTORS];
    uint32_t locked;
    bool shared;                                  /* a queue is: it has been locked */
    uint64_t lock_flags;                          /* of the lock's owner */
    volatile uint32_t interrupts[PROCESSORS_MAX]; /* taken, by processor */
    uint64_t cleaned;                             /* calls of dma_sync, by what they did to the caches */
    uint64_t flushed;
    uint64_t invalidated;
};

/* Makes the device ready for the library and fills in a configuration for it. `port` must stay while the
 * controller is open. */
void lwnvme_virt_config(struct lwnvme_virt *port, struct lwnvme_controller_config *config);

/*
 * Has the controller interrupt: by its pin, or by as many messages of MSI-X as it has up to one for each of `processors` and
 * one for the admin queue. After interrupt_init and lwnvme_virt_config, and before the controller is opened; once. NULL, or
 * why not.
 */
const char *lwnvme_virt_interrupts(struct lwnvme_virt *port, struct lwnvme_controller *controller,
                                   enum lwnvme_virt_irq kind, uint32_t processors);
/* The device has lost what it was told, and its BARs are back: its power was off. The same once more. NULL, or why not. */
const char *lwnvme_virt_interrupts_again(const struct lwnvme_virt *port);
/* The vector for a queue that a processor owns. */
uint16_t lwnvme_virt_vector(const struct lwnvme_virt *port, uint32_t processor);

#endif

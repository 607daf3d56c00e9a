/* SPDX-License-Identifier: MIT */
/* x86-64 and i686 ports: the library's host hooks on this machine. The hooks' context is a struct lwnvme_x86_64. */
#ifndef LWNVME_PORT_X86_64_LWNVME_HOST_H
#define LWNVME_PORT_X86_64_LWNVME_HOST_H

#include <lwnvme/lwnvme.h>

#include "machine.h"

enum lwnvme_x86_64_irq {
    LWNVME_X86_64_POLL,
    LWNVME_X86_64_INTX,
    LWNVME_X86_64_MSI,
    LWNVME_X86_64_MSIX
};

/* One controller. The caller fills in `device` and zeroes the rest. */
struct lwnvme_x86_64 {
    struct pci_device device;
    struct lwnvme_controller *controller;
    enum lwnvme_x86_64_irq kind;
    uint32_t vectors;                    /* routed; 0: none */
    uint8_t routed[PROCESSORS_MAX + 1u]; /* where to, as the processor counts */
    struct lwnvme_interrupts hardware;
    struct lwnvme_vector noted[PROCESSORS_MAX + 1u];
    uint32_t locked;
    bool shared;                                  /* a queue is: it has been locked */
    uintptr_t lock_flags;                         /* of the lock's owner */
    volatile uint32_t interrupts[PROCESSORS_MAX]; /* taken, by processor */
};

extern const struct lwnvme_host_ops lwnvme_x86_64_ops;

/* Makes the device ready for the library and fills in a configuration for it. `port` must stay while the
 * controller is open. */
void lwnvme_x86_64_config(struct lwnvme_x86_64 *port, struct lwnvme_controller_config *config);

/*
 * Has the controller interrupt: by its pin, one message, or as many messages of MSI-X as it has up to one for each of
 * `processors` and one for the admin queue. After interrupt_init and lwnvme_x86_64_config, and before the controller is
 * opened; once. NULL, or why not.
 */
const char *lwnvme_x86_64_interrupts(struct lwnvme_x86_64 *port, struct lwnvme_controller *controller,
                                     enum lwnvme_x86_64_irq kind, uint32_t processors);
/* The device has lost what it was told, and its BARs are back: its power was off. The same once more. NULL, or why not. */
const char *lwnvme_x86_64_interrupts_again(const struct lwnvme_x86_64 *port);
/* The vector for a queue that a processor owns. */
uint16_t lwnvme_x86_64_vector(const struct lwnvme_x86_64 *port, uint32_t processor);

#endif

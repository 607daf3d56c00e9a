/* SPDX-License-Identifier: MIT */
/* The engine's drive is a PCI function. Only memory of the arena is used for I/O. */
#include <stdio.h>

#include "backend.h"
#include "lwnvme_vfio.h"

static struct lwnvme_vfio vfio_backend_port;

static bool vfio_backend_open(const struct engine_options *options, struct lwnvme_controller *controller,
                              struct lwnvme_controller_config *config, struct lwnvme_queue_config *queue,
                              char why[ENGINE_REASON])
{
    static const enum lwnvme_vfio_irq kinds[] = {LWNVME_VFIO_MSIX, LWNVME_VFIO_MSI, LWNVME_VFIO_INTX};
    const struct lwnvme_vfio_options vfio = {.address = options->device,
                                             .flags = LWNVME_VFIO_REGISTERED_ONLY};

    if (lwnvme_vfio_open(&vfio_backend_port, &vfio) != LWNVME_VFIO_OK) {
        snprintf(why, ENGINE_REASON, "%s", vfio_backend_port.reason);
        return false;
    }
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !options->poll; i++) {
        if (lwnvme_vfio_interrupts(&vfio_backend_port, controller, kinds[i], 2) == LWNVME_VFIO_OK) {
            queue->flags |= LWNVME_QUEUE_INTERRUPT;
            queue->vector = lwnvme_vfio_vector(&vfio_backend_port, 0);
            break;
        }
    }
    lwnvme_vfio_config(&vfio_backend_port, config);
    return true;
}

static bool vfio_backend_close(char why[ENGINE_REASON])
{
    (void)why;
    lwnvme_vfio_close(&vfio_backend_port);
    return true;
}

static void *vfio_backend_alloc(size_t size_bytes)
{
    return lwnvme_vfio_alloc(&vfio_backend_port, size_bytes);
}

static void vfio_backend_free(void *memory, size_t size_bytes)
{
    lwnvme_vfio_free(&vfio_backend_port, memory, size_bytes);
}

static void vfio_backend_wake(void)
{
    lwnvme_vfio_wake(&vfio_backend_port);
}

const struct backend backend_vfio = {.open = vfio_backend_open,
                                     .close = vfio_backend_close,
                                     .alloc = vfio_backend_alloc,
                                     .free = vfio_backend_free,
                                     .wake = vfio_backend_wake};

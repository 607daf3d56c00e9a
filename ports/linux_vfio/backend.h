/* SPDX-License-Identifier: MIT */
/* Linux VFIO port: where the engine's drive is: a PCI function, or the software controller with a file. */
#ifndef LWNVME_PORT_LINUX_VFIO_BACKEND_H
#define LWNVME_PORT_LINUX_VFIO_BACKEND_H

#include "engine.h"

struct backend {
    /* Opens what the options name and fills in the configuration; *flags gets LWNVME_QUEUE_INTERRUPT if waits can sleep. */
    bool (*open)(const struct engine_options *options, struct lwnvme_controller *controller,
                 struct lwnvme_controller_config *config, struct lwnvme_queue_config *queue,
                 char why[ENGINE_REASON]);
    /* After the controller has been closed. false: something was not in order. */
    bool (*close)(char why[ENGINE_REASON]);
    void *(*alloc)(size_t size_bytes);
    /* Not called for memory that the controller may still write to when it is closed. */
    void (*free)(void *memory, size_t size_bytes);
    /* Ends the owner's sleep; any thread. */
    void (*wake)(void);
};

extern const struct backend backend_vfio;
extern const struct backend backend_sim;

#endif

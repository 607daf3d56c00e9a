/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: the hooks, and opening and closing. Linux keeps caches coherent with devices that are bound to vfio-pci;
 * threads may share queues, by a mutex, since nothing runs in interrupt context here.
 */
#include "lwnvme_vfio.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* Polls go on for long: what else wants this processor gets a turn. */
static void vfio_relax(void *host)
{
    (void)host;
    sched_yield();
}

static void *vfio_alloc(void *host, size_t size_bytes)
{
    (void)host;
    return malloc(size_bytes);
}

static void vfio_free(void *host, void *memory, size_t size_bytes)
{
    (void)host;
    (void)size_bytes;
    free(memory);
}

static void vfio_lock(void *host)
{
    pthread_mutex_lock(&((struct lwnvme_vfio *)host)->lock);
}

static void vfio_unlock(void *host)
{
    pthread_mutex_unlock(&((struct lwnvme_vfio *)host)->lock);
}

static void vfio_log(void *host, enum lwnvme_log_level level, const char *message)
{
    const struct lwnvme_vfio *port = host;

    if (level <= LWNVME_LEVEL_WARNING) {
        fprintf(stderr, "lwnvme %s: %s\n", port->address, message);
    }
}

static void vfio_hooks(struct lwnvme_vfio *port)
{
    port->ops = (struct lwnvme_host_ops){
        .dma_alloc = vfio_dma_alloc,
        .dma_free = vfio_dma_free,
        .dma_map = vfio_dma_map,
        .dma_unmap = (port->flags & LWNVME_VFIO_REGISTERED_ONLY) != 0 ? NULL : vfio_dma_unmap,
        .now_us = vfio_now_us,
        .relax = vfio_relax,
        .fence_device = vfio_fence_device,
        .alloc = vfio_alloc,
        .free = vfio_free,
        .lock = vfio_lock,
        .unlock = vfio_unlock,
        .wait = vfio_irq_wait,
        .wake = vfio_irq_wake,
        .log = vfio_log,
        .log_words = lwnvme_log_words,
    };
    if (port->bar_by_calls) {
        port->ops.mmio_read32 = vfio_device_read32;
        port->ops.mmio_write32 = vfio_device_write32;
    }
}

enum lwnvme_vfio_error lwnvme_vfio_open(struct lwnvme_vfio *port, const struct lwnvme_vfio_options *options)
{
    enum lwnvme_vfio_error error;

    memset(port, 0, sizeof(*port));
    port->container = -1;
    port->group = -1;
    port->device = -1;
    port->flags = options->flags;
    port->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
    pthread_mutex_init(&port->lock, NULL);
    pthread_mutex_init(&port->mapping_lock, NULL);
    vfio_irq_open(port);
    error = vfio_device_open(port, options->address);
    if (error == LWNVME_VFIO_OK) {
        error = vfio_device_registers(port);
    }
    if (error == LWNVME_VFIO_OK) {
        error = vfio_dma_open(port, options->arena_bytes);
    }
    if (error != LWNVME_VFIO_OK) {
        lwnvme_vfio_close(port);
        return error;
    }
    vfio_hooks(port);
    return LWNVME_VFIO_OK;
}

void lwnvme_vfio_close(struct lwnvme_vfio *port)
{
    vfio_irq_close(port);
    vfio_dma_close(port);
    vfio_device_close(port);
    pthread_mutex_destroy(&port->lock);
    pthread_mutex_destroy(&port->mapping_lock);
}

void lwnvme_vfio_config(struct lwnvme_vfio *port, struct lwnvme_controller_config *config)
{
    static uint32_t by_calls; /* what hooks reach has an address, too */

    config->ops = &port->ops;
    config->host = port;
    config->page_bytes = port->page_bytes;
    config->bar_mapped = port->bar_by_calls ? (volatile void *)&by_calls : port->bar;
    config->bar_bytes = port->bar_usable_bytes;
    config->pci_vendor_id = port->vendor_id;
    config->pci_device_id = port->device_id;
    config->interrupts = &port->hardware; /* none, until lwnvme_vfio_interrupts */
    if ((port->flags & LWNVME_VFIO_REGISTERED_ONLY) != 0) {
        config->direct_map.address = (uintptr_t)port->chunks[0].memory;
        config->direct_map.dma_address = port->chunks[0].iova;
        config->direct_map.length_bytes = port->chunks[0].length_bytes;
    }
}

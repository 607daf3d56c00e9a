/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: the adapter between lwnvme and the machine. Memory is identity mapped and there is no
 * IOMMU. All memory is cached; where devices do not see the caches, dma_sync does what is needed, and on such a machine
 * each buffer is mapped by dma_map, which adds the shadow's offset if there is one.
 *
 * A device that cannot be fenced may go on writing to its buffers (LWNVME_ERR_BUFFER_HELD). Callers free them all the same,
 * so the pages look after it: see pages_keep.
 */
#include "lwnvme_host.h"

#include "cpu.h"
#include "host.h"

static void *host_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    (void)host;
    *dma_address = (uintptr_t)memory + shadow_offset();
    return memory;
}

static bool host_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address + shadow_offset();
    *contiguous_bytes = length_bytes;
    return true;
}

static void host_count(uint64_t *number)
{
    (void)__atomic_fetch_add(number, 1u, __ATOMIC_RELAXED);
}

/* Only where caches are not coherent. */
static void host_dma_sync(void *host, const void *address, size_t length_bytes,
                          enum lwnvme_direction direction, bool for_device)
{
    struct lwnvme_virt *port = host;

    if (for_device && direction == LWNVME_TO_DEVICE) {
        host_count(&port->cleaned);
        cache_clean(address, length_bytes);
        shadow_clean(address, length_bytes);
    } else if (for_device) {
        host_count(&port->flushed);
        cache_flush(address, length_bytes);
        shadow_clean(address, length_bytes);
    } else if (direction != LWNVME_TO_DEVICE) {
        host_count(&port->invalidated);
        cache_invalidate(address, length_bytes);
        shadow_invalidate(address, length_bytes);
    }
}

/* A spin lock with interrupts off: a handler on the same processor can never wait for it. */
static void host_lock(void *host)
{
    struct lwnvme_virt *port = host;
    const uint64_t flags = cpu_flags();

    cpu_interrupts_off();
    while (__atomic_exchange_n(&port->locked, 1u, __ATOMIC_ACQUIRE) != 0) {
        cpu_pause();
    }
    port->lock_flags = flags;
    port->shared = true;
}

static void host_unlock(void *host)
{
    struct lwnvme_virt *port = host;
    const uint64_t flags = port->lock_flags;

    __atomic_store_n(&port->locked, 0u, __ATOMIC_RELEASE);
    cpu_interrupts_restore(flags);
}

/* An interrupt comes to one processor; with a queue that is shared, others may wait for what it tells. */
static void host_wake(void *host)
{
    const struct lwnvme_virt *port = host;

    if (port->shared) {
        interrupt_wake_all();
    } else {
        interrupt_wake();
    }
}

static bool host_fence_device(void *host)
{
    const struct lwnvme_virt *port = host;

    if (pci_fence(&port->device)) {
        return true;
    }
    pages_keep();
    return false;
}

static const struct lwnvme_host_ops host_ops = {
    .dma_alloc = host_dma_alloc,
    .dma_free = host_dma_free,
    .dma_map = host_dma_map,
    .dma_sync = host_dma_sync,
    .now_us = host_now_us,
    .mmio_map = host_mmio_map,
    .mmio_unmap = host_mmio_unmap,
    .lock = host_lock,
    .unlock = host_unlock,
    .wait = host_wait,
    .wake = host_wake,
    .relax = host_relax,
    .fence_device = host_fence_device,
    .log = host_log,
    .log_words = lwnvme_log_words,
};

void lwnvme_virt_config(struct lwnvme_virt *port, struct lwnvme_controller_config *config)
{
    if (port->vectors == 0) { /* it does not interrupt yet */
        pci_enable(&port->device);
        lwnvme_interrupts_use(&port->hardware, LWNVME_INTERRUPT_PIN, NULL, 0);
        port->ops = host_ops;
        if (machine_is_coherent()) {
            port->ops.dma_sync = NULL;
        }
    }
    config->ops = &port->ops;
    config->host = port;
    config->page_bytes = MACHINE_PAGE_BYTES;
    if (machine_is_coherent()) {
        /* Memory has its own addresses, for the CPU and for devices. */
        config->direct_map.address = MACHINE_PAGE_BYTES;
        config->direct_map.dma_address = MACHINE_PAGE_BYTES;
        config->direct_map.length_bytes = MACHINE_DIRECT_BYTES - MACHINE_PAGE_BYTES;
    }
    config->bar_physical = port->device.bar_address;
    config->bar_bytes = port->device.bar_bytes;
    config->interrupts = &port->hardware; /* none, until lwnvme_virt_interrupts */
    config->pci_vendor_id = port->device.vendor_id;
    config->pci_device_id = port->device.device_id;
}

static bool host_interrupt(void *context, uint32_t argument)
{
    struct lwnvme_virt *port = context;

    port->interrupts[cpu_self()->index]++;
    lwnvme_interrupt(port->controller, (uint16_t)argument);
    return true;
}

/* A line may be shared. */
static bool host_interrupt_line(void *context, uint32_t argument)
{
    struct lwnvme_virt *port = context;

    return lwnvme_interrupt_is_ours(port->controller, 0) && host_interrupt(context, argument);
}

static const char *host_tell_msix(const struct lwnvme_virt *port)
{
    for (uint32_t entry = 0; entry < port->vectors; entry++) {
        if (!pci_msix_route(&port->device, entry, &port->routed[entry])) {
            return "the device's MSI-X table cannot be written";
        }
    }
    pci_msix_enable(&port->device);
    return NULL;
}

/* Entry 0 for the admin queue, and one more for each queue of `processors`, as far as they go. */
static const char *host_route_msix(struct lwnvme_virt *port, uint32_t processors)
{
    const uint32_t count = pci_msix_count(&port->device);

    if (count == 0) {
        return "the device has no MSI-X capability";
    }
    port->vectors = count <= processors ? count : processors + 1u;
    for (uint32_t entry = 0; entry < port->vectors; entry++) {
        const struct interrupt_claim claim = {host_interrupt, port, entry, entry == 0 ? 0 : entry - 1u};

        if (!interrupt_claim(&claim, &port->device, &port->routed[entry])) {
            return "the machine takes no messages, or no more";
        }
    }
    return host_tell_msix(port);
}

const char *lwnvme_virt_interrupts(struct lwnvme_virt *port, struct lwnvme_controller *controller,
                                   enum lwnvme_virt_irq kind, uint32_t processors)
{
    port->controller = controller;
    port->kind = kind;
    port->vectors = 1;
    lwnvme_interrupts_use(&port->hardware,
                          kind == LWNVME_VIRT_MSIX ? LWNVME_INTERRUPT_MSIX : LWNVME_INTERRUPT_PIN,
                          port->noted, LWNVME_VIRT_VECTORS);
    switch (kind) {
    case LWNVME_VIRT_MSIX:
        return host_route_msix(port, processors);
    case LWNVME_VIRT_MSI:
        return "this port has MSI-X and pins, and no MSI";
    case LWNVME_VIRT_INTX:
        if (!interrupt_claim_line(port->device.line, host_interrupt_line, port)) {
            return "too many devices share the line";
        }
        pci_intx_enable(&port->device);
        return NULL;
    case LWNVME_VIRT_POLL:
    default:
        return NULL;
    }
}

const char *lwnvme_virt_interrupts_again(const struct lwnvme_virt *port)
{
    if (port->kind == LWNVME_VIRT_MSIX) {
        return host_tell_msix(port);
    }
    if (port->kind == LWNVME_VIRT_INTX) {
        pci_intx_enable(&port->device);
    }
    return NULL;
}

uint16_t lwnvme_virt_vector(const struct lwnvme_virt *port, uint32_t processor)
{
    return (uint16_t)(processor + 1u < port->vectors ? processor + 1u : port->vectors - 1u);
}

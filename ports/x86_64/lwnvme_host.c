/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: the adapter between lwnvme and this machine. x86 keeps caches coherent with devices, memory is
 * identity mapped and there is no IOMMU: the hooks for these are not needed.
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
    *dma_address = (uintptr_t)memory;
    return memory;
}

static bool host_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address;
    *contiguous_bytes = length_bytes;
    return true;
}

/* A spin lock with interrupts off: a handler on the same processor can never wait for it. */
static void host_lock(void *host)
{
    struct lwnvme_x86_64 *port = host;
    const uintptr_t flags = cpu_flags();

    cpu_interrupts_off();
    while (__atomic_exchange_n(&port->locked, 1u, __ATOMIC_ACQUIRE) != 0) {
        cpu_pause();
    }
    port->lock_flags = flags;
    port->shared = true;
}

static void host_unlock(void *host)
{
    struct lwnvme_x86_64 *port = host;
    const uintptr_t flags = port->lock_flags;

    __atomic_store_n(&port->locked, 0u, __ATOMIC_RELEASE);
    if ((flags & CPU_FLAG_INTERRUPTS) != 0) {
        cpu_interrupts_on();
    }
}

/* An interrupt comes to one processor; with a queue that is shared, others may wait for what it tells. */
static void host_wake(void *host)
{
    const struct lwnvme_x86_64 *port = host;

    if (port->shared) {
        interrupt_wake_all();
    } else {
        interrupt_wake();
    }
}

static bool host_fence_device(void *host)
{
    const struct lwnvme_x86_64 *port = host;

    if (pci_fence(&port->device)) {
        return true;
    }
    pages_keep();
    return false;
}

const struct lwnvme_host_ops lwnvme_x86_64_ops = {
    .dma_alloc = host_dma_alloc,
    .dma_free = host_dma_free,
    .dma_map = host_dma_map,
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

void lwnvme_x86_64_config(struct lwnvme_x86_64 *port, struct lwnvme_controller_config *config)
{
    if (port->vectors == 0) { /* it does not interrupt yet */
        pci_enable(&port->device);
        lwnvme_interrupts_use(&port->hardware, LWNVME_INTERRUPT_PIN, NULL, 0);
    }
    config->ops = &lwnvme_x86_64_ops;
    config->host = port;
    config->page_bytes = MACHINE_PAGE_BYTES;
    /* Memory has its own addresses, for the CPU and for devices. */
    config->direct_map.address = MACHINE_PAGE_BYTES;
    config->direct_map.dma_address = MACHINE_PAGE_BYTES;
    config->direct_map.length_bytes = MACHINE_DIRECT_BYTES - MACHINE_PAGE_BYTES;
    config->bar_physical = port->device.bar_address;
    config->bar_bytes = port->device.bar_bytes;
    config->interrupts = &port->hardware; /* none, until lwnvme_x86_64_interrupts */
    config->pci_vendor_id = port->device.vendor_id;
    config->pci_device_id = port->device.device_id;
}

static bool host_interrupt(void *context, uint32_t argument)
{
    struct lwnvme_x86_64 *port = context;

    port->interrupts[processor_self()->index]++;
    lwnvme_interrupt(port->controller, (uint16_t)argument);
    return true;
}

/* A line may be shared. */
static bool host_interrupt_line(void *context, uint32_t argument)
{
    struct lwnvme_x86_64 *port = context;

    return lwnvme_interrupt_is_ours(port->controller, 0) && host_interrupt(context, argument);
}

static const char *host_tell_msix(const struct lwnvme_x86_64 *port)
{
    for (uint32_t entry = 0; entry < port->vectors; entry++) {
        const uint32_t processor = entry == 0 ? 0 : entry - 1u;

        if (port->routed[entry] == 0 ||
            !pci_msix_route(&port->device, entry, processor_apic_id(processor), port->routed[entry])) {
            return "the device's MSI-X table cannot be written";
        }
    }
    pci_msix_enable(&port->device);
    return NULL;
}

/* Entry 0 for the admin queue, and one more for each queue of `processors`, as far as they go. */
static const char *host_route_msix(struct lwnvme_x86_64 *port, uint32_t processors)
{
    const uint32_t count = pci_msix_count(&port->device);

    if (count == 0) {
        return "the device has no MSI-X capability";
    }
    port->vectors = count <= processors ? count : processors + 1u;
    for (uint32_t entry = 0; entry < port->vectors; entry++) {
        port->routed[entry] = interrupt_claim(host_interrupt, port, entry);
    }
    return host_tell_msix(port);
}

static const char *host_tell_msi(const struct lwnvme_x86_64 *port)
{
    return port->routed[0] != 0 && pci_msi_enable(&port->device, processor_apic_id(0), port->routed[0])
               ? NULL
               : "the device has no MSI capability";
}

const char *lwnvme_x86_64_interrupts(struct lwnvme_x86_64 *port, struct lwnvme_controller *controller,
                                     enum lwnvme_x86_64_irq kind, uint32_t processors)
{
    port->controller = controller;
    port->kind = kind;
    port->vectors = 1;
    lwnvme_interrupts_use(&port->hardware,
                          kind == LWNVME_X86_64_MSIX  ? LWNVME_INTERRUPT_MSIX
                          : kind == LWNVME_X86_64_MSI ? LWNVME_INTERRUPT_MSI
                                                      : LWNVME_INTERRUPT_PIN,
                          port->noted, PROCESSORS_MAX + 1u);
    switch (kind) {
    case LWNVME_X86_64_MSIX:
        return host_route_msix(port, processors);
    case LWNVME_X86_64_MSI:
        port->routed[0] = interrupt_claim(host_interrupt, port, 0);
        return host_tell_msi(port);
    case LWNVME_X86_64_INTX:
        if (!interrupt_claim_line(pci_interrupt_line(&port->device), host_interrupt_line, port)) {
            return "firmware gave the device's interrupt pin no line";
        }
        pci_intx_enable(&port->device);
        return NULL;
    case LWNVME_X86_64_POLL:
    default:
        return NULL;
    }
}

/* Of the pin the command register says all. */
const char *lwnvme_x86_64_interrupts_again(const struct lwnvme_x86_64 *port)
{
    switch (port->kind) {
    case LWNVME_X86_64_MSIX:
        return host_tell_msix(port);
    case LWNVME_X86_64_MSI:
        return host_tell_msi(port);
    case LWNVME_X86_64_INTX:
        pci_intx_enable(&port->device);
        return NULL;
    case LWNVME_X86_64_POLL:
    default:
        return NULL;
    }
}

uint16_t lwnvme_x86_64_vector(const struct lwnvme_x86_64 *port, uint32_t processor)
{
    return (uint16_t)(processor + 1u < port->vectors ? processor + 1u : port->vectors - 1u);
}

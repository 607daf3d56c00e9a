/* SPDX-License-Identifier: MIT */
/*
 * The library's hooks, on the functions that a kernel has for uACPI.
 *
 *     now_us              uacpi_kernel_get_nanoseconds_since_boot
 *     relax               uacpi_kernel_stall
 *     mmio_map, _unmap    uacpi_kernel_map, _unmap
 *     alloc, free         uacpi_kernel_alloc, _free
 *     lock, unlock        uacpi_kernel_lock_spinlock, _unlock_spinlock
 *     wait, wake          uacpi_kernel_wait_for_event, _signal_event
 *     log                 uacpi_kernel_log
 *     fence_device        uacpi_kernel_pci_read16, _write16
 *
 * An event counts its signals, and one signal ends one wait. So one thread at a time sleeps for a controller; what
 * has been signalled beyond is forgotten when it wakes up, before it looks for what there is.
 */
#include "lwnvme_uacpi.h"

#include <uacpi/log.h>

#define PCI_IDENTIFIERS    0x00u
#define PCI_COMMAND        0x04u
#define PCI_CLASS          0x08u
#define PCI_BAR0           0x10u
#define PCI_COMMAND_MEMORY 0x0002u
#define PCI_COMMAND_MASTER 0x0004u
#define PCI_COMMAND_NO_PIN 0x0400u
#define PCI_CLASS_NVME     0x010802u
#define BAR_IO             0x1u
#define BAR_TYPE           0x6u
#define BAR_64_BITS        0x4u
#define BAR_FLAGS          0xfu
#define WAIT_MS_MAX        0xfffeu /* more is for ever */
#define LOG_LINE_BYTES     160u

/* nanoseconds / 1000, without a division of 64 bits, for which 32-bit compilers call a helper: by the upper half of a product
 * with 2^68 / 125, of the eighth part. */
static uint64_t uacpi_port_microseconds(uint64_t nanoseconds)
{
    const uint64_t eighth = nanoseconds >> 3;
    const uint64_t low = eighth & 0xffffffffu;
    const uint64_t high = eighth >> 32;
    const uint64_t factor_low = 0xe353f7cfu;
    const uint64_t factor_high = 0x20c49ba5u;
    const uint64_t middle = high * factor_low + (low * factor_low >> 32);
    const uint64_t other = low * factor_high + (middle & 0xffffffffu);

    return (high * factor_high + (middle >> 32) + (other >> 32)) >> 4;
}

static uint64_t uacpi_port_now_us(void *host)
{
    (void)host;
    return uacpi_port_microseconds(uacpi_kernel_get_nanoseconds_since_boot());
}

static void uacpi_port_relax(void *host)
{
    (void)host;
    uacpi_kernel_stall(1);
}

static volatile void *uacpi_port_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    const uacpi_phys_addr address = (uacpi_phys_addr)physical_address;

    (void)host;
    return address == physical_address ? uacpi_kernel_map(address, size_bytes) : NULL;
}

static void uacpi_port_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    (void)host;
    uacpi_kernel_unmap((void *)(uintptr_t)registers, size_bytes);
}

static void *uacpi_port_alloc(void *host, size_t size_bytes)
{
    (void)host;
    return uacpi_kernel_alloc(size_bytes);
}

static void uacpi_port_free(void *host, void *memory, size_t size_bytes)
{
    (void)host;
#ifdef UACPI_SIZED_FREES
    uacpi_kernel_free(memory, size_bytes);
#else
    (void)size_bytes;
    uacpi_kernel_free(memory);
#endif
}

static void uacpi_port_lock(void *host)
{
    struct lwnvme_uacpi *port = host;

    port->lock_flags = uacpi_kernel_lock_spinlock(port->lock); /* written with the lock held */
}

static void uacpi_port_unlock(void *host)
{
    struct lwnvme_uacpi *port = host;

    uacpi_kernel_unlock_spinlock(port->lock, port->lock_flags);
}

/* In whole milliseconds, and not past the deadline by more than one. */
static void uacpi_port_wait(void *host, uint64_t deadline_us)
{
    struct lwnvme_uacpi *port = host;
    const uint64_t now_us = uacpi_port_now_us(host);
    uint64_t left_ms = 0;

    if (deadline_us > now_us)
        left_ms = uacpi_port_microseconds(deadline_us - now_us) + 1u; /* of microseconds: milliseconds */
    if (left_ms > WAIT_MS_MAX)
        left_ms = WAIT_MS_MAX;
    if (uacpi_kernel_wait_for_event(port->event, (uacpi_u16)left_ms))
        uacpi_kernel_reset_event(port->event);
}

static void uacpi_port_wake(void *host)
{
    struct lwnvme_uacpi *port = host;

    uacpi_kernel_signal_event(port->event);
}

/* Lines of uACPI end with a line end. */
static void uacpi_port_log(void *host, enum lwnvme_log_level level, const char *message)
{
    static const uacpi_log_level levels[] = {UACPI_LOG_ERROR, UACPI_LOG_WARN, UACPI_LOG_INFO,
                                             UACPI_LOG_DEBUG};
    static const char head[] = "lwnvme: ";
    char line[LOG_LINE_BYTES];
    size_t length = 0;

    (void)host;
    for (size_t i = 0; head[i] != 0; i++)
        line[length++] = head[i];
    for (size_t i = 0; message[i] != 0 && length < sizeof(line) - 2u; i++)
        line[length++] = message[i];
    line[length++] = '\n';
    line[length] = 0;
#ifdef UACPI_FORMATTED_LOGGING
    uacpi_kernel_log(levels[level], "%s", line);
#else
    uacpi_kernel_log(levels[level], line);
#endif
}

static bool uacpi_port_command(struct lwnvme_uacpi *port, uacpi_u16 clear, uacpi_u16 set)
{
    uacpi_u16 command = 0;

    if (uacpi_kernel_pci_read16(port->device, PCI_COMMAND, &command) != UACPI_STATUS_OK)
        return false;
    command = (uacpi_u16)((command & ~(unsigned)clear) | set);
    return uacpi_kernel_pci_write16(port->device, PCI_COMMAND, command) == UACPI_STATUS_OK;
}

static bool uacpi_port_fence_device(void *host)
{
    struct lwnvme_uacpi *port = host;
    uacpi_u16 command = PCI_COMMAND_MASTER;

    return uacpi_port_command(port, PCI_COMMAND_MASTER, 0) &&
           uacpi_kernel_pci_read16(port->device, PCI_COMMAND, &command) == UACPI_STATUS_OK &&
           (command & PCI_COMMAND_MASTER) == 0;
}

static const struct lwnvme_host_ops uacpi_port_ops = {
    .now_us = uacpi_port_now_us,
    .relax = uacpi_port_relax,
    .fence_device = uacpi_port_fence_device,
    .mmio_map = uacpi_port_mmio_map,
    .mmio_unmap = uacpi_port_mmio_unmap,
    .alloc = uacpi_port_alloc,
    .free = uacpi_port_free,
    .lock = uacpi_port_lock,
    .unlock = uacpi_port_unlock,
    .wait = uacpi_port_wait,
    .wake = uacpi_port_wake,
    .log = uacpi_port_log,
    .log_words = lwnvme_log_words,
};

/* The caller's hooks where it has given some; of those that go together both are taken. */
static void uacpi_port_choose(struct lwnvme_host_ops *ops, const struct lwnvme_host_ops *own)
{
    *ops = uacpi_port_ops;
    ops->dma_alloc = own->dma_alloc;
    ops->dma_free = own->dma_free;
    ops->dma_map = own->dma_map;
    ops->dma_unmap = own->dma_unmap;
    ops->dma_sync = own->dma_sync;
    ops->mmio_read32 = own->mmio_read32;
    ops->mmio_write32 = own->mmio_write32;
    if (own->now_us != NULL)
        ops->now_us = own->now_us;
    if (own->relax != NULL)
        ops->relax = own->relax;
    if (own->fence_device != NULL)
        ops->fence_device = own->fence_device;
    if (own->mmio_map != NULL || own->mmio_unmap != NULL) {
        ops->mmio_map = own->mmio_map;
        ops->mmio_unmap = own->mmio_unmap;
    }
    if (own->alloc != NULL || own->free != NULL) {
        ops->alloc = own->alloc;
        ops->free = own->free;
    }
    if (own->lock != NULL || own->unlock != NULL) {
        ops->lock = own->lock;
        ops->unlock = own->unlock;
    }
    if (own->wait != NULL || own->wake != NULL) {
        ops->wait = own->wait;
        ops->wake = own->wake;
    }
    if (own->log != NULL)
        ops->log = own->log;
}

static bool uacpi_port_read32(const struct lwnvme_uacpi *port, uacpi_size offset, uacpi_u32 *value)
{
    return uacpi_kernel_pci_read32(port->device, offset, value) == UACPI_STATUS_OK;
}

/* What a dword of a BAR says when all ones have been written to it; it is put back as it was. */
static bool uacpi_port_bar_mask(const struct lwnvme_uacpi *port, uacpi_size offset, uacpi_u32 value,
                                uacpi_u32 *mask)
{
    bool done = uacpi_kernel_pci_write32(port->device, offset, 0xffffffffu) == UACPI_STATUS_OK &&
                uacpi_port_read32(port, offset, mask);

    return uacpi_kernel_pci_write32(port->device, offset, value) == UACPI_STATUS_OK && done;
}

/* Where BAR0 is, and how long. Memory space is off meanwhile. */
static bool uacpi_port_bar(struct lwnvme_uacpi *port, struct lwnvme_controller_config *config)
{
    uacpi_u32 low = 0;
    uacpi_u32 high = 0;
    uacpi_u32 low_mask = 0;
    uacpi_u32 high_mask = 0xffffffffu;

    if (!uacpi_port_command(port, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0) ||
        !uacpi_port_read32(port, PCI_BAR0, &low) || (low & BAR_IO) != 0 ||
        !uacpi_port_bar_mask(port, PCI_BAR0, low, &low_mask))
        return false;
    if ((low & BAR_TYPE) == BAR_64_BITS && (!uacpi_port_read32(port, PCI_BAR0 + 4u, &high) ||
                                            !uacpi_port_bar_mask(port, PCI_BAR0 + 4u, high, &high_mask)))
        return false;
    config->bar_mapped = NULL;
    config->bar_physical = (uint64_t)high << 32 | (low & ~(uacpi_u32)BAR_FLAGS);
    config->bar_bytes = ~((uint64_t)high_mask << 32 | (low_mask & ~(uacpi_u32)BAR_FLAGS)) + 1u;
    return config->bar_physical != 0 && config->bar_bytes != 0;
}

/* The admin queue interrupts, whether anybody wants it or not: by the pin, whose line others may share. */
static bool uacpi_port_turn_on(struct lwnvme_uacpi *port, const struct lwnvme_controller_config *config)
{
    const uacpi_u16 on = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

    if (config->interrupts != NULL && config->interrupts->kind == LWNVME_INTERRUPT_PIN)
        return uacpi_port_command(port, PCI_COMMAND_NO_PIN, on);
    return uacpi_port_command(port, 0, on | PCI_COMMAND_NO_PIN);
}

static int uacpi_port_look(struct lwnvme_uacpi *port, struct lwnvme_controller_config *config)
{
    uacpi_u32 identifiers = 0xffffffffu;
    uacpi_u32 class_code = 0;

    if (!uacpi_port_read32(port, PCI_IDENTIFIERS, &identifiers) || (identifiers & 0xffffu) == 0xffffu ||
        !uacpi_port_read32(port, PCI_CLASS, &class_code))
        return LWNVME_ERR_GONE;
    if (class_code >> 8 != PCI_CLASS_NVME)
        return LWNVME_ERR_INVALID_ARGUMENT;
    config->pci_vendor_id = (uint16_t)identifiers;
    config->pci_device_id = (uint16_t)(identifiers >> 16);
    if (!uacpi_port_bar(port, config))
        return LWNVME_ERR_BAR_ADDRESS;
    return uacpi_port_turn_on(port, config) ? LWNVME_OK : LWNVME_ERR_GONE;
}

/* What lwnvme_uacpi_begin has got, given back. */
static void uacpi_port_release(struct lwnvme_uacpi *port)
{
    if (port->event != NULL)
        uacpi_kernel_free_event(port->event);
    if (port->lock != NULL)
        uacpi_kernel_free_spinlock(port->lock);
    uacpi_kernel_pci_device_close(port->device);
}

int lwnvme_uacpi_begin(struct lwnvme_uacpi *port, uacpi_pci_address address,
                       const struct lwnvme_host_ops *own, struct lwnvme_controller_config *config)
{
    int status;

    port->lock = NULL;
    port->event = NULL;
    uacpi_port_choose(&port->ops, own);
    if (uacpi_kernel_pci_device_open(address, &port->device) != UACPI_STATUS_OK)
        return LWNVME_ERR_GONE;
    status = uacpi_port_look(port, config);
    if (status == LWNVME_OK) {
        port->lock = uacpi_kernel_create_spinlock();
        port->event = uacpi_kernel_create_event();
        if (port->lock == NULL || port->event == NULL)
            status = LWNVME_ERR_NO_MEMORY;
    }
    if (status != LWNVME_OK) {
        uacpi_port_release(port);
        return status;
    }
    config->ops = &port->ops;
    config->host = port;
    return LWNVME_OK;
}

void lwnvme_uacpi_end(struct lwnvme_uacpi *port)
{
    (void)uacpi_port_command(port, PCI_COMMAND_MASTER, 0);
    uacpi_port_release(port);
}

/* SPDX-License-Identifier: MIT */
/*
 * A port for a kernel with interrupts, threads, page tables, and caches that are not coherent with devices. One thread at a
 * time sleeps for a drive; queues that are shared are locked.
 */
#include "kernel.h"

#define PAGE_BYTES     4096u
#define PCI_COMMAND    0x04u
#define COMMAND_ON     0x0406u /* memory space, bus master, no INTx */
#define COMMAND_MASTER 0x0004u

static void *drive_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    (void)host;
    return kernel_pages_alloc(size_bytes, align_bytes, dma_address);
}

static void drive_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    kernel_pages_free(memory, size_bytes);
}

/* To the end of the page; the library asks again for the next one. */
static bool drive_dma_map(void *host, const void *address, size_t length_bytes,
                          enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)length_bytes;
    (void)direction;
    *contiguous_bytes = PAGE_BYTES - ((uintptr_t)address & (PAGE_BYTES - 1u));
    return kernel_translate(address, dma_address);
}

static void drive_dma_sync(void *host, const void *address, size_t length_bytes,
                           enum lwnvme_direction direction, bool for_device)
{
    (void)host;
    if (for_device && direction == LWNVME_TO_DEVICE)
        kernel_cache_clean(address, length_bytes);
    else if (for_device)
        kernel_cache_clean_invalidate(address, length_bytes);
    else if (direction != LWNVME_TO_DEVICE)
        kernel_cache_invalidate(address, length_bytes);
}

static uint64_t drive_now_us(void *host)
{
    (void)host;
    return kernel_now_us();
}

static volatile void *drive_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    (void)host;
    return kernel_map_device(physical_address, size_bytes);
}

static void drive_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    (void)host;
    kernel_unmap_device(registers, size_bytes);
}

static void drive_lock(void *host)
{
    struct drive *drive = host;

    drive->lock_interrupts = kernel_lock_take(&drive->lock); /* written with the lock held */
}

static void drive_unlock(void *host)
{
    struct drive *drive = host;

    kernel_lock_give(&drive->lock, drive->lock_interrupts);
}

static void drive_wait(void *host, uint64_t deadline_us)
{
    struct drive *drive = host;

    kernel_event_wait(&drive->woken, deadline_us);
}

static void drive_wake(void *host)
{
    struct drive *drive = host;

    kernel_event_signal(&drive->woken);
}

static void drive_relax(void *host)
{
    (void)host;
    kernel_yield();
}

/* Without bus mastering it reaches no memory. */
static bool drive_fence_device(void *host)
{
    struct drive *drive = host;

    kernel_pci_write16(drive->function, PCI_COMMAND,
                       kernel_pci_read16(drive->function, PCI_COMMAND) & ~COMMAND_MASTER);
    return (kernel_pci_read16(drive->function, PCI_COMMAND) & COMMAND_MASTER) == 0;
}

static void drive_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    kernel_log((uint32_t)level, message);
}

static const struct lwnvme_host_ops drive_ops = {
    .dma_alloc = drive_dma_alloc,
    .dma_free = drive_dma_free,
    .dma_map = drive_dma_map,
    .dma_sync = drive_dma_sync,
    .now_us = drive_now_us,
    .relax = drive_relax,
    .fence_device = drive_fence_device,
    .mmio_map = drive_mmio_map,
    .mmio_unmap = drive_mmio_unmap,
    .lock = drive_lock,
    .unlock = drive_unlock,
    .wait = drive_wait,
    .wake = drive_wake,
    .log = drive_log,
    .log_words = lwnvme_log_words,
};

/* An interrupt handler of the kernel's. The thread that it wakes looks for what there is. */
static void drive_interrupt(void *context)
{
    struct drive_line *line = context;

    lwnvme_interrupt(&line->drive->controller, line->vector);
}

static void drive_interrupts_end(struct drive *drive)
{
    while (drive->lines_taken != 0)
        kernel_msix_give(drive->function, --drive->lines_taken);
}

/* All of them, or none. */
static bool drive_interrupts_begin(struct drive *drive)
{
    for (uint16_t i = 0; i < DRIVE_VECTORS; i++) {
        drive->lines[i] = (struct drive_line){drive, i};
        if (!kernel_msix_take(drive->function, i, drive_interrupt, &drive->lines[i])) {
            drive_interrupts_end(drive);
            return false;
        }
        drive->lines_taken++;
    }
    return true;
}

int drive_open(struct drive *drive, uint32_t function)
{
    struct lwnvme_controller_config config = {.ops = &drive_ops, .host = drive, .page_bytes = PAGE_BYTES};
    int status;

    drive->function = function;
    if (!kernel_pci_bar(function, 0, &config.bar_physical, &config.bar_bytes))
        return LWNVME_ERR_BAR_ADDRESS;
    kernel_pci_write16(function, PCI_COMMAND, kernel_pci_read16(function, PCI_COMMAND) | COMMAND_ON);
    if (drive_interrupts_begin(drive)) {
        lwnvme_interrupts_use(&drive->interrupts, LWNVME_INTERRUPT_MSIX, drive->vectors, DRIVE_VECTORS);
        config.interrupts = &drive->interrupts;
    }
    status = lwnvme_sync_controller_open(&drive->controller, &config);
    if (status != LWNVME_OK)
        drive_interrupts_end(drive);
    return status;
}

int drive_close(struct drive *drive)
{
    int status = lwnvme_sync_controller_shutdown(&drive->controller, LWNVME_SHUTDOWN_NORMAL);
    int closed = lwnvme_sync_controller_close(&drive->controller);

    drive_interrupts_end(drive);
    return status != LWNVME_OK ? status : closed;
}

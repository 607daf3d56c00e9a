/* SPDX-License-Identifier: MIT */
/*
 * ports/uacpi in a kernel: of uACPI's kernel API what the port calls, on ports/x86_64, and the three hooks for DMA. uACPI is
 * not here; tests/examples/uacpi declares these functions as its headers do. Interrupts are the kernel's own part: MSI-X. It
 * reads once by polling and once asleep, and says what it has got and how.
 */
#include "../../../ports/uacpi/lwnvme_uacpi.h"

#include "io.h"
#include "parts.h"
#include "sha256.h"
#include "text.h"

#define CLASS_NVME      0x010802u
#define PAGE_BYTES      4096u
#define EVENTS          2u
#define FOR_EVER        0xffffu
#define US_PER_MS       1000u
#define NS_PER_US       1000u
#define VECTORS         2u
#define READ_LBA        33u
#define READ_BYTES      270336u /* 66 pages */
#define READ_AT         512u
#define ALLOCATION_HEAD 64u

struct place {
    struct pci_device device;
    bool open;
};

struct event {
    uint32_t count;
    bool there;
};

static struct place place;
static struct event events[EVENTS];
static uint32_t lock_word;
static int held; /* locks, maps and memory that are not given back */
static uint32_t logged;

/* ---- what the kernel has for uACPI ---- */

void *uacpi_kernel_map(uacpi_phys_addr addr, uacpi_size len)
{
    if (!paging_map(addr, len, PAGING_DEVICE))
        return NULL;
    held++;
    return (void *)(uintptr_t)addr;
}

void uacpi_kernel_unmap(void *addr, uacpi_size len)
{
    (void)addr;
    (void)len;
    held--;
}

void uacpi_kernel_log(uacpi_log_level level, const uacpi_char *text)
{
    logged++;
    text_print("log %u: %s", (unsigned)level, text);
}

uacpi_status uacpi_kernel_pci_device_open(uacpi_pci_address address, uacpi_handle *out_handle)
{
    const struct pci_device device = {
        .bus = address.bus, .device = address.device, .function = address.function};

    if (address.segment != 0 || place.open || pci_config_read(&device, 0) == UINT32_MAX)
        return UACPI_STATUS_NOT_FOUND;
    place = (struct place){device, true};
    *out_handle = &place;
    return UACPI_STATUS_OK;
}

void uacpi_kernel_pci_device_close(uacpi_handle device)
{
    ((struct place *)device)->open = false;
}

uacpi_status uacpi_kernel_pci_read16(uacpi_handle device, uacpi_size offset, uacpi_u16 *value)
{
    *value = (uacpi_u16)part_pci_read16(&((struct place *)device)->device, (uint32_t)offset);
    return UACPI_STATUS_OK;
}

uacpi_status uacpi_kernel_pci_read32(uacpi_handle device, uacpi_size offset, uacpi_u32 *value)
{
    *value = pci_config_read(&((struct place *)device)->device, (uint32_t)offset);
    return UACPI_STATUS_OK;
}

uacpi_status uacpi_kernel_pci_write16(uacpi_handle device, uacpi_size offset, uacpi_u16 value)
{
    part_pci_write16(&((struct place *)device)->device, (uint32_t)offset, value);
    return UACPI_STATUS_OK;
}

uacpi_status uacpi_kernel_pci_write32(uacpi_handle device, uacpi_size offset, uacpi_u32 value)
{
    pci_config_write(&((struct place *)device)->device, (uint32_t)offset, value);
    return UACPI_STATUS_OK;
}

/* How much it is stands before it. */
void *uacpi_kernel_alloc(uacpi_size size)
{
    uint8_t *memory = pages_alloc(size + ALLOCATION_HEAD, PAGE_BYTES);

    if (memory == NULL)
        return NULL;
    *(size_t *)(void *)memory = size + ALLOCATION_HEAD;
    held++;
    return memory + ALLOCATION_HEAD;
}

void uacpi_kernel_free(void *mem)
{
    uint8_t *memory = mem != NULL ? (uint8_t *)mem - ALLOCATION_HEAD : NULL;

    if (memory == NULL)
        return;
    held--;
    pages_free(memory, *(size_t *)(void *)memory);
}

uacpi_u64 uacpi_kernel_get_nanoseconds_since_boot(void)
{
    return clock_now_us() * NS_PER_US;
}

void uacpi_kernel_stall(uacpi_u8 usec)
{
    const uint64_t end_us = clock_now_us() + usec;

    while (clock_now_us() < end_us)
        cpu_pause();
}

uacpi_handle uacpi_kernel_create_event(void)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        if (!events[i].there) {
            events[i] = (struct event){0, true};
            held++;
            return &events[i];
        }
    }
    return NULL;
}

void uacpi_kernel_free_event(uacpi_handle event)
{
    ((struct event *)event)->there = false;
    held--;
}

static bool event_take(struct event *event)
{
    uint32_t count = __atomic_load_n(&event->count, __ATOMIC_ACQUIRE);

    while (count != 0) {
        if (__atomic_compare_exchange_n(&event->count, &count, count - 1u, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

uacpi_bool uacpi_kernel_wait_for_event(uacpi_handle event, uacpi_u16 timeout_ms)
{
    const uint64_t until_us = timeout_ms == FOR_EVER ? UINT64_MAX : clock_now_us() + timeout_ms * US_PER_MS;

    while (!event_take(event)) {
        if (clock_now_us() >= until_us) {
            part_late++;
            return false;
        }
        part_halts++;
        interrupt_wait(until_us);
    }
    part_woken++;
    return true;
}

void uacpi_kernel_signal_event(uacpi_handle event)
{
    (void)__atomic_fetch_add(&((struct event *)event)->count, 1u, __ATOMIC_ACQ_REL);
    interrupt_wake();
}

void uacpi_kernel_reset_event(uacpi_handle event)
{
    __atomic_store_n(&((struct event *)event)->count, 0u, __ATOMIC_RELEASE);
}

uacpi_handle uacpi_kernel_create_spinlock(void)
{
    held++;
    return &lock_word;
}

void uacpi_kernel_free_spinlock(uacpi_handle lock)
{
    (void)lock;
    held--;
}

uacpi_cpu_flags uacpi_kernel_lock_spinlock(uacpi_handle lock)
{
    return part_lock_take(lock);
}

void uacpi_kernel_unlock_spinlock(uacpi_handle lock, uacpi_cpu_flags flags)
{
    part_lock_give(lock, flags);
}

/* ---- the three hooks ---- */

static void *own_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    (void)host;
    held += memory != NULL ? 1 : 0;
    *dma_address = (uintptr_t)memory;
    return memory;
}

static void own_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    held--;
    pages_free(memory, size_bytes);
}

static bool own_dma_map(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                        uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address;
    *contiguous_bytes = length_bytes;
    return true;
}

static const struct lwnvme_host_ops own = {
    .dma_alloc = own_dma_alloc, .dma_free = own_dma_free, .dma_map = own_dma_map};

/* ---- the program ---- */

static struct lwnvme_uacpi port;
static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static uint8_t vectors[VECTORS];
static volatile uint32_t taken[VECTORS];
static uint8_t data[READ_AT + READ_BYTES] __attribute__((aligned(4096)));

static bool on_interrupt(void *context, uint32_t vector)
{
    (void)context;
    taken[vector]++;
    lwnvme_interrupt(&controller, (uint16_t)vector);
    return true;
}

static bool route(const struct pci_device *device)
{
    for (uint32_t i = 0; i < VECTORS; i++) {
        vectors[i] = interrupt_claim(on_interrupt, NULL, i);
        if (vectors[i] == 0 || !pci_msix_route(device, i, processor_apic_id(0), vectors[i]))
            return false;
    }
    pci_msix_enable(device);
    return true;
}

static int use(bool asleep)
{
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_SHARED};
    int status;
    int ended;

    if (asleep) {
        config.flags |= LWNVME_QUEUE_INTERRUPT;
        config.vector = 1;
    }
    status = lwnvme_sync_queue_create(&controller, &queue, &config);
    if (status == LWNVME_OK)
        status = lwnvme_sync_namespace_open(&controller, 1, &ns);
    if (status == LWNVME_OK)
        status = lwnvme_sync_read(&queue, &ns, READ_LBA, READ_BYTES >> ns.block_shift, data + READ_AT, 0);
    ended = lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
    return status != LWNVME_OK ? status : ended;
}

static int open_and_use(const struct pci_device *device, bool asleep)
{
    static struct lwnvme_vector noted[VECTORS];
    static struct lwnvme_interrupts interrupts;
    const uacpi_pci_address address = {
        .bus = device->bus, .device = device->device, .function = device->function};
    struct lwnvme_controller_config config = {.page_bytes = PAGE_BYTES};
    int status = lwnvme_uacpi_begin(&port, address, &own, &config);
    int closed;

    if (status != LWNVME_OK)
        return status;
    if (asleep) {
        if (!route(device))
            part_end("messages cannot be routed");
        lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSIX, noted, VECTORS);
        config.interrupts = &interrupts;
    }
    status = lwnvme_sync_controller_open(&controller, &config);
    if (status == LWNVME_OK) {
        status = use(asleep);
        closed = lwnvme_sync_controller_close(&controller);
        status = status != LWNVME_OK ? status : closed;
    }
    lwnvme_uacpi_end(&port);
    return status;
}

static const char *once(const struct pci_device *device, bool asleep)
{
    char digest[SHA256_TEXT_BYTES];
    struct sha256 hash;
    int status;

    for (uint32_t i = 0; i < sizeof(data); i++)
        data[i] = 0;
    status = open_and_use(device, asleep);
    if (status != LWNVME_OK) {
        text_print_status(status);
        return " is what it ended with";
    }
    sha256_begin(&hash);
    sha256_add(&hash, data + READ_AT, READ_BYTES);
    sha256_end(&hash, digest);
    text_print("%s: %u bytes from block %u, sha256 %s\n", asleep ? "asleep" : "polled", READ_BYTES, READ_LBA,
               digest);
    text_print("%s: interrupts %u %u, halts %u, woken %u, late %u, held %d\n", asleep ? "asleep" : "polled",
               taken[0], taken[1], part_halts, part_woken, part_late, held);
    if ((pci_config_read(device, 4) & 4u) != 0)
        return "bus mastering is still on";
    return held == 0 && !place.open ? NULL : "something was not given back";
}

void kernel_main(const char *command_line)
{
    struct pci_device device;
    const char *reason;

    (void)command_line;
    if (pci_find(CLASS_NVME, &device, 1) == 0)
        part_end("there is no drive");
    if (!interrupt_init())
        part_end("there are no interrupts");
    reason = once(&device, false);
    if (reason == NULL)
        reason = once(&device, true);
    part_end(reason);
}

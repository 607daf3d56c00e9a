/* SPDX-License-Identifier: MIT */
/*
 * ports/uacpi on the software controller: the functions of a kernel with uACPI are made here (uacpi/uacpi/kernel_api.h
 * declares them), and the three hooks for DMA that are left to the port's user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ports/uacpi/lwnvme_uacpi.h"
#include "lwnvme_sim.h"

#define BAR_BYTES   0x4000u
#define BAR_ADDRESS UINT64_C(0xfe8000000000)

static struct {
    struct lwnvme_sim_config settings;
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    uint32_t configuration[16];
    uint32_t bar_mask[2];
    uint32_t pci_calls;
    uint32_t pci_fails_at;
    int devices;
    int locks;
    int events;
    int maps;
    int allocations;
    bool no_lock;
    bool no_event;
    uint32_t held;
    uint32_t lock_count;
    uint32_t event_count;
    uint32_t waits;
    uint32_t signals;
    uint32_t last_timeout_ms;
    bool nanoseconds_given;
    uint64_t nanoseconds;
    uacpi_log_level last_level;
    char last_line[300];
    struct lwnvme_controller *interrupted;
} kernel;

/* ---- what the kernel has for uACPI ---- */

void *uacpi_kernel_map(uacpi_phys_addr addr, uacpi_size len)
{
    kernel.maps++;
    return (void *)(uintptr_t)kernel.ops->mmio_map(kernel.sim, addr, len);
}

void uacpi_kernel_unmap(void *addr, uacpi_size len)
{
    kernel.maps--;
    kernel.ops->mmio_unmap(kernel.sim, addr, len);
}

void uacpi_kernel_log(uacpi_log_level level, const uacpi_char *text)
{
    kernel.last_level = level;
    (void)snprintf(kernel.last_line, sizeof(kernel.last_line), "%s", text);
}

uacpi_status uacpi_kernel_pci_device_open(uacpi_pci_address address, uacpi_handle *out_handle)
{
    if (address.bus != 3 || address.device != 1)
        return UACPI_STATUS_NOT_FOUND;
    kernel.devices++;
    *out_handle = kernel.configuration;
    return UACPI_STATUS_OK;
}

void uacpi_kernel_pci_device_close(uacpi_handle device)
{
    assert_ptr_equal(device, kernel.configuration);
    kernel.devices--;
}

static uacpi_status pci_status(uacpi_handle device, uacpi_size offset)
{
    assert_ptr_equal(device, kernel.configuration);
    assert_true(offset < sizeof(kernel.configuration));
    return ++kernel.pci_calls == kernel.pci_fails_at ? UACPI_STATUS_INTERNAL_ERROR : UACPI_STATUS_OK;
}

uacpi_status uacpi_kernel_pci_read32(uacpi_handle device, uacpi_size offset, uacpi_u32 *value)
{
    uacpi_status status = pci_status(device, offset);

    if (status == UACPI_STATUS_OK)
        *value = kernel.configuration[offset / 4];
    return status;
}

uacpi_status uacpi_kernel_pci_read16(uacpi_handle device, uacpi_size offset, uacpi_u16 *value)
{
    uacpi_status status = pci_status(device, offset);

    if (status == UACPI_STATUS_OK)
        *value = (uacpi_u16)(kernel.configuration[offset / 4] >> (offset & 2) * 8);
    return status;
}

/* BARs, which have bits that cannot be changed, and must not move while memory space is on. */
uacpi_status uacpi_kernel_pci_write32(uacpi_handle device, uacpi_size offset, uacpi_u32 value)
{
    uacpi_status status = pci_status(device, offset);

    assert_true(offset == 0x10 || offset == 0x14);
    assert_int_equal(kernel.configuration[1] & 2u, 0);
    if (status == UACPI_STATUS_OK) {
        uint32_t mask = kernel.bar_mask[(offset - 0x10) / 4];
        kernel.configuration[offset / 4] = (value & mask) | (kernel.configuration[offset / 4] & ~mask);
    }
    return status;
}

uacpi_status uacpi_kernel_pci_write16(uacpi_handle device, uacpi_size offset, uacpi_u16 value)
{
    uacpi_status status = pci_status(device, offset);

    assert_int_equal(offset, 4);
    if (status != UACPI_STATUS_OK)
        return status;
    if ((kernel.configuration[1] & 4u) != 0 && (value & 4u) == 0)
        (void)kernel.ops->fence_device(kernel.sim);
    if ((kernel.configuration[1] & 4u) == 0 && (value & 4u) != 0)
        lwnvme_sim_unfence(kernel.sim);
    kernel.configuration[1] = (kernel.configuration[1] & 0xffff0000u) | value;
    return status;
}

void *uacpi_kernel_alloc(uacpi_size size)
{
    kernel.allocations++;
    return malloc(size);
}

void uacpi_kernel_free(void *mem)
{
    kernel.allocations--;
    free(mem);
}

uacpi_u64 uacpi_kernel_get_nanoseconds_since_boot(void)
{
    return kernel.nanoseconds_given ? kernel.nanoseconds : kernel.ops->now_us(kernel.sim) * 1000;
}

void uacpi_kernel_stall(uacpi_u8 usec)
{
    assert_true(usec != 0);
    assert_int_equal(kernel.held, 0);
    kernel.ops->relax(kernel.sim);
}

uacpi_handle uacpi_kernel_create_event(void)
{
    kernel.events += kernel.no_event ? 0 : 1;
    return kernel.no_event ? NULL : &kernel.event_count;
}

void uacpi_kernel_free_event(uacpi_handle event)
{
    assert_ptr_equal(event, &kernel.event_count);
    kernel.events--;
}

uacpi_bool uacpi_kernel_wait_for_event(uacpi_handle event, uacpi_u16 timeout_ms)
{
    uint64_t until_us = lwnvme_sim_time(kernel.sim) + timeout_ms * UINT64_C(1000);

    assert_ptr_equal(event, &kernel.event_count);
    assert_int_equal(kernel.held, 0);
    kernel.waits++;
    kernel.last_timeout_ms = timeout_ms;
    while (kernel.event_count == 0 && lwnvme_sim_time(kernel.sim) < until_us)
        lwnvme_sim_advance(kernel.sim, 20);
    if (kernel.event_count == 0)
        return false;
    kernel.event_count--;
    return true;
}

void uacpi_kernel_signal_event(uacpi_handle event)
{
    assert_ptr_equal(event, &kernel.event_count);
    kernel.event_count++;
    kernel.signals++;
}

void uacpi_kernel_reset_event(uacpi_handle event)
{
    assert_ptr_equal(event, &kernel.event_count);
    kernel.event_count = 0;
}

uacpi_handle uacpi_kernel_create_spinlock(void)
{
    kernel.locks += kernel.no_lock ? 0 : 1;
    return kernel.no_lock ? NULL : &kernel.held;
}

void uacpi_kernel_free_spinlock(uacpi_handle lock)
{
    assert_ptr_equal(lock, &kernel.held);
    assert_int_equal(kernel.held, 0);
    kernel.locks--;
}

uacpi_cpu_flags uacpi_kernel_lock_spinlock(uacpi_handle lock)
{
    assert_ptr_equal(lock, &kernel.held);
    assert_int_equal(kernel.held++, 0);
    kernel.ops->lock(kernel.sim);
    return 0x1000u + ++kernel.lock_count;
}

void uacpi_kernel_unlock_spinlock(uacpi_handle lock, uacpi_cpu_flags flags)
{
    assert_ptr_equal(lock, &kernel.held);
    assert_int_equal(kernel.held--, 1);
    assert_int_equal(flags, 0x1000u + kernel.lock_count);
    kernel.ops->unlock(kernel.sim);
}

/* ---- what is left to the user ---- */

static void *own_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    struct lwnvme_uacpi *port = host;

    return kernel.ops->dma_alloc(port->context, size_bytes, align_bytes, dma_address);
}

static void own_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    struct lwnvme_uacpi *port = host;

    kernel.ops->dma_free(port->context, memory, size_bytes, dma_address);
}

static bool own_dma_map(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                        uint64_t *dma_address, size_t *contiguous_bytes)
{
    struct lwnvme_uacpi *port = host;

    return kernel.ops->dma_map(port->context, address, length_bytes, direction, dma_address,
                               contiguous_bytes);
}

static const struct lwnvme_host_ops own = {
    .dma_alloc = own_dma_alloc, .dma_free = own_dma_free, .dma_map = own_dma_map};

/* ---- tests ---- */

static const uacpi_pci_address place = {.bus = 3, .device = 1};
static struct lwnvme_uacpi port;
static struct lwnvme_controller controller;
static struct lwnvme_controller_config config;
static uint8_t data[8192] __attribute__((aligned(4096)));

static int drive_open(uacpi_pci_address address)
{
    struct lwnvme_controller_config drive_config = {.page_bytes = 4096};
    int status = lwnvme_uacpi_begin(&port, address, &own, &drive_config);

    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_controller_open(&controller, &drive_config);
    if (status != LWNVME_OK)
        lwnvme_uacpi_end(&port);
    return status;
}

static int drive_close(void)
{
    int status;

    (void)lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
    status = lwnvme_sync_controller_close(&controller);
    lwnvme_uacpi_end(&port);
    return status;
}

static void on_interrupt(void *context, uint16_t vector)
{
    (void)context;
    assert_int_equal(kernel.held, 0);
    if (kernel.interrupted != NULL)
        lwnvme_interrupt(kernel.interrupted, vector);
}

static void prepare(void)
{
    memset(&kernel, 0, sizeof(kernel));
    memset(&port, 0, sizeof(port));
    memset(&controller, 0, sizeof(controller));
    memset(&config, 0, sizeof(config));
    lwnvme_sim_config_default(&kernel.settings);
    kernel.settings.plain_registers = true;
    kernel.settings.track_maps = false;
    kernel.settings.start_fenced = true;
    kernel.settings.bar_physical = BAR_ADDRESS;
    kernel.settings.bar_bytes = BAR_BYTES;
    kernel.settings.latency_us = 5000;
    kernel.settings.relax_jump_us = 100000;
    kernel.settings.on_interrupt = on_interrupt;
    kernel.configuration[0] = 0xa80a144du;
    kernel.configuration[1] = 0x00100002u; /* firmware has left memory space on */
    kernel.configuration[2] = 0x01080200u;
    kernel.configuration[4] = (uint32_t)BAR_ADDRESS | 4u;
    kernel.configuration[5] = (uint32_t)(BAR_ADDRESS >> 32);
    kernel.bar_mask[0] = ~(BAR_BYTES - 1u);
    kernel.bar_mask[1] = UINT32_MAX;
}

static void power(void)
{
    kernel.sim = lwnvme_sim_create(&kernel.settings);
    assert_non_null(kernel.sim);
    kernel.ops = lwnvme_sim_host_ops(kernel.sim);
    port.context = kernel.sim;
    config.page_bytes = 4096;
}

static void power_off(void)
{
    assert_int_equal(kernel.devices + kernel.locks + kernel.events + kernel.maps + kernel.allocations, 0);
    assert_int_equal(lwnvme_sim_outstanding_allocations(kernel.sim), 0);
    lwnvme_sim_violations_print(kernel.sim);
    assert_int_equal(lwnvme_sim_violations(kernel.sim), 0);
    lwnvme_sim_destroy(kernel.sim);
}

static void reads_with_three_hooks_of_its_own(void **state)
{
    static struct lwnvme_vector vectors[2];
    static struct lwnvme_interrupts interrupts;
    static struct lwnvme_namespace ns;
    static struct lwnvme_queue queue;
    struct lwnvme_queue_config queue_config = {.flags = LWNVME_QUEUE_SHARED | LWNVME_QUEUE_INTERRUPT,
                                               .vector = 1};
    uint8_t wanted[4096];

    (void)state;
    for (uint32_t asleep = 0; asleep < 2; asleep++) {
        prepare();
        power();
        memset(wanted, 0x31, sizeof(wanted));
        assert_true(lwnvme_sim_write_blocks(kernel.sim, 1, 40, 8, wanted));
        assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
        assert_int_equal(config.bar_physical, BAR_ADDRESS);
        assert_int_equal(config.bar_bytes, BAR_BYTES);
        assert_int_equal(config.pci_vendor_id, 0x144d);
        assert_int_equal(config.pci_device_id, 0xa80a);
        assert_int_equal(kernel.configuration[1], 0x00100406u);
        assert_int_equal(kernel.configuration[4], (uint32_t)BAR_ADDRESS | 4u);
        assert_int_equal(kernel.configuration[5], BAR_ADDRESS >> 32);
        if (asleep != 0) {
            lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSIX, vectors, 2);
            config.interrupts = &interrupts;
            kernel.interrupted = &controller;
        }
        assert_int_equal(lwnvme_sync_controller_open(&controller, &config), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_create(&controller, &queue, &queue_config), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_open(&controller, 1, &ns), LWNVME_OK);
        for (uint32_t i = 0; i < 5; i++) {
            memset(data, 0, sizeof(data));
            assert_int_equal(lwnvme_sync_read(&queue, &ns, 40, 8, data + 512, 0), LWNVME_OK);
            assert_memory_equal(data + 512, wanted, sizeof(wanted));
        }
        assert_true(kernel.lock_count >= 10);
        assert_true(asleep != 0 ? kernel.waits >= 5 && kernel.signals >= 5 : kernel.waits == 0);
        assert_int_equal(queue.lost, 0);
        assert_int_equal(lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        assert_int_equal(lwnvme_sync_controller_close(&controller), LWNVME_OK);
        kernel.interrupted = NULL;
        lwnvme_uacpi_end(&port);
        assert_int_equal(kernel.configuration[1] & 4u, 0);
        power_off();
    }
}

static void opens_and_closes_as_documented(void **state)
{
    (void)state;
    prepare();
    power();
    assert_int_equal(drive_open(place), LWNVME_OK);
    assert_int_equal(drive_close(), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(kernel.sim)->shutdowns, 1);
    lwnvme_sim_settings(kernel.sim)->never_ready = true;
    assert_int_equal(drive_open(place), LWNVME_ERR_ENABLE_TIMEOUT);
    power_off();
}

static void what_is_no_controller_is_refused(void **state)
{
    const uacpi_pci_address elsewhere = {.bus = 4};

    (void)state;
    prepare();
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, elsewhere, &own, &config), LWNVME_ERR_GONE);
    kernel.configuration[2] = 0x01060100u; /* AHCI */
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(kernel.configuration[1], 0x00100002u); /* and nothing was done to it */
    kernel.configuration[0] = UINT32_MAX;
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_ERR_GONE);
    power_off();

    prepare();
    power();
    kernel.configuration[4] = 0xc001u; /* I/O ports */
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_ERR_BAR_ADDRESS);
    kernel.configuration[4] = 4u; /* no address */
    kernel.configuration[5] = 0;
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_ERR_BAR_ADDRESS);
    kernel.configuration[4] = 0xfebf0000u; /* 32 bits */
    kernel.configuration[5] = 0x12345678u;
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    assert_int_equal(config.bar_physical, 0xfebf0000u);
    assert_int_equal(config.bar_bytes, BAR_BYTES);
    assert_int_equal(kernel.configuration[5], 0x12345678u);
    lwnvme_uacpi_end(&port);
    for (uint32_t i = 0; i < 2; i++) {
        kernel.no_lock = i == 0;
        kernel.no_event = i != 0;
        assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_ERR_NO_MEMORY);
        assert_int_equal(kernel.devices + kernel.locks + kernel.events, 0);
    }
    power_off();
}

/* Each access to configuration space fails in turn: an error, and nothing is held. */
/* The admin queue interrupts whether anybody wants it or not: by the pin, unless that is off or messages are on. */
static void the_pin_is_off_unless_it_is_wanted(void **state)
{
    static struct lwnvme_interrupts interrupts;

    (void)state;
    prepare();
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    assert_int_equal(kernel.configuration[1] & 0xffffu, 0x0406u);
    lwnvme_uacpi_end(&port);
    assert_int_equal(kernel.configuration[1] & 0xffffu, 0x0402u);
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_PIN, NULL, 0);
    config.interrupts = &interrupts;
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    assert_int_equal(kernel.configuration[1] & 0xffffu, 0x0006u);
    lwnvme_uacpi_end(&port);
    power_off();
}

static void configuration_space_that_fails(void **state)
{
    int status = LWNVME_ERR_GONE;
    uint32_t at;

    (void)state;
    for (at = 1; status != LWNVME_OK && at < 50; at++) {
        prepare();
        power();
        kernel.pci_fails_at = at;
        status = lwnvme_uacpi_begin(&port, place, &own, &config);
        if (status == LWNVME_OK) {
            assert_true(kernel.pci_calls < at);
            lwnvme_uacpi_end(&port);
        } else {
            assert_true(status == LWNVME_ERR_GONE || status == LWNVME_ERR_BAR_ADDRESS);
        }
        power_off();
    }
    assert_true(at > 10 && status == LWNVME_OK);
}

static void microseconds_are_those_of_the_nanoseconds(void **state)
{
    const uint64_t edges[] = {
        0, 1, 7, 8, 999, 1000, 1001, 124999, 125000, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};
    uint64_t noise = 88172645463325252u;

    (void)state;
    prepare();
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    kernel.nanoseconds_given = true;
    for (uint32_t i = 0; i < 200000; i++) {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        kernel.nanoseconds = i < 12 ? edges[i] : i < 50000 ? i * UINT64_C(1000) - noise % 3 : noise >> i % 64;
        assert_int_equal(config.ops->now_us(&port), kernel.nanoseconds / 1000);
    }
    kernel.nanoseconds_given = false;
    lwnvme_uacpi_end(&port);
    power_off();
}

static void waits_are_as_long_as_they_may(void **state)
{
    (void)state;
    prepare();
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    kernel.nanoseconds_given = true;
    kernel.nanoseconds = 5000000000;
    config.ops->wait(&port, 5000000);
    assert_int_equal(kernel.last_timeout_ms, 0);
    config.ops->wait(&port, 4999999);
    assert_int_equal(kernel.last_timeout_ms, 0);
    config.ops->wait(&port, 5000001);
    assert_int_equal(kernel.last_timeout_ms, 1);
    config.ops->wait(&port, 5099999);
    assert_int_equal(kernel.last_timeout_ms, 100);
    config.ops->wake(&port);
    config.ops->wake(&port);
    config.ops->wait(&port, UINT64_MAX); /* a wake of before ends it, and there is an end to all of them */
    assert_int_equal(kernel.last_timeout_ms, 0xfffe);
    assert_int_equal(kernel.event_count, 0);
    kernel.nanoseconds_given = false;
    lwnvme_uacpi_end(&port);
    power_off();
}

static void lines_of_the_log_are_whole(void **state)
{
    const uacpi_log_level levels[] = {UACPI_LOG_ERROR, UACPI_LOG_WARN, UACPI_LOG_INFO, UACPI_LOG_DEBUG};
    char text[400];

    (void)state;
    prepare();
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    for (uint32_t level = 0; level < 4; level++) {
        config.ops->log(&port, (enum lwnvme_log_level)level, "hello");
        assert_int_equal(kernel.last_level, levels[level]);
        assert_string_equal(kernel.last_line, "lwnvme: hello\n");
    }
    for (size_t length = 0; length < sizeof(text) - 1; length++) {
        memset(text, 'x', length);
        text[length] = 0;
        config.ops->log(&port, LWNVME_LEVEL_INFO, text);
        size_t line = strlen(kernel.last_line);
        assert_true(line == 8 + length + 1 || line == 159);
        assert_int_equal(kernel.last_line[line - 1], '\n');
    }
    lwnvme_uacpi_end(&port);
    power_off();
}

static void a_controller_that_does_not_stop_is_fenced(void **state)
{
    (void)state;
    prepare();
    kernel.settings.shutdown_never_ends = true;
    kernel.settings.never_disabled = true;
    kernel.settings.fence_works = true;
    power();
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &own, &config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_open(&controller, &config), LWNVME_OK);
    assert_int_not_equal(lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_close(&controller), LWNVME_OK);
    assert_int_equal(kernel.configuration[1] & 4u, 0);
    lwnvme_uacpi_end(&port);
    power_off();
}

static uint64_t own_now_us(void *host)
{
    return kernel.ops->now_us(((struct lwnvme_uacpi *)host)->context);
}

static volatile void *own_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    return kernel.ops->mmio_map(((struct lwnvme_uacpi *)host)->context, physical_address, size_bytes);
}

static void own_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    kernel.ops->mmio_unmap(((struct lwnvme_uacpi *)host)->context, registers, size_bytes);
}

static void hooks_of_its_own_are_taken(void **state)
{
    struct lwnvme_host_ops more = own;

    (void)state;
    prepare();
    power();
    more.now_us = own_now_us;
    more.mmio_map = own_mmio_map;
    more.mmio_unmap = own_mmio_unmap;
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &more, &config), LWNVME_OK);
    assert_ptr_equal(config.ops->now_us, own_now_us);
    assert_int_equal(lwnvme_sync_controller_open(&controller, &config), LWNVME_OK);
    assert_int_equal(kernel.maps, 0);
    assert_int_equal(lwnvme_sync_controller_close(&controller), LWNVME_OK);
    lwnvme_uacpi_end(&port);
    more.mmio_unmap = NULL; /* one of two */
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &more, &config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_open(&controller, &config), LWNVME_ERR_HOOK_PAIR);
    lwnvme_uacpi_end(&port);
    more = own;
    more.dma_map = NULL;
    more.dma_alloc = NULL; /* what nobody else has */
    assert_int_equal(lwnvme_uacpi_begin(&port, place, &more, &config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_open(&controller, &config), LWNVME_ERR_HOOK_DMA_ALLOC);
    lwnvme_uacpi_end(&port);
    power_off();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_with_three_hooks_of_its_own),
        cmocka_unit_test(opens_and_closes_as_documented),
        cmocka_unit_test(what_is_no_controller_is_refused),
        cmocka_unit_test(the_pin_is_off_unless_it_is_wanted),
        cmocka_unit_test(configuration_space_that_fails),
        cmocka_unit_test(microseconds_are_those_of_the_nanoseconds),
        cmocka_unit_test(waits_are_as_long_as_they_may),
        cmocka_unit_test(lines_of_the_log_are_whole),
        cmocka_unit_test(a_controller_that_does_not_stop_is_fenced),
        cmocka_unit_test(hooks_of_its_own_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

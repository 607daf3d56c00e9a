/* SPDX-License-Identifier: MIT */
/*
 * Runs examples/interrupts on the software controller. The kernel that the example asks for is made here: configuration space
 * and the table of MSI-X are memory, and an interrupt arrives only if the example has put a message of this kernel's into the
 * entry, unmasked it, and turned MSI-X on. The controller has its own copy of memory (shadow_dma), so that the three
 * cache functions are all that moves data between the two. Time passes while somebody sleeps or looks at the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../examples/interrupts/kernel.h"
#include "lwnvme_sim.h"

#define FUNCTION      0x0300u
#define ARENA_BYTES   (8u << 20)
#define PAGE_BYTES    4096u
#define TABLE_BAR     4u
#define TABLE_BASE    0xfd000000u
#define TABLE_OFFSET  0x2000u
#define TABLE_ENTRIES 9u
#define CAPABILITY    0x60u
#define MESSAGES      4u
#define BLOCKS        32u
#define FIRST_LBA     100u

enum cache_kind {
    CACHE_CLEAN = 1,
    CACHE_INVALIDATE = 2,
    CACHE_CLEAN_INVALIDATE = 4
};

struct message {
    void (*handler)(void *context);
    void *context;
};

static struct {
    struct lwnvme_sim_config settings;
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    uint8_t *arena;
    uint64_t arena_dma;
    size_t arena_used;
    size_t pages_out;
    uint32_t allocs;
    uint32_t fail_alloc_at;
    uint32_t fail_message_at;
    uint32_t message_takes;
    uint32_t cache_missing; /* enum cache_kind, or-ed */
    bool cache_missing_for_data;
    uint32_t configuration[64];
    uint32_t table[TABLE_ENTRIES * 4u];
    struct message messages[MESSAGES];
    uint32_t maps_out;
    uint32_t delivered[TABLE_ENTRIES];
    uint32_t undelivered;
    uint32_t sleeps;
    uint32_t woken; /* sleeps that a signal has ended */
    uint32_t locks;
    bool locked;
    bool handling;
} kernel;

static uint8_t wanted[BLOCKS * 512u];
static _Alignas(PAGE_BYTES) uint8_t memory[2u * PAGE_BYTES + sizeof(wanted)];

void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes, uint64_t *physical)
{
    size_t start = (kernel.arena_used + align_bytes - 1u) & ~(align_bytes - 1u);

    assert_true(align_bytes != 0 && (align_bytes & (align_bytes - 1u)) == 0);
    if (++kernel.allocs == kernel.fail_alloc_at || start + size_bytes > ARENA_BYTES)
        return NULL;
    kernel.arena_used = (start + size_bytes + 63u) & ~(size_t)63u;
    kernel.pages_out += size_bytes;
    memset(kernel.arena + start, 0xa5, size_bytes);
    *physical = kernel.arena_dma + start;
    return kernel.arena + start;
}

void kernel_pages_free(void *pages, size_t size_bytes)
{
    memset(pages, 0x5a, size_bytes);
    kernel.pages_out -= size_bytes;
}

bool kernel_translate(const void *address, uint64_t *physical)
{
    uintptr_t place = (uintptr_t)address;
    uintptr_t page = place & ~(uintptr_t)(PAGE_BYTES - 1u);
    uint64_t dma = 0;
    size_t run = 0;

    if (place - (uintptr_t)kernel.arena < ARENA_BYTES) {
        *physical = kernel.arena_dma + (place - (uintptr_t)kernel.arena);
        return true;
    }
    if (!kernel.ops->dma_map(kernel.sim, (const void *)page, PAGE_BYTES, LWNVME_BIDIRECTIONAL, &dma, &run) ||
        run < PAGE_BYTES)
        return false;
    *physical = dma + (place - page);
    return true;
}

static void cache(enum cache_kind kind, const void *address, size_t length_bytes)
{
    bool is_data = (uintptr_t)address - (uintptr_t)memory < sizeof(memory);

    if ((kernel.cache_missing & kind) == 0 || (kernel.cache_missing_for_data && !is_data))
        kernel.ops->dma_sync(kernel.sim, address, length_bytes,
                             kind == CACHE_CLEAN ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE,
                             kind != CACHE_INVALIDATE);
}

void kernel_cache_clean(const void *address, size_t length_bytes)
{
    cache(CACHE_CLEAN, address, length_bytes);
}

void kernel_cache_invalidate(const void *address, size_t length_bytes)
{
    cache(CACHE_INVALIDATE, address, length_bytes);
}

void kernel_cache_clean_invalidate(const void *address, size_t length_bytes)
{
    cache(CACHE_CLEAN_INVALIDATE, address, length_bytes);
}

volatile void *kernel_map_device(uint64_t physical, size_t size_bytes)
{
    kernel.maps_out++;
    if (physical - TABLE_BASE < TABLE_OFFSET + sizeof(kernel.table)) {
        assert_true(physical >= TABLE_BASE + TABLE_OFFSET);
        assert_true(physical + size_bytes <= TABLE_BASE + TABLE_OFFSET + sizeof(kernel.table));
        return &kernel.table[(physical - TABLE_BASE - TABLE_OFFSET) / 4u];
    }
    return kernel.ops->mmio_map(kernel.sim, physical, size_bytes);
}

void kernel_unmap_device(volatile void *registers, size_t size_bytes)
{
    kernel.maps_out--;
    if ((uintptr_t)registers - (uintptr_t)kernel.table >= sizeof(kernel.table))
        kernel.ops->mmio_unmap(kernel.sim, registers, size_bytes);
}

uint32_t kernel_device_read32(volatile void *address)
{
    return *(volatile uint32_t *)address;
}

void kernel_device_write32(volatile void *address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

uint32_t kernel_pci_read32(uint32_t function, uint32_t offset)
{
    assert_int_equal(function, FUNCTION);
    assert_true(offset < 256 && offset % 4 == 0);
    return kernel.configuration[offset / 4];
}

void kernel_pci_write32(uint32_t function, uint32_t offset, uint32_t value)
{
    assert_int_equal(function, FUNCTION);
    assert_int_equal(offset, CAPABILITY);
    kernel.configuration[offset / 4] =
        (value & 0xc0000000u) | (kernel.configuration[offset / 4] & 0x3fffffffu);
}

uint32_t kernel_pci_read16(uint32_t function, uint32_t offset)
{
    return kernel_pci_read32(function, offset & ~3u) >> (offset & 2u) * 8u & 0xffffu;
}

/* The controller reaches memory while bit 2 of the command register is set. */
void kernel_pci_write16(uint32_t function, uint32_t offset, uint32_t value)
{
    bool master = (kernel.configuration[1] & 4u) != 0;

    assert_int_equal(function, FUNCTION);
    assert_int_equal(offset, 4);
    assert_true(value <= 0xffffu);
    kernel.configuration[1] = value;
    if (master && (value & 4u) == 0)
        (void)kernel.ops->fence_device(kernel.sim);
    else if (!master && (value & 4u) != 0)
        lwnvme_sim_unfence(kernel.sim);
}

bool kernel_pci_bar(uint32_t function, uint32_t index, uint64_t *physical, uint64_t *size_bytes)
{
    assert_int_equal(function, FUNCTION);
    *physical = index == 0 ? lwnvme_sim_bar_physical(kernel.sim) : TABLE_BASE;
    *size_bytes = index == 0 ? lwnvme_sim_bar_bytes(kernel.sim) : TABLE_OFFSET + sizeof(kernel.table);
    return index == 0 || index == TABLE_BAR;
}

bool kernel_message_take(void (*handler)(void *context), void *context, uint64_t *address, uint32_t *data)
{
    if (++kernel.message_takes == kernel.fail_message_at)
        return false;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        if (kernel.messages[i].handler == NULL) {
            kernel.messages[i] = (struct message){handler, context};
            *address = 0x1fee00000u | i << 12;
            *data = 0x4040u + i;
            return true;
        }
    }
    return false;
}

static struct message *message_of(uint64_t address, uint32_t data)
{
    uint32_t index = data - 0x4040u;

    return index < MESSAGES && address == (0x1fee00000u | index << 12) ? &kernel.messages[index] : NULL;
}

void kernel_message_give(uint64_t address, uint32_t data)
{
    struct message *message = message_of(address, data);

    assert_non_null(message);
    assert_non_null(message->handler);
    message->handler = NULL;
}

/* The controller writes a message: what its entry of the table says. */
static void on_interrupt(void *context, uint16_t vector)
{
    const uint32_t *entry = &kernel.table[vector * 4u];
    struct message *message = message_of(entry[0] | (uint64_t)entry[1] << 32, entry[2]);

    (void)context;
    assert_true(vector < TABLE_ENTRIES);
    assert_false(kernel.locked);
    if ((kernel.configuration[1] & 4u) == 0 ||
        (kernel.configuration[CAPABILITY / 4] & 0xc0000000u) != 0x80000000u || (entry[3] & 1u) != 0 ||
        message == NULL || message->handler == NULL) {
        kernel.undelivered++;
        return;
    }
    kernel.delivered[vector]++;
    kernel.handling = true;
    message->handler(message->context);
    kernel.handling = false;
}

uint32_t kernel_lock_take(struct kernel_lock *lock)
{
    assert_int_equal(lock->word, 0);
    assert_false(kernel.handling);
    lock->word = 1;
    kernel.locked = true;
    kernel.ops->lock(kernel.sim);
    return ++kernel.locks;
}

void kernel_lock_give(struct kernel_lock *lock, uint32_t interrupts)
{
    assert_int_equal(lock->word, 1);
    assert_int_equal(interrupts, kernel.locks);
    lock->word = 0;
    kernel.locked = false;
    kernel.ops->unlock(kernel.sim);
}

void kernel_event_signal(struct kernel_event *event)
{
    event->word = 1;
}

void kernel_event_wait(struct kernel_event *event, uint64_t until_us)
{
    assert_false(kernel.locked);
    assert_false(kernel.handling);
    kernel.sleeps++;
    while (event->word == 0 && lwnvme_sim_time(kernel.sim) < until_us)
        lwnvme_sim_advance(kernel.sim, 10);
    kernel.woken += event->word;
    event->word = 0;
}

uint64_t kernel_now_us(void)
{
    return kernel.ops->now_us(kernel.sim);
}

void kernel_yield(void)
{
    assert_false(kernel.locked);
    kernel.ops->relax(kernel.sim);
}

void kernel_log(uint32_t level, const char *line)
{
    assert_true(level <= LWNVME_LEVEL_DEBUG);
    assert_non_null(line);
}

/* ---- tests ---- */

static void prepare(void)
{
    memset(&kernel, 0, sizeof(kernel));
    lwnvme_sim_config_default(&kernel.settings);
    kernel.settings.plain_registers = true; /* the hooks are the example's, unchanged */
    kernel.settings.shadow_dma = true;
    kernel.settings.track_maps = false;
    kernel.settings.start_fenced = true;
    kernel.settings.latency_us = 20000;
    kernel.settings.clock_step_us = 100;
    kernel.settings.relax_jump_us = 100000;
    kernel.settings.msix_vectors = TABLE_ENTRIES;
    kernel.settings.on_interrupt = on_interrupt;
    kernel.configuration[0x34 / 4] = 0x40;
    kernel.configuration[0x40 / 4] = 0x00036001; /* power management, then MSI-X */
    kernel.configuration[CAPABILITY / 4] = (TABLE_ENTRIES - 1u) << 16 | 0x0011u;
    kernel.configuration[CAPABILITY / 4 + 1] = TABLE_OFFSET | TABLE_BAR;
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        kernel.table[i * 4u + 3u] = 1;
}

static void power(void)
{
    kernel.sim = lwnvme_sim_create(&kernel.settings);
    assert_non_null(kernel.sim);
    kernel.ops = lwnvme_sim_host_ops(kernel.sim);
    kernel.arena = kernel.ops->dma_alloc(kernel.sim, ARENA_BYTES, PAGE_BYTES, &kernel.arena_dma);
    assert_non_null(kernel.arena);
    for (size_t i = 0; i < sizeof(wanted); i++)
        wanted[i] = (uint8_t)(i * 13u ^ i >> 7);
    assert_true(lwnvme_sim_write_blocks(kernel.sim, 1, FIRST_LBA, BLOCKS, wanted));
}

static void power_off(void)
{
    kernel.ops->dma_free(kernel.sim, kernel.arena, ARENA_BYTES, kernel.arena_dma);
    lwnvme_sim_destroy(kernel.sim);
}

/* What the example reads, into dirty lines that begin behind the start of a page. */
static int read_them(void)
{
    static struct drive drive;

    memset(&drive, 0, sizeof(drive));
    memset(memory, 0xee, sizeof(memory));
    return read_blocks(&drive, FUNCTION, FIRST_LBA, memory + 64, sizeof(wanted));
}

static bool read_right(void)
{
    return memcmp(memory + 64, wanted, sizeof(wanted)) == 0 && memory[63] == 0xee &&
           memory[64 + sizeof(wanted)] == 0xee;
}

static void nothing_is_left(void)
{
    assert_int_equal(kernel.pages_out, 0);
    assert_int_equal(kernel.maps_out, 0);
    assert_false(kernel.locked);
    for (uint32_t i = 0; i < MESSAGES; i++)
        assert_null(kernel.messages[i].handler);
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        assert_int_equal(kernel.table[i * 4u + 3u], 1);
    lwnvme_sim_violations_print(kernel.sim);
    assert_int_equal(lwnvme_sim_violations(kernel.sim), 0);
}

static void reads_asleep_and_is_woken_by_interrupts(void **state)
{
    (void)state;
    prepare();
    power();
    assert_int_equal(read_them(), LWNVME_OK);
    assert_true(read_right());
    assert_true(kernel.sleeps >= 1);
    assert_int_equal(kernel.woken, kernel.sleeps);
    assert_true(kernel.delivered[0] >= 1); /* admin commands */
    assert_true(kernel.delivered[1] >= 1);
    assert_int_equal(kernel.undelivered, 0);
    assert_true(kernel.locks >= 2);
    assert_int_equal(lwnvme_sim_counters(kernel.sim)->shutdowns, 1);
    nothing_is_left();
    power_off();
}

/* Any of the three left out: it does not get so far, or does not read what is there. */
static void no_cache_operation_can_be_left_out(void **state)
{
    (void)state;
    for (uint32_t kind = CACHE_CLEAN; kind <= CACHE_CLEAN_INVALIDATE; kind <<= 1) {
        prepare();
        kernel.cache_missing = kind;
        power();
        assert_false(read_them() == LWNVME_OK && read_right());
        power_off();
    }
}

/* Nor those for the data alone, which are not cleaned: they are read. */
static void no_cache_operation_on_the_data_can_be_left_out(void **state)
{
    (void)state;
    for (uint32_t kind = CACHE_INVALIDATE; kind <= CACHE_CLEAN_INVALIDATE; kind <<= 1) {
        prepare();
        kernel.cache_missing = kind;
        kernel.cache_missing_for_data = true;
        power();
        assert_int_equal(read_them(), LWNVME_OK);
        assert_false(read_right());
        power_off();
    }
}

static void a_lost_interrupt_costs_a_tenth_of_a_second(void **state)
{
    uint64_t usual_us = 0;

    (void)state;
    for (uint64_t lost = 0; lost < 12; lost++) {
        prepare();
        kernel.settings.interrupt_lost_at = lost;
        power();
        uint64_t start_us = lwnvme_sim_time(kernel.sim);
        assert_int_equal(read_them(), LWNVME_OK);
        assert_true(read_right());
        uint64_t took_us = lwnvme_sim_time(kernel.sim) - start_us;
        if (lost == 0)
            usual_us = took_us;
        assert_true(took_us < usual_us + 120000);
        nothing_is_left();
        power_off();
    }
}

/* None, or not enough, or a table that is not where it says: it is polled, and nothing is taken. */
static void without_interrupts_it_polls(void **state)
{
    (void)state;
    for (uint32_t why = 0; why < 6; why++) {
        prepare();
        if (why < 2)
            kernel.fail_message_at = why + 1;
        else if (why == 2)
            kernel.configuration[0x40 / 4] = 0x00034001; /* a list that leads back to itself */
        else if (why == 3)
            kernel.configuration[CAPABILITY / 4] = 0x0011u; /* one entry */
        else if (why == 4)
            kernel.configuration[CAPABILITY / 4 + 1] |= 5; /* a BAR that is not there */
        else
            kernel.configuration[CAPABILITY / 4 + 1] = 0xfffffff8u | TABLE_BAR;
        power();
        assert_int_equal(read_them(), LWNVME_OK);
        assert_true(read_right());
        assert_int_equal(kernel.sleeps, 0);
        assert_int_equal(kernel.delivered[0] + kernel.delivered[1], 0);
        nothing_is_left();
        power_off();
    }
}

static void memory_that_ends_leaves_nothing_behind(void **state)
{
    int status = LWNVME_ERR_NO_MEMORY;
    uint32_t failures = 0;

    (void)state;
    for (uint32_t at = 1; status != LWNVME_OK && at < 50; at++) {
        prepare();
        kernel.fail_alloc_at = at;
        power();
        status = read_them();
        assert_true(status == LWNVME_OK || status == LWNVME_ERR_NO_MEMORY);
        failures += status != LWNVME_OK;
        nothing_is_left();
        power_off();
    }
    assert_true(failures >= 2 && status == LWNVME_OK);
}

/* It neither shuts down nor stops: memory is given back all the same, since it cannot reach that any more. */
static void a_controller_that_does_not_stop_is_fenced(void **state)
{
    (void)state;
    prepare();
    kernel.settings.shutdown_never_ends = true;
    kernel.settings.never_disabled = true;
    kernel.settings.fence_works = true;
    power();
    assert_int_not_equal(read_them(), LWNVME_OK);
    assert_true(read_right());
    assert_int_equal(kernel.configuration[1] & 4u, 0);
    assert_int_equal(lwnvme_sim_counters(kernel.sim)->fences, 1);
    nothing_is_left();
    power_off();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_asleep_and_is_woken_by_interrupts),
        cmocka_unit_test(no_cache_operation_can_be_left_out),
        cmocka_unit_test(no_cache_operation_on_the_data_can_be_left_out),
        cmocka_unit_test(a_lost_interrupt_costs_a_tenth_of_a_second),
        cmocka_unit_test(without_interrupts_it_polls),
        cmocka_unit_test(memory_that_ends_leaves_nothing_behind),
        cmocka_unit_test(a_controller_that_does_not_stop_is_fenced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

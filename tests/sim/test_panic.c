/* SPDX-License-Identifier: MIT */
/*
 * Dumps from wherever a kernel may panic. A life is run once to count what the library asks of its host, and then again
 * and again with a CPU that dies inside the first, the second, ... of these calls: its stack is left for good, with locks
 * held, batches open, queues and the admin ring half-way. The dump must reach the medium all the same, and the next
 * kernel must be able to take the device over.
 */
#include "life.h"

#include <lwnvme/panic.h>

#include "../../src/core/core.h" /* lwnvme_open_forget: the next kernel knows nothing of what the last one had open */

#define DUMP_LBA    40000u
#define DUMP_BLOCKS 200u

static struct life life;
static struct lwnvme_panic panic;
static uint8_t dump[DUMP_BLOCKS * 512];
static uint8_t back[DUMP_BLOCKS * 512];

/* The hooks, each of which is a place where a CPU may die. */

static struct lwnvme_host_ops real;
static jmp_buf grave;
static uint64_t calls;
static uint64_t die_at;
static uint64_t struck_at;
static bool in_panic; /* from here on only some may be called */

static void step(bool harmless)
{
    if (in_panic && !harmless)
        fail_msg("after the panic at step %llu a hook was called that it must not call",
                 (unsigned long long)struck_at);
    if (++calls == die_at)
        longjmp(grave, 1);
}

/* What the kernel that dies has of DMA memory, which the next one uses for something else. */
#define LEGACIES 256u
static struct legacy {
    void *memory;
    size_t size;
    uint64_t dma;
} legacies[LEGACIES];

static void *step_dma_alloc(void *host, size_t size, size_t align, uint64_t *dma)
{
    uint32_t index = 0;
    void *memory;

    step(false);
    memory = real.dma_alloc(host, size, align, dma);
    while (index < LEGACIES && legacies[index].memory != NULL)
        index++;
    assert_in_range(index, 0, LEGACIES - 1);
    legacies[index] = (struct legacy){memory, size, *dma};
    return memory;
}

static void legacy_forget(const void *memory)
{
    for (uint32_t index = 0; index < LEGACIES; index++)
        if (legacies[index].memory == memory)
            legacies[index].memory = NULL;
}

static void step_dma_free(void *host, void *memory, size_t size, uint64_t dma)
{
    step(false);
    legacy_forget(memory);
    real.dma_free(host, memory, size, dma);
}

static bool step_dma_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma, size_t *run)
{
    step(false);
    return real.dma_map(host, address, length, direction, dma, run);
}

static void step_dma_unmap(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    step(false);
    real.dma_unmap(host, dma, length, direction);
}

static void step_dma_sync(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    step(true);
    real.dma_sync(host, address, length, direction, for_device);
}

static uint64_t step_now_us(void *host)
{
    return real.now_us(host);
}

static void step_relax(void *host)
{
    assert_false(in_panic);
    real.relax(host);
}

static uint32_t step_read32(void *host, volatile void *registers, size_t offset)
{
    step(true);
    return real.mmio_read32(host, registers, offset);
}

static void step_write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    step(true);
    real.mmio_write32(host, registers, offset, value);
}

static void step_lock(void *host)
{
    step(false);
    real.lock(host);
    step(false); /* with the lock held */
}

static void step_unlock(void *host)
{
    step(false);
    real.unlock(host);
}

static void *step_alloc(void *host, size_t size)
{
    step(false);
    return real.alloc(host, size);
}

static void step_free(void *host, void *memory, size_t size)
{
    step(false);
    real.free(host, memory, size);
}

static void hooks_set(struct lwnvme_host_ops *ops)
{
    real = *ops;
    ops->dma_alloc = step_dma_alloc;
    ops->dma_free = step_dma_free;
    ops->dma_map = step_dma_map;
    if (real.dma_unmap != NULL)
        ops->dma_unmap = step_dma_unmap;
    if (real.dma_sync != NULL)
        ops->dma_sync = step_dma_sync;
    ops->now_us = step_now_us;
    ops->relax = step_relax;
    ops->mmio_read32 = step_read32;
    ops->mmio_write32 = step_write32;
    ops->lock = step_lock;
    ops->unlock = step_unlock;
    ops->alloc = step_alloc;
    ops->free = step_free;
}

static void begin_life(uint32_t variant)
{
    struct lwnvme_panic_config config = {.ns = &life.ns, .first_lba = DUMP_LBA, .buffer_bytes = 32768};

    in_panic = false;
    die_at = 0;
    memset(legacies, 0, sizeof(legacies));
    life_prepare(&life, variant);
    memset(&panic, 0, sizeof(panic));
    scenario_power(&life.s);
    hooks_set(life.s.ops);
    assert_true(life_open(&life));
    assert_int_equal(lwnvme_panic_prepare(life.s.controller, &panic, &config), LWNVME_OK);
    calls = 0;
}

/* How many steps a life has that nobody dies in. */
static uint64_t whole_life(void)
{
    begin_life(0);
    life_run(&life);
    if (life.failures != 0)
        fail_msg("%s: %s", life.failed_first, lwnvme_status_string(life.failed_status));
    assert_int_equal(lwnvme_panic_block_bytes(&panic), 512);
    scenario_end(&life.s); /* frees what was reserved, too */
    return calls;
}

/* One in whose very deletion the CPU died is nobody's any more. */
static bool is_there(const struct lwnvme_queue *queue)
{
    const struct lwnvme_queue *other = life.s.controller->queues;

    while (other != NULL && other != queue)
        other = other->next;
    return other == queue;
}

/* Every call on what has died says so, and nothing reaches the device or the host. */
static void dead_for_good(void)
{
    struct lwnvme_sim_counts before = *lwnvme_sim_counters(life.s.sim);
    struct lwnvme_controller *controller = life.s.controller;
    struct tracked *io = scenario_request(&life.s);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(back, 512);

    assert_int_equal(lwnvme_controller_poll(controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_status(controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_state(controller), LWNVME_STATE_CLOSED);
    assert_int_equal(lwnvme_controller_reset(controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_close(controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_open(controller, &life.s.config), LWNVME_ERR_ALREADY_OPEN);
    for (uint32_t index = 0; index < LIFE_QUEUES; index++) {
        struct lwnvme_queue *queue = &life.queues[index];

        if (!is_there(queue))
            continue;
        assert_int_equal(lwnvme_queue_status(queue), LWNVME_ERR_NOT_OPEN);
        assert_int_equal(lwnvme_queue_poll(queue, 0), 0);
        lwnvme_queue_batch_begin(queue);
        assert_int_equal(lwnvme_read(queue, &life.ns, &io->request, 0, 1, &buffer),
                         life.ns.status == 0 ? LWNVME_ERR_NOT_OPEN : life.ns.status);
        assert_int_equal(lwnvme_flush(queue, &life.ns, &io->request),
                         life.ns.status == 0 ? LWNVME_ERR_NOT_OPEN : life.ns.status);
        lwnvme_queue_batch_end(queue);
        assert_int_equal(lwnvme_queue_delete(queue), LWNVME_ERR_NOT_OPEN);
    }
    assert_int_equal(memcmp(&before, lwnvme_sim_counters(life.s.sim), sizeof(before)), 0);
}

static void end_life(void)
{
    struct tracked *io;

    in_panic = false;
    die_at = 0;
    assert_int_equal(lwnvme_panic_release(&panic), LWNVME_OK);
    if (lwnvme_sim_violations(life.s.sim) != 0) {
        lwnvme_sim_violations_print(life.s.sim);
        fail();
    }
    lwnvme_sim_destroy(life.s.sim);
    while ((io = life.s.requests) != NULL) {
        life.s.requests = io->next;
        free(io);
    }
    free(life.s.controller);
}

static void write_dump(uint32_t seed)
{
    scenario_fill(dump, sizeof(dump), seed);
    assert_int_equal(lwnvme_panic_write(&panic, DUMP_LBA + 3, DUMP_BLOCKS, dump), LWNVME_OK);
    memset(back, 0, sizeof(back));
    assert_int_equal(lwnvme_panic_read(&panic, DUMP_LBA + 3, DUMP_BLOCKS, back), LWNVME_OK);
    assert_memory_equal(back, dump, sizeof(dump));
}

static void check_dump(void)
{
    assert_int_equal(lwnvme_panic_end(&panic), LWNVME_OK);
    lwnvme_sim_power_cut(life.s.sim);
    memset(back, 0, sizeof(back));
    assert_true(lwnvme_sim_read_blocks(life.s.sim, 1, DUMP_LBA + 3, DUMP_BLOCKS, back));
    assert_memory_equal(back, dump, sizeof(dump));
}

static void fault_123_a_cpu_dies_at_every_step_of_a_life(void **state)
{
    static uint64_t k;
    uint64_t total = whole_life();

    (void)state;
    for (k = 1; k <= total; k += life_stride(61)) {
        begin_life((uint32_t)k);
        die_at = struck_at = k;
        if (setjmp(grave) == 0) {
            life_run(&life);
            die_at = 0; /* this life went another way, and was over before */
        }
        in_panic = true;
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
        write_dump((uint32_t)k);
        dead_for_good();
        check_dump();
        end_life();
    }
}

/* And a second panic inside of the first one's dump: it begins again. */
static void fault_123_a_panic_in_the_panic(void **state)
{
    static uint64_t k;
    static bool over;

    (void)state;
    over = false;
    for (k = 1; !over; k += life_stride(41)) {
        begin_life((uint32_t)k);
        life_run(&life);
        /* Quick, so that most steps are not polls that find nothing. */
        lwnvme_sim_settings(life.s.sim)->latency_us = 0;
        lwnvme_sim_settings(life.s.sim)->latency_spread_us = 0;
        lwnvme_sim_settings(life.s.sim)->admin_latency_us = 0;
        lwnvme_sim_settings(life.s.sim)->ready_delay_us = 0;
        in_panic = true;
        calls = 0;
        die_at = struck_at = k;
        if (setjmp(grave) == 0) {
            assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
            write_dump(1);
            assert_int_equal(lwnvme_panic_end(&panic), LWNVME_OK);
            over = true;
        }
        die_at = 0;
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
        write_dump((uint32_t)k);
        check_dump();
        end_life();
    }
    assert_true(k > 100);
}

static void dump_all(uint32_t seed)
{
    in_panic = true;
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
    write_dump(seed);
    dead_for_good();
    check_dump();
    end_life();
}

static void begin_idle_life(void)
{
    begin_life(0);
    assert_int_equal(life.failures, 0);
}

/* In the midst of each journey, at every poll of it, and at its end. */
static void fault_123_on_the_way_from_state_to_state(void **state)
{
    bool over = false;

    (void)state;
    for (uint32_t kind = 0; kind < 6; kind++, over = false) {
        for (uint32_t polls = 0; !over; polls += polls < 60 ? 1 : 97) {
            begin_idle_life();
            if (kind == 0)
                assert_int_equal(lwnvme_controller_reset(life.s.controller), LWNVME_OK);
            else if (kind == 1)
                assert_int_equal(lwnvme_controller_shutdown(life.s.controller, LWNVME_SHUTDOWN_NORMAL), 0);
            else if (kind == 2)
                assert_int_equal(lwnvme_controller_shutdown(life.s.controller, LWNVME_SHUTDOWN_ABRUPT), 0);
            else if (kind == 3)
                assert_int_equal(lwnvme_suspend(life.s.controller, &life.suspension), LWNVME_OK);
            else if (kind == 4)
                lwnvme_sim_fatal(life.s.sim);
            else
                lwnvme_sim_subsystem_reset(life.s.sim);
            life.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
            for (uint32_t poll = 0; poll < polls; poll++) {
                if (kind == 3)
                    (void)lwnvme_suspension_step(&life.suspension);
                else
                    (void)lwnvme_controller_poll(life.s.controller);
                lwnvme_sim_advance(life.s.sim, 50);
            }
            over = polls > 1 && lwnvme_controller_status(life.s.controller) != LWNVME_PENDING &&
                   (kind != 3 || life.suspension.status != LWNVME_PENDING);
            dump_all(polls);
        }
    }
}

static void fault_123_devices_that_will_not(void **state)
{
    (void)state;
    /* It cannot be disabled; then somebody resets the slot. */
    begin_idle_life();
    lwnvme_sim_settings(life.s.sim)->never_disabled = true;
    in_panic = true;
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_DISABLE_TIMEOUT);
    assert_int_equal(lwnvme_panic_write(&panic, DUMP_LBA, 1, dump), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_release(&panic), LWNVME_ERR_MEMORY_KEPT);
    lwnvme_sim_settings(life.s.sim)->never_disabled = false;
    lwnvme_sim_power_cut(life.s.sim);
    dump_all(2);
    /* A shutdown that never ends. */
    begin_idle_life();
    lwnvme_sim_settings(life.s.sim)->shutdown_never_ends = true;
    assert_int_equal(lwnvme_controller_shutdown(life.s.controller, LWNVME_SHUTDOWN_ABRUPT), LWNVME_OK);
    lwnvme_sim_settings(life.s.sim)->clock_step_us = 100;
    in_panic = true;
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
    lwnvme_sim_violations_clear(life.s.sim); /* CC.EN had to be cleared in the shutdown */
    lwnvme_sim_settings(life.s.sim)->shutdown_never_ends = false;
    write_dump(3);
    check_dump();
    end_life();
    /* Gone; and back. */
    begin_idle_life();
    lwnvme_sim_remove(life.s.sim);
    in_panic = true;
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_GONE);
    lwnvme_sim_insert(life.s.sim);
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
    write_dump(4);
    lwnvme_sim_remove(life.s.sim);
    assert_int_equal(lwnvme_panic_write(&panic, DUMP_LBA, 1, dump), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_panic_end(&panic), LWNVME_ERR_WRONG_STATE);
    lwnvme_sim_insert(life.s.sim);
    dump_all(5);
    /* Closed before: what was reserved went with it. */
    begin_idle_life();
    assert_int_equal(scenario_close(&life.s), LWNVME_OK);
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_NOT_OPEN);
    scenario_end(&life.s);
}

/* MDTS and NOIOB are kept, blocks of 4 KiB, doorbells far apart, large pages. */
static void fault_123_shapes_of_devices(void **state)
{
    (void)state;
    for (uint32_t shape = 0; shape < 16; shape++) {
        struct lwnvme_panic_config config = {.ns = &life.ns, .buffer_bytes = shape % 2 != 0 ? 4096 : 0};

        in_panic = false;
        die_at = 0;
        life_prepare(&life, shape);
        memset(&panic, 0, sizeof(panic));
        life.s.settings.mdts = shape % 3 == 0 ? 1 : 5;
        life.s.settings.cap_dstrd = (uint8_t)(shape % 4);
        life.s.settings.ns[0].noiob = shape % 5 == 2 ? 6 : 0;
        life.s.settings.latency_us = shape * 100;
        life.s.config.max_transfer_bytes = 1u << 20;
        if (shape >= 8) {
            life.s.settings.ns[0].formats[0].lbads = 12;
            life.s.settings.ns[0].nsze = life.s.settings.ns[0].ncap = 16384;
            life.s.config.page_bytes = shape >= 12 ? 16384 : 4096;
        }
        scenario_power(&life.s);
        hooks_set(life.s.ops);
        assert_true(life_open(&life));
        assert_int_equal(lwnvme_panic_prepare(life.s.controller, &panic, &config), LWNVME_OK);
        in_panic = true;
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
        scenario_fill(dump, sizeof(dump), shape);
        assert_int_equal(lwnvme_panic_write(&panic, 5, sizeof(dump) / life.ns.block_bytes, dump), LWNVME_OK);
        assert_int_equal(lwnvme_panic_read(&panic, 5, sizeof(back) / life.ns.block_bytes, back), LWNVME_OK);
        assert_memory_equal(back, dump, sizeof(dump));
        assert_int_equal(lwnvme_panic_end(&panic), LWNVME_OK);
        end_life();
    }
}

/* ---- the next kernel ---- */

/* As the next kernel does it: opens what it finds, and has a use of its own for the memory of the last one. */
static void take_over(uint32_t seed)
{
    static struct lwnvme_controller next;
    static struct lwnvme_queue queue;
    static struct lwnvme_namespace ns;
    struct lwnvme_controller_config config = life.s.config;
    struct lwnvme_sim *sim = life.s.sim;

    config.event = NULL;
    *life.s.ops = real;
    lwnvme_open_forget(life.s.controller);
    memset(&next, 0, sizeof(next));
    memset(&queue, 0, sizeof(queue));
    assert_int_equal(lwnvme_sync_controller_open(&next, &config), LWNVME_OK);
    for (uint32_t index = 0; index < LEGACIES; index++)
        if (legacies[index].memory != NULL)
            real.dma_free(sim, legacies[index].memory, legacies[index].size, legacies[index].dma);
    memset(legacies, 0, sizeof(legacies));
    lwnvme_sim_advance(sim, 100000); /* the device would use it now, if it still knew of it */
    assert_int_equal(lwnvme_sim_hmb_bytes(sim), 0);
    assert_int_equal(lwnvme_sim_outstanding_commands(sim), 0);
    assert_int_equal(lwnvme_sync_queue_create(&next, &queue, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_open(&next, 1, &ns), LWNVME_OK);
    scenario_fill(dump, sizeof(dump), seed);
    /* A format or a sanitize operation may go on. */
    if (lwnvme_sync_write(&queue, &ns, DUMP_LBA, DUMP_BLOCKS, dump, 0) == LWNVME_OK) {
        assert_int_equal(lwnvme_sync_read(&queue, &ns, DUMP_LBA, DUMP_BLOCKS, back, 0), LWNVME_OK);
        assert_memory_equal(back, dump, sizeof(dump));
    } else {
        assert_true(life.format.operation.status == LWNVME_PENDING || lwnvme_sim_sanitizing(sim));
    }
    assert_int_equal(lwnvme_sync_controller_shutdown(&next, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_close(&next), LWNVME_OK);
    panic.memory = NULL; /* went with the rest */
}

static void fault_015_the_next_kernel_takes_over_at_every_step(void **state)
{
    static uint64_t k;
    uint64_t total = whole_life();

    (void)state;
    for (k = 1; k <= total; k += life_stride(83)) {
        begin_life((uint32_t)k);
        die_at = struck_at = k;
        if (setjmp(grave) == 0)
            life_run(&life);
        die_at = 0;
        if (k % 7 == 3)
            lwnvme_sim_fatal(life.s.sim);
        take_over((uint32_t)k);
        end_life();
    }
}

/* Registers past the library. */
static uint32_t look(size_t offset)
{
    return real.mmio_read32(life.s.sim, lwnvme_sim_bar_mapped(life.s.sim), offset);
}

/* After each way of leaving: what the next one finds. */
static void fault_015_what_is_left_behind(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 4; way++) {
        const struct lwnvme_sim_counts *counts;
        uint32_t enabled;

        begin_life(way);
        life_run(&life);
        if (way != 0)
            assert_int_equal(lwnvme_sync_controller_shutdown(life.s.controller, (enum lwnvme_shutdown)way),
                             LWNVME_OK);
        assert_int_equal(scenario_close(&life.s), LWNVME_OK);
        counts = lwnvme_sim_counters(life.s.sim);
        assert_int_equal(counts->hmb_at_shutdown,
                         way == LWNVME_SHUTDOWN_ABRUPT ? 2 : 1); /* one in the life */
        enabled = way == LWNVME_SHUTDOWN_NORMAL;
        assert_int_equal(look(LWNVME_REG_CC) & 1u, enabled);
        assert_int_equal(look(LWNVME_REG_CSTS) & 0x0fu,
                         enabled ? 0x9 : 0); /* shutdown complete, or as after power-on */
        assert_int_equal(lwnvme_sim_hmb_bytes(life.s.sim), 0);
        if (!enabled)
            assert_int_equal(lwnvme_sim_outstanding_commands(life.s.sim), 0);
        assert_int_equal(lwnvme_sim_outstanding_allocations(life.s.sim), 0);
        if ((way & LWNVME_SHUTDOWN_NORMAL) != 0) /* orderly */
            assert_int_equal(lwnvme_sim_dirty_blocks(life.s.sim, 1), 0);
        /* And from lwnvme to lwnvme. */
        take_over(way);
        scenario_end(&life.s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_015_the_next_kernel_takes_over_at_every_step),
        cmocka_unit_test(fault_015_what_is_left_behind),
        cmocka_unit_test(fault_123_a_cpu_dies_at_every_step_of_a_life),
        cmocka_unit_test(fault_123_a_panic_in_the_panic),
        cmocka_unit_test(fault_123_on_the_way_from_state_to_state),
        cmocka_unit_test(fault_123_devices_that_will_not),
        cmocka_unit_test(fault_123_shapes_of_devices),
    };

    return cmocka_run_group_tests_name("panic", tests, NULL, NULL);
}

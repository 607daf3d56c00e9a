/* SPDX-License-Identifier: MIT */
/* The panic path by itself: what it refuses, which hooks it calls, how it ends. Where it may have to begin is in
 * tests/sim/test_panic.c. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_panic panic;
static struct lwnvme_panic_config config;
static uint8_t out[300 * 512 + 1];
static uint8_t in[300 * 512 + 1];

static void start(void)
{
    memset(&panic, 0, sizeof(panic));
    memset(&config, 0, sizeof(config));
    bench_start(&bench);
    config.ns = bench.ns;
}

static int prepare(void)
{
    return lwnvme_panic_prepare(bench.controller, &panic, &config);
}

/* After a panic: the first object's memory is never freed, and nothing of it is mapped away. */
static void drop(void)
{
    lwnvme_sim_violations_print(bench.sim);
    assert_int_equal(lwnvme_sim_violations(bench.sim), 0);
    assert_int_equal(lwnvme_panic_release(&panic), 0);
    bench_drop(&bench);
}

static void fill(uint8_t seed)
{
    for (size_t at = 0; at < sizeof(out); at++)
        out[at] = (uint8_t)(at * 7 + (at >> 9) + seed);
    memset(in, 0, sizeof(in));
}

static void forbidden_call(void)
{
    fail_msg("a hook that a panic must not call");
}

static void *forbidden_alloc(void *host, size_t size_bytes, size_t align, uint64_t *dma)
{
    (void)host;
    (void)size_bytes;
    (void)align;
    (void)dma;
    forbidden_call();
    return NULL;
}

static bool forbidden_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          uint64_t *dma, size_t *run)
{
    (void)host;
    (void)address;
    (void)length;
    (void)direction;
    (void)dma;
    (void)run;
    forbidden_call();
    return false;
}

static void forbidden_host(void *host)
{
    (void)host;
    forbidden_call();
}

static void forbidden_wait(void *host, uint64_t until)
{
    (void)host;
    (void)until;
    forbidden_call();
}

static bool forbidden_fence(void *host)
{
    (void)host;
    forbidden_call();
    return false;
}

static void forbidden_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    (void)level;
    (void)message;
    forbidden_call();
}

/* From here on; what the panic path keeps of the hooks it has taken when it was prepared. */
static void forbid(void)
{
    bench.ops->dma_alloc = forbidden_alloc;
    bench.ops->dma_map = forbidden_map;
    bench.ops->dma_unmap = NULL;
    bench.ops->relax = forbidden_host;
    bench.ops->lock = forbidden_host;
    bench.ops->unlock = forbidden_host;
    bench.ops->wake = forbidden_host;
    bench.ops->wait = forbidden_wait;
    bench.ops->fence_device = forbidden_fence;
    bench.ops->log = forbidden_log;
}

/* Of all hooks prepare may call dma_alloc alone. */
static int prepare_forbidding(void)
{
    void *(*alloc)(void *host, size_t size_bytes, size_t align, uint64_t *dma) = bench.ops->dma_alloc;
    int status;

    forbid();
    bench.ops->dma_alloc = alloc;
    status = prepare();
    bench.ops->dma_alloc = forbidden_alloc;
    return status;
}

static void a_dump_reaches_the_medium_by_few_hooks(void **state)
{
    (void)state;
    bench_prepare(&bench);
    start();
    assert_int_equal(lwnvme_panic_block_bytes(&panic), 0);
    assert_int_equal(prepare_forbidding(), 0);
    assert_int_equal(lwnvme_panic_block_bytes(&panic), 512);
    fill(1);
    bench.events[LWNVME_EVENT_RESET] = bench.events[LWNVME_EVENT_READY] = 0;
    assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_flush(&panic), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_end(&panic), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    /* Any length and alignment. */
    assert_int_equal(lwnvme_panic_write(&panic, 5, 300, out + 1), 0);
    assert_int_equal(lwnvme_panic_read(&panic, 5, 300, in + 1), 0);
    assert_memory_equal(in + 1, out + 1, 300 * 512);
    assert_int_equal(lwnvme_panic_flush(&panic), 0);
    assert_int_equal(lwnvme_panic_release(&panic), LWNVME_ERR_MEMORY_KEPT);
    assert_int_equal(lwnvme_panic_end(&panic), 0);
    assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->shutdowns, 1);
    lwnvme_sim_power_cut(bench.sim);
    memset(in, 0, sizeof(in));
    assert_true(lwnvme_sim_read_blocks(bench.sim, 1, 5, 300, in));
    assert_memory_equal(in, out + 1, 300 * 512);
    for (uint32_t event = 0; event < sizeof(bench.events) / sizeof(bench.events[0]); event++)
        assert_int_equal(bench.events[event], 0);
    drop();
}

static void what_cannot_be_prepared(void **state)
{
    struct lwnvme_namespace ns;

    (void)state;
    bench_prepare(&bench);
    start();
    assert_int_equal(lwnvme_panic_prepare(NULL, &panic, &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_prepare(bench.controller, NULL, &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_prepare(bench.controller, &panic, NULL), LWNVME_ERR_NULL_ARGUMENT);
    config.ns = NULL;
    assert_int_equal(prepare(), LWNVME_ERR_NULL_ARGUMENT);
    config.ns = &ns;
    ns = *bench.ns;
    ns.status = LWNVME_ERR_NS_INACTIVE;
    assert_int_equal(prepare(), LWNVME_ERR_NS_INACTIVE);
    ns = *bench.ns;
    ns.incarnation--;
    assert_int_equal(prepare(), LWNVME_ERR_NAMESPACE_CLOSED);
    ns = *bench.ns;
    ns.controller = NULL;
    assert_int_equal(prepare(), LWNVME_ERR_NAMESPACE_CLOSED);
    ns = *bench.ns;
    ns.dress = (const struct lwnvme_dress *)&ns;
    assert_int_equal(prepare(), LWNVME_ERR_NS_METADATA);
    config.ns = bench.ns;
    config.first_lba = bench.ns->block_count;
    assert_int_equal(prepare(), LWNVME_ERR_LBA_RANGE);
    config.first_lba--;
    config.block_count = 2;
    assert_int_equal(prepare(), LWNVME_ERR_LBA_RANGE);
    config.block_count = 0;
    config.buffer_bytes = 2048;
    assert_int_equal(prepare(), LWNVME_ERR_INVALID_ARGUMENT);
    config.buffer_bytes = 12288;
    assert_int_equal(prepare(), LWNVME_ERR_INVALID_ARGUMENT);
    config.buffer_bytes = 1u << 25;
    assert_int_equal(prepare(), LWNVME_ERR_INVALID_ARGUMENT);
    config.buffer_bytes = 0;
    config.timeout_ms = 0x80000000u;
    assert_int_equal(prepare(), LWNVME_ERR_INVALID_ARGUMENT);
    config.timeout_ms = 0;
    lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = lwnvme_sim_counters(bench.sim)->dma_allocs + 1;
    assert_int_equal(prepare(), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(prepare(), 0);
    assert_int_equal(prepare(), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_panic_release(&panic), 0);
    assert_int_equal(lwnvme_panic_release(&panic), 0);
    assert_int_equal(lwnvme_panic_release(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_begin(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_flush(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_end(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_block_bytes(NULL), 0);
    /* A close frees what was reserved. */
    assert_int_equal(prepare(), 0);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(prepare(), LWNVME_ERR_NOT_OPEN);
    bench_end(&bench);
}

static void not_from_a_callback(struct counted *io)
{
    (void)io;
    assert_int_equal(prepare(), LWNVME_ERR_IN_CALLBACK);
}

static void no_preparation_from_a_callback(void **state)
{
    struct counted io;

    (void)state;
    bench_prepare(&bench);
    start();
    counted_init(&io, NULL);
    io.then = not_from_a_callback;
    assert_int_equal(lwnvme_flush(bench.queue, bench.ns, &io.request), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

static void only_what_lies_in_the_range(void **state)
{
    (void)state;
    bench_prepare(&bench);
    start();
    config.first_lba = 100;
    config.block_count = 50;
    config.buffer_bytes = 4096;
    assert_int_equal(prepare(), 0);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    fill(2);
    assert_int_equal(lwnvme_panic_write(NULL, 100, 1, out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_write(&panic, 100, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_read(&panic, 100, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_panic_write(&panic, 100, 0, out), LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_panic_write(&panic, 99, 2, out), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_panic_write(&panic, 150, 1, out), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_panic_write(&panic, 149, 2, out), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_panic_write(&panic, 149, UINT64_MAX, out), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_panic_read(&panic, 0, 1, in), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_panic_write(&panic, 100, 50, out), 0);
    assert_int_equal(lwnvme_panic_read(&panic, 149, 1, in), 0);
    assert_memory_equal(in, out + (size_t)49 * 512, 512);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[1], 7); /* eight blocks each */
    assert_int_equal(lwnvme_panic_end(&panic), 0);
    drop();
}

/* The device's own word is the caller's to judge; after a lost command only a new begin helps. */
static void what_fails_in_the_panic(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 1, .status = 0x4281};

    (void)state;
    bench_prepare(&bench);
    bench.settings.clock_step_us = 200;
    start();
    config.timeout_ms = 100;
    config.buffer_bytes = 4096;
    assert_int_equal(prepare(), 0);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    fill(3);
    fault.skip = 1;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_panic_write(&panic, 0, 30, out), 0x4281);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[1], 2);
    assert_int_equal(lwnvme_panic_write(&panic, 0, 30, out), 0);
    fault.kind = LWNVME_SIM_LOSE;
    fault.skip = 0;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_end(&panic), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), 0);
    /* A flush that fails does not keep the device from being shut down. */
    fault.kind = LWNVME_SIM_STATUS;
    fault.opcode = 0;
    fault.status = 0x0280;
    fault.queue = LWNVME_SIM_IO_QUEUES;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_panic_end(&panic), 0x0280);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->shutdowns, 1);
    drop();
}

/* Namespace Not Ready: the command is sent again, for as long as one may take. */
static void fault_082_what_passes_is_waited_for(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 1, .status = 0x0082, .count = 3};

    (void)state;
    bench_prepare(&bench);
    bench.settings.clock_step_us = 200;
    bench.settings.latency_us = 1000;
    start();
    config.timeout_ms = 100;
    assert_int_equal(prepare(), 0);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    fill(5);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_panic_write(&panic, 7, 1, out), 0);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[1], 4);
    assert_int_equal(lwnvme_panic_read(&panic, 7, 1, in), 0);
    assert_memory_equal(in, out, 512);
    fault.count = 1000000;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_panic_write(&panic, 7, 1, out), 0x0082);
    assert_in_range(lwnvme_sim_counters(bench.sim)->io_commands[1], 4 + 20, 4 + 150);
    assert_int_equal(lwnvme_panic_end(&panic), 0);
    drop();
}

/* Clocks that no wait can go by. */
static uint64_t astray_now(void *host)
{
    static uint64_t turn;

    (void)host;
    return 1000000 + (++turn % 5) * 100;
}

static void fault_123_clocks_that_stand_still_or_run_astray(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.mmio_step_us = 10;
    start();
    config.polls = 20000;
    assert_int_equal(prepare(), 0);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = lwnvme_sim_counters(bench.sim)->now_calls + 1;
    fill(4);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    assert_int_equal(lwnvme_panic_write(&panic, 10, 300, out), 0);
    /* Never answered: it ends by count. */
    lwnvme_sim_settings(bench.sim)->faults[0] = (struct lwnvme_sim_fault){
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 1, .count = 2};
    assert_int_equal(lwnvme_panic_write(&panic, 10, 1, out), LWNVME_ERR_CLOCK_STOPPED);
    assert_int_equal(lwnvme_panic_write(&panic, 10, 1, out), LWNVME_ERR_WRONG_STATE);
    panic.ops.now_us = astray_now;
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    assert_int_equal(lwnvme_panic_write(&panic, 10, 1, out), LWNVME_ERR_CLOCK_STOPPED);
    lwnvme_sim_settings(bench.sim)->ready_delay_us = LWNVME_SIM_NEVER / 2;
    assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_CLOCK_STOPPED);
    lwnvme_sim_settings(bench.sim)->ready_delay_us = 0;
    assert_int_equal(lwnvme_sim_violations(bench.sim), 0);
    assert_int_equal(lwnvme_panic_begin(&panic), 0);
    lwnvme_sim_violations_clear(bench.sim); /* it would have had to wait for ever for CSTS.RDY */
    assert_int_equal(lwnvme_panic_end(&panic), 0);
    drop();
}

static void another_place_than_was_meant(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 5; kind++) {
        bench_prepare(&bench);
        start();
        config.first_lba = 1000;
        assert_int_equal(prepare(), 0);
        if (kind == 0)
            lwnvme_sim_settings(bench.sim)->serial[3] ^= 1;
        else if (kind == 1)
            assert_true(lwnvme_sim_namespace_resize(bench.sim, 1, 5000));
        else if (kind == 2)
            panic.nguid[15] ^= 1;
        else if (kind == 3)
            panic.eui64[7] ^= 1;
        else
            panic.block_shift++;
        fill(5);
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_CONTROLLER_CHANGED);
        assert_int_equal(lwnvme_panic_write(&panic, 1000, 1, out), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_panic_release(&panic), LWNVME_ERR_MEMORY_KEPT);
        panic.exposed = false; /* the machine is switched off here */
        drop();
    }
}

/* What prepare reserved is enough for every shape of a controller, and no more. */
static void memory_is_enough_and_no_more(void **state)
{
    static const uint32_t buffers[] = {4096, 65536, 1u << 20};

    (void)state;
    for (uint32_t page = 0; page < 3; page++) {
        for (uint32_t index = 0; index < 9; index++) {
            bench_prepare(&bench);
            bench.settings.cap_mpsmin = (uint8_t)page * 2;
            bench.settings.cap_mpsmax = (uint8_t)page * 2;
            bench.settings.host_page_bytes = 4096u << page * 2;
            bench.config.page_bytes = 4096u << page * 2;
            bench.settings.cap_mqes = index < 3 ? 1 : 1023;
            bench.settings.mdts = index < 6 ? 0 : 1;
            bench.config.max_transfer_bytes = 1u << 24;
            start();
            config.buffer_bytes = buffers[index % 3];
            assert_int_equal(prepare_forbidding(), 0);
            assert_int_equal(lwnvme_panic_begin(&panic), 0);
            fill(6);
            assert_int_equal(lwnvme_panic_write(&panic, 0, 300, out), 0);
            assert_int_equal(lwnvme_panic_read(&panic, 0, 300, in), 0);
            assert_memory_equal(in, out, 300 * 512);
            assert_int_equal(panic.admin_memory.used_bytes, panic.admin_memory.length_bytes);
            assert_int_equal(panic.queue_memory.used_bytes, panic.queue_memory.length_bytes);
            assert_int_equal(lwnvme_panic_end(&panic), 0);
            drop();
        }
    }
}

static uint32_t read_ones(void *host, volatile void *registers, size_t offset)
{
    (void)host;
    (void)registers;
    (void)offset;
    return 0xffffffffu;
}

/* The device has left, and nobody has noticed: nothing is prepared, and nothing is left. */
static void fault_002_no_preparation_without_a_device(void **state)
{
    uint32_t (*read)(void *host, volatile void *registers, size_t offset);
    size_t before;

    (void)state;
    bench_prepare(&bench);
    start();
    read = bench.ops->mmio_read32;
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    bench.ops->mmio_read32 = read_ones;
    assert_int_equal(prepare(), LWNVME_ERR_GONE);
    bench.ops->mmio_read32 = read;
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_null(panic.service.controller);
    assert_int_equal(prepare(), 0);
    assert_int_equal(lwnvme_panic_release(&panic), 0);
    bench_end(&bench);
}

/* Memory that the second object asks for is refused: all that it may use was given to it beforehand. */
static void nothing_is_allocated_in_a_panic(void **state)
{
    uint64_t dma = 0;

    (void)state;
    bench_prepare(&bench);
    start();
    assert_int_equal(prepare(), 0);
    assert_null(panic.ops.dma_alloc(bench.sim, 4096, 4096, &dma));
    assert_null(panic.ops.dma_map);
    assert_null(panic.ops.alloc);
    assert_int_equal(lwnvme_panic_release(&panic), 0);
    bench_end(&bench);
}

/* A queue cannot be made in the panic, because the controller stops answering: that is told, in bounded time, and may be
 * tried again. */
static void fault_104_no_queue_in_a_panic(void **state)
{
    static const uint8_t opcodes[2] = {LWNVME_ADMIN_CREATE_IOCQ, LWNVME_ADMIN_CREATE_IOSQ};

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct lwnvme_sim_fault fault = {
            .kind = LWNVME_SIM_FATAL, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = opcodes[i]};

        bench_prepare(&bench);
        start();
        assert_int_equal(prepare_forbidding(), 0);
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_ERR_FATAL);
        assert_int_equal(lwnvme_panic_write(&panic, 0, 1, out), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_panic_release(&panic), LWNVME_ERR_MEMORY_KEPT);
        assert_int_equal(lwnvme_panic_begin(&panic), 0); /* once more, with luck */
        assert_int_equal(lwnvme_panic_end(&panic), 0);
        drop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_002_no_preparation_without_a_device),
        cmocka_unit_test(nothing_is_allocated_in_a_panic),
        cmocka_unit_test(fault_104_no_queue_in_a_panic),
        cmocka_unit_test(a_dump_reaches_the_medium_by_few_hooks),
        cmocka_unit_test(what_cannot_be_prepared),
        cmocka_unit_test(no_preparation_from_a_callback),
        cmocka_unit_test(only_what_lies_in_the_range),
        cmocka_unit_test(what_fails_in_the_panic),
        cmocka_unit_test(fault_082_what_passes_is_waited_for),
        cmocka_unit_test(fault_123_clocks_that_stand_still_or_run_astray),
        cmocka_unit_test(another_place_than_was_meant),
        cmocka_unit_test(memory_is_enough_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

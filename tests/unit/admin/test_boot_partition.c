/* SPDX-License-Identifier: MIT */
/* Boot partitions: read by registers and by the log page, written, activated, and what is refused. */
#include "../support.h"

#define SIZE (2u * 131072u)

static struct bench bench;
static struct lwnvme_boot_partition boot;
static struct counted io;
static uint8_t content[2][SIZE];
static uint8_t memory[SIZE + 8192] __attribute__((aligned(4096)));
static uint32_t dones;
static uint32_t sent[64][2];
static uint32_t sent_count;

static void watch(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t opcode = command[0] & 0xff;
    (void)context;
    if (sqid == 0 && (opcode == 0x10 || opcode == 0x11 || (opcode == 2 && (command[10] & 0xff) == 0x15))) {
        assert_true(sent_count < 64);
        sent[sent_count][0] = command[10];
        sent[sent_count][1] = command[11];
        sent_count++;
    }
}

static void done(struct lwnvme_operation *operation)
{
    assert_ptr_equal(operation, &boot.operation);
    dones++;
}

static void prepare(void)
{
    bench_prepare(&bench);
    bench.settings.cap_bps = true;
    bench.settings.boot_partition_units = 2;
    bench.settings.bpcap = 0;
    bench.settings.oacs |= LWNVME_OACS_FIRMWARE;
    bench.settings.fwug = 1;
    bench.settings.on_command = watch;
    memset(&boot, 0, sizeof(boot));
    memset(memory, 0x5a, sizeof(memory));
    boot.operation.done = done;
    boot.length_bytes = SIZE;
    boot.buffer = lwnvme_buffer_cpu(memory, SIZE);
    dones = 0;
    sent_count = 0;
    counted_init(&io, NULL);
}

static void start(void)
{
    bench_power(&bench);
    for (uint32_t i = 0; i < SIZE; i++) {
        content[0][i] = (uint8_t)(i * 7 + (i >> 8));
        content[1][i] = (uint8_t)(i * 13 + (i >> 9) + 1);
    }
    assert_true(lwnvme_sim_boot_write(bench.sim, 0, 0, SIZE, content[0]));
    assert_true(lwnvme_sim_boot_write(bench.sim, 1, 0, SIZE, content[1]));
    assert_int_equal(bench_open(&bench), 0);
}

static int finish(void)
{
    for (uint32_t turn = 0; turn < 4000000 && lwnvme_operation_step(&boot.operation) == LWNVME_PENDING;
         turn++) {
        lwnvme_sim_advance(bench.sim, 200);
    }
    assert_int_equal(dones, 1);
    dones = 0;
    return boot.operation.status;
}

static void size_and_active_partition_are_told(void **state)
{
    struct lwnvme_boot_partition_info info;
    (void)state;
    prepare();
    start();
    assert_int_equal(lwnvme_boot_partition_get_info(bench.controller, &info), 0);
    assert_true(info.size_bytes == SIZE);
    assert_int_equal(info.active, 0);
    assert_int_equal(lwnvme_boot_partition_activate(bench.controller, &io.request, 1), 0);
    assert_int_equal(lwnvme_sync_admin_wait(bench.controller, &io.request), 0);
    assert_int_equal(sent[0][0], 0x80000000 | 7u << 3);
    assert_int_equal(lwnvme_boot_partition_get_info(bench.controller, &info), 0);
    assert_int_equal(info.active, 1);
    assert_int_equal(lwnvme_boot_partition_get_info(NULL, &info), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_boot_partition_get_info(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_boot_partition_activate(bench.controller, &io.request, 2),
                     LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

/* Whole, in parts, scattered in device addresses or not; exactly what was asked for and no byte more. */
static void registers_bring_the_partition(void **state)
{
    (void)state;
    for (int scattered = 0; scattered < 2; scattered++) {
        for (int shadow = 0; shadow < 2; shadow++) {
            prepare();
            bench.settings.scattered = scattered != 0;
            bench.settings.shadow_dma = shadow != 0;
            bench.settings.boot_read_us = 700;
            start();
            assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
            assert_int_equal(finish(), 0);
            assert_memory_equal(memory, content[0], SIZE);
            assert_int_equal(memory[SIZE], 0x5a);
            assert_true(boot.done_bytes == SIZE);
            assert_int_equal(boot.operation.progress_percent, 100);
            memset(memory, 0x5a, sizeof(memory));
            boot.partition = 1;
            boot.offset_bytes = 12288;
            boot.length_bytes = 8192;
            assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
            assert_int_equal(finish(), 0);
            assert_memory_equal(memory, content[1] + 12288, 8192);
            assert_int_equal(memory[8192], 0x5a);
            assert_int_equal(sent_count, 0); /* without any command */
            bench_end(&bench);
        }
    }
}

static void the_log_page_brings_it_too(void **state)
{
    (void)state;
    prepare();
    start();
    boot.buffer = lwnvme_buffer_cpu(memory + 4, SIZE); /* dwords do */
    boot.partition = 1;
    assert_int_equal(lwnvme_boot_partition_read_log_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), 0);
    assert_memory_equal(memory + 4, content[1], SIZE);
    assert_int_equal(memory[SIZE + 4], 0x5a);
    assert_int_equal(sent_count, 2); /* 128 KiB each */
    assert_int_equal(sent[0][0], 0x7fff0115);
    boot.partition = 0;
    boot.offset_bytes = 4096;
    boot.length_bytes = 4096;
    assert_int_equal(lwnvme_boot_partition_read_log_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), 0);
    assert_memory_equal(memory + 4, content[0] + 4096, 4096);
    bench_end(&bench);
    prepare();
    bench.settings.lpa = 0;
    start();
    assert_int_equal(lwnvme_boot_partition_read_log_begin(bench.controller, &boot), LWNVME_ERR_NO_LOG_OFFSET);
    bench_end(&bench);
}

static void a_partition_is_written_and_made_active(void **state)
{
    static uint8_t stored[SIZE];
    struct lwnvme_boot_partition_info info;
    (void)state;
    for (int activate = 0; activate < 2; activate++) {
        prepare();
        bench.config.max_transfer_bytes = 65536;
        bench.settings.boot_write_us = 20000;
        start();
        for (uint32_t i = 0; i < SIZE; i++) {
            memory[i] = (uint8_t)(i * 5 + (i >> 10));
        }
        boot.partition = 1;
        boot.activate = activate != 0;
        assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
        assert_int_equal(finish(), 0);
        assert_true(lwnvme_sim_boot_read(bench.sim, 1, 0, SIZE, stored));
        assert_memory_equal(stored, memory, SIZE);
        assert_true(lwnvme_sim_boot_read(bench.sim, 0, 0, SIZE, stored));
        assert_memory_equal(stored, content[0], SIZE);
        assert_int_equal(sent_count, 4 + 1 + (uint32_t)activate);
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(sent[i][0], 16383);
            assert_int_equal(sent[i][1], i * 16384);
        }
        assert_int_equal(sent[4][0], 0x80000000 | 6u << 3);
        assert_int_equal(lwnvme_boot_partition_get_info(bench.controller, &info), 0);
        assert_int_equal(info.active, activate);
        bench_end(&bench);
    }
}

static void a_locked_partition_says_so(void **state)
{
    (void)state;
    prepare();
    bench.settings.bpcap = 4;
    start();
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
    assert_int_equal(lwnvme_status_code(finish()), LWNVME_SC_BOOT_PARTITION_WRITE_PROHIBITED);
    bench_end(&bench);
}

static void an_error_of_the_read_is_told(void **state)
{
    (void)state;
    prepare();
    bench.settings.boot_read_fails = true;
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), LWNVME_SC_INTERNAL_ERROR);
    assert_true(boot.done_bytes == 0);
    bench_end(&bench);
}

/* Only one at a time; the second is refused while BRS says that the first is under way. */
static void a_second_read_waits_for_the_first(void **state)
{
    static struct lwnvme_boot_partition second;
    (void)state;
    prepare();
    bench.settings.boot_read_us = 50000;
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_operation_step(&boot.operation), LWNVME_PENDING);
    memset(&second, 0, sizeof(second));
    second.length_bytes = 4096;
    second.buffer = lwnvme_buffer_cpu(memory, 4096);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &second), LWNVME_ERR_BUSY);
    assert_int_equal(finish(), 0);
    bench_end(&bench);
}

/* The memory is the controller's until it has stopped. */
static void a_read_that_takes_too_long_brings_the_controller_down_first(void **state)
{
    (void)state;
    prepare();
    bench.violations_allowed = true; /* there is no way but a reset */
    bench.settings.boot_read_us = 100000000;
    boot.operation.timeout_ms = 200;
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    int status = finish();
    assert_int_equal(status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    bench_end(&bench);
}

static void a_reset_ends_the_read_and_gives_the_memory_back(void **state)
{
    (void)state;
    prepare();
    bench.violations_allowed = true;
    bench.settings.boot_read_us = 5000;
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(lwnvme_operation_step(&boot.operation), LWNVME_PENDING);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    if (lwnvme_operation_active(&boot.operation)) {
        assert_int_equal(finish(), LWNVME_ERR_ABORTED);
    }
    assert_int_equal(boot.operation.status, LWNVME_ERR_ABORTED);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
    bench_end(&bench);
}

static void a_reset_ends_a_write(void **state)
{
    (void)state;
    prepare();
    bench.settings.admin_latency_us = 5000;
    start();
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
    for (uint32_t i = 0; i < 3; i++) {
        (void)lwnvme_operation_step(&boot.operation);
    }
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_operation_step(&boot.operation), LWNVME_ERR_ABORTED);
    bench_end(&bench);
}

static uint32_t (*sim_read32)(void *host, volatile void *registers, size_t offset);
static bool goes_on;

static uint32_t read_that_goes_on(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = sim_read32(host, registers, offset);
    return goes_on && offset == LWNVME_REG_BPINFO ? (value & ~(3u << 24)) | 1u << 24 : value;
}

/* CC.EN has nothing to do with such a read, and no word forbids that it goes on. */
static void fault_118_a_read_that_goes_on_over_a_reset_keeps_the_memory(void **state)
{
    (void)state;
    prepare();
    bench.violations_allowed = true;
    bench.settings.boot_read_us = 100000000;
    bench.settings.scattered = false;
    goes_on = false;
    bench_power(&bench);
    sim_read32 = bench.ops->mmio_read32;
    bench.ops->mmio_read32 = read_that_goes_on;
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(lwnvme_operation_step(&boot.operation), LWNVME_PENDING);
    goes_on = true;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    if (lwnvme_operation_active(&boot.operation)) {
        (void)finish();
    }
    assert_int_equal(boot.operation.status, LWNVME_ERR_BUFFER_HELD);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 1);
    goes_on = false;
    lwnvme_sim_forget_maps(bench.sim);
    bench_end(&bench);
}

static struct lwnvme_operation resetter;

static void reset_between_pieces(struct lwnvme_operation *operation)
{
    if (lwnvme_request_active(&boot.operation.request) || boot.piece_bytes == 0) {
        return;
    }
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    lwnvme_operation_end(operation, 0);
}

/* A piece has just ended well, and the reset takes it away all the same. */
static void fault_158_a_reset_between_two_pieces_ends_a_write(void **state)
{
    (void)state;
    prepare();
    start();
    memset(&resetter, 0, sizeof(resetter));
    boot.operation.timeout_ms = 0;
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 100;
    bench.controller->info.max_transfer_bytes = 32768;
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
    lwnvme_operation_start(bench.controller, &resetter, reset_between_pieces, 0); /* told first */
    assert_int_equal(finish(), LWNVME_ERR_ABORTED);
    assert_int_equal(bench.events[LWNVME_EVENT_RESET], 1);
    for (uint32_t i = 0; i < sent_count; i++) {
        assert_true((sent[i][0] >> 3 & 7) != 6); /* no commit */
    }
    bench_end(&bench);
}

static void a_granularity_that_no_longer_fits_ends_a_write(void **state)
{
    (void)state;
    prepare();
    bench.settings.fwug = 4;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 100;
    bench.controller->info.max_transfer_bytes = 32768;
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
    while (boot.done_bytes == 0) {
        (void)lwnvme_operation_step(&boot.operation);
        lwnvme_sim_advance(bench.sim, 10);
    }
    bench.controller->info.max_transfer_bytes = 8192; /* by another firmware, activated meanwhile */
    assert_int_equal(finish(), LWNVME_ERR_TRANSFER_SIZE);
    bench_end(&bench);
}

static void fault_124_removal_ends_each_kind(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        prepare();
        bench.settings.boot_read_us = 5000;
        bench.settings.admin_latency_us = 5000;
        start();
        assert_int_equal(kind == 0   ? lwnvme_boot_partition_read_begin(bench.controller, &boot)
                         : kind == 1 ? lwnvme_boot_partition_read_log_begin(bench.controller, &boot)
                                     : lwnvme_boot_partition_write_begin(bench.controller, &boot),
                         0);
        (void)lwnvme_operation_step(&boot.operation);
        lwnvme_sim_remove(bench.sim);
        assert_int_equal(finish(), LWNVME_ERR_GONE);
        assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
        bench_end(&bench);
    }
}

static void a_close_ends_it_and_gives_the_memory_back(void **state)
{
    (void)state;
    prepare();
    bench.violations_allowed = true;
    bench.settings.boot_read_us = 500000;
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    (void)lwnvme_operation_step(&boot.operation);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(boot.operation.status, LWNVME_ERR_ABORTED);
    assert_int_equal(dones, 1);
    bench_end(&bench);
}

/* A controller that does not stop may still write: the caller is told so, and the mapping stays. */
static void fault_118_memory_that_may_still_be_written_is_not_given_back(void **state)
{
    (void)state;
    prepare();
    bench.violations_allowed = true;
    bench.settings.boot_read_us = 100000000;
    bench.settings.scattered = false;
    boot.operation.timeout_ms = 100;
    start();
    lwnvme_sim_settings(bench.sim)->fence_works = false;
    lwnvme_sim_settings(bench.sim)->never_disabled = true;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), LWNVME_ERR_BUFFER_HELD);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 1);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
    bench_drop(&bench);
}

static void fault_136_a_mapping_that_fails_ends_it(void **state)
{
    (void)state;
    prepare();
    start();
    lwnvme_sim_settings(bench.sim)->dma_map_fail_at = lwnvme_sim_counters(bench.sim)->dma_maps + 3;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), LWNVME_ERR_DMA_MAP);
    assert_true(boot.done_bytes == 2 * 4096);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
    bench_end(&bench);
}

static void refusals(void **state)
{
    (void)state;
    prepare();
    bench.settings.cap_bps = false;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_NO_BOOT_PARTITION);
    assert_int_equal(lwnvme_boot_partition_activate(bench.controller, &io.request, 0),
                     LWNVME_ERR_NO_BOOT_PARTITION);
    bench_end(&bench);
    prepare();
    bench.settings.oacs &= (uint16_t)~LWNVME_OACS_FIRMWARE;
    start();
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), LWNVME_ERR_NO_FIRMWARE);
    assert_int_equal(lwnvme_boot_partition_activate(bench.controller, &io.request, 0),
                     LWNVME_ERR_NO_FIRMWARE);
    bench_end(&bench);
    prepare();
    start();
    assert_int_equal(lwnvme_boot_partition_read_begin(NULL, &boot), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    boot.partition = 2;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    boot.partition = 0;
    boot.length_bytes = 0;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    boot.length_bytes = SIZE;
    boot.offset_bytes = 4096;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    boot.offset_bytes = UINT64_MAX - 4095;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    boot.offset_bytes = 0;
    boot.length_bytes = 2048;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    boot.length_bytes = SIZE;
    boot.buffer = lwnvme_buffer_cpu(memory + 512, SIZE);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_BUFFER_ALIGNMENT);
    boot.buffer = lwnvme_buffer_cpu(memory, SIZE - 4096);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_BUFFER_LENGTH);
    boot.buffer = lwnvme_buffer_cpu(NULL, SIZE);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_NULL_ARGUMENT);
    boot.buffer = lwnvme_buffer_cpu(memory, SIZE + 8192);
    boot.length_bytes = SIZE + 4096; /* more than the partition holds */
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), LWNVME_ERR_IMAGE_LENGTH);
    boot.length_bytes = 4096 + 4; /* not a multiple of FWUG */
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), LWNVME_ERR_IMAGE_LENGTH);
    bench.ops->dma_map = NULL;
    boot.length_bytes = 4096;
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(dones + sent_count, 0);
    bench_end(&bench);
    /* A granule that one command cannot move. */
    prepare();
    bench.settings.fwug = 40;
    start();
    assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), LWNVME_ERR_TRANSFER_SIZE);
    bench_end(&bench);
}

static uint32_t bpinfo_and = UINT32_MAX;
static uint32_t bpinfo_or;

static uint32_t read_other_bpinfo(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = sim_read32(host, registers, offset);
    return offset == LWNVME_REG_BPINFO ? (value & bpinfo_and) | bpinfo_or : value;
}

/* A device that leaves, and one that has forgotten the read. */
static void registers_that_say_something_else(void **state)
{
    struct lwnvme_boot_partition_info info;
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++) {
        prepare();
        bench.violations_allowed = true;
        bench.settings.boot_read_us = 100000;
        start();
        sim_read32 = bench.ops->mmio_read32;
        bench.ops->mmio_read32 = read_other_bpinfo;
        bpinfo_and = UINT32_MAX;
        bpinfo_or = 0;
        assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
        assert_int_equal(lwnvme_operation_step(&boot.operation), LWNVME_PENDING);
        if (kind == 0) {
            bpinfo_or = UINT32_MAX;
            assert_int_equal(lwnvme_boot_partition_get_info(bench.controller, &info), LWNVME_ERR_GONE);
            assert_int_equal(finish(), LWNVME_ERR_GONE);
            assert_int_equal(bench.controller->fail_status, LWNVME_ERR_GONE);
        } else {
            bpinfo_and = ~(3u << 24); /* BRS: there is none */
            assert_int_equal(finish(), LWNVME_ERR_ABORTED);
            assert_int_equal(lwnvme_sync_controller_check(bench.controller), 0);
        }
        assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
        bpinfo_and = UINT32_MAX;
        bpinfo_or = 0;
        bench_end(&bench);
    }
}

static bool (*sim_map)(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                       uint64_t *dma, size_t *run);
static uint32_t map_kind;

static bool map_oddly(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                      uint64_t *dma, size_t *run)
{
    if (map_kind == 0) { /* more than was asked for */
        bool mapped = sim_map(host, address, length, direction, dma, run);
        *run += 4096;
        return mapped;
    }
    *dma = map_kind == 1 ? UINT64_MAX - 4095 : map_kind == 2 ? 0x12345004 : 0x12345000;
    *run = map_kind == 3 ? 4092 : length;
    return true;
}

static uint32_t odd_unmaps;

static void unmap_counted(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    (void)host;
    (void)dma;
    (void)length;
    (void)direction;
    odd_unmaps++;
}

/* What the host makes of an address is looked at: its length, whether the controller can reach it, and its place in a
 * page. */
static void fault_136_mappings_that_cannot_be(void **state)
{
    static const int expected[] = {0, LWNVME_ERR_DMA_LIMIT, LWNVME_ERR_BUFFER_LAYOUT,
                                   LWNVME_ERR_BUFFER_LAYOUT};
    (void)state;
    for (map_kind = 0; map_kind < 4; map_kind++) {
        prepare();
        bench.settings.scattered = false;
        start();
        void (*sim_unmap)(void *, uint64_t, size_t, enum lwnvme_direction) = bench.ops->dma_unmap;
        sim_map = bench.ops->dma_map;
        bench.ops->dma_map = map_oddly;
        odd_unmaps = 0;
        if (map_kind != 0) {
            bench.ops->dma_unmap = unmap_counted;
        }
        assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
        bench.controller->quirks |= map_kind == 1 ? LWNVME_QUIRK_DMA_48_BITS : 0;
        assert_int_equal(finish(), expected[map_kind]);
        assert_int_equal(odd_unmaps, map_kind == 0 ? 0 : 1);
        if (map_kind == 0) {
            assert_memory_equal(memory, content[0], SIZE);
        }
        bench.controller->quirks &= ~LWNVME_QUIRK_DMA_48_BITS;
        bench.ops->dma_map = sim_map;
        bench.ops->dma_unmap = sim_unmap;
        bench_end(&bench);
    }
}

/* By device address no hook is needed, and nothing is mapped. */
static void device_addresses_are_taken_as_they_are(void **state)
{
    uint64_t dma = 0;
    size_t run = SIZE;
    (void)state;
    prepare();
    bench.settings.scattered = false;
    start();
    sim_map = bench.ops->dma_map;
    assert_true(sim_map(bench.sim, memory, SIZE, LWNVME_FROM_DEVICE, &dma, &run));
    assert_int_equal(run, SIZE);
    bench.ops->dma_map = NULL;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_HOOK_DMA_MAP);
    boot.buffer = lwnvme_buffer_device(dma, SIZE);
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), 0);
    assert_int_equal(finish(), 0);
    bench.ops->dma_map = sim_map;
    bench.ops->dma_unmap(bench.sim, dma, SIZE, LWNVME_FROM_DEVICE);
    bench.ops->dma_sync(bench.sim, memory, SIZE, LWNVME_FROM_DEVICE, false);
    assert_memory_equal(memory, content[0], SIZE);
    boot.buffer.segments = (const struct lwnvme_segment *)(const void *)memory;
    assert_int_equal(lwnvme_boot_partition_read_begin(bench.controller, &boot), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

/* Pieces of a download: 128 KiB where more would be possible, but never less than a granule. */
static void pieces_of_a_download(void **state)
{
    static const struct {
        uint8_t fwug;
        uint32_t length;
        uint32_t pieces;
        uint32_t first; /* NUMD */
    } rows[] = {{1, SIZE, 2, 131072 / 4 - 1},
                {64, SIZE, 1, SIZE / 4 - 1},
                {255, 512, 1, 127},
                {0, SIZE, 2, 131072 / 4 - 1}};
    (void)state;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        prepare();
        bench.violations_allowed = true;
        bench.settings.mdts = 0;
        bench.settings.fwug = rows[i].fwug;
        bench.config.max_transfer_bytes = 1u << 20;
        start();
        boot.length_bytes = rows[i].length;
        assert_int_equal(lwnvme_boot_partition_write_begin(bench.controller, &boot), 0);
        (void)finish();
        assert_true(sent_count > rows[i].pieces);
        assert_int_equal(sent[0][0], rows[i].first);
        assert_int_equal(sent[rows[i].pieces][0] >> 3 & 7, LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_and_active_partition_are_told),
        cmocka_unit_test(registers_bring_the_partition),
        cmocka_unit_test(the_log_page_brings_it_too),
        cmocka_unit_test(a_partition_is_written_and_made_active),
        cmocka_unit_test(a_locked_partition_says_so),
        cmocka_unit_test(an_error_of_the_read_is_told),
        cmocka_unit_test(a_second_read_waits_for_the_first),
        cmocka_unit_test(a_read_that_takes_too_long_brings_the_controller_down_first),
        cmocka_unit_test(a_reset_ends_the_read_and_gives_the_memory_back),
        cmocka_unit_test(a_reset_ends_a_write),
        cmocka_unit_test(fault_118_a_read_that_goes_on_over_a_reset_keeps_the_memory),
        cmocka_unit_test(fault_158_a_reset_between_two_pieces_ends_a_write),
        cmocka_unit_test(a_granularity_that_no_longer_fits_ends_a_write),
        cmocka_unit_test(fault_124_removal_ends_each_kind),
        cmocka_unit_test(a_close_ends_it_and_gives_the_memory_back),
        cmocka_unit_test(fault_118_memory_that_may_still_be_written_is_not_given_back),
        cmocka_unit_test(fault_136_a_mapping_that_fails_ends_it),
        cmocka_unit_test(refusals),
        cmocka_unit_test(registers_that_say_something_else),
        cmocka_unit_test(fault_136_mappings_that_cannot_be),
        cmocka_unit_test(device_addresses_are_taken_as_they_are),
        cmocka_unit_test(pieces_of_a_download),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

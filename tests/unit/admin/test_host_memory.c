/* SPDX-License-Identifier: MIT */
/*
 * The host memory buffer. The software controller writes to the memory that it is given, checks that nobody else does,
 * and notes memory that is freed while it has it.
 */
#include "../support.h"

#define MIB UINT64_C(0x100000)
#define KIB UINT64_C(0x400)

static struct bench bench;
static struct lwnvme_host_memory memory;
static uint32_t sent[8][16];
static uint32_t sent_count;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && (command[0] & 0xff) == 9 && (command[10] & 0xff) == 0x0d) {
        memcpy(sent[sent_count++ & 7u], command, sizeof(sent[0]));
    }
}

static const uint32_t *last(void)
{
    assert_true(sent_count > 0);
    return sent[(sent_count - 1) & 7u];
}

/* In units of 4 KiB. */
static void prepare(uint32_t hmpre, uint32_t hmmin, uint32_t hmminds, uint16_t hmmaxd)
{
    memset(&memory, 0, sizeof(memory));
    bench_prepare(&bench);
    bench.settings.hmpre = hmpre;
    bench.settings.hmmin = hmmin;
    bench.settings.hmminds = hmminds;
    bench.settings.hmmaxd = hmmaxd;
    bench.settings.on_command = note_command;
    sent_count = 0;
}

static void start(uint32_t hmpre, uint32_t hmmin, uint32_t hmminds, uint16_t hmmaxd)
{
    prepare(hmpre, hmmin, hmminds, hmmaxd);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
}

static int given(uint64_t budget_bytes, uint32_t chunk_bytes)
{
    memory.budget_bytes = budget_bytes;
    memory.chunk_bytes = chunk_bytes;
    return lwnvme_sync_host_memory_start(bench.controller, &memory);
}

static void closed(void)
{
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(memory.status, 0);
    assert_int_equal(memory.chunk_count, 0);
    assert_false(memory.enabled);
    bench_end(&bench);
}

static void the_controller_gets_what_it_prefers(void **state)
{
    (void)state;
    start(2048, 512, 0, 0); /* 8 MiB, at least 2 */
    assert_int_equal(given(64 * MIB, 0), 0);
    assert_true(memory.enabled);
    assert_true(memory.size_bytes == 8 * MIB);
    assert_int_equal(memory.chunk_count, 2);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    assert_int_equal(sent_count, 1);
    assert_int_equal(last()[1], 0);
    assert_int_equal(last()[6] | last()[7] | last()[8] | last()[9], 0);
    assert_int_equal(last()[10], 0x0d);
    assert_int_equal(last()[11], 1);
    assert_int_equal(last()[12], 2048);
    assert_int_equal(last()[15], 2);
    closed();
}

static void sizes_count_memory_pages(void **state)
{
    (void)state;
    prepare(100, 50, 0, 0);
    bench.config.page_bytes = bench.settings.host_page_bytes = 16384;
    bench.settings.cap_mpsmax = 4;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(bench.controller->page_bytes, 16384);
    assert_int_equal(given(64 * MIB, 0), 0);
    assert_int_equal(last()[12], 25);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 25 * 16384);
    closed();
}

static void memory_comes_back_when_it_is_stopped(void **state)
{
    size_t before;
    (void)state;
    start(2048, 512, 0, 0);
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    assert_int_equal(given(4 * MIB, (uint32_t)MIB), 0);
    assert_int_equal(memory.chunk_count, 4);
    lwnvme_sim_advance(bench.sim, 1000000);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(last()[11], 0);
    assert_int_equal(last()[12] | last()[13] | last()[14] | last()[15], 0);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_int_equal(memory.chunk_count, 0);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(given(4 * MIB, 0), 0); /* again, with the same object: not the memory of before */
    assert_int_equal(last()[11], 1);
    closed();
}

static void fault_132_a_budget_below_the_minimum_is_named(void **state)
{
    struct lwnvme_host_memory_wish wish;
    (void)state;
    start(2048, 512, 64, 16);
    assert_int_equal(lwnvme_host_memory_wish_get(bench.controller, &wish), 0);
    assert_true(wish.preferred_bytes == 8 * MIB && wish.minimum_bytes == 2 * MIB);
    assert_true(wish.minimum_chunk_bytes == 256 * KIB);
    assert_int_equal(wish.chunks_max, 16);
    assert_int_equal(given(2 * MIB - 1, 0), LWNVME_ERR_HOST_MEMORY_LIMIT);
    assert_int_equal(given(0, 0), LWNVME_ERR_HOST_MEMORY_LIMIT);
    assert_int_equal(sent_count, 0);
    assert_int_equal(given(2 * MIB, 0), 0);
    assert_true(memory.size_bytes == 2 * MIB);
    closed();
}

static void fault_132_a_preference_below_the_minimum_is_raised(void **state)
{
    (void)state;
    start(256, 1024, 0, 0);
    assert_int_equal(given(64 * MIB, 0), 0);
    assert_true(memory.size_bytes == 4 * MIB);
    closed();
}

static void fault_132_absurd_wishes_are_cut_by_the_budget(void **state)
{
    (void)state;
    start(0xffffffff, 1, 0, 0);
    assert_int_equal(given(3 * MIB + 5, 0), 0);
    assert_true(memory.size_bytes == 3 * MIB);
    closed();
    start(0xffffffff, 0xffffffff, 0, 0);
    assert_int_equal(given(64 * MIB, 0), LWNVME_ERR_HOST_MEMORY_LIMIT);
    bench_end(&bench);
    start(16, 1, 0xffffffff, 0);
    assert_int_equal(given(64 * MIB, 0), LWNVME_ERR_HOST_MEMORY_LIMIT);
    bench_end(&bench);
}

static void fault_132_no_more_chunks_than_the_controller_takes(void **state)
{
    (void)state;
    start(2048, 512, 0, 3);
    assert_int_equal(given(64 * MIB, (uint32_t)MIB), 0); /* larger chunks than asked for, then */
    assert_true(memory.size_bytes == 8 * MIB);
    assert_true(memory.chunk_count <= 3);
    closed();
    start(2048, 512, 0, 1);
    assert_int_equal(given(64 * MIB, 0), 0);
    assert_int_equal(memory.chunk_count, 1);
    closed();
}

/* Chunks are not smaller than HMMINDS: the rest that would be is left out. */
static void fault_132_no_smaller_chunks_than_the_controller_takes(void **state)
{
    (void)state;
    start(300, 200, 64, 0); /* 1200 KiB, at least 800, in chunks from 256 on */
    assert_int_equal(given(64 * MIB, 4096), 0);
    assert_int_equal(memory.chunk_count, 4);
    assert_true(memory.size_bytes == 1024 * KIB);
    closed();
    start(300, 300, 64, 0); /* the minimum needs the rest: a whole chunk */
    assert_int_equal(given(64 * MIB, 4096), 0);
    assert_int_equal(memory.chunk_count, 5);
    assert_true(memory.size_bytes == 1280 * KIB);
    closed();
    start(300, 300, 64, 0); /* for which the budget has no room */
    assert_int_equal(given(1200 * KIB, 4096), LWNVME_ERR_HOST_MEMORY_LIMIT);
    bench_end(&bench);
}

/* Each allocation fails in turn, once and for ever: less memory, or none and nothing left behind. */
static void fault_132_each_allocation_fails_in_turn(void **state)
{
    (void)state;
    for (uint32_t for_ever = 0; for_ever < 2; for_ever++) {
        uint64_t base = 0;
        for (uint64_t k = 1; k < 14; k++) {
            size_t before;
            int status;
            start(2048, 1024, 0, 0);
            before = lwnvme_sim_outstanding_allocations(bench.sim);
            base = lwnvme_sim_counters(bench.sim)->dma_allocs;
            lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = base + k;
            lwnvme_sim_settings(bench.sim)->fail_count = for_ever != 0 ? UINT32_MAX : 1;
            status = given(64 * MIB, (uint32_t)MIB);
            if (status == 0) {
                assert_true(memory.size_bytes >= 4 * MIB && memory.size_bytes <= 8 * MIB);
                assert_true(lwnvme_sim_hmb_bytes(bench.sim) == memory.size_bytes);
                lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = 0;
                closed();
                continue;
            }
            assert_int_equal(status, LWNVME_ERR_NO_MEMORY);
            assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
            assert_int_equal(sent_count, 0);
            lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = 0;
            bench_end(&bench);
        }
    }
}

static void fault_132_the_bookkeeping_cannot_be_had(void **state)
{
    (void)state;
    start(2048, 1024, 0, 0);
    lwnvme_sim_settings(bench.sim)->alloc_fail_at = lwnvme_sim_counters(bench.sim)->allocs + 1;
    assert_int_equal(given(64 * MIB, 0), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(sent_count, 0);
    assert_int_equal(given(64 * MIB, 0), 0);
    closed();
}

/* A host with little contiguous memory: chunks get smaller until they can be had. */
static void fault_132_smaller_chunks_where_there_are_no_large_ones(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = lwnvme_sim_counters(bench.sim)->dma_allocs + 2;
    lwnvme_sim_settings(bench.sim)->fail_count = 3; /* 4 MiB, 2 MiB, 1 MiB */
    assert_int_equal(given(8 * MIB, 0), 0);
    assert_true(memory.size_bytes == 8 * MIB);
    assert_int_equal(memory.chunk_count, 16);
    closed();
}

/* Given back before a reset, and the same memory, untouched, is returned after it. */
static void fault_132_disabled_before_a_reset_and_returned_after_it(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t before = sent_count;
        lwnvme_sim_advance(bench.sim, 500000);
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        while (memory.status == LWNVME_PENDING) {
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(sent_count, before + 2);
        assert_int_equal(sent[(sent_count - 2) & 7u][11], 0);
        assert_int_equal(last()[11], 3);
        assert_int_equal(memory.status, 0);
        assert_true(memory.enabled);
        assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    }
    closed();
}

static void fault_132_disabled_before_shutdown_and_returned_after_resume(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(last()[11], 0);
    assert_false(memory.enabled);
    assert_int_equal(lwnvme_sim_hmb_bytes(bench.sim), 0);
    assert_int_equal(memory.chunk_count, 2); /* kept for later */
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    while (memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(last()[11], 3);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    closed();
}

/* The reset comes while the first enable is under way: it is followed by the farewell. */
static void a_reset_while_it_is_being_enabled(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    memory.budget_bytes = 8 * MIB;
    assert_int_equal(lwnvme_host_memory_start(bench.controller, &memory), 0);
    assert_int_equal(lwnvme_host_memory_start(bench.controller, &memory), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_host_memory_stop(&memory), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    assert_int_equal(bench_settle(&bench), 0);
    while (memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(sent_count, 3);
    assert_int_equal(sent[1][11], 0);
    assert_int_equal(sent[2][11], 3);
    assert_int_equal(bench.controller->farewells, 0);
    closed();
}

static void what_the_controller_refuses_is_freed(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4002};
    size_t before;
    (void)state;
    start(2048, 512, 0, 0);
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(given(8 * MIB, 0), 0x4002);
    assert_false(memory.enabled);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    bench_end(&bench);
}

/* An error may come after the fact: nothing is freed before the controller has said that it does not use the memory. */
static void fault_132_a_refusal_is_not_believed_before_it_is_confirmed(void **state)
{
    struct lwnvme_sim_fault after = {.kind = LWNVME_SIM_STATUS_AFTER, .opcode = 9, .status = 0x4006};
    struct lwnvme_sim_fault again = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .skip = 1, .status = 0x4007};
    size_t before;
    (void)state;
    start(2048, 512, 0, 0);
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    assert_true(lwnvme_sim_fault_add(bench.sim, &after));
    assert_int_equal(given(8 * MIB, 0), 0x4006);
    assert_int_equal(sent_count, 2);
    assert_int_equal(last()[11], 0);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 0);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_null(memory.service.controller);
    lwnvme_sim_faults_clear(bench.sim);
    assert_true(lwnvme_sim_fault_add(bench.sim, &after));
    assert_true(lwnvme_sim_fault_add(bench.sim, &again));
    assert_int_equal(given(8 * MIB, 0), 0x4006);
    assert_true(memory.enabled);
    assert_true(memory.chunk_count != 0);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    bench_end(&bench);
}

/* The controller will not let go: nothing is freed, and it may be asked again. */
static void fault_132_what_is_not_given_back_is_not_freed(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4006};
    size_t before;
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0x4006);
    assert_true(memory.enabled);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(memory.chunk_count, 0);
    bench_end(&bench);
}

/* A controller that does not stop may still write: its memory is left alone. */
static void fault_132_memory_of_a_controller_that_does_not_stop_is_kept(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    lwnvme_sim_settings(bench.sim)->never_disabled = true;
    lwnvme_sim_settings(bench.sim)->fence_works = false;
    bench.ops->fence_device = NULL;
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
    assert_int_equal(memory.status, LWNVME_ERR_MEMORY_KEPT);
    assert_true(lwnvme_sim_outstanding_allocations(bench.sim) >= 3);
    bench_drop(&bench);
}

/* A failed controller that has been stopped uses nothing: stop frees at once. */
static void a_stopped_controller_gives_the_memory_back_at_once(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    lwnvme_sim_fatal(bench.sim);
    while (lwnvme_controller_state(bench.controller) != LWNVME_STATE_FAILED) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 1000);
    }
    assert_int_equal(lwnvme_host_memory_stop(&memory), 0);
    assert_int_equal(memory.chunk_count, 0);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    bench_end(&bench);
}

static void a_lost_controller_has_its_memory_freed_at_close(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    lwnvme_sim_remove(bench.sim);
    while (lwnvme_controller_state(bench.controller) != LWNVME_STATE_FAILED) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 1000);
    }
    closed();
}

static void what_is_missing_is_named(void **state)
{
    static struct lwnvme_controller other;
    struct lwnvme_host_memory_wish wish;
    (void)state;
    start(0, 0, 0, 0);
    assert_int_equal(given(8 * MIB, 0), LWNVME_ERR_NO_HOST_MEMORY_BUFFER);
    assert_int_equal(lwnvme_host_memory_wish_get(bench.controller, &wish), LWNVME_ERR_NO_HOST_MEMORY_BUFFER);
    assert_int_equal(lwnvme_host_memory_wish_get(NULL, &wish), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_memory_wish_get(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_memory_wish_get(&other, &wish), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_host_memory_start(NULL, &memory), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_memory_start(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_memory_start(&other, &memory), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_host_memory_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_host_memory_stop(&memory), LWNVME_ERR_NOT_OPEN);
    bench_end(&bench);
    start(16, 1, 0, 0);
    memory.restrict_non_operational = true;
    assert_int_equal(given(8 * MIB, 0), LWNVME_ERR_NO_FEATURE);
    assert_int_equal(sent_count, 0);
    bench_end(&bench);
}

/* After a reset the controller wants more than it was given: it gets nothing, and the memory can be taken back. */
static void fault_132_a_minimum_that_grew_is_noticed_after_a_reset(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(2 * MIB, 0), 0);
    lwnvme_sim_settings(bench.sim)->hmmin = 1024;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(memory.status, LWNVME_ERR_HOST_MEMORY_LIMIT);
    assert_false(memory.enabled);
    assert_int_equal(sent_count, 2);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(sent_count, 2);
    closed();
}

/* It cannot take a farewell, and the reset that was asked for is what helps. */
static void a_controller_that_has_failed_is_reset_without_a_farewell(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    lwnvme_sim_fatal(bench.sim);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    while (memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_true(memory.enabled);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    closed();
}

/* A stop that failed is over: a later farewell does not free what is to be returned. */
static void fault_132_a_failed_stop_is_not_carried_on_by_a_reset(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4006};
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0x4006);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    while (memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(last()[11], 3);
    assert_int_equal(memory.chunk_count, 2);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    closed();
}

/* The controller does not let go before it sleeps: it still has the memory when it wakes, and is not given it twice. */
static void fault_129_what_was_not_given_back_before_sleep_is_not_given_again(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4006};
    static struct lwnvme_suspension suspension;
    (void)state;
    prepare(2048, 512, 0, 0);
    bench.settings.npss = 1;
    memset(bench.settings.psd, 0, sizeof(bench.settings.psd));
    bench.settings.psd[1].nops = true;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_sync_suspend(bench.controller, &suspension), 0);
    assert_true(memory.enabled);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    assert_int_equal(sent_count, 2);
    assert_true(memory.enabled);
    assert_true(lwnvme_sim_hmb_bytes(bench.sim) == 8 * MIB);
    closed();
}

/* What cannot be sent: the start leaves nothing, and a controller that refused the memory keeps it, as it might use it. */
static void commands_that_cannot_be_sent(void **state)
{
    size_t before;
    (void)state;
    start(2048, 512, 0, 0);
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    memory.budget_bytes = 8 * MIB;
    memory.request.flags = 0x4000; /* no such flag */
    assert_int_equal(lwnvme_host_memory_start(bench.controller, &memory), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_null(memory.service.controller);
    assert_int_equal(sent_count, 0);
    memory.request.flags = 0;
    assert_int_equal(given(8 * MIB, 0), 0);
    /* No farewell, and no reset that waits for it; nor is the memory given back afterwards. */
    memory.request.flags = 0x4000;
    assert_int_equal(lwnvme_host_memory_stop(&memory), LWNVME_ERR_INVALID_ARGUMENT);
    assert_true(memory.enabled);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(sent_count, 1);
    assert_int_equal(memory.status, LWNVME_ERR_INVALID_ARGUMENT);
    assert_false(memory.enabled);
    assert_int_equal(memory.chunk_count, 2);
    memory.request.flags = 0;
    closed();
}

static void spoil_flags(void *context, uint16_t sqid, const uint32_t command[16])
{
    note_command(context, sqid, command);
    if (sqid == 0 && (command[0] & 0xff) == 9) {
        memory.request.flags = 0x4000; /* no such flag */
    }
}

static void a_refusal_that_cannot_be_confirmed(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4006};
    (void)state;
    start(2048, 512, 0, 0);
    lwnvme_sim_settings(bench.sim)->on_command = spoil_flags;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(given(8 * MIB, 0), 0x4006);
    assert_int_equal(sent_count, 1);
    assert_int_equal(memory.status, 0x4006);
    assert_int_equal(memory.chunk_count, 2); /* it may have it after all */
    memory.request.flags = 0;
    closed();
}

/* After a reset there is no such thing any more: the memory stays with its owner, and a stop frees it. */
static void a_wish_that_is_gone_after_a_reset(void **state)
{
    (void)state;
    start(2048, 512, 0, 0);
    assert_int_equal(given(8 * MIB, 0), 0);
    lwnvme_sim_settings(bench.sim)->hmpre = 0;
    lwnvme_sim_settings(bench.sim)->hmmin = 0;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(memory.status, LWNVME_ERR_NO_HOST_MEMORY_BUFFER);
    assert_false(memory.enabled);
    assert_int_equal(lwnvme_sync_host_memory_stop(&memory), 0);
    assert_int_equal(memory.chunk_count, 0);
    assert_int_equal(sent_count, 2);
    bench_end(&bench);
}

/* Restricted to operational states, where the controller can be; and stopped while a reset is under way. */
static void options_and_moments(void **state)
{
    (void)state;
    prepare(2048, 512, 0, 2000);
    bench.settings.ctratt &= ~(uint32_t)LWNVME_CTRATT_HMB_RESTRICT_NON_OPERATIONAL;
    memory.restrict_non_operational = true;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(given(8 * MIB, 0), LWNVME_ERR_NO_FEATURE);
    bench_end(&bench);
    prepare(2048, 512, 0, 2000); /* more chunks than there is room for in a list */
    bench.settings.ctratt |= LWNVME_CTRATT_HMB_RESTRICT_NON_OPERATIONAL;
    bench.violations_allowed = true;
    memory.restrict_non_operational = true;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_true(given(8 * MIB, 0) > 0); /* the software controller has no such thing */
    assert_int_equal(sent[0][11], 5);   /* EHM, HMNARE */
    memory.restrict_non_operational = false;
    assert_int_equal(given(8 * MIB, 0), 0);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    while (lwnvme_request_active(&memory.request)) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 10);
    }
    if (memory.enabled) {
        assert_int_not_equal(lwnvme_host_memory_stop(&memory), 0);
    }
    assert_int_equal(bench_settle(&bench), 0);
    while (memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    closed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_controller_gets_what_it_prefers),
        cmocka_unit_test(sizes_count_memory_pages),
        cmocka_unit_test(memory_comes_back_when_it_is_stopped),
        cmocka_unit_test(fault_132_a_budget_below_the_minimum_is_named),
        cmocka_unit_test(fault_132_a_preference_below_the_minimum_is_raised),
        cmocka_unit_test(fault_132_absurd_wishes_are_cut_by_the_budget),
        cmocka_unit_test(fault_132_no_more_chunks_than_the_controller_takes),
        cmocka_unit_test(fault_132_no_smaller_chunks_than_the_controller_takes),
        cmocka_unit_test(fault_132_each_allocation_fails_in_turn),
        cmocka_unit_test(fault_132_the_bookkeeping_cannot_be_had),
        cmocka_unit_test(fault_132_smaller_chunks_where_there_are_no_large_ones),
        cmocka_unit_test(fault_132_disabled_before_a_reset_and_returned_after_it),
        cmocka_unit_test(fault_132_disabled_before_shutdown_and_returned_after_resume),
        cmocka_unit_test(a_reset_while_it_is_being_enabled),
        cmocka_unit_test(what_the_controller_refuses_is_freed),
        cmocka_unit_test(fault_132_a_refusal_is_not_believed_before_it_is_confirmed),
        cmocka_unit_test(fault_132_what_is_not_given_back_is_not_freed),
        cmocka_unit_test(fault_132_memory_of_a_controller_that_does_not_stop_is_kept),
        cmocka_unit_test(a_stopped_controller_gives_the_memory_back_at_once),
        cmocka_unit_test(a_lost_controller_has_its_memory_freed_at_close),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(fault_132_a_minimum_that_grew_is_noticed_after_a_reset),
        cmocka_unit_test(a_controller_that_has_failed_is_reset_without_a_farewell),
        cmocka_unit_test(fault_132_a_failed_stop_is_not_carried_on_by_a_reset),
        cmocka_unit_test(fault_129_what_was_not_given_back_before_sleep_is_not_given_again),
        cmocka_unit_test(commands_that_cannot_be_sent),
        cmocka_unit_test(a_refusal_that_cannot_be_confirmed),
        cmocka_unit_test(a_wish_that_is_gone_after_a_reset),
        cmocka_unit_test(options_and_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What a close keeps: every piece that dma_alloc gave and dma_free did not get back, and nothing else. */
#include "../support.h"

#include <lwnvme/cmb.h>
#include <lwnvme/kept.h>
#include <lwnvme/mapper.h>
#include <lwnvme/sync_power.h>

#define PIECES 64u

static struct bench bench;
static struct lwnvme_kept kept;
static struct lwnvme_shadow shadow;
static struct lwnvme_host_memory memory;
static struct lwnvme_host_ops real;
static struct piece {
    void *memory;
    size_t length;
    uint64_t dma;
} pieces[PIECES];

static void *alloc_seen(void *host, size_t size, size_t align, uint64_t *dma)
{
    uint32_t index = 0;
    void *got = real.dma_alloc(host, size, align, dma);

    while (pieces[index].memory != NULL)
        index++;
    pieces[index] = (struct piece){got, size, *dma};
    return got;
}

static void take_out(void *which, size_t length, uint64_t dma)
{
    uint32_t index = 0;

    while (index < PIECES && pieces[index].memory != which)
        index++;
    assert_in_range(index, 0, PIECES - 1);
    assert_int_equal(pieces[index].length, length);
    assert_int_equal(pieces[index].dma, dma);
    pieces[index].memory = NULL;
}

static void free_seen(void *host, void *which, size_t size, uint64_t dma)
{
    take_out(which, size, dma);
    real.dma_free(host, which, size, dma);
}

static uint64_t seen_bytes;

static void told(struct lwnvme_kept *from, void *which, size_t length, uint64_t dma)
{
    assert_ptr_equal(from, &kept);
    assert_ptr_equal(from->context, &bench);
    seen_bytes += length;
    take_out(which, length, dma);
}

static void start(bool stops)
{
    const struct lwnvme_queue_config config = {.mapper = &lwnvme_mapper_full, .bounce_bytes = 65536};

    memset(&kept, 0, sizeof(kept));
    memset(&shadow, 0, sizeof(shadow));
    memset(&memory, 0, sizeof(memory));
    memset(pieces, 0, sizeof(pieces));
    seen_bytes = 0;
    bench_prepare(&bench);
    bench.settings.oacs |= 0x100;
    bench.settings.hmpre = 64;
    bench.settings.fence_works = false;
    bench_power(&bench);
    real = *bench.ops;
    bench.ops->dma_alloc = alloc_seen;
    bench.ops->dma_free = free_seen;
    assert_int_equal(bench_open(&bench), 0);
    kept.memory = told;
    kept.context = &bench;
    kept.pieces = 9; /* of an earlier close */
    kept.bytes = 9;
    assert_int_equal(lwnvme_kept_watch(bench.controller, &kept), 0);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    assert_int_equal(lwnvme_kept_watch(bench.controller, &kept), LWNVME_ERR_BUSY);
    memory.budget_bytes = 65536 * 4;
    memory.chunk_bytes = 65536;
    assert_int_equal(lwnvme_sync_host_memory_start(bench.controller, &memory), 0);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    lwnvme_sim_settings(bench.sim)->never_disabled = !stops;
}

static void fault_118_every_piece_that_is_kept_is_told_of(void **state)
{
    (void)state;
    start(false);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
    for (uint32_t index = 0; index < PIECES; index++)
        assert_null(pieces[index].memory);
    assert_int_equal(kept.pieces, lwnvme_sim_outstanding_allocations(bench.sim));
    assert_true(kept.pieces >= 3 + 3 + 1 + 4 + 1 + 1 + 1);
    assert_int_equal(kept.bytes, seen_bytes);
    assert_true(kept.bytes > 65536 * (4 + 1));
    bench_drop(&bench);
}

/* Of a submission queue in the controller memory buffer, the copy is told of as dma_alloc gave it, not as the controller sees the
 * ring. */
static void fault_118_the_copy_of_a_ring_in_the_buffer(void **state)
{
    static struct lwnvme_cmb cmb;
    static struct lwnvme_queue_memory ring;
    const struct lwnvme_cmb_bar bar = {
        .physical = UINT64_C(0xfe9000000000), .bus = UINT64_C(0xfe9000000000), .length_bytes = 256u << 10};
    const struct lwnvme_queue_config config = {.memory = &ring};
    (void)state;
    for (uint32_t stops = 0; stops < 2; stops++) {
        memset(&kept, 0, sizeof(kept));
        memset(&cmb, 0, sizeof(cmb));
        memset(pieces, 0, sizeof(pieces));
        bench_prepare(&bench);
        bench.settings.fence_works = false;
        bench.settings.cmb_bytes = 256u << 10;
        bench.settings.cmb_bir = 4;
        bench.settings.cmb_bar_physical = bar.physical;
        bench_power(&bench);
        real = *bench.ops;
        bench.ops->dma_alloc = alloc_seen;
        bench.ops->dma_free = free_seen;
        assert_int_equal(bench_open(&bench), 0);
        kept.memory = told;
        kept.context = &bench;
        assert_int_equal(lwnvme_kept_watch(bench.controller, &kept), 0);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
        lwnvme_cmb_queue_memory(&cmb, &ring);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
        lwnvme_sim_settings(bench.sim)->never_disabled = stops == 0;
        assert_int_equal(lwnvme_sync_controller_close(bench.controller),
                         stops == 0 ? LWNVME_ERR_MEMORY_KEPT : LWNVME_OK);
        for (uint32_t index = 0; index < PIECES; index++)
            assert_null(pieces[index].memory);
        assert_int_equal(kept.pieces, lwnvme_sim_outstanding_allocations(bench.sim));
        if (stops == 0)
            bench_drop(&bench);
        else
            bench_end(&bench);
    }
}

static void a_close_that_frees_everything_tells_of_nothing(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(kept.pieces, 0);
    assert_int_equal(kept.bytes, 0);
    assert_int_equal(lwnvme_kept_watch(bench.controller, &kept), LWNVME_ERR_NOT_OPEN);
    bench_end(&bench);
}

static void what_cannot_be_watched(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(lwnvme_kept_watch(NULL, &kept), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_kept_watch(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    kept.memory = NULL;
    assert_int_equal(lwnvme_kept_watch(bench.controller, &kept), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

/* Only a close keeps memory: a reset tells of nothing, and does not end the watch. */
static void a_reset_tells_of_nothing(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    assert_int_equal(bench_settle(&bench), 0);
    assert_int_equal(kept.pieces, 0);
    assert_ptr_equal(bench.controller->kept, &kept);
    assert_ptr_equal(kept.service.controller, bench.controller);
    lwnvme_sim_settings(bench.sim)->never_disabled = true;
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
    assert_int_equal(kept.pieces, lwnvme_sim_outstanding_allocations(bench.sim));
    bench_drop(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_tells_of_nothing),
        cmocka_unit_test(fault_118_every_piece_that_is_kept_is_told_of),
        cmocka_unit_test(fault_118_the_copy_of_a_ring_in_the_buffer),
        cmocka_unit_test(a_close_that_frees_everything_tells_of_nothing),
        cmocka_unit_test(what_cannot_be_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Memory for queues that is the caller's. The scenarios in tests/sim/test_queues.c use it. */
#include "../support.h"

#include <lwnvme/queue_memory.h>

static struct bench bench;

static void pieces_lie_one_behind_the_other(void **state)
{
    struct lwnvme_queue_memory memory;
    struct lwnvme_queue_config config = {.entries = 16, .cq_entries = 512, .memory = &memory};
    uint64_t dma = 0;
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    size_t plain = lwnvme_queue_memory_bytes(bench.controller, bench.queue, NULL);
    size_t bytes = lwnvme_queue_memory_bytes(bench.controller, bench.queue, &config);
    assert_true(plain > 0);
    assert_true(bytes % 4096 == 0);
    assert_int_equal(lwnvme_queue_memory_bytes(NULL, bench.queue, &config), 0);
    assert_int_equal(lwnvme_queue_memory_bytes(bench.controller, NULL, &config), 0);
    uint8_t *place = bench.ops->dma_alloc(bench.sim, bytes, 4096, &dma);
    lwnvme_queue_memory_use(&memory, place, dma, bytes);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    uint8_t *next = place;
    for (uint32_t i = 0; i < LWNVME_PIECES; i++) {
        const struct lwnvme_piece *piece = &bench.queue->pieces[i];
        if (piece->size_bytes == 0)
            continue;
        assert_ptr_equal(piece->memory, next);
        next += (piece->size_bytes + 4095) & ~(size_t)4095;
    }
    assert_ptr_equal(next, place + bytes);
    assert_int_equal(bench.queue->pieces[LWNVME_PIECE_CQ].size_bytes, 512 * 16);
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    bench.ops->dma_free(bench.sim, place, bytes, dma);
    bench_end(&bench);
}

/* What the mapper wants of it is counted, too, where the host wants to know when mappings end. */
static void a_queue_with_a_mapper_has_room(void **state)
{
    static const uint32_t descriptors[] = {0, 1, 100, 1024};
    struct lwnvme_queue_memory memory;
    uint64_t dma = 0;
    (void)state;
    for (uint32_t round = 0; round < 16; round++) {
        const bool sgls = round < 8;
        struct lwnvme_queue_config config = {.entries = 64,
                                             .memory = &memory,
                                             .mapper = &lwnvme_mapper_full,
                                             .sgl = round % 2 != 0 ? LWNVME_SGL_NEVER : 0,
                                             .sgl_descriptors = descriptors[round / 2 % 4],
                                             .bounce_bytes = 8192};
        bench_prepare(&bench);
        bench.settings.sgls = sgls ? 1 : 0;
        bench_power(&bench);
        assert_int_equal(bench_open(&bench), 0);
        size_t bytes = lwnvme_queue_memory_bytes(bench.controller, bench.queue, &config);
        uint8_t *place = bench.ops->dma_alloc(bench.sim, bytes, 4096, &dma);
        lwnvme_queue_memory_use(&memory, place, dma, bytes);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
        assert_true(memory.used_bytes == bytes || (!sgls && memory.used_bytes < bytes));
        assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
        bench.ops->dma_free(bench.sim, place, bytes, dma);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_lie_one_behind_the_other),
        cmocka_unit_test(a_queue_with_a_mapper_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Host memory buffer of the software controller: what it refuses, what it notices, when it lets go. */
#include "mini_driver.h"

#define CHUNKS 3u
#define PAGES  4u /* in each chunk */

static struct lwnvme_sim_config config;
static struct mini mini;
static uint8_t *chunk[CHUNKS];
static uint64_t chunk_dma[CHUNKS];
static uint8_t *list;
static uint64_t list_dma;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.hmpre = 64;
    config.hmmin = 8;
    config.hmminds = 2;
    config.hmmaxd = 4;
    config.hmb_touch_us = 1000;
    return 0;
}

static void put_le(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void describe(unsigned index, uint64_t dma, uint32_t pages)
{
    memset(list + 16 * (size_t)index, 0, 16);
    put_le(list + 16 * (size_t)index, dma, 8);
    put_le(list + 16 * (size_t)index + 8, pages, 4);
}

static void start(void)
{
    mini_create(&mini, &config);
    mini_enable(&mini);
    list = mini.ops->dma_alloc(mini.sim, 4096, 4096, &list_dma);
    assert_non_null(list);
    for (unsigned i = 0; i < CHUNKS; i++) {
        chunk[i] = mini.ops->dma_alloc(mini.sim, (size_t)PAGES * 4096, 4096, &chunk_dma[i]);
        assert_non_null(chunk[i]);
        describe(i, chunk_dma[i], PAGES);
    }
}

static void free_chunks(void)
{
    for (unsigned i = 0; i < CHUNKS; i++) {
        mini.ops->dma_free(mini.sim, chunk[i], (size_t)PAGES * 4096, chunk_dma[i]);
    }
    mini.ops->dma_free(mini.sim, list, 4096, list_dma);
}

static void stop(void)
{
    mini_disable(&mini);
    free_chunks();
    mini_stop(&mini);
}

static uint32_t set_hmb(uint32_t dword11, uint32_t pages, uint64_t at, uint32_t entries)
{
    uint32_t command[16] = {0x09};
    command[10] = 0x0d;
    command[11] = dword11;
    command[12] = pages;
    command[13] = (uint32_t)at;
    command[14] = (uint32_t)(at >> 32);
    command[15] = entries;
    return mini_do(&mini, &mini.admin, command);
}

static uint32_t enable(uint32_t more)
{
    return set_hmb(1 | more, CHUNKS * PAGES, list_dma, CHUNKS);
}

static uint32_t disable(void)
{
    return set_hmb(0, 0, 0, 0);
}

static void test_takes_uses_and_gives_back(void **state)
{
    (void)state;
    start();
    memset(chunk[0], 0, 4096);
    assert_int_equal(enable(0), 0);
    assert_int_equal(lwnvme_sim_hmb_bytes(mini.sim), CHUNKS * PAGES * 4096);
    uint8_t before[4096];
    memcpy(before, chunk[0], 4096);
    assert_int_not_equal(before[0] | before[1] | before[2] | before[3], 0);
    assert_int_equal(enable(0) & 0x7ff, 0x00c); /* it has it already */
    lwnvme_sim_advance(mini.sim, 100000);
    assert_memory_not_equal(before, chunk[0], 4096); /* it is in use */
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x0d, 0, true), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(mini_get(mini.page, 4), CHUNKS * PAGES);
    assert_int_equal(mini_get(mini.page + 4, 8), list_dma);
    assert_int_equal(mini_get(mini.page + 12, 4), CHUNKS);
    assert_int_equal(disable(), 0);
    assert_int_equal(lwnvme_sim_hmb_bytes(mini.sim), 0);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x0d, 0, true), 0);
    assert_int_equal(mini.cqe[0], 0);
    memcpy(before, chunk[0], 4096);
    lwnvme_sim_advance(mini.sim, 100000);
    assert_memory_equal(before, chunk[0], 4096);
    stop();
}

static void test_what_is_refused(void **state)
{
    (void)state;
    start();
    assert_int_equal(set_hmb(1, 7, list_dma, CHUNKS), 0x4002); /* less than HMMIN */
    assert_int_equal(set_hmb(1, 12, list_dma + 8, CHUNKS), 0x4002);
    mini_expect_violation(&mini, "not aligned to 16 bytes");
    assert_int_equal(set_hmb(1, 12, list_dma, 0), 0x4002);
    assert_int_equal(set_hmb(1, 11, list_dma, CHUNKS), 0x4002);
    mini_expect_violation(&mini, "not the sum");
    describe(1, chunk_dma[1] + 512, PAGES);
    assert_int_equal(enable(0), 0x4002);
    mini_expect_violation(&mini, "not aligned to the memory page");
    describe(1, chunk_dma[1], 0);
    assert_int_equal(enable(0), 0x4002);
    mini_expect_violation(&mini, "no pages");
    describe(1, chunk_dma[0] + 4096, 2);
    assert_int_equal(enable(0), 0x4002);
    mini_expect_violation(&mini, "overlap");
    describe(1, chunk_dma[1], PAGES);
    describe(2, chunk_dma[2], PAGES + 1); /* longer than what was allocated */
    assert_int_equal(set_hmb(1, CHUNKS * PAGES + 1, list_dma, CHUNKS) & 0x7ff, 0x004);
    mini_expect_violation(&mini, "memory");
    describe(2, chunk_dma[2], PAGES);
    assert_int_equal(set_hmb(0, 1, 0, 0), 0); /* what does not matter is ignored */
    assert_int_equal(lwnvme_sim_hmb_bytes(mini.sim), 0);
    stop();
}

static void test_what_is_beyond_the_limits_is_left_alone(void **state)
{
    (void)state;
    config.hmmaxd = 2;
    start();
    memset(chunk[1], 0x11, (size_t)PAGES * 4096);
    memset(chunk[2], 0x22, (size_t)PAGES * 4096);
    describe(1, chunk_dma[1], 1); /* smaller than HMMINDS */
    assert_int_equal(set_hmb(1, PAGES + 1 + PAGES, list_dma, CHUNKS), 0);
    assert_int_equal(lwnvme_sim_hmb_bytes(mini.sim), PAGES * 4096);
    lwnvme_sim_advance(mini.sim, 20000);
    assert_int_equal(chunk[1][0], 0x11);
    assert_int_equal(chunk[2][4097], 0x22);
    assert_int_equal(disable(), 0);
    lwnvme_sim_settings(mini.sim)->hmminds = 100;
    assert_int_equal(set_hmb(1, PAGES + 1 + PAGES, list_dma, CHUNKS), 0x4002); /* nothing to use */
    stop();
}

static void fault_132_freed_while_enabled(void **state)
{
    (void)state;
    start();
    assert_int_equal(enable(0), 0);
    mini.ops->dma_free(mini.sim, chunk[1], (size_t)PAGES * 4096, chunk_dma[1]);
    mini_expect_violation(&mini, "the controller may still use");
    lwnvme_sim_advance(mini.sim, 100000);
    assert_true(lwnvme_sim_violations(mini.sim) != 0); /* and it does */
    mini_abandon(&mini);
}

static void fault_132_somebody_else_writes_there(void **state)
{
    (void)state;
    start();
    assert_int_equal(enable(0), 0);
    lwnvme_sim_advance(mini.sim, 20000);
    mini_expect_none(&mini);
    chunk[2][4097] ^= 1;
    assert_int_equal(disable(), 0);
    mini_expect_violation(&mini, "somebody else wrote to it, page 9");
    assert_int_equal(enable(0), 0);
    memset(chunk[0], 0, (size_t)PAGES * 4096);
    memset(chunk[1], 0, (size_t)PAGES * 4096);
    memset(chunk[2], 0, (size_t)PAGES * 4096);
    lwnvme_sim_advance(mini.sim, 1100);
    mini_expect_violation(&mini, "somebody else wrote to it");
    list[0] ^= 1;
    lwnvme_sim_advance(mini.sim, 1100);
    mini_expect_violation(&mini, "descriptor list changed");
    mini_abandon(&mini);
}

static void test_reset_forgets_and_memory_return_is_checked(void **state)
{
    (void)state;
    uint8_t kept[4096];
    start();
    assert_int_equal(enable(0), 0);
    lwnvme_sim_advance(mini.sim, 20000);
    memcpy(kept, chunk[1], 4096);
    mini_restart(&mini);
    assert_int_equal(lwnvme_sim_hmb_bytes(mini.sim), 0);
    lwnvme_sim_advance(mini.sim, 20000);
    assert_int_equal(enable(2), 0); /* returned as it was */
    mini_expect_none(&mini);
    assert_memory_equal(chunk[1], kept, 4096);
    assert_int_equal(disable(), 0);
    chunk[0][0] ^= 1;
    assert_int_equal(enable(2), 0);
    mini_expect_violation(&mini, "MR is set, but the content changed, page 0");
    mini_restart(&mini);
    memset(chunk[0], 7, 4096);
    assert_int_equal(enable(0), 0); /* without MR anything goes */
    mini_expect_none(&mini);
    assert_int_equal(disable(), 0);
    describe(0, chunk_dma[1], PAGES);
    describe(1, chunk_dma[0], PAGES);
    assert_int_equal(enable(2), 0);
    mini_expect_violation(&mini, "not the memory of before");
    assert_int_equal(disable(), 0);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    memset(chunk[2], 7, 4096);
    assert_int_equal(enable(2), 0); /* nothing is known of it after power was lost */
    stop();
}

static void test_after_reset_memory_may_be_freed(void **state)
{
    (void)state;
    start();
    assert_int_equal(enable(0), 0);
    mini_disable(&mini);
    assert_int_equal(lwnvme_sim_counters(mini.sim)->hmb_at_reset, 1);
    assert_int_equal(lwnvme_sim_counters(mini.sim)->hmb_at_shutdown, 0);
    free_chunks();
    lwnvme_sim_advance(mini.sim, 100000);
    mini_expect_none(&mini);
    mini_restart(&mini);
    mini_stop(&mini);
}

static void test_no_feature_without_the_capability(void **state)
{
    (void)state;
    config.hmpre = 0;
    start();
    assert_int_equal(enable(0), 0x4002);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x0d, 0, false), 0x4002);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_takes_uses_and_gives_back, fresh),
        cmocka_unit_test_setup(test_what_is_refused, fresh),
        cmocka_unit_test_setup(test_what_is_beyond_the_limits_is_left_alone, fresh),
        cmocka_unit_test_setup(fault_132_freed_while_enabled, fresh),
        cmocka_unit_test_setup(fault_132_somebody_else_writes_there, fresh),
        cmocka_unit_test_setup(test_reset_forgets_and_memory_return_is_checked, fresh),
        cmocka_unit_test_setup(test_after_reset_memory_may_be_freed, fresh),
        cmocka_unit_test_setup(test_no_feature_without_the_capability, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

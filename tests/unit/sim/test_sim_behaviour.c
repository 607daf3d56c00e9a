/* SPDX-License-Identifier: MIT */
/* The settings that make the software controller, or its host, behave badly: each does what it says. */
#include "mini_driver.h"

#include <stdlib.h>

static struct lwnvme_sim_config config;
static struct mini mini;
static unsigned vectors_seen[16];

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    memset(vectors_seen, 0, sizeof(vectors_seen));
    return 0;
}

static void test_start_states(void **state)
{
    (void)state;
    config.start_enabled = true;
    mini_create(&mini, &config);
    assert_int_equal(mini_read(&mini, 0x14) & 1, 1);
    assert_int_equal(mini_read(&mini, 0x1c), 1);
    mini_disable(&mini);
    mini_enable(&mini);
    mini_stop(&mini);

    config.start_enabled = false;
    config.start_enabling = true;
    mini_create(&mini, &config);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    mini_write(&mini, 0x14, 0x00460000);
    mini_expect_violation(&mini, "before CSTS.RDY became 1");
    mini_abandon(&mini);

    config.start_enabling = false;
    config.start_disabling = true;
    mini_create(&mini, &config);
    assert_int_equal(mini_read(&mini, 0x14), 0);
    assert_int_equal(mini_read(&mini, 0x1c), 1);
    lwnvme_sim_advance(mini.sim, config.disable_delay_us);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    mini_enable(&mini);
    mini_stop(&mini);
}

static void test_never_ready(void **state)
{
    (void)state;
    config.never_ready = true;
    mini_create(&mini, &config);
    mini_admin_registers(&mini);
    mini_write(&mini, 0x14, 0x00460001);
    lwnvme_sim_advance(mini.sim, 4999000);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    lwnvme_sim_advance(mini.sim, 1000);
    mini_stop(&mini); /* after CAP.TO that is allowed */
}

static void test_never_disabled(void **state)
{
    (void)state;
    config.never_disabled = true;
    mini_start(&mini, &config);
    mini_write(&mini, 0x14, 0x00460000);
    lwnvme_sim_advance(mini.sim, 100000000);
    assert_int_equal(mini_read(&mini, 0x1c), 1);
    mini.ops->dma_free(mini.sim, mini.io.sq, MINI_ENTRIES * 64, mini.io.sq_dma);
    mini_expect_violation(&mini, "may still use");
    assert_true(mini.ops->fence_device(mini.sim));
    mini.ops->dma_free(mini.sim, mini.io.cq, MINI_ENTRIES * 16, mini.io.cq_dma);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void test_changing_registers(void **state)
{
    (void)state;
    config.cap_changes = true;
    config.cap_to_later = 40;
    config.crto_later = 77;
    mini_create(&mini, &config);
    assert_int_equal(mini_read(&mini, 0x00) >> 24, 10);
    assert_int_equal(mini_read(&mini, 0x68), 10);
    mini_write(&mini, 0x14, 0x00460000);
    assert_int_equal(mini_read(&mini, 0x00) >> 24, 40);
    assert_int_equal(mini_read(&mini, 0x68), 77);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void test_clock(void **state)
{
    (void)state;
    config.clock_start_us = UINT32_MAX;
    config.clock_step_us = 3;
    config.clock_granularity_us = 10;
    config.clock_jump_at = 5;
    config.clock_jump_us = -1000;
    config.clock_stop_at = 8;
    uint64_t shown[12];
    mini_create(&mini, &config);
    for (unsigned i = 1; i < 12; i++) {
        shown[i] = mini.ops->now_us(mini.sim);
        assert_int_equal(shown[i] % 10, 0);
    }
    assert_true(shown[1] == 4294967290u || shown[1] == 4294967300u);
    assert_true(shown[4] >= shown[1] && shown[4] <= shown[1] + 10);
    assert_true(shown[5] <= shown[4] - 980);
    assert_int_equal(shown[8], shown[11]);
    mini_abandon(&mini);
}

static void add_fault(enum lwnvme_sim_fault_kind kind, uint64_t value)
{
    struct lwnvme_sim_fault fault = {kind, LWNVME_SIM_IO_QUEUES, true, 0, 0, 1, 0, value};
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
}

static const uint32_t flush[16] = {0x00, 1};

static void submit_flush(void)
{
    (void)mini_put(&mini, &mini.io, flush);
    mini_ring(&mini, &mini.io);
}

static void test_wrong_completions(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    add_fault(LWNVME_SIM_WRONG_CID, 0xbeef);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] & 0xffff, 0xbeef);
    assert_int_equal(lwnvme_sim_outstanding_commands(mini.sim), 0);
    add_fault(LWNVME_SIM_WRONG_SQID, 7);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[2] >> 16, 7);
    add_fault(LWNVME_SIM_WRONG_SQHD, 0x1234);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[2], 0x11234);
    add_fault(LWNVME_SIM_RESULT, 0xabcdef);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[0], 0xabcdef);
    add_fault(LWNVME_SIM_EXTRA_CID, 0x4242);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] & 0xffff, 0x4242);
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] & 0xffff, mini.cid);
    mini_expect_none(&mini);
    add_fault(LWNVME_SIM_WRONG_PHASE, 0);
    submit_flush();
    assert_false(mini_take(&mini, &mini.io));
    mini_stop(&mini);
}

static void test_late_completions(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    add_fault(LWNVME_SIM_DELAY, 500);
    submit_flush();
    lwnvme_sim_advance(mini.sim, 499);
    assert_false(mini_take(&mini, &mini.io));
    lwnvme_sim_advance(mini.sim, 1);
    assert_true(mini_take(&mini, &mini.io));
    add_fault(LWNVME_SIM_DUPLICATE, 100);
    submit_flush();
    assert_true(mini_take(&mini, &mini.io));
    assert_false(mini_take(&mini, &mini.io));
    lwnvme_sim_advance(mini.sim, 100);
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] & 0xffff, mini.cid);
    add_fault(LWNVME_SIM_TORN, 100);
    submit_flush();
    const uint8_t *entry = mini.io.cq + (size_t)mini.io.head * 16;
    assert_int_equal(entry[14] & 1, mini.io.phase);
    assert_int_equal(entry[12], 0);
    lwnvme_sim_advance(mini.sim, 100);
    assert_int_equal(entry[12], mini.cid & 0xff);
    assert_true(mini_take(&mini, &mini.io));
    const uint32_t raw[4] = {1, 2, 3, 0x9999};
    lwnvme_sim_post_raw(mini.sim, 1, raw);
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[1], 2);
    assert_int_equal(mini.cqe[3] & 0xffff, 0x9999);
    mini_stop(&mini);
}

static void test_short_data(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    memset(mini.page, 0x77, 4096);
    add_fault(LWNVME_SIM_SHORT_DATA, 700);
    assert_int_equal(mini_rw(&mini, 2, 0, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[699], 0);
    assert_int_equal(mini.page[700], 0x77);
    mini_stop(&mini);
}

/* A fetch that fails unnoticed brings zeros, not what an earlier command has left. */
static void test_ranges_that_do_not_arrive(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    uint32_t trim[16] = {0x09, 1, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32),
                         0,    0, 0, 4};
    uint8_t *range = mini.page;
    memset(range, 0, 16);
    range[4] = 1; /* LBA 0 */
    assert_int_equal(mini_do(&mini, &mini.io, trim), 0);
    memset(mini.page, 0x77, 4096);
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), 0);
    memset(range, 0, 16);
    range[4] = 1;
    range[8] = 9;
    add_fault(LWNVME_SIM_NO_DATA, 0);
    assert_int_equal(mini_do(&mini, &mini.io, trim), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0], 0x77);
    mini_stop(&mini);
}

static void test_fatal_and_power(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    add_fault(LWNVME_SIM_FATAL, 0);
    submit_flush();
    assert_int_equal(mini_read(&mini, 0x1c) & 3, 3);
    mini_disable(&mini);
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    memset(mini.io.cq, 0, MINI_ENTRIES * 16);
    mini.admin.head = mini.admin.tail = mini.io.head = mini.io.tail = 0;
    mini.admin.phase = mini.io.phase = 1;
    mini_enable(&mini);
    mini_io_queues(&mini);
    add_fault(LWNVME_SIM_POWER_CUT, 0);
    submit_flush();
    assert_int_equal(mini_read(&mini, 0x14), 0);
    assert_int_equal(lwnvme_sim_outstanding_commands(mini.sim), 0);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void test_torn_write(void **state)
{
    (void)state;
    unsigned stored = 0;
    uint8_t block[512];
    config.latency_us = 1000;
    config.power_cut_tears = true;
    config.seed = 5;
    mini_start(&mini, &config);
    memset(mini.page, 0x66, 4096);
    uint32_t write[16] = {0x01, 1, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32),
                          0,    0, 0, 0, 7};
    (void)mini_put(&mini, &mini.io, write);
    mini_ring(&mini, &mini.io);
    lwnvme_sim_power_cut(mini.sim);
    for (unsigned i = 0; i < 8; i++) { /* AWUPF is one block: any of them */
        assert_true(lwnvme_sim_read_blocks(mini.sim, 1, i, 1, block));
        assert_true(block[0] == 0 || block[0] == 0x66);
        stored += block[0] == 0x66;
        assert_int_equal(block[511], block[0]);
    }
    assert_true(stored > 0 && stored < 8);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void seen_interrupt(void *context, uint16_t vector)
{
    (void)context;
    vectors_seen[vector]++;
}

static void test_interrupts(void **state)
{
    (void)state;
    config.latency_us = 50;
    config.on_interrupt = seen_interrupt;
    mini_start(&mini, &config);
    vectors_seen[0] = 0;
    lwnvme_sim_run(mini.sim);
    vectors_seen[0] = 0;
    submit_flush();
    mini.ops->lock(mini.sim);
    lwnvme_sim_advance(mini.sim, 50);
    assert_int_equal(vectors_seen[0], 0);
    mini.ops->unlock(mini.sim);
    mini.ops->relax(mini.sim);
    assert_int_equal(vectors_seen[0], 1);
    mini.ops->wake(mini.sim);
    uint64_t now = lwnvme_sim_time(mini.sim);
    mini.ops->wait(mini.sim, now + 1000);
    assert_int_equal(lwnvme_sim_time(mini.sim), now);
    mini.ops->wait(mini.sim, now + 1000);
    assert_int_equal(lwnvme_sim_time(mini.sim), now + 1000);
    assert_true(mini_take(&mini, &mini.io));
    mini_stop(&mini);
}

static void test_events(void **state)
{
    (void)state;
    const uint32_t request[16] = {0x0c};
    mini_start(&mini, &config);
    for (unsigned i = 0; i < 4; i++) {
        (void)mini_put(&mini, &mini.admin, request);
    }
    mini_ring(&mini, &mini.admin);
    assert_false(mini_take(&mini, &mini.admin));
    assert_int_equal(mini_do(&mini, &mini.admin, request), 0x4105);
    mini_expect_violation(&mini, "one more than AERL allows");
    lwnvme_sim_event(mini.sim, 2, 0, 4);
    assert_true(mini_take(&mini, &mini.admin));
    assert_int_equal(mini.cqe[0], 0x00040002);
    assert_int_equal(mini.cqe[3] & 0xffff, mini.cid - 4);
    assert_int_equal(lwnvme_sim_outstanding_commands(mini.sim), 3);
    mini_stop(&mini);
}

static void twist(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    data[77] = cns == 1 ? 0xff : data[77];
}

static void test_twisted_identify(void **state)
{
    (void)state;
    config.on_identify = twist;
    config.nn = 0xffffffff;
    config.vs = 0x00010000;
    mini_create(&mini, &config);
    mini_enable(&mini);
    mini_identify(&mini, 1, 0);
    assert_int_equal(mini.page[77], 0xff);
    assert_memory_equal(mini.page + 516, "\xff\xff\xff\xff", 4);
    uint32_t list[16] = {0x06, 0, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32),
                         0,    0, 2};
    assert_int_equal(mini_do(&mini, &mini.admin, list), 0x4002);
    mini_stop(&mini);
}

static void test_many_namespaces(void **state)
{
    (void)state;
    config.namespace_count = 3000;
    mini_create(&mini, &config);
    mini_enable(&mini);
    mini_identify(&mini, 2, 1024);
    assert_memory_equal(mini.page, "\x01\x04\0\0", 4);
    assert_memory_equal(mini.page + 4092, "\x00\x08\0\0", 4);
    mini_identify(&mini, 2, 2999);
    assert_memory_equal(mini.page, "\xb8\x0b\0\0\0\0\0\0", 8);
    mini_stop(&mini);
}

static void test_huge_namespace(void **state)
{
    (void)state;
    uint32_t trim[16] = {0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4};
    config.ns[0].nsze = config.ns[0].ncap = (uint64_t)1 << 31; /* 1 TiB */
    mini_start(&mini, &config);
    memset(mini.page, 0x31, 4096);
    assert_int_equal(mini_rw(&mini, 1, ((uint64_t)1 << 31) - 8, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini_rw(&mini, 1, 0, 8, mini.page_dma, 0), 0);
    memset(mini.page, 0, 4096);
    assert_int_equal(mini_rw(&mini, 2, ((uint64_t)1 << 31) - 8, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[4095], 0x31);
    memset(mini.page, 0, 16);
    mini.page[7] = 0x10; /* 2^28 blocks from 0 on */
    trim[6] = (uint32_t)mini.page_dma;
    trim[7] = (uint32_t)(mini.page_dma >> 32);
    assert_int_equal(mini_do(&mini, &mini.io, trim), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0], 0);
    mini_stop(&mini);
}

static void test_write_protection_and_gates(void **state)
{
    (void)state;
    config.ns[0].nsattr = 1;
    config.oncs = 0;
    config.mdts = 1;
    mini_start(&mini, &config);
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), 0x4020);
    assert_int_equal(mini_rw(&mini, 5, 0, 1, mini.page_dma, 0), 0x4001);
    assert_int_equal(mini_rw(&mini, 8, 0, 1, 0, 0), 0x4001);
    assert_int_equal(mini_rw(&mini, 2, 0, 17, mini.page_dma, 0), 0x4002); /* 8704 bytes, limit 8192 */
    assert_int_equal(mini_do(&mini, &mini.io, (uint32_t[16]){0x00, 2}), 0x400b);
    assert_int_equal(mini_do(&mini, &mini.io, (uint32_t[16]){0x00, UINT32_MAX}), 0);
    mini_stop(&mini);
}

static void test_same_seed_same_run(void **state)
{
    (void)state;
    uint32_t order[2][MINI_ENTRIES - 1];
    config.latency_us = 10;
    config.latency_spread_us = 100;
    config.shuffle = true;
    for (unsigned run = 0; run < 2; run++) {
        mini_start(&mini, &config);
        for (unsigned i = 0; i < MINI_ENTRIES - 1; i++) {
            (void)mini_put(&mini, &mini.io, flush);
        }
        mini_ring(&mini, &mini.io);
        lwnvme_sim_advance(mini.sim, 200);
        for (unsigned i = 0; i < MINI_ENTRIES - 1; i++) {
            assert_true(mini_take(&mini, &mini.io));
            order[run][i] = mini.cqe[3] & 0xffff;
        }
        mini_stop(&mini);
    }
    assert_memory_equal(order[0], order[1], sizeof(order[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_start_states, fresh),
        cmocka_unit_test_setup(test_never_ready, fresh),
        cmocka_unit_test_setup(test_never_disabled, fresh),
        cmocka_unit_test_setup(test_changing_registers, fresh),
        cmocka_unit_test_setup(test_clock, fresh),
        cmocka_unit_test_setup(test_wrong_completions, fresh),
        cmocka_unit_test_setup(test_late_completions, fresh),
        cmocka_unit_test_setup(test_short_data, fresh),
        cmocka_unit_test_setup(test_ranges_that_do_not_arrive, fresh),
        cmocka_unit_test_setup(test_fatal_and_power, fresh),
        cmocka_unit_test_setup(test_torn_write, fresh),
        cmocka_unit_test_setup(test_interrupts, fresh),
        cmocka_unit_test_setup(test_events, fresh),
        cmocka_unit_test_setup(test_twisted_identify, fresh),
        cmocka_unit_test_setup(test_many_namespaces, fresh),
        cmocka_unit_test_setup(test_huge_namespace, fresh),
        cmocka_unit_test_setup(test_write_protection_and_gates, fresh),
        cmocka_unit_test_setup(test_same_seed_same_run, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

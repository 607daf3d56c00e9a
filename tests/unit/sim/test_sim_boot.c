/* SPDX-License-Identifier: MIT */
/* Boot partitions of the software controller: registers, log page, writing, protection. */
#include "mini_driver.h"

#define BPINFO     0x40
#define BPRSEL     0x44
#define BPMBL      0x48
#define PARTITION  (2u * 131072u)
#define PROHIBITED 0x411e
#define UNLOCKED   1u
#define LOCKED     2u
#define FOR_GOOD   3u

static struct lwnvme_sim_config config;
static struct mini mini;
static uint8_t bytes[4096];

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.oacs |= 4;
    config.frmw = 0x16;
    config.cap_bps = true;
    config.bpcap = 4;
    config.boot_partition_units = 2;
    config.boot_read_us = 1000;
    return 0;
}

static void fill(uint8_t seed)
{
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 13 + i / 256 + seed);
    }
}

static uint32_t protect(uint32_t first, uint32_t second)
{
    return mini_admin(&mini, 0x09, 0, 0x85, first | second << 3, false);
}

static uint32_t download(uint32_t offset)
{
    memcpy(mini.page, bytes, 4096);
    return mini_admin(&mini, 0x11, 0, 1023, offset / 4, true);
}

static uint32_t commit(uint32_t action, uint32_t bpid)
{
    return mini_admin_long(&mini, 0x10, 0, bpid << 31 | action << 3, config.boot_write_us + 100);
}

static void read_by_registers(uint32_t bpid, uint32_t offset_pages)
{
    mini_write(&mini, BPMBL, (uint32_t)mini.page_dma);
    mini_write(&mini, BPMBL + 4, (uint32_t)(mini.page_dma >> 32));
    mini_write(&mini, BPRSEL, bpid << 31 | offset_pages << 10 | 1);
}

static void test_registers_read_without_any_queue(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    fill(1);
    assert_true(lwnvme_sim_boot_write(mini.sim, 1, 8192, 4096, bytes));
    assert_int_equal(mini_read(&mini, 4) >> 13 & 1, 1);
    assert_int_equal(mini_read(&mini, BPINFO), 2);
    read_by_registers(1, 2);
    assert_int_equal(mini_read(&mini, BPINFO), 2 | 1u << 24);
    assert_int_equal(mini_read(&mini, BPRSEL), 1u << 31 | 2 << 10 | 1);
    assert_memory_not_equal(mini.page, bytes, 4096);
    lwnvme_sim_advance(mini.sim, 1100);
    assert_int_equal(mini_read(&mini, BPINFO), 2 | 2u << 24);
    assert_memory_equal(mini.page, bytes, 4096);
    read_by_registers(0, PARTITION / 4096); /* beyond the end */
    lwnvme_sim_advance(mini.sim, 1100);
    assert_int_equal(mini_read(&mini, BPINFO) >> 24 & 3, 3);
    mini_enable(&mini);
    mini_stop(&mini);
}

static void test_a_read_that_fails(void **state)
{
    (void)state;
    config.boot_read_fails = true;
    mini_create(&mini, &config);
    read_by_registers(0, 0);
    lwnvme_sim_advance(mini.sim, 1100);
    assert_int_equal(mini_read(&mini, BPINFO) >> 24 & 3, 3);
    mini_abandon(&mini);
}

static void test_nothing_may_be_touched_while_it_reads(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    mini_enable(&mini);
    read_by_registers(0, 0);
    mini_write(&mini, BPMBL, 0);
    mini_expect_violation(&mini, "BPMBL: written while a boot partition is read");
    mini_write(&mini, BPRSEL, 1);
    mini_expect_violation(&mini, "BPRSEL: written while");
    mini_disable(&mini);
    mini_expect_violation(&mini, "reset while a boot partition is read");
    assert_int_equal(mini_read(&mini, BPINFO) >> 24 & 3, 0);
    mini_write(&mini, BPMBL, 0x10);
    mini_expect_violation(&mini, "BPMBL: bits 11:0");
    mini_write(&mini, BPINFO, 0);
    mini_expect_violation(&mini, "read-only");
    mini_write(&mini, BPMBL, 0x1000);
    mini_write(&mini, BPMBL + 4, 0);
    mini_write(&mini, BPRSEL, 1);
    lwnvme_sim_advance(mini.sim, 1100);
    mini_expect_violation(&mini, "where nothing is mapped");
    assert_int_equal(mini_read(&mini, BPINFO) >> 24 & 3, 3);
    mini_abandon(&mini);
}

static void test_log_page_reads_both(void **state)
{
    (void)state;
    uint32_t command[16] = {0x02, UINT32_MAX};
    mini_start(&mini, &config);
    fill(9);
    assert_true(lwnvme_sim_boot_write(mini.sim, 1, 0, 4096, bytes));
    command[6] = (uint32_t)mini.page_dma;
    command[7] = (uint32_t)(mini.page_dma >> 32);
    command[10] = 0x15 | 1 << 8 | 1023u << 16;
    assert_int_equal(mini_do(&mini, &mini.admin, command), 0);
    assert_int_equal(mini.page[0], 0x15);
    assert_int_equal(mini_get(mini.page + 4, 4), 2);
    assert_memory_equal(mini.page + 16, bytes, 4096 - 16);
    command[10] = 0x15 | 1 << 8 | 7u << 16;
    command[12] = 16 + 4064;
    assert_int_equal(mini_do(&mini, &mini.admin, command), 0);
    assert_memory_equal(mini.page, bytes + 4064, 32);
    command[10] = 0x15 | 7u << 16;
    command[12] = 16;
    assert_int_equal(mini_do(&mini, &mini.admin, command), 0);
    assert_int_equal(mini.page[0] | mini.page[31], 0);
    command[12] = 16 + PARTITION + 4;
    assert_int_equal(mini_do(&mini, &mini.admin, command), 0x4002);
    mini_stop(&mini);
}

static void test_write_and_activate(void **state)
{
    (void)state;
    uint8_t found[4096];
    mini_start(&mini, &config);
    fill(3);
    assert_int_equal(protect(0, UNLOCKED), 0);
    assert_int_equal(download(0), 0);
    assert_int_equal(download(4096), 0);
    assert_int_equal(commit(6, 1), 0);
    assert_true(lwnvme_sim_boot_read(mini.sim, 1, 4096, 4096, found));
    assert_memory_equal(found, bytes, 4096);
    assert_int_equal(mini_read(&mini, BPINFO) >> 31, 0);
    assert_int_equal(commit(7, 1), 0);
    assert_int_equal(mini_read(&mini, BPINFO) >> 31, 1);
    assert_int_equal(commit(6, 1) & 0x7ff, 0x107); /* nothing is left */
    assert_int_equal(download(4096), 0);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 1) & 0x7ff, 0x107); /* pieces in order only */
    for (uint32_t offset = 0; offset <= PARTITION; offset += 4096) {
        assert_int_equal(download(offset), 0);
    }
    assert_int_equal(commit(6, 1) & 0x7ff, 0x107); /* longer than the partition */
    mini_stop(&mini);
}

static void test_power_cut_in_the_middle_leaves_old_and_new(void **state)
{
    (void)state;
    uint8_t found[4096];
    mini_start(&mini, &config);
    fill(3);
    assert_int_equal(protect(UNLOCKED, UNLOCKED), 0);
    assert_int_equal(download(0), 0);
    assert_int_equal(mini_admin_long(&mini, 0x10, 0, 6 << 3, config.boot_write_us / 2), MINI_NO_ANSWER);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    assert_true(lwnvme_sim_boot_read(mini.sim, 0, 0, 4096, found));
    assert_memory_equal(found, bytes, 1024);
    assert_int_equal(found[3072] | found[4095], 0);
    assert_int_equal(protect(UNLOCKED, 0), 0);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 0), 0);
    assert_true(lwnvme_sim_boot_read(mini.sim, 0, 0, 4096, found));
    assert_memory_equal(found, bytes, 4096);
    mini_stop(&mini);
}

static void test_locked_partitions_are_not_written(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x85, 0, false), 0);
    assert_int_equal(mini.cqe[0], LOCKED | LOCKED << 3);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 0), PROHIBITED);
    assert_int_equal(commit(7, 1), PROHIBITED);
    assert_int_equal(protect(UNLOCKED, FOR_GOOD), 0);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 0), 0);
    assert_int_equal(protect(0, UNLOCKED), 0x410e);
    assert_int_equal(protect(LOCKED, 0), 0);
    assert_int_equal(protect(4, 0), 0x4002);
    mini_restart(&mini);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x85, 0, false), 0);
    assert_int_equal(mini.cqe[0], LOCKED | FOR_GOOD << 3);
    assert_int_equal(protect(UNLOCKED, 0), 0);
    mini_restart(&mini);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x85, 0, false), 0);
    assert_int_equal(mini.cqe[0], UNLOCKED | FOR_GOOD << 3);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x85, 0, false), 0);
    assert_int_equal(mini.cqe[0], LOCKED | LOCKED << 3);
    mini_stop(&mini);
}

static void test_without_protection_they_are_open(void **state)
{
    (void)state;
    config.bpcap = 0;
    mini_start(&mini, &config);
    assert_int_equal(protect(UNLOCKED, 0), 0x4002);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 0), 0);
    mini_stop(&mini);
}

static void test_none_without_the_capability(void **state)
{
    (void)state;
    config.cap_bps = false;
    mini_start(&mini, &config);
    assert_int_equal(mini_read(&mini, BPINFO), 0);
    assert_int_equal(mini_log(&mini, 0x15, 16, 0), 0x4109);
    assert_int_equal(download(0), 0);
    assert_int_equal(commit(6, 0), 0x4002);
    mini_write(&mini, BPRSEL, 1);
    mini_expect_violation(&mini, "read-only or reserved");
    assert_false(lwnvme_sim_boot_read(mini.sim, 0, 0, 1, bytes));
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_registers_read_without_any_queue, fresh),
        cmocka_unit_test_setup(test_a_read_that_fails, fresh),
        cmocka_unit_test_setup(test_nothing_may_be_touched_while_it_reads, fresh),
        cmocka_unit_test_setup(test_log_page_reads_both, fresh),
        cmocka_unit_test_setup(test_write_and_activate, fresh),
        cmocka_unit_test_setup(test_power_cut_in_the_middle_leaves_old_and_new, fresh),
        cmocka_unit_test_setup(test_locked_partitions_are_not_written, fresh),
        cmocka_unit_test_setup(test_without_protection_they_are_open, fresh),
        cmocka_unit_test_setup(test_none_without_the_capability, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

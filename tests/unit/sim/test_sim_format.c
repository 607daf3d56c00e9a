/* SPDX-License-Identifier: MIT */
/* Format NVM of the software controller: fields, scope, time, what is left when power fails in the middle. */
#include "mini_driver.h"

#define FORMAT             0x80
#define FORMAT_IN_PROGRESS 0x084
#define NOT_READY          0x4082

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.oacs |= 2;
    config.fna = 4;
    config.format_us = 1000000;
    return 0;
}

static uint32_t format(uint32_t nsid, uint32_t dword10)
{
    return mini_admin_long(&mini, FORMAT, nsid, dword10, config.format_us + 100);
}

static void format_begin(uint32_t nsid, uint32_t dword10)
{
    assert_int_equal(mini_admin_long(&mini, FORMAT, nsid, dword10, 100), MINI_NO_ANSWER);
}

static void write_something(uint64_t lba)
{
    memset(mini.page, 0x5c, 4096);
    assert_int_equal(mini_rw(&mini, 1, lba, 1, mini.page_dma, 0), 0);
}

static void fault_154_geometry_changes_and_the_content_goes(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    write_something(0);
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 9, 1));
    assert_int_equal(format(1, 1), 0);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini_get(mini.page, 8), 131072 / 8);
    assert_int_equal(mini_get(mini.page + 8, 8), 131072 / 8);
    assert_int_equal(mini.page[26], 1);
    memset(mini.page, 1, 4096);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0] | mini.page[4095], 0);
    assert_int_equal(mini_rw(&mini, 2, 1, 1, mini.page_dma, 0), 0); /* the bad block as well */
    assert_int_equal(mini_rw(&mini, 2, 131072 / 8, 1, mini.page_dma, 0), 0x4080);
    assert_int_equal(format(1, 0), 0);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini_get(mini.page, 8), 131072);
    assert_int_equal(mini.page[26], 0);
    mini_stop(&mini);
}

static void test_io_meanwhile_is_answered_with_format_in_progress(void **state)
{
    (void)state;
    uint32_t flush_all[16] = {0x00, UINT32_MAX};
    config.namespace_count = 2;
    config.ns[0].fpi = 0x80;
    mini_start(&mini, &config);
    format_begin(1, 1);
    mini_identify(&mini, 0, 1);
    assert_in_range(mini.page[32], 0x80 + 98, 0x80 + 100); /* so much is left */
    mini_identify(&mini, 8, 1);
    assert_int_equal(mini.page[14], 0); /* not ready */
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FORMAT_IN_PROGRESS);
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), FORMAT_IN_PROGRESS);
    assert_int_equal(mini_do(&mini, &mini.io, flush_all), FORMAT_IN_PROGRESS);
    uint32_t read[16] = {0x02, 2};
    read[6] = (uint32_t)mini.page_dma;
    read[7] = (uint32_t)(mini.page_dma >> 32);
    assert_int_equal(mini_do(&mini, &mini.io, read), 0); /* the other one works */
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 0, 0, false), FORMAT_IN_PROGRESS);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini.page[26], 0); /* not before the end */
    lwnvme_sim_advance(mini.sim, 1000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_identify(&mini, 8, 1);
    assert_int_equal(mini.page[3], 0x80);
    assert_int_equal(mini.page[14], 1);
    mini_stop(&mini);
}

static void fault_154_commands_in_flight_do_not_reach_the_new_format(void **state)
{
    (void)state;
    config.latency_us = 3000000;
    mini_start(&mini, &config);
    uint32_t write[16] = {0x01, 1, 0, 0, 0, 0, 0, 0, 0, 0, 131071, 0, 0};
    write[6] = (uint32_t)mini.page_dma;
    write[7] = (uint32_t)(mini.page_dma >> 32);
    (void)mini_put(&mini, &mini.io, write);
    mini_ring(&mini, &mini.io);
    assert_int_equal(format(1, 1), 0);
    lwnvme_sim_advance(mini.sim, 3000000);
    assert_int_equal(mini_answer(&mini, &mini.io), FORMAT_IN_PROGRESS);
    mini_stop(&mini);
}

static void test_fields_that_are_refused(void **state)
{
    (void)state;
    config.fna = 8;
    config.ns[0].nlbaf = 2;
    config.ns[0].formats[2].lbads = 9;
    config.ns[0].formats[2].ms = 8;
    config.ns[0].mc = 2;
    config.ns[0].dpc = 0x11; /* type 1, in the last bytes */
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 3, 0, false), 0x410a);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 2 << 9, 0, false), 0x4002); /* no crypto erase */
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 3 << 9, 0, false), 0x4002);
    assert_int_equal(mini_admin(&mini, FORMAT, UINT32_MAX, 0, 0, false), 0x4002); /* no broadcast */
    assert_int_equal(mini_admin(&mini, FORMAT, 0, 0, 0, false), 0x400b);
    assert_int_equal(mini_admin(&mini, FORMAT, 7, 0, 0, false), 0x400b);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 2 | 1 << 4, 0, false), 0x410a); /* extended LBA */
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 2 | 2 << 5, 0, false), 0x410a); /* type 2 */
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 2 | 1 << 5 | 1 << 8, 0, false), 0x410a);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 0 | 1 << 5, 0, false), 0x410a); /* no room for it */
    assert_int_equal(format(1, 2 | 1 << 5), 0);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini.page[26], 2);
    assert_int_equal(mini.page[29], 1);
    mini_stop(&mini);
}

static void test_upper_format_bits_count_when_the_host_knows_of_them(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    mini_start(&mini, &config);
    assert_int_equal(format(1, 1 << 12), 0); /* ignored */
    memset(mini.page, 0, 4096);
    mini.page[2] = 1; /* LBAFEE */
    assert_int_equal(mini_admin(&mini, 0x09, 0, 0x16, 0, true), 0);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 1 << 12, 0, false), 0x410a);
    mini_stop(&mini);
}

static void test_detached_namespaces_are_formatted_too(void **state)
{
    (void)state;
    config.namespace_count = 3;
    config.ns[1].active = false;
    config.ns[1].detached = true;
    config.oacs |= 8; /* for CNS 11h */
    config.ns[2].active = false;
    mini_start(&mini, &config);
    assert_int_equal(format(2, 1), 0);
    mini_identify(&mini, 0x11, 2);
    assert_int_equal(mini.page[26], 1);
    assert_int_equal(mini_admin(&mini, FORMAT, 3, 0, 0, false), 0x4002);
    assert_int_equal(format(UINT32_MAX, 0), 0); /* those that are attached */
    mini_identify(&mini, 0x11, 2);
    assert_int_equal(mini.page[26], 1);
    lwnvme_sim_settings(mini.sim)->fna = 1;
    assert_int_equal(format(1, 0), 0); /* all that exist */
    mini_identify(&mini, 0x11, 2);
    assert_int_equal(mini.page[26], 0);
    mini_stop(&mini);
}

static void test_protected_namespaces(void **state)
{
    (void)state;
    config.ns[0].nsattr = 1;
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 0, 0, false), 0x4020);
    config.oacs = 0;
    lwnvme_sim_settings(mini.sim)->oacs = 0;
    assert_int_equal(mini_admin(&mini, FORMAT, 1, 0, 0, false), 0x4001);
    mini_stop(&mini);
}

static void test_scope_of_format_and_of_erase(void **state)
{
    (void)state;
    config.namespace_count = 2;
    config.fna = 1 | 4;
    mini_start(&mini, &config);
    assert_int_equal(format(1, 1), 0); /* all, by FNA */
    mini_identify(&mini, 0, 2);
    assert_int_equal(mini.page[26], 1);
    assert_int_equal(format(1, 0 | 2 << 9), 0); /* crypto erase: this one only */
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini.page[26], 0);
    mini_identify(&mini, 0, 2);
    assert_int_equal(mini.page[26], 1);
    assert_int_equal(format(UINT32_MAX, 0 | 1 << 9), 0);
    mini_identify(&mini, 0, 2);
    assert_int_equal(mini.page[26], 0);
    mini_stop(&mini);
}

static void test_event_when_the_attributes_have_changed(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, 0x09, 0, 0x0b, 1u << 8, false), 0);
    mini_hold_event(&mini);
    format_begin(1, 1);
    lwnvme_sim_advance(mini.sim, 1000000);
    uint32_t events = 0;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(mini_answer(&mini, &mini.admin), 0);
        events += mini.cqe[0] == 0x00040002;
    }
    assert_int_equal(events, 1);
    mini_stop(&mini);
}

static void test_reset_takes_the_command_not_the_work(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    format_begin(1, 1);
    mini_restart(&mini);
    mini_io_queues(&mini);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FORMAT_IN_PROGRESS);
    lwnvme_sim_advance(mini.sim, 1000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), MINI_NO_ANSWER);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void test_power_cut_leaves_it_unformatted_until_the_next_format(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    format_begin(1, 1);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    mini_io_queues(&mini);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini.page[26], 0);
    lwnvme_sim_advance(mini.sim, 5000000);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), NOT_READY);
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), NOT_READY);
    assert_int_equal(format(1, 1), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void test_a_format_that_fails(void **state)
{
    (void)state;
    config.format_fails = true;
    mini_start(&mini, &config);
    assert_int_equal(format(1, 1), 0x006);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), NOT_READY);
    lwnvme_sim_settings(mini.sim)->format_fails = false;
    assert_int_equal(format(1, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fault_154_geometry_changes_and_the_content_goes, fresh),
        cmocka_unit_test_setup(test_io_meanwhile_is_answered_with_format_in_progress, fresh),
        cmocka_unit_test_setup(fault_154_commands_in_flight_do_not_reach_the_new_format, fresh),
        cmocka_unit_test_setup(test_fields_that_are_refused, fresh),
        cmocka_unit_test_setup(test_upper_format_bits_count_when_the_host_knows_of_them, fresh),
        cmocka_unit_test_setup(test_detached_namespaces_are_formatted_too, fresh),
        cmocka_unit_test_setup(test_protected_namespaces, fresh),
        cmocka_unit_test_setup(test_scope_of_format_and_of_erase, fresh),
        cmocka_unit_test_setup(test_event_when_the_attributes_have_changed, fresh),
        cmocka_unit_test_setup(test_reset_takes_the_command_not_the_work, fresh),
        cmocka_unit_test_setup(test_power_cut_leaves_it_unformatted_until_the_next_format, fresh),
        cmocka_unit_test_setup(test_a_format_that_fails, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

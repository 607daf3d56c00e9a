/* SPDX-License-Identifier: MIT */
/* Device self-test of the software controller: time, progress, results, what ends it. */
#include "mini_driver.h"

#define SELF_TEST   0x14
#define IN_PROGRESS 0x11d

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.oacs |= 0x12;
    config.sanicap = 7;
    config.self_test_short_us = 1000000;
    config.self_test_extended_us = 10000000;
    return 0;
}

static uint32_t self_test(uint32_t nsid, uint32_t code)
{
    return mini_admin(&mini, SELF_TEST, nsid, code, 0, false);
}

static const uint8_t *self_test_log(void)
{
    assert_int_equal(mini_log(&mini, 6, 564, 0), 0);
    return mini.page;
}

static void test_short_test_takes_its_time_and_ends_well(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(self_test_log()[0], 0);
    assert_int_equal(mini.page[4], 0x0f);
    assert_int_equal(self_test(1, 1), 0);
    lwnvme_sim_advance(mini.sim, 500000);
    assert_int_equal(self_test_log()[0], 1);
    assert_in_range(mini.page[1], 49, 51);
    assert_int_equal(mini.page[4], 0x0f);
    lwnvme_sim_advance(mini.sim, 600000);
    assert_int_equal(self_test_log()[0], 0);
    assert_int_equal(mini.page[1], 0);
    assert_int_equal(mini.page[4], 0x10);
    assert_int_equal(mini.page[6], 1); /* the namespace is named */
    assert_int_equal(mini_get(mini.page + 16, 4), 1);
    assert_int_equal(mini.page[4 + 28], 0x0f);
    mini_stop(&mini);
}

static void test_one_at_a_time_and_abort(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(self_test(UINT32_MAX, 2), 0);
    assert_int_equal(self_test(1, 1), IN_PROGRESS);
    assert_int_equal(self_test(0, 0xf), 0);
    assert_int_equal(self_test_log()[4], 0x21);
    assert_int_equal(self_test(0, 0xf), 0); /* nothing to abort */
    assert_int_equal(self_test_log()[4 + 28], 0x0f);
    assert_int_equal(self_test(0, 0xe), 0);
    lwnvme_sim_advance(mini.sim, 1100000);
    assert_int_equal(self_test_log()[4], 0xe0);
    assert_int_equal(mini.page[6], 0);
    mini_stop(&mini);
}

static void test_codes_and_namespaces_that_are_refused(void **state)
{
    (void)state;
    config.namespace_count = 2;
    config.ns[1].active = false;
    mini_start(&mini, &config);
    assert_int_equal(self_test(1, 0), 0x4002);
    assert_int_equal(self_test(1, 4), 0x4002);
    assert_int_equal(self_test(2, 1), 0x4002);
    assert_int_equal(self_test(3, 1), 0x400b);
    lwnvme_sim_settings(mini.sim)->oacs = 0;
    assert_int_equal(self_test(1, 1), 0x4001);
    assert_int_equal(mini_log(&mini, 6, 564, 0), 0x4109);
    mini_stop(&mini);
}

static void fault_160_reset_ends_the_short_one_and_not_the_extended(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(self_test(1, 1), 0);
    mini_restart(&mini);
    assert_int_equal(self_test_log()[4], 0x12);
    assert_int_equal(self_test(1, 2), 0);
    lwnvme_sim_advance(mini.sim, 5000000);
    mini_restart(&mini);
    assert_int_equal(self_test_log()[0], 2);
    assert_in_range(mini.page[1], 49, 52);
    lwnvme_sim_advance(mini.sim, 6000000);
    assert_int_equal(self_test_log()[4], 0x20);
    mini_stop(&mini);
}

static void fault_160_extended_goes_on_after_power_is_back(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(self_test(1, 2), 0);
    lwnvme_sim_advance(mini.sim, 5000000);
    lwnvme_sim_remove(mini.sim);
    lwnvme_sim_advance(mini.sim, 60000000); /* nothing goes on meanwhile */
    lwnvme_sim_insert(mini.sim);
    mini_restart(&mini);
    assert_int_equal(self_test_log()[0], 2);
    assert_in_range(mini.page[1], 49, 52);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    lwnvme_sim_advance(mini.sim, 6000000);
    assert_int_equal(self_test_log()[4], 0x20);
    mini_stop(&mini);
}

static void test_format_and_sanitize_end_it(void **state)
{
    (void)state;
    config.namespace_count = 2;
    mini_start(&mini, &config);
    assert_int_equal(self_test(2, 2), 0);
    assert_int_equal(mini_admin_long(&mini, 0x80, 1, 0, 1100000), 0);
    assert_int_equal(self_test_log()[0], 2); /* another namespace's */
    assert_int_equal(mini_admin_long(&mini, 0x80, 2, 0, 1100000), 0);
    assert_int_equal(self_test_log()[4], 0x24);
    assert_int_equal(self_test(UINT32_MAX, 2), 0);
    assert_int_equal(mini_admin(&mini, 0x84, 0, 2, 0, false), 0);
    assert_int_equal(self_test(1, 1), 0x01d);
    lwnvme_sim_advance(mini.sim, 10000000);
    assert_int_equal(self_test_log()[4], 0x29);
    mini_stop(&mini);
}

static void test_extended_finds_blocks_that_cannot_be_read(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 777, 2));
    assert_int_equal(self_test(UINT32_MAX, 1), 0);
    lwnvme_sim_advance(mini.sim, 11000000);
    assert_int_equal(self_test_log()[4], 0x10); /* the short one does not read all */
    assert_int_equal(self_test(UINT32_MAX, 2), 0);
    lwnvme_sim_advance(mini.sim, 11000000);
    assert_int_equal(self_test_log()[4], 0x27);
    assert_int_equal(mini.page[5], 6);
    assert_int_equal(mini.page[6], 0xf);
    assert_int_equal(mini_get(mini.page + 16, 4), 1);
    assert_int_equal(mini_get(mini.page + 20, 8), 777);
    assert_int_equal(mini.page[28], 2);
    assert_int_equal(mini.page[29], 0x81);
    mini_stop(&mini);
}

static void test_failure_on_demand(void **state)
{
    (void)state;
    config.self_test_fail_result = 7;
    config.self_test_fail_segment = 3;
    config.self_test_fail_nsid = 1;
    config.self_test_fail_lba = 0x123456789a;
    config.self_test_fail_status = 0x280;
    mini_start(&mini, &config);
    assert_int_equal(self_test(1, 1), 0);
    lwnvme_sim_advance(mini.sim, 1100000);
    assert_int_equal(self_test_log()[4], 0x17);
    assert_int_equal(mini.page[5], 3);
    assert_int_equal(mini_get(mini.page + 20, 8), 0x123456789a);
    assert_int_equal(mini.page[28], 2);
    assert_int_equal(mini.page[29], 0x80);
    lwnvme_sim_settings(mini.sim)->self_test_fail_result = 6;
    lwnvme_sim_settings(mini.sim)->self_test_fail_nsid = 0;
    assert_int_equal(self_test(1, 1), 0);
    lwnvme_sim_advance(mini.sim, 1100000);
    assert_int_equal(self_test_log()[4], 0x16);
    assert_int_equal(mini.page[5], 0);
    assert_int_equal(mini.page[6], 0xc);
    mini_stop(&mini);
}

static void test_log_keeps_the_newest_twenty(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    for (unsigned i = 0; i < 25; i++) {
        assert_int_equal(self_test(0, i == 24 ? 2 : 1), 0);
        assert_int_equal(self_test(0, 0xf), 0);
    }
    (void)self_test_log();
    assert_int_equal(mini.page[4], 0x21);
    for (unsigned i = 1; i < 20; i++) {
        assert_int_equal(mini.page[4 + 28 * i], 0x11);
    }
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_short_test_takes_its_time_and_ends_well, fresh),
        cmocka_unit_test_setup(test_one_at_a_time_and_abort, fresh),
        cmocka_unit_test_setup(test_codes_and_namespaces_that_are_refused, fresh),
        cmocka_unit_test_setup(fault_160_reset_ends_the_short_one_and_not_the_extended, fresh),
        cmocka_unit_test_setup(fault_160_extended_goes_on_after_power_is_back, fresh),
        cmocka_unit_test_setup(test_format_and_sanitize_end_it, fresh),
        cmocka_unit_test_setup(test_extended_finds_blocks_that_cannot_be_read, fresh),
        cmocka_unit_test_setup(test_failure_on_demand, fresh),
        cmocka_unit_test_setup(test_log_keeps_the_newest_twenty, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Events of the software controller: masking, health, namespaces, storms. */
#include "hand.h"

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    return 0;
}

static void enable_events(uint32_t bits)
{
    assert_int_equal(hand_set_feature(&mini, 0x0b, 0, bits, 0, false), 0);
}

static void expect_event(uint32_t expected)
{
    uint32_t dword0 = 0;
    assert_true(hand_event(&mini, &dword0));
    assert_int_equal(dword0, expected);
}

static void expect_no_event(void)
{
    uint32_t dword0 = 0;
    lwnvme_sim_run(mini.sim);
    assert_false(hand_event(&mini, &dword0));
}

static void test_health_event_masks_its_type_until_the_log_is_read(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    enable_events(0xff);
    hand_hold_event(&mini);
    expect_no_event();
    lwnvme_sim_settings(mini.sim)->health.temperature = 400;
    lwnvme_sim_run(mini.sim);
    expect_event(0x00020101);
    hand_hold_event(&mini);
    lwnvme_sim_settings(mini.sim)->health.available_spare = 1;
    expect_no_event();
    assert_int_equal(hand_log(&mini, 0x02, HAND_ALL, 512, 0, 0, 0, true), 0);
    expect_no_event(); /* RAE was 1 */
    assert_int_equal(hand_log_all(&mini, 0x02, 512), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 3);
    assert_int_equal(hand_get(&mini, 1, 2), 400);
    expect_no_event(); /* the page told both */
    lwnvme_sim_settings(mini.sim)->health.read_only = true;
    lwnvme_sim_run(mini.sim);
    expect_event(0x00020001);
    mini_stop(&mini);
}

static void test_what_is_not_enabled_is_no_event_until_it_is(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    hand_hold_event(&mini);
    lwnvme_sim_settings(mini.sim)->health.temperature = 400;
    expect_no_event();
    uint32_t set[16] = {0x09};
    set[10] = 0x0b;
    set[11] = 2;
    (void)mini_put(&mini, &mini.admin, set);
    mini_ring(&mini, &mini.admin);
    lwnvme_sim_run(mini.sim);
    assert_true(mini_take(&mini, &mini.admin));
    assert_int_equal(mini.cqe[3] >> 17, 0);
    expect_event(0x00020101);
    mini_stop(&mini);
}

static void test_threshold_and_hysteresis(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(hand_set_feature(&mini, 0x04, 0, 2u << 22 | 320, 0, false), 0);
    assert_int_equal(hand_set_feature(&mini, 0x04, 0, 3u << 22 | 320, 0, false), 0x4002);
    lwnvme_sim_settings(mini.sim)->health.temperature = 320;
    assert_int_equal(hand_log_all(&mini, 0x02, 512), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 2);
    lwnvme_sim_run(mini.sim);
    lwnvme_sim_settings(mini.sim)->health.temperature = 319;
    assert_int_equal(hand_log_all(&mini, 0x02, 512), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 2);
    enable_events(0x10000);
    hand_hold_event(&mini);
    lwnvme_sim_settings(mini.sim)->health.temperature = 318;
    lwnvme_sim_run(mini.sim);
    expect_event(0x00000103);
    assert_int_equal(hand_log_all(&mini, 0x02, 512), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 0);
    assert_int_equal(hand_get_feature(&mini, 0x04, 1, 0, 0, false), 0);
    assert_int_equal(mini.cqe[0], config.wctemp);
    mini_stop(&mini);
}

static void test_namespace_notice_and_changed_list(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    enable_events(0x100);
    hand_hold_event(&mini);
    lwnvme_sim_namespace_changed(mini.sim, 9);
    lwnvme_sim_namespace_changed(mini.sim, 3);
    lwnvme_sim_namespace_changed(mini.sim, 9);
    expect_event(0x00040002);
    assert_int_equal(hand_log_all(&mini, 0x04, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 3);
    assert_int_equal(hand_get(&mini, 4, 4), 9);
    assert_int_equal(hand_get(&mini, 8, 4), 0);
    assert_int_equal(hand_log_all(&mini, 0x04, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0);
    for (uint32_t i = 1; i <= 1025; i++) {
        lwnvme_sim_namespace_changed(mini.sim, i);
    }
    assert_int_equal(hand_log_all(&mini, 0x04, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 4), HAND_ALL);
    assert_int_equal(hand_get(&mini, 4, 4), 0);
    mini_stop(&mini);
}

static void test_attachment_is_an_event_and_deletion_here_is_none(void **state)
{
    (void)state;
    static const uint16_t here = 1;
    static const uint32_t delete_dwords[6] = {1, 0, 0, 0, 0, 0};
    mini_start(&mini, &config);
    enable_events(0x100);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0);
    assert_int_equal(hand_attach(&mini, 2, false, &here, 1), 0);
    hand_hold_event(&mini);
    lwnvme_sim_run(mini.sim);
    expect_event(0x00040002);
    assert_int_equal(hand_log_all(&mini, 0x04, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 2);
    hand_hold_event(&mini);
    assert_int_equal(hand_admin(&mini, 0x0d, 2, delete_dwords, false), 0);
    expect_no_event();
    assert_int_equal(hand_log_all(&mini, 0x04, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 2);
    assert_true(lwnvme_sim_namespace_attach(mini.sim, 1, false));
    expect_event(0x00040002);
    mini_stop(&mini);
}

static void test_limit_reset_and_storm(void **state)
{
    (void)state;
    uint32_t dword0 = 0;
    config.aerl = 1;
    mini_start(&mini, &config);
    hand_hold_event(&mini);
    hand_hold_event(&mini);
    hand_hold_event(&mini);
    lwnvme_sim_run(mini.sim);
    assert_false(hand_event(&mini, &dword0));
    assert_int_equal(mini.cqe[3] >> 17, 0x4105);
    mini_expect_violation(&mini, "one more than AERL allows");
    lwnvme_sim_event_storm(mini.sim, 2, 0xf0, 0x70, 3);
    expect_event(0x0070f002);
    expect_event(0x0070f002);
    hand_hold_event(&mini);
    expect_event(0x0070f002);
    hand_hold_event(&mini);
    expect_no_event();
    lwnvme_sim_event_real(mini.sim, 0, 3, 1);
    expect_event(0x00010300);
    lwnvme_sim_event_real(mini.sim, 0, 4, 1); /* waits, and is gone with the reset */
    mini_stop(&mini);
}

static void test_events_of_other_logs(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    enable_events(0x0800ffff);
    hand_hold_event(&mini);
    lwnvme_sim_telemetry_collect(mini.sim);
    expect_event(0x00080202);
    assert_int_equal(hand_log_all(&mini, 0x08, 512), 0);
    assert_int_equal(hand_get(&mini, 382, 1), 1);
    hand_hold_event(&mini);
    assert_true(lwnvme_sim_ana_change(mini.sim, 2, 3));
    expect_event(0x000c0302);
    assert_int_equal(hand_log_all(&mini, 0x0c, 256), 0);
    hand_hold_event(&mini);
    assert_true(lwnvme_sim_zone_changed(mini.sim, 1, 0x1000));
    expect_event(0x00bfef02);
    assert_int_equal(hand_log(&mini, 0xbf, 1, 4096, 0, 0, 0, false), 0);
    assert_int_equal(hand_get(&mini, 0, 2), 1);
    assert_int_equal(hand_get(&mini, 8, 8), 0x1000);
    hand_hold_event(&mini);
    assert_true(lwnvme_sim_reservation_notify(mini.sim, 1, 2));
    assert_true(lwnvme_sim_reservation_notify(mini.sim, 1, 3));
    expect_event(0x00800006);
    hand_hold_event(&mini);
    uint32_t command[16] = {0x02, HAND_ALL};
    command[6] = (uint32_t)mini.page_dma;
    command[7] = (uint32_t)(mini.page_dma >> 32);
    command[10] = 0x80 | 15u << 16;
    (void)mini_put(&mini, &mini.admin, command);
    mini_ring(&mini, &mini.admin);
    lwnvme_sim_run(mini.sim);
    expect_event(0x00800006); /* the second one, on the heels of the first being read */
    assert_true(mini_take(&mini, &mini.admin));
    assert_int_equal(hand_get(&mini, 8, 1), 2);
    assert_int_equal(hand_get(&mini, 9, 1), 1);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_health_event_masks_its_type_until_the_log_is_read, fresh),
        cmocka_unit_test_setup(test_what_is_not_enabled_is_no_event_until_it_is, fresh),
        cmocka_unit_test_setup(test_threshold_and_hysteresis, fresh),
        cmocka_unit_test_setup(test_namespace_notice_and_changed_list, fresh),
        cmocka_unit_test_setup(test_attachment_is_an_event_and_deletion_here_is_none, fresh),
        cmocka_unit_test_setup(test_limit_reset_and_storm, fresh),
        cmocka_unit_test_setup(test_events_of_other_logs, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

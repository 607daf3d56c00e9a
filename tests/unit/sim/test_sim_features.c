/* SPDX-License-Identifier: MIT */
/* Features of the software controller: common rules, and those with data or effects of their own. */
#include "hand.h"

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    return 0;
}

static uint32_t set(uint8_t fid, uint32_t nsid, uint32_t dword11)
{
    return hand_set_feature(&mini, fid, nsid, dword11, 0, false);
}

static uint32_t get(uint8_t fid, uint32_t select, uint32_t nsid, uint32_t dword11)
{
    return hand_get_feature(&mini, fid, select, nsid, dword11, false);
}

static void restart(void)
{
    mini.admin.tail = mini.admin.head = 0;
    mini.io.tail = mini.io.head = 0;
    mini.admin.phase = mini.io.phase = 1;
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    memset(mini.io.cq, 0, MINI_ENTRIES * 16);
    mini_enable(&mini);
    mini_io_queues(&mini);
}

static void reset_controller(void)
{
    mini_disable(&mini);
    restart();
}

static void power_cycle(void)
{
    lwnvme_sim_power_cut(mini.sim);
    restart();
}

static void test_common_rules(void **state)
{
    (void)state;
    uint32_t save[6] = {0x80000000u | 0x01, 0x02020203, 0, 0, 0, 0};
    mini_start(&mini, &config);
    assert_int_equal(hand_admin(&mini, 0x09, 0, save, false), 0x410d);
    save[0] = 0x80000000u | 0x06;
    save[1] = 0;
    assert_int_equal(hand_admin(&mini, 0x09, 0, save, false), 0);
    assert_int_equal(get(0x06, 2, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 0);
    assert_int_equal(get(0x06, 1, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(get(0x06, 3, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 5);
    assert_int_equal(get(0x05, 3, 1, 0), 0);
    assert_int_equal(mini.cqe[0], 6);
    assert_int_equal(get(0x06, 4, 0, 0), 0x4002);
    assert_int_equal(set(0x06, 1, 1), 0x410f);
    assert_int_equal(set(0x05, 9, 1), 0x400b);
    assert_int_equal(set(0x7c, 0, 1), 0x4002);
    assert_int_equal(set(0x06, 0, 3), 0x4002);
    mini_expect_violation(&mini, "reserved bits of dword 11");
    assert_int_equal(set(0x06, 0, 1), 0);
    power_cycle();
    assert_int_equal(get(0x06, 0, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 0); /* as saved */
    assert_int_equal(set(0x01, 0, 5), 0);
    reset_controller();
    assert_int_equal(get(0x01, 0, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 0);
    mini_stop(&mini);
}

static void test_each_namespace_has_its_own(void **state)
{
    (void)state;
    config.namespace_count = 2;
    mini_start(&mini, &config);
    assert_int_equal(set(0x05, 1, 100), 0);
    assert_int_equal(set(0x05, 2, 200), 0);
    assert_int_equal(get(0x05, 0, 1, 0), 0);
    assert_int_equal(mini.cqe[0], 100);
    assert_int_equal(set(0x05, HAND_ALL, 7), 0);
    assert_int_equal(get(0x05, 0, 2, 0), 0);
    assert_int_equal(mini.cqe[0], 7);
    mini_stop(&mini);
}

static void test_power_states(void **state)
{
    (void)state;
    uint64_t transitions = 0;
    mini_start(&mini, &config);
    assert_int_equal(set(0x02, 0, 5), 0x4002);
    assert_int_equal(set(0x02, 0, 2 | 1u << 5), 0);
    assert_int_equal(get(0x02, 0, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 0x22);
    hand_clear(&mini);
    hand_set(&mini, 8 * 2, 3u << 3 | 50u << 8, 8); /* from state 2 to 3 after 50 ms */
    hand_set(&mini, 8 * 3, 4u << 3 | 100u << 8, 8);
    assert_int_equal(hand_set_feature(&mini, 0x0c, 0, 1, 0, true), 0);
    lwnvme_sim_advance(mini.sim, 51000);
    assert_int_equal(lwnvme_sim_power_state(mini.sim, &transitions), 3);
    lwnvme_sim_advance(mini.sim, 101000);
    assert_int_equal(lwnvme_sim_power_state(mini.sim, &transitions), 4);
    uint32_t read[16] = {0x02, 1, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32)};
    (void)mini_put(&mini, &mini.io, read);
    mini_ring(&mini, &mini.io);
    assert_int_equal(lwnvme_sim_power_state(mini.sim, &transitions), 2);
    lwnvme_sim_advance(mini.sim, 19000);
    assert_false(mini_take(&mini, &mini.io)); /* the exit latency is not over */
    lwnvme_sim_advance(mini.sim, 1100);
    assert_true(mini_take(&mini, &mini.io));
    hand_clear(&mini);
    hand_set(&mini, 8 * 2, 1u << 3 | 50u << 8, 8);
    assert_int_equal(hand_set_feature(&mini, 0x0c, 0, 1, 0, true), 0x4002);
    mini_expect_violation(&mini, "not a deeper non-operational one");
    assert_int_equal(hand_get_feature(&mini, 0x0c, 0, 0, 0, true), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(hand_get(&mini, 16, 8), 3u << 3 | 50u << 8);
    mini_stop(&mini);
}

static void test_write_protection(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(set(0x84, 1, 1), 0);
    assert_int_equal(mini_rw(&mini, 0x01, 0, 1, mini.page_dma, 0), 0x4020);
    mini_identify(&mini, 0x00, 1);
    assert_int_equal(hand_get(&mini, 99, 1), 1);
    static const uint32_t format[6] = {0, 0, 0, 0, 0, 0};
    static const uint32_t block_erase[6] = {2, 0, 0, 0, 0, 0};
    assert_int_equal(hand_admin(&mini, 0x80, 1, format, false), 0x4020);
    assert_int_equal(hand_admin(&mini, 0x84, 0, block_erase, false), 0x4020);
    power_cycle();
    assert_int_equal(get(0x84, 0, 1, 0), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(set(0x84, 1, 0), 0);
    assert_int_equal(mini_rw(&mini, 0x01, 0, 1, mini.page_dma, 0), 0);
    assert_int_equal(set(0x84, 1, 2), 0);
    assert_int_equal(set(0x84, 1, 0), 0x410e);
    power_cycle();
    assert_int_equal(get(0x84, 0, 1, 0), 0);
    assert_int_equal(mini.cqe[0], 0);
    assert_int_equal(set(0x84, 1, 3), 0);
    power_cycle();
    assert_int_equal(set(0x84, 1, 0), 0x410e);
    assert_int_equal(set(0x84, 1, 4), 0x4002);
    lwnvme_sim_settings(mini.sim)->nwpc = 0;
    assert_int_equal(get(0x84, 0, 1, 0), 0x4002);
    mini_stop(&mini);
}

static void test_keep_alive(void **state)
{
    (void)state;
    static const uint32_t nothing[6] = {0, 0, 0, 0, 0, 0};
    config.ctratt &= ~0x40u; /* only Keep Alive counts */
    mini_start(&mini, &config);
    assert_int_equal(set(0x0f, 0, 1500), 0); /* counts as 2 s */
    lwnvme_sim_advance(mini.sim, 1900000);
    assert_int_equal(hand_admin(&mini, 0x18, 0, nothing, false), 0);
    lwnvme_sim_advance(mini.sim, 1900000);
    assert_int_equal(get(0x0f, 0, 0, 0), 0);
    assert_int_equal(mini_read(&mini, 0x1c) & 3, 1);
    lwnvme_sim_advance(mini.sim, 150000);
    assert_int_equal(mini_read(&mini, 0x1c) & 3, 3);
    mini_abandon(&mini);

    config.ctratt |= 0x40u;
    mini_start(&mini, &config);
    assert_int_equal(set(0x0f, 0, 1000), 0);
    lwnvme_sim_advance(mini.sim, 900000);
    assert_int_equal(mini_rw(&mini, 0x02, 0, 1, mini.page_dma, 0), 0);
    lwnvme_sim_advance(mini.sim, 900000);
    assert_int_equal(mini_read(&mini, 0x1c) & 3, 1);
    mini_stop(&mini);
}

static void test_timestamp_and_identifier(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    hand_clear(&mini);
    hand_set(&mini, 0, 1700000000000, 6);
    assert_int_equal(hand_set_feature(&mini, 0x0e, 0, 0, 0, true), 0);
    lwnvme_sim_advance(mini.sim, 5000000);
    assert_int_equal(hand_get_feature(&mini, 0x0e, 0, 0, 0, true), 0);
    assert_true(hand_get(&mini, 0, 6) >= 1700000005000 && hand_get(&mini, 0, 6) < 1700000005100);
    assert_int_equal(hand_get(&mini, 6, 1), 2);
    hand_clear(&mini);
    hand_set(&mini, 0, 0x1122334455667788, 8);
    hand_set(&mini, 8, 0x99, 1);
    assert_int_equal(hand_set_feature(&mini, 0x81, 0, 1, 0, true), 0);
    hand_set(&mini, 0, 1, 8);
    assert_int_equal(hand_set_feature(&mini, 0x81, 0, 1, 0, true), 0x400c);
    assert_int_equal(hand_get_feature(&mini, 0x81, 0, 0, 1, true), 0);
    assert_int_equal(hand_get(&mini, 8, 1), 0x99);
    mini_stop(&mini);
}

static void test_ranges_and_thermal(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    hand_clear(&mini);
    hand_set(&mini, 16, 0, 8);
    hand_set(&mini, 24, 99, 8); /* 0's based */
    hand_set(&mini, 64 + 16, 99, 8);
    hand_set(&mini, 64 + 24, 100, 8);
    assert_int_equal(hand_set_feature(&mini, 0x03, 1, 1, 0, true), 0x4114);
    hand_set(&mini, 64 + 16, 100, 8);
    assert_int_equal(hand_set_feature(&mini, 0x03, 1, 1, 0, true), 0);
    hand_clear(&mini);
    assert_int_equal(hand_get_feature(&mini, 0x03, 0, 1, 0, true), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(hand_get(&mini, 80, 8), 100);
    assert_int_equal(set(0x10, 0, 300u << 16 | 310), 0);
    assert_int_equal(set(0x10, 0, 310u << 16 | 300), 0x4002);
    assert_int_equal(set(0x10, 0, 200u << 16 | 310), 0x4002);
    assert_int_equal(hand_set_feature(&mini, 0x12, 0, 1, 0, false), 0);
    assert_int_equal(hand_set_feature(&mini, 0x12, 0, 1, 1, false), 0x4002);
    assert_int_equal(get(0x12, 0, 0, 1), 0);
    assert_int_equal(mini.cqe[0], 0);
    assert_int_equal(set(0x82, 1, 2), 0);
    assert_false(lwnvme_sim_reservation_notify(mini.sim, 1, 1)); /* masked */
    assert_int_equal(set(0x83, 1, 1), 0);
    assert_int_equal(set(0x80, 0, 9), 0);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_common_rules, fresh),
        cmocka_unit_test_setup(test_each_namespace_has_its_own, fresh),
        cmocka_unit_test_setup(test_power_states, fresh),
        cmocka_unit_test_setup(test_write_protection, fresh),
        cmocka_unit_test_setup(test_keep_alive, fresh),
        cmocka_unit_test_setup(test_timestamp_and_identifier, fresh),
        cmocka_unit_test_setup(test_ranges_and_thermal, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

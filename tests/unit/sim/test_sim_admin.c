/* SPDX-License-Identifier: MIT */
/* Small admin commands of the software controller: security, directives, lockdown, and the subsystem reset. */
#include "hand.h"

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    return 0;
}

static uint32_t security(bool send, uint32_t protocol, uint32_t specific, uint32_t bytes)
{
    uint32_t dwords[6] = {protocol << 24 | specific << 8, bytes, 0, 0, 0, 0};
    return hand_admin(&mini, send ? 0x81 : 0x82, 0, dwords, bytes != 0);
}

static void test_security(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(security(false, 0, 0, 16), 0);
    assert_int_equal(hand_get(&mini, 6, 2), 0x200);
    assert_int_equal(hand_get(&mini, 8, 2), 0xfe00);
    hand_set(&mini, 0, 0x123456789a, 8);
    assert_int_equal(security(true, 0xfe, 0x1234, 8), 0);
    hand_clear(&mini);
    assert_int_equal(security(false, 0xfe, 0x1234, 12), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 0x123456789a);
    assert_int_equal(hand_get(&mini, 8, 4), 0);
    assert_int_equal(security(false, 0xfe, 1, 8), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 0);
    assert_int_equal(security(true, 0xfe, 1, 0), 0);
    assert_int_equal(security(true, 0, 0, 8), 0x4002);
    assert_int_equal(security(false, 0x42, 0, 8), 0x4002);
    lwnvme_sim_settings(mini.sim)->oacs = 0;
    assert_int_equal(security(false, 0, 0, 16), 0x4001);
    mini_stop(&mini);
}

static uint32_t directive(uint8_t opcode, uint32_t type, uint32_t operation, uint32_t specific,
                          uint32_t dword12, uint32_t length)
{
    uint32_t dwords[6] = {
        length == 0 ? 0 : length / 4 - 1, specific << 16 | type << 8 | operation, dword12, 0, 0, 0};
    return hand_admin(&mini, opcode, 1, dwords, length != 0);
}

static uint32_t write_stream(uint32_t stream)
{
    uint32_t command[16] = {0x01, 1, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32)};
    command[12] = 1u << 20;
    command[13] = stream << 16;
    return mini_do(&mini, &mini.io, command);
}

static void test_directives(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(directive(0x1a, 0, 1, 0, 0, 4096), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 3);
    assert_int_equal(hand_get(&mini, 32, 1), 1);
    assert_int_equal(directive(0x1a, 1, 2, 0, 0, 64), 0x4002); /* not enabled */
    assert_int_equal(write_stream(5), 0x4002);
    assert_int_equal(directive(0x19, 0, 1, 0, 0x101, 0), 0);
    assert_int_equal(directive(0x1a, 1, 1, 0, 0, 32), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x100010);
    assert_int_equal(directive(0x1a, 1, 3, 0, 5, 0), 0);
    assert_int_equal(mini.cqe[0], 5);
    assert_int_equal(write_stream(5), 0);
    assert_int_equal(write_stream(7), 0);
    assert_int_equal(write_stream(5), 0);
    assert_int_equal(directive(0x1a, 1, 2, 0, 0, 64), 0);
    assert_int_equal(hand_get(&mini, 0, 6), 0x700050002);
    assert_int_equal(directive(0x19, 1, 1, 5, 0, 0), 0);
    assert_int_equal(directive(0x1a, 1, 2, 0, 0, 64), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x70001);
    assert_int_equal(directive(0x19, 1, 2, 0, 0, 0), 0);
    assert_int_equal(directive(0x1a, 1, 1, 0, 0, 32), 0);
    assert_int_equal(hand_get(&mini, 24, 4), 0);
    assert_int_equal(directive(0x1a, 5, 1, 0, 0, 32), 0x4002);
    lwnvme_sim_settings(mini.sim)->oacs = 0;
    assert_int_equal(write_stream(5), 0x4002);
    mini_expect_violation(&mini, "the controller has no directives");
    mini_stop(&mini);
}

static uint32_t lockdown(uint32_t scope, uint32_t index, bool prohibit)
{
    uint32_t dwords[6] = {index << 8 | (prohibit ? 0x10u : 0) | scope, 0, 0, 0, 0, 0};
    return hand_admin(&mini, 0x24, 0, dwords, false);
}

static void test_lockdown(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(lockdown(0, 0x0d, true), 0);
    assert_int_equal(lockdown(2, 0x06, true), 0);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0x4023);
    assert_int_equal(hand_set_feature(&mini, 0x06, 0, 0, 0, false), 0x4023);
    assert_int_equal(hand_get_feature(&mini, 0x06, 0, 0, 0, false), 0);
    assert_int_equal(hand_log(&mini, 0x14, 0, 512, 0x10, 0, 0, false), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x01000010);
    assert_int_equal(hand_get(&mini, 4, 2), 0x0d);
    assert_int_equal(hand_log(&mini, 0x14, 0, 512, 0x12, 0, 0, false), 0);
    assert_int_equal(hand_get(&mini, 4, 1), 0x06);
    assert_int_equal(lockdown(0, 0x06, true), 0x4128);
    assert_int_equal(lockdown(0, 0x7d, true), 0x4128);
    assert_int_equal(lockdown(7, 0x0d, true), 0x4002);
    assert_int_equal(lockdown(0, 0x0d, false), 0);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0);
    mini_stop(&mini);
}

static void test_subsystem_reset(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    mini_write(&mini, 0x20, 0x4e564d65);
    assert_int_equal(mini_read(&mini, 0x14), 0);
    assert_int_equal(mini_read(&mini, 0x1c), 0x10);
    mini_write(&mini, 0x1c, 0x10);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    lwnvme_sim_subsystem_reset(mini.sim);
    assert_int_equal(mini_read(&mini, 0x1c), 0x10);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void test_reserved_bits_are_violations(void **state)
{
    (void)state;
    uint32_t dwords[6] = {0, 0, 0, 0, 0, 1};
    mini_start(&mini, &config);
    assert_int_equal(hand_admin(&mini, 0x18, 0, dwords, false), 0x4002);
    mini_expect_violation(&mini, "reserved bits of dword 15");
    dwords[5] = 0;
    assert_int_equal(hand_admin(&mini, 0x18, 1, dwords, false), 0x4002);
    mini_expect_violation(&mini, "reserved bits of dword 1");
    assert_int_equal(hand_admin(&mini, 0x7f, 0, dwords, false), 0x4001);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_security, fresh),
        cmocka_unit_test_setup(test_directives, fresh),
        cmocka_unit_test_setup(test_lockdown, fresh),
        cmocka_unit_test_setup(test_subsystem_reset, fresh),
        cmocka_unit_test_setup(test_reserved_bits_are_violations, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

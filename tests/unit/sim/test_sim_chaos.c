/* SPDX-License-Identifier: MIT */
/*
 * Random admin commands, resets, power cuts and time, on a controller that can do everything: the model must
 * not fall over, and what goes on must end. Violations are expected here.
 */
#include "mini_driver.h"

#include <stdio.h>

#define ROUNDS 4000u

static struct lwnvme_sim_config config;
static struct mini mini;
static uint64_t random_state;

static uint32_t pick(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

static uint32_t random_dword(void)
{
    static const uint32_t usual[] = {0, 0, 1, 2, 3, 0x10, 0x80, 0x201, 0x3ff, 1023, UINT32_MAX};
    return pick(3) == 0 ? pick(UINT32_MAX) : usual[pick(sizeof(usual) / sizeof(usual[0]))];
}

static void random_command(void)
{
    static const uint8_t opcodes[] = {0x02, 0x02, 0x06, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x10,
                                      0x11, 0x11, 0x14, 0x15, 0x18, 0x80, 0x81, 0x82, 0x84};
    static const uint8_t features[] = {0x02, 0x04, 0x06, 0x0b, 0x0d, 0x0e, 0x10, 0x16, 0x17, 0x84, 0x85};
    static const uint8_t pages[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x12, 0x15, 0x81};
    uint32_t command[16] = {opcodes[pick(sizeof(opcodes))]};
    command[1] = pick(4) == 0 ? random_dword() : pick(3);
    command[6] = (uint32_t)mini.page_dma;
    command[7] = (uint32_t)(mini.page_dma >> 32);
    for (unsigned i = 10; i < 16; i++) {
        command[i] = pick(2) == 0 ? 0 : random_dword();
    }
    if (command[0] == 0x02) {
        command[10] = (command[10] & 0x700) | pages[pick(sizeof(pages))] | pick(1024) << 16;
    } else if (command[0] == 0x09 || command[0] == 0x0a) {
        command[10] = features[pick(sizeof(features))] | (pick(8) == 0 ? 0x80000000u : 0);
    } else if (command[0] == 0x84) {
        command[10] &= 0x3ff;
    } else if (command[0] == 0x11) {
        command[10] = 1023;
        command[11] = pick(4) * 1024;
    }
    (void)mini_put(&mini, &mini.admin, command);
    mini_ring(&mini, &mini.admin);
    lwnvme_sim_advance(mini.sim, pick(4) == 0 ? pick(2000000) : 10);
}

static void take_all(void)
{
    for (unsigned i = 0; i < MINI_ENTRIES && mini_take(&mini, &mini.admin); i++) {
    }
}

static void restart(void)
{
    if ((mini_read(&mini, 0x14) & 1) != 0) {
        mini_write(&mini, 0x14, 0x00460000);
    }
    lwnvme_sim_advance(mini.sim, 10000);
    mini_restart(&mini);
    if (pick(2) == 0) {
        mini_io_queues(&mini);
        (void)mini_rw(&mini, 1, pick(1000), 1, mini.page_dma, 0);
    }
}

static void one_round(void)
{
    switch (pick(40)) {
    case 0:
        lwnvme_sim_power_cut(mini.sim);
        restart();
        break;
    case 1:
        lwnvme_sim_remove(mini.sim);
        lwnvme_sim_advance(mini.sim, pick(3000000));
        lwnvme_sim_insert(mini.sim);
        restart();
        break;
    case 2:
        mini_write(&mini, 0x20, 0x4e564d65);
        restart();
        break;
    case 3:
    case 4:
    case 5:
        restart(); /* held event requests would fill the ring in the end */
        break;
    case 6:
        lwnvme_sim_advance(mini.sim, pick(60000000));
        break;
    case 7:
        mini_write(&mini, 0x48, (uint32_t)mini.page_dma);
        mini_write(&mini, 0x4c, (uint32_t)(mini.page_dma >> 32));
        mini_write(&mini, 0x44, pick(2) << 31 | pick(80) << 10 | 1);
        break;
    default:
        random_command();
    }
    take_all();
}

static void chaos(uint64_t seed)
{
    random_state = seed;
    lwnvme_sim_config_full(&config);
    config.strict_reserved = false;
    config.cap_nssrs = true;
    config.sanitize_fail_at = seed % 2 == 0 ? 30 : 0;
    config.sanitize_fail_count = 3;
    mini_create(&mini, &config);
    mini_enable(&mini);
    for (unsigned i = 0; i < ROUNDS; i++) {
        one_round();
    }
    lwnvme_sim_settings(mini.sim)->sanitize_fail_at = 0;
    lwnvme_sim_advance(mini.sim, 400000000);
    restart();
    assert_false(lwnvme_sim_sanitizing(mini.sim));
    mini_identify(&mini, 1, 0);
    assert_int_equal(mini_log(&mini, 0x81, 512, 0), 0);
    assert_int_equal(mini_get(mini.page, 2), 0xffff);
    uint32_t state = (uint32_t)mini_get(mini.page + 2, 2) & 7;
    assert_true(state == 1 || state == 3); /* with so many commands one was carried out */
    mini_abandon(&mini);
}

static void test_random_commands_and_accidents(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        chaos(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_commands_and_accidents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

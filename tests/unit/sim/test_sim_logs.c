/* SPDX-License-Identifier: MIT */
/* Log pages of the software controller: contents, pieces, and what each refuses. */
#include "hand.h"

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    return 0;
}

static uint32_t piece(uint8_t lid, uint32_t length, uint32_t lsp, uint32_t lsi, uint64_t offset)
{
    return hand_log(&mini, lid, HAND_ALL, length, lsp, lsi, offset, false);
}

static void test_supported_pages_and_lengths(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(hand_log_all(&mini, 0x00, 1024), 0);
    static const uint8_t lids[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,
                                   0x0d, 0x0e, 0x0f, 0x12, 0x14, 0x20, 0x21, 0x22, 0x23, 0x80, 0xbf};
    for (size_t i = 0; i < sizeof(lids); i++) {
        assert_int_equal(hand_get(&mini, 4 * (size_t)lids[i], 1) & 1, 1);
    }
    assert_int_equal(hand_get(&mini, 4 * 0x70, 1), 0);
    assert_int_equal(hand_log_all(&mini, 0x70, 512), 0x4109);
    assert_int_equal(piece(0x02, 512, 1, 0, 0), 0x4002);
    mini_expect_violation(&mini, "no log specific parameter");
    assert_int_equal(piece(0x02, 512, 0, 1, 0), 0x4002);
    mini_expect_violation(&mini, "no log specific identifier");
    assert_int_equal(piece(0x02, 64, 0, 0, 516), 0x4002); /* beyond the end */
    assert_int_equal(piece(0x02, 64, 0, 0, 448), 0);
    assert_int_equal(hand_log(&mini, 0x02, 1, 512, 0, 0, 0, false), 0); /* LPA bit 0 */
    assert_int_equal(hand_log(&mini, 0x02, 9, 512, 0, 0, 0, false), 0x400b);
    assert_int_equal(hand_log(&mini, 0x05, 1, 512, 0, 0, 0, false), 0x4002);
    lwnvme_sim_settings(mini.sim)->lpa = 0x02;
    assert_int_equal(hand_log_all(&mini, 0x00, 1024), 0x4109);
    assert_int_equal(hand_log_all(&mini, 0x05, 4096), 0);
    assert_int_equal(piece(0x05, 64, 0, 0, 64), 0x4002);
    mini_expect_violation(&mini, "beyond 12 bits");
    mini_stop(&mini);
}

static void test_error_entries(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    uint32_t bad[16] = {0x7e};
    assert_int_equal(mini_do(&mini, &mini.admin, bad), 0x4001);
    assert_int_equal(mini_rw(&mini, 0x02, 1u << 30, 1, mini.page_dma, 0), 0x4080);
    assert_int_equal(hand_log_all(&mini, 0x01, 128), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 2);
    assert_int_equal(hand_get(&mini, 8, 2), 1);
    assert_int_equal(hand_get(&mini, 12, 2), 0x4080 << 1);
    assert_int_equal(hand_get(&mini, 16, 8), 1u << 30);
    assert_int_equal(hand_get(&mini, 24, 4), 1);
    assert_int_equal(hand_get(&mini, 64, 8), 1);
    assert_int_equal(hand_get(&mini, 64 + 31, 1), 0x7e);
    assert_int_equal(hand_log_all(&mini, 0x02, 512), 0);
    assert_int_equal(hand_get(&mini, 176, 8), 2);
    mini_stop(&mini);
}

static void test_effects(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(hand_log_all(&mini, 0x05, 4096), 0);
    assert_int_equal(hand_get(&mini, 4 * 0x0d, 4), 0x10009);
    assert_int_equal(hand_get(&mini, 1024 + 4 * 0x01, 4), 3);
    assert_int_equal(hand_get(&mini, 4 * 0x7c, 4), 0);
    assert_int_equal(hand_get(&mini, 4 * 0x02, 4), 0x80001);
    uint32_t uuid[6] = {0x02 | 127u << 16, 0, 0, 0, 3, 0};
    assert_int_equal(hand_admin(&mini, 0x02, HAND_ALL, uuid, true), 0x4002); /* the list has two */
    uuid[4] = 2;
    assert_int_equal(hand_admin(&mini, 0x02, HAND_ALL, uuid, true), 0);
    lwnvme_sim_settings(mini.sim)->oacs = 0;
    assert_int_equal(hand_log_all(&mini, 0x05, 4096), 0);
    assert_int_equal(hand_get(&mini, 4 * 0x0d, 4), 0);
    assert_int_equal(hand_log_all(&mini, 0x12, 1024), 0);
    assert_int_equal(hand_get(&mini, 4 * 0x04, 4), 0x200001);
    assert_int_equal(hand_get(&mini, 4 * 0x84, 4), 0x100001);
    mini_stop(&mini);
}

static void test_telemetry(void **state)
{
    (void)state;
    config.telemetry_changes_after = 3;
    mini_start(&mini, &config);
    assert_int_equal(piece(0x07, 512, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 8, 2), 0);
    assert_int_equal(piece(0x07, 1024, 1, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 12, 2), 64);
    assert_int_equal(hand_get(&mini, 381, 1), 1);
    assert_int_equal(hand_get(&mini, 512, 4), 1);
    assert_int_equal(piece(0x07, 512, 0, 0, 64 * 512), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 64);
    assert_int_equal(piece(0x07, 512, 0, 0, 66 * 512), 0x4002);
    assert_int_equal(piece(0x07, 512, 0, 0, 256), 0x4002);
    assert_int_equal(piece(0x07, 256, 0, 0, 0), 0x4002);
    hand_clear(&mini);
    hand_set(&mini, 1, 1, 1); /* ETDAS: data area 4 */
    assert_int_equal(hand_set_feature(&mini, 0x16, 0, 0, 0, true), 0);
    assert_int_equal(piece(0x07, 512, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 16, 4), 128);
    lwnvme_sim_telemetry_collect(mini.sim);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(piece(0x08, 512, 0, 0, 0), 0);
        assert_int_equal(hand_get(&mini, 383, 1), 1);
    }
    assert_int_equal(piece(0x08, 512, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 383, 1), 2); /* in the middle of being read */
    mini_stop(&mini);
}

static void test_persistent_events(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(piece(0x0d, 512, 0, 0, 0), 0x400c);
    assert_int_equal(piece(0x0d, 4096, 1, 0, 0), 0);
    assert_int_equal(piece(0x0d, 512, 1, 0, 0), 0x400c);
    uint64_t events = hand_get(&mini, 4, 4);
    uint64_t length = hand_get(&mini, 8, 8);
    uint64_t generation = hand_get(&mini, 372, 2);
    assert_int_equal(hand_get(&mini, 18, 2), 492);
    assert_int_equal(events, 2); /* power-on, and how it was then */
    uint64_t at = 512;
    for (uint64_t i = 0; i < events; i++) {
        assert_int_equal(hand_get(&mini, at, 1), i == 0 ? 4 : 1);
        at += hand_get(&mini, at + 2, 1) + 3 + hand_get(&mini, at + 22, 2);
    }
    assert_int_equal(at, length);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0);
    assert_int_equal(piece(0x0d, 512, 3, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 4, 4), 2); /* still the old context */
    assert_int_equal(hand_get(&mini, 374, 4), 1u << 18 | 1u << 16);
    assert_int_equal(piece(0x0d, 512, 2, 0, 0), 0);
    assert_int_equal(piece(0x0d, 512, 0, 0, 0), 0x400c);
    assert_int_equal(piece(0x0d, 1024, 1, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 4, 4), 3);
    assert_int_equal(hand_get(&mini, 372, 2), generation + 1);
    assert_int_equal(hand_get(&mini, 512, 1), 6);
    lwnvme_sim_settings(mini.sim)->persistent_changes_after = 1;
    assert_int_equal(piece(0x0d, 512, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 372, 2), generation + 2);
    lwnvme_sim_persistent_drop(mini.sim);
    assert_int_equal(piece(0x0d, 512, 0, 0, 0), 0x400c);
    mini_stop(&mini);
}

static void test_groups_and_latency(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(piece(0x09, 512, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 160, 8), config.tnvmcap / 4);
    assert_int_equal(piece(0x09, 512, 0, 7, 0), 0x4002);
    assert_int_equal(hand_set_feature(&mini, 0x18, 0, 1u << 16 | 2, 0, false), 0);
    assert_int_equal(hand_set_feature(&mini, 0x0b, 0, 0x5000, 0, false), 0);
    lwnvme_sim_group_warning(mini.sim, 2, 1);
    assert_int_equal(piece(0x0f, 12, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 1);
    assert_int_equal(hand_get(&mini, 8, 2), 2);
    assert_int_equal(piece(0x09, 512, 0, 2, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 1);
    assert_int_equal(piece(0x0f, 8, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 0);
    assert_int_equal(hand_set_feature(&mini, 0x14, 0, 1, 1, false), 0x400c);
    hand_clear(&mini);
    hand_set(&mini, 0, 1, 2);
    assert_int_equal(hand_set_feature(&mini, 0x13, 0, 1, 1, true), 0);
    assert_int_equal(hand_set_feature(&mini, 0x14, 0, 1, 1, false), 0);
    lwnvme_sim_latency_event(mini.sim, 1, 1);
    assert_int_equal(piece(0x0b, 12, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 8, 2), 1);
    assert_int_equal(piece(0x0a, 512, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 1);
    assert_int_equal(hand_get(&mini, 2, 2), 1);
    assert_int_equal(piece(0x0a, 512, 0, 9, 0), 0x4002);
    mini_stop(&mini);
}

static void test_ana(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(piece(0x0c, 180, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 8, 2), 4);
    assert_int_equal(hand_get(&mini, 16, 8), 0x100000001);
    assert_int_equal(hand_get(&mini, 32, 1), 1);
    assert_int_equal(hand_get(&mini, 48, 4), 1);
    assert_int_equal(hand_get(&mini, 52, 4), 2);
    assert_true(lwnvme_sim_ana_change(mini.sim, 1, 3));
    assert_int_equal(mini_rw(&mini, 0x02, 0, 1, mini.page_dma, 0), 0x302);
    assert_int_equal(piece(0x0c, 48, 1, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 1);
    assert_int_equal(hand_get(&mini, 16, 8), 1); /* groups only: no members */
    assert_int_equal(hand_get(&mini, 32, 1), 3);
    assert_false(lwnvme_sim_ana_change(mini.sim, 5, 1));
    mini_stop(&mini);
}

static void test_lba_status(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 100, 3));
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 500, 1));
    assert_int_equal(piece(0x0e, 64, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 0x100000040);
    assert_int_equal(hand_get(&mini, 14, 2), 1);
    assert_int_equal(hand_get(&mini, 20, 4), 2);
    assert_int_equal(hand_get(&mini, 32, 8), 100);
    assert_int_equal(hand_get(&mini, 40, 4), 2); /* 0's based */
    uint32_t dwords[6] = {101, 0, 5, 0x10u << 24, 0, 0};
    assert_int_equal(hand_admin(&mini, 0x86, 1, dwords, true), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 1);
    assert_int_equal(hand_get(&mini, 4, 1), 1); /* there is more */
    assert_int_equal(hand_get(&mini, 8, 8), 101);
    assert_int_equal(hand_get(&mini, 16, 4), 1); /* 0's based */
    assert_int_equal(hand_get(&mini, 21, 1), 1);
    dwords[2] = 63;
    assert_int_equal(hand_admin(&mini, 0x86, 1, dwords, true), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 2);
    assert_int_equal(hand_get(&mini, 4, 1), 2);
    dwords[3] = 0x10u << 24 | 10;
    assert_int_equal(hand_admin(&mini, 0x86, 1, dwords, true), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 1);
    dwords[3] = 0x33u << 24;
    assert_int_equal(hand_admin(&mini, 0x86, 1, dwords, true), 0x4002);
    mini_stop(&mini);
}

static void test_placement(void **state)
{
    (void)state;
    static const uint32_t delete_all[6] = {1, 0, 0, 0, 0, 0};
    static const uint16_t here = 1;
    mini_start(&mini, &config);
    assert_int_equal(piece(0x20, 208, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 2), 1);
    assert_int_equal(hand_get(&mini, 4, 4), 208);
    assert_int_equal(hand_get(&mini, 16, 2), 96);
    assert_int_equal(hand_get(&mini, 24, 2), 8);
    assert_int_equal(piece(0x21, 72, 0, 1, 0), 0x4029);
    assert_int_equal(piece(0x20, 208, 0, 2, 0), 0x4002);
    assert_int_equal(hand_set_feature(&mini, 0x1d, 0, 1, 1, false), 0x400c);
    assert_int_equal(hand_set_feature(&mini, 0x1d, 0, 1, 0, false), 0); /* as it is */
    assert_int_equal(hand_admin(&mini, 0x0d, HAND_ALL, delete_all, false), 0);
    assert_int_equal(hand_set_feature(&mini, 0x1d, 0, 1, 0x501, false), 0x4002);
    assert_int_equal(hand_set_feature(&mini, 0x1d, 0, 1, 0x101, false), 0);
    assert_int_equal(hand_get_feature(&mini, 0x1d, 0, 0, 1, false), 0);
    assert_int_equal(mini.cqe[0], 0x101);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0);
    assert_int_equal(hand_attach(&mini, 1, false, &here, 1), 0);
    hand_clear(&mini);
    hand_set(&mini, 0, 0x03, 1);
    assert_int_equal(hand_set_feature(&mini, 0x1e, 1, 1u << 16 | 2, 1, true), 0);
    assert_int_equal(hand_get_feature(&mini, 0x1e, 0, 1, 8u << 16 | 2, true), 0);
    assert_int_equal(mini.cqe[0], 6);
    assert_int_equal(hand_get(&mini, 6, 2), 0x103);
    assert_int_equal(hand_get(&mini, 4, 2), 0x002);
    assert_true(lwnvme_sim_fdp_event(mini.sim, 0x03, 2, 1));
    assert_false(lwnvme_sim_fdp_event(mini.sim, 0x00, 2, 1));
    assert_int_equal(piece(0x23, 128, 1, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 1);
    assert_int_equal(hand_get(&mini, 64, 4), 0x20303);
    assert_int_equal(piece(0x23, 64, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0);
    assert_int_equal(piece(0x21, 72, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 2), 8);
    assert_int_equal(piece(0x22, 64, 0, 1, 0), 0);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_supported_pages_and_lengths, fresh),
        cmocka_unit_test_setup(test_error_entries, fresh),
        cmocka_unit_test_setup(test_effects, fresh),
        cmocka_unit_test_setup(test_telemetry, fresh),
        cmocka_unit_test_setup(test_persistent_events, fresh),
        cmocka_unit_test_setup(test_groups_and_latency, fresh),
        cmocka_unit_test_setup(test_ana, fresh),
        cmocka_unit_test_setup(test_lba_status, fresh),
        cmocka_unit_test_setup(test_placement, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

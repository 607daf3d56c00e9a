/* SPDX-License-Identifier: MIT */
/* Namespace management, lists of Identify, capacity and virtualization management of the software controller. */
#include "hand.h"

static struct lwnvme_sim_config config;
static struct mini mini;
static const uint16_t here = 1;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_full(&config);
    return 0;
}

static uint32_t delete_namespace(uint32_t nsid)
{
    static const uint32_t dwords[6] = {1, 0, 0, 0, 0, 0};
    return hand_admin(&mini, 0x0d, nsid, dwords, false);
}

static void test_create_attach_write_detach_delete(void **state)
{
    (void)state;
    static const uint8_t pattern[512] = {1, 2, 3};
    uint8_t back[512];
    mini_start(&mini, &config);
    mini_identify(&mini, 0x01, 0);
    uint64_t left = hand_get(&mini, 296, 8);
    assert_int_equal(hand_get(&mini, 280, 8), config.tnvmcap);
    assert_int_equal(hand_create_namespace(&mini, 2048, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 2);
    mini_identify(&mini, 0x01, 0);
    assert_int_equal(hand_get(&mini, 296, 8), left - 2048 * 512);
    assert_int_equal(hand_identify_status(&mini, 0x02, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 4, 4), 0);
    assert_int_equal(hand_identify_status(&mini, 0x10, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 4, 4), 2);
    assert_int_equal(hand_identify_status(&mini, 0x11, 2, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 2048);
    assert_int_equal(hand_identify_status(&mini, 0x00, 2, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 8), 0);
    assert_int_equal(hand_attach(&mini, 2, false, &here, 1), 0);
    assert_int_equal(hand_identify_status(&mini, 0x12, 2, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x10001);
    assert_true(lwnvme_sim_write_blocks(mini.sim, 2, 5, 1, pattern));
    assert_int_equal(hand_attach(&mini, 2, true, &here, 1), 0);
    uint32_t read[16] = {0x02, 2, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32)};
    assert_int_equal(mini_do(&mini, &mini.io, read), 0x4002);
    assert_int_equal(delete_namespace(2), 0);
    assert_int_equal(mini_do(&mini, &mini.io, read), 0x4002);
    assert_int_equal(hand_create_namespace(&mini, 2048, 0, 0), 0);
    assert_int_equal(mini.cqe[0], 2);
    assert_true(lwnvme_sim_read_blocks(mini.sim, 2, 5, 1, back));
    assert_int_equal(back[0], 0); /* nothing is left of the old one */
    mini_stop(&mini);
}

static void test_refusals_of_create(void **state)
{
    (void)state;
    static const uint32_t dwords[6] = {0, 0, 0, 0, 0, 0};
    mini_start(&mini, &config);
    assert_int_equal(hand_create_namespace(&mini, 0, 0, 0), 0x4002);
    assert_int_equal(hand_create_namespace(&mini, 100, 9, 0), 0x410a);
    assert_int_equal(hand_create_namespace(&mini, (uint64_t)1 << 40, 0, 0), 0x4115);
    hand_clear(&mini);
    hand_set(&mini, 0, 100, 8);
    hand_set(&mini, 8, 50, 8);
    assert_int_equal(hand_admin(&mini, 0x0d, 0, dwords, true), 0x411b);
    hand_set(&mini, 8, 100, 8);
    hand_set(&mini, 92, 77, 4);
    assert_int_equal(hand_admin(&mini, 0x0d, 0, dwords, true), 0x4124);
    hand_set(&mini, 92, 0, 4);
    hand_set(&mini, 200, 1, 1);
    assert_int_equal(hand_admin(&mini, 0x0d, 0, dwords, true), 0x4002);
    mini_expect_violation(&mini, "byte 200 of the data is reserved");
    assert_int_equal(delete_namespace(7), 0x400b);
    mini_stop(&mini);

    config.namespace_room = 1;
    mini_start(&mini, &config);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0x4116);
    mini_stop(&mini);
    config.oacs = 0;
    mini_start(&mini, &config);
    assert_int_equal(hand_admin(&mini, 0x0d, 0, dwords, false), 0x4001);
    mini_stop(&mini);
}

static void test_refusals_of_attachment(void **state)
{
    (void)state;
    static const uint16_t both[] = {1, 2};
    static const uint16_t falling[] = {2, 1};
    static const uint16_t stranger = 99;
    mini_start(&mini, &config);
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 0), 0);
    assert_int_equal(hand_attach(&mini, 2, true, &here, 1), 0x411a);
    assert_int_equal(hand_attach(&mini, 2, false, both, 2), 0x4119);
    assert_int_equal(hand_attach(&mini, 2, false, falling, 2), 0x411c);
    assert_int_equal(hand_attach(&mini, 2, false, &stranger, 1), 0x411c);
    assert_int_equal(hand_attach(&mini, 2, false, both, 0), 0x411c);
    assert_int_equal(hand_attach(&mini, 2, false, &here, 1), 0);
    assert_int_equal(hand_attach(&mini, 2, false, &here, 1), 0x4118);
    assert_int_equal(hand_attach(&mini, 2, false, &both[1], 1), 0x4119);
    assert_int_equal(hand_attach(&mini, 3, false, &here, 1), 0x400b);
    lwnvme_sim_settings(mini.sim)->maxcna = 2;
    assert_int_equal(hand_create_namespace(&mini, 100, 0, 1), 0);
    assert_int_equal(hand_attach(&mini, 3, false, &here, 1), 0x4127);
    assert_int_equal(hand_attach(&mini, 3, false, &both[1], 1), 0);
    assert_int_equal(delete_namespace(HAND_ALL), 0);
    assert_int_equal(hand_identify_status(&mini, 0x10, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0);
    mini_stop(&mini);
}

static void test_identify_lists(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(hand_identify_status(&mini, 0x04, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 2);
    assert_int_equal(hand_get(&mini, 128, 4), 0x10001);
    assert_int_equal(hand_identify_status(&mini, 0x13, 0, 2, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x20005); /* five, from 2 on */
    assert_int_equal(hand_get(&mini, 4, 2), 0x101);
    assert_int_equal(hand_identify_status(&mini, 0x14, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 32, 4), config.vq_flexible);
    assert_int_equal(hand_identify_status(&mini, 0x15, 0, 0x102, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 3);
    assert_int_equal(hand_get(&mini, 32, 4), 0x10102);
    assert_int_equal(hand_identify_status(&mini, 0x16, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 4, 1), 1);
    assert_int_equal(hand_get(&mini, 48, 8), 1u << 20);
    assert_int_equal(hand_identify_status(&mini, 0x17, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 32 + 16, 1), 0x60);
    assert_int_equal(hand_identify_status(&mini, 0x18, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 1);
    assert_int_equal(hand_identify_status(&mini, 0x19, 0, 0, 2), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0x20001);
    assert_int_equal(hand_identify_status(&mini, 0x09, 0, 0, 1), 0);
    assert_int_equal(hand_get(&mini, 26, 1), 1);
    assert_int_equal(hand_identify_status(&mini, 0x09, 0, 0, 2), 0x4002);
    assert_int_equal(hand_identify_status(&mini, 0x1c, 0, 0xffff, 0), 0x4002); /* CAP.CSS has none */
    assert_int_equal(hand_identify_status(&mini, 0x1f, 1, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 14, 1), 1);
    assert_int_equal(hand_identify_status(&mini, 0x01, 0, 5, 0), 0x4002);
    mini_expect_violation(&mini, "bits 31:16 are reserved");
    mini_stop(&mini);
}

static void test_command_sets(void **state)
{
    (void)state;
    config.cap_css = 0x41;
    config.command_sets = 7;
    config.namespace_count = 3;
    config.ns[1].csi = 2;
    config.ns[2].csi = 1;
    config.zoned.zsze = 0x8000;
    config.zoned.zasl = 4;
    mini_start(&mini, &config);
    assert_int_equal(hand_identify_status(&mini, 0x05, 2, 0, 2u << 24), 0);
    assert_int_equal(hand_get(&mini, 2816, 8), 0x8000);
    assert_int_equal(hand_identify_status(&mini, 0x05, 2, 0, 0), 0x4002);
    assert_int_equal(hand_identify_status(&mini, 0x06, 0, 0, 2u << 24), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 4);
    assert_int_equal(hand_identify_status(&mini, 0x05, 3, 0, 1u << 24), 0);
    assert_int_equal(hand_get(&mini, 72, 2), 16);
    assert_int_equal(hand_identify_status(&mini, 0x00, 3, 0, 0), 0x412c);
    assert_int_equal(hand_identify_status(&mini, 0x07, 0, 0, 2u << 24), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 2);
    assert_int_equal(hand_get(&mini, 4, 4), 0);
    assert_int_equal(hand_identify_status(&mini, 0x1c, 0, 0xffff, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 1);
    assert_int_equal(hand_get(&mini, 8, 1), 7);
    mini_stop(&mini);
}

static uint32_t virtualize(uint16_t cntlid, uint32_t type, uint32_t action, uint32_t count)
{
    uint32_t dwords[6] = {(uint32_t)cntlid << 16 | type << 8 | action, count, 0, 0, 0, 0};
    return hand_admin(&mini, 0x1c, 0, dwords, false);
}

static void test_virtualization(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(virtualize(0x101, 0, 9, 0), 0x4120);
    assert_int_equal(virtualize(0x101, 0, 8, 17), 0x4121);
    assert_int_equal(virtualize(0x101, 2, 8, 4), 0x4122);
    assert_int_equal(virtualize(0x999, 0, 8, 4), 0x411f);
    assert_int_equal(virtualize(0x101, 0, 8, 4), 0);
    assert_int_equal(mini.cqe[0], 4);
    assert_int_equal(virtualize(0x101, 1, 8, 2), 0);
    assert_int_equal(virtualize(0x101, 0, 9, 0), 0);
    assert_int_equal(virtualize(0x101, 0, 8, 5), 0x4120);
    assert_int_equal(hand_identify_status(&mini, 0x15, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 36, 1), 1);
    assert_int_equal(hand_get(&mini, 42, 4), 0x20004);
    assert_int_equal(virtualize(1, 0, 1, 8), 0);
    assert_int_equal(hand_identify_status(&mini, 0x14, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 40, 2), 0); /* from the next reset on */
    mini_disable(&mini);
    mini.admin.tail = mini.admin.head = 0;
    mini.admin.phase = 1;
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    mini_enable(&mini);
    assert_int_equal(hand_identify_status(&mini, 0x14, 0, 1, 0), 0);
    assert_int_equal(hand_get(&mini, 40, 2), 8);
    assert_int_equal(hand_identify_status(&mini, 0x15, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 36, 1), 0);
    mini_stop(&mini);
}

static uint32_t capacity(uint32_t operation, uint32_t element, uint64_t bytes)
{
    uint32_t dwords[6] = {element << 16 | operation, (uint32_t)bytes, (uint32_t)(bytes >> 32), 0, 0, 0};
    return hand_admin(&mini, 0x20, 0, dwords, false);
}

static void test_capacity_management(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(capacity(1, 0, (uint64_t)1 << 30), 0);
    assert_int_equal(mini.cqe[0], 3);
    assert_int_equal(capacity(3, 3, (uint64_t)2 << 30), 0x4126);
    assert_int_equal(capacity(3, 3, (uint64_t)1 << 29), 0);
    assert_int_equal(mini.cqe[0], 3);
    assert_int_equal(capacity(1, 0, (uint64_t)1 << 50), 0x4126);
    assert_int_equal(capacity(1, 0, 4096), 0);
    assert_int_equal(capacity(1, 0, 4096), 0x412d);
    assert_int_equal(capacity(2, 3, 0), 0);
    assert_int_equal(hand_identify_status(&mini, 0x04, 0, 0, 3), 0);
    assert_int_equal(hand_get(&mini, 0, 1), 0);
    assert_int_equal(capacity(2, 9, 0), 0x4002);
    assert_int_equal(capacity(2, 1, 0), 0); /* and namespace 1 with it */
    assert_int_equal(hand_identify_status(&mini, 0x10, 0, 0, 0), 0);
    assert_int_equal(hand_get(&mini, 0, 4), 0);
    mini_stop(&mini);
}

/* Random write areas have a size, in units of what is flushed. */
static void test_random_write_areas_make_sense(void **state)
{
    struct lwnvme_sim *sim;
    (void)state;
    config.zoned.ozcs = 2;
    for (uint16_t i = 0; i < 8; i++) {
        config.zoned.zrwasz = (i & 1) != 0 ? 8 : 0;
        config.zoned.zrwafg = (i & 4) != 0 ? 3 : (i & 2) != 0 ? 4 : 0;
        sim = lwnvme_sim_create(&config);
        assert_int_equal(sim != NULL, i == 3);
        lwnvme_sim_destroy(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_create_attach_write_detach_delete, fresh),
        cmocka_unit_test_setup(test_refusals_of_create, fresh),
        cmocka_unit_test_setup(test_refusals_of_attachment, fresh),
        cmocka_unit_test_setup(test_identify_lists, fresh),
        cmocka_unit_test_setup(test_command_sets, fresh),
        cmocka_unit_test_setup(test_random_write_areas_make_sense, fresh),
        cmocka_unit_test_setup(test_virtualization, fresh),
        cmocka_unit_test_setup(test_capacity_management, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

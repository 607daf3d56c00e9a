/* SPDX-License-Identifier: MIT */
/* Sanitize of the software controller: what it destroys, what it lets through meanwhile, how it fails. */
#include "mini_driver.h"

#define SANITIZE    0x84
#define IN_PROGRESS 0x01d
#define FAILED      0x01c
#define BLOCK_ERASE 2u
#define OVERWRITE   3u
#define CRYPTO      4u
#define AUSE        0x8u
#define PASSES(n)   ((uint32_t)(n) << 4)
#define OIPBP       0x100u
#define NDAS        0x200u
#define EMVS        0x400u
#define VERIFIED    0x19c

static struct lwnvme_sim_config config;
static struct mini mini;
static uint8_t block[512];

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.oacs |= 0x16;
    config.frmw = 0x16;
    config.sanicap = 7;
    config.sanitize_block_us = 6400000;
    config.sanitize_crypto_us = 640000;
    config.sanitize_pass_us = 6400000;
    return 0;
}

static uint32_t sanitize(uint32_t dword10, uint32_t pattern)
{
    return mini_admin(&mini, SANITIZE, 0, dword10, pattern, false);
}

static const uint8_t *sanitize_log(void)
{
    assert_int_equal(mini_log(&mini, 0x81, 512, 0), 0);
    return mini.page;
}

static uint32_t progress(void)
{
    return (uint32_t)mini_get(sanitize_log(), 2);
}

static uint32_t sstat(void)
{
    return (uint32_t)mini_get(sanitize_log() + 2, 2);
}

/* Data at the beginning, in the middle and at the end of the medium. */
static void write_three(void)
{
    static const uint64_t places[] = {0, 65536, 131071};
    memset(mini.page, 0x5c, 4096);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(mini_rw(&mini, 1, places[i], 1, mini.page_dma, 0), 0);
    }
}

static uint8_t byte_at(uint32_t nsid, uint64_t lba)
{
    assert_true(lwnvme_sim_read_blocks(mini.sim, nsid, lba, 1, block));
    assert_memory_equal(block, block + 4, 508);
    return block[0];
}

static void test_block_erase_destroys_step_by_step(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(sstat(), 0x100); /* never sanitized, nothing was ever written */
    assert_int_equal(progress(), 0xffff);
    write_three();
    assert_int_equal(sstat(), 0);
    assert_int_equal(lwnvme_sim_dirty_blocks(mini.sim, 1), 3);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    assert_int_equal(lwnvme_sim_dirty_blocks(mini.sim, 1), 0);
    assert_int_equal(sstat(), 2);
    assert_int_equal(byte_at(1, 0), 0x5c);
    lwnvme_sim_advance(mini.sim, 1600000);
    assert_in_range(progress(), 16000, 16800);
    assert_int_equal(byte_at(1, 0), 0);
    assert_int_equal(byte_at(1, 65536), 0x5c);
    lwnvme_sim_advance(mini.sim, 3200000);
    assert_int_equal(byte_at(1, 65536), 0);
    assert_int_equal(byte_at(1, 131071), 0x5c);
    lwnvme_sim_advance(mini.sim, 1700000);
    assert_int_equal(byte_at(1, 131071), 0);
    assert_int_equal(progress(), 0xffff);
    assert_int_equal(sstat(), 0x101);
    assert_int_equal(mini_get(mini.page + 4, 4), BLOCK_ERASE);
    write_three();
    assert_int_equal(sstat(), 1);
    mini_stop(&mini);
}

static void test_all_namespaces_are_concerned(void **state)
{
    (void)state;
    config.namespace_count = 2;
    config.namespace_room = 5;
    mini_start(&mini, &config);
    memset(block, 0x77, sizeof(block));
    assert_true(lwnvme_sim_write_blocks(mini.sim, 2, 100, 1, block));
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 5, 1));
    assert_int_equal(sanitize(CRYPTO, 0), 0);
    lwnvme_sim_advance(mini.sim, 700000);
    assert_int_equal(byte_at(2, 100), 0);
    assert_int_equal(mini_rw(&mini, 2, 5, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void fault_159_few_commands_are_let_through_meanwhile(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), IN_PROGRESS);
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), IN_PROGRESS);
    assert_int_equal(mini_rw(&mini, 0x08, 0, 1, 0, 0), IN_PROGRESS);
    uint32_t flush[16] = {0x00, 1};
    assert_int_equal(mini_do(&mini, &mini.io, flush), IN_PROGRESS);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), IN_PROGRESS);
    assert_int_equal(sanitize(1, 0), IN_PROGRESS);
    assert_int_equal(mini_admin(&mini, 0x80, 1, 0, 0, false), IN_PROGRESS);
    assert_int_equal(mini_admin(&mini, 0x14, 1, 1, 0, false), IN_PROGRESS);
    assert_int_equal(mini_admin(&mini, 0x11, 0, 1023, 0, true), IN_PROGRESS);
    assert_int_equal(mini_admin(&mini, 0x10, 0, 2 << 3 | 1, 0, false), IN_PROGRESS);
    assert_int_equal(mini_log(&mini, 5, 4096, 0), IN_PROGRESS);
    assert_int_equal(mini_log(&mini, 3, 512, 0), IN_PROGRESS);
    assert_int_equal(mini_log(&mini, 1, 64, 0), 0);
    assert_int_equal(mini_log(&mini, 2, 512, 0), 0);
    assert_int_equal(mini_admin(&mini, 0x0a, 0, 0x07, 0, false), 0);
    mini_identify(&mini, 1, 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void fault_159_commands_in_flight_are_answered_when_it_begins(void **state)
{
    (void)state;
    config.latency_us = 1000;
    mini_start(&mini, &config);
    memset(mini.page, 0x33, 512);
    uint32_t write[16] = {0x01, 1};
    write[6] = (uint32_t)mini.page_dma;
    write[7] = (uint32_t)(mini.page_dma >> 32);
    (void)mini_put(&mini, &mini.io, write);
    mini_ring(&mini, &mini.io);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    lwnvme_sim_advance(mini.sim, 2000);
    assert_int_equal(mini_answer(&mini, &mini.io), IN_PROGRESS);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(byte_at(1, 0), 0);
    mini_stop(&mini);
}

static void fault_159_goes_on_over_reset_and_power_cycle(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    write_three();
    assert_int_equal(sanitize(BLOCK_ERASE | AUSE, 0), 0);
    lwnvme_sim_advance(mini.sim, 1600000);
    mini_restart(&mini);
    assert_int_equal(sstat(), 2);
    assert_in_range(progress(), 16000, 17500);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    assert_in_range(progress(), 16000, 17500);
    lwnvme_sim_remove(mini.sim);
    lwnvme_sim_advance(mini.sim, 60000000); /* no power, no progress */
    lwnvme_sim_insert(mini.sim);
    mini_restart(&mini);
    mini_io_queues(&mini);
    assert_in_range(progress(), 16000, 17500);
    assert_int_equal(byte_at(1, 131071), 0x5c);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), IN_PROGRESS);
    lwnvme_sim_advance(mini.sim, 5000000);
    assert_int_equal(sstat(), 0x101);
    assert_int_equal(byte_at(1, 131071), 0);
    mini_stop(&mini);
}

static void fault_159_event_when_it_is_done(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    mini_hold_event(&mini);
    assert_int_equal(sanitize(CRYPTO, 0), 0);
    lwnvme_sim_advance(mini.sim, 700000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810106);
    assert_int_equal(sanitize(CRYPTO, 0), 0);
    lwnvme_sim_advance(mini.sim, 700000); /* reported to nobody */
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    mini_hold_event(&mini);
    assert_int_equal(mini_answer(&mini, &mini.admin), MINI_NO_ANSWER);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810106);
    mini_stop(&mini);
}

static void test_overwrite_passes_and_pattern(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    write_three();
    assert_int_equal(sanitize(OVERWRITE | PASSES(2) | OIPBP | NDAS, 0xa5a5a5a5), 0);
    lwnvme_sim_advance(mini.sim, 3300000);
    assert_int_equal(byte_at(1, 0), 0x5a); /* inverted at first, where the number of passes is even */
    assert_int_equal(byte_at(1, 131071), 0x5c);
    lwnvme_sim_advance(mini.sim, 3200000);
    assert_int_equal(sstat() >> 3 & 31, 1); /* passes done */
    assert_int_equal(byte_at(1, 131071), 0x5a);
    assert_in_range(progress(), 0x8000, 0x8800);
    lwnvme_sim_advance(mini.sim, 6400000);
    assert_int_equal(byte_at(1, 0), 0xa5);
    assert_int_equal(byte_at(1, 7000), 0xa5); /* what was never written, too */
    assert_int_equal(sstat(), 0x111);
    assert_int_equal(mini_rw(&mini, 2, 7000, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[511], 0xa5);
    assert_int_equal(mini_rw(&mini, 8, 7000, 1, 0, 0), 0); /* write zeroes */
    assert_int_equal(byte_at(1, 7000), 0);
    assert_int_equal(byte_at(1, 7001), 0xa5);
    mini_stop(&mini);
}

static void test_overwrite_sixteen_times_then_deallocated(void **state)
{
    (void)state;
    config.sanitize_pass_us = 640;
    mini_start(&mini, &config);
    write_three();
    assert_int_equal(sanitize(OVERWRITE, 0xffffffff), 0);
    lwnvme_sim_advance(mini.sim, 15 * 640 + 320);
    assert_int_equal(byte_at(1, 0), 0xff);
    assert_int_equal(sstat() >> 3 & 31, 15);
    lwnvme_sim_advance(mini.sim, 1000);
    assert_int_equal(byte_at(1, 0), 0);
    mini_stop(&mini);
}

static void test_no_deallocate_inhibited(void **state)
{
    (void)state;
    config.sanicap |= 0x20000000u;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(BLOCK_ERASE | NDAS, 0), 0x4002);
    assert_int_equal(sstat() & 7, 0);
    assert_int_equal(mini_admin(&mini, 0x09, 0, 0x17, 1, false), 0); /* NODRM: warn only */
    mini_hold_event(&mini);
    assert_int_equal(sanitize(BLOCK_ERASE | NDAS, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810206);
    assert_int_equal(sstat(), 0x104);
    mini_stop(&mini);
}

static void test_capabilities_and_fields(void **state)
{
    (void)state;
    config.sanicap = 2;
    config.ns[0].nsattr = 1;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(CRYPTO, 0), 0x4002);
    assert_int_equal(sanitize(OVERWRITE, 0), 0x4002);
    assert_int_equal(sanitize(0, 0), 0x4002);
    assert_int_equal(sanitize(5, 0), 0x4002);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0x4020); /* write protected */
    assert_int_equal(sanitize(1, 0), 0);                /* there is no failure to exit */
    lwnvme_sim_settings(mini.sim)->sanicap = 0;
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0x4001);
    assert_int_equal(mini_log(&mini, 0x81, 512, 0), 0x4109);
    mini_stop(&mini);
}

static void test_pending_firmware_comes_first(void **state)
{
    (void)state;
    struct lwnvme_sim_image image = {.revision = "2.0"};
    mini_start(&mini, &config);
    assert_true(lwnvme_sim_image_build(&image, mini.page, 4096));
    assert_int_equal(mini_admin(&mini, 0x11, 0, 1023, 0, true), 0);
    assert_int_equal(mini_admin(&mini, 0x10, 0, 1 << 3 | 2, 0, false), 0);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0x111);
    mini_restart(&mini);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    mini_stop(&mini);
}

static void fault_159_restricted_failure_is_left_by_success_only(void **state)
{
    (void)state;
    config.sanitize_fail_at = 50;
    config.sanitize_fail_count = 2;
    mini_start(&mini, &config);
    write_three();
    mini_hold_event(&mini);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810106);
    assert_int_equal(sstat(), 3);
    assert_int_equal(progress(), 0xffff);
    assert_int_equal(byte_at(1, 0), 0);
    assert_int_equal(byte_at(1, 131071), 0x5c);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FAILED);
    assert_int_equal(mini_admin(&mini, 0x80, 1, 0, 0, false), IN_PROGRESS); /* as the specification has it */
    assert_int_equal(sanitize(1, 0), FAILED);
    assert_int_equal(sanitize(BLOCK_ERASE | AUSE, 0), FAILED);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    mini_io_queues(&mini);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FAILED); /* not even so */
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(sstat(), 3); /* the second failure */
    assert_int_equal(sanitize(CRYPTO, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(sstat(), 0x101);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void fault_159_unrestricted_failure_can_be_exited(void **state)
{
    (void)state;
    config.sanitize_fail_at = 1;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(BLOCK_ERASE | AUSE, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FAILED);
    assert_int_equal(sanitize(1, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    assert_int_equal(sstat() & 7, 3); /* the log still says so */
    assert_int_equal(sanitize(BLOCK_ERASE | AUSE, 0), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(sstat() & 7, 1);
    mini_stop(&mini);
}

static void test_flush_without_a_cache_is_let_through(void **state)
{
    (void)state;
    uint32_t flush[16] = {0x00, 1};
    config.cache_enabled = false;
    config.sanitize_fail_at = 50;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), 0);
    assert_int_equal(mini_do(&mini, &mini.io, flush), 0);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_do(&mini, &mini.io, flush), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), FAILED);
    mini_stop(&mini);
}

static uint8_t state_information(void)
{
    return sanitize_log()[36];
}

static void test_media_verification(void **state)
{
    (void)state;
    config.sanicap = 0xf;
    config.sanitize_deallocate_us = 640000;
    mini_start(&mini, &config);
    write_three();
    mini_hold_event(&mini);
    assert_int_equal(state_information(), 0);
    assert_int_equal(sanitize(OVERWRITE | EMVS, 0), 0x4002);
    assert_int_equal(sanitize(BLOCK_ERASE | NDAS | EMVS, 0), 0x4002);
    assert_int_equal(sanitize(BLOCK_ERASE | EMVS, 0), 0);
    assert_int_equal(state_information(), 1);
    assert_int_equal(sanitize(5, 0), 0x4002);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810306);
    assert_int_equal(state_information(), 5);
    assert_int_equal(progress(), 0xffff);
    assert_int_equal(sstat(), 0x102);
    mini.page[0] = 0;
    assert_int_equal(mini_rw(&mini, 2, 65536, 1, mini.page_dma, 0), VERIFIED);
    assert_int_equal(mini.page[0], 0xff); /* erased, not yet deallocated */
    assert_int_equal(mini_rw(&mini, 1, 0, 1, mini.page_dma, 0), IN_PROGRESS);
    assert_int_equal(sanitize(BLOCK_ERASE, 0), IN_PROGRESS);
    mini_restart(&mini); /* this kind of reset changes nothing */
    assert_int_equal(state_information(), 5);
    mini_hold_event(&mini);
    assert_int_equal(sanitize(5, 0), 0);
    lwnvme_sim_advance(mini.sim, 320000);
    assert_int_equal(state_information(), 6);
    assert_in_range(progress(), 0x7000, 0x9000);
    lwnvme_sim_advance(mini.sim, 400000);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00810106);
    assert_int_equal(state_information(), 0);
    assert_int_equal(sstat(), 0x101);
    assert_int_equal(byte_at(1, 65536), 0);
    mini_stop(&mini);
}

static void test_media_verification_is_cancelled_by_power(void **state)
{
    (void)state;
    config.sanicap = 0xf;
    config.sanitize_deallocate_us = 640000;
    mini_start(&mini, &config);
    assert_int_equal(sanitize(BLOCK_ERASE | EMVS | AUSE, 0), 0);
    assert_int_equal(state_information(), 3);
    lwnvme_sim_power_cut(mini.sim); /* in the processing: no verification at all */
    mini_restart(&mini);
    lwnvme_sim_advance(mini.sim, 7000000);
    assert_int_equal(state_information(), 0);
    assert_int_equal(sstat(), 0x301);
    assert_int_equal(sanitize(CRYPTO | EMVS | AUSE, 0), 0);
    assert_int_equal(sstat(), 0x102);
    lwnvme_sim_advance(mini.sim, 700000);
    assert_int_equal(state_information(), 5);
    lwnvme_sim_settings(mini.sim)->sanitize_deallocate_fails = true;
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    assert_int_equal(state_information(), 6);
    lwnvme_sim_advance(mini.sim, 700000);
    assert_int_equal(state_information(), 0x64); /* unrestricted failure, in the deallocation */
    assert_int_equal(sstat(), 0x303);
    mini_stop(&mini);
}

static void test_estimates_of_the_log(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        config.sanitize_estimates_s[i] = i == 5 ? UINT32_MAX : 100 + i;
    }
    mini_start(&mini, &config);
    (void)sanitize_log();
    assert_int_equal(mini_get(mini.page + 8, 4), 100);
    assert_int_equal(mini_get(mini.page + 12, 4), 101);
    assert_int_equal(mini_get(mini.page + 16, 4), 102);
    assert_int_equal(mini_get(mini.page + 24, 4), 104);
    assert_int_equal(mini_get(mini.page + 28, 4), UINT32_MAX);
    mini_stop(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_block_erase_destroys_step_by_step, fresh),
        cmocka_unit_test_setup(test_all_namespaces_are_concerned, fresh),
        cmocka_unit_test_setup(fault_159_few_commands_are_let_through_meanwhile, fresh),
        cmocka_unit_test_setup(fault_159_commands_in_flight_are_answered_when_it_begins, fresh),
        cmocka_unit_test_setup(fault_159_goes_on_over_reset_and_power_cycle, fresh),
        cmocka_unit_test_setup(fault_159_event_when_it_is_done, fresh),
        cmocka_unit_test_setup(test_overwrite_passes_and_pattern, fresh),
        cmocka_unit_test_setup(test_overwrite_sixteen_times_then_deallocated, fresh),
        cmocka_unit_test_setup(test_no_deallocate_inhibited, fresh),
        cmocka_unit_test_setup(test_capabilities_and_fields, fresh),
        cmocka_unit_test_setup(test_pending_firmware_comes_first, fresh),
        cmocka_unit_test_setup(fault_159_restricted_failure_is_left_by_success_only, fresh),
        cmocka_unit_test_setup(fault_159_unrestricted_failure_can_be_exited, fresh),
        cmocka_unit_test_setup(test_flush_without_a_cache_is_let_through, fresh),
        cmocka_unit_test_setup(test_media_verification, fresh),
        cmocka_unit_test_setup(test_media_verification_is_cancelled_by_power, fresh),
        cmocka_unit_test_setup(test_estimates_of_the_log, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

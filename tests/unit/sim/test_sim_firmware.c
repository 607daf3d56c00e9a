/* SPDX-License-Identifier: MIT */
/* Firmware of the software controller: pieces, slots, all answers of Commit, activation with and without reset. */
#include "mini_driver.h"

#define DOWNLOAD 0x11
#define COMMIT   0x10

static struct lwnvme_sim_config config;
static struct mini mini;
static uint8_t image_bytes[12288];

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    config.oacs |= 4;
    config.frmw = 0x10 | 3 << 1 | 1; /* three slots, the first read-only, activation without reset */
    config.fwug = 1;
    return 0;
}

static void build(const char *revision, uint32_t flags)
{
    struct lwnvme_sim_image image = {.revision = revision, .flags = flags, .mdts = 3, .oncs = 0x0004};
    assert_true(lwnvme_sim_image_build(&image, image_bytes, sizeof(image_bytes)));
}

static uint32_t download(uint32_t offset, uint32_t bytes)
{
    memcpy(mini.page, image_bytes + offset, bytes);
    return mini_admin(&mini, DOWNLOAD, 0, bytes / 4 - 1, offset / 4, true);
}

static void download_all(void)
{
    for (uint32_t offset = 0; offset < sizeof(image_bytes); offset += 4096) {
        assert_int_equal(download(offset, 4096), 0);
    }
}

static uint32_t commit(uint32_t action, uint32_t slot)
{
    return mini_admin(&mini, COMMIT, 0, action << 3 | slot, 0, false) & 0x7ff;
}

static void expect_revision(const char *revision)
{
    mini_identify(&mini, 1, 0);
    assert_memory_equal(mini.page + 64, revision, 8);
}

static uint8_t slot_log(void)
{
    assert_int_equal(mini_log(&mini, 3, 512, 0), 0);
    return mini.page[0];
}

static void test_image_replaces_a_slot_and_runs_after_a_reset(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.0", 0);
    download_all();
    assert_int_equal(commit(1, 2), 0);
    assert_int_equal(slot_log(), 0x21);
    assert_memory_equal(mini.page + 8, "1.0     2.0     \0\0\0\0\0\0\0\0", 24);
    expect_revision("1.0     ");
    mini_restart(&mini);
    expect_revision("2.0     ");
    assert_int_equal(slot_log(), 0x02);
    mini_stop(&mini);
}

static void test_replace_without_activation_and_activation_later(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.1", 0);
    download_all();
    assert_int_equal(commit(0, 3), 0);
    assert_int_equal(slot_log(), 0x01);
    assert_int_equal(lwnvme_sim_firmware_next(mini.sim), 0);
    assert_int_equal(commit(2, 3), 0);
    assert_int_equal(slot_log(), 0x31);
    assert_int_equal(commit(2, 2), 0x107);
    assert_int_equal(commit(2, 4), 0x106);
    assert_int_equal(commit(2, 0), 0x106);
    mini_stop(&mini);
}

static void test_slots_that_are_not_to_be_written(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.0", 0);
    download_all();
    assert_int_equal(commit(0, 1), 0x106);
    assert_int_equal(commit(0, 4), 0x106);
    assert_int_equal(commit(0, 0), 0); /* the pieces were kept; the controller chooses slot 2 */
    (void)slot_log();
    assert_memory_equal(mini.page + 16, "2.0     ", 8);
    assert_int_equal(commit(0, 2), 0x107); /* there is nothing to commit any more */
    download_all();
    assert_int_equal(commit(0, 1), 0x106);
    assert_int_equal(download(0, 4096), 0); /* begins anew after a commit, no overlap */
    assert_int_equal(commit(0, 2), 0x107);
    mini_stop(&mini);
}

static void test_pieces_that_do_not_fit(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.0", 0);
    assert_int_equal(download(0, 512), 0x4002);
    assert_int_equal(mini_admin(&mini, DOWNLOAD, 0, 1023, 128, true), 0x4002);
    assert_int_equal(download(4096, 4096), 0);
    assert_int_equal(download(4096, 4096) & 0x7ff, 0x114);
    assert_int_equal(mini_admin(&mini, DOWNLOAD, 0, 1023, 16 << 18, true), 0x4002);
    assert_int_equal(download(8192, 4096), 0);
    assert_int_equal(commit(1, 2), 0x107); /* the first piece is missing */
    assert_int_equal(download(8192, 4096), 0);
    assert_int_equal(download(0, 4096), 0);
    assert_int_equal(download(4096, 4096), 0);
    assert_int_equal(commit(1, 2), 0); /* in any order */
    mini_stop(&mini);
}

static void test_images_that_are_spoiled(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.0", LWNVME_SIM_IMAGE_SPOILED);
    download_all();
    assert_int_equal(commit(1, 2), 0x107);
    build("2.0", 0);
    image_bytes[9000] ^= 1;
    download_all();
    assert_int_equal(commit(1, 2), 0x107);
    build("2.0", 0);
    assert_int_equal(download(0, 4096), 0);
    assert_int_equal(download(4096, 4096), 0);
    assert_int_equal(commit(1, 2), 0x107); /* shorter than its header says */
    assert_int_equal(slot_log(), 0x01);
    assert_int_equal(mini.page[16], 0);
    assert_int_equal(commit(4, 2), 0x002);
    assert_int_equal(commit(6, 0), 0x002);
    mini_stop(&mini);
}

static void fault_158_pieces_are_lost_by_reset_and_power_cut(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("2.0", 0);
    assert_int_equal(download(0, 4096), 0);
    assert_int_equal(download(4096, 4096), 0);
    mini_restart(&mini);
    assert_int_equal(download(8192, 4096), 0);
    assert_int_equal(commit(1, 2), 0x107);
    assert_int_equal(download(0, 4096), 0);
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    download_all(); /* no overlap */
    assert_int_equal(commit(1, 2), 0);
    mini_stop(&mini);
}

static void test_a_piece_at_zero_begins_anew_if_so_set(void **state)
{
    (void)state;
    config.firmware_restart_at_zero = true;
    mini_start(&mini, &config);
    build("2.0", 0);
    assert_int_equal(download(0, 4096), 0);
    assert_int_equal(download(4096, 4096), 0);
    download_all();
    assert_int_equal(commit(1, 2), 0);
    mini_stop(&mini);
}

static void fault_155_images_that_need_a_reset(void **state)
{
    (void)state;
    config.cap_nssrs = true;
    mini_start(&mini, &config);
    build("conv", LWNVME_SIM_IMAGE_CONVENTIONAL_RESET);
    download_all();
    assert_int_equal(commit(1, 2), 0x10b);
    assert_int_equal(slot_log(), 0x21);
    mini_restart(&mini);
    expect_revision("1.0     ");
    lwnvme_sim_power_cut(mini.sim);
    mini_restart(&mini);
    expect_revision("conv    ");
    build("subsys", LWNVME_SIM_IMAGE_SUBSYSTEM_RESET);
    download_all();
    assert_int_equal(commit(3, 3), 0x110);
    mini_restart(&mini);
    expect_revision("conv    ");
    mini_write(&mini, 0x20, 0x4e564d65);
    mini_restart(&mini);
    expect_revision("subsys  ");
    build("reset", LWNVME_SIM_IMAGE_CONTROLLER_RESET);
    download_all();
    assert_int_equal(commit(3, 2), 0x111);
    expect_revision("subsys  ");
    mini_restart(&mini);
    expect_revision("reset   ");
    mini_stop(&mini);
}

static void fault_155_images_that_are_not_activated(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("slow", LWNVME_SIM_IMAGE_TOO_SLOW);
    download_all();
    assert_int_equal(commit(3, 2), 0x112);
    assert_int_equal(slot_log(), 0x01);
    assert_int_equal(commit(2, 2), 0); /* it is in its slot, and a reset may take its time */
    build("never", LWNVME_SIM_IMAGE_PROHIBITED);
    download_all();
    assert_int_equal(commit(0, 3), 0);
    assert_int_equal(commit(2, 3), 0x113);
    assert_int_equal(commit(3, 3), 0x113);
    mini_restart(&mini);
    expect_revision("slow    ");
    mini_stop(&mini);
}

static void fault_156_activation_pauses_everything_for_a_while(void **state)
{
    (void)state;
    config.firmware_activation_us = 300000;
    config.oaes |= 1u << 9;
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, 0x09, 0, 0x0b, 1u << 9, false), 0);
    build("3.0", 0);
    download_all();
    mini_hold_event(&mini);
    assert_int_equal(mini_admin_long(&mini, COMMIT, 0, 3 << 3 | 2, 1000), 0); /* the event comes first */
    assert_int_equal(mini.cqe[0], 0x00030102);
    assert_int_equal(mini_read(&mini, 0x1c), 0x21);
    uint32_t flush[16] = {0x00, 1};
    (void)mini_put(&mini, &mini.io, flush);
    mini_ring(&mini, &mini.io);
    lwnvme_sim_advance(mini.sim, 200000);
    assert_int_equal(mini_answer(&mini, &mini.io), MINI_NO_ANSWER);
    assert_int_equal(mini_answer(&mini, &mini.admin), MINI_NO_ANSWER);
    lwnvme_sim_advance(mini.sim, 200000);
    assert_int_equal(mini_read(&mini, 0x1c), 0x01);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0); /* the commit itself */
    assert_int_equal(mini_answer(&mini, &mini.io), 0);
    expect_revision("3.0     ");
    assert_int_equal(slot_log(), 0x02);
    mini_stop(&mini);
}

static void fault_156_activation_that_never_ends_is_ended_by_a_reset(void **state)
{
    (void)state;
    config.firmware_activation_never_ends = true;
    mini_start(&mini, &config);
    build("3.0", 0);
    download_all();
    assert_int_equal(mini_admin_long(&mini, COMMIT, 0, 3 << 3 | 2, 60000000), MINI_NO_ANSWER);
    assert_int_equal(mini_read(&mini, 0x1c), 0x21);
    mini_restart(&mini);
    assert_int_equal(mini_read(&mini, 0x1c), 0x01);
    expect_revision("3.0     ");
    mini_stop(&mini);
}

static void test_an_image_that_does_not_start(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("bad", LWNVME_SIM_IMAGE_WILL_NOT_START);
    download_all();
    mini_hold_event(&mini);
    assert_int_equal(mini_admin_long(&mini, COMMIT, 0, 3 << 3 | 2, 1000000), 0);
    assert_int_equal(mini.cqe[0], 0x00010500);
    assert_int_equal(mini_answer(&mini, &mini.admin) & 0x7ff, 0x107);
    expect_revision("1.0     ");
    assert_int_equal(commit(2, 2), 0);
    mini_restart(&mini);
    mini_hold_event(&mini);
    lwnvme_sim_run(mini.sim);
    assert_int_equal(mini_answer(&mini, &mini.admin), 0);
    assert_int_equal(mini.cqe[0], 0x00010500);
    expect_revision("1.0     ");
    assert_int_equal(slot_log(), 0x01);
    mini_stop(&mini);
}

static void fault_157_what_identify_says_changes_with_the_image(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    build("small", LWNVME_SIM_IMAGE_SETS_MDTS | LWNVME_SIM_IMAGE_SETS_ONCS);
    download_all();
    assert_int_equal(commit(1, 2), 0);
    mini_restart(&mini);
    mini_identify(&mini, 1, 0);
    assert_int_equal(mini.page[77], 3);
    assert_int_equal(mini_get(mini.page + 520, 2), 0x0004);
    build("large", 0);
    download_all();
    assert_int_equal(commit(1, 3), 0);
    mini_restart(&mini);
    mini_identify(&mini, 1, 0);
    assert_int_equal(mini.page[77], config.mdts);
    assert_int_equal(mini_get(mini.page + 520, 2), config.oncs);
    mini_stop(&mini);
}

static void test_no_firmware_commands_without_the_capability(void **state)
{
    (void)state;
    config.oacs = 0;
    mini_start(&mini, &config);
    assert_int_equal(mini_admin(&mini, DOWNLOAD, 0, 1023, 0, true), 0x4001);
    assert_int_equal(mini_admin(&mini, COMMIT, 0, 0, 0, false), 0x4001);
    mini_stop(&mini);
}

static void test_builder_refuses_odd_sizes(void **state)
{
    (void)state;
    struct lwnvme_sim_image image = {.revision = "1"};
    assert_false(lwnvme_sim_image_build(&image, image_bytes, 63));
    assert_false(lwnvme_sim_image_build(&image, image_bytes, 66));
    assert_true(lwnvme_sim_image_build(&image, image_bytes, 64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_image_replaces_a_slot_and_runs_after_a_reset, fresh),
        cmocka_unit_test_setup(test_replace_without_activation_and_activation_later, fresh),
        cmocka_unit_test_setup(test_slots_that_are_not_to_be_written, fresh),
        cmocka_unit_test_setup(test_pieces_that_do_not_fit, fresh),
        cmocka_unit_test_setup(test_images_that_are_spoiled, fresh),
        cmocka_unit_test_setup(fault_158_pieces_are_lost_by_reset_and_power_cut, fresh),
        cmocka_unit_test_setup(test_a_piece_at_zero_begins_anew_if_so_set, fresh),
        cmocka_unit_test_setup(fault_155_images_that_need_a_reset, fresh),
        cmocka_unit_test_setup(fault_155_images_that_are_not_activated, fresh),
        cmocka_unit_test_setup(fault_156_activation_pauses_everything_for_a_while, fresh),
        cmocka_unit_test_setup(fault_156_activation_that_never_ends_is_ended_by_a_reset, fresh),
        cmocka_unit_test_setup(test_an_image_that_does_not_start, fresh),
        cmocka_unit_test_setup(fault_157_what_identify_says_changes_with_the_image, fresh),
        cmocka_unit_test_setup(test_no_firmware_commands_without_the_capability, fresh),
        cmocka_unit_test_setup(test_builder_refuses_odd_sizes, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

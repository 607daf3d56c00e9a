/* SPDX-License-Identifier: MIT */
/* Log pages of one size: what each asks the controller, what it refuses, and what it does not believe. */
#include "../log_player.h"

static struct log_player player;
static uint8_t page[4096];
static uint8_t out[4096];
static struct counted io;

/* A controller that has everything. */
static void start(void)
{
    memset(page, 0, sizeof(page));
    memset(out, 0xcc, sizeof(out));
    log_player_prepare(&player);
    player.bench.settings.cap_bps = true;
    player.bench.settings.boot_partition_units = 2;
    log_player_identify_set(&player, 76, 1u << 3, 1);
    log_player_identify_set(&player, 92, 1u << 8 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 19 | 1u << 27, 4);
    log_player_identify_set(&player, 96, 1u << 4 | 1u << 5 | 1u << 11 | 1u << 19, 4);
    log_player_identify_set(&player, 256, 1u << 4 | 1u << 6 | 1u << 10, 2);
    log_player_identify_set(&player, 261, 0x7f, 1);
    log_player_identify_set(&player, 328, 1, 4);
    log_player_identify_set(&player, 338, 3, 2); /* NVM sets */
    log_player_identify_set(&player, 340, 5, 2); /* endurance groups */
    log_player_identify_set(&player, 520, 1u << 5, 2);
    log_player_start(&player);
    player.page = page;
    player.page_bytes = sizeof(page);
    counted_init(&io, NULL);
}

static int finish(int accepted)
{
    assert_int_equal(accepted, 0);
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.called, 1);
    io.called = 0;
    return io.request.status;
}

/* The last command: nsid, identifier, bytes, and no event left behind. */
static void assert_asked(uint32_t lid, uint32_t nsid, uint32_t bytes)
{
    assert_true(player.count != 0);
    uint32_t last = player.count - 1;
    assert_int_equal(log_player_lid(&player, last), lid);
    assert_int_equal(player.commands[last][1], nsid);
    assert_int_equal(log_player_bytes(&player, last), bytes);
    assert_int_equal(log_player_rae(&player, last), 0);
    assert_int_equal(log_player_offset(&player, last), 0);
    assert_int_equal(io.request.bytes_done, bytes);
    assert_memory_equal(out, page, bytes);
}

static void supported_pages(void **state)
{
    (void)state;
    start();
    page[4 * 0x81] = 1;
    assert_int_equal(finish(lwnvme_log_supported_pages(player.bench.controller, &io.request, (void *)out)),
                     0);
    assert_asked(0x00, 0, 1024);
    log_player_end(&player);
}

static void firmware_slots(void **state)
{
    (void)state;
    start();
    page[0] = 0x21;
    assert_int_equal(finish(lwnvme_log_firmware_slots(player.bench.controller, &io.request, (void *)out)), 0);
    assert_asked(0x03, 0xffffffff, 512);
    page[0] = 0x20; /* runs from no slot */
    assert_int_equal(finish(lwnvme_log_firmware_slots(player.bench.controller, &io.request, (void *)out)),
                     LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

static int changed(bool allocated)
{
    return finish(
        lwnvme_log_changed_namespaces(player.bench.controller, &io.request, allocated, (void *)out));
}

static void changed_namespaces(void **state)
{
    (void)state;
    start();
    assert_int_equal(changed(false), 0);
    assert_asked(0x04, 0xffffffff, 4096);
    log_player_put(page, 3, 4);
    log_player_put(page + 4, 7, 4);
    assert_int_equal(changed(true), 0);
    assert_asked(0x1c, 0xffffffff, 4096);
    log_player_put(page + 4, 3, 4); /* twice */
    assert_int_equal(changed(false), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 4, 2, 4); /* descending */
    assert_int_equal(changed(false), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 4, 0, 4);
    assert_int_equal(changed(false), 0);
    log_player_put(page + 8, 9, 4); /* behind the end */
    assert_int_equal(changed(false), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 8, 0, 4);
    log_player_put(page + 4, 0xffffffff, 4);
    assert_int_equal(changed(false), LWNVME_ERR_LOG_DATA);
    log_player_put(page, 0xffffffff, 4); /* too many */
    log_player_put(page + 4, 0, 4);
    assert_int_equal(changed(false), 0);
    for (uint32_t i = 0; i < 1024; i++)
        log_player_put(page + 4 * i, i + 1, 4);
    assert_int_equal(changed(false), 0);
    log_player_end(&player);
}

static void effects_of_a_command_set(void **state)
{
    (void)state;
    start();
    assert_int_equal(finish(lwnvme_log_effects(player.bench.controller, &io.request, 2, (void *)out)), 0);
    assert_asked(0x05, 0xffffffff, 4096);
    assert_int_equal(player.commands[0][14], 2u << 24);
    assert_int_equal(finish(lwnvme_log_feature_effects(player.bench.controller, &io.request, 1, (void *)out)),
                     0);
    assert_asked(0x12, 0, 1024);
    assert_int_equal(player.commands[1][14], 1u << 24);
    assert_int_equal(finish(lwnvme_log_mi_effects(player.bench.controller, &io.request, (void *)out)), 0);
    assert_asked(0x13, 0, 4096);
    log_player_end(&player);
}

static void self_test(void **state)
{
    (void)state;
    start();
    page[0] = 2;
    page[1] = 100;
    assert_int_equal(finish(lwnvme_log_self_test(player.bench.controller, &io.request, (void *)out)), 0);
    assert_asked(0x06, 0xffffffff, 564);
    page[1] = 101;
    assert_int_equal(finish(lwnvme_log_self_test(player.bench.controller, &io.request, (void *)out)),
                     LWNVME_ERR_LOG_DATA);
    page[0] = 0; /* nothing runs: it means nothing */
    assert_int_equal(finish(lwnvme_log_self_test(player.bench.controller, &io.request, (void *)out)), 0);
    log_player_end(&player);
}

static void endurance_groups(void **state)
{
    (void)state;
    start();
    assert_int_equal(finish(lwnvme_log_endurance_group(player.bench.controller, &io.request, 5, (void *)out)),
                     0);
    assert_asked(0x09, 0, 512);
    assert_int_equal(log_player_lsi(&player, 0), 5);
    assert_int_equal(finish(lwnvme_log_fdp_statistics(player.bench.controller, &io.request, 1, (void *)out)),
                     0);
    assert_asked(0x22, 0, 64);
    assert_int_equal(log_player_lsi(&player, 1), 1);
    log_player_put(page, 4, 2);
    assert_int_equal(
        finish(lwnvme_log_rotational_media(player.bench.controller, &io.request, 4, (void *)out)), 0);
    assert_asked(0x16, 0, 512);
    assert_int_equal(
        finish(lwnvme_log_rotational_media(player.bench.controller, &io.request, 3, (void *)out)),
        LWNVME_ERR_LOG_DATA);
    uint32_t before = player.count;
    assert_int_equal(lwnvme_log_endurance_group(player.bench.controller, &io.request, 0, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_endurance_group(player.bench.controller, &io.request, 6, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_fdp_statistics(player.bench.controller, &io.request, 6, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_rotational_media(player.bench.controller, &io.request, 6, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.count, before);
    log_player_end(&player);
}

static void predictable_latency(void **state)
{
    (void)state;
    start();
    page[0] = 2;
    assert_int_equal(
        finish(lwnvme_log_predictable_latency(player.bench.controller, &io.request, 3, (void *)out)), 0);
    assert_asked(0x0a, 0, 512);
    assert_int_equal(log_player_lsi(&player, 0), 3);
    page[0] = 3;
    assert_int_equal(
        finish(lwnvme_log_predictable_latency(player.bench.controller, &io.request, 3, (void *)out)),
        LWNVME_ERR_LOG_DATA);
    assert_int_equal(lwnvme_log_predictable_latency(player.bench.controller, &io.request, 4, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_predictable_latency(player.bench.controller, &io.request, 0, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    log_player_end(&player);
}

static void lockdown(void **state)
{
    (void)state;
    start();
    page[0] = 1u << 4 | 2;
    assert_int_equal(finish(lwnvme_log_lockdown(player.bench.controller, &io.request, 2, 1, (void *)out)), 0);
    assert_asked(0x14, 0, 512);
    assert_int_equal(log_player_lsp(&player, 0), 1u << 4 | 2);
    /* The answer to another question. */
    assert_int_equal(finish(lwnvme_log_lockdown(player.bench.controller, &io.request, 2, 0, (void *)out)),
                     LWNVME_ERR_LOG_DATA);
    assert_int_equal(lwnvme_log_lockdown(player.bench.controller, &io.request, 16, 0, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_lockdown(player.bench.controller, &io.request, 0, 3, (void *)out),
                     LWNVME_ERR_INVALID_ARGUMENT);
    log_player_end(&player);
}

static void boot_partition(void **state)
{
    (void)state;
    start();
    for (size_t i = 0; i < sizeof(page); i++)
        page[i] = (uint8_t)(i * 3);
    assert_int_equal(
        finish(lwnvme_log_boot_partition(player.bench.controller, &io.request, 1, 1024, out, 2048)), 0);
    assert_int_equal(log_player_lid(&player, 0), 0x15);
    assert_int_equal(log_player_lsp(&player, 0), 1);
    assert_int_equal(log_player_offset(&player, 0), 16 + 1024);
    assert_memory_equal(out, page + 16 + 1024, 2048);
    uint64_t size = 2 * 128 * 1024;
    assert_int_equal(
        finish(lwnvme_log_boot_partition(player.bench.controller, &io.request, 0, size - 4096, out, 4096)),
        0);
    assert_int_equal(
        lwnvme_log_boot_partition(player.bench.controller, &io.request, 0, size - 4092, out, 4096),
        LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_boot_partition(player.bench.controller, &io.request, 0, size + 4, out, 4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(
        lwnvme_log_boot_partition(player.bench.controller, &io.request, 0, UINT64_MAX - 3, out, 4096),
        LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_boot_partition(player.bench.controller, &io.request, 2, 0, out, 4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    log_player_end(&player);
}

static void reservation_notification(void **state)
{
    (void)state;
    start();
    page[8] = 3;
    assert_int_equal(
        finish(lwnvme_log_reservation_notification(player.bench.controller, &io.request, (void *)out)), 0);
    assert_asked(0x80, 0, 64);
    page[8] = 4;
    assert_int_equal(
        finish(lwnvme_log_reservation_notification(player.bench.controller, &io.request, (void *)out)),
        LWNVME_ERR_LOG_DATA);
    page[8] = 1;
    log_player_put(page + 12, 0xffffffff, 4);
    assert_int_equal(
        finish(lwnvme_log_reservation_notification(player.bench.controller, &io.request, (void *)out)),
        LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

static void sanitize_status(void **state)
{
    (void)state;
    start();
    page[2] = 4;
    assert_int_equal(finish(lwnvme_log_sanitize_status(player.bench.controller, &io.request, (void *)out)),
                     0);
    assert_asked(0x81, 0xffffffff, 512);
    page[2] = 5;
    assert_int_equal(finish(lwnvme_log_sanitize_status(player.bench.controller, &io.request, (void *)out)),
                     LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

static void changed_zones(void **state)
{
    (void)state;
    start();
    log_player_put(page, 511, 2);
    assert_int_equal(finish(lwnvme_log_changed_zones(player.bench.controller, &io.request, 1, (void *)out)),
                     0);
    assert_asked(0xbf, 1, 4096);
    assert_int_equal(player.commands[0][14], 2u << 24);
    log_player_put(page, 512, 2);
    assert_int_equal(finish(lwnvme_log_changed_zones(player.bench.controller, &io.request, 1, (void *)out)),
                     LWNVME_ERR_LOG_DATA);
    log_player_put(page, 0xffff, 2);
    assert_int_equal(finish(lwnvme_log_changed_zones(player.bench.controller, &io.request, 1, (void *)out)),
                     0);
    assert_int_equal(lwnvme_log_changed_zones(player.bench.controller, &io.request, 0, (void *)out),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_log_changed_zones(player.bench.controller, &io.request, 0xffffffff, (void *)out),
                     LWNVME_ERR_NS_INVALID_ID);
    log_player_end(&player);
}

static uint16_t refuse(struct log_player *self, const uint32_t command[16])
{
    (void)self;
    (void)command;
    return 0x109;
}

static void a_failure_is_the_controllers_word(void **state)
{
    (void)state;
    start();
    player.answer = refuse;
    page[0] = 0x20;
    assert_int_equal(finish(lwnvme_log_firmware_slots(player.bench.controller, &io.request, (void *)out)),
                     0x109);
    assert_int_equal(io.request.bytes_done, 0);
    assert_int_equal(out[0], 0xcc);
    log_player_end(&player);
}

static void no_memory_no_controller_and_a_busy_request_are_refused(void **state)
{
    (void)state;
    start();
    struct lwnvme_controller *controller = player.bench.controller;
    assert_int_equal(lwnvme_log_supported_pages(controller, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_supported_pages(NULL, &io.request, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_supported_pages(controller, NULL, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_endurance_group(controller, NULL, 1, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_predictable_latency(controller, NULL, 1, (void *)out),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_lockdown(controller, NULL, 0, 0, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_boot_partition(controller, NULL, 0, 0, out, 4), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_changed_zones(controller, NULL, 1, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(player.count, 0);
    assert_int_equal(lwnvme_log_supported_pages(controller, &io.request, (void *)out), 0);
    assert_int_equal(lwnvme_log_supported_pages(controller, &io.request, (void *)out),
                     LWNVME_ERR_REQUEST_ACTIVE);
    bench_wait(&player.bench, &io.request);
    log_player_end(&player);
}

static void without_the_capability_nothing_is_sent(void **state)
{
    (void)state;
    log_player_prepare(&player);
    player.bench.settings.oacs = 0;
    player.bench.settings.oaes = 0;
    player.bench.settings.oncs = 0;
    player.bench.settings.ctratt = 0;
    player.bench.settings.sanicap = 0;
    log_player_start(&player);
    counted_init(&io, NULL);
    struct lwnvme_controller *c = player.bench.controller;
    struct lwnvme_request *r = &io.request;
    assert_int_equal(lwnvme_log_supported_pages(c, r, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_changed_namespaces(c, r, false, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_changed_namespaces(c, r, true, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_effects(c, r, 0, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_self_test(c, r, (void *)out), LWNVME_ERR_NO_SELF_TEST);
    assert_int_equal(lwnvme_log_endurance_group(c, r, 1, (void *)out), LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_log_predictable_latency(c, r, 1, (void *)out), LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(lwnvme_log_feature_effects(c, r, 0, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_mi_effects(c, r, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_lockdown(c, r, 0, 0, (void *)out), LWNVME_ERR_NO_LOCKDOWN);
    assert_int_equal(lwnvme_log_boot_partition(c, r, 0, 0, out, 4), LWNVME_ERR_NO_BOOT_PARTITION);
    assert_int_equal(lwnvme_log_rotational_media(c, r, 1, (void *)out), LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_log_fdp_statistics(c, r, 1, (void *)out), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_log_reservation_notification(c, r, (void *)out), LWNVME_ERR_NO_RESERVATIONS);
    assert_int_equal(lwnvme_log_sanitize_status(c, r, (void *)out), LWNVME_ERR_NO_SANITIZE);
    assert_int_equal(lwnvme_log_changed_zones(c, r, 1, (void *)out), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(player.count, 0);
    assert_int_equal(io.called, 0);
    log_player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supported_pages),
        cmocka_unit_test(firmware_slots),
        cmocka_unit_test(changed_namespaces),
        cmocka_unit_test(effects_of_a_command_set),
        cmocka_unit_test(self_test),
        cmocka_unit_test(endurance_groups),
        cmocka_unit_test(predictable_latency),
        cmocka_unit_test(lockdown),
        cmocka_unit_test(boot_partition),
        cmocka_unit_test(reservation_notification),
        cmocka_unit_test(sanitize_status),
        cmocka_unit_test(changed_zones),
        cmocka_unit_test(a_failure_is_the_controllers_word),
        cmocka_unit_test(no_memory_no_controller_and_a_busy_request_are_refused),
        cmocka_unit_test(without_the_capability_nothing_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The blocking forms of log.h: each sends what its asynchronous form sends, waits, and is refused in callbacks. */
#include "../log_player.h"

static struct log_player player;
static uint8_t page[8192];
static uint8_t out[8192];
static struct lwnvme_log_memory memory;

static void start(void)
{
    memset(page, 0, sizeof(page));
    log_player_prepare(&player);
    player.bench.settings.cap_bps = true;
    player.bench.settings.boot_partition_units = 2;
    log_player_identify_set(&player, 76, 1u << 3, 1);
    log_player_identify_set(&player, 92, 1u << 8 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 19 | 1u << 27, 4);
    log_player_identify_set(&player, 96, 1u << 4 | 1u << 5 | 1u << 11 | 1u << 19, 4);
    log_player_identify_set(&player, 256, 1u << 4 | 1u << 6 | 1u << 10, 2);
    log_player_identify_set(&player, 261, 0x7f, 1);
    log_player_identify_set(&player, 328, 1, 4);
    log_player_identify_set(&player, 338, 3, 2);
    log_player_identify_set(&player, 340, 5, 2);
    log_player_identify_set(&player, 520, 1u << 5, 2);
    log_player_start(&player);
    player.page = page;
    player.page_bytes = sizeof(page);
    memset(&memory, 0, sizeof(memory));
    memory.data = out;
    memory.room_bytes = sizeof(out);
}

static int call(uint32_t which)
{
    struct lwnvme_controller *c = player.bench.controller;
    switch (which) {
    case 0:
        return lwnvme_sync_log_supported_pages(c, (void *)out);
    case 1:
        return lwnvme_sync_log_firmware_slots(c, (void *)out);
    case 2:
        return lwnvme_sync_log_changed_namespaces(c, true, (void *)out);
    case 3:
        return lwnvme_sync_log_effects(c, 2, (void *)out);
    case 4:
        return lwnvme_sync_log_self_test(c, (void *)out);
    case 5:
        return lwnvme_sync_log_endurance_group(c, 2, (void *)out);
    case 6:
        return lwnvme_sync_log_predictable_latency(c, 2, (void *)out);
    case 7:
        return lwnvme_sync_log_feature_effects(c, 1, (void *)out);
    case 8:
        return lwnvme_sync_log_mi_effects(c, (void *)out);
    case 9:
        return lwnvme_sync_log_lockdown(c, 1, 0, (void *)out);
    case 10:
        return lwnvme_sync_log_boot_partition(c, 1, 4, out, 64);
    case 11:
        return lwnvme_sync_log_rotational_media(c, 1, (void *)out);
    case 12:
        return lwnvme_sync_log_fdp_statistics(c, 3, (void *)out);
    case 13:
        return lwnvme_sync_log_reservation_notification(c, (void *)out);
    case 14:
        return lwnvme_sync_log_sanitize_status(c, (void *)out);
    case 15:
        return lwnvme_sync_log_changed_zones(c, 1, (void *)out);
    case 16:
        return lwnvme_sync_log_endurance_group_aggregate(c, &memory);
    case 17:
        return lwnvme_sync_log_predictable_latency_aggregate(c, &memory);
    case 18:
        return lwnvme_sync_log_ana(c, true, &memory);
    case 19:
        return lwnvme_sync_log_lba_status(c, &memory);
    case 20:
        return lwnvme_sync_log_media_unit_status(c, 7, &memory);
    case 21:
        return lwnvme_sync_log_capacity_configurations(c, 7, &memory);
    case 22:
        return lwnvme_sync_log_fdp_configurations(c, 4, &memory);
    case 23:
        return lwnvme_sync_log_fdp_usage(c, 4, &memory);
    default:
        return lwnvme_sync_log_fdp_events(c, 4, true, &memory);
    }
}

/* By call: identifier, NSID, specific parameter, specific identifier, dword 14. */
static const struct {
    uint32_t lid;
    uint32_t nsid;
    uint32_t lsp;
    uint32_t lsi;
    uint32_t dword_14;
} asked[] = {
    {0x00, 0, 0, 0, 0},          {0x03, 0xffffffff, 0, 0, 0},
    {0x1c, 0xffffffff, 0, 0, 0}, {0x05, 0xffffffff, 0, 0, 2u << 24},
    {0x06, 0xffffffff, 0, 0, 0}, {0x09, 0, 0, 2, 0},
    {0x0a, 0, 0, 2, 0},          {0x12, 0, 0, 0, 1u << 24},
    {0x13, 0, 0, 0, 0},          {0x14, 0, 1, 0, 0},
    {0x15, 0, 1, 0, 0},          {0x16, 0, 0, 1, 0},
    {0x22, 0, 0, 3, 0},          {0x80, 0, 0, 0, 0},
    {0x81, 0xffffffff, 0, 0, 0}, {0xbf, 1, 0, 0, 2u << 24},
    {0x0f, 0, 0, 0, 0},          {0x0b, 0, 0, 0, 0},
    {0x0c, 0xffffffff, 1, 0, 0}, {0x0e, 0xffffffff, 0, 0, 0},
    {0x10, 0, 0, 7, 0},          {0x11, 0, 0, 7, 0},
    {0x20, 0, 0, 4, 0},          {0x21, 0, 0, 4, 0},
    {0x23, 0, 1, 4, 0},
};
#define CALLS (sizeof(asked) / sizeof(asked[0]))

static void each_call_reads_its_own_log_page(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < CALLS; i++) {
        memset(page, 0, sizeof(page));
        page[0] = 1; /* a running slot, a scope, an endurance group, ... : what this log page needs */
        if (asked[i].lid == 0x0c || asked[i].lid == 0x0f || asked[i].lid == 0x0b || asked[i].lid == 0x10 ||
            asked[i].lid == 0x11)
            page[0] = 0;
        if (asked[i].lid == 0x0e)
            page[0] = 16;
        if (asked[i].lid == 0x20) {
            page[0] = 0;
            log_player_put(page + 4, 80, 4);
            log_player_put(page + 16, 64, 2);
        }
        player.count = 0;
        int status = call(i);
        if (status != 0)
            fail_msg("call %u ended with %d", i, status);
        assert_true(player.count != 0);
        for (uint32_t k = 0; k < player.count; k++) {
            assert_int_equal(log_player_lid(&player, k), asked[i].lid);
            assert_int_equal(player.commands[k][1], asked[i].nsid);
            assert_int_equal(log_player_lsp(&player, k), asked[i].lsp);
            assert_int_equal(log_player_lsi(&player, k), asked[i].lsi);
            assert_int_equal(player.commands[k][14], asked[i].dword_14);
        }
    }
    log_player_end(&player);
}

static uint16_t refuse(struct log_player *self, const uint32_t command[16])
{
    (void)self;
    (void)command;
    return 0x109;
}

static void each_call_returns_how_it_ended(void **state)
{
    (void)state;
    start();
    player.answer = refuse;
    for (uint32_t i = 0; i < CALLS; i++)
        assert_int_equal(call(i), 0x109);
    assert_int_equal(lwnvme_sync_log_supported_pages(NULL, (void *)out), LWNVME_ERR_NULL_ARGUMENT);
    log_player_end(&player);
}

static int in_callback[CALLS];

static void call_all(struct lwnvme_request *request)
{
    (void)request;
    for (uint32_t i = 0; i < CALLS; i++)
        in_callback[i] = call(i);
}

static void none_may_wait_in_a_callback(void **state)
{
    static struct lwnvme_smart_log smart;
    struct lwnvme_request request = {.done = call_all};
    (void)state;
    start();
    assert_int_equal(lwnvme_log_smart(player.bench.controller, &request, 0xffffffff, &smart), 0);
    bench_wait(&player.bench, &request);
    for (uint32_t i = 0; i < CALLS; i++)
        assert_int_equal(in_callback[i], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(player.count, 1);
    log_player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_reads_its_own_log_page),
        cmocka_unit_test(each_call_returns_how_it_ended),
        cmocka_unit_test(none_may_wait_in_a_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Which log pages a controller has: each by the bit that stands for it, and each by its own error without it. */
#include "../log_player.h"

static struct log_player player;

/* Offsets in Identify Controller. */
#define CMIC    76u
#define OAES    92u
#define CTRATT  96u
#define OACS    256u
#define LPA     261u
#define SANICAP 328u
#define ONCS    520u

struct gate {
    uint8_t lid;
    size_t offset;
    uint32_t bits;
    size_t offset_beside; /* what else must be there */
    uint32_t bits_beside;
    int error;
};

static const struct gate gates[] = {
    {0x00, LPA, 1u << 5, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
    {0x04, OAES, 1u << 8, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
    {0x05, LPA, 1u << 1, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
    {0x06, OACS, 1u << 4, 0, 0, LWNVME_ERR_NO_SELF_TEST},
    {0x07, LPA, 1u << 3, 0, 0, LWNVME_ERR_NO_TELEMETRY},
    {0x08, LPA, 1u << 3, 0, 0, LWNVME_ERR_NO_TELEMETRY},
    {0x09, CTRATT, 1u << 4, 0, 0, LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {0x0a, CTRATT, 1u << 5, 0, 0, LWNVME_ERR_NO_PREDICTABLE_LATENCY},
    {0x0b, CTRATT, 1u << 5, OAES, 1u << 12, LWNVME_ERR_NO_PREDICTABLE_LATENCY},
    {0x0b, OAES, 1u << 12, CTRATT, 1u << 5, LWNVME_ERR_NO_LOG_PAGE},
    {0x0c, CMIC, 1u << 3, 0, 0, LWNVME_ERR_NO_ANA},
    {0x0d, LPA, 1u << 4, 0, 0, LWNVME_ERR_NO_PERSISTENT_EVENT},
    {0x0e, OACS, 1u << 9, 0, 0, LWNVME_ERR_NO_LBA_STATUS},
    {0x0e, OAES, 1u << 13, 0, 0, LWNVME_ERR_NO_LBA_STATUS},
    {0x0f, CTRATT, 1u << 4, OAES, 1u << 14, LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {0x0f, OAES, 1u << 14, CTRATT, 1u << 4, LWNVME_ERR_NO_LOG_PAGE},
    {0x10, CTRATT, 1u << 11, 0, 0, LWNVME_ERR_NO_CAPACITY_MANAGEMENT},
    {0x10, CTRATT, 1u << 12, 0, 0, LWNVME_ERR_NO_CAPACITY_MANAGEMENT},
    {0x11, CTRATT, 1u << 11, 0, 0, LWNVME_ERR_NO_CAPACITY_MANAGEMENT},
    {0x12, LPA, 1u << 5, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
    {0x13, LPA, 1u << 5, OACS, 1u << 6, LWNVME_ERR_NO_LOG_PAGE},
    {0x13, OACS, 1u << 6, LPA, 1u << 5, LWNVME_ERR_NO_LOG_PAGE},
    {0x14, OACS, 1u << 10, 0, 0, LWNVME_ERR_NO_LOCKDOWN},
    {0x16, CTRATT, 1u << 4, 0, 0, LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {0x1c, OAES, 1u << 19, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
    {0x20, CTRATT, 1u << 19, 0, 0, LWNVME_ERR_NO_FDP},
    {0x21, CTRATT, 1u << 19, 0, 0, LWNVME_ERR_NO_FDP},
    {0x22, CTRATT, 1u << 19, 0, 0, LWNVME_ERR_NO_FDP},
    {0x23, CTRATT, 1u << 19, 0, 0, LWNVME_ERR_NO_FDP},
    {0x80, ONCS, 1u << 5, 0, 0, LWNVME_ERR_NO_RESERVATIONS},
    {0x81, SANICAP, 1u << 0, 0, 0, LWNVME_ERR_NO_SANITIZE},
    {0x81, SANICAP, 1u << 1, 0, 0, LWNVME_ERR_NO_SANITIZE},
    {0x81, SANICAP, 1u << 2, 0, 0, LWNVME_ERR_NO_SANITIZE},
    {0xbf, OAES, 1u << 27, 0, 0, LWNVME_ERR_NO_LOG_PAGE},
};

/* A controller that has nothing but what is asked for. */
static void start_bare(void)
{
    log_player_prepare(&player);
    player.bench.settings.oacs = 0;
    player.bench.settings.oaes = 0;
    player.bench.settings.oncs = 0;
    player.bench.settings.ctratt = 0;
    player.bench.settings.sanicap = 0;
}

static void give(size_t offset, uint32_t bits)
{
    size_t bytes = offset == CMIC || offset == LPA ? 1 : offset == OACS || offset == ONCS ? 2 : 4;
    if (bits != 0)
        log_player_identify_set(&player, offset, bits, bytes);
}

static void every_log_page_has_its_gate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        const struct gate *gate = &gates[i];
        start_bare();
        give(gate->offset, gate->bits);
        give(gate->offset_beside, gate->bits_beside);
        log_player_start(&player);
        if (lwnvme_log_support(player.bench.controller, gate->lid, NULL) != 0)
            fail_msg("log page %#x is missing with its bits set (row %zu)", gate->lid, i);
        log_player_end(&player);

        start_bare();
        give(gate->offset_beside, gate->bits_beside);
        log_player_start(&player);
        if (lwnvme_log_support(player.bench.controller, gate->lid, NULL) != gate->error)
            fail_msg("log page %#x without its bits: not the right error (row %zu)", gate->lid, i);
        log_player_end(&player);
    }
}

static void boot_partitions_are_a_register_bit(void **state)
{
    (void)state;
    start_bare();
    log_player_start(&player);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x15, NULL), LWNVME_ERR_NO_BOOT_PARTITION);
    log_player_end(&player);
    start_bare();
    player.bench.settings.cap_bps = true;
    log_player_start(&player);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x15, NULL), 0);
    log_player_end(&player);
}

static void mandatory_and_unknown_pages_count_as_there(void **state)
{
    (void)state;
    start_bare();
    log_player_start(&player);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x01, NULL), 0);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x02, NULL), 0);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x03, NULL), 0);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0xc0, NULL), 0);
    assert_int_equal(player.count, 0);
    log_player_end(&player);
}

static void the_list_of_supported_pages_has_a_say(void **state)
{
    static struct lwnvme_supported_log_pages pages;
    (void)state;
    start_bare();
    log_player_start(&player);
    memset(&pages, 0, sizeof(pages));
    lwnvme_le32_set(&pages.lid[0xc0], 1);
    lwnvme_le32_set(&pages.lid[0xc1], 0xfffffffe);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0xc0, &pages), 0);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0xc1, &pages), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x02, &pages), LWNVME_ERR_NO_LOG_PAGE);
    lwnvme_le32_set(&pages.lid[0x07], 1);
    assert_int_equal(lwnvme_log_support(player.bench.controller, 0x07, &pages), LWNVME_ERR_NO_TELEMETRY);
    log_player_end(&player);
}

static void not_without_a_ready_controller(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    assert_int_equal(lwnvme_log_support(NULL, 2, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_support(&closed, 2, NULL), LWNVME_ERR_NOT_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_log_page_has_its_gate),
        cmocka_unit_test(boot_partitions_are_a_register_bit),
        cmocka_unit_test(mandatory_and_unknown_pages_count_as_there),
        cmocka_unit_test(the_list_of_supported_pages_has_a_say),
        cmocka_unit_test(not_without_a_ready_controller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

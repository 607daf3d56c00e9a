/* SPDX-License-Identifier: MIT */
/* The commands supported and effects log: what it says, and what is assumed where it says nothing. */
#include "player.h"

static struct player player;
static uint8_t log_page[LWNVME_EFFECTS_ADMIN_BYTES];

static void entry(uint32_t opcode, uint32_t word)
{
    lwnvme_le32_set((struct lwnvme_le32 *)(void *)&log_page[opcode * 4u], word);
}

static void assert_assumed(const uint8_t *log)
{
    static const uint32_t exclusive[] = {0x80, 0x84, 0x10, 0x0d, 0x15};
    struct lwnvme_effects effects;

    for (size_t i = 0; i < sizeof(exclusive) / sizeof(exclusive[0]); i++) {
        memset(&effects, 0xee, sizeof(effects));
        lwnvme_effects_admin(log, exclusive[i], &effects);
        assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
        assert_true(effects.namespace_capabilities);
        assert_false(effects.reported);
    }
    lwnvme_effects_admin(log, 0x06, &effects);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_NONE);
    assert_false(effects.namespace_inventory);
    assert_false(effects.reported);
    lwnvme_effects_admin(log, 0xc1, &effects);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_NONE);
    lwnvme_effects_admin(log, 0x10, &effects);
    assert_true(effects.controller_capabilities);
    lwnvme_effects_admin(log, 0x84, &effects);
    assert_true(effects.content);
}

static void fault_058_an_absent_or_empty_log_means_the_careful_defaults(void **state)
{
    struct lwnvme_effects effects;
    (void)state;
    memset(log_page, 0, sizeof(log_page));
    assert_assumed(NULL);
    assert_assumed(log_page);
    /* Scopes without a command that is supported: still not filled in. */
    entry(0x80, 1u << 16);
    lwnvme_effects_admin(log_page, 0x80, &effects);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
    lwnvme_effects_admin(log_page, 0x80, NULL);
}

static void bits_are_read_from_the_opcodes_place(void **state)
{
    struct lwnvme_effects effects;
    (void)state;
    memset(log_page, 0, sizeof(log_page));
    entry(0x06, 1);
    entry(0x80, 1u | 1u << 1 | 1u << 2 | 1u << 16);
    entry(0x0d, 1u | 1u << 3 | 2u << 16);
    entry(0x10, 1u | 1u << 4);
    lwnvme_effects_admin(log_page, 0x80, &effects);
    assert_true(effects.reported && effects.supported && effects.content && effects.namespace_capabilities);
    assert_false(effects.namespace_inventory || effects.controller_capabilities);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_NAMESPACE);
    lwnvme_effects_admin(log_page, 0x0d, &effects);
    assert_true(effects.reported && effects.namespace_inventory);
    assert_false(effects.content || effects.namespace_capabilities);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
    lwnvme_effects_admin(log_page, 0x10, &effects);
    assert_true(effects.reported && effects.controller_capabilities);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_NONE);
    lwnvme_effects_admin(log_page, 0x100, &effects); /* no opcode: nothing behind the log is read */
    assert_false(effects.reported);
}

static void a_reserved_scope_or_an_unsupported_command_is_taken_with_care(void **state)
{
    struct lwnvme_effects effects;
    (void)state;
    memset(log_page, 0, sizeof(log_page));
    entry(0x06, 1);
    entry(0x80, 1u | 5u << 16);
    lwnvme_effects_admin(log_page, 0x80, &effects);
    assert_false(effects.reported);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
    lwnvme_effects_admin(log_page, 0x84, &effects);
    assert_false(effects.reported || effects.supported);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)command;
    (void)dw0;
    assert_non_null(page);
    memset(page, 0x5a, 4096);
    return p->state;
}

static void the_read_asks_for_the_admin_half(void **state)
{
    const uint32_t *sent;
    (void)state;
    player_prepare(&player);
    player.plays_log[5] = true;
    player.answer = answer;
    player_start(&player);
    memset(log_page, 0, sizeof(log_page));
    assert_int_equal(lwnvme_effects_read(player.bench.controller, &player.io.request, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_effects_read(NULL, &player.io.request, log_page), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_effects_read(player.bench.controller, &player.io.request, log_page), 0);
    bench_wait(&player.bench, &player.io.request);
    assert_int_equal(player.io.request.status, 0);
    sent = player_sent(&player, 0x02, 0);
    assert_int_equal(sent[10], 255u << 16 | 5u);
    assert_int_equal(sent[1], 0xffffffffu);
    assert_int_equal(log_page[1023], 0x5a);
    /* A failure is the device's, whole, and leaves the memory alone. */
    memset(log_page, 0, sizeof(log_page));
    player.state = 0x4109;
    assert_int_equal(lwnvme_effects_read(player.bench.controller, &player.io.request, log_page), 0);
    bench_wait(&player.bench, &player.io.request);
    assert_int_equal(player.io.request.status, 0x4109);
    assert_int_equal(log_page[0], 0);
    player_end(&player);
}

static void a_controller_without_the_log_is_not_asked(void **state)
{
    (void)state;
    player_prepare(&player);
    player.bench.settings.lpa = 4;
    player_start(&player);
    assert_int_equal(lwnvme_effects_read(player.bench.controller, &player.io.request, log_page),
                     LWNVME_ERR_NO_LOG_PAGE);
    assert_false(lwnvme_request_active(&player.io.request));
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_058_an_absent_or_empty_log_means_the_careful_defaults),
        cmocka_unit_test(bits_are_read_from_the_opcodes_place),
        cmocka_unit_test(a_reserved_scope_or_an_unsupported_command_is_taken_with_care),
        cmocka_unit_test(the_read_asks_for_the_admin_half),
        cmocka_unit_test(a_controller_without_the_log_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

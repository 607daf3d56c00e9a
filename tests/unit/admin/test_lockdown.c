/* SPDX-License-Identifier: MIT */
/* Lockdown: its dwords, and what is out of range. */
#include "player.h"

static struct player player;
static struct counted io;

static void start(uint16_t oacs)
{
    player_prepare(&player);
    player.bench.settings.oacs = oacs;
    player.plays[0x24] = true;
    player_start(&player);
    counted_init(&io, NULL);
}

static int send(uint8_t scope, uint8_t ifc, uint8_t identifier, uint8_t uuid_index, bool prohibit)
{
    struct lwnvme_lockdown_select select = {
        .scope = scope, .ifc = ifc, .identifier = identifier, .uuid_index = uuid_index, .prohibit = prohibit};
    int status = lwnvme_lockdown(player.bench.controller, &io.request, &select);
    if (status == 0) {
        bench_wait(&player.bench, &io.request);
    }
    return status;
}

static void each_field_has_its_place(void **state)
{
    static const uint32_t wanted[][2] = {{0x8410, 0}, {0x0452, 0}, {0xc023, 127}, {0x0014, 0}};
    (void)state;
    start(0x400);
    assert_int_equal(send(LWNVME_LOCKDOWN_SCP_ADMIN, LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE, 0x84, 0, true), 0);
    assert_int_equal(send(LWNVME_LOCKDOWN_SCP_FEATURE, LWNVME_LOCKDOWN_IFC_OUT_OF_BAND, 0x04, 0, true), 0);
    assert_int_equal(
        send(LWNVME_LOCKDOWN_SCP_NVME_MI, LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE_AND_OUT_OF_BAND, 0xc0, 127, false),
        0);
    assert_int_equal(send(LWNVME_LOCKDOWN_SCP_PCIE, LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE, 0, 0, true), 0);
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t *command = player_sent(&player, 0x24, i);
        assert_int_equal(command[10], wanted[i][0]);
        assert_int_equal(command[14], wanted[i][1]);
        assert_int_equal(command[1] | command[6] | command[7] | command[11], 0);
    }
    player_end(&player);
}

static void refusals(void **state)
{
    (void)state;
    start(0xfbff);
    assert_int_equal(send(0, 0, 0x84, 0, true), LWNVME_ERR_NO_LOCKDOWN);
    player_end(&player);
    start(0x400);
    assert_int_equal(send(1, 0, 1, 0, true), LWNVME_ERR_INVALID_ARGUMENT); /* a reserved scope */
    assert_int_equal(send(5, 0, 1, 0, true), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(send(16, 0, 1, 0, true), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(send(0, 3, 1, 0, true), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(send(4, 0, 1, 0, true), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(send(0, 0, 1, 128, true), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_lockdown(player.bench.controller, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_has_its_place),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Virtualization Management: the dwords of each action. */
#include "player.h"

static struct player player;
static struct counted io;

static uint32_t answer(struct player *self, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)self;
    (void)command;
    (void)page;
    *dw0 = 0xabcd0007;
    return 0;
}

static void start(uint16_t oacs)
{
    player_prepare(&player);
    player.bench.settings.oacs = oacs;
    player.plays[0x1c] = true;
    player.answer = answer;
    player_start(&player);
    counted_init(&io, NULL);
}

static const uint32_t *finish(int accepted)
{
    assert_int_equal(accepted, 0);
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.request.status, 0);
    return player_sent(&player, 0x1c, player.of[0x1c] - 1);
}

static void each_action_has_its_dwords(void **state)
{
    struct lwnvme_controller *controller;
    const uint32_t *command;
    (void)state;
    start(0x80);
    controller = player.bench.controller;
    command =
        finish(lwnvme_virtualization_allocate_primary(controller, &io.request, 1, LWNVME_VIRTUAL_QUEUES, 9));
    assert_int_equal(command[10], 0x00010001);
    assert_int_equal(command[11], 9);
    assert_int_equal(lwnvme_virtualization_granted(&io.request), 7);
    command = finish(lwnvme_virtualization_assign_secondary(controller, &io.request, 0x1234,
                                                            LWNVME_VIRTUAL_INTERRUPTS, 65535));
    assert_int_equal(command[10], 0x12340108);
    assert_int_equal(command[11], 65535);
    command = finish(lwnvme_virtualization_set_online(controller, &io.request, 5, true));
    assert_int_equal(command[10], 0x00050009);
    assert_int_equal(command[11], 0);
    command = finish(lwnvme_virtualization_set_online(controller, &io.request, 5, false));
    assert_int_equal(command[10], 0x00050007);
    assert_int_equal(command[6] | command[7], 0);
    player_end(&player);
}

static void refusals(void **state)
{
    struct lwnvme_controller *controller;
    (void)state;
    start(0xff7f);
    controller = player.bench.controller;
    assert_int_equal(
        lwnvme_virtualization_allocate_primary(controller, &io.request, 1, LWNVME_VIRTUAL_QUEUES, 1),
        LWNVME_ERR_NO_VIRTUALIZATION);
    assert_int_equal(
        lwnvme_virtualization_assign_secondary(controller, &io.request, 1, LWNVME_VIRTUAL_QUEUES, 1),
        LWNVME_ERR_NO_VIRTUALIZATION);
    assert_int_equal(lwnvme_virtualization_set_online(controller, &io.request, 1, true),
                     LWNVME_ERR_NO_VIRTUALIZATION);
    player_end(&player);
    start(0x80);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_virtualization_set_online(controller, NULL, 1, true), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_virtualization_assign_secondary(controller, &io.request, 1,
                                                            (enum lwnvme_virtual_resource)2, 1),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(
        lwnvme_virtualization_assign_secondary(controller, &io.request, 1, LWNVME_VIRTUAL_QUEUES, 65536),
        LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_action_has_its_dwords),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Capacity Management: the dwords of each operation, and the attribute that each needs. */
#include "player.h"

static struct player player;
static struct counted io;

static uint32_t answer(struct player *self, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)self;
    (void)command;
    (void)page;
    *dw0 = 0x00050003;
    return 0;
}

static void start(uint32_t ctratt)
{
    player_prepare(&player);
    player.bench.settings.ctratt = ctratt;
    player.plays[0x20] = true;
    player.answer = answer;
    player_start(&player);
    counted_init(&io, NULL);
}

static int operate(uint32_t operation)
{
    struct lwnvme_controller *controller = player.bench.controller;
    switch (operation) {
    case 0:
        return lwnvme_capacity_select(controller, &io.request, 0x1234);
    case 1:
        return lwnvme_capacity_create_group(controller, &io.request, UINT64_C(0x1122334455667788));
    case 2:
        return lwnvme_capacity_delete_group(controller, &io.request, 9);
    case 3:
        return lwnvme_capacity_create_set(controller, &io.request, 2, UINT64_C(0x100000000));
    default:
        return lwnvme_capacity_delete_set(controller, &io.request, 65535);
    }
}

static void each_operation_has_its_dwords(void **state)
{
    static const uint32_t wanted[5][3] = {{0x12340000, 0, 0},
                                          {0x00000001, 0x55667788, 0x11223344},
                                          {0x00090002, 0, 0},
                                          {0x00020003, 0, 1},
                                          {0xffff0004, 0, 0}};
    (void)state;
    start(0x7800);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(operate(i), 0);
        bench_wait(&player.bench, &io.request);
        assert_int_equal(io.request.status, 0);
        assert_int_equal(lwnvme_capacity_created(&io.request), 3);
        for (uint32_t k = 0; k < 3; k++) {
            assert_int_equal(player_sent(&player, 0x20, i)[10 + k], wanted[i][k]);
        }
    }
    player_end(&player);
}

static void each_needs_its_attribute(void **state)
{
    static const uint32_t bits[5] = {11, 12, 13, 12, 14};
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        start(~(1u << bits[i]));
        assert_int_equal(operate(i), LWNVME_ERR_NO_CAPACITY_MANAGEMENT);
        player_end(&player);
        start(1u << bits[i]);
        assert_int_equal(operate(i), 0);
        bench_wait(&player.bench, &io.request);
        player_end(&player);
    }
}

static void refusals(void **state)
{
    struct lwnvme_controller *controller;
    (void)state;
    start(0x7800);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_capacity_select(NULL, &io.request, 1), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_capacity_create_group(controller, &io.request, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_capacity_create_set(controller, &io.request, 0, 1), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_capacity_create_set(controller, &io.request, 1, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_capacity_delete_group(controller, &io.request, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_capacity_delete_set(controller, &io.request, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_has_its_dwords),
        cmocka_unit_test(each_needs_its_attribute),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

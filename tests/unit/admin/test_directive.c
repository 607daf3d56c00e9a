/* SPDX-License-Identifier: MIT */
/* Directives: the dwords of each operation, the structures, and a count that is not believed. */
#include "player.h"

static struct player player;
static struct counted io;
static uint8_t answer_data[4096];
static uint32_t answer_status;
static uint32_t answer_dw0;

static uint32_t answer(struct player *self, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)self;
    (void)command;
    if (page != NULL) {
        memcpy(page, answer_data, sizeof(answer_data));
    }
    *dw0 = answer_dw0;
    return answer_status;
}

static void start(uint16_t oacs)
{
    player_prepare(&player);
    player.bench.settings.oacs = oacs;
    player.plays[0x19] = true;
    player.plays[0x1a] = true;
    player.answer = answer;
    answer_status = 0;
    answer_dw0 = 0;
    memset(answer_data, 0, sizeof(answer_data));
    player_start(&player);
    counted_init(&io, NULL);
}

static const uint32_t *finish(int accepted, uint32_t opcode)
{
    assert_int_equal(accepted, 0);
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.called, 1);
    io.called = 0;
    return player_sent(&player, opcode, player.of[opcode] - 1);
}

static void identify_and_enable(void **state)
{
    struct lwnvme_directive_parameters parameters;
    struct lwnvme_controller *controller;
    const uint32_t *command;
    (void)state;
    start(0x20);
    controller = player.bench.controller;
    answer_data[0] = 0x07;
    answer_data[32] = 0x01;
    answer_data[64] = 0x02;
    answer_data[31] = 0x80;
    command = finish(lwnvme_directive_identify(controller, &io.request, 3, &parameters), 0x1a);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(command[1], 3);
    assert_int_equal(command[10], 1023);
    assert_int_equal(command[11], 0x0001);
    assert_true(lwnvme_directive_is_set(parameters.ds, LWNVME_DIRECTIVE_TYPE_STREAMS));
    assert_true(lwnvme_directive_is_set(parameters.ds, 255));
    assert_false(lwnvme_directive_is_set(parameters.ds, 3));
    assert_true(lwnvme_directive_is_set(parameters.de, LWNVME_DIRECTIVE_TYPE_IDENTIFY));
    assert_false(lwnvme_directive_is_set(parameters.de, LWNVME_DIRECTIVE_TYPE_STREAMS));
    assert_true(lwnvme_directive_is_set(parameters.dpac, LWNVME_DIRECTIVE_TYPE_STREAMS));
    command = finish(lwnvme_directive_enable(controller, &io.request, 3, 1, true), 0x19);
    assert_int_equal(command[1], 3);
    assert_int_equal(command[10], 0);
    assert_int_equal(command[11], 0x0001);
    assert_int_equal(command[12], 0x0101);
    assert_int_equal(command[6] | command[7], 0);
    command = finish(lwnvme_directive_enable(controller, &io.request, LWNVME_NSID_ALL, 2, false), 0x19);
    assert_int_equal(command[1], 0xffffffff);
    assert_int_equal(command[12], 0x0200);
    player_end(&player);
}

static void streams(void **state)
{
    struct lwnvme_stream_parameters parameters;
    struct lwnvme_controller *controller;
    const uint32_t *command;
    (void)state;
    start(0x20);
    controller = player.bench.controller;
    answer_data[0] = 0x10;
    answer_data[16] = 0x20;
    command = finish(lwnvme_stream_identify(controller, &io.request, 1, &parameters), 0x1a);
    assert_int_equal(command[10], 7); /* 32 bytes */
    assert_int_equal(command[11], 0x0101);
    assert_int_equal(lwnvme_le16_get(&parameters.msl), 16);
    assert_int_equal(lwnvme_le32_get(&parameters.sws), 32);
    answer_dw0 = 5;
    command = finish(lwnvme_stream_allocate(controller, &io.request, 1, 65535), 0x1a);
    assert_int_equal(command[11], 0x0103);
    assert_int_equal(command[12], 0xffff);
    assert_int_equal(io.request.result_dw0, 5);
    command = finish(lwnvme_stream_release(controller, &io.request, 1, 0x1234), 0x19);
    assert_int_equal(command[11], 0x12340101);
    command = finish(lwnvme_stream_release_all(controller, &io.request, 1), 0x19);
    assert_int_equal(command[11], 0x0102);
    player_end(&player);
}

static void a_count_without_room_is_not_passed_on(void **state)
{
    static const uint16_t counts[][2] = {{0, 0}, {3, 3}, {2047, 2047}, {2048, 2047}, {65535, 2047}};
    struct lwnvme_stream_status *status = malloc(sizeof(*status) + 1);
    (void)state;
    start(0x20);
    for (uint32_t i = 0; i < 5; i++) {
        const uint32_t *command;
        /* At an odd address, too. */
        struct lwnvme_stream_status *place =
            (struct lwnvme_stream_status *)(void *)((uint8_t *)status + i % 2);
        answer_data[0] = (uint8_t)counts[i][0];
        answer_data[1] = (uint8_t)(counts[i][0] >> 8);
        answer_data[2] = 0x77;
        command = finish(lwnvme_stream_get_status(player.bench.controller, &io.request, 1, place), 0x1a);
        assert_int_equal(command[10], 1023);
        assert_int_equal(command[11], 0x0102);
        assert_int_equal(io.request.status, 0);
        assert_int_equal(lwnvme_le16_get(&place->osc), counts[i][1]);
        assert_int_equal(lwnvme_le16_get(&place->sid[0]), 0x77);
    }
    answer_status = 0x4002;
    memset(status, 0xff, sizeof(*status));
    (void)finish(lwnvme_stream_get_status(player.bench.controller, &io.request, 1, status), 0x1a);
    assert_int_equal(io.request.status, 0x4002);
    assert_int_equal(lwnvme_le16_get(&status->osc), 0xffff); /* as it was */
    player_end(&player);
    free(status);
}

static void refusals(void **state)
{
    struct lwnvme_directive_parameters parameters;
    struct lwnvme_stream_parameters stream_parameters;
    struct lwnvme_controller *controller;
    static struct lwnvme_stream_status status;
    (void)state;
    start(0xffdf);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_directive_identify(controller, &io.request, 1, &parameters),
                     LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_directive_enable(controller, &io.request, 1, 1, true), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_stream_identify(controller, &io.request, 1, &stream_parameters),
                     LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_stream_get_status(controller, &io.request, 1, &status), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_stream_allocate(controller, &io.request, 1, 1), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_stream_release(controller, &io.request, 1, 1), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_stream_release_all(controller, &io.request, 1), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
    start(0x20);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_directive_identify(controller, &io.request, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_stream_get_status(controller, &io.request, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_directive_enable(NULL, &io.request, 1, 1, true), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_stream_allocate(controller, &io.request, 1, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_stream_allocate(controller, &io.request, 1, 65536), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_stream_release(controller, &io.request, 1, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identify_and_enable),
        cmocka_unit_test(streams),
        cmocka_unit_test(a_count_without_room_is_not_passed_on),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

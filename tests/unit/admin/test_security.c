/* SPDX-License-Identifier: MIT */
/* Security Send and Receive: the dwords, the lengths, and what is refused. */
#include "player.h"

static struct player player;
static struct counted io;
static uint8_t data[131072 + 4096] __attribute__((aligned(4096)));
static const struct lwnvme_security_select select_opal = {
    .protocol = 0x01, .protocol_specific = 0x1234, .nsid = 0};

static void start(uint16_t oacs)
{
    player_prepare(&player);
    player.bench.settings.oacs = oacs;
    player.plays[0x81] = true;
    player.plays[0x82] = true;
    player_start(&player);
    counted_init(&io, NULL);
}

static void finish(int status)
{
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, status);
    io.called = 0;
}

static void protocol_and_length_are_sent_as_they_are(void **state)
{
    static const uint32_t lengths[] = {1, 4, 511, 512, 4096, 5000, 131072};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    start(1);
    for (uint32_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const uint32_t *command;
        assert_int_equal(
            lwnvme_security_send(player.bench.controller, &io.request, &select_opal, &buffer, lengths[i]), 0);
        finish(0);
        assert_int_equal(
            lwnvme_security_receive(player.bench.controller, &io.request, &select_opal, &buffer, lengths[i]),
            0);
        finish(0);
        for (uint32_t way = 0x81; way <= 0x82; way++) {
            command = player_sent(&player, way, i);
            assert_int_equal(command[10], 0x01123400);
            assert_int_equal(command[11], lengths[i]);
            assert_int_equal(command[1], 0);
            assert_true((command[6] | command[7]) != 0);
        }
    }
    player_end(&player);
}

static void no_data_is_a_command_too(void **state)
{
    struct lwnvme_security_select rpmb = {
        .protocol = 0xea, .protocol_specific = 1, .protocol_nvme_info = 3, .nsid = 7};
    (void)state;
    start(1);
    assert_int_equal(lwnvme_security_receive(player.bench.controller, &io.request, &rpmb, NULL, 0), 0);
    finish(0);
    const uint32_t *command = player_sent(&player, 0x82, 0);
    assert_int_equal(command[10], 0xea000103);
    assert_int_equal(command[11], 0);
    assert_int_equal(command[1], 7);
    assert_int_equal(command[6] | command[7] | command[8] | command[9], 0);
    assert_int_equal(lwnvme_security_send(player.bench.controller, &io.request, &select_opal, NULL, 0), 0);
    finish(0);
    player_end(&player);
}

static void scattered_memory_serves(void **state)
{
    struct lwnvme_segment pieces[2] = {{(uintptr_t)data + 8192, 4096}, {(uintptr_t)data, 4096}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(pieces, 2, 0);
    (void)state;
    start(1);
    assert_int_equal(lwnvme_security_send(player.bench.controller, &io.request, &select_opal, &buffer, 8190),
                     0);
    finish(0);
    assert_int_equal(player_sent(&player, 0x81, 0)[11], 8190);
    assert_int_equal(lwnvme_security_send(player.bench.controller, &io.request, &select_opal, &buffer, 8193),
                     LWNVME_ERR_BUFFER_LENGTH);
    player_end(&player);
}

static uint32_t deny(struct player *self, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)self;
    (void)command;
    (void)page;
    (void)dw0;
    return 0x4015;
}

static void refusals(void **state)
{
    struct lwnvme_security_select bad = {.protocol = 1, .protocol_nvme_info = 1};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 1001);
    struct lwnvme_buffer large = lwnvme_buffer_cpu(data, sizeof(data));
    struct lwnvme_buffer odd = lwnvme_buffer_cpu(data + 2, 4096);
    struct lwnvme_controller *controller;
    (void)state;
    start(0xfffe);
    assert_int_equal(lwnvme_security_send(player.bench.controller, &io.request, &select_opal, &large, 512),
                     LWNVME_ERR_NO_SECURITY);
    assert_int_equal(lwnvme_security_receive(player.bench.controller, &io.request, &select_opal, &large, 512),
                     LWNVME_ERR_NO_SECURITY);
    player_end(&player);
    start(1);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_security_send(NULL, &io.request, &select_opal, &large, 512),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_security_send(controller, &io.request, NULL, &large, 512),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_security_send(controller, &io.request, &select_opal, NULL, 512),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_security_send(controller, &io.request, &bad, &large, 512),
                     LWNVME_ERR_INVALID_ARGUMENT);
    /* 1001 bytes are moved as 1004. */
    assert_int_equal(lwnvme_security_receive(controller, &io.request, &select_opal, &buffer, 1001),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_security_receive(controller, &io.request, &select_opal, &buffer, 1000), 0);
    finish(0);
    assert_int_equal(lwnvme_security_receive(controller, &io.request, &select_opal, &odd, 512),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(lwnvme_security_receive(controller, &io.request, &select_opal, &large, 131073),
                     LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_security_receive(controller, &io.request, &select_opal, &large, UINT32_MAX),
                     LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(player.of[0x81] + player.of[0x82], 1);
    /* The controller's own no is passed on whole. */
    player.answer = deny;
    assert_int_equal(lwnvme_security_send(controller, &io.request, &select_opal, &large, 512), 0);
    finish(0x4015);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protocol_and_length_are_sent_as_they_are),
        cmocka_unit_test(no_data_is_a_command_too),
        cmocka_unit_test(scattered_memory_serves),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "player.h"

#define PLAYER_TURNS 4000000u

static void player_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    struct player *player = (struct player *)context;

    if (sqid == 0) {
        memcpy(player->commands[command[0] >> 16 & 63u], command, sizeof(player->commands[0]));
    }
}

static uint8_t *player_page(const struct player *player, const uint32_t command[16])
{
    const struct lwnvme_controller *controller = player->bench.controller;
    uint64_t prp = (uint64_t)command[7] << 32 | command[6];

    if (prp < controller->pages_dma || prp >= controller->pages_dma + controller->pages_bytes) {
        return NULL;
    }
    return controller->pages + (prp - controller->pages_dma);
}

static void player_completion(void *context, uint16_t sqid, uint32_t completion[4])
{
    struct player *player = (struct player *)context;
    const uint32_t *command = player->commands[completion[3] & 63u];
    uint32_t opcode = command[0] & 0xffu;
    uint32_t status = 0;

    if (sqid != 0 || !player->plays[opcode] ||
        (opcode == LWNVME_ADMIN_GET_LOG_PAGE && !player->plays_log[command[10] & 0xffu])) {
        return;
    }
    assert_true(player->sent_count < PLAYER_SENT);
    memcpy(player->sent[player->sent_count++], command, sizeof(player->sent[0]));
    player->of[opcode]++;
    completion[0] = 0;
    if (player->answer != NULL) {
        status = player->answer(player, command, player_page(player, command), &completion[0]);
    }
    completion[3] = (completion[3] & 0xffffu) | status << 17;
}

static void player_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    struct player *player = (struct player *)context;

    if (player->identify != NULL) {
        player->identify(player, cns, nsid, data);
    }
}

void player_prepare(struct player *player)
{
    struct lwnvme_sim_config *settings = &player->bench.settings;

    memset(player, 0, sizeof(*player));
    bench_prepare(&player->bench);
    settings->callback_context = player;
    settings->on_command = player_command;
    settings->on_completion = player_completion;
    settings->on_identify = player_identify;
    player->plays[LWNVME_ADMIN_GET_LOG_PAGE] = true;
    counted_init(&player->io, NULL);
}

void player_start(struct player *player)
{
    bench_start(&player->bench);
}

void player_end(struct player *player)
{
    bench_end(&player->bench);
}

const uint32_t *player_sent(const struct player *player, uint32_t opcode, uint32_t index)
{
    for (uint32_t i = 0; i < player->sent_count; i++) {
        if ((player->sent[i][0] & 0xffu) == opcode && index-- == 0) {
            return player->sent[i];
        }
    }
    fail_msg("no such command with opcode %02xh", opcode);
    return NULL;
}

int player_finish(struct player *player, struct lwnvme_operation *operation)
{
    int status = operation->status;

    for (uint32_t turn = 0; turn < PLAYER_TURNS && lwnvme_operation_active(operation); turn++) {
        status = lwnvme_operation_step(operation);
        lwnvme_sim_advance(player->bench.sim, 500);
    }
    assert_false(lwnvme_operation_active(operation));
    assert_int_equal(status, operation->status);
    return operation->status;
}

void player_turns(struct player *player, uint32_t turns)
{
    for (uint32_t turn = 0; turn < turns; turn++) {
        (void)lwnvme_controller_poll(player->bench.controller);
        lwnvme_sim_advance(player->bench.sim, 100);
    }
}

void player_try_io(struct player *player)
{
    static uint8_t data[65536];

    assert_int_equal(
        lwnvme_sync_read(player->bench.queue, player->bench.ns, 0, 1, data, LWNVME_REQUEST_NO_WAIT), 0);
}

struct lwnvme_sim_config *player_settings(struct player *player)
{
    return lwnvme_sim_settings(player->bench.sim);
}

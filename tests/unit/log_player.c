/* SPDX-License-Identifier: MIT */
/* Get Log Page answered by a test. */
#include "log_player.h"

#define GET_LOG_PAGE 2u

void log_player_put(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static void see_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    struct log_player *player = (struct log_player *)context;
    if (sqid != 0 || (command[0] & 0xff) != GET_LOG_PAGE) {
        return;
    }
    assert_false(player->is_pending); /* one after the other */
    memcpy(player->pending, command, sizeof(player->pending));
    player->is_pending = true;
    assert_true(player->count < LOG_PLAYER_COMMANDS);
    memcpy(player->commands[player->count++], command, sizeof(player->pending));
}

/* Where the library's page is in memory. */
static uint8_t *memory_of(struct log_player *player, const uint32_t command[16])
{
    const struct lwnvme_controller *controller = player->bench.controller;
    uint64_t address = (uint64_t)command[7] << 32 | command[6];
    assert_true(address >= controller->pages_dma);
    assert_true(address - controller->pages_dma < controller->pages_bytes);
    return controller->pages + (address - controller->pages_dma);
}

static void give_completion(void *context, uint16_t sqid, uint32_t completion[4])
{
    struct log_player *player = (struct log_player *)context;
    uint16_t status = 0;
    if (sqid != 0 || !player->is_pending || (completion[3] & 0xffff) != player->pending[0] >> 16) {
        return;
    }
    player->is_pending = false;
    if (player->answer != NULL) {
        status = player->answer(player, player->pending);
    }
    if (status == 0) {
        uint64_t offset = (uint64_t)player->pending[13] << 32 | player->pending[12];
        size_t bytes = ((size_t)(player->pending[10] >> 16) + 1) * 4;
        uint8_t *to = memory_of(player, player->pending);
        for (size_t i = 0; i < bytes; i++) {
            to[i] = player->page != NULL && offset + i < player->page_bytes ? player->page[offset + i] : 0xee;
        }
    }
    completion[3] = (completion[3] & 0xffff) | (uint32_t)status << 17;
}

static void change_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    struct log_player *player = (struct log_player *)context;
    (void)nsid;
    for (size_t i = 0; cns == 1 && i < 4096; i++) {
        data[i] |= player->identify[i];
    }
}

void log_player_identify_set(struct log_player *player, size_t offset, uint32_t value, size_t bytes)
{
    log_player_put(player->identify + offset, value, bytes);
}

void log_player_prepare(struct log_player *player)
{
    memset(player, 0, sizeof(*player));
    bench_prepare(&player->bench);
    player->bench.settings.callback_context = player;
    player->bench.settings.on_identify = change_identify;
    player->bench.settings.lpa = 0;
    player->bench.settings.strict_reserved = false;
}

void log_player_start(struct log_player *player)
{
    struct lwnvme_sim_fault all = {.kind = LWNVME_SIM_STATUS,
                                   .queue = LWNVME_SIM_ADMIN_QUEUE,
                                   .opcode = GET_LOG_PAGE,
                                   .count = UINT32_MAX};
    bench_power(&player->bench);
    assert_int_equal(bench_open(&player->bench), 0);
    lwnvme_sim_settings(player->bench.sim)->on_command = see_command;
    lwnvme_sim_settings(player->bench.sim)->on_completion = give_completion;
    assert_true(lwnvme_sim_fault_add(player->bench.sim, &all));
    player->count = 0;
}

void log_player_end(struct log_player *player)
{
    bench_end(&player->bench);
}

uint32_t log_player_lid(const struct log_player *player, uint32_t index)
{
    return player->commands[index][10] & 0xff;
}

uint32_t log_player_lsp(const struct log_player *player, uint32_t index)
{
    return player->commands[index][10] >> 8 & 0x7f;
}

uint32_t log_player_rae(const struct log_player *player, uint32_t index)
{
    return player->commands[index][10] >> 15 & 1;
}

uint32_t log_player_lsi(const struct log_player *player, uint32_t index)
{
    return player->commands[index][11] >> 16;
}

uint32_t log_player_bytes(const struct log_player *player, uint32_t index)
{
    return ((player->commands[index][10] >> 16) + 1) * 4;
}

uint64_t log_player_offset(const struct log_player *player, uint32_t index)
{
    return (uint64_t)player->commands[index][13] << 32 | player->commands[index][12];
}

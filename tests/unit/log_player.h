/* SPDX-License-Identifier: MIT */
/*
 * A device for log pages of any kind: a bench whose Get Log Page commands are answered by the test. What the
 * software controller makes of such a command does not matter here; it only carries it back and forth.
 */
#ifndef TESTS_UNIT_LOG_PLAYER_H
#define TESTS_UNIT_LOG_PLAYER_H

#include "support.h"

#define LOG_PLAYER_COMMANDS 128u

struct log_player {
    struct bench bench;
    uint8_t identify[4096]; /* or-ed into Identify Controller */

    /* The log page as it stands; 0xee is what lies behind it. */
    uint8_t *page;
    size_t page_bytes;
    /* Asked before each answer: may change the page, and returns the status of the answer. NULL: 0. */
    uint16_t (*answer)(struct log_player *player, const uint32_t command[16]);

    /* Get Log Page commands seen. */
    uint32_t commands[LOG_PLAYER_COMMANDS][16];
    uint32_t count;
    uint32_t pending[16];
    bool is_pending;
};

/* Settings may be changed, and bits set in `identify`, before log_player_start. */
void log_player_prepare(struct log_player *player);
void log_player_start(struct log_player *player);
void log_player_end(struct log_player *player);
/* What Identify Controller says at an offset. */
void log_player_identify_set(struct log_player *player, size_t offset, uint32_t value, size_t bytes);

/* Fields of the n-th command. */
uint32_t log_player_lid(const struct log_player *player, uint32_t index);
uint32_t log_player_lsp(const struct log_player *player, uint32_t index);
uint32_t log_player_rae(const struct log_player *player, uint32_t index);
uint32_t log_player_lsi(const struct log_player *player, uint32_t index);
uint32_t log_player_bytes(const struct log_player *player, uint32_t index);
uint64_t log_player_offset(const struct log_player *player, uint32_t index);

/* Little-endian values into memory. */
void log_player_put(uint8_t *at, uint64_t value, size_t bytes);

#endif

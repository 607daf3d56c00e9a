/* SPDX-License-Identifier: MIT */
/*
 * What the tests of long operations share: the bench, with some admin commands answered by the test instead of the
 * software controller. A played command is noted and answered with what `answer` says; its data, where they go
 * through a page of the library's, may be read and written there.
 */
#ifndef TESTS_UNIT_ADMIN_PLAYER_H
#define TESTS_UNIT_ADMIN_PLAYER_H

#include "../support.h"

#define PLAYER_SENT 512u

struct player {
    struct bench bench; /* settings and config may be changed between prepare and start */
    bool plays[256];    /* opcodes */
    bool plays_log[256];
    /* The status of a command (SC, SCT and so on, as the library shows it); NULL: success. */
    uint32_t (*answer)(struct player *player, const uint32_t command[16], uint8_t *page, uint32_t *dw0);
    void (*identify)(struct player *player, uint8_t cns, uint32_t nsid, uint8_t *data);
    uint32_t state; /* the test's own */

    uint32_t sent[PLAYER_SENT][16]; /* played commands in order */
    uint32_t sent_count;
    uint32_t of[256]; /* how many of each opcode */

    uint32_t commands[64][16]; /* in flight, by their identifier's slot */
    struct counted io;
};

void player_prepare(struct player *player);
void player_start(struct player *player); /* and a queue, and namespace 1 */
void player_end(struct player *player);

/* The n-th played command of an opcode, from 0. */
const uint32_t *player_sent(const struct player *player, uint32_t opcode, uint32_t index);
/* Polls until the operation has ended, time passing in between; its status. */
int player_finish(struct player *player, struct lwnvme_operation *operation);
/* Polls a few hundred times. */
void player_turns(struct player *player, uint32_t turns);
/* Nothing is held: a read of namespace 1 goes through. */
void player_try_io(struct player *player);
/* As settings->admin_latency_us and the like, to be changed at any time. */
struct lwnvme_sim_config *player_settings(struct player *player);

#endif

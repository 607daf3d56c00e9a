/* SPDX-License-Identifier: MIT */
/*
 * Moves blocks from one place of a drive to another, with many commands in flight and nobody waiting for any one of them.
 */
#ifndef LWNVME_EXAMPLE_MOVE_H
#define LWNVME_EXAMPLE_MOVE_H

#include <lwnvme/lwnvme.h>

#define MOVE_PIECES      8u
#define MOVE_PIECE_BYTES 65536u

/* Yours: returns when something may have happened, and at that moment at the latest; may return at once. */
void kernel_idle(uint64_t deadline_us);

struct move;

/* A part of the work that is under way: the request stands in the object that it is about. */
struct piece {
    struct lwnvme_request request; /* first: a callback gets its address */
    struct move *move;
    uint8_t *data;
    uint32_t offset; /* in blocks from the start */
    uint32_t block_count;
};

struct move {
    /* In. The two places must not overlap. The queues are different ones, of one owner, who also owns the controller. */
    struct lwnvme_controller *controller;
    struct lwnvme_queue *reads;
    struct lwnvme_queue *writes;
    const struct lwnvme_namespace *ns;
    uint8_t *memory; /* MOVE_PIECES * MOVE_PIECE_BYTES, dword aligned */
    uint64_t from;
    uint64_t to;
    uint32_t block_count;

    /* Private; zero. */
    uint32_t begun;     /* blocks that a piece has taken on */
    uint32_t in_flight; /* requests that the library has */
    int status;         /* the first one that was not LWNVME_OK */
    struct piece pieces[MOVE_PIECES];
};

/* Blocking. LWNVME_OK: the blocks are at their new place, on the medium, and trimmed at the old one if the controller has
 * that. Else why not; nothing is trimmed before the new place is on the medium. */
int move_blocks(struct move *move);

#endif

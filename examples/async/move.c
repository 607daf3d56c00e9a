/* SPDX-License-Identifier: MIT */
/*
 * An example of I/O that does not block: reads on one queue, writes on another. Each piece is read, written by the
 * callback of its read, and takes the next blocks in the callback of its write. What is submitted in callbacks reaches the
 * controller together, when the poll that called back ends.
 */
#include "move.h"

static void piece_read(struct lwnvme_request *request);
static void piece_written(struct lwnvme_request *request);

/* What a submission returned. A request that was refused has no callback. */
static void note(struct move *move, int status)
{
    if (status == LWNVME_OK)
        move->in_flight++;
    else if (move->status == LWNVME_OK)
        move->status = status;
}

/* How a request has ended: true, well. */
static bool ended_well(struct piece *piece)
{
    struct move *move = piece->move;

    move->in_flight--;
    if (piece->request.status != LWNVME_OK && move->status == LWNVME_OK)
        move->status = piece->request.status;
    return move->status == LWNVME_OK;
}

static void piece_begin(struct piece *piece)
{
    struct move *move = piece->move;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(piece->data, MOVE_PIECE_BYTES);
    uint32_t left = move->block_count - move->begun;
    uint32_t most = MOVE_PIECE_BYTES >> move->ns->block_shift;

    if (left == 0)
        return;
    piece->offset = move->begun;
    piece->block_count = left < most ? left : most;
    move->begun += piece->block_count;
    piece->request.done = piece_read;
    note(move, lwnvme_read(move->reads, move->ns, &piece->request, move->from + piece->offset,
                           piece->block_count, &buffer));
}

/* Called by a poll of the queue. The request may be used again from here on, for another queue too. */
static void piece_read(struct lwnvme_request *request)
{
    struct piece *piece = (struct piece *)request;
    struct move *move = piece->move;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(piece->data, MOVE_PIECE_BYTES);

    if (!ended_well(piece))
        return;
    request->done = piece_written;
    note(move, lwnvme_write(move->writes, move->ns, request, move->to + piece->offset, piece->block_count,
                            &buffer));
}

static void piece_written(struct lwnvme_request *request)
{
    struct piece *piece = (struct piece *)request;

    if (ended_well(piece))
        piece_begin(piece);
}

/* The heart of a kernel's I/O loop. It ends whatever the drive does: each accepted request comes back. */
static void move_run(struct move *move)
{
    while (move->in_flight != 0) {
        uint32_t taken = lwnvme_queue_poll(move->reads, 0) + lwnvme_queue_poll(move->writes, 0);

        (void)lwnvme_controller_poll(move->controller);
        if (taken == 0 && move->in_flight != 0)
            kernel_idle(lwnvme_next_deadline(move->controller));
    }
}

int move_blocks(struct move *move)
{
    int status;

    lwnvme_queue_batch_begin(move->reads);
    for (uint32_t i = 0; i < MOVE_PIECES; i++) {
        move->pieces[i].move = move;
        move->pieces[i].data = move->memory + (size_t)i * MOVE_PIECE_BYTES;
        piece_begin(&move->pieces[i]);
    }
    lwnvme_queue_batch_end(move->reads); /* one doorbell for all of them */
    move_run(move);
    if (move->status != LWNVME_OK)
        return move->status;
    /* All writes have ended. A flush covers those, and not what is still in flight. */
    status = lwnvme_sync_flush(move->writes, move->ns);
    if (status == LWNVME_OK)
        status = lwnvme_sync_trim(move->writes, move->ns, move->from, move->block_count);
    return status == LWNVME_ERR_NO_DATASET_MANAGEMENT ? LWNVME_OK : status;
}

/* SPDX-License-Identifier: MIT */
/*
 * Large transfers. A ring of slots, each with a request and a buffer; `issued` and `taken` count chunks
 * from the start, and slot = chunk % STREAM_DEPTH:
 *
 *     0 ........ taken ........ issued ........ chunks
 *      handed over   in flight          to come
 *
 * Callbacks do nothing: the loop looks at the oldest slot, because data are wanted in order. One stream
 * runs at a time.
 */
#include "stream.h"

#include "text.h"

#define STREAM_POLLS_PER_CONTROLLER 256u /* empty queue polls between looks at deadlines and the controller */
#define STREAM_FAILURES_SHOWN       8u
#define STREAM_PROGRESS_US          200000u

struct stream_slot {
    struct lwnvme_request request;
    uint8_t *data;
};

static struct stream_slot stream_slots[STREAM_DEPTH];

bool stream_init(void)
{
    for (uint32_t i = 0; i < STREAM_DEPTH; i++) {
        if (stream_slots[i].data == NULL) {
            stream_slots[i].data = platform_alloc(STREAM_CHUNK_BYTES);
        }
        if (stream_slots[i].data == NULL) {
            return false;
        }
    }
    return true;
}

static uint32_t stream_chunk_blocks(const struct stream *stream)
{
    return STREAM_CHUNK_BYTES / stream->ns->block_bytes;
}

static uint64_t stream_chunk_lba(const struct stream *stream, uint64_t chunk)
{
    return stream->lba + chunk * stream_chunk_blocks(stream);
}

/* Blocks of a chunk: all are full but perhaps the last. */
static uint32_t stream_blocks_of(const struct stream *stream, uint64_t chunk)
{
    const uint64_t left = stream->block_count - chunk * stream_chunk_blocks(stream);

    return left < stream_chunk_blocks(stream) ? (uint32_t)left : stream_chunk_blocks(stream);
}

static void stream_each_block(struct stream *stream, uint64_t chunk, uint8_t *data)
{
    const uint32_t blocks = stream_blocks_of(stream, chunk);
    const uint64_t start_us = platform_now_us();

    for (uint32_t i = 0; i < blocks; i++) {
        stream->block(stream->context, stream_chunk_lba(stream, chunk) + i,
                      data + (size_t)i * stream->ns->block_bytes, stream->ns->block_bytes);
    }
    stream->data_us += platform_now_us() - start_us;
}

static uint64_t stream_chunks(const struct stream *stream)
{
    const uint32_t per_chunk = stream_chunk_blocks(stream);

    return stream->block_count / per_chunk + (stream->block_count % per_chunk != 0 ? 1u : 0u);
}

/* The data of the next chunk that is written. Returns how many chunks there are now: their source may have ended. */
static uint64_t stream_fill(struct stream *stream, uint64_t chunk, uint64_t chunks)
{
    if (stream->kind == STREAM_READ) {
        return chunks;
    }
    stream_each_block(stream, chunk, stream_slots[chunk % STREAM_DEPTH].data);
    return stream_chunks(stream);
}

static int stream_issue(struct stream *stream, uint64_t chunk)
{
    struct stream_slot *slot = &stream_slots[chunk % STREAM_DEPTH];
    const uint64_t lba = stream_chunk_lba(stream, chunk);
    const uint32_t blocks = stream_blocks_of(stream, chunk);
    const struct lwnvme_buffer buffer =
        lwnvme_buffer_cpu(slot->data, (size_t)blocks * stream->ns->block_bytes);
    struct lwnvme_queue *queue = &stream->drive->queue;

    slot->request = (struct lwnvme_request){0};
    slot->request.flags = stream->flags;
    switch (stream->kind) {
    case STREAM_READ:
        return lwnvme_read(queue, stream->ns, &slot->request, lba, blocks, &buffer);
    case STREAM_WRITE:
        return lwnvme_write(queue, stream->ns, &slot->request, lba, blocks, &buffer);
    case STREAM_COMPARE:
    default:
        return lwnvme_compare(queue, stream->ns, &slot->request, lba, blocks, &buffer);
    }
}

static void stream_note_failure(struct stream *stream, uint64_t lba, int status)
{
    if (stream->status == 0) {
        stream->status = status;
        stream->failed_lba = lba;
    }
    stream->failed_blocks++;
    if (stream->failed_blocks <= STREAM_FAILURES_SHOWN) {
        text_print("  block %" TEXT_64 "u: ", lba);
        text_print_status(status);
        text_print("\n");
    } else if (stream->failed_blocks == STREAM_FAILURES_SHOWN + 1u) {
        text_print("  and further blocks\n");
    }
}

/* A chunk could not be read as a whole: its blocks one by one, from the first that did not arrive. Ends early
 * when the failure is not the medium's but ours (the controller has failed). */
static int stream_read_singly(struct stream *stream, uint64_t chunk)
{
    struct stream_slot *slot = &stream_slots[chunk % STREAM_DEPTH];
    const uint32_t block_bytes = stream->ns->block_bytes;
    const uint32_t blocks = stream_blocks_of(stream, chunk);

    for (uint32_t i = (uint32_t)(slot->request.bytes_done / block_bytes); i < blocks; i++) {
        uint8_t *data = slot->data + (size_t)i * block_bytes;
        const uint64_t lba = stream_chunk_lba(stream, chunk) + i;
        const int status = lwnvme_sync_read(&stream->drive->queue, stream->ns, lba, 1, data, stream->flags);

        if (status != 0) {
            stream_note_failure(stream, lba, status);
            for (uint32_t byte = 0; byte < block_bytes; byte++) {
                data[byte] = 0;
            }
        }
        if (status < 0) {
            return status;
        }
    }
    return 0;
}

/* The oldest chunk has ended: hands its data over. Not 0: the stream is at its end. */
static int stream_take(struct stream *stream, uint64_t chunk)
{
    struct stream_slot *slot = &stream_slots[chunk % STREAM_DEPTH];
    const uint32_t blocks = stream_blocks_of(stream, chunk);
    int status = slot->request.status;

    if (status > 0 && stream->kind == STREAM_READ) {
        status = stream_read_singly(stream, chunk);
    } else if (status != 0) {
        stream_note_failure(
            stream, stream_chunk_lba(stream, chunk) + slot->request.bytes_done / stream->ns->block_bytes,
            status);
    }
    if (status == 0) {
        if (stream->kind == STREAM_READ) {
            stream_each_block(stream, chunk, slot->data);
        }
        stream->bytes_done += (uint64_t)blocks * stream->ns->block_bytes;
    }
    return status;
}

/* Takes completions; when there are none for a while, looks after the controller. */
static void stream_poll(struct stream *stream, uint32_t *idle)
{
    if (drive_wait(stream->drive) != 0) {
        *idle = 0;
        return;
    }
    (*idle)++;
    if ((stream->drive->queue_config.flags & LWNVME_QUEUE_INTERRUPT) != 0 ||
        *idle % STREAM_POLLS_PER_CONTROLLER == 0) {
        (void)lwnvme_controller_poll(&stream->drive->controller);
    }
}

struct stream_progress {
    uint64_t last_us;
    uint64_t tenth;
};

static void stream_show_progress(const struct stream *stream, struct stream_progress *progress)
{
    const uint64_t total = stream->block_count * stream->ns->block_bytes;
    const uint64_t tenth = stream->bytes_done / (total / 10u + 1u);
    const uint64_t now_us = platform_now_us();

    if (stream->progress == NULL || tenth == progress->tenth ||
        now_us - progress->last_us < STREAM_PROGRESS_US) {
        return;
    }
    progress->tenth = tenth;
    progress->last_us = now_us;
    text_print("  %s %" TEXT_64 "u of %" TEXT_64 "u MiB\n", stream->progress, stream->bytes_done >> 20,
               total >> 20);
}

void stream_run(struct stream *stream)
{
    const uint64_t start_us = platform_now_us();
    uint64_t chunks = stream_chunks(stream);
    struct stream_progress progress = {start_us, 0};
    uint64_t issued = 0;
    uint64_t taken = 0;
    uint32_t idle = 0;

    if (chunks == 0) {
        stream_note_failure(stream, stream->lba, LWNVME_ERR_ZERO_BLOCKS);
    }
    while (taken < issued || issued < chunks) {
        while (issued < chunks && issued - taken < STREAM_DEPTH) {
            int status;

            chunks = stream_fill(stream, issued, chunks);
            if (issued == chunks) {
                break;
            }
            status = stream_issue(stream, issued);
            if (status != 0) {
                stream_note_failure(stream, stream_chunk_lba(stream, issued), status);
                chunks = issued; /* what is in flight comes back, nothing new is sent */
                break;
            }
            issued++;
        }
        stream_poll(stream, &idle);
        while (taken < issued && !lwnvme_request_active(&stream_slots[taken % STREAM_DEPTH].request)) {
            if (stream_take(stream, taken) != 0) {
                chunks = issued;
            }
            taken++;
        }
        stream_show_progress(stream, &progress);
    }
    stream->elapsed_us = platform_now_us() - start_us;
}

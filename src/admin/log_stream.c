/* SPDX-License-Identifier: MIT */
/*
 * Long log pages, piece by piece: telemetry, host- and controller-initiated, and the persistent event log.
 *
 *     header --> pieces --> header once more --> end                           telemetry, host-initiated
 *     header --> pieces --> header once more --> acknowledge --> end           telemetry, controller-initiated
 *     context and header --> pieces --> header once more --> release --> end   persistent event log
 *
 * The second look at the header tells whether the generation number is still the same; if not, everything begins
 * again, a few times at the most. Only then controller-initiated telemetry is acknowledged, by the one command that
 * does not retain the event, since that gives the data up.
 *
 * A stream has a deadline of its own besides the operation's: the operation's would end it without a release. Every
 * way out goes through lwnvme_log_stream_leave, which releases the context if there is one.
 *
 * Steps are taken by the controller's polls, one command at a time. Controller owner's context.
 */
#include "log_private.h"

#define LWNVME_LOG_STREAM_HEADER_BYTES 512u

/* lwnvme_operation.stage: what the request in flight brings. */
enum lwnvme_log_stream_stage {
    LWNVME_LOG_STREAM_BEGIN = 0,
    LWNVME_LOG_STREAM_CLEAR, /* a context that was left over is released */
    LWNVME_LOG_STREAM_HEADER,
    LWNVME_LOG_STREAM_PIECE,
    LWNVME_LOG_STREAM_CLOSING,     /* the header once more */
    LWNVME_LOG_STREAM_ACKNOWLEDGE, /* and once more, to let go of what the controller captured */
    LWNVME_LOG_STREAM_RELEASE
};

static void lwnvme_log_stream_step(struct lwnvme_operation *operation);

static bool lwnvme_log_stream_is_events(const struct lwnvme_log_stream *stream)
{
    return stream->lid == LWNVME_LOG_PERSISTENT_EVENT;
}

/* Sends Get Log Page for bytes of the log page; the next step is taken when they have arrived. */
static int lwnvme_log_stream_read(struct lwnvme_log_stream *stream, uint32_t stage, uint8_t lsp,
                                  uint64_t offset_bytes, uint32_t length_bytes)
{
    struct lwnvme_log_select select = {.lid = stream->lid, .lsp = lsp, .nsid = LWNVME_NSID_ALL};

    select.retain_event = stage != LWNVME_LOG_STREAM_ACKNOWLEDGE;
    select.offset_bytes = offset_bytes;
    stream->operation.stage = stage;
    stream->arriving_bytes = length_bytes;
    return lwnvme_log_read(stream->operation.controller, &stream->operation.request, &select, stream->buffer,
                           length_bytes);
}

/* The action alone: what it brings is not wanted. */
static int lwnvme_log_stream_release(struct lwnvme_log_stream *stream, uint32_t stage)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_PERSISTENT_EVENT,
                                       .lsp = LWNVME_LSP_PERSISTENT_EVENT_RELEASE,
                                       .nsid = LWNVME_NSID_ALL};
    struct lwnvme_command command = {.opcode = 0};

    stream->operation.stage = stage;
    lwnvme_log_command(&command, &select);
    lwnvme_log_place(&command, 0, LWNVME_LOG_STREAM_HEADER_BYTES, true);
    return lwnvme_page_command(stream->operation.controller, &stream->operation.request, &command, NULL, 0);
}

/* Every way out. A release that the controller refuses changes nothing about how the stream ended. */
static void lwnvme_log_stream_leave(struct lwnvme_log_stream *stream, int status)
{
    stream->end_status = status;
    if (stream->context) {
        stream->context = false;
        if (lwnvme_log_stream_release(stream, LWNVME_LOG_STREAM_RELEASE) == LWNVME_OK)
            return;
    }
    lwnvme_operation_end(&stream->operation, status);
}

static int lwnvme_log_stream_begin_reading(struct lwnvme_log_stream *stream)
{
    uint8_t lsp = 0;

    if (lwnvme_log_stream_is_events(stream)) {
        stream->context = true;
        lsp = LWNVME_LSP_PERSISTENT_EVENT_ESTABLISH;
    } else if (stream->create) {
        lsp = (uint8_t)lwnvme_field_put(1u, LWNVME_LSP_TELEMETRY_CREATE);
    }
    return lwnvme_log_stream_read(stream, LWNVME_LOG_STREAM_HEADER, lsp, 0, LWNVME_LOG_STREAM_HEADER_BYTES);
}

/* The log page is another one now. What was created stays; a context is taken anew. */
static int lwnvme_log_stream_restart(struct lwnvme_log_stream *stream)
{
    if (stream->restarts == LWNVME_LOG_STREAM_RESTARTS)
        return LWNVME_ERR_LOG_CHANGED;
    stream->restarts++;
    stream->retried = false;
    stream->done_bytes = 0;
    stream->total_bytes = 0;
    if (stream->restart != NULL)
        stream->restart(stream);
    if (stream->context)
        return lwnvme_log_stream_release(stream, LWNVME_LOG_STREAM_CLEAR);
    return lwnvme_log_stream_begin_reading(stream);
}

/* ---- Headers ------------------------------------------------------------------------------------------- */

/* The last block of the areas asked for. Areas follow one another, and an empty one repeats the block before or is 0. */
static int lwnvme_telemetry_last_block(const struct lwnvme_telemetry_header *header, uint32_t area,
                                       uint32_t *last_block)
{
    const uint32_t last[4] = {lwnvme_le16_get(&header->da1lb), lwnvme_le16_get(&header->da2lb),
                              lwnvme_le16_get(&header->da3lb), lwnvme_le32_get(&header->da4lb)};
    uint32_t index;

    *last_block = 0;
    for (index = 0; index < area; index++) {
        if (last[index] != 0 && last[index] < *last_block)
            return LWNVME_ERR_LOG_DATA;
        if (last[index] != 0)
            *last_block = last[index];
    }
    return LWNVME_OK;
}

/* Of the header in the buffer. */
static uint32_t lwnvme_log_stream_generation(const struct lwnvme_log_stream *stream)
{
    const struct lwnvme_telemetry_header *telemetry = (const struct lwnvme_telemetry_header *)stream->buffer;
    const struct lwnvme_persistent_event_header *events =
        (const struct lwnvme_persistent_event_header *)stream->buffer;

    if (lwnvme_log_stream_is_events(stream))
        return lwnvme_le16_get(&events->gnum);
    return stream->lid == LWNVME_LOG_TELEMETRY_HOST ? telemetry->hdgn : telemetry->cdgn;
}

static int lwnvme_telemetry_header_take(struct lwnvme_log_stream *stream)
{
    const struct lwnvme_telemetry_header *header = (const struct lwnvme_telemetry_header *)stream->buffer;
    uint32_t last_block;
    int status = lwnvme_telemetry_last_block(header, stream->area, &last_block);

    if (status != LWNVME_OK || header->lid != stream->lid)
        return LWNVME_ERR_LOG_DATA;
    stream->available = stream->lid == LWNVME_LOG_TELEMETRY_HOST || header->cda == 1u;
    if (!stream->available)
        last_block = 0;
    stream->total_bytes = ((uint64_t)last_block + 1u) * LWNVME_TELEMETRY_BLOCK_BYTES;
    return LWNVME_OK;
}

static int lwnvme_events_header_take(struct lwnvme_log_stream *stream)
{
    const struct lwnvme_persistent_event_header *header =
        (const struct lwnvme_persistent_event_header *)stream->buffer;
    uint32_t header_bytes = lwnvme_le16_get(&header->lhl) + LWNVME_PERSISTENT_EVENT_LHL_BASE;
    uint64_t total_bytes = lwnvme_le64_get(&header->tll);
    uint32_t count = lwnvme_le32_get(&header->tnev);

    if (header->lid != stream->lid || total_bytes < LWNVME_LOG_STREAM_HEADER_BYTES ||
        header_bytes > total_bytes || (uint64_t)count * sizeof(struct lwnvme_persistent_event) > total_bytes)
        return LWNVME_ERR_LOG_DATA;
    stream->available = true;
    stream->total_bytes = total_bytes;
    return LWNVME_OK;
}

static int lwnvme_log_stream_header_take(struct lwnvme_log_stream *stream)
{
    uint64_t max_bytes = stream->max_bytes != 0 ? stream->max_bytes : LWNVME_LOG_STREAM_BYTES;
    int status = lwnvme_log_stream_is_events(stream) ? lwnvme_events_header_take(stream)
                                                     : lwnvme_telemetry_header_take(stream);

    stream->generation = lwnvme_log_stream_generation(stream);
    if (status == LWNVME_OK && stream->total_bytes > max_bytes)
        status = LWNVME_ERR_LOG_LENGTH;
    return status;
}

/* ---- Steps --------------------------------------------------------------------------------------------- */

/* Percent without a division of 64 bits: both are shifted until the product fits in 32. There is a header at least. */
static uint32_t lwnvme_log_stream_percent(uint64_t done_bytes, uint64_t total_bytes)
{
    while (total_bytes >> 25 != 0) {
        total_bytes >>= 1;
        done_bytes >>= 1;
    }
    return lwnvme_divide((uint32_t)done_bytes * 100u, (uint32_t)total_bytes);
}

/* What is in the buffer goes to the caller. false: it wants no more. */
static bool lwnvme_log_stream_deliver(struct lwnvme_log_stream *stream)
{
    uint64_t left_bytes = stream->total_bytes - stream->done_bytes;
    uint32_t length_bytes =
        left_bytes < stream->arriving_bytes ? (uint32_t)left_bytes : stream->arriving_bytes;
    uint64_t offset_bytes = stream->done_bytes;

    stream->done_bytes += length_bytes;
    lwnvme_operation_progress(&stream->operation,
                              lwnvme_log_stream_percent(stream->done_bytes, stream->total_bytes));
    return stream->piece(stream, stream->buffer, offset_bytes, length_bytes) && !stream->stop;
}

/*
 * The next piece, or the end of them. Telemetry comes in whole blocks, which its length is made of; the events' last
 * piece is rounded up to a dword.
 */
static int lwnvme_log_stream_next(struct lwnvme_log_stream *stream)
{
    uint64_t left_bytes = stream->total_bytes - stream->done_bytes;
    uint32_t length_bytes = stream->buffer_bytes;

    if (left_bytes == 0)
        return lwnvme_log_stream_read(stream, LWNVME_LOG_STREAM_CLOSING, LWNVME_LSP_PERSISTENT_EVENT_READ, 0,
                                      LWNVME_LOG_STREAM_HEADER_BYTES);
    if (left_bytes < length_bytes)
        length_bytes = ((uint32_t)left_bytes + 3u) & ~3u;
    return lwnvme_log_stream_read(stream, LWNVME_LOG_STREAM_PIECE, LWNVME_LSP_PERSISTENT_EVENT_READ,
                                  stream->done_bytes, length_bytes);
}

/* The header once more: the same log page? */
static int lwnvme_log_stream_closed(struct lwnvme_log_stream *stream)
{
    if (lwnvme_log_stream_generation(stream) != stream->generation)
        return lwnvme_log_stream_restart(stream);
    if (stream->lid == LWNVME_LOG_TELEMETRY_CONTROLLER && !stream->retain_event)
        return lwnvme_log_stream_read(stream, LWNVME_LOG_STREAM_ACKNOWLEDGE, 0, 0,
                                      LWNVME_LOG_STREAM_HEADER_BYTES);
    lwnvme_log_stream_leave(stream, LWNVME_OK);
    return LWNVME_OK;
}

static int lwnvme_log_stream_arrived(struct lwnvme_log_stream *stream)
{
    int status = LWNVME_OK;

    if (stream->operation.stage == LWNVME_LOG_STREAM_CLOSING)
        return lwnvme_log_stream_closed(stream);
    if (stream->operation.stage == LWNVME_LOG_STREAM_HEADER) {
        stream->create = false;
        status = lwnvme_log_stream_header_take(stream);
    }
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_log_stream_deliver(stream))
        return LWNVME_ERR_CANCELLED;
    return lwnvme_log_stream_next(stream);
}

/*
 * A command did not succeed. A context that stands already is released, once. One that is not there any more, and what
 * a reset gave back, mean that it all begins again.
 */
static int lwnvme_log_stream_failed(struct lwnvme_log_stream *stream, int status)
{
    bool sequence = lwnvme_status_code(status) == LWNVME_SC_COMMAND_SEQUENCE_ERROR;
    bool reset = status == LWNVME_ERR_NOT_STARTED || status == LWNVME_ERR_ABORTED;

    if (lwnvme_log_stream_is_events(stream) && sequence &&
        stream->operation.stage == LWNVME_LOG_STREAM_HEADER && !stream->retried) {
        stream->retried = true;
        return lwnvme_log_stream_release(stream, LWNVME_LOG_STREAM_CLEAR);
    }
    if (reset || (sequence && stream->operation.stage != LWNVME_LOG_STREAM_HEADER)) {
        stream->context = false;
        return lwnvme_log_stream_restart(stream);
    }
    return status;
}

static int lwnvme_log_stream_go_on(struct lwnvme_log_stream *stream)
{
    int status = stream->operation.request.status;

    /* All has been delivered, and the controller may have let go of it: whatever comes now, it is not asked for again. */
    if (stream->operation.stage == LWNVME_LOG_STREAM_ACKNOWLEDGE) {
        lwnvme_log_stream_leave(stream, status > 0 ? status : LWNVME_OK);
        return LWNVME_OK;
    }
    if (stream->stop)
        return LWNVME_ERR_CANCELLED;
    if (lwnvme_now_us(stream->operation.controller) > stream->deadline_us)
        return LWNVME_ERR_OPERATION_TIMEOUT;
    /* Whether there was anything to clear shows when the context is taken. */
    if (stream->operation.stage == LWNVME_LOG_STREAM_BEGIN ||
        stream->operation.stage == LWNVME_LOG_STREAM_CLEAR)
        return lwnvme_log_stream_begin_reading(stream);
    return status == LWNVME_OK ? lwnvme_log_stream_arrived(stream) : lwnvme_log_stream_failed(stream, status);
}

static void lwnvme_log_stream_step(struct lwnvme_operation *operation)
{
    struct lwnvme_log_stream *stream = (struct lwnvme_log_stream *)(void *)operation;
    int status;

    if (operation->stage == LWNVME_LOG_STREAM_RELEASE) {
        lwnvme_operation_end(operation, stream->end_status);
        return;
    }
    status = lwnvme_log_stream_go_on(stream);
    if (status != LWNVME_OK)
        lwnvme_log_stream_leave(stream, status);
}

/* ---- Beginnings ---------------------------------------------------------------------------------------- */

static int lwnvme_log_stream_check(const struct lwnvme_controller *controller,
                                   const struct lwnvme_log_stream *stream, uint8_t lid)
{
    int status;

    if (stream == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &stream->operation);
    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (stream->piece == NULL || stream->buffer == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (stream->buffer_bytes < LWNVME_LOG_STREAM_BUFFER_BYTES_MIN ||
        (stream->buffer_bytes & (LWNVME_TELEMETRY_BLOCK_BYTES - 1u)) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return lwnvme_log_has_offsets(controller) ? LWNVME_OK : LWNVME_ERR_NO_LOG_OFFSET;
}

static void lwnvme_log_stream_start(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                    uint8_t lid)
{
    stream->lid = lid;
    stream->total_bytes = 0;
    stream->done_bytes = 0;
    stream->restarts = 0;
    stream->available = false;
    stream->context = false;
    stream->stop = false;
    stream->retried = false;
    lwnvme_operation_start(controller, &stream->operation, lwnvme_log_stream_step, 0);
    stream->deadline_us = stream->operation.deadline_us;
    stream->operation.deadline_us = UINT64_MAX;
}

static int lwnvme_telemetry_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                  uint8_t lid, uint32_t area, bool create)
{
    int status = lwnvme_log_stream_check(controller, stream, lid);

    if (status != LWNVME_OK)
        return status;
    if (area == 0 || area > 4u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (area == 4u && (controller->info.lpa & LWNVME_LPA_TELEMETRY_DATA_AREA_4) == 0)
        return LWNVME_ERR_NO_TELEMETRY;
    stream->area = (uint8_t)area;
    stream->create = create;
    lwnvme_log_stream_start(controller, stream, lid);
    return LWNVME_OK;
}

int lwnvme_telemetry_host_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                uint32_t area, bool create)
{
    return lwnvme_telemetry_begin(controller, stream, LWNVME_LOG_TELEMETRY_HOST, area, create);
}

int lwnvme_telemetry_controller_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                      uint32_t area)
{
    return lwnvme_telemetry_begin(controller, stream, LWNVME_LOG_TELEMETRY_CONTROLLER, area, false);
}

int lwnvme_persistent_event_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream)
{
    int status = lwnvme_log_stream_check(controller, stream, LWNVME_LOG_PERSISTENT_EVENT);

    if (status != LWNVME_OK)
        return status;
    stream->area = 0;
    stream->create = false;
    lwnvme_log_stream_start(controller, stream, LWNVME_LOG_PERSISTENT_EVENT);
    return LWNVME_OK;
}

int lwnvme_log_stream_cancel(struct lwnvme_log_stream *stream)
{
    if (stream == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!lwnvme_operation_active(&stream->operation))
        return LWNVME_ERR_WRONG_STATE;
    stream->stop = true;
    return LWNVME_OK;
}

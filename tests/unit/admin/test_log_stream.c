/* SPDX-License-Identifier: MIT */
/*
 * Streams of long log pages: which commands they are made of, what reaches the callback, and every way in which they end.
 * The device is the test: a telemetry log or a persistent event log in memory.
 */
#include "../log_player.h"

#define TOTAL (512u * 41)

static struct log_player player;
static uint8_t page[TOTAL + 4096];
static uint8_t got[TOTAL + 4096];
static uint8_t buffer[8192];
static struct lwnvme_log_stream stream;
static uint32_t pieces;
static uint32_t restarts;
static uint32_t ends;
static uint64_t expected_offset;
static uint32_t stop_after; /* pieces; 0: never */
static bool cancel_in_piece;
static bool wait_in_piece;
static bool context_open;
static bool context_may_stay;
static uint32_t establishes;
static uint32_t releases;

static bool take_piece(struct lwnvme_log_stream *self, const void *data, uint64_t offset, uint32_t length)
{
    assert_ptr_equal(self, &stream);
    if (offset == 0)
        expected_offset = 0;
    assert_true(offset == expected_offset);
    assert_true(length != 0 && length <= stream.buffer_bytes);
    assert_true(offset + length <= stream.total_bytes);
    assert_true(offset + length == stream.done_bytes);
    memcpy(got + offset, data, length);
    expected_offset += length;
    pieces++;
    if (wait_in_piece) {
        static uint8_t other[4096];
        assert_int_equal(lwnvme_sync_identify(player.bench.controller, LWNVME_CNS_CONTROLLER, 0, other), 0);
        assert_int_equal(lwnvme_sync_operation(&stream.operation), LWNVME_ERR_IN_CALLBACK);
    }
    if (cancel_in_piece)
        assert_int_equal(lwnvme_log_stream_cancel(self), 0);
    return pieces != stop_after;
}

static void note_restart(struct lwnvme_log_stream *self)
{
    assert_ptr_equal(self, &stream);
    restarts++;
}

static void note_end(struct lwnvme_operation *operation)
{
    assert_ptr_equal(operation, &stream.operation);
    assert_false(context_open && !context_may_stay);
    ends++;
}

/* Keeps count of contexts, as a controller does. */
static uint16_t keep_context(struct log_player *self, const uint32_t command[16])
{
    uint32_t action = command[10] >> 8 & 3;
    (void)self;
    if ((command[10] & 0xff) != 0x0d)
        return 0;
    if (action == 1) {
        establishes++;
        if (context_open)
            return 0x00c; /* Command Sequence Error */
        context_open = true;
    } else if (action == 2) {
        releases++;
        context_open = false;
    } else if (!context_open) {
        return 0x00c;
    }
    return 0;
}

static void fresh(void)
{
    memset(&stream, 0, sizeof(stream));
    memset(got, 0xcc, sizeof(got));
    stream.operation.done = note_end;
    stream.piece = take_piece;
    stream.restart = note_restart;
    stream.buffer = buffer;
    stream.buffer_bytes = sizeof(buffer);
    pieces = 0;
    restarts = 0;
    ends = 0;
    stop_after = 0;
    cancel_in_piece = false;
    wait_in_piece = false;
    context_may_stay = false;
    establishes = 0;
    releases = 0;
    player.count = 0;
}

static void start_with(uint8_t lpa)
{
    log_player_prepare(&player);
    log_player_identify_set(&player, 261, lpa, 1);
    log_player_start(&player);
    for (size_t i = 0; i < sizeof(page); i++)
        page[i] = (uint8_t)(i * 5 + (i >> 9));
    player.page = page;
    player.page_bytes = TOTAL;
    player.answer = keep_context;
    context_open = false;
    fresh();
}

static void start(void)
{
    start_with(0x7f);
}

/* Last blocks of the data areas: 10, 20, 30, 40. */
static void put_telemetry(uint8_t lid)
{
    memset(page, 0, 512);
    page[0] = lid;
    log_player_put(page + 8, 10, 2);
    log_player_put(page + 10, 20, 2);
    log_player_put(page + 12, 30, 2);
    log_player_put(page + 16, 40, 4);
    page[381] = 0x11; /* host-initiated generation */
    page[382] = 1;
    page[383] = 0x22; /* controller-initiated generation */
}

static void put_events(uint64_t total)
{
    memset(page, 0, 512);
    page[0] = 0x0d;
    log_player_put(page + 4, 7, 4);
    log_player_put(page + 8, total, 8);
    log_player_put(page + 18, 492, 2);
    log_player_put(page + 372, 0x1234, 2);
}

static int host(uint32_t area, bool create)
{
    return lwnvme_telemetry_host_begin(player.bench.controller, &stream, area, create);
}

static int controller(uint32_t area)
{
    return lwnvme_telemetry_controller_begin(player.bench.controller, &stream, area);
}

static int events(void)
{
    return lwnvme_persistent_event_begin(player.bench.controller, &stream);
}

static int finish(int accepted)
{
    assert_int_equal(accepted, 0);
    int status = lwnvme_sync_operation(&stream.operation);
    assert_int_equal(ends, 1);
    assert_false(lwnvme_operation_active(&stream.operation));
    return status;
}

static void host_telemetry_is_created_and_delivered(void **state)
{
    (void)state;
    start();
    put_telemetry(7);
    for (uint32_t area = 1; area <= 4; area++) {
        uint32_t length = 512 * (area * 10 + 1);
        fresh();
        assert_int_equal(finish(host(area, true)), 0);
        assert_int_equal(stream.total_bytes, length);
        assert_int_equal(stream.done_bytes, length);
        assert_int_equal(stream.operation.progress_percent, 100);
        assert_true(stream.available);
        assert_memory_equal(got, page, length);
        assert_int_equal(got[length], 0xcc);
        for (uint32_t i = 0; i < player.count; i++) {
            assert_int_equal(log_player_lid(&player, i), 7);
            assert_int_equal(log_player_lsp(&player, i), i == 0 ? 1 : 0); /* created once */
            assert_int_equal(log_player_bytes(&player, i) % 512, 0);      /* whole blocks only */
            assert_int_equal(log_player_offset(&player, i) % 512, 0);
        }
        /* The generation is looked at once more. */
        assert_int_equal(log_player_offset(&player, player.count - 1), 0);
        assert_int_equal(log_player_bytes(&player, player.count - 1), 512);
    }
    fresh();
    assert_int_equal(finish(host(1, false)), 0);
    assert_int_equal(log_player_lsp(&player, 0), 0);
    log_player_end(&player);
}

static void pieces_are_as_large_as_the_buffer(void **state)
{
    (void)state;
    start();
    put_telemetry(7);
    stream.buffer_bytes = 512;
    assert_int_equal(finish(host(1, false)), 0);
    assert_int_equal(pieces, 11);
    fresh();
    stream.buffer_bytes = 8192;
    assert_int_equal(finish(host(4, false)), 0);
    assert_int_equal(pieces, 1 + 3); /* 512, 8192, 8192, 4096 */
    log_player_end(&player);
}

static void controller_telemetry_is_let_go_at_the_end_alone(void **state)
{
    (void)state;
    start();
    put_telemetry(8);
    assert_int_equal(finish(controller(3)), 0);
    assert_int_equal(stream.total_bytes, 512 * 31);
    assert_memory_equal(got, page, 512 * 31);
    for (uint32_t i = 0; i < player.count; i++) {
        assert_int_equal(log_player_lid(&player, i), 8);
        assert_int_equal(log_player_rae(&player, i), i + 1 != player.count);
    }
    fresh();
    stream.retain_event = true;
    assert_int_equal(finish(controller(3)), 0);
    for (uint32_t i = 0; i < player.count; i++)
        assert_int_equal(log_player_rae(&player, i), 1);
    log_player_end(&player);
}

/* Who keeps the pieces on a drive waits for that. */
static void a_piece_may_be_waited_with(void **state)
{
    (void)state;
    start();
    put_telemetry(7);
    wait_in_piece = true;
    lwnvme_sim_settings(player.bench.sim)->admin_latency_us = 100;
    assert_int_equal(finish(host(3, true)), 0);
    assert_memory_equal(got, page, 512 * 31);
    assert_int_equal(stream.total_bytes, 512 * 31);
    log_player_end(&player);
}

static void without_data_only_the_header_comes(void **state)
{
    (void)state;
    start();
    put_telemetry(8);
    page[382] = 0;
    assert_int_equal(finish(controller(3)), 0);
    assert_false(stream.available);
    assert_int_equal(stream.total_bytes, 512);
    assert_int_equal(pieces, 1);
    log_player_end(&player);
}

static void fault_057_huge_telemetry_is_bounded(void **state)
{
    (void)state;
    start();
    put_telemetry(7);
    log_player_put(page + 16, 0xffffffff, 4);
    assert_int_equal(finish(host(4, false)), LWNVME_ERR_LOG_LENGTH);
    assert_true(stream.total_bytes == (UINT64_C(1) << 32) * 512);
    assert_int_equal(pieces, 0);
    assert_int_equal(player.count, 1);
    fresh();
    stream.max_bytes = 512 * 11 - 1;
    assert_int_equal(finish(host(1, false)), LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(stream.total_bytes, 512 * 11);
    fresh();
    stream.max_bytes = 512 * 11;
    assert_int_equal(finish(host(1, false)), 0);
    log_player_end(&player);
}

static void a_header_that_makes_no_sense(void **state)
{
    (void)state;
    start();
    put_telemetry(7);
    page[0] = 8;
    assert_int_equal(finish(host(1, false)), LWNVME_ERR_LOG_DATA);
    put_telemetry(7);
    log_player_put(page + 10, 9, 2); /* area 2 ends before area 1 */
    fresh();
    assert_int_equal(finish(host(2, false)), LWNVME_ERR_LOG_DATA);
    fresh();
    assert_int_equal(finish(host(1, false)), 0); /* area 2 was not asked for */
    log_player_put(page + 10, 0, 2);             /* area 2 is empty */
    fresh();
    assert_int_equal(finish(host(3, false)), 0);
    assert_int_equal(stream.total_bytes, 512 * 31);
    fresh();
    assert_int_equal(finish(host(2, false)), 0);
    assert_int_equal(stream.total_bytes, 512 * 11);
    log_player_end(&player);
}

static uint32_t changes_left;

/* The generation goes up when the first data have been read. */
static uint16_t change_generation(struct log_player *self, const uint32_t command[16])
{
    uint16_t status = keep_context(self, command);
    uint32_t lid = command[10] & 0xff;
    if (status == 0 && command[12] == 512 && changes_left != 0) {
        changes_left--;
        page[lid == 7 ? 381 : lid == 8 ? 383 : 372]++;
        page[1000]++;
    }
    return status;
}

static void fault_164_telemetry_begins_again_when_its_generation_changes(void **state)
{
    (void)state;
    start();
    player.answer = change_generation;
    for (uint8_t lid = 7; lid <= 8; lid++) {
        put_telemetry(lid);
        fresh();
        stream.buffer_bytes = 8192;
        changes_left = 3;
        assert_int_equal(finish(lid == 7 ? host(1, true) : controller(1)), 0);
        assert_int_equal(stream.restarts, 3);
        assert_int_equal(restarts, 3);
        assert_memory_equal(got, page, 512 * 11);
        uint32_t created = 0;
        uint32_t acknowledged = 0;
        for (uint32_t i = 0; i < player.count; i++) {
            created += log_player_lsp(&player, i);
            acknowledged += 1 - log_player_rae(&player, i);
        }
        assert_int_equal(created, lid == 7 ? 1 : 0); /* what changed it is not asked for again */
        assert_int_equal(acknowledged, lid == 7 ? 0 : 1);
    }
    log_player_end(&player);
}

static void fault_164_a_log_that_never_rests_is_given_up(void **state)
{
    (void)state;
    start();
    player.answer = change_generation;
    put_telemetry(7);
    changes_left = UINT32_MAX;
    assert_int_equal(finish(host(1, false)), LWNVME_ERR_LOG_CHANGED);
    assert_int_equal(stream.restarts, LWNVME_LOG_STREAM_RESTARTS);
    put_events(TOTAL);
    fresh();
    changes_left = UINT32_MAX;
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_CHANGED);
    assert_int_equal(restarts, LWNVME_LOG_STREAM_RESTARTS);
    assert_false(context_open);
    changes_left = 0;
    log_player_end(&player);
}

static void events_are_read_within_one_context(void **state)
{
    (void)state;
    start();
    put_events(TOTAL - 6); /* not a multiple of 4 */
    assert_int_equal(finish(events()), 0);
    assert_int_equal(stream.total_bytes, TOTAL - 6);
    assert_memory_equal(got, page, TOTAL - 6);
    assert_int_equal(got[TOTAL - 6], 0xcc);
    assert_int_equal(establishes, 1);
    assert_int_equal(releases, 1);
    assert_false(context_open);
    assert_int_equal(log_player_lsp(&player, 0), 1);
    assert_int_equal(log_player_bytes(&player, 0), 512);
    for (uint32_t i = 1; i + 1 < player.count; i++)
        assert_int_equal(log_player_lsp(&player, i), 0);
    assert_int_equal(log_player_lsp(&player, player.count - 1), 2);
    log_player_end(&player);
}

static void a_context_left_over_is_released_first(void **state)
{
    (void)state;
    start();
    put_events(2048);
    context_open = true;
    assert_int_equal(finish(events()), 0);
    assert_int_equal(establishes, 2);
    assert_int_equal(releases, 2);
    assert_int_equal(restarts, 0);
    assert_memory_equal(got, page, 2048);
    log_player_end(&player);
}

static uint32_t fail_at;
static uint16_t fail_status;

static uint16_t fail_one(struct log_player *self, const uint32_t command[16])
{
    if (self->count == fail_at)
        return fail_status;
    return keep_context(self, command);
}

/* Whichever command fails, the context goes back. */
static void the_context_is_released_whatever_fails(void **state)
{
    (void)state;
    start();
    player.answer = fail_one;
    fail_status = 0x006;
    fail_at = UINT32_MAX;
    put_events(TOTAL);
    assert_int_equal(finish(events()), 0);
    uint32_t all = player.count;
    for (fail_at = 1; fail_at <= all; fail_at++) {
        context_open = false;
        fresh();
        context_may_stay = fail_at == all;
        int status = finish(events());
        assert_int_equal(status, fail_at == all ? 0 : 0x006); /* a failing release is not the stream's */
        if (fail_at != all)
            assert_false(context_open);
        assert_int_equal(log_player_lsp(&player, player.count - 1), 2);
    }
    log_player_end(&player);
}

/* A context that has vanished counts as a change. */
static void a_lost_context_is_taken_anew(void **state)
{
    (void)state;
    start();
    player.answer = fail_one;
    fail_status = 0x00c;
    fail_at = 5;
    put_events(TOTAL);
    context_open = true; /* one is left over, and after the failure there is one again */
    assert_int_equal(finish(events()), 0);
    assert_int_equal(stream.restarts, 1);
    assert_int_equal(establishes, 4);
    assert_int_equal(releases, 3);
    assert_memory_equal(got, page, TOTAL);
    assert_false(context_open);
    log_player_end(&player);
}

static void event_headers_that_make_no_sense(void **state)
{
    (void)state;
    start();
    put_events(511);
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_DATA);
    assert_false(context_open);
    put_events(TOTAL);
    page[0] = 7;
    fresh();
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_DATA);
    put_events(TOTAL);
    log_player_put(page + 4, 0x10000, 4); /* more events than fit */
    fresh();
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_DATA);
    put_events(600);
    log_player_put(page + 18, 581, 2); /* a header longer than the log */
    fresh();
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_DATA);
    put_events(UINT64_MAX);
    fresh();
    assert_int_equal(finish(events()), LWNVME_ERR_LOG_LENGTH);
    assert_true(stream.total_bytes == UINT64_MAX);
    assert_int_equal(releases, 1);
    assert_int_equal(pieces, 0);
    log_player_end(&player);
}

static void the_callback_and_the_owner_may_stop_it(void **state)
{
    (void)state;
    start();
    put_events(TOTAL);
    stream.buffer_bytes = 512;
    stop_after = 5;
    assert_int_equal(finish(events()), LWNVME_ERR_CANCELLED);
    assert_int_equal(pieces, 5);
    assert_int_equal(releases, 1);
    fresh();
    cancel_in_piece = true;
    assert_int_equal(finish(events()), LWNVME_ERR_CANCELLED);
    assert_int_equal(pieces, 1);
    assert_int_equal(releases, 1);
    assert_int_equal(player.count, 2);
    for (uint32_t polls = 0; polls < 12; polls++) {
        fresh();
        stream.buffer_bytes = 512;
        assert_int_equal(events(), 0);
        for (uint32_t i = 0; i < polls; i++)
            (void)lwnvme_operation_step(&stream.operation);
        assert_int_equal(lwnvme_log_stream_cancel(&stream), 0);
        assert_int_equal(finish(0), LWNVME_ERR_CANCELLED);
        assert_false(context_open);
    }
    assert_int_equal(lwnvme_log_stream_cancel(&stream), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_log_stream_cancel(NULL), LWNVME_ERR_NULL_ARGUMENT);
    put_telemetry(8);
    fresh();
    stop_after = 1;
    assert_int_equal(finish(controller(1)), LWNVME_ERR_CANCELLED);
    for (uint32_t i = 0; i < player.count; i++)
        assert_int_equal(log_player_rae(&player, i), 1); /* nothing is let go */
    log_player_end(&player);
}

static uint16_t take_long(struct log_player *self, const uint32_t command[16])
{
    lwnvme_sim_settings(self->bench.sim)->admin_latency_us = 300000;
    return keep_context(self, command);
}

static void a_deadline_releases_too(void **state)
{
    (void)state;
    start();
    put_events(TOTAL);
    player.answer = take_long;
    stream.operation.timeout_ms = 1000;
    stream.buffer_bytes = 512;
    assert_int_equal(finish(events()), LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(releases, 1);
    assert_false(context_open);
    assert_true(pieces != 0 && pieces < 10);
    log_player_end(&player);
}

/* All has been delivered, and the controller may have let go of it: it cannot be had again. */
static void a_reset_of_the_acknowledgement_loses_nothing(void **state)
{
    (void)state;
    start();
    put_telemetry(8);
    lwnvme_sim_settings(player.bench.sim)->admin_latency_us = 5000;
    assert_int_equal(controller(2), 0);
    while (player.count == 0 || log_player_rae(&player, player.count - 1) != 0) {
        (void)lwnvme_operation_step(&stream.operation);
        lwnvme_sim_advance(player.bench.sim, 100);
    }
    page[382] = 0; /* given up */
    player.is_pending = false;
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    assert_int_equal(lwnvme_sync_operation(&stream.operation), 0);
    assert_int_equal(restarts, 0);
    assert_true(stream.available);
    assert_true(stream.done_bytes == 512 * 21);
    assert_int_equal(ends, 1);
    log_player_end(&player);
}

static void a_reset_in_between_begins_again(void **state)
{
    (void)state;
    start();
    put_events(TOTAL);
    stream.buffer_bytes = 512;
    assert_int_equal(events(), 0);
    for (uint32_t i = 0; i < 4; i++)
        (void)lwnvme_operation_step(&stream.operation);
    context_open = false; /* a controller forgets it */
    player.is_pending = false;
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    assert_int_equal(finish(0), 0);
    assert_true(stream.restarts >= 1);
    assert_memory_equal(got, page, TOTAL);
    log_player_end(&player);
}

static void a_close_ends_it(void **state)
{
    (void)state;
    start();
    put_events(TOTAL);
    assert_int_equal(events(), 0);
    for (uint32_t i = 0; i < 3; i++)
        (void)lwnvme_operation_step(&stream.operation);
    context_may_stay = true; /* a controller forgets it */
    assert_int_equal(lwnvme_sync_controller_close(player.bench.controller), 0);
    assert_int_equal(ends, 1);
    assert_int_equal(stream.operation.status, LWNVME_ERR_ABORTED);
    log_player_end(&player);
}

static void what_is_refused(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    start();
    put_telemetry(7);
    assert_int_equal(lwnvme_telemetry_host_begin(NULL, &stream, 1, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_telemetry_host_begin(&closed, &stream, 1, false), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_telemetry_host_begin(player.bench.controller, NULL, 1, false),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(host(0, false), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(host(5, false), LWNVME_ERR_INVALID_ARGUMENT);
    stream.buffer_bytes = 511;
    assert_int_equal(host(1, false), LWNVME_ERR_INVALID_ARGUMENT);
    stream.buffer_bytes = 0;
    assert_int_equal(events(), LWNVME_ERR_INVALID_ARGUMENT);
    stream.buffer_bytes = 1000;
    assert_int_equal(controller(1), LWNVME_ERR_INVALID_ARGUMENT);
    stream.buffer_bytes = 512;
    stream.piece = NULL;
    assert_int_equal(host(1, false), LWNVME_ERR_NULL_ARGUMENT);
    stream.piece = take_piece;
    stream.buffer = NULL;
    assert_int_equal(events(), LWNVME_ERR_NULL_ARGUMENT);
    stream.buffer = buffer;
    assert_int_equal(player.count, 0);
    assert_int_equal(host(1, false), 0);
    assert_int_equal(host(1, false), LWNVME_ERR_BUSY);
    assert_int_equal(events(), LWNVME_ERR_BUSY);
    assert_int_equal(finish(0), 0);
    log_player_end(&player);

    start_with(0x3f); /* no data area 4 */
    assert_int_equal(host(4, false), LWNVME_ERR_NO_TELEMETRY);
    log_player_end(&player);
    start_with(0x04);
    assert_int_equal(host(1, false), LWNVME_ERR_NO_TELEMETRY);
    assert_int_equal(controller(1), LWNVME_ERR_NO_TELEMETRY);
    assert_int_equal(events(), LWNVME_ERR_NO_PERSISTENT_EVENT);
    log_player_end(&player);
    start_with(0x18); /* no offsets */
    assert_int_equal(host(1, false), LWNVME_ERR_NO_LOG_OFFSET);
    assert_int_equal(events(), LWNVME_ERR_NO_LOG_OFFSET);
    log_player_end(&player);
    assert_int_equal(ends, 0);
}

static bool stop_and_spoil(struct lwnvme_log_stream *self, const void *data, uint64_t offset, uint32_t length)
{
    (void)take_piece(self, data, offset, length);
    stream.operation.request.flags = 0x4000; /* no such flag */
    return false;
}

/* A release that cannot be sent is no reason not to end, nor to say anything but why it ended. */
static void a_release_that_cannot_be_sent(void **state)
{
    (void)state;
    start();
    put_events(TOTAL);
    stream.piece = stop_and_spoil;
    context_may_stay = true;
    assert_int_equal(finish(events()), LWNVME_ERR_CANCELLED);
    assert_int_equal(pieces, 1);
    assert_int_equal(releases, 0);
    stream.operation.request.flags = 0;
    log_player_end(&player);
}

static uint32_t percent_seen;

static bool look_at_percent(struct lwnvme_log_stream *self, const void *data, uint64_t offset,
                            uint32_t length)
{
    (void)data;
    (void)offset;
    (void)length;
    percent_seen = self->operation.progress_percent;
    return ++pieces < 2;
}

/* Of a log of hundreds of megabytes as well. */
static void progress_of_a_long_log(void **state)
{
    static uint8_t large[1u << 17];
    (void)state;
    start();
    put_events(UINT64_C(1) << 34);
    stream.piece = look_at_percent;
    stream.max_bytes = UINT64_C(1) << 40;
    stream.buffer = large;
    stream.buffer_bytes = 4096;
    assert_int_equal(finish(events()), LWNVME_ERR_CANCELLED);
    assert_int_equal(percent_seen, 0);
    log_player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_telemetry_is_created_and_delivered),
        cmocka_unit_test(pieces_are_as_large_as_the_buffer),
        cmocka_unit_test(controller_telemetry_is_let_go_at_the_end_alone),
        cmocka_unit_test(a_piece_may_be_waited_with),
        cmocka_unit_test(without_data_only_the_header_comes),
        cmocka_unit_test(fault_057_huge_telemetry_is_bounded),
        cmocka_unit_test(a_header_that_makes_no_sense),
        cmocka_unit_test(fault_164_telemetry_begins_again_when_its_generation_changes),
        cmocka_unit_test(fault_164_a_log_that_never_rests_is_given_up),
        cmocka_unit_test(events_are_read_within_one_context),
        cmocka_unit_test(a_context_left_over_is_released_first),
        cmocka_unit_test(the_context_is_released_whatever_fails),
        cmocka_unit_test(a_lost_context_is_taken_anew),
        cmocka_unit_test(event_headers_that_make_no_sense),
        cmocka_unit_test(the_callback_and_the_owner_may_stop_it),
        cmocka_unit_test(a_deadline_releases_too),
        cmocka_unit_test(a_reset_of_the_acknowledgement_loses_nothing),
        cmocka_unit_test(a_reset_in_between_begins_again),
        cmocka_unit_test(a_close_ends_it),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(a_release_that_cannot_be_sent),
        cmocka_unit_test(progress_of_a_long_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The shell's long log pages, that come in a stream: telemetry and the persistent event log. */
#include "shell_private.h"

#include "sha256.h"

#define STREAM_BUFFER_BYTES 16384u
#define STREAM_SHOWN_BYTES  65536u /* of the persistent event log, in words */

struct log_sink {
    struct lwnvme_log_stream stream; /* first */
    struct sha256 hash;
    uint64_t hashed;
    uint8_t *kept; /* the first STREAM_SHOWN_BYTES; NULL: only the hash is wanted */
    size_t kept_bytes;
};

static struct log_sink log_sink;
static struct shell_show log_show;

/* A stream that is restarted begins again at offset 0, and so does its hash. */
static bool log_piece(struct lwnvme_log_stream *stream, const void *data, uint64_t offset_bytes,
                      uint32_t length_bytes)
{
    struct log_sink *const sink = (struct log_sink *)stream;
    const uint8_t *const bytes = data;

    if (offset_bytes == 0) {
        sha256_begin(&sink->hash);
        sink->hashed = 0;
        sink->kept_bytes = 0;
    }
    sha256_add(&sink->hash, bytes, length_bytes);
    sink->hashed += length_bytes;
    for (uint32_t i = 0; sink->kept != NULL && i < length_bytes && sink->kept_bytes < STREAM_SHOWN_BYTES;
         i++) {
        sink->kept[sink->kept_bytes] = bytes[i];
        sink->kept_bytes++;
    }
    return true;
}

/* false: no memory, and a line said so. */
static bool log_prepare(bool keep)
{
    log_sink = (struct log_sink){0};
    log_sink.stream.piece = log_piece;
    log_sink.stream.buffer_bytes = STREAM_BUFFER_BYTES;
    log_sink.stream.buffer = shell_memory(STREAM_BUFFER_BYTES);
    sha256_begin(&log_sink.hash);
    if (log_sink.stream.buffer == NULL) {
        return false;
    }
    if (keep) {
        log_sink.kept = shell_memory(STREAM_SHOWN_BYTES);
        if (log_sink.kept == NULL) {
            platform_free(log_sink.stream.buffer, STREAM_BUFFER_BYTES);
            return false;
        }
    }
    return true;
}

static void log_release(void)
{
    platform_free(log_sink.stream.buffer, STREAM_BUFFER_BYTES);
    if (log_sink.kept != NULL) {
        platform_free(log_sink.kept, STREAM_SHOWN_BYTES);
    }
}

static int log_follow(struct shell *shell, const char *what, int status)
{
    char text[SHA256_TEXT_BYTES];

    if (status != 0) {
        return status;
    }
    /* With --json nothing but the JSON is printed. */
    status = shell->json ? lwnvme_sync_operation(&log_sink.stream.operation)
                         : shell_follow(shell, what, &log_sink.stream.operation);
    if (status == 0 && !shell->json) {
        sha256_end(&log_sink.hash, text);
        text_print("  %" TEXT_64 "u bytes, sha256 %s\n", log_sink.hashed, text);
        if (log_sink.stream.restarts != 0) {
            text_print("  it changed while it was read: begun again %u times\n", log_sink.stream.restarts);
        }
    }
    return status;
}

/* telemetry host|controller [area=N] [create=0] */
static void log_telemetry(struct shell *shell)
{
    const bool host = shell->word_count < 2 || !text_equal(shell->words[1], "controller");
    uint32_t area;
    uint32_t create;
    int status;

    if (!shell_option_number(shell, "area", 3, 4, &area) ||
        !shell_option_number(shell, "create", 1, 1, &create) || !log_prepare(false)) {
        return;
    }
    log_sink.stream.retain_event = true;
    status = host
                 ? lwnvme_telemetry_host_begin(&shell->drive->controller, &log_sink.stream, area, create != 0)
                 : lwnvme_telemetry_controller_begin(&shell->drive->controller, &log_sink.stream, area);
    status = log_follow(shell, "telemetry", status);
    if (status == 0 && !host && !log_sink.stream.available) {
        text_print("  the controller has captured nothing\n");
    }
    log_release();
    shell_result(shell, "telemetry", status);
}

static void log_persistent(struct shell *shell)
{
    int status;

    if (!log_prepare(true)) {
        return;
    }
    status = lwnvme_persistent_event_begin(&shell->drive->controller, &log_sink.stream);
    status = log_follow(shell, "persistent-events", status);
    if (status == 0) {
        lwnvme_describe_persistent_event_log(shell_show_start(shell, &log_show), log_sink.kept,
                                             log_sink.kept_bytes);
        shell_show_end(&log_show);
    } else {
        shell_result(shell, "persistent-events", status);
    }
    log_release();
}

const struct shell_command shell_stream_commands[] = {
    {"telemetry", "[host|controller] [area=] [create=0]", "reads telemetry to its end and prints its hash",
     false, log_telemetry},
    {"persistent-events", "[--json]", "the persistent event log", false, log_persistent},
    {NULL, NULL, NULL, false, NULL},
};

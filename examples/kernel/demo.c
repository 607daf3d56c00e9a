/* SPDX-License-Identifier: MIT */
/*
 * The demo: a drive is brought up, looked at, read as a whole, and, where it is allowed, written, checked,
 * zeroed and trimmed; then shut down. Everything that goes wrong is printed where it happens; the first
 * failure is repeated in the last line and decides the result.
 */
#include "demo.h"

#include "bench.h"
#include "neighbour.h"
#include "parallel.h"
#include "pulled.h"
#include "pattern.h"
#include "sha256.h"
#include "shell.h"
#include "stream.h"
#include "text.h"
#include "trouble.h"

#define DEMO_QUARTERS 4u

struct demo {
    struct drive drive;
    struct options options;
    uint32_t failures;
    char why[160];
};

static struct demo demo_state;

/* The first failure is kept for the last line. */
static void demo_fail(struct demo *demo, const char *what, int status)
{
    text_print("  FAILED: %s", what);
    if (status != 0) {
        text_print(": ");
        text_print_status(status);
    }
    text_print("\n");
    if (demo->failures == 0) {
        text_format(demo->why, sizeof(demo->why), "%s%s%s", what, status != 0 ? ": " : "",
                    status != 0 ? lwnvme_status_string(status) : "");
    }
    demo->failures++;
}

static void demo_take_hash(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes)
{
    (void)lba;
    sha256_add(context, data, block_bytes);
}

void demo_stream_end(const struct stream *stream, const char *verb)
{
    text_print("  %s ", verb);
    text_print_size(stream->bytes_done);
    text_print(" in %" TEXT_64 "u ms, ", stream->elapsed_us / 1000u);
    text_print_rate(stream->bytes_done, stream->elapsed_us);
    if (stream->data_us != 0) {
        text_print("; %" TEXT_64 "u ms of it went into the data", stream->data_us / 1000u);
    }
    text_print("\n");
}

int demo_hash(struct drive *drive, const struct lwnvme_namespace *ns, uint64_t lba, uint64_t block_count)
{
    struct sha256 hash;
    char text[SHA256_TEXT_BYTES];
    struct stream stream = {.kind = STREAM_READ,
                            .drive = drive,
                            .ns = ns,
                            .lba = lba,
                            .block_count = block_count,
                            .progress = "read",
                            .block = demo_take_hash,
                            .context = &hash};

    sha256_begin(&hash);
    stream_run(&stream);
    demo_stream_end(&stream, "read and hashed");
    if (stream.status != 0) {
        text_print("  no hash: %" TEXT_64 "u blocks could not be read, the first is %" TEXT_64 "u\n",
                   stream.failed_blocks, stream.failed_lba);
        return stream.status;
    }
    sha256_end(&hash, text);
    text_print("  namespace %u sha256 %s\n", ns->nsid, text);
    return 0;
}

static void demo_read_namespace(struct demo *demo, const struct lwnvme_namespace *ns)
{
    const uint64_t limit = ((uint64_t)demo->options.read_mib << 20) / ns->block_bytes;
    const uint64_t blocks = limit != 0 && limit < ns->block_count ? limit : ns->block_count;
    int status;

    text_print("reading namespace %u: %s %" TEXT_64 "u blocks, %u requests of up to ", ns->nsid,
               blocks == ns->block_count ? "all" : "the first", blocks, STREAM_DEPTH);
    text_print_size(STREAM_CHUNK_BYTES);
    text_print(" in flight\n");
    status = demo_hash(&demo->drive, ns, 0, blocks);
    if (status != 0) {
        demo_fail(demo, "reading", status);
    }
}

static void demo_read_all(struct demo *demo)
{
    for (uint32_t i = 0; i < demo->drive.ns_count; i++) {
        if (demo->drive.ns[i].status == 0) {
            demo_read_namespace(demo, &demo->drive.ns[i]);
        }
    }
}

static void demo_bench(struct demo *demo)
{
    static const uint32_t depths[] = {1, 32};

    if (demo->options.bench_ms == 0 || demo->drive.current == NULL) {
        return;
    }
    text_print("random reads on namespace %u\n", demo->drive.current->nsid);
    for (uint32_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        struct bench_result result;
        const int status =
            bench_measure(&demo->drive, demo->drive.current, depths[i], demo->options.bench_ms, &result);

        if (status != 0) {
            demo_fail(demo, "random reads", status);
            return;
        }
        bench_print(&result);
    }
}

void demo_fill_pattern(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes)
{
    const struct demo_content *content = context;

    if (content->zeros) {
        for (uint32_t i = 0; i < block_bytes; i++) {
            data[i] = 0;
        }
        return;
    }
    pattern_fill(data, block_bytes, content->seed, lba);
}

void demo_check_content(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes)
{
    struct demo_content *content = context;
    uint32_t difference = 0;
    const bool equal = content->zeros ? pattern_all_zeros(data, block_bytes, &difference)
                                      : pattern_matches(data, block_bytes, content->seed, lba, &difference);

    if (!equal) {
        if (content->different_blocks == 0) {
            content->first_lba = lba;
            content->first_byte = difference;
        }
        content->different_blocks++;
    }
}

/* One step on a part of the region with the stream; true: it went well. */
static bool demo_step(struct demo *demo, enum stream_kind kind, const struct demo_range *range, bool zeros,
                      uint32_t flags)
{
    static const char *const verbs[] = {"read back and compared", "written", "compared by the controller"};
    struct demo_content content = {.seed = demo->options.seed, .zeros = zeros};
    struct stream stream = {.kind = kind,
                            .drive = &demo->drive,
                            .ns = demo->drive.current,
                            .lba = range->lba,
                            .block_count = range->block_count,
                            .flags = flags,
                            .block = kind == STREAM_READ ? demo_check_content : demo_fill_pattern,
                            .context = &content};

    stream_run(&stream);
    demo_stream_end(&stream, verbs[kind]);
    if (stream.status != 0) {
        demo_fail(demo, verbs[kind], stream.status);
        return false;
    }
    if (content.different_blocks != 0) {
        text_print("  %" TEXT_64 "u blocks differ, first block %" TEXT_64 "u at byte %u\n",
                   content.different_blocks, content.first_lba, content.first_byte);
        demo_fail(demo, "what was read back is not what was written", 0);
        return false;
    }
    return true;
}

/* A command that may be missing. true: it was carried out. */
static bool demo_optional(struct demo *demo, const char *what, int status)
{
    if (status == LWNVME_ERR_PROTECTION_BUFFER || status == LWNVME_ERR_NO_COMPARE ||
        status == LWNVME_ERR_NO_WRITE_ZEROES || status == LWNVME_ERR_NO_DATASET_MANAGEMENT ||
        status == LWNVME_ERR_NO_VERIFY) {
        text_print("  %s skipped: %s\n", what, lwnvme_status_string(status));
        return false;
    }
    if (status != 0) {
        demo_fail(demo, what, status);
        return false;
    }
    text_print("  %s: done\n", what);
    return true;
}

static void demo_write_pattern(struct demo *demo, const struct demo_range *region,
                               const struct demo_range *last)
{
    int status;

    text_print("writing the pattern with seed %u to %" TEXT_64 "u blocks from LBA %" TEXT_64 "u\n",
               demo->options.seed, region->block_count, region->lba);
    text_print("  %s\n", PATTERN_TEXT);
    if (!demo_step(demo, STREAM_WRITE, region, false, 0)) {
        return;
    }
    status = lwnvme_sync_flush(&demo->drive.queue, demo->drive.current);
    if (status != 0) {
        demo_fail(demo, "flush", status);
        return;
    }
    text_print("  flush: done\n");
    (void)demo_step(demo, STREAM_READ, region, false, 0);
    text_print("writing the last quarter again with force unit access\n");
    if (demo_step(demo, STREAM_WRITE, last, false, LWNVME_REQUEST_FUA)) {
        (void)demo_step(demo, STREAM_READ, last, false, 0);
    }
}

/* A single block compared with what it does not hold must end in Compare Failure. */
static void demo_compare_wrong(struct demo *demo, const struct demo_range *range)
{
    struct demo_content content = {.seed = demo->options.seed + 1u};
    uint8_t *block = platform_alloc(demo->drive.current->block_bytes);
    int status;

    if (block == NULL) {
        demo_fail(demo, "no memory", 0);
        return;
    }
    demo_fill_pattern(&content, range->lba, block, demo->drive.current->block_bytes);
    status = lwnvme_sync_compare(&demo->drive.queue, demo->drive.current, range->lba, 1, block, 0);
    platform_free(block, demo->drive.current->block_bytes);
    if (status > 0 && lwnvme_field_get((uint32_t)status, LWNVME_STATUS_CODE) == LWNVME_SC_COMPARE_FAILURE) {
        text_print("  compare with other data: Compare Failure, as it must be\n");
    } else {
        demo_fail(demo, "compare with other data did not end in Compare Failure", status);
    }
}

static void demo_compare(struct demo *demo, const struct demo_range *range)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&demo->drive.controller);

    text_print("compare command\n");
    if (info == NULL || (info->oncs & LWNVME_ONCS_COMPARE) == 0) {
        (void)demo_optional(demo, "compare", LWNVME_ERR_NO_COMPARE);
        return;
    }
    /* What is compared includes metadata, and this demo has none. */
    if (demo->drive.current->metadata_bytes != 0) {
        (void)demo_optional(demo, "compare", LWNVME_ERR_PROTECTION_BUFFER);
        return;
    }
    if (demo_step(demo, STREAM_COMPARE, range, false, 0)) {
        demo_compare_wrong(demo, range);
    }
}

static void demo_print_range(const struct demo *demo, const char *what, const struct demo_range *range)
{
    text_print("holds: %s lba=%" TEXT_64 "u count=%" TEXT_64 "u block_bytes=%u seed=%u\n", what, range->lba,
               range->block_count, demo->drive.current->block_bytes, demo->options.seed);
}

/* The region in four parts: pattern, zeros, trimmed, pattern. */
static void demo_write_region(struct demo *demo, const struct demo_range *region)
{
    struct lwnvme_queue *queue = &demo->drive.queue;
    const struct lwnvme_namespace *ns = demo->drive.current;
    const uint64_t quarter = region->block_count / DEMO_QUARTERS;
    const struct demo_range first = {region->lba, quarter};
    const struct demo_range second = {region->lba + quarter, quarter};
    const struct demo_range third = {region->lba + 2u * quarter, quarter};
    const struct demo_range last = {region->lba + 3u * quarter, region->block_count - 3u * quarter};
    bool zeroed;
    bool trimmed;

    demo_write_pattern(demo, region, &last);
    if (demo->failures != 0) {
        return;
    }
    text_print("write zeroes and trim\n");
    zeroed = demo_optional(demo, "write zeroes",
                           lwnvme_sync_write_zeroes(queue, ns, second.lba, (uint32_t)second.block_count, 0));
    trimmed =
        demo_optional(demo, "trim", lwnvme_sync_trim(queue, ns, third.lba, (uint32_t)third.block_count));
    (void)demo_step(demo, STREAM_READ, &second, zeroed, 0);
    demo_compare(demo, &first);
    (void)demo_optional(demo, "verify",
                        lwnvme_sync_verify(queue, ns, region->lba, (uint32_t)region->block_count, 0));
    (void)demo_optional(demo, "last flush", lwnvme_sync_flush(queue, ns));
    demo_print_range(demo, "pattern", &first);
    demo_print_range(demo, zeroed ? "zeros" : "pattern", &second);
    demo_print_range(demo, trimmed ? "trimmed" : "pattern", &third);
    demo_print_range(demo, "pattern", &last);
}

static void demo_write(struct demo *demo)
{
    const struct demo_range region = {demo->options.region_lba, demo->options.region_blocks};
    const struct lwnvme_namespace *ns = demo->drive.current;

    if (ns == NULL) {
        return;
    }
    if (region.block_count < DEMO_QUARTERS || region.block_count > UINT32_MAX ||
        region.lba >= ns->block_count || region.block_count > ns->block_count - region.lba) {
        demo_fail(demo, "the region is smaller than 4 blocks or not inside the namespace", 0);
        return;
    }
    demo_write_region(demo, &region);
}

/* What a controller need not have, or says that it has not. */
static bool demo_is_missing(int status)
{
    const int code = lwnvme_status_code(status);

    return (status <= LWNVME_ERR_NO_COMPARE && status >= LWNVME_ERR_NO_BROADCAST) ||
           code == LWNVME_SC_INVALID_LOG_PAGE || code == LWNVME_SC_INVALID_FIELD_IN_COMMAND ||
           code == LWNVME_SC_INVALID_COMMAND_OPCODE;
}

/* The half of the shell that only looks. */
static void demo_look(struct demo *demo)
{
    /* Features that every controller has: asking for others would fill its error log. */
    static const char *const lines[] = {"id-ctrl", "id-ns",      "list-ns",    "smart",      "errors",
                                        "fw-log",  "features 2", "features 4", "features 7", "features 0xb",
                                        "log 5",   "log 6",      "power"};

    for (uint32_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        int status;

        text_print("%s:\n", lines[i]);
        status = shell_look(&demo->drive, lines[i]);
        if (status != 0 && !demo_is_missing(status)) {
            demo_fail(demo, lines[i], status);
        }
    }
}

static void demo_run(struct demo *demo)
{
    int status;

    drive_print_info(&demo->drive);
    drive_print_namespaces(&demo->drive);
    status = drive_print_smart(&demo->drive);
    if (status != 0) {
        demo_fail(demo, "the health log", status);
    }
    if (demo->drive.current == NULL) {
        demo_fail(demo, "no namespace can be used", 0);
    }
    demo_look(demo);
    demo_read_all(demo);
    demo_bench(demo);
    if (lwnvme_controller_status(&demo->drive.controller) != 0) {
        text_print("the controller has failed: the rest is left out\n");
        return;
    }
    if (demo->options.write) {
        demo_write(demo);
    } else {
        text_print("nothing is written: write=1 and region=LBA,COUNT would allow it\n");
    }
    status = drive_print_errors(&demo->drive);
    if (status != 0) {
        demo_fail(demo, "the error log", status);
    }
}

static void demo_print_interrupts(const struct demo *demo)
{
    if (demo->options.irq != PLATFORM_POLL) {
        text_print("interrupts taken: %u\n", platform_interrupt_count(&demo->drive.place, 0));
    }
}

/* What is asked for of it. false: it went wrong, and the rest is left out. */
static bool demo_trouble(struct demo *demo)
{
    const char *reason = NULL;

    if (demo->options.remove == OPTIONS_REMOVE_ALL_AT_WORK) {
        reason = pulled_run(&demo->drive, demo->options.processors);
    } else if (demo->options.remove != 0) {
        reason = trouble_remove(&demo->drive);
    }
    if (reason == NULL && demo->options.fatal != 0) {
        reason = trouble_fatal(&demo->drive);
    }
    if (reason != NULL) {
        demo_fail(demo, reason, 0);
    }
    return reason == NULL;
}

static void demo_session(struct demo *demo)
{
    const char *reason = drive_route(&demo->drive, &demo->options);
    int status;

    if (reason == NULL && demo->options.neighbour != 0) {
        reason = neighbour_begin(&demo->options);
    }
    if (reason != NULL) {
        demo_fail(demo, reason, 0);
        return;
    }
    if (demo->options.remove == OPTIONS_REMOVE_ALL_AT_WORK) {
        pulled_listen(&demo->drive);
    }
    status = drive_open(&demo->drive);
    if (status != 0) {
        demo_fail(demo, "the controller did not come up", status);
        return;
    }
    if (!demo_trouble(demo)) {
        text_print("the rest is left out\n");
    } else if (demo->options.shell) {
        status = shell_run(&demo->drive, &demo->options);
        if (status != 0) {
            demo_fail(demo, "shutdown", status);
        }
    } else if (demo->options.processors > 1u && demo->drive.current != NULL) {
        status = parallel_run(&demo->drive, &demo->options, demo->options.processors);
        if (status != 0) {
            demo_fail(demo, "several processors at once", status);
        }
    } else {
        demo_run(demo);
    }
    demo_print_interrupts(demo);
    reason = demo->options.neighbour != 0 ? neighbour_end(&demo->options) : NULL;
    if (reason != NULL) {
        demo_fail(demo, reason, 0);
    }
    switch (lwnvme_controller_status(&demo->drive.controller)) {
    case LWNVME_ERR_NOT_OPEN: /* the shell has closed it */
        return;
    case LWNVME_OK:
        status = drive_shutdown(&demo->drive);
        break;
    default: /* it has failed: nothing to shut down */
        status = drive_close(&demo->drive);
        break;
    }
    if (status != 0) {
        demo_fail(demo, "shutdown", status);
    }
}

bool demo_main(const char *command_line)
{
    struct demo *demo = &demo_state;

    demo->failures = 0; /* of an earlier session */
    demo->why[0] = '\0';
    text_print("lwnvme %u.%u.%u demo\n", (unsigned)LWNVME_VERSION_MAJOR, (unsigned)LWNVME_VERSION_MINOR,
               (unsigned)LWNVME_VERSION_PATCH);
    if (!options_parse(command_line, &demo->options)) {
        demo_fail(demo, "the command line", 0);
    } else if (!sha256_works()) {
        demo_fail(demo, "SHA-256 does not give the known results", 0);
    } else if (!stream_init()) {
        demo_fail(demo, "no memory for buffers", 0);
    } else if (!drive_choose(&demo->drive, &demo->options)) {
        demo_fail(demo, "no drive to work on", 0);
    } else {
        demo_session(demo);
    }
    if (demo->failures != 0) {
        text_print("demo: FAILED: %s\n", demo->why);
        return false;
    }
    text_print("demo: passed\n");
    return true;
}

/* SPDX-License-Identifier: MIT */
/* The shell's commands on blocks, and on the controller's life. */
#include "shell_private.h"

#include "bench.h"
#include "pattern.h"
#include "stream.h"

#define SHELL_DUMP_BLOCKS 64u /* of one read command */
#define SHELL_BENCH_MS    1000u
#define SHELL_BENCH_MAX_S 60u

static void shell_list(struct shell *shell)
{
    drive_print_namespaces(shell->drive);
    if (shell->drive->current != NULL) {
        text_print("commands go to namespace %u\n", shell->drive->current->nsid);
    }
}

static void shell_use(struct shell *shell)
{
    uint64_t nsid;

    if (!shell_number(shell, 1, 0, &nsid)) {
        return;
    }
    for (uint32_t i = 0; i < shell->drive->ns_count; i++) {
        struct lwnvme_namespace *ns = &shell->drive->ns[i];

        if (ns->nsid != nsid) {
            continue;
        }
        if (ns->status != 0) {
            shell_result(shell, "use", ns->status);
            return;
        }
        shell->drive->current = ns;
        text_print("commands go to namespace %u\n", ns->nsid);
        return;
    }
    text_print("there is no namespace %" TEXT_64 "u\n", nsid);
    shell_refuse();
}

static void shell_info(struct shell *shell)
{
    drive_print_info(shell->drive);
}

static void shell_read(struct shell *shell)
{
    const struct lwnvme_namespace *ns = shell->drive->current;
    struct demo_range range;
    uint8_t *data;
    size_t size_bytes;
    int status;

    if (!shell_range(shell, &range)) {
        return;
    }
    if (range.block_count > SHELL_DUMP_BLOCKS) {
        text_print("read shows up to %u blocks; hash reads as many as there are\n", SHELL_DUMP_BLOCKS);
        shell_refuse();
        return;
    }
    size_bytes = (size_t)(range.block_count != 0 ? range.block_count : 1u) * ns->block_bytes;
    data = platform_alloc(size_bytes);
    if (data == NULL) {
        text_print("no memory\n");
        shell_refuse();
        return;
    }
    status = lwnvme_sync_read(&shell->drive->queue, ns, range.lba, (uint32_t)range.block_count, data, 0);
    if (status == 0) {
        text_dump(data, size_bytes, range.lba * ns->block_bytes);
    } else {
        shell_result(shell, "read", status);
    }
    platform_free(data, size_bytes);
}

/* Writes the pattern, or compares with it: in the controller, or here. */
static void shell_stream(struct shell *shell, enum stream_kind kind)
{
    struct demo_range range;
    struct demo_content content = {.seed = shell->seed};
    struct stream stream = {.kind = kind,
                            .drive = shell->drive,
                            .ns = shell->drive->current,
                            .progress = shell->words[0],
                            .block = demo_fill_pattern,
                            .context = &content};

    if (!shell_range(shell, &range)) {
        return;
    }
    stream.lba = range.lba;
    stream.block_count = range.block_count;
    stream_run(&stream);
    if (stream.status == 0) {
        demo_stream_end(&stream, kind == STREAM_WRITE ? "written" : "compared");
    }
    shell_result(shell, shell->words[0], stream.status);
}

static void shell_write(struct shell *shell)
{
    shell_stream(shell, STREAM_WRITE);
}

static void shell_compare(struct shell *shell)
{
    shell_stream(shell, STREAM_COMPARE);
}

static void shell_flush(struct shell *shell)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);

    if (ns != NULL) {
        shell_result(shell, "flush", lwnvme_sync_flush(&shell->drive->queue, ns));
    }
}

static void shell_trim(struct shell *shell)
{
    struct demo_range range;

    if (shell_range(shell, &range)) {
        shell_result(shell, "trim",
                     lwnvme_sync_trim(&shell->drive->queue, shell->drive->current, range.lba,
                                      (uint32_t)range.block_count));
    }
}

static void shell_zero(struct shell *shell)
{
    struct demo_range range;

    if (shell_range(shell, &range)) {
        shell_result(shell, "zero",
                     lwnvme_sync_write_zeroes(&shell->drive->queue, shell->drive->current, range.lba,
                                              (uint32_t)range.block_count, 0));
    }
}

static void shell_verify(struct shell *shell)
{
    struct demo_range range;

    if (shell_range(shell, &range)) {
        shell_result(shell, "verify",
                     lwnvme_sync_verify(&shell->drive->queue, shell->drive->current, range.lba,
                                        (uint32_t)range.block_count, 0));
    }
}

static void shell_hash(struct shell *shell)
{
    struct demo_range range;

    if (shell_range_or_all(shell, &range)) {
        shell_result(shell, "hash",
                     demo_hash(shell->drive, shell->drive->current, range.lba, range.block_count));
    }
}

static void shell_bench_json(const struct bench_result *results, uint32_t count)
{
    text_print("{\n  \"random_reads\" : [\n");
    for (uint32_t i = 0; i < count; i++) {
        text_print("    {\"bytes\" : %u, \"in_flight\" : %u, \"reads\" : %" TEXT_64
                   "u, \"elapsed_us\" : %" TEXT_64 "u, \"per_second\" : %" TEXT_64 "u}%s\n",
                   results[i].read_bytes, results[i].depth, results[i].reads, results[i].elapsed_us,
                   bench_rate(&results[i]), i + 1u < count ? "," : "");
    }
    text_print("  ]\n}\n");
}

static void shell_bench(struct shell *shell)
{
    static const uint32_t depths[] = {1, 8, 32, BENCH_DEPTH_MAX};
    static struct bench_result results[sizeof(depths) / sizeof(depths[0])];
    const struct lwnvme_namespace *ns = shell_namespace(shell);
    uint64_t seconds;

    if (ns == NULL || !shell_number(shell, 1, SHELL_BENCH_MS / 1000u, &seconds)) {
        return;
    }
    if (seconds == 0 || seconds > SHELL_BENCH_MAX_S) {
        text_print("1 to %u seconds\n", SHELL_BENCH_MAX_S);
        shell_refuse();
        return;
    }
    for (uint32_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        const int status = bench_measure(shell->drive, ns, depths[i], (uint32_t)seconds * 1000u, &results[i]);

        if (!shell->json) {
            bench_print(&results[i]);
        }
        if (status != 0) {
            shell_result(shell, "bench", status);
            return;
        }
    }
    if (shell->json) {
        shell_bench_json(results, sizeof(depths) / sizeof(depths[0]));
    }
}

static void shell_reset(struct shell *shell)
{
    shell_result(shell, "reset", lwnvme_sync_controller_reset(&shell->drive->controller));
}

static void shell_resume(struct shell *shell)
{
    int status = lwnvme_sync_controller_shutdown(&shell->drive->controller, LWNVME_SHUTDOWN_NORMAL);

    shell_result(shell, "shutdown", status);
    if (status == 0) {
        status = lwnvme_sync_controller_resume(&shell->drive->controller);
        shell_result(shell, "resume", status);
    }
}

static void shell_reopen(struct shell *shell)
{
    int status = drive_close(shell->drive);

    shell_result(shell, "close without shutdown", status);
    if (status == 0) {
        status = drive_open(shell->drive);
        shell_result(shell, "open", status);
    }
}

const struct shell_command shell_io_commands[] = {
    {"list", "", "the namespaces and their geometry, or why one cannot be used", false, shell_list},
    {"use", "NSID", "from now on commands go to this namespace", false, shell_use},
    {"info", "", "what the controller says about itself", false, shell_info},
    {"read", "LBA [COUNT]", "shows blocks in hexadecimal", false, shell_read},
    {"write", "LBA [COUNT] [--yes]", "writes " PATTERN_TEXT, true, shell_write},
    {"flush", "", "waits until what was written is on the medium", false, shell_flush},
    {"trim", "LBA [COUNT] [--yes]", "tells the drive that the blocks are not needed", true, shell_trim},
    {"zero", "LBA [COUNT] [--yes]", "makes blocks read as zeros (Write Zeroes)", true, shell_zero},
    {"compare", "LBA [COUNT]", "has the controller compare blocks with the pattern that write writes", false,
     shell_compare},
    {"verify", "LBA [COUNT]", "has the controller read and check blocks without a transfer", false,
     shell_verify},
    {"hash", "[LBA [COUNT]]", "SHA-256 of blocks, of all without arguments", false, shell_hash},
    {"bench", "[SECONDS] [--json]", "random reads of 4 KiB, 1 to 64 in flight", false, shell_bench},
    {"reset", "", "resets the controller and makes its queues again", false, shell_reset},
    {"resume", "", "shuts down in order and brings the drive up again", false, shell_resume},
    {"reopen", "", "lets go of the drive without a shutdown and opens it again", false, shell_reopen},
    {NULL, NULL, NULL, false, NULL},
};

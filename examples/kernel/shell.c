/* SPDX-License-Identifier: MIT */
/*
 * The shell: a line editor that knows backspace, a table of commands, and the commands. A command says what
 * went wrong and returns; nothing ends the shell but `shutdown` and a console that is closed.
 */
#include "shell.h"

#include "bench.h"
#include "demo.h"
#include "pattern.h"
#include "stream.h"
#include "text.h"

#define SHELL_LINE_MAX    128u
#define SHELL_WORDS_MAX   8u
#define SHELL_KEY_WAIT_MS 1000u
#define SHELL_CTRL_C      3
#define SHELL_CTRL_U      21
#define SHELL_BACKSPACE   8
#define SHELL_DELETE      127
#define SHELL_DUMP_BLOCKS 64u /* of one read command */
#define SHELL_BENCH_MS    1000u
#define SHELL_BENCH_MAX_S 60u

struct shell {
    struct drive *drive;
    uint32_t seed;
    bool ended;
    int ended_status;    /* of the shutdown */
    uint32_t word_count; /* of the command line, --yes not counted */
    const char *words[SHELL_WORDS_MAX];
    bool yes;
};

struct shell_command {
    const char *name;
    const char *arguments;
    const char *help;
    bool destructive;
    void (*run)(struct shell *shell);
};

static void shell_result(const char *what, int status)
{
    if (status == 0) {
        text_print("%s: done\n", what);
        return;
    }
    text_print("%s failed: ", what);
    text_print_status(status);
    text_print("\n");
}

static void shell_backspace(uint32_t *length)
{
    if (*length != 0) {
        text_print("\b \b");
        (*length)--;
    }
}

/* Reads a line with echo. false: the console is closed. */
static bool shell_read_line(char line[SHELL_LINE_MAX])
{
    uint32_t length = 0;

    for (;;) { /* ends with the line, or with the console */
        const int key = platform_get(SHELL_KEY_WAIT_MS);

        if (key == PLATFORM_CLOSED) {
            return false;
        }
        if (key == '\r' || key == '\n') {
            break;
        }
        if (key == SHELL_BACKSPACE || key == SHELL_DELETE) {
            shell_backspace(&length);
        } else if (key == SHELL_CTRL_U || key == SHELL_CTRL_C) {
            while (length != 0) {
                shell_backspace(&length);
            }
        } else if (key >= ' ' && key < SHELL_DELETE && length + 1u < SHELL_LINE_MAX) {
            line[length] = (char)key;
            length++;
            platform_put((char)key);
        }
    }
    text_print("\n");
    line[length] = '\0';
    return true;
}

/* Cuts the line into words, in place. Words beyond the last that fits are dropped. */
static void shell_split(struct shell *shell, char *line)
{
    shell->word_count = 0;
    shell->yes = false;
    while (*line != '\0' && shell->word_count < SHELL_WORDS_MAX) {
        const char *word = line;

        if (*line == ' ') {
            line++;
            continue;
        }
        while (*line != ' ' && *line != '\0') {
            line++;
        }
        if (*line == ' ') {
            *line = '\0';
            line++;
        }
        if (text_equal(word, "--yes")) {
            shell->yes = true;
        } else {
            shell->words[shell->word_count] = word;
            shell->word_count++;
        }
    }
}

static bool shell_confirm(const struct shell *shell)
{
    char line[SHELL_LINE_MAX];

    if (shell->yes) {
        return true;
    }
    text_print("this changes what is on the drive; type yes to go on: ");
    if (shell_read_line(line) && text_equal(line, "yes")) {
        return true;
    }
    text_print("nothing was changed\n");
    return false;
}

/* The n-th argument as a number, or what stands for a missing one. false: said what is wrong. */
static bool shell_number(const struct shell *shell, uint32_t n, uint64_t missing, uint64_t *value)
{
    *value = missing;
    if (n < shell->word_count && !text_number(shell->words[n], value)) {
        text_print("\"%s\" is not a number\n", shell->words[n]);
        return false;
    }
    return true;
}

static struct lwnvme_namespace *shell_namespace(const struct shell *shell)
{
    if (shell->drive->current == NULL) {
        text_print("no namespace can be used; see list\n");
    }
    return shell->drive->current;
}

/* LBA [COUNT] for commands that take such a range, and a namespace to use them on. */
static bool shell_range(const struct shell *shell, uint64_t missing_count, struct demo_range *range)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);

    if (ns == NULL) {
        return false;
    }
    if (shell->word_count < 2 && missing_count != ns->block_count) {
        text_print("which block? see help %s\n", shell->words[0]);
        return false;
    }
    return shell_number(shell, 1, 0, &range->lba) &&
           shell_number(shell, 2, missing_count, &range->block_count);
}

/* The same for commands whose block count is one number of 32 bits in one call. */
static bool shell_range_32(const struct shell *shell, struct demo_range *range)
{
    if (!shell_range(shell, 1, range)) {
        return false;
    }
    if (range->block_count > UINT32_MAX) {
        text_print("that many blocks are too many for one command\n");
        return false;
    }
    return true;
}

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
            shell_result("use", ns->status);
            return;
        }
        shell->drive->current = ns;
        text_print("commands go to namespace %u\n", ns->nsid);
        return;
    }
    text_print("there is no namespace %" TEXT_64 "u\n", nsid);
}

static void shell_info(struct shell *shell)
{
    drive_print_info(shell->drive);
}

static void shell_smart(struct shell *shell)
{
    const int status = drive_print_smart(shell->drive);

    if (status != 0) {
        shell_result("smart", status);
    }
}

static void shell_errors(struct shell *shell)
{
    const int status = drive_print_errors(shell->drive);

    if (status != 0) {
        shell_result("errors", status);
    }
}

static void shell_read(struct shell *shell)
{
    const struct lwnvme_namespace *ns = shell->drive->current;
    struct demo_range range;
    uint8_t *data;
    size_t size_bytes;
    int status;

    if (!shell_range(shell, 1, &range)) {
        return;
    }
    if (range.block_count > SHELL_DUMP_BLOCKS) {
        text_print("read shows up to %u blocks; hash reads as many as there are\n", SHELL_DUMP_BLOCKS);
        return;
    }
    size_bytes = (size_t)(range.block_count != 0 ? range.block_count : 1u) * ns->block_bytes;
    data = platform_alloc(size_bytes);
    if (data == NULL) {
        text_print("no memory\n");
        return;
    }
    status = lwnvme_sync_read(&shell->drive->queue, ns, range.lba, (uint32_t)range.block_count, data, 0);
    if (status == 0) {
        text_dump(data, size_bytes, range.lba * ns->block_bytes);
    } else {
        shell_result("read", status);
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

    if (!shell_range(shell, 1, &range)) {
        return;
    }
    stream.lba = range.lba;
    stream.block_count = range.block_count;
    stream_run(&stream);
    if (stream.status == 0) {
        demo_stream_end(&stream, kind == STREAM_WRITE ? "written" : "compared");
    }
    shell_result(shell->words[0], stream.status);
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
        shell_result("flush", lwnvme_sync_flush(&shell->drive->queue, ns));
    }
}

static void shell_trim(struct shell *shell)
{
    struct demo_range range;

    if (shell_range_32(shell, &range)) {
        shell_result("trim", lwnvme_sync_trim(&shell->drive->queue, shell->drive->current, range.lba,
                                              (uint32_t)range.block_count));
    }
}

static void shell_zero(struct shell *shell)
{
    struct demo_range range;

    if (shell_range_32(shell, &range)) {
        shell_result("zero", lwnvme_sync_write_zeroes(&shell->drive->queue, shell->drive->current, range.lba,
                                                      (uint32_t)range.block_count, 0));
    }
}

static void shell_verify(struct shell *shell)
{
    struct demo_range range;

    if (shell_range_32(shell, &range)) {
        shell_result("verify", lwnvme_sync_verify(&shell->drive->queue, shell->drive->current, range.lba,
                                                  (uint32_t)range.block_count, 0));
    }
}

static void shell_hash(struct shell *shell)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);
    struct demo_range range;

    if (ns != NULL && shell_range(shell, ns->block_count, &range)) {
        if (shell->word_count == 2 && range.lba < ns->block_count) {
            range.block_count = ns->block_count - range.lba;
        }
        shell_result("hash", demo_hash(shell->drive, ns, range.lba, range.block_count));
    }
}

static void shell_bench(struct shell *shell)
{
    static const uint32_t depths[] = {1, 8, 32, BENCH_DEPTH_MAX};
    const struct lwnvme_namespace *ns = shell_namespace(shell);
    uint64_t seconds;

    if (ns == NULL || !shell_number(shell, 1, SHELL_BENCH_MS / 1000u, &seconds)) {
        return;
    }
    if (seconds == 0 || seconds > SHELL_BENCH_MAX_S) {
        text_print("1 to %u seconds\n", SHELL_BENCH_MAX_S);
        return;
    }
    for (uint32_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        const int status = bench_random_reads(shell->drive, ns, depths[i], (uint32_t)seconds * 1000u);

        if (status != 0) {
            shell_result("bench", status);
            return;
        }
    }
}

static void shell_reset(struct shell *shell)
{
    shell_result("reset", lwnvme_sync_controller_reset(&shell->drive->controller));
}

static void shell_resume(struct shell *shell)
{
    int status = lwnvme_sync_controller_shutdown(&shell->drive->controller, LWNVME_SHUTDOWN_NORMAL);

    shell_result("shutdown", status);
    if (status == 0) {
        status = lwnvme_sync_controller_resume(&shell->drive->controller);
        shell_result("resume", status);
    }
}

static void shell_reopen(struct shell *shell)
{
    int status = drive_close(shell->drive);

    shell_result("close without shutdown", status);
    if (status == 0) {
        status = drive_open(shell->drive);
        shell_result("open", status);
    }
}

static void shell_shutdown(struct shell *shell)
{
    shell->ended_status = drive_shutdown(shell->drive);
    shell_result("shutdown", shell->ended_status);
    shell->ended = true;
}

static void shell_help(struct shell *shell);

static const struct shell_command shell_commands[] = {
    {"help", "[COMMAND]", "the list of commands, or more about one", false, shell_help},
    {"list", "", "the namespaces and their geometry, or why one cannot be used", false, shell_list},
    {"use", "NSID", "from now on commands go to this namespace", false, shell_use},
    {"info", "", "what the controller says about itself", false, shell_info},
    {"smart", "", "health: temperature, spare, wear, hours, errors", false, shell_smart},
    {"errors", "", "the error log", false, shell_errors},
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
    {"bench", "[SECONDS]", "random reads of 4 KiB, 1 to 64 in flight", false, shell_bench},
    {"reset", "", "resets the controller and makes its queues again", false, shell_reset},
    {"resume", "", "shuts down in order and brings the drive up again", false, shell_resume},
    {"reopen", "", "lets go of the drive without a shutdown and opens it again", false, shell_reopen},
    {"shutdown", "", "shuts the drive down and ends the shell", false, shell_shutdown},
};

#define SHELL_COMMANDS (sizeof(shell_commands) / sizeof(shell_commands[0]))

static const struct shell_command *shell_find(const char *name)
{
    for (uint32_t i = 0; i < SHELL_COMMANDS; i++) {
        if (text_equal(shell_commands[i].name, name)) {
            return &shell_commands[i];
        }
    }
    text_print("unknown command \"%s\"; help lists them\n", name);
    return NULL;
}

static void shell_help(struct shell *shell)
{
    const struct shell_command *command;

    if (shell->word_count > 1) {
        command = shell_find(shell->words[1]);
        if (command != NULL) {
            text_print("%s %s\n  %s\n", command->name, command->arguments, command->help);
            text_print(command->destructive ? "  changes the drive: asks first, or takes --yes\n" : "");
        }
        return;
    }
    for (uint32_t i = 0; i < SHELL_COMMANDS; i++) {
        text_print("  %-9s%-21s%s\n", shell_commands[i].name, shell_commands[i].arguments,
                   shell_commands[i].help);
    }
}

int shell_run(struct drive *drive, const struct options *options)
{
    struct shell shell = {.drive = drive, .seed = options->seed};
    char line[SHELL_LINE_MAX];

    text_print("type help for the commands, shutdown to end\n");
    while (!shell.ended) {
        const struct shell_command *command;

        text_print("lwnvme> ");
        if (!shell_read_line(line)) {
            text_print("\n");
            return 0;
        }
        shell_split(&shell, line);
        if (shell.word_count == 0) {
            continue;
        }
        command = shell_find(shell.words[0]);
        if (command != NULL && (!command->destructive || shell_confirm(&shell))) {
            command->run(&shell);
        }
    }
    return shell.ended_status;
}

/* SPDX-License-Identifier: MIT */
/*
 * The shell: a line editor that knows backspace, tables of commands, and what these share. A command says what
 * went wrong and returns; nothing ends the shell but `shutdown` and a console that is closed.
 */
#include "shell_private.h"

#define SHELL_KEY_WAIT_MS 1000u
#define SHELL_CTRL_C      3
#define SHELL_CTRL_U      21
#define SHELL_BACKSPACE   8
#define SHELL_DELETE      127
#define SHELL_BAR_CELLS   40u

static bool shell_refused; /* what was typed could not be carried out, and a line said so */

void shell_refuse(void)
{
    shell_refused = true;
}

void shell_result(struct shell *shell, const char *what, int status)
{
    shell->status = status;
    if (status == 0) {
        text_print("%s: done\n", what);
        return;
    }
    text_print("%s failed: ", what);
    text_print_status(status);
    text_print("\n");
}

/* What is cut means something else. */
static void shell_too_long(void)
{
    text_print("the command is too long\n");
    shell_refuse();
}

static void shell_backspace(uint32_t *length)
{
    if (*length != 0) {
        text_print("\b \b");
        (*length)--;
    }
}

/* Reads a line with echo; "" for one that has no room. false: the console is closed. */
static bool shell_read_line(char line[SHELL_LINE_MAX])
{
    uint32_t length = 0;
    bool cut = false;

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
            cut = false; /* what is shown is what is meant */
        } else if (key == SHELL_CTRL_U || key == SHELL_CTRL_C) {
            cut = false;
            while (length != 0) {
                shell_backspace(&length);
            }
        } else if (key >= ' ' && key < SHELL_DELETE && length + 1u < SHELL_LINE_MAX) {
            line[length] = (char)key;
            length++;
            platform_put((char)key);
        } else if (key >= ' ' && key < SHELL_DELETE) {
            cut = true;
        }
    }
    text_print("\n");
    line[length] = '\0';
    if (cut) {
        line[0] = '\0';
        shell_too_long();
    }
    return true;
}

/* Cuts the line into words, in place. false: there are too many of them, and none counts. */
static bool shell_split(struct shell *shell, char *line)
{
    shell->word_count = 0;
    shell->yes = false;
    shell->json = false;
    while (*line != '\0') {
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
        } else if (text_equal(word, "--json")) {
            shell->json = true;
        } else if (shell->word_count == SHELL_WORDS_MAX) {
            shell->word_count = 0;
            shell_too_long();
            return false;
        } else {
            shell->words[shell->word_count] = word;
            shell->word_count++;
        }
    }
    return true;
}

/* The same for a line of somebody else's, by a copy. */
static bool shell_take(struct shell *shell, const char *line)
{
    static char copy[SHELL_LINE_MAX];
    size_t length = 0;

    for (; line[length] != '\0'; length++) {
        if (length + 1u == SHELL_LINE_MAX) {
            shell_too_long();
            return false;
        }
        copy[length] = line[length];
    }
    copy[length] = '\0';
    return shell_split(shell, copy);
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
    shell_refuse();
    return false;
}

struct lwnvme_namespace *shell_namespace(const struct shell *shell)
{
    if (shell->drive->current == NULL) {
        text_print("no namespace can be used; see list\n");
        shell_refuse();
    }
    return shell->drive->current;
}

void *shell_memory(size_t size_bytes)
{
    uint8_t *memory = platform_alloc(size_bytes);

    if (memory == NULL) {
        text_print("no memory\n");
        shell_refuse();
        return NULL;
    }
    for (size_t i = 0; i < size_bytes; i++) {
        memory[i] = 0;
    }
    return memory;
}

static void shell_bar(const char *what, const struct lwnvme_operation *operation)
{
    const uint32_t full = operation->progress_percent * SHELL_BAR_CELLS / 100u;

    text_print("\r  %s [", what);
    for (uint32_t i = 0; i < SHELL_BAR_CELLS; i++) {
        text_print(i < full ? "#" : ".");
    }
    text_print("] %3u %%", operation->progress_percent);
    if (operation->left_s != LWNVME_OPERATION_UNKNOWN && operation->status == LWNVME_PENDING) {
        text_print(", %u s left   ", operation->left_s);
    } else {
        text_print("                ");
    }
}

int shell_follow(struct shell *shell, const char *what, struct lwnvme_operation *operation)
{
    uint32_t shown = UINT32_MAX;
    int status;

    (void)shell;
    while ((status = lwnvme_operation_step(operation)) == LWNVME_PENDING) {
        if (operation->progress_percent != shown) {
            shown = operation->progress_percent;
            shell_bar(what, operation);
        }
        if (operation->controller->ops->relax != NULL) {
            operation->controller->ops->relax(operation->controller->host);
        }
    }
    shell_bar(what, operation);
    text_print("\n");
    return status;
}

static void shell_shutdown(struct shell *shell)
{
    shell->ended_status = drive_shutdown(shell->drive);
    shell_result(shell, "shutdown", shell->ended_status);
    shell->ended = true;
}

static void shell_help(struct shell *shell);

static const struct shell_command shell_own_commands[] = {
    {"help", "[COMMAND]", "the list of commands, or more about one", false, shell_help},
    {"shutdown", "", "shuts the drive down and ends the shell", false, shell_shutdown},
    {NULL, NULL, NULL, false, NULL},
};

static const struct shell_command *const shell_tables[] = {
    shell_own_commands,        shell_look_commands,      shell_stream_commands, shell_io_commands,
    shell_service_commands,    shell_namespace_commands, shell_change_commands, shell_misc_commands,
    shell_protection_commands, shell_zoned_commands,     shell_mapper_commands, shell_command_commands};

#define SHELL_TABLES (sizeof(shell_tables) / sizeof(shell_tables[0]))

static const struct shell_command *shell_find(const char *name)
{
    for (uint32_t i = 0; i < SHELL_TABLES; i++) {
        for (const struct shell_command *command = shell_tables[i]; command->name != NULL; command++) {
            if (text_equal(command->name, name)) {
                return command;
            }
        }
    }
    text_print("unknown command \"%s\"; help lists them\n", name);
    shell_refuse();
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
    for (uint32_t i = 0; i < SHELL_TABLES; i++) {
        for (command = shell_tables[i]; command->name != NULL; command++) {
            text_print("  %-12s %-24s %s\n", command->name, command->arguments, command->help);
        }
    }
}

int shell_look(struct drive *drive, const char *line)
{
    static struct shell shell;
    const struct shell_command *command;

    shell = (struct shell){.drive = drive};
    command = shell_take(&shell, line) ? shell_find(shell.words[0]) : NULL;
    if (command == NULL || command->destructive || !shell_arguments(&shell, command)) {
        return LWNVME_ERR_INVALID_ARGUMENT;
    }
    command->run(&shell);
    return shell.status;
}

bool shell_once(struct drive *drive, const struct options *options, const char *line)
{
    static struct shell shell;
    const struct shell_command *command;

    shell = (struct shell){.drive = drive, .seed = options->seed};
    shell_refused = false;
    command = shell_take(&shell, line) && shell.word_count != 0 ? shell_find(shell.words[0]) : NULL;
    if (command != NULL && shell_arguments(&shell, command) &&
        (!command->destructive || shell_confirm(&shell))) {
        command->run(&shell);
    }
    return command != NULL && !shell_refused && shell.status == 0;
}

const char *shell_command_name(uint32_t index, bool *destructive)
{
    for (uint32_t i = 0; i < SHELL_TABLES; i++) {
        for (const struct shell_command *command = shell_tables[i]; command->name != NULL; command++) {
            if (index == 0) {
                *destructive = command->destructive;
                return command->name;
            }
            index--;
        }
    }
    return NULL;
}

int shell_run(struct drive *drive, const struct options *options)
{
    static char line[SHELL_LINE_MAX];
    struct shell shell = {.drive = drive, .seed = options->seed};

    text_print("type help for the commands, shutdown to end\n");
    while (!shell.ended) {
        const struct shell_command *command;

        text_print("lwnvme> ");
        if (!shell_read_line(line)) {
            text_print("\n");
            return 0;
        }
        if (!shell_split(&shell, line) || shell.word_count == 0) {
            continue;
        }
        command = shell_find(shell.words[0]);
        if (command == NULL || !shell_arguments(&shell, command)) {
            continue;
        }
        if (command->destructive && options->read_only != 0) {
            text_print("%s changes the drive, and this shell may only look\n", command->name);
        } else if (!command->destructive || shell_confirm(&shell)) {
            command->run(&shell);
        }
    }
    return shell.ended_status;
}

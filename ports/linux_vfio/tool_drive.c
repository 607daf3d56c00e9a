/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what needs a drive. It is opened through VFIO, brought up in silence, given to one command of the shell (or to all
 * of it, or to the demo), shut down, and closed.
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "platform_vfio.h"
#include "shell.h"
#include "stream.h"
#include "text.h"
#include "tool.h"

static struct lwnvme_vfio tool_port;
static struct drive tool_drive;

/* Which controller: the one that was named, or the only one that is bound. NULL: a line said why not. */
static const char *tool_choose(const struct tool *tool)
{
    static struct linux_pci found[TOOL_FOUND];
    const uint32_t count = linux_pci_find(found, TOOL_FOUND);
    const char *address = NULL;

    if (tool->device != NULL) {
        return tool->device;
    }
    for (uint32_t i = 0; i < count && i < TOOL_FOUND; i++) {
        if (strcmp(found[i].driver, "vfio-pci") != 0) {
            continue;
        }
        if (address != NULL) {
            (void)tool_refuse(
                "several controllers are bound to vfio-pci: choose one with --device; see lwnvme list");
            return NULL;
        }
        address = found[i].address;
    }
    if (address == NULL) {
        (void)tool_refuse(
            count == 0
                ? TOOL_NO_CONTROLLER
                : "no NVMe controller is bound to vfio-pci: see lwnvme list, then lwnvme bind ADDRESS");
    }
    return address;
}

/* The command's words as one line. false: too long. */
static bool tool_line(const struct tool *tool, int first, char line[TOOL_LINE_MAX])
{
    size_t used = 0;

    line[0] = '\0';
    for (int i = first; i < tool->word_count && used < TOOL_LINE_MAX; i++) {
        used += (size_t)snprintf(line + used, TOOL_LINE_MAX - used, "%s%s", i == first ? "" : " ",
                                 tool->words[i]);
    }
    if (used < TOOL_LINE_MAX) {
        used += (size_t)snprintf(line + used, TOOL_LINE_MAX - used, "%s%s",
                                 tool->yes && first == 0 ? " --yes" : "",
                                 tool->json && first == 0 ? " --json" : "");
    }
    return used < TOOL_LINE_MAX;
}

/* Interrupts: the kind that was asked for, or the best that there is. */
static int tool_route(const struct tool *tool, struct options *options)
{
    static const enum platform_irq kinds[] = {PLATFORM_MSIX, PLATFORM_MSI, PLATFORM_INTX, PLATFORM_POLL};
    const char *reason = NULL;

    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        options->irq = tool->has_irq ? tool->irq : kinds[i];
        reason = drive_route(&tool_drive, options);
        if (reason == NULL) {
            return TOOL_OK;
        }
        if (tool->has_irq) {
            break;
        }
    }
    return tool_refuse("%s", reason);
}

static int tool_use_namespace(const struct tool *tool)
{
    if (tool->nsid == 0) {
        return TOOL_OK;
    }
    for (uint32_t i = 0; i < tool_drive.ns_count; i++) {
        struct lwnvme_namespace *ns = &tool_drive.ns[i];

        if (ns->nsid == tool->nsid && ns->status == 0) {
            tool_drive.current = ns;
            return TOOL_OK;
        }
        if (ns->nsid == tool->nsid) {
            return tool_refuse("namespace %u cannot be used: %s", ns->nsid, lwnvme_status_string(ns->status));
        }
    }
    return tool_refuse("the drive has no active namespace %u; see lwnvme list-ns", tool->nsid);
}

/* Keys come one by one and without the terminal's own echo, as the shell's line editor wants them. */
static int tool_shell(const struct options *options)
{
    struct termios kept;
    const bool terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &kept) == 0;
    struct termios raw;
    int status;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (terminal) {
        raw = kept;
        raw.c_lflag &= (tcflag_t) ~(unsigned)(ICANON | ECHO | ISIG);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    status = shell_run(&tool_drive, options);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &kept);
    }
    return status == 0 ? TOOL_OK : TOOL_FAILED;
}

static int tool_command(const struct tool *tool, const struct options *options)
{
    char line[TOOL_LINE_MAX];
    const bool reads = strcmp(tool->words[0], "read") == 0;

    if (strcmp(tool->words[0], "shell") == 0) {
        return tool_shell(options);
    }
    if (tool->file != NULL && (reads || strcmp(tool->words[0], "write") == 0)) {
        return reads ? tool_file_read(tool, &tool_drive) : tool_file_write(tool, &tool_drive);
    }
    if (tool->file != NULL) {
        return tool_refuse("--file goes with read and write");
    }
    if (!tool_line(tool, 0, line)) {
        return tool_refuse("the command is too long");
    }
    tool_port.error = LWNVME_VFIO_OK;
    if (shell_once(&tool_drive, options, line)) {
        return TOOL_OK;
    }
    if (tool_port.error != LWNVME_VFIO_OK) { /* what a status of the library cannot say */
        (void)tool_refuse("%s", tool_port.reason);
    }
    return TOOL_FAILED;
}

/* Ends well only if the drive was left in good order. */
static int tool_end(int status)
{
    int ended;

    platform_vfio_quiet(true);
    switch (lwnvme_controller_status(&tool_drive.controller)) {
    case LWNVME_ERR_NOT_OPEN: /* the shell has closed it */
        ended = 0;
        break;
    case LWNVME_OK:
        ended = drive_shutdown(&tool_drive);
        break;
    default: /* it has failed: nothing to shut down */
        ended = drive_close(&tool_drive);
        break;
    }
    platform_vfio_quiet(false);
    if (ended != 0) {
        (void)tool_refuse("the drive was not shut down in good order: %s", lwnvme_status_string(ended));
        return status != TOOL_OK ? status : TOOL_FAILED;
    }
    return status;
}

static int tool_bring_up(const struct tool *tool, struct options *options)
{
    int status;

    (void)options_parse("", options);
    platform_vfio_quiet(true);
    if (!stream_init() || !drive_choose(&tool_drive, options)) {
        return tool_refuse("no memory for buffers: %s", tool_port.reason);
    }
    status = tool_route(tool, options);
    if (status != TOOL_OK) {
        return status;
    }
    status = drive_open(&tool_drive);
    if (status != 0) {
        return tool_refuse("the controller did not come up: %s%s%s", lwnvme_status_string(status),
                           tool_port.error != LWNVME_VFIO_OK ? "; " : "",
                           tool_port.error != LWNVME_VFIO_OK ? tool_port.reason : "");
    }
    platform_vfio_quiet(false);
    return TOOL_OK;
}

/* With these words the demo changes what is on the drive, or may. */
static bool tool_demo_is_harmless(const char *word)
{
    return strstr(word, "write=1") == NULL && strstr(word, "fatal=") == NULL;
}

static int tool_demo(const struct tool *tool)
{
    char line[TOOL_LINE_MAX];

    if (!tool_line(tool, 1, line)) {
        return tool_refuse("the command is too long");
    }
    return demo_main(line) ? TOOL_OK : TOOL_FAILED;
}

/* What is refused is refused before the drive is touched. */
static int tool_check(const struct tool *tool)
{
    bool destructive = false;
    const char *name = NULL;

    for (int i = 1; strcmp(tool->words[0], "demo") == 0 && i < tool->word_count && !tool->yes; i++) {
        if (!tool_demo_is_harmless(tool->words[i])) {
            return tool_refuse("demo %s changes what is on the drive: add --yes", tool->words[i]);
        }
    }
    if (strcmp(tool->words[0], "shell") == 0 || strcmp(tool->words[0], "demo") == 0) {
        return TOOL_OK;
    }
    for (uint32_t i = 0; (name = shell_command_name(i, &destructive)) != NULL; i++) {
        if (strcmp(name, tool->words[0]) == 0) {
            break;
        }
    }
    if (name == NULL) {
        return tool_refuse("\"%s\" is no command; see lwnvme --help and lwnvme help", tool->words[0]);
    }
    /* The shell asks on a terminal, but for what goes from a file past it. */
    if (destructive && !tool->yes && (tool->file != NULL || isatty(STDIN_FILENO) == 0)) {
        return tool_refuse("%s changes what is on the drive: add --yes", name);
    }
    return TOOL_OK;
}

int tool_with_drive(const struct tool *tool)
{
    static struct options options;
    struct lwnvme_vfio_options vfio = {.flags = tool->flags};
    int status = tool_check(tool);

    if (status != TOOL_OK) {
        return status;
    }
    if (strcmp(tool->words[0], "help") == 0) { /* of the shell: needs no drive */
        char line[TOOL_LINE_MAX];

        return tool_line(tool, 0, line) && shell_once(&tool_drive, &options, line) ? TOOL_OK : TOOL_FAILED;
    }
    vfio.address = tool_choose(tool);
    if (vfio.address == NULL) {
        return TOOL_REFUSED;
    }
    if (lwnvme_vfio_open(&tool_port, &vfio) != LWNVME_VFIO_OK) {
        return tool_refuse("%s", tool_port.reason);
    }
    platform_vfio_use(&tool_port);
    if (strcmp(tool->words[0], "demo") == 0) {
        status = tool_demo(tool);
    } else {
        status = tool_bring_up(tool, &options);
        if (status == TOOL_OK) {
            status = tool_use_namespace(tool);
            status = tool_end(status == TOOL_OK ? tool_command(tool, &options) : status);
        }
        platform_vfio_quiet(false);
    }
    lwnvme_vfio_close(&tool_port);
    return status;
}

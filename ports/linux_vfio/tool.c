/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: NVMe drives from the command line, through VFIO. This file takes the command line apart; tool_list.c looks at the
 * machine and touches no drive, tool_drive.c brings one up and hands it to the shell of examples/kernel.
 *
 * Exit status 0: done; 1: the command ended badly; 2: it could not begin, and a line on standard error says what to do.
 */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char tool_usage[] =
    "usage: lwnvme [OPTION]... COMMAND [ARGUMENT]...\n"
    "\n"
    "  list                  the NVMe controllers of this machine, and who has them\n"
    "  bind ADDRESS          takes one from the kernel's driver, unless it is in use, and gives it to "
    "vfio-pci\n"
    "  unbind ADDRESS        gives it back\n"
    "  shell                 a shell; its command help lists what it can do\n"
    "  demo [WORD]...        the demo: reads all of the drive, and more if it may\n"
    "  help [COMMAND]        the shell's commands, each of which can also stand here: smart, read 0, bench, "
    "...\n"
    "\n"
    "  -d, --device ADDRESS  which controller, as 0000:04:00.0; not needed if only one is bound to vfio-pci\n"
    "  -n, --namespace NSID  which namespace, if not the first\n"
    "  -f, --file PATH       read: where blocks go (- is standard output); write: where they come from\n"
    "      --json            for scripts, where a command knows it\n"
    "      --yes             no question before what changes the drive\n"
    "      --force           bind: although programs have the drive open, or may; they will fail\n"
    "      --irq KIND        msix, msi, intx or poll; without: the first of these that there is\n"
    "      --no-huge-pages   memory in ordinary pages\n"
    "      --no-bar-mmap     registers by system calls\n"
    "      --sysfs DIR, --procfs DIR, --devfs DIR   instead of /sys, /proc, /dev (also LWNVME_SYSFS, ...)\n"
    "  -h, --help, --version\n";

int tool_refuse(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fputs("lwnvme: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\n", stderr);
    return TOOL_REFUSED;
}

/* Options without a value. false: it is none of them. */
static bool tool_flag(struct tool *tool, const char *word)
{
    if (strcmp(word, "--json") == 0) {
        tool->json = true;
    } else if (strcmp(word, "--yes") == 0) {
        tool->yes = true;
    } else if (strcmp(word, "--force") == 0) {
        tool->force = true;
    } else if (strcmp(word, "--no-huge-pages") == 0) {
        tool->flags |= LWNVME_VFIO_NO_HUGE_PAGES;
    } else if (strcmp(word, "--no-bar-mmap") == 0) {
        tool->flags |= LWNVME_VFIO_NO_BAR_MMAP;
    } else {
        return false;
    }
    return true;
}

static bool tool_irq(struct tool *tool, const char *value)
{
    static const char *const names[] = {"poll", "intx", "msi", "msix"}; /* as enum platform_irq counts */

    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], value) == 0) {
            tool->has_irq = true;
            tool->irq = (enum platform_irq)i;
            return true;
        }
    }
    return false;
}

/* Options with a value. 0, or that it is wrong; -1: it is none of them. */
static int tool_value(struct tool *tool, const char *word, const char *value)
{
    uint64_t number;

    if (strcmp(word, "-d") == 0 || strcmp(word, "--device") == 0) {
        tool->device = value;
    } else if (strcmp(word, "-f") == 0 || strcmp(word, "--file") == 0) {
        tool->file = value;
    } else if (strcmp(word, "--sysfs") == 0) {
        linux_pci_roots(value, NULL, NULL);
    } else if (strcmp(word, "--procfs") == 0) {
        linux_pci_roots(NULL, value, NULL);
    } else if (strcmp(word, "--devfs") == 0) {
        linux_pci_roots(NULL, NULL, value);
    } else if (strcmp(word, "--irq") == 0) {
        if (value != NULL && !tool_irq(tool, value)) {
            return tool_refuse("--irq is msix, msi, intx or poll, not \"%s\"", value);
        }
    } else if (strcmp(word, "-n") == 0 || strcmp(word, "--namespace") == 0) {
        if (value != NULL && (!text_number(value, &number) || number == 0 || number > UINT32_MAX - 1u)) {
            return tool_refuse("\"%s\" is not a namespace identifier", value);
        }
        tool->nsid = value != NULL ? (uint32_t)number : 0;
    } else {
        return -1;
    }
    return value != NULL ? TOOL_OK : tool_refuse("%s needs a value; see lwnvme --help", word);
}

/* Takes options out of the words, wherever they stand. */
static int tool_parse(struct tool *tool, int count, char **words)
{
    tool->words = words;
    for (int i = 1; i < count; i++) {
        int taken;

        if (tool_flag(tool, words[i])) {
            continue;
        }
        taken = words[i][0] == '-' ? tool_value(tool, words[i], i + 1 < count ? words[i + 1] : NULL) : -1;
        if (taken > TOOL_OK) {
            return taken;
        }
        if (taken == TOOL_OK) {
            i++;
        } else if (words[i][0] == '-' && words[i][1] != '\0') {
            return tool_refuse("%s is no option; see lwnvme --help", words[i]);
        } else {
            words[tool->word_count] = words[i];
            tool->word_count++;
        }
    }
    return TOOL_OK;
}

int main(int argc, char **argv)
{
    struct tool tool = {.device = getenv("LWNVME_DEVICE")};
    int status;

    linux_pci_roots(getenv("LWNVME_SYSFS"), getenv("LWNVME_PROCFS"), getenv("LWNVME_DEVFS"));
    if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
        fputs(tool_usage, stdout);
        return TOOL_OK;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("lwnvme %u.%u.%u\n", (unsigned)LWNVME_VERSION_MAJOR, (unsigned)LWNVME_VERSION_MINOR,
               (unsigned)LWNVME_VERSION_PATCH);
        return TOOL_OK;
    }
    status = tool_parse(&tool, argc, argv);
    if (status != TOOL_OK) {
        return status;
    }
    if (tool.word_count == 0) {
        fputs(tool_usage, stderr);
        return TOOL_REFUSED;
    }
    if (strcmp(tool.words[0], "list") == 0) {
        status = tool_list(&tool);
    } else if (strcmp(tool.words[0], "bind") == 0 || strcmp(tool.words[0], "unbind") == 0) {
        status = tool_bind(&tool, strcmp(tool.words[0], "bind") == 0);
    } else if (strcmp(tool.words[0], "complete") == 0) {
        status = tool_complete(&tool);
    } else {
        status = tool_with_drive(&tool);
    }
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return tool_refuse("cannot write to standard output");
    }
    return status;
}

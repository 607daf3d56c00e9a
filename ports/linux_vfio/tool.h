/* SPDX-License-Identifier: MIT */
/* What the files of the lwnvme command share. */
#ifndef LWNVME_PORT_LINUX_VFIO_TOOL_H
#define LWNVME_PORT_LINUX_VFIO_TOOL_H

#include "drive.h"
#include "lwnvme_vfio.h"
#include "options.h"
#include "pci.h"

#define TOOL_OK      0
#define TOOL_FAILED  1 /* a command ended badly */
#define TOOL_REFUSED 2 /* it could not begin: usage, the machine, the drive */

#define TOOL_LINE_MAX 1024u
#define TOOL_FOUND    64u

#define TOOL_NO_CONTROLLER                                                                                   \
    "this machine has no NVMe controller (PCI class 01:08:02); in RAID or VMD mode the firmware hides them"

/* The command line, taken apart. */
struct tool {
    const char *device; /* NULL: not said */
    const char *file;   /* of read and write; NULL: none */
    uint32_t nsid;      /* 0: not said */
    uint32_t flags;     /* LWNVME_VFIO_... */
    bool has_irq;
    enum platform_irq irq;
    bool json;
    bool yes;
    bool force;     /* bind: although programs have it open */
    int word_count; /* the command and its arguments */
    char **words;
};

/* A line on standard error; returns TOOL_REFUSED. */
int tool_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* tool_list.c */
int tool_list(const struct tool *tool);
int tool_bind(const struct tool *tool, bool bind);
int tool_complete(const struct tool *tool);

/* tool_drive.c: what needs the drive. */
int tool_with_drive(const struct tool *tool);

/* tool_file.c: blocks to and from a file. */
int tool_file_read(const struct tool *tool, struct drive *drive);
int tool_file_write(const struct tool *tool, struct drive *drive);

#endif

/* SPDX-License-Identifier: MIT */
/* The shell on the console. */
#ifndef DEMO_SHELL_H
#define DEMO_SHELL_H

#include "drive.h"
#include "options.h"

/* Reads and carries out commands until `shutdown`, or until the console is closed. Returns how the shutdown
 * ended; 0 when there was none. */
int shell_run(struct drive *drive, const struct options *options);

/* Carries out one command that changes nothing, as if it had been typed. Returns its status. */
int shell_look(struct drive *drive, const char *line);

/* Carries out one command of any kind, as if it had been typed. true: it went well. */
bool shell_once(struct drive *drive, const struct options *options, const char *line);

/* The names of all commands, from 0 on, and whether each asks before it goes on. NULL: there are no more. */
const char *shell_command_name(uint32_t index, bool *destructive);

#endif

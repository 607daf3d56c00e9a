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

#endif

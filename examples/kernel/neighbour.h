/* SPDX-License-Identifier: MIT */
/* Another drive, whose interrupts may come on the same line: it answers reads that nobody takes while the demo works. */
#ifndef DEMO_NEIGHBOUR_H
#define DEMO_NEIGHBOUR_H

#include "options.h"

/* After drive_route, and before the drive is opened. NULL, or why not. */
const char *neighbour_begin(const struct options *options);
/* Takes the answers, says how often it has interrupted, and shuts it down. NULL, or what went wrong. */
const char *neighbour_end(const struct options *options);

#endif

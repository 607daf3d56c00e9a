/* SPDX-License-Identifier: MIT */
/* Several processors at one drive, each with an I/O queue of its own, or all with one that they share. */
#ifndef DEMO_PARALLEL_H
#define DEMO_PARALLEL_H

#include "demo.h"

/*
 * Cuts the region, or the namespace where nothing may be written, into as many parts as there are processors. At the same
 * time each writes the pattern to its part, if it may, reads it back and compares; without, it reads and hashes. Prints
 * a line for each. 0, or the first failure; LWNVME_ERR_INVALID_ARGUMENT when what was read back differs.
 */
int parallel_run(struct drive *drive, const struct options *options, uint32_t processors);

#endif

/* SPDX-License-Identifier: MIT */
/* A drive that is pulled out while several processors work at it. */
#ifndef DEMO_PULLED_H
#define DEMO_PULLED_H

#include "drive.h"

/* Before the drive is opened: has its controller tell when owners of queues must hold still. */
void pulled_listen(struct drive *drive);

/*
 * All processors read, each on a queue of its own, when the drive's slot loses its power. The first one, which owns the
 * controller, finds out. Each read of each processor must come back once, with success or LWNVME_ERR_ABORTED; then the power
 * returns, and the drive is opened. NULL, or what went wrong.
 */
const char *pulled_run(struct drive *drive, uint32_t processors);

#endif

/* SPDX-License-Identifier: MIT */
/* A drive that is pulled out, or fails for good, while it is read. */
#ifndef DEMO_TROUBLE_H
#define DEMO_TROUBLE_H

#include "drive.h"

/*
 * With reads in flight the drive's slot loses its power. Each read must come back once, and the controller be known to be gone;
 * then the power returns, the drive is told anew how to interrupt, and opened. NULL, or what went wrong.
 */
const char *trouble_remove(struct drive *drive);

/*
 * With reads in flight the controller is given a queue that lies where there is no memory, so that it fails with a fatal
 * status (CSTS.CFS). Each read must come back once, and the status be known; then the drive is closed, and opened anew. NULL,
 * or what went wrong.
 */
const char *trouble_fatal(struct drive *drive);

#endif

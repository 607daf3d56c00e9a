/* SPDX-License-Identifier: MIT */
/* Random reads of 4 KiB with the asynchronous calls. */
#ifndef DEMO_BENCH_H
#define DEMO_BENCH_H

#include "drive.h"

#define BENCH_DEPTH_MAX  64u
#define BENCH_READ_BYTES 4096u

/* Keeps `depth` reads in flight for duration_ms and prints how many ended. 0, or the first failure. */
int bench_random_reads(struct drive *drive, const struct lwnvme_namespace *ns, uint32_t depth,
                       uint32_t duration_ms);

#endif

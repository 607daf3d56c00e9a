/* SPDX-License-Identifier: MIT */
/* Random reads of 4 KiB with the asynchronous calls. */
#ifndef DEMO_BENCH_H
#define DEMO_BENCH_H

#include "drive.h"

#define BENCH_DEPTH_MAX  64u
#define BENCH_READ_BYTES 4096u

struct bench_result {
    uint32_t read_bytes; /* of one read */
    uint32_t depth;
    uint64_t reads;
    uint64_t elapsed_us;
};

/* Keeps `depth` reads in flight for duration_ms and says how many ended. 0, or the first failure. */
int bench_measure(struct drive *drive, const struct lwnvme_namespace *ns, uint32_t depth,
                  uint32_t duration_ms, struct bench_result *result);
/* Reads per second. */
uint64_t bench_rate(const struct bench_result *result);
void bench_print(const struct bench_result *result);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * One eventful life of a controller, for sweeps that strike it at every point: an ordinary queue, a shared one and one
 * that completes on another's ring, shadow doorbells, event requests, a host memory buffer, keep alive; I/O that is waited for
 * and I/O in flight; format, firmware update, sanitize; reset, suspension, shutdown. Nothing in it insists that
 * a call succeeds; every call must end, with a status that has a name.
 */
#ifndef TESTS_SIM_LIFE_H
#define TESTS_SIM_LIFE_H

#include "scenario.h"

#define LIFE_QUEUES 3u
#define LIFE_BATCH  6u

struct life {
    struct scenario s;
    struct lwnvme_queue queues[LIFE_QUEUES]; /* ordinary, shared, completing on the ring of the first */
    struct lwnvme_namespace ns;
    struct lwnvme_namespace *handles[1];
    struct lwnvme_shadow shadow;
    struct lwnvme_events events;
    struct lwnvme_host_memory memory;
    struct lwnvme_keep_alive keep_alive;
    struct lwnvme_format format;
    struct lwnvme_sanitize sanitize;
    struct lwnvme_firmware_update update;
    struct lwnvme_suspension suspension;
    uint8_t page[4096];
    uint8_t image[8192];
    uint8_t data[LIFE_BATCH][8192];
    uint8_t bulk[65536];
    uint32_t failures;        /* calls that failed */
    uint32_t gone;            /* of those: said that the device is gone */
    const char *failed_first; /* which one was the first */
    int failed_status;        /* and how it ended */
};

/* Settings and configuration; what else shall be different is set before scenario_power. */
void life_prepare(struct life *life, uint32_t variant);
/* Opens, makes queues, opens the namespace. false: that failed. */
bool life_open(struct life *life);
/* All the rest but the close. */
void life_run(struct life *life);
/* The step of a sweep over all points of a life: `usual`, or 1 with SWEEP_ALL=1 in the environment, or more where machines are
 * emulated (scenario_stride). */
uint32_t life_stride(uint32_t usual);
/* Until nothing is in flight, or the controller has failed and given everything back. */
void life_settle(struct life *life);

#endif

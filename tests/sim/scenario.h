/* SPDX-License-Identifier: MIT */
/*
 * What the scenarios share: a software controller, a driver on it, and the checks that end every scenario:
 * nothing undefined was done, nothing is left allocated or mapped, every accepted request was called back
 * exactly once, and virtual time stayed within bounds.
 */
#ifndef TESTS_SIM_SCENARIO_H
#define TESTS_SIM_SCENARIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lwnvme/lwnvme.h>

#include "lwnvme_sim.h"

#define SECOND_US UINT64_C(1000000)

/* Scenarios also run on QEMU's controller, which lacks some capabilities that cannot be turned off there (see
 * tests/qtest/README.md). False there; of use where a scenario would otherwise not run on it at all. */
extern const bool scenario_on_software;

/* A request whose callbacks are counted. Lives until scenario_end. */
struct tracked {
    struct lwnvme_request request; /* first: the callback gets its address */
    struct scenario *scenario;
    uint32_t accepted;
    uint32_t called;
    uint64_t called_at_us;
    void (*then)(struct tracked *io); /* after counting; NULL: nothing */
    void *data;
    struct tracked *next;
};

struct scenario {
    /* To be changed between scenario_prepare and scenario_power. */
    struct lwnvme_sim_config settings;
    struct lwnvme_controller_config config;
    bool stepped;            /* open, shutdown, ... by start and single polls, each of which is checked */
    uint64_t time_limit_us;  /* of the whole scenario */
    bool violations_allowed; /* the scenario provokes some */
    bool memory_kept;        /* the scenario ends with memory that must be kept */

    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    struct lwnvme_controller *controller;
    struct lwnvme_queue *queue;  /* of scenario_queue */
    struct lwnvme_namespace *ns; /* of scenario_namespace */
    uint32_t events[LWNVME_EVENT_STOPPING + 1];
    uint64_t started_us;
    struct tracked *requests;
};

/* A group setup: from now on the host has neither dma_unmap nor dma_sync, and every other one maps a buffer as one
 * run, so that the library may take its straight path. Settings that need the hooks keep them. */
int scenario_plain_host(void **state);

void scenario_prepare(struct scenario *s);
void scenario_power(struct scenario *s); /* makes the software controller and the configuration for it */
int scenario_open(struct scenario *s);
int scenario_shutdown(struct scenario *s, enum lwnvme_shutdown kind);
int scenario_resume(struct scenario *s);
int scenario_reset(struct scenario *s);
int scenario_close(struct scenario *s);
/* Closes if that was not done, checks all that the head of this file says, frees. */
void scenario_end(struct scenario *s);

/* prepare, power and a successful open. */
void scenario_start(struct scenario *s);
/* One poll of the controller, which must not wait and must not touch many registers. */
int scenario_poll(struct scenario *s);
/* Polls, time passing in between, until the controller's status is no longer pending. */
int scenario_settle(struct scenario *s);

/* A queue and namespace 1, which must work. */
void scenario_queue(struct scenario *s, uint32_t entries);
void scenario_namespace(struct scenario *s);
/* Writes, reads back and compares a few blocks through a queue of its own. */
void scenario_try_io(struct scenario *s);

/* Carries a long operation on to its end, 2 ms passing between the polls; its status. */
int scenario_operation(struct scenario *s, struct lwnvme_operation *operation);

struct tracked *scenario_request(struct scenario *s);
/* Notes what a submitting call returned. */
int scenario_accept(struct tracked *io, int status);
uint32_t scenario_in_flight(const struct scenario *s); /* accepted and not yet called back */
/* Polls queue (may be NULL) and controller until all accepted requests have been called back. */
void scenario_wait_all(struct scenario *s, struct lwnvme_queue *queue);

void scenario_fault(struct scenario *s, struct lwnvme_sim_fault fault);
uint64_t scenario_now(const struct scenario *s);

/* Deterministic noise. */
uint32_t scenario_random(uint32_t *state);
void scenario_fill(uint8_t *data, size_t length, uint32_t seed);
/* calloc that cannot fail, aligned to align bytes; freed with free. */
void *scenario_memory(size_t length, size_t align);

/*
 * The step of sweeps over hundreds of lives: 1, or what THIN in the environment says, where machines are emulated and each of
 * them costs ten times as much. The whole of a sweep runs natively.
 */
uint32_t scenario_stride(void);

#endif

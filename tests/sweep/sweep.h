/* SPDX-License-Identifier: MIT */
/*
 * Sweeps: a scenario is run once to count what happens in it (register reads, allocations, mappings, commands, looks at the
 * clock), and then again with one fault at the first of them, the second, and so on, for each kind of fault. See README.md.
 *
 *     sweep.c      what a world is: host, software controller, driver, the model of the medium, the end with all its checks
 *     kinds.c      the kinds of faults
 *     run.c        the program: counting, processes, replay, pairs, figures
 *     scenario_*.c the scenarios
 */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lwnvme/lwnvme.h>

#include "lwnvme_sim.h"

#define SWEEP_QUEUES 4u
#define SWEEP_BLOCKS 2048u /* of namespace 1, whose content is known */
#define SWEEP_SEEDS  4u
#define SWEEP_EVENTS 32u /* kinds of events, at most */
#define SECOND_US    UINT64_C(1000000)

/* The host that a scenario runs on. */
enum sweep_host {
    HOST_HOOKS = 0, /* mappings are ended, each page has an address of its own */
    HOST_PLAIN,     /* no dma_unmap, no dma_sync: the straight path */
    HOST_CACHES,    /* DMA is not coherent */
    HOST_WEAK,      /* weak order: barriers count */
    HOST_REGISTERS, /* the same, and registers are plain memory */
    HOST_COUNT
};

/* What can be counted. */
enum sweep_event {
    EVENT_READ = 0,
    EVENT_COMMAND,
    EVENT_DMA_ALLOC,
    EVENT_ALLOC,
    EVENT_MAP,
    EVENT_CLOCK,
    EVENT_COUNT
};

struct sweep_kind {
    const char *name;
    enum sweep_event event;
    enum lwnvme_sim_fault_kind fault; /* of EVENT_COMMAND */
    uint16_t status;
    uint32_t flags; /* KIND_... */
    uint64_t value; /* the fault's; of clocks: microseconds, of failing calls: how many */
};
#define KIND_GONE       1u   /* the device has left the bus */
#define KIND_LIES       2u   /* it says what is not so, and nobody can see that: data are not compared */
#define KIND_VIOLATIONS 4u   /* it is there and is treated as if it were not */
#define KIND_IO_ONLY    8u   /* I/O commands only */
#define KIND_ZEROS      16u  /* with GONE: registers read 0 */
#define KIND_POWER      32u  /* it has lost power */
#define KIND_BACKWARDS  64u  /* of clocks: value is negative */
#define KIND_STUCK      128u /* it needs a reset, and perhaps nobody has noticed */

struct sweep_fault {
    const struct sweep_kind *kind; /* NULL: none */
    uint64_t at;                   /* the n-th event, from 1 */
};

struct world;

struct sweep_scenario {
    const char *name;
    void (*prepare)(struct world *w); /* settings; may be NULL */
    void (*run)(struct world *w);
    uint32_t flags; /* SCENARIO_... */
};
#define SCENARIO_NO_CACHES  1u  /* for hosts with coherent DMA only */
#define SCENARIO_FORGETS    2u  /* it does to the medium what the model does not know */
#define SCENARIO_ODD        8u  /* a driver in need does what the specification leaves open */
#define SCENARIO_CLEAN      16u /* without faults only: what it leaves behind then, nobody can use */
#define SCENARIO_GIVES_BACK 4u  /* resets of its own give requests back, which is no failure */

/* What became of a run. */
enum sweep_outcome {
    OUTCOME_MASKED = 0, /* nobody noticed */
    OUTCOME_FAILED,     /* calls or requests failed, by name */
    OUTCOME_RECOVERED,  /* the controller failed, and worked again after a reset or when it was opened anew */
    OUTCOME_COUNT
};

/* A request of its own memory, whose end is checked. */
struct sweep_io {
    struct lwnvme_request request; /* first */
    struct world *world;
    struct sweep_io *next;
    uint32_t accepted;
    uint32_t called;
    uint32_t opcode;
    uint64_t lba;
    uint32_t blocks;
    uint32_t seed; /* of what is written */
    uint8_t *data;
    size_t bytes;
    uint32_t again; /* submitted so often again by its own callback */
    struct lwnvme_queue *queue;
    struct lwnvme_buffer buffer;
};

/* What a block may hold: seeds of fill(), 0 for zeroes; unknown when there are too many. */
struct sweep_block {
    uint32_t seeds[SWEEP_SEEDS];
    uint8_t count; /* 0: anything */
};

struct world {
    const struct sweep_scenario *scenario;
    enum sweep_host host;
    struct sweep_fault faults[2];
    struct lwnvme_sim_config settings;
    struct lwnvme_controller_config config;
    uint64_t limit_us; /* virtual time that a run may take */
    bool slow_callbacks;

    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    struct lwnvme_controller *controller;
    struct lwnvme_queue *queues; /* SWEEP_QUEUES */
    struct lwnvme_namespace *ns;
    struct sweep_io *ios;
    void *extra; /* the scenario's own, zeroed, freed with the world */
    uint32_t extra_count;
    void *memories[64]; /* of world_memory */
    uint32_t memory_count;
    struct sweep_block *blocks;
    uint32_t seed;
    uint32_t failures;
    uint32_t resets; /* because the controller had failed */
    uint32_t events[SWEEP_EVENTS];
    uint64_t started_us;
    uint64_t idle_us;
    bool lies;
    bool held;  /* some request's buffer, and its mapping, is the controller's for good */
    bool kept;  /* so is memory of a bring-up that failed */
    bool quiet; /* the end: failures are no failures of the scenario any more */
    jmp_buf out;
    char why[400];
};

/* sweep.c */
extern unsigned sweep_idle_barriers;
extern bool sweep_verbose; /* says what fails, and what the driver says */
void world_fail(struct world *w, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
#define WORLD_CHECK(w, condition)                                                                            \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            world_fail((w), "%s:%d: %s", __FILE__, __LINE__, #condition);                                    \
    } while (0)

/* One run; false: w->why says what is wrong. Counters of the software controller to *counts, which may be NULL. */
bool sweep_run(const struct sweep_scenario *scenario, enum sweep_host host, const struct sweep_fault *faults,
               enum sweep_outcome *outcome, uint64_t *counts, char *why);

/* Whether a call went well; one that did not must say why. */
bool ok(struct world *w, int status);
void *world_memory(struct world *w, size_t bytes); /* zeroed, in whole pages, until the end */

void world_full(struct world *w); /* settings: a controller with everything on the admin side */
bool world_open(struct world *w);
bool world_queue(struct world *w, uint32_t index, const struct lwnvme_queue_config *config);
bool world_namespace(struct world *w, uint32_t nsid); /* to w->ns[nsid - 1] */
/* Time passes to what happens next; queues and controller are polled. */
void world_turn(struct world *w);
void world_pass(struct world *w, uint64_t us); /* at least so much time */
/* Brings a controller that has failed, or is off, back as its owner would. True: it is ready. */
bool world_ready(struct world *w);
/* Carries an operation on to its end. */
int world_operate(struct world *w, struct lwnvme_operation *operation);

/* Content of blocks, known to the model. */
void world_fill(uint8_t *data, uint32_t block_bytes, uint64_t lba, uint32_t blocks, uint32_t seed);
void world_forget(struct world *w, uint64_t lba, uint64_t blocks); /* they may hold anything now */
void world_wrote(struct world *w, uint64_t lba, uint32_t blocks, uint32_t seed, int status);
void world_compare(struct world *w, uint64_t lba, uint32_t blocks, const uint8_t *data);

/* Blocking, on queue 0 and namespace 1. */
bool world_write(struct world *w, uint64_t lba, uint32_t blocks);
bool world_read(struct world *w, uint64_t lba, uint32_t blocks);

/* Not blocking. The buffer begins `offset` bytes into a page. */
struct sweep_io *world_start(struct world *w, uint32_t queue, uint32_t opcode, uint64_t lba, uint32_t blocks,
                             uint32_t offset);
struct sweep_io *world_io(struct world *w, uint32_t opcode, uint64_t lba, uint32_t blocks, uint32_t offset);
bool world_accept(struct sweep_io *io, int status);
void world_wait(struct world *w); /* until all are back */

/* kinds.c */
extern const struct sweep_kind sweep_kinds[];
extern const uint32_t sweep_kind_count;
void sweep_fault_set(struct lwnvme_sim_config *settings, const struct sweep_fault *fault, uint32_t place);

/* scenario_*.c */
extern const struct sweep_scenario sweep_scenarios_life[];
extern const struct sweep_scenario sweep_scenarios_io[];
extern const struct sweep_scenario sweep_scenarios_admin[];

#endif

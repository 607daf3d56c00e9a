/* SPDX-License-Identifier: MIT */
/*
 * A simulated machine: a software controller, a driver on it, and the model of what may be on the medium. Everything in
 * it follows from a seed: what there is, what is done, in which order, and what goes wrong.
 *
 *     world.c      the machine: made, brought up, brought up again, taken down; what must always hold
 *     work.c       requests: made up, submitted, called back, checked
 *     trouble.c    what goes wrong, and what is done on purpose: resets, removals, power cuts, formats, ...
 *     model.c      what reads may see
 *     simulate.c   seeds, side by side; the figures
 */
#ifndef TESTS_SIMULATION_WORLD_H
#define TESTS_SIMULATION_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <lwnvme/lwnvme.h>

#include "lwnvme_sim.h"
#include "model.h"

#define WORLD_QUEUES 4u
#define WORLD_SPACES 3u
#define WORLD_WORKS  64u
#define WORK_BLOCKS  16u
#define WORK_BYTES   8192u
#define WORK_SPANS   2u

/* What is counted, and summed up over seeds. */
enum trouble {
    TROUBLE_LOSE,
    TROUBLE_DELAY,
    TROUBLE_STATUS,
    TROUBLE_STATUS_AFTER,
    TROUBLE_STATUS_BITS,
    TROUBLE_DUPLICATE,
    TROUBLE_FOREIGN_CID,
    TROUBLE_FOREIGN_SQID,
    TROUBLE_FOREIGN_SQHD,
    TROUBLE_EXTRA,
    TROUBLE_PHASE,
    TROUBLE_TORN,
    TROUBLE_FATAL,
    TROUBLE_STUCK,
    TROUBLE_ALLOCATION,
    TROUBLE_MAPPING,
    TROUBLE_CLOCK,
    TROUBLE_RESET,
    TROUBLE_SUBSYSTEM_RESET,
    TROUBLE_SHUTDOWN,
    TROUBLE_REMOVAL,
    TROUBLE_POWER_CUT,
    TROUBLE_POWER_CUT_IN_COMMAND,
    TROUBLE_FORMAT,
    TROUBLE_RESIZE,
    TROUBLE_DETACH,
    TROUBLE_QUEUE,
    TROUBLE_COUNT
};
extern const char *const trouble_names[TROUBLE_COUNT];

enum work_kind {
    WORK_READ,
    WORK_WRITE,
    WORK_FLUSH,
    WORK_FLUSH_ALL,
    WORK_ZEROES,
    WORK_TRIM,
    WORK_COMPARE,
    WORK_VERIFY,
    WORK_COPY,
    WORK_FUSED,
    WORK_APPEND,
    WORK_ZONE_RESET,
    WORK_KINDS
};
extern const char *const work_names[WORK_KINDS];

struct figures {
    uint64_t seeds;
    uint64_t ios; /* requests called back */
    uint64_t by_kind[WORK_KINDS];
    uint64_t errors; /* of them, that did not end well */
    uint64_t refused;
    uint64_t commands; /* of I/O queues, as the controller counts them */
    uint64_t virtual_us;
    uint64_t troubles[TROUBLE_COUNT];
    uint64_t bringups;
    uint64_t checks;     /* blocks compared with the model */
    uint64_t stale;      /* completions that were dropped */
    uint64_t recoveries; /* of the library by itself: resets, commands aborted, requests issued again */
    uint64_t aborts;
    uint64_t again;
    uint64_t failures;
};

/* What is broken on purpose, so that it is seen that it would be found. */
enum plant {
    PLANT_NOTHING,
    PLANT_FLUSH,    /* a flush does nothing */
    PLANT_FUA,      /* the Force Unit Access bit gets lost */
    PLANT_MEDIUM,   /* a block changes by itself */
    PLANT_TORN,     /* AWUPF is less than what was said */
    PLANT_MISREAD,  /* a read is of the block beside */
    PLANT_MISPLACE, /* a write goes to the block beside */
    PLANT_TWICE,    /* a request is called back twice */
    PLANT_KINDS
};
extern const char *const plant_names[PLANT_KINDS];

/* A request, and what the model has to know of it. */
struct work {
    struct lwnvme_request request; /* first: the callback gets its address */
    struct world *world;
    struct work *next; /* of those that are free */
    enum work_kind kind;
    uint32_t queue;
    uint32_t space;
    bool busy;
    bool durable; /* on non-volatile media when it is acknowledged */
    bool wrong;   /* a comparison with something that is not there */
    struct model_span to[WORK_SPANS];
    uint32_t to_count;
    struct model_span from;
    bool reads;
    size_t skew; /* where in a page the data begin, if they are short enough */
    uint32_t began;
    uint32_t powered;
    uint64_t since_us;
    uint64_t contents[WORK_BLOCKS];
    uint64_t copied[WORK_BLOCKS];
    struct lwnvme_segment segments[4];
    struct lwnvme_dsm_range trims[WORK_SPANS];
    struct lwnvme_copy_request copy;
    struct lwnvme_copy_range ranges[4];
    struct lwnvme_fused_pair pair;
    uint8_t *out; /* WORK_BYTES each, page aligned */
    uint8_t *in;
};

struct zone {
    uint64_t next;      /* where the next write goes; not known while `dirty` */
    uint32_t under_way; /* writes and appends */
    uint64_t claimed;   /* blocks of them, so that they fit */
    bool dirty;         /* something went wrong: to be looked at, or reset */
    bool resetting;
    bool writing; /* at a place that was named, so that nobody else may write */
};
#define WORLD_ZONES 16u

struct world {
    uint64_t seed;
    uint64_t random;
    uint64_t trace; /* a hash of all that has happened */
    enum plant plant;
    bool verbose;
    jmp_buf *out; /* where a failure goes */
    char why[512];

    struct lwnvme_sim_config settings;
    struct lwnvme_controller_config config;
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    struct lwnvme_controller *controller;
    struct lwnvme_queue queues[WORLD_QUEUES];
    struct lwnvme_queue_config queue_configs[WORLD_QUEUES];
    uint32_t queue_count;
    bool on_first[WORLD_QUEUES]; /* completes in the ring of queue 0 */
    uint32_t in_flight[WORLD_QUEUES];
    bool rung[WORLD_QUEUES]; /* an interrupt asked for a poll */
    bool driven_by_interrupts;

    struct lwnvme_namespace *spaces[WORLD_SPACES]; /* of zoned namespaces: that of `zoned` */
    struct lwnvme_namespace plain[WORLD_SPACES];
    struct lwnvme_zoned zoned;
    uint64_t blocks[WORLD_SPACES];
    bool detached[WORLD_SPACES];
    uint32_t space_count;
    uint32_t zoned_space; /* UINT32_MAX: none */
    struct zone zones[WORLD_ZONES];
    uint32_t zone_count;
    uint32_t block_bytes;
    bool cached;
    bool crowded;  /* writes of the same blocks may overlap */
    bool recovers; /* the library climbs the recovery ladder by itself */
    struct lwnvme_recovery recovery;
    struct lwnvme_recovery_policy policy;
    bool peaceful;  /* nothing goes wrong: every request must succeed */
    uint32_t depth; /* requests under way, at most */

    struct model model;
    struct work works[WORLD_WORKS];
    struct work *idle;
    uint32_t under_way;
    uint8_t *memory;

    uint64_t limit; /* I/Os */
    uint64_t next_trouble;
    uint64_t started_us;
    uint64_t cuts;     /* power cuts that the model knows of */
    int64_t jumped_us; /* the clock, without time passing */
    struct lwnvme_format format;
    bool calm; /* while all is read back */
    struct figures figures;
};

/* Ends the seed, with what was wrong. Does not return. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3), noreturn))
#endif
void world_fail(struct world *world, const char *format, ...);

/* A number below `sides`, which is not 0. */
uint32_t roll(struct world *world, uint32_t sides);
static inline void world_note(struct world *world, uint64_t value)
{
    world->trace = (world->trace ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    world->trace ^= world->trace >> 29;
}

/* Zeroed, at the start of a page: where memory lies in pages decides how it is mapped. Freed by free. */
void *world_memory(size_t bytes);
void world_create(struct world *world, uint64_t seed);
void world_run(struct world *world);
void world_destroy(struct world *world);
uint64_t world_now(const struct world *world);
/* Power cuts that have happened inside the controller reach the model. */
void world_look(struct world *world);
/* Brings the controller to its ready state, whatever it takes, and reads back what a power cut may have changed. */
void world_recover(struct world *world);
/* Polls and lets time pass until nothing is under way. */
void world_drain(struct world *world);
void world_close(struct world *world);
void world_open(struct world *world);
bool world_open_space(struct world *world, uint32_t space);

/* Submits a burst of requests to a queue. */
void work_burst(struct world *world);
/* A read of up to WORK_BLOCKS blocks, and its end; whether it has ended well. */
bool work_read_back(struct world *world, uint32_t space, uint64_t lba, uint32_t count);
void work_create(struct world *world);
void work_destroy(struct world *world);
void zones_look(struct world *world);

void trouble_make(struct world *world);
void trouble_end(struct world *world); /* the controller behaves from here on */

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests share.
 *
 * struct fake: a host without a device, and a controller and a queue that are made by hand and taken for ready.
 * The test plays the device: it reads the submission ring and writes completions. Every hook keeps count and
 * checks what the contract in host.h says: lock balance, each mapping ended once, memory freed as allocated.
 *
 * struct bench: a controller opened on the software controller, for what needs a device that answers.
 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

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

/* Private to the library, and what is tested here. */
#include "../../src/core/core.h"

#define FAKE_WRITES 4096u
#define FAKE_MAPS   8192u
#define FAKE_BLOCKS 64u
#define FAKE_SYNCS  4096u
#define FAKE_TEXTS  16u

struct fake_write {
    size_t offset;
    uint32_t value;
    bool locked;
};

struct fake_map {
    uint64_t dma;
    size_t length;
    int direction;
};

struct fake_block {
    void *memory;
    size_t size;
    uint64_t dma;
    bool is_dma;
};

struct fake_sync {
    uintptr_t address;
    size_t length;
    int direction;
    bool for_device;
};

struct fake {
    struct lwnvme_host_ops ops;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_namespace ns;

    uint64_t now_us;
    uint32_t clock_reads;
    uint32_t registers[0x40 / 4];
    struct fake_write writes[FAKE_WRITES];
    uint32_t write_count;

    int locked;
    uint32_t locks;

    /* dma_map: by default a device address is a CPU address plus this, in one run. */
    uint64_t map_offset;
    bool (*translate)(struct fake *fake, uintptr_t address, size_t length, uint64_t *dma, size_t *run);
    uint32_t maps_made;
    uint32_t map_fails_at; /* the n-th from now on, from 1; 0: none */
    struct fake_map maps[FAKE_MAPS];
    uint32_t map_count;
    uint32_t unmaps;
    bool track_maps;

    struct fake_block blocks[FAKE_BLOCKS];
    uint32_t allocations_made;
    uint32_t allocation_fails_at;
    uint64_t next_dma;
    uint64_t misalign_dma; /* added to what dma_alloc says */

    struct fake_sync syncs[FAKE_SYNCS];
    uint32_t sync_count;

    char texts[FAKE_TEXTS][160];
    int levels[FAKE_TEXTS];
    uint32_t text_count;

    /* The device's half of the rings. */
    uint32_t device_head; /* next submission entry to be fetched */
    uint32_t device_tail; /* next completion entry to be written */
    uint32_t device_phase;
};

/* Options of a fake, as flags. */
#define FAKE_UNMAP  1u /* the host has dma_unmap */
#define FAKE_SYNC   2u /* and dma_sync */
#define FAKE_SHARED 4u /* the queue is shared */
#define FAKE_ALLOC  8u /* the host has alloc and free */

/* A host with hooks, no controller. */
void fake_host(struct fake *fake, uint32_t options);
/* And a controller that counts as ready, with this memory page and largest transfer. */
void fake_controller(struct fake *fake, uint32_t page_bytes, uint32_t max_transfer_bytes);
/* And a live I/O queue with identifier 1. */
void fake_queue(struct fake *fake, uint32_t entries);
/* And a namespace of 2^block_shift bytes a block. */
void fake_namespace(struct fake *fake, uint32_t block_shift, uint64_t block_count);
/* Host, controller of 4 KiB pages and 128 KiB transfers, queue, namespace of 512-byte blocks. */
void fake_start(struct fake *fake, uint32_t options, uint32_t entries);
/* Frees what there is, and checks that nothing else is left. */
void fake_end(struct fake *fake);

size_t fake_outstanding_blocks(const struct fake *fake);
/* Device memory as the CPU sees it, or NULL. */
void *fake_dma_memory(const struct fake *fake, uint64_t dma, size_t length);

/* Commands that the driver has told of and the device has not fetched. */
uint32_t fake_told(const struct fake *fake);
/* The value last written to a doorbell of a queue; UINT32_MAX: none. */
uint32_t fake_doorbell(const struct fake *fake, uint32_t queue_id, uint32_t is_cq);
/* Fetches the next command; it must have been told of. Dwords in the CPU's order. */
void fake_fetch(struct fake *fake, uint32_t command[16]);
/* Writes the next completion. */
void fake_post_raw(struct fake *fake, uint32_t dw0, uint32_t sqid, uint32_t cid, uint32_t status);
void fake_post(struct fake *fake, uint32_t cid, uint32_t status);

/* A request with a count of its callbacks. */
struct counted {
    struct lwnvme_request request; /* first */
    uint32_t called;
    uint32_t order; /* which callback of all it was, from 1 */
    struct fake *fake;
    void (*then)(struct counted *counted);
    void *data;
};
extern uint32_t counted_calls; /* of all counted requests, since counted_init of the first */
void counted_init(struct counted *counted, struct fake *fake);
void counted_done(struct lwnvme_request *request);

/* The software controller and a driver on it. */
struct bench {
    struct lwnvme_sim_config settings;
    struct lwnvme_controller_config config;
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    struct lwnvme_controller *controller;
    struct lwnvme_queue *queue;
    struct lwnvme_namespace *ns;
    uint32_t events[LWNVME_EVENT_STOPPING + 1];
    bool violations_allowed;
};
void bench_prepare(struct bench *bench); /* settings and config may be changed after it */
void bench_power(struct bench *bench);   /* makes the software controller; ops may be changed after it */
int bench_open(struct bench *bench);     /* blocking */
void bench_start(struct bench *bench);   /* all of that, a queue and namespace 1 */
int bench_settle(struct bench *bench);   /* polls until the controller's status is not pending */
int bench_queue_settle(struct bench *bench, struct lwnvme_queue *queue);
void bench_wait(struct bench *bench, struct lwnvme_request *request); /* polls until it is not active */
void bench_end(struct bench *bench);  /* closes, checks for leaks and violations */
void bench_drop(struct bench *bench); /* destroys without checks; the controller has been closed */

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share: the bytes that decide, a host that keeps count, and a device that does what the bytes
 * say. Small and static, so that tens of thousands of lives fit into a second; sim/ is the device that keeps to the rules.
 *
 * A target is LLVMFuzzerTestOneInput, as libFuzzer wants it; replay.c has a main for it without libFuzzer. What must not
 * be is said by fuzz_require, which aborts.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lwnvme/lwnvme.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void fuzz_fail(const char *what);
static inline void fuzz_require(bool holds, const char *what)
{
    if (!holds) {
        fuzz_fail(what);
    }
}

/* ---- Bytes that decide; zeros when there are no more. ---- */

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static inline uint32_t fuzz_number(struct fuzz_input *in, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes; i++) {
        number |= (uint32_t)fuzz_byte(in) << (8u * i);
    }
    return number;
}

static inline uint64_t fuzz_number64(struct fuzz_input *in)
{
    uint64_t low = fuzz_number(in, 4);
    return low | (uint64_t)fuzz_number(in, 4) << 32;
}

static inline uint32_t fuzz_below(struct fuzz_input *in, uint32_t limit)
{
    return fuzz_byte(in) % limit;
}

/* ---- The host and its device; one at a time. ---- */

#define FUZZ_BAR_BYTES   0x1020u /* doorbells of queues 0 to 3 */
#define FUZZ_QUEUES      4u
#define FUZZ_COMMANDS    96u
#define FUZZ_BLOCKS      64u
#define FUZZ_MAPS        256u
#define FUZZ_ARENA_BYTES (1u << 20)
#define FUZZ_ARENA_DMA   UINT64_C(0x100000000)
#define FUZZ_MAP_OFFSET  UINT64_C(0x10000000000) /* what makes a device address of a CPU address */
#define FUZZ_CALL_LIMIT  20000u                  /* calls of hooks in one call of the library */

/* What the host has: which hooks. */
#define FUZZ_UNMAP     1u
#define FUZZ_SYNC      2u
#define FUZZ_ALLOC     4u
#define FUZZ_LOCK      8u
#define FUZZ_REGISTERS 16u /* registers and doorbells are memory, without hooks */
#define FUZZ_DIRECT    32u /* a direct map of the buffers */
#define FUZZ_FENCE     64u
#define FUZZ_LOG       128u

/* A command that the device has fetched. */
struct fuzz_command {
    uint16_t sqid;
    uint16_t cid;
    bool answered; /* by fuzz_answer */
    bool claimed;  /* some completion with its identifiers has been in a ring */
    bool success;  /* one that says so */
    bool stopped;  /* the controller has been stopped since */
    uint32_t sqe[16];
};

struct fuzz_ring {
    bool there;
    uint64_t dma;
    uint32_t entries;
    uint32_t next;  /* the device's: head of a submission ring, tail of a completion ring */
    uint32_t phase; /* of a completion ring */
    uint32_t cq;    /* of a submission ring: where it completes */
};

struct fuzz_block {
    uint32_t offset;
    uint32_t size;
    bool live;
    bool is_dma;
};

struct fuzz_map {
    uint64_t dma;
    size_t length;
};

struct fuzz_device {
    struct fuzz_input *in;
    struct lwnvme_host_ops ops;
    uint32_t hooks;
    uint32_t calls; /* of hooks, since fuzz_enter */
    uint64_t now_us;
    uint32_t tick_us; /* the clock goes on by this each time it is read */

    /* Registers as the device has them; what is read is changed by what follows. */
    uint32_t cc;
    bool ready_follows; /* CSTS.RDY follows CC.EN at once */
    bool hostile_reads; /* the bytes decide on each read */
    uint32_t csts_set;
    uint32_t csts_clear;
    bool gone;        /* all ones */
    bool had_version; /* VS has been read as something else than 0 */

    /* What the device may do, by its own words. */
    bool may_write;
    bool disabled; /* CC.EN is 0, as far as the library knows */

    struct fuzz_ring sq[FUZZ_QUEUES];
    struct fuzz_ring cq[FUZZ_QUEUES];
    struct fuzz_command commands[FUZZ_COMMANDS];
    uint32_t command_count;
    bool overflow; /* commands have been forgotten: what they would tell is not checked */

    /* What the answer to an admin command is: data into `page`, which has `length` bytes; returns its status. */
    uint32_t (*answer)(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0);

    struct fuzz_block blocks[FUZZ_BLOCKS];
    uint32_t block_count;
    uint32_t arena_used;
    uint32_t live_dma;
    uint32_t live_plain;
    uint32_t allocations;
    uint32_t allocation_fails_at; /* 0: never */
    uint32_t map_count;
    bool held;        /* a buffer was: its mappings stay */
    uint32_t map_run; /* most bytes of one mapping; 0: any */
    bool locked;
    struct fuzz_map maps[FUZZ_MAPS];
};

extern struct fuzz_device fuzz;
extern volatile uint32_t fuzz_registers[FUZZ_BAR_BYTES / 4];
#define FUZZ_BUFFER_BYTES (256u * 1024u)
extern uint8_t fuzz_buffer[FUZZ_BUFFER_BYTES]; /* what callers may own; aligned to 4096 */

/* A new life, with these hooks. */
void fuzz_start(struct fuzz_input *in, uint32_t hooks);
void fuzz_config(struct lwnvme_controller_config *config);

/* Most lives begin as others did. What a target keeps is put aside when it has been prepared, under a key that says all
 * about it; a life begins with it again where it is there. */
struct fuzz_part {
    void *memory;
    size_t size;
};
void fuzz_keep(uint32_t key, const struct fuzz_part *parts, uint32_t count);
bool fuzz_begin_again(uint32_t key, struct fuzz_input *in, const struct fuzz_part *parts, uint32_t count);

/* Around each call of the library that may call hooks. */
void fuzz_enter(void);
void fuzz_leave(void);
void fuzz_register_set(uint32_t offset, uint32_t value);
/* The device looks at CC and at its doorbells, and fetches. */
void fuzz_look(void);
/* Whether the device may still write memory that it was told of, as far as it has said. */
bool fuzz_may_write(void);

/* CPU memory behind a device address: the arena, or fuzz_buffer; NULL if not all of it is there. */
uint8_t *fuzz_memory(uint64_t dma, size_t length);
/* Writes a completion at an index of a completion ring, dwords in the CPU's order; false: there is no such ring. */
bool fuzz_cqe_write(uint32_t cqid, uint32_t index, const uint32_t dwords[4]);
/* Writes the next completion of the ring in which `sqid` completes. status is a status field without phase. */
void fuzz_post(uint32_t sqid, uint32_t cid, uint32_t status, uint32_t dw0);
void fuzz_answer(struct fuzz_command *command, uint32_t status, uint32_t dw0);
/* Answers all admin commands that have none, as fuzz.answer says; NULL: as an obliging device would. */
void fuzz_answer_admin(void);
uint32_t fuzz_oblige(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0);
/* Answers by the bytes: what an obliging device would say, with parts of it changed, or anything. */
uint32_t fuzz_answer_by_bytes(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0);
/* Changes data by the bytes: none, all, or up to seven pieces of them, as `how` says. */
void fuzz_fill(uint8_t *page, size_t length, uint32_t how);
/* Memory that nobody may touch for a while. */
void fuzz_close_off(void *address, size_t length, bool closed);
/* An unanswered command of a queue, or any (UINT32_MAX), chosen by a number; NULL: none. */
struct fuzz_command *fuzz_pending(uint32_t sqid, uint32_t which);

/* Opens a controller on an obliging device, polls until it is ready; false: it does not get there. */
bool fuzz_bring_up(struct lwnvme_controller *controller, const struct lwnvme_controller_config *config);
/* Polls until *status is not LWNVME_PENDING, admin commands answered in between. */
void fuzz_settle(struct lwnvme_controller *controller, const int *status);
/* Closes, whatever the device does; checks that it ends, and that nothing is left but what must be kept. */
void fuzz_close(struct lwnvme_controller *controller);

/* ---- Requests whose callbacks are counted. Their commands carry the number in the upper bits of dword 10. ---- */

#define FUZZ_IOS      12u
#define FUZZ_IO_SHIFT 10u /* lba or cdw10: (index + 1) << this */
#define FUZZ_IO_BYTES 16384u
struct fuzz_io {
    struct lwnvme_request request; /* first */
    uint32_t accepted;
    uint32_t called;
    uint8_t then; /* what the callback does */
};
extern struct fuzz_io fuzz_ios[FUZZ_IOS];
extern void (*fuzz_then)(struct fuzz_io *io); /* after the checks of the callback; NULL: nothing */
void fuzz_ios_reset(void);
void fuzz_io_done(struct lwnvme_request *request);
/* Notes what a submitting call returned. */
int fuzz_io_accept(struct fuzz_io *io, int status);
static inline uint32_t fuzz_io_number(const struct fuzz_io *io)
{
    return (uint32_t)(io - fuzz_ios) + 1u;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A driver of a hundred lines for the tests of the software controller: register pokes and commands made by
 * hand. It shares nothing with the library, so that the two sides of a test do not share a mistake.
 */
#ifndef LWNVME_TESTS_MINI_DRIVER_H
#define LWNVME_TESTS_MINI_DRIVER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "lwnvme_sim.h"

#define MINI_ENTRIES   8u
#define MINI_NO_ANSWER 0xffffffffu

struct mini_queue {
    uint8_t *sq;
    uint8_t *cq;
    uint64_t sq_dma;
    uint64_t cq_dma;
    uint32_t tail;
    uint32_t head;
    uint32_t phase;
    uint16_t qid;
};

struct mini {
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    volatile void *bar;
    struct mini_queue admin;
    struct mini_queue io;
    uint8_t *page; /* a DMA page for data */
    uint64_t page_dma;
    uint32_t cid;
    uint32_t doorbell_stride;
    uint32_t cqe[4]; /* the last completion */
};

uint32_t mini_read(struct mini *mini, size_t offset);
void mini_write(struct mini *mini, size_t offset, uint32_t value);
void mini_create(struct mini *mini, const struct lwnvme_sim_config *config); /* no register is touched */
void mini_admin_registers(struct mini *mini);                                /* AQA, ASQ, ACQ */
void mini_enable(struct mini *mini);    /* these, then CC.EN, and waits for RDY */
void mini_io_queues(struct mini *mini); /* and the one pair of I/O queues */
void mini_start(struct mini *mini, const struct lwnvme_sim_config *config); /* all of it */
void mini_disable(struct mini *mini);
void mini_restart(struct mini *mini); /* disables if it is enabled, and enables again, without I/O queues */
void mini_stop(struct mini *mini);    /* disables, frees, and wants no violation and no leak */
void mini_abandon(struct mini *mini); /* destroys the sim without a look */

void mini_queue_make(struct mini *mini, struct mini_queue *queue, uint16_t qid);
/* Puts the command in the ring with a fresh identifier, without a doorbell. */
uint16_t mini_put(struct mini *mini, struct mini_queue *queue, const uint32_t command[16]);
void mini_ring(struct mini *mini, struct mini_queue *queue);
/* The next completion into mini->cqe; false when there is none. */
bool mini_take(struct mini *mini, struct mini_queue *queue);
/* All of the above for one command; its status field, or MINI_NO_ANSWER. */
uint32_t mini_do(struct mini *mini, struct mini_queue *queue, const uint32_t command[16]);
uint32_t mini_rw(struct mini *mini, uint8_t opcode, uint64_t lba, uint32_t blocks, uint64_t prp1,
                 uint64_t prp2);
void mini_identify(struct mini *mini, uint8_t cns, uint32_t nsid);
/* An admin command of few words; the page is its data if that is so. Its status field. */
uint32_t mini_admin(struct mini *mini, uint8_t opcode, uint32_t nsid, uint32_t dword10, uint32_t dword11,
                    bool with_page);
/* A command that takes long: rung for, then so much time passes; its status, or MINI_NO_ANSWER. */
uint32_t mini_admin_long(struct mini *mini, uint8_t opcode, uint32_t nsid, uint32_t dword10, uint64_t us);
/* A log page into mini->page; bytes is a multiple of 4. Its status. */
uint32_t mini_log(struct mini *mini, uint8_t lid, uint32_t bytes, uint64_t offset);
/* The status of the next completion, or MINI_NO_ANSWER. */
uint32_t mini_answer(struct mini *mini, struct mini_queue *queue);
uint64_t mini_get(const uint8_t *at, unsigned bytes);
/* Holds an Asynchronous Event Request; nothing is waited for. */
void mini_hold_event(struct mini *mini);

/* The sim has exactly one violation now, which contains the text; it is cleared. */
void mini_expect_violation(struct mini *mini, const char *text);
void mini_expect_none(struct mini *mini);

#endif

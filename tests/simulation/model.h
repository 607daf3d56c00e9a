/* SPDX-License-Identifier: MIT */
/*
 * What may be on the medium, block by block.
 *
 * A block's content is a number that is written into it: 0 for zeroes, MODEL_ONES for ones, else the serial number of
 * the write and the block's place in it. For each block the model keeps the versions that may still matter, in the order
 * in which they were written:
 *
 *     versions   | a | b | c | d |
 *                  ^       ^
 *                  cut     now
 *
 *     now    the first one that a read may see: an older one is known to be overwritten
 *     cut    the first one that may be there when power has been cut: an older one is known to be overwritten on
 *            non-volatile media, by a flush or by FUA
 *
 * A write that failed, or came back without an answer, stays a version that may be there or not until a read has seen
 * which. A power cut sets `now` back to `cut`. Which versions of one write have survived is then checked against each
 * other: a write that is atomic when power fails is there as a whole or not at all.
 */
#ifndef TESTS_SIMULATION_MODEL_H
#define TESTS_SIMULATION_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_VERSIONS 8u
#define MODEL_WRITES   65536u /* whose fate is remembered */
#define MODEL_SPACES   4u
#define MODEL_ONES     UINT64_MAX
#define MODEL_ANY      (UINT64_MAX - 1) /* a version that is not known: the next read says what it is */
#define MODEL_SHIFT    12u              /* of the serial number: a write has up to 4096 blocks */

enum model_outcome {
    MODEL_DONE,    /* acknowledged */
    MODEL_UNKNOWN, /* failed, or no answer: carried out, or not, or in part */
    MODEL_NEVER    /* it is certain that it was not carried out */
};

struct model_block {
    uint64_t content[MODEL_VERSIONS];
    uint32_t acked[MODEL_VERSIONS]; /* the moment; 0: not acknowledged */
    uint32_t changed;               /* the last moment at which anything but a read happened to it */
    uint8_t count;
    uint8_t now;
    uint8_t cut;
    uint8_t seen; /* the first version that a read under way may see */
    uint8_t writers;
    uint8_t readers;
    uint8_t pinned; /* copies that read it: it must not be written meanwhile */
    bool mixed;     /* writes overlapped: the order of what is there from `now` on is not known */
    bool lost;      /* power was cut since it was written last */
    bool listed;    /* among the blocks that a flush concerns */
};

struct model_space {
    struct model_block *blocks;
    uint64_t block_count;
    uint32_t *dirty; /* blocks with versions that a power cut may bring back */
    uint32_t dirty_count;
};

/* What a write was. */
struct model_write {
    uint64_t serial;
    uint32_t space; /* where its first block is */
    uint64_t lba;
    uint64_t
        place; /* of an append whose outcome is not known: the zone's first block and the namespace; 0: none */
    bool atomic;  /* all or nothing when power fails */
    bool old;     /* some of its blocks were found as they were before it */
    bool present; /* some were found as it wrote them */
};

struct model {
    struct model_space spaces[MODEL_SPACES];
    struct model_write *writes;
    bool again; /* what was under way when power was cut may have been issued again */
    uint64_t serial;
    uint32_t moment;
    uint32_t powered; /* the moment of the last power cut */
    uint64_t checks;  /* blocks compared with what may be there */
    char why[256];    /* the first thing that was wrong; empty: nothing */
};

/* A span of blocks and what is written there: block i gets contents[i], or else content + i * step. */
struct model_span {
    uint32_t space;
    uint64_t lba;
    uint32_t count;
    uint64_t content;
    uint32_t step; /* 0 or 1 */
    const uint64_t *contents;
};

void model_create(struct model *model);
void model_destroy(struct model *model);
void model_space_create(struct model *model, uint32_t space, uint64_t block_count, uint64_t content);

/* The first content of a new write to these blocks. */
uint64_t model_content(struct model *model, uint32_t space, uint64_t lba, bool atomic);
/* Whether this content would be at home there: a copy back there could not be told from what it overwrites. */
bool model_at_home(const struct model *model, uint32_t space, uint64_t lba, uint64_t content);
/* Whether another write of these blocks can be kept account of; crowded: although others are under way there. */
bool model_may_write(const struct model *model, const struct model_span *span, bool crowded);
bool model_may_read(const struct model *model, const struct model_span *span);
bool model_idle(const struct model *model, const struct model_span *span); /* nothing is under way there */
/* Sources of a copy: not written while they are pinned. */
void model_pin(struct model *model, const struct model_span *span, bool pin);
/* The only content that a read can see now, with nothing under way. false: there are several. */
bool model_certain(const struct model *model, uint32_t space, uint64_t lba, uint64_t *content);

void model_write_begin(struct model *model, const struct model_span *span);
/* powered: model->powered when it began; durable: on non-volatile media when it is acknowledged. */
void model_write_end(struct model *model, const struct model_span *span, enum model_outcome outcome,
                     bool durable, uint32_t powered);
/* A copy is under way over a power cut: what it writes is what its sources have become, or had been. */
void model_copy_doubt(struct model *model, const struct model_span *span, uint64_t *contents);
/* An append has been acknowledged, and only now it is known where it is. */
void model_append_end(struct model *model, const struct model_span *span, bool durable, uint32_t powered);
/* Its outcome is not known: it may be anywhere in its zone. */
void model_append_unknown(struct model *model, const struct model_span *span);

/* The moment at which a read or a flush begins. */
uint32_t model_read_begin(struct model *model, const struct model_span *span);
/* contents: what was read, NULL when the read failed. false: something that cannot be there; model->why says what. */
bool model_read_end(struct model *model, const struct model_span *span, const uint64_t *contents,
                    uint32_t began);
/* Whether a comparison with these contents may have found a difference. Before model_read_end. */
bool model_may_differ(const struct model *model, const struct model_span *span, const uint64_t *contents,
                      uint32_t began);
uint32_t model_flush_begin(struct model *model);
void model_flush_end(struct model *model, uint32_t space, uint32_t began, uint32_t powered);

void model_power_cut(struct model *model);
/* All blocks that a power cut may have changed have been read: no atomic write is there in part. */
bool model_atomic_check(struct model *model);
/* The blocks have this content from now on, by other means than writes; nothing is under way there. */
void model_set(struct model *model, const struct model_span *span);

/* Blocks in memory. `bytes` is a multiple of 32, at least 64. */
void model_block_fill(void *block, size_t bytes, uint64_t content);
/* The parts that tell contents apart, of a block that model_block_fill has filled before. */
void model_block_mark(void *block, size_t bytes, uint64_t content);
void model_block_spoil(void *block, size_t bytes); /* before a read */
/* MODEL_ANY: it is nothing that was ever written. */
uint64_t model_block_content(const void *block, size_t bytes);
bool model_block_whole(const void *block, size_t bytes, uint64_t content); /* every byte */

#endif

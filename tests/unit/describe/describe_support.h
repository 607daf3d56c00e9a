/* SPDX-License-Identifier: MIT */
/*
 * What the tests of describe share: sinks that collect, a strict JSON checker, and a structure that does its worst.
 */
#ifndef TESTS_UNIT_DESCRIBE_SUPPORT_H
#define TESTS_UNIT_DESCRIBE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lwnvme/describe.h>

#define COLLECT_BYTES (4u * 1024u * 1024u)

/* Two sinks that collect, one in each form. Zeroed by collect_start, which fails the test when there is no memory. */
struct collect {
    struct lwnvme_describe_text text;
    struct lwnvme_describe_json json;
    char *lines; /* each line ends with a line feed */
    char *pieces;
    size_t lines_length;
    size_t pieces_length;
};

struct collect *collect_start(void);
void collect_free(struct collect *collect);

/* Closes the JSON and checks both forms: printable ASCII alone, and valid JSON without a name twice in an object. */
void collect_check(struct collect *collect);

/* Both forms hold the line or the piece. */
void expect_line(const struct collect *collect, const char *line);
void expect_no_line(const struct collect *collect, const char *part);
void expect_json(const struct collect *collect, const char *piece);

/* The number under a name of the outermost object, which must be there. */
uint64_t json_number(const struct collect *collect, const char *name);

/* Whether the text is one JSON value as RFC 8259 has it, with a line feed after it. Says where not. */
bool json_is_strict(const char *text, size_t length);

/* Fills memory with what the n-th pattern says: all ones, all zeros, all kinds of text, or pseudo-random bytes. */
#define HOSTILE_PATTERNS 24u
void hostile_fill(void *memory, size_t size, uint32_t pattern);

/* The pattern after this one: with THIN=n in the environment, where machines are emulated, each n-th of the random ones. */
uint32_t hostile_next(uint32_t pattern);

/* A copy of exactly `size` bytes on the heap, so that ASan sees a read beyond them. */
void *exact_copy(const void *from, size_t size);

#endif

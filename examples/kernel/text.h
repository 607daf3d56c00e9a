/* SPDX-License-Identifier: MIT */
/* Printing on the platform's console, and into memory. */
#ifndef DEMO_TEXT_H
#define DEMO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length modifier of 64-bit values: "%" TEXT_64 "u". */
#if __SIZEOF_LONG__ == 8
#define TEXT_64 "l"
#else
#define TEXT_64 "ll"
#endif

/* A part of printf: %s %c %u %x %d %%, the flags 0 and -, a width, l and ll. */
void text_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Into a buffer, cut to its size, always terminated. */
void text_format(char *buffer, size_t size_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A status of the library in words with its number. */
void text_print_status(int status);
/* A number of bytes with a unit that suits it. */
void text_print_size(uint64_t bytes);
/* Bytes per time in MB/s with one decimal. */
void text_print_rate(uint64_t bytes, uint64_t elapsed_us);
/* 16 bytes a line, in hexadecimal and as characters; first_offset stands before the first. */
void text_dump(const uint8_t *data, size_t length_bytes, uint64_t first_offset);

/* Parses a whole word as a decimal or 0x number. */
bool text_number(const char *word, uint64_t *value);
bool text_equal(const char *left, const char *right);
/* What follows `prefix` in `word`; NULL if it does not begin with it. */
const char *text_after(const char *word, const char *prefix);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Private to src/describe: how a structure is written down, and the calls that its describers are made of.
 *
 * A layout is one string that lists a structure's fields in order, from its first byte on:
 *
 *     layout   = { entry ";" }
 *     entry    = ["&"] bytes kind ["@" high [":" low]] [" " name] ["[" unit "]"] [":" word { "|" word }]
 *     word     = ["!"] high [":" low] ["=" value] " " text   bits of the value: set (or clear with !), or as given
 *              | "=" value " " text                          the whole value
 *              | " " text                                    as the word before, but the next bit or the next value
 *
 * "&" does not move on: the next entry begins at the same byte. "@" takes bits out of a field of up to 8 bytes; they
 * do not cross bit 32; the low one may be left out if it is the high one and a name follows. Kinds:
 *
 *     u  number                        x  number, in hexadecimal
 *     t  temperature in kelvin         z  0's based number
 *     e  base-2 logarithm              b  number of bytes
 *     d  units of 512,000 bytes        v  version number, in hexadecimal
 *     S  status field                  -  reserved: skipped
 *     s  text of that many bytes       h  bytes in hexadecimal, the first one first
 *     j  UUID
 *
 * An entry of 0 bytes and kind "-" only makes the column of names as wide as its own name. Of a 0's based number, all
 * ones in 32 bits mean no number.
 *
 * The walk ends with the string or when the data are used up, so no layout reads beyond what it was given.
 *
 * The longer ones are in layouts.txt, a line for each entry and, indented, for each word. tools/pack-layouts packs them
 * into packed.c: bits, the first of which is 1, then Huffman codes of symbols, each a character or a pair of other
 * symbols. A layout may be either, packed or plain.
 */
#ifndef LWNVME_DESCRIBE_ENGINE_H
#define LWNVME_DESCRIBE_ENGINE_H

#include <lwnvme/describe.h>

#include "../core/core.h"
#include "packed.h"

/* Room for a 128-bit number in decimal, with the final 0. */
#define LWNVME_DESCRIBE_DECIMAL_BYTES 40u

/* Decimal digits of high:low at the end of `digits`; returns where they begin. */
const char *lwnvme_describe_decimal(char digits[LWNVME_DESCRIBE_DECIMAL_BYTES], uint64_t low, uint64_t high);

/* 0x and the digits, as above. */
const char *lwnvme_describe_hexadecimal(char digits[LWNVME_DESCRIBE_DECIMAL_BYTES], uint64_t low,
                                        uint64_t high);

/* The fields of `length` bytes at `data`, by the layout. */
void lwnvme_describe_layout(struct lwnvme_describe *describe, const char *layout, const void *data,
                            size_t length);

/* A list of sections, one for each entry that is wholly there. The layout is that of one entry, as long as the entry is;
 * `count` is the device's word, followed as far as the data go. */
void lwnvme_describe_array(struct lwnvme_describe *describe, const char *name, const char *layout,
                           const void *data, size_t length, uint64_t count);

/* One of several layouts in one constant: each begins with a byte that tells which it is, not 0, and one that says how
 * many more follow; a 0 ends them all. NULL if there is none for `which`. */
const char *lwnvme_describe_pick(const char *layouts, uint8_t which);

/* One number of a table that an opcode or an identifier indexes. */
struct lwnvme_describe_code {
    const char *prefix; /* of the field's name; the index follows */
    uint32_t index;
    bool hexadecimal;  /* the index is written as 0x.. */
    bool word_in_name; /* the index's word belongs to the name, in parentheses; else to the note */
    const char *words; /* "=index word|..." */
    const char *notes; /* words of the value */
    uint32_t value;
};

void lwnvme_describe_code(struct lwnvme_describe *describe, const struct lwnvme_describe_code *code);

/* The same for a dword that stands in a register or a completion. */
void lwnvme_describe_dword(struct lwnvme_describe *describe, const char *layout, uint32_t value);

/* A further remark in the note of the next field. */
void lwnvme_describe_remark(struct lwnvme_describe *describe, const char *text);

/* The same, without a comma before it. */
void lwnvme_describe_note_more(struct lwnvme_describe *describe, const char *text);

/* What the words say of a value, in the note of the next field. */
void lwnvme_describe_word_of(struct lwnvme_describe *describe, const char *words, uint32_t value);

/* The same as a field of its own, "Unknown" if the words say nothing. */
void lwnvme_describe_word_text(struct lwnvme_describe *describe, const char *name, const char *words,
                               uint32_t value);

/* One number; name NULL inside a list. */
void lwnvme_describe_number(struct lwnvme_describe *describe, const char *name, uint64_t value);

/* One number whose name ends in another number. */
void lwnvme_describe_numbered(struct lwnvme_describe *describe, const char *name, uint32_t index, char kind,
                              uint64_t value);

/* Text of a device, up to `length` bytes or to its 0: trailing blanks cut, what is not printable shown as a dot. */
void lwnvme_describe_bytes(struct lwnvme_describe *describe, const char *name, const uint8_t *text,
                           size_t length);

/* The same under a name that ends in a number. */
void lwnvme_describe_numbered_bytes(struct lwnvme_describe *describe, const char *name, uint32_t index,
                                    const uint8_t *text, size_t length);

/* Text of our own. */
void lwnvme_describe_words(struct lwnvme_describe *describe, const char *name, const char *text);

#endif

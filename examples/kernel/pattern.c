/* SPDX-License-Identifier: MIT */
/* The pattern, a line at a time. No state. */
#include "pattern.h"

#include "text.h"

#define PATTERN_LINE_BYTES 64u
#define PATTERN_BYTE_AT    53u /* where the five digits of the offset stand */

/* The line for offset 0; the others differ in the five digits alone. */
static void pattern_line(char line[PATTERN_LINE_BYTES + 1u], uint32_t seed, uint64_t lba)
{
    text_format(line, PATTERN_LINE_BYTES + 1u, "lwnvme seed=%010u lba=%020" TEXT_64 "u byte=00000.....\n",
                seed, lba);
}

static void pattern_line_offset(char line[PATTERN_LINE_BYTES + 1u], uint32_t offset)
{
    for (uint32_t i = 5; i != 0; i--) {
        line[PATTERN_BYTE_AT + i - 1u] = (char)('0' + offset % 10u);
        offset /= 10u;
    }
}

void pattern_fill(uint8_t *block, uint32_t block_bytes, uint32_t seed, uint64_t lba)
{
    char line[PATTERN_LINE_BYTES + 1u];

    pattern_line(line, seed, lba);
    for (uint32_t at = 0; at < block_bytes; at += PATTERN_LINE_BYTES) {
        pattern_line_offset(line, at);
        for (uint32_t i = 0; i < PATTERN_LINE_BYTES; i++) {
            block[at + i] = (uint8_t)line[i];
        }
    }
}

bool pattern_matches(const uint8_t *block, uint32_t block_bytes, uint32_t seed, uint64_t lba,
                     uint32_t *difference)
{
    char line[PATTERN_LINE_BYTES + 1u];

    pattern_line(line, seed, lba);
    for (uint32_t at = 0; at < block_bytes; at++) {
        if (at % PATTERN_LINE_BYTES == 0) {
            pattern_line_offset(line, at);
        }
        if (block[at] != (uint8_t)line[at % PATTERN_LINE_BYTES]) {
            *difference = at;
            return false;
        }
    }
    return true;
}

bool pattern_all_zeros(const uint8_t *block, uint32_t block_bytes, uint32_t *difference)
{
    for (uint32_t at = 0; at < block_bytes; at++) {
        if (block[at] != 0) {
            *difference = at;
            return false;
        }
    }
    return true;
}

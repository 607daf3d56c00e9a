/* SPDX-License-Identifier: MIT */
/*
 * What the demo writes. A block is a sequence of lines of 64 bytes, each of which says where it belongs:
 *
 *     "lwnvme seed=%010u lba=%020u byte=%05u.....\n"    seed, block, offset of the line in its block
 *
 * so that a block in the wrong place shows in a hex dump, and anybody can make the same with printf.
 */
#ifndef DEMO_PATTERN_H
#define DEMO_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#define PATTERN_TEXT "64-byte lines \"lwnvme seed=%010u lba=%020u byte=%05u.....\\n\""

void pattern_fill(uint8_t *block, uint32_t block_bytes, uint32_t seed, uint64_t lba);
/* false: *difference is the offset of the first byte that is not the pattern's. */
bool pattern_matches(const uint8_t *block, uint32_t block_bytes, uint32_t seed, uint64_t lba,
                     uint32_t *difference);
bool pattern_all_zeros(const uint8_t *block, uint32_t block_bytes, uint32_t *difference);

#endif

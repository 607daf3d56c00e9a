/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4). */
#ifndef DEMO_SHA256_H
#define DEMO_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES      32u
#define SHA256_TEXT_BYTES (2u * SHA256_BYTES + 1u)

struct sha256 {
    uint32_t state[8];
    uint64_t length_bytes;
    uint8_t block[64]; /* what does not yet fill a block */
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const uint8_t *data, size_t length_bytes);
/* In lower-case hexadecimal, terminated. */
void sha256_end(struct sha256 *hash, char text[SHA256_TEXT_BYTES]);
/* Whether known inputs give the known results. */
bool sha256_works(void);

#endif

/* SPDX-License-Identifier: MIT */
/* SHA-256 after FIPS 180-4, section 6.2. State is the caller's. */
#include "sha256.h"

#include "text.h"

static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t sha256_rotate(uint32_t value, unsigned bits)
{
    return (value >> bits) | (value << (32u - bits));
}

static void sha256_schedule(uint32_t words[64], const uint8_t *block)
{
    for (uint32_t i = 0; i < 16u; i++) {
        words[i] = (uint32_t)block[4u * i] << 24 | (uint32_t)block[4u * i + 1u] << 16 |
                   (uint32_t)block[4u * i + 2u] << 8 | (uint32_t)block[4u * i + 3u];
    }
    for (uint32_t i = 16; i < 64u; i++) {
        const uint32_t a = words[i - 15u];
        const uint32_t b = words[i - 2u];

        words[i] = words[i - 16u] + (sha256_rotate(a, 7) ^ sha256_rotate(a, 18) ^ (a >> 3)) + words[i - 7u] +
                   (sha256_rotate(b, 17) ^ sha256_rotate(b, 19) ^ (b >> 10));
    }
}

/* One round; the caller renames the variables instead of moving their values. */
static inline void sha256_round(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f,
                                uint32_t g, uint32_t *h, uint32_t added)
{
    const uint32_t t1 = *h + (sha256_rotate(e, 6) ^ sha256_rotate(e, 11) ^ sha256_rotate(e, 25)) +
                        (g ^ (e & (f ^ g))) + added;

    *d += t1;
    *h = t1 + (sha256_rotate(a, 2) ^ sha256_rotate(a, 13) ^ sha256_rotate(a, 22)) + ((a & b) | (c & (a | b)));
}

static void sha256_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[64];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

    sha256_schedule(words, block);
    for (uint32_t i = 0; i < 64u; i += 8u) {
        const uint32_t *w = &words[i];
        const uint32_t *k = &sha256_constants[i];

        sha256_round(a, b, c, &d, e, f, g, &h, w[0] + k[0]);
        sha256_round(h, a, b, &c, d, e, f, &g, w[1] + k[1]);
        sha256_round(g, h, a, &b, c, d, e, &f, w[2] + k[2]);
        sha256_round(f, g, h, &a, b, c, d, &e, w[3] + k[3]);
        sha256_round(e, f, g, &h, a, b, c, &d, w[4] + k[4]);
        sha256_round(d, e, f, &g, h, a, b, &c, w[5] + k[5]);
        sha256_round(c, d, e, &f, g, h, a, &b, w[6] + k[6]);
        sha256_round(b, c, d, &e, f, g, h, &a, w[7] + k[7]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void sha256_begin(struct sha256 *hash)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    for (uint32_t i = 0; i < 8u; i++) {
        hash->state[i] = start[i];
    }
    hash->length_bytes = 0;
}

void sha256_add(struct sha256 *hash, const uint8_t *data, size_t length_bytes)
{
    while (length_bytes != 0) {
        const size_t filled = hash->length_bytes % 64u;

        if (filled == 0 && length_bytes >= 64u) {
            sha256_block(hash->state, data);
            hash->length_bytes += 64u;
            data += 64;
            length_bytes -= 64u;
            continue;
        }
        hash->block[filled] = *data;
        hash->length_bytes++;
        data++;
        length_bytes--;
        if (filled == 63u) {
            sha256_block(hash->state, hash->block);
        }
    }
}

void sha256_end(struct sha256 *hash, char text[SHA256_TEXT_BYTES])
{
    static const uint8_t one = 0x80;
    static const uint8_t zero = 0;
    const uint64_t bits = hash->length_bytes * 8u;

    sha256_add(hash, &one, 1);
    while (hash->length_bytes % 64u != 56u) {
        sha256_add(hash, &zero, 1);
    }
    for (uint32_t i = 0; i < 8u; i++) {
        const uint8_t byte = (uint8_t)((bits >> (56u - 8u * i)) & 0xffu);

        sha256_add(hash, &byte, 1);
    }
    for (uint32_t i = 0; i < 8u; i++) {
        text_format(&text[8u * i], 9, "%08x", hash->state[i]);
    }
}

static bool sha256_gives(const char *data, uint32_t repeat, const char *expected)
{
    struct sha256 hash;
    char text[SHA256_TEXT_BYTES];
    size_t length = 0;

    while (data[length] != '\0') {
        length++;
    }
    sha256_begin(&hash);
    for (uint32_t i = 0; i < repeat; i++) {
        sha256_add(&hash, (const uint8_t *)data, length);
    }
    sha256_end(&hash, text);
    return text_equal(text, expected);
}

bool sha256_works(void)
{
    return sha256_gives("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") &&
           sha256_gives("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") &&
           sha256_gives("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1") &&
           sha256_gives("aaaaaaaaaa", 1000,
                        "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711");
}

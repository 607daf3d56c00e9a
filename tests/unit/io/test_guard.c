/* SPDX-License-Identifier: MIT */
/*
 * Guards of protection information: published values, and a second way of computing them, bit by bit.
 */
#include "../support.h"

#include <lwnvme/protection.h>

#define BLOCK 4096u

static uint8_t block[BLOCK + 8u];

/* Bit by bit, by the polynomial as the specifications print it; mirrored at the end instead of throughout. */
static uint64_t bitwise(uint32_t bits, const uint8_t *data, size_t length)
{
    static const uint64_t polynomials[3] = {0x8bb7u, 0x1edc6f41u, 0xad93d23594c93659u};
    uint64_t polynomial = polynomials[bits == 16 ? 0 : bits == 32 ? 1 : 2];
    uint64_t top = UINT64_C(1) << (bits - 1);
    uint64_t mask = top | (top - 1);
    uint64_t crc = bits == 16 ? 0 : mask;
    uint64_t mirrored = 0;
    for (size_t i = 0; i < length; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            unsigned which = bits == 16 ? 7 - bit : bit;
            uint64_t in = data[i] >> which & 1u;
            bool out = ((crc & top) != 0) != (in != 0);
            crc = crc << 1 & mask;
            crc ^= out ? polynomial : 0;
        }
    }
    if (bits == 16) {
        return crc;
    }
    for (unsigned bit = 0; bit < bits; bit++) {
        mirrored |= (crc >> bit & 1u) << (bits - 1 - bit);
    }
    return mirrored ^ mask;
}

static void check_strings(void **state)
{
    (void)state;
    assert_int_equal(lwnvme_guard(16, 0, "123456789", 9), 0xd0db);
    assert_int_equal(lwnvme_guard(32, 0, "123456789", 9), 0xe3069283);
    assert_int_equal(lwnvme_guard(64, 0, "123456789", 9), 0xae8b14860a799888u);
    /* Nothing is no change. */
    assert_int_equal(lwnvme_guard(16, 0x1234, block, 0), 0x1234);
    assert_int_equal(lwnvme_guard(32, 0x12345678, block, 0), 0x12345678);
    assert_int_equal(lwnvme_guard(64, 0x123456789abcdef0u, block, 0), 0x123456789abcdef0u);
}

/* NVM Command Set Specification 1.1, figures 150 and 155; for 16 bits those of SBC-3, of 32 bytes. */
static void the_specifications_examples(void **state)
{
    static const uint64_t expected[4][3] = {{0x0000, 0x98f94189, 0x6482d367eb22b64eu},
                                            {0xa293, 0x25c1fe13, 0xc0ddba7302eca3acu},
                                            {0x0224, 0x9c71fe32, 0x3e729f5f6750449cu},
                                            {0x21b8, 0x214941a8, 0x9a2df64b8e9e517eu}};
    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        for (size_t i = 0; i < BLOCK; i++) {
            block[i] = (uint8_t)(pattern == 0 ? 0 : pattern == 1 ? 0xff : pattern == 2 ? i : 0xff - i);
        }
        assert_int_equal(lwnvme_guard(32, 0, block, BLOCK), expected[pattern][1]);
        assert_int_equal(lwnvme_guard(64, 0, block, BLOCK), expected[pattern][2]);
        if (pattern == 3) {
            memset(block, 0, 32);
            memset(block, 0xff, 2);
        }
        assert_int_equal(lwnvme_guard(16, 0, block, 32), expected[pattern][0]);
    }
}

static void bit_by_bit_and_in_two_pieces(void **state)
{
    static const uint32_t widths[3] = {16, 32, 64};
    uint32_t random = 1;
    (void)state;
    for (unsigned i = 0; i < sizeof(block); i++) {
        random = random * 1103515245u + 12345u;
        block[i] = (uint8_t)(random >> 16);
    }
    for (unsigned round = 0; round < 600; round++) {
        uint32_t bits = widths[round % 3];
        random = random * 1103515245u + 12345u;
        size_t start = random >> 8 & 7u;
        size_t length = round < 99 ? round : (random >> 11) % (BLOCK + 1u);
        size_t cut = length == 0 ? 0 : (random >> 3) % length;
        uint64_t whole = lwnvme_guard(bits, 0, block + start, length);
        assert_int_equal(whole, bitwise(bits, block + start, length));
        uint64_t part = lwnvme_guard(bits, 0, block + start, cut);
        assert_int_equal(lwnvme_guard(bits, part, block + start + cut, length - cut), whole);
    }
}

/* Any single bit, and any two neighbours, are noticed. */
static void a_changed_bit_is_noticed(void **state)
{
    static const uint32_t widths[3] = {16, 32, 64};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t before = lwnvme_guard(widths[i], 0, block, 512);
        for (unsigned bit = 0; bit < 4096; bit++) {
            block[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(lwnvme_guard(widths[i], 0, block, 512), before);
            block[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_int_equal(lwnvme_guard(widths[i], 0, block, 512), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_strings),
        cmocka_unit_test(the_specifications_examples),
        cmocka_unit_test(bit_by_bit_and_in_two_pieces),
        cmocka_unit_test(a_changed_bit_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

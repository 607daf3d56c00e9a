/* SPDX-License-Identifier: MIT */
/*
 * 128-bit counters, digit by digit: eight of 16 bits, so that every product and every rest fits in 32 bits and no
 * machine needs a division of 64. No state, callable anywhere.
 */
#include <lwnvme/counter.h>

#include "../core/core.h"

#define LWNVME_COUNTER_DIGITS 8u /* of 16 bits */

static uint32_t lwnvme_counter_digit(const struct lwnvme_le128 *value, uint32_t index)
{
    return (uint32_t)value->byte[2u * index] | (uint32_t)value->byte[2u * index + 1u] << 8;
}

static void lwnvme_counter_digit_set(struct lwnvme_le128 *value, uint32_t index, uint32_t digit)
{
    value->byte[2u * index] = (uint8_t)(digit & 0xffu);
    value->byte[2u * index + 1u] = (uint8_t)(digit >> 8 & 0xffu);
}

int lwnvme_counter_compare(const struct lwnvme_le128 *left, const struct lwnvme_le128 *right)
{
    uint32_t index;

    for (index = sizeof(left->byte); index != 0; index--) {
        if (left->byte[index - 1u] != right->byte[index - 1u])
            return left->byte[index - 1u] < right->byte[index - 1u] ? -1 : 1;
    }
    return 0;
}

bool lwnvme_counter_add(struct lwnvme_le128 *sum, const struct lwnvme_le128 *left,
                        const struct lwnvme_le128 *right)
{
    uint32_t carry = 0;
    uint32_t index;

    for (index = 0; index < LWNVME_COUNTER_DIGITS; index++) {
        carry += lwnvme_counter_digit(left, index) + lwnvme_counter_digit(right, index);
        lwnvme_counter_digit_set(sum, index, carry & 0xffffu);
        carry >>= 16;
    }
    if (carry != 0)
        memset(sum, 0xff, sizeof(*sum));
    return carry == 0;
}

bool lwnvme_counter_scale(struct lwnvme_le128 *product, const struct lwnvme_le128 *value, uint32_t factor)
{
    uint64_t carry = 0;
    uint32_t index;

    for (index = 0; index < LWNVME_COUNTER_DIGITS; index++) {
        carry += (uint64_t)lwnvme_counter_digit(value, index) * factor;
        lwnvme_counter_digit_set(product, index, (uint32_t)(carry & 0xffffu));
        carry >>= 16;
    }
    if (carry != 0)
        memset(product, 0xff, sizeof(*product));
    return carry == 0;
}

uint32_t lwnvme_counter_divide(struct lwnvme_le128 *quotient, const struct lwnvme_le128 *value,
                               uint32_t divisor)
{
    uint32_t rest = 0;
    uint32_t digit;
    uint32_t index;

    for (index = LWNVME_COUNTER_DIGITS; index != 0; index--) {
        rest = rest << 16 | lwnvme_counter_digit(value, index - 1u);
        digit = lwnvme_divide(rest, divisor);
        lwnvme_counter_digit_set(quotient, index - 1u, digit);
        rest -= digit * divisor;
    }
    return rest;
}

uint64_t lwnvme_counter_saturate(const struct lwnvme_le128 *value)
{
    return lwnvme_le128_high64(value) != 0 ? UINT64_MAX : lwnvme_le128_low64(value);
}

void lwnvme_counter_set(struct lwnvme_le128 *counter, uint64_t value)
{
    uint32_t index;

    for (index = 0; index < sizeof(counter->byte); index++) {
        counter->byte[index] = (uint8_t)(value & 0xffu);
        value >>= 8;
    }
}

const char *lwnvme_counter_text(const struct lwnvme_le128 *value, char text[LWNVME_COUNTER_TEXT_BYTES])
{
    struct lwnvme_le128 left = *value;
    const struct lwnvme_le128 zero = {{0}};
    uint32_t at = LWNVME_COUNTER_TEXT_BYTES - 1u;

    text[at] = '\0';
    do {
        text[--at] = (char)('0' + lwnvme_counter_divide(&left, &left, 10u));
    } while (at != 0 && lwnvme_counter_compare(&left, &zero) != 0);
    return &text[at];
}

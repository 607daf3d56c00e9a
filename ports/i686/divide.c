/* SPDX-License-Identifier: MIT */
/*
 * i686 port: the division of 64-bit numbers, which a compiler for this machine leaves to functions with these names. The
 * library itself has none; the demo's figures have. A divisor of 32 bits takes two divisions of the processor's, each of a
 * remainder and 32 more bits; a longer one is found bit by bit, in at most 32 turns, since the quotient has no more.
 */
#include <stdint.h>

#define DIVIDE_BITS 32u

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);

/* `high` is less than `divisor`, so that the quotient fits. */
static uint32_t divide_step(uint32_t high, uint32_t low, uint32_t divisor, uint32_t *remainder)
{
    uint32_t quotient;

    __asm__("divl %4" : "=a"(quotient), "=d"(*remainder) : "a"(low), "d"(high), "rm"(divisor) : "cc");
    return quotient;
}

/* By 0 it ends in the processor's exception, as any division does. */
static uint64_t divide_short(uint64_t dividend, uint32_t divisor, uint64_t *remainder)
{
    uint32_t rest;
    const uint32_t high = divide_step(0, (uint32_t)(dividend >> 32), divisor, &rest);
    const uint32_t low = divide_step(rest, (uint32_t)dividend, divisor, &rest);

    *remainder = rest;
    return (uint64_t)high << 32 | low;
}

/* The divisor has more than 32 bits. */
static uint64_t divide_long(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t rest = dividend >> DIVIDE_BITS;
    uint32_t low = (uint32_t)dividend;
    uint32_t quotient = 0;

    for (uint32_t bit = 0; bit < DIVIDE_BITS; bit++) {
        const uint64_t carry = rest >> 63;

        rest = rest << 1 | low >> 31;
        low <<= 1;
        quotient <<= 1;
        if (carry != 0 || rest >= divisor) {
            rest -= divisor;
            quotient |= 1u;
        }
    }
    *remainder = rest;
    return quotient;
}

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t rest;
    const uint64_t quotient = divisor >> 32 == 0 ? divide_short(dividend, (uint32_t)divisor, &rest)
                                                 : divide_long(dividend, divisor, &rest);

    if (remainder != 0) {
        *remainder = rest;
    }
    return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t rest;

    return __udivmoddi4(dividend, divisor, &rest);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t rest;

    (void)__udivmoddi4(dividend, divisor, &rest);
    return rest;
}

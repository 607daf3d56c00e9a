/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: three of the four functions that a C compiler expects of every program, and that the library
 * uses. Words are moved where both sides allow it. Compiled so that no loop is turned into a call of the function that it
 * is in.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_WORD sizeof(uint64_t)

typedef uint64_t __attribute__((may_alias)) memory_word;

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);

static bool memory_words_fit(const void *left, const void *right)
{
    return (((uintptr_t)left | (uintptr_t)right) & (MEMORY_WORD - 1u)) == 0;
}

void *memcpy(void *to, const void *from, size_t length)
{
    uint8_t *at = to;
    const uint8_t *source = from;

    if (memory_words_fit(to, from)) {
        for (; length >= MEMORY_WORD; length -= MEMORY_WORD) {
            *(memory_word *)(void *)at = *(const memory_word *)(const void *)source;
            at += MEMORY_WORD;
            source += MEMORY_WORD;
        }
    }
    for (; length != 0; length--) {
        *at++ = *source++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *at = (uint8_t *)to + length;
    const uint8_t *source = (const uint8_t *)from + length;

    if ((uintptr_t)to - (uintptr_t)from >= length) {
        return memcpy(to, from, length);
    }
    for (; length != 0; length--) {
        *--at = *--source;
    }
    return to;
}

void *memset(void *to, int value, size_t length)
{
    const uint64_t fill = (uint8_t)value * UINT64_C(0x0101010101010101);
    uint8_t *at = to;

    for (; length != 0 && !memory_words_fit(at, at); length--) {
        *at++ = (uint8_t)value;
    }
    for (; length >= MEMORY_WORD; length -= MEMORY_WORD) {
        *(memory_word *)(void *)at = fill;
        at += MEMORY_WORD;
    }
    for (; length != 0; length--) {
        *at++ = (uint8_t)value;
    }
    return to;
}

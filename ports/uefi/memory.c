/* SPDX-License-Identifier: MIT */
/* UEFI port: three of the functions that the library and the compiler expect; ports/common/memcmp.c is the fourth. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length_bytes);
void *memmove(void *to, const void *from, size_t length_bytes);
void *memset(void *to, int value, size_t length_bytes);

void *memcpy(void *restrict to, const void *restrict from, size_t length_bytes)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    for (size_t i = 0; i < length_bytes; i++) {
        target[i] = source[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length_bytes)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    if ((uintptr_t)target - (uintptr_t)source >= length_bytes) {
        return memcpy(to, from, length_bytes);
    }
    for (size_t i = length_bytes; i != 0; i--) {
        target[i - 1u] = source[i - 1u];
    }
    return to;
}

void *memset(void *to, int value, size_t length_bytes)
{
    uint8_t *target = to;

    for (size_t i = 0; i < length_bytes; i++) {
        target[i] = (uint8_t)value;
    }
    return to;
}

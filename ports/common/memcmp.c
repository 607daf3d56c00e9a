/* SPDX-License-Identifier: MIT */
/* Ports without a C library: the fourth of the functions that a C compiler expects of every program; memory.c of each port has the others. */
#include <stddef.h>
#include <stdint.h>

int memcmp(const void *left, const void *right, size_t length);

int memcmp(const void *left, const void *right, size_t length)
{
    const uint8_t *a = left;
    const uint8_t *b = right;

    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

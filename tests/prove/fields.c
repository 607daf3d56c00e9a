/* SPDX-License-Identifier: MIT */
/*
 * For Frama-C's Eva: the helpers for fields of registers and for little-endian values, and the divisions without a
 * division, over all that they may be given.
 */
#include "src/core/core.h"

#include "unknown.h"

void fields(void)
{
    struct lwnvme_le64 bytes;
    uint32_t divisor = unknown_32();

    for (unsigned lo = 0; lo < 32; lo++) {
        for (unsigned hi = lo; hi < 32; hi++) {
            (void)lwnvme_field_get(unknown_32(), hi, lo);
            (void)lwnvme_field_put(unknown_32(), hi, lo);
            (void)lwnvme_field_get_halves(unknown_32(), unknown_32(), hi, lo);
            (void)lwnvme_field_get_halves(unknown_32(), unknown_32(), hi + 32, lo + 32);
        }
    }
    for (uint32_t index = 0; index < 8; index++)
        bytes.byte[index] = (uint8_t)unknown_32();
    (void)lwnvme_le64_get(&bytes);
    if (divisor != 0)
        (void)lwnvme_divide(unknown_32(), divisor);
}

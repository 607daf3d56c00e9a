/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: 128-bit counters, as SMART and other log pages have them: compared, added, scaled, in decimal. No 64-bit
 * division. All functions are callable anywhere; the structures are little endian in memory, so they may be members
 * of log pages.
 */
#ifndef LWNVME_COUNTER_H
#define LWNVME_COUNTER_H

#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Decimal digits of the largest value, and a terminating zero. */
#define LWNVME_COUNTER_TEXT_BYTES 40u

/* Below 0, 0 or above 0: left is less than, equal to or more than right. */
int lwnvme_counter_compare(const struct lwnvme_le128 *left, const struct lwnvme_le128 *right);

/* *sum = left + right; false: that is more than 128 bits hold, and *sum is the largest value. sum may be either. */
bool lwnvme_counter_add(struct lwnvme_le128 *sum, const struct lwnvme_le128 *left,
                        const struct lwnvme_le128 *right);

/* *product = value * factor, for instance by LWNVME_SMART_DATA_UNIT_BYTES for bytes; false: as above. */
bool lwnvme_counter_scale(struct lwnvme_le128 *product, const struct lwnvme_le128 *value, uint32_t factor);

/* *quotient = value / divisor, rounded down; returns the remainder. divisor is not 0 and at most 2^16. */
uint32_t lwnvme_counter_divide(struct lwnvme_le128 *quotient, const struct lwnvme_le128 *value,
                               uint32_t divisor);

/* The value, or UINT64_MAX if it is larger. */
uint64_t lwnvme_counter_saturate(const struct lwnvme_le128 *value);

/* Sets a counter. */
void lwnvme_counter_set(struct lwnvme_le128 *counter, uint64_t value);

/* The value in decimal, terminated, in the memory given, LWNVME_COUNTER_TEXT_BYTES at least; returns where the
 * text begins, which is inside of it. */
const char *lwnvme_counter_text(const struct lwnvme_le128 *value, char text[LWNVME_COUNTER_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif

#endif

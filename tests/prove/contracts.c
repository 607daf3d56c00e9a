/* SPDX-License-Identifier: MIT */
/* For Frama-C's WP: what the helpers of fields and of little-endian values say, for all values. */
#include <stddef.h>
#include <stdint.h>

struct lwnvme_le16;
struct lwnvme_le32;

/*@ requires lo <= hi <= 31;
    assigns \nothing;
    ensures \result == ((value >> lo) & (0xffffffff >> (31 - (hi - lo)))); */
static inline uint32_t lwnvme_field_get(uint32_t value, unsigned hi, unsigned lo);

/*@ requires lo <= hi <= 31;
    assigns \nothing;
    ensures \result == (uint32_t)((field_value & (0xffffffff >> (31 - (hi - lo)))) << lo); */
static inline uint32_t lwnvme_field_put(uint32_t field_value, unsigned hi, unsigned lo);

/*@ requires lo <= hi <= 63 && (hi <= 31 || lo >= 32);
    assigns \nothing; */
static inline uint32_t lwnvme_field_get_halves(uint32_t low, uint32_t high, unsigned hi, unsigned lo);

#include <lwnvme/spec.h>

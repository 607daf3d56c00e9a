/* SPDX-License-Identifier: MIT */
/*
 * The guards of protection information: three cyclic redundancy checks over a block and the metadata before its
 * protection information. NVM Command Set Specification 1.1, section 5.3.1 "Protection Information Formats".
 *
 *     bits   polynomial           first bit of a byte   begins with, ends inverted
 *     16     8BB7h                7                     0, no          (T10)
 *     32     1EDC6F41h            0                     all ones, yes  (CRC-32C)
 *     64     AD93D23594C93659h    0                     all ones, yes  (NVMe)
 *
 * A table has an entry for each value of 4 bits, or of 8 where LWNVME_CONFIG_GUARD_TABLE_BITS says so. The check is
 * linear: an entry is the exclusive or of those of its bits, which the lists below name, so the compiler fills
 * the tables in. Constant tables only: callable anywhere.
 */
#include <lwnvme/config.h>
#include <lwnvme/protection.h>

#if LWNVME_CONFIG_GUARD_TABLE_BITS == 4
#define LWNVME_GUARD_ENTRIES 16u
/* What each bit of the value adds: bit 0 first. Reflected for 32 and 64 bits. */
#define LWNVME_GUARD_16(value)                                                                               \
    (((value)&1u ? 0x8bb7u : 0u) ^ ((value)&2u ? 0x9cd9u : 0u) ^ ((value)&4u ? 0xb205u : 0u) ^               \
     ((value)&8u ? 0xefbdu : 0u))
#define LWNVME_GUARD_REFLECTED(value, table)                                                                 \
    (((value)&1u ? table##_BIT4 : 0u) ^ ((value)&2u ? table##_BIT5 : 0u) ^                                   \
     ((value)&4u ? table##_BIT6 : 0u) ^ ((value)&8u ? table##_BIT7 : 0u))
#else
#define LWNVME_GUARD_ENTRIES 256u
#define LWNVME_GUARD_16(value)                                                                               \
    (((value)&0x01u ? 0x8bb7u : 0u) ^ ((value)&0x02u ? 0x9cd9u : 0u) ^ ((value)&0x04u ? 0xb205u : 0u) ^      \
     ((value)&0x08u ? 0xefbdu : 0u) ^ ((value)&0x10u ? 0x54cdu : 0u) ^ ((value)&0x20u ? 0xa99au : 0u) ^      \
     ((value)&0x40u ? 0xd883u : 0u) ^ ((value)&0x80u ? 0x3ab1u : 0u))
#define LWNVME_GUARD_REFLECTED(value, table)                                                                 \
    (((value)&0x01u ? table##_BIT0 : 0u) ^ ((value)&0x02u ? table##_BIT1 : 0u) ^                             \
     ((value)&0x04u ? table##_BIT2 : 0u) ^ ((value)&0x08u ? table##_BIT3 : 0u) ^                             \
     ((value)&0x10u ? table##_BIT4 : 0u) ^ ((value)&0x20u ? table##_BIT5 : 0u) ^                             \
     ((value)&0x40u ? table##_BIT6 : 0u) ^ ((value)&0x80u ? table##_BIT7 : 0u))
#endif

#define LWNVME_GUARD_32_BIT0   0xf26b8303u
#define LWNVME_GUARD_32_BIT1   0xe13b70f7u
#define LWNVME_GUARD_32_BIT2   0xc79a971fu
#define LWNVME_GUARD_32_BIT3   0x8ad958cfu
#define LWNVME_GUARD_32_BIT4   0x105ec76fu
#define LWNVME_GUARD_32_BIT5   0x20bd8edeu
#define LWNVME_GUARD_32_BIT6   0x417b1dbcu
#define LWNVME_GUARD_32_BIT7   0x82f63b78u
#define LWNVME_GUARD_64_BIT0   0x7f6ef0c830358979u
#define LWNVME_GUARD_64_BIT1   0xfedde190606b12f2u
#define LWNVME_GUARD_64_BIT2   0xc962e5739841b68fu
#define LWNVME_GUARD_64_BIT3   0xa61cecb46814fe75u
#define LWNVME_GUARD_64_BIT4   0x78e0ff3b88be6f81u
#define LWNVME_GUARD_64_BIT5   0xf1c1fe77117cdf02u
#define LWNVME_GUARD_64_BIT6   0xd75adabd7a6e2d6fu
#define LWNVME_GUARD_64_BIT7   0x9a6c9329ac4bc9b5u
#define LWNVME_GUARD_32(value) LWNVME_GUARD_REFLECTED(value, LWNVME_GUARD_32)
#define LWNVME_GUARD_64(value) LWNVME_GUARD_REFLECTED(value, LWNVME_GUARD_64)

#define LWNVME_GUARD_FOUR(entry, value)                                                                      \
    entry(value), entry((value) + 1u), entry((value) + 2u), entry((value) + 3u)
#define LWNVME_GUARD_ROW(entry, value)                                                                       \
    LWNVME_GUARD_FOUR(entry, value), LWNVME_GUARD_FOUR(entry, (value) + 4u),                                 \
        LWNVME_GUARD_FOUR(entry, (value) + 8u), LWNVME_GUARD_FOUR(entry, (value) + 12u)
#if LWNVME_CONFIG_GUARD_TABLE_BITS == 4
#define LWNVME_GUARD_ALL(entry) LWNVME_GUARD_ROW(entry, 0u)
#else
#define LWNVME_GUARD_ALL(entry)                                                                              \
    LWNVME_GUARD_ROW(entry, 0x00u), LWNVME_GUARD_ROW(entry, 0x10u), LWNVME_GUARD_ROW(entry, 0x20u),          \
        LWNVME_GUARD_ROW(entry, 0x30u), LWNVME_GUARD_ROW(entry, 0x40u), LWNVME_GUARD_ROW(entry, 0x50u),      \
        LWNVME_GUARD_ROW(entry, 0x60u), LWNVME_GUARD_ROW(entry, 0x70u), LWNVME_GUARD_ROW(entry, 0x80u),      \
        LWNVME_GUARD_ROW(entry, 0x90u), LWNVME_GUARD_ROW(entry, 0xa0u), LWNVME_GUARD_ROW(entry, 0xb0u),      \
        LWNVME_GUARD_ROW(entry, 0xc0u), LWNVME_GUARD_ROW(entry, 0xd0u), LWNVME_GUARD_ROW(entry, 0xe0u),      \
        LWNVME_GUARD_ROW(entry, 0xf0u)
#endif

static const uint16_t lwnvme_guard_table_16[LWNVME_GUARD_ENTRIES] = {LWNVME_GUARD_ALL(LWNVME_GUARD_16)};
static const uint64_t lwnvme_guard_table_32[LWNVME_GUARD_ENTRIES] = {LWNVME_GUARD_ALL(LWNVME_GUARD_32)};
static const uint64_t lwnvme_guard_table_64[LWNVME_GUARD_ENTRIES] = {LWNVME_GUARD_ALL(LWNVME_GUARD_64)};

static uint32_t lwnvme_guard_t10(uint32_t guard, const uint8_t *data, size_t length_bytes)
{
    for (; length_bytes != 0; length_bytes--, data++) {
#if LWNVME_CONFIG_GUARD_TABLE_BITS == 4
        guard = (guard << 4 & 0xffffu) ^ lwnvme_guard_table_16[guard >> 12 ^ *data >> 4];
        guard = (guard << 4 & 0xffffu) ^ lwnvme_guard_table_16[guard >> 12 ^ (*data & 15u)];
#else
        guard = (guard << 8 & 0xffffu) ^ lwnvme_guard_table_16[guard >> 8 ^ *data];
#endif
    }
    return guard;
}

uint64_t lwnvme_guard(uint32_t bits, uint64_t guard, const void *data, size_t length_bytes)
{
    const uint8_t *byte = (const uint8_t *)data;
    const uint64_t *table = bits == 32 ? lwnvme_guard_table_32 : lwnvme_guard_table_64;
    uint64_t ones = bits == 32 ? UINT32_MAX : UINT64_MAX;

    if (bits == 16)
        return lwnvme_guard_t10((uint32_t)guard & 0xffffu, byte, length_bytes);
    guard = (guard ^ ones) & ones;
    for (; length_bytes != 0; length_bytes--, byte++) {
#if LWNVME_CONFIG_GUARD_TABLE_BITS == 4
        guard ^= *byte;
        guard = guard >> 4 ^ table[guard & 15u];
        guard = guard >> 4 ^ table[guard & 15u];
#else
        guard = guard >> 8 ^ table[(guard ^ *byte) & 255u];
#endif
    }
    return guard ^ ones;
}

#undef LWNVME_GUARD_ALL
#undef LWNVME_GUARD_ROW
#undef LWNVME_GUARD_FOUR
#undef LWNVME_GUARD_16
#undef LWNVME_GUARD_32
#undef LWNVME_GUARD_64
#undef LWNVME_GUARD_REFLECTED
#undef LWNVME_GUARD_ENTRIES

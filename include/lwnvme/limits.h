/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: limits of a namespace beside that of transfers: of single commands, and of what is atomic.
 *
 * Nobody has to ask for them: bring-up and the opening of the namespace have read them, and all calls keep to
 * them. Write Zeroes, Verify, Write Uncorrectable and Dataset Management are split by theirs; Copy is cut,
 * split and refused by its own; LWNVME_REQUEST_ATOMIC and compare and write are checked. This is for those
 * who want to know.
 *
 * NVM Command Set Specification 1.1, sections 4.1.5.1 "NVM Command Set Identify Namespace Data Structure", 4.1.5.4 "I/O
 * Command Set Specific Identify Controller Data Structure", 2.1.4 "Atomic Operation".
 */
#ifndef LWNVME_LIMITS_H
#define LWNVME_LIMITS_H

#include "namespace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What writes of one kind have to stay in to be atomic: blocks; a boundary of 0 is none. */
struct lwnvme_atomicity {
    uint32_t blocks;   /* at most; 1 to 65536 */
    uint32_t boundary; /* not across multiples of it, counted ... */
    uint32_t offset;   /* ... from this block on */
};

struct lwnvme_limits {
    /* Of one command, in blocks; UINT32_MAX: none is known. */
    uint32_t write_uncorrectable_blocks; /* WUSL */
    uint32_t write_zeroes_blocks;        /* WZSL */
    uint32_t verify_blocks;              /* VSL */
    uint32_t trim_ranges;                /* DMRL, 1 to 256 */
    uint32_t trim_range_blocks;          /* DMRSL */
    uint64_t trim_blocks;                /* DMSL; UINT64_MAX: none */
    uint32_t copy_ranges;       /* MSRC, 1 to 256; 0: the namespace takes no copies (MSSRL or MCL is 0) */
    uint32_t copy_range_blocks; /* MSSRL, up to 65535 */
    uint32_t copy_blocks;       /* MCL */
    uint32_t copy_formats;      /* CDFS: bit n for descriptor format n */

    struct lwnvme_atomicity atomic;            /* NAWUN or AWUN, NABSN, NABO */
    struct lwnvme_atomicity atomic_power_fail; /* NAWUPF or AWUPF, NABSPF, NABO */
    struct lwnvme_atomicity compare_and_write; /* NACWU or ACWU, NABSN, NABO */
    bool multiple_atomicity; /* MAM: a write across a boundary is atomic on either side of it */
};

/*
 * The limits of an open namespace. What a controller is too old to tell (before NVMe 2.0, those of Write
 * Uncorrectable to Dataset Management) is taken for no limit. They may change when the controller is reset,
 * or the namespace opened again. Callable anywhere. 0; or why the handle cannot be used, and `limits` is as
 * it was.
 */
int lwnvme_limits_get(const struct lwnvme_namespace *ns, struct lwnvme_limits *limits);

/*
 * Whether a write of so many blocks is one atomic operation: for other commands, or (power_fail) also when
 * power is lost in it. 0; LWNVME_ERR_NOT_ATOMIC; or the handle cannot be used, or the blocks are out of
 * range. Callable anywhere.
 */
int lwnvme_atomic_check(const struct lwnvme_namespace *ns, uint64_t lba, uint32_t block_count,
                        bool power_fail);

#ifdef __cplusplus
}
#endif

#endif

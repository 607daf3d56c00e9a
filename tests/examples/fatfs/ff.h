/* SPDX-License-Identifier: MIT */
/*
 * The types and options of FatFs that a disk I/O layer is written to, for a test of examples/fatfs without FatFs. The names and
 * sizes are those of its documentation.
 */
#ifndef TESTS_EXAMPLES_FATFS_FF_H
#define TESTS_EXAMPLES_FATFS_FF_H

#include <stdint.h>

#define FF_FS_READONLY 0
#define FF_MIN_SS      512
#define FF_MAX_SS      4096

typedef unsigned char BYTE;
typedef unsigned int UINT;
typedef uint16_t WORD;
typedef uint32_t DWORD;
#ifdef TEST_LBA64
typedef uint64_t LBA_t;
#else
typedef DWORD LBA_t;
#endif

#endif

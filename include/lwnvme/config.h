/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: compile-time options.
 *
 * Every option has a default that is right for most hosts. To change some, compile both the library and
 * the programs that use it with -DLWNVME_CONFIG_FILE='"my_lwnvme_config.h"', a header that defines the
 * options that differ. Each value is checked against its range below.
 */
#ifndef LWNVME_CONFIG_H
#define LWNVME_CONFIG_H

#ifdef LWNVME_CONFIG_FILE
#include LWNVME_CONFIG_FILE
#endif

/* 1: the library of a boot loader, which reads sectors and does little else: one I/O queue, one command at a time. See
 * "A boot loader" in docs/porting.md for what is there. The defaults of what can be left out are 0 then. */
#ifndef LWNVME_CONFIG_BOOT
#define LWNVME_CONFIG_BOOT 0
#endif
#if LWNVME_CONFIG_BOOT
#ifndef LWNVME_CONFIG_ADMIN_PAGES
#define LWNVME_CONFIG_ADMIN_PAGES 1
#endif
#ifndef LWNVME_CONFIG_LOG
#define LWNVME_CONFIG_LOG 0
#endif
#ifndef LWNVME_CONFIG_SHARED
#define LWNVME_CONFIG_SHARED 0
#endif
#ifndef LWNVME_CONFIG_SEGMENTS
#define LWNVME_CONFIG_SEGMENTS 0
#endif
#ifndef LWNVME_CONFIG_DMA_SYNC
#define LWNVME_CONFIG_DMA_SYNC 0
#endif
#ifndef LWNVME_CONFIG_DMA_UNMAP
#define LWNVME_CONFIG_DMA_UNMAP 0
#endif
#ifndef LWNVME_CONFIG_MMIO_HOOKS
#define LWNVME_CONFIG_MMIO_HOOKS 0
#endif
#endif

/* Entries of the admin submission and completion ring: 2 to 1024. 64 entries fill 4 KiB, which some
 * controllers insist on. */
#ifndef LWNVME_CONFIG_ADMIN_ENTRIES
#define LWNVME_CONFIG_ADMIN_ENTRIES 64
#endif

/* Pages of 4 KiB for identify data and log pages, one per typed admin command in flight: 1 to 32. Further
 * typed commands wait in order until a page is free. */
#ifndef LWNVME_CONFIG_ADMIN_PAGES
#define LWNVME_CONFIG_ADMIN_PAGES 2
#endif

/* Largest transfer of one command, in bytes, when the controller configuration names none: a power of two
 * from 4 KiB to 16 MiB. Longer requests are split. The PRP list memory of a queue grows with it. */
#ifndef LWNVME_CONFIG_MAX_TRANSFER_BYTES
#define LWNVME_CONFIG_MAX_TRANSFER_BYTES 131072
#endif

/* I/O queue pairs asked of the controller when the configuration names no number: 1 to 65534. */
#ifndef LWNVME_CONFIG_IO_QUEUES
#define LWNVME_CONFIG_IO_QUEUES 64
#endif

/* Deadline of an I/O command and of an admin command that names none, in milliseconds: 1 to 2^31 - 1. */
#ifndef LWNVME_CONFIG_IO_TIMEOUT_MS
#define LWNVME_CONFIG_IO_TIMEOUT_MS 30000
#endif
#ifndef LWNVME_CONFIG_ADMIN_TIMEOUT_MS
#define LWNVME_CONFIG_ADMIN_TIMEOUT_MS 60000
#endif

/* Least time given to CSTS.RDY to follow CC.EN, in milliseconds, whatever CAP.TO and CRTO say: 500 to
 * 600000. */
#ifndef LWNVME_CONFIG_READY_FLOOR_MS
#define LWNVME_CONFIG_READY_FLOOR_MS 5000
#endif

/* Least and most time given to a shutdown, in milliseconds; RTD3E chooses in between: 500 to 600000. */
#ifndef LWNVME_CONFIG_SHUTDOWN_FLOOR_MS
#define LWNVME_CONFIG_SHUTDOWN_FLOOR_MS 5000
#endif
#ifndef LWNVME_CONFIG_SHUTDOWN_CAP_MS
#define LWNVME_CONFIG_SHUTDOWN_CAP_MS 60000
#endif

/* A queue looks at the clock on each poll that finds nothing, and on each n-th poll that finds something:
 * a power of two from 1 to 1024. */
#ifndef LWNVME_CONFIG_POLLS_PER_CLOCK
#define LWNVME_CONFIG_POLLS_PER_CLOCK 64
#endif

/* Controller polls, with something pending, for which the host's clock may stand still before waits give up:
 * 1000 to 2^31 - 1. */
#ifndef LWNVME_CONFIG_STUCK_CLOCK_POLLS
#define LWNVME_CONFIG_STUCK_CLOCK_POLLS 1000000
#endif

/* 1: messages through the host's log hook; 0: none, and their text is not linked. */
#ifndef LWNVME_CONFIG_LOG
#define LWNVME_CONFIG_LOG 1
#endif

/* 1: ordinary reads, writes and polls have a way of their own, which costs half the instructions and some 2 KiB of
 * code; 0: they go the way of all others, with the same results. Without a word of yours: what the compiler is told to
 * optimize for. */
#ifndef LWNVME_CONFIG_STRAIGHT
#if LWNVME_CONFIG_BOOT || defined(__OPTIMIZE_SIZE__)
#define LWNVME_CONFIG_STRAIGHT 0
#else
#define LWNVME_CONFIG_STRAIGHT 1
#endif
#endif

/* What a program can do without, each 1 or 0. Whoever gives, or asks for, what has been left out is told so:
 * LWNVME_ERR_LEFT_OUT. LWNVME_QUEUE_SHARED; segment lists (what is in one piece for the CPU may be in many for the
 * controller, as ever); the hooks dma_sync, dma_unmap, and mmio_read32 with mmio_write32. */
#ifndef LWNVME_CONFIG_SHARED
#define LWNVME_CONFIG_SHARED 1
#endif
#ifndef LWNVME_CONFIG_SEGMENTS
#define LWNVME_CONFIG_SEGMENTS 1
#endif
#ifndef LWNVME_CONFIG_DMA_SYNC
#define LWNVME_CONFIG_DMA_SYNC 1
#endif
#ifndef LWNVME_CONFIG_DMA_UNMAP
#define LWNVME_CONFIG_DMA_UNMAP 1
#endif
#ifndef LWNVME_CONFIG_MMIO_HOOKS
#define LWNVME_CONFIG_MMIO_HOOKS 1
#endif

/* Bits of data that one step of a protection information guard takes: 4 (tables of 288 bytes in all) or 8 (4.5 KiB,
 * twice as fast). */
#ifndef LWNVME_CONFIG_GUARD_TABLE_BITS
#define LWNVME_CONFIG_GUARD_TABLE_BITS 4
#endif

#if LWNVME_CONFIG_ADMIN_ENTRIES < 2 || LWNVME_CONFIG_ADMIN_ENTRIES > 1024
#error "LWNVME_CONFIG_ADMIN_ENTRIES must be 2 to 1024"
#endif
#if LWNVME_CONFIG_ADMIN_PAGES < 1 || LWNVME_CONFIG_ADMIN_PAGES > 32
#error "LWNVME_CONFIG_ADMIN_PAGES must be 1 to 32"
#endif
#if LWNVME_CONFIG_MAX_TRANSFER_BYTES < 4096 || LWNVME_CONFIG_MAX_TRANSFER_BYTES > 16777216 ||                \
    (LWNVME_CONFIG_MAX_TRANSFER_BYTES & (LWNVME_CONFIG_MAX_TRANSFER_BYTES - 1)) != 0
#error "LWNVME_CONFIG_MAX_TRANSFER_BYTES must be a power of two from 4096 to 16777216"
#endif
#if LWNVME_CONFIG_IO_QUEUES < 1 || LWNVME_CONFIG_IO_QUEUES > 65534
#error "LWNVME_CONFIG_IO_QUEUES must be 1 to 65534"
#endif
#if LWNVME_CONFIG_IO_TIMEOUT_MS < 1 || LWNVME_CONFIG_IO_TIMEOUT_MS > 2147483647
#error "LWNVME_CONFIG_IO_TIMEOUT_MS must be 1 to 2147483647"
#endif
#if LWNVME_CONFIG_ADMIN_TIMEOUT_MS < 1 || LWNVME_CONFIG_ADMIN_TIMEOUT_MS > 2147483647
#error "LWNVME_CONFIG_ADMIN_TIMEOUT_MS must be 1 to 2147483647"
#endif
#if LWNVME_CONFIG_READY_FLOOR_MS < 500 || LWNVME_CONFIG_READY_FLOOR_MS > 600000
#error "LWNVME_CONFIG_READY_FLOOR_MS must be 500 to 600000"
#endif
#if LWNVME_CONFIG_SHUTDOWN_FLOOR_MS < 500 ||                                                                 \
    LWNVME_CONFIG_SHUTDOWN_FLOOR_MS > LWNVME_CONFIG_SHUTDOWN_CAP_MS ||                                       \
    LWNVME_CONFIG_SHUTDOWN_CAP_MS > 600000
#error "LWNVME_CONFIG_SHUTDOWN_FLOOR_MS must be 500 to _CAP_MS, and _CAP_MS at most 600000"
#endif
#if LWNVME_CONFIG_POLLS_PER_CLOCK < 1 || LWNVME_CONFIG_POLLS_PER_CLOCK > 1024 ||                             \
    (LWNVME_CONFIG_POLLS_PER_CLOCK & (LWNVME_CONFIG_POLLS_PER_CLOCK - 1)) != 0
#error "LWNVME_CONFIG_POLLS_PER_CLOCK must be a power of two from 1 to 1024"
#endif
#if LWNVME_CONFIG_STUCK_CLOCK_POLLS < 1000 || LWNVME_CONFIG_STUCK_CLOCK_POLLS > 2147483647
#error "LWNVME_CONFIG_STUCK_CLOCK_POLLS must be 1000 to 2147483647"
#endif
#if LWNVME_CONFIG_LOG != 0 && LWNVME_CONFIG_LOG != 1
#error "LWNVME_CONFIG_LOG must be 0 or 1"
#endif
#if (LWNVME_CONFIG_STRAIGHT | LWNVME_CONFIG_SHARED | LWNVME_CONFIG_SEGMENTS | LWNVME_CONFIG_DMA_SYNC |       \
     LWNVME_CONFIG_DMA_UNMAP | LWNVME_CONFIG_MMIO_HOOKS) != 0 &&                                             \
    (LWNVME_CONFIG_STRAIGHT | LWNVME_CONFIG_SHARED | LWNVME_CONFIG_SEGMENTS | LWNVME_CONFIG_DMA_SYNC |       \
     LWNVME_CONFIG_DMA_UNMAP | LWNVME_CONFIG_MMIO_HOOKS) != 1
#error "LWNVME_CONFIG_STRAIGHT, _SHARED, _SEGMENTS, _DMA_SYNC, _DMA_UNMAP, _MMIO_HOOKS must be 0 or 1"
#endif
#if LWNVME_CONFIG_BOOT != 0 && LWNVME_CONFIG_BOOT != 1
#error "LWNVME_CONFIG_BOOT must be 0 or 1"
#endif
#if LWNVME_CONFIG_BOOT && ((LWNVME_CONFIG_STRAIGHT | LWNVME_CONFIG_SHARED | LWNVME_CONFIG_SEGMENTS |         \
                            LWNVME_CONFIG_DMA_UNMAP) != 0 ||                                                 \
                           LWNVME_CONFIG_ADMIN_PAGES > 1 || LWNVME_CONFIG_ADMIN_ENTRIES > 64 ||              \
                           (LWNVME_CONFIG_ADMIN_ENTRIES & (LWNVME_CONFIG_ADMIN_ENTRIES - 1)) != 0)
#error                                                                                                       \
    "with LWNVME_CONFIG_BOOT, _STRAIGHT, _SHARED, _SEGMENTS, _DMA_UNMAP must be 0, _ADMIN_PAGES 1, and _ADMIN_ENTRIES a power of two up to 64"
#endif
#if LWNVME_CONFIG_GUARD_TABLE_BITS != 4 && LWNVME_CONFIG_GUARD_TABLE_BITS != 8
#error "LWNVME_CONFIG_GUARD_TABLE_BITS must be 4 or 8"
#endif

#endif

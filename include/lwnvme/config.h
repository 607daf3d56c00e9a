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

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The command line, words separated by blanks:
 *
 *     shell              the shell instead of the demo
 *     device=N           which of several controllers, from 0
 *     write=1            write to the region
 *     region=LBA,COUNT   what may be written, in blocks of the first usable namespace
 *     seed=N             of the pattern, 32 bits
 *     timeout=MS         deadline of each I/O command
 *     entries=N          ring entries of the I/O queue
 *     transfer=BYTES     largest transfer of one command
 *     read=MIB           how much of each namespace is read, from its first block on (without: all)
 *     bench=MS           random reads for so long, one at a time and 32 in flight
 *     readonly=1         the shell refuses what changes the drive; not with write=1 or fatal=1
 *     irq=KIND           how commands are awaited: poll (without: so), intx, msi or msix
 *     cmb=1              the submission queue lies in the controller memory buffer
 *     neighbour=N        a second controller, from 1: it is brought up too, with the same kind of interrupts, and answers
 *                        reads that nobody takes until the demo has ended
 *     cpus=N             2 to 4 processors work at the drive at once (poll or msix), in place of the demo's reads and writes
 *     shared=1           with one queue for all of them; without, each has its own
 *     remove=1           before all else the drive is pulled out of its slot while it is read, and put back
 *     remove=2           the same while all processors of cpus=N read it, each on its own queue
 *     fatal=1            before all else the controller fails for good while it is read, and is opened again
 */
#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform.h"

#define OPTIONS_REMOVE_ALL_AT_WORK 2u

struct options {
    bool shell;
    bool write;
    bool has_region;
    uint32_t read_only;
    uint32_t read_mib; /* 0: all */
    uint32_t bench_ms; /* 0: none */
    uint64_t region_lba;
    uint64_t region_blocks;
    uint32_t device;
    uint32_t seed;
    uint32_t timeout_ms;
    uint32_t entries;
    uint32_t transfer_bytes;
    enum platform_irq irq;
    uint32_t processors;
    uint32_t shared;
    uint32_t neighbour;
    uint32_t cmb;
    uint32_t remove;
    uint32_t fatal;
};

/* false: a word is not understood, and a line on the console says which. */
bool options_parse(const char *command_line, struct options *options);

#endif

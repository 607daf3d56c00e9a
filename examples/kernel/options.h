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
 */
#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    bool shell;
    bool write;
    bool has_region;
    uint64_t region_lba;
    uint64_t region_blocks;
    uint32_t device;
    uint32_t seed;
    uint32_t timeout_ms;
    uint32_t entries;
    uint32_t transfer_bytes;
};

/* false: a word is not understood, and a line on the console says which. */
bool options_parse(const char *command_line, struct options *options);

#endif

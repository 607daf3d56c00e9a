/* SPDX-License-Identifier: MIT */
/* UEFI port: what a program has printed, for a file on the stick that it was started from. */
#ifndef LWNVME_PORT_UEFI_REPORT_H
#define LWNVME_PORT_UEFI_REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Notes a character. Past the room that there is, characters are dropped and counted. */
void report_put(char c);
/* How many bytes there are, and how many did not fit. */
size_t report_bytes(void);
size_t report_dropped(void);
/* Writes what has been noted to \lwnvme.txt, in place of what was there, in the file system that this program was started
 * from. NULL, or why not. Application level. */
const char *report_save(void);

#endif

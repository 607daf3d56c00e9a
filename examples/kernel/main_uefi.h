/* SPDX-License-Identifier: MIT */
/* What the menu of lwnvme.efi asks of its main file. */
#ifndef DEMO_MAIN_UEFI_H
#define DEMO_MAIN_UEFI_H

#include <stdbool.h>
#include <stdint.h>

#define MAIN_WORDS_MAX 256u

struct drives;

/* Looks again and lists what there is, with a line for each controller; what hides drives too. */
const struct drives *main_list(void);
/* Whether an answer to a question that has been printed is the word yes. */
bool main_asked_yes(void);
/* A line from the keyboard, with echo; false: there is no keyboard. */
bool main_read_line(char *line, uint32_t room);
/* Whether the drive with this number is there and may be worked on so; else a line says why not. */
bool main_may(uint32_t number, bool may_write);
/*
 * Takes the drive with this number over, has demo_main carry out the words on it, and gives it back to the firmware.
 * Without may_write the shell only looks. true: all went well.
 */
bool main_run(uint32_t number, const char *words, bool may_write);

/* The menu, until it is left. true: all that was asked for went well. */
bool menu_run(void);

#endif

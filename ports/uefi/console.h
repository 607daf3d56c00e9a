/* SPDX-License-Identifier: MIT */
/* UEFI port: the firmware's console, for programs. Characters wait until a line is full or a key is asked for. */
#ifndef LWNVME_PORT_UEFI_CONSOLE_H
#define LWNVME_PORT_UEFI_CONSOLE_H

#include <stdint.h>

#define CONSOLE_NO_KEY (-1)
#define CONSOLE_CLOSED (-2) /* there is no keyboard */

void console_put(char c);
void console_flush(void);
/* A character, or one of the values above; waits for timeout_ms. Keys without a character count as none. */
int console_get(uint32_t timeout_ms);

#endif

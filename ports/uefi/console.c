/* SPDX-License-Identifier: MIT */
/* UEFI port: text out by OutputString, which is slow enough on a screen that it pays to hand over whole lines; keys in by
 * ReadKeyStroke. Application level only. */
#include "console.h"

#include "clock.h"
#include "efi.h"

#define CONSOLE_LINE_MAX 120u
#define CONSOLE_IDLE_US  1000u

static efi_char console_line[CONSOLE_LINE_MAX + 3u]; /* with a carriage return, a line feed and an end */
static uint32_t console_used;

void console_flush(void)
{
    struct efi_text_output *out = efi_system->console_out;

    console_line[console_used] = 0;
    if (console_used != 0 && out != NULL) {
        (void)out->output_string(out, console_line);
    }
    console_used = 0;
}

void console_put(char c)
{
    if (c == '\n') {
        console_line[console_used] = '\r';
        console_used++;
    }
    console_line[console_used] = (uint8_t)c;
    console_used++;
    if (c == '\n' || console_used >= CONSOLE_LINE_MAX) {
        console_flush();
    }
}

int console_get(uint32_t timeout_ms)
{
    const uint64_t end_us = clock_now_us() + (uint64_t)timeout_ms * 1000u;
    struct efi_text_input *in = efi_system->console_in;
    struct efi_input_key key;

    console_flush();
    if (in == NULL) {
        return CONSOLE_CLOSED;
    }
    do {
        if (!efi_failed(in->read_key_stroke(in, &key)) && key.unicode != 0 && key.unicode < 0x80) {
            return key.unicode;
        }
        (void)efi_boot->stall(CONSOLE_IDLE_US);
    } while (clock_now_us() < end_us);
    return CONSOLE_NO_KEY;
}

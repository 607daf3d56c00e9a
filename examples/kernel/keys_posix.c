/* SPDX-License-Identifier: MIT */
/* The demo in a process: keys from standard input. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "platform.h"

int platform_get(uint32_t timeout_ms)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    unsigned char key;

    fflush(stdout);
    if (poll(&input, 1, (int)timeout_ms) <= 0) {
        return PLATFORM_NO_KEY;
    }
    return read(STDIN_FILENO, &key, 1) == 1 ? key : PLATFORM_CLOSED;
}

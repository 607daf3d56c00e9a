/* SPDX-License-Identifier: MIT */
/* Bare-metal ports: text on the console, over the machine's serial port. No state; one owner. */
#include "cpu.h"
#include "machine.h"

void serial_put(char c)
{
    if (c == '\n') {
        uart_put('\r');
    }
    uart_put((uint8_t)c);
}

void serial_text(const char *text)
{
    for (; *text != '\0'; text++) {
        serial_put(*text);
    }
}

void serial_hex(uint64_t value)
{
    serial_text("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        serial_put("0123456789abcdef"[(value >> shift) & 15u]);
    }
}

int serial_get(uint32_t timeout_ms)
{
    const uint64_t end_us = clock_now_us() + (uint64_t)timeout_ms * 1000u;
    int byte;

    do {
        byte = uart_get();
        if (byte >= 0) {
            return byte;
        }
        cpu_pause();
    } while (clock_now_us() < end_us);
    return -1;
}

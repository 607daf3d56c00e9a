/* SPDX-License-Identifier: MIT */
/* x86-64 and i686 ports: the 16550 serial port at 0x3F8, polled. No state; one owner. */
#include "io.h"
#include "machine.h"

#define SERIAL_BASE           0x3f8u
#define SERIAL_DATA           (SERIAL_BASE + 0u)
#define SERIAL_INTERRUPTS     (SERIAL_BASE + 1u)
#define SERIAL_FIFO           (SERIAL_BASE + 2u)
#define SERIAL_LINE_CONTROL   (SERIAL_BASE + 3u)
#define SERIAL_MODEM_CONTROL  (SERIAL_BASE + 4u)
#define SERIAL_LINE_STATUS    (SERIAL_BASE + 5u)
#define SERIAL_DIVISOR_LATCH  0x80u
#define SERIAL_8_BITS         0x03u
#define SERIAL_DATA_READY     0x01u
#define SERIAL_TRANSMIT_EMPTY 0x20u
#define SERIAL_SPINS_MAX      1000000u /* a port that is not there must not stop the program */

void serial_init(void)
{
    io_write8(SERIAL_INTERRUPTS, 0);
    io_write8(SERIAL_LINE_CONTROL, SERIAL_DIVISOR_LATCH);
    io_write8(SERIAL_DATA, 1); /* divisor 1: 115200 baud */
    io_write8(SERIAL_INTERRUPTS, 0);
    io_write8(SERIAL_LINE_CONTROL, SERIAL_8_BITS);
    io_write8(SERIAL_FIFO, 0x07); /* on, both emptied */
    io_write8(SERIAL_MODEM_CONTROL, 0x03);
}

static void serial_put_raw(char c)
{
    for (uint32_t spin = 0; spin < SERIAL_SPINS_MAX; spin++) {
        if ((io_read8(SERIAL_LINE_STATUS) & SERIAL_TRANSMIT_EMPTY) != 0) {
            break;
        }
    }
    io_write8(SERIAL_DATA, (uint8_t)c);
}

void serial_put(char c)
{
    if (c == '\n') {
        serial_put_raw('\r');
    }
    serial_put_raw(c);
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

    do {
        if ((io_read8(SERIAL_LINE_STATUS) & SERIAL_DATA_READY) != 0) {
            return io_read8(SERIAL_DATA);
        }
        cpu_pause();
    } while (clock_now_us() < end_us);
    return -1;
}

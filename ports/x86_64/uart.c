/* SPDX-License-Identifier: MIT */
/* x86-64 and i686 ports: the 16550 serial port at 0x3F8, polled. No state; one owner. */
#include "io.h"
#include "machine.h"

#define UART_BASE           0x3f8u
#define UART_DATA           (UART_BASE + 0u)
#define UART_INTERRUPTS     (UART_BASE + 1u)
#define UART_FIFO           (UART_BASE + 2u)
#define UART_LINE_CONTROL   (UART_BASE + 3u)
#define UART_MODEM_CONTROL  (UART_BASE + 4u)
#define UART_LINE_STATUS    (UART_BASE + 5u)
#define UART_DIVISOR_LATCH  0x80u
#define UART_8_BITS         0x03u
#define UART_DATA_READY     0x01u
#define UART_TRANSMIT_EMPTY 0x20u
#define UART_SPINS_MAX      1000000u /* a port that is not there must not stop the program */

void uart_init(void)
{
    io_write8(UART_INTERRUPTS, 0);
    io_write8(UART_LINE_CONTROL, UART_DIVISOR_LATCH);
    io_write8(UART_DATA, 1); /* divisor 1: 115200 baud */
    io_write8(UART_INTERRUPTS, 0);
    io_write8(UART_LINE_CONTROL, UART_8_BITS);
    io_write8(UART_FIFO, 0x07); /* on, both emptied */
    io_write8(UART_MODEM_CONTROL, 0x03);
}

void uart_put(uint8_t byte)
{
    for (uint32_t spin = 0; spin < UART_SPINS_MAX; spin++) {
        if ((io_read8(UART_LINE_STATUS) & UART_TRANSMIT_EMPTY) != 0) {
            break;
        }
    }
    io_write8(UART_DATA, byte);
}

int uart_get(void)
{
    return (io_read8(UART_LINE_STATUS) & UART_DATA_READY) != 0 ? io_read8(UART_DATA) : -1;
}

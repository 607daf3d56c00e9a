/* SPDX-License-Identifier: MIT */
/* riscv64 port: the 16550 serial port that the device tree names. The loader has set its rate. */
#include "io.h"
#include "machine.h"
#include "tree.h"

#define UART_DATA           0u
#define UART_INTERRUPTS     1u
#define UART_FIFO           2u
#define UART_LINE_CONTROL   3u
#define UART_LINE_STATUS    5u
#define UART_FIFO_ON        0x07u /* both emptied */
#define UART_8_BITS         0x03u
#define UART_DATA_READY     0x01u
#define UART_TRANSMIT_EMPTY 0x20u
#define UART_SPINS_MAX      1000000u /* a port that does not answer must not stop the program */

static uint64_t uart_base; /* 0: there is none */

void uart_init(void)
{
    struct memory_region registers;

    if (tree_reg(tree_compatible("ns16550a"), 0, &registers)) {
        uart_base = registers.address;
        io_write8(uart_base + UART_INTERRUPTS, 0);
        io_write8(uart_base + UART_LINE_CONTROL, UART_8_BITS);
        io_write8(uart_base + UART_FIFO, UART_FIFO_ON);
    }
}

void uart_put(uint8_t byte)
{
    if (uart_base == 0) {
        return;
    }
    for (uint32_t spin = 0; spin < UART_SPINS_MAX; spin++) {
        if ((io_read8(uart_base + UART_LINE_STATUS) & UART_TRANSMIT_EMPTY) != 0) {
            break;
        }
    }
    io_write8(uart_base + UART_DATA, byte);
}

int uart_get(void)
{
    if (uart_base == 0 || (io_read8(uart_base + UART_LINE_STATUS) & UART_DATA_READY) == 0) {
        return -1;
    }
    return io_read8(uart_base + UART_DATA);
}

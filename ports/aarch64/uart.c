/* SPDX-License-Identifier: MIT */
/* aarch64 port: the PL011 serial port, polled, at the rate that it has. One owner. */
#include "cpu.h"
#include "io.h"
#include "machine.h"
#include "tree.h"

#define UART_DEFAULT        UINT64_C(0x09000000) /* QEMU's virt machine, when there is no tree to ask */
#define UART_DATA           0x00u
#define UART_FLAGS          0x18u
#define UART_FLAG_NO_DATA   0x10u
#define UART_FLAG_FULL      0x20u
#define UART_LINE_CONTROL   0x2cu
#define UART_8_BITS_FIFO    0x70u
#define UART_CONTROL        0x30u
#define UART_CONTROL_ON     0x301u /* the port, sending, receiving */
#define UART_INTERRUPT_MASK 0x38u
#define UART_SPINS_MAX      1000000u /* a port that is not there must not stop the program */

static uint64_t uart_base = UART_DEFAULT;

void uart_init(void)
{
    struct memory_region place;

    if (tree_reg(tree_compatible("arm,pl011"), 0, &place)) {
        uart_base = place.address;
    }
    (void)paging_map(uart_base, MACHINE_PAGE_BYTES, PAGING_DEVICE); /* in effect when translation is on */
    io_write32(uart_base + UART_CONTROL, 0);
    io_write32(uart_base + UART_INTERRUPT_MASK, 0);
    io_write32(uart_base + UART_LINE_CONTROL, UART_8_BITS_FIFO);
    io_write32(uart_base + UART_CONTROL, UART_CONTROL_ON);
}

void uart_put(uint8_t byte)
{
    for (uint32_t spin = 0; spin < UART_SPINS_MAX; spin++) {
        if ((io_read32(uart_base + UART_FLAGS) & UART_FLAG_FULL) == 0) {
            break;
        }
        cpu_pause();
    }
    io_write32(uart_base + UART_DATA, byte);
}

int uart_get(void)
{
    if ((io_read32(uart_base + UART_FLAGS) & UART_FLAG_NO_DATA) != 0) {
        return -1;
    }
    return (int)(io_read32(uart_base + UART_DATA) & 0xffu);
}

/* SPDX-License-Identifier: MIT */
/* In place of ports/x86_64/io.h, whose guard it sets: the ports of configuration space lead to the test. */
#ifndef LWNVME_PORT_X86_64_IO_H
#define LWNVME_PORT_X86_64_IO_H

#include <stdint.h>

uint32_t io_read32(uint16_t port);
void io_write32(uint16_t port, uint32_t value);

#endif

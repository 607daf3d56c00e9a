/* SPDX-License-Identifier: MIT */
/* Machines with a device tree: registers of devices, which are little-endian whatever the processor is. */
#ifndef LWNVME_PORT_VIRT_IO_H
#define LWNVME_PORT_VIRT_IO_H

#include <stdint.h>

static inline uint32_t io_swap32(uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(value);
#else
    return value;
#endif
}

static inline uint32_t io_read32(uint64_t address)
{
    return io_swap32(*(const volatile uint32_t *)(uintptr_t)address);
}

static inline void io_write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = io_swap32(value);
}

static inline uint8_t io_read8(uint64_t address)
{
    return *(const volatile uint8_t *)(uintptr_t)address;
}

static inline void io_write8(uint64_t address, uint8_t value)
{
    *(volatile uint8_t *)(uintptr_t)address = value;
}

#endif

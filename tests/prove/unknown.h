/* SPDX-License-Identifier: MIT */
/* What the analysis knows nothing of: values, and a host that answers as it likes. */
#ifndef TESTS_PROVE_UNKNOWN_H
#define TESTS_PROVE_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lwnvme/host.h>

static volatile uint32_t any_32;
static volatile uint64_t any_64;

static uint32_t unknown_32(void)
{
    return any_32;
}

static uint64_t unknown_64(void)
{
    return any_64;
}

static bool unknown(void)
{
    return any_32 != 0;
}

static bool unknown_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                        uint64_t *dma_address, size_t *run)
{
    (void)host;
    (void)address;
    (void)length;
    (void)direction;
    *dma_address = unknown_64();
    *run = (size_t)unknown_64();
    return unknown();
}

static uint64_t unknown_now_us(void *host)
{
    (void)host;
    return unknown_64();
}

#endif

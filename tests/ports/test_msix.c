/* SPDX-License-Identifier: MIT */
/* x86-64's MSI-X table on a function that is an array: an entry is written where it is, and nowhere else than in its BAR. */
#include <stdio.h>

#include "io.h"
#include "machine.h"

#define CONFIG_DWORDS 64u
#define ENABLE        0x80000000u
#define BAR           2u /* with 64 bits */
#define BAR_AT        (0x10u + BAR * 4u)
#define BAR_BYTES     4096u
#define MSIX_AT       0x40u
#define MSIX_ENTRIES  256u
#define ENTRY_BYTES   16u

static uint32_t config[CONFIG_DWORDS];
static uint32_t selected;
static _Alignas(BAR_BYTES) uint32_t memory[2u * BAR_BYTES / sizeof(uint32_t)]; /* and what lies behind */
static unsigned failures;

static void expect(bool good, const char *what)
{
    if (!good) {
        failures++;
        printf("%s\n", what);
    }
}

uint32_t io_read32(uint16_t port)
{
    (void)port;
    return (selected & ENABLE) != 0 ? config[(selected & 0xffu) / 4u] : 0;
}

void io_write32(uint16_t port, uint32_t value)
{
    const uint32_t at = selected & 0xffu;

    if (port == 0xcf8u) {
        selected = value;
    } else if (at == BAR_AT) {
        config[at / 4u] = (value & ~(BAR_BYTES - 1u)) | 4u;
    } else {
        config[at / 4u] = value;
    }
}

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    expect(kind == PAGING_DEVICE && address >= (uintptr_t)memory && size_bytes <= BAR_BYTES &&
               address - (uintptr_t)memory <= BAR_BYTES - size_bytes,
           "something outside of the BAR is mapped");
    return true;
}

/* A function whose table is said to be at `offset` in a BAR. */
static void begin(uint32_t bar, uint32_t offset)
{
    for (uint32_t i = 0; i < CONFIG_DWORDS; i++) {
        config[i] = 0;
    }
    for (uint32_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        memory[i] = 0;
    }
    config[1] = 0x00100006u;
    config[BAR_AT / 4u] = (uint32_t)((uintptr_t)memory & 0xffffffffu) | 4u;
    config[BAR_AT / 4u + 1u] = (uint32_t)((uint64_t)(uintptr_t)memory >> 32);
    config[0x34u / 4u] = MSIX_AT;
    config[MSIX_AT / 4u] = 0x11u | (MSIX_ENTRIES - 1u) << 16;
    config[MSIX_AT / 4u + 1u] = offset | bar;
}

static uint32_t words_written(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        count += memory[i] != 0 ? 1u : 0u;
    }
    return count;
}

static void within(uint32_t offset, uint32_t entry)
{
    const struct pci_device device = {0};
    const uint32_t at = (offset + entry * ENTRY_BYTES) / 4u;

    begin(BAR, offset);
    expect(pci_msix_route(&device, entry, 3, 0x51), "an entry in its BAR is refused");
    expect(memory[at] == (0xfee00000u | 3u << 12) && memory[at + 2u] == 0x51 && words_written() == 2u,
           "an entry is not where it belongs");
    expect(config[1] == 6u || config[1] == 0x00100006u, "decoding is not as it was");
}

static void refused(uint32_t bar, uint32_t offset, uint32_t entry)
{
    const struct pci_device device = {0};

    begin(bar, offset);
    expect(!pci_msix_route(&device, entry, 3, 0x51) && words_written() == 0, "an entry outside is written");
}

int main(void)
{
    within(0, 0);
    within(0, MSIX_ENTRIES - 1u);
    within(BAR_BYTES - 2u * ENTRY_BYTES, 1);
    refused(BAR, 0, MSIX_ENTRIES);                 /* more than the table has */
    refused(BAR, BAR_BYTES - 2u * ENTRY_BYTES, 2); /* the first behind the BAR */
    refused(BAR, BAR_BYTES - ENTRY_BYTES / 2u, 0); /* half of it */
    refused(BAR, BAR_BYTES, 0);                    /* all of it */
    refused(BAR, 0xfffffff8u, MSIX_ENTRIES - 1u);  /* 32 bits are not enough for the sum */
    refused(0, 0, 0);                              /* a BAR that is not there */
    refused(6, 0, 0);                              /* no BAR at all */
    refused(7, 0, 0);
    printf("MSI-X table: %u failures\n", failures);
    return failures == 0 ? 0 : 1;
}

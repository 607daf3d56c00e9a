/* SPDX-License-Identifier: MIT */
/*
 * Stands for your kernel in docs/quickstart.md: it has just what the port in host.c asks for, finds the drive, and has
 * read_sector.c read its first block. x86 in 32-bit protected mode without paging, so that each address is its own; output on
 * the first serial port; at the end the machine is powered off.
 */
#include "kernel.h"

#define ARENA_BYTES (4u << 20)
#define PAGE_BYTES  4096u
#define SHOWN_BYTES 32u

static _Alignas(PAGE_BYTES) uint8_t arena[ARENA_BYTES];
static size_t arena_used;
static uint32_t ticks_per_us;

/* ---- The processor --------------------------------------------------------------------------------------- */

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* 64 by 32 bits, for which a compiler would call a library that is not there. */
static uint64_t divide(uint64_t value, uint32_t by)
{
    uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value, rest = high % by;

    __asm__("divl %2" : "+a"(low), "+d"(rest) : "r"(by));
    return (uint64_t)(high / by) << 32 | low;
}

/* ---- What the library needs from the outside ------------------------------------------------------------- */

void *memcpy(void *to, const void *from, size_t count)
{
    for (size_t index = 0; index < count; index++)
        ((uint8_t *)to)[index] = ((const uint8_t *)from)[index];
    return to;
}

void *memset(void *to, int value, size_t count)
{
    for (size_t index = 0; index < count; index++)
        ((uint8_t *)to)[index] = (uint8_t)value;
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    if ((uintptr_t)to <= (uintptr_t)from)
        return memcpy(to, from, count);
    while (count-- > 0)
        ((uint8_t *)to)[count] = ((const uint8_t *)from)[count];
    return to;
}

int memcmp(const void *one, const void *other, size_t count)
{
    const uint8_t *a = one, *b = other;

    for (size_t index = 0; index < count; index++)
        if (a[index] != b[index])
            return a[index] < b[index] ? -1 : 1;
    return 0;
}

/* ---- What the port needs of its kernel: kernel.h --------------------------------------------------------- */

/* Pages are handed out one after the other, and given back only when the machine is powered off. */
void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes)
{
    size_t start = (arena_used + align_bytes - 1u) & ~(align_bytes - 1u);

    if (align_bytes > PAGE_BYTES || start + size_bytes > ARENA_BYTES)
        return NULL;
    arena_used = start + size_bytes;
    return arena + start;
}

void kernel_pages_free(void *memory, size_t size_bytes)
{
    (void)memory;
    (void)size_bytes;
}

uint64_t kernel_physical(const void *address)
{
    return (uintptr_t)address;
}

uint64_t kernel_now_us(void)
{
    return divide(ticks(), ticks_per_us);
}

static void print(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((in8(0x3fd) & 0x20) == 0)
            ;
        out8(0x3f8, (uint8_t)*text);
    }
}

void kernel_print(const void *bytes, size_t count)
{
    char text[2] = {0};

    print("block 0: ");
    for (size_t index = 0; index < count && index < SHOWN_BYTES; index++) {
        text[0] = ((const char *)bytes)[index];
        print(text[0] >= ' ' && text[0] <= '~' ? text : ".");
    }
    print("\n");
}

/* ---- The machine ----------------------------------------------------------------------------------------- */

/* Ticks in 10 ms of the interval timer's second channel, 1193182 a second. */
static void clock_start(void)
{
    uint64_t start;

    out8(0x61, (in8(0x61) & 0xfcu) | 1u);
    out8(0x43, 0xb0);
    out8(0x42, 11932 & 0xff);
    out8(0x42, 11932 >> 8);
    start = ticks();
    while ((in8(0x61) & 0x20) == 0)
        ;
    ticks_per_us = (uint32_t)divide(ticks() - start, 10000);
    if (ticks_per_us == 0)
        ticks_per_us = 1;
}

static uint32_t pci_read(uint32_t function, uint32_t offset)
{
    out32(0xcf8, 0x80000000u | function << 8 | offset);
    return in32(0xcfc);
}

static void pci_write(uint32_t function, uint32_t offset, uint32_t value)
{
    out32(0xcf8, 0x80000000u | function << 8 | offset);
    out32(0xcfc, value);
}

/* The first function of bus 0 that is an NVMe controller, with its registers and DMA switched on; 0: none. *bytes receives the
 * length of the registers. */
static uint32_t find_drive(uint64_t *bytes)
{
    for (uint32_t function = 0; function < 256; function++) {
        uint32_t bar, command;

        if (pci_read(function, 8) >> 8 != 0x010802)
            continue;
        command = pci_read(function, 4) & 0xffffu;
        bar = pci_read(function, 16);
        pci_write(function, 4, command & ~2u);
        pci_write(function, 16, 0xffffffffu);
        *bytes = ~(pci_read(function, 16) & ~15u) + 1u;
        pci_write(function, 16, bar);
        pci_write(function, 4, command | 6u);
        return pci_read(function, 20) == 0 ? bar & ~15u : 0;
    }
    return 0;
}

void kernel_main(void);
void kernel_main(void)
{
    uint64_t bytes = 0;
    uint32_t bar = find_drive(&bytes);
    int status;

    clock_start();
    if (bar == 0) {
        print("no NVMe controller below 4 GiB\n");
    } else {
        status = read_sector(&minimal_host_ops, NULL, (volatile void *)(uintptr_t)bar, bytes);
        print("read_sector: ");
        print(lwnvme_status_string(status));
        print("\n");
    }
    out16(0x604, 0x2000); /* QEMU's q35: power off */
}

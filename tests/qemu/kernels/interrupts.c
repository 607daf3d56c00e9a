/* SPDX-License-Identifier: MIT */
/*
 * examples/interrupts in a kernel: what its kernel.h asks for, on ports/x86_64. Two things are worse here than on any PC, so
 * that the port is seen to do its part:
 *
 *  - Devices see another copy of memory, DEVICE_OFFSET higher, and only the three functions for the cache move data between
 *    the two, by whole lines.
 *  - The data lie in pages that follow one another in virtual memory, and in the other direction in physical memory.
 *
 *      virtual   ..[ 0 ][ 1 ][ 2 ] .. [ n-1 ]..        physical   [ n-1 ] .. [ 2 ][ 1 ][ 0 ]    the devices' copy: + offset
 *
 * It reads twice, from a controller that is opened and closed each time, and says what it has got and how.
 */
#include "../../../examples/interrupts/kernel.h"

#include "parts.h"
#include "sha256.h"
#include "text.h"

#define CLASS_NVME      0x010802u
#define PAGE_BYTES      4096u
#define LINE_BYTES      64u
#define DEVICE_OFFSET   (UINT64_C(128) << 20)
#define WINDOW          (UINT64_C(100) << 39) /* virtual: an entry of the highest table that nothing else has */
#define WINDOW_PAGES    80u
#define TABLE_ENTRIES   512u
#define TABLE_PRESENT   3u
#define LINES           4u /* of interrupts */
#define MESSAGE_ADDRESS 0xfee00000u
#define APIC_SHIFT      12u
#define READ_LBA        77u
#define READ_BYTES      307200u
#define READ_AT         1344u /* in the window's first page */
#define ROUNDS          2u
#define AROUND          0x5au

struct line {
    void (*handler)(void *context);
    void *context;
    uint8_t vector;
    volatile uint32_t taken;
    volatile uint32_t strays; /* for nobody */
};

extern uint64_t boot_page_map[TABLE_ENTRIES];

static uint8_t *window; /* WINDOW, when it is there */
static uint64_t window_tables[3][TABLE_ENTRIES] __attribute__((aligned(4096)));
static struct line lines[LINES];
static uint32_t cleaned;
static uint32_t flushed;
static uint32_t invalidated;
static uint32_t mapped;

/* ---- memory ---- */

void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes, uint64_t *physical)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    if (memory != NULL && (uintptr_t)memory + size_bytes > DEVICE_OFFSET)
        part_end("memory reaches into the devices' copy");
    *physical = (uintptr_t)memory + DEVICE_OFFSET;
    return memory;
}

void kernel_pages_free(void *memory, size_t size_bytes)
{
    pages_free(memory, size_bytes);
}

/* Tables of three levels below the highest one; the pages in the wrong order. */
static void window_init(void)
{
    uint8_t *pages = pages_alloc(WINDOW_PAGES * PAGE_BYTES, PAGE_BYTES);

    if (pages == NULL)
        part_end("no memory");
    boot_page_map[WINDOW >> 39] = (uintptr_t)window_tables[0] | TABLE_PRESENT;
    window_tables[0][0] = (uintptr_t)window_tables[1] | TABLE_PRESENT;
    window_tables[1][0] = (uintptr_t)window_tables[2] | TABLE_PRESENT;
    for (uint32_t i = 0; i < WINDOW_PAGES; i++)
        window_tables[2][i] = ((uintptr_t)pages + (WINDOW_PAGES - 1u - i) * PAGE_BYTES) | TABLE_PRESENT;
    window = (uint8_t *)(uintptr_t)WINDOW;
}

bool kernel_translate(const void *address, uint64_t *physical)
{
    const uint64_t at = (uintptr_t)address;
    const uint64_t page = (at - WINDOW) / PAGE_BYTES;

    if (at >= WINDOW && page < WINDOW_PAGES)
        *physical = (window_tables[2][page] & ~(uint64_t)(PAGE_BYTES - 1u)) + at % PAGE_BYTES + DEVICE_OFFSET;
    else
        *physical = at + DEVICE_OFFSET;
    return at < DEVICE_OFFSET || (at >= WINDOW && page < WINDOW_PAGES);
}

/* Line by line, to the devices' copy or from there. */
static void cache_move(const void *address, size_t length_bytes, bool out)
{
    const uintptr_t begin = (uintptr_t)address & ~(uintptr_t)(LINE_BYTES - 1u);

    for (uintptr_t at = begin; at < (uintptr_t)address + length_bytes; at += LINE_BYTES) {
        uint64_t physical;

        if (!kernel_translate((const void *)at, &physical))
            part_end("a cache line that is nowhere");
        if (out)
            __builtin_memcpy((void *)(uintptr_t)physical, (const void *)at, LINE_BYTES);
        else
            __builtin_memcpy((void *)at, (const void *)(uintptr_t)physical, LINE_BYTES);
    }
}

void kernel_cache_clean(const void *address, size_t length_bytes)
{
    cleaned++;
    cache_move(address, length_bytes, true);
}

void kernel_cache_clean_invalidate(const void *address, size_t length_bytes)
{
    flushed++;
    cache_move(address, length_bytes, true);
}

void kernel_cache_invalidate(const void *address, size_t length_bytes)
{
    invalidated++;
    cache_move(address, length_bytes, false);
}

/* ---- devices ---- */

volatile void *kernel_map_device(uint64_t physical, size_t size_bytes)
{
    if (!paging_map(physical, size_bytes, PAGING_DEVICE))
        return NULL;
    mapped++;
    return (volatile void *)(uintptr_t)physical;
}

void kernel_unmap_device(volatile void *registers, size_t size_bytes)
{
    (void)registers;
    (void)size_bytes;
    mapped--;
}

uint32_t kernel_device_read32(volatile void *address)
{
    return *(volatile uint32_t *)address;
}

void kernel_device_write32(volatile void *address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static struct pci_device device_of(uint32_t function)
{
    return (struct pci_device){.bus = (uint8_t)(function >> 8),
                               .device = (uint8_t)(function >> 3 & 31u),
                               .function = (uint8_t)(function & 7u)};
}

uint32_t kernel_pci_read16(uint32_t function, uint32_t offset)
{
    const struct pci_device device = device_of(function);

    return part_pci_read16(&device, offset);
}

void kernel_pci_write16(uint32_t function, uint32_t offset, uint32_t value)
{
    const struct pci_device device = device_of(function);

    part_pci_write16(&device, offset, value);
}

uint32_t kernel_pci_read32(uint32_t function, uint32_t offset)
{
    const struct pci_device device = device_of(function);

    return pci_config_read(&device, offset);
}

void kernel_pci_write32(uint32_t function, uint32_t offset, uint32_t value)
{
    const struct pci_device device = device_of(function);

    pci_config_write(&device, offset, value);
}

bool kernel_pci_bar(uint32_t function, uint32_t index, uint64_t *physical, uint64_t *size_bytes)
{
    const struct pci_device device = device_of(function);

    return pci_bar(&device, index, physical, size_bytes);
}

/* ---- interrupts ---- */

static bool line_interrupt(void *context, uint32_t argument)
{
    struct line *line = context;

    (void)argument;
    if (line->handler == NULL) {
        line->strays++;
        return false;
    }
    line->taken++;
    line->handler(line->context);
    return true;
}

bool kernel_message_take(void (*handler)(void *context), void *context, uint64_t *address, uint32_t *data)
{
    for (uint32_t i = 0; i < LINES; i++) {
        struct line *line = &lines[i];

        if (line->handler != NULL)
            continue;
        if (line->vector == 0)
            line->vector = interrupt_claim(line_interrupt, line, 0);
        line->context = context;
        line->handler = handler;
        *address = MESSAGE_ADDRESS | (uint64_t)processor_apic_id(0) << APIC_SHIFT;
        *data = line->vector;
        return line->vector != 0;
    }
    return false;
}

void kernel_message_give(uint64_t address, uint32_t data)
{
    for (uint32_t i = 0; i < LINES; i++) {
        if (lines[i].vector == data && address >> 20 == MESSAGE_ADDRESS >> 20)
            lines[i].handler = NULL;
    }
}

uint32_t kernel_lock_take(struct kernel_lock *lock)
{
    return (uint32_t)part_lock_take(&lock->word);
}

void kernel_lock_give(struct kernel_lock *lock, uint32_t interrupts)
{
    part_lock_give(&lock->word, interrupts);
}

void kernel_event_signal(struct kernel_event *event)
{
    part_event_signal(&event->word);
}

void kernel_event_wait(struct kernel_event *event, uint64_t until_us)
{
    (void)part_event_wait(&event->word, until_us);
}

uint64_t kernel_now_us(void)
{
    return clock_now_us();
}

void kernel_yield(void)
{
    __asm__ volatile("pause");
}

void kernel_log(uint32_t level, const char *line)
{
    if (level <= 1u)
        text_print("log: %s\n", line);
}

/* ---- the program ---- */

static void say(uint32_t round, const uint8_t *data)
{
    char digest[SHA256_TEXT_BYTES];
    struct sha256 hash;

    sha256_begin(&hash);
    sha256_add(&hash, data, READ_BYTES);
    sha256_end(&hash, digest);
    text_print("round %u: %u bytes from block %u, sha256 %s\n", round, READ_BYTES, READ_LBA, digest);
    text_print("round %u: interrupts %u %u, strays %u, halts %u, woken %u, late %u, cleaned %u, flushed %u, "
               "invalidated %u\n",
               round, lines[0].taken, lines[1].taken, lines[0].strays + lines[1].strays, part_halts,
               part_woken, part_late, cleaned, flushed, invalidated);
}

/* The lines before and behind the data are as they were. */
static bool unharmed(void)
{
    for (uint32_t i = 0; i < LINE_BYTES; i++) {
        if (window[READ_AT - LINE_BYTES + i] != AROUND || window[READ_AT + READ_BYTES + i] != AROUND)
            return false;
    }
    return true;
}

static const char *read_once(uint32_t function, uint32_t round)
{
    static struct drive drive;
    uint8_t *data = window + READ_AT;
    int status;

    drive = (struct drive){0};
    for (uint32_t i = 0; i < WINDOW_PAGES * PAGE_BYTES; i++)
        window[i] = AROUND;
    status = read_blocks(&drive, function, READ_LBA, data, READ_BYTES);
    if (status != LWNVME_OK) {
        text_print_status(status);
        return " is what reading ended with";
    }
    say(round, data);
    if (!unharmed())
        return "a line beside the data was changed";
    if (mapped != 0)
        return "registers that are still mapped";
    for (uint32_t i = 0; i < LINES; i++) {
        if (lines[i].handler != NULL)
            return "an interrupt that was not given back";
    }
    return NULL;
}

void kernel_main(const char *command_line)
{
    struct pci_device device;
    const char *reason = NULL;

    (void)command_line;
    if (pci_find(CLASS_NVME, &device, 1) == 0)
        part_end("there is no drive");
    if (!interrupt_init())
        part_end("there are no interrupts");
    window_init();
    for (uint32_t round = 0; round < ROUNDS && reason == NULL; round++)
        reason = read_once((uint32_t)device.bus << 8 | (uint32_t)device.device << 3 | device.function, round);
    part_end(reason);
}

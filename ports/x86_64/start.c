/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: the first C code. Takes the command line and the memory map from the loader's start
 * information before anything else may use the memory that they lie in, brings up serial port, traps,
 * memory and clock, and calls kernel_main.
 */
#include "io.h"
#include "machine.h"

#define START_MAGIC            0x336ec578u
#define START_COMMAND_LINE_MAX 1024u
#define START_REGIONS_MAX      64u
#define START_REGION_RAM       1u
#define START_EXIT_PORT        0xf4u

/* The loader's start information and its memory map, as the PVH boot convention lays them out. */
struct start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map;
    uint32_t memory_map_entries;
    uint32_t reserved;
};

struct start_region {
    uint64_t address;
    uint64_t size_bytes;
    uint32_t type;
    uint32_t reserved;
};

extern const char kernel_end[];
void machine_start(uint32_t start_info);

static char start_command_line[START_COMMAND_LINE_MAX];
static uint32_t start_information;

static void start_copy_command_line(uint64_t address)
{
    const char *from = (const char *)(uintptr_t)address;

    for (uint32_t i = 0; from != NULL && i + 1u < START_COMMAND_LINE_MAX && from[i] != '\0'; i++) {
        start_command_line[i] = from[i];
    }
}

/* The largest region of memory that begins after the kernel, or the part of one that does. */
static struct memory_region start_largest_region(const struct start_info *info)
{
    const struct start_region *map = (const struct start_region *)(uintptr_t)info->memory_map;
    struct memory_region best = {0, 0};

    for (uint32_t i = 0; i < info->memory_map_entries && i < START_REGIONS_MAX; i++) {
        const uint64_t top = map[i].address + map[i].size_bytes;
        const uint64_t end = top < MACHINE_DIRECT_BYTES ? top : MACHINE_DIRECT_BYTES;
        const uint64_t from = map[i].address > (uintptr_t)kernel_end ? map[i].address : (uintptr_t)kernel_end;

        if (map[i].type == START_REGION_RAM && end > from && end - from > best.size_bytes) {
            best.address = from;
            best.size_bytes = end - from;
        }
    }
    return best;
}

/* Page tables for memory above 4 GiB come from below it: first a small allocator, then the real one. */
static bool start_memory(const struct start_info *info)
{
    static uint8_t tables[16u * MACHINE_PAGE_BYTES] __attribute__((aligned(MACHINE_PAGE_BYTES)));
    const struct memory_region small = {(uintptr_t)tables, sizeof(tables)};
    const struct memory_region region = start_largest_region(info);

    pages_init(&small);
    if (region.size_bytes == 0 || !paging_map(region.address, region.size_bytes, PAGING_MEMORY)) {
        return false;
    }
    pages_init(&region);
    return true;
}

void machine_start(uint32_t start_info)
{
    const struct start_info *info = (const struct start_info *)(uintptr_t)start_info;

    start_information = start_info;
    uart_init();
    trap_init();
    processor_init();
    if (info->magic != START_MAGIC || info->version < 1) {
        serial_text("boot: the loader gave no start information with a memory map\n");
        machine_exit(MACHINE_FAILED);
    }
    start_copy_command_line(info->command_line);
    if (!start_memory(info)) {
        serial_text("boot: no memory\n");
        machine_exit(MACHINE_FAILED);
    }
    clock_init();
    kernel_main(start_command_line);
    machine_exit(MACHINE_FAILED);
}

uint32_t machine_start_info(void)
{
    return start_information;
}

void machine_exit(enum machine_result result)
{
    io_write8(START_EXIT_PORT, (uint8_t)result);
    for (;;) {
        __asm__ volatile("cli\n\thlt"); /* no such device: stay here */
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * The kernel of docs/quickstart.md as a process, with the software controller in place of a drive: `first-sector FILE` reads
 * block 0 of a drive whose first blocks are those of FILE. All memory of this "kernel" is one piece for the device, too; what
 * lies outside of it, as the buffer of read_sector.c, is mapped when it is asked for.
 */
#include <stdio.h>

#include "kernel.h"
#include "lwnvme_sim.h"

#define ARENA_BYTES (4u << 20)
#define PAGE_BYTES  4096u
#define SHOWN_BYTES 32u

static struct lwnvme_sim *sim;
static struct lwnvme_host_ops *sim_ops;
static uint8_t *arena;
static uint64_t arena_dma;
static size_t arena_used;

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
    uintptr_t place = (uintptr_t)address, page = place & ~(uintptr_t)(PAGE_BYTES - 1u);
    uint64_t dma = 0;
    size_t run = 0;

    if (place - (uintptr_t)arena < ARENA_BYTES)
        return arena_dma + (place - (uintptr_t)arena);
    if (!sim_ops->dma_map(sim, (const void *)page, PAGE_BYTES, LWNVME_BIDIRECTIONAL, &dma, &run) ||
        run < PAGE_BYTES)
        return 0;
    return dma + (place - page);
}

uint64_t kernel_now_us(void)
{
    return sim_ops->now_us(sim);
}

void kernel_print(const void *bytes, size_t count)
{
    const char *text = bytes;

    printf("block 0: ");
    for (size_t index = 0; index < count && index < SHOWN_BYTES; index++)
        putchar(text[index] >= ' ' && text[index] <= '~' ? text[index] : '.');
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct lwnvme_sim_config config;
    struct lwnvme_host_ops ops = minimal_host_ops;
    uint8_t block[512] = {0};
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    int status;

    if (file == NULL || fread(block, 1, sizeof(block), file) != sizeof(block)) {
        fprintf(stderr, "usage: first-sector FILE, of at least a block\n");
        return 2;
    }
    fclose(file);
    lwnvme_sim_config_default(&config);
    config.track_maps = false; /* host.c has no dma_unmap that would end them */
    sim = lwnvme_sim_create(&config);
    if (sim == NULL || !lwnvme_sim_write_blocks(sim, 1, 0, 1, block))
        return 1;
    sim_ops = lwnvme_sim_host_ops(sim);
    arena = sim_ops->dma_alloc(sim, ARENA_BYTES, PAGE_BYTES, &arena_dma);
    if (arena == NULL)
        return 1;
    ops.mmio_read32 = sim_ops->mmio_read32;
    ops.mmio_write32 = sim_ops->mmio_write32;
    status = read_sector(&ops, sim, lwnvme_sim_bar_mapped(sim), lwnvme_sim_bar_bytes(sim));
    printf("read_sector: %s\n", lwnvme_status_string(status));
    lwnvme_sim_violations_print(sim);
    return status != LWNVME_OK || lwnvme_sim_violations(sim) != 0;
}

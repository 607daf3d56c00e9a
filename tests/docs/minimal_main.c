/* SPDX-License-Identifier: MIT */
/*
 * Runs examples/minimal on the software controller: the kernel that it asks for, made of the controller's own
 * memory, and a medium whose first block is known. All memory of this "kernel" comes from one arena, contiguous
 * for the device; what lies outside (the example's static buffer) is mapped page by page.
 *
 * Then the examples of docs/administration.md, in administration_run.c.
 *
 * Prints what was checked. Exit status 0: the block printed is the one on the medium, nothing is left allocated,
 * and the controller has seen no violation.
 */
#include <stdio.h>
#include <string.h>

#include "../../examples/minimal/kernel.h"
#include "lwnvme_sim.h"

#define ARENA_BYTES (8u << 20)
#define PAGE_BYTES  4096u

static struct lwnvme_sim *sim;
static struct lwnvme_host_ops *sim_ops;
static uint8_t *arena;
static uint64_t arena_dma;
static size_t arena_used;
static size_t pages_given;
static size_t pages_returned;
static uint8_t printed[PAGE_BYTES];
static size_t printed_count;

void *kernel_pages_alloc(size_t size_bytes, size_t align_bytes)
{
    size_t start = (arena_used + align_bytes - 1u) & ~(align_bytes - 1u);

    if (start + size_bytes > ARENA_BYTES)
        return NULL;
    arena_used = start + size_bytes;
    pages_given += size_bytes;
    memset(arena + start, 0xa5, size_bytes);
    return arena + start;
}

void kernel_pages_free(void *memory, size_t size_bytes)
{
    memset(memory, 0x5a, size_bytes);
    pages_returned += size_bytes;
}

uint64_t kernel_physical(const void *address)
{
    uintptr_t place = (uintptr_t)address;
    uintptr_t page = place & ~(uintptr_t)(PAGE_BYTES - 1u);
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
    printed_count = count;
    if (count <= sizeof(printed))
        memcpy(printed, bytes, count);
}

/* administration_run.c */
int administration_run(void);

static int fail(const char *what)
{
    printf("examples/minimal: %s\n", what);
    if (lwnvme_sim_violations(sim) != 0)
        lwnvme_sim_violations_print(sim);
    return 1;
}

static int check(const uint8_t *wanted, int status)
{
    if (status != LWNVME_OK)
        return fail(lwnvme_status_string(status));
    if (printed_count != 512 || memcmp(printed, wanted, 512) != 0)
        return fail("what was printed is not what is on the medium");
    if (pages_given == 0 || pages_given != pages_returned)
        return fail("memory was not given back");
    if (lwnvme_sim_counters(sim)->shutdowns != 1)
        return fail("the controller was not shut down");
    if (lwnvme_sim_violations(sim) != 0)
        return fail("the controller complains");
    return 0;
}

int main(void)
{
    struct lwnvme_sim_config config;
    struct lwnvme_host_ops ops = minimal_host_ops;
    uint8_t wanted[512];
    int status;

    for (unsigned index = 0; index < sizeof(wanted); index++)
        wanted[index] = (uint8_t)(index * 7u ^ index >> 8);
    lwnvme_sim_config_default(&config);
    config.track_maps = false;
    sim = lwnvme_sim_create(&config);
    if (sim == NULL || !lwnvme_sim_write_blocks(sim, 1, 0, 1, wanted)) {
        puts("examples/minimal: no software controller");
        return 1;
    }
    sim_ops = lwnvme_sim_host_ops(sim);
    arena = (uint8_t *)sim_ops->dma_alloc(sim, ARENA_BYTES, PAGE_BYTES, &arena_dma);
    if (arena == NULL)
        return fail("no memory");
    ops.mmio_read32 = sim_ops->mmio_read32;
    ops.mmio_write32 = sim_ops->mmio_write32;
    status = read_sector(&ops, sim, lwnvme_sim_bar_mapped(sim), lwnvme_sim_bar_bytes(sim));
    if (check(wanted, status) != 0)
        return 1;
    sim_ops->dma_free(sim, arena, ARENA_BYTES, arena_dma);
    printf("examples/minimal: read block 0 by %llu commands\n",
           (unsigned long long)lwnvme_sim_counters(sim)->commands);
    lwnvme_sim_destroy(sim);
    return administration_run() != 0;
}

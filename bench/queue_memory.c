/* SPDX-License-Identifier: MIT */
/*
 * bench/queue_memory: what a queue pair of 128 entries takes, counted at the host's hooks while one is created on the
 * software controller: rings and bookkeeping, the struct itself, and apart from these the memory for PRP lists. Prints
 * one line for each figure.
 */
#include <lwnvme/lwnvme.h>
#include <stdio.h>
#include <string.h>

#include "../sim/lwnvme_sim.h"

static struct lwnvme_host_ops theirs;
static uint64_t bytes;

static void *counted_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    bytes += size_bytes;
    return theirs.dma_alloc(host, size_bytes, align_bytes, dma_address);
}

static void *counted_alloc(void *host, size_t size_bytes)
{
    bytes += size_bytes;
    return theirs.alloc(host, size_bytes);
}

int main(void)
{
    static struct lwnvme_controller controller;
    static struct lwnvme_queue queue;
    const struct lwnvme_queue_config pair = {.entries = 128};
    struct lwnvme_controller_config config;
    struct lwnvme_sim_config settings;
    struct lwnvme_host_ops *ops;
    struct lwnvme_sim *sim;

    memset(&config, 0, sizeof(config));
    lwnvme_sim_config_default(&settings);
    sim = lwnvme_sim_create(&settings);
    if (sim == NULL) {
        return 1;
    }
    ops = lwnvme_sim_host_ops(sim);
    ops->dma_unmap = NULL; /* as on a kernel's own memory: nothing is noted for each mapping */
    theirs = *ops;
    ops->dma_alloc = counted_dma_alloc;
    if (ops->alloc != NULL) {
        ops->alloc = counted_alloc;
    }
    config.ops = ops;
    config.host = sim;
    config.page_bytes = 4096;
    config.bar_physical = lwnvme_sim_bar_physical(sim);
    config.bar_bytes = lwnvme_sim_bar_bytes(sim);
    if (lwnvme_sync_controller_open(&controller, &config) != LWNVME_OK) {
        return 1;
    }
    bytes = 0;
    if (lwnvme_sync_queue_create(&controller, &queue, &pair) != LWNVME_OK) {
        return 1;
    }
    printf("queue_pair_bytes %llu\n",
           (unsigned long long)(bytes - queue.pieces[LWNVME_PIECE_LISTS].size_bytes + sizeof(queue)));
    printf("prp_list_bytes %llu\n", (unsigned long long)queue.pieces[LWNVME_PIECE_LISTS].size_bytes);
    printf("struct_bytes %llu\n", (unsigned long long)sizeof(queue));
    if (lwnvme_sync_controller_close(&controller) != LWNVME_OK) {
        return 1;
    }
    lwnvme_sim_destroy(sim);
    return 0;
}

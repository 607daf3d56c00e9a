/* SPDX-License-Identifier: MIT */
/*
 * The engine's drive is the software controller, with a file as the medium of its first namespace: for trying things out
 * without hardware. All of it runs in the owner's thread, and it keeps to the same rules as in the tests: what the library
 * did against them is told at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "lwnvme_sim.h"

#define SIM_BACKEND_PAGE_BYTES 4096u

static struct lwnvme_sim *sim_backend;

static bool sim_backend_open(const struct engine_options *options, struct lwnvme_controller *controller,
                             struct lwnvme_controller_config *config, struct lwnvme_queue_config *queue,
                             char why[ENGINE_REASON])
{
    static struct lwnvme_sim_config sim;
    int error;

    (void)controller;
    (void)queue;
    lwnvme_sim_config_full(&sim);
    sim.ns[0].nsattr = options->read_only ? 1 : 0;
    sim.oncs = options->has_oncs ? options->oncs : sim.oncs;
    sim_backend = lwnvme_sim_create(&sim);
    if (sim_backend == NULL) {
        snprintf(why, ENGINE_REASON, "the software controller could not be made");
        return false;
    }
    error = lwnvme_sim_load(sim_backend, 1, options->image, !options->read_only);
    if (error != 0) {
        snprintf(why, ENGINE_REASON, "%.200s: %s", options->image, strerror(error));
        lwnvme_sim_destroy(sim_backend);
        sim_backend = NULL;
        return false;
    }
    if (options->bad_block != UINT64_MAX) {
        (void)lwnvme_sim_spoil_blocks(sim_backend, 1, options->bad_block, 1);
    }
    config->ops = lwnvme_sim_host_ops(sim_backend);
    config->host = sim_backend;
    config->page_bytes = sim.host_page_bytes;
    config->bar_physical = lwnvme_sim_bar_physical(sim_backend);
    config->bar_bytes = lwnvme_sim_bar_bytes(sim_backend);
    return true;
}

static bool sim_backend_close(char why[ENGINE_REASON])
{
    const uint64_t violations = lwnvme_sim_violations(sim_backend);
    const size_t kept = lwnvme_sim_outstanding_allocations(sim_backend);

    lwnvme_sim_violations_print(sim_backend);
    lwnvme_sim_destroy(sim_backend);
    sim_backend = NULL;
    if (violations != 0 || kept != 0) {
        snprintf(why, ENGINE_REASON,
                 "the software controller saw %llu violations, and %zu allocations were kept",
                 (unsigned long long)violations, kept);
        return false;
    }
    return true;
}

static void *sim_backend_alloc(size_t size_bytes)
{
    return aligned_alloc(SIM_BACKEND_PAGE_BYTES,
                         (size_bytes + SIM_BACKEND_PAGE_BYTES - 1u) & ~(size_t)(SIM_BACKEND_PAGE_BYTES - 1u));
}

static void sim_backend_free(void *memory, size_t size_bytes)
{
    (void)size_bytes;
    free(memory);
}

/* Its owner does not sleep while something is in flight. */
static void sim_backend_wake(void)
{
}

const struct backend backend_sim = {.open = sim_backend_open,
                                    .close = sim_backend_close,
                                    .alloc = sim_backend_alloc,
                                    .free = sim_backend_free,
                                    .wake = sim_backend_wake};

/* SPDX-License-Identifier: MIT */
/*
 * Two views of one memory: the CPU's, which is the memory itself, and the device's, a copy of each page. Beside the
 * copy stands what both agreed on last, so that either side's stores since then are known:
 *
 *     shadow_dma   a cache that is not coherent. dma_sync for the device writes back what the CPU stored; for the CPU it
 *                  brings what the device wrote, but a line that is dirty then has been written back over it meanwhile; so
 *                  finds the device when it reads what it wrote.
 *     weak_order   a store buffer and early loads. A store barrier publishes what the CPU stored; a load barrier brings what
 *                  the device wrote, but stores not yet published come after it. Of a completion the CPU sees the dwords
 *                  with the phase tag at once.
 */
#include "sim_internal.h"

#define VIEW_PAGE 4096u
#define OLD       0x5a

struct view {
    uint8_t device[VIEW_PAGE];
    uint8_t agreed[VIEW_PAGE];
};

static _Thread_local struct lwnvme_sim *weak_sims;

bool lwsim_view_create(struct lwnvme_sim *sim)
{
    if (sim->config.weak_order) {
        sim->next_weak = weak_sims;
        weak_sims = sim;
    }
    return !sim->config.weak_order || !sim->config.shadow_dma;
}

void lwsim_view_destroy(struct lwnvme_sim *sim)
{
    struct lwnvme_sim **link = &weak_sims;
    while (*link != NULL && *link != sim) {
        link = &(*link)->next_weak;
    }
    if (*link == sim) {
        *link = sim->next_weak;
    }
    lwsim_hash_free(&sim->views, true);
}

/* The view of the page of cpu, made when it is missing; *run is cut at the page's end. */
static struct view *view_of(struct lwnvme_sim *sim, const uint8_t *cpu, uint64_t *run)
{
    uint64_t page = (uint64_t)(uintptr_t)cpu / VIEW_PAGE;
    uint64_t left = VIEW_PAGE - (uintptr_t)cpu % VIEW_PAGE;
    struct view *view = (struct view *)lwsim_hash_get(&sim->views, page);
    if (view == NULL) {
        view = malloc(sizeof(*view));
        if (view == NULL || !lwsim_hash_put(&sim->views, page, (uintptr_t)view)) {
            free(view);
            return NULL;
        }
        memset(view->device, OLD, VIEW_PAGE);
        memset(view->agreed, OLD, VIEW_PAGE);
    }
    *run = *run < left ? *run : left;
    return view;
}

uint8_t *lwsim_view_at(struct lwnvme_sim *sim, const uint8_t *cpu, uint64_t *run)
{
    struct view *view = view_of(sim, cpu, run);
    return view == NULL ? NULL : view->device + (uintptr_t)cpu % VIEW_PAGE;
}

/* The CPU's stores go to the device. */
static void publish(uint8_t *device, uint8_t *agreed, const uint8_t *cpu, size_t length)
{
    if (memcmp(cpu, agreed, length) == 0) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (cpu[i] != agreed[i]) {
            device[i] = agreed[i] = cpu[i];
        }
    }
}

/* The device's stores come to the CPU, but where it has stored itself. */
static void observe(uint8_t *device, uint8_t *agreed, uint8_t *cpu, size_t length)
{
    if (memcmp(device, agreed, length) == 0) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (device[i] != agreed[i] && cpu[i] == agreed[i]) {
            cpu[i] = agreed[i] = device[i];
        }
    }
}

/* Where both have stored, the CPU's line has been written back over what the device wrote. */
static void evict(uint8_t *device, uint8_t *agreed, const uint8_t *cpu, size_t length)
{
    if (memcmp(device, agreed, length) == 0) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (device[i] != agreed[i] && cpu[i] != agreed[i]) {
            device[i] = agreed[i] = cpu[i];
        }
    }
}

static void agree(uint8_t *device, uint8_t *agreed, const uint8_t *cpu, size_t length)
{
    memcpy(device, cpu, length);
    memcpy(agreed, cpu, length);
}

enum exchange {
    PUBLISH = 1,
    OBSERVE = 2,
    AGREE = 4,
    EVICT = 8
};

static void exchange(struct lwnvme_sim *sim, uint8_t *cpu, size_t length, unsigned kinds)
{
    while (length != 0) {
        uint64_t run = length;
        struct view *view = view_of(sim, cpu, &run);
        size_t offset = (uintptr_t)cpu % VIEW_PAGE;
        if (view == NULL) {
            return;
        }
        if ((kinds & PUBLISH) != 0) {
            publish(view->device + offset, view->agreed + offset, cpu, (size_t)run);
        }
        if ((kinds & OBSERVE) != 0) {
            observe(view->device + offset, view->agreed + offset, cpu, (size_t)run);
        }
        if ((kinds & EVICT) != 0) {
            evict(view->device + offset, view->agreed + offset, cpu, (size_t)run);
        }
        if ((kinds & AGREE) != 0) {
            agree(view->device + offset, view->agreed + offset, cpu, (size_t)run);
        }
        cpu += run;
        length -= (size_t)run;
    }
}

void lwsim_view_evict(struct lwnvme_sim *sim, const uint8_t *cpu, size_t length)
{
    if (sim->config.shadow_dma) {
        exchange(sim, (uint8_t *)(uintptr_t)cpu, length, EVICT);
    }
}

void lwsim_view_forget(struct lwnvme_sim *sim, const uint8_t *cpu, size_t length)
{
    uint64_t first = (uint64_t)(uintptr_t)cpu;
    for (uint64_t page = first / VIEW_PAGE; sim->views.used != 0 && page <= (first + length - 1) / VIEW_PAGE;
         page++) {
        if (page * VIEW_PAGE >= first && (page + 1) * VIEW_PAGE <= first + length) {
            free((void *)lwsim_hash_take(&sim->views, page));
        }
    }
}

/* Dirty lines win in both directions: they may have been written back at any time. */
void lwsim_view_sync(struct lwnvme_sim *sim, uint8_t *cpu, size_t length, bool for_device)
{
    exchange(sim, cpu, length, for_device ? AGREE : PUBLISH | OBSERVE);
}

void lwsim_view_show(struct lwnvme_sim *sim, uint8_t *cpu, size_t length)
{
    exchange(sim, cpu, length, OBSERVE);
}

static void barrier_of(struct lwnvme_sim *sim, unsigned kinds)
{
    unsigned exchanges = ((kinds & LWNVME_SIM_BARRIER_STORE) != 0 ? PUBLISH : 0) |
                         ((kinds & LWNVME_SIM_BARRIER_LOAD) != 0 ? OBSERVE : 0);
    for (uint32_t i = 0; i < sim->region_room && exchanges != 0; i++) {
        struct sim_region *region = &sim->regions[i];
        size_t low = region->is_page ? region->low : 0;
        size_t high = region->is_page ? region->high : region->length;
        /* Nobody says when a page is no buffer any more: it is left alone when no command uses it. */
        bool used = !region->is_page || region->pins != 0 || region->fresh != FRESH_NOT;
        if (region->length != 0 && low < high && used) {
            exchange(sim, region->cpu + low, high - low, exchanges);
            if (region->pins == 0 && region->fresh == FRESH_WRITTEN && (exchanges & OBSERVE) != 0) {
                region->fresh = FRESH_NOT;
            }
        }
    }
    if ((exchanges & PUBLISH) != 0) {
        lwsim_cmb_publish(sim);
    }
    if ((kinds & LWNVME_SIM_BARRIER_PHASE) != 0) {
        sim->unread = true;
    }
    if ((kinds & LWNVME_SIM_BARRIER_LOAD_STORE) != 0) {
        sim->unread = false;
    }
}

void lwnvme_sim_barrier(unsigned kinds)
{
    for (struct lwnvme_sim *sim = weak_sims; sim != NULL; sim = sim->next_weak) {
        barrier_of(sim, kinds);
    }
}

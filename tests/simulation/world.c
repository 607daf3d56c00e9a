/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US   UINT64_C(1000000)
#define PATIENCE_US (120 * SECOND_US) /* of virtual time, for one request or one recovery */
#define TRIES_MAX   200u              /* resets and openings in one recovery */
#define ZONE_BLOCKS 64u

const char *const plant_names[PLANT_KINDS] = {"nothing", "flush",   "fua",      "medium",
                                              "torn",    "misread", "misplace", "twice"};

uint32_t roll(struct world *world, uint32_t sides)
{
    world->random ^= world->random >> 12;
    world->random ^= world->random << 25;
    world->random ^= world->random >> 27;
    return (uint32_t)(((world->random * UINT64_C(0x2545f4914f6cdd1d)) >> 32) * sides >> 32);
}

void world_fail(struct world *world, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(world->why, sizeof(world->why), format, arguments);
    va_end(arguments);
    longjmp(*world->out, 1);
}

uint64_t world_now(const struct world *world)
{
    return lwnvme_sim_time(world->sim) - world->started_us - (uint64_t)world->jumped_us;
}

void world_look(struct world *world)
{
    uint64_t cuts = lwnvme_sim_counters(world->sim)->power_cuts;
    if (cuts != world->cuts) {
        world->cuts = cuts;
        model_power_cut(&world->model);
        world->figures.troubles[TROUBLE_POWER_CUT]++;
        for (uint32_t i = 0; i < world->zone_count; i++) {
            world->zones[i].dirty = true;
        }
    }
}

/* ---- the machine is made up ---- */

static void choose_controller(struct world *world)
{
    struct lwnvme_sim_config *c = &world->settings;
    lwnvme_sim_config_default(c);
    c->seed = world->seed;
    c->cap_nssrs = true;
    c->oncs = 0x019d;
    c->fuses = 1;
    c->acwu = (uint16_t)roll(world, 8);
    c->awupf = (uint16_t)(roll(world, 2) == 0 ? 0 : roll(world, 16));
    c->awun = 15;
    c->cdfs = 1;
    c->vwc = world->cached ? 7 : 6;
    c->power_cut_keeps_some = roll(world, 8) != 0;
    c->power_cut_tears = roll(world, 8) != 0;
    c->mdts = (uint8_t)(roll(world, 4) == 0 ? 1 : 5);
    c->sgls = roll(world, 2) == 0 ? 1 : 0;
    c->oacs |= 2; /* Format NVM */
    c->oaes = 0;
    c->aerl = 3;
    c->clock_step_us = roll(world, 4) == 0 ? 1 : 0;
    c->latency_us = roll(world, 4) == 0 ? 0 : 1 + roll(world, 40);
    c->latency_spread_us = c->latency_us == 0 ? 0 : 1 + roll(world, 60);
    c->admin_latency_us = roll(world, 50);
    c->shuffle = roll(world, 2) == 0;
    c->ready_delay_us = 1 + roll(world, 2000);
    c->disable_delay_us = 1 + roll(world, 2000);
    c->complete_during_disable = roll(world, 4) == 0;
    c->shutdown_delay_us = 1 + roll(world, 5000);
    c->format_us = roll(world, 20000);
    c->scattered = roll(world, 2) == 0;
    c->bar_physical += (world->seed % 4096) << 32;
    c->cap_to = 4;
    c->crto_crwmt = 4;
    c->io_queue_pairs = WORLD_QUEUES;
    c->fence_works = true;
    if (roll(world, 3) == 0) { /* requests of many commands, which fill the ring */
        c->vsl = (uint8_t)roll(world, 3);
        c->dmrl = (uint8_t)roll(world, 3);
        c->dmrsl = roll(world, 12);
        c->dmsl = roll(world, 20);
    }
}

static void choose_spaces(struct world *world)
{
    struct lwnvme_sim_config *c = &world->settings;
    world->space_count = 1 + roll(world, WORLD_SPACES);
    world->block_bytes = roll(world, 8) == 0 ? 4096 : 512;
    world->zoned_space = world->space_count > 1 && roll(world, 2) == 0 ? world->space_count - 1 : UINT32_MAX;
    c->namespace_count = world->space_count;
    for (uint32_t i = 0; i < world->space_count; i++) {
        struct lwnvme_sim_namespace *ns = &c->ns[i];
        ns->flbas = world->block_bytes == 4096 ? 1 : 0;
        ns->nsze = ns->ncap = ns->nuse = 256u << roll(world, 3);
        ns->dlfeat = (uint8_t)roll(world, 3);
        ns->noiob = (uint16_t)(roll(world, 4) == 0 ? 8 + roll(world, 3) * 4 : 0);
        ns->mssrl = 8;
        ns->mcl = 16;
        ns->msrc = 3;
        if (roll(world, 3) == 0) {
            ns->nsfeat |= 2;
            ns->nawun = 15;
            ns->nawupf = (uint16_t)roll(world, 16);
            ns->nacwu = c->acwu;
        }
    }
    if (world->zoned_space != UINT32_MAX) {
        struct lwnvme_sim_namespace *ns = &c->ns[world->zoned_space];
        c->cap_css = 0x41;
        c->command_sets = 5;
        ns->csi = 2;
        ns->noiob = 0;
        world->zone_count = 4 + roll(world, WORLD_ZONES - 4);
        ns->nsze = ns->ncap = ns->nuse = (uint64_t)world->zone_count * ZONE_BLOCKS;
        c->zoned.zsze = c->zoned.zcap = ZONE_BLOCKS;
        c->zoned.mar = c->zoned.mor = UINT32_MAX;
    }
    for (uint32_t i = 0; i < world->space_count; i++) {
        world->blocks[i] = c->ns[i].nsze;
        model_space_create(&world->model, i, c->ns[i].nsze, 0);
    }
    for (uint32_t i = 0; i < world->zone_count; i++) {
        world->zones[i].next = (uint64_t)i * ZONE_BLOCKS;
    }
}

static void choose_queues(struct world *world)
{
    static const uint32_t entries[] = {4, 8, 16, 32, 64, 128};
    bool shared = roll(world, 4) == 0;
    world->queue_count = 1 + roll(world, WORLD_QUEUES);
    world->driven_by_interrupts = roll(world, 4) == 0;
    for (uint32_t i = 0; i < world->queue_count; i++) {
        struct lwnvme_queue_config *q = &world->queue_configs[i];
        q->entries = entries[roll(world, 6)];
        q->flags = shared || roll(world, 8) == 0 ? LWNVME_QUEUE_SHARED : 0;
        if (roll(world, 6) == 0) {
            q->mapper = &lwnvme_mapper_full;
            q->sgl_descriptors = 16;
            q->bounce_bytes = 65536;
        }
        if (world->driven_by_interrupts) {
            q->flags |= LWNVME_QUEUE_INTERRUPT;
            q->vector = (uint16_t)(i + 1);
        }
    }
    if (world->queue_count > 1 && roll(world, 3) == 0) { /* one completion ring for two of them */
        world->on_first[1] = true;
        world->queue_configs[1].flags = world->queue_configs[0].flags & LWNVME_QUEUE_SHARED;
        world->queue_configs[1].vector = 0;
        world->queue_configs[0].cq_entries = 256;
    }
}

static void choose_recovery(struct world *world)
{
    struct lwnvme_recovery_policy *policy = &world->policy;
    world->recovers = roll(world, 2) == 0;
    world->model.again = world->recovers;
    for (uint32_t i = 0; i < LWNVME_REQUEST_CLASSES; i++) {
        policy->classes[i].tries = roll(world, 4);
        policy->classes[i].total_ms = 5000 + roll(world, 20000);
        policy->classes[i].no_abort = roll(world, 4) == 0;
        policy->classes[i].action = roll(world, 4) == 0 ? LWNVME_RECOVERY_GIVE_BACK : LWNVME_RECOVERY_DEFAULT;
    }
    policy->no_abort = roll(world, 8) == 0;
    policy->no_reset = roll(world, 8) == 0;
    policy->subsystem_reset = roll(world, 2) == 0;
    policy->resets = 1 + roll(world, 20);
    policy->abort_ms = 100 + roll(world, 1000);
    policy->give_back_waiting = roll(world, 4) == 0;
    policy->poll_queues = roll(world, 2) == 0;
    policy->patience_ms = 5000;
}

/* Commands that get to the controller as something else. */
static void plant_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    struct world *world = context;
    uint32_t *changed = (uint32_t *)(uintptr_t)command;
    uint32_t opcode = command[0] & 0xff;
    if (sqid == 0 || world->figures.ios < 500) {
        return;
    }
    if (world->plant == PLANT_FLUSH && opcode == LWNVME_NVM_FLUSH && command[1] != LWNVME_NSID_ALL) {
        changed[0] |= LWNVME_NVM_VERIFY; /* of block 0 */
    } else if (world->plant == PLANT_FUA &&
               (opcode == LWNVME_NVM_WRITE || opcode == LWNVME_NVM_WRITE_ZEROES)) {
        changed[12] &= ~0x40000000u;
    } else if (world->plant == PLANT_MISPLACE && opcode == LWNVME_NVM_WRITE && command[10] != 0) {
        changed[10]--;
    } else if (world->plant == PLANT_MISREAD && opcode == LWNVME_NVM_READ && command[10] != 0) {
        changed[10]--;
    }
}

static void plant_medium(struct world *world)
{
    uint8_t block[4096];
    if (world->plant == PLANT_MEDIUM) {
        uint64_t lba = roll(world, 48);
        if (lwnvme_sim_read_blocks(world->sim, 1, lba, 1, block)) {
            block[roll(world, world->block_bytes)] ^= 1;
            (void)lwnvme_sim_write_blocks(world->sim, 1, lba, 1, block);
        }
    }
}

static void seen_interrupt(void *context, uint16_t vector)
{
    struct world *world = context;
    lwnvme_interrupt(world->controller, vector);
    for (uint32_t i = 0; i < world->queue_count; i++) {
        world->rung[i] = world->rung[i] || world->queue_configs[i].vector == vector || world->on_first[i];
    }
}

/* Blocking calls let time pass until something happens. */
static void relax(void *host)
{
    (void)lwnvme_sim_jump(host, 2000);
}

static void seen_violation(void *context, const char *message)
{
    world_fail(context, "violation: %s", message);
}

/* ---- bring-up ---- */

static bool open_queues(struct world *world)
{
    for (uint32_t i = 0; i < world->queue_count; i++) {
        struct lwnvme_queue *queue = &world->queues[i];
        const struct lwnvme_queue_config *config = &world->queue_configs[i];
        int status;
        if (lwnvme_queue_status(queue) == LWNVME_OK) {
            continue;
        }
        if (world->on_first[i]) {
            status = lwnvme_queue_create_on(&world->queues[0], queue, config);
            for (uint32_t polls = 0;
                 status == LWNVME_OK && lwnvme_queue_status(queue) == LWNVME_PENDING && polls < 100000;
                 polls++) {
                (void)lwnvme_controller_poll(world->controller);
                (void)lwnvme_sim_jump(world->sim, 1000);
            }
            status = status == LWNVME_OK ? lwnvme_queue_status(queue) : status;
        } else {
            status = lwnvme_sync_queue_create(world->controller, queue, config);
        }
        if (status != LWNVME_OK) {
            return false;
        }
    }
    return true;
}

bool world_open_space(struct world *world, uint32_t space)
{
    uint32_t nsid = space + 1;
    if (space == world->zoned_space) {
        world->spaces[space] = &world->zoned.ns;
        return lwnvme_sync_zoned_open(world->controller, nsid, &world->zoned) == LWNVME_OK;
    }
    world->spaces[space] = &world->plain[space];
    return lwnvme_sync_namespace_open(world->controller, nsid, world->spaces[space]) == LWNVME_OK;
}

static bool open_spaces(struct world *world)
{
    for (uint32_t i = 0; i < world->space_count; i++) {
        if (!world->detached[i] && !world_open_space(world, i)) {
            return false;
        }
    }
    return true;
}

/* false: something went wrong on the way, and the controller is closed. */
static bool try_open(struct world *world)
{
    memset(world->queues, 0, sizeof(world->queues));
    memset(world->controller, 0, sizeof(*world->controller));
    world->figures.bringups++;
    if (lwnvme_sync_controller_open(world->controller, &world->config) != LWNVME_OK) {
        return false;
    }
    memset(&world->recovery, 0, sizeof(world->recovery));
    if (world->recovers &&
        lwnvme_recovery_start(world->controller, &world->recovery, &world->policy) != LWNVME_OK) {
        world_fail(world, "the recovery does not start");
    }
    if (open_queues(world) && open_spaces(world)) {
        return true;
    }
    world_close(world);
    return false;
}

void world_close(struct world *world)
{
    world->figures.recoveries += world->recovery.counts.resets;
    world->figures.aborts += world->recovery.counts.aborts;
    world->figures.again += world->recovery.counts.again;
    memset(&world->recovery.counts, 0, sizeof(world->recovery.counts));
    int status = lwnvme_sync_controller_close(world->controller);
    if (status != LWNVME_OK) {
        world_fail(world, "close: %s", lwnvme_status_string(status));
    }
    for (uint32_t i = 0; i < WORLD_WORKS; i++) {
        if (world->works[i].busy) {
            world_fail(world, "%s is not called back by a close", work_names[world->works[i].kind]);
        }
    }
    if (lwnvme_sim_outstanding_allocations(world->sim) != 0 || lwnvme_sim_outstanding_maps(world->sim) != 0 ||
        lwnvme_sim_outstanding_mmio_maps(world->sim) != 0) {
        world_fail(world, "%zu allocations and %zu mappings are left",
                   lwnvme_sim_outstanding_allocations(world->sim), lwnvme_sim_outstanding_maps(world->sim));
    }
}

void world_open(struct world *world)
{
    for (uint32_t tries = 0; !try_open(world); tries++) {
        if (tries == TRIES_MAX || world->peaceful) {
            world_fail(world, "open: %s", lwnvme_status_string(lwnvme_controller_status(world->controller)));
        }
        trouble_end(world);
    }
}

/* ---- recovery ---- */

/* Reads what a power cut may have changed. false: something went wrong again. */
static bool read_back(struct world *world)
{
    uint32_t most = WORK_BYTES / world->block_bytes;
    bool some = false;
    for (uint32_t space = 0; space < world->space_count; space++) {
        struct model_space *s = &world->model.spaces[space];
        for (uint64_t lba = 0; lba < world->blocks[space] && !world->detached[space]; lba++) {
            if (!s->blocks[lba].lost) {
                continue;
            }
            uint64_t left = world->blocks[space] - lba;
            if (!work_read_back(world, space, lba, left < most ? (uint32_t)left : most)) {
                return false;
            }
            some = true;
        }
    }
    if (some && !model_atomic_check(&world->model)) {
        world_fail(world, "%s", world->model.why);
    }
    return true;
}

static void step_state(struct world *world)
{
    int status = lwnvme_controller_poll(world->controller);
    switch (lwnvme_controller_state(world->controller)) {
    case LWNVME_STATE_CLOSED:
        world_open(world);
        break;
    case LWNVME_STATE_OFF:
        (void)lwnvme_controller_resume(world->controller);
        break;
    case LWNVME_STATE_FAILED:
        if (status == LWNVME_ERR_GONE || roll(world, 8) == 0 ||
            lwnvme_controller_reset(world->controller) != LWNVME_OK) {
            world_close(world);
            if (status == LWNVME_ERR_GONE) {
                lwnvme_sim_insert(world->sim);
            } else {
                lwnvme_sim_power_cut(world->sim);
            }
            world_look(world);
            world_open(world);
        }
        world->figures.bringups++;
        break;
    default:
        (void)lwnvme_sim_jump(world->sim, 1000);
        break;
    }
}

static bool usable(struct world *world)
{
    if (lwnvme_controller_state(world->controller) != LWNVME_STATE_READY ||
        lwnvme_controller_poll(world->controller) != LWNVME_OK) {
        return false;
    }
    for (uint32_t i = 0; i < world->queue_count; i++) {
        if (lwnvme_queue_status(&world->queues[i]) != LWNVME_OK) {
            return false;
        }
    }
    return true;
}

static void check_idle(struct world *world)
{
    for (uint32_t i = 0; i < WORLD_WORKS; i++) {
        if (world->works[i].busy) {
            world_fail(world, "%s is still under way after a reset", work_names[world->works[i].kind]);
        }
    }
}

void world_recover(struct world *world)
{
    uint64_t until = lwnvme_sim_counters(world->sim)->disables + TRIES_MAX;
    uint64_t begun = world_now(world);
    world_look(world);
    world->calm = true;
    do {
        for (uint32_t turns = 0; !usable(world); turns++) {
            step_state(world);
            if (lwnvme_controller_state(world->controller) == LWNVME_STATE_READY && !open_queues(world)) {
                trouble_end(world);
                if (roll(world, 4) == 0) { /* one that could not be deleted stays as it is until the close */
                    world_close(world);
                    world_open(world);
                }
            }
            if (turns == 64) {
                trouble_end(world);
            }
            if (world_now(world) > begun + PATIENCE_US * 4 ||
                lwnvme_sim_counters(world->sim)->disables > until) {
                world_fail(world, "the controller does not come back: %s",
                           lwnvme_status_string(lwnvme_controller_status(world->controller)));
            }
        }
        world_drain(world);
        world_look(world);
        trouble_end(world);
        for (uint32_t i = 0; i < world->space_count; i++) {
            if (!world->detached[i] && world->spaces[i]->status != LWNVME_OK) {
                (void)world_open_space(world, i);
            }
        }
    } while (!usable(world) || !read_back(world) || !usable(world));
    check_idle(world);
    zones_look(world);
    world->calm = false;
}

/* ---- the course of things ---- */

static void check_patience(struct world *world)
{
    uint64_t now = world_now(world);
    for (uint32_t i = 0; i < WORLD_WORKS; i++) {
        const struct work *work = &world->works[i];
        if (work->busy && now - work->since_us > PATIENCE_US && now > work->since_us) {
            world_fail(world, "%s has been under way for %llu us", work_names[work->kind],
                       (unsigned long long)(now - work->since_us));
        }
    }
}

static void poll_queue(struct world *world, uint32_t queue)
{
    world->rung[queue] = false;
    (void)lwnvme_queue_poll(&world->queues[queue], roll(world, 4) == 0 ? 1 + roll(world, 8) : 0);
}

static void poll_some(struct world *world)
{
    for (uint32_t i = 0; i < world->queue_count; i++) {
        bool due = world->driven_by_interrupts ? world->rung[i] || roll(world, 64) == 0
                                               : world->in_flight[i] != 0 && roll(world, 2) == 0;
        if (due) {
            poll_queue(world, i);
        }
    }
}

void world_drain(struct world *world)
{
    bool calm = world->calm;
    uint64_t begun = world_now(world);
    world->calm = true;
    for (uint32_t turns = 0; world->under_way != 0 && usable(world); turns++) {
        for (uint32_t i = 0; i < world->queue_count; i++) {
            poll_queue(world, i);
        }
        if (world->under_way != 0) {
            (void)lwnvme_sim_jump(world->sim, turns < 100 ? 1000 : 50000);
        }
        if (world_now(world) - begun > PATIENCE_US && world_now(world) > begun) {
            check_patience(world);
        }
    }
    world->calm = calm;
}

static void step(struct world *world)
{
    if (world->under_way < world->depth && roll(world, 4) != 0) {
        work_burst(world);
    }
    poll_some(world);
    if (world->under_way >= world->depth || roll(world, 4) == 0) {
        (void)lwnvme_sim_jump(world->sim, world->under_way != 0 && roll(world, 256) != 0 ? 50000 : 1000);
        poll_some(world);
    }
    if (roll(world, 16) == 0) {
        (void)lwnvme_controller_poll(world->controller);
    }
    world_look(world);
    if (world->figures.ios >= world->next_trouble) {
        world->next_trouble = world->figures.ios + 20 + roll(world, 1200);
        if (!world->peaceful) {
            trouble_make(world);
        }
        plant_medium(world);
        check_patience(world);
        if (usable(world)) {
            zones_look(world);
        } else if (!world->peaceful) {
            world_recover(world);
        }
    }
    if (lwnvme_controller_state(world->controller) != LWNVME_STATE_READY ||
        lwnvme_controller_status(world->controller) != LWNVME_OK) {
        if (world->peaceful) {
            world_fail(world, "the controller fails: %s",
                       lwnvme_status_string(lwnvme_controller_status(world->controller)));
        }
        world_recover(world);
    }
}

/* Everything is read once more, whatever happened. */
static void read_all(struct world *world)
{
    uint32_t most = WORK_BYTES / world->block_bytes;
    for (uint32_t space = 0; space < world->space_count; space++) {
        for (uint64_t lba = 0; lba < world->blocks[space] && !world->detached[space]; lba += most) {
            uint64_t left = world->blocks[space] - lba;
            (void)work_read_back(world, space, lba, left < most ? (uint32_t)left : most);
        }
    }
}

void world_run(struct world *world)
{
    work_create(world);
    world_open(world);
    while (world->figures.ios < world->limit) {
        step(world);
    }
    trouble_end(world);
    world->calm = true;
    world_drain(world);
    if (roll(world, 2) == 0) { /* and then the power goes */
        lwnvme_sim_power_cut(world->sim);
    }
    world_recover(world);
    world->calm = true;
    read_all(world);
    for (uint32_t i = 0; i < world->queue_count; i++) {
        world->figures.stale += lwnvme_queue_stale(&world->queues[i]);
    }
    world_close(world);
    world->figures.seeds = 1;
    world->figures.checks = world->model.checks;
    world->figures.virtual_us = world_now(world);
    world->figures.commands = 0;
    for (uint32_t opcode = 0; opcode < 256; opcode++) {
        world->figures.commands += lwnvme_sim_counters(world->sim)->io_commands[opcode];
    }
}

void *world_memory(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, bytes) != 0) {
        abort();
    }
    memset(memory, 0, bytes);
    return memory;
}

void world_create(struct world *world, uint64_t seed)
{
    world->seed = seed;
    world->random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    (void)roll(world, 2);
    (void)roll(world, 2);
    model_create(&world->model);
    world->cached = roll(world, 4) != 0;
    world->crowded = roll(world, 6) == 0;
    world->peaceful = roll(world, 8) == 0;
    world->depth = 1u << (1 + roll(world, 6));
    choose_controller(world);
    choose_spaces(world);
    choose_queues(world);
    choose_recovery(world);
    world->settings.callback_context = world;
    world->settings.on_interrupt = world->driven_by_interrupts ? seen_interrupt : NULL;
    world->settings.on_violation = seen_violation;
    world->settings.on_command = world->plant != PLANT_NOTHING ? plant_command : NULL;
    struct lwnvme_sim_config settings = world->settings;
    if (world->plant == PLANT_TORN) { /* less than what it says */
        settings.awupf = 0;
        settings.ns[0].nawupf = settings.ns[1].nawupf = settings.ns[2].nawupf = 0;
    }
    world->sim = lwnvme_sim_create(&settings);
    world->controller = world_memory(sizeof(*world->controller));
    if (world->sim == NULL) {
        abort();
    }
    world->ops = lwnvme_sim_host_ops(world->sim);
    if (roll(world, 4) != 0) { /* nothing to be done at the end of a transfer: the straight path is taken */
        world->ops->dma_unmap = NULL;
        world->ops->dma_sync = NULL;
    }
    world->ops->relax = relax;
    world->config.ops = world->ops;
    world->config.host = world->sim;
    world->config.page_bytes = 4096;
    world->config.bar_physical = lwnvme_sim_bar_physical(world->sim);
    world->config.bar_bytes = lwnvme_sim_bar_bytes(world->sim);
    /* A range that is too long is sent in parts where a queue has memory for more than one page. */
    world->config.max_transfer_bytes =
        roll(world, 4) == 0 && world->settings.dmrsl == 0 && world->settings.dmsl == 0 ? 4096 : 16384;
    world->config.io_timeout_ms = 500 + roll(world, 2000);
    world->config.admin_timeout_ms = 1000 + roll(world, 2000);
    world->started_us = lwnvme_sim_time(world->sim);
    world->next_trouble = 100 + roll(world, 1000);
}

void world_destroy(struct world *world)
{
    lwnvme_sim_destroy(world->sim);
    free(world->controller);
    work_destroy(world);
    model_destroy(&world->model);
}

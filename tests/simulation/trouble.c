/* SPDX-License-Identifier: MIT */
/* What goes wrong, by itself or because it is asked for: one thing at a time, which may last. */
#include "world.h"

#include <string.h>

const char *const trouble_names[TROUBLE_COUNT] = {
    [TROUBLE_LOSE] = "command_lost",
    [TROUBLE_DELAY] = "command_late",
    [TROUBLE_STATUS] = "status",
    [TROUBLE_STATUS_AFTER] = "status_after",
    [TROUBLE_STATUS_BITS] = "status_bits",
    [TROUBLE_DUPLICATE] = "completion_twice",
    [TROUBLE_FOREIGN_CID] = "completion_foreign_cid",
    [TROUBLE_FOREIGN_SQID] = "completion_foreign_sqid",
    [TROUBLE_FOREIGN_SQHD] = "completion_foreign_sqhd",
    [TROUBLE_EXTRA] = "completion_unasked",
    [TROUBLE_PHASE] = "completion_old_phase",
    [TROUBLE_TORN] = "completion_torn",
    [TROUBLE_FATAL] = "controller_fatal",
    [TROUBLE_STUCK] = "controller_stuck",
    [TROUBLE_ALLOCATION] = "allocation_fails",
    [TROUBLE_MAPPING] = "mapping_fails",
    [TROUBLE_CLOCK] = "clock_jumps",
    [TROUBLE_RESET] = "reset",
    [TROUBLE_SUBSYSTEM_RESET] = "subsystem_reset",
    [TROUBLE_SHUTDOWN] = "shutdown",
    [TROUBLE_REMOVAL] = "removal",
    [TROUBLE_POWER_CUT] = "power_cut",
    [TROUBLE_POWER_CUT_IN_COMMAND] = "power_cut_armed",
    [TROUBLE_FORMAT] = "format",
    [TROUBLE_RESIZE] = "resize",
    [TROUBLE_DETACH] = "detach",
    [TROUBLE_QUEUE] = "queue_made_again",
};

#define FOREIGN_CID(generation) ((uint64_t)(generation) << 10 | 1000u) /* no queue has so many slots */

void trouble_end(struct world *world)
{
    struct lwnvme_sim_config *c = lwnvme_sim_settings(world->sim);
    lwnvme_sim_faults_clear(world->sim);
    c->never_ready = c->never_disabled = false;
    c->dma_alloc_fail_at = c->dma_map_fail_at = c->alloc_fail_at = 0;
    c->power_cut_at = 0;
}

static void zones_doubt(struct world *world)
{
    for (uint32_t i = 0; i < world->zone_count; i++) {
        world->zones[i].dirty = true;
    }
}

/* ---- commands and completions ---- */

static void one_fault(struct world *world, enum trouble trouble)
{
    static const uint16_t statuses[] = {0x006, 0x004, 0x008, 0x280, 0x4281, 0x4002, 0x0082, 0x0024, 0x0303};
    static const enum lwnvme_sim_fault_kind kinds[] = {
        [TROUBLE_LOSE] = LWNVME_SIM_LOSE,
        [TROUBLE_DELAY] = LWNVME_SIM_DELAY,
        [TROUBLE_STATUS] = LWNVME_SIM_STATUS,
        [TROUBLE_STATUS_AFTER] = LWNVME_SIM_STATUS_AFTER,
        [TROUBLE_STATUS_BITS] = LWNVME_SIM_STATUS_BITS,
        [TROUBLE_DUPLICATE] = LWNVME_SIM_DUPLICATE,
        [TROUBLE_FOREIGN_CID] = LWNVME_SIM_WRONG_CID,
        [TROUBLE_FOREIGN_SQID] = LWNVME_SIM_WRONG_SQID,
        [TROUBLE_FOREIGN_SQHD] = LWNVME_SIM_WRONG_SQHD,
        [TROUBLE_EXTRA] = LWNVME_SIM_EXTRA_CID,
        [TROUBLE_PHASE] = LWNVME_SIM_WRONG_PHASE,
        [TROUBLE_TORN] = LWNVME_SIM_TORN,
    };
    struct lwnvme_sim_fault fault = {.kind = kinds[trouble], .any_opcode = true, .skip = roll(world, 8)};
    fault.queue = roll(world, 8) == 0 ? LWNVME_SIM_ADMIN_QUEUE : LWNVME_SIM_IO_QUEUES;
    fault.count = 1 + (roll(world, 8) == 0 ? roll(world, 4) : 0);
    switch (trouble) {
    case TROUBLE_STATUS_AFTER: /* a queue that is there although its creation failed would be a lie that nobody can see */
        fault.queue = LWNVME_SIM_IO_QUEUES;
        /* fall through */
    case TROUBLE_STATUS:
        fault.status = statuses[roll(world, sizeof(statuses) / sizeof(statuses[0]))];
        fault.count = 1 + roll(world, 4);
        break;
    case TROUBLE_STATUS_BITS: /* beside a success, they mean nothing */
        fault.status = (uint16_t)(roll(world, 16) << 11);
        fault.queue = LWNVME_SIM_IO_QUEUES;
        break;
    case TROUBLE_DELAY:
        fault.value = roll(world, roll(world, 4) == 0 ? 5000000 : 400000);
        break;
    case TROUBLE_DUPLICATE: /* not so late that an identifier can have come round */
        fault.value = world->settings.latency_us == 0 ? 0 : roll(world, 20);
        break;
    case TROUBLE_FOREIGN_CID:
    case TROUBLE_EXTRA:
        fault.value = FOREIGN_CID(roll(world, 64));
        break;
    case TROUBLE_FOREIGN_SQID:
        fault.value = 77;
        break;
    case TROUBLE_FOREIGN_SQHD:
        fault.value = roll(world, 65536);
        break;
    case TROUBLE_TORN: /* what stood there before may be an answer to the same identifier: of a command that has ended
                          like this one */
        fault.any_opcode = false;
        fault.opcode = 2;
        fault.queue = LWNVME_SIM_IO_QUEUES;
        fault.value = roll(world, 10);
        break;
    default:
        break;
    }
    (void)lwnvme_sim_fault_add(world->sim, &fault);
}

/* ---- the controller ---- */

static void stuck(struct world *world)
{
    struct lwnvme_sim_config *c = lwnvme_sim_settings(world->sim);
    c->never_disabled = roll(world, 2) == 0;
    c->never_ready = !c->never_disabled;
    (void)lwnvme_controller_reset(world->controller);
}

static void clock_jump(struct world *world)
{
    struct lwnvme_sim_config *c = lwnvme_sim_settings(world->sim);
    int64_t us = roll(world, 2) == 0 ? (int64_t)roll(world, 3000000) : -(int64_t)roll(world, 900000);
    int64_t shown = (int64_t)lwnvme_sim_time(world->sim);
    us = us < -shown ? -shown : us; /* no clock of 64 bits goes round in a lifetime */
    c->clock_jump_at = lwnvme_sim_counters(world->sim)->now_calls + 1;
    c->clock_jump_us = us;
    (void)world->ops->now_us(world->sim);
    c->clock_jump_at = 0;
    world->jumped_us += us;
}

static void shut_down(struct world *world)
{
    bool normal = roll(world, 2) == 0;
    uint32_t powered = world->model.powered;
    int status = lwnvme_sync_controller_shutdown(world->controller,
                                                 normal ? LWNVME_SHUTDOWN_NORMAL : LWNVME_SHUTDOWN_ABRUPT);
    world_look(world);
    if (status == LWNVME_OK && normal) { /* all that was acknowledged is on the medium */
        uint32_t moment = model_flush_begin(&world->model);
        for (uint32_t i = 0; i < world->space_count; i++) {
            model_flush_end(&world->model, i, moment, powered);
        }
    }
    if (roll(world, 2) == 0) {
        lwnvme_sim_power_cut(world->sim);
    }
}

static void removal(struct world *world)
{
    lwnvme_sim_remove(world->sim);
    model_power_cut(&world->model);
    zones_doubt(world);
}

static void queue_again(struct world *world, bool fails)
{
    struct lwnvme_sim_config *c = lwnvme_sim_settings(world->sim);
    const struct lwnvme_sim_counts *counts = lwnvme_sim_counters(world->sim);
    uint32_t index = world->queue_count - 1;
    world_drain(world);
    if (lwnvme_sync_queue_delete(&world->queues[index]) != LWNVME_OK || world->on_first[index]) {
        return;
    }
    if (fails) {
        c->dma_alloc_fail_at = counts->dma_allocs + 1 + roll(world, 3);
        c->alloc_fail_at = roll(world, 2) == 0 ? counts->allocs + 1 : 0;
        (void)lwnvme_sync_queue_create(world->controller, &world->queues[index],
                                       &world->queue_configs[index]);
        c->dma_alloc_fail_at = c->alloc_fail_at = 0;
    }
}

/* ---- namespaces ---- */

static void erased(struct world *world, uint32_t space)
{
    struct model_span all = {.space = space, .count = (uint32_t)world->model.spaces[space].block_count};
    model_set(&world->model, &all);
}

static void format(struct world *world, uint32_t space)
{
    struct lwnvme_format *format = &world->format;
    struct lwnvme_namespace *handles[1] = {world->spaces[space]};
    trouble_end(world);
    world_drain(world);
    if (world->under_way != 0 || space == world->zoned_space) {
        return;
    }
    memset(format, 0, sizeof(*format));
    format->nsid = space + 1;
    format->format_index = world->block_bytes == 4096 ? 1 : 0;
    format->handles = handles;
    format->handle_count = 1;
    world->detached[space] = true; /* not to be read, until it is known what it holds */
    if (roll(world, 4) == 0 && lwnvme_format_begin(world->controller, format) == LWNVME_OK) {
        (void)lwnvme_sim_jump(world->sim, roll(world, 1000));
        (void)lwnvme_controller_poll(world->controller);
        (void)lwnvme_sim_jump(world->sim, roll(world, 30000));
        lwnvme_sim_power_cut(world->sim);
        world_recover(world);
        for (uint32_t turns = 0; lwnvme_operation_active(&format->operation) && turns < 100000; turns++) {
            (void)lwnvme_operation_step(&format->operation);
            (void)lwnvme_sim_jump(world->sim, 2000);
        }
        world_recover(world);
        format->handle_count = 0; /* it may belong to a controller that has been closed */
    }
    int status = lwnvme_sync_format(world->controller, format);
    for (uint32_t tries = 0; status != LWNVME_OK && tries < 4; tries++) {
        world_recover(world);
        format->handle_count = 0;
        status = lwnvme_sync_format(world->controller, format);
    }
    if (status != LWNVME_OK) {
        world_fail(world, "format: %s", lwnvme_status_string(status));
    }
    world_look(world);
    erased(world, space);
    world->detached[space] = false;
    if (!world_open_space(world, space)) {
        world_fail(world, "the namespace cannot be used after a format: %s",
                   lwnvme_status_string(world->spaces[space]->status));
    }
}

/* It shrinks while requests are under way, and grows again when nobody looks: what is there then is not known. */
static void resize(struct world *world, uint32_t space)
{
    uint64_t full = world->settings.ns[space].nsze;
    uint64_t less = full - full / 4;
    struct model_span tail = {
        .space = space, .lba = less, .count = (uint32_t)(full - less), .content = MODEL_ANY};
    if (space == world->zoned_space) {
        return;
    }
    bool grows = world->blocks[space] != full;
    (void)lwnvme_sim_namespace_resize(world->sim, space + 1, grows ? full : less);
    world->blocks[space] = less;
    world_drain(world);
    world_look(world);
    if (world->under_way != 0) {
        world_recover(world);
    }
    if (!grows) {
        model_set(&world->model, &tail);
    }
    trouble_end(world);
    if (world_open_space(world, space) && grows) {
        world->blocks[space] = full;
    }
}

static void detach(struct world *world, uint32_t space)
{
    (void)lwnvme_sim_namespace_attach(world->sim, space + 1, false);
    for (uint32_t i = 0; i < 3; i++) {
        work_burst(world);
        (void)lwnvme_sim_jump(world->sim, 100);
    }
    world_drain(world);
    (void)lwnvme_sim_namespace_attach(world->sim, space + 1, true);
}

/* ---- one of them ---- */

static void happen(struct world *world, enum trouble trouble)
{
    struct lwnvme_sim_config *c = lwnvme_sim_settings(world->sim);
    const struct lwnvme_sim_counts *counts = lwnvme_sim_counters(world->sim);
    switch (trouble) {
    case TROUBLE_FATAL:
        lwnvme_sim_fatal(world->sim);
        break;
    case TROUBLE_STUCK:
        stuck(world);
        break;
    case TROUBLE_ALLOCATION:
    case TROUBLE_QUEUE:
        queue_again(world, trouble == TROUBLE_ALLOCATION);
        break;
    case TROUBLE_MAPPING:
        c->dma_map_fail_at = counts->dma_maps + 1 + roll(world, 30);
        c->fail_count = 1 + roll(world, 3);
        break;
    case TROUBLE_CLOCK:
        clock_jump(world);
        break;
    case TROUBLE_RESET:
        (void)lwnvme_controller_reset(world->controller);
        break;
    case TROUBLE_SUBSYSTEM_RESET:
        (void)lwnvme_controller_subsystem_reset(world->controller);
        break;
    case TROUBLE_SHUTDOWN:
        shut_down(world);
        break;
    case TROUBLE_REMOVAL:
        removal(world);
        break;
    case TROUBLE_POWER_CUT:
        lwnvme_sim_power_cut(world->sim);
        break;
    case TROUBLE_POWER_CUT_IN_COMMAND:
        c->power_cut_at = counts->media_events + 1 + roll(world, 40);
        break;
    case TROUBLE_FORMAT:
        format(world, roll(world, world->space_count));
        break;
    case TROUBLE_RESIZE:
        resize(world, roll(world, world->space_count));
        break;
    case TROUBLE_DETACH:
        detach(world, roll(world, world->space_count));
        break;
    default:
        one_fault(world, trouble);
        break;
    }
}

void trouble_make(struct world *world)
{
    enum trouble trouble = (enum trouble)roll(world, TROUBLE_COUNT);
    world_note(world, trouble);
    if (world->verbose) {
        printf("%llu trouble %s\n", (unsigned long long)world_now(world), trouble_names[trouble]);
    }
    world->figures.troubles[trouble] +=
        trouble == TROUBLE_POWER_CUT ? 0 : 1; /* these are counted as they come */
    happen(world, trouble);
    world_look(world);
}

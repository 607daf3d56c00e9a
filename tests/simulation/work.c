/* SPDX-License-Identifier: MIT */
/*
 * Requests: made up at random, told to the model, submitted; and checked when they are called back.
 *
 * The model hears of a write before the library does, and of its end when it is called back. What a status means:
 *
 *     success                    it has been carried out
 *     LWNVME_ERR_NOT_STARTED     it has not, and that is certain
 *     a failed comparison        a compare and write has written nothing
 *     anything else              what lies before bytes_done has been carried out; of the rest it is not known
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

const char *const work_names[WORK_KINDS] = {"read",         "write", "flush",   "flush_all",
                                            "write_zeroes", "trim",  "compare", "verify",
                                            "copy",         "fused", "append",  "zone_reset"};

#define CODE(status) ((unsigned)(status)&0x7ffu)

static int submit_some(struct world *world, uint32_t queue);

/* ---- the pool ---- */

void work_create(struct world *world)
{
    world->memory = world_memory((size_t)WORLD_WORKS * 2 * WORK_BYTES);
    world->idle = NULL;
    for (uint32_t i = 0; i < WORLD_WORKS; i++) {
        struct work *work = &world->works[i];
        work->world = world;
        work->out = world->memory + (size_t)i * 2 * WORK_BYTES;
        work->in = work->out + WORK_BYTES;
        work->next = world->idle;
        world->idle = work;
    }
}

void work_destroy(struct world *world)
{
    free(world->memory);
}

/* ---- the end of a request ---- */

static struct model_span part(const struct model_span *span, uint32_t from, uint32_t count)
{
    struct model_span piece = *span;
    piece.lba += from;
    piece.count = count;
    piece.content += (uint64_t)from * span->step;
    piece.contents = span->contents == NULL ? NULL : span->contents + from;
    return piece;
}

static void check_model(struct world *world, bool good)
{
    if (!good) {
        world_fail(world, "%s", world->model.why);
    }
}

static uint8_t *data_at(const struct work *work, uint8_t *memory, uint32_t count)
{
    return memory + ((size_t)count * work->world->block_bytes <= WORK_BYTES / 2 ? work->skew : 0);
}

/* Blocks of a request that has ended with this status which have been dealt with. */
static uint32_t blocks_done(const struct work *work, uint32_t count)
{
    uint64_t done = work->request.bytes_done / work->world->block_bytes;
    bool pieces = work->kind == WORK_READ || work->kind == WORK_WRITE || work->kind == WORK_ZEROES;
    if (work->request.status == 0) {
        return count;
    }
    return !pieces || work->request.status == LWNVME_ERR_NOT_STARTED ? 0
           : done < count                                            ? (uint32_t)done
                                                                     : count;
}

static void end_reads(struct work *work)
{
    struct world *world = work->world;
    int status = work->request.status;
    uint32_t done = blocks_done(work, work->from.count);
    struct model_span good = part(&work->from, 0, done);
    struct model_span rest = part(&work->from, done, work->from.count - done);
    const uint64_t *contents = NULL;
    if (work->kind == WORK_READ) {
        const uint8_t *data = data_at(work, work->in, work->from.count);
        for (uint32_t i = 0; i < done; i++) {
            size_t at = (size_t)i * world->block_bytes;
            work->contents[i] = model_block_content(data + at, world->block_bytes);
            if ((world->figures.ios & 63) == 0 && work->contents[i] != MODEL_ANY &&
                !model_block_whole(data + at, world->block_bytes, work->contents[i])) {
                world_fail(world, "block %llu is damaged", (unsigned long long)(work->from.lba + i));
            }
            world_note(world, work->contents[i]);
        }
        contents = work->contents;
    } else if (work->kind == WORK_COMPARE || work->kind == WORK_FUSED) {
        bool differ = CODE(status) == LWNVME_SC_COMPARE_FAILURE && status > 0;
        if (differ && !model_may_differ(&world->model, &work->from, work->contents, work->began)) {
            world_fail(world, "block %llu: a comparison fails that should not",
                       (unsigned long long)work->from.lba);
        }
        contents = work->contents;
    } else if (work->kind == WORK_COPY) {
        model_pin(&world->model, &work->from, false);
    }
    check_model(world, model_read_end(&world->model, &good, contents, work->began));
    check_model(world, model_read_end(&world->model, &rest, NULL, work->began));
}

static void end_writes(struct work *work)
{
    struct model *model = &work->world->model;
    int status = work->request.status;
    bool nothing = status == LWNVME_ERR_NOT_STARTED ||
                   (work->kind == WORK_FUSED && status > 0 && CODE(status) == LWNVME_SC_COMPARE_FAILURE);
    if (work->kind == WORK_COPY && model->again && work->powered != model->powered) {
        model_copy_doubt(model, &work->to[0], work->copied);
    }
    for (uint32_t i = 0; i < work->to_count; i++) {
        const struct model_span *span = &work->to[i];
        uint32_t done = blocks_done(work, span->count);
        struct model_span good = part(span, 0, done);
        struct model_span rest = part(span, done, span->count - done);
        bool vague = work->kind == WORK_TRIM && (work->world->settings.ns[work->space].dlfeat & 7) == 0;
        model_write_end(model, &good, vague ? MODEL_UNKNOWN : MODEL_DONE, work->durable, work->powered);
        model_write_end(model, &rest, nothing ? MODEL_NEVER : MODEL_UNKNOWN, false, work->powered);
    }
}

/* ---- zones ---- */

static struct zone *zone_at(struct world *world, uint64_t lba)
{
    return &world->zones[lba / world->zoned.zone_blocks];
}

static void end_append(struct work *work, struct zone *zone)
{
    struct world *world = work->world;
    struct model_span *span = &work->to[0];
    if (work->request.status == 0) {
        uint64_t start = span->lba;
        span->lba = lwnvme_zone_appended_lba(&work->request);
        if (!zone->dirty &&
            (span->lba < zone->next || span->lba + span->count > zone->next + zone->claimed)) {
            world_fail(world, "an append to the zone at %llu went to %llu", (unsigned long long)start,
                       (unsigned long long)span->lba);
        }
        model_append_end(&world->model, span, work->durable, work->powered);
    } else if (work->request.status != LWNVME_ERR_NOT_STARTED) {
        model_append_unknown(&world->model, span);
    }
}

static void end_in_zone(struct work *work)
{
    struct zone *zone = zone_at(work->world, work->to[0].lba);
    bool good = work->request.status == 0 && work->powered == work->world->model.powered;
    uint64_t start = (uint64_t)(zone - work->world->zones) * work->world->zoned.zone_blocks;
    if (work->kind == WORK_APPEND) {
        end_append(work, zone);
    } else {
        end_writes(work);
    }
    zone->dirty = zone->dirty || !good;
    zone->under_way--;
    zone->writing = false;
    if (work->kind == WORK_ZONE_RESET) {
        zone->resetting = false;
        zone->next = start;
        zone->claimed = 0;
    } else if (zone->under_way == 0) {
        zone->next += zone->claimed;
        zone->claimed = 0;
    }
}

/* The zones where something went wrong: where the next write goes, and what is there. */
static bool zone_report(struct world *world, uint64_t start, struct lwnvme_zone *about)
{
    static uint8_t memory[128] __attribute__((aligned(4096)));
    struct lwnvme_zone_report report = {.zoned = &world->zoned,
                                        .first_lba = start,
                                        .end_lba = start + 1,
                                        .memory = memory,
                                        .memory_bytes = sizeof(memory)};
    return lwnvme_sync_zone_report_next(&world->queues[0], &report) == LWNVME_OK && report.count == 1 &&
           lwnvme_zone_report_get(&report, 0, about) == LWNVME_OK;
}

void zones_look(struct world *world)
{
    for (uint32_t i = 0; i < world->zone_count; i++) {
        struct zone *zone = &world->zones[i];
        uint64_t size = world->zoned.zone_blocks;
        uint64_t start = i * size;
        struct lwnvme_zone about;
        if (!zone->dirty || zone->under_way != 0 || !zone_report(world, start, &about)) {
            continue;
        }
        bool read = true;
        for (uint64_t lba = start; read && lba < start + size; lba += WORK_BYTES / world->block_bytes) {
            read = work_read_back(world, world->zoned_space, lba, WORK_BYTES / world->block_bytes);
        }
        if (!read) {
            return;
        }
        zone->next = about.state == LWNVME_ZONE_STATE_FULL ? start + size : about.write_pointer;
        zone->claimed = 0;
        zone->dirty = false;
        for (uint64_t lba = start; lba < start + size && !zone->dirty; lba++) {
            uint64_t content;
            bool certain = model_certain(&world->model, world->zoned_space, lba, &content);
            if (certain && (content != 0) != (lba < zone->next)) {
                world_fail(world, "block %llu holds %llx, but the write pointer is %llu",
                           (unsigned long long)lba, (unsigned long long)content,
                           (unsigned long long)zone->next);
            }
            zone->dirty = zone->dirty || !certain;
        }
    }
}

/* ---- all ends ---- */

static void check_status(struct work *work)
{
    struct world *world = work->world;
    int status = work->request.status;
    bool differs = status > 0 && CODE(status) == LWNVME_SC_COMPARE_FAILURE;
    if (status == LWNVME_PENDING) {
        world_fail(world, "%s: called back while pending", work_names[work->kind]);
    }
    if (status != 0 && world->peaceful && !differs) {
        world_fail(world, "%s of %u blocks at %llu: %s", work_names[work->kind], work->to[0].count,
                   (unsigned long long)work->to[0].lba, lwnvme_status_string(status));
    }
    if (status == LWNVME_ERR_NOT_STARTED &&
        lwnvme_request_outcome(&work->request) != LWNVME_OUTCOME_NEVER_STARTED) {
        world_fail(world, "%s comes back as not started, and may have been", work_names[work->kind]);
    }
    if (work->wrong && status == 0) {
        world_fail(world, "%s at %llu finds what was never written", work_names[work->kind],
                   (unsigned long long)work->from.lba);
    }
}

static void work_end(struct work *work)
{
    struct world *world = work->world;
    check_status(work);
    if (work->reads) {
        end_reads(work);
    }
    if (work->to_count != 0 && work->space == world->zoned_space) {
        end_in_zone(work);
    } else if (work->to_count != 0) {
        end_writes(work);
    }
    if (work->request.status == 0 && work->kind == WORK_FLUSH) {
        model_flush_end(&world->model, work->space, work->began, work->powered);
    }
    for (uint32_t i = 0; i < world->space_count && work->request.status == 0 && work->kind == WORK_FLUSH_ALL;
         i++) {
        model_flush_end(&world->model, i, work->began, work->powered);
    }
}

static void work_done(struct lwnvme_request *request)
{
    struct work *work = (struct work *)(void *)request;
    struct world *world = work->world;
    uint32_t queue = work->queue;
    world_look(world);
    if (!work->busy || lwnvme_request_active(request)) {
        world_fail(world, "%s: called back although it is not under way", work_names[work->kind]);
    }
    world_note(world, (uint64_t)(uint32_t)request->status << 32 | (uint32_t)work->kind << 16 | queue);
    world_note(world, world_now(world));
    if (world->verbose) {
        printf("%llu   end %u %s %d\n", (unsigned long long)world_now(world), (unsigned)(work - world->works),
               work_names[work->kind], request->status);
    }
    world->figures.ios++;
    world->figures.by_kind[work->kind]++;
    world->figures.errors += request->status != 0;
    work_end(work);
    work->busy = false;
    work->next = world->idle;
    world->idle = work;
    world->under_way--;
    world->in_flight[queue]--;
    if (world->plant == PLANT_TWICE && world->figures.ios >= 1000) {
        work_done(request);
    }
    if (!world->calm && world->figures.ios % 16 == 0 && world->under_way < world->depth) {
        (void)submit_some(world, queue);
    }
}

/* ---- requests are made up ---- */

static uint32_t that_fits(const struct world *world, uint32_t count)
{
    uint32_t most = WORK_BYTES / world->block_bytes;
    return count < most ? count : most;
}

/* What fits one command, too. */
static uint32_t that_is_one(const struct work *work, uint32_t count)
{
    uint32_t most = work->world->spaces[work->space]->max_blocks;
    count = that_fits(work->world, count);
    return count < most ? count : most == 0 ? 1 : most;
}

static uint32_t some_count(struct world *world)
{
    uint32_t which = roll(world, 16);
    return that_fits(world, which < 10 ? 1 : which < 14 ? 2 + roll(world, 3) : 1 + roll(world, WORK_BLOCKS));
}

static struct model_span some_span(struct world *world, uint32_t space, uint32_t count)
{
    struct model_span span = {.space = space, .count = count};
    uint64_t blocks = world->blocks[space] - count + 1;
    uint64_t hot = blocks < 48 ? blocks : 48;
    span.lba = roll(world, 3) == 0 ? roll(world, (uint32_t)hot) : roll(world, (uint32_t)blocks);
    return span;
}

static bool is_atomic(const struct world *world, const struct model_span *span, bool one_piece)
{
    const struct lwnvme_sim_namespace *ns = &world->settings.ns[span->space];
    uint32_t most = ((ns->nsfeat & 2) != 0 ? ns->nawupf : world->settings.awupf) + 1u;
    bool crosses = ns->noiob != 0 && span->lba / ns->noiob != (span->lba + span->count - 1) / ns->noiob;
    return one_piece && !crosses && span->count <= most &&
           span->count <= world->spaces[span->space]->max_blocks;
}

/* The buffer of a request: in one piece, or in two. */
static struct lwnvme_buffer some_buffer(struct work *work, uint8_t *memory, uint32_t count, bool *one_piece)
{
    struct world *world = work->world;
    size_t bytes = (size_t)count * world->block_bytes;
    *one_piece = true;
    if (count < 2 || roll(world, 8) != 0 || work->space == world->zoned_space) {
        return lwnvme_buffer_cpu(memory, bytes);
    }
    size_t first = (size_t)(1 + roll(world, count - 1)) * world->block_bytes;
    work->segments[0] = (struct lwnvme_segment){(uintptr_t)memory, first};
    work->segments[1] = (struct lwnvme_segment){(uintptr_t)(memory + first), bytes - first};
    *one_piece = false;
    return lwnvme_buffer_segments(work->segments, 2, 0);
}

static void fill_out(struct work *work, const struct model_span *span)
{
    uint8_t *data = data_at(work, work->out, span->count);
    for (uint32_t i = 0; i < span->count; i++) {
        model_block_fill(data + (size_t)i * work->world->block_bytes, work->world->block_bytes,
                         span->content + i);
    }
}

static void spoil_in(struct work *work, uint32_t count)
{
    uint8_t *data = data_at(work, work->in, count);
    for (uint32_t i = 0; i < count; i++) {
        model_block_spoil(data + (size_t)i * work->world->block_bytes, work->world->block_bytes);
    }
}

static bool make_read(struct work *work)
{
    struct world *world = work->world;
    work->from = some_span(world, work->space, some_count(world));
    if (work->space == world->zoned_space) {
        struct zone *zone = zone_at(world, work->from.lba);
        if (zone->dirty || zone->resetting || work->from.lba + work->from.count > zone->next) {
            return false;
        }
    }
    if (work->kind == WORK_READ) {
        spoil_in(work, work->from.count);
    }
    work->reads = true;
    return model_may_read(&world->model, &work->from);
}

static bool make_zone_write(struct work *work)
{
    struct world *world = work->world;
    uint32_t index = roll(world, world->zone_count);
    struct zone *zone = &world->zones[index];
    uint64_t size = world->zoned.zone_blocks;
    uint64_t start = index * size;
    struct model_span *span = &work->to[0];
    span->space = work->space;
    span->count = that_is_one(work, 1 + roll(world, 4));
    span->step = 1;
    work->to_count = 1;
    if (zone->dirty || zone->resetting) {
        return false;
    }
    if (zone->next + zone->claimed + span->count > start + size) {
        work->kind = WORK_ZONE_RESET;
        work->durable = true;
        *span = (struct model_span){.space = work->space, .lba = start, .count = (uint32_t)size};
        return zone->under_way == 0 && model_idle(&world->model, span) &&
               model_may_write(&world->model, span, false);
    }
    if (zone->writing || (work->kind == WORK_WRITE && zone->under_way != 0)) {
        return false;
    }
    span->lba = work->kind == WORK_WRITE ? zone->next : start;
    if (work->kind == WORK_WRITE && !model_may_write(&world->model, span, false)) {
        return false;
    }
    span->content = model_content(&world->model, work->space, span->lba,
                                  work->kind == WORK_WRITE && is_atomic(world, span, true));
    fill_out(work, span);
    return true;
}

static bool make_write(struct work *work)
{
    struct world *world = work->world;
    struct model_span *span = &work->to[0];
    if (work->space == world->zoned_space) {
        work->kind = roll(world, 2) == 0 ? WORK_APPEND : WORK_WRITE;
        return make_zone_write(work);
    }
    *span = some_span(world, work->space, some_count(world));
    work->to_count = 1;
    if (!model_may_write(&world->model, span, world->crowded)) {
        return false;
    }
    if (work->kind == WORK_WRITE) {
        span->step = 1;
        span->content = model_content(&world->model, work->space, span->lba, true);
        fill_out(work, span);
    }
    return true;
}

static bool make_trim(struct work *work)
{
    struct world *world = work->world;
    uint32_t reads = world->settings.ns[work->space].dlfeat & 7u;
    work->to_count = 1 + roll(world, WORK_SPANS);
    for (uint32_t i = 0; i < work->to_count; i++) {
        work->to[i] = some_span(world, work->space, some_count(world));
        work->to[i].content = reads == 2 ? MODEL_ONES : 0;
        lwnvme_dsm_range_set(&work->trims[i], work->to[i].lba, work->to[i].count);
        if (!model_may_write(&world->model, &work->to[i], world->crowded)) {
            return false;
        }
    }
    if (work->to_count == 2 && work->to[0].lba < work->to[1].lba + work->to[1].count &&
        work->to[1].lba < work->to[0].lba + work->to[0].count) {
        work->to_count = 1;
    }
    return true;
}

/* What blocks hold for certain, into `contents`. */
static bool certain_contents(struct work *work, const struct model_span *span, uint64_t *contents)
{
    for (uint32_t i = 0; i < span->count; i++) {
        if (!model_certain(&work->world->model, span->space, span->lba + i, &contents[i])) {
            return false;
        }
    }
    return true;
}

/* A compare, or the first half of a compare and write. */
static bool make_compare(struct work *work, uint32_t count)
{
    struct world *world = work->world;
    if (work->space == world->zoned_space) {
        return false;
    }
    work->from = some_span(world, work->space, count);
    work->reads = true;
    if (!certain_contents(work, &work->from, work->contents) || !model_may_read(&world->model, &work->from)) {
        return false;
    }
    if (roll(world, 16) == 0) {
        work->wrong = true;
        work->contents[roll(world, count)] = model_content(&world->model, work->space, work->from.lba, false);
    }
    uint8_t *data = data_at(work, work->in, count);
    for (uint32_t i = 0; i < count; i++) {
        model_block_fill(data + (size_t)i * world->block_bytes, world->block_bytes, work->contents[i]);
    }
    return true;
}

static bool make_fused(struct work *work)
{
    struct world *world = work->world;
    uint32_t most = world->settings.acwu + 1u;
    struct model_span *span = &work->to[0];
    if (!make_compare(work, that_is_one(work, 1 + roll(world, most < 4 ? most : 4))) ||
        !model_may_write(&world->model, &work->from, false)) {
        return false;
    }
    *span = work->from;
    span->step = 1;
    span->content = model_content(&world->model, work->space, span->lba, is_atomic(world, span, true));
    work->to_count = 1;
    fill_out(work, span);
    size_t bytes = (size_t)span->count * world->block_bytes;
    work->pair.compare = lwnvme_buffer_cpu(data_at(work, work->in, span->count), bytes);
    work->pair.write = lwnvme_buffer_cpu(data_at(work, work->out, span->count), bytes);
    return true;
}

static bool make_copy(struct work *work)
{
    struct world *world = work->world;
    struct lwnvme_namespace *ns = world->spaces[work->space];
    if (work->space == world->zoned_space || world->crowded || world->detached[work->space]) {
        return false;
    }
    work->from = some_span(world, work->space, 1 + roll(world, 8));
    work->to[0] = some_span(world, work->space, work->from.count);
    work->to[0].contents = work->copied;
    work->to_count = 1;
    work->reads = true;
    bool apart = work->from.lba + work->from.count <= work->to[0].lba ||
                 work->to[0].lba + work->to[0].count <= work->from.lba;
    if (!apart || !certain_contents(work, &work->from, work->copied) ||
        !model_may_read(&world->model, &work->from) || !model_may_write(&world->model, &work->to[0], false)) {
        return false;
    }
    for (uint32_t i = 0; i < work->from.count; i++) {
        if (model_at_home(&world->model, work->space, work->to[0].lba + i, work->copied[i])) {
            return false;
        }
    }
    work->copy = (struct lwnvme_copy_request){
        .format = LWNVME_COPY_FORMAT_0, .memory = work->ranges, .memory_bytes = sizeof(work->ranges)};
    return lwnvme_copy_add(ns, &work->copy, ns, work->from.lba, work->from.count) == LWNVME_OK;
}

static enum work_kind some_kind(struct world *world)
{
    static const uint8_t weights[WORK_KINDS] = {
        [WORK_READ] = 110, [WORK_WRITE] = 96,  [WORK_FLUSH] = 5,  [WORK_FLUSH_ALL] = 1, [WORK_ZEROES] = 8,
        [WORK_TRIM] = 8,   [WORK_COMPARE] = 8, [WORK_VERIFY] = 6, [WORK_COPY] = 6,      [WORK_FUSED] = 8};
    uint32_t at = roll(world, 256);
    for (uint32_t kind = 0; kind < WORK_KINDS; kind++) {
        if (at < weights[kind]) {
            return (enum work_kind)kind;
        }
        at -= weights[kind];
    }
    return WORK_READ;
}

static bool make(struct work *work)
{
    struct world *world = work->world;
    work->kind = some_kind(world);
    work->space = roll(world, world->space_count);
    work->reads = work->durable = work->wrong = false;
    work->to_count = 0;
    work->skew = roll(world, 4) == 0 ? (size_t)roll(world, WORK_BYTES / 8) * 4 : 0;
    work->to[0] = (struct model_span){.space = work->space};
    work->request.flags = roll(world, 16) == 0 ? LWNVME_REQUEST_NO_WAIT : 0;
    work->request.timeout_ms = roll(world, 32) == 0 ? 300 + roll(world, 3000) : 0;
    switch (work->kind) {
    case WORK_READ:
    case WORK_VERIFY:
        return make_read(work);
    case WORK_WRITE:
        return make_write(work);
    case WORK_ZEROES:
        return work->space != world->zoned_space && make_write(work);
    case WORK_TRIM:
        return work->space != world->zoned_space && make_trim(work);
    case WORK_COMPARE:
        return make_compare(work, some_count(world));
    case WORK_FUSED:
        return make_fused(work);
    case WORK_COPY:
        return make_copy(work);
    default:
        return true;
    }
}

/* ---- submission ---- */

static int submit_write(struct work *work, struct lwnvme_queue *queue, struct lwnvme_namespace *ns)
{
    const struct model_span *span = &work->to[0];
    bool one_piece;
    struct lwnvme_buffer buffer =
        some_buffer(work, data_at(work, work->out, span->count), span->count, &one_piece);
    if (work->kind == WORK_APPEND) {
        return lwnvme_zone_append(queue, &work->world->zoned, &work->request, span->lba, span->count,
                                  &buffer);
    }
    if (work->space != work->world->zoned_space) {
        struct model_write *write = &work->world->model.writes[(span->content >> MODEL_SHIFT) % MODEL_WRITES];
        write->atomic = write->atomic && is_atomic(work->world, span, one_piece);
    }
    return lwnvme_write(queue, ns, &work->request, span->lba, span->count, &buffer);
}

static int submit(struct work *work, struct lwnvme_queue *queue)
{
    struct world *world = work->world;
    struct lwnvme_request *request = &work->request;
    struct lwnvme_namespace *ns = world->spaces[work->space];
    struct model_span *from = &work->from;
    struct lwnvme_buffer buffer;
    bool one_piece;
    switch (work->kind) {
    case WORK_READ:
        buffer = some_buffer(work, data_at(work, work->in, from->count), from->count, &one_piece);
        return lwnvme_read(queue, ns, request, from->lba, from->count, &buffer);
    case WORK_WRITE:
    case WORK_APPEND:
        return submit_write(work, queue, ns);
    case WORK_FLUSH:
        return lwnvme_flush(queue, ns, request);
    case WORK_FLUSH_ALL:
        return lwnvme_flush_all(queue, request);
    case WORK_ZEROES:
        return lwnvme_write_zeroes(queue, ns, request, work->to[0].lba, work->to[0].count);
    case WORK_TRIM:
        return lwnvme_dataset_management(queue, ns, request, work->trims, work->to_count,
                                         LWNVME_DSM_DEALLOCATE);
    case WORK_COMPARE:
        buffer = some_buffer(work, data_at(work, work->in, from->count), from->count, &one_piece);
        return lwnvme_compare(queue, ns, request, from->lba, from->count, &buffer);
    case WORK_VERIFY:
        return lwnvme_verify(queue, ns, request, from->lba, from->count);
    case WORK_COPY:
        return lwnvme_copy(queue, ns, request, work->to[0].lba, &work->copy);
    case WORK_FUSED:
        return lwnvme_compare_and_write(queue, ns, request, from->lba, from->count, &work->pair);
    default:
        return lwnvme_zone_manage(queue, &world->zoned, request, LWNVME_ZSA_RESET, work->to[0].lba, 0);
    }
}

/* The model is told, before the library is. */
static void begin(struct work *work)
{
    struct world *world = work->world;
    struct zone *zone =
        work->space == world->zoned_space && work->to_count != 0 ? zone_at(world, work->to[0].lba) : NULL;
    work->powered = world->model.powered;
    work->since_us = world_now(world);
    work->busy = true;
    if (work->reads) {
        work->began = model_read_begin(&world->model, &work->from);
    } else {
        work->began = model_flush_begin(&world->model);
    }
    if (work->kind == WORK_COPY) {
        model_pin(&world->model, &work->from, true);
    }
    for (uint32_t i = 0; i < work->to_count && work->kind != WORK_APPEND; i++) {
        model_write_begin(&world->model, &work->to[i]);
    }
    if (zone != NULL) {
        zone->under_way++;
        zone->claimed += work->kind == WORK_ZONE_RESET ? 0 : work->to[0].count;
        zone->resetting = work->kind == WORK_ZONE_RESET;
        zone->writing = work->kind == WORK_WRITE;
    }
    world->under_way++;
    world->in_flight[work->queue]++;
}

/* It was refused, and will not be called back: as if it had never been. */
static void take_back(struct work *work, int status)
{
    struct world *world = work->world;
    struct zone *zone =
        work->space == world->zoned_space && work->to_count != 0 ? zone_at(world, work->to[0].lba) : NULL;
    bool wanted = (work->request.flags & LWNVME_REQUEST_NO_WAIT) != 0 && status == LWNVME_ERR_BUSY;
    if (world->peaceful && !wanted) {
        world_fail(world, "%s is refused: %s", work_names[work->kind], lwnvme_status_string(status));
    }
    if (zone != NULL) {
        zone->under_way--;
        zone->claimed -= work->kind == WORK_ZONE_RESET ? 0 : work->to[0].count;
        zone->resetting = zone->writing = false;
    }
    if (work->kind == WORK_COPY) {
        model_pin(&world->model, &work->from, false);
    }
    if (work->reads) {
        (void)model_read_end(&world->model, &work->from, NULL, work->began);
    }
    for (uint32_t i = 0; i < work->to_count && work->kind != WORK_APPEND; i++) {
        model_write_end(&world->model, &work->to[i], MODEL_NEVER, false, work->powered);
    }
    world->figures.refused++;
    world->under_way--;
    world->in_flight[work->queue]--;
    work->busy = false;
    work->next = world->idle;
    world->idle = work;
}

static int send(struct work *work, uint32_t queue)
{
    struct world *world = work->world;
    bool writes = work->kind == WORK_WRITE || work->kind == WORK_ZEROES || work->kind == WORK_COPY ||
                  work->kind == WORK_FUSED || work->kind == WORK_APPEND;
    bool forced = writes && roll(world, 8) == 0;
    int status;
    work->queue = queue;
    work->request.done = work_done;
    work->request.flags |= forced ? LWNVME_REQUEST_FUA : 0;
    work->durable = work->durable || forced || !world->cached;
    world->idle = work->next;
    begin(work);
    world_note(world, (uint64_t)work->kind << 48 ^ work->to[0].lba << 16 ^ work->from.lba);
    if (world->verbose) {
        for (uint32_t i = 1; i < work->to_count; i++) {
            printf("                and to %llu+%u\n", (unsigned long long)work->to[i].lba,
                   work->to[i].count);
        }
        printf("%llu begin %u %s ns %u to %llu+%u (%llx) from %llu+%u queue %u%s\n",
               (unsigned long long)world_now(world), (unsigned)(work - world->works), work_names[work->kind],
               work->space + 1, (unsigned long long)work->to[0].lba, work->to[0].count,
               (unsigned long long)work->to[0].content, (unsigned long long)work->from.lba,
               work->reads ? work->from.count : 0, queue, work->durable ? " durable" : "");
    }
    status = submit(work, &world->queues[queue]);
    if (status != LWNVME_OK) {
        take_back(work, status);
    }
    return status;
}

static int submit_some(struct world *world, uint32_t queue)
{
    struct work *work = world->idle;
    if (work == NULL || !make(work)) {
        return LWNVME_ERR_BUSY;
    }
    return send(work, queue);
}

void work_burst(struct world *world)
{
    uint32_t queue = roll(world, world->queue_count);
    uint32_t count = 1 + roll(world, 8);
    bool batch = count > 1 && roll(world, 2) == 0;
    if (batch) {
        lwnvme_queue_batch_begin(&world->queues[queue]);
    }
    while (count-- != 0 && world->under_way < world->depth) {
        (void)submit_some(world, queue);
    }
    if (batch) {
        lwnvme_queue_batch_end(&world->queues[queue]);
    } else if (roll(world, 64) == 0 && world->idle != NULL) { /* the blocking face */
        struct work *work = world->idle;
        if (submit_some(world, queue) == LWNVME_OK) {
            (void)lwnvme_sync_wait(&world->queues[queue], &work->request);
        }
    }
}

bool work_read_back(struct world *world, uint32_t space, uint64_t lba, uint32_t count)
{
    struct work *work = world->idle;
    if (work == NULL) {
        world_fail(world, "requests are under way where none should be");
    }
    work->kind = WORK_READ;
    work->space = space;
    work->durable = work->wrong = false;
    work->to_count = 0;
    work->skew = 0;
    work->to[0] = (struct model_span){.space = space};
    if (space == world->zoned_space) { /* not across the end of a zone */
        uint64_t left = world->zoned.zone_blocks - lba % world->zoned.zone_blocks;
        count = count < left ? count : (uint32_t)left;
    }
    work->from = (struct model_span){.space = space, .lba = lba, .count = count};
    work->reads = true;
    work->request.flags = 0;
    work->request.timeout_ms = 0;
    spoil_in(work, count);
    return send(work, 0) == LWNVME_OK && lwnvme_sync_wait(&world->queues[0], &work->request) == LWNVME_OK;
}

/* SPDX-License-Identifier: MIT */
/* Scenarios of what is done to data. */
#include "sweep.h"

#include <lwnvme/cmb.h>
#include <lwnvme/copy.h>
#include <lwnvme/fused.h>
#include <lwnvme/mapper.h>
#include <lwnvme/metadata.h>
#include <lwnvme/protection.h>
#include <lwnvme/reservation.h>
#include <lwnvme/shadow.h>
#include <lwnvme/sync_io.h>
#include <lwnvme/sync_zoned.h>

static bool begin(struct world *w, uint32_t queues, const struct lwnvme_queue_config *config)
{
    if (!world_open(w))
        return false;
    for (uint32_t index = 0; index < queues; index++)
        (void)world_queue(w, index, config);
    return world_namespace(w, 1);
}

/* All ordinary commands on three queues at once. */
static void mixed(struct world *w)
{
    static const uint32_t opcodes[] = {LWNVME_NVM_WRITE, LWNVME_NVM_READ, LWNVME_NVM_WRITE,
                                       LWNVME_NVM_WRITE_ZEROES, LWNVME_NVM_FLUSH};
    struct lwnvme_queue_config config = {.entries = 4};

    if (!begin(w, 3, &config))
        return;
    for (uint32_t turn = 0; turn < 2; turn++) {
        for (uint32_t index = 0; index < 15; index++)
            (void)world_start(w, index % 3, opcodes[(index + turn) % 5], index * 32ull, 1 + index * 2,
                              index % 4 * 128);
        world_wait(w);
        (void)world_ready(w);
    }
    (void)world_read(w, 0, 100);
}

static void prepare_split(struct world *w)
{
    w->settings.mdts = 2;
    w->settings.ns[0].noiob = 24;
}

/* Requests of several commands each, cut by MDTS and by a boundary, more than the ring holds. */
static void split(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 3};

    if (!begin(w, 2, &config))
        return;
    (void)world_start(w, 0, LWNVME_NVM_WRITE, 5, 150, 0);
    (void)world_start(w, 1, LWNVME_NVM_WRITE, 300, 77, 512);
    (void)world_start(w, 0, LWNVME_NVM_READ, 500, 99, 4);
    (void)world_start(w, 1, LWNVME_NVM_WRITE_ZEROES, 700, 64, 0);
    world_wait(w);
    (void)world_read(w, 0, 200);
}

/* A transfer with a PRP list of its own. */
static void lists(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 8};

    if (!begin(w, 1, &config))
        return;
    for (uint32_t index = 0; index < 5; index++)
        (void)world_start(w, 0, (index & 1) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE, index * 128ull,
                          40 + index * 20, index * 8);
    world_wait(w);
    (void)world_read(w, 0, 128);
}

/* ---- scattered buffers ---- */

#define PIECES 9u

/* Pieces of odd lengths in odd places; of the data that io->data holds. */
static struct lwnvme_buffer scatter(struct world *w, struct sweep_io *io,
                                    struct lwnvme_segment segments[PIECES], size_t grain)
{
    uint8_t *memory = world_memory(w, io->bytes * 2 + PIECES * 4096);
    size_t left = io->bytes;
    size_t from = 0;

    for (uint32_t index = 0; index < PIECES; index++) {
        size_t length = index + 1 == PIECES ? left : (io->bytes / PIECES + index * 100) / grain * grain;

        segments[index].address = (uintptr_t)(memory + 64 + index * 36);
        segments[index].length_bytes = length;
        memcpy(memory + 64 + index * 36, io->data + from, length);
        memory += (length + 8191) / 4096 * 4096;
        from += length;
        left -= length;
    }
    return lwnvme_buffer_segments(segments, PIECES, 0);
}

static void gather_and_compare(struct world *w, const struct sweep_io *io,
                               const struct lwnvme_segment *segments)
{
    size_t at = 0;

    for (uint32_t index = 0; index < PIECES; index++) {
        memcpy(io->data + at, (const void *)(uintptr_t)segments[index].address, segments[index].length_bytes);
        at += segments[index].length_bytes;
    }
    world_compare(w, io->lba, io->blocks, io->data);
}

static void scattered(struct world *w, const struct lwnvme_queue_config *config)
{
    struct lwnvme_segment *segments = w->extra;

    if (!begin(w, 1, config))
        return;
    for (uint32_t index = 0; index < 4; index++) {
        struct sweep_io *io =
            world_io(w, index >= 2 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE, 50 + index % 2 * 200, 60, 0);
        struct lwnvme_buffer buffer = scatter(w, io, segments, 4);

        io->opcode = LWNVME_NVM_FLUSH; /* the model is told below */
        (void)world_accept(
            io, index >= 2 ? lwnvme_read(&w->queues[0], &w->ns[0], &io->request, io->lba, 60, &buffer)
                           : lwnvme_write(&w->queues[0], &w->ns[0], &io->request, io->lba, 60, &buffer));
        world_wait(w);
        if (io->accepted != 0 && index < 2)
            world_wrote(w, io->lba, 60, io->seed, io->request.status);
        else if (io->accepted != 0 && io->request.status == LWNVME_OK)
            gather_and_compare(w, io, segments);
    }
}

static void prepare_sgl(struct world *w)
{
    w->settings.sgls = 1 | LWNVME_SGLS_BIT_BUCKET;
}

static void sgl(struct world *w)
{
    struct lwnvme_queue_config config = {
        .entries = 4, .mapper = &lwnvme_mapper_full, .sgl = LWNVME_SGL_ALWAYS};

    scattered(w, &config);
}

static void bounce(struct world *w)
{
    struct lwnvme_queue_config config = {
        .entries = 4, .mapper = &lwnvme_mapper_full, .sgl = LWNVME_SGL_NEVER, .bounce_bytes = 32768};

    scattered(w, &config);
}

/* ---- metadata and protection information ---- */

static void prepare_apart(struct world *w)
{
    w->settings.ns[0].formats[0].ms = 16;
    w->settings.ns[0].mc = 3;
}

static void prepare_interleaved(struct world *w)
{
    prepare_apart(w);
    w->settings.ns[0].flbas = 16;
}

static void prepare_protected(struct world *w)
{
    prepare_apart(w);
    w->settings.ns[0].formats[0].ms = 8;
    w->settings.ns[0].dpc = 0x1f;
    w->settings.ns[0].dps = 1;
}

#define UNITS 40u

/* Writes and reads blocks with whatever belongs to them, and compares. Bare: the controller adds metadata and takes them off. */
static void units(struct world *w, bool bare)
{
    const struct lwnvme_namespace *ns = &w->ns[0];
    uint32_t unit = 512u + (ns->metadata_interleaved ? ns->metadata_bytes : 0);
    uint8_t *data[2] = {world_memory(w, UNITS * 600), world_memory(w, UNITS * 600)};
    uint8_t *metadata[2] = {world_memory(w, UNITS * 64), world_memory(w, UNITS * 64)};
    int status[2] = {LWNVME_ERR_FAILED, LWNVME_ERR_FAILED};

    world_fill(data[0], 600, 7, UNITS, ++w->seed);
    world_fill(metadata[0], 64, 7, UNITS, ++w->seed);
    for (uint32_t back = 0; back < 2; back++) {
        struct sweep_io *io = world_io(w, LWNVME_NVM_FLUSH, 7, UNITS, 0);
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[back], (size_t)UNITS * unit);

        if (!bare && !ns->metadata_interleaved)
            buffer = lwnvme_buffer_with_metadata(buffer, (uintptr_t)metadata[back],
                                                 (size_t)UNITS * ns->metadata_bytes);
        (void)world_accept(io, back != 0 ? lwnvme_read(&w->queues[0], ns, &io->request, 7, UNITS, &buffer)
                                         : lwnvme_write(&w->queues[0], ns, &io->request, 7, UNITS, &buffer));
        world_wait(w);
        status[back] = io->accepted != 0 ? io->request.status : LWNVME_ERR_FAILED;
    }
    if (status[0] != LWNVME_OK || status[1] != LWNVME_OK || w->lies)
        return;
    for (uint32_t index = 0; index < UNITS; index++) {
        WORLD_CHECK(w, memcmp(data[0] + index * unit, data[1] + index * unit, 512) == 0);
        if (ns->metadata_bytes == 16 && !ns->metadata_interleaved)
            WORLD_CHECK(w, memcmp(metadata[0] + index * 16, metadata[1] + index * 16, 16) == 0);
    }
}

static void metadata(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};

    if (!world_open(w) || !world_queue(w, 0, &config) ||
        !ok(w, lwnvme_sync_metadata_open(w->controller, 1, &w->ns[0])))
        return;
    units(w, false);
    units(w, false);
}

static void prepare_described(struct world *w)
{
    prepare_apart(w);
    w->settings.sgls = 1 | LWNVME_SGLS_METADATA_SGL;
}

/* Metadata that a descriptor in memory names. */
static void metadata_described(struct world *w)
{
    struct lwnvme_queue_config config = {
        .entries = 4, .mapper = &lwnvme_mapper_full, .sgl = LWNVME_SGL_ALWAYS};

    if (!world_open(w) || !world_queue(w, 0, &config) ||
        !ok(w, lwnvme_sync_metadata_open(w->controller, 1, &w->ns[0])))
        return;
    units(w, false);
    units(w, false);
}

static void protection(struct world *w, uint32_t flags)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_protection *protection = w->extra;

    if (!world_open(w) || !world_queue(w, 0, &config) ||
        !ok(w, lwnvme_sync_protection_open(w->controller, 1, &w->ns[0], protection)))
        return;
    protection->flags = flags | LWNVME_PROTECTION_CHECK_GUARD | LWNVME_PROTECTION_CHECK_REFERENCE;
    units(w, (flags & LWNVME_PROTECTION_CONTROLLER) != 0);
    units(w, (flags & LWNVME_PROTECTION_CONTROLLER) != 0);
}

static void protection_controller(struct world *w)
{
    protection(w, LWNVME_PROTECTION_CONTROLLER);
}

static void protection_library(struct world *w)
{
    protection(w, LWNVME_PROTECTION_LIBRARY);
}

/* ---- other commands ---- */

static void prepare_commands(struct world *w)
{
    w->settings.oncs |= 0x120; /* Copy, Reservations */
    w->settings.cdfs = 1;
    w->settings.fuses = 1;
    w->settings.acwu = 7;
    w->settings.ns[0].mssrl = 20;
    w->settings.ns[0].mcl = 40;
    w->settings.ns[0].msrc = 1;
    w->settings.ns[0].rescap = 0xff;
}

static void copy(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_copy_request request = {.memory = world_memory(w, 4096), .memory_bytes = 4096};
    uint8_t *data = world_memory(w, 90 * 512);

    if (!begin(w, 1, &config))
        return;
    if (!world_write(w, 0, 90) || !ok(w, lwnvme_copy_add(&w->ns[0], &request, &w->ns[0], 0, 90)))
        return;
    world_forget(w, 1000, 90);
    if (ok(w, lwnvme_sync_copy(&w->queues[0], &w->ns[0], 1000, &request, 0)) &&
        ok(w, lwnvme_sync_read(&w->queues[0], &w->ns[0], 1000, 90, data, 0)))
        world_compare(w, 0, 90, data);
}

static void prepare_trims(struct world *w)
{
    w->settings.dmrl = 2;
    w->settings.dmrsl = 30;
    w->settings.dmsl = 50;
}

/* Ranges that are too long for a command, too many for one, and such as fit. */
static void trims(struct world *w)
{
    static const uint32_t blocks[] = {100, 8, 30, 31};
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_dsm_range *ranges = world_memory(w, 4096);

    if (!begin(w, 1, &config) || !world_write(w, 0, 250))
        return;
    for (uint32_t index = 0; index < 4; index++) {
        lwnvme_le32_set(&ranges[index].nlb, blocks[index]);
        lwnvme_le64_set(&ranges[index].slba, index * 60 + (index != 0 ? 50 : 10));
        world_forget(w, index * 60 + (index != 0 ? 50 : 10), blocks[index]);
    }
    (void)ok(w, lwnvme_sync_dataset_management(&w->queues[0], &w->ns[0], ranges, 4, LWNVME_DSM_DEALLOCATE));
    (void)world_read(w, 0, 250);
}

static void fused(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};
    uint8_t *data[2] = {world_memory(w, 4096), world_memory(w, 4096)};
    struct lwnvme_fused_pair pair;

    if (!begin(w, 1, &config))
        return;
    pair.compare = lwnvme_buffer_cpu(data[0], 4096);
    pair.write = lwnvme_buffer_cpu(data[1], 4096);
    for (uint32_t turn = 0; turn < 3; turn++) {
        int status;

        world_fill(data[0], 512, 64, 8, turn == 0 ? 0 : 50 + turn - 1);
        world_fill(data[1], 512, 64, 8, 50 + turn);
        (void)world_start(w, 0, LWNVME_NVM_READ, 200, 8, 0);
        status = lwnvme_sync_compare_and_write(&w->queues[0], &w->ns[0], 64, 8, &pair, NULL);
        if (status != LWNVME_OK || w->lies)
            world_forget(w, 64, 8);
        else
            world_wrote(w, 64, 8, 50 + turn, status);
        (void)ok(w, status);
        world_wait(w);
        if (status != LWNVME_OK)
            return;
    }
    (void)world_read(w, 60, 16);
}

static void reservations(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_reservation *reservation = w->extra;

    if (!begin(w, 1, &config))
        return;
    reservation->other_key = 0x1234;
    if (!ok(w, lwnvme_sync_reservation_register(&w->queues[0], &w->ns[0], reservation)))
        return;
    reservation->key = 0x1234;
    reservation->type = 1;
    if (!ok(w, lwnvme_sync_reservation_acquire(&w->queues[0], &w->ns[0], reservation)))
        return;
    (void)world_write(w, 0, 8);
    (void)ok(w, lwnvme_sync_reservation_release(&w->queues[0], &w->ns[0], reservation));
    (void)world_read(w, 0, 8);
}

static void prepare_shadows(struct world *w)
{
    w->settings.oacs |= 0x100;
    w->settings.shadow_look_us = (w->faults[0].at & 1) != 0 ? 0 : 30;
}

static void shadows_on(struct world *w, struct lwnvme_shadow *shadow)
{
    while (lwnvme_shadow_status(shadow) == LWNVME_PENDING &&
           lwnvme_controller_status(w->controller) == LWNVME_OK)
        world_turn(w);
}

static void shadow_doorbells(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_shadow *shadow = w->extra;

    if (!begin(w, 2, &config) || !ok(w, lwnvme_shadow_start(w->controller, shadow)))
        return;
    shadows_on(w, shadow);
    for (uint32_t turn = 0; turn < 3; turn++) {
        for (uint32_t index = 0; index < 6; index++)
            (void)world_start(w, index & 1, (index & 2) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE,
                              index * 16ull, 8, 0);
        world_wait(w);
    }
    (void)world_ready(w);
    (void)world_read(w, 0, 96);
}

#define BUFFER_AT    UINT64_C(0x7700000000)
#define BUFFER_BYTES (32u << 10)

static void prepare_buffer(struct world *w)
{
    w->settings.cmb_bytes = BUFFER_BYTES;
    w->settings.cmb_bir = 4;
    w->settings.cmb_bar_physical = BUFFER_AT;
    prepare_shadows(w);
    w->settings.shadow_look_us = 30;
}

/* Submission queues in the controller's own memory, with shadow doorbells later on; in the host's where registers are plain memory, which that is not. */
static void queues_in_buffer(struct world *w)
{
    struct lwnvme_cmb *cmb = w->extra;
    struct lwnvme_queue_memory *memory = (struct lwnvme_queue_memory *)(void *)(cmb + 1);
    struct lwnvme_shadow *shadow = (struct lwnvme_shadow *)(void *)(memory + 2);
    struct lwnvme_cmb_bar bar = {.physical = BUFFER_AT, .bus = BUFFER_AT, .length_bytes = BUFFER_BYTES};
    struct lwnvme_queue_config config = {.entries = 4};

    if (!world_open(w))
        return;
    if (w->host != HOST_REGISTERS && ok(w, lwnvme_cmb_find(w->controller, cmb)) &&
        ok(w, lwnvme_cmb_open(w->controller, cmb, &bar)))
        config.memory = memory;
    for (uint32_t index = 0; index < 2; index++) {
        lwnvme_cmb_queue_memory(cmb, memory);
        (void)world_queue(w, index, &config);
        if (config.memory != NULL)
            config.memory = ++memory;
    }
    if (!world_namespace(w, 1))
        return;
    for (uint32_t turn = 0; turn < 4; turn++) {
        if (turn == 2 && ok(w, lwnvme_shadow_start(w->controller, shadow)))
            shadows_on(w, shadow);
        for (uint32_t index = 0; index < 6; index++)
            (void)world_start(w, index & 1, (index & 2) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE,
                              index * 16ull, 8, 0);
        world_wait(w);
        (void)world_ready(w);
    }
    (void)world_read(w, 0, 96);
}

/* ---- zones ---- */

static void prepare_zones(struct world *w)
{
    w->settings.cap_css = 0x41;
    w->settings.command_sets = 7;
    w->settings.ns[0].csi = 2;
    w->settings.ns[0].nsze = w->settings.ns[0].ncap = 8 * 128;
    w->settings.zoned.zsze = 128;
    w->settings.zoned.zcap = 100;
    w->settings.zoned.mor = 3;
    w->settings.zoned.mar = 5;
}

/* Each append that succeeded can be read where it says. */
static void appends_check(struct world *w, struct lwnvme_zoned *zoned, const struct sweep_io *io)
{
    uint8_t *back = world_memory(w, io->bytes);
    uint64_t lba = lwnvme_zone_appended_lba(&io->request);

    if (io->accepted == 0 || io->request.status != LWNVME_OK || w->lies)
        return;
    if (ok(w, lwnvme_sync_read(&w->queues[0], &zoned->ns, lba, io->blocks, back, 0)))
        WORLD_CHECK(w, memcmp(back, io->data, io->bytes) == 0);
}

static void zones(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};
    struct lwnvme_zoned *zoned = w->extra;
    struct lwnvme_zone_report report = {.zoned = zoned, .memory = world_memory(w, 4096), .memory_bytes = 512};
    struct sweep_io *ios[6];

    if (!world_open(w) || !world_queue(w, 0, &config) ||
        !ok(w, lwnvme_sync_zoned_open(w->controller, 1, zoned)))
        return;
    for (uint32_t index = 0; index < 6; index++) {
        struct lwnvme_buffer buffer;

        ios[index] = world_io(w, LWNVME_NVM_COMPARE, 0, 5 + index, 0);
        world_fill(ios[index]->data, 512, index, 5 + index, 90 + index);
        buffer = lwnvme_buffer_cpu(ios[index]->data, ios[index]->bytes);
        (void)world_accept(ios[index], lwnvme_zone_append(&w->queues[0], zoned, &ios[index]->request,
                                                          index % 2 * 128, 5 + index, &buffer));
    }
    world_wait(w);
    for (uint32_t index = 0; index < 6; index++)
        appends_check(w, zoned, ios[index]);
    do {
        if (!ok(w, lwnvme_sync_zone_report_next(&w->queues[0], &report)))
            break;
    } while (report.more);
    (void)ok(w, lwnvme_sync_zone_manage(&w->queues[0], zoned, LWNVME_ZSA_FINISH, 0, 0));
    (void)ok(w, lwnvme_sync_zone_manage(&w->queues[0], zoned, LWNVME_ZSA_RESET, 0, 0));
}

const struct sweep_scenario sweep_scenarios_io[] = {
    {"io-mixed", NULL, mixed, 0},
    {"io-split", prepare_split, split, 0},
    {"io-lists", NULL, lists, 0},
    {"io-sgl", prepare_sgl, sgl, 0},
    {"io-bounce", NULL, bounce, 0},
    {"metadata-apart", prepare_apart, metadata, SCENARIO_FORGETS},
    {"metadata-described", prepare_described, metadata_described, SCENARIO_FORGETS},
    {"metadata-interleaved", prepare_interleaved, metadata, SCENARIO_FORGETS},
    {"protection-controller", prepare_protected, protection_controller, SCENARIO_FORGETS},
    {"protection-library", prepare_protected, protection_library, SCENARIO_FORGETS},
    {"copy", prepare_commands, copy, 0},
    {"trims", prepare_trims, trims, 0},
    {"fused", prepare_commands, fused, 0},
    {"reservations", prepare_commands, reservations, 0},
    {"shadow-doorbells", prepare_shadows, shadow_doorbells, 0},
    {"queues-in-buffer", prepare_buffer, queues_in_buffer, 0},
    {"zones", prepare_zones, zones, SCENARIO_FORGETS},
    {NULL, NULL, NULL, 0},
};

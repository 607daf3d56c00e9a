/* SPDX-License-Identifier: MIT */
/* Zoned namespaces with metadata. With protection information: appends, whose reference tags the controller moves on, and
 * what else writes and reads there. */
#include "scenario.h"

#include <lwnvme/copy.h>

#define BLOCK  512u
#define ZONE   128u
#define CAP    100u
#define BLOCKS 8u

static struct lwnvme_zoned zoned;
static struct lwnvme_protection protection;
static uint8_t data[BLOCKS * (BLOCK + 64)] __attribute__((aligned(4096)));
static uint8_t copy[sizeof(data)] __attribute__((aligned(4096)));
static uint8_t metadata[BLOCKS * 64] __attribute__((aligned(4096)));
static uint8_t metadata_copy[sizeof(metadata)];

struct shape {
    uint8_t type;
    uint8_t pif; /* guard of 16, 32, 64 bits */
    uint16_t ms;
    bool first;
    bool interleaved;
};

/* Guards of 16 bits alone, which QEMU has without further words, come first. */
static struct shape shape_of(uint32_t number)
{
    static const uint8_t sizes[3] = {8, 16, 16};
    struct shape shape = {.type = (uint8_t)(number % 3 + 1),
                          .first = (number / 3 & 1) != 0,
                          .interleaved = (number / 6 & 1) != 0,
                          .pif = (uint8_t)(number / 24 % 3)};
    shape.ms = (uint16_t)(sizes[shape.pif] + ((number / 12 & 1) != 0 ? 8u : 0));
    return shape;
}
#define SHAPES_16 24u
#define SHAPES    72u

static void prepare(struct scenario *s, const struct shape *shape)
{
    scenario_prepare(s);
    s->settings.cap_css = 0x41;
    s->settings.command_sets = 7;
    s->settings.ctratt |= shape->pif != 0 ? 1u << 15 : 0;
    s->settings.ns[0].csi = 2;
    s->settings.ns[0].nsze = s->settings.ns[0].ncap = 8 * ZONE;
    s->settings.ns[0].formats[0].lbads = 9;
    s->settings.ns[0].formats[0].ms = shape->ms;
    s->settings.ns[0].flbas = shape->interleaved ? 0x10 : 0;
    s->settings.ns[0].dps = (uint8_t)(shape->type | (shape->first ? 8u : 0));
    s->settings.ns[0].elbaf[0] = (uint32_t)shape->pif << 7 | (shape->pif == 1 ? 16u : 0);
    s->settings.zoned.zsze = ZONE;
    s->settings.zoned.zcap = CAP;
    s->settings.zoned.mor = s->settings.zoned.mar = 7;
}

static void run(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 16);
    assert_int_equal(lwnvme_sync_zoned_protection_open(s->controller, 1, &zoned, &protection), LWNVME_OK);
}

static struct lwnvme_buffer buffer_of(uint32_t blocks, bool moves)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, (size_t)blocks * BLOCK);

    if (moves && zoned.ns.metadata_interleaved)
        buffer.length_bytes += (size_t)blocks * zoned.ns.metadata_bytes;
    else if (moves)
        buffer = lwnvme_buffer_with_metadata(buffer, (uintptr_t)metadata,
                                             (size_t)blocks * zoned.ns.metadata_bytes);
    return buffer;
}

/* Whether metadata are in the caller's buffer. */
static bool metadata_move(const struct lwnvme_protection *options)
{
    return options == NULL || (options->flags & LWNVME_PROTECTION_CONTROLLER) == 0 ||
           zoned.ns.metadata_bytes != protection.bytes;
}

static void fill(uint32_t seed)
{
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + i / 256 + seed);
    memset(metadata, (int)seed, sizeof(metadata));
}

/* Keeps what is about to be written, and wipes what is about to be read. */
static void keep(void)
{
    memcpy(copy, data, sizeof(copy));
    memcpy(metadata_copy, metadata, sizeof(metadata_copy));
}

static void wipe(void)
{
    memset(data, 0x77, sizeof(data));
    memset(metadata, 0x77, sizeof(metadata));
}

/* What was read is what was kept: all data, and of the metadata, where they move, all but `except` bytes at `at`. */
static void same_as_kept(uint32_t blocks, bool moves, uint32_t at, uint32_t except)
{
    const uint32_t bytes = moves ? zoned.ns.metadata_bytes : 0;
    const bool between = moves && zoned.ns.metadata_interleaved;

    for (uint32_t block = 0; block < blocks; block++) {
        const size_t place = (size_t)block * (BLOCK + (between ? bytes : 0));
        const uint8_t *is = between ? data + place + BLOCK : metadata + (size_t)block * bytes;
        const uint8_t *was = between ? copy + place + BLOCK : metadata_copy + (size_t)block * bytes;

        assert_memory_equal(data + place, copy + place, BLOCK);
        for (uint32_t i = 0; i < bytes; i++)
            if (i < at || i >= at + except)
                assert_int_equal(is[i], was[i]);
    }
}

enum verb {
    APPEND,
    WRITE,
    READ,
    COMPARE
};

/* One request of that kind, from its buffer to its end. */
static int transfer(struct scenario *s, enum verb verb, const struct lwnvme_protection *options, uint64_t lba,
                    uint32_t blocks, uint64_t *where)
{
    struct lwnvme_buffer buffer =
        buffer_of(blocks, metadata_move(options) || (verb == COMPARE && zoned.ns.metadata_bytes != 0));
    struct tracked *io = scenario_request(s);
    struct lwnvme_request *request = &io->request;
    int status;

    request->protection = options;
    if (verb == APPEND)
        status = lwnvme_zone_append(s->queue, &zoned, request, lba, blocks, &buffer);
    else if (verb == WRITE)
        status = lwnvme_write(s->queue, &zoned.ns, request, lba, blocks, &buffer);
    else if (verb == READ)
        status = lwnvme_read(s->queue, &zoned.ns, request, lba, blocks, &buffer);
    else
        status = lwnvme_compare(s->queue, &zoned.ns, request, lba, blocks, &buffer);
    if (scenario_accept(io, status) != LWNVME_OK)
        return status;
    scenario_wait_all(s, s->queue);
    if (request->status == LWNVME_OK)
        assert_int_equal(request->bytes_done, (uint64_t)blocks * BLOCK);
    if (where != NULL)
        *where = lwnvme_zone_appended_lba(request);
    return request->status;
}

/* By default the controller makes and checks all: what is appended anywhere in a zone has its LBA as its tag. */
static void appends_and_reads(struct scenario *s, const struct shape *shape)
{
    const struct lwnvme_protection options = protection;
    const bool moves = metadata_move(&options);
    uint64_t place = 0;
    uint64_t wanted = ZONE;

    for (uint32_t blocks = 1; blocks < 8; blocks += 3) {
        fill(blocks);
        keep();
        assert_int_equal(transfer(s, APPEND, &options, ZONE, blocks, &place), LWNVME_OK);
        assert_int_equal(place, wanted);
        wanted += blocks;
        wipe();
        assert_int_equal(transfer(s, READ, &options, place, blocks, NULL), LWNVME_OK);
        same_as_kept(blocks, moves, protection.offset, protection.bytes);
    }
    assert_int_equal(transfer(s, WRITE, &options, wanted, 2, NULL), LWNVME_OK);
    assert_int_equal(transfer(s, READ, &options, ZONE, 8, NULL), LWNVME_OK);
    if (shape->type == 2) { /* a tag of the caller's own stays what it is */
        struct lwnvme_protection own = protection;

        own.flags |= LWNVME_PROTECTION_REFERENCE;
        own.reference_tag = 7;
        assert_int_equal(transfer(s, APPEND, &own, ZONE, 2, &place), LWNVME_OK);
        assert_int_equal(transfer(s, READ, &own, place, 2, NULL), LWNVME_OK);
        assert_int_equal(transfer(s, READ, &options, place, 2, NULL) & 0x7ff,
                         LWNVME_SC_REFERENCE_TAG_CHECK_ERROR);
    }
}

static void the_controller_protects_appends(void **state)
{
    struct scenario s;

    (void)state;
    for (uint32_t number = 0; number < SHAPES_16; number++) {
        struct shape shape = shape_of(number);

        prepare(&s, &shape);
        run(&s);
        assert_int_equal(protection.type, shape.type);
        assert_int_equal(protection.guard_bits, 16);
        appends_and_reads(&s, &shape);
        scenario_end(&s);
    }
}

static void the_controller_protects_appends_with_longer_guards(void **state)
{
    struct scenario s;

    (void)state;
    for (uint32_t number = SHAPES_16; number < SHAPES; number++) {
        struct shape shape = shape_of(number);

        prepare(&s, &shape);
        run(&s);
        assert_int_equal(protection.guard_bits, 16u << shape.pif);
        appends_and_reads(&s, &shape);
        scenario_end(&s);
    }
}

/* The tag that the medium has of a block, where it has at most 32 bits. */
static uint32_t tag_on_medium(struct scenario *s, uint64_t lba)
{
    static uint8_t unit[BLOCK + 64];
    const uint8_t *at = unit + BLOCK + protection.offset + protection.bytes - 4u;

    assert_true(lwnvme_sim_read_unit(s->sim, 1, lba, unit));
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Made by the library with tags that count from the zone's LBA, checked like that by the controller, and moved on. */
static void the_library_protects_appends(void **state)
{
    struct scenario s;

    (void)state;
    for (uint32_t number = 0; number < SHAPES; number++) {
        struct shape shape = shape_of(number);
        struct lwnvme_protection options;
        uint64_t place = 0;
        uint32_t bad = 99;

        prepare(&s, &shape);
        run(&s);
        options = protection;
        options.flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
        for (uint32_t blocks = 3; blocks < 9; blocks += 5) {
            struct lwnvme_buffer buffer = buffer_of(blocks, true);

            fill(number + blocks);
            assert_int_equal(transfer(&s, APPEND, &options, ZONE, blocks, &place), LWNVME_OK);
            assert_int_equal(place, blocks == 3 ? ZONE : ZONE + 3);
            assert_int_equal(lwnvme_protection_check(&zoned.ns, &options, ZONE, blocks, &buffer, NULL), 0);
            if (protection.storage_bits == 0)
                assert_int_equal(tag_on_medium(&s, place + 2), shape.type == 3 ? ZONE : place + 2);
            keep();
            wipe();
            assert_int_equal(transfer(&s, READ, &options, place, blocks, NULL), 0);
            assert_int_equal(lwnvme_protection_check(&zoned.ns, &options, place, blocks, &buffer, &bad), 0);
            same_as_kept(blocks, true, protection.offset, protection.bytes);
        }
        /* What the controller finds wrong on its way: nothing is written, and the zone stands where it stood. */
        options.flags &= ~LWNVME_PROTECTION_LIBRARY;
        fill(0);
        assert_int_equal(transfer(&s, APPEND, &options, ZONE, 2, NULL) & 0x7ff, LWNVME_SC_GUARD_CHECK_ERROR);
        options.flags |= LWNVME_PROTECTION_LIBRARY;
        assert_int_equal(transfer(&s, APPEND, &options, ZONE, 2, &place), LWNVME_OK);
        assert_int_equal(place, ZONE + 11);
        scenario_end(&s);
    }
}

/* Compares, verifies, zeroes and copies know of both. */
static void everything_else_in_protected_zones(void **state)
{
    struct shape shape = {.type = 1, .ms = 8};
    struct lwnvme_protection options;
    struct scenario s;

    (void)state;
    for (uint32_t number = 0; number < 2; number++) {
        shape.interleaved = number == 1;
        prepare(&s, &shape);
        s.settings.oncs |= LWNVME_ONCS_COMPARE | LWNVME_ONCS_VERIFY | LWNVME_ONCS_WRITE_ZEROES;
        run(&s);
        options = protection;
        options.flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
        fill(5);
        assert_int_equal(transfer(&s, WRITE, &options, 0, 8, NULL), LWNVME_OK);
        assert_int_equal(transfer(&s, COMPARE, &options, 0, 8, NULL), LWNVME_OK);
        data[3] ^= 1;
        assert_int_equal(transfer(&s, COMPARE, &options, 0, 8, NULL) & 0x7ff, LWNVME_SC_COMPARE_FAILURE);
        assert_int_equal(transfer(&s, READ, &options, ZONE - 1, 2, NULL), LWNVME_ERR_ZONE_BOUNDARY);
        assert_int_equal(transfer(&s, WRITE, &options, ZONE - 1, 2, NULL), LWNVME_ERR_ZONE_BOUNDARY);
        {
            struct tracked *io = scenario_request(&s);

            assert_int_equal(scenario_accept(io, lwnvme_write_zeroes(s.queue, &zoned.ns, &io->request, 8, 4)),
                             LWNVME_OK);
            scenario_wait_all(&s, s.queue);
            assert_int_equal(io->request.status, LWNVME_OK);
            assert_int_equal(scenario_accept(io, lwnvme_verify(s.queue, &zoned.ns, &io->request, 0, 12)),
                             LWNVME_OK);
            scenario_wait_all(&s, s.queue);
            assert_int_equal(io->request.status, LWNVME_OK);
        }
        {
            static uint8_t report[128] __attribute__((aligned(4096)));
            struct lwnvme_zone_report look = {
                .zoned = &zoned, .first_lba = 0, .memory = report, .memory_bytes = sizeof(report)};
            struct lwnvme_zone zone;

            assert_int_equal(lwnvme_sync_zone_report_next(s.queue, &look), LWNVME_OK);
            assert_int_equal(lwnvme_zone_report_get(&look, 0, &zone), LWNVME_OK);
            assert_int_equal(zone.write_pointer, 12);
            assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_RESET, 0, 0), LWNVME_OK);
            assert_int_equal(lwnvme_sync_flush(s.queue, &zoned.ns), LWNVME_OK);
            assert_int_equal(transfer(&s, READ, &options, 0, 8, NULL), LWNVME_OK); /* never written */
        }
        scenario_end(&s);
    }
}

static void copies_get_the_tags_of_their_place(void **state)
{
    static uint8_t ranges[64] __attribute__((aligned(4096)));
    struct lwnvme_copy_request copies = {.memory = ranges, .memory_bytes = sizeof(ranges)};
    struct shape shape = {.type = 1, .ms = 8};
    struct lwnvme_protection options;
    struct scenario s;

    (void)state;
    prepare(&s, &shape);
    s.settings.oncs |= LWNVME_ONCS_COPY;
    s.settings.cdfs = 1;
    s.settings.ns[0].msrc = 1;
    s.settings.ns[0].mssrl = 8;
    s.settings.ns[0].mcl = 8;
    run(&s);
    options = protection;
    fill(9);
    keep();
    assert_int_equal(transfer(&s, APPEND, &options, 0, 5, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_copy_add(&zoned.ns, &copies, &zoned.ns, 1, 4), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, &zoned.ns, 2 * ZONE, &copies, 0), LWNVME_OK);
    wipe();
    assert_int_equal(transfer(&s, READ, &options, 2 * ZONE, 4, NULL), LWNVME_OK);
    assert_memory_equal(data, copy + BLOCK, 4 * BLOCK);
    assert_int_equal(tag_on_medium(&s, 2 * ZONE + 3), 2 * ZONE + 3);
    scenario_end(&s);
}

static void limits_and_refusals(void **state)
{
    struct shape shape = {.type = 1, .ms = 8, .interleaved = true};
    struct lwnvme_buffer buffer;
    struct tracked *io;
    struct scenario s;

    (void)state;
    prepare(&s, &shape);
    s.settings.zoned.zasl = 1; /* 8 KiB: 16 blocks, or 15 with their metadata */
    run(&s);
    assert_int_equal(zoned.append_blocks, 15);
    assert_int_equal(lwnvme_sync_zoned_protection_open(s.controller, 1, &zoned, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_protection_open(s.controller, 1, NULL, &protection),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_protection_open(NULL, 1, &zoned, &protection),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_open(s.controller, 1, &zoned), LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_zoned_protection_open(s.controller, 1, &zoned, &protection), LWNVME_OK);
    io = scenario_request(&s);
    buffer = buffer_of(1, true);
    assert_int_equal(lwnvme_zone_append(s.queue, &zoned, &io->request, ZONE, 16, &buffer),
                     LWNVME_ERR_APPEND_SIZE);
    buffer.flags |= LWNVME_BUFFER_METADATA; /* the wrong shape */
    assert_int_equal(lwnvme_zone_append(s.queue, &zoned, &io->request, ZONE, 1, &buffer),
                     LWNVME_ERR_PROTECTION_BUFFER);
    scenario_end(&s);

    shape.interleaved = false;
    prepare(&s, &shape);
    s.settings.ns[0].dps = 0;
    s.settings.ns[0].formats[0].ms = 0; /* none of it: as ever */
    run(&s);
    assert_int_equal(protection.type, 0);
    assert_int_equal(lwnvme_sync_zone_append(s.queue, &zoned, ZONE, 2, data, NULL), LWNVME_OK);
    scenario_end(&s);
}

/* Metadata that protect nothing are the caller's, on their way in and out. */
static void metadata_without_protection(void **state)
{
    struct shape shape = {.ms = 16};
    struct scenario s;

    (void)state;
    for (uint32_t number = 0; number < 2; number++) {
        struct lwnvme_buffer buffer;
        static uint8_t unit[BLOCK + 64];
        uint64_t place = 0;

        shape.interleaved = number == 1;
        prepare(&s, &shape);
        s.settings.zoned.zasl = 1; /* 8 KiB: 16 blocks, or 15 with their metadata */
        s.settings.oncs |= LWNVME_ONCS_COMPARE | LWNVME_ONCS_WRITE_ZEROES;
        run(&s);
        assert_int_equal(protection.type, 0);
        assert_int_equal(zoned.append_blocks, shape.interleaved ? 15 : 16);
        for (uint32_t round = 0; round < 3; round++) {
            fill(round);
            keep();
            assert_int_equal(transfer(&s, round == 1 ? WRITE : APPEND, NULL, ZONE + (round == 1 ? 8 : 0), 8,
                                      round == 1 ? NULL : &place),
                             LWNVME_OK);
            place = round == 1 ? ZONE + 8 : place;
            assert_int_equal(place, ZONE + round * 8);
            assert_true(lwnvme_sim_read_unit(s.sim, 1, place + 7, unit));
            assert_memory_equal(
                unit + BLOCK, shape.interleaved ? copy + 8 * (BLOCK + 16) - 16 : metadata_copy + 7 * 16, 16);
            wipe();
            assert_int_equal(transfer(&s, READ, NULL, place, 8, NULL), LWNVME_OK);
            same_as_kept(8, true, 0, 0);
        }
        assert_int_equal(transfer(&s, COMPARE, NULL, ZONE + 16, 8, NULL), LWNVME_OK);
        (shape.interleaved ? data + BLOCK : metadata)[5] ^= 1;
        assert_int_equal(transfer(&s, COMPARE, NULL, ZONE + 16, 8, NULL) & 0x7ff, LWNVME_SC_COMPARE_FAILURE);
        assert_int_equal(transfer(&s, READ, NULL, ZONE - 1, 2, NULL), LWNVME_ERR_ZONE_BOUNDARY);
        /* Buffers of the other shape. */
        buffer = lwnvme_buffer_cpu(data, 2 * BLOCK);
        assert_int_equal(
            lwnvme_zone_append(s.queue, &zoned, &scenario_request(&s)->request, ZONE, 2, &buffer),
            shape.interleaved ? LWNVME_ERR_BUFFER_LENGTH : LWNVME_ERR_METADATA_BUFFER);
        buffer = lwnvme_buffer_with_metadata(buffer, (uintptr_t)metadata, 31);
        assert_int_equal(
            lwnvme_zone_append(s.queue, &zoned, &scenario_request(&s)->request, ZONE, 2, &buffer),
            shape.interleaved ? LWNVME_ERR_METADATA_BUFFER : LWNVME_ERR_BUFFER_LENGTH);
        scenario_end(&s);
    }
}

/* Metadata in a buffer of their own that the host has in two pieces: no one command can have them. */
static void metadata_of_one_command_lie_together(void **state)
{
    struct shape shape = {.type = 1, .ms = 8};
    struct lwnvme_protection options;
    struct lwnvme_buffer buffer;
    struct tracked *io;
    struct scenario s;
    uint8_t *pages;

    (void)state;
    prepare(&s, &shape);
    s.settings.scattered = true;
    run(&s);
    pages = scenario_memory(8192, 4096);
    options = protection;
    options.flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
    buffer = lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, (size_t)BLOCKS * BLOCK),
                                         (uintptr_t)(pages + 4096 - 16), sizeof(metadata));
    io = scenario_request(&s);
    io->request.protection = &options;
    assert_int_equal(scenario_accept(io, lwnvme_zone_append(s.queue, &zoned, &io->request, ZONE, 3, &buffer)),
                     LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(scenario_accept(io, lwnvme_zone_append(s.queue, &zoned, &io->request, ZONE, 2, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    scenario_end(&s);
    free(pages);
}

/* Appends, writes, and reads what was written, with metadata at `at` in the first of two pages. */
static void in_pieces(struct scenario *s, const struct lwnvme_protection *options, uint8_t *pages,
                      uint32_t at, int wanted)
{
    const uint32_t blocks = 5;
    const struct lwnvme_buffer buffer =
        lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, (size_t)blocks * BLOCK), (uintptr_t)(pages + at),
                                    (size_t)blocks * zoned.ns.metadata_bytes);
    struct tracked *ios[3] = {scenario_request(s), scenario_request(s), scenario_request(s)};

    fill(at);
    scenario_fill(metadata, sizeof(metadata), at);
    memcpy(pages + at, metadata, buffer.metadata_bytes);
    keep();
    for (uint32_t verb = APPEND; verb <= READ; verb++) {
        struct lwnvme_request *request = &ios[verb]->request;
        int status = wanted;

        request->protection = options;
        if (verb == READ)
            memset(pages, 0x77, 8192);
        if (verb == APPEND)
            status = lwnvme_zone_append(s->queue, &zoned, request, ZONE, blocks, &buffer);
        else if (verb == WRITE)
            status = lwnvme_write(s->queue, &zoned.ns, request, ZONE + blocks, blocks, &buffer);
        else if (wanted == LWNVME_OK)
            status = lwnvme_read(s->queue, &zoned.ns, request, ZONE + blocks, blocks, &buffer);
        assert_int_equal(scenario_accept(ios[verb], status), wanted);
        if (wanted != LWNVME_OK)
            continue;
        scenario_wait_all(s, s->queue);
        assert_int_equal(request->status, LWNVME_OK);
        assert_int_equal(request->bytes_done, blocks * BLOCK);
    }
    if (wanted != LWNVME_OK)
        return;
    memcpy(metadata, pages + at, buffer.metadata_bytes);
    same_as_kept(blocks, true, protection.offset, protection.bytes);
    assert_int_equal(pages[at - 1], 0x77);
    assert_int_equal(pages[at + buffer.metadata_bytes], 0x77);
}

/* By an SGL of their own they may lie in several pieces and begin anywhere, as everywhere else; more pieces than the
 * controller likes are refused, since a zone's command is not cut. */
static void metadata_of_one_command_in_several_pieces(void **state)
{
    static const struct {
        uint32_t sgls;
        uint8_t policy;
        uint32_t at;
        int status;
    } rows[] = {{1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 4096 - 16, LWNVME_OK},
                {2u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 4096 - 12, LWNVME_OK},
                {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 4096 - 13, LWNVME_OK},
                {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 100, LWNVME_OK},
                {1u | 1u << 19, LWNVME_SGL_ALWAYS, 100, LWNVME_OK},
                {1u | 1u << 17, LWNVME_SGL_WHERE_IT_PAYS, 101, LWNVME_OK},
                {1u | 1u << 8 | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 4096 - 16, LWNVME_ERR_BUFFER_LAYOUT},
                {1u, LWNVME_SGL_WHERE_IT_PAYS, 4096 - 16, LWNVME_ERR_BUFFER_LAYOUT}};
    const struct shape shapes[2] = {{.type = 1, .ms = 16}, {.ms = 16}};
    uint8_t *pages = scenario_memory(8192, 4096);

    (void)state;
    for (uint32_t number = 0; number < 4 * sizeof(rows) / sizeof(rows[0]); number++) {
        const struct shape *shape = &shapes[number % 2];
        const struct lwnvme_queue_config config = {
            .entries = 8, .mapper = &lwnvme_mapper_full, .sgl = rows[number / 4].policy};
        struct scenario s;

        if (!scenario_on_software && rows[number / 4].sgls != (1u | 1u << 19))
            continue; /* QEMU has these */
        prepare(&s, shape);
        s.settings.scattered = true;
        s.settings.shadow_dma = number / 2 % 2 != 0;
        s.settings.sgls = rows[number / 4].sgls;
        scenario_start(&s);
        s.queue = calloc(1, sizeof(*s.queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
        assert_int_equal(lwnvme_sync_zoned_protection_open(s.controller, 1, &zoned, &protection), LWNVME_OK);
        in_pieces(&s, shape->type != 0 ? &protection : NULL, pages, rows[number / 4].at,
                  rows[number / 4].status);
        assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
        scenario_end(&s);
    }
    free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_controller_protects_appends),
        cmocka_unit_test(the_controller_protects_appends_with_longer_guards),
        cmocka_unit_test(the_library_protects_appends),
        cmocka_unit_test(everything_else_in_protected_zones),
        cmocka_unit_test(copies_get_the_tags_of_their_place),
        cmocka_unit_test(limits_and_refusals),
        cmocka_unit_test(metadata_without_protection),
        cmocka_unit_test(metadata_of_one_command_lie_together),
        cmocka_unit_test(metadata_of_one_command_in_several_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

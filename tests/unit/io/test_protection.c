/* SPDX-License-Identifier: MIT */
/*
 * Protection information against the software controller, which has a second implementation of guards and tags: every
 * format, every type, every place; what each check notices; what is refused.
 */
#include "../support.h"

#define BLOCK_SHIFT 12u
#define BLOCK       4096u
#define UNIT_MAX    (BLOCK + 128u)
#define LBA         5u

struct shape {
    uint32_t type;
    uint32_t pif;
    uint32_t sts;
    uint16_t ms;
    bool first;
    bool interleaved;
};

static struct bench bench;
static uint64_t unmasked;          /* bits of storage tags that are not compared */
static const struct shape *second; /* of namespace 2, which is plain if there is none */
static uint64_t second_mask;
static struct lwnvme_protection protection;
static struct lwnvme_queue queue;
static struct lwnvme_queue_config queue_config = {.entries = 16};
static struct lwnvme_namespace ns;
static uint8_t data[8 * UNIT_MAX] __attribute__((aligned(4096)));
static uint8_t metadata[8 * 128] __attribute__((aligned(4096)));

static void power(const struct shape *shape)
{
    bench_prepare(&bench);
    bench.settings.ctratt |= 1u << 15;
    bench.settings.ns[0].flbas = shape->interleaved ? 0x10 : 0;
    bench.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){BLOCK_SHIFT, 0, shape->ms};
    bench.settings.ns[0].dpc = 0x1f;
    bench.settings.ns[0].mc = 3;
    bench.settings.ns[0].dps = (uint8_t)(shape->type | (shape->first ? 8u : 0));
    bench.settings.ns[0].elbaf[0] = shape->sts | shape->pif << 7;
    bench.settings.ns[0].lbstm =
        (shape->sts >= 64 ? UINT64_MAX : (UINT64_C(1) << shape->sts) - 1) & ~unmasked;
    bench.settings.ns[0].nsze = bench.settings.ns[0].ncap = bench.settings.ns[0].nuse = 1024;
    bench.settings.oncs |= LWNVME_ONCS_COPY;
    bench.settings.cdfs = 0x1f;
    bench.settings.ns[0].msrc = 7;
    bench.settings.ns[0].mssrl = 64;
    bench.settings.ns[0].mcl = 64;
    bench.settings.ns[1] = bench.settings.ns[0]; /* the same blocks, plain */
    bench.settings.ns[1].dps = 0;
    bench.settings.ns[1].elbaf[0] = 0;
    bench.settings.ns[1].formats[0].ms = 0;
    bench.settings.namespace_count = 2;
    if (second != NULL) {
        bench.settings.ns[1] = bench.settings.ns[0];
        bench.settings.ns[1].elbaf[0] = second->sts | second->pif << 7;
        bench.settings.ns[1].lbstm = second_mask;
    }
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&queue, 0, sizeof(queue));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, &queue_config), 0);
}

static void start(const struct shape *shape)
{
    power(shape);
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
}

static void stop(void)
{
    assert_int_equal(lwnvme_sync_queue_delete(&queue), 0);
    bench_end(&bench);
}

static int finish(struct lwnvme_request *request, int status)
{
    return status != 0 ? status : lwnvme_sync_wait(&queue, request);
}

static int write_blocks(struct lwnvme_request *request, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    return finish(request, lwnvme_write(&queue, &ns, request, lba, blocks, &buffer));
}

static int read_blocks(struct lwnvme_request *request, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    return finish(request, lwnvme_read(&queue, &ns, request, lba, blocks, &buffer));
}

static int verify(const struct lwnvme_protection *options, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_request request = {.protection = options};
    return finish(&request, lwnvme_verify(&queue, &ns, &request, lba, blocks));
}

static void fill(uint8_t *to, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245u + 12345u;
        to[i] = (uint8_t)(seed >> 16);
    }
}

/* The buffer in the form of the namespace. */
static struct lwnvme_buffer whole_buffer(uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, (size_t)blocks * BLOCK);
    if (ns.metadata_interleaved) {
        buffer.length_bytes += (size_t)blocks * ns.metadata_bytes;
    } else {
        buffer.flags = LWNVME_BUFFER_METADATA;
        buffer.metadata_address = (uintptr_t)metadata;
        buffer.metadata_bytes = (size_t)blocks * ns.metadata_bytes;
    }
    return buffer;
}

/* Between the buffer and one block with its metadata, which is what the medium holds. */
static void unit_of(uint32_t block, uint8_t *unit, bool to_unit)
{
    uint8_t *there = data + (size_t)block * (BLOCK + (ns.metadata_interleaved ? ns.metadata_bytes : 0));
    uint8_t *behind = ns.metadata_interleaved ? there + BLOCK : metadata + (size_t)block * ns.metadata_bytes;
    memcpy(to_unit ? unit : there, to_unit ? there : unit, BLOCK);
    memcpy(to_unit ? unit + BLOCK : behind, to_unit ? behind : unit + BLOCK, ns.metadata_bytes);
}

static const struct {
    uint32_t pif;
    uint32_t sts;
} formats[] = {{0, 0},  {0, 1},  {0, 13}, {0, 32}, {1, 16}, {1, 17}, {1, 40},
               {1, 63}, {1, 64}, {2, 0},  {2, 7},  {2, 18}, {2, 48}};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static struct shape shape_number(uint32_t number)
{
    struct shape shape = {.type = number % 3 + 1,
                          .pif = formats[number / 3 % FORMATS].pif,
                          .sts = formats[number / 3 % FORMATS].sts,
                          .first = (number / 39 & 1) != 0,
                          .interleaved = (number / 39 & 2) != 0};
    static const uint16_t more[3] = {0, 4, 48};
    shape.ms = (uint16_t)((shape.pif == 0 ? 8 : 16) + more[number / 156 % 3]);
    return shape;
}
#define SHAPES 468u

static struct lwnvme_protection options_of(const struct shape *shape, uint32_t seed)
{
    struct lwnvme_protection options = protection;
    uint64_t wide = (uint64_t)seed * 0x9e3779b97f4a7c15u;
    options.flags = LWNVME_PROTECTION_CHECK_GUARD | LWNVME_PROTECTION_CHECK_APPLICATION;
    options.application_tag = (uint16_t)(seed | 1u) & 0x7fff;
    options.application_mask = 0xffff;
    options.storage_tag =
        protection.storage_bits == 64 ? wide : wide & ((UINT64_C(1) << protection.storage_bits) - 1);
    if (shape->sts != 0) {
        options.flags |= LWNVME_PROTECTION_CHECK_STORAGE;
    }
    if (shape->type != 3) {
        options.flags |= LWNVME_PROTECTION_CHECK_REFERENCE;
    }
    if (shape->type != 1) { /* near the end of what it can hold: it rolls over */
        options.flags |= LWNVME_PROTECTION_REFERENCE;
        options.reference_tag =
            protection.reference_bits == 0 ? 0 : (UINT64_MAX >> (64 - protection.reference_bits)) - 1;
    }
    return options;
}

/* What the library makes the controller finds right, and the other way round. */
static void both_sides_agree_on_every_format(void **state)
{
    static uint8_t unit[UNIT_MAX];
    (void)state;
    for (uint32_t number = 0; number < SHAPES; number++) {
        struct shape shape = shape_number(number);
        start(&shape);
        assert_int_equal(protection.type, shape.type);
        assert_int_equal(protection.guard_bits, shape.pif == 0 ? 16 : shape.pif == 1 ? 32 : 64);
        assert_int_equal(protection.storage_bits, shape.sts);
        assert_int_equal(protection.offset, shape.first ? 0 : shape.ms - protection.bytes);
        struct lwnvme_protection options = options_of(&shape, number + 1);
        struct lwnvme_buffer buffer = whole_buffer(4);
        uint32_t bad = 9;
        fill(data, sizeof(data), number);
        fill(metadata, sizeof(metadata), number + 7);
        assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 4, &buffer), 0);
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 4, &buffer, &bad), 0);
        for (uint32_t i = 0; i < 4; i++) {
            unit_of(i, unit, true);
            assert_true(lwnvme_sim_write_unit(bench.sim, 1, LBA + i, unit));
        }
        assert_int_equal(verify(&options, LBA, 4), 0);
        /* And what the controller makes of zeroes. */
        struct lwnvme_request request = {.protection = &options};
        assert_int_equal(finish(&request, lwnvme_write_zeroes(&queue, &ns, &request, LBA, 4)), 0);
        for (uint32_t i = 0; i < 4; i++) {
            assert_true(lwnvme_sim_read_unit(bench.sim, 1, LBA + i, unit));
            unit_of(i, unit, false);
        }
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 4, &buffer, &bad), 0);
        assert_int_equal(bad, 9);
        stop();
    }
}

/* A changed byte anywhere is found by the check that it belongs to, in both implementations alike. */
static void each_check_finds_what_is_its_own(void **state)
{
    static uint8_t unit[UNIT_MAX];
    (void)state;
    for (uint32_t number = 0; number < SHAPES; number += 7) {
        struct shape shape = shape_number(number);
        start(&shape);
        struct lwnvme_protection options = options_of(&shape, number + 1);
        struct lwnvme_buffer buffer = whole_buffer(2);
        size_t tuple = BLOCK + protection.offset;
        size_t guard = tuple + protection.guard_bits / 8;
        fill(data, sizeof(data), number);
        assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 2, &buffer), 0);
        unit_of(0, unit, true);
        assert_true(lwnvme_sim_write_unit(bench.sim, 1, LBA, unit));
        for (size_t at = 0; at < (size_t)BLOCK + shape.ms; at += at < BLOCK - 1 ? 585 : 1) {
            uint32_t bad = 9;
            unit_of(1, unit, true);
            unit[at] ^= 0x40;
            unit_of(1, unit, false);
            assert_true(lwnvme_sim_write_unit(bench.sim, 1, LBA + 1, unit));
            int mine = lwnvme_protection_check(&ns, &options, LBA, 2, &buffer, &bad);
            int its = lwnvme_status_code(verify(&options, LBA, 2));
            unit[at] ^= 0x40;
            unit_of(1, unit, false);
            bool covered = at < tuple || at < guard;
            if (covered && (at < guard)) {
                assert_int_equal(mine, LWNVME_ERR_PROTECTION_GUARD);
                assert_int_equal(its, 0x282);
            } else if (at < guard + 2) {
                assert_int_equal(mine, LWNVME_ERR_PROTECTION_APPLICATION_TAG);
                assert_int_equal(its, 0x283);
            } else if (at >= tuple + protection.bytes) {
                assert_int_equal(mine, 0);
                assert_int_equal(its, 0);
            } else {
                /* Which tag depends on where the storage tag ends. */
                size_t bit = (tuple + protection.bytes - 1 - at) * 8 + 6;
                bool storage = bit >= protection.reference_bits;
                int expected =
                    storage ? LWNVME_ERR_PROTECTION_STORAGE_TAG : LWNVME_ERR_PROTECTION_REFERENCE_TAG;
                expected = !storage && shape.type == 3 ? 0 : expected;
                assert_int_equal(mine, expected);
                assert_int_equal(its, expected == 0 ? 0 : storage ? 0x288 : 0x284);
            }
            assert_int_equal(bad, mine == 0 ? 9 : 1);
        }
        stop();
    }
}

/* An opened namespace is written and read without a thought of protection. */
static void by_default_the_controller_does_it_all(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 156; number++) {
        struct shape shape = shape_number(number);
        struct lwnvme_request request = {0};
        static uint8_t copy[4 * BLOCK];
        start(&shape);
        fill(data, sizeof(data), number);
        memcpy(copy, data, sizeof(copy));
        assert_int_equal(read_blocks(&request, LBA, 4), 0); /* never written: nothing to check */
        memcpy(data, copy, sizeof(copy));
        assert_int_equal(write_blocks(&request, LBA, 4), 0);
        memset(data, 0, sizeof(data));
        assert_int_equal(read_blocks(&request, LBA, 4), 0);
        assert_memory_equal(data, copy, sizeof(copy));
        assert_int_equal(request.bytes_done, 4 * BLOCK);
        assert_int_equal(verify(NULL, LBA, 4), 0);
        assert_true(lwnvme_sim_corrupt_unit(bench.sim, 1, LBA + 2, 17, 1));
        assert_int_equal(lwnvme_status_code(read_blocks(&request, LBA, 4)), LWNVME_SC_GUARD_CHECK_ERROR);
        assert_int_equal(request.bytes_done, 0); /* of the one command */
        assert_int_equal(lwnvme_status_class(request.status), LWNVME_CLASS_INTEGRITY);
        stop();
    }
}

/* Pieces begin with the reference tag of their first block. */
static void tags_go_on_over_a_split(void **state)
{
    struct shape shape = {.type = 1, .pif = 2, .sts = 5, .ms = 16};
    struct lwnvme_request request = {0};
    (void)state;
    for (shape.type = 1; shape.type < 4; shape.type++) {
        power(&shape);
        lwnvme_sim_settings(bench.sim)->ns[0].noiob = 3;
        bench.settings.ns[0].noiob = 3;
        assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
        ns.boundary_blocks = 3;
        struct lwnvme_protection options = options_of(&shape, 77);
        options.flags |= LWNVME_PROTECTION_CONTROLLER;
        request.protection = &options;
        fill(data, sizeof(data), 3);
        assert_int_equal(write_blocks(&request, LBA, 8), 0);
        memset(data, 0, sizeof(data));
        assert_int_equal(read_blocks(&request, LBA, 8), 0);
        assert_true(lwnvme_sim_corrupt_unit(bench.sim, 1, LBA + 5, 100, 4));
        assert_int_equal(lwnvme_status_code(read_blocks(&request, LBA, 8)), LWNVME_SC_GUARD_CHECK_ERROR);
        assert_int_equal(request.bytes_done, 4 * BLOCK); /* the piece of blocks 9 to 11 */
        stop();
    }
}

/* Metadata go along, in the buffer of the namespace's form: made and checked by the library, or the caller's own. */
static void the_library_does_it_on_the_way(void **state)
{
    static uint8_t before[sizeof(data)];
    static uint8_t before_metadata[sizeof(metadata)];
    (void)state;
    for (uint32_t number = 0; number < SHAPES; number += 5) {
        struct shape shape = shape_number(number);
        struct lwnvme_request request = {0};
        uint32_t blocks = number % 2 == 0 ? 8 : 3;
        start(&shape);
        if (number % 3 == 0) {
            ns.boundary_blocks = 3;
            ns.straight_blocks = 0;
        }
        struct lwnvme_protection options = options_of(&shape, number + 1);
        struct lwnvme_buffer buffer = whole_buffer(blocks);
        options.flags |= LWNVME_PROTECTION_LIBRARY;
        request.protection = &options;
        fill(data, sizeof(data), number);
        fill(metadata, sizeof(metadata), number + 1);
        assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, blocks, &buffer)), 0);
        memcpy(before, data, sizeof(data));
        memcpy(before_metadata, metadata, sizeof(metadata));
        memset(data, 0, buffer.length_bytes);
        memset(metadata, 0, buffer.metadata_bytes);
        assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, blocks, &buffer)), 0);
        assert_memory_equal(data, before, sizeof(data));
        assert_memory_equal(metadata, before_metadata, sizeof(metadata));
        assert_int_equal(request.bytes_done, (uint64_t)blocks * BLOCK);
        assert_int_equal(finish(&request, lwnvme_compare(&queue, &ns, &request, LBA, blocks, &buffer)), 0);
        /* The caller's own, checked by the controller alone. */
        options.flags &= ~LWNVME_PROTECTION_LIBRARY;
        assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, blocks, &buffer)), 0);
        data[7] ^= 1;
        assert_int_equal(
            lwnvme_status_code(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, blocks, &buffer))),
            LWNVME_SC_GUARD_CHECK_ERROR);
        stop();
    }
}

/* What the controller does not see, because it happens behind it, the library does: and says in which block. */
static void what_breaks_on_the_way_is_found_after_it(void **state)
{
    struct shape shape = {.type = 1, .pif = 0, .sts = 0, .ms = 8};
    (void)state;
    for (uint32_t form = 0; form < 2; form++) {
        struct lwnvme_request request = {0};
        shape.interleaved = form != 0;
        start(&shape);
        struct lwnvme_protection options = options_of(&shape, 3);
        options.flags |= LWNVME_PROTECTION_LIBRARY;
        request.protection = &options;
        struct lwnvme_buffer buffer = whole_buffer(6);
        fill(data, sizeof(data), 1);
        assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, 6, &buffer)), 0);
        memset(data, 0xee, sizeof(data));
        /* The controller says that all is well and has delivered two and a half blocks. */
        struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_SHORT_DATA,
                                         .queue = LWNVME_SIM_IO_QUEUES,
                                         .opcode = LWNVME_NVM_READ,
                                         .value = 2 * (BLOCK + (shape.interleaved ? 8u : 0u)) + 2048,
                                         .count = 1};
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, 6, &buffer)),
                         LWNVME_ERR_PROTECTION_GUARD);
        assert_int_equal(request.bytes_done, 2 * BLOCK);
        stop();
    }
}

/* Pieces of a buffer that end anywhere, in the middle of protection information, too. */
static void segments_end_anywhere(bool first)
{
    struct shape shape = {.type = 2, .pif = 2, .sts = 9, .ms = 48, .first = first, .interleaved = true};
    const size_t tag = 2 * (BLOCK + 48u) - (first ? 32u : 0u) - 3;
    static struct lwnvme_segment segments[64];
    uint32_t bad = 9;
    start(&shape);
    struct lwnvme_protection options = options_of(&shape, 3);
    for (uint32_t step = 4; step < 4000; step += step < 100 ? 4 : 332) {
        size_t at = BLOCK + 20;
        uint32_t count = 1;
        segments[0] = (struct lwnvme_segment){(uintptr_t)data, at};
        while (at < 2 * (BLOCK + 48u) && count < 63) {
            size_t length = count == 62 ? 2 * (BLOCK + 48u) - at : step;
            segments[count++] = (struct lwnvme_segment){(uintptr_t)data + at, length};
            at += length;
        }
        struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, count, 0);
        struct lwnvme_buffer plain = lwnvme_buffer_cpu(data, sizeof(data));
        fill(data, sizeof(data), step);
        assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 2, &buffer), 0);
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 2, &plain, &bad), 0);
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 2, &buffer, &bad), 0);
        data[tag] ^= 1;
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 2, &buffer, &bad),
                         LWNVME_ERR_PROTECTION_REFERENCE_TAG);
        assert_int_equal(bad, 1);
    }
    stop();
}

static void segments_may_end_anywhere(void **state)
{
    (void)state;
    segments_end_anywhere(false);
    segments_end_anywhere(true); /* and in the metadata behind it */
}

static void the_escape_turns_checks_off(void **state)
{
    struct shape shape = {.type = 1, .pif = 0, .sts = 8, .ms = 8, .interleaved = true};
    (void)state;
    for (shape.type = 1; shape.type < 4; shape.type++) {
        start(&shape);
        struct lwnvme_protection options = options_of(&shape, 5);
        struct lwnvme_buffer buffer = whole_buffer(1);
        uint32_t bad = 9;
        fill(data, sizeof(data), 1);
        memset(data + BLOCK + 2, 0xff, 2);
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 1, &buffer, &bad),
                         shape.type == 3 ? LWNVME_ERR_PROTECTION_GUARD : 0);
        memset(data + BLOCK + 5, 0xff, 3); /* the reference tag; the storage tag does not matter */
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 1, &buffer, &bad), 0);
        stop();
    }
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
    struct shape shape = {.type = 1, .pif = 0, .sts = 8, .ms = 8};
    struct lwnvme_request request = {0};
    (void)state;
    start(&shape);
    struct lwnvme_protection options = protection;
    request.protection = &options;
    options.flags = LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_INVALID_ARGUMENT);
    options.flags = 128;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_INVALID_ARGUMENT);
    options.flags = LWNVME_PROTECTION_REFERENCE;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_PROTECTION_OPTIONS);
    options.flags = 0;
    options.storage_tag = 256;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_PROTECTION_OPTIONS);
    options.storage_tag = 0;
    /* No metadata buffer, where metadata move; one, where they do not. */
    assert_int_equal(write_blocks(&request, 0, 1), LWNVME_ERR_PROTECTION_BUFFER);
    struct lwnvme_buffer buffer = whole_buffer(2);
    options.flags = LWNVME_PROTECTION_CONTROLLER;
    assert_int_equal(lwnvme_write(&queue, &ns, &request, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    options.flags = LWNVME_PROTECTION_LIBRARY;
    buffer.metadata_bytes -= 4;
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    buffer.metadata_bytes += 4;
    buffer.metadata_address = UINTPTR_MAX - 7; /* of the second block beyond all memory */
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    request.protection = &options;
    options.flags = 0;
    assert_int_equal(lwnvme_write(&queue, &ns, &request, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    options.flags = LWNVME_PROTECTION_LIBRARY;
    buffer.metadata_address = (uintptr_t)metadata;
    buffer.metadata_address +=
        2; /* this library takes them anywhere, the controller without an SGL does not */
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), 0);
    request.protection = &options;
    assert_int_equal(lwnvme_write(&queue, &ns, &request, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    request.protection = NULL;
    buffer.metadata_address -= 2;
    buffer.flags |= LWNVME_BUFFER_DEVICE_ADDRESS;
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    assert_int_equal(lwnvme_protection_generate(NULL, NULL, 0, 2, &buffer), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_protection_open(bench.controller, 1, &ns, NULL), LWNVME_ERR_NULL_ARGUMENT);
    stop();
    shape.type = 3;
    start(&shape);
    options = protection;
    options.flags |= LWNVME_PROTECTION_CHECK_REFERENCE;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_PROTECTION_OPTIONS);
    stop();
    shape.sts = 0;
    start(&shape);
    options = protection;
    options.flags |= LWNVME_PROTECTION_CHECK_STORAGE;
    assert_int_equal(verify(&options, 0, 1), LWNVME_ERR_PROTECTION_OPTIONS);
    stop();
}

static void fault_056_unknown_formats_are_refused_by_name(void **state)
{
    static const struct shape bad[] = {
        {.type = 4, .ms = 8},
        {.type = 7, .ms = 8},
        {.type = 1, .ms = 4},
        {.type = 1, .pif = 1, .sts = 16, .ms = 8},
        {.type = 1, .pif = 3, .ms = 16},
        {.type = 1, .pif = 1, .sts = 15, .ms = 16},
        {.type = 1, .sts = 33, .ms = 8},
        {.type = 1, .pif = 2, .sts = 49, .ms = 16},
        {.type = 1, .pif = 1, .sts = 65, .ms = 16},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        power(&bad[i]);
        assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection),
                         LWNVME_ERR_NS_PROTECTION);
        struct lwnvme_request request = {0};
        assert_int_equal(read_blocks(&request, 0, 1), LWNVME_ERR_NS_PROTECTION);
        stop();
    }
}

/* A qualified format says what it is in another field; without the capability it is unknown. */
static void qualified_formats(void **state)
{
    struct shape shape = {.type = 1, .pif = 3, .ms = 16};
    (void)state;
    power(&shape);
    lwnvme_sim_settings(bench.sim);
    stop();
    bench_prepare(&bench);
    bench.settings.ctratt |= 1u << 15;
    bench.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){BLOCK_SHIFT, 0, 16};
    bench.settings.ns[0].dpc = 0x1f;
    bench.settings.ns[0].dps = 1;
    bench.settings.ns[0].pic = 8;
    bench.settings.ns[0].elbaf[0] = 3u << 7 | 2u << 9;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
    assert_int_equal(protection.guard_bits, 64);
    bench_end(&bench);
}

static void a_namespace_without_protection_stays_plain(void **state)
{
    struct shape shape = {.ms = 0};
    struct lwnvme_request request = {0};
    (void)state;
    start(&shape);
    assert_int_equal(protection.type, 0);
    fill(data, sizeof(data), 1);
    assert_int_equal(write_blocks(&request, 3, 2), 0);
    assert_int_equal(read_blocks(&request, 3, 2), 0);
    assert_true(ns.straight_blocks != 0);
    stop();
}

static uint32_t copied[16];

static void note_copy(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0 && (command[0] & 0xff) == LWNVME_NVM_COPY) {
        memcpy(copied, command, sizeof(copied));
    }
}

/* The command, in both places of its format, and what becomes of the blocks. */
static void copies_ask_for_new_protection_information(void **state)
{
    static uint32_t ranges[20];
    static uint8_t unit[2][UNIT_MAX];
    static const struct shape narrow = {.type = 1, .ms = 8};
    static const struct shape wide = {.type = 1, .pif = 2, .ms = 16};
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct lwnvme_copy_request copy = {
            .format = i & 1u, .memory = ranges, .memory_bytes = sizeof(ranges)};
        start(i < 2 ? &narrow : &wide);
        lwnvme_sim_settings(bench.sim)->on_command = note_copy;
        protection.application_tag = 0x1234;
        memset(copied, 0, sizeof(copied));
        memset(data, 0x5a, 3 * BLOCK);
        assert_int_equal(lwnvme_sync_write(&queue, &ns, 4, 3, data, 0), 0);
        protection.application_tag = 0x4321;
        assert_int_equal(lwnvme_copy_add(&ns, &copy, &ns, 4, 3), 0);
        int status = lwnvme_sync_copy(&queue, &ns, 200, &copy, 0);
        if ((i & 1u) != i >> 1) {
            assert_int_equal(status, LWNVME_ERR_COPY_FORMAT);
        } else {
            assert_int_equal(status, 0);
            assert_int_equal(copied[10], 200);
            assert_int_equal(copied[12], 8u << 26 | 0xcu << 12 | i >> 1 << 8);
            assert_int_equal(copied[14], 200);
            assert_int_equal(copied[15] & 0xffff, 0x4321);
            assert_true(lwnvme_sim_read_unit(bench.sim, 1, 5, unit[0]));
            assert_true(lwnvme_sim_read_unit(bench.sim, 1, 201, unit[1]));
            uint32_t guard = i < 2 ? 2 : 8;
            assert_memory_equal(unit[1], unit[0], BLOCK + guard); /* the same data, the same guard */
            assert_int_equal(unit[0][BLOCK + guard] << 8 | unit[0][BLOCK + 1 + guard], 0x1234);
            assert_int_equal(unit[1][BLOCK + guard] << 8 | unit[1][BLOCK + 1 + guard], 0x4321);
            assert_int_equal(unit[1][BLOCK + ns.metadata_bytes - 1], 201);
            memset(data, 0, 3 * BLOCK);
            assert_int_equal(lwnvme_sync_read(&queue, &ns, 200, 3, data, 0), 0);
            assert_int_equal(data[3 * BLOCK - 1], 0x5a);
        }
        stop();
    }
}

/* A check of the controller's says which one failed by its status, and which block by the error log. */
static void the_error_log_names_the_block(void **state)
{
    static const struct shape shape = {.type = 1, .ms = 8};
    static const struct {
        size_t offset;
        int status;
    } rows[] = {{17, LWNVME_SC_GUARD_CHECK_ERROR},
                {BLOCK + 3, LWNVME_SC_APPLICATION_TAG_CHECK_ERROR},
                {BLOCK + 7, LWNVME_SC_REFERENCE_TAG_CHECK_ERROR}};
    (void)state;
    for (uint32_t row = 0; row < 3; row++) {
        struct lwnvme_error_log_entry entry;
        struct lwnvme_request request = {0};
        start(&shape);
        protection.flags |= LWNVME_PROTECTION_CHECK_APPLICATION;
        protection.application_mask = 0xffff;
        assert_int_equal(write_blocks(&request, LBA, 8), 0);
        assert_true(lwnvme_sim_corrupt_unit(bench.sim, 1, LBA + row + 2, rows[row].offset, 1));
        assert_int_equal(lwnvme_status_code(read_blocks(&request, LBA, 8)), rows[row].status);
        assert_int_equal(lwnvme_sync_log_error(bench.controller, 0, 1, &entry), 0);
        assert_true(lwnvme_le64_get(&entry.lba) == LBA + row + 2);
        stop();
    }
}

/* Three blocks with tags that are not those of their place, as a caller of type 2 may have them, and one range of them. */
static void tagged_blocks(struct lwnvme_copy_request *copy, uint32_t seed)
{
    protection.flags |= LWNVME_PROTECTION_REFERENCE;
    protection.reference_tag = 77;
    protection.application_tag = 0x1234;
    protection.application_mask = 0xffff;
    fill(data, 3 * BLOCK, seed);
    assert_int_equal(lwnvme_sync_write(&queue, &ns, 4, 3, data, 0), 0);
    assert_int_equal(lwnvme_copy_add(&ns, copy, &ns, 4, 3), 0);
}

static int unit_tags(uint64_t lba, uint32_t guard_bytes)
{
    static uint8_t unit[UNIT_MAX];
    assert_true(lwnvme_sim_read_unit(bench.sim, 1, lba, unit));
    return unit[BLOCK + guard_bytes] << 8 | unit[BLOCK + guard_bytes + 1];
}

/* What is kept is the same to the last bit; what is checked is found, by the name of the check, and nothing is written. */
static void copies_keep_and_check_what_they_are_told_to(void **state)
{
    static uint32_t ranges[20];
    static uint8_t unit[2][UNIT_MAX];
    static const struct shape shapes[] = {{.type = 2, .ms = 8}, {.type = 2, .pif = 2, .ms = 16}};
    static const uint32_t checks[] = {LWNVME_COPY_CHECK_REFERENCE, LWNVME_COPY_CHECK_APPLICATION};
    static const int expected[] = {LWNVME_SC_REFERENCE_TAG_CHECK_ERROR,
                                   LWNVME_SC_APPLICATION_TAG_CHECK_ERROR};
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct lwnvme_copy_request copy = {
            .format = i, .flags = LWNVME_COPY_KEEP, .memory = ranges, .memory_bytes = sizeof(ranges)};
        struct lwnvme_copy_range *entry = (void *)ranges;
        struct lwnvme_copy_range_extended *wide = (void *)ranges;
        uint32_t guard = i == 0 ? 2 : 8;
        start(&shapes[i]);
        tagged_blocks(&copy, i);
        assert_int_equal(lwnvme_sync_copy(&queue, &ns, 100, &copy, 0), 0);
        for (uint32_t block = 0; block < 3; block++) {
            assert_true(lwnvme_sim_read_unit(bench.sim, 1, 4 + block, unit[0]));
            assert_true(lwnvme_sim_read_unit(bench.sim, 1, 100 + block, unit[1]));
            assert_memory_equal(unit[0], unit[1], BLOCK + ns.metadata_bytes);
        }
        for (uint32_t which = 0; which < 2; which++) {
            int status;
            copy.flags = checks[which];
            lwnvme_le16_set(i == 0 ? &entry->elbatm : &wide->elbatm, 0xffff);
            status = lwnvme_sync_copy(&queue, &ns, 200 + 10 * which, &copy, 0);
            assert_int_equal(lwnvme_status_code(status), expected[which]);
            assert_int_equal(unit_tags(200 + 10 * which, guard), 0xffff); /* as ever */
            lwnvme_le16_set(i == 0 ? &entry->elbat : &wide->elbat, 0x1234);
            if (i == 0) {
                lwnvme_le32_set(&entry->elbt, 77);
            } else {
                wide->elbt[9] = 77;
            }
            assert_int_equal(lwnvme_sync_copy(&queue, &ns, 200 + 10 * which, &copy, 0), 0);
            assert_int_equal(unit_tags(200 + 10 * which, guard), 0x1234);
            memset((uint8_t *)ranges + (i == 0 ? 24 : 26), 0, i == 0 ? 8 : 14);
        }
        /* One bit of the second block: the guard finds it, and bytes_done says where the range began. */
        assert_true(lwnvme_sim_corrupt_unit(bench.sim, 1, 5, 100, 4));
        copy.flags = 0;
        assert_int_equal(lwnvme_status_code(lwnvme_sync_copy(&queue, &ns, 300, &copy, 0)),
                         LWNVME_SC_GUARD_CHECK_ERROR);
        assert_int_equal(unit_tags(301, guard), 0xffff);
        stop();
    }
}

/* Metadata of one size and one type, but not of one kind: guards and storage tags would mean something else there. */
static void copies_between_other_guards_are_refused(void **state)
{
    static struct lwnvme_namespace others;
    static struct lwnvme_protection of_others;
    static uint32_t ranges[20];
    static const struct shape shapes[] = {{.type = 1, .pif = 2, .sts = 16, .ms = 16},
                                          {.type = 1, .pif = 1, .sts = 16, .ms = 16},
                                          {.type = 1, .pif = 2, .sts = 8, .ms = 16}};
    struct lwnvme_host_behavior behavior = {.copy_formats = 0xc};
    (void)state;
    for (uint32_t i = 0; i < 4; i++) { /* the same; another guard; another storage tag; another mask of it */
        const int expected = i == 0 ? 0 : LWNVME_ERR_NS_METADATA;
        const struct shape *shape = &shapes[i % 3];
        struct lwnvme_copy_request copy = {
            .format = 3, .flags = 0, .memory = ranges, .memory_bytes = sizeof(ranges)};
        struct lwnvme_copy_request back = copy;
        second = shape;
        second_mask = i == 3 ? 0xff : (UINT64_C(1) << shape->sts) - 1;
        power(&shapes[0]);
        second = NULL;
        assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
        assert_int_equal(lwnvme_sync_protection_open(bench.controller, 2, &others, &of_others), 0);
        assert_int_equal(lwnvme_sync_host_behavior_set(bench.controller, &behavior), 0);
        assert_int_equal(lwnvme_copy_add(&ns, &copy, &others, 8, 3), expected);
        assert_int_equal(lwnvme_copy_add(&others, &back, &ns, 8, 3), expected);
        stop();
    }
}

/* From plain blocks into protected ones and back, by the formats that name namespaces. */
static void copies_add_and_take_off_protection_information(void **state)
{
    static struct lwnvme_namespace plain;
    static uint32_t ranges[20];
    static uint8_t back[3 * BLOCK];
    static const struct shape shapes[] = {
        {.type = 1, .ms = 8}, {.type = 1, .pif = 2, .ms = 16}, {.type = 1, .ms = 16}};
    struct lwnvme_host_behavior behavior = {.copy_formats = 0xc};
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        struct lwnvme_copy_request in = {
            .format = i == 1 ? 3 : 2, .memory = ranges, .memory_bytes = sizeof(ranges)};
        struct lwnvme_copy_request out = {.format = 2, .memory = ranges, .memory_bytes = sizeof(ranges)};
        start(&shapes[i]);
        assert_int_equal(lwnvme_sync_host_behavior_set(bench.controller, &behavior), 0);
        assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 2, &plain), 0);
        if (i == 2) { /* what is not protection information could come from nowhere */
            assert_int_equal(lwnvme_copy_add(&ns, &in, &plain, 8, 3), LWNVME_ERR_NS_METADATA);
            assert_int_equal(lwnvme_copy_add(&plain, &out, &ns, 8, 3), LWNVME_ERR_NS_METADATA);
            stop();
            continue;
        }
        fill(data, 3 * BLOCK, i);
        assert_int_equal(lwnvme_sync_write(&queue, &plain, 8, 3, data, 0), 0);
        assert_int_equal(lwnvme_copy_add(&ns, &in, &plain, 8, 3), 0);
        assert_int_equal(lwnvme_sync_copy(&queue, &ns, 40, &in, 0), 0);
        assert_int_equal(lwnvme_sync_read(&queue, &ns, 40, 3, back, 0), 0); /* and all is checked */
        assert_memory_equal(back, data, sizeof(back));
        assert_int_equal(lwnvme_copy_add(&plain, &out, &ns, 40, 3), 0);
        assert_int_equal(lwnvme_sync_copy(&queue, &plain, 500, &out, 0), 0);
        assert_int_equal(lwnvme_sync_read(&queue, &plain, 500, 3, back, 0), 0);
        assert_memory_equal(back, data, sizeof(back));
        assert_true(lwnvme_sim_corrupt_unit(bench.sim, 1, 41, 9, 1));
        assert_int_equal(lwnvme_status_code(lwnvme_sync_copy(&queue, &plain, 600, &out, 0)),
                         LWNVME_SC_GUARD_CHECK_ERROR);
        out.flags = LWNVME_COPY_KEEP;
        assert_int_equal(lwnvme_sync_copy(&queue, &plain, 600, &out, 0), LWNVME_ERR_PROTECTION_OPTIONS);
        stop();
    }
}

static void what_a_copy_cannot_check_is_refused(void **state)
{
    static uint32_t ranges[20];
    static const struct {
        struct shape shape;
        uint32_t flags;
        int status;
    } rows[] = {{{.type = 1, .ms = 8}, LWNVME_COPY_KEEP, LWNVME_ERR_PROTECTION_OPTIONS},
                {{.type = 3, .ms = 8}, LWNVME_COPY_CHECK_REFERENCE, LWNVME_ERR_PROTECTION_OPTIONS},
                {{.type = 1, .ms = 8}, LWNVME_COPY_CHECK_STORAGE, LWNVME_ERR_PROTECTION_OPTIONS},
                {{.type = 1, .ms = 8}, 0x80, LWNVME_ERR_INVALID_ARGUMENT},
                {{.type = 3, .ms = 8}, LWNVME_COPY_KEEP | LWNVME_COPY_CHECK_APPLICATION, 0},
                {{.type = 1, .sts = 8, .ms = 8}, LWNVME_COPY_CHECK_STORAGE, 0}};
    (void)state;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct lwnvme_copy_request copy = {.memory = ranges, .memory_bytes = sizeof(ranges)};
        start(&rows[i].shape);
        assert_int_equal(lwnvme_copy_add(&ns, &copy, &ns, 4, 3), 0);
        copy.flags = rows[i].flags;
        assert_int_equal(lwnvme_sync_copy(&queue, &ns, 100, &copy, 0), rows[i].status);
        copy.format = LWNVME_COPY_FORMAT_4;
        assert_int_equal(lwnvme_copy_add_memory(&ns, &copy, 2, 0, BLOCK), LWNVME_ERR_COPY_FORMAT);
        stop();
    }
}

/* Where the controller would insert and strip, it cannot compare: the library makes what the medium must hold. Where the
 * metadata are more than protection information, they move all the same, and the controller fills its part in. */
static void the_controllers_part_of_other_transfers(void **state)
{
    static uint8_t before[sizeof(data)];
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct shape shape = {.type = 1, .ms = (i & 1) != 0 ? 8 : 12, .interleaved = (i & 2) != 0};
        struct lwnvme_request request = {0};
        start(&shape);
        fill(data, sizeof(data), i);
        fill(metadata, sizeof(metadata), i + 9);
        struct lwnvme_buffer buffer = whole_buffer(2);
        if ((i & 1) != 0) {
            assert_int_equal(write_blocks(&request, LBA, 2), 0);
            memcpy(before, data, sizeof(data));
            for (uint32_t block = 0; block < 2 && ns.metadata_interleaved; block++) {
                memcpy(data + block * (BLOCK + 8), before + block * BLOCK, BLOCK);
            }
        } else {
            assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, 2, &buffer)), 0);
            memcpy(before, data, sizeof(data));
            memset(data, 0, sizeof(data));
            assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, 2, &buffer)), 0);
            assert_memory_equal(data, before, BLOCK + (ns.metadata_interleaved ? 4 : 0));
            assert_int_equal(lwnvme_protection_check(&ns, NULL, LBA, 2, &buffer, NULL), 0);
        }
        assert_int_equal(finish(&request, lwnvme_compare(&queue, &ns, &request, LBA, 2, &buffer)), 0);
        data[9] ^= 1;
        assert_int_equal(
            lwnvme_status_code(finish(&request, lwnvme_compare(&queue, &ns, &request, LBA, 2, &buffer))),
            LWNVME_SC_COMPARE_FAILURE);
        stop();
    }
}

static uint32_t flushed[16];

static void note_flush(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0) {
        memcpy(flushed, command, sizeof(flushed));
    }
}

/* What names no blocks has no protection, nor what makes them unreadable. */
static void a_flush_says_nothing_of_protection(void **state)
{
    struct shape shape = {.type = 1, .sts = 8, .ms = 8};
    struct lwnvme_protection options;
    (void)state;
    start(&shape);
    options = protection;
    options.storage_tag = 0x55;
    options.application_tag = 0x1234;
    lwnvme_sim_settings(bench.sim)->on_command = note_flush;
    struct lwnvme_request request = {.protection = &options};
    assert_int_equal(finish(&request, lwnvme_flush(&queue, &ns, &request)), 0);
    assert_int_equal(flushed[0] & 0xff, LWNVME_NVM_FLUSH);
    assert_int_equal(flushed[2] | flushed[3] | flushed[12] | flushed[14] | flushed[15], 0);
    ns.oncs |= LWNVME_ONCS_WRITE_UNCORRECTABLE;
    (void)finish(&request, lwnvme_write_uncorrectable(&queue, &ns, &request, LBA, 2));
    assert_int_equal(flushed[0] & 0xff, LWNVME_NVM_WRITE_UNCORRECTABLE);
    assert_int_equal(flushed[10], LBA);
    assert_int_equal(flushed[12], 1);
    assert_int_equal(flushed[2] | flushed[3] | flushed[14] | flushed[15], 0);
    stop();
}

/* A request that comes back before any of it was read, as a recovery may have it, has nothing that could be wrong. */
static void what_was_never_read_is_not_looked_at(void **state)
{
    static const struct shape shape = {.type = 1, .ms = 8, .interleaved = true};
    struct lwnvme_protection options;
    struct lwnvme_request request = {0};
    (void)state;
    start(&shape);
    options = options_of(&shape, 7);
    options.flags |= LWNVME_PROTECTION_LIBRARY;
    memset(data, 0x5a, sizeof(data));
    for (uint32_t at = 0; at < 2; at++) {
        request.ns = &ns;
        request.queue = &queue;
        request.protection = &options;
        request.command.opcode = LWNVME_NVM_READ;
        request.block_count = 4;
        request.buffer = whole_buffer(4);
        request.status = LWNVME_ERR_NOT_STARTED;
        request.error_block = at == 0 ? LWNVME_NO_ERROR_BLOCK : 2; /* the latter has read two */
        request.bytes_done = 0;
        ns.dress->end(&request);
        assert_int_equal(request.status, at == 0 ? LWNVME_ERR_NOT_STARTED : LWNVME_ERR_PROTECTION_GUARD);
    }
    stop();
}

static void handles_and_buffers_that_cannot_be(void **state)
{
    struct shape shape = {.type = 2, .ms = 8};
    struct lwnvme_request request = {0};
    uint32_t bad = 7;
    (void)state;
    start(&shape);
    struct lwnvme_buffer buffer = whole_buffer(2);
    struct lwnvme_protection options = protection;
    assert_int_equal(lwnvme_protection_generate(&ns, NULL, 0, 2, NULL), LWNVME_ERR_NULL_ARGUMENT);
    ns.status = LWNVME_ERR_NS_BUSY;
    assert_int_equal(lwnvme_protection_generate(&ns, NULL, 0, 2, &buffer), LWNVME_ERR_NAMESPACE_CLOSED);
    ns.status = LWNVME_OK;
    ns.protection = NULL;
    assert_int_equal(lwnvme_protection_generate(&ns, NULL, 0, 2, &buffer), LWNVME_ERR_NAMESPACE_CLOSED);
    ns.protection = &protection;
    protection.type = 0;
    assert_int_equal(lwnvme_protection_generate(&ns, NULL, 0, 2, &buffer), LWNVME_ERR_NAMESPACE_CLOSED);
    protection.type = 2;
    options.flags = LWNVME_PROTECTION_REFERENCE;
    options.reference_tag = UINT64_C(1) << 32; /* of 32 bits */
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_OPTIONS);
    options = protection;
    buffer.metadata_address = 0;
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    buffer = whole_buffer(2);
    buffer.length_bytes--;
    assert_int_equal(lwnvme_protection_generate(&ns, &options, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    buffer = whole_buffer(2);
    /* What is at a device address the library cannot see. */
    options.flags = LWNVME_PROTECTION_LIBRARY;
    request.protection = &options;
    buffer.flags |= LWNVME_BUFFER_DEVICE_ADDRESS;
    assert_int_equal(lwnvme_read(&queue, &ns, &request, 0, 2, &buffer), LWNVME_ERR_PROTECTION_BUFFER);
    buffer.flags &= ~LWNVME_BUFFER_DEVICE_ADDRESS;
    /* Without any check nothing is found, whatever there is; with them the block is not asked for by everybody. */
    fill(metadata, sizeof(metadata), 3);
    options.flags = 0;
    assert_int_equal(lwnvme_protection_check(&ns, &options, 0, 2, &buffer, &bad), 0);
    assert_int_equal(bad, 7);
    assert_int_equal(lwnvme_protection_check(&ns, NULL, 0, 2, &buffer, NULL), LWNVME_ERR_PROTECTION_GUARD);
    /* Memory that the controller may still write is not looked at. */
    options.flags = LWNVME_PROTECTION_LIBRARY | LWNVME_PROTECTION_CHECK_GUARD;
    assert_int_equal(lwnvme_read(&queue, &ns, &request, 0, 2, &buffer), 0);
    (void)lwnvme_sync_wait(&queue, &request);
    fill(metadata, sizeof(metadata), 3);
    request.status = LWNVME_ERR_BUFFER_HELD;
    ns.dress->end(&request);
    assert_int_equal(request.status, LWNVME_ERR_BUFFER_HELD);
    request.status = LWNVME_OK;
    ns.dress->end(&request);
    assert_int_equal(request.status, LWNVME_ERR_PROTECTION_GUARD);
    stop();
}

static void spoil_flags(void *context, uint8_t cns, uint32_t nsid, uint8_t page[4096])
{
    (void)context;
    (void)nsid;
    (void)page;
    ns.request.flags = cns == LWNVME_CNS_NAMESPACE_DESCRIPTORS ? 0x4000 : 0; /* no such flag */
}

/* The structure that says which guard there is may not come, or may not even be asked for. */
static void openings_that_fail_on_the_way(void **state)
{
    struct shape shape = {.type = 1, .ms = 8};
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .skip = 2,
                                     .status = 0x4002};
    (void)state;
    power(&shape);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0x4002);
    lwnvme_sim_settings(bench.sim)->on_identify = spoil_flags;
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection),
                     LWNVME_ERR_INVALID_ARGUMENT);
    stop();
    shape.type = 0; /* metadata, and no protection: not for this way of opening */
    power(&shape);
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection),
                     LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_metadata_open(bench.controller, 1, &ns), 0);
    stop();
    shape.type = 1;
    power(&shape);
    assert_int_equal(lwnvme_sync_metadata_open(bench.controller, 1, &ns), LWNVME_ERR_NS_METADATA);
    stop();
}

/* Without the full mapper data begin at a dword. With it, they may be anywhere, by SGL or through bounce memory, and what
 * nobody wants may be left out, unless the library is to look at it. */
static void with_the_full_mapper_data_are_anywhere(void **state)
{
    static uint8_t odd[8 * UNIT_MAX] __attribute__((aligned(4096)));
    static uint8_t odd_metadata[8 * 128] __attribute__((aligned(4096)));
    (void)state;
    for (uint32_t number = 0; number < 48; number++) {
        struct shape shape = {
            .type = 1 + number % 3, .pif = number / 3 % 2 * 2, .ms = 16, .interleaved = number / 6 % 2 != 0};
        struct lwnvme_request request = {0};
        const bool library = number / 12 % 2 != 0;
        const uint32_t align = number < 24 ? 3 : 0;
        int refused = align != 0 ? LWNVME_ERR_PROTECTION_BUFFER : 0;
        queue_config.mapper = align != 0 ? NULL : &lwnvme_mapper_full;
        queue_config.bounce_bytes = align != 0 ? 0 : 65536;
        power(&shape);
        assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
        struct lwnvme_protection options = options_of(&shape, number);
        options.flags |= library ? LWNVME_PROTECTION_LIBRARY : 0;
        request.protection = &options;
        struct lwnvme_buffer buffer = whole_buffer(4);
        struct lwnvme_buffer shifted = buffer;
        shifted.address = (uintptr_t)odd + 1;
        if (!ns.metadata_interleaved)
            shifted.metadata_address = (uintptr_t)odd_metadata;
        fill(odd, sizeof(odd), number);
        fill(odd_metadata, sizeof(odd_metadata), number);
        if (!library)
            assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 4, &shifted), 0);
        assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, 4, &shifted)), refused);
        if (refused == 0) {
            assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, 4, &buffer)), 0);
            assert_memory_equal(data, odd + 1, buffer.length_bytes);
            memset(odd, 0, sizeof(odd));
            assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, 4, &shifted)), 0);
            assert_memory_equal(data, odd + 1, buffer.length_bytes);
            assert_int_equal(queue.bounces, 2);
        }
        struct lwnvme_segment segments[2] = {{LWNVME_SEGMENT_SKIP, 512},
                                             {(uintptr_t)odd + 512, buffer.length_bytes - 512}};
        buffer.segments = segments;
        buffer.segment_count = 2;
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 4, &buffer, NULL),
                         LWNVME_ERR_PROTECTION_BUFFER);
        assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 4, &buffer),
                         LWNVME_ERR_PROTECTION_BUFFER);
        memset(odd, 0, sizeof(odd));
        assert_int_equal(finish(&request, lwnvme_read(&queue, &ns, &request, LBA, 4, &buffer)),
                         library ? LWNVME_ERR_PROTECTION_BUFFER : refused);
        if (refused == 0 && !library)
            assert_memory_equal(data + 512, odd + 512, buffer.length_bytes - 512);
        stop();
    }
    queue_config.mapper = NULL;
    queue_config.bounce_bytes = 0;
}

/* What is not in a mask is not compared, by the library or by the controller. */
static void masks_say_what_is_compared(void **state)
{
    struct shape shape = {.type = 1, .pif = 2, .sts = 16, .ms = 16};
    struct lwnvme_request request = {0};
    (void)state;
    unmasked = 0xff00;
    power(&shape);
    unmasked = 0;
    assert_int_equal(lwnvme_sync_protection_open(bench.controller, 1, &ns, &protection), 0);
    assert_int_equal(protection.storage_mask, 0xff);
    struct lwnvme_protection options = options_of(&shape, 5);
    struct lwnvme_buffer buffer = whole_buffer(2);
    options.storage_tag = 0x1234;
    options.application_tag = 0x5a5a;
    request.protection = &options;
    fill(data, sizeof(data), 5);
    fill(metadata, sizeof(metadata), 6);
    assert_int_equal(lwnvme_protection_generate(&ns, &options, LBA, 2, &buffer), 0);
    assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, 2, &buffer)), 0);
    options.application_mask = 0xff00;
    for (uint32_t kind = 0; kind < 4; kind++) {
        options.storage_tag = kind == 1 ? 0x1235 : 0x5634;
        options.application_tag = kind == 2 ? 0x5b5a : 0x5aff;
        options.application_mask = kind == 3 ? 0xffff : 0xff00;
        assert_int_equal(lwnvme_protection_check(&ns, &options, LBA, 2, &buffer, NULL),
                         kind == 0   ? 0
                         : kind == 1 ? LWNVME_ERR_PROTECTION_STORAGE_TAG
                                     : LWNVME_ERR_PROTECTION_APPLICATION_TAG);
        assert_int_equal(lwnvme_status_code(verify(&options, LBA, 2)),
                         kind == 0   ? 0
                         : kind == 1 ? LWNVME_SC_STORAGE_TAG_CHECK_ERROR
                                     : LWNVME_SC_APPLICATION_TAG_CHECK_ERROR);
    }
    stop();
}

static uint32_t tag_of_piece;
static uint32_t pieces;

static void note_tag(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0 && (command[0] & 0xffu) == LWNVME_NVM_WRITE) {
        assert_int_equal(command[14], tag_of_piece);
        if (protection.type != 3)
            tag_of_piece += (command[12] & 0xffffu) + 1u;
        pieces++;
    }
}

/* Reference tags count with the blocks and roll over, but for those of type 3, which stay. */
static void what_reference_tags_do(void **state)
{
    (void)state;
    for (uint32_t type = 2; type < 4; type++) {
        struct shape shape = {.type = type, .ms = 8};
        struct lwnvme_request request = {0};
        start(&shape);
        struct lwnvme_protection options = protection;
        struct lwnvme_buffer buffer = whole_buffer(8);
        options.flags =
            LWNVME_PROTECTION_REFERENCE | LWNVME_PROTECTION_LIBRARY | LWNVME_PROTECTION_CHECK_GUARD;
        options.reference_tag = 0xfffffffe;
        request.protection = &options;
        tag_of_piece = 0xfffffffe;
        pieces = 0;
        ns.boundary_blocks = 3;
        lwnvme_sim_settings(bench.sim)->on_command = note_tag;
        assert_int_equal(finish(&request, lwnvme_write(&queue, &ns, &request, LBA, 8, &buffer)), 0);
        assert_int_equal(pieces, 4);
        for (uint32_t i = 0; i < 8; i++) {
            const uint8_t *tag = metadata + 8 * i + 4;
            assert_int_equal((uint32_t)tag[0] << 24 | (uint32_t)tag[1] << 16 | (uint32_t)tag[2] << 8 | tag[3],
                             type == 3 ? 0xfffffffe : 0xfffffffe + i);
        }
        stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_agree_on_every_format),
        cmocka_unit_test(each_check_finds_what_is_its_own),
        cmocka_unit_test(by_default_the_controller_does_it_all),
        cmocka_unit_test(tags_go_on_over_a_split),
        cmocka_unit_test(the_library_does_it_on_the_way),
        cmocka_unit_test(what_breaks_on_the_way_is_found_after_it),
        cmocka_unit_test(segments_may_end_anywhere),
        cmocka_unit_test(the_escape_turns_checks_off),
        cmocka_unit_test(what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(fault_056_unknown_formats_are_refused_by_name),
        cmocka_unit_test(qualified_formats),
        cmocka_unit_test(a_namespace_without_protection_stays_plain),
        cmocka_unit_test(the_error_log_names_the_block),
        cmocka_unit_test(copies_ask_for_new_protection_information),
        cmocka_unit_test(the_controllers_part_of_other_transfers),
        cmocka_unit_test(a_flush_says_nothing_of_protection),
        cmocka_unit_test(what_was_never_read_is_not_looked_at),
        cmocka_unit_test(handles_and_buffers_that_cannot_be),
        cmocka_unit_test(openings_that_fail_on_the_way),
        cmocka_unit_test(copies_keep_and_check_what_they_are_told_to),
        cmocka_unit_test(copies_between_other_guards_are_refused),
        cmocka_unit_test(copies_add_and_take_off_protection_information),
        cmocka_unit_test(what_a_copy_cannot_check_is_refused),
        cmocka_unit_test(with_the_full_mapper_data_are_anywhere),
        cmocka_unit_test(masks_say_what_is_compared),
        cmocka_unit_test(what_reference_tags_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

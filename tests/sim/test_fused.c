/* SPDX-License-Identifier: MIT */
/* Compare and write of blocks with metadata: of any shape, with protection information by the controller, the library and
 * the caller. Pairs of data alone are in test_commands.c. */
#include "scenario.h"

#define BLOCK  512u
#define LBA    40u
#define BLOCKS 6u
#define UNIT   (BLOCK + 64u)

struct shape {
    uint8_t type; /* 0: no protection information */
    uint8_t pif;
    uint16_t ms;
    bool interleaved;
    uint32_t flags; /* LWNVME_PROTECTION_CONTROLLER, _LIBRARY, or neither */
};

static struct lwnvme_protection protection;
static uint8_t old_data[BLOCKS * UNIT] __attribute__((aligned(4096)));
static uint8_t new_data[BLOCKS * UNIT] __attribute__((aligned(4096)));
static uint8_t old_metadata[BLOCKS * 64] __attribute__((aligned(4096)));
static uint8_t new_metadata[BLOCKS * 64] __attribute__((aligned(4096)));

/* `other`: memory that is not coherent, and a queue with the full mapper, which has no part in pairs. */
static void start(struct scenario *s, const struct shape *shape, bool other)
{
    const struct lwnvme_queue_config config = {
        .entries = 5, .mapper = other ? &lwnvme_mapper_full : NULL, .sgl = other ? LWNVME_SGL_ALWAYS : 0};

    scenario_prepare(s);
    s->settings.oncs |= LWNVME_ONCS_COMPARE;
    s->settings.fuses = 1;
    s->settings.acwu = 7;
    s->settings.shuffle = true;
    s->settings.scattered = true;
    s->settings.shadow_dma = other;
    s->settings.sgls = 1u | LWNVME_SGLS_METADATA_SGL;
    s->settings.ctratt |= shape->pif != 0 ? 1u << 15 : 0;
    s->settings.ns[0].formats[0].ms = shape->ms;
    s->settings.ns[0].mc = 3;
    s->settings.ns[0].flbas = shape->interleaved ? 16 : 0;
    s->settings.ns[0].dps = shape->type;
    s->settings.ns[0].elbaf[0] = (uint32_t)shape->pif << 7;
    scenario_start(s);
    s->queue = calloc(1, sizeof(*s->queue));
    assert_int_equal(lwnvme_sync_queue_create(s->controller, s->queue, &config), LWNVME_OK);
    s->ns = calloc(1, sizeof(*s->ns));
    memset(&protection, 0, sizeof(protection));
    if (shape->type == 0) {
        assert_int_equal(lwnvme_sync_metadata_open(s->controller, 1, s->ns), LWNVME_OK);
        return;
    }
    assert_int_equal(lwnvme_sync_protection_open(s->controller, 1, s->ns, &protection), LWNVME_OK);
    protection.flags &= ~LWNVME_PROTECTION_CONTROLLER;
    protection.flags |= shape->flags;
    protection.application_tag = 0x1234;
}

/* A buffer of the namespace's form, with metadata or, where the controller inserts all of them, without. */
static struct lwnvme_buffer buffer_of(const struct scenario *s, void *data, void *metadata, bool moves)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, (size_t)BLOCKS * BLOCK);

    if (moves && s->ns->metadata_interleaved)
        buffer.length_bytes += (size_t)BLOCKS * s->ns->metadata_bytes;
    else if (moves)
        buffer =
            lwnvme_buffer_with_metadata(buffer, (uintptr_t)metadata, (size_t)BLOCKS * s->ns->metadata_bytes);
    return buffer;
}

static bool write_moves(const struct scenario *s)
{
    return (protection.flags & LWNVME_PROTECTION_CONTROLLER) == 0 ||
           s->ns->metadata_bytes != protection.bytes;
}

/* The pair, from its buffers to its end. */
static int swap(struct scenario *s, enum lwnvme_fused_half *half)
{
    struct lwnvme_fused_pair pair = {buffer_of(s, old_data, old_metadata, true),
                                     buffer_of(s, new_data, new_metadata, write_moves(s))};
    struct tracked *io = scenario_request(s);
    int status =
        scenario_accept(io, lwnvme_compare_and_write(s->queue, s->ns, &io->request, LBA, BLOCKS, &pair));

    if (status != LWNVME_OK)
        return status;
    scenario_wait_all(s, s->queue);
    if (io->request.status == LWNVME_OK)
        assert_int_equal(io->request.bytes_done, BLOCKS * BLOCK);
    *half = lwnvme_fused_failed(&io->request);
    return lwnvme_status_code(io->request.status);
}

static void fill(struct scenario *s, uint32_t seed)
{
    scenario_fill(new_data, sizeof(new_data), seed);
    scenario_fill(new_metadata, sizeof(new_metadata), seed + 1);
    if (protection.type != 0 && (protection.flags & LWNVME_PROTECTION_CONTROLLER) == 0) {
        const struct lwnvme_buffer buffer = buffer_of(s, new_data, new_metadata, true);

        assert_int_equal(lwnvme_protection_generate(s->ns, NULL, LBA, BLOCKS, &buffer), LWNVME_OK);
    }
}

/* Data on the medium, and metadata that are not the controller's to make, are those of the new buffers; the rest of what is
 * on the medium becomes the old buffers' contents. */
static void medium_is_new(struct scenario *s)
{
    const uint32_t bytes = s->ns->metadata_bytes;
    const uint32_t made = (protection.flags & LWNVME_PROTECTION_CONTROLLER) != 0 ? protection.bytes : 0;

    for (uint32_t block = 0; block < BLOCKS; block++) {
        const bool between = s->ns->metadata_interleaved;
        const size_t place = (size_t)block * (BLOCK + (between && write_moves(s) ? bytes : 0));
        const uint8_t *metadata = between ? new_data + place + BLOCK : new_metadata + (size_t)block * bytes;
        uint8_t *old = old_data + (size_t)block * (BLOCK + (between ? bytes : 0));
        uint8_t unit[UNIT];

        assert_true(lwnvme_sim_read_unit(s->sim, 1, LBA + block, unit));
        assert_memory_equal(unit, new_data + place, BLOCK);
        if (bytes != made)
            assert_memory_equal(unit + BLOCK, metadata, bytes - made); /* it comes last */
        memcpy(old, unit, BLOCK);
        memcpy(between ? old + BLOCK : old_metadata + (size_t)block * bytes, unit + BLOCK, bytes);
    }
}

static const struct shape shapes[] = {
    {0, 0, 8, false, 0},
    {0, 0, 16, true, 0},
    {1, 0, 8, false, LWNVME_PROTECTION_CONTROLLER},
    {1, 0, 8, true, LWNVME_PROTECTION_CONTROLLER},
    {2, 0, 16, false, LWNVME_PROTECTION_CONTROLLER},
    {1, 0, 16, true, LWNVME_PROTECTION_CONTROLLER},
    {1, 0, 8, false, LWNVME_PROTECTION_LIBRARY},
    {2, 0, 24, true, LWNVME_PROTECTION_LIBRARY},
    {3, 0, 8, false, LWNVME_PROTECTION_LIBRARY},
    {1, 2, 16, false, LWNVME_PROTECTION_LIBRARY},
    {1, 2, 64, true, LWNVME_PROTECTION_CONTROLLER},
    {1, 0, 8, false, 0},
    {3, 2, 16, true, 0},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void fault_078_compare_and_write_with_metadata(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 2 * SHAPES; number++) {
        enum lwnvme_fused_half half = LWNVME_FUSED_NONE;
        struct lwnvme_buffer buffer;
        struct scenario s;

        start(&s, &shapes[number / 2], number % 2 != 0);
        fill(&s, number);
        buffer = buffer_of(&s, new_data, new_metadata, write_moves(&s));
        struct tracked *io = scenario_request(&s);
        assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, LBA, BLOCKS, &buffer)),
                         LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        for (uint32_t turn = 1; turn < 8; turn++) { /* around the ring */
            medium_is_new(&s);
            fill(&s, number + turn * 100);
            assert_int_equal(swap(&s, &half), LWNVME_OK);
            assert_int_equal(half, LWNVME_FUSED_NONE);
            if (turn % 2 != 0) /* moves the pair by one place */
                assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
        }
        /* What was there before is not there any more, and nothing is written. */
        assert_int_equal(swap(&s, &half), LWNVME_SC_COMPARE_FAILURE);
        assert_int_equal(half, LWNVME_FUSED_COMPARE);
        medium_is_new(&s);
        assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
        scenario_end(&s);
    }
}

/* Metadata differ, and data do not; and a guard of the caller's own that is wrong ends the half that it is in. */
static void what_is_wrong_in_the_metadata_is_told(void **state)
{
    enum lwnvme_fused_half half = LWNVME_FUSED_NONE;
    struct scenario s;

    (void)state;
    start(&s, &shapes[0], false);
    fill(&s, 1);
    memset(old_data, 0, sizeof(old_data)); /* as the medium is */
    memset(old_metadata, 0, sizeof(old_metadata));
    old_metadata[8 * (BLOCKS - 1) + 3] = 1;
    assert_int_equal(swap(&s, &half), LWNVME_SC_COMPARE_FAILURE);
    old_metadata[8 * (BLOCKS - 1) + 3] = 0;
    assert_int_equal(swap(&s, &half), LWNVME_OK);
    medium_is_new(&s);
    scenario_end(&s);

    start(&s, &shapes[SHAPES - 2], false);
    fill(&s, 2);
    memcpy(old_data, new_data, sizeof(old_data));
    memcpy(old_metadata, new_metadata, sizeof(old_metadata));
    struct lwnvme_buffer buffer = buffer_of(&s, new_data, new_metadata, true);
    struct tracked *io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, LBA, BLOCKS, &buffer)), 0);
    scenario_wait_all(&s, s.queue);
    fill(&s, 3);
    new_data[BLOCK + 5] ^= 1;
    assert_int_equal(swap(&s, &half), LWNVME_SC_GUARD_CHECK_ERROR);
    assert_int_equal(half, LWNVME_FUSED_WRITE);
    new_data[BLOCK + 5] ^= 1;
    old_metadata[1] ^= 1;
    assert_int_equal(swap(&s, &half), LWNVME_SC_GUARD_CHECK_ERROR);
    assert_int_equal(half, LWNVME_FUSED_COMPARE);
    scenario_end(&s);
}

/* Buffers that have not the shape of the format, or lie where one command cannot have them. */
static void buffers_that_cannot_be(void **state)
{
    uint8_t *pages = scenario_memory(8192, 4096);

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t number = 0; number < SHAPES; number++) {
            const struct shape *shape = &shapes[number];
            struct lwnvme_fused_pair pair;
            struct lwnvme_buffer *buffer = round % 2 == 0 ? &pair.compare : &pair.write;
            struct lwnvme_request request = {0};
            struct scenario s;
            int wrong = shape->type != 0     ? LWNVME_ERR_PROTECTION_BUFFER
                        : shape->interleaved ? LWNVME_ERR_BUFFER_LENGTH
                                             : LWNVME_ERR_METADATA_BUFFER;

            start(&s, shape, round > 1);
            const struct lwnvme_fused_pair good = {buffer_of(&s, old_data, old_metadata, true),
                                                   buffer_of(&s, new_data, new_metadata, write_moves(&s))};
            pair = good;
            *buffer = buffer_of(&s, old_data, old_metadata, false);
            if (round % 2 == 0 || write_moves(&s))
                assert_int_equal(lwnvme_compare_and_write(s.queue, s.ns, &request, LBA, BLOCKS, &pair),
                                 wrong);
            pair = good;
            if (!shape->interleaved && (buffer->flags & LWNVME_BUFFER_METADATA) != 0) {
                for (uint32_t before = 4; before <= 2u * shape->ms; before += 2u * shape->ms - 4u) {
                    buffer->metadata_address = (uintptr_t)(pages + 4096 - before); /* in two pieces */
                    assert_int_equal(lwnvme_compare_and_write(s.queue, s.ns, &request, LBA, BLOCKS, &pair),
                                     LWNVME_ERR_BUFFER_LAYOUT);
                }
                buffer->metadata_address = (uintptr_t)(pages + 2);
                assert_int_equal(lwnvme_compare_and_write(s.queue, s.ns, &request, LBA, BLOCKS, &pair),
                                 shape->type != 0 && round < 2 ? LWNVME_ERR_PROTECTION_BUFFER
                                                               : LWNVME_ERR_BUFFER_ALIGNMENT);
            }
            pair = good;
            buffer->address += 2;
            assert_true(lwnvme_compare_and_write(s.queue, s.ns, &request, LBA, BLOCKS, &pair) < 0);
            assert_int_equal(lwnvme_queue_in_flight(s.queue), 0);
            assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
            assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_COMPARE], 0);
            scenario_end(&s);
        }
    }
    free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_078_compare_and_write_with_metadata),
        cmocka_unit_test(what_is_wrong_in_the_metadata_is_told),
        cmocka_unit_test(buffers_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

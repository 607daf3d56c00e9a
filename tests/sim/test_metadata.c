/* SPDX-License-Identifier: MIT */
/*
 * Blocks with metadata, behind each block or in a buffer of their own, on the software controller: what is on the medium
 * is compared unit by unit, past the driver.
 */
#include "scenario.h"

#define BLOCKS 300u

/* A format of 512 bytes and `bytes` of metadata. */
static void begin(struct scenario *s, uint16_t bytes, bool interleaved,
                  const struct lwnvme_queue_config *config)
{
    s->settings.ns[0].formats[0].ms = bytes;
    s->settings.ns[0].mc = 3;
    s->settings.ns[0].flbas = interleaved ? 16 : 0;
    s->time_limit_us = 1000 * SECOND_US;
    scenario_power(s);
    if (!s->settings.shadow_dma)
        s->ops->dma_sync = NULL;
    assert_int_equal(scenario_open(s), LWNVME_OK);
    s->queue = calloc(1, sizeof(*s->queue));
    assert_int_equal(lwnvme_sync_queue_create(s->controller, s->queue, config), LWNVME_OK);
    s->ns = calloc(1, sizeof(*s->ns));
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 1, s->ns), LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_metadata_open(s->controller, 1, s->ns), LWNVME_OK);
    assert_int_equal(s->ns->metadata_bytes, bytes);
    assert_int_equal(s->ns->metadata_interleaved, interleaved);
}

static unsigned last_psdt; /* of an I/O command */

static void note_psdt(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0)
        last_psdt = command[0] >> 14 & 3;
}

static int run(struct scenario *s, struct tracked *io, uint32_t opcode, uint32_t blocks,
               const struct lwnvme_buffer *buffer)
{
    int status;

    if (opcode == LWNVME_NVM_WRITE)
        status = lwnvme_write(s->queue, s->ns, &io->request, 3, blocks, buffer);
    else if (opcode == LWNVME_NVM_READ)
        status = lwnvme_read(s->queue, s->ns, &io->request, 3, blocks, buffer);
    else
        status = lwnvme_compare(s->queue, s->ns, &io->request, 3, blocks, buffer);
    status = scenario_accept(io, status);
    if (status != LWNVME_OK)
        return status;
    scenario_wait_all(s, s->queue);
    return io->request.status;
}

/* Units (data, then metadata) to and from buffers of the format's shape. */
static void spread(const struct scenario *s, uint8_t *units, uint8_t *data, uint8_t *metadata,
                   uint32_t blocks, bool out)
{
    uint32_t bytes = s->ns->metadata_bytes;

    for (uint32_t block = 0; block < blocks; block++) {
        uint8_t *unit = units + block * (512 + bytes);
        uint8_t *at = s->ns->metadata_interleaved ? data + block * (512 + bytes) : data + block * 512;
        uint8_t *meta = s->ns->metadata_interleaved ? at + 512 : metadata + block * bytes;

        memcpy(out ? at : unit, out ? unit : at, 512);
        memcpy(out ? meta : unit + 512, out ? unit + 512 : meta, bytes);
    }
}

static void medium_compare(const struct scenario *s, const uint8_t *units, uint32_t blocks)
{
    uint32_t bytes = 512u + s->ns->metadata_bytes;
    uint8_t unit[1024];

    for (uint32_t block = 0; block < blocks; block++) {
        assert_true(lwnvme_sim_read_unit(s->sim, 1, 3 + block, unit));
        assert_memory_equal(unit, units + block * bytes, bytes);
    }
}

static void round_trips(struct scenario *s, uint32_t data_at, uint32_t metadata_at)
{
    static const uint32_t counts[] = {1, 2, 7, 8, 64, 251, 252, 256, 257, BLOCKS};
    uint32_t bytes = s->ns->metadata_bytes;
    uint8_t *units = scenario_memory(BLOCKS * 1024, 4096);
    uint8_t *data = scenario_memory(BLOCKS * 1024 + 8192, 4096);
    uint8_t *metadata = scenario_memory(BLOCKS * 1024 + 8192, 4096);
    struct tracked *io = scenario_request(s);

    for (size_t row = 0; row < sizeof(counts) / sizeof(counts[0]); row++) {
        uint32_t blocks = counts[row];
        size_t length = (size_t)blocks * (512 + (s->ns->metadata_interleaved ? bytes : 0));
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + data_at, length);

        if (!s->ns->metadata_interleaved)
            buffer = lwnvme_buffer_with_metadata(buffer, (uintptr_t)metadata + metadata_at, blocks * bytes);
        scenario_fill(units, (size_t)blocks * (512 + bytes), row);
        spread(s, units, data + data_at, metadata + metadata_at, blocks, true);
        assert_int_equal(run(s, io, LWNVME_NVM_WRITE, blocks, &buffer), LWNVME_OK);
        assert_int_equal(io->request.bytes_done, blocks * 512);
        medium_compare(s, units, blocks);
        assert_int_equal(run(s, io, LWNVME_NVM_COMPARE, blocks, &buffer), LWNVME_OK);
        memset(data, 0x22, BLOCKS * 1024 + 8192);
        memset(metadata, 0x22, BLOCKS * 1024 + 8192);
        assert_int_equal(run(s, io, LWNVME_NVM_READ, blocks, &buffer), LWNVME_OK);
        memset(units, 0, (size_t)blocks * (512 + bytes));
        spread(s, units, data + data_at, metadata + metadata_at, blocks, false);
        medium_compare(s, units, blocks);
        assert_int_equal(data[data_at + length], 0x22);
        assert_int_equal(metadata[metadata_at + blocks * bytes], 0x22);
        assert_int_equal(lwnvme_sim_outstanding_maps(s->sim), 0);
    }
    free(units);
    free(data);
    free(metadata);
}

static void metadata_in_every_shape(void **state)
{
    static const uint16_t sizes[] = {8, 16, 64, 128};
    const struct lwnvme_queue_config plain = {.entries = 8};
    const struct lwnvme_queue_config full = {
        .entries = 8, .mapper = &lwnvme_mapper_full, .sgl = LWNVME_SGL_ALWAYS};
    struct scenario s;

    (void)state;
    for (uint32_t variant = 0; variant < 64; variant++) {
        scenario_prepare(&s);
        s.settings.scattered = (variant & 1) == 0;
        s.settings.shadow_dma = (variant & 2) != 0;
        s.settings.sgls = (variant & 8) != 0 ? 2 : 0;
        s.settings.ns[0].noiob = (variant & 4) != 0 ? 20 : 0;
        begin(&s, sizes[variant >> 4], (variant & 4) != 0, (variant & 8) != 0 ? &full : &plain);
        round_trips(&s, 4u * (variant * 97u % 1000u), sizes[variant >> 4] * (variant % 32u));
        scenario_end(&s);
    }
}

/* Metadata that lie across two pages which are apart for the controller: split there, or refused in a block's midst. */
static void metadata_across_pages(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8};
    uint8_t *metadata = scenario_memory(8192, 4096);
    uint8_t *data = scenario_memory(8192, 4096);
    struct lwnvme_buffer buffer;
    struct scenario s;
    struct tracked *io;
    uint64_t before;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 64, false, &config);
    io = scenario_request(&s);
    before = lwnvme_sim_counters(s.sim)->commands;
    buffer =
        lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, 8 * 512), (uintptr_t)metadata + 4096 - 192, 512);
    assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, 8, &buffer), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 2);
    buffer =
        lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, 8 * 512), (uintptr_t)metadata + 4096 - 32, 512);
    assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, 8, &buffer), LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
    lwnvme_sim_settings(s.sim)->dma_map_fail_at = lwnvme_sim_counters(s.sim)->dma_maps + 1;
    assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, 8, &buffer), LWNVME_ERR_DMA_MAP);
    scenario_end(&s);
    free(metadata);
    free(data);
}

/* At single bytes, and by a descriptor, as far as the controller says that it can: SGLS. */
static void metadata_anywhere_with_sgls(void **state)
{
    static const struct {
        uint32_t sgls;
        uint32_t policy;
        uint32_t at;
        bool taken;
        unsigned psdt;
    } rows[] = {{1u | 1u << 17, LWNVME_SGL_WHERE_IT_PAYS, 3, true, 1},
                {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 3, true, 2},
                {1u | 1u << 17 | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 1, true, 2},
                {2u | 1u << 17 | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 2, true, 1},
                {2u | 1u << 19, LWNVME_SGL_ALWAYS, 8, true, 2},
                {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 8, true, 0},
                {1u, LWNVME_SGL_ALWAYS, 8, true, 1},
                {1u, LWNVME_SGL_ALWAYS, 2, false, 0},
                {2u | 1u << 19, LWNVME_SGL_ALWAYS, 2, false, 0},
                {1u | 1u << 17 | 1u << 19, LWNVME_SGL_NEVER, 2, false, 0},
                {0, LWNVME_SGL_WHERE_IT_PAYS, 2, false, 0}};
    uint8_t *memory = scenario_memory(8192, 4096);

    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        for (uint32_t shadow = 0; shadow < 2; shadow++) {
            const struct lwnvme_queue_config config = {.entries = 8,
                                                       .mapper = &lwnvme_mapper_full,
                                                       .sgl = (uint8_t)rows[row].policy,
                                                       .bounce_bytes = 65536};
            struct lwnvme_buffer buffer = lwnvme_buffer_with_metadata(
                lwnvme_buffer_cpu(memory, 1024), (uintptr_t)memory + 4096 + rows[row].at, 32);
            struct scenario s;

            scenario_prepare(&s);
            s.settings.scattered = false;
            s.settings.sgls = rows[row].sgls;
            s.settings.shadow_dma = shadow != 0;
            s.settings.on_command = note_psdt;
            begin(&s, 16, false, &config);
            last_psdt = 9;
            if (rows[row].taken) {
                round_trips(&s, 0, rows[row].at);
                assert_int_equal(last_psdt, rows[row].psdt);
            } else {
                assert_int_equal(run(&s, scenario_request(&s), LWNVME_NVM_WRITE, 2, &buffer),
                                 LWNVME_ERR_BUFFER_ALIGNMENT);
                assert_int_equal(last_psdt, 9);
            }
            scenario_end(&s);
        }
    }
    free(memory);
}

/* Metadata in pieces that are apart for the controller: one command even so, where it takes an SGL for them. */
static void metadata_in_several_pieces(void **state)
{
    static const struct {
        uint32_t sgls;
        uint32_t policy;
        uint16_t bytes; /* of a block's metadata */
        uint32_t at;    /* in a page */
        uint32_t blocks;
        uint32_t commands; /* 0: refused */
        unsigned psdt;
        uint32_t data_at;     /* in a page */
        uint32_t descriptors; /* that data may have; 0: enough */
    } rows[] = {
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 4064, 8, 1, 2, 0, 0}, /* in a block's midst */
        {2u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 4064, 8, 1, 2, 0, 0},
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 3904, 8, 1, 2, 0, 0},
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 4063, 8, 1, 2, 0, 0},
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 3584, 8, 1, 0, 0, 0}, /* in one piece after all */
        {1u | 1u << 19, LWNVME_SGL_ALWAYS, 64, 3584, 8, 1, 2, 0, 0},
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 128, 4092, 192, 1, 2, 0, 0}, /* seven pieces */
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 128, 4092, 193, 2, 2, 0, 0}, /* and one block more */
        {1u | 3u << 8 | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 512, 4092, 24, 2, 2, 0, 0}, /* no more than 3 */
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 3904, 8, 2, 0, 3840, 1}, /* data by PRP entries alone */
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 4064, 8, 0, 9, 3840, 1},
        {1u | 1u << 19, LWNVME_SGL_ALWAYS, 64, 0, 16, 2, 2, 0, 1},           /* so are those in one piece */
        {1u | 1u << 19, LWNVME_SGL_WHERE_IT_PAYS, 64, 4064, 16, 2, 0, 0, 1}, /* data are cut, and so they */
        {2u | 1u << 19, LWNVME_SGL_ALWAYS, 6, 4088, 1, 1, 1, 0, 0},          /* no dwords: as MPTR can */
        {1u, LWNVME_SGL_WHERE_IT_PAYS, 64, 3904, 8, 2, 0, 0, 0},
        {1u, LWNVME_SGL_WHERE_IT_PAYS, 64, 4064, 8, 0, 9, 0, 0},
        {1u | 1u << 17, LWNVME_SGL_ALWAYS, 64, 4064, 8, 0, 9, 0, 0},
        {1u | 1u << 19, LWNVME_SGL_NEVER, 64, 4064, 8, 0, 9, 0, 0},
    };
    uint8_t *memory = scenario_memory(65536, 4096);
    uint8_t *data = scenario_memory(256 * 512, 4096);

    (void)state;
    for (size_t row = 0; row < 2 * sizeof(rows) / sizeof(rows[0]); row++) {
        const size_t index = row / 2;
        const struct lwnvme_queue_config config = {.entries = 8,
                                                   .mapper = &lwnvme_mapper_full,
                                                   .sgl = (uint8_t)rows[index].policy,
                                                   .sgl_descriptors = (uint16_t)rows[index].descriptors};
        const size_t bytes = (size_t)rows[index].blocks * rows[index].bytes;
        struct lwnvme_buffer buffer = lwnvme_buffer_with_metadata(
            lwnvme_buffer_cpu(data + rows[index].data_at, (size_t)rows[index].blocks * 512),
            (uintptr_t)memory + rows[index].at, bytes);
        struct scenario s;
        struct tracked *io;
        uint64_t before;

        scenario_prepare(&s);
        s.settings.sgls = rows[index].sgls;
        s.settings.shadow_dma = row % 2 != 0;
        s.settings.on_command = note_psdt;
        begin(&s, rows[index].bytes, false, &config);
        io = scenario_request(&s);
        last_psdt = 9;
        before = lwnvme_sim_counters(s.sim)->commands;
        scenario_fill(memory, 65536, row);
        if (rows[index].commands == 0) {
            assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, rows[index].blocks, &buffer),
                             LWNVME_ERR_BUFFER_LAYOUT);
        } else {
            uint8_t unit[1024];

            assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, rows[index].blocks, &buffer), LWNVME_OK);
            for (uint32_t block = 0; block < rows[index].blocks; block++) {
                assert_true(lwnvme_sim_read_unit(s.sim, 1, 3 + block, unit));
                assert_memory_equal(unit + 512, memory + rows[index].at + block * rows[index].bytes,
                                    rows[index].bytes);
            }
            memset(memory, 0x11, 65536);
            assert_int_equal(run(&s, io, LWNVME_NVM_READ, rows[index].blocks, &buffer), LWNVME_OK);
            for (uint32_t block = 0; block < rows[index].blocks; block++) {
                assert_true(lwnvme_sim_read_unit(s.sim, 1, 3 + block, unit));
                assert_memory_equal(unit + 512, memory + rows[index].at + block * rows[index].bytes,
                                    rows[index].bytes);
            }
            assert_int_equal(memory[rows[index].at + bytes], 0x11);
        }
        assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 2 * rows[index].commands);
        assert_int_equal(last_psdt, rows[index].psdt);
        assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
        scenario_end(&s);
    }
    free(memory);
    free(data);
}

/* A write that is one command or none is refused where its metadata are in pieces, and leaves no bounce memory behind: what
 * was copied for it must not get into the buffer of the next command. */
static void an_atomic_write_with_metadata_in_pieces_keeps_no_bounce_memory(void **state)
{
    const struct lwnvme_queue_config config = {
        .entries = 8, .mapper = &lwnvme_mapper_full, .sgl = LWNVME_SGL_NEVER, .bounce_bytes = 16384};
    uint8_t *memory = scenario_memory(32768, 4096);
    uint8_t *metadata = memory + 16384;
    uint8_t unit[1024];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.awun = 63;
    begin(&s, 64, false, &config);
    for (uint32_t round = 0; round < 40; round++) {
        struct lwnvme_buffer odd =
            lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(memory + 1, 4096), (uintptr_t)metadata + 3904, 512);
        struct lwnvme_buffer even =
            lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(memory, 4096), (uintptr_t)metadata, 512);
        struct tracked *io = scenario_request(&s);

        memset(memory, 0x5a, 32768);
        io->request.flags = LWNVME_REQUEST_ATOMIC;
        assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, 8, &odd), LWNVME_ERR_BUFFER_LAYOUT);
        io = scenario_request(&s);
        assert_int_equal(run(&s, io, LWNVME_NVM_READ, 8, &even), LWNVME_OK);
        for (uint32_t block = 0; block < 8; block++) {
            assert_true(lwnvme_sim_read_unit(s.sim, 1, 3 + block, unit));
            assert_memory_equal(memory + (size_t)block * 512, unit, 512);
        }
    }
    round_trips(&s, 1, 0); /* all of it is free again */
    scenario_end(&s);
    free(memory);
}

/* Metadata that follow each block count in the limits of commands that move nothing, unless the controller excludes them. */
static void limits_of_commands_count_interleaved_metadata(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8};

    (void)state;
    for (uint32_t row = 0; row < 4; row++) {
        const bool interleaved = row != 0;
        const bool excluded = row == 2;
        const uint32_t blocks = !interleaved || excluded ? 16 : row == 3 ? 1 : 14; /* of 8 KiB */
        struct lwnvme_limits limits;
        struct scenario s;

        scenario_prepare(&s);
        s.settings.wzsl = 1;
        s.settings.vsl = 30; /* beyond all transfers */
        if (excluded)
            s.settings.ctratt |= LWNVME_CTRATT_MDTS_EXCLUDES_METADATA;
        begin(&s, row == 3 ? 4000 : 64, interleaved, &config);
        assert_int_equal(lwnvme_limits_get(s.ns, &limits), LWNVME_OK);
        assert_int_equal(limits.write_zeroes_blocks, blocks);
        assert_true(limits.verify_blocks >= 65536);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 28, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE_ZEROES],
                         (28 + blocks - 1) / blocks);
        scenario_end(&s);
    }
}

/* Whichever mapping fails: nothing stays mapped, and it is told. */
static void mappings_of_several_pieces_fail(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    uint8_t *memory = scenario_memory(3 * 8192, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(memory, 16 * 512),
                                                              (uintptr_t)memory + 8192 + 4064, 16 * 512);
    uint32_t failed = 0;

    (void)state;
    for (uint32_t at = 1; at < 8; at++) {
        struct scenario s;
        struct tracked *io;

        scenario_prepare(&s);
        s.settings.sgls = 1u | 1u << 19;
        begin(&s, 512, false, &config);
        io = scenario_request(&s);
        lwnvme_sim_settings(s.sim)->dma_map_fail_at = lwnvme_sim_counters(s.sim)->dma_maps + at;
        if (run(&s, io, LWNVME_NVM_WRITE, 16, &buffer) != LWNVME_OK) {
            assert_int_equal(run(&s, io, LWNVME_NVM_WRITE, 16, &buffer), LWNVME_OK);
            failed++;
        }
        assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
        scenario_end(&s);
    }
    assert_int_equal(failed, 5); /* two pages of data, three of metadata */
    free(memory);
}

static void buffers_of_the_wrong_shape(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8};
    uint8_t *memory = scenario_memory(8192, 4096);
    struct lwnvme_buffer data = lwnvme_buffer_cpu(memory, 1024);
    struct lwnvme_buffer both = lwnvme_buffer_with_metadata(data, (uintptr_t)memory + 4096, 16);
    struct scenario s;
    struct tracked *io;

    (void)state;
    for (int interleaved = 0; interleaved < 2; interleaved++) {
        uint64_t before;

        scenario_prepare(&s);
        begin(&s, 8, interleaved != 0, &config);
        io = scenario_request(&s);
        before = lwnvme_sim_counters(s.sim)->commands;
        if (interleaved != 0) {
            assert_int_equal(run(&s, io, LWNVME_NVM_READ, 2, &both), LWNVME_ERR_METADATA_BUFFER);
            assert_int_equal(run(&s, io, LWNVME_NVM_READ, 2, &data), LWNVME_ERR_BUFFER_LENGTH);
        } else {
            assert_int_equal(run(&s, io, LWNVME_NVM_READ, 2, &data), LWNVME_ERR_METADATA_BUFFER);
            assert_int_equal(run(&s, io, LWNVME_NVM_READ, 3, &both), LWNVME_ERR_BUFFER_LENGTH);
        }
        assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before);
        /* What moves no blocks has none. */
        assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 3, 2, 0), LWNVME_OK);
        scenario_end(&s);
    }
    /* A namespace without metadata has no use for such a buffer. */
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 4);
    s.ns = calloc(1, sizeof(*s.ns));
    assert_int_equal(lwnvme_sync_metadata_open(s.controller, 1, s.ns), LWNVME_OK);
    io = scenario_request(&s);
    assert_int_equal(run(&s, io, LWNVME_NVM_READ, 2, &both), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(run(&s, io, LWNVME_NVM_READ, 2, &data), LWNVME_OK);
    scenario_end(&s);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_in_every_shape),
        cmocka_unit_test(metadata_across_pages),
        cmocka_unit_test(metadata_anywhere_with_sgls),
        cmocka_unit_test(metadata_in_several_pieces),
        cmocka_unit_test(an_atomic_write_with_metadata_in_pieces_keeps_no_bounce_memory),
        cmocka_unit_test(limits_of_commands_count_interleaved_metadata),
        cmocka_unit_test(mappings_of_several_pieces_fail),
        cmocka_unit_test(buffers_of_the_wrong_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

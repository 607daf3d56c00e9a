/* SPDX-License-Identifier: MIT */
/*
 * The full mapper on the software controller: SGLs, bounce memory, and what is thrown away. The controller checks each
 * descriptor; a byte outside what was mapped, or of a mapping that has ended, is a violation.
 */
#include "scenario.h"

#define BLOCKS 96u

static void begin(struct scenario *s, const struct lwnvme_queue_config *config)
{
    scenario_power(s);
    if (!s->settings.shadow_dma)
        s->ops->dma_sync = NULL; /* coherent */
    assert_int_equal(scenario_open(s), LWNVME_OK);
    s->queue = calloc(1, sizeof(*s->queue));
    assert_int_equal(lwnvme_sync_queue_create(s->controller, s->queue, config), LWNVME_OK);
    scenario_namespace(s);
}

static int read_or_write(struct scenario *s, struct tracked *io, bool write, uint32_t blocks,
                         const struct lwnvme_buffer *buffer)
{
    int status = scenario_accept(io, write ? lwnvme_write(s->queue, s->ns, &io->request, 7, blocks, buffer)
                                           : lwnvme_read(s->queue, s->ns, &io->request, 7, blocks, buffer));
    if (status != LWNVME_OK)
        return status;
    scenario_wait_all(s, s->queue);
    return io->request.status;
}

/* Random pieces of a buffer in random places of memory; grain: what lengths and addresses are multiples of. */
static uint32_t cut(struct lwnvme_segment *segments, uint32_t most, uint8_t *memory, size_t length,
                    uint32_t grain, uint32_t *random)
{
    uint32_t count = 0;
    size_t at = 64;

    while (length != 0 && count < most) {
        size_t piece = (1 + scenario_random(random) % (1500 / grain)) * grain;

        if (piece > length || count + 1 == most)
            piece = length;
        at += scenario_random(random) % 64 * grain + grain;
        segments[count].address = (uintptr_t)(memory + at);
        segments[count++].length_bytes = piece;
        at += piece;
        length -= piece;
    }
    return count;
}

static void gather(const struct lwnvme_segment *segments, uint32_t count, uint8_t *data, bool out)
{
    for (uint32_t index = 0; index < count; index++) {
        void *place = (void *)(uintptr_t)segments[index].address;

        memcpy(out ? place : data, out ? data : place, segments[index].length_bytes);
        data += segments[index].length_bytes;
    }
}

/* Writes from, and reads into, scattered buffers of every kind, and compares with the medium. */
static void exercise(struct scenario *s, uint32_t rounds, uint32_t grain, uint32_t seed)
{
    uint8_t *memory = scenario_memory(1 << 20, 4096);
    uint8_t data[BLOCKS * 512];
    uint8_t seen[BLOCKS * 512];
    struct lwnvme_segment segments[200];
    struct tracked *io = scenario_request(s);
    uint32_t random = seed;

    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t blocks = 1 + scenario_random(&random) % BLOCKS;
        uint32_t most = 1 + scenario_random(&random) % 200;
        uint32_t count = cut(segments, most, memory, blocks * 512, grain, &random);
        struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, count, 0);

        scenario_fill(data, blocks * 512, round);
        memset(memory, 0x33, 1 << 20);
        gather(segments, count, data, true);
        assert_int_equal(read_or_write(s, io, true, blocks, &buffer), LWNVME_OK);
        assert_true(lwnvme_sim_read_blocks(s->sim, 1, 7, blocks, seen));
        assert_memory_equal(seen, data, blocks * 512);
        scenario_fill(data, blocks * 512, round + 1000);
        assert_true(lwnvme_sim_write_blocks(s->sim, 1, 7, blocks, data));
        memset(memory, 0x33, 1 << 20);
        assert_int_equal(read_or_write(s, io, false, blocks, &buffer), LWNVME_OK);
        gather(segments, count, seen, false);
        assert_memory_equal(seen, data, blocks * 512);
        for (uint32_t index = 0; index < count; index++) { /* nothing beside the segments */
            const uint8_t *place = (const uint8_t *)(uintptr_t)segments[index].address;

            assert_int_equal(place[-1], 0x33);
            assert_int_equal(place[segments[index].length_bytes], 0x33);
        }
        assert_int_equal(lwnvme_sim_outstanding_maps(s->sim), 0);
    }
    free(memory);
}

static void prepare(struct scenario *s, uint32_t variant)
{
    scenario_prepare(s);
    s->time_limit_us = 1000 * SECOND_US;
    s->settings.scattered = (variant & 1) == 0;
    s->settings.shadow_dma = (variant & 2) != 0;
    s->settings.mdts = (variant & 4) != 0 ? 2 : 5;
    s->settings.ns[0].noiob = (variant & 8) != 0 ? 24 : 0;
}

static void sgl_expresses_what_prp_entries_cannot(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    struct scenario s;

    (void)state;
    for (uint32_t variant = 0; variant < 16; variant++) {
        prepare(&s, variant);
        s.settings.sgls = 1;
        begin(&s, &config);
        exercise(&s, 20, 1, variant + 1);
        assert_int_equal(s.queue->bounces, 0);
        scenario_end(&s);
        prepare(&s, variant);
        s.settings.sgls = 2; /* dwords */
        begin(&s, &config);
        exercise(&s, 20, 4, variant + 1);
        assert_int_equal(s.queue->bounces, 0);
        scenario_end(&s);
    }
}

/* Without SGLs: through bounce memory, of which there is little, so that requests wait and pieces end in any order. */
static void fault_068_075_bounce_memory_serves_anything(void **state)
{
    struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    struct scenario s;

    (void)state;
    for (uint32_t variant = 0; variant < 32; variant++) {
        prepare(&s, variant);
        s.settings.sgls = variant % 3 == 0 ? 2 : 0;
        config.bounce_bytes = (variant & 16) != 0 ? 1 : 65536 * 3;
        begin(&s, &config);
        exercise(&s, 20, 1, variant + 1);
        assert_true(s.queue->bounces != 0);
        scenario_end(&s);
    }
}

/* What PRP entries can express costs no copy: only the blocks that straddle pieces do. */
static void only_blocks_that_must_are_bounced(void **state)
{
    const struct lwnvme_queue_config config = {
        .entries = 8, .mapper = &lwnvme_mapper_full, .bounce_bytes = 4096};
    uint8_t *memory = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[3] = {
        {(uintptr_t)memory, 768}, {(uintptr_t)memory + 8192 + 8, 1280}, {(uintptr_t)memory + 16384 + 1, 512}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 3, 0);
    struct scenario s;
    struct tracked *io;
    uint64_t before;

    (void)state;
    scenario_prepare(&s);
    begin(&s, &config);
    io = scenario_request(&s);
    before = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(read_or_write(&s, io, true, 5, &buffer), LWNVME_OK);
    /* block 0 as it is; block 1 straddles; blocks 2 and 3 as they are; block 4 at an odd address */
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 4);
    assert_int_equal(s.queue->bounces, 2);
    assert_int_equal(s.queue->splits, 3);
    /* An ordinary buffer: nothing of this. */
    buffer = lwnvme_buffer_cpu(memory, 65536);
    assert_int_equal(read_or_write(&s, io, false, 100, &buffer), LWNVME_OK);
    assert_int_equal(s.queue->bounces, 2);
    scenario_end(&s);
    free(memory);
}

/* Segments that follow each other are one stretch of memory, however they are cut: the host is asked for it as a whole, also
 * one that gives each mapping an address of its own, and bounce memory is left alone. */
static void neighbours_are_one_stretch(void **state)
{
    static const size_t lengths[] = {4, 12, 700, 36, 1024, 4000, 8, 3432}; /* 18 blocks */
    struct lwnvme_queue_config config = {.entries = 8};
    uint8_t *memory = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[9];
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 9, 0);
    uint8_t data[20 * 512];
    struct scenario s;
    struct tracked *io;

    (void)state;
    for (uint32_t round = 0; round < 8; round++) {
        uintptr_t address = (uintptr_t)memory + 64;

        scenario_prepare(&s);
        s.settings.scattered = (round & 1) != 0;
        s.settings.shadow_dma = (round & 2) != 0;
        config.mapper = (round & 4) != 0 ? &lwnvme_mapper_full : NULL;
        config.bounce_bytes = config.mapper != NULL ? 65536 : 0;
        begin(&s, &config);
        for (uint32_t index = 0; index < 8; index++) {
            segments[index].address = address;
            segments[index].length_bytes = lengths[index];
            address += lengths[index];
        }
        segments[8].address = (uintptr_t)memory + 32768; /* and one elsewhere, after whole blocks */
        segments[8].length_bytes = sizeof(data) - (address - (uintptr_t)memory - 64);
        io = scenario_request(&s);
        scenario_fill(data, sizeof(data), round);
        gather(segments, 9, data, true);
        assert_int_equal(read_or_write(&s, io, true, 20, &buffer), LWNVME_OK);
        memset(data, 0, sizeof(data));
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 7, 20, data));
        memset(memory, 0, 65536);
        assert_int_equal(read_or_write(&s, io, false, 20, &buffer), LWNVME_OK);
        gather(segments, 9, data, false);
        scenario_fill(memory, sizeof(data), round);
        assert_memory_equal(data, memory, sizeof(data));
        assert_int_equal(s.queue->bounces, 0);
        scenario_end(&s);
    }
    free(memory);
}

/* A failed piece leaves the caller's memory behind it as it was; what came before is there. */
static void fault_143_only_what_was_done_is_copied_out(void **state)
{
    struct lwnvme_queue_config config = {.entries = 10, .mapper = &lwnvme_mapper_full};
    uint8_t *memory = scenario_memory(65536, 4096);
    uint8_t data[64 * 512];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory + 3, 64 * 512);
    size_t done;
    struct scenario s;
    struct tracked *io;

    (void)state;
    for (int round = 0; round < 4;
         round++) { /* one piece after the other, or what follows is under way already */
        scenario_prepare(&s);
        s.settings.shadow_dma = (round & 1) == 0;
        config.bounce_bytes = (round & 2) == 0 ? 4096 : 8 * 4096;
        if ((round & 2) != 0)
            s.settings.ns[0].noiob = 8;
        begin(&s, &config);
        io = scenario_request(&s);
        scenario_fill(data, sizeof(data), 5);
        assert_true(lwnvme_sim_write_blocks(s.sim, 1, 7, 64, data));
        assert_true(
            lwnvme_sim_spoil_blocks(s.sim, 1, 7 + 20, 1)); /* in the third or fourth piece of 8 blocks */
        memset(memory, 0x44, 65536);
        assert_int_equal(lwnvme_status_code(read_or_write(&s, io, false, 64, &buffer)),
                         LWNVME_SC_UNRECOVERED_READ_ERROR);
        done = (round & 2) == 0 ? 16 * 512 : 17 * 512;
        assert_int_equal(io->request.bytes_done, done);
        assert_memory_equal(memory + 3, data, done);
        for (size_t at = 3 + done; at < 65536; at++)
            assert_int_equal(memory[at], 0x44);
        assert_int_equal(memory[2], 0x44);
        /* A write that fails has changed nothing of the caller's, either. */
        memcpy(memory + 3, data, sizeof(data));
        assert_true(lwnvme_sim_fault_add(s.sim, &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                                           .opcode = LWNVME_NVM_WRITE,
                                                                           .status = 0x281}));
        assert_int_not_equal(read_or_write(&s, io, true, 64, &buffer), LWNVME_OK);
        assert_memory_equal(memory + 3, data, sizeof(data));
        scenario_end(&s);
    }
    free(memory);
}

/* More requests than there is bounce memory for: they wait in their order, or are told so; a reset gives all back. */
static void bounce_memory_is_waited_for(void **state)
{
    const struct lwnvme_queue_config config = {
        .entries = 16, .mapper = &lwnvme_mapper_full, .bounce_bytes = 8192};
    uint8_t *memory = scenario_memory(12 * 8192, 4096);
    struct tracked *ios[12];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    begin(&s, &config);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t index = 0; index < 12; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory + index * 8192 + 1, 4096);

            if (round == 0)
                ios[index] = scenario_request(&s);
            ios[index]->request.flags = 0;
            assert_int_equal(scenario_accept(ios[index], lwnvme_write(s.queue, s.ns, &ios[index]->request,
                                                                      index * 8, 8, &buffer)),
                             LWNVME_OK);
            assert_true(lwnvme_queue_in_flight(s.queue) <= 2);
        }
        if (round == 0) {
            struct tracked *late = scenario_request(&s);
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory + 1, 4096);

            late->request.flags = LWNVME_REQUEST_NO_WAIT;
            assert_int_equal(lwnvme_write(s.queue, s.ns, &late->request, 0, 8, &buffer), LWNVME_ERR_BUSY);
            scenario_wait_all(&s, s.queue);
            for (uint32_t index = 0; index < 12; index++)
                assert_int_equal(ios[index]->request.status, LWNVME_OK);
        }
    }
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    for (uint32_t index = 0; index < 12; index++)
        assert_false(lwnvme_request_active(&ios[index]->request));
    exercise(&s, 3, 1, 9); /* all of it is free again */
    scenario_end(&s);
    free(memory);
}

/* A write that is one command or none waits for as much bounce memory as it takes, and leaves none behind. */
static void an_atomic_write_waits_for_all_of_its_bounce_memory(void **state)
{
    const struct lwnvme_queue_config config = {
        .entries = 8, .mapper = &lwnvme_mapper_full, .bounce_bytes = 16384};
    uint8_t *memory = scenario_memory(65536, 4096);
    uint8_t data[32 * 512];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.awun = 63;
    s.settings.latency_us = 20;
    begin(&s, &config);
    for (uint32_t blocks = 8; blocks <= 40; blocks += 8) {
        struct lwnvme_buffer small = lwnvme_buffer_cpu(memory + 40001, 4096);
        struct lwnvme_buffer large = lwnvme_buffer_cpu(memory + 1, (size_t)blocks * 512);
        struct tracked *first = scenario_request(&s);
        struct tracked *second = scenario_request(&s);
        const uint64_t before = lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE];
        int status;

        scenario_fill(memory, 65536, blocks);
        assert_int_equal(scenario_accept(first, lwnvme_read(s.queue, s.ns, &first->request, 900, 8, &small)),
                         LWNVME_OK);
        second->request.flags = LWNVME_REQUEST_ATOMIC;
        status = scenario_accept(second, lwnvme_write(s.queue, s.ns, &second->request, 64, blocks, &large));
        scenario_wait_all(&s, s.queue);
        if (blocks > 32) { /* more than there is */
            assert_int_equal(status, LWNVME_ERR_BUFFER_LAYOUT);
            continue;
        }
        assert_int_equal(status, LWNVME_OK);
        assert_int_equal(second->request.status, LWNVME_OK);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE], before + 1);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 64, blocks, data));
        assert_memory_equal(data, memory + 1, (size_t)blocks * 512);
    }
    exercise(&s, 3, 1, 9); /* all of it is free again */
    scenario_end(&s);
    free(memory);
}

/* Named refusals stay where neither way is there. */
static void fault_068_142_what_is_refused_even_so(void **state)
{
    struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    uint8_t *memory = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[2] = {{(uintptr_t)memory, 256}, {(uintptr_t)memory + 8192, 256}};
    struct lwnvme_segment empty[2] = {{(uintptr_t)memory, 512}, {(uintptr_t)memory + 8192, 0}};
    struct lwnvme_segment skips[2] = {{LWNVME_SEGMENT_SKIP, 512}, {(uintptr_t)memory, 512}};
    struct lwnvme_buffer buffer;
    struct scenario s;
    struct tracked *io;
    uint64_t before;

    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        scenario_prepare(&s);
        config.bounce_bytes = round == 2 ? 4096 : 0;
        config.sgl = round == 1 ? LWNVME_SGL_NEVER : 0;
        s.settings.sgls = round == 1 ? 1 : 0;
        begin(&s, &config);
        io = scenario_request(&s);
        before = lwnvme_sim_counters(s.sim)->commands;
        buffer = lwnvme_buffer_device(0x1001, 512); /* not the library's to copy */
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        buffer = lwnvme_buffer_segments(empty, 2, 0);
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 2, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        buffer = lwnvme_buffer_segments(skips, 2, 0);
        assert_int_equal(lwnvme_write(s.queue, s.ns, &io->request, 0, 2, &buffer), LWNVME_ERR_BUFFER_LAYOUT);
        if (round != 2) {
            assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 2, &buffer),
                             LWNVME_ERR_BUFFER_LAYOUT);
            buffer = lwnvme_buffer_cpu(memory + 1, 512);
            assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer),
                             LWNVME_ERR_BUFFER_ALIGNMENT);
            buffer = lwnvme_buffer_segments(segments, 2, 0);
            assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer),
                             LWNVME_ERR_BUFFER_LAYOUT);
        }
        assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before);
        assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
        assert_false(lwnvme_request_active(&io->request));
        scenario_end(&s);
    }
    free(memory);
}

/* Reads that leave something out: by a bit bucket, or into bounce memory. */
static void what_nobody_wants_is_thrown_away(void **state)
{
    struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    uint8_t *memory = scenario_memory(65536, 4096);
    uint8_t data[16 * 512];
    struct lwnvme_segment segments[4] = {{LWNVME_SEGMENT_SKIP, 1000},
                                         {(uintptr_t)memory + 64, 3000},
                                         {LWNVME_SEGMENT_SKIP, 96},
                                         {(uintptr_t)memory + 8192, 4096}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 4, 0);
    struct scenario s;
    struct tracked *io;

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        if (!scenario_on_software && (round & 1) != 0)
            continue; /* QEMU has no bit buckets */
        scenario_prepare(&s);
        s.settings.sgls = (round & 1) != 0 ? 1 | LWNVME_SGLS_BIT_BUCKET : 1;
        s.settings.shadow_dma = (round & 2) != 0;
        config.bounce_bytes = 8192;
        begin(&s, &config);
        io = scenario_request(&s);
        scenario_fill(data, sizeof(data), 6);
        assert_true(lwnvme_sim_write_blocks(s.sim, 1, 7, 16, data));
        memset(memory, 0x55, 65536);
        assert_int_equal(read_or_write(&s, io, false, 16, &buffer), LWNVME_OK);
        assert_memory_equal(memory + 64, data + 1000, 3000);
        assert_memory_equal(memory + 8192, data + 4096, 4096);
        assert_int_equal(memory[63], 0x55);
        assert_int_equal(memory[64 + 3000], 0x55);
        assert_int_equal(memory[8192 + 4096], 0x55);
        assert_true((round & 1) == 0 ? s.queue->bounces != 0 : s.queue->bounces == 0);
        scenario_end(&s);
    }
    free(memory);
}

static void count_sgl(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t *counts = (uint32_t *)context;

    if (sqid != 0)
        counts[command[0] >> 14 & 3]++;
}

/* Where an SGL pays and where it does not; never when asked, or when the drive is known to get them wrong. */
static void fault_072_sgl_where_it_pays_and_may(void **state)
{
    static const struct {
        uint32_t sgls;
        uint32_t policy;
        uint16_t vendor;
        uint32_t quirks;
        uint32_t contiguous; /* commands by SGL of each kind of buffer */
        uint32_t scattered;
    } rows[] = {
        {1, LWNVME_SGL_WHERE_IT_PAYS, 0, 0, 0, 1},
        {2, LWNVME_SGL_WHERE_IT_PAYS, 0, 0, 0, 1},
        {1, LWNVME_SGL_ALWAYS, 0, 0, 1, 1},
        {1, LWNVME_SGL_NEVER, 0, 0, 0, 0},
        {0, LWNVME_SGL_ALWAYS, 0, 0, 0, 0},
        {3, LWNVME_SGL_ALWAYS, 0, 0, 0, 0},      /* reserved */
        {1, LWNVME_SGL_ALWAYS, 0x19e5, 0, 0, 0}, /* Huawei */
        {1, LWNVME_SGL_ALWAYS, 0x1b36, LWNVME_QUIRK_NO_SGL, 0, 0},
    };
    uint8_t *memory = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[2] = {{(uintptr_t)memory, 1024}, {(uintptr_t)memory + 2048, 1024}};
    struct lwnvme_dsm_range range = {.slba = {{0}}, .nlb = {{8}}};

    (void)state;
    for (size_t index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        struct lwnvme_queue_config config = {
            .entries = 8, .mapper = &lwnvme_mapper_full, .sgl = rows[index].policy};
        struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 2, 0);
        uint32_t counts[4] = {0, 0, 0, 0};
        struct scenario s;

        scenario_prepare(&s);
        s.settings.sgls = rows[index].sgls;
        s.settings.on_command = count_sgl;
        s.settings.callback_context = counts;
        s.config.pci_vendor_id = rows[index].vendor;
        s.config.quirks_add = rows[index].quirks;
        begin(&s, &config);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 64, memory, 0), LWNVME_OK);
        assert_int_equal(counts[1], rows[index].contiguous);
        assert_int_equal(read_or_write(&s, scenario_request(&s), false, 4, &buffer), LWNVME_OK);
        assert_int_equal(counts[1], rows[index].contiguous + rows[index].scattered);
        assert_int_equal(counts[0], 1 - rows[index].contiguous + (rows[index].scattered == 0 ? 2 : 0));
        assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, &range, 1, LWNVME_DSM_DEALLOCATE),
                         LWNVME_OK);
        assert_int_equal(counts[1], rows[index].contiguous + rows[index].scattered); /* never by SGL */
        assert_int_equal(counts[2] + counts[3], 0);
        scenario_end(&s);
    }
    free(memory);
}

/* Lists of one, a few, exactly 256, 257 and many descriptors: a segment does not cross a page, chained where longer. */
static void descriptor_lists_of_every_length(void **state)
{
    static const uint32_t counts[] = {1, 2, 3, 16, 255, 256, 257, 258, 400, 511, 512, 513, 700};
    const struct lwnvme_queue_config config = {
        .entries = 4, .mapper = &lwnvme_mapper_full, .sgl_descriptors = 1024};
    static struct lwnvme_segment segments[1024];
    uint8_t *memory = scenario_memory(1 << 20, 4096);
    uint8_t *data = scenario_memory(1 << 20, 4096);
    struct scenario s;
    struct tracked *io;

    (void)state;
    scenario_prepare(&s);
    s.settings.sgls = 2;
    s.settings.mdts = 8;
    s.config.max_transfer_bytes = 1 << 20;
    begin(&s, &config);
    io = scenario_request(&s);
    for (size_t row = 0; row < sizeof(counts) / sizeof(counts[0]); row++) {
        uint32_t count = counts[row];
        struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, count, 0);
        uint64_t before = lwnvme_sim_counters(s.sim)->commands;
        uint32_t at = 0;

        if (!scenario_on_software && count > 511)
            break; /* QEMU takes the second of three full segments for the last one */
        for (uint32_t index = 0; index < count; index++) {
            segments[index].address = (uintptr_t)memory + index * 1024u;
            segments[index].length_bytes = 512;
        }
        scenario_fill(data, count * 512, row);
        assert_true(lwnvme_sim_write_blocks(s.sim, 1, 7, count, data));
        assert_int_equal(read_or_write(&s, io, false, count, &buffer), LWNVME_OK);
        assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 1);
        for (uint32_t index = 0; index < count; index++, at += 512)
            assert_memory_equal(memory + index * 1024u, data + at, 512);
    }
    scenario_end(&s);
    free(memory);
    free(data);
}

/* More bounce memory than there is a number for is refused, and leaves no trace. */
static void settings_that_make_no_sense_are_refused(void **state)
{
    struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    struct lwnvme_queue queue = {0};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    config.bounce_bytes = LWNVME_BOUNCE_BYTES_MAX + 1u;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.bounce_bytes = UINT32_MAX;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.bounce_bytes = 0;
    config.sgl_descriptors = LWNVME_SGL_DESCRIPTORS_MAX + 1u;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_INVALID_ARGUMENT);
    /* Without the mapper that they are for. */
    for (uint32_t round = 0; round < 3; round++) {
        struct lwnvme_queue_config idle = {.bounce_bytes = round == 0 ? 4096 : 0,
                                           .sgl = round == 1 ? LWNVME_SGL_ALWAYS : 0,
                                           .sgl_descriptors = round == 2 ? 1 : 0};

        assert_int_equal(lwnvme_queue_create(s.controller, &queue, &idle), LWNVME_ERR_INVALID_ARGUMENT);
        assert_int_equal(lwnvme_queue_status(&queue), LWNVME_ERR_QUEUE_CLOSED);
    }
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgl_expresses_what_prp_entries_cannot),
        cmocka_unit_test(fault_068_075_bounce_memory_serves_anything),
        cmocka_unit_test(only_blocks_that_must_are_bounced),
        cmocka_unit_test(neighbours_are_one_stretch),
        cmocka_unit_test(fault_143_only_what_was_done_is_copied_out),
        cmocka_unit_test(bounce_memory_is_waited_for),
        cmocka_unit_test(an_atomic_write_waits_for_all_of_its_bounce_memory),
        cmocka_unit_test(fault_068_142_what_is_refused_even_so),
        cmocka_unit_test(what_nobody_wants_is_thrown_away),
        cmocka_unit_test(fault_072_sgl_where_it_pays_and_may),
        cmocka_unit_test(descriptor_lists_of_every_length),
        cmocka_unit_test(settings_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

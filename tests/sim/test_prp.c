/* SPDX-License-Identifier: MIT */
/*
 * Buffers and PRP entries: the software controller walks every list strictly (a pointer that is not aligned, a
 * list that runs over, data in the last slot of a list page, a byte outside what was mapped: all violations).
 */
#include "scenario.h"

static void begin(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    scenario_namespace(s);
}

/* Writes and reads back `blocks` blocks in memory at `at`; guards around it must stay. */
static void round_trip(struct scenario *s, uint8_t *out, uint8_t *in, uint32_t blocks, uint32_t seed)
{
    size_t length = (size_t)blocks * s->ns->block_bytes;

    scenario_fill(out, length, seed);
    memset(in, 0, length);
    in[-1] = 0x77;
    in[length] = 0x77;
    assert_int_equal(lwnvme_sync_write(s->queue, s->ns, 5, blocks, out, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 5, blocks, in, 0), LWNVME_OK);
    assert_memory_equal(in, out, length);
    assert_int_equal(in[-1], 0x77);
    assert_int_equal(in[length], 0x77);
}

/* From one block to a little more than the largest transfer, at every dword of a page that matters. */
static void fault_069_070_lengths_and_offsets(void **state)
{
    static const uint32_t offsets[] = {0, 4, 8, 508, 512, 2048, 3584, 3588, 4080, 4088, 4092};
    uint8_t *out = scenario_memory(300 * 512 + 3 * 4096, 4096);
    uint8_t *in = scenario_memory(300 * 512 + 3 * 4096, 4096);
    struct scenario s;
    int contiguous;
    uint32_t blocks;
    size_t index;

    (void)state;
    for (contiguous = 0; contiguous < 2; contiguous++) {
        scenario_prepare(&s);
        s.settings.scattered = contiguous == 0;
        s.time_limit_us = 100 * SECOND_US;
        begin(&s, 4);
        for (index = 0; index < sizeof(offsets) / sizeof(offsets[0]); index++) {
            for (blocks = 1; blocks <= 264; blocks += blocks < 18 || blocks > 246 ? 1 : 7 * scenario_stride())
                round_trip(&s, out + 4096 + offsets[index], in + 4096 + offsets[index], blocks, blocks);
        }
        scenario_end(&s);
    }
    free(out);
    free(in);
}

/* Lists of 1, 510, 511, 512, 513, ... entries: one page of the list, exactly one, chained ones. */
static void fault_069_070_chained_lists(void **state)
{
    static const uint32_t pages[] = {1,   2,    3,    4,    510,  511,  512,  513,
                                     514, 1021, 1022, 1023, 1024, 1025, 1026, 2048};
    static const uint32_t offsets[] = {0, 4, 4092};
    size_t bytes = 2051 * 4096;
    uint8_t *out = scenario_memory(bytes, 4096);
    uint8_t *in = scenario_memory(bytes, 4096);
    struct scenario s;
    size_t index;
    size_t offset;

    (void)state;
    scenario_prepare(&s);
    s.settings.mdts = 0;
    s.settings.ns[0].flbas = 1; /* 4096 */
    s.settings.ns[0].nsze = 16384;
    s.settings.ns[0].ncap = 16384;
    s.config.max_transfer_bytes = 1u << 24;
    s.time_limit_us = 100 * SECOND_US;
    begin(&s, 4);
    for (index = 0; index < sizeof(pages) / sizeof(pages[0]); index++) {
        if (!scenario_on_software && pages[index] > 1020)
            break; /* QEMU's block layer takes 1024 pieces of memory (IOV_MAX) */
        for (offset = 0; offset < 3; offset++) {
            uint64_t commands = lwnvme_sim_counters(s.sim)->commands;

            round_trip(&s, out + 4096 + offsets[offset], in + 4096 + offsets[offset], pages[index],
                       pages[index] + (uint32_t)offset);
            assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands + 2); /* none was split */
        }
    }
    scenario_end(&s);
    free(out);
    free(in);
}

static void lists_with_larger_pages(void **state)
{
    uint8_t *out = scenario_memory(3 << 20, 65536);
    uint8_t *in = scenario_memory(3 << 20, 65536);
    struct scenario s;
    uint32_t shift;
    uint32_t round;
    uint32_t random = 5;

    (void)state;
    for (shift = 0; shift <= 4; shift++) {
        scenario_prepare(&s);
        s.config.page_bytes = 4096u << shift;
        s.settings.mdts = 8;
        s.config.max_transfer_bytes = 1u << 20;
        begin(&s, 4);
        for (round = 0; round < 60; round++) {
            uint32_t blocks = 1 + scenario_random(&random) % 2060;
            uint32_t at = 65536 + scenario_random(&random) % 32768 * 4;

            round_trip(&s, out + at, in + at, blocks, round);
        }
        scenario_end(&s);
    }
    free(out);
    free(in);
}

static void unused_entries_are_zero(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t *seen = (uint32_t *)context;

    if (sqid != 0 && (command[0] & 0xff) == LWNVME_NVM_READ && (command[12] & 0xffff) == 0) {
        assert_int_equal(command[8] | command[9], 0);
        (*seen)++;
    }
}

/* What one entry can tell needs no second one, and none is given: nothing there to be followed by mistake. */
static void fault_071_unused_entries_are_zero(void **state)
{
    uint8_t *in = scenario_memory(65536, 4096);
    struct scenario s;
    uint32_t seen = 0;

    (void)state;
    scenario_prepare(&s);
    s.settings.on_command = unused_entries_are_zero;
    s.settings.callback_context = &seen;
    begin(&s, 4);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 128, in, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 16, in + 2048, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in + 3584, 0), LWNVME_OK);
    assert_int_equal(seen, 2);
    scenario_end(&s);
    free(in);
}

static void fault_072_no_sgl_is_used(void **state)
{
    uint8_t *in = scenario_memory(65536, 4096);
    struct scenario s;

    (void)state;
    scenario_prepare(&s); /* PSDT other than 0 would be a violation */
    s.settings.sgls = 0xffffffff;
    begin(&s, 4);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 128, in, 0), LWNVME_OK);
    scenario_end(&s);
    free(in);
}

static void fault_068_buffers_that_are_refused(void **state)
{
    uint8_t *memory = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[3] = {{0, 0}, {0, 0}, {0, 0}};
    struct lwnvme_buffer buffer;
    struct scenario s;
    struct tracked *io;
    uint64_t commands;
    uint32_t offset;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    io = scenario_request(&s);
    commands = lwnvme_sim_counters(s.sim)->commands;
    for (offset = 1; offset < 8; offset++) {
        if (offset == 4)
            continue;
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, memory + offset, 0),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, memory + offset, 0),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        buffer = lwnvme_buffer_device(0x1000 + offset, 512);
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        segments[0].address = (uintptr_t)memory;
        segments[0].length_bytes = 512 - offset;
        segments[1].address = (uintptr_t)memory + 4096;
        segments[1].length_bytes = 512;
        buffer = lwnvme_buffer_segments(segments, 2, 0);
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        segments[0].address = (uintptr_t)memory + offset;
        segments[0].length_bytes = 512;
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 2, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
    }
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, NULL, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    buffer = lwnvme_buffer_cpu(memory, 511);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer = lwnvme_buffer_cpu(memory, 0);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer = lwnvme_buffer_device(UINT64_MAX - 255, 512); /* wraps */
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    segments[0].address = (uintptr_t)memory;
    segments[0].length_bytes = 256;
    segments[1].length_bytes = 252;
    buffer = lwnvme_buffer_segments(segments, 2, 0);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer = lwnvme_buffer_segments(segments, 0, 0);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    segments[1].length_bytes = 0;
    buffer = lwnvme_buffer_segments(segments, 3, 0);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_false(lwnvme_request_active(&io->request));
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
    buffer = lwnvme_buffer_cpu(memory, 512);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
    free(memory);
}

/* Pieces that do not join at pages: cut into commands at whole blocks, or refused where that cannot be. */
static void fault_075_scattered_buffers(void **state)
{
    uint8_t *memory = scenario_memory(1 << 20, 4096);
    uint8_t *data = scenario_memory(65536, 4096);
    struct lwnvme_segment segments[64];
    struct lwnvme_buffer buffer;
    struct scenario s;
    struct tracked *io;
    uint32_t index;
    uint64_t before;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 8);
    scenario_fill(data, 65536, 8);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 128, data, 0), LWNVME_OK);
    /* 16 whole pages anywhere: one command. */
    for (index = 0; index < 16; index++) {
        segments[index].address = (uintptr_t)(memory + (index * 37 % 16) * 8192);
        segments[index].length_bytes = 4096;
    }
    buffer = lwnvme_buffer_segments(segments, 16, 0);
    io = scenario_request(&s);
    before = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 128, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 1);
    for (index = 0; index < 16; index++)
        assert_memory_equal((void *)(uintptr_t)segments[index].address, data + index * 4096, 4096);
    /* Each block at a place of its own, with a gap: one command for each block. */
    for (index = 0; index < 64; index++) {
        segments[index].address = (uintptr_t)(memory + index * 1028);
        segments[index].length_bytes = 512;
    }
    buffer = lwnvme_buffer_segments(segments, 64, 0);
    before = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 64, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 64);
    for (index = 0; index < 64; index++)
        assert_memory_equal((void *)(uintptr_t)segments[index].address, data + index * 512, 512);
    /* A block in two pieces that do not join: no command can take it. */
    segments[0].length_bytes = 256;
    buffer = lwnvme_buffer_segments(segments, 3, 0);
    before = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before);
    assert_int_equal(lwnvme_sim_outstanding_maps(s.sim), 0);
    /* The same behind three blocks that can be taken: those are read, and the caller learns how far it came. */
    segments[0].length_bytes = 512 * 2;
    segments[1].length_bytes = 512;
    segments[2].length_bytes = 256;
    segments[3].length_bytes = 256;
    buffer = lwnvme_buffer_segments(segments, 4, 0);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 4, &buffer)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(io->request.bytes_done, 3 * 512);
    scenario_end(&s);
    free(memory);
    free(data);
}

/* Many small segments that happen to join. */
static void segments_of_four_bytes(void **state)
{
    static struct lwnvme_segment segments[2048];
    uint8_t *memory = scenario_memory(8192, 4096);
    uint8_t *data = scenario_memory(8192, 4096);
    struct lwnvme_buffer buffer;
    struct tracked *io;
    struct scenario s;
    int unmap;

    (void)state;
    for (unmap = 0; unmap < 2; unmap++) {
        scenario_prepare(&s);
        s.settings.scattered = false;
        s.settings.track_maps = false;
        scenario_power(&s);
        if (unmap == 0)
            s.ops->dma_unmap = NULL;
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        scenario_queue(&s, 8);
        scenario_namespace(&s);
        scenario_fill(data, 8192, 8);
        memset(memory, 0, 8192);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 16, data, 0), LWNVME_OK);
        for (uint32_t index = 0; index < 2048; index++) {
            segments[index].address = (uintptr_t)(memory + 4 * index);
            segments[index].length_bytes = 4;
        }
        buffer = lwnvme_buffer_segments(segments, 2048, 0);
        io = scenario_request(&s);
        if (scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 16, &buffer)) == LWNVME_OK) {
            scenario_wait_all(&s, s.queue);
            if (io->request.status == LWNVME_OK)
                assert_memory_equal(memory, data, 8192);
            else
                assert_int_equal(io->request.status, LWNVME_ERR_BUFFER_LAYOUT);
        }
        if (unmap == 0) { /* nothing limits their number but the notes for dma_unmap */
            assert_int_equal(io->accepted, 1);
            assert_int_equal(io->request.status, LWNVME_OK);
        }
        scenario_end(&s);
    }
    free(memory);
    free(data);
}

static void fault_073_ranges_of_blocks(void **state)
{
    static const struct {
        uint64_t lba;
        uint32_t blocks;
        int expected;
    } rows[] = {
        {0, 0, LWNVME_ERR_ZERO_BLOCKS},
        {131072, 0, LWNVME_ERR_ZERO_BLOCKS},
        {131072, 1, LWNVME_ERR_LBA_RANGE},
        {131071, 2, LWNVME_ERR_LBA_RANGE},
        {131071, 0xffffffff, LWNVME_ERR_LBA_RANGE},
        {0, 131073, LWNVME_ERR_LBA_RANGE},
        {UINT64_MAX, 1, LWNVME_ERR_LBA_RANGE},
        {UINT64_MAX, 2, LWNVME_ERR_LBA_RANGE},
        {UINT64_MAX - 9, 20, LWNVME_ERR_LBA_RANGE},
        {UINT64_C(1) << 32, 1, LWNVME_ERR_LBA_RANGE},
        {131071, 1, LWNVME_OK},
        {0, 131072, LWNVME_OK},
        {65536, 65536, LWNVME_OK},
        {5, 65535, LWNVME_OK},
    };
    uint8_t *memory = scenario_memory(131072 * 512, 4096);
    struct scenario s;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 16);
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        uint64_t before = lwnvme_sim_counters(s.sim)->commands;
        uint64_t lba = rows[index].lba;
        uint32_t blocks = rows[index].blocks;

        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, lba, blocks, memory, 0), rows[index].expected);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, lba, blocks, memory, 0), rows[index].expected);
        assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, lba, blocks, memory, 0), rows[index].expected);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, lba, blocks, 0), rows[index].expected);
        assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, lba, blocks, 0), rows[index].expected);
        assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, lba, blocks), rows[index].expected);
        if (rows[index].expected != LWNVME_OK)
            assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before);
    }
    scenario_end(&s);
    free(memory);
}

/* Blocks that each command is asked for, noted. */
static uint32_t noted[4096];
static uint32_t noted_count;

static void note_blocks(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0 && (command[0] & 0xff) != LWNVME_NVM_FLUSH && noted_count < 4096)
        noted[noted_count++] = (command[12] & 0xffff) + 1;
}

static void fault_074_split_by_every_limit(void **state)
{
    static const uint32_t lengths[] = {1, 15, 16, 17, 31, 32, 33, 100, 1000};
    uint8_t *memory = scenario_memory(1000 * 512 + 4096, 4096);
    struct scenario s;
    uint32_t offset;
    size_t index;
    int mode;

    (void)state;
    for (mode = 0; mode < 4;
         mode++) { /* MDTS 8 KiB alone, boundary alone, both, boundary that does not divide */
        scenario_prepare(&s);
        s.settings.mdts = mode == 1 ? 0 : 1;
        s.settings.ns[0].noiob = mode == 0 ? 0 : mode == 3 ? 24 : 32;
        s.settings.on_command = note_blocks;
        begin(&s, 5);
        for (index = 0; index < sizeof(lengths) / sizeof(lengths[0]); index++) {
            for (offset = 0; offset < 40; offset += 13) {
                uint32_t total = 0;
                uint64_t lba = offset;

                noted_count = 0;
                assert_int_equal(lwnvme_sync_read(s.queue, s.ns, offset, lengths[index], memory + 4, 0),
                                 LWNVME_OK);
                for (uint32_t at = 0; at < noted_count; at++) {
                    if (mode != 1)
                        assert_in_range(noted[at], 1, 16);
                    if (mode != 0)
                        assert_int_equal(lba / s.ns->boundary_blocks,
                                         (lba + noted[at] - 1) / s.ns->boundary_blocks);
                    total += noted[at];
                    lba += noted[at];
                }
                assert_int_equal(total, lengths[index]);
                if (mode == 0)
                    assert_int_equal(noted_count, (lengths[index] + 15) / 16);
            }
        }
        scenario_end(&s);
    }
    free(memory);
}

/* The most that one command can say: 65536 blocks. */
static void fault_073_a_command_of_65536_blocks(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.mdts = 0;
    s.settings.on_command = note_blocks;
    s.settings.ns[0].nsze = 1 << 20;
    s.settings.ns[0].ncap = 1 << 20;
    s.config.max_transfer_bytes = 1u << 24;
    begin(&s, 5);
    noted_count = 0;
    assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 0, 1 << 20, 0), LWNVME_OK);
    for (uint32_t at = 0; at < noted_count; at++)
        assert_in_range(noted[at], 1, 65536);
    assert_true(noted_count >= 16);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_069_070_lengths_and_offsets),
        cmocka_unit_test(fault_069_070_chained_lists),
        cmocka_unit_test(lists_with_larger_pages),
        cmocka_unit_test(fault_071_unused_entries_are_zero),
        cmocka_unit_test(fault_072_no_sgl_is_used),
        cmocka_unit_test(fault_068_buffers_that_are_refused),
        cmocka_unit_test(fault_075_scattered_buffers),
        cmocka_unit_test(segments_of_four_bytes),
        cmocka_unit_test(fault_073_ranges_of_blocks),
        cmocka_unit_test(fault_074_split_by_every_limit),
        cmocka_unit_test(fault_073_a_command_of_65536_blocks),
    };

    return cmocka_run_group_tests_name("prp", tests, NULL, NULL) +
           cmocka_run_group_tests_name("prp, plain host", tests, scenario_plain_host, NULL);
}

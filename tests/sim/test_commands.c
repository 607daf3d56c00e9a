/* SPDX-License-Identifier: MIT */
/* Copy, fused pairs, reservations, placement, write uncorrectable and the limits of commands, on the software controller. */
#include "scenario.h"

#define BLOCK 512u

static void begin(struct scenario *s)
{
    scenario_prepare(s);
    s->settings.oncs |= 0x1ff;
    s->settings.cdfs = 0xf;
    s->settings.fuses = 1;
    s->settings.acwu = 7;
    s->settings.awun = 7;
    s->settings.mdts = 3; /* 64 blocks */
    s->settings.wzsl = 2;
    s->settings.vsl = 1;
    s->settings.wusl = 1;
    s->settings.dmrl = 3;
    s->settings.dmrsl = 100;
    s->settings.dmsl = 250;
    s->settings.ns[0].mssrl = 20;
    s->settings.ns[0].mcl = 50;
    s->settings.ns[0].msrc = 3;
}

static void run(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    scenario_namespace(s);
}

static void fault_077_limits_split_zeroes_verify_and_uncorrectable(void **state)
{
    uint8_t *data = scenario_memory(128 * BLOCK, 4096);
    const struct lwnvme_sim_counts *counts;
    struct scenario s;

    (void)state;
    begin(&s);
    run(&s, 8);
    counts = lwnvme_sim_counters(s.sim);
    scenario_fill(data, 128 * BLOCK, 1);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 128, data, 0), LWNVME_OK);
    uint64_t before = counts->io_commands[8];
    assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 3, 100, 0), LWNVME_OK);
    assert_int_equal(counts->io_commands[8] - before, 4); /* of 32 blocks */
    assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 0, 100, 0), LWNVME_OK);
    assert_int_equal(counts->io_commands[12], 7);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 128, data, 0), LWNVME_OK);
    for (uint32_t i = 3 * BLOCK; i < 103 * BLOCK; i++) {
        assert_int_equal(data[i], 0);
    }
    assert_int_equal(lwnvme_sync_write_uncorrectable(s.queue, s.ns, 10, 40), LWNVME_OK);
    assert_int_equal(counts->io_commands[4], 3);
    for (uint32_t lba = 8; lba < 52; lba++) {
        bool bad = lba >= 10 && lba < 50;
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, lba, 1, data, 0) & 0x7ff,
                         bad ? LWNVME_SC_UNRECOVERED_READ_ERROR : 0);
    }
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 10, 40, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 10, 40, data, 0), LWNVME_OK);
    scenario_end(&s);
    free(data);
}

/* Too many ranges, ranges that are too long, too many blocks in all: several commands, the same blocks. */
static void fault_077_dataset_management_beyond_its_limits(void **state)
{
    static struct lwnvme_dsm_range ranges[256];
    uint8_t *data = scenario_memory(4096 * BLOCK, 4096);
    uint8_t *model = scenario_memory(4096 * BLOCK, 4096);

    (void)state;
    for (uint32_t entries = 2; entries <= 32; entries += 10) {
        uint32_t random = entries;
        struct scenario s;

        begin(&s);
        s.settings.dmsl = entries == 12 ? 70 : 250; /* also less than one range may be */
        run(&s, entries);
        scenario_fill(model, 4096 * BLOCK, entries);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 4096, model, 0), LWNVME_OK);
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t count = i % 17 == 0 ? 100 + scenario_random(&random) % 500
                             : i % 5 < 2
                                 ? 30 + scenario_random(&random) % 40 /* two are mostly more than 70 blocks */
                                 : 1 + scenario_random(&random) % 3;
            uint32_t lba = scenario_random(&random) % (4096 - count);

            lwnvme_dsm_range_set(&ranges[i], lba, count);
            lwnvme_dsm_range_attributes(&ranges[i], lwnvme_field_put(2, LWNVME_DSM_CATTR_AF));
            memset(model + lba * BLOCK, 0, count * BLOCK);
        }
        assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, ranges, 256, 4), LWNVME_OK);
        assert_true(lwnvme_sim_counters(s.sim)->io_commands[9] > 100);
        assert_int_equal(lwnvme_sim_counters(s.sim)->failures, 0);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 4096, data, 0), LWNVME_OK);
        assert_memory_equal(data, model, 4096 * BLOCK);
        scenario_end(&s);
    }
    free(data);
    free(model);
}

static void fault_066_077_dataset_management_fails_in_the_middle(void **state)
{
    static struct lwnvme_dsm_range ranges[8];
    struct tracked *io;
    struct scenario s;

    (void)state;
    begin(&s);
    run(&s, 8);
    for (uint32_t i = 0; i < 8; i++)
        lwnvme_dsm_range_set(&ranges[i], 200 * i, i == 4 ? 180 : 10);
    /* Three, one, two parts of the long one, three. */
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = 9,
                                                 .skip = 3,
                                                 .status = 0x006});
    io = scenario_request(&s);
    assert_int_equal(
        scenario_accept(io, lwnvme_dataset_management(s.queue, s.ns, &io->request, ranges, 8, 4)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status & 0x7ff, 0x006);
    assert_int_equal(io->request.bytes_done, 4 * 16);
    io = scenario_request(&s);
    assert_int_equal(
        scenario_accept(io, lwnvme_dataset_management(s.queue, s.ns, &io->request, ranges, 8, 4)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(io->request.bytes_done, 8 * 16);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[9], 10);
    scenario_end(&s);
    /* Where transfers are of one page there is no memory for a part of a range. */
    begin(&s);
    s.config.max_transfer_bytes = 4096;
    run(&s, 8);
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, ranges, 8, 4), LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, ranges, 4, 4), LWNVME_OK);
    scenario_end(&s);
}

/* Ranges of many lengths from many places, in each format and depth of the ring, against a copy by memcpy. */
static void copies_arrive_whole_in_every_format(void **state)
{
    uint8_t *data = scenario_memory(1024 * BLOCK, 4096);
    uint8_t *back = scenario_memory(1024 * BLOCK, 4096);
    uint32_t *memory = scenario_memory(64 * 40, 64);
    struct lwnvme_host_behavior behavior = {.copy_formats = 0xc};

    (void)state;
    for (uint32_t format = 0; format < 4; format++) {
        for (uint32_t entries = 2; entries <= 8; entries += 3) {
            struct lwnvme_copy_request copy = {.format = format, .memory = memory, .memory_bytes = 64 * 40};
            struct scenario s;
            uint32_t random = format * 7 + entries;
            uint32_t at = 0;
            struct lwnvme_statistics statistics = {0};
            uint64_t split;

            begin(&s);
            run(&s, (uint16_t)entries);
            if (format >= 2) {
                assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 1), LWNVME_OK);
                assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 8, &copy, 0) & 0x7ff,
                                 LWNVME_SC_INVALID_FIELD_IN_COMMAND); /* nobody has enabled it */
                copy.range_count = copy.block_count = 0;
                assert_int_equal(lwnvme_sync_host_behavior_set(s.controller, &behavior), LWNVME_OK);
            }
            scenario_fill(data, 1024 * BLOCK, format);
            assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1024, data, 0), LWNVME_OK);
            assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_RANGE_COUNT);
            for (uint32_t i = 0; i < 9; i++) {
                uint32_t count = 1 + scenario_random(&random) % 45;
                uint32_t lba = scenario_random(&random) % 900;

                assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, lba, count), LWNVME_OK);
                memcpy(back + at * BLOCK, data + lba * BLOCK, count * BLOCK);
                at += count;
            }
            assert_int_equal(copy.block_count, at);
            lwnvme_queue_statistics(s.queue, &statistics);
            split = statistics.split;
            assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 5000, &copy, LWNVME_REQUEST_FUA), LWNVME_OK);
            assert_true(lwnvme_sim_counters(s.sim)->io_commands[0x19] >= at / 50);
            lwnvme_queue_statistics(s.queue, &statistics);
            assert_int_equal(statistics.split - split, lwnvme_sim_counters(s.sim)->io_commands[0x19] - 1 -
                                                           (format >= 2)); /* and one that was refused */
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 5000, at, data, 0), LWNVME_OK);
            assert_memory_equal(data, back, at * BLOCK);
            scenario_end(&s);
        }
    }
    free(data);
    free(back);
    free(memory);
}

/* Bytes of subsystem local memory, by format 4h: a namespace of its own, which takes no block commands. */
static void copies_from_the_subsystems_memory(void **state)
{
    static struct lwnvme_copy_range_memory memory[16];
    struct lwnvme_copy_request copy = {.format = 4, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_host_behavior behavior = {.copy_formats = 1u << 4};
    struct lwnvme_namespace *other = calloc(1, sizeof(*other));
    uint8_t *data = scenario_memory(100 * BLOCK, 4096);
    uint8_t *back = scenario_memory(100 * BLOCK, 4096);
    struct scenario s;

    (void)state;
    begin(&s);
    s.settings.cdfs = 0x1f;
    s.settings.cap_css = 0x41;
    s.settings.command_sets = 9;
    s.settings.namespace_count = 2;
    s.settings.ns[1] = s.settings.ns[0];
    s.settings.ns[1].csi = 3;
    s.settings.ns[1].nsze = s.settings.ns[1].ncap = 200; /* of 512 bytes */
    run(&s, 8);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 2, other), LWNVME_ERR_NS_COMMAND_SET);
    assert_int_equal(lwnvme_sync_host_behavior_set(s.controller, &behavior), LWNVME_OK);
    scenario_fill(data, 100 * BLOCK, 9);
    assert_true(lwnvme_sim_local_memory(s.sim, 2, 1004, data, 100 * BLOCK, true));
    assert_false(lwnvme_sim_local_memory(s.sim, 2, 200 * BLOCK - 3, data, 4, true));
    assert_int_equal(lwnvme_copy_add_memory(s.ns, &copy, 2, 1004 + 60 * BLOCK, 40 * BLOCK), LWNVME_OK);
    assert_int_equal(lwnvme_copy_add_memory(s.ns, &copy, 2, 1004, 60 * BLOCK), LWNVME_OK);
    assert_int_equal(copy.range_count, 5); /* of 20 blocks, two a command */
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 300, &copy, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[0x19], 3);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 300, 100, back, 0), LWNVME_OK);
    assert_memory_equal(back, data + 60 * BLOCK, 40 * BLOCK);
    assert_memory_equal(back + 40 * BLOCK, data, 60 * BLOCK);
    /* What only the controller knows: the memory's end, and whose identifier it is. */
    copy.range_count = copy.block_count = 0;
    assert_int_equal(lwnvme_copy_add_memory(s.ns, &copy, 2, 199 * BLOCK + 4, BLOCK), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0) & 0x7ff, LWNVME_SC_LBA_OUT_OF_RANGE);
    copy.range_count = copy.block_count = 0;
    assert_int_equal(lwnvme_copy_add_memory(s.ns, &copy, 1, 0, BLOCK), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0) & 0x7ff,
                     LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT);
    copy = (struct lwnvme_copy_request){.format = 2, .memory = memory, .memory_bytes = sizeof(memory)};
    behavior.copy_formats = 1u << 2;
    assert_int_equal(lwnvme_sync_host_behavior_set(s.controller, &behavior), LWNVME_OK);
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 1), LWNVME_OK);
    lwnvme_le32_set(&memory[0].snsid, 2);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0) & 0x7ff,
                     LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT);
    /* And formats that name namespaces do not overlap. */
    lwnvme_le32_set(&memory[0].snsid, 1);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0) & 0x7ff, LWNVME_SC_OVERLAPPING_IO_RANGE);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 1, &copy, 0), LWNVME_OK);
    scenario_end(&s);
    free(other);
    free(data);
    free(back);
}

static void fault_066_a_copy_fails_in_the_middle(void **state)
{
    static struct lwnvme_copy_range memory[16];
    struct lwnvme_copy_request copy = {.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
    struct tracked *io;
    struct scenario s;

    (void)state;
    begin(&s);
    s.settings.shuffle = true;
    run(&s, 8);
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 120), LWNVME_OK); /* 20 each, two a command */
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, 65, 1));
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_copy(s.queue, s.ns, &io->request, 4096, &copy)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status & 0x7ff, LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_int_equal(io->request.bytes_done, 40 * BLOCK);
    scenario_end(&s);
}

static void what_cannot_be_copied_is_refused(void **state)
{
    static struct lwnvme_copy_range memory[4];
    struct lwnvme_copy_request copy = {.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_namespace other;
    struct scenario s;

    (void)state;
    begin(&s);
    s.settings.cdfs = 1;
    run(&s, 8);
    assert_int_equal(lwnvme_copy_add(NULL, &copy, s.ns, 0, 8), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 0), LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, s.ns->block_count - 1, 2), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 81), LWNVME_ERR_RANGE_MEMORY);
    assert_int_equal(copy.range_count, 0);
    other = *s.ns;
    other.nsid = 2;
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, &other, 0, 8), LWNVME_ERR_COPY_FORMAT);
    copy.format = 2;
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 8), LWNVME_ERR_COPY_FORMAT);
    copy.format = 0;
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 80), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, s.ns->block_count - 79, &copy, 0), LWNVME_ERR_LBA_RANGE);
    lwnvme_le16_set(&memory[3].nlb, 20);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_RANGE_LENGTH);
    lwnvme_le16_set(&memory[3].nlb, 18);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_INVALID_ARGUMENT);
    copy.memory = (uint8_t *)memory + 2;
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_BUFFER_ALIGNMENT);
    copy.memory = memory;
    s.ns->oncs &= ~LWNVME_ONCS_COPY;
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_NO_COPY);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[0x19], 0);
    scenario_end(&s);
    /* A namespace that takes no block of a copy, as QEMU's embedded one. */
    begin(&s);
    s.settings.ns[0].mssrl = 0;
    run(&s, 8);
    copy = (struct lwnvme_copy_request){.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
    assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, 0, 8), LWNVME_ERR_NO_COPY);
    assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 0, &copy, 0), LWNVME_ERR_NO_COPY);
    scenario_end(&s);
}

static void fault_078_compare_and_write_as_one(void **state)
{
    uint8_t *data = scenario_memory(8 * BLOCK, 4096);
    uint8_t *next = scenario_memory(8 * BLOCK, 4096);
    uint8_t *back = scenario_memory(8 * BLOCK, 4096);

    (void)state;
    for (uint32_t entries = 3; entries < 10; entries++) { /* each place of the wrap */
        struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu(data, 8 * BLOCK),
                                         lwnvme_buffer_cpu(next, 8 * BLOCK)};
        enum lwnvme_fused_half half;
        struct scenario s;

        begin(&s);
        s.settings.shuffle = true;
        run(&s, (uint16_t)entries);
        scenario_fill(data, 8 * BLOCK, 0);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 40, 8, data, 0), LWNVME_OK);
        for (uint32_t turn = 1; turn < 20; turn++) {
            scenario_fill(next, 8 * BLOCK, turn);
            assert_int_equal(lwnvme_sync_compare_and_write(s.queue, s.ns, 40, 8, &pair, &half), LWNVME_OK);
            assert_int_equal(half, LWNVME_FUSED_NONE);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 40, 8, back, 0), LWNVME_OK);
            assert_memory_equal(back, next, 8 * BLOCK);
            /* What was there before is not there any more. */
            int status = lwnvme_sync_compare_and_write(s.queue, s.ns, 40, 8, &pair, &half);
            assert_int_equal(lwnvme_status_code(status), LWNVME_SC_COMPARE_FAILURE);
            assert_int_equal(half, LWNVME_FUSED_COMPARE);
            memcpy(data, next, 8 * BLOCK);
            if (turn % 3 == 0) { /* moves the pair by one place */
                assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
            }
        }
        scenario_end(&s);
    }
    free(data);
    free(next);
    free(back);
}

/* Pairs among reads, in batches and through the FIFO of a queue that is too small: each comes back once, none is parted
 * (the software controller would tell), and a counter in the block is never set twice to the same value. */
static void fault_067_078_pairs_in_a_crowd(void **state)
{
    uint8_t *data = scenario_memory(41 * BLOCK, 4096);

    (void)state;
    for (uint32_t shared = 0; shared < 2; shared++) {
        for (uint32_t entries = 3; entries < 8; entries++) {
            struct lwnvme_queue_config config = {.entries = (uint16_t)entries,
                                                 .flags = shared != 0 ? LWNVME_QUEUE_SHARED : 0};
            static struct lwnvme_queue queue;
            static struct lwnvme_fused_pair pairs[20];
            struct tracked *ios[40];
            struct scenario s;
            uint32_t won = 0;

            begin(&s);
            s.settings.shuffle = true;
            s.settings.latency_us = 5;
            s.settings.latency_spread_us = 20;
            scenario_start(&s);
            memset(&queue, 0, sizeof(queue));
            assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, &config), LWNVME_OK);
            scenario_namespace(&s);
            memset(data, 0, 41 * BLOCK);
            if (entries % 2 != 0) {
                lwnvme_queue_batch_begin(&queue);
            }
            for (uint32_t i = 0; i < 40; i++) {
                struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + i * BLOCK, BLOCK);

                ios[i] = scenario_request(&s);
                if (i % 2 == 0) {
                    data[i * BLOCK] = (uint8_t)(i + 1); /* 0 is there at first: only one can win */
                    pairs[i / 2].compare = lwnvme_buffer_cpu(data + 40 * BLOCK, BLOCK);
                    pairs[i / 2].write = buffer;
                    assert_int_equal(
                        scenario_accept(ios[i], lwnvme_compare_and_write(&queue, s.ns, &ios[i]->request, 9, 1,
                                                                         &pairs[i / 2])),
                        LWNVME_OK);
                } else {
                    assert_int_equal(
                        scenario_accept(ios[i], lwnvme_read(&queue, s.ns, &ios[i]->request, 9, 1, &buffer)),
                        LWNVME_OK);
                }
            }
            lwnvme_queue_batch_end(&queue);
            scenario_wait_all(&s, &queue);
            for (uint32_t i = 0; i < 40; i += 2) {
                won += ios[i]->request.status == 0;
                assert_true(ios[i]->request.status == 0 ||
                            lwnvme_status_code(ios[i]->request.status) == LWNVME_SC_COMPARE_FAILURE);
            }
            assert_int_equal(won, 1);
            assert_int_equal(lwnvme_sync_queue_delete(&queue), LWNVME_OK);
            scenario_end(&s);
        }
    }
    free(data);
}

static void fault_064_078_halves_that_fail_or_are_lost(void **state)
{
    uint8_t *data = scenario_memory(2 * BLOCK, 4096);
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu(data, BLOCK), lwnvme_buffer_cpu(data + BLOCK, BLOCK)};

    (void)state;
    memset(data, 0, 2 * BLOCK);
    for (uint32_t which = 0; which < 6; which++) {
        bool lost = which >= 4;
        struct lwnvme_sim_fault fault = {.kind = lost ? LWNVME_SIM_LOSE : LWNVME_SIM_STATUS,
                                         .queue = LWNVME_SIM_IO_QUEUES,
                                         .opcode = which % 2 != 0 ? 1 : 5,
                                         .status = 0x006};
        enum lwnvme_fused_half half;
        struct scenario s;

        begin(&s);
        s.settings.fused_fails_both = which >= 2;
        s.time_limit_us = 120 * SECOND_US;
        run(&s, 8);
        scenario_fault(&s, fault);
        int status = lwnvme_sync_compare_and_write(s.queue, s.ns, 3, 1, &pair, &half);
        if (lost) {
            assert_int_equal(status, LWNVME_ERR_TIMEOUT);
        } else {
            assert_int_equal(status, 0x006);
            assert_int_equal(half, which % 2 != 0 ? LWNVME_FUSED_WRITE : LWNVME_FUSED_COMPARE);
        }
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[1], 1); /* not repeated */
        scenario_end(&s);
    }
    free(data);
}

static void fused_pairs_that_cannot_be_are_refused(void **state)
{
    uint8_t *data = scenario_memory(64 * BLOCK, 4096);
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu(data, 64 * BLOCK),
                                     lwnvme_buffer_cpu(data, 64 * BLOCK)};

    (void)state;
    for (uint32_t which = 0; which < 4; which++) {
        struct scenario s;
        int expected = which == 0   ? LWNVME_ERR_NO_FUSED
                       : which == 1 ? LWNVME_ERR_QUEUE_SIZE
                                    : LWNVME_ERR_NOT_ATOMIC;

        begin(&s);
        s.settings.fuses = which != 0;
        if (which == 3) {
            s.settings.ns[0].nsfeat = 2;
            s.settings.ns[0].nacwu = 3;
        }
        run(&s, which == 1 ? 2 : 8);
        assert_int_equal(lwnvme_sync_compare_and_write(s.queue, s.ns, 0, which == 3 ? 5 : 9, &pair, NULL),
                         expected);
        assert_int_equal(lwnvme_sync_compare_and_write(s.queue, s.ns, s.ns->block_count, 1, &pair, NULL),
                         LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_sync_compare_and_write(s.queue, s.ns, 0, 1, NULL, NULL),
                         LWNVME_ERR_NULL_ARGUMENT);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[5], 0);
        scenario_end(&s);
    }
    free(data);
}

static void fault_163_reservations(void **state)
{
    uint8_t *data = scenario_memory(BLOCK, 4096);
    uint64_t other[2] = {0, 0xb};
    struct scenario s;

    (void)state;
    for (uint32_t extended = 0; extended < 2; extended++) {
        static uint64_t memory[64];
        struct lwnvme_reservation mine = {.other_key = 0xa, .persist = LWNVME_CPTPL_PERSIST};
        struct lwnvme_reservation_list report = {
            .memory = memory, .memory_bytes = sizeof(memory), .extended = extended != 0};
        struct lwnvme_reservation_host host;

        begin(&s);
        run(&s, 8);
        assert_int_equal(lwnvme_sync_reservation_register(s.queue, s.ns, &mine), LWNVME_OK);
        assert_int_equal(lwnvme_sim_reservation_act(s.sim, 1, 1, 0x0d, 0, other), 0);
        other[0] = 0xb;
        other[1] = 0;
        assert_int_equal(lwnvme_sim_reservation_act(s.sim, 1, 1, 0x11, 2u << 8, other),
                         0); /* exclusive access */
        int status = lwnvme_sync_write(s.queue, s.ns, 0, 1, data, 0);
        assert_int_equal(lwnvme_status_code(status), LWNVME_SC_RESERVATION_CONFLICT);
        assert_int_equal(lwnvme_status_class(status), LWNVME_CLASS_CONFLICT);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[1], 1); /* never repeated */
        status = lwnvme_sync_read(s.queue, s.ns, 0, 1, data, 0);
        assert_int_equal(lwnvme_status_code(status), LWNVME_SC_RESERVATION_CONFLICT);
        assert_int_equal(lwnvme_sync_reservation_report(s.queue, s.ns, &report), LWNVME_OK);
        assert_int_equal(report.hosts, 2);
        assert_int_equal(report.hosts_given, 2);
        assert_int_equal(report.type, LWNVME_RTYPE_EXCLUSIVE_ACCESS);
        assert_true(report.persists);
        assert_true(lwnvme_reservation_host_get(&report, 0, &host));
        assert_true(host.key == 0xa && !host.holds && host.host_id[0] == 1);
        assert_true(lwnvme_reservation_host_get(&report, 1, &host));
        assert_true(host.key == 0xb && host.holds && host.host_id[0] == 2);
        assert_false(lwnvme_reservation_host_get(&report, 2, &host));
        /* The other host is preempted, and this one has the namespace. */
        mine = (struct lwnvme_reservation){.action = LWNVME_RACQA_PREEMPT_ABORT,
                                           .type = LWNVME_RTYPE_WRITE_EXCLUSIVE,
                                           .key = 0xa,
                                           .other_key = 0xb};
        assert_int_equal(lwnvme_sync_reservation_acquire(s.queue, s.ns, &mine), LWNVME_OK);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, data, 0), LWNVME_OK);
        mine.key = 0xc;
        status = lwnvme_sync_reservation_release(s.queue, s.ns, &mine);
        assert_int_equal(status, LWNVME_ERR_INVALID_ARGUMENT); /* no such action */
        mine.action = LWNVME_RRELA_CLEAR;
        status = lwnvme_sync_reservation_release(s.queue, s.ns, &mine);
        assert_int_equal(lwnvme_status_code(status), LWNVME_SC_RESERVATION_CONFLICT);
        mine.ignore_key = true;
        assert_int_equal(lwnvme_sync_reservation_release(s.queue, s.ns, &mine), LWNVME_OK);
        report.memory_bytes = extended != 0 ? 64 : 24;
        assert_int_equal(lwnvme_sync_reservation_report(s.queue, s.ns, &report), LWNVME_OK);
        assert_int_equal(report.hosts, 0);
        assert_int_equal(report.type, 0);
        s.ns->oncs &= ~LWNVME_ONCS_RESERVATIONS;
        assert_int_equal(lwnvme_sync_reservation_report(s.queue, s.ns, &report), LWNVME_ERR_NO_RESERVATIONS);
        assert_int_equal(lwnvme_sync_reservation_register(s.queue, s.ns, &mine), LWNVME_ERR_NO_RESERVATIONS);
        scenario_end(&s);
        other[0] = 0;
        other[1] = 0xb;
    }
    free(data);
}

static void fault_079_flush_of_all_namespaces(void **state)
{
    struct scenario s;

    (void)state;
    for (uint32_t known = 0; known < 2; known++) {
        begin(&s);
        s.settings.vwc = known != 0 ? 7 : 1;
        run(&s, 8);
        assert_int_equal(lwnvme_sync_flush_all(s.queue), known != 0 ? LWNVME_OK : LWNVME_ERR_NO_BROADCAST);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[0], known);
        scenario_end(&s);
    }
}

static void directives_are_refused_where_there_are_none(void **state)
{
    uint8_t *data = scenario_memory(BLOCK, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, BLOCK);
    struct lwnvme_request request = {.directive = lwnvme_directive_placement(3)};
    struct lwnvme_placement_status status = {.memory = data, .memory_bytes = BLOCK};
    struct scenario s;

    (void)state;
    begin(&s);
    run(&s, 8);
    assert_int_equal(lwnvme_write(s.queue, s.ns, &request, 0, 1, &buffer), LWNVME_ERR_NO_DIRECTIVES);
    assert_int_equal(lwnvme_sync_placement_get_status(s.queue, s.ns, &status), LWNVME_ERR_NO_FDP);
    request.directive = lwnvme_access_hint(LWNVME_ACCESS_FREQUENCY_READS | LWNVME_ACCESS_SEQUENTIAL);
    assert_int_equal(lwnvme_write(s.queue, s.ns, &request, 0, 1, &buffer), LWNVME_OK);
    assert_int_equal(lwnvme_sync_wait(s.queue, &request), LWNVME_OK);
    scenario_end(&s);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_077_limits_split_zeroes_verify_and_uncorrectable),
        cmocka_unit_test(fault_077_dataset_management_beyond_its_limits),
        cmocka_unit_test(fault_066_077_dataset_management_fails_in_the_middle),
        cmocka_unit_test(copies_arrive_whole_in_every_format),
        cmocka_unit_test(copies_from_the_subsystems_memory),
        cmocka_unit_test(fault_066_a_copy_fails_in_the_middle),
        cmocka_unit_test(what_cannot_be_copied_is_refused),
        cmocka_unit_test(fault_078_compare_and_write_as_one),
        cmocka_unit_test(fault_067_078_pairs_in_a_crowd),
        cmocka_unit_test(fault_064_078_halves_that_fail_or_are_lost),
        cmocka_unit_test(fused_pairs_that_cannot_be_are_refused),
        cmocka_unit_test(fault_163_reservations),
        cmocka_unit_test(fault_079_flush_of_all_namespaces),
        cmocka_unit_test(directives_are_refused_where_there_are_none),
    };

    return cmocka_run_group_tests_name("commands", tests, NULL, NULL) +
           cmocka_run_group_tests_name("commands, plain host", tests, scenario_plain_host, NULL);
}

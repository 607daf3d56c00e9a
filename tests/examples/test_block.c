/* SPDX-License-Identifier: MIT */
/*
 * examples/block on the software controller: random calls compared with a copy in memory, the medium itself looked at past the
 * driver, and partitions as devices, from a table that sfdisk has made.
 */
#include <unistd.h>

#include "../../examples/block/first_partition.h"
#include "image.h"
#include "sim/scenario.h"

#define DEVICE_BYTES (1u << 20)
#define ROUNDS       600u

static struct scenario s;
static struct lwnvme_block_drive drive;
static uint8_t bounce[65536] __attribute__((aligned(4096)));
static uint8_t scratch[65536] __attribute__((aligned(4096)));
static uint8_t mirror[DEVICE_BYTES];
static uint8_t medium[DEVICE_BYTES];
static uint8_t memory[DEVICE_BYTES + 4096] __attribute__((aligned(4096)));
static uint32_t noise = 7;

static uint32_t below(uint32_t limit)
{
    return scenario_random(&noise) % limit;
}

/* A drive of 1 MiB; caches are coherent, or the controller has its own copy of memory. */
static void start(uint8_t lbads, bool coherent, size_t bounce_bytes)
{
    scenario_prepare(&s);
    s.settings.ns[0].formats[0].lbads = lbads;
    s.settings.ns[0].nsze = s.settings.ns[0].ncap = DEVICE_BYTES >> lbads;
    s.settings.shadow_dma = !coherent;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, bounce_bytes, coherent ? 4 : 64),
                     LWNVME_OK);
    assert_int_equal(drive.block.block_bytes, 1u << lbads);
    assert_int_equal(drive.block.block_count, DEVICE_BYTES >> lbads);
    assert_false(drive.block.read_only);
}

/* One random call on both. What lies beside the buffer must stay as it is. */
static void random_call(void)
{
    const uint32_t block_bytes = drive.block.block_bytes;
    const bool bytes = below(2) != 0;
    const bool write = below(2) != 0;
    const uint32_t unit = bytes ? 1 : block_bytes;
    const uint32_t offset = below(DEVICE_BYTES / unit);
    const uint32_t room = DEVICE_BYTES / unit - offset;
    const uint32_t most = below(8) == 0                           ? room
                          : (bytes ? 3 * block_bytes : 20) < room ? (bytes ? 3 * block_bytes : 20)
                                                                  : room;
    const uint32_t count = below(most + 1);
    uint8_t *data = memory + 64 + (below(2) != 0 ? below(64) : 0);
    const size_t length = (size_t)count * unit;
    int status;

    scenario_fill(data - 1, length + 2, noise);
    const uint8_t beside[2] = {data[-1], data[length]};
    if (write)
        memcpy(mirror + (size_t)offset * unit, data, length);
    if (bytes)
        status = write ? lwnvme_block_write_bytes(&drive.block, offset, length, data, scratch)
                       : lwnvme_block_read_bytes(&drive.block, offset, length, data, scratch);
    else
        status = write ? lwnvme_block_write(&drive.block, offset, count, data)
                       : lwnvme_block_read(&drive.block, offset, count, data);
    assert_int_equal(status, LWNVME_OK);
    assert_memory_equal(data, mirror + (size_t)offset * unit, length);
    assert_true(data[-1] == beside[0] && data[length] == beside[1]);
}

static void random_calls_do_what_they_should(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 4; kind++) {
        const uint8_t lbads = kind & 1 ? 12 : 9;

        start(lbads, (kind & 2) == 0, kind == 0 ? 512 : kind == 1 ? 12288 : sizeof(bounce));
        memset(mirror, 0, sizeof(mirror));
        for (uint32_t round = 0; round < ROUNDS; round++)
            random_call();
        assert_int_equal(lwnvme_block_flush(&drive.block), LWNVME_OK);
        assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), 0);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, drive.block.block_count, medium));
        assert_memory_equal(medium, mirror, sizeof(medium));
        scenario_end(&s);
    }
}

static void blocks_beyond_are_refused(void **state)
{
    (void)state;
    start(9, true, 512);
    const uint64_t blocks = drive.block.block_count;
    const uint64_t commands = lwnvme_sim_counters(s.sim)->commands;
    const uint64_t firsts[] = {blocks, blocks - 1, blocks + 1, UINT64_MAX, UINT64_MAX - 1};

    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(lwnvme_block_read(&drive.block, firsts[i], 2, memory), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_write(&drive.block, firsts[i], 2, memory), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_trim(&drive.block, firsts[i], 2), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_trim(&drive.block, firsts[i], UINT64_MAX), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_read_bytes(&drive.block, firsts[i] << 9, 513, memory, scratch),
                         LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_write_bytes(&drive.block, (firsts[i] << 9) + 511, 514, memory, scratch),
                         LWNVME_ERR_LBA_RANGE);
    }
    assert_int_equal(lwnvme_block_read_bytes(&drive.block, 1, SIZE_MAX, memory, scratch),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_block_read_bytes(&drive.block, DEVICE_BYTES - 1, 2, memory, scratch),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_block_read(&drive.block, blocks, 0, memory), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    assert_int_equal(lwnvme_block_read_bytes(&drive.block, DEVICE_BYTES - 1, 1, memory, scratch), LWNVME_OK);
    scenario_end(&s);
}

static void trims_reach_the_controller(void **state)
{
    (void)state;
    start(12, true, 4096);
    memset(memory, 0x77, 65536);
    assert_int_equal(lwnvme_block_write(&drive.block, 0, 16, memory), LWNVME_OK);
    assert_int_equal(lwnvme_block_trim(&drive.block, 2, 3), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[0x09], 1);
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, 16, medium));
    for (uint32_t i = 0; i < 16; i++)
        assert_int_equal(medium[i * 4096], i >= 2 && i < 5 ? 0 : 0x77);
    assert_int_equal(lwnvme_block_trim(&drive.block, 0, drive.block.block_count), LWNVME_OK);
    scenario_end(&s);

    scenario_prepare(&s);
    s.settings.oncs &= (uint16_t)~0x0004u;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, 512, 4), LWNVME_OK);
    assert_int_equal(lwnvme_block_trim(&drive.block, 2, 3), LWNVME_ERR_NO_DATASET_MANAGEMENT);
    scenario_end(&s);
}

static void a_protected_namespace_is_read_only(void **state)
{
    (void)state;
    scenario_prepare(&s);
    s.settings.ns[0].nsattr = 1;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, 512, 4), LWNVME_OK);
    assert_true(drive.block.read_only);
    assert_int_equal(lwnvme_block_read(&drive.block, 0, 1, memory), LWNVME_OK);
    assert_int_equal(lwnvme_block_write(&drive.block, 0, 1, memory), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_block_write_bytes(&drive.block, 0, 1, memory, scratch), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_block_trim(&drive.block, 0, 1), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_block_flush(&drive.block), LWNVME_OK);
    scenario_end(&s);
}

static void what_cannot_be_a_drive_is_refused(void **state)
{
    static struct lwnvme_namespace closed;
    struct lwnvme_block_drive other;

    (void)state;
    start(12, true, 4096);
    assert_int_equal(lwnvme_block_drive_open(&other, s.queue, s.ns, bounce, 4095, 4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_block_drive_open(&other, s.queue, s.ns, bounce, 4096, 2),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_block_drive_open(&other, s.queue, s.ns, bounce, 4096, 48),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_block_drive_open(&other, s.queue, s.ns, bounce + 32, 4096, 64),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 9, &closed), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_block_drive_open(&other, s.queue, &closed, bounce, 4096, 4),
                     LWNVME_ERR_NS_INVALID_ID);
    scenario_end(&s);
}

/* ---- partitions ---- */

#define PARTITIONS 4u

static struct lwnvme_partition partitions[PARTITIONS];
static struct lwnvme_partition_table table = {.partitions = partitions, .capacity = PARTITIONS};

/* What one device writes is where its partition is, and nowhere else. */
static void partitions_stay_in_their_place(void **state)
{
    struct lwnvme_block_partition parts[PARTITIONS];
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "block", DEVICE_BYTES);
    image_run(path, "sfdisk -q",
              "label: gpt\nfirst-lba: 40\ntable-length: 16\nsize=100\nsize=50\nsize=1\nsize=200\n");
    start(9, true, 512);
    assert_int_equal(lwnvme_sim_load(s.sim, 1, path, false), 0);
    (void)unlink(path);
    assert_int_equal(lwnvme_partitions_read(&drive.block, &table, scratch), LWNVME_OK);
    assert_int_equal(table.kind, LWNVME_TABLE_GPT);
    assert_int_equal(table.flags, 0);
    assert_int_equal(table.count, PARTITIONS);
    for (uint32_t i = 0; i < PARTITIONS; i++) {
        struct lwnvme_block *block = &parts[i].block;

        assert_int_equal(lwnvme_partition_open(&parts[i], &drive.block, &partitions[i]), LWNVME_OK);
        assert_int_equal(block->block_count, partitions[i].block_count);
        memset(memory, (int)(0x10 + i), sizeof(memory));
        assert_int_equal(lwnvme_block_write(block, 0, (uint32_t)block->block_count, memory), LWNVME_OK);
        assert_int_equal(lwnvme_block_write(block, 1, (uint32_t)block->block_count, memory),
                         LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_read(block, block->block_count, 1, memory), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_write_bytes(block, block->block_count * 512 - 1, 2, memory, scratch),
                         LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_trim(block, UINT64_MAX - 5, 3), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_flush(block), LWNVME_OK);
    }
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, drive.block.block_count, medium));
    for (uint32_t i = 0; i < PARTITIONS; i++) {
        const struct lwnvme_partition *place = &partitions[i];

        memset(memory, 0, sizeof(memory));
        assert_int_equal(lwnvme_block_read(&parts[i].block, 0, (uint32_t)place->block_count, memory),
                         LWNVME_OK);
        assert_memory_equal(memory, medium + place->first * 512, place->block_count * 512);
        for (uint64_t at = 0; at < partitions[i].block_count * 512; at++)
            assert_int_equal(medium[partitions[i].first * 512 + at], 0x10 + i);
    }
    assert_int_equal(lwnvme_partitions_read(&drive.block, &table, scratch),
                     LWNVME_OK); /* and it is still there */
    assert_int_equal(table.flags, 0);
    assert_int_equal(first_partition(s.queue, s.ns, &parts[0]), LWNVME_OK);
    assert_int_equal(parts[0].block.block_count, 100);
    assert_int_equal(lwnvme_block_read(&parts[0].block, 99, 1, memory), LWNVME_OK);
    assert_int_equal(memory[0], 0x10);
    partitions[0].block_count = drive.block.block_count - partitions[0].first + 1;
    assert_int_equal(lwnvme_partition_open(&parts[0], &drive.block, &partitions[0]), LWNVME_ERR_LBA_RANGE);
    partitions[0].first = UINT64_MAX;
    assert_int_equal(lwnvme_partition_open(&parts[0], &drive.block, &partitions[0]), LWNVME_ERR_LBA_RANGE);
    scenario_end(&s);
}

/* The first header is on a block that cannot be read: the backup's partitions. */
static void a_media_error_under_the_table(void **state)
{
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "spoilt", DEVICE_BYTES);
    image_run(path, "sfdisk -q", "label: gpt\nfirst-lba: 40\ntable-length: 16\nsize=100\nsize=50\n");
    start(9, true, 512);
    assert_int_equal(lwnvme_sim_load(s.sim, 1, path, false), 0);
    (void)unlink(path);
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, 1, 1));
    assert_int_equal(lwnvme_partitions_read(&drive.block, &table, scratch), LWNVME_OK);
    assert_int_equal(table.flags, LWNVME_TABLE_PRIMARY_BAD);
    assert_int_equal(table.count, 2);
    assert_int_equal(partitions[1].block_count, 50);
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, drive.block.block_count - 1, 1));
    assert_int_equal(lwnvme_status_code(lwnvme_partitions_read(&drive.block, &table, scratch)),
                     LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_int_equal(table.kind, LWNVME_TABLE_GPT_DAMAGED);
    assert_int_equal(table.count, 0);
    memset(scratch, 0, 512);
    assert_true(lwnvme_sim_write_blocks(s.sim, 1, 0, 1, scratch)); /* no table */
    struct lwnvme_block_partition part;
    assert_int_equal(first_partition(s.queue, s.ns, &part), LWNVME_ERR_LBA_RANGE);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_calls_do_what_they_should),
        cmocka_unit_test(blocks_beyond_are_refused),
        cmocka_unit_test(trims_reach_the_controller),
        cmocka_unit_test(a_protected_namespace_is_read_only),
        cmocka_unit_test(what_cannot_be_a_drive_is_refused),
        cmocka_unit_test(partitions_stay_in_their_place),
        cmocka_unit_test(a_media_error_under_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

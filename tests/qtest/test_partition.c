/* SPDX-License-Identifier: MIT */
/* Partitions of a table that sfdisk has made, on QEMU's drive: examples/block reads the table, and stays inside. */
#include "sim/scenario.h"

#include "../../examples/block/block.c"
#include "../../examples/block/gpt.c"
#include "../../examples/block/mbr.c"
#include "../../examples/block/partition.c"
#include "../examples/image.c"

#define IMAGE_BYTES (16u << 20)
#define ROOM        8u

static struct scenario s;
static struct lwnvme_block_drive drive;
static struct lwnvme_partition partitions[ROOM];
static struct lwnvme_partition_table table = {.partitions = partitions, .capacity = ROOM};
static uint8_t bounce[4096] __attribute__((aligned(4096)));
static uint8_t data[8192] __attribute__((aligned(4096)));

/* The image on the drive, with the backup where the drive ends in a drive of the image's size. */
static void put_on_drive(const char *script)
{
    struct image_disk disk;
    char path[IMAGE_PATH];

    image_new(path, "qtest", IMAGE_BYTES);
    image_run(path, "sfdisk -q", script);
    image_open(&disk, path, 512);
    (void)unlink(path);
    assert_true(lwnvme_sim_write_blocks(s.sim, 1, 0, disk.block.block_count, disk.bytes));
    image_close(&disk);
    assert_int_equal(lwnvme_partitions_read(&drive.block, &table, bounce), LWNVME_OK);
}

/* Both ends of each partition are written by its device, at odd addresses too; beyond is refused. */
static void write_and_look(void)
{
    for (uint32_t i = 0; i < table.count; i++) {
        struct lwnvme_block_partition partition;
        struct lwnvme_block *block = &partition.block;
        uint8_t medium[512];

        assert_int_equal(lwnvme_partition_open(&partition, &drive.block, &partitions[i]), LWNVME_OK);
        scenario_fill(data, 513, i + 1);
        assert_int_equal(lwnvme_block_write(block, 0, 1, data), LWNVME_OK);
        assert_int_equal(lwnvme_block_write(block, block->block_count - 1, 1, data + 1), LWNVME_OK);
        assert_int_equal(lwnvme_block_write(block, block->block_count, 1, data), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(lwnvme_block_flush(block), LWNVME_OK);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, partitions[i].first, 1, medium));
        assert_memory_equal(medium, data, 512);
        assert_true(
            lwnvme_sim_read_blocks(s.sim, 1, partitions[i].first + block->block_count - 1, 1, medium));
        assert_memory_equal(medium, data + 1, 512);
        assert_int_equal(lwnvme_block_trim(block, 0, block->block_count), LWNVME_OK);
        assert_int_equal(lwnvme_block_read_bytes(block, 100, 700, data + 3, bounce), LWNVME_OK);
    }
}

static void partitions_on_a_drive(void **state)
{
    (void)state;
    scenario_prepare(&s);
    s.settings.ns[0].nsze = s.settings.ns[0].ncap = IMAGE_BYTES / 512;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, sizeof(bounce), 4), LWNVME_OK);
    assert_int_equal(drive.block.block_count, IMAGE_BYTES / 512);
    put_on_drive("label: gpt\nsize=100\nsize=1000\nsize=5M\n");
    assert_int_equal(table.kind, LWNVME_TABLE_GPT);
    assert_int_equal(table.flags, 0);
    assert_int_equal(table.count, 3);
    write_and_look();
    put_on_drive("label: dos\nsize=100\nsize=1000\nsize=5M, type=5\nsize=10\nsize=1M\n");
    assert_int_equal(table.kind, LWNVME_TABLE_MBR);
    assert_int_equal(table.flags, 0);
    assert_int_equal(table.count, 4);
    write_and_look();
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_on_a_drive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * examples/fatfs through the functions that FatFs calls, on the software controller. FatFs itself is not here: fatfs/ff.h and
 * fatfs/diskio.h declare what it documents.
 */
#include "fatfs/ff.h"

#include "fatfs/diskio.h"

#include "../../examples/fatfs/lwnvme_diskio.h"
#include "sim/scenario.h"

#define BLOCKS 1000u

static struct scenario s;
static struct lwnvme_block_drive drive;
static uint8_t bounce[8192] __attribute__((aligned(4096)));
static uint8_t data[65536 + 1];
static uint8_t medium[65536];

static void start(uint8_t lbads)
{
    scenario_prepare(&s);
    s.settings.ns[0].formats[0].lbads = lbads;
    s.settings.ns[0].nsze = s.settings.ns[0].ncap = BLOCKS;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, sizeof(bounce), 64), LWNVME_OK);
    assert_int_equal(lwnvme_diskio_attach(3, &drive.block), LWNVME_OK);
    assert_int_equal(disk_initialize(3), 0);
}

static void end(void)
{
    scenario_end(&s);
    assert_int_equal(lwnvme_diskio_attach(3, NULL), LWNVME_OK);
}

static void drives_are_ready_when_they_have_been_initialized(void **state)
{
    (void)state;
    start(9);
    assert_int_equal(lwnvme_diskio_attach(LWNVME_DISKIO_DRIVES, &drive.block), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(disk_status(3), 0);
    for (uint32_t pdrv = 0; pdrv < 256; pdrv++) {
        DWORD value = 0;

        if (pdrv == 3)
            continue;
        assert_int_equal(disk_status((BYTE)pdrv), STA_NOINIT | STA_NODISK);
        assert_int_equal(disk_initialize((BYTE)pdrv), STA_NOINIT | STA_NODISK);
        assert_int_equal(disk_read((BYTE)pdrv, data, 0, 1), RES_NOTRDY);
        assert_int_equal(disk_write((BYTE)pdrv, data, 0, 1), RES_NOTRDY);
        assert_int_equal(disk_ioctl((BYTE)pdrv, GET_BLOCK_SIZE, &value), RES_NOTRDY);
    }
    assert_int_equal(lwnvme_diskio_attach(4, &drive.block), LWNVME_OK);
    assert_int_equal(disk_status(4), STA_NOINIT);
    assert_int_equal(disk_read(4, data, 0, 1), RES_NOTRDY);
    assert_int_equal(disk_initialize(4), 0);
    assert_int_equal(disk_read(4, data, 0, 1), RES_OK);
    assert_int_equal(lwnvme_diskio_attach(4, NULL), LWNVME_OK);
    assert_int_equal(disk_status(4), STA_NOINIT | STA_NODISK);
    drive.block.block_bytes = 8192;
    assert_int_equal(lwnvme_diskio_attach(4, &drive.block), LWNVME_ERR_NS_BLOCK_SIZE);
    end();
}

/* At each address of a word and more, and what was written is on the medium after a sync. */
static void sectors_at_any_address(void **state)
{
    (void)state;
    for (uint8_t lbads = 9; lbads <= 12; lbads += 3) {
        const UINT count = 12;
        const size_t bytes = (size_t)count << lbads;

        start(lbads);
        for (uint32_t odd = 0; odd < 9; odd++) {
            scenario_fill(data + odd, bytes, odd);
            memcpy(medium, data + odd, bytes);
            assert_int_equal(disk_write(3, data + odd, 20 + odd, count), RES_OK);
            memset(data, 0, sizeof(data));
            assert_int_equal(disk_read(3, data + 8 - odd, 20 + odd, count), RES_OK);
            assert_memory_equal(data + 8 - odd, medium, bytes);
            assert_true(odd == 8 || data[7 - odd] == 0);
            assert_int_equal(data[8 - odd + bytes], 0);
        }
        assert_true(lwnvme_sim_dirty_blocks(s.sim, 1) != 0);
        assert_int_equal(disk_ioctl(3, CTRL_SYNC, NULL), RES_OK);
        assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), 0);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 28, count, data));
        assert_memory_equal(data, medium, bytes);
        end();
    }
}

static void sizes_as_they_are(void **state)
{
    (void)state;
    for (uint8_t lbads = 9; lbads <= 12; lbads += 3) {
        LBA_t count = 0;
        WORD size = 0;
        DWORD erase = 0;

        start(lbads);
        assert_int_equal(disk_ioctl(3, GET_SECTOR_COUNT, &count), RES_OK);
        assert_int_equal(count, BLOCKS);
        assert_int_equal(disk_ioctl(3, GET_SECTOR_SIZE, &size), RES_OK);
        assert_int_equal(size, 1u << lbads);
        assert_int_equal(disk_ioctl(3, GET_BLOCK_SIZE, &erase), RES_OK);
        assert_int_equal(erase, 1);
        assert_int_equal(disk_ioctl(3, GET_SECTOR_COUNT, NULL), RES_PARERR);
        assert_int_equal(disk_ioctl(3, CTRL_EJECT, &count), RES_PARERR);
        drive.block.block_count = (UINT64_C(1) << 32) + 5; /* more than 32 bits count */
        assert_int_equal(disk_ioctl(3, GET_SECTOR_COUNT, &count), RES_OK);
        assert_int_equal(count, sizeof(count) == 4 ? UINT32_MAX : drive.block.block_count);
        end();
    }
}

static void trims_take_in_the_last_sector(void **state)
{
    LBA_t sectors[2] = {5, 7};

    (void)state;
    start(9);
    memset(data, 0x55, sizeof(data));
    assert_int_equal(disk_write(3, data, 0, 16), RES_OK);
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_OK);
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, 16, medium));
    for (uint32_t i = 0; i < 16; i++)
        assert_int_equal(medium[i * 512], i >= 5 && i <= 7 ? 0 : 0x55);
    sectors[0] = sectors[1] = BLOCKS - 1;
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_OK);
    sectors[1] = BLOCKS;
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_PARERR);
    sectors[1] = BLOCKS - 2;
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_PARERR);
    sectors[1] = 3;
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_PARERR);
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, NULL), RES_PARERR);
    end();

    scenario_prepare(&s); /* a controller without the command: nothing to do */
    s.settings.oncs &= (uint16_t)~0x0004u;
    scenario_start(&s);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_block_drive_open(&drive, s.queue, s.ns, bounce, sizeof(bounce), 4), LWNVME_OK);
    assert_int_equal(lwnvme_diskio_attach(3, &drive.block), LWNVME_OK);
    assert_int_equal(disk_initialize(3), 0);
    sectors[0] = 1;
    assert_int_equal(disk_ioctl(3, CTRL_TRIM, sectors), RES_OK);
    end();
}

static void what_goes_wrong_is_told(void **state)
{
    (void)state;
    start(9);
    assert_int_equal(disk_read(3, data, BLOCKS - 1, 2), RES_PARERR);
    assert_int_equal(disk_write(3, data, BLOCKS, 1), RES_PARERR);
    assert_int_equal(disk_read(3, data, 0, 0), RES_PARERR);
    assert_int_equal(disk_read(3, NULL, 0, 1), RES_PARERR);
    assert_int_equal(disk_write(3, NULL, 0, 1), RES_PARERR);
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, 50, 1));
    assert_int_equal(disk_read(3, data, 48, 4), RES_ERROR);
    assert_int_equal(lwnvme_status_code(lwnvme_diskio_status(3)), LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_int_equal(disk_read(3, data, 51, 4), RES_OK);
    drive.block.read_only = true;
    assert_int_equal(disk_status(3), STA_PROTECT);
    assert_int_equal(disk_write(3, data, 0, 1), RES_WRPRT);
    assert_int_equal(lwnvme_diskio_status(3), LWNVME_ERR_READ_ONLY);
    drive.block.read_only = false;
    lwnvme_sim_remove(s.sim);
    assert_int_equal(disk_read(3, data, 0, 1), RES_ERROR); /* it was under way when the drive left */
    assert_int_equal(lwnvme_diskio_status(3), LWNVME_ERR_ABORTED);
    assert_int_equal(disk_read(3, data, 0, 1), RES_NOTRDY);
    assert_int_equal(lwnvme_diskio_status(3), LWNVME_ERR_GONE);
    assert_int_equal(disk_status(3), STA_NOINIT);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drives_are_ready_when_they_have_been_initialized),
        cmocka_unit_test(sectors_at_any_address),
        cmocka_unit_test(sizes_as_they_are),
        cmocka_unit_test(trims_take_in_the_last_sector),
        cmocka_unit_test(what_goes_wrong_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

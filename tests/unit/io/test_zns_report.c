/* SPDX-License-Identifier: MIT */
/* Reports of zones: how they are asked for, piece by piece, and that nothing in them is believed unseen. */
#include "zoned.h"

static struct lwnvme_zoned zoned;
static struct lwnvme_zone_report report;
static uint8_t memory[64 + 3 * 64] __attribute__((aligned(4096)));

static void start(void)
{
    sets_power(0, 100, 3);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), 0);
    sets_take(&zoned.ns);
    memset(&report, 0, sizeof(report));
    memset(memory, 0, sizeof(memory));
    report.zoned = &zoned;
    report.memory = memory;
    report.memory_bytes = sizeof(memory);
}

static void put(uint32_t at, uint64_t value)
{
    for (uint32_t i = 0; i < 8; i++) {
        memory[at + i] = (uint8_t)(value >> (8 * i));
    }
}

static void zone(uint32_t index, uint64_t first, uint32_t state, uint64_t written)
{
    uint32_t at = 64 + 64 * index;
    memory[at] = 2;
    memory[at + 1] = (uint8_t)(state << 4);
    put(at + 8, 80);
    put(at + 16, first);
    put(at + 24, first + written);
}

static int piece(uint64_t count)
{
    int status = lwnvme_zone_report_next(&fake.queue, &report, &io.request);
    put(0, count);
    if (status != 0) {
        return status;
    }
    sets_answer(0, 0);
    return io.request.status;
}

static void all_zones_in_pieces(void **state)
{
    struct lwnvme_zone seen;
    (void)state;
    start();
    for (uint32_t first = 0; first < 10; first += 3) {
        for (uint32_t i = 0; i < 3; i++) {
            zone(i, (first + i) * 100, 4, 5);
        }
        assert_int_equal(piece(first == 9 ? 1 : 3), 0);
        assert_int_equal(command[0] & 0xff, 0x7a);
        assert_int_equal(command[10], first * 100);
        assert_int_equal(command[12], 63);
        assert_int_equal(command[13], 0x10000);
        assert_int_equal(report.count, first == 9 ? 1 : 3);
        assert_int_equal(report.more, first != 9);
        assert_int_equal(lwnvme_zone_report_get(&report, 0, &seen), 0);
        assert_int_equal(seen.first_lba, first * 100);
        assert_int_equal(seen.capacity_blocks, 80);
        assert_int_equal(seen.write_pointer, first * 100 + 5);
        assert_int_equal(seen.state, LWNVME_ZONE_STATE_CLOSED);
        assert_null(seen.extension);
        assert_int_equal(lwnvme_zone_report_get(&report, 3, &seen), LWNVME_ERR_INVALID_ARGUMENT);
    }
    assert_int_equal(zoned.capacity_blocks, 80);
    assert_int_equal(piece(0), LWNVME_ERR_WRONG_STATE);
    fake_end(&fake);
}

static void ranges_filters_and_extensions(void **state)
{
    struct lwnvme_zone seen;
    (void)state;
    start();
    report.first_lba = 250;
    report.end_lba = 450;
    report.filter = LWNVME_ZONES_FULL;
    zone(0, 300, 14, 0);
    zone(1, 500, 14, 0);
    assert_int_equal(piece(2), 0);
    assert_int_equal(command[10], 200);
    assert_int_equal(command[13], 0x10500);
    assert_int_equal(report.count, 1);
    assert_false(report.more);
    assert_int_equal(zoned.capacity_blocks, 0);
    memset(&report, 0, offsetof(struct lwnvme_zone_report, memory));
    report.zoned = &zoned;
    report.begun = false;
    report.extended = true;
    memory[66] = LWNVME_ZONE_EXTENSION_VALID;
    assert_int_equal(piece(1), 0);
    assert_int_equal(command[13], 0x10001);
    assert_int_equal(command[12], 47); /* room for one */
    assert_int_equal(lwnvme_zone_report_get(&report, 0, &seen), 0);
    assert_ptr_equal(seen.extension, memory + 128);
    fake_end(&fake);
}

static void refused_by_name(void **state)
{
    struct lwnvme_zone seen;
    (void)state;
    start();
    assert_int_equal(lwnvme_zone_report_next(&fake.queue, NULL, &io.request), LWNVME_ERR_NULL_ARGUMENT);
    report.filter = 8;
    assert_int_equal(piece(0), LWNVME_ERR_INVALID_ARGUMENT);
    report.filter = 0;
    report.first_lba = 1000;
    assert_int_equal(piece(0), LWNVME_ERR_LBA_RANGE);
    report.first_lba = 0;
    report.end_lba = 1001;
    assert_int_equal(piece(0), LWNVME_ERR_LBA_RANGE);
    report.end_lba = 0;
    report.memory_bytes = 127;
    assert_int_equal(piece(0), LWNVME_ERR_BUFFER_LENGTH);
    report.memory_bytes = 63;
    assert_int_equal(piece(0), LWNVME_ERR_BUFFER_LENGTH);
    zoned.extension_bytes = 0;
    report.extended = true;
    assert_int_equal(piece(0), LWNVME_ERR_NO_ZONE_EXTENSION);
    report.extended = false;
    report.memory_bytes = sizeof(memory);
    report.memory = memory + 2;
    assert_int_equal(piece(0), LWNVME_ERR_BUFFER_ALIGNMENT);
    report.memory = memory;
    assert_int_equal(lwnvme_zone_report_get(NULL, 0, &seen), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_zone_report_get(&report, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_zone_report_get(&report, 0, &seen), LWNVME_ERR_INVALID_ARGUMENT);
    report.zoned = NULL;
    assert_int_equal(piece(0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

static void what_makes_no_sense(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 11; kind++) {
        start();
        zone(0, 100, 1, 0);
        zone(1, 200, 2, 7);
        uint64_t count = 2;
        int wanted = kind == 10 ? 0 : LWNVME_ERR_ZONE_DATA;
        switch (kind) {
        case 0:
            zone(2, 300, 1, 0);
            count = 4; /* one more than there was room for */
            break;
        case 1:
            zone(1, 100, 1, 0);
            break; /* not ascending */
        case 2:
            zone(1, 201, 1, 0);
            break;
        case 3:
            zone(1, 1000, 1, 0);
            break;
        case 4:
            zone(1, 200, 5, 0);
            break; /* no such state */
        case 5:
            zone(1, 200, 2, 80);
            break;
        case 6:
            zone(1, 200, 1, 1);
            break;
        case 7:
            put(128 + 8, 101);
            break;
        case 8:
            memory[128] = 3;
            break;
        case 9:
            zone(1, 200, 4, UINT64_MAX);
            break;
        default:
            zone(1, 200, 13, UINT64_MAX - 300);
            break; /* of a read-only zone it means nothing */
        }
        assert_int_equal(piece(count), wanted);
        assert_int_equal(report.count, wanted == 0 ? 2 : 0);
        fake_end(&fake);
    }
}

/* No more is asked for than one command moves; and zones of different capacities have none in common. */
static void as_much_as_a_transfer(void **state)
{
    (void)state;
    start();
    fake.controller.info.max_transfer_bytes = 64 + 2 * 64;
    zone(0, 0, 1, 0);
    zone(1, 100, 1, 0);
    assert_int_equal(piece(2), 0);
    assert_int_equal(command[12], (64 + 2 * 64) / 4 - 1);
    assert_int_equal(report.count, 2);
    assert_true(report.more);
    report.begun = false;
    report.first_lba = 0;
    report.end_lba = 0;
    zoned.variable_capacity = true;
    zone(0, 0, 1, 0);
    assert_int_equal(piece(1), 0);
    assert_false(report.more);
    assert_int_equal(zoned.capacity_blocks, 0);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_zones_in_pieces),   cmocka_unit_test(ranges_filters_and_extensions),
        cmocka_unit_test(refused_by_name),       cmocka_unit_test(what_makes_no_sense),
        cmocka_unit_test(as_much_as_a_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

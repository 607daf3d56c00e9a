/* SPDX-License-Identifier: MIT */
/* Identify Controller, field by field, and whole pages of nonsense. */
#include "../support.h"

static struct bench bench;

static uint8_t image[4096]; /* what the controller says; the sim's own where the mask is 0 */
static uint8_t mask[4096];

static void on_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns != 1) {
        return;
    }
    for (uint32_t i = 0; i < 4096; i++) {
        if (mask[i] != 0) {
            data[i] = image[i];
        }
    }
}

static void put(uint32_t offset, uint64_t value, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        image[offset + i] = (uint8_t)(value >> 8 * i);
        mask[offset + i] = 1;
    }
}

static void start(void)
{
    memset(mask, 0, sizeof(mask));
    bench_prepare(&bench);
    bench.settings.on_identify = on_identify;
}

static int open_it(void)
{
    bench_power(&bench);
    return bench_open(&bench);
}

static const struct lwnvme_controller_info *info(void)
{
    return lwnvme_controller_get_info(bench.controller);
}

static void fields_are_where_the_specification_has_them(void **state)
{
    (void)state;
    start();
    put(0, 0x1234, 2);
    put(2, 0x5678, 2);
    put(76, 0, 1);
    put(78, 0x9abc, 2);
    put(88, 0x11223344, 4);
    put(256, 0x0517, 2);
    put(258, 4, 1);
    put(259, 7, 1);
    put(261, 0x5a, 1);
    put(262, 62, 1);
    put(263, 31, 1);
    put(516, 0x8000, 4);
    put(520, 0x8f, 2);
    put(524, 5, 1);
    put(525, 7, 1);
    put(536, 0xdeadbeef, 4);
    assert_int_equal(open_it(), 0);
    assert_int_equal(info()->vid, 0x1234);
    assert_int_equal(info()->ssvid, 0x5678);
    assert_int_equal(info()->cntlid, 0x9abc);
    assert_int_equal(info()->rtd3e_us, 0x11223344);
    assert_int_equal(info()->oacs, 0x0517);
    assert_int_equal(info()->acl, 5);
    assert_int_equal(info()->aerl, 8);
    assert_int_equal(info()->lpa, 0x5a);
    assert_int_equal(info()->elpe, 63);
    assert_int_equal(info()->npss, 31);
    assert_int_equal(info()->nn, 0x8000);
    assert_int_equal(info()->oncs, 0x8f);
    assert_int_equal(info()->fna, 5);
    assert_int_equal(info()->vwc, 7);
    assert_int_equal(info()->sgls, 0xdeadbeef);
    assert_int_equal(info()->version, 0x20000);
    assert_string_equal(info()->serial, "SIM0000000001");
    assert_string_equal(info()->model, "lwnvme software controller");
    assert_string_equal(info()->firmware, "1.0");
    assert_int_equal(info()->io_queues, 8);
    assert_int_equal(info()->queue_entries_max, 1024);
    bench_end(&bench);
}

static void fault_047_text_that_is_not_text(void **state)
{
    (void)state;
    start();
    memset(image + 4, 'A', 20); /* no padding at all */
    memset(mask + 4, 1, 20);
    memcpy(image + 24, "x\x1b[2J\x7f\x80\xff y  \0hidden", 20);
    memset(image + 44, ' ', 20);
    memset(mask + 24, 1, 40);
    memset(image + 64, 0, 8);
    memset(mask + 64, 1, 8);
    memset(image + 768, 'n', 256); /* not terminated (fault 48) */
    memset(mask + 768, 1, 256);
    assert_int_equal(open_it(), 0);
    assert_string_equal(info()->serial, "AAAAAAAAAAAAAAAAAAAA");
    assert_string_equal(info()->model, "x?[2J??? y");
    assert_string_equal(info()->firmware, "");
    assert_int_equal(strlen(info()->subnqn), 256);
    bench_end(&bench);
}

static void fault_034_mdts(void **state)
{
    (void)state;
    for (uint32_t mpsmin = 0; mpsmin <= 4; mpsmin += 4) {
        for (uint32_t mdts = 0; mdts < 256; mdts += mdts < 24 ? 1 : 33) {
            uint32_t shift = 12 + mpsmin + mdts;
            uint32_t bytes = mdts == 0 || shift > 31 ? 0 : 1u << shift;
            start();
            bench.settings.cap_mpsmin = (uint8_t)mpsmin;
            bench.settings.cap_mpsmax = 4;
            bench.settings.host_page_bytes = 65536;
            bench.config.page_bytes = 65536;
            put(77, mdts, 1);
            assert_int_equal(open_it(), 0);
            assert_int_equal(info()->mdts_bytes, bytes);
            assert_int_equal(info()->max_transfer_bytes, bytes != 0 && bytes < 131072 ? bytes : 131072);
            bench_end(&bench);
        }
    }
}

static void fault_023_entry_sizes(void **state)
{
    static const struct {
        uint8_t sqes;
        uint8_t cqes;
        int status;
    } rows[] = {{0x66, 0x44, 0},
                {0x00, 0x00, 0},
                {0x76, 0x54, 0},
                {0x77, 0x44, LWNVME_ERR_ENTRY_SIZE},
                {0x55, 0x44, LWNVME_ERR_ENTRY_SIZE},
                {0x66, 0x55, LWNVME_ERR_ENTRY_SIZE},
                {0x66, 0x33, LWNVME_ERR_ENTRY_SIZE},
                {0x06, 0x04, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start();
        put(512, rows[i].sqes, 1);
        put(513, rows[i].cqes, 1);
        assert_int_equal(open_it(), rows[i].status);
        assert_int_equal(lwnvme_controller_state(bench.controller),
                         rows[i].status == 0 ? LWNVME_STATE_READY : LWNVME_STATE_CLOSED);
        bench_end(&bench);
    }
}

/* Apple's controller with submission queue entries of 128 bytes says nothing of them: commands would be read from where there
 * are none. Admin commands are of the usual size, so it would seem to work until the first I/O. */
static void fault_023_entries_of_another_size_without_a_word(void **state)
{
    (void)state;
    for (uint32_t removed = 0; removed < 2; removed++) {
        start();
        bench.config.pci_vendor_id = 0x106b;
        bench.config.pci_device_id = 0x2005;
        bench.config.quirks_remove = removed != 0 ? LWNVME_QUIRK_ENTRIES_OF_128 : 0;
        assert_int_equal(open_it(), removed != 0 ? 0 : LWNVME_ERR_ENTRY_SIZE);
        bench_end(&bench);
    }
}

static void fault_033_nothing_delivered(void **state)
{
    (void)state;
    start();
    memset(image, 0, sizeof(image));
    memset(mask, 1, sizeof(mask));
    assert_int_equal(open_it(), LWNVME_ERR_IDENTIFY_DATA);
    assert_null(info());
    bench_end(&bench);
}

static void fault_049_largest_and_smallest_values(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 256; value += 255) {
        start();
        put(258, value, 1);
        put(259, value, 1);
        put(262, value, 1);
        put(263, value, 1);
        assert_int_equal(open_it(), 0);
        assert_int_equal(info()->acl, value + 1);
        assert_int_equal(info()->aerl, value + 1);
        assert_int_equal(info()->elpe, value + 1);
        bench_end(&bench);
    }
}

static void fault_076_broken_write_zeroes(void **state)
{
    (void)state;
    start();
    bench.config.quirks_add = LWNVME_QUIRK_NO_WRITE_ZEROES;
    put(520, 0xffff, 2);
    assert_int_equal(open_it(), 0);
    assert_int_equal(info()->oncs, 0xfff7);
    bench_end(&bench);
}

static void fault_114_125_another_controller_after_a_reset(void **state)
{
    static const struct {
        uint32_t offset;
        uint32_t length;
    } rows[] = {{4, 1}, {23, 1}, {24, 1}, {63, 1}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        start();
        assert_int_equal(open_it(), 0);
        put(rows[i].offset, 'Z', 1);
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), LWNVME_ERR_CONTROLLER_CHANGED);
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
        /* The right one comes back. */
        memset(mask, 0, sizeof(mask));
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        bench_end(&bench);
    }
    /* Firmware may change. */
    start();
    assert_int_equal(open_it(), 0);
    put(64, '2', 1);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_string_equal(info()->firmware, "2.0");
    bench_end(&bench);
}

static void fault_114_157_limits_after_a_reset(void **state)
{
    (void)state;
    start();
    assert_int_equal(open_it(), 0);
    put(77, 4, 1);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), LWNVME_ERR_CONTROLLER_CHANGED);
    put(77, 9, 1);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(info()->max_transfer_bytes, 131072);
    assert_int_equal(info()->mdts_bytes, 2u << 20);
    bench_end(&bench);
}

/* Whole pages of noise: whatever comes out, the controller is open or closed, and nothing leaks. */
static void fault_188_noise(void **state)
{
    uint32_t seed = 1;
    uint32_t opened = 0;
    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        start();
        for (uint32_t i = 0; i < 4096; i++) {
            seed = seed * 1664525u + 1013904223u;
            image[i] = round == 0 ? 0xff : (uint8_t)(seed >> 24);
            mask[i] = 1;
        }
        if (round % 2 != 0) {
            mask[512] = 0;
            mask[513] = 0;
        }
        bench.violations_allowed = true; /* the limits that it gives are not those that it has */
        int status = open_it();
        opened += status == 0;
        assert_true(status == 0 || status == LWNVME_ERR_ENTRY_SIZE);
        bench_end(&bench);
    }
    assert_true(opened >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_where_the_specification_has_them),
        cmocka_unit_test(fault_047_text_that_is_not_text),
        cmocka_unit_test(fault_034_mdts),
        cmocka_unit_test(fault_023_entry_sizes),
        cmocka_unit_test(fault_023_entries_of_another_size_without_a_word),
        cmocka_unit_test(fault_033_nothing_delivered),
        cmocka_unit_test(fault_049_largest_and_smallest_values),
        cmocka_unit_test(fault_076_broken_write_zeroes),
        cmocka_unit_test(fault_114_125_another_controller_after_a_reset),
        cmocka_unit_test(fault_114_157_limits_after_a_reset),
        cmocka_unit_test(fault_188_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

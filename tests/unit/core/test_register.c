/* SPDX-License-Identifier: MIT */
/* Registers: what CAP, VS and CRTO make of a controller, and where its doorbells are. */
#include "../support.h"

#define CAP_MQES(n)  ((uint32_t)(n))
#define CAP_TO(n)    ((uint32_t)(n) << 24)
#define CAP_DSTRD(n) ((uint32_t)(n) << 0) /* of the upper half from here on */
#define CAP_CSS(n)   ((uint32_t)(n) << 5)
#define CAP_MIN(n)   ((uint32_t)(n) << 16)
#define CAP_MAX(n)   ((uint32_t)(n) << 20)
#define CAP_CRMS(n)  ((uint32_t)(n) << 27)

static struct fake fake;
static struct lwnvme_controller *controller = &fake.controller;

static void start(uint32_t cap_low, uint32_t cap_high)
{
    fake_host(&fake, 0);
    controller->config.page_bytes = 4096;
    controller->config.bar_bytes = 0x4000;
    controller->config.ops = &fake.ops;
    fake.registers[0] = cap_low;
    fake.registers[1] = cap_high;
    fake.registers[2] = 0x00010400;
}

static int check(uint32_t cap_low, uint32_t cap_high)
{
    start(cap_low, cap_high);
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    return lwnvme_capabilities_check(controller);
}

static void fault_001_all_ones_is_gone(void **state)
{
    (void)state;
    start(0xffffffff, 0xffffffff);
    fake.registers[2] = 0xffffffff;
    assert_int_equal(lwnvme_capabilities_read(controller), LWNVME_ERR_GONE);
    assert_false(lwnvme_device_present(controller, 0xffffffff));
    start(CAP_MQES(1023), CAP_CSS(1));
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    assert_true(lwnvme_device_present(controller, 0));
    assert_true(lwnvme_device_present(controller, 1));
    assert_false(lwnvme_device_present(controller, 0xffffffff));
}

static void fault_126_zeros_are_gone_by_the_version(void **state)
{
    (void)state;
    start(CAP_MQES(1023), CAP_CSS(1));
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    fake.registers[2] = 0;
    assert_false(lwnvme_device_present(controller, 0));
    fake.registers[2] = 0xffffffff;
    assert_false(lwnvme_device_present(controller, 0));
    fake.registers[2] = LWNVME_VERSION(2, 1, 0); /* another one, by new firmware */
    assert_true(lwnvme_device_present(controller, 0));
    lwnvme_version_read(controller);
    assert_int_equal(controller->vs, LWNVME_VERSION(2, 1, 0));
    for (uint32_t gone = 0; gone < 2; gone++) { /* no version is told by one that has gone */
        fake.registers[2] = 0 - gone;
        lwnvme_version_read(controller);
        assert_int_equal(controller->vs, LWNVME_VERSION(2, 1, 0));
        assert_false(lwnvme_device_present(controller, 0));
    }
    start(CAP_MQES(1023), CAP_CSS(1));
    fake.registers[2] = 0; /* one that never knew better */
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    assert_true(lwnvme_device_present(controller, 0));
    lwnvme_version_read(controller);
    assert_true(lwnvme_device_present(controller, 0));
}

static void fault_026_odd_versions_count_as_1_0(void **state)
{
    static const struct {
        uint32_t vs;
        uint32_t version;
    } rows[] = {{0, 0x10000},       {0x900, 0x10000},      {0xffffffff, 0x10000},
                {0x10000, 0x10000}, {0x10400, 0x10400},    {0x20000, 0x20000},
                {0x20100, 0x20100}, {0x01000000, 0x10000}, {0x00ff0000, 0xff0000}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(CAP_MQES(1023), CAP_CSS(1));
        fake.registers[2] = rows[i].vs;
        assert_int_equal(lwnvme_capabilities_read(controller), 0);
        assert_int_equal(controller->info.version, rows[i].version);
    }
}

static void fault_003_004_006_queue_entries(void **state)
{
    (void)state;
    assert_int_equal(check(0, CAP_CSS(1)), LWNVME_ERR_CAP_MQES);
    assert_int_equal(check(0, 0), LWNVME_ERR_CAP_MQES);
    assert_int_equal(check(CAP_MQES(1), CAP_CSS(1)), 0);
    assert_int_equal(controller->info.queue_entries_max, 2);
    assert_int_equal(check(CAP_MQES(0xffff), CAP_CSS(1)), 0);
    assert_int_equal(controller->info.queue_entries_max, 65536);
    start(0, CAP_CSS(1));
    controller->quirks = LWNVME_QUIRK_MQES_ZERO_IS_64;
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    assert_int_equal(lwnvme_capabilities_check(controller), 0);
    assert_int_equal(controller->info.queue_entries_max, 64);
}

static void fault_018_019_page_sizes(void **state)
{
    (void)state;
    for (uint32_t host = 12; host <= 16; host++) {
        for (uint32_t least = 0; least < 16; least++) {
            for (uint32_t most = 0; most < 16; most++) {
                uint32_t shift = host < 12 + least ? 12 + least : host;
                int status;
                shift = shift > 12 + most ? 12 + most : shift;
                start(CAP_MQES(31), CAP_CSS(1) | CAP_MIN(least) | CAP_MAX(most));
                controller->config.page_bytes = 1u << host;
                assert_int_equal(lwnvme_capabilities_read(controller), 0);
                status = lwnvme_capabilities_check(controller);
                if (least > most || least > 4) {
                    assert_int_equal(status, LWNVME_ERR_CAP_PAGE_SIZE);
                    continue;
                }
                assert_int_equal(status, 0);
                assert_int_equal(controller->page_bytes, 1u << shift);
                assert_int_equal(controller->info.memory_page_bytes, 1u << shift);
                assert_int_equal(controller->cc >> 7 & 15, shift - 12);
            }
        }
    }
}

static void fault_021_command_sets(void **state)
{
    (void)state;
    for (uint32_t css = 0; css < 256; css++) {
        int status = check(CAP_MQES(31), CAP_CSS(css));
        if ((css & 0xc1) == 0) {
            assert_int_equal(status, LWNVME_ERR_CAP_CSS);
            continue;
        }
        assert_int_equal(status, 0);
        assert_int_equal(controller->cc >> 4 & 7, (css & 0x40) != 0 ? 6 : (css & 1) != 0 ? 0 : 7);
        assert_int_equal(controller->cc & 1, 0);
        assert_int_equal(controller->cc >> 16 & 15, 6);
        assert_int_equal(controller->cc >> 20 & 15, 4);
        assert_int_equal(controller->cc >> 11 & 7, 0);
        assert_int_equal(controller->cc >> 24, 0); /* CRIME is bit 24: never set (fault 10) */
    }
}

/* What a reset may change in CAP, and what it may not: how it was, how it is, and what comes of it. */
static void fault_114_capabilities_after_a_reset(void **state)
{
    static const struct {
        uint32_t low;
        uint32_t high;
        int status;
        uint32_t entries;
    } rows[] = {
        {CAP_MQES(1023) | CAP_TO(9), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MAX(4), 0, 1024},
        {CAP_MQES(1), CAP_DSTRD(1) | CAP_CSS(0x41) | CAP_MAX(15), 0, 2},
        {CAP_MQES(0), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MAX(4), LWNVME_ERR_CONTROLLER_CHANGED, 128},
        {CAP_MQES(127), CAP_DSTRD(0) | CAP_CSS(1) | CAP_MAX(4), LWNVME_ERR_CONTROLLER_CHANGED, 128},
        {CAP_MQES(127), CAP_DSTRD(1) | CAP_CSS(0xc0) | CAP_MAX(4), LWNVME_ERR_CONTROLLER_CHANGED, 128},
        {CAP_MQES(127), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MIN(2) | CAP_MAX(4), LWNVME_ERR_CONTROLLER_CHANGED,
         128},
        {CAP_MQES(127), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MAX(0), LWNVME_ERR_CONTROLLER_CHANGED, 128},
        {CAP_MQES(127), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MIN(1) | CAP_MAX(1), 0, 128},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(CAP_MQES(127), CAP_DSTRD(1) | CAP_CSS(1) | CAP_MAX(4));
        controller->config.page_bytes = 8192;
        assert_int_equal(lwnvme_capabilities_read(controller), 0);
        assert_int_equal(lwnvme_capabilities_check(controller), 0);
        fake.registers[0] = rows[i].low;
        fake.registers[1] = rows[i].high;
        assert_int_equal(lwnvme_capabilities_renew(controller), rows[i].status);
        assert_int_equal(controller->info.queue_entries_max, rows[i].entries);
        assert_int_equal(lwnvme_cap(controller, LWNVME_CAP_DSTRD), 1);
        assert_int_equal(controller->page_bytes, 8192);
        fake.registers[2] = 0; /* it has gone meanwhile, and reads as zeros */
        fake.registers[0] = fake.registers[1] = 0;
        assert_int_equal(lwnvme_capabilities_renew(controller), LWNVME_ERR_GONE);
    }
}

static void fault_022_weights_that_a_reset_takes(void **state)
{
    (void)state;
    start(CAP_MQES(127) | 1u << 17, CAP_CSS(1));
    controller->config.weighted_arbitration = true;
    assert_int_equal(lwnvme_capabilities_read(controller), 0);
    assert_int_equal(lwnvme_capabilities_check(controller), 0);
    assert_int_equal(lwnvme_capabilities_renew(controller), 0);
    fake.registers[0] = CAP_MQES(127);
    assert_int_equal(lwnvme_capabilities_renew(controller), LWNVME_ERR_CONTROLLER_CHANGED);
}

static void fault_020_doorbells_and_the_length_of_the_region(void **state)
{
    (void)state;
    for (uint32_t stride = 0; stride < 16; stride++) {
        uint64_t step = UINT64_C(4) << stride;
        start(CAP_MQES(31), CAP_CSS(1) | CAP_DSTRD(stride));
        assert_int_equal(lwnvme_capabilities_read(controller), 0);
        for (uint64_t pairs = 1; pairs < 5; pairs++) {
            uint32_t queues;
            controller->config.bar_bytes = 0x1000 + pairs * 2 * step;
            assert_int_equal(lwnvme_capabilities_check(controller), 0);
            queues = lwnvme_doorbell_queues(controller);
            assert_int_equal(queues, pairs - 1);
            assert_int_equal(lwnvme_doorbell_offset(controller, queues, 0), 0x1000 + 2 * queues * step);
            assert_true(lwnvme_doorbell_offset(controller, queues, 1) + 4 <= controller->config.bar_bytes);
            /* One byte too few for the last of them. */
            controller->config.bar_bytes = lwnvme_doorbell_offset(controller, queues, 1) + 3;
            assert_true(queues == 0 || lwnvme_doorbell_queues(controller) < queues);
        }
        controller->config.bar_bytes = 0x1000 + 1 * step + 3;
        assert_int_equal(lwnvme_capabilities_check(controller), LWNVME_ERR_BAR_SIZE);
        controller->config.bar_bytes = UINT64_MAX;
        assert_int_equal(lwnvme_capabilities_check(controller), 0);
        assert_true(lwnvme_doorbell_offset(controller, lwnvme_doorbell_queues(controller), 1) > 0x1000);
    }
}

static void fault_007_008_time_to_ready(void **state)
{
    static const uint32_t rows[][2] = {{0, 5000},  {1, 5000},  {9, 5000},
                                       {10, 5500}, {11, 6000}, {255, 128000}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(CAP_MQES(31) | CAP_TO(rows[i][0]), CAP_CSS(1));
        lwnvme_ready_timeout_update(controller);
        assert_int_equal(controller->limits_us[LWNVME_LIMIT_READY], rows[i][1] * UINT64_C(1000));
        /* It only grows. */
        fake.registers[0] = CAP_MQES(31);
        lwnvme_ready_timeout_update(controller);
        assert_int_equal(controller->limits_us[LWNVME_LIMIT_READY], rows[i][1] * UINT64_C(1000));
    }
}

static uint32_t crto_value;
static uint32_t cap_high_value;

static uint32_t read_with_crto(void *host, volatile void *registers, size_t offset)
{
    (void)host;
    (void)registers;
    return offset == 0x68 ? crto_value : offset == 4 ? cap_high_value : 10u << 24;
}

static void fault_009_crto(void **state)
{
    static const uint32_t rows[][3] = {
        {0, 99, 5500},  {1, 99, 50000}, {1, 5, 5500},        {1, 0xffff, 600000},
        {3, 99, 50000}, {2, 99, 5500},  {1, 0x630000, 5500}, /* CRIMT is not waited for */
    };
    (void)state;
    start(0, 0);
    fake.ops.mmio_read32 = read_with_crto;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cap_high_value = CAP_CSS(1) | CAP_CRMS(rows[i][0]);
        crto_value = rows[i][1];
        controller->limits_us[LWNVME_LIMIT_READY] = 0;
        lwnvme_ready_timeout_update(controller);
        assert_int_equal(controller->limits_us[LWNVME_LIMIT_READY], rows[i][2] * UINT64_C(1000));
    }
}

static void fault_024_sixty_four_bits_are_two_writes_low_first(void **state)
{
    (void)state;
    start(0, 0);
    lwnvme_register_write64(controller, 0x28, UINT64_C(0x123456789abcd000));
    assert_int_equal(fake.write_count, 2);
    assert_int_equal(fake.writes[0].offset, 0x28);
    assert_int_equal(fake.writes[0].value, 0x9abcd000);
    assert_int_equal(fake.writes[1].offset, 0x2c);
    assert_int_equal(fake.writes[1].value, 0x12345678);
}

static void fault_184_registers_without_hooks_are_little_endian(void **state)
{
    static uint32_t region[0x1000 / 4];
    const uint8_t *bytes = (const uint8_t *)&region[5];
    (void)state;
    start(0, 0);
    fake.ops.mmio_read32 = NULL;
    fake.ops.mmio_write32 = NULL;
    controller->registers = region;
    lwnvme_register_write(controller, 0x14, 0x11223344);
    assert_int_equal(bytes[0], 0x44);
    assert_int_equal(bytes[3], 0x11);
    assert_int_equal(lwnvme_register_read(controller, 0x14), 0x11223344);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_001_all_ones_is_gone),
        cmocka_unit_test(fault_126_zeros_are_gone_by_the_version),
        cmocka_unit_test(fault_026_odd_versions_count_as_1_0),
        cmocka_unit_test(fault_003_004_006_queue_entries),
        cmocka_unit_test(fault_018_019_page_sizes),
        cmocka_unit_test(fault_021_command_sets),
        cmocka_unit_test(fault_114_capabilities_after_a_reset),
        cmocka_unit_test(fault_022_weights_that_a_reset_takes),
        cmocka_unit_test(fault_020_doorbells_and_the_length_of_the_region),
        cmocka_unit_test(fault_007_008_time_to_ready),
        cmocka_unit_test(fault_009_crto),
        cmocka_unit_test(fault_024_sixty_four_bits_are_two_writes_low_first),
        cmocka_unit_test(fault_184_registers_without_hooks_are_little_endian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Zoned namespaces with metadata: each dword of an append and of a write; openings that fail on the way.
 * What becomes of them on the medium: tests/sim/test_zoned_protection.c. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_queue queue;
static struct lwnvme_zoned zoned;
static struct lwnvme_protection protection;
static uint8_t data[8 * 512] __attribute__((aligned(4096)));
static uint32_t command[16];

static void note(void *context, uint16_t sqid, const uint32_t seen[16])
{
    (void)context;
    if (sqid != 0)
        memcpy(command, seen, sizeof(command));
}

static void power(uint8_t type)
{
    bench_prepare(&bench);
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.ctratt |= 1u << 15;
    bench.settings.ns[0].csi = 2;
    bench.settings.ns[0].nsze = bench.settings.ns[0].ncap = 1000;
    bench.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){9, 0, 8};
    bench.settings.ns[0].dps = type;
    bench.settings.zoned.zsze = 100;
    bench.settings.zoned.mar = bench.settings.zoned.mor = UINT32_MAX;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&queue, 0, sizeof(queue));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, NULL), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note;
}

static void stop(void)
{
    assert_int_equal(lwnvme_sync_queue_delete(&queue), 0);
    bench_end(&bench);
}

static void append(const struct lwnvme_protection *options)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct lwnvme_request request = {.protection = options};

    assert_int_equal(lwnvme_zone_append(&queue, &zoned, &request, 300, 4, &buffer), 0);
    assert_int_equal(lwnvme_sync_wait(&queue, &request), 0);
    assert_int_equal(request.bytes_done, 4 * 512);
}

static void each_dword_of_an_append(void **state)
{
    static const uint32_t info[4] = {0, 0xd, 0xd, 0xc}; /* PRACT, guard, and the tag where it is the LBA */
    (void)state;
    for (uint8_t type = 1; type < 4; type++) {
        struct lwnvme_protection own;

        power(type);
        assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, &protection), 0);
        protection.application_tag = 0x1234;
        for (uint32_t i = 0; i < 2; i++) { /* the second one goes elsewhere and says the same */
            append(NULL);
            assert_int_equal(command[0] & 0xff, LWNVME_ZNS_ZONE_APPEND);
            assert_int_equal(command[10], 300);
            assert_int_equal(command[11], 0);
            assert_int_equal(command[12], info[type] << 26 | (type != 3 ? 1u << 25 : 0) | 3u);
            assert_int_equal(command[14], 300);
            assert_int_equal(command[15], 0x1234);
        }
        own = protection;
        own.flags |= LWNVME_PROTECTION_REFERENCE;
        own.reference_tag = 77;
        if (type != 1) {
            append(&own);
            assert_int_equal(command[12], info[type] << 26 | 3u); /* it stays where it is */
            assert_int_equal(command[14], 77);
        }
        assert_int_equal(lwnvme_sync_write(&queue, &zoned.ns, type == 1 ? 308 : 312, 4, data, 0), 0);
        assert_int_equal(command[0] & 0xff, LWNVME_NVM_WRITE);
        assert_int_equal(command[12], info[type] << 26 | 3u);
        assert_int_equal(command[14], type == 1 ? 308 : 312);
        assert_int_equal(lwnvme_sync_read(&queue, &zoned.ns, 300, 8, data, 0), 0);
        stop();
    }
}

/* Metadata that are no protection information: commands say nothing of it, and have them in their buffer. */
static void plain_metadata(void **state)
{
    static uint8_t metadata[4 * 8] __attribute__((aligned(4096)));
    struct lwnvme_buffer buffer =
        lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, 4 * 512), (uintptr_t)metadata, sizeof(metadata));
    struct lwnvme_request request = {0};

    (void)state;
    power(0);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 1, &zoned), LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, &protection), 0);
    assert_int_equal(protection.type, 0);
    for (uint32_t round = 0; round < 3; round++) {
        static const uint32_t opcodes[3] = {LWNVME_ZNS_ZONE_APPEND, LWNVME_NVM_WRITE, LWNVME_NVM_READ};
        int status = round == 0   ? lwnvme_zone_append(&queue, &zoned, &request, 300, 4, &buffer)
                     : round == 1 ? lwnvme_write(&queue, &zoned.ns, &request, 304, 4, &buffer)
                                  : lwnvme_read(&queue, &zoned.ns, &request, 300, 4, &buffer);

        assert_int_equal(status, 0);
        assert_int_equal(lwnvme_sync_wait(&queue, &request), 0);
        assert_int_equal(request.bytes_done, 4 * 512);
        assert_int_equal(command[0] & 0xff, opcodes[round]);
        assert_true((command[4] | command[5]) != 0);
        assert_int_equal(command[10], round == 1 ? 304 : 300);
        assert_int_equal(command[12], 3);
        assert_int_equal(command[2] | command[3] | command[14] | command[15], 0);
    }
    stop();
}

static uint8_t format_page[3];

/* The structure of the NVM command set, which zoned namespaces have for their formats, is not what it should be. */
static void odd_formats(void *context, uint8_t cns, uint32_t nsid, uint8_t page[4096])
{
    (void)context;
    if (cns == 5 && nsid == 1 && ++format_page[0] == format_page[1])
        page[12] = 1; /* a storage tag of one bit: possible */
    if (cns == 5 && format_page[0] == format_page[2])
        page[12] = 127;
}

static void formats_are_not_believed(void **state)
{
    (void)state;
    power(1);
    lwnvme_sim_settings(bench.sim)->on_identify = odd_formats;
    memset(format_page, 0, sizeof(format_page));
    format_page[1] = 2; /* the first one is of the zones */
    format_page[2] = 4;
    assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, &protection), 0);
    assert_int_equal(protection.storage_bits, 1);
    assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, &protection),
                     LWNVME_ERR_NS_PROTECTION);
    assert_int_equal(lwnvme_sync_zone_append(&queue, &zoned, 0, 1, data, NULL), LWNVME_ERR_NS_PROTECTION);
    stop();
}

static void openings_that_fail_on_the_way(void **state)
{
    (void)state;
    for (uint32_t skip = 0; skip < 5; skip++) {
        struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                         .queue = LWNVME_SIM_ADMIN_QUEUE,
                                         .opcode = LWNVME_ADMIN_IDENTIFY,
                                         .skip = skip,
                                         .status = LWNVME_SC_INTERNAL_ERROR | 0x4000};
        power(1);
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        assert_true(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, &protection) != 0);
        assert_true(zoned.ns.status != 0);
        stop();
    }
    power(1);
    assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 1, &zoned, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_protection_open(bench.controller, 9, &zoned, &protection),
                     LWNVME_ERR_NS_INVALID_ID);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dword_of_an_append),
        cmocka_unit_test(plain_metadata),
        cmocka_unit_test(formats_are_not_believed),
        cmocka_unit_test(openings_that_fail_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

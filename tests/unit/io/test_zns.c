/* SPDX-License-Identifier: MIT */
/* Zoned namespaces: what opening finds out, what is refused by name, and each command as it stands in the ring. */
#include "zoned.h"

#include "../../../src/io/zns_private.h"

static struct lwnvme_zoned zoned;
static uint8_t memory[131072] __attribute__((aligned(4096)));

static void start(uint16_t ozcs)
{
    sets_power(ozcs, 100, 3);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), 0);
    sets_take(&zoned.ns);
}

static struct lwnvme_buffer data(void)
{
    return lwnvme_buffer_cpu(memory, sizeof(memory));
}

static void opening_reads_the_limits(void **state)
{
    struct lwnvme_namespace ns;
    (void)state;
    sets_power(1, 100, 3);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 2, &ns), LWNVME_ERR_NS_COMMAND_SET);
    assert_int_equal(ns.csi, 2);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 1, &zoned), LWNVME_ERR_NS_COMMAND_SET);
    assert_true(lwnvme_sync_zoned_open(bench.controller, 3, &zoned) > 0);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 9, &zoned), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_open(NULL, 2, &zoned), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), 0);
    assert_int_equal(zoned.zone_blocks, 100);
    assert_int_equal(zoned.zone_count, 10);
    assert_int_equal(zoned.max_active, 6);
    assert_int_equal(zoned.max_open, 0);
    assert_int_equal(zoned.extension_bytes, 64);
    assert_int_equal(zoned.append_blocks, 64); /* 4 KiB times 2^3 */
    assert_int_equal(zoned.zrwa_blocks, 0);
    assert_true(zoned.reads_cross);
    bench_end(&bench);
    for (uint64_t size = 0; size < 2; size++) {
        sets_power(1, size * 1001, 3);
        assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), LWNVME_ERR_ZONE_SIZE);
        bench_end(&bench);
    }
    sets_power(1, 100, 0); /* no limit of its own */
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), 0);
    assert_int_equal(zoned.append_blocks, zoned.ns.max_blocks);
    bench_end(&bench);
}

static void fault_073_blocks_and_zones(void **state)
{
    struct lwnvme_buffer buffer = data();
    struct lwnvme_buffer small = lwnvme_buffer_cpu(memory, 511);
    (void)state;
    start(0);
    assert_int_equal(lwnvme_read(&fake.queue, &zoned.ns, &io.request, 99, 2, &buffer),
                     LWNVME_ERR_ZONE_BOUNDARY);
    assert_int_equal(lwnvme_write(&fake.queue, &zoned.ns, &io.request, 199, 2, &buffer),
                     LWNVME_ERR_ZONE_BOUNDARY);
    assert_int_equal(lwnvme_write(&fake.queue, &zoned.ns, &io.request, 0, 1, &small),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_read(&fake.queue, &zoned.ns, &io.request, 0, 1, &small),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_read(&fake.queue, &zoned.ns, &io.request, 1000, 1, &buffer),
                     LWNVME_ERR_LBA_RANGE);
    zoned.capacity_blocks = 80;
    assert_int_equal(lwnvme_write(&fake.queue, &zoned.ns, &io.request, 379, 2, &buffer),
                     LWNVME_ERR_ZONE_CAPACITY);
    zoned.ns.max_blocks = 4;
    assert_int_equal(lwnvme_write(&fake.queue, &zoned.ns, &io.request, 300, 5, &buffer),
                     LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(lwnvme_read(&fake.queue, &zoned.ns, &io.request, 395, 5, &buffer), 0);
    assert_int_equal(fake_told(&fake), 2); /* reads may be split */
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    sets_answer(0, 0);
    assert_int_equal(io.request.bytes_done, 5 * 512);
    assert_int_equal(lwnvme_write(&fake.queue, &zoned.ns, &io.request, 376, 4, &buffer), 0);
    sets_answer(0, 0);
    assert_int_equal(command[0] & 0xff, 1);
    assert_int_equal(command[10], 376);
    assert_int_equal(command[12], 3);
    assert_int_equal(io.request.bytes_done, 4 * 512);
    fake_end(&fake);
    start(1);
    assert_int_equal(lwnvme_read(&fake.queue, &zoned.ns, &io.request, 99, 2, &buffer), 0);
    sets_answer(0, 0);
    fake_end(&fake);
}

static void fault_064_appends_are_one_command_once(void **state)
{
    struct lwnvme_buffer buffer = data();
    (void)state;
    start(0);
    assert_int_equal(lwnvme_zone_append(&fake.queue, NULL, &io.request, 0, 1, &buffer),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 0, 1, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 0, 0, &buffer),
                     LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 101, 1, &buffer),
                     LWNVME_ERR_ZONE_START);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 1000, 1, &buffer),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 0, 65, &buffer),
                     LWNVME_ERR_APPEND_SIZE);
    zoned.capacity_blocks = 10;
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 0, 11, &buffer),
                     LWNVME_ERR_ZONE_CAPACITY);
    zoned.capacity_blocks = 0;
    zoned.ns.read_only = true;
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 0, 1, &buffer),
                     LWNVME_ERR_READ_ONLY);
    zoned.ns.read_only = false;
    assert_int_equal(fake_told(&fake), 0);
    io.request.flags = LWNVME_REQUEST_FUA;
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 64, &buffer), 0);
    sets_answer(0, 336);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(lwnvme_zone_appended_lba(&io.request), 336);
    assert_int_equal(command[0] & 0xff, 0x7d);
    assert_int_equal(command[1], 2);
    assert_int_equal(command[10], 300);
    assert_int_equal(command[11], 0);
    assert_int_equal(command[12], 0x4000003f);
    for (uint32_t lba = 0; lba < 400; lba += 299) { /* not in the zone: 0 and 299 */
        assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 64, &buffer), 0);
        sets_answer(0, lba);
        assert_int_equal(io.request.status, LWNVME_ERR_ZONE_DATA);
    }
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 64, &buffer), 0);
    sets_answer(0, 337); /* its end is not */
    assert_int_equal(io.request.status, LWNVME_ERR_ZONE_DATA);
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 64, &buffer), 0);
    sets_answer(LWNVME_SC_NAMESPACE_NOT_READY, 0); /* it might help, and is not done */
    assert_int_equal(lwnvme_status_code(io.request.status), LWNVME_SC_NAMESPACE_NOT_READY);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

/* Placement and streams are asked of an append as of a write. */
static void appends_name_a_directive(void **state)
{
    struct lwnvme_buffer buffer = data();
    (void)state;
    start(0);
    io.request.directive = lwnvme_directive_stream(0x1234);
    fake.controller.info.oacs &= ~LWNVME_OACS_DIRECTIVES;
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 8, &buffer),
                     LWNVME_ERR_NO_DIRECTIVES);
    fake.controller.info.oacs |= LWNVME_OACS_DIRECTIVES;
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 8, &buffer), 0);
    sets_answer(0, 300);
    assert_int_equal(command[12], 0x00100007);
    assert_int_equal(command[13], 0x12340000);
    fake.ops.dma_map = NULL; /* and needs memory where the host can tell of it */
    assert_int_equal(lwnvme_zone_append(&fake.queue, &zoned, &io.request, 300, 8, &buffer),
                     LWNVME_ERR_HOOK_DMA_MAP);
    fake_end(&fake);
}

/* A trim names ranges, which may be more than a zone has blocks, and anywhere. */
static void a_trim_counts_ranges_and_no_blocks(void **state)
{
    static struct lwnvme_dsm_range ranges[101];
    (void)state;
    start(0);
    zoned.ns.oncs |= LWNVME_ONCS_DATASET_MANAGEMENT;
    for (uint32_t i = 0; i < 101; i++) {
        lwnvme_le64_set(&ranges[i].slba, i * 9);
        lwnvme_le32_set(&ranges[i].nlb, 8);
    }
    io.request.most_blocks = 1; /* what it was last used for does not count */
    assert_int_equal(
        lwnvme_dataset_management(&fake.queue, &zoned.ns, &io.request, ranges, 101, LWNVME_DSM_DEALLOCATE),
        0);
    sets_answer(0, 0);
    assert_int_equal(command[0] & 0xff, LWNVME_NVM_DATASET_MANAGEMENT);
    assert_int_equal(command[10], 100);
    assert_int_equal(io.request.status, 0);
    fake_end(&fake);
}

static void each_action_as_it_is_sent(void **state)
{
    (void)state;
    start(0);
    for (uint32_t action = 0; action < 256; action++) {
        int status = lwnvme_zone_manage(&fake.queue, &zoned, &io.request, action, 200, 0);
        if (action == LWNVME_ZSA_FLUSH_ZRWA) {
            assert_int_equal(status, LWNVME_ERR_NO_ZRWA);
        } else if (action < 1 || action > 5) {
            assert_int_equal(status, LWNVME_ERR_INVALID_ARGUMENT);
        } else {
            assert_int_equal(status, 0);
            sets_answer(0, 0);
            assert_int_equal(command[0] & 0xff, 0x79);
            assert_int_equal(command[10], 200);
            assert_int_equal(command[13], action);
            assert_int_equal(
                lwnvme_zone_manage(&fake.queue, &zoned, &io.request, action, 7, LWNVME_ZONE_EACH), 0);
            sets_answer(0, 0);
            assert_int_equal(command[10], 0);
            assert_int_equal(command[13], action | 0x100);
        }
    }
    assert_int_equal(
        lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_OPEN, 0, LWNVME_ZONE_ZRWA),
        LWNVME_ERR_NO_ZRWA);
    assert_int_equal(
        lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_CLOSE, 0, LWNVME_ZONE_ZRWA),
        LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_OPEN, 0, 4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_OPEN, 7, 0),
                     LWNVME_ERR_ZONE_START);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, NULL, &io.request, LWNVME_ZSA_OPEN, 0, 0),
                     LWNVME_ERR_NULL_ARGUMENT);
    zoned.zrwa_blocks = 16;
    zoned.zrwa_flush = true;
    assert_int_equal(
        lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_OPEN, 0, LWNVME_ZONE_ZRWA), 0);
    sets_answer(0, 0);
    assert_int_equal(command[13], 0x203);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_FLUSH_ZRWA, 107, 0), 0);
    sets_answer(0, 0);
    assert_int_equal(command[10], 107);
    assert_int_equal(command[13], 0x11);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_FLUSH_ZRWA, 1000, 0),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_zone_manage(&fake.queue, &zoned, &io.request, LWNVME_ZSA_FLUSH_ZRWA, 7, 1),
                     LWNVME_ERR_INVALID_ARGUMENT);
    fake_end(&fake);
}

static void extensions_are_set(void **state)
{
    struct lwnvme_buffer buffer = data();
    (void)state;
    start(0);
    assert_int_equal(lwnvme_zone_extension_set(&fake.queue, &zoned, &io.request, 1, &buffer),
                     LWNVME_ERR_ZONE_START);
    assert_int_equal(lwnvme_zone_extension_set(&fake.queue, &zoned, &io.request, 500, &buffer), 0);
    sets_answer(0, 0);
    assert_int_equal(command[10], 500);
    assert_int_equal(command[13], 0x10);
    zoned.extension_bytes = 0;
    assert_int_equal(lwnvme_zone_extension_set(&fake.queue, &zoned, &io.request, 500, &buffer),
                     LWNVME_ERR_NO_ZONE_EXTENSION);
    fake_end(&fake);
}

/* Sizes above 2^63 as well, where a remainder does not fit once it has been doubled. */
static void remainders_of_any_size(void **state)
{
    static const uint64_t sizes[] = {1,         2, 100, 4096, UINT64_C(1) << 63, (UINT64_C(1) << 63) + 12345,
                                     UINT64_MAX};
    static const uint64_t values[] = {0, 1, 99, 100, 4097, UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};
    struct lwnvme_zoned of = {0};
    uint64_t quotient;
    (void)state;
    for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        of.zone_blocks = sizes[i];
        for (uint32_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
            assert_true(lwnvme_zone_rest(&of, values[j], NULL) == values[j] % sizes[i]);
            assert_true(lwnvme_zone_rest(&of, values[j], &quotient) == values[j] % sizes[i]);
            assert_true(quotient == values[j] / sizes[i]);
        }
    }
}

static void fault_073_what_has_no_data_in_zones(void **state)
{
    uint8_t *wzsl = &fake.controller.command_limits[offsetof(struct lwnvme_identify_nvm_controller, wzsl)];
    struct lwnvme_buffer buffer = data();
    (void)state;
    start(0);
    assert_int_equal(lwnvme_compare(&fake.queue, &zoned.ns, &io.request, 99, 2, &buffer),
                     LWNVME_ERR_ZONE_BOUNDARY);
    assert_int_equal(lwnvme_verify(&fake.queue, &zoned.ns, &io.request, 99, 2), LWNVME_ERR_ZONE_BOUNDARY);
    zoned.capacity_blocks = 80;
    assert_int_equal(lwnvme_write_zeroes(&fake.queue, &zoned.ns, &io.request, 190, 1),
                     LWNVME_ERR_ZONE_CAPACITY);
    /* One command, by whichever limit is less. */
    *wzsl = 1;
    assert_int_equal(
        lwnvme_write_zeroes(&fake.queue, &zoned.ns, &io.request, 100, (8192u >> zoned.ns.block_shift) + 1),
        LWNVME_ERR_TRANSFER_SIZE);
    *wzsl = 9;
    zoned.ns.max_blocks = 8;
    assert_int_equal(lwnvme_write_zeroes(&fake.queue, &zoned.ns, &io.request, 100, 9),
                     LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(lwnvme_write_zeroes(&fake.queue, &zoned.ns, &io.request, 100, 8), 0);
    sets_answer(0, 0);
    assert_int_equal(command[0] & 0xff, LWNVME_NVM_WRITE_ZEROES);
    assert_int_equal(command[10], 100);
    assert_int_equal(command[12], 7);
    fake_end(&fake);
}

static uint32_t kind;

static void odd_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t page[4096])
{
    struct lwnvme_identify_zns_namespace *said = (struct lwnvme_identify_zns_namespace *)(void *)page;
    (void)context;
    if (kind == 3) {
        zoned.ns.request.flags = cns == LWNVME_CNS_NAMESPACE_DESCRIPTORS ? 0x4000 : 0; /* no such flag */
    } else if (kind == 2 && cns == LWNVME_CNS_NAMESPACE && nsid == 2) {
        page[128] = 8; /* LBAF0.MS */
    } else if (cns == LWNVME_CNS_COMMAND_SET_NAMESPACE && nsid == 2) {
        lwnvme_le16_set(&said->ozcs, 2);
        lwnvme_le16_set(&said->zrwafg, kind == 0 ? 0 : 4);
        lwnvme_le16_set(&said->zrwasz, kind == 0 ? 4 : 0);
    }
}

/* Random write areas of no size are none; limits beyond all reason are none; metadata are not for zones. */
static void limits_are_not_believed(void **state)
{
    (void)state;
    for (kind = 0; kind < 3; kind++) {
        sets_power(0, 100, kind == 0 ? 200 : 15);
        lwnvme_sim_settings(bench.sim)->on_identify = odd_identify;
        assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned),
                         kind == 2 ? LWNVME_ERR_NS_METADATA : 0);
        if (kind != 2) {
            assert_int_equal(zoned.zrwa_blocks, 0);
            assert_int_equal(zoned.append_blocks, zoned.ns.max_blocks);
        }
        bench_end(&bench);
    }
}

/* Without identifiers nobody says that there are zones; and a question that is refused ends the opening. */
static void openings_that_fail_on_the_way(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .skip = 1,
                                     .status = 0x4002};
    (void)state;
    sets_power(0, 100, 3);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), LWNVME_ERR_NS_COMMAND_SET);
    kind = 3;
    lwnvme_sim_settings(bench.sim)->on_identify = odd_identify;
    assert_int_equal(lwnvme_sync_zoned_open(bench.controller, 2, &zoned), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_reads_the_limits),
        cmocka_unit_test(fault_073_blocks_and_zones),
        cmocka_unit_test(fault_064_appends_are_one_command_once),
        cmocka_unit_test(appends_name_a_directive),
        cmocka_unit_test(a_trim_counts_ranges_and_no_blocks),
        cmocka_unit_test(each_action_as_it_is_sent),
        cmocka_unit_test(extensions_are_set),
        cmocka_unit_test(remainders_of_any_size),
        cmocka_unit_test(fault_073_what_has_no_data_in_zones),
        cmocka_unit_test(limits_are_not_believed),
        cmocka_unit_test(openings_that_fail_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What QEMU's controller says of itself and of what it is told, past what the library checks before. */
#include "sim/scenario.h"

#include <lwnvme/sync_identify.h>
#include <lwnvme/sync_log.h>

#include "device.h"

static uint8_t data[16384] __attribute__((aligned(4096)));

static void start(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 8);
    scenario_namespace(s);
}

/* Identify against what the machine was ordered with. */
static void it_is_what_was_ordered(void **state)
{
    static struct lwnvme_identify_descriptor_list list;
    const struct lwnvme_controller_info *info;
    uint32_t length;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    memcpy(s.settings.serial, "ORDERED-42          ", 20);
    s.settings.mdts = 3;
    s.settings.io_queue_pairs = 5;
    s.settings.namespace_count = 2;
    s.settings.ns[1].flbas = 1;
    s.settings.ns[1].nsze = s.settings.ns[1].ncap = 4321;
    start(&s);
    info = lwnvme_controller_get_info(s.controller);
    assert_string_equal(info->serial, "ORDERED-42");
    assert_string_equal(info->model, "QEMU NVMe Ctrl");
    assert_string_equal(info->subnqn, "nqn.2019-08.org.qemu:lwnvme");
    assert_int_equal(info->version, 0x10400);
    assert_int_equal(info->vid, 0x1b36);
    assert_int_equal(info->mdts_bytes, 32768);
    assert_int_equal(info->max_transfer_bytes, 32768);
    assert_int_equal(info->io_queues, 5);
    assert_int_equal(info->queue_entries_max, qemu_version() >= 10 ? 1024 : 2048);
    assert_int_equal(s.ns->block_bytes, 512);
    assert_int_equal(s.ns->block_count, 131072);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 2, s.ns), LWNVME_OK);
    assert_int_equal(s.ns->block_bytes, 4096);
    assert_int_equal(s.ns->block_count, 4321);
    assert_int_equal(lwnvme_sync_identify_get_descriptors(s.controller, 2, &list), LWNVME_OK);
    assert_memory_equal(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_UUID, &length),
                        s.settings.ns[1].uuid, 16);
    assert_memory_equal(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_EUI64, &length),
                        s.settings.ns[1].eui64, 8);
    scenario_end(&s);
}

static int raw(struct scenario *s, uint32_t opcode, uint32_t nsid, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_command command = {.opcode = opcode,
                                     .nsid = nsid,
                                     .cdw10 = (uint32_t)lba,
                                     .cdw11 = (uint32_t)(lba >> 32),
                                     .cdw12 = blocks - 1};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, blocks * 512);

    return lwnvme_sync_raw(s->queue, &command, (opcode & 3) == 0 ? NULL : &buffer, NULL) & 0x7ff;
}

/* Fault 61: each status reaches the caller as it is, and the queue goes on. */
static void fault_061_what_it_refuses_is_told_as_it_is(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_int_equal(raw(&s, LWNVME_NVM_READ, 1, 131072, 1), LWNVME_SC_LBA_OUT_OF_RANGE);
    assert_int_equal(raw(&s, LWNVME_NVM_READ, 1, 131065, 8), LWNVME_SC_LBA_OUT_OF_RANGE);
    assert_int_equal(raw(&s, LWNVME_NVM_WRITE, 1, UINT64_C(1) << 40, 1), LWNVME_SC_LBA_OUT_OF_RANGE);
    assert_int_equal(raw(&s, LWNVME_NVM_WRITE, 1, UINT64_MAX, 2), LWNVME_SC_LBA_OUT_OF_RANGE);
    assert_int_equal(raw(&s, LWNVME_NVM_READ, 0, 0, 1), LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT);
    assert_int_equal(raw(&s, LWNVME_NVM_READ, 777, 0, 1), LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT);
    assert_int_equal(raw(&s, 0x7c, 1, 0, 1), LWNVME_SC_INVALID_COMMAND_OPCODE);
    assert_int_equal(raw(&s, 0x74, 1, 0, 1), LWNVME_SC_INVALID_COMMAND_OPCODE);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 131065, 7, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_queue_stale(s.queue), 0);
    scenario_end(&s);
}

/* A bad command in place of the library's own. */
struct bend {
    uint32_t opcode; /* of the commands that are bent */
    uint32_t dword;
    uint32_t keep; /* bits that stay as they are */
    uint32_t value;
    int expected;
};
static const struct bend *bending;

static void bend(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t *entry = (uint32_t *)(uintptr_t)command;

    (void)context;
    if (sqid == 0 && bending != NULL && (entry[0] & 0xff) == bending->opcode)
        entry[bending->dword] = (entry[bending->dword] & bending->keep) | bending->value;
}

/* Queues that it refuses: the library's pass a judge, its status says why, and it can be made afterwards. */
static void queues_that_it_refuses(void **state)
{
    static const struct bend rows[] = {
        {LWNVME_ADMIN_CREATE_IOCQ, 10, 0xffff0000, 1, LWNVME_SC_INVALID_QUEUE_IDENTIFIER}, /* there is one */
        {LWNVME_ADMIN_CREATE_IOCQ, 10, 0xffff0000, 99, LWNVME_SC_INVALID_QUEUE_IDENTIFIER},
        {LWNVME_ADMIN_CREATE_IOCQ, 10, 0x0000ffff, 0, LWNVME_SC_INVALID_QUEUE_SIZE},
        {LWNVME_ADMIN_CREATE_IOCQ, 10, 0x0000ffff, 0xffff0000, LWNVME_SC_INVALID_QUEUE_SIZE},
        {LWNVME_ADMIN_CREATE_IOCQ, 11, 0x0000ffff, 99u << 16, LWNVME_SC_INVALID_INTERRUPT_VECTOR},
        {LWNVME_ADMIN_CREATE_IOCQ, 11, 0xfffffffe, 0,
         LWNVME_SC_INVALID_FIELD_IN_COMMAND}, /* not contiguous */
        {LWNVME_ADMIN_CREATE_IOCQ, 6, 0xffffffff, 0x10, LWNVME_SC_PRP_OFFSET_INVALID},
        {LWNVME_ADMIN_CREATE_IOSQ, 11, 0x0000ffff, 5u << 16, LWNVME_SC_COMPLETION_QUEUE_INVALID},
        {LWNVME_ADMIN_CREATE_IOSQ, 10, 0xffff0000, 1, LWNVME_SC_INVALID_QUEUE_IDENTIFIER},
        {LWNVME_ADMIN_CREATE_IOSQ, 10, 0x0000ffff, 0, LWNVME_SC_INVALID_QUEUE_SIZE},
        {LWNVME_ADMIN_CREATE_IOSQ, 6, 0xffffffff, 0x40, LWNVME_SC_PRP_OFFSET_INVALID},
    };
    struct lwnvme_queue queue = {0};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.on_command = bend;
    start(&s);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        bending = &rows[row];
        assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, NULL) & 0x7ff, rows[row].expected);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, data, 0), LWNVME_OK);
        bending = NULL;
        assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, NULL), LWNVME_OK);
        assert_int_equal(lwnvme_sync_write(&queue, s.ns, 0, 8, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_delete(&queue), LWNVME_OK);
    }
    s.violations_allowed = true;
    scenario_end(&s);
}

static uint64_t counter(const struct lwnvme_le128 *value)
{
    uint64_t low;

    memcpy(&low, value, 8);
    return low;
}

/* The health log counts what we did. */
static void the_health_log_counts(void **state)
{
    static struct lwnvme_smart_log before, after;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, &before), LWNVME_OK);
    for (uint32_t round = 0; round < 125; round++) {
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, round * 24, 24, data, 0), LWNVME_OK);
        if (round % 2 == 0)
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, round * 24, 24, data, 0), LWNVME_OK);
    }
    assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, &after), LWNVME_OK);
    assert_int_equal(counter(&after.hwc) - counter(&before.hwc), 125);
    assert_int_equal(counter(&after.hrc) - counter(&before.hrc), 63);
    assert_int_equal(counter(&after.duw) - counter(&before.duw), 3); /* thousands of blocks */
    assert_int_equal(after.cw, 0);
    assert_in_range(lwnvme_le16_get(&after.ctemp), 273, 373);
    scenario_end(&s);
}

/* What lies in the image is what was written, where it was written, with nothing else touched. */
static void the_image_holds_what_was_written(void **state)
{
    uint8_t *model = calloc(1, 131072 * 512);
    struct scenario s;
    uint32_t random = 99;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    for (uint32_t round = 0; round < 100; round++) {
        uint32_t blocks = 1 + scenario_random(&random) % 32;
        uint32_t lba = scenario_random(&random) % (131072 - blocks);

        scenario_fill(data, blocks * 512, round);
        memcpy(model + lba * 512, data, blocks * 512);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, lba, blocks, data, 0), LWNVME_OK);
        if (round % 10 == 3) {
            memset(model + lba * 512, 0, 512);
            assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, lba, 1, 0), LWNVME_OK);
        }
    }
    assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
    assert_memory_equal(s.sim->machine->disk[0], model, 131072 * 512);
    scenario_end(&s);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_was_ordered),
        cmocka_unit_test(fault_061_what_it_refuses_is_told_as_it_is),
        cmocka_unit_test(queues_that_it_refuses),
        cmocka_unit_test(the_health_log_counts),
        cmocka_unit_test(the_image_holds_what_was_written),
    };

    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}

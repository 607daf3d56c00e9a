/* SPDX-License-Identifier: MIT */
/* Namespace management and attachment: commands and data, refusals, and a namespace from its making to its end. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static struct lwnvme_namespace_creation creation;
static struct lwnvme_identify_controller_list list;
static uint32_t sent[16];
static uint32_t commands;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
    commands++;
}

static void open_bench(void)
{
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    counted_init(&io, NULL);
    memset(&creation, 0, sizeof(creation));
    memset(&list, 0, sizeof(list));
    commands = 0;
}

static void prepare(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
}

static void start(void)
{
    prepare();
    open_bench();
}

static int create(void)
{
    int status = lwnvme_namespace_create(bench.controller, &io.request, &creation);
    if (status == 0) {
        bench_wait(&bench, &io.request);
        status = io.request.status;
    }
    return status;
}

/* ---- create ---- */

static void each_field_has_its_place(void **state)
{
    static uint8_t wanted[768];
    (void)state;
    prepare();
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.anacap |= LWNVME_ANACAP_GROUP_ID_SUPPORTED;
    bench.settings.anagrpmax = 0x04030201;
    bench.settings.nsetidmax = 0x0605;
    bench.settings.endgidmax = 0x0807;
    open_bench();
    creation.block_count = 0x1122334455667788;
    creation.capacity_blocks = 0x0102030405060708;
    creation.csi = LWNVME_CSI_ZONED;
    creation.format_index = 0x35;
    creation.protection_type = 3;
    creation.protection_first = true;
    creation.metadata_in_block = true;
    creation.shared = true;
    creation.anagrpid = 0x04030201;
    creation.nvmsetid = 0x0605;
    creation.endgid = 0x0807;
    creation.lbstm = 0xa1a2a3a4a5a6a7a8;
    creation.placement_handle_count = 128;
    creation.placement_handles[0] = 0x1234;
    creation.placement_handles[127] = 0x5678;
    creation.active_resources = 0xb1b2b3b4;
    creation.open_resources = 0xc1c2c3c4;
    creation.zrwa_resources = 0xd1d2d3d4;
    creation.allocate_zrwa = true;
    assert_true(create() > 0); /* the model makes none of these */
    assert_int_equal(sent[0] & 0xff, 0x0d);
    assert_int_equal(sent[1], 0);
    assert_int_equal(sent[10], 0);
    assert_int_equal(sent[11], 0x02000000);
    assert_int_equal(sent[12] | sent[13] | sent[14] | sent[15], 0);
    for (size_t i = 0; i < 8; i++) {
        wanted[i] = (uint8_t)(0x88 - 0x11 * i);
        wanted[8 + i] = (uint8_t)(8 - i);
        wanted[384 + i] = (uint8_t)(0xa8 - i);
    }
    wanted[26] = 0x75; /* 5, bits 4 (metadata in the block), and 3 in bits 6:5 */
    wanted[29] = 0x0b;
    wanted[30] = 1;
    for (size_t i = 0; i < 4; i++) {
        wanted[92 + i] = (uint8_t)(1 + i);
        wanted[100 + i] = (uint8_t)(5 + i);
        wanted[500 + i] = (uint8_t)(0xb4 - i);
        wanted[504 + i] = (uint8_t)(0xc4 - i);
        wanted[508 + i] = (uint8_t)(0xd4 - i);
    }
    wanted[392] = 128;
    wanted[499] = 1;
    wanted[512] = 0x34;
    wanted[513] = 0x12;
    wanted[766] = 0x78;
    wanted[767] = 0x56;
    assert_memory_equal(creation.data, wanted, sizeof(wanted));
    bench_end(&bench);
}

static void zoned_fields_are_for_zoned_namespaces(void **state)
{
    (void)state;
    start();
    creation.block_count = 8;
    creation.active_resources = 1;
    creation.open_resources = 1;
    creation.zrwa_resources = 1;
    creation.allocate_zrwa = true;
    assert_int_equal(create(), 0);
    for (size_t i = 394; i < 512; i++) {
        assert_int_equal(creation.data[i], 0);
    }
    bench_end(&bench);
}

/* KV, section 5.1, Host Software Specified Fields figure: NSZE, NMIC, ANAGRPID, NVMSETID and ENDGID; all else is
 * reserved. */
static void key_value_namespaces_have_a_size_and_groups(void **state)
{
    static uint8_t wanted[768];
    (void)state;
    prepare();
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    open_bench();
    creation.csi = LWNVME_CSI_KEY_VALUE;
    creation.block_count = 0x12345678;
    creation.format_index = 3;
    creation.protection_type = 1;
    creation.lbstm = 7;
    creation.placement_handle_count = 1;
    creation.placement_handles[0] = 5;
    creation.active_resources = 1;
    creation.shared = true;
    creation.nvmsetid = 2;
    creation.endgid = 1;
    assert_true(create() > 0); /* the model makes none */
    assert_int_equal(sent[11], 0x01000000);
    wanted[0] = 0x78;
    wanted[1] = 0x56;
    wanted[2] = 0x34;
    wanted[3] = 0x12;
    wanted[30] = 1;
    wanted[100] = 2;
    wanted[102] = 1;
    assert_memory_equal(creation.data, wanted, sizeof(wanted));
    bench_end(&bench);
}

static void what_cannot_be_is_refused_before_the_command(void **state)
{
    struct lwnvme_controller *c;
    (void)state;
    prepare();
    bench.settings.ctratt &= ~LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT;
    open_bench();
    c = bench.controller;
    assert_int_equal(lwnvme_namespace_create(NULL, &io.request, &creation), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_create(c, NULL, &creation), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_create(c, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT); /* no blocks */
    creation.block_count = 100;
    creation.capacity_blocks = 101;
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT);
    creation.capacity_blocks = 100;
    creation.protection_type = 4;
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT);
    creation.protection_type = 0;
    creation.placement_handle_count = 129;
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT);
    creation.placement_handle_count = 1;
    assert_int_equal(create(), LWNVME_ERR_NO_FDP);
    creation.placement_handle_count = 0;
    creation.format_index = 64;
    assert_int_equal(create(), LWNVME_ERR_FORMAT_INDEX);
    creation.format_index = 0;
    creation.csi = 2;
    assert_int_equal(create(), LWNVME_ERR_NO_COMMAND_SETS);
    creation.csi = 0;
    creation.anagrpid = 1; /* ANACAP bit 7 is clear */
    assert_int_equal(create(), LWNVME_ERR_NO_ANA);
    creation.anagrpid = 0;
    creation.nvmsetid = 5; /* NSETIDMAX is 4 */
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT);
    creation.nvmsetid = 0;
    creation.endgid = 5;
    assert_int_equal(create(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(commands, 0);
    assert_int_equal(io.called, 0);
    creation.endgid = 1;
    assert_int_equal(create(), 0);
    bench_end(&bench);
}

static void groups_that_the_controller_does_not_have(void **state)
{
    (void)state;
    prepare();
    bench.settings.ctratt &= ~(LWNVME_CTRATT_NVM_SETS | LWNVME_CTRATT_ENDURANCE_GROUPS);
    bench.settings.cmic &= (uint8_t)~LWNVME_CMIC_ANA_REPORTING;
    bench.settings.anacap |= LWNVME_ANACAP_GROUP_ID_SUPPORTED;
    open_bench();
    creation.block_count = 100;
    creation.anagrpid = 1;
    assert_int_equal(create(), LWNVME_ERR_NO_ANA);
    creation.anagrpid = 0;
    creation.nvmsetid = 1;
    assert_int_equal(create(), LWNVME_ERR_NO_NVM_SETS);
    creation.nvmsetid = 0;
    creation.endgid = 1;
    assert_int_equal(create(), LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(commands, 0);
    bench_end(&bench);
}

static void without_namespace_management_nothing_is_sent(void **state)
{
    struct lwnvme_controller *c;
    (void)state;
    prepare();
    bench.settings.oacs &= (uint16_t)~LWNVME_OACS_NAMESPACE_MANAGEMENT;
    open_bench();
    c = bench.controller;
    creation.block_count = 100;
    assert_true(lwnvme_controller_list_append(&list, 1));
    assert_int_equal(create(), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_namespace_delete(c, &io.request, 1), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_namespace_attach(c, &io.request, 1, &list), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_namespace_detach(c, &io.request, 1, &list), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_namespace_attach_here(c, &io.request, 1), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_namespace_detach_here(c, &io.request, 1), LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(commands, 0);
    bench_end(&bench);
}

static uint32_t said_nsid;

static void say_nsid(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    (void)sqid;
    completion[0] = said_nsid;
}

static void an_identifier_that_cannot_be_is_not_passed_on_as_one(void **state)
{
    static const uint32_t bad[] = {0, 0xffffffff, 0xfffffffe, 33};
    (void)state;
    start();
    assert_int_equal(lwnvme_controller_get_info(bench.controller)->nn, 32);
    creation.block_count = 100;
    lwnvme_sim_settings(bench.sim)->on_completion = say_nsid;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        said_nsid = bad[i];
        assert_int_equal(create(), LWNVME_ERR_NS_INVALID_ID);
    }
    said_nsid = 32;
    assert_int_equal(create(), 0);
    assert_int_equal(io.request.result_dw0, 32);
    assert_int_equal(io.called, 5);
    lwnvme_sim_settings(bench.sim)->on_completion = NULL;
    bench_end(&bench);
}

/* ---- lists of controllers ---- */

static void lists_of_controllers_are_checked(void **state)
{
    struct lwnvme_controller *c;
    struct lwnvme_request *r = &io.request;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, &list), LWNVME_ERR_LIST_ENTRY); /* empty */
    assert_true(lwnvme_controller_list_append(&list, 5));
    assert_int_equal(lwnvme_namespace_attach(c, r, 0, &list), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_attach(c, r, 33, &list), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_detach(c, r, LWNVME_NSID_ALL, &list), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_attach_here(c, r, 0), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_detach_here(c, r, 33), LWNVME_ERR_NS_INVALID_ID);
    assert_true(lwnvme_controller_list_append(&list, 5));
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, &list), LWNVME_ERR_LIST_ENTRY);
    lwnvme_le16_set(&list.cntlid[1], 4);
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, &list), LWNVME_ERR_LIST_ENTRY);
    lwnvme_le16_set(&list.cntlid[1], 0xfff0);
    assert_int_equal(lwnvme_namespace_detach(c, r, 1, &list), LWNVME_ERR_LIST_ENTRY);
    lwnvme_le16_set(&list.numid, 2048);
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, &list), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(commands, 0);
    /* As many as there is room for; it is the device that knows none of them. */
    memset(&list, 0, sizeof(list));
    for (uint32_t i = 0; i < 2047; i++) {
        assert_true(lwnvme_controller_list_append(&list, (uint16_t)(0x2000 + i)));
    }
    assert_false(lwnvme_controller_list_append(&list, 0x3000));
    assert_int_equal(lwnvme_namespace_attach(c, r, 1, &list), 0);
    bench_wait(&bench, r);
    assert_int_equal(lwnvme_status_code(r->status), LWNVME_SC_CONTROLLER_LIST_INVALID);
    bench_end(&bench);
}

/* ---- from the making to the end ---- */

static void attached_to(uint32_t nsid, uint32_t count, uint16_t first)
{
    static struct lwnvme_identify_controller_list there;
    assert_int_equal(lwnvme_sync_identify_get_namespace_controllers(bench.controller, nsid, 0, &there), 0);
    assert_int_equal(lwnvme_le16_get(&there.numid), count);
    if (count != 0) {
        assert_int_equal(lwnvme_le16_get(&there.cntlid[0]), first);
    }
}

static void a_namespace_is_made_attached_used_detached_and_deleted(void **state)
{
    static struct lwnvme_identify_namespace ns;
    static uint8_t block[512];
    static uint8_t back[512];
    uint32_t nsid = 0;
    uint16_t self;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    self = lwnvme_controller_get_info(c)->cntlid;
    creation.block_count = 2048;
    creation.shared = true;
    creation.nvmsetid = 2;
    creation.endgid = 1;
    assert_int_equal(lwnvme_sync_namespace_create(c, &creation, 0, &nsid), 0);
    assert_int_equal(nsid, 2);
    assert_int_equal(lwnvme_sync_identify_get_namespace(c, nsid, &ns), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespace(c, nsid, &ns), 0);
    assert_int_equal(lwnvme_le64_get(&ns.nsze), 2048);
    assert_int_equal(lwnvme_le64_get(&ns.ncap), 2048); /* capacity 0: the same */
    assert_int_equal(ns.nmic, LWNVME_NMIC_SHARED);
    assert_int_equal(lwnvme_le16_get(&ns.nvmsetid), 2);
    attached_to(nsid, 0, 0);

    assert_int_equal(lwnvme_sync_namespace_attach_here(c, nsid), 0);
    assert_int_equal(sent[0] & 0xff, 0x15);
    assert_int_equal(sent[1], nsid);
    assert_int_equal(sent[10], 0);
    attached_to(nsid, 1, self);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_namespace_attach_here(c, nsid)),
                     LWNVME_SC_NAMESPACE_ALREADY_ATTACHED);
    assert_true(lwnvme_controller_list_append(&list, 2)); /* the other controller */
    assert_int_equal(lwnvme_sync_namespace_attach(c, nsid, &list), 0);
    attached_to(nsid, 2, self < 2 ? self : 2);

    assert_int_equal(lwnvme_sync_queue_create(c, bench.queue, NULL), 0);
    assert_int_equal(lwnvme_sync_namespace_open(c, nsid, bench.ns), 0);
    memset(block, 0xc3, sizeof(block));
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 2047, 1, block, 0), 0);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 2047, 1, back, 0), 0);
    assert_memory_equal(block, back, 512);

    assert_int_equal(lwnvme_sync_namespace_detach_here(c, nsid), 0);
    assert_int_equal(sent[10], 1);
    assert_true(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, back, 0) > 0);
    attached_to(nsid, 1, 2);
    assert_int_equal(lwnvme_sync_namespace_detach(c, nsid, &list), 0);
    attached_to(nsid, 0, 0);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_namespace_detach(c, nsid, &list)),
                     LWNVME_SC_NAMESPACE_NOT_ATTACHED);

    assert_int_equal(lwnvme_sync_namespace_delete(c, nsid, 0), 0);
    assert_int_equal(sent[0] & 0xff, 0x0d);
    assert_int_equal(sent[1], nsid);
    assert_int_equal(sent[10], 1);
    assert_int_equal(sent[6] | sent[7] | sent[8] | sent[9] | sent[11], 0);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespace(c, nsid, &ns), LWNVME_ERR_NS_INACTIVE);
    assert_true(lwnvme_sync_namespace_delete(c, nsid, 0) > 0);
    bench_end(&bench);
}

static void all_namespaces_are_deleted_at_once(void **state)
{
    static struct lwnvme_identify_namespace_list left;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    creation.block_count = 100;
    assert_int_equal(create(), 0);
    assert_int_equal(lwnvme_namespace_delete(c, &io.request, 0), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_delete(c, &io.request, 33), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_namespace_delete(c, LWNVME_NSID_ALL, 0), 0);
    assert_int_equal(sent[1], 0xffffffff);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespaces(c, 0, &left), 0);
    assert_int_equal(lwnvme_le32_get(&left.nsid[0]), 0);
    bench_end(&bench);
}

static void what_the_device_says_reaches_the_caller_whole(void **state)
{
    (void)state;
    start();
    creation.block_count = UINT64_C(1) << 40; /* more than the subsystem has */
    assert_int_equal(lwnvme_status_code(create()), LWNVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY);
    assert_int_equal(io.called, 1);
    creation.block_count = 100;
    creation.capacity_blocks = 50;
    assert_int_equal(lwnvme_status_code(create()), LWNVME_SC_THIN_PROVISIONING_NOT_SUPPORTED);
    creation.capacity_blocks = 0;
    creation.format_index = 15;
    assert_int_equal(lwnvme_status_code(create()), LWNVME_SC_INVALID_FORMAT);
    bench_end(&bench);
}

/* All pages are in use when the calls come: what they were given must still be there when it is sent. */
static void data_wait_for_a_page(void **state)
{
    static struct counted others[LWNVME_CONFIG_ADMIN_PAGES];
    static struct counted second;
    static uint8_t data[LWNVME_CONFIG_ADMIN_PAGES][4096];
    struct lwnvme_controller *c;
    (void)state;
    prepare();
    bench.settings.namespace_count = 2;
    bench.settings.ns[1].active = false;
    bench.settings.ns[1].detached = true;
    open_bench();
    c = bench.controller;
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    creation.block_count = 4096;
    for (size_t i = 0; i < LWNVME_CONFIG_ADMIN_PAGES; i++) {
        counted_init(&others[i], NULL);
        assert_int_equal(lwnvme_identify(c, &others[i].request, 1, 0, data[i]), 0);
    }
    assert_int_equal(lwnvme_namespace_create(c, &io.request, &creation), 0);
    counted_init(&second, NULL);
    assert_int_equal(lwnvme_namespace_attach_here(c, &second.request, 2), 0);
    bench_wait(&bench, &io.request);
    bench_wait(&bench, &second.request);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(io.request.result_dw0, 3);
    assert_int_equal(second.request.status, 0);
    attached_to(2, 1, lwnvme_controller_get_info(c)->cntlid);
    /* And without a wait it says so. */
    for (size_t i = 0; i < LWNVME_CONFIG_ADMIN_PAGES; i++) {
        assert_int_equal(lwnvme_identify(c, &others[i].request, 1, 0, data[i]), 0);
    }
    io.request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(lwnvme_namespace_create(c, &io.request, &creation), LWNVME_ERR_BUSY);
    bench_wait(&bench, &others[LWNVME_CONFIG_ADMIN_PAGES - 1].request);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_has_its_place),
        cmocka_unit_test(zoned_fields_are_for_zoned_namespaces),
        cmocka_unit_test(key_value_namespaces_have_a_size_and_groups),
        cmocka_unit_test(what_cannot_be_is_refused_before_the_command),
        cmocka_unit_test(groups_that_the_controller_does_not_have),
        cmocka_unit_test(without_namespace_management_nothing_is_sent),
        cmocka_unit_test(an_identifier_that_cannot_be_is_not_passed_on_as_one),
        cmocka_unit_test(lists_of_controllers_are_checked),
        cmocka_unit_test(a_namespace_is_made_attached_used_detached_and_deleted),
        cmocka_unit_test(all_namespaces_are_deleted_at_once),
        cmocka_unit_test(what_the_device_says_reaches_the_caller_whole),
        cmocka_unit_test(data_wait_for_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

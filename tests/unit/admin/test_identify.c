/* SPDX-License-Identifier: MIT */
/* Identify as a call of the user's: the bytes as they come, every field of the command, and who is refused what. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint8_t data[4096];
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
    commands = 0;
}

static void start(uint32_t version)
{
    bench_prepare(&bench);
    bench.settings.vs = version;
    open_bench();
}

/* All that the model has, on a controller with command sets. */
static void start_full(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    open_bench();
}

static void structures_come_as_they_are(void **state)
{
    (void)state;
    start(0x20000);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(sent[0] & 0xffff, 6);
    assert_int_equal(sent[1], 0);
    assert_int_equal(sent[10], 1);
    assert_int_equal(sent[11] | sent[12] | sent[13] | sent[14] | sent[15], 0);
    assert_memory_equal(data + 4, "SIM0000000001 ", 14);
    /* To any alignment. */
    static uint8_t odd[4100];
    assert_int_equal(lwnvme_sync_identify(bench.controller, 3, 1, odd + 3), 0);
    assert_int_equal(sent[1], 1);
    assert_int_equal(sent[10], 3);
    assert_int_equal(odd[3], 1);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 0x7f, 1, data), 0x4002);
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    static struct lwnvme_controller closed;
    struct lwnvme_identify_query query = {.cns = 1};
    (void)state;
    start(0x20000);
    assert_int_equal(lwnvme_identify(NULL, &io.request, 1, 0, data), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(bench.controller, NULL, 1, 0, data), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(&closed, &io.request, 1, 0, data), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_identify_select(bench.controller, &io.request, NULL, data),
                     LWNVME_ERR_NULL_ARGUMENT);
    query.uuid_index = 128;
    assert_int_equal(lwnvme_identify_select(bench.controller, &io.request, &query, data),
                     LWNVME_ERR_INVALID_ARGUMENT);
    query.uuid_index = 1; /* this controller has no such list */
    assert_int_equal(lwnvme_identify_select(bench.controller, &io.request, &query, data),
                     LWNVME_ERR_NO_UUID_LIST);
    /* The typed calls pass on what the others find. */
    assert_int_equal(lwnvme_identify_get_namespace(bench.controller, &io.request, 1, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify_get_uuids(NULL, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify_get_active_namespaces(&closed, &io.request, 0, NULL),
                     LWNVME_ERR_NOT_OPEN);
    assert_int_equal(commands, 0);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), LWNVME_ERR_REQUEST_ACTIVE);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
}

static void each_field_of_the_command_has_its_place(void **state)
{
    struct lwnvme_identify_query query = {
        .cns = 0x7e, .csi = 0xa5, .uuid_index = 127, .cntid = 0x1234, .cnssid = 0x5678, .nsid = 0x9abcdef0};
    (void)state;
    start_full();
    assert_int_equal(lwnvme_identify_select(bench.controller, &io.request, &query, data), 0);
    bench_wait(&bench, &io.request);
    assert_true(io.request.status > 0);
    assert_int_equal(sent[1], 0x9abcdef0);
    assert_int_equal(sent[10], 0x1234007e);
    assert_int_equal(sent[11], 0xa5005678);
    assert_int_equal(sent[12] | sent[13] | sent[15], 0);
    assert_int_equal(sent[14], 127);
    bench_end(&bench);
}

static void fault_026_structures_that_an_old_controller_does_not_know(void **state)
{
    static struct lwnvme_identify_namespace_list list;
    static struct lwnvme_identify_namespace ns;
    static struct lwnvme_identify_descriptor_list descriptors;
    (void)state;
    start(0x10000);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 2, 0, data), LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 0xff, 0, data),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_identify_get_active_namespaces(bench.controller, &io.request, 0, &list),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(commands, 0);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 0, 1, data), 0);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 1, 0, data), 0);
    assert_int_equal(lwnvme_sync_identify_get_namespace(bench.controller, 1, &ns), 0);
    bench_end(&bench);
    start(0x10100);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 2, 0, data), 0);
    assert_int_equal(data[0], 1);
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, 0, &list), 0);
    assert_int_equal(lwnvme_identify_get_descriptors(bench.controller, &io.request, 1, &descriptors),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    bench_end(&bench);
    /* 1.3, and one that says so but knows two structures only. */
    start(0x10300);
    assert_int_equal(lwnvme_sync_identify_get_descriptors(bench.controller, 1, &descriptors), 0);
    bench_end(&bench);
    bench_prepare(&bench);
    bench.settings.vs = 0x10300;
    bench.config.quirks_add = LWNVME_QUIRK_IDENTIFY_CNS_1;
    open_bench();
    assert_int_equal(lwnvme_identify_get_descriptors(bench.controller, &io.request, 1, &descriptors),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_sync_identify_get_namespace(bench.controller, 1, &ns), 0);
    bench_end(&bench);
}

/* A controller that has nothing beyond what 2.0 demands. */
static void what_is_missing_has_a_name(void **state)
{
    static union {
        struct lwnvme_identify_namespace ns;
        struct lwnvme_identify_zns_namespace zns;
        struct lwnvme_identify_kv_namespace kv;
        struct lwnvme_identify_independent_namespace independent;
        struct lwnvme_identify_nvm_namespace nvm;
        struct lwnvme_identify_zns_controller zns_controller;
        struct lwnvme_identify_kv_controller kv_controller;
        struct lwnvme_identify_namespace_list namespaces;
        struct lwnvme_identify_controller_list controllers;
        struct lwnvme_identify_primary_controller primary;
        struct lwnvme_identify_secondary_controller_list secondaries;
        struct lwnvme_identify_nvm_set_list sets;
        struct lwnvme_identify_domain_list domains;
        struct lwnvme_identify_endurance_group_list groups;
        struct lwnvme_identify_granularity_list granularity;
        struct lwnvme_identify_uuid_list uuids;
        struct lwnvme_identify_io_command_sets command_sets;
        struct lwnvme_identify_port_list ports;
    } any;
    struct lwnvme_controller *c;
    struct lwnvme_request *r = &io.request;
    (void)state;
    bench_prepare(&bench);
    bench.settings.oacs = 0;
    bench.settings.cmic = 0;
    bench.settings.ctratt = 0;
    bench.settings.cap_css = 1;
    open_bench();
    c = bench.controller;
    assert_int_equal(lwnvme_identify_get_nvm_sets(c, r, 0, &any.sets), LWNVME_ERR_NO_NVM_SETS);
    assert_int_equal(lwnvme_identify_get_domains(c, r, 0, &any.domains), LWNVME_ERR_NO_DOMAINS);
    assert_int_equal(lwnvme_identify_get_endurance_groups(c, r, 0, &any.groups),
                     LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_identify_get_uuids(c, r, &any.uuids), LWNVME_ERR_NO_UUID_LIST);
    assert_int_equal(lwnvme_identify_get_granularity(c, r, &any.granularity),
                     LWNVME_ERR_NO_NAMESPACE_GRANULARITY);
    assert_int_equal(lwnvme_identify_get_primary_controller(c, r, 0, &any.primary),
                     LWNVME_ERR_NO_VIRTUALIZATION);
    assert_int_equal(lwnvme_identify_get_secondary_controllers(c, r, 0, &any.secondaries),
                     LWNVME_ERR_NO_VIRTUALIZATION);
    assert_int_equal(lwnvme_identify_get_controllers(c, r, 0, &any.controllers),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_namespace_controllers(c, r, 1, 0, &any.controllers),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_allocated_namespaces(c, r, 0, &any.namespaces),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_allocated_namespaces_of(c, r, 0, 0, &any.namespaces),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_allocated_namespace(c, r, 1, &any.ns),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_allocated_nvm_namespace(c, r, 1, &any.nvm),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_independent_allocated_namespace(c, r, 1, &any.independent),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_namespace(c, r, LWNVME_NSID_ALL, &any.ns),
                     LWNVME_ERR_NO_NAMESPACE_MANAGEMENT);
    assert_int_equal(lwnvme_identify_get_zns_namespace(c, r, 1, &any.zns), LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_kv_namespace(c, r, 1, &any.kv), LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_zns_format(c, r, 0, &any.zns), LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_zns_controller(c, r, &any.zns_controller),
                     LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_kv_controller(c, r, &any.kv_controller), LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_active_namespaces_of(c, r, 0, 2, &any.namespaces),
                     LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_io_command_sets(c, r, LWNVME_CNTLID_THIS, &any.command_sets),
                     LWNVME_ERR_NO_COMMAND_SETS);
    assert_int_equal(lwnvme_identify_get_ports(c, r, &any.ports), LWNVME_ERR_NO_IDENTIFY_CNS); /* 2.1 */
    assert_int_equal(commands, 0);
    bench_end(&bench);
}

/* Before 2.0 those of the NVM command set are for controllers that say so. */
static void structures_of_the_nvm_command_set_before_2_0(void **state)
{
    static struct lwnvme_identify_nvm_namespace ns;
    static struct lwnvme_identify_nvm_controller identify;
    static struct lwnvme_identify_independent_namespace independent;
    static const struct {
        uint32_t vs;
        uint8_t css;
        uint32_t ctratt;
        int of_namespace;
        int of_controller;
    } rows[] = {
        {0x10400, 0x01, 0, LWNVME_ERR_NO_IDENTIFY_CNS, LWNVME_ERR_NO_IDENTIFY_CNS},
        {0x10400, 0x01, LWNVME_CTRATT_EXTENDED_LBA_FORMATS, 0, LWNVME_ERR_NO_IDENTIFY_CNS},
        {0x10400, 0x41, 0, 0, 0},
        {0x20000, 0x01, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bench_prepare(&bench);
        bench.settings.vs = rows[i].vs;
        bench.settings.cap_css = rows[i].css;
        bench.settings.ctratt = rows[i].ctratt;
        open_bench();
        assert_int_equal(lwnvme_identify_get_nvm_namespace(bench.controller, &io.request, 1, &ns),
                         rows[i].of_namespace);
        bench_wait(&bench, &io.request);
        assert_int_equal(lwnvme_identify_get_nvm_controller(bench.controller, &io.request, &identify),
                         rows[i].of_controller);
        bench_wait(&bench, &io.request);
        assert_int_equal(
            lwnvme_identify_get_independent_namespace(bench.controller, &io.request, 1, &independent),
            rows[i].of_controller);
        bench_wait(&bench, &io.request);
        bench_end(&bench);
    }
}

static void namespace_identifiers_are_checked(void **state)
{
    static struct lwnvme_identify_namespace ns;
    static struct lwnvme_identify_namespace_list list;
    static struct lwnvme_identify_descriptor_list descriptors;
    static struct lwnvme_identify_independent_namespace independent;
    struct lwnvme_request *r = &io.request;
    struct lwnvme_controller *c;
    uint32_t nn;
    (void)state;
    start_full();
    c = bench.controller;
    nn = lwnvme_controller_get_info(c)->nn;
    assert_int_equal(lwnvme_identify_get_namespace(c, r, 0, &ns), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_namespace(c, r, nn + 1, &ns), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_allocated_namespace(c, r, LWNVME_NSID_ALL, &ns),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_descriptors(c, r, LWNVME_NSID_ALL, &descriptors),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_independent_namespace(c, r, LWNVME_NSID_ALL, &independent),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_active_namespaces(c, r, 0xfffffffe, &list),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_allocated_namespaces(c, r, 0xffffffff, &list),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_identify_get_format(c, r, 64, &ns), LWNVME_ERR_FORMAT_INDEX);
    assert_int_equal(commands, 0);
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(c, 0xfffffffd, &list), 0);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 0);
    bench_end(&bench);
}

/* Lists of controllers are for whoever has a reason to have some. */
static void controllers_are_listed_for_one_of_three_reasons(void **state)
{
    static struct lwnvme_identify_controller_list list;
    static const struct {
        uint16_t oacs;
        uint8_t cmic;
    } rows[] = {{LWNVME_OACS_NAMESPACE_MANAGEMENT, 0},
                {LWNVME_OACS_VIRTUALIZATION_MANAGEMENT, 0},
                {0, LWNVME_CMIC_MULTIPLE_CONTROLLERS}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bench_prepare(&bench);
        bench.settings.oacs = rows[i].oacs;
        bench.settings.cmic = rows[i].cmic;
        open_bench();
        assert_int_equal(lwnvme_identify_get_controllers(bench.controller, &io.request, 7, &list), 0);
        bench_wait(&bench, &io.request);
        assert_int_equal(sent[10], 0x00070013);
        bench_end(&bench);
    }
}

/* VS allows it, the controller does not: its own words reach the caller, and nothing is written to its memory. */
static void fault_044_what_a_controller_rejects_reaches_the_caller(void **state)
{
    static struct lwnvme_identify_namespace_list list;
    static struct lwnvme_identify_descriptor_list descriptors;
    (void)state;
    bench_prepare(&bench);
    bench.settings.identify_cns_max = 1;
    open_bench();
    memset(&list, 0x5a, sizeof(list));
    memset(&descriptors, 0x5a, sizeof(descriptors));
    assert_int_equal(lwnvme_identify_get_active_namespaces(bench.controller, &io.request, 0, &list), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(lwnvme_status_code(io.request.status), LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(io.called, 1);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 0x5a5a5a5a);
    assert_int_equal(lwnvme_identify_get_descriptors(bench.controller, &io.request, 1, &descriptors), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(lwnvme_status_code(io.request.status), LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(io.called, 2);
    assert_int_equal(descriptors.bytes[4095], 0x5a);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structures_come_as_they_are),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(each_field_of_the_command_has_its_place),
        cmocka_unit_test(fault_026_structures_that_an_old_controller_does_not_know),
        cmocka_unit_test(what_is_missing_has_a_name),
        cmocka_unit_test(structures_of_the_nvm_command_set_before_2_0),
        cmocka_unit_test(namespace_identifiers_are_checked),
        cmocka_unit_test(controllers_are_listed_for_one_of_three_reasons),
        cmocka_unit_test(fault_044_what_a_controller_rejects_reaches_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

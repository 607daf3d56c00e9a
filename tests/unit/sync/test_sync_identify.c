/* SPDX-License-Identifier: MIT */
/* The blocking forms of Identify: each sends its own command, waits for it, and is refused where it may not wait. */
#include "../support.h"

static struct bench bench;
static uint32_t sent[16];
static uint32_t commands;

static union {
    struct lwnvme_identify_namespace ns;
    struct lwnvme_identify_nvm_namespace nvm;
    struct lwnvme_identify_zns_namespace zns;
    struct lwnvme_identify_kv_namespace kv;
    struct lwnvme_identify_independent_namespace independent;
    struct lwnvme_identify_descriptor_list descriptors;
    struct lwnvme_identify_controller controller;
    struct lwnvme_identify_nvm_controller nvm_controller;
    struct lwnvme_identify_zns_controller zns_controller;
    struct lwnvme_identify_kv_controller kv_controller;
    struct lwnvme_identify_controller_list controllers;
    struct lwnvme_identify_primary_controller primary;
    struct lwnvme_identify_secondary_controller_list secondaries;
    struct lwnvme_identify_io_command_sets command_sets;
    struct lwnvme_identify_namespace_list namespaces;
    struct lwnvme_identify_nvm_set_list sets;
    struct lwnvme_identify_domain_list domains;
    struct lwnvme_identify_endurance_group_list groups;
    struct lwnvme_identify_granularity_list granularity;
    struct lwnvme_identify_uuid_list uuids;
    struct lwnvme_identify_port_list ports;
    uint8_t bytes[4096];
} any;

static const struct lwnvme_identify_query query = {.cns = LWNVME_CNS_CONTROLLER};

/* X(name, (arguments after the controller), dword 10, NSID, dword 11) of all that the model answers. */
#define CALLS(X)                                                                                             \
    X(select, (&query, &any), 0x1, 0, 0x0)                                                                   \
    X(get_namespace, (1, &any.ns), 0x0, 1, 0x0)                                                              \
    X(get_allocated_namespace, (1, &any.ns), 0x11, 1, 0x0)                                                   \
    X(get_nvm_namespace, (1, &any.nvm), 0x5, 1, 0x0)                                                         \
    X(get_allocated_nvm_namespace, (1, &any.nvm), 0x1b, 1, 0x0)                                              \
    X(get_zns_namespace, (2, &any.zns), 0x5, 2, 0x2000000)                                                   \
    X(get_allocated_zns_namespace, (2, &any.zns), 0x1b, 2, 0x2000000)                                        \
    X(get_kv_namespace, (3, &any.kv), 0x5, 3, 0x1000000)                                                     \
    X(get_allocated_kv_namespace, (3, &any.kv), 0x1b, 3, 0x1000000)                                          \
    X(get_independent_namespace, (1, &any.independent), 0x8, 1, 0x0)                                         \
    X(get_independent_allocated_namespace, (1, &any.independent), 0x1f, 1, 0x0)                              \
    X(get_format, (0, &any.ns), 0x9, 0, 0x0)                                                                 \
    X(get_nvm_format, (0, &any.nvm), 0xa, 0, 0x0)                                                            \
    X(get_zns_format, (0, &any.zns), 0xa, 0, 0x2000000)                                                      \
    X(get_descriptors, (1, &any.descriptors), 0x3, 1, 0x0)                                                   \
    X(get_controller, (&any.controller), 0x1, 0, 0x0)                                                        \
    X(get_nvm_controller, (&any.nvm_controller), 0x6, 0, 0x0)                                                \
    X(get_zns_controller, (&any.zns_controller), 0x6, 0, 0x2000000)                                          \
    X(get_kv_controller, (&any.kv_controller), 0x6, 0, 0x1000000)                                            \
    X(get_controllers, (2, &any.controllers), 0x20013, 0, 0x0)                                               \
    X(get_namespace_controllers, (1, 0, &any.controllers), 0x12, 1, 0x0)                                     \
    X(get_primary_controller, (1, &any.primary), 0x10014, 0, 0x0)                                            \
    X(get_secondary_controllers, (0x102, &any.secondaries), 0x1020015, 0, 0x0)                               \
    X(get_io_command_sets, (LWNVME_CNTLID_THIS, &any.command_sets), 0xffff001c, 0, 0x0)                      \
    X(get_active_namespaces, (1, &any.namespaces), 0x2, 1, 0x0)                                              \
    X(get_active_namespaces_of, (1, 2, &any.namespaces), 0x7, 1, 0x2000000)                                  \
    X(get_allocated_namespaces, (1, &any.namespaces), 0x10, 1, 0x0)                                          \
    X(get_allocated_namespaces_of, (1, 2, &any.namespaces), 0x1a, 1, 0x2000000)                              \
    X(get_nvm_sets, (2, &any.sets), 0x4, 0, 0x2)                                                             \
    X(get_domains, (1, &any.domains), 0x18, 0, 0x1)                                                          \
    X(get_endurance_groups, (2, &any.groups), 0x19, 0, 0x2)                                                  \
    X(get_granularity, (&any.granularity), 0x16, 0, 0x0)                                                     \
    X(get_uuids, (&any.uuids), 0x17, 0, 0x0)

#define UNWRAP(...) __VA_ARGS__

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
    commands++;
}

static void start(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.cntlid = 1;
    bench.settings.namespace_count = 3;
    bench.settings.ns[1].csi = 2;
    bench.settings.ns[2].csi = 1;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    commands = 0;
}

#define EXPECT_SENT(name, arguments, cdw10, nsid, cdw11)                                                     \
    memset(&any, 0x5a, sizeof(any));                                                                         \
    assert_int_equal(lwnvme_sync_identify_##name(bench.controller, UNWRAP arguments), 0);                    \
    assert_int_equal(sent[0] & 0xff, 0x06);                                                                  \
    assert_int_equal(sent[1], nsid);                                                                         \
    assert_int_equal(sent[10], cdw10);                                                                       \
    assert_int_equal(sent[11], cdw11);                                                                       \
    assert_int_equal(any.bytes[4095], 0);                                                                    \
    assert_int_equal(commands, ++expected);

static void each_sends_its_command_and_waits(void **state)
{
    uint32_t expected = 0;
    (void)state;
    start();
    CALLS(EXPECT_SENT)
    bench_end(&bench);
}

#define EXPECT_NULL(name, arguments, cdw10, nsid, cdw11)                                                     \
    assert_int_equal(lwnvme_sync_identify_##name(NULL, UNWRAP arguments), LWNVME_ERR_NULL_ARGUMENT);

#define EXPECT_REFUSED(name, arguments, cdw10, nsid, cdw11)                                                  \
    assert_int_equal(lwnvme_sync_identify_##name(bench.controller, UNWRAP arguments), LWNVME_ERR_IN_CALLBACK);

static void from_inside(struct counted *io)
{
    (void)io;
    CALLS(EXPECT_REFUSED)
    assert_int_equal(lwnvme_sync_identify_get_ports(bench.controller, &any.ports), LWNVME_ERR_IN_CALLBACK);
}

static void none_waits_without_a_controller_or_inside_a_callback(void **state)
{
    static struct counted io;
    static uint8_t data[4096];
    (void)state;
    start();
    CALLS(EXPECT_NULL)
    assert_int_equal(lwnvme_sync_identify_get_ports(NULL, &any.ports), LWNVME_ERR_NULL_ARGUMENT);
    counted_init(&io, NULL);
    io.then = from_inside;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(commands, 1);
    bench_end(&bench);
}

static void refusals_and_device_errors_are_the_result(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_identify_get_namespace(bench.controller, 0, &any.ns),
                     LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(commands, 0);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_identify_get_ports(bench.controller, &any.ports)),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND); /* the model does not know them */
    assert_int_equal(sent[10], 0x1e);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &any.uuids), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sends_its_command_and_waits),
        cmocka_unit_test(none_waits_without_a_controller_or_inside_a_callback),
        cmocka_unit_test(refusals_and_device_errors_are_the_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

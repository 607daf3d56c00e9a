/* SPDX-License-Identifier: MIT */
/* The blocking forms of namespace management and rescans. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_namespace_creation creation;
static struct lwnvme_identify_controller_list list;
static struct lwnvme_namespace memory[4];
static struct lwnvme_namespace *handles[4];
static struct lwnvme_namespace_set set;
static uint32_t commands;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    (void)command;
    commands++;
}

static void start(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    commands = 0;
    memset(&creation, 0, sizeof(creation));
    memset(&list, 0, sizeof(list));
    memset(&set, 0, sizeof(set));
    memset(memory, 0, sizeof(memory));
    for (size_t i = 0; i < 4; i++) {
        handles[i] = &memory[i];
    }
    set.handles = handles;
    set.handle_count = 4;
    creation.block_count = 1000;
    assert_true(lwnvme_controller_list_append(&list, lwnvme_controller_get_info(bench.controller)->cntlid));
}

static void each_waits_for_its_end(void **state)
{
    struct lwnvme_controller *c;
    uint32_t nsid = 0;
    (void)state;
    start();
    c = bench.controller;
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 500;
    assert_int_equal(lwnvme_sync_namespace_create(c, &creation, 0, &nsid), 0);
    assert_int_equal(nsid, 2);
    assert_int_equal(lwnvme_sync_namespace_attach(c, nsid, &list), 0);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(c, &set), 0);
    assert_non_null(lwnvme_namespace_set_find(&set, 2));
    assert_int_equal(lwnvme_sync_namespace_detach(c, nsid, &list), 0);
    assert_int_equal(lwnvme_sync_namespace_attach_here(c, nsid), 0);
    assert_int_equal(lwnvme_sync_namespace_detach_here(c, nsid), 0);
    assert_int_equal(lwnvme_sync_namespace_delete(c, nsid, 0), 0);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(c, &set), 0);
    assert_null(lwnvme_namespace_set_find(&set, 2));
    bench_end(&bench);
}

static void what_went_wrong_is_the_result(void **state)
{
    struct lwnvme_controller *c;
    uint32_t nsid = 77;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_sync_namespace_create(c, &creation, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_namespace_create(c, NULL, 0, &nsid), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(commands, 0);
    creation.block_count = UINT64_C(1) << 40;
    assert_true(lwnvme_sync_namespace_create(c, &creation, 0, &nsid) > 0);
    assert_int_equal(nsid, 77);
    assert_int_equal(lwnvme_sync_namespace_delete(c, 33, 0), LWNVME_ERR_NS_INVALID_ID);
    assert_true(lwnvme_sync_namespace_delete(c, 9, 0) > 0);
    assert_true(lwnvme_sync_namespace_attach_here(c, 1) > 0);
    assert_int_equal(lwnvme_sync_namespace_attach(c, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    set.handle_count = 0;
    assert_int_equal(lwnvme_sync_namespace_set_rescan(c, &set), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

/* A deadline of its own: the command is given up, and with it the controller, as for any other. */
static void a_deadline_can_be_named(void **state)
{
    uint32_t nsid = 0;
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 2000000;
    assert_int_equal(lwnvme_sync_namespace_create(bench.controller, &creation, 100, &nsid),
                     LWNVME_ERR_TIMEOUT);
    bench_drop(&bench);
}

static void refuse_all(struct lwnvme_controller *c, int status)
{
    uint32_t nsid = 0;
    assert_int_equal(lwnvme_sync_namespace_create(c, &creation, 0, &nsid), status);
    assert_int_equal(lwnvme_sync_namespace_delete(c, 1, 0), status);
    assert_int_equal(lwnvme_sync_namespace_attach(c, 1, &list), status);
    assert_int_equal(lwnvme_sync_namespace_detach(c, 1, &list), status);
    assert_int_equal(lwnvme_sync_namespace_attach_here(c, 1), status);
    assert_int_equal(lwnvme_sync_namespace_detach_here(c, 1), status);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(c, &set), status);
}

static void from_inside(struct counted *io)
{
    (void)io;
    refuse_all(bench.controller, LWNVME_ERR_IN_CALLBACK);
}

static void none_waits_without_a_controller_or_inside_a_callback(void **state)
{
    static struct counted io;
    static uint8_t data[4096];
    (void)state;
    start();
    refuse_all(NULL, LWNVME_ERR_NULL_ARGUMENT);
    counted_init(&io, NULL);
    io.then = from_inside;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(commands, 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_waits_for_its_end),
        cmocka_unit_test(what_went_wrong_is_the_result),
        cmocka_unit_test(a_deadline_can_be_named),
        cmocka_unit_test(none_waits_without_a_controller_or_inside_a_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

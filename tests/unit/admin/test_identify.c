/* SPDX-License-Identifier: MIT */
/* Identify as a call of the user's. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint8_t data[4096];
static uint32_t sent[16];

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
}

static void start(uint32_t version)
{
    bench_prepare(&bench);
    bench.settings.vs = version;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    counted_init(&io, NULL);
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
    (void)state;
    start(0x20000);
    assert_int_equal(lwnvme_identify(NULL, &io.request, 1, 0, data), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(bench.controller, NULL, 1, 0, data), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_identify(&closed, &io.request, 1, 0, data), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
}

static void fault_026_structures_that_an_old_controller_does_not_know(void **state)
{
    (void)state;
    start(0x10000);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 2, 0, data), LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 0xff, 0, data),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 0, 1, data), 0);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 1, 0, data), 0);
    bench_end(&bench);
    start(0x10100);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 2, 0, data), 0);
    assert_int_equal(data[0], 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structures_come_as_they_are),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(fault_026_structures_that_an_old_controller_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Device self-test on a controller that tests: progress, what is found, and what ends it early. */
#include "scenario.h"

static struct lwnvme_self_test test;
static struct lwnvme_self_test other;

static void start(struct scenario *s)
{
    s->settings.oacs |= 0x10 | 2;
    s->settings.sanicap = 7;
    s->settings.edstt = 1;
    s->settings.self_test_extended_us = 20 * SECOND_US;
    s->time_limit_us = 3600 * SECOND_US;
    scenario_start(s);
    scenario_queue(s, 8);
    scenario_namespace(s);
    memset(&test, 0, sizeof(test));
    memset(&other, 0, sizeof(other));
    test.code = LWNVME_SELF_TEST_CODE_SHORT;
    test.nsid = LWNVME_NSID_ALL;
    other = test;
}

static void begin(struct scenario *s)
{
    assert_int_equal(lwnvme_self_test_begin(s->controller, &test), LWNVME_OK);
}

static int run(struct scenario *s)
{
    begin(s);
    return scenario_operation(s, &test.operation);
}

static int follow(struct scenario *s)
{
    assert_int_equal(lwnvme_self_test_follow(s->controller, &other), LWNVME_OK);
    return scenario_operation(s, &other.operation);
}

static void until_percent(struct scenario *s, uint32_t percent)
{
    while (test.operation.progress_percent < percent) {
        (void)scenario_poll(s);
        lwnvme_sim_advance(s->sim, 2000);
    }
}

static void each_test_passes_and_io_goes_on(void **state)
{
    static const uint8_t codes[] = {LWNVME_SELF_TEST_CODE_SHORT, LWNVME_SELF_TEST_CODE_EXTENDED,
                                    LWNVME_SELF_TEST_CODE_VENDOR};
    uint8_t *data = scenario_memory(4096, 4096);
    struct scenario s;
    uint32_t last;
    size_t i;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_int_equal(follow(&s), LWNVME_OK); /* never tested */
    assert_int_equal(other.result, LWNVME_SELF_TEST_NO_RESULT);
    for (i = 0; i < sizeof(codes); i++) {
        test.code = codes[i];
        begin(&s);
        last = 0;
        while (lwnvme_operation_active(&test.operation)) {
            (void)lwnvme_operation_step(&test.operation);
            lwnvme_sim_advance(s.sim, 5000);
            assert_true(test.operation.progress_percent >= last);
            last = test.operation.progress_percent;
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data, 0), LWNVME_OK);
        }
        assert_int_equal(test.operation.status, LWNVME_OK);
        assert_int_equal(test.result, LWNVME_SELF_TEST_PASSED);
        assert_int_equal(test.code_run, codes[i]);
        assert_false(test.has_nsid || test.has_lba || test.has_status);
    }
    scenario_end(&s);
    free(data);
}

static void what_fails_is_told_with_its_place(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, 4711, 2));
    assert_int_equal(run(&s), LWNVME_OK); /* the short test does not read the medium */
    test.code = LWNVME_SELF_TEST_CODE_EXTENDED;
    assert_int_equal(run(&s), LWNVME_ERR_SELF_TEST_FAILED);
    assert_int_equal(test.result, LWNVME_SELF_TEST_SEGMENT);
    assert_int_equal(test.segment, 6);
    assert_true(test.has_nsid && test.has_lba && test.has_status);
    assert_int_equal(test.failing_nsid, 1);
    assert_int_equal(test.failing_lba, 4711);
    assert_int_equal(test.failing_status, LWNVME_SC_UNRECOVERED_READ_ERROR);
    lwnvme_sim_settings(s.sim)->self_test_fail_result = LWNVME_SELF_TEST_FATAL;
    test.code = LWNVME_SELF_TEST_CODE_SHORT;
    assert_int_equal(run(&s), LWNVME_ERR_SELF_TEST_FAILED);
    assert_int_equal(test.result, LWNVME_SELF_TEST_FATAL);
    assert_int_equal(test.segment, 0);
    assert_int_equal(follow(&s), LWNVME_ERR_SELF_TEST_FAILED); /* which the next open is told */
    scenario_end(&s);
}

static void fault_160_one_that_runs_keeps_others_out(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    begin(&s);
    until_percent(&s, 20);
    assert_int_equal(lwnvme_self_test_begin(s.controller, &other), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(scenario_operation(&s, &other.operation)),
                     LWNVME_SC_DEVICE_SELF_TEST_IN_PROGRESS);
    assert_int_equal(follow(&s), LWNVME_OK);
    assert_true(other.found);
    assert_int_equal(scenario_operation(&s, &test.operation), LWNVME_OK);
    scenario_end(&s);
}

static void cancel_ends_it(void **state)
{
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    test.code = LWNVME_SELF_TEST_CODE_EXTENDED;
    begin(&s);
    until_percent(&s, 20);
    assert_int_equal(lwnvme_self_test_cancel(&test), LWNVME_OK);
    assert_int_equal(scenario_operation(&s, &test.operation), LWNVME_ERR_CANCELLED);
    assert_int_equal(test.result, LWNVME_SELF_TEST_ABORTED_BY_COMMAND);
    /* Somebody else's abort looks the same. */
    begin(&s);
    until_percent(&s, 20);
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_self_test_abort(s.controller, &io->request, LWNVME_NSID_ALL)),
                     LWNVME_OK);
    scenario_wait_all(&s, NULL);
    assert_int_equal(scenario_operation(&s, &test.operation), LWNVME_ERR_CANCELLED);
    scenario_end(&s);
}

static void fault_160_a_reset_aborts_the_short_test_and_not_the_extended(void **state)
{
    struct scenario s;
    int extended;
    int way;

    (void)state;
    for (way = 0; way < 3; way++) {
        for (extended = 0; extended < 2; extended++) {
            scenario_prepare(&s);
            start(&s);
            test.code = extended != 0 ? LWNVME_SELF_TEST_CODE_EXTENDED : LWNVME_SELF_TEST_CODE_SHORT;
            begin(&s);
            until_percent(&s, 30);
            if (way == 1) {
                lwnvme_sim_power_cut(s.sim);
                assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
            }
            if (way == 2) {
                assert_int_equal(scenario_close(&s), LWNVME_OK);
                assert_int_equal(test.operation.status, LWNVME_ERR_ABORTED);
                assert_int_equal(scenario_open(&s), LWNVME_OK);
                assert_int_equal(follow(&s), extended != 0 ? LWNVME_OK : LWNVME_ERR_ABORTED);
                assert_int_equal(other.found, extended);
                assert_int_equal(other.result,
                                 extended != 0 ? LWNVME_SELF_TEST_PASSED : LWNVME_SELF_TEST_ABORTED_BY_RESET);
            } else {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
                assert_int_equal(scenario_operation(&s, &test.operation),
                                 extended != 0 ? LWNVME_OK : LWNVME_ERR_ABORTED);
                assert_int_equal(test.result,
                                 extended != 0 ? LWNVME_SELF_TEST_PASSED : LWNVME_SELF_TEST_ABORTED_BY_RESET);
            }
            scenario_end(&s);
        }
    }
}

static void fault_160_a_format_or_a_sanitize_aborts_it(void **state)
{
    static struct lwnvme_format format;
    static struct lwnvme_sanitize sanitize;
    struct lwnvme_namespace *handles[1];
    struct scenario s;
    int which;

    (void)state;
    for (which = 0; which < 2; which++) {
        scenario_prepare(&s);
        start(&s);
        handles[0] = s.ns;
        test.code = LWNVME_SELF_TEST_CODE_EXTENDED;
        begin(&s);
        until_percent(&s, 20);
        memset(&format, 0, sizeof(format));
        memset(&sanitize, 0, sizeof(sanitize));
        format.nsid = 1;
        format.handles = sanitize.handles = handles;
        format.handle_count = sanitize.handle_count = 1;
        sanitize.action = LWNVME_SANACT_CRYPTO_ERASE;
        if (which == 0) {
            assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
            assert_int_equal(scenario_operation(&s, &format.operation), LWNVME_OK);
            assert_int_equal(scenario_operation(&s, &test.operation), LWNVME_ERR_ABORTED);
            assert_int_equal(test.result, LWNVME_SELF_TEST_ABORTED_BY_FORMAT);
        } else {
            assert_int_equal(lwnvme_sanitize_begin(s.controller, &sanitize), LWNVME_OK);
            assert_int_equal(scenario_operation(&s, &sanitize.operation), LWNVME_OK);
            assert_int_equal(scenario_operation(&s, &test.operation), LWNVME_ERR_ABORTED);
            assert_int_equal(test.result, LWNVME_SELF_TEST_ABORTED_BY_SANITIZE);
        }
        scenario_end(&s);
    }
}

static void the_blocking_form_is_begin_and_wait(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.relax_step_us = 500;
    start(&s);
    begin(&s);
    assert_int_equal(lwnvme_sync_operation(&test.operation), LWNVME_OK);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_test_passes_and_io_goes_on),
        cmocka_unit_test(what_fails_is_told_with_its_place),
        cmocka_unit_test(fault_160_one_that_runs_keeps_others_out),
        cmocka_unit_test(cancel_ends_it),
        cmocka_unit_test(fault_160_a_reset_aborts_the_short_test_and_not_the_extended),
        cmocka_unit_test(fault_160_a_format_or_a_sanitize_aborts_it),
        cmocka_unit_test(the_blocking_form_is_begin_and_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Device self-test: what is refused, what is sent, and what the log page says about it. */
#include "player.h"

static struct {
    uint16_t oacs;
    uint8_t dsto;
    uint16_t edstt;
    uint32_t status;     /* of the command */
    uint32_t log_status; /* of the log page */
    uint8_t log[64];
    uint32_t busy_reads; /* so many readings of the log show a test under way */
    uint8_t code;        /* which */
    uint8_t percent;
} device;

static struct player player;
static struct lwnvme_self_test test;

static void identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)p;
    (void)nsid;
    if (cns == LWNVME_CNS_CONTROLLER) {
        data[256] |= (uint8_t)device.oacs;
        data[316] = (uint8_t)device.edstt;
        data[317] = (uint8_t)(device.edstt >> 8);
        data[318] = device.dsto;
    }
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)p;
    (void)dw0;
    if ((command[0] & 0xffu) == LWNVME_ADMIN_DEVICE_SELF_TEST) {
        if ((command[10] & 15u) == 15) {
            device.busy_reads = 0;
            device.log[4] = (uint8_t)(device.code << 4 | 1);
            return 0;
        }
        return device.status;
    }
    memset(page, 0xee, 4096);
    memcpy(page, device.log, sizeof(device.log));
    if (device.busy_reads != 0) {
        device.busy_reads--;
        page[0] = (uint8_t)(0xf0 | device.code); /* reserved bits do not matter */
        page[1] = (uint8_t)(0x80 | device.percent);
    }
    return device.log_status;
}

static void start(uint16_t edstt)
{
    player_prepare(&player);
    memset(&device, 0, sizeof(device));
    memset(&test, 0, sizeof(test));
    device.oacs = 0x10;
    device.edstt = edstt;
    device.code = 1;
    player.bench.settings.oacs = 0;
    player.identify = identify;
    player.answer = answer;
    player.plays[LWNVME_ADMIN_DEVICE_SELF_TEST] = true;
    player.plays_log[LWNVME_LOG_DEVICE_SELF_TEST] = true;
    player_start(&player);
    test.code = LWNVME_SELF_TEST_CODE_SHORT;
}

static int run(void)
{
    int status = lwnvme_self_test_begin(player.bench.controller, &test);

    return status != 0 ? status : player_finish(&player, &test.operation);
}

static void what_cannot_be_is_refused_before_any_command(void **state)
{
    static struct lwnvme_controller closed;
    struct lwnvme_controller *controller;
    static const uint8_t codes[] = {0, 4, 0xd, 0xf, 16, 255};
    (void)state;
    start(0);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_self_test_begin(controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_self_test_begin(NULL, &test), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_self_test_begin(&closed, &test), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_self_test_follow(controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_self_test_cancel(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_self_test_cancel(&test), LWNVME_ERR_WRONG_STATE);
    for (size_t i = 0; i < sizeof(codes); i++) {
        test.code = codes[i];
        assert_int_equal(lwnvme_self_test_begin(controller, &test), LWNVME_ERR_INVALID_ARGUMENT);
    }
    test.code = LWNVME_SELF_TEST_CODE_HOST_INITIATED_REFRESH;
    assert_int_equal(lwnvme_self_test_begin(controller, &test), LWNVME_ERR_NO_SELF_TEST);
    test.code = LWNVME_SELF_TEST_CODE_SHORT;
    test.nsid = 2;
    assert_int_equal(lwnvme_self_test_begin(controller, &test), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_self_test_abort(controller, &player.io.request, 2), LWNVME_ERR_NS_INVALID_ID);
    test.nsid = 0;
    controller->info.oacs = 0;
    assert_int_equal(lwnvme_self_test_begin(controller, &test), LWNVME_ERR_NO_SELF_TEST);
    assert_int_equal(lwnvme_self_test_follow(controller, &test), LWNVME_ERR_NO_SELF_TEST);
    assert_int_equal(lwnvme_self_test_abort(controller, &player.io.request, 0), LWNVME_ERR_NO_SELF_TEST);
    player_turns(&player, 20);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

static void each_test_is_encoded(void **state)
{
    static const struct {
        uint8_t code;
        uint16_t parameter;
        uint32_t nsid;
        uint32_t dw15;
    } cases[] = {{1, 0xffff, 0, 0}, {2, 0, 1, 0}, {3, 0, LWNVME_NSID_ALL, 0}, {0xe, 0x1234, 0, 0x1234}};
    (void)state;
    start(0);
    ((struct lwnvme_identify_controller *)(uintptr_t)lwnvme_identify_copy(player.bench.controller))->dsto = 2;
    for (uint32_t i = 0; i < 4; i++) {
        test.code = cases[i].code;
        test.parameter = cases[i].parameter;
        test.nsid = cases[i].nsid;
        assert_int_equal(run(), 0);
        assert_int_equal(player_sent(&player, 0x14, i)[1], cases[i].nsid);
        assert_int_equal(player_sent(&player, 0x14, i)[10], cases[i].code);
        assert_int_equal(player_sent(&player, 0x14, i)[15], cases[i].dw15);
        assert_int_equal(player_sent(&player, 0x02, i)[10], 7u << 16 | 6u); /* 8 dwords */
    }
    player_end(&player);
}

static void fault_160_each_result_has_its_type(void **state)
{
    static const int ends[16] = {0,
                                 LWNVME_ERR_CANCELLED,
                                 LWNVME_ERR_ABORTED, /* by a reset */
                                 LWNVME_ERR_ABORTED,
                                 LWNVME_ERR_ABORTED,
                                 LWNVME_ERR_SELF_TEST_FAILED,
                                 LWNVME_ERR_SELF_TEST_FAILED,
                                 LWNVME_ERR_SELF_TEST_FAILED,
                                 LWNVME_ERR_ABORTED,
                                 LWNVME_ERR_ABORTED,
                                 LWNVME_ERR_LOG_DATA,
                                 LWNVME_ERR_LOG_DATA,
                                 LWNVME_ERR_LOG_DATA,
                                 LWNVME_ERR_LOG_DATA,
                                 LWNVME_ERR_LOG_DATA,
                                 LWNVME_ERR_LOG_DATA /* begun, and left nothing */};
    (void)state;
    start(0);
    device.log[5] = 4; /* a segment, valid only with result 7 */
    for (uint32_t result = 0; result < 16; result++) {
        device.log[4] = (uint8_t)(0x10 | result);
        assert_int_equal(run(), ends[result]);
        assert_int_equal(test.result, (int)result);
        assert_int_equal(test.segment, result == LWNVME_SELF_TEST_SEGMENT ? 4 : 0);
        assert_int_equal(test.code_run, 1);
    }
    player_end(&player);
}

static void what_is_valid_is_told_and_nothing_else(void **state)
{
    (void)state;
    start(0);
    memset(device.log + 4, 0xa5, 28);
    device.log[4] = 0x27;
    device.log[5] = 3;
    for (uint32_t valid = 0; valid < 16; valid++) {
        device.log[6] = (uint8_t)(0xf0 | valid);
        assert_int_equal(run(), LWNVME_ERR_SELF_TEST_FAILED);
        assert_int_equal(test.code_run, 2);
        assert_int_equal(test.segment, 3);
        assert_true(test.power_on_hours == UINT64_C(0xa5a5a5a5a5a5a5a5));
        assert_int_equal(test.has_nsid, (valid & 1) != 0);
        assert_int_equal(test.failing_nsid, (valid & 1) != 0 ? 0xa5a5a5a5u : 0);
        assert_int_equal(test.has_lba, (valid & 2) != 0);
        assert_true(test.failing_lba == ((valid & 2) != 0 ? UINT64_C(0xa5a5a5a5a5a5a5a5) : 0));
        assert_int_equal(test.has_status, (valid & 12) == 12);
        assert_int_equal(test.failing_status, (valid & 12) == 12 ? 0x5a5 : 0);
    }
    player_end(&player);
}

static void progress_comes_from_the_log(void **state)
{
    (void)state;
    start(1);
    test.code = device.code = 2;
    device.busy_reads = 20;
    device.percent = 37;
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), LWNVME_ERR_BUSY);
    player_turns(&player, 20000);
    assert_int_equal(test.operation.progress_percent, 37);
    assert_true(lwnvme_operation_active(&test.operation));
    assert_true(player.of[2] >= 8 && player.of[2] <= 11); /* 5 in a second, for 2 s */
    device.percent = 127;
    player_turns(&player, 3000);
    assert_int_equal(test.operation.progress_percent, 100);
    assert_int_equal(player_finish(&player, &test.operation), 0);
    player_end(&player);
}

static void one_that_runs_already_is_the_devices_answer(void **state)
{
    (void)state;
    start(0);
    device.status = 0x11d;
    assert_int_equal(run(), 0x11d);
    assert_int_equal(player.of[2], 0);
    assert_int_equal(test.result, LWNVME_SELF_TEST_NO_RESULT);
    device.status = 0;
    device.log_status = 0x4109;
    assert_int_equal(run(), 0x4109);
    player_end(&player);
}

static void cancel_aborts_and_says_so(void **state)
{
    (void)state;
    start(0);
    test.nsid = 1;
    device.busy_reads = UINT32_MAX;
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    player_turns(&player, 5000);
    assert_int_equal(lwnvme_self_test_cancel(&test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_CANCELLED);
    assert_int_equal(player_sent(&player, 0x14, 1)[10], 15);
    assert_int_equal(player_sent(&player, 0x14, 1)[1], 1);
    assert_int_equal(test.result, LWNVME_SELF_TEST_ABORTED_BY_COMMAND);
    /* However long ago the log was read last. */
    device.busy_reads = UINT32_MAX;
    test.nsid = 0;
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    for (uint32_t second = 0; second < 400; second++) {
        lwnvme_sim_advance(player.bench.sim, 1000000);
        player_turns(&player, 2);
    }
    uint64_t before_us = lwnvme_sim_time(player.bench.sim);
    assert_int_equal(lwnvme_self_test_cancel(&test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_CANCELLED);
    assert_true(lwnvme_sim_time(player.bench.sim) - before_us < 100000);
    /* Before it was sent nothing need be aborted. */
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    assert_int_equal(lwnvme_self_test_cancel(&test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_CANCELLED);
    assert_int_equal(player.of[0x14], 4);
    assert_int_equal(lwnvme_self_test_abort(player.bench.controller, &player.io.request, LWNVME_NSID_ALL), 0);
    bench_wait(&player.bench, &player.io.request);
    assert_int_equal(player_sent(&player, 0x14, 4)[10], 15);
    assert_int_equal(player_sent(&player, 0x14, 4)[1], 0xffffffffu);
    player_end(&player);
}

static void cancel_does_not_wait_for_a_reading_that_is_under_way(void **state)
{
    uint64_t before_us;
    (void)state;
    start(0);
    device.busy_reads = UINT32_MAX;
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    for (uint32_t second = 0; second < 400; second++) {
        lwnvme_sim_advance(player.bench.sim, 1000000);
        player_turns(&player, 2);
    }
    player_settings(&player)->admin_latency_us = 20000;
    while (!lwnvme_request_active(&test.operation.request)) {
        player_turns(&player, 1);
    }
    before_us = lwnvme_sim_time(player.bench.sim);
    assert_int_equal(lwnvme_self_test_cancel(&test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_CANCELLED);
    assert_true(lwnvme_sim_time(player.bench.sim) - before_us < 200000);
    player_end(&player);
}

static void one_that_is_found_is_followed(void **state)
{
    (void)state;
    start(0);
    device.code = 2;
    device.log[4] = 0x26;
    device.busy_reads = 3;
    assert_int_equal(lwnvme_self_test_follow(player.bench.controller, &test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_SELF_TEST_FAILED);
    assert_true(test.found);
    assert_int_equal(player.of[0x14], 0);
    /* None: the newest result, or that there is none. */
    assert_int_equal(lwnvme_self_test_follow(player.bench.controller, &test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_SELF_TEST_FAILED);
    assert_false(test.found);
    device.log[4] = 0x0f;
    assert_int_equal(lwnvme_self_test_follow(player.bench.controller, &test), 0);
    assert_int_equal(player_finish(&player, &test.operation), 0);
    assert_int_equal(test.result, LWNVME_SELF_TEST_NO_RESULT);
    /* One that was under way must have left a result. */
    device.busy_reads = 3;
    assert_int_equal(lwnvme_self_test_follow(player.bench.controller, &test), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_LOG_DATA);
    player_end(&player);
}

static void fault_160_a_reset_while_the_log_is_read_costs_one_more_reading(void **state)
{
    (void)state;
    start(0);
    device.busy_reads = 5;
    assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
    player_turns(&player, 3000);
    player_settings(&player)->admin_latency_us = 1000000;
    player_turns(&player, 3000);
    assert_true(lwnvme_request_active(&test.operation.request));
    player_settings(&player)->admin_latency_us = 0;
    device.busy_reads = 0;
    device.log[4] = 0x12; /* which aborted it */
    assert_int_equal(lwnvme_controller_reset(player.bench.controller), 0);
    assert_int_equal(bench_settle(&player.bench), 0);
    assert_int_equal(player_finish(&player, &test.operation), LWNVME_ERR_ABORTED);
    assert_int_equal(test.result, LWNVME_SELF_TEST_ABORTED_BY_RESET);
    player_end(&player);
}

static void the_deadline_follows_what_the_controller_says(void **state)
{
    static const struct {
        uint8_t code;
        uint16_t edstt;
        uint32_t timeout_ms;
        uint64_t limit_s;
    } cases[] = {{1, 30, 0, 600},       {2, 30, 0, 2 * 1800 + 600}, {2, 0, 0, 86400},
                 {2, 0xffff, 0, 86400}, {0xe, 30, 0, 86400},        {2, 30, 5000, 5}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(cases[i].edstt);
        device.busy_reads = UINT32_MAX;
        test.code = cases[i].code;
        test.operation.timeout_ms = cases[i].timeout_ms;
        player.plays[2] = true;
        assert_int_equal(lwnvme_self_test_begin(player.bench.controller, &test), 0);
        assert_int_equal(test.operation.deadline_us - test.operation.begun_us, cases[i].limit_s * 1000000);
        lwnvme_sim_advance(player.bench.sim, cases[i].limit_s * 1000000 + 1000000);
        (void)lwnvme_controller_poll(player.bench.controller);
        assert_int_equal(test.operation.status, LWNVME_ERR_OPERATION_TIMEOUT);
        player_end(&player);
    }
}

static uint32_t spoiling_answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    test.operation.request.flags = 0x4000; /* no such flag */
    return answer(p, command, page, dw0);
}

/* The command, or the look at the log after it. */
static void what_cannot_be_sent_ends_it(void **state)
{
    (void)state;
    start(1);
    test.operation.request.flags = 0x4000;
    assert_int_equal(run(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    test.operation.request.flags = 0;
    player.answer = spoiling_answer;
    assert_int_equal(run(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 1);
    assert_int_equal(player.of[LWNVME_ADMIN_DEVICE_SELF_TEST], 1);
    test.operation.request.flags = 0;
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused_before_any_command),
        cmocka_unit_test(each_test_is_encoded),
        cmocka_unit_test(fault_160_each_result_has_its_type),
        cmocka_unit_test(what_is_valid_is_told_and_nothing_else),
        cmocka_unit_test(progress_comes_from_the_log),
        cmocka_unit_test(one_that_runs_already_is_the_devices_answer),
        cmocka_unit_test(cancel_aborts_and_says_so),
        cmocka_unit_test(cancel_does_not_wait_for_a_reading_that_is_under_way),
        cmocka_unit_test(one_that_is_found_is_followed),
        cmocka_unit_test(fault_160_a_reset_while_the_log_is_read_costs_one_more_reading),
        cmocka_unit_test(the_deadline_follows_what_the_controller_says),
        cmocka_unit_test(what_cannot_be_sent_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

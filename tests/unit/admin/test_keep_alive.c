/* SPDX-License-Identifier: MIT */
/* Keep Alive: the timer is set, commands go out in time, and nobody is taken for dead in a long shutdown. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_keep_alive keep_alive;
static uint32_t settings[8];
static uint32_t setting_count;
static uint32_t alive_count;
static uint64_t alive_at_us;
static uint16_t verdict;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && (command[0] & 0xff) == 9 && (command[10] & 0xff) == 0x0f) {
        settings[setting_count++ & 7u] = command[11];
    }
    if (sqid == 0 && (command[0] & 0xff) == 0x18) {
        assert_int_equal(command[1] | command[6] | command[7] | command[10] | command[11], 0);
        alive_count++;
        alive_at_us = lwnvme_sim_time(bench.sim);
    }
}

static void answer_with(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    if (sqid == 0) {
        completion[3] = (completion[3] & 0xffff) | (uint32_t)verdict << 17;
    }
}

static void start(uint16_t kas)
{
    memset(&keep_alive, 0, sizeof(keep_alive));
    setting_count = alive_count = 0;
    verdict = 0;
    bench_prepare(&bench);
    bench.settings.kas = kas;
    bench.violations_allowed =
        true; /* the software controller may know none of it: answers are made up here */
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    lwnvme_sim_settings(bench.sim)->on_completion = answer_with;
}

/* Polls for so long, as often as that. */
static void poll_for(uint64_t us, uint64_t step_us)
{
    uint64_t end = lwnvme_sim_time(bench.sim) + us;
    while (lwnvme_sim_time(bench.sim) < end) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, step_us);
    }
}

static void off_until_it_is_started(void **state)
{
    (void)state;
    start(1);
    poll_for(10000000, 10000);
    assert_int_equal(setting_count + alive_count, 0);
    bench_end(&bench);
}

static void commands_go_out_each_half_of_the_timeout(void **state)
{
    uint64_t before;
    (void)state;
    start(3);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(setting_count, 1);
    assert_int_equal(settings[0], 1200); /* in steps of 300 */
    assert_int_equal(keep_alive.granted_ms, 1200);
    poll_for(590000, 1000);
    assert_int_equal(alive_count, 0);
    poll_for(20000, 1000);
    assert_int_equal(alive_count, 1);
    before = alive_at_us;
    poll_for(600000, 1000);
    assert_int_equal(alive_count, 2);
    assert_true(alive_at_us - before >= 599000 && alive_at_us - before <= 603000);
    poll_for(6000000, 1000);
    assert_true(alive_count == 12 || alive_count == 11);
    assert_int_equal(keep_alive.sent, alive_count);
    assert_int_equal(keep_alive.failed, 0);
    assert_int_equal(keep_alive.status, 0);
    bench_end(&bench);
}

/* Who sleeps as long as lwnvme_next_deadline says is in time. */
static void the_next_deadline_says_when(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 2000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t before = alive_count;
        uint64_t now = lwnvme_sim_time(bench.sim);
        uint64_t due = lwnvme_next_deadline(bench.controller);
        assert_true(due > now && due <= now + 1000000);
        lwnvme_sim_advance(bench.sim, due - now);
        (void)lwnvme_controller_poll(bench.controller);
        assert_int_equal(alive_count, before + 1);
        poll_for(2000, 1000);
    }
    bench_end(&bench);
}

static void a_timeout_of_days_does_not_overflow(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 4000000000u;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    poll_for(1000000, 100000);
    assert_int_equal(alive_count, 0);
    assert_true(lwnvme_next_deadline(bench.controller) >
                lwnvme_sim_time(bench.sim) + UINT64_C(1999998000000));
    assert_int_equal(lwnvme_sync_keep_alive_stop(&keep_alive), 0);
    keep_alive.timeout_ms = UINT32_MAX;
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void stopped_it_is_off(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(lwnvme_sync_keep_alive_stop(&keep_alive), 0);
    assert_int_equal(setting_count, 2);
    assert_int_equal(settings[1], 0);
    assert_int_equal(keep_alive.granted_ms, 0);
    poll_for(3000000, 10000);
    assert_int_equal(alive_count, 0);
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(settings[2], 1000);
    bench_end(&bench);
    assert_null(keep_alive.service.controller);
}

/* A reset that comes while it is being stopped has stopped it: the object is its owner's again. */
static void a_stop_that_a_reset_overtakes_is_done(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 9, .count = 1};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), 0);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(keep_alive.status, 0);
    assert_int_equal(keep_alive.granted_ms, 0);
    assert_null(keep_alive.service.controller);
    memset(&keep_alive, 0xee, sizeof(keep_alive)); /* used for something else */
    poll_for(3000000, 10000);
    assert_int_equal(alive_count, 0);
    bench_end(&bench);
}

static uint32_t (*plain_read32)(void *host, volatile void *registers, size_t offset_bytes);
static bool processing_paused;

static uint32_t read32_with_pause(void *host, volatile void *registers, size_t offset_bytes)
{
    uint32_t value = plain_read32(host, registers, offset_bytes);
    return offset_bytes == 0x1c && processing_paused ? value | 0x20 : value;
}

/* A command that is not carried out would end by its deadline, and the controller with it. */
static void fault_156_nothing_is_sent_while_processing_is_paused(void **state)
{
    (void)state;
    start(1);
    plain_read32 = bench.ops->mmio_read32;
    bench.ops->mmio_read32 = read32_with_pause;
    processing_paused = false;
    keep_alive.timeout_ms = 20000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    poll_for(31000000, 100000);
    assert_int_equal(alive_count, 3);
    processing_paused = true;
    poll_for(18000000, 10000);
    assert_int_equal(alive_count, 3);
    (void)lwnvme_controller_poll(bench.controller);
    assert_true(lwnvme_next_deadline(bench.controller) > lwnvme_sim_time(bench.sim));
    processing_paused = false;
    poll_for(200000, 10000);
    assert_int_equal(alive_count, 4);
    bench_end(&bench);
}

static uint64_t clock_back_us;
static uint64_t (*clock_us)(void *host);

static uint64_t read_back(void *host)
{
    return clock_us(host) - clock_back_us;
}

/* The core stands a clock that is set back; the controller's timer runs on meanwhile. */
static void fault_121_a_clock_that_is_set_back_does_not_stop_it(void **state)
{
    (void)state;
    start(1);
    clock_us = bench.ops->now_us;
    clock_back_us = 0;
    bench.ops->now_us = read_back;
    keep_alive.timeout_ms = 1000;
    poll_for(20000000, 1000000);
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    poll_for(2000000, 10000);
    alive_count = 0;
    clock_back_us = 15000000;
    poll_for(2000000, 10000);
    assert_in_range(alive_count, 3, 6);
    bench_end(&bench);
}

static void off_for_a_reset_and_on_again_after_it(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    poll_for(10000, 1000);
    assert_int_equal(setting_count, 3);
    assert_int_equal(settings[1], 0);
    assert_int_equal(settings[2], 1000);
    assert_int_equal(keep_alive.granted_ms, 1000);
    assert_int_equal(bench.controller->farewells, 0);
    poll_for(1000000, 1000);
    assert_true(alive_count >= 1);
    bench_end(&bench);
}

/* A shutdown that waits long for I/O: the timer is off then. */
static void off_for_a_shutdown_and_on_after_resume(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(setting_count, 2);
    assert_int_equal(settings[1], 0);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    poll_for(10000, 1000);
    assert_int_equal(setting_count, 3);
    assert_int_equal(settings[2], 1000);
    bench_end(&bench);
}

/* The farewell comes while a Keep Alive command is under way: the timer is turned off after it. */
static void a_reset_while_a_command_is_under_way(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 5000;
    lwnvme_sim_advance(bench.sim, 500000);
    (void)lwnvme_controller_poll(bench.controller);
    assert_true(lwnvme_request_active(&keep_alive.request));
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    assert_int_equal(bench_settle(&bench), 0);
    poll_for(20000, 1000);
    assert_int_equal(alive_count, 1);
    assert_int_equal(setting_count, 3);
    assert_int_equal(settings[1], 0);
    assert_int_equal(settings[2], 1000);
    assert_int_equal(bench.controller->farewells, 0);
    bench_end(&bench);
}

static void commands_that_fail_are_counted_and_sent_again(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    verdict = 0x4006;
    poll_for(1700000, 1000);
    assert_int_equal(keep_alive.sent, 0);
    assert_int_equal(keep_alive.failed, 3);
    assert_int_equal(keep_alive.status, 0x4006);
    verdict = 0;
    poll_for(1000000, 1000);
    assert_true(keep_alive.sent > 0);
    assert_int_equal(keep_alive.status, 0);
    bench_end(&bench);
}

static void a_timer_that_cannot_be_set_is_not_kept(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    verdict = 0x401a;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0x401a);
    assert_int_equal(keep_alive.granted_ms, 0);
    assert_null(keep_alive.service.controller);
    verdict = 0;
    poll_for(2000000, 10000);
    assert_int_equal(alive_count, 0);
    bench_end(&bench);
}

static void one_command_can_be_sent_by_hand(void **state)
{
    (void)state;
    start(1);
    assert_int_equal(lwnvme_sync_keep_alive_send(bench.controller), 0);
    assert_int_equal(alive_count, 1);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    static struct lwnvme_controller closed;
    struct counted io;
    (void)state;
    start(0);
    counted_init(&io, NULL);
    assert_int_equal(lwnvme_keep_alive_send(bench.controller, &io.request), LWNVME_ERR_NO_KEEP_ALIVE);
    keep_alive.timeout_ms = 1;
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_NO_KEEP_ALIVE);
    assert_int_equal(lwnvme_keep_alive_start(NULL, &keep_alive), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_keep_alive_start(&closed, &keep_alive), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_keep_alive_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_keep_alive_send(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
    start(1);
    keep_alive.timeout_ms = 0;
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_INVALID_ARGUMENT);
    keep_alive.timeout_ms = 1;
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), 0);
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_BUSY);
    bench_end(&bench);
}

/* Nobody polls while it sleeps. */
static void off_while_it_sleeps_and_on_afterwards(void **state)
{
    static struct lwnvme_suspension suspension;
    (void)state;
    start(1);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    lwnvme_sim_settings(bench.sim)->npss = 1;
    memset(lwnvme_sim_settings(bench.sim)->psd, 0, sizeof(bench.settings.psd));
    lwnvme_sim_settings(bench.sim)->psd[1].nops = true;
    assert_int_equal(bench_open(&bench), 0);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_sync_suspend(bench.controller, &suspension), 0);
    assert_int_equal(setting_count, 2);
    assert_int_equal(settings[1], 0);
    lwnvme_sim_advance(bench.sim, 10000000);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    poll_for(10000, 1000);
    assert_int_equal(setting_count, 3);
    assert_int_equal(settings[2], 1000);
    assert_int_equal(keep_alive.granted_ms, 1000);
    bench_end(&bench);
}

/* What cannot be sent: no start; no command now, but one soon, before the controller gives the host up; no farewell that a reset would wait for. */
static void commands_that_cannot_be_sent(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    keep_alive.request.flags = 0x4000; /* no such flag */
    assert_int_equal(lwnvme_keep_alive_start(bench.controller, &keep_alive), LWNVME_ERR_INVALID_ARGUMENT);
    assert_null(keep_alive.service.controller);
    keep_alive.request.flags = 0;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    keep_alive.request.flags = 0x4000;
    poll_for(600000, 1000);
    assert_int_equal(alive_count, 0);
    keep_alive.request.flags = 0;
    poll_for(150000, 1000);
    assert_int_equal(alive_count, 1);
    assert_int_equal(lwnvme_sync_controller_check(bench.controller), 0);
    keep_alive.request.flags = 0x4000;
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(keep_alive.granted_ms, 1000);
    setting_count = 0;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(setting_count, 0);
    assert_int_equal(keep_alive.granted_ms, 0);
    assert_int_equal(keep_alive.status, LWNVME_ERR_INVALID_ARGUMENT);
    /* It is off: there is nothing to say at the next reset. */
    keep_alive.request.flags = 0;
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    assert_int_equal(bench.controller->farewells, 0);
    assert_int_equal(bench_settle(&bench), 0);
    poll_for(10000, 1000);
    assert_int_equal(setting_count, 1);
    assert_int_equal(keep_alive.granted_ms, 1000);
    bench_end(&bench);
}

/* New firmware may know nothing of it; and nothing is stopped while a reset is under way but by that. */
static void a_controller_that_has_none_any_more(void **state)
{
    (void)state;
    start(1);
    keep_alive.timeout_ms = 1000;
    assert_int_equal(lwnvme_sync_keep_alive_start(bench.controller, &keep_alive), 0);
    lwnvme_sim_settings(bench.sim)->kas = 0;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(keep_alive.status, LWNVME_ERR_NO_KEEP_ALIVE);
    assert_int_equal(keep_alive.granted_ms, 0);
    poll_for(2000000, 10000);
    assert_int_equal(alive_count, 0);
    assert_int_equal(lwnvme_keep_alive_stop(&keep_alive), 0);
    assert_null(keep_alive.service.controller);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off_until_it_is_started),
        cmocka_unit_test(commands_go_out_each_half_of_the_timeout),
        cmocka_unit_test(the_next_deadline_says_when),
        cmocka_unit_test(a_timeout_of_days_does_not_overflow),
        cmocka_unit_test(stopped_it_is_off),
        cmocka_unit_test(a_stop_that_a_reset_overtakes_is_done),
        cmocka_unit_test(fault_156_nothing_is_sent_while_processing_is_paused),
        cmocka_unit_test(fault_121_a_clock_that_is_set_back_does_not_stop_it),
        cmocka_unit_test(off_for_a_reset_and_on_again_after_it),
        cmocka_unit_test(off_for_a_shutdown_and_on_after_resume),
        cmocka_unit_test(a_reset_while_a_command_is_under_way),
        cmocka_unit_test(commands_that_fail_are_counted_and_sent_again),
        cmocka_unit_test(a_timer_that_cannot_be_set_is_not_kept),
        cmocka_unit_test(one_command_can_be_sent_by_hand),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(off_while_it_sleeps_and_on_afterwards),
        cmocka_unit_test(commands_that_cannot_be_sent),
        cmocka_unit_test(a_controller_that_has_none_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

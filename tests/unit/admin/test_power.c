/* SPDX-License-Identifier: MIT */
/* Power states, suspend and resume. */
#include "feature_bench.h"

static struct lwnvme_suspension suspension;
static uint32_t (*read32)(void *host, volatile void *registers, size_t offset_bytes);
static uint64_t ones_until_us;
static uint32_t ones_reads;

static uint32_t read_ones(void *host, volatile void *registers, size_t offset_bytes)
{
    if (lwnvme_sim_time(bench.sim) < ones_until_us) {
        ones_reads++;
        return 0xffffffffu;
    }
    return read32(host, registers, offset_bytes);
}

/* PS0 and PS1 work; PS2 and PS3 sleep, and PS3 takes so long to wake. */
static void start_with_exit(uint32_t exlat)
{
    memset(&suspension, 0, sizeof(suspension));
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    bench.settings.npss = 3;
    memset(bench.settings.psd, 0, sizeof(bench.settings.psd));
    bench.settings.psd[0].mp = 900;
    bench.settings.psd[1].mp = 45000;
    bench.settings.psd[1].mxps = true;
    bench.settings.psd[2].nops = true;
    bench.settings.psd[2].enlat = 100;
    bench.settings.psd[2].exlat = 200;
    bench.settings.psd[3].nops = true;
    bench.settings.psd[3].enlat = 5000;
    bench.settings.psd[3].exlat = exlat;
    feature_open();
    read32 = bench.ops->mmio_read32;
    bench.ops->mmio_read32 = read_ones;
    ones_until_us = 0;
    ones_reads = 0;
}

static void start(void)
{
    start_with_exit(45000);
}

static int suspended(enum lwnvme_suspend_kind kind)
{
    suspension.kind = kind;
    return lwnvme_sync_suspend(bench.controller, &suspension);
}

static void put_scales(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    uint8_t *psd = data + 2048 + 32;
    (void)context;
    (void)nsid;
    if (cns != 1) {
        return;
    }
    psd[12] = 0xe1; /* ranks have five bits */
    psd[16] = 0x10;
    psd[17] = 0x27; /* IDLP 10000 */
    psd[18] = 0x40; /* of 0.0001 W */
    psd[20] = 0xff; /* ACTP */
    psd[22] = 0x82; /* of 0.01 W, workload 2 */
}

static void descriptors_in_plain_terms(void **state)
{
    struct lwnvme_power_state_info info;
    static struct lwnvme_controller closed;
    (void)state;
    start();
    assert_int_equal(lwnvme_power_state_count(bench.controller), 4);
    assert_int_equal(lwnvme_power_state_count(&closed), 0);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 0, &info), 0);
    assert_true(info.operational);
    assert_int_equal(info.max_power_uw, 9000000);
    assert_int_equal(info.idle_power_uw, 0);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 1, &info), 0);
    assert_int_equal(info.max_power_uw, 4500000);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 3, &info), 0);
    assert_false(info.operational);
    assert_int_equal(info.entry_latency_us, 5000);
    assert_int_equal(info.exit_latency_us, 45000);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 4, &info), LWNVME_ERR_POWER_STATE);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, UINT32_MAX, &info),
                     LWNVME_ERR_POWER_STATE);
    assert_int_equal(lwnvme_power_state_info_get(&closed, 0, &info), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_power_state_info_get(NULL, 0, &info), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    lwnvme_sim_settings(bench.sim)->on_identify = put_scales;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_power_state_info_get(bench.controller, 1, &info), 0);
    assert_int_equal(info.idle_power_uw, 1000000);
    assert_int_equal(info.active_power_uw, 2550000);
    assert_int_equal(info.active_workload, 2);
    assert_int_equal(info.read_throughput_rank, 1);
    bench_end(&bench);
}

static void states_are_set_and_got(void **state)
{
    struct lwnvme_power value = {3, 2};
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_power_set(R, &value, false)), 0);
    sent_is(SET, 0, 2, 3 | 2u << 5);
    memset(&value, 0, sizeof(value));
    assert_int_equal(ended(lwnvme_power_get(R, 0, &value)), 0);
    assert_int_equal(value.state, 3);
    assert_int_equal(value.workload, 2);
    value.state = 4;
    assert_int_equal(lwnvme_power_set(R, &value, false), LWNVME_ERR_POWER_STATE);
    value.state = 0;
    value.workload = 3;
    assert_int_equal(lwnvme_power_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    value.workload = 8;
    assert_int_equal(lwnvme_power_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_power_set(R, NULL, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_power_get(R, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

static void fault_059_a_state_that_is_not_there_is_not_believed(void **state)
{
    struct lwnvme_power value = {1, 1};
    (void)state;
    start();
    answer_set(4, NULL, 0);
    assert_int_equal(ended(lwnvme_power_get(R, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    assert_int_equal(value.state, 1);
    bench_end(&bench);
}

static void the_deepest_state_within_a_latency(void **state)
{
    uint8_t found = 9;
    (void)state;
    start();
    assert_int_equal(lwnvme_power_deepest(bench.controller, UINT32_MAX, &found), 0);
    assert_int_equal(found, 3);
    assert_int_equal(lwnvme_power_deepest(bench.controller, 49999, &found), 0);
    assert_int_equal(found, 2);
    assert_int_equal(lwnvme_power_deepest(bench.controller, 299, &found), LWNVME_ERR_POWER_STATE);
    assert_int_equal(lwnvme_power_deepest(bench.controller, 300, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_power_deepest(NULL, 300, &found), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(ended(lwnvme_power_idle(R, 300)), 0);
    sent_is(SET, 0, 2, 2);
    assert_int_equal(lwnvme_power_idle(R, 0), LWNVME_ERR_POWER_STATE);
    assert_int_equal(lwnvme_power_idle(bench.controller, NULL, 0), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

/* 0 is no latency that keeps a limit. */
static void a_state_that_reports_no_exit_latency_may_take_ten_seconds(void **state)
{
    uint8_t found = 9;
    (void)state;
    start_with_exit(0);
    assert_int_equal(lwnvme_power_deepest(bench.controller, LWNVME_APST_LATENCY_MAX_US, &found), 0);
    assert_int_equal(found, 3);
    assert_int_equal(lwnvme_power_deepest(bench.controller, LWNVME_APST_LATENCY_MAX_US - 1u, &found), 0);
    assert_int_equal(found, 2);
    assert_int_equal(ended(lwnvme_power_idle(R, 10000)), 0);
    sent_is(SET, 0, 2, 2);
    suspension.latency_limit_us = 0;
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    assert_int_equal(suspension.power_state, 3);
    bench_end(&bench);
}

static void suspended_by_shutdown(void **state)
{
    (void)state;
    start();
    assert_int_equal(suspended(LWNVME_SUSPEND_SHUTDOWN), 0);
    assert_true(suspension.asleep);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_OFF);
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), LWNVME_ERR_WRONG_STATE);
    lwnvme_sim_power_cut(bench.sim);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    assert_false(suspension.asleep);
    assert_true(suspension.registers_lost);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
    assert_int_equal(suspended(LWNVME_SUSPEND_SHUTDOWN), 0);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    bench_end(&bench);
}

/* Not reset: it wakes up with power state 0, and nothing is brought up. */
static void fault_130_registers_that_were_kept_are_not_set_up_again(void **state)
{
    uint64_t enables;
    (void)state;
    start();
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    assert_true(suspension.asleep);
    assert_int_equal(suspension.power_state, 3);
    sent_is(SET, 0, 2, 3);
    assert_int_equal(lwnvme_sim_power_state(bench.sim, NULL), 3);
    enables = lwnvme_sim_counters(bench.sim)->enables;
    lwnvme_sim_advance(bench.sim, 3600000000u);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    assert_false(suspension.registers_lost);
    sent_is(SET, 0, 2, 0);
    assert_int_equal(lwnvme_sim_power_state(bench.sim, NULL), 0);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->enables, enables);
    assert_int_equal(bench.events[LWNVME_EVENT_RESET], 0);
    bench_end(&bench);
}

static void fault_130_registers_that_were_lost_are_noticed(void **state)
{
    (void)state;
    start();
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    lwnvme_sim_power_cut(bench.sim);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    assert_true(suspension.registers_lost);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
    assert_int_equal(bench.events[LWNVME_EVENT_RESET], 1);
    assert_int_equal(bench.events[LWNVME_EVENT_FAILED], 0);
    assert_int_equal(bench.events[LWNVME_EVENT_READY], 2);
    bench_end(&bench);
}

static void fault_131_all_ones_for_a_while_at_wake(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++) {
        start();
        assert_int_equal(suspended(kind == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE), 0);
        ones_until_us = lwnvme_sim_time(bench.sim) + 1900000;
        assert_int_equal(lwnvme_resume(&suspension), 0);
        while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 1000);
        }
        assert_int_equal(suspension.status, 0);
        assert_true(ones_reads > 100);
        assert_int_equal(bench.events[LWNVME_EVENT_GONE], 0);
        bench_end(&bench);
    }
}

static void fault_131_all_ones_for_good_end_the_wait(void **state)
{
    uint64_t begun;
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++) {
        start();
        suspension.wake_limit_ms = 500;
        assert_int_equal(suspended(kind == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE), 0);
        begun = lwnvme_sim_time(bench.sim);
        ones_until_us = UINT64_MAX;
        assert_int_equal(lwnvme_resume(&suspension), 0);
        while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 1000);
        }
        assert_int_equal(suspension.status, LWNVME_ERR_GONE);
        assert_false(suspension.asleep);
        assert_true(lwnvme_sim_time(bench.sim) - begun >= 500000);
        assert_true(lwnvme_sim_time(bench.sim) - begun <= 600000);
        assert_int_equal(lwnvme_resume(&suspension), LWNVME_ERR_WRONG_STATE);
        bench_end(&bench);
    }
}

static uint64_t hand_us; /* a clock that is moved by hand */

static uint64_t read_hand(void *host)
{
    (void)host;
    return hand_us;
}

/* A host that looks very often does not wait for less time. */
static void fault_131_many_looks_do_not_shorten_the_wait(void **state)
{
    uint32_t looks;
    (void)state;
    start();
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    uint64_t (*now_us)(void *host) = bench.ops->now_us;
    bench.ops->now_us = read_hand;
    hand_us = lwnvme_sim_time(bench.sim);
    ones_until_us = UINT64_MAX;
    assert_int_equal(lwnvme_resume(&suspension), 0);
    for (looks = 0; looks < LWNVME_CONFIG_STUCK_CLOCK_POLLS + 1000; looks++) {
        assert_int_equal(lwnvme_suspension_step(&suspension), LWNVME_PENDING);
        hand_us++;
    }
    bench.ops->now_us = now_us;
    ones_until_us = 0;
    assert_int_equal(lwnvme_sync_resume(&suspension), LWNVME_ERR_WRONG_STATE);
    while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(suspension.status, 0);
    /* And a clock that stands still does not make it endless. */
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    bench.ops->now_us = read_hand;
    ones_until_us = UINT64_MAX;
    assert_int_equal(lwnvme_resume(&suspension), 0);
    for (looks = 0; lwnvme_suspension_step(&suspension) == LWNVME_PENDING; looks++) {
        assert_true(looks <= LWNVME_CONFIG_STUCK_CLOCK_POLLS);
    }
    assert_int_equal(suspension.status, LWNVME_ERR_GONE);
    bench.ops->now_us = now_us;
    bench_end(&bench);
}

/* A reset at each moment of a suspension: what the services gave back they have again, so it does not sleep. */
static void fault_129_a_reset_ends_a_suspension(void **state)
{
    (void)state;
    for (uint32_t steps = 0; steps < 12; steps++) {
        start();
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 2000;
        suspension.kind = LWNVME_SUSPEND_POWER_STATE;
        assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
        for (uint32_t i = 0; i < steps && suspension.status == LWNVME_PENDING; i++) {
            lwnvme_sim_advance(bench.sim, 500);
            (void)lwnvme_suspension_step(&suspension);
        }
        if (suspension.status == LWNVME_PENDING) {
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
            while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
                lwnvme_sim_advance(bench.sim, 500);
            }
            assert_int_equal(suspension.status, LWNVME_ERR_ABORTED);
            assert_false(suspension.asleep);
            assert_int_equal(lwnvme_controller_status(bench.controller), 0);
        } else {
            assert_int_equal(suspension.status, 0);
            assert_int_equal(lwnvme_sync_resume(&suspension), 0);
        }
        bench_end(&bench);
    }
}

/* What was brought up by somebody else is not asleep. */
static void fault_129_a_resume_by_hand_ends_a_suspension(void **state)
{
    (void)state;
    start();
    suspension.kind = LWNVME_SUSPEND_SHUTDOWN;
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
    assert_int_equal(bench_settle(&bench), 0);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_int_equal(lwnvme_suspension_step(&suspension), LWNVME_ERR_ABORTED);
    assert_false(suspension.asleep);
    bench_end(&bench);
}

/* A controller that was closed in its sleep is not looked at any more. */
static void fault_129_a_close_ends_a_suspension(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++) {
        start();
        assert_int_equal(suspended(kind == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE), 0);
        assert_true(suspension.asleep);
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
        assert_false(suspension.asleep);
        assert_int_equal(lwnvme_suspension_step(&suspension), LWNVME_ERR_ABORTED);
        assert_int_equal(lwnvme_resume(&suspension), LWNVME_ERR_WRONG_STATE);
        bench_end(&bench);
    }
}

/* Nothing is left with the controller when it sleeps: an admin command that takes its time is awaited. */
static void what_is_in_flight_ends_before_the_sleep(void **state)
{
    static uint8_t data[4096];
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_DELAY,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .value = 800000,
                                     .count = 1};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    counted_init(&io, NULL);
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    assert_true(suspension.asleep);
    assert_int_equal(io.called, 1);
    assert_int_equal(lwnvme_queue_in_flight(&bench.controller->admin), 0);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    bench_end(&bench);
}

/* The controller refuses the state: everything goes on. */
static void a_state_that_is_refused_is_undone(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS, .opcode = 9, .status = 0x4002};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0x4002);
    assert_false(suspension.asleep);
    assert_int_equal(lwnvme_controller_status(bench.controller), 0);
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    bench_end(&bench);
}

/* The command is lost: its deadline brings the controller down, and the suspension ends with it. */
static void a_suspension_ends_when_the_controller_fails(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_LOSE, .opcode = 9};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
    bench_drop(&bench);
    start();
    suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
    while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
        lwnvme_sim_advance(bench.sim, 100000);
    }
    assert_int_equal(suspension.status, LWNVME_ERR_TIMEOUT);
    assert_false(suspension.asleep);
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    start();
    assert_int_equal(lwnvme_suspend(NULL, &suspension), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_suspend(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_suspend(&closed, &suspension), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_resume(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_resume(&suspension), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_suspension_step(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_suspension_step(&suspension), 0);
    suspension.kind = (enum lwnvme_suspend_kind)2;
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), LWNVME_ERR_INVALID_ARGUMENT);
    suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    suspension.latency_limit_us = 1;
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), LWNVME_ERR_POWER_STATE);
    suspension.latency_limit_us = 1000;
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_resume(&suspension), LWNVME_ERR_WRONG_STATE);
    while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(suspension.status, 0);
    assert_int_equal(suspension.power_state, 2);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    bench_end(&bench);
}

static size_t other_offset;
static uint32_t other_bits;

static uint32_t read_other(void *host, volatile void *registers, size_t offset_bytes)
{
    return read32(host, registers, offset_bytes) ^ (offset_bytes == other_offset ? other_bits : 0);
}

/* Firmware that woke the drive for itself has left other queues, or the controller half disabled: each register that
 * is not as it was is enough. */
static void fault_130_each_register_that_changed_is_noticed(void **state)
{
    static const struct {
        size_t offset;
        uint32_t bits;
    } changed[] = {{0x14, 1}, {0x1c, 1}, {0x24, 1u << 16}, {0x24, 1}, {0x28, 0x1000}};
    (void)state;
    for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
        start();
        assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
        other_offset = changed[i].offset;
        other_bits = changed[i].bits;
        bench.ops->mmio_read32 = read_other;
        assert_int_equal(lwnvme_resume(&suspension), 0);
        (void)lwnvme_suspension_step(&suspension);
        assert_true(suspension.registers_lost);
        bench.ops->mmio_read32 = read_ones;
        while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 1000);
        }
        assert_int_equal(suspension.status, 0);
        assert_int_equal(bench.events[LWNVME_EVENT_RESET], 1);
        bench_end(&bench);
    }
}

static void vendors_workloads_are_taken(void **state)
{
    struct lwnvme_power value = {0, 6};
    (void)state;
    start();
    answer_set(0, NULL, 0);
    assert_int_equal(ended(lwnvme_power_set(R, &value, false)), 0);
    sent_is(SET, 0, 2, 6u << 5);
    value.workload = 5;
    assert_int_equal(lwnvme_power_set(R, &value, false), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

/* A power state command that cannot be sent: everything goes on, and after a wake it is told. */
static void a_state_that_cannot_be_sent(void **state)
{
    (void)state;
    start();
    suspension.request.flags = 0x4000; /* no such flag */
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_check(bench.controller), 0);
    assert_int_equal(bench.controller->farewells, 0);
    assert_null(suspension.service.controller);
    suspension.request.flags = 0;
    assert_int_equal(suspended(LWNVME_SUSPEND_POWER_STATE), 0);
    suspension.request.flags = 0x4000;
    assert_int_equal(lwnvme_sync_resume(&suspension), LWNVME_ERR_INVALID_ARGUMENT);
    assert_false(suspension.asleep);
    assert_null(suspension.service.controller);
    suspension.request.flags = 0;
    bench_end(&bench);
}

static int stepped_inside;

static void step_inside(struct counted *from)
{
    (void)from;
    stepped_inside = lwnvme_suspension_step(&suspension);
}

static void no_steps_from_inside_a_callback(void **state)
{
    uint8_t count;
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    assert_int_equal(lwnvme_software_progress_get(R, 0, &count), 0);
    io.then = step_inside;
    suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_suspend(bench.controller, &suspension), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(stepped_inside, LWNVME_ERR_IN_CALLBACK);
    while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING) {
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(suspension.status, 0);
    assert_int_equal(lwnvme_sync_resume(&suspension), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_in_plain_terms),
        cmocka_unit_test(states_are_set_and_got),
        cmocka_unit_test(fault_059_a_state_that_is_not_there_is_not_believed),
        cmocka_unit_test(the_deepest_state_within_a_latency),
        cmocka_unit_test(a_state_that_reports_no_exit_latency_may_take_ten_seconds),
        cmocka_unit_test(suspended_by_shutdown),
        cmocka_unit_test(fault_130_registers_that_were_kept_are_not_set_up_again),
        cmocka_unit_test(fault_130_registers_that_were_lost_are_noticed),
        cmocka_unit_test(fault_131_all_ones_for_a_while_at_wake),
        cmocka_unit_test(fault_131_all_ones_for_good_end_the_wait),
        cmocka_unit_test(fault_131_many_looks_do_not_shorten_the_wait),
        cmocka_unit_test(fault_129_a_reset_ends_a_suspension),
        cmocka_unit_test(fault_129_a_resume_by_hand_ends_a_suspension),
        cmocka_unit_test(fault_129_a_close_ends_a_suspension),
        cmocka_unit_test(what_is_in_flight_ends_before_the_sleep),
        cmocka_unit_test(a_state_that_is_refused_is_undone),
        cmocka_unit_test(a_suspension_ends_when_the_controller_fails),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(fault_130_each_register_that_changed_is_noticed),
        cmocka_unit_test(vendors_workloads_are_taken),
        cmocka_unit_test(a_state_that_cannot_be_sent),
        cmocka_unit_test(no_steps_from_inside_a_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * One fault at a time, at every place where it can strike: a whole life is run once to count the register
 * reads, allocations, mappings and commands, and then again with the fault at the first, the second, ... of
 * them. Whatever happens, nothing hangs, leaks, is undefined, or is called back twice or never.
 */
#include "scenario.h"

#define QUEUES 2u
#define BATCH  6u

static uint8_t sweep_data[65536];
static uint8_t sweep_back[65536];
static uint8_t batch_data[BATCH][8192];

struct life {
    struct scenario s;
    struct lwnvme_queue queues[QUEUES];
    struct lwnvme_namespace ns;
    uint8_t page[4096];
    uint32_t gone;     /* calls that said that the controller is gone */
    uint32_t failures; /* calls that failed */
    bool writes_good;  /* the last write said that all is well, and so did the read */
};

static bool good(struct life *life, int status)
{
    assert_int_not_equal(status, LWNVME_PENDING);
    if (status == LWNVME_OK)
        return true;
    if (strcmp(lwnvme_status_string(status), "unknown status") == 0)
        fail_msg("unknown status %d", status);
    life->failures++;
    life->gone += status == LWNVME_ERR_GONE;
    return false;
}

static void write_and_read(struct life *life)
{
    struct lwnvme_queue *queue = &life->queues[0];
    uint32_t seed = (uint32_t)lwnvme_sim_counters(life->s.sim)->commands;
    bool written;

    scenario_fill(sweep_data, sizeof(sweep_data), seed);
    written = good(life, lwnvme_sync_write(queue, &life->ns, 100, 128, sweep_data, 0));
    memset(sweep_back, 0, sizeof(sweep_back));
    if (!good(life, lwnvme_sync_read(queue, &life->ns, 100, 128, sweep_back, 0)) || !written)
        return;
    if (life->writes_good)
        assert_memory_equal(sweep_data, sweep_back, sizeof(sweep_data));
    (void)good(life, lwnvme_sync_flush(queue, &life->ns));
}

/* Requests in flight on both queues when what follows begins. */
static void start_batch(struct life *life)
{
    uint32_t index;

    for (index = 0; index < BATCH; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(batch_data[index], sizeof(batch_data[index]));
        struct tracked *io = scenario_request(&life->s);

        (void)good(life, scenario_accept(io, lwnvme_read(&life->queues[index % QUEUES], &life->ns,
                                                         &io->request, (uint64_t)index * 16, 16, &buffer)));
    }
}

static void end_batch(struct life *life)
{
    uint64_t until = scenario_now(&life->s) + 100 * SECOND_US;
    struct tracked *io;

    while (scenario_in_flight(&life->s) != 0) {
        for (uint32_t index = 0; index < QUEUES; index++)
            (void)lwnvme_queue_poll(&life->queues[index], 0);
        (void)lwnvme_controller_poll(life->s.controller);
        lwnvme_sim_advance(life->s.sim, 100);
        assert_true(scenario_now(&life->s) < until);
    }
    for (io = life->s.requests; io != NULL; io = io->next)
        assert_int_equal(io->called, io->accepted);
}

/* If the controller has failed: what an owner would do about it. */
static void recover(struct life *life)
{
    struct lwnvme_controller *controller = life->s.controller;

    (void)lwnvme_controller_poll(controller);
    if (lwnvme_controller_state(controller) == LWNVME_STATE_OFF)
        (void)good(life, scenario_resume(&life->s));
    while (lwnvme_controller_status(controller) == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(controller);
        lwnvme_sim_advance(life->s.sim, 100);
    }
    if (lwnvme_controller_status(controller) < 0 || lwnvme_controller_status(controller) > 0)
        (void)good(life, scenario_reset(&life->s));
}

/* Only the medium's answer to a command may be wrong, never a call's honesty: see `writes_good`. */
static void run(struct life *life)
{
    struct scenario *s = &life->s;
    static struct lwnvme_smart_log smart;
    uint32_t index;

    if (!good(life, scenario_open(s)))
        return;
    for (index = 0; index < QUEUES; index++) {
        struct lwnvme_queue_config config = {.entries = 4};

        (void)good(life, lwnvme_sync_queue_create(s->controller, &life->queues[index], &config));
    }
    (void)good(life, lwnvme_sync_namespace_open(s->controller, 1, &life->ns));
    write_and_read(life);
    (void)good(life, lwnvme_sync_identify(s->controller, LWNVME_CNS_CONTROLLER, 0, life->page));
    (void)good(life, lwnvme_sync_log_smart(s->controller, LWNVME_NSID_ALL, &smart));
    start_batch(life);
    (void)good(life, scenario_shutdown(s, LWNVME_SHUTDOWN_NORMAL));
    recover(life);
    end_batch(life);
    write_and_read(life);
    start_batch(life);
    (void)good(life, scenario_reset(s));
    recover(life);
    end_batch(life);
    write_and_read(life);
    start_batch(life);
    (void)good(life, scenario_shutdown(s, LWNVME_SHUTDOWN_ABRUPT));
    recover(life);
    end_batch(life);
    for (index = 0; index < QUEUES; index++)
        (void)good(life, lwnvme_sync_queue_delete(&life->queues[index]));
}

static void life_prepare(struct life *life, uint32_t variant)
{
    memset(life, 0, sizeof(*life));
    scenario_prepare(&life->s);
    life->writes_good = true;
    life->s.time_limit_us = 2000 * SECOND_US;
    life->s.config.io_timeout_ms = 500;
    life->s.config.admin_timeout_ms = 500;
    life->s.config.max_transfer_bytes = 16384;
    life->s.settings.relax_step_us = 200;
    life->s.settings.latency_us = 100;
    life->s.settings.latency_spread_us = 200;
    life->s.settings.start_enabled = variant % 2 != 0;
    life->s.settings.shadow_dma = variant % 3 == 1;
    life->s.stepped = variant % 5 == 3;
    life->s.settings.complete_during_disable = variant % 7 == 4;
}

/* A clean life; returns its counters. */
static struct lwnvme_sim_counts clean_life(void)
{
    struct lwnvme_sim_counts counts;
    struct life *life = calloc(1, sizeof(*life));

    life_prepare(life, 0);
    scenario_power(&life->s);
    run(life);
    assert_int_equal(life->failures, 0);
    counts = *lwnvme_sim_counters(life->s.sim);
    scenario_end(&life->s);
    free(life);
    return counts;
}

static void fault_002_removed_at_every_register_read(void **state)
{
    struct life *life = calloc(1, sizeof(*life));
    uint64_t total = clean_life().mmio_reads;
    uint64_t k;

    (void)state;
    for (k = 1; k <= total; k += scenario_stride()) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.mmio_ones_at = k;
        scenario_power(&life->s);
        run(life);
        assert_true(life->s.stepped || life->gone != 0 ||
                    lwnvme_controller_state(life->s.controller) != LWNVME_STATE_CLOSED);
        scenario_end(&life->s);
    }
    free(life);
}

/* Some hosts read zeros from a device that is gone. */
static void fault_002_zeros_from_every_register_read_on(void **state)
{
    struct life *life = calloc(1, sizeof(*life));
    uint64_t total = clean_life().mmio_reads;
    uint64_t k;

    (void)state;
    for (k = 1; k <= total; k += scenario_stride()) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.mmio_zeros_at = k;
        life->s.violations_allowed = true; /* the device is there, and is treated as if it were not */
        scenario_power(&life->s);
        run(life);
        scenario_end(&life->s);
    }
    free(life);
}

static void every_dma_allocation_fails_once(void **state)
{
    struct life *life = calloc(1, sizeof(*life));
    struct lwnvme_sim_counts total = clean_life();
    uint64_t k;

    (void)state;
    for (k = 1; k <= total.dma_allocs + 1; k++) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.dma_alloc_fail_at = k;
        scenario_power(&life->s);
        run(life);
        assert_true(life->failures != 0 || k > total.dma_allocs);
        scenario_end(&life->s);
    }
    for (k = 1; k <= total.allocs + 1; k++) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.alloc_fail_at = k;
        scenario_power(&life->s);
        run(life);
        assert_true(life->failures != 0 || k > total.allocs);
        scenario_end(&life->s);
    }
    for (k = 1; k <= total.dma_allocs + 1; k++) { /* from then on for good */
        life_prepare(life, (uint32_t)k);
        life->s.settings.dma_alloc_fail_at = k;
        life->s.settings.fail_count = UINT32_MAX;
        scenario_power(&life->s);
        run(life);
        scenario_end(&life->s);
    }
    free(life);
}

static void every_mapping_fails_once(void **state)
{
    struct life *life = calloc(1, sizeof(*life));
    uint64_t total = clean_life().dma_maps;
    uint64_t k;

    (void)state;
    for (k = 1; k <= total; k += scenario_stride()) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.dma_map_fail_at = k;
        scenario_power(&life->s);
        run(life);
        scenario_end(&life->s);
    }
    free(life);
}

static void sweep_commands(enum lwnvme_sim_fault_kind kind, uint16_t status, uint64_t value)
{
    struct life *life = calloc(1, sizeof(*life));
    uint64_t total = clean_life().commands;
    uint64_t k;

    for (k = 0; k < total; k += scenario_stride()) {
        life_prepare(life, (uint32_t)k);
        life->s.settings.faults[0].kind = kind;
        life->s.settings.faults[0].any_opcode = true;
        /* A queue that was made although its creation "failed" is nothing that a driver could see. */
        if (kind == LWNVME_SIM_STATUS_AFTER)
            life->s.settings.faults[0].queue = LWNVME_SIM_IO_QUEUES;
        life->s.settings.faults[0].skip = (uint32_t)k;
        life->s.settings.faults[0].status = status;
        life->s.settings.faults[0].value = value;
        life->s.violations_allowed = kind == LWNVME_SIM_POWER_CUT; /* doorbells of a controller that is off */
        if (kind == LWNVME_SIM_NO_DATA || kind == LWNVME_SIM_SHORT_DATA)
            life->writes_good = false; /* nobody can see that a transfer did not take place */
        scenario_power(&life->s);
        run(life);
        scenario_end(&life->s);
    }
    free(life);
}

static void every_command_is_lost_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_LOSE, 0, 0);
}

static void every_command_fails_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_STATUS, 0x4006, 0);
    sweep_commands(LWNVME_SIM_STATUS, 0x0002, 0);
    sweep_commands(LWNVME_SIM_STATUS_AFTER, 0x0006, 0);
}

static void every_command_has_noise_in_its_status_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_STATUS_BITS, 0x7800, 0);
}

static void every_command_is_late_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_DELAY, 0, 300000);
    sweep_commands(LWNVME_SIM_DELAY, 0, 700000);
}

static void every_command_transfers_nothing_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_NO_DATA, 0, 0);
    sweep_commands(LWNVME_SIM_SHORT_DATA, 0, 100);
}

static void every_command_is_answered_badly_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_DUPLICATE, 0, 0);
    sweep_commands(LWNVME_SIM_DUPLICATE, 0, 250);
    sweep_commands(LWNVME_SIM_WRONG_CID, 0, 0xffff);
    sweep_commands(LWNVME_SIM_EXTRA_CID, 0, 0x03ff);
    sweep_commands(LWNVME_SIM_WRONG_SQID, 0, 9);
    sweep_commands(LWNVME_SIM_WRONG_SQHD, 0, 0xffff);
    sweep_commands(LWNVME_SIM_WRONG_PHASE, 0, 0);
}

static void every_command_kills_the_controller_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_FATAL, 0, 0);
}

static void every_command_removes_the_controller_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_REMOVE, 0, 0);
}

static void every_command_loses_power_once(void **state)
{
    (void)state;
    sweep_commands(LWNVME_SIM_POWER_CUT, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_002_removed_at_every_register_read),
        cmocka_unit_test(fault_002_zeros_from_every_register_read_on),
        cmocka_unit_test(every_dma_allocation_fails_once),
        cmocka_unit_test(every_mapping_fails_once),
        cmocka_unit_test(every_command_is_lost_once),
        cmocka_unit_test(every_command_fails_once),
        cmocka_unit_test(every_command_has_noise_in_its_status_once),
        cmocka_unit_test(every_command_is_late_once),
        cmocka_unit_test(every_command_transfers_nothing_once),
        cmocka_unit_test(every_command_is_answered_badly_once),
        cmocka_unit_test(every_command_kills_the_controller_once),
        cmocka_unit_test(every_command_removes_the_controller_once),
        cmocka_unit_test(every_command_loses_power_once),
    };

    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL) +
           cmocka_run_group_tests_name("sweep, plain host", tests, scenario_plain_host, NULL);
}

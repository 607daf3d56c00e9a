/* SPDX-License-Identifier: MIT */
/*
 * The engine on a software controller that misbehaves: commands that are never answered, a controller that gets stuck, one
 * that leaves, and one that neither stops nor can be fenced, which may write to a job's memory long after the job has failed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "lwnvme_sim.h"

#define PAGE    4096u
#define BLOCK   512u
#define SLOTS   32u /* of the engine */
#define HOUR_US UINT64_C(3600000000)

static struct {
    struct lwnvme_sim_config settings;
    struct lwnvme_sim *sim;
    uint8_t *memory; /* of the slots */
    size_t memory_bytes;
    bool given_back;
} drive;

static char why[ENGINE_REASON];
static uint8_t data[PAGE];

static bool drive_open(const struct engine_options *options, struct lwnvme_controller *controller,
                       struct lwnvme_controller_config *config, struct lwnvme_queue_config *queue,
                       char reason[ENGINE_REASON])
{
    (void)options;
    (void)controller;
    (void)queue;
    (void)reason;
    drive.sim = lwnvme_sim_create(&drive.settings);
    assert_non_null(drive.sim);
    config->ops = lwnvme_sim_host_ops(drive.sim);
    config->host = drive.sim;
    config->page_bytes = PAGE;
    config->bar_mapped = lwnvme_sim_bar_mapped(drive.sim);
    config->bar_bytes = lwnvme_sim_bar_bytes(drive.sim);
    config->io_timeout_ms = 1000;
    return true;
}

static bool drive_close(char reason[ENGINE_REASON])
{
    (void)reason;
    return true; /* the tests go on with it */
}

static void *drive_alloc(size_t size_bytes)
{
    drive.memory = aligned_alloc(PAGE, size_bytes);
    drive.memory_bytes = size_bytes;
    return drive.memory;
}

static void drive_free(void *memory, size_t size_bytes)
{
    assert_ptr_equal(memory, drive.memory);
    assert_int_equal(size_bytes, drive.memory_bytes);
    drive.given_back = true;
}

static void drive_wake(void)
{
}

const struct backend backend_sim = {
    .open = drive_open, .close = drive_close, .alloc = drive_alloc, .free = drive_free, .wake = drive_wake};
const struct backend backend_vfio = {
    .open = drive_open, .close = drive_close, .alloc = drive_alloc, .free = drive_free, .wake = drive_wake};

static int begin(void **state)
{
    (void)state;
    memset(&drive, 0, sizeof(drive));
    lwnvme_sim_config_default(&drive.settings);
    drive.settings.relax_jump_us = 1000000;
    drive.settings.fence_works = false;
    drive.settings.track_maps = false;
    return 0;
}

static void start(void)
{
    const struct engine_options options = {.nsid = 1, .bad_block = UINT64_MAX};

    assert_true(engine_start(&options, why));
    assert_int_equal(engine_get_facts()->block_bytes, BLOCK);
}

static int end(void **state)
{
    (void)state;
    lwnvme_sim_destroy(drive.sim);
    free(drive.memory);
    return 0;
}

static void fault(enum lwnvme_sim_fault_kind kind, uint32_t count, uint64_t value)
{
    assert_true(lwnvme_sim_fault_add(drive.sim, &(struct lwnvme_sim_fault){.kind = kind,
                                                                           .queue = LWNVME_SIM_IO_QUEUES,
                                                                           .opcode = LWNVME_NVM_READ,
                                                                           .count = count,
                                                                           .value = value}));
}

static bool all(const uint8_t *memory, size_t length, uint8_t value)
{
    for (size_t i = 0; i < length; i++) {
        if (memory[i] != value) {
            return false;
        }
    }
    return true;
}

static int job(enum engine_kind kind, uint8_t value)
{
    memset(data, value, sizeof(data));
    return engine_do(kind, 8, PAGE / BLOCK, data, 0);
}

static void a_command_that_is_never_answered(void **state)
{
    (void)state;
    start();
    assert_int_equal(job(ENGINE_WRITE, 0x61), 0);
    fault(LWNVME_SIM_LOSE, 3, 0);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(job(ENGINE_READ, 0), 0);
        assert_true(all(data, PAGE, 0x61));
    }
    assert_true(engine_stop(why));
    assert_true(drive.given_back);
    assert_int_equal(lwnvme_sim_violations(drive.sim), 0);
}

static void a_controller_that_gets_stuck(void **state)
{
    (void)state;
    start();
    assert_int_equal(job(ENGINE_WRITE, 0x62), 0);
    fault(LWNVME_SIM_STUCK, 1, 0);
    assert_int_equal(job(ENGINE_READ, 0), 0);
    assert_true(all(data, PAGE, 0x62));
    assert_true(engine_stop(why));
    assert_true(lwnvme_sim_counters(drive.sim)->enables >= 2); /* it was reset */
    assert_int_equal(lwnvme_sim_violations(drive.sim), 0);
}

/* The writes that it had said were done are lost, and a flush after that cannot bring them back. */
static void a_controller_that_loses_power(void **state)
{
    (void)state;
    drive.settings.cache_enabled = true;
    start();
    assert_int_equal(job(ENGINE_WRITE, 0x64), 0);
    assert_int_equal(job(ENGINE_FLUSH, 0), 0);
    fault(LWNVME_SIM_POWER_CUT, 1, 0);
    assert_int_equal(job(ENGINE_READ, 0), 0);
    assert_true(all(data, PAGE, 0x64));
    assert_int_equal(job(ENGINE_FLUSH, 0), 0); /* nothing was to be flushed */
    assert_int_equal(job(ENGINE_WRITE, 0x65), 0);
    fault(LWNVME_SIM_POWER_CUT, 1, 0);
    assert_int_equal(job(ENGINE_READ, 0), 0);
    assert_true(all(data, PAGE, 0x64));
    assert_int_equal(job(ENGINE_FLUSH, 0), LWNVME_ERR_ABORTED); /* said once */
    assert_int_equal(job(ENGINE_FLUSH, 0), 0);
    assert_int_equal(job(ENGINE_WRITE, 0x66), 0);
    assert_int_equal(job(ENGINE_FLUSH, 0), 0);
    assert_true(engine_stop(why));
    assert_int_equal(lwnvme_sim_violations(drive.sim), 0);
}

static void a_controller_that_leaves(void **state)
{
    (void)state;
    start();
    fault(LWNVME_SIM_REMOVE, 1, 0);
    assert_int_equal(job(ENGINE_READ, 0), LWNVME_ERR_ABORTED); /* it was under way */
    assert_int_equal(job(ENGINE_WRITE, 0), LWNVME_ERR_GONE);
    assert_int_equal(job(ENGINE_FLUSH, 0), LWNVME_ERR_GONE);
    assert_false(engine_stop(why));
    assert_non_null(strstr(why, "not shut down in good order"));
    assert_true(drive.given_back);
}

/* Where the controller may still write to. */
static uint8_t *held_memory(void)
{
    for (size_t i = 0; i + PAGE <= drive.memory_bytes; i += PAGE) {
        if (lwnvme_sim_uses(drive.sim, drive.memory + i, PAGE)) {
            return drive.memory + i;
        }
    }
    return NULL;
}

static void a_controller_that_writes_late(void **state)
{
    uint8_t content[PAGE];
    uint8_t *held;

    (void)state;
    start();
    assert_int_equal(job(ENGINE_WRITE, 0x63), 0);
    lwnvme_sim_settings(drive.sim)->abort_does_nothing = true;
    lwnvme_sim_settings(drive.sim)->never_disabled = true;
    lwnvme_sim_settings(drive.sim)->complete_during_disable = true;
    fault(LWNVME_SIM_DELAY, UINT32_MAX, HOUR_US);
    assert_int_equal(job(ENGINE_READ, 0), LWNVME_ERR_BUFFER_HELD);
    held = held_memory();
    assert_non_null(held);
    memset(held, 0x11, PAGE);
    for (uint32_t i = 0; i < 2u * SLOTS; i++) { /* no other job has that memory */
        assert_int_equal(job(ENGINE_WRITE, 0x77), LWNVME_ERR_FAILED);
    }
    assert_true(all(held, PAGE, 0x11));
    assert_false(engine_stop(why));
    assert_false(drive.given_back);
    memset(content, 0x63, sizeof(content));
    lwnvme_sim_advance(drive.sim, 2u * HOUR_US);
    assert_memory_equal(held, content, PAGE); /* that is what it was kept for */
    assert_int_equal(lwnvme_sim_violations(drive.sim), 0);
}

static void errors_by_number(void **state)
{
    static const int errors[][2] = {
        {LWNVME_ERR_READ_ONLY, EPERM}, /* it has become so since the export was opened */
        {LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED, EPERM},
        {LWNVME_SC_ATTEMPTED_WRITE_TO_READ_ONLY_RANGE, EPERM},
        {LWNVME_SC_CAPACITY_EXCEEDED, ENOSPC},
        {LWNVME_SC_LBA_OUT_OF_RANGE, EINVAL},
        {LWNVME_ERR_LBA_RANGE, EINVAL},
        {LWNVME_ERR_NO_MEMORY, ENOMEM},
        {LWNVME_ERR_GONE, ESHUTDOWN},
        {LWNVME_ERR_BUFFER_HELD, ESHUTDOWN},
        {LWNVME_SC_UNRECOVERED_READ_ERROR, EIO},
        {LWNVME_SC_ACCESS_DENIED, EIO}};

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        assert_int_equal(engine_errno(errors[i][0]), errors[i][1]);
    }
}

/* Commands that are there without their bit in ONCS, since the controller has told limits of theirs (NVM Command Set
 * Specification 1.1, section 4.1.5 "I/O Command Set Specific Identify Controller Data Structure"). */
static void optional_commands_told_by_limits(void **state)
{
    (void)state;
    drive.settings.oncs = 0;
    start();
    assert_false(engine_get_facts()->has_trim || engine_get_facts()->has_zero);
    assert_true(engine_stop(why));
    lwnvme_sim_destroy(drive.sim);
    free(drive.memory);
    drive.settings.dmrl = 4;
    drive.settings.wzsl = 3;
    start();
    assert_true(engine_get_facts()->has_trim && engine_get_facts()->has_zero);
    assert_int_equal(job(ENGINE_WRITE, 0x64), 0);
    assert_int_equal(engine_do(ENGINE_ZERO, 0, 1024, NULL, 0), 0); /* in pieces as large as the limit */
    assert_int_equal(job(ENGINE_READ, 0x65), 0);
    assert_true(all(data, PAGE, 0));
    assert_int_equal(engine_do(ENGINE_TRIM, 0, 1024, NULL, 0), 0);
    assert_true(engine_stop(why));
    assert_int_equal(lwnvme_sim_violations(drive.sim), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_command_that_is_never_answered, begin, end),
        cmocka_unit_test_setup_teardown(a_controller_that_gets_stuck, begin, end),
        cmocka_unit_test_setup_teardown(a_controller_that_loses_power, begin, end),
        cmocka_unit_test_setup_teardown(a_controller_that_leaves, begin, end),
        cmocka_unit_test_setup_teardown(a_controller_that_writes_late, begin, end),
        cmocka_unit_test(errors_by_number),
        cmocka_unit_test_setup_teardown(optional_commands_told_by_limits, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * examples/async on the software controller: the blocks are moved, with several commands in flight and a doorbell for many of
 * them; and a lost command, a block that cannot be read and a drive that is pulled out end as docs/io.md says.
 */
#include "../../examples/async/move.h"
#include "sim/scenario.h"

#define FROM   64u
#define TO     40000u
#define BLOCKS 4099u

static struct scenario s;
static struct lwnvme_queue writes;
static struct lwnvme_recovery recovery;
static struct move job;
static uint8_t memory[MOVE_PIECES * MOVE_PIECE_BYTES] __attribute__((aligned(4096)));
static uint8_t before[BLOCKS * 512u];
static uint8_t after[BLOCKS * 512u];
static uint32_t most_in_flight;

void kernel_idle(uint64_t deadline_us)
{
    (void)deadline_us;
    if (job.in_flight > most_in_flight)
        most_in_flight = job.in_flight;
    lwnvme_sim_advance(s.sim, 50);
}

static void start(void)
{
    scenario_prepare(&s);
    s.settings.latency_us = 500;
    s.config.io_timeout_ms = 1000;
    scenario_start(&s);
    memset(&recovery, 0, sizeof(recovery));
    memset(&writes, 0, sizeof(writes));
    memset(&job, 0, sizeof(job));
    most_in_flight = 0;
}

static int run(uint32_t block_count)
{
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_sync_queue_create(s.controller, &writes, NULL), LWNVME_OK);
    scenario_fill(before, sizeof(before), 5);
    assert_true(lwnvme_sim_write_blocks(s.sim, 1, FROM, BLOCKS, before));
    memset(after, 0x77, sizeof(after));
    assert_true(lwnvme_sim_write_blocks(s.sim, 1, TO, BLOCKS, after));
    job.controller = s.controller;
    job.reads = s.queue;
    job.writes = &writes;
    job.ns = s.ns;
    job.memory = memory;
    job.from = FROM;
    job.to = TO;
    job.block_count = block_count;
    return move_blocks(&job);
}

static void old_place_is(uint32_t blocks_of_zero)
{
    static uint8_t expected[sizeof(before)];

    memcpy(expected, before, sizeof(expected));
    memset(expected, 0, blocks_of_zero * 512u);
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, FROM, BLOCKS, after));
    assert_memory_equal(after, expected, sizeof(expected));
}

static void moved(uint32_t block_count)
{
    old_place_is(block_count);
    lwnvme_sim_power_cut(s.sim); /* what was not flushed is lost: the trim may be, the blocks not */
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, TO, BLOCKS, after));
    assert_memory_equal(after, before, block_count * 512u);
    for (uint32_t i = block_count * 512u; i < sizeof(after); i++)
        assert_int_equal(after[i], 0x77);
}

static void blocks_are_moved(void **state)
{
    static const uint32_t counts[] = {BLOCKS, 1, 128, 129, 1024};

    (void)state;
    for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct lwnvme_statistics read = {0};
        uint32_t pieces = (counts[i] + 127u) / 128u;

        start();
        assert_int_equal(run(counts[i]), LWNVME_OK);
        assert_int_equal(most_in_flight, pieces < MOVE_PIECES ? pieces : MOVE_PIECES);
        lwnvme_queue_statistics(s.queue, &read);
        assert_int_equal(read.submitted, pieces);
        assert_true(pieces == 1 || read.doorbells < pieces);
        moved(counts[i]);
        scenario_end(&s);
    }
}

/* The command never returns: a recovery aborts it and sends it again, and nobody notices. */
static void a_lost_command_is_recovered(void **state)
{
    (void)state;
    for (uint8_t opcode = 1; opcode <= 2; opcode++) {
        start();
        assert_int_equal(lwnvme_recovery_start(s.controller, &recovery, NULL), LWNVME_OK);
        scenario_fault(
            &s, (struct lwnvme_sim_fault){
                    .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = opcode, .skip = 11});
        assert_int_equal(run(BLOCKS), LWNVME_OK);
        assert_int_equal(recovery.counts.aborted, 1);
        assert_int_equal(recovery.counts.resets, 0);
        moved(BLOCKS);
        scenario_end(&s);
    }
}

/* Without one the controller fails: all requests come back, and the old place is as it was. */
static void without_a_recovery_the_controller_fails(void **state)
{
    (void)state;
    start();
    scenario_fault(&s, (struct lwnvme_sim_fault){
                           .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 1, .skip = 11});
    assert_int_equal(run(BLOCKS), LWNVME_ERR_TIMEOUT);
    assert_int_equal(job.in_flight, 0);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_ERR_TIMEOUT);
    old_place_is(0);
    scenario_end(&s);
}

static void a_block_that_cannot_be_read(void **state)
{
    (void)state;
    start();
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, FROM + 3000, 1));
    assert_int_equal(lwnvme_status_code(run(2000)), LWNVME_OK); /* not one of these */
    scenario_end(&s);

    start();
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = 2,
                                                 .skip = 20,
                                                 .status = LWNVME_SC_UNRECOVERED_READ_ERROR});
    assert_int_equal(lwnvme_status_code(run(BLOCKS)), LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_int_equal(job.in_flight, 0);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    old_place_is(0);
    scenario_end(&s);
}

static void the_drive_is_pulled_out(void **state)
{
    (void)state;
    start();
    scenario_fault(&s, (struct lwnvme_sim_fault){
                           .kind = LWNVME_SIM_REMOVE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 1, .skip = 5});
    assert_int_equal(run(BLOCKS), LWNVME_ERR_ABORTED);
    assert_int_equal(job.in_flight, 0);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_ERR_GONE);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_moved),
        cmocka_unit_test(a_lost_command_is_recovered),
        cmocka_unit_test(without_a_recovery_the_controller_fails),
        cmocka_unit_test(a_block_that_cannot_be_read),
        cmocka_unit_test(the_drive_is_pulled_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Trouble with commands that are inside QEMU: its drive is so slow (a throttle group) that they stay there. What the driver
 * sees of time is virtual, the drive's slowness is real.
 */
#include "sim/scenario.h"

#include <unistd.h>

#include <lwnvme/abort.h>

#include "device.h"

#define COMMANDS 12u

static uint8_t data[COMMANDS][4096] __attribute__((aligned(4096)));

/* `rate`: transfers in a second. */
static void start(struct scenario *s, const char *rate)
{
    device_extra.object = rate;
    device_extra.top = "driver=throttle,throttle-group=slow,file=file0";
    device_extra.unwatched = true;
    scenario_prepare(s);
    s->time_limit_us = 1000 * SECOND_US;
    scenario_start(s);
    scenario_queue(s, 32);
    scenario_namespace(s);
}

static void submit(struct scenario *s, struct tracked *io[COMMANDS])
{
    for (uint32_t index = 0; index < COMMANDS; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[index], 4096);

        io[index] = scenario_request(s);
        memset(data[index], (int)index + 1, 4096);
        assert_int_equal(scenario_accept(io[index], lwnvme_write(s->queue, s->ns, &io[index]->request,
                                                                 index * 8, 8, &buffer)),
                         LWNVME_OK);
    }
}

/* From now on it is as fast as others. */
static void hurry(struct scenario *s)
{
    (void)qemu_qmp(s->sim->qemu, "{\"execute\": \"qom-set\", \"arguments\": {\"path\": \"/objects/slow\", "
                                 "\"property\": \"limits\", \"value\": {\"iops-total\": 0}}}");
    s->sim->machine->spent = true;
}

static void reads_back(struct scenario *s)
{
    static uint8_t back[4096];

    for (uint32_t index = 0; index < COMMANDS; index++) {
        memset(data[index], (int)index + 0x40, 4096);
        assert_int_equal(lwnvme_sync_write(s->queue, s->ns, index * 8, 8, data[index], 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s->queue, s->ns, index * 8, 8, back, 0), LWNVME_OK);
        assert_memory_equal(back, data[index], 4096);
    }
}

/* A reset while the drive has most of what it was given: each request comes back once, and the drive is well. */
static void reset_with_commands_in_the_drive(void **state)
{
    struct tracked *io[COMMANDS];
    static uint8_t medium[4096];
    struct scenario s;

    (void)state;
    start(&s, "throttle-group,id=slow,x-iops-total=2");
    submit(&s, io);
    (void)usleep(20000);
    (void)lwnvme_queue_poll(s.queue, 0);
    assert_true(lwnvme_queue_in_flight(s.queue) >= COMMANDS - 2);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(scenario_in_flight(&s), 0);
    for (uint32_t index = 0; index < COMMANDS; index++) {
        assert_int_equal(io[index]->called, 1);
        if (io[index]->request.status == LWNVME_ERR_ABORTED)
            continue; /* else its answer had come, or came while the controller stopped */
        assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, index * 8, 8, medium));
        assert_memory_equal(medium, data[index], 4096);
    }
    hurry(&s);
    reads_back(&s);
    assert_int_equal(lwnvme_queue_stale(s.queue), 0);
    scenario_end(&s);
}

/* Fault 104: a command that does not end in its time brings the controller down, once; a reset makes it good. */
static void fault_104_commands_that_are_late(void **state)
{
    struct tracked *io[COMMANDS];
    struct scenario s;
    uint32_t late = 0;

    (void)state;
    start(&s, "throttle-group,id=slow,x-iops-total=2");
    submit(&s, io);
    for (uint32_t turn = 0; scenario_in_flight(&s) != 0; turn++) {
        lwnvme_sim_advance(s.sim, SECOND_US);
        (void)lwnvme_queue_poll(s.queue, 0);
        (void)lwnvme_controller_poll(s.controller);
        assert_in_range(turn, 0, 1000);
    }
    for (uint32_t index = 0; index < COMMANDS; index++) {
        assert_int_equal(io[index]->called, 1);
        late += io[index]->request.status == LWNVME_ERR_TIMEOUT;
    }
    assert_true(late != 0);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
    assert_int_equal(s.events[LWNVME_EVENT_FAILED], 1);
    hurry(&s);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    reads_back(&s);
    scenario_end(&s);
}

/* An abort of a command in the drive: it comes back once, aborted (QEMU 10) or by itself. */
static void an_abort_that_may_do_nothing(void **state)
{
    struct tracked *io[COMMANDS];
    struct tracked *abort_request;
    struct scenario s;

    (void)state;
    start(&s, "throttle-group,id=slow,x-iops-total=2");
    submit(&s, io);
    abort_request = scenario_request(&s);
    assert_int_equal(scenario_accept(abort_request, lwnvme_abort(s.controller, &abort_request->request,
                                                                 s.queue, &io[COMMANDS - 1]->request)),
                     LWNVME_OK);
    for (uint32_t turn = 0; abort_request->called == 0; turn++) {
        (void)scenario_poll(&s);
        assert_in_range(turn, 0, 100000);
    }
    assert_int_equal(abort_request->request.status, LWNVME_OK);
    hurry(&s);
    device_extra.unwatched_us = 1000;
    scenario_wait_all(&s, s.queue);
    for (uint32_t index = 0; index < COMMANDS; index++)
        assert_true(io[index]->request.status == LWNVME_OK ||
                    (index == COMMANDS - 1 &&
                     (io[index]->request.status & 0x7ff) == LWNVME_SC_COMMAND_ABORT_REQUESTED));
    assert_false(lwnvme_abort_took_effect(&abort_request->request)); /* which QEMU says even if it did */
    scenario_end(&s);
}

/* Faults 123 to 125: it leaves the bus in the midst of work; registers read as the bus has it then. */
static void fault_124_out_of_its_slot(void **state)
{
    struct tracked *io[COMMANDS];
    struct scenario s;

    (void)state;
    device_extra.unwatched = true;
    scenario_prepare(&s);
    s.time_limit_us = 1000 * SECOND_US;
    scenario_start(&s);
    scenario_queue(&s, 32);
    scenario_namespace(&s);
    s.sim->machine->spent = true;
    submit(&s, io);
    (void)qemu_qmp(s.sim->qemu, "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"nvme\"}}");
    (void)qemu_ask(s.sim->qemu, "outl 0xae08 0x%x",
                   1u << DEVICE_SLOT); /* what an operating system does then */
    for (uint32_t turn = 0; qemu_config_read(s.sim->qemu, DEVICE_SLOT, 0) != 0xffffffffu; turn++)
        assert_in_range(turn, 0, 100000);
    for (uint32_t turn = 0; lwnvme_controller_state(s.controller) != LWNVME_STATE_FAILED; turn++) {
        (void)lwnvme_queue_poll(s.queue, 0);
        (void)lwnvme_controller_poll(s.controller);
        lwnvme_sim_advance(s.sim, 1000);
        assert_in_range(turn, 0, 1000);
    }
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_ERR_GONE);
    assert_int_equal(s.events[LWNVME_EVENT_GONE], 1);
    assert_int_equal(scenario_in_flight(&s), 0);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data, 0), LWNVME_ERR_GONE);
    scenario_end(&s);
}

/* It cannot reach memory any more, and says so by CSTS.CFS; the same after a reset of the machine under the driver. */
static void fatal_and_reset_from_outside(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 32);
    scenario_namespace(&s);
    for (uint32_t round = 0; round < 3; round++) {
        lwnvme_sim_fatal(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        reads_back(&s);
        lwnvme_sim_power_cut(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        reads_back(&s);
    }
    scenario_end(&s);
}

/* Transfers from and to the host's direct map call no hook at all. */
static void the_direct_map(void **state)
{
    struct scenario s;
    uint64_t maps;
    uint8_t *memory;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    s.ops->dma_unmap = NULL;
    s.ops->dma_sync = NULL;
    memory = s.ops->dma_alloc(s.sim, 1 << 20, 4096, &s.config.direct_map.dma_address);
    assert_non_null(memory);
    s.config.direct_map.address = (uintptr_t)memory;
    s.config.direct_map.length_bytes = 1 << 20;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 16);
    scenario_namespace(&s);
    maps = lwnvme_sim_counters(s.sim)->dma_maps;
    for (uint32_t round = 0; round < 200; round++) {
        const uint32_t blocks = 1 + round * 7 % 200;
        const size_t at = round * 404 % (1 << 19);

        scenario_fill(memory + at, blocks * 512, round);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, round, blocks, memory + at, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, round, blocks, memory + (1 << 19) + at % 4096, 0),
                         LWNVME_OK);
        assert_memory_equal(memory + (1 << 19) + at % 4096, memory + at, blocks * 512);
    }
    assert_int_equal(lwnvme_sim_counters(s.sim)->dma_maps, maps);
    s.ops->dma_free(s.sim, memory, 1 << 20, s.config.direct_map.dma_address);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_with_commands_in_the_drive),
        cmocka_unit_test(fault_104_commands_that_are_late),
        cmocka_unit_test(an_abort_that_may_do_nothing),
        cmocka_unit_test(fault_124_out_of_its_slot),
        cmocka_unit_test(fatal_and_reset_from_outside),
        cmocka_unit_test(the_direct_map),
    };

    return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}

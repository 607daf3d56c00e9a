/* SPDX-License-Identifier: MIT */
/* The ladder: each rung, each policy, and what becomes of requests. */
#include "recovery_bench.h"

#include <lwnvme/events.h>
#include <lwnvme/host_memory.h>
#include <lwnvme/shadow.h>
#include <lwnvme/sync_identify.h>
#include <lwnvme/sync_power.h>

#define IO_BYTES  4096u
#define IO_BLOCKS 8u
#define NOT_CARED UINT32_MAX

static void begin(struct bench *b, uint32_t entries)
{
    begin_bare(b, entries);
    scenario_namespace(&b->s);
}

static struct tracked *start_io(struct bench *b, uint32_t index, bool write)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b->data + (size_t)index * IO_BYTES, IO_BYTES);
    struct tracked *io = scenario_request(&b->s);
    uint64_t lba = (uint64_t)index * IO_BLOCKS;

    assert_int_equal(
        scenario_accept(io, write ? lwnvme_write(b->s.queue, b->s.ns, &io->request, lba, IO_BLOCKS, &buffer)
                                  : lwnvme_read(b->s.queue, b->s.ns, &io->request, lba, IO_BLOCKS, &buffer)),
        LWNVME_OK);
    return io;
}

static void check_works(struct bench *b)
{
    struct tracked *io;
    uint8_t *block = scenario_memory(IO_BYTES, 4096);

    scenario_fill(b->data, IO_BYTES, (uint32_t)scenario_now(&b->s));
    memcpy(block, b->data, IO_BYTES);
    io = start_io(b, 0, true);
    settle(b);
    assert_int_equal(io->request.status, LWNVME_OK);
    memset(b->data, 0, IO_BYTES);
    io = start_io(b, 0, false);
    settle(b);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_memory_equal(b->data, block, IO_BYTES);
    free(block);
}

/* One read is lost: aborted, and issued again. No reset; others go on. */
static void fault_104_105_a_lost_command_is_aborted_and_issued_again(void **state)
{
    struct bench b;
    struct tracked *lost;
    struct tracked *other;

    (void)state;
    prepare(&b);
    begin(&b, 16);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    lost = start_io(&b, 0, false);
    while (lwnvme_recovery_get_state(&b.recovery) != LWNVME_RECOVERY_ABORTING) {
        assert_int_equal(lost->called, 0);
        turn(&b);
    }
    other = start_io(&b, 1, true);
    settle(&b);
    assert_int_equal(lost->request.status, LWNVME_OK);
    assert_int_equal(lwnvme_request_outcome(&lost->request), LWNVME_OUTCOME_DONE);
    assert_int_equal(other->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.late, 1);
    assert_int_equal(b.recovery.counts.aborts, 1);
    assert_int_equal(b.recovery.counts.aborted, 1);
    assert_int_equal(b.recovery.counts.again, 1);
    assert_int_equal(b.recovery.counts.resets, 0);
    assert_int_equal(lwnvme_sim_counters(b.s.sim)->enables, 1);
    assert_in_range(lost->called_at_us, (uint64_t)IO_TIMEOUT * 1000u, (uint64_t)IO_TIMEOUT * 1000u * 2u);
    check_works(&b);
    finish(&b);
}

/* The abort does nothing: reset; everything in flight is issued again, and what waits goes on waiting. */
static void fault_105_112_an_abort_in_vain_leads_to_a_reset(void **state)
{
    struct bench b;
    struct tracked *io[32];
    uint32_t index;
    uint32_t lost;

    (void)state;
    for (lost = 0; lost < 2; lost++) { /* not aborted, or no answer */
        prepare(&b);
        b.s.settings.abort_does_nothing = lost == 0;
        b.s.settings.abort_never_answers = lost != 0;
        begin(&b, 16);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 8); /* all that fit into the ring */
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 7);
        for (index = 0; index < 32; index++) {
            scenario_fill(b.data + index * IO_BYTES, IO_BYTES, index);
            io[index] = start_io(&b, index, index % 2 != 0);
        }
        settle(&b);
        for (index = 0; index < 32; index++)
            assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.aborts, 1);
        assert_int_equal(b.recovery.counts.not_aborted, lost == 0 ? 1 : 0);
        assert_int_equal(b.recovery.counts.lost_aborts, lost);
        assert_int_equal(b.recovery.counts.resets, 1);
        assert_int_equal(b.recovery.counts.again, 15);
        assert_int_equal(b.recovery.counts.waited, 17);
        assert_int_equal(b.s.events[LWNVME_EVENT_RECOVERY], 1);
        assert_int_equal(b.s.events[LWNVME_EVENT_RECOVERED], 1);
        assert_int_equal(b.s.events[LWNVME_EVENT_FAILED], 0);
        check_works(&b);
        finish(&b);
    }
}

/* A late answer is an answer: no abort takes, and nothing is reset. Before the Abort, and after one in vain. */
static void fault_097_098_a_late_answer_is_an_answer(void **state)
{
    struct bench b;
    struct tracked *io;
    uint32_t round;

    (void)state;
    for (round = 0; round < 2; round++) {
        prepare(&b);
        b.s.settings.abort_does_nothing = true;
        begin(&b, 16);
        scenario_fault(
            &b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                            .queue = LWNVME_SIM_IO_QUEUES,
                                            .opcode = 0x02,
                                            .value = round == 0 ? (IO_TIMEOUT + 25) * 1000u
                                                                : (IO_TIMEOUT + 60 + ABORT_MS / 2) * 1000u});
        io = start_io(&b, 0, false);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.late, 1);
        assert_int_equal(b.recovery.counts.late_answers, 1);
        assert_int_equal(b.recovery.counts.aborts, round);
        assert_int_equal(b.recovery.counts.not_aborted, round);
        assert_int_equal(b.recovery.counts.again, 0);
        assert_int_equal(b.recovery.counts.resets, 0);
        check_works(&b);
        finish(&b);
    }
}

/* The answer and the Abort's own come in whatever order, or one of them does not: once called back, and well. */
static void fault_097_every_order_of_abort_and_answer(void **state)
{
    struct bench b;
    struct tracked *io;
    uint32_t kind;
    uint32_t after_ms;

    (void)state;
    for (kind = 0; kind < 4;
         kind++) { /* it takes, it does not, its answer is late, its answer is late and says no */
        for (after_ms = 0; after_ms < 120; after_ms += 4 * scenario_stride()) {
            prepare(&b);
            b.s.settings.abort_does_nothing = kind % 2 != 0;
            begin(&b, 8);
            scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                           .queue = LWNVME_SIM_IO_QUEUES,
                                                           .opcode = 0x01,
                                                           .value = (IO_TIMEOUT + after_ms) * 1000u});
            if (kind > 1)
                scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                               .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                               .opcode = 0x08,
                                                               .value = ABORT_MS / 2 * 1000u});
            io = start_io(&b, 0, true);
            settle(&b);
            assert_int_equal(io->request.status, LWNVME_OK);
            assert_int_equal(io->called, 1);
            assert_in_range(b.recovery.counts.aborts, 0, 1);
            assert_int_equal(b.recovery.counts.aborts, b.recovery.counts.aborted +
                                                           b.recovery.counts.not_aborted +
                                                           b.recovery.counts.lost_aborts);
            check_works(&b);
            finish(&b);
        }
    }
}

/* Nobody polls the queue, because no interrupt says that there is something: the controller's poll finds it. */
static void fault_095_a_lost_interrupt_is_healed(void **state)
{
    struct bench b;
    struct tracked *io;
    uint64_t until;
    uint32_t shared;

    (void)state;
    for (shared = 0; shared < 2; shared++) {
        struct lwnvme_queue_config config = {.flags =
                                                 LWNVME_QUEUE_INTERRUPT | (shared ? LWNVME_QUEUE_SHARED : 0)};

        prepare(&b);
        b.policy.poll_queues = shared == 0;
        begin(&b, 16);
        assert_int_equal(lwnvme_sync_queue_delete(b.s.queue), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_create(b.s.controller, b.s.queue, &config), LWNVME_OK);
        io = start_io(&b, 0, false);
        until = scenario_now(&b.s) + 10 * SECOND_US;
        while (io->called == 0) {
            (void)scenario_poll(&b.s);
            lwnvme_sim_advance(b.s.sim, 1000);
            assert_true(scenario_now(&b.s) < until);
        }
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.healed, 1);
        assert_int_equal(b.recovery.counts.late, 0);
        assert_in_range(scenario_now(&b.s), IO_TIMEOUT * 900u, 10 * SECOND_US);
        finish(&b);
    }
}

/* More late commands than the controller takes Aborts: one after the other. */
static void fault_106_no_more_aborts_than_the_controller_takes(void **state)
{
    struct bench b;
    struct lwnvme_queue queues[3];
    struct lwnvme_queue *first;
    uint32_t index;

    (void)state;
    prepare(&b);
    b.s.settings.acl = 0;
    b.s.settings.admin_latency_us = 5000; /* so that an Abort is there when the next queue wants one */
    b.policy.abort_ms = 500;
    begin(&b, 16);
    memset(queues, 0, sizeof(queues));
    first = b.s.queue;
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 8);
    for (index = 0; index < 4; index++) {
        if (index != 0) {
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &queues[index - 1], NULL), LWNVME_OK);
            b.more[index] = b.s.queue = &queues[index - 1];
        }
        (void)start_io(&b, 2 * index, false);
        (void)start_io(&b, 2 * index + 1, false);
    }
    b.s.queue = first;
    settle(&b);
    assert_int_equal(b.recovery.counts.aborts, 8);
    assert_int_equal(b.recovery.counts.aborted, 8);
    assert_int_equal(b.recovery.counts.not_aborted, 0); /* which the controller says of one too many */
    assert_int_equal(b.recovery.counts.resets, 0);
    check_works(&b);
    finish(&b);
}

/* Rungs that the policy leaves out. */
static void rungs_left_out(void **state)
{
    struct bench b;
    struct tracked *io;

    (void)state;
    prepare(&b);
    b.policy.classes[LWNVME_REQUEST_CLASS_READ].no_abort = true;
    begin(&b, 16);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 1);
    io = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.aborts, 0);
    assert_int_equal(b.recovery.counts.resets, 1);
    io = start_io(&b, 0, true); /* of another class */
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.aborts, 1);
    assert_int_equal(b.recovery.counts.resets, 1);
    finish(&b);

    prepare(&b);
    b.policy.no_reset = true;
    b.s.settings.abort_does_nothing = true;
    begin(&b, 16);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_request_outcome(&io->request), LWNVME_OUTCOME_UNKNOWN);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_recovery_get_state(&b.recovery), LWNVME_RECOVERY_FAILED);
    assert_int_equal(b.recovery.counts.aborts, 1);
    assert_int_equal(b.recovery.counts.resets, 0);
    assert_int_equal(b.s.events[LWNVME_EVENT_FAILED], 1);
    assert_int_equal(b.s.events[LWNVME_EVENT_RECOVERY], 0);
    assert_int_equal(scenario_reset(&b.s), LWNVME_OK); /* as ever */
    check_works(&b);
    finish(&b);
}

/* What enters at the reset: a fatal status, RDY lost, somebody's subsystem reset, a late admin command. */
static void fault_108_109_110_what_no_abort_helps_against(void **state)
{
    struct bench b;
    struct tracked *io[12];
    struct tracked *admin;
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 4; round++) {
        const struct lwnvme_command command = {.opcode = 0x0a, .cdw10 = 7}; /* Get Features */

        prepare(&b);
        b.s.settings.latency_us = 5000;
        b.s.settings.cap_nssrs = true;
        begin(&b, 8);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, index % 3 == 0);
        turn(&b);
        admin = scenario_request(&b.s);
        if (round == 3)
            lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x0a, 1);
        assert_int_equal(
            scenario_accept(admin, lwnvme_admin_raw(b.s.controller, &admin->request, &command, NULL)),
            LWNVME_OK);
        if (round == 0)
            lwnvme_sim_fatal(b.s.sim);
        else if (round == 1)
            lwnvme_sim_power_cut(b.s.sim);
        else if (round == 2)
            lwnvme_sim_subsystem_reset(b.s.sim);
        settle(&b);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_int_equal(admin->request.status, LWNVME_OK); /* it only reads */
        assert_int_equal(b.recovery.counts.resets, 1);
        assert_int_equal(b.recovery.counts.aborts, 0);
        assert_int_equal(b.recovery.counts.recoveries, 1);
        check_works(&b);
        finish(&b);
    }
}

/* A controller that comes up no more: as many resets as the policy says, with pauses; then all callers are released. */
static void fault_115_resets_that_fail_end_in_failure(void **state)
{
    struct bench b;
    struct tracked *io[20];
    uint32_t index;
    uint32_t round;

    (void)state;
    for (round = 0; round < 2; round++) {
        prepare(&b);
        b.s.settings.cap_to = 1;
        b.policy.resets = 3;
        begin(&b, 8);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        b.policy.no_abort = true;
        for (index = 0; index < 20; index++)
            io[index] = start_io(&b, index, false);
        lwnvme_sim_settings(b.s.sim)->never_ready = true;
        lwnvme_sim_settings(b.s.sim)->abort_does_nothing = true;
        while (b.recovery.counts.resets < 3) {
            turn(&b);
            assert_int_equal(io[0]->called, 0); /* it is with the library all the time */
        }
        if (round == 1) /* the last one helps */
            lwnvme_sim_settings(b.s.sim)->never_ready = false;
        settle(&b);
        assert_int_equal(b.recovery.counts.recoveries, 1);
        assert_int_equal(b.recovery.counts.resets, 3);
        assert_int_equal(lwnvme_sim_counters(b.s.sim)->enables, 4);
        for (index = 0; index < 20; index++) {
            assert_int_equal(io[index]->called, 1);
            assert_int_equal(io[index]->request.status, round == 1   ? LWNVME_OK
                                                        : index == 0 ? LWNVME_ERR_TIMEOUT
                                                        : index < 7  ? io[index]->request.status
                                                                     : LWNVME_ERR_NOT_STARTED);
            assert_int_equal(lwnvme_request_outcome(&io[index]->request), round == 1 ? LWNVME_OUTCOME_DONE
                                                                          : index < 7
                                                                              ? LWNVME_OUTCOME_UNKNOWN
                                                                              : LWNVME_OUTCOME_NEVER_STARTED);
        }
        assert_int_equal(lwnvme_controller_status(b.s.controller),
                         round == 1 ? LWNVME_OK : LWNVME_ERR_ENABLE_TIMEOUT);
        assert_int_equal(b.s.events[LWNVME_EVENT_FAILED], 1 - round);
        assert_int_equal(b.s.events[LWNVME_EVENT_RECOVERED], round);
        assert_int_equal(b.recovery.counts.failures, 1 - round);
        finish(&b);
    }
}

/* One that comes up and fails again and again ends, too, and so does each request before it. */
static void fault_115_no_endless_circle(void **state)
{
    struct bench b;
    struct tracked *io;
    struct tracked *other;

    (void)state;
    prepare(&b);
    b.policy.no_abort = true;
    b.policy.classes[LWNVME_REQUEST_CLASS_READ].tries = 2;
    begin(&b, 8);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, UINT32_MAX);
    io = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_request_outcome(&io->request), LWNVME_OUTCOME_UNKNOWN);
    assert_int_equal(lwnvme_sim_counters(b.s.sim)->io_commands[0x02], 3);
    assert_int_equal(b.recovery.counts.resets, 3);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
    io = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(b.recovery.counts.resets, 5);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_TIMEOUT);
    assert_int_equal(b.s.events[LWNVME_EVENT_FAILED], 1);
    /* the caller's own reset does not begin the circle anew */
    lwnvme_sim_faults_clear(b.s.sim);
    assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
    check_works(&b);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    other = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(other->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(b.recovery.counts.resets, 5);
    /* but time does */
    assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
    lwnvme_sim_advance(b.s.sim, 601 * SECOND_US);
    b.s.time_limit_us += 700 * SECOND_US;
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    other = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(other->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.resets, 6);
    finish(&b);
}

/* A request is not issued again for ever: total_ms is over before the tries are. */
static void the_time_of_a_request_is_bounded(void **state)
{
    struct bench b;
    struct tracked *io;

    (void)state;
    prepare(&b);
    b.policy.classes[LWNVME_REQUEST_CLASS_WRITE].tries = 200;
    b.policy.classes[LWNVME_REQUEST_CLASS_WRITE].total_ms = 1000;
    begin(&b, 8);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, UINT32_MAX);
    io = start_io(&b, 0, true);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_in_range(scenario_now(&b.s), SECOND_US, 2 * SECOND_US);
    assert_in_range(b.recovery.counts.aborted, 6, 11);
    assert_int_equal(b.recovery.counts.given_back, 1);
    finish(&b);
}

static int host_reset_answer;
static uint32_t host_reset_calls;
static uint32_t host_reset_pending;

static int host_reset(struct lwnvme_controller *controller, void *context)
{
    struct bench *b = (struct bench *)context;

    assert_ptr_equal(controller, b->s.controller);
    assert_int_equal(scenario_in_flight(&b->s),
                     12); /* none has been given back: the device may write their buffers */
    host_reset_calls++;
    if (host_reset_pending != 0) {
        host_reset_pending--;
        return LWNVME_PENDING;
    }
    if (host_reset_answer == LWNVME_OK) {
        lwnvme_sim_settings(b->s.sim)->never_disabled = false;
        lwnvme_sim_power_cut(b->s.sim);
    }
    return host_reset_answer;
}

/* A controller that does not stop: no request comes back before it does, by NSSR or by the host's own reset. */
static void fault_013_118_a_controller_that_does_not_stop(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 6; round++) { /* NSSR, host, host in time, host in vain, nothing, a fence */
        prepare(&b);
        b.s.settings.cap_to = 1;
        b.s.settings.cap_nssrs = true;
        b.policy.subsystem_reset = round == 0;
        b.policy.host_reset = round != 0 && round < 4 ? host_reset : NULL;
        b.s.settings.fence_works = round == 5;
        b.policy.context = &b;
        b.policy.no_abort = true;
        host_reset_answer = round < 3 ? LWNVME_OK : LWNVME_ERR_INVALID_ARGUMENT;
        host_reset_calls = 0;
        host_reset_pending = round == 2 ? 100 : 0;
        begin(&b, 8);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, false);
        lwnvme_sim_settings(b.s.sim)->never_disabled = true;
        while (round == 0 && b.recovery.counts.subsystem_resets == 0) {
            turn(&b);
            assert_int_equal(scenario_in_flight(&b.s), 12);
        }
        if (round == 0)
            lwnvme_sim_settings(b.s.sim)->never_disabled = false;
        b.s.memory_kept = round == 3 || round == 4;
        settle(&b);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->request.status, round < 3    ? LWNVME_OK
                                                        : index >= 7 ? LWNVME_ERR_NOT_STARTED
                                                        : round < 5  ? LWNVME_ERR_BUFFER_HELD
                                                                     : LWNVME_ERR_TIMEOUT);
        assert_int_equal(b.recovery.counts.subsystem_resets, round == 0 ? 1 : 0);
        assert_int_equal(b.s.events[LWNVME_EVENT_SUBSYSTEM_RESET], round == 0 ? 1 : 0);
        assert_int_equal(b.recovery.counts.host_resets, round == 1 || round == 2 ? 1 : 0);
        assert_int_equal(host_reset_calls, round == 0 || round > 3 ? 0 : round == 2 ? 101 : 1);
        if (round < 3)
            check_works(&b);
        else
            assert_int_equal(lwnvme_controller_state(b.s.controller), LWNVME_STATE_FAILED);
        finish(&b);
    }
}

/* Resets are in vain until the host's own has been asked for, which answers so; one more would go well. */
static void up_to_the_hosts_reset(struct bench *b, struct tracked *io[12], int answer)
{
    uint32_t index;

    b->policy.host_reset = host_reset;
    b->policy.context = b;
    host_reset_answer = answer;
    host_reset_calls = host_reset_pending = 0;
    begin(b, 8);
    for (index = 0; index < 12; index++)
        io[index] = start_io(b, index, false);
    lwnvme_sim_settings(b->s.sim)->never_ready = true;
    lwnvme_sim_fatal(b->s.sim);
    while (host_reset_calls == 0)
        turn(b);
    lwnvme_sim_settings(b->s.sim)->never_ready = false;
    settle(b);
}

/* The strongest rungs come after the resets, too. */
static void resets_in_vain_lead_to_the_hosts(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t index;

    (void)state;
    prepare(&b);
    b.s.settings.cap_to = 1;
    b.s.settings.cap_nssrs = true;
    b.policy.subsystem_reset = true;
    b.policy.resets = 2;
    up_to_the_hosts_reset(&b, io, LWNVME_OK);
    for (index = 0; index < 12; index++)
        assert_int_equal(io[index]->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.resets, 2);
    assert_int_equal(b.recovery.counts.subsystem_resets, 1);
    assert_int_equal(b.recovery.counts.host_resets, 1);
    assert_int_equal(b.recovery.counts.recoveries, 1);
    check_works(&b);
    finish(&b);
}

/* The last rung fails on a controller that has stopped: it is not brought up once more. */
static void a_hosts_reset_that_fails_is_the_end(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t index;

    (void)state;
    prepare(&b);
    b.s.settings.cap_to = 1;
    b.policy.resets = 1;
    up_to_the_hosts_reset(&b, io, LWNVME_ERR_INVALID_ARGUMENT);
    for (index = 0; index < 12; index++)
        assert_int_not_equal(io[index]->request.status, LWNVME_OK);
    assert_int_equal(lwnvme_controller_state(b.s.controller), LWNVME_STATE_FAILED);
    assert_int_equal(host_reset_calls, 1);
    assert_int_equal(b.recovery.counts.host_resets, 0);
    assert_int_equal(b.recovery.counts.failures, 1);
    finish(&b);
}

/* Removed in each phase: gone at once, everything back, never reset. */
static void fault_124_removed_on_the_ladder(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t after;
    uint32_t index;
    bool ended = false;

    (void)state;
    for (after = 0; !ended; after += 7 * scenario_stride()) {
        prepare(&b);
        b.s.settings.abort_does_nothing = true;
        begin(&b, 8);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, false);
        for (index = 0; index < IO_TIMEOUT * 10u - 100u + after; index++)
            turn(&b);
        ended = scenario_in_flight(&b.s) == 0;
        lwnvme_sim_remove(b.s.sim);
        settle(&b);
        while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_FAILED)
            turn(&b);
        assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_GONE);
        assert_int_equal(b.s.events[LWNVME_EVENT_GONE], 1);
        assert_in_range(b.recovery.counts.resets, 0, 1);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->called, 1);
        finish(&b);
    }
}

/* What the on_identify hook changes. */
struct change {
    uint32_t nguid;
    uint64_t nsze;
    uint8_t flbas;
    bool serial;
};

static struct change change;

static void changed_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 1 && change.serial)
        data[4] ^= 1;
    if (cns == 0 && change.nguid != 0)
        data[104] ^= (uint8_t)change.nguid;
    if (cns == 0 && change.flbas != 0)
        data[26] = change.flbas;
    if (cns == 0 && change.nsze != 0) {
        memset(data, 0, 8);
        lwnvme_le32_set((struct lwnvme_le32 *)(void *)data, (uint32_t)change.nsze);
    }
    if (cns == 0 && change.nsze == UINT64_MAX)
        memset(data, 0, 4096);
    if (cns == 3 && change.nguid != 0)
        memset(data, 0, 4096);
}

static void prepare_changing(struct bench *b)
{
    prepare(b);
    memset(&change, 0, sizeof(change));
    b->s.settings.on_identify = changed_identify;
    b->policy.no_abort = true;
    memset(b->s.settings.ns[0].nguid, 0x5a, 16);
    b->s.settings.ns[0].formats[1] = (struct lwnvme_sim_lba_format){.lbads = 12};
    b->s.settings.ns[0].nlbaf = 1;
}

/* Another drive answers after the reset: nothing is issued to it. */
static void fault_114_125_another_drive_gets_nothing(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint64_t writes;
    uint32_t index;

    (void)state;
    prepare_changing(&b);
    begin(&b, 8);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 7);
    for (index = 0; index < 12; index++)
        io[index] = start_io(&b, index, true);
    writes = lwnvme_sim_counters(b.s.sim)->io_commands[0x01];
    change.serial = true;
    settle(&b);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_CONTROLLER_CHANGED);
    assert_int_equal(lwnvme_sim_counters(b.s.sim)->io_commands[0x01], writes);
    for (index = 0; index < 12; index++)
        assert_int_equal(lwnvme_request_outcome(&io[index]->request),
                         index < 7 ? LWNVME_OUTCOME_UNKNOWN : LWNVME_OUTCOME_NEVER_STARTED);
    assert_int_equal(b.recovery.counts.resets, 1);
    finish(&b);
}

/* The namespace is another one, has another format, or is gone: requests are refused by name; and so is its handle, if it
 * is looked after. */
static void fault_114_125_another_namespace_gets_nothing(void **state)
{
    struct bench b;
    struct lwnvme_recovery_namespace watch;
    struct tracked *io[12];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 6; round++) {
        const int expected = round / 2 == 2 ? LWNVME_ERR_NS_REMOVED : LWNVME_ERR_NS_CHANGED;

        prepare_changing(&b);
        begin(&b, 8);
        memset(&watch, 0, sizeof(watch));
        if (round % 2 != 0)
            assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, b.s.ns), LWNVME_OK);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 7);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, true);
        if (round / 2 == 0)
            change.nguid = 1;
        else if (round / 2 == 1)
            change.flbas = 1;
        else
            change.nsze = UINT64_MAX;
        settle(&b);
        assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
        for (index = 0; index < 12; index++) {
            assert_int_equal(io[index]->request.status, expected);
            assert_int_equal(io[index]->request.bytes_done, 0);
        }
        assert_int_equal(b.recovery.counts.refused, 12);
        assert_int_equal(b.recovery.counts.given_back, 12);
        assert_int_equal(b.s.ns->status, round % 2 != 0 ? expected : LWNVME_OK);
        if (round % 2 != 0) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b.data, IO_BYTES);

            io[0]->request.done = NULL;
            assert_int_equal(lwnvme_read(b.s.queue, b.s.ns, &io[0]->request, 0, 8, &buffer), expected);
        }
        finish(&b);
    }
}

/* It has become smaller: what lies beyond its end is refused, the rest is done, and the handle knows. */
static void fault_114_another_size(void **state)
{
    struct bench b;
    struct lwnvme_recovery_namespace watch;
    struct tracked *io[12];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 2; round++) {
        uint64_t before;

        prepare_changing(&b);
        begin(&b, 8);
        memset(&watch, 0, sizeof(watch));
        if (round != 0)
            assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, b.s.ns), LWNVME_OK);
        before = b.s.ns->block_count;
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, false);
        change.nsze = 5 * IO_BLOCKS + 1;
        settle(&b);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->request.status, index < 5 ? LWNVME_OK : LWNVME_ERR_LBA_RANGE);
        assert_int_equal(b.s.ns->block_count, round != 0 ? change.nsze : before);
        assert_int_equal(b.s.ns->status, LWNVME_OK);
        check_works(&b);
        lwnvme_recovery_unwatch(&b.recovery, &watch);
        lwnvme_recovery_unwatch(&b.recovery, &watch);
        finish(&b);
    }
}

/* Queues that the controller no longer grants: their requests come back, the others' go on. */
static void fault_114_fewer_queues(void **state)
{
    struct bench b;
    struct lwnvme_queue second;
    struct lwnvme_queue *first;
    struct tracked *io[4];
    uint32_t index;

    (void)state;
    prepare(&b);
    memset(&second, 0, sizeof(second));
    begin(&b, 8);
    assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &second, NULL), LWNVME_OK);
    first = b.s.queue;
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 4);
    for (index = 0; index < 4; index++) {
        b.s.queue = index < 2 ? first : &second;
        io[index] = start_io(&b, index, false);
    }
    b.s.queue = first;
    lwnvme_sim_settings(b.s.sim)->number_of_queues_override = true;
    lwnvme_sim_settings(b.s.sim)->number_of_queues = 0;
    lwnvme_sim_fatal(b.s.sim);
    settle(&b);
    assert_int_equal(lwnvme_queue_status(&second), LWNVME_ERR_QUEUE_LIMIT);
    for (index = 0; index < 4; index++)
        assert_int_equal(io[index]->request.status, index < 2 ? LWNVME_OK : LWNVME_ERR_ABORTED);
    assert_int_equal(b.recovery.counts.given_back, 2);
    check_works(&b);
    finish(&b);
}

/* The number of queues is refused after a reset: once, so that the next reset brings all back; for good, which is a failure; for
 * good where the policy is content with admin commands. */
static void fault_116_the_number_of_queues_is_refused(void **state)
{
    struct bench b;
    struct tracked *io[8];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 3; round++) {
        static const int statuses[] = {LWNVME_OK, 0x4006, LWNVME_OK};

        prepare(&b);
        b.policy.admin_only = round == 2;
        b.policy.resets = 2;
        begin(&b, 8);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                       .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                       .opcode = LWNVME_ADMIN_SET_FEATURES,
                                                       .count = round == 0 ? 1 : UINT32_MAX,
                                                       .status = 0x4006});
        for (index = 0; index < 8; index++)
            io[index] = start_io(&b, index, false);
        lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        for (index = 0; index < 8; index++) {
            int unanswered = index < 7 ? LWNVME_ERR_ABORTED : LWNVME_ERR_NOT_STARTED;

            assert_int_equal(io[index]->request.status, round == 0 ? LWNVME_OK : unanswered);
        }
        assert_int_equal(lwnvme_controller_status(b.s.controller), statuses[round]);
        assert_int_equal(b.recovery.counts.resets, round == 2 ? 3 : 2);
        assert_int_equal(b.recovery.counts.admin_only, round == 2);
        if (round == 2) {
            assert_int_equal(lwnvme_queue_status(b.s.queue), LWNVME_ERR_NO_IO_QUEUES);
        } else {
            lwnvme_sim_faults_clear(b.s.sim);
            if (round == 1)
                assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
            check_works(&b);
        }
        finish(&b);
    }
}

/* I/O queues cannot be made any more: the controller stays for admin commands, if the policy says so. */
static void fault_116_admin_only(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 2; round++) {
        const struct lwnvme_command command = {.opcode = 0x0a, .cdw10 = 7};
        struct tracked *admin;
        struct lwnvme_buffer buffer;

        prepare(&b);
        b.policy.admin_only = round != 0;
        b.policy.resets = 2;
        begin(&b, 8);
        buffer = lwnvme_buffer_cpu(b.data, IO_BYTES);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x05, UINT32_MAX);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, false);
        lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->request.status,
                             index < 7 ? LWNVME_ERR_ABORTED : LWNVME_ERR_NOT_STARTED);
        assert_int_equal(lwnvme_controller_status(b.s.controller),
                         round == 0 ? LWNVME_ERR_TIMEOUT : LWNVME_OK);
        assert_int_equal(b.recovery.counts.resets, 2 + round);
        assert_int_equal(b.recovery.counts.admin_only, round);
        if (round != 0) {
            assert_int_equal(lwnvme_queue_status(b.s.queue), LWNVME_ERR_NO_IO_QUEUES);
            io[0]->request.done = NULL;
            assert_int_equal(lwnvme_read(b.s.queue, b.s.ns, &io[0]->request, 0, 8, &buffer),
                             LWNVME_ERR_QUEUE_CLOSED);
            admin = scenario_request(&b.s);
            assert_int_equal(
                scenario_accept(admin, lwnvme_admin_raw(b.s.controller, &admin->request, &command, NULL)),
                LWNVME_OK);
            scenario_wait_all(&b.s, NULL);
            assert_int_equal(admin->request.status, LWNVME_OK);
            lwnvme_sim_faults_clear(b.s.sim); /* the firmware has been repaired */
            scenario_queue(&b.s, 8);
            check_works(&b);
        }
        finish(&b);
    }
}

/* Statuses that may pass, with the controller's delay and without; a bound by time for what takes its time. */
static void fault_062_063_065_082_statuses_that_pass(void **state)
{
    static const struct {
        uint16_t status;
        uint32_t count;
        int expected;
        uint32_t least_us;
        uint32_t most_us;
    } rows[] = {
        {0x021, 3, LWNVME_OK, 70000, 120000},         /* Command Interrupted, 10 + 20 + 40 ms */
        {0x021, UINT32_MAX, 0x021, 310000, 500000},   /* 5 tries */
        {0x4021, 1, 0x4021, 0, 1000},                 /* DNR */
        {0x0821, 2, LWNVME_OK, 600000, 700000},       /* CRD 1: 300 ms each */
        {0x1021, 1, LWNVME_OK, 1000000, 1100000},     /* CRD 2: 20 s, more than delay_cap_ms */
        {0x082, 8, LWNVME_OK, 1900000, 2100000},      /* Namespace Not Ready: more than the tries */
        {0x082, UINT32_MAX, 0x082, 5000000, 6000000}, /* for patience_ms */
        {0x281, 1, 0x281, 0, 1000},                   /* Unrecovered Read Error */
        {0x007, 1, 0x007, 0, 1000},                   /* Command Abort Requested, by somebody else */
    };
    struct bench b;
    uint32_t row;

    (void)state;
    for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct tracked *io;

        prepare(&b);
        b.s.settings.crdt[0] = 3;
        b.s.settings.crdt[1] = 200;
        b.policy.delay_cap_ms = 1000;
        b.policy.patience_ms = 5000;
        begin(&b, 8);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                       .queue = LWNVME_SIM_IO_QUEUES,
                                                       .opcode = 0x01,
                                                       .count = rows[row].count,
                                                       .status = rows[row].status});
        b.s.started_us = lwnvme_sim_time(b.s.sim);
        io = start_io(&b, 0, true);
        settle(&b);
        assert_int_equal(io->request.status, rows[row].expected);
        assert_in_range(io->called_at_us, rows[row].least_us, rows[row].most_us);
        assert_int_equal(lwnvme_request_outcome(&io->request),
                         rows[row].status == 7 ? LWNVME_OUTCOME_UNKNOWN : LWNVME_OUTCOME_DONE);
        lwnvme_sim_faults_clear(b.s.sim);
        check_works(&b);
        finish(&b);
    }
}

/* What rests when a reset comes is issued again, and the wait for it does not keep the host from sleeping. */
static void requests_that_rest_survive_a_reset(void **state)
{
    struct bench b;
    struct tracked *io;
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) { /* a reset; stop; shutdown; close */
        prepare(&b);
        b.s.settings.crdt[0] = 30;
        begin(&b, 8);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                       .queue = LWNVME_SIM_IO_QUEUES,
                                                       .opcode = 0x01,
                                                       .count = 1,
                                                       .status = 0x0821});
        io = scenario_request(&b.s);
        assert_int_equal(scenario_accept(io, lwnvme_write_zeroes(b.s.queue, b.s.ns, &io->request, 0, 8)),
                         LWNVME_OK);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                       .queue = LWNVME_SIM_IO_QUEUES,
                                                       .opcode = 0x08,
                                                       .count = 1,
                                                       .status = 0x0821});
        assert_int_equal(scenario_accept(io, lwnvme_write_zeroes(b.s.queue, b.s.ns, &io->request, 0, 8)),
                         LWNVME_OK);
        turn(&b);
        turn(&b);
        assert_int_equal(io->called, 1);
        assert_int_equal(lwnvme_queue_in_flight(b.s.queue), 0);
        assert_in_range(lwnvme_next_deadline(b.s.controller) - lwnvme_sim_time(b.s.sim), 2800000, 3100000);
        assert_int_equal(lwnvme_queue_delete(b.s.queue), LWNVME_ERR_QUEUE_IN_USE);
        if (round == 0) {
            lwnvme_sim_fatal(b.s.sim);
            settle(&b);
            assert_int_equal(io->request.status, LWNVME_OK);
        } else if (round == 1) {
            assert_int_equal(lwnvme_recovery_stop(&b.recovery), LWNVME_OK);
            scenario_wait_all(&b.s, b.s.queue);
            assert_int_equal(io->request.status, 0x0821);
        } else if (round == 2) {
            assert_int_equal(scenario_shutdown(&b.s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
            assert_int_equal(io->request.status, 0x0821);
        } else {
            assert_int_equal(scenario_close(&b.s), LWNVME_OK);
            assert_int_equal(io->request.status, 0x0821);
        }
        finish(&b);
    }
}

/* Never issued again: compare, raw commands. What the controller never saw of them is another matter. */
static void fault_064_what_is_done_once(void **state)
{
    struct bench b;
    struct tracked *io[8];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 2; round++) {
        const struct lwnvme_command command = {.opcode = 0x02, .nsid = 1, .cdw12 = 7};

        prepare(&b);
        b.policy.give_back_waiting = round != 0;
        begin(&b, 5);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x05, 2);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 2);
        for (index = 0; index < 8; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b.data, IO_BYTES);

            io[index] = scenario_request(&b.s);
            assert_int_equal(
                scenario_accept(io[index],
                                index % 2 == 0
                                    ? lwnvme_compare(b.s.queue, b.s.ns, &io[index]->request, 0, 8, &buffer)
                                    : lwnvme_raw(b.s.queue, &io[index]->request, &command, &buffer)),
                LWNVME_OK);
        }
        lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        for (index = 0; index < 8; index++) {
            assert_int_equal(io[index]->request.status, index < 4    ? LWNVME_ERR_ABORTED
                                                        : round == 0 ? LWNVME_OK
                                                                     : LWNVME_ERR_NOT_STARTED);
            assert_int_equal(lwnvme_request_outcome(&io[index]->request), index < 4 ? LWNVME_OUTCOME_UNKNOWN
                                                                          : round == 0
                                                                              ? LWNVME_OUTCOME_DONE
                                                                              : LWNVME_OUTCOME_NEVER_STARTED);
        }
        assert_int_equal(b.recovery.counts.given_back, round == 0 ? 4 : 8);
        assert_int_equal(b.recovery.counts.again, 0);
        check_works(&b);
        finish(&b);
    }
}

/* What a flush was to make safe may be gone with the power that the reset is about: it comes back, sent or not. */
static void fault_169_a_flush_does_not_outlive_a_reset(void **state)
{
    struct tracked *flushes[6];
    struct bench b;
    uint32_t index;
    bool cut;

    (void)state;
    for (cut = false;; cut = true) {
        prepare(&b);
        begin(&b, 4); /* three are sent, three wait */
        (void)start_io(&b, 1, true);
        settle(&b);
        assert_int_equal(lwnvme_sim_dirty_blocks(b.s.sim, 1), IO_BLOCKS);
        for (index = 0; index < 6; index++) {
            flushes[index] = scenario_request(&b.s);
            assert_int_equal(
                scenario_accept(flushes[index], lwnvme_flush(b.s.queue, b.s.ns, &flushes[index]->request)),
                0);
        }
        if (cut)
            lwnvme_sim_power_cut(b.s.sim);
        else
            lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        assert_int_equal(lwnvme_controller_state(b.s.controller), LWNVME_STATE_READY);
        for (index = 0; index < 6; index++) {
            assert_int_equal(flushes[index]->called, 1);
            assert_int_equal(flushes[index]->request.status,
                             index < 3 ? LWNVME_ERR_ABORTED : LWNVME_ERR_NOT_STARTED);
        }
        check_works(&b);
        finish(&b);
        if (cut)
            break;
    }
}

/* The policy of a class: writes come back, reads are issued again. A late one says so. */
static void a_class_that_comes_back(void **state)
{
    struct bench b;
    struct tracked *io[6];
    uint32_t index;

    (void)state;
    prepare(&b);
    b.policy.classes[LWNVME_REQUEST_CLASS_WRITE].action = LWNVME_RECOVERY_GIVE_BACK;
    begin(&b, 16);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 3);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 3);
    for (index = 0; index < 6; index++)
        io[index] = start_io(&b, index, index % 2 == 0);
    lwnvme_sim_fatal(b.s.sim);
    settle(&b);
    for (index = 0; index < 6; index++)
        assert_int_equal(io[index]->request.status, index % 2 == 0 ? LWNVME_ERR_ABORTED : LWNVME_OK);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 1);
    io[0] = start_io(&b, 0, true);
    settle(&b);
    assert_int_equal(io[0]->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_request_outcome(&io[0]->request), LWNVME_OUTCOME_UNKNOWN);
    assert_int_equal(b.recovery.counts.aborted, 1);
    check_works(&b);
    finish(&b);
}

/* The straight path stays, and what is on it is issued again, however many laps of the ring ago it was sent. */
static void fast_queues(void **state)
{
    struct bench b;
    struct tracked *lost[5];
    struct tracked *io;
    uint8_t *model = scenario_memory(5 * IO_BYTES, 4096);
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 4; round++) { /* aborted, or reset; with traffic meanwhile, or without */
        uint32_t straight = 0;
        uint32_t laps;

        prepare(&b);
        b.s.settings.scattered = false;
        b.s.settings.latency_us = 0;
        begin(&b, 16);
        scenario_fill(model, 5 * IO_BYTES, round + 1);
        assert_true(lwnvme_sim_write_blocks(b.s.sim, 1, 0, 5 * IO_BLOCKS, model));
        for (index = 0; index < 5; index++) {
            lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
            lost[index] = start_io(&b, index, false);
            straight += lost[index]->request.state == 3;
            for (laps = 0; round % 2 == 0 && laps < 40; laps++) {
                io = start_io(&b, 20, index % 2 != 0);
                straight += io->request.state == 3;
                turn(&b);
                assert_int_equal(io->request.status, LWNVME_OK);
                assert_int_equal(io->called, 1);
            }
        }
        if (LWNVME_CONFIG_STRAIGHT != 0 && b.s.ops->dma_unmap == NULL) /* all but one in each lap */
            assert_in_range(straight, round % 2 == 0 ? 180 : 5, 205);
        if (round / 2 != 0)
            lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        for (index = 0; index < 5; index++)
            assert_int_equal(lost[index]->request.status, LWNVME_OK);
        assert_memory_equal(b.data, model, 5 * IO_BYTES);
        assert_int_equal(b.recovery.counts.aborted, round / 2 == 0 ? 5 : 0);
        assert_int_equal(b.recovery.counts.again, 5);
        check_works(&b);
        if (b.s.ops->dma_unmap == NULL)
            assert_int_equal(b.s.queue->slow & ~1024u, 0); /* as fast as before */
        finish(&b);
    }
    free(model);
}

/* A request of several commands, of which some were answered: all of it again. With memory of the device's own, so that
 * each sync counts. */
static void split_requests_are_issued_again_whole(void **state)
{
    enum {
        BYTES = 60 * IO_BYTES
    };
    struct bench b;
    struct tracked *io;
    uint8_t *model = scenario_memory(BYTES, 4096);
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) { /* in one flight, or the rest waits; reset, or abort */
        struct lwnvme_buffer buffer;

        prepare(&b);
        b.s.settings.mdts = 1;
        b.s.settings.shadow_dma = true;
        b.policy.no_abort = round < 2;
        begin(&b, round % 2 == 0 ? 64 : 5);
        buffer = lwnvme_buffer_cpu(b.data, BYTES);
        scenario_fill(b.data, BYTES, round);
        memcpy(model, b.data, BYTES);
        scenario_fault(
            &b.s, (struct lwnvme_sim_fault){
                      .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x01, .skip = 3});
        io = scenario_request(&b.s);
        assert_int_equal(
            scenario_accept(io, lwnvme_write(b.s.queue, b.s.ns, &io->request, 0, BYTES / 512u, &buffer)),
            LWNVME_OK);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(io->request.bytes_done, BYTES);
        memset(b.data, 0, BYTES);
        scenario_fault(
            &b.s, (struct lwnvme_sim_fault){
                      .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x02, .skip = 2});
        assert_int_equal(
            scenario_accept(io, lwnvme_read(b.s.queue, b.s.ns, &io->request, 0, BYTES / 512u, &buffer)),
            LWNVME_OK);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_memory_equal(b.data, model, BYTES);
        assert_int_equal(b.recovery.counts.resets, round < 2 ? 2 : 0);
        finish(&b);
    }
    free(model);
}

/* The same for a trim that was cut up: no block beside its ranges, and all of them; whether it goes on where it is told that
 * it is due, or anew. One that has begun was not "never started", although no whole range of it has been sent. */
static void trims_are_issued_again_whole(void **state)
{
    enum {
        BLOCKS = 1024
    };
    const struct lwnvme_dsm_range none = {0};
    struct lwnvme_dsm_range ranges[2];
    uint8_t *model = scenario_memory(BLOCKS * 512, 4096);
    uint8_t *seen = scenario_memory(BLOCKS * 512, 4096);
    struct tracked *io;
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 24; round++) {
        prepare(&b);
        b.s.settings.dmrsl = 16;
        b.policy.no_abort = round % 2 == 0;
        begin(&b, 3);
        ranges[0] = none;
        ranges[1] = none;
        lwnvme_dsm_range_set(&ranges[round / 2 % 2], 100, 8);
        lwnvme_dsm_range_set(&ranges[1 - round / 2 % 2], 400, 300);
        scenario_fill(model, BLOCKS * 512, round);
        assert_true(lwnvme_sim_write_blocks(b.s.sim, 1, 0, BLOCKS, model));
        memset(model + 100 * 512, 0, 8 * 512);
        memset(model + 400 * 512, 0, 300 * 512);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                       .queue = LWNVME_SIM_IO_QUEUES,
                                                       .opcode = LWNVME_NVM_DATASET_MANAGEMENT,
                                                       .count = 2, /* all that fit the ring */
                                                       .skip = round / 4});
        io = scenario_request(&b.s);
        assert_int_equal(scenario_accept(io, lwnvme_dataset_management(b.s.queue, b.s.ns, &io->request,
                                                                       ranges, 2, LWNVME_DSM_DEALLOCATE)),
                         LWNVME_OK);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(io->request.bytes_done, sizeof(ranges));
        assert_true(b.recovery.counts.again != 0);
        assert_true(lwnvme_sim_read_blocks(b.s.sim, 1, 0, BLOCKS, seen));
        assert_memory_equal(seen, model, BLOCKS * 512);
        finish(&b);
    }
    free(seen);
    free(model);
}

/* Shared queues, and several on one completion ring. */
static void shared_queues_and_rings(void **state)
{
    struct bench b;
    struct lwnvme_queue second;
    struct lwnvme_queue *first;
    struct tracked *io[20];
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 4; round++) {
        struct lwnvme_queue_config config = {.entries = 8, .flags = round / 2 == 1 ? LWNVME_QUEUE_SHARED : 0};

        prepare(&b);
        memset(&second, 0, sizeof(second));
        b.policy.no_abort = round % 2 != 0;
        begin(&b, 8);
        assert_int_equal(lwnvme_sync_queue_delete(b.s.queue), LWNVME_OK);
        config.cq_entries = 32;
        first = b.s.queue;
        assert_int_equal(lwnvme_sync_queue_create(b.s.controller, first, &config), LWNVME_OK);
        config.cq_entries = 0;
        assert_int_equal(lwnvme_queue_create_on(first, &second, &config), LWNVME_OK);
        while (lwnvme_queue_status(&second) == LWNVME_PENDING)
            turn(&b);
        assert_int_equal(lwnvme_queue_status(&second), LWNVME_OK);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 3);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 2);
        for (index = 0; index < 20; index++) {
            b.s.queue = index % 2 == 0 ? first : &second;
            io[index] = start_io(&b, index, index % 4 < 2);
        }
        b.s.queue = first;
        settle(&b);
        for (index = 0; index < 20; index++)
            assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.aborted, round % 2 == 0 ? 5 : 0);
        check_works(&b);
        b.s.queue = &second;
        check_works(&b);
        b.s.queue = first;
        finish(&b);
    }
}

/* Blocking calls return, and what they did was done. */
static void blocking_calls_return(void **state)
{
    struct bench b;
    struct lwnvme_identify_controller *identify = scenario_memory(4096, 4096);
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) { /* aborted; reset; reset in vain; an admin command */
        prepare(&b);
        b.s.settings.relax_step_us = 1000;
        b.s.settings.cap_to = 1;
        b.policy.no_abort = round != 0;
        begin(&b, 8);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
        if (round == 2)
            lwnvme_sim_settings(b.s.sim)->never_ready = true;
        if (round == 3) {
            lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x06, 1);
            assert_int_equal(lwnvme_sync_identify_get_controller(b.s.controller, identify), LWNVME_OK);
            assert_int_equal(b.recovery.counts.resets, 1);
        }
        assert_int_equal(lwnvme_sync_read(b.s.queue, b.s.ns, 0, 8, b.data, 0),
                         round == 2 ? LWNVME_ERR_TIMEOUT : LWNVME_OK);
        if (round == 3)
            settle(&b);
        assert_int_equal(lwnvme_controller_status(b.s.controller),
                         round == 2 ? LWNVME_ERR_ENABLE_TIMEOUT : LWNVME_OK);
        if (round == 3)
            assert_int_equal(lwnvme_sync_read(b.s.queue, b.s.ns, 0, 8, b.data, 0), LWNVME_OK);
        finish(&b);
    }
    free(identify);
}

/* Queues that are being made, or deleted, when a recovery comes. */
static void queues_in_the_making(void **state)
{
    struct bench b;
    struct lwnvme_queue queue;
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) {
        static const uint8_t opcodes[4] = {0x05, 0x01, 0x00, 0x04};

        prepare(&b);
        memset(&queue, 0, sizeof(queue));
        b.s.settings.relax_step_us = 1000;
        begin(&b, 8);
        if (round > 1)
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &queue, NULL), LWNVME_OK);
        lose(&b, LWNVME_SIM_ADMIN_QUEUE, opcodes[round], 1);
        if (round < 2)
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &queue, NULL), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_delete(&queue), LWNVME_OK);
        settle(&b);
        assert_int_equal(b.recovery.counts.resets, 1);
        check_works(&b);
        finish(&b);
    }
}

/* The caller's own reset gives back what is in flight, as ever, and ends what the ladder was at. */
static void the_callers_own_reset(void **state)
{
    struct bench b;
    struct tracked *io[12];
    uint32_t index;

    (void)state;
    prepare(&b);
    begin(&b, 8);
    b.s.settings.abort_does_nothing = true;
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
    for (index = 0; index < 12; index++)
        io[index] = start_io(&b, index, false);
    while (lwnvme_recovery_get_state(&b.recovery) != LWNVME_RECOVERY_ABORTING)
        turn(&b);
    assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_get_state(&b.recovery), LWNVME_RECOVERY_WATCHING);
    for (index = 0; index < 12; index++) {
        assert_int_equal(io[index]->called, 1);
        assert_true(io[index]->request.status == (index >= 7                ? LWNVME_ERR_NOT_STARTED
                                                  : io[index]->request.late ? LWNVME_ERR_TIMEOUT
                                                                            : LWNVME_ERR_ABORTED));
    }
    assert_int_equal(b.s.events[LWNVME_EVENT_RECOVERY], 0);
    assert_int_equal(b.recovery.counts.resets, 0);
    check_works(&b);
    finish(&b);
}

/* A close in the pause before a further reset does not wait for its end: the controller has stopped. */
static void closed_in_a_pause(void **state)
{
    struct bench b;
    uint64_t begun;

    (void)state;
    prepare(&b);
    b.policy.pause_ms = 30000;
    begin(&b, 8);
    scenario_fault(&b.s,
                   (struct lwnvme_sim_fault){
                       .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 0x06, .count = 8});
    lwnvme_sim_fatal(b.s.sim);
    while (b.recovery.counts.resets < 2)
        turn(&b);
    lwnvme_sim_advance(b.s.sim, 100000);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_PENDING);
    assert_true(lwnvme_next_deadline(b.s.controller) > scenario_now(&b.s) + 20 * SECOND_US);
    begun = scenario_now(&b.s);
    assert_int_equal(scenario_close(&b.s), LWNVME_OK);
    assert_true(scenario_now(&b.s) - begun < SECOND_US);
    finish(&b);
}

/* A clock that stands still is nothing that a reset helps against. */
static void fault_121_a_clock_that_stands_still(void **state)
{
    struct bench b;
    struct tracked *io;
    uint32_t polls;

    (void)state;
    prepare(&b);
    begin(&b, 8);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = start_io(&b, 0, false);
    lwnvme_sim_settings(b.s.sim)->clock_stop_at = lwnvme_sim_counters(b.s.sim)->now_calls + 1;
    for (polls = 0; io->called == 0; polls++) {
        (void)lwnvme_controller_poll(b.s.controller);
        assert_in_range(polls, 0, 3u * LWNVME_CONFIG_STUCK_CLOCK_POLLS);
    }
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_CLOCK_STOPPED);
    assert_int_equal(io->request.status, LWNVME_ERR_ABORTED);
    assert_int_equal(b.recovery.counts.recoveries, 0);
    finish(&b);
}

/* What is submitted in such a pause has its deadline by a host that sleeps as long as it may; and one that sleeps without such
 * requests sleeps to the end. */
static void deadlines_in_a_pause(void **state)
{
    struct bench b;
    struct tracked *io;
    struct lwnvme_buffer buffer;
    uint64_t begun;
    uint64_t end;

    (void)state;
    prepare(&b);
    b.policy.pause_ms = 30000;
    begin(&b, 8);
    lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x06, 2);
    lwnvme_sim_fatal(b.s.sim);
    while (b.recovery.counts.resets < 2)
        turn(&b);
    end = lwnvme_next_deadline(b.s.controller);
    assert_true(end > lwnvme_sim_time(b.s.sim) + 20 * SECOND_US);
    buffer = lwnvme_buffer_cpu(b.data, 4096);
    io = scenario_request(&b.s);
    io->request.timeout_ms = 500;
    assert_int_equal(scenario_accept(io, lwnvme_read(b.s.queue, b.s.ns, &io->request, 0, 8, &buffer)),
                     LWNVME_OK);
    begun = lwnvme_sim_time(b.s.sim);
    while (io->called == 0) {
        uint64_t now = lwnvme_sim_time(b.s.sim);
        uint64_t next = lwnvme_next_deadline(b.s.controller);

        lwnvme_sim_advance(b.s.sim, next > now ? next - now : 1);
        (void)lwnvme_queue_poll(b.s.queue, 0);
        (void)lwnvme_controller_poll(b.s.controller);
    }
    assert_int_equal(io->request.status, LWNVME_ERR_RECOVERING);
    assert_in_range(lwnvme_sim_time(b.s.sim) - begun, SECOND_US / 2, SECOND_US * 3 / 5);
    assert_true(lwnvme_next_deadline(b.s.controller) == end);
    settle(&b);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
    finish(&b);
}

/* LWNVME_REQUEST_NO_WAIT is about the submission: an admin command that has been sent once waits for room, or for a page, when it
 * is issued again, as I/O does. */
static void not_to_wait_is_over_once_it_is_sent(void **state)
{
    struct bench b;
    struct tracked *io[3];
    const struct lwnvme_command features = {.opcode = 0x0a, .cdw10 = 7};
    uint32_t index;

    (void)state;
    prepare(&b);
    begin(&b, 8);
    scenario_fault(
        &b.s, (struct lwnvme_sim_fault){
                  .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .any_opcode = true, .count = 3});
    for (index = 0; index < 3; index++) {
        io[index] = scenario_request(&b.s);
        io[index]->request.flags = LWNVME_REQUEST_NO_WAIT;
        assert_int_equal(
            scenario_accept(io[index],
                            index == 1
                                ? lwnvme_identify(b.s.controller, &io[1]->request, 1, 0, b.data)
                                : lwnvme_admin_raw(b.s.controller, &io[index]->request, &features, NULL)),
            LWNVME_OK);
    }
    settle(&b);
    for (index = 0; index < 3; index++) {
        assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_int_equal(io[index]->request.flags, LWNVME_REQUEST_NO_WAIT);
    }
    assert_int_equal(b.recovery.counts.again, 3);
    finish(&b);
}

static uint32_t refused_as_recovering;

static void submit_in_recovery(struct tracked *io)
{
    struct bench *b = (struct bench *)io->data;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b->data, IO_BYTES);
    struct lwnvme_request *request = &scenario_request(&b->s)->request;

    request->flags = LWNVME_REQUEST_NO_WAIT;
    if (lwnvme_read(b->s.queue, b->s.ns, request, 0, 8, &buffer) == LWNVME_ERR_RECOVERING)
        refused_as_recovering++;
    assert_int_equal(lwnvme_recovery_stop(&b->recovery), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(b->s.controller), LWNVME_ERR_IN_CALLBACK);
}

/* What is refused, and how. */
static void refusals(void **state)
{
    struct bench b;
    struct lwnvme_recovery other;
    struct lwnvme_recovery_namespace entry;
    struct lwnvme_recovery_setting setting;
    struct tracked *io;

    (void)state;
    prepare(&b);
    memset(&other, 0, sizeof(other));
    memset(&entry, 0, sizeof(entry));
    memset(&setting, 0, sizeof(setting));
    assert_int_equal(lwnvme_recovery_get_state(NULL), LWNVME_RECOVERY_OFF);
    assert_int_equal(lwnvme_recovery_get_state(&other), LWNVME_RECOVERY_OFF);
    assert_int_equal(lwnvme_recovery_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_stop(&other), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_recovery_start(NULL, &other, NULL), LWNVME_ERR_NULL_ARGUMENT);
    begin(&b, 8);
    assert_int_equal(lwnvme_recovery_start(b.s.controller, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_start(b.s.controller, &other, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_recovery_start(b.s.controller, &b.recovery, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, NULL, b.s.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_watch(&other, &entry, b.s.ns), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, &entry, b.s.ns), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, &entry, b.s.ns), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_recovery_restore(&b.recovery, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_recovery_restore(&other, &setting), LWNVME_ERR_NOT_OPEN);
    setting.data_bytes = 4097;
    assert_int_equal(lwnvme_recovery_restore(&b.recovery, &setting), LWNVME_ERR_INVALID_ARGUMENT);
    setting.data_bytes = 0;
    assert_int_equal(lwnvme_recovery_restore(&b.recovery, &setting), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_restore(&b.recovery, &setting), LWNVME_ERR_BUSY);
    lwnvme_recovery_forget(&b.recovery, &setting);
    lwnvme_recovery_forget(&b.recovery, &setting);
    lwnvme_recovery_forget(NULL, &setting);
    lwnvme_recovery_unwatch(&b.recovery, &entry);
    lwnvme_recovery_unwatch(NULL, &entry);
    /* on the way: a request that comes back in the middle */
    b.recovery.policy.classes[LWNVME_REQUEST_CLASS_READ].action = LWNVME_RECOVERY_GIVE_BACK;
    refused_as_recovering = 0;
    io = start_io(&b, 0, false);
    io->data = &b;
    io->then = submit_in_recovery;
    lwnvme_sim_fatal(b.s.sim);
    settle(&b);
    assert_int_equal(refused_as_recovering, 1);
    assert_true(lwnvme_status_retryable(LWNVME_ERR_RECOVERING));
    /* stopped and started again */
    assert_int_equal(lwnvme_recovery_stop(&b.recovery), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_get_state(&b.recovery), LWNVME_RECOVERY_OFF);
    check_works(&b);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = start_io(&b, 0, false);
    assert_int_equal(lwnvme_recovery_start(b.s.controller, &b.recovery, NULL), LWNVME_ERR_BUSY);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_recovery_start(b.s.controller, &b.recovery, NULL), LWNVME_OK);
    assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = start_io(&b, 0, false);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(scenario_close(&b.s), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_stop(&b.recovery), LWNVME_ERR_NOT_OPEN);
    finish(&b);
}

static uint32_t told_events;

static void tell(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    (void)events;
    (void)event;
    told_events++;
}

/* What a reset takes back is there again afterwards: settings, event requests, host memory, shadow doorbells. */
static void fault_141_149_what_a_reset_takes_back(void **state)
{
    static struct lwnvme_events events;
    static struct lwnvme_host_memory memory;
    static struct lwnvme_shadow shadow;
    struct lwnvme_recovery_setting settings[2];
    struct tracked *io[12];
    struct bench b;
    uint32_t round;
    uint32_t index;
    uint32_t bytes;

    (void)state;
    prepare(&b);
    memset(&events, 0, sizeof(events));
    memset(&memory, 0, sizeof(memory));
    memset(&shadow, 0, sizeof(shadow));
    memset(settings, 0, sizeof(settings));
    told_events = 0;
    lwnvme_sim_config_full(&b.s.settings);
    b.s.settings.oacs |= 0x100; /* Doorbell Buffer Config */
    b.s.settings.latency_us = 20;
    begin(&b, 8);
    events.event = tell;
    events.enable = LWNVME_EVENTS_ALL;
    assert_int_equal(lwnvme_events_start(b.s.controller, &events), LWNVME_OK);
    memory.budget_bytes = UINT64_C(64) << 20;
    assert_int_equal(lwnvme_sync_host_memory_start(b.s.controller, &memory), LWNVME_OK);
    assert_int_equal(lwnvme_shadow_start(b.s.controller, &shadow), LWNVME_OK);
    settings[0].command =
        (struct lwnvme_command){.opcode = 0x09, .cdw10 = 0x01, .cdw11 = 0x03}; /* arbitration */
    settings[1].command = (struct lwnvme_command){.opcode = 0x09, .cdw10 = 0x7f};
    for (index = 0; index < 2; index++)
        assert_int_equal(lwnvme_recovery_restore(&b.recovery, &settings[index]), LWNVME_OK);
    for (index = 0; index < 200; index++)
        turn(&b);
    assert_int_equal(lwnvme_shadow_status(&shadow), LWNVME_OK);
    for (round = 0; round < 3; round++) {
        const struct lwnvme_command get = {.opcode = 0x0a, .cdw10 = 0x01};
        struct tracked *admin;

        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 7);
        for (index = 0; index < 12; index++)
            io[index] = start_io(&b, index, false);
        bytes = (uint32_t)lwnvme_sim_hmb_bytes(b.s.sim);
        assert_int_not_equal(bytes, 0);
        lwnvme_sim_fatal(b.s.sim);
        settle(&b);
        for (index = 0; index < 12; index++)
            assert_int_equal(io[index]->request.status, LWNVME_OK);
        for (index = 0; index < 500; index++)
            turn(&b);
        assert_int_equal(lwnvme_sim_hmb_bytes(b.s.sim), bytes);
        assert_int_equal(lwnvme_shadow_status(&shadow), LWNVME_OK);
        assert_int_equal(settings[0].status, LWNVME_OK);
        assert_int_not_equal(settings[1].status, LWNVME_OK);
        admin = scenario_request(&b.s);
        assert_int_equal(
            scenario_accept(admin, lwnvme_admin_raw(b.s.controller, &admin->request, &get, NULL)), LWNVME_OK);
        scenario_wait_all(&b.s, NULL);
        assert_int_equal(admin->request.result_dw0 & 7, 3);
        told_events = 0;
        lwnvme_sim_event_real(b.s.sim, 1, 0, 2);
        for (index = 0; index < 300; index++)
            turn(&b);
        assert_int_equal(told_events, 1);
        check_works(&b);
    }
    finish(&b);
}

#define CHAOS_SEEDS    16u /* or what SEEDS in the environment says */
#define CHAOS_REQUESTS 64u

/* What a request of the chaos was about: blocks of its own. */
struct chaos {
    bool write;
    uint8_t *data;
    uint8_t *before; /* what stood there */
};

static void chaos_fault(struct bench *b, uint32_t *noise)
{
    static const uint16_t statuses[] = {0x021, 0x082, 0x4021, 0x281, 0x006, 0x371};
    struct lwnvme_sim_config *settings = lwnvme_sim_settings(b->s.sim);
    struct lwnvme_sim_fault fault = {.queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true};

    fault.skip = scenario_random(noise) % 4;
    fault.count = 1 + scenario_random(noise) % 3;
    switch (scenario_random(noise) % 12) {
    case 0:
    case 1:
    case 2:
        fault.kind = LWNVME_SIM_LOSE;
        break;
    case 3:
        fault.kind = LWNVME_SIM_DELAY;
        fault.value = scenario_random(noise) % (3u * IO_TIMEOUT * 1000u);
        break;
    case 4:
    case 5:
        fault.kind = LWNVME_SIM_STATUS;
        fault.status = statuses[scenario_random(noise) % 6];
        break;
    case 6:
        fault.kind = LWNVME_SIM_LOSE;
        fault.queue = LWNVME_SIM_ADMIN_QUEUE;
        break;
    case 7:
        fault.kind = LWNVME_SIM_DUPLICATE;
        fault.value = scenario_random(noise) % 1000u;
        break;
    case 8:
        lwnvme_sim_fatal(b->s.sim);
        return;
    case 9:
        lwnvme_sim_subsystem_reset(b->s.sim);
        return;
    case 10:
        settings->abort_does_nothing = scenario_random(noise) % 2 != 0;
        settings->abort_never_answers = scenario_random(noise) % 3 == 0;
        return;
    default:
        settings->never_ready = scenario_random(noise) % 3 == 0;
        return;
    }
    (void)lwnvme_sim_fault_add(b->s.sim, &fault); /* when there is room */
}

static void chaos_policy(struct bench *b, uint32_t *noise)
{
    struct lwnvme_recovery_policy *policy = &b->policy;

    policy->no_abort = scenario_random(noise) % 4 == 0;
    policy->subsystem_reset = scenario_random(noise) % 2 != 0;
    policy->give_back_waiting = scenario_random(noise) % 3 == 0;
    policy->admin_only = scenario_random(noise) % 3 == 0;
    policy->resets = scenario_random(noise) % 8;
    policy->patience_ms = 300;
    policy->classes[LWNVME_REQUEST_CLASS_WRITE].action = scenario_random(noise) % 3;
    policy->classes[LWNVME_REQUEST_CLASS_READ].tries = scenario_random(noise) % 4;
}

static void chaos_start(struct bench *b, struct chaos *one, struct tracked *io, uint32_t index)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(one->data, IO_BYTES);
    uint64_t lba = (uint64_t)index * IO_BLOCKS;

    (void)scenario_accept(io, one->write
                                  ? lwnvme_write(b->s.queue, b->s.ns, &io->request, lba, IO_BLOCKS, &buffer)
                                  : lwnvme_read(b->s.queue, b->s.ns, &io->request, lba, IO_BLOCKS, &buffer));
}

/* What is said of each request is what the medium says. */
static void chaos_check(struct bench *b, const struct chaos *one, const struct tracked *io, uint32_t index)
{
    uint8_t *now = scenario_memory(IO_BYTES, 4096);

    assert_true(lwnvme_sim_read_blocks(b->s.sim, 1, (uint64_t)index * IO_BLOCKS, IO_BLOCKS, now));
    if (io->accepted == 0 ||
        (one->write && lwnvme_request_outcome(&io->request) == LWNVME_OUTCOME_NEVER_STARTED))
        assert_memory_equal(now, one->before, IO_BYTES);
    else if (io->request.status == LWNVME_OK)
        assert_memory_equal(now, one->data, IO_BYTES);
    else
        assert_true(memcmp(now, one->before, IO_BYTES) == 0 ||
                    (one->write && memcmp(now, one->data, IO_BYTES) == 0));
    free(now);
}

static uint32_t chaos_seeds(void)
{
    const char *seeds = getenv("SEEDS");

    return seeds != NULL ? (uint32_t)strtoul(seeds, NULL, 10) : CHAOS_SEEDS;
}

static void chaos_count(struct lwnvme_recovery_counts *all, const struct lwnvme_recovery_counts *one)
{
    all->aborted += one->aborted;
    all->lost_aborts += one->lost_aborts;
    all->resets += one->resets;
    all->subsystem_resets += one->subsystem_resets;
    all->failures += one->failures;
    all->again += one->again;
    all->waited += one->waited;
    all->given_back += one->given_back;
}

/* Seeds of trouble: requests of their own blocks, faults of all kinds, policies of all kinds. */
static void chaos(void **state)
{
    struct lwnvme_recovery_counts all;
    uint32_t seeds = chaos_seeds();
    uint32_t seed;

    (void)state;
    memset(&all, 0, sizeof(all));
    for (seed = 1; seed <= seeds; seed += scenario_stride()) {
        uint32_t noise = seed * 2654435761u;
        struct chaos ones[CHAOS_REQUESTS];
        struct tracked *ios[CHAOS_REQUESTS];
        struct bench b;
        uint32_t index;

        prepare(&b);
        b.s.time_limit_us = 2000 * SECOND_US;
        b.s.settings.cap_to = 1;
        b.s.settings.cap_nssrs = true;
        b.s.settings.scattered = seed % 2 != 0;
        chaos_policy(&b, &noise);
        begin(&b, 4 + scenario_random(&noise) % 12);
        for (index = 0; index < CHAOS_REQUESTS; index++) {
            ones[index].write = scenario_random(&noise) % 2 != 0;
            ones[index].data = scenario_memory(IO_BYTES, 4096);
            ones[index].before = scenario_memory(IO_BYTES, 4096);
            scenario_fill(ones[index].before, IO_BYTES, seed * 100u + index);
            scenario_fill(ones[index].data, IO_BYTES, seed * 100u + index + 77777u);
            assert_true(lwnvme_sim_write_blocks(b.s.sim, 1, (uint64_t)index * IO_BLOCKS, IO_BLOCKS,
                                                ones[index].before));
        }
        for (index = 0; index < CHAOS_REQUESTS; index++) {
            uint32_t turns = scenario_random(&noise) % 3 == 0 ? scenario_random(&noise) % 400 : 0;

            ios[index] = scenario_request(&b.s);
            chaos_start(&b, &ones[index], ios[index], index);
            if (scenario_random(&noise) % 4 == 0)
                chaos_fault(&b, &noise);
            while (turns-- != 0)
                turn(&b);
        }
        settle(&b);
        for (index = 0; index < CHAOS_REQUESTS; index++) {
            chaos_check(&b, &ones[index], ios[index], index);
            free(ones[index].data);
            free(ones[index].before);
        }
        chaos_count(&all, &b.recovery.counts);
        lwnvme_sim_faults_clear(b.s.sim);
        lwnvme_sim_settings(b.s.sim)->never_ready = false;
        if (lwnvme_controller_status(b.s.controller) != LWNVME_OK)
            assert_int_equal(scenario_reset(&b.s), LWNVME_OK);
        settle(&b);
        if (lwnvme_queue_status(b.s.queue) != LWNVME_OK)
            scenario_queue(&b.s, 8);
        check_works(&b);
        finish(&b);
    }
    /* all of it has happened */
    assert_true(seeds < CHAOS_SEEDS || scenario_stride() != 1 ||
                (all.aborted != 0 && all.lost_aborts != 0 && all.resets != 0 && all.subsystem_resets != 0 &&
                 all.failures != 0 && all.again != 0 && all.waited != 0 && all.given_back != 0));
    if (seeds > CHAOS_SEEDS)
        print_message("%u seeds: %u aborted, %u lost aborts, %u resets, %u NSSR, %u failed, %u again, %u "
                      "waited, %u given back\n",
                      seeds, all.aborted, all.lost_aborts, all.resets, all.subsystem_resets, all.failures,
                      all.again, all.waited, all.given_back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_104_105_a_lost_command_is_aborted_and_issued_again),
        cmocka_unit_test(fault_105_112_an_abort_in_vain_leads_to_a_reset),
        cmocka_unit_test(fault_097_098_a_late_answer_is_an_answer),
        cmocka_unit_test(fault_097_every_order_of_abort_and_answer),
        cmocka_unit_test(fault_095_a_lost_interrupt_is_healed),
        cmocka_unit_test(fault_106_no_more_aborts_than_the_controller_takes),
        cmocka_unit_test(rungs_left_out),
        cmocka_unit_test(fault_108_109_110_what_no_abort_helps_against),
        cmocka_unit_test(fault_115_resets_that_fail_end_in_failure),
        cmocka_unit_test(fault_115_no_endless_circle),
        cmocka_unit_test(the_time_of_a_request_is_bounded),
        cmocka_unit_test(fault_013_118_a_controller_that_does_not_stop),
        cmocka_unit_test(resets_in_vain_lead_to_the_hosts),
        cmocka_unit_test(a_hosts_reset_that_fails_is_the_end),
        cmocka_unit_test(fault_124_removed_on_the_ladder),
        cmocka_unit_test(fault_114_125_another_drive_gets_nothing),
        cmocka_unit_test(fault_114_125_another_namespace_gets_nothing),
        cmocka_unit_test(fault_114_another_size),
        cmocka_unit_test(fault_114_fewer_queues),
        cmocka_unit_test(fault_116_the_number_of_queues_is_refused),
        cmocka_unit_test(fault_116_admin_only),
        cmocka_unit_test(fault_062_063_065_082_statuses_that_pass),
        cmocka_unit_test(requests_that_rest_survive_a_reset),
        cmocka_unit_test(fault_064_what_is_done_once),
        cmocka_unit_test(fault_169_a_flush_does_not_outlive_a_reset),
        cmocka_unit_test(a_class_that_comes_back),
        cmocka_unit_test(fast_queues),
        cmocka_unit_test(split_requests_are_issued_again_whole),
        cmocka_unit_test(trims_are_issued_again_whole),
        cmocka_unit_test(shared_queues_and_rings),
        cmocka_unit_test(blocking_calls_return),
        cmocka_unit_test(queues_in_the_making),
        cmocka_unit_test(the_callers_own_reset),
        cmocka_unit_test(closed_in_a_pause),
        cmocka_unit_test(deadlines_in_a_pause),
        cmocka_unit_test(not_to_wait_is_over_once_it_is_sent),
        cmocka_unit_test(fault_121_a_clock_that_stands_still),
        cmocka_unit_test(refusals),
        cmocka_unit_test(fault_141_149_what_a_reset_takes_back),
        cmocka_unit_test(chaos),
    };

    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL) +
           cmocka_run_group_tests_name("recovery, plain host", tests, scenario_plain_host, NULL);
}

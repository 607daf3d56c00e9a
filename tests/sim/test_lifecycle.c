/* SPDX-License-Identifier: MIT */
/* Shutdown, resume, reset, close: at rest, with I/O in flight, a hundred times, and in every state. */
#include "scenario.h"

#define IO_BYTES 4096u

static uint8_t io_data[64][IO_BYTES];

/* Starts `count` writes of 8 blocks each. */
static void start_io(struct scenario *s, uint32_t count)
{
    uint32_t index;

    for (index = 0; index < count; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io_data[index], IO_BYTES);
        struct tracked *io = scenario_request(s);

        scenario_fill(io_data[index], IO_BYTES, index + 1);
        assert_int_equal(
            scenario_accept(io, lwnvme_write(s->queue, s->ns, &io->request, (uint64_t)index * 8, 8, &buffer)),
            LWNVME_OK);
    }
}

/* Every request has one of the statuses that a stop may give. Returns how many were carried out. */
static uint32_t count_done(const struct scenario *s)
{
    const struct tracked *io;
    uint32_t done = 0;

    for (io = s->requests; io != NULL; io = io->next) {
        assert_int_equal(io->called, io->accepted);
        if (io->request.status == LWNVME_OK) {
            assert_int_equal(io->request.bytes_done, IO_BYTES);
            done++;
        } else if (io->request.status != LWNVME_ERR_ABORTED && io->request.status != LWNVME_ERR_NOT_STARTED) {
            fail_msg("%s", lwnvme_status_string(io->request.status));
        } else {
            assert_int_equal(io->request.bytes_done, 0);
        }
    }
    return done;
}

static void drop_requests(struct scenario *s)
{
    struct tracked *io;

    while ((io = s->requests) != NULL) {
        s->requests = io->next;
        assert_int_equal(io->called, io->accepted);
        free(io);
    }
}

static void begin(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    scenario_namespace(s);
}

static void normal_shutdown_completes_what_is_in_flight(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.latency_us = 300;
        begin(&s, 4);
        start_io(&s, 20);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_int_equal(count_done(&s), 20);
        assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), 0);
        assert_int_equal(s.events[LWNVME_EVENT_OFF], 1);
        assert_int_equal(lwnvme_controller_state(s.controller), LWNVME_STATE_OFF);
        assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_PENDING);
        scenario_end(&s);
    }
}

static void abrupt_shutdown_gives_back_what_is_in_flight(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        scenario_prepare(&s);
        s.stepped = mode % 2 != 0;
        s.settings.latency_us = mode < 2 ? 500 : 50000;
        begin(&s, 4);
        start_io(&s, 20);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_ABRUPT), LWNVME_OK);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_true(count_done(&s) < 20);
        drop_requests(&s);
        assert_int_equal(scenario_resume(&s), LWNVME_OK);
        start_io(&s, 20);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(count_done(&s), 20);
        scenario_end(&s);
    }
}

/* What was answered before the controller stopped is done, though nobody has polled since. */
static void answers_that_nobody_has_taken(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.settings.latency_us = 100;
        begin(&s, 16);
        start_io(&s, 6);
        lwnvme_sim_advance(s.sim, 10000);
        assert_int_equal(scenario_in_flight(&s), 6);
        assert_int_equal(mode == 0 ? lwnvme_controller_reset(s.controller)
                                   : lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_ABRUPT),
                         LWNVME_OK);
        while (lwnvme_controller_poll(s.controller) == LWNVME_PENDING)
            lwnvme_sim_advance(s.sim, 30);
        assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_int_equal(count_done(&s), 6);
        scenario_end(&s);
    }
}

/* The queue's owner goes on polling while an abrupt shutdown or a reset is under way. */
static void queue_is_polled_while_the_controller_stops(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        scenario_prepare(&s);
        s.settings.latency_us = 100;
        s.settings.latency_spread_us = 700;
        s.settings.complete_during_disable = mode >= 2;
        begin(&s, 4);
        start_io(&s, 30);
        assert_int_equal(mode % 2 == 0 ? lwnvme_controller_reset(s.controller)
                                       : lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_ABRUPT),
                         LWNVME_OK);
        while (scenario_poll(&s) == LWNVME_PENDING) {
            lwnvme_sim_advance(s.sim, 30);
            (void)lwnvme_queue_poll(s.queue, 0);
        }
        assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
        assert_int_equal(scenario_in_flight(&s), 0);
        (void)count_done(&s);
        scenario_end(&s);
    }
}

static void hundred_times(void **state)
{
    struct scenario s;
    uint32_t round;
    int mode;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        scenario_prepare(&s);
        s.settings.latency_us = 40;
        s.settings.latency_spread_us = 400;
        s.settings.shuffle = true;
        s.time_limit_us = 60 * SECOND_US;
        begin(&s, 8);
        for (round = 0; round < 100; round += scenario_stride()) {
            s.stepped = round % 2 != 0;
            start_io(&s, round % 24);
            lwnvme_sim_advance(s.sim, round * 5);
            if (mode == 0) {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            } else {
                assert_int_equal(scenario_shutdown(&s, (enum lwnvme_shutdown)mode), LWNVME_OK);
                assert_int_equal(scenario_in_flight(&s), 0);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            }
            assert_int_equal(scenario_in_flight(&s), 0);
            (void)count_done(&s);
            drop_requests(&s);
            assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_OK);
        }
        scenario_try_io(&s);
        assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
        scenario_end(&s);
    }
}

static void shutdown_times(void **state)
{
    /* RTD3E, what the shutdown takes, expected, least and most seconds */
    static const struct {
        uint32_t rtd3e_us;
        uint64_t takes_us;
        int expected;
        uint32_t least_s, most_s;
    } rows[] = {
        {0, 4 * SECOND_US, LWNVME_OK, 4, 5},
        {0, 30 * SECOND_US, LWNVME_ERR_SHUTDOWN_TIMEOUT, 5, 7},
        {20000000, 19 * SECOND_US, LWNVME_OK, 19, 20},
        {20000000, 22 * SECOND_US, LWNVME_ERR_SHUTDOWN_TIMEOUT, 20, 21},
        {0xffffffff, 59 * SECOND_US, LWNVME_OK, 59, 60},
        {0xffffffff, 100 * SECOND_US, LWNVME_ERR_SHUTDOWN_TIMEOUT, 60, 62},
    };
    struct scenario s;
    size_t index;
    int kind;

    (void)state;
    for (kind = LWNVME_SHUTDOWN_NORMAL; kind <= LWNVME_SHUTDOWN_ABRUPT; kind++) {
        for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
            uint64_t since;

            scenario_prepare(&s);
            s.settings.rtd3e = rows[index].rtd3e_us;
            s.settings.shutdown_delay_us = rows[index].takes_us;
            s.settings.relax_step_us = 1000;
            s.time_limit_us = 200 * SECOND_US;
            begin(&s, 4);
            since = scenario_now(&s);
            assert_int_equal(scenario_shutdown(&s, (enum lwnvme_shutdown)kind), rows[index].expected);
            assert_in_range((scenario_now(&s) - since) / SECOND_US, rows[index].least_s, rows[index].most_s);
            if (rows[index].expected == LWNVME_OK) {
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            } else {
                assert_int_equal(lwnvme_controller_resume(s.controller), LWNVME_ERR_WRONG_STATE);
                assert_int_equal(s.events[LWNVME_EVENT_FAILED], 1);
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            }
            start_io(&s, 5);
            scenario_wait_all(&s, s.queue);
            assert_int_equal(count_done(&s), 5);
            scenario_end(&s);
        }
    }
}

static void shutdown_never_ends(void **state)
{
    struct scenario s;
    int kind;

    (void)state;
    for (kind = LWNVME_SHUTDOWN_NORMAL; kind <= LWNVME_SHUTDOWN_ABRUPT; kind++) {
        scenario_prepare(&s);
        s.settings.shutdown_never_ends = true;
        s.settings.latency_us = 1000;
        s.settings.relax_step_us = 1000;
        s.time_limit_us = 30 * SECOND_US;
        begin(&s, 4);
        start_io(&s, 10);
        assert_int_equal(scenario_shutdown(&s, (enum lwnvme_shutdown)kind), LWNVME_ERR_SHUTDOWN_TIMEOUT);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_ERR_SHUTDOWN_TIMEOUT);
        scenario_end(&s);
    }
}

/* One command is lost and the shutdown is asked for before its deadline. */
static void shutdown_with_a_lost_command(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.config.io_timeout_ms = 2000;
    s.settings.relax_step_us = 100;
    begin(&s, 4);
    scenario_fault(
        &s, (struct lwnvme_sim_fault){
                .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true, .skip = 1});
    start_io(&s, 3);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_TIMEOUT);
    assert_int_equal(scenario_in_flight(&s), 0);
    scenario_end(&s);
}

/* One is lost that may take an hour: a shutdown waits no longer than the controller's own deadlines, the longer one. */
static void shutdown_does_not_wait_for_an_hour(void **state)
{
    static const uint32_t ms[][2] = {{2000, 5000}, {7000, 5000}};
    struct scenario s;

    (void)state;
    for (uint32_t row = 0; row < 2; row++) {
        uint64_t began_us;

        scenario_prepare(&s);
        s.config.io_timeout_ms = ms[row][0];
        s.config.admin_timeout_ms = ms[row][1];
        s.settings.relax_step_us = 1000;
        begin(&s, 4);
        scenario_fault(&s, (struct lwnvme_sim_fault){
                               .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io_data[0], IO_BYTES);
            struct tracked *io = scenario_request(&s);

            io->request.timeout_ms = 3600000;
            assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 0, 8, &buffer)),
                             LWNVME_OK);
        }
        began_us = lwnvme_sim_time(s.sim);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_SHUTDOWN_TIMEOUT);
        assert_in_range(lwnvme_sim_time(s.sim) - began_us, 5000000 + 2000000 * row, 6000000 + 2000000 * row);
        assert_int_equal(scenario_in_flight(&s), 0);
        scenario_end(&s);
    }
}

/* Close after k polls of each journey, whatever state that is in. */
static void close_in_every_state(void **state)
{
    struct scenario s;
    bool seen[LWNVME_STATE_COUNT] = {false};
    int journey;
    int polls;
    bool ended;

    (void)state;
    for (journey = 0; journey < 5; journey++) {
        for (polls = 0, ended = false; !ended; polls++) {
            int step;

            scenario_prepare(&s);
            s.stepped = true;
            s.settings.ready_delay_us = 120;
            s.settings.disable_delay_us = 120;
            s.settings.shutdown_delay_us = 120;
            s.settings.latency_us = 60;
            s.settings.admin_latency_us = 60;
            s.settings.start_enabled = polls % 2 != 0;
            if (journey == 0) {
                scenario_power(&s);
                assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_OK);
            } else {
                begin(&s, 4);
                if (journey == 4)
                    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
                else
                    start_io(&s, 6);
                assert_int_equal(
                    journey == 1   ? lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL)
                    : journey == 2 ? lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_ABRUPT)
                    : journey == 3 ? lwnvme_controller_reset(s.controller)
                                   : lwnvme_controller_resume(s.controller),
                    LWNVME_OK);
            }
            for (step = 0; step < polls && !ended; step++) {
                ended = scenario_poll(&s) != LWNVME_PENDING;
                lwnvme_sim_advance(s.sim, 20);
            }
            seen[lwnvme_controller_state(s.controller)] = true;
            assert_int_equal(scenario_close(&s), LWNVME_OK);
            assert_int_equal(scenario_in_flight(&s), 0);
            assert_int_equal(lwnvme_controller_state(s.controller), LWNVME_STATE_CLOSED);
            assert_int_equal(lwnvme_controller_close(s.controller), LWNVME_ERR_NOT_OPEN);
            if (journey != 0)
                assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_QUEUE_CLOSED);
            scenario_end(&s);
            assert_true(polls < 1000);
        }
    }
    assert_true(seen[LWNVME_STATE_IDENTIFY]);
    assert_true(seen[LWNVME_STATE_QUEUE_COUNT]);
    assert_true(seen[LWNVME_STATE_IO_QUEUES]);
    assert_true(seen[LWNVME_STATE_DRAIN]);
    assert_true(seen[LWNVME_STATE_DELETE_QUEUES]);
    if (!scenario_on_software)
        return; /* where registers change at once */
    assert_true(seen[LWNVME_STATE_DISABLE]);
    assert_true(seen[LWNVME_STATE_ENABLE]);
    assert_true(seen[LWNVME_STATE_SHUTDOWN]);
}

/* What is not allowed in a state is refused by name and does no harm. */
static void wrong_states(void **state)
{
    struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));
    struct lwnvme_queue other = {0};
    struct scenario s;
    uint64_t commands;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    assert_int_equal(lwnvme_controller_poll(s.controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_resume(s.controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_close(s.controller), LWNVME_ERR_NOT_OPEN);
    assert_null(lwnvme_controller_get_info(s.controller));
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_OK);
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_resume(s.controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL),
                     LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_queue_create(s.controller, &other, NULL), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_namespace_open(s.controller, 1, ns), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(ns->status, LWNVME_ERR_WRONG_STATE);
    assert_null(lwnvme_controller_get_info(s.controller));
    assert_int_equal(scenario_settle(&s), LWNVME_OK);
    scenario_queue(&s, 0);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_controller_resume(s.controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, (enum lwnvme_shutdown)0),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, (enum lwnvme_shutdown)4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    commands = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL),
                     LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sync_identify(s.controller, 1, 0, io_data), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_queue_create(s.controller, &other, NULL), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_OK);
    scenario_end(&s);
    free(ns);
}

static void second_open_of_one_bar(void **state)
{
    struct lwnvme_controller *second = calloc(1, sizeof(*second));
    struct scenario other;
    struct scenario s;
    uint64_t reads;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    reads = lwnvme_sim_counters(s.sim)->mmio_reads;
    assert_int_equal(lwnvme_sync_controller_open(second, &s.config), LWNVME_ERR_ALREADY_OPEN);
    s.config.bar_mapped = lwnvme_sim_bar_mapped(s.sim);
    assert_int_equal(lwnvme_sync_controller_open(second, &s.config), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_controller_state(second), LWNVME_STATE_CLOSED);
    assert_int_equal(lwnvme_sim_counters(s.sim)->mmio_reads, reads);
    scenario_prepare(&other); /* another controller is no problem, nor is closing in the order of opening */
    scenario_start(&other);
    scenario_try_io(&s);
    scenario_try_io(&other);
    s.config.bar_mapped = NULL;
    s.config.event = NULL;
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_open(second, &s.config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_controller_close(second), LWNVME_OK);
    scenario_end(&s);
    scenario_try_io(&other);
    scenario_end(&other);
    free(second);
}

static uint32_t pretend; /* what Identify Controller says from now on */

static void identity_changes(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns != LWNVME_CNS_CONTROLLER)
        return;
    if (pretend == 1)
        data[4] = 'X'; /* serial number */
    if (pretend == 2)
        data[24 + 39] = 'X'; /* model */
    if (pretend == 3)
        data[77] = 1; /* MDTS */
    if (pretend == 4)
        memset(data, 0, 4096);
}

static void another_controller_after_a_reset(void **state)
{
    struct scenario s;
    uint32_t what;

    (void)state;
    for (what = 1; what <= 4; what++) {
        int expected = what == 4 ? LWNVME_ERR_IDENTIFY_DATA : LWNVME_ERR_CONTROLLER_CHANGED;

        scenario_prepare(&s);
        s.stepped = what % 2 != 0;
        s.settings.on_identify = identity_changes;
        s.settings.latency_us = 100;
        pretend = 0;
        begin(&s, 4);
        start_io(&s, 6);
        pretend = what;
        assert_int_equal(scenario_reset(&s), expected);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_ERR_FAILED);
        pretend = 0;
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_OK);
        scenario_end(&s);
    }
}

/* Other firmware says in CAP what CC, the doorbells or the queues that exist do not fit. */
static void other_capabilities_after_a_reset(void **state)
{
    struct scenario s;
    struct lwnvme_queue small;
    uint32_t what;

    (void)state;
    for (what = 1; what <= 6; what++) {
        struct lwnvme_sim_config *settings;
        struct lwnvme_sim_config before;
        bool fits = what > 4;

        scenario_prepare(&s);
        s.stepped = what % 2 != 0;
        s.settings.latency_us = 100;
        begin(&s, 16);
        start_io(&s, 6);
        settings = lwnvme_sim_settings(s.sim);
        before = *settings;
        settings->cap_dstrd = what == 1 ? 2 : before.cap_dstrd;
        settings->cap_mpsmin = what == 2 ? 1 : before.cap_mpsmin;
        settings->cap_css = what == 3 ? 0x80 : before.cap_css;
        settings->cap_mqes = what == 4 ? 0 : what == 5 ? 7 : before.cap_mqes;
        settings->cap_mpsmax = what == 6 ? 15 : before.cap_mpsmax;
        assert_int_equal(scenario_reset(&s), fits ? LWNVME_OK : LWNVME_ERR_CONTROLLER_CHANGED);
        assert_int_equal(scenario_in_flight(&s), 0);
        if (!fits) {
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_ERR_FAILED);
            assert_int_equal(scenario_reset(&s), LWNVME_ERR_CONTROLLER_CHANGED); /* it still does not fit */
            settings->cap_dstrd = before.cap_dstrd;
            settings->cap_mpsmin = before.cap_mpsmin;
            settings->cap_css = before.cap_css;
            settings->cap_mqes = before.cap_mqes;
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        }
        if (what == 5) { /* as many entries as there may be now */
            assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_QUEUE_LIMIT);
            assert_int_equal(lwnvme_controller_get_info(s.controller)->queue_entries_max, 8);
            memset(&small, 0, sizeof(small));
            assert_int_equal(lwnvme_sync_queue_create(s.controller, &small, NULL), LWNVME_OK);
            assert_int_equal(lwnvme_sync_read(&small, s.ns, 0, 1, io_data, 0), LWNVME_OK);
        } else {
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_OK);
        }
        scenario_end(&s);
    }
}

static void fewer_queues_after_a_reset(void **state)
{
    struct scenario s;
    uint32_t granted;
    int mode;

    (void)state;
    for (granted = 0; granted <= 3; granted++) {
        for (mode = 0; mode < 2; mode++) {
            struct lwnvme_queue *queues = calloc(3, sizeof(*queues));
            uint32_t index;

            scenario_prepare(&s);
            scenario_start(&s);
            scenario_namespace(&s);
            for (index = 0; index < 3; index++)
                assert_int_equal(lwnvme_sync_queue_create(s.controller, &queues[index], NULL), LWNVME_OK);
            if (granted == 0) {
                scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                             .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                             .opcode = LWNVME_ADMIN_SET_FEATURES,
                                                             .status = 0x4006});
            } else {
                lwnvme_sim_settings(s.sim)->number_of_queues_override = true;
                lwnvme_sim_settings(s.sim)->number_of_queues = (granted - 1) << 16 | (granted - 1);
            }
            if (mode == 0) {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            } else {
                assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            }
            assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, granted);
            for (index = 0; index < 3; index++) {
                bool there = index < granted;

                assert_int_equal(lwnvme_queue_status(&queues[index]),
                                 there ? LWNVME_OK : LWNVME_ERR_QUEUE_LIMIT);
                assert_int_equal(lwnvme_sync_read(&queues[index], s.ns, 0, 1, io_data, 0),
                                 there ? LWNVME_OK : LWNVME_ERR_QUEUE_CLOSED);
            }
            scenario_end(&s);
            free(queues);
        }
    }
}

/* One of three queues cannot be made again after a reset: the controller and the others go on. */
static void queue_refused_after_a_reset(void **state)
{
    struct scenario s;
    int step;

    (void)state;
    for (step = 0; step < 6; step++) {
        struct lwnvme_queue *queues = calloc(3, sizeof(*queues));
        uint32_t refused = 0;
        uint32_t index;

        scenario_prepare(&s);
        scenario_start(&s);
        scenario_namespace(&s);
        for (index = 0; index < 3; index++)
            assert_int_equal(lwnvme_sync_queue_create(s.controller, &queues[index], NULL), LWNVME_OK);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .opcode = step % 2 == 0 ? LWNVME_ADMIN_CREATE_IOCQ
                                                                             : LWNVME_ADMIN_CREATE_IOSQ,
                                                     .skip = (uint32_t)step / 2,
                                                     .status = 0x4006});
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        for (index = 0; index < 3; index++) {
            if (lwnvme_queue_status(&queues[index]) == LWNVME_OK) {
                assert_int_equal(lwnvme_sync_read(&queues[index], s.ns, 0, 1, io_data, 0), LWNVME_OK);
            } else {
                assert_int_equal(lwnvme_queue_status(&queues[index]), 0x4006);
                assert_int_equal(lwnvme_sync_read(&queues[index], s.ns, 0, 1, io_data, 0),
                                 LWNVME_ERR_QUEUE_CLOSED);
                refused++;
            }
        }
        assert_int_equal(refused, 1);
        scenario_end(&s);
        free(queues);
    }
}

static void power_is_lost_while_ready(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 1000;
    begin(&s, 4);
    start_io(&s, 10);
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
    assert_int_equal(scenario_in_flight(&s), 0);
    assert_int_equal(count_done(&s), 0);
    drop_requests(&s);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    start_io(&s, 10);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(count_done(&s), 10);
    scenario_end(&s);
}

static void start_with_subsystem_reset(struct scenario *s, bool stepped)
{
    scenario_prepare(s);
    s->settings.cap_nssrs = true;
    s->settings.latency_us = 1000;
    s->stepped = stepped;
    begin(s, 4);
    start_io(s, 10);
}

static void it_works_again(struct scenario *s)
{
    drop_requests(s);
    start_io(s, 10);
    scenario_wait_all(s, s->queue);
    assert_int_equal(count_done(s), 10);
}

/* Somebody resets the NVM subsystem, twice: each is noticed by the next poll, told by name, and got over by a reset. */
static void fault_109_somebody_resets_the_subsystem(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        uint32_t time;

        start_with_subsystem_reset(&s, mode % 2 != 0);
        for (time = 1; time <= 2; time++) {
            lwnvme_sim_subsystem_reset(s.sim);
            if (mode >= 2) { /* not noticed yet */
                lwnvme_sim_advance(s.sim, 5000);
                assert_int_equal(lwnvme_queue_poll(s.queue, 0), 0);
                start_io(&s, 3);
            }
            assert_int_equal(scenario_settle(&s), LWNVME_ERR_SUBSYSTEM_RESET);
            assert_int_equal(s.events[LWNVME_EVENT_FAILED], time);
            assert_int_equal(scenario_in_flight(&s), 0);
            assert_int_equal(count_done(&s), 0);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_ERR_FAILED);
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
            assert_int_equal(s.events[LWNVME_EVENT_READY], time + 1);
            it_works_again(&s);
            drop_requests(&s);
            start_io(&s, 10);
        }
        assert_int_equal(s.events[LWNVME_EVENT_SUBSYSTEM_RESET], 0);
        scenario_end(&s);
    }
}

/* The same at each moment of a reset, of the identify and queue commands after it above all. */
static void fault_109_somebody_resets_the_subsystem_during_a_reset(void **state)
{
    struct scenario s;
    uint32_t failures = 0;
    uint32_t polls;
    bool early = true;

    (void)state;
    for (polls = 0; early; polls++) {
        uint32_t poll;
        int status = LWNVME_PENDING;

        start_with_subsystem_reset(&s, true);
        s.violations_allowed = true; /* a doorbell may be rung before the reset is noticed */
        assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_OK);
        for (poll = 0; poll < polls && status == LWNVME_PENDING; poll++) {
            status = scenario_poll(&s);
            lwnvme_sim_advance(s.sim, 50);
        }
        early = status == LWNVME_PENDING;
        lwnvme_sim_subsystem_reset(s.sim);
        status = scenario_settle(&s);
        if (status != LWNVME_OK) {
            if (status !=
                LWNVME_ERR_ENABLE_TIMEOUT) /* EN was taken back before RDY came: the wait ends by time */
                assert_int_equal(status, LWNVME_ERR_SUBSYSTEM_RESET);
            failures++;
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        }
        assert_int_equal(scenario_in_flight(&s), 0);
        it_works_again(&s);
        scenario_end(&s);
        assert_true(polls < 1000);
    }
    assert_in_range(failures, 1, polls);
}

/* One that this controller's owner asks for: told before and while it happens, nothing touched for a second. */
static void fault_109_a_subsystem_reset_of_our_own(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        uint64_t accesses;
        uint64_t begun;

        start_with_subsystem_reset(&s, mode != 0);
        begun = scenario_now(&s);
        assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
        assert_int_equal(s.events[LWNVME_EVENT_RESET], 1);
        assert_int_equal(s.events[LWNVME_EVENT_SUBSYSTEM_RESET], 1);
        assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_ERR_WRONG_STATE);
        accesses = lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes;
        while (scenario_now(&s) < begun + SECOND_US - 20000) {
            assert_int_equal(scenario_poll(&s), LWNVME_PENDING);
            lwnvme_sim_advance(s.sim, 10000);
        }
        assert_true(lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes ==
                    accesses);
        assert_int_equal(scenario_settle(&s), LWNVME_OK);
        assert_true(scenario_now(&s) >= begun + SECOND_US);
        assert_int_equal(s.events[LWNVME_EVENT_READY], 2);
        assert_int_equal(s.events[LWNVME_EVENT_FAILED], 0);
        assert_int_equal(scenario_in_flight(&s), 0);
        assert_int_equal(count_done(&s), 0);
        it_works_again(&s);
        scenario_end(&s);
    }
}

static void (*write_any)(void *host, volatile void *registers, size_t offset, uint32_t value);

static void write_all_but_nssr(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    if (offset != 0x20)
        write_any(host, registers, offset, value);
}

/* A close while a controller that has been told to reset the subsystem must not be touched: it waits, then stops what has not
 * reset anything, and keeps no memory. */
static void closed_soon_after_a_subsystem_reset(void **state)
{
    static const uint32_t after_ms[] = {0, 1, 500, 998};
    struct scenario s;
    uint32_t round;

    (void)state;
    for (round = 0; round < 16; round++) {
        uint64_t accesses;
        uint64_t begun;

        start_with_subsystem_reset(&s, true);
        if ((round & 8u) != 0)
            s.controller->quirks |= LWNVME_QUIRK_DELAY_AFTER_DISABLE;
        write_any = s.ops->mmio_write32;
        if ((round & 4u) != 0)
            s.ops->mmio_write32 = write_all_but_nssr;
        begun = scenario_now(&s);
        assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
        lwnvme_sim_advance(s.sim, after_ms[round & 3u] * 1000);
        accesses = lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes;
        while (scenario_now(&s) < begun + SECOND_US - 1000) {
            assert_int_equal(lwnvme_controller_close(s.controller), LWNVME_PENDING);
            lwnvme_sim_advance(s.sim, 1000);
        }
        assert_true(lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes ==
                    accesses);
        assert_int_equal(scenario_close(&s), LWNVME_OK);
        assert_in_range(scenario_now(&s) - begun, SECOND_US, 4 * SECOND_US);
        assert_int_equal(scenario_in_flight(&s), 0);
        scenario_end(&s);
    }
}

/* It is a way out of a failed state too, and refused where there is none. */
static void subsystem_resets_out_of_failure_and_where_there_are_none(void **state)
{
    struct scenario s;

    (void)state;
    start_with_subsystem_reset(&s, false);
    lwnvme_sim_fatal(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
    assert_int_equal(scenario_settle(&s), LWNVME_OK);
    it_works_again(&s);
    scenario_end(&s);

    scenario_prepare(&s);
    begin(&s, 4);
    assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_ERR_NO_SUBSYSTEM_RESET);
    assert_int_equal(s.events[LWNVME_EVENT_RESET] + s.events[LWNVME_EVENT_SUBSYSTEM_RESET], 0);
    start_io(&s, 10);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(count_done(&s), 10);
    lwnvme_sim_subsystem_reset(s.sim); /* by other means than NSSR: no bit says so */
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
    scenario_end(&s);
}

static void removed_and_put_back(void **state)
{
    struct scenario s;
    struct tracked *io;
    uint64_t reads;
    uint32_t back = 0;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 1000;
    begin(&s, 4);
    start_io(&s, 10);
    lwnvme_sim_remove(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_GONE);
    assert_int_equal(scenario_in_flight(&s), 0);
    assert_int_equal(count_done(&s), 0);
    for (io = s.requests; io != NULL; io = io->next) { /* the newest first: seven waited for room */
        assert_int_equal(io->request.status, back < 7 ? LWNVME_ERR_NOT_STARTED : LWNVME_ERR_ABORTED);
        back++;
    }
    assert_int_equal(back, 10);
    assert_int_equal(s.events[LWNVME_EVENT_GONE], 1);
    assert_int_equal(s.events[LWNVME_EVENT_FAILED], 0);
    reads = lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes;
    assert_int_equal(lwnvme_controller_poll(s.controller), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_sync_identify(s.controller, 1, 0, io_data), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_queue_poll(s.queue, 0), 0);
    assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_sim_counters(s.sim)->mmio_reads + lwnvme_sim_counters(s.sim)->mmio_writes, reads);
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    lwnvme_sim_insert(s.sim);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

/* A queue that its owner is deleting stays deleted, whatever happens to the controller meanwhile. */
static void deleted_queue_does_not_come_back(void **state)
{
    struct scenario s;
    int mode;
    int wait_us;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        for (wait_us = 0; wait_us <= 500; wait_us += 100) {
            scenario_prepare(&s);
            s.settings.admin_latency_us = 200;
            begin(&s, 4);
            assert_int_equal(lwnvme_queue_delete(s.queue), LWNVME_OK);
            lwnvme_sim_advance(s.sim, (uint64_t)wait_us);
            if (mode == 0) {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            } else {
                assert_int_equal(scenario_shutdown(&s, (enum lwnvme_shutdown)mode), LWNVME_OK);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            }
            assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_QUEUE_CLOSED);
            scenario_end(&s);
        }
    }
}

/* A queue whose creation a reset or shutdown interrupts is made in the end. */
static void queue_creation_interrupted(void **state)
{
    struct scenario s;
    int mode;
    int wait_us;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        for (wait_us = 0; wait_us <= 500; wait_us += 100) {
            scenario_prepare(&s);
            s.settings.admin_latency_us = 200;
            scenario_start(&s);
            s.queue = calloc(1, sizeof(*s.queue));
            assert_int_equal(lwnvme_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
            lwnvme_sim_advance(s.sim, (uint64_t)wait_us);
            if (mode == 0) {
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            } else {
                assert_int_equal(scenario_shutdown(&s, (enum lwnvme_shutdown)mode), LWNVME_OK);
                assert_int_equal(scenario_resume(&s), LWNVME_OK);
            }
            assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_OK);
            scenario_namespace(&s);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, io_data, 0), LWNVME_OK);
            scenario_end(&s);
        }
    }
}

/* Deleting a queue of a controller that is shut down or has failed needs no command. */
static void queue_deleted_while_the_controller_is_not_ready(void **state)
{
    struct scenario s;
    int failed;

    (void)state;
    for (failed = 0; failed < 2; failed++) {
        scenario_prepare(&s);
        begin(&s, 4);
        if (failed) {
            lwnvme_sim_fatal(s.sim);
            assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
        } else {
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        }
        assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
        assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_QUEUE_CLOSED);
        assert_int_equal(lwnvme_queue_delete(s.queue), LWNVME_ERR_QUEUE_CLOSED);
        memset(s.queue, 0x5a, sizeof(*s.queue)); /* the library has let go of it */
        assert_int_equal(failed ? scenario_reset(&s) : scenario_resume(&s), LWNVME_OK);
        memset(s.queue, 0, sizeof(*s.queue));
        scenario_queue(&s, 4);
        start_io(&s, 10);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(count_done(&s), 10);
        scenario_end(&s);
    }
}

static uint32_t closes_refused;

static void close_on_event(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)event;
    (void)context;
    assert_int_equal(lwnvme_controller_close(controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_shutdown(controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_controller_close(controller), LWNVME_ERR_IN_CALLBACK);
    closes_refused++;
}

static void state_changes_from_an_event_are_refused(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    s.config.event = close_on_event;
    closes_refused = 0;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    lwnvme_sim_remove(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_GONE);
    assert_int_equal(closes_refused, 7);
    scenario_end(&s);
}

static bool queue_is_shared;

static void state_change_in_callback(struct tracked *io)
{
    struct scenario *s = io->scenario;
    struct lwnvme_queue *queue = (struct lwnvme_queue *)io->data;

    assert_int_equal(lwnvme_controller_close(s->controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(s->controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_shutdown(s->controller, LWNVME_SHUTDOWN_ABRUPT),
                     LWNVME_ERR_IN_CALLBACK);
    if (queue_is_shared) { /* another owner may poll at any time, so this one may, too */
        assert_int_equal(lwnvme_sync_read(queue, s->ns, 0, 1, io_data[60], 0), LWNVME_OK);
        return;
    }
    assert_int_equal(lwnvme_sync_read(queue, s->ns, 0, 1, io_data, 0), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_wait(queue, &io->request), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_queue_poll(queue, 0), 0);
}

static void state_changes_from_a_callback_are_refused(void **state)
{
    struct scenario s;
    int shared;

    (void)state;
    for (shared = 0; shared < 2; shared++) {
        struct lwnvme_queue_config config = {.flags = shared != 0 ? LWNVME_QUEUE_SHARED : 0};
        uint32_t index;

        queue_is_shared = shared != 0;
        scenario_prepare(&s);
        s.settings.latency_us = 50;
        scenario_start(&s);
        scenario_namespace(&s);
        s.queue = calloc(1, sizeof(*s.queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
        for (index = 0; index < 4; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io_data[index], IO_BYTES);
            struct tracked *io = scenario_request(&s);

            io->then = state_change_in_callback;
            io->data = s.queue;
            assert_int_equal(
                scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, index * 8, 8, &buffer)),
                LWNVME_OK);
        }
        lwnvme_sim_advance(s.sim, 1000);
        assert_int_equal(lwnvme_queue_poll(s.queue, 0), 4);
        assert_int_equal(scenario_in_flight(&s), 0);
        scenario_end(&s);
    }
}

static bool a_command_is_lost;

static void read_from_the_other_queue(struct tracked *io)
{
    struct scenario *s = io->scenario;
    int status = lwnvme_sync_read((struct lwnvme_queue *)io->data, s->ns, 0, 1, io_data[60], 0);

    if (status == LWNVME_OK)
        return;
    /* Those that the failing controller gives back are called from its own poll. */
    if (!a_command_is_lost ||
        (status != LWNVME_ERR_TIMEOUT && status != LWNVME_ERR_FAILED && status != LWNVME_ERR_IN_CALLBACK))
        fail_msg("%s", lwnvme_status_string(status));
}

/* A callback may wait on another queue, also when that makes the controller fail: nothing is lost or doubled. */
static void callback_waits_on_another_queue(void **state)
{
    struct scenario s;
    int lost;

    (void)state;
    for (lost = 0; lost < 2; lost++) {
        struct lwnvme_queue *other = calloc(1, sizeof(*other));
        uint32_t index;

        scenario_prepare(&s);
        s.settings.latency_us = 50;
        s.settings.relax_step_us = 50;
        s.config.io_timeout_ms = 500;
        a_command_is_lost = lost != 0;
        begin(&s, 8);
        assert_int_equal(lwnvme_sync_queue_create(s.controller, other, NULL), LWNVME_OK);
        if (lost)
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                         .queue = LWNVME_SIM_IO_QUEUES,
                                                         .any_opcode = true,
                                                         .skip = 8});
        for (index = 0; index < 20; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io_data[index], IO_BYTES);
            struct tracked *io = scenario_request(&s);

            io->then = read_from_the_other_queue;
            io->data = other;
            assert_int_equal(
                scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, index * 8, 8, &buffer)),
                LWNVME_OK);
        }
        scenario_wait_all(&s, s.queue);
        assert_int_equal(scenario_settle(&s), lost ? LWNVME_ERR_TIMEOUT : LWNVME_OK);
        scenario_end(&s);
        free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_shutdown_completes_what_is_in_flight),
        cmocka_unit_test(abrupt_shutdown_gives_back_what_is_in_flight),
        cmocka_unit_test(answers_that_nobody_has_taken),
        cmocka_unit_test(queue_is_polled_while_the_controller_stops),
        cmocka_unit_test(hundred_times),
        cmocka_unit_test(shutdown_times),
        cmocka_unit_test(shutdown_never_ends),
        cmocka_unit_test(shutdown_with_a_lost_command),
        cmocka_unit_test(shutdown_does_not_wait_for_an_hour),
        cmocka_unit_test(close_in_every_state),
        cmocka_unit_test(wrong_states),
        cmocka_unit_test(second_open_of_one_bar),
        cmocka_unit_test(another_controller_after_a_reset),
        cmocka_unit_test(other_capabilities_after_a_reset),
        cmocka_unit_test(fewer_queues_after_a_reset),
        cmocka_unit_test(queue_refused_after_a_reset),
        cmocka_unit_test(power_is_lost_while_ready),
        cmocka_unit_test(fault_109_somebody_resets_the_subsystem),
        cmocka_unit_test(fault_109_somebody_resets_the_subsystem_during_a_reset),
        cmocka_unit_test(fault_109_a_subsystem_reset_of_our_own),
        cmocka_unit_test(closed_soon_after_a_subsystem_reset),
        cmocka_unit_test(subsystem_resets_out_of_failure_and_where_there_are_none),
        cmocka_unit_test(removed_and_put_back),
        cmocka_unit_test(deleted_queue_does_not_come_back),
        cmocka_unit_test(queue_creation_interrupted),
        cmocka_unit_test(queue_deleted_while_the_controller_is_not_ready),
        cmocka_unit_test(state_changes_from_an_event_are_refused),
        cmocka_unit_test(state_changes_from_a_callback_are_refused),
        cmocka_unit_test(callback_waits_on_another_queue),
    };

    return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL) +
           cmocka_run_group_tests_name("lifecycle, plain host", tests, scenario_plain_host, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Suspend and resume with all that lives with a controller, under I/O; and drives that are slow, or sleep. */
#include "scenario.h"

#define MIB UINT64_C(0x100000)

struct machine {
    struct scenario s;
    struct lwnvme_host_memory memory;
    struct lwnvme_suspension suspension;
    uint32_t hmb_at_state; /* bytes >> 12 of the host memory buffer when the power state was set */
    uint32_t states_set;
    uint32_t shutdowns_with_memory;
    uint32_t (*read32)(void *host, volatile void *registers, size_t offset_bytes);
};

static struct machine *watched;

static void watch_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    struct machine *m = context;

    if (sqid == 0 && (command[0] & 0xff) == 0x09 && (command[10] & 0xff) == 0x02 &&
        (command[11] & 0x1f) != 0) {
        m->states_set++;
        m->hmb_at_state += (uint32_t)(lwnvme_sim_hmb_bytes(m->s.sim) >> 12);
    }
}

static void prepare(struct machine *m)
{
    memset(m, 0, sizeof(*m));
    watched = m;
    scenario_prepare(&m->s);
    m->s.settings.hmpre = 1024; /* 4 MiB */
    m->s.settings.hmmin = 256;
    m->s.settings.npss = 2;
    memset(m->s.settings.psd, 0, sizeof(m->s.settings.psd));
    m->s.settings.psd[1].nops = true;
    m->s.settings.psd[1].enlat = 1000;
    m->s.settings.psd[1].exlat = 2000;
    m->s.settings.psd[2].nops = true;
    m->s.settings.psd[2].enlat = 10000;
    m->s.settings.psd[2].exlat = 50000;
    m->s.settings.on_command = watch_command;
    m->s.settings.callback_context = m;
    m->s.time_limit_us = 600 * SECOND_US;
}

static void start(struct machine *m)
{
    scenario_start(&m->s);
    scenario_queue(&m->s, 8);
    scenario_namespace(&m->s);
    m->memory.budget_bytes = 4 * MIB;
    m->memory.chunk_bytes = (uint32_t)MIB;
    assert_int_equal(lwnvme_sync_host_memory_start(m->s.controller, &m->memory), LWNVME_OK);
}

/* Until the host memory buffer has been answered for. */
static void memory_settle(struct machine *m)
{
    while (m->memory.status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(m->s.controller);
        lwnvme_sim_advance(m->s.sim, 100);
    }
}

static void block_check(struct machine *m, uint64_t lba, uint32_t seed, bool write)
{
    uint8_t *data = scenario_memory(4096, 4096);
    uint8_t *wanted = scenario_memory(4096, 4096);

    scenario_fill(wanted, 4096, seed);
    if (write) {
        assert_int_equal(lwnvme_sync_write(m->s.queue, m->s.ns, lba, 8, wanted, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_flush(m->s.queue, m->s.ns), LWNVME_OK);
    } else {
        assert_int_equal(lwnvme_sync_read(m->s.queue, m->s.ns, lba, 8, data, 0), LWNVME_OK);
        assert_memory_equal(data, wanted, 4096);
    }
    free(data);
    free(wanted);
}

/* In either way of suspending, with and without power in between, the controller has no memory of the host's while
 * it sleeps, and has it back afterwards; what was flushed is there. */
static void fault_129_the_host_memory_buffer_is_off_while_it_sleeps(void **state)
{
    uint32_t variant;

    (void)state;
    for (variant = 0; variant < 4; variant++) {
        static struct machine m;
        prepare(&m);
        start(&m);
        block_check(&m, 8 * variant, variant, true);
        m.suspension.kind = (variant & 1) == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE;
        /* The answer takes its time; nothing else is sent before it is there. */
        scenario_fault(&m.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                       .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                       .opcode = LWNVME_ADMIN_SET_FEATURES,
                                                       .value = SECOND_US});
        assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_OK);
        assert_int_equal(lwnvme_sim_hmb_bytes(m.s.sim), 0);
        assert_int_equal(m.states_set, variant & 1);
        assert_int_equal(m.hmb_at_state, 0);
        lwnvme_sim_advance(m.s.sim, 100 * SECOND_US);
        if ((variant & 2) != 0)
            lwnvme_sim_power_cut(m.s.sim);
        assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
        memory_settle(&m);
        assert_int_equal(m.memory.status, LWNVME_OK);
        assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == 4 * MIB);
        block_check(&m, 8 * variant, variant, false);
        scenario_end(&m.s);
    }
}

/* What is submitted while it is being suspended waits, and goes on afterwards. */
static void fault_129_io_waits_while_it_sleeps(void **state)
{
    static struct machine m;
    uint8_t *data = scenario_memory(16 * 512, 4096);
    struct tracked *io[16];
    uint32_t index;

    (void)state;
    prepare(&m);
    m.s.settings.latency_us = 500;
    start(&m);
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    for (index = 0; index < 8; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + 512 * index, 512);
        io[index] = scenario_request(&m.s);
        assert_int_equal(scenario_accept(io[index], lwnvme_read(m.s.queue, m.s.ns, &io[index]->request, index,
                                                                1, &buffer)),
                         LWNVME_OK);
    }
    assert_int_equal(lwnvme_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    while (m.states_set == 0) {
        (void)lwnvme_suspension_step(&m.suspension);
        lwnvme_sim_advance(m.s.sim, 100);
    }
    for (index = 0; index < 7; index++) /* as many as the ring had room for; the eighth waited already */
        assert_int_equal(io[index]->called, 1);
    for (index = 8; index < 16; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + 512 * index, 512);
        io[index] = scenario_request(&m.s);
        assert_int_equal(scenario_accept(io[index], lwnvme_read(m.s.queue, m.s.ns, &io[index]->request, index,
                                                                1, &buffer)),
                         LWNVME_OK);
    }
    while (lwnvme_suspension_step(&m.suspension) == LWNVME_PENDING)
        lwnvme_sim_advance(m.s.sim, 100);
    assert_int_equal(m.suspension.status, LWNVME_OK);
    assert_int_equal(scenario_in_flight(&m.s), 9);
    lwnvme_sim_advance(m.s.sim, 60 * SECOND_US); /* longer than a command may take: they have not been sent */
    assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
    scenario_wait_all(&m.s, m.s.queue);
    for (index = 7; index < 16; index++)
        assert_int_equal(io[index]->request.status, LWNVME_OK);
    scenario_end(&m.s);
    free(data);
}

static uint32_t events_seen;

static void event_count(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    (void)events;
    (void)event;
    events_seen++;
}

/* All services at once, in either way of suspending, with and without power in between: each works afterwards. */
static void fault_129_everything_that_lives_with_a_controller_wakes_up(void **state)
{
    static struct machine m;
    static struct lwnvme_events events;
    static struct lwnvme_keep_alive keep_alive;
    uint32_t variant;
    uint32_t turn;

    (void)state;
    for (variant = 0; variant < 4; variant++) {
        prepare(&m);
        m.s.settings.kas = 1;
        start(&m);
        memset(&events, 0, sizeof(events));
        memset(&keep_alive, 0, sizeof(keep_alive));
        events_seen = 0;
        events.event = event_count;
        events.enable = 0xffffffffu;
        keep_alive.timeout_ms = 1000;
        assert_int_equal(lwnvme_events_start(m.s.controller, &events), LWNVME_OK);
        assert_int_equal(lwnvme_sync_keep_alive_start(m.s.controller, &keep_alive), LWNVME_OK);
        for (turn = 0; turn < 1000; turn++) {
            (void)lwnvme_controller_poll(m.s.controller);
            lwnvme_sim_advance(m.s.sim, 100);
        }
        assert_true(events.armed > 0);
        m.suspension.kind = (variant & 1) == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE;
        assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_OK);
        lwnvme_sim_advance(m.s.sim, 3600 * SECOND_US / 100);
        if ((variant & 2) != 0)
            lwnvme_sim_power_cut(m.s.sim);
        assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
        for (turn = 0; turn < 2000; turn++) {
            assert_int_equal(lwnvme_controller_poll(m.s.controller), LWNVME_OK);
            lwnvme_sim_advance(m.s.sim, 1000);
        }
        assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == 4 * MIB);
        assert_int_equal(keep_alive.granted_ms, 1000);
        assert_true(keep_alive.sent >= 3);
        assert_true(events.armed > 0);
        lwnvme_sim_event(m.s.sim, 1, 1, 2);
        for (turn = 0; turn < 100; turn++) {
            (void)lwnvme_controller_poll(m.s.controller);
            lwnvme_sim_advance(m.s.sim, 1000);
        }
        assert_int_equal(events_seen, 1);
        scenario_try_io(&m.s);
        scenario_end(&m.s);
    }
}

static void read_again(struct tracked *io)
{
    struct machine *m = watched;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io->data, 512);

    if (!m->suspension.asleep && io->request.status == LWNVME_OK)
        assert_int_equal(scenario_accept(io, lwnvme_read(m->s.queue, m->s.ns, &io->request, 0, 1, &buffer)),
                         LWNVME_OK);
}

/* Somebody else lets the queues go while they are held for the suspension: shadow doorbells that are being set up. I/O that
 * never ends must not keep it awake, nor meet the power state. */
static void fault_129_queues_that_others_let_go_are_held_again(void **state)
{
    static struct machine m;
    static struct lwnvme_shadow shadow;
    uint8_t *data = scenario_memory(512, 4096);
    struct tracked *io;
    int turn;

    (void)state;
    prepare(&m);
    memset(&shadow, 0, sizeof(shadow));
    m.s.settings.oacs |= 0x100;
    m.s.settings.latency_us = 50;
    m.s.settings.admin_latency_us = 1000;
    m.s.config.admin_timeout_ms = 500;
    start(&m);
    io = scenario_request(&m.s);
    io->data = data;
    io->then = read_again;
    scenario_fault(&m.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                   .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                   .opcode = LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG,
                                                   .value = 20000});
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_shadow_start(m.s.controller, &shadow), LWNVME_OK);
    assert_int_equal(lwnvme_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);

        assert_int_equal(scenario_accept(io, lwnvme_read(m.s.queue, m.s.ns, &io->request, 0, 1, &buffer)),
                         LWNVME_OK);
    }
    for (turn = 0; turn < 20000 && lwnvme_suspension_step(&m.suspension) == LWNVME_PENDING; turn++)
        lwnvme_sim_advance(m.s.sim, 100);
    assert_int_equal(m.suspension.status, LWNVME_OK);
    assert_true(m.suspension.asleep);
    assert_int_equal(lwnvme_queue_in_flight(m.s.queue), 0);
    assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
    io->then = NULL;
    scenario_wait_all(&m.s, m.s.queue);
    memory_settle(&m);
    scenario_end(&m.s);
    free(data);
}

/* A reset ends a suspension that holds the queues: it needs them no more, and shadow doorbells that hold them afterwards let them
 * go. */
static void a_reset_ends_what_a_suspension_holds(void **state)
{
    static struct machine m;
    static struct lwnvme_shadow shadow;
    uint8_t *data = scenario_memory(512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    struct tracked *io;
    uint32_t round;

    (void)state;
    for (round = 0; round < 2; round++) {
        prepare(&m);
        memset(&shadow, 0, sizeof(shadow));
        m.s.settings.oacs |= 0x100;
        start(&m);
        assert_int_equal(lwnvme_shadow_start(m.s.controller, &shadow), LWNVME_OK);
        while (lwnvme_shadow_status(&shadow) == LWNVME_PENDING)
            (void)lwnvme_controller_poll(m.s.controller);
        m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
        assert_int_equal(lwnvme_suspend(m.s.controller, &m.suspension), LWNVME_OK);
        io = scenario_request(&m.s); /* keeps it from sleeping */
        scenario_fault(&m.s, (struct lwnvme_sim_fault){
                                 .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        assert_int_equal(scenario_accept(io, lwnvme_read(m.s.queue, m.s.ns, &io->request, 0, 1, &buffer)),
                         LWNVME_OK);
        while (!m.suspension.service.holding) {
            assert_int_equal(lwnvme_suspension_step(&m.suspension), LWNVME_PENDING);
            lwnvme_sim_advance(m.s.sim, 100);
        }
        assert_int_equal(scenario_reset(&m.s), LWNVME_OK);
        if (round == 1) /* whether its owner looks or not */
            assert_int_equal(lwnvme_suspension_step(&m.suspension), LWNVME_ERR_ABORTED);
        while (lwnvme_shadow_status(&shadow) == LWNVME_PENDING)
            (void)lwnvme_controller_poll(m.s.controller);
        assert_int_equal(lwnvme_sync_read(m.s.queue, m.s.ns, 0, 1, data, 0), LWNVME_OK);
        (void)lwnvme_suspension_step(&m.suspension);
        memory_settle(&m);
        scenario_end(&m.s);
    }
    free(data);
}

/* Nothing that waited is lost without a word when power was. */
static void fault_130_io_that_waited_is_given_back_when_registers_were_lost(void **state)
{
    static struct machine m;
    uint8_t *data = scenario_memory(512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    struct tracked *io;

    (void)state;
    prepare(&m);
    start(&m);
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    while ((m.s.queue->slow & 256u) == 0) { /* not held yet */
        assert_int_equal(lwnvme_suspension_step(&m.suspension), LWNVME_PENDING);
        lwnvme_sim_advance(m.s.sim, 100);
    }
    io = scenario_request(&m.s);
    assert_int_equal(scenario_accept(io, lwnvme_read(m.s.queue, m.s.ns, &io->request, 0, 1, &buffer)),
                     LWNVME_OK);
    while (lwnvme_suspension_step(&m.suspension) == LWNVME_PENDING)
        lwnvme_sim_advance(m.s.sim, 100);
    assert_true(m.suspension.asleep);
    assert_int_equal(io->called, 0);
    lwnvme_sim_power_cut(m.s.sim);
    assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
    assert_true(m.suspension.registers_lost);
    assert_int_equal(io->called, 1);
    assert_int_equal(io->request.status, LWNVME_ERR_NOT_STARTED);
    scenario_try_io(&m.s);
    memory_settle(&m);
    assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == 4 * MIB);
    scenario_end(&m.s);
    free(data);
}

/* Nothing that is asked meanwhile touches the device, or waits for ever. */
static void everything_but_the_resume_is_refused_while_it_sleeps(void **state)
{
    static struct machine m;
    static struct lwnvme_suspension second;
    uint8_t *data = scenario_memory(512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    struct lwnvme_request request = {.flags = 0};
    uint64_t reads;
    uint32_t value;
    int turn;

    (void)state;
    prepare(&m);
    start(&m);
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    reads = lwnvme_sim_counters(m.s.sim)->mmio_reads;
    assert_int_equal(lwnvme_sync_read(m.s.queue, m.s.ns, 0, 1, data, 0), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_read(m.s.queue, m.s.ns, &request, 0, 1, &buffer), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sync_feature_get(m.s.controller, 2, 0, 0, &value), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_suspend(m.s.controller, &second), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_shutdown(m.s.controller, LWNVME_SHUTDOWN_NORMAL),
                     LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_controller_reset(m.s.controller), LWNVME_ERR_WRONG_STATE);
    for (turn = 0; turn < 100; turn++) {
        (void)lwnvme_controller_poll(m.s.controller);
        (void)lwnvme_queue_poll(m.s.queue, 0);
        lwnvme_sim_advance(m.s.sim, SECOND_US);
    }
    assert_int_equal(lwnvme_sim_counters(m.s.sim)->mmio_reads, reads);
    assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
    assert_false(m.suspension.registers_lost);
    scenario_try_io(&m.s);
    scenario_end(&m.s);
    free(data);
}

/* A format takes as long as it takes; the controller does not sleep on it. */
static void an_admin_command_that_goes_on_keeps_it_awake(void **state)
{
    static struct machine m;
    static struct lwnvme_format format;
    static struct lwnvme_namespace *handles[1];
    int turn;

    (void)state;
    prepare(&m);
    m.s.settings.oacs |= 2;
    m.s.settings.format_us = 3600 * SECOND_US;
    m.s.time_limit_us = 8000 * SECOND_US;
    m.s.config.admin_timeout_ms = 2000;
    start(&m);
    memset(&format, 0, sizeof(format));
    handles[0] = m.s.ns;
    format.nsid = 1;
    format.handles = handles;
    format.handle_count = 1;
    assert_int_equal(lwnvme_format_begin(m.s.controller, &format), LWNVME_OK);
    for (turn = 0; turn < 1000; turn++) {
        (void)lwnvme_controller_poll(m.s.controller);
        lwnvme_sim_advance(m.s.sim, 1000);
    }
    assert_int_equal(format.operation.status, LWNVME_PENDING);
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_ERR_BUSY);
    assert_false(m.suspension.asleep);
    while (lwnvme_operation_step(&format.operation) == LWNVME_PENDING)
        lwnvme_sim_advance(m.s.sim, SECOND_US);
    assert_int_equal(format.operation.status, LWNVME_OK);
    memset(&m.suspension, 0, sizeof(m.suspension));
    m.suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    assert_int_equal(lwnvme_sync_resume(&m.suspension), LWNVME_OK);
    scenario_end(&m.s);
}

static uint64_t ones_until_us;

static uint32_t read_ones(void *host, volatile void *registers, size_t offset_bytes)
{
    if (lwnvme_sim_time(watched->s.sim) < ones_until_us)
        return 0xffffffffu;
    return watched->read32(host, registers, offset_bytes);
}

/* The drive fell off the bus while it slept, comes back after a while, and has lost everything. */
static void fault_131_off_the_bus_and_back(void **state)
{
    static struct machine m;
    uint32_t variant;

    (void)state;
    for (variant = 0; variant < 2; variant++) {
        prepare(&m);
        scenario_power(&m.s);
        m.read32 = m.s.ops->mmio_read32;
        m.s.ops->mmio_read32 = read_ones;
        ones_until_us = 0;
        assert_int_equal(scenario_open(&m.s), LWNVME_OK);
        m.suspension.kind = variant == 0 ? LWNVME_SUSPEND_SHUTDOWN : LWNVME_SUSPEND_POWER_STATE;
        assert_int_equal(lwnvme_sync_suspend(m.s.controller, &m.suspension), LWNVME_OK);
        lwnvme_sim_power_cut(m.s.sim);
        ones_until_us = lwnvme_sim_time(m.s.sim) + SECOND_US;
        assert_int_equal(lwnvme_resume(&m.suspension), LWNVME_OK);
        while (lwnvme_suspension_step(&m.suspension) == LWNVME_PENDING)
            lwnvme_sim_advance(m.s.sim, 1000);
        assert_int_equal(m.suspension.status, LWNVME_OK);
        assert_int_equal(m.s.events[LWNVME_EVENT_GONE] + m.s.events[LWNVME_EVENT_FAILED], 0);
        scenario_try_io(&m.s);
        scenario_end(&m.s);
    }
}

/* The host memory buffer over each way in which a controller can end. */
static void fault_132_the_host_memory_buffer_survives_failures_and_resets(void **state)
{
    static struct machine m;
    uint32_t variant;

    (void)state;
    for (variant = 0; variant < 4; variant++) {
        prepare(&m);
        start(&m);
        lwnvme_sim_advance(m.s.sim, SECOND_US);
        if (variant == 0)
            assert_int_equal(scenario_reset(&m.s), LWNVME_OK);
        if (variant == 1) {
            lwnvme_sim_fatal(m.s.sim);
            (void)scenario_settle(&m.s);
            while (lwnvme_controller_state(m.s.controller) != LWNVME_STATE_FAILED) {
                (void)lwnvme_controller_poll(m.s.controller);
                lwnvme_sim_advance(m.s.sim, 1000);
            }
            assert_int_equal(scenario_reset(&m.s), LWNVME_OK);
        }
        if (variant == 2) {
            assert_int_equal(scenario_shutdown(&m.s, LWNVME_SHUTDOWN_ABRUPT), LWNVME_OK);
            assert_int_equal(scenario_resume(&m.s), LWNVME_OK);
        }
        if (variant == 3)
            assert_int_equal(lwnvme_sync_host_memory_stop(&m.memory), LWNVME_OK);
        memory_settle(&m);
        assert_int_equal(m.memory.status, LWNVME_OK);
        assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == (variant == 3 ? 0 : 4 * MIB));
        scenario_try_io(&m.s);
        lwnvme_sim_advance(m.s.sim, SECOND_US);
        scenario_end(&m.s);
    }
}

/* A farewell that is never answered does not keep a reset from being done, nor a shutdown from ending; nor does a command whose
 * deadline passes meanwhile, the farewell itself or a read. */
static void fault_132_a_controller_that_does_not_let_go_is_reset_all_the_same(void **state)
{
    static struct machine m;
    static struct lwnvme_recovery recovery;
    uint32_t variant;

    (void)state;
    for (variant = 0; variant < 6; variant++) {
        struct tracked *io;
        struct lwnvme_buffer buffer;
        uint8_t *data = scenario_memory(4096, 4096);

        prepare(&m);
        m.s.time_limit_us = 1200 * SECOND_US;
        if (variant % 3 == 1)
            m.s.config.admin_timeout_ms = 1000;
        if (variant % 3 == 2)
            m.s.config.io_timeout_ms = 1000;
        start(&m);
        memset(&recovery, 0, sizeof(recovery));
        if (variant >= 3)
            assert_int_equal(lwnvme_recovery_start(m.s.controller, &recovery, NULL), LWNVME_OK);
        scenario_fault(&m.s, (struct lwnvme_sim_fault){
                                 .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        buffer = lwnvme_buffer_cpu(data, 4096);
        io = scenario_request(&m.s);
        assert_int_equal(scenario_accept(io, lwnvme_read(m.s.queue, m.s.ns, &io->request, 0, 8, &buffer)),
                         LWNVME_OK);
        scenario_fault(&m.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                       .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                       .opcode = LWNVME_ADMIN_SET_FEATURES});
        assert_int_equal(lwnvme_controller_reset(m.s.controller), LWNVME_OK);
        while (lwnvme_controller_poll(m.s.controller) == LWNVME_PENDING) {
            (void)lwnvme_queue_poll(m.s.queue, 0);
            lwnvme_sim_advance(m.s.sim, 10000);
        }
        assert_int_equal(lwnvme_controller_status(m.s.controller), LWNVME_OK);
        assert_int_equal(m.s.events[LWNVME_EVENT_FAILED] + m.s.events[LWNVME_EVENT_RECOVERY], 0);
        assert_int_equal(m.s.events[LWNVME_EVENT_RESET], 1);
        assert_int_equal(io->called, 1);
        assert_int_equal(io->request.status, variant % 3 == 2 ? LWNVME_ERR_TIMEOUT : LWNVME_ERR_ABORTED);
        assert_int_equal(m.s.controller->farewells, 0);
        memory_settle(&m);
        assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == 4 * MIB);
        scenario_try_io(&m.s);
        scenario_end(&m.s);
        free(data);
    }
}

/* Non-operational states that the controller enters by itself, at the price of a late answer, and no error. */
static void fault_133_io_in_a_non_operational_state_is_late_and_well(void **state)
{
    static struct machine m;
    struct lwnvme_apst apst;
    uint64_t transitions = 0;
    uint32_t made = 0;

    (void)state;
    prepare(&m);
    m.s.settings.apsta = 1;
    start(&m);
    block_check(&m, 0, 7, true);
    lwnvme_sim_advance(m.s.sim, 10 * SECOND_US);
    assert_int_equal(lwnvme_sim_power_state(m.s.sim, &transitions), 0); /* not asked for, not entered */
    assert_int_equal(transitions, 0);
    assert_int_equal(lwnvme_apst_make(m.s.controller, 3000, &apst, &made), LWNVME_OK);
    assert_int_equal(made, 1); /* the deeper one takes too long to come back from */
    assert_int_equal(lwnvme_sync_apst_set(m.s.controller, &apst, false), LWNVME_OK);
    lwnvme_sim_advance(m.s.sim, 10 * SECOND_US);
    assert_int_equal(lwnvme_sim_power_state(m.s.sim, &transitions), 1);
    assert_int_equal(transitions, 1);
    block_check(&m, 0, 7, false);
    assert_int_equal(lwnvme_sim_power_state(m.s.sim, NULL), 0);
    scenario_end(&m.s);
}

/* A drive that is a thousand times slower than usual, as under thermal throttling, but within the deadline: waited for
 * and not reset. */
static void fault_134_a_throttled_drive_is_not_reset(void **state)
{
    static struct machine m;
    uint32_t index;

    (void)state;
    prepare(&m);
    m.s.settings.latency_us = 20;
    start(&m);
    block_check(&m, 0, 3, true);
    lwnvme_sim_settings(m.s.sim)->latency_us = 20000;
    lwnvme_sim_settings(m.s.sim)->admin_latency_us = 20000;
    for (index = 0; index < 20; index++)
        block_check(&m, 0, 3, false);
    lwnvme_sim_settings(m.s.sim)->latency_us = 29 * SECOND_US; /* the default deadline is 30 s */
    block_check(&m, 0, 3, false);
    assert_int_equal(m.s.events[LWNVME_EVENT_RESET] + m.s.events[LWNVME_EVENT_FAILED], 0);
    assert_int_equal(lwnvme_sim_counters(m.s.sim)->enables, 1);
    lwnvme_sim_settings(m.s.sim)->latency_us = 20;
    scenario_end(&m.s);
}

/* A suspension whose shutdown never ends says so in time, and memory is not reused before the controller stopped. */
static void fault_119_a_suspension_whose_shutdown_never_ends(void **state)
{
    static struct machine m;

    (void)state;
    prepare(&m);
    m.s.settings.shutdown_never_ends = true;
    start(&m);
    assert_int_equal(lwnvme_suspend(m.s.controller, &m.suspension), LWNVME_OK);
    while (lwnvme_suspension_step(&m.suspension) == LWNVME_PENDING)
        lwnvme_sim_advance(m.s.sim, 10000);
    assert_int_equal(m.suspension.status, LWNVME_ERR_SHUTDOWN_TIMEOUT);
    assert_false(m.suspension.asleep);
    scenario_end(&m.s);
}

/* Each allocation of set-up and host memory buffer fails in turn, in one life; nothing leaks, nothing is freed twice. */
static void fault_132_sweep_over_allocations(void **state)
{
    static struct machine m;
    uint64_t at;

    (void)state;
    for (at = 1; at < 24; at++) {
        prepare(&m);
        m.s.settings.dma_alloc_fail_at = at;
        scenario_power(&m.s);
        if (scenario_open(&m.s) == LWNVME_OK) {
            m.memory.budget_bytes = 4 * MIB;
            m.memory.chunk_bytes = (uint32_t)MIB;
            (void)lwnvme_sync_host_memory_start(m.s.controller, &m.memory);
            assert_true(lwnvme_sim_hmb_bytes(m.s.sim) == m.memory.size_bytes);
        }
        scenario_end(&m.s);
    }
}

/* What an owner does about a controller that has failed or is off. */
static void recover(struct machine *m)
{
    struct lwnvme_controller *controller = m->s.controller;

    (void)scenario_settle(&m->s);
    if (lwnvme_controller_state(controller) == LWNVME_STATE_OFF)
        (void)scenario_resume(&m->s);
    if (lwnvme_controller_state(controller) == LWNVME_STATE_FAILED)
        (void)scenario_reset(&m->s);
}

static void no_event(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    (void)events;
    (void)event;
}

static void pass_time(struct machine *m, uint32_t turns)
{
    for (; turns > 0; turns--) {
        (void)lwnvme_controller_poll(m->s.controller);
        lwnvme_sim_advance(m->s.sim, 20000);
    }
}

static void live(struct machine *m, struct lwnvme_keep_alive *alive, struct lwnvme_events *events)
{
    uint32_t kind;

    memset(alive, 0, sizeof(*alive));
    memset(events, 0, sizeof(*events));
    alive->timeout_ms = 1000;
    events->event = no_event;
    if (scenario_open(&m->s) != LWNVME_OK)
        return;
    m->memory.budget_bytes = 4 * MIB;
    m->memory.chunk_bytes = (uint32_t)MIB;
    (void)lwnvme_sync_host_memory_start(m->s.controller, &m->memory);
    (void)lwnvme_sync_keep_alive_start(m->s.controller, alive);
    (void)lwnvme_sync_events_start(m->s.controller, events);
    recover(m);
    for (kind = 0; kind < 2; kind++) {
        m->suspension.kind = kind == 0 ? LWNVME_SUSPEND_POWER_STATE : LWNVME_SUSPEND_SHUTDOWN;
        if (lwnvme_sync_suspend(m->s.controller, &m->suspension) == LWNVME_OK)
            (void)lwnvme_sync_resume(&m->suspension);
        recover(m);
        pass_time(m, 60);
        lwnvme_sim_event(m->s.sim, 1, 1, 2);
        pass_time(m, 10);
        recover(m);
    }
    (void)scenario_reset(&m->s);
    recover(m);
    pass_time(m, 10);
    (void)lwnvme_sync_host_memory_stop(&m->memory);
    (void)lwnvme_sync_keep_alive_stop(alive);
    recover(m);
    (void)lwnvme_sync_events_stop(events);
}

/* Each admin command of a life with all that lives with a controller meets each fault. */
static void fault_132_each_fault_at_each_command_of_a_life(void **state)
{
    static const struct lwnvme_sim_fault faults[] = {
        {.kind = LWNVME_SIM_LOSE},
        {.kind = LWNVME_SIM_STATUS, .status = 0x4006},
        {.kind = LWNVME_SIM_STATUS_AFTER, .status = 0x4006},
        {.kind = LWNVME_SIM_DELAY, .value = 400000},
        {.kind = LWNVME_SIM_DUPLICATE, .value = 100},
        {.kind = LWNVME_SIM_NO_DATA},
        {.kind = LWNVME_SIM_RESULT, .value = 0xffffffff},
        {.kind = LWNVME_SIM_FATAL},
        {.kind = LWNVME_SIM_REMOVE},
        {.kind = LWNVME_SIM_POWER_CUT},
    };
    static struct machine m;
    static struct lwnvme_keep_alive alive;
    static struct lwnvme_events events;
    uint32_t kind;
    uint32_t at;
    uint32_t count = 1;

    (void)state;
    for (kind = 0; kind < sizeof(faults) / sizeof(faults[0]); kind++) {
        for (at = 0; at < count; at++) {
            struct lwnvme_sim_fault fault = faults[kind];

            prepare(&m);
            m.s.time_limit_us = 2000 * SECOND_US;
            m.s.violations_allowed = fault.kind == LWNVME_SIM_POWER_CUT; /* doorbells of one that is off */
            m.s.config.admin_timeout_ms = 500;
            m.s.settings.relax_step_us = 200;
            m.s.settings.kas = 1;
            scenario_power(&m.s);
            fault.queue = LWNVME_SIM_ADMIN_QUEUE;
            fault.any_opcode = true;
            fault.skip = at;
            if (count != 1)
                assert_true(lwnvme_sim_fault_add(m.s.sim, &fault));
            live(&m, &alive, &events);
            if (count == 1)
                count = (uint32_t)lwnvme_sim_counters(m.s.sim)->commands;
            scenario_end(&m.s);
            assert_null(m.memory.service.controller);
            assert_null(alive.service.controller);
            assert_null(events.service.controller);
            assert_null(m.suspension.service.controller);
        }
    }
    assert_true(count > 30);
}

/* Features keep what they are told through the library, and the controller checks what it is told. */
static void fault_059_values_survive_as_the_specification_has_it(void **state)
{
    static struct machine m;
    struct lwnvme_thermal_management thermal = {310, 330};
    struct lwnvme_power power = {1, 0};
    bool enabled = true;

    (void)state;
    prepare(&m);
    m.s.settings.oncs |= 1u << 4;
    m.s.settings.hctma = 1;
    m.s.settings.mntmt = 300;
    m.s.settings.mxtmt = 350;
    start(&m);
    assert_int_equal(lwnvme_sync_thermal_management_set(m.s.controller, &thermal, true), LWNVME_OK);
    thermal.light_kelvin = 320;
    assert_int_equal(lwnvme_sync_thermal_management_set(m.s.controller, &thermal, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write_cache_set(m.s.controller, false, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_power_set(m.s.controller, &power, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_thermal_management_get(m.s.controller, LWNVME_SEL_SAVED, &thermal),
                     LWNVME_OK);
    assert_int_equal(thermal.light_kelvin, 310);
    assert_int_equal(lwnvme_sync_thermal_management_get(m.s.controller, LWNVME_SEL_CURRENT, &thermal),
                     LWNVME_OK);
    assert_int_equal(thermal.light_kelvin, 320);
    assert_int_equal(scenario_reset(&m.s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_thermal_management_get(m.s.controller, LWNVME_SEL_CURRENT, &thermal),
                     LWNVME_OK);
    assert_int_equal(thermal.light_kelvin, 310);
    assert_int_equal(lwnvme_sync_write_cache_get(m.s.controller, LWNVME_SEL_CURRENT, &enabled), LWNVME_OK);
    assert_true(enabled);
    assert_int_equal(lwnvme_sync_power_get(m.s.controller, LWNVME_SEL_CURRENT, &power), LWNVME_OK);
    assert_int_equal(power.state, 0);
    scenario_end(&m.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_059_values_survive_as_the_specification_has_it),
        cmocka_unit_test(fault_119_a_suspension_whose_shutdown_never_ends),
        cmocka_unit_test(fault_129_the_host_memory_buffer_is_off_while_it_sleeps),
        cmocka_unit_test(fault_129_io_waits_while_it_sleeps),
        cmocka_unit_test(fault_129_queues_that_others_let_go_are_held_again),
        cmocka_unit_test(a_reset_ends_what_a_suspension_holds),
        cmocka_unit_test(everything_but_the_resume_is_refused_while_it_sleeps),
        cmocka_unit_test(an_admin_command_that_goes_on_keeps_it_awake),
        cmocka_unit_test(fault_129_everything_that_lives_with_a_controller_wakes_up),
        cmocka_unit_test(fault_130_io_that_waited_is_given_back_when_registers_were_lost),
        cmocka_unit_test(fault_131_off_the_bus_and_back),
        cmocka_unit_test(fault_132_the_host_memory_buffer_survives_failures_and_resets),
        cmocka_unit_test(fault_132_a_controller_that_does_not_let_go_is_reset_all_the_same),
        cmocka_unit_test(fault_132_sweep_over_allocations),
        cmocka_unit_test(fault_132_each_fault_at_each_command_of_a_life),
        cmocka_unit_test(fault_133_io_in_a_non_operational_state_is_late_and_well),
        cmocka_unit_test(fault_134_a_throttled_drive_is_not_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

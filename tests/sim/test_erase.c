/* SPDX-License-Identifier: MIT */
/* Format and sanitize on a controller that destroys what it is told to: under I/O, over resets and power cuts. */
#include "scenario.h"

#define BLOCKS 64u

static struct lwnvme_format format;
static struct lwnvme_sanitize sanitize;
static struct lwnvme_namespace second;
static struct lwnvme_namespace *handles[2];
static uint8_t *pattern;
static uint8_t *seen;

static void prepare(struct scenario *s)
{
    scenario_prepare(s);
    s->time_limit_us = 3600 * SECOND_US;
    s->settings.oacs |= 2;
    s->settings.sanicap = 7;
    s->settings.namespace_count = 2;
    s->settings.ns[0].fpi = 0x80;
    s->settings.ns[1] = s->settings.ns[0];
}

/* Two namespaces with something in the first blocks of each. */
static void start(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 16);
    scenario_namespace(s);
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 2, &second), LWNVME_OK);
    handles[0] = s->ns;
    handles[1] = &second;
    memset(&format, 0, sizeof(format));
    format.nsid = 1;
    format.handles = handles;
    format.handle_count = 2;
    memset(&sanitize, 0, sizeof(sanitize));
    sanitize.handles = handles;
    sanitize.handle_count = 2;
    sanitize.action = LWNVME_SANACT_BLOCK_ERASE;
    scenario_fill(pattern, BLOCKS * 512, 3);
    assert_int_equal(lwnvme_sync_write(s->queue, s->ns, 0, BLOCKS, pattern, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write(s->queue, &second, 0, BLOCKS, pattern, 0), LWNVME_OK);
}

static int setup(void **state)
{
    (void)state;
    pattern = scenario_memory(BLOCKS * 512, 4096);
    seen = scenario_memory(BLOCKS * 512, 4096);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(pattern);
    free(seen);
    return 0;
}

static int run_format(struct scenario *s)
{
    int status = lwnvme_format_begin(s->controller, &format);

    return status != LWNVME_OK ? status : scenario_operation(s, &format.operation);
}

static int run_sanitize(struct scenario *s)
{
    int status = lwnvme_sanitize_begin(s->controller, &sanitize);

    return status != LWNVME_OK ? status : scenario_operation(s, &sanitize.operation);
}

static int follow_sanitize(struct scenario *s)
{
    int status = lwnvme_sanitize_follow(s->controller, &sanitize);

    return status != LWNVME_OK ? status : scenario_operation(s, &sanitize.operation);
}

static bool holds_pattern(struct scenario *s, uint32_t nsid)
{
    size_t block = nsid == 1 && s->ns->block_bytes == 4096 ? 4096 : 512;

    assert_true(lwnvme_sim_read_blocks(s->sim, nsid, 0, BLOCKS * 512 / block, seen));
    return memcmp(seen, pattern, BLOCKS * 512) == 0;
}

/* What a read finds in each of the first blocks: this dword, all over. */
static void assert_reads(struct scenario *s, const struct lwnvme_namespace *ns, uint32_t dword)
{
    size_t i;

    memset(seen, 0x77, BLOCKS * 512);
    assert_int_equal(lwnvme_sync_read(s->queue, ns, 0, BLOCKS * 512 / ns->block_bytes, seen, 0), LWNVME_OK);
    for (i = 0; i < BLOCKS * 512; i += 4)
        assert_int_equal(lwnvme_le32_get((const struct lwnvme_le32 *)(const void *)&seen[i]), dword);
}

static void try_io(struct scenario *s, const struct lwnvme_namespace *ns)
{
    assert_int_equal(lwnvme_sync_write(s->queue, ns, 0, 4, pattern, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s->queue, ns, 0, 4, seen, 0), LWNVME_OK);
    assert_memory_equal(seen, pattern, (size_t)4 * ns->block_bytes);
}

/* Loses power; the registers are as after power-on, so the driver finds its controller gone from under it. */
static void power_cycle(struct scenario *s)
{
    lwnvme_sim_power_cut(s->sim);
    assert_int_equal(scenario_settle(s), LWNVME_ERR_LOST_READY);
    assert_int_equal(scenario_reset(s), LWNVME_OK);
}

/* Closes and opens, as after a boot. */
static void reopen(struct scenario *s)
{
    assert_int_equal(scenario_close(s), LWNVME_OK);
    memset(s->queue, 0, sizeof(*s->queue));
    assert_int_equal(scenario_open(s), LWNVME_OK);
    scenario_queue(s, 16);
}

static void open_handles(struct scenario *s)
{
    scenario_namespace(s);
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 2, &second), LWNVME_OK);
}

/* Format. */

static void a_format_destroys_one_namespace_and_spares_the_other(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    assert_int_equal(run_format(&s), LWNVME_OK);
    assert_false(holds_pattern(&s, 1));
    assert_true(holds_pattern(&s, 2));
    assert_reads(&s, s.ns, 0);
    try_io(&s, s.ns);
    try_io(&s, &second);
    assert_true(format.has_progress);
    /* All at once. */
    format.nsid = LWNVME_NSID_ALL;
    assert_int_equal(run_format(&s), LWNVME_OK);
    assert_false(holds_pattern(&s, 2));
    try_io(&s, &second);
    scenario_end(&s);
}

/* Requests without a pause on both namespaces while one of them is formatted from 512 to 4096 bytes a block. What
 * fails says so by name, and nothing goes out with the old geometry after the new one is in force: the strict
 * controller would call an LBA beyond the end. */
static struct {
    struct scenario *s;
    struct tracked *io[16];
    uint8_t *data;
    uint32_t refused;
    uint32_t failed_busy;
    uint32_t done[3];
    bool stop;
} load;

static const struct lwnvme_namespace *load_namespace(size_t i)
{
    return i % 2 == 0 ? load.s->ns : &second;
}

static void load_send(size_t i)
{
    const struct lwnvme_namespace *ns = load_namespace(i);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(load.data + i * 8192, 8192);
    /* The last blocks, so that an old size shows. */
    uint64_t lba = ns->block_count - 2;
    int status = lwnvme_read(load.s->queue, ns, &load.io[i]->request, lba, 2, &buffer);

    if (status == LWNVME_ERR_NS_BUSY || status == LWNVME_ERR_NAMESPACE_CLOSED) {
        load.refused++;
        return;
    }
    assert_int_equal(scenario_accept(load.io[i], status), LWNVME_OK);
}

static void load_done(struct tracked *io)
{
    size_t i = (size_t)((uint8_t *)io->data - load.data) / 8192;

    if (io->request.status == LWNVME_ERR_NS_BUSY) {
        assert_ptr_equal(load_namespace(i), load.s->ns);
        load.failed_busy++;
    } else {
        assert_int_equal(io->request.status, LWNVME_OK);
        load.done[i % 2]++;
    }
}

static void fault_154_a_format_to_larger_blocks_under_io(void **state)
{
    struct scenario s;
    uint32_t before[2];
    size_t i;

    (void)state;
    prepare(&s);
    s.settings.latency_us = 200;
    s.settings.latency_spread_us = 200;
    start(&s);
    memset(&load, 0, sizeof(load));
    load.s = &s;
    load.data = scenario_memory((size_t)16 * 8192, 4096);
    for (i = 0; i < 16; i++) {
        load.io[i] = scenario_request(&s);
        load.io[i]->data = load.data + i * 8192;
        load.io[i]->then = load_done;
        load_send(i);
    }
    format.format_index = 1;
    assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
    while (lwnvme_operation_active(&format.operation)) {
        (void)lwnvme_controller_poll(s.controller);
        (void)lwnvme_queue_poll(s.queue, 0);
        for (i = 0; i < 16; i++) {
            if (!lwnvme_request_active(&load.io[i]->request))
                load_send(i);
        }
        lwnvme_sim_advance(s.sim, 100);
    }
    assert_int_equal(format.operation.status, LWNVME_OK);
    assert_int_equal(s.ns->block_bytes, 4096);
    before[0] = load.done[0];
    before[1] = load.done[1];
    assert_true(load.refused > 1000); /* the first namespace's, all the time */
    assert_true(before[1] > 1000);    /* the second one's went on: the effects log says that they may */
    for (i = 0; i < 16; i++) {
        if (!lwnvme_request_active(&load.io[i]->request))
            load_send(i);
    }
    scenario_wait_all(&s, s.queue);
    assert_true(load.done[0] >= before[0] + 8);
    free(load.data);
    scenario_end(&s);
}

static void fault_154_with_protection_the_handle_says_so(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.ns[0].nlbaf = 2;
    s.settings.ns[0].formats[2] = (struct lwnvme_sim_lba_format){.lbads = 12, .ms = 8};
    s.settings.ns[0].mc = 2;
    s.settings.ns[0].dpc = 0x1f;
    start(&s);
    format.format_index = 2;
    format.protection_type = 1;
    assert_int_equal(run_format(&s), LWNVME_OK);
    assert_int_equal(s.ns->protection_type, 1);
    assert_int_equal(s.ns->metadata_bytes, 8);
    assert_int_equal(s.ns->status, LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0), LWNVME_ERR_NS_METADATA);
    /* And back. */
    format.format_index = 0;
    format.protection_type = 0;
    assert_int_equal(run_format(&s), LWNVME_OK);
    try_io(&s, s.ns);
    format.protection_type = 2; /* without metadata there is no room for it */
    assert_int_equal(lwnvme_status_code(run_format(&s)), LWNVME_SC_INVALID_FORMAT);
    try_io(&s, s.ns);
    scenario_end(&s);
}

static void a_format_that_fails_leaves_a_namespace_that_says_so(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.format_fails = true;
    start(&s);
    assert_int_equal(lwnvme_status_code(run_format(&s)), LWNVME_SC_INTERNAL_ERROR);
    assert_int_equal(s.ns->status, LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0)),
                     LWNVME_SC_NAMESPACE_NOT_READY);
    lwnvme_sim_settings(s.sim)->format_fails = false;
    assert_int_equal(run_format(&s), LWNVME_OK);
    try_io(&s, s.ns);
    scenario_end(&s);
}

/* A reset takes the command but not the work. */
static void a_reset_in_the_middle_of_a_format_is_recognised_and_followed(void **state)
{
    struct scenario s;
    int way;

    (void)state;
    for (way = 0; way < 2; way++) {
        prepare(&s);
        s.settings.format_us = 5000000;
        start(&s);
        format.format_index = 1;
        assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
        while (format.operation.progress_percent < 30) {
            (void)scenario_poll(&s);
            lwnvme_sim_advance(s.sim, 2000);
        }
        if (way == 0) {
            /* The handle is refused until the work has ended: nobody uses the old geometry on the new one. */
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
            assert_int_equal(format.operation.status, LWNVME_PENDING);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0), LWNVME_ERR_NS_BUSY);
        } else {
            reopen(&s);
            assert_int_equal(format.operation.status, LWNVME_ERR_ABORTED);
            open_handles(&s);
            assert_int_equal(s.ns->status, LWNVME_OK);
            assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0)),
                             LWNVME_SC_FORMAT_IN_PROGRESS);
            assert_int_equal(lwnvme_format_follow(s.controller, &format), LWNVME_OK);
        }
        assert_int_equal(scenario_operation(&s, &format.operation), LWNVME_OK);
        assert_true(format.has_progress);
        assert_int_equal(s.ns->block_bytes, 4096);
        try_io(&s, s.ns);
        scenario_end(&s);
    }
}

/* A thread loses the CPU between the checks of its read and the queue's lock, and gets it back in the middle of a
 * format, or when that is over. The strict controller would call a transfer beyond the buffer. */
static struct {
    struct scenario *s;
    void (*lock)(void *host);
    uint32_t steps; /* of the format, that fit in between */
    bool armed;
} race;

static void lock_too_late(void *host)
{
    if (race.armed) {
        race.armed = false;
        assert_int_equal(lwnvme_format_begin(race.s->controller, &format), LWNVME_OK);
        for (; race.steps != 0 && lwnvme_operation_step(&format.operation) == LWNVME_PENDING; race.steps--)
            lwnvme_sim_advance(race.s->sim, 100);
    }
    race.lock(host);
}

static void fault_154_a_read_on_a_shared_queue_that_comes_too_late(void **state)
{
    static const struct lwnvme_queue_config shared = {.entries = 8, .flags = LWNVME_QUEUE_SHARED};
    static struct lwnvme_queue queue;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(seen, 512);
    struct scenario s;
    struct tracked *io;
    uint32_t refused = 0;
    uint32_t steps;
    int status;

    (void)state;
    for (steps = 0; steps < 60; steps++) {
        prepare(&s);
        s.settings.format_us = 300;
        start(&s);
        memset(&queue, 0, sizeof(queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, &shared), LWNVME_OK);
        race.s = &s;
        race.lock = s.ops->lock;
        race.steps = steps;
        race.armed = true;
        s.ops->lock = lock_too_late;
        format.format_index = 1;
        io = scenario_request(&s);
        status = lwnvme_read(&queue, s.ns, &io->request, 0, 1, &buffer);
        assert_true(status == LWNVME_OK || status == LWNVME_ERR_NS_BUSY);
        refused += scenario_accept(io, status) != LWNVME_OK;
        assert_int_equal(scenario_operation(&s, &format.operation), LWNVME_OK);
        scenario_wait_all(&s, &queue);
        assert_int_equal(s.ns->block_bytes, 4096);
        scenario_end(&s);
    }
    assert_int_equal(refused, 60); /* from the begin call on */
}

static void a_power_cut_in_the_middle_of_a_format_is_recognised(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    start(&s);
    format.format_index = 1;
    assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
    while (format.operation.progress_percent < 30) {
        (void)scenario_poll(&s);
        lwnvme_sim_advance(s.sim, 2000);
    }
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_operation(&s, &format.operation), LWNVME_ERR_LOST_READY);
    assert_int_equal(s.ns->status, LWNVME_ERR_NAMESPACE_CLOSED); /* nobody knows what it is now */
    reopen(&s);
    open_handles(&s);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0)),
                     LWNVME_SC_NAMESPACE_NOT_READY);
    assert_int_equal(lwnvme_format_follow(s.controller, &format), LWNVME_OK);
    assert_int_equal(scenario_operation(&s, &format.operation), LWNVME_OK); /* none is under way */
    assert_int_equal(run_format(&s), LWNVME_OK);
    assert_int_equal(s.ns->block_bytes, 4096);
    try_io(&s, s.ns);
    try_io(&s, &second);
    scenario_end(&s);
}

/* Sanitize. */

static void each_action_destroys_all_and_leaves_what_it_should(void **state)
{
    static const struct {
        uint8_t action;
        uint8_t passes;
        bool invert;
        bool keep;
        uint32_t reads;
    } cases[] = {{LWNVME_SANACT_BLOCK_ERASE, 0, false, false, 0},
                 {LWNVME_SANACT_BLOCK_ERASE, 0, false, true, 0xffffffff},
                 {LWNVME_SANACT_CRYPTO_ERASE, 0, false, false, 0},
                 {LWNVME_SANACT_OVERWRITE, 1, false, true, 0x12345678},
                 {LWNVME_SANACT_OVERWRITE, 16, true, true, 0x12345678}};
    struct scenario s;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        prepare(&s);
        start(&s);
        sanitize.action = cases[i].action;
        sanitize.pass_count = cases[i].passes;
        sanitize.pattern = 0x12345678;
        sanitize.invert = cases[i].invert;
        sanitize.no_deallocate = cases[i].keep;
        assert_int_equal(run_sanitize(&s), LWNVME_OK);
        assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
        assert_true(sanitize.data_erased);
        assert_int_equal(sanitize.passes_done, cases[i].passes);
        assert_reads(&s, s.ns, cases[i].reads);
        assert_reads(&s, &second, cases[i].reads);
        try_io(&s, s.ns);
        assert_int_equal(follow_sanitize(&s), LWNVME_OK);
        assert_false(sanitize.found);
        assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
        assert_false(sanitize.data_erased); /* something has been written since */
        scenario_end(&s);
    }
}

static void fault_159_meanwhile_namespaces_are_busy_and_what_is_allowed_works(void **state)
{
    struct lwnvme_namespace *unlisted = calloc(1, sizeof(*unlisted));
    struct scenario s;
    uint32_t last = 0;

    (void)state;
    prepare(&s);
    start(&s);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 1, unlisted), LWNVME_OK);
    assert_int_equal(lwnvme_sanitize_begin(s.controller, &sanitize), LWNVME_OK);
    while (!lwnvme_sim_sanitizing(s.sim))
        (void)scenario_poll(&s);
    while (lwnvme_operation_active(&sanitize.operation)) {
        (void)lwnvme_operation_step(&sanitize.operation);
        lwnvme_sim_advance(s.sim, 10000);
        assert_true(sanitize.operation.progress_percent >= last);
        last = sanitize.operation.progress_percent;
        if (last < 30 || last > 80)
            continue;
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0), LWNVME_ERR_NS_BUSY);
        assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, unlisted, 0, 1, seen, 0)),
                         LWNVME_SC_SANITIZE_IN_PROGRESS);
        assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, seen), LWNVME_OK);
        /* By the controller's own estimate, 4 s. */
        assert_true(sanitize.operation.left_s <= 3);
    }
    assert_int_equal(sanitize.operation.status, LWNVME_OK);
    assert_int_equal(sanitize.estimate_s, 4);
    try_io(&s, s.ns);
    try_io(&s, unlisted);
    scenario_end(&s);
    free(unlisted);
}

/* Whatever happens in between, at any time: it is followed on, or found by the next open, and reported. */
static void fault_159_it_goes_on_over_resets_power_cycles_and_openings(void **state)
{
    struct scenario s;
    uint32_t percent;
    int way;

    (void)state;
    for (way = 0; way < 3; way++) {
        for (percent = 1; percent < 95; percent += 14) {
            prepare(&s);
            start(&s);
            assert_int_equal(lwnvme_sanitize_begin(s.controller, &sanitize), LWNVME_OK);
            while (sanitize.operation.progress_percent < percent) {
                (void)scenario_poll(&s);
                lwnvme_sim_advance(s.sim, 2000);
            }
            if (way == 0)
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            if (way == 1)
                power_cycle(&s);
            if (way != 2) {
                assert_int_equal(scenario_operation(&s, &sanitize.operation), LWNVME_OK);
            } else {
                reopen(&s);
                assert_int_equal(sanitize.operation.status, LWNVME_ERR_ABORTED);
                open_handles(&s);
                sanitize.result = LWNVME_SANITIZE_UNKNOWN;
                assert_int_equal(run_sanitize(&s), LWNVME_ERR_SANITIZE_IN_PROGRESS);
                assert_int_equal(follow_sanitize(&s), LWNVME_OK);
                assert_true(sanitize.found);
            }
            assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
            assert_false(lwnvme_sim_sanitizing(s.sim));
            assert_false(holds_pattern(&s, 1));
            try_io(&s, s.ns);
            try_io(&s, &second);
            scenario_end(&s);
        }
    }
}

static void fault_159_a_failed_one_is_reported_on_the_next_open_and_left(void **state)
{
    struct scenario s;
    int unrestricted;

    (void)state;
    for (unrestricted = 0; unrestricted < 2; unrestricted++) {
        prepare(&s);
        s.settings.sanitize_fail_at = 40;
        start(&s);
        sanitize.unrestricted = unrestricted != 0;
        assert_int_equal(run_sanitize(&s), LWNVME_ERR_SANITIZE_FAILED);
        assert_int_equal(sanitize.result, LWNVME_SANITIZE_FAILED);
        assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, s.ns, 0, 1, seen, 0)),
                         LWNVME_SC_SANITIZE_FAILED);
        reopen(&s);
        open_handles(&s);
        assert_int_equal(follow_sanitize(&s), LWNVME_ERR_SANITIZE_FAILED);
        assert_false(sanitize.found);
        sanitize.action = LWNVME_SANACT_EXIT_FAILURE_MODE;
        if (unrestricted != 0) {
            assert_int_equal(run_sanitize(&s), LWNVME_OK);
            assert_int_equal(sanitize.result, LWNVME_SANITIZE_FAILED); /* the log keeps saying so */
        } else {
            assert_int_equal(lwnvme_status_code(run_sanitize(&s)), LWNVME_SC_SANITIZE_FAILED);
            sanitize.action = LWNVME_SANACT_BLOCK_ERASE; /* only one that succeeds leads out */
            assert_int_equal(run_sanitize(&s), LWNVME_OK);
            assert_reads(&s, s.ns, 0);
        }
        try_io(&s, s.ns);
        scenario_end(&s);
    }
}

static void fault_159_under_io_nothing_is_lost_and_nothing_hangs(void **state)
{
    struct scenario s;
    size_t i;

    (void)state;
    prepare(&s);
    s.settings.latency_us = 300;
    start(&s);
    memset(&load, 0, sizeof(load));
    load.s = &s;
    load.data = scenario_memory((size_t)16 * 8192, 4096);
    for (i = 0; i < 16; i++) {
        load.io[i] = scenario_request(&s);
        load.io[i]->data = load.data + i * 8192;
        load_send(i);
    }
    assert_int_equal(run_sanitize(&s), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    for (i = 0; i < 16; i++)
        assert_true(load.io[i]->request.status == LWNVME_OK ||
                    load.io[i]->request.status == LWNVME_ERR_NS_BUSY);
    try_io(&s, s.ns);
    free(load.data);
    scenario_end(&s);
}

static void the_blocking_forms_are_begin_and_wait(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.relax_step_us = 500;
    start(&s);
    assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
    assert_int_equal(lwnvme_sync_operation(&format.operation), LWNVME_OK);
    sanitize.action = LWNVME_SANACT_CRYPTO_ERASE;
    assert_int_equal(lwnvme_sanitize_begin(s.controller, &sanitize), LWNVME_OK);
    assert_int_equal(lwnvme_sync_operation(&sanitize.operation), LWNVME_OK);
    try_io(&s, s.ns);
    scenario_end(&s);
}

static void a_removed_device_ends_them_and_leaves_nothing_busy(void **state)
{
    struct scenario s;
    int which;

    (void)state;
    for (which = 0; which < 2; which++) {
        struct lwnvme_operation *operation = which == 0 ? &format.operation : &sanitize.operation;

        prepare(&s);
        start(&s);
        assert_int_equal(which == 0 ? lwnvme_format_begin(s.controller, &format)
                                    : lwnvme_sanitize_begin(s.controller, &sanitize),
                         LWNVME_OK);
        while (operation->progress_percent < 20) {
            (void)scenario_poll(&s);
            lwnvme_sim_advance(s.sim, 2000);
        }
        lwnvme_sim_remove(s.sim);
        assert_int_equal(scenario_operation(&s, operation), LWNVME_ERR_GONE);
        assert_int_not_equal(s.ns->status, LWNVME_ERR_NS_BUSY);
        assert_int_not_equal(second.status, LWNVME_ERR_NS_BUSY);
        scenario_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_destroys_one_namespace_and_spares_the_other),
        cmocka_unit_test(fault_154_a_format_to_larger_blocks_under_io),
        cmocka_unit_test(fault_154_with_protection_the_handle_says_so),
        cmocka_unit_test(a_format_that_fails_leaves_a_namespace_that_says_so),
        cmocka_unit_test(a_reset_in_the_middle_of_a_format_is_recognised_and_followed),
        cmocka_unit_test(fault_154_a_read_on_a_shared_queue_that_comes_too_late),
        cmocka_unit_test(a_power_cut_in_the_middle_of_a_format_is_recognised),
        cmocka_unit_test(each_action_destroys_all_and_leaves_what_it_should),
        cmocka_unit_test(fault_159_meanwhile_namespaces_are_busy_and_what_is_allowed_works),
        cmocka_unit_test(fault_159_it_goes_on_over_resets_power_cycles_and_openings),
        cmocka_unit_test(fault_159_a_failed_one_is_reported_on_the_next_open_and_left),
        cmocka_unit_test(fault_159_under_io_nothing_is_lost_and_nothing_hangs),
        cmocka_unit_test(the_blocking_forms_are_begin_and_wait),
        cmocka_unit_test(a_removed_device_ends_them_and_leaves_nothing_busy),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MIT */
#include "scenario.h"

/* What one poll may do. A poll that changes through many states touches the registers of each. */
#define POLL_ACCESSES_MAX 64u
#define POLL_CLOCK_MAX    64u
#define STEP_US           50u

static void event_seen(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    struct scenario *s = (struct scenario *)context;

    assert_ptr_equal(controller, s->controller);
    assert_in_range(event, LWNVME_EVENT_READY, LWNVME_EVENT_STOPPING);
    s->events[event]++;
}

static bool plain_host;

int scenario_plain_host(void **state)
{
    (void)state;
    plain_host = true;
    return 0;
}

void scenario_prepare(struct scenario *s)
{
    memset(s, 0, sizeof(*s));
    lwnvme_sim_config_default(&s->settings);
    s->config.page_bytes = 4096;
    s->time_limit_us = 10 * SECOND_US;
}

void scenario_power(struct scenario *s)
{
    /* Each scenario has registers of its own, so that one that fails does not make others fail. */
    static uint64_t serial;
    bool plain = plain_host && !s->settings.shadow_dma && s->settings.cap_mpsmin == 0;

    if (plain && serial % 2 != 0)
        s->settings.scattered = false;
    s->settings.bar_physical += ++serial << 32;
    s->settings.host_page_bytes = s->config.page_bytes;
    s->sim = lwnvme_sim_create(&s->settings);
    assert_non_null(s->sim);
    s->ops = lwnvme_sim_host_ops(s->sim);
    if (plain) {
        s->ops->dma_unmap = NULL;
        s->ops->dma_sync = NULL;
    }
    s->config.ops = s->ops;
    s->config.host = s->sim;
    s->config.bar_physical = lwnvme_sim_bar_physical(s->sim);
    s->config.bar_bytes = lwnvme_sim_bar_bytes(s->sim);
    s->config.event = event_seen;
    s->config.event_context = s;
    s->controller = calloc(1, sizeof(*s->controller));
    assert_non_null(s->controller);
    s->started_us = lwnvme_sim_time(s->sim);
}

uint64_t scenario_now(const struct scenario *s)
{
    return lwnvme_sim_time(s->sim) - s->started_us;
}

int scenario_poll(struct scenario *s)
{
    const struct lwnvme_sim_counts *counts = lwnvme_sim_counters(s->sim);
    struct lwnvme_sim_counts before = *counts;
    int status = lwnvme_controller_poll(s->controller);

    assert_in_range(counts->mmio_reads - before.mmio_reads, 0, POLL_ACCESSES_MAX);
    assert_in_range(counts->mmio_writes - before.mmio_writes, 0, POLL_ACCESSES_MAX);
    assert_in_range(counts->now_calls - before.now_calls, 0, POLL_CLOCK_MAX);
    assert_int_equal(counts->waits, before.waits);
    assert_int_equal(counts->relaxes, before.relaxes);
    assert_int_equal(status, lwnvme_controller_status(s->controller));
    return status;
}

int scenario_settle(struct scenario *s)
{
    uint64_t until = scenario_now(s) + s->time_limit_us;
    int status;

    while ((status = scenario_poll(s)) == LWNVME_PENDING) {
        lwnvme_sim_advance(s->sim, STEP_US);
        assert_true(scenario_now(s) < until);
    }
    return status;
}

int scenario_open(struct scenario *s)
{
    int closed;
    int status;

    if (!s->stepped)
        return lwnvme_sync_controller_open(s->controller, &s->config);
    status = lwnvme_controller_open(s->controller, &s->config);
    if (status != LWNVME_OK)
        return status;
    status = scenario_settle(s);
    if (status == LWNVME_OK)
        return status;
    closed = scenario_close(s);
    return closed == LWNVME_ERR_MEMORY_KEPT ? closed : status;
}

int scenario_shutdown(struct scenario *s, enum lwnvme_shutdown kind)
{
    int status;

    if (!s->stepped)
        return lwnvme_sync_controller_shutdown(s->controller, kind);
    status = lwnvme_controller_shutdown(s->controller, kind);
    return status != LWNVME_OK ? status : scenario_settle(s);
}

int scenario_resume(struct scenario *s)
{
    int status;

    if (!s->stepped)
        return lwnvme_sync_controller_resume(s->controller);
    status = lwnvme_controller_resume(s->controller);
    return status != LWNVME_OK ? status : scenario_settle(s);
}

int scenario_reset(struct scenario *s)
{
    int status;

    if (!s->stepped)
        return lwnvme_sync_controller_reset(s->controller);
    status = lwnvme_controller_reset(s->controller);
    return status != LWNVME_OK ? status : scenario_settle(s);
}

int scenario_close(struct scenario *s)
{
    uint64_t until = scenario_now(s) + s->time_limit_us;
    int status;

    if (!s->stepped)
        return lwnvme_sync_controller_close(s->controller);
    while ((status = lwnvme_controller_close(s->controller)) == LWNVME_PENDING) {
        lwnvme_sim_advance(s->sim, STEP_US);
        assert_true(scenario_now(s) < until);
    }
    return status;
}

static void requests_check(struct scenario *s)
{
    struct tracked *io;

    while ((io = s->requests) != NULL) {
        s->requests = io->next;
        assert_int_equal(io->called, io->accepted);
        assert_false(lwnvme_request_active(&io->request));
        free(io);
    }
}

void scenario_end(struct scenario *s)
{
    bool unchecked = s->violations_allowed;

    if (lwnvme_controller_state(s->controller) != LWNVME_STATE_CLOSED) {
        int status = scenario_close(s);

        if (status != (s->memory_kept ? LWNVME_ERR_MEMORY_KEPT : LWNVME_OK))
            fail_msg("close: %s", lwnvme_status_string(status));
    }
    requests_check(s);
    if (!unchecked && lwnvme_sim_violations(s->sim) != 0) {
        lwnvme_sim_violations_print(s->sim);
        fail_msg("%llu violations", (unsigned long long)lwnvme_sim_violations(s->sim));
    }
    if (!s->memory_kept) /* then a mapping may be in use for ever, too */
        assert_int_equal(lwnvme_sim_outstanding_maps(s->sim), 0);
    assert_int_equal(lwnvme_sim_outstanding_mmio_maps(s->sim), 0);
    if (s->memory_kept)
        assert_int_not_equal(lwnvme_sim_outstanding_allocations(s->sim), 0);
    else
        assert_int_equal(lwnvme_sim_outstanding_allocations(s->sim), 0);
    if (scenario_now(s) > s->time_limit_us)
        fail_msg("%llu us passed", (unsigned long long)scenario_now(s));
    lwnvme_sim_destroy(s->sim);
    free(s->controller);
    free(s->queue);
    free(s->ns);
}

void scenario_start(struct scenario *s)
{
    int status;

    scenario_power(s);
    status = scenario_open(s);
    if (status != LWNVME_OK) {
        lwnvme_sim_violations_print(s->sim);
        fail_msg("open: %s (%d)", lwnvme_status_string(status), status);
    }
    assert_int_equal(s->events[LWNVME_EVENT_READY], 1);
}

void scenario_queue(struct scenario *s, uint32_t entries)
{
    struct lwnvme_queue_config config = {.entries = entries};

    if (s->queue == NULL)
        s->queue = calloc(1, sizeof(*s->queue));
    assert_non_null(s->queue);
    assert_int_equal(lwnvme_sync_queue_create(s->controller, s->queue, &config), LWNVME_OK);
}

void scenario_namespace(struct scenario *s)
{
    if (s->ns == NULL)
        s->ns = calloc(1, sizeof(*s->ns));
    assert_non_null(s->ns);
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 1, s->ns), LWNVME_OK);
}

void scenario_try_io(struct scenario *s)
{
    struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));
    struct lwnvme_queue *queue = calloc(1, sizeof(*queue));
    size_t length;
    uint8_t *out;
    uint8_t *in;
    int status;

    status = lwnvme_sync_queue_create(s->controller, queue, NULL);
    if (status != LWNVME_OK) {
        lwnvme_sim_violations_print(s->sim);
        fail_msg("queue: %s", lwnvme_status_string(status));
    }
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 1, ns), LWNVME_OK);
    length = (size_t)ns->block_bytes * 3;
    out = scenario_memory(length, 4096);
    in = scenario_memory(length, 4096);
    scenario_fill(out, length, (uint32_t)scenario_now(s) + 1);
    assert_int_equal(lwnvme_sync_write(queue, ns, 7, 3, out, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(queue, ns, 7, 3, in, 0), LWNVME_OK);
    assert_memory_equal(in, out, length);
    memset(in, 0, length);
    assert_true(lwnvme_sim_read_blocks(s->sim, 1, 7, 3, in));
    assert_memory_equal(in, out, length);
    assert_int_equal(lwnvme_sync_queue_delete(queue), LWNVME_OK);
    free(in);
    free(out);
    free(queue);
    free(ns);
}

static void request_done(struct lwnvme_request *request)
{
    struct tracked *io = (struct tracked *)(void *)request;

    io->called++;
    io->called_at_us = scenario_now(io->scenario);
    assert_false(lwnvme_request_active(request));
    if (io->then != NULL)
        io->then(io);
}

int scenario_operation(struct scenario *s, struct lwnvme_operation *operation)
{
    uint64_t until = scenario_now(s) + s->time_limit_us;
    int status = operation->status;

    while (lwnvme_operation_active(operation)) {
        status = lwnvme_operation_step(operation);
        lwnvme_sim_advance(s->sim, 2000);
        assert_true(scenario_now(s) < until);
    }
    return status;
}

struct tracked *scenario_request(struct scenario *s)
{
    struct tracked *io = calloc(1, sizeof(*io));

    assert_non_null(io);
    io->scenario = s;
    io->request.done = request_done;
    io->next = s->requests;
    s->requests = io;
    return io;
}

int scenario_accept(struct tracked *io, int status)
{
    if (status == LWNVME_OK)
        io->accepted++;
    return status;
}

uint32_t scenario_in_flight(const struct scenario *s)
{
    const struct tracked *io;
    uint32_t count = 0;

    for (io = s->requests; io != NULL; io = io->next)
        count += io->accepted - io->called;
    return count;
}

void scenario_wait_all(struct scenario *s, struct lwnvme_queue *queue)
{
    uint64_t until = scenario_now(s) + s->time_limit_us;

    while (scenario_in_flight(s) != 0) {
        if (queue != NULL)
            (void)lwnvme_queue_poll(queue, 0);
        (void)lwnvme_controller_poll(s->controller);
        if (scenario_in_flight(s) == 0)
            break;
        lwnvme_sim_advance(s->sim, STEP_US);
        if (scenario_now(s) >= until)
            fail_msg("%u requests are not called back", scenario_in_flight(s));
    }
}

void scenario_fault(struct scenario *s, struct lwnvme_sim_fault fault)
{
    assert_true(lwnvme_sim_fault_add(s->sim, &fault));
}

uint32_t scenario_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void scenario_fill(uint8_t *data, size_t length, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 1u;
    size_t index;

    if (state == 0)
        state = 1;
    for (index = 0; index < length; index++)
        data[index] = (uint8_t)(scenario_random(&state) >> 24);
}

void *scenario_memory(size_t length, size_t align)
{
    void *memory = NULL;

    if (align < sizeof(void *))
        align = sizeof(void *);
    assert_int_equal(posix_memalign(&memory, align, length == 0 ? 1 : length), 0);
    memset(memory, 0, length);
    return memory;
}

uint32_t scenario_stride(void)
{
    const char *thin = getenv("THIN");
    const long step = thin != NULL ? strtol(thin, NULL, 10) : 1;

    return step > 1 ? (uint32_t)step : 1;
}

/* SPDX-License-Identifier: MIT */
/* A controller's life, step by step: what may be called in which state, and how each state ends. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_queue second;

static void prepare(void)
{
    bench_prepare(&bench);
    memset(&second, 0, sizeof(second));
}

static void power(void)
{
    prepare();
    bench_power(&bench);
}

static enum lwnvme_state state_now(void)
{
    return lwnvme_controller_state(bench.controller);
}

static int begin(void)
{
    return lwnvme_controller_open(bench.controller, &bench.config);
}

/* ---- arguments ---- */

static void configuration_is_checked(void **state)
{
    (void)state;
    power();
    struct lwnvme_controller_config good = bench.config;
    assert_int_equal(lwnvme_controller_open(NULL, &good), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_open(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench.config.ops = NULL;
    assert_int_equal(begin(), LWNVME_ERR_NULL_ARGUMENT);
    bench.config = good;
    static const uint32_t pages[] = {0, 1, 2048, 4095, 4097, 6144, 131072, 0x80000000};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        bench.config.page_bytes = pages[i];
        assert_int_equal(begin(), LWNVME_ERR_HOST_PAGE_SIZE);
    }
    bench.config = good;
    static const uint32_t transfers[] = {1, 512, 2048, 4097, 12288, 1u << 25, 0x80000000};
    for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++) {
        bench.config.max_transfer_bytes = transfers[i];
        assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    }
    bench.config = good;
    bench.config.io_queues = 65535;
    assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    bench.config = good;
    bench.config.io_timeout_ms = 0x80000000;
    assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    bench.config = good;
    bench.config.admin_timeout_ms = 0x80000000;
    assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    bench.config = good;
    static const uint64_t bars[] = {0, 8, 0x1000, 0x1007};
    for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
        bench.config.bar_bytes = bars[i];
        assert_int_equal(begin(), LWNVME_ERR_BAR_SIZE);
    }
    assert_int_equal(state_now(), LWNVME_STATE_CLOSED);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->mmio_reads, 0);
    bench.config = good;
    assert_int_equal(bench_open(&bench), 0);
    bench_end(&bench);
}

static void hooks_that_are_missing_are_named(void **state)
{
    (void)state;
    power();
    struct lwnvme_host_ops good = *bench.ops;
#define MISSING(hook, error)                                                                                 \
    do {                                                                                                     \
        bench.ops->hook = NULL;                                                                              \
        assert_int_equal(begin(), error);                                                                    \
        *bench.ops = good;                                                                                   \
    } while (0)
    MISSING(dma_alloc, LWNVME_ERR_HOOK_DMA_ALLOC);
    MISSING(dma_free, LWNVME_ERR_HOOK_DMA_ALLOC);
    MISSING(now_us, LWNVME_ERR_HOOK_NOW_US);
    MISSING(mmio_map, LWNVME_ERR_HOOK_PAIR);
    MISSING(mmio_unmap, LWNVME_ERR_HOOK_PAIR);
    MISSING(mmio_read32, LWNVME_ERR_HOOK_PAIR);
    MISSING(mmio_write32, LWNVME_ERR_HOOK_PAIR);
    MISSING(alloc, LWNVME_ERR_HOOK_PAIR);
    MISSING(free, LWNVME_ERR_HOOK_PAIR);
    MISSING(lock, LWNVME_ERR_HOOK_PAIR);
    MISSING(unlock, LWNVME_ERR_HOOK_PAIR);
    MISSING(wait, LWNVME_ERR_HOOK_PAIR);
    MISSING(wake, LWNVME_ERR_HOOK_PAIR);
#undef MISSING
    bench.ops->mmio_map = NULL;
    bench.ops->mmio_unmap = NULL;
    assert_int_equal(begin(), LWNVME_ERR_HOOK_MMIO_MAP);
    *bench.ops = good;
    bench.config.bar_physical += 4096; /* not what the host knows */
    assert_int_equal(begin(), LWNVME_ERR_MMIO_MAP);
    bench.violations_allowed = true;
    bench_end(&bench);
}

/* Nothing but what is mandatory; registers mapped by the caller. */
static void the_least_of_hosts(void **state)
{
    static uint32_t data[1024];
    (void)state;
    prepare();
    bench.settings.track_maps = false;
    bench_power(&bench);
    struct lwnvme_host_ops all = *bench.ops;
    memset(bench.ops, 0, sizeof(*bench.ops));
    bench.ops->dma_alloc = all.dma_alloc;
    bench.ops->dma_free = all.dma_free;
    bench.ops->dma_map = all.dma_map;
    bench.ops->now_us = all.now_us;
    bench.ops->mmio_read32 = all.mmio_read32;
    bench.ops->mmio_write32 = all.mmio_write32;
    bench.config.bar_mapped = lwnvme_sim_bar_mapped(bench.sim);
    bench.config.event = NULL;
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, NULL), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 0, 8, data, 0), 0);
    lwnvme_interrupt(bench.controller, 0);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    *bench.ops = all;
    lwnvme_sim_forget_maps(bench.sim);
    bench_end(&bench);
}

static void calls_on_what_is_not_open(void **state)
{
    static struct lwnvme_controller closed;
    struct lwnvme_command command = {.opcode = 0x0a};
    struct lwnvme_request request = {.flags = 0};
    (void)state;
    power();
    assert_int_equal(lwnvme_controller_poll(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_status(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_state(NULL), LWNVME_STATE_CLOSED);
    assert_null(lwnvme_controller_get_info(NULL));
    assert_int_equal(lwnvme_controller_shutdown(NULL, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_resume(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_reset(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_controller_close(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_true(lwnvme_next_deadline(NULL) == UINT64_MAX);
    lwnvme_interrupt(NULL, 0);
    assert_int_equal(lwnvme_controller_poll(&closed), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_status(&closed), LWNVME_ERR_NOT_OPEN);
    assert_null(lwnvme_controller_get_info(&closed));
    assert_int_equal(lwnvme_controller_shutdown(&closed, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_resume(&closed), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_reset(&closed), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_controller_close(&closed), LWNVME_ERR_NOT_OPEN);
    assert_true(lwnvme_next_deadline(&closed) == UINT64_MAX);
    lwnvme_interrupt(&closed, 0);
    assert_int_equal(lwnvme_admin_raw(NULL, &request, &command, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_admin_raw(&closed, &request, &command, NULL), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_admin_raw(bench.controller, NULL, &command, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_admin_raw(bench.controller, &request, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    static const uint8_t ours[] = {0x00, 0x01, 0x04, 0x05, 0x0c, 0x7c};
    for (size_t i = 0; i < sizeof(ours); i++) {
        command.opcode = ours[i];
        assert_int_equal(lwnvme_admin_raw(bench.controller, &request, &command, NULL),
                         LWNVME_ERR_OPCODE_REFUSED);
    }
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, (enum lwnvme_shutdown)0),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, (enum lwnvme_shutdown)4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void states_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < LWNVME_STATE_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(lwnvme_state_name((enum lwnvme_state)i),
                                    lwnvme_state_name((enum lwnvme_state)k));
        }
    }
    assert_string_equal(lwnvme_state_name(LWNVME_STATE_READY), "ready");
    assert_string_equal(lwnvme_state_name(LWNVME_STATE_COUNT), "unknown");
    assert_string_equal(lwnvme_state_name((enum lwnvme_state)9999), "unknown");
}

static void fault_179_one_opening_at_a_time(void **state)
{
    static struct lwnvme_controller other;
    (void)state;
    power();
    memset(&other, 0, sizeof(other));
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(begin(), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_controller_open(&other, &bench.config), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_controller_status(&other), LWNVME_ERR_NOT_OPEN);
    struct lwnvme_controller_config mapped = bench.config;
    mapped.bar_mapped = bench.controller->registers;
    assert_int_equal(lwnvme_controller_open(&other, &mapped), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(lwnvme_controller_close(bench.controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sync_controller_open(&other, &bench.config), 0);
    assert_int_equal(begin(), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_sync_controller_close(&other), 0);
    assert_int_equal(bench_open(&bench), 0);
    bench_end(&bench);
}

static void two_controllers_side_by_side(void **state)
{
    static struct bench one;
    static struct bench two;
    static uint32_t data[128];
    (void)state;
    bench_prepare(&one);
    bench_prepare(&two);
    bench_start(&one);
    bench_start(&two);
    assert_int_equal(lwnvme_sync_write(one.queue, one.ns, 0, 1, data, 0), 0);
    assert_int_equal(lwnvme_sync_write(two.queue, two.ns, 0, 1, data, 0), 0);
    assert_int_equal(lwnvme_sync_write(one.queue, two.ns, 0, 1, data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    bench_end(&one);
    assert_int_equal(lwnvme_sync_write(two.queue, two.ns, 0, 1, data, 0), 0);
    bench_end(&two);
}

/* A namespace handle does not outlive its controller's opening. */
static void handles_of_an_earlier_opening_are_refused(void **state)
{
    static uint32_t data[128];
    (void)state;
    prepare();
    bench_start(&bench);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, NULL), 0);
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 0, 1, data, 0), 0);
    bench_end(&bench);
}

/* ---- steps ---- */

static void bring_up_step_by_step(void **state)
{
    enum lwnvme_state last = LWNVME_STATE_CLOSED;
    uint32_t polls = 0;
    (void)state;
    power();
    assert_int_equal(begin(), 0);
    assert_int_equal(state_now(), LWNVME_STATE_PROBE);
    assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_PENDING);
    assert_null(lwnvme_controller_get_info(bench.controller));
    while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
        assert_true(state_now() >= last);
        last = state_now();
        assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL),
                         LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_controller_resume(bench.controller), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_WRONG_STATE);
        assert_true(++polls < 1000);
        lwnvme_sim_advance(bench.sim, 50);
    }
    assert_int_equal(state_now(), LWNVME_STATE_READY);
    assert_int_equal(lwnvme_controller_status(bench.controller), 0);
    assert_non_null(lwnvme_controller_get_info(bench.controller));
    assert_int_equal(bench.events[LWNVME_EVENT_READY], 1);
    assert_int_equal(lwnvme_controller_resume(bench.controller), LWNVME_ERR_WRONG_STATE);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    bench_end(&bench);
}

static void close_after_each_number_of_polls(void **state)
{
    (void)state;
    for (uint32_t polls = 0; polls < 40; polls++) {
        power();
        assert_int_equal(begin(), 0);
        for (uint32_t i = 0; i < polls; i++) {
            (void)lwnvme_controller_poll(bench.controller);
            lwnvme_sim_advance(bench.sim, 60);
        }
        int status = lwnvme_controller_close(bench.controller);
        for (uint32_t i = 0; i < 100000 && status == LWNVME_PENDING; i++) {
            assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_WRONG_STATE);
            lwnvme_sim_advance(bench.sim, 100);
            status = lwnvme_controller_close(bench.controller);
        }
        assert_int_equal(status, 0);
        bench_end(&bench);
    }
}

static void fault_135_each_allocation_of_an_opening_fails(void **state)
{
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        for (uint64_t at = 1; at < 8; at++) {
            int status;
            prepare();
            if (plain != 0) {
                bench.settings.alloc_fail_at = at;
            } else {
                bench.settings.dma_alloc_fail_at = at;
            }
            bench_power(&bench);
            status = bench_open(&bench);
            assert_true(status == LWNVME_ERR_NO_MEMORY || (status == 0 && at > (plain != 0 ? 2 : 4)));
            assert_int_equal(state_now(), status == 0 ? LWNVME_STATE_READY : LWNVME_STATE_CLOSED);
            if (status != 0) {
                assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), 0);
                assert_int_equal(bench_open(&bench), 0);
            }
            bench_end(&bench);
        }
    }
}

static void fault_002_all_ones_from_each_register_read_on(void **state)
{
    uint64_t reads = 300;
    (void)state;
    for (uint64_t at = 1; at <= reads; at++) {
        int status;
        prepare();
        bench.settings.mmio_ones_at = at;
        bench.settings.relax_step_us = 1000;
        bench_power(&bench);
        status = bench_open(&bench);
        if (status == 0) {
            reads = at; /* later ones are not read by an opening */
        } else {
            assert_int_equal(status, LWNVME_ERR_GONE);
        }
        if (state_now() != LWNVME_STATE_CLOSED) {
            assert_int_equal(bench_settle(&bench), LWNVME_ERR_GONE);
            assert_int_equal(bench.events[LWNVME_EVENT_GONE], 1);
            assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_GONE);
        }
        bench.violations_allowed = true;
        bench_end(&bench);
    }
    assert_true(reads > 8 && reads < 300);
}

/* ---- deadlines ---- */

static void fault_011_012_time_to_ready_at_its_edges(void **state)
{
    static const struct {
        uint64_t delay_us;
        int status;
    } rows[] = {{5000000, 0}, {5400000, 0}, {5600000, LWNVME_ERR_ENABLE_TIMEOUT}, {0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        prepare();
        bench.settings.ready_delay_us =
            rows[i].delay_us; /* CAP.TO and CRTO say 5 s; half a second is on top */
        bench_power(&bench);
        assert_int_equal(bench_open(&bench), rows[i].status);
        bench_end(&bench);
    }
    prepare();
    bench.settings.never_ready = true;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), LWNVME_ERR_ENABLE_TIMEOUT);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void next_deadline_is_when_something_happens(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct counted io;
    uint64_t deadline;
    (void)state;
    prepare();
    bench.settings.latency_us = 40000000;
    bench_start(&bench);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    counted_init(&io, NULL);
    io.request.timeout_ms = 700;
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    deadline = lwnvme_next_deadline(bench.controller);
    uint64_t now = lwnvme_sim_time(bench.sim);
    assert_true(deadline > now && deadline <= now + 800000);
    /* Polled at just these moments, the command ends and the controller fails in bounded time. */
    for (uint32_t turn = 0; turn < 200 && lwnvme_controller_status(bench.controller) != LWNVME_ERR_TIMEOUT;
         turn++) {
        deadline = lwnvme_next_deadline(bench.controller);
        now = lwnvme_sim_time(bench.sim);
        lwnvme_sim_advance(bench.sim, deadline > now ? deadline - now : 200);
        (void)lwnvme_queue_poll(bench.queue, 0);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_TIMEOUT);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(bench.events[LWNVME_EVENT_FAILED], 1);
    assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
    bench_end(&bench);
}

static uint64_t frozen_us;
static bool frozen;
static uint64_t (*real_now)(void *host);

static uint64_t now_or_frozen(void *host)
{
    return frozen ? frozen_us : real_now(host);
}

/* The count that ends a wait on a clock that stands still is too large to be reached here: the test takes the
 * controller most of the way. */
static void near_the_end_of_patience(void)
{
    bench.controller->stuck_polls = LWNVME_CONFIG_STUCK_CLOCK_POLLS - 3;
}

static int poll_some(uint32_t turns)
{
    int status = LWNVME_PENDING;
    for (uint32_t i = 0; i < turns && status == LWNVME_PENDING; i++) {
        status = lwnvme_controller_poll(bench.controller);
        if (i % 4 == 3) {
            near_the_end_of_patience();
        }
    }
    return status;
}

static void clock_power(void)
{
    bench_power(&bench);
    real_now = bench.ops->now_us;
    bench.ops->now_us = now_or_frozen;
    frozen = false;
    frozen_us = lwnvme_sim_time(bench.sim);
}

static void fault_121_clock_stops_while_waiting_for_ready(void **state)
{
    (void)state;
    prepare();
    bench.settings.never_ready = true;
    clock_power();
    frozen = true;
    assert_int_equal(begin(), 0);
    assert_int_equal(poll_some(100), LWNVME_ERR_CLOCK_STOPPED);
    frozen = false;
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void fault_121_clock_stops_with_a_command_lost(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 6};
    (void)state;
    prepare();
    bench.settings.ready_delay_us = 0;
    bench.settings.disable_delay_us = 0;
    bench.settings.faults[0] = fault;
    clock_power();
    frozen = true;
    assert_int_equal(begin(), 0);
    assert_int_equal(poll_some(200), LWNVME_ERR_CLOCK_STOPPED);
    frozen = false;
    bench_end(&bench);
}

static void fault_121_clock_stops_in_a_delay(void **state)
{
    (void)state;
    for (uint32_t quirk = LWNVME_QUIRK_DELAY_BEFORE_INIT; quirk <= LWNVME_QUIRK_DELAY_AFTER_DISABLE;
         quirk <<= 1) {
        prepare();
        bench.config.quirks_add = quirk;
        bench.settings.start_enabled = true;
        clock_power();
        frozen = true;
        assert_int_equal(begin(), 0);
        assert_int_not_equal(poll_some(300), LWNVME_PENDING);
        frozen = false;
        bench_end(&bench);
    }
}

static void fault_017_delays_are_kept(void **state)
{
    (void)state;
    prepare();
    bench.config.quirks_add = LWNVME_QUIRK_DELAY_BEFORE_INIT | LWNVME_QUIRK_DELAY_AFTER_DISABLE;
    bench.settings.start_enabled = true;
    bench.settings.quiet_at_start_us = 1999000;
    bench.settings.quiet_after_disable_us = 2299000;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_true(lwnvme_sim_time(bench.sim) > 4000000);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    bench_end(&bench);
    /* Closing in the middle of the quiet times touches nothing. */
    for (uint64_t at = 1; at < 6000000; at += 700001) {
        prepare();
        bench.config.quirks_add = LWNVME_QUIRK_DELAY_BEFORE_INIT | LWNVME_QUIRK_DELAY_AFTER_DISABLE;
        bench.settings.start_enabled = true;
        bench.settings.quiet_at_start_us = 1999000;
        bench.settings.quiet_after_disable_us = 2299000;
        bench_power(&bench);
        assert_int_equal(begin(), 0);
        for (uint64_t passed = 0; passed < at; passed += 20000) {
            (void)lwnvme_controller_poll(bench.controller);
            lwnvme_sim_advance(bench.sim, 20000);
        }
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
        bench_end(&bench);
    }
}

/* ---- shutdown, resume, reset, failure ---- */

static void fault_119_120_shutdown_kinds(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (int kind = LWNVME_SHUTDOWN_NORMAL; kind <= LWNVME_SHUTDOWN_HAND_OFF; kind++) {
        struct counted io;
        prepare();
        bench.settings.latency_us = 20000;
        bench_start(&bench);
        counted_init(&io, NULL);
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
        assert_int_equal(lwnvme_controller_shutdown(bench.controller, (enum lwnvme_shutdown)kind), 0);
        assert_int_equal(lwnvme_controller_shutdown(bench.controller, (enum lwnvme_shutdown)kind),
                         LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_controller_resume(bench.controller), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(bench_settle(&bench), 0);
        assert_int_equal(state_now(), LWNVME_STATE_OFF);
        assert_int_equal(bench.events[LWNVME_EVENT_OFF], 1);
        assert_int_equal(io.called, 1);
        assert_int_equal(io.request.status, kind == LWNVME_SHUTDOWN_ABRUPT ? LWNVME_ERR_ABORTED : 0);
        assert_int_equal(lwnvme_sim_counters(bench.sim)->shutdowns, 1);
        assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_controller_poll(bench.controller), 0);
        assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
        assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), 0);
        assert_int_equal(bench.events[LWNVME_EVENT_READY], 2);
        bench_end(&bench);
    }
}

static void fault_119_shutdown_that_never_ends(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_sim_settings(bench.sim)->shutdown_never_ends = true;
    uint64_t before = lwnvme_sim_time(bench.sim);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL),
                     LWNVME_ERR_SHUTDOWN_TIMEOUT);
    assert_true(lwnvme_sim_time(bench.sim) - before >= 5000000);
    assert_true(lwnvme_sim_time(bench.sim) - before < 30000000);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static void fault_110_112_failure_reset_and_recovery(void **state)
{
    static uint32_t data[128];
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_sim_fatal(bench.sim);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_ABORTED);
    assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_FATAL);
    assert_int_equal(state_now(), LWNVME_STATE_FAILED);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_FAILED);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_FAILED);
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_FAILED);
    assert_int_equal(lwnvme_controller_resume(bench.controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(bench.events[LWNVME_EVENT_FAILED], 1);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(bench.events[LWNVME_EVENT_RESET], 1);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), 0);
    bench_end(&bench);
}

static void fault_115_resets_that_fail_can_be_repeated(void **state)
{
    static uint32_t data[128];
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_sim_settings(bench.sim)->fatal_at_enable = true;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), LWNVME_ERR_FATAL);
        assert_int_equal(state_now(), LWNVME_STATE_FAILED);
    }
    lwnvme_sim_settings(bench.sim)->fatal_at_enable = false;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), 0);
    bench_end(&bench);
}

static void fault_118_a_controller_that_does_not_stop(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (int fence = 0; fence < 2; fence++) {
        struct counted io;
        int closed;
        prepare();
        bench.settings.fence_works = fence != 0;
        bench.settings.latency_us = 3600000000u;
        bench_start(&bench);
        lwnvme_sim_settings(bench.sim)->never_disabled = true;
        counted_init(&io, NULL);
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
        closed = lwnvme_sync_controller_close(bench.controller);
        assert_int_equal(io.called, 1);
        assert_int_equal(io.request.status, fence != 0 ? LWNVME_ERR_ABORTED : LWNVME_ERR_BUFFER_HELD);
        assert_int_equal(closed, fence != 0 ? 0 : LWNVME_ERR_MEMORY_KEPT);
        assert_int_equal(state_now(), LWNVME_STATE_CLOSED);
        assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
        assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench.sim), 0);
        if (fence != 0) {
            assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), 0);
            assert_int_equal(lwnvme_sim_outstanding_maps(bench.sim), 0);
        } else {
            assert_true(lwnvme_sim_outstanding_allocations(bench.sim) >= 6); /* rings, lists, pages */
        }
        bench_drop(&bench);
    }
}

static void fault_124_removal_while_ready(void **state)
{
    static uint32_t data[128];
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_sim_remove(bench.sim);
    assert_int_equal(lwnvme_controller_poll(bench.controller), LWNVME_ERR_GONE);
    assert_int_equal(bench.events[LWNVME_EVENT_GONE], 1);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_GONE);
    bench_end(&bench);
}

static void a_controller_that_leaves_ready_by_itself(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_sim_power_cut(bench.sim);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_LOST_READY);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    bench_end(&bench);
}

/* ---- callbacks ---- */

static uint32_t event_count;

static void try_everything(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)event;
    (void)context;
    event_count++;
    assert_int_equal(lwnvme_controller_close(controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_resume(controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_shutdown(controller, LWNVME_SHUTDOWN_ABRUPT), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_poll(controller), lwnvme_controller_status(controller));
}

static void fault_117_177_event_callback_cannot_change_the_state(void **state)
{
    (void)state;
    prepare();
    bench.config.event = try_everything;
    event_count = 0;
    bench_start(&bench);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    lwnvme_sim_fatal(bench.sim);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    lwnvme_sim_remove(bench.sim);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_GONE);
    assert_int_equal(event_count, 11);
    bench_end(&bench);
}

static struct counted stopping_io;
static uint32_t stopping_count;

/* Whoever owns a queue learns of a failure before the queue is touched, so that the callback may wait for its owner. */
static bool told_of_no_queues;

static void note_log(void *context, int level, const char *message)
{
    (void)context;
    if (strstr(message, "no I/O queues granted, status ") != NULL) {
        told_of_no_queues = level == LWNVME_LEVEL_WARNING;
    }
}

/* A controller that grants no queues is told of, with the reason. */
static void refused_queues_are_told_of(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = 0x09,
                                     .count = 1,
                                     .status = 0x002};
    (void)state;
    for (uint32_t refused = 0; refused < 2; refused++) {
        told_of_no_queues = false;
        bench_prepare(&bench);
        bench.settings.on_log = note_log;
        bench_power(&bench);
        if (refused != 0) {
            assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        }
        assert_int_equal(bench_open(&bench), 0);
        assert_int_equal(told_of_no_queues, LWNVME_CONFIG_LOG != 0 && refused != 0);
        bench_end(&bench);
    }
}

static void look_at_the_queue(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)context;
    if (event != LWNVME_EVENT_STOPPING) {
        return;
    }
    stopping_count++;
    assert_int_equal(lwnvme_controller_state(controller), LWNVME_STATE_READY);
    assert_int_equal(bench.queue->slow & (LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED), 0);
    assert_int_equal(lwnvme_queue_in_flight(bench.queue), 1);
    assert_int_equal(stopping_io.called, 0);
}

static void owners_are_told_before_their_queues_are_touched(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (uint32_t way = 0; way < 4; way++) {
        prepare();
        bench.settings.latency_us = 1000000;
        bench.config.event = look_at_the_queue;
        stopping_count = 0;
        bench_start(&bench);
        counted_init(&stopping_io, NULL);
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &stopping_io.request, 0, 1, &buffer), 0);
        if (way == 0) {
            lwnvme_sim_fatal(bench.sim);
        } else if (way == 1) {
            lwnvme_sim_remove(bench.sim);
        } else if (way == 2) {
            lwnvme_controller_fail(bench.controller, LWNVME_ERR_TIMEOUT);
        } else {
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0); /* the caller knows */
        }
        (void)bench_settle(&bench);
        assert_int_equal(stopping_io.called, 1);
        assert_int_equal(stopping_count, way == 3 ? 0 : 1);
        bench_end(&bench);
    }
}

static void try_in_callback(struct counted *io)
{
    (void)io;
    assert_int_equal(lwnvme_controller_close(bench.controller), LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_IN_CALLBACK);
}

static void fault_177_admin_callback_cannot_change_the_state(void **state)
{
    static uint8_t data[4096];
    struct counted io;
    (void)state;
    power();
    assert_int_equal(bench_open(&bench), 0);
    counted_init(&io, NULL);
    io.then = try_in_callback;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

static struct lwnvme_queue doomed;

static void delete_the_other(struct counted *io)
{
    (void)io;
    /* While requests are given back nothing may vanish from the list of queues. */
    assert_int_not_equal(lwnvme_queue_delete(&doomed), 0);
    assert_int_not_equal(lwnvme_queue_delete(bench.queue), 0);
}

static void queues_are_not_deleted_while_requests_are_given_back(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (int end = 0; end < 3; end++) {
        struct counted ios[2];
        prepare();
        bench.settings.latency_us = 100000000;
        bench_start(&bench);
        memset(&doomed, 0, sizeof(doomed));
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &doomed, NULL), 0);
        for (int i = 0; i < 2; i++) {
            counted_init(&ios[i], NULL);
            ios[i].then = delete_the_other;
            assert_int_equal(
                lwnvme_read(i == 0 ? bench.queue : &doomed, bench.ns, &ios[i].request, 0, 1, &buffer), 0);
        }
        if (end == 0) {
            assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
        } else if (end == 1) {
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        } else {
            assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_ABRUPT), 0);
        }
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[1].called, 1);
        bench_end(&bench);
    }
}

/* Raw admin commands, with data in both directions of address. */
static void admin_commands_by_their_dwords(void **state)
{
    static uint8_t page[4096] __attribute__((aligned(4)));
    struct lwnvme_command command = {.opcode = 6, .cdw10 = 1};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(page, sizeof(page));
    uint32_t result = 0;
    (void)state;
    power();
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_admin_raw(bench.controller, &command, &buffer, &result), 0);
    assert_memory_equal(page + 4, "SIM0000000001", 13);
    command.opcode = 0x0a;
    command.cdw10 = 7;
    assert_int_equal(lwnvme_sync_admin_raw(bench.controller, &command, NULL, &result), 0);
    assert_int_equal(result, 0x00070007);
    bench_end(&bench);
}

/* ---- how a controller may be found, and other rare turns ---- */

static void fault_014_016_028_found_in_odd_states(void **state)
{
    (void)state;
    for (int kind = 0; kind < 7; kind++) {
        prepare();
        bench.settings.relax_step_us = 200;
        bench.settings.start_enabled = kind == 0;
        bench.settings.start_enabling = kind == 1;
        bench.settings.start_disabling = kind == 2;
        bench.settings.start_shutdown = kind == 3;
        bench.settings.start_fatal = kind == 4;
        bench.settings.start_nssro = kind == 5;
        bench.settings.cap_nssrs = kind == 5;
        bench_power(&bench);
        assert_int_equal(bench_open(&bench), 0);
        assert_int_equal(bench.ops->mmio_read32(bench.sim, bench.controller->registers, 0x1c) & 0x10,
                         0); /* NSSRO */
        bench_end(&bench);
    }
}

static uint64_t shift_us;

static uint64_t shifted_now(void *host)
{
    return real_now(host) - shift_us;
}

/* The clock goes back an hour in a state with a limit: the limit goes back with it. */
static void fault_121_clock_goes_back_in_a_state(void **state)
{
    (void)state;
    prepare();
    bench.settings.never_ready = true;
    bench.settings.clock_start_us = UINT64_C(10000000000);
    bench_power(&bench);
    real_now = bench.ops->now_us;
    bench.ops->now_us = shifted_now;
    shift_us = 0;
    assert_int_equal(begin(), 0);
    uint64_t started = lwnvme_sim_time(bench.sim);
    for (uint32_t turn = 0; turn < 4000 && lwnvme_controller_poll(bench.controller) == LWNVME_PENDING;
         turn++) {
        lwnvme_sim_advance(bench.sim, 10000);
        if (turn == 100) {
            shift_us = UINT64_C(3600000000);
        }
    }
    assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_ENABLE_TIMEOUT);
    assert_true(lwnvme_sim_time(bench.sim) - started < 20000000);
    bench.violations_allowed = true;
    bench_end(&bench);
}

/* The first look of a poll finds that a delay is over; before the second one the clock goes back to 0. It is over all the same. */
static uint32_t looks_before_it_falls;

static uint64_t falling_now(void *host)
{
    uint64_t now_us = real_now(host);
    if (looks_before_it_falls != 0) {
        looks_before_it_falls--;
        return now_us;
    }
    shift_us = shift_us == 0 ? now_us : shift_us;
    return now_us - shift_us;
}

static void fault_121_clock_goes_back_to_zero_at_the_end_of_a_delay(void **state)
{
    (void)state;
    prepare();
    bench.settings.clock_start_us = UINT64_C(10000000000);
    bench.config.quirks_add = LWNVME_QUIRK_DELAY_BEFORE_INIT;
    bench_power(&bench);
    assert_int_equal(begin(), 0);
    real_now = bench.ops->now_us;
    bench.ops->now_us = falling_now;
    looks_before_it_falls = UINT32_MAX;
    shift_us = 0;
    assert_int_equal(lwnvme_controller_poll(bench.controller), LWNVME_PENDING);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_PROBE); /* the delay lasts */
    lwnvme_sim_advance(bench.sim, 10000000);
    looks_before_it_falls = 1;
    assert_int_equal(lwnvme_controller_poll(bench.controller), LWNVME_PENDING);
    assert_int_not_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_PROBE);
    assert_int_equal(bench_settle(&bench), 0);
    bench_end(&bench);
}

/* A counter of few bits: it goes back to 0 again and again, long before a limit. */
static uint64_t wrapping_now(void *host)
{
    return real_now(host) % 65536u;
}

static void fault_121_clock_goes_back_to_zero_again_and_again(void **state)
{
    (void)state;
    prepare();
    bench.settings.never_ready = true;
    bench_power(&bench);
    real_now = bench.ops->now_us;
    bench.ops->now_us = wrapping_now;
    assert_int_equal(begin(), 0);
    uint64_t started = lwnvme_sim_time(bench.sim);
    for (uint32_t turn = 0; turn < 20000 && lwnvme_controller_poll(bench.controller) == LWNVME_PENDING;
         turn++) {
        lwnvme_sim_advance(bench.sim, 5003);
    }
    assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_ENABLE_TIMEOUT);
    assert_true(lwnvme_sim_time(bench.sim) - started < 30000000);
    bench.violations_allowed = true;
    bench_end(&bench);
}

static bool checklist_seen;

static void look_for_checklist(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    (void)level;
    checklist_seen = checklist_seen || strstr(message, "bus master") != NULL;
}

static void first_command_that_is_lost_gives_hints(void **state)
{
    (void)state;
    prepare();
    bench.settings.start_fenced = true; /* no bus mastering */
    bench.settings.relax_step_us = 10000;
    bench.config.admin_timeout_ms = 1000;
    bench_power(&bench);
    bench.ops->log = look_for_checklist;
    checklist_seen = false;
    assert_int_equal(bench_open(&bench), LWNVME_ERR_TIMEOUT);
    assert_true(checklist_seen);
    bench_end(&bench);
}

static void reset_of_a_controller_that_never_was_ready(void **state)
{
    (void)state;
    prepare();
    bench.settings.fatal_at_enable = true;
    bench_power(&bench);
    assert_int_equal(begin(), 0);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_controller_reset(bench.controller), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
}

/* Removed in each state on the way down: every journey ends as gone, and nothing is left. */
static void fault_124_removal_on_the_way_down(void **state)
{
    (void)state;
    for (int fence = 0; fence < 2; fence++) {
        for (int journey = 0; journey < 4; journey++) {
            for (uint32_t polls = 0; polls < 12; polls++) {
                static uint32_t data[128];
                struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
                struct counted io;
                int status;
                prepare();
                bench.settings.latency_us = 150;
                bench.settings.admin_latency_us = 50;
                bench_start(&bench);
                if (fence == 0) {
                    bench.ops->fence_device = NULL;
                }
                counted_init(&io, NULL);
                assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
                if (journey == 0) {
                    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
                } else if (journey == 1) {
                    assert_int_equal(lwnvme_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_ABRUPT), 0);
                } else if (journey == 2) {
                    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
                } else {
                    (void)lwnvme_controller_close(bench.controller);
                }
                for (uint32_t i = 0; i < polls; i++) {
                    if (journey == 3) {
                        (void)lwnvme_controller_close(bench.controller);
                    }
                    (void)lwnvme_controller_poll(bench.controller);
                    lwnvme_sim_advance(bench.sim, 60);
                }
                lwnvme_sim_remove(bench.sim);
                if (journey < 3) {
                    status = bench_settle(&bench);
                    assert_true(status == LWNVME_ERR_GONE || state_now() == LWNVME_STATE_OFF);
                }
                bench_end(&bench);
                assert_int_equal(io.called, 1);
            }
        }
    }
}

static void shutdown_of_a_controller_that_is_gone(void **state)
{
    (void)state;
    for (int kind = LWNVME_SHUTDOWN_NORMAL; kind <= LWNVME_SHUTDOWN_HAND_OFF; kind++) {
        prepare();
        bench_start(&bench);
        lwnvme_sim_remove(bench.sim);
        assert_int_equal(lwnvme_controller_shutdown(bench.controller, (enum lwnvme_shutdown)kind), 0);
        assert_int_equal(bench_settle(&bench), LWNVME_ERR_GONE);
        bench_end(&bench);
    }
}

/* Hosts without dma_map, and controllers of 48 bits: bring-up is the same, the buffers are device addresses. */
static void hosts_without_dma_map_use_device_addresses(void **state)
{
    static uint32_t data[128];
    (void)state;
    prepare();
    bench.config.quirks_add = LWNVME_QUIRK_DMA_48_BITS;
    bench_power(&bench);
    bool (*map)(void *, const void *, size_t, enum lwnvme_direction, uint64_t *, size_t *) =
        bench.ops->dma_map;
    bench.ops->dma_map = NULL;
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, NULL), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_HOOK_DMA_MAP);
    uint64_t dma = 0;
    size_t run = 0;
    assert_true(map(bench.sim, data, sizeof(data), LWNVME_FROM_DEVICE, &dma, &run));
    if (run >= sizeof(data)) {
        struct lwnvme_buffer buffer = lwnvme_buffer_device(dma, sizeof(data));
        struct counted io;
        counted_init(&io, NULL);
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
        bench_wait(&bench, &io.request);
        assert_int_equal(io.request.status, 0);
    }
    bench.ops->dma_unmap(bench.sim, dma, run < sizeof(data) ? run : sizeof(data), LWNVME_FROM_DEVICE);
    bench_end(&bench);
}

static void fault_051_number_of_queues_cannot_be_set_by_dwords(void **state)
{
    struct lwnvme_command command = {.opcode = 9, .cdw10 = 7, .cdw11 = 0x30003};
    struct lwnvme_request request = {.flags = 0};
    (void)state;
    power();
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_admin_raw(bench.controller, &request, &command, NULL), LWNVME_ERR_OPCODE_REFUSED);
    command.cdw10 = 0x80000007;
    assert_int_equal(lwnvme_admin_raw(bench.controller, &request, &command, NULL), LWNVME_ERR_OPCODE_REFUSED);
    bench_end(&bench);
}

/* Each admin command of an opening and of a reset is the one at which the controller dies, leaves, refuses or says
 * nothing; the journey ends with a reason, and the next reset or opening works. */
static void fault_111_each_command_of_a_journey_goes_wrong(void **state)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {LWNVME_SIM_LOSE, LWNVME_SIM_FATAL, LWNVME_SIM_REMOVE,
                                                       LWNVME_SIM_STATUS};
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            for (uint32_t skip = 0; skip < (reset != 0 ? 4u : 2u); skip++) {
                struct lwnvme_sim_fault fault = {.kind = kinds[k],
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .any_opcode = true,
                                                 .skip = skip,
                                                 .status = 0x4006};
                int status;
                prepare();
                bench.config.admin_timeout_ms = 300;
                bench.settings.relax_step_us = 1000;
                bench.settings.admin_latency_us = 2000;
                if (reset != 0) {
                    bench_start(&bench);
                    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
                    status = lwnvme_sync_controller_reset(bench.controller);
                } else {
                    bench.settings.faults[0] = fault;
                    bench_power(&bench);
                    status = bench_open(&bench);
                }
                if (kinds[k] == LWNVME_SIM_REMOVE) {
                    assert_int_equal(status, LWNVME_ERR_GONE);
                    bench_end(&bench);
                    continue;
                }
                if (kinds[k] == LWNVME_SIM_LOSE) {
                    assert_int_equal(status, LWNVME_ERR_TIMEOUT);
                } else if (kinds[k] == LWNVME_SIM_FATAL) {
                    assert_int_equal(status, LWNVME_ERR_FATAL);
                } else {
                    /* Identify must succeed; the rest can do without. */
                    assert_int_equal(status, skip == 0 ? 0x4006 : 0);
                }
                lwnvme_sim_faults_clear(bench.sim);
                if (state_now() == LWNVME_STATE_CLOSED) {
                    assert_int_equal(bench_open(&bench), 0);
                } else {
                    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
                }
                bench_end(&bench);
            }
        }
    }
}

static void trap(struct lwnvme_request *request)
{
    (void)request;
    fail_msg("that was for something else");
}

/* Whatever the request was used for before. */
static void a_raw_command_calls_back_its_own_callback(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = 2};
    struct counted io;
    (void)state;
    power();
    assert_int_equal(bench_open(&bench), 0);
    counted_init(&io, NULL);
    io.request.internal_done = trap;
    assert_int_equal(lwnvme_admin_raw(bench.controller, &io.request, &command, NULL), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raw_command_calls_back_its_own_callback),
        cmocka_unit_test(configuration_is_checked),
        cmocka_unit_test(hooks_that_are_missing_are_named),
        cmocka_unit_test(the_least_of_hosts),
        cmocka_unit_test(calls_on_what_is_not_open),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(fault_179_one_opening_at_a_time),
        cmocka_unit_test(two_controllers_side_by_side),
        cmocka_unit_test(handles_of_an_earlier_opening_are_refused),
        cmocka_unit_test(bring_up_step_by_step),
        cmocka_unit_test(close_after_each_number_of_polls),
        cmocka_unit_test(fault_135_each_allocation_of_an_opening_fails),
        cmocka_unit_test(fault_002_all_ones_from_each_register_read_on),
        cmocka_unit_test(fault_011_012_time_to_ready_at_its_edges),
        cmocka_unit_test(next_deadline_is_when_something_happens),
        cmocka_unit_test(fault_121_clock_stops_while_waiting_for_ready),
        cmocka_unit_test(fault_121_clock_stops_with_a_command_lost),
        cmocka_unit_test(fault_121_clock_stops_in_a_delay),
        cmocka_unit_test(fault_017_delays_are_kept),
        cmocka_unit_test(fault_119_120_shutdown_kinds),
        cmocka_unit_test(fault_119_shutdown_that_never_ends),
        cmocka_unit_test(fault_110_112_failure_reset_and_recovery),
        cmocka_unit_test(fault_115_resets_that_fail_can_be_repeated),
        cmocka_unit_test(fault_118_a_controller_that_does_not_stop),
        cmocka_unit_test(fault_124_removal_while_ready),
        cmocka_unit_test(a_controller_that_leaves_ready_by_itself),
        cmocka_unit_test(fault_117_177_event_callback_cannot_change_the_state),
        cmocka_unit_test(refused_queues_are_told_of),
        cmocka_unit_test(owners_are_told_before_their_queues_are_touched),
        cmocka_unit_test(fault_177_admin_callback_cannot_change_the_state),
        cmocka_unit_test(queues_are_not_deleted_while_requests_are_given_back),
        cmocka_unit_test(admin_commands_by_their_dwords),
        cmocka_unit_test(fault_014_016_028_found_in_odd_states),
        cmocka_unit_test(fault_121_clock_goes_back_in_a_state),
        cmocka_unit_test(fault_121_clock_goes_back_to_zero_again_and_again),
        cmocka_unit_test(fault_121_clock_goes_back_to_zero_at_the_end_of_a_delay),
        cmocka_unit_test(first_command_that_is_lost_gives_hints),
        cmocka_unit_test(reset_of_a_controller_that_never_was_ready),
        cmocka_unit_test(fault_124_removal_on_the_way_down),
        cmocka_unit_test(shutdown_of_a_controller_that_is_gone),
        cmocka_unit_test(hosts_without_dma_map_use_device_addresses),
        cmocka_unit_test(fault_051_number_of_queues_cannot_be_set_by_dwords),
        cmocka_unit_test(fault_111_each_command_of_a_journey_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

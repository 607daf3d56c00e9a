/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of each kind: blocking calls that sleep, interrupts that get lost or come for nothing, lines that are shared,
 * masks, and interrupts that are held back for company.
 */
#include "scenario.h"

#define READS   20u
#define VECTORS 9u

static struct scenario s;
static struct lwnvme_vector vectors[VECTORS];
static struct lwnvme_interrupts interrupts;
static uint8_t data[4096] __attribute__((aligned(4096)));
static uint32_t taken;
static uint32_t not_ours;

static void on_interrupt(void *context, uint16_t vector)
{
    struct scenario *owner = (struct scenario *)context;

    taken++;
    if (interrupts.kind == LWNVME_INTERRUPT_PIN && !lwnvme_interrupt_is_ours(owner->controller, vector)) {
        not_ours++;
        return;
    }
    lwnvme_interrupt(owner->controller, vector);
}

/* A host that sleeps until it is woken, and no shorter. */
static bool woken;
static uint64_t sleeps;

static void sleep_well(void *host, uint64_t deadline_us)
{
    sleeps++;
    while (!woken && lwnvme_sim_time((struct lwnvme_sim *)host) < deadline_us)
        lwnvme_sim_advance((struct lwnvme_sim *)host, 10);
    woken = false;
}

static void wake(void *host)
{
    (void)host;
    woken = true;
}

static void prepare(enum lwnvme_interrupt_kind kind)
{
    scenario_prepare(&s);
    memset(vectors, 0, sizeof(vectors));
    lwnvme_interrupts_use(&interrupts, kind, vectors, VECTORS);
    s.config.interrupts = &interrupts;
    s.settings.msix_vectors = kind == LWNVME_INTERRUPT_MSIX ? VECTORS : 0;
    s.settings.msi_vectors = kind == LWNVME_INTERRUPT_MSI ? 8 : 0;
    s.settings.latency_us = 300;
    s.settings.on_interrupt = on_interrupt;
    s.settings.callback_context = &s;
    taken = not_ours = 0;
}

static void start(void)
{
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_INTERRUPT, .entries = 16, .vector = 3};

    config.vector = interrupts.kind == LWNVME_INTERRUPT_PIN ? 0 : 3;
    scenario_start(&s);
    s.ops->wait = sleep_well;
    s.ops->wake = wake;
    scenario_namespace(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
}

/* Blocking reads; how long they took. */
static uint64_t read_some(uint32_t count)
{
    uint64_t before = scenario_now(&s);

    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, i, 1, data, 0), LWNVME_OK);
    return scenario_now(&s) - before;
}

static void each_kind_wakes_blocking_calls(void **state)
{
    (void)state;
    for (uint32_t kind = LWNVME_INTERRUPT_PIN; kind <= LWNVME_INTERRUPT_MSIX; kind++) {
        prepare((enum lwnvme_interrupt_kind)kind);
        start();
        sleeps = 0;
        uint64_t reads = lwnvme_sim_counters(s.sim)->mmio_reads;
        taken = 0;
        assert_true(read_some(READS) < 10000);
        assert_true(sleeps == READS || sleeps == READS + 1); /* a wake of before ends one of them */
        assert_true(taken >= READS && taken <= READS + 1);
        assert_int_equal(s.queue->lost, 0);
        assert_int_equal(s.queue->spurious, 0);
        /* No register is read for it, but by the poll of the controller after that one. */
        assert_in_range(lwnvme_sim_counters(s.sim)->mmio_reads, reads, reads + 2);
        /* Over a reset, which unmasks what was masked, and a shutdown. */
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_true(read_some(READS) < 10000);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        assert_int_equal(scenario_resume(&s), LWNVME_OK);
        assert_true(read_some(READS) < 10000);
        assert_int_equal(s.queue->lost, 0);
        scenario_end(&s);
    }
}

/* The k-th interrupt is lost, for each k: 100 ms each at the most, and it is counted if somebody slept for it. */
static void fault_095_each_interrupt_is_lost_once(void **state)
{
    uint32_t counted = 0;

    (void)state;
    for (uint64_t at = 1; at <= READS + 10; at++) {
        prepare(LWNVME_INTERRUPT_MSIX);
        s.settings.interrupt_lost_at = at;
        start();
        uint64_t us = read_some(READS);
        assert_true(us < 10000 + 110000);
        assert_int_equal(s.queue->lost, us > 90000 ? 1 : 0);
        counted += s.queue->lost;
        scenario_end(&s);
    }
    assert_true(counted >= READS - 2);
}

/* None arrives any more: reads get by with ever shorter sleeps, and go on without an end. By pin none can get lost for good:
 * the line stays as it is. */
static void fault_095_096_interrupts_are_lost_for_good(void **state)
{
    (void)state;
    for (uint32_t kind = LWNVME_INTERRUPT_MSI; kind <= LWNVME_INTERRUPT_MSIX; kind++) {
        prepare((enum lwnvme_interrupt_kind)kind);
        start();
        (void)read_some(1);
        lwnvme_sim_settings(s.sim)->interrupt_lost_at = 1;
        lwnvme_sim_settings(s.sim)->fail_count = UINT32_MAX;
        assert_true(read_some(10) < 250000);
        assert_true(read_some(100) < 100 * 2000);
        assert_int_equal(s.queue->lost, 110);
        lwnvme_sim_settings(s.sim)->interrupt_lost_at = 0;
        assert_true(read_some(READS) < 10000 + 2000);
        assert_true(s.queue->lost <= 111);
        scenario_end(&s);
    }
    prepare(LWNVME_INTERRUPT_PIN);
    s.settings.interrupt_lost_at = 1;
    s.settings.fail_count = 1000;
    start();
    assert_true(read_some(READS) < READS * 1000);
    scenario_end(&s);
}

static void fault_094_spurious_interrupts_of_each_kind(void **state)
{
    (void)state;
    for (uint32_t kind = LWNVME_INTERRUPT_PIN; kind <= LWNVME_INTERRUPT_MSIX; kind++) {
        prepare((enum lwnvme_interrupt_kind)kind);
        start();
        uint16_t vector = s.queue->vector;
        for (uint32_t i = 0; i < READS; i++) {
            struct tracked *io = scenario_request(&s);
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
            assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, i, 1, &buffer)),
                             LWNVME_OK);
            for (uint32_t k = 0; k < 5; k++) {
                lwnvme_sim_interrupt(s.sim, vector);
                if (lwnvme_queue_wait(s.queue, 0, UINT64_MAX) != 0)
                    break;
            }
            assert_int_equal(lwnvme_sync_wait(s.queue, &io->request), LWNVME_OK);
        }
        assert_true((kind == LWNVME_INTERRUPT_PIN ? not_ours : s.queue->spurious) >= READS - 1);
        assert_int_equal(s.queue->lost, 0);
        scenario_end(&s);
    }
}

/* ---- two controllers on one line ---- */

static struct scenario other;
static uint32_t claimed;
static uint32_t claimed_by_other;

static void line_fires(void *context, uint16_t vector)
{
    bool first = lwnvme_interrupt_is_ours(s.controller, vector);
    bool second = lwnvme_interrupt_is_ours(other.controller, vector);

    (void)context;
    claimed += first ? 1 : 0;
    claimed_by_other += second ? 1 : 0;
    not_ours += first || second ? 0 : 1;
    if (first)
        lwnvme_interrupt(s.controller, vector);
    if (second)
        lwnvme_interrupt(other.controller, vector);
}

/* The other one has completions that nobody takes: its line is masked at its first interrupt, and does not disturb. */
static void fault_094_two_controllers_on_one_line(void **state)
{
    static struct lwnvme_vector other_vector[1];
    static struct lwnvme_interrupts other_interrupts;
    static uint8_t other_data[8 * 512] __attribute__((aligned(4096)));
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_INTERRUPT, .entries = 16};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(other_data, 512);

    (void)state;
    scenario_prepare(&other);
    other_vector[0] = (struct lwnvme_vector){0};
    lwnvme_interrupts_use(&other_interrupts, LWNVME_INTERRUPT_PIN, other_vector, 1);
    other.config.interrupts = &other_interrupts;
    other.settings.msix_vectors = 0;
    other.settings.bar_physical += 1u << 30;
    prepare(LWNVME_INTERRUPT_PIN);
    s.settings.on_interrupt = other.settings.on_interrupt = line_fires;
    claimed = claimed_by_other = 0;
    scenario_start(&other);
    scenario_namespace(&other);
    other.queue = calloc(1, sizeof(*other.queue));
    start();
    assert_int_equal(lwnvme_sync_queue_create(other.controller, other.queue, &config), LWNVME_OK);
    for (uint32_t i = 0; i < 8; i++) {
        struct tracked *io = scenario_request(&other);
        assert_int_equal(scenario_accept(io, lwnvme_read(other.queue, other.ns, &io->request, i, 1, &buffer)),
                         LWNVME_OK);
    }
    lwnvme_sim_advance(other.sim, 1000);
    claimed = claimed_by_other = 0;
    assert_true(read_some(READS) < 10000);
    /* Each interrupt of the first finds that the second has something, too; the second's own line stays quiet. */
    assert_true(claimed >= READS && claimed <= READS + 2);
    lwnvme_sim_advance(other.sim, 1000000);
    assert_true(lwnvme_sim_counters(other.sim)->interrupts <= 8);
    uint64_t before = lwnvme_sim_counters(other.sim)->interrupts;
    lwnvme_sim_advance(other.sim, 1000000);
    assert_int_equal(lwnvme_sim_counters(other.sim)->interrupts, before);
    uint32_t got = 0;
    for (uint32_t turn = 0; turn < 8 && got < 8; turn++)
        got += lwnvme_queue_wait(other.queue, 3, UINT64_MAX);
    assert_int_equal(got, 8);
    assert_int_equal(not_ours, 0);
    scenario_end(&other);
    scenario_end(&s);
}

/* ---- held back for company ---- */

static uint32_t in_flight;
static void count_down(struct tracked *io)
{
    (void)io;
    in_flight--;
}

static void coalesced_interrupts_are_fewer_and_none_counts_as_lost(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    uint64_t interrupted[2];

    (void)state;
    for (uint32_t on = 0; on < 2; on++) {
        prepare(LWNVME_INTERRUPT_MSIX);
        s.settings.latency_spread_us = 400;
        start();
        if (on != 0) { /* up to 8 of them, or 5 ms */
            assert_int_equal(lwnvme_sync_feature_set(s.controller, 0x08, 50u << 8 | 7u, 0, false), LWNVME_OK);
            interrupts.coalescing_us = 5000;
        }
        uint64_t before = lwnvme_sim_counters(s.sim)->interrupts;
        for (uint32_t round = 0; round < 50; round++) {
            for (in_flight = 0; in_flight < 12; in_flight++) {
                struct tracked *io = scenario_request(&s);
                io->then = count_down;
                assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)),
                                 LWNVME_OK);
            }
            for (uint32_t turn = 0; in_flight != 0; turn++) {
                (void)lwnvme_queue_wait(s.queue, 0, UINT64_MAX);
                assert_true(turn < 100);
            }
        }
        interrupted[on] = lwnvme_sim_counters(s.sim)->interrupts - before;
        assert_int_equal(s.queue->lost, 0);
        assert_true(read_some(1) < 10000); /* alone, it waits for the time to pass */
        assert_int_equal(s.queue->lost, 0);
        scenario_end(&s);
    }
    assert_true(interrupted[1] * 2 < interrupted[0]);
}

/* A mask of the host's own in the table of MSI-X: what came meanwhile comes when it is taken away. */
static void masked_in_the_table_of_the_host(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);

    (void)state;
    prepare(LWNVME_INTERRUPT_MSIX);
    start();
    assert_false(lwnvme_sim_msix_mask(s.sim, VECTORS, true));
    assert_false(lwnvme_sim_msix_mask(s.sim, 3, true));
    struct tracked *io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)), LWNVME_OK);
    taken = 0;
    lwnvme_sim_advance(s.sim, 1000);
    assert_int_equal(taken, 0);
    assert_true(lwnvme_sim_msix_mask(s.sim, 3, false));
    lwnvme_sim_advance(s.sim, 1);
    assert_int_equal(taken, 1);
    assert_int_equal(lwnvme_queue_wait(s.queue, 0, UINT64_MAX), 1);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_wakes_blocking_calls),
        cmocka_unit_test(fault_095_each_interrupt_is_lost_once),
        cmocka_unit_test(fault_095_096_interrupts_are_lost_for_good),
        cmocka_unit_test(fault_094_spurious_interrupts_of_each_kind),
        cmocka_unit_test(fault_094_two_controllers_on_one_line),
        cmocka_unit_test(coalesced_interrupts_are_fewer_and_none_counts_as_lost),
        cmocka_unit_test(masked_in_the_table_of_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* One test for each bug that was found by reading: what it was is said above it. */
#include "scenario.h"

#define IO_BYTES 4096u
#define READS    100u

static uint8_t buffers[READS][IO_BYTES];

static void begin(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    scenario_namespace(s);
}

static struct tracked *start_read(struct scenario *s, uint32_t index, void (*then)(struct tracked *io))
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(buffers[index], IO_BYTES);
    struct tracked *io = scenario_request(s);

    io->then = then;
    io->data = buffers[index];
    assert_int_equal(
        scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, (uint64_t)index * 8, 8, &buffer)),
        LWNVME_OK);
    return io;
}

static void lose_one(struct scenario *s, enum lwnvme_sim_queue_kind kind)
{
    scenario_fault(s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE, .queue = kind, .any_opcode = true});
}

/* A device that posts an entry for each one taken kept a blocking read from looking at the controller. */
static struct lwnvme_sim *flooded;
static uint32_t flood;
static void (*write32)(void *host, volatile void *registers, size_t offset, uint32_t value);

static void write_and_flood(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    static const uint32_t stale[4] = {0, 0, 1u << 16, 0x3ff};

    write32(host, registers, offset, value);
    if (flooded != NULL && offset == 0x1000 + 3 * 4 && flood < 10000000) {
        flood++;
        lwnvme_sim_post_raw(flooded, 1, stale);
    }
}

static void fault_093_endless_stale_completions(void **state)
{
    static const uint32_t stale[4] = {0, 0, 1u << 16, 0x3ff};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.clock_step_us = 1000;
    s.time_limit_us = 3600 * SECOND_US;
    scenario_power(&s);
    write32 = s.ops->mmio_write32;
    s.ops->mmio_write32 = write_and_flood;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 0);
    scenario_namespace(&s);
    lose_one(&s, LWNVME_SIM_IO_QUEUES);
    flood = 0;
    flooded = s.sim;
    lwnvme_sim_post_raw(s.sim, 1, stale);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, buffers[0], 0), LWNVME_ERR_TIMEOUT);
    assert_in_range(flood, 1, 9999999);
    flooded = NULL;
    s.violations_allowed = true; /* of the device's own: entries that nobody asked for */
    scenario_end(&s);
}

/* Waiting requests that fail and are submitted again by their callbacks kept one poll going for ever. */
static bool maps_fail;
static bool (*map)(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                   uint64_t *dma_address, size_t *contiguous);

static bool map_or_fail(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                        uint64_t *dma_address, size_t *contiguous)
{
    return !maps_fail && map(host, address, length, direction, dma_address, contiguous);
}

static void submit_again(struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io->data, IO_BYTES);
    struct scenario *s = io->scenario;

    if (io->request.status == LWNVME_ERR_DMA_MAP)
        assert_int_equal(scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, 0, 8, &buffer)), 0);
}

static void failing_requests_that_come_back(void **state)
{
    struct scenario s;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 100;
    scenario_power(&s);
    map = s.ops->dma_map;
    s.ops->dma_map = map_or_fail;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 2);
    scenario_namespace(&s);
    for (index = 0; index < 3; index++)
        (void)start_read(&s, index, submit_again);
    maps_fail = true;
    lwnvme_sim_advance(s.sim, 1000);
    (void)lwnvme_queue_poll(s.queue, 0); /* returns */
    assert_true(lwnvme_next_deadline(s.controller) <= lwnvme_sim_time(s.sim) + 10);
    maps_fail = false;
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
}

/* An abrupt shutdown of a controller that does not stop said success. */
static void fault_119_abrupt_shutdown_that_does_not_stop(void **state)
{
    struct scenario s;
    struct tracked *io;

    (void)state;
    scenario_prepare(&s);
    s.settings.fence_works = false;
    s.settings.relax_step_us = 1000;
    begin(&s, 4);
    lose_one(&s, LWNVME_SIM_IO_QUEUES);
    io = start_read(&s, 0, NULL);
    lwnvme_sim_settings(s.sim)->never_disabled = true;
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_ABRUPT), LWNVME_ERR_DISABLE_TIMEOUT);
    assert_int_equal(io->request.status, LWNVME_ERR_BUFFER_HELD);
    assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_FAILED);
    s.memory_kept = true;
    s.violations_allowed = true;
    scenario_end(&s);
}

/* A blocking queue creation inside a callback, while the controller fails, did not end. */
static struct lwnvme_queue second_queue;

static void create_in_callback(struct tracked *io)
{
    struct scenario *s = io->scenario;

    lose_one(s, LWNVME_SIM_ADMIN_QUEUE);
    lwnvme_sim_settings(s->sim)->clock_step_us = 100000;
    assert_int_equal(lwnvme_sync_queue_create(s->controller, &second_queue, NULL), LWNVME_ERR_FAILED);
}

static void queue_creation_in_a_callback_of_a_failing_controller(void **state)
{
    struct scenario s;

    (void)state;
    memset(&second_queue, 0, sizeof(second_queue));
    scenario_prepare(&s);
    s.time_limit_us = 3600 * SECOND_US;
    begin(&s, 4);
    (void)start_read(&s, 0, create_in_callback);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
    scenario_end(&s);
}

/* Deleting a shared queue from its own callback lost the requests that were still to be called back. */
static void delete_in_callback(struct tracked *io)
{
    struct scenario *s = io->scenario;
    int turn;

    assert_int_equal(lwnvme_queue_delete(s->queue), LWNVME_ERR_QUEUE_IN_USE);
    for (turn = 0; turn < 50; turn++)
        (void)lwnvme_controller_poll(s->controller);
}

static void shared_queue_is_not_deleted_under_its_callbacks(void **state)
{
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_SHARED};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_namespace(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
    (void)start_read(&s, 0, delete_in_callback);
    (void)start_read(&s, 1, NULL);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
    scenario_end(&s);
}

/* After a pause of the host, answers that lay in the ring beyond the poll's budget were declared late. */
static void fault_121_pause_of_the_host_with_a_small_budget(void **state)
{
    struct tracked *io[READS];
    struct scenario s;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 5000;
    s.time_limit_us = 60 * SECOND_US;
    begin(&s, 0);
    for (index = 0; index < READS; index++)
        io[index] = start_read(&s, index, NULL);
    lwnvme_sim_advance(s.sim, 2500);
    (void)lwnvme_queue_poll(s.queue, 1);
    lwnvme_sim_advance(s.sim, 31 * SECOND_US);
    for (index = 0; index < READS; index++)
        assert_int_equal(lwnvme_queue_poll(s.queue, 1), 1);
    for (index = 0; index < READS; index++)
        assert_int_equal(io[index]->request.status, LWNVME_OK);
    assert_int_equal(lwnvme_controller_poll(s.controller), LWNVME_OK);
    scenario_end(&s);
}

/* The other side of that: under load without a pause, and with a small budget, a lost command must still be late. */
static bool load_goes_on;

static void load_again(struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io->data, IO_BYTES);
    struct scenario *s = io->scenario;

    int status;

    if (!load_goes_on || io->request.status != LWNVME_OK)
        return;
    status = scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, 0, 8, &buffer));
    assert_true(status == LWNVME_OK || status == LWNVME_ERR_FAILED);
}

static void fault_104_lost_command_under_load_with_a_small_budget(void **state)
{
    struct tracked *lost;
    struct scenario s;
    uint32_t turns = 0;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    s.config.io_timeout_ms = 1000;
    s.settings.clock_step_us = 100;
    begin(&s, 0);
    lose_one(&s, LWNVME_SIM_IO_QUEUES);
    lost = start_read(&s, 0, NULL);
    load_goes_on = true;
    for (index = 1; index < 64; index++)
        (void)start_read(&s, index, load_again);
    while (lwnvme_request_active(&lost->request)) {
        load_goes_on = lwnvme_controller_status(s.controller) == LWNVME_OK;
        (void)lwnvme_queue_poll(s.queue, 8);
        (void)lwnvme_controller_poll(s.controller);
        lwnvme_sim_advance(s.sim, 100);
        assert_true(++turns < 100000);
    }
    load_goes_on = false;
    assert_int_equal(lost->request.status, LWNVME_ERR_TIMEOUT);
    assert_in_range(lost->called_at_us, SECOND_US, 3 * SECOND_US);
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
}

/* A host that sleeps until the next deadline slept for ever during a bring-up. */
static void deadline_is_now_on_the_way_to_ready(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_OK);
    while (lwnvme_controller_poll(s.controller) == LWNVME_PENDING) {
        assert_true(lwnvme_next_deadline(s.controller) <= lwnvme_sim_time(s.sim) + 10);
        lwnvme_sim_advance(s.sim, 300);
    }
    assert_true(lwnvme_next_deadline(s.controller) == UINT64_MAX);
    scenario_end(&s);
}

/* A clock that is set back by an hour made a controller with a quirk delay take an hour. */
static void fault_121_clock_set_back_during_a_delay(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.clock_start_us = 4000 * SECOND_US;
    s.settings.clock_jump_at = 8;
    s.settings.clock_jump_us = -3600 * (int64_t)SECOND_US;
    s.settings.relax_step_us = 1000;
    s.config.quirks_add = LWNVME_QUIRK_DELAY_BEFORE_INIT;
    s.time_limit_us = UINT64_MAX;
    scenario_power(&s);
    assert_int_equal(lwnvme_sync_controller_open(s.controller, &s.config), LWNVME_OK);
    assert_in_range(lwnvme_sim_counters(s.sim)->relaxes, 1500, 4000); /* of a millisecond each */
    scenario_end(&s);
}

/*
 * Deadlines are 32-bit numbers of milliseconds that wrap. A queue with nothing in flight does not look at the clock: for one that
 * had not done so for 26 to 50 days, or whose clock had been set back meanwhile, a command with a deadline of its own was late at
 * the first look, and the next deadline of one without was weeks away.
 */
static int64_t clock_shift_us;
static uint64_t (*now_us)(void *host);

static uint64_t now_shifted(void *host)
{
    return now_us(host) + (uint64_t)clock_shift_us;
}

static void after_a_rest(int64_t rest_us)
{
    static struct lwnvme_smart_log smart;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(buffers[0], IO_BYTES);
    struct scenario s;
    struct tracked *io[3];
    uint64_t now;

    scenario_prepare(&s);
    s.settings.clock_start_us = 4000 * SECOND_US;
    s.settings.latency_us = 5000;
    s.time_limit_us = 3600 * SECOND_US;
    scenario_power(&s);
    clock_shift_us = 0;
    now_us = s.ops->now_us;
    s.ops->now_us = now_shifted;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    clock_shift_us = rest_us;
    for (uint32_t index = 0; index < 3; index++) {
        io[index] = scenario_request(&s);
        io[index]->request.timeout_ms = index == 0 ? 0 : 200;
        assert_int_equal(
            scenario_accept(io[index],
                            index == 2
                                ? lwnvme_log_smart(s.controller, &io[2]->request, LWNVME_NSID_ALL, &smart)
                                : lwnvme_read(s.queue, s.ns, &io[index]->request, 0, 8, &buffer)),
            LWNVME_OK);
        now = s.ops->now_us(s.sim);
        assert_true(lwnvme_next_deadline(s.controller) <= now + 60 * SECOND_US);
    }
    (void)lwnvme_queue_poll(s.queue, 0);
    (void)lwnvme_controller_poll(s.controller);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    now = s.ops->now_us(s.sim);
    assert_in_range(lwnvme_next_deadline(s.controller), now, now + SECOND_US);
    scenario_wait_all(&s, s.queue);
    for (uint32_t index = 0; index < 3; index++)
        assert_int_equal(io[index]->request.status, LWNVME_OK);
    /* And one that is lost is late in time. */
    lose_one(&s, LWNVME_SIM_IO_QUEUES);
    io[0]->request.timeout_ms = 200;
    assert_int_equal(scenario_accept(io[0], lwnvme_read(s.queue, s.ns, &io[0]->request, 0, 8, &buffer)),
                     LWNVME_OK);
    now = scenario_now(&s);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io[0]->request.status, LWNVME_ERR_TIMEOUT);
    assert_in_range(scenario_now(&s) - now, SECOND_US / 5, SECOND_US);
    scenario_end(&s);
}

static void fault_121_queues_that_rest_for_weeks(void **state)
{
    (void)state;
    for (int64_t days = 1; days < 110; days += 7)
        after_a_rest(days * 86400 * (int64_t)SECOND_US);
    after_a_rest(-3600 * (int64_t)SECOND_US);
    after_a_rest(-1 * (int64_t)SECOND_US);
}

/* A device that left the bus between two looks at the version, in a bring-up, and reads as zeros since, was taken for one that has
 * that version, and is still there. */
static struct scenario *leaving;
static bool left;
static uint32_t looks;
static uint32_t (*read_register)(void *host, volatile void *registers, size_t offset);

static uint32_t read_until_it_leaves(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = left ? 0 : read_register(host, registers, offset);

    if (lwnvme_controller_state(leaving->controller) != LWNVME_STATE_ENABLE || offset != 0x08)
        looks = 0;
    else if (++looks == 2)
        left = true;
    return left ? 0 : value;
}

static void fault_124_gone_between_two_looks_at_the_version(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    read_register = s.ops->mmio_read32;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    leaving = &s;
    left = false;
    looks = 0;
    s.ops->mmio_read32 = read_until_it_leaves;
    assert_int_equal(scenario_reset(&s), LWNVME_ERR_GONE);
    assert_true(left);
    s.violations_allowed = true; /* doorbells of a controller that the software one still is */
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_093_endless_stale_completions),
        cmocka_unit_test(failing_requests_that_come_back),
        cmocka_unit_test(fault_119_abrupt_shutdown_that_does_not_stop),
        cmocka_unit_test(queue_creation_in_a_callback_of_a_failing_controller),
        cmocka_unit_test(shared_queue_is_not_deleted_under_its_callbacks),
        cmocka_unit_test(fault_121_pause_of_the_host_with_a_small_budget),
        cmocka_unit_test(fault_104_lost_command_under_load_with_a_small_budget),
        cmocka_unit_test(deadline_is_now_on_the_way_to_ready),
        cmocka_unit_test(fault_121_clock_set_back_during_a_delay),
        cmocka_unit_test(fault_121_queues_that_rest_for_weeks),
        cmocka_unit_test(fault_124_gone_between_two_looks_at_the_version),
    };

    return cmocka_run_group_tests_name("regression", tests, NULL, NULL);
}

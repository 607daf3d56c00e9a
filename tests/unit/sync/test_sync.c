/* SPDX-License-Identifier: MIT */
/* The blocking face: each call once, what it refuses, and that every one of them ends. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_queue second;
static uint8_t data[8192] __attribute__((aligned(4096)));
static uint8_t other[8192] __attribute__((aligned(4096)));

static void start(void)
{
    bench_start(&bench);
    memset(&second, 0, sizeof(second));
}

static void every_call_does_what_it_says(void **state)
{
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct lwnvme_dsm_range ranges[2];
    struct lwnvme_command raw = {.opcode = 2, .nsid = 1, .cdw10 = 16};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(other, 512);
    struct lwnvme_smart_log smart;
    struct lwnvme_error_log_entry entry;
    struct lwnvme_log_select select = {.lid = 3, .nsid = 0xffffffff};
    uint32_t value = 0;
    (void)state;
    bench_prepare(&bench);
    bench.settings.oncs = 0xffff;
    start();
    for (uint32_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 31 + i / 256);
    }
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 16, 16, data, LWNVME_REQUEST_FUA), 0);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 16, 16, other, 0), 0);
    assert_memory_equal(data, other, sizeof(data));
    assert_int_equal(lwnvme_sync_compare(bench.queue, bench.ns, 16, 16, data, 0), 0);
    data[5000] ^= 1;
    assert_int_equal(lwnvme_sync_compare(bench.queue, bench.ns, 16, 16, data, 0) & 0x7ff, 0x285);
    data[5000] ^= 1;
    assert_int_equal(lwnvme_sync_flush(bench.queue, bench.ns), 0);
    assert_int_equal(lwnvme_sim_dirty_blocks(bench.sim, 1), 0);
    assert_int_equal(lwnvme_sync_verify(bench.queue, bench.ns, 16, 16, 0), 0);
    memset(other, 0, sizeof(other));
    assert_int_equal(lwnvme_sync_raw(bench.queue, &raw, &buffer, &value), 0);
    assert_memory_equal(data, other, 512);
    assert_int_equal(lwnvme_sync_raw(bench.queue, &raw, &buffer, NULL), 0);
    assert_int_equal(lwnvme_sync_write_zeroes(bench.queue, bench.ns, 17, 2, 0), 0);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 16, 16, other, 0), 0);
    assert_int_equal(other[511], data[511]);
    assert_int_equal(other[512] | other[1535], 0);
    assert_int_equal(other[1536], data[1536]);
    lwnvme_dsm_range_set(&ranges[0], 16, 1);
    lwnvme_dsm_range_set(&ranges[1], 20, 3);
    assert_int_equal(lwnvme_sync_dataset_management(bench.queue, bench.ns, ranges, 2, LWNVME_DSM_DEALLOCATE),
                     0);
    assert_int_equal(lwnvme_sync_trim(bench.queue, bench.ns, 24, 8), 0);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[9], 2);
    assert_int_equal(lwnvme_sync_identify(bench.controller, 1, 0, other), 0);
    assert_int_equal(lwnvme_sync_log_smart(bench.controller, 0xffffffff, &smart), 0);
    assert_int_equal(lwnvme_sync_log_error(bench.controller, 0, 1, &entry), 0);
    assert_int_equal(lwnvme_sync_log_read(bench.controller, &select, other, 512), 0);
    assert_int_equal(lwnvme_sync_feature_get(bench.controller, 6, 0, 0, &value), 0);
    assert_int_equal(lwnvme_sync_feature_set(bench.controller, 6, value, 0, false), 0);
    assert_int_equal(lwnvme_sync_namespace_enumerate(bench.controller, 0, list), 0);
    assert_int_equal(list->count, 1);
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    bench_end(&bench);
    free(list);
}

/* Leaves noise where the next call has its frame. */
static __attribute__((noinline)) void dirty_the_stack(void)
{
    volatile uint8_t noise[4096];

    for (uint32_t i = 0; i < sizeof(noise); i++) {
        noise[i] = 0xa5;
    }
}

static void what_lies_on_the_stack_does_not_matter(void **state)
{
    (void)state;
    bench_prepare(&bench);
    start();
    for (uint32_t flags = 0; flags <= (LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY); flags++) {
        dirty_the_stack();
        assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 16, 16, data, flags), 0);
        dirty_the_stack();
        assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 16, 16, other, flags), 0);
        assert_memory_equal(data, other, 8192);
        dirty_the_stack();
        assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, UINT64_MAX, 16, other, flags),
                         LWNVME_ERR_LBA_RANGE);
    }
    bench_end(&bench);
}

static void refusals_come_through(void **state)
{
    struct lwnvme_command raw = {.opcode = 0x100};
    struct lwnvme_request request = {.flags = 0};
    uint32_t value = 5;
    (void)state;
    bench_prepare(&bench);
    bench.settings.oncs = 0;
    start();
    assert_int_equal(lwnvme_sync_read(NULL, bench.ns, 0, 1, data, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_write(NULL, bench.ns, 0, 1, data, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_compare(NULL, bench.ns, 0, 1, data, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_flush(NULL, bench.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_write_zeroes(NULL, bench.ns, 0, 1, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_verify(NULL, bench.ns, 0, 1, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_trim(NULL, bench.ns, 0, 1), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_raw(NULL, &raw, NULL, &value), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_raw(bench.queue, &raw, NULL, &value), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_admin_raw(bench.controller, &raw, NULL, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_admin_raw(NULL, &raw, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_queue_delete(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_queue_create(NULL, &second, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_namespace_open(NULL, 1, bench.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_namespace_enumerate(bench.controller, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_identify(NULL, 1, 0, data), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_log_read(NULL, NULL, data, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_log_smart(NULL, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_log_error(NULL, 0, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_feature_get(NULL, 6, 0, 0, &value), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_feature_set(NULL, 6, 0, 0, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_wait(NULL, &request), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_wait(bench.queue, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_admin_wait(NULL, &request), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_admin_wait(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_open(NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_shutdown(NULL, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_resume(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_reset(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_controller_close(NULL), LWNVME_ERR_NULL_ARGUMENT);
    /* Of the arguments themselves, and of what the controller lacks. */
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 0, data, 0), LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, NULL, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 0, 1, data + 1, 0),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(lwnvme_sync_compare(bench.queue, bench.ns, 0, 1, data, 0), LWNVME_ERR_NO_COMPARE);
    assert_int_equal(lwnvme_sync_write_zeroes(bench.queue, bench.ns, 0, 1, 0), LWNVME_ERR_NO_WRITE_ZEROES);
    assert_int_equal(lwnvme_sync_verify(bench.queue, bench.ns, 0, 1, 0), LWNVME_ERR_NO_VERIFY);
    assert_int_equal(lwnvme_sync_trim(bench.queue, bench.ns, 0, 1), LWNVME_ERR_NO_DATASET_MANAGEMENT);
    /* A request that is not under way has ended. */
    request.status = 0x281;
    assert_int_equal(lwnvme_sync_wait(bench.queue, &request), 0x281);
    assert_int_equal(lwnvme_sync_admin_wait(bench.controller, &request), 0x281);
    bench_end(&bench);
}

static void failed_opening_is_closed_again(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.fatal_at_enable = true;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_CLOSED);
    bench_end(&bench);
    bench_prepare(&bench);
    bench.settings.never_disabled = true;
    bench.settings.fatal_at_enable = true;
    bench.settings.fence_works = false;
    bench_power(&bench);
    int status = bench_open(&bench);
    assert_true(status == LWNVME_ERR_MEMORY_KEPT || status == LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_CLOSED);
    bench_drop(&bench);
}

/* ---- time ---- */

/* With no interrupt on the queue, sleeping would last until the deadline: the library polls. */
static void wait_hook_is_not_used_without_interrupts(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.latency_us = 300;
    start();
    assert_non_null(bench.ops->wait);
    uint64_t before = lwnvme_sim_time(bench.sim);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, i, 1, data, 0), 0);
    }
    assert_int_equal(lwnvme_sim_counters(bench.sim)->waits, 0);
    assert_true(lwnvme_sim_time(bench.sim) - before < 20000);
    bench_end(&bench);
}

static void on_interrupt(void *context, uint16_t vector)
{
    struct bench *owner = (struct bench *)context;
    assert_true(vector == 0 || vector == 3); /* the admin queue has 0 */
    lwnvme_interrupt(owner->controller, vector);
}

static struct lwnvme_vector vectors[4];
static struct lwnvme_interrupts interrupts;

static void use_interrupts(void)
{
    memset(vectors, 0, sizeof(vectors));
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSIX, vectors, 4);
    bench.config.interrupts = &interrupts;
}

static void interrupts_end_the_wait(void **state)
{
    struct lwnvme_queue_config config = {.entries = 16, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 3};
    (void)state;
    bench_prepare(&bench);
    use_interrupts();
    bench.settings.latency_us = 300;
    start();
    lwnvme_sim_settings(bench.sim)->callback_context = &bench;
    lwnvme_sim_settings(bench.sim)->on_interrupt = on_interrupt;
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, &config), 0);
    uint64_t before = lwnvme_sim_time(bench.sim);
    uint64_t waits = lwnvme_sim_counters(bench.sim)->waits;
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(lwnvme_sync_read(&second, bench.ns, i, 1, data, 0), 0);
    }
    waits = lwnvme_sim_counters(bench.sim)->waits - waits;
    assert_true(waits >= 10 && waits < 60);
    assert_true(lwnvme_sim_time(bench.sim) - before < 20000);
    bench_end(&bench);
}

static uint64_t wait_calls;

static void wait_to_the_deadline(void *host, uint64_t deadline_us)
{
    struct lwnvme_sim *sim = (struct lwnvme_sim *)host;
    uint64_t now = lwnvme_sim_time(sim);
    wait_calls++;
    assert_true(deadline_us != UINT64_MAX); /* it would never end */
    lwnvme_sim_advance(sim, deadline_us > now ? deadline_us - now : 1);
}

/* Interrupts are lost: the answer is found long before the deadline, and the command has not failed. */
static void fault_095_lost_interrupt(void **state)
{
    struct lwnvme_queue_config config = {.entries = 16, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 3};
    (void)state;
    bench_prepare(&bench);
    use_interrupts();
    bench.settings.latency_us = 300;
    bench.config.io_timeout_ms = 2000;
    start();
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, &config), 0);
    bench.ops->wait = wait_to_the_deadline;
    wait_calls = 0;
    uint64_t before = lwnvme_sim_time(bench.sim);
    assert_int_equal(lwnvme_sync_read(&second, bench.ns, 0, 1, data, 0), 0);
    assert_int_equal(wait_calls, 1);
    assert_true(lwnvme_sim_time(bench.sim) - before < 110000);
    assert_int_equal(second.lost, 1);
    bench_end(&bench);
}

static void fault_104_lost_command_ends_each_blocking_call(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_LOSE, .any_opcode = true, .count = 1};
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        int status = 0;
        bench_prepare(&bench);
        bench.config.io_timeout_ms = 400;
        bench.config.admin_timeout_ms = 500;
        bench.settings.relax_step_us = 1000;
        start();
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        uint64_t before = lwnvme_sim_time(bench.sim);
        switch (kind) {
        case 0:
            status = lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0);
            assert_int_equal(status, LWNVME_ERR_TIMEOUT);
            break;
        case 1:
            status = lwnvme_sync_identify(bench.controller, 1, 0, data);
            assert_int_equal(status, LWNVME_ERR_TIMEOUT);
            break;
        case 2:
            status = lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
            assert_int_equal(status, LWNVME_ERR_TIMEOUT);
            break;
        case 3:
            status = lwnvme_sync_queue_create(bench.controller, &second, NULL);
            assert_int_not_equal(status, 0);
            break;
        case 4:
            status = lwnvme_sync_queue_delete(bench.queue);
            assert_int_not_equal(status, 0);
            break;
        default:
            status = lwnvme_sync_controller_reset(bench.controller);
            assert_int_equal(status, LWNVME_ERR_TIMEOUT);
            break;
        }
        uint64_t took = lwnvme_sim_time(bench.sim) - before;
        assert_true(took >= 400000 && took < 3000000);
        bench_end(&bench);
    }
}

/* ---- callbacks ---- */

static int nested[4];

static void block_on_the_same_queue(struct counted *io)
{
    (void)io;
    nested[0] = lwnvme_sync_read(bench.queue, bench.ns, 0, 1, other, 0);
    nested[1] = lwnvme_sync_wait(bench.queue, &io->request);
    nested[2] = lwnvme_sync_controller_close(bench.controller);
}

static void blocking_calls_in_a_callback_of_the_same_queue(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct counted io;
    (void)state;
    bench_prepare(&bench);
    start();
    counted_init(&io, NULL);
    io.then = block_on_the_same_queue;
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(nested[0], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(nested[1], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(nested[2], LWNVME_ERR_IN_CALLBACK);
    bench_end(&bench);
}

static void block_in_admin_callback(struct counted *io)
{
    (void)io;
    nested[0] = lwnvme_sync_identify(bench.controller, 1, 0, other);
    nested[1] = lwnvme_sync_read(bench.queue, bench.ns, 0, 1, other, 0);
    nested[2] = lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
    nested[3] = lwnvme_sync_queue_create(bench.controller, &second, NULL);
}

static void blocking_calls_in_an_admin_callback(void **state)
{
    struct counted io;
    (void)state;
    bench_prepare(&bench);
    start();
    counted_init(&io, NULL);
    io.then = block_in_admin_callback;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(nested[i], LWNVME_ERR_IN_CALLBACK);
    }
    bench_end(&bench);
}

/* From a callback of one queue, blocking calls on another and on the controller work, also when they fail. */
static void block_on_others(struct counted *io)
{
    (void)io;
    nested[0] = lwnvme_sync_identify(bench.controller, 1, 0, other);
    nested[1] = lwnvme_sync_read(&second, bench.ns, 0, 1, other, 0);
    nested[2] = lwnvme_sync_controller_reset(bench.controller);
}

static void blocking_calls_in_a_callback_of_another_queue(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_LOSE, .any_opcode = true, .skip = (uint32_t)kind};
        struct counted ios[2];
        bench_prepare(&bench);
        bench.config.io_timeout_ms = 400;
        bench.config.admin_timeout_ms = 500;
        bench.settings.relax_step_us = 1000;
        start();
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
        for (int i = 0; i < 2; i++) {
            counted_init(&ios[i], NULL);
            assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[i].request, 0, 1, &buffer), 0);
        }
        ios[0].then = block_on_others;
        if (kind < 2) {
            assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        }
        bench_wait(&bench, &ios[0].request);
        bench_wait(&bench, &ios[1].request);
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(ios[1].called, 1);
        assert_int_equal(nested[0], kind == 0 ? LWNVME_ERR_TIMEOUT : 0);
        assert_int_equal(nested[1], kind == 0 ? LWNVME_ERR_FAILED : kind == 1 ? LWNVME_ERR_TIMEOUT : 0);
        assert_int_equal(nested[2], LWNVME_ERR_IN_CALLBACK);
        assert_int_equal(bench_settle(&bench), kind == 2 ? 0 : LWNVME_ERR_TIMEOUT);
        bench_end(&bench);
    }
}

/* Two blocking readers of one shared queue would each find the other's answers: nothing is lost. */
static void waiting_on_a_shared_queue(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_SHARED};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct counted ios[6];
    (void)state;
    bench_prepare(&bench);
    bench.settings.latency_us = 100;
    start();
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, &config), 0);
    for (int i = 0; i < 6; i++) {
        counted_init(&ios[i], NULL);
        assert_int_equal(lwnvme_read(&second, bench.ns, &ios[i].request, 0, 1, &buffer), 0);
    }
    assert_int_equal(lwnvme_sync_wait(&second, &ios[5].request), 0);
    assert_int_equal(lwnvme_sync_read(&second, bench.ns, 0, 1, other, 0), 0);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(lwnvme_sync_wait(&second, &ios[i].request), 0);
        assert_int_equal(ios[i].called, 1);
    }
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_does_what_it_says),
        cmocka_unit_test(what_lies_on_the_stack_does_not_matter),
        cmocka_unit_test(refusals_come_through),
        cmocka_unit_test(failed_opening_is_closed_again),
        cmocka_unit_test(wait_hook_is_not_used_without_interrupts),
        cmocka_unit_test(interrupts_end_the_wait),
        cmocka_unit_test(fault_095_lost_interrupt),
        cmocka_unit_test(fault_104_lost_command_ends_each_blocking_call),
        cmocka_unit_test(blocking_calls_in_a_callback_of_the_same_queue),
        cmocka_unit_test(blocking_calls_in_an_admin_callback),
        cmocka_unit_test(blocking_calls_in_a_callback_of_another_queue),
        cmocka_unit_test(waiting_on_a_shared_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

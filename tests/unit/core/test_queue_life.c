/* SPDX-License-Identifier: MIT */
/* Queue pairs come and go: every argument, every refusal by the controller, every allocation that fails. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_queue second;

static void start(void)
{
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&second, 0, sizeof(second));
}

static int create(const struct lwnvme_queue_config *config)
{
    return lwnvme_sync_queue_create(bench.controller, bench.queue, config);
}

static void fault_on(uint8_t opcode, enum lwnvme_sim_fault_kind kind, uint16_t status)
{
    struct lwnvme_sim_fault fault = {
        .kind = kind, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = opcode, .status = status};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
}

static void arguments_are_checked(void **state)
{
    struct lwnvme_queue_config config = {.entries = 1};
    (void)state;
    start();
    assert_int_equal(lwnvme_queue_status(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_delete(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_delete(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_create(NULL, bench.queue, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create(bench.controller, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(create(&config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 1025;
    assert_int_equal(create(&config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 0;
    config.flags = 4;
    assert_int_equal(create(&config), LWNVME_ERR_INVALID_ARGUMENT);
    config.flags = LWNVME_QUEUE_SHARED;
    bench.ops->lock = NULL;
    bench.ops->unlock = NULL;
    assert_int_equal(create(&config), LWNVME_ERR_HOOK_LOCK);
    assert_int_equal(create(NULL), 0);
    assert_int_equal(bench.queue->entries, 128);
    assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_status(bench.queue), 0);
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_create(&(struct lwnvme_controller){.opened = 0}, bench.queue, NULL),
                     LWNVME_ERR_NOT_OPEN);
    bench_end(&bench);
}

static uint32_t commands[8][16];
static uint32_t command_count;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && command_count < 8) {
        memcpy(commands[command_count++], command, 64);
    }
}

static void commands_say_what_the_queue_is(void **state)
{
    struct lwnvme_queue_config config = {.entries = 37, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 5};
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    command_count = 0;
    assert_int_equal(create(&config), 0);
    assert_int_equal(command_count, 2);
    assert_int_equal(commands[0][0] & 0xffff, 0x05);
    assert_int_equal(commands[0][10], 36u << 16 | 1);
    assert_int_equal(commands[0][11], 5u << 16 | 3);
    assert_true(((uint64_t)commands[0][7] << 32 | commands[0][6]) ==
                bench.queue->pieces[LWNVME_PIECE_CQ].dma_address);
    assert_int_equal(commands[1][0] & 0xffff, 0x01);
    assert_int_equal(commands[1][10], 36u << 16 | 1);
    assert_int_equal(commands[1][11], 1u << 16 | 2u << 1 | 1); /* medium priority (fault 22), contiguous */
    assert_true(((uint64_t)commands[1][7] << 32 | commands[1][6]) ==
                bench.queue->pieces[LWNVME_PIECE_SQ].dma_address);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
    assert_int_equal(commands[2][10] & 0xffff, 2);
    assert_int_equal(commands[2][11], 1);
    command_count = 0;
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    assert_int_equal(commands[0][0] & 0xffff, 0x00);
    assert_int_equal(commands[0][10], 1);
    assert_int_equal(commands[1][0] & 0xffff, 0x04);
    assert_int_equal(commands[1][10], 1);
    /* The lowest free identifier is used again. */
    command_count = 0;
    assert_int_equal(create(NULL), 0);
    assert_int_equal(commands[0][10] & 0xffff, 1);
    bench_end(&bench);
}

static void fault_005_two_entries_are_enough(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.cap_mqes = 1;
    bench_start(&bench);
    static uint32_t data[1024];
    assert_int_equal(bench.queue->entries, 2);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, i, 8, data, 0), 0);
    }
    bench_end(&bench);
}

static void one_command_quirk(void **state)
{
    struct lwnvme_queue_config config = {.entries = 64};
    (void)state;
    bench_prepare(&bench);
    bench.config.quirks_add = LWNVME_QUIRK_ONE_COMMAND;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_controller_get_info(bench.controller)->io_queues, 1);
    assert_int_equal(create(&config), 0);
    assert_int_equal(bench.queue->entries, 2);
    bench_end(&bench);
}

static void fault_050_as_many_queues_as_granted(void **state)
{
    static struct lwnvme_queue queues[4];
    (void)state;
    memset(queues, 0, sizeof(queues));
    bench_prepare(&bench);
    bench.settings.io_queue_pairs = 3;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[i], NULL), 0);
    }
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[3], NULL), LWNVME_ERR_QUEUE_LIMIT);
    assert_int_equal(lwnvme_queue_status(&queues[3]), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[1]), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[3], NULL), 0);
    bench_end(&bench);
    assert_int_equal(lwnvme_queue_status(&queues[0]), LWNVME_ERR_QUEUE_CLOSED);
    bench_prepare(&bench);
    bench.settings.io_queue_pairs = 0;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(create(NULL), LWNVME_ERR_NO_IO_QUEUES);
    bench_end(&bench);
}

static void fault_052_refused_completion_queue(void **state)
{
    size_t before;
    (void)state;
    start();
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    fault_on(0x05, LWNVME_SIM_STATUS, 0x4101);
    assert_int_equal(create(NULL), 0x4101);
    assert_int_equal(lwnvme_queue_status(bench.queue), 0x4101);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_int_equal(create(NULL), 0);
    bench_end(&bench);
}

/* The completion queue goes again before anyone is told. */
static void fault_052_refused_submission_queue_is_undone_before_status_says_so(void **state)
{
    size_t before;
    (void)state;
    start();
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    fault_on(0x01, LWNVME_SIM_STATUS, 0x4102);
    assert_int_equal(create(NULL), 0x4102);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->admin_commands[0x04], 1);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_null(bench.controller->queues);
    assert_int_equal(create(NULL), 0);
    bench_end(&bench);
}

static void undo_that_is_refused_keeps_the_rings(void **state)
{
    (void)state;
    start();
    fault_on(0x01, LWNVME_SIM_STATUS, 0x4102);
    fault_on(0x04, LWNVME_SIM_STATUS, 0x4006);
    assert_true(create(NULL) > 0);
    assert_true(lwnvme_queue_status(bench.queue) > 0);
    assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), LWNVME_ERR_BUSY);
    /* The others go on. */
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
    bench_end(&bench);
}

static void deletion_that_is_refused_keeps_the_rings(void **state)
{
    (void)state;
    for (uint8_t opcode = 0; opcode <= 4; opcode += 4) {
        size_t before;
        start();
        assert_int_equal(create(NULL), 0);
        before = lwnvme_sim_outstanding_allocations(bench.sim);
        fault_on(opcode, LWNVME_SIM_STATUS, 0x4006);
        assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0x4006);
        assert_int_equal(lwnvme_queue_status(bench.queue), 0x4006);
        assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
        assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
        bench_end(&bench);
    }
}

/* No answer to a step: the controller fails, and the queue's memory is freed by close, once. */
static void fault_053_step_without_an_answer(void **state)
{
    static const uint8_t opcodes[] = {0x05, 0x01, 0x00, 0x04};
    (void)state;
    for (size_t i = 0; i < sizeof(opcodes); i++) {
        struct lwnvme_sim_fault lose = {.kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE};
        start();
        lose.opcode = opcodes[i];
        if (i >= 2) {
            assert_int_equal(create(NULL), 0);
        }
        assert_true(lwnvme_sim_fault_add(bench.sim, &lose));
        if (i < 2) {
            assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), 0);
        } else {
            assert_int_equal(lwnvme_queue_delete(bench.queue), 0);
        }
        for (uint32_t turn = 0; turn < 100; turn++) {
            lwnvme_sim_advance(bench.sim, 1000000);
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(lwnvme_controller_status(bench.controller), LWNVME_ERR_TIMEOUT);
        lwnvme_sim_faults_clear(bench.sim);
        /* After a reset: a queue being made is there, one being deleted is not. */
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        assert_int_equal(lwnvme_queue_status(bench.queue), i < 2 ? 0 : LWNVME_ERR_QUEUE_CLOSED);
        bench_end(&bench);
    }
}

static void fault_135_each_allocation_of_a_queue_fails(void **state)
{
    (void)state;
    for (int with_alloc = 0; with_alloc < 2; with_alloc++) {
        for (uint32_t at = 1; at < 8; at++) {
            size_t before;
            int status;
            bench_prepare(&bench);
            bench_power(&bench);
            if (with_alloc == 0) {
                bench.ops->alloc = NULL;
                bench.ops->free = NULL;
            }
            assert_int_equal(bench_open(&bench), 0);
            before = lwnvme_sim_outstanding_allocations(bench.sim);
            uint64_t dma_now = lwnvme_sim_counters(bench.sim)->dma_allocs;
            uint64_t plain_now = lwnvme_sim_counters(bench.sim)->allocs;
            if (with_alloc != 0 && at > 3) {
                lwnvme_sim_settings(bench.sim)->alloc_fail_at = plain_now + at - 3;
            } else {
                lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at = dma_now + at;
            }
            status = create(NULL);
            if (status != 0) {
                assert_int_equal(status, LWNVME_ERR_NO_MEMORY);
                assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
                assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
                assert_int_equal(create(NULL), 0);
            } else {
                assert_true(at > 5); /* three for the device, two for bookkeeping */
            }
            bench_end(&bench);
        }
    }
}

static void queue_with_requests_is_not_deleted(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct counted io;
    (void)state;
    bench_prepare(&bench);
    bench.settings.latency_us = 1000;
    bench_start(&bench);
    counted_init(&io, NULL);
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_queue_delete(bench.queue), LWNVME_ERR_QUEUE_IN_USE);
    assert_int_equal(lwnvme_queue_status(bench.queue), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(lwnvme_queue_delete(bench.queue), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_PENDING);
    assert_int_equal(lwnvme_queue_delete(bench.queue), LWNVME_ERR_BUSY);
    assert_int_not_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    assert_int_equal(bench_queue_settle(&bench, bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), LWNVME_ERR_QUEUE_CLOSED);
    bench_end(&bench);
}

static void deleted_queue_stays_deleted_over_shutdown(void **state)
{
    (void)state;
    start();
    assert_int_equal(create(NULL), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
    assert_int_equal(lwnvme_queue_delete(bench.queue), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_status(&second), 0);
    bench_end(&bench);
}

static void queues_come_back_after_shutdown_and_reset(void **state)
{
    static uint32_t data[1024];
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    for (uint32_t round = 0; round < 4; round++) {
        assert_int_equal(lwnvme_sync_write(bench.queue, bench.ns, 7, 8, data, 0), 0);
        if (round % 2 == 0) {
            assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
            assert_int_not_equal(lwnvme_sync_write(bench.queue, bench.ns, 7, 8, data, 0), 0);
            assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_PENDING);
            assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
        } else {
            assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        }
    }
    bench_end(&bench);
}

/* A queue may be let go of while the controller is off. */
static void deletion_while_off(void **state)
{
    (void)state;
    start();
    assert_int_equal(create(NULL), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_queue_delete(bench.queue), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_null(bench.controller->queues);
    bench_end(&bench);
}

static void fault_114_116_fewer_queues_after_a_reset(void **state)
{
    static uint32_t data[128];
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    memset(&second, 0, sizeof(second));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
    lwnvme_sim_settings(bench.sim)->number_of_queues_override = true;
    lwnvme_sim_settings(bench.sim)->number_of_queues = 0; /* one pair */
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), 0);
    assert_int_equal(lwnvme_queue_status(&second), LWNVME_ERR_QUEUE_LIMIT);
    assert_int_equal(lwnvme_sync_read(bench.queue, bench.ns, 0, 1, data, 0), 0);
    bench_end(&bench);
}

static void a_queue_refused_after_a_reset_is_closed(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    memset(&second, 0, sizeof(second));
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, NULL), 0);
    fault_on(0x05, LWNVME_SIM_STATUS, 0x4101); /* the first to be made again */
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    int one = lwnvme_queue_status(bench.queue);
    int two = lwnvme_queue_status(&second);
    assert_true((one == 0x4101 && two == 0) || (one == 0 && two == 0x4101));
    bench_end(&bench);
}

/* For each command as many mappings as it can need, and no more: its list, the two entries of the command, metadata. */
static void mappings_are_as_many_as_are_needed(void **state)
{
    static struct fake fake;
    (void)state;
    fake_start(&fake, FAKE_UNMAP, 8);
    assert_int_equal(fake.queue.mappings_per_slot, lwnvme_list_entries(&fake.controller) + 3u);
    fake_end(&fake);
}

/* A slot for each command that the ring holds, which is one less than its entries; as many as a power of 2. */
static void slots_are_as_many_as_are_needed(void **state)
{
    static const uint32_t rows[][2] = {{2, 1}, {3, 2},   {4, 4},   {5, 4},    {8, 8},
                                       {9, 8}, {10, 16}, {17, 16}, {128, 128}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static struct fake fake;
        const struct lwnvme_piece *pieces = fake.queue.pieces;
        fake_start(&fake, FAKE_UNMAP, rows[i][0]);
        assert_int_equal(fake.queue.slot_mask, rows[i][1] - 1);
        assert_int_equal(pieces[LWNVME_PIECE_SLOTS].size_bytes,
                         rows[i][1] * (sizeof(struct lwnvme_slot) + 4));
        assert_int_equal(pieces[LWNVME_PIECE_MAPPINGS].size_bytes,
                         (rows[i][0] - 1) *
                             (fake.queue.mappings_per_slot * sizeof(struct lwnvme_mapping) + 2));
        fake_end(&fake);
    }
}

static void largest_default_timeout(void **state)
{
    static uint32_t data[128];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct counted io;
    (void)state;
    bench_prepare(&bench);
    bench.config.io_timeout_ms = 0x7fffffff;
    bench.config.admin_timeout_ms = 0x7fffffff;
    bench.settings.latency_us = 50000000;
    bench_start(&bench);
    counted_init(&io, NULL);
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    for (uint32_t turn = 0; turn < 100 && lwnvme_request_active(&io.request); turn++) {
        lwnvme_sim_advance(bench.sim, 1000000);
        (void)lwnvme_queue_poll(bench.queue, 0);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 0);
    bench_end(&bench);
}

/* The controller is closed with the refusal of a submission queue unread in its ring: the completion queue, which was made,
 * goes with the stop. */
static void refused_while_the_controller_stops(void **state)
{
    (void)state;
    start();
    fault_on(LWNVME_ADMIN_CREATE_IOSQ, LWNVME_SIM_STATUS, 0x101);
    assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), 0);
    for (uint32_t i = 0; i < 1000 && bench.queue->state != LWNVME_QUEUE_CREATE_SQ; i++) {
        lwnvme_sim_advance(bench.sim, 10);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(bench.queue->state, LWNVME_QUEUE_CREATE_SQ);
    lwnvme_sim_advance(bench.sim, 100000);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(bench.queue->state, LWNVME_QUEUE_CLOSED);
    assert_int_equal(bench.queue->status, 0x101); /* it had gone before the close took what was left */
    bench_end(&bench);
}

/* The admin queue takes nothing more, and its owner has not acted on that yet: refused, and nothing is left. */
static void a_queue_that_cannot_be_asked_for(void **state)
{
    size_t before;
    (void)state;
    start();
    before = lwnvme_sim_outstanding_allocations(bench.sim);
    bench.controller->admin.slow |= LWNVME_SLOW_NO_SUBMIT;
    assert_true(lwnvme_queue_create(bench.controller, bench.queue, NULL) < 0);
    bench.controller->admin.slow &= ~LWNVME_SLOW_NO_SUBMIT;
    assert_int_equal(bench.queue->state, LWNVME_QUEUE_CLOSED);
    assert_null(bench.controller->queues);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_int_equal(create(NULL), 0);
    bench_end(&bench);
}

static void a_closed_queue_is_not_parked(void **state)
{
    (void)state;
    start();
    assert_int_equal(create(NULL), 0);
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    lwnvme_queue_park(bench.queue);
    assert_int_equal(bench.queue->state, LWNVME_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_status(bench.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(create(NULL), 0);
    bench_end(&bench);
}

/* As many entries as the controller can do, on either ring, fit again after a reset; and so does the last identifier. */
static void the_largest_queue_comes_back(void **state)
{
    struct lwnvme_queue_config config = {.entries = 8, .cq_entries = 8};
    (void)state;
    bench_prepare(&bench);
    bench.settings.cap_mqes = 7;
    bench.settings.io_queue_pairs = 2;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&second, 0, sizeof(second));
    assert_int_equal(create(&config), 0);
    config.entries = 4;
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &second, &config), 0);
    assert_int_equal(lwnvme_controller_get_info(bench.controller)->io_queues, 2);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(lwnvme_queue_status(bench.queue), 0);
    assert_int_equal(lwnvme_queue_status(&second), 0);
    bench_end(&bench);
}

/* A step without an answer, and the controller does not stop either: the rings are its own, and are not freed. */
static void fault_118_step_of_a_controller_that_does_not_stop(void **state)
{
    static const uint8_t opcodes[] = {0x05, 0x01, 0x00, 0x04};
    (void)state;
    for (size_t i = 0; i < sizeof(opcodes); i++) {
        struct lwnvme_sim_fault lose = {
            .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = opcodes[i]};
        size_t before;
        start();
        lwnvme_sim_settings(bench.sim)->fence_works = false;
        lwnvme_sim_settings(bench.sim)->never_disabled = true;
        if (i >= 2) {
            assert_int_equal(create(NULL), 0);
        }
        assert_true(lwnvme_sim_fault_add(bench.sim, &lose));
        if (i < 2) {
            assert_int_equal(lwnvme_queue_create(bench.controller, bench.queue, NULL), 0);
        } else {
            assert_int_equal(lwnvme_queue_delete(bench.queue), 0);
        }
        before = lwnvme_sim_outstanding_allocations(bench.sim);
        for (uint32_t turn = 0; turn < 200; turn++) {
            lwnvme_sim_advance(bench.sim, 1000000);
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_FAILED);
        assert_int_equal(bench.queue->state, LWNVME_QUEUE_BROKEN);
        assert_int_equal(bench.queue->status, LWNVME_ERR_ABORTED);
        assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
        assert_int_equal(lwnvme_controller_close(bench.controller), LWNVME_ERR_MEMORY_KEPT);
        bench_drop(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_queue_comes_back),
        cmocka_unit_test(fault_118_step_of_a_controller_that_does_not_stop),
        cmocka_unit_test(refused_while_the_controller_stops),
        cmocka_unit_test(a_queue_that_cannot_be_asked_for),
        cmocka_unit_test(a_closed_queue_is_not_parked),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(commands_say_what_the_queue_is),
        cmocka_unit_test(fault_005_two_entries_are_enough),
        cmocka_unit_test(one_command_quirk),
        cmocka_unit_test(fault_050_as_many_queues_as_granted),
        cmocka_unit_test(fault_052_refused_completion_queue),
        cmocka_unit_test(fault_052_refused_submission_queue_is_undone_before_status_says_so),
        cmocka_unit_test(undo_that_is_refused_keeps_the_rings),
        cmocka_unit_test(deletion_that_is_refused_keeps_the_rings),
        cmocka_unit_test(fault_053_step_without_an_answer),
        cmocka_unit_test(fault_135_each_allocation_of_a_queue_fails),
        cmocka_unit_test(queue_with_requests_is_not_deleted),
        cmocka_unit_test(deleted_queue_stays_deleted_over_shutdown),
        cmocka_unit_test(queues_come_back_after_shutdown_and_reset),
        cmocka_unit_test(deletion_while_off),
        cmocka_unit_test(fault_114_116_fewer_queues_after_a_reset),
        cmocka_unit_test(a_queue_refused_after_a_reset_is_closed),
        cmocka_unit_test(mappings_are_as_many_as_are_needed),
        cmocka_unit_test(slots_are_as_many_as_are_needed),
        cmocka_unit_test(largest_default_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

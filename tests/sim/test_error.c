/* SPDX-License-Identifier: MIT */
/* How commands end when they do not end well: statuses, timeouts, controllers that do not stop. */
#include "scenario.h"

#define IO_BYTES 4096u

static uint8_t error_data[256][IO_BYTES];

static void begin(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    scenario_namespace(s);
}

static struct tracked *start_read(struct scenario *s, uint32_t index, uint32_t timeout_ms)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(error_data[index], IO_BYTES);
    struct tracked *io = scenario_request(s);

    io->request.timeout_ms = timeout_ms;
    assert_int_equal(
        scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, (uint64_t)index * 8, 8, &buffer)),
        LWNVME_OK);
    return io;
}

/* Every status code and type with every combination of the other bits arrives whole. */
static void fault_060_061_every_status(void **state)
{
    struct scenario s;
    uint32_t status;

    (void)state;
    scenario_prepare(&s);
    s.time_limit_us = 60 * SECOND_US;
    begin(&s, 4);
    for (status = 1; status < 0x800; status++) {
        /* CRD, M and DNR go through all their values as the codes do. */
        uint16_t whole = (uint16_t)(status | (status * 7 & 15) << 11);

        lwnvme_sim_faults_clear(s.sim);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .status = whole});
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), whole);
        assert_non_null(lwnvme_status_string(whole));
        assert_true(strlen(lwnvme_status_string(whole)) > 3);
    }
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    scenario_end(&s);
}

/* A fault's status with its top bit set, which the status field does not have: an answer all the same, and nothing of the
 * command is left with the controller. */
static void a_status_of_sixteen_ones_is_an_answer(void **state)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {LWNVME_SIM_STATUS, LWNVME_SIM_STATUS_AFTER,
                                                       LWNVME_SIM_STATUS_BITS};
    static const enum lwnvme_sim_queue_kind queues[] = {LWNVME_SIM_IO_QUEUES, LWNVME_SIM_ADMIN_QUEUE};
    struct scenario s;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    for (index = 0; index < 6; index++) {
        uint64_t left = lwnvme_sim_outstanding_commands(s.sim);

        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = kinds[index / 2],
                                                     .queue = queues[index % 2],
                                                     .any_opcode = true,
                                                     .status = 0xffff});
        if (queues[index % 2] == LWNVME_SIM_IO_QUEUES)
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), 0x7fff);
        else
            assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, error_data[0]),
                             0x7fff);
        assert_int_equal(lwnvme_sim_outstanding_commands(s.sim), left);
        assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    }
    scenario_end(&s);
}

static void fault_062_063_retry_is_the_callers(void **state)
{
    struct scenario s;
    uint32_t bits;

    (void)state;
    scenario_prepare(&s);
    s.settings.crdt[0] = 0;
    s.settings.crdt[1] = 65535;
    begin(&s, 4);
    for (bits = 0; bits < 16; bits++) {
        uint16_t status = (uint16_t)(LWNVME_SC_NAMESPACE_NOT_READY | bits << 11);
        uint64_t reads = lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_READ];

        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .status = status});
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), status);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_READ], reads + 1);
        assert_int_equal(lwnvme_status_retryable(status), (bits & 8) == 0);
    }
    scenario_end(&s);
}

static void fault_064_nothing_is_repeated_silently(void **state)
{
    struct lwnvme_command command = {.opcode = 0x81, .nsid = 1};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .any_opcode = true,
                                                 .status = 0x82,
                                                 .count = 2});
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, NULL, NULL), 0x82);
    assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, 0, 1, error_data[0], 0), 0x82);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[0x81], 1);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_COMPARE], 1);
    scenario_end(&s);
}

static void noise_beside_a_success(void **state)
{
    struct scenario s;
    uint32_t bits;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    for (bits = 0; bits < 16; bits++) {
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS_BITS,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .status = (uint16_t)(bits << 11)});
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 8, error_data[0], 0), LWNVME_OK);
    }
    scenario_end(&s);
}

/* A request of n pieces; piece k fails. The rest is carried out, and bytes_done ends before piece k. */
static void fault_066_split_request_with_one_failure(void **state)
{
    static uint8_t large[16 * 8192];
    struct scenario s;
    uint32_t entries;
    uint32_t k;

    (void)state;
    for (entries = 2; entries <= 32; entries *= 4) {
        for (k = 0; k < 16; k++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(large, sizeof(large));
            struct tracked *io;

            scenario_prepare(&s);
            s.config.max_transfer_bytes = 8192;
            s.settings.latency_us = 20;
            s.settings.latency_spread_us = 300;
            s.settings.shuffle = true;
            s.settings.seed = k + 1;
            begin(&s, entries);
            io = scenario_request(&s);
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                         .queue = LWNVME_SIM_IO_QUEUES,
                                                         .any_opcode = true,
                                                         .skip = k,
                                                         .status = 0x4281});
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                         .queue = LWNVME_SIM_IO_QUEUES,
                                                         .any_opcode = true,
                                                         .skip = k + 1,
                                                         .status = 0x0006});
            assert_int_equal(
                scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 16 * 16, &buffer)),
                LWNVME_OK);
            scenario_wait_all(&s, s.queue);
            assert_int_equal(io->request.status, 0x4281);
            assert_int_equal(io->request.bytes_done, k * 8192);
            lwnvme_sim_faults_clear(s.sim);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
            scenario_end(&s);
        }
    }
}

/* The k-th mapping of a split request fails: what was sent is waited for, and the caller learns of it once. */
static void fault_066_split_request_with_a_mapping_that_fails(void **state)
{
    static uint8_t large[16 * 8192];
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 1; k <= 48; k++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(large, sizeof(large));
        struct tracked *io;
        int status;

        scenario_prepare(&s);
        s.config.max_transfer_bytes = 8192;
        s.settings.latency_us = 100;
        s.settings.dma_map_fail_at = k;
        begin(&s, k % 2 == 0 ? 4 : 64);
        io = scenario_request(&s);
        status = scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 0, 16 * 16, &buffer));
        scenario_wait_all(&s, s.queue);
        if (status != LWNVME_OK) {
            assert_int_equal(status, LWNVME_ERR_DMA_MAP);
            assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE], 0);
        } else if (lwnvme_sim_counters(s.sim)->dma_maps >= k) {
            assert_int_equal(io->request.status, LWNVME_ERR_DMA_MAP);
            assert_true(io->request.bytes_done < sizeof(large));
        }
        /* How many mappings the request takes depends on where the buffer lies: the k-th may be this write's. */
        status = lwnvme_sync_write(s.queue, s.ns, 0, 1, large, 0);
        if (status == LWNVME_ERR_DMA_MAP) {
            assert_int_equal(lwnvme_sim_counters(s.sim)->dma_maps, k);
            status = lwnvme_sync_write(s.queue, s.ns, 0, 1, large, 0);
        }
        assert_int_equal(status, LWNVME_OK);
        scenario_end(&s);
    }
}

static void fault_067_ring_full_in_the_middle_of_a_request(void **state)
{
    static uint8_t large[64 * 4096];
    static uint8_t back[64 * 4096];
    struct scenario s;
    uint32_t entries;

    (void)state;
    for (entries = 2; entries <= 9; entries++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(large, sizeof(large));
        struct tracked *io;
        struct tracked *small;

        scenario_prepare(&s);
        s.config.max_transfer_bytes = 4096;
        s.settings.latency_us = 50;
        begin(&s, entries);
        scenario_fill(large, sizeof(large), entries);
        io = scenario_request(&s);
        assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 0, 512, &buffer)),
                         LWNVME_OK);
        small = start_read(&s, 3, 0); /* waits behind it, and does not overtake */
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(io->request.bytes_done, sizeof(large));
        assert_true(small->called_at_us >= io->called_at_us);
        assert_memory_equal(error_data[3], large + 3 * 4096, 4096);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 512, back, 0), LWNVME_OK);
        assert_memory_equal(large, back, sizeof(large));
        scenario_end(&s);
    }
}

static void fault_080_deallocated_block_error(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = LWNVME_NVM_READ,
                                                 .status = 0x4287});
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), 0x4287);
    assert_int_equal(0x4287 & 0x7ff, LWNVME_SC_DEALLOCATED_OR_UNWRITTEN);
    assert_false(lwnvme_status_retryable(0x4287));
    scenario_end(&s);
}

static void media_errors(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, 10, 1));
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 8, 8, error_data[0], 0) & 0x7ff, 0x281);
    assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 8, 8, 0) & 0x7ff, 0x281);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 11, 5, error_data[0], 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 8, 8, error_data[1], 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 8, 8, error_data[0], 0), LWNVME_OK);
    scenario_end(&s);
}

static void fault_081_write_protected(void **state)
{
    struct scenario s;
    uint64_t commands;

    (void)state;
    scenario_prepare(&s);
    s.settings.ns[0].nsattr = 1;
    begin(&s, 4);
    assert_true(s.ns->read_only);
    commands = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 1, 0), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, 1), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
    scenario_end(&s);
    scenario_prepare(&s); /* protected later, behind the driver's back */
    begin(&s, 4);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = LWNVME_NVM_WRITE,
                                                 .status = 0x4020});
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, error_data[0], 0), 0x4020);
    scenario_end(&s);
}

static void fault_082_not_ready_for_the_moment(void **state)
{
    static const uint16_t statuses[] = {LWNVME_SC_NAMESPACE_NOT_READY, LWNVME_SC_FORMAT_IN_PROGRESS,
                                        LWNVME_SC_SANITIZE_IN_PROGRESS};
    struct scenario s;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    begin(&s, 4);
    for (index = 0; index < 3; index++) {
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .status = statuses[index]});
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), statuses[index]);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
    }
    assert_true(lwnvme_status_retryable(LWNVME_SC_NAMESPACE_NOT_READY));
    scenario_end(&s);
}

/* One of 20 requests is lost: it ends as late, those in flight as aborted, those that waited as not started. */
static void timeout_of_one_command(void **state)
{
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 0; k < 7; k++) {
        struct tracked *all[20];
        uint32_t counts[4] = {0};
        uint32_t index;

        scenario_prepare(&s);
        s.config.io_timeout_ms = 1000;
        begin(&s, 8);
        /* The lost one, and everything after it, so that the ring stays full. */
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .count = UINT32_MAX});
        for (index = 0; index < 20; index++)
            all[index] = start_read(&s, index, index == k ? 500 : 2000);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
        for (index = 0; index < 20; index++) {
            int status = all[index]->request.status;

            assert_in_range(all[index]->called_at_us / 1000, 500, 600);
            assert_int_equal(all[index]->request.bytes_done, 0);
            counts[0] += status == LWNVME_ERR_TIMEOUT;
            counts[1] += status == LWNVME_ERR_ABORTED;
            counts[2] += status == LWNVME_ERR_NOT_STARTED;
        }
        assert_int_equal(all[k]->request.status, LWNVME_ERR_TIMEOUT);
        assert_int_equal(counts[0], 1);
        assert_int_equal(counts[1], 6);
        assert_int_equal(counts[2], 13);
        assert_int_equal(s.events[LWNVME_EVENT_FAILED], 1);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_ERR_FAILED);
        lwnvme_sim_faults_clear(s.sim);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
        scenario_end(&s);
    }
}

/* A deadline counts from the submission, also when nobody polled for a long time before. */
static void deadline_after_a_long_pause(void **state)
{
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.time_limit_us = 200 * SECOND_US;
    s.settings.latency_us = 400000;
    begin(&s, 8);
    lwnvme_sim_advance(s.sim, 100 * SECOND_US);
    io = start_read(&s, 0, 500);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    scenario_end(&s);
}

/* An answer that came in time is taken, even if nobody looked before the deadline. */
static void answer_in_time_but_seen_late(void **state)
{
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.time_limit_us = 200 * SECOND_US;
    s.settings.latency_us = 100;
    begin(&s, 8);
    io = start_read(&s, 0, 500);
    lwnvme_sim_advance(s.sim, 60 * SECOND_US);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(scenario_poll(&s), LWNVME_OK);
    scenario_end(&s);
}

static void clock_that_jumps(void **state)
{
    static const int64_t jumps[] = {-900000, -100000000, 100000, 3600000000};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(jumps) / sizeof(jumps[0]); index++) {
        struct tracked *all[6];
        uint32_t io;

        scenario_prepare(&s);
        s.settings.clock_start_us = 1000 * SECOND_US;
        s.settings.latency_us = 5000;
        s.time_limit_us = UINT64_MAX;
        begin(&s, 8);
        for (io = 0; io < 6; io++)
            all[io] = start_read(&s, io, 400);
        lwnvme_sim_settings(s.sim)->clock_jump_us = jumps[index];
        lwnvme_sim_settings(s.sim)->clock_jump_at = lwnvme_sim_counters(s.sim)->now_calls + 3;
        while (scenario_in_flight(&s) != 0) {
            (void)lwnvme_queue_poll(s.queue, 0);
            (void)lwnvme_controller_poll(s.controller);
            lwnvme_sim_advance(s.sim, 50);
            assert_true(lwnvme_sim_counters(s.sim)->now_calls < 1000000);
        }
        for (io = 0; io < 6; io++) {
            if (jumps[index] <= 100000) /* a clock that goes back, or a little ahead, does no harm */
                assert_int_equal(all[io]->request.status, LWNVME_OK);
        }
        scenario_end(&s);
    }
}

static void clock_with_coarse_steps(void **state)
{
    static const uint64_t steps[] = {1000, 10000, 55000, 1000000};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(steps) / sizeof(steps[0]); index++) {
        struct tracked *io;

        scenario_prepare(&s);
        s.settings.clock_granularity_us = steps[index];
        s.settings.latency_us = 300000;
        s.time_limit_us = 60 * SECOND_US;
        begin(&s, 8);
        io = start_read(&s, 0, 1100);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        scenario_end(&s);
    }
}

static bool fence_fails(void *host)
{
    (void)host;
    return false;
}

/* The controller does not stop. Without a fence its memory and the buffers are kept, and everyone is told. */
static void controller_that_does_not_stop(void **state)
{
    struct scenario s;
    int fence; /* 0: no hook, 1: a hook that cannot, 2: one that works */

    (void)state;
    for (fence = 0; fence < 3; fence++) {
        struct tracked *io[12];
        uint32_t index;

        scenario_prepare(&s);
        s.config.io_timeout_ms = 500;
        s.settings.never_disabled = true;
        s.memory_kept = fence != 2;
        s.time_limit_us = 60 * SECOND_US;
        scenario_power(&s);
        if (fence == 0)
            s.ops->fence_device = NULL;
        if (fence == 1)
            s.ops->fence_device = fence_fails;
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        scenario_queue(&s, 8);
        scenario_namespace(&s);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .count = UINT32_MAX});
        for (index = 0; index < 12; index++)
            io[index] = start_read(&s, index, 0);
        scenario_wait_all(&s, s.queue);
        for (index = 0; index < 12; index++) {
            int status = io[index]->request.status;

            if (index >= 7)
                assert_int_equal(status, LWNVME_ERR_NOT_STARTED);
            else if (fence != 2)
                assert_int_equal(status, LWNVME_ERR_BUFFER_HELD);
            else
                assert_true(status == LWNVME_ERR_TIMEOUT || status == LWNVME_ERR_ABORTED);
        }
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_ERR_FAILED);
        scenario_end(&s);
    }
}

/* It stops after all, before the reset: then everything is made again, and nothing was lost in between. */
static void controller_that_stops_in_the_end(void **state)
{
    uint8_t *page = scenario_memory(4096, 4);
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.config.io_timeout_ms = 500;
    s.config.admin_timeout_ms = 500;
    s.settings.never_disabled = true;
    s.time_limit_us = 60 * SECOND_US;
    scenario_power(&s);
    s.ops->fence_device = NULL;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    scenario_fault(
        &s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE, .any_opcode = true, .count = UINT32_MAX});
    for (int index = 0; index < 4; index++) {
        struct tracked *io = scenario_request(&s);

        assert_int_equal(
            scenario_accept(io, lwnvme_identify(s.controller, &io->request, LWNVME_CNS_CONTROLLER, 0, page)),
            LWNVME_OK);
    }
    scenario_wait_all(&s, s.queue);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
    lwnvme_sim_faults_clear(s.sim);
    lwnvme_sim_settings(s.sim)->never_disabled = false;
    s.stepped = true;
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0), LWNVME_OK);
    for (int index = 0; index < 6; index++)
        assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, page), LWNVME_OK);
    scenario_end(&s);
    free(page);
}

/* Typed admin commands beyond the number of pages, when the controller is reset or fails. */
static void admin_commands_waiting_for_a_page(void **state)
{
    static uint8_t pages[20][4096];
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        struct tracked *io[20];
        uint32_t counts[3] = {0};
        uint32_t index;

        scenario_prepare(&s);
        s.settings.admin_latency_us = 3000;
        s.config.admin_timeout_ms = 700;
        scenario_start(&s);
        if (mode == 2)
            scenario_fault(
                &s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE, .any_opcode = true, .count = 2});
        for (index = 0; index < 20; index++) {
            io[index] = scenario_request(&s);
            assert_int_equal(
                scenario_accept(io[index], lwnvme_identify(s.controller, &io[index]->request,
                                                           LWNVME_CNS_CONTROLLER, 0, pages[index])),
                LWNVME_OK);
        }
        if (mode == 0)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        if (mode == 1)
            lwnvme_sim_remove(s.sim);
        scenario_wait_all(&s, NULL);
        for (index = 0; index < 20; index++) {
            int status = io[index]->request.status;

            if (index < LWNVME_CONFIG_ADMIN_PAGES && mode == 2)
                assert_int_equal(status, LWNVME_ERR_TIMEOUT);
            else if (index < LWNVME_CONFIG_ADMIN_PAGES)
                assert_int_equal(status, LWNVME_ERR_ABORTED);
            else if (status != LWNVME_ERR_NOT_STARTED)
                fail_msg("mode %d, request %u: %s", mode, index, lwnvme_status_string(status));
            assert_int_equal(io[index]->request.bytes_done, 0);
        }
        (void)counts;
        scenario_end(&s);
    }
}

static void first_timeout_logs_the_checklist_seen(void *context, int level, const char *message)
{
    uint32_t *seen = (uint32_t *)context;

    (void)level;
    if (strstr(message, "bus master") != NULL)
        (*seen)++;
}

/* Bus mastering is off: the first command never ends, and the log says where to look. */
static void no_bus_mastering(void **state)
{
    struct scenario s;
    uint32_t seen = 0;

    (void)state;
    scenario_prepare(&s);
    s.settings.start_fenced = true;
    s.settings.relax_step_us = 1000;
    s.settings.on_log = first_timeout_logs_the_checklist_seen;
    s.settings.callback_context = &seen;
    s.time_limit_us = 100 * SECOND_US;
    scenario_power(&s);
    assert_int_equal(scenario_open(&s), LWNVME_ERR_TIMEOUT);
    assert_int_equal(seen, 1);
    assert_in_range(scenario_now(&s) / SECOND_US, 60, 62);
    scenario_end(&s);
}

static bool wait_woken;
static uint64_t wait_total_us;

/* A host that really sleeps: until woken, or until the deadline. */
static void wait_asleep(void *host, uint64_t deadline_us)
{
    struct lwnvme_sim *sim = (struct lwnvme_sim *)host;
    uint64_t since = lwnvme_sim_time(sim);

    while (!wait_woken && lwnvme_sim_time(sim) < deadline_us &&
           lwnvme_sim_time(sim) - since < 100 * SECOND_US)
        lwnvme_sim_advance(sim, 100);
    wait_woken = false;
    wait_total_us += lwnvme_sim_time(sim) - since;
}

static void wake_asleep(void *host)
{
    (void)host;
    wait_woken = true;
}

static void forward_interrupt(void *context, uint16_t vector)
{
    struct scenario *s = (struct scenario *)context;

    lwnvme_interrupt(s->controller, vector);
}

static void blocking_calls_on_a_host_that_sleeps(void **state)
{
    static struct lwnvme_vector vectors[2];
    struct lwnvme_interrupts hardware;
    struct scenario s;
    int interrupts;

    (void)state;
    for (interrupts = 0; interrupts < 2; interrupts++) {
        struct lwnvme_queue_config config = {.flags = interrupts != 0 ? LWNVME_QUEUE_INTERRUPT : 0,
                                             .vector = 1};

        scenario_prepare(&s);
        lwnvme_interrupts_use(&hardware, LWNVME_INTERRUPT_MSIX, vectors, 2);
        s.config.interrupts = interrupts != 0 ? &hardware : NULL;
        s.settings.latency_us = 2000;
        s.settings.on_interrupt = forward_interrupt;
        s.settings.callback_context = &s;
        s.config.io_timeout_ms = 3000;
        scenario_power(&s);
        s.ops->wait = wait_asleep;
        s.ops->wake = wake_asleep;
        wait_woken = false;
        wait_total_us = 0;
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        s.queue = calloc(1, sizeof(*s.queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
        scenario_namespace(&s);
        for (int round = 0; round < 10; round++)
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, error_data[0], 0), LWNVME_OK);
        assert_true(scenario_now(&s) < SECOND_US); /* nobody slept until a deadline */
        if (interrupts != 0)
            assert_true(wait_total_us > 10 * 1000);
        scenario_fault(&s, (struct lwnvme_sim_fault){
                               .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, error_data[0], 0), LWNVME_ERR_TIMEOUT);
        scenario_end(&s);
    }
}

/* A long deadline that has come and gone must not hide the ordinary one of what follows. */
static void deadline_after_a_longer_one(void **state)
{
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.config.io_timeout_ms = 1000;
    s.settings.latency_us = 10;
    begin(&s, 8);
    io = start_read(&s, 0, 3600000);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    scenario_fault(
        &s, (struct lwnvme_sim_fault){
                .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true, .count = 2});
    start_read(&s, 1, 3600000);
    io = start_read(&s, 2, 0);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_in_range(io->called_at_us / 1000, 1000, 1200);
    scenario_end(&s);
}

/* Many commands with deadlines of their own: each late one is noticed in its time. */
static void deadlines_of_all_lengths(void **state)
{
    static const uint32_t timeouts[] = {5000, 0, 700, 3000, 0, 400, 9000, 0};
    struct scenario s;
    uint32_t lost;

    (void)state;
    for (lost = 0; lost < 8; lost++) {
        uint32_t expected = timeouts[lost] == 0 ? 2000 : timeouts[lost];
        struct tracked *io[8];

        scenario_prepare(&s);
        s.config.io_timeout_ms = 2000;
        s.settings.latency_us = 350000;
        s.time_limit_us = 30 * SECOND_US;
        begin(&s, 16);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                     .queue = LWNVME_SIM_IO_QUEUES,
                                                     .any_opcode = true,
                                                     .skip = lost});
        for (uint32_t index = 0; index < 8; index++)
            io[index] = start_read(&s, index, timeouts[index]);
        scenario_wait_all(&s, s.queue);
        for (uint32_t index = 0; index < 8; index++)
            assert_int_equal(io[index]->request.status, index == lost ? LWNVME_ERR_TIMEOUT : LWNVME_OK);
        /* The queue counts in units of 1024 us, and a little late is allowed, early is not. */
        assert_in_range(io[lost]->called_at_us / 1000, expected, expected * 1024 / 1000 + 100);
        scenario_end(&s);
    }
}

/* A named deadline is counted from the submission, however seldom anybody polls. */
static void named_deadline_with_rare_polls(void **state)
{
    static const uint32_t pauses_ms[] = {1, 100, 300, 600, 950};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(pauses_ms) / sizeof(pauses_ms[0]); index++) {
        struct tracked *io;
        uint32_t polls = 0;

        scenario_prepare(&s);
        s.time_limit_us = 30 * SECOND_US;
        begin(&s, 4);
        lwnvme_sim_advance(s.sim, 5 * SECOND_US); /* nobody has looked at the clock for a while */
        scenario_fault(&s, (struct lwnvme_sim_fault){
                               .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        io = start_read(&s, 0, 1000);
        while (lwnvme_controller_state(s.controller) == LWNVME_STATE_READY) {
            lwnvme_sim_advance(s.sim, pauses_ms[index] * 1000u);
            (void)lwnvme_queue_poll(s.queue, 0);
            (void)lwnvme_controller_poll(s.controller);
            polls++;
        }
        /* The first poll after 1 s and the slack of at most 32 ms. */
        assert_in_range(polls, (1000 + pauses_ms[index] - 1) / pauses_ms[index], 1032 / pauses_ms[index] + 1);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
        scenario_end(&s);
    }
}

/* One request used for everything in turn: nothing of an earlier use shows. */
static void request_used_again_for_something_else(void **state)
{
    static uint8_t page[4096];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(error_data[0], IO_BYTES);
    struct lwnvme_command command = {.opcode = LWNVME_NVM_FLUSH, .nsid = 1};
    struct scenario s;
    struct tracked *io;
    uint32_t round;

    (void)state;
    scenario_prepare(&s);
    s.config.max_transfer_bytes = 4096;
    s.settings.latency_us = 10;
    begin(&s, 8);
    io = scenario_request(&s);
    for (round = 0; round < 200; round++) {
        struct lwnvme_request *request = &io->request;
        uint32_t what = round * 7 % 9;
        bool fails = round % 4 == 3;
        uint64_t expected = 0;
        int status = LWNVME_ERR_BUSY;

        if (fails)
            scenario_fault(&s, (struct lwnvme_sim_fault){
                                   .kind = LWNVME_SIM_STATUS, .any_opcode = true, .status = 0x4006});
        else
            scenario_fault(&s, (struct lwnvme_sim_fault){
                                   .kind = LWNVME_SIM_RESULT, .any_opcode = true, .value = 0x1000 + round});
        switch (what) {
        case 0:
            status = lwnvme_identify(s.controller, request, LWNVME_CNS_CONTROLLER, 0, page);
            expected = 4096;
            break;
        case 1:
        case 2:
            status = lwnvme_read(s.queue, s.ns, request, 0, what * 4, &buffer);
            expected = what * 2048;
            break;
        case 3:
            status = lwnvme_write(s.queue, s.ns, request, 8, 8, &buffer);
            expected = 4096;
            break;
        case 4:
            status = lwnvme_flush(s.queue, s.ns, request);
            break;
        case 5:
            status = lwnvme_raw(s.queue, request, &command, NULL);
            break;
        case 6:
            status = lwnvme_write_zeroes(s.queue, s.ns, request, 0, 8);
            break;
        case 7:
            status = lwnvme_feature_get(s.controller, request, LWNVME_FEATURE_ARBITRATION, 0, 0);
            break;
        default:
            status = lwnvme_verify(s.queue, s.ns, request, 3, 5);
            break;
        }
        assert_int_equal(scenario_accept(io, status), LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(request->status, fails ? 0x4006 : LWNVME_OK);
        if (!fails && what > 3) /* reads and writes have no result */
            assert_int_equal(request->result_dw0, 0x1000 + round);
        if (what <= 5 || what == 7)
            assert_int_equal(request->bytes_done, fails ? 0 : expected);
    }
    scenario_end(&s);
}

/* Every command takes nearly as long as it may: opening takes so many times that, and comes to an end; so does I/O. */
static void fault_191_every_command_just_in_time(void **state)
{
    struct scenario s;
    uint64_t commands = 0;
    uint64_t begun;

    (void)state;
    scenario_prepare(&s);
    s.settings.relax_step_us = 1000;
    s.config.admin_timeout_ms = 1000;
    s.config.io_timeout_ms = 1000;
    s.time_limit_us = 600 * SECOND_US;
    s.settings.faults[0] = (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                     .queue = LWNVME_SIM_ANY_QUEUE,
                                                     .any_opcode = true,
                                                     .count = UINT32_MAX,
                                                     .value = 950000};
    scenario_power(&s);
    begun = scenario_now(&s);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    for (uint32_t opcode = 0; opcode < 256; opcode++)
        commands += lwnvme_sim_counters(s.sim)->admin_commands[opcode];
    assert_in_range(commands, 2, 40);
    assert_in_range(scenario_now(&s) - begun, commands * 950000, (commands + 5) * SECOND_US);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, error_data[0], 0), LWNVME_OK);
    scenario_end(&s);
}

static void (*log_through)(void *host, enum lwnvme_log_level level, const char *message);
static uint32_t log_lines;

static void log_counted(void *host, enum lwnvme_log_level level, const char *message)
{
    log_lines++;
    log_through(host, level, message);
}

/* A thousand errors and completions of nothing are for the caller and the counters, and do not fill the host's log. */
static void fault_192_errors_do_not_flood_the_log(void **state)
{
    struct scenario s;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    log_through = s.ops->log;
    s.ops->log = log_counted;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    assert_true(log_lines > 0);
    log_lines = 0;
    for (index = 0; index < 1000; index++) {
        lwnvme_sim_faults_clear(s.sim);
        scenario_fault(
            &s, (struct lwnvme_sim_fault){.kind = index % 2 == 0 ? LWNVME_SIM_STATUS : LWNVME_SIM_STALE,
                                          .queue = LWNVME_SIM_IO_QUEUES,
                                          .any_opcode = true,
                                          .status = LWNVME_SC_INTERNAL_ERROR});
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, error_data[0], 0),
                         index % 2 == 0 ? LWNVME_SC_INTERNAL_ERROR : LWNVME_OK);
    }
    assert_true(lwnvme_queue_stale(s.queue) >= 500);
    assert_true(log_lines <= 3);
    s.ops->log = log_through;
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_060_061_every_status),
        cmocka_unit_test(a_status_of_sixteen_ones_is_an_answer),
        cmocka_unit_test(fault_062_063_retry_is_the_callers),
        cmocka_unit_test(fault_191_every_command_just_in_time),
        cmocka_unit_test(fault_192_errors_do_not_flood_the_log),
        cmocka_unit_test(fault_064_nothing_is_repeated_silently),
        cmocka_unit_test(noise_beside_a_success),
        cmocka_unit_test(fault_066_split_request_with_one_failure),
        cmocka_unit_test(fault_066_split_request_with_a_mapping_that_fails),
        cmocka_unit_test(fault_067_ring_full_in_the_middle_of_a_request),
        cmocka_unit_test(fault_080_deallocated_block_error),
        cmocka_unit_test(media_errors),
        cmocka_unit_test(fault_081_write_protected),
        cmocka_unit_test(fault_082_not_ready_for_the_moment),
        cmocka_unit_test(timeout_of_one_command),
        cmocka_unit_test(deadline_after_a_long_pause),
        cmocka_unit_test(answer_in_time_but_seen_late),
        cmocka_unit_test(deadline_after_a_longer_one),
        cmocka_unit_test(deadlines_of_all_lengths),
        cmocka_unit_test(named_deadline_with_rare_polls),
        cmocka_unit_test(request_used_again_for_something_else),
        cmocka_unit_test(clock_that_jumps),
        cmocka_unit_test(clock_with_coarse_steps),
        cmocka_unit_test(controller_that_does_not_stop),
        cmocka_unit_test(controller_that_stops_in_the_end),
        cmocka_unit_test(admin_commands_waiting_for_a_page),
        cmocka_unit_test(no_bus_mastering),
        cmocka_unit_test(blocking_calls_on_a_host_that_sleeps),
    };

    return cmocka_run_group_tests_name("error", tests, NULL, NULL) +
           cmocka_run_group_tests_name("error, plain host", tests, scenario_plain_host, NULL);
}

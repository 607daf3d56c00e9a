/* SPDX-License-Identifier: MIT */
/* Cancel: the commands as they are sent, and what becomes of those that they are for. */
#include "../support.h"

#include <lwnvme/cancel.h>

#define READS 5u

static struct bench bench;
static struct lwnvme_request reads[READS];
static struct lwnvme_request cancel;
static uint8_t data[128 << 10] __attribute__((aligned(4096)));

static void start(uint32_t entries)
{
    struct lwnvme_queue_config config = {.entries = entries};
    bench_prepare(&bench);
    bench.settings.cancel = true;
    bench.settings.latency_us = 1000;
    bench.settings.mdts = 2;
    bench.settings.namespace_count = 2;
    bench_start(&bench);
    assert_int_equal(lwnvme_sync_queue_delete(bench.queue), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &config), 0);
    memset(reads, 0, sizeof(reads));
    memset(&cancel, 0, sizeof(cancel));
}

static void submit(uint32_t index, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &reads[index], index, blocks, &buffer), 0);
}

static void one_request_is_cancelled(void **state)
{
    (void)state;
    start(16);
    for (uint32_t i = 0; i < READS; i++) {
        submit(i, 1);
    }
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &reads[2]), 0);
    assert_int_equal(lwnvme_sync_wait(bench.queue, &cancel), 0);
    assert_int_equal(lwnvme_cancel_aborted(&cancel), 1);
    assert_int_equal(lwnvme_cancel_deferred(&cancel), 0);
    for (uint32_t i = 0; i < READS; i++) {
        int status = lwnvme_sync_wait(bench.queue, &reads[i]);
        assert_int_equal(lwnvme_status_code(status), i == 2 ? LWNVME_SC_COMMAND_ABORT_REQUESTED : 0);
    }
    /* What has ended is not there any more; what is there without the library is not either. */
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &reads[2]), LWNVME_ERR_NOT_IN_FLIGHT);
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &cancel), LWNVME_ERR_NOT_IN_FLIGHT);
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cancel(NULL, &cancel, &reads[2]), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cancel(bench.queue, NULL, &reads[2]), LWNVME_ERR_NULL_ARGUMENT);
    submit(0, 1);
    assert_int_equal(lwnvme_cancel(bench.queue, &reads[0], &reads[0]), LWNVME_ERR_REQUEST_ACTIVE);
    assert_int_equal(lwnvme_sync_wait(bench.queue, &reads[0]), 0);
    bench_end(&bench);
}

/* All pieces that have been sent, and none that has not; also where there is room for one Cancel at a time. */
static void a_split_request_is_cancelled_whole(void **state)
{
    (void)state;
    for (uint32_t entries = 4; entries <= 32; entries += 7) {
        start(entries);
        submit(0, 256); /* 8 commands */
        uint32_t sent = lwnvme_queue_in_flight(bench.queue);
        assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &reads[0]), 0);
        assert_int_equal(lwnvme_status_code(lwnvme_sync_wait(bench.queue, &cancel)), 0);
        int status = lwnvme_sync_wait(bench.queue, &reads[0]);
        if (sent == 8) {
            assert_int_equal(lwnvme_status_code(status), LWNVME_SC_COMMAND_ABORT_REQUESTED);
            assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[0x18], 8);
        } else {
            assert_int_not_equal(status, 0);
            assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[LWNVME_NVM_READ], sent);
            assert_true(reads[0].bytes_done <= (uint64_t)sent * 16384);
        }
        bench_end(&bench);
    }
}

static void all_of_a_queue_are_cancelled(void **state)
{
    static struct lwnvme_namespace other;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 512);
    (void)state;
    for (uint32_t all = 0; all < 2; all++) {
        struct lwnvme_request read = {0};
        start(16);
        assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 2, &other), 0);
        for (uint32_t i = 0; i < READS; i++) {
            submit(i, 1);
        }
        assert_int_equal(lwnvme_read(bench.queue, &other, &read, 0, 1, &buffer), 0);
        assert_int_equal(lwnvme_cancel_all(bench.queue, &cancel, all != 0 ? NULL : bench.ns), 0);
        assert_int_equal(lwnvme_sync_wait(bench.queue, &cancel), 0);
        assert_int_equal(lwnvme_cancel_aborted(&cancel), READS + all);
        for (uint32_t i = 0; i < READS; i++) {
            assert_int_equal(lwnvme_status_code(lwnvme_sync_wait(bench.queue, &reads[i])),
                             LWNVME_SC_COMMAND_ABORT_REQUESTED);
        }
        assert_int_equal(lwnvme_status_code(lwnvme_sync_wait(bench.queue, &read)),
                         all != 0 ? LWNVME_SC_COMMAND_ABORT_REQUESTED : 0);
        memset(&other, 0, sizeof(other));
        assert_int_equal(lwnvme_cancel_all(bench.queue, &cancel, &other), LWNVME_ERR_NAMESPACE_CLOSED);
        bench_end(&bench);
    }
}

static void a_controller_without_it_says_so(void **state)
{
    (void)state;
    start(16);
    lwnvme_sim_settings(bench.sim)->cancel = false;
    submit(0, 1);
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &reads[0]), 0);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_wait(bench.queue, &cancel)),
                     LWNVME_SC_INVALID_COMMAND_OPCODE);
    assert_int_equal(lwnvme_sync_wait(bench.queue, &reads[0]), 0);
    bench_end(&bench);
    memset(&cancel, 0, sizeof(cancel));
    static struct lwnvme_queue none;
    assert_int_equal(lwnvme_cancel_all(&none, &cancel, NULL), LWNVME_ERR_QUEUE_CLOSED);
}

/* The rest of a split request is taken back once, and only by its own queue and if some of it is with the controller. */
static void what_has_not_been_sent_is_taken_back(void **state)
{
    static struct lwnvme_queue other;
    struct lwnvme_queue_config config = {.entries = 8};
    struct lwnvme_request again = {0};
    (void)state;
    start(4);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &other, &config), 0);
    submit(0, 256);
    submit(1, 1);
    /* Of another queue it is not in flight, and left alone. */
    assert_int_equal(lwnvme_cancel(&other, &cancel, &reads[0]), LWNVME_ERR_NOT_IN_FLIGHT);
    assert_int_equal(reads[0].status, 0);
    /* Nothing of the second one has been sent: it goes out, and is then found there or has ended. */
    assert_int_equal(lwnvme_cancel(bench.queue, &cancel, &reads[1]), 0);
    assert_int_equal(reads[1].status, 0);
    assert_int_equal(lwnvme_cancel(bench.queue, &again, &reads[0]), 0);
    assert_int_equal(reads[0].status, LWNVME_ERR_CANCELLED);
    memset(&reads[2], 0, sizeof(reads[2]));
    assert_int_equal(lwnvme_cancel(bench.queue, &reads[2], &reads[0]), 0); /* once more */
    (void)lwnvme_sync_wait(bench.queue, &reads[2]);
    assert_false(lwnvme_request_active(&reads[0]));
    assert_int_not_equal(reads[0].status, 0);
    assert_int_equal(lwnvme_sync_wait(bench.queue, &cancel), 0);
    assert_int_equal(lwnvme_cancel_aborted(&cancel), 1);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_wait(bench.queue, &reads[1])),
                     LWNVME_SC_COMMAND_ABORT_REQUESTED);
    assert_int_equal(lwnvme_sim_counters(bench.sim)->io_commands[LWNVME_NVM_READ], 4);
    assert_int_equal(lwnvme_sync_queue_delete(&other), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_request_is_cancelled),
        cmocka_unit_test(a_split_request_is_cancelled_whole),
        cmocka_unit_test(all_of_a_queue_are_cancelled),
        cmocka_unit_test(a_controller_without_it_says_so),
        cmocka_unit_test(what_has_not_been_sent_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

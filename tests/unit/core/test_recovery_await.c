/* SPDX-License-Identifier: MIT */
/* What recovery does with requests that are submitted while it is under way. The test plays the device, and says that a
 * recovery is under way; tests/sim/test_recovery_more.c has whole ones. */
#include "../../../src/core/recovery_private.h"
#include "../support.h"

#define ENTRIES 4u

static struct fake fake;
static struct lwnvme_recovery recovery;
static struct counted ios[8];
static uint8_t data[4096] __attribute__((aligned(4096)));

/* As from the failure on: gates are closed, the state is not ready. */
static void start(uint32_t options)
{
    fake_start(&fake, options, ENTRIES);
    memset(&recovery, 0, sizeof(recovery));
    counted_calls = 0;
    for (uint32_t i = 0; i < 8; i++) {
        counted_init(&ios[i], &fake);
    }
    assert_int_equal(lwnvme_recovery_start(&fake.controller, &recovery, NULL), 0);
    fake.controller.recovering = 1;
    fake.controller.state = LWNVME_STATE_ENABLE;
    fake.queue.slow |= LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_AWAITING;
}

static void end(void)
{
    fake.controller.recovering = 0;
    fake.controller.fail_status = LWNVME_OK;
    fake.controller.state = LWNVME_STATE_READY;
    fake.queue.slow &= ~(LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_AWAITING);
    assert_int_equal(lwnvme_recovery_stop(&recovery), 0);
    fake_end(&fake);
}

static int submit(uint32_t i)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    return lwnvme_read(&fake.queue, &fake.ns, &ios[i].request, i * 8, 8, &buffer);
}

static void nothing_is_sent_and_all_wait_in_order(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SHARED; options += FAKE_SHARED) {
        uint32_t command[16];
        start(options);
        for (uint32_t i = 0; i < 8; i++) {
            assert_int_equal(submit(i), 0);
        }
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
        assert_int_equal(recovery.counts.awaited, 8);
        assert_int_equal(counted_calls, 0);
        /* They are gathered and, when the gates open, sent as they came. */
        lwnvme_recovery_gather(&fake.queue);
        assert_null(fake.queue.waiting_first);
        assert_int_equal(fake.queue.slow & LWNVME_SLOW_WAITING, 0);
        assert_ptr_equal(recovery.kept_first, &ios[0].request);
        assert_ptr_equal(recovery.kept_last, &ios[7].request);
        for (uint32_t i = 0; i < 8; i++) {
            assert_int_equal(ios[i].request.status, LWNVME_ERR_NOT_STARTED);
            lwnvme_request_restart(&ios[i].request);
            lwnvme_waiting_append(&fake.queue, &ios[i].request);
        }
        recovery.kept_first = NULL;
        fake.queue.slow &= ~(LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_AWAITING);
        for (uint32_t i = 0; i < 8; i++) {
            (void)lwnvme_queue_poll(&fake.queue, 0);
            fake_fetch(&fake, command);
            assert_int_equal(command[10], i * 8);
            fake_post(&fake, command[0] >> 16, 0);
        }
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(counted_calls, 8);
        end();
    }
}

static void what_must_not_wait_is_refused(void **state)
{
    (void)state;
    start(0);
    ios[0].request.flags = LWNVME_REQUEST_NO_WAIT;
    assert_int_equal(submit(0), LWNVME_ERR_RECOVERING);
    assert_int_equal(lwnvme_flush(&fake.queue, &fake.ns, &ios[1].request), LWNVME_ERR_RECOVERING);
    recovery.policy.give_back_waiting = true;
    assert_int_equal(submit(2), LWNVME_ERR_RECOVERING);
    recovery.policy.give_back_waiting = false;
    fake.queue.leaving = 1;
    assert_int_equal(submit(2), LWNVME_ERR_RECOVERING);
    fake.queue.leaving = 0;
    fake.controller.goal = LWNVME_GOAL_CLOSED;
    assert_int_equal(submit(2), LWNVME_ERR_RECOVERING);
    fake.controller.goal = LWNVME_GOAL_READY;
    fake.controller.fail_status = LWNVME_ERR_GONE;
    assert_int_equal(submit(2), LWNVME_ERR_GONE);
    fake.controller.fail_status = LWNVME_ERR_TIMEOUT;
    fake.controller.recovering = 0; /* it has been given up */
    assert_int_equal(submit(2), LWNVME_ERR_FAILED);
    /* Before the controller's owner has looked: only what may be recovered from. */
    fake.controller.state = LWNVME_STATE_READY;
    assert_int_equal(submit(2), 0);
    fake.controller.fail_status = LWNVME_ERR_CLOCK_STOPPED;
    assert_int_equal(submit(3), LWNVME_ERR_FAILED);
    fake.controller.fail_status = LWNVME_ERR_FATAL;
    recovery.policy.no_reset = true;
    assert_int_equal(submit(3), LWNVME_ERR_FAILED);
    assert_int_equal(recovery.counts.awaited, 1);
    lwnvme_recovery_await_no_more(&fake.controller);
    assert_int_equal(ios[2].called, 1);
    assert_int_equal(ios[2].request.status, LWNVME_ERR_NOT_STARTED);
    end();
}

/* Wherever it waits, and by its own deadline or the queue's. */
static void deadlines_count(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SHARED; options += FAKE_SHARED) {
        start(options);
        ios[0].request.timeout_ms = 100;
        ios[2].request.timeout_ms = 100;
        assert_int_equal(submit(0), 0);
        assert_int_equal(submit(1), 0);
        lwnvme_recovery_gather(&fake.queue); /* these two are kept, the next two wait in the queue */
        assert_int_equal(submit(2), 0);
        assert_int_equal(submit(3), 0);
        fake.now_us += 90000;
        lwnvme_recovery_look(&fake.controller);
        assert_int_equal(counted_calls, 0);
        fake.now_us += 50000;
        lwnvme_recovery_look(&fake.controller);
        assert_int_equal(counted_calls, 2);
        assert_int_equal(ios[0].request.status, LWNVME_ERR_RECOVERING);
        assert_int_equal(ios[2].request.status, LWNVME_ERR_RECOVERING);
        assert_int_equal(lwnvme_request_outcome(&ios[2].request), LWNVME_OUTCOME_NEVER_STARTED);
        assert_ptr_equal(recovery.kept_first, &ios[1].request);
        assert_ptr_equal(recovery.kept_last, &ios[1].request);
        assert_int_equal(recovery.counts.expired, 2);
        fake.now_us += (uint64_t)fake.queue.timeout_ms << 11;
        lwnvme_recovery_look(&fake.controller);
        assert_int_equal(counted_calls, 4);
        assert_null(recovery.kept_first);
        assert_null(fake.queue.waiting_first);
        end();
    }
}

static void one_is_withdrawn(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SHARED; options += FAKE_SHARED) {
        start(options);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(submit(i), 0);
        }
        lwnvme_recovery_gather(&fake.queue);
        for (uint32_t i = 3; i < 6; i++) {
            assert_int_equal(submit(i), 0);
        }
        lwnvme_recovery_withdraw(&ios[2].request);
        assert_int_equal(ios[2].request.status, LWNVME_ERR_RECOVERING);
        assert_ptr_equal(recovery.kept_last, &ios[1].request);
        lwnvme_recovery_withdraw(&ios[4].request);
        assert_int_equal(ios[4].request.status, LWNVME_ERR_RECOVERING);
        assert_int_equal(counted_calls, 2);
        ios[3].request.tries = 1; /* an earlier try was with the controller */
        lwnvme_recovery_withdraw(&ios[3].request);
        assert_int_equal(ios[3].request.status, LWNVME_ERR_ABORTED);
        assert_int_equal(lwnvme_request_outcome(&ios[3].request), LWNVME_OUTCOME_UNKNOWN);
        assert_int_equal(counted_calls, 3);
        fake.controller.recovering = 0;
        lwnvme_recovery_give_back_all(&recovery);
        lwnvme_recovery_await_no_more(&fake.controller);
        assert_int_equal(counted_calls, 6);
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(ios[i].called, 1);
        }
        end();
    }
}

/* What has failed already is not kept. */
static void what_has_ended_stays(void **state)
{
    (void)state;
    start(0);
    assert_int_equal(submit(0), 0);
    assert_int_equal(submit(1), 0);
    ios[0].request.error_block = 0;
    ios[0].request.status = LWNVME_ERR_DMA_MAP;
    lwnvme_recovery_gather(&fake.queue);
    assert_ptr_equal(fake.queue.waiting_first, &ios[0].request);
    assert_int_not_equal(fake.queue.slow & LWNVME_SLOW_WAITING, 0);
    assert_ptr_equal(recovery.kept_first, &ios[1].request);
    fake.controller.recovering = 0;
    lwnvme_recovery_give_back_all(&recovery);
    lwnvme_recovery_await_no_more(&fake.controller);
    assert_int_equal(ios[0].request.status, LWNVME_ERR_DMA_MAP);
    assert_int_equal(ios[1].request.status, LWNVME_ERR_NOT_STARTED);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_and_all_wait_in_order),
        cmocka_unit_test(what_must_not_wait_is_refused),
        cmocka_unit_test(deadlines_count),
        cmocka_unit_test(one_is_withdrawn),
        cmocka_unit_test(what_has_ended_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

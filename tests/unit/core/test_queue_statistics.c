/* SPDX-License-Identifier: MIT */
/* Totals of what a queue has done, over the wrap of its counters. */
#include "../support.h"

#include <lwnvme/queue_statistics.h>

static struct fake fake;
static struct counted ios[8];
static struct lwnvme_statistics statistics;

static void start(void)
{
    fake_start(&fake, 0, 8);
    memset(&statistics, 0, sizeof(statistics));
    for (uint32_t i = 0; i < 8; i++) {
        counted_init(&ios[i], &fake);
    }
}

static void submit(uint32_t index, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, (size_t)blocks * 512);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &ios[index].request, 0, blocks, &buffer), 0);
}

static void serve(uint32_t status)
{
    uint32_t command[16];
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, status);
}

static void what_happens_is_counted_once(void **state)
{
    static struct lwnvme_vector vectors[2];
    static struct lwnvme_interrupts interrupts;
    struct lwnvme_statistics zero;
    (void)state;
    memset(&zero, 0, sizeof(zero));
    start();
    lwnvme_queue_statistics(&fake.queue, &statistics);
    assert_memory_equal(&statistics, &zero, sizeof(zero));
    submit(0, 1);
    lwnvme_queue_batch_begin(&fake.queue);
    submit(1, 1);
    submit(2, 600); /* 128 KiB each: three commands */
    lwnvme_queue_batch_end(&fake.queue);
    lwnvme_queue_statistics(&fake.queue, &statistics);
    assert_int_equal(statistics.submitted, 5);
    assert_int_equal(statistics.completed, 0);
    assert_int_equal(statistics.split, 2);
    assert_int_equal(statistics.doorbells, 2);
    serve(0);
    serve(0x281);
    fake_post(&fake, 0x3ff, 0); /* nobody's */
    for (uint32_t i = 0; i < 3; i++) {
        serve(0);
    }
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 6);
    for (uint32_t i = 0; i < 3; i++) { /* how often it is asked makes no difference */
        lwnvme_queue_statistics(&fake.queue, &statistics);
        assert_int_equal(statistics.completed, 5);
        assert_int_equal(statistics.errors, 1);
        assert_int_equal(statistics.stale, 1);
        assert_int_equal(statistics.interrupts, 0);
    }
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSIX, vectors, 2);
    fake.controller.config.interrupts = &interrupts;
    fake.queue.flags = LWNVME_QUEUE_INTERRUPT;
    fake.queue.vector = 1;
    lwnvme_interrupt(&fake.controller, 1);
    lwnvme_interrupt(&fake.controller, 0);
    fake.queue.lost = 2;
    fake.queue.spurious = 3;
    fake.queue.bounces = 4;
    fake.queue.spared = 5;
    lwnvme_queue_statistics(&fake.queue, &statistics);
    assert_int_equal(statistics.interrupts, 1);
    assert_int_equal(statistics.lost_interrupts, 2);
    assert_int_equal(statistics.spurious_interrupts, 3);
    assert_int_equal(statistics.bounced, 4);
    assert_int_equal(statistics.spared_doorbells, 5);
    fake.queue.vector = 2; /* none that is known */
    lwnvme_queue_statistics(&fake.queue, &statistics);
    assert_int_equal(statistics.interrupts, 1);
    fake_end(&fake);
}

static void totals_go_on_where_counters_wrap(void **state)
{
    uint64_t expected = 0;
    (void)state;
    start();
    for (uint32_t i = 0; i < 40; i++) { /* nearly 2^32 at a time */
        fake.queue.submitted += 0xffffff00u;
        fake.queue.completed += 0xffffff00u;
        expected += 0xffffff00u;
        lwnvme_queue_statistics(&fake.queue, &statistics);
        assert_true(statistics.submitted == expected);
        assert_true(statistics.completed == expected);
    }
    assert_true(expected > UINT64_C(1) << 37);
    submit(0, 1);
    serve(0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    lwnvme_queue_statistics(&fake.queue, &statistics);
    assert_true(statistics.submitted == expected + 1);
    fake_end(&fake);
}

static void a_queue_that_is_not_made_adds_nothing(void **state)
{
    static struct lwnvme_queue none;
    struct lwnvme_statistics zero;
    (void)state;
    memset(&zero, 0, sizeof(zero));
    memset(&statistics, 0, sizeof(statistics));
    none.submitted = 7;
    lwnvme_queue_statistics(&none, &statistics);
    lwnvme_queue_statistics(NULL, &statistics);
    lwnvme_queue_statistics(&none, NULL);
    assert_memory_equal(&statistics, &zero, sizeof(zero));
    start();
    lwnvme_queue_statistics(&fake.queue, NULL);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_happens_is_counted_once),
        cmocka_unit_test(totals_go_on_where_counters_wrap),
        cmocka_unit_test(a_queue_that_is_not_made_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

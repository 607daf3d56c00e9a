/* SPDX-License-Identifier: MIT */
/* Shadow doorbells: what is refused, and when a doorbell is wanted. tests/sim/test_shadow.c has them at work. */
#include "../support.h"

#include <lwnvme/shadow.h>

#include "../../../src/core/shadow.c"

static struct bench bench;
static struct lwnvme_shadow shadow;

static void arguments_and_capability_are_checked(void **state)
{
    (void)state;
    memset(&shadow, 0, sizeof(shadow));
    bench_prepare(&bench);
    bench_start(&bench);
    assert_int_equal(lwnvme_shadow_start(NULL, &shadow), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_shadow_start(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), LWNVME_ERR_NO_SHADOW_DOORBELLS);
    assert_int_equal(lwnvme_shadow_status(NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

/* One object for a controller, and one controller for an object; after the close it is nobody's. */
static void one_for_each_controller(void **state)
{
    static struct lwnvme_shadow another;
    static struct bench second;
    (void)state;
    memset(&shadow, 0, sizeof(shadow));
    memset(&another, 0, sizeof(another));
    for (uint32_t i = 0; i < 2; i++) {
        struct bench *one = i == 0 ? &bench : &second;
        bench_prepare(one);
        one->settings.oacs |= 0x100;
        bench_start(one);
    }
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &another), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_shadow_start(second.controller, &shadow), LWNVME_ERR_BUSY);
    bench_end(&second);
    bench_end(&bench);
    assert_int_equal(lwnvme_shadow_status(&shadow), LWNVME_ERR_NOT_OPEN);
}

/* Step by step: the value passes all from the old one up to the one before the new one. */
static bool passes(uint32_t event, uint32_t old, uint32_t new, uint32_t entries)
{
    for (uint32_t at = old; at != new; at = (at + 1) % entries) {
        if (at == event) {
            return true;
        }
    }
    return false;
}

static void fault_141_doorbells_are_wanted_where_the_event_is_passed(void **state)
{
    (void)state;
    for (uint32_t entries = 2; entries <= 17; entries++) {
        for (uint32_t old = 0; old < entries; old++) {
            for (uint32_t new = 0; new < entries; new ++) {
                for (uint32_t event = 0; event < entries; event++) {
                    assert_int_equal(lwnvme_shadow_is_wanted(event, old, new, entries),
                                     passes(event, old, new, entries));
                }
                /* Nothing that a controller could have meant: the register is written. */
                assert_true(lwnvme_shadow_is_wanted(entries, old, new, entries));
                assert_true(lwnvme_shadow_is_wanted(UINT32_MAX, old, new, entries));
                assert_true(lwnvme_shadow_is_wanted(0, entries + old, new, entries));
            }
        }
    }
}

static struct counted ios[2];
static uint8_t block[512];

static void start(void)
{
    memset(&shadow, 0, sizeof(shadow));
    bench_prepare(&bench);
    bench.settings.oacs |= 0x100;
    bench.settings.latency_us = 50;
    bench_start(&bench);
    counted_init(&ios[0], NULL);
}

static void settle(void)
{
    for (uint32_t i = 0; i < 1000 && lwnvme_shadow_status(&shadow) == LWNVME_PENDING; i++) {
        lwnvme_sim_advance(bench.sim, 10);
        (void)lwnvme_queue_poll(bench.queue, 0);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(lwnvme_shadow_status(&shadow), 0);
}

/* The change is made while no command is in flight: submissions wait so long, and nothing is sent before. */
static void it_waits_for_what_is_in_flight(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(block, sizeof(block));
    (void)state;
    start();
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    assert_int_equal(shadow.state, LWNVME_SHADOW_WANTED);
    assert_int_equal(lwnvme_queue_in_flight(&bench.controller->admin), 0);
    settle();
    assert_int_equal(ios[0].called, 1);
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(shadow.state, LWNVME_SHADOW_ON);
    bench_end(&bench);
}

/* On a host whose registers are memory, too, no doorbell is written past the shadow. */
static void doorbells_in_memory_are_left_alone(void **state)
{
    static uint32_t doorbells[2];
    (void)state;
    start();
    bench.queue->sq_doorbell = &doorbells[0];
    bench.queue->cq_doorbell = &doorbells[1];
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    assert_null(bench.queue->sq_doorbell);
    assert_null(bench.queue->cq_doorbell);
    settle();
    bench_end(&bench);
}

/* A ring that is in use already: the shadows begin with where it stands. */
static void shadows_begin_where_the_rings_stand(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(block, sizeof(block));
    (void)state;
    start();
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
        bench_wait(&bench, &ios[0].request);
    }
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    settle();
    for (uint32_t is_cq = 0; is_cq < 2; is_cq++) {
        *lwnvme_shadow_entry(bench.queue, is_cq) = UINT32_MAX;
    }
    lwnvme_shadow_adopt(bench.queue);
    for (uint32_t is_cq = 0; is_cq < 2; is_cq++) {
        assert_int_equal(lwnvme_order32(*lwnvme_shadow_entry(bench.queue, is_cq)), 3);
    }
    bench_end(&bench);
}

/* The command cannot be sent at this moment: it is wanted still, and submissions do not wait for it. */
static void a_command_that_cannot_be_sent(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(block, sizeof(block));
    (void)state;
    start();
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &ios[0].request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    bench_wait(&bench, &ios[0].request);
    shadow.state = LWNVME_SHADOW_WANTED;
    if (lwnvme_request_active(&shadow.request)) {
        bench_wait(&bench, &shadow.request);
        shadow.state = LWNVME_SHADOW_WANTED;
    }
    bench.controller->admin.slow |= LWNVME_SLOW_NO_SUBMIT;
    shadow.service.work(&shadow.service);
    bench.controller->admin.slow &= ~LWNVME_SLOW_NO_SUBMIT;
    assert_int_equal(shadow.state, LWNVME_SHADOW_WANTED);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    settle();
    bench_end(&bench);
}

/* A format, say, holds the queues as well, and is not over yet. */
static void what_others_hold_stays_held(void **state)
{
    static struct lwnvme_service format;
    (void)state;
    start();
    lwnvme_service_add(bench.controller, &format);
    lwnvme_service_hold(&format);
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    settle();
    assert_int_not_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    lwnvme_service_let_go(&format);
    assert_int_equal(bench.queue->slow & LWNVME_SLOW_HELD, 0);
    lwnvme_service_remove(&format);
    bench_end(&bench);
}

/* A doorbell whose shadow would lie beyond the page stays a register. */
static void a_queue_beyond_the_page_has_no_shadow(void **state)
{
    uint16_t id;
    (void)state;
    start();
    assert_int_equal(lwnvme_shadow_start(bench.controller, &shadow), 0);
    settle();
    id = bench.queue->id;
    bench.queue->ring = NULL;
    bench.queue->id = 512; /* two doorbells of 4 bytes each: 512 * 8 is where the page ends */
    lwnvme_shadow_adopt(bench.queue);
    assert_null(bench.queue->ring);
    bench.queue->id = 511;
    lwnvme_shadow_adopt(bench.queue);
    assert_non_null(bench.queue->ring);
    bench.queue->id = id;
    lwnvme_shadow_adopt(bench.queue);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_what_is_in_flight),
        cmocka_unit_test(doorbells_in_memory_are_left_alone),
        cmocka_unit_test(shadows_begin_where_the_rings_stand),
        cmocka_unit_test(a_command_that_cannot_be_sent),
        cmocka_unit_test(what_others_hold_stays_held),
        cmocka_unit_test(a_queue_beyond_the_page_has_no_shadow),
        cmocka_unit_test(arguments_and_capability_are_checked),
        cmocka_unit_test(one_for_each_controller),
        cmocka_unit_test(fault_141_doorbells_are_wanted_where_the_event_is_passed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Message signalled interrupts of QEMU's controller, seen where they are written: in memory. */
#include "sim/scenario.h"

#include "device.h"

#define QUEUES 8u

static struct lwnvme_queue queues[QUEUES + 1];
static uint32_t seen[QUEUES + 1];
static uint8_t data[8192] __attribute__((aligned(4096)));

static void seen_one(void *context, uint16_t vector)
{
    struct scenario *s = (struct scenario *)context;

    assert_in_range(vector, 0, QUEUES);
    seen[vector]++;
    lwnvme_interrupt(s->controller, vector);
}

/* A queue for each vector from 1 on. */
static void start(struct scenario *s, uint32_t entries)
{
    memset(queues, 0, sizeof(queues));
    memset(seen, 0, sizeof(seen));
    scenario_prepare(s);
    s->settings.on_interrupt = seen_one;
    s->settings.callback_context = s;
    s->settings.latency_us = 100;
    scenario_start(s);
    for (uint16_t vector = 1; vector <= QUEUES; vector++) {
        struct lwnvme_queue_config config = {
            .entries = entries, .flags = LWNVME_QUEUE_INTERRUPT, .vector = vector};

        assert_int_equal(lwnvme_sync_queue_create(s->controller, &queues[vector], &config), LWNVME_OK);
    }
    scenario_namespace(s);
}

static void each_queue_has_its_vector(void **state)
{
    struct scenario s;

    (void)state;
    start(&s, 16);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t vector = 1; vector <= QUEUES; vector++) {
            uint32_t before[QUEUES + 1];

            memcpy(before, seen, sizeof(seen));
            assert_int_equal(lwnvme_sync_read(&queues[vector], s.ns, vector, 8, data, 0), LWNVME_OK);
            for (uint32_t other = 1; other <= QUEUES; other++)
                assert_int_equal(seen[other], before[other] + (other == vector));
        }
    }
    scenario_end(&s);
}

/* Many times around rings of three entries: each command is told of. */
static void around_the_ring(void **state)
{
    struct scenario s;

    (void)state;
    start(&s, 3);
    for (uint32_t round = 0; round < 40; round++)
        assert_int_equal(lwnvme_sync_write(&queues[1 + round % 2], s.ns, round, 1, data, 0), LWNVME_OK);
    assert_int_equal(seen[1], 20);
    assert_int_equal(seen[2], 20);
    scenario_end(&s);
}

/* Masked in the table, a message is pending and not written; the call that waits for it ends all the same. */
static void faults_029_095_a_lost_wake_up_is_no_lost_command(void **state)
{
    struct scenario s;
    uint64_t begun;

    (void)state;
    start(&s, 8);
    assert_false(lwnvme_sim_msix_mask(s.sim, 3, true));
    begun = scenario_now(&s);
    assert_int_equal(lwnvme_sync_read(&queues[3], s.ns, 0, 8, data, 0), LWNVME_OK);
    assert_int_equal(seen[3], 0);
    assert_true(scenario_now(&s) - begun < SECOND_US);
    assert_int_equal(lwnvme_sync_read(&queues[4], s.ns, 0, 8, data, 0), LWNVME_OK);
    assert_int_equal(seen[4], 1);
    assert_true(lwnvme_sim_msix_mask(s.sim, 3, false));
    lwnvme_sim_run(s.sim);
    assert_int_equal(seen[3], 1);
    assert_false(lwnvme_sim_msix_mask(s.sim, 3, false));
    assert_int_equal(lwnvme_sync_read(&queues[3], s.ns, 0, 8, data, 0), LWNVME_OK);
    assert_int_equal(seen[3], 2);
    scenario_end(&s);
}

/* A queue without the flag raises nothing, and vectors are made again by a reset. */
static void none_without_the_flag(void **state)
{
    struct scenario s;
    uint32_t all = 0;

    (void)state;
    start(&s, 4);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[8]), LWNVME_OK);
    scenario_queue(&s, 4);
    for (uint32_t round = 0; round < 10; round++)
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data, 0), LWNVME_OK);
    for (uint32_t vector = 1; vector <= QUEUES; vector++)
        all += seen[vector];
    assert_int_equal(all, 0);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(&queues[5], s.ns, 0, 1, data, 0), LWNVME_OK);
    assert_int_equal(seen[5], 1);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_queue_has_its_vector),
        cmocka_unit_test(around_the_ring),
        cmocka_unit_test(faults_029_095_a_lost_wake_up_is_no_lost_command),
        cmocka_unit_test(none_without_the_flag),
    };

    return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Shadow doorbells: data are right, doorbells fewer, and none is left out that the controller waits for. */
#include "scenario.h"

#include <lwnvme/shadow.h>

static struct scenario s;
static struct lwnvme_shadow shadow;
static struct lwnvme_queue queues[2];
static uint8_t data[16][4096] __attribute__((aligned(4096)));

static void start(uint64_t look_us, uint8_t stride, bool own_memory)
{
    memset(&shadow, 0, sizeof(shadow));
    memset(queues, 0, sizeof(queues));
    scenario_prepare(&s);
    s.settings.oacs |= 0x100;
    s.settings.shadow_look_us = look_us;
    s.settings.cap_dstrd = stride;
    s.settings.shadow_dma = own_memory;
    scenario_start(&s);
    scenario_namespace(&s);
}

static void settle(int wanted)
{
    for (uint32_t i = 0; i < 1000 && lwnvme_shadow_status(&shadow) == LWNVME_PENDING; i++) {
        lwnvme_sim_advance(s.sim, 10);
        (void)lwnvme_controller_poll(s.controller);
    }
    assert_int_equal(lwnvme_shadow_status(&shadow), wanted);
}

static void without_memory_there_are_none_and_later_there_are(void **state)
{
    (void)state;
    start(0, 0, false);
    lwnvme_sim_settings(s.sim)->dma_alloc_fail_at = lwnvme_sim_counters(s.sim)->dma_allocs + 1;
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), LWNVME_OK);
    settle(LWNVME_OK);
    scenario_end(&s);
}

/* Writes and reads many times around the ring, with several in flight. */
static void many_times_around(struct lwnvme_queue *queue)
{
    for (uint32_t round = 0; round < 40; round++) {
        uint8_t model[4096];
        for (uint32_t i = 0; i < 16; i++) {
            struct tracked *io = scenario_request(&s);
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], 4096);
            scenario_fill(data[i], 4096, round * 16 + i);
            assert_int_equal(scenario_accept(io, lwnvme_write(queue, s.ns, &io->request, i * 8, 8, &buffer)),
                             0);
        }
        scenario_wait_all(&s, queue);
        for (uint32_t i = 0; i < 16; i++) {
            struct tracked *io = scenario_request(&s);
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], 4096);
            memset(data[i], 0, 4096);
            assert_int_equal(scenario_accept(io, lwnvme_read(queue, s.ns, &io->request, i * 8, 8, &buffer)),
                             0);
        }
        scenario_wait_all(&s, queue);
        for (uint32_t i = 0; i < 16; i++) {
            scenario_fill(model, 4096, round * 16 + i);
            assert_memory_equal(data[i], model, 4096);
        }
    }
}

static void make_queue(uint32_t index, uint32_t entries)
{
    struct lwnvme_queue_config config = {.entries = entries};
    assert_int_equal(lwnvme_sync_queue_create(s.controller, &queues[index], &config), 0);
}

static void fault_141_shadow_doorbells(void **state)
{
    static const uint32_t depths[] = {2, 3, 7, 64};
    (void)state;
    for (uint32_t kind = 0; kind < 12; kind += scenario_stride()) {
        start(kind % 3, scenario_on_software ? (uint8_t)(kind / 3) : 0, kind % 2 != 0);
        make_queue(0, depths[kind % 4]);
        many_times_around(&queues[0]);
        assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), 0);
        assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), LWNVME_ERR_BUSY);
        settle(0);
        many_times_around(&queues[0]);
        make_queue(1, 5); /* and one that is made afterwards, deleted, and made again */
        many_times_around(&queues[1]);
        assert_int_equal(lwnvme_sync_queue_delete(&queues[1]), 0);
        make_queue(1, 9);
        many_times_around(&queues[1]);
        scenario_end(&s);
    }
}

static void fault_141_stale_after_a_reset(void **state)
{
    (void)state;
    start(3, 0, false);
    make_queue(0, 8);
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), 0);
    settle(0);
    for (uint32_t turn = 0; turn < 3; turn++) {
        many_times_around(&queues[0]);
        assert_int_equal(scenario_reset(&s), 0);
        many_times_around(&queues[0]); /* at once, while they are set up anew */
        settle(0);
        many_times_around(&queues[0]);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), 0);
        assert_int_equal(scenario_resume(&s), 0);
    }
    settle(0);
    assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[0x7c], 7);
    scenario_end(&s);
}

/* A reset without queues: the controller forgets its shadows then, too. */
static void fault_141_a_reset_without_queues(void **state)
{
    (void)state;
    start(0, 0, false);
    make_queue(0, 8);
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), 0);
    settle(0);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[0]), 0);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    make_queue(0, 8);
    many_times_around(&queues[0]);
    settle(0);
    assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[0x7c], 2);
    scenario_end(&s);
}

static void doorbells_are_spared(void **state)
{
    uint64_t rung[2];
    (void)state;
    for (uint32_t with = 0; with < 2; with++) {
        start(1, 0, false);
        make_queue(0, 64);
        if (with != 0) {
            assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), 0);
            settle(0);
        }
        uint64_t before = lwnvme_sim_counters(s.sim)->sq_doorbells + lwnvme_sim_counters(s.sim)->cq_doorbells;
        many_times_around(&queues[0]);
        rung[with] =
            lwnvme_sim_counters(s.sim)->sq_doorbells + lwnvme_sim_counters(s.sim)->cq_doorbells - before;
        assert_true((queues[0].spared != 0) == (with != 0));
        scenario_end(&s);
    }
    assert_true(rung[1] < rung[0]);
}

static void a_controller_that_refuses(void **state)
{
    (void)state;
    start(0, 0, false);
    make_queue(0, 8);
    scenario_fault(
        &s, (struct lwnvme_sim_fault){
                .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 0x7c, .status = 6});
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), 0);
    settle(6);
    many_times_around(&queues[0]);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_there_are_none_and_later_there_are),
        cmocka_unit_test(fault_141_shadow_doorbells),
        cmocka_unit_test(fault_141_stale_after_a_reset),
        cmocka_unit_test(fault_141_a_reset_without_queues),
        cmocka_unit_test(doorbells_are_spared),
        cmocka_unit_test(a_controller_that_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Queues whose submission ring lies in the controller memory buffer: I/O, resets, losses of power, shadow doorbells. */
#include "scenario.h"

#include <lwnvme/cmb.h>
#include <lwnvme/shadow.h>

#define BAR_AT UINT64_C(0xfe9000000000)
#define BLOCKS 64u

static struct scenario s;
static struct lwnvme_cmb cmb;
static struct lwnvme_queue_memory memory;
static uint8_t *data;
static uint8_t *model;

static void prepare(bool legacy)
{
    scenario_prepare(&s);
    s.settings.cmb_bytes = 256u << 10;
    s.settings.cmb_bir = 4;
    s.settings.cmb_bar_physical = BAR_AT;
    s.settings.cmb_legacy = legacy;
    s.settings.vs = legacy ? 0x00010200 : 0x00020000;
    s.settings.latency_us = 20;
    memset(&cmb, 0, sizeof(cmb));
}

static void start(uint32_t entries)
{
    struct lwnvme_cmb_bar bar = {.physical = BAR_AT, .bus = BAR_AT, .length_bytes = 256u << 10};
    struct lwnvme_queue_config config = {.entries = entries, .memory = &memory};

    scenario_start(&s);
    assert_int_equal(lwnvme_cmb_find(s.controller, &cmb), LWNVME_OK);
    assert_int_equal(lwnvme_cmb_open(s.controller, &cmb, &bar), LWNVME_OK);
    lwnvme_cmb_queue_memory(&cmb, &memory);
    scenario_namespace(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
    data = scenario_memory(BLOCKS * 512, 4096);
    model = scenario_memory(BLOCKS * 512, 4096);
}

static void end(void)
{
    scenario_end(&s);
    free(data);
    free(model);
}

/* Writes and reads of one block each, more at once than the ring holds, over its end many times. */
static void exercise(uint32_t seed)
{
    uint64_t dwords = lwnvme_sim_counters(s.sim)->cmb_writes;

    scenario_fill(model, BLOCKS * 512, seed);
    memcpy(data, model, BLOCKS * 512);
    for (uint32_t writing = 2; writing-- != 0; memset(data, 0, writing != 0 ? BLOCKS * 512 : 0)) {
        for (uint32_t i = 0; i < BLOCKS; i++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + i * 512u, 512);
            struct tracked *io = scenario_request(&s);

            assert_int_equal(
                scenario_accept(io, writing != 0 ? lwnvme_write(s.queue, s.ns, &io->request, i, 1, &buffer)
                                                 : lwnvme_read(s.queue, s.ns, &io->request, i, 1, &buffer)),
                LWNVME_OK);
        }
        scenario_wait_all(&s, s.queue);
    }
    assert_memory_equal(data, model, BLOCKS * 512);
    /* Each command once, and nothing else. */
    assert_int_equal(lwnvme_sim_counters(s.sim)->cmb_writes - dwords, 2 * BLOCKS * 16);
}

static void commands_go_through_the_buffer(void **state)
{
    (void)state;
    for (uint32_t legacy = 0; legacy < 2; legacy++) {
        for (uint32_t entries = 2; entries <= 128; entries = entries * 4 - 3) {
            prepare(legacy != 0);
            start(entries);
            exercise(entries);
            assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
            end();
        }
    }
}

static void fault_031_the_buffer_lives_through_resets_and_losses_of_power(void **state)
{
    (void)state;
    for (uint32_t legacy = 0; legacy < 2; legacy++) {
        prepare(legacy != 0);
        s.settings.cap_nssrs = true;
        start(16);
        exercise(1);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        exercise(2);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        lwnvme_sim_power_cut(s.sim); /* CMBMSC is 0 again */
        assert_int_equal(scenario_resume(&s), LWNVME_OK);
        exercise(3);
        assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
        assert_int_equal(scenario_settle(&s), LWNVME_OK);
        exercise(4);
        end();
    }
}

static void with_shadow_doorbells(void **state)
{
    static struct lwnvme_shadow shadow;

    (void)state;
    for (uint32_t before = 0; before < 2; before++) {
        prepare(false);
        s.settings.oacs |= 0x100;
        s.settings.shadow_look_us = 10;
        memset(&shadow, 0, sizeof(shadow));
        start(16);
        exercise(5);
        assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), LWNVME_OK);
        while (lwnvme_shadow_status(&shadow) == LWNVME_PENDING) {
            (void)lwnvme_controller_poll(s.controller);
            lwnvme_sim_advance(s.sim, 10);
        }
        exercise(6);
        if (before != 0) { /* made with them */
            struct lwnvme_queue_config config = {.entries = 16, .memory = &memory};
            assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
            assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
            exercise(7);
        }
        assert_true(s.queue->spared != 0);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        exercise(8);
        end();
    }
}

/* Doorbells so far apart that those of this queue have no place in the page of the shadows: it is copied all the same. */
static void a_queue_that_has_no_shadow_doorbells(void **state)
{
    static struct lwnvme_shadow shadow;
    struct lwnvme_queue_config config = {.entries = 16, .memory = &memory};

    (void)state;
    prepare(false);
    s.settings.oacs |= 0x100;
    s.settings.cap_dstrd = 9;
    memset(&shadow, 0, sizeof(shadow));
    start(16);
    assert_int_equal(lwnvme_shadow_start(s.controller, &shadow), LWNVME_OK);
    while (lwnvme_shadow_status(&shadow) == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(s.controller);
        lwnvme_sim_advance(s.sim, 10);
    }
    exercise(1);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    exercise(2);
    assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
    exercise(3);
    end();
}

/* A controller that has them may not be given completion queues there: the library never does, and the model notices. */
static void completion_queues_stay_in_host_memory(void **state)
{
    static struct lwnvme_queue_memory own;
    static uint8_t place[65536] __attribute__((aligned(4096)));
    static struct lwnvme_queue queue;
    struct lwnvme_queue_config config = {.entries = 16, .memory = &own};

    (void)state;
    prepare(false);
    s.violations_allowed = true;
    start(16);
    lwnvme_queue_memory_use(&own, place, BAR_AT + 65536, sizeof(place));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, &config) & 0x7ff, 0x012);
    assert_true(lwnvme_sim_violations(s.sim) != 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_go_through_the_buffer),
        cmocka_unit_test(fault_031_the_buffer_lives_through_resets_and_losses_of_power),
        cmocka_unit_test(with_shadow_doorbells),
        cmocka_unit_test(a_queue_that_has_no_shadow_doorbells),
        cmocka_unit_test(completion_queues_stay_in_host_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

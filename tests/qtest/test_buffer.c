/* SPDX-License-Identifier: MIT */
/* Submission rings in the memory buffer of QEMU's controller, which fetches commands from there. */
#include "sim/scenario.h"

#include <lwnvme/cmb.h>

#include "device.h"

#define BLOCKS 64u

static struct scenario s;
static struct lwnvme_cmb cmb;
static struct lwnvme_queue_memory memory;
static uint8_t data[BLOCKS * 512] __attribute__((aligned(4096)));
static uint8_t model[BLOCKS * 512];

static void start(uint32_t entries)
{
    const struct lwnvme_cmb_bar bar = {
        .physical = QEMU_CMB_WINDOW, .bus = QEMU_CMB_WINDOW, .length_bytes = 1u << 20};
    const struct lwnvme_queue_config config = {.entries = entries, .memory = &memory};

    device_extra.cmb_mb = 1;
    memset(&cmb, 0, sizeof(cmb));
    scenario_prepare(&s);
    scenario_start(&s);
    assert_int_equal(lwnvme_cmb_find(s.controller, &cmb), LWNVME_OK);
    assert_int_equal(cmb.bir, 2);
    assert_int_equal(cmb.offset_bytes, 0);
    assert_int_equal(cmb.size_bytes, 1u << 20);
    assert_int_equal(lwnvme_cmb_open(s.controller, &cmb, &bar), LWNVME_OK);
    lwnvme_cmb_queue_memory(&cmb, &memory);
    scenario_namespace(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
}

/* One block each, more at once than the ring holds, over its end many times. */
static void exercise(uint32_t seed)
{
    const uint64_t dwords = lwnvme_sim_counters(s.sim)->cmb_writes;

    scenario_fill(model, sizeof(model), seed);
    memcpy(data, model, sizeof(model));
    for (uint32_t turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < BLOCKS; i++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data + i * 512u, 512);
            struct tracked *io = scenario_request(&s);

            assert_int_equal(
                scenario_accept(io, turn == 0 ? lwnvme_write(s.queue, s.ns, &io->request, i, 1, &buffer)
                                              : lwnvme_read(s.queue, s.ns, &io->request, i, 1, &buffer)),
                LWNVME_OK);
        }
        scenario_wait_all(&s, s.queue);
        if (turn == 0)
            memset(data, 0, sizeof(data));
    }
    assert_memory_equal(data, model, sizeof(model));
    assert_memory_equal(s.sim->machine->disk[0], model, sizeof(model));
    assert_int_equal(lwnvme_sim_counters(s.sim)->cmb_writes - dwords, 2 * BLOCKS * 16);
}

static void commands_go_through_the_buffer(void **state)
{
    (void)state;
    for (uint32_t entries = 2; entries <= 128; entries = entries * 4 - 3) {
        start(entries);
        exercise(entries);
        assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
        scenario_end(&s);
    }
}

/* Fault 31: it is enabled again after what has turned it off. */
static void fault_031_it_lives_through_resets(void **state)
{
    (void)state;
    start(16);
    exercise(1);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    exercise(2);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    exercise(3);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_go_through_the_buffer),
        cmocka_unit_test(fault_031_it_lives_through_resets),
    };

    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}

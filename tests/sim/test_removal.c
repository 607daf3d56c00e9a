/* SPDX-License-Identifier: MIT */
/*
 * A device that leaves the bus at every register access, and at every command, of an eventful life; that reads as ones
 * or as zeros from then on, and that comes back. Whatever was under way, every request is called back once, nothing
 * leaks, nothing is freed that a device could still write, and all later calls say that it is gone.
 */
#include "life.h"

#include <lwnvme/sync_power.h>

enum leaving {
    LEAVES_AS_ONES = 0, /* registers read all ones */
    LEAVES_AS_ZEROS,    /* as on some hosts */
    COMES_BACK,         /* as after power-on, some accesses later */
    GLITCH,             /* the registers do not answer for a while; the device goes on all the time */
    LEAVING_KINDS
};

static struct life life;
static struct lwnvme_host_ops real;
static enum leaving kind;
static uint64_t accesses;
static uint64_t leaves_at; /* the n-th access, from 1; 0: never */
static uint64_t back_at;

static bool is_away(void)
{
    return leaves_at != 0 && accesses >= leaves_at && (back_at == 0 || accesses < back_at);
}

static void access_one(void)
{
    accesses++;
    if (kind == GLITCH)
        return;
    if (accesses == leaves_at)
        lwnvme_sim_remove(life.s.sim);
    if (accesses == back_at)
        lwnvme_sim_insert(life.s.sim);
}

static uint32_t read32(void *host, volatile void *registers, size_t offset)
{
    access_one();
    if (is_away())
        return kind == LEAVES_AS_ZEROS ? 0 : 0xffffffffu;
    return real.mmio_read32(host, registers, offset);
}

static void write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    access_one();
    if (!is_away())
        real.mmio_write32(host, registers, offset, value);
}

static void power(uint32_t variant)
{
    life_prepare(&life, variant);
    accesses = 0;
    leaves_at = 0;
    back_at = 0;
    life.s.settings.fence_works =
        kind >= COMES_BACK || variant % 2 != 0; /* one that is gone writes nothing */
    scenario_power(&life.s);
    real = *life.s.ops;
    life.s.ops->mmio_read32 = read32;
    life.s.ops->mmio_write32 = write32;
}

/* Register accesses and commands of a life in which nothing happens. */
static struct lwnvme_sim_counts whole_life(void)
{
    struct lwnvme_sim_counts counts;

    power(0);
    assert_true(life_open(&life));
    life_run(&life);
    if (life.failures != 0)
        fail_msg("%s: %s", life.failed_first, lwnvme_status_string(life.failed_status));
    counts = *lwnvme_sim_counters(life.s.sim);
    counts.mmio_reads = accesses;
    scenario_end(&life.s);
    return counts;
}

/* What is still asked of it is refused at once, by name, and does not touch the device. */
static void gone_for_good(void)
{
    struct lwnvme_controller *controller = life.s.controller;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(life.bulk, 512);
    struct tracked *io = scenario_request(&life.s);
    uint64_t before = accesses;
    uint32_t index;

    assert_int_equal(lwnvme_controller_state(controller), LWNVME_STATE_FAILED);
    assert_int_equal(life.s.events[LWNVME_EVENT_GONE], 1);
    assert_int_equal(lwnvme_controller_poll(controller), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_reset(controller), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_shutdown(controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_controller_resume(controller), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_suspend(controller, &life.suspension), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_sync_identify(controller, LWNVME_CNS_CONTROLLER, 0, life.page), LWNVME_ERR_GONE);
    assert_int_equal(lwnvme_sync_namespace_open(controller, 1, &life.ns), LWNVME_ERR_GONE);
    for (index = 0; index < LIFE_QUEUES; index++) {
        struct lwnvme_queue *queue = &life.queues[index];

        if (queue->controller == NULL)
            continue;
        assert_int_equal(lwnvme_queue_in_flight(queue), 0);
        assert_int_equal(lwnvme_queue_status(queue), LWNVME_ERR_GONE);
        assert_int_equal(lwnvme_queue_poll(queue, 0), 0);
        assert_int_equal(lwnvme_raw(queue, &io->request, &(struct lwnvme_command){.opcode = 2}, &buffer),
                         LWNVME_ERR_GONE);
    }
    assert_int_equal(accesses, before);
}

static void live(void)
{
    bool opened = life_open(&life);

    if (lwnvme_controller_state(life.s.controller) != LWNVME_STATE_CLOSED) {
        life_run(&life);
        life_settle(&life);
    }
    if (leaves_at != 0 && accesses >= leaves_at && back_at == 0) {
        (void)lwnvme_controller_poll(life.s.controller);
        if (opened)
            assert_int_equal(lwnvme_controller_status(life.s.controller), LWNVME_ERR_GONE);
    }
    if (lwnvme_controller_status(life.s.controller) == LWNVME_ERR_GONE)
        gone_for_good();
    scenario_end(&life.s);
}

static void leave_at_every_access(enum leaving how, uint32_t usual)
{
    uint64_t total = whole_life().mmio_reads;
    uint64_t k;

    kind = how;
    for (k = 1; k <= total; k += life_stride(usual)) {
        power((uint32_t)k);
        leaves_at = k;
        if (how >= COMES_BACK)
            back_at = k + 1 + k % 40;
        live();
    }
}

static void fault_124_it_leaves_at_every_access(void **state)
{
    (void)state;
    leave_at_every_access(LEAVES_AS_ONES, 7);
}

static void fault_126_it_reads_as_zeros_from_every_access_on(void **state)
{
    (void)state;
    leave_at_every_access(LEAVES_AS_ZEROS, 11);
}

static void fault_124_it_leaves_and_comes_back(void **state)
{
    (void)state;
    leave_at_every_access(COMES_BACK, 11);
}

static void fault_131_it_does_not_answer_for_a_while(void **state)
{
    (void)state;
    leave_at_every_access(GLITCH, 11);
}

static void fault_124_it_leaves_at_every_command(void **state)
{
    uint64_t total = whole_life().commands;
    uint64_t k;

    (void)state;
    kind = LEAVES_AS_ONES;
    for (k = 0; k < total; k += life_stride(3)) {
        power((uint32_t)k);
        scenario_fault(&life.s, (struct lwnvme_sim_fault){
                                    .kind = LWNVME_SIM_REMOVE, .any_opcode = true, .skip = (uint32_t)k});
        live();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_124_it_leaves_at_every_access),
        cmocka_unit_test(fault_126_it_reads_as_zeros_from_every_access_on),
        cmocka_unit_test(fault_124_it_leaves_and_comes_back),
        cmocka_unit_test(fault_131_it_does_not_answer_for_a_while),
        cmocka_unit_test(fault_124_it_leaves_at_every_command),
    };

    return cmocka_run_group_tests_name("removal", tests, NULL, NULL);
}

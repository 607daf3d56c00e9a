/* SPDX-License-Identifier: MIT */
/* Namespaces of QEMU's controller that are detached, attached and formatted while the driver looks. */
#include "sim/scenario.h"

#include <lwnvme/format.h>
#include <lwnvme/namespace_set.h>
#include <lwnvme/sync_maintenance.h>
#include <lwnvme/sync_namespace.h>

#include "device.h"

#define HANDLES 8u

static struct lwnvme_events events;
static struct lwnvme_namespace_set set;
static struct lwnvme_namespace memory[HANDLES];
static struct lwnvme_namespace *handles[HANDLES];
static uint32_t changes[LWNVME_NAMESPACE_MODIFIED + 1];
static uint32_t told;
static uint32_t last_nsid;
static uint8_t data[8192] __attribute__((aligned(4096)));
static uint8_t back[8192] __attribute__((aligned(4096)));

static void changed(struct lwnvme_namespace_set *of, struct lwnvme_namespace *ns,
                    enum lwnvme_namespace_change change)
{
    (void)of;
    (void)ns;
    changes[change]++;
}

static void tell(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    struct scenario *s = (struct scenario *)from->context;

    if (event->kind != LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED)
        return;
    told++;
    last_nsid = event->nsid_count == 1 ? event->nsids[0] : 0;
    assert_int_equal(lwnvme_namespace_set_rescan(s->controller, &set), LWNVME_OK);
}

/* Until so many events have come and the set is at rest. */
static void wait_for(struct scenario *s, uint32_t count)
{
    for (uint32_t turn = 0; told < count || lwnvme_operation_active(&set.operation); turn++) {
        (void)scenario_poll(s);
        lwnvme_sim_advance(s->sim, 500);
        (void)qemu_ask(s->sim->qemu, "inb 0x80"); /* QEMU may need a moment of its own */
        assert_in_range(turn, 0, 10000);
    }
}

/* Fault 151: the controller tells of each change, and the set of handles follows. */
static void fault_151_detached_and_attached(void **state)
{
    struct scenario s;

    (void)state;
    memset(&events, 0, sizeof(events));
    memset(&set, 0, sizeof(set));
    memset(memory, 0, sizeof(memory));
    memset(changes, 0, sizeof(changes));
    told = 0;
    for (uint32_t index = 0; index < HANDLES; index++)
        handles[index] = &memory[index];
    set.handles = handles;
    set.handle_count = HANDLES;
    set.changed = changed;
    set.owns_queues = true;
    events.event = tell;
    events.context = &s;
    events.enable = LWNVME_EVENTS_ALL;
    scenario_prepare(&s);
    s.settings.oacs |= 8;
    s.settings.namespace_count = 3;
    s.settings.ns[2].active = false;
    s.settings.ns[2].detached = true;
    scenario_start(&s);
    scenario_queue(&s, 8);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(s.controller, &set), LWNVME_OK);
    assert_int_equal(changes[LWNVME_NAMESPACE_ADDED], 2);
    for (uint32_t round = 0; round < 3; round++) {
        struct lwnvme_namespace *second = lwnvme_namespace_set_find(&set, 2);
        struct lwnvme_namespace *third;

        assert_int_equal(lwnvme_sync_write(s.queue, second, 5, 1, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_detach_here(s.controller, 2), LWNVME_OK);
        wait_for(&s, round * 4 + 1);
        assert_int_equal(last_nsid, 2);
        assert_int_equal(second->status, LWNVME_ERR_NS_REMOVED);
        assert_int_equal(lwnvme_sync_write(s.queue, second, 5, 1, data, 0), LWNVME_ERR_NS_REMOVED);
        assert_int_equal(lwnvme_namespace_set_release(&set, second), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_attach_here(s.controller, 3), LWNVME_OK);
        wait_for(&s, round * 4 + 2);
        assert_int_equal(last_nsid, 3);
        third = lwnvme_namespace_set_find(&set, 3);
        assert_non_null(third);
        assert_int_equal(lwnvme_sync_write(s.queue, third, 5, 1, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_attach_here(s.controller, 2), LWNVME_OK);
        wait_for(&s, round * 4 + 3);
        assert_int_equal(lwnvme_sync_namespace_detach_here(s.controller, 3), LWNVME_OK);
        wait_for(&s, round * 4 + 4);
        assert_int_equal(lwnvme_namespace_set_release(&set, third), LWNVME_OK);
        if (round == 1)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
    }
    assert_int_equal(changes[LWNVME_NAMESPACE_ADDED], 2 + 6);
    assert_int_equal(changes[LWNVME_NAMESPACE_REMOVED], 6);
    scenario_end(&s);
}

/* Each of its eight formats: the handle reads anew, blocks have their size, and old data are gone. */
static void every_format(void **state)
{
    struct lwnvme_format format = {.nsid = 1};
    struct lwnvme_namespace *concerned[1];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.oacs |= 2;
    scenario_start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    concerned[0] = s.ns;
    format.handles = concerned;
    format.handle_count = 1;
    for (uint8_t index = 0; index < 16; index++) {
        const uint32_t block = (index % 8) < 4 ? 512 : 4096;

        format.format_index = index % 8;
        format.secure_erase = index >= 8 ? 1 : 0;
        assert_int_equal(lwnvme_sync_format(s.controller, &format), LWNVME_OK);
        assert_int_equal(s.ns->format_index, index % 8);
        assert_int_equal(s.ns->block_bytes, block);
        if (index % 4 != 0) {
            assert_int_equal(s.ns->status, LWNVME_ERR_NS_METADATA);
            continue;
        }
        assert_int_equal(s.ns->status, LWNVME_OK);
        assert_int_equal(s.ns->block_count, 131072 * 512 / block);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 7, 1, back, 0), LWNVME_OK);
        for (uint32_t at = 0; at < block; at++)
            assert_int_equal(back[at], 0);
        scenario_fill(data, block, index);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 7, 1, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 7, 1, back, 0), LWNVME_OK);
        assert_memory_equal(back, data, block);
    }
    format.format_index = 9;
    assert_int_equal(lwnvme_sync_format(s.controller, &format), LWNVME_ERR_FORMAT_INDEX);
    scenario_end(&s);
}

/* Several namespaces of different blocks at once, each in its own image. */
static void images_of_their_own(void **state)
{
    static struct lwnvme_namespace ns[4];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.namespace_count = 4;
    for (uint32_t index = 0; index < 4; index++) {
        s.settings.ns[index].flbas = index % 2;
        s.settings.ns[index].nsze = s.settings.ns[index].ncap = 1000 + index;
    }
    scenario_start(&s);
    scenario_queue(&s, 8);
    for (uint32_t index = 0; index < 4; index++) {
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, index + 1, &ns[index]), LWNVME_OK);
        assert_int_equal(ns[index].block_count, 1000 + index);
        scenario_fill(data, ns[index].block_bytes, index);
        assert_int_equal(lwnvme_sync_write(s.queue, &ns[index], 999, 1, data, LWNVME_REQUEST_FUA), LWNVME_OK);
    }
    for (uint32_t index = 0; index < 4; index++) {
        const uint32_t block = ns[index].block_bytes;

        scenario_fill(data, block, index);
        assert_memory_equal(s.sim->machine->disk[index] + 999 * (size_t)block, data, block);
    }
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_151_detached_and_attached),
        cmocka_unit_test(every_format),
        cmocka_unit_test(images_of_their_own),
    };

    return cmocka_run_group_tests_name("namespace", tests, NULL, NULL);
}

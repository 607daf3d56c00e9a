/* SPDX-License-Identifier: MIT */
/* Admin commands: alone, many at once, from callbacks, with errors. */
#include "scenario.h"

static void identify_and_logs(void **state)
{
    struct lwnvme_smart_log *smart = scenario_memory(sizeof(*smart) + 4, 4);
    struct lwnvme_error_log_entry *entries = scenario_memory(4 * sizeof(*entries), 4);
    uint8_t *data = scenario_memory(4096 + 8, 4096);
    struct scenario s;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    for (index = 0; index < 5; index++)
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, index, 1, data, 0), LWNVME_OK);
    lwnvme_sim_spoil_blocks(s.sim, 1, 77, 1);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 70, 8, data, 0) & 0x7ff, 0x281);
    /* Any alignment will do for the caller's memory. */
    for (index = 0; index < 4; index++) {
        memset(data, 0xee, 4096 + 8);
        assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, data + index),
                         LWNVME_OK);
        assert_memory_equal(data + index + 4, s.settings.serial, 20);
        assert_int_equal(data[index + 4096], 0xee);
        assert_true(index == 0 || data[index - 1] == 0xee);
        assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL,
                                               (struct lwnvme_smart_log *)(void *)((uint8_t *)smart + index)),
                         LWNVME_OK);
    }
    assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, smart), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&smart->ctemp), 308);
    assert_int_equal(*(uint8_t *)(void *)&smart->hrc, 5);
    assert_int_equal(*(uint8_t *)(void *)&smart->mdie, 1);
    assert_int_equal(lwnvme_sync_log_error(s.controller, 0, 4, entries), LWNVME_OK);
    assert_int_equal(lwnvme_le64_get(&entries[0].ecnt), 1);
    assert_int_equal(lwnvme_le16_get(&entries[0].sts) >> 1 & 0x7ff, 0x281);
    assert_int_equal(lwnvme_le64_get(&entries[0].lba), 70);
    assert_int_equal(lwnvme_le32_get(&entries[0].nsid), 1);
    assert_int_equal(lwnvme_le64_get(&entries[1].ecnt), 0);
    scenario_end(&s);
    free(smart);
    free(entries);
    free(data);
}

/* What fails, or delivers nothing, does not touch the caller's memory, or says so. */
static void failure_leaves_the_callers_memory_alone(void **state)
{
    uint8_t *data = scenario_memory(4096, 4);
    struct scenario s;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    memset(data, 0xee, 4096);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS_AFTER,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_IDENTIFY,
                                                 .status = 0x0006});
    assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, data), 0x0006);
    for (index = 0; index < 4096; index++)
        assert_int_equal(data[index], 0xee);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_SHORT_DATA,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_IDENTIFY,
                                                 .value = 24});
    assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, data), LWNVME_OK);
    for (index = 24; index < 4096; index++)
        assert_int_equal(data[index], 0); /* nothing of an earlier command's */
    scenario_end(&s);
    free(data);
}

static uint32_t order_seen;

static void in_order(struct tracked *io)
{
    assert_int_equal((uint32_t)(uintptr_t)io->data, order_seen);
    order_seen++;
    assert_int_equal(io->request.status, LWNVME_OK);
}

/* Far more than there are pages, or entries in the ring. */
static void fault_180_many_at_once(void **state)
{
    static uint8_t pages[200][4096];
    struct lwnvme_buffer buffer;
    struct scenario s;
    uint32_t index;
    int mode;

    (void)state;
    for (mode = 0; mode < 3; mode++) { /* typed; raw, which use no pages; features */
        scenario_prepare(&s);
        s.settings.admin_latency_us = 30;
        scenario_start(&s);
        order_seen = 0;
        for (index = 0; index < 200; index++) {
            struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY, .cdw10 = LWNVME_CNS_CONTROLLER};
            struct tracked *io = scenario_request(&s);

            io->data = (void *)(uintptr_t)index;
            io->then = in_order;
            memset(pages[index], 0, 4096);
            buffer = lwnvme_buffer_cpu(pages[index], 4096);
            assert_int_equal(
                scenario_accept(io, mode == 0 ? lwnvme_identify(s.controller, &io->request,
                                                                LWNVME_CNS_CONTROLLER, 0, pages[index])
                                    : mode == 1
                                        ? lwnvme_admin_raw(s.controller, &io->request, &command, &buffer)
                                        : lwnvme_feature_get(s.controller, &io->request,
                                                             LWNVME_FEATURE_POWER_MANAGEMENT, 0, 0)),
                LWNVME_OK);
        }
        scenario_wait_all(&s, NULL);
        assert_int_equal(order_seen, 200);
        for (index = 0; mode < 2 && index < 200; index++)
            assert_memory_equal(pages[index], pages[0], 4096);
        scenario_end(&s);
    }
}

static void again(struct tracked *io)
{
    uint8_t *data = (uint8_t *)io->data;
    struct scenario *s = io->scenario;

    assert_int_equal(io->request.status, LWNVME_OK);
    assert_memory_equal(data + 4, s->settings.serial, 20);
    memset(data, 0, 4096);
    assert_int_equal(lwnvme_sync_identify(s->controller, LWNVME_CNS_CONTROLLER, 0, data),
                     LWNVME_ERR_IN_CALLBACK);
    if (io->accepted < 20)
        assert_int_equal(
            scenario_accept(io, lwnvme_identify(s->controller, &io->request, LWNVME_CNS_CONTROLLER, 0, data)),
            LWNVME_OK);
}

static void again_from_the_callback(void **state)
{
    static uint8_t pages[5][4096];
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.settings.admin_latency_us = mode == 0 ? 40 : 0;
        scenario_start(&s);
        for (uint32_t index = 0; index < 5; index++) {
            struct tracked *io = scenario_request(&s);

            io->then = again;
            io->data = pages[index];
            assert_int_equal(scenario_accept(io, lwnvme_identify(s.controller, &io->request,
                                                                 LWNVME_CNS_CONTROLLER, 0, pages[index])),
                             LWNVME_OK);
        }
        scenario_wait_all(&s, NULL);
        scenario_end(&s);
    }
}

static void no_wait(void **state)
{
    static uint8_t pages[8][4096];
    struct scenario s;
    uint32_t accepted = 0;

    (void)state;
    scenario_prepare(&s);
    s.settings.admin_latency_us = 40;
    scenario_start(&s);
    for (uint32_t index = 0; index < 8; index++) {
        struct tracked *io = scenario_request(&s);
        int status;

        io->request.flags = LWNVME_REQUEST_NO_WAIT;
        status = scenario_accept(
            io, lwnvme_identify(s.controller, &io->request, LWNVME_CNS_CONTROLLER, 0, pages[index]));
        if (status == LWNVME_OK)
            accepted++;
        else
            assert_int_equal(status, LWNVME_ERR_BUSY);
    }
    assert_int_equal(accepted, LWNVME_CONFIG_ADMIN_PAGES);
    scenario_wait_all(&s, NULL);
    scenario_end(&s);
}

/* Namespaces and lists all at once, step by step. */
static void namespaces_all_at_once(void **state)
{
    struct lwnvme_namespace *ns = calloc(40, sizeof(*ns));
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct scenario s;
    uint32_t pending;

    (void)state;
    scenario_prepare(&s);
    s.settings.namespace_count = 31;
    s.settings.ns[7].active = false;
    s.settings.ns[9].formats[0].ms = 8;
    s.settings.admin_latency_us = 25;
    s.stepped = true;
    scenario_start(&s);
    assert_int_equal(lwnvme_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
    for (uint32_t index = 0; index < 31; index++)
        assert_int_equal(lwnvme_namespace_open(s.controller, index + 1, &ns[index]), LWNVME_OK);
    do {
        (void)scenario_poll(&s);
        lwnvme_sim_advance(s.sim, 20);
        pending = list->status == LWNVME_PENDING;
        for (uint32_t index = 0; index < 31; index++)
            pending += ns[index].status == LWNVME_PENDING;
        assert_true(scenario_now(&s) < SECOND_US);
    } while (pending != 0);
    assert_int_equal(list->count, 30);
    for (uint32_t index = 0; index < 31; index++)
        assert_int_equal(ns[index].status, index == 7   ? LWNVME_ERR_NS_INACTIVE
                                           : index == 9 ? LWNVME_ERR_NS_METADATA
                                                        : LWNVME_OK);
    scenario_end(&s);
    free(list);
    free(ns);
}

/* A reset while namespaces are being looked at: each ends, none stays pending. */
static void namespaces_while_the_controller_is_reset(void **state)
{
    struct lwnvme_namespace *ns = calloc(20, sizeof(*ns));
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct scenario s;
    int wait_us;

    (void)state;
    for (wait_us = 0; wait_us < 600; wait_us += 50) {
        scenario_prepare(&s);
        s.settings.namespace_count = 20;
        s.settings.admin_latency_us = 25;
        s.settings.vs = wait_us % 100 == 0 ? 0x00010000 : 0x00020000;
        scenario_start(&s);
        assert_int_equal(lwnvme_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        for (uint32_t index = 0; index < 20; index++)
            assert_int_equal(lwnvme_namespace_open(s.controller, index + 1, &ns[index]), LWNVME_OK);
        for (int passed = 0; passed < wait_us; passed += 10) {
            lwnvme_sim_advance(s.sim, 10);
            (void)lwnvme_controller_poll(s.controller);
        }
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_not_equal(list->status, LWNVME_PENDING);
        for (uint32_t index = 0; index < 20; index++) {
            assert_int_not_equal(ns[index].status, LWNVME_PENDING);
            assert_int_equal(lwnvme_sync_namespace_open(s.controller, index + 1, &ns[index]), LWNVME_OK);
        }
        scenario_end(&s);
    }
    free(list);
    free(ns);
}

static void identify_on_old_controllers(void **state)
{
    uint8_t *data = scenario_memory(4096, 4);
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.vs = 0x00010000;
    scenario_start(&s);
    assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_ACTIVE_NAMESPACES, 0, data),
                     LWNVME_ERR_NO_IDENTIFY_CNS);
    assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_NAMESPACE, 1, data), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->failures, 0);
    scenario_end(&s);
    free(data);
}

static void features(void **state)
{
    struct scenario s;
    uint32_t value = 0;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    assert_int_equal(
        lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_TEMPERATURE_THRESHOLD, 350, 0, false),
        LWNVME_OK);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_TEMPERATURE_THRESHOLD,
                                             LWNVME_SEL_CURRENT, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 350);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_ARBITRATION,
                                             LWNVME_SEL_SUPPORTED_CAPABILITIES, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value & LWNVME_FEATURE_CAPABILITY_SAVEABLE, 0);
    value = 0x1234;
    assert_int_equal(lwnvme_sync_feature_get(s.controller, 0x77, LWNVME_SEL_CURRENT, 0, &value) & 0x7ff, 2);
    assert_int_equal(value, 0x1234);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_ARBITRATION, 1, 0, true) & 0x7ff,
                     LWNVME_SC_FEATURE_NOT_SAVEABLE);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, 1, 4, 0, &value), LWNVME_ERR_INVALID_ARGUMENT);
    /* A feature with data would make the controller write, and there is no memory for it in these calls. */
    assert_int_equal(
        lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_TIMESTAMP, LWNVME_SEL_CURRENT, 0, &value),
        LWNVME_ERR_FEATURE_HAS_DATA);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_TIMESTAMP, 1, 0, false),
                     LWNVME_ERR_FEATURE_HAS_DATA);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identify_and_logs),
        cmocka_unit_test(failure_leaves_the_callers_memory_alone),
        cmocka_unit_test(fault_180_many_at_once),
        cmocka_unit_test(again_from_the_callback),
        cmocka_unit_test(no_wait),
        cmocka_unit_test(namespaces_all_at_once),
        cmocka_unit_test(namespaces_while_the_controller_is_reset),
        cmocka_unit_test(identify_on_old_controllers),
        cmocka_unit_test(features),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

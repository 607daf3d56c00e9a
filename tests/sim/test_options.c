/* SPDX-License-Identifier: MIT */
/*
 * The library with the smallest options that it can have, compiled into this very program: an admin ring of
 * two entries, one page for data, transfers of one page, a look at the clock on each poll, no messages, little patience
 * with a clock that stands still, and all left out that can be, but for the register hooks of the software controller.
 */
#define LWNVME_CONFIG_ADMIN_ENTRIES      2
#define LWNVME_CONFIG_ADMIN_PAGES        1
#define LWNVME_CONFIG_MAX_TRANSFER_BYTES 4096
#define LWNVME_CONFIG_POLLS_PER_CLOCK    1
#define LWNVME_CONFIG_STUCK_CLOCK_POLLS  1000
#define LWNVME_CONFIG_LOG                0
#define LWNVME_CONFIG_STRAIGHT           0
#define LWNVME_CONFIG_SHARED             0
#define LWNVME_CONFIG_SEGMENTS           0
#define LWNVME_CONFIG_DMA_SYNC           0
#define LWNVME_CONFIG_DMA_UNMAP          0

#include "../../src/admin/feature.c"
#include "../../src/admin/identify.c"
#include "../../src/admin/log.c"
#include "../../src/core/admin_page.c"
#include "../../src/core/controller.c"
#include "../../src/core/controller_info.c"
#include "../../src/core/journey.c"
#include "../../src/core/map.c"
#include "../../src/core/memory.c"
#include "../../src/core/message.c"
#include "../../src/core/namespace.c"
#include "../../src/core/queue.c"
#include "../../src/core/queue_life.c"
#include "../../src/core/quirk.c"
#include "../../src/core/register.c"
#include "../../src/describe/status_text.c"
#include "../../src/io/nvm.c"
#include "../../src/sync/sync.c"

#include "scenario.h"

static void smallest_options_do_everything(void **state)
{
    static uint8_t pages[20][4096];
    struct lwnvme_namespace *ns = calloc(8, sizeof(*ns));
    uint8_t *data = scenario_memory(200 * 512, 4096);
    uint8_t *back = scenario_memory(200 * 512, 4096);
    struct lwnvme_queue queues[5];
    struct scenario s;
    uint32_t index;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        memset(queues, 0, sizeof(queues));
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.namespace_count = 8;
        s.settings.admin_latency_us = 20;
        s.settings.latency_us = 20;
        scenario_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->max_transfer_bytes, 4096);
        for (index = 0; index < 5; index++) /* all at once through one place in the ring */
            assert_int_equal(lwnvme_queue_create(s.controller, &queues[index], NULL), LWNVME_OK);
        for (index = 0; index < 8; index++)
            assert_int_equal(lwnvme_namespace_open(s.controller, index + 1, &ns[index]), LWNVME_OK);
        for (index = 0; index < 20; index++) {
            struct tracked *io = scenario_request(&s);

            assert_int_equal(scenario_accept(io, lwnvme_identify(s.controller, &io->request,
                                                                 LWNVME_CNS_CONTROLLER, 0, pages[index])),
                             LWNVME_OK);
        }
        scenario_wait_all(&s, NULL);
        for (index = 0; index < 5; index++) {
            while (lwnvme_queue_status(&queues[index]) == LWNVME_PENDING) {
                (void)scenario_poll(&s);
                lwnvme_sim_advance(s.sim, 10);
                assert_true(scenario_now(&s) < SECOND_US);
            }
            assert_int_equal(lwnvme_queue_status(&queues[index]), LWNVME_OK);
        }
        for (index = 0; index < 8; index++) {
            while (ns[index].status == LWNVME_PENDING) {
                (void)scenario_poll(&s);
                lwnvme_sim_advance(s.sim, 10);
                assert_true(scenario_now(&s) < SECOND_US);
            }
            assert_int_equal(ns[index].status, LWNVME_OK);
        }
        scenario_fill(data, 200 * 512, 3);
        assert_int_equal(lwnvme_sync_write(&queues[4], &ns[0], 3, 150, data + 4, 0), LWNVME_OK);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(&queues[0], &ns[0], 3, 150, back + 4, 0), LWNVME_OK);
        assert_memory_equal(data + 4, back + 4, 150 * 512);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        assert_int_equal(scenario_resume(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(&queues[2], &ns[0], 3, 150, back + 4, 0), LWNVME_OK);
        for (index = 0; index < 5; index++)
            assert_int_equal(lwnvme_sync_queue_delete(&queues[index]), LWNVME_OK);
        scenario_end(&s);
    }
    free(ns);
    free(data);
    free(back);
}

static void unmap_nothing(void *host, uint64_t dma_address, size_t length_bytes,
                          enum lwnvme_direction direction)
{
    (void)host, (void)dma_address, (void)length_bytes, (void)direction;
}

static void sync_nothing(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, bool for_device)
{
    (void)host, (void)address, (void)length_bytes, (void)direction, (void)for_device;
}

static void what_is_left_out_is_refused(void **state)
{
    static uint8_t data[4096];
    struct lwnvme_segment segment = {(uintptr_t)data, sizeof(data)};
    struct lwnvme_buffer scattered = lwnvme_buffer_segments(&segment, 1, 0);
    struct lwnvme_queue_config shared = {.flags = LWNVME_QUEUE_SHARED};
    struct lwnvme_request request = {.flags = 0};
    struct lwnvme_queue queue;
    struct scenario s;

    (void)state;
    memset(&queue, 0, sizeof(queue));
    scenario_prepare(&s);
    scenario_power(&s);
    s.ops->dma_unmap = unmap_nothing;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_LEFT_OUT);
    s.ops->dma_unmap = NULL;
    s.ops->dma_sync = sync_nothing;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_LEFT_OUT);
    s.ops->dma_sync = NULL;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_namespace(&s);
    scenario_queue(&s, 4);
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &shared), LWNVME_ERR_LEFT_OUT);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 1, &scattered), LWNVME_ERR_LEFT_OUT);
    assert_false(lwnvme_request_active(&request));
    scenario_end(&s);
}

/* The clock stands still from its k-th reading on: every call still ends. */
static void clock_that_stands_still(void **state)
{
    static uint8_t data[4096];
    struct scenario s;
    uint64_t k;

    (void)state;
    for (k = 1; k < 400; k += 1 + k / 8) {
        int mode = (int)(k % 3);
        int status;

        scenario_prepare(&s);
        s.time_limit_us = UINT64_MAX;
        s.settings.never_ready = mode == 1;
        s.violations_allowed =
            mode == 1; /* it is given up by count, before the time that it is due is over */
        s.settings.start_enabled = true;
        s.settings.never_disabled = mode == 2;
        s.settings.ready_delay_us = 5;
        s.settings.clock_stop_at = k;
        s.settings.relax_step_us = 0;
        s.settings.clock_step_us = 1;
        scenario_power(&s);
        status = scenario_open(&s);
        assert_int_not_equal(status, LWNVME_PENDING);
        assert_true(mode == 0 || status < 0);
        if (status == LWNVME_OK) {
            scenario_namespace(&s);
            scenario_queue(&s, 4);
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                         .queue = LWNVME_SIM_IO_QUEUES,
                                                         .any_opcode = true});
            s.ops->wait = NULL;
            s.ops->wake = NULL;
            lwnvme_sim_settings(s.sim)->clock_stop_at = 1;
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data, 0), LWNVME_ERR_ABORTED);
            assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_ERR_CLOCK_STOPPED);
        }
        scenario_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_options_do_everything),
        cmocka_unit_test(what_is_left_out_is_refused),
        cmocka_unit_test(clock_that_stands_still),
    };

    return cmocka_run_group_tests(tests, scenario_plain_host, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "life.h"

#include <lwnvme/sync_maintenance.h>
#include <lwnvme/sync_power.h>

#define STEP_US 200u
#define MIB     0x100000u

static bool good(struct life *life, int status, const char *what)
{
    assert_int_not_equal(status, LWNVME_PENDING);
    if (status == LWNVME_OK)
        return true;
    if (strcmp(lwnvme_status_string(status), "unknown status") == 0)
        fail_msg("%s: unknown status %d", what, status);
    if (life->failures++ == 0) {
        life->failed_first = what;
        life->failed_status = status;
    }
    life->gone += status == LWNVME_ERR_GONE;
    return false;
}

static void event_seen(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    (void)events;
    (void)event;
}

void life_prepare(struct life *life, uint32_t variant)
{
    struct lwnvme_sim_config *settings = &life->s.settings;

    memset(life, 0, sizeof(*life));
    scenario_prepare(&life->s);
    life->s.time_limit_us = 36000 * SECOND_US;
    life->s.config.io_timeout_ms = 500;
    life->s.config.admin_timeout_ms = 500;
    life->s.config.max_transfer_bytes = 16384;
    settings->relax_step_us = 200;
    settings->latency_us = 100;
    settings->latency_spread_us = 200;
    settings->shadow_dma = variant % 3 == 1;
    settings->complete_during_disable = variant % 4 == 2;
    settings->oacs |= 0x100 | 0x02 | 0x04; /* shadow doorbells, format, firmware */
    settings->frmw = 0x10 | 3u << 1 | 1;
    settings->sanicap = 7;
    settings->ns[0].fpi = 0x80;
    settings->format_us = 3000;
    settings->sanitize_block_us = 3000;
    settings->hmpre = 256;
    settings->hmmin = 64;
    settings->kas = 1;
    settings->npss = 1;
    settings->psd[1].nops = true;
    settings->psd[1].enlat = 100;
    settings->psd[1].exlat = 100;
    life->handles[0] = &life->ns;
    life->memory.budget_bytes = MIB;
    life->memory.chunk_bytes = MIB / 4;
    life->events.event = event_seen;
    life->events.enable = LWNVME_EVENTS_ALL;
    life->keep_alive.timeout_ms = 1000;
}

uint32_t life_stride(uint32_t usual)
{
    return getenv("SWEEP_ALL") != NULL ? 1 : usual * scenario_stride();
}

bool life_open(struct life *life)
{
    struct lwnvme_queue_config config = {.entries = 8, .cq_entries = 32};
    bool all = good(life, scenario_open(&life->s), "open");

    if (!all)
        return false;
    all = good(life, lwnvme_sync_queue_create(life->s.controller, &life->queues[0], &config), "queue") && all;
    config.cq_entries = 0;
    config.flags = LWNVME_QUEUE_SHARED;
    all =
        good(life, lwnvme_sync_queue_create(life->s.controller, &life->queues[1], &config), "shared") && all;
    config.flags = 0;
    if (good(life, lwnvme_queue_create_on(&life->queues[0], &life->queues[2], &config), "on")) {
        while (lwnvme_queue_status(&life->queues[2]) == LWNVME_PENDING) {
            (void)lwnvme_controller_poll(life->s.controller);
            lwnvme_sim_advance(life->s.sim, STEP_US);
        }
        all = good(life, lwnvme_queue_status(&life->queues[2]), "joined") && all;
    } else {
        all = false;
    }
    return good(life, lwnvme_sync_namespace_open(life->s.controller, 1, &life->ns), "namespace") && all;
}

static void turn(struct life *life)
{
    for (uint32_t index = 0; index < LIFE_QUEUES; index++)
        (void)lwnvme_queue_poll(&life->queues[index], 0);
    (void)lwnvme_controller_poll(life->s.controller);
    lwnvme_sim_advance(life->s.sim, STEP_US);
}

void life_settle(struct life *life)
{
    uint64_t until = scenario_now(&life->s) + 100 * SECOND_US;

    while (scenario_in_flight(&life->s) != 0) {
        turn(life);
        assert_true(scenario_now(&life->s) < until);
    }
}

/* Requests in flight on all queues, a batch on the first. */
static void start_batch(struct life *life, bool write)
{
    lwnvme_queue_batch_begin(&life->queues[0]);
    for (uint32_t index = 0; index < LIFE_BATCH; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(life->data[index], sizeof(life->data[index]));
        struct tracked *io = scenario_request(&life->s);
        struct lwnvme_queue *queue = &life->queues[index % LIFE_QUEUES];
        uint64_t lba = (uint64_t)index * 16;

        (void)good(life,
                   scenario_accept(io, write ? lwnvme_write(queue, &life->ns, &io->request, lba, 16, &buffer)
                                             : lwnvme_read(queue, &life->ns, &io->request, lba, 16, &buffer)),
                   "batch");
    }
    lwnvme_queue_batch_end(&life->queues[0]);
}

static void blocking_io(struct life *life)
{
    struct lwnvme_queue *queue = &life->queues[1];

    (void)good(life, lwnvme_sync_write(queue, &life->ns, 200, 128, life->bulk, 0), "write");
    (void)good(life, lwnvme_sync_read(queue, &life->ns, 200, 128, life->bulk, 0), "read");
    (void)good(life, lwnvme_sync_flush(queue, &life->ns), "flush");
}

/* If the controller has failed: what an owner would do about it. */
static void recover(struct life *life)
{
    struct lwnvme_controller *controller = life->s.controller;

    (void)lwnvme_controller_poll(controller);
    if (lwnvme_controller_state(controller) == LWNVME_STATE_OFF)
        (void)good(life, scenario_resume(&life->s), "resume");
    while (lwnvme_controller_status(controller) == LWNVME_PENDING)
        turn(life);
    if (lwnvme_controller_status(controller) != LWNVME_OK)
        (void)good(life, scenario_reset(&life->s), "repair");
}

/* A long operation, which ends by itself unless the controller has failed; then at the latest with the close. */
static void operation(struct life *life, struct lwnvme_operation *operation, int status, const char *what)
{
    uint64_t until = scenario_now(&life->s) + 1000 * SECOND_US;

    if (!good(life, status, what))
        return;
    while (lwnvme_operation_active(operation) &&
           lwnvme_controller_state(life->s.controller) != LWNVME_STATE_FAILED) {
        (void)lwnvme_operation_step(operation);
        turn(life);
        assert_true(scenario_now(&life->s) < until);
    }
    if (!lwnvme_operation_active(operation))
        (void)good(life, operation->status, what);
}

static void services(struct life *life)
{
    struct lwnvme_controller *controller = life->s.controller;

    if (good(life, lwnvme_shadow_start(controller, &life->shadow), "shadow"))
        while (lwnvme_shadow_status(&life->shadow) == LWNVME_PENDING &&
               lwnvme_controller_state(controller) != LWNVME_STATE_FAILED)
            turn(life);
    (void)good(life, lwnvme_events_start(controller, &life->events), "events");
    (void)good(life, lwnvme_sync_host_memory_start(controller, &life->memory), "host memory");
    (void)good(life, lwnvme_sync_keep_alive_start(controller, &life->keep_alive), "keep alive");
}

static void long_operations(struct life *life)
{
    struct lwnvme_controller *controller = life->s.controller;
    struct lwnvme_sim_image image = {.revision = "FW2"};

    start_batch(life, true);
    life->format.nsid = 1;
    life->format.handles = life->handles;
    life->format.handle_count = 1;
    operation(life, &life->format.operation, lwnvme_format_begin(controller, &life->format), "format");
    life_settle(life);
    start_batch(life, false);
    life->sanitize.handles = life->handles;
    life->sanitize.handle_count = 1;
    life->sanitize.action = LWNVME_SANACT_BLOCK_ERASE;
    operation(life, &life->sanitize.operation, lwnvme_sanitize_begin(controller, &life->sanitize),
              "sanitize");
    life_settle(life);
    /* After this one a sanitize would be refused until the reset that follows. */
    assert_true(lwnvme_sim_image_build(&image, life->image, sizeof(life->image)));
    life->update.image = life->image;
    life->update.image_bytes = sizeof(life->image);
    life->update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
    life->update.handles = life->handles;
    life->update.handle_count = 1;
    operation(life, &life->update.operation, lwnvme_firmware_update_begin(controller, &life->update),
              "firmware");
}

void life_run(struct life *life)
{
    struct lwnvme_controller *controller = life->s.controller;
    static struct lwnvme_smart_log smart;

    services(life);
    blocking_io(life);
    start_batch(life, true);
    (void)good(life, lwnvme_sync_identify(controller, LWNVME_CNS_CONTROLLER, 0, life->page), "identify");
    (void)good(life, lwnvme_sync_log_smart(controller, LWNVME_NSID_ALL, &smart), "smart");
    life_settle(life);
    long_operations(life);
    start_batch(life, false);
    (void)good(life, scenario_reset(&life->s), "reset");
    recover(life);
    life_settle(life);
    start_batch(life, true);
    life->suspension.kind = LWNVME_SUSPEND_POWER_STATE;
    if (good(life, lwnvme_sync_suspend(controller, &life->suspension), "suspend"))
        (void)good(life, lwnvme_sync_resume(&life->suspension), "wake");
    recover(life);
    life_settle(life);
    start_batch(life, true);
    (void)good(life, scenario_shutdown(&life->s, LWNVME_SHUTDOWN_NORMAL), "shutdown");
    recover(life);
    life_settle(life);
    blocking_io(life);
    start_batch(life, true);
    (void)good(life, scenario_shutdown(&life->s, LWNVME_SHUTDOWN_ABRUPT), "abrupt");
    recover(life);
    life_settle(life);
    (void)good(life, lwnvme_sync_queue_delete(&life->queues[2]), "delete joined");
    (void)good(life, lwnvme_sync_queue_delete(&life->queues[1]), "delete shared");
}

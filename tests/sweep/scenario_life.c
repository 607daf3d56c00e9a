/* SPDX-License-Identifier: MIT */
/* Scenarios of the controller's life and of its queues. */
#include "sweep.h"

#include <lwnvme/interrupt.h>
#include <lwnvme/panic.h>
#include <lwnvme/recovery.h>
#include <lwnvme/retry.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_identify.h>
#include <lwnvme/sync_power.h>

/* Opens, with so many queues of a few entries and namespace 1. */
static bool begin(struct world *w, uint32_t queues, uint32_t entries)
{
    struct lwnvme_queue_config config = {.entries = entries};

    if (!world_open(w))
        return false;
    for (uint32_t index = 0; index < queues; index++)
        (void)world_queue(w, index, &config);
    return world_namespace(w, 1);
}

/* Some writes and reads on queues 0 and 1, more than there is room for. */
static void load(struct world *w, uint64_t lba)
{
    for (uint32_t index = 0; index < 8; index++)
        (void)world_start(w, index & 1, (index & 2) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE,
                          lba + index * 8ull, 8, index * 64);
}

static void bring_up(struct world *w)
{
    struct lwnvme_namespace_list *list = world_memory(w, sizeof(*list));
    uint8_t *page = world_memory(w, 4096);

    if (!world_open(w))
        return;
    (void)ok(w, lwnvme_sync_namespace_enumerate(w->controller, 0, list));
    (void)ok(w, lwnvme_sync_identify(w->controller, LWNVME_CNS_CONTROLLER, 0, page));
    (void)world_namespace(w, 1);
    (void)ok(w, lwnvme_sync_controller_close(w->controller));
}

static void prepare_take_over(struct world *w)
{
    w->settings.start_enabled = true;
    w->settings.disable_delay_us = 20000;
}

/* A controller that firmware has left running, and that the next one finds running. */
static void take_over(struct world *w)
{
    if (begin(w, 1, 4) && world_write(w, 8, 8))
        (void)world_read(w, 8, 8);
    world_wait(w);
    (void)ok(w, lwnvme_sync_controller_close(w->controller));
    if (world_open(w) && world_queue(w, 0, NULL) && world_namespace(w, 1))
        (void)world_read(w, 8, 8);
}

static void reset_under_load(struct world *w)
{
    if (!begin(w, 2, 4))
        return;
    for (uint32_t turn = 0; turn < 2; turn++) {
        load(w, turn * 64);
        (void)ok(w, lwnvme_sync_controller_reset(w->controller));
        (void)world_ready(w);
        world_wait(w);
        (void)world_write(w, 200, 3);
        (void)world_read(w, 200, 3);
    }
}

static void shutdowns(struct world *w, enum lwnvme_shutdown kind)
{
    if (!begin(w, 2, 4))
        return;
    load(w, 0);
    (void)ok(w, lwnvme_sync_controller_shutdown(w->controller, kind));
    (void)world_ready(w);
    load(w, 0);
    world_wait(w);
    (void)ok(w, lwnvme_sync_controller_shutdown(w->controller, kind));
}

static void shutdown_normal(struct world *w)
{
    shutdowns(w, LWNVME_SHUTDOWN_NORMAL);
}

static void shutdown_abrupt(struct world *w)
{
    shutdowns(w, LWNVME_SHUTDOWN_ABRUPT);
}

static void suspend(struct world *w, enum lwnvme_suspend_kind kind)
{
    struct lwnvme_suspension *suspension = w->extra;

    suspension->kind = kind;
    if (!begin(w, 1, 4))
        return;
    (void)world_write(w, 16, 8);
    if (ok(w, lwnvme_sync_suspend(w->controller, suspension))) {
        lwnvme_sim_advance(w->sim, SECOND_US);
        (void)ok(w, lwnvme_sync_resume(suspension));
    }
    (void)world_read(w, 16, 8);
}

static void suspend_power_state(struct world *w)
{
    suspend(w, LWNVME_SUSPEND_POWER_STATE);
}

static void suspend_shutdown(struct world *w)
{
    suspend(w, LWNVME_SUSPEND_SHUTDOWN);
}

/* Queues deleted and made again while another one works. */
static void queues(struct world *w)
{
    static const uint32_t entries[] = {2, 5, 16};

    if (!begin(w, 2, 4))
        return;
    for (uint32_t turn = 0; turn < 3; turn++) {
        struct lwnvme_queue_config config = {.entries = entries[turn]};

        (void)world_start(w, 0, LWNVME_NVM_WRITE, turn * 8ull, 8, 0);
        (void)world_start(w, 0, LWNVME_NVM_READ, 100 + turn * 8ull, 8, 0);
        (void)ok(w, lwnvme_sync_queue_delete(&w->queues[1]));
        (void)world_queue(w, 1, &config);
        (void)world_start(w, 1, LWNVME_NVM_WRITE, 200 + turn * 8ull, 8, 0);
        (void)world_ready(w);
        world_wait(w);
    }
    (void)ok(w, lwnvme_sync_queue_delete(&w->queues[1]));
    (void)ok(w, lwnvme_sync_queue_delete(&w->queues[0]));
}

/* Blocking calls that sleep until an interrupt. */
static void blocking(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 8, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 1};
    uint8_t *data = world_memory(w, 4096);

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_namespace(w, 1))
        return;
    (void)world_write(w, 0, 8);
    (void)world_read(w, 0, 8);
    if (ok(w, lwnvme_sync_write_zeroes(&w->queues[0], &w->ns[0], 300, 2, 0)))
        world_wrote(w, 300, 2, 0, LWNVME_OK);
    else
        world_forget(w, 300, 2);
    (void)ok(w, lwnvme_sync_verify(&w->queues[0], &w->ns[0], 0, 8, 0));
    (void)ok(w, lwnvme_sync_compare(&w->queues[0], &w->ns[0], 400, 1, data, 0));
    (void)ok(w, lwnvme_sync_trim(&w->queues[0], &w->ns[0], 500, 8));
    (void)ok(w, lwnvme_sync_flush(&w->queues[0], &w->ns[0]));
    (void)world_read(w, 0, 16);
}

static void prepare_pins(struct world *w)
{
    w->settings.msix_vectors = 0;
}

/* The same with one interrupt for all. */
static void blocking_pin(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 0};

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_queue(w, 1, &config) ||
        !world_namespace(w, 1))
        return;
    (void)world_start(w, 1, LWNVME_NVM_WRITE, 40, 8, 0);
    (void)world_write(w, 0, 32);
    (void)world_read(w, 0, 32);
    world_wait(w);
}

/* A queue of several owners. */
static void shared_queue(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_SHARED};

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_namespace(w, 1))
        return;
    for (uint32_t index = 0; index < 6; index++)
        (void)world_start(w, 0, (index & 1) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE, index * 16ull, 16, 0);
    (void)world_read(w, 600, 4);
    world_wait(w);
}

/* Three submission queues with one completion ring. */
static void shared_ring(struct world *w)
{
    struct lwnvme_queue_config first = {.entries = 4, .cq_entries = 32};
    struct lwnvme_queue_config config = {.entries = 4};

    if (!world_open(w) || !world_queue(w, 0, &first) || !world_namespace(w, 1))
        return;
    for (uint32_t index = 1; index < 3; index++) {
        int status = lwnvme_queue_create_on(&w->queues[0], &w->queues[index], &config);

        while (status == LWNVME_OK && (status = lwnvme_queue_status(&w->queues[index])) == LWNVME_PENDING) {
            world_turn(w);
            status = LWNVME_OK;
        }
        (void)ok(w, status);
    }
    for (uint32_t index = 0; index < 9; index++)
        (void)world_start(w, index % 3, (index & 1) != 0 ? LWNVME_NVM_READ : LWNVME_NVM_WRITE, index * 8ull,
                          8, 0);
    world_wait(w);
    if (ok(w, lwnvme_sync_queue_delete(&w->queues[2])))
        (void)world_start(w, 1, LWNVME_NVM_WRITE, 96, 8, 0);
    world_wait(w);
}

static void prepare_subsystem(struct world *w)
{
    w->settings.cap_nssrs = true;
}

static void subsystem_reset(struct world *w)
{
    if (!begin(w, 2, 4))
        return;
    (void)world_write(w, 0, 8);
    if (ok(w, lwnvme_controller_subsystem_reset(w->controller))) {
        while (lwnvme_controller_status(w->controller) == LWNVME_PENDING)
            world_turn(w);
        (void)ok(w, lwnvme_controller_status(w->controller));
    }
    (void)world_ready(w);
    (void)world_read(w, 0, 8);
}

/* Requests that are repeated by themselves, also over a reset. */
struct retries {
    struct lwnvme_retry_policy policy;
    struct lwnvme_retry retry[4];
    uint32_t accepted[4];
    uint32_t ended[4];
};

static void retry_ended(struct lwnvme_retry *retry)
{
    struct world *w = (struct world *)retry->context;
    struct retries *r = w->extra;
    size_t index = (size_t)(retry - r->retry);

    r->ended[index]++;
    WORLD_CHECK(w, r->ended[index] == r->accepted[index]);
    (void)ok(w, retry->request.status);
    world_wrote(w, index * 16, 16, (uint32_t)(100 + index), retry->request.status);
}

static bool retries_pend(const struct retries *r)
{
    for (uint32_t index = 0; index < 4; index++) {
        if (r->ended[index] != r->accepted[index])
            return true;
    }
    return false;
}

static void retry(struct world *w)
{
    struct retries *r = w->extra;

    r->policy.across_reset = true;
    if (!begin(w, 1, 4) || !ok(w, lwnvme_retry_open(&r->policy, &w->queues[0])))
        return;
    for (uint32_t index = 0; index < 4; index++) {
        uint8_t *data = world_memory(w, 16 * 512);
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 16 * 512);

        world_fill(data, 512, index * 16ull, 16, 100 + index);
        lwnvme_retry_init(&r->retry[index], &r->policy, retry_ended);
        r->retry[index].context = w;
        r->accepted[index]++;
        if (!ok(w,
                lwnvme_write(&w->queues[0], &w->ns[0], &r->retry[index].request, index * 16ull, 16, &buffer)))
            r->accepted[index]--;
    }
    while (retries_pend(r) && lwnvme_controller_state(w->controller) != LWNVME_STATE_FAILED)
        world_turn(w);
    if (world_ready(w)) {
        while (retries_pend(r) && lwnvme_controller_state(w->controller) != LWNVME_STATE_FAILED)
            world_turn(w);
    }
    lwnvme_retry_close(&r->policy);
    WORLD_CHECK(w, !retries_pend(r));
}

/* Requests that submit themselves again in their callbacks; batches; all that has ended is taken by one poll. */
static void callbacks(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 6};

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_namespace(w, 1))
        return;
    lwnvme_queue_batch_begin(&w->queues[0]);
    for (uint32_t index = 0; index < 5; index++) {
        struct sweep_io *io = world_start(w, 0, LWNVME_NVM_READ, index * 8ull, 8, 0);

        io->again = io->accepted != 0 ? 3 : 0;
    }
    lwnvme_queue_batch_end(&w->queues[0]);
    world_wait(w);
    for (uint32_t index = 0; index < 5; index++)
        (void)world_start(w, 0, LWNVME_NVM_READ, index * 8ull, 8, 0);
    lwnvme_sim_advance(w->sim, 1000);
    if (lwnvme_queue_poll(&w->queues[0], 0) != 5)
        WORLD_CHECK(w, w->faults[0].kind != NULL);
    world_wait(w);
}

/* A line that is shared with others, and waits that the queue itself does. */
static void interrupts(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 1};
    struct sweep_io *io;

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_namespace(w, 1))
        return;
    for (uint32_t turn = 0; turn < 3; turn++) {
        bool ours;

        io = world_start(w, 0, LWNVME_NVM_WRITE, turn * 8ull, 8, 0);
        lwnvme_sim_advance(w->sim, 1000);
        ours = lwnvme_interrupt_is_ours(w->controller, 1);
        WORLD_CHECK(w, ours || w->faults[0].kind != NULL);
        while (lwnvme_request_active(&io->request)) {
            (void)lwnvme_queue_wait(&w->queues[0], 0, lwnvme_sim_time(w->sim) + SECOND_US);
            (void)lwnvme_controller_poll(w->controller);
        }
        world_wait(w);
    }
    (void)world_read(w, 0, 24);
}

/* The clock is looked at rarely, and the answer comes in that moment: the deadline has passed, but it was kept. */
static void answer_in_time(struct world *w)
{
    if (!begin(w, 1, 4))
        return;
    lwnvme_sim_settings(w->sim)->latency_us = 700000;
    (void)world_start(w, 0, LWNVME_NVM_WRITE, 0, 8, 0);
    lwnvme_sim_settings(w->sim)->clock_step_us = 200000;
    for (uint32_t look = 0; look < 8; look++)
        (void)lwnvme_queue_poll(&w->queues[0], 0);
    lwnvme_sim_settings(w->sim)->clock_step_us = 1;
    lwnvme_sim_settings(w->sim)->latency_us = 50;
    world_wait(w);
    (void)world_read(w, 0, 8);
}

/* ---- recovery: the library's own ---- */

static bool begin_with_recovery(struct world *w)
{
    struct lwnvme_recovery *recovery = w->extra;

    return begin(w, 2, 4) && ok(w, lwnvme_recovery_start(w->controller, recovery, NULL));
}

/* Requests of all kinds; with faults they come back as if there were none, where that is possible. */
static void recovery_io(struct world *w)
{
    if (!begin_with_recovery(w))
        return;
    for (uint32_t turn = 0; turn < 2; turn++) {
        load(w, turn * 64);
        (void)world_start(w, 0, LWNVME_NVM_WRITE_ZEROES, 300, 8, 0);
        (void)world_start(w, 1, LWNVME_NVM_FLUSH, 0, 0, 0);
        (void)world_start(w, 1, LWNVME_NVM_WRITE, 400, 200, 0);
        world_wait(w);
    }
    (void)world_read(w, 0, 128);
}

/* The controller fails with requests in flight: it is reset, and they are issued again. */
static void recovery_reset(struct world *w)
{
    if (!begin_with_recovery(w))
        return;
    load(w, 0);
    lwnvme_sim_advance(w->sim, 20);
    lwnvme_sim_fatal(w->sim);
    world_wait(w);
    (void)world_read(w, 0, 64);
}

/* Requests that come while it is reset wait for it. */
static void recovery_meanwhile(struct world *w)
{
    if (!begin_with_recovery(w))
        return;
    load(w, 0);
    lwnvme_sim_advance(w->sim, 20);
    lwnvme_sim_fatal(w->sim);
    (void)lwnvme_controller_poll(w->controller);
    load(w, 128); /* before what waits is gathered */
    while (lwnvme_controller_status(w->controller) == LWNVME_PENDING &&
           lwnvme_controller_state(w->controller) != LWNVME_STATE_IDENTIFY)
        world_turn(w);
    load(w, 256); /* and after */
    world_wait(w);
    (void)world_read(w, 0, 320);
}

/* A queue with interrupts of which nobody hears. */
static void poll_wanted(struct lwnvme_controller *controller, struct lwnvme_queue *queue, void *context)
{
    struct world *w = (struct world *)context;

    WORLD_CHECK(w, controller == w->controller && queue == &w->queues[0]);
    w->extra_count++;
}

static void recovery_nudge(struct world *w)
{
    struct lwnvme_recovery *recovery = w->extra;
    struct lwnvme_recovery_policy policy = {.poll_wanted = poll_wanted, .context = w, .nudge_ms = 50};
    struct lwnvme_queue_config config = {.entries = 8, .flags = LWNVME_QUEUE_INTERRUPT, .vector = 1};
    struct sweep_io *io;

    if (!world_open(w) || !world_queue(w, 0, &config) || !world_namespace(w, 1) ||
        !ok(w, lwnvme_recovery_start(w->controller, recovery, &policy)))
        return;
    io = world_start(w, 0, LWNVME_NVM_WRITE, 0, 8, 0);
    for (uint32_t turn = 0; turn < 30 && w->extra_count == 0; turn++) {
        lwnvme_sim_advance(w->sim, 10000);
        (void)lwnvme_controller_poll(w->controller);
    }
    WORLD_CHECK(w, w->extra_count != 0 || io->accepted == 0 || w->faults[0].kind != NULL);
    world_wait(w);
    (void)world_read(w, 0, 8);
}

/* ---- panic: the device is taken from a controller for good ---- */

static void prepare_panic(struct world *w)
{
    w->settings.latency_us = 5;
    w->settings.latency_spread_us = 0;
    w->settings.admin_latency_us = 5;
    w->settings.ready_delay_us = 50;
    w->settings.disable_delay_us = 50;
    w->settings.shutdown_delay_us = 50;
}

static void panic(struct world *w)
{
    struct lwnvme_panic *panic = w->extra;
    struct lwnvme_panic_config config = {
        .ns = &w->ns[0], .buffer_bytes = 4096, .timeout_ms = 20, .polls = 50000};
    uint8_t *data = world_memory(w, 16384);
    uint8_t *back = world_memory(w, 16384);

    if (!begin(w, 1, 4) || !ok(w, lwnvme_panic_prepare(w->controller, panic, &config)))
        return;
    w->kept = true; /* what the dead controller had */
    world_fill(data, 512, 600, 32, 123);
    if (ok(w, lwnvme_panic_begin(panic))) {
        world_forget(w, 600, 32);
        if (ok(w, lwnvme_panic_write(panic, 600, 32, data)) &&
            ok(w, lwnvme_panic_read(panic, 600, 32, back)) && !w->lies)
            WORLD_CHECK(w, memcmp(data, back, 16384) == 0);
        (void)ok(w, lwnvme_panic_end(panic));
    }
    (void)lwnvme_panic_release(panic);
    for (uint32_t index = 0; index < SWEEP_QUEUES; index++)
        memset(&w->queues[index], 0, sizeof(w->queues[index]));
}

const struct sweep_scenario sweep_scenarios_life[] = {
    {"bring-up", NULL, bring_up, 0},
    {"take-over", prepare_take_over, take_over, 0},
    {"reset-under-load", NULL, reset_under_load, SCENARIO_GIVES_BACK},
    {"shutdown-normal", NULL, shutdown_normal, 0},
    {"shutdown-abrupt", NULL, shutdown_abrupt, SCENARIO_GIVES_BACK},
    {"suspend-power-state", world_full, suspend_power_state, 0},
    {"suspend-shutdown", world_full, suspend_shutdown, 0},
    {"subsystem-reset", prepare_subsystem, subsystem_reset, SCENARIO_GIVES_BACK},
    {"queues", NULL, queues, 0},
    {"shared-queue", NULL, shared_queue, 0},
    {"shared-ring", NULL, shared_ring, 0},
    {"blocking", NULL, blocking, 0},
    {"blocking-pin", prepare_pins, blocking_pin, 0},
    {"callbacks", NULL, callbacks, 0},
    {"answer-in-time", NULL, answer_in_time, 0},
    {"retry", NULL, retry, 0},
    {"interrupts", NULL, interrupts, 0},
    {"recovery-io", NULL, recovery_io, 0},
    {"recovery-reset", NULL, recovery_reset, 0},
    {"recovery-meanwhile", NULL, recovery_meanwhile, 0},
    {"recovery-nudge", NULL, recovery_nudge, 0},
    {"panic", prepare_panic, panic, SCENARIO_CLEAN},
    {NULL, NULL, NULL, 0},
};

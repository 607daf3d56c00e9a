/* SPDX-License-Identifier: MIT */
/* Scenarios of the admin side: long operations, namespaces, events, logs, memory that is lent. */
#include "sweep.h"

#include <lwnvme/boot_partition.h>
#include <lwnvme/events.h>
#include <lwnvme/log_stream.h>
#include <lwnvme/namespace_set.h>
#include <lwnvme/sync_admin.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_log.h>
#include <lwnvme/sync_maintenance.h>
#include <lwnvme/sync_namespace.h>
#include <lwnvme/sync_power.h>

static void prepare(struct world *w)
{
    world_full(w);
    w->settings.namespace_count = 2;
    w->settings.ns[1] = w->settings.ns[0];
    w->settings.ns[1].nguid[15] = 2;
}

static bool begin(struct world *w)
{
    struct lwnvme_queue_config config = {.entries = 4};

    return world_open(w) && world_queue(w, 0, &config) && world_namespace(w, 1);
}

/* Begun, and carried on to its end. */
static void operate(struct world *w, struct lwnvme_operation *operation, int begun)
{
    if (ok(w, begun))
        (void)ok(w, world_operate(w, operation));
    WORLD_CHECK(w, !lwnvme_operation_active(operation));
}

/* ---- long operations ---- */

struct long_one {
    union {
        struct lwnvme_format format;
        struct lwnvme_sanitize sanitize;
        struct lwnvme_self_test self_test;
        struct lwnvme_firmware_update update;
        struct lwnvme_boot_partition boot;
    } of;
    struct lwnvme_namespace *handles[1];
};

static void format(struct world *w)
{
    struct long_one *one = w->extra;

    if (!begin(w))
        return;
    one->handles[0] = &w->ns[0];
    (void)world_start(w, 0, LWNVME_NVM_WRITE, 0, 16, 0);
    one->of.format.nsid = 1;
    one->of.format.format_index = 1;
    one->of.format.operation.timeout_ms = 20000;
    one->of.format.handles = one->handles;
    one->of.format.handle_count = 1;
    operate(w, &one->of.format.operation, lwnvme_format_begin(w->controller, &one->of.format));
    (void)world_ready(w);
    world_wait(w);
    (void)ok(w, lwnvme_sync_namespace_wait(&w->ns[0]));
}

static void sanitize(struct world *w)
{
    struct long_one *one = w->extra;

    if (!begin(w))
        return;
    one->handles[0] = &w->ns[0];
    one->of.sanitize.action = LWNVME_SANACT_BLOCK_ERASE;
    one->of.sanitize.operation.timeout_ms = 30000;
    one->of.sanitize.handles = one->handles;
    one->of.sanitize.handle_count = 1;
    operate(w, &one->of.sanitize.operation, lwnvme_sanitize_begin(w->controller, &one->of.sanitize));
    (void)world_ready(w);
    (void)ok(w, lwnvme_sync_namespace_wait(&w->ns[0]));
}

static void self_test(struct world *w)
{
    struct long_one *one = w->extra;

    if (!begin(w))
        return;
    one->of.self_test.code = LWNVME_SELF_TEST_CODE_SHORT;
    one->of.self_test.nsid = LWNVME_NSID_ALL;
    operate(w, &one->of.self_test.operation, lwnvme_self_test_begin(w->controller, &one->of.self_test));
    (void)world_ready(w);
    (void)world_write(w, 0, 8);
}

#define IMAGE_BYTES 16384u

static void firmware(struct world *w)
{
    struct lwnvme_sim_image what = {.revision = "FW2"};
    uint8_t *image = world_memory(w, IMAGE_BYTES);
    struct long_one *one = w->extra;

    if (!begin(w))
        return;
    WORLD_CHECK(w, lwnvme_sim_image_build(&what, image, IMAGE_BYTES));
    one->handles[0] = &w->ns[0];
    one->of.update.image = image;
    one->of.update.image_bytes = IMAGE_BYTES;
    one->of.update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
    one->of.update.slot = 2;
    one->of.update.reset = true;
    one->of.update.handles = one->handles;
    one->of.update.handle_count = 1;
    operate(w, &one->of.update.operation, lwnvme_firmware_update_begin(w->controller, &one->of.update));
    (void)world_ready(w);
    (void)world_read(w, 0, 8);
}

#define PARTITION_BYTES 131072u

static void prepare_boot(struct world *w)
{
    prepare(w);
    w->settings.bpcap = 0;
    w->settings.boot_partition_units = 1;
}

static void boot_write(struct world *w)
{
    struct long_one *one = w->extra;
    uint8_t *image = world_memory(w, PARTITION_BYTES);

    if (!world_open(w))
        return;
    world_fill(image, 512, 0, PARTITION_BYTES / 512, 77);
    one->of.boot.partition = 1;
    one->of.boot.length_bytes = PARTITION_BYTES;
    one->of.boot.buffer = lwnvme_buffer_cpu(image, PARTITION_BYTES);
    operate(w, &one->of.boot.operation, lwnvme_boot_partition_write_begin(w->controller, &one->of.boot));
}

/* By registers, and by the log page. */
static void boot_read(struct world *w)
{
    struct long_one *one = w->extra;
    uint8_t *image = world_memory(w, PARTITION_BYTES);
    uint8_t *back = world_memory(w, PARTITION_BYTES);

    world_fill(image, 512, 0, PARTITION_BYTES / 512, 77);
    WORLD_CHECK(w, lwnvme_sim_boot_write(w->sim, 0, 0, PARTITION_BYTES, image));
    if (!world_open(w))
        return;
    for (uint32_t by_log = 0; by_log < 2; by_log++) {
        memset(one, 0, sizeof(*one));
        memset(back, 0xee, PARTITION_BYTES); /* stores that must not come after the controller's */
        one->of.boot.length_bytes = 32768;
        one->of.boot.buffer = lwnvme_buffer_cpu(back, PARTITION_BYTES);
        operate(w, &one->of.boot.operation,
                by_log != 0 ? lwnvme_boot_partition_read_log_begin(w->controller, &one->of.boot)
                            : lwnvme_boot_partition_read_begin(w->controller, &one->of.boot));
        if (one->of.boot.operation.status == LWNVME_OK && one->of.boot.done_bytes == 32768 && !w->lies)
            WORLD_CHECK(w, memcmp(back, image, 32768) == 0);
        (void)world_ready(w);
    }
}

/* ---- namespaces and events ---- */

static void namespaces(struct world *w)
{
    struct lwnvme_namespace_creation *creation = w->extra;
    uint32_t nsid = 0;

    if (!begin(w))
        return;
    creation->block_count = 4096;
    if (!ok(w, lwnvme_sync_namespace_create(w->controller, creation, 0, &nsid)))
        return;
    if (nsid == 0 || w->lies)
        return;
    if (ok(w, lwnvme_sync_namespace_attach_here(w->controller, nsid)) &&
        ok(w, lwnvme_sync_namespace_open(w->controller, nsid, &w->ns[2]))) {
        uint8_t *data = world_memory(w, 4096);

        (void)ok(w, lwnvme_sync_write(&w->queues[0], &w->ns[2], 9, 8, data, 0));
        (void)ok(w, lwnvme_sync_namespace_detach_here(w->controller, nsid));
    }
    (void)world_ready(w);
    (void)ok(w, lwnvme_sync_namespace_delete(w->controller, nsid, 0));
}

#define HANDLES 4u

struct watching {
    struct lwnvme_events events;
    struct lwnvme_namespace_set set;
    struct lwnvme_namespace memory[HANDLES];
    struct lwnvme_namespace *handles[HANDLES];
    uint32_t told;
};

static void told(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    struct watching *watching = (struct watching *)events->context;
    struct world *w = (struct world *)watching->set.operation.context;

    watching->told++;
    WORLD_CHECK(w, event->kind < LWNVME_ASYNC_EVENT_KIND_COUNT);
    if (event->kind == LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED)
        (void)lwnvme_namespace_set_rescan(w->controller, &watching->set);
}

/* Another host attaches, resizes and detaches; the handles follow. */
static void changes(struct world *w)
{
    struct watching *watching = w->extra;

    watching->events.event = told;
    watching->events.context = watching;
    watching->events.enable = LWNVME_EVENTS_ALL;
    watching->events.requests = 2;
    watching->set.operation.context = w;
    watching->set.handles = watching->handles;
    watching->set.handle_count = HANDLES;
    watching->set.operation.timeout_ms = 10000;
    for (uint32_t index = 0; index < HANDLES; index++)
        watching->handles[index] = &watching->memory[index];
    if (!begin(w) || !ok(w, lwnvme_sync_events_start(w->controller, &watching->events)))
        return;
    operate(w, &watching->set.operation, lwnvme_namespace_set_rescan(w->controller, &watching->set));
    (void)lwnvme_sim_namespace_attach(w->sim, 2, false);
    world_pass(w, 20000);
    (void)lwnvme_sim_namespace_attach(w->sim, 2, true);
    (void)lwnvme_sim_namespace_resize(w->sim, 1, 140000);
    world_pass(w, 20000);
    (void)world_operate(w, &watching->set.operation);
    if (lwnvme_controller_status(w->controller) == LWNVME_OK)
        (void)ok(w, lwnvme_sync_events_stop(&watching->events));
}

static void health_events(struct world *w)
{
    struct watching *watching = w->extra;

    watching->events.event = told;
    watching->events.context = watching;
    watching->events.enable = LWNVME_EVENTS_ALL;
    watching->set.operation.context = w;
    if (!begin(w) || !ok(w, lwnvme_sync_events_start(w->controller, &watching->events)))
        return;
    lwnvme_sim_settings(w->sim)->health.available_spare = 5;
    world_pass(w, 20000);
    lwnvme_sim_event_storm(w->sim, 7, 1, 0xc0, 5);
    world_pass(w, 200000);
    if (lwnvme_controller_status(w->controller) == LWNVME_OK)
        (void)ok(w, lwnvme_sync_controller_reset(w->controller));
    (void)world_ready(w);
    world_pass(w, 20000);
}

/* ---- logs, features, memory ---- */

static bool take_piece(struct lwnvme_log_stream *stream, const void *data, uint64_t offset, uint32_t length)
{
    (void)stream;
    (void)data;
    (void)offset;
    (void)length;
    return true;
}

static void logs(struct world *w)
{
    struct lwnvme_log_stream *stream = w->extra;
    struct lwnvme_smart_log *smart = world_memory(w, sizeof(*smart));

    if (!world_open(w))
        return;
    stream->piece = take_piece;
    stream->buffer_bytes = 8192;
    stream->buffer = world_memory(w, 8192);
    operate(w, &stream->operation, lwnvme_telemetry_host_begin(w->controller, stream, 2, true));
    operate(w, &stream->operation, lwnvme_persistent_event_begin(w->controller, stream));
    (void)ok(w, lwnvme_sync_log_smart(w->controller, LWNVME_NSID_ALL, smart));
}

static void features(struct world *w)
{
    struct lwnvme_timestamp *timestamp = world_memory(w, 4096);
    struct lwnvme_apst *apst = world_memory(w, 4096);
    bool enabled = false;

    if (!world_open(w))
        return;
    (void)ok(w, lwnvme_sync_write_cache_get(w->controller, 0, &enabled));
    (void)ok(w, lwnvme_sync_write_cache_set(w->controller, false, false));
    (void)ok(w, lwnvme_sync_timestamp_get(w->controller, 0, timestamp));
    (void)ok(w, lwnvme_sync_apst_get(w->controller, 0, apst));
    (void)ok(w, lwnvme_sync_apst_set(w->controller, apst, false));
}

static void capacity(struct world *w)
{
    uint16_t endgid = 0;
    uint16_t nvmsetid = 0;

    if (!world_open(w) ||
        !ok(w, lwnvme_sync_capacity_create_group(w->controller, UINT64_C(1) << 30, &endgid)) || w->lies)
        return;
    if (ok(w, lwnvme_sync_capacity_create_set(w->controller, endgid, UINT64_C(1) << 28, &nvmsetid)) &&
        !w->lies)
        (void)ok(w, lwnvme_sync_capacity_delete_set(w->controller, nvmsetid));
    (void)ok(w, lwnvme_sync_capacity_delete_group(w->controller, endgid));
}

/* Memory lent to the controller, through a reset, a shutdown, and back. */
static void host_memory(struct world *w)
{
    struct lwnvme_host_memory *memory = w->extra;

    if (!begin(w))
        return;
    memory->budget_bytes = 1u << 20;
    memory->chunk_bytes = 1u << 18;
    (void)ok(w, lwnvme_sync_host_memory_start(w->controller, memory));
    (void)world_write(w, 0, 8);
    (void)ok(w, lwnvme_sync_controller_reset(w->controller));
    (void)world_ready(w);
    world_pass(w, 150000);
    (void)ok(w, lwnvme_sync_controller_shutdown(w->controller, LWNVME_SHUTDOWN_NORMAL));
    (void)world_ready(w);
    world_pass(w, 50000);
    if (memory->chunk_count != 0)
        (void)ok(w, lwnvme_sync_host_memory_stop(memory));
    (void)world_read(w, 0, 8);
}

static void prepare_keep_alive(struct world *w)
{
    prepare(w);
    w->settings.kas = 1;
}

static void keep_alive(struct world *w)
{
    struct lwnvme_keep_alive *timer = w->extra;

    timer->timeout_ms = 300;
    if (!begin(w) || !ok(w, lwnvme_sync_keep_alive_start(w->controller, timer)))
        return;
    world_pass(w, SECOND_US);
    (void)world_write(w, 0, 8);
    if (lwnvme_controller_status(w->controller) == LWNVME_OK && timer->service.controller != NULL)
        (void)ok(w, lwnvme_sync_keep_alive_stop(timer));
}

const struct sweep_scenario sweep_scenarios_admin[] = {
    {"format", prepare, format, SCENARIO_FORGETS},
    {"sanitize", prepare, sanitize, SCENARIO_FORGETS},
    {"self-test", prepare, self_test, 0},
    {"firmware", prepare, firmware, 0},
    {"boot-write", prepare_boot, boot_write, 0},
    {"boot-read", prepare_boot, boot_read, SCENARIO_ODD},
    {"namespaces", prepare, namespaces, 0},
    {"namespace-changes", prepare, changes, 0},
    {"health-events", prepare, health_events, 0},
    {"logs", prepare, logs, 0},
    {"features", prepare, features, 0},
    {"capacity", prepare, capacity, 0},
    {"host-memory", prepare, host_memory, 0},
    {"keep-alive", prepare_keep_alive, keep_alive, 0},
    {NULL, NULL, NULL, 0},
};

/* SPDX-License-Identifier: MIT */
/* Asynchronous events: what is configured and armed, how each event is told, what is believed of lists. */
#include "../support.h"

#define KEPT 64u

struct kept {
    struct lwnvme_async_event event;
    uint32_t nsids[1024];
    uint8_t log[64];
};

static struct bench bench;
static struct lwnvme_events events;
static struct kept kept[KEPT];
static uint32_t kept_count;
static void (*at_event)(const struct lwnvme_async_event *event);

static struct {
    uint32_t aers;
    uint32_t configurations;
    uint32_t mask;
    uint32_t logs;
    uint32_t log_cdw10;
    uint32_t log_nsid;
} seen;

static void watch(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t opcode = command[0] & 0xff;
    (void)context;
    if (sqid != 0) {
        return;
    }
    if (opcode == 0x0c) {
        seen.aers++;
    } else if (opcode == 0x09 && (command[10] & 0xff) == 0x0b) {
        seen.configurations++;
        seen.mask = command[11];
    } else if (opcode == 0x02) {
        seen.logs++;
        seen.log_cdw10 = command[10];
        seen.log_nsid = command[1];
    }
}

static uint8_t planted[4096];
static size_t planted_bytes;

/* What the device says in its log pages, instead of the truth. */
static void plant(void *context, uint8_t lid, uint32_t nsid, uint8_t *data, size_t length)
{
    (void)context;
    (void)lid;
    (void)nsid;
    if (planted_bytes != 0 && length >= planted_bytes) {
        memcpy(data, planted, planted_bytes);
    }
}

static void keep(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    assert_ptr_equal(from, &events);
    assert_int_equal(bench.controller->polling, 0);
    assert_true(kept_count < KEPT);
    struct kept *place = &kept[kept_count++];
    place->event = *event;
    if (event->nsids != NULL) {
        memcpy(place->nsids, event->nsids, event->nsid_count * sizeof(uint32_t));
    }
    if (event->log != NULL) {
        memcpy(place->log, event->log, sizeof(place->log));
    }
    if (at_event != NULL) {
        at_event(event);
    }
}

static void prepare(void)
{
    bench_prepare(&bench);
    bench.settings.on_command = watch;
    bench.settings.on_log_page = plant;
    memset(&events, 0, sizeof(events));
    memset(&seen, 0, sizeof(seen));
    memset(planted, 0, sizeof(planted));
    planted_bytes = 0;
    kept_count = 0;
    at_event = NULL;
    events.event = keep;
    events.enable = LWNVME_EVENTS_ALL;
}

static void open_it(void)
{
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&seen, 0, sizeof(seen));
}

static void polls(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100);
    }
}

static void start(void)
{
    open_it();
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    assert_int_equal(events.status, LWNVME_PENDING);
    polls(10);
    assert_int_equal(events.status, 0);
}

static void requests_are_as_many_as_asked_for_allowed_and_fit(void **state)
{
    static const struct {
        uint8_t aerl; /* 0's based */
        uint32_t asked;
        uint32_t armed;
    } rows[] = {{3, 0, 4}, {3, 2, 2}, {0, 0, 1}, {255, 0, 8}, {255, 8, 8}, {1, 8, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        prepare();
        bench.settings.aerl = rows[i].aerl;
        events.requests = rows[i].asked;
        start();
        assert_int_equal(events.armed, rows[i].armed);
        assert_int_equal(seen.aers, rows[i].armed);
        assert_int_equal(bench.controller->event_requests, rows[i].armed);
        assert_int_equal(seen.configurations, 1);
        polls(50);
        assert_int_equal(seen.aers, rows[i].armed); /* each once */
        bench_end(&bench);
        assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
        assert_int_equal(events.armed, 0);
    }
}

/* Several objects share a quarter of the ring. */
static void the_admin_ring_is_left_to_others(void **state)
{
    static struct lwnvme_events more[4];
    uint32_t armed = 0;
    (void)state;
    prepare();
    bench.settings.aerl = 255;
    open_it();
    memset(more, 0, sizeof(more));
    for (uint32_t i = 0; i < 4; i++) {
        int status;
        more[i].event = keep;
        status = lwnvme_events_start(bench.controller, &more[i]);
        polls(10);
        armed += more[i].armed;
        assert_int_equal(
            status, armed - more[i].armed >= LWNVME_CONFIG_ADMIN_ENTRIES / 4 ? LWNVME_ERR_EVENT_QUEUE : 0);
    }
    assert_int_equal(armed, LWNVME_CONFIG_ADMIN_ENTRIES / 4);
    bench_end(&bench);
}

/* And what AERL allows. */
static void two_objects_do_not_exceed_what_the_controller_takes(void **state)
{
    static struct lwnvme_events second;
    (void)state;
    prepare();
    events.requests = 3;
    start(); /* four are allowed */
    memset(&second, 0, sizeof(second));
    second.event = keep;
    assert_int_equal(lwnvme_events_start(bench.controller, &second), 0);
    polls(10);
    assert_int_equal(second.armed, 1);
    assert_int_equal(second.counts.errors, 0);
    assert_int_equal(lwnvme_sync_events_stop(&second), 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    events.requests = 4;
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_events_start(bench.controller, &second), LWNVME_ERR_EVENT_QUEUE);
    bench_end(&bench);
}

/* Nor when they are started one right after the other, nor when a reset makes both arm again. */
static void two_objects_started_together_share_what_the_controller_takes(void **state)
{
    static struct lwnvme_events second;
    (void)state;
    prepare();
    events.requests = 2;
    open_it();
    memset(&second, 0, sizeof(second));
    second.event = keep;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_events_start(bench.controller, &second), 0);
    for (uint32_t round = 0; round < 3; round++) {
        polls(50);
        assert_int_equal(events.armed, 2);
        assert_int_equal(second.armed, 2); /* four are allowed */
        assert_int_equal(events.counts.errors + second.counts.errors, 0);
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    }
    assert_int_equal(lwnvme_sync_events_stop(&second), 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    events.requests = 4;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_events_start(bench.controller, &second), LWNVME_ERR_EVENT_QUEUE);
    bench_end(&bench);
}

static void only_what_the_controller_has_is_enabled(void **state)
{
    (void)state;
    prepare();
    bench.settings.oaes = LWNVME_OAES_ATTACHED_NAMESPACE | LWNVME_OAES_TEMPERATURE_HYSTERESIS | 1u << 17 |
                          0xff | 1u << 20 | 1u << 10;
    start();
    /* 17 stands for two; reserved bits and those that OAES does not have are not taken over. */
    assert_int_equal(seen.mask, 0x1f | 1u << 8 | 1u << 16 | 1u << 17 | 1u << 18);
    assert_int_equal(events.enabled, seen.mask);
    assert_int_equal(lwnvme_events_stop(&events), 0);
    polls(50);
    events.enable = LWNVME_OAES_ATTACHED_NAMESPACE | LWNVME_SMART_WARNING_SPARE;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(10);
    assert_int_equal(seen.mask, 0x101);
    bench_end(&bench);
    /* The telemetry bit comes from LPA. */
    prepare();
    bench.settings.lpa |= 8;
    start();
    assert_int_equal(seen.mask & 1u << 10, 1u << 10);
    bench_end(&bench);
}

static void what_it_lacks_is_refused_by_name(void **state)
{
    (void)state;
    prepare();
    open_it();
    assert_int_equal(lwnvme_events_start(NULL, &events), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_events_start(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    events.event = NULL;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_NULL_ARGUMENT);
    events.event = keep;
    events.enable = LWNVME_OAES_FIRMWARE_ACTIVATION;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_NO_EVENT);
    events.enable = LWNVME_SMART_WARNING_PMR; /* there is no persistent memory region */
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_NO_EVENT);
    events.enable = 0;
    events.requests = LWNVME_EVENTS_MAX + 1;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_INVALID_ARGUMENT);
    events.requests = 1;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_events_stop(&events), 0);
    events.requests = 0;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_events_stop(&events), LWNVME_ERR_NO_EVENT_REQUESTS);
    assert_int_equal(lwnvme_events_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    bench_end(&bench);
}

static void the_configuration_can_be_left_alone(void **state)
{
    (void)state;
    prepare();
    events.leave_configuration = true;
    events.enable = 0x80000000; /* not looked at */
    start();
    assert_int_equal(seen.configurations, 0);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

/* A controller that refuses the configuration still reports what needs none. */
static void a_refused_configuration_is_told_and_no_obstacle(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_SET_FEATURES,
                                     .status = 0x4002};
    (void)state;
    prepare();
    open_it();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(10);
    assert_int_equal(events.status, 0);
    assert_int_equal(events.configuration_status, 0x4002);
    assert_int_equal(events.enabled, 0);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

struct expected {
    uint8_t type;
    uint8_t information;
    enum lwnvme_async_event_kind kind;
    uint8_t log; /* 0: none is read */
    uint32_t bytes;
};

/* From the figures of section 5.1.2.1, by their numbers. */
static const struct expected table[] = {
    {0, 0, LWNVME_ASYNC_EVENT_ERROR, 0x01, 4096},
    {0, 1, LWNVME_ASYNC_EVENT_ERROR, 0x01, 4096},
    {0, 2, LWNVME_ASYNC_EVENT_ERROR, 0x01, 4096},
    {0, 4, LWNVME_ASYNC_EVENT_ERROR, 0x01, 4096},
    {0, 5, LWNVME_ASYNC_EVENT_ERROR, 0x01, 4096},
    {1, 0, LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY, 0x02, 512},
    {1, 1, LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE, 0x02, 512},
    {1, 2, LWNVME_ASYNC_EVENT_HEALTH_SPARE, 0x02, 512},
    {2, 0, LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED, 0x04, 4096},
    {2, 2, LWNVME_ASYNC_EVENT_TELEMETRY, 0x08, 512},
    {2, 3, LWNVME_ASYNC_EVENT_ANA, 0x0c, 4096},
    {2, 4, LWNVME_ASYNC_EVENT_PREDICTABLE_LATENCY, 0x0b, 4096},
    {2, 5, LWNVME_ASYNC_EVENT_LBA_STATUS, 0x0e, 4096},
    {2, 6, LWNVME_ASYNC_EVENT_ENDURANCE_GROUP, 0x0f, 4096},
    {2, 7, LWNVME_ASYNC_EVENT_REACHABILITY_GROUP, 0x1a, 4096},
    {2, 8, LWNVME_ASYNC_EVENT_REACHABILITY_ASSOCIATION, 0x1b, 4096},
    {2, 9, LWNVME_ASYNC_EVENT_ALLOCATED_CHANGED, 0x1c, 4096},
    {2, 0xf0, LWNVME_ASYNC_EVENT_DISCOVERY, 0x70, 4096},
    {3, 0, LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN, 0, 0},
    {3, 1, LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS, 0, 0},
    {4, 0, LWNVME_ASYNC_EVENT_DATA_QUEUE, 0, 0},
    {4, 1, LWNVME_ASYNC_EVENT_DATA_QUEUE, 0, 0},
    {6, 0, LWNVME_ASYNC_EVENT_RESERVATION, 0x80, 64},
    {6, 1, LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED, 0x81, 512},
    {6, 2, LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED_DEALLOCATION, 0x81, 512},
    {6, 3, LWNVME_ASYNC_EVENT_SANITIZE_VERIFICATION, 0x81, 512},
    {7, 0x33, LWNVME_ASYNC_EVENT_VENDOR, 0xc5, 512},
};

/* Each known event: its kind, and the log page that belongs to it, read once and so that the event clears. The
 * log page that the controller names is told and not followed. */
static void every_known_event_is_told_by_its_kind_after_its_log_page_was_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct expected *row = &table[i];
        uint8_t named = row->type == 7 ? row->log : 0x99;
        prepare();
        start();
        lwnvme_sim_event(bench.sim, row->type, row->information, named);
        polls(10);
        assert_int_equal(kept_count, 1);
        assert_int_equal(kept[0].event.kind, row->kind);
        assert_int_equal(kept[0].event.type, row->type);
        assert_int_equal(kept[0].event.information, row->information);
        assert_int_equal(kept[0].event.dword0,
                         row->type | (uint32_t)row->information << 8 | (uint32_t)named << 16);
        assert_int_equal(kept[0].event.log_page, named);
        assert_int_equal(seen.logs, row->log != 0);
        if (row->log != 0) {
            uint32_t retain = row->log == 0x08 ? 0x8000 : 0;
            assert_int_equal(seen.log_cdw10, row->log | retain | (row->bytes / 4 - 1) << 16);
            assert_int_equal(seen.log_nsid, 0xffffffff);
        } else {
            assert_int_equal(kept[0].event.log_status, LWNVME_ERR_NO_LOG_PAGE);
            assert_null(kept[0].event.log);
        }
        assert_int_equal(events.counts.events, 1);
        assert_int_equal(events.counts.unknown, 0);
        assert_int_equal(events.armed, 4); /* again */
        assert_int_equal(seen.aers, 5);
        bench_end(&bench);
    }
}

static void health_comes_with_the_smart_data(void **state)
{
    (void)state;
    prepare();
    planted[0] = 0x1f;
    planted[1] = 0x52;
    planted[2] = 0x01;
    planted_bytes = 8;
    start();
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    polls(10);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.log_status, 0);
    assert_int_equal(kept[0].event.log_bytes, 512);
    assert_non_null(kept[0].event.smart);
    assert_int_equal(kept[0].log[0], 0x1f);
    assert_int_equal(kept[0].log[1] | kept[0].log[2] << 8, 0x152);
    bench_end(&bench);
}

/* A persistent error is told at once: reading a log page from such a controller could take for ever. */
static void a_persistent_error_is_told_before_anything_else_is_asked(void **state)
{
    (void)state;
    prepare();
    start();
    lwnvme_sim_event(bench.sim, 0, 3, 1);
    polls(3);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_PERSISTENT_ERROR);
    assert_int_equal(seen.logs, 0);
    /* An owner that does not reset: the event is cleared all the same. */
    polls(1200);
    assert_int_equal(seen.logs, 1);
    assert_int_equal(seen.log_cdw10 & 0x80ff, 0x01);
    assert_int_equal(kept_count, 1);
    bench_end(&bench);
}

static bool processing_paused;
static uint32_t (*plain_read32)(void *host, volatile void *registers, size_t offset);
static uint32_t read32_with_pause(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = plain_read32(host, registers, offset);
    return offset == 0x1c && processing_paused ? value | 1u << 5 : value;
}

/* The firmware log page is not asked for while the controller carries nothing out (CSTS.PP). */
static void fault_156_an_activation_is_told_at_once_and_cleared_when_it_is_over(void **state)
{
    (void)state;
    prepare();
    bench_power(&bench);
    plain_read32 = bench.ops->mmio_read32;
    bench.ops->mmio_read32 = read32_with_pause;
    processing_paused = true;
    assert_int_equal(bench_open(&bench), 0);
    memset(&seen, 0, sizeof(seen));
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(10);
    lwnvme_sim_event(bench.sim, 2, 1, 3);
    polls(3);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_FIRMWARE_ACTIVATION);
    assert_int_equal(events.armed, 4);
    polls(5000);
    assert_int_equal(seen.logs, 0);
    processing_paused = false;
    polls(1200);
    assert_int_equal(seen.logs, 1);
    assert_int_equal(seen.log_cdw10 & 0x80ff, 0x03);
    assert_int_equal(kept_count, 1);
    bench_end(&bench);
}

/* While processing is paused no command would be answered in time: only what needs none is told. */
static void fault_156_log_pages_are_not_read_while_processing_is_paused(void **state)
{
    (void)state;
    prepare();
    bench_power(&bench);
    plain_read32 = bench.ops->mmio_read32;
    bench.ops->mmio_read32 = read32_with_pause;
    processing_paused = false;
    assert_int_equal(bench_open(&bench), 0);
    memset(&seen, 0, sizeof(seen));
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(10);
    processing_paused = true;
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    lwnvme_sim_event(bench.sim, 2, 1, 3);
    polls(500);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_FIRMWARE_ACTIVATION);
    assert_int_equal(seen.logs, 0);
    assert_true(lwnvme_next_deadline(bench.controller) <= lwnvme_sim_time(bench.sim) + 200000);
    processing_paused = false;
    polls(2400);
    assert_int_equal(kept_count, 2);
    assert_int_equal(kept[1].event.kind, LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE);
    assert_non_null(kept[1].event.smart);
    assert_int_equal(seen.logs, 2);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

static void fault_147_reserved_events_are_told_as_unknown(void **state)
{
    static const uint8_t reserved[][2] = {{0, 6}, {0, 255}, {1, 3}, {2, 10}, {2, 0xee},
                                          {3, 2}, {4, 2},   {5, 0}, {6, 4}};
    (void)state;
    prepare();
    start();
    for (uint32_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        lwnvme_sim_event(bench.sim, reserved[i][0], reserved[i][1], i % 2 == 0 ? 0 : 0x9f);
        polls(10);
        assert_int_equal(kept_count, i + 1);
        assert_int_equal(kept[i].event.kind, LWNVME_ASYNC_EVENT_UNKNOWN);
        assert_int_equal(kept[i].event.type, reserved[i][0]);
        assert_int_equal(kept[i].event.information, reserved[i][1]);
        assert_int_equal(kept[i].event.log_status, LWNVME_ERR_NO_LOG_PAGE);
        assert_int_equal(events.counts.unknown, i + 1);
    }
    assert_int_equal(seen.logs, 0); /* of pages that nothing is known of */
    assert_int_equal(events.counts.unreadable, 0);
    /* One that names a page that is known: it is read, so that the event clears. */
    lwnvme_sim_event(bench.sim, 5, 9, 2);
    polls(10);
    assert_int_equal(seen.logs, 1);
    assert_int_equal(kept[kept_count - 1].event.kind, LWNVME_ASYNC_EVENT_UNKNOWN);
    assert_int_equal(kept[kept_count - 1].event.log_status, 0);
    assert_null(kept[kept_count - 1].event.smart);
    bench_end(&bench);
}

static void fault_147_a_log_page_that_cannot_be_read_is_counted(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_GET_LOG_PAGE,
                                     .status = 0x4109,
                                     .count = 2};
    (void)state;
    prepare();
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    polls(10);
    lwnvme_sim_event(bench.sim, 2, 0, 4);
    polls(10);
    assert_int_equal(kept_count, 2);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE);
    assert_int_equal(kept[0].event.log_status, 0x4109);
    assert_null(kept[0].event.smart);
    assert_null(kept[0].event.log);
    assert_int_equal(kept[1].event.kind, LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED);
    assert_true(kept[1].event.rescan_all);
    assert_int_equal(kept[1].event.nsid_count, 0);
    assert_int_equal(events.counts.unreadable, 2);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

static void list_put(uint32_t index, uint32_t nsid)
{
    for (uint32_t i = 0; i < 4; i++) {
        planted[index * 4 + i] = (uint8_t)(nsid >> 8 * i);
    }
}

static void fault_150_lists_of_changed_namespaces_are_checked(void **state)
{
    static const struct {
        uint32_t list[6];
        uint32_t told[6];
        uint32_t strange;
        bool rescan;
    } rows[] = {
        {{1, 2, 7, 0}, {1, 2, 7, 0}, 0, false},
        {{0}, {0}, 0, false},
        {{0xffffffff, 0}, {0}, 0, true},             /* too many to list */
        {{3, 0xffffffff, 5, 0}, {3, 5, 0}, 1, true}, /* in the wrong place */
        {{5, 2, 6, 6, 7, 0}, {5, 6, 7, 0}, 2, true}, /* unsorted, twice */
        {{33, 4, 0}, {4, 0}, 1, true},               /* beyond nn */
        {{1, 0, 2, 0}, {1, 0}, 0, false},            /* ends at the first 0 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t count = 0;
        prepare();
        bench.settings.nn = 32;
        for (uint32_t k = 0; k < 6; k++) {
            list_put(k, rows[i].list[k]);
        }
        planted_bytes = sizeof(planted);
        start();
        lwnvme_sim_event(bench.sim, 2, i % 2 == 0 ? 0 : 9, 4);
        polls(10);
        assert_int_equal(kept_count, 1);
        if (kept[0].event.log_status != 0) {
            assert_int_equal(i % 2,
                             1); /* the allocated list is not known to this model: the other one served */
            bench_end(&bench);
            continue;
        }
        while (rows[i].told[count] != 0) {
            count++;
        }
        assert_int_equal(kept[0].event.nsid_count, count);
        assert_memory_equal(kept[0].nsids, rows[i].told, count * sizeof(uint32_t));
        assert_int_equal(kept[0].event.rescan_all, rows[i].rescan);
        assert_int_equal(events.counts.strange, rows[i].strange);
        bench_end(&bench);
    }
}

static void fault_150_a_full_list_is_taken_whole_and_a_list_of_nonsense_ends(void **state)
{
    (void)state;
    for (int nonsense = 0; nonsense < 2; nonsense++) {
        prepare();
        bench.settings.nn = 5000;
        for (uint32_t k = 0; k < 1024; k++) {
            list_put(k, nonsense != 0 ? 0xdeadbeef : k * 3 + 1);
        }
        planted_bytes = sizeof(planted);
        start();
        lwnvme_sim_event(bench.sim, 2, 0, 4);
        polls(10);
        assert_int_equal(kept_count, 1);
        assert_int_equal(kept[0].event.nsid_count, nonsense != 0 ? 0 : 1024);
        assert_int_equal(events.counts.strange, nonsense != 0 ? 1024 : 0);
        assert_int_equal(kept[0].event.rescan_all, nonsense != 0);
        assert_true(nonsense != 0 || kept[0].nsids[1023] == 1023 * 3 + 1);
        bench_end(&bench);
    }
}

/* The changed zones are those of the namespace in dword 1, which is looked at first. */
static uint32_t next_dw1;
static void put_dw1(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    (void)sqid;
    completion[1] = next_dw1;
}

static void changed_zones_are_asked_for_by_namespace(void **state)
{
    static const uint32_t bad[] = {0, 2, 0xffffffff};
    (void)state;
    prepare();
    bench.settings.on_completion = put_dw1;
    start();
    next_dw1 = 1;
    lwnvme_sim_event(bench.sim, 2, 0xef, 0xbf);
    polls(10);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_ZONES_CHANGED);
    assert_int_equal(kept[0].event.nsid, 1);
    assert_int_equal(kept[0].event.parameter, 1);
    assert_int_equal(seen.log_nsid, 1);
    assert_int_equal(seen.log_cdw10 & 0xff, 0xbf);
    for (uint32_t i = 0; i < 3; i++) {
        next_dw1 = bad[i];
        lwnvme_sim_event(bench.sim, 2, 0xef, 0xbf);
        polls(10);
        assert_int_equal(kept[i + 1].event.log_status, LWNVME_ERR_NO_LOG_PAGE);
    }
    assert_int_equal(seen.logs, 1);
    bench_end(&bench);
}

/* Events that arrive together are told one after the other, in their order. */
static void order_of_arrival_is_kept(void **state)
{
    (void)state;
    prepare();
    bench.settings.admin_latency_us = 300;
    start();
    lwnvme_sim_event(bench.sim, 1, 2, 2);
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    lwnvme_sim_event(bench.sim, 0, 4, 1);
    lwnvme_sim_event(bench.sim, 3, 0, 0);
    lwnvme_sim_event(bench.sim, 1, 0, 2);
    polls(100);
    assert_int_equal(kept_count, 5);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_HEALTH_SPARE);
    assert_int_equal(kept[1].event.kind, LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS);
    assert_int_equal(kept[2].event.kind, LWNVME_ASYNC_EVENT_ERROR);
    assert_int_equal(kept[3].event.kind, LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN);
    assert_int_equal(kept[4].event.kind, LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

/* A few events of a kind are nothing special; a storm is told ever more seldom, and others get through. */
static void fault_146_storms_are_slowed_down_and_quiet_ends_that(void **state)
{
    uint32_t after_second[4];
    (void)state;
    prepare();
    start();
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, UINT64_MAX);
    for (uint32_t second = 0; second < 4; second++) {
        kept_count = 0;
        for (uint32_t i = 0; i < 10000; i++) {
            polls(1);
        }
        after_second[second] = kept_count;
    }
    assert_in_range(after_second[0], 8, 40);
    assert_in_range(after_second[3], 0, 8);
    assert_true(events.counts.delayed != 0);
    assert_true(seen.aers < 60);
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, 0);
    for (uint32_t i = 0; i < 400; i++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100000);
    }
    assert_int_equal(events.armed, 4);
    /* Forgiven: the next ones come at once. */
    kept_count = 0;
    uint32_t delayed = events.counts.delayed;
    for (uint32_t i = 0; i < 8; i++) {
        lwnvme_sim_event(bench.sim, 3, 1, 0);
        polls(5);
    }
    assert_int_equal(kept_count, 8);
    assert_int_equal(events.counts.delayed, delayed);
    bench_end(&bench);
}

/* A device that has a new kind of event each time gains nothing by that. */
static void fault_146_a_storm_of_many_kinds_is_slowed_down_too(void **state)
{
    (void)state;
    prepare();
    start();
    for (uint32_t i = 0; i < 2000; i++) {
        lwnvme_sim_event(bench.sim, 7, (uint8_t)(i % 200), 0);
        polls(2);
        kept_count = 0;
    }
    assert_true(events.counts.delayed != 0);
    assert_in_range(events.counts.events, 64, 300);
    bench_end(&bench);
}

/* Who sleeps until the next deadline is woken when a request has rested. */
static void a_resting_request_is_a_deadline(void **state)
{
    (void)state;
    prepare();
    events.requests = 1;
    start();
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, UINT64_MAX);
    for (uint32_t i = 0; i < 100 && events.counts.delayed == 0; i++) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(events.armed, 0);
    uint64_t due_us = lwnvme_next_deadline(bench.controller);
    assert_true(due_us > lwnvme_sim_time(bench.sim) + 50000);
    assert_true(due_us < lwnvme_sim_time(bench.sim) + 110000);
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, 0);
    lwnvme_sim_advance(bench.sim, due_us - lwnvme_sim_time(bench.sim));
    polls(1);
    assert_int_equal(events.armed, 1);
    assert_true(lwnvme_next_deadline(bench.controller) > lwnvme_sim_time(bench.sim) + 1000000);
    bench_end(&bench);
}

static uint64_t clock_back_us;
static uint64_t (*clock_us)(void *host);

static uint64_t read_back(void *host)
{
    return clock_us(host) - clock_back_us;
}

/* A clock that is set back by hours makes nobody rest for hours. */
static void fault_121_a_clock_that_is_set_back_does_not_lengthen_a_rest(void **state)
{
    (void)state;
    prepare();
    events.requests = 1;
    start();
    clock_us = bench.ops->now_us;
    clock_back_us = 0;
    bench.ops->now_us = read_back;
    lwnvme_sim_advance(bench.sim, 4000000000u);
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, UINT64_MAX);
    for (uint32_t i = 0; i < 100 && events.counts.delayed == 0; i++) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(events.armed, 0);
    lwnvme_sim_event_storm(bench.sim, 3, 1, 0, 0);
    clock_back_us = 3600000000u;
    for (uint32_t i = 0; i < 600; i++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100000);
    }
    assert_int_equal(events.armed, 1);
    bench_end(&bench);
}

/* What it was due for before a shutdown is no deadline while the controller is off, or has failed. */
static void an_object_at_rest_keeps_nobody_awake(void **state)
{
    (void)state;
    for (uint32_t failed = 0; failed < 2; failed++) {
        prepare();
        events.requests = 1;
        start();
        lwnvme_sim_event_storm(bench.sim, 3, 1, 0, UINT64_MAX);
        for (uint32_t i = 0; i < 100 && events.counts.delayed == 0; i++) {
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(events.counts.delayed, 1);
        if (failed == 0) {
            assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
        } else {
            lwnvme_sim_remove(bench.sim);
            assert_int_equal(bench_settle(&bench), LWNVME_ERR_GONE);
        }
        lwnvme_sim_advance(bench.sim, 1000000);
        (void)lwnvme_controller_poll(bench.controller);
        assert_true(lwnvme_next_deadline(bench.controller) == UINT64_MAX);
        bench_end(&bench);
    }
}

static void fault_100_requests_that_fail_are_sent_again_ever_later(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_ASYNC_EVENT_REQUEST,
                                     .status = 0x0006,
                                     .count = UINT32_MAX};
    (void)state;
    prepare();
    events.requests = 2;
    open_it();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    for (uint32_t i = 0; i < 6000; i++) { /* ten minutes */
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100000);
    }
    assert_in_range(events.counts.errors, 20, 60);
    assert_int_equal(kept_count, 0);
    lwnvme_sim_faults_clear(bench.sim);
    for (uint32_t i = 0; i < 620; i++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100000);
    }
    assert_int_equal(events.armed, 2);
    assert_int_equal(lwnvme_controller_status(bench.controller), 0);
    bench_end(&bench);
}

static void a_stop_gives_all_requests_back(void **state)
{
    (void)state;
    for (int acl = 0; acl < 4; acl += 3) {
        prepare();
        bench.settings.acl = (uint8_t)acl;
        bench.settings.admin_latency_us = 200;
        start();
        assert_int_equal(lwnvme_events_stop(&events), 0);
        assert_int_equal(events.status, LWNVME_PENDING);
        assert_int_equal(lwnvme_events_stop(&events), 0); /* under way */
        lwnvme_sim_event(bench.sim, 3, 1, 0);
        polls(100);
        assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
        assert_int_equal(events.armed, 0);
        assert_int_equal(bench.controller->event_requests, 0);
        assert_int_equal(lwnvme_queue_in_flight(&bench.controller->admin), 0);
        assert_null(bench.controller->services);
        assert_int_equal(kept_count, 0);
        /* And can be started again. */
        assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
        polls(50);
        assert_int_equal(events.armed, 4);
        bench_end(&bench);
    }
}

static void a_controller_that_keeps_them_ends_the_stop_by_time(void **state)
{
    (void)state;
    prepare();
    bench.settings.abort_does_nothing = true;
    start();
    assert_int_equal(lwnvme_events_stop(&events), 0);
    uint64_t begun_us = lwnvme_sim_time(bench.sim);
    while (events.status == LWNVME_PENDING) {
        polls(1);
    }
    assert_int_equal(events.status, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_true(lwnvme_sim_time(bench.sim) - begun_us < 10000000);
    assert_int_equal(events.armed, 4);
    assert_int_equal(lwnvme_events_start(bench.controller, &events), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    assert_int_equal(events.armed, 0);
    polls(20);
    assert_int_equal(events.armed, 0);
    bench_end(&bench);
}

static void stop_it(const struct lwnvme_async_event *event)
{
    (void)event;
    assert_int_equal(lwnvme_events_stop(&events), 0);
}

static void stop_and_wait(const struct lwnvme_async_event *event)
{
    (void)event;
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
}

static void reset_it(const struct lwnvme_async_event *event)
{
    (void)event;
    at_event = NULL;
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
}

static void reset_and_wait(const struct lwnvme_async_event *event)
{
    (void)event;
    at_event = NULL;
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    lwnvme_sim_event(bench.sim, 3, 0, 0);
    assert_int_equal(lwnvme_controller_poll(bench.controller), 0); /* nothing is told from inside */
}

static void close_it(const struct lwnvme_async_event *event)
{
    (void)event;
    at_event = NULL;
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
}

static void begin_again(const struct lwnvme_async_event *event)
{
    (void)event;
    at_event = NULL;
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
}

/* The owner may do all that the owner may from inside the callback. */
static void the_callback_may_stop_reset_close_and_begin_again(void **state)
{
    (void)state;
    prepare();
    start();
    at_event = stop_it;
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(100);
    assert_int_equal(kept_count, 1); /* none after the stop */
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    bench_end(&bench);

    prepare();
    bench.settings.admin_latency_us = 100;
    start();
    at_event = stop_and_wait;
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(100);
    assert_int_equal(kept_count, 1);
    assert_null(bench.controller->services);
    bench_end(&bench);

    prepare();
    start();
    at_event = reset_it;
    lwnvme_sim_event(bench.sim, 0, 3, 1);
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(1);
    assert_int_equal(kept_count, 1);
    assert_int_equal(bench_settle(&bench), 0);
    polls(20);
    assert_int_equal(kept_count, 2); /* what had arrived before is still told */
    assert_int_equal(events.armed, 4);
    assert_int_equal(seen.configurations, 2);
    bench_end(&bench);

    prepare();
    start();
    at_event = reset_and_wait;
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(20);
    assert_int_equal(kept_count, 2);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);

    prepare();
    start();
    at_event = close_it;
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(20);
    assert_int_equal(kept_count, 1);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    bench_end(&bench);

    prepare();
    start();
    at_event = begin_again;
    lwnvme_sim_event(bench.sim, 3, 1, 0);
    polls(20);
    assert_int_equal(kept_count, 1);
    assert_int_equal(events.status, 0);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

static void poll_inside(const struct lwnvme_async_event *event)
{
    struct lwnvme_async_event copy = *event;
    at_event = NULL;
    lwnvme_sim_event(bench.sim, 1, 0, 2);
    lwnvme_sim_event(bench.sim, 3, 0, 0);
    polls(20);
    assert_int_equal(kept_count, 1); /* one callback at a time */
    assert_memory_equal(&copy, event, sizeof(copy));
}

/* What the callback was given stays as it is while it runs, whatever it waits for. */
static void polls_from_inside_the_callback_tell_nothing(void **state)
{
    (void)state;
    prepare();
    start();
    at_event = poll_inside;
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    polls(20);
    assert_int_equal(kept_count, 3);
    assert_int_equal(kept[1].event.kind, LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY);
    assert_int_equal(kept[2].event.kind, LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

static struct lwnvme_events *own;
static bool own_stops;
static void end_and_free(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    (void)event;
    assert_ptr_equal(from, own);
    kept_count++;
    if (own_stops) {
        assert_int_equal(lwnvme_sync_events_stop(own), 0);
    } else {
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    }
    free(own);
}

/* Once it has ended it is its owner's, who may free it from inside the callback. */
static void the_callback_may_free_what_has_ended(void **state)
{
    (void)state;
    for (int stops = 0; stops < 2; stops++) {
        prepare();
        open_it();
        own = (struct lwnvme_events *)calloc(1, sizeof(*own));
        own->event = end_and_free;
        own_stops = stops != 0;
        assert_int_equal(lwnvme_sync_events_start(bench.controller, own), 0);
        lwnvme_sim_event(bench.sim, 3, 1, 0);
        lwnvme_sim_event(bench.sim, 3, 1, 0);
        (void)lwnvme_controller_poll(bench.controller);
        assert_int_equal(kept_count, 1);
        bench_end(&bench);
    }
}

/* An event that arrives while the log page of an earlier one is read late, to clear it, waits for that. */
static void an_event_during_a_late_clearing_is_told_whole(void **state)
{
    (void)state;
    prepare();
    bench.settings.admin_latency_us = 5000;
    planted[0] = 0x1f;
    planted_bytes = 8;
    open_it();
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(200);
    lwnvme_sim_event(bench.sim, 0, 3, 1);
    while (seen.logs == 0) {
        polls(1);
    }
    assert_true(lwnvme_request_active(&events.request));
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    polls(300);
    assert_int_equal(kept_count, 2);
    assert_int_equal(seen.logs, 2);
    assert_int_equal(kept[1].event.log_status, 0);
    assert_int_equal(kept[1].event.log_bytes, 512);
    assert_int_equal(kept[1].log[0], 0x1f);
    assert_int_equal(events.armed, 4);
    bench_end(&bench);
}

/* Aborts of others use up what the controller takes: the stop waits for its turn. */
static void fault_106_a_stop_waits_for_its_turn_to_abort(void **state)
{
    static struct counted others[3];
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_ABORT, .cdw10 = 0x77770001};
    (void)state;
    prepare();
    bench.settings.acl = 0;
    bench.settings.admin_latency_us = 30000;
    open_it();
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    counted_init(&others[0], NULL);
    assert_int_equal(lwnvme_admin_raw(bench.controller, &others[0].request, &command, NULL), 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    assert_int_equal(others[0].called, 1);
    assert_int_equal(events.armed, 0);
    bench_end(&bench);
}

/* Commands of its own that cannot be sent: the configuration is tried again, an event is told without its log page, and
 * a stop ends when the controller has stopped. */
static void commands_that_cannot_be_sent(void **state)
{
    (void)state;
    prepare();
    open_it();
    events.request.flags = 0x4000; /* no such flag */
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(10);
    assert_int_equal(events.status, LWNVME_PENDING);
    assert_int_equal(seen.configurations, 0);
    events.request.flags = 0;
    polls(10);
    assert_int_equal(events.status, 0);
    assert_int_equal(seen.configurations, 1);
    events.request.flags = 0x4000;
    lwnvme_sim_event(bench.sim, 1, 1, 2);
    polls(10);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.log_status, LWNVME_ERR_INVALID_ARGUMENT);
    assert_null(kept[0].event.smart);
    assert_int_equal(events.counts.unreadable, 1);
    assert_int_equal(lwnvme_events_stop(&events), 0);
    polls(10);
    assert_int_equal(events.status, LWNVME_PENDING);
    assert_int_equal(events.armed, 4);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    bench_end(&bench);
}

/* The error log is read as far as a page goes, however long it is. */
static void as_much_of_the_error_log_as_a_page(void **state)
{
    (void)state;
    prepare();
    bench.settings.elpe = 255;
    start();
    lwnvme_sim_event(bench.sim, 0, 1, 1);
    polls(10);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.log_status, 0);
    assert_int_equal(kept[0].event.log_bytes, 4096);
    assert_int_equal(seen.log_cdw10 >> 16, 1023);
    bench_end(&bench);
}

/* An event of the health kind that nobody knows has no health data, whatever log page it names. */
static void fault_147_unknown_health_is_none(void **state)
{
    (void)state;
    prepare();
    start();
    lwnvme_sim_event(bench.sim, 1, 0x55, 2);
    polls(10);
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0].event.kind, LWNVME_ASYNC_EVENT_UNKNOWN);
    assert_int_equal(kept[0].event.log_status, 0);
    assert_int_equal(kept[0].event.log_bytes, 512);
    assert_null(kept[0].event.smart);
    bench_end(&bench);
}

/* All slots at once, none of which needs a log page: told in one turn, each once. */
static void all_at_once(void **state)
{
    (void)state;
    prepare();
    bench.settings.aerl = 255;
    start();
    assert_int_equal(events.armed, 8);
    for (uint32_t i = 0; i < 8; i++) {
        lwnvme_sim_event(bench.sim, 6, (uint8_t)(0x80 + i), 0);
    }
    lwnvme_sim_advance(bench.sim, 1000);
    for (uint32_t turn = 0; turn < 200 && kept_count == 0; turn++) {
        lwnvme_sim_advance(bench.sim, 100);
        (void)lwnvme_controller_poll(bench.controller);
    }
    polls(5);
    assert_int_equal(kept_count, 8);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(kept[i].event.information, 0x80 + i);
    }
    bench_end(&bench);
}

/* Requests that find no room are armed once there is some; nothing is sent in the others' way. */
static void requests_that_find_no_room(void **state)
{
    static struct lwnvme_request others[LWNVME_CONFIG_ADMIN_ENTRIES];
    (void)state;
    prepare();
    open_it();
    memset(others, 0, sizeof(others));
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 20000;
    for (uint32_t i = 0; i < LWNVME_CONFIG_ADMIN_ENTRIES; i++) {
        assert_int_equal(
            lwnvme_feature_get(bench.controller, &others[i], LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL, 0, 0), 0);
    }
    events.leave_configuration = true;
    assert_int_equal(lwnvme_events_start(bench.controller, &events), 0);
    polls(3);
    assert_int_equal(events.status, 0);
    assert_int_equal(events.armed, 0);
    assert_true(lwnvme_next_deadline(bench.controller) <= lwnvme_sim_time(bench.sim) + 10000);
    polls(1000);
    assert_int_equal(events.armed, 4);
    for (uint32_t i = 0; i < LWNVME_CONFIG_ADMIN_ENTRIES; i++) {
        assert_false(lwnvme_request_active(&others[i]));
    }
    bench_end(&bench);
}

/* Persistent memory has a warning of its own, where there is some. */
static void warnings_of_persistent_memory(void **state)
{
    (void)state;
    for (uint32_t there = 0; there < 2; there++) {
        prepare();
        open_it();
        bench.controller->cap_high |= there << (56 - 32);
        events.enable = LWNVME_SMART_WARNING_PMR;
        assert_int_equal(lwnvme_events_start(bench.controller, &events),
                         there != 0 ? 0 : LWNVME_ERR_NO_EVENT);
        polls(10);
        assert_int_equal(seen.mask, there != 0 ? LWNVME_SMART_WARNING_PMR : 0);
        bench.controller->cap_high &= ~(1u << (56 - 32));
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_as_many_as_asked_for_allowed_and_fit),
        cmocka_unit_test(the_admin_ring_is_left_to_others),
        cmocka_unit_test(two_objects_do_not_exceed_what_the_controller_takes),
        cmocka_unit_test(two_objects_started_together_share_what_the_controller_takes),
        cmocka_unit_test(only_what_the_controller_has_is_enabled),
        cmocka_unit_test(what_it_lacks_is_refused_by_name),
        cmocka_unit_test(the_configuration_can_be_left_alone),
        cmocka_unit_test(a_refused_configuration_is_told_and_no_obstacle),
        cmocka_unit_test(every_known_event_is_told_by_its_kind_after_its_log_page_was_read),
        cmocka_unit_test(health_comes_with_the_smart_data),
        cmocka_unit_test(a_persistent_error_is_told_before_anything_else_is_asked),
        cmocka_unit_test(fault_156_an_activation_is_told_at_once_and_cleared_when_it_is_over),
        cmocka_unit_test(fault_156_log_pages_are_not_read_while_processing_is_paused),
        cmocka_unit_test(fault_147_reserved_events_are_told_as_unknown),
        cmocka_unit_test(fault_147_a_log_page_that_cannot_be_read_is_counted),
        cmocka_unit_test(fault_150_lists_of_changed_namespaces_are_checked),
        cmocka_unit_test(fault_150_a_full_list_is_taken_whole_and_a_list_of_nonsense_ends),
        cmocka_unit_test(changed_zones_are_asked_for_by_namespace),
        cmocka_unit_test(order_of_arrival_is_kept),
        cmocka_unit_test(fault_146_storms_are_slowed_down_and_quiet_ends_that),
        cmocka_unit_test(fault_146_a_storm_of_many_kinds_is_slowed_down_too),
        cmocka_unit_test(a_resting_request_is_a_deadline),
        cmocka_unit_test(fault_121_a_clock_that_is_set_back_does_not_lengthen_a_rest),
        cmocka_unit_test(an_object_at_rest_keeps_nobody_awake),
        cmocka_unit_test(fault_100_requests_that_fail_are_sent_again_ever_later),
        cmocka_unit_test(a_stop_gives_all_requests_back),
        cmocka_unit_test(a_controller_that_keeps_them_ends_the_stop_by_time),
        cmocka_unit_test(the_callback_may_stop_reset_close_and_begin_again),
        cmocka_unit_test(polls_from_inside_the_callback_tell_nothing),
        cmocka_unit_test(the_callback_may_free_what_has_ended),
        cmocka_unit_test(an_event_during_a_late_clearing_is_told_whole),
        cmocka_unit_test(fault_106_a_stop_waits_for_its_turn_to_abort),
        cmocka_unit_test(commands_that_cannot_be_sent),
        cmocka_unit_test(as_much_of_the_error_log_as_a_page),
        cmocka_unit_test(fault_147_unknown_health_is_none),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(requests_that_find_no_room),
        cmocka_unit_test(warnings_of_persistent_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

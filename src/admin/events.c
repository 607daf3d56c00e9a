/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous events: event requests kept with the controller, each armed once.
 *
 *     a slot:    idle --> armed --> arrived --> (its log page is read) --> callback --> idle, or resting first
 *                  ^                                                                      |
 *                  +------- given back by a reset, or the pause is over ------------------+
 *
 * The object is a service of the controller. Requests end in the callbacks of the admin queue, where only the slot's
 * state is changed; everything else is done when a poll of the ready controller is over (the service's work), one
 * event at a time in the order of arrival, so that the owner's callback may do what the owner may: reset, close, stop.
 * While it runs, polls from inside it change nothing here but to carry a stop on. READY makes everything be
 * configured and armed again: a reset has given all requests back, and only a slot whose request is back is armed.
 *
 * The log page that belongs to an event is chosen by the event's type and information, not by what the controller
 * names; one that cannot be read is no reason not to tell the owner. Nothing in dwords or log pages is believed:
 * unknown types are told as such, lists are checked entry by entry.
 *
 * Storms: more than LWNVME_EVENT_BURST events of one type and information within LWNVME_EVENT_WINDOW_MS make their
 * requests rest before they are armed again, twice as long each time. So do requests that come back with an error.
 */
#include <lwnvme/abort.h>
#include <lwnvme/events.h>

#include "../core/core.h"

#define LWNVME_EVENT_BURST        8u
#define LWNVME_EVENT_WINDOW_MS    1000u
#define LWNVME_EVENT_PAUSE_MIN_MS 100u
#define LWNVME_EVENT_PAUSE_MAX_MS 10000u
#define LWNVME_EVENT_ERROR_MAX_MS 60000u
#define LWNVME_EVENT_RETRY_MS     10u
#define LWNVME_EVENT_CLEAR_MS     100u
#define LWNVME_EVENT_STOP_MS      5000u

/* lwnvme_events.state */
enum lwnvme_events_state {
    LWNVME_EVENTS_CLOSED = 0,
    LWNVME_EVENTS_CONFIGURE, /* Asynchronous Event Configuration is to be sent */
    LWNVME_EVENTS_CONFIGURING,
    LWNVME_EVENTS_RUNNING,
    LWNVME_EVENTS_STOPPING
};

/* lwnvme_event_slot.state */
enum lwnvme_event_slot_state {
    LWNVME_EVENT_IDLE = 0,
    LWNVME_EVENT_ARMED,   /* with the controller */
    LWNVME_EVENT_ARRIVED, /* its result has not been looked at */
    LWNVME_EVENT_CURRENT, /* its log page is being read */
    LWNVME_EVENT_RESTING
};

/* lwnvme_events.owed: log pages that are still to be read. */
#define LWNVME_EVENT_OWED_ERROR    1u
#define LWNVME_EVENT_OWED_FIRMWARE 2u

/* A row for each event that is known. */
struct lwnvme_event_row {
    uint8_t type;
    uint8_t information;
    uint8_t kind;
    uint8_t log_page;
};

#define LWNVME_EVENT_NO_LOG 0u /* no event belongs to log page 0 */

/* clang-format off */
static const struct lwnvme_event_row lwnvme_event_rows[] = {
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_INVALID_DOORBELL_REGISTER,
     LWNVME_ASYNC_EVENT_ERROR, LWNVME_LOG_ERROR_INFORMATION},
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_INVALID_DOORBELL_VALUE,
     LWNVME_ASYNC_EVENT_ERROR, LWNVME_LOG_ERROR_INFORMATION},
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_DIAGNOSTIC_FAILURE,
     LWNVME_ASYNC_EVENT_ERROR, LWNVME_LOG_ERROR_INFORMATION},
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_PERSISTENT_INTERNAL,
     LWNVME_ASYNC_EVENT_PERSISTENT_ERROR, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_TRANSIENT_INTERNAL,
     LWNVME_ASYNC_EVENT_ERROR, LWNVME_LOG_ERROR_INFORMATION},
    {LWNVME_AET_ERROR, LWNVME_AEI_ERROR_FIRMWARE_IMAGE_LOAD,
     LWNVME_ASYNC_EVENT_ERROR, LWNVME_LOG_ERROR_INFORMATION},
    {LWNVME_AET_SMART, LWNVME_AEI_SMART_RELIABILITY,
     LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY, LWNVME_LOG_SMART},
    {LWNVME_AET_SMART, LWNVME_AEI_SMART_TEMPERATURE,
     LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE, LWNVME_LOG_SMART},
    {LWNVME_AET_SMART, LWNVME_AEI_SMART_SPARE,
     LWNVME_ASYNC_EVENT_HEALTH_SPARE, LWNVME_LOG_SMART},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_ATTACHED_NAMESPACE_CHANGED,
     LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED, LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_FIRMWARE_ACTIVATION_STARTING,
     LWNVME_ASYNC_EVENT_FIRMWARE_ACTIVATION, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_TELEMETRY_LOG_CHANGED,
     LWNVME_ASYNC_EVENT_TELEMETRY, LWNVME_LOG_TELEMETRY_CONTROLLER},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_ANA_CHANGED,
     LWNVME_ASYNC_EVENT_ANA, LWNVME_LOG_ANA},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_PREDICTABLE_LATENCY_CHANGED,
     LWNVME_ASYNC_EVENT_PREDICTABLE_LATENCY, LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_LBA_STATUS_ALERT,
     LWNVME_ASYNC_EVENT_LBA_STATUS, LWNVME_LOG_LBA_STATUS},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_ENDURANCE_GROUP_CHANGED,
     LWNVME_ASYNC_EVENT_ENDURANCE_GROUP, LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_REACHABILITY_GROUP_CHANGED,
     LWNVME_ASYNC_EVENT_REACHABILITY_GROUP, LWNVME_LOG_REACHABILITY_GROUPS},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_REACHABILITY_ASSOCIATION_CHANGED,
     LWNVME_ASYNC_EVENT_REACHABILITY_ASSOCIATION, LWNVME_LOG_REACHABILITY_ASSOCIATIONS},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_ALLOCATED_NAMESPACE_CHANGED,
     LWNVME_ASYNC_EVENT_ALLOCATED_CHANGED, LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_ZONE_DESCRIPTOR_CHANGED,
     LWNVME_ASYNC_EVENT_ZONES_CHANGED, LWNVME_LOG_ZNS_CHANGED_ZONES},
    {LWNVME_AET_NOTICE, LWNVME_AEI_NOTICE_DISCOVERY_CHANGED,
     LWNVME_ASYNC_EVENT_DISCOVERY, LWNVME_LOG_DISCOVERY},
    {LWNVME_AET_IMMEDIATE, LWNVME_AEI_IMMEDIATE_NORMAL_SUBSYSTEM_SHUTDOWN,
     LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_IMMEDIATE, LWNVME_AEI_IMMEDIATE_TEMPERATURE_HYSTERESIS_RECOVERY,
     LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_ONE_SHOT, LWNVME_AEI_ONE_SHOT_DATA_QUEUE_TAIL_POINTER,
     LWNVME_ASYNC_EVENT_DATA_QUEUE, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_ONE_SHOT, LWNVME_AEI_ONE_SHOT_DATA_QUEUE_FULL,
     LWNVME_ASYNC_EVENT_DATA_QUEUE, LWNVME_EVENT_NO_LOG},
    {LWNVME_AET_IO_COMMAND_SET, LWNVME_AEI_IOCS_RESERVATION_LOG_AVAILABLE,
     LWNVME_ASYNC_EVENT_RESERVATION, LWNVME_LOG_RESERVATION_NOTIFICATION},
    {LWNVME_AET_IO_COMMAND_SET, LWNVME_AEI_IOCS_SANITIZE_COMPLETED,
     LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED, LWNVME_LOG_SANITIZE_STATUS},
    {LWNVME_AET_IO_COMMAND_SET, LWNVME_AEI_IOCS_SANITIZE_COMPLETED_UNEXPECTED_DEALLOCATION,
     LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED_DEALLOCATION, LWNVME_LOG_SANITIZE_STATUS},
    {LWNVME_AET_IO_COMMAND_SET, LWNVME_AEI_IOCS_SANITIZE_ENTERED_MEDIA_VERIFICATION,
     LWNVME_ASYNC_EVENT_SANITIZE_VERIFICATION, LWNVME_LOG_SANITIZE_STATUS},
};
/* clang-format on */
#define LWNVME_EVENT_ROWS (sizeof(lwnvme_event_rows) / sizeof(lwnvme_event_rows[0]))

static void lwnvme_events_told(struct lwnvme_service *service, enum lwnvme_occasion occasion);

static uint64_t lwnvme_event_after_ms(const struct lwnvme_events *events, uint32_t pause_ms)
{
    return lwnvme_now_us(events->controller) + (uint64_t)pause_ms * 1000u;
}

/* Nothing is with the controller any more: the object is its owner's again. */
static void lwnvme_events_end(struct lwnvme_events *events)
{
    lwnvme_service_remove(&events->service);
    events->state = LWNVME_EVENTS_CLOSED;
    events->status = LWNVME_ERR_NO_EVENT_REQUESTS;
    if (events->ended != NULL)
        *events->ended = true;
    events->ended = NULL;
}

static bool lwnvme_events_is_quiet(const struct lwnvme_events *events)
{
    return events->armed == 0 && !lwnvme_request_active(&events->request);
}

/* Whether a moment has come that was set no further ahead than this; it has too when the clock has been set back. */
static bool lwnvme_event_is_due(const struct lwnvme_events *events, uint64_t due_us, uint32_t longest_ms)
{
    uint64_t now_us = lwnvme_now_us(events->controller);

    return now_us >= due_us || due_us - now_us > (uint64_t)longest_ms * 1000u;
}

/* Event requests. */

static void lwnvme_event_rest(struct lwnvme_events *events, struct lwnvme_event_slot *slot, uint32_t pause_ms)
{
    slot->state = LWNVME_EVENT_RESTING;
    slot->due_us = lwnvme_event_after_ms(events, pause_ms);
    events->counts.delayed++;
}

/* A request came back with an error: it is not sent again at once, and later each time. */
static void lwnvme_event_failed(struct lwnvme_events *events, struct lwnvme_event_slot *slot)
{
    events->counts.errors++;
    slot->pause_ms = slot->pause_ms == 0 ? LWNVME_EVENT_PAUSE_MIN_MS : slot->pause_ms * 2u;
    if (slot->pause_ms > LWNVME_EVENT_ERROR_MAX_MS)
        slot->pause_ms = LWNVME_EVENT_ERROR_MAX_MS;
    lwnvme_event_rest(events, slot, slot->pause_ms);
}

/* In the callback of the admin queue: notes what has become of a request. */
static void lwnvme_event_request_done(struct lwnvme_request *request)
{
    struct lwnvme_event_slot *slot = (struct lwnvme_event_slot *)(void *)request;
    struct lwnvme_events *events = (struct lwnvme_events *)request->context;

    events->controller->event_requests--;
    events->armed--;
    slot->state = LWNVME_EVENT_IDLE;
    if (events->state == LWNVME_EVENTS_STOPPING) {
        if (lwnvme_events_is_quiet(events))
            lwnvme_events_end(events);
    } else if (request->status == LWNVME_OK) {
        slot->state = LWNVME_EVENT_ARRIVED;
        slot->pause_ms = 0;
        slot->order = ++events->arrivals;
    } else if (request->status > 0) {
        lwnvme_event_failed(events, slot);
    }
}

static int lwnvme_event_arm(struct lwnvme_events *events, struct lwnvme_event_slot *slot)
{
    struct lwnvme_controller *controller = events->controller;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_ASYNC_EVENT_REQUEST};
    int status;

    slot->request.done = lwnvme_event_request_done;
    slot->request.context = events;
    slot->request.flags = LWNVME_REQUEST_NO_WAIT;
    slot->request.endless = 1;
    status = lwnvme_admin_submit(controller, &slot->request, &command, NULL);
    if (status != LWNVME_OK)
        return status;
    slot->state = LWNVME_EVENT_ARMED;
    controller->event_requests++;
    events->armed++;
    return LWNVME_OK;
}

static void lwnvme_event_due(struct lwnvme_events *events, uint64_t due_us)
{
    if (due_us < events->service.due_us)
        events->service.due_us = due_us;
}

/* Arms every slot that is idle or has rested, as far as the ring has room now. */
static void lwnvme_events_arm(struct lwnvme_events *events)
{
    uint32_t index;

    for (index = 0; index < events->wanted; index++) {
        struct lwnvme_event_slot *slot = &events->slots[index];

        if (slot->state == LWNVME_EVENT_RESTING &&
            lwnvme_event_is_due(events, slot->due_us, LWNVME_EVENT_ERROR_MAX_MS))
            slot->state = LWNVME_EVENT_IDLE;
        if (slot->state == LWNVME_EVENT_RESTING)
            lwnvme_event_due(events, slot->due_us);
        else if (slot->state == LWNVME_EVENT_IDLE && lwnvme_event_arm(events, slot) != LWNVME_OK)
            lwnvme_event_due(events, lwnvme_event_after_ms(events, LWNVME_EVENT_RETRY_MS));
    }
}

/* Storms. */

/* The history of one type and information, or that of the oldest, which is carried on: more kinds than there is room for
 * are a storm of their own, unless the oldest has been quiet for long enough to be forgiven. */
static struct lwnvme_event_history *lwnvme_event_history_find(struct lwnvme_events *events, uint32_t what)
{
    struct lwnvme_event_history *oldest = &events->histories[0];
    uint32_t index;

    for (index = 0; index < LWNVME_EVENT_HISTORIES; index++) {
        struct lwnvme_event_history *history = &events->histories[index];

        if (history->count != 0 && history->dw0 == what)
            return history;
        if (history->since_us < oldest->since_us)
            oldest = history;
    }
    oldest->dw0 = what;
    return oldest;
}

/* How long the request of an event rests before it is armed again. */
static uint32_t lwnvme_event_storm(struct lwnvme_events *events, uint32_t dw0)
{
    uint32_t what = dw0 & (lwnvme_field_put(0xffu, LWNVME_ASYNC_EVENT_AEI) |
                           lwnvme_field_put(7u, LWNVME_ASYNC_EVENT_AET));
    struct lwnvme_event_history *history = lwnvme_event_history_find(events, what);
    uint64_t now_us = lwnvme_now_us(events->controller);
    uint64_t quiet_us = ((uint64_t)history->pause_ms * 2u + LWNVME_EVENT_WINDOW_MS) * 1000u;

    if (history->count == 0 || now_us - history->since_us >= quiet_us) {
        history->count = 0;
        history->pause_ms = 0;
        history->since_us = now_us;
    }
    if (history->count < LWNVME_EVENT_BURST) {
        history->count++;
        return 0;
    }
    history->since_us = now_us;
    history->pause_ms = history->pause_ms == 0 ? LWNVME_EVENT_PAUSE_MIN_MS : history->pause_ms * 2u;
    if (history->pause_ms > LWNVME_EVENT_PAUSE_MAX_MS)
        history->pause_ms = LWNVME_EVENT_PAUSE_MAX_MS;
    return history->pause_ms;
}

/* Log pages. */

/* So much of a log page is read. 0: not known, so not read. */
static uint32_t lwnvme_event_log_bytes(const struct lwnvme_controller *controller, uint8_t log_page)
{
    uint32_t entries = controller->info.elpe;

    switch (log_page) {
    case LWNVME_LOG_ERROR_INFORMATION:
        if (entries > LWNVME_PAGE_MIN / sizeof(struct lwnvme_error_log_entry))
            entries = LWNVME_PAGE_MIN / sizeof(struct lwnvme_error_log_entry);
        return entries * (uint32_t)sizeof(struct lwnvme_error_log_entry);
    case LWNVME_LOG_SMART:
    case LWNVME_LOG_FIRMWARE_SLOT:
    case LWNVME_LOG_TELEMETRY_CONTROLLER:
    case LWNVME_LOG_SANITIZE_STATUS:
        return 512;
    case LWNVME_LOG_RESERVATION_NOTIFICATION:
        return 64;
    case LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES:
    case LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES:
    case LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE:
    case LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE:
    case LWNVME_LOG_ANA:
    case LWNVME_LOG_LBA_STATUS:
    case LWNVME_LOG_REACHABILITY_GROUPS:
    case LWNVME_LOG_REACHABILITY_ASSOCIATIONS:
    case LWNVME_LOG_ZNS_CHANGED_ZONES:
    case LWNVME_LOG_DISCOVERY:
        return LWNVME_PAGE_MIN;
    default: /* vendors' pages: enough for the controller to see that it has been read */
        return log_page >= LWNVME_LOG_FIRST_VENDOR ? 512u : 0u;
    }
}

static void lwnvme_event_quiet_check(struct lwnvme_request *request)
{
    struct lwnvme_events *events = (struct lwnvme_events *)request->context;

    if (events->state == LWNVME_EVENTS_STOPPING && lwnvme_events_is_quiet(events))
        lwnvme_events_end(events);
}

static void lwnvme_events_request_prepare(struct lwnvme_events *events)
{
    events->request.done = lwnvme_event_quiet_check;
    events->request.context = events;
    events->request.internal_done = NULL;
    events->request.repeat = LWNVME_REPEAT_NEVER;
}

static int lwnvme_event_log_read(struct lwnvme_events *events, uint8_t log_page, uint32_t length_bytes)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_LOG_PAGE};
    bool retain = log_page == LWNVME_LOG_TELEMETRY_CONTROLLER;

    command.nsid = log_page == LWNVME_LOG_ZNS_CHANGED_ZONES ? events->now.nsid : LWNVME_NSID_ALL;
    command.cdw10 = lwnvme_field_put(log_page, LWNVME_GET_LOG_CDW10_LID) |
                    lwnvme_field_put(retain ? 1u : 0u, LWNVME_GET_LOG_CDW10_RAE) |
                    lwnvme_field_put((length_bytes >> 2) - 1u, LWNVME_GET_LOG_CDW10_NUMDL);
    lwnvme_events_request_prepare(events);
    return lwnvme_page_command(events->controller, &events->request, &command, events->log.bytes,
                               length_bytes);
}

/* Which kind the event is, and which log page belongs to it. */
static uint8_t lwnvme_event_decode(struct lwnvme_events *events)
{
    struct lwnvme_async_event *now = &events->now;
    uint32_t index;

    for (index = 0; index < LWNVME_EVENT_ROWS; index++) {
        const struct lwnvme_event_row *row = &lwnvme_event_rows[index];

        if (row->type == now->type && row->information == now->information) {
            now->kind = (enum lwnvme_async_event_kind)row->kind;
            return row->log_page;
        }
    }
    if (now->type == LWNVME_AET_VENDOR)
        now->kind = LWNVME_ASYNC_EVENT_VENDOR;
    else
        events->counts.unknown++;
    return now->log_page;
}

/* Takes an event that has arrived, and begins to read its log page. */
static void lwnvme_event_begin(struct lwnvme_events *events, struct lwnvme_event_slot *slot)
{
    struct lwnvme_async_event *now = &events->now;
    uint32_t dw0 = slot->request.result_dw0;
    uint8_t log_page;

    memset(now, 0, sizeof(*now));
    now->dword0 = dw0;
    now->type = (uint8_t)lwnvme_field_get(dw0, LWNVME_ASYNC_EVENT_AET);
    now->information = (uint8_t)lwnvme_field_get(dw0, LWNVME_ASYNC_EVENT_AEI);
    now->log_page = (uint8_t)lwnvme_field_get(dw0, LWNVME_ASYNC_EVENT_LID);
    now->parameter = slot->request.result_dw1;
    slot->state = LWNVME_EVENT_CURRENT;
    log_page = lwnvme_event_decode(events);
    if (now->kind == LWNVME_ASYNC_EVENT_ZONES_CHANGED)
        now->nsid = now->parameter;
    now->log_bytes = lwnvme_event_log_bytes(events->controller, log_page);
    now->log_status = LWNVME_ERR_NO_LOG_PAGE;
    if (now->kind == LWNVME_ASYNC_EVENT_ZONES_CHANGED &&
        (now->nsid == 0 || now->nsid > events->controller->info.nn))
        now->log_bytes = 0;
    if (now->log_bytes == 0)
        return;
    now->log_status = lwnvme_event_log_read(events, log_page, now->log_bytes);
    if (now->log_status == LWNVME_OK)
        now->log_status = LWNVME_PENDING;
}

/*
 * A list of changed namespaces, made into the CPU's numbers in its place. Entries that cannot be are left out and
 * make the whole doubtful: then, as when there were too many for the list, all namespaces are to be looked at.
 */
static void lwnvme_event_list_check(struct lwnvme_events *events)
{
    struct lwnvme_async_event *now = &events->now;
    const uint32_t entries = LWNVME_NAMESPACE_LIST_ENTRIES;
    uint32_t last = 0;
    uint32_t index;

    now->nsids = events->log.nsids;
    for (index = 0; index < entries; index++) {
        struct lwnvme_le32 entry;
        uint32_t nsid;

        memcpy(&entry, events->log.bytes + (size_t)index * sizeof(entry), sizeof(entry));
        nsid = lwnvme_le32_get(&entry);
        if (nsid == 0)
            return;
        if (index == 0 && nsid == LWNVME_NSID_ALL) {
            now->rescan_all = true;
            return;
        }
        if (nsid <= last || nsid > events->controller->info.nn) {
            events->counts.strange++;
            now->rescan_all = true;
            continue;
        }
        last = nsid;
        events->log.nsids[now->nsid_count++] = nsid;
    }
}

/* The log page has been read, or has not: what the owner is told of it. */
static void lwnvme_event_log_finish(struct lwnvme_events *events)
{
    struct lwnvme_async_event *now = &events->now;
    bool is_list = now->kind == LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED ||
                   now->kind == LWNVME_ASYNC_EVENT_ALLOCATED_CHANGED;

    if (now->log_status == LWNVME_PENDING)
        now->log_status = events->request.status;
    if (now->log_status != LWNVME_OK) {
        now->log_bytes = 0;
        now->rescan_all = is_list;
        if (now->log_status != LWNVME_ERR_NO_LOG_PAGE)
            events->counts.unreadable++;
        return;
    }
    if (is_list) {
        now->log_bytes = 0;
        lwnvme_event_list_check(events);
        return;
    }
    now->log = events->log.bytes;
    if (now->type == LWNVME_AET_SMART && now->kind != LWNVME_ASYNC_EVENT_UNKNOWN)
        now->smart = &events->log.smart;
}

/* Tells the owner, then lets the request be armed again. False: it has ended meanwhile, and is its owner's. */
static bool lwnvme_event_deliver(struct lwnvme_events *events, struct lwnvme_event_slot *slot)
{
    uint32_t pause_ms = lwnvme_event_storm(events, slot->request.result_dw0);
    bool ended = false;

    lwnvme_event_log_finish(events);
    slot->state = LWNVME_EVENT_IDLE;
    if (pause_ms != 0)
        lwnvme_event_rest(events, slot, pause_ms);
    events->counts.events++;
    if (events->now.kind == LWNVME_ASYNC_EVENT_FIRMWARE_ACTIVATION)
        events->owed |= LWNVME_EVENT_OWED_FIRMWARE;
    if (events->now.kind == LWNVME_ASYNC_EVENT_PERSISTENT_ERROR)
        events->owed |= LWNVME_EVENT_OWED_ERROR;
    events->owed_us = lwnvme_event_after_ms(events, LWNVME_EVENT_CLEAR_MS);
    /* cppcheck-suppress autoVariables ; taken back before this returns, unless the object has ended */
    events->ended = &ended;
    events->event(events, &events->now);
    if (!ended)
        events->ended = NULL;
    return !ended;
}

/* The slot in this state whose event arrived first. */
static struct lwnvme_event_slot *lwnvme_event_first(struct lwnvme_events *events,
                                                    enum lwnvme_event_slot_state state)
{
    struct lwnvme_event_slot *first = NULL;
    uint32_t index;

    for (index = 0; index < LWNVME_EVENTS_MAX; index++) {
        struct lwnvme_event_slot *slot = &events->slots[index];

        if (slot->state == (uint32_t)state && (first == NULL || (int32_t)(slot->order - first->order) < 0))
            first = slot;
    }
    return first;
}

static bool lwnvme_event_is_paused(const struct lwnvme_controller *controller)
{
    return lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_CSTS), LWNVME_CSTS_PP) != 0;
}

/*
 * The event that is to be told next. While the controller carries nothing out (CSTS.PP) a log page could not be read
 * before the command's deadline, so only that an activation of firmware has begun is told then, before all others.
 */
static struct lwnvme_event_slot *lwnvme_event_next(struct lwnvme_events *events)
{
    struct lwnvme_event_slot *slot = lwnvme_event_first(events, LWNVME_EVENT_ARRIVED);
    uint32_t index;

    if (slot == NULL || !lwnvme_event_is_paused(events->controller))
        return slot;
    lwnvme_event_due(events, lwnvme_event_after_ms(events, LWNVME_EVENT_CLEAR_MS));
    for (index = 0; index < LWNVME_EVENTS_MAX; index++) {
        slot = &events->slots[index];
        if (slot->state == LWNVME_EVENT_ARRIVED &&
            lwnvme_field_get(slot->request.result_dw0, LWNVME_ASYNC_EVENT_AET) == LWNVME_AET_NOTICE &&
            lwnvme_field_get(slot->request.result_dw0, LWNVME_ASYNC_EVENT_AEI) ==
                LWNVME_AEI_NOTICE_FIRMWARE_ACTIVATION_STARTING)
            return slot;
    }
    return NULL;
}

/*
 * Goes on with the events that have arrived, until one needs a log page, or there are no more. Bounded by the number
 * of slots: none is armed again in here. False: no more may be done in this turn.
 */
static bool lwnvme_events_work(struct lwnvme_events *events)
{
    struct lwnvme_event_slot *slot;
    uint32_t bound;

    for (bound = 0; bound < LWNVME_EVENTS_MAX; bound++) {
        if (lwnvme_request_active(&events->request))
            return true;
        slot = lwnvme_event_first(events, LWNVME_EVENT_CURRENT);
        if (slot == NULL) {
            slot = lwnvme_event_next(events);
            if (slot == NULL)
                return true;
            lwnvme_event_begin(events, slot);
        }
        if (lwnvme_request_active(&events->request))
            return true;
        if (!lwnvme_event_deliver(events, slot) || events->state != LWNVME_EVENTS_RUNNING ||
            lwnvme_controller_refusal(events->controller) != LWNVME_OK)
            return false;
    }
    return true;
}

/*
 * Events of which the owner was told first are cleared afterwards, if the controller still lives: a persistent error,
 * and an activation of firmware once the controller carries out commands again.
 */
static void lwnvme_events_clear(struct lwnvme_events *events)
{
    const struct lwnvme_controller *controller = events->controller;
    uint8_t log_page = LWNVME_LOG_ERROR_INFORMATION;

    if (events->owed == 0 || lwnvme_request_active(&events->request))
        return;
    if (!lwnvme_event_is_due(events, events->owed_us, LWNVME_EVENT_CLEAR_MS)) {
        lwnvme_event_due(events, events->owed_us);
        return;
    }
    if ((events->owed & LWNVME_EVENT_OWED_ERROR) == 0) {
        if (lwnvme_event_is_paused(controller)) {
            events->owed_us = lwnvme_event_after_ms(events, LWNVME_EVENT_CLEAR_MS);
            lwnvme_event_due(events, events->owed_us);
            return;
        }
        log_page = LWNVME_LOG_FIRMWARE_SLOT;
    }
    events->owed &=
        log_page == LWNVME_LOG_FIRMWARE_SLOT ? ~LWNVME_EVENT_OWED_FIRMWARE : ~LWNVME_EVENT_OWED_ERROR;
    (void)lwnvme_event_log_read(events, log_page, lwnvme_event_log_bytes(controller, log_page));
}

/* Configuration. */

/* The bits of Asynchronous Event Configuration that this controller has. */
static uint32_t lwnvme_events_supported(const struct lwnvme_controller *controller)
{
    uint32_t oaes = lwnvme_le32_get(&lwnvme_identify_copy(controller)->oaes);
    uint32_t bits =
        oaes & (LWNVME_OAES_ATTACHED_NAMESPACE | LWNVME_OAES_FIRMWARE_ACTIVATION | LWNVME_OAES_ANA_CHANGE |
                LWNVME_OAES_PREDICTABLE_LATENCY | LWNVME_OAES_LBA_STATUS | LWNVME_OAES_ENDURANCE_GROUP |
                LWNVME_OAES_NORMAL_SUBSYSTEM_SHUTDOWN | LWNVME_OAES_TEMPERATURE_HYSTERESIS |
                LWNVME_OAES_ALLOCATED_NAMESPACE | LWNVME_OAES_ZONE_DESCRIPTOR | LWNVME_OAES_DISCOVERY);

    bits |= LWNVME_SMART_WARNING_SPARE | LWNVME_SMART_WARNING_TEMPERATURE | LWNVME_SMART_WARNING_RELIABILITY |
            LWNVME_SMART_WARNING_READ_ONLY | LWNVME_SMART_WARNING_VOLATILE_BACKUP;
    if (lwnvme_cap(controller, LWNVME_CAP_PMRS) != 0)
        bits |= LWNVME_SMART_WARNING_PMR;
    if ((controller->info.lpa & LWNVME_LPA_TELEMETRY) != 0)
        bits |= LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY;
    if ((oaes & LWNVME_OAES_REACHABILITY) != 0)
        bits |=
            LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_ASSOCIATION | LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP;
    return bits;
}

/* What the controller's other objects keep for themselves, armed at the moment or not. */
static uint32_t lwnvme_events_of_others(const struct lwnvme_controller *controller,
                                        const struct lwnvme_events *events)
{
    const struct lwnvme_service *service;
    uint32_t count = 0;

    for (service = controller->services; service != NULL; service = service->next) {
        if (service->tell == lwnvme_events_told && service != &events->service)
            count += ((const struct lwnvme_events *)(const void *)((const uint8_t *)service -
                                                                   offsetof(struct lwnvme_events, service)))
                         ->wanted;
    }
    return count;
}

/* As many requests as were asked for, as AERL allows, and as leave most of the admin ring to others; those of other
 * objects count. */
static uint32_t lwnvme_events_count(const struct lwnvme_controller *controller,
                                    const struct lwnvme_events *events)
{
    uint32_t count = events->requests == 0 ? LWNVME_EVENTS_MAX : events->requests;
    uint32_t room = LWNVME_CONFIG_ADMIN_ENTRIES / 4u;
    uint32_t others = lwnvme_events_of_others(controller, events);

    if (room > controller->info.aerl)
        room = controller->info.aerl;
    room = room > others ? room - others : 0;
    return count < room ? count : room;
}

static void lwnvme_events_configure(struct lwnvme_events *events)
{
    struct lwnvme_controller *controller = events->controller;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SET_FEATURES};

    events->wanted = lwnvme_events_count(controller, events);
    if (events->leave_configuration) {
        events->state = LWNVME_EVENTS_RUNNING;
        events->status = LWNVME_OK;
        return;
    }
    events->enabled = events->enable & lwnvme_events_supported(controller);
    command.cdw10 = lwnvme_field_put(LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION, LWNVME_SET_FEATURES_CDW10_FID);
    command.cdw11 = events->enabled;
    lwnvme_events_request_prepare(events);
    if (lwnvme_submit_raw(&controller->admin, &events->request, &command, NULL) == LWNVME_OK)
        events->state = LWNVME_EVENTS_CONFIGURING;
}

/* Refused, the events that need no bit are still worth having. */
static void lwnvme_events_configured(struct lwnvme_events *events)
{
    events->configuration_status = events->request.status;
    if (events->request.status < 0) {
        events->state = LWNVME_EVENTS_CONFIGURE; /* given back by a reset */
        return;
    }
    if (events->request.status > 0) {
        events->enabled = 0;
        lwnvme_tell(events->controller, LWNVME_TOPIC_EVENTS, (uint32_t)events->request.status);
    }
    events->state = LWNVME_EVENTS_RUNNING;
    events->status = LWNVME_OK;
}

/* Stopping. */

/* Asks for the next request that has not been asked for; says so when the controller keeps some for too long. */
static void lwnvme_events_stop_step(struct lwnvme_events *events)
{
    uint32_t index;

    if (lwnvme_event_is_due(events, events->due_us, LWNVME_EVENT_STOP_MS))
        events->status = LWNVME_ERR_OPERATION_TIMEOUT;
    else
        lwnvme_event_due(events, events->due_us);
    if (lwnvme_request_active(&events->request))
        return;
    for (index = events->stage; index < LWNVME_EVENTS_MAX; index++) {
        struct lwnvme_event_slot *slot = &events->slots[index];
        int status;

        if (slot->state != LWNVME_EVENT_ARMED)
            continue;
        lwnvme_events_request_prepare(events);
        status = lwnvme_abort(events->controller, &events->request, NULL, &slot->request);
        if (status == LWNVME_ERR_ABORT_LIMIT)
            lwnvme_event_due(events, lwnvme_event_after_ms(events, LWNVME_EVENT_RETRY_MS));
        else
            events->stage = index + 1u;
        if (status == LWNVME_OK || status == LWNVME_ERR_ABORT_LIMIT)
            return;
    }
}

int lwnvme_events_stop(struct lwnvme_events *events)
{
    if (events == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (events->state == LWNVME_EVENTS_CLOSED)
        return LWNVME_ERR_NO_EVENT_REQUESTS;
    if (events->state == LWNVME_EVENTS_STOPPING)
        return LWNVME_OK;
    events->state = LWNVME_EVENTS_STOPPING;
    events->status = LWNVME_PENDING;
    events->stage = 0;
    events->due_us = lwnvme_event_after_ms(events, LWNVME_EVENT_STOP_MS);
    events->service.due_us = 0;
    if (lwnvme_events_is_quiet(events))
        lwnvme_events_end(events);
    return LWNVME_OK;
}

/* Turns. */

static void lwnvme_events_step(struct lwnvme_events *events)
{
    events->service.due_us = UINT64_MAX;
    if (events->state == LWNVME_EVENTS_STOPPING) {
        lwnvme_events_stop_step(events);
        return;
    }
    if (events->state == LWNVME_EVENTS_CONFIGURING && !lwnvme_request_active(&events->request))
        lwnvme_events_configured(events);
    if (events->state == LWNVME_EVENTS_CONFIGURE && !lwnvme_request_active(&events->request))
        lwnvme_events_configure(events);
    if (events->state != LWNVME_EVENTS_RUNNING || !lwnvme_events_work(events))
        return;
    lwnvme_events_clear(events);
    lwnvme_events_arm(events);
}

static void lwnvme_events_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_events *events =
        (struct lwnvme_events *)(void *)((uint8_t *)service - offsetof(struct lwnvme_events, service));

    if (occasion == LWNVME_OCCASION_CLOSE) {
        lwnvme_events_end(events);
    } else if (occasion == LWNVME_OCCASION_READY) {
        /* What was being read has been given back; the request is needed for the configuration. */
        if (events->now.log_status == LWNVME_PENDING)
            events->now.log_status = events->request.status;
        if (events->state != LWNVME_EVENTS_STOPPING)
            events->state = LWNVME_EVENTS_CONFIGURE;
        events->owed = 0;
    }
}

/* Not inside a callback of its own, unless it is on its way out; nor once another service has begun a reset. */
static void lwnvme_events_polled(struct lwnvme_service *service)
{
    struct lwnvme_events *events =
        (struct lwnvme_events *)(void *)((uint8_t *)service - offsetof(struct lwnvme_events, service));

    if ((events->ended == NULL || events->state == LWNVME_EVENTS_STOPPING) &&
        lwnvme_controller_refusal(events->controller) == LWNVME_OK && events->controller->farewells == 0)
        lwnvme_events_step(events);
}

static int lwnvme_events_check(const struct lwnvme_controller *controller, const struct lwnvme_events *events)
{
    int status;

    if (controller == NULL || events == NULL || events->event == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (events->state != LWNVME_EVENTS_CLOSED)
        return LWNVME_ERR_BUSY;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (events->requests > LWNVME_EVENTS_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (lwnvme_events_count(controller, events) == 0)
        return LWNVME_ERR_EVENT_QUEUE;
    if (!events->leave_configuration && events->enable != LWNVME_EVENTS_ALL &&
        (events->enable & ~lwnvme_events_supported(controller)) != 0)
        return LWNVME_ERR_NO_EVENT;
    return LWNVME_OK;
}

int lwnvme_events_start(struct lwnvme_controller *controller, struct lwnvme_events *events)
{
    int status = lwnvme_events_check(controller, events);
    uint32_t index;

    if (status != LWNVME_OK)
        return status;
    memset(&events->counts, 0, sizeof(events->counts));
    memset(events->histories, 0, sizeof(events->histories));
    for (index = 0; index < LWNVME_EVENTS_MAX; index++) {
        events->slots[index].state = LWNVME_EVENT_IDLE;
        events->slots[index].pause_ms = 0;
    }
    events->controller = controller;
    events->wanted = lwnvme_events_count(controller, events);
    events->state = LWNVME_EVENTS_CONFIGURE;
    events->status = LWNVME_PENDING;
    events->configuration_status = LWNVME_OK;
    events->armed = 0;
    events->enabled = 0;
    events->owed = 0;
    events->ended = NULL;
    events->service.work = lwnvme_events_polled;
    events->service.tell = lwnvme_events_told;
    events->service.due_us = 0;
    lwnvme_service_add(controller, &events->service);
    return LWNVME_OK;
}

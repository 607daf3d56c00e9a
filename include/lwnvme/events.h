/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: asynchronous events: what a controller reports unasked.
 *
 *     start --> configured --> requests armed --> event --> its log page is read --> callback --> armed again
 *                   ^                                                                    (later, in a storm)
 *                   +-- after each reset and resume, by the library
 *
 * A `struct lwnvme_events` keeps a number of Asynchronous Event Request commands with the controller, each armed
 * once. For every event the log page that it points to is read with Retain Asynchronous Event cleared, which lets
 * the controller report the same again, and the callback is called once. Nothing is reported twice by the library
 * and nothing is lost by it; events may be lost by the controller when it is reset.
 *
 * All of this happens in lwnvme_controller_poll. NVM Express Base Specification 2.1, section 5.1.2 "Asynchronous
 * Event Request command"; section 5.1.25.1.5 "Asynchronous Event Configuration".
 */
#ifndef LWNVME_EVENTS_H
#define LWNVME_EVENTS_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Event requests of one object, at most. */
#define LWNVME_EVENTS_MAX 8u

/* lwnvme_events.enable: all that this controller can report, of what the bits below stand for. */
#define LWNVME_EVENTS_ALL 0xffffffffu
/*
 * Else the bits of Asynchronous Event Configuration: LWNVME_OAES_..., LWNVME_ASYNC_EVENT_ENABLE_..., and the
 * LWNVME_SMART_WARNING_... bits that are to be reported when they are set. Errors, sanitize, reservations and
 * vendor events need no bit.
 */

enum lwnvme_async_event_kind {
    LWNVME_ASYNC_EVENT_UNKNOWN = 0, /* a reserved type or information: see the three raw members */
    LWNVME_ASYNC_EVENT_ERROR, /* information: LWNVME_AEI_ERROR_...; log: the error log's newest entries */
    LWNVME_ASYNC_EVENT_PERSISTENT_ERROR,   /* a persistent internal error: reset the controller; no log */
    LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY, /* these three, and all else about health: `smart` */
    LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE,
    LWNVME_ASYNC_EVENT_HEALTH_SPARE,
    LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED,  /* attached ones: nsids, or rescan_all */
    LWNVME_ASYNC_EVENT_ALLOCATED_CHANGED,   /* allocated ones: the same */
    LWNVME_ASYNC_EVENT_FIRMWARE_ACTIVATION, /* starting; the log page is not read before it has ended */
    LWNVME_ASYNC_EVENT_TELEMETRY,           /* controller-initiated data; not cleared, see below */
    LWNVME_ASYNC_EVENT_ANA,
    LWNVME_ASYNC_EVENT_PREDICTABLE_LATENCY,
    LWNVME_ASYNC_EVENT_LBA_STATUS,
    LWNVME_ASYNC_EVENT_ENDURANCE_GROUP,
    LWNVME_ASYNC_EVENT_REACHABILITY_GROUP,
    LWNVME_ASYNC_EVENT_REACHABILITY_ASSOCIATION,
    LWNVME_ASYNC_EVENT_DISCOVERY,
    LWNVME_ASYNC_EVENT_ZONES_CHANGED,          /* nsid: whose */
    LWNVME_ASYNC_EVENT_SUBSYSTEM_SHUTDOWN,     /* a normal NVM subsystem shutdown was begun by somebody */
    LWNVME_ASYNC_EVENT_TEMPERATURE_HYSTERESIS, /* the temperature is well below the threshold again */
    LWNVME_ASYNC_EVENT_RESERVATION,            /* log: one notification */
    LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED,     /* these three: the sanitize status log page */
    LWNVME_ASYNC_EVENT_SANITIZE_COMPLETED_DEALLOCATION, /* with unexpected deallocation */
    LWNVME_ASYNC_EVENT_SANITIZE_VERIFICATION,           /* entered media verification */
    LWNVME_ASYNC_EVENT_DATA_QUEUE,                      /* one-shot events of controller data queues */
    LWNVME_ASYNC_EVENT_VENDOR,
    LWNVME_ASYNC_EVENT_KIND_COUNT
};

/*
 * One event. Pointers into the events object: valid during the callback. What is read of the log page is its
 * beginning, up to 4096 bytes, copied once and not validated unless said so.
 *
 * Telemetry is read with the event retained, since clearing it lets the controller replace the data: the
 * event comes again once the owner has read the log page with RAE cleared.
 */
struct lwnvme_async_event {
    enum lwnvme_async_event_kind kind;
    uint8_t type;        /* as the controller said: LWNVME_AET_... */
    uint8_t information; /* LWNVME_AEI_... */
    uint8_t log_page;    /* LWNVME_LOG_... */
    uint32_t dword0;     /* all of it, as lwnvme_describe_event takes it */
    uint32_t parameter;  /* completion dword 1: the event specific parameter */
    uint32_t nsid;       /* zones changed: the namespace; else 0 */

    /* 0: the log page that belongs to the event has been read, whatever log_page says. LWNVME_ERR_NO_LOG_PAGE: there is
     * none that can be read. Else why it could not be read. */
    int log_status;
    const void *log; /* NULL unless log_status is 0 */
    uint32_t log_bytes;
    const struct lwnvme_smart_log *smart; /* of health events: the same as log; else NULL */

    /* Namespaces changed: ascending, none twice, each from 1 to the controller's nn. rescan_all: there were too
     * many, or the list could not be read or made no sense: look at all. */
    const uint32_t *nsids;
    uint32_t nsid_count;
    bool rescan_all;
};

struct lwnvme_events;

/* Called from lwnvme_controller_poll, outside of its callbacks: may do all that the controller's owner may, reset,
 * shutdown, close and lwnvme_events_stop included. */
typedef void (*lwnvme_async_event_callback)(struct lwnvme_events *events,
                                            const struct lwnvme_async_event *event);

/* What was counted since the start. */
struct lwnvme_events_counts {
    uint32_t events;     /* called back */
    uint32_t unknown;    /* of those: of a reserved type or information */
    uint32_t unreadable; /* of those: whose log page could not be read */
    uint32_t
        strange; /* entries of changed namespace lists that were out of range or out of order, left out */
    uint32_t delayed; /* times that a request was armed again only after a pause */
    uint32_t errors;  /* event requests that came back with an error */
};

/* Private: one event request. */
struct lwnvme_event_slot {
    struct lwnvme_request request;
    uint32_t state;
    uint32_t order;
    uint32_t pause_ms;
    uint64_t due_us;
};

/* Private: the latest of the events of one type and information. */
struct lwnvme_event_history {
    uint32_t dw0;
    uint32_t count;
    uint32_t pause_ms;
    uint64_t since_us;
};
#define LWNVME_EVENT_HISTORIES 8u

/* The caller's memory, zeroed; must stay where it is from a successful start until `status` is
 * LWNVME_ERR_NO_EVENT_REQUESTS again, after a stop or a close; then it may go, even from inside its callback. One per
 * controller makes sense; several share what the controller can hold. */
struct lwnvme_events {
    /* In, before the start; not written by the library. */
    lwnvme_async_event_callback event; /* mandatory: LWNVME_ERR_NULL_ARGUMENT */
    void *context;                     /* the caller's own */
    uint32_t requests; /* event requests to be kept, 1 to LWNVME_EVENTS_MAX; 0: as many as make sense */
    uint32_t enable;   /* which events; see LWNVME_EVENTS_ALL */
    bool leave_configuration; /* true: Asynchronous Event Configuration is left as it is */

    /* Out. */
    int status; /* LWNVME_OK: started; LWNVME_PENDING: starting or stopping; LWNVME_ERR_NO_EVENT_REQUESTS: not started,
                       or stopped; else why it does not work */
    uint32_t armed;   /* event requests with the controller; kept while it is off, when there are none */
    uint32_t enabled; /* what Asynchronous Event Configuration was set to */
    int configuration_status; /* 0, or why Asynchronous Event Configuration could not be set: it is what it was */
    struct lwnvme_events_counts counts;

    /* Private. */
    struct lwnvme_service service;
    struct lwnvme_controller *controller;
    uint32_t state;
    uint32_t stage;
    uint32_t wanted;
    uint32_t arrivals;
    bool *ended; /* during a callback: where to note that the object has ended in it */
    uint64_t due_us;
    uint32_t owed;    /* log pages that are read only after the callback */
    uint64_t owed_us; /* when */
    struct lwnvme_async_event now;
    struct lwnvme_request request;
    struct lwnvme_event_slot slots[LWNVME_EVENTS_MAX];
    struct lwnvme_event_history histories[LWNVME_EVENT_HISTORIES];
    union {
        uint8_t bytes[4096];
        uint32_t nsids[1024];
        struct lwnvme_smart_log smart;
    } log;
};

/*
 * Starts to keep event requests with the controller: configures it, then arms as many requests as were asked for, as
 * AERL allows, and as a quarter of the admin ring holds; polls carry it on, events->status says how it stands.
 * From then on configuration and requests are restored after each reset and resume by themselves.
 *
 * A bit of `enable` that the controller does not have (OAES) is refused with LWNVME_ERR_NO_EVENT; with
 * LWNVME_EVENTS_ALL what it lacks is left out. LWNVME_ERR_EVENT_QUEUE: there is no room for a single one,
 * beside those of other objects. LWNVME_ERR_BUSY: started already. LWNVME_ERR_INVALID_ARGUMENT: more requests
 * than LWNVME_EVENTS_MAX. Controller owner's context. 0: begun.
 */
int lwnvme_events_start(struct lwnvme_controller *controller, struct lwnvme_events *events);

/*
 * Gives the event requests back, by Abort commands, one after the other; events->status is LWNVME_PENDING until all
 * are back and LWNVME_ERR_NO_EVENT_REQUESTS then. A controller that keeps some for long ends it with
 * LWNVME_ERR_OPERATION_TIMEOUT: the object must stay until the controller has been reset, resumed or closed, when it
 * ends by itself. On a controller that is not ready it ends with the next bring-up or the close. No event is called
 * back after this call. Controller owner's context. 0: begun, or ended at once. LWNVME_ERR_NO_EVENT_REQUESTS: it is not
 * started.
 */
int lwnvme_events_stop(struct lwnvme_events *events);

#ifdef __cplusplus
}
#endif

#endif

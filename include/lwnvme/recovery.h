/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what is done about a controller that does not answer, by the library itself.
 *
 *     static struct lwnvme_recovery recovery;
 *     lwnvme_recovery_start(&controller, &recovery, NULL);
 *
 * From then on a command whose deadline passes leads up a ladder, a rung at a time, and no higher than it must:
 *
 *     alive? --> polled once more --> Abort --> controller reset --> NSSR, or the host's own reset --> failed
 *
 * A fatal status, a lost RDY, an admin command that is late and a reset that fails enter at the reset.
 * Requests that a reset finds in flight, or that end with a status that may pass (Command Interrupted,
 * Namespace Not Ready, ...), are issued again where that is safe, and otherwise come back;
 * lwnvme_request_outcome tells what became of each. Each rung is bounded in time and in number. The steps are
 * taken by lwnvme_controller_poll; nothing blocks. docs/recovery.md.
 *
 * Writes that had ended before a reset and had not been flushed are lost if the device lost power. Whoever counts on
 * them watches for LWNVME_EVENT_STOPPING (docs/io.md, "Flush and trim").
 *
 * I/O that is submitted meanwhile waits for the end, as long as its deadline allows, unless it asks not to
 * (LWNVME_REQUEST_NO_WAIT); flushes and admin calls are refused with LWNVME_ERR_RECOVERING.
 *
 * Owners of queues hold still from LWNVME_EVENT_STOPPING, whose callback waits for them, to
 * LWNVME_EVENT_READY, FAILED or GONE. LWNVME_EVENT_RECOVERY is too late for that: by then queues have been
 * touched.
 *
 * A controller that has left the bus is never reset. A drive that is another one after a reset, and a host whose clock
 * stands still, are not recovered from.
 */
#ifndef LWNVME_RECOVERY_H
#define LWNVME_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "controller.h"
#include "namespace.h"
#include "queue.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of a request that has come back. */
enum lwnvme_outcome {
    LWNVME_OUTCOME_DONE = 0,      /* the controller answered; request->status is its answer */
    LWNVME_OUTCOME_NEVER_STARTED, /* it saw no part of it */
    LWNVME_OUTCOME_UNKNOWN /* some or all of it may have been carried out, and may have reached the medium */
};

/* Of a request that has ended; while it is with the library it is unknown. Of a split request, bytes_done says what
 * came before the part that this is about. Callable anywhere, with or without a recovery. */
enum lwnvme_outcome lwnvme_request_outcome(const struct lwnvme_request *request);

/* Classes of requests. */
enum lwnvme_request_class {
    LWNVME_REQUEST_CLASS_READ =
        0, /* on any namespace: read, verify, reservation report, status of placement handles; zone reports; retrieve,
              list and exist of keys. And flush: which is not issued again after a reset, since that may be about a loss
              of power that took what the flush was for */
    LWNVME_REQUEST_CLASS_WRITE, /* write, write zeroes, write uncorrectable and dataset management on namespaces of
                                      the NVM command set */
    LWNVME_REQUEST_CLASS_ADMIN, /* of these, what only reads (Identify, Get Features, Get Log Page with RAE;
                                   docs/recovery.md has the table) is issued again after a reset, and all else
                                   comes back */
    LWNVME_REQUEST_CLASS_ONCE, /* all others: what writes to zones or changes keys, append, compare, fused, copy, raw
                                  commands, ... */
    LWNVME_REQUEST_CLASSES
};

/* What becomes of a request whose answer a recovery has cost, or whose status may pass. */
enum lwnvme_recovery_action {
    LWNVME_RECOVERY_DEFAULT = 0, /* AGAIN, but for ONCE */
    LWNVME_RECOVERY_AGAIN,       /* the library issues it again; not for ONCE */
    LWNVME_RECOVERY_GIVE_BACK    /* it comes back, and the caller decides */
};

struct lwnvme_recovery_class {
    enum lwnvme_recovery_action action;
    bool no_abort;     /* a late command of this class leads to the reset at once */
    uint32_t tries;    /* how often one request is issued again, up to 255; 0: 5, of ADMIN 1 */
    uint32_t total_ms; /* and how long after it first came to grief; 0: 120000 */
};

/*
 * How far recovery may go. Zero is a sound default: one Abort for each late command, then up to 5 controller resets in
 * 10 minutes, then failed; reads and writes are issued again, what waited in a queue waits on, the rest comes back.
 */
struct lwnvme_recovery_policy {
    struct lwnvme_recovery_class classes[LWNVME_REQUEST_CLASSES];

    /* Rungs. */
    bool no_abort; /* late commands are not aborted */
    bool no_reset; /* what cannot be aborted makes the controller fail, as without a recovery */
    bool
        subsystem_reset; /* NSSR may be written, if the controller has it (CAP.NSSRS): hits all controllers of the
                             subsystem. LWNVME_EVENT_SUBSYSTEM_RESET as for lwnvme_controller_subsystem_reset */
    bool
        admin_only; /* when all that fails is the making of I/O queues: go on without them. They end as closed with
                             LWNVME_ERR_NO_IO_QUEUES, and the controller takes admin commands */
    uint32_t abort_ms;  /* how long an Abort, and the answer of an aborted command, may take; 0: 2000 */
    uint32_t resets;    /* controller resets within window_ms; 0: 5 */
    uint32_t window_ms; /* NSSR and host_reset are tried once in it; a recovery is in one; 0: 600000 */
    uint32_t
        pause_ms; /* before the second reset in a row, up to 60000, doubled for each further one up to 64 times;
                           0: 100 */
    /*
     * The host's own reset: Function Level Reset, power to the slot. LWNVME_OK: the device has been reset, memory
     * decoding and bus mastering are on. LWNVME_PENDING: under way; asked again by later polls, for as long as a
     * command may take. Else it did not work. Called by lwnvme_controller_poll, and may not begin anything. NULL: none.
     */
    int (*host_reset)(struct lwnvme_controller *controller, void *context);
    void *context;

    /* Requests. */
    /* What still waits for room in a queue when a reset comes is given back, and what is submitted until the
     * controller is ready again refused: LWNVME_ERR_RECOVERING. */
    bool give_back_waiting;
    /* One context owns the controller and all its queues: queues of whose completions no interrupt has told anybody for
     * the time of a deadline are polled by lwnvme_controller_poll. Shared queues always are. */
    bool poll_queues;
    /*
     * For queues with interrupts whose owners are others: one has had a completion for nudge_ms that its
     * owner has not taken, or a command whose deadline has passed while its owner did not look, mostly
     * because an interrupt was lost; or one that was late, or is to be issued again, and no completion that
     * would have its owner see to it. The host has the owner call lwnvme_queue_poll: an inter-processor call,
     * a soft interrupt, a wake-up. Called by lwnvme_controller_poll for such a queue, again each nudge_ms as
     * long as that lasts; may change nothing about the controller (LWNVME_ERR_IN_CALLBACK), and must not poll
     * the queue unless it is the owner. NULL: nobody is told, and what has no interrupt waits for the next
     * one.
     */
    void (*poll_wanted)(struct lwnvme_controller *controller, struct lwnvme_queue *queue, void *context);
    /* How often it is looked at, longer than interrupts are held back for company; 0: 500. */
    uint32_t nudge_ms;
    uint32_t delay_cap_ms; /* the longest pause that a controller may ask for (CRDT); 0: 10000 */
    uint32_t
        patience_ms; /* how long a namespace may be not ready, a format or a sanitize operation go on: what is
                              issued again meanwhile is bounded by this and does not count; 0: 60000 */
};

enum lwnvme_recovery_state {
    LWNVME_RECOVERY_OFF = 0, /* not started, or stopped */
    LWNVME_RECOVERY_WATCHING,
    LWNVME_RECOVERY_ABORTING,  /* a command is late; the others go on */
    LWNVME_RECOVERY_RESETTING, /* on the way to a reset, or back from it */
    LWNVME_RECOVERY_FAILED     /* given up; lwnvme_controller_status says why */
};

/* Since the start. */
struct lwnvme_recovery_counts {
    uint32_t healed;           /* queues with answers of which nobody had been told: lost interrupts */
    uint32_t nudges;           /* calls of poll_wanted; healed counts those that were followed by a poll */
    uint32_t late;             /* commands whose deadline passed */
    uint32_t late_answers;     /* of these: answered after all, without an Abort that took */
    uint32_t aborts;           /* Abort commands sent */
    uint32_t aborted;          /* of these: took */
    uint32_t not_aborted;      /* did not take, or failed */
    uint32_t lost_aborts;      /* were not answered */
    uint32_t recoveries;       /* that came to resets */
    uint32_t resets;           /* controller resets */
    uint32_t subsystem_resets; /* NSSR */
    uint32_t host_resets;      /* that worked */
    uint32_t failures;         /* recoveries that were given up */
    uint32_t admin_only;       /* those that ended without I/O queues */
    uint32_t again;            /* requests issued again, not counting those that had never been issued */
    uint32_t waited;           /* requests that waited in a queue and survived a reset */
    uint32_t awaited;          /* requests that were submitted while a recovery was under way, and let wait */
    uint32_t expired;          /* of these: came back because that took too long */
    uint32_t given_back;       /* requests that came back for the caller's decision */
    uint32_t refused;          /* of these: because their namespace is not what it was */
};

/* A namespace whose handle is kept right: the caller's memory, zeroed. */
struct lwnvme_recovery_namespace {
    struct lwnvme_namespace *ns;
    struct lwnvme_recovery_namespace *next;
};

/* An admin command that is sent after each reset: the caller's memory, zeroed. */
struct lwnvme_recovery_setting {
    struct lwnvme_command command; /* in */
    const void *data;              /* in: data for the controller, up to 4096 bytes, that stay; or NULL */
    uint32_t data_bytes;
    int status; /* out: of the last time */
    struct lwnvme_recovery_setting *next;
};

struct lwnvme_recovery_hooks;

/* Private: a late command on its way up the ladder. */
struct lwnvme_recovery_case {
    struct lwnvme_queue *queue; /* NULL: none */
    uint32_t late;
    uint32_t stage;
    bool took; /* the Abort did */
    uint64_t until_us;
    struct lwnvme_request request; /* the Abort */
};

#define LWNVME_RECOVERY_CASES 4u

/* The caller's memory, zeroed; must stay until lwnvme_recovery_stop or the controller's close. All but counts is
 * private. */
struct lwnvme_recovery {
    struct lwnvme_recovery_counts counts;

    /* Private, and what is named most comes first. */
    const struct lwnvme_recovery_hooks *hooks;
    uint32_t state;                    /* enum lwnvme_recovery_state */
    uint32_t in_a_row;                 /* controller resets since it was last ready */
    struct lwnvme_request *kept_first; /* requests to be issued again */
    struct lwnvme_request *kept_last;
    bool unstoppable;    /* it did not stop, and nothing else could make it */
    bool queues_failed;  /* the last failure was in the making of I/O queues */
    bool without_queues; /* this bring-up makes none */
    bool announce;       /* the end of the recovery is to be told */
    bool asked;          /* the verification waits for an answer */
    bool gathered;       /* it has what waited in the queues */
    struct lwnvme_recovery_policy policy;
    struct lwnvme_service service;
    uint32_t window_resets;
    uint32_t window_subsystem_resets;
    uint32_t window_host_resets;
    uint32_t rung; /* which one the state `rescue` is about */
    uint64_t window_since_us;
    uint64_t nudge_us;  /* when queues of others are looked at next */
    uint32_t looked_ms; /* when deadlines of what awaits were last looked at */
    struct lwnvme_recovery_namespace *namespaces;
    struct lwnvme_recovery_namespace *watched; /* the next one to be verified */
    struct lwnvme_recovery_setting *settings;
    struct lwnvme_recovery_setting *setting; /* the next one to be sent */
    struct lwnvme_request *fit_first;        /* those of the kept requests that still can be */
    struct lwnvme_request *fit_last;
    struct lwnvme_request
        *orphans_first; /* those whose queue has been closed: its memory is the caller's again */
    struct lwnvme_request *orphans_last;
    struct lwnvme_request request; /* of settings */
    struct lwnvme_recovery_case cases[LWNVME_RECOVERY_CASES];
    struct lwnvme_namespace shadow; /* what is read anew */
};

/*
 * From now on the controller is recovered as `policy` says, which is copied (NULL: all zero). Nothing may be
 * in flight on its queues, whose owners hold still; best before the first queue is made. Controller owner's
 * context, and not from a callback. LWNVME_ERR_BUSY: it has a recovery already, or requests are in flight.
 */
int lwnvme_recovery_start(struct lwnvme_controller *controller, struct lwnvme_recovery *recovery,
                          const struct lwnvme_recovery_policy *policy);

/*
 * Ends it: the controller fails as ever, requests that rest come back. Owners of queues hold still.
 * LWNVME_ERR_BUSY while a recovery or an Abort is under way: poll, and try again. LWNVME_ERR_NOT_OPEN: it is
 * off, as after the controller's close.
 */
int lwnvme_recovery_stop(struct lwnvme_recovery *recovery);

/* Callable anywhere. */
enum lwnvme_recovery_state lwnvme_recovery_get_state(const struct lwnvme_recovery *recovery);

/*
 * Has a namespace's handle looked after: after each reset the namespace is identified before anything uses it again.
 * Another NGUID, EUI64 or UUID, another format, or none at all: the handle is refused with LWNVME_ERR_NS_CHANGED or
 * LWNVME_ERR_NS_REMOVED until it is opened again. Another size: the handle has it, and requests that lie beyond it are
 * refused. Handles that are not looked after are checked only for the requests that are issued again. `entry` and `ns`
 * stay until lwnvme_recovery_unwatch. LWNVME_ERR_BUSY: the entry is in use. Controller owner's context.
 */
int lwnvme_recovery_watch(struct lwnvme_recovery *recovery, struct lwnvme_recovery_namespace *entry,
                          struct lwnvme_namespace *ns);
void lwnvme_recovery_unwatch(struct lwnvme_recovery *recovery, struct lwnvme_recovery_namespace *entry);

/*
 * Has an admin command sent after each reset, before I/O goes on: mostly a Set Features whose value a reset
 * takes back. In the order in which they were added; one that is refused says so in its status and keeps
 * nobody else from anything. What services set (events, host memory, Keep Alive, shadow doorbells) they set
 * again themselves. The entry stays until lwnvme_recovery_forget. LWNVME_ERR_BUSY: the entry is in use.
 * Controller owner's context.
 */
int lwnvme_recovery_restore(struct lwnvme_recovery *recovery, struct lwnvme_recovery_setting *entry);
void lwnvme_recovery_forget(struct lwnvme_recovery *recovery, struct lwnvme_recovery_setting *entry);

#ifdef __cplusplus
}
#endif

#endif

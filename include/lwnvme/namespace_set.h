/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the namespaces of a controller kept in step with what the controller has, while they are in use.
 *
 *     rescan: list, page by page --> each listed one is read beside its handle --> compared --> handle changed, or not
 *                                --> handles that were not listed: asked for once more --> removed
 *
 * A rescan is a long operation (operation.h): lwnvme_controller_poll carries it on, and each change is reported through
 * a callback. Handles of namespaces that are as they were are not touched: I/O on them goes on without a pause, before,
 * during and after. Run one after bring-up, after each reset or resume in which somebody else had the drive, and
 * whenever events.h reports that namespaces have changed.
 */
#ifndef LWNVME_NAMESPACE_SET_H
#define LWNVME_NAMESPACE_SET_H

#include "namespace.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Handles of one set, at most. */
#define LWNVME_NAMESPACE_SET_HANDLES_MAX 1024u

enum lwnvme_namespace_change {
    LWNVME_NAMESPACE_ADDED = 1, /* a new handle; ns->status says whether it can be used */
    LWNVME_NAMESPACE_REMOVED,   /* for good: ns->status is LWNVME_ERR_NS_REMOVED */
    LWNVME_NAMESPACE_RESIZED,   /* ns->block_count is another */
    LWNVME_NAMESPACE_FORMATTED, /* block size, metadata, protection, or whether it can be used at all; size, too */
    LWNVME_NAMESPACE_MODIFIED /* something else: write protection, capacity, limits of one command */
};

struct lwnvme_namespace_set;
/* Called from lwnvme_controller_poll, outside of its callbacks: may do all that the controller's owner may. When it
 * closes the controller, which ends the rescan, the set must stay until it has returned. */
typedef void (*lwnvme_namespace_changed)(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns,
                                         enum lwnvme_namespace_change change);

/*
 * A set of namespace handles: the caller's memory, zeroed once, as are the handles. All must stay where they are.
 *
 * A handle is free while its nsid is 0; a rescan takes a free one for each namespace that it finds. A handle that was
 * marked as removed never comes to life again, even if its namespace does: that gets another handle. It stays in the
 * set, so that nothing that still points at it is misled, until lwnvme_namespace_set_release gives it back.
 *
 * Two namespaces are the same if they have the same NSID and none of the identifiers that both have (UUID, NGUID,
 * EUI64) differs. Another namespace under a known NSID is reported as one removed and one added.
 */
struct lwnvme_namespace_set {
    struct lwnvme_operation
        operation; /* first; done, context and timeout_ms (of each round) are the caller's */

    /* In; not written by the library while they are in use. */
    struct lwnvme_namespace **handles; /* the caller's array of handles, without NULL */
    uint32_t handle_count;             /* 1 to LWNVME_NAMESPACE_SET_HANDLES_MAX */
    lwnvme_namespace_changed changed;  /* NULL: none */
    /* true: all I/O queues have the controller's owner, or are shared; then requests that still wait for room in a
     * queue are given back with LWNVME_ERR_NS_REMOVED or LWNVME_ERR_NS_BUSY when their namespace is removed or has
     * another format. false: they are sent, and the controller says what it thinks of them. */
    bool owns_queues;

    /* Out, of the last round. */
    uint32_t missed;  /* namespaces for which there was no free handle */
    uint32_t unread;  /* namespaces that could not be read now; their handles, if any, are as they were */
    bool list_is_odd; /* the controller's list was not ascending, or without an end */

    /* Private. */
    int worst;
    uint32_t stage;
    uint32_t index;
    uint32_t pages;
    uint32_t retries;
    uint32_t resume_after;
    uint32_t highest;
    uint64_t deadline_us;
    bool again;
    uint32_t seen[LWNVME_NAMESPACE_SET_HANDLES_MAX / 32u];
    struct lwnvme_namespace probe;
    struct lwnvme_namespace_list list;
};

/*
 * Begins a rescan. While one is under way: it will go round once more when it has ended, however often this is called;
 * `done` is called once, after the last round. So every change that was made before the call has been seen when the
 * operation has ended. Each round is bounded by what the controller can have, by the size of the set, and in time
 * (operation.timeout_ms; 0: two minutes). A reset in between does not end it: what was under way is asked again.
 *
 * Ends with LWNVME_OK; LWNVME_ERR_NO_MEMORY: all is as it should be but for `missed` namespaces that found no free
 * handle; else the first reason why a namespace, or the list, could not be read: the rest has been done all the same,
 * and no handle was given up for it. Handles of an earlier opening of the controller are reported as removed.
 *
 * A device that lies in its list makes a rescan slower, not wrong: entries out of order, twice, reserved or beyond
 * what there is are passed over, and what a list leaves out is only removed when Identify Namespace agrees.
 *
 * Controller owner's context, callbacks included. LWNVME_ERR_INVALID_ARGUMENT: no handles, or more than the set can
 * have. 0: begun.
 */
int lwnvme_namespace_set_rescan(struct lwnvme_controller *controller, struct lwnvme_namespace_set *set);

/* The handle of the namespace that has this NSID now; NULL: none. Controller owner's context. */
struct lwnvme_namespace *lwnvme_namespace_set_find(const struct lwnvme_namespace_set *set, uint32_t nsid);

/* The handles that are in use and not removed, up to `room` of them, in the order of the set: what format, sanitize and
 * firmware operations want to be told. Returns how many. Controller owner's context. */
uint32_t lwnvme_namespace_set_list(const struct lwnvme_namespace_set *set, struct lwnvme_namespace **handles,
                                   uint32_t room);

/* Gives back a removed handle, whose last user is gone: it is zeroed, and free. LWNVME_ERR_WRONG_STATE: it has not been
 * removed. Controller owner's context. */
int lwnvme_namespace_set_release(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Rescan: a set of namespace handles brought in step with what the controller has, while they are in use.
 *
 *     LIST --> PROBE each listed one --> (next page: LIST) --> SWEEP: PROBE each handle that was not listed --> end
 *
 * A namespace is read into set->probe, never into its handle, and the handle is changed only if the two differ. Who
 * uses a handle meanwhile sees the old one or the new one: what can be changed at once is, and for the rest the handle
 * refuses I/O in between. What the list says is only a hint where to look. What counts is Identify Namespace of each.
 *
 * Controller owner's context: steps are taken by lwnvme_controller_poll (operation.c), outside of callbacks.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

#define LWNVME_RESCAN_LIMIT_MS    120000u
#define LWNVME_RESCAN_PAGES_MAX   64u /* of up to 1024 namespaces */
#define LWNVME_RESCAN_RETRIES_MAX 3u  /* after resets */

/* set->stage */
enum lwnvme_rescan_stage {
    LWNVME_RESCAN_BEGIN = 0, /* of a round */
    LWNVME_RESCAN_PAGE,      /* ask for a page of the list */
    LWNVME_RESCAN_LISTED,    /* it has come */
    LWNVME_RESCAN_ENTRY,     /* look at set->index of it */
    LWNVME_RESCAN_PROBED,    /* a listed namespace has been read */
    LWNVME_RESCAN_SWEEP,     /* look at handle set->index */
    LWNVME_RESCAN_SWEPT,     /* the namespace of a handle that was not listed has been read */
    LWNVME_RESCAN_END
};

static bool lwnvme_set_has_seen(const struct lwnvme_namespace_set *set, uint32_t index)
{
    return (set->seen[index >> 5] >> (index & 31u) & 1u) != 0;
}

static bool lwnvme_handle_is_in_use(const struct lwnvme_namespace *ns)
{
    return ns->nsid != 0 && ns->status != LWNVME_ERR_NS_REMOVED;
}

/* Index of the handle of a namespace; handle_count: there is none. */
static uint32_t lwnvme_set_index(const struct lwnvme_namespace_set *set, uint32_t nsid)
{
    uint32_t index;

    for (index = 0; index < set->handle_count; index++) {
        if (set->handles[index]->nsid == nsid && lwnvme_handle_is_in_use(set->handles[index]))
            break;
    }
    return index;
}

static void lwnvme_set_report(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns,
                              enum lwnvme_namespace_change change)
{
    if (set->changed != NULL)
        set->changed(set, ns, change);
}

/* The first reason why something could not be done; the rest goes on. */
static void lwnvme_set_complain(struct lwnvme_namespace_set *set, int status)
{
    if (set->worst == LWNVME_OK)
        set->worst = status;
}

static void lwnvme_set_fail_waiting(struct lwnvme_namespace_set *set, uint32_t nsid, int status)
{
    if (set->owns_queues)
        lwnvme_waiting_fail(set->operation.controller, nsid, status);
}

/* I/O is refused from here on, and for ever. */
static void lwnvme_handle_remove(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns)
{
    ns->status = LWNVME_ERR_NS_REMOVED;
    ns->straight_blocks = 0;
    lwnvme_set_fail_waiting(set, ns->nsid, LWNVME_ERR_NS_REMOVED);
    lwnvme_set_report(set, ns, LWNVME_NAMESPACE_REMOVED);
}

/* Everything of a namespace that was read: the members from block_bytes to the one before wanted_csi, its limits, and
 * then those by which it may be used. */
static void lwnvme_handle_copy(struct lwnvme_namespace *ns, const struct lwnvme_namespace *from)
{
    const size_t first = offsetof(struct lwnvme_namespace, block_bytes);
    const size_t last = offsetof(struct lwnvme_namespace, wanted_csi);

    memcpy((uint8_t *)ns + first, (const uint8_t *)from + first, last - first);
    memcpy(ns->told, from->told, sizeof(ns->told));
    ns->verdict = from->verdict;
    ns->status = from->status;
    lwnvme_straight_allow(ns);
}

static bool lwnvme_id_differs(bool has_left, bool has_right, const uint8_t *left, const uint8_t *right,
                              uint32_t length)
{
    return has_left && has_right && memcmp(left, right, length) != 0;
}

/* Identifiers that only one of them has say nothing: a controller may fail to deliver the list of them. */
static bool lwnvme_handle_is_other(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    return lwnvme_id_differs(ns->has_uuid, now->has_uuid, ns->uuid, now->uuid, sizeof(ns->uuid)) ||
           lwnvme_id_differs(ns->has_nguid, now->has_nguid, ns->nguid, now->nguid, sizeof(ns->nguid)) ||
           lwnvme_id_differs(ns->has_eui64, now->has_eui64, ns->eui64, now->eui64, sizeof(ns->eui64));
}

static bool lwnvme_handle_is_formatted(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    return ns->block_shift != now->block_shift || ns->metadata_bytes != now->metadata_bytes ||
           ns->metadata_interleaved != now->metadata_interleaved ||
           ns->protection_type != now->protection_type || ns->protection_first != now->protection_first ||
           ns->csi != now->csi || ns->status != now->status;
}

/* Of what Identify Namespace begins with: NSFEAT, NAWUN to NABSPF, NPWG to MSRC. Between them are hints that change all
 * the time. */
static bool lwnvme_handle_limits_differ(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    const size_t features = offsetof(struct lwnvme_identify_namespace, nsfeat);
    const size_t atomic = offsetof(struct lwnvme_identify_namespace, nawun);
    const size_t atomic_end = offsetof(struct lwnvme_identify_namespace, noiob);
    const size_t copy = offsetof(struct lwnvme_identify_namespace, npwg);
    const size_t copy_end = offsetof(struct lwnvme_identify_namespace, kpios);

    return ns->told[features] != now->told[features] ||
           memcmp(&ns->told[atomic], &now->told[atomic], atomic_end - atomic) != 0 ||
           memcmp(&ns->told[copy], &now->told[copy], copy_end - copy) != 0;
}

static bool lwnvme_handle_is_modified(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    return lwnvme_handle_limits_differ(ns, now) || ns->capacity_blocks != now->capacity_blocks ||
           ns->boundary_blocks != now->boundary_blocks || ns->max_blocks != now->max_blocks ||
           ns->format_index != now->format_index || ns->read_only != now->read_only || ns->oncs != now->oncs;
}

/* A known namespace that looks different: its handle gets the new looks. */
static void lwnvme_handle_update(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns)
{
    const struct lwnvme_namespace *now = &set->probe;

    if (lwnvme_handle_is_formatted(ns, now)) {
        ns->status = LWNVME_ERR_NS_BUSY;
        ns->straight_blocks = 0;
        lwnvme_set_fail_waiting(set, ns->nsid, LWNVME_ERR_NS_BUSY);
        lwnvme_handle_copy(ns, now);
        lwnvme_set_report(set, ns, LWNVME_NAMESPACE_FORMATTED);
    } else if (ns->block_count != now->block_count) {
        ns->straight_blocks = 0;
        lwnvme_handle_copy(ns, now);
        lwnvme_set_report(set, ns, LWNVME_NAMESPACE_RESIZED);
    } else if (lwnvme_handle_is_modified(ns, now)) {
        lwnvme_handle_copy(ns, now);
        lwnvme_set_report(set, ns, LWNVME_NAMESPACE_MODIFIED);
    } else {
        ns->used_blocks = now->used_blocks;
    }
}

/* A namespace that has no handle gets the first free one. */
static void lwnvme_handle_add(struct lwnvme_namespace_set *set)
{
    struct lwnvme_namespace *ns;
    uint32_t index;

    for (index = 0; index < set->handle_count && set->handles[index]->nsid != 0; index++)
        continue;
    if (index == set->handle_count) {
        set->missed++;
        return;
    }
    ns = set->handles[index];
    memset(ns, 0, sizeof(*ns));
    ns->controller = set->probe.controller;
    ns->nsid = set->probe.nsid;
    lwnvme_handle_copy(ns, &set->probe);
    set->seen[index >> 5] |= 1u << (index & 31u);
    lwnvme_set_report(set, ns, LWNVME_NAMESPACE_ADDED);
}

/* What the device means by "there is no such namespace", one way or another. */
static bool lwnvme_probe_says_gone(int status)
{
    int code = lwnvme_status_code(status);

    return status == LWNVME_ERR_NS_INACTIVE || status == LWNVME_ERR_NS_INVALID_ID ||
           code == LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT || code == LWNVME_SC_NAMESPACE_NOT_ATTACHED;
}

/* Whether set->probe holds what a namespace looks like: it may still not be one that can be used. */
static bool lwnvme_probe_is_good(const struct lwnvme_namespace *probe)
{
    return probe->status == LWNVME_OK ||
           (probe->status <= LWNVME_ERR_NS_FORMAT && /* and the others of a look */
            probe->status >= LWNVME_ERR_NS_COMMAND_SET);
}

/* set->probe has been read: the handle of its NSID, if there is one, is made to agree. */
static void lwnvme_rescan_settle(struct lwnvme_namespace_set *set)
{
    uint32_t index = lwnvme_set_index(set, set->probe.nsid);
    struct lwnvme_namespace *ns = index < set->handle_count ? set->handles[index] : NULL;

    if (ns != NULL)
        set->seen[index >> 5] |= 1u << (index & 31u);
    if (lwnvme_probe_says_gone(set->probe.status)) {
        if (ns != NULL && ns->status != LWNVME_PENDING)
            lwnvme_handle_remove(set, ns);
        return;
    }
    if (!lwnvme_probe_is_good(&set->probe)) {
        set->unread++;
        lwnvme_set_complain(set, set->probe.status);
        return;
    }
    /* One that somebody else is reading or formatting is theirs until they are done. */
    if (ns != NULL && (ns->status == LWNVME_PENDING || ns->status == LWNVME_ERR_NS_BUSY))
        return;
    if (ns != NULL && !lwnvme_handle_is_other(ns, &set->probe)) {
        lwnvme_handle_update(set, ns);
        return;
    }
    if (ns != NULL)
        lwnvme_handle_remove(set, ns);
    lwnvme_handle_add(set);
}

/* Whether what was under way was lost to a reset and should be asked again. */
static bool lwnvme_rescan_retries(struct lwnvme_namespace_set *set, int status,
                                  enum lwnvme_rescan_stage back_to)
{
    if ((status != LWNVME_ERR_ABORTED && status != LWNVME_ERR_NOT_STARTED && status != LWNVME_ERR_BUSY) ||
        set->retries >= LWNVME_RESCAN_RETRIES_MAX)
        return false;
    set->retries++;
    set->stage = back_to;
    return true;
}

/* Begins to read one namespace into set->probe. */
static void lwnvme_rescan_probe(struct lwnvme_namespace_set *set, uint32_t nsid,
                                enum lwnvme_rescan_stage then)
{
    set->stage = then;
    (void)lwnvme_namespace_open(set->operation.controller, nsid, &set->probe);
}

/* A round begins. Handles that belong to another controller, or to an earlier opening of it, are dead. */
static void lwnvme_rescan_begin(struct lwnvme_namespace_set *set)
{
    const struct lwnvme_controller *controller = set->operation.controller;
    uint32_t index;

    set->again = false;
    set->missed = 0;
    set->unread = 0;
    set->list_is_odd = false;
    set->worst = LWNVME_OK;
    set->pages = 0;
    set->retries = 0;
    set->resume_after = 0;
    memset(set->seen, 0, sizeof(set->seen));
    set->stage = LWNVME_RESCAN_PAGE;
    for (index = 0; index < set->handle_count; index++) {
        struct lwnvme_namespace *ns = set->handles[index];

        if (lwnvme_handle_is_in_use(ns) && ns->status != LWNVME_PENDING &&
            (ns->controller != controller || ns->incarnation != controller->incarnation))
            lwnvme_handle_remove(set, ns);
    }
}

static void lwnvme_rescan_page(struct lwnvme_namespace_set *set)
{
    set->index = 0;
    set->highest = 0;
    set->stage = LWNVME_RESCAN_LISTED;
    (void)lwnvme_namespace_enumerate(set->operation.controller, set->resume_after, &set->list);
}

static void lwnvme_rescan_listed(struct lwnvme_namespace_set *set)
{
    int status = set->list.status;

    if (lwnvme_rescan_retries(set, status, LWNVME_RESCAN_PAGE))
        return;
    set->stage = LWNVME_RESCAN_ENTRY;
    set->pages++;
    if (status != LWNVME_OK) {
        lwnvme_set_complain(set, status);
        set->stage = LWNVME_RESCAN_SWEEP;
    }
    if (set->list.damaged)
        set->list_is_odd = true;
}

/* The entry at set->index: of a list that makes sense as the library read it, of one that does not as it came. 0: no
 * more of them. */
static uint32_t lwnvme_rescan_listed_nsid(const struct lwnvme_namespace_set *set)
{
    const struct lwnvme_namespace_list *list = &set->list;

    if (!list->damaged)
        return set->index < list->count ? list->nsids[set->index] : 0;
    if (set->index >= LWNVME_NAMESPACE_LIST_ENTRIES)
        return 0;
    return lwnvme_le32_get((const struct lwnvme_le32 *)(const void *)&list->data[(size_t)set->index * 4u]);
}

/* Where the next page begins; 0: this was the last one. A list that makes no sense goes on if it is full, and if it
 * leads on. */
static uint32_t lwnvme_rescan_next_page(const struct lwnvme_namespace_set *set)
{
    const struct lwnvme_namespace_list *list = &set->list;

    if (!list->damaged)
        return list->more ? list->last : 0;
    return set->index >= LWNVME_NAMESPACE_LIST_ENTRIES && set->highest > set->resume_after ? set->highest : 0;
}

/* All entries of a page have been looked at. */
static void lwnvme_rescan_page_end(struct lwnvme_namespace_set *set)
{
    uint32_t next = lwnvme_rescan_next_page(set);

    set->index = 0;
    set->stage = LWNVME_RESCAN_SWEEP;
    if (next == 0 || next >= set->operation.controller->info.nn)
        return;
    if (set->pages >= LWNVME_RESCAN_PAGES_MAX) {
        set->list_is_odd = true;
        return;
    }
    set->resume_after = next;
    set->stage = LWNVME_RESCAN_PAGE;
}

/* One entry is looked at per step, the ones that need no look are passed over. */
static void lwnvme_rescan_entry(struct lwnvme_namespace_set *set)
{
    uint32_t nn = set->operation.controller->info.nn;
    uint32_t nsid;

    while ((nsid = lwnvme_rescan_listed_nsid(set)) != 0) {
        uint32_t index = lwnvme_set_index(set, nsid);

        set->index++;
        if (nsid > nn || nsid == LWNVME_NSID_ALL)
            continue;
        if (nsid > set->highest)
            set->highest = nsid;
        if (index < set->handle_count && lwnvme_set_has_seen(set, index))
            continue;
        lwnvme_rescan_probe(set, nsid, LWNVME_RESCAN_PROBED);
        return;
    }
    lwnvme_rescan_page_end(set);
}

static void lwnvme_rescan_probed(struct lwnvme_namespace_set *set)
{
    if (lwnvme_rescan_retries(set, set->probe.status, LWNVME_RESCAN_ENTRY)) {
        set->index--;
        return;
    }
    set->stage = LWNVME_RESCAN_ENTRY;
    lwnvme_rescan_settle(set);
}

/* Handles whose namespaces were not listed: the list may have lied, so each is asked for. */
static void lwnvme_rescan_sweep(struct lwnvme_namespace_set *set)
{
    for (; set->index < set->handle_count; set->index++) {
        const struct lwnvme_namespace *ns = set->handles[set->index];

        if (lwnvme_handle_is_in_use(ns) && !lwnvme_set_has_seen(set, set->index)) {
            lwnvme_rescan_probe(set, ns->nsid, LWNVME_RESCAN_SWEPT);
            return;
        }
    }
    set->stage = LWNVME_RESCAN_END;
}

static void lwnvme_rescan_swept(struct lwnvme_namespace_set *set)
{
    set->stage = LWNVME_RESCAN_SWEEP;
    if (lwnvme_rescan_retries(set, set->probe.status, LWNVME_RESCAN_SWEEP))
        return;
    set->index++;
    lwnvme_rescan_settle(set);
}

static void lwnvme_rescan_end(struct lwnvme_namespace_set *set)
{
    struct lwnvme_operation *operation = &set->operation;
    uint64_t limit_ms = operation->timeout_ms != 0 ? operation->timeout_ms : LWNVME_RESCAN_LIMIT_MS;

    set->stage = LWNVME_RESCAN_BEGIN;
    if (set->again) {
        set->deadline_us = lwnvme_now_us(operation->controller) + limit_ms * 1000u;
        operation->deadline_us = set->deadline_us;
        return;
    }
    if (set->missed != 0)
        lwnvme_set_complain(set, LWNVME_ERR_NO_MEMORY);
    lwnvme_operation_end(operation, set->worst);
}

/* The list and the probe are requests of their own. While one is under way nothing else is due, and the operation does
 * not end: its owner may take the memory away then. Commands have deadlines, so this wait has one too. */
static void lwnvme_rescan_await(struct lwnvme_namespace_set *set)
{
    bool waits = set->list.status == LWNVME_PENDING || set->probe.status == LWNVME_PENDING;

    set->operation.deadline_us = waits ? UINT64_MAX : set->deadline_us;
    if (waits)
        set->operation.service.due_us = UINT64_MAX;
}

static void lwnvme_rescan_take_step(struct lwnvme_namespace_set *set)
{
    switch (set->stage) {
    case LWNVME_RESCAN_BEGIN:
        lwnvme_rescan_begin(set);
        break;
    case LWNVME_RESCAN_PAGE:
        lwnvme_rescan_page(set);
        break;
    case LWNVME_RESCAN_LISTED:
        if (set->list.status != LWNVME_PENDING)
            lwnvme_rescan_listed(set);
        break;
    case LWNVME_RESCAN_ENTRY:
        lwnvme_rescan_entry(set);
        break;
    case LWNVME_RESCAN_PROBED:
        if (set->probe.status != LWNVME_PENDING)
            lwnvme_rescan_probed(set);
        break;
    case LWNVME_RESCAN_SWEEP:
        lwnvme_rescan_sweep(set);
        break;
    default: /* LWNVME_RESCAN_SWEPT; for the end see below */
        if (set->probe.status != LWNVME_PENDING)
            lwnvme_rescan_swept(set);
        break;
    }
}

static void lwnvme_rescan_step(struct lwnvme_operation *operation)
{
    struct lwnvme_namespace_set *set = (struct lwnvme_namespace_set *)(void *)operation;

    /* After the end the set may be gone. */
    if (set->stage == LWNVME_RESCAN_END) {
        lwnvme_rescan_end(set);
        return;
    }
    lwnvme_rescan_take_step(set);
    if (lwnvme_operation_active(operation))
        lwnvme_rescan_await(set);
}

static int lwnvme_set_check(const struct lwnvme_namespace_set *set)
{
    uint32_t index;

    if (set->handle_count == 0 || set->handle_count > LWNVME_NAMESPACE_SET_HANDLES_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (set->handles == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    for (index = 0; index < set->handle_count; index++) {
        if (set->handles[index] == NULL)
            return LWNVME_ERR_NULL_ARGUMENT;
    }
    return LWNVME_OK;
}

int lwnvme_namespace_set_rescan(struct lwnvme_controller *controller, struct lwnvme_namespace_set *set)
{
    int status;

    if (controller == NULL || set == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (lwnvme_operation_active(&set->operation) && set->operation.controller == controller) {
        set->again = true;
        return LWNVME_OK;
    }
    status = lwnvme_operation_check(controller, &set->operation);
    if (status == LWNVME_OK)
        status = lwnvme_set_check(set);
    if (status != LWNVME_OK)
        return status;
    set->stage = LWNVME_RESCAN_BEGIN;
    lwnvme_operation_start(controller, &set->operation, lwnvme_rescan_step, LWNVME_RESCAN_LIMIT_MS);
    set->deadline_us = set->operation.deadline_us;
    return LWNVME_OK;
}

struct lwnvme_namespace *lwnvme_namespace_set_find(const struct lwnvme_namespace_set *set, uint32_t nsid)
{
    uint32_t index;

    if (set == NULL || nsid == 0 || lwnvme_set_check(set) != LWNVME_OK)
        return NULL;
    index = lwnvme_set_index(set, nsid);
    return index < set->handle_count ? set->handles[index] : NULL;
}

uint32_t lwnvme_namespace_set_list(const struct lwnvme_namespace_set *set, struct lwnvme_namespace **handles,
                                   uint32_t room)
{
    uint32_t count = 0;
    uint32_t index;

    if (set == NULL || handles == NULL || lwnvme_set_check(set) != LWNVME_OK)
        return 0;
    for (index = 0; index < set->handle_count && count < room; index++) {
        if (lwnvme_handle_is_in_use(set->handles[index]))
            handles[count++] = set->handles[index];
    }
    return count;
}

int lwnvme_namespace_set_release(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns)
{
    if (set == NULL || ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (ns->status != LWNVME_ERR_NS_REMOVED)
        return LWNVME_ERR_WRONG_STATE;
    memset(ns, 0, sizeof(*ns));
    return LWNVME_OK;
}

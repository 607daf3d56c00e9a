/* SPDX-License-Identifier: MIT */
/*
 * What an operation does to namespaces that are in use: keeps I/O away from the command as the effects log says, and
 * the caller's handles in step with what the command makes of them.
 *
 *     start: handles are refused --> effects --> hold --> still --> fail what waits for the handles
 *       --> the command; other I/O goes on before it, or after it if it must not meet it
 *       --> leave: each handle read again into the shadow, then made the caller's --> all let go
 *
 * A handle is written over only when no request refers to it: entered says that nothing was in flight and nothing
 * waited, and since then it has been refused. A guard that is not `busy` (firmware) lets requests wait for the end
 * instead; if the namespace then is what it was they are sent, and ended with LWNVME_ERR_NS_BUSY if it is not.
 *
 * One guard a controller at a time, found by its service. Controller owner's context, in the steps of an operation;
 * abandon and forsake are the operation's tidying up and may come at any time, also while the controller is closed.
 */
#include "namespace_guard.h"

enum lwnvme_guard_stage {
    LWNVME_GUARD_EFFECTS = 0,
    LWNVME_GUARD_EFFECTS_READ,
    LWNVME_GUARD_HOLD,
    LWNVME_GUARD_STILL,
    LWNVME_GUARD_ENTERED,
    LWNVME_GUARD_REOPEN,
    LWNVME_GUARD_REOPENING
};

static void lwnvme_guard_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_namespace_guard *guard =
        (struct lwnvme_namespace_guard *)(void *)((uint8_t *)service -
                                                  offsetof(struct lwnvme_namespace_guard, service));

    if (occasion != LWNVME_OCCASION_READY)
        return;
    guard->resets++;
    if (service->holding) /* a reset has let them go */
        lwnvme_service_hold(service);
}

/* A queue that has been made since is held as the others are. */
static void lwnvme_guard_work(struct lwnvme_service *service)
{
    if (service->holding)
        lwnvme_service_hold(service);
}

static bool lwnvme_guard_is_up(const struct lwnvme_namespace_guard *guard)
{
    return guard->service.controller != NULL;
}

static bool lwnvme_guard_concerns(const struct lwnvme_namespace_guard *guard,
                                  const struct lwnvme_namespace *ns)
{
    /* One that has been removed stays so, whatever else becomes of its identifier. */
    return ns->status != LWNVME_ERR_NS_REMOVED && (guard->nsid == LWNVME_NSID_ALL || guard->nsid == ns->nsid);
}

static int lwnvme_guard_handle_check(const struct lwnvme_controller *controller,
                                     const struct lwnvme_namespace *ns)
{
    if (ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (ns->controller != controller || ns->nsid == 0 ||
        (ns->incarnation != 0 && ns->incarnation != controller->incarnation))
        return LWNVME_ERR_NAMESPACE_CLOSED;
    return ns->status == LWNVME_ERR_NS_BUSY || ns->status == LWNVME_PENDING ? LWNVME_ERR_NS_BUSY : LWNVME_OK;
}

int lwnvme_guard_check(const struct lwnvme_controller *controller, struct lwnvme_namespace *const *handles,
                       uint32_t handle_count)
{
    const struct lwnvme_service *service;
    uint32_t index;
    int status;

    for (service = controller->services; service != NULL; service = service->next) {
        if (service->tell == lwnvme_guard_told)
            return LWNVME_ERR_BUSY;
    }
    if (handle_count != 0 && handles == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    for (index = 0; index < handle_count; index++) {
        status = lwnvme_guard_handle_check(controller, handles[index]);
        if (status != LWNVME_OK)
            return status;
    }
    return LWNVME_OK;
}

/* Other owners of shared queues read handles under the host's lock, so that is where they change. */
static void lwnvme_guard_lock(const struct lwnvme_controller *controller)
{
    if (controller->ops->lock != NULL)
        controller->ops->lock(controller->host);
}

static void lwnvme_guard_unlock(const struct lwnvme_controller *controller)
{
    if (controller->ops->lock != NULL)
        controller->ops->unlock(controller->host);
}

/*
 * A request that was made before its handle changed, and reaches the queue after that: its owner lost the CPU between
 * the two. Refused if it no longer fits.
 */
static int lwnvme_guard_recheck(const struct lwnvme_request *request)
{
    const struct lwnvme_namespace *ns = request->ns;

    if (ns == NULL)
        return LWNVME_OK;
    if (ns->status != LWNVME_OK)
        return ns->status == LWNVME_PENDING ? LWNVME_ERR_NS_BUSY : ns->status;
    if (request->block_count == 0)
        return LWNVME_OK;
    if ((request->data_bytes != 0 && request->data_bytes != ns->block_bytes) ||
        request->lba >= ns->block_count || request->block_count > ns->block_count - request->lba)
        return LWNVME_ERR_NS_BUSY;
    return LWNVME_OK;
}

void lwnvme_guard_start(struct lwnvme_namespace_guard *guard, struct lwnvme_controller *controller)
{
    uint32_t index;

    guard->stage = LWNVME_GUARD_EFFECTS;
    guard->index = 0;
    guard->resets = 0;
    guard->entered = false;
    lwnvme_effects_admin(NULL, guard->opcode, &guard->effects);
    memset(&guard->shadow, 0, sizeof(guard->shadow));
    guard->service.work = lwnvme_guard_work;
    guard->service.tell = lwnvme_guard_told;
    guard->service.due_us = UINT64_MAX;
    lwnvme_service_add(controller, &guard->service);
    lwnvme_guard_lock(controller);
    controller->recheck = lwnvme_guard_recheck;
    for (index = 0; index < guard->handle_count && guard->busy; index++) {
        struct lwnvme_namespace *ns = guard->handles[index];

        if (!lwnvme_guard_concerns(guard, ns) || ns->status == LWNVME_ERR_NS_BUSY)
            continue;             /* or it is listed twice */
        ns->verdict = ns->status; /* for lwnvme_guard_restore */
        ns->status = LWNVME_ERR_NS_BUSY;
        ns->straight_blocks = 0;
    }
    lwnvme_guard_unlock(controller);
}

void lwnvme_guard_hold(struct lwnvme_namespace_guard *guard)
{
    struct lwnvme_controller *controller = guard->service.controller;
    uint32_t limit_ms = controller->config.io_timeout_ms;

    if (limit_ms < controller->config.admin_timeout_ms)
        limit_ms = controller->config.admin_timeout_ms;
    lwnvme_service_hold(&guard->service);
    guard->deadline_us = lwnvme_now_us(controller) + (uint64_t)limit_ms * 1000u;
    guard->stage = LWNVME_GUARD_STILL;
}

void lwnvme_guard_relax(struct lwnvme_namespace_guard *guard)
{
    if (guard->service.holding)
        lwnvme_service_let_go(&guard->service);
}

/* Whether the command may run beside I/O of other namespaces: only if what is known of it says so, and all that there
 * is of its own namespace is listed. */
static bool lwnvme_guard_may_relax(const struct lwnvme_namespace_guard *guard)
{
    uint32_t index;

    if (!guard->busy || guard->effects.scope == LWNVME_EFFECTS_SCOPE_ALL)
        return false;
    if (guard->effects.scope == LWNVME_EFFECTS_SCOPE_NONE)
        return true;
    for (index = 0; index < guard->handle_count; index++) {
        if (lwnvme_guard_concerns(guard, guard->handles[index]))
            return true;
    }
    return false;
}

/* In flight requests end first. The queues are polled here, since a blocking caller polls nothing but the
 * controller. */
static int lwnvme_guard_still(struct lwnvme_namespace_guard *guard)
{
    struct lwnvme_controller *controller = guard->service.controller;
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next)
        (void)lwnvme_queue_poll(queue, 0);
    if (!lwnvme_queues_are_still(controller))
        return lwnvme_now_us(controller) > guard->deadline_us ? LWNVME_ERR_OPERATION_TIMEOUT : LWNVME_PENDING;
    if (guard->busy)
        lwnvme_waiting_fail(controller, guard->nsid, LWNVME_ERR_NS_BUSY);
    guard->entered = true;
    guard->stage = LWNVME_GUARD_ENTERED;
    if (lwnvme_guard_may_relax(guard))
        lwnvme_guard_relax(guard);
    return LWNVME_OK;
}

static int lwnvme_guard_effects(struct lwnvme_namespace_guard *guard, struct lwnvme_operation *operation)
{
    int status = lwnvme_effects_read(operation->controller, &operation->request, guard->shadow.data);

    if (status == LWNVME_OK) {
        guard->stage = LWNVME_GUARD_EFFECTS_READ;
        return LWNVME_PENDING;
    }
    guard->stage = LWNVME_GUARD_HOLD;
    return LWNVME_OK;
}

int lwnvme_guard_enter(struct lwnvme_namespace_guard *guard, struct lwnvme_operation *operation)
{
    const struct lwnvme_request *request = &operation->request;

    if (guard->stage == LWNVME_GUARD_EFFECTS && lwnvme_guard_effects(guard, operation) != LWNVME_OK)
        return LWNVME_PENDING;
    if (guard->stage == LWNVME_GUARD_EFFECTS_READ) {
        if (request->status < 0)
            return request->status;
        lwnvme_effects_admin(request->status == LWNVME_OK ? guard->shadow.data : NULL, guard->opcode,
                             &guard->effects);
        guard->stage = LWNVME_GUARD_HOLD;
    }
    if (guard->stage == LWNVME_GUARD_HOLD)
        lwnvme_guard_hold(guard);
    return guard->stage == LWNVME_GUARD_STILL ? lwnvme_guard_still(guard) : LWNVME_OK;
}

/* What a handle was before it was refused, when nothing has been done to its namespace. */
static void lwnvme_guard_restore(struct lwnvme_namespace *ns)
{
    ns->status = ns->verdict;
    if (ns->incarnation == 0)
        ns->status = LWNVME_ERR_NAMESPACE_CLOSED; /* its opening had failed */
    lwnvme_straight_allow(ns);
}

static bool lwnvme_guard_is_same(const struct lwnvme_namespace *left, const struct lwnvme_namespace *right)
{
    return left->status == right->status && left->block_shift == right->block_shift &&
           left->block_count == right->block_count && left->max_blocks == right->max_blocks &&
           left->boundary_blocks == right->boundary_blocks && left->metadata_bytes == right->metadata_bytes &&
           left->protection_type == right->protection_type && left->csi == right->csi;
}

/* The shadow becomes the caller's handle. Requests that wait for it were made for what it was. */
static void lwnvme_guard_commit(struct lwnvme_namespace_guard *guard, struct lwnvme_namespace *ns)
{
    if (!guard->busy && !lwnvme_guard_is_same(ns, &guard->shadow))
        lwnvme_waiting_fail(guard->service.controller, ns->nsid, LWNVME_ERR_NS_BUSY);
    lwnvme_guard_lock(guard->service.controller);
    memcpy(ns, &guard->shadow, sizeof(*ns));
    lwnvme_guard_unlock(guard->service.controller);
}

static void lwnvme_guard_down(struct lwnvme_namespace_guard *guard)
{
    lwnvme_service_let_go(&guard->service);
    lwnvme_service_remove(&guard->service);
}

/* One handle at a time is read again. */
static int lwnvme_guard_reopen(struct lwnvme_namespace_guard *guard)
{
    struct lwnvme_controller *controller = guard->service.controller;

    for (; guard->index < guard->handle_count; guard->index++) {
        struct lwnvme_namespace *ns = guard->handles[guard->index];

        if (!lwnvme_guard_concerns(guard, ns))
            continue;
        guard->stage = LWNVME_GUARD_REOPENING;
        guard->resets = 0;
        (void)lwnvme_namespace_open(controller, ns->nsid, &guard->shadow);
        return LWNVME_PENDING;
    }
    lwnvme_guard_down(guard);
    return LWNVME_OK;
}

int lwnvme_guard_leave(struct lwnvme_namespace_guard *guard, struct lwnvme_operation *operation)
{
    uint32_t index;

    /* Each read has its own deadline, and the shadow must stay until it has ended. */
    operation->deadline_us = UINT64_MAX;
    if (!lwnvme_guard_is_up(guard))
        return LWNVME_OK;
    if (!guard->entered) {
        for (index = 0; index < guard->handle_count && guard->busy; index++) {
            if (lwnvme_guard_concerns(guard, guard->handles[index]))
                lwnvme_guard_restore(guard->handles[index]);
        }
        lwnvme_guard_down(guard);
        return LWNVME_OK;
    }
    if (guard->stage == LWNVME_GUARD_REOPENING) {
        if (guard->shadow.status == LWNVME_PENDING)
            return LWNVME_PENDING;
        /* Given back by a reset, it says nothing about the namespace: once more. */
        if (guard->shadow.status >= 0 || guard->resets == 0 ||
            guard->shadow.incarnation == operation->controller->incarnation)
            lwnvme_guard_commit(guard, guard->handles[guard->index++]);
    }
    return lwnvme_guard_reopen(guard);
}

static void lwnvme_guard_close(struct lwnvme_namespace *ns)
{
    ns->status = LWNVME_ERR_NAMESPACE_CLOSED;
    ns->straight_blocks = 0;
}

/* What is left of a handle when the guard goes without having read it again. */
static void lwnvme_guard_release_one(struct lwnvme_namespace_guard *guard, struct lwnvme_namespace *ns,
                                     bool may_send)
{
    struct lwnvme_controller *controller = guard->service.controller;

    if (!guard->entered && may_send) {
        if (guard->busy)
            lwnvme_guard_restore(ns);
        return;
    }
    if (!may_send || lwnvme_controller_refusal(controller) != LWNVME_OK) {
        lwnvme_guard_close(ns);
        return;
    }
    lwnvme_waiting_fail(controller, ns->nsid, LWNVME_ERR_NS_BUSY);
    (void)lwnvme_namespace_open(controller, ns->nsid, ns);
}

/* From the handle on that is being read: those before it have been. */
static void lwnvme_guard_release(struct lwnvme_namespace_guard *guard, bool may_send)
{
    uint32_t index;

    if (!lwnvme_guard_is_up(guard))
        return;
    for (index = guard->index; index < guard->handle_count; index++) {
        if (lwnvme_guard_concerns(guard, guard->handles[index]))
            lwnvme_guard_release_one(guard, guard->handles[index], may_send);
    }
    lwnvme_guard_down(guard);
}

void lwnvme_guard_abandon(struct lwnvme_namespace_guard *guard)
{
    lwnvme_guard_release(guard, true);
}

void lwnvme_guard_forsake(struct lwnvme_namespace_guard *guard)
{
    lwnvme_guard_release(guard, false);
}

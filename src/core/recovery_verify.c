/* SPDX-License-Identifier: MIT */
/*
 * What recovery does between a reset and the next ready state: the state `verify`.
 *
 *     namespaces that are looked after: identified, handles corrected or refused
 *       --> settings sent again --> namespaces of kept requests identified, requests that no longer fit given back
 *       --> the others put in the FIFOs of their queues
 *
 * One admin command at a time, in polls. Controller owner's context; owners of queues hold still. A request may be issued
 * again only for a namespace that is known to be the one that it was for.
 */
#include <lwnvme/spec_identify.h>

#include "recovery_private.h"

void lwnvme_recovery_verify_begin(struct lwnvme_recovery *recovery)
{
    recovery->watched = recovery->namespaces;
    recovery->setting = recovery->settings;
    recovery->asked = false;
    recovery->gathered = false;
}

/* What is there of a key value namespace, as far as its identity and format go. */
static void lwnvme_keys_identified(struct lwnvme_request *request)
{
    struct lwnvme_namespace *now = (struct lwnvme_namespace *)request->context;
    const struct lwnvme_identify_kv_namespace *data =
        (const struct lwnvme_identify_kv_namespace *)(const void *)now->data;

    now->status = request->status;
    if (now->status == LWNVME_OK && lwnvme_le64_get(&data->nsze) == 0)
        now->status = LWNVME_ERR_NS_INACTIVE;
    now->csi = LWNVME_CSI_KEY_VALUE;
    now->format_index = (uint8_t)lwnvme_field_get(data->kvfc, LWNVME_KVFC_FORMAT_INDEX);
    now->read_only = (data->nsattr & 1u) != 0;
    now->oncs = now->controller->info.oncs & LWNVME_ONCS_RESERVATIONS;
    lwnvme_identifier_take(now, LWNVME_NIDT_EUI64, LWNVME_NIDT_EUI64_BYTES, data->eui64);
    lwnvme_identifier_take(now, LWNVME_NIDT_NGUID, LWNVME_NIDT_NGUID_BYTES, data->nguid);
}

static int lwnvme_verify_ask(struct lwnvme_controller *controller, const struct lwnvme_namespace *ns)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    struct lwnvme_namespace *shadow = &recovery->shadow;
    int status;

    if (lwnvme_request_active(&shadow->request))
        return LWNVME_PENDING; /* of one that is looked after no more */
    memset(shadow, 0, sizeof(*shadow));
    shadow->controller = controller;
    shadow->nsid = ns->nsid;
    shadow->wanted_csi = ns->wanted_csi;
    shadow->status = LWNVME_PENDING;
    if (ns->csi == LWNVME_CSI_KEY_VALUE) /* such a namespace has no other structure */
        status = lwnvme_identify_set(shadow, LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_KEY_VALUE,
                                     lwnvme_keys_identified);
    else
        status = lwnvme_namespace_begin(controller, ns->nsid, shadow);
    recovery->asked = status == LWNVME_OK;
    return status != LWNVME_OK ? status : LWNVME_PENDING;
}

static bool lwnvme_identifier_differs(bool has_left, bool has_right, const uint8_t *left,
                                      const uint8_t *right, size_t length)
{
    return has_left != has_right || (has_left && memcmp(left, right, length) != 0);
}

static bool lwnvme_identity_differs(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    if (ns->csi == LWNVME_CSI_KEY_VALUE && ns->format_index != now->format_index)
        return true;
    return lwnvme_identifier_differs(ns->has_nguid, now->has_nguid, ns->nguid, now->nguid,
                                     sizeof(ns->nguid)) ||
           lwnvme_identifier_differs(ns->has_eui64, now->has_eui64, ns->eui64, now->eui64,
                                     sizeof(ns->eui64)) ||
           lwnvme_identifier_differs(ns->has_uuid, now->has_uuid, ns->uuid, now->uuid, sizeof(ns->uuid));
}

/* Formats of one shape may still have other guards, or zones of other sizes, which only some handles know. */
static bool lwnvme_format_differs(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    return ns->csi != now->csi || ns->block_shift != now->block_shift ||
           ns->metadata_bytes != now->metadata_bytes ||
           ns->metadata_interleaved != now->metadata_interleaved ||
           ns->protection_type != now->protection_type || ns->protection_first != now->protection_first ||
           (ns->dress != NULL && ns->format_index != now->format_index);
}

/* Why a handle does not fit what is there now, or LWNVME_OK. Metadata are a fault only for a handle that knows none. */
static int lwnvme_verdict(const struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    if (now->status == LWNVME_ERR_NS_INACTIVE ||
        lwnvme_status_code(now->status) == LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT)
        return LWNVME_ERR_NS_REMOVED;
    if (now->status != LWNVME_OK && (now->status != LWNVME_ERR_NS_METADATA || ns->dress == NULL))
        return LWNVME_ERR_NS_CHANGED;
    return lwnvme_identity_differs(ns, now) || lwnvme_format_differs(ns, now) ? LWNVME_ERR_NS_CHANGED
                                                                              : LWNVME_OK;
}

/* The same namespace, perhaps of another size. One without a straight path has none for a reason. */
static void lwnvme_handle_correct(struct lwnvme_namespace *ns, const struct lwnvme_namespace *now)
{
    const struct lwnvme_identify_namespace *data =
        (const struct lwnvme_identify_namespace *)(const void *)now->told;

    ns->block_count = now->block_count;
    ns->capacity_blocks = now->capacity_blocks;
    ns->used_blocks = now->used_blocks;
    ns->read_only = now->read_only;
    if (ns->csi == LWNVME_CSI_NVM)
        ns->boundary_blocks = lwnvme_le16_get(&data->noiob); /* zones are not split at it */
    ns->oncs = now->oncs;
    memcpy(ns->told, now->told, sizeof(ns->told));
    if (ns->straight_blocks != 0)
        lwnvme_straight_allow(ns);
}

static bool lwnvme_verify_is_due(const struct lwnvme_controller *controller,
                                 const struct lwnvme_namespace *ns)
{
    return ns->status == LWNVME_OK && ns->controller == controller &&
           ns->incarnation == controller->incarnation;
}

/* The namespaces that are looked after, one after the other. */
static int lwnvme_verify_watched(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    struct lwnvme_namespace *ns;
    int status;

    while (recovery->watched != NULL) {
        ns = recovery->watched->ns;
        if (lwnvme_verify_is_due(controller, ns)) {
            if (!recovery->asked)
                return lwnvme_verify_ask(controller, ns);
            if (recovery->shadow.status == LWNVME_PENDING)
                return LWNVME_PENDING;
            recovery->asked = false;
            status = lwnvme_verdict(ns, &recovery->shadow);
            if (status == LWNVME_OK) {
                lwnvme_handle_correct(ns, &recovery->shadow);
            } else {
                ns->status = status;
                ns->straight_blocks = 0;
            }
        }
        recovery->watched = recovery->watched->next;
    }
    return LWNVME_OK;
}

static int lwnvme_setting_send(struct lwnvme_controller *controller,
                               const struct lwnvme_recovery_setting *setting)
{
    struct lwnvme_request *request = &controller->recovery->request;

    request->done = NULL;
    request->internal_done = NULL;
    if (setting->data != NULL)
        return lwnvme_page_command(controller, request, &setting->command, (void *)(uintptr_t)setting->data,
                                   setting->data_bytes);
    request->command = setting->command;
    return lwnvme_admin_send(controller, request, 0, 0);
}

/* What a reset has taken back. */
static int lwnvme_verify_settings(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    int status;

    while (recovery->setting != NULL) {
        if (!recovery->asked && lwnvme_request_active(&recovery->request))
            return LWNVME_PENDING; /* one that has been forgotten */
        if (!recovery->asked) {
            status = lwnvme_setting_send(controller, recovery->setting);
            recovery->asked = status == LWNVME_OK;
            return status != LWNVME_OK ? status : LWNVME_PENDING;
        }
        if (lwnvme_request_active(&recovery->request))
            return LWNVME_PENDING;
        recovery->asked = false;
        recovery->setting->status = recovery->request.status;
        recovery->setting = recovery->setting->next;
    }
    return LWNVME_OK;
}

static bool lwnvme_is_watched(const struct lwnvme_recovery *recovery, const struct lwnvme_namespace *ns)
{
    const struct lwnvme_recovery_namespace *entry = recovery->namespaces;

    while (entry != NULL && entry->ns != ns)
        entry = entry->next;
    return entry != NULL;
}

/* Sorts the kept requests for a namespace, of which `status` is the verdict: those that fit go on. */
static void lwnvme_kept_sort(struct lwnvme_recovery *recovery, const struct lwnvme_namespace *ns, int status,
                             uint64_t block_count)
{
    struct lwnvme_request *list = recovery->kept_first;
    struct lwnvme_request *request;
    int own;

    recovery->kept_first = NULL;
    while ((request = list) != NULL) {
        list = request->next;
        own = status;
        if (own == LWNVME_OK && ns != NULL && request->block_count != 0 &&
            (request->lba >= block_count || request->block_count > block_count - request->lba))
            own = LWNVME_ERR_LBA_RANGE;
        if (request->ns != ns)
            lwnvme_kept_append(&recovery->kept_first, &recovery->kept_last, request);
        else if (own == LWNVME_OK)
            lwnvme_kept_append(&recovery->fit_first, &recovery->fit_last, request);
        else
            lwnvme_recovery_refuse(recovery, request, own);
    }
}

/* The namespaces of kept requests. */
static int lwnvme_verify_kept(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    const struct lwnvme_namespace *ns;

    while (recovery->kept_first != NULL) {
        ns = recovery->kept_first->ns;
        if (ns == NULL) {
            lwnvme_kept_sort(recovery, NULL, LWNVME_OK, 0);
        } else if (!lwnvme_verify_is_due(controller, ns)) {
            lwnvme_kept_sort(recovery, ns, ns->status != LWNVME_OK ? ns->status : LWNVME_ERR_NAMESPACE_CLOSED,
                             0);
        } else if (lwnvme_is_watched(recovery, ns)) {
            lwnvme_kept_sort(recovery, ns, LWNVME_OK, ns->block_count);
        } else if (!recovery->asked) {
            return lwnvme_verify_ask(controller, ns);
        } else if (recovery->shadow.status == LWNVME_PENDING) {
            return LWNVME_PENDING;
        } else {
            recovery->asked = false;
            lwnvme_kept_sort(recovery, ns, lwnvme_verdict(ns, &recovery->shadow),
                             recovery->shadow.block_count);
        }
    }
    return LWNVME_OK;
}

/* What came in meanwhile is checked with the rest. */
static void lwnvme_gather_all(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next)
        lwnvme_recovery_gather(queue);
}

/* A queue that has not come back cannot send it. */
static void lwnvme_release(struct lwnvme_recovery *recovery, struct lwnvme_request *request)
{
    if (request->queue->state != LWNVME_QUEUE_LIVE) {
        lwnvme_count_given_back(recovery, request);
        lwnvme_request_give_back(request);
        return;
    }
    if (request->tries != 0)
        recovery->counts.again++;
    else
        recovery->counts.waited++;
    if (request->queue->id == 0) {
        lwnvme_admin_again(request->queue->controller, request);
        return;
    }
    lwnvme_queue_lock(request->queue);
    lwnvme_request_restart(request);
    lwnvme_waiting_append(request->queue, request);
    lwnvme_queue_unlock(request->queue);
}

/* All to their queues, and behind them what has come in since the others were gathered: that knew its namespace as it is
 * now. */
static void lwnvme_release_all(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    struct lwnvme_request *request;

    lwnvme_recovery_give_back_orphans(recovery);
    lwnvme_gather_all(controller);
    while ((request = recovery->fit_first) != NULL) {
        recovery->fit_first = request->next;
        lwnvme_release(recovery, request);
    }
    while ((request = recovery->kept_first) != NULL) {
        recovery->kept_first = request->next;
        lwnvme_release(recovery, request);
    }
}

int lwnvme_recovery_verify(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    int status = lwnvme_verify_watched(controller);

    if (status == LWNVME_OK)
        status = lwnvme_verify_settings(controller);
    if (status == LWNVME_OK && !recovery->gathered)
        lwnvme_gather_all(controller);
    if (status == LWNVME_OK) {
        recovery->gathered = true;
        status = lwnvme_verify_kept(controller);
    }
    if (status == LWNVME_OK)
        lwnvme_release_all(controller);
    return status;
}

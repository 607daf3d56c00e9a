/* SPDX-License-Identifier: MIT */
/*
 * Format NVM: looks at the namespace, gets I/O out of the way, sends the command, and reads the handles again.
 *
 *     begin --> identify --> enter --> format --> leave --> end
 *                                        | while it is with the controller: identify again, for the progress
 *     follow -> identify --> enter --> identify until FPI says that nothing is left --> leave
 *
 * The command has a deadline of its own, and so has each look; from then on the operation ends with them. Controller
 * owner's context.
 */
#include <lwnvme/format.h>

#include "../core/core.h"
#include "namespace_guard.h"

#define LWNVME_FORMAT_LIMIT_MS      86400000u
#define LWNVME_FORMAT_INDEX_MAX     63u
#define LWNVME_FORMAT_FPI_SUPPORTED 0x80u
#define LWNVME_FORMAT_FPI_LEFT      6, 0 /* percent that remain */

enum lwnvme_format_stage {
    LWNVME_FORMAT_LOOK = 0,
    LWNVME_FORMAT_LOOKED,
    LWNVME_FORMAT_ENTER,
    LWNVME_FORMAT_SENT,
    LWNVME_FORMAT_FOLLOW,
    LWNVME_FORMAT_FOLLOWED,
    LWNVME_FORMAT_LEAVE
};

static struct lwnvme_format *lwnvme_format_of(struct lwnvme_operation *operation)
{
    return (struct lwnvme_format *)(void *)operation; /* its first member */
}

static const struct lwnvme_identify_namespace *lwnvme_format_data(const struct lwnvme_format *format)
{
    return (const struct lwnvme_identify_namespace *)(const void *)format->guard.shadow.data;
}

/* Looking. */

static int lwnvme_format_identify(struct lwnvme_format *format, struct lwnvme_request *request)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY};

    command.nsid = format->watch_nsid;
    command.cdw10 = lwnvme_field_put(LWNVME_CNS_NAMESPACE, LWNVME_IDENTIFY_CDW10_CNS);
    return lwnvme_page_command(format->operation.controller, request, &command, format->guard.shadow.data,
                               LWNVME_PAGE_MIN);
}

/* Percent that remain; 0 where none is reported. */
static uint32_t lwnvme_format_left(struct lwnvme_format *format)
{
    uint8_t fpi = lwnvme_format_data(format)->fpi;
    uint32_t left = lwnvme_field_get(fpi, LWNVME_FORMAT_FPI_LEFT);

    format->has_progress = (fpi & LWNVME_FORMAT_FPI_SUPPORTED) != 0;
    if (!format->has_progress)
        return 0;
    return left < 100u ? left : 100u;
}

/* The format must be one that the namespace has. */
static int lwnvme_format_judge(const struct lwnvme_format *format)
{
    const struct lwnvme_identify_namespace *data = lwnvme_format_data(format);
    uint32_t count = data->nlbaf + 1u + data->nulbaf;

    if (format->nsid != LWNVME_NSID_ALL && lwnvme_le64_get(&data->nsze) == 0)
        return LWNVME_ERR_NS_INACTIVE;
    if (format->follow)
        return LWNVME_OK;
    if (format->format_index >= count || data->lbaf[format->format_index].lbads == 0)
        return LWNVME_ERR_FORMAT_INDEX;
    return LWNVME_OK;
}

static void lwnvme_format_conclude(struct lwnvme_format *format, int status)
{
    format->result = status;
    format->operation.stage = LWNVME_FORMAT_LEAVE;
}

/* What is common to all namespaces is told only by controllers that manage them. */
static void lwnvme_format_look_step(struct lwnvme_format *format)
{
    struct lwnvme_operation *operation = &format->operation;
    bool manages = (operation->controller->info.oacs & LWNVME_OACS_NAMESPACE_MANAGEMENT) != 0;
    int status;

    if (format->watch_nsid == LWNVME_NSID_ALL && !manages) {
        operation->stage = LWNVME_FORMAT_ENTER;
        return;
    }
    status = lwnvme_format_identify(format, &operation->request);
    if (status == LWNVME_OK)
        operation->stage = LWNVME_FORMAT_LOOKED;
    else
        lwnvme_format_conclude(format, status);
}

static void lwnvme_format_looked_step(struct lwnvme_format *format)
{
    int status = format->operation.request.status;

    if (status == LWNVME_OK)
        status = lwnvme_format_judge(format);
    if (status == LWNVME_OK)
        (void)lwnvme_format_left(format);
    /* A look that is refused says nothing about a format that is under way, or about all namespaces. */
    if (status == LWNVME_OK || (status > 0 && (format->follow || format->nsid == LWNVME_NSID_ALL)))
        format->operation.stage = LWNVME_FORMAT_ENTER;
    else
        lwnvme_format_conclude(format, status);
}

/* Progress, while the command is with the controller and no step is taken. */

static void lwnvme_format_watched(struct lwnvme_request *request)
{
    struct lwnvme_format *format = (struct lwnvme_format *)request->context;

    if (request->status == LWNVME_OK)
        lwnvme_operation_progress(&format->operation, 100u - lwnvme_format_left(format));
    if (request->status != LWNVME_OK || !format->has_progress)
        format->watch_service.due_us = UINT64_MAX; /* it does not tell, so it is not asked again */
}

static void lwnvme_format_look(struct lwnvme_service *service)
{
    struct lwnvme_format *format =
        (struct lwnvme_format *)(void *)((uint8_t *)service - offsetof(struct lwnvme_format, watch_service));
    struct lwnvme_operation *operation = &format->operation;

    if (!lwnvme_request_active(&operation->request) || lwnvme_request_active(&format->watch) ||
        lwnvme_now_us(operation->controller) < service->due_us)
        return;
    lwnvme_operation_pause_growing(operation);
    service->due_us = operation->not_before_us;
    operation->not_before_us = 0;
    format->watch.timeout_ms = operation->request.timeout_ms; /* it may have to wait for the format */
    format->watch.done = lwnvme_format_watched;
    format->watch.context = format;
    if (lwnvme_format_identify(format, &format->watch) != LWNVME_OK)
        service->due_us = UINT64_MAX;
}

static void lwnvme_format_watch(struct lwnvme_format *format)
{
    if (!format->has_progress)
        return;
    format->watch_service.work = lwnvme_format_look;
    format->watch_service.tell = NULL;
    format->watch_service.due_us = lwnvme_now_us(format->operation.controller);
    lwnvme_service_add(format->operation.controller, &format->watch_service);
}

/* The command. */

static int lwnvme_format_send(struct lwnvme_format *format)
{
    struct lwnvme_operation *operation = &format->operation;
    const uint32_t cdw10 = lwnvme_field_put(format->format_index & 15u, LWNVME_FORMAT_LBAFL) |
                           lwnvme_field_put(format->format_index >> 4, LWNVME_FORMAT_LBAFU) |
                           lwnvme_field_put(format->metadata_extended ? 1u : 0u, LWNVME_FORMAT_MSET) |
                           lwnvme_field_put(format->protection_type, LWNVME_FORMAT_PI) |
                           lwnvme_field_put(format->protection_first ? 1u : 0u, LWNVME_FORMAT_PIL) |
                           lwnvme_field_put(format->secure_erase, LWNVME_FORMAT_SES);

    operation->request.timeout_ms =
        operation->timeout_ms != 0 ? operation->timeout_ms : LWNVME_FORMAT_LIMIT_MS;
    return lwnvme_admin_plain(operation->controller, &operation->request, LWNVME_ADMIN_FORMAT_NVM,
                              format->nsid, cdw10, 0);
}

static void lwnvme_format_enter_step(struct lwnvme_format *format)
{
    struct lwnvme_operation *operation = &format->operation;
    int status = lwnvme_guard_enter(&format->guard, operation);

    if (status == LWNVME_PENDING)
        return;
    if (status == LWNVME_OK && format->follow) {
        lwnvme_guard_relax(&format->guard);
        operation->stage = LWNVME_FORMAT_FOLLOW;
        return;
    }
    if (status == LWNVME_OK)
        status = lwnvme_format_send(format);
    if (status != LWNVME_OK) {
        lwnvme_format_conclude(format, status);
        return;
    }
    operation->deadline_us =
        UINT64_MAX; /* the command's own counts, and nothing may be left with the controller */
    operation->stage = LWNVME_FORMAT_SENT;
    lwnvme_format_watch(format);
}

/* A reset has taken the answer away, but the controller may be at it still, and tells how far it is. */
static void lwnvme_format_go_on(struct lwnvme_format *format)
{
    struct lwnvme_operation *operation = &format->operation;
    uint32_t limit_ms = operation->timeout_ms != 0 ? operation->timeout_ms : LWNVME_FORMAT_LIMIT_MS;

    format->seen = false;
    operation->deadline_us = lwnvme_now_us(operation->controller) + limit_ms * UINT64_C(1000);
    operation->stage = LWNVME_FORMAT_FOLLOW;
}

static void lwnvme_format_sent_step(struct lwnvme_format *format)
{
    if (lwnvme_request_active(&format->watch))
        return;
    lwnvme_service_remove(&format->watch_service);
    format->operation.request.timeout_ms = 0;
    format->result = format->operation.request.status;
    if (format->result == LWNVME_ERR_ABORTED && format->has_progress && format->nsid != LWNVME_NSID_ALL)
        lwnvme_format_go_on(format);
    else
        lwnvme_format_conclude(format, format->result);
}

/* Somebody else's, or one whose answer a reset has taken away. */

static void lwnvme_format_follow_step(struct lwnvme_format *format)
{
    int status = lwnvme_format_identify(format, &format->operation.request);

    if (status == LWNVME_OK)
        format->operation.stage = LWNVME_FORMAT_FOLLOWED;
    else
        lwnvme_format_conclude(format, status);
}

/* A reset says nothing about the format; the next look does. */
static void lwnvme_format_followed_step(struct lwnvme_format *format)
{
    struct lwnvme_operation *operation = &format->operation;
    int status = operation->request.status;
    uint32_t left = 0;

    if (status == LWNVME_OK)
        left = lwnvme_format_left(format);
    if (status > 0 && lwnvme_status_code(status) != LWNVME_SC_FORMAT_IN_PROGRESS) {
        lwnvme_format_conclude(format, status);
        return;
    }
    if (status == LWNVME_OK && left == 0) {
        lwnvme_format_conclude(format, format->follow || format->seen ? LWNVME_OK : format->result);
        return;
    }
    if (status == LWNVME_OK) {
        format->seen = true;
        lwnvme_operation_progress(operation, 100u - left);
    }
    lwnvme_operation_pause_growing(operation);
    operation->stage = LWNVME_FORMAT_FOLLOW;
}

static void lwnvme_format_leave_step(struct lwnvme_format *format)
{
    if (lwnvme_guard_leave(&format->guard, &format->operation) != LWNVME_PENDING)
        lwnvme_operation_end(&format->operation, format->result);
}

static void lwnvme_format_step(struct lwnvme_operation *operation)
{
    static void (*const steps[])(struct lwnvme_format *) = {
        [LWNVME_FORMAT_LOOK] = lwnvme_format_look_step,
        [LWNVME_FORMAT_LOOKED] = lwnvme_format_looked_step,
        [LWNVME_FORMAT_ENTER] = lwnvme_format_enter_step,
        [LWNVME_FORMAT_SENT] = lwnvme_format_sent_step,
        [LWNVME_FORMAT_FOLLOW] = lwnvme_format_follow_step,
        [LWNVME_FORMAT_FOLLOWED] = lwnvme_format_followed_step,
        [LWNVME_FORMAT_LEAVE] = lwnvme_format_leave_step,
    };

    steps[operation->stage](lwnvme_format_of(operation));
}

static void lwnvme_format_left_over(struct lwnvme_operation *operation)
{
    struct lwnvme_format *format = lwnvme_format_of(operation);

    lwnvme_service_remove(&format->watch_service);
    lwnvme_guard_abandon(&format->guard);
}

/* Begin. */

/* What a handle says about its formats is still true, whatever else is not. */
static int lwnvme_format_index_check(const struct lwnvme_format *format)
{
    uint32_t index;

    for (index = 0; index < format->handle_count; index++) {
        const struct lwnvme_namespace *ns = format->handles[index];

        if (ns->format_count == 0 || (format->nsid != LWNVME_NSID_ALL && format->nsid != ns->nsid))
            continue;
        if (format->format_index >= ns->format_count || ns->formats[format->format_index].block_shift == 0)
            return LWNVME_ERR_FORMAT_INDEX;
    }
    return LWNVME_OK;
}

static int lwnvme_format_fields_check(const struct lwnvme_controller *controller,
                                      const struct lwnvme_format *format)
{
    uint8_t fna = controller->info.fna;

    if (format->nsid == LWNVME_NSID_ALL) {
        if ((fna & LWNVME_FNA_BROADCAST_NOT_SUPPORTED) != 0)
            return LWNVME_ERR_NO_BROADCAST;
    } else if (format->nsid == 0 || format->nsid > controller->info.nn) {
        return LWNVME_ERR_NS_INVALID_ID;
    }
    if (format->format_index > LWNVME_FORMAT_INDEX_MAX)
        return LWNVME_ERR_FORMAT_INDEX;
    if (format->protection_type > 3u || format->secure_erase > LWNVME_FORMAT_SES_CRYPTOGRAPHIC)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (format->secure_erase == LWNVME_FORMAT_SES_CRYPTOGRAPHIC &&
        (fna & LWNVME_FNA_CRYPTOGRAPHIC_ERASE) == 0)
        return LWNVME_ERR_NO_SECURE_ERASE;
    return LWNVME_OK;
}

static int lwnvme_format_check(const struct lwnvme_controller *controller, const struct lwnvme_format *format)
{
    int status;

    if (format == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &format->operation);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_request_active(&format->watch))
        return LWNVME_ERR_BUSY;
    return (controller->info.oacs & LWNVME_OACS_FORMAT_NVM) == 0 ? LWNVME_ERR_NO_FORMAT : LWNVME_OK;
}

/* Which namespaces are concerned: formatting one may be formatting all, and so may erasing one. */
static bool lwnvme_format_is_all(const struct lwnvme_controller *controller,
                                 const struct lwnvme_format *format)
{
    uint32_t bit =
        format->secure_erase != LWNVME_FORMAT_SES_NONE ? LWNVME_FNA_ERASE_ALL : LWNVME_FNA_FORMAT_ALL;

    /* Erasing goes with formatting. */
    return format->nsid == LWNVME_NSID_ALL || (controller->info.fna & (bit | LWNVME_FNA_FORMAT_ALL)) != 0;
}

static void lwnvme_format_start(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    struct lwnvme_namespace_guard *guard = &format->guard;

    format->all = lwnvme_format_is_all(controller, format);
    format->has_progress = false;
    format->result = LWNVME_PENDING;
    format->watch_nsid = format->nsid;
    format->watch_service.controller = NULL;
    guard->handles = format->handles;
    guard->handle_count = format->handle_count;
    guard->nsid = format->all ? LWNVME_NSID_ALL : format->nsid;
    guard->opcode = LWNVME_ADMIN_FORMAT_NVM;
    guard->busy = true;
    lwnvme_operation_start(controller, &format->operation, lwnvme_format_step, LWNVME_FORMAT_LIMIT_MS);
    format->operation.leave = lwnvme_format_left_over;
    lwnvme_guard_start(guard, controller);
}

int lwnvme_format_begin(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    int status = lwnvme_format_check(controller, format);

    if (status == LWNVME_OK)
        status = lwnvme_format_fields_check(controller, format);
    if (status == LWNVME_OK)
        status = lwnvme_guard_check(controller, format->handles, format->handle_count);
    if (status == LWNVME_OK)
        status = lwnvme_format_index_check(format);
    if (status != LWNVME_OK)
        return status;
    format->follow = false;
    lwnvme_format_start(controller, format);
    return LWNVME_OK;
}

int lwnvme_format_follow(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    int status = lwnvme_format_check(controller, format);

    if (status == LWNVME_OK && (format->nsid == 0 || format->nsid > controller->info.nn))
        status = LWNVME_ERR_NS_INVALID_ID;
    if (status == LWNVME_OK)
        status = lwnvme_guard_check(controller, format->handles, format->handle_count);
    if (status != LWNVME_OK)
        return status;
    format->follow = true;
    lwnvme_format_start(controller, format);
    return LWNVME_OK;
}

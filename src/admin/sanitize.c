/* SPDX-License-Identifier: MIT */
/*
 * Sanitize: the command ends at once, and the operation goes on in the controller whatever happens, so everything but
 * the command is by the sanitize status log.
 *
 *     begin --> log (one under way?) --> enter --> sanitize --> log, log, ... --> leave --> end
 *     follow -> log (none?) -----------> enter ---------------> log, log, ... --> leave
 *
 * A reset while the log is read only costs one more reading. The handles are refused from begin to leave, queues are
 * held only until the command has been answered. Controller owner's context.
 */
#include <lwnvme/log.h>
#include <lwnvme/sanitize.h>

#include "../core/core.h"
#include "namespace_guard.h"

#define LWNVME_SANITIZE_LIMIT_MS   86400000u
#define LWNVME_SANITIZE_PASSES_MAX 16u
#define LWNVME_SANITIZE_RETRY_MS   100u
#define LWNVME_SANITIZE_CAPABILITIES                                                                         \
    (LWNVME_SANICAP_CRYPTO_ERASE | LWNVME_SANICAP_BLOCK_ERASE | LWNVME_SANICAP_OVERWRITE)

enum lwnvme_sanitize_stage {
    LWNVME_SANITIZE_LOOK = 0,
    LWNVME_SANITIZE_LOOKED,
    LWNVME_SANITIZE_ENTER,
    LWNVME_SANITIZE_SENT,
    LWNVME_SANITIZE_FOLLOW,
    LWNVME_SANITIZE_FOLLOWED,
    LWNVME_SANITIZE_LEAVE
};

static struct lwnvme_sanitize *lwnvme_sanitize_of(struct lwnvme_operation *operation)
{
    return (struct lwnvme_sanitize *)(void *)operation; /* its first member */
}

static bool lwnvme_sanitize_erases(const struct lwnvme_sanitize *sanitize)
{
    return sanitize->action == LWNVME_SANACT_BLOCK_ERASE || sanitize->action == LWNVME_SANACT_OVERWRITE ||
           sanitize->action == LWNVME_SANACT_CRYPTO_ERASE;
}

static void lwnvme_sanitize_conclude(struct lwnvme_sanitize *sanitize, int status)
{
    sanitize->status = status;
    sanitize->operation.stage = LWNVME_SANITIZE_LEAVE;
}

/* The log. */

/* The event that points at the log stays for whoever listens to events. */
static void lwnvme_sanitize_log_send(struct lwnvme_sanitize *sanitize, enum lwnvme_sanitize_stage stage)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_SANITIZE_STATUS, .nsid = LWNVME_NSID_ALL};
    struct lwnvme_operation *operation = &sanitize->operation;
    int status;

    select.retain_event = true;
    memset(&sanitize->log, 0, sizeof(sanitize->log));
    operation->request.timeout_ms = 0;
    status = lwnvme_log_read(operation->controller, &operation->request, &select, &sanitize->log,
                             (uint32_t)sizeof(sanitize->log));
    if (status == LWNVME_OK)
        operation->stage = (uint32_t)stage;
    else
        lwnvme_sanitize_conclude(sanitize, status);
}

static uint32_t lwnvme_sanitize_estimate(const struct lwnvme_sanitize *sanitize)
{
    const struct lwnvme_sanitize_status_log *log = &sanitize->log;
    bool keeps = lwnvme_field_get(sanitize->command_dw10, LWNVME_SANITIZE_NDAS) != 0;

    switch (lwnvme_field_get(sanitize->command_dw10, LWNVME_SANITIZE_SANACT)) {
    case LWNVME_SANACT_OVERWRITE:
        return lwnvme_le32_get(keeps ? &log->etond : &log->eto);
    case LWNVME_SANACT_BLOCK_ERASE:
        return lwnvme_le32_get(keeps ? &log->etbend : &log->etbe);
    case LWNVME_SANACT_CRYPTO_ERASE:
        return lwnvme_le32_get(keeps ? &log->etcend : &log->etce);
    default:
        return LWNVME_OPERATION_UNKNOWN;
    }
}

static void lwnvme_sanitize_decode(struct lwnvme_sanitize *sanitize)
{
    uint32_t sstat = lwnvme_le16_get(&sanitize->log.sstat);
    uint32_t ssi = sanitize->log.ssi;
    uint32_t sos = lwnvme_field_get(sstat, LWNVME_SANITIZE_SSTAT_SOS);

    sanitize->result =
        (enum lwnvme_sanitize_result)(sos < LWNVME_SANITIZE_UNKNOWN ? sos : LWNVME_SANITIZE_UNKNOWN);
    sanitize->passes_done = lwnvme_field_get(sstat, LWNVME_SANITIZE_SSTAT_OPC);
    sanitize->data_erased = lwnvme_field_get(sstat, LWNVME_SANITIZE_SSTAT_GDE) != 0;
    sanitize->state = (enum lwnvme_sanitize_state)lwnvme_field_get(ssi, LWNVME_SANITIZE_SSI_SANS);
    sanitize->failed_state = (enum lwnvme_sanitize_state)lwnvme_field_get(ssi, LWNVME_SANITIZE_SSI_FAILS);
    sanitize->command_dw10 = lwnvme_le32_get(&sanitize->log.scdw10);
    sanitize->estimate_s = lwnvme_sanitize_estimate(sanitize);
}

/* The controller's own estimate, if it has one, is better than one by the time so far. */
static void lwnvme_sanitize_progress(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    uint32_t done = lwnvme_le16_get(&sanitize->log.sprog);
    uint64_t limit_us;

    lwnvme_operation_progress(operation, done * 100u >> 16);
    if (sanitize->estimate_s == LWNVME_SANITIZE_TIME_UNKNOWN)
        return;
    operation->left_s = (uint32_t)((uint64_t)sanitize->estimate_s * (0x10000u - done) >> 16);
    limit_us = operation->begun_us + (uint64_t)sanitize->estimate_s * 2000000u;
    if (operation->timeout_ms == 0 && operation->deadline_us < limit_us)
        operation->deadline_us = limit_us;
}

/* What the log says about how it ended; LWNVME_PENDING: it has not. */
static int lwnvme_sanitize_verdict(const struct lwnvme_sanitize *sanitize)
{
    switch (sanitize->result) {
    case LWNVME_SANITIZE_NEVER:
        return sanitize->follow ? LWNVME_OK : LWNVME_ERR_LOG_DATA;
    case LWNVME_SANITIZE_SUCCEEDED:
    case LWNVME_SANITIZE_SUCCEEDED_DEALLOCATED:
        return LWNVME_OK;
    case LWNVME_SANITIZE_FAILED:
        return LWNVME_ERR_SANITIZE_FAILED;
    case LWNVME_SANITIZE_IN_PROGRESS:
        /* The media are ready to be looked at: that is where one that was asked to be verified ends. */
        return sanitize->state == LWNVME_SANITIZE_STATE_MEDIA_VERIFICATION ? LWNVME_OK : LWNVME_PENDING;
    default:
        return LWNVME_ERR_LOG_DATA;
    }
}

/* Steps. */

static void lwnvme_sanitize_look_step(struct lwnvme_sanitize *sanitize)
{
    lwnvme_sanitize_log_send(sanitize, LWNVME_SANITIZE_LOOKED);
}

/* Leaving a state is asked for while the log still says in progress or failed. */
static void lwnvme_sanitize_looked_step(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    int status = operation->request.status;

    if (status == LWNVME_OK)
        lwnvme_sanitize_decode(sanitize);
    if (status == LWNVME_OK && sanitize->follow) {
        status = lwnvme_sanitize_verdict(sanitize);
        sanitize->found = status == LWNVME_PENDING;
        if (!sanitize->found) {
            lwnvme_sanitize_conclude(sanitize, status);
            return;
        }
        lwnvme_sanitize_progress(sanitize);
        status = LWNVME_OK;
    } else if (status == LWNVME_OK && lwnvme_sanitize_erases(sanitize) &&
               lwnvme_sanitize_verdict(sanitize) == LWNVME_PENDING) {
        status = LWNVME_ERR_SANITIZE_IN_PROGRESS;
    }
    if (status == LWNVME_OK)
        operation->stage = LWNVME_SANITIZE_ENTER;
    else
        lwnvme_sanitize_conclude(sanitize, status);
}

static int lwnvme_sanitize_send(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    uint32_t cdw10;
    uint32_t cdw11 = 0;
    bool overwrites = sanitize->action == LWNVME_SANACT_OVERWRITE;
    uint32_t passes = sanitize->pass_count == 0 ? 1u : sanitize->pass_count;

    cdw10 = lwnvme_field_put(sanitize->action, LWNVME_SANITIZE_SANACT);
    if (lwnvme_sanitize_erases(sanitize))
        cdw10 |= lwnvme_field_put(sanitize->unrestricted ? 1u : 0u, LWNVME_SANITIZE_AUSE) |
                 lwnvme_field_put(sanitize->no_deallocate ? 1u : 0u, LWNVME_SANITIZE_NDAS) |
                 lwnvme_field_put(sanitize->verify ? 1u : 0u, LWNVME_SANITIZE_EMVS);
    if (overwrites) {
        /* 16 passes are a 0. */
        cdw10 |= lwnvme_field_put(passes & 15u, LWNVME_SANITIZE_OWPASS) |
                 lwnvme_field_put(sanitize->invert ? 1u : 0u, LWNVME_SANITIZE_OIPBP);
        cdw11 = sanitize->pattern;
    }
    return lwnvme_admin_plain(operation->controller, &operation->request, LWNVME_ADMIN_SANITIZE, 0, cdw10,
                              cdw11);
}

static void lwnvme_sanitize_enter_step(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    int status = lwnvme_guard_enter(&sanitize->guard, operation);

    if (status == LWNVME_PENDING)
        return;
    if (status == LWNVME_OK && sanitize->follow) {
        lwnvme_guard_relax(&sanitize->guard);
        operation->stage = LWNVME_SANITIZE_FOLLOW;
        return;
    }
    if (status == LWNVME_OK)
        status = lwnvme_sanitize_send(sanitize);
    if (status == LWNVME_OK)
        operation->stage = LWNVME_SANITIZE_SENT;
    else
        lwnvme_sanitize_conclude(sanitize, status);
}

/* Given back by a reset the command may have been carried out all the same: the log knows. */
static void lwnvme_sanitize_sent_step(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    int status = operation->request.status;

    if (status > 0) {
        lwnvme_sanitize_conclude(sanitize, status);
        return;
    }
    sanitize->status = status;
    lwnvme_guard_relax(&sanitize->guard);
    operation->stage = LWNVME_SANITIZE_FOLLOW;
}

static void lwnvme_sanitize_follow_step(struct lwnvme_sanitize *sanitize)
{
    lwnvme_sanitize_log_send(sanitize, LWNVME_SANITIZE_FOLLOWED);
}

/* The end of leaving a state is that of the command. */
static int lwnvme_sanitize_end_status(const struct lwnvme_sanitize *sanitize)
{
    int status = lwnvme_sanitize_verdict(sanitize);

    if (sanitize->follow)
        return status;
    if (status == LWNVME_PENDING)
        return status;
    if (sanitize->status != LWNVME_OK)
        return sanitize->status; /* never started, as far as can be told */
    if (sanitize->action == LWNVME_SANACT_EXIT_FAILURE_MODE)
        return LWNVME_OK;
    return status;
}

static void lwnvme_sanitize_followed_step(struct lwnvme_sanitize *sanitize)
{
    struct lwnvme_operation *operation = &sanitize->operation;
    int status = operation->request.status;

    if (status > 0) {
        lwnvme_sanitize_conclude(sanitize, status);
        return;
    }
    if (status < 0) {
        lwnvme_operation_pause(operation, LWNVME_SANITIZE_RETRY_MS);
        operation->stage = LWNVME_SANITIZE_FOLLOW;
        return;
    }
    lwnvme_sanitize_decode(sanitize);
    status = lwnvme_sanitize_end_status(sanitize);
    if (status != LWNVME_PENDING) {
        lwnvme_sanitize_conclude(sanitize, status);
        return;
    }
    sanitize->status = LWNVME_OK; /* it did start */
    lwnvme_sanitize_progress(sanitize);
    lwnvme_operation_pause_growing(operation);
    operation->stage = LWNVME_SANITIZE_FOLLOW;
}

static void lwnvme_sanitize_leave_step(struct lwnvme_sanitize *sanitize)
{
    if (lwnvme_guard_leave(&sanitize->guard, &sanitize->operation) != LWNVME_PENDING)
        lwnvme_operation_end(&sanitize->operation, sanitize->status);
}

static void lwnvme_sanitize_step(struct lwnvme_operation *operation)
{
    static void (*const steps[])(struct lwnvme_sanitize *) = {
        [LWNVME_SANITIZE_LOOK] = lwnvme_sanitize_look_step,
        [LWNVME_SANITIZE_LOOKED] = lwnvme_sanitize_looked_step,
        [LWNVME_SANITIZE_ENTER] = lwnvme_sanitize_enter_step,
        [LWNVME_SANITIZE_SENT] = lwnvme_sanitize_sent_step,
        [LWNVME_SANITIZE_FOLLOW] = lwnvme_sanitize_follow_step,
        [LWNVME_SANITIZE_FOLLOWED] = lwnvme_sanitize_followed_step,
        [LWNVME_SANITIZE_LEAVE] = lwnvme_sanitize_leave_step,
    };

    steps[operation->stage](lwnvme_sanitize_of(operation));
}

static void lwnvme_sanitize_left(struct lwnvme_operation *operation)
{
    lwnvme_guard_abandon(&lwnvme_sanitize_of(operation)->guard);
}

/* Begin. */

static int lwnvme_sanitize_action_check(const struct lwnvme_sanitize *sanitize, uint32_t sanicap)
{
    uint32_t needed;

    switch (sanitize->action) {
    case LWNVME_SANACT_EXIT_FAILURE_MODE:
        needed = 0;
        break;
    case LWNVME_SANACT_BLOCK_ERASE:
        needed = LWNVME_SANICAP_BLOCK_ERASE;
        break;
    case LWNVME_SANACT_OVERWRITE:
        needed = LWNVME_SANICAP_OVERWRITE;
        break;
    case LWNVME_SANACT_CRYPTO_ERASE:
        needed = LWNVME_SANICAP_CRYPTO_ERASE;
        break;
    case LWNVME_SANACT_EXIT_MEDIA_VERIFICATION:
        needed = LWNVME_SANICAP_VERIFICATION;
        break;
    default:
        return LWNVME_ERR_INVALID_ARGUMENT;
    }
    if (sanitize->verify)
        needed |= LWNVME_SANICAP_VERIFICATION;
    if (sanitize->pass_count > LWNVME_SANITIZE_PASSES_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return (sanicap & needed) == needed ? LWNVME_OK : LWNVME_ERR_NO_SANITIZE;
}

static int lwnvme_sanitize_check(const struct lwnvme_controller *controller,
                                 const struct lwnvme_sanitize *sanitize, bool follow)
{
    uint32_t sanicap;
    int status;

    if (sanitize == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &sanitize->operation);
    if (status != LWNVME_OK)
        return status;
    sanicap = lwnvme_le32_get(&lwnvme_identify_copy(controller)->sanicap);
    if ((sanicap & LWNVME_SANITIZE_CAPABILITIES) == 0)
        return LWNVME_ERR_NO_SANITIZE;
    if (!follow)
        status = lwnvme_sanitize_action_check(sanitize, sanicap);
    return status != LWNVME_OK ? status
                               : lwnvme_guard_check(controller, sanitize->handles, sanitize->handle_count);
}

static int lwnvme_sanitize_start(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize,
                                 bool follow)
{
    struct lwnvme_namespace_guard *guard;
    int status = lwnvme_sanitize_check(controller, sanitize, follow);

    if (status != LWNVME_OK)
        return status;
    guard = &sanitize->guard;
    sanitize->follow = follow;
    sanitize->result = LWNVME_SANITIZE_UNKNOWN;
    sanitize->state = LWNVME_SANITIZE_STATE_IDLE;
    sanitize->failed_state = LWNVME_SANITIZE_STATE_IDLE;
    sanitize->passes_done = 0;
    sanitize->data_erased = false;
    sanitize->command_dw10 = 0;
    sanitize->estimate_s = LWNVME_OPERATION_UNKNOWN;
    sanitize->found = false;
    sanitize->status = LWNVME_OK;
    guard->handles = sanitize->handles;
    guard->handle_count = sanitize->handle_count;
    guard->nsid = LWNVME_NSID_ALL;
    guard->opcode = LWNVME_ADMIN_SANITIZE;
    guard->busy = true;
    lwnvme_operation_start(controller, &sanitize->operation, lwnvme_sanitize_step, LWNVME_SANITIZE_LIMIT_MS);
    sanitize->operation.leave = lwnvme_sanitize_left;
    lwnvme_guard_start(guard, controller);
    return LWNVME_OK;
}

int lwnvme_sanitize_begin(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize)
{
    return lwnvme_sanitize_start(controller, sanitize, false);
}

int lwnvme_sanitize_follow(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize)
{
    return lwnvme_sanitize_start(controller, sanitize, true);
}

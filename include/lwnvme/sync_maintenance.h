/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: firmware update, format, sanitize and self-test, blocking: each begins the operation of the same name and
 * carries it on to its end. Objects, results and refusals are those of firmware.h, format.h, sanitize.h and
 * self_test.h; they may take hours, so a program with anything else to do steps them itself. As all of sync.h refused
 * with LWNVME_ERR_IN_CALLBACK from inside a callback of an admin command.
 */
#ifndef LWNVME_SYNC_MAINTENANCE_H
#define LWNVME_SYNC_MAINTENANCE_H

#include "firmware.h"
#include "format.h"
#include "sanitize.h"
#include "self_test.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline int lwnvme_sync_firmware_update(struct lwnvme_controller *controller,
                                              struct lwnvme_firmware_update *update)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_update_begin(controller, update);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&update->operation);
}

static inline int lwnvme_sync_firmware_activation_follow(struct lwnvme_controller *controller,
                                                         struct lwnvme_firmware_update *update)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_activation_follow(controller, update);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&update->operation);
}

static inline int lwnvme_sync_firmware_download(struct lwnvme_controller *controller, uint32_t offset_bytes,
                                                const void *data, uint32_t length_bytes)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_firmware_download(controller,
                                                          lwnvme_sync_admin_begin(controller, &request),
                                                          offset_bytes, data, length_bytes));
}

/* timeout_ms of the command, 0: the controller's default. *result_dw0 receives completion dword 0 of a command that was
 * sent, unless it is NULL. */
static inline int lwnvme_sync_firmware_commit(struct lwnvme_controller *controller,
                                              const struct lwnvme_firmware_commit_select *select,
                                              uint32_t timeout_ms, uint32_t *result_dw0)
{
    struct lwnvme_request request;
    struct lwnvme_request *begun = lwnvme_sync_admin_begin(controller, &request);
    int sent;
    int status;

    request.timeout_ms = timeout_ms;
    sent = lwnvme_firmware_commit(controller, begun, select);
    status = lwnvme_sync_admin_end(controller, &request, sent);
    if (sent == LWNVME_OK && result_dw0 != NULL)
        *result_dw0 = request.result_dw0;
    return status;
}

static inline int lwnvme_sync_format(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_format_begin(controller, format);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&format->operation);
}

static inline int lwnvme_sync_format_follow(struct lwnvme_controller *controller,
                                            struct lwnvme_format *format)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_format_follow(controller, format);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&format->operation);
}

static inline int lwnvme_sync_sanitize(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_sanitize_begin(controller, sanitize);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&sanitize->operation);
}

static inline int lwnvme_sync_sanitize_follow(struct lwnvme_controller *controller,
                                              struct lwnvme_sanitize *sanitize)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_sanitize_follow(controller, sanitize);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&sanitize->operation);
}

static inline int lwnvme_sync_self_test(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_begin(controller, test);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&test->operation);
}

static inline int lwnvme_sync_self_test_follow(struct lwnvme_controller *controller,
                                               struct lwnvme_self_test *test)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_follow(controller, test);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&test->operation);
}

static inline int lwnvme_sync_self_test_abort(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_self_test_abort(controller, lwnvme_sync_admin_begin(controller, &request), nsid));
}

#ifdef __cplusplus
}
#endif

#endif

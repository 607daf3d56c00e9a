/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of firmware update, format, sanitize and self-test: begin, and wait for the end. Nothing is begun
 * where it could not be waited for.
 */
#include <lwnvme/sync.h>

#include "sync_private.h"

int lwnvme_sync_firmware_update(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_update_begin(controller, update);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&update->operation);
}

int lwnvme_sync_firmware_activation_follow(struct lwnvme_controller *controller,
                                           struct lwnvme_firmware_update *update)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_activation_follow(controller, update);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&update->operation);
}

int lwnvme_sync_firmware_download(struct lwnvme_controller *controller, uint32_t offset_bytes,
                                  const void *data, uint32_t length_bytes)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_download(controller, &request, offset_bytes, data, length_bytes);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_firmware_commit(struct lwnvme_controller *controller,
                                const struct lwnvme_firmware_commit_select *select, uint32_t timeout_ms,
                                uint32_t *result_dw0)
{
    struct lwnvme_request request = {.timeout_ms = timeout_ms};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_firmware_commit(controller, &request, select);
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_admin_wait(controller, &request);
    if (result_dw0 != NULL)
        *result_dw0 = request.result_dw0;
    return status;
}

int lwnvme_sync_format(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_format_begin(controller, format);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&format->operation);
}

int lwnvme_sync_format_follow(struct lwnvme_controller *controller, struct lwnvme_format *format)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_format_follow(controller, format);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&format->operation);
}

int lwnvme_sync_sanitize(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_sanitize_begin(controller, sanitize);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&sanitize->operation);
}

int lwnvme_sync_sanitize_follow(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_sanitize_follow(controller, sanitize);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&sanitize->operation);
}

int lwnvme_sync_self_test(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_begin(controller, test);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&test->operation);
}

int lwnvme_sync_self_test_follow(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_follow(controller, test);
    return status != LWNVME_OK ? status : lwnvme_sync_operation(&test->operation);
}

int lwnvme_sync_self_test_abort(struct lwnvme_controller *controller, uint32_t nsid)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_abort(controller, &request, nsid);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

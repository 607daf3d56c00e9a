/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a blocking admin call; what is between them is an inline function of a header. See sync.c for how the
 * blocking face waits.
 */
#include <lwnvme/sync.h>

#include "../core/core.h"

struct lwnvme_request *lwnvme_sync_admin_begin(const struct lwnvme_controller *controller,
                                               struct lwnvme_request *request)
{
    memset(request, 0, sizeof(*request));
    return lwnvme_sync_controller_check(controller) == LWNVME_OK ? request : NULL;
}

int lwnvme_sync_admin_end(struct lwnvme_controller *controller, struct lwnvme_request *request, int accepted)
{
    const int refusal = lwnvme_sync_controller_check(controller);

    if (accepted == LWNVME_OK)
        return lwnvme_sync_admin_wait(controller, request);
    return refusal != LWNVME_OK ? refusal : accepted;
}

/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a blocking call on an I/O queue, as sync_call.c has them for admin calls.
 */
#include <lwnvme/sync.h>

#include "../core/core.h"

/* A request that is not there is what each call refuses; why it may not go on is told at the end. */
struct lwnvme_request *lwnvme_sync_io_begin(const struct lwnvme_queue *queue, struct lwnvme_request *request,
                                            uint32_t flags)
{
    memset(request, 0, sizeof(*request));
    request->flags = flags;
    return lwnvme_sync_queue_check(queue) == LWNVME_OK ? request : NULL;
}

int lwnvme_sync_io_end(struct lwnvme_queue *queue, struct lwnvme_request *request, int accepted)
{
    const int refusal = lwnvme_sync_queue_check(queue);

    if (accepted == LWNVME_OK)
        return lwnvme_sync_wait(queue, request);
    return refusal != LWNVME_OK ? refusal : accepted;
}

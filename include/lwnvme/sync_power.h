/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the host memory buffer, Keep Alive, suspend and resume, blocking. Each call is the asynchronous one of the
 * same name followed by polls until that is done or the controller has failed; see sync.h for who may call.
 */
#ifndef LWNVME_SYNC_POWER_H
#define LWNVME_SYNC_POWER_H

#include "host_memory.h"
#include "keep_alive.h"
#include "power.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

int lwnvme_sync_host_memory_start(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory);
int lwnvme_sync_host_memory_stop(struct lwnvme_host_memory *memory);

static inline int lwnvme_sync_keep_alive_send(struct lwnvme_controller *controller)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_keep_alive_send(controller, lwnvme_sync_admin_begin(controller, &request)));
}

int lwnvme_sync_keep_alive_start(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive);
int lwnvme_sync_keep_alive_stop(struct lwnvme_keep_alive *keep_alive);

int lwnvme_sync_suspend(struct lwnvme_controller *controller, struct lwnvme_suspension *suspension);
int lwnvme_sync_resume(struct lwnvme_suspension *suspension);

#ifdef __cplusplus
}
#endif

#endif

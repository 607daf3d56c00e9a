/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Keep Alive: the controller notices when the host is gone.
 *
 * Off unless it is started. Once started, each poll of the controller sends a Keep Alive command when half of
 * the timeout has passed since the last one; lwnvme_next_deadline takes that into account. Turned off before
 * shutdown, reset and sleep, during which nobody sends any, and set anew afterwards. A host that does not
 * poll for longer than the timeout finds the controller stopped (CSTS.CFS), as the specification has it.
 *
 * Controller owner's context. NVM Express Base Specification 2.1, section 3.9 "Keep Alive" and section 5.1.14 "Keep
 * Alive command".
 */
#ifndef LWNVME_KEEP_ALIVE_H
#define LWNVME_KEEP_ALIVE_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The service: the caller's memory, zeroed once. Must stay from start until it is stopped or the controller closed. */
struct lwnvme_keep_alive {
    /* In, before start. */
    uint32_t timeout_ms; /* 1 to 2^32 - 1; rounded up to the granularity KAS */

    /* Out. */
    int status;          /* of the last command: LWNVME_PENDING, 0, or what the controller said */
    uint32_t granted_ms; /* what the timer is set to; 0: off */
    uint32_t sent;       /* Keep Alive commands that were answered well */
    uint32_t failed;     /* and those that were not */

    /* Private. */
    struct lwnvme_service service;
    uint32_t setting_ms; /* what the Set Features command under way sets; a Keep Alive command: unused */
    uint64_t sent_us;
    bool leaving;
    bool stopping;
    struct lwnvme_request request;
};

/* Sends one Keep Alive command. LWNVME_ERR_NO_KEEP_ALIVE: KAS is 0. 0: accepted. */
int lwnvme_keep_alive_send(struct lwnvme_controller *controller, struct lwnvme_request *request);

/* Sets the timer and starts to send; keep_alive->status tells how the setting ended. LWNVME_ERR_NO_KEEP_ALIVE,
 * LWNVME_ERR_BUSY (started already), LWNVME_ERR_INVALID_ARGUMENT (a timeout of 0). 0: begun. */
int lwnvme_keep_alive_start(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive);

/* Turns the timer off and stops to send; keep_alive->status tells. LWNVME_ERR_NOT_OPEN: not started.
 * LWNVME_ERR_BUSY: a command is under way; poll. 0: begun or done. */
int lwnvme_keep_alive_stop(struct lwnvme_keep_alive *keep_alive);

#ifdef __cplusplus
}
#endif

#endif

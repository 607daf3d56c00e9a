/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: sanitize. The blocking form is begin or follow, then lwnvme_sync_operation(&sanitize.operation).
 *
 * A sanitize operation cannot be stopped, and goes on over resets and power cycles. One that has been begun here and is
 * lost sight of (power, a close, a deadline) is found again by lwnvme_sanitize_follow on the next open, which also
 * says how the last one ended. Controller owner's context. All data of the NVM subsystem are lost.
 */
#ifndef LWNVME_SANITIZE_H
#define LWNVME_SANITIZE_H

#include "controller.h"
#include "log.h"
#include "namespace_guard.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SSTAT, bits 2:0: the most recent sanitize operation. */
enum lwnvme_sanitize_result {
    LWNVME_SANITIZE_NEVER = 0,
    LWNVME_SANITIZE_SUCCEEDED,
    LWNVME_SANITIZE_IN_PROGRESS,
    LWNVME_SANITIZE_FAILED,
    LWNVME_SANITIZE_SUCCEEDED_DEALLOCATED, /* and blocks were deallocated, though no_deallocate was asked for */
    LWNVME_SANITIZE_UNKNOWN                /* a reserved value, or the log has not been read */
};

/* SSI, bits 3:0 and 7:4. Controllers before revision 2.1 leave it 0. */
enum lwnvme_sanitize_state {
    LWNVME_SANITIZE_STATE_IDLE = 0,
    LWNVME_SANITIZE_STATE_RESTRICTED_PROCESSING,
    LWNVME_SANITIZE_STATE_RESTRICTED_FAILURE,
    LWNVME_SANITIZE_STATE_UNRESTRICTED_PROCESSING,
    LWNVME_SANITIZE_STATE_UNRESTRICTED_FAILURE,
    LWNVME_SANITIZE_STATE_MEDIA_VERIFICATION,
    LWNVME_SANITIZE_STATE_POST_VERIFICATION_DEALLOCATION
};

struct lwnvme_sanitize {
    struct lwnvme_operation operation; /* timeout_ms 0: twice the controller's estimate, at least 24 hours */

    /* In. */
    uint8_t action;     /* LWNVME_SANACT_... */
    uint8_t pass_count; /* of overwrite: 1 to 16; 0 counts as 1 */
    uint32_t pattern;   /* of overwrite */
    bool invert;        /* the pattern is inverted between passes (OIPBP) */
    bool unrestricted;  /* AUSE: after a failure, LWNVME_SANACT_EXIT_FAILURE_MODE is allowed */
    bool no_deallocate; /* NDAS: blocks are not deallocated afterwards */
    bool verify;        /* EMVS: enter the media verification state afterwards; the operation ends there */
    /* Handles of namespaces of the controller; they stay until the end. Each is refused with
     * LWNVME_ERR_NS_BUSY meanwhile and reads anew at the end; after a deadline that may still be under way
     * (LWNVME_PENDING), and the handle stays until it is not. One of metadata.h, protection.h or zns.h is read as any
     * other: open it again by their calls. May be NULL when there are none. */
    struct lwnvme_namespace *const *handles;
    uint32_t handle_count;

    /* Out: by the sanitize status log, each time that it has been read. */
    enum lwnvme_sanitize_result result;
    enum lwnvme_sanitize_state state;
    enum lwnvme_sanitize_state failed_state; /* of a failed one: where */
    uint32_t passes_done;                    /* of overwrite */
    bool data_erased;                        /* GDE: nothing has been written since the last success */
    uint32_t command_dw10;                   /* SCDW10: what the operation was started with */
    uint32_t estimate_s;                     /* of the whole; LWNVME_OPERATION_UNKNOWN */
    bool found;                              /* follow: one was under way */

    /* Private. */
    struct lwnvme_namespace_guard guard;
    int status; /* how it will end */
    bool follow;
    struct lwnvme_sanitize_status_log log;
};

/*
 * Begins a sanitize operation, or leaves the failure mode or the media verification state. 0: begun; else refused by
 * name, and no command was sent: LWNVME_ERR_NO_SANITIZE (SANICAP), LWNVME_ERR_INVALID_ARGUMENT, LWNVME_ERR_BUSY (an
 * operation that holds queues is under way), LWNVME_ERR_NS_BUSY.
 *
 * At the end: 0; LWNVME_ERR_SANITIZE_FAILED: it failed, I/O stays refused until a sanitize succeeds or, if
 * `unrestricted` was set, the failure mode is left; LWNVME_ERR_SANITIZE_IN_PROGRESS: one was under way, none was begun;
 * the device's status whole; LWNVME_ERR_OPERATION_TIMEOUT: it is no longer watched, and goes on. A controller reset in
 * between changes nothing: it is followed on.
 *
 * Requests in flight end first, those that wait end with LWNVME_ERR_NS_BUSY; all I/O queues are polled until nothing
 * is in flight, so their owners must hold still. Other handles of the controller are not refused here, but by the
 * device (01Dh). The log is read as often as makes sense for the estimate, from 5 times a second to once in 10 s.
 * NVM Express Base Specification 2.1, section 5.1.22 "Sanitize command", section 8.1.24 "Sanitize Operations".
 */
int lwnvme_sanitize_begin(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize);

/*
 * Attaches to a sanitize operation that is under way, whoever started it and however many resets and power cycles ago,
 * and follows it to its end, as begin does after its command. If none is: ends at once, with what became of the most
 * recent one in `result`, and 0 or LWNVME_ERR_SANITIZE_FAILED. In: operation, handles, handle_count.
 * LWNVME_ERR_NO_SANITIZE: the controller cannot sanitize at all.
 */
int lwnvme_sanitize_follow(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize);

#ifdef __cplusplus
}
#endif

#endif

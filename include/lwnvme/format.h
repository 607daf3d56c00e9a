/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Format NVM. The blocking form is begin, then lwnvme_sync_operation(&format.operation).
 * Controller owner's context. All data of the namespace are lost, or of all namespaces: see `all`.
 */
#ifndef LWNVME_FORMAT_H
#define LWNVME_FORMAT_H

#include "controller.h"
#include "namespace_guard.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_format {
    struct lwnvme_operation operation; /* timeout_ms 0: 24 hours */

    /* In. */
    uint32_t nsid;           /* or LWNVME_NSID_ALL */
    uint8_t format_index;    /* 0 to 63: one of lwnvme_namespace.formats */
    uint8_t secure_erase;    /* SES: LWNVME_FORMAT_SES_... */
    uint8_t protection_type; /* PI: 0 none, 1 to 3 */
    bool protection_first;   /* PIL: protection information in the first bytes of metadata */
    bool metadata_extended;  /* MSET: metadata with the data, not in a buffer of their own */
    /* Handles of the namespaces that are concerned, all that there are; they stay until the end. Each is
     * refused with LWNVME_ERR_NS_BUSY meanwhile and reads anew at the end; after a deadline that may still be
     * under way (LWNVME_PENDING), and the handle stays until it is not. One of metadata.h, protection.h or zns.h is
     * read as any other, and refused (LWNVME_ERR_NS_METADATA, LWNVME_ERR_NS_COMMAND_SET) until it is opened again
     * by their calls. May be NULL when there are none. A handle that is left out keeps its old block size and is
     * not refused: the controller would move more than its buffers hold. */
    struct lwnvme_namespace *const *handles;
    uint32_t handle_count;

    /* Out. */
    bool all; /* the controller formats or erases all namespaces by this command (FNA); set by begin */
    bool has_progress; /* the controller tells how far it is (FPI) */

    /* Private. */
    struct lwnvme_namespace_guard guard;
    struct lwnvme_request watch; /* progress, while the command is with the controller */
    struct lwnvme_service watch_service;
    uint32_t watch_nsid;
    bool follow;
    bool seen; /* at work, after a reset or by somebody else */
    int result;
};

/*
 * Begins to format. 0: begun; else refused by name, and no command was sent: LWNVME_ERR_NO_FORMAT,
 * LWNVME_ERR_NO_BROADCAST, LWNVME_ERR_NO_SECURE_ERASE (no cryptographic erase), LWNVME_ERR_FORMAT_INDEX (by a listed
 * handle), LWNVME_ERR_INVALID_ARGUMENT, LWNVME_ERR_NS_INVALID_ID, LWNVME_ERR_BUSY (an operation that holds queues is
 * under way), LWNVME_ERR_NS_BUSY.
 *
 * Requests in flight end first, those that wait for the namespace end with LWNVME_ERR_NS_BUSY; what waits for other
 * namespaces is held as long as the effects log says, or all the time if it says nothing. All I/O queues are polled
 * until nothing is in flight, so their owners must hold still. Some controllers answer no other admin command before
 * the format has ended: whoever sends one meanwhile should give it as much time (request->timeout_ms).
 *
 * At the end: 0, the device's status whole (10Ah: invalid format), LWNVME_ERR_FORMAT_INDEX (by Identify Namespace,
 * no format was sent). A reset in between takes the answer away: a controller that tells how far it is (has_progress)
 * is followed to the end all the same, and 0 means that it was seen at work; else LWNVME_ERR_ABORTED: the handles
 * show what became of it, and lwnvme_format_follow whether the controller is still at it.
 * NVM Express Base Specification 2.1, section 5.1.10 "Format NVM command".
 */
int lwnvme_format_begin(struct lwnvme_controller *controller, struct lwnvme_format *format);

/*
 * Attaches to a format that is under way: one that somebody else began, or that went on over a reset. In: operation,
 * nsid (not LWNVME_NSID_ALL), handles. Ends with 0 as soon as none is (at once, if the controller does not report
 * progress: has_progress). Base, Identify Namespace, FPI.
 */
int lwnvme_format_follow(struct lwnvme_controller *controller, struct lwnvme_format *format);

#ifdef __cplusplus
}
#endif

#endif

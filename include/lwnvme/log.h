/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: log pages. Asynchronous; the blocking forms are in sync.h.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 */
#ifndef LWNVME_LOG_H
#define LWNVME_LOG_H

#include "controller.h"
#include "spec_log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which log page, and which part of it. */
struct lwnvme_log_select {
    uint8_t lid;           /* LWNVME_LOG_... */
    uint8_t lsp;           /* log specific parameter, 0 to 127 */
    bool retain_event;     /* RAE: an asynchronous event that points at this log stays */
    uint32_t nsid;         /* LWNVME_NSID_ALL for the whole controller */
    uint64_t offset_bytes; /* a multiple of 4; not 0 only if the controller can (LPA bit 2) */
};

/* The first length_bytes (4 to 4096, a multiple of 4) of a log page from its offset on.
 * NVM Express Base Specification 2.1, section 5.1.12 "Get Log Page command". */
int lwnvme_log_read(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_log_select *select, void *data, uint32_t length_bytes);

/* The SMART / Health Information log page of the whole controller (nsid LWNVME_NSID_ALL) or,
 * if LPA bit 0 is set, of a namespace.
 * Section 5.1.12.1.3 "SMART / Health Information". */
int lwnvme_log_smart(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                     struct lwnvme_smart_log *smart);

/*
 * entry_count entries of the Error Information log page from `first` on, newest first: 1 to 64 in one call.
 * first + entry_count is at most the controller's elpe; first is not 0 only if LPA allows offsets. An entry
 * with an error_count of 0 is empty. Section 5.1.12.1.2 "Error Information".
 */
int lwnvme_log_error(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t first,
                     uint32_t entry_count, struct lwnvme_error_log_entry *entries);

#ifdef __cplusplus
}
#endif

#endif

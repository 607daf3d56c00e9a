/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what can be asked of a controller: identify structures, log pages, features. Asynchronous.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 */
#ifndef LWNVME_ADMIN_H
#define LWNVME_ADMIN_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One Identify structure of 4096 bytes, as the controller gave it: not validated. cns: LWNVME_CNS_...
 * NVM Express Base Specification 2.1, section 5.1.13 "Identify command". */
int lwnvme_identify(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t cns,
                    uint32_t nsid, void *data);

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

/*
 * Reads a feature's value into request->result_dw0. fid: LWNVME_FEATURE_...; select: LWNVME_SEL_..., other
 * than LWNVME_SEL_CURRENT only if the controller can; nsid 0 unless the feature is a namespace's. Features
 * with a data structure are refused with LWNVME_ERR_FEATURE_HAS_DATA. Section 5.1.11 "Get Features command".
 */
int lwnvme_feature_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint8_t select, uint32_t nsid);

/*
 * Sets a feature that has no data structure; `save`: keep it over power cycles and resets, if the controller
 * can. Number of Queues belongs to the library: LWNVME_ERR_OPCODE_REFUSED. Section 5.1.25 "Set Features
 * command".
 */
int lwnvme_feature_set(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint32_t value, uint32_t nsid, bool save);

#ifdef __cplusplus
}
#endif

#endif

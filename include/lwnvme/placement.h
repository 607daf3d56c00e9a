/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: data placement, the I/O side of it: where the reclaim units of a namespace's placement handles stand, and
 * moving on to new ones. Writes name a placement identifier by lwnvme_request.directive and lwnvme_directive_placement.
 * The admin side is in feature.h and log.h.
 *
 * Queue owner's context. LWNVME_ERR_NO_FDP: the controller has no flexible data placement.
 * NVM Express Base Specification 2.1, sections 7.3 "I/O Management Receive command", 7.4 "I/O Management Send command",
 * 8.1.10 "Flexible Data Placement".
 */
#ifndef LWNVME_PLACEMENT_H
#define LWNVME_PLACEMENT_H

#include "namespace.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The status of reclaim unit handles, in the caller's memory. */
struct lwnvme_placement_status {
    void *memory;          /* in: 16 bytes, and 32 for each handle; dword aligned */
    uint32_t memory_bytes; /* a multiple of 4 */

    /* Out, of lwnvme_placement_status_check. */
    uint32_t handles;       /* of the namespace */
    uint32_t handles_given; /* of which the memory had room for so many */
};

struct lwnvme_placement_handle {
    uint16_t placement_identifier; /* for lwnvme_directive_placement */
    uint16_t reclaim_unit_handle;
    uint32_t time_left_s; /* until the controller moves on to another reclaim unit; 0: not reported */
    uint64_t blocks_left; /* that can still be written into the reclaim unit */
};

/* Reads the status; memory stays the controller's until the callback. 0: accepted. */
int lwnvme_placement_get_status(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                struct lwnvme_request *request, struct lwnvme_placement_status *status);

/* Looks at what was read. LWNVME_ERR_LOG_DATA: it makes no sense. Callable anywhere. */
int lwnvme_placement_status_check(struct lwnvme_placement_status *status);
/* Handle `index` of what has been checked; false: there is none. */
bool lwnvme_placement_handle_get(const struct lwnvme_placement_status *status, uint32_t index,
                                 struct lwnvme_placement_handle *handle);

/* The controller is to go on with empty reclaim units behind these placement identifiers, 1 to 65536 of them,
 * which are the caller's, dword aligned, until the callback, in memory of whole dwords: with room for an even
 * number. 0: accepted. */
int lwnvme_placement_update(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                            struct lwnvme_request *request, const struct lwnvme_le16 *identifiers,
                            uint32_t identifier_count);

#ifdef __cplusplus
}
#endif

#endif

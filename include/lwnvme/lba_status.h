/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Get LBA Status: which blocks of a namespace may be unrecoverable, or are allocated.
 */
#ifndef LWNVME_LBA_STATUS_H
#define LWNVME_LBA_STATUS_H

#include "controller.h"
#include "spec_admin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A run of blocks, validated. */
struct lwnvme_lba_status_range {
    uint64_t lba;
    uint64_t block_count; /* 1 to 2^32 */
    uint8_t status;       /* as the controller said: LWNVME_LBA_STATUS_LBARS */
};

/* Runs that one call brings, at most: what fits into a page. */
#define LWNVME_LBA_STATUS_RANGES_MAX 255u

/* One question and its answer: the caller's memory, in place until the callback. */
struct lwnvme_lba_status {
    /* In. */
    uint32_t nsid;
    uint8_t action;       /* LWNVME_LBA_STATUS_ATYPE_... */
    uint64_t lba;         /* first block that is asked about */
    uint32_t block_count; /* how many blocks: 1 to 65535; 0: to the end of the namespace */

    /* Out, valid when the request has ended well: ascending, without overlap, none before `lba`. */
    uint32_t range_count;
    bool more;     /* there is more to tell: ask again from `next` on */
    uint64_t next; /* first block that this answer says nothing about, while `more` is set */
    struct lwnvme_lba_status_range ranges[LWNVME_LBA_STATUS_RANGES_MAX];

    /* Private. */
    uint8_t data[4096];
};

/*
 * Asks once. A scan (LWNVME_LBA_STATUS_ATYPE_SCAN_...) may take as long as the namespace is large: give
 * request->timeout_ms. A list that makes no sense (descriptors out of order, before the start, beyond 2^64 or more than
 * there is room for, or none at all while there is more to tell) ends with LWNVME_ERR_LIST_ENTRY.
 *
 * Controller owner's context; the callback comes from lwnvme_controller_poll. 0: accepted. LWNVME_ERR_NO_LBA_STATUS:
 * OACS bit 9 is 0. NVM Command Set Specification 1.1, section 4.2.1 "Get LBA Status command".
 */
int lwnvme_lba_status_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_lba_status *status);

#ifdef __cplusplus
}
#endif

#endif

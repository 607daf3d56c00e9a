/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: compare and write, as one atomic operation of the controller: if the blocks are equal to one buffer they are
 * written from another, and nobody else gets in between.
 *
 * NVM Express Base Specification 2.1, section 3.4.2 "Fused Operation"; NVM Command Set Specification 1.1,
 * section 3.1.1.
 */
#ifndef LWNVME_FUSED_H
#define LWNVME_FUSED_H

#include "limits.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which half of a pair went wrong. */
enum lwnvme_fused_half {
    LWNVME_FUSED_NONE = 0,
    LWNVME_FUSED_COMPARE,
    LWNVME_FUSED_WRITE
};

/* What is compared and what is written; the struct and both buffers must stay until the callback. */
struct lwnvme_fused_pair {
    struct lwnvme_buffer compare;
    struct lwnvme_buffer write;
};

/*
 * Compares block_count blocks from lba on with pair->compare, and writes pair->write there if they are equal.
 * Two commands, next to each other in the ring, one callback when both have ended. A difference ends with a
 * status whose lwnvme_status_code is LWNVME_SC_COMPARE_FAILURE, and nothing has been written; any other error
 * is that of the half that lwnvme_fused_failed names. FUA, limited retry and directive of the request hold
 * for the write. It is never split and never repeated: LWNVME_ERR_NO_FUSED, LWNVME_ERR_NOT_ATOMIC (more than
 * compare_and_write of lwnvme_limits_get allows: NACWU or ACWU, NABSN), LWNVME_ERR_BUFFER_LAYOUT,
 * LWNVME_ERR_QUEUE_SIZE (a ring of two entries has no room for a pair), LWNVME_ERR_NS_COMMAND_SET (zoned and
 * key value namespaces). Where blocks have metadata, pair->compare has the shape that a compare's buffer has
 * and pair->write that of a write's (metadata.h, protection.h). Queue owner's context. 0: accepted.
 */
int lwnvme_compare_and_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                             struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                             struct lwnvme_fused_pair *pair);

/* Of a pair that has ended: the half whose error request->status is. */
static inline enum lwnvme_fused_half lwnvme_fused_failed(const struct lwnvme_request *request)
{
    if (request->status == 0)
        return LWNVME_FUSED_NONE;
    return (request->error_block & 1u) == 0 ? LWNVME_FUSED_COMPARE : LWNVME_FUSED_WRITE;
}

#ifdef __cplusplus
}
#endif

#endif

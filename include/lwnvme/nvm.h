/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: block I/O with the NVM command set, asynchronous.
 *
 * Each call checks its arguments before anything reaches the controller and returns 0 when it has accepted
 * the request, whose callback then comes exactly once; or an error by name, and no callback. Block counts
 * are what they say: 1 means one block. Requests longer than one command may be are split at the
 * controller's limits and called back once, when all pieces have ended. Options (FUA, limited retry,
 * deadline, no waiting) are members of the request. Queue owner's context; callbacks may call all of these.
 *
 * A zeroed request, a queue that is ready, a namespace that is open: otherwise LWNVME_ERR_REQUEST_ACTIVE,
 * LWNVME_ERR_QUEUE_CLOSED, LWNVME_ERR_NAMESPACE_CLOSED or the namespace's own status. What else all may be
 * refused with: LWNVME_ERR_LBA_RANGE, LWNVME_ERR_ZERO_BLOCKS, LWNVME_ERR_READ_ONLY, LWNVME_ERR_NO_... (a
 * command that the controller lacks), LWNVME_ERR_BUFFER_..., LWNVME_ERR_DMA_MAP, LWNVME_ERR_BUSY (with
 * LWNVME_REQUEST_NO_WAIT or LWNVME_CONFIG_BOOT), and why the controller takes no I/O now:
 * LWNVME_ERR_WRONG_STATE, _FAILED, _GONE, _RECOVERING.
 *
 * NVM Command Set Specification 1.1, section 3.3 "NVM Command Set Commands".
 */
#ifndef LWNVME_NVM_H
#define LWNVME_NVM_H

#include "limits.h"
#include "namespace.h"
#include "queue.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads or writes block_count blocks from lba on. `buffer` says where the data are (lwnvme_buffer_cpu and its
 * siblings make one) and is copied. Their first block_count * ns->block_bytes bytes take part; they must be
 * dword aligned, and may be scattered (struct lwnvme_segment tells how). Sections 3.3.4 "Read command", 3.3.6
 * "Write command".
 */
int lwnvme_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, struct lwnvme_request *request,
                uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer);
int lwnvme_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                 const struct lwnvme_buffer *buffer);

/* Compares blocks with the buffer; a difference ends with a status whose lwnvme_status_code is
 * LWNVME_SC_COMPARE_FAILURE. Not atomic when split.
 * Section 3.3.1 "Compare command". */
int lwnvme_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                   struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                   const struct lwnvme_buffer *buffer);

/* Makes sure that writes that had completed before this call are on non-volatile media. Writes still in
 * flight are not covered, nor are those that completed before the controller was brought up anew: it may have
 * lost power (docs/io.md, "Flush and trim"). LWNVME_ERR_RECOVERING while a recovery is under way.
 * NVM Express Base Specification 2.1, section 7.2 "Flush command". */
int lwnvme_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                 struct lwnvme_request *request);

/* Makes the blocks read as zeros, without a transfer; LWNVME_REQUEST_DEALLOCATE lets the controller free
 * them. This and the next two are split at limits of their own (limits.h), and where a transfer would be: there are
 * controllers that want that. Section 3.3.8 "Write Zeroes command". */
int lwnvme_write_zeroes(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                        struct lwnvme_request *request, uint64_t lba, uint32_t block_count);

/* Has the controller read the blocks and check them, without a transfer. Section 3.3.5 "Verify command". */
int lwnvme_verify(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                  struct lwnvme_request *request, uint64_t lba, uint32_t block_count);

/* Marks the blocks as unreadable: reads of them end in an error until they are written again. Section 3.3.7 "Write
 * Uncorrectable command". */
int lwnvme_write_uncorrectable(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, uint64_t lba, uint32_t block_count);

/* A flush of all namespaces that the controller is attached to. LWNVME_ERR_NO_BROADCAST: it does not say that it has
 * that (VWC.FB). Base, section 7.2. */
int lwnvme_flush_all(struct lwnvme_queue *queue, struct lwnvme_request *request);

/* A range of blocks for lwnvme_dataset_management, in the form that the controller reads. */
static inline void lwnvme_dsm_range_set(struct lwnvme_dsm_range *range, uint64_t lba, uint32_t block_count)
{
    lwnvme_le32_set(&range->cattr, 0);
    lwnvme_le32_set(&range->nlb, block_count);
    lwnvme_le64_set(&range->slba, lba);
}

/* And how it will be used: LWNVME_DSM_CATTR_ fields, by lwnvme_field_put. */
static inline void lwnvme_dsm_range_attributes(struct lwnvme_dsm_range *range, uint32_t attributes)
{
    lwnvme_le32_set(&range->cattr, attributes);
}

/*
 * Tells the controller about the use of up to 256 ranges; with LWNVME_DSM_DEALLOCATE: trim. The ranges are
 * read by the controller from where they are: dword aligned, the caller's, unchanged until the callback.
 * Every range is checked against the namespace first. The controller's limits (limits.h) are kept: by several
 * commands where it takes more than one, and a range that is too long is sent in parts;
 * LWNVME_ERR_RANGE_LENGTH only where transfers of one page are all that the queue has memory for. bytes_done
 * counts in ranges, of 16 bytes, before the first that failed. Section 3.3.3 "Dataset Management command".
 */
int lwnvme_dataset_management(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, const struct lwnvme_dsm_range *ranges,
                              uint32_t range_count, uint32_t attributes);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Copy, blocks from many places to one, inside the controller.
 *
 *     struct lwnvme_copy_range memory[16];
 *     struct lwnvme_copy_request copy = {
 *         .format = LWNVME_COPY_FORMAT_0, .memory = memory, .memory_bytes = sizeof(memory)};
 *     lwnvme_copy_add(ns, &copy, ns, 4096, 100000);      cut where one range may be no longer
 *     lwnvme_copy_add(ns, &copy, ns, 0, 8);
 *     lwnvme_copy(queue, ns, &request, 500000, &copy);   as many commands as it takes, one callback
 *
 * Formats 2h and 3h name namespaces, 4h memory of the subsystem's own (a namespace of the Subsystem Local
 * Memory Command Set); they have to be enabled by the Host Behavior Support feature (CDFE), and a controller
 * that was not asked refuses them. With protection information the controller checks the sources' guards and
 * makes all anew, or adds it to blocks without, or takes it off for a destination without; guards of more
 * than 16 bits take formats 1h and 3h, others 0h and 2h.
 * NVM Command Set Specification 1.1, section 3.3.2 "Copy command".
 */
#ifndef LWNVME_COPY_H
#define LWNVME_COPY_H

#include "limits.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* lwnvme_copy_request.flags, for sources with protection information. */
#define LWNVME_COPY_KEEP              1u /* protection information is copied as it is: types 2 and 3 */
#define LWNVME_COPY_CHECK_REFERENCE   4u /* by ELBT of each range, which the caller fills in; as the next two */
#define LWNVME_COPY_CHECK_APPLICATION 8u  /* by ELBAT and ELBATM */
#define LWNVME_COPY_CHECK_STORAGE     32u /* by ELBT */

struct lwnvme_copy_request {
    /* In. The memory is the caller's, dword aligned, and the controller's while a copy is under way. Its entries are
     * struct lwnvme_copy_range, of formats 1h and 3h struct lwnvme_copy_range_extended, of format 4h struct
     * lwnvme_copy_range_memory; what lwnvme_copy_add leaves 0, tags and options, may be filled in after it. */
    uint32_t format; /* LWNVME_COPY_FORMAT_0 to _4 */
    uint32_t flags;  /* LWNVME_COPY_... */
    void *memory;
    size_t memory_bytes;

    /* Out. Zero it to begin. */
    uint32_t range_count;
    uint32_t block_count; /* of all ranges */
    uint32_t strip;       /* private */
};

/*
 * Adds blocks of a source, which are checked against it, cut into as many ranges as the destination asks for,
 * and at the ends of the source's zones that may not be read across. In formats 0h and 1h the source is the
 * destination. Owner of `copy`. 0, or nothing has been added: LWNVME_ERR_RANGE_MEMORY when it has no room for
 * all of them, LWNVME_ERR_NO_COPY, LWNVME_ERR_COPY_FORMAT, LWNVME_ERR_NS_METADATA (metadata that the
 * destination cannot have), ...
 */
int lwnvme_copy_add(const struct lwnvme_namespace *destination, struct lwnvme_copy_request *copy,
                    const struct lwnvme_namespace *source, uint64_t lba, uint32_t block_count);

/*
 * The same with format 4h: bytes of a memory namespace, of which the library knows nothing but its identifier. The
 * address is that of a dword (LWNVME_ERR_BUFFER_ALIGNMENT), the length that of whole blocks of the destination
 * (LWNVME_ERR_RANGE_LENGTH), which has no protection information (LWNVME_ERR_COPY_FORMAT). Owner of `copy`.
 */
int lwnvme_copy_add_memory(const struct lwnvme_namespace *destination, struct lwnvme_copy_request *copy,
                           uint32_t nsid, uint64_t address, uint64_t length_bytes);

/*
 * Copies all ranges, one after the other, to the blocks from lba on; `copy` must stay until the callback.
 * FUA, limited retry and directive of the request hold for the writes. More than one command may take is
 * split between ranges and called back once; bytes_done of a failed copy lies before the failed command, of
 * whose ranges result_dw0 says how many were copied. A copy whose blocks overlap its sources in a later
 * command reads what earlier ones wrote. Into zones it must be one command: LWNVME_ERR_TRANSFER_SIZE. Queue
 * owner's context. 0: accepted.
 */
int lwnvme_copy(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, struct lwnvme_request *request,
                uint64_t lba, const struct lwnvme_copy_request *copy);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: protection information (PI), which goes with each block from the caller's memory to the medium and back: a
 * guard of the data (a CRC) and tags that say what the block is.
 *
 * A namespace with protection information is opened with lwnvme_protection_open instead of lwnvme_namespace_open. Then
 * nvm.h's calls work on it. Who makes the protection information of a write, and takes it off a read, is an option:
 *
 *     LWNVME_PROTECTION_CONTROLLER   the controller (PRACT). Where the metadata are nothing but protection
 *                                    information there is no metadata buffer, and no caller needs to know of it:
 *                                    the default
 *     LWNVME_PROTECTION_LIBRARY      this library, in the caller's buffer: made before a write or compare, checked
 *                                    after a read, and checked by the controller on its way
 *     neither                        the caller, in the buffer; the controller checks it on its way
 *
 * A check that fails has a status that names it and the block: LWNVME_ERR_PROTECTION_... of the library, or 282h to
 * 284h and 288h of the controller (LWNVME_SC_GUARD_CHECK_ERROR, ...). request->bytes_done / ns->block_bytes is the
 * block's place in the request for the library's checks, and for the controller's that of the first block of the
 * command that failed; lwnvme_protection_check and the error information log (log.h) then have the block itself.
 *
 * NVM Command Set Specification 1.1, section 5.3 "End-to-end Data Protection".
 */
#ifndef LWNVME_PROTECTION_H
#define LWNVME_PROTECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "namespace.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/* lwnvme_protection.flags */
#define LWNVME_PROTECTION_CONTROLLER        1u /* one of these two, or none */
#define LWNVME_PROTECTION_LIBRARY           2u
#define LWNVME_PROTECTION_CHECK_REFERENCE   4u /* what is checked, by the controller and by the library */
#define LWNVME_PROTECTION_CHECK_APPLICATION 8u
#define LWNVME_PROTECTION_CHECK_GUARD       16u
#define LWNVME_PROTECTION_CHECK_STORAGE     32u /* where there is a storage tag; STC in the command */
#define LWNVME_PROTECTION_REFERENCE         64u /* reference_tag holds: types 2 and 3 */

/*
 * Options, and what lwnvme_protection_open has found out. Copy it and change the options for some requests
 * (lwnvme_request.protection); it must stay until their callback.
 */
struct lwnvme_protection {
    uint32_t flags;
    uint16_t application_tag;
    uint16_t application_mask; /* which bits of it are compared */
    uint64_t storage_tag;      /* storage_bits of it */
    uint64_t
        reference_tag; /* of the request's first block, with LWNVME_PROTECTION_REFERENCE; else its LBA. It grows
                                  by one with each block but for type 3. */

    /* Out. */
    uint8_t type;           /* 1 to 3; 0: the namespace has no protection information */
    uint8_t guard_bits;     /* 16, 32 or 64 */
    uint8_t bytes;          /* of protection information for each block: 8 or 16 */
    uint8_t storage_bits;   /* STS; 0: there is no storage tag */
    uint8_t reference_bits; /* 0: there is no reference tag */
    uint16_t offset;        /* of protection information in a block's metadata */
    uint64_t storage_mask;  /* LBSTM: which bits of the storage tag are compared */
};

/*
 * Opens a namespace as lwnvme_namespace_open does, and takes it with metadata and protection information: ns->status
 * tells how that ended, and `protection`, which must stay as long as `ns` does, holds the default options then, to be
 * changed between requests:
 * the controller makes and checks it (LWNVME_PROTECTION_CONTROLLER), guard and reference tag, the latter by LBA. A
 * namespace without protection information ends as it would with lwnvme_namespace_open, and type 0.
 *
 * LWNVME_ERR_NS_PROTECTION: the controller names a type or format that the specification does not have, or metadata
 * that are too short. Formats above the 16th exist for hosts that have said so (lwnvme_host_behavior,
 * extended_lba_formats). Controller owner's context. NVM Command Set Specification 1.1, section 4.1.5.3 "I/O Command
 * Set specific Identify Namespace data structure".
 */
int lwnvme_protection_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns,
                           struct lwnvme_protection *protection);

/*
 * Makes the protection information of blocks in a buffer at CPU addresses, or checks it: what a request with
 * LWNVME_PROTECTION_LIBRARY does by itself. NULL for protection: the namespace's default. The buffer holds
 * data and metadata in the namespace's form. Block_count blocks, the first of which is lba. 0; a check's
 * LWNVME_ERR_PROTECTION_..., with *bad_block (may be NULL) the failed block's place from 0 on;
 * LWNVME_ERR_PROTECTION_BUFFER and others as the I/O calls. Callable anywhere. Section 5.3.3 "Control of
 * Protection Information Checking - PRCHK".
 */
int lwnvme_protection_generate(const struct lwnvme_namespace *ns, const struct lwnvme_protection *protection,
                               uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer);
int lwnvme_protection_check(const struct lwnvme_namespace *ns, const struct lwnvme_protection *protection,
                            uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer,
                            uint32_t *bad_block);

/*
 * The guard of some bytes: a CRC of `bits` bits, 16 (T10), 32 (CRC-32C) or 64 (NVMe). `guard` is 0 for the first
 * bytes, and what this returned for those before for more of them. Callable anywhere. Sections 5.3.1.1 "16b Guard
 * Protection Information", 5.3.1.2 "32b Guard Protection Information", 5.3.1.3 "64b Guard Protection Information".
 */
uint64_t lwnvme_guard(uint32_t bits, uint64_t guard, const void *data, size_t length_bytes);

#ifdef __cplusplus
}
#endif

#endif

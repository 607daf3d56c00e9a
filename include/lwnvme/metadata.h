/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: namespaces whose blocks carry metadata.
 *
 * Metadata lie behind each block in the data buffer, or in a buffer of their own; which of the two is the format's:
 * ns->metadata_interleaved. Then nvm.h's calls work with buffers of that shape:
 *
 *     interleaved   data | metadata | data | metadata | ...     ns->block_bytes + ns->metadata_bytes for each block
 *     apart         the buffer as ever, and lwnvme_buffer_with_metadata, ns->metadata_bytes for each block
 *
 * request->bytes_done counts data alone. Who wants the metadata to protect the data uses protection.h instead.
 */
#ifndef LWNVME_METADATA_H
#define LWNVME_METADATA_H

#include <stdint.h>

#include "namespace.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Opens a namespace as lwnvme_namespace_open does, and takes it with metadata, too; ns->status tells how that ended.
 * One without metadata is as ever. LWNVME_ERR_NS_METADATA: it has protection information, which the controller
 * would look at. Transfers are split so that data, and metadata where they are interleaved, stay within the
 * controller's limit. Controller owner's context. The blocking form is lwnvme_sync_metadata_open.
 * NVM Command Set Specification 1.1, section 5.8.3 "Metadata Handling" and figure 114 "Identify - Identify Namespace
 * Data Structure, NVM Command Set", FLBAS and LBA formats.
 */
int lwnvme_metadata_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns);

/* A buffer with the memory for metadata that are kept apart: contiguous, dword aligned (but for mapper.h), addresses of
 * the same kind as the buffer's, the controller's until the callback. */
static inline struct lwnvme_buffer lwnvme_buffer_with_metadata(struct lwnvme_buffer buffer, uint64_t address,
                                                               size_t metadata_bytes)
{
    buffer.flags |= LWNVME_BUFFER_METADATA;
    buffer.metadata_address = address;
    buffer.metadata_bytes = metadata_bytes;
    return buffer;
}

#ifdef __cplusplus
}
#endif

#endif

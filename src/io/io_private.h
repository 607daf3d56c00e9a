/* SPDX-License-Identifier: MIT */
/* What the files of src/io share of nvm.c. */
#ifndef LWNVME_IO_PRIVATE_H
#define LWNVME_IO_PRIVATE_H

#include <lwnvme/copy.h>
#include <lwnvme/limits.h>
#include <lwnvme/nvm.h>

#include "../core/core.h"

/* Whether queue, namespace and request can be used together; whether the blocks are in the namespace. */
int lwnvme_io_check(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    const struct lwnvme_request *request);
int lwnvme_io_range_check(const struct lwnvme_namespace *ns, uint64_t lba, uint32_t block_count);

/* FUA and LR in their place of dword 12: bits 30 and 31, in the order of the two lowest flags. */
static inline uint32_t lwnvme_io_options(const struct lwnvme_request *request)
{
    return (request->flags & (LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY)) << 30;
}

/* Fills in what all commands on a namespace have in common; no data move yet. */
void lwnvme_io_fill(struct lwnvme_request *request, const struct lwnvme_namespace *ns, uint32_t opcode,
                    uint64_t lba, uint32_t block_count);

/* Whether a buffer's addresses are the controller's, or can be translated. */
static inline bool lwnvme_io_can_map(const struct lwnvme_namespace *ns, const struct lwnvme_buffer *buffer)
{
    return (buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0 || ns->controller->ops->dma_map != NULL;
}

/* Of a command that writes: the directive that its request names. */
int lwnvme_io_direct(struct lwnvme_request *request);

/* The one command of a request has memory of its own, which moves as its opcode says. */
int lwnvme_io_data(struct lwnvme_request *request, const void *data, uint32_t length_bytes);

/* The beginning of a command that has no blocks for the engine to split, and its data, which are the caller's. */
int lwnvme_io_begin(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                    struct lwnvme_request *request, uint32_t opcode, uint64_t lba);
int lwnvme_io_buffer(struct lwnvme_request *request, const struct lwnvme_buffer *buffer,
                     uint32_t length_bytes);

/* What the NVM command set's Identify Controller says; as far as bring-up keeps it, up to DMSL. */
static inline const struct lwnvme_identify_nvm_controller *
lwnvme_command_limits(const struct lwnvme_controller *controller)
{
    return (const struct lwnvme_identify_nvm_controller *)(const void *)controller->command_limits;
}

/* And Identify Namespace, as far as the handle keeps it. */
static inline const struct lwnvme_identify_namespace *lwnvme_told(const struct lwnvme_namespace *ns)
{
    return (const struct lwnvme_identify_namespace *)(const void *)ns->told;
}

/* What a command says of its protection information, which is not split: as a piece says it (struct lwnvme_dress). */
static inline void lwnvme_tags_set(struct lwnvme_request *request,
                                   void (*piece)(const struct lwnvme_request *request, uint32_t *sqe))
{
    struct lwnvme_command *command = &request->command;
    uint32_t sqe[16] = {0};

    piece(request, sqe);
    command->cdw2 = lwnvme_order32(sqe[2]);
    command->cdw3 = lwnvme_order32(sqe[3]);
    command->cdw14 = lwnvme_order32(sqe[14]);
    command->cdw15 = lwnvme_order32(sqe[15]);
}

/* A limit that is a power of two in units of the smallest memory page, in blocks; 0 is none, which is UINT32_MAX
 * (limits.c). */
uint32_t lwnvme_limit_blocks(const struct lwnvme_namespace *ns, uint32_t power);

/* Of Dataset Management: ranges of one command, blocks of one range, blocks of one command. */
static inline uint32_t lwnvme_trim_limits(const struct lwnvme_controller *controller, uint32_t *range_blocks,
                                          uint64_t *blocks)
{
    const struct lwnvme_identify_nvm_controller *data = lwnvme_command_limits(controller);

    *range_blocks = lwnvme_le32_get(&data->dmrsl);
    if (*range_blocks == 0)
        *range_blocks = UINT32_MAX;
    *blocks = lwnvme_le64_get(&data->dmsl);
    if (*blocks == 0)
        *blocks = UINT64_MAX;
    return data->dmrl == 0 ? LWNVME_DSM_RANGES_MAX : data->dmrl;
}

/* What may be atomic, and whether blocks are (limits.c). */
enum lwnvme_atomic {
    LWNVME_ATOMIC_ALWAYS,
    LWNVME_ATOMIC_POWER_FAIL,
    LWNVME_ATOMIC_COMPARE_AND_WRITE
};
uint32_t lwnvme_atomic_room(const struct lwnvme_namespace *ns, enum lwnvme_atomic kind, uint64_t lba);
int lwnvme_atomicity_check(const struct lwnvme_namespace *ns, enum lwnvme_atomic kind, uint64_t lba,
                           uint32_t block_count);

/* Of Copy into a namespace; no ranges: it takes none. */
struct lwnvme_copy_limits {
    uint32_t ranges;
    uint32_t range_blocks;
    uint32_t blocks;
    uint32_t formats;
};
/* What of the sources is checked beside guards, in its place of the command: the flags have the order of PRCHK. */
static inline uint32_t lwnvme_copy_checks(uint32_t flags)
{
    uint32_t checks =
        lwnvme_field_put(((flags & (LWNVME_COPY_CHECK_REFERENCE | LWNVME_COPY_CHECK_APPLICATION)) >> 2) |
                             LWNVME_PRINFO_PRCHK_GUARD,
                         LWNVME_COPY_PRINFOR);

    return (flags & LWNVME_COPY_CHECK_STORAGE) != 0 ? checks | lwnvme_field_put(1, LWNVME_COPY_STCR) : checks;
}

void lwnvme_copy_limits_of(const struct lwnvme_namespace *ns, struct lwnvme_copy_limits *limits);

#endif

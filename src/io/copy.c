/* SPDX-License-Identifier: MIT */
/*
 * Copy. Ranges are cut when they are added to the caller's list, since only there is memory for more of them; a list that
 * is too long or too much for one command is sent in pieces, each a part of the list:
 *
 *     list      | a | b | c | d | e |      MSRC, MCL: at most so many ranges, so many blocks
 *     commands  |-------|---|-------|      each to the blocks behind those of the one before
 *
 * A request counts the blocks of the destination, so that its progress and its errors are those of any split request.
 * Queue owner's context.
 */
#include <lwnvme/copy.h>
#include <lwnvme/protection.h>

#include "io_private.h"

static LWNVME_NOINLINE uint32_t lwnvme_copy_entry_bytes(const struct lwnvme_copy_request *copy)
{
    return (copy->format & 1u) == 0 ? (uint32_t)sizeof(struct lwnvme_copy_range)
                                    : (uint32_t)sizeof(struct lwnvme_copy_range_extended);
}

/* Both kinds of entries begin alike. */
static struct lwnvme_copy_range *lwnvme_copy_entry(const struct lwnvme_copy_request *copy, uint32_t index)
{
    return (struct lwnvme_copy_range *)(void *)((uint8_t *)copy->memory +
                                                (size_t)index * lwnvme_copy_entry_bytes(copy));
}

/* Where blocks come from, and how far the place of the next one is: 1, or the bytes of a block. */
struct lwnvme_copy_source {
    uint32_t nsid;
    uint32_t shift;
    uint64_t at;
    const struct lwnvme_namespace *ns; /* NULL: memory, of which nothing is known */
};

static uint32_t lwnvme_copy_entry_blocks(const struct lwnvme_namespace *ns,
                                         const struct lwnvme_copy_request *copy, uint32_t index)
{
    const struct lwnvme_copy_range *entry = lwnvme_copy_entry(copy, index);
    uint32_t bytes;

    if (copy->format != LWNVME_COPY_FORMAT_4)
        return lwnvme_le16_get(&entry->nlb) + 1u;
    bytes = lwnvme_le32_get(&((const struct lwnvme_copy_range_memory *)(const void *)entry)->nbyte);
    return bytes != 0 && (bytes & (ns->block_bytes - 1u)) == 0 ? bytes >> ns->block_shift : UINT32_MAX;
}

static int lwnvme_copy_check(const struct lwnvme_namespace *ns, const struct lwnvme_copy_request *copy,
                             struct lwnvme_copy_limits *limits)
{
    const uint32_t flags = LWNVME_COPY_KEEP | LWNVME_COPY_CHECK_REFERENCE | LWNVME_COPY_CHECK_APPLICATION |
                           LWNVME_COPY_CHECK_STORAGE;

    if (copy->memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (((uintptr_t)copy->memory & 3u) != 0)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    if ((ns->oncs & LWNVME_ONCS_COPY) == 0)
        return LWNVME_ERR_NO_COPY;
    lwnvme_copy_limits_of(ns, limits);
    if (limits->ranges == 0)
        return LWNVME_ERR_NO_COPY;
    if (copy->format > LWNVME_COPY_FORMAT_4 || (limits->formats >> copy->format & 1u) == 0 ||
        (copy->format == LWNVME_COPY_FORMAT_4 && ns->protection_type != 0))
        return LWNVME_ERR_COPY_FORMAT;
    return (copy->flags & ~flags) == 0 ? LWNVME_OK : LWNVME_ERR_INVALID_ARGUMENT;
}

/* Whether guards and storage tags of two namespaces that have protection information, or not, are of one kind. */
static bool lwnvme_copy_kind_is_same(const struct lwnvme_namespace *left,
                                     const struct lwnvme_namespace *right)
{
    return left->protection_type == 0 || (left->protection->guard_bits == right->protection->guard_bits &&
                                          left->protection->storage_bits == right->protection->storage_bits &&
                                          left->protection->storage_mask == right->protection->storage_mask);
}

/* Whether blocks of one namespace can become blocks of another: they have the same metadata, or those that one of them
 * lacks are nothing but protection information. */
static int lwnvme_copy_metadata_check(const struct lwnvme_namespace *destination,
                                      const struct lwnvme_namespace *source)
{
    const struct lwnvme_namespace *more = source->protection_type != 0 ? source : destination;
    const struct lwnvme_namespace *less = source->protection_type != 0 ? destination : source;

    if (more->protection_type == less->protection_type)
        return more->metadata_bytes == less->metadata_bytes &&
                       more->protection_first == less->protection_first &&
                       lwnvme_copy_kind_is_same(more, less)
                   ? LWNVME_OK
                   : LWNVME_ERR_NS_METADATA;
    return less->metadata_bytes == 0 && more->metadata_bytes == more->protection->bytes
               ? LWNVME_OK
               : LWNVME_ERR_NS_METADATA;
}

static int lwnvme_copy_source_check(const struct lwnvme_namespace *destination,
                                    const struct lwnvme_copy_request *copy,
                                    const struct lwnvme_namespace *source)
{
    if (source->status != LWNVME_OK || source->controller != destination->controller ||
        source->incarnation != destination->incarnation)
        return LWNVME_ERR_NAMESPACE_CLOSED;
    if (copy->format == LWNVME_COPY_FORMAT_4 ||
        (copy->format < LWNVME_COPY_FORMAT_2 && source->nsid != destination->nsid))
        return LWNVME_ERR_COPY_FORMAT;
    if (source->block_bytes != destination->block_bytes)
        return LWNVME_ERR_NS_BLOCK_SIZE;
    return lwnvme_copy_metadata_check(destination, source);
}

static void lwnvme_copy_put(struct lwnvme_copy_request *copy, uint32_t index,
                            const struct lwnvme_copy_source *source, uint32_t blocks)
{
    struct lwnvme_copy_range *entry = lwnvme_copy_entry(copy, index);
    struct lwnvme_copy_range_memory *memory = (struct lwnvme_copy_range_memory *)(void *)entry;

    memset(entry, 0, lwnvme_copy_entry_bytes(copy));
    if (copy->format >= LWNVME_COPY_FORMAT_2)
        lwnvme_le32_set(&entry->snsid, source->nsid);
    lwnvme_le64_set(&entry->slba, source->at);
    if (copy->format == LWNVME_COPY_FORMAT_4)
        lwnvme_le32_set(&memory->nbyte, blocks << source->shift);
    else
        lwnvme_le16_set(&entry->nlb, (uint16_t)(blocks - 1u));
}

/* How far one range may go, which is read like anything else. */
static uint32_t lwnvme_copy_room(const struct lwnvme_copy_source *source)
{
    if (source->ns == NULL || source->ns->dress == NULL || source->ns->dress->room == NULL)
        return UINT32_MAX;
    return source->ns->dress->room(source->ns, source->at);
}

/* Cuts blocks into ranges and adds them, all or none. */
static int lwnvme_copy_append(struct lwnvme_copy_request *copy, struct lwnvme_copy_source *source,
                              uint32_t block_count, uint32_t most)
{
    uint32_t left = block_count;
    uint32_t index;

    if (block_count > UINT32_MAX - copy->block_count)
        return LWNVME_ERR_RANGE_LENGTH;
    for (index = copy->range_count; left != 0; index++) {
        uint32_t blocks = left < most ? left : most;
        uint32_t room = lwnvme_copy_room(source);

        if (blocks > room)
            blocks = room;
        if (copy->memory_bytes < (size_t)(index + 1u) * lwnvme_copy_entry_bytes(copy))
            return LWNVME_ERR_RANGE_MEMORY;
        lwnvme_copy_put(copy, index, source, blocks);
        source->at += (uint64_t)blocks * (1u << source->shift);
        left -= blocks;
    }
    copy->range_count = index;
    copy->block_count += block_count;
    return LWNVME_OK;
}

int lwnvme_copy_add(const struct lwnvme_namespace *destination, struct lwnvme_copy_request *copy,
                    const struct lwnvme_namespace *source, uint64_t lba, uint32_t block_count)
{
    struct lwnvme_copy_source from = {0, 0, lba, source};
    struct lwnvme_copy_limits limits;
    int status;

    if (destination == NULL || copy == NULL || source == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = destination->status == LWNVME_OK ? lwnvme_copy_check(destination, copy, &limits)
                                              : LWNVME_ERR_NAMESPACE_CLOSED;
    if (status == LWNVME_OK)
        status = lwnvme_copy_source_check(destination, copy, source);
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(source, lba, block_count);
    from.nsid = source->nsid;
    if (status == LWNVME_OK)
        status = lwnvme_copy_append(copy, &from, block_count, limits.range_blocks);
    if (status == LWNVME_OK && source->protection_type != 0 && destination->protection_type == 0)
        copy->strip = 1;
    return status;
}

/* length_bytes / 2^shift, which fits. In halves: a shift of 64 bits is a function of the compiler's on small machines. */
static uint32_t lwnvme_copy_blocks(uint64_t length_bytes, uint32_t shift)
{
    return (uint32_t)(length_bytes >> 32) << (32u - shift) | (uint32_t)length_bytes >> shift;
}

int lwnvme_copy_add_memory(const struct lwnvme_namespace *destination, struct lwnvme_copy_request *copy,
                           uint32_t nsid, uint64_t address, uint64_t length_bytes)
{
    struct lwnvme_copy_source from = {nsid, 0, address, NULL};
    struct lwnvme_copy_limits limits;
    int status;

    if (destination == NULL || copy == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = destination->status == LWNVME_OK ? lwnvme_copy_check(destination, copy, &limits)
                                              : LWNVME_ERR_NAMESPACE_CLOSED;
    if (status == LWNVME_OK && copy->format != LWNVME_COPY_FORMAT_4)
        status = LWNVME_ERR_COPY_FORMAT;
    if (status == LWNVME_OK && (nsid == 0 || nsid > destination->controller->info.nn))
        status = LWNVME_ERR_NS_INVALID_ID;
    if (status == LWNVME_OK && (address & 3u) != 0)
        status = LWNVME_ERR_BUFFER_ALIGNMENT;
    if (status == LWNVME_OK && (length_bytes == 0 || (length_bytes & (destination->block_bytes - 1u)) != 0 ||
                                length_bytes > (uint64_t)UINT32_MAX * destination->block_bytes ||
                                length_bytes - 1u > UINT64_MAX - address))
        status = LWNVME_ERR_RANGE_LENGTH;
    if (status != LWNVME_OK)
        return status;
    from.shift = destination->block_shift;
    return lwnvme_copy_append(copy, &from, lwnvme_copy_blocks(length_bytes, from.shift), limits.range_blocks);
}

/* How many ranges from `first` on, of how many blocks, the next command takes: at least one. */
static uint32_t lwnvme_copy_piece(const struct lwnvme_namespace *ns, const struct lwnvme_copy_request *copy,
                                  uint32_t first, uint32_t *blocks)
{
    struct lwnvme_copy_limits limits;
    uint32_t room = ns->controller->info.max_transfer_bytes;
    uint32_t entry_bytes = lwnvme_copy_entry_bytes(copy);
    uint32_t count = 0;

    *blocks = 0;
    lwnvme_copy_limits_of(ns, &limits);
    while (first + count < copy->range_count && count < limits.ranges && room >= entry_bytes) {
        uint32_t more = lwnvme_copy_entry_blocks(ns, copy, first + count);

        if (more > limits.blocks - *blocks)
            break;
        *blocks += more;
        room -= entry_bytes;
        count++;
    }
    return count;
}

/* Sends the next command; request->copy_bytes is the first range that has not been sent. */
static int lwnvme_copy_issue(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_copy_request *copy = (const struct lwnvme_copy_request *)request->copy;
    struct lwnvme_command *command = &request->command;
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint64_t lba = request->lba + request->blocks_issued;
    uint32_t blocks;
    uint32_t count;
    uint32_t bytes;
    int status;

    count = lwnvme_copy_piece(request->ns, copy, request->copy_bytes, &blocks);
    if (count == 0)
        return LWNVME_ERR_RANGE_LENGTH; /* a reset has brought other limits */
    if (request->ns->csi == LWNVME_CSI_ZONED && count != copy->range_count)
        return LWNVME_ERR_TRANSFER_SIZE; /* nor is what was one command to become several there */
    bytes = count * lwnvme_copy_entry_bytes(copy);
    if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
        lwnvme_memory_sync(queue->controller, lwnvme_copy_entry(copy, request->copy_bytes), bytes,
                           LWNVME_TO_DEVICE, true);
    status = lwnvme_map(queue, request, lwnvme_slot_index(queue->free_first), &bytes, &prp);
    if (status != LWNVME_OK)
        return status;
    command->cdw10 = (uint32_t)lba;
    command->cdw11 = (uint32_t)(lba >> 32);
    command->cdw12 = (command->cdw12 & ~0xffu) | (count - 1u);
    lwnvme_piece_send(queue, request, 0, &prp);
    request->blocks_issued += blocks;
    request->copy_bytes += count;
    if (request->blocks_issued != request->block_count)
        queue->splits++;
    return LWNVME_OK;
}

/* The list may not be that of lwnvme_copy_add, or for another destination. */
static int lwnvme_copy_list_check(const struct lwnvme_namespace *ns, const struct lwnvme_copy_request *copy,
                                  const struct lwnvme_copy_limits *limits)
{
    uint64_t total = 0;
    uint32_t index;

    if (copy->range_count == 0)
        return LWNVME_ERR_RANGE_COUNT;
    if (copy->memory_bytes < (uint64_t)copy->range_count * lwnvme_copy_entry_bytes(copy))
        return LWNVME_ERR_RANGE_MEMORY;
    for (index = 0; index < copy->range_count; index++) {
        uint32_t blocks = lwnvme_copy_entry_blocks(ns, copy, index);

        if (blocks > limits->range_blocks)
            return LWNVME_ERR_RANGE_LENGTH;
        total += blocks;
    }
    return total == copy->block_count ? LWNVME_OK : LWNVME_ERR_INVALID_ARGUMENT;
}

/* What a destination without protection information has done with that of its sources: it is checked and taken off. */
static int lwnvme_copy_strip(const struct lwnvme_copy_request *copy, struct lwnvme_request *request)
{
    if (request->ns->protection_type != 0)
        return LWNVME_OK; /* protection.c's */
    if (copy->strip == 0)
        return copy->flags == 0 ? LWNVME_OK : LWNVME_ERR_PROTECTION_OPTIONS;
    if ((copy->flags & LWNVME_COPY_KEEP) != 0)
        return LWNVME_ERR_PROTECTION_OPTIONS;
    request->command.cdw12 |=
        lwnvme_copy_checks(copy->flags) | lwnvme_field_put(LWNVME_PRINFO_PRACT, LWNVME_COPY_PRINFOR);
    return LWNVME_OK;
}

int lwnvme_copy(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns, struct lwnvme_request *request,
                uint64_t lba, const struct lwnvme_copy_request *copy)
{
    struct lwnvme_copy_limits limits;
    uint32_t blocks;
    int status = lwnvme_io_check(queue, ns, request);

    if (status == LWNVME_OK && copy == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK && ns->read_only)
        status = LWNVME_ERR_READ_ONLY;
    if (status == LWNVME_OK)
        status = lwnvme_copy_check(ns, copy, &limits);
    if (status == LWNVME_OK)
        status = lwnvme_copy_list_check(ns, copy, &limits);
    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, copy->block_count);
    if (status != LWNVME_OK)
        return status;
    lwnvme_io_fill(request, ns, LWNVME_NVM_COPY, lba, copy->block_count);
    request->command.cdw12 |= lwnvme_field_put(copy->format, LWNVME_COPY_CDFT);
    status = lwnvme_copy_strip(copy, request);
    if (status == LWNVME_OK)
        status = lwnvme_io_direct(request);
    /* Zones are written in order, and commands may overtake each other. */
    if (status == LWNVME_OK && ns->csi == LWNVME_CSI_ZONED &&
        lwnvme_copy_piece(ns, copy, 0, &blocks) < copy->range_count)
        status = LWNVME_ERR_TRANSFER_SIZE;
    if (status == LWNVME_OK)
        status = lwnvme_io_data(request, copy->memory, copy->range_count * lwnvme_copy_entry_bytes(copy));
    if (status != LWNVME_OK)
        return status;
    request->data_bytes = 0; /* blocks are counted, and none of them is in memory */
    request->copy = (void *)(uintptr_t)copy;
    request->copy_bytes = 0;
    return lwnvme_submit_by(queue, request, lwnvme_copy_issue);
}

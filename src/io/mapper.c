/* SPDX-License-Identifier: MIT */
/*
 * The full mapper: whatever core's mapper (core/map.c) cannot express by PRP entries, by an SGL or through memory of the
 * queue's own.
 *
 *     request --begin--> settled for all of it: an SGL first?  through bounce memory as a whole?
 *     command --map----> SGL or PRP, the other one if that fails; bounce memory if both do
 *             <--end---- copied out what was done, bounce memory free again
 *
 * A descriptor list is a segment of up to 256 descriptors in a page; the 256th of a longer one names the next segment:
 *
 *     command | last segment --> | data | data | ... |
 *     command | segment -------> | data | ... | last segment --> | data | ... |
 *
 * Bounce memory is one stretch of up to 32 equal units; a command has some that follow each other. A command that finds
 * none waits in the queue's FIFO (LWNVME_PENDING): bounce memory belongs to commands in flight alone, so that one will
 * end. Where the host's DMA is not coherent, all of a request goes through bounce memory or nothing: what the CPU copies
 * out must not lie in cache lines that are invalidated at the end.
 *
 * Metadata in a buffer of their own are in one piece for MPTR, unless the controller takes an SGL there:
 *
 *     command | MPTR ---> | last segment --> | data | data | ... |      up to seven pieces
 *
 * Plugged in by the queue's configuration. Called by the queue's owner (or under its lock).
 */
#include <lwnvme/mapper.h>

#include "metadata_private.h"

#define LWNVME_SGL_BIT_BUCKET   1u /* descriptor types, in the upper half of the last byte */
#define LWNVME_SGL_SEGMENT      2u
#define LWNVME_SGL_LAST_SEGMENT 3u
#define LWNVME_SGL_PER_SEGMENT  256u
#define LWNVME_METADATA_LIST    128u /* bytes of each slot: what MPTR points to, and what that may point to */
#define LWNVME_METADATA_RUNS    7u   /* pieces that metadata of one command may be in */
#define LWNVME_PSDT_SGL         (1u << 14) /* 01b: SGL for data, an address for metadata */
#define LWNVME_PSDT_SGLS        (2u << 14) /* 10b: and MPTR is the address of a descriptor */
#define LWNVME_VENDOR_HUAWEI    0x19e5u    /* says that it has SGLs, and gets them wrong */

/* What a command in flight has of bounce memory. */
struct lwnvme_bounce {
    struct lwnvme_position position; /* of its data in the request */
    uint32_t units;                  /* bits */
    uint32_t length_bytes;
};

/* In memory of its own, behind it a struct lwnvme_bounce for each slot. */
struct lwnvme_bouncing {
    struct lwnvme_bounce *slots;
    uint8_t *memory;
    uint64_t dma;
    uint32_t unit_bytes;
    uint32_t unit_count;
    uint32_t used; /* bits */
    uint32_t sgl_mask;
    uint32_t sgl_stride; /* bytes of a slot's descriptor list */
    bool bit_bucket;
    size_t metadata_at;
    bool metadata_bytes; /* metadata in a buffer of their own may begin anywhere */
    bool metadata_sgl;   /* ... or be named by descriptors: a short list for each slot, behind the others */
    uint32_t metadata_runs; /* how many that may be */
};

/* A descriptor list in the making. */
struct lwnvme_sgl {
    uint64_t *list;
    uint64_t list_dma;
    uint64_t end; /* device address behind the last descriptor's data */
    uint32_t count;
    uint32_t length_bytes;
    uint32_t last_type;
};

static struct lwnvme_bouncing *lwnvme_bouncing_of(const struct lwnvme_queue *queue)
{
    return (struct lwnvme_bouncing *)queue->bouncing;
}

static uint64_t lwnvme_sgl_second(uint32_t length_bytes, uint32_t type)
{
    return lwnvme_order64((uint64_t)type << 60 | length_bytes);
}

/* Bytes of a list of so many descriptors: a power of two up to a page, or whole pages of 4 KiB, so that no segment crosses
 * one. */
static uint32_t lwnvme_sgl_bytes(uint32_t descriptors)
{
    uint32_t bytes = descriptors * 16u;
    uint32_t stride = descriptors == 0 ? 0 : 16u;

    if (bytes > LWNVME_PAGE_MIN)
        return (bytes + LWNVME_PAGE_MIN - 1u) & ~(LWNVME_PAGE_MIN - 1u);
    while (stride < bytes)
        stride <<= 1;
    return stride;
}

/* What the controller can do, and how many descriptors that is worth. */
static int lwnvme_sgl_settle(struct lwnvme_queue *queue, struct lwnvme_bouncing *bouncing)
{
    const struct lwnvme_controller *controller = queue->controller;
    uint32_t sgls = controller->info.sgls;
    uint32_t support = lwnvme_field_get(sgls, LWNVME_SGLS_SUPPORT);
    uint32_t threshold = lwnvme_field_get(sgls, LWNVME_SGLS_THRESHOLD);

    if (queue->sgl > LWNVME_SGL_NEVER || queue->sgl_descriptors > LWNVME_SGL_DESCRIPTORS_MAX ||
        queue->bounce_bytes > LWNVME_BOUNCE_BYTES_MAX)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (support == 0 || support > 2 || (controller->quirks & LWNVME_QUIRK_NO_SGL) != 0 ||
        (controller->config.pci_vendor_id == LWNVME_VENDOR_HUAWEI &&
         (controller->config.quirks_remove & LWNVME_QUIRK_NO_SGL) == 0))
        queue->sgl = LWNVME_SGL_NEVER;
    if (queue->sgl_descriptors == 0)
        queue->sgl_descriptors = LWNVME_SGL_DESCRIPTORS_DEFAULT;
    if (threshold != 0 && queue->sgl_descriptors > threshold)
        queue->sgl_descriptors = threshold;
    if (queue->sgl == LWNVME_SGL_NEVER)
        queue->sgl_descriptors = 0;
    bouncing->sgl_stride = lwnvme_sgl_bytes(queue->sgl_descriptors);
    bouncing->sgl_mask = support == 1 ? 0 : 3u;
    bouncing->bit_bucket = (sgls & LWNVME_SGLS_BIT_BUCKET) != 0;
    bouncing->metadata_bytes = (sgls & LWNVME_SGLS_METADATA_BYTE_ALIGNED) != 0;
    bouncing->metadata_sgl = (sgls & LWNVME_SGLS_METADATA_SGL) != 0 && queue->sgl_descriptors != 0;
    bouncing->metadata_runs = LWNVME_METADATA_RUNS;
    if (threshold != 0 && threshold < LWNVME_METADATA_RUNS)
        bouncing->metadata_runs = threshold;
    return LWNVME_OK;
}

static int lwnvme_full_open(struct lwnvme_queue *queue, uint32_t slots)
{
    const struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_bouncing *bouncing;
    size_t wanted = queue->bounce_bytes;
    size_t lists;
    void *memory = NULL;
    int status;

    queue->bouncing_bytes = sizeof(*bouncing) + slots * sizeof(struct lwnvme_bounce);
    status = lwnvme_memory_get(controller, queue->bouncing_bytes, &queue->bouncing, &queue->bouncing_dma);
    if (status != LWNVME_OK)
        return status;
    bouncing = lwnvme_bouncing_of(queue);
    bouncing->slots = (struct lwnvme_bounce *)(void *)(bouncing + 1);
    status = lwnvme_sgl_settle(queue, bouncing);
    if (status != LWNVME_OK)
        return status;
    lists = (size_t)slots * bouncing->sgl_stride;
    lists = (lists + LWNVME_METADATA_LIST - 1u) & ~(size_t)(LWNVME_METADATA_LIST - 1u);
    bouncing->metadata_at = lists;
    if (bouncing->metadata_sgl)
        lists += (size_t)slots * LWNVME_METADATA_LIST;
    lists = (lists + (size_t)queue->page_mask) & ~(size_t)queue->page_mask;
    bouncing->unit_bytes = queue->page_bytes;
    while (((size_t)bouncing->unit_bytes << 5) < wanted)
        bouncing->unit_bytes <<= 1;
    for (; (size_t)bouncing->unit_count * bouncing->unit_bytes < wanted; bouncing->unit_count++)
        continue;
    queue->bounce_bytes = lists + (size_t)bouncing->unit_count * bouncing->unit_bytes;
    if (queue->bounce_bytes == 0)
        return LWNVME_OK;
    status = lwnvme_dma_get(controller, queue->bounce_bytes, &memory, &queue->bounce_dma);
    queue->bounce = (uint8_t *)memory;
    bouncing->memory = queue->bounce + lists;
    bouncing->dma = queue->bounce_dma + lists;
    return status;
}

/* Whether the controller takes the data of a request by an SGL: blocks, also those of a zone, which are one command. */
static bool lwnvme_sgl_serves(const struct lwnvme_queue *queue, const struct lwnvme_request *request)
{
    const bool zoned =
        request->ns != NULL && request->ns->csi == LWNVME_CSI_ZONED &&
        (request->command.opcode == LWNVME_NVM_WRITE || request->command.opcode == LWNVME_ZNS_ZONE_APPEND);

    return (request->block_count != 0 || zoned) && queue->sgl != LWNVME_SGL_NEVER;
}

/* Whether bounce memory can ever serve: at CPU addresses, and at least one block fits. */
static bool lwnvme_bounce_serves(const struct lwnvme_queue *queue, const struct lwnvme_request *request)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);

    return (request->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0 &&
           request->data_bytes <= bouncing->unit_count * bouncing->unit_bytes;
}

/* What a look at a segment list's seams tells. */
struct lwnvme_seams {
    bool pages; /* all segments meet at pages, or follow each other: PRP entries */
    /* Or they do so but for seams between blocks, if there are any: several commands with PRP entries. */
    bool blocks;
    bool skips;
    bool aligned; /* to dwords, but for what is thrown away */
};

static void lwnvme_seams_look(const struct lwnvme_queue *queue, const struct lwnvme_request *request,
                              struct lwnvme_seams *seams)
{
    const struct lwnvme_buffer *buffer = &request->buffer;
    uint64_t needed = request->data_bytes;
    uint32_t rest = 0; /* of the block that the seam is in */
    uint64_t bits = lwnvme_is_scattered(buffer) ? 0 : buffer->address;
    uint32_t index;

    if (request->block_count != 0)
        needed *= request->block_count;
    seams->pages = true;
    seams->blocks = true;
    seams->skips = false;
    seams->aligned = (bits & 3u) == 0;
    for (index = 0; lwnvme_is_scattered(buffer) && index < buffer->segment_count; index++) {
        const struct lwnvme_segment *segment = &buffer->segments[index];
        uint64_t end = segment->address + segment->length_bytes;

        bits = segment->length_bytes < needed ? segment->length_bytes : 0;
        if (segment->address == LWNVME_SEGMENT_SKIP)
            seams->skips = true;
        else
            bits |= segment->address;
        seams->aligned = seams->aligned && (bits & 3u) == 0;
        if (segment->length_bytes >= needed)
            return;
        needed -= segment->length_bytes;
        rest += (uint32_t)segment->length_bytes;
        rest -= lwnvme_whole_blocks(request, rest);
        if (end == segment[1].address || ((end | segment[1].address) & queue->page_mask) == 0)
            continue;
        seams->pages = false;
        if (rest != 0 || segment->length_bytes > UINT32_MAX / 2)
            seams->blocks = false;
    }
}

/* Metadata in a buffer of their own: as ever, or, where that is asked for or they begin at an odd byte, only as the
 * controller takes them together with an SGL for the data. */
static int lwnvme_full_begin_metadata(const struct lwnvme_queue *queue, struct lwnvme_request *request,
                                      bool sgl)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    const bool odd = (request->buffer.metadata_address & 3u) != 0;
    const bool described = bouncing->metadata_sgl && (!odd || bouncing->sgl_mask == 0);

    if (odd && (!sgl || (!described && !bouncing->metadata_bytes)))
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    if (odd || (sgl && described && queue->sgl == LWNVME_SGL_ALWAYS))
        request->mapping |= LWNVME_MAPPING_METADATA | LWNVME_MAPPING_SGL;
    if (sgl && described)
        request->mapping |= LWNVME_MAPPING_RUNS;
    return LWNVME_OK;
}

static int lwnvme_full_begin(struct lwnvme_queue *queue, struct lwnvme_request *request)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    bool sgl = lwnvme_sgl_serves(queue, request);
    bool bounce = lwnvme_bounce_serves(queue, request);
    struct lwnvme_seams seams;

    lwnvme_seams_look(queue, request, &seams);
    if (seams.skips && (request->command.opcode & 3u) != LWNVME_FROM_DEVICE)
        return LWNVME_ERR_BUFFER_LAYOUT;
    sgl = sgl && (seams.aligned || bouncing->sgl_mask == 0) && (!seams.skips || bouncing->bit_bucket);
    if ((request->buffer.flags & LWNVME_BUFFER_METADATA) != 0 &&
        lwnvme_full_begin_metadata(queue, request, sgl) != LWNVME_OK)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    if (!sgl && !bounce && !seams.aligned)
        return LWNVME_ERR_BUFFER_ALIGNMENT;
    if (!sgl && !bounce && seams.skips)
        return LWNVME_ERR_BUFFER_LAYOUT;
    if (sgl && (queue->sgl == LWNVME_SGL_ALWAYS || !seams.pages || !seams.aligned))
        request->mapping |= LWNVME_MAPPING_SGL;
    if (seams.skips)
        request->mapping |= LWNVME_MAPPING_SKIPS;
    if (!sgl && bounce && (queue->slow & LWNVME_SLOW_SYNC) != 0 &&
        (!seams.aligned || seams.skips || !seams.blocks))
        request->mapping |= LWNVME_MAPPING_BOUNCE;
    return LWNVME_OK;
}

/* Takes some bytes in. False: no room for a further descriptor. */
static bool lwnvme_sgl_add(const struct lwnvme_queue *queue, struct lwnvme_sgl *sgl, uint64_t dma,
                           uint32_t length, uint32_t type)
{
    uint64_t *at;

    if (sgl->count != 0 && type == sgl->last_type && (dma == sgl->end || type != 0)) {
        length += (uint32_t)lwnvme_order64(sgl->list[2u * sgl->count - 1u]);
        sgl->count--;
    } else if (sgl->count >= queue->sgl_descriptors) {
        return false;
    } else {
        sgl->end = dma;
        if (sgl->count != 0 && (sgl->count & (LWNVME_SGL_PER_SEGMENT - 1u)) == 0) {
            if (sgl->count + 2u > queue->sgl_descriptors)
                return false;
            at = sgl->list +
                 2u * sgl->count; /* the last one of a segment moves, and leaves room for a pointer */
            at[0] = at[-2];
            at[1] = at[-1];
            sgl->count++;
        }
        sgl->list[2u * sgl->count] = lwnvme_order64(dma);
    }
    sgl->list[2u * sgl->count + 1u] = lwnvme_sgl_second(length, type);
    sgl->count++;
    sgl->last_type = type;
    return true;
}

/* Walks until `length` bytes have descriptors. LWNVME_PENDING: sgl->length_bytes is as far as one command goes. */
static int lwnvme_sgl_walk(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                           uint32_t length, struct lwnvme_sgl *sgl)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    struct lwnvme_position position = {request->segment_index, request->segment_offset};
    int status;

    sgl->count = 0;
    sgl->length_bytes = 0;
    while (sgl->length_bytes < length) {
        size_t run = length - sgl->length_bytes;
        uint64_t address = lwnvme_position_next(&request->buffer, &position, &run);
        uint64_t dma = 0;
        bool skip = (request->mapping & LWNVME_MAPPING_SKIPS) != 0 &&
                    request->buffer.segments[position.index].address == LWNVME_SEGMENT_SKIP;

        if (!skip) {
            status = lwnvme_translate(queue, request, slot_index, address, &dma, &run);
            if (status != LWNVME_OK)
                return status;
        } else if (!bouncing->bit_bucket) {
            return LWNVME_PENDING;
        }
        if ((((uint32_t)dma | (uint32_t)run) & bouncing->sgl_mask) != 0 ||
            !lwnvme_sgl_add(queue, sgl, dma, (uint32_t)run, skip ? LWNVME_SGL_BIT_BUCKET : 0))
            return LWNVME_PENDING;
        sgl->end = dma + run;
        sgl->length_bytes += (uint32_t)run;
        position.offset += run;
    }
    request->segment_index = position.index;
    request->segment_offset = position.offset;
    return LWNVME_OK;
}

/* Writes what points to segments: in the command, and in the last place of each full segment. */
static void lwnvme_sgl_finish(struct lwnvme_queue *queue, const struct lwnvme_sgl *sgl,
                              struct lwnvme_prp *prp)
{
    uint32_t at;

    prp->psdt = LWNVME_PSDT_SGL;
    prp->prp1 = lwnvme_order64(sgl->list[0]);
    prp->prp2 = lwnvme_order64(sgl->list[1]);
    if (sgl->count == 1)
        return;
    for (at = 0; at < sgl->count; at += LWNVME_SGL_PER_SEGMENT) {
        uint32_t left = sgl->count - at;
        uint32_t type = LWNVME_SGL_LAST_SEGMENT;
        uint64_t pointer[2];

        if (left > LWNVME_SGL_PER_SEGMENT) {
            left = LWNVME_SGL_PER_SEGMENT;
            type = LWNVME_SGL_SEGMENT;
        }
        pointer[0] = lwnvme_order64(sgl->list_dma + at * 16u);
        pointer[1] = lwnvme_sgl_second(left * 16u, type);
        if (at == 0) {
            prp->prp1 = lwnvme_order64(pointer[0]);
            prp->prp2 = lwnvme_order64(pointer[1]);
        } else {
            memcpy(sgl->list + 2u * (at - 1u), pointer, sizeof(pointer));
        }
    }
    lwnvme_memory_sync(queue->controller, sgl->list, (size_t)sgl->count * 16u, LWNVME_TO_DEVICE, true);
}

static int lwnvme_sgl_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                          uint32_t *length_bytes, struct lwnvme_prp *prp)
{
    size_t offset = (size_t)slot_index * lwnvme_bouncing_of(queue)->sgl_stride;
    struct lwnvme_sgl sgl = {
        (uint64_t *)(void *)(queue->bounce + offset), queue->bounce_dma + offset, 0, 0, 0, 0};
    int status = lwnvme_sgl_walk(queue, request, slot_index, *length_bytes, &sgl);

    if (status == LWNVME_PENDING) {
        *length_bytes = lwnvme_whole_blocks(request, sgl.length_bytes);
        lwnvme_unmap_data(queue, slot_index, request);
        status = LWNVME_ERR_BUFFER_LAYOUT;
        if (*length_bytes != 0)
            status = lwnvme_sgl_walk(queue, request, slot_index, *length_bytes, &sgl);
        if (status == LWNVME_PENDING)
            status = LWNVME_ERR_DMA_MAP;
    }
    if (status != LWNVME_OK)
        lwnvme_unmap_data(queue, slot_index, request);
    else
        lwnvme_sgl_finish(queue, &sgl, prp);
    return status;
}

/* Passes over data of a request, and copies them to or from `memory`, or does not (NULL). */
static void lwnvme_bounce_copy(const struct lwnvme_request *request, struct lwnvme_position *position,
                               uint8_t *memory, uint32_t length, bool out)
{
    while (length != 0) {
        size_t run = length;
        uint64_t address = lwnvme_position_next(&request->buffer, position, &run);
        void *data = (void *)(uintptr_t)address;
        bool skip = (request->mapping & LWNVME_MAPPING_SKIPS) != 0 &&
                    request->buffer.segments[position->index].address == LWNVME_SEGMENT_SKIP;

        if (memory != NULL) {
            if (!skip)
                memcpy(out ? data : memory, out ? memory : data, run);
            memory += run;
        }
        position->offset += run;
        length -= (uint32_t)run;
    }
}

/* A write that is one command or none. */
static bool lwnvme_is_atomic(const struct lwnvme_request *request)
{
    return request->command.opcode == LWNVME_NVM_WRITE &&
           (request->flags & (LWNVME_REQUEST_ATOMIC | LWNVME_REQUEST_ATOMIC_POWER_FAIL)) != 0 &&
           (request->flags & LWNVME_REQUEST_ATOMIC_PIECES) == 0;
}

/* How much of the next bytes has to go through bounce memory: up to a block that can do without. */
static uint32_t lwnvme_bounce_needed(const struct lwnvme_request *request, uint32_t length)
{
    struct lwnvme_position position = {request->segment_index, request->segment_offset};
    uint32_t done = 0;
    uint64_t address;
    size_t run;

    if (request->block_count == 0 || (request->mapping & LWNVME_MAPPING_BOUNCE) != 0 ||
        lwnvme_is_atomic(request))
        return length;
    do {
        lwnvme_bounce_copy(request, &position, NULL, request->data_bytes, false);
        done += request->data_bytes;
        if (done == length)
            break;
        run = request->data_bytes;
        address = lwnvme_position_next(&request->buffer, &position, &run);
    } while ((address & 3u) != 0 || run < request->data_bytes);
    return done;
}

/* Units for as many of `wanted` bytes as there are, whole blocks at least; the first one's index. unit_count: none. */
static uint32_t lwnvme_units_find(const struct lwnvme_bouncing *bouncing,
                                  const struct lwnvme_request *request, uint32_t *wanted)
{
    uint32_t first = 0;
    uint32_t next;

    while (first < bouncing->unit_count) {
        uint32_t room = 0;

        for (next = first;
             next < bouncing->unit_count && (bouncing->used >> next & 1u) == 0 && room < *wanted; next++)
            room += bouncing->unit_bytes;
        if (room >= *wanted)
            return first;
        room = lwnvme_whole_blocks(request, room);
        if (room != 0 && !lwnvme_is_atomic(request)) {
            *wanted = room;
            return first;
        }
        first = next + 1u;
    }
    return bouncing->unit_count;
}

static int lwnvme_bounce_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                             uint32_t *length_bytes, struct lwnvme_prp *prp)
{
    struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    struct lwnvme_bounce *bounce = &bouncing->slots[slot_index];
    struct lwnvme_position position = {request->segment_index, request->segment_offset};
    struct lwnvme_buffer buffer = request->buffer;
    uint32_t length = lwnvme_bounce_needed(request, *length_bytes);
    uint32_t first = lwnvme_units_find(bouncing, request, &length);
    uint32_t offset = first * bouncing->unit_bytes;
    uint32_t unit;
    int status;

    if (first == bouncing->unit_count)
        return lwnvme_is_atomic(request) && length > bouncing->unit_count * bouncing->unit_bytes
                   ? LWNVME_ERR_BUFFER_LAYOUT
                   : LWNVME_PENDING;
    bounce->position = position;
    bounce->length_bytes = length;
    if ((lwnvme_request_direction(request) & LWNVME_TO_DEVICE) != 0)
        lwnvme_bounce_copy(request, &position, bouncing->memory + offset, length, false);
    else
        lwnvme_bounce_copy(request, &position, NULL, length, false);
    lwnvme_memory_sync(queue->controller, bouncing->memory + offset, length,
                       lwnvme_request_direction(request), true);
    request->buffer = lwnvme_buffer_device(bouncing->dma + offset, length);
    request->segment_index = 0;
    request->segment_offset = 0;
    *length_bytes = length;
    status = lwnvme_map(queue, request, slot_index, length_bytes, prp);
    request->buffer = buffer;
    request->segment_index = position.index;
    request->segment_offset = position.offset;
    if (status != LWNVME_OK)
        return status;
    for (unit = first; offset < first * bouncing->unit_bytes + length; unit++, offset += bouncing->unit_bytes)
        bounce->units |= 1u << unit;
    bouncing->used |= bounce->units;
    queue->bounces++;
    return LWNVME_OK;
}

/* Where metadata are, while they get descriptors. */
struct lwnvme_metadata_walk {
    uint64_t *list; /* the first place is the one that MPTR points to */
    uint64_t dma;
    uint64_t run_dma; /* the first piece */
    size_t run;
    uint32_t count;
};

/* Describes so many bytes of metadata from the first piece on. *bytes: as far as the list goes. */
static int lwnvme_metadata_walk(struct lwnvme_queue *queue, const struct lwnvme_request *request,
                                uint32_t slot_index, struct lwnvme_metadata_walk *walk, uint32_t *bytes)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    const uint64_t address =
        request->buffer.metadata_address + (uint64_t)request->blocks_issued * request->ns->metadata_bytes;
    uint64_t dma = walk->run_dma;
    size_t run = walk->run;
    uint32_t done = 0;
    int status = LWNVME_OK;

    walk->count = 0;
    for (;;) {
        if (run > *bytes - done)
            run = *bytes - done;
        if ((((uint32_t)dma | (uint32_t)run) & bouncing->sgl_mask) != 0 ||
            walk->count == bouncing->metadata_runs)
            break;
        walk->count++;
        walk->list[2u * walk->count] = lwnvme_order64(dma);
        walk->list[2u * walk->count + 1u] = lwnvme_sgl_second((uint32_t)run, 0);
        done += (uint32_t)run;
        if (done == *bytes)
            break;
        run = *bytes - done;
        status = lwnvme_translate(queue, request, slot_index, address + done, &dma, &run);
        if (status != LWNVME_OK)
            break;
    }
    *bytes = done;
    return status == LWNVME_PENDING ? LWNVME_OK : status;
}

/* The place that MPTR points to: the one piece, or where the list of them is. */
static void lwnvme_metadata_finish(struct lwnvme_queue *queue, struct lwnvme_metadata_walk *walk,
                                   struct lwnvme_prp *prp)
{
    if (walk->count == 1) {
        walk->list[0] = walk->list[2];
        walk->list[1] = walk->list[3];
    } else {
        walk->list[0] = lwnvme_order64(walk->dma + 16u);
        walk->list[1] = lwnvme_sgl_second(walk->count * 16u, LWNVME_SGL_LAST_SEGMENT);
    }
    lwnvme_memory_sync(queue->controller, walk->list, LWNVME_METADATA_LIST, LWNVME_TO_DEVICE, true);
    prp->metadata = walk->dma;
    prp->psdt = LWNVME_PSDT_SGLS;
}

/* Bytes of metadata of so much data; and of data that have so many, which are all or none of a command that is not split. */
static uint32_t lwnvme_metadata_of(const struct lwnvme_request *request, uint32_t length_bytes)
{
    const uint32_t blocks = request->block_count == 0 ? lwnvme_metadata_blocks(request)
                                                      : lwnvme_divide(length_bytes, request->data_bytes);

    return blocks * request->ns->metadata_bytes;
}

static uint32_t lwnvme_data_of(const struct lwnvme_request *request, uint32_t metadata_bytes)
{
    const uint32_t blocks = lwnvme_divide(metadata_bytes, request->ns->metadata_bytes);

    if (request->block_count != 0)
        return blocks * request->data_bytes;
    return blocks == lwnvme_metadata_blocks(request) ? request->data_bytes : 0;
}

static bool lwnvme_cannot_express(int status)
{
    return status == LWNVME_ERR_BUFFER_LAYOUT || status == LWNVME_ERR_BUFFER_ALIGNMENT;
}

/* Data by an SGL, and metadata by another, of exactly the blocks of the command: fewer where the list of them ends. */
static int lwnvme_metadata_describe(struct lwnvme_queue *queue, struct lwnvme_request *request,
                                    uint32_t slot_index, uint32_t *length_bytes,
                                    struct lwnvme_metadata_walk *walk, struct lwnvme_prp *prp)
{
    const struct lwnvme_position position = {request->segment_index, request->segment_offset};
    uint32_t wanted;
    uint32_t got;
    int status;

    do {
        status = lwnvme_sgl_map(queue, request, slot_index, length_bytes, prp);
        if (status != LWNVME_OK)
            return status;
        wanted = lwnvme_metadata_of(request, *length_bytes);
        got = wanted;
        status = lwnvme_metadata_walk(queue, request, slot_index, walk, &got);
        if (status == LWNVME_OK && got == wanted) {
            lwnvme_metadata_finish(queue, walk, prp);
            return LWNVME_OK;
        }
        lwnvme_unmap_data(queue, slot_index, request);
        request->segment_index = position.index;
        request->segment_offset = position.offset;
        *length_bytes = lwnvme_data_of(request, got);
    } while (status == LWNVME_OK && *length_bytes != 0);
    return status != LWNVME_OK ? status : LWNVME_ERR_BUFFER_LAYOUT;
}

/* Metadata that may be named by an SGL: so where they are in several pieces, or that is asked for. LWNVME_PENDING: they are in
 * one piece and MPTR says where; the data go their own way. */
static int lwnvme_metadata_runs(struct lwnvme_queue *queue, struct lwnvme_request *request,
                                uint32_t slot_index, uint32_t *length_bytes, struct lwnvme_prp *prp)
{
    const struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    const size_t offset = bouncing->metadata_at + (size_t)slot_index * LWNVME_METADATA_LIST;
    const uint32_t wanted = lwnvme_metadata_of(request, *length_bytes);
    struct lwnvme_metadata_walk walk = {(uint64_t *)(void *)(queue->bounce + offset),
                                        queue->bounce_dma + offset, 0, wanted, 0};
    int status = lwnvme_translate(queue, request, slot_index,
                                  request->buffer.metadata_address +
                                      (uint64_t)request->blocks_issued * request->ns->metadata_bytes,
                                  &walk.run_dma, &walk.run);
    uint32_t most;

    if (status != LWNVME_OK)
        return status;
    if ((request->mapping & LWNVME_MAPPING_METADATA) != 0 || walk.run < wanted ||
        ((uint32_t)walk.run_dma & 3u) != 0) {
        status = lwnvme_metadata_describe(queue, request, slot_index, length_bytes, &walk, prp);
        most = lwnvme_data_of(request, (uint32_t)walk.run);
        if (!lwnvme_cannot_express(status) || most == 0 || ((uint32_t)walk.run_dma & 3u) != 0)
            return status;
        *length_bytes = most;
    }
    prp->metadata = walk.run_dma;
    prp->psdt = 0;
    return LWNVME_PENDING;
}

static int lwnvme_full_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                           uint32_t *length_bytes, struct lwnvme_prp *prp)
{
    uint32_t wanted = *length_bytes;
    bool sgl_first = (request->mapping & LWNVME_MAPPING_SGL) != 0;
    bool sgl = sgl_first || lwnvme_sgl_serves(queue, request);
    int status = LWNVME_ERR_BUFFER_LAYOUT;

    if ((request->mapping & LWNVME_MAPPING_RUNS) != 0) {
        status = lwnvme_metadata_runs(queue, request, slot_index, length_bytes, prp);
        if (status != LWNVME_PENDING)
            return status;
        wanted = *length_bytes;
        status = LWNVME_ERR_BUFFER_LAYOUT;
    } else if ((request->mapping & LWNVME_MAPPING_METADATA) != 0) {
        return lwnvme_sgl_map(queue, request, slot_index, length_bytes, prp); /* MPTR says the byte */
    }
    if ((request->mapping & LWNVME_MAPPING_BOUNCE) == 0) {
        if (sgl_first)
            status = lwnvme_sgl_map(queue, request, slot_index, length_bytes, prp);
        if (lwnvme_cannot_express(status) && (request->mapping & LWNVME_MAPPING_SKIPS) == 0) {
            *length_bytes = wanted;
            status = lwnvme_map(queue, request, slot_index, length_bytes, prp);
        }
        if (lwnvme_cannot_express(status) && sgl && !sgl_first) {
            *length_bytes = wanted;
            status = lwnvme_sgl_map(queue, request, slot_index, length_bytes, prp);
        }
        if (!lwnvme_cannot_express(status) || !lwnvme_bounce_serves(queue, request) ||
            (queue->slow & LWNVME_SLOW_SYNC) != 0)
            return status;
    }
    *length_bytes = wanted;
    return lwnvme_bounce_map(queue, request, slot_index, length_bytes, prp);
}

/* What a failed command left in bounce memory, and what lies behind a failure, is nobody's. */
static void lwnvme_full_end(struct lwnvme_queue *queue, uint32_t slot_index, int status)
{
    struct lwnvme_bouncing *bouncing = lwnvme_bouncing_of(queue);
    struct lwnvme_bounce *bounce = &bouncing->slots[slot_index];
    const struct lwnvme_slot *slot = &queue->slots[slot_index];
    uint32_t offset = 0;

    if (bounce->units == 0 || status == LWNVME_ERR_BUFFER_HELD)
        return;
    while ((bounce->units >> offset & 1u) == 0)
        offset++;
    offset *= bouncing->unit_bytes;
    if (status == LWNVME_OK && (lwnvme_request_direction(slot->request) & LWNVME_FROM_DEVICE) != 0 &&
        slot->first_block < slot->request->error_block) {
        lwnvme_memory_sync(queue->controller, bouncing->memory + offset, bounce->length_bytes,
                           LWNVME_FROM_DEVICE, false);
        lwnvme_bounce_copy(slot->request, &bounce->position, bouncing->memory + offset, bounce->length_bytes,
                           true);
    }
    bouncing->used &= ~bounce->units;
    bounce->units = 0;
}

const struct lwnvme_mapper lwnvme_mapper_full = {
    .open = lwnvme_full_open, .begin = lwnvme_full_begin, .map = lwnvme_full_map, .end = lwnvme_full_end};

/* SPDX-License-Identifier: MIT */
/*
 * The mapper: turns a piece of a request's buffer into PRP1, PRP2 and, where needed, a PRP list.
 *
 *     PRP1            the first byte, at any dword in its page
 *     PRP2            nothing, the second page, or the list of all further pages
 *     list page       | entry | entry | ... | entry | chain or nothing |
 *
 * Every entry but PRP1 is the start of a page, and the data run on from page to page without a gap. The
 * buffer may be scattered: its runs fit one command as long as each joins the next at page boundaries, or is
 * contiguous with it. Where they do not, the piece is cut there, at a whole block, and the rest becomes a
 * command of its own.
 *
 * The list memory belongs to the slot. The last entry of a list page is a chain pointer or unused, never
 * data: some controllers take it for a chain pointer without looking at the length.
 *
 * Called by the queue's owner (or under its lock), never for the same slot twice before lwnvme_unmap.
 */
#include <lwnvme/mapper.h>

#include "core.h"

#if !LWNVME_CONFIG_BOOT /* there: single.c */

/* One way through a buffer while its PRP entries are made. */
struct lwnvme_walk {
    uint64_t prp1;
    uint64_t first_entry;  /* the first one after PRP1 */
    uint64_t end;          /* device address after the last byte so far */
    uint64_t *list;        /* where the next entry goes */
    uint64_t list_dma;     /* device address of the page that holds it */
    uint64_t prp2_list;    /* device address of the first entry */
    uint32_t room;         /* entries before the last one of this list page */
    uint32_t pages_left;   /* list pages after this one */
    uint32_t count;        /* entries after PRP1 */
    uint32_t length_bytes; /* mapped so far */
    uint32_t wanted_bytes; /* in all */
};

enum lwnvme_direction lwnvme_request_direction(const struct lwnvme_request *request)
{
    return (enum lwnvme_direction)(request->command.opcode & 3u);
}

/* Whether [address, address + length) neither wraps nor, at CPU addresses, leaves what a pointer can hold. */
static bool lwnvme_addresses_exist(uint64_t address, uint64_t length_bytes, uint32_t flags)
{
    uint64_t last = address + (length_bytes - 1u);

    return last >= address && ((flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0 || last <= UINTPTR_MAX);
}

/* Whether a buffer can serve at all, before anything is sent: present, aligned (align_mask 3: to dwords; 0: as it
 * likes), long enough, without metadata of its own. */
int lwnvme_buffer_check_aligned(const struct lwnvme_buffer *buffer, uint64_t needed_bytes,
                                uint32_t align_mask)
{
    const struct lwnvme_segment *segment;
    uint64_t total = 0;
    uint32_t index;
    if ((buffer->flags & ~LWNVME_BUFFER_DEVICE_ADDRESS) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (LWNVME_CONFIG_SEGMENTS == 0 && buffer->segments != NULL)
        return LWNVME_ERR_LEFT_OUT;
    if (!lwnvme_is_scattered(buffer)) {
        if (buffer->address == 0 && (buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) == 0)
            return LWNVME_ERR_NULL_ARGUMENT;
        if ((buffer->address & align_mask) != 0)
            return LWNVME_ERR_BUFFER_ALIGNMENT;
        if (buffer->length_bytes < needed_bytes ||
            !lwnvme_addresses_exist(buffer->address, needed_bytes, buffer->flags))
            return LWNVME_ERR_BUFFER_LENGTH;
        return LWNVME_OK;
    }
    for (index = 0; index < buffer->segment_count && total < needed_bytes; index++) {
        segment = &buffer->segments[index];
        if (align_mask == 0 && segment->address == LWNVME_SEGMENT_SKIP && segment->length_bytes != 0) {
            total += segment->length_bytes;
            continue;
        }
        if (((segment->address | segment->length_bytes) & align_mask) != 0 || segment->length_bytes == 0)
            return LWNVME_ERR_BUFFER_ALIGNMENT;
        if (!lwnvme_addresses_exist(segment->address, segment->length_bytes, buffer->flags))
            return LWNVME_ERR_BUFFER_LENGTH;
        total += segment->length_bytes;
    }
    return total < needed_bytes ? LWNVME_ERR_BUFFER_LENGTH : LWNVME_OK;
}

/* How long a buffer is; of one that is longer than limit_bytes, not all need be counted. */
uint64_t lwnvme_buffer_bytes(const struct lwnvme_buffer *buffer, uint64_t limit_bytes)
{
    uint64_t total = 0;
    uint32_t index;

    if (!lwnvme_is_scattered(buffer))
        return buffer->length_bytes;
    for (index = 0; index < buffer->segment_count && total <= limit_bytes; index++)
        total += buffer->segments[index].length_bytes;
    return total;
}

/* Entries that a list must hold for the largest transfer at the worst alignment; PRP1 is not among them. */
uint32_t lwnvme_list_entries(const struct lwnvme_controller *controller)
{
    uint32_t shift = 12u + lwnvme_field_get(controller->cc, LWNVME_CC_MPS);
    uint32_t entries = controller->info.max_transfer_bytes >> shift;

    return entries == 0 ? 1u : entries;
}

/* How many times `part` goes into `whole`, for the small numbers of a set-up; some CPUs have no division. */
static uint32_t lwnvme_parts_in(uint32_t whole, uint32_t part)
{
    uint32_t count = 0;

    while (whole >= part) {
        whole -= part;
        count++;
    }
    return count;
}

/* Decides how the lists of entries - 1 slots lie in memory, and returns its size in bytes. */
size_t lwnvme_list_layout(struct lwnvme_queue *queue, uint32_t entries)
{
    uint32_t needed = lwnvme_list_entries(queue->controller);
    uint32_t usable = (queue->page_bytes >> 3) - 1u;
    uint32_t slots = entries - 1u;

    queue->list_pages = 0;
    queue->lists_per_page = 0;
    queue->list_stride_bytes = 0;
    if (needed <= 1)
        return 0;
    if (needed <= usable) {
        queue->list_stride_bytes = (needed * 8u + 63u) & ~63u;
        queue->lists_per_page = lwnvme_parts_in(queue->page_bytes - 8u, queue->list_stride_bytes);
        if (queue->lists_per_page == 0)
            queue->lists_per_page = 1;
        queue->list_pages = 1;
        return (size_t)lwnvme_parts_in(slots + queue->lists_per_page - 1u, queue->lists_per_page)
               << queue->page_shift;
    }
    queue->list_pages = lwnvme_parts_in(needed + usable - 1u, usable);
    return (size_t)slots * queue->list_pages << queue->page_shift;
}

/* Where the list of a slot begins. */
uint32_t lwnvme_list_offset(const struct lwnvme_queue *queue, uint32_t slot_index)
{
    uint32_t page;

    if (queue->lists_per_page == 0)
        return slot_index * queue->list_pages << queue->page_shift;
    page = lwnvme_parts_in(slot_index, queue->lists_per_page);
    return (page << queue->page_shift) +
           (slot_index - page * queue->lists_per_page) * queue->list_stride_bytes;
}

static void lwnvme_walk_begin(const struct lwnvme_queue *queue, uint32_t slot_index, struct lwnvme_walk *walk)
{
    uint32_t offset = queue->list_offsets[slot_index];

    walk->prp1 = 0;
    walk->count = 0;
    walk->length_bytes = 0;
    walk->first_entry = 0;
    walk->end = 0;
    walk->list = NULL;
    walk->list_dma = 0;
    walk->prp2_list = 0;
    walk->room = 0;
    walk->pages_left = 0;
    if (queue->list_pages == 0)
        return;
    walk->room = (queue->page_bytes >> 3) - 1u;
    if (queue->lists_per_page != 0)
        walk->room = lwnvme_list_entries(queue->controller);
    else
        walk->pages_left = queue->list_pages - 1u;
    walk->list = (uint64_t *)(void *)(queue->lists + offset);
    walk->list_dma = queue->lists_dma + offset;
    walk->prp2_list = walk->list_dma;
}

/*
 * Settles where a list of so many entries begins. The controller takes the last slot of a page for data if the
 * entries end exactly there, and for a pointer if there are more. So that it is a pointer or nothing always, a
 * list that would end at a page's end begins one slot later, which moves its end into a further page.
 */
static void lwnvme_walk_place(const struct lwnvme_queue *queue, struct lwnvme_walk *walk, uint32_t entries)
{
    uint32_t slots = (queue->page_bytes >> 3);

    if (queue->lists_per_page != 0 || walk->list == NULL)
        return;
    while (entries > slots)
        entries -= slots - 1u;
    if (entries != slots)
        return;
    walk->list++;
    walk->room--;
    walk->prp2_list += 8u;
}

/* Adds `pages` entries from device address `entry` on. False: the list is full. */
static bool lwnvme_walk_add(const struct lwnvme_queue *queue, struct lwnvme_walk *walk, uint64_t entry,
                            uint32_t pages)
{
    if (walk->count == 0 && pages != 0)
        walk->first_entry = entry;
    walk->count += pages;
    if (walk->list == NULL)
        return walk->count <= 1;
    while (pages != 0) {
        if (walk->room == 0) {
            if (walk->pages_left == 0)
                return false;
            walk->pages_left--;
            walk->list_dma += queue->page_bytes;
            *walk->list++ = lwnvme_order64(walk->list_dma);
            walk->room = (queue->page_bytes >> 3) - 1u;
        }
        *walk->list++ = lwnvme_order64(entry);
        walk->room--;
        entry += queue->page_bytes;
        pages--;
    }
    return true;
}

/* Takes one contiguous run in. False: it does not join what came before, or the list is full. */
static bool lwnvme_walk_run(const struct lwnvme_queue *queue, struct lwnvme_walk *walk, uint64_t dma,
                            uint32_t length)
{
    uint32_t mask = queue->page_bytes - 1u;
    uint32_t offset = (uint32_t)dma & mask;
    uint64_t next = dma - offset;
    uint32_t pages = (offset + length + mask) >> queue->page_shift;

    if (walk->length_bytes == 0) {
        lwnvme_walk_place(queue, walk, ((offset + walk->wanted_bytes + mask) >> queue->page_shift) - 1u);
        walk->prp1 = dma;
        next += queue->page_bytes;
        pages--;
    } else if (offset != 0) {
        if (dma != walk->end)
            return false;
        next += queue->page_bytes;
        pages--;
    } else if (((uint32_t)walk->end & mask) != 0) {
        return false;
    }
    if (!lwnvme_walk_add(queue, walk, next, pages))
        return false;
    walk->end = dma + length;
    walk->length_bytes += length;
    return true;
}

static bool lwnvme_mapping_note(struct lwnvme_queue *queue, uint32_t slot_index, uint64_t dma, size_t length)
{
    struct lwnvme_mapping *mapping;

    if (queue->mapping_counts[slot_index] == queue->mappings_per_slot)
        return false;
    mapping = &queue->mappings[slot_index * queue->mappings_per_slot + queue->mapping_counts[slot_index]++];
    mapping->dma_address = dma;
    mapping->length_bytes = length;
    return true;
}

/* Asks the host where the next bytes are. LWNVME_PENDING: there is no more room to note mappings. */
int lwnvme_translate(struct lwnvme_queue *queue, const struct lwnvme_request *request, uint32_t slot_index,
                     uint64_t address, uint64_t *dma, size_t *run)
{
    const struct lwnvme_controller *controller = queue->controller;
    enum lwnvme_direction direction = lwnvme_request_direction(request);
    size_t wanted = *run;

    if ((request->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0) {
        *dma = address;
    } else {
        if (!controller->ops->dma_map(controller->host, (const void *)(uintptr_t)address, wanted, direction,
                                      dma, run))
            return LWNVME_ERR_DMA_MAP;
        if (*run > wanted)
            *run = wanted;
        if (lwnvme_maps_end(queue) && !lwnvme_mapping_note(queue, slot_index, *dma, *run)) {
            controller->ops->dma_unmap(controller->host, *dma, *run, direction);
            return LWNVME_PENDING;
        }
        if (*run == 0)
            return LWNVME_ERR_DMA_MAP;
    }
    return lwnvme_dma_in_reach(controller, *dma, *run) ? LWNVME_OK : LWNVME_ERR_DMA_LIMIT;
}

/* The address that a position stands at, and for how many of the next *run bytes it goes on, which the buffer has: over
 * segments that follow each other, too, so that the host maps them as one. A position may lie behind its segment. */
uint64_t lwnvme_position_next(const struct lwnvme_buffer *buffer, struct lwnvme_position *position,
                              size_t *run)
{
    const struct lwnvme_segment *segment;
    uint64_t address;
    size_t left;

    if (!lwnvme_is_scattered(buffer))
        return buffer->address + position->offset;
    segment = &buffer->segments[position->index];
    while (position->offset >= segment->length_bytes) {
        position->offset -= segment->length_bytes;
        position->index++;
        segment++;
    }
    address = segment->address + position->offset;
    left = segment->length_bytes - position->offset;
    while (left < *run && segment[1].address == segment->address + segment->length_bytes &&
           segment->address != LWNVME_SEGMENT_SKIP) {
        segment++;
        left = segment->length_bytes < *run - left ? left + segment->length_bytes : *run;
    }
    if (*run > left)
        *run = left;
    return address;
}

/* PRP entries cannot express what comes next: the caller's bytes, or else those that the host has made of them. */
static int lwnvme_walk_odd(const struct lwnvme_walk *walk, uint32_t bits)
{
    if (walk->length_bytes != 0)
        return LWNVME_PENDING;
    return (bits & 3u) != 0 ? LWNVME_ERR_BUFFER_ALIGNMENT : LWNVME_ERR_DMA_MAP;
}

/* Walks until `length` bytes are mapped. LWNVME_PENDING: walk->length_bytes is as far as one command goes. */
static int lwnvme_walk_buffer(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                              uint32_t length, struct lwnvme_walk *walk)
{
    struct lwnvme_position position = {request->segment_index, request->segment_offset};
    uint64_t address;
    uint64_t dma;
    size_t wanted;
    size_t run;
    int status;

    lwnvme_walk_begin(queue, slot_index, walk);
    walk->wanted_bytes = length;
    while (walk->length_bytes < length) {
        run = length - walk->length_bytes;
        address = lwnvme_position_next(&request->buffer, &position, &run);
        wanted = run;
        status = lwnvme_translate(queue, request, slot_index, address, &dma, &run);
        if (status != LWNVME_OK)
            return status;
        if ((((uint32_t)dma | (uint32_t)run) & 3u) != 0)
            return lwnvme_walk_odd(walk, (uint32_t)dma | (uint32_t)wanted);
        if (!lwnvme_walk_run(queue, walk, dma, (uint32_t)run))
            return LWNVME_PENDING;
        position.offset += run;
    }
    request->segment_index = position.index;
    request->segment_offset = position.offset;
    return LWNVME_OK;
}

/* How much of so many bytes is whole blocks; of a request without blocks nothing. */
uint32_t lwnvme_whole_blocks(const struct lwnvme_request *request, uint32_t length_bytes)
{
    if (request->block_count == 0 || request->data_bytes == 0)
        return 0;
    return lwnvme_divide(length_bytes, request->data_bytes) * request->data_bytes;
}

/* A piece that does not fit one command is cut to whole blocks and mapped again from the start. */
static int lwnvme_walk_again(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
                             uint32_t *length_bytes, struct lwnvme_walk *walk)
{
    uint32_t cut = lwnvme_whole_blocks(request, walk->length_bytes);
    int status;

    if (cut == 0)
        return LWNVME_ERR_BUFFER_LAYOUT;
    lwnvme_unmap_data(queue, slot_index, request);
    *length_bytes = cut;
    status = lwnvme_walk_buffer(queue, request, slot_index, cut, walk);
    return status == LWNVME_PENDING ? LWNVME_ERR_DMA_MAP : status;
}

/*
 * Maps the next *length_bytes of a request (at most the controller's largest transfer) for slot slot_index
 * and moves the request's position on. *length_bytes is what one command can take: less than asked where
 * the buffer has a hole. On an error nothing stays mapped and the position is as before.
 */
int lwnvme_map(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
               uint32_t *length_bytes, struct lwnvme_prp *prp)
{
    struct lwnvme_walk walk;
    int status;

    status = lwnvme_walk_buffer(queue, request, slot_index, *length_bytes, &walk);
    if (status == LWNVME_PENDING)
        status = lwnvme_walk_again(queue, request, slot_index, length_bytes, &walk);
    if (status != LWNVME_OK) {
        lwnvme_unmap_data(queue, slot_index, request);
        return status;
    }
    prp->prp1 = walk.prp1;
    prp->prp2 = walk.first_entry;
    if (walk.count > 1) {
        uint8_t *first = queue->lists + queue->list_offsets[slot_index];

        prp->prp2 = walk.prp2_list;
        if ((queue->slow & LWNVME_SLOW_SYNC) != 0)
            lwnvme_memory_sync(queue->controller, first, (size_t)((uint8_t *)walk.list - first),
                               LWNVME_TO_DEVICE, true);
    }
    return LWNVME_OK;
}

/* A list that is a part of one list page, in one go: of so many pages from `entry` on. */
static uint64_t lwnvme_list_fill(struct lwnvme_queue *queue, uint32_t slot_index, uint64_t entry,
                                 uint32_t pages)
{
    uint32_t offset = queue->list_offsets[slot_index];
    uint64_t *list = (uint64_t *)(void *)(queue->lists + offset);
    uint32_t page_bytes = queue->page_bytes;
    uint64_t *end = list + pages;

    if (pages > lwnvme_list_entries(queue->controller))
        return LWNVME_NO_PRP;
    if ((pages & 1u) != 0) {
        *list++ = lwnvme_order64(entry);
        entry += page_bytes;
    }
    for (; list != end; list += 2) { /* two at a time */
        list[0] = lwnvme_order64(entry);
        list[1] = lwnvme_order64(entry + page_bytes);
        entry += 2u * page_bytes;
    }
    return queue->lists_dma + offset;
}

/*
 * PRP2 for the straight path: `beyond_bytes` is where a contiguous transfer ends, counted from the start of its
 * first page. It is for the command that takes the first free slot. LWNVME_NO_PRP: the list is too short.
 */
uint64_t lwnvme_map_further_pages(struct lwnvme_queue *queue, uint64_t dma, uint32_t beyond_bytes)
{
    uint64_t second = (dma & ~(uint64_t)(queue->page_bytes - 1u)) + queue->page_bytes;
    uint32_t pages = (beyond_bytes - 1u) >> queue->page_shift;
    struct lwnvme_walk walk;

    if (pages == 1)
        return second;
    if (queue->lists_per_page != 0)
        return lwnvme_list_fill(queue, lwnvme_slot_index(queue->free_first), second, pages);
    lwnvme_walk_begin(queue, lwnvme_slot_index(queue->free_first), &walk);
    lwnvme_walk_place(queue, &walk, pages);
    return lwnvme_walk_add(queue, &walk, second, pages) ? walk.prp2_list : LWNVME_NO_PRP;
}

/* Ends the mappings of a slot but for the first `kept`; harmless when nothing is mapped. */
static void lwnvme_unmap_from(struct lwnvme_queue *queue, uint32_t slot_index,
                              enum lwnvme_direction direction, uint32_t kept)
{
    const struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_mapping *mapping;
    uint32_t index;
    uint32_t count;

    if (!lwnvme_maps_end(queue))
        return;
    count = queue->mapping_counts[slot_index];
    if (count > kept)
        queue->mapping_counts[slot_index] = (uint16_t)kept;
    for (index = kept; index < count; index++) {
        mapping = &queue->mappings[slot_index * queue->mappings_per_slot + index];
        controller->ops->dma_unmap(controller->host, mapping->dma_address, mapping->length_bytes, direction);
    }
}

void lwnvme_unmap(struct lwnvme_queue *queue, uint32_t slot_index, enum lwnvme_direction direction)
{
    lwnvme_unmap_from(queue, slot_index, direction, 0);
}

/* The same, but for that of metadata in a buffer of their own, which comes first. */
void lwnvme_unmap_data(struct lwnvme_queue *queue, uint32_t slot_index, const struct lwnvme_request *request)
{
    lwnvme_unmap_from(queue, slot_index, lwnvme_request_direction(request),
                      request->buffer.flags == LWNVME_BUFFER_METADATA ? 1u : 0);
}

/* Cache maintenance for all of a request's data: before its first command and after its last. */
void lwnvme_buffer_sync(struct lwnvme_queue *queue, struct lwnvme_request *request, bool for_device)
{
    const struct lwnvme_buffer *buffer = &request->buffer;
    uint64_t left = request->data_bytes;
    uint32_t index;

    if (left == 0 || (buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0)
        return;
    if (request->block_count != 0)
        left *= request->block_count;
    if (buffer->flags == LWNVME_BUFFER_METADATA)
        lwnvme_memory_sync(queue->controller, (const void *)(uintptr_t)buffer->metadata_address,
                           (size_t)lwnvme_metadata_blocks(request) * request->ns->metadata_bytes,
                           lwnvme_request_direction(request), for_device);
    if ((request->mapping & LWNVME_MAPPING_BOUNCE) != 0)
        return;
    if (!lwnvme_is_scattered(buffer)) {
        lwnvme_memory_sync(queue->controller, (const void *)(uintptr_t)buffer->address, (size_t)left,
                           lwnvme_request_direction(request), for_device);
        return;
    }
    for (index = 0; index < buffer->segment_count && left != 0; index++) {
        size_t length = buffer->segments[index].length_bytes;
        if (length > left)
            length = (size_t)left;
        if (buffer->segments[index].address != LWNVME_SEGMENT_SKIP)
            lwnvme_memory_sync(queue->controller, (const void *)(uintptr_t)buffer->segments[index].address,
                               length, lwnvme_request_direction(request), for_device);
        left -= length;
    }
}

#endif

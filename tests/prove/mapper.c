/* SPDX-License-Identifier: MIT */
/*
 * For Frama-C's Eva: the mapper with a host that maps as it likes, for any buffer and any length up to the largest
 * transfer. Whatever happens, no list entry is written out of its list, and nothing undefined is computed. Two forms of
 * lists: several in a page, and lists of several pages that are chained.
 */
#include "src/core/map.c"

#include "unknown.h"

#define SLOTS 3u

static uint8_t lists[SLOTS * 2 * 4096];
static uint32_t list_offsets[SLOTS];
static struct lwnvme_segment segments[3];
static struct lwnvme_request request;
static struct lwnvme_controller controller;
static struct lwnvme_queue queue;

static void prepare(uint32_t max_transfer_bytes)
{
    static const struct lwnvme_host_ops ops = {.dma_map = unknown_map, .now_us = unknown_now_us};

    controller.ops = &ops;
    controller.info.max_transfer_bytes = max_transfer_bytes;
    queue.controller = &controller;
    queue.entries = SLOTS + 1u;
    queue.lists = lists;
    queue.lists_dma = 4096;
    queue.list_offsets = list_offsets;
    queue.page_bytes = 4096;
    queue.page_shift = 12;
    queue.page_mask = 4095;
    (void)lwnvme_list_layout(&queue, SLOTS + 1u);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        list_offsets[slot] = lwnvme_list_offset(&queue, slot);
}

static void any_request(void)
{
    request.command.opcode = unknown() ? 2 : 1;
    request.block_count = 1;
    request.data_bytes = 512;
    request.buffer.address = unknown_64();
    request.buffer.length_bytes = (size_t)unknown_64();
    if (unknown()) {
        for (uint32_t index = 0; index < 3; index++) {
            segments[index].address = (uintptr_t)unknown_64();
            segments[index].length_bytes = (size_t)unknown_64();
        }
        request.buffer.segments = segments;
        request.buffer.segment_count = 3;
    }
}

void mapper(void)
{
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t length = unknown_32();

    prepare(unknown() ? 128u << 10 : 4u << 20);
    any_request();
    length &= ~3u;
    if (length == 0 || length > controller.info.max_transfer_bytes ||
        lwnvme_buffer_check_aligned(&request.buffer, length, 3) != LWNVME_OK)
        return;
    (void)lwnvme_map(&queue, &request, unknown_32() % SLOTS, &length, &prp);
}

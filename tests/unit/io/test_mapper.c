/* SPDX-License-Identifier: MIT */
/*
 * The full mapper against an independent walker (tests/support/walker.h) and a reference that says of each page of a
 * buffer where it is for the controller: lengths from a block to 4 MiB, at offsets in a page, by page size, with PRP
 * entries and SGLs, coherent and not. SWEEP_ALL=1 takes every length at every offset, and says how many they were (make
 * sweep-map); else those that matter.
 */
#include "../support.h"

#include <stdio.h>
#include <stdlib.h>

#include <lwnvme/mapper.h>

#include "../../support/walker.h"

#define DATA_BASE 0x10000000u
#define LARGEST   (4u << 20)
#define EXTENTS   2100u

static struct fake fake;
static struct lwnvme_request request;
static struct lwnvme_namespace ns;
static uint32_t page_bytes;
static uint32_t page_shift;
static bool in_one_piece;
static uint64_t buffers; /* that have been mapped, and the commands that they took */
static uint64_t commands;

/* Where a page of the buffer is for the controller: no two that follow each other do so there. */
static uint64_t device_page(uint32_t page)
{
    if (in_one_piece) {
        return UINT64_C(0x4000000000) + ((uint64_t)page << page_shift);
    }
    return UINT64_C(0x4000000000) + ((uint64_t)((page * 40503u + 12345u) & 0xffffu) << page_shift);
}

static bool translate(struct fake *host, uintptr_t address, size_t length, uint64_t *dma, size_t *run)
{
    uint32_t offset = (uint32_t)(address - DATA_BASE);
    (void)host;
    uint32_t in_page = offset & (page_bytes - 1);
    *dma = device_page(offset >> page_shift) + in_page;
    *run = in_one_piece || length < page_bytes - in_page ? length : page_bytes - in_page;
    return true;
}

/* ---- what the walker finds ---- */

static struct {
    uint64_t address;
    uint64_t length;
} extents[EXTENTS];
static uint32_t extent_count;

static void extent(void *context, uint64_t address, uint64_t length)
{
    (void)context;
    if (extent_count != 0 &&
        extents[extent_count - 1].address + extents[extent_count - 1].length == address) {
        extents[extent_count - 1].length += length;
        return;
    }
    assert_true(extent_count < EXTENTS);
    extents[extent_count].address = address;
    extents[extent_count++].length = length;
}

static bool fetch(void *context, uint64_t address, uint8_t *bytes, unsigned count)
{
    const struct lwnvme_queue *queue = &fake.queue;
    (void)context;
    if (address >= queue->lists_dma &&
        address + count <= queue->lists_dma + queue->pieces[LWNVME_PIECE_LISTS].size_bytes) {
        memcpy(bytes, queue->lists + (address - queue->lists_dma), count);
        return true;
    }
    if (queue->bounce != NULL && address >= queue->bounce_dma &&
        address + count <= queue->bounce_dma + queue->bounce_bytes) {
        memcpy(bytes, queue->bounce + (address - queue->bounce_dma), count);
        return true;
    }
    return false;
}

/* ---- one buffer ---- */

static void command_walk(const struct lwnvme_prp *prp, uint32_t length)
{
    struct walker walker = {page_bytes, fetch, extent, NULL, NULL};
    uint8_t descriptor[16];
    bool good;
    for (unsigned i = 0; i < 8; i++) {
        descriptor[i] = (uint8_t)(prp->prp1 >> 8 * i);
        descriptor[8 + i] = (uint8_t)(prp->prp2 >> 8 * i);
    }
    good = prp->psdt != 0 ? walker_sgl(&walker, descriptor, length)
                          : walker_prp(&walker, prp->prp1, prp->prp2, length);
    if (!good) {
        fail_msg("%s: %u bytes, pages of %u", walker.complaint, length, page_bytes);
    }
}

/* The reference, page by page. */
static void buffer_compare(uint32_t offset, uint32_t length)
{
    uint32_t index = 0;
    uint64_t used = 0;
    while (length != 0) {
        uint32_t in_page = offset & (page_bytes - 1);
        uint32_t piece = page_bytes - in_page;
        piece = piece < length ? piece : length;
        assert_true(index < extent_count);
        if (extents[index].address + used != device_page(offset >> page_shift) + in_page ||
            extents[index].length - used < piece) {
            fail_msg("a page of the buffer is not where it should be");
        }
        used += piece;
        if (used == extents[index].length) {
            index++;
            used = 0;
        }
        offset += piece;
        length -= piece;
    }
    assert_int_equal(index, extent_count);
}

static void buffer_map(uint32_t offset, uint32_t length)
{
    uint32_t left = length;
    request.buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), length);
    request.block_count = length / 512;
    request.segment_offset = 0;
    request.mapping = 0;
    extent_count = 0;
    fake.map_count = 0;
    fake.maps_made = 0; /* it would wrap to the one that fails */
    fake.sync_count = 0;
    assert_int_equal(lwnvme_mapper_full.begin(&fake.queue, &request), LWNVME_OK);
    while (left != 0) {
        struct lwnvme_prp prp = {0, 0, 0, 0};
        uint32_t part = left;
        int status = lwnvme_mapper_full.map(&fake.queue, &request, 1, &part, &prp);
        if (status != LWNVME_OK) {
            fail_msg("%u bytes at %u, %u left, pages of %u, SGL policy %u, in one piece %d: %d", length,
                     offset, left, page_bytes, (unsigned)fake.queue.sgl, in_one_piece, status);
        }
        assert_true(part != 0 && part <= left && part % 512 == 0);
        command_walk(&prp, part);
        commands++;
        lwnvme_unmap(&fake.queue, 1, LWNVME_FROM_DEVICE);
        left -= part;
    }
    buffer_compare(offset, length);
    buffers++;
}

static void sweep_begin(uint32_t options, uint32_t page, uint32_t sgl)
{
    page_bytes = page;
    page_shift = (uint32_t)__builtin_ctz(page);
    fake_host(&fake, options);
    fake_controller(&fake, page, LARGEST);
    fake.controller.info.sgls = 1;
    fake.queue.mapper = &lwnvme_mapper_full;
    fake.queue.sgl = sgl;
    fake.queue.sgl_descriptors = 1024;
    fake_queue(&fake, 4);
    fake.translate = translate;
    memset(&request, 0, sizeof(request));
    request.command.opcode = LWNVME_NVM_READ;
    request.ns = &ns;
    request.data_bytes = 512;
}

/* Lengths around each power of two of pages, and around what one and two list pages hold; at last all of 4 MiB. */
static bool length_matters(uint32_t length)
{
    uint32_t list = page_bytes / 8 * page_bytes;
    uint32_t pages = (length + page_bytes / 2) / page_bytes;
    if (length <= 16 * 512 || length >= LARGEST - 2 * 512 || length / 512 % 61 == 0) {
        return true;
    }
    for (uint32_t count = 1; count <= 2; count++) {
        if (length + 3 * page_bytes > count * list && length < count * list + 3 * page_bytes &&
            length % page_bytes <= 512) {
            return true;
        }
    }
    return (pages & (pages - 1)) == 0 && length % page_bytes <= 512;
}

static void sweep(uint32_t options, uint32_t page, uint32_t sgl)
{
    static const uint32_t some[] = {0, 4, 8, 508, 512, 516, 2048};
    bool all = getenv("SWEEP_ALL") != NULL;
    uint32_t steps = all ? page / 4 : 2 * (uint32_t)(sizeof(some) / sizeof(some[0])) - 1;
    uint64_t before = buffers;
    sweep_begin(options, page, sgl);
    for (uint32_t step = 0; step < steps; step++) {
        uint32_t index = step % (sizeof(some) / sizeof(some[0]));
        uint32_t offset = all ? step * 4 : step == index ? some[index] : page - some[index + 1];
        for (uint32_t length = 512; length <= LARGEST; length += 512) {
            /* SGLs begin at any byte: each length at one of the four that a dword has, by turns. */
            uint32_t byte = sgl == LWNVME_SGL_ALWAYS ? (length / 512 + step) % 4 : 0;
            if (all || length_matters(length)) {
                buffer_map(offset + byte, length);
            }
        }
    }
    assert_true(buffers - before > 300);
    fake_end(&fake);
    if (all) {
        printf("swept: %llu buffers, %llu commands, to pages of %u bytes, %s, device addresses %s, %s\n",
               (unsigned long long)buffers, (unsigned long long)commands, page,
               sgl == LWNVME_SGL_NEVER ? "PRP" : "SGL", in_one_piece ? "in one piece" : "scattered",
               options == 0 ? "coherent" : "not coherent");
        (void)fflush(stdout);
    }
}

/* SWEEP_PART=k/n: only each n-th of the combinations, from the k-th on. */
static bool is_my_part(uint32_t combination)
{
    const char *part = getenv("SWEEP_PART");
    return part == NULL || combination % (uint32_t)atoi(strchr(part, '/') + 1) == (uint32_t)atoi(part);
}

static void fault_069_070_every_length_at_every_offset(void **state)
{
    static const uint32_t pages[] = {4096, 16384, 65536};
    static const uint32_t sgl[] = {LWNVME_SGL_NEVER, LWNVME_SGL_ALWAYS};
    (void)state;
    for (uint32_t combination = 0; combination < 24; combination++) {
        in_one_piece = (combination & 2) != 0;
        if (is_my_part(combination)) {
            sweep((combination & 4) != 0 ? FAKE_UNMAP | FAKE_SYNC : 0, pages[combination / 8],
                  sgl[combination & 1]);
        }
    }
}

/* The walker itself finds what is wrong. */
static void walker_is_strict(void **state)
{
    struct walker walker = {4096, fetch, extent, NULL, NULL};
    uint8_t descriptor[16] = {0};
    (void)state;
    extent_count = 0;
    assert_false(walker_prp(&walker, 2, 0, 512));
    assert_false(walker_prp(&walker, 4096, 8192, 512));
    assert_false(walker_prp(&walker, 4096, 8196, 8192));
    assert_false(walker_prp(&walker, 4096, 8196, 16384));
    descriptor[8] = 16;
    assert_true(walker_sgl(&walker, descriptor, 16));
    assert_false(walker_sgl(&walker, descriptor, 32));
    descriptor[15] = 0x50;
    assert_false(walker_sgl(&walker, descriptor, 16));
    descriptor[15] = 0x30;
    descriptor[0] = 4;
    assert_false(walker_sgl(&walker, descriptor, 16));
    descriptor[15] = 0x01;
    assert_false(walker_sgl(&walker, descriptor, 16));
}

/* ---- single buffers ---- */

static struct lwnvme_prp prp;
static uint32_t part;

/* A queue of three slots, with a buffer's pages in one piece for the device. */
static void queue_begin(uint32_t options, uint32_t sgls, uint32_t descriptors, uint32_t bounce_bytes)
{
    page_bytes = 4096;
    page_shift = 12;
    in_one_piece = true;
    fake_host(&fake, options);
    fake_controller(&fake, 4096, 131072);
    memset(&fake.queue, 0, sizeof(fake.queue));
    fake.controller.info.sgls = sgls;
    fake.queue.mapper = &lwnvme_mapper_full;
    fake.queue.sgl_descriptors = descriptors;
    fake.queue.bounce_bytes = bounce_bytes;
    fake_queue(&fake, 4);
    fake.translate = translate;
    memset(&request, 0, sizeof(request));
    request.command.opcode = LWNVME_NVM_READ;
    request.ns = &ns;
    request.data_bytes = 512;
}

static int mapped(struct lwnvme_buffer buffer, uint32_t blocks)
{
    int status;

    memset(&prp, 0, sizeof(prp));
    request.buffer = buffer;
    request.block_count = blocks;
    request.segment_index = 0;
    request.segment_offset = 0;
    request.mapping = 0;
    part = blocks == 0 ? request.data_bytes : blocks * request.data_bytes;
    status = lwnvme_mapper_full.begin(&fake.queue, &request);
    return status != 0 ? status : lwnvme_mapper_full.map(&fake.queue, &request, 1, &part, &prp);
}

static void unmapped(void)
{
    lwnvme_unmap(&fake.queue, 1, LWNVME_FROM_DEVICE);
    lwnvme_mapper_full.end(&fake.queue, 1, LWNVME_ERR_ABORTED);
}

/* So many pieces of so many bytes, no two of which follow each other. */
static struct lwnvme_buffer pieces(uint32_t count, uint32_t bytes)
{
    static struct lwnvme_segment segments[400];
    assert_true(count <= 400);
    for (uint32_t i = 0; i < count; i++) {
        segments[i] = (struct lwnvme_segment){DATA_BASE + i * 1024u, bytes};
    }
    return lwnvme_buffer_segments(segments, count, 0);
}

/* What a queue's SGLs are, by the controller and by the configuration. */
static void settings_of_a_queue(void **state)
{
    static const struct {
        uint32_t sgls;
        uint32_t vendor;
        uint32_t quirks;
        uint32_t remove;
        uint32_t sgl;
        uint32_t descriptors;
    } rows[] = {
        {0, 0, 0, 0, LWNVME_SGL_NEVER, 0},
        {3, 0, 0, 0, LWNVME_SGL_NEVER, 0},
        {1, 0, 0, 0, LWNVME_SGL_WHERE_IT_PAYS, 32},
        {1, 0, LWNVME_QUIRK_NO_SGL, 0, LWNVME_SGL_NEVER, 0},
        {1, 0x19e5, 0, 0, LWNVME_SGL_NEVER, 0},
        {1, 0x19e5, 0, LWNVME_QUIRK_NO_SGL, LWNVME_SGL_WHERE_IT_PAYS, 32},
        {1 | 8u << 8, 0, 0, 0, LWNVME_SGL_WHERE_IT_PAYS, 8},
        {1 | 64u << 8, 0, 0, 0, LWNVME_SGL_WHERE_IT_PAYS, 32},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fake_host(&fake, 0);
        fake_controller(&fake, 4096, 131072);
        fake.controller.info.sgls = rows[i].sgls;
        fake.controller.quirks = rows[i].quirks;
        fake.controller.config.pci_vendor_id = (uint16_t)rows[i].vendor;
        fake.controller.config.quirks_remove = rows[i].remove;
        fake.queue.mapper = &lwnvme_mapper_full;
        fake_queue(&fake, 4);
        assert_int_equal(fake.queue.sgl, rows[i].sgl);
        assert_int_equal(fake.queue.sgl_descriptors, rows[i].descriptors);
        fake_end(&fake);
    }
    for (uint32_t i = 0; i < 3; i++) {
        fake_host(&fake, 0);
        fake_controller(&fake, 4096, 131072);
        fake.queue.mapper = &lwnvme_mapper_full;
        fake.queue.sgl = i == 0 ? 3 : 0;
        fake.queue.sgl_descriptors = i == 1 ? 1025 : 0;
        fake.queue.bounce_bytes = i == 2 ? LWNVME_BOUNCE_BYTES_MAX + 1 : 0;
        fake.queue.id = 1;
        assert_int_equal(lwnvme_queue_allocate(&fake.controller, &fake.queue, 4),
                         LWNVME_ERR_INVALID_ARGUMENT);
        fake_end(&fake);
    }
}

/* What follows each other for the device is one descriptor, and so is what is thrown away in one go. */
static void neighbours_share_a_descriptor(void **state)
{
    const struct lwnvme_segment joined[3] = {
        {DATA_BASE, 256}, {DATA_BASE + 256, 256}, {DATA_BASE + 8192 + 4, 512}};
    const struct lwnvme_segment skipped[4] = {
        {DATA_BASE, 512}, {LWNVME_SEGMENT_SKIP, 256}, {LWNVME_SEGMENT_SKIP, 768}, {DATA_BASE + 8192, 512}};
    const uint64_t *list;
    (void)state;
    queue_begin(0, 1 | LWNVME_SGLS_BIT_BUCKET, 0, 0);
    assert_int_equal(mapped(lwnvme_buffer_segments(joined, 3, 0), 2), 0);
    assert_int_equal((uint32_t)prp.prp2, 2 * 16);
    assert_int_equal(prp.prp2 >> 60, 3);
    list = (const uint64_t *)(const void *)(fake.queue.bounce + (prp.prp1 - fake.queue.bounce_dma));
    assert_true(lwnvme_order64(list[0]) == device_page(0));
    assert_true(lwnvme_order64(list[1]) == 512);
    assert_true(lwnvme_order64(list[2]) == device_page(2) + 4);
    assert_true(lwnvme_order64(list[3]) == 512);
    unmapped();
    assert_int_equal(mapped(lwnvme_buffer_segments(skipped, 4, 0), 4), 0);
    assert_int_equal((uint32_t)prp.prp2, 3 * 16);
    list = (const uint64_t *)(const void *)(fake.queue.bounce + (prp.prp1 - fake.queue.bounce_dma));
    assert_true(lwnvme_order64(list[1]) == 512);
    assert_true(lwnvme_order64(list[3]) == (UINT64_C(1) << 60 | 1024));
    assert_true(lwnvme_order64(list[4]) == device_page(2));
    unmapped();
    fake_end(&fake);
}

/* A list of one descriptor more than a segment has would need a pointer, for which there is no room. */
static void a_segment_that_is_just_full(void **state)
{
    (void)state;
    queue_begin(0, 1, 257, 0);
    assert_int_equal(mapped(pieces(384, 4), 3), 0);
    assert_int_equal(part, 1024);
    assert_int_equal((uint32_t)prp.prp2, 256 * 16);
    assert_int_equal(prp.prp2 >> 60, 3);
    unmapped();
    fake_end(&fake);
}

static bool translate_worse_each_time(struct fake *host, uintptr_t address, size_t length, uint64_t *dma,
                                      size_t *run)
{
    *dma = UINT64_C(0x4000000000) + host->maps_made * UINT64_C(0x10000) + (address & 4095);
    *run = host->maps_made <= 3 ? length : 4;
    return true;
}

/* Mappings that fail, or that are others when they are asked for again: nothing stays mapped. */
static void mappings_that_fail(void **state)
{
    (void)state;
    queue_begin(FAKE_UNMAP, 1, 2, 0);
    fake.maps_made = 0;
    fake.map_fails_at = 2;
    assert_int_equal(mapped(pieces(2, 512), 2), LWNVME_ERR_DMA_MAP);
    assert_int_equal(fake.map_count, 0);
    fake.maps_made = 0;
    fake.map_fails_at = 0;
    fake.translate = translate_worse_each_time;
    assert_int_equal(mapped(pieces(3, 512), 3), LWNVME_ERR_DMA_MAP);
    assert_int_equal(fake.map_count, 0);
    fake_end(&fake);
}

/* A block that neither an SGL nor PRP entries express goes through bounce memory, unless the CPU's caches forbid it. */
static void the_last_resort(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SYNC; options += FAKE_SYNC) {
        queue_begin(options, 1, 8, 4096);
        if (options == 0) {
            assert_int_equal(mapped(pieces(256, 4), 2), 0);
            assert_int_equal(part, 1024);
            assert_int_equal(prp.psdt, 0);
            assert_true(prp.prp1 >= fake.queue.bounce_dma &&
                        prp.prp1 < fake.queue.bounce_dma + fake.queue.bounce_bytes);
            assert_int_equal(fake.queue.bounces, 1);
            unmapped();
        } else {
            assert_int_equal(mapped(pieces(256, 4), 2), LWNVME_ERR_BUFFER_LAYOUT);
            assert_int_equal(fake.queue.bounces, 0);
        }
        fake_end(&fake);
    }
}

/* Data that are not blocks have no SGL, and bounce memory as a whole. */
static void data_without_blocks(void **state)
{
    const struct lwnvme_segment two[2] = {{DATA_BASE, 2048}, {DATA_BASE + 8192, 2048}};
    (void)state;
    for (uint32_t options = 0; options <= FAKE_SYNC; options += FAKE_SYNC) {
        queue_begin(options, 1, 0, 4096);
        request.data_bytes = 4096;
        assert_int_equal(mapped(lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + 2), 4096), 0), 0);
        assert_int_equal(part, 4096);
        assert_int_equal(fake.queue.bounces, 1);
        unmapped();
        assert_int_equal(mapped(lwnvme_buffer_segments(two, 2, 0), 0), 0);
        assert_int_equal(part, 4096);
        assert_int_equal(prp.psdt, 0);
        assert_int_equal(fake.queue.bounces, 2);
        unmapped();
        assert_int_equal(mapped(lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, 4096), 0), 0);
        assert_true(prp.prp1 == device_page(0));
        assert_int_equal(fake.queue.bounces, 2);
        unmapped();
        fake_end(&fake);
    }
}

/* On a host with caches to look after it is settled beforehand whether all of a request is bounced. */
static void all_or_nothing_beside_caches(void **state)
{
    struct lwnvme_segment two[2] = {{DATA_BASE, 512}, {DATA_BASE + 8192 + 4, 512}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(two, 2, 0);
    (void)state;
    queue_begin(FAKE_SYNC, 0, 0, 4096);
    assert_int_equal(mapped(buffer, 2), 0); /* two commands with PRP entries */
    assert_int_equal(request.mapping, 0);
    assert_int_equal(part, 512);
    unmapped();
    two[1].address += 2; /* not at a dword */
    assert_int_equal(mapped(buffer, 2), 0);
    assert_int_equal(request.mapping, LWNVME_MAPPING_BOUNCE);
    assert_int_equal(part, 1024);
    unmapped();
    two[1].address = LWNVME_SEGMENT_SKIP;
    assert_int_equal(mapped(buffer, 2), 0);
    assert_int_equal(request.mapping, LWNVME_MAPPING_BOUNCE | LWNVME_MAPPING_SKIPS);
    unmapped();
    two[1].address = DATA_BASE + 8192 + 4;
    two[0].length_bytes = 508; /* a seam within a block */
    two[1].length_bytes = 516;
    assert_int_equal(mapped(buffer, 2), 0);
    assert_int_equal(request.mapping, LWNVME_MAPPING_BOUNCE);
    unmapped();
    /* A seam so far away that its place in a block is not known. */
    two[0].length_bytes = UINT64_C(0x80000000);
    two[1].length_bytes = UINT64_C(0x80000000);
    request.buffer = buffer;
    request.block_count = 0x600000;
    request.mapping = 0;
    assert_int_equal(lwnvme_mapper_full.begin(&fake.queue, &request), 0);
    assert_int_equal(request.mapping, LWNVME_MAPPING_BOUNCE);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_069_070_every_length_at_every_offset),
        cmocka_unit_test(walker_is_strict),
        cmocka_unit_test(settings_of_a_queue),
        cmocka_unit_test(neighbours_share_a_descriptor),
        cmocka_unit_test(a_segment_that_is_just_full),
        cmocka_unit_test(mappings_that_fail),
        cmocka_unit_test(the_last_resort),
        cmocka_unit_test(data_without_blocks),
        cmocka_unit_test(all_or_nothing_beside_caches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

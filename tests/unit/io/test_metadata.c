/* SPDX-License-Identifier: MIT */
/*
 * src/io/metadata.c in isolation: limits, and the shape of buffers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include <lwnvme/lwnvme.h>

#include "../../../src/io/metadata_private.h"

static struct lwnvme_controller controller;
static struct lwnvme_namespace ns;
static struct lwnvme_request request;
static struct lwnvme_queue queue;
static const struct lwnvme_mapper *mapped;

static void namespace_is(uint32_t shift, uint16_t metadata_bytes, bool interleaved)
{
    memset(&ns, 0, sizeof(ns));
    controller.info.max_transfer_bytes = 131072;
    ns.controller = &controller;
    ns.block_shift = shift;
    ns.block_bytes = 1u << shift;
    ns.metadata_bytes = metadata_bytes;
    ns.metadata_interleaved = interleaved;
    ns.max_blocks = 131072u >> shift;
}

static void interleaved_metadata_count_for_the_largest_transfer(void **state)
{
    (void)state;
    namespace_is(9, 8, true);
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_OK);
    assert_int_equal(ns.max_blocks, 131072 / 520);
    namespace_is(12, 64, true);
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_OK);
    assert_int_equal(ns.max_blocks, 131072 / 4160);
    namespace_is(12, 64, false);
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_OK);
    assert_int_equal(ns.max_blocks, 32);
    namespace_is(16, 65535, true); /* one block just fits */
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_OK);
    assert_int_equal(ns.max_blocks, 1);
    controller.info.max_transfer_bytes = 65536;
    namespace_is(16, 8, true);
    controller.info.max_transfer_bytes = 65536;
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_ERR_NS_TRANSFER_SIZE);
}

static int shape(struct lwnvme_buffer buffer, bool move)
{
    memset(&request, 0, sizeof(request));
    request.ns = &ns;
    queue.mapper = mapped;
    request.queue = &queue;
    request.block_count = 4;
    request.data_bytes = 512;
    request.buffer = buffer;
    request.data_bytes = lwnvme_metadata_block_bytes(&ns, move);
    return lwnvme_metadata_shape(&ns, 4, &request.buffer, move, lwnvme_align_mask(&queue),
                                 lwnvme_align_mask(&queue));
}

static void buffers_have_the_shape_of_the_format(void **state)
{
    struct lwnvme_buffer data = lwnvme_buffer_device(0x10000, 2048);
    struct lwnvme_buffer extended = lwnvme_buffer_device(0x10000, 4 * 520);

    (void)state;
    namespace_is(9, 8, false);
    assert_int_equal(shape(data, true), LWNVME_ERR_METADATA_BUFFER);
    assert_int_equal(shape(data, false), LWNVME_OK);
    assert_int_equal(shape(lwnvme_buffer_with_metadata(data, 0x20000, 32), false),
                     LWNVME_ERR_METADATA_BUFFER);
    assert_int_equal(shape(lwnvme_buffer_with_metadata(data, 0x20000, 32), true), LWNVME_OK);
    assert_int_equal(request.data_bytes, 512);
    assert_int_equal(shape(lwnvme_buffer_with_metadata(data, 0x20000, 31), true), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(shape(lwnvme_buffer_with_metadata(data, 0x20002, 32), true),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    mapped = &lwnvme_mapper_full; /* it says itself what the controller can */
    assert_int_equal(shape(lwnvme_buffer_with_metadata(data, 0x20002, 32), true), LWNVME_OK);
    mapped = NULL;
    assert_int_equal(shape(lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(&ns, 2048), 0, 32), true),
                     LWNVME_ERR_NULL_ARGUMENT);
    namespace_is(9, 8, true);
    assert_int_equal(shape(data, true), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(shape(extended, true), LWNVME_OK);
    assert_int_equal(request.data_bytes, 520);
    assert_int_equal(shape(data, false), LWNVME_OK);
    assert_int_equal(request.data_bytes, 512);
    assert_int_equal(shape(lwnvme_buffer_with_metadata(extended, 0x20000, 32), true),
                     LWNVME_ERR_METADATA_BUFFER);
}

static uint64_t map_to; /* where the host's mapping leads */
static size_t map_run;

static bool map_anywhere(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma, size_t *run)
{
    (void)host;
    (void)address;
    (void)direction;
    *dma = map_to;
    *run = map_run < length ? map_run : length;
    return true;
}

/* The controller wants dwords, and as many blocks are sent as have their metadata in one piece. */
static void metadata_lie_where_the_host_says(void **state)
{
    static const struct lwnvme_host_ops ops = {.dma_map = map_anywhere};
    uint32_t blocks = 4;
    uint64_t dma = 0;
    (void)state;
    namespace_is(9, 8, false);
    controller.ops = &ops;
    queue.controller = &controller;
    memset(&request, 0, sizeof(request));
    request.ns = &ns;
    request.command.opcode = LWNVME_NVM_READ;
    request.buffer = lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(&ns, 2048), (uintptr_t)&ns, 32);
    map_to = 0x30002;
    map_run = 32;
    assert_int_equal(lwnvme_metadata_map(&queue, &request, 0, &blocks, &dma), LWNVME_ERR_BUFFER_ALIGNMENT);
    map_to = 0x30004;
    map_run = 20;
    assert_int_equal(lwnvme_metadata_map(&queue, &request, 0, &blocks, &dma), LWNVME_OK);
    assert_int_equal(blocks, 2);
    assert_int_equal(dma, 0x30004);
    map_run = 7;
    assert_int_equal(lwnvme_metadata_map(&queue, &request, 0, &blocks, &dma), LWNVME_ERR_BUFFER_LAYOUT);
}

/* A limit that is smaller already stays. */
static void a_smaller_limit_stays(void **state)
{
    (void)state;
    namespace_is(9, 8, true);
    ns.max_blocks = 3;
    assert_int_equal(lwnvme_metadata_limit(&ns), LWNVME_OK);
    assert_int_equal(ns.max_blocks, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interleaved_metadata_count_for_the_largest_transfer),
        cmocka_unit_test(buffers_have_the_shape_of_the_format),
        cmocka_unit_test(metadata_lie_where_the_host_says),
        cmocka_unit_test(a_smaller_limit_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

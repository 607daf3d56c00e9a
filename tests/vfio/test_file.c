/* SPDX-License-Identifier: MIT */
/*
 * lwnvme write --file against a file that becomes shorter while it is written. The drive is an array here; its first write
 * is when the file is cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform.h"
#include "stream.h"
#include "tool.h"

#define BLOCK  512u
#define BLOCKS 16384u /* more than a stream has in flight */
#define LBA    8u

static uint8_t disk[BLOCKS * BLOCK];
static uint8_t content[BLOCKS * BLOCK];
static struct lwnvme_namespace ns = {.block_bytes = BLOCK, .block_count = BLOCKS};
static struct drive drive = {.current = &ns};
static struct lwnvme_request *in_flight[STREAM_DEPTH];
static uint32_t in_flight_count;
static char path[] = "/tmp/lwnvme-file-XXXXXX";
static long cut_to; /* bytes; -1: not at all */
static uint32_t flushes;
static char said[256];

int tool_refuse(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(said, sizeof(said), format, arguments);
    va_end(arguments);
    return TOOL_REFUSED;
}

int lwnvme_write(struct lwnvme_queue *queue, const struct lwnvme_namespace *of,
                 struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                 const struct lwnvme_buffer *buffer)
{
    (void)queue;
    assert_ptr_equal(of, &ns);
    assert_true(block_count != 0 && lba + block_count <= BLOCKS && in_flight_count < STREAM_DEPTH);
    memcpy(disk + lba * BLOCK, (const void *)(uintptr_t)buffer->address, (size_t)block_count * BLOCK);
    request->state = 1;
    in_flight[in_flight_count++] = request;
    if (cut_to >= 0) {
        assert_int_equal(truncate(path, cut_to), 0);
    }
    return 0;
}

uint32_t drive_wait(struct drive *of)
{
    const uint32_t count = in_flight_count;

    (void)of;
    while (in_flight_count != 0) {
        in_flight[--in_flight_count]->state = 0;
    }
    return count;
}

int lwnvme_sync_flush(struct lwnvme_queue *queue, const struct lwnvme_namespace *of)
{
    (void)queue;
    (void)of;
    assert_int_equal(in_flight_count, 0);
    flushes++;
    return 0;
}

/* What a write does not need. */
int lwnvme_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *of, struct lwnvme_request *request,
                uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    (void)request;
    (void)buffer;
    return lwnvme_sync_read(queue, of, lba, block_count, NULL, 0);
}

int lwnvme_compare(struct lwnvme_queue *queue, const struct lwnvme_namespace *of,
                   struct lwnvme_request *request, uint64_t lba, uint32_t block_count,
                   const struct lwnvme_buffer *buffer)
{
    return lwnvme_read(queue, of, request, lba, block_count, buffer);
}

int lwnvme_sync_read(struct lwnvme_queue *queue, const struct lwnvme_namespace *of, uint64_t lba,
                     uint32_t block_count, void *data, uint32_t flags)
{
    (void)queue;
    (void)of;
    (void)lba;
    (void)block_count;
    (void)data;
    (void)flags;
    fail_msg("a write reads");
    return -1;
}

int lwnvme_controller_poll(struct lwnvme_controller *controller)
{
    (void)controller;
    return 0;
}

const char *lwnvme_status_string(int status)
{
    (void)status;
    return "a status";
}

void *platform_alloc(size_t size_bytes)
{
    return malloc(size_bytes);
}

uint64_t platform_now_us(void)
{
    return 0;
}

void platform_put(char c)
{
    (void)putchar(c);
}

/* Writes a file of `size` bytes that is cut to `cut`; returns the status. */
static int write_file(size_t size, long cut)
{
    char *words[] = {"write", "8", NULL};
    const struct tool tool = {.file = path, .words = words, .word_count = 2};
    FILE *file = fopen(path, "wb");

    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (uint8_t)(1u + i % 251u);
    }
    memset(disk, 0xee, sizeof(disk));
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    cut_to = cut;
    flushes = 0;
    said[0] = '\0';
    return tool_file_write(&tool, &drive);
}

/* As many blocks of the file are on the drive, and nothing else has changed. */
static void expect_blocks(size_t blocks)
{
    assert_memory_equal(disk + LBA * BLOCK, content, blocks * BLOCK);
    for (size_t i = 0; i < sizeof(disk); i++) {
        if ((i < LBA * BLOCK || i >= (LBA + blocks) * BLOCK) && disk[i] != 0xee) {
            fail_msg("block %zu has changed", i / BLOCK);
        }
    }
    assert_int_equal(flushes, 1);
}

static void a_whole_file(void **state)
{
    (void)state;
    assert_int_equal(write_file(1000u * BLOCK, -1), TOOL_OK);
    assert_string_equal(said, "");
    expect_blocks(1000);
}

static void a_file_that_is_cut(void **state)
{
    static const struct {
        size_t size;
        long cut;
        size_t blocks;
    } cases[] = {
        {16000u * BLOCK, 700 * (long)BLOCK + 100, 700}, /* within a block within a chunk */
        {16000u * BLOCK, 1024 * (long)BLOCK, 1024},     /* between two chunks */
        {16000u * BLOCK, 1025 * (long)BLOCK - 1, 1024}, /* the last byte of a chunk's first block */
        {16000u * BLOCK, 15999 * (long)BLOCK, 15999},   /* after the ring of requests has gone round */
        {300u * BLOCK, 0, 256},                         /* all but the first chunk, which was read before */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[256];

        assert_int_equal(write_file(cases[i].size, cases[i].cut), TOOL_FAILED);
        snprintf(line, sizeof(line),
                 "%s got shorter: %zu of %zu blocks were written, and the others left as they are", path,
                 cases[i].blocks, cases[i].size / BLOCK);
        assert_string_equal(said, line);
        expect_blocks(cases[i].blocks);
    }
}

static int begin(void **state)
{
    const int file = mkstemp(path);

    (void)state;
    return file >= 0 && close(file) == 0 && stream_init() ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file),
        cmocka_unit_test(a_file_that_is_cut),
    };

    return cmocka_run_group_tests(tests, begin, end);
}

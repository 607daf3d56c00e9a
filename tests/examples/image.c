/* SPDX-License-Identifier: MIT */
/*
 * Images are files that other programs write, and private mappings of them here: a test may damage what it likes. A device
 * that is asked for blocks that it does not have stops the test.
 */
#include "image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void image_new(char path[IMAGE_PATH], const char *name, uint64_t bytes)
{
    int file;

    assert_int_equal(system("mkdir -p " IMAGE_DIRECTORY), 0);
    (void)snprintf(path, IMAGE_PATH, "%s/%d-%s", IMAGE_DIRECTORY, (int)getpid(), name);
    file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t)bytes), 0);
    assert_int_equal(close(file), 0);
}

void image_run(const char *path, const char *command, const char *input)
{
    char line[512];
    FILE *pipe;

    (void)snprintf(line, sizeof(line), "PATH=/usr/sbin:/sbin:$PATH %s %s >%s.log 2>&1", command, path, path);
    pipe = popen(line, "w");
    assert_non_null(pipe);
    (void)fputs(input, pipe);
    int status = pclose(pipe);
    if (status != 0)
        print_error("%s: exit status %d, see %s.log\n", line, status, path);
    assert_int_equal(status, 0);
    (void)snprintf(line, sizeof(line), "%s.log", path);
    (void)unlink(line);
}

static int image_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data)
{
    struct image_disk *disk = (struct image_disk *)block;

    disk->reads += count;
    assert_true(first < block->block_count && count <= block->block_count - first && count != 0);
    if (disk->unreadable - first < count)
        return (int)LWNVME_SC_UNRECOVERED_READ_ERROR;
    memcpy(data, disk->bytes + (first << block->block_shift), (size_t)count << block->block_shift);
    return LWNVME_OK;
}

static int image_write(struct lwnvme_block *block, uint64_t first, uint32_t count, const void *data)
{
    struct image_disk *disk = (struct image_disk *)block;

    assert_true(first < block->block_count && count <= block->block_count - first && count != 0);
    memcpy(disk->bytes + (first << block->block_shift), data, (size_t)count << block->block_shift);
    return LWNVME_OK;
}

static int image_flush(struct lwnvme_block *block)
{
    (void)block;
    return LWNVME_OK;
}

static int image_trim(struct lwnvme_block *block, uint64_t first, uint64_t count)
{
    struct image_disk *disk = (struct image_disk *)block;

    assert_true(first < block->block_count && count <= block->block_count - first && count != 0);
    memset(disk->bytes + (first << block->block_shift), 0, (size_t)count << block->block_shift);
    return LWNVME_OK;
}

void image_open(struct image_disk *disk, const char *path, uint32_t block_bytes)
{
    static const struct lwnvme_block_ops ops = {image_read, image_write, image_flush, image_trim};
    struct stat about;
    int file = open(path, O_RDONLY);

    assert_true(file >= 0);
    assert_int_equal(fstat(file, &about), 0);
    *disk = (struct image_disk){.length = (size_t)about.st_size, .unreadable = UINT64_MAX};
    disk->bytes = mmap(NULL, disk->length, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    assert_true(disk->bytes != MAP_FAILED);
    assert_int_equal(close(file), 0);
    disk->block.ops = &ops;
    disk->block.block_bytes = block_bytes;
    disk->block.block_shift = (uint32_t)__builtin_ctz(block_bytes);
    disk->block.block_count = disk->length >> disk->block.block_shift;
}

void image_close(struct image_disk *disk)
{
    assert_int_equal(munmap(disk->bytes, disk->length), 0);
}

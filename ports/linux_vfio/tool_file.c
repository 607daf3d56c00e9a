/* SPDX-License-Identifier: MIT */
/* lwnvme read and write with --file: blocks from and to a file, as they are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "demo.h"
#include "text.h"
#include "tool.h"

struct file_copy {
    FILE *file;
    bool failed;
    struct stream stream;
};

static void file_put(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes)
{
    struct file_copy *copy = context;

    (void)lba;
    copy->failed = copy->failed || fwrite(data, 1, block_bytes, copy->file) != block_bytes;
}

/* A file can become shorter while it is being written to the drive. Then it ends with its last whole block. */
static void file_get(void *context, uint64_t lba, uint8_t *data, uint32_t block_bytes)
{
    struct file_copy *copy = context;

    if (!copy->failed && fread(data, 1, block_bytes, copy->file) != block_bytes) {
        copy->failed = true;
        copy->stream.block_count = lba - copy->stream.lba;
    }
}

/* LBA [COUNT]; without COUNT it is `missing`. */
static int file_range(const struct tool *tool, const struct drive *drive, uint64_t missing,
                      struct demo_range *range)
{
    if (drive->current == NULL) {
        return tool_refuse("the drive has no namespace that can be used; see lwnvme id-ns");
    }
    range->block_count = missing;
    if (tool->word_count < 2 || !text_number(tool->words[1], &range->lba) ||
        (tool->word_count > 2 && !text_number(tool->words[2], &range->block_count))) {
        return tool_refuse("lwnvme %s --file PATH LBA [COUNT]", tool->words[0]);
    }
    if (range->lba >= drive->current->block_count || range->block_count == 0 ||
        range->block_count > drive->current->block_count - range->lba) {
        return tool_refuse("the namespace has %llu blocks", (unsigned long long)drive->current->block_count);
    }
    return TOOL_OK;
}

static int file_run(struct drive *drive, enum stream_kind kind, const struct demo_range *range,
                    struct file_copy *copy)
{
    struct stream *stream = &copy->stream;

    *stream = (struct stream){.kind = kind,
                              .drive = drive,
                              .ns = drive->current,
                              .lba = range->lba,
                              .block_count = range->block_count,
                              .block = kind == STREAM_READ ? file_put : file_get,
                              .context = copy};
    stream_run(stream);
    if (stream->status == 0 && kind == STREAM_WRITE) {
        stream->status = lwnvme_sync_flush(&drive->queue, drive->current);
    }
    if (stream->status != 0) {
        (void)tool_refuse("at block %llu: %s", (unsigned long long)stream->failed_lba,
                          lwnvme_status_string(stream->status));
        return TOOL_FAILED;
    }
    return TOOL_OK;
}

int tool_file_read(const struct tool *tool, struct drive *drive)
{
    const bool output = strcmp(tool->file, "-") == 0;
    struct file_copy copy = {0};
    struct demo_range range;
    int status = file_range(tool, drive, 1, &range);

    if (status != TOOL_OK) {
        return status;
    }
    copy.file = output ? stdout : fopen(tool->file, "wbe");
    if (copy.file == NULL) {
        return tool_refuse("%s: %s", tool->file, strerror(errno));
    }
    status = file_run(drive, STREAM_READ, &range, &copy);
    if ((output ? fflush(stdout) : fclose(copy.file)) != 0 || copy.failed) {
        (void)tool_refuse("%s: not all of it could be written", tool->file);
        return TOOL_FAILED;
    }
    return status;
}

int tool_file_write(const struct tool *tool, struct drive *drive)
{
    struct file_copy copy = {.file = fopen(tool->file, "rbe")};
    struct demo_range range;
    struct stat about;
    uint64_t blocks = 0;
    int status;

    if (copy.file == NULL || fstat(fileno(copy.file), &about) != 0) {
        return tool_refuse("%s: %s", tool->file, strerror(errno));
    }
    if (drive->current != NULL) {
        blocks = (uint64_t)about.st_size / drive->current->block_bytes;
    }
    status = file_range(tool, drive, blocks, &range);
    if (status == TOOL_OK && (!S_ISREG(about.st_mode) || range.block_count > blocks ||
                              (uint64_t)about.st_size % drive->current->block_bytes != 0)) {
        status = tool_refuse("%s is not a file of whole blocks of %u bytes, or not long enough", tool->file,
                             drive->current->block_bytes);
    }
    if (status == TOOL_OK) {
        status = file_run(drive, STREAM_WRITE, &range, &copy);
    }
    if (copy.failed) {
        (void)tool_refuse("%s %s: %llu of %llu blocks were written, and the others left as they are",
                          tool->file, ferror(copy.file) != 0 ? "cannot be read any further" : "got shorter",
                          (unsigned long long)(copy.stream.bytes_done / drive->current->block_bytes),
                          (unsigned long long)range.block_count);
        status = TOOL_FAILED;
    }
    fclose(copy.file);
    return status;
}

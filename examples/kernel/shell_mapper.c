/* SPDX-License-Identifier: MIT */
/* The shell's command on buffers that are anything: scattered, at odd addresses, with metadata. */
#include <lwnvme/mapper.h>
#include <lwnvme/metadata.h>

#include "shell_private.h"

#include "pattern.h"

#define SHELL_PIECES     512u
#define SHELL_BLOCKS_MAX 256u
#define SHELL_GAP_BYTES  24u

/* A queue and a namespace handle of the command's own, and its memory. */
struct shell_mapping {
    struct lwnvme_queue queue;
    struct lwnvme_namespace ns;
    struct lwnvme_segment segments[SHELL_PIECES];
    uint8_t metadata[SHELL_BLOCKS_MAX * 128u];
    uint64_t lba;
    uint32_t blocks;
    uint32_t grain; /* what the pieces' addresses and lengths are multiples of */
    uint32_t pieces;
    uint8_t *memory; /* that the pieces lie in */
    size_t memory_bytes;
};

/* Pieces of different lengths with gaps between them. */
static void shell_cut(struct shell_mapping *mapping, size_t length)
{
    uint8_t *at = mapping->memory + mapping->grain;
    uint32_t count = 0;

    while (length != 0) {
        size_t piece =
            (size_t)(17u + count * 29u % 97u) * 8u / mapping->grain * mapping->grain + mapping->grain;

        if (piece > length || count + 1u == SHELL_PIECES) {
            piece = length;
        }
        mapping->segments[count].address = (uintptr_t)at;
        mapping->segments[count++].length_bytes = piece;
        at += piece + SHELL_GAP_BYTES;
        length -= piece;
    }
    mapping->pieces = count;
}

/* What stands at a place of the data as the pieces hold them, which is a block's pattern or its metadata. */
static uint8_t shell_expected(const struct shell_mapping *mapping, const uint8_t *pattern, uint64_t lba,
                              uint32_t at)
{
    return at < mapping->ns.block_bytes ? pattern[at]
                                        : (uint8_t)(0x80u + lba * 3u + (at - mapping->ns.block_bytes));
}

/* Fills all pieces and the metadata, or compares them. Returns how many bytes differ. */
static uint32_t shell_pieces(struct shell_mapping *mapping, uint8_t *pattern, uint32_t seed, bool fill)
{
    const struct lwnvme_namespace *ns = &mapping->ns;
    uint32_t unit = ns->block_bytes + (ns->metadata_interleaved ? ns->metadata_bytes : 0u);
    uint32_t differ = 0;
    uint32_t index = 0;
    size_t offset = 0;

    for (uint32_t block = 0; block < mapping->blocks; block++) {
        pattern_fill(pattern, ns->block_bytes, seed, mapping->lba + block);
        for (uint32_t at = 0; at < ns->block_bytes + ns->metadata_bytes; at++) {
            uint8_t wanted = shell_expected(mapping, pattern, mapping->lba + block, at);
            uint8_t *byte = &mapping->metadata[block * ns->metadata_bytes + at - ns->block_bytes];

            if (at < unit) {
                byte = (uint8_t *)(uintptr_t)mapping->segments[index].address + offset;
                if (++offset == mapping->segments[index].length_bytes) {
                    index++;
                    offset = 0;
                }
            }
            differ += *byte != wanted;
            if (fill) {
                *byte = wanted;
            }
        }
    }
    return differ;
}

static int shell_mapping_run(struct shell_mapping *mapping, bool write)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(mapping->segments, mapping->pieces, 0);
    struct lwnvme_request request = {.flags = 0};
    int status;

    if (mapping->ns.metadata_bytes != 0 && !mapping->ns.metadata_interleaved) {
        buffer = lwnvme_buffer_with_metadata(buffer, (uintptr_t)mapping->metadata,
                                             (size_t)mapping->blocks * mapping->ns.metadata_bytes);
    }
    status =
        write ? lwnvme_write(&mapping->queue, &mapping->ns, &request, mapping->lba, mapping->blocks, &buffer)
              : lwnvme_read(&mapping->queue, &mapping->ns, &request, mapping->lba, mapping->blocks, &buffer);
    return status != 0 ? status : lwnvme_sync_wait(&mapping->queue, &request);
}

static int shell_there_and_back(struct shell_mapping *mapping, uint32_t seed)
{
    uint32_t unit = mapping->ns.block_bytes + mapping->ns.metadata_bytes;
    size_t length = (size_t)mapping->blocks * unit;
    uint8_t *pattern = platform_alloc(mapping->ns.block_bytes);
    uint32_t differ = 0;
    int status = LWNVME_ERR_NO_MEMORY;

    mapping->memory_bytes = length + SHELL_PIECES * SHELL_GAP_BYTES + 64u;
    mapping->memory = platform_alloc(mapping->memory_bytes);
    if (pattern != NULL && mapping->memory != NULL) {
        shell_cut(mapping, mapping->ns.metadata_interleaved
                               ? length
                               : (size_t)mapping->blocks * mapping->ns.block_bytes);
        (void)shell_pieces(mapping, pattern, seed, true);
        status = shell_mapping_run(mapping, true);
        if (status == 0) {
            for (size_t at = 0; at < mapping->memory_bytes; at++) {
                mapping->memory[at] = 0x11;
            }
            for (size_t at = 0; at < sizeof(mapping->metadata); at++) {
                mapping->metadata[at] = 0x11;
            }
            status = shell_mapping_run(mapping, false);
            differ = status == 0 ? shell_pieces(mapping, pattern, seed, false) : 0;
        }
        text_print("%u pieces, %u commands, %u of them through bounce memory; %u bytes differ\n",
                   mapping->pieces, mapping->queue.submitted, mapping->queue.bounces, differ);
    }
    if (pattern != NULL) {
        platform_free(pattern, mapping->ns.block_bytes);
    }
    if (mapping->memory != NULL) {
        platform_free(mapping->memory, mapping->memory_bytes);
    }
    return status;
}

static void shell_scatter(struct shell *shell)
{
    struct lwnvme_queue_config config = {.mapper = &lwnvme_mapper_full};
    struct shell_mapping *mapping = platform_alloc(sizeof(*mapping));
    uint64_t count = 1;
    uint32_t nsid = 1;
    int status;

    if (mapping == NULL) {
        text_print("no memory\n");
        shell_refuse();
        return;
    }
    *mapping = (struct shell_mapping){.grain = 1};
    if (shell_number(shell, 1, 0, &mapping->lba) && shell_number(shell, 2, 1, &count) &&
        shell_option_number(shell, "nsid", 1, UINT32_MAX, &nsid) &&
        shell_option_number(shell, "sgl", LWNVME_SGL_WHERE_IT_PAYS, LWNVME_SGL_NEVER, &config.sgl) &&
        shell_option_number(shell, "bounce", 0, 1u << 20, &config.bounce_bytes) &&
        shell_option_number(shell, "grain", 4, 64, &mapping->grain)) {
        mapping->blocks = count > SHELL_BLOCKS_MAX ? SHELL_BLOCKS_MAX : (uint32_t)count;
        mapping->grain = mapping->grain == 0 ? 1 : mapping->grain;
        status = lwnvme_sync_queue_create(&shell->drive->controller, &mapping->queue, &config);
        if (status == 0) {
            status = lwnvme_sync_metadata_open(&shell->drive->controller, nsid, &mapping->ns);
            if (status == 0 && mapping->ns.metadata_bytes <= 128u) {
                status = shell_there_and_back(mapping, shell->seed);
            }
            (void)lwnvme_sync_queue_delete(&mapping->queue);
        }
        shell_result(shell, "scatter", status);
    }
    platform_free(mapping, sizeof(*mapping));
}

const struct shell_command shell_mapper_commands[] = {
    {"scatter", "LBA [COUNT] [nsid=N] [grain=N] [sgl=N] [bounce=BYTES] [--yes]",
     "writes blocks, with metadata, from small pieces of memory, and reads them back", true, shell_scatter},
    {NULL, NULL, NULL, false, NULL},
};

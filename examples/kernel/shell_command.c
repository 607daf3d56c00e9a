/* SPDX-License-Identifier: MIT */
/*
 * The shell's commands for what few drives have: limits of commands, copy, compare and write, write uncorrectable, data
 * placement, shadow doorbells.
 */
#include <lwnvme/shadow.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_io.h>

#include "shell_private.h"

#include "pattern.h"

#define SHELL_COPY_BYTES  4096u
#define SHELL_BLOCKS_MAX  256u
#define SHELL_HANDLES_MAX 128u
#define SHELL_READS_MAX   64u

static struct lwnvme_shadow command_shadow;

static void command_print_atomic(const char *what, const struct lwnvme_atomicity *atomic)
{
    text_print("  %s: %u blocks", what, atomic->blocks);
    if (atomic->boundary != 0) {
        text_print(", not across multiples of %u from %u on", atomic->boundary, atomic->offset);
    }
    text_print("\n");
}

/* A number of blocks, or that there is no limit. */
static void command_print_limit(const char *what, uint32_t blocks)
{
    if (blocks == UINT32_MAX) {
        text_print("  %s: no limit\n", what);
    } else {
        text_print("  %s: %u blocks\n", what, blocks);
    }
}

static void command_limits_show(struct shell *shell)
{
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    struct lwnvme_limits limits;
    int status;

    if (ns == NULL) {
        return;
    }
    status = lwnvme_limits_get(ns, &limits);
    if (status != 0) {
        shell_result(shell, "limits", status);
        return;
    }
    command_print_limit("write zeroes", limits.write_zeroes_blocks);
    command_print_limit("write uncorrectable", limits.write_uncorrectable_blocks);
    command_print_limit("verify", limits.verify_blocks);
    text_print("  copy: %u ranges of %u blocks, %u in all, formats 0x%x\n", limits.copy_ranges,
               limits.copy_range_blocks, limits.copy_blocks, limits.copy_formats);
    command_print_atomic("atomic", &limits.atomic);
    command_print_atomic("atomic when power fails", &limits.atomic_power_fail);
    command_print_atomic("compare and write", &limits.compare_and_write);
    shell_result(shell, "limits", 0);
}

static const struct lwnvme_namespace *command_source(const struct shell *shell, uint32_t nsid)
{
    for (uint32_t i = 0; i < shell->drive->ns_count; i++) {
        if (shell->drive->ns[i].nsid == nsid) {
            return &shell->drive->ns[i];
        }
    }
    text_print("there is no namespace %u\n", nsid);
    shell_refuse();
    return NULL;
}

/* Formats that name namespaces are for hosts that have said that they know them. */
static int command_copy_enable(struct shell *shell, uint32_t format)
{
    static struct lwnvme_host_behavior behavior;
    int status;

    if (format < LWNVME_COPY_FORMAT_2) {
        return 0;
    }
    status = lwnvme_sync_host_behavior_get(&shell->drive->controller, LWNVME_SEL_CURRENT, &behavior);
    if (status == 0) {
        behavior.copy_formats = (uint16_t)(behavior.copy_formats | 1u << format);
        status = lwnvme_sync_host_behavior_set(&shell->drive->controller, &behavior);
    }
    return status;
}

/* LBA COUNT [LBA COUNT]... false: said what is wrong; all are copied, or none. */
static bool command_copy_ranges(const struct shell *shell, const struct lwnvme_namespace *ns,
                                const struct lwnvme_namespace *source, struct lwnvme_copy_request *copy,
                                int *status)
{
    for (uint32_t i = 2; *status == 0 && i < shell->word_count; i += 2) {
        uint64_t lba;
        uint32_t count;

        if (i + 1u == shell->word_count) {
            text_print("how many blocks from %s on?\n", shell->words[i]);
            shell_refuse();
            return false;
        }
        if (!shell_number(shell, i, 0, &lba) || !shell_number_32(shell, i + 1u, 0, &count)) {
            return false;
        }
        *status = lwnvme_copy_add(ns, copy, source, lba, count);
    }
    return true;
}

/* copy TO LBA COUNT [LBA COUNT]... */
static void command_copy(struct shell *shell)
{
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    const struct lwnvme_namespace *source;
    struct lwnvme_copy_request copy = {.memory_bytes = SHELL_COPY_BYTES};
    uint64_t to;
    uint32_t from;
    uint32_t enable;
    int status = 0;

    if (ns == NULL || !shell_option_number(shell, "format", LWNVME_COPY_FORMAT_0, 15, &copy.format) ||
        !shell_option_number(shell, "from", ns->nsid, UINT32_MAX, &from) ||
        !shell_option_number(shell, "enable", 1, 1, &enable) ||
        (source = command_source(shell, from)) == NULL || !shell_number(shell, 1, 0, &to) ||
        (copy.memory = shell_memory(SHELL_COPY_BYTES)) == NULL) {
        return;
    }
    if (!command_copy_ranges(shell, ns, source, &copy, &status)) {
        platform_free(copy.memory, SHELL_COPY_BYTES);
        return;
    }
    if (status == 0 && enable != 0) {
        status = command_copy_enable(shell, copy.format);
    }
    if (status == 0) {
        text_print("%u blocks in %u ranges\n", copy.block_count, copy.range_count);
        status = lwnvme_sync_copy(&shell->drive->queue, ns, to, &copy, 0);
    }
    shell_result(shell, "copy", status);
    platform_free(copy.memory, SHELL_COPY_BYTES);
}

/* Blocks of the pattern. NULL: said what is wrong. */
static uint8_t *command_pattern(const struct lwnvme_namespace *ns, const struct demo_range *range,
                                uint32_t seed)
{
    uint8_t *const data = shell_memory((size_t)range->block_count * ns->block_bytes);

    for (uint32_t i = 0; data != NULL && i < range->block_count; i++) {
        pattern_fill(data + (size_t)i * ns->block_bytes, ns->block_bytes, seed, range->lba + i);
    }
    return data;
}

/* LBA [COUNT], no more than the memory that there is. */
static bool command_range(const struct shell *shell, struct demo_range *range)
{
    if (!shell_range(shell, range)) {
        return false;
    }
    if (range->block_count == 0 || range->block_count > SHELL_BLOCKS_MAX) {
        text_print("1 to %u blocks\n", SHELL_BLOCKS_MAX);
        shell_refuse();
        return false;
    }
    return true;
}

/* compare-write LBA [COUNT] [old=SEED] [new=SEED] */
static void command_compare_write(struct shell *shell)
{
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    struct lwnvme_fused_pair pair;
    struct demo_range range;
    enum lwnvme_fused_half half;
    uint32_t seed[2];
    uint8_t *data[2];
    size_t bytes;
    int status;

    if (ns == NULL || !command_range(shell, &range) ||
        !shell_option_number(shell, "old", shell->seed, UINT32_MAX, &seed[0]) ||
        !shell_option_number(shell, "new", shell->seed + 1u, UINT32_MAX, &seed[1])) {
        return;
    }
    bytes = (size_t)range.block_count * ns->block_bytes;
    data[0] = command_pattern(ns, &range, seed[0]);
    data[1] = command_pattern(ns, &range, seed[1]);
    if (data[0] != NULL && data[1] != NULL) {
        pair.compare = lwnvme_buffer_cpu(data[0], bytes);
        pair.write = lwnvme_buffer_cpu(data[1], bytes);
        status = lwnvme_sync_compare_and_write(&shell->drive->queue, ns, range.lba,
                                               (uint32_t)range.block_count, &pair, &half);
        if (half != LWNVME_FUSED_NONE) {
            text_print("it was the %s\n", half == LWNVME_FUSED_COMPARE ? "compare" : "write");
        }
        shell_result(shell, "compare-write", status);
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (data[i] != NULL) {
            platform_free(data[i], bytes);
        }
    }
}

static void command_uncorrectable(struct shell *shell)
{
    struct demo_range range;

    if (shell_namespace(shell) != NULL && command_range(shell, &range)) {
        shell_result(shell, "uncorrectable",
                     lwnvme_sync_write_uncorrectable(&shell->drive->queue, shell->drive->current, range.lba,
                                                     (uint32_t)range.block_count));
    }
}

/* The status of all placement handles. */
static void command_placement(struct shell *shell)
{
    struct lwnvme_placement_status status = {.memory_bytes = 16u + 32u * SHELL_HANDLES_MAX};
    struct lwnvme_placement_handle handle;
    int result;

    if (shell_namespace(shell) == NULL || (status.memory = shell_memory(status.memory_bytes)) == NULL) {
        return;
    }
    result = lwnvme_sync_placement_get_status(&shell->drive->queue, shell->drive->current, &status);
    for (uint32_t i = 0; result == 0 && lwnvme_placement_handle_get(&status, i, &handle); i++) {
        text_print("  placement %u: reclaim unit handle %u, %" TEXT_64 "u blocks left\n",
                   handle.placement_identifier, handle.reclaim_unit_handle, handle.blocks_left);
    }
    shell_result(shell, "placement", result);
    platform_free(status.memory, status.memory_bytes);
}

/* placement-write PLACEMENT LBA [COUNT] */
static void command_placement_write(struct shell *shell)
{
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    struct lwnvme_request request = {0};
    struct lwnvme_buffer buffer;
    struct demo_range range;
    uint32_t placement;
    uint8_t *data;
    size_t bytes;
    int status;

    if (ns == NULL || !shell_number_up_to(shell, 1, 0, UINT16_MAX, &placement) ||
        !shell_number(shell, 2, 0, &range.lba) || !shell_number(shell, 3, 1, &range.block_count)) {
        return;
    }
    if (range.block_count == 0 || range.block_count > SHELL_BLOCKS_MAX) {
        text_print("1 to %u blocks\n", SHELL_BLOCKS_MAX);
        shell_refuse();
        return;
    }
    bytes = (size_t)range.block_count * ns->block_bytes;
    data = command_pattern(ns, &range, shell->seed);
    if (data == NULL) {
        return;
    }
    buffer = lwnvme_buffer_cpu(data, bytes);
    request.directive = lwnvme_directive_placement((uint16_t)placement);
    status =
        lwnvme_write(&shell->drive->queue, ns, &request, range.lba, (uint32_t)range.block_count, &buffer);
    if (status == 0) {
        status = lwnvme_sync_wait(&shell->drive->queue, &request);
    }
    shell_result(shell, "placement-write", status);
    platform_free(data, bytes);
}

/* placement-next PLACEMENT... */
static void command_placement_next(struct shell *shell)
{
    static struct lwnvme_le16 identifiers[SHELL_WORDS_MAX];
    uint32_t placement;

    if (shell_namespace(shell) == NULL) {
        return;
    }
    for (uint32_t i = 1; i < shell->word_count; i++) {
        if (!shell_number_up_to(shell, i, 0, UINT16_MAX, &placement)) {
            return;
        }
        lwnvme_le16_set(&identifiers[i - 1u], (uint16_t)placement);
    }
    shell_result(shell, "placement-next",
                 lwnvme_sync_placement_update(&shell->drive->queue, shell->drive->current, identifiers,
                                              shell->word_count - 1u));
}

/* Reads so many times one block, one doorbell for each, or as many as the controller wants. */
static int command_read_singly(struct shell *shell, uint32_t count)
{
    static struct lwnvme_request requests[SHELL_READS_MAX];
    struct lwnvme_queue *const queue = &shell->drive->queue;
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    struct lwnvme_buffer buffer;
    int status = 0;

    if (ns == NULL || count == 0) {
        return 0;
    }
    buffer = lwnvme_buffer_cpu(shell_memory(ns->block_bytes), ns->block_bytes);
    for (uint32_t i = 0; buffer.address != 0 && i < count; i++) {
        requests[i] = (struct lwnvme_request){0};
        status = lwnvme_read(queue, ns, &requests[i], i % ns->block_count, 1, &buffer);
        if (status != 0) {
            count = i;
        }
    }
    for (uint32_t i = 0; buffer.address != 0 && i < count; i++) {
        const int ended = lwnvme_sync_wait(queue, &requests[i]);

        status = status == 0 ? ended : status;
    }
    if (buffer.address != 0) {
        platform_free((void *)(uintptr_t)buffer.address, ns->block_bytes);
    }
    return status;
}

/* Starts to have shadow doorbells, and tells what they spare. */
static void command_shadow_doorbells(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    const struct lwnvme_queue *const queue = &shell->drive->queue;
    uint32_t reads;
    int status;

    if (!shell_number_32(shell, 1, 0, &reads)) {
        return;
    }
    if (lwnvme_shadow_status(&command_shadow) == LWNVME_ERR_NOT_OPEN) {
        command_shadow = (struct lwnvme_shadow){0}; /* of before a close */
    }
    status = lwnvme_shadow_start(controller, &command_shadow);
    if (status == LWNVME_ERR_BUSY) {
        status = 0; /* there they are */
    }
    while (status == 0 && (status = lwnvme_shadow_status(&command_shadow)) == LWNVME_PENDING) {
        status = lwnvme_controller_poll(controller);
        (void)lwnvme_queue_poll(&shell->drive->queue, 0);
    }
    if (status == 0) {
        status = command_read_singly(shell, reads < SHELL_READS_MAX ? reads : SHELL_READS_MAX);
    }
    text_print("  %u commands, %u times something to tell, %u doorbells spared\n", queue->submitted,
               queue->doorbells, queue->spared);
    shell_result(shell, "shadow", status);
}

const struct shell_command shell_command_commands[] = {
    {"limits", "", "what single commands may take, and what is atomic", false, command_limits_show},
    {"copy", "TO LBA COUNT [LBA COUNT]... [format=N] [from=NSID] [enable=0] [--yes]",
     "has the controller copy blocks, of another namespace too (formats 2 and 3)", true, command_copy},
    {"compare-write", "LBA [COUNT] [old=SEED] [new=SEED] [--yes]",
     "writes the pattern of another seed if the blocks have that of the old one, as one operation", true,
     command_compare_write},
    {"uncorrectable", "LBA [COUNT] [--yes]", "makes blocks unreadable until they are written", true,
     command_uncorrectable},
    {"placement", "", "where the reclaim units of the placement handles stand", false, command_placement},
    {"placement-write", "PLACEMENT LBA [COUNT] [--yes]", "writes to the reclaim unit of a placement handle",
     true, command_placement_write},
    {"placement-next", "PLACEMENT... [--yes]", "goes on with empty reclaim units", true,
     command_placement_next},
    {"shadow", "[READS]", "shadow doorbells: starts to have them, reads blocks one by one, and counts", false,
     command_shadow_doorbells},
    {NULL, NULL, NULL, false, NULL},
};

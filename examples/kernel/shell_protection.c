/* SPDX-License-Identifier: MIT */
/*
 * The shell's commands on protection information: blocks with the library's guards and tags in a buffer of the shell's,
 * and what a controller says to wrong ones. The commands of shell_io.c work on such namespaces, too: there the
 * controller makes and checks protection information.
 */
#include "shell_private.h"

#include "pattern.h"

#define SHELL_PI_BLOCKS 64u

/* Memory for some blocks, data and metadata, in the form of the namespace. */
struct shell_pi {
    struct lwnvme_request request;
    struct lwnvme_protection options;
    struct demo_range range;
    struct lwnvme_buffer buffer;
    uint8_t *memory;
    size_t size_bytes;
    size_t stride; /* from block to block */
};

/* Where protection information of a block is. */
static uint8_t *shell_pi_at(const struct lwnvme_namespace *ns, const struct shell_pi *pi, uint32_t block)
{
    const size_t apart = (size_t)pi->range.block_count * ns->block_bytes;

    if (ns->metadata_interleaved) {
        return pi->memory + block * pi->stride + ns->block_bytes + pi->options.offset;
    }
    return pi->memory + apart + (size_t)block * ns->metadata_bytes + pi->options.offset;
}

static bool shell_pi_options(struct shell *shell, const struct lwnvme_namespace *ns, struct shell_pi *pi)
{
    uint32_t tag;
    uint32_t reference;

    if (!shell_option_number(shell, "app", 0, 0xffff, &tag) ||
        !shell_option_number(shell, "ref", 0, UINT32_MAX, &reference)) {
        return false;
    }
    pi->options = *ns->protection;
    pi->options.flags &= ~LWNVME_PROTECTION_CONTROLLER;
    pi->options.flags |= LWNVME_PROTECTION_LIBRARY | LWNVME_PROTECTION_CHECK_APPLICATION;
    pi->options.application_tag = (uint16_t)tag;
    pi->options.application_mask = 0xffff;
    if (shell_option(shell, "ref") != NULL) {
        pi->options.flags |= LWNVME_PROTECTION_REFERENCE;
        pi->options.reference_tag = reference;
    }
    pi->request.protection = &pi->options;
    return true;
}

/* LBA [COUNT] behind the mode, options, memory. */
static bool shell_pi_start(struct shell *shell, struct shell_pi *pi)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);
    uint64_t count;

    *pi = (struct shell_pi){0};
    if (ns == NULL || !shell_number(shell, 2, 0, &pi->range.lba) || !shell_number(shell, 3, 1, &count)) {
        return false;
    }
    if (ns->protection == NULL || ns->protection->type == 0) {
        text_print("this namespace has no protection information\n");
        shell_refuse();
        return false;
    }
    if (count == 0 || count > SHELL_PI_BLOCKS) {
        text_print("1 to %u blocks\n", SHELL_PI_BLOCKS);
        shell_refuse();
        return false;
    }
    pi->range.block_count = count;
    pi->size_bytes = (size_t)count * (ns->block_bytes + ns->metadata_bytes);
    pi->stride = ns->block_bytes + (ns->metadata_interleaved ? ns->metadata_bytes : 0u);
    pi->memory = platform_alloc(pi->size_bytes);
    if (pi->memory == NULL) {
        text_print("no memory\n");
        shell_refuse();
        return false;
    }
    for (size_t i = 0; i < pi->size_bytes; i++) {
        pi->memory[i] = 0;
    }
    pi->buffer = lwnvme_buffer_cpu(pi->memory, (size_t)count * pi->stride);
    if (!ns->metadata_interleaved) {
        pi->buffer.flags |= LWNVME_BUFFER_METADATA;
        pi->buffer.metadata_address = (uintptr_t)pi->memory + (size_t)count * ns->block_bytes;
        pi->buffer.metadata_bytes = (size_t)count * ns->metadata_bytes;
    }
    return shell_pi_options(shell, ns, pi);
}

static void shell_pi_fill(const struct shell *shell, const struct lwnvme_namespace *ns,
                          const struct shell_pi *pi)
{
    struct demo_content content = {.seed = shell->seed};

    for (uint32_t i = 0; i < pi->range.block_count; i++) {
        (void)demo_fill_pattern(&content, pi->range.lba + i, pi->memory + i * pi->stride, ns->block_bytes);
    }
}

/* Sends what has been prepared, waits, and says how it ended and where. */
static int shell_pi_run(struct shell *shell, struct shell_pi *pi, bool write)
{
    const struct lwnvme_namespace *ns = shell->drive->current;
    struct lwnvme_queue *queue = &shell->drive->queue;
    const uint32_t count = (uint32_t)pi->range.block_count;
    int status;

    if (write) {
        status = lwnvme_write(queue, ns, &pi->request, pi->range.lba, count, &pi->buffer);
    } else {
        status = lwnvme_read(queue, ns, &pi->request, pi->range.lba, count, &pi->buffer);
    }
    if (status == 0) {
        status = lwnvme_sync_wait(queue, &pi->request);
    }
    if (lwnvme_status_class(status) == LWNVME_CLASS_INTEGRITY) {
        text_print("block %" TEXT_64 "u\n", pi->range.lba + (pi->request.bytes_done >> ns->block_shift));
    }
    return status;
}

/* Wrong protection information, or wrong data, past all checks. */
static int shell_pi_spoil(struct shell *shell, struct shell_pi *pi)
{
    const struct lwnvme_namespace *ns = shell->drive->current;
    const char *what = shell_option(shell, "what");
    uint32_t guard = pi->options.guard_bits / 8u;
    uint8_t *tuple = shell_pi_at(ns, pi, 0);
    int status = lwnvme_protection_generate(ns, &pi->options, pi->range.lba, (uint32_t)pi->range.block_count,
                                            &pi->buffer);

    if (status != 0) {
        return status;
    }
    if (what != NULL && text_equal(what, "app")) {
        tuple[guard] ^= 0x10;
    } else if (what != NULL && text_equal(what, "ref")) {
        tuple[pi->options.bytes - 1u] ^= 0x10;
    } else {
        tuple[0] ^= 0x10;
    }
    pi->options.flags = 0;
    return shell_pi_run(shell, pi, true);
}

/* A command whose reference tag is not that of its blocks, which the library would not send. */
static int shell_pi_wrong(struct shell *shell, const struct shell_pi *pi)
{
    const struct lwnvme_command command = {.opcode = LWNVME_NVM_READ,
                                           .nsid = shell->drive->current->nsid,
                                           .cdw10 = (uint32_t)pi->range.lba,
                                           .cdw12 = LWNVME_PRINFO_PRCHK_REFERENCE_TAG << 26,
                                           .cdw14 = (uint32_t)pi->range.lba + 1u};
    const struct lwnvme_buffer buffer = lwnvme_buffer_cpu(pi->memory, pi->stride);
    struct lwnvme_request request = {0};
    const int status = lwnvme_raw(&shell->drive->queue, &request, &command, &buffer);

    return status != 0 ? status : lwnvme_sync_wait(&shell->drive->queue, &request);
}

static void shell_pi_show(const struct shell *shell, const struct shell_pi *pi)
{
    for (uint32_t i = 0; i < pi->range.block_count; i++) {
        text_print("%" TEXT_64 "u ", pi->range.lba + i);
        for (uint32_t k = 0; k < pi->options.bytes; k++) {
            text_print("%02x", shell_pi_at(shell->drive->current, pi, i)[k]);
        }
        text_print("\n");
    }
}

static void shell_pi(struct shell *shell)
{
    static struct shell_pi pi;
    const char *mode = shell->word_count > 1 ? shell->words[1] : "";
    int status = LWNVME_ERR_INVALID_ARGUMENT;

    if (shell_pi_start(shell, &pi)) {
        shell_pi_fill(shell, shell->drive->current, &pi);
        if (text_equal(mode, "write")) {
            status = shell_pi_run(shell, &pi, true);
        } else if (text_equal(mode, "read")) {
            status = shell_pi_run(shell, &pi, false);
            if (status == 0) {
                shell_pi_show(shell, &pi);
            }
        } else if (text_equal(mode, "spoil")) {
            status = shell_pi_spoil(shell, &pi);
        } else if (text_equal(mode, "wrong")) {
            status = shell_pi_wrong(shell, &pi);
        }
        shell_result(shell, "pi", status);
    }
    if (pi.memory != NULL) {
        platform_free(pi.memory, pi.size_bytes);
    }
}

const struct shell_command shell_protection_commands[] = {
    {"pi", "write|read|spoil|wrong LBA [COUNT] [app=N] [ref=N] [what=guard|app|ref] [--yes]",
     "blocks with protection information that the library makes and checks; with a wrong one; asked for "
     "wrongly",
     true, shell_pi},
    {NULL, NULL, NULL, false, NULL},
};

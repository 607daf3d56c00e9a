/* SPDX-License-Identifier: MIT */
/*
 * Processors that do not wait for one another: a queue has one owner, so each makes its requests on its own queue and
 * polls that alone, with the asynchronous calls. The controller, whose owner makes and deletes the queues before and after,
 * is left in peace meanwhile. With shared=1 there is one queue for all, made with LWNVME_QUEUE_SHARED, and the
 * library takes the host's lock; any processor's poll may then call back the requests of any other.
 */
#include "parallel.h"

#include "pattern.h"
#include "sha256.h"
#include "text.h"

#define PARALLEL_DEPTH       8u
#define PARALLEL_CHUNK_BYTES 16384u
#define PARALLEL_WAIT_US     100000u
#define PARALLEL_LATE_US     2000000u /* after a deadline */

struct parallel_slot {
    struct lwnvme_request request;
    uint8_t *data;
};

struct parallel;

/* One processor's part. */
struct parallel_share {
    struct lwnvme_queue own;
    struct lwnvme_queue *queue;
    struct parallel_slot slots[PARALLEL_DEPTH];
    struct demo_range range;
    struct demo_content content;
    struct sha256 hash;
    int status;
};

struct parallel {
    struct drive *drive;
    const struct lwnvme_namespace *ns;
    uint32_t processors;
    uint32_t chunk_blocks;
    uint32_t started; /* atomic */
    bool write;
    struct parallel_share shares[PLATFORM_PROCESSORS_MAX];
};

static struct parallel parallel_state;

static uint32_t parallel_blocks(const struct parallel *all, const struct parallel_share *share,
                                uint64_t chunk)
{
    const uint64_t rest = share->range.block_count - chunk * all->chunk_blocks;

    return rest < all->chunk_blocks ? (uint32_t)rest : all->chunk_blocks;
}

static int parallel_issue(const struct parallel *all, struct parallel_share *share, uint64_t chunk,
                          bool write)
{
    struct parallel_slot *slot = &share->slots[chunk % PARALLEL_DEPTH];
    const uint64_t lba = share->range.lba + chunk * all->chunk_blocks;
    const uint32_t blocks = parallel_blocks(all, share, chunk);
    const uint32_t block_bytes = all->ns->block_bytes;
    const struct lwnvme_buffer buffer = lwnvme_buffer_cpu(slot->data, (size_t)blocks * block_bytes);

    slot->request = (struct lwnvme_request){0};
    if (!write) {
        return lwnvme_read(share->queue, all->ns, &slot->request, lba, blocks, &buffer);
    }
    for (uint32_t i = 0; i < blocks; i++) {
        demo_fill_pattern(&share->content, lba + i, slot->data + (size_t)i * block_bytes, block_bytes);
    }
    return lwnvme_write(share->queue, all->ns, &slot->request, lba, blocks, &buffer);
}

/* Until the request has come back: by interrupt, or in turns of a spin loop. false: its deadline has passed, which takes the
 * controller's owner to act on: that is done when all processors are back, and the slots stay where they are. */
static bool parallel_await(const struct parallel *all, const struct parallel_share *share,
                           const struct lwnvme_request *request)
{
    const struct lwnvme_controller_config *config = &all->drive->place.config;
    const uint64_t limit_ms =
        config->io_timeout_ms != 0 ? config->io_timeout_ms : LWNVME_CONFIG_IO_TIMEOUT_MS;
    const uint64_t end_us = config->ops->now_us(config->host) + limit_ms * 1000u + PARALLEL_LATE_US;
    uint64_t now_us = 0;

    while (lwnvme_request_active(request) && now_us < end_us) {
        now_us = config->ops->now_us(config->host);
        (void)lwnvme_queue_wait(share->queue, 0, now_us + PARALLEL_WAIT_US);
    }
    return !lwnvme_request_active(request);
}

static void parallel_take(const struct parallel *all, struct parallel_share *share, uint64_t chunk)
{
    const struct parallel_slot *slot = &share->slots[chunk % PARALLEL_DEPTH];
    const uint32_t blocks = parallel_blocks(all, share, chunk);
    const uint32_t block_bytes = all->ns->block_bytes;

    sha256_add(&share->hash, slot->data, (size_t)blocks * block_bytes);
    for (uint32_t i = 0; i < blocks && all->write; i++) {
        demo_check_content(&share->content, share->range.lba + chunk * all->chunk_blocks + i,
                           slot->data + (size_t)i * block_bytes, block_bytes);
    }
}

/* Once over the part. What is in flight comes back, unless it is late. */
static int parallel_pass(const struct parallel *all, struct parallel_share *share, bool write)
{
    uint64_t chunks = (share->range.block_count + all->chunk_blocks - 1u) / all->chunk_blocks;
    uint64_t issued = 0;
    int status = 0;

    for (uint64_t taken = 0; taken < chunks; taken++) {
        const struct lwnvme_request *request = &share->slots[taken % PARALLEL_DEPTH].request;

        while (status == 0 && issued < chunks && issued - taken < PARALLEL_DEPTH) {
            status = parallel_issue(all, share, issued, write);
            issued += status == 0 ? 1u : 0u;
        }
        chunks = status == 0 ? chunks : issued;
        if (taken == issued) {
            break;
        }
        if (!parallel_await(all, share, request)) {
            return LWNVME_ERR_TIMEOUT;
        }
        status = status == 0 ? request->status : status;
        if (status == 0 && !write) {
            parallel_take(all, share, taken);
        }
    }
    return status;
}

/* On each processor. None begins before all have come. */
static void parallel_work(void *context, uint32_t processor)
{
    struct parallel *all = context;
    struct parallel_share *share = &all->shares[processor];

    __atomic_fetch_add(&all->started, 1u, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&all->started, __ATOMIC_ACQUIRE) < all->processors) {
    }
    sha256_begin(&share->hash);
    share->status = all->write ? parallel_pass(all, share, true) : 0;
    if (share->status == 0) {
        share->status = parallel_pass(all, share, false);
    }
}

static int parallel_prepare(struct parallel *all, uint32_t processor, const struct demo_range *whole)
{
    struct parallel_share *share = &all->shares[processor];
    struct lwnvme_queue_config config = all->drive->queue_config;
    const uint64_t part = whole->block_count / all->processors;

    share->range.lba = whole->lba + processor * part;
    share->range.block_count =
        processor + 1u == all->processors ? whole->block_count - processor * part : part;
    for (uint32_t i = 0; i < PARALLEL_DEPTH; i++) {
        share->slots[i].data = platform_alloc(PARALLEL_CHUNK_BYTES);
        if (share->slots[i].data == NULL) {
            return LWNVME_ERR_NO_MEMORY;
        }
    }
    share->queue =
        processor == 0 || (config.flags & LWNVME_QUEUE_SHARED) != 0 ? &all->drive->queue : &share->own;
    if (share->queue != &share->own) {
        return 0;
    }
    config.vector =
        (config.flags & LWNVME_QUEUE_INTERRUPT) != 0 ? platform_vector(&all->drive->place, processor) : 0;
    return lwnvme_sync_queue_create(&all->drive->controller, &share->own, &config);
}

static int parallel_end(struct parallel *all, uint32_t processor)
{
    struct parallel_share *share = &all->shares[processor];
    char text[SHA256_TEXT_BYTES];
    int status = share->status;

    sha256_end(&share->hash, text);
    if (share->queue == &share->own) {
        const int deleted = lwnvme_sync_queue_delete(&share->own);

        status = status == 0 ? deleted : status;
    }
    text_print("  processor %u: blocks %" TEXT_64 "u to %" TEXT_64 "u, interrupts %u, ", processor,
               share->range.lba, share->range.lba + share->range.block_count - 1u,
               platform_interrupt_count(&all->drive->place, processor));
    if (status != 0) {
        text_print_status(status);
        text_print("\n");
        return status;
    }
    text_print("sha256 %s\n", text);
    if (share->content.different_blocks != 0) {
        text_print("  %" TEXT_64 "u blocks differ, first block %" TEXT_64 "u at byte %u\n",
                   share->content.different_blocks, share->content.first_lba, share->content.first_byte);
        return LWNVME_ERR_INVALID_ARGUMENT;
    }
    return 0;
}

int parallel_run(struct drive *drive, const struct options *options, uint32_t processors)
{
    struct parallel *all = &parallel_state;
    const struct lwnvme_namespace *ns = drive->current;
    struct demo_range whole = {0, ns->block_count};
    int status = 0;
    uint64_t start_us;

    if (options->write) {
        whole = (struct demo_range){options->region_lba, options->region_blocks};
    }
    *all = (struct parallel){.drive = drive, .ns = ns, .processors = processors, .write = options->write};
    all->chunk_blocks = PARALLEL_CHUNK_BYTES / ns->block_bytes;
    if (all->chunk_blocks == 0 || whole.block_count < processors || whole.lba >= ns->block_count ||
        whole.block_count > ns->block_count - whole.lba) {
        return LWNVME_ERR_LBA_RANGE;
    }
    for (uint32_t i = 0; i < processors && status == 0; i++) {
        all->shares[i].content.seed = options->seed;
        status = parallel_prepare(all, i, &whole);
    }
    if (status != 0) {
        return status;
    }
    text_print("%u processors, %s, each with %u requests in flight\n", processors,
               options->shared ? "one queue for all" : "a queue each", PARALLEL_DEPTH);
    start_us = platform_now_us();
    platform_run(processors, parallel_work, all);
    text_print("  all done after %" TEXT_64 "u ms\n", (platform_now_us() - start_us) / 1000u);
    for (uint32_t i = 0; i < processors; i++) {
        const int ended = parallel_end(all, i);

        status = status == 0 ? ended : status;
    }
    return status;
}

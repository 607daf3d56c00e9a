/* SPDX-License-Identifier: MIT */
/*
 * Random reads. Each request starts its successor from its own callback, so that the queue never runs dry
 * and the doorbell is rung once per poll. One bench runs at a time.
 */
#include "bench.h"

#include "text.h"

#define BENCH_POLLS_PER_CLOCK 256u

struct bench {
    struct drive *drive;
    const struct lwnvme_namespace *ns;
    uint32_t blocks; /* per read */
    uint64_t random;
    uint64_t reads;
    uint32_t in_flight;
    bool ending;
    int status;
};

struct bench_slot {
    struct lwnvme_request request;
    struct bench *bench;
    uint8_t *data;
};

static struct bench_slot bench_slots[BENCH_DEPTH_MAX];

/* xorshift64: any start but 0. */
static uint64_t bench_random(struct bench *bench)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return bench->random;
}

static void bench_submit(struct bench *bench, struct bench_slot *slot)
{
    const uint64_t places = bench->ns->block_count / bench->blocks;
    const uint64_t lba = bench_random(bench) % places * bench->blocks;
    const struct lwnvme_buffer buffer =
        lwnvme_buffer_cpu(slot->data, (size_t)bench->blocks * bench->ns->block_bytes);
    const int status =
        lwnvme_read(&bench->drive->queue, bench->ns, &slot->request, lba, bench->blocks, &buffer);

    if (status != 0) {
        bench->status = status;
        bench->ending = true;
        return;
    }
    bench->in_flight++;
}

static void bench_done(struct lwnvme_request *request)
{
    struct bench_slot *slot = request->context;
    struct bench *bench = slot->bench;

    bench->in_flight--;
    bench->reads++;
    if (request->status != 0) {
        bench->status = request->status;
        bench->ending = true;
    }
    if (!bench->ending) {
        bench_submit(bench, slot);
    }
}

static bool bench_prepare(struct bench *bench, uint32_t depth, size_t size_bytes)
{
    for (uint32_t i = 0; i < depth; i++) {
        struct bench_slot *slot = &bench_slots[i];

        slot->request = (struct lwnvme_request){0};
        slot->request.done = bench_done;
        slot->request.context = slot;
        slot->bench = bench;
        slot->data = platform_alloc(size_bytes);
        if (slot->data == NULL) {
            return false;
        }
    }
    return true;
}

static void bench_release(uint32_t depth, size_t size_bytes)
{
    for (uint32_t i = 0; i < depth; i++) {
        platform_free(bench_slots[i].data, size_bytes);
        bench_slots[i].data = NULL;
    }
}

/* Until the time is up and everything has come back. */
static void bench_loop(struct bench *bench, uint64_t end_us)
{
    uint32_t polls = 0;

    while (bench->in_flight != 0) {
        (void)drive_wait(bench->drive);
        polls++;
        if (polls % BENCH_POLLS_PER_CLOCK == 0) {
            bench->ending = bench->ending || platform_now_us() >= end_us;
            (void)lwnvme_controller_poll(&bench->drive->controller);
        }
    }
}

int bench_measure(struct drive *drive, const struct lwnvme_namespace *ns, uint32_t depth,
                  uint32_t duration_ms, struct bench_result *result)
{
    const uint32_t blocks = ns->block_bytes >= BENCH_READ_BYTES ? 1u : BENCH_READ_BYTES / ns->block_bytes;
    const size_t size_bytes = (size_t)blocks * ns->block_bytes;
    struct bench bench = {.drive = drive, .ns = ns, .blocks = blocks, .random = 88172645463325252u};
    uint64_t start_us;

    *result = (struct bench_result){.read_bytes = (uint32_t)size_bytes, .depth = depth};
    if (ns->block_count < blocks) {
        return LWNVME_ERR_LBA_RANGE;
    }
    if (!bench_prepare(&bench, depth, size_bytes)) {
        bench_release(depth, size_bytes);
        return LWNVME_ERR_NO_MEMORY;
    }
    start_us = platform_now_us();
    lwnvme_queue_batch_begin(&drive->queue);
    for (uint32_t i = 0; i < depth && bench.status == 0; i++) {
        bench_submit(&bench, &bench_slots[i]);
    }
    lwnvme_queue_batch_end(&drive->queue);
    bench_loop(&bench, start_us + (uint64_t)duration_ms * 1000u);
    result->elapsed_us = platform_now_us() - start_us;
    result->reads = bench.reads;
    bench_release(depth, size_bytes);
    return bench.status;
}

uint64_t bench_rate(const struct bench_result *result)
{
    return result->elapsed_us != 0 ? result->reads * 1000000u / result->elapsed_us : 0;
}

void bench_print(const struct bench_result *result)
{
    if (result->elapsed_us != 0) {
        text_print("  random reads of %u bytes, %u in flight: %" TEXT_64 "u per second, ",
                   (unsigned)result->read_bytes, result->depth, bench_rate(result));
        text_print_rate(result->reads * result->read_bytes, result->elapsed_us);
        text_print("\n");
    }
}

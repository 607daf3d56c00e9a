/* SPDX-License-Identifier: MIT */
/*
 * Random reads of 4 KiB on bare metal, to be counted: a queue that is polled and one that interrupts, each at several
 * depths, over the port for x86-64. bench/README.md tells how. The command line: reads=N (of each section), shadow=1 (doorbells
 * in memory), empty=1 (only polls that find nothing, on a slow drive).
 *
 * In flight are always `depth` reads: each is followed by the next from its own callback, and the doorbell is rung
 * once for each poll that found something. Between polls of the interrupting queue the processor halts; no timer runs,
 * so nothing but the drive ends a halt.
 */
#include <lwnvme/lwnvme.h>

#include "io.h"
#include "lwnvme_host.h"
#include "machine.h"
#include "platform.h"
#include "text.h"

#define BENCH_CLASS_NVME  0x010802u
#define BENCH_DEPTH_MAX   128u
#define BENCH_ENTRIES     256u
#define BENCH_BYTES       4096u
#define BENCH_WARM        2000u
#define BENCH_READS       20000u
#define BENCH_EMPTY_POLLS 64u /* one of so many reads the clock */
#define BENCH_EMPTY_TRIES 8u

struct bench_slot {
    struct lwnvme_request request;
    struct lwnvme_buffer buffer;
};

static struct lwnvme_x86_64 bench_port;
static struct lwnvme_controller bench_controller;
static struct lwnvme_queue bench_polled;
static struct lwnvme_queue bench_interrupting;
static struct lwnvme_namespace bench_ns;
static struct lwnvme_shadow bench_shadow;
static struct bench_slot bench_slots[BENCH_DEPTH_MAX];

static struct lwnvme_queue *bench_queue;
static uint64_t bench_random = 88172645463325252u;
static uint32_t bench_blocks; /* per read */
static uint32_t bench_places;
static uint32_t bench_left; /* to be submitted */
static uint32_t bench_in_flight;
static int bench_status;
static bool bench_has_shadow;
static uint64_t bench_empty; /* polls that found nothing */

void platform_put(char c)
{
    serial_put(c);
}

/* The plugin notes its sums when the first instruction of this is executed. */
void bench_mark(void);
__attribute__((noinline)) void bench_mark(void)
{
    __asm__ volatile("nop");
}

static void bench_submit(struct bench_slot *slot)
{
    uint64_t lba;
    int status;

    bench_random ^= bench_random << 13;
    bench_random ^= bench_random >> 7;
    bench_random ^= bench_random << 17;
    lba = ((bench_random & UINT32_MAX) * bench_places >> 32) * bench_blocks;
    status = lwnvme_read(bench_queue, &bench_ns, &slot->request, lba, bench_blocks, &slot->buffer);
    if (status != 0) {
        bench_status = status;
        bench_in_flight--;
    }
}

static void bench_done(struct lwnvme_request *request)
{
    if (request->status != 0 || bench_left == 0) {
        bench_status = request->status != 0 ? request->status : bench_status;
        bench_in_flight--;
        return;
    }
    bench_left--;
    bench_submit(request->context);
}

/* `reads` reads, `depth` of them at once. */
static void bench_run(uint32_t depth, uint32_t reads, bool interrupts)
{
    bench_left = reads - depth;
    bench_in_flight = depth;
    lwnvme_queue_batch_begin(bench_queue);
    for (uint32_t i = 0; i < depth; i++) {
        bench_submit(&bench_slots[i]);
    }
    lwnvme_queue_batch_end(bench_queue);
    if (interrupts) {
        while (bench_in_flight != 0) {
            interrupt_halt();
            (void)lwnvme_queue_poll(bench_queue, 0);
        }
        return;
    }
    while (bench_in_flight != 0) {
        if (lwnvme_queue_poll(bench_queue, 0) == 0) {
            bench_empty++;
            cpu_pause();
        }
    }
}

static void bench_section(uint32_t depth, uint32_t reads, bool interrupts)
{
    uint64_t start_us;
    uint64_t start;
    uint64_t ticks;

    bench_queue = interrupts ? &bench_interrupting : &bench_polled;
    bench_run(depth, BENCH_WARM, interrupts);
    bench_empty = 0;
    bench_port.interrupts[0] = 0;
    start_us = clock_now_us();
    bench_mark();
    start = cpu_timestamp();
    bench_run(depth, reads, interrupts);
    ticks = cpu_timestamp() - start;
    bench_mark();
    text_print("section mode=%s depth=%u reads=%u ticks=%" TEXT_64 "u us=%" TEXT_64
               "u interrupts=%u empty=%" TEXT_64 "u shadow=%u\n",
               interrupts ? "interrupt" : "polled", depth, reads, ticks, clock_now_us() - start_us,
               bench_port.interrupts[0], bench_empty, bench_has_shadow ? 1u : 0u);
}

/* A submission and polls right behind it, which a slow drive has not answered yet; whether that was so, the line says. What the
 * first of them has to do beside is in all such sections, and not in the difference of two. */
static void bench_empty_polls(uint32_t polls)
{
    bench_queue = &bench_polled;
    bench_empty = 0;
    bench_left = 0;
    bench_in_flight = 1;
    bench_mark(); /* not later: what the plugin does at a mark gives the drive time */
    bench_submit(&bench_slots[0]);
    for (uint32_t i = 0; i < polls; i++) {
        if (lwnvme_queue_poll(bench_queue, 0) == 0) {
            bench_empty++;
            cpu_pause();
        }
    }
    bench_mark();
    text_print("section mode=empty reads=%u empty=%" TEXT_64 "u\n", polls, bench_empty);
    while (bench_in_flight != 0) {
        (void)lwnvme_queue_poll(bench_queue, 0);
    }
}

static int bench_prepare(void)
{
    for (uint32_t i = 0; i < BENCH_DEPTH_MAX; i++) {
        struct bench_slot *slot = &bench_slots[i];
        void *data = pages_alloc(BENCH_BYTES, BENCH_BYTES);

        if (data == NULL) {
            return LWNVME_ERR_NO_MEMORY;
        }
        slot->request.done = bench_done;
        slot->request.context = slot;
        slot->buffer = lwnvme_buffer_cpu(data, BENCH_BYTES);
    }
    bench_blocks = BENCH_BYTES / bench_ns.block_bytes;
    bench_places = (uint32_t)(bench_ns.block_count / bench_blocks);
    return bench_blocks != 0 && bench_places != 0 ? 0 : LWNVME_ERR_LBA_RANGE;
}

/* Doorbells in memory. A drive that does not have them goes on without; the sections say so. */
static int bench_start_shadow(void)
{
    int status = lwnvme_shadow_start(&bench_controller, &bench_shadow);

    if (status == LWNVME_ERR_NO_SHADOW_DOORBELLS) {
        return 0;
    }
    while (status == 0 && (status = lwnvme_shadow_status(&bench_shadow)) == LWNVME_PENDING) {
        status = lwnvme_controller_poll(&bench_controller);
        (void)lwnvme_queue_poll(&bench_polled, 0);
        (void)lwnvme_queue_poll(&bench_interrupting, 0);
    }
    bench_has_shadow = status == 0;
    return status;
}

static int bench_open(bool shadow)
{
    struct lwnvme_controller_config config = {.io_queues = 2};
    struct lwnvme_queue_config queue = {.entries = BENCH_ENTRIES};
    const char *reason;
    int status;

    if (pci_find(BENCH_CLASS_NVME, &bench_port.device, 1) == 0) {
        return LWNVME_ERR_GONE;
    }
    lwnvme_x86_64_config(&bench_port, &config);
    reason = interrupt_init()
                 ? lwnvme_x86_64_interrupts(&bench_port, &bench_controller, LWNVME_X86_64_MSIX, 1)
                 : "no local APIC";
    if (reason != NULL) {
        text_print("%s\n", reason);
        return LWNVME_ERR_INVALID_ARGUMENT;
    }
    status = lwnvme_sync_controller_open(&bench_controller, &config);
    if (status == 0) {
        status = lwnvme_sync_queue_create(&bench_controller, &bench_polled, &queue);
    }
    queue.flags = LWNVME_QUEUE_INTERRUPT;
    queue.vector = lwnvme_x86_64_vector(&bench_port, 0);
    if (status == 0) {
        status = lwnvme_sync_queue_create(&bench_controller, &bench_interrupting, &queue);
    }
    if (status == 0) {
        status = lwnvme_sync_namespace_open(&bench_controller, 1, &bench_ns);
    }
    if (status == 0 && shadow) {
        status = bench_start_shadow();
    }
    return status != 0 ? status : bench_prepare();
}

static uint32_t bench_word(const char *line, const char *name, uint32_t missing)
{
    for (; *line != '\0'; line++) {
        const char *value = text_after(line, name);
        uint32_t number = 0;

        if (value == NULL) {
            continue;
        }
        for (; *value >= '0' && *value <= '9'; value++) {
            number = number * 10u + (uint32_t)(*value - '0');
        }
        return number;
    }
    return missing;
}

void kernel_main(const char *command_line)
{
    static const uint32_t depths[] = {1, 32, 128};
    const uint32_t reads = bench_word(command_line, "reads=", BENCH_READS);
    const bool empty = bench_word(command_line, "empty=", 0) != 0;
    int status = bench_open(bench_word(command_line, "shadow=", 0) != 0);

    for (uint32_t i = 0; empty && i < BENCH_EMPTY_TRIES && status == 0; i++) {
        bench_empty_polls((1u + i % 2u) * BENCH_EMPTY_POLLS);
    }
    for (uint32_t i = 0; !empty && i < 2u * sizeof(depths) / sizeof(depths[0]) && status == 0; i++) {
        bench_section(depths[i / 2u], reads, i % 2u != 0);
        status = bench_status;
    }
    if (status == 0) {
        status = lwnvme_sync_controller_shutdown(&bench_controller, LWNVME_SHUTDOWN_NORMAL);
    }
    text_print("bench: ");
    text_print_status(status);
    text_print("\n");
    machine_exit(status == 0 ? MACHINE_PASSED : MACHINE_FAILED);
}

/* SPDX-License-Identifier: MIT */
/*
 * What one I/O costs, in instructions: the library against a null device in the same process, beside a loop that
 * does only what cannot be avoided. bench/run.py runs this under callgrind; bench/README.md tells the method.
 *
 * The null device is memory that looks like an NVMe controller. While the controller is brought up it acts from
 * inside the relax hook, which the blocking calls call between polls: it watches the registers and doorbells and
 * answers admin commands. In the measured loops it acts between the measured sections, by writing completions
 * into the ring; there the doorbells are plain memory and nothing of the device is counted.
 *
 * Each section is announced on standard output: name, operations, and how often counting was switched on.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include <lwnvme/lwnvme.h>

#define PAGE_BYTES         4096u
#define BAR_BYTES          8192u
#define BLOCK_BYTES        512u
#define BLOCKS_PER_READ    8u
#define LARGE_READ_BYTES   131072u
#define NAMESPACE_BLOCKS   (1u << 24)
#define RING_ENTRIES       256u
#define DEPTH_MAX          128u
#define WARM_READS         2048u
#define TIMED_ROUNDS       20000u
#define TIMED_TRIALS       9u
#define TIMED_READS        128u
#define TIMED_FLIGHT       32u /* at depth 1 */
#define COUNTED_READS      8192u
#define BRING_UP_LIMIT     100000u
#define DOORBELL_OFFSET    0x1000u
#define DEVICE_QUEUES      3u /* admin, the library's, the floor's */
#define LIBRARY_ID         1u
#define FLOOR_ID           2u
#define PHASE_BIT          (1u << 16)
#define STATUS_INVALID     (2u << 17)
#define COMMAND_DWORDS     16u
#define COMPLETION_DWORDS  4u
#define NOPS_PER_SELF_TEST 100u

/* Functions, so that the counted code begins and ends with a block of its own: callgrind adds a block up when the
 * next one begins. */
static __attribute__((noinline)) void count_on(void)
{
    CALLGRIND_TOGGLE_COLLECT;
}

static __attribute__((noinline)) void count_off(void)
{
    CALLGRIND_TOGGLE_COLLECT;
}

/* ---- the null device ---- */

struct device_queue {
    uint32_t *sq;
    volatile uint32_t *cq;
    uint32_t sq_entries;
    uint32_t cq_entries;
    uint32_t sq_head;
    uint32_t cq_tail;
    uint32_t phase;
};

static _Alignas(PAGE_BYTES) volatile uint32_t registers[BAR_BYTES / 4];
static struct device_queue device_queues[DEVICE_QUEUES];

static uint32_t register_at(uint32_t offset)
{
    return registers[offset / 4];
}

static void put32(uint8_t *data, size_t offset, uint32_t value)
{
    memcpy(data + offset, &value, sizeof value);
}

/* The rings and buffers that the library names are this process's own memory. */
static void *memory_at(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

static void device_identify_controller(uint8_t *data)
{
    memcpy(data + 4, "NULL0               ", 20);
    memcpy(data + 24, "lwnvme null device                      ", 40);
    memcpy(data + 64, "1.0     ", 8);
    data[77] = 5; /* MDTS: 32 pages */
    put32(data, 80, 0x00010400);
    data[111] = 1; /* CNTRLTYPE: I/O */
    data[512] = 0x66;
    data[513] = 0x44;
    put32(data, 516, 1); /* NN */
    memcpy(data + 768, "nqn.2014-08.org.nvmexpress:lwnvme:null", 38);
}

static void device_identify_namespace(uint8_t *data)
{
    put32(data, 0, NAMESPACE_BLOCKS);
    put32(data, 8, NAMESPACE_BLOCKS);
    put32(data, 16, NAMESPACE_BLOCKS);
    put32(data, 128, 9u << 16); /* LBA format 0: 512 bytes, no metadata */
}

/* Returns the status bits of completion dword 3. */
static uint32_t device_identify(const uint32_t *command)
{
    uint8_t *data = memory_at(command[6] | (uint64_t)command[7] << 32);

    memset(data, 0, PAGE_BYTES);
    switch (command[10] & 0xffu) {
    case 0:
        if (command[1] == 1)
            device_identify_namespace(data);
        return 0;
    case 1:
        device_identify_controller(data);
        return 0;
    case 2:
        if (command[1] == 0)
            put32(data, 0, 1);
        return 0;
    case 3:
        return 0;
    default:
        return STATUS_INVALID;
    }
}

static uint32_t device_create_queue(const uint32_t *command, bool completion)
{
    uint32_t id = command[10] & 0xffffu;
    uint32_t entries = (command[10] >> 16) + 1;
    void *ring = memory_at(command[6] | (uint64_t)command[7] << 32);

    if (id == 0 || id >= DEVICE_QUEUES)
        return STATUS_INVALID;
    if (completion) {
        device_queues[id].cq = ring;
        device_queues[id].cq_entries = entries;
        device_queues[id].cq_tail = 0;
        device_queues[id].phase = PHASE_BIT;
    } else {
        device_queues[id].sq = ring;
        device_queues[id].sq_entries = entries;
        device_queues[id].sq_head = 0;
    }
    registers[(DOORBELL_OFFSET + id * 8 + (completion ? 4 : 0)) / 4] = 0;
    return 0;
}

static uint32_t device_admin(const uint32_t *command, uint32_t *result)
{
    switch (command[0] & 0xffu) {
    case 0x06:
        return device_identify(command);
    case 0x01:
        return device_create_queue(command, false);
    case 0x05:
        return device_create_queue(command, true);
    case 0x00:
    case 0x04:
        return 0; /* Delete I/O queue */
    case 0x09:
        *result = (command[10] & 0xffu) == 7 ? 0 : command[11]; /* Number of Queues: one pair */
        return 0;
    default:
        return STATUS_INVALID;
    }
}

static void device_complete(struct device_queue *queue, uint32_t id, const uint32_t *command, uint32_t status,
                            uint32_t result)
{
    volatile uint32_t *completion = queue->cq + queue->cq_tail * COMPLETION_DWORDS;

    completion[0] = result;
    completion[1] = 0;
    /* In one go: in real life these come from elsewhere, and no load has to wait for two stores. */
    *(volatile uint64_t *)(volatile void *)(completion + 2) =
        (queue->sq_head | id << 16) | (uint64_t)(command[0] >> 16 | queue->phase | status) << 32;
    if (++queue->cq_tail == queue->cq_entries) {
        queue->cq_tail = 0;
        queue->phase ^= PHASE_BIT;
    }
}

/* Answers all that the queue's tail doorbell tells of. Returns how many commands that were. */
static uint32_t device_serve(uint32_t id)
{
    struct device_queue *queue = &device_queues[id];
    uint32_t tail = register_at(DOORBELL_OFFSET + id * 8);
    uint32_t served = 0;

    while (queue->sq != NULL && queue->sq_head != tail) {
        const uint32_t *command = queue->sq + queue->sq_head * COMMAND_DWORDS;
        uint32_t result = 0;
        uint32_t status = id == 0 ? device_admin(command, &result) : 0;

        if (++queue->sq_head == queue->sq_entries)
            queue->sq_head = 0;
        device_complete(queue, id, command, status, result);
        served++;
    }
    return served;
}

static void device_enable(void)
{
    uint32_t aqa = register_at(LWNVME_REG_AQA);

    memset(device_queues, 0, sizeof device_queues);
    for (uint32_t offset = DOORBELL_OFFSET; offset < BAR_BYTES; offset += 4)
        registers[offset / 4] = 0;
    device_queues[0].sq_entries = (aqa & 0xfffu) + 1;
    device_queues[0].cq_entries = (aqa >> 16 & 0xfffu) + 1;
    device_queues[0].sq =
        memory_at(register_at(LWNVME_REG_ASQ) | (uint64_t)register_at(LWNVME_REG_ASQ + 4) << 32);
    device_queues[0].cq =
        memory_at(register_at(LWNVME_REG_ACQ) | (uint64_t)register_at(LWNVME_REG_ACQ + 4) << 32);
    device_queues[0].phase = PHASE_BIT;
}

static void device_step(void)
{
    uint32_t cc = register_at(LWNVME_REG_CC);
    uint32_t csts = register_at(LWNVME_REG_CSTS);

    if ((cc & 1u) != 0 && (csts & 1u) == 0)
        device_enable();
    csts = cc & 1u;
    if ((cc >> 14 & 3u) != 0)
        csts |= 2u << 2; /* SHST: complete */
    registers[LWNVME_REG_CSTS / 4] = csts;
    if ((cc & 1u) != 0)
        device_serve(0);
}

static void device_power_on(void)
{
    registers[LWNVME_REG_CAP / 4] = 1023u | 1u << 16 | 20u << 24; /* MQES, CQR, TO 10 s */
    registers[LWNVME_REG_CAP / 4 + 1] = 1u << 5 | 4u << 20;       /* NVM command set; pages of 4 to 64 KiB */
    registers[LWNVME_REG_VS / 4] = 0x00010400;
}

/* ---- the host ---- */

static uint64_t clock_us;

static void *host_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    size_t rounded = (size_bytes + align_bytes - 1) / align_bytes * align_bytes;
    void *memory = aligned_alloc(align_bytes, rounded);

    (void)host;
    *dma_address = (uintptr_t)memory;
    return memory;
}

static void host_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)size_bytes;
    (void)dma_address;
    free(memory);
}

static bool host_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address;
    *contiguous_bytes = length_bytes;
    return true;
}

static uint64_t host_now_us(void *host)
{
    (void)host;
    return ++clock_us;
}

/* The device's turn while a controller is brought up or taken down; never counted. */
static void host_relax(void *host)
{
    (void)host;
    device_step();
}

static void host_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    if (level <= LWNVME_LEVEL_WARNING)
        fprintf(stderr, "io_cost: %s\n", message);
}

static const struct lwnvme_host_ops host_ops = {
    .dma_alloc = host_dma_alloc,
    .dma_free = host_dma_free,
    .dma_map = host_dma_map,
    .now_us = host_now_us,
    .relax = host_relax,
    .log = host_log,
    .log_words = lwnvme_log_words,
};

/* ---- what is measured ---- */

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static struct lwnvme_request requests[DEPTH_MAX];
static struct lwnvme_buffer buffers[DEPTH_MAX];
static _Alignas(PAGE_BYTES) uint8_t data[DEPTH_MAX][PAGE_BYTES];
static _Alignas(PAGE_BYTES) uint8_t large_data[LARGE_READ_BYTES];
static uint32_t calls_back;

static void fail(const char *what, int status)
{
    fprintf(stderr, "io_cost: %s: %s\n", what, lwnvme_status_string(status));
    exit(1);
}

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "io_cost: %s\n", what);
        exit(1);
    }
}

static void read_done(struct lwnvme_request *request)
{
    if (request->status == 0)
        calls_back++;
}

/* With the host's direct map named, which is all of this process but its first page, or with dma_map alone. */
static void bring_up(bool direct_map)
{
    struct lwnvme_controller_config config = {
        .ops = &host_ops, .page_bytes = PAGE_BYTES, .bar_mapped = registers, .bar_bytes = BAR_BYTES};
    struct lwnvme_queue_config queue_config = {.entries = RING_ENTRIES};
    int status;

    if (direct_map) {
        config.direct_map.address = PAGE_BYTES;
        config.direct_map.dma_address = PAGE_BYTES;
        config.direct_map.length_bytes = SIZE_MAX / 2 - PAGE_BYTES;
    }
    device_power_on();
    status = lwnvme_sync_controller_open(&controller, &config);
    if (status != 0)
        fail("open", status);
    status = lwnvme_sync_queue_create(&controller, &queue, &queue_config);
    if (status != 0)
        fail("queue", status);
    status = lwnvme_sync_namespace_open(&controller, 1, &ns);
    if (status != 0)
        fail("namespace", status);
    require(ns.block_bytes == BLOCK_BYTES, "the namespace has other blocks than the device said");
    for (uint32_t i = 0; i < DEPTH_MAX; i++) {
        requests[i].done = read_done;
        buffers[i] = lwnvme_buffer_cpu(data[i], PAGE_BYTES);
    }
}

static void take_down(void)
{
    int status = lwnvme_sync_controller_close(&controller);

    if (status != 0)
        fail("close", status);
}

static void library_submit_one(uint32_t depth, uint64_t lba)
{
    int status;

    (void)depth;
    status = lwnvme_read(&queue, &ns, &requests[0], lba, BLOCKS_PER_READ, &buffers[0]);
    if (status != 0)
        fail("read", status);
}

static void library_submit_nth(uint32_t depth, uint64_t n)
{
    int status;

    (void)depth;
    status = lwnvme_read(&queue, &ns, &requests[n], n, BLOCKS_PER_READ, &buffers[n]);
    if (status != 0)
        fail("read", status);
}

static void library_submit_batch(uint32_t depth, uint64_t lba)
{
    uint32_t refused = 0;

    lwnvme_queue_batch_begin(&queue);
    for (uint32_t i = 0; i < depth; i++, lba += BLOCKS_PER_READ)
        refused |= (uint32_t)lwnvme_read(&queue, &ns, &requests[i], lba, BLOCKS_PER_READ, &buffers[i]);
    lwnvme_queue_batch_end(&queue);
    if (refused != 0)
        fail("read", (int)refused);
}

static void library_submit_large(uint32_t depth, uint64_t lba)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(large_data, sizeof large_data);
    uint32_t refused = 0;

    lwnvme_queue_batch_begin(&queue);
    for (uint32_t i = 0; i < depth; i++)
        refused |=
            (uint32_t)lwnvme_read(&queue, &ns, &requests[i], lba, LARGE_READ_BYTES / BLOCK_BYTES, &buffer);
    lwnvme_queue_batch_end(&queue);
    if (refused != 0)
        fail("large read", (int)refused);
}

static void library_complete(void)
{
    lwnvme_queue_poll(&queue, 0);
}

/* ---- the floor: 64 bytes into the ring, doorbell, phase, identifier to callback, head doorbell ---- */

struct floor_request {
    void (*done)(struct floor_request *request);
    uint32_t status;
};

struct floor_queue {
    uint32_t *sq;
    volatile uint32_t *cq;
    volatile uint32_t *sq_doorbell;
    volatile uint32_t *cq_doorbell;
    uint32_t tail;
    uint32_t head;
    uint32_t phase;
    struct floor_request *requests[DEPTH_MAX];
};

static struct floor_queue floor_queue;
static struct floor_request floor_requests[DEPTH_MAX];

static void floor_done(struct floor_request *request)
{
    if (request->status == 0)
        calls_back++;
}

static void floor_bring_up(void)
{
    floor_queue.sq = aligned_alloc(PAGE_BYTES, RING_ENTRIES * COMMAND_DWORDS * 4);
    floor_queue.cq = aligned_alloc(PAGE_BYTES, RING_ENTRIES * COMPLETION_DWORDS * 4);
    require(floor_queue.sq != NULL && floor_queue.cq != NULL, "no memory");
    memset((void *)(uintptr_t)floor_queue.cq, 0, RING_ENTRIES * COMPLETION_DWORDS * 4);
    floor_queue.sq_doorbell = &registers[(DOORBELL_OFFSET + FLOOR_ID * 8) / 4];
    floor_queue.cq_doorbell = &registers[(DOORBELL_OFFSET + FLOOR_ID * 8 + 4) / 4];
    floor_queue.phase = PHASE_BIT;
    device_queues[FLOOR_ID] = (struct device_queue){.sq = floor_queue.sq,
                                                    .cq = floor_queue.cq,
                                                    .sq_entries = RING_ENTRIES,
                                                    .cq_entries = RING_ENTRIES,
                                                    .phase = PHASE_BIT};
    for (uint32_t i = 0; i < DEPTH_MAX; i++)
        floor_requests[i].done = floor_done;
}

static __attribute__((noinline)) void floor_read(struct floor_queue *floor, struct floor_request *request,
                                                 uint32_t cid, uint64_t lba, uint64_t address)
{
    uint32_t *command = floor->sq + floor->tail * COMMAND_DWORDS;

    floor->requests[cid] = request;
    command[0] = 2u | cid << 16;
    command[1] = 1;
    command[2] = 0;
    command[3] = 0;
    command[4] = 0;
    command[5] = 0;
    command[6] = (uint32_t)address;
    command[7] = (uint32_t)(address >> 32);
    command[8] = 0;
    command[9] = 0;
    command[10] = (uint32_t)lba;
    command[11] = (uint32_t)(lba >> 32);
    command[12] = BLOCKS_PER_READ - 1;
    command[13] = 0;
    command[14] = 0;
    command[15] = 0;
    floor->tail = (floor->tail + 1) & (RING_ENTRIES - 1);
}

static __attribute__((noinline)) void floor_ring(struct floor_queue *floor)
{
    __asm__ __volatile__("" ::: "memory");
    *floor->sq_doorbell = floor->tail;
}

static __attribute__((noinline)) uint32_t floor_poll(struct floor_queue *floor)
{
    uint32_t taken = 0;

    for (;;) {
        volatile uint32_t *completion = floor->cq + floor->head * COMPLETION_DWORDS;
        uint32_t dword3 = completion[3];
        struct floor_request *request;

        if ((dword3 & PHASE_BIT) != floor->phase)
            break;
        __asm__ __volatile__("" ::: "memory");
        request = floor->requests[dword3 & 0xffffu];
        request->status = dword3 >> 17;
        if (++floor->head == RING_ENTRIES) {
            floor->head = 0;
            floor->phase ^= PHASE_BIT;
        }
        taken++;
        request->done(request);
    }
    if (taken != 0)
        *floor->cq_doorbell = floor->head;
    return taken;
}

static void floor_submit_one(uint32_t depth, uint64_t lba)
{
    (void)depth;
    floor_read(&floor_queue, &floor_requests[0], 0, lba, (uintptr_t)data[0]);
    floor_ring(&floor_queue);
}

static void floor_submit_nth(uint32_t depth, uint64_t n)
{
    (void)depth;
    floor_read(&floor_queue, &floor_requests[n], (uint32_t)n, n, (uintptr_t)data[n]);
    floor_ring(&floor_queue);
}

static void floor_submit_batch(uint32_t depth, uint64_t lba)
{
    for (uint32_t i = 0; i < depth; i++, lba += BLOCKS_PER_READ)
        floor_read(&floor_queue, &floor_requests[i], i, lba, (uintptr_t)data[i]);
    floor_ring(&floor_queue);
}

static void floor_complete(void)
{
    floor_poll(&floor_queue);
}

/* ---- sections ---- */

struct contender {
    const char *name;
    void (*submit_one)(uint32_t depth, uint64_t lba);
    void (*submit_batch)(uint32_t depth, uint64_t lba);
    void (*complete)(void);
    uint32_t id; /* of its queue */
};

static const struct contender direct = {"direct", library_submit_one, library_submit_batch, library_complete,
                                        LIBRARY_ID};
static const struct contender mapped = {"mapped", library_submit_one, library_submit_batch, library_complete,
                                        LIBRARY_ID};
static const struct contender direct_large = {"direct.large", NULL, library_submit_large, library_complete,
                                              LIBRARY_ID};
static const struct contender mapped_large = {"mapped.large", NULL, library_submit_large, library_complete,
                                              LIBRARY_ID};
static const struct contender floor_loop = {"floor", floor_submit_one, floor_submit_batch, floor_complete,
                                            FLOOR_ID};
/* For time: not always the same request. */
static const struct contender direct_timed = {"direct", library_submit_nth, library_submit_batch,
                                              library_complete, LIBRARY_ID};
static const struct contender floor_timed = {"floor", floor_submit_nth, floor_submit_batch, floor_complete,
                                             FLOOR_ID};

static void section_end(const char *name, uint32_t operations, uint32_t times)
{
    printf("section %s %u %u\n", name, operations, times);
    fflush(stdout);
    CALLGRIND_DUMP_STATS_AT(name);
}

/* reads in batches of `depth`; which half is counted, if any */
enum half {
    HALF_NONE,
    HALF_SUBMIT,
    HALF_COMPLETE
};

static void read_batches(const struct contender *contender, uint32_t depth, uint32_t reads, enum half half)
{
    void (*submit)(uint32_t depth, uint64_t lba) =
        depth == 1 ? contender->submit_one : contender->submit_batch;
    uint64_t lba = 0;

    for (uint32_t done = 0; done < reads; done += depth) {
        if (half == HALF_SUBMIT)
            count_on();
        submit(depth, lba);
        if (half == HALF_SUBMIT)
            count_off();
        require(device_serve(contender->id) == depth, "the device was told of another number of commands");
        calls_back = 0;
        if (half == HALF_COMPLETE)
            count_on();
        contender->complete();
        if (half == HALF_COMPLETE)
            count_off();
        require(calls_back == depth, "another number of reads was called back");
        lba = (lba + 977u * BLOCKS_PER_READ) % (NAMESPACE_BLOCKS / 2);
    }
}

static void measure_reads(const struct contender *contender, uint32_t depth)
{
    char name[64];

    read_batches(contender, depth, WARM_READS, HALF_NONE);
    read_batches(contender, depth, COUNTED_READS, HALF_SUBMIT);
    snprintf(name, sizeof name, "%s.qd%u.submit", contender->name, depth);
    section_end(name, COUNTED_READS, COUNTED_READS / depth);
    read_batches(contender, depth, COUNTED_READS, HALF_COMPLETE);
    snprintf(name, sizeof name, "%s.qd%u.complete", contender->name, depth);
    section_end(name, COUNTED_READS, COUNTED_READS / depth);
}

static void measure_empty_polls(const char *name)
{
    for (uint32_t i = 0; i < COUNTED_READS; i++) {
        count_on();
        lwnvme_queue_poll(&queue, 0);
        count_off();
    }
    section_end(name, COUNTED_READS, COUNTED_READS);
}

/*
 * Blocking reads whose completion is there before the library looks: it is written into the ring beforehand, for the
 * command identifier that comes next. That is the one of the read before, one generation on, since the same slot serves
 * all of them.
 */
static void complete_beforehand(void)
{
    struct device_queue *device = &device_queues[1];
    uint32_t last = (device->sq_head + device->sq_entries - 1) % device->sq_entries;
    uint32_t command = device->sq[last * COMMAND_DWORDS] + (1u << 26);

    if (++device->sq_head == device->sq_entries)
        device->sq_head = 0;
    device_complete(device, 1, &command, 0, 0);
}

static void measure_blocking_reads(const char *name)
{
    library_submit_one(1, 0);
    require(device_serve(LIBRARY_ID) == 1, "the command before the blocking ones was lost");
    library_complete();
    for (uint32_t i = 0; i < COUNTED_READS; i++) {
        int status;

        complete_beforehand();
        count_on();
        status = lwnvme_sync_read(&queue, &ns, i * BLOCKS_PER_READ, BLOCKS_PER_READ, data[0], 0);
        count_off();
        if (status != 0)
            fail("blocking read", status);
        require(lwnvme_queue_stale(&queue) == 0, "the completion was for another command");
    }
    section_end(name, COUNTED_READS, COUNTED_READS);
}

/* What switching the counting on and off adds, and whether a known number of instructions comes out. */
static void measure_the_measuring(void)
{
    for (uint32_t i = 0; i < COUNTED_READS; i++) {
        count_on();
        count_off();
    }
    section_end("switching", COUNTED_READS, COUNTED_READS);
    for (uint32_t i = 0; i < COUNTED_READS; i++) {
        count_on();
        __asm__ __volatile__(".rept 100\n\tnop\n\t.endr");
        count_off();
    }
    section_end("nops", COUNTED_READS * NOPS_PER_SELF_TEST, COUNTED_READS);
}

/* ---- time ---- */

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ __volatile__("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

/* Completions that are ready, and where each belongs: what a poll finds is put there right before it. */
static uint64_t ready[TIMED_READS];
static volatile uint64_t *ready_places[TIMED_READS];

/* Takes the commands that the device has been told of. Their completions are not in the ring yet. */
static uint32_t ready_make(uint32_t id)
{
    struct device_queue *queue = &device_queues[id];
    uint32_t first = queue->cq_tail;
    uint32_t served = device_serve(id);

    for (uint32_t i = 0; i < served; i++) {
        ready_places[i] = (volatile uint64_t *)(volatile void *)(queue->cq + first * COMPLETION_DWORDS + 2);
        ready[i] = *ready_places[i];
        *ready_places[i] = ready[i] ^ (uint64_t)PHASE_BIT << 32; /* as long as it is not there */
        if (++first == queue->cq_entries)
            first = 0;
    }
    return served;
}

static void ready_show(uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        *ready_places[i] = ready[i];
}

/* What `flight` reads took, which are submitted in batches of `depth` and complete in such: a stretch for each half, since one
 * look at the clock for each batch would be too many where these are of one read: the counter of some machines goes in steps of
 * twenty and more, which is most of it. No contender: what the device's part and the clock take. */
static uint64_t flight_ticks(const struct contender *contender, uint32_t depth, uint32_t flight)
{
    void (*submit)(uint32_t depth, uint64_t lba) = contender == NULL ? NULL
                                                   : depth == 1      ? contender->submit_one
                                                                     : contender->submit_batch;
    uint64_t before = ticks();
    uint64_t took;

    for (uint32_t i = 0; contender != NULL && i < flight; i += depth)
        submit(depth, i);
    took = ticks() - before;
    if (contender != NULL)
        require(ready_make(contender->id) == flight, "the device was told of another number of commands");
    calls_back = 0;
    before = ticks();
    for (uint32_t i = 0; i < flight; i += depth) {
        ready_show(i, depth);
        if (contender != NULL)
            contender->complete();
    }
    took += ticks() - before;
    require(contender == NULL || calls_back == flight, "another number of reads was called back");
    return took;
}

/* The least time of many rounds: what it takes when nothing disturbs it. In turn, so that a machine that gets slower or faster
 * on the way does so for all. */
static void measure_trial(uint32_t depth, uint64_t *library, uint64_t *floor)
{
    const struct contender *const contenders[] = {NULL, &direct_timed, &floor_timed};
    uint64_t least[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};

    for (uint32_t i = 0; i < TIMED_ROUNDS; i++) {
        for (uint32_t c = 0; c < 3; c++) {
            uint64_t took = 0;

            for (uint32_t reads = 0; reads < TIMED_READS; reads += depth == 1 ? TIMED_FLIGHT : depth)
                took += flight_ticks(contenders[c], depth, depth == 1 ? TIMED_FLIGHT : depth);
            if (took < least[c])
                least[c] = took;
        }
    }
    *library = least[1] - least[0];
    *floor = least[2] - least[0];
}

static void measure_depth(uint32_t depth)
{
    for (uint32_t trial = 0; trial < TIMED_TRIALS; trial++) {
        uint64_t library;
        uint64_t floor;

        measure_trial(depth, &library, &floor);
        printf("time %u %llu %llu\n", depth, (unsigned long long)library, (unsigned long long)floor);
    }
}

static void measure_time(void)
{
    static volatile uint64_t nowhere;

    for (uint32_t i = 0; i < TIMED_READS; i++)
        ready_places[i] = &nowhere;
    measure_depth(1);
    measure_depth(32);
    measure_depth(128);
}

/* For a profile by function: nothing but reads, at two lengths of run, whose difference is free of bring-up. */
static void profile_reads(uint32_t reads)
{
    read_batches(&direct, 32, reads, HALF_NONE);
}

static void measure_library(const struct contender *contender, const struct contender *large)
{
    static const uint32_t depths[] = {1, 32, 128};
    char name[64];

    for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d++)
        measure_reads(contender, depths[d]);
    measure_reads(large, 32);
    snprintf(name, sizeof name, "%s.blocking", contender->name);
    measure_blocking_reads(name);
}

static void measure_counts(void)
{
    static const uint32_t depths[] = {1, 32, 128};

    floor_bring_up();
    measure_the_measuring();
    for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d++)
        measure_reads(&floor_loop, depths[d]);
    measure_library(&direct, &direct_large);
    measure_empty_polls("poll.idle");
    library_submit_one(1, 0);
    measure_empty_polls("poll.in_flight");
    require(device_serve(LIBRARY_ID) == 1, "the command in flight was lost");
    library_complete();
    take_down();
    bring_up(false);
    measure_library(&mapped, &mapped_large);
}

int main(int argc, char **argv)
{
    bring_up(true);
    if (argc == 2 && strcmp(argv[1], "time") == 0) {
        floor_bring_up();
        measure_time();
    } else if (argc == 2) {
        profile_reads((uint32_t)strtoul(argv[1], NULL, 10));
    } else {
        measure_counts();
    }
    take_down();
    return 0;
}

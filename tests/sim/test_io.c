/* SPDX-License-Identifier: MIT */
/*
 * Random block I/O against a model in memory: all commands, all shapes of buffers, out-of-order completion,
 * several queues and namespaces, many kinds of hosts and controllers. And what survives a power cut.
 */
#include "scenario.h"

#define SLOTS       24u
#define ARENA_BYTES (1u << 20)
#define ARENA_SPARE (1u << 16)
#define MODEL_BYTES (3u << 20)
#define SEGMENTS    64u
#define QUEUES_MAX  4u
#define SPACES_MAX  2u

enum kind {
    KIND_READ,
    KIND_WRITE,
    KIND_ZEROES,
    KIND_TRIM,
    KIND_COMPARE,
    KIND_DIFFER,
    KIND_VERIFY,
    KIND_FLUSH,
    KIND_RAW
};

struct load;

struct op {
    struct tracked *io;
    struct load *load;
    enum kind kind;
    bool busy;
    bool may_fail; /* its segments may be such that no command can take them */
    uint32_t space;
    uint64_t lba;
    uint32_t blocks;
    uint8_t *memory;     /* ARENA_BYTES + ARENA_SPARE, at a page */
    uint8_t *device;     /* the same of dma_alloc */
    uint64_t device_dma; /* its device address */
    uint8_t *plain;      /* the data in one piece, for comparison */
    uint32_t segment_count;
    struct lwnvme_segment segments[SEGMENTS];
    uint32_t where; /* how the data lie: 0 contiguous, 1 device memory, 2 segments */
    uint8_t *start; /* of contiguous data */
};

struct load {
    struct scenario s;
    struct lwnvme_queue queues[QUEUES_MAX];
    struct lwnvme_namespace ns[SPACES_MAX];
    struct op ops[SLOTS];
    uint8_t *model[SPACES_MAX];
    uint32_t queue_count;
    uint32_t space_count;
    uint32_t random;
    uint32_t left; /* requests still to be made */
    uint32_t made;
    bool chain; /* callbacks submit */
};

static uint32_t below(struct load *load, uint32_t limit)
{
    return scenario_random(&load->random) % limit;
}

static bool overlaps(const struct load *load, uint32_t space, uint64_t lba, uint32_t blocks, bool reads)
{
    for (uint32_t index = 0; index < SLOTS; index++) {
        const struct op *op = &load->ops[index];
        bool only_reads = op->kind == KIND_READ || op->kind == KIND_COMPARE || op->kind == KIND_DIFFER ||
                          op->kind == KIND_VERIFY || op->kind == KIND_RAW;

        if (!op->busy || op->space != space || op->kind == KIND_FLUSH || (reads && only_reads))
            continue;
        if (lba < op->lba + op->blocks && op->lba < lba + blocks)
            return true;
    }
    return false;
}

/* Cuts `length` bytes into segments that lie anywhere; each is a multiple of `grain`. */
static void make_segments(struct load *load, struct op *op, size_t length, size_t grain)
{
    size_t at = below(load, 1024) * 4;
    size_t done = 0;

    op->segment_count = 0;
    while (done != length) {
        size_t room = length - done;
        size_t piece = (1 + below(load, 16)) * grain;

        if (piece > room || op->segment_count == SEGMENTS - 1)
            piece = room;
        op->segments[op->segment_count].address = (uintptr_t)(op->memory + at);
        op->segments[op->segment_count++].length_bytes = piece;
        at += piece;
        if (below(load, 3) != 0 && at + (length - done) + 4096 < ARENA_BYTES + ARENA_SPARE)
            at += 4 * (1 + below(load, 300));
        done += piece;
    }
}

static struct lwnvme_buffer make_buffer(struct load *load, struct op *op, size_t length)
{
    uint32_t block = load->ns[op->space].block_bytes;

    op->where = below(load, 4);
    if (op->where == 1 && !load->s.settings.shadow_dma) { /* such memory is not synchronised for anyone */
        op->start = op->device + below(load, 1024) * 4;
        return lwnvme_buffer_device(op->device_dma + (uint64_t)(op->start - op->device), length);
    }
    if (op->where == 2 && length <= ARENA_BYTES) {
        /* Blocks in pieces may be too much for one command, and a raw command is never cut. */
        bool pieces = op->kind == KIND_READ && below(load, 4) == 0;

        op->may_fail = pieces || op->kind == KIND_RAW;
        make_segments(load, op, length, pieces ? 4 * (1 + below(load, 100)) : block);
        return lwnvme_buffer_segments(op->segments, op->segment_count, 0);
    }
    op->where = 0;
    op->start = op->memory + below(load, 1024) * 4;
    return lwnvme_buffer_cpu(op->start, length + (below(load, 2) == 0 ? 0 : 100));
}

/* Between the buffer, wherever it lies, and op->plain. */
static void copy_data(struct op *op, size_t length, bool out)
{
    size_t done = 0;

    if (op->where != 2) {
        memcpy(out ? op->start : op->plain, out ? op->plain : op->start, length);
        return;
    }
    for (uint32_t index = 0; index < op->segment_count; index++) {
        uint8_t *at = (uint8_t *)(uintptr_t)op->segments[index].address;

        memcpy(out ? at : op->plain + done, out ? op->plain + done : at, op->segments[index].length_bytes);
        done += op->segments[index].length_bytes;
    }
}

static void next_op(struct load *load, struct op *op);

static void op_done(struct tracked *io)
{
    struct op *op = (struct op *)io->data;
    struct load *load = op->load;
    uint32_t block = load->ns[op->space].block_bytes;
    size_t length = (size_t)op->blocks * block;
    int status = io->request.status;

    if (op->kind == KIND_DIFFER) {
        assert_int_equal(status & 0x7ff, LWNVME_SC_COMPARE_FAILURE);
        assert_true(io->request.bytes_done < length);
    } else if (status != LWNVME_OK && !(op->may_fail && status == LWNVME_ERR_BUFFER_LAYOUT)) {
        lwnvme_sim_violations_print(load->s.sim);
        fail_msg("kind %d, lba %llu, %u blocks: %s", op->kind, (unsigned long long)op->lba, op->blocks,
                 lwnvme_status_string(status));
    } else if (op->kind == KIND_READ || op->kind == KIND_RAW) {
        if (status == LWNVME_OK)
            assert_int_equal(io->request.bytes_done, length);
        copy_data(op, length, false);
        assert_memory_equal(op->plain, load->model[op->space] + op->lba * block, io->request.bytes_done);
    } else if (op->kind == KIND_WRITE || op->kind == KIND_COMPARE) {
        assert_int_equal(io->request.bytes_done, length);
    }
    op->busy = false;
    if (load->chain)
        next_op(load, op);
}

static int submit_data(struct load *load, struct op *op, struct lwnvme_queue *queue)
{
    const struct lwnvme_namespace *ns = &load->ns[op->space];
    size_t length = (size_t)op->blocks * ns->block_bytes;
    uint8_t *model = load->model[op->space] + op->lba * ns->block_bytes;
    struct lwnvme_request *request = &op->io->request;
    struct lwnvme_buffer buffer = make_buffer(load, op, length);
    struct lwnvme_command command = {.opcode = LWNVME_NVM_READ, .nsid = ns->nsid};

    request->flags = below(load, 5) == 0 ? LWNVME_REQUEST_FUA : 0;
    if (op->kind == KIND_READ)
        return lwnvme_read(queue, ns, request, op->lba, op->blocks, &buffer);
    if (op->kind == KIND_RAW) {
        buffer.length_bytes = op->where == 2 ? 0 : length;
        command.cdw10 = (uint32_t)op->lba;
        command.cdw12 = op->blocks - 1;
        return lwnvme_raw(queue, request, &command, &buffer);
    }
    if (op->kind == KIND_WRITE)
        scenario_fill(op->plain, length, load->made + 77);
    else
        memcpy(op->plain, model, length);
    if (op->kind == KIND_DIFFER)
        op->plain[below(load, (uint32_t)length)] ^= 1;
    copy_data(op, length, true);
    if (op->kind != KIND_WRITE)
        return lwnvme_compare(queue, ns, request, op->lba, op->blocks, &buffer);
    memcpy(model, op->plain, length);
    return lwnvme_write(queue, ns, request, op->lba, op->blocks, &buffer);
}

static int submit_trim(struct load *load, struct op *op, struct lwnvme_queue *queue)
{
    const struct lwnvme_namespace *ns = &load->ns[op->space];
    struct lwnvme_dsm_range *ranges = (struct lwnvme_dsm_range *)(void *)(op->memory + below(load, 1024) * 4);
    uint32_t count = 1 + below(load, op->blocks < 256 ? op->blocks : 256);
    uint32_t each = op->blocks / count;

    for (uint32_t index = 0; index < count; index++)
        lwnvme_dsm_range_set(&ranges[index], op->lba + (uint64_t)index * each, each);
    memset(load->model[op->space] + op->lba * ns->block_bytes, 0, (size_t)each * count * ns->block_bytes);
    return lwnvme_dataset_management(queue, ns, &op->io->request, ranges, count, LWNVME_DSM_DEALLOCATE);
}

static int submit_op(struct load *load, struct op *op)
{
    struct lwnvme_queue *queue = &load->queues[below(load, load->queue_count)];
    const struct lwnvme_namespace *ns = &load->ns[op->space];
    struct lwnvme_request *request = &op->io->request;

    request->flags = 0;
    op->may_fail = false;
    switch (op->kind) {
    case KIND_ZEROES:
        request->flags = below(load, 2) == 0 ? LWNVME_REQUEST_DEALLOCATE : 0;
        memset(load->model[op->space] + op->lba * ns->block_bytes, 0, (size_t)op->blocks * ns->block_bytes);
        return lwnvme_write_zeroes(queue, ns, request, op->lba, op->blocks);
    case KIND_TRIM:
        return submit_trim(load, op, queue);
    case KIND_VERIFY:
        return lwnvme_verify(queue, ns, request, op->lba, op->blocks);
    case KIND_FLUSH:
        return lwnvme_flush(queue, ns, request);
    default:
        return submit_data(load, op, queue);
    }
}

static enum kind choose_kind(struct load *load)
{
    static const uint8_t table[20] = {KIND_READ,    KIND_READ,   KIND_READ,   KIND_READ,   KIND_READ,
                                      KIND_READ,    KIND_READ,   KIND_WRITE,  KIND_WRITE,  KIND_WRITE,
                                      KIND_WRITE,   KIND_WRITE,  KIND_WRITE,  KIND_ZEROES, KIND_TRIM,
                                      KIND_COMPARE, KIND_DIFFER, KIND_VERIFY, KIND_FLUSH,  KIND_RAW};

    return (enum kind)table[below(load, 20)];
}

/* Makes and submits one request, unless all places that were tried are in use. */
static void next_op(struct load *load, struct op *op)
{
    const struct lwnvme_namespace *ns;
    uint32_t limit;
    int status;

    if (load->left == 0)
        return;
    op->kind = choose_kind(load);
    op->space = below(load, load->space_count);
    ns = &load->ns[op->space];
    limit = op->kind == KIND_RAW ? ns->max_blocks : ARENA_BYTES / ns->block_bytes;
    if (limit > ARENA_BYTES / ns->block_bytes)
        limit = ARENA_BYTES / ns->block_bytes;
    if (below(load, 8) != 0 && limit > 24)
        limit = 24;
    op->blocks = 1 + below(load, limit);
    op->lba = below(load, (uint32_t)(ns->block_count - op->blocks + 1));
    if (overlaps(load, op->space, op->lba, op->blocks,
                 op->kind != KIND_WRITE && op->kind != KIND_ZEROES && op->kind != KIND_TRIM))
        return;
    load->left--;
    load->made++;
    op->busy = true;
    status = scenario_accept(op->io, submit_op(load, op));
    if (status == LWNVME_OK)
        return;
    op->busy = false;
    if (!(op->may_fail && status == LWNVME_ERR_BUFFER_LAYOUT))
        fail_msg("kind %d: %s", op->kind, lwnvme_status_string(status));
}

/* The memory of the requests is the same for all variants: to make it anew each time is most of the time they take. */
static struct {
    uint8_t *memory;
    uint8_t *plain;
} arenas[SLOTS];

static void load_open(struct load *load, uint32_t entries, uint32_t queue_flags)
{
    struct scenario *s = &load->s;
    struct lwnvme_queue_config config = {.entries = entries, .flags = queue_flags};

    for (uint32_t index = 0; index < load->queue_count; index++)
        assert_int_equal(lwnvme_sync_queue_create(s->controller, &load->queues[index], &config), LWNVME_OK);
    for (uint32_t index = 0; index < load->space_count; index++) {
        assert_int_equal(lwnvme_sync_namespace_open(s->controller, index + 1, &load->ns[index]), LWNVME_OK);
        load->model[index] = calloc(1, MODEL_BYTES);
    }
    for (uint32_t index = 0; index < SLOTS; index++) {
        struct op *op = &load->ops[index];

        op->load = load;
        op->io = scenario_request(s);
        op->io->then = op_done;
        op->io->data = op;
        if (arenas[index].memory == NULL) {
            arenas[index].memory = scenario_memory(ARENA_BYTES + ARENA_SPARE, 65536);
            arenas[index].plain = scenario_memory(ARENA_BYTES, 64);
        }
        op->memory = arenas[index].memory;
        op->plain = arenas[index].plain;
        op->device = s->ops->dma_alloc(s->sim, ARENA_BYTES + ARENA_SPARE, 4096, &op->device_dma);
        assert_non_null(op->device);
    }
}

static void load_close(struct load *load)
{
    struct scenario *s = &load->s;
    uint8_t *medium = calloc(1, MODEL_BYTES);

    for (uint32_t index = 0; index < load->space_count; index++) {
        assert_true(lwnvme_sim_read_blocks(s->sim, index + 1, 0, load->ns[index].block_count, medium));
        assert_memory_equal(medium, load->model[index], MODEL_BYTES);
        free(load->model[index]);
    }
    free(medium);
    for (uint32_t index = 0; index < load->queue_count; index++) {
        assert_int_equal(lwnvme_queue_stale(&load->queues[index]), 0);
        assert_int_equal(lwnvme_sync_queue_delete(&load->queues[index]), LWNVME_OK);
    }
    for (uint32_t index = 0; index < SLOTS; index++) {
        s->ops->dma_free(s->sim, load->ops[index].device, ARENA_BYTES + ARENA_SPARE,
                         load->ops[index].device_dma);
    }
    scenario_end(s);
}

static void load_run(struct load *load, uint32_t requests)
{
    struct scenario *s = &load->s;
    uint32_t turns = 0;

    load->left = requests;
    while (load->left != 0 || scenario_in_flight(s) != 0) {
        uint32_t batch = below(load, 3);

        if (batch == 0)
            lwnvme_queue_batch_begin(&load->queues[0]);
        for (uint32_t index = 0; index < SLOTS; index++) {
            if (!load->ops[index].busy)
                next_op(load, &load->ops[index]);
        }
        if (batch == 0)
            lwnvme_queue_batch_end(&load->queues[0]);
        for (uint32_t index = 0; index < load->queue_count; index++)
            (void)lwnvme_queue_poll(&load->queues[index], below(load, 4));
        (void)scenario_poll(s);
        lwnvme_sim_advance(s->sim, below(load, 60));
        assert_true(++turns < 200000);
    }
}

/* Variant after variant: every setting takes several values, in combinations that do not repeat soon. */
static void load_prepare(struct load *load, uint32_t variant)
{
    static const uint8_t mdts[] = {5, 0, 1, 2, 8};
    static const uint16_t noiob[] = {0, 8, 3, 256, 100};
    static const uint32_t transfer[] = {0, 4096, 1u << 20, 65536, 1u << 24};
    struct scenario *s = &load->s;

    memset(load, 0, sizeof(*load));
    scenario_prepare(s);
    load->random = variant * 7919 + 13;
    load->queue_count = 1 + variant % QUEUES_MAX;
    load->space_count = 1 + variant % SPACES_MAX;
    load->chain = variant % 3 != 0;
    s->time_limit_us = 100 * SECOND_US;
    s->settings.namespace_count = SPACES_MAX;
    for (uint32_t index = 0; index < SPACES_MAX; index++) {
        bool large = (variant + index) % 2 != 0;

        s->settings.ns[index].flbas = large ? 1 : 0;
        s->settings.ns[index].nsze = MODEL_BYTES >> (large ? 12 : 9);
        s->settings.ns[index].ncap = s->settings.ns[index].nsze;
        s->settings.ns[index].noiob = noiob[(variant + index) % 5];
    }
    s->settings.mdts = mdts[variant % 5];
    s->config.max_transfer_bytes = transfer[variant / 2 % 5];
    s->settings.latency_us = variant % 4 * 20;
    s->settings.latency_spread_us = variant % 5 * 40;
    s->settings.shuffle = variant % 2 == 0;
    s->settings.seed = variant + 1;
    s->settings.scattered = variant % 3 != 1;
    s->settings.map_length_clamped = variant % 4 != 2;
    s->settings.shadow_dma = variant % 5 == 2;
    s->config.page_bytes = 4096u << (variant % 7 == 3 ? 2 : variant % 7 == 5 ? 4 : 0);
    s->settings.cap_mpsmax = variant % 7 == 5 ? 2 : 4; /* a controller page smaller than the host's */
    s->settings.cap_mpsmin = variant % 7 == 6 ? 1 : 0; /* and a larger one */
    if (s->settings.cap_mpsmin != 0)
        s->settings.scattered = false;
}

static void random_io(uint32_t first, uint32_t last)
{
    static const uint32_t entries[] = {2, 3, 5, 16, 64, 1024};
    uint32_t variant;

    for (variant = first; variant < last; variant += scenario_stride()) {
        struct load *load = calloc(1, sizeof(*load));
        uint32_t flags = variant % 4 == 1 ? LWNVME_QUEUE_SHARED : 0;
        struct scenario *s = &load->s;

        load_prepare(load, variant);
        if (!scenario_on_software) /* no such page sizes */
            s->settings.cap_mpsmin = 0;
        scenario_power(s);
        if (variant % 6 == 4 && !s->settings.shadow_dma && s->settings.cap_mpsmin == 0)
            s->ops->dma_unmap = NULL; /* or both are absent: the plain host */
        if (variant % 6 == 5 && !s->settings.shadow_dma)
            s->ops->dma_sync = NULL;
        if (variant % 5 == 3)
            s->ops->alloc = NULL, s->ops->free = NULL;
        assert_int_equal(scenario_open(s), LWNVME_OK);
        load_open(load, entries[variant % 6], flags);
        load_run(load, 300);
        load_close(load);
        free(load);
    }
}

static void random_io_part_1(void **state)
{
    (void)state;
    random_io(0, 20);
}

static void random_io_part_2(void **state)
{
    (void)state;
    random_io(20, 40);
}

static void random_io_part_3(void **state)
{
    (void)state;
    random_io(40, 60);
}

/* Every depth of a ring, filled, wrapped and overfilled. */
static void fault_180_every_depth(void **state)
{
    static uint8_t data[64][512];
    struct scenario s;
    uint32_t entries;

    (void)state;
    for (entries = 2; entries <= 1024; entries += entries < 20 ? 1 : 167) {
        scenario_prepare(&s);
        s.settings.latency_us = 10;
        s.settings.latency_spread_us = 100;
        s.settings.strict_cq_room = true;
        s.time_limit_us = 60 * SECOND_US;
        scenario_start(&s);
        scenario_queue(&s, entries);
        scenario_namespace(&s);
        for (uint32_t index = 0; index < entries * 2 + 5; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[index % 64], 512);
            struct tracked *io = scenario_request(&s);

            assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, index, 1, &buffer)),
                             0);
            assert_true(lwnvme_queue_in_flight(s.queue) <= entries - 1);
        }
        assert_int_equal(lwnvme_queue_in_flight(s.queue), entries - 1);
        {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], 512);
            struct tracked *io = scenario_request(&s);

            io->request.flags = LWNVME_REQUEST_NO_WAIT;
            assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)),
                             LWNVME_ERR_BUSY);
        }
        scenario_wait_all(&s, s.queue);
        assert_int_equal(lwnvme_queue_in_flight(s.queue), 0);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data[0], 0), LWNVME_OK);
        scenario_end(&s);
    }
}

/* Fault 83: the answer to the first command comes last; nothing else waits for it. */
static void fault_083_one_slow_command_holds_up_nothing(void **state)
{
    static uint8_t data[64][512];
    struct scenario s;
    struct tracked *slow = NULL;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 100;
    scenario_start(&s);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .any_opcode = true,
                                                 .value = 2000000});
    for (index = 0; index < 60; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[index], 512);
        struct tracked *io = scenario_request(&s);

        if (index == 0)
            slow = io;
        assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, index, 1, &buffer)), 0);
    }
    while (scenario_in_flight(&s) > 1) {
        (void)lwnvme_queue_poll(s.queue, 0);
        lwnvme_sim_advance(s.sim, 50);
        assert_true(scenario_now(&s) < SECOND_US / 10);
    }
    assert_int_equal(slow->called, 0);
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
}

static void force_unit_access_survives_a_power_cut(void **state)
{
    uint8_t *data = scenario_memory(65536, 4096);
    uint8_t *medium = scenario_memory(65536, 4096);
    struct scenario s;
    uint32_t round;

    (void)state;
    for (round = 0; round < 20; round++) {
        scenario_prepare(&s);
        s.settings.seed = round + 1;
        s.settings.mdts = 3;
        s.settings.power_cut_keeps_some = true;
        scenario_start(&s);
        scenario_queue(&s, 8);
        scenario_namespace(&s);
        scenario_fill(data, 65536, round + 5);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 40, 128, data, LWNVME_REQUEST_FUA), LWNVME_OK);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 50, 10, LWNVME_REQUEST_FUA), LWNVME_OK);
        memset(data + 10 * 512, 0, 10 * 512);
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 200, 8, data, 0), LWNVME_OK);
        lwnvme_sim_power_cut(s.sim);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 40, 128, medium));
        assert_memory_equal(data, medium, 65536);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        memset(medium, 0, 65536);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 40, 128, medium, 0), LWNVME_OK);
        assert_memory_equal(data, medium, 65536);
        scenario_end(&s);
    }
    free(medium);
    free(data);
}

static void flush_survives_a_power_cut(void **state)
{
    uint8_t *data = scenario_memory(65536, 4096);
    uint8_t *medium = scenario_memory(65536, 4096);
    struct scenario s;
    int how;

    (void)state;
    for (how = 0; how < 5; how++) {
        scenario_prepare(&s);
        scenario_start(&s);
        scenario_queue(&s, 8);
        scenario_namespace(&s);
        scenario_fill(data, 65536, 9);
        if (how == 4)
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                         .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                         .opcode = LWNVME_ADMIN_SET_FEATURES,
                                                         .status = 0x4006});
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 40, 128, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), 128);
        if (how == 1)
            assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
        if (how == 2)
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        if (how > 2)
            assert_int_equal(
                lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE, 0, 0, false),
                how == 3 ? LWNVME_OK : 0x4006);
        if (how > 2) { /* whatever became of that, a flush is sent */
            assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), how == 3 ? 0 : 128);
            assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
            assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_FLUSH], 1);
        }
        assert_int_equal(lwnvme_sim_dirty_blocks(s.sim, 1), how == 0 ? 128 : 0);
        lwnvme_sim_power_cut(s.sim);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 40, 128, medium));
        if (how != 0)
            assert_memory_equal(data, medium, 65536);
        else
            assert_memory_not_equal(data, medium, 65536); /* the cut does what it says */
        scenario_end(&s);
    }
    free(medium);
    free(data);
}

static void fault_079_flush_without_a_cache(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.vwc = 0;
    scenario_start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_FLUSH], 1);
    scenario_end(&s);
}

static void fault_077_dataset_management_with_256_ranges(void **state)
{
    struct lwnvme_dsm_range *ranges = scenario_memory(257 * sizeof(*ranges) + 4, 4096);
    struct lwnvme_dsm_range *shifted = (struct lwnvme_dsm_range *)(void *)((uint8_t *)ranges + 4);
    uint8_t *data = scenario_memory(1024 * 512, 4096);
    uint8_t *medium = scenario_memory(1024 * 512, 4096);
    struct scenario s;
    uint64_t commands;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    scenario_fill(data, 1024 * 512, 3);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1024, data, 0), LWNVME_OK);
    for (uint32_t index = 0; index < 256; index++) {
        lwnvme_dsm_range_set(&shifted[index], index * 4, 1 + index % 3);
        memset(data + index * 4 * 512, 0, (1 + index % 3) * 512);
    }
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, shifted, 256, LWNVME_DSM_DEALLOCATE),
                     LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1024, medium, 0), LWNVME_OK);
    assert_memory_equal(data, medium, 1024 * 512);
    commands = lwnvme_sim_counters(s.sim)->commands;
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, shifted, 257, LWNVME_DSM_DEALLOCATE),
                     LWNVME_ERR_RANGE_COUNT);
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, shifted, 0, LWNVME_DSM_DEALLOCATE),
                     LWNVME_ERR_RANGE_COUNT);
    lwnvme_dsm_range_set(&shifted[255], s.ns->block_count - 1, 2);
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, shifted, 256, LWNVME_DSM_DEALLOCATE),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    lwnvme_dsm_range_set(&shifted[0], s.ns->block_count - 1, 1);
    assert_int_equal(lwnvme_sync_dataset_management(s.queue, s.ns, shifted, 1, LWNVME_DSM_DEALLOCATE),
                     LWNVME_OK);
    scenario_end(&s);
    free(medium);
    free(data);
    free(ranges);
}

static void fault_078_compare_differs(void **state)
{
    uint8_t *data = scenario_memory(64 * 4096, 4096);
    struct scenario s;
    uint32_t at;

    (void)state;
    scenario_prepare(&s);
    s.settings.mdts = 1;
    s.settings.shuffle = true;
    s.settings.latency_us = 10;
    s.settings.latency_spread_us = 50;
    scenario_start(&s);
    scenario_queue(&s, 8);
    scenario_namespace(&s);
    scenario_fill(data, 64 * 4096, 3);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 512, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, 0, 512, data, 0), LWNVME_OK);
    for (at = 0; at < 64 * 4096; at += 13001) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 64 * 4096);
        struct tracked *io = scenario_request(&s);

        data[at] ^= 0x80;
        assert_int_equal(scenario_accept(io, lwnvme_compare(s.queue, s.ns, &io->request, 0, 512, &buffer)),
                         LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status & 0x7ff, LWNVME_SC_COMPARE_FAILURE);
        assert_int_equal(io->request.bytes_done, at / 8192 * 8192);
        data[at] ^= 0x80;
    }
    scenario_end(&s);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_io_part_1),
        cmocka_unit_test(random_io_part_2),
        cmocka_unit_test(random_io_part_3),
        cmocka_unit_test(fault_180_every_depth),
        cmocka_unit_test(fault_083_one_slow_command_holds_up_nothing),
        cmocka_unit_test(force_unit_access_survives_a_power_cut),
        cmocka_unit_test(flush_survives_a_power_cut),
        cmocka_unit_test(fault_079_flush_without_a_cache),
        cmocka_unit_test(fault_077_dataset_management_with_256_ranges),
        cmocka_unit_test(fault_078_compare_differs),
    };

    return cmocka_run_group_tests_name("io", tests, NULL, NULL) +
           cmocka_run_group_tests_name("io, plain host", tests, scenario_plain_host, NULL);
}

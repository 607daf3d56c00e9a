/* SPDX-License-Identifier: MIT */
/*
 * A world: a host, a software controller with at most two faults, and a driver on it. Whatever the faults, at the end of a
 * run: each accepted request has come back once, and never with a buffer that the controller still uses; each call that
 * failed has said why; what is on the medium is what was acknowledged; virtual time is bounded; the driver works again, as
 * soon as the device does; nothing is left allocated or mapped, and nothing undefined was done.
 */
#include "sweep.h"

#include <stdarg.h>

#define PROOF_QUEUE  (SWEEP_QUEUES - 1u)
#define PROOF_LBA    (SWEEP_BLOCKS - 64u)
#define PROOF_BLOCKS 3u
#define IDLE_US      10000u
#define LATEST_US    1500000u /* more than any command of the driver's own may take */

unsigned sweep_idle_barriers;
bool sweep_verbose;

void world_fail(struct world *w, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(w->why, sizeof(w->why), format, arguments);
    va_end(arguments);
    longjmp(w->out, 1);
}

bool ok(struct world *w, int status)
{
    if (status == LWNVME_OK)
        return true;
    if ((w->scenario->flags & SCENARIO_GIVES_BACK) != 0 &&
        (status == LWNVME_ERR_ABORTED || status == LWNVME_ERR_NOT_STARTED))
        return false;
    if (status == LWNVME_PENDING || strcmp(lwnvme_status_string(status), "unknown status") == 0)
        world_fail(w, "a call ended with status %d", status);
    w->held |= status == LWNVME_ERR_BUFFER_HELD;
    w->kept |= status == LWNVME_ERR_MEMORY_KEPT;
    w->failures += w->quiet ? 0 : 1;
    if (sweep_verbose)
        fprintf(stderr, "%8llu us: %s (%d)\n", (unsigned long long)(lwnvme_sim_time(w->sim) - w->started_us),
                lwnvme_status_string(status), status);
    return false;
}

void *world_memory(struct world *w, size_t bytes)
{
    size_t whole = (bytes + 4095) / 4096 * 4096;
    void *memory = aligned_alloc(4096, whole);

    WORLD_CHECK(w, memory != NULL && w->memory_count < sizeof(w->memories) / sizeof(w->memories[0]));
    memset(memory, 0, whole);
    w->memories[w->memory_count++] = memory;
    return memory;
}

/* ---- the model of the medium ---- */

static uint64_t word_of(uint32_t seed, uint64_t lba)
{
    uint64_t x = (lba + 1) * 0x9e3779b97f4a7c15u ^ (uint64_t)seed * 0xd1342543de82ef95u;

    return seed == 0 ? 0 : x ^ x >> 31;
}

void world_fill(uint8_t *data, uint32_t block_bytes, uint64_t lba, uint32_t blocks, uint32_t seed)
{
    for (uint32_t block = 0; block < blocks; block++) {
        uint64_t word = word_of(seed, lba + block);

        for (uint32_t at = 0; at < block_bytes; at += 8) {
            memcpy(data + (size_t)block * block_bytes + at, &word, 8);
            word = seed == 0 ? 0 : word + 0x9e3779b97f4a7c15u;
        }
    }
}

static bool block_is(const uint8_t *data, uint64_t lba, uint32_t seed)
{
    uint8_t wanted[512];

    world_fill(wanted, sizeof(wanted), lba, 1, seed);
    return memcmp(data, wanted, sizeof(wanted)) == 0;
}

void world_forget(struct world *w, uint64_t lba, uint64_t blocks)
{
    for (uint64_t block = lba; block < lba + blocks && block < SWEEP_BLOCKS; block++)
        w->blocks[block].count = 0;
}

void world_wrote(struct world *w, uint64_t lba, uint32_t blocks, uint32_t seed, int status)
{
    for (uint64_t at = lba; at < lba + blocks && at < SWEEP_BLOCKS; at++) {
        struct sweep_block *block = &w->blocks[at];

        if (status == LWNVME_OK)
            *block = (struct sweep_block){{seed}, 1};
        else if (block->count == SWEEP_SEEDS)
            block->count = 0;
        else if (block->count != 0)
            block->seeds[block->count++] = seed;
    }
}

void world_compare(struct world *w, uint64_t lba, uint32_t blocks, const uint8_t *data)
{
    for (uint32_t index = 0; index < blocks && lba + index < SWEEP_BLOCKS && !w->lies; index++) {
        const struct sweep_block *block = &w->blocks[lba + index];
        bool good = block->count == 0;

        for (uint32_t seed = 0; seed < block->count && !good; seed++)
            good = block_is(data + (size_t)index * 512, lba + index, block->seeds[seed]);
        if (!good)
            world_fail(w, "block %llu is not what it must be", (unsigned long long)(lba + index));
    }
}

static void medium_check(struct world *w)
{
    uint8_t data[512];

    if ((w->scenario->flags & SCENARIO_FORGETS) != 0 || w->lies)
        return;
    for (uint64_t lba = 0; lba < SWEEP_BLOCKS; lba++) {
        const struct sweep_block *block = &w->blocks[lba];

        if (block->count == 0 || (block->count == 1 && block->seeds[0] == 0))
            continue;
        WORLD_CHECK(w, lwnvme_sim_read_blocks(w->sim, 1, lba, 1, data));
        world_compare(w, lba, 1, data);
    }
}

static uint32_t fault_flags(const struct world *w)
{
    return (w->faults[0].kind != NULL ? w->faults[0].kind->flags : 0) |
           (w->faults[1].kind != NULL ? w->faults[1].kind->flags : 0);
}

static bool may_violate(const struct world *w)
{
    return (fault_flags(w) & KIND_VIOLATIONS) != 0 || (w->scenario->flags & SCENARIO_ODD) != 0;
}

/* ---- requests ---- */

static void io_ended(struct sweep_io *io, int status)
{
    struct world *w = io->world;

    switch (io->opcode) {
    case LWNVME_NVM_WRITE:
    case LWNVME_NVM_WRITE_ZEROES:
        if (status != LWNVME_ERR_NOT_STARTED)
            world_wrote(w, io->lba, io->blocks, io->seed, status);
        break;
    case LWNVME_NVM_READ:
        if (status == LWNVME_OK)
            world_compare(w, io->lba, io->blocks, io->data);
        break;
    default:
        break;
    }
}

static void io_done(struct lwnvme_request *request)
{
    struct sweep_io *io = (struct sweep_io *)(void *)request;
    struct world *w = io->world;

    io->called++;
    (void)ok(w, request->status);
    WORLD_CHECK(w, io->called == io->accepted && !lwnvme_request_active(request));
#ifdef TESTS_SWEEP_CONFIG_H
    if (w->host == HOST_HOOKS || w->host == HOST_CACHES)
        WORLD_CHECK(w, (sweep_idle_barriers & 1u) != 0);
#endif
    sweep_idle_barriers = 0;
    if (request->status != LWNVME_ERR_BUFFER_HELD && io->bytes != 0 && !may_violate(w))
        WORLD_CHECK(w, !lwnvme_sim_uses(w->sim, io->data, io->bytes));
    io_ended(io, request->status);
    if (w->slow_callbacks)
        lwnvme_sim_advance(w->sim, 40);
    if (io->again != 0) {
        io->again--;
        (void)world_accept(io, lwnvme_read(io->queue, &w->ns[0], request, io->lba, io->blocks, &io->buffer));
    }
}

struct sweep_io *world_io(struct world *w, uint32_t opcode, uint64_t lba, uint32_t blocks, uint32_t offset)
{
    struct sweep_io *io = calloc(1, sizeof(*io));

    WORLD_CHECK(w, io != NULL);
    io->world = w;
    io->opcode = opcode;
    io->lba = lba;
    io->blocks = blocks;
    io->request.done = io_done;
    io->next = w->ios;
    w->ios = io;
    if (opcode != LWNVME_NVM_WRITE_ZEROES && opcode != LWNVME_NVM_FLUSH) {
        io->bytes = (size_t)blocks * 512;
        io->data = (uint8_t *)world_memory(w, io->bytes + offset) + offset;
    }
    if (opcode == LWNVME_NVM_WRITE) {
        io->seed = ++w->seed;
        world_fill(io->data, 512, lba, blocks, io->seed);
    }
    return io;
}

bool world_accept(struct sweep_io *io, int status)
{
    if (status == LWNVME_OK)
        io->accepted++;
    return ok(io->world, status);
}

struct sweep_io *world_start(struct world *w, uint32_t queue, uint32_t opcode, uint64_t lba, uint32_t blocks,
                             uint32_t offset)
{
    struct sweep_io *io = world_io(w, opcode, lba, blocks, offset);
    struct lwnvme_request *request = &io->request;

    io->buffer = lwnvme_buffer_cpu(io->data, io->bytes);
    io->queue = &w->queues[queue];
    switch (opcode) {
    case LWNVME_NVM_WRITE:
        (void)world_accept(io, lwnvme_write(io->queue, &w->ns[0], request, lba, blocks, &io->buffer));
        break;
    case LWNVME_NVM_READ:
        (void)world_accept(io, lwnvme_read(io->queue, &w->ns[0], request, lba, blocks, &io->buffer));
        break;
    case LWNVME_NVM_WRITE_ZEROES:
        (void)world_accept(io, lwnvme_write_zeroes(io->queue, &w->ns[0], request, lba, blocks));
        break;
    default:
        (void)world_accept(io, lwnvme_flush(io->queue, &w->ns[0], request));
        break;
    }
    return io;
}

static uint32_t in_flight(const struct world *w)
{
    uint32_t count = 0;

    for (const struct sweep_io *io = w->ios; io != NULL; io = io->next)
        count += io->accepted - io->called;
    return count;
}

void world_wait(struct world *w)
{
    while (in_flight(w) != 0)
        world_turn(w);
}

/* ---- blocking calls ---- */

bool world_write(struct world *w, uint64_t lba, uint32_t blocks)
{
    uint8_t *data = world_memory(w, (size_t)blocks * 512);
    uint32_t seed = ++w->seed;
    bool refused = lwnvme_controller_status(w->controller) != LWNVME_OK;
    int status;

    world_fill(data, 512, lba, blocks, seed);
    status = lwnvme_sync_write(&w->queues[0], &w->ns[0], lba, blocks, data, 0);
    if (!refused && status != LWNVME_ERR_NOT_STARTED)
        world_wrote(w, lba, blocks, seed, status);
    return ok(w, status);
}

bool world_read(struct world *w, uint64_t lba, uint32_t blocks)
{
    uint8_t *data = world_memory(w, (size_t)blocks * 512);
    int status;

    sweep_idle_barriers = 0;
    status = lwnvme_sync_read(&w->queues[0], &w->ns[0], lba, blocks, data, 0);
    if (status == LWNVME_OK) {
#ifdef TESTS_SWEEP_CONFIG_H
        WORLD_CHECK(w, (sweep_idle_barriers & 2u) != 0);
#endif
        world_compare(w, lba, blocks, data);
    }
    return ok(w, status);
}

/* ---- the driver ---- */

static void event_seen(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    struct world *w = (struct world *)context;

    WORLD_CHECK(w, controller == w->controller && event < SWEEP_EVENTS);
    w->events[event]++;
}

static void interrupt(void *context, uint16_t vector)
{
    struct world *w = (struct world *)context;

    lwnvme_interrupt(w->controller, vector);
}

bool world_open(struct world *w)
{
    return ok(w, lwnvme_sync_controller_open(w->controller, &w->config));
}

bool world_queue(struct world *w, uint32_t index, const struct lwnvme_queue_config *config)
{
    if (lwnvme_queue_status(&w->queues[index]) == LWNVME_OK)
        return true;
    return ok(w, lwnvme_sync_queue_create(w->controller, &w->queues[index], config));
}

bool world_namespace(struct world *w, uint32_t nsid)
{
    return ok(w, lwnvme_sync_namespace_open(w->controller, nsid, &w->ns[nsid - 1]));
}

void world_turn(struct world *w)
{
    uint64_t now_us;
    uint64_t due_us;
    uint64_t most_us = IDLE_US;

    for (uint32_t index = 0; index < SWEEP_QUEUES; index++) {
        if (w->queues[index].controller != NULL)
            (void)lwnvme_queue_poll(&w->queues[index], 0);
    }
    (void)lwnvme_controller_poll(w->controller);
    due_us = lwnvme_next_deadline(w->controller); /* looks at the clock, which moves by that */
    now_us = lwnvme_sim_time(w->sim);
    if (due_us > now_us)
        most_us = due_us - now_us < SECOND_US ? due_us - now_us + 1 : SECOND_US;
    if (lwnvme_sim_jump(w->sim, most_us) == 0)
        lwnvme_sim_advance(w->sim, 1);
    if ((int64_t)(lwnvme_sim_time(w->sim) - w->started_us) > (int64_t)w->limit_us)
        world_fail(w, "virtual time is over: %u in flight, controller %s, %d", in_flight(w),
                   lwnvme_state_name(lwnvme_controller_state(w->controller)),
                   lwnvme_controller_status(w->controller));
}

void world_pass(struct world *w, uint64_t us)
{
    uint64_t until = lwnvme_sim_time(w->sim) + us;

    while ((int64_t)(until - lwnvme_sim_time(w->sim)) > 0)
        world_turn(w);
}

static void settle(struct world *w)
{
    while (lwnvme_controller_status(w->controller) == LWNVME_PENDING)
        world_turn(w);
}

bool world_ready(struct world *w)
{
    (void)lwnvme_controller_poll(w->controller);
    settle(w);
    if (lwnvme_controller_state(w->controller) == LWNVME_STATE_OFF)
        (void)ok(w, lwnvme_sync_controller_resume(w->controller));
    (void)lwnvme_controller_poll(w->controller);
    settle(w);
    if (lwnvme_controller_state(w->controller) == LWNVME_STATE_FAILED) {
        w->resets++;
        (void)ok(w, lwnvme_sync_controller_reset(w->controller));
    }
    return lwnvme_controller_status(w->controller) == LWNVME_OK;
}

int world_operate(struct world *w, struct lwnvme_operation *operation)
{
    while (lwnvme_operation_active(operation)) {
        (void)lwnvme_operation_step(operation);
        if (lwnvme_operation_active(operation))
            world_turn(w);
    }
    return operation->status;
}

/* ---- beginning and end ---- */

static void command_seen(void *context, uint16_t sqid, const uint32_t command[16])
{
    const struct world *w = (const struct world *)context;

    fprintf(stderr, "%8llu us: SQ %u, opcode %02xh, identifier %04xh, dwords 10 to 12: %08x %08x %08x\n",
            (unsigned long long)(lwnvme_sim_time(w->sim) - w->started_us), sqid, command[0] & 0xff,
            command[0] >> 16, command[10], command[11], command[12]);
}

static void completion_seen(void *context, uint16_t sqid, uint32_t completion[4])
{
    const struct world *w = (const struct world *)context;

    fprintf(stderr, "%8llu us: SQ %u, answer to %04xh: status %03x\n",
            (unsigned long long)(lwnvme_sim_time(w->sim) - w->started_us), sqid, completion[3] & 0xffff,
            completion[3] >> 17);
}

/* What is the same for all scenarios. */
static void settings_common(struct world *w)
{
    struct lwnvme_sim_config *settings = &w->settings;

    settings->clock_start_us = 2 * 3600 * SECOND_US;
    settings->relax_jump_us = 20000;
    settings->wait_patient = true;
    settings->cache_enabled = false;
    settings->latency_us = 50;
    settings->latency_spread_us = 100;
    settings->admin_latency_us = 20;
    settings->fence_works = (w->faults[0].at & 1) != 0;
    settings->complete_during_disable = (w->faults[0].at & 2) != 0;
    settings->verbose = sweep_verbose;
    settings->on_command = sweep_verbose ? command_seen : NULL;
    settings->on_completion = sweep_verbose ? completion_seen : NULL;
    settings->callback_context = w;
    settings->on_interrupt = interrupt;
    settings->shadow_dma = w->host == HOST_CACHES;
    settings->weak_order = w->host == HOST_WEAK || w->host == HOST_REGISTERS;
    settings->plain_registers = w->host == HOST_REGISTERS;
    settings->scattered = w->host == HOST_HOOKS || w->host == HOST_CACHES;
}

void world_full(struct world *w)
{
    lwnvme_sim_config_full(&w->settings);
    settings_common(w);
}

static void world_prepare(struct world *w)
{
    lwnvme_sim_config_default(&w->settings);
    settings_common(w);
    w->slow_callbacks = w->settings.weak_order;
    w->config.page_bytes = 4096;
    w->config.max_transfer_bytes = 65536;
    w->config.io_timeout_ms = 500;
    w->config.admin_timeout_ms = 1000;
    w->config.io_queues = 8;
    w->limit_us = 400 * SECOND_US;
    for (uint32_t block = 0; block < SWEEP_BLOCKS; block++)
        w->blocks[block].count = 1;
    if (w->scenario->prepare != NULL)
        w->scenario->prepare(w);
}

static void world_power(struct world *w)
{
    static uint64_t serial;

    w->settings.bar_physical += ++serial << 32;
    for (uint32_t place = 0; place < 2; place++)
        sweep_fault_set(&w->settings, &w->faults[place], place);
    if (w->settings.clock_jump_us > 0)
        w->limit_us += (uint64_t)w->settings.clock_jump_us;
    if (w->settings.clock_stop_at !=
        0) /* what waits then ends by polls that are counted, up to a second apart */
        w->limit_us += 4u * LWNVME_CONFIG_STUCK_CLOCK_POLLS * SECOND_US;
    w->sim = lwnvme_sim_create(&w->settings);
    WORLD_CHECK(w, w->sim != NULL);
    w->ops = lwnvme_sim_host_ops(w->sim);
    if (w->host != HOST_HOOKS && w->host != HOST_CACHES)
        w->ops->dma_unmap = NULL;
    if (w->host != HOST_CACHES)
        w->ops->dma_sync = NULL;
    w->config.ops = w->ops;
    w->config.host = w->sim;
    w->config.bar_physical = lwnvme_sim_bar_physical(w->sim);
    w->config.bar_bytes = lwnvme_sim_bar_bytes(w->sim);
    w->config.event = event_seen;
    w->config.event_context = w;
    w->started_us = lwnvme_sim_time(w->sim);
}

/* The device works from now on. */
static void repair(struct world *w)
{
    struct lwnvme_sim_config *settings = lwnvme_sim_settings(w->sim);

    lwnvme_sim_faults_clear(w->sim);
    settings->mmio_ones_at = 0;
    settings->mmio_zeros_at = 0;
    settings->dma_alloc_fail_at = 0;
    settings->alloc_fail_at = 0;
    settings->dma_map_fail_at = 0;
    settings->clock_jump_at = 0;
    settings->clock_stop_at = 0;
    lwnvme_sim_unfence(w->sim);
    if ((fault_flags(w) & KIND_GONE) != 0)
        lwnvme_sim_insert(w->sim);
    else if ((fault_flags(w) & KIND_POWER) != 0)
        lwnvme_sim_power_cut(w->sim);
}

static bool is_open(const struct world *w)
{
    return lwnvme_controller_state(w->controller) != LWNVME_STATE_CLOSED;
}

/* A write. While a format or a sanitize goes on in the device it is refused, and afterwards blocks may be of another size. */
static int proof_write(struct world *w, struct lwnvme_namespace *ns, uint8_t *data)
{
    int status = LWNVME_OK;

    for (uint32_t second = 0; second < 120; second++) {
        status = lwnvme_sync_namespace_open(w->controller, 1, ns);
        if (status != LWNVME_OK)
            break;
        world_fill(data, ns->block_bytes, PROOF_LBA, PROOF_BLOCKS, ++w->seed);
        status = lwnvme_sync_write(&w->queues[PROOF_QUEUE], ns, PROOF_LBA, PROOF_BLOCKS, data, 0);
        if (lwnvme_status_code(status) != LWNVME_SC_SANITIZE_IN_PROGRESS &&
            lwnvme_status_code(status) != LWNVME_SC_FORMAT_IN_PROGRESS)
            break;
        lwnvme_sim_advance(w->sim, SECOND_US);
    }
    return status;
}

/* It works: a log page, a queue, a write, a read. Where the scenario has made another namespace of it, by a format that the
 * library does not open, or by one that lost power, the first two. */
static void prove(struct world *w)
{
    struct lwnvme_namespace *ns = &w->ns[PROOF_QUEUE];
    uint8_t *data = world_memory(w, (size_t)PROOF_BLOCKS * 4096);
    uint8_t *back = world_memory(w, (size_t)PROOF_BLOCKS * 4096);
    struct lwnvme_smart_log *smart = world_memory(w, sizeof(*smart));
    int status;

    status = lwnvme_sync_log_smart(w->controller, LWNVME_NSID_ALL, smart);
    if (status != LWNVME_OK)
        world_fail(w, "not usable: log page: %s", lwnvme_status_string(status));
    if (!world_queue(w, PROOF_QUEUE, NULL))
        world_fail(w, "not usable: no queue: %s",
                   lwnvme_status_string(lwnvme_queue_status(&w->queues[PROOF_QUEUE])));
    status = proof_write(w, ns, data);
    if (status == LWNVME_OK) {
        world_forget(w, PROOF_LBA, PROOF_BLOCKS);
        status = lwnvme_sync_read(&w->queues[PROOF_QUEUE], ns, PROOF_LBA, PROOF_BLOCKS, back, 0);
        WORLD_CHECK(w,
                    status != LWNVME_OK || memcmp(data, back, (size_t)PROOF_BLOCKS * ns->block_bytes) == 0);
    }
    if (status != LWNVME_OK && (w->scenario->flags & SCENARIO_FORGETS) == 0)
        world_fail(w, "not usable: I/O: %s", lwnvme_status_string(status));
}

static void leak_check(struct world *w)
{
    for (const struct sweep_io *io = w->ios; io != NULL; io = io->next)
        WORLD_CHECK(w, io->called == io->accepted && !lwnvme_request_active(&io->request));
    if (!may_violate(w) && lwnvme_sim_violations(w->sim) != 0)
        world_fail(w, "%s", lwnvme_sim_violation(w->sim, 0));
    WORLD_CHECK(w, lwnvme_sim_outstanding_mmio_maps(w->sim) == 0 || w->kept);
}

/* A device that stays stuck, without a fence: its memory is kept. True: so it was, and that is the end. */
static bool end_with_memory_kept(struct world *w)
{
    int status;

    if (!is_open(w) || (fault_flags(w) & KIND_POWER) == 0 || (w->faults[0].at & 3) != 2)
        return false;
    status = lwnvme_sync_controller_close(w->controller);
    WORLD_CHECK(w, status == LWNVME_OK || status == LWNVME_ERR_MEMORY_KEPT);
    if (status == LWNVME_OK)
        return false;
    WORLD_CHECK(w, lwnvme_sim_outstanding_allocations(w->sim) != 0);
    leak_check(w);
    return true;
}

static enum sweep_outcome outcome_of(const struct world *w)
{
    if (w->resets != 0 || w->events[LWNVME_EVENT_FAILED] != 0 || w->events[LWNVME_EVENT_GONE] != 0 ||
        w->events[LWNVME_EVENT_RECOVERED] != 0)
        return OUTCOME_RECOVERED;
    return w->failures != 0 ? OUTCOME_FAILED : OUTCOME_MASKED;
}

static bool knows_all(const struct world *w)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(w->controller);

    return info != NULL && info->io_queues != 0;
}

/* Ready, if need be by a reset: of a controller that refused I/O queues, or may have said what is not so. */
static bool ready_and_known(struct world *w)
{
    if (!world_ready(w))
        return false;
    if (knows_all(w) && !w->lies && (fault_flags(w) & KIND_STUCK) == 0)
        return true;
    return lwnvme_sync_controller_reset(w->controller) == LWNVME_OK && knows_all(w);
}

/* Everything works again: so must the driver. One whose device had gone is opened anew. */
static void come_back(struct world *w)
{
    int status;

    if (is_open(w) && ready_and_known(w))
        return;
    status = lwnvme_controller_status(w->controller);
    if (is_open(w) && status != LWNVME_ERR_GONE && !(w->lies && status == LWNVME_ERR_CONTROLLER_CHANGED))
        world_fail(w, "not usable: controller %s: %s",
                   lwnvme_state_name(lwnvme_controller_state(w->controller)), lwnvme_status_string(status));
    if (is_open(w)) {
        WORLD_CHECK(w, w->lies || (fault_flags(w) & KIND_GONE) != 0);
        status = lwnvme_sync_controller_close(w->controller);
        if (status != LWNVME_OK)
            world_fail(w, "close of what had gone: %s", lwnvme_status_string(status));
    }
    status = lwnvme_sync_controller_open(w->controller, &w->config);
    if (status != LWNVME_OK)
        world_fail(w, "not usable: open: %s", lwnvme_status_string(status));
    w->resets += w->failures != 0;
}

static enum sweep_outcome world_end(struct world *w)
{
    int status;

    w->quiet = true;
    if (is_open(w))
        world_wait(w);
    if (is_open(w) && w->faults[0].kind != NULL)
        world_pass(w, LATEST_US); /* what is late is found out */
    if ((fault_flags(w) & (KIND_GONE | KIND_POWER)) != 0 && is_open(w))
        (void)world_ready(w); /* it must end, somehow */
    if (end_with_memory_kept(w))
        return OUTCOME_RECOVERED;
    repair(w);
    come_back(w);
    world_wait(w);
    prove(w);
    medium_check(w);
    status = lwnvme_sync_controller_close(w->controller);
    if (status != LWNVME_OK)
        world_fail(w, "close: %s", lwnvme_status_string(status));
    leak_check(w);
    if ((lwnvme_sim_outstanding_allocations(w->sim) != 0 && !w->kept) ||
        (lwnvme_sim_outstanding_maps(w->sim) != 0 && !w->held && !w->kept))
        world_fail(w, "%zu allocations and %zu mappings are left", lwnvme_sim_outstanding_allocations(w->sim),
                   lwnvme_sim_outstanding_maps(w->sim));
    return outcome_of(w);
}

static void count(const struct world *w, uint64_t counts[EVENT_COUNT])
{
    const struct lwnvme_sim_counts *seen = lwnvme_sim_counters(w->sim);

    counts[EVENT_READ] = seen->mmio_reads;
    counts[EVENT_COMMAND] = seen->commands;
    counts[EVENT_DMA_ALLOC] = seen->dma_allocs;
    counts[EVENT_ALLOC] = seen->allocs;
    counts[EVENT_MAP] = seen->dma_maps;
    counts[EVENT_CLOCK] = seen->now_calls;
}

static void world_free(struct world *w)
{
    lwnvme_sim_destroy(w->sim);
    while (w->ios != NULL) {
        struct sweep_io *io = w->ios;

        w->ios = io->next;
        free(io);
    }
    while (w->memory_count != 0)
        free(w->memories[--w->memory_count]);
    free(w->controller);
    free(w->queues);
    free(w->ns);
    free(w->blocks);
    free(w->extra);
    free(w);
}

static struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof(*w));

    w->controller = calloc(1, sizeof(*w->controller));
    w->queues = calloc(SWEEP_QUEUES, sizeof(*w->queues));
    w->ns = calloc(SWEEP_QUEUES, sizeof(*w->ns));
    w->blocks = calloc(SWEEP_BLOCKS, sizeof(*w->blocks));
    w->extra = calloc(1, 65536);
    return w;
}

bool sweep_run(const struct sweep_scenario *scenario, enum sweep_host host, const struct sweep_fault *faults,
               enum sweep_outcome *outcome, uint64_t *counts, char *why)
{
    struct world *w = world_new();

    w->scenario = scenario;
    w->host = host;
    memcpy(w->faults, faults, sizeof(w->faults));
    w->lies = (fault_flags(w) & KIND_LIES) != 0;
    sweep_idle_barriers = 0;
    if (setjmp(w->out) != 0) {
        memcpy(why, w->why, sizeof(w->why));
        return false; /* the world stays: the driver still knows it */
    }
    world_prepare(w);
    world_power(w);
    scenario->run(w);
    if (counts != NULL)
        count(w, counts);
    *outcome = world_end(w);
    if (faults[0].kind == NULL && (w->failures | w->resets) != 0)
        world_fail(w, "without a fault, %u calls failed", w->failures);
    world_free(w);
    return true;
}

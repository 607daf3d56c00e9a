/* SPDX-License-Identifier: MIT */
/*
 * The library of a boot loader (LWNVME_CONFIG_BOOT), compiled into this very program, on the software controller: what it
 * reads is right, whatever the buffer; and nothing that a device, a host or a clock does wrong makes it wait for ever,
 * believe what it should not, or free what may still be written.
 */
#define LWNVME_CONFIG_BOOT       1
#define LWNVME_CONFIG_MMIO_HOOKS 1
#define LWNVME_CONFIG_DMA_SYNC   1
#include "../../sweep/sweep_config.h" /* barriers are the software controller's */

#include "../../../src/core/admin_page.c"
#include "../../../src/core/controller.c"
#include "../../../src/core/controller_info.c"
#include "../../../src/core/journey.c"
#include "../../../src/core/memory.c"
#include "../../../src/core/namespace.c"
#include "../../../src/core/quirk.c"
#include "../../../src/core/raw.c"
#include "../../../src/core/register.c"
#include "../../../src/core/single.c"
#include "../../../src/describe/status_text.c"
#include "../../../src/io/nvm.c"
#include "../../../src/sync/sync.c"

#include "../../sim/scenario.h"

#define BLOCKS_MAX 700u

unsigned sweep_idle_barriers; /* which of them have been passed */

static uint8_t *out; /* with room for every offset in a page, and a guard on each side */
static uint8_t *in;

/* What scenarios have that a boot loader has not. */
int lwnvme_controller_reset(struct lwnvme_controller *controller)
{
    (void)controller;
    return LWNVME_ERR_LEFT_OUT;
}

int lwnvme_controller_resume(struct lwnvme_controller *controller)
{
    return lwnvme_controller_reset(controller);
}

int lwnvme_sync_controller_reset(struct lwnvme_controller *controller)
{
    return lwnvme_controller_reset(controller);
}

int lwnvme_sync_controller_resume(struct lwnvme_controller *controller)
{
    return lwnvme_controller_reset(controller);
}

int lwnvme_sync_queue_delete(struct lwnvme_queue *queue)
{
    (void)queue;
    return LWNVME_ERR_LEFT_OUT;
}

int lwnvme_operation_step(struct lwnvme_operation *operation)
{
    (void)operation;
    return LWNVME_ERR_LEFT_OUT;
}

static void boot_prepare(struct scenario *s)
{
    scenario_prepare(s);
    s->settings.shadow_dma = true;
    s->settings.track_maps = false; /* there is no dma_unmap */
    s->settings.ready_delay_us = 100;
    s->settings.admin_latency_us = 20;
    s->settings.latency_us = 20;
    s->settings.relax_jump_us = 10000;
    s->config.io_timeout_ms = 1000;
    s->config.admin_timeout_ms = 2000;
    s->time_limit_us = 400 * SECOND_US;
}

static void boot_power(struct scenario *s)
{
    scenario_power(s);
    s->ops->dma_unmap = NULL;
    s->config.event = NULL;
    s->config.event_context = NULL;
    s->queue = calloc(1, sizeof(*s->queue));
    s->ns = calloc(1, sizeof(*s->ns));
    assert_non_null(s->queue);
    assert_non_null(s->ns);
}

static int boot_ready(struct scenario *s)
{
    int status = scenario_open(s);

    if (status == LWNVME_OK)
        status = lwnvme_sync_queue_create(s->controller, s->queue, NULL);
    return status == LWNVME_OK ? lwnvme_sync_namespace_open(s->controller, 1, s->ns) : status;
}

static void boot_start(struct scenario *s)
{
    int status;

    boot_power(s);
    status = boot_ready(s);
    if (status != LWNVME_OK) {
        lwnvme_sim_violations_print(s->sim);
        fail_msg("boot: %s", lwnvme_status_string(status));
    }
}

static int round_trip(struct scenario *s, size_t offset, uint32_t blocks)
{
    size_t length = (size_t)blocks * s->ns->block_bytes;
    uint8_t *from = out + 4096 + offset;
    uint8_t *to = in + 4096 + offset;
    int status;

    scenario_fill(from, length, blocks + (uint32_t)offset);
    memset(to, 0, length);
    to[-1] = 0x77;
    to[length] = 0x77;
    status = lwnvme_sync_write(s->queue, s->ns, 5, blocks, from, 0);
    if (status == LWNVME_OK)
        status = lwnvme_sync_read(s->queue, s->ns, 5, blocks, to, 0);
    assert_int_equal(to[-1], 0x77);
    assert_int_equal(to[length], 0x77);
    if (status == LWNVME_OK)
        assert_memory_equal(from, to, length);
    return status;
}

static void every_length_at_every_offset(void **state)
{
    static const uint32_t offsets[] = {0, 4, 8, 508, 512, 2048, 3584, 3588, 4080, 4088, 4092};
    struct scenario s;
    uint32_t mode;
    uint32_t blocks;
    size_t index;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        boot_prepare(&s);
        s.settings.scattered = mode % 2 == 0;
        s.settings.map_length_clamped = mode >= 2;
        if (mode >= 2) { /* the longest list that there can be */
            s.settings.mdts = 0;
            s.config.max_transfer_bytes = 1u << 24;
        }
        boot_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->max_transfer_bytes,
                         mode >= 2 ? 512 * 1024 : 128 * 1024);
        for (index = 0; index < sizeof(offsets) / sizeof(offsets[0]); index++) {
            for (blocks = 1; blocks <= 520; blocks += blocks < 10 || (blocks > 254 && blocks < 258) ? 1 : 49)
                assert_int_equal(round_trip(&s, offsets[index], blocks), LWNVME_OK);
        }
        assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_OK);
        scenario_end(&s);
    }
}

/* The device sees stores, and the CPU what the device wrote, at barriers alone. Some times around the rings. */
static void order_that_is_weak(void **state)
{
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    s.settings.shadow_dma = false;
    s.settings.weak_order = true;
    boot_power(&s);
    s.ops->dma_sync = NULL;
    assert_int_equal(boot_ready(&s), LWNVME_OK);
    for (uint32_t turn = 0; turn < 150; turn++) {
        sweep_idle_barriers = 0;
        assert_int_equal(round_trip(&s, turn % 8 * 4, 1 + turn % 40), LWNVME_OK);
        assert_int_equal(sweep_idle_barriers, 3);
    }
    scenario_end(&s);
}

static void controllers_of_many_kinds(void **state)
{
    struct scenario s;
    uint32_t kind;
    int stepped;

    (void)state;
    for (kind = 0; kind < 8; kind++) {
        for (stepped = 0; stepped < 2; stepped++) {
            boot_prepare(&s);
            s.stepped = stepped != 0;
            s.settings.cap_mqes = kind == 0 ? 1 : 1023;
            s.settings.cap_dstrd = kind == 1 ? 4 : 0;
            if (kind == 2) { /* one page of 64 KiB is several of the host's, which are anywhere */
                s.settings.cap_mpsmin = 4;
                s.settings.cap_mpsmax = 4;
                s.settings.scattered = false;
            }
            if (kind == 3)
                s.config.page_bytes = 65536;
            s.settings.cap_css = kind == 4 ? 0xc1 : 1;
            if (kind == 5)
                s.settings.vs = 0x10000;
            s.settings.ns[0].flbas = kind == 6 ? 1 : 0;
            s.settings.start_enabled = kind == 7;
            boot_start(&s);
            assert_int_equal(round_trip(&s, 12, 16), LWNVME_OK);
            assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, 1);
            assert_non_null(lwnvme_controller_get_identify(s.controller));
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_HAND_OFF), LWNVME_OK);
            assert_int_equal(lwnvme_controller_state(s.controller), LWNVME_STATE_OFF);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0), LWNVME_ERR_WRONG_STATE);
            scenario_end(&s);
        }
    }
}

static void refuse(int expected, void (*change)(struct scenario *s))
{
    struct scenario s;
    int status;

    boot_prepare(&s);
    change(&s);
    boot_power(&s);
    status = boot_ready(&s);
    if (status != expected)
        fail_msg("%s, not %s", lwnvme_status_string(status), lwnvme_status_string(expected));
    scenario_end(&s);
}

static void no_nvm(struct scenario *s)
{
    s->settings.cap_css = 0x80;
}

static void no_pages(struct scenario *s)
{
    s->settings.cap_mpsmin = 5;
    s->settings.cap_mpsmax = 5;
}

static void no_doorbells(struct scenario *s)
{
    s->settings.bar_bytes = 0x1000 + 8;
}

static void no_queues(struct scenario *s)
{
    s->settings.io_queue_pairs = 0;
}

static void no_namespace(struct scenario *s)
{
    s->settings.ns[0].active = false;
}

static void metadata(struct scenario *s)
{
    s->settings.ns[0].formats[0].ms = 8;
}

static void block_size(struct scenario *s)
{
    s->settings.ns[0].formats[0].lbads = 8;
}

static void format_beyond(struct scenario *s)
{
    s->settings.ns[0].nlbaf = 0;
    s->settings.ns[0].flbas = 3;
}

static void size_absurd(struct scenario *s)
{
    s->settings.ns[0].nsze = UINT64_MAX;
}

static void no_capacity(struct scenario *s)
{
    s->settings.ns[0].ncap = 0;
}

static void entry_sizes(struct scenario *s)
{
    s->settings.sqes = 0x77;
}

static void cq_refused(struct scenario *s)
{
    s->settings.faults[0] = (struct lwnvme_sim_fault){
        .kind = LWNVME_SIM_STATUS, .opcode = LWNVME_ADMIN_CREATE_IOCQ, .status = 0x108};
}

static void sq_refused(struct scenario *s)
{
    s->settings.faults[0] = (struct lwnvme_sim_fault){
        .kind = LWNVME_SIM_STATUS, .opcode = LWNVME_ADMIN_CREATE_IOSQ, .status = 0x108};
}

static void what_cannot_work_is_refused_by_name(void **state)
{
    (void)state;
    refuse(LWNVME_ERR_CAP_CSS, no_nvm);
    refuse(LWNVME_ERR_CAP_PAGE_SIZE, no_pages);
    refuse(LWNVME_ERR_BAR_SIZE, no_doorbells);
    refuse(LWNVME_ERR_NO_IO_QUEUES, no_queues);
    refuse(LWNVME_ERR_NS_INACTIVE, no_namespace);
    refuse(LWNVME_ERR_NS_METADATA, metadata);
    refuse(LWNVME_ERR_NS_BLOCK_SIZE, block_size);
    refuse(LWNVME_ERR_NS_FORMAT, format_beyond);
    refuse(LWNVME_ERR_NS_SIZE, size_absurd);
    refuse(LWNVME_ERR_NS_CAPACITY, no_capacity);
    refuse(LWNVME_ERR_ENTRY_SIZE, entry_sizes);
    refuse(0x108, cq_refused);
    refuse(0x108, sq_refused);
}

static void what_is_left_out_is_refused_by_name(void **state)
{
    struct lwnvme_segment segment = {(uintptr_t)in, 4096};
    struct lwnvme_buffer scattered = lwnvme_buffer_segments(&segment, 1, 0);
    struct lwnvme_queue_config config = {.entries = 2};
    struct lwnvme_interrupts interrupts;
    struct lwnvme_request request = {.flags = 0};
    struct lwnvme_queue other;
    struct scenario s;
    void (*unmap)(void *, uint64_t, size_t, enum lwnvme_direction);

    (void)state;
    memset(&other, 0, sizeof(other));
    boot_prepare(&s);
    scenario_power(&s); /* with the hook and the callback that are left out */
    unmap = s.ops->dma_unmap;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_LEFT_OUT);
    s.ops->dma_unmap = NULL;
    assert_non_null(unmap);
    assert_int_equal(scenario_open(&s), LWNVME_ERR_LEFT_OUT);
    s.config.event = NULL;
    s.config.interrupts = &interrupts;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_LEFT_OUT);
    s.config.interrupts = NULL;
    s.queue = calloc(1, sizeof(*s.queue));
    s.ns = calloc(1, sizeof(*s.ns));
    assert_int_equal(lwnvme_queue_create(s.controller, &other, NULL), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(boot_ready(&s), LWNVME_OK);
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_ERR_ALREADY_OPEN);
    assert_int_equal(lwnvme_queue_create(s.controller, &other, &config), LWNVME_ERR_LEFT_OUT);
    assert_int_equal(lwnvme_queue_create(s.controller, &other, NULL), LWNVME_ERR_QUEUE_LIMIT);
    assert_int_equal(lwnvme_queue_create(s.controller, s.queue, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_create(NULL, s.queue, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 8, &scattered), LWNVME_ERR_LEFT_OUT);
    scattered.segments = NULL;
    scattered.flags = LWNVME_BUFFER_METADATA;
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 8, &scattered), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_ERR_LEFT_OUT);
    assert_int_equal(lwnvme_queue_status(&other), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_status(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_OK);
    assert_false(lwnvme_request_active(&request));
    scenario_end(&s);
}

static void arguments_are_checked(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(in, 4096);
    struct lwnvme_buffer wraps = lwnvme_buffer_device(UINT64_MAX - 4095u, SIZE_MAX);
    struct lwnvme_request request = {.flags = 0};
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    boot_start(&s);
    assert_int_equal(lwnvme_sync_read(NULL, s.ns, 0, 1, in, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_read(s.queue, NULL, 0, 1, in, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, NULL, 0), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 0, in, 0), LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, s.ns->block_count, 1, in, 0), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 1, UINT32_MAX, in, 0), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in + 2, 0), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0x4000), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, (void *)(UINTPTR_MAX - 3u), 0),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 9, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 9, &wraps), LWNVME_ERR_BUFFER_LENGTH);
    buffer.length_bytes = SIZE_MAX;
    assert_int_equal(lwnvme_read(s.queue, s.ns, &request, 0, 257, &buffer), LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_write(s.queue, NULL, &request, 0, 1, &buffer), LWNVME_ERR_NULL_ARGUMENT);
    s.ns->read_only = true;
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, in, 0), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_queue_poll(NULL, 0), 0);
    assert_int_equal(lwnvme_queue_in_flight(NULL) + lwnvme_queue_stale(NULL), 0);
    s.ops->dma_map = NULL;
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_READ], 0);
    scenario_end(&s);
}

/* ---- one thing after the other goes wrong in a whole life ---- */

#define STEPS 5u

/* Opens, reads twice, writes, asks by dwords, hands over, as far as it gets, and closes. Every call has returned. */
static uint32_t boot_live(struct scenario *s, int statuses[STEPS])
{
    struct lwnvme_command identify = {.opcode = LWNVME_ADMIN_IDENTIFY, .cdw10 = LWNVME_CNS_CONTROLLER};
    struct lwnvme_buffer page = lwnvme_buffer_cpu(in, 4096);
    uint32_t steps = 0;
    uint32_t index;
    int closed;

    for (index = 0; index < STEPS; index++)
        statuses[index] = LWNVME_ERR_NOT_STARTED;
    statuses[0] = boot_ready(s);
    if (statuses[0] == LWNVME_OK) {
        statuses[1] = round_trip(s, 0, 1);
        statuses[2] = round_trip(s, 4, 300);
        statuses[3] = lwnvme_sync_admin_raw(s->controller, &identify, &page, NULL);
        statuses[4] = scenario_shutdown(s, LWNVME_SHUTDOWN_HAND_OFF);
    }
    for (index = 0; index < STEPS; index++)
        steps += statuses[index] == LWNVME_OK ? 1u : 0u;
    closed = lwnvme_sync_controller_close(s->controller);
    assert_true(closed == LWNVME_OK || closed == LWNVME_ERR_NOT_OPEN || closed == LWNVME_ERR_MEMORY_KEPT);
    assert_true(s->memory_kept || closed != LWNVME_ERR_MEMORY_KEPT);
    return steps;
}

/* What was wrong is over: a new life is a good one. */
static void boot_live_again(struct scenario *s)
{
    int statuses[STEPS];

    lwnvme_sim_faults_clear(s->sim);
    memset(s->controller, 0, sizeof(*s->controller));
    if (boot_live(s, statuses) != STEPS) {
        lwnvme_sim_violations_print(s->sim);
        fail_msg("a new life: %s, %s, %s", lwnvme_status_string(statuses[0]),
                 lwnvme_status_string(statuses[1]), lwnvme_status_string(statuses[4]));
    }
}

static struct lwnvme_sim_counts boot_life_counts(void)
{
    struct lwnvme_sim_counts counts;
    int statuses[STEPS];
    struct scenario s;

    boot_prepare(&s);
    boot_power(&s);
    assert_int_equal(boot_live(&s, statuses), STEPS);
    counts = *lwnvme_sim_counters(s.sim);
    scenario_end(&s);
    return counts;
}

static void commands_that_go_wrong(void **state)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {
        LWNVME_SIM_LOSE,        LWNVME_SIM_STATUS,     LWNVME_SIM_STATUS_AFTER,  LWNVME_SIM_STATUS_BITS,
        LWNVME_SIM_NO_DATA,     LWNVME_SIM_SHORT_DATA, LWNVME_SIM_DELAY,         LWNVME_SIM_DUPLICATE,
        LWNVME_SIM_WRONG_CID,   LWNVME_SIM_EXTRA_CID,  LWNVME_SIM_WRONG_SQID,    LWNVME_SIM_WRONG_SQHD,
        LWNVME_SIM_WRONG_PHASE, LWNVME_SIM_TORN,       LWNVME_SIM_RESULT,        LWNVME_SIM_FATAL,
        LWNVME_SIM_POWER_CUT,   LWNVME_SIM_XOR_CID,    LWNVME_SIM_EXTRA_XOR_CID, LWNVME_SIM_STALE,
        LWNVME_SIM_LATE_DMA,    LWNVME_SIM_STUCK,
    };
    const uint64_t commands = boot_life_counts().commands;
    uint64_t good = 0;
    size_t kind;
    uint32_t skip;

    (void)state;
    for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        for (skip = 0; skip < commands; skip++) {
            int statuses[STEPS];
            struct scenario s;
            size_t index;

            boot_prepare(&s);
            s.settings.faults[0] = (struct lwnvme_sim_fault){
                .kind = kinds[kind], .any_opcode = true, .skip = skip, .status = 0x2, .value = 0x41};
            if (kinds[kind] == LWNVME_SIM_STUCK)
                s.settings.faults[0].value = 0;
            if (kinds[kind] == LWNVME_SIM_STATUS_BITS)
                s.settings.faults[0].status = 0x6000;
            boot_power(&s);
            /* what was not delivered is not what was written */
            if (kinds[kind] == LWNVME_SIM_NO_DATA || kinds[kind] == LWNVME_SIM_SHORT_DATA) {
                int status = boot_ready(&s);

                if (status == LWNVME_OK)
                    status = lwnvme_sync_read(s.queue, s.ns, 0, 300, in, 0);
                assert_true(status == LWNVME_OK || skip < 8);
                (void)lwnvme_sync_controller_close(s.controller);
            } else {
                good += boot_live(&s, statuses);
                for (index = 0; index < STEPS; index++)
                    assert_int_not_equal(statuses[index], LWNVME_PENDING);
            }
            boot_live_again(&s);
            scenario_end(&s);
        }
    }
    assert_true(good > 100);
}

/* What comes back is what was asked for: the first two are answers that say nothing of the command in flight. */
static void bogus_completions_are_dropped_and_counted(void **state)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {LWNVME_SIM_EXTRA_CID, LWNVME_SIM_EXTRA_XOR_CID,
                                                       LWNVME_SIM_STALE, LWNVME_SIM_DUPLICATE};
    struct scenario s;
    size_t kind;
    uint32_t round;

    (void)state;
    for (kind = 0; kind < 4; kind++) {
        boot_prepare(&s);
        boot_start(&s);
        assert_int_equal(round_trip(&s, 0, 1), LWNVME_OK);
        scenario_fault(&s,
                       (struct lwnvme_sim_fault){.kind = kinds[kind],
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .any_opcode = true,
                                                 .count = 4,
                                                 .value = kinds[kind] == LWNVME_SIM_DUPLICATE ? 5 : 0x8000});
        s.queue->submitted += 0x7fee; /* identifiers begin anew meanwhile */
        for (round = 0; round < 8; round++)
            assert_int_equal(round_trip(&s, 512, 9), LWNVME_OK);
        assert_int_equal(lwnvme_queue_stale(s.queue), 4);
        scenario_end(&s);
    }
}

static void errors_come_back_whole(void **state)
{
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    boot_start(&s);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .any_opcode = true,
                                                 .skip = 1,
                                                 .status = 0x4281});
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 600, in, 0), 0x4281); /* of the second of three */
    assert_int_equal(round_trip(&s, 0, 300), LWNVME_OK);
    scenario_end(&s);
}

static void device_that_leaves(void **state)
{
    const struct lwnvme_sim_counts counts = boot_life_counts();
    uint64_t at;
    int zeros;

    (void)state;
    for (zeros = 0; zeros < 2; zeros++) {
        for (at = 1; at <= counts.mmio_reads; at++) {
            int statuses[STEPS];
            struct scenario s;

            boot_prepare(&s);
            s.settings.mmio_ones_at = zeros == 0 ? at : 0;
            s.settings.mmio_zeros_at = zeros != 0 ? at : 0;
            s.settings.fail_count = UINT32_MAX;
            s.settings.fence_works = true;
            s.violations_allowed = true; /* it is there all the time, and is not understood */
            boot_power(&s);
            (void)boot_live(&s, statuses);
            scenario_end(&s);
        }
    }
    for (at = 0; at < counts.commands; at++) {
        int statuses[STEPS];
        struct scenario s;

        boot_prepare(&s);
        s.settings.faults[0] =
            (struct lwnvme_sim_fault){.kind = LWNVME_SIM_REMOVE, .any_opcode = true, .skip = (uint32_t)at};
        boot_power(&s);
        assert_in_range(boot_live(&s, statuses), 0, STEPS - 1);
        scenario_end(&s);
    }
}

static void host_that_cannot(void **state)
{
    const struct lwnvme_sim_counts counts = boot_life_counts();
    uint64_t at;

    (void)state;
    for (at = 1; at <= counts.dma_allocs + counts.dma_maps; at++) {
        int statuses[STEPS];
        struct scenario s;

        boot_prepare(&s);
        if (at <= counts.dma_allocs)
            s.settings.dma_alloc_fail_at = at;
        else
            s.settings.dma_map_fail_at = at - counts.dma_allocs;
        boot_power(&s);
        assert_in_range(boot_live(&s, statuses), 0, STEPS - 1);
        assert_true(statuses[0] == LWNVME_OK || statuses[0] == LWNVME_ERR_NO_MEMORY);
        boot_live_again(&s);
        scenario_end(&s);
    }
    assert_int_equal(counts.dma_allocs, 1);
}

static bool (*real_map)(void *, const void *, size_t, enum lwnvme_direction, uint64_t *, size_t *);
static uint32_t map_fault;

static bool bad_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                    uint64_t *dma_address, size_t *contiguous)
{
    bool mapped = real_map(host, address, length, direction, dma_address, contiguous);

    switch (map_fault) {
    case 0:
        *contiguous = 0;
        break;
    case 1:
        *dma_address += 2;
        break;
    case 2:
        *contiguous = 1023;
        break;
    case 3: /* the next call does not go on there */
        *contiguous = 1024;
        *dma_address += (uintptr_t)address % 2048;
        break;
    default:
        *dma_address = UINT64_MAX - 3u;
        *contiguous = 512;
        break;
    }
    return mapped;
}

static void host_that_translates_to_nonsense(void **state)
{
    static const int expected[] = {LWNVME_ERR_DMA_MAP, LWNVME_ERR_DMA_MAP, LWNVME_ERR_DMA_MAP,
                                   LWNVME_ERR_BUFFER_LAYOUT, LWNVME_ERR_DMA_LIMIT};
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    boot_start(&s);
    real_map = s.ops->dma_map;
    s.ops->dma_map = bad_map;
    for (map_fault = 0; map_fault < 5; map_fault++)
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 16, in, 0), expected[map_fault]);
    s.ops->dma_map = real_map;
    assert_int_equal(round_trip(&s, 0, 16), LWNVME_OK);
    scenario_end(&s);
}

/* A command that is not answered: its deadline passes, the controller is stopped, and only then it comes back. */
static void deadline_passes(void **state)
{
    struct scenario s;
    uint64_t began;
    int kind;

    (void)state;
    for (kind = 0; kind < 4; kind++) {
        boot_prepare(&s);
        s.config.io_timeout_ms = 3000;
        s.settings.disable_delay_us = 1000;
        s.settings.fence_works = kind == 1;
        boot_start(&s);
        s.settings.disable_delay_us = 1000;
        lwnvme_sim_settings(s.sim)->never_disabled = kind == 1 || kind == 2;
        s.memory_kept = kind == 2;
        scenario_fault(&s,
                       (struct lwnvme_sim_fault){.kind = kind == 3 ? LWNVME_SIM_LATE_DMA : LWNVME_SIM_LOSE,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .any_opcode = true});
        began = scenario_now(&s);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, in, 0),
                         kind == 2 ? LWNVME_ERR_BUFFER_HELD : LWNVME_ERR_TIMEOUT);
        assert_true(scenario_now(&s) - began > 2990000);
        assert_true(scenario_now(&s) - began < 20 * SECOND_US);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, in, 0), LWNVME_ERR_FAILED);
        assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_FAILED);
        assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_HAND_OFF),
                         LWNVME_ERR_FAILED);
        scenario_end(&s);
    }
}

static struct scenario *flooded;
static void (*real_relax)(void *host);

/* Each time that the driver waits there is one more completion, of a command that nobody sent. */
static void flood(void *host)
{
    struct lwnvme_queue *queue = flooded->queue;
    uint32_t *place = (uint32_t *)queue->cq + (size_t)(queue->completed & (queue->entries - 1u)) * 4;

    real_relax(host);
    if (lwnvme_queue_in_flight(queue) == 0)
        return;
    place[0] = 0;
    place[2] = lwnvme_order32(1u << 16);
    place[3] = lwnvme_order32(((queue->completed & queue->entries) == 0 ? LWNVME_PHASE_BIT : 0) | 0xbeefu);
}

static void deadline_passes_in_a_flood_of_bogus_completions(void **state)
{
    struct scenario s;
    uint64_t began;

    (void)state;
    boot_prepare(&s);
    s.settings.shadow_dma = false;
    boot_start(&s);
    s.violations_allowed = true;
    flooded = &s;
    real_relax = s.ops->relax;
    s.ops->relax = flood;
    scenario_fault(&s, (struct lwnvme_sim_fault){
                           .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
    began = scenario_now(&s);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, in, 0), LWNVME_ERR_TIMEOUT);
    assert_in_range(scenario_now(&s) - began, 990000, 5 * SECOND_US);
    assert_true(lwnvme_queue_stale(s.queue) > 50);
    s.ops->relax = real_relax;
    scenario_end(&s);
}

/* The request's own deadline, and a clock that jumps while it is awaited, or stands still. */
static void clocks_of_all_kinds(void **state)
{
    struct scenario s;
    uint64_t k;

    (void)state;
    for (k = 1; k < 300; k += 1 + k / 8) {
        int statuses[STEPS];
        uint32_t kind;

        for (kind = 0; kind < 4; kind++) {
            boot_prepare(&s);
            s.time_limit_us = UINT64_MAX;
            s.settings.clock_step_us = 1;
            if (kind < 2) {
                s.settings.clock_jump_at = k;
                s.settings.clock_jump_us = kind == 0 ? 100 * (int64_t)SECOND_US : -5 * (int64_t)SECOND_US;
                s.settings.clock_start_us = 50 * SECOND_US;
            } else {
                s.settings.clock_stop_at = k;
                if (kind == 3)
                    s.settings.faults[0] = (struct lwnvme_sim_fault){
                        .kind = LWNVME_SIM_LOSE, .any_opcode = true, .skip = (uint32_t)(k % 12)};
            }
            boot_power(&s);
            (void)boot_live(&s, statuses);
            scenario_end(&s);
        }
    }
}

static uint32_t calls;

static void submit_again(struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(in, 4096);

    calls++;
    assert_int_equal(lwnvme_queue_poll(io->scenario->queue, 0), 0);
    assert_int_equal(lwnvme_sync_read(io->scenario->queue, io->scenario->ns, 0, 1, in, 0),
                     LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_controller_close(io->scenario->controller), LWNVME_ERR_IN_CALLBACK);
    if (calls < 10)
        assert_int_equal(scenario_accept(io, lwnvme_read(io->scenario->queue, io->scenario->ns, &io->request,
                                                         calls, 8, &buffer)),
                         LWNVME_OK);
}

static void callbacks_may_submit(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(in, 4096);
    struct lwnvme_request second = {.flags = 0};
    struct tracked *io;
    struct scenario s;
    int instant;

    (void)state;
    for (instant = 0; instant < 2; instant++) {
        boot_prepare(&s);
        s.settings.latency_us = instant != 0 ? 0 : 20;
        boot_start(&s);
        io = scenario_request(&s);
        io->then = submit_again;
        io->request.timeout_ms = 2000;
        calls = 0;
        assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 8, &buffer)),
                         LWNVME_OK);
        assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 8, &buffer), LWNVME_ERR_REQUEST_ACTIVE);
        assert_int_equal(lwnvme_read(s.queue, s.ns, &second, 0, 8, &buffer), LWNVME_ERR_BUSY);
        assert_int_equal(lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_HAND_OFF), LWNVME_ERR_BUSY);
        assert_int_equal(lwnvme_queue_in_flight(s.queue), 1);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(calls, 10);
        scenario_end(&s);
    }
}

/* The request's own deadline, which is nearer than the default; then it is in flight at the close. */
static void requests_at_the_end(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(in, 4096);
    struct tracked *io;
    struct scenario s;
    int closed;

    (void)state;
    for (closed = 0; closed < 2; closed++) {
        boot_prepare(&s);
        boot_start(&s);
        io = scenario_request(&s);
        io->request.timeout_ms = 50;
        scenario_fault(&s, (struct lwnvme_sim_fault){
                               .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true});
        assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 8, &buffer)),
                         LWNVME_OK);
        if (closed == 0) {
            scenario_wait_all(&s, s.queue);
            assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
            assert_in_range(scenario_now(&s), 49000, 1000000);
        } else {
            assert_int_equal(scenario_close(&s), LWNVME_OK);
            assert_int_equal(io->request.status, LWNVME_ERR_ABORTED);
        }
        assert_int_equal(io->request.bytes_done, 0);
        scenario_end(&s);
    }
}

static void commands_by_their_dwords(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY, .cdw10 = LWNVME_CNS_CONTROLLER};
    struct lwnvme_command flush = {.opcode = LWNVME_NVM_FLUSH, .nsid = 1};
    struct lwnvme_command read = {.opcode = LWNVME_NVM_READ, .nsid = 1, .cdw12 = 31};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(in, 4096);
    struct lwnvme_buffer large = lwnvme_buffer_cpu(in, 16384);
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    boot_start(&s);
    assert_int_equal(lwnvme_sync_admin_raw(s.controller, &command, &buffer, NULL), LWNVME_OK);
    assert_memory_equal(in, lwnvme_controller_get_identify(s.controller), 4096);
    assert_int_equal(lwnvme_sync_raw(s.queue, &flush, NULL, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &large, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_raw(s.queue, &flush, &buffer, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    large.length_bytes = 16386;
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &large, NULL), LWNVME_ERR_BUFFER_LENGTH);
    large.length_bytes = 1u << 24;
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &large, NULL), LWNVME_ERR_TRANSFER_SIZE);
    large = lwnvme_buffer_cpu(in + 2, 16384);
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &large, NULL), LWNVME_ERR_BUFFER_ALIGNMENT);
    read.opcode = 0x102;
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &buffer, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_raw(s.queue, NULL, &flush, NULL), LWNVME_ERR_NULL_ARGUMENT);
    s.ops->dma_map = NULL;
    read.opcode = LWNVME_NVM_READ;
    large = lwnvme_buffer_cpu(in, 16384);
    assert_int_equal(lwnvme_sync_raw(s.queue, &read, &large, NULL), LWNVME_ERR_HOOK_DMA_MAP);
    scenario_end(&s);
}

/* The one place in the admin ring, and the one page, are taken. */
static void admin_commands_one_at_a_time(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_NVM_FLUSH, .nsid = 1};
    static struct lwnvme_namespace other;
    struct lwnvme_request request = {.flags = 0};
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    boot_power(&s);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    assert_int_equal(lwnvme_raw(s.queue, &request, &command, NULL), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_namespace_open(s.controller, 1, s.ns), LWNVME_OK);
    assert_int_equal(lwnvme_namespace_open(s.controller, 1, &other), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_create(s.controller, s.queue, NULL), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_poll(s.queue, 0), 0);
    while (s.ns->status == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(s.controller);
        lwnvme_sim_advance(s.sim, 10);
    }
    assert_int_equal(s.ns->status, LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_raw(s.queue, &request, &command, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_raw(s.queue, &request, &command, NULL), LWNVME_ERR_REQUEST_ACTIVE);
    assert_int_equal(lwnvme_sync_wait(s.queue, &request), LWNVME_OK);
    /* What is left of a life that is over is refused in the next one. */
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, in, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    scenario_end(&s);
}

/* Doorbells are stores, as they are in a boot loader. */
static void registers_in_memory(void **state)
{
    struct scenario s;

    (void)state;
    boot_prepare(&s);
    s.settings.plain_registers = true;
    boot_start(&s);
    assert_null(s.ops->mmio_read32);
    assert_int_equal(round_trip(&s, 4, 300), LWNVME_OK);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_HAND_OFF), LWNVME_OK);
    scenario_end(&s);
}

static int make_buffers(void **state)
{
    (void)state;
    out = scenario_memory((size_t)BLOCKS_MAX * 512 + 3 * 4096, 4096);
    in = scenario_memory((size_t)BLOCKS_MAX * 512 + 3 * 4096, 4096);
    return 0;
}

static int free_buffers(void **state)
{
    (void)state;
    free(out);
    free(in);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_at_every_offset),
        cmocka_unit_test(order_that_is_weak),
        cmocka_unit_test(controllers_of_many_kinds),
        cmocka_unit_test(what_cannot_work_is_refused_by_name),
        cmocka_unit_test(what_is_left_out_is_refused_by_name),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(commands_that_go_wrong),
        cmocka_unit_test(bogus_completions_are_dropped_and_counted),
        cmocka_unit_test(errors_come_back_whole),
        cmocka_unit_test(device_that_leaves),
        cmocka_unit_test(host_that_cannot),
        cmocka_unit_test(host_that_translates_to_nonsense),
        cmocka_unit_test(deadline_passes),
        cmocka_unit_test(deadline_passes_in_a_flood_of_bogus_completions),
        cmocka_unit_test(clocks_of_all_kinds),
        cmocka_unit_test(callbacks_may_submit),
        cmocka_unit_test(requests_at_the_end),
        cmocka_unit_test(commands_by_their_dwords),
        cmocka_unit_test(admin_commands_one_at_a_time),
        cmocka_unit_test(registers_in_memory),
    };

    return cmocka_run_group_tests(tests, make_buffers, free_buffers);
}

/* SPDX-License-Identifier: MIT */
/* Bad input: refused by name before anything reaches the device, without a trace, and the next call works. */
#include "scenario.h"

static uint8_t refusal_data[4096];

static void begin(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 4);
    scenario_namespace(s);
}

/* Everything that a refused call might have left behind. */
struct trace {
    struct lwnvme_sim_counts counts;
    size_t allocations;
    size_t maps;
    uint32_t in_flight;
};

static struct trace trace_take(const struct scenario *s)
{
    struct trace trace;

    trace.counts = *lwnvme_sim_counters(s->sim);
    trace.allocations = lwnvme_sim_outstanding_allocations(s->sim);
    trace.maps = lwnvme_sim_outstanding_maps(s->sim);
    trace.in_flight = s->queue == NULL ? 0 : lwnvme_queue_in_flight(s->queue);
    return trace;
}

static void trace_same(const struct scenario *s, struct trace before)
{
    struct trace now = trace_take(s);

    assert_int_equal(now.counts.commands, before.counts.commands);
    assert_int_equal(now.counts.sq_doorbells, before.counts.sq_doorbells);
    assert_int_equal(now.counts.mmio_writes, before.counts.mmio_writes);
    assert_int_equal(now.allocations, before.allocations);
    assert_int_equal(now.maps, before.maps);
    assert_int_equal(now.in_flight, before.in_flight);
}

static void works(struct scenario *s)
{
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 0, 1, refusal_data, 0), LWNVME_OK);
}

static void null_arguments(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(refusal_data, 512);
    struct lwnvme_command command = {.opcode = LWNVME_NVM_FLUSH, .nsid = 1};
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct lwnvme_dsm_range range = {0};
    struct lwnvme_request request;
    struct lwnvme_request *r = &request;
    struct scenario s;
    struct trace before;
    uint32_t value;

    (void)state;
    memset(&request, 0, sizeof(request));
    scenario_prepare(&s);
    begin(&s);
    before = trace_take(&s);
#define REFUSED(call) assert_int_equal((call), LWNVME_ERR_NULL_ARGUMENT)
    REFUSED(lwnvme_controller_open(NULL, &s.config));
    REFUSED(lwnvme_controller_open(s.controller, NULL));
    REFUSED(lwnvme_controller_poll(NULL));
    REFUSED(lwnvme_controller_status(NULL));
    REFUSED(lwnvme_controller_shutdown(NULL, LWNVME_SHUTDOWN_NORMAL));
    REFUSED(lwnvme_controller_resume(NULL));
    REFUSED(lwnvme_controller_reset(NULL));
    REFUSED(lwnvme_controller_close(NULL));
    REFUSED(lwnvme_sync_controller_open(NULL, &s.config));
    REFUSED(lwnvme_sync_controller_close(NULL));
    REFUSED(lwnvme_sync_controller_reset(NULL));
    REFUSED(lwnvme_queue_create(NULL, s.queue, NULL));
    REFUSED(lwnvme_queue_create(s.controller, NULL, NULL));
    REFUSED(lwnvme_sync_queue_create(NULL, s.queue, NULL));
    REFUSED(lwnvme_queue_delete(NULL));
    REFUSED(lwnvme_sync_queue_delete(NULL));
    REFUSED(lwnvme_queue_status(NULL));
    REFUSED(lwnvme_read(NULL, s.ns, r, 0, 1, &buffer));
    REFUSED(lwnvme_read(s.queue, NULL, r, 0, 1, &buffer));
    REFUSED(lwnvme_read(s.queue, s.ns, NULL, 0, 1, &buffer));
    REFUSED(lwnvme_read(s.queue, s.ns, r, 0, 1, NULL));
    REFUSED(lwnvme_write(NULL, s.ns, r, 0, 1, &buffer));
    REFUSED(lwnvme_write(s.queue, s.ns, r, 0, 1, NULL));
    REFUSED(lwnvme_compare(s.queue, NULL, r, 0, 1, &buffer));
    REFUSED(lwnvme_flush(NULL, s.ns, r));
    REFUSED(lwnvme_flush(s.queue, NULL, r));
    REFUSED(lwnvme_flush(s.queue, s.ns, NULL));
    REFUSED(lwnvme_write_zeroes(s.queue, NULL, r, 0, 1));
    REFUSED(lwnvme_verify(s.queue, NULL, r, 0, 1));
    REFUSED(lwnvme_dataset_management(s.queue, NULL, r, &range, 1, LWNVME_DSM_DEALLOCATE));
    REFUSED(lwnvme_dataset_management(s.queue, s.ns, r, NULL, 1, LWNVME_DSM_DEALLOCATE));
    REFUSED(lwnvme_raw(NULL, r, &command, NULL));
    REFUSED(lwnvme_raw(s.queue, NULL, &command, NULL));
    REFUSED(lwnvme_raw(s.queue, r, NULL, NULL));
    REFUSED(lwnvme_admin_raw(NULL, r, &command, NULL));
    REFUSED(lwnvme_admin_raw(s.controller, NULL, &command, NULL));
    REFUSED(lwnvme_admin_raw(s.controller, r, NULL, NULL));
    REFUSED(lwnvme_identify(NULL, r, 1, 0, refusal_data));
    REFUSED(lwnvme_identify(s.controller, NULL, 1, 0, refusal_data));
    REFUSED(lwnvme_identify(s.controller, r, 1, 0, NULL));
    REFUSED(lwnvme_log_read(s.controller, r, NULL, refusal_data, 4));
    REFUSED(lwnvme_log_smart(s.controller, r, 0, NULL));
    REFUSED(lwnvme_log_error(s.controller, r, 0, 1, NULL));
    REFUSED(lwnvme_feature_get(NULL, r, 1, 0, 0));
    REFUSED(lwnvme_feature_set(s.controller, NULL, 1, 0, 0, false));
    REFUSED(lwnvme_sync_feature_get(s.controller, 1, 0, 0, NULL));
    REFUSED(lwnvme_sync_feature_get(NULL, 1, 0, 0, &value));
    REFUSED(lwnvme_namespace_open(NULL, 1, s.ns));
    REFUSED(lwnvme_namespace_open(s.controller, 1, NULL));
    REFUSED(lwnvme_namespace_enumerate(NULL, 0, list));
    REFUSED(lwnvme_namespace_enumerate(s.controller, 0, NULL));
    REFUSED(lwnvme_sync_wait(NULL, r));
    REFUSED(lwnvme_sync_wait(s.queue, NULL));
    REFUSED(lwnvme_sync_admin_wait(s.controller, NULL));
#undef REFUSED
    assert_int_equal(lwnvme_queue_poll(NULL, 0), 0);
    assert_int_equal(lwnvme_queue_in_flight(NULL), 0);
    assert_int_equal(lwnvme_queue_stale(NULL), 0);
    assert_null(lwnvme_controller_get_info(NULL));
    assert_int_equal(lwnvme_controller_state(NULL), LWNVME_STATE_CLOSED);
    assert_true(lwnvme_next_deadline(NULL) == UINT64_MAX);
    lwnvme_queue_batch_begin(NULL);
    lwnvme_queue_batch_end(NULL);
    trace_same(&s, before);
    scenario_namespace(&s);
    works(&s);
    scenario_end(&s);
    free(list);
}

/* Host hooks and configuration values that must be there or make sense. */
static void configurations(void **state)
{
    struct lwnvme_host_ops whole;
    struct scenario s;
    uint32_t value;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    whole = *s.ops;
#define REFUSED(name)                                                                                        \
    do {                                                                                                     \
        assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_##name);                    \
        assert_int_equal(lwnvme_controller_state(s.controller), LWNVME_STATE_CLOSED);                        \
        *s.ops = whole;                                                                                      \
    } while (0)
    s.ops->dma_alloc = NULL;
    REFUSED(ERR_HOOK_DMA_ALLOC);
    s.ops->dma_free = NULL;
    REFUSED(ERR_HOOK_DMA_ALLOC);
    s.ops->now_us = NULL;
    REFUSED(ERR_HOOK_NOW_US);
    s.ops->mmio_map = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->mmio_unmap = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->mmio_map = NULL;
    s.ops->mmio_unmap = NULL;
    REFUSED(ERR_HOOK_MMIO_MAP);
    s.ops->mmio_read32 = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->mmio_write32 = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->alloc = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->free = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->lock = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->unlock = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->wait = NULL;
    REFUSED(ERR_HOOK_PAIR);
    s.ops->wake = NULL;
    REFUSED(ERR_HOOK_PAIR);
    for (value = 0; value <= 0x40000; value += 2048) {
        bool good = value == 4096 || value == 8192 || value == 16384 || value == 32768 || value == 65536;

        if (good)
            continue;
        s.config.page_bytes = value;
        REFUSED(ERR_HOST_PAGE_SIZE);
    }
    s.config.page_bytes = 4097;
    REFUSED(ERR_HOST_PAGE_SIZE);
    s.config.page_bytes = 4096;
    s.config.max_transfer_bytes = 2048;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.max_transfer_bytes = 12288;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.max_transfer_bytes = 1u << 25;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.max_transfer_bytes = 0;
    s.config.io_queues = 65535;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.io_queues = 0;
    s.config.io_timeout_ms = 0x80000000;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.io_timeout_ms = 0;
    s.config.admin_timeout_ms = 0xffffffff;
    REFUSED(ERR_INVALID_ARGUMENT);
    s.config.admin_timeout_ms = 0;
    value = (uint32_t)s.config.bar_bytes;
    s.config.bar_bytes = 0;
    REFUSED(ERR_BAR_SIZE);
    s.config.bar_bytes = 0x1007;
    REFUSED(ERR_BAR_SIZE);
    s.config.bar_bytes = value;
    s.config.ops = NULL;
    REFUSED(ERR_NULL_ARGUMENT);
    s.config.ops = s.ops;
#undef REFUSED
    assert_int_equal(lwnvme_sim_counters(s.sim)->mmio_reads, 0);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

static volatile void *map_nothing(void *host, uint64_t physical, size_t size)
{
    (void)host;
    (void)physical;
    (void)size;
    return NULL;
}

static void registers_that_cannot_be_mapped(void **state)
{
    volatile void *(*whole)(void *, uint64_t, size_t);
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    whole = s.ops->mmio_map;
    s.ops->mmio_map = map_nothing;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_MMIO_MAP);
    s.ops->mmio_map = whole;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void *(*alloc_whole)(void *host, size_t size, size_t align, uint64_t *dma);

static void *alloc_misaligned(void *host, size_t size, size_t align, uint64_t *dma)
{
    void *memory = alloc_whole(host, size, align, dma);

    if (memory != NULL && align >= 4096)
        *dma += 64;
    return memory;
}

static void (*free_whole)(void *host, void *memory, size_t size, uint64_t dma);

static void free_misaligned(void *host, void *memory, size_t size, uint64_t dma)
{
    free_whole(host, memory, size, (dma & 4095) == 64 ? dma - 64 : dma);
}

static void memory_that_is_not_aligned_as_asked(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    alloc_whole = s.ops->dma_alloc;
    free_whole = s.ops->dma_free;
    s.ops->dma_alloc = alloc_misaligned;
    s.ops->dma_free = free_misaligned;
    assert_int_equal(scenario_open(&s), LWNVME_ERR_DMA_ALIGNMENT);
    scenario_end(&s);
}

static void queue_arguments(void **state)
{
    static const uint32_t sizes[] = {1, 1025, 65536, 0xffffffff};
    struct lwnvme_queue_config config = {.flags = 0};
    struct lwnvme_queue queue = {0};
    struct scenario s;
    struct trace before;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_mqes = 511;
    scenario_power(&s);
    s.ops->lock = NULL;
    s.ops->unlock = NULL;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 0);
    before = trace_take(&s);
    for (index = 0; index < sizeof(sizes) / sizeof(sizes[0]); index++) {
        config.entries = sizes[index];
        assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_QUEUE_SIZE);
    }
    config.entries = 513;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 16;
    config.flags = 8;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.flags = LWNVME_QUEUE_SHARED;
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, &config), LWNVME_ERR_HOOK_LOCK);
    config.flags = 0;
    assert_int_equal(lwnvme_queue_create(s.controller, s.queue, &config), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_delete(&queue), LWNVME_ERR_QUEUE_CLOSED);
    trace_same(&s, before);
    config.entries = 512;
    assert_int_equal(lwnvme_sync_queue_create(s.controller, &queue, &config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_delete(&queue), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void closed_queues_and_namespaces(void **state)
{
    struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));
    struct lwnvme_queue closed = {0};
    struct scenario other;
    struct scenario s;
    struct trace before;

    (void)state;
    scenario_prepare(&s);
    begin(&s);
    scenario_prepare(&other);
    begin(&other);
    before = trace_take(&s);
    assert_int_equal(lwnvme_sync_read(&closed, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_sync_flush(&closed, s.ns), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_sync_read(s.queue, ns, 0, 1, refusal_data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_read(s.queue, other.ns, 0, 1, refusal_data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_read(other.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 9, ns), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_read(s.queue, ns, 0, 1, refusal_data, 0), LWNVME_ERR_NS_INVALID_ID);
    trace_same(&s, before);
    works(&s);
    assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_poll(s.queue, 0), 0);
    assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_ERR_QUEUE_CLOSED);
    scenario_queue(&s, 4);
    works(&s);
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    assert_int_not_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_OK);
    scenario_end(&s);
    works(&other);
    scenario_end(&other);
    free(ns);
}

/* A handle of a namespace does not outlive its controller's close, even at the same place in memory. */
static void namespace_of_an_earlier_life(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    begin(&s);
    works(&s);
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 4);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_flush(s.queue, s.ns), LWNVME_ERR_NAMESPACE_CLOSED);
    scenario_namespace(&s);
    works(&s);
    assert_int_equal(scenario_reset(&s), LWNVME_OK); /* but it does outlive a reset */
    works(&s);
    scenario_end(&s);
}

/* While a queue has requests, or is being made or deleted. */
static void busy_queues_and_requests(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(refusal_data, 512);
    struct scenario s;
    struct tracked *io;
    struct trace before;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 500;
    s.settings.admin_latency_us = 100;
    begin(&s);
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)), LWNVME_OK);
    before = trace_take(&s);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_REQUEST_ACTIVE);
    assert_int_equal(lwnvme_flush(s.queue, s.ns, &io->request), LWNVME_ERR_REQUEST_ACTIVE);
    assert_int_equal(lwnvme_identify(s.controller, &io->request, 1, 0, refusal_data),
                     LWNVME_ERR_REQUEST_ACTIVE);
    assert_int_equal(lwnvme_queue_delete(s.queue), LWNVME_ERR_QUEUE_IN_USE);
    trace_same(&s, before);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_queue_delete(s.queue), LWNVME_OK);
    assert_int_equal(lwnvme_queue_delete(s.queue), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_create(s.controller, s.queue, NULL), LWNVME_ERR_BUSY);
    while (lwnvme_queue_status(s.queue) == LWNVME_PENDING) {
        (void)scenario_poll(&s);
        lwnvme_sim_advance(s.sim, 10);
    }
    assert_int_equal(lwnvme_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_poll(s.queue, 0), 0);
    while (lwnvme_queue_status(s.queue) == LWNVME_PENDING) {
        (void)scenario_poll(&s);
        lwnvme_sim_advance(s.sim, 10);
    }
    works(&s);
    scenario_end(&s);
}

/* Without its bit in ONCS a command with a limit of its own is there when that limit is told, and is split by it. */
static void fault_076_commands_that_have_a_limit_instead(void **state)
{
    struct scenario s;
    const struct lwnvme_sim_counts *counts;

    (void)state;
    for (uint32_t index = 0; index < 6; index++) {
        scenario_prepare(&s);
        s.settings.oncs &= (uint16_t) ~(1u << 1 | 1u << 2 | 1u << 3 | 1u << 7);
        s.settings.vsl = index == 0 ? 1 : 0; /* 16 blocks */
        s.settings.wzsl = index == 1 ? 1 : 0;
        s.settings.wusl = index == 2 ? 1 : 0;
        s.settings.dmrl = index == 3 ? 1 : 0;
        s.settings.dmrsl = index == 4 ? 8 : 0;
        s.settings.dmsl = index == 5 ? 8 : 0;
        begin(&s);
        counts = lwnvme_sim_counters(s.sim);
        assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 0, 20, 0),
                         index == 0 ? LWNVME_OK : LWNVME_ERR_NO_VERIFY);
        assert_int_equal(counts->io_commands[LWNVME_NVM_VERIFY], index == 0 ? 2 : 0);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 20, 0),
                         index == 1 ? LWNVME_OK : LWNVME_ERR_NO_WRITE_ZEROES);
        assert_int_equal(counts->io_commands[LWNVME_NVM_WRITE_ZEROES], index == 1 ? 2 : 0);
        assert_int_equal(lwnvme_sync_write_uncorrectable(s.queue, s.ns, 100, 20),
                         index == 2 ? LWNVME_OK : LWNVME_ERR_NO_WRITE_UNCORRECTABLE);
        assert_int_equal(counts->io_commands[LWNVME_NVM_WRITE_UNCORRECTABLE], index == 2 ? 2 : 0);
        assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, 16),
                         index > 2 ? LWNVME_OK : LWNVME_ERR_NO_DATASET_MANAGEMENT);
        scenario_end(&s);
        /* Broken is broken, whatever its limit. */
        scenario_prepare(&s);
        s.settings.wzsl = 1;
        s.config.quirks_add = LWNVME_QUIRK_NO_WRITE_ZEROES;
        begin(&s);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 1, 0), LWNVME_ERR_NO_WRITE_ZEROES);
        scenario_end(&s);
    }
}

static void fault_076_commands_that_the_controller_does_not_have(void **state)
{
    static const struct {
        uint16_t bit;
        int expected;
    } rows[] = {{1u << 0, LWNVME_ERR_NO_COMPARE},
                {1u << 2, LWNVME_ERR_NO_DATASET_MANAGEMENT},
                {1u << 3, LWNVME_ERR_NO_WRITE_ZEROES},
                {1u << 7, LWNVME_ERR_NO_VERIFY}};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < 4; index++) {
        struct trace before;

        scenario_prepare(&s);
        s.settings.oncs &= (uint16_t)~rows[index].bit;
        begin(&s);
        before = trace_take(&s);
        if (index == 0)
            assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, 0, 1, refusal_data, 0), rows[index].expected);
        if (index == 1)
            assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, 1), rows[index].expected);
        if (index == 2)
            assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 1, 0), rows[index].expected);
        if (index == 3)
            assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 0, 1, 0), rows[index].expected);
        trace_same(&s, before);
        if (index != 0)
            assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_OK);
        if (index != 1)
            assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, 1), LWNVME_OK);
        if (index != 2)
            assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 1, 0), LWNVME_OK);
        if (index != 3)
            assert_int_equal(lwnvme_sync_verify(s.queue, s.ns, 0, 1, 0), LWNVME_OK);
        scenario_end(&s);
    }
}

static void fault_076_write_zeroes_that_is_known_to_be_broken(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        scenario_prepare(&s);
        if (mode == 0)
            s.config.quirks_add = LWNVME_QUIRK_NO_WRITE_ZEROES;
        if (mode != 0) {
            s.config.pci_vendor_id = 0x1987;
            s.config.pci_device_id = 0x5019;
        }
        if (mode == 2)
            s.config.quirks_remove = LWNVME_QUIRK_NO_WRITE_ZEROES;
        begin(&s);
        assert_int_equal(lwnvme_sync_write_zeroes(s.queue, s.ns, 0, 1, 0),
                         mode == 2 ? LWNVME_OK : LWNVME_ERR_NO_WRITE_ZEROES);
        works(&s);
        scenario_end(&s);
    }
}

static void one_command_at_a_time(void **state)
{
    static uint8_t data[10][512];
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 20;
    s.config.quirks_add = LWNVME_QUIRK_ONE_COMMAND;
    begin(&s);
    for (uint32_t index = 0; index < 10; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[index], 512);
        struct tracked *io = scenario_request(&s);

        assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, index, 1, &buffer)),
                         LWNVME_OK);
        assert_true(lwnvme_queue_in_flight(s.queue) <= 1);
    }
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
}

static void raw_commands(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_NVM_READ, .nsid = 1};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(refusal_data, 512);
    struct scenario s;
    struct trace before;
    uint32_t opcode;
    uint32_t value = 0;

    (void)state;
    scenario_prepare(&s);
    begin(&s);
    before = trace_take(&s);
    command.opcode = 256;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    command.opcode = LWNVME_NVM_FLUSH; /* says itself that it moves no data */
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    command.opcode = LWNVME_NVM_READ;
    buffer.length_bytes = 0;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_BUFFER_LENGTH);
    buffer.length_bytes = 510;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_BUFFER_LENGTH);
    buffer.length_bytes = 131076;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_TRANSFER_SIZE);
    buffer.length_bytes = SIZE_MAX & ~(size_t)3;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, NULL), LWNVME_ERR_TRANSFER_SIZE);
    static const uint32_t ours[] = {LWNVME_ADMIN_DELETE_IOSQ,         LWNVME_ADMIN_CREATE_IOSQ,
                                    LWNVME_ADMIN_DELETE_IOCQ,         LWNVME_ADMIN_CREATE_IOCQ,
                                    LWNVME_ADMIN_ASYNC_EVENT_REQUEST, LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG};
    for (opcode = 0; opcode < 6; opcode++) {
        command.opcode = ours[opcode];
        assert_int_equal(lwnvme_sync_admin_raw(s.controller, &command, NULL, NULL),
                         LWNVME_ERR_OPCODE_REFUSED);
    }
    command.opcode = LWNVME_ADMIN_SET_FEATURES;
    command.cdw10 = LWNVME_FEATURE_NUMBER_OF_QUEUES;
    assert_int_equal(lwnvme_sync_admin_raw(s.controller, &command, NULL, NULL), LWNVME_ERR_OPCODE_REFUSED);
    command.cdw10 = 0;
    trace_same(&s, before);
    buffer = lwnvme_buffer_cpu(refusal_data, 512);
    command.opcode = LWNVME_NVM_READ;
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, &buffer, &value), LWNVME_OK);
    command.opcode = 0x7c; /* the controller's own words for what it does not know */
    assert_int_equal(lwnvme_sync_raw(s.queue, &command, NULL, NULL), 0x4001);
    command.opcode = 0xc0;
    assert_int_equal(lwnvme_sync_admin_raw(s.controller, &command, NULL, NULL), 0x4001);
    works(&s);
    scenario_end(&s);
}

/* Commands that move data are not sent without saying where: that would be address 0. */
static void fault_145_raw_commands_without_a_buffer(void **state)
{
    static const uint32_t io[] = {LWNVME_NVM_READ, LWNVME_NVM_WRITE, LWNVME_NVM_COMPARE,
                                  LWNVME_NVM_DATASET_MANAGEMENT, LWNVME_NVM_RESERVATION_REPORT};
    static const uint32_t admin[] = {LWNVME_ADMIN_IDENTIFY, LWNVME_ADMIN_GET_LOG_PAGE,
                                     LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD};
    struct lwnvme_command command = {.nsid = 1};
    struct scenario s;
    uint64_t commands;
    size_t index;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 4);
    commands = lwnvme_sim_counters(s.sim)->commands;
    for (index = 0; index < sizeof(io) / sizeof(io[0]); index++) {
        command.opcode = io[index];
        assert_int_equal(lwnvme_sync_raw(s.queue, &command, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    }
    for (index = 0; index < sizeof(admin) / sizeof(admin[0]); index++) {
        command.opcode = admin[index];
        assert_int_equal(lwnvme_sync_admin_raw(s.controller, &command, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    }
    assert_int_equal(lwnvme_sim_counters(s.sim)->commands, commands);
    scenario_try_io(&s);
    scenario_end(&s);
}

/* A wait on a queue that does not have the request would never end. */
static void wait_on_another_queue(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(refusal_data, 512);
    struct lwnvme_queue *other = calloc(1, sizeof(*other));
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 1000;
    scenario_power(&s);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    assert_int_equal(lwnvme_sync_queue_create(s.controller, other, NULL), LWNVME_OK);
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, 1, &buffer)), LWNVME_OK);
    assert_int_equal(lwnvme_sync_wait(other, &io->request), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_admin_wait(s.controller, &io->request), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_wait(s.queue, &io->request), LWNVME_OK);
    assert_int_equal(lwnvme_sync_wait(other, &io->request), LWNVME_OK); /* over: its status, from anywhere */
    assert_int_equal(lwnvme_sync_queue_delete(other), LWNVME_OK);
    scenario_end(&s);
    free(other);
}

static void no_register_region(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    s.config.bar_mapped = NULL;
    s.config.bar_physical = 0;
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_ERR_BAR_ADDRESS);
    assert_int_equal(lwnvme_sim_counters(s.sim)->mmio_reads, 0);
    s.config.bar_physical = lwnvme_sim_bar_physical(s.sim);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_end(&s);
}

/* Without dma_map only buffers by device address can be told to the controller. */
static void host_without_dma_map(void **state)
{
    struct lwnvme_buffer buffer;
    struct scenario s;
    struct tracked *io;
    uint64_t dma = 0;
    uint8_t *memory;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    s.ops->dma_map = NULL;
    s.ops->dma_unmap = NULL;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    memory = s.ops->dma_alloc(s.sim, 8192, 4096, &dma);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 1, refusal_data, 0), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, 1), LWNVME_ERR_HOOK_DMA_MAP);
    io = scenario_request(&s);
    buffer = lwnvme_buffer_device(dma + 512, 4096);
    scenario_fill(memory, 8192, 4);
    assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 0, 8, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, 8, refusal_data));
    assert_memory_equal(refusal_data, memory + 512, 4096);
    s.ops->dma_free(s.sim, memory, 8192, dma);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_arguments),
        cmocka_unit_test(configurations),
        cmocka_unit_test(registers_that_cannot_be_mapped),
        cmocka_unit_test(memory_that_is_not_aligned_as_asked),
        cmocka_unit_test(queue_arguments),
        cmocka_unit_test(closed_queues_and_namespaces),
        cmocka_unit_test(namespace_of_an_earlier_life),
        cmocka_unit_test(busy_queues_and_requests),
        cmocka_unit_test(fault_076_commands_that_have_a_limit_instead),
        cmocka_unit_test(fault_076_commands_that_the_controller_does_not_have),
        cmocka_unit_test(fault_076_write_zeroes_that_is_known_to_be_broken),
        cmocka_unit_test(one_command_at_a_time),
        cmocka_unit_test(raw_commands),
        cmocka_unit_test(fault_145_raw_commands_without_a_buffer),
        cmocka_unit_test(wait_on_another_queue),
        cmocka_unit_test(no_register_region),
        cmocka_unit_test(host_without_dma_map),
    };

    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL) +
           cmocka_run_group_tests_name("refusal, plain host", tests, scenario_plain_host, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "support.h"

/* ---- hooks of the fake host ---- */

static struct fake *fake_of(void *host)
{
    return (struct fake *)host;
}

static void *fake_take(struct fake *fake, size_t size, size_t align, bool is_dma, uint64_t *dma)
{
    if (++fake->allocations_made == fake->allocation_fails_at) {
        return NULL;
    }
    for (uint32_t i = 0; i < FAKE_BLOCKS; i++) {
        struct fake_block *block = &fake->blocks[i];
        if (block->memory == NULL) {
            if (align < sizeof(void *) * 2) {
                align = sizeof(void *) * 2;
            }
            /* No byte more than asked for, so that a sanitizer sees the end. */
            assert_int_equal(posix_memalign(&block->memory, align, size), 0);
            memset(block->memory, 0xa5, size);
            block->size = size;
            block->is_dma = is_dma;
            fake->next_dma = (fake->next_dma + align - 1) & ~(uint64_t)(align - 1);
            block->dma = is_dma ? fake->next_dma + fake->misalign_dma : 0;
            fake->next_dma += size;
            if (dma != NULL) {
                *dma = block->dma;
            }
            return block->memory;
        }
    }
    fail_msg("more than %u allocations", FAKE_BLOCKS);
    return NULL;
}

static void fake_give(struct fake *fake, void *memory, size_t size, bool is_dma, uint64_t dma)
{
    for (uint32_t i = 0; i < FAKE_BLOCKS; i++) {
        struct fake_block *block = &fake->blocks[i];
        if (block->memory == memory) {
            assert_non_null(memory);
            assert_int_equal(block->size, size);
            assert_int_equal(block->is_dma, is_dma);
            assert_true(!is_dma || block->dma == dma);
            free(memory);
            block->memory = NULL;
            return;
        }
    }
    fail_msg("freed what was not allocated");
}

static void *fake_dma_alloc(void *host, size_t size, size_t align, uint64_t *dma)
{
    assert_true(size != 0 && align != 0 && (align & (align - 1)) == 0);
    return fake_take(fake_of(host), size, align, true, dma);
}

static void fake_dma_free(void *host, void *memory, size_t size, uint64_t dma)
{
    fake_give(fake_of(host), memory, size, true, dma);
}

static void *fake_alloc(void *host, size_t size)
{
    assert_true(size != 0);
    return fake_take(fake_of(host), size, 1, false, NULL);
}

static void fake_free(void *host, void *memory, size_t size)
{
    fake_give(fake_of(host), memory, size, false, 0);
}

static bool fake_dma_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma, size_t *run)
{
    struct fake *fake = fake_of(host);
    assert_true(length != 0);
    assert_true(direction == LWNVME_TO_DEVICE || direction == LWNVME_FROM_DEVICE ||
                direction == LWNVME_BIDIRECTIONAL);
    if (++fake->maps_made == fake->map_fails_at) {
        return false;
    }
    *dma = (uintptr_t)address + fake->map_offset;
    *run = length;
    if (fake->translate != NULL && !fake->translate(fake, (uintptr_t)address, length, dma, run)) {
        return false;
    }
    if (fake->track_maps) {
        assert_true(fake->map_count < FAKE_MAPS);
        fake->maps[fake->map_count].dma = *dma;
        fake->maps[fake->map_count].length = *run < length ? *run : length;
        fake->maps[fake->map_count].direction = (int)direction;
        fake->map_count++;
    }
    return true;
}

static void fake_dma_unmap(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    struct fake *fake = fake_of(host);
    fake->unmaps++;
    for (uint32_t i = 0; i < fake->map_count; i++) {
        struct fake_map *map = &fake->maps[i];
        if (map->dma == dma && map->length == length && map->direction == (int)direction) {
            *map = fake->maps[--fake->map_count];
            return;
        }
    }
    fail_msg("unmapped %zu bytes that were not mapped", length);
}

static void fake_dma_sync(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    struct fake *fake = fake_of(host);
    struct fake_sync *sync = &fake->syncs[fake->sync_count % FAKE_SYNCS];
    assert_true(length != 0);
    sync->address = (uintptr_t)address;
    sync->length = length;
    sync->direction = (int)direction;
    sync->for_device = for_device;
    fake->sync_count++;
}

static uint64_t fake_now_us(void *host)
{
    fake_of(host)->clock_reads++;
    return fake_of(host)->now_us;
}

static uint32_t fake_read32(void *host, volatile void *registers, size_t offset)
{
    struct fake *fake = fake_of(host);
    assert_ptr_equal(registers, fake->registers);
    assert_true(offset % 4 == 0 && offset < 0x1000);
    return offset / 4 < sizeof(fake->registers) / 4 ? fake->registers[offset / 4] : 0;
}

static void fake_write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    struct fake *fake = fake_of(host);
    struct fake_write *write = &fake->writes[fake->write_count % FAKE_WRITES];
    assert_ptr_equal(registers, fake->registers);
    assert_true(offset % 4 == 0);
    write->offset = offset;
    write->value = value;
    write->locked = fake->locked != 0;
    fake->write_count++;
    if (offset / 4 < sizeof(fake->registers) / 4) {
        fake->registers[offset / 4] = value;
    }
}

static void fake_lock(void *host)
{
    struct fake *fake = fake_of(host);
    assert_int_equal(fake->locked, 0);
    fake->locked = 1;
    fake->locks++;
}

static void fake_unlock(void *host)
{
    struct fake *fake = fake_of(host);
    assert_int_equal(fake->locked, 1);
    fake->locked = 0;
}

static void fake_log(void *host, enum lwnvme_log_level level, const char *message)
{
    struct fake *fake = fake_of(host);
    uint32_t place = fake->text_count % FAKE_TEXTS;
    assert_true(strlen(message) < sizeof(fake->texts[0]));
    strcpy(fake->texts[place], message);
    fake->levels[place] = (int)level;
    fake->text_count++;
}

/* ---- making ---- */

void fake_host(struct fake *fake, uint32_t options)
{
    memset(fake, 0, sizeof(*fake));
    fake->ops.dma_alloc = fake_dma_alloc;
    fake->ops.dma_free = fake_dma_free;
    fake->ops.dma_map = fake_dma_map;
    fake->ops.now_us = fake_now_us;
    fake->ops.mmio_read32 = fake_read32;
    fake->ops.mmio_write32 = fake_write32;
    fake->ops.log = fake_log;
    fake->ops.log_words = lwnvme_log_words;
    if ((options & FAKE_UNMAP) != 0) {
        fake->ops.dma_unmap = fake_dma_unmap;
        fake->track_maps = true;
    }
    if ((options & FAKE_SYNC) != 0) {
        fake->ops.dma_sync = fake_dma_sync;
    }
    if ((options & FAKE_SHARED) != 0) {
        fake->ops.lock = fake_lock;
        fake->ops.unlock = fake_unlock;
    }
    if ((options & FAKE_ALLOC) != 0) {
        fake->ops.alloc = fake_alloc;
        fake->ops.free = fake_free;
    }
    fake->now_us = 5000000;
    fake->next_dma = UINT64_C(0x100000000);
    fake->map_offset = UINT64_C(0x7000000000);
    fake->device_phase = 1;
    fake->controller.ops = &fake->ops;
    fake->controller.host = fake;
    fake->controller.registers = fake->registers;
}

void fake_controller(struct fake *fake, uint32_t page_bytes, uint32_t max_transfer_bytes)
{
    struct lwnvme_controller *controller = &fake->controller;
    uint32_t mps = 0;
    while ((4096u << mps) < page_bytes) {
        mps++;
    }
    controller->config.ops = &fake->ops;
    controller->config.host = fake;
    controller->config.page_bytes = page_bytes;
    controller->config.bar_bytes = 0x4000;
    controller->config.max_transfer_bytes = max_transfer_bytes;
    controller->config.io_timeout_ms = 30000;
    controller->config.admin_timeout_ms = 60000;
    controller->cc = lwnvme_field_put(mps, LWNVME_CC_MPS);
    controller->page_bytes = page_bytes;
    controller->vs = LWNVME_VERSION(2, 0, 0);
    controller->info.version = LWNVME_VERSION(2, 0, 0);
    controller->info.max_transfer_bytes = max_transfer_bytes;
    controller->info.queue_entries_max = 1024;
    controller->info.io_queues = 4;
    controller->info.oncs = 0xffff;
    controller->info.nn = 1;
    controller->opened = 1;
    controller->incarnation = 77;
    controller->identified = 1;
    controller->state = LWNVME_STATE_READY;
}

void fake_queue(struct fake *fake, uint32_t entries)
{
    struct lwnvme_queue *queue = &fake->queue;
    queue->id = 1;
    assert_int_equal(lwnvme_queue_allocate(&fake->controller, queue, entries), 0);
    queue->timeout_ms = fake->controller.config.io_timeout_ms;
    queue->state = LWNVME_QUEUE_LIVE;
    queue->status = LWNVME_OK;
    fake->controller.queues = queue;
    lwnvme_ring_reset(queue);
    queue->slow &= ~(LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED);
    if (fake->ops.lock != NULL) {
        queue->flags |= LWNVME_QUEUE_SHARED;
        queue->slow |= LWNVME_SLOW_SHARED;
    }
}

void fake_namespace(struct fake *fake, uint32_t block_shift, uint64_t block_count)
{
    struct lwnvme_namespace *ns = &fake->ns;
    ns->controller = &fake->controller;
    ns->incarnation = fake->controller.incarnation;
    ns->nsid = 1;
    ns->block_shift = block_shift;
    ns->block_bytes = 1u << block_shift;
    ns->block_count = block_count;
    ns->capacity_blocks = block_count;
    ns->max_blocks = fake->controller.info.max_transfer_bytes >> block_shift;
    if (ns->max_blocks > 65536) {
        ns->max_blocks = 65536;
    }
    lwnvme_straight_allow(ns);
    ns->oncs = 0xffff;
}

void fake_start(struct fake *fake, uint32_t options, uint32_t entries)
{
    fake_host(fake, options);
    fake_controller(fake, 4096, 131072);
    fake_queue(fake, entries);
    fake_namespace(fake, 9, 1u << 20);
    counted_calls = 0;
}

size_t fake_outstanding_blocks(const struct fake *fake)
{
    size_t count = 0;
    for (uint32_t i = 0; i < FAKE_BLOCKS; i++) {
        count += fake->blocks[i].memory != NULL;
    }
    return count;
}

void fake_end(struct fake *fake)
{
    lwnvme_queue_release(&fake->queue, false);
    lwnvme_queue_release(&fake->controller.admin, false);
    assert_int_equal(fake->map_count, 0);
    assert_int_equal(fake->locked, 0);
    assert_int_equal(fake_outstanding_blocks(fake), 0);
}

void *fake_dma_memory(const struct fake *fake, uint64_t dma, size_t length)
{
    for (uint32_t i = 0; i < FAKE_BLOCKS; i++) {
        const struct fake_block *block = &fake->blocks[i];
        if (block->memory != NULL && block->is_dma && dma >= block->dma && dma - block->dma < block->size &&
            length <= block->size - (dma - block->dma)) {
            return (uint8_t *)block->memory + (dma - block->dma);
        }
    }
    return NULL;
}

/* ---- the device's half ---- */

uint32_t fake_doorbell(const struct fake *fake, uint32_t queue_id, uint32_t is_cq)
{
    uint32_t offset = 0x1000u + (2u * queue_id + is_cq) * 4u;
    for (uint32_t i = fake->write_count; i > 0; i--) {
        if (fake->writes[(i - 1) % FAKE_WRITES].offset == offset) {
            return fake->writes[(i - 1) % FAKE_WRITES].value;
        }
    }
    return UINT32_MAX;
}

uint32_t fake_told(const struct fake *fake)
{
    uint32_t tail = fake_doorbell(fake, fake->queue.id, 0);
    if (tail == UINT32_MAX) {
        return 0;
    }
    return (tail + fake->queue.entries - fake->device_head) % fake->queue.entries;
}

void fake_fetch(struct fake *fake, uint32_t command[16])
{
    assert_true(fake_told(fake) != 0);
    const uint32_t *entry =
        (const uint32_t *)(const void *)((const uint8_t *)fake->queue.sq + fake->device_head * 64u);
    for (uint32_t i = 0; i < 16; i++) {
        command[i] = lwnvme_order32(entry[i]);
    }
    fake->device_head = (fake->device_head + 1) % fake->queue.entries;
}

void fake_post_raw(struct fake *fake, uint32_t dw0, uint32_t sqid, uint32_t cid, uint32_t status)
{
    volatile uint32_t *entry = fake->queue.cq + fake->device_tail * 4u;
    entry[0] = lwnvme_order32(dw0);
    entry[1] = lwnvme_order32(0x11111111u);
    entry[2] = lwnvme_order32(sqid << 16 | fake->device_head);
    entry[3] = lwnvme_order32(status << 17 | fake->device_phase << 16 | cid);
    if (++fake->device_tail == fake->queue.entries) {
        fake->device_tail = 0;
        fake->device_phase ^= 1;
    }
}

void fake_post(struct fake *fake, uint32_t cid, uint32_t status)
{
    fake_post_raw(fake, 0, fake->queue.id, cid, status);
}

uint32_t counted_calls;

void counted_done(struct lwnvme_request *request)
{
    struct counted *counted = (struct counted *)(void *)request;
    assert_false(lwnvme_request_active(request));
    if (counted->fake != NULL) {
        assert_int_equal(counted->fake->locked, 0);
    }
    counted->called++;
    counted->order = ++counted_calls;
    if (counted->then != NULL) {
        counted->then(counted);
    }
}

void counted_init(struct counted *counted, struct fake *fake)
{
    memset(counted, 0, sizeof(*counted));
    counted->request.done = counted_done;
    counted->fake = fake;
}

/* ---- the software controller ---- */

#define BENCH_TURNS 2000000u

static void bench_event(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    struct bench *bench = (struct bench *)context;
    (void)controller;
    bench->events[event]++;
}

void bench_prepare(struct bench *bench)
{
    static uint64_t made;
    memset(bench, 0, sizeof(*bench));
    lwnvme_sim_config_default(&bench->settings);
    /* Each at another place, so that what a failed test left open does not make others fail. */
    bench->settings.bar_physical += made++ << 24;
    bench->config.page_bytes = 4096;
    bench->config.event = bench_event;
    bench->config.event_context = bench;
}

void bench_power(struct bench *bench)
{
    bench->sim = lwnvme_sim_create(&bench->settings);
    assert_non_null(bench->sim);
    bench->ops = lwnvme_sim_host_ops(bench->sim);
    bench->config.ops = bench->ops;
    bench->config.host = bench->sim;
    if (bench->config.bar_physical == 0) {
        bench->config.bar_physical = lwnvme_sim_bar_physical(bench->sim);
    }
    if (bench->config.bar_bytes == 0) {
        bench->config.bar_bytes = lwnvme_sim_bar_bytes(bench->sim);
    }
    bench->controller = (struct lwnvme_controller *)calloc(1, sizeof(*bench->controller));
    bench->queue = (struct lwnvme_queue *)calloc(1, sizeof(*bench->queue));
    bench->ns = (struct lwnvme_namespace *)calloc(1, sizeof(*bench->ns));
    assert_true(bench->controller != NULL && bench->queue != NULL && bench->ns != NULL);
}

int bench_open(struct bench *bench)
{
    return lwnvme_sync_controller_open(bench->controller, &bench->config);
}

void bench_start(struct bench *bench)
{
    bench_power(bench);
    assert_int_equal(bench_open(bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench->controller, bench->queue, NULL), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench->controller, 1, bench->ns), 0);
}

int bench_settle(struct bench *bench)
{
    int status = LWNVME_PENDING;
    for (uint32_t turn = 0; turn < BENCH_TURNS && status == LWNVME_PENDING; turn++) {
        status = lwnvme_controller_poll(bench->controller);
        lwnvme_sim_advance(bench->sim, 100);
    }
    return status;
}

int bench_queue_settle(struct bench *bench, struct lwnvme_queue *queue)
{
    for (uint32_t turn = 0; turn < BENCH_TURNS && lwnvme_queue_status(queue) == LWNVME_PENDING; turn++) {
        (void)lwnvme_controller_poll(bench->controller);
        lwnvme_sim_advance(bench->sim, 100);
    }
    return lwnvme_queue_status(queue);
}

void bench_wait(struct bench *bench, struct lwnvme_request *request)
{
    for (uint32_t turn = 0; turn < BENCH_TURNS && lwnvme_request_active(request); turn++) {
        (void)lwnvme_queue_poll(bench->queue, 0);
        (void)lwnvme_controller_poll(bench->controller);
        lwnvme_sim_advance(bench->sim, 100);
    }
    assert_false(lwnvme_request_active(request));
}

void bench_drop(struct bench *bench)
{
    if (lwnvme_controller_state(bench->controller) != LWNVME_STATE_CLOSED) {
        (void)lwnvme_sync_controller_close(bench->controller);
    }
    lwnvme_sim_destroy(bench->sim);
    free(bench->controller);
    free(bench->queue);
    free(bench->ns);
    memset(bench, 0, sizeof(*bench));
}

void bench_end(struct bench *bench)
{
    if (lwnvme_controller_state(bench->controller) != LWNVME_STATE_CLOSED) {
        assert_int_equal(lwnvme_sync_controller_close(bench->controller), 0);
    }
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench->sim), 0);
    assert_int_equal(lwnvme_sim_outstanding_maps(bench->sim), 0);
    assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench->sim), 0);
    if (!bench->violations_allowed) {
        lwnvme_sim_violations_print(bench->sim);
        assert_int_equal(lwnvme_sim_violations(bench->sim), 0);
    }
    bench_drop(bench);
}

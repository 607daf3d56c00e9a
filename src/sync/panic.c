/* SPDX-License-Identifier: MIT */
/*
 * The panic path: a second controller object on the same device, whose memory has been reserved and whose hooks are
 * only those that are harmless when the rest of the kernel stands still.
 *
 *     prepare    measure, one dma_alloc, note device, namespace and range
 *     begin      the first object dies --> open (the states of controller.c) --> queue --> namespace, compared
 *     write      memory --> buffer --> command, one at a time
 *     end        flush --> shutdown (journey.c)
 *
 * Nothing of the first object is read but the chain of its queues, whose gates are closed. Everything else that was
 * known of it has been copied by prepare. begin makes the second object from nothing, so it does not matter where the first
 * attempt ended. No loop here is without a bound: deadlines end the waits, in a stopped clock the count of
 * controller.c does, and in one that runs astray the count of lwnvme_panic_wait.
 *
 * Any context, one at a time.
 */
#include <lwnvme/nvm.h>
#include <lwnvme/panic.h>
#include <lwnvme/queue_memory.h>

#include "../core/core.h"

#define LWNVME_PANIC_ENTRIES     8u /* one command at a time; rings of two are rare enough to be feared */
#define LWNVME_PANIC_PAGES_BYTES ((LWNVME_CONFIG_ADMIN_PAGES + 1u) * LWNVME_PAGE_MIN)
#define LWNVME_PANIC_QUEUES      65535u /* as many as can exist */

/* Nothing is allocated: what there is has been given to the second object beforehand. */
static void *lwnvme_panic_no_memory(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    (void)host;
    (void)size_bytes;
    (void)align_bytes;
    (void)dma_address;
    return NULL;
}

/* The hooks of the second object: only what is harmless. */
static void lwnvme_panic_hooks_set(struct lwnvme_panic *panic, const struct lwnvme_host_ops *host_ops)
{
    memset(&panic->ops, 0, sizeof(panic->ops));
    panic->ops.dma_alloc = lwnvme_panic_no_memory;
    panic->ops.now_us = host_ops->now_us;
    panic->ops.mmio_read32 = host_ops->mmio_read32;
    panic->ops.mmio_write32 = host_ops->mmio_write32;
    panic->ops.dma_sync = host_ops->dma_sync;
}

/* Preparing. */

static void lwnvme_panic_memory_put(struct lwnvme_panic *panic)
{
    if (panic->memory != NULL)
        lwnvme_dma_put(panic->subject, panic->memory, panic->length_bytes, panic->dma_address);
    panic->memory = NULL;
    panic->working = false;
}

static void lwnvme_panic_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    if (occasion != LWNVME_OCCASION_CLOSE)
        return;
    lwnvme_service_remove(service);
    lwnvme_panic_memory_put((struct lwnvme_panic *)(void *)service);
}

static int lwnvme_panic_range_set(struct lwnvme_panic *panic, const struct lwnvme_panic_config *config)
{
    uint64_t blocks = config->ns->block_count;

    if (config->first_lba >= blocks || config->block_count > blocks - config->first_lba)
        return LWNVME_ERR_LBA_RANGE;
    panic->first_lba = config->first_lba;
    panic->block_count = config->block_count != 0 ? config->block_count : blocks - config->first_lba;
    return LWNVME_OK;
}

static int lwnvme_panic_check(const struct lwnvme_controller *controller, const struct lwnvme_panic *panic,
                              const struct lwnvme_panic_config *config)
{
    const struct lwnvme_namespace *ns;
    int status;

    if (panic == NULL || config == NULL || config->ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_begin_check(controller);
    if (status == LWNVME_OK)
        status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (panic->memory != NULL)
        return LWNVME_ERR_BUSY;
    ns = config->ns;
    if (ns->status != LWNVME_OK)
        return ns->status;
    if (ns->controller != controller || ns->incarnation != controller->incarnation)
        return LWNVME_ERR_NAMESPACE_CLOSED;
    if (ns->dress != NULL)
        return LWNVME_ERR_NS_METADATA;
    return config->timeout_ms > 0x7fffffffu ? LWNVME_ERR_INVALID_ARGUMENT : LWNVME_OK;
}

/* The buffer is no longer than one command of the controller's may be. */
static int lwnvme_panic_buffer_set(struct lwnvme_panic *panic, const struct lwnvme_panic_config *config)
{
    uint32_t most = config->ns->controller->info.max_transfer_bytes;
    uint32_t bytes = config->buffer_bytes != 0 ? config->buffer_bytes : LWNVME_PANIC_BUFFER_BYTES;

    if (bytes < LWNVME_PAGE_MIN || bytes > 1u << 24 || (bytes & (bytes - 1u)) != 0 ||
        (config->buffer_bytes != 0 && bytes < config->ns->block_bytes))
        return LWNVME_ERR_INVALID_ARGUMENT;
    panic->buffer_bytes = bytes < most ? bytes : most;
    return LWNVME_OK;
}

/* Cuts a part from what is reserved. */
static size_t lwnvme_panic_cut(const struct lwnvme_panic *panic, struct lwnvme_queue_memory *memory,
                               size_t from, size_t length_bytes)
{
    lwnvme_queue_memory_use(memory, panic->memory + from, panic->dma_address + from, length_bytes);
    return from + length_bytes;
}

/* The second object from nothing, as far as memory and configuration go: the buffer, the admin pages, the admin queue,
 * the I/O queue. */
static void lwnvme_panic_start(struct lwnvme_panic *panic)
{
    struct lwnvme_controller *controller = &panic->controller;
    size_t from = panic->buffer_bytes;

    panic->working = false;
    memset(&panic->queue, 0, sizeof(panic->queue));
    memset(&panic->request, 0, sizeof(panic->request));
    lwnvme_controller_start(controller, &panic->config, panic->registers);
    if (panic->memory == NULL)
        return; /* for a look at its registers */
    controller->pages = panic->memory + from;
    controller->pages_dma = panic->dma_address + from;
    controller->pages_bytes = LWNVME_PANIC_PAGES_BYTES;
    from += panic->pages_bytes;
    from = lwnvme_panic_cut(panic, &panic->admin_memory, from, panic->admin_bytes);
    (void)lwnvme_panic_cut(panic, &panic->queue_memory, from, panic->length_bytes - from);
    controller->admin.memory = &panic->admin_memory;
}

static uint32_t lwnvme_panic_entries(const struct lwnvme_controller *controller)
{
    uint32_t most = lwnvme_queue_entries_choose(controller, 0);

    return most < LWNVME_PANIC_ENTRIES ? most : LWNVME_PANIC_ENTRIES;
}

static size_t lwnvme_panic_queue_bytes(struct lwnvme_panic *panic, uint32_t entries)
{
    memset(&panic->queue, 0, sizeof(panic->queue));
    lwnvme_queue_measure(&panic->controller, &panic->queue, entries);
    return lwnvme_queue_measured_bytes(&panic->queue);
}

/* What the bring-up and the queue will need. */
static int lwnvme_panic_measure(struct lwnvme_panic *panic)
{
    struct lwnvme_controller *controller = &panic->controller;
    size_t page_mask;
    int status;

    lwnvme_panic_start(panic);
    status = lwnvme_capabilities_read(controller);
    if (status == LWNVME_OK)
        status = lwnvme_capabilities_check(controller);
    controller->opened = 0;
    if (status != LWNVME_OK)
        return status;
    page_mask = controller->page_bytes - 1u;
    panic->buffer_bytes = (uint32_t)((panic->buffer_bytes + page_mask) & ~page_mask);
    panic->pages_bytes = (LWNVME_PANIC_PAGES_BYTES + page_mask) & ~page_mask;
    panic->admin_bytes = lwnvme_panic_queue_bytes(panic, LWNVME_CONFIG_ADMIN_ENTRIES);
    panic->length_bytes = panic->buffer_bytes + panic->pages_bytes + panic->admin_bytes +
                          lwnvme_panic_queue_bytes(panic, lwnvme_panic_entries(controller));
    return LWNVME_OK;
}

static void lwnvme_panic_note(struct lwnvme_panic *panic, const struct lwnvme_controller *controller,
                              const struct lwnvme_panic_config *config)
{
    panic->subject = config->ns->controller;
    lwnvme_panic_hooks_set(panic, controller->ops);
    panic->registers = controller->registers;
    panic->polls = config->polls != 0 ? config->polls : LWNVME_PANIC_POLLS;
    panic->nsid = config->ns->nsid;
    panic->block_shift = config->ns->block_shift;
    memcpy(panic->identity, controller->identity, sizeof(panic->identity));
    memcpy(panic->nguid, config->ns->nguid, sizeof(panic->nguid));
    memcpy(panic->eui64, config->ns->eui64, sizeof(panic->eui64));
    panic->config = controller->config;
    panic->config.ops = &panic->ops;
    panic->config.event = NULL;
    panic->config.io_queues = 1;
    panic->config.weighted_arbitration = 0;
    panic->config.max_transfer_bytes = panic->buffer_bytes;
    panic->config.io_timeout_ms = config->timeout_ms != 0 ? config->timeout_ms : LWNVME_PANIC_TIMEOUT_MS;
    panic->config.admin_timeout_ms = panic->config.io_timeout_ms;
    memset(&panic->config.direct_map, 0, sizeof(panic->config.direct_map));
}

int lwnvme_panic_prepare(struct lwnvme_controller *controller, struct lwnvme_panic *panic,
                         const struct lwnvme_panic_config *config)
{
    void *memory = NULL;
    int status = lwnvme_panic_check(controller, panic, config);

    if (status == LWNVME_OK)
        status = lwnvme_panic_range_set(panic, config);
    if (status == LWNVME_OK)
        status = lwnvme_panic_buffer_set(panic, config);
    if (status != LWNVME_OK)
        return status;
    lwnvme_panic_note(panic, controller, config);
    status = lwnvme_panic_measure(panic);
    if (status == LWNVME_OK)
        status = lwnvme_dma_get(controller, panic->length_bytes, &memory, &panic->dma_address);
    if (status != LWNVME_OK)
        return status;
    panic->memory = (uint8_t *)memory;
    panic->service.work = NULL;
    panic->service.tell = lwnvme_panic_told;
    panic->service.due_us = UINT64_MAX;
    lwnvme_service_add(controller, &panic->service);
    return LWNVME_OK;
}

/* In the panic. */

/* The first object dies: it is open no more, and its queues neither take requests nor look at their rings, nor do they
 * lock. An owner that was stopped half-way does not matter. */
static void lwnvme_panic_bury(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue = controller->queues;
    uint32_t bound;

    controller->opened = 0;
    controller->device_stopped = 0; /* nothing of it is freed any more */
    controller->state = LWNVME_STATE_FAILED;
    controller->admin.slow = LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
    for (bound = 0; bound < LWNVME_PANIC_QUEUES && queue != NULL; bound++) {
        queue->slow = LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
        queue = queue->next;
    }
}

/* Polls until *status is no longer pending; that is set by a callback, or by the controller's own steps. */
static int lwnvme_panic_wait(struct lwnvme_panic *panic, const int *status)
{
    struct lwnvme_controller *controller = &panic->controller;
    uint32_t polls;

    controller->stuck_polls = 0;
    for (polls = 0; polls < panic->polls; polls++) {
        (void)lwnvme_controller_poll(controller);
        if (panic->queue.state == LWNVME_QUEUE_LIVE)
            (void)lwnvme_queue_poll(&panic->queue, 0);
        if (*(const volatile int *)status != LWNVME_PENDING)
            return *status;
        if (controller->state == LWNVME_STATE_FAILED)
            return controller->status;
    }
    return LWNVME_ERR_CLOCK_STOPPED;
}

/* What began before and never ends, a shutdown or an enable, keeps a bring-up waiting; here it goes on all the same. */
static int lwnvme_panic_bring_up(struct lwnvme_panic *panic)
{
    struct lwnvme_controller *controller = &panic->controller;
    int status = lwnvme_panic_wait(panic, &controller->status);

    if (status != LWNVME_ERR_SETTLE_TIMEOUT && controller->state != LWNVME_STATE_SETTLE)
        return status;
    controller->fail_status = LWNVME_OK;
    (void)lwnvme_controller_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_DISABLE);
    return lwnvme_panic_wait(panic, &controller->status);
}

/* Whether dumps would still go where they were meant to go. */
static bool lwnvme_panic_is_same(const struct lwnvme_panic *panic)
{
    const struct lwnvme_namespace *ns = &panic->ns;

    return memcmp(panic->identity, panic->controller.identity, sizeof(panic->identity)) == 0 &&
           memcmp(panic->nguid, ns->nguid, sizeof(panic->nguid)) == 0 &&
           memcmp(panic->eui64, ns->eui64, sizeof(panic->eui64)) == 0 &&
           ns->block_shift == panic->block_shift && ns->block_count >= panic->first_lba &&
           ns->block_count - panic->first_lba >= panic->block_count;
}

int lwnvme_panic_begin(struct lwnvme_panic *panic)
{
    struct lwnvme_queue_config queue_config = {.flags = 0};
    int status;

    if (panic == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (panic->memory == NULL)
        return LWNVME_ERR_NOT_OPEN;
    lwnvme_panic_bury(panic->subject);
    panic->exposed = true;
    lwnvme_panic_start(panic);
    (void)lwnvme_controller_begin(&panic->controller, LWNVME_GOAL_READY, LWNVME_STATE_PROBE);
    status = lwnvme_panic_bring_up(panic);
    queue_config.memory = &panic->queue_memory;
    queue_config.entries = lwnvme_panic_entries(&panic->controller);
    if (status == LWNVME_OK)
        status = lwnvme_queue_create(&panic->controller, &panic->queue, &queue_config);
    if (status == LWNVME_OK)
        status = lwnvme_panic_wait(panic, &panic->queue.status);
    if (status == LWNVME_OK)
        status = lwnvme_namespace_open(&panic->controller, panic->nsid, &panic->ns);
    if (status == LWNVME_OK)
        status = lwnvme_panic_wait(panic, &panic->ns.status);
    if (status == LWNVME_OK && !lwnvme_panic_is_same(panic))
        status = LWNVME_ERR_CONTROLLER_CHANGED;
    panic->working = status == LWNVME_OK;
    return status;
}

static void lwnvme_panic_done(struct lwnvme_request *request)
{
    struct lwnvme_panic *panic = (struct lwnvme_panic *)request->context;

    panic->ended = request->status;
}

static struct lwnvme_request *lwnvme_panic_request(struct lwnvme_panic *panic)
{
    panic->request.done = lwnvme_panic_done;
    panic->request.context = panic;
    panic->ended = LWNVME_PENDING;
    return &panic->request;
}

/* After what only a new begin can mend, nothing else is let through. */
static int lwnvme_panic_finish(struct lwnvme_panic *panic, int status)
{
    if (status == LWNVME_OK)
        status = lwnvme_panic_wait(panic, &panic->ended);
    if (panic->controller.fail_status != LWNVME_OK)
        status = panic->controller.fail_status; /* that is why it was given back */
    if (lwnvme_request_active(&panic->request) || panic->controller.fail_status != LWNVME_OK)
        panic->working = false;
    return status;
}

static int lwnvme_panic_blocks_check(const struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count,
                                     const void *data)
{
    if (panic == NULL || data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!panic->working)
        return LWNVME_ERR_WRONG_STATE;
    if (block_count == 0)
        return LWNVME_ERR_ZERO_BLOCKS;
    if (lba < panic->first_lba || lba - panic->first_lba >= panic->block_count ||
        block_count > panic->block_count - (lba - panic->first_lba))
        return LWNVME_ERR_LBA_RANGE;
    return LWNVME_OK;
}

/* Carries out one command through the buffer. A device that says to try again later, because it is not ready, or a format
 * goes on, is asked again for as long as a command may take. */
static int lwnvme_panic_command(struct lwnvme_panic *panic, uint32_t opcode, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer =
        lwnvme_buffer_device(panic->dma_address, (size_t)blocks << panic->block_shift);
    uint64_t until_us = lwnvme_now_us(&panic->controller) + panic->config.io_timeout_ms * UINT64_C(1000);
    struct lwnvme_queue *queue = &panic->queue;
    uint32_t turn;
    int status = LWNVME_ERR_CLOCK_STOPPED;

    for (turn = 0; turn < panic->polls; turn++) {
        struct lwnvme_request *request = lwnvme_panic_request(panic);

        if (opcode == LWNVME_NVM_WRITE)
            status = lwnvme_write(queue, &panic->ns, request, lba, blocks, &buffer);
        else if (opcode == LWNVME_NVM_READ)
            status = lwnvme_read(queue, &panic->ns, request, lba, blocks, &buffer);
        else
            status = lwnvme_flush(queue, &panic->ns, request);
        status = lwnvme_panic_finish(panic, status);
        if (status <= 0 || !lwnvme_status_retryable(status) || lwnvme_now_us(&panic->controller) > until_us)
            break;
    }
    return status;
}

/* As much as goes through the buffer at once: from is NULL for a read, to for a write. */
static int lwnvme_panic_piece(struct lwnvme_panic *panic, uint64_t lba, uint32_t blocks, const uint8_t *from,
                              uint8_t *to)
{
    size_t bytes = (size_t)blocks << panic->block_shift;
    int status;

    if (from != NULL)
        memcpy(panic->memory, from, bytes);
    lwnvme_memory_sync(&panic->controller, panic->memory, bytes, LWNVME_BIDIRECTIONAL, true);
    status = lwnvme_panic_command(panic, from != NULL ? LWNVME_NVM_WRITE : LWNVME_NVM_READ, lba, blocks);
    if (status != LWNVME_OK || to == NULL)
        return status;
    lwnvme_memory_sync(&panic->controller, panic->memory, bytes, LWNVME_FROM_DEVICE, false);
    memcpy(to, panic->memory, bytes);
    return LWNVME_OK;
}

static int lwnvme_panic_move(struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count,
                             const uint8_t *from, uint8_t *to)
{
    int status = lwnvme_panic_blocks_check(panic, lba, block_count, from != NULL ? from : to);

    while (status == LWNVME_OK && block_count != 0) {
        uint32_t blocks = panic->ns.max_blocks;
        size_t bytes;

        if (block_count < blocks)
            blocks = (uint32_t)block_count;
        bytes = (size_t)blocks << panic->block_shift;
        status = lwnvme_panic_piece(panic, lba, blocks, from, to);
        if (from != NULL)
            from += bytes;
        else
            to += bytes;
        lba += blocks;
        block_count -= blocks;
    }
    return status;
}

int lwnvme_panic_write(struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count, const void *data)
{
    return lwnvme_panic_move(panic, lba, block_count, (const uint8_t *)data, NULL);
}

int lwnvme_panic_read(struct lwnvme_panic *panic, uint64_t lba, uint64_t block_count, void *data)
{
    return lwnvme_panic_move(panic, lba, block_count, NULL, (uint8_t *)data);
}

int lwnvme_panic_flush(struct lwnvme_panic *panic)
{
    if (panic == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!panic->working)
        return LWNVME_ERR_WRONG_STATE;
    return lwnvme_panic_command(panic, LWNVME_NVM_FLUSH, 0, 0);
}

int lwnvme_panic_end(struct lwnvme_panic *panic)
{
    int status = lwnvme_panic_flush(panic);
    int down;

    if (status == LWNVME_ERR_NULL_ARGUMENT || status == LWNVME_ERR_WRONG_STATE)
        return status;
    down = lwnvme_controller_shutdown(&panic->controller, LWNVME_SHUTDOWN_NORMAL);
    if (down == LWNVME_OK)
        down = lwnvme_panic_wait(panic, &panic->controller.status);
    panic->working = false;
    panic->exposed = down != LWNVME_OK;
    return status != LWNVME_OK ? status : down;
}

uint32_t lwnvme_panic_block_bytes(const struct lwnvme_panic *panic)
{
    return panic == NULL || panic->memory == NULL ? 0 : 1u << panic->block_shift;
}

int lwnvme_panic_release(struct lwnvme_panic *panic)
{
    if (panic == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (panic->exposed)
        return LWNVME_ERR_MEMORY_KEPT;
    if (panic->memory != NULL && panic->subject->opened == 0)
        lwnvme_open_forget(panic->subject);
    lwnvme_service_remove(&panic->service);
    lwnvme_panic_memory_put(panic);
    return LWNVME_OK;
}

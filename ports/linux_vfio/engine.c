/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: the engine. One in a process.
 *
 *     any thread                         owner
 *     take a slot, copy data in
 *     append to `jobs`, wake        -->  take all jobs, submit them in a batch
 *     sleep on the slot             <--  callback: done, signal
 *     copy data out, give the slot back
 *
 * The owner sleeps in the library's wait as long as something is in flight, which an interrupt or a wake ends, and on the
 * condition `work` otherwise. Data go through memory of the backend's: a copy costs less than two system calls that map and
 * unmap, for all but the largest requests. Late commands are recovered from (recovery.h); flushes, which a recovery refuses,
 * are tried again. A slot whose memory the controller may still write to, because it could be neither stopped nor fenced, is
 * never used again.
 *
 * When the controller has been brought up anew it may have lost power, and what was written but not flushed with it: the
 * flushes that wait for it, or else the next one, end with LWNVME_ERR_ABORTED, though the controller has carried them out.
 */
#include "engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backend.h"

#define ENGINE_SLOTS          32u
#define ENGINE_IDLE_MS        1000u
#define ENGINE_AGAIN_MS       50u
#define ENGINE_AGAIN_TRIES    1200u /* a minute */
#define ENGINE_ENTRIES        256u
#define ENGINE_POLLS_PER_LOOK 64u /* turns of the owner between looks at the controller */

struct engine_slot {
    struct lwnvme_request request;
    struct engine_slot *next; /* in the list of free ones, or of jobs */
    uint8_t *data;
    struct lwnvme_dsm_range *range;
    enum engine_kind kind;
    uint64_t lba;
    uint32_t block_count;
    uint32_t flags;
    uint64_t covered; /* of a flush: what had been written when it was submitted */
    int status;
    bool done;
    pthread_cond_t ended;
};

static struct {
    const struct backend *backend;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_namespace ns;
    struct lwnvme_protection protection;
    struct lwnvme_recovery recovery;
    struct lwnvme_recovery_namespace watch;
    struct engine_facts facts;
    struct engine_slot slots[ENGINE_SLOTS];
    uint8_t *memory; /* of all slots */
    uint32_t in_flight;
    uint64_t written; /* jobs that have ended and left something in the controller's cache, so far */
    uint64_t flushed; /* of these: are on the medium */
    pthread_t owner;

    pthread_mutex_t lock; /* of all below, and of a slot's `done` */
    pthread_cond_t work;
    pthread_cond_t room;
    struct engine_slot *free;
    uint32_t held; /* slots that never come back */
    struct engine_slot *jobs;
    struct engine_slot **jobs_end;
    bool stopping;
    uint32_t losses; /* times that what had been written may have been lost */
    uint32_t told;   /* of these: a flush has said so */
} engine = {.lock = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER};

#define ENGINE_SLOT_BYTES (ENGINE_CHUNK_BYTES + 4096u) /* data, and a page for what trim names */

static void engine_done(struct lwnvme_request *request)
{
    struct engine_slot *slot = request->context;

    engine.in_flight--;
    if (slot->kind == ENGINE_FLUSH && request->status == 0 && slot->covered > engine.flushed) {
        engine.flushed = slot->covered;
    } else if (slot->kind != ENGINE_READ && slot->kind != ENGINE_FLUSH && request->status == 0 &&
               (request->flags & LWNVME_REQUEST_FUA) == 0) {
        engine.written++;
    }
    pthread_mutex_lock(&engine.lock);
    slot->status = request->status;
    slot->done = true;
    pthread_cond_signal(&slot->ended);
    pthread_mutex_unlock(&engine.lock);
}

/* By the owner, before any job is submitted anew. */
static void engine_event(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)controller;
    (void)context;
    if (event == LWNVME_EVENT_READY && engine.facts.volatile_cache && engine.written != engine.flushed) {
        engine.flushed = engine.written;
        pthread_mutex_lock(&engine.lock);
        engine.losses++;
        pthread_mutex_unlock(&engine.lock);
    }
}

/* 0: its callback will come. */
static int engine_submit(struct engine_slot *slot)
{
    struct lwnvme_queue *queue = &engine.queue;
    const struct lwnvme_buffer buffer =
        lwnvme_buffer_cpu(slot->data, (size_t)slot->block_count * engine.ns.block_bytes);

    slot->request.flags = slot->flags;
    switch (slot->kind) {
    case ENGINE_READ:
        return lwnvme_read(queue, &engine.ns, &slot->request, slot->lba, slot->block_count, &buffer);
    case ENGINE_WRITE:
        return lwnvme_write(queue, &engine.ns, &slot->request, slot->lba, slot->block_count, &buffer);
    case ENGINE_TRIM:
        slot->request.flags = 0;
        lwnvme_dsm_range_set(slot->range, slot->lba, slot->block_count);
        return lwnvme_dataset_management(queue, &engine.ns, &slot->request, slot->range, 1,
                                         LWNVME_DSM_DEALLOCATE);
    case ENGINE_ZERO:
        return lwnvme_write_zeroes(queue, &engine.ns, &slot->request, slot->lba, slot->block_count);
    case ENGINE_FLUSH:
    default:
        slot->request.flags = 0;
        slot->covered = engine.written;
        return lwnvme_flush(queue, &engine.ns, &slot->request);
    }
}

static void engine_submit_all(struct engine_slot *slot)
{
    lwnvme_queue_batch_begin(&engine.queue);
    while (slot != NULL) {
        struct engine_slot *next = slot->next; /* its thread may take it again */
        int status;

        engine.in_flight++;
        status = engine_submit(slot);
        if (status != 0) {
            slot->request.status = status;
            engine_done(&slot->request);
        }
        slot = next;
    }
    lwnvme_queue_batch_end(&engine.queue);
}

/* All jobs that have come; waits for some while nothing is in flight, but not for long. */
static struct engine_slot *engine_take(bool *stopping)
{
    struct engine_slot *jobs;
    struct timespec until;

    pthread_mutex_lock(&engine.lock);
    if (engine.jobs == NULL && engine.in_flight == 0 && !engine.stopping) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ENGINE_IDLE_MS / 1000u;
        (void)pthread_cond_timedwait(&engine.work, &engine.lock, &until);
    }
    jobs = engine.jobs;
    engine.jobs = NULL;
    engine.jobs_end = &engine.jobs;
    *stopping = engine.stopping;
    pthread_mutex_unlock(&engine.lock);
    return jobs;
}

/* Takes what has ended, or sleeps until something has. Whether the controller wants to be polled then: by the moment that it
 * named before. */
static bool engine_wait(void)
{
    const uint64_t due_us = lwnvme_next_deadline(&engine.controller);

    (void)lwnvme_queue_wait(&engine.queue, 0, due_us);
    return due_us <= engine.controller.ops->now_us(engine.controller.host);
}

static void *engine_own(void *argument)
{
    uint32_t turns = 0;
    bool stopping = false;

    (void)argument;
    while (!stopping || engine.in_flight != 0) {
        struct engine_slot *jobs = engine_take(&stopping);
        bool due = jobs == NULL && engine.in_flight == 0; /* nothing came for long */

        if (jobs != NULL) {
            engine_submit_all(jobs);
        }
        if (engine.in_flight != 0) {
            due = engine_wait();
        }
        turns++;
        if (due || turns % ENGINE_POLLS_PER_LOOK == 0 || lwnvme_controller_status(&engine.controller) != 0) {
            (void)lwnvme_controller_poll(&engine.controller);
        }
    }
    return NULL;
}

/* Waits for one; NULL: there will be none any more. */
static struct engine_slot *engine_take_slot(void)
{
    struct engine_slot *slot;

    pthread_mutex_lock(&engine.lock);
    while (engine.free == NULL && engine.held < ENGINE_SLOTS) {
        pthread_cond_wait(&engine.room, &engine.lock);
    }
    slot = engine.free;
    if (slot != NULL) {
        engine.free = slot->next;
    }
    pthread_mutex_unlock(&engine.lock);
    return slot;
}

static void engine_give_slot(struct engine_slot *slot, bool held)
{
    pthread_mutex_lock(&engine.lock);
    if (held) {
        engine.held++;
    } else {
        slot->next = engine.free;
        engine.free = slot;
    }
    pthread_cond_broadcast(&engine.room);
    pthread_mutex_unlock(&engine.lock);
}

/* Hands the slot to the owner, and waits until it is done. */
static int engine_hand_over(struct engine_slot *slot)
{
    bool first;

    pthread_mutex_lock(&engine.lock);
    slot->done = false;
    slot->next = NULL;
    first = engine.jobs == NULL;
    *engine.jobs_end = slot;
    engine.jobs_end = &slot->next;
    if (first) {
        pthread_cond_signal(&engine.work);
        engine.backend->wake();
    }
    while (!slot->done) {
        pthread_cond_wait(&slot->ended, &engine.lock);
    }
    pthread_mutex_unlock(&engine.lock);
    return slot->status;
}

/* A flush, from its beginning on: whether all that had been written is there still. */
static int engine_flush_end(uint32_t told, int status)
{
    pthread_mutex_lock(&engine.lock);
    if (status == 0 && engine.losses != told) {
        engine.told = engine.losses;
        status = LWNVME_ERR_ABORTED;
    }
    pthread_mutex_unlock(&engine.lock);
    return status;
}

static uint32_t engine_flush_begin(void)
{
    uint32_t told;

    pthread_mutex_lock(&engine.lock);
    told = engine.told;
    pthread_mutex_unlock(&engine.lock);
    return told;
}

int engine_do(enum engine_kind kind, uint64_t lba, uint32_t block_count, void *data, uint32_t flags)
{
    static const struct timespec pause = {.tv_nsec = ENGINE_AGAIN_MS * 1000000L};
    struct engine_slot *slot = engine_take_slot();
    const size_t length_bytes = (size_t)block_count * engine.facts.block_bytes;
    const uint32_t told = engine_flush_begin();
    int status = LWNVME_ERR_RECOVERING;

    if (slot == NULL) {
        return LWNVME_ERR_FAILED;
    }
    slot->kind = kind;
    slot->lba = lba;
    slot->block_count = block_count;
    slot->flags = flags;
    if (kind == ENGINE_WRITE) {
        memcpy(slot->data, data, length_bytes);
    }
    for (uint32_t i = 0; i < ENGINE_AGAIN_TRIES && status == LWNVME_ERR_RECOVERING; i++) {
        if (i != 0) {
            (void)nanosleep(&pause, NULL);
        }
        status = engine_hand_over(slot);
    }
    if (kind == ENGINE_READ && status == 0) {
        memcpy(data, slot->data, length_bytes);
    }
    if (kind == ENGINE_FLUSH) {
        status = engine_flush_end(told, status);
    }
    engine_give_slot(slot, status == LWNVME_ERR_BUFFER_HELD);
    return status;
}

int engine_errno(int status)
{
    switch (lwnvme_status_code(status)) {
    case LWNVME_SC_LBA_OUT_OF_RANGE:
        return EINVAL;
    case LWNVME_SC_CAPACITY_EXCEEDED:
        return ENOSPC;
    case LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED:
    case LWNVME_SC_ATTEMPTED_WRITE_TO_READ_ONLY_RANGE:
        return EPERM;
    default:
        break;
    }
    switch (status) {
    case LWNVME_ERR_LBA_RANGE:
        return EINVAL;
    case LWNVME_ERR_READ_ONLY:
        return EPERM;
    case LWNVME_ERR_NO_MEMORY:
        return ENOMEM;
    case LWNVME_ERR_GONE:
    case LWNVME_ERR_FAILED:
    case LWNVME_ERR_NS_REMOVED:
    case LWNVME_ERR_QUEUE_CLOSED:
    case LWNVME_ERR_BUFFER_HELD:
        return ESHUTDOWN;
    default:
        return EIO;
    }
}

const struct engine_facts *engine_get_facts(void)
{
    return &engine.facts;
}

static void engine_learn(void)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&engine.controller);
    struct lwnvme_identify_namespace *identify = (struct lwnvme_identify_namespace *)(void *)engine.memory;
    struct engine_facts *facts = &engine.facts;

    facts->block_bytes = engine.ns.block_bytes;
    facts->size_bytes = engine.ns.block_count * engine.ns.block_bytes;
    facts->writable = !engine.ns.read_only;
    facts->volatile_cache = (info->vwc & 1u) != 0;
    /* Of the handle: ONCS, and what the controller has only told a limit of. */
    facts->has_trim = (engine.ns.oncs & LWNVME_ONCS_DATASET_MANAGEMENT) != 0;
    facts->has_zero = (engine.ns.oncs & LWNVME_ONCS_WRITE_ZEROES) != 0;
    /* DLFEAT: bits 2:0 = 1, deallocated blocks read as zeros; bit 3, Write Zeroes knows Deallocate. */
    facts->zero_may_trim =
        facts->has_zero &&
        lwnvme_sync_identify(&engine.controller, LWNVME_CNS_NAMESPACE, engine.ns.nsid, identify) == 0 &&
        (identify->dlfeat & 0xfu) == 9u;
}

static bool engine_make_slots(char why[ENGINE_REASON])
{
    engine.memory = engine.backend->alloc(ENGINE_SLOTS * ENGINE_SLOT_BYTES);
    if (engine.memory == NULL) {
        snprintf(why, ENGINE_REASON, "no memory for buffers");
        return false;
    }
    engine.free = NULL;
    engine.held = 0;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        struct engine_slot *slot = &engine.slots[i];

        memset(slot, 0, sizeof(*slot));
        slot->request.done = engine_done;
        slot->request.context = slot;
        slot->data = engine.memory + (size_t)i * ENGINE_SLOT_BYTES;
        slot->range = (struct lwnvme_dsm_range *)(void *)(slot->data + ENGINE_CHUNK_BYTES);
        slot->next = engine.free;
        pthread_cond_init(&slot->ended, NULL);
        engine.free = slot;
    }
    return true;
}

/* Up to an open namespace and buffers. */
static int engine_bring_up(const struct engine_options *options,
                           const struct lwnvme_controller_config *config,
                           const struct lwnvme_queue_config *queue, char why[ENGINE_REASON])
{
    static const struct lwnvme_recovery_policy policy = {.poll_queues = true};
    const char *what = "the controller did not come up";
    int status = lwnvme_sync_controller_open(&engine.controller, config);

    if (status == 0) {
        what = "no recovery";
        status = lwnvme_recovery_start(&engine.controller, &engine.recovery, &policy);
    }
    if (status == 0) {
        what = "no I/O queue";
        status = lwnvme_sync_queue_create(&engine.controller, &engine.queue, queue);
    }
    if (status == 0) {
        what = "the namespace cannot be used";
        status =
            lwnvme_sync_protection_open(&engine.controller, options->nsid, &engine.ns, &engine.protection);
    }
    if (status == 0) {
        status = lwnvme_recovery_watch(&engine.recovery, &engine.watch, &engine.ns);
    }
    if (status != 0) {
        snprintf(why, ENGINE_REASON, "%s: %s", what, lwnvme_status_string(status));
    } else if (!engine_make_slots(why)) {
        status = LWNVME_ERR_NO_MEMORY;
    }
    return status;
}

/* After the owner has ended, or before it has begun. */
static bool engine_take_down(char why[ENGINE_REASON])
{
    char backend_why[ENGINE_REASON];
    int status = lwnvme_controller_status(&engine.controller) == 0
                     ? lwnvme_sync_controller_shutdown(&engine.controller, LWNVME_SHUTDOWN_NORMAL)
                     : lwnvme_controller_status(&engine.controller);
    const int closed = lwnvme_sync_controller_close(&engine.controller);

    status = status == LWNVME_ERR_NOT_OPEN ? 0 : status != 0 ? status : closed;
    if (engine.memory != NULL && engine.held == 0) {
        engine.backend->free(engine.memory, ENGINE_SLOTS * ENGINE_SLOT_BYTES);
    }
    engine.memory = NULL;
    if (!engine.backend->close(backend_why)) {
        snprintf(why, ENGINE_REASON, "%s", backend_why);
        return false;
    }
    if (status != 0) {
        snprintf(why, ENGINE_REASON, "the drive was not shut down in good order: %s",
                 lwnvme_status_string(status));
    }
    return status == 0;
}

static bool engine_open(const struct engine_options *options, char why[ENGINE_REASON])
{
    struct lwnvme_controller_config config = {.io_queues = 1};
    struct lwnvme_queue_config queue = {.entries = options->entries != 0 ? options->entries : ENGINE_ENTRIES};
    char ignored[ENGINE_REASON];

    memset(&engine.controller, 0, sizeof(engine.controller));
    memset(&engine.queue, 0, sizeof(engine.queue));
    memset(&engine.recovery, 0, sizeof(engine.recovery));
    memset(&engine.watch, 0, sizeof(engine.watch));
    memset(&engine.facts, 0, sizeof(engine.facts));
    engine.written = 0;
    engine.flushed = 0;
    engine.losses = 0;
    engine.told = 0;
    config.event = engine_event;
    engine.backend = options->device != NULL ? &backend_vfio : &backend_sim;
    if (!engine.backend->open(options, &engine.controller, &config, &queue, why)) {
        return false;
    }
    if (engine_bring_up(options, &config, &queue, why) != 0) {
        (void)engine_take_down(ignored);
        return false;
    }
    engine_learn();
    return true;
}

bool engine_check(const struct engine_options *options, char why[ENGINE_REASON])
{
    return engine_open(options, why) && engine_take_down(why);
}

bool engine_start(const struct engine_options *options, char why[ENGINE_REASON])
{
    pthread_condattr_t monotonic;
    char ignored[ENGINE_REASON];
    int error;

    if (!engine_open(options, why)) {
        return false;
    }
    pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&engine.work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    engine.jobs = NULL;
    engine.jobs_end = &engine.jobs;
    engine.stopping = false;
    error = pthread_create(&engine.owner, NULL, engine_own, NULL);
    if (error != 0) {
        snprintf(why, ENGINE_REASON, "no thread: %s", strerror(error));
        (void)engine_take_down(ignored);
        return false;
    }
    return true;
}

bool engine_stop(char why[ENGINE_REASON])
{
    pthread_mutex_lock(&engine.lock);
    engine.stopping = true;
    pthread_cond_signal(&engine.work);
    pthread_mutex_unlock(&engine.lock);
    pthread_join(engine.owner, NULL);
    return engine_take_down(why);
}

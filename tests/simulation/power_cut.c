/* SPDX-License-Identifier: MIT */
/*
 * power-cuts: named workloads on several kinds of media. Each runs once to count its media events; then again for each of
 * them, with the power cut there. The controller is brought up again, and everything is read: what was flushed or written
 * with FUA is there, what was not is as it was before or as it was written, within AWUPF, and nothing else has changed.
 *
 *     power-cuts [--every=N] [--rounds=N] [--json=PATH]     each N-th event; so many orders in which requests end
 *     power-cuts --plant=flush                              flushes do nothing: must be found
 */
#include <lwnvme/lwnvme.h>

#include "lwnvme_sim.h"
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK       512u
#define BLOCKS      256u
#define JOBS        10u /* more than any workload has under way */
#define JOB_BLOCKS  16u
#define STEPS       60u
#define ZONE_BLOCKS 32u
#define NO_CUT      0u

struct job {
    struct lwnvme_request request; /* first */
    struct machine *machine;
    struct model_span span;
    struct model_span from;
    uint64_t contents[JOB_BLOCKS];
    uint32_t began;
    uint32_t powered;
    uint8_t opcode; /* LWNVME_NVM_... */
    bool durable;
    bool busy;
    _Alignas(16) struct lwnvme_dsm_range trim;
    struct lwnvme_copy_request copy;
    _Alignas(16) struct lwnvme_copy_range range;
    uint8_t *data;
    uint8_t *metadata;
};

/* What the medium is like. */
struct medium {
    const char *name;
    bool cached;
    uint16_t awupf; /* 0's based */
    bool keeps_some;
    uint8_t dlfeat;
};
static const struct medium media[] = {
    {"no cache", false, 1, true, 1},           {"cache", true, 0, true, 1},
    {"cache, AWUPF 4", true, 3, true, 2},      {"cache, AWUPF 8", true, 7, true, 1},
    {"cache, all is lost", true, 0, false, 1},
};
#define MEDIA (sizeof(media) / sizeof(media[0]))

struct machine;
struct workload {
    const char *name;
    void (*step)(struct machine *machine, uint32_t step);
    uint32_t depth; /* requests under way, at most */
    bool zoned;
    bool metadata;
};

struct machine {
    const struct workload *workload;
    const struct medium *medium;
    struct lwnvme_sim *sim;
    struct lwnvme_controller *controller;
    struct lwnvme_queue queue;
    struct lwnvme_namespace plain;
    struct lwnvme_zoned zoned;
    struct lwnvme_namespace *ns;
    struct model model;
    struct job jobs[JOBS];
    uint32_t under_way;
    uint64_t random;
    uint64_t cuts;
    uint64_t wp[BLOCKS / ZONE_BLOCKS];
    bool off; /* power is gone: nothing more is begun */
    uint8_t *memory;
};

static struct {
    uint64_t workloads;
    uint64_t events;
    uint64_t cuts;
    uint64_t blocks;
    uint64_t failures;
} figures;
static uint32_t every = 1;
static uint32_t rounds = 3;
static bool broken; /* on purpose: flushes do nothing */

static uint32_t roll(struct machine *m, uint32_t sides)
{
    m->random = m->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((m->random >> 33) * sides >> 31);
}

static void complain(const struct machine *m, const char *what, int status)
{
    (void)m;
    if (figures.failures++ < 20) {
        printf("    %s%s%s\n", what, status == 0 ? "" : ": ",
               status == 0 ? "" : lwnvme_status_string(status));
    }
}

/* ---- the machine ---- */

static void relax(void *host)
{
    (void)lwnvme_sim_jump(host, 2000);
}

static void seen_violation(void *context, const char *message)
{
    complain(context, message, 0);
}

static void configure(const struct machine *m, struct lwnvme_sim_config *c, uint64_t seed, uint64_t cut_at)
{
    lwnvme_sim_config_default(c);
    c->seed = seed;
    c->oncs = 0x019d;
    c->cdfs = 1;
    c->vwc = m->medium->cached ? 7 : 6;
    c->awupf = m->medium->awupf;
    c->awun = 15;
    c->latency_us = 10;
    c->latency_spread_us = m->workload->depth > 1 ? 30 : 0;
    c->shuffle = true;
    c->power_cut_keeps_some = m->medium->keeps_some;
    c->power_cut_tears = true;
    c->power_cut_at = cut_at;
    c->clock_step_us = 0;
    c->ready_delay_us = c->disable_delay_us = 10;
    c->callback_context = (void *)(uintptr_t)m;
    c->on_violation = seen_violation;
    c->ns[0].nsze = c->ns[0].ncap = c->ns[0].nuse = BLOCKS;
    c->ns[0].dlfeat = m->medium->dlfeat;
    c->ns[0].mssrl = c->ns[0].mcl = 16;
    if (broken) {
        c->faults[0] = (struct lwnvme_sim_fault){.kind = LWNVME_SIM_NO_DATA,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = LWNVME_NVM_FLUSH,
                                                 .count = UINT32_MAX};
    }
    if (m->workload->metadata) {
        c->ns[0].formats[0].ms = 8;
        c->ns[0].mc = 2;
    }
    if (m->workload->zoned) {
        c->cap_css = 0x41;
        c->command_sets = 5;
        c->ns[0].csi = 2;
        c->zoned.zsze = c->zoned.zcap = ZONE_BLOCKS;
        c->zoned.mar = c->zoned.mor = UINT32_MAX;
    }
}

static int open_namespace(struct machine *m)
{
    if (m->workload->zoned) {
        m->ns = &m->zoned.ns;
        return lwnvme_sync_zoned_open(m->controller, 1, &m->zoned);
    }
    m->ns = &m->plain;
    if (m->workload->metadata) {
        return lwnvme_sync_metadata_open(m->controller, 1, m->ns);
    }
    return lwnvme_sync_namespace_open(m->controller, 1, m->ns);
}

static void *pages(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, bytes) != 0) {
        abort();
    }
    memset(memory, 0, bytes);
    return memory;
}

static struct machine *machine_make(const struct workload *workload, const struct medium *medium,
                                    uint64_t seed, uint64_t cut_at)
{
    struct machine *m = pages(sizeof(*m));
    struct lwnvme_sim_config settings;
    struct lwnvme_queue_config queue = {.entries = 16};
    m->workload = workload;
    m->medium = medium;
    m->random = 12345; /* the same requests whatever happens to them */
    configure(m, &settings, seed, cut_at);
    model_create(&m->model);
    model_space_create(&m->model, 0, BLOCKS, 0);
    m->sim = lwnvme_sim_create(&settings);
    m->controller = pages(sizeof(*m->controller));
    m->memory = pages((size_t)JOBS * 12288);
    for (uint32_t i = 0; i < JOBS; i++) {
        m->jobs[i].machine = m;
        m->jobs[i].data = m->memory + (size_t)i * 12288;
        m->jobs[i].metadata = m->jobs[i].data + 8192;
    }
    for (uint32_t i = 0; i < BLOCKS / ZONE_BLOCKS; i++) {
        m->wp[i] = (uint64_t)i * ZONE_BLOCKS;
    }
    struct lwnvme_host_ops *ops = lwnvme_sim_host_ops(m->sim);
    ops->relax = relax;
    struct lwnvme_controller_config config = {.ops = ops,
                                              .host = m->sim,
                                              .page_bytes = 4096,
                                              .bar_physical = lwnvme_sim_bar_physical(m->sim),
                                              .bar_bytes = lwnvme_sim_bar_bytes(m->sim)};
    int status = lwnvme_sync_controller_open(m->controller, &config);
    status = status != LWNVME_OK ? status : lwnvme_sync_queue_create(m->controller, &m->queue, &queue);
    status = status != LWNVME_OK ? status : open_namespace(m);
    if (status != LWNVME_OK) {
        complain(m, "bring-up", status);
    }
    return m;
}

static void machine_end(struct machine *m)
{
    int status = lwnvme_sync_controller_close(m->controller);
    if (status != LWNVME_OK) {
        complain(m, "close", status);
    }
    lwnvme_sim_destroy(m->sim);
    model_destroy(&m->model);
    free(m->controller);
    free(m->memory);
    free(m);
}

/* ---- requests ---- */

static void look(struct machine *m)
{
    if (lwnvme_sim_counters(m->sim)->power_cuts != m->cuts) {
        m->cuts = lwnvme_sim_counters(m->sim)->power_cuts;
        m->off = true;
        model_power_cut(&m->model);
    }
}

static void done(struct lwnvme_request *request)
{
    struct job *job = (struct job *)(void *)request;
    struct machine *m = job->machine;
    int status = request->status;
    look(m);
    if (!job->busy) {
        complain(m, "called back twice", status);
    }
    if (status != LWNVME_OK && !m->off) {
        complain(m, "a request fails", status);
    }
    if (job->opcode == LWNVME_NVM_COPY) {
        model_pin(&m->model, &job->from, false);
        (void)model_read_end(&m->model, &job->from, NULL, job->began);
    }
    if (job->opcode == LWNVME_NVM_FLUSH && status == LWNVME_OK) {
        model_flush_end(&m->model, 0, job->began, job->powered);
    } else if (job->opcode == LWNVME_ZNS_ZONE_APPEND) {
        if (status == LWNVME_OK) {
            job->span.lba = lwnvme_zone_appended_lba(request);
            model_append_end(&m->model, &job->span, job->durable, job->powered);
        } else if (status != LWNVME_ERR_NOT_STARTED) {
            model_append_unknown(&m->model, &job->span);
        }
    } else if (job->opcode != LWNVME_NVM_FLUSH) {
        model_write_end(&m->model, &job->span,
                        status == LWNVME_OK                ? MODEL_DONE
                        : status == LWNVME_ERR_NOT_STARTED ? MODEL_NEVER
                                                           : MODEL_UNKNOWN,
                        job->durable, job->powered);
    }
    job->busy = false;
    m->under_way--;
}

static void poll(struct machine *m)
{
    (void)lwnvme_queue_poll(&m->queue, 0);
    look(m);
    if (m->under_way != 0 && !m->off) {
        (void)lwnvme_sim_jump(m->sim, 1000);
        look(m);
    }
}

/* Waits until fewer than `depth` requests are under way, or the power is gone. */
static void wait_for(struct machine *m, uint32_t depth)
{
    while (m->under_way >= depth && m->under_way != 0 && !m->off) {
        poll(m);
    }
}

static struct job *take(struct machine *m, uint8_t opcode, const struct model_span *span, bool fua)
{
    struct job *job = m->jobs;
    wait_for(m, m->workload->depth);
    while (job->busy) {
        job++;
    }
    job->opcode = opcode;
    job->span = *span;
    job->powered = m->model.powered;
    job->durable = fua || !m->medium->cached;
    job->request.done = done;
    job->request.flags = fua ? LWNVME_REQUEST_FUA : 0;
    job->busy = true;
    job->began = model_flush_begin(&m->model);
    m->under_way++;
    return job;
}

static void sent(struct job *job, int status)
{
    if (status != LWNVME_OK) { /* the power is gone, and that has been noticed */
        look(job->machine);
        if (!job->machine->off) {
            complain(job->machine, "a request is refused", status);
        }
        job->request.status = LWNVME_ERR_NOT_STARTED;
        done(&job->request);
    }
}

static bool free_for(struct machine *m, const struct model_span *span)
{
    while (!m->off && !model_may_write(&m->model, span, false) && m->under_way != 0) {
        poll(m);
    }
    return !m->off && model_may_write(&m->model, span, false);
}

static struct lwnvme_buffer buffer_of(const struct machine *m, struct job *job)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(job->data, (size_t)job->span.count * BLOCK);
    for (uint32_t i = 0; i < job->span.count; i++) {
        uint64_t content = job->span.content + i;
        model_block_fill(job->data + (size_t)i * BLOCK, BLOCK, content);
        memcpy(job->metadata + (size_t)i * 8, &content, 8);
    }
    if (m->workload->metadata) {
        buffer.metadata_address = (uintptr_t)job->metadata;
        buffer.metadata_bytes = (size_t)job->span.count * 8;
        buffer.flags |= LWNVME_BUFFER_METADATA;
    }
    return buffer;
}

static void put(struct machine *m, uint64_t lba, uint32_t count, bool fua)
{
    struct model_span span = {.lba = lba, .count = count, .step = 1};
    if (!free_for(m, &span)) {
        return;
    }
    span.content = model_content(&m->model, 0, lba, count <= m->medium->awupf + 1u);
    struct job *job = take(m, LWNVME_NVM_WRITE, &span, fua);
    struct lwnvme_buffer buffer = buffer_of(m, job);
    model_write_begin(&m->model, &span);
    sent(job, lwnvme_write(&m->queue, m->ns, &job->request, lba, count, &buffer));
}

static void put_zeroes(struct machine *m, uint64_t lba, uint32_t count, bool fua)
{
    struct model_span span = {.lba = lba, .count = count};
    if (!free_for(m, &span)) {
        return;
    }
    struct job *job = take(m, LWNVME_NVM_WRITE_ZEROES, &span, fua);
    model_write_begin(&m->model, &span);
    sent(job, lwnvme_write_zeroes(&m->queue, m->ns, &job->request, lba, count));
}

static void trim(struct machine *m, uint64_t lba, uint32_t count)
{
    struct model_span span = {.lba = lba, .count = count, .content = m->medium->dlfeat == 2 ? MODEL_ONES : 0};
    if (!free_for(m, &span)) {
        return;
    }
    struct job *job = take(m, LWNVME_NVM_DATASET_MANAGEMENT, &span, false);
    lwnvme_dsm_range_set(&job->trim, lba, count);
    model_write_begin(&m->model, &span);
    sent(job,
         lwnvme_dataset_management(&m->queue, m->ns, &job->request, &job->trim, 1, LWNVME_DSM_DEALLOCATE));
}

static void copy(struct machine *m, uint64_t lba, uint32_t count, uint64_t from)
{
    struct model_span span = {.lba = lba, .count = count};
    struct model_span source = {.lba = from, .count = count};
    uint64_t contents[JOB_BLOCKS];
    if (!free_for(m, &span)) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!model_certain(&m->model, 0, from + i, &contents[i]) ||
            model_at_home(&m->model, 0, lba + i, contents[i])) {
            return;
        }
    }
    struct job *job = take(m, LWNVME_NVM_COPY, &span, false);
    memcpy(job->contents, contents, sizeof(contents));
    job->span.contents = job->contents;
    job->from = source;
    job->copy = (struct lwnvme_copy_request){
        .format = LWNVME_COPY_FORMAT_0, .memory = &job->range, .memory_bytes = sizeof(job->range)};
    job->began = model_read_begin(&m->model, &job->from);
    model_pin(&m->model, &job->from, true);
    model_write_begin(&m->model, &job->span);
    int status = lwnvme_copy_add(m->ns, &job->copy, m->ns, from, count);
    sent(job, status != LWNVME_OK ? status : lwnvme_copy(&m->queue, m->ns, &job->request, lba, &job->copy));
}

static void flush(struct machine *m)
{
    struct model_span span = {0};
    if (!m->off) {
        struct job *job = take(m, LWNVME_NVM_FLUSH, &span, false);
        sent(job, lwnvme_flush(&m->queue, m->ns, &job->request));
    }
}

/* All that was begun has ended, and is on the medium. */
static void barrier(struct machine *m)
{
    wait_for(m, 1);
    flush(m);
    wait_for(m, 1);
}

/* ---- workloads ---- */

/* Data in place, a record of it in the journal, a flush, and the commit with FUA. */
static void step_filesystem(struct machine *m, uint32_t step)
{
    uint32_t head = step % 8;
    if (head < 4) {
        put(m, 64 + roll(m, 180), 1 + roll(m, 4), false);
    } else if (head < 6) {
        put(m, step % 48, 1 + roll(m, 2), false);
    } else if (head == 6) {
        barrier(m);
    } else {
        put(m, 60, 1, true);
        wait_for(m, 1);
    }
}

/* A log that is written on and on, and flushed now and then. */
static void step_log(struct machine *m, uint32_t step)
{
    put(m, (uint64_t)step * 4 % 248, 4, false);
    if (step % 5 == 4) {
        flush(m);
    }
}

/* The log is safe before pages are written in place. */
static void step_database(struct machine *m, uint32_t step)
{
    if (step % 4 < 2) {
        put(m, (uint64_t)step * 2 % 64, 2, false);
    } else if (step % 4 == 2) {
        barrier(m);
    } else {
        put(m, 64 + (uint64_t)roll(m, 11) * 16, 16, false);
        put(m, 64 + (uint64_t)roll(m, 11) * 16, 8, false);
    }
}

static void step_fua(struct machine *m, uint32_t step)
{
    put(m, roll(m, 60), 1 + roll(m, 6), step % 3 != 0);
}

static void step_zeroes(struct machine *m, uint32_t step)
{
    if (step % 3 == 0) {
        put_zeroes(m, roll(m, 40), 1 + roll(m, 10), roll(m, 4) == 0);
    } else {
        put(m, roll(m, 40), 1 + roll(m, 8), false);
    }
    if (step % 13 == 12) {
        flush(m);
    }
}

static void step_trim(struct machine *m, uint32_t step)
{
    if (step % 3 == 0) {
        trim(m, roll(m, 40), 1 + roll(m, 10));
    } else {
        put(m, roll(m, 40), 1 + roll(m, 8), roll(m, 8) == 0);
    }
    if (step % 11 == 10) {
        flush(m);
    }
}

static void step_copy(struct machine *m, uint32_t step)
{
    if (step % 3 == 0) {
        copy(m, 128 + roll(m, 100), 1 + roll(m, 8), roll(m, 60));
    } else {
        put(m, roll(m, 60), 1 + roll(m, 6), false);
    }
    if (step % 17 == 16) {
        flush(m);
    }
}

static void step_atomic(struct machine *m, uint32_t step)
{
    put(m, roll(m, 64), 2 + roll(m, 15), false);
    if (step % 19 == 18) {
        flush(m);
    }
}

static void step_everything(struct machine *m, uint32_t step)
{
    switch (roll(m, 8)) {
    case 0:
        put_zeroes(m, roll(m, 60), 1 + roll(m, 8), false);
        break;
    case 1:
        trim(m, roll(m, 60), 1 + roll(m, 8));
        break;
    case 2:
        copy(m, roll(m, 60), 1 + roll(m, 4), 100 + roll(m, 60));
        break;
    case 3:
        flush(m);
        break;
    default:
        put(m, roll(m, 160), 1 + roll(m, 8), step % 7 == 0);
        break;
    }
}

/* The same blocks again and again: what comes back is one of the versions since the last flush. */
static void step_hot(struct machine *m, uint32_t step)
{
    put(m, roll(m, 4), 1 + roll(m, 3), step % 9 == 0);
    if (step % 4 == 3) {
        flush(m);
    }
}

static void append(struct machine *m, uint32_t zone, uint32_t count, bool fua)
{
    struct model_span span = {.lba = (uint64_t)zone * ZONE_BLOCKS, .count = count, .step = 1};
    span.content = model_content(&m->model, 0, span.lba, false);
    struct job *job = take(m, LWNVME_ZNS_ZONE_APPEND, &span, fua);
    struct lwnvme_buffer buffer = buffer_of(m, job);
    sent(job, lwnvme_zone_append(&m->queue, &m->zoned, &job->request, span.lba, count, &buffer));
}

static void step_zoned(struct machine *m, uint32_t step)
{
    uint32_t zone = roll(m, 3);
    uint64_t start = (uint64_t)zone * ZONE_BLOCKS;
    uint32_t count = 1 + roll(m, 4);
    if (m->wp[zone] + count > start + ZONE_BLOCKS) {
        struct model_span span = {.lba = start, .count = ZONE_BLOCKS};
        wait_for(m, 1);
        if (free_for(m, &span)) {
            struct job *job = take(m, LWNVME_NVM_WRITE_ZEROES, &span, true);
            job->request.flags = 0;
            model_write_begin(&m->model, &span);
            sent(job, lwnvme_zone_manage(&m->queue, &m->zoned, &job->request, LWNVME_ZSA_RESET, start, 0));
            wait_for(m, 1);
            m->wp[zone] = start;
        }
        return;
    }
    if (!m->off) {
        append(m, zone, count, step % 8 == 0);
        m->wp[zone] += count;
    }
    if (step % 10 == 9) {
        flush(m);
    }
}

static const struct workload workloads[] = {
    {"file system", step_filesystem, 4, false, false},
    {"log", step_log, 2, false, false},
    {"database", step_database, 4, false, false},
    {"fua", step_fua, 4, false, false},
    {"write zeroes", step_zeroes, 4, false, false},
    {"trim", step_trim, 4, false, false},
    {"copy", step_copy, 4, false, false},
    {"large writes", step_atomic, 4, false, false},
    {"everything", step_everything, 8, false, false},
    {"hot blocks", step_hot, 1, false, false},
    {"metadata", step_atomic, 4, false, true},
    {"zoned", step_zoned, 4, true, false},
};
#define WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

/* ---- and afterwards ---- */

static int bring_up(struct machine *m)
{
    int status = lwnvme_controller_status(m->controller);
    while (lwnvme_controller_state(m->controller) == LWNVME_STATE_READY || status == LWNVME_PENDING) {
        status = lwnvme_controller_poll(m->controller);
        (void)lwnvme_sim_jump(m->sim, 1000);
        if (lwnvme_controller_state(m->controller) == LWNVME_STATE_FAILED) {
            break;
        }
    }
    return lwnvme_sync_controller_reset(m->controller);
}

static void check_metadata(struct machine *m, const struct job *job, uint64_t content, uint32_t i)
{
    uint64_t kept;
    memcpy(&kept, job->metadata + (size_t)i * 8, 8);
    if (m->workload->metadata && kept != content) {
        complain(m, "metadata of another write", 0);
    }
}

/* Returns whether the blocks that are there end where the write pointer says. */
static void check_zones(struct machine *m, const uint64_t contents[BLOCKS])
{
    for (uint32_t zone = 0; zone < BLOCKS / ZONE_BLOCKS && m->workload->zoned; zone++) {
        bool ended = false;
        for (uint32_t i = 0; i < ZONE_BLOCKS; i++) {
            uint64_t content = contents[zone * ZONE_BLOCKS + i];
            if (content != 0 && ended) {
                complain(m, "a zone has a hole", 0);
            }
            ended = ended || content == 0;
        }
    }
}

static void read_all(struct machine *m)
{
    static uint64_t contents[BLOCKS];
    struct job *job = &m->jobs[0];
    for (uint64_t lba = 0; lba < BLOCKS; lba += JOB_BLOCKS) {
        struct model_span span = {.lba = lba, .count = JOB_BLOCKS};
        job->span = span;
        struct lwnvme_buffer buffer = buffer_of(m, job);
        memset(job->metadata, 0x77, JOB_BLOCKS * 8);
        uint32_t began = model_read_begin(&m->model, &span);
        job->request.done = NULL;
        job->request.flags = 0;
        int status = lwnvme_read(&m->queue, m->ns, &job->request, lba, JOB_BLOCKS, &buffer);
        status = status != LWNVME_OK ? status : lwnvme_sync_wait(&m->queue, &job->request);
        for (uint32_t i = 0; i < JOB_BLOCKS; i++) {
            contents[lba + i] = model_block_content(job->data + (size_t)i * BLOCK, BLOCK);
            if (contents[lba + i] == MODEL_ANY ||
                !model_block_whole(job->data + (size_t)i * BLOCK, BLOCK, contents[lba + i])) {
                complain(m, "a damaged block", 0);
            }
            check_metadata(m, job, contents[lba + i], i);
        }
        if (!model_read_end(&m->model, &span, status == LWNVME_OK ? contents + lba : NULL, began)) {
            complain(m, m->model.why, 0);
        }
        if (status != LWNVME_OK) {
            complain(m, "read", status);
        }
        figures.blocks += JOB_BLOCKS;
    }
    check_zones(m, contents);
    if (!model_atomic_check(&m->model)) {
        complain(m, m->model.why, 0);
    }
}

/* Runs a workload, with the power cut at an event (NO_CUT: never). Returns how many media events there were. */
static uint64_t run(const struct workload *workload, const struct medium *medium, uint64_t seed,
                    uint64_t cut_at)
{
    uint64_t before = figures.failures;
    struct machine *m = machine_make(workload, medium, seed, cut_at);
    for (uint32_t step = 0; step < STEPS && !m->off; step++) {
        workload->step(m, step);
    }
    wait_for(m, 1);
    uint64_t events = lwnvme_sim_counters(m->sim)->media_events;
    look(m);
    if ((cut_at != NO_CUT) != m->off) {
        complain(m, "the power was not cut where it should be", 0);
    }
    if (m->off) {
        figures.cuts++;
        int status = bring_up(m);
        if (status != LWNVME_OK || m->under_way != 0) {
            complain(m, "brought up again", status);
        }
    }
    read_all(m);
    machine_end(m);
    if (figures.failures != before) {
        printf("workload \"%s\" on \"%s\", seed %llu, power cut at event %llu: fails\n", workload->name,
               medium->name, (unsigned long long)seed, (unsigned long long)cut_at);
    }
    return events;
}

/* The seed decides in which order requests end, and with it how many events there are. */
static void all_cuts(const struct workload *workload, const struct medium *medium, uint64_t seed,
                     size_t first)
{
    uint64_t events = run(workload, medium, seed, NO_CUT);
    figures.events += events;
    for (uint64_t at = 1 + first % every; at <= events; at += every) {
        (void)run(workload, medium, seed, at);
    }
}

static void write_json(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    fprintf(file,
            "{\n  \"workloads\": %llu,\n  \"media_events\": %llu,\n  \"every\": %u,\n  \"rounds\": %u,\n"
            "  \"power_cuts\": %llu,\n  \"blocks_checked\": %llu,\n  \"failures\": %llu\n}\n",
            (unsigned long long)figures.workloads, (unsigned long long)figures.events, every, rounds,
            (unsigned long long)figures.cuts, (unsigned long long)figures.blocks,
            (unsigned long long)figures.failures);
    (void)fclose(file);
}

int main(int count, char **arguments)
{
    const char *json = NULL;
    for (int i = 1; i < count; i++) {
        if (sscanf(arguments[i], "--every=%u", &every) == 1 ||
            sscanf(arguments[i], "--rounds=%u", &rounds) == 1) {
            continue;
        }
        if (strcmp(arguments[i], "--plant=flush") == 0) {
            broken = true;
            continue;
        }
        if (strncmp(arguments[i], "--json=", 7) != 0) {
            fprintf(stderr, "power-cuts: %s?\n", arguments[i]);
            return 2;
        }
        json = arguments[i] + 7;
    }
    every = every == 0 ? 1 : every;
    for (size_t i = 0; i < WORKLOADS * MEDIA; i++) {
        figures.workloads++;
        for (uint64_t seed = 1; seed <= rounds; seed++) {
            all_cuts(&workloads[i / MEDIA], &media[i % MEDIA], seed, i);
        }
    }
    if (json != NULL) {
        write_json(json);
    }
    printf("%llu workloads, %llu media events, %llu power cuts, %llu blocks checked, %llu failures\n",
           (unsigned long long)figures.workloads, (unsigned long long)figures.events,
           (unsigned long long)figures.cuts, (unsigned long long)figures.blocks,
           (unsigned long long)figures.failures);
    return figures.failures == 0 ? 0 : 1;
}

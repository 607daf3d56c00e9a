/* SPDX-License-Identifier: MIT */
/*
 * The software controller's life, its clock and the hooks that are neither memory nor registers.
 *
 * Everything happens inside a hook or a call from outside: time is moved on, and what became due on the way
 * is done in order. `busy` says that the device is at work or a callback runs; then time may pass, but
 * nothing else starts.
 */
#include "sim_internal.h"

#include <stdarg.h>
#include <sys/mman.h>

#define LONGEST_WAIT_US 3600000000u

/* ---- violations ---- */

void lwsim_violation(struct lwnvme_sim *sim, const char *format, ...)
{
    char *message = sim->messages[sim->violations % LWNVME_SIM_VIOLATIONS];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(sim->messages[0]), format, arguments);
    va_end(arguments);
    sim->violations++;
    if (sim->config.verbose || sim->config.abort_on_violation) {
        fprintf(stderr, "lwnvme_sim: violation: %s\n", message);
    }
    if (sim->config.on_violation != NULL) {
        sim->config.on_violation(sim->config.callback_context, message);
    }
    if (sim->config.abort_on_violation) {
        abort();
    }
}

uint64_t lwnvme_sim_violations(const struct lwnvme_sim *sim)
{
    return sim->violations;
}

const char *lwnvme_sim_violation(const struct lwnvme_sim *sim, size_t index)
{
    uint64_t kept = sim->violations < LWNVME_SIM_VIOLATIONS ? sim->violations : LWNVME_SIM_VIOLATIONS;
    return index >= kept ? NULL : sim->messages[(sim->violations - kept + index) % LWNVME_SIM_VIOLATIONS];
}

void lwnvme_sim_violations_clear(struct lwnvme_sim *sim)
{
    sim->violations = 0;
}

void lwnvme_sim_violations_print(const struct lwnvme_sim *sim)
{
    for (size_t i = 0; lwnvme_sim_violation(sim, i) != NULL; i++) {
        fprintf(stderr, "lwnvme_sim: violation: %s\n", lwnvme_sim_violation(sim, i));
    }
}

/* xorshift64*: small, and the same everywhere. */
uint64_t lwsim_random(struct lwnvme_sim *sim)
{
    sim->random ^= sim->random >> 12;
    sim->random ^= sim->random << 25;
    sim->random ^= sim->random >> 27;
    return (sim->random * 0x2545f4914f6cdd1du) >> 16;
}

/* ---- time ---- */

static uint64_t next_event(const struct lwnvme_sim *sim)
{
    uint64_t registers = lwsim_register_next(sim);
    uint64_t queues = lwsim_queue_next(sim);
    uint64_t parts = lwsim_parts_next(sim);
    registers = registers < queues ? registers : queues;
    return registers < parts ? registers : parts;
}

void lwsim_step(struct lwnvme_sim *sim, uint64_t us)
{
    uint64_t until = sim->now + us;
    if (sim->busy != 0) {
        sim->now = until;
        return;
    }
    sim->busy++;
    lwsim_plain_look(sim);
    for (uint64_t due = next_event(sim); due <= until; due = next_event(sim)) {
        sim->now = due > sim->now ? due : sim->now;
        uint64_t registers = lwsim_register_next(sim);
        if (lwsim_parts_next(sim) <= due) {
            lwsim_parts_run(sim);
        } else if (registers <= lwsim_queue_next(sim)) {
            lwsim_register_run(sim);
        } else {
            lwsim_queue_run_one(sim);
        }
    }
    sim->now = until;
    lwsim_plain_show(sim);
    sim->busy--;
}

static uint64_t shown_time(const struct lwnvme_sim *sim)
{
    uint64_t granularity = sim->config.clock_granularity_us == 0 ? 1 : sim->config.clock_granularity_us;
    uint64_t time = lwsim_shown(sim);
    return time - time % granularity;
}

uint64_t lwnvme_sim_time(const struct lwnvme_sim *sim)
{
    return shown_time(sim);
}

void lwnvme_sim_advance(struct lwnvme_sim *sim, uint64_t us)
{
    uint64_t until = sim->now + us;
    for (uint64_t due = next_event(sim); sim->busy == 0 && due <= until; due = next_event(sim)) {
        lwsim_step(sim, due > sim->now ? due - sim->now : 0);
        lwsim_deliver(sim);
    }
    lwsim_step(sim, until > sim->now ? until - sim->now : 0);
    lwsim_deliver(sim);
}

/* How far it is to what happens next, at most `most_us`. */
static uint64_t step_to_next(const struct lwnvme_sim *sim, uint64_t most_us)
{
    uint64_t due = next_event(sim);
    uint64_t left = due > sim->now ? due - sim->now : 0;
    return left < most_us ? left : most_us;
}

uint64_t lwnvme_sim_jump(struct lwnvme_sim *sim, uint64_t most_us)
{
    uint64_t from = sim->now;
    lwnvme_sim_advance(sim, step_to_next(sim, most_us));
    return sim->now - from;
}

void lwnvme_sim_run(struct lwnvme_sim *sim)
{
    lwnvme_sim_advance(sim, 0);
}

/* ---- hooks ---- */

static struct lwnvme_sim *host_sim(void *host)
{
    return (struct lwnvme_sim *)host;
}

static uint64_t hook_now_us(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    uint64_t call = ++sim->counts.now_calls;
    lwsim_step(sim, sim->config.clock_step_us);
    if (sim->config.clock_jump_at != 0 && call == sim->config.clock_jump_at) {
        sim->shown_offset += sim->config.clock_jump_us;
    }
    if (sim->config.clock_stop_at == 0 || call <= sim->config.clock_stop_at ||
        (sim->config.clock_stop_count != 0 &&
         call - sim->config.clock_stop_at > sim->config.clock_stop_count)) {
        sim->shown_last = shown_time(sim);
    }
    return sim->shown_last;
}

static volatile void *hook_mmio_map(void *host, uint64_t physical_address, size_t size)
{
    struct lwnvme_sim *sim = host_sim(host);
    volatile void *buffer = lwsim_cmb_map(sim, physical_address, size);
    if (buffer != NULL) {
        sim->mmio_maps++;
        return buffer;
    }
    if (physical_address != sim->config.bar_physical || size == 0 || size > sim->bar_bytes) {
        lwsim_violation(sim, "mmio_map: %zu bytes at 0x%llx, but the registers are %zu bytes at 0x%llx", size,
                        (unsigned long long)physical_address, sim->bar_bytes,
                        (unsigned long long)sim->config.bar_physical);
        return NULL;
    }
    sim->mmio_maps++;
    return sim->bar;
}

static void hook_mmio_unmap(void *host, volatile void *registers, size_t size)
{
    struct lwnvme_sim *sim = host_sim(host);
    bool buffer = registers == sim->cmb.window && registers != NULL && size == sim->config.cmb_bytes;
    if (sim->mmio_maps == 0 || (!buffer && (registers != sim->bar || size > sim->bar_bytes))) {
        lwsim_violation(sim, "mmio_unmap: these registers are not mapped");
        return;
    }
    sim->mmio_maps--;
}

static bool registers_right(struct lwnvme_sim *sim, volatile void *registers)
{
    if (registers != sim->bar) {
        lwsim_violation(sim, "register access through a pointer that is not this controller's");
        return false;
    }
    return true;
}

static uint32_t hook_mmio_read32(void *host, volatile void *registers, size_t offset)
{
    struct lwnvme_sim *sim = host_sim(host);
    lwsim_step(sim, sim->config.mmio_step_us);
    return registers_right(sim, registers) ? lwsim_register_read(sim, offset) : 0xffffffffu;
}

static void hook_mmio_write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    struct lwnvme_sim *sim = host_sim(host);
    lwsim_step(sim, sim->config.mmio_step_us);
    if (lwsim_cmb_write(sim, registers, offset, value)) {
        return;
    }
    if (registers_right(sim, registers)) {
        lwsim_register_write(sim, offset, value);
        lwsim_step(sim, 0);
    }
}

static void hook_lock(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    sim->counts.locks++;
    if (sim->locked++ != 0) {
        lwsim_violation(sim, "lock: taken twice");
    }
}

static void hook_unlock(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    if (sim->locked == 0) {
        lwsim_violation(sim, "unlock: not locked");
        return;
    }
    sim->locked--;
}

/* To the next thing that happens, or to the deadline. False: that has passed. */
static bool wait_on(struct lwnvme_sim *sim, uint64_t deadline_us)
{
    int64_t left = (int64_t)(deadline_us - shown_time(sim));
    if (left <= 0) {
        return false;
    }
    uint64_t step = step_to_next(sim, (uint64_t)left > LONGEST_WAIT_US ? LONGEST_WAIT_US : (uint64_t)left);
    lwsim_step(sim, lwsim_interrupt_waits(sim) ? 0 : step);
    lwsim_deliver(sim);
    return true;
}

static void hook_wait(void *host, uint64_t deadline_us)
{
    struct lwnvme_sim *sim = host_sim(host);
    sim->counts.waits++;
    if (sim->locked != 0) {
        lwsim_violation(sim, "wait: called with the lock held");
    }
    for (bool more = !sim->woken; more;) {
        more = wait_on(sim, deadline_us) && sim->config.wait_patient && !sim->woken;
    }
    sim->woken = false;
}

static void hook_wake(void *host)
{
    host_sim(host)->woken = true;
}

static void hook_relax(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    uint64_t jump = sim->config.relax_jump_us == 0 ? 0 : step_to_next(sim, sim->config.relax_jump_us);
    sim->counts.relaxes++;
    lwsim_step(sim, jump > sim->config.relax_step_us ? jump : sim->config.relax_step_us);
    lwsim_deliver(sim);
}

static bool hook_fence_device(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    sim->counts.fences++;
    if (sim->config.fence_works) {
        sim->fenced = true;
    }
    return sim->config.fence_works;
}

static void hook_log(void *host, enum lwnvme_log_level level, const char *message)
{
    struct lwnvme_sim *sim = host_sim(host);
    if (sim->config.verbose) {
        fprintf(stderr, "lwnvme[%d]: %s\n", (int)level, message);
    }
    if (strpbrk(message, "\r\n") != NULL) {
        lwsim_violation(sim, "log: a message holds a line end");
    }
    if (sim->config.on_log != NULL) {
        sim->config.on_log(sim->config.callback_context, (int)level, message);
    }
}

static void set_hooks(struct lwnvme_sim *sim)
{
    struct lwnvme_host_ops *ops = &sim->ops;
    lwsim_memory_hooks(ops);
    ops->now_us = hook_now_us;
    ops->mmio_map = hook_mmio_map;
    ops->mmio_unmap = hook_mmio_unmap;
    ops->mmio_read32 = sim->config.plain_registers ? NULL : hook_mmio_read32;
    ops->mmio_write32 = sim->config.plain_registers ? NULL : hook_mmio_write32;
    ops->lock = hook_lock;
    ops->unlock = hook_unlock;
    ops->wait = hook_wait;
    ops->wake = hook_wake;
    ops->relax = hook_relax;
    ops->fence_device = hook_fence_device;
    ops->log = hook_log;
    ops->log_words = lwnvme_log_words;
}

/* ---- power ---- */

void lwsim_power_on(struct lwnvme_sim *sim, enum sim_reset kind)
{
    lwsim_queue_reset(sim);
    sim->cc = 0;
    sim->csts = 0;
    sim->cc_written = false;
    sim->dead = false;
    sim->stuck = false;
    sim->stuck_for_good = sim->stuck_for_good && kind != SIM_RESET_POWER;
    sim->aqa = 0;
    memset(sim->asq, 0, sizeof(sim->asq));
    memset(sim->acq, 0, sizeof(sim->acq));
    sim->asq_low_last = false;
    sim->acq_low_last = false;
    sim->ready_due = LWNVME_SIM_NEVER;
    sim->disabled_due = LWNVME_SIM_NEVER;
    sim->shutdown_due = LWNVME_SIM_NEVER;
    sim->media_due = 0;
    sim->quiet_until = sim->now + sim->config.quiet_at_start_us;
    sim->enabled_at = lwsim_shown(sim);
    sim->rings_known = false;
    if (kind == SIM_RESET_POWER) {
        sim->powered_at = sim->now;
        sim->smart.power_cycles++;
    }
    lwsim_parts_reset(sim, kind);
}

/* The state in which the driver finds the controller, as configured. */
static void start_state(struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    uint32_t running = 1u | (uint32_t)(c->cap_mpsmin & 15u) << 7 | (uint32_t)(c->sqes & 15u) << 16 |
                       (uint32_t)(c->cqes & 15u) << 20;
    if (c->start_enabled || c->start_shutdown || c->start_enabling) {
        sim->cc = running;
        sim->aqa = 0x001f001f;
        sim->asq[0] = 0x7e5f0000; /* wherever firmware had them */
        sim->acq[0] = 0x7e5e0000;
        sim->csts = c->start_enabling ? 0 : 1;
        sim->ready_due = c->start_enabling ? c->ready_delay_us : LWNVME_SIM_NEVER;
    }
    if (c->start_shutdown) {
        sim->cc |= 1u << 14;
        sim->csts |= 2u << 2;
    }
    if (c->start_disabling) {
        sim->csts |= 1;
        sim->disabled_due = c->disable_delay_us;
    }
    sim->csts |= (c->start_fatal ? 2u : 0) | (c->start_nssro ? 0x10u : 0);
    sim->fenced = c->start_fenced;
}

void lwnvme_sim_remove(struct lwnvme_sim *sim)
{
    sim->removed = true;
    lwsim_jobs_power_off(sim);
    lwsim_queue_reset(sim);
    sim->ready_due = LWNVME_SIM_NEVER;
    sim->disabled_due = LWNVME_SIM_NEVER;
    sim->shutdown_due = LWNVME_SIM_NEVER;
    sim->cc = 0;
    sim->csts = 0;
    sim->smart.unsafe_shutdowns++;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        lwsim_cache_lose(sim, &sim->ns[i]);
    }
}

void lwnvme_sim_insert(struct lwnvme_sim *sim)
{
    sim->removed = false;
    sim->fenced = false;
    sim->config.mmio_ones_at = 0;
    sim->config.mmio_zeros_at = 0;
    lwsim_power_on(sim, SIM_RESET_POWER);
    sim->unknown = true;
}

static void tear_all(struct lwnvme_sim *sim, struct sim_task *task, uint64_t stored, bool in_groups)
{
    if (task != NULL) {
        lwsim_tear(sim, task, stored, in_groups);
    }
    for (size_t i = 0; i < sim->heap_count && sim->config.power_cut_tears; i++) {
        lwsim_tear(sim, sim->heap[i], UINT64_MAX, in_groups);
    }
}

void lwsim_power_lost(struct lwnvme_sim *sim, struct sim_task *task, uint64_t stored)
{
    if ((sim->csts & 0xc) != 0x8) {
        sim->smart.unsafe_shutdowns++;
    }
    sim->counts.power_cuts++;
    tear_all(sim, task, stored, false);
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        lwsim_cache_lose(sim, &sim->ns[i]);
    }
    tear_all(sim, task, stored, true);
    sim->fenced = false;
    lwsim_power_on(sim, SIM_RESET_POWER);
    sim->unknown = true;
}

void lwnvme_sim_power_cut(struct lwnvme_sim *sim)
{
    lwsim_power_lost(sim, NULL, 0);
}

void lwnvme_sim_unfence(struct lwnvme_sim *sim)
{
    sim->fenced = false;
}

void lwnvme_sim_fatal(struct lwnvme_sim *sim)
{
    sim->csts |= 2;
}

/* ---- life ---- */

/* Random write areas have a size, and it is in units of what is flushed. */
static bool zoned_sane(const struct lwnvme_sim_zoned *zoned)
{
    return (zoned->ozcs & 2) == 0 ||
           (zoned->zrwafg != 0 && zoned->zrwasz != 0 && zoned->zrwasz % zoned->zrwafg == 0);
}

static bool config_sane(const struct lwnvme_sim_config *c)
{
    return zoned_sane(&c->zoned) && c->io_queue_pairs <= 65534 && c->namespace_count <= 65536 &&
           c->namespace_room <= 65536 && c->other_controllers <= 7 &&
           c->secondary_controllers <= SIM_SECONDARIES && c->cap_dstrd <= 15 && c->cap_mpsmin <= 15 &&
           c->cap_mpsmax <= 15 && c->msix_vectors <= 2048 && c->msi_vectors <= 32 &&
           (c->bar_bytes == 0 || c->bar_bytes >= 4096) && c->mdts <= 63 && c->bar_bytes <= SIZE_MAX / 2;
}

struct lwnvme_sim *lwnvme_sim_create(const struct lwnvme_sim_config *config)
{
    struct lwnvme_sim *sim = config == NULL || !config_sane(config) ? NULL : calloc(1, sizeof(*sim));
    if (sim == NULL) {
        return NULL;
    }
    sim->config = *config;
    sim->random = config->seed * 0x9e3779b97f4a7c15u + 0x1234567u;
    sim->bar_bytes = (size_t)(config->bar_bytes != 0 ? config->bar_bytes : lwsim_bar_needed(config));
    /* Nothing may be touched there: a driver that goes past the hooks stops at once. */
    sim->bar = mmap(NULL, sim->bar_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sim->bar == MAP_FAILED) {
        sim->bar = NULL;
    }
    if (sim->bar == NULL || !lwsim_view_create(sim) || !lwsim_memory_create(sim) ||
        !lwsim_queue_create_all(sim) || !lwsim_medium_create(sim) || !lwsim_parts_create(sim) ||
        !lwsim_plain_create(sim)) {
        lwnvme_sim_destroy(sim);
        return NULL;
    }
    set_hooks(sim);
    lwsim_power_on(sim, SIM_RESET_POWER);
    start_state(sim);
    lwsim_plain_show(sim);
    return sim;
}

void lwnvme_sim_destroy(struct lwnvme_sim *sim)
{
    if (sim == NULL) {
        return;
    }
    lwsim_queue_destroy_all(sim);
    lwsim_parts_destroy(sim);
    lwsim_medium_destroy(sim);
    lwsim_memory_destroy(sim);
    lwsim_view_destroy(sim);
    free(sim->registers);
    if (sim->bar != NULL) {
        (void)munmap(sim->bar, sim->bar_bytes);
    }
    free(sim);
}

struct lwnvme_host_ops *lwnvme_sim_host_ops(struct lwnvme_sim *sim)
{
    return &sim->ops;
}

uint64_t lwnvme_sim_bar_physical(const struct lwnvme_sim *sim)
{
    return sim->config.bar_physical;
}

uint64_t lwnvme_sim_bar_bytes(const struct lwnvme_sim *sim)
{
    return sim->bar_bytes;
}

volatile void *lwnvme_sim_bar_mapped(struct lwnvme_sim *sim)
{
    return sim->bar;
}

struct lwnvme_sim_config *lwnvme_sim_settings(struct lwnvme_sim *sim)
{
    return &sim->config;
}

bool lwnvme_sim_fault_add(struct lwnvme_sim *sim, const struct lwnvme_sim_fault *fault)
{
    for (size_t i = 0; i < LWNVME_SIM_FAULTS; i++) {
        if (sim->config.faults[i].kind == LWNVME_SIM_NO_FAULT) {
            sim->config.faults[i] = *fault;
            return true;
        }
    }
    return false;
}

void lwnvme_sim_faults_clear(struct lwnvme_sim *sim)
{
    memset(sim->config.faults, 0, sizeof(sim->config.faults));
}

size_t lwnvme_sim_outstanding_mmio_maps(const struct lwnvme_sim *sim)
{
    return sim->mmio_maps;
}

const struct lwnvme_sim_counts *lwnvme_sim_counters(const struct lwnvme_sim *sim)
{
    return &sim->counts;
}

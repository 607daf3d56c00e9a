/* SPDX-License-Identifier: MIT */
/*
 * The hooks but for memory: the bus, and a clock that moves as in the software controller. The controller has a clock of
 * its own, which is real; watch.c sees to it that the two do not come to differ in a way that matters.
 */
#include "device.h"

#include <stdio.h>
#include <unistd.h>

#define LONGEST_WAIT_US 100000u

static struct lwnvme_sim *host_sim(void *host)
{
    return (struct lwnvme_sim *)host;
}

uint32_t host_random(struct lwnvme_sim *sim)
{
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 17;
    sim->random ^= sim->random << 5;
    return sim->random;
}

void device_violation(struct lwnvme_sim *sim, const char *format, ...)
{
    va_list arguments;

    sim->violations++;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

/* ---- interrupts ---- */

/* Each vector writes its number, plus 1, to a word of its own. */
void host_deliver(struct lwnvme_sim *sim)
{
    volatile uint32_t *words = (volatile uint32_t *)(void *)qemu_memory_at(sim->qemu, sim->vector_words);

    if (sim->vector_words == 0 || sim->locked != 0)
        return;
    for (uint16_t vector = 0; vector < sim->config.msix_vectors && vector < DEVICE_VECTORS; vector++) {
        if (words[vector] == 0)
            continue;
        if (words[vector] != vector + 1u)
            device_violation(sim, "interrupt %u says %u", vector, words[vector]);
        words[vector] = 0;
        if (sim->config.on_interrupt != NULL) {
            sim->counts.interrupts++;
            sim->config.on_interrupt(sim->config.callback_context, vector);
        }
    }
}

bool lwnvme_sim_msix_mask(struct lwnvme_sim *sim, uint16_t vector, bool is_masked)
{
    const uint64_t pending = sim->msix_pending + vector / 32 * 4u;
    bool was = (qemu_read32(sim->qemu, pending) >> vector % 32 & 1) != 0;

    qemu_write32(sim->qemu, sim->msix_table + vector * 16u + 12, is_masked ? 1 : 0);
    return was;
}

/* ---- time ---- */

static void step(struct lwnvme_sim *sim, uint64_t us)
{
    sim->now_us += us;
    watch_due(sim);
}

static uint64_t shown_time(const struct lwnvme_sim *sim)
{
    uint64_t granularity = sim->config.clock_granularity_us == 0 ? 1 : sim->config.clock_granularity_us;
    uint64_t time = sim->now_us + sim->config.clock_start_us + (uint64_t)sim->jumped_us;

    return time - time % granularity;
}

uint64_t lwnvme_sim_time(const struct lwnvme_sim *sim)
{
    return shown_time(sim);
}

void lwnvme_sim_advance(struct lwnvme_sim *sim, uint64_t us)
{
    uint64_t until = sim->now_us + us;

    for (uint64_t due = watch_next_due(sim); due <= until; due = watch_next_due(sim)) {
        step(sim, due > sim->now_us ? due - sim->now_us : 0);
        host_deliver(sim);
    }
    step(sim, until > sim->now_us ? until - sim->now_us : 0);
    watch_look(sim);
    host_deliver(sim);
}

uint64_t lwnvme_sim_jump(struct lwnvme_sim *sim, uint64_t most_us)
{
    const uint64_t due = watch_next_due(sim);
    const uint64_t us = due - sim->now_us < most_us ? due - sim->now_us : most_us;

    lwnvme_sim_advance(sim, us);
    return us;
}

void lwnvme_sim_run(struct lwnvme_sim *sim)
{
    lwnvme_sim_advance(sim, 0);
}

static uint64_t hook_now_us(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    uint64_t call = ++sim->counts.now_calls;

    step(sim, sim->config.clock_step_us);
    if (sim->config.clock_jump_at != 0 && call == sim->config.clock_jump_at)
        sim->jumped_us += sim->config.clock_jump_us;
    if (sim->config.clock_stop_at == 0 || call <= sim->config.clock_stop_at)
        sim->shown_us = shown_time(sim);
    return sim->shown_us;
}

static void hook_relax(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);

    sim->counts.relaxes++;
    step(sim, sim->config.relax_step_us);
    watch_look(sim);
    host_deliver(sim);
}

static void hook_wait(void *host, uint64_t deadline_us)
{
    struct lwnvme_sim *sim = host_sim(host);
    int64_t left = (int64_t)(deadline_us - shown_time(sim));
    uint64_t next = watch_next_due(sim);
    uint64_t pause;

    sim->counts.waits++;
    if (sim->locked != 0)
        device_violation(sim, "wait: called with the lock held");
    if (!sim->woken && left > 0) {
        pause = (uint64_t)left > LONGEST_WAIT_US ? LONGEST_WAIT_US : (uint64_t)left;
        if (next != LWNVME_SIM_NEVER && next < sim->now_us + pause)
            pause = next > sim->now_us ? next - sim->now_us : 0;
        step(sim, pause);
        watch_look(sim);
        host_deliver(sim);
    }
    sim->woken = false;
}

static void hook_wake(void *host)
{
    host_sim(host)->woken = true;
}

/* ---- the bus ---- */

static volatile void *hook_mmio_map(void *host, uint64_t physical_address, size_t size)
{
    struct lwnvme_sim *sim = host_sim(host);

    if (sim->buffer != NULL && physical_address == QEMU_CMB_WINDOW && size <= sim->buffer_bytes) {
        sim->mmio_maps++;
        return sim->buffer;
    }
    if (physical_address != sim->config.bar_physical || size == 0 || size > sim->bar_bytes) {
        device_violation(sim, "mmio_map: %zu bytes at 0x%llx are not the registers", size,
                         (unsigned long long)physical_address);
        return NULL;
    }
    sim->mmio_maps++;
    return sim->bar;
}

static void hook_mmio_unmap(void *host, volatile void *registers, size_t size)
{
    struct lwnvme_sim *sim = host_sim(host);

    if ((registers != sim->bar && registers != sim->buffer) || sim->mmio_maps == 0 || size == 0)
        device_violation(sim, "mmio_unmap: these registers are not mapped");
    else
        sim->mmio_maps--;
}

static bool registers_right(struct lwnvme_sim *sim, volatile void *registers, size_t offset)
{
    if (registers == sim->bar && offset % 4 == 0 && offset + 4 <= sim->bar_bytes)
        return true;
    device_violation(sim, "there is no register at byte %zu", offset);
    return false;
}

static uint32_t hook_mmio_read32(void *host, volatile void *registers, size_t offset)
{
    struct lwnvme_sim *sim = host_sim(host);
    uint64_t reads = ++sim->counts.mmio_reads;

    step(sim, sim->config.mmio_step_us);
    if (!sim->removed && sim->config.mmio_ones_at != 0 && reads >= sim->config.mmio_ones_at)
        lwnvme_sim_remove(sim);
    if (!sim->removed && sim->config.mmio_zeros_at != 0 && reads >= sim->config.mmio_zeros_at) {
        lwnvme_sim_remove(sim);
        sim->removed_reads = 0;
    }
    if (!registers_right(sim, registers, offset) || sim->removed)
        return sim->removed_reads;
    return qemu_read32(sim->qemu, QEMU_MMIO_WINDOW + offset);
}

static void hook_mmio_write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    struct lwnvme_sim *sim = host_sim(host);

    if (sim->buffer != NULL && registers == sim->buffer && offset + 4 <= sim->buffer_bytes) {
        sim->counts.cmb_writes++;
        memcpy(sim->buffer_copy + offset, &value, 4);
        qemu_write32(sim->qemu, QEMU_CMB_WINDOW + offset, value);
        return;
    }
    sim->counts.mmio_writes++;
    step(sim, sim->config.mmio_step_us);
    if (registers_right(sim, registers, offset) && !sim->removed)
        watch_write(sim, offset, value);
}

static bool hook_fence_device(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);
    uint32_t command;

    sim->counts.fences++;
    if (!sim->config.fence_works)
        return false;
    command = qemu_config_read(sim->qemu, DEVICE_SLOT, 4);
    qemu_config_write(sim->qemu, DEVICE_SLOT, 4, command & 0xffffu & ~4u);
    return true;
}

/* ---- the rest ---- */

static void hook_lock(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);

    sim->counts.locks++;
    if (sim->locked++ != 0)
        device_violation(sim, "lock: taken twice");
}

static void hook_unlock(void *host)
{
    struct lwnvme_sim *sim = host_sim(host);

    if (sim->locked == 0)
        device_violation(sim, "unlock: not locked");
    else
        sim->locked--;
}

static void hook_log(void *host, enum lwnvme_log_level level, const char *message)
{
    struct lwnvme_sim *sim = host_sim(host);

    if (sim->config.verbose)
        (void)fprintf(stderr, "lwnvme[%d]: %s\n", (int)level, message);
    if (sim->config.on_log != NULL)
        sim->config.on_log(sim->config.callback_context, (int)level, message);
}

void host_hooks(struct lwnvme_host_ops *ops)
{
    ops->now_us = hook_now_us;
    ops->mmio_map = hook_mmio_map;
    ops->mmio_unmap = hook_mmio_unmap;
    ops->mmio_read32 = hook_mmio_read32;
    ops->mmio_write32 = hook_mmio_write32;
    ops->lock = hook_lock;
    ops->unlock = hook_unlock;
    ops->wait = hook_wait;
    ops->wake = hook_wake;
    ops->relax = hook_relax;
    ops->fence_device = hook_fence_device;
    ops->log = hook_log;
    ops->log_words = lwnvme_log_words;
}

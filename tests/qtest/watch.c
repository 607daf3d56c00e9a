/* SPDX-License-Identifier: MIT */
/*
 * Watches what the driver writes to registers and rings, and what the controller answers. For two purposes: to count commands and
 * show them, as the software controller does; and to make a controller that works by a clock of its own, in another process,
 * the same on each run. A doorbell returns when the controller has answered all that it was given. Where the test
 * wants commands that take their time, it is the doorbell that is held back.
 */
#include "device.h"

#include <sched.h>
#include <time.h>

#define REGISTER_CC        0x14u
#define REGISTER_AQA       0x24u
#define REGISTER_ASQ       0x28u
#define REGISTER_ACQ       0x30u
#define DOORBELLS          0x1000u
#define YIELDS             20u
#define PAUSE_NS           20000
#define TURNS_MAX          200000u /* half a minute */
#define ADMIN_DELETE_SQ    0x00u
#define ADMIN_CREATE_SQ    0x01u
#define ADMIN_DELETE_CQ    0x04u
#define ADMIN_CREATE_CQ    0x05u
#define ADMIN_GET_LOG      0x02u
#define ADMIN_IDENTIFY     0x06u
#define ADMIN_ABORT        0x08u
#define ADMIN_SET_FEATURES 0x09u
#define ADMIN_GET_FEATURES 0x0au
#define ADMIN_EVENT        0x0cu
/* bytes of Identify Controller */
#define IDENTIFY_OACS           256u
#define IDENTIFY_LPA            261u
#define IDENTIFY_NN             516u
#define IDENTIFY_ONCS           520u
#define ONCS_VERIFY             0x80u
#define ONCS_DATASET_MANAGEMENT 0x04u
#define IDENTIFY_VWC            525u
#define IDENTIFY_SGLS           536u
#define IDENTIFY_NUMZRWA        44u /* of Identify Namespace, zoned */
#define IDENTIFY_NOIOB          46u /* of Identify Namespace */
#define FEATURE_QUEUES          0x07u
#define ADMIN_FORMAT            0x80u

void watch_forget(struct lwnvme_sim *sim)
{
    memset(sim->sq, 0, sizeof(sim->sq));
    memset(sim->cq, 0, sizeof(sim->cq));
    memset(sim->events_held, 0, sizeof(sim->events_held));
    memset(sim->admin, 0, sizeof(sim->admin));
    sim->held_count = 0;
}

static void ring_begin(struct device_ring *ring, uint64_t base, uint32_t entries)
{
    memset(ring, 0, sizeof(*ring));
    ring->live = true;
    ring->base = base;
    ring->entries = entries;
    ring->phase = 1;
}

static uint32_t *ring_entry(struct lwnvme_sim *sim, const struct device_ring *ring, size_t size)
{
    const uint64_t address = ring->base + ring->at * size;

    if (address >= QEMU_CMB_WINDOW && address < QEMU_CMB_WINDOW + sim->buffer_bytes)
        return (uint32_t *)(void *)(sim->buffer_copy + (address - QEMU_CMB_WINDOW));
    return (uint32_t *)(void *)qemu_memory_at(sim->qemu, address);
}

/* ---- commands ---- */

static void keep_bits(uint8_t *field, uint32_t bits, size_t bytes)
{
    for (size_t index = 0; index < bytes; index++)
        field[index] &= (uint8_t)(bits >> (8 * index));
}

/* A number that is one less than there are; QEMU says how many there are. */
static void fewer_areas(uint8_t *field)
{
    uint32_t count;

    memcpy(&count, field, 4);
    count -= count != 0;
    memcpy(field, &count, 4);
}

/*
 * Identify data before the driver sees them. What the scenario wants a controller to be without, QEMU's does not tell of.
 * It knows Verify, but says so by a limit alone.
 */
static void identify_seen(struct lwnvme_sim *sim, const uint32_t command[16], uint8_t *data)
{
    const struct lwnvme_sim_config *config = &sim->config;

    if ((command[10] & 0xff) == 1) {
        data[IDENTIFY_ONCS] |= ONCS_VERIFY;
        keep_bits(data + IDENTIFY_OACS, config->oacs, 2);
        keep_bits(data + IDENTIFY_ONCS, config->oncs, 2);
        keep_bits(data + IDENTIFY_LPA, config->lpa, 1);
        keep_bits(data + IDENTIFY_VWC, config->vwc, 1);
        data[IDENTIFY_SGLS] |= config->sgls & 2; /* at dwords only, where it could at bytes */
        keep_bits(data + IDENTIFY_SGLS, config->sgls, 4);
        memcpy(data + IDENTIFY_NN, &config->namespace_count, 4);
    }
    if ((command[10] & 0xff) == 0 && command[1] - 1 < config->namespace_count)
        memcpy(data + IDENTIFY_NOIOB, &config->ns[command[1] - 1].noiob, 2);
    if ((command[10] & 0xff) == 6 && command[11] >> 24 == 0) {
        data[0] = (config->oncs & ONCS_VERIFY) != 0 ? data[0] : 0; /* VSL */
        if ((config->oncs & ONCS_DATASET_MANAGEMENT) == 0)
            memset(data + 3, 0, 13); /* DMRL, DMRSL, DMSL */
    }
    if ((command[10] & 0xff) == 5 && command[11] >> 24 == 2)
        fewer_areas(data + IDENTIFY_NUMZRWA);
    if (config->on_identify != NULL)
        config->on_identify(config->callback_context, command[10] & 0xff, command[1], data);
}

/* A command of the admin queue that the controller has carried out. */
static void admin_done(struct lwnvme_sim *sim, const uint32_t command[16])
{
    const uint32_t opcode = command[0] & 0xff;
    const uint32_t qid = (command[10] & 0xffff) % DEVICE_QUEUES;
    const uint64_t base = command[6] | (uint64_t)command[7] << 32;

    if (opcode == ADMIN_CREATE_CQ)
        ring_begin(&sim->cq[qid], base, (command[10] >> 16) + 1);
    if (opcode == ADMIN_CREATE_SQ) {
        ring_begin(&sim->sq[qid], base, (command[10] >> 16) + 1);
        sim->sq[qid].cqid = (uint16_t)(command[11] >> 16);
    }
    if (opcode == ADMIN_DELETE_CQ)
        sim->cq[qid].live = false;
    if (opcode == ADMIN_DELETE_SQ)
        sim->sq[qid].live = false;
    if (opcode == ADMIN_IDENTIFY)
        identify_seen(sim, command, qemu_memory_at(sim->qemu, base));
    if (opcode == ADMIN_FORMAT && command[1] - 1 < LWNVME_SIM_NAMESPACES)
        sim->format[command[1] - 1] = command[10] & 15;
}

/* Features, formats, attachments and the like stay as they are; zones and data are not looked at. */
static bool outlasts_reset(const uint32_t command[16])
{
    static const uint8_t harmless[] = {ADMIN_DELETE_SQ, ADMIN_CREATE_SQ,    ADMIN_GET_LOG,
                                       ADMIN_DELETE_CQ, ADMIN_CREATE_CQ,    ADMIN_IDENTIFY,
                                       ADMIN_ABORT,     ADMIN_GET_FEATURES, ADMIN_EVENT};
    const uint32_t opcode = command[0] & 0xff;

    if (opcode == ADMIN_SET_FEATURES)
        return (command[10] & 0xff) != FEATURE_QUEUES;
    return memchr(harmless, (int)opcode, sizeof(harmless)) == NULL;
}

static void command_given(struct lwnvme_sim *sim, uint16_t sqid, struct device_ring *ring)
{
    const uint32_t *command = ring_entry(sim, ring, 64);
    const uint32_t opcode = command[0] & 0xff;

    ring->at = (ring->at + 1) % ring->entries;
    sim->counts.commands++;
    if (sqid == 0)
        sim->machine->spent |= outlasts_reset(command);
    if (sqid == 0)
        sim->counts.admin_commands[opcode]++;
    else
        sim->counts.io_commands[opcode]++;
    if (sim->config.on_command != NULL)
        sim->config.on_command(sim->config.callback_context, sqid, command);
    if (sqid == 0)
        memcpy(sim->admin[(command[0] >> 16) % 64], command, 64);
    if (sqid != 0 || opcode != ADMIN_EVENT)
        ring->awaited++;
    for (size_t index = 0; sqid == 0 && opcode == ADMIN_EVENT && index < 16; index++) {
        if (sim->events_held[index] == 0) {
            sim->events_held[index] = (command[0] >> 16) + 1;
            break;
        }
    }
}

static bool was_event(struct lwnvme_sim *sim, uint32_t cid)
{
    for (size_t index = 0; index < 16; index++) {
        if (sim->events_held[index] == cid + 1) {
            sim->events_held[index] = 0;
            return true;
        }
    }
    return false;
}

/* ---- completions ---- */

static void completion_seen(struct lwnvme_sim *sim, const uint32_t completion[4])
{
    struct device_ring *sq = &sim->sq[(completion[2] >> 16) % DEVICE_QUEUES];
    const uint32_t cid = completion[3] & 0xffff;
    const bool failed = completion[3] >> 17 != 0;

    sim->counts.completions++;
    sim->counts.failures += failed;
    if (sq == sim->sq && was_event(sim, cid))
        return;
    if (sq->awaited != 0)
        sq->awaited--;
    if (sq == sim->sq && !failed)
        admin_done(sim, sim->admin[cid % 64]);
}

void watch_look(struct lwnvme_sim *sim)
{
    if (device_extra.unwatched_us != 0)
        (void)nanosleep(&(struct timespec){0, device_extra.unwatched_us * 1000}, NULL);
    for (size_t qid = 0; qid < DEVICE_QUEUES; qid++) {
        struct device_ring *ring = &sim->cq[qid];

        while (ring->live) {
            const volatile uint32_t *entry = ring_entry(sim, ring, 16);
            uint32_t completion[4];

            if ((entry[3] >> 16 & 1) != ring->phase)
                break;
            __sync_synchronize();
            memcpy(completion, (const void *)entry, 16);
            ring->at++;
            if (ring->at == ring->entries) {
                ring->at = 0;
                ring->phase ^= 1;
            }
            completion_seen(sim, completion);
        }
    }
}

static uint32_t awaited(const struct lwnvme_sim *sim)
{
    uint32_t count = 0;

    for (size_t qid = 0; qid < (device_extra.unwatched ? 1 : DEVICE_QUEUES); qid++)
        count += sim->sq[qid].live ? sim->sq[qid].awaited : 0;
    return count;
}

/* Waits, in real time, until the controller has answered all that it has. */
static void settle(struct lwnvme_sim *sim)
{
    for (uint32_t turns = 0; awaited(sim) != 0; turns++) {
        if (turns < YIELDS)
            (void)sched_yield();
        else
            (void)nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
        watch_look(sim);
        if (turns > TURNS_MAX) {
            qemu_log_print(sim->qemu);
            fail_msg("the controller does not answer %u commands", awaited(sim));
        }
    }
    if (sim->config.on_interrupt !=
        NULL) /* a message may be behind its completion, but comes before an answer */
        (void)qemu_ask(sim->qemu, "inb 0x80");
}

/* ---- registers ---- */

static void forward(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    const size_t index = (offset - DOORBELLS) / 4;
    const uint16_t sqid = (uint16_t)(index / 2);
    struct device_ring *ring = &sim->sq[sqid % DEVICE_QUEUES];

    while (ring->live && value < ring->entries && ring->at != value)
        command_given(sim, sqid, ring);
    qemu_write32(sim->qemu, QEMU_MMIO_WINDOW + offset, value);
    settle(sim);
}

static uint64_t latency(struct lwnvme_sim *sim, uint16_t sqid)
{
    const struct lwnvme_sim_config *config = &sim->config;

    if (sqid == 0)
        return config->admin_latency_us;
    return config->latency_us +
           (config->latency_spread_us == 0 ? 0 : host_random(sim) % config->latency_spread_us);
}

static void sq_doorbell(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    const uint16_t sqid = (uint16_t)((offset - DOORBELLS) / 8);
    struct device_ring *ring = &sim->sq[sqid % DEVICE_QUEUES];
    uint64_t due = sim->now_us + latency(sim, sqid);

    sim->counts.sq_doorbells++;
    if (due <= sim->now_us && ring->due_us <= sim->now_us) {
        forward(sim, offset, value);
        return;
    }
    if (due < ring->due_us)
        due = ring->due_us;
    ring->due_us = due;
    assert_in_range(sim->held_count, 0, DEVICE_HELD - 1);
    sim->held[sim->held_count++] = (struct device_held){due, offset, value};
}

uint64_t watch_next_due(const struct lwnvme_sim *sim)
{
    uint64_t due = LWNVME_SIM_NEVER;

    for (uint32_t index = 0; index < sim->held_count; index++) {
        if (sim->held[index].due_us < due)
            due = sim->held[index].due_us;
    }
    return due;
}

void watch_due(struct lwnvme_sim *sim)
{
    uint32_t index = 0;

    while (index < sim->held_count) {
        struct device_held held = sim->held[index];

        if (held.due_us > sim->now_us) {
            index++;
            continue;
        }
        sim->held_count--;
        memmove(&sim->held[index], &sim->held[index + 1], (sim->held_count - index) * sizeof(held));
        forward(sim, held.offset, held.value);
    }
}

static void cc_written(struct lwnvme_sim *sim, uint32_t value)
{
    const bool was = (sim->cc & 1) != 0;
    const bool is = (value & 1) != 0;

    sim->counts.shutdowns += (value >> 14 & 3) != 0 && (sim->cc >> 14 & 3) == 0;
    sim->cc = value;
    if (was != is)
        watch_forget(sim);
    if (is && !was) {
        sim->counts.enables++;
        ring_begin(&sim->sq[0], sim->asq, (sim->aqa & 0xfff) + 1);
        ring_begin(&sim->cq[0], sim->acq, (sim->aqa >> 16 & 0xfff) + 1);
    }
    sim->counts.disables += was && !is;
}

static void half(uint64_t *whole, bool high, uint32_t value)
{
    *whole = high ? (*whole & 0xffffffffu) | (uint64_t)value << 32 : (*whole >> 32 << 32) | value;
}

void watch_write(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    if (offset >= DOORBELLS) {
        if (offset / 4 % 2 == 0) {
            sq_doorbell(sim, offset, value);
            return;
        }
        sim->counts.cq_doorbells++;
        watch_look(sim);
    }
    if (offset == REGISTER_CC)
        cc_written(sim, value);
    if (offset == REGISTER_AQA)
        sim->aqa = value;
    if (offset / 8 == REGISTER_ASQ / 8)
        half(&sim->asq, offset % 8 != 0, value);
    if (offset / 8 == REGISTER_ACQ / 8)
        half(&sim->acq, offset % 8 != 0, value);
    qemu_write32(sim->qemu, QEMU_MMIO_WINDOW + offset, value);
}

size_t lwnvme_sim_outstanding_commands(const struct lwnvme_sim *sim)
{
    size_t count = awaited(sim);

    for (size_t index = 0; index < 16; index++)
        count += sim->events_held[index] != 0;
    return count;
}

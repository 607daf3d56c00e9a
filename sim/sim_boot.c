/* SPDX-License-Identifier: MIT */
/*
 * Boot partitions: two of the same size, read through registers with no queue at all, or by a log page; written
 * by Firmware Image Download and Firmware Commit, if they are not locked.
 *
 *     BPMBL, BPRSEL written -> BPINFO.BRS 01b -> boot_read_us later the data are in memory, BRS 10b or 11b
 *
 * Writing takes boot_write_us; a reset or the loss of power in it leaves the new content up to some place, and
 * the old one behind.
 *
 * Locked (2) is the state after power-on; unlocked (1) ends with power; locked until power cycle (3) cannot be
 * left before. Without feature 85h they are never locked.
 *
 * NVM Express Base Specification 2.1, sections 3.1.4.13 to 3.1.4.15 "Boot Partition ...", section 8.1.3 "Boot
 * Partitions", section 5.1.12.1.21 "Boot Partition", section 5.1.25.1.34 "Boot Partition Write Protection Config".
 */
#include "sim_internal.h"

#define BPCAP_SET_FEATURES 4u /* of Identify: write protection by feature 85h */
#define REG_BPINFO         0x40u
#define REG_BPRSEL         0x44u
#define REG_BPMBL_LOW      0x48u
#define REG_BPMBL_HIGH     0x4cu

#define UNIT           131072u
#define BRS_IDLE       0u
#define BRS_READING    1u
#define BRS_DONE       2u
#define BRS_ERROR      3u
#define LOG_BOOT       0x15u
#define LOG_HEADER     16u
#define FID_PROTECTION 0x85u

enum {
    UNLOCKED = 1,
    LOCKED = 2,
    LOCKED_UNTIL_POWER = 3
};

static uint64_t partition_bytes(const struct lwnvme_sim *sim)
{
    return (uint64_t)(sim->config.boot_partition_units & 0x7fffu) * UNIT;
}

static uint32_t bpinfo(const struct lwnvme_sim *sim)
{
    return (sim->config.boot_partition_units & 0x7fffu) | sim->boot.brs << 24 |
           (uint32_t)sim->boot.active << 31;
}

/* ---- registers ---- */

static bool register_mine(size_t offset)
{
    return offset >= REG_BPINFO && offset <= REG_BPMBL_HIGH;
}

static bool register_read(struct lwnvme_sim *sim, size_t offset, uint32_t *value)
{
    if (!register_mine(offset) || !sim->config.cap_bps) {
        return false;
    }
    *value = offset == REG_BPINFO   ? bpinfo(sim)
             : offset == REG_BPRSEL ? sim->boot.bprsel
                                    : sim->boot.bpmbl[(offset - REG_BPMBL_LOW) / 4];
    return true;
}

static void start_read(struct lwnvme_sim *sim, uint32_t value)
{
    sim->boot.bprsel = value;
    sim->boot.brs = BRS_READING;
    sim->boot.due = sim->now + sim->config.boot_read_us;
}

static void write_memory_pointer(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    if (offset == REG_BPMBL_LOW && (value & 0xfff) != 0) {
        lwsim_violation(sim, "BPMBL: bits 11:0 are reserved (0x%08x)", value);
    }
    sim->boot.bpmbl[(offset - REG_BPMBL_LOW) / 4] = offset == REG_BPMBL_LOW ? value & ~0xfffu : value;
}

static bool register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    if (!register_mine(offset) || !sim->config.cap_bps || offset == REG_BPINFO) {
        return false; /* read-only, or not there */
    }
    if (sim->boot.brs == BRS_READING) {
        lwsim_violation(sim, "%s: written while a boot partition is read",
                        offset == REG_BPRSEL ? "BPRSEL" : "BPMBL");
    } else if (offset == REG_BPRSEL) {
        if ((value & 0x40000000u) != 0) {
            lwsim_violation(sim, "BPRSEL: reserved bits are set (0x%08x)", value);
        }
        start_read(sim, value);
    } else {
        write_memory_pointer(sim, offset, value);
    }
    return true;
}

static void finish_read(struct lwnvme_sim *sim)
{
    struct sim_boot *boot = &sim->boot;
    uint64_t length = (uint64_t)(boot->bprsel & 0x3ffu) * 4096;
    uint64_t offset = (uint64_t)(boot->bprsel >> 10 & 0xfffffu) * 4096;
    uint8_t *data = boot->data[boot->bprsel >> 31];
    bool inside = offset <= partition_bytes(sim) && length <= partition_bytes(sim) - offset;
    boot->due = LWNVME_SIM_NEVER;
    bool good = inside && length != 0 && data != NULL && !sim->config.boot_read_fails &&
                lwsim_dma(sim, lwsim_pair(boot->bpmbl), data + offset, length, true);
    boot->brs = good ? BRS_DONE : BRS_ERROR;
}

/* ---- commit, log, feature ---- */

/* So much of what is being written is there by now. */
static void write_until_now(struct lwnvme_sim *sim)
{
    struct sim_boot *boot = &sim->boot;
    uint64_t total = boot->write_due - boot->write_begun;
    uint64_t passed = sim->now - boot->write_begun;
    size_t bytes = passed >= total ? boot->incoming_bytes : (size_t)(boot->incoming_bytes * passed / total);
    memcpy(boot->data[boot->incoming_bpid], boot->incoming, bytes);
}

static void write_end(struct sim_boot *boot)
{
    free(boot->incoming);
    boot->incoming = NULL;
    boot->write_due = LWNVME_SIM_NEVER;
}

static void finish_write(struct lwnvme_sim *sim)
{
    struct sim_task *task = lwsim_jobs_take(sim, SIM_FIRMWARE_COMMIT);
    write_until_now(sim);
    write_end(&sim->boot);
    if (task != NULL) {
        task->status = SIM_OK;
        lwsim_task_complete(sim, task);
    }
}

static uint16_t start_write(struct lwnvme_sim *sim, struct sim_task *task, uint8_t bpid)
{
    struct sim_boot *boot = &sim->boot;
    size_t bytes = sim->firmware.end * 4;
    if (bytes > partition_bytes(sim) || boot->data[bpid] == NULL || boot->incoming != NULL) {
        return SIM_INVALID_IMAGE;
    }
    boot->incoming = malloc(bytes);
    if (boot->incoming == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    memcpy(boot->incoming, sim->firmware.download, bytes);
    boot->incoming_bytes = bytes;
    boot->incoming_bpid = bpid;
    boot->write_begun = sim->now;
    boot->write_due = sim->now + sim->config.boot_write_us;
    lwsim_task_park(&sim->working, task);
    return SIM_NO_ANSWER;
}

uint16_t lwsim_boot_commit(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_boot *boot = &sim->boot;
    uint8_t bpid = (uint8_t)(task->sqe[10] >> 31);
    if ((sim->config.bpcap & BPCAP_SET_FEATURES) != 0 && boot->protection[bpid] != UNLOCKED) {
        return SIM_BOOT_WRITE_PROHIBITED;
    }
    if ((task->sqe[10] >> 3 & 7u) == 6) {
        return start_write(sim, task, bpid);
    }
    boot->active = bpid;
    return SIM_OK;
}

static uint16_t fill_log(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, LOG_HEADER + (size_t)partition_bytes(sim));
    const uint8_t *partition = sim->boot.data[lwsim_log_lsp(task) & 1];
    if (data == NULL || partition == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    data[0] = LOG_BOOT;
    lwsim_put(data + 4, bpinfo(sim) & 0x80007fffu, 4);
    memcpy(data + LOG_HEADER, partition, (size_t)partition_bytes(sim));
    return SIM_OK;
}

static uint16_t set_protection(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    struct sim_boot *boot = &sim->boot;
    uint32_t wanted[2] = {task->sqe[11] & 7u, task->sqe[11] >> 3 & 7u};
    (void)data;
    for (unsigned i = 0; i < 2; i++) {
        if (wanted[i] > LOCKED_UNTIL_POWER) {
            return SIM_INVALID_FIELD;
        }
        if (wanted[i] != 0 && wanted[i] != LOCKED_UNTIL_POWER && boot->protection[i] == LOCKED_UNTIL_POWER) {
            return SIM_NOT_CHANGEABLE;
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        boot->protection[i] = wanted[i] != 0 ? (uint8_t)wanted[i] : boot->protection[i];
    }
    return SIM_OK;
}

static uint16_t get_protection(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select,
                               uint8_t *data)
{
    const uint8_t *protection = sim->boot.protection;
    (void)data;
    task->result =
        select == SIM_SELECT_DEFAULT ? LOCKED | LOCKED << 3 : (uint32_t)(protection[0] | protection[1] << 3);
    return SIM_OK;
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    struct sim_boot *boot = &sim->boot;
    boot->due = LWNVME_SIM_NEVER;
    boot->write_due = LWNVME_SIM_NEVER;
    boot->protection[0] = LOCKED;
    boot->protection[1] = LOCKED;
    for (unsigned i = 0; i < 2 && sim->config.cap_bps && partition_bytes(sim) != 0; i++) {
        boot->data[i] = calloc(1, (size_t)partition_bytes(sim));
        if (boot->data[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void destroy(struct lwnvme_sim *sim)
{
    free(sim->boot.incoming);
    free(sim->boot.data[0]);
    free(sim->boot.data[1]);
}

void lwsim_boot_power_off(struct lwnvme_sim *sim)
{
    if (sim->boot.incoming != NULL) {
        write_until_now(sim);
        write_end(&sim->boot);
    }
}

static void run(struct lwnvme_sim *sim)
{
    if (sim->boot.due <= sim->now) {
        finish_read(sim);
    }
    if (sim->boot.write_due <= sim->now) {
        finish_write(sim);
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    struct sim_boot *boot = &sim->boot;
    lwsim_boot_power_off(sim); /* any reset ends the write where it is */
    if (boot->brs == BRS_READING && kind != SIM_RESET_POWER) {
        lwsim_violation(sim, "reset while a boot partition is read");
    }
    boot->due = LWNVME_SIM_NEVER;
    boot->brs = BRS_IDLE;
    if (kind == SIM_RESET_CONTROLLER) {
        return;
    }
    boot->bprsel = 0;
    boot->bpmbl[0] = boot->bpmbl[1] = 0;
    for (unsigned i = 0; i < 2 && kind == SIM_RESET_POWER; i++) {
        boot->protection[i] = LOCKED;
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    uint64_t due = sim->boot.due < sim->boot.write_due ? sim->boot.due : sim->boot.write_due;
    return sim->removed ? LWNVME_SIM_NEVER : due;
}

static bool has_boot(const struct lwnvme_sim *sim)
{
    return sim->config.cap_bps;
}

static bool has_protection(const struct lwnvme_sim *sim)
{
    return sim->config.cap_bps && (sim->config.bpcap & BPCAP_SET_FEATURES) != 0;
}

static const struct sim_log logs[] = {
    {.lid = LOG_BOOT, .scope = SIM_LOG_OF_CONTROLLER, .lsp = 1, .gate = has_boot, .fill = fill_log},
};
static const struct sim_feature features[] = {
    {.fid = FID_PROTECTION,
     .set_bits = {0x3f},
     .gate = has_protection,
     .set = set_protection,
     .get = get_protection},
};

const struct sim_part lwsim_boot_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .next = next,
    .run = run,
    .register_read = register_read,
    .register_write = register_write,
};

static uint8_t *boot_at(struct lwnvme_sim *sim, uint8_t bpid, uint64_t offset, size_t length_bytes)
{
    bool inside = offset <= partition_bytes(sim) && length_bytes <= partition_bytes(sim) - offset;
    return bpid < 2 && inside && sim->boot.data[bpid] != NULL ? sim->boot.data[bpid] + offset : NULL;
}

bool lwnvme_sim_boot_read(struct lwnvme_sim *sim, uint8_t bpid, uint64_t offset, size_t length_bytes,
                          void *buffer)
{
    const uint8_t *at = boot_at(sim, bpid, offset, length_bytes);
    if (at != NULL) {
        memcpy(buffer, at, length_bytes);
    }
    return at != NULL;
}

bool lwnvme_sim_boot_write(struct lwnvme_sim *sim, uint8_t bpid, uint64_t offset, size_t length_bytes,
                           const void *buffer)
{
    uint8_t *at = boot_at(sim, bpid, offset, length_bytes);
    if (at != NULL) {
        memcpy(at, buffer, length_bytes);
    }
    return at != NULL;
}

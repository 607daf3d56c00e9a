/* SPDX-License-Identifier: MIT */
/*
 * Blocks that may be lost: the LBA status information log page, Get LBA Status, and feature 15h. What is bad is
 * what lwnvme_sim_spoil_blocks has spoiled. NVM Command Set Specification 1.1, sections 4.2.1 "Get LBA Status
 * command", 4.1.4.5 "LBA Status Information".
 */
#include "sim_internal.h"

enum {
    OPCODE_STATUS = 0x86,
    LID_STATUS = 0x0e,
    FID_STATUS = 0x15
};
enum {
    SCAN_UNTRACKED = 0x10,
    SCAN_TRACKED = 0x11
};
#define OACS_STATUS 0x200u
#define BIT_STATUS  13u
#define RANGES_MAX  512u
#define INCOMPLETE  1u
#define COMPLETE    2u
#define DATA_MAX    (1u << 22)

struct range {
    uint64_t lba;
    uint64_t blocks;
};

static bool has_status(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & OACS_STATUS) != 0;
}

/* The next run of bad blocks in [from, end). */
static bool next_range(const struct sim_namespace *ns, uint64_t from, uint64_t end, struct range *range)
{
    uint64_t best = UINT64_MAX;
    for (size_t i = 0; i < ns->bad.slots; i++) {
        uint64_t lba = ns->bad.keys[i] - 1;
        if (ns->bad.values[i] != 0 && lba >= from && lba < end && lba < best) {
            best = lba;
        }
    }
    range->lba = best;
    range->blocks = 0;
    while (best != UINT64_MAX && best + range->blocks < end &&
           lwsim_medium_bad(ns, best + range->blocks, 1)) {
        range->blocks++;
    }
    return best != UINT64_MAX;
}

/* ---- 0Eh ---- */

static uint64_t bad_blocks(struct lwnvme_sim *sim)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        count += sim->ns[i].bad.used * (i + 1);
    }
    return count;
}

static size_t put_namespace(const struct sim_namespace *ns, uint32_t nsid, struct sim_page *page, size_t at)
{
    struct range range = {0, 0};
    uint32_t ranges = 0;
    uint64_t from = 0;
    if (lwsim_page_make(page, at + 16 + 16 * (size_t)RANGES_MAX) == NULL) {
        return at;
    }
    while (ranges < RANGES_MAX && next_range(ns, from, ns->is.nsze, &range)) {
        uint8_t *place = page->data + at + 16 + 16 * (size_t)ranges;
        lwsim_put(place, range.lba, 8);
        lwsim_put(place + 8, range.blocks - 1, 4); /* 0's based */
        from = range.lba + range.blocks;
        ranges++;
    }
    lwsim_put(page->data + at, nsid, 4);
    lwsim_put(page->data + at + 4, ranges, 4);
    page->data[at + 8] = SCAN_TRACKED;
    return at + 16 + 16 * (size_t)ranges;
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    size_t bytes = 16;
    uint32_t elements = 0;
    uint64_t now = bad_blocks(sim);
    (void)task;
    if (now != sim->lba_status.seen) {
        sim->lba_status.seen = now;
        sim->lba_status.generation++;
    }
    if (lwsim_page_make(page, 16) == NULL) {
        return SIM_OK;
    }
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].allocated && sim->ns[i].is.active && sim->ns[i].bad.used != 0) {
            bytes = put_namespace(&sim->ns[i], i + 1, page, bytes);
            elements++;
        }
    }
    lwsim_put(page->data, bytes, 4);
    lwsim_put(page->data + 4, elements, 4);
    lwsim_put(page->data + 8, UINT32_MAX, 4); /* how many there may be is not known */
    lwsim_put(page->data + 14, sim->lba_status.generation, 2);
    page->bytes = bytes;
    return SIM_OK;
}

void lwnvme_sim_lba_status_alert(struct lwnvme_sim *sim)
{
    lwsim_event_notice(sim, BIT_STATUS, 2, 5, LID_STATUS);
}

/* ---- Get LBA Status ---- */

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint32_t action = task->sqe[13] >> 24;
    uint64_t limit = ((uint64_t)4096 << sim->config.cap_mpsmin)
                     << (sim->config.mdts < 31 ? sim->config.mdts : 31);
    task->slba = lwsim_pair(&task->sqe[10]);
    if (ns == NULL) {
        return task->sqe[1] == 0 || task->sqe[1] > lwsim_nn(sim) ? SIM_INVALID_NAMESPACE : SIM_INVALID_FIELD;
    }
    if (action != SCAN_UNTRACKED && action != SCAN_TRACKED) {
        return SIM_INVALID_FIELD;
    }
    if (task->slba >= ns->is.nsze) {
        return SIM_LBA_RANGE;
    }
    *bytes = ((uint64_t)task->sqe[12] + 1) * 4;
    task->direction = LWNVME_FROM_DEVICE;
    return *bytes > DATA_MAX || (sim->config.mdts != 0 && *bytes > limit) ? SIM_INVALID_FIELD : SIM_OK;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint8_t *data = calloc(1, (size_t)task->data.bytes + 16);
    struct range range = {0, 0};
    uint32_t count = 0;
    if (data == NULL || ns == NULL) {
        free(data);
        return ns == NULL ? SIM_INVALID_NAMESPACE : SIM_INTERNAL_ERROR;
    }
    uint64_t length = task->sqe[13] & 0xffff;
    uint64_t end = length != 0 && length < ns->is.nsze - task->slba ? task->slba + length : ns->is.nsze;
    uint64_t from = task->slba;
    bool more = next_range(ns, from, end, &range);
    while (more && 8 + 16 * ((uint64_t)count + 1) <= task->data.bytes) {
        uint8_t *at = data + 8 + 16 * (size_t)count;
        lwsim_put(at, range.lba, 8);
        lwsim_put(at + 8, range.blocks - 1, 4); /* 0's based */
        at[13] = 1;                             /* a read may fail */
        from = range.lba + range.blocks;
        count++;
        more = next_range(ns, from, end, &range);
    }
    lwsim_put(data, count, 4);
    data[4] = more ? INCOMPLETE : COMPLETE;
    bool good = lwsim_data(sim, task, data, task->data.bytes);
    free(data);
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}

static const struct sim_command commands[] = {
    {.rule = {OPCODE_STATUS,
              true,
              SIM_POINTER_DATA,
              {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xff00ffff, 0, 0}},
     .gate = has_status,
     .prepare = prepare,
     .execute = execute},
};

static const struct sim_log logs[] = {
    {.lid = LID_STATUS, .scope = SIM_LOG_OF_CONTROLLER, .gate = has_status, .fill = fill},
};

static const struct sim_feature features[] = {
    {.fid = FID_STATUS, .set_bits = {0xffffffff}, .gate = has_status},
};

const struct sim_part lwsim_lba_status_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
};

/* SPDX-License-Identifier: MIT */
/*
 * The volatile write cache, and what a power cut makes of it and of the writes in flight.
 *
 * What is read is always the newest content. `cached` keeps, oldest first, a record for each group of blocks that may
 * still be lost, with what they held before. A group is what the controller writes as one when power fails: no larger
 * than AWUPF, and never across a boundary of NABSPF.
 *
 *     write         records at the end, new content in place
 *     flush         all records dropped
 *     FUA write     its blocks are struck from older records, new content in place
 *     power cut     all records undone, newest first, each keeping what it undoes; then some are done again
 *
 * So groups are lost independently of each other and in any order, and blocks that were written twice may come back as
 * they were after the first time; but a group is lost as a whole or not at all.
 */
#include "sim_internal.h"

#define FUA         0x40000000u
#define RECORDS_MAX 16384u /* then the oldest ones reach the medium */

struct sim_record {
    uint64_t lba;
    uint32_t count;
    uint8_t *struck; /* count flags: the block is on the medium with something newer */
    uint8_t *units;
};

static void records_free(struct sim_cache *cache, size_t count)
{
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        free(cache->records[i]);
    }
    memmove(cache->records, cache->records + count, (cache->count - count) * sizeof(struct sim_record *));
    cache->count -= count;
}

void lwsim_cache_flush(struct sim_namespace *ns)
{
    records_free(&ns->cached, ns->cached.count);
    lwsim_kv_flush(ns);
}

void lwsim_cache_destroy(struct sim_namespace *ns)
{
    lwsim_cache_flush(ns);
    free(ns->cached.records);
    memset(&ns->cached, 0, sizeof(ns->cached));
}

void lwsim_cache_through(struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    for (size_t i = 0; i < ns->cached.count; i++) {
        struct sim_record *record = ns->cached.records[i];
        uint64_t first = record->lba > lba ? record->lba : lba;
        uint64_t end = record->lba + record->count;
        end = end - lba < count || end < lba ? end : lba + count;
        if (first < end) {
            memset(record->struck + (first - record->lba), 1, (size_t)(end - first));
        }
    }
}

/* How many blocks from lba on are one group. */
static uint64_t group_of(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint64_t lba,
                         uint64_t count)
{
    uint64_t most = ((ns->is.nsfeat & 2) != 0 ? ns->is.nawupf : sim->config.awupf) + UINT64_C(1);
    if ((ns->is.nsfeat & 2) != 0 && ns->is.nabspf != 0) {
        uint64_t boundary = ns->is.nabspf + UINT64_C(1);
        uint64_t left = boundary - (lba + boundary - ns->is.nabo % boundary) % boundary;
        most = left < most ? left : most;
    }
    return count < most ? count : most;
}

static bool record_add(struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    struct sim_cache *cache = &ns->cached;
    size_t bytes = (size_t)count * ns->unit_bytes;
    if (cache->count == cache->room) {
        size_t room = cache->room == 0 ? 64 : cache->room * 2;
        struct sim_record **larger = realloc(cache->records, room * sizeof(struct sim_record *));
        if (larger == NULL) {
            return false;
        }
        cache->records = larger;
        cache->room = room;
    }
    struct sim_record *record = malloc(sizeof(*record) + bytes + (size_t)count);
    if (record == NULL) {
        return false;
    }
    record->lba = lba;
    record->count = (uint32_t)count;
    record->units = (uint8_t *)(record + 1);
    record->struck = record->units + bytes;
    memset(record->struck, 0, (size_t)count);
    cache->records[cache->count++] = record;
    return lwsim_medium_copy(ns, lba * ns->unit_bytes, record->units, bytes, false);
}

bool lwsim_cache_write(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    if (ns->cached.count >= RECORDS_MAX) {
        records_free(&ns->cached, RECORDS_MAX / 2);
    }
    while (count != 0) {
        uint64_t group = group_of(sim, ns, lba, count);
        if (!record_add(ns, lba, group)) {
            return false;
        }
        lba += group;
        count -= group;
    }
    return true;
}

/* Blocks and record change places. */
static void record_swap(struct sim_namespace *ns, struct sim_record *record)
{
    uint8_t piece[512];
    for (uint32_t i = 0; i < record->count; i++) {
        uint64_t offset = (record->lba + i) * ns->unit_bytes;
        uint8_t *kept = record->units + (size_t)i * ns->unit_bytes;
        for (uint32_t at = 0; record->struck[i] == 0 && at < ns->unit_bytes; at += sizeof(piece)) {
            uint32_t bytes = ns->unit_bytes - at < sizeof(piece) ? ns->unit_bytes - at : sizeof(piece);
            (void)lwsim_medium_copy(ns, offset + at, piece, bytes, false);
            (void)lwsim_medium_copy(ns, offset + at, kept + at, bytes, true);
            memcpy(kept + at, piece, bytes);
        }
    }
}

void lwsim_cache_lose(struct lwnvme_sim *sim, struct sim_namespace *ns)
{
    uint64_t odds = sim->config.power_cut_keeps_some ? 1 + lwsim_random(sim) % 7 : 0; /* of 8, to be kept */
    lwsim_kv_lose_cache(sim, ns, odds);
    for (size_t i = ns->cached.count; i != 0; i--) {
        record_swap(ns, ns->cached.records[i - 1]);
    }
    for (size_t i = 0; i < ns->cached.count; i++) {
        struct sim_record *record = ns->cached.records[i];
        if (odds != 0 && lwsim_random(sim) % 8 < odds) {
            record_swap(ns, record);
            continue;
        }
        for (uint32_t block = 0; block < record->count; block++) {
            if (record->struck[block] == 0) {
                lwsim_zone_lost(sim, ns, record->lba + block);
            }
        }
    }
    lwsim_cache_flush(ns);
    lwsim_zone_power_on(sim, ns);
}

uint64_t lwnvme_sim_dirty_blocks(const struct lwnvme_sim *sim, uint32_t nsid)
{
    const struct sim_namespace *ns = nsid == 0 || nsid > sim->ns_slots ? NULL : &sim->ns[nsid - 1];
    struct sim_hash seen = {NULL, NULL, 0, 0};
    for (size_t i = 0; ns != NULL && i < ns->cached.count; i++) {
        const struct sim_record *record = ns->cached.records[i];
        for (uint32_t block = 0; block < record->count; block++) {
            if (record->struck[block] == 0 && !lwsim_hash_put(&seen, record->lba + block + 1, 1)) {
                break;
            }
        }
    }
    uint64_t count = seen.used;
    lwsim_hash_free(&seen, false);
    return count;
}

/* ---- power fails ---- */

/* Opcodes by what they do to the medium. */
static bool is_write(uint8_t opcode)
{
    return opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES;
}

static bool is_other_change(const struct sim_namespace *ns, uint8_t opcode)
{
    if (ns->is.csi == 1) {
        return lwsim_kv_rule(opcode) != NULL && !lwsim_kv_reads(opcode) && opcode != SIM_FLUSH;
    }
    return opcode == SIM_DATASET || opcode == SIM_COPY || opcode == SIM_ZONE_APPEND ||
           opcode == SIM_ZONE_SEND;
}

/* The moments in a command at which power may fail with another outcome each. */
static uint64_t media_events(struct lwnvme_sim *sim, const struct sim_task *task)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint8_t opcode = lwsim_opcode(task);
    uint64_t events = 1;
    if (task->sqid == 0 || task->status != SIM_OK || ns == NULL ||
        (!is_write(opcode) && !is_other_change(ns, opcode) && opcode != SIM_FLUSH)) {
        return 0;
    }
    if (opcode == SIM_FLUSH) {
        return 1;
    }
    if (ns->is.csi != 0 || !is_write(opcode) || (task->sqe[0] >> 8 & 3) != 0) {
        return 2;
    }
    for (uint64_t done = 0; done < task->blocks;) {
        done += group_of(sim, ns, task->slba + done, task->blocks - done);
        events++;
    }
    return events;
}

/* The whole write is carried out, and the groups that were not stored are put back. */
static void tear_write(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                       uint64_t stored)
{
    size_t bytes = (size_t)task->blocks * ns->unit_bytes;
    uint64_t slba = task->slba;
    uint8_t *before = malloc(bytes);
    if (before == NULL || !lwsim_medium_copy(ns, slba * ns->unit_bytes, before, bytes, false)) {
        free(before);
        return;
    }
    task->sqe[12] |= FUA;
    (void)lwsim_nvm_execute(sim, task);
    for (uint64_t done = 0; done < task->blocks;) {
        uint64_t group = group_of(sim, ns, slba + done, task->blocks - done);
        bool keep = stored == UINT64_MAX ? (lwsim_random(sim) & 1) != 0 : stored != 0;
        stored -= stored != UINT64_MAX && stored != 0 ? 1 : 0;
        if (!keep) {
            (void)lwsim_medium_copy(ns, (slba + done) * ns->unit_bytes, before + done * ns->unit_bytes,
                                    group * ns->unit_bytes, true);
        }
        done += group;
    }
    free(before);
}

void lwsim_tear(struct lwnvme_sim *sim, struct sim_task *task, uint64_t stored, bool in_groups)
{
    struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    if (task->kind != SIM_TASK_COMMAND || task->sqid == 0 || task->status != SIM_OK || ns == NULL ||
        sim->fenced || lwsim_fatal(sim) || !lwsim_enabled(sim) || !lwsim_ready(sim) ||
        lwsim_restrict(sim, task) != SIM_OK || (task->sqe[0] >> 8 & 3) != 0) {
        return;
    }
    uint8_t opcode = lwsim_opcode(task);
    if ((ns->is.csi == 0 && is_write(opcode)) != in_groups) {
        return;
    }
    if (in_groups) {
        tear_write(sim, task, ns, stored);
    } else if ((is_write(opcode) || is_other_change(ns, opcode)) &&
               (stored == UINT64_MAX ? (lwsim_random(sim) & 1) != 0 : stored != 0)) {
        task->sqe[12] |= ns->is.csi == 1 || opcode == SIM_DATASET || opcode == SIM_ZONE_SEND ? 0 : FUA;
        (void)lwsim_nvm_execute(sim, task); /* the others are done, or not */
    }
}

bool lwsim_power_fails(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint64_t before = sim->counts.media_events;
    uint64_t at = sim->config.power_cut_at;
    sim->counts.media_events += media_events(sim, task);
    if (at == 0 || at <= before || at > sim->counts.media_events) {
        return false;
    }
    lwsim_task_park(&sim->parked, task);
    lwsim_power_lost(sim, task, at - before - 1);
    return true;
}

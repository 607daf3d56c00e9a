/* SPDX-License-Identifier: MIT */
/*
 * Copy: blocks, with their metadata and protection information, and bytes of subsystem local memory. NVM Command Set
 * Specification 1.1, sections 3.3.2 "Copy command", 5.3.2.5 "Protection Information and Copy commands".
 *
 *     formats 0h, 1h   sources in the namespace itself
 *     formats 2h, 3h   sources in any namespace of the same format, or one that differs by protection information alone
 *     format 4h        bytes of a namespace with `csi` 3
 *
 * All ranges are looked at before one block is moved.
 */
#include "sim_internal.h"

#define CSI_MEMORY   3u
#define FID_BEHAVIOR 0x16
#define CDFE         4 /* in what that feature is set to */
#define FAST_ONLY    0x8000u

enum {
    SIZE_LIMIT_EXCEEDED = 0x183 | SIM_DNR,
    INCOMPATIBLE_FORMAT = 0x185 | SIM_DNR,
    OVERLAPPING_RANGE = 0x187 | SIM_DNR
};

static uint32_t format_of(const struct sim_task *task)
{
    return task->sqe[12] >> 8 & 15;
}

static uint32_t entry_bytes(const struct sim_task *task)
{
    return format_of(task) == 1 || format_of(task) == 3 ? 40 : 32;
}

static uint32_t entry_count(const struct sim_task *task)
{
    return (task->sqe[12] & 0xff) + 1;
}

static bool format_known(struct lwnvme_sim *sim, uint32_t format)
{
    const uint8_t *behavior = lwsim_feature_data(sim, FID_BEHAVIOR);
    if (format > 4 || (sim->config.cdfs >> format & 1) == 0) {
        return false;
    }
    return format < 2 || (behavior != NULL && (lwsim_get(behavior + CDFE, 2) >> format & 1) != 0);
}

/* What is said of sources without protection information is ignored: PRINFOR, STCR. */
static bool reserved_set(const struct sim_namespace *ns, const struct sim_task *task)
{
    uint32_t write =
        (task->sqe[12] & 0x3d000000u) | task->sqe[2] | task->sqe[3] | task->sqe[14] | task->sqe[15];
    uint32_t read = task->sqe[12] & 0x0200f000u;
    return (ns->is.dps & 7) == 0 &&
           (write != 0 || (read != 0 && format_of(task) != 2 && format_of(task) != 3));
}

uint16_t lwsim_copy_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                            uint64_t *bytes)
{
    uint32_t format = format_of(task);
    if (reserved_set(ns, task) && sim->config.strict_reserved) {
        lwsim_violation(sim, "copy: the namespace has no protection information, and the command some");
        return SIM_INVALID_FIELD;
    }
    if (!format_known(sim, format)) {
        return SIM_INVALID_FIELD;
    }
    if (!lwsim_copy_format_fits(ns, format)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (entry_count(task) > ns->is.msrc + 1u) {
        return SIZE_LIMIT_EXCEEDED;
    }
    task->slba = lwsim_pair(&task->sqe[10]);
    task->direction = LWNVME_TO_DEVICE;
    *bytes = (uint64_t)entry_count(task) * entry_bytes(task);
    return lwsim_copy_fields(sim, ns, task);
}

static uint16_t range_source(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *entry,
                             struct sim_namespace **source)
{
    uint32_t format = format_of(task);
    uint32_t nsid = (uint32_t)lwsim_get(entry, 4);
    uint64_t reserved = lwsim_get(entry + 4, 4);
    bool names = format >= 2;
    *source = lwsim_namespace(sim, names ? nsid : task->sqe[1]);
    if (format == 4) {
        reserved |= lwsim_get(entry + 20, 2) | lwsim_get(entry + 24, 8);
    } else {
        reserved |= lwsim_get(entry + 18, 4);
    }
    if (format == 1 || format == 3) {
        reserved |= lwsim_get(entry + 24, 2);
    }
    reserved |= lwsim_get(entry + 22, 2) & (names ? ~(uint64_t)FAST_ONLY : UINT64_MAX);
    if (reserved != 0 || (!names && nsid != 0)) {
        lwsim_violation(sim, "copy: reserved bytes of a source range are not zero");
        return SIM_INVALID_FIELD;
    }
    if (nsid == UINT32_MAX || (names && nsid == 0) || nsid > lwsim_nn(sim)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (*source == NULL) {
        return SIM_INVALID_FIELD;
    }
    return (format == 4) == ((*source)->is.csi == CSI_MEMORY) && (format == 4 || (*source)->usable)
               ? SIM_OK
               : SIM_INVALID_NAMESPACE;
}

static uint64_t range_blocks(const struct sim_namespace *ns, const struct sim_task *task,
                             const uint8_t *entry)
{
    return format_of(task) == 4 ? lwsim_get(entry + 16, 4) / ns->block_bytes : lwsim_get(entry + 16, 2) + 1;
}

static uint16_t bytes_check(struct lwnvme_sim *sim, const struct sim_namespace *source, const uint8_t *entry)
{
    uint64_t size = source->is.nsze * source->block_bytes;
    uint64_t at = lwsim_get(entry + 8, 8);
    uint64_t bytes = lwsim_get(entry + 16, 4);
    if (at % 4 != 0 || bytes % 4 != 0) {
        lwsim_violation(sim, "copy: memory that is not dword aligned (0x%llx, %llu bytes)",
                        (unsigned long long)at, (unsigned long long)bytes);
        return SIM_INVALID_FIELD;
    }
    return at > size || bytes > size - at ? SIM_LBA_RANGE : SIM_OK;
}

static uint16_t blocks_check(struct lwnvme_sim *sim, const struct sim_task *task,
                             const struct sim_namespace *ns, struct sim_namespace *source,
                             const uint8_t *entry)
{
    uint64_t from = lwsim_get(entry + 8, 8);
    uint64_t blocks = range_blocks(ns, task, entry);
    if (from > source->is.nsze || blocks > source->is.nsze - from) {
        return SIM_LBA_RANGE;
    }
    uint16_t status = lwsim_copy_match(task, ns, source) ? SIM_OK : INCOMPATIBLE_FORMAT;
    if (status == SIM_OK) {
        status = lwsim_copy_range_fields(source, task, entry, format_of(task) % 2 != 0);
    }
    return status == SIM_OK && source->is.csi == 2 ? lwsim_zone_read_check(sim, source, from, blocks)
                                                   : status;
}

/* Two ranges of format 2h or 3h must not overlap with the destination. */
static uint16_t overlap_check(struct lwnvme_sim *sim, const struct sim_task *task,
                              const struct sim_namespace *ns, const uint8_t *ranges)
{
    for (uint32_t i = 0; i < entry_count(task) && (format_of(task) == 2 || format_of(task) == 3); i++) {
        const uint8_t *entry = ranges + (size_t)i * entry_bytes(task);
        uint64_t from = lwsim_get(entry + 8, 8);
        if (lwsim_namespace(sim, (uint32_t)lwsim_get(entry, 4)) == ns && from < task->slba + task->blocks &&
            task->slba < from + range_blocks(ns, task, entry)) {
            return OVERLAPPING_RANGE;
        }
    }
    return SIM_OK;
}

static uint16_t copy_check(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_namespace *ns,
                           const uint8_t *ranges)
{
    uint64_t bytes = 0;
    task->blocks = 0;
    for (uint32_t i = 0; i < entry_count(task); i++) {
        const uint8_t *entry = ranges + (size_t)i * entry_bytes(task);
        struct sim_namespace *source;
        uint16_t status = range_source(sim, task, entry, &source);
        if (status == SIM_OK) {
            status = format_of(task) == 4 ? bytes_check(sim, source, entry)
                                          : blocks_check(sim, task, ns, source, entry);
        }
        if (status != SIM_OK) {
            return status;
        }
        bytes += format_of(task) == 4 ? lwsim_get(entry + 16, 4) : 0;
        task->blocks += range_blocks(ns, task, entry);
        if (range_blocks(ns, task, entry) > ns->is.mssrl || task->blocks > ns->is.mcl) {
            return SIZE_LIMIT_EXCEEDED;
        }
    }
    if (bytes % ns->block_bytes != 0) {
        return SIM_INVALID_FIELD;
    }
    task->blocks = format_of(task) == 4 ? bytes / ns->block_bytes : task->blocks;
    if (task->slba > ns->is.nsze || task->blocks > ns->is.nsze - task->slba) {
        return SIM_LBA_RANGE;
    }
    return overlap_check(sim, task, ns, ranges);
}

static uint16_t move_blocks(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_namespace *ns,
                            const uint8_t *entry, uint64_t *done)
{
    struct sim_namespace *source;
    uint64_t from = lwsim_get(entry + 8, 8);
    uint64_t blocks = range_blocks(ns, task, entry);
    uint16_t status = range_source(sim, task, entry, &source);
    bool through = (task->sqe[12] & 0x40000000u) != 0;
    for (uint64_t i = 0; status == SIM_OK && i < blocks; i++) {
        if (lwsim_medium_bad(source, from + i, 1)) {
            sim->smart.media_errors++;
            status = SIM_READ_ERROR;
        } else if (!lwsim_medium_before_write(sim, ns, task->slba + *done, 1, through)) {
            status = SIM_INTERNAL_ERROR;
        } else {
            struct sim_copy_block block = {source, ns, from + i, task->slba + *done, i, *done, entry};
            status = lwsim_copy_block(task, &block, format_of(task) % 2 != 0);
        }
        *done += status == SIM_OK;
    }
    return status;
}

/* Ranges need not end where blocks do. */
static uint16_t move_bytes(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_namespace *ns,
                           const uint8_t *entry, uint64_t *done)
{
    static uint8_t piece[4096];
    struct sim_namespace *source;
    uint64_t from = lwsim_get(entry + 8, 8);
    uint64_t left = lwsim_get(entry + 16, 4);
    uint16_t status = range_source(sim, task, entry, &source);
    bool through = (task->sqe[12] & 0x40000000u) != 0;
    while (status == SIM_OK && left != 0) {
        uint64_t room = ns->block_bytes - *done % ns->block_bytes;
        uint64_t bytes = left < sizeof(piece) ? left : sizeof(piece);
        uint64_t to = (task->slba + *done / ns->block_bytes) * ns->unit_bytes + *done % ns->block_bytes;
        bytes = bytes < room ? bytes : room;
        if (!lwsim_medium_copy(source, from, piece, bytes, false) ||
            (*done % ns->block_bytes == 0 &&
             !lwsim_medium_before_write(sim, ns, task->slba + *done / ns->block_bytes, 1, through)) ||
            !lwsim_medium_copy(ns, to, piece, bytes, true)) {
            status = SIM_INTERNAL_ERROR;
        }
        from += bytes;
        left -= bytes;
        *done += bytes;
    }
    return status;
}

uint16_t lwsim_copy_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns)
{
    static uint8_t ranges[256 * 40];
    uint64_t done = 0;
    if (!lwsim_data(sim, task, ranges, task->data.bytes)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += task->data.bytes;
    uint16_t status = copy_check(sim, task, ns, ranges);
    if (status == SIM_OK && ns->is.csi == 2) {
        status = lwsim_zone_begin(sim, ns, task);
    }
    task->result = 0;
    for (uint32_t i = 0; status == SIM_OK && i < entry_count(task); i++) {
        const uint8_t *entry = ranges + (size_t)i * entry_bytes(task);
        task->result = i; /* the first range that is not copied, should it fail */
        status = format_of(task) == 4 ? move_bytes(sim, task, ns, entry, &done)
                                      : move_blocks(sim, task, ns, entry, &done);
    }
    if (status == SIM_OK && ns->is.csi == 2) {
        lwsim_zone_end(sim, ns, task);
    }
    task->result = status == SIM_OK ? 0 : task->result;
    return status;
}

/* ---- past the driver ---- */

bool lwnvme_sim_local_memory(struct lwnvme_sim *sim, uint32_t nsid, uint64_t address, void *bytes,
                             size_t count, bool write)
{
    struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    uint64_t size = ns == NULL ? 0 : ns->is.nsze * ns->block_bytes;
    return ns != NULL && ns->is.csi == CSI_MEMORY && address <= size && count <= size - address &&
           lwsim_medium_copy(ns, address, bytes, count, write);
}

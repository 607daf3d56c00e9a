/* SPDX-License-Identifier: MIT */
/*
 * Scatter gather lists. NVM Express Base Specification 2.1, section 4.3.2 "Scatter Gather List (SGL)".
 *
 * A descriptor has 16 bytes: address, length, three reserved bytes, and a byte with its type above and a subtype below,
 * which is 0 (an address) over PCI Express. Segments are read as the controller would, one after the other; whatever the
 * specification does not allow is a violation.
 */
#include "sim_internal.h"

#define SGLS_DWORD         2u
#define SGLS_BIT_BUCKET    0x10000u
#define SGLS_LENGTH_LARGER 0x40000u
#define SGLS_METADATA      0x80000u

enum {
    SGL_DATA = 0,
    SGL_BIT_BUCKET = 1,
    SGL_SEGMENT = 2,
    SGL_LAST_SEGMENT = 3
};

enum {
    SIM_SGL_SEGMENT = 0x00d | SIM_DNR, /* Invalid SGL Segment Descriptor */
    SIM_SGL_COUNT = 0x00e | SIM_DNR,   /* Invalid Number of SGL Descriptors */
    SIM_SGL_LENGTH = 0x00f | SIM_DNR,  /* Data SGL Length Invalid */
    SIM_SGL_TYPE = 0x011 | SIM_DNR     /* SGL Descriptor Type Invalid */
};

struct descriptor {
    uint64_t address;
    uint32_t length;
    unsigned type;
};

/* The walk: how much data are still to be described, and the segment to read next. */
struct walk {
    struct sim_segments *into;
    uint64_t rest;
    uint64_t beyond; /* described, but not needed */
    uint32_t count;
    struct descriptor next;
    bool more;
};

static uint16_t sgl_fault(struct lwnvme_sim *sim, const struct sim_task *task, uint16_t status,
                          const char *what, uint64_t value)
{
    lwsim_violation(sim, "SQ %u, command 0x%04x, opcode %02xh: SGL: %s (0x%llx)", task->sqid, task->cid,
                    task->sqe[0] & 0xff, what, (unsigned long long)value);
    return status;
}

bool lwsim_psdt_allowed(const struct lwnvme_sim *sim, const struct sim_task *task)
{
    unsigned psdt = task->sqe[0] >> 14 & 3;
    bool metadata = psdt == 2 && (sim->config.sgls & SGLS_METADATA) != 0;
    return psdt == 0 || ((psdt == 1 || metadata) && task->sqid != 0 && (sim->config.sgls & 3) != 0 &&
                         task->sqe[0] % 4 != 0);
}

static uint16_t descriptor_read(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t bytes[16],
                                struct descriptor *descriptor)
{
    descriptor->address = lwsim_get(bytes, 8);
    descriptor->length = (uint32_t)lwsim_get(bytes + 8, 4);
    descriptor->type = bytes[15] >> 4;
    if (lwsim_get(bytes + 12, 3) != 0) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "reserved bytes are set", lwsim_get(bytes + 8, 8));
    }
    if ((bytes[15] & 15) != 0 || descriptor->type > SGL_LAST_SEGMENT) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "no such type, or not an address", bytes[15]);
    }
    return SIM_OK;
}

static uint16_t take_bucket(struct lwnvme_sim *sim, struct sim_task *task,
                            const struct descriptor *descriptor, struct walk *walk)
{
    if ((sim->config.sgls & SGLS_BIT_BUCKET) == 0) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "the controller has no bit buckets", descriptor->length);
    }
    if (descriptor->address != 0) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "a bit bucket has an address", descriptor->address);
    }
    if (task->direction != LWNVME_FROM_DEVICE) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "a bit bucket in a command that reads memory",
                         descriptor->length);
    }
    uint64_t piece = descriptor->length < walk->rest ? descriptor->length : walk->rest;
    walk->beyond += descriptor->length - piece;
    walk->rest -= piece;
    return lwsim_segments_bucket(walk->into, piece) ? SIM_OK : SIM_TRANSFER_ERROR;
}

static uint16_t take_data(struct lwnvme_sim *sim, struct sim_task *task, const struct descriptor *descriptor,
                          struct walk *walk)
{
    bool dwords = (sim->config.sgls & 3) == SGLS_DWORD;
    if (dwords && (descriptor->address % 4 != 0 || descriptor->length % 4 != 0)) {
        return sgl_fault(sim, task, SIM_SGL_TYPE, "not dword aligned, which the controller asks for",
                         descriptor->address % 4 != 0 ? descriptor->address : descriptor->length);
    }
    uint64_t piece = descriptor->length < walk->rest ? descriptor->length : walk->rest;
    walk->beyond += descriptor->length - piece;
    walk->rest -= piece;
    return lwsim_segments_add(sim, walk->into, descriptor->address, piece, task->direction)
               ? SIM_OK
               : SIM_TRANSFER_ERROR;
}

/* One descriptor. is_last: of its segment; in_last: of a last segment, or of the command. */
static uint16_t take(struct lwnvme_sim *sim, struct sim_task *task, const struct descriptor *descriptor,
                     bool may_point, struct walk *walk)
{
    uint32_t threshold = sim->config.sgls >> 8 & 0xff;
    if (++walk->count > threshold && threshold != 0) {
        return sgl_fault(sim, task, SIM_SGL_COUNT, "more descriptors than the controller recommends",
                         threshold);
    }
    if (descriptor->type == SGL_DATA) {
        return take_data(sim, task, descriptor, walk);
    }
    if (descriptor->type == SGL_BIT_BUCKET) {
        return take_bucket(sim, task, descriptor, walk);
    }
    if (!may_point) {
        return sgl_fault(sim, task, SIM_SGL_SEGMENT, "a segment descriptor where none may be",
                         descriptor->address);
    }
    if (descriptor->address % 8 != 0 || descriptor->length % 16 != 0 || descriptor->length == 0) {
        return sgl_fault(sim, task, SIM_SGL_SEGMENT, "a segment is not aligned, or has an odd length",
                         descriptor->address % 8 != 0 ? descriptor->address : descriptor->length);
    }
    walk->count--;
    walk->next = *descriptor;
    walk->more = true;
    return SIM_OK;
}

static uint16_t take_segment(struct lwnvme_sim *sim, struct sim_task *task, struct walk *walk)
{
    struct descriptor segment = walk->next;
    uint16_t status = SIM_OK;
    walk->more = false;
    for (uint32_t at = 0; at < segment.length && status == SIM_OK; at += 16) {
        uint8_t bytes[16];
        struct descriptor descriptor;
        bool is_last = at + 16 == segment.length;
        if (!lwsim_dma(sim, segment.address + at, bytes, 16, false)) {
            return SIM_TRANSFER_ERROR;
        }
        status = descriptor_read(sim, task, bytes, &descriptor);
        if (status == SIM_OK) {
            status = take(sim, task, &descriptor, is_last && segment.type == SGL_SEGMENT, walk);
        }
    }
    if (status == SIM_OK && segment.type == SGL_SEGMENT && !walk->more) {
        return sgl_fault(sim, task, SIM_SGL_SEGMENT,
                         "no pointer at the end of a segment that is not the last", segment.address);
    }
    return status;
}

static uint16_t walk_from(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t first[16],
                          struct sim_segments *into, uint64_t bytes)
{
    struct walk walk = {.into = into, .rest = bytes};
    struct descriptor descriptor;
    uint16_t status = descriptor_read(sim, task, first, &descriptor);
    if (status == SIM_OK) {
        status = take(sim, task, &descriptor, true, &walk);
    }
    while (status == SIM_OK && walk.more) {
        status = take_segment(sim, task, &walk);
    }
    if (status == SIM_OK && walk.rest != 0) {
        return sgl_fault(sim, task, SIM_SGL_LENGTH, "so many bytes of the data have no place", walk.rest);
    }
    if (status == SIM_OK && walk.beyond != 0 && (sim->config.sgls & SGLS_LENGTH_LARGER) == 0) {
        return sgl_fault(sim, task, SIM_SGL_LENGTH, "longer than the data by", walk.beyond);
    }
    return status;
}

uint16_t lwsim_sgl_walk(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes)
{
    uint8_t first[16];
    lwsim_put(first, lwsim_pair(&task->sqe[6]), 8);
    lwsim_put(first + 8, lwsim_pair(&task->sqe[8]), 8);
    return walk_from(sim, task, first, &task->data, bytes);
}

/* PSDT 10b: MPTR is the address of one descriptor, which is qword aligned. */
uint16_t lwsim_sgl_walk_metadata(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes)
{
    uint8_t first[16];
    uint64_t pointer = lwsim_pair(&task->sqe[4]);
    if (pointer % 8 != 0) {
        return sgl_fault(sim, task, SIM_SGL_SEGMENT, "the descriptor of the metadata is not qword aligned",
                         pointer);
    }
    if (!lwsim_dma(sim, pointer, first, 16, false)) {
        return SIM_TRANSFER_ERROR;
    }
    return walk_from(sim, task, first, &task->metadata, bytes);
}

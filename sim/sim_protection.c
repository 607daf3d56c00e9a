/* SPDX-License-Identifier: MIT */
/*
 * Blocks with metadata, and protection information. NVM Express NVM Command Set Specification 1.1, section 5.3
 * "End-to-end Data Protection".
 *
 * The medium holds a unit for each block: data, then metadata. Protection information is stored inverted, so that what
 * was never written, or was deallocated, reads as all ones there, as the specification has it. Guards are computed bit
 * by bit, on purpose in another way than the library does.
 */
#include "sim_internal.h"

#define PRACT               0x20000000u
#define GUARD               0x10000000u
#define APP_TAG             0x08000000u
#define REF_TAG             0x04000000u
#define STC                 0x01000000u
#define READ_STC            0x02000000u /* of Copy */
#define READ_PRACT          0x00008000u
#define FUA                 0x40000000u
#define PIREMAP             0x02000000u /* of Zone Append */
#define SGLS_METADATA_BYTES 0x20000u
#define UNIT_MAX            (65536u + 65536u)
#define ALL_FIELD           (PRACT | GUARD | APP_TAG | REF_TAG | STC)

/* How the protection information of a namespace looks. */
struct format {
    unsigned type; /* 0: none */
    unsigned guard_bits;
    unsigned bytes;
    unsigned storage_bits;
    unsigned reference_bits;
    size_t at; /* in the unit */
};

static struct format format_of(const struct sim_namespace *ns)
{
    unsigned index = ns->format;
    unsigned pif = ns->is.elbaf[index] >> 7 & 3;
    if (pif == 3) {
        pif = ns->is.elbaf[index] >> 9 & 15;
    }
    struct format format = {
        ns->is.dps & 7u, pif == 0 ? 16 : pif == 1 ? 32 : 64, pif == 0 ? 8 : 16, ns->is.elbaf[index] & 127u, 0,
        ns->block_bytes};
    unsigned space = pif == 0 ? 32 : pif == 1 ? 80 : 48;
    format.reference_bits = space - format.storage_bits;
    if ((ns->is.dps & 8) == 0) {
        format.at += ns->metadata_bytes - format.bytes;
    }
    return format;
}

static uint64_t guard_of(unsigned bits, const uint8_t *data, size_t length)
{
    uint64_t polynomial = bits == 16 ? 0x8bb7 : bits == 32 ? 0x82f63b78u : 0x9a6c9329ac4bc9b5u;
    uint64_t ones = bits == 32 ? UINT32_MAX : UINT64_MAX;
    uint64_t crc = bits == 16 ? 0 : ones;
    for (size_t i = 0; i < length; i++) {
        crc ^= bits == 16 ? (uint64_t)data[i] << 8 : data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            bool out = (bits == 16 ? crc & 0x8000 : crc & 1) != 0;
            crc = bits == 16 ? crc << 1 & 0xffff : crc >> 1;
            crc ^= out ? polynomial : 0;
        }
    }
    return bits == 16 ? crc : crc ^ ones;
}

/* `count` bits of a big-endian number of 80 bits, from bit `first` on. */
static uint64_t bits_of(const uint8_t space[10], unsigned first, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = count; i > 0; i--) {
        unsigned bit = first + i - 1;
        value = value << 1 | (space[9 - bit / 8] >> bit % 8 & 1u);
    }
    return value;
}

static void bits_set(uint8_t space[10], unsigned first, unsigned count, uint64_t value)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned bit = first + i;
        uint8_t mask = (uint8_t)(1u << bit % 8);
        space[9 - bit / 8] = (uint8_t)((space[9 - bit / 8] & ~mask) | ((value >> i & 1) != 0 ? mask : 0));
    }
}

/* Dwords 2, 3 and 14 of a command as one number. */
static void space_of_command(const struct sim_task *task, uint8_t space[10])
{
    for (unsigned i = 0; i < 4; i++) {
        space[9 - i] = (uint8_t)(task->sqe[14] >> 8 * i);
        space[5 - i] = (uint8_t)(task->sqe[3] >> 8 * i);
    }
    space[0] = (uint8_t)(task->sqe[2] >> 8);
    space[1] = (uint8_t)task->sqe[2];
}

/* The reference tag that block number i of the command should have. */
static uint64_t reference_of(const struct sim_task *task, const struct format *format, uint64_t i)
{
    uint8_t space[10];
    space_of_command(task, space);
    uint64_t mask = format->reference_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << format->reference_bits) - 1;
    return (bits_of(space, 0, format->reference_bits) + (format->type == 3 ? 0 : i)) & mask;
}

/* Where guard, application tag and the space are in the unit. */
static void tuple_space(const struct format *format, const uint8_t *tuple, uint8_t space[10])
{
    size_t head = format->guard_bits / 8 + 2;
    size_t bytes = format->bytes - head;
    memset(space, 0, 10);
    memcpy(space + 10 - bytes, tuple + head, bytes);
}

/* How far the reference tags of an append are moved on: to where the zone's write pointer was. */
static uint64_t remap_of(const struct sim_task *task)
{
    bool remaps = lwsim_opcode(task) == SIM_ZONE_APPEND && (task->sqe[12] & PIREMAP) != 0;
    return remaps ? task->slba - lwsim_pair(&task->sqe[10]) : 0;
}

/* What the host has sent has been checked as it was; the medium has other reference tags. */
static void remap(const struct sim_task *task, const struct format *format, uint8_t *unit)
{
    uint8_t *tuple = unit + format->at;
    size_t head = format->guard_bits / 8 + 2;
    uint8_t space[10];
    uint64_t moved = remap_of(task);
    tuple_space(format, tuple, space);
    if (moved == 0) {
        return;
    }
    uint64_t tag = bits_of(space, 0, format->reference_bits);
    bits_set(space, 0, format->reference_bits, tag + moved);
    memcpy(tuple + head, space + 10 - (format->bytes - head), format->bytes - head);
}

static void insert(const struct sim_task *task, const struct format *format, uint8_t *unit, uint64_t i)
{
    uint8_t *tuple = unit + format->at;
    size_t head = format->guard_bits / 8 + 2;
    uint64_t guard = guard_of(format->guard_bits, unit, format->at);
    uint8_t space[10];
    space_of_command(task, space);
    bits_set(space, 0, format->reference_bits, reference_of(task, format, i) + remap_of(task));
    for (unsigned k = 0; k < head - 2; k++) {
        tuple[k] = (uint8_t)(guard >> (format->guard_bits - 8 - 8 * k));
    }
    tuple[head - 2] = (uint8_t)(task->sqe[15] >> 8);
    tuple[head - 1] = (uint8_t)task->sqe[15];
    memcpy(tuple + head, space + 10 - (format->bytes - head), format->bytes - head);
}

static uint16_t check(const struct sim_namespace *ns, const struct sim_task *task,
                      const struct format *format, const uint8_t *unit, uint64_t i)
{
    const uint8_t *tuple = unit + format->at;
    size_t head = format->guard_bits / 8 + 2;
    uint32_t tag = (uint32_t)tuple[head - 2] << 8 | tuple[head - 1];
    uint64_t guard = 0;
    uint8_t space[10];
    uint8_t wanted[10];
    space_of_command(task, wanted);
    tuple_space(format, tuple, space);
    uint64_t reference = bits_of(space, 0, format->reference_bits);
    uint64_t ones = bits_of((const uint8_t[10]){255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, 0,
                            format->reference_bits);
    if (tag == 0xffff && (format->type != 3 || reference == ones)) {
        return SIM_OK;
    }
    for (size_t k = 0; k < head - 2; k++) {
        guard = guard << 8 | tuple[k];
    }
    if ((task->sqe[12] & GUARD) != 0 && guard != guard_of(format->guard_bits, unit, format->at)) {
        return SIM_GUARD_CHECK;
    }
    if ((task->sqe[12] & APP_TAG) != 0 && ((tag ^ task->sqe[15]) & task->sqe[15] >> 16) != 0) {
        return SIM_APPLICATION_TAG_CHECK;
    }
    uint64_t storage = bits_of(space, format->reference_bits, format->storage_bits) ^
                       bits_of(wanted, format->reference_bits, format->storage_bits);
    if ((task->sqe[12] & STC) != 0 && (storage & ns->is.lbstm) != 0) {
        return SIM_STORAGE_TAG_CHECK;
    }
    bool checks = (task->sqe[12] & REF_TAG) != 0 && format->type != 3;
    return checks && reference != reference_of(task, format, i) ? SIM_REFERENCE_TAG_CHECK : SIM_OK;
}

/* ---- the medium ---- */

bool lwsim_unit(struct sim_namespace *ns, uint64_t lba, uint8_t *unit, bool to_medium)
{
    struct format format = format_of(ns);
    bool good = true;
    for (unsigned pass = 0; pass < 2; pass++) {
        if ((pass == 0) == to_medium) {
            for (size_t i = 0; i < (format.type == 0 ? 0 : format.bytes); i++) {
                unit[format.at + i] ^= 0xff;
            }
        } else {
            good = lwsim_medium_copy(ns, lba * ns->unit_bytes, unit, ns->unit_bytes, to_medium);
        }
    }
    for (size_t i = 0; to_medium && i < (format.type == 0 ? 0 : format.bytes); i++) {
        unit[format.at + i] ^= 0xff; /* the caller's again */
    }
    return good;
}

/* ---- commands ---- */

static bool moves(const struct sim_task *task)
{
    uint8_t opcode = lwsim_opcode(task);
    return opcode == SIM_READ || opcode == SIM_WRITE || opcode == SIM_COMPARE || opcode == SIM_ZONE_APPEND;
}

/* Whether metadata go between host and controller. */
static bool metadata_move(const struct sim_namespace *ns, const struct sim_task *task)
{
    struct format format = format_of(ns);
    if (ns->metadata_bytes == 0 || !moves(task)) {
        return false;
    }
    return format.type == 0 || (task->sqe[12] & PRACT) == 0 || ns->metadata_bytes != format.bytes;
}

bool lwsim_has_metadata_pointer(struct lwnvme_sim *sim, const struct sim_task *task)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    return ns != NULL && ns->usable && (ns->is.flbas & 16) == 0 && metadata_move(ns, task);
}

uint64_t lwsim_transfer_unit(const struct sim_namespace *ns, const struct sim_task *task)
{
    bool interleaved = (ns->is.flbas & 16) != 0 && metadata_move(ns, task);
    return ns->block_bytes + (interleaved ? ns->metadata_bytes : 0);
}

/* Of appends with protection information: what PIREMAP may be. */
static uint16_t check_append(struct lwnvme_sim *sim, const struct format *format, const struct sim_task *task)
{
    bool remaps = (task->sqe[12] & PIREMAP) != 0;
    uint64_t mask = format->reference_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << format->reference_bits) - 1;
    if ((format->type == 1 && !remaps) || (format->type == 3 && remaps)) {
        lwsim_violation(sim, "SQ %u: append with PIREMAP %u, which type %u has not", task->sqid, remaps,
                        format->type);
        return SIM_INVALID_PROTECTION;
    }
    if (format->type == 1 && reference_of(task, format, 0) != (task->slba & mask)) {
        lwsim_violation(sim, "SQ %u: append whose ILBRT is not its zone", task->sqid);
        return SIM_INVALID_PROTECTION;
    }
    return SIM_OK;
}

static uint16_t check_fields(struct lwnvme_sim *sim, const struct sim_namespace *ns,
                             const struct sim_task *task)
{
    struct format format = format_of(ns);
    uint8_t opcode = lwsim_opcode(task);
    uint64_t lba = task->slba;
    bool append = opcode == SIM_ZONE_APPEND;
    if (format.type == 0) {
        bool set = ((task->sqe[12] & (ALL_FIELD | (append ? PIREMAP : 0))) | task->sqe[2] | task->sqe[3] |
                    task->sqe[14] | task->sqe[15]) != 0;
        if (set && sim->config.strict_reserved) {
            lwsim_violation(
                sim, "SQ %u, opcode %02xh: tags and PRINFO are reserved without protection information",
                task->sqid, opcode);
            return SIM_INVALID_FIELD;
        }
        return SIM_OK;
    }
    bool unused = task->sqe[2] != 0 && format.guard_bits != 32;
    unused = unused || (task->sqe[3] != 0 && format.guard_bits == 16);
    if (unused && sim->config.strict_reserved) {
        lwsim_violation(sim, "SQ %u, opcode %02xh: tags in dwords 2 and 3, which a guard of %u bits ignores",
                        task->sqid, opcode, format.guard_bits);
    }
    if ((task->sqe[12] & STC) != 0 && format.storage_bits == 0 && sim->config.strict_reserved) {
        lwsim_violation(sim, "SQ %u, opcode %02xh: STC without a storage tag", task->sqid, opcode);
    }
    if ((task->sqe[12] & PRACT) != 0 && (opcode == SIM_COMPARE || opcode == SIM_VERIFY)) {
        return SIM_INVALID_PROTECTION;
    }
    if ((task->sqe[12] & REF_TAG) != 0 && format.type == 3) {
        return SIM_INVALID_PROTECTION;
    }
    if (append) {
        return check_append(sim, &format, task);
    }
    uint64_t mask = format.reference_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << format.reference_bits) - 1;
    bool by_lba = (task->sqe[12] & REF_TAG) != 0 && format.type == 1;
    return by_lba && reference_of(task, &format, 0) != (lba & mask) ? SIM_INVALID_PROTECTION : SIM_OK;
}

uint16_t lwsim_protection_prepare(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint64_t pointer = lwsim_pair(&task->sqe[4]);
    uint16_t status = check_fields(sim, ns, task);
    if (status != SIM_OK || !lwsim_has_metadata_pointer(sim, task)) {
        return status;
    }
    unsigned psdt = task->sqe[0] >> 14 & 3;
    if (psdt == 2) {
        return lwsim_sgl_walk_metadata(sim, task, task->blocks * ns->metadata_bytes);
    }
    if (pointer % 4 != 0 && (psdt == 0 || (sim->config.sgls & SGLS_METADATA_BYTES) == 0)) {
        lwsim_violation(sim, "SQ %u, opcode %02xh: MPTR is not dword aligned (0x%llx)", task->sqid,
                        lwsim_opcode(task), (unsigned long long)pointer);
        return SIM_INVALID_FIELD;
    }
    return lwsim_segments_add(sim, &task->metadata, pointer, task->blocks * ns->metadata_bytes,
                              task->direction)
               ? SIM_OK
               : SIM_TRANSFER_ERROR;
}

/* ---- copies ---- */

/* 16 bits of guard take formats 0h and 2h, more take 1h and 3h; bytes of memory have no protection information. */
bool lwsim_copy_format_fits(const struct sim_namespace *ns, uint32_t format)
{
    struct format protection = format_of(ns);
    return protection.type == 0 || (format != 4 && (protection.guard_bits == 16) == (format % 2 == 0));
}

/* The write portion, but for what its sources decide. */
uint16_t lwsim_copy_fields(struct lwnvme_sim *sim, const struct sim_namespace *ns,
                           const struct sim_task *task)
{
    struct format format = format_of(ns);
    bool same = (task->sqe[12] >> 10 & 3) == 0; /* formats 0h and 1h */
    if (format.type == 0) {
        return SIM_OK;
    }
    if (same && ((task->sqe[12] & PRACT) != 0) != ((task->sqe[12] & READ_PRACT) != 0)) {
        return SIM_INVALID_FIELD;
    }
    return check_fields(sim, ns, task);
}

static bool formats_match(const struct sim_namespace *left, const struct sim_namespace *right)
{
    bool protected = (left->is.dps & 7u) != 0;
    return left->metadata_bytes == right->metadata_bytes && left->is.dps == right->is.dps &&
           (!protected || (left->is.elbaf[left->format] == right->is.elbaf[right->format] &&
                           left->is.lbstm == right->is.lbstm));
}

/* One of them has protection information, and nothing else of metadata, and the other nothing. */
static bool formats_correspond(const struct sim_namespace *with, const struct sim_namespace *without)
{
    return with->metadata_bytes == format_of(with).bytes && without->metadata_bytes == 0;
}

/* Whether what is asked for can be done with blocks of one namespace for another. */
bool lwsim_copy_match(const struct sim_task *task, const struct sim_namespace *to,
                      const struct sim_namespace *from)
{
    bool has = (from->is.dps & 7u) != 0;
    bool wants = (to->is.dps & 7u) != 0;
    if (from->block_bytes != to->block_bytes) {
        return false;
    }
    if (has == wants) {
        bool same = ((task->sqe[12] & PRACT) != 0) == ((task->sqe[12] & READ_PRACT) != 0);
        return formats_match(from, to) && (!has || same);
    }
    return has ? (task->sqe[12] & READ_PRACT) != 0 && formats_correspond(from, to)
               : (task->sqe[12] & PRACT) != 0 && formats_correspond(to, from);
}

/* The read portion as a read that has its fields where reads have them. ELBT is one little-endian number of 32 bits, or
 * one of 80 bits with the most significant byte first, as QEMU and libnvme have it. */
static void copy_read(const struct sim_task *task, const uint8_t *entry, bool extended, struct sim_task *read)
{
    const uint8_t *tail = entry + (extended ? 36 : 28);
    memset(read, 0, sizeof(*read));
    read->sqid = task->sqid;
    read->sqe[0] = SIM_READ;
    read->sqe[1] = task->sqe[1];
    read->sqe[12] = (task->sqe[12] & 0xf000u) << 14 | ((task->sqe[12] & READ_STC) != 0 ? STC : 0);
    if (extended) {
        read->sqe[2] = (uint32_t)entry[26] << 8 | entry[27];
        for (unsigned i = 0; i < 4; i++) {
            read->sqe[3] = read->sqe[3] << 8 | entry[28 + i];
            read->sqe[14] = read->sqe[14] << 8 | entry[32 + i];
        }
    } else {
        read->sqe[14] = (uint32_t)lwsim_get(entry + 24, 4);
    }
    read->sqe[15] = (uint32_t)lwsim_get(tail + 2, 2) << 16 | (uint32_t)lwsim_get(tail, 2);
    read->slba = lwsim_get(entry + 8, 8);
}

/* What a range expects of its source. */
uint16_t lwsim_copy_range_fields(const struct sim_namespace *source, const struct sim_task *task,
                                 const uint8_t *entry, bool extended)
{
    struct format format = format_of(source);
    struct sim_task read;
    copy_read(task, entry, extended, &read);
    if (format.type == 0 || (read.sqe[12] & REF_TAG) == 0) {
        return SIM_OK;
    }
    uint64_t mask = format.reference_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << format.reference_bits) - 1;
    bool by_lba = format.type == 1 && reference_of(&read, &format, 0) != (read.slba & mask);
    return format.type == 3 || by_lba ? SIM_INVALID_PROTECTION : SIM_OK;
}

uint16_t lwsim_copy_block(const struct sim_task *task, const struct sim_copy_block *block, bool extended)
{
    static uint8_t unit[UNIT_MAX];
    struct format from = format_of(block->source);
    struct format to = format_of(block->destination);
    struct sim_task read;
    uint16_t status = SIM_OK;
    memset(unit, 0, sizeof(unit));
    if (!lwsim_unit(block->source, block->from, unit, false)) {
        return SIM_INTERNAL_ERROR;
    }
    if (from.type != 0) {
        copy_read(task, block->entry, extended, &read);
        status = check(block->source, &read, &from, unit, block->in_range);
    }
    if (status == SIM_OK && to.type != 0 && (task->sqe[12] & PRACT) != 0) {
        insert(task, &to, unit, block->in_command);
    } else if (status == SIM_OK && to.type != 0) {
        status = check(block->destination, task, &to, unit, block->in_command);
    }
    if (status != SIM_OK) {
        return status;
    }
    return lwsim_unit(block->destination, block->to, unit, true) ? SIM_OK : SIM_INTERNAL_ERROR;
}

/* A walk through the memory of a command. */
struct stream {
    const struct sim_segments *segments;
    size_t index;
    uint64_t done;
    uint64_t left; /* bytes that really move */
};

static bool stream_move(struct lwnvme_sim *sim, struct stream *stream, uint8_t *data, uint64_t bytes,
                        bool to_memory)
{
    while (bytes != 0) {
        const struct sim_segment *segment = &stream->segments->items[stream->index];
        uint64_t piece = segment->length - stream->done;
        piece = piece < bytes ? piece : bytes;
        uint64_t moved = piece < stream->left ? piece : stream->left;
        if (moved != 0 && !lwsim_dma(sim, segment->dma + stream->done, data, moved, to_memory)) {
            return false;
        }
        stream->left -= moved;
        stream->done += piece;
        data += piece;
        bytes -= piece;
        if (stream->done == segment->length) {
            stream->index++;
            stream->done = 0;
        }
    }
    return true;
}

static bool unit_move(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_namespace *ns,
                      struct stream streams[2], uint8_t *unit)
{
    bool to_memory = task->direction == LWNVME_FROM_DEVICE;
    struct stream *metadata = (ns->is.flbas & 16) != 0 ? &streams[0] : &streams[1];
    return stream_move(sim, &streams[0], unit, ns->block_bytes, to_memory) &&
           (!metadata_move(ns, task) ||
            stream_move(sim, metadata, unit + ns->block_bytes, ns->metadata_bytes, to_memory));
}

/* Data and metadata, but for protection information: that has been checked on both sides. */
static bool units_differ(const struct sim_namespace *ns, const struct format *format, const uint8_t *left,
                         const uint8_t *right)
{
    size_t end = format->at + format->bytes;
    if (format->type == 0) {
        return memcmp(left, right, ns->unit_bytes) != 0;
    }
    return memcmp(left, right, format->at) != 0 || memcmp(left + end, right + end, ns->unit_bytes - end) != 0;
}

static uint16_t one_write(struct sim_task *task, struct sim_namespace *ns, const struct format *format,
                          uint8_t *unit, uint64_t i)
{
    uint16_t status = SIM_OK;
    if (format->type != 0 && (task->sqe[12] & PRACT) != 0) {
        insert(task, format, unit, i);
    } else if (format->type != 0 && lwsim_opcode(task) == SIM_WRITE_ZEROES) {
        memset(unit + format->at, 0xff, format->bytes);
    } else if (format->type != 0) {
        status = check(ns, task, format, unit, i);
        remap(task, format, unit);
    }
    if (status != SIM_OK) {
        return status;
    }
    return lwsim_unit(ns, task->slba + i, unit, true) ? SIM_OK : SIM_INTERNAL_ERROR;
}

static uint16_t one_block(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                          struct stream streams[2], uint64_t i)
{
    static uint8_t unit[UNIT_MAX];
    static uint8_t other[UNIT_MAX];
    struct format format = format_of(ns);
    uint8_t opcode = lwsim_opcode(task);
    uint16_t status = SIM_OK;
    memset(unit, 0, ns->unit_bytes);
    if (opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES || opcode == SIM_ZONE_APPEND) {
        if (opcode != SIM_WRITE_ZEROES && !unit_move(sim, task, ns, streams, unit)) {
            return SIM_TRANSFER_ERROR;
        }
        return one_write(task, ns, &format, unit, i);
    }
    if (!lwsim_unit(ns, task->slba + i, unit, false)) {
        return SIM_INTERNAL_ERROR;
    }
    status = format.type == 0 ? SIM_OK : check(ns, task, &format, unit, i);
    if (status != SIM_OK || opcode == SIM_VERIFY) {
        return status;
    }
    if (opcode == SIM_READ) {
        return unit_move(sim, task, ns, streams, unit) ? SIM_OK : SIM_TRANSFER_ERROR;
    }
    memset(other, 0, ns->unit_bytes);
    if (!unit_move(sim, task, ns, streams, other)) {
        return SIM_TRANSFER_ERROR;
    }
    status = format.type == 0 ? SIM_OK : check(ns, task, &format, other, i);
    if (status == SIM_OK && units_differ(ns, &format, unit, other)) {
        status = SIM_COMPARE_FAILURE;
    }
    return status;
}

uint16_t lwsim_units_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                             uint64_t blocks)
{
    uint64_t limit = UINT64_MAX;
    if (task->fault.kind == LWNVME_SIM_NO_DATA) {
        limit = 0;
    } else if (task->fault.kind == LWNVME_SIM_SHORT_DATA) {
        limit = task->fault.value;
    }
    struct stream streams[2] = {{&task->data, 0, 0, limit}, {&task->metadata, 0, 0, limit}};
    uint8_t opcode = lwsim_opcode(task);
    bool writes = opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES || opcode == SIM_ZONE_APPEND;
    if (writes && !lwsim_medium_before_write(sim, ns, task->slba, blocks, (task->sqe[12] & FUA) != 0)) {
        return SIM_INTERNAL_ERROR;
    }
    for (uint64_t i = 0; i < blocks; i++) {
        uint16_t status = one_block(sim, task, ns, streams, i);
        if (status != SIM_OK) {
            task->slba += i; /* for the error log */
            return status;
        }
    }
    return SIM_OK;
}

/* ---- past the driver ---- */

static struct sim_namespace *unit_at(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba)
{
    struct sim_namespace *ns = nsid == 0 || nsid > sim->ns_slots ? NULL : &sim->ns[nsid - 1];
    return ns != NULL && ns->usable && lba < ns->is.nsze ? ns : NULL;
}

bool lwnvme_sim_read_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, void *unit)
{
    struct sim_namespace *ns = unit_at(sim, nsid, lba);
    return ns != NULL && lwsim_unit(ns, lba, unit, false);
}

bool lwnvme_sim_write_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, const void *unit)
{
    struct sim_namespace *ns = unit_at(sim, nsid, lba);
    static uint8_t copy[UNIT_MAX];
    if (ns == NULL || !lwsim_medium_before_write(sim, ns, lba, 1, true)) {
        return false;
    }
    memcpy(copy, unit, ns->unit_bytes);
    return lwsim_unit(ns, lba, copy, true);
}

bool lwnvme_sim_corrupt_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, size_t offset, uint8_t bits)
{
    struct sim_namespace *ns = unit_at(sim, nsid, lba);
    static uint8_t unit[UNIT_MAX];
    if (ns == NULL || offset >= ns->unit_bytes || !lwsim_unit(ns, lba, unit, false)) {
        return false;
    }
    unit[offset] ^= bits;
    return lwsim_unit(ns, lba, unit, true);
}

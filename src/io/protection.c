/* SPDX-License-Identifier: MIT */
/*
 * Protection information: what a namespace's format says of it, what of it each command says, and, where the caller
 * wishes, the making and checking of it in the caller's buffer.
 *
 *     block data | metadata before | guard, application tag, storage tag and reference tag | metadata after
 *     \___________________________/    \__________________________________________________/
 *      what the guard is computed of     8 or 16 bytes, most significant byte first
 *
 * Storage tag and reference tag share a space of 32, 80 or 48 bits, the storage tag above. It stands in dwords 14, 3
 * and 2 of the command in the same way.
 *
 * Plugged in by the namespace (struct lwnvme_dress): core calls `begin` before a request is submitted, `piece` for each
 * command, `end` when all have ended. Whoever does not open a namespace with lwnvme_protection_open carries none of
 * this. No state but the caller's; contexts are those of the calls.
 */
#include <lwnvme/mapper.h>
#include <lwnvme/protection.h>
#include <lwnvme/spec_identify.h>

#include "io_private.h"
#include "metadata_private.h"

#define LWNVME_PROTECTION_FLAGS  127u
#define LWNVME_PROTECTION_ESCAPE 0xffffu /* application tag: do not look at the rest */
#define LWNVME_PROTECTION_TUPLE  16u     /* the longest */
#define LWNVME_PROTECTION_CHECKS 28u     /* CHECK_REFERENCE to CHECK_GUARD: PRCHK, in its order */

/* Storage and reference space, as a number of 80 bits. */
struct lwnvme_space {
    uint32_t high; /* 16 bits */
    uint64_t low;
};

/* What is made or expected, and where the walk over a buffer stands. */
struct lwnvme_guarding {
    const struct lwnvme_namespace *ns;
    const struct lwnvme_protection *format;
    const struct lwnvme_protection *options;
    struct lwnvme_space storage; /* the storage tag, and its mask, in their place */
    struct lwnvme_space mask;
    uint64_t reference_mask;
    uint64_t reference; /* of the next block */
};

/* A walk through memory of a buffer. */
struct lwnvme_run {
    const struct lwnvme_segment *segment; /* NULL: contiguous */
    uint64_t address;                     /* contiguous: of the next byte */
    size_t offset;                        /* in the segment */
};

static struct lwnvme_space lwnvme_space_of(uint64_t storage, uint32_t reference_bits)
{
    struct lwnvme_space space = {0, storage};

    /* Bit by bit: shifts of 64 bits by a variable need a helper on small CPUs. */
    for (; reference_bits != 0; reference_bits--) {
        space.high = (space.high << 1 | (uint32_t)(space.low >> 63)) & 0xffffu;
        space.low <<= 1;
    }
    return space;
}

/* All ones in so many low bits, 64 at most. */
static LWNVME_NOINLINE uint64_t lwnvme_low_bits(uint32_t bits)
{
    uint64_t mask = 0;

    for (; bits != 0; bits--)
        mask = mask << 1 | 1u;
    return mask;
}

static void lwnvme_guarding_begin(struct lwnvme_guarding *guarding, const struct lwnvme_namespace *ns,
                                  const struct lwnvme_protection *options, uint64_t lba)
{
    const struct lwnvme_protection *format = ns->protection;

    guarding->ns = ns;
    guarding->format = format;
    guarding->options = options != NULL ? options : format;
    guarding->reference_mask = lwnvme_low_bits(format->reference_bits);
    guarding->storage = lwnvme_space_of(guarding->options->storage_tag, format->reference_bits);
    guarding->mask = lwnvme_space_of(format->storage_mask, format->reference_bits);
    guarding->reference = lba;
    if ((guarding->options->flags & LWNVME_PROTECTION_REFERENCE) != 0)
        guarding->reference = guarding->options->reference_tag;
}

/* The same, some blocks later. */
static void lwnvme_guarding_skip(struct lwnvme_guarding *guarding, uint32_t blocks)
{
    if (guarding->format->type != 3)
        guarding->reference += blocks;
}

/* The next piece of memory, of at most *length bytes. */
static uint8_t *lwnvme_run_next(struct lwnvme_run *run, size_t *length)
{
    uint8_t *byte;
    if (run->segment == NULL) {
        byte = (uint8_t *)(uintptr_t)run->address;
        run->address += *length;
        return byte;
    }
    if (run->offset == run->segment->length_bytes) {
        run->segment++;
        run->offset = 0;
    }
    if (*length > run->segment->length_bytes - run->offset)
        *length = run->segment->length_bytes - run->offset;
    byte = (uint8_t *)(uintptr_t)run->segment->address + run->offset;
    run->offset += *length;
    return byte;
}

/* What is done with the bytes that a walk passes over. */
enum lwnvme_pass {
    LWNVME_PASS_SKIP,
    LWNVME_PASS_TAKE, /* into the tuple */
    LWNVME_PASS_PUT,  /* from the tuple */
    LWNVME_PASS_GUARD
};

static uint64_t lwnvme_run_pass(struct lwnvme_run *run, size_t length, enum lwnvme_pass pass, uint8_t *tuple,
                                const struct lwnvme_guarding *guarding, uint64_t guard)
{
    while (length != 0) {
        size_t piece = length;
        uint8_t *byte = lwnvme_run_next(run, &piece);

        if (pass == LWNVME_PASS_GUARD)
            guard = lwnvme_guard(guarding->format->guard_bits, guard, byte, piece);
        else if (pass == LWNVME_PASS_TAKE)
            memcpy(tuple, byte, piece);
        else if (pass == LWNVME_PASS_PUT)
            memcpy(byte, tuple, piece);
        length -= piece;
        if (length != 0 && pass != LWNVME_PASS_GUARD && pass != LWNVME_PASS_SKIP)
            tuple += piece;
    }
    return guard;
}

/* Most significant byte first. */
static LWNVME_NOINLINE uint8_t *lwnvme_tuple_put(uint8_t *to, uint64_t value, uint32_t bytes)
{
    uint32_t index;

    for (index = bytes; index != 0; index--) {
        to[index - 1u] = (uint8_t)value;
        value >>= 8;
    }
    return to + bytes;
}

static uint64_t lwnvme_tuple_get(const uint8_t *from, uint32_t bytes)
{
    uint64_t value = 0;

    for (; bytes != 0; bytes--)
        value = value << 8 | *from++;
    return value;
}

/* Bytes of storage and reference space: 4, 10 or 6. */
static LWNVME_NOINLINE uint32_t lwnvme_space_bytes(const struct lwnvme_protection *format)
{
    return format->bytes - (uint32_t)(format->guard_bits >> 3) - 2u;
}

static void lwnvme_tuple_make(const struct lwnvme_guarding *guarding, uint64_t guard, uint8_t *tuple)
{
    uint32_t space = lwnvme_space_bytes(guarding->format);

    tuple = lwnvme_tuple_put(tuple, guard, guarding->format->guard_bits >> 3);
    tuple = lwnvme_tuple_put(tuple, guarding->options->application_tag, 2);
    if (space > 8) {
        tuple = lwnvme_tuple_put(tuple, guarding->storage.high, space - 8u);
        space = 8;
    }
    (void)lwnvme_tuple_put(tuple, guarding->storage.low | (guarding->reference & guarding->reference_mask),
                           space);
}

/* What is wrong with a block. */
static int lwnvme_tuple_check(const struct lwnvme_guarding *guarding, uint64_t guard, const uint8_t *tuple)
{
    const struct lwnvme_protection *format = guarding->format;
    uint32_t flags = guarding->options->flags;
    uint32_t guard_bytes = format->guard_bits >> 3;
    uint32_t space = lwnvme_space_bytes(format);
    uint32_t tag = (uint32_t)lwnvme_tuple_get(tuple + guard_bytes, 2);
    uint32_t high = space > 8 ? (uint32_t)lwnvme_tuple_get(tuple + guard_bytes + 2u, space - 8u) : 0;
    uint64_t low =
        space > 8 ? lwnvme_tuple_get(tuple + 8, 8) : lwnvme_tuple_get(tuple + guard_bytes + 2u, space);
    uint64_t mask = guarding->reference_mask;

    if (tag == LWNVME_PROTECTION_ESCAPE && (format->type != 3 || (low & mask) == mask))
        return LWNVME_OK;
    if ((flags & LWNVME_PROTECTION_CHECK_GUARD) != 0 && lwnvme_tuple_get(tuple, guard_bytes) != guard)
        return LWNVME_ERR_PROTECTION_GUARD;
    if ((flags & LWNVME_PROTECTION_CHECK_APPLICATION) != 0 &&
        ((tag ^ guarding->options->application_tag) & guarding->options->application_mask) != 0)
        return LWNVME_ERR_PROTECTION_APPLICATION_TAG;
    if ((flags & LWNVME_PROTECTION_CHECK_STORAGE) != 0 &&
        (((high ^ guarding->storage.high) & guarding->mask.high) != 0 ||
         ((low ^ guarding->storage.low) & guarding->mask.low) != 0))
        return LWNVME_ERR_PROTECTION_STORAGE_TAG;
    if ((flags & LWNVME_PROTECTION_CHECK_REFERENCE) != 0 && ((low ^ guarding->reference) & mask) != 0)
        return LWNVME_ERR_PROTECTION_REFERENCE_TAG;
    return LWNVME_OK;
}

/* Whether tags and checks are such that the format has them. */
static int lwnvme_options_check(const struct lwnvme_protection *format,
                                const struct lwnvme_protection *options)
{
    uint32_t flags = options->flags;
    bool own_tag = (flags & LWNVME_PROTECTION_REFERENCE) != 0;

    if ((flags & ~LWNVME_PROTECTION_FLAGS) != 0 ||
        (flags & (LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY)) ==
            (LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((own_tag && format->type == 1) ||
        (own_tag && (options->reference_tag & ~lwnvme_low_bits(format->reference_bits)) != 0) ||
        (options->storage_tag & ~lwnvme_low_bits(format->storage_bits)) != 0 ||
        ((flags & LWNVME_PROTECTION_CHECK_STORAGE) != 0 && format->storage_bits == 0) ||
        ((flags & LWNVME_PROTECTION_CHECK_REFERENCE) != 0 && format->type == 3))
        return LWNVME_ERR_PROTECTION_OPTIONS;
    return LWNVME_OK;
}

/* Whether a buffer has room for blocks with their metadata, which move or do not. */
static int lwnvme_shape_check(const struct lwnvme_namespace *ns, uint32_t block_count,
                              const struct lwnvme_buffer *buffer, bool metadata_move, uint32_t align_mask)
{
    if ((buffer->flags & LWNVME_BUFFER_METADATA) != 0 && buffer->metadata_address == 0)
        return LWNVME_ERR_PROTECTION_BUFFER;
    return lwnvme_metadata_shape(ns, block_count, buffer, metadata_move, align_mask, 0) == LWNVME_OK
               ? LWNVME_OK
               : LWNVME_ERR_PROTECTION_BUFFER;
}

/* Whether all of a buffer's memory is there for the library to look at. */
static bool lwnvme_is_visible(const struct lwnvme_buffer *buffer)
{
    uint32_t index;

    if ((buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0)
        return false;
    for (index = 0; lwnvme_is_scattered(buffer) && index < buffer->segment_count; index++) {
        if (buffer->segments[index].address == LWNVME_SEGMENT_SKIP)
            return false;
    }
    return true;
}

/* Makes or checks block after block. */
static int lwnvme_guarding_walk(struct lwnvme_guarding *guarding, const struct lwnvme_buffer *buffer,
                                uint32_t block_count, bool make, uint32_t *bad_block)
{
    const struct lwnvme_namespace *ns = guarding->ns;
    const struct lwnvme_protection *format = guarding->format;
    struct lwnvme_run data = {buffer->segments, buffer->address, 0};
    struct lwnvme_run apart = {NULL, buffer->metadata_address, 0};
    struct lwnvme_run *metadata = ns->metadata_interleaved ? &data : &apart;
    uint8_t tuple[LWNVME_PROTECTION_TUPLE] = {0};
    uint32_t block;
    int status;

    for (block = 0; block < block_count; block++) {
        uint64_t guard = lwnvme_run_pass(&data, ns->block_bytes, LWNVME_PASS_GUARD, tuple, guarding, 0);

        guard = lwnvme_run_pass(metadata, format->offset, LWNVME_PASS_GUARD, tuple, guarding, guard);
        if (make)
            lwnvme_tuple_make(guarding, guard, tuple);
        (void)lwnvme_run_pass(metadata, format->bytes, make ? LWNVME_PASS_PUT : LWNVME_PASS_TAKE, tuple,
                              guarding, 0);
        status = make ? LWNVME_OK : lwnvme_tuple_check(guarding, guard, tuple);
        if (status != LWNVME_OK) {
            *bad_block = block;
            return status;
        }
        (void)lwnvme_run_pass(metadata, (size_t)ns->metadata_bytes - format->offset - format->bytes,
                              LWNVME_PASS_SKIP, tuple, guarding, 0);
        lwnvme_guarding_skip(guarding, 1);
    }
    return LWNVME_OK;
}

static int lwnvme_protection_walk(const struct lwnvme_namespace *ns, const struct lwnvme_protection *options,
                                  uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer,
                                  uint32_t *bad_block)
{
    struct lwnvme_guarding guarding;
    uint32_t ignored;
    int status;

    if (ns == NULL || buffer == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (ns->status != LWNVME_OK || ns->protection == NULL || ns->protection->type == 0)
        return LWNVME_ERR_NAMESPACE_CLOSED;
    lwnvme_guarding_begin(&guarding, ns, options, lba);
    status = lwnvme_options_check(guarding.format, guarding.options);
    if (status == LWNVME_OK)
        status = lwnvme_shape_check(ns, block_count, buffer, true, 0);
    if (status == LWNVME_OK && !lwnvme_is_visible(buffer))
        status = LWNVME_ERR_PROTECTION_BUFFER;
    if (status != LWNVME_OK)
        return status;
    return lwnvme_guarding_walk(&guarding, buffer, block_count, bad_block == NULL,
                                bad_block != NULL ? bad_block : &ignored);
}

int lwnvme_protection_generate(const struct lwnvme_namespace *ns, const struct lwnvme_protection *protection,
                               uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer)
{
    return lwnvme_protection_walk(ns, protection, lba, block_count, buffer, NULL);
}

int lwnvme_protection_check(const struct lwnvme_namespace *ns, const struct lwnvme_protection *protection,
                            uint64_t lba, uint32_t block_count, const struct lwnvme_buffer *buffer,
                            uint32_t *bad_block)
{
    uint32_t ignored;

    return lwnvme_protection_walk(ns, protection, lba, block_count, buffer,
                                  bad_block != NULL ? bad_block : &ignored);
}

/* Commands that name blocks, and so say what protection they have. */
static bool lwnvme_is_protected(const struct lwnvme_request *request)
{
    switch (request->command.opcode & 0xffu) {
    case LWNVME_NVM_READ:
    case LWNVME_NVM_WRITE:
    case LWNVME_NVM_COMPARE:
    case LWNVME_NVM_WRITE_ZEROES:
    case LWNVME_NVM_VERIFY:
    case LWNVME_NVM_COPY:
    case LWNVME_ZNS_ZONE_APPEND:
        return true;
    default:
        return false;
    }
}

static const struct lwnvme_protection *lwnvme_options_of(const struct lwnvme_request *request)
{
    return request->protection != NULL ? request->protection : request->ns->protection;
}

/* The controller has nothing to insert into or to strip off what is compared, and verify moves nothing. */
static uint32_t lwnvme_effective_flags(const struct lwnvme_request *request)
{
    uint32_t flags = lwnvme_options_of(request)->flags;

    if (request->command.opcode == LWNVME_NVM_COMPARE && (flags & LWNVME_PROTECTION_CONTROLLER) != 0)
        flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
    else if (request->command.opcode == LWNVME_NVM_VERIFY)
        flags &= ~LWNVME_PROTECTION_CONTROLLER;
    else if (request->command.opcode == LWNVME_NVM_WRITE_ZEROES)
        flags = LWNVME_PROTECTION_CONTROLLER; /* there is nothing to check, and it may not be asked for */
    return flags;
}

static int lwnvme_transfer_begin(struct lwnvme_request *request, uint32_t flags)
{
    const struct lwnvme_namespace *ns = request->ns;
    bool move = (flags & LWNVME_PROTECTION_CONTROLLER) == 0 || ns->metadata_bytes != ns->protection->bytes;
    int status = lwnvme_shape_check(ns, request->block_count, &request->buffer, move,
                                    lwnvme_align_mask(request->queue));

    if (status != LWNVME_OK)
        return status;
    if ((request->buffer.flags & LWNVME_BUFFER_METADATA) != 0 &&
        (request->buffer.metadata_address & lwnvme_align_mask(request->queue)) != 0)
        return LWNVME_ERR_PROTECTION_BUFFER;
    request->data_bytes = lwnvme_metadata_block_bytes(ns, move);
    if ((flags & LWNVME_PROTECTION_LIBRARY) == 0)
        return LWNVME_OK;
    if (!lwnvme_is_visible(&request->buffer))
        return LWNVME_ERR_PROTECTION_BUFFER;
    if (request->command.opcode == LWNVME_NVM_READ)
        return LWNVME_OK;
    return lwnvme_protection_walk(ns, request->protection, request->lba, request->block_count,
                                  &request->buffer, NULL);
}

/* The controller checks guards of the sources and makes all anew, or tags would be those of other blocks; unless they
 * are to be kept. */
static int lwnvme_protected_copy_begin(struct lwnvme_request *request)
{
    const struct lwnvme_protection *format = request->ns->protection;
    const uint32_t flags = ((const struct lwnvme_copy_request *)request->copy)->flags;
    const bool extended = (lwnvme_field_get(request->command.cdw12, LWNVME_COPY_CDFT) & 1u) != 0;
    uint32_t read = LWNVME_PRINFO_PRACT;
    uint32_t write = LWNVME_PRINFO_PRACT;

    if (extended != (format->guard_bits != 16u))
        return LWNVME_ERR_COPY_FORMAT;
    if (((flags & LWNVME_COPY_CHECK_REFERENCE) != 0 && format->type == 3) ||
        ((flags & LWNVME_COPY_CHECK_STORAGE) != 0 && format->storage_bits == 0) ||
        ((flags & LWNVME_COPY_KEEP) != 0 && format->type == 1))
        return LWNVME_ERR_PROTECTION_OPTIONS;
    if ((flags & LWNVME_COPY_KEEP) != 0) {
        read = 0;
        write = LWNVME_PRINFO_PRCHK_GUARD;
    }
    request->command.cdw12 |= lwnvme_copy_checks(flags) | lwnvme_field_put(read, LWNVME_COPY_PRINFOR) |
                              lwnvme_field_put(write, LWNVME_COPY_PRINFOW);
    return LWNVME_OK;
}

int lwnvme_protection_begin(struct lwnvme_request *request)
{
    const struct lwnvme_namespace *ns = request->ns;
    const struct lwnvme_protection *options = lwnvme_options_of(request);
    uint32_t flags;
    uint32_t prinfo;
    int status;

    if (!lwnvme_is_protected(request))
        return LWNVME_OK;
    status = lwnvme_options_check(ns->protection, options);
    if (status == LWNVME_OK && request->command.opcode == LWNVME_NVM_COPY)
        return lwnvme_protected_copy_begin(request);
    flags = lwnvme_effective_flags(request);
    if (status == LWNVME_OK && request->data_bytes != 0)
        status = lwnvme_transfer_begin(request, flags);
    if (status != LWNVME_OK)
        return status;
    prinfo = (flags & LWNVME_PROTECTION_CHECKS) >> 2;
    if ((flags & LWNVME_PROTECTION_CONTROLLER) != 0)
        prinfo |= LWNVME_PRINFO_PRACT;
    request->command.cdw12 |= lwnvme_field_put(prinfo, LWNVME_RW_PRINFO);
    if ((flags & LWNVME_PROTECTION_CHECK_STORAGE) != 0)
        request->command.cdw12 |= lwnvme_field_put(1, LWNVME_RW_STC);
    return LWNVME_OK;
}

void lwnvme_protection_piece(const struct lwnvme_request *request, uint32_t *sqe)
{
    struct lwnvme_guarding guarding;
    uint64_t low;

    if (!lwnvme_is_protected(request))
        return;
    lwnvme_guarding_begin(&guarding, request->ns, request->protection, request->lba);
    lwnvme_guarding_skip(&guarding, request->blocks_issued);
    low = guarding.storage.low | (guarding.reference & guarding.reference_mask);
    sqe[2] = lwnvme_order32(guarding.storage.high);
    sqe[3] = lwnvme_order32((uint32_t)(low >> 32));
    sqe[14] = lwnvme_order32((uint32_t)low);
    sqe[15] = lwnvme_order32((uint32_t)guarding.options->application_mask << 16 |
                             guarding.options->application_tag);
}

/* Checks what has been read, up to the place where the controller found something wrong itself. A request may also come back
 * without an error's place: then nothing of it was sent. */
void lwnvme_protection_end(struct lwnvme_request *request)
{
    uint32_t good = request->error_block < request->block_count ? request->error_block : request->block_count;
    uint32_t bad_block = 0;
    int status;

    if (good == 0 || (request->status != LWNVME_OK && request->error_block == LWNVME_NO_ERROR_BLOCK) ||
        request->command.opcode != LWNVME_NVM_READ || request->status == LWNVME_ERR_BUFFER_HELD ||
        (lwnvme_options_of(request)->flags & LWNVME_PROTECTION_LIBRARY) == 0)
        return;
    status = lwnvme_protection_walk(request->ns, request->protection, request->lba, good, &request->buffer,
                                    &bad_block);
    /* What cannot be looked at any more keeps the reason why it has failed, if it has. */
    if (status == LWNVME_OK || (status == LWNVME_ERR_NAMESPACE_CLOSED && request->status != LWNVME_OK))
        return;
    request->status = status;
    request->bytes_done = (uint64_t)bad_block * request->ns->block_bytes;
}

/* Whether the space of the format has room for a storage tag of so many bits; settles sizes. */
static int lwnvme_format_set(const struct lwnvme_namespace *ns, struct lwnvme_protection *format,
                             uint32_t pif, uint32_t sts)
{
    static const uint8_t sizes[3][4] = {{16, 8, 0, 32}, {32, 16, 16, 64}, {64, 16, 0, 48}};
    uint32_t space;

    if (ns->protection_type > 3 || pif > LWNVME_PIF_64B_GUARD || sts < sizes[pif][2] || sts > sizes[pif][3] ||
        ns->metadata_bytes < sizes[pif][1])
        return LWNVME_ERR_NS_PROTECTION;
    format->type = ns->protection_type;
    format->guard_bits = sizes[pif][0];
    format->bytes = sizes[pif][1];
    space = lwnvme_space_bytes(format) * 8u;
    format->storage_bits = (uint8_t)sts;
    format->reference_bits = (uint8_t)(space - sts);
    format->offset = ns->protection_first ? 0 : (uint16_t)(ns->metadata_bytes - format->bytes);
    format->flags = LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_CHECK_GUARD;
    if (format->type != 3)
        format->flags |= LWNVME_PROTECTION_CHECK_REFERENCE;
    return LWNVME_OK;
}

static void lwnvme_protection_conclude(struct lwnvme_namespace *ns, uint32_t pif, uint32_t sts)
{
    ns->status = lwnvme_format_set(ns, ns->protection, pif, sts);
    if (ns->status == LWNVME_OK)
        ns->status = lwnvme_metadata_limit(ns);
}

static void lwnvme_protection_identified(struct lwnvme_request *request)
{
    struct lwnvme_namespace *ns = (struct lwnvme_namespace *)request->context;
    const struct lwnvme_identify_nvm_namespace *data =
        (const struct lwnvme_identify_nvm_namespace *)(const void *)ns->data;
    uint32_t elbaf = lwnvme_le32_get(&data->elbaf[ns->format_index]);
    uint32_t pif = lwnvme_field_get(elbaf, LWNVME_ELBAF_PIF);

    if (request->status != LWNVME_OK) {
        ns->status = request->status;
        return;
    }
    if (pif == LWNVME_PIF_QUALIFIED && (data->pic & LWNVME_PIC_QUALIFIED_FORMATS) != 0)
        pif = lwnvme_field_get(elbaf, LWNVME_ELBAF_QPIF);
    ns->protection->storage_mask = lwnvme_le64_get(&data->lbstm);
    lwnvme_protection_conclude(ns, pif, lwnvme_field_get(elbaf, LWNVME_ELBAF_STS));
    ns->protection->storage_mask &= lwnvme_low_bits(ns->protection->storage_bits);
}

/* Controllers without extended LBA formats have the guard of 16 bits and no storage tag. */
void lwnvme_protection_learn(struct lwnvme_namespace *ns)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(ns->controller);
    int status;

    if ((lwnvme_le32_get(&identify->ctratt) & LWNVME_CTRATT_EXTENDED_LBA_FORMATS) == 0) {
        lwnvme_protection_conclude(ns, LWNVME_PIF_16B_GUARD, 0);
        return;
    }
    status = lwnvme_identify_set(ns, LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_NVM,
                                 lwnvme_protection_identified);
    ns->status = status != LWNVME_OK ? status : LWNVME_PENDING;
}

static void lwnvme_protection_go_on(struct lwnvme_namespace *ns)
{
    if (ns->protection_type != 0) {
        lwnvme_protection_learn(ns);
        return;
    }
    ns->dress = NULL;
    ns->status = ns->metadata_bytes == 0 ? LWNVME_OK : LWNVME_ERR_NS_METADATA;
    lwnvme_straight_allow(ns);
}

static const struct lwnvme_dress lwnvme_protection_dress = {
    .open = lwnvme_protection_go_on,
    .begin = lwnvme_protection_begin,
    .map = lwnvme_metadata_map,
    .piece = lwnvme_protection_piece,
    .end = lwnvme_protection_end,
};

int lwnvme_protection_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns,
                           struct lwnvme_protection *protection)
{
    int status;

    if (protection == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_namespace_open(controller, nsid, ns);
    if (status != LWNVME_OK)
        return status;
    memset(protection, 0, sizeof(*protection));
    ns->protection = protection;
    ns->dress = &lwnvme_protection_dress;
    return LWNVME_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * Both mappers against buffers, segment lists and answers of dma_map that the bytes decide: any offset and length, runs
 * that end anywhere, device addresses that do not keep the offset, lengths of 0 or beyond what was asked, refusals.
 *
 * An independent walker follows what each command says, and the device so moves the data: exactly those of the caller, in
 * order, wherever they lie; no byte beside them is touched, what is skipped stays as it is, and each mapping ends once.
 */
#include "../support/walker.h"
#include "fuzz.h"

#define SEGMENTS_MAX 12u
#define MAPPINGS_MAX 256u
#define REGION       (UINT64_C(1) << 56) /* device addresses of mappings: each has 16 MiB of its own */
#define CANARY       0xeeu
#define BYTES_MAX    65536u
#define TURNS_MAX    400u
#define EXTENTS_MAX  4096u

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static struct fuzz_input *input;

struct mapping {
    uintptr_t address;
    uint64_t dma;
    size_t length;
    bool live;
};
static struct mapping mappings[MAPPINGS_MAX];
static uint32_t mapping_count;
static uint32_t lies; /* whether dma_map asks the bytes */

/* The data as they should be, by their place in the request. */
static uint8_t pattern[BYTES_MAX + 4096];
static struct lwnvme_segment segments[SEGMENTS_MAX];
static uint32_t segment_count;

/* What is being moved by the command that is walked. */
static struct {
    bool read;
    bool is_sgl;
    size_t at; /* of `pattern` */
    size_t left;
    uint32_t extents;
} move;

/* ---- The host's mappings ---- */

static bool map_by_bytes(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma, size_t *run)
{
    (void)host;
    fuzz_require(++fuzz.calls < FUZZ_CALL_LIMIT, "mapped without end");
    fuzz_require(length != 0 && direction != LWNVME_NO_DATA, "a strange mapping");
    uint32_t how = lies != 0 ? fuzz_byte(input) : 0;
    if (how >= 0xf8u || mapping_count == MAPPINGS_MAX) {
        return false;
    }
    struct mapping *mapping = &mappings[mapping_count++];
    uint64_t offset = (uintptr_t)address % 65536u;
    *run = length;
    switch (how & 7u) {
    case 1:
        *run = 4096 - offset % 4096;
        break;
    case 2:
        *run = 65536 - offset;
        break;
    case 3:
        *run = 4u * fuzz_byte(input); /* 0 as well */
        break;
    case 4:
        *run = fuzz_number(input, 2); /* not only multiples of 4 */
        break;
    case 5:
        offset = offset / 4096 * 4096 + 4u * fuzz_byte(input); /* another place in the page */
        break;
    case 6:
        offset += how >> 3 & 3u;
        break;
    case 7:
        *run = length + how;
        break;
    default:
        break;
    }
    mapping->address = (uintptr_t)address;
    mapping->dma = *dma = REGION + ((uint64_t)mapping_count << 24) + offset;
    mapping->length = *run < length ? *run : length;
    mapping->live = true;
    return true;
}

static void unmap(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    (void)host;
    (void)direction;
    for (uint32_t i = 0; i < mapping_count; i++) {
        if (mappings[i].live && mappings[i].dma == dma && mappings[i].length == length) {
            mappings[i].live = false;
            return;
        }
    }
    fuzz_fail("a mapping ended that was not there");
}

static uint8_t *resolve(uint64_t dma, uint64_t length)
{
    if (dma < REGION) {
        return fuzz_memory(dma, length);
    }
    for (uint32_t i = 0; i < mapping_count; i++) {
        const struct mapping *mapping = &mappings[i];
        if (mapping->live && dma >= mapping->dma && dma - mapping->dma + length <= mapping->length) {
            return (uint8_t *)mapping->address + (dma - mapping->dma);
        }
    }
    return NULL;
}

/* ---- The device ---- */

static bool fetch(void *context, uint64_t address, uint8_t *bytes, unsigned count)
{
    const uint8_t *memory = fuzz_memory(address, count);
    (void)context;
    if (memory != NULL) {
        memcpy(bytes, memory, count);
    }
    return memory != NULL;
}

/* What a descriptor list throws away is no extent; where it lies is known here. */
static void pass_skips(void)
{
    size_t at = 0;
    for (uint32_t i = 0; i < segment_count; i++) {
        size_t end = at + segments[i].length_bytes;
        if (segments[i].address == LWNVME_SEGMENT_SKIP && move.at >= at && move.at < end) {
            size_t length = end - move.at < move.left ? end - move.at : move.left;
            move.at += length;
            move.left -= length;
        }
        at = end;
    }
}

static void extent(void *context, uint64_t address, uint64_t length)
{
    (void)context;
    if (move.is_sgl) {
        pass_skips();
    }
    fuzz_require(++move.extents < EXTENTS_MAX, "a list without end");
    fuzz_require(length <= move.left, "more is named than is moved");
    uint8_t *memory = resolve(address, length);
    if (memory == NULL) {
        fuzz_fail("what is named is no memory of the caller's");
        return;
    }
    if (move.read) {
        memcpy(memory, pattern + move.at, length);
    } else {
        fuzz_require(memcmp(memory, pattern + move.at, length) == 0,
                     "other data are named than the caller's");
    }
    move.at += length;
    move.left -= length;
}

static void do_command(struct fuzz_command *command, size_t at, size_t length)
{
    struct walker walker = {.page_bytes = 4096u << (fuzz.cc >> 7 & 0xfu), .fetch = fetch, .extent = extent};
    uint64_t prp1 = command->sqe[6] | (uint64_t)command->sqe[7] << 32;
    uint64_t prp2 = command->sqe[8] | (uint64_t)command->sqe[9] << 32;
    bool is_sgl = (command->sqe[0] >> 14 & 3u) != 0;
    move.read = (command->sqe[0] & 2u) != 0;
    move.at = at;
    move.left = length;
    move.extents = 0;
    move.is_sgl = is_sgl;
    bool good = is_sgl ? walker_sgl(&walker, (const uint8_t *)&command->sqe[6], length)
                       : walker_prp(&walker, prp1, prp2, length);
    if (!good) {
        fuzz_fail(walker.complaint);
    }
    if (is_sgl) {
        pass_skips();
    }
    fuzz_require(move.left == 0, "less is named than is moved");
}

/* ---- Requests ---- */

/* Where the data lie, one stretch after the other, not over each other; in any order. */
static struct lwnvme_buffer make_buffer(size_t bytes, uint32_t how, bool may_skip)
{
    uintptr_t at = (uintptr_t)fuzz_buffer + (how >> 4) * 4u + ((how & 8u) != 0 ? fuzz_byte(input) : 0);
    uint64_t offset = (how & 4u) != 0 ? FUZZ_MAP_OFFSET : 0;
    size_t left = bytes;
    if ((how & 3u) == 0) {
        segments[0] = (struct lwnvme_segment){at, bytes};
        segment_count = 1;
        return offset != 0 ? lwnvme_buffer_device(at + offset, bytes) : lwnvme_buffer_cpu((void *)at, bytes);
    }
    for (segment_count = 0; segment_count < SEGMENTS_MAX && left != 0; segment_count++) {
        uint32_t shape = fuzz_byte(input);
        size_t length = (shape & 1u) != 0 ? fuzz_number(input, 2) % 16384u : 4096u * (1 + (shape >> 1 & 3u));
        if ((shape & 0x40u) != 0) {
            length &= ~(size_t)0x1ff;
        }
        if (length == 0 || length > left || segment_count == SEGMENTS_MAX - 1) {
            length = left;
        }
        if ((shape & 0x20u) != 0) {
            at = (at + 4095) & ~(uintptr_t)4095;
        } else if ((shape & 0x10u) != 0) {
            at += fuzz_byte(input);
        }
        segments[segment_count] = (struct lwnvme_segment){at + offset, length};
        if (may_skip && shape >= 0xf0u) {
            segments[segment_count].address = LWNVME_SEGMENT_SKIP;
        }
        at += length;
        left -= length;
    }
    if ((how & 3u) == 2 && segment_count > 1) {
        struct lwnvme_segment first = segments[0];
        segments[0] = segments[segment_count - 1];
        segments[segment_count - 1] = first;
    }
    return lwnvme_buffer_segments(segments, segment_count, offset != 0 ? LWNVME_BUFFER_DEVICE_ADDRESS : 0);
}

static uint8_t *segment_memory(const struct lwnvme_segment *segment)
{
    uint64_t address = segment->address;
    if (address == LWNVME_SEGMENT_SKIP) {
        return NULL;
    }
    return (uint8_t *)(uintptr_t)(address >= FUZZ_MAP_OFFSET + (uintptr_t)fuzz_buffer &&
                                          address <
                                              FUZZ_MAP_OFFSET + (uintptr_t)fuzz_buffer + FUZZ_BUFFER_BYTES
                                      ? address - FUZZ_MAP_OFFSET
                                      : address);
}

/* For a write, the pattern is in the data; for a read, the canary is everywhere. */
static void fill_buffer(bool write)
{
    size_t at = 0;
    memset(fuzz_buffer, CANARY, FUZZ_BUFFER_BYTES / 2);
    for (uint32_t i = 0; i < segment_count; i++) {
        uint8_t *memory = segment_memory(&segments[i]);
        if (write && memory != NULL) {
            memcpy(memory, pattern + at, segments[i].length_bytes);
        }
        at += segments[i].length_bytes;
    }
}

/* After a read: what has been done is there. Then all that belongs to the data is made to canaries, and nothing else is. */
static void check_buffer(uint64_t done, bool untouched)
{
    static uint8_t canaries[FUZZ_BUFFER_BYTES / 2];
    size_t at = 0;
    for (uint32_t i = 0; i < segment_count; i++) {
        uint8_t *memory = segment_memory(&segments[i]);
        size_t length = segments[i].length_bytes;
        size_t good = at >= done ? 0 : done - at < length ? done - at : length;
        if (memory != NULL && !untouched) {
            fuzz_require(memcmp(memory, pattern + at, good) == 0, "other data than the device gave");
            memset(memory, CANARY, length);
        }
        at += length;
    }
    if (canaries[0] == 0) {
        memset(canaries, CANARY, sizeof(canaries));
    }
    fuzz_require(memcmp(fuzz_buffer, canaries, sizeof(canaries)) == 0, "bytes beside the data were written");
}

static void end_request(struct fuzz_io *io, uint64_t lba, bool has_blocks, size_t bytes)
{
    for (uint32_t turn = 0; turn < TURNS_MAX && lwnvme_request_active(&io->request); turn++) {
        fuzz_look();
        for (struct fuzz_command *command; (command = fuzz_pending(1, 0)) != NULL;) {
            uint64_t slba = command->sqe[10] | (uint64_t)command->sqe[11] << 32;
            size_t at = has_blocks ? (size_t)(slba - lba) * ns.block_bytes : 0;
            size_t length = has_blocks ? ((command->sqe[12] & 0xffffu) + 1) * ns.block_bytes : bytes;
            fuzz_require(at + length <= bytes, "blocks that were not asked for");
            do_command(command, at, length);
            fuzz_answer(command, fuzz_byte(input) >= 0xf0u ? 0x281u : 0, 0);
        }
        fuzz_enter();
        (void)lwnvme_queue_poll(&queue, 0);
        fuzz_leave();
    }
    fuzz_require(!lwnvme_request_active(&io->request), "a request that does not end");
}

static void move_data(void)
{
    struct fuzz_io *io = &fuzz_ios[0];
    uint32_t how = fuzz_byte(input);
    bool write = (how & 1u) != 0;
    bool raw = (how & 6u) == 6u;
    uint32_t blocks = 1 + fuzz_byte(input) % (BYTES_MAX / ns.block_bytes);
    size_t bytes = raw ? 4u * (1 + fuzz_number(input, 2) % 4096u) : (size_t)blocks * ns.block_bytes;
    uint64_t lba = (uint64_t)fuzz_io_number(io) << FUZZ_IO_SHIFT | (how >> 4);
    struct lwnvme_buffer buffer = make_buffer(bytes, fuzz_byte(input), !write);
    struct lwnvme_command command = {.opcode = write ? 0x81u : 0x82u, .nsid = 1, .cdw10 = (uint32_t)lba};
    mapping_count = 0;
    lies = how & 8u;
    fill_buffer(write);
    fuzz_enter();
    int status = raw     ? lwnvme_raw(&queue, &io->request, &command, &buffer)
                 : write ? lwnvme_write(&queue, &ns, &io->request, lba, blocks, &buffer)
                         : lwnvme_read(&queue, &ns, &io->request, lba, blocks, &buffer);
    fuzz_leave();
    bool accepted = fuzz_io_accept(io, status) == LWNVME_OK;
    if (accepted) {
        end_request(io, lba, !raw, bytes);
        status = io->request.status;
        fuzz_require(status != LWNVME_OK || io->request.bytes_done == bytes, "done, and not all of it");
    }
    for (uint32_t i = 0; i < mapping_count; i++) {
        fuzz_require(!mappings[i].live || fuzz.ops.dma_unmap == NULL, "a mapping that does not end");
    }
    if (!write) {
        check_buffer(io->request.bytes_done, !accepted);
    }
}

static uint32_t say(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0)
{
    uint32_t status = fuzz_oblige(command, page, length, dw0);
    uint32_t cns = command->sqe[10] & 0xffu;
    if ((command->sqe[0] & 0xffu) == LWNVME_ADMIN_IDENTIFY && length == 4096 &&
        cns == LWNVME_CNS_CONTROLLER) {
        static const uint32_t sgls[4] = {0, 1, 2, 0x10001u};
        lwnvme_le32_set(&((struct lwnvme_identify_controller *)(void *)page)->sgls,
                        sgls[fuzz_byte(input) & 3u]);
    } else if ((command->sqe[0] & 0xffu) == LWNVME_ADMIN_IDENTIFY && length == 4096 &&
               cns == LWNVME_CNS_NAMESPACE) {
        struct lwnvme_identify_namespace *data = (struct lwnvme_identify_namespace *)(void *)page;
        uint32_t how = fuzz_byte(input);
        data->lbaf[0].lbads = (how & 1u) != 0 ? 12 : 9;
        lwnvme_le16_set(&data->noiob, (how & 2u) != 0 ? (uint16_t)(how >> 2) : 0);
    }
    return status;
}

static bool prepare(void)
{
    struct lwnvme_controller_config config;
    struct lwnvme_queue_config queue_config = {.entries = 2 + fuzz_below(input, 4)};
    uint32_t hooks = fuzz_byte(input);
    uint32_t shape = fuzz_byte(input);
    fuzz_start(input, hooks & (FUZZ_UNMAP | FUZZ_SYNC | FUZZ_ALLOC | FUZZ_DIRECT | FUZZ_REGISTERS));
    fuzz.ops.dma_map = map_by_bytes;
    fuzz.ops.dma_unmap = (hooks & FUZZ_UNMAP) != 0 ? unmap : NULL;
    fuzz.answer = say;
    fuzz_ios_reset();
    memset(&queue, 0, sizeof(queue));
    fuzz_config(&config);
    config.page_bytes = (shape & 1u) != 0 ? 16384 : 4096;
    config.max_transfer_bytes = 4096u << (shape >> 1 & 7u) % 5u;
    queue_config.mapper = (shape & 0x10u) != 0 ? &lwnvme_mapper_full : NULL;
    queue_config.sgl = (shape & 0x10u) != 0 ? (shape >> 5 & 3u) % 3u : 0;
    queue_config.sgl_descriptors = (shape & 0x10u) != 0 ? 1 + fuzz_below(input, 12) : 0;
    queue_config.bounce_bytes = (shape & 0x90u) == 0x90u ? 16384 : 0;
    if (!fuzz_bring_up(&controller, &config)) {
        fuzz_fail("an obliging device is not brought up");
    }
    if (lwnvme_queue_create(&controller, &queue, &queue_config) != LWNVME_OK) {
        return false;
    }
    (void)lwnvme_namespace_open(&controller, 1, &ns);
    fuzz_settle(&controller, &queue.status);
    fuzz_settle(&controller, &ns.status);
    return ns.status == LWNVME_OK && queue.status == LWNVME_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    input = &in;
    if (pattern[0] == 0) {
        for (size_t i = 0; i < sizeof(pattern); i++) {
            pattern[i] = (uint8_t)(1 + i % 211u + i / 512u % 37u);
        }
    }
    if (prepare()) {
        for (uint32_t i = 0; i < 4 && in.left != 0; i++) {
            move_data();
        }
    }
    fuzz_close(&controller);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, length)   ((void)(address), (void)(length))
#define ASAN_UNPOISON_MEMORY_REGION(address, length) ((void)(address), (void)(length))
#endif

struct fuzz_device fuzz;
volatile uint32_t fuzz_registers[FUZZ_BAR_BYTES / 4];
_Alignas(65536) uint8_t fuzz_buffer[FUZZ_BUFFER_BYTES];
static _Alignas(65536) uint8_t arena[FUZZ_ARENA_BYTES];

struct fuzz_io fuzz_ios[FUZZ_IOS];
void (*fuzz_then)(struct fuzz_io *io);

void fuzz_fail(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

/* FUZZ_TRACE in the environment: registers and log lines are shown, for whoever looks into a crash. */
static bool trace;

static void show(const char *what, uint32_t offset, uint32_t value)
{
    if (trace) {
        fprintf(stderr, "%12llu %s %x %08x\n", (unsigned long long)fuzz.now_us, what, offset, value);
    }
}

/* ---- Hooks ---- */

static void count_call(void)
{
    fuzz_require(++fuzz.calls < FUZZ_CALL_LIMIT, "one call of the library does not come to an end");
}

void fuzz_enter(void)
{
    fuzz.calls = 0;
}

static bool is_power_of_two(size_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* From the start of the arena on; what is freed is not used again in the same life, so that use of it shows. */
static void *take(size_t size, size_t align, bool is_dma, uint64_t *dma)
{
    count_call();
    fuzz_require(size != 0 && is_power_of_two(align) && align <= 65536, "a strange allocation");
    if (++fuzz.allocations == fuzz.allocation_fails_at || fuzz.block_count == FUZZ_BLOCKS) {
        return NULL;
    }
    if (align < 64) {
        align = 64;
    }
    size_t offset = (fuzz.arena_used + 63 + align) & ~(align - 1); /* at least 64 bytes between two */
    if (offset + size > FUZZ_ARENA_BYTES) {
        return NULL;
    }
    struct fuzz_block *block = &fuzz.blocks[fuzz.block_count++];
    block->offset = (uint32_t)offset;
    block->size = (uint32_t)size;
    block->live = true;
    block->is_dma = is_dma;
    fuzz.arena_used = (uint32_t)(offset + size);
    *(is_dma ? &fuzz.live_dma : &fuzz.live_plain) += 1;
    ASAN_UNPOISON_MEMORY_REGION(arena + offset, size);
    if (dma != NULL) {
        *dma = FUZZ_ARENA_DMA + offset;
    }
    return arena + offset;
}

static void note_claim(struct fuzz_command *command, uint32_t dw2, uint32_t dw3);

/* Admin commands may stand in their ring that the device has not been told of, and be taken for answered by what it posted last:
 * it is bound by that, too. */
static void note_early_claims(void)
{
    const struct fuzz_ring *sq = &fuzz.sq[0];
    const struct fuzz_ring *cq = &fuzz.cq[0];
    const uint8_t *commands = fuzz_memory(sq->dma, sq->entries * 64u);
    const uint8_t *answers = fuzz_memory(cq->dma, cq->entries * 16u);
    for (uint32_t i = 0; commands != NULL && answers != NULL && i < 256; i++) {
        struct fuzz_command command;
        uint32_t dwords[4];
        memset(&command, 0, sizeof(command));
        memcpy(command.sqe, commands + (sq->next + i / 16) % sq->entries * 64u, sizeof(command.sqe));
        command.cid = (uint16_t)(command.sqe[0] >> 16);
        memcpy(dwords, answers + (cq->next + cq->entries - 1 - i % 16 % cq->entries) % cq->entries * 16u, 16);
        note_claim(&command, dwords[2], dwords[3]);
    }
}

/* Memory of a ring that the device has, or of the admin side while it may write. */
static void check_not_the_devices(const struct fuzz_block *block)
{
    if (!block->is_dma || !fuzz_may_write()) {
        return;
    }
    uint64_t dma = FUZZ_ARENA_DMA + block->offset;
    note_early_claims();
    for (uint32_t id = 0; id < FUZZ_QUEUES; id++) {
        fuzz_require(!fuzz.sq[id].there || fuzz.sq[id].dma != dma,
                     "a submission ring freed that the device has");
        fuzz_require(!fuzz.cq[id].there || fuzz.cq[id].dma != dma,
                     "a completion ring freed that the device has");
    }
}

static void give(void *memory, size_t size, bool is_dma, uint64_t dma)
{
    count_call();
    for (uint32_t i = 0; i < fuzz.block_count; i++) {
        struct fuzz_block *block = &fuzz.blocks[i];
        if (arena + block->offset != (uint8_t *)memory) {
            continue;
        }
        fuzz_require(block->live && block->size == size && block->is_dma == is_dma,
                     "freed otherwise than allocated");
        fuzz_require(!is_dma || dma == FUZZ_ARENA_DMA + block->offset, "freed with another device address");
        check_not_the_devices(block);
        block->live = false;
        *(is_dma ? &fuzz.live_dma : &fuzz.live_plain) -= 1;
        ASAN_POISON_MEMORY_REGION(memory, size);
        return;
    }
    fuzz_fail("freed what was not allocated");
}

static void *hook_dma_alloc(void *host, size_t size, size_t align, uint64_t *dma)
{
    (void)host;
    return take(size, align, true, dma);
}

static void hook_dma_free(void *host, void *memory, size_t size, uint64_t dma)
{
    (void)host;
    give(memory, size, true, dma);
}

static void *hook_alloc(void *host, size_t size)
{
    (void)host;
    return take(size, 64, false, NULL);
}

static void hook_free(void *host, void *memory, size_t size)
{
    (void)host;
    give(memory, size, false, 0);
}

static bool hook_dma_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma, size_t *run)
{
    (void)host;
    count_call();
    fuzz_require(length != 0 && direction != LWNVME_NO_DATA, "a strange mapping");
    *dma = (uintptr_t)address + FUZZ_MAP_OFFSET;
    *run = length;
    if (fuzz.map_run != 0) {
        size_t room = fuzz.map_run - (uintptr_t)address % fuzz.map_run;
        *run = room < length ? room : length;
    }
    if ((fuzz.hooks & FUZZ_UNMAP) != 0) {
        if (fuzz.map_count == FUZZ_MAPS) {
            return false;
        }
        fuzz.maps[fuzz.map_count].dma = *dma;
        fuzz.maps[fuzz.map_count++].length = *run;
    }
    return true;
}

static void hook_dma_unmap(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    (void)host;
    (void)direction;
    count_call();
    for (uint32_t i = fuzz.map_count; i > 0; i--) {
        struct fuzz_map *map = &fuzz.maps[i - 1];
        if (map->dma == dma && map->length == length) {
            *map = fuzz.maps[--fuzz.map_count];
            return;
        }
    }
    fuzz_fail("a mapping ended that was not there");
}

static void hook_dma_sync(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    (void)host;
    (void)direction;
    (void)for_device;
    count_call();
    fuzz_require(length != 0, "nothing is to be synchronised");
    /* Shows whether all of it is memory: the first and the last byte are read. */
    (void)(*(const volatile uint8_t *)address + ((const volatile uint8_t *)address)[length - 1]);
}

static uint64_t hook_now_us(void *host)
{
    (void)host;
    count_call();
    fuzz.now_us += fuzz.tick_us;
    return fuzz.now_us;
}

static void note_stopped(void)
{
    fuzz.may_write = false;
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        fuzz.commands[i].stopped = true;
    }
}

/* Whether CSTS says that the controller writes no memory any more: it is disabled, or a normal shutdown is complete. */
static bool says_stopped(uint32_t csts)
{
    return csts == 0xffffffffu || (fuzz.disabled && (csts & 1u) == 0) ||
           ((fuzz.cc >> 14 & 3u) == LWNVME_CC_SHN_NORMAL && (csts >> 2 & 3u) == LWNVME_CSTS_SHST_COMPLETE);
}

/* What the library learns from a register that it reads. */
static void note_read(uint32_t offset, uint32_t value)
{
    fuzz.had_version = fuzz.had_version || (offset == LWNVME_REG_VS && value != 0);
    if (value == 0xffffffffu || (offset == LWNVME_REG_VS && value == 0 && fuzz.had_version)) {
        note_stopped(); /* it has left the bus, as far as can be told; another version is other firmware's */
    } else if (offset == LWNVME_REG_CC && (value & 1u) == 0) {
        fuzz.disabled = true;
    } else if (offset == LWNVME_REG_CSTS && says_stopped(value)) {
        note_stopped();
    }
}

static void controller_enabled(void)
{
    uint32_t aqa = fuzz_registers[LWNVME_REG_AQA / 4];
    memset(fuzz.sq, 0, sizeof(fuzz.sq));
    memset(fuzz.cq, 0, sizeof(fuzz.cq));
    memset((void *)(uintptr_t)(fuzz_registers + 0x1000 / 4), 0, FUZZ_BAR_BYTES - 0x1000);
    fuzz.sq[0].there = fuzz.cq[0].there = true;
    fuzz.sq[0].entries = (aqa & 0xfffu) + 1;
    fuzz.cq[0].entries = (aqa >> 16 & 0xfffu) + 1;
    fuzz.cq[0].phase = 1;
    fuzz.sq[0].dma = fuzz_registers[LWNVME_REG_ASQ / 4] | (uint64_t)fuzz_registers[LWNVME_REG_ASQ / 4 + 1]
                                                              << 32;
    fuzz.cq[0].dma = fuzz_registers[LWNVME_REG_ACQ / 4] | (uint64_t)fuzz_registers[LWNVME_REG_ACQ / 4 + 1]
                                                              << 32;
    fuzz_require(fuzz_memory(fuzz.sq[0].dma, fuzz.sq[0].entries * 64u) != NULL, "ASQ is no memory");
    fuzz_require(fuzz_memory(fuzz.cq[0].dma, fuzz.cq[0].entries * 16u) != NULL, "ACQ is no memory");
    fuzz.may_write = true;
    fuzz.disabled = false;
}

static void cc_written(uint32_t value)
{
    uint32_t before = fuzz.cc;
    uint32_t *csts = (uint32_t *)(uintptr_t)&fuzz_registers[LWNVME_REG_CSTS / 4];
    fuzz.cc = value;
    if ((value & 1u) != 0 && (before & 1u) == 0) {
        controller_enabled();
    } else if ((value & 1u) == 0) {
        fuzz.disabled = true;
        *csts &= ~0xcu;
    } else if ((value >> 14 & 3u) == 0) {
        fuzz.may_write = true; /* nothing is shut down any more */
    }
    if (fuzz.ready_follows) {
        *csts = (*csts & ~1u) | (value & 1u);
    }
    if ((value >> 14 & 3u) != 0 && fuzz.ready_follows) {
        *csts = (*csts & ~0xcu) | 0x8u; /* shut down */
    }
}

/* Whether the device resets or not: that CSTS.RDY is 0 afterwards is its word. */
static void subsystem_reset(void)
{
    fuzz.disabled = true;
    fuzz_registers[LWNVME_REG_NSSR / 4] = 0;
}

static uint32_t hostile_value(uint32_t value)
{
    uint8_t how = fuzz_byte(fuzz.in);
    if (how < 0xc0) {
        return value;
    }
    switch (how & 7u) {
    case 0:
        return 0xffffffffu;
    case 1:
        return 0;
    case 2:
        return value ^ 1u << (how >> 3 & 7u);
    case 3:
        return fuzz_number(fuzz.in, 4);
    default:
        return value ^ (uint32_t)fuzz_byte(fuzz.in) << 8u * (how & 3u);
    }
}

static uint32_t hook_read32(void *host, volatile void *registers, size_t offset)
{
    (void)host;
    count_call();
    fuzz_require(registers == fuzz_registers && offset % 4 == 0 && offset < 0x1000, "no such register");
    uint32_t value = fuzz_registers[offset / 4];
    if (offset == LWNVME_REG_CSTS) {
        value = (value | fuzz.csts_set) & ~fuzz.csts_clear;
    }
    if (fuzz.gone) {
        value = 0xffffffffu;
    } else if (fuzz.hostile_reads) {
        /* The device itself must know where its doorbells are. */
        uint32_t kept = offset == LWNVME_REG_CAP + 4 ? 0xfu : 0;
        value = (hostile_value(value) & ~kept) | (value & kept);
    }
    show("read", (uint32_t)offset, value);
    note_read((uint32_t)offset, value);
    return value;
}

static void hook_write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    (void)host;
    count_call();
    fuzz_require(registers == fuzz_registers && offset % 4 == 0 && offset < FUZZ_BAR_BYTES,
                 "no such register");
    show("write", (uint32_t)offset, value);
    if (offset != LWNVME_REG_CSTS) {
        fuzz_registers[offset / 4] = value;
    }
    if (offset == LWNVME_REG_CC) {
        cc_written(value);
    } else if (offset == LWNVME_REG_NSSR) {
        subsystem_reset();
    }
}

static bool hook_fence(void *host)
{
    (void)host;
    count_call();
    if (fuzz_byte(fuzz.in) % 4u == 1) {
        return false;
    }
    note_stopped();
    return true;
}

static void hook_lock(void *host)
{
    (void)host;
    count_call();
    fuzz_require(!fuzz.locked, "locked twice");
    fuzz.locked = true;
}

static void hook_unlock(void *host)
{
    (void)host;
    fuzz_require(fuzz.locked, "unlocked twice");
    fuzz.locked = false;
}

static void hook_log(void *host, enum lwnvme_log_level level, const char *message)
{
    (void)host;
    (void)level;
    count_call();
    fuzz_require(strlen(message) < 200, "a message without an end");
    if (trace) {
        fprintf(stderr, "%s\n", message);
    }
}

/* ---- The device ---- */

void fuzz_register_set(uint32_t offset, uint32_t value)
{
    fuzz_registers[offset / 4] = value;
}

void fuzz_start(struct fuzz_input *in, uint32_t hooks)
{
    ASAN_POISON_MEMORY_REGION(arena, fuzz.arena_used);
    if (fuzz.arena_used == 0) {
        ASAN_POISON_MEMORY_REGION(arena, sizeof(arena));
    }
    memset(&fuzz, 0, offsetof(struct fuzz_device, commands));
    memset((uint8_t *)&fuzz + offsetof(struct fuzz_device, command_count), 0,
           sizeof(fuzz) - offsetof(struct fuzz_device, command_count));
    memset((void *)(uintptr_t)fuzz_registers, 0, sizeof(fuzz_registers));
    trace = getenv("FUZZ_TRACE") != NULL;
    fuzz.in = in;
    fuzz.hooks = hooks;
    fuzz.now_us = 5000000;
    fuzz.ready_follows = true;
    fuzz.disabled = true;
    fuzz.ops.dma_alloc = hook_dma_alloc;
    fuzz.ops.dma_free = hook_dma_free;
    fuzz.ops.dma_map = hook_dma_map;
    fuzz.ops.now_us = hook_now_us;
    if ((hooks & FUZZ_UNMAP) != 0) {
        fuzz.ops.dma_unmap = hook_dma_unmap;
    }
    if ((hooks & FUZZ_SYNC) != 0) {
        fuzz.ops.dma_sync = hook_dma_sync;
    }
    if ((hooks & FUZZ_ALLOC) != 0) {
        fuzz.ops.alloc = hook_alloc;
        fuzz.ops.free = hook_free;
    }
    if ((hooks & FUZZ_LOCK) != 0) {
        fuzz.ops.lock = hook_lock;
        fuzz.ops.unlock = hook_unlock;
    }
    if ((hooks & FUZZ_REGISTERS) == 0) {
        fuzz.ops.mmio_read32 = hook_read32;
        fuzz.ops.mmio_write32 = hook_write32;
    }
    if ((hooks & FUZZ_FENCE) != 0) {
        fuzz.ops.fence_device = hook_fence;
    }
    if ((hooks & FUZZ_LOG) != 0 || trace) {
        fuzz.ops.log = hook_log;
        fuzz.ops.log_words = lwnvme_log_words;
    }
    /* 1024 entries, contiguous queues, 1 s, NVM command set, NVM subsystem reset, 4 KiB to 64 KiB pages */
    fuzz_register_set(LWNVME_REG_CAP, 0x020103ffu);
    fuzz_register_set(LWNVME_REG_CAP + 4, 0x00400030u);
    fuzz_register_set(LWNVME_REG_VS, 0x00020000u);
}

/* ---- Lives that begin in the same way ---- */

#define LIVES 512u

struct life {
    bool there;
    uint32_t key;
    struct fuzz_device device; /* but for commands that are not in use */
    uint32_t registers[FUZZ_BAR_BYTES / 4];
    uint8_t *bytes; /* what the target keeps, then each block that is live */
};
static struct life *lives[LIVES];

static struct life **life_of(uint32_t key)
{
    return &lives[key * 2654435761u >> 23];
}

static void copy_device(struct fuzz_device *to, const struct fuzz_device *from)
{
    memcpy(to, from, offsetof(struct fuzz_device, commands));
    memcpy(to->commands, from->commands, from->command_count * sizeof(from->commands[0]));
    memcpy(&to->command_count, &from->command_count,
           offsetof(struct fuzz_device, maps) - offsetof(struct fuzz_device, command_count));
    memcpy(to->maps, from->maps, from->map_count * sizeof(from->maps[0]));
}

void fuzz_keep(uint32_t key, const struct fuzz_part *parts, uint32_t count)
{
    struct life **place = life_of(key);
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size += parts[i].size;
    }
    for (uint32_t i = 0; i < fuzz.block_count; i++) {
        size += fuzz.blocks[i].live ? fuzz.blocks[i].size : 0;
    }
    if (*place != NULL) {
        free((*place)->bytes);
        free(*place);
    }
    struct life *life = *place = (struct life *)calloc(1, sizeof(*life));
    uint8_t *at = life != NULL ? life->bytes = (uint8_t *)malloc(size) : NULL;
    if (at == NULL) {
        return;
    }
    life->key = key;
    life->there = true;
    copy_device(&life->device, &fuzz);
    memcpy(life->registers, (const void *)(uintptr_t)fuzz_registers, sizeof(life->registers));
    for (uint32_t i = 0; i < count; i++) {
        memcpy(at, parts[i].memory, parts[i].size);
        at += parts[i].size;
    }
    for (uint32_t i = 0; i < fuzz.block_count; i++) {
        if (fuzz.blocks[i].live) {
            memcpy(at, arena + fuzz.blocks[i].offset, fuzz.blocks[i].size);
            at += fuzz.blocks[i].size;
        }
    }
}

bool fuzz_begin_again(uint32_t key, struct fuzz_input *in, const struct fuzz_part *parts, uint32_t count)
{
    const struct life *life = *life_of(key);
    if (life == NULL || !life->there || life->key != key || trace) {
        return false;
    }
    const uint8_t *at = life->bytes;
    ASAN_POISON_MEMORY_REGION(arena, fuzz.arena_used);
    copy_device(&fuzz, &life->device);
    fuzz.in = in;
    memcpy((void *)(uintptr_t)fuzz_registers, life->registers, sizeof(life->registers));
    for (uint32_t i = 0; i < count; i++) {
        memcpy(parts[i].memory, at, parts[i].size);
        at += parts[i].size;
    }
    for (uint32_t i = 0; i < fuzz.block_count; i++) {
        if (fuzz.blocks[i].live) {
            ASAN_UNPOISON_MEMORY_REGION(arena + fuzz.blocks[i].offset, fuzz.blocks[i].size);
            memcpy(arena + fuzz.blocks[i].offset, at, fuzz.blocks[i].size);
            at += fuzz.blocks[i].size;
        }
    }
    return true;
}

void fuzz_config(struct lwnvme_controller_config *config)
{
    memset(config, 0, sizeof(*config));
    config->ops = &fuzz.ops;
    config->host = &fuzz;
    config->page_bytes = 4096;
    config->bar_mapped = fuzz_registers;
    config->bar_bytes = FUZZ_BAR_BYTES;
    config->io_queues = 4;
    config->max_transfer_bytes = 4096;
    if ((fuzz.hooks & FUZZ_DIRECT) != 0) {
        config->direct_map.address = (uintptr_t)fuzz_buffer;
        config->direct_map.dma_address = (uintptr_t)fuzz_buffer + FUZZ_MAP_OFFSET;
        config->direct_map.length_bytes = sizeof(fuzz_buffer);
    }
}

/* Where registers are memory: what can be told from them at this moment. */
static void look_at_registers(void)
{
    uint32_t csts = fuzz_registers[LWNVME_REG_CSTS / 4];
    if (fuzz_registers[LWNVME_REG_NSSR / 4] != 0) {
        subsystem_reset();
    }
    if (fuzz_registers[LWNVME_REG_CC / 4] != fuzz.cc) {
        cc_written(fuzz_registers[LWNVME_REG_CC / 4]);
        return;
    }
    if (says_stopped(csts)) {
        note_stopped();
    }
}

void fuzz_leave(void)
{
    if ((fuzz.hooks & FUZZ_REGISTERS) != 0) {
        look_at_registers();
    }
}

bool fuzz_may_write(void)
{
    if (fuzz.may_write && (fuzz.hooks & FUZZ_REGISTERS) != 0) {
        fuzz.disabled = fuzz.disabled || (fuzz_registers[LWNVME_REG_CC / 4] & 1u) == 0;
        if (says_stopped(fuzz_registers[LWNVME_REG_CSTS / 4])) {
            note_stopped();
        }
    }
    return fuzz.may_write;
}

void fuzz_close_off(void *address, size_t length, bool closed)
{
    if (closed) {
        ASAN_POISON_MEMORY_REGION(address, length);
    } else {
        ASAN_UNPOISON_MEMORY_REGION(address, length);
    }
}

uint8_t *fuzz_memory(uint64_t dma, size_t length)
{
    uint64_t at = dma - FUZZ_ARENA_DMA;
    for (uint32_t i = 0; i < fuzz.block_count; i++) {
        const struct fuzz_block *block = &fuzz.blocks[i];
        if (block->live && at >= block->offset && at - block->offset < block->size &&
            length <= block->size - (at - block->offset)) {
            return arena + at;
        }
    }
    at = dma - FUZZ_MAP_OFFSET - (uintptr_t)fuzz_buffer;
    return at < FUZZ_BUFFER_BYTES && length <= FUZZ_BUFFER_BYTES - at ? fuzz_buffer + at : NULL;
}

static void note_queue_command(const uint32_t *sqe)
{
    uint32_t opcode = sqe[0] & 0xffu;
    uint32_t id = sqe[10] & 0xffffu;
    uint64_t dma = sqe[6] | (uint64_t)sqe[7] << 32;
    if (opcode != LWNVME_ADMIN_CREATE_IOCQ && opcode != LWNVME_ADMIN_CREATE_IOSQ) {
        return;
    }
    fuzz_require(id != 0 && id < FUZZ_QUEUES, "a queue identifier that has no doorbell");
    struct fuzz_ring *ring = opcode == LWNVME_ADMIN_CREATE_IOCQ ? &fuzz.cq[id] : &fuzz.sq[id];
    memset(ring, 0, sizeof(*ring));
    ring->there = true;
    ring->dma = dma;
    ring->entries = (sqe[10] >> 16) + 1;
    ring->phase = 1;
    ring->cq = sqe[11] >> 16;
    size_t doorbell = 0x1000u + ((2 * id + (opcode == LWNVME_ADMIN_CREATE_IOCQ))
                                 << (2 + (fuzz_registers[LWNVME_REG_CAP / 4 + 1] & 0xfu)));
    fuzz_require(doorbell < FUZZ_BAR_BYTES, "a doorbell outside the registers");
    fuzz_registers[doorbell / 4] = 0;
    fuzz_require(opcode == LWNVME_ADMIN_CREATE_IOCQ || ring->cq < FUZZ_QUEUES, "no such completion queue");
    fuzz_require(fuzz_memory(dma, ring->entries * (opcode == LWNVME_ADMIN_CREATE_IOCQ ? 16u : 64u)) != NULL,
                 "a ring is no memory");
}

/* A completion in a ring, as far as it names a command. */
static void note_claim(struct fuzz_command *command, uint32_t dw2, uint32_t dw3)
{
    if (dw2 >> 16 != command->sqid || (dw3 & 0xffffu) != command->cid) {
        return;
    }
    command->claimed = true;
    if ((dw3 >> 17 & 0x7ffu) == 0) {
        command->success = true;
    }
    if (command->sqid != 0) {
        return;
    }
    uint32_t opcode = command->sqe[0] & 0xffu;
    uint32_t id = command->sqe[10] % FUZZ_QUEUES;
    bool success = (dw3 >> 17 & 0x7ffu) == 0;
    if (opcode == LWNVME_ADMIN_DELETE_IOSQ && success) {
        fuzz.sq[id].there = false;
    } else if (opcode == LWNVME_ADMIN_DELETE_IOCQ && success) {
        fuzz.cq[id].there = false;
    } else if (opcode == LWNVME_ADMIN_CREATE_IOSQ && !success) {
        fuzz.sq[id].there = false;
    } else if (opcode == LWNVME_ADMIN_CREATE_IOCQ && !success) {
        fuzz.cq[id].there = false;
    }
}

/* An earlier command whose identifier has come round again is over. */
static void forget_command(uint32_t sqid, uint32_t cid)
{
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        if (fuzz.commands[i].sqid == sqid && fuzz.commands[i].cid == cid) {
            fuzz.commands[i] = fuzz.commands[--fuzz.command_count];
            return;
        }
    }
}

static void note_command(uint32_t sqid, const uint8_t *entry)
{
    forget_command(sqid, entry[2] | (uint32_t)entry[3] << 8);
    if (fuzz.command_count == FUZZ_COMMANDS) {
        /* Those that have been claimed make room; it does not matter in which order the others stand. */
        for (uint32_t i = 0; i < fuzz.command_count;) {
            if (fuzz.commands[i].claimed || fuzz.commands[i].stopped) {
                fuzz.commands[i] = fuzz.commands[--fuzz.command_count];
            } else {
                i++;
            }
        }
    }
    if (fuzz.command_count == FUZZ_COMMANDS) {
        fuzz.overflow = true;
        fuzz.command_count--;
    }
    struct fuzz_command *command = &fuzz.commands[fuzz.command_count++];
    show("fetched", sqid, ((const uint32_t *)(const void *)entry)[0]);
    show("cdw10", sqid, ((const uint32_t *)(const void *)entry)[10]);
    memset(command, 0, offsetof(struct fuzz_command, sqe));
    memcpy(command->sqe, entry, sizeof(command->sqe));
    command->sqid = (uint16_t)sqid;
    command->cid = (uint16_t)(command->sqe[0] >> 16);
    if (sqid == 0) {
        note_queue_command(command->sqe);
    }
    /* What stands in the ring already may be taken for its completion, also when the device has denied since that there is one. */
    const struct fuzz_ring *cq = &fuzz.cq[fuzz.sq[sqid].cq];
    const uint8_t *ring = cq->entries != 0 ? fuzz_memory(cq->dma, cq->entries * 16u) : NULL;
    for (uint32_t i = 0; ring != NULL && i < cq->entries; i++) {
        uint32_t dwords[4];
        memcpy(dwords, ring + i * 16u, 16);
        note_claim(command, dwords[2], dwords[3]);
    }
}

void fuzz_look(void)
{
    if ((fuzz.hooks & FUZZ_REGISTERS) != 0) {
        look_at_registers();
    }
    if ((fuzz.cc & 1u) == 0 || !fuzz.may_write) {
        return;
    }
    for (uint32_t id = 0; id < FUZZ_QUEUES; id++) {
        struct fuzz_ring *sq = &fuzz.sq[id];
        size_t doorbell = 0x1000u + (size_t)(2 * id << (2 + (fuzz_registers[LWNVME_REG_CAP / 4 + 1] & 0xfu)));
        uint32_t tail = doorbell < FUZZ_BAR_BYTES ? fuzz_registers[doorbell / 4] : sq->next;
        if (!sq->there || tail == sq->next) {
            continue;
        }
        fuzz_require(tail < sq->entries, "a doorbell beyond the ring");
        const uint8_t *ring = fuzz_memory(sq->dma, sq->entries * 64u);
        fuzz_require(ring != NULL, "a ring of the device's has been freed");
        while (sq->next != tail) {
            note_command(id, ring + sq->next * 64u);
            sq->next = (sq->next + 1) % sq->entries;
        }
    }
}

bool fuzz_cqe_write(uint32_t cqid, uint32_t index, const uint32_t dwords[4])
{
    const struct fuzz_ring *cq = &fuzz.cq[cqid % FUZZ_QUEUES];
    if (!cq->there || !fuzz.may_write) {
        return false;
    }
    uint8_t *ring = fuzz_memory(cq->dma, cq->entries * 16u);
    if (ring == NULL) {
        return false;
    }
    memcpy(ring + index % cq->entries * 16u, dwords, 16);
    show("posted", index % cq->entries, dwords[3]);
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        note_claim(&fuzz.commands[i], dwords[2], dwords[3]);
    }
    return true;
}

void fuzz_post(uint32_t sqid, uint32_t cid, uint32_t status, uint32_t dw0)
{
    uint32_t cqid = fuzz.sq[sqid % FUZZ_QUEUES].cq;
    struct fuzz_ring *cq = &fuzz.cq[cqid];
    uint32_t dwords[4] = {dw0, 0, sqid << 16 | fuzz.sq[sqid % FUZZ_QUEUES].next,
                          status << 17 | cq->phase << 16 | (cid & 0xffffu)};
    if (fuzz_cqe_write(cqid, cq->next, dwords) && ++cq->next == cq->entries) {
        cq->next = 0;
        cq->phase ^= 1u;
    }
}

void fuzz_answer(struct fuzz_command *command, uint32_t status, uint32_t dw0)
{
    command->answered = true;
    fuzz_post(command->sqid, command->cid, status, dw0);
}

static void identify_controller(uint8_t *page)
{
    struct lwnvme_identify_controller *data = (struct lwnvme_identify_controller *)(void *)page;
    memcpy(data->sn, "FUZZ", 4);
    memcpy(data->mn, "HOSTILE", 7);
    data->sqes = 0x66;
    data->cqes = 0x44;
    lwnvme_le32_set(&data->nn, 4);
    lwnvme_le16_set(&data->oncs, 0xffff);
    lwnvme_le16_set(&data->oacs, 0xffff);
    lwnvme_le32_set(&data->ver, 0x00020000u);
    lwnvme_le32_set(&data->sgls, 1);
    data->vwc = 7;
    data->lpa = 0xff;
    /* It has all there is. */
    lwnvme_le32_set(&data->oaes, 0xffffffffu);
    lwnvme_le32_set(&data->ctratt, 0xffffffffu);
    lwnvme_le16_set(&data->rrls, 0xffff);
    data->frmw = 0x1e; /* 7 slots, without a reset */
    data->elpe = 15;
    data->npss = 4;
    data->apsta = 1;
    lwnvme_le32_set(&data->hmpre, 64);
    lwnvme_le32_set(&data->hmmin, 16);
    lwnvme_le16_set(&data->edstt, 2);
    data->fwug = 1;
    lwnvme_le16_set(&data->kas, 1);
    lwnvme_le16_set(&data->hctma, 1);
    lwnvme_le32_set(&data->sanicap, 7);
    lwnvme_le16_set(&data->nsetidmax, 4);
    lwnvme_le16_set(&data->endgidmax, 4);
    lwnvme_le32_set(&data->anagrpmax, 4);
    lwnvme_le32_set(&data->nanagrpid, 4);
    lwnvme_le16_set(&data->fuses, 1);
    data->fna = 4;
    data->nwpc = 7;
}

static void identify_namespace(uint8_t *page)
{
    struct lwnvme_identify_namespace *data = (struct lwnvme_identify_namespace *)(void *)page;
    lwnvme_le64_set(&data->nsze, 0x10000);
    lwnvme_le64_set(&data->ncap, 0x10000);
    lwnvme_le64_set(&data->nuse, 0x10000);
    data->lbaf[0].lbads = 9;
}

uint32_t fuzz_oblige(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0)
{
    uint32_t opcode = command->sqe[0] & 0xffu;
    if (opcode == LWNVME_ADMIN_SET_FEATURES &&
        (command->sqe[10] & 0xffu) == LWNVME_FEATURE_NUMBER_OF_QUEUES) {
        *dw0 = 0x00010002;
    }
    if (opcode != LWNVME_ADMIN_IDENTIFY || length < 4096) {
        return 0;
    }
    memset(page, 0, 4096);
    switch (command->sqe[10] & 0xffu) {
    case LWNVME_CNS_NAMESPACE:
        identify_namespace(page);
        break;
    case LWNVME_CNS_CONTROLLER:
        identify_controller(page);
        break;
    case LWNVME_CNS_ACTIVE_NAMESPACES:
        page[0] = (command->sqe[1] & 0xffu) == 0;
        break;
    default:
        break;
    }
    return 0;
}

static void fill_page(uint8_t *page, size_t length, uint32_t how, uint32_t seed)
{
    switch (how) {
    case 1:
        memset(page, 0, length);
        break;
    case 2:
        memset(page, 0xff, length);
        break;
    case 3:
        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            page[i] = (uint8_t)(seed >> 24);
        }
        break;
    default:
        break;
    }
}

void fuzz_fill(uint8_t *page, size_t length, uint32_t how)
{
    if (length != 0) {
        fill_page(page, length, how & 3u, how);
    }
    for (uint32_t left = how >> 2 & 7u; left != 0 && length != 0; left--) {
        uint32_t where = fuzz_number(fuzz.in, 2);
        uint32_t width = 1u << (where >> 14);
        size_t at = (where & 0x2000u) != 0 ? where & 0xffu : (where & 0xfffu) % length;
        for (uint32_t i = 0; i < width && at + i < length; i++) {
            page[at + i] = fuzz_byte(fuzz.in);
        }
    }
}

uint32_t fuzz_answer_by_bytes(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0)
{
    uint32_t status = fuzz_oblige(command, page, length, dw0);
    uint32_t how = fuzz_byte(fuzz.in);
    fuzz_fill(page, length, how);
    if ((how & 0x20u) != 0) {
        *dw0 = fuzz_number(fuzz.in, 4);
    }
    return (how & 0xc0u) == 0xc0u ? fuzz_number(fuzz.in, 2) : status;
}

void fuzz_answer_admin(void)
{
    fuzz_look();
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        struct fuzz_command *command = &fuzz.commands[i];
        if (command->sqid != 0 || command->answered || command->stopped ||
            (command->sqe[0] & 0xffu) == LWNVME_ADMIN_ASYNC_EVENT_REQUEST) {
            continue;
        }
        uint64_t prp1 = command->sqe[6] | (uint64_t)command->sqe[7] << 32;
        size_t length = 4096 - prp1 % 4096;
        uint8_t *page = prp1 != 0 ? fuzz_memory(prp1, length) : NULL;
        uint32_t dw0 = 0;
        uint32_t status =
            (fuzz.answer != NULL ? fuzz.answer : fuzz_oblige)(command, page, page == NULL ? 0 : length, &dw0);
        fuzz_answer(command, status, dw0);
    }
}

struct fuzz_command *fuzz_pending(uint32_t sqid, uint32_t which)
{
    uint32_t count = 0;
    for (uint32_t turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < fuzz.command_count; i++) {
            struct fuzz_command *command = &fuzz.commands[i];
            if (command->answered || command->stopped ||
                (sqid == UINT32_MAX ? command->sqid == 0 : command->sqid != sqid)) {
                continue;
            }
            if (turn == 0) {
                count++;
            } else if (which-- == 0) {
                return command;
            }
        }
        if (count == 0) {
            return NULL;
        }
        which %= count;
    }
    return NULL;
}

/* ---- Life of a controller ---- */

void fuzz_settle(struct lwnvme_controller *controller, const int *status)
{
    for (uint32_t turn = 0; turn < 200 && *status == LWNVME_PENDING; turn++) {
        fuzz_answer_admin();
        fuzz_enter();
        (void)lwnvme_controller_poll(controller);
        fuzz_leave();
        fuzz.now_us += 1000;
    }
}

bool fuzz_bring_up(struct lwnvme_controller *controller, const struct lwnvme_controller_config *config)
{
    int status = LWNVME_PENDING;
    fuzz_enter();
    if (lwnvme_controller_open(controller, config) != LWNVME_OK) {
        return false;
    }
    for (uint32_t turn = 0; turn < 200 && status == LWNVME_PENDING; turn++) {
        fuzz_enter();
        status = lwnvme_controller_poll(controller);
        fuzz_leave();
        fuzz_answer_admin();
        fuzz.now_us += 1000;
    }
    return status == LWNVME_OK;
}

void fuzz_close(struct lwnvme_controller *controller)
{
    int status = LWNVME_PENDING;
    for (uint32_t turn = 0; turn < 1000 && status == LWNVME_PENDING; turn++) {
        fuzz_enter();
        status = lwnvme_controller_close(controller);
        fuzz_leave();
        fuzz_look();
        fuzz.now_us += turn < 100 ? 100000 : 5000000;
    }
    fuzz_require(status == LWNVME_OK || status == LWNVME_ERR_MEMORY_KEPT, "a close that does not end");
    fuzz_require(fuzz.live_plain == 0, "memory is left");
    if (status == LWNVME_OK) {
        fuzz_require(fuzz.live_dma == 0, "memory for DMA is left");
        fuzz_require(fuzz.map_count == 0 || fuzz.held, "mappings are left");
    }
    for (uint32_t i = 0; i < FUZZ_IOS; i++) {
        fuzz_require(fuzz_ios[i].accepted == fuzz_ios[i].called, "a request that never came back");
        fuzz_require(!lwnvme_request_active(&fuzz_ios[i].request), "a request that is active for ever");
    }
}

/* ---- Requests ---- */

void fuzz_ios_reset(void)
{
    memset(fuzz_ios, 0, sizeof(fuzz_ios));
    for (uint32_t i = 0; i < FUZZ_IOS; i++) {
        fuzz_ios[i].request.done = fuzz_io_done;
    }
    fuzz_then = NULL;
}

/* All commands of a request, as far as the device has seen them. */
static void check_given_back(const struct fuzz_io *io)
{
    int status = io->request.status;
    show("back", fuzz_io_number(io), (uint32_t)status);
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        struct fuzz_command *command = &fuzz.commands[i];
        if (command->sqid == 0 || command->sqe[10] >> FUZZ_IO_SHIFT != fuzz_io_number(io)) {
            continue;
        }
        if (!command->stopped && status != LWNVME_ERR_BUFFER_HELD) {
            fuzz_require(command->claimed || !fuzz_may_write(), "given back while the device may write");
            fuzz_require(status != LWNVME_OK || command->success, "a success that the device never told of");
        }
        *command = fuzz.commands[--fuzz.command_count];
        i--;
    }
}

void fuzz_io_done(struct lwnvme_request *request)
{
    struct fuzz_io *io = (struct fuzz_io *)(void *)request;
    fuzz_require(!fuzz.locked, "called back under the lock");
    fuzz_require(!lwnvme_request_active(request), "called back while active");
    fuzz_require(++io->called == io->accepted, "called back without having been accepted");
    fuzz_require(request->status != LWNVME_PENDING, "called back as pending");
    fuzz.held = fuzz.held || request->status == LWNVME_ERR_BUFFER_HELD;
    if (!fuzz.overflow) {
        check_given_back(io);
    }
    if (fuzz_then != NULL) {
        fuzz_then(io);
    }
}

int fuzz_io_accept(struct fuzz_io *io, int status)
{
    if (status == LWNVME_OK) {
        show("accepted", fuzz_io_number(io), 0);
        io->accepted++;
        fuzz_require(io->accepted == io->called + 1, "accepted twice");
        fuzz_require(lwnvme_request_active(&io->request), "accepted and not active");
    }
    return status;
}

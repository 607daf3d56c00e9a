/* SPDX-License-Identifier: MIT */
/*
 * The VFIO port's memory against an IOMMU made here: the linker puts its ioctl in place of the system's. It is as strict as
 * type 1 version 2: no mapping outside its ranges or over another, what is unmapped is what was mapped, and it has limits.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#include <cmocka.h>

#include "private.h"

#define PAGE         4096u
#define MAPPINGS_MAX 4096u
#define CONTAINER    4711

struct mapping {
    uint64_t iova;
    uint64_t vaddr;
    uint64_t size;
    uint32_t flags;
};

static struct {
    struct mapping mappings[MAPPINGS_MAX];
    uint32_t count;
    uint32_t most;        /* mappings at once */
    uint64_t pinned_most; /* bytes */
    uint64_t pinned;
    uint32_t calls;
    uint64_t page_sizes;
    bool without_ranges;
    bool unmap_fails;
    bool loose; /* the whole window may be unmapped */
    struct vfio_iova_range ranges[2];
} iommu;

static struct lwnvme_vfio port;
static struct {
    uint8_t *memory;
    volatile uint32_t switches;
} race;

enum lwnvme_vfio_error vfio_fail(struct lwnvme_vfio *failing, enum lwnvme_vfio_error error,
                                 const char *format, ...)
{
    va_list arguments;

    if (race.switches != 0) { /* the time is for the looks */
        return error;
    }
    va_start(arguments, format);
    (void)vsnprintf(failing->reason, sizeof(failing->reason), format, arguments);
    va_end(arguments);
    failing->error = error;
    return error;
}

/* Two capabilities behind the fixed part: ranges, and how many mappings there may be. */
static int iommu_info(struct vfio_iommu_type1_info *info)
{
    struct {
        struct vfio_iommu_type1_info_cap_iova_range head;
        struct vfio_iova_range ranges[2];
        struct vfio_iommu_type1_info_dma_avail avail;
    } capabilities = {
        .head = {.header = {.id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, .version = 1}, .nr_iovas = 2},
        .avail = {.header = {.id = VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, .version = 1}, .avail = 65535}};
    const uint32_t fixed = 32;
    const uint32_t room = info->argsz;

    memcpy(capabilities.ranges, iommu.ranges, sizeof(iommu.ranges));
    capabilities.head.header.next =
        fixed + (uint32_t)((uint8_t *)&capabilities.avail - (uint8_t *)&capabilities);
    info->flags = VFIO_IOMMU_INFO_PGSIZES | (iommu.without_ranges ? 0 : VFIO_IOMMU_INFO_CAPS);
    info->iova_pgsizes = iommu.page_sizes;
    if (iommu.without_ranges) {
        return 0;
    }
    info->argsz = fixed + (uint32_t)sizeof(capabilities);
    if (room >= info->argsz) {
        info->cap_offset = fixed;
        memcpy((uint8_t *)info + fixed, &capabilities, sizeof(capabilities));
    }
    return 0;
}

static bool iommu_in_range(uint64_t first, uint64_t last)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (first >= iommu.ranges[i].start && last <= iommu.ranges[i].end) {
            return true;
        }
    }
    return iommu.without_ranges;
}

static int iommu_map(const struct vfio_iommu_type1_dma_map *map)
{
    iommu.calls++;
    assert_int_equal((map->iova | map->vaddr | map->size) % PAGE, 0);
    assert_true(map->size != 0 && iommu_in_range(map->iova, map->iova + map->size - 1));
    for (uint32_t i = 0; i < iommu.count; i++) {
        assert_true(map->iova + map->size <= iommu.mappings[i].iova ||
                    map->iova >= iommu.mappings[i].iova + iommu.mappings[i].size);
    }
    if (iommu.count >= iommu.most) {
        errno = ENOSPC;
        return -1;
    }
    if (iommu.pinned + map->size > iommu.pinned_most) {
        errno = ENOMEM;
        return -1;
    }
    if (map->vaddr < PAGE) {
        errno = EFAULT;
        return -1;
    }
    iommu.mappings[iommu.count] = (struct mapping){map->iova, map->vaddr, map->size, map->flags};
    iommu.count++;
    iommu.pinned += map->size;
    return 0;
}

/* All mappings that lie within; none may lie across an end. Says how much that was. */
static int iommu_unmap(struct vfio_iommu_type1_dma_unmap *unmap)
{
    const uint64_t end = unmap->iova + unmap->size;
    const uint64_t asked = unmap->size;
    uint32_t i = 0;

    iommu.calls++;
    if (iommu.unmap_fails) {
        errno = EIO;
        return -1;
    }
    unmap->size = 0;
    while (i < iommu.count) {
        const struct mapping *mapping = &iommu.mappings[i];

        if (mapping->iova >= end || mapping->iova + mapping->size <= unmap->iova) {
            i++;
            continue;
        }
        assert_true(mapping->iova >= unmap->iova && mapping->iova + mapping->size <= end);
        unmap->size += mapping->size;
        iommu.pinned -= mapping->size;
        iommu.count--;
        iommu.mappings[i] = iommu.mappings[iommu.count];
    }
    assert_true(unmap->size == asked || iommu.loose); /* unmapped is what was mapped */
    return 0;
}

int __wrap_ioctl(int descriptor, unsigned long request, void *argument);
int __wrap_ioctl(int descriptor, unsigned long request, void *argument)
{
    assert_int_equal(descriptor, CONTAINER);
    switch (request) {
    case VFIO_IOMMU_GET_INFO:
        return iommu_info(argument);
    case VFIO_IOMMU_MAP_DMA:
        return iommu_map(argument);
    case VFIO_IOMMU_UNMAP_DMA:
        return iommu_unmap(argument);
    default:
        fail_msg("no such call: %lx", request);
        return -1;
    }
}

/* Where the device gets to at one of its addresses; NULL: nowhere. */
static uint8_t *walk(uint64_t iova, uint32_t flags)
{
    for (uint32_t i = 0; i < iommu.count; i++) {
        const struct mapping *mapping = &iommu.mappings[i];

        if (iova - mapping->iova < mapping->size && (mapping->flags & flags) == flags) {
            return (uint8_t *)(uintptr_t)(mapping->vaddr + (iova - mapping->iova)); // NOLINT
        }
    }
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    memset(&iommu, 0, sizeof(iommu));
    iommu.most = MAPPINGS_MAX;
    iommu.pinned_most = UINT64_C(1) << 40;
    iommu.page_sizes = ~(uint64_t)(PAGE - 1);
    iommu.ranges[0] = (struct vfio_iova_range){0, 0xfedfffff};
    iommu.ranges[1] = (struct vfio_iova_range){0xfef00000, UINT64_C(0x7fffffffff)};
    memset(&port, 0, sizeof(port));
    port.container = CONTAINER;
    port.page_bytes = PAGE;
    port.flags = LWNVME_VFIO_NO_HUGE_PAGES;
    pthread_mutex_init(&port.mapping_lock, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    vfio_dma_close(&port);
    assert_int_equal(iommu.count, 0);
    assert_int_equal(port.iova.taken_count,
                     (port.flags & LWNVME_VFIO_REGISTERED_ONLY) != 0 || port.window == 0 ? 0 : 1);
    return 0;
}

static void the_arena_is_mapped_once(void **state)
{
    uint64_t dma;
    uint8_t *memory;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 0), LWNVME_VFIO_OK);
    assert_int_equal(iommu.count, 1);
    assert_int_equal(iommu.mappings[0].size, LWNVME_VFIO_ARENA_BYTES);
    assert_int_equal(port.mappings_available, 65535);
    for (uint32_t i = 0; i < 100; i++) {
        memory = vfio_dma_alloc(&port, 5000, PAGE, &dma);
        assert_non_null(memory);
        assert_ptr_equal(walk(dma, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE), memory);
        memory[4999] = 1;
    }
    assert_int_equal(iommu.calls, 1);
}

static void alignment_holds_for_both(void **state)
{
    (void)state;
    assert_int_equal(vfio_dma_open(&port, 64 * PAGE), LWNVME_VFIO_OK);
    for (size_t align = 64; align <= 65536; align *= 2) {
        for (uint32_t i = 0; i < 3; i++) {
            uint64_t dma;
            uint8_t *memory = vfio_dma_alloc(&port, align + 1, align, &dma);

            assert_non_null(memory);
            assert_int_equal(((uintptr_t)memory | dma) % align, 0);
            assert_ptr_equal(walk(dma + align, 0), memory + align);
        }
    }
}

static void the_arena_grows_and_shrinks(void **state)
{
    uint64_t dma[3];
    void *memory[3];

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 0x200000), LWNVME_VFIO_OK);
    for (uint32_t i = 0; i < 3; i++) {
        memory[i] = vfio_dma_alloc(&port, 0x400000, PAGE, &dma[i]);
        assert_non_null(memory[i]);
    }
    assert_int_equal(iommu.count, 4);
    vfio_dma_free(&port, memory[1], 0x400000, dma[1]);
    assert_int_equal(iommu.count, 3);
    assert_null(walk(dma[1], 0));
    memory[1] = vfio_dma_alloc(&port, 0x400000, PAGE, &dma[1]); /* in the old one's place */
    assert_non_null(memory[1]);
    assert_int_equal(port.chunk_count, 4);
}

static void pages_are_used_again(void **state)
{
    uint64_t first;
    uint64_t second;
    void *memory;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 4 * PAGE), LWNVME_VFIO_OK);
    memory = vfio_dma_alloc(&port, 3 * PAGE, PAGE, &first);
    assert_non_null(vfio_dma_alloc(&port, PAGE, PAGE, &second));
    vfio_dma_free(&port, memory, 3 * PAGE, first);
    assert_ptr_equal(vfio_dma_alloc(&port, 2 * PAGE, PAGE, &second), memory);
    assert_int_equal(second, first);
    assert_int_equal(iommu.calls, 1);
    assert_null(vfio_dma_alloc(&port, 0, PAGE, &first));
    assert_null(vfio_dma_alloc(&port, SIZE_MAX, PAGE, &first));
}

static void a_buffer_is_mapped_for_its_request(void **state)
{
    static uint8_t buffer[8 * PAGE] __attribute__((aligned(PAGE)));
    uint64_t dma;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    for (size_t offset = 0; offset < 2 * PAGE; offset += 508) {
        for (size_t length = 4; length < 5 * PAGE; length += 1020) {
            assert_true(vfio_dma_map(&port, buffer + offset, length, LWNVME_FROM_DEVICE, &dma, &run));
            assert_int_equal(run, length);
            assert_ptr_equal(walk(dma, VFIO_DMA_MAP_FLAG_WRITE), buffer + offset);
            assert_ptr_equal(walk(dma + length - 1, VFIO_DMA_MAP_FLAG_WRITE), buffer + offset + length - 1);
            vfio_dma_unmap(&port, dma, run, LWNVME_FROM_DEVICE);
            assert_null(walk(dma, 0));
        }
    }
    assert_int_equal(iommu.count, 1);
}

static void what_the_device_reads_may_be_constant(void **state)
{
    static const uint8_t words[64] = "read only";
    uint64_t dma;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    assert_true(vfio_dma_map(&port, words, sizeof(words), LWNVME_TO_DEVICE, &dma, &run));
    assert_ptr_equal(walk(dma, VFIO_DMA_MAP_FLAG_READ), words);
    assert_null(walk(dma, VFIO_DMA_MAP_FLAG_WRITE));
    vfio_dma_unmap(&port, dma, run, LWNVME_TO_DEVICE);
}

static void a_long_buffer_takes_several(void **state)
{
    const size_t length = 3 * (size_t)LWNVME_VFIO_MAPPING_BYTES;
    uint8_t *buffer = mmap(NULL, length + PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t dma[8];
    size_t run[8];
    uint32_t count = 0;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    for (size_t done = 0; done < length; done += run[count - 1]) {
        assert_true(vfio_dma_map(&port, buffer + 512 + done, length - done, LWNVME_TO_DEVICE, &dma[count],
                                 &run[count]));
        assert_ptr_equal(walk(dma[count] + run[count] - 1, 0), buffer + 512 + done + run[count] - 1);
        assert_true(run[count] % 4 == 0 && run[count] != 0);
        count++;
        assert_true(count < 8);
    }
    assert_int_equal(count, 4); /* it begins within a page */
    while (count != 0) {
        count--;
        vfio_dma_unmap(&port, dma[count], run[count], LWNVME_TO_DEVICE);
    }
    munmap(buffer, length + PAGE);
}

static void mappings_have_a_bound(void **state)
{
    static uint8_t buffer[64];
    uint64_t dma[LWNVME_VFIO_MAPPINGS];
    uint64_t more;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    for (uint32_t i = 0; i < LWNVME_VFIO_MAPPINGS; i++) {
        assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &dma[i], &run));
    }
    assert_false(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &more, &run));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_MAPPING_LIMIT);
    vfio_dma_unmap(&port, dma[500], 64, LWNVME_TO_DEVICE);
    assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &dma[500], &run));
    for (uint32_t i = 0; i < LWNVME_VFIO_MAPPINGS; i++) {
        vfio_dma_unmap(&port, dma[i], 64, LWNVME_TO_DEVICE);
    }
    assert_int_equal(iommu.count, 1);
}

static void limits_have_names_and_leave_nothing(void **state)
{
    static uint8_t buffer[64];
    uint64_t dma;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    iommu.pinned_most = iommu.pinned;
    assert_false(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &dma, &run));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_LOCK_LIMIT);
    assert_non_null(strstr(port.reason, "ulimit -l"));
    assert_null(vfio_dma_alloc(&port, 0x100000, PAGE, &dma));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_LOCK_LIMIT);
    iommu.pinned_most = UINT64_MAX;
    iommu.most = 1;
    assert_false(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &dma, &run));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_MAPPING_LIMIT);
    assert_non_null(strstr(port.reason, "dma_entry_limit"));
    iommu.most = MAPPINGS_MAX;
    assert_false(vfio_dma_map(&port, (const void *)64, 64, LWNVME_TO_DEVICE, &dma, &run)); // NOLINT
    assert_int_equal(port.error, LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(port.mapping_free_count, LWNVME_VFIO_MAPPINGS);
    assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_TO_DEVICE, &dma, &run));
    vfio_dma_unmap(&port, dma, run, LWNVME_TO_DEVICE);
}

static void the_arena_within_a_limit(void **state)
{
    (void)state;
    iommu.pinned_most = 8 * PAGE;
    assert_int_equal(vfio_dma_open(&port, 9 * PAGE), LWNVME_VFIO_ERR_LOCK_LIMIT);
    assert_int_equal(port.iova.taken_count, 0);
    assert_int_equal(vfio_dma_open(&port, 8 * PAGE), LWNVME_VFIO_OK);
}

static void registered_memory(void **state)
{
    uint8_t *memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static uint8_t other[64];
    uint64_t dma;
    size_t run;

    (void)state;
    port.flags |= LWNVME_VFIO_REGISTERED_ONLY;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    assert_int_equal(lwnvme_vfio_register(&port, memory + 4, PAGE), LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(lwnvme_vfio_register(&port, memory, PAGE + 4), LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(lwnvme_vfio_register(&port, memory, 0), LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(lwnvme_vfio_unregister(&port, memory), LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(lwnvme_vfio_register(&port, memory, 4 * PAGE), LWNVME_VFIO_OK);
    assert_true(vfio_dma_map(&port, memory + 3 * PAGE + 8, 2 * PAGE, LWNVME_FROM_DEVICE, &dma, &run));
    assert_int_equal(run, PAGE - 8); /* as far as it is registered */
    assert_ptr_equal(walk(dma, VFIO_DMA_MAP_FLAG_WRITE), memory + 3 * PAGE + 8);
    assert_false(vfio_dma_map(&port, other, 64, LWNVME_FROM_DEVICE, &dma, &run));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_ADDRESS);
    assert_int_equal(iommu.count, 2);
    assert_int_equal(lwnvme_vfio_unregister(&port, memory), LWNVME_VFIO_OK);
    assert_int_equal(iommu.count, 1);
    assert_false(vfio_dma_map(&port, memory, 64, LWNVME_FROM_DEVICE, &dma, &run));
    munmap(memory, 4 * PAGE);
}

#define SWITCHES 5000u

/* A long piece and a short one behind it take turns in one slot, at whatever instruction of a look a signal comes. */
static void race_switch(int number)
{
    const bool was_long = race.switches % 2u == 0;

    (void)number;
    (void)lwnvme_vfio_unregister(&port, was_long ? race.memory : race.memory + 16u * PAGE);
    (void)lwnvme_vfio_register(&port, was_long ? race.memory + 16u * PAGE : race.memory,
                               was_long ? PAGE : 16u * PAGE);
    race.switches++;
}

static void a_piece_is_seen_whole(void **state)
{
    struct sigaction action = {.sa_handler = race_switch};
    struct itimerval often = {{0, 50}, {0, 50}};
    uint32_t known = 0;
    uint64_t dma;
    size_t run;

    (void)state;
    memset(&race, 0, sizeof(race));
    race.memory = mmap(NULL, 32u * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    port.flags |= LWNVME_VFIO_REGISTERED_ONLY;
    assert_int_equal(vfio_dma_open(&port, 16 * PAGE), LWNVME_VFIO_OK);
    assert_int_equal(lwnvme_vfio_register(&port, race.memory, 16u * PAGE), LWNVME_VFIO_OK);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    while (race.switches < SWITCHES) { /* four pages behind the short piece's first: nobody's */
        known +=
            vfio_dma_map(&port, race.memory + 20u * PAGE, PAGE, LWNVME_FROM_DEVICE, &dma, &run) ? 1u : 0u;
    }
    often = (struct itimerval){0};
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    action.sa_handler = SIG_DFL;
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(known, 0);
    assert_int_equal(iommu.count, 2);
    assert_int_equal(
        lwnvme_vfio_unregister(&port, race.switches % 2u == 0 ? race.memory : race.memory + 16u * PAGE),
        LWNVME_VFIO_OK);
    munmap(race.memory, 32u * PAGE);
    memset(&race, 0, sizeof(race));
}

/* What the device may still get at is not given out for anything else. */
static void an_iommu_that_does_not_let_go(void **state)
{
    static uint8_t buffer[64] __attribute__((aligned(PAGE)));
    uint8_t *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *grown;
    uint64_t first; /* the buffer is at the start of its page, as this is */
    uint64_t second;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 0x200000), LWNVME_VFIO_OK);
    assert_int_equal(lwnvme_vfio_register(&port, memory, PAGE), LWNVME_VFIO_OK);
    assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_FROM_DEVICE, &first, &run));
    grown = vfio_dma_alloc(&port, 0x400000, PAGE, &second);
    assert_non_null(grown);
    iommu.unmap_fails = true;
    vfio_dma_unmap(&port, first, run, LWNVME_FROM_DEVICE);
    assert_int_equal(port.error, LWNVME_VFIO_ERR_KERNEL);
    assert_int_equal(port.mapping_free_count, LWNVME_VFIO_MAPPINGS - 1);
    assert_int_equal(lwnvme_vfio_unregister(&port, memory), LWNVME_VFIO_ERR_KERNEL);
    vfio_dma_free(&port, grown, 0x400000, second);
    grown[0x3fffff] = 1; /* it is still there */
    iommu.unmap_fails = false;
    assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_FROM_DEVICE, &second, &run)); /* elsewhere */
    assert_int_not_equal(second, first);
    vfio_dma_unmap(&port, second, run, LWNVME_FROM_DEVICE);
    assert_int_equal(lwnvme_vfio_unregister(&port, memory), LWNVME_VFIO_OK);
    assert_int_equal(iommu_unmap(&(struct vfio_iommu_type1_dma_unmap){.iova = first, .size = PAGE}), 0);
    munmap(memory, PAGE);
}

static void a_device_that_is_cut_off(void **state)
{
    static uint8_t buffer[4][PAGE];
    uint8_t *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *arena;
    uint64_t dma[4];
    uint64_t more;
    size_t run[4];
    size_t length;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 0x200000), LWNVME_VFIO_OK);
    assert_int_equal(lwnvme_vfio_register(&port, memory, PAGE), LWNVME_VFIO_OK);
    arena = vfio_dma_alloc(&port, 0x400000, PAGE, &more); /* a second piece */
    assert_non_null(arena);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(vfio_dma_map(&port, buffer[i] + 8, 100, LWNVME_FROM_DEVICE, &dma[i], &run[i]));
    }
    vfio_dma_unmap(&port, dma[1], run[1], LWNVME_FROM_DEVICE);
    iommu.loose = true;
    assert_true(vfio_dma_cut(&port));
    assert_int_equal(iommu.count, 0);
    iommu.loose = false;
    assert_true(vfio_dma_cut(&port));
    assert_false(vfio_dma_map(&port, buffer[0], 100, LWNVME_FROM_DEVICE, &more, &length));
    assert_int_equal(port.error, LWNVME_VFIO_ERR_KERNEL);
    assert_false(vfio_dma_map(&port, arena, 100, LWNVME_FROM_DEVICE, &more, &length));
    assert_null(vfio_dma_alloc(&port, PAGE, PAGE, &more));
    vfio_dma_unmap(&port, dma[0], run[0], LWNVME_FROM_DEVICE);
    vfio_dma_free(&port, arena, 0x400000, 0);
    assert_int_equal(lwnvme_vfio_unregister(&port, memory), LWNVME_VFIO_OK);
    assert_int_equal(iommu.count, 0);
    munmap(memory, PAGE);
}

static void a_device_that_cannot_be_cut_off(void **state)
{
    static uint8_t buffer[64];
    uint8_t *memory;
    uint64_t dma;
    size_t run;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 4 * PAGE), LWNVME_VFIO_OK);
    memory = lwnvme_vfio_alloc(&port, PAGE);
    assert_non_null(memory);
    assert_true(vfio_dma_map(&port, buffer, 64, LWNVME_FROM_DEVICE, &dma, &run));
    iommu.unmap_fails = true;
    assert_false(vfio_dma_cut(&port));
    port.kept = true; /* as fence.c has it */
    port.cut = false;
    lwnvme_vfio_free(&port, memory, PAGE);
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t *other = lwnvme_vfio_alloc(&port, PAGE);

        assert_true(other != NULL && other != memory);
    }
    iommu.unmap_fails = false;
    vfio_dma_unmap(&port, dma, run, LWNVME_FROM_DEVICE);
}

static void memory_of_the_arena_costs_no_mapping(void **state)
{
    uint8_t *memory;
    uint64_t dma;
    size_t run;
    uint32_t calls;

    (void)state;
    assert_int_equal(vfio_dma_open(&port, 64 * PAGE), LWNVME_VFIO_OK);
    memory = lwnvme_vfio_alloc(&port, 3 * PAGE);
    calls = iommu.calls;
    assert_true(vfio_dma_map(&port, memory + 100, 3 * PAGE - 100, LWNVME_FROM_DEVICE, &dma, &run));
    assert_int_equal(run, 3 * PAGE - 100);
    assert_ptr_equal(walk(dma, 0), memory + 100);
    vfio_dma_unmap(&port, dma, run, LWNVME_FROM_DEVICE);
    assert_int_equal(iommu.calls, calls);
    assert_int_equal(iommu.count, 1);
    lwnvme_vfio_free(&port, memory, 3 * PAGE);
    lwnvme_vfio_free(&port, NULL, 1);
}

static void narrow_and_old_iommus(void **state)
{
    (void)state;
    iommu.page_sizes = ~(uint64_t)0xffff;
    assert_int_equal(vfio_dma_open(&port, 0), LWNVME_VFIO_ERR_IOMMU_PAGE);
    iommu.page_sizes = ~(uint64_t)(PAGE - 1);
    iommu.ranges[0] = (struct vfio_iova_range){0x100000, 0x1fffff};
    iommu.ranges[1] = (struct vfio_iova_range){0x300000, 0x3fffff};
    assert_int_equal(vfio_dma_open(&port, 0x200000), LWNVME_VFIO_ERR_NO_IOVA);
    assert_int_equal(vfio_dma_open(&port, 0x80000), LWNVME_VFIO_ERR_NO_IOVA); /* none for the mappings */
    vfio_dma_close(&port);
    port.window = 0;
    port.mappings_available = 0;
    iommu.without_ranges = true;
    assert_int_equal(vfio_dma_open(&port, 0), LWNVME_VFIO_OK);
    assert_int_equal(port.mappings_available, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_arena_is_mapped_once, begin, end),
        cmocka_unit_test_setup_teardown(alignment_holds_for_both, begin, end),
        cmocka_unit_test_setup_teardown(the_arena_grows_and_shrinks, begin, end),
        cmocka_unit_test_setup_teardown(pages_are_used_again, begin, end),
        cmocka_unit_test_setup_teardown(a_buffer_is_mapped_for_its_request, begin, end),
        cmocka_unit_test_setup_teardown(what_the_device_reads_may_be_constant, begin, end),
        cmocka_unit_test_setup_teardown(a_long_buffer_takes_several, begin, end),
        cmocka_unit_test_setup_teardown(mappings_have_a_bound, begin, end),
        cmocka_unit_test_setup_teardown(limits_have_names_and_leave_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_arena_within_a_limit, begin, end),
        cmocka_unit_test_setup_teardown(registered_memory, begin, end),
        cmocka_unit_test_setup_teardown(a_piece_is_seen_whole, begin, end),
        cmocka_unit_test_setup_teardown(an_iommu_that_does_not_let_go, begin, end),
        cmocka_unit_test_setup_teardown(a_device_that_is_cut_off, begin, end),
        cmocka_unit_test_setup_teardown(a_device_that_cannot_be_cut_off, begin, end),
        cmocka_unit_test_setup_teardown(memory_of_the_arena_costs_no_mapping, begin, end),
        cmocka_unit_test_setup_teardown(narrow_and_old_iommus, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

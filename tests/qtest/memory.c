/* SPDX-License-Identifier: MIT */
/*
 * The memory hooks. What the driver allocates lies in the machine's memory. A buffer of the test's, wherever it is, is made
 * to lie there: when it is mapped for the first time its pages move into the machine's memory, and that is mapped in
 * their place, so that the controller and the test see the same bytes and nothing is copied later. Two kinds of memory do not
 * move. The stack, on which this very code runs: its data are copied to and fro. And with shadow_dma nothing moves at
 * all: the controller sees what dma_sync has carried over.
 */
#include "device.h"

#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define HOLE_START    UINT64_C(0xa0000) /* no memory from here to there */
#define HOLE_END      UINT64_C(0x100000)
#define LOW_START     UINT64_C(0x1000000)
#define POISON        0xa5
#define PAGES_AT_ONCE 65536u

static struct lwnvme_sim *memory_sim(void *host)
{
    return (struct lwnvme_sim *)host;
}

/* True if the n-th call is one of those that shall fail. */
static bool call_fails(const struct lwnvme_sim *sim, uint64_t call, uint64_t fail_at)
{
    uint64_t count = sim->config.fail_count == 0 ? 1 : sim->config.fail_count;

    if (fail_at == 0 || call < fail_at)
        return false;
    return sim->config.fail_count == UINT32_MAX || call - fail_at < count;
}

/* Addresses of the machine's that nobody has had yet; UINT64_MAX when there are none. */
uint64_t memory_take(struct lwnvme_sim *sim, uint64_t bytes, uint64_t align)
{
    uint64_t at = (sim->dma_next + align - 1) & ~(align - 1);

    if (at < HOLE_END && at + bytes > HOLE_START)
        at = HOLE_END;
    if (at + bytes > sim->dma_end)
        return UINT64_MAX;
    sim->dma_next = at + bytes;
    return at;
}

/* ---- pages ---- */

static size_t page_place(const struct lwnvme_sim *sim, uintptr_t cpu)
{
    size_t at = (size_t)((uint64_t)(cpu / 4096) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % sim->page_room;

    while (sim->pages[at].cpu != 0 && sim->pages[at].cpu != cpu)
        at = (at + 1) % sim->page_room;
    return at;
}

static void page_note(struct lwnvme_sim *sim, uintptr_t cpu, uint64_t dma, bool moved)
{
    size_t at;

    if (sim->page_count * 2 >= sim->page_room)
        device_cannot("more than %zu pages of the test's memory in use", sim->page_room / 2);
    at = page_place(sim, cpu);
    sim->page_count += sim->pages[at].cpu == 0;
    sim->pages[at] = (struct device_page){cpu, dma, moved};
}

/* Copies what is there; not all of it need be mapped. */
static void copy_present(uint8_t *to, uintptr_t from, size_t length)
{
    for (size_t done = 0; done < length; done += 4096) {
        struct iovec local = {to + done, 4096};
        struct iovec remote = {(void *)(from + done), 4096};

        (void)process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    }
}

/* The system's call, since the C library's tells the sanitizer that all in these pages is fit for use. */
static void map_there(uintptr_t cpu, size_t bytes, int flags, int fd, off_t offset)
{
    if (syscall(SYS_mmap, cpu, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, offset) != (long)cpu)
        fail_msg("a page of the test's memory cannot move");
}

/* The machine's address of a page of the host's; the page moves there if it has none yet. */
static uint64_t page_dma(struct lwnvme_sim *sim, uintptr_t cpu)
{
    const size_t bytes = sim->config.host_page_bytes;
    const struct device_page *page = &sim->pages[page_place(sim, cpu)];
    uint64_t dma;
    uint8_t *memory;

    if (page->cpu == cpu)
        return page->dma;
    dma = memory_take(sim, bytes, bytes);
    if (dma == UINT64_MAX)
        return dma;
    if (sim->config.scattered) /* leave a hole behind it */
        (void)memory_take(sim, bytes, bytes);
    page_note(sim, cpu, dma, !sim->config.shadow_dma);
    if (sim->config.shadow_dma)
        return dma;
    memory = qemu_memory_at(sim->qemu, dma);
    copy_present(memory, cpu, bytes);
    map_there(cpu, bytes, MAP_SHARED, sim->qemu->memory_fd, memory - sim->qemu->memory);
    return dma;
}

/* Moves the pages back that moved, with what they hold. */
static void pages_return(struct lwnvme_sim *sim)
{
    const size_t bytes = sim->config.host_page_bytes;

    for (size_t index = 0; index < sim->page_room; index++) {
        const struct device_page *page = &sim->pages[index];

        if (page->cpu == 0 || !page->moved)
            continue;
        map_there(page->cpu, bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        (void)syscall(SYS_pread64, sim->qemu->memory_fd, page->cpu, bytes,
                      qemu_memory_at(sim->qemu, page->dma) - sim->qemu->memory);
    }
}

/* ---- allocation ---- */

static void *hook_dma_alloc(void *host, size_t size, size_t align, uint64_t *dma_address)
{
    struct lwnvme_sim *sim = memory_sim(host);
    const size_t page = sim->config.host_page_bytes;
    size_t offset = align < page && size + align <= page && !sim->config.shadow_dma ? align : 0;
    size_t rounded = (size + offset + page - 1) / page * page;
    uint64_t dma;
    void *memory = NULL;

    if (size == 0 || align == 0 || (align & (align - 1)) != 0 || align > page)
        device_violation(sim, "dma_alloc: %zu bytes aligned to %zu are no legal request", size, align);
    if (call_fails(sim, ++sim->counts.dma_allocs, sim->config.dma_alloc_fail_at))
        return NULL;
    if (sim->config.dma_memory_bytes != 0 && sim->dma_used + size > sim->config.dma_memory_bytes)
        return NULL;
    dma = memory_take(sim, rounded, page);
    if (dma == UINT64_MAX)
        return NULL;
    if (sim->config.shadow_dma) {
        assert_int_equal(posix_memalign(&memory, page, rounded), 0);
        for (size_t at = 0; at < rounded; at += page)
            page_note(sim, (uintptr_t)memory + at, dma + at, false);
        memset(qemu_memory_at(sim->qemu, dma), 0x5a, rounded);
    } else {
        memory = qemu_memory_at(sim->qemu, dma);
        ASAN_POISON_MEMORY_REGION(memory, rounded);
        memory = (uint8_t *)memory + offset;
        ASAN_UNPOISON_MEMORY_REGION(memory, size);
    }
    memset(memory, POISON, size);
    sim->live_allocs++;
    sim->dma_used += size;
    *dma_address = dma + offset;
    return memory;
}

static void hook_dma_free(void *host, void *memory, size_t size, uint64_t dma_address)
{
    struct lwnvme_sim *sim = memory_sim(host);

    sim->counts.dma_frees++;
    sim->live_allocs--;
    sim->dma_used -= size;
    if (sim->config.shadow_dma) {
        free(memory);
    } else if (memory != qemu_memory_at(sim->qemu, dma_address)) {
        device_violation(sim, "dma_free: nothing was allocated at device address 0x%llx",
                         (unsigned long long)dma_address);
    } else {
        memset(memory, 0xdd, size);
        ASAN_POISON_MEMORY_REGION(memory, size);
    }
}

static void *hook_alloc(void *host, size_t size)
{
    struct lwnvme_sim *sim = memory_sim(host);
    void *memory;

    if (call_fails(sim, ++sim->counts.allocs, sim->config.alloc_fail_at))
        return NULL;
    memory = malloc(size);
    assert_non_null(memory);
    memset(memory, POISON, size);
    sim->live_allocs++;
    return memory;
}

static void hook_free(void *host, void *memory, size_t size)
{
    struct lwnvme_sim *sim = memory_sim(host);

    sim->counts.frees++;
    sim->live_allocs--;
    memset(memory, 0xdd, size);
    free(memory);
}

/* ---- mapping ---- */

static bool on_stack(uintptr_t address)
{
    static uintptr_t low, high;

    if (high == 0) {
        pthread_attr_t attributes;
        void *start;
        size_t size;

        assert_int_equal(pthread_getattr_np(pthread_self(), &attributes), 0);
        assert_int_equal(pthread_attr_getstack(&attributes, &start, &size), 0);
        assert_int_equal(pthread_attr_destroy(&attributes), 0);
        low = (uintptr_t)start;
        high = low + size;
    }
    return address >= low && address < high;
}

/* Copies what lies on the stack into a place of the machine's, up to the end of a page. */
static bool map_copy(struct lwnvme_sim *sim, struct device_map *map)
{
    const size_t page = sim->config.host_page_bytes;
    const size_t offset = (uintptr_t)map->cpu % page;
    uint64_t dma = sim->ops.dma_unmap == NULL ? UINT64_MAX : memory_take(sim, page, page);

    if (dma == UINT64_MAX)
        return false;
    if (map->length > page - offset)
        map->length = page - offset;
    map->dma = dma + offset;
    map->bounced = true;
    if ((map->direction & LWNVME_TO_DEVICE) != 0)
        memcpy(qemu_memory_at(sim->qemu, map->dma), map->cpu, map->length);
    return true;
}

/* Finds, or makes, the machine's addresses, for as long as they go on without a gap. */
static bool map_pages(struct lwnvme_sim *sim, struct device_map *map)
{
    const size_t page = sim->config.host_page_bytes;
    const size_t offset = (uintptr_t)map->cpu % page;
    size_t done;

    map->dma = page_dma(sim, (uintptr_t)map->cpu - offset);
    if (map->dma == UINT64_MAX)
        return false;
    for (done = page - offset; done < map->length && !sim->config.scattered; done += page) {
        if (page_dma(sim, (uintptr_t)map->cpu + done) != map->dma + offset + done)
            break;
    }
    map->dma += offset;
    if (map->length > done)
        map->length = done;
    return true;
}

static bool inside(const struct lwnvme_sim *sim, const uint8_t *address)
{
    return address >= sim->qemu->memory && address < sim->qemu->memory + QEMU_LOW_BYTES + QEMU_HIGH_BYTES;
}

static bool hook_dma_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma_address, size_t *contiguous_bytes)
{
    struct lwnvme_sim *sim = memory_sim(host);
    struct device_map map = {
        .cpu = (uint8_t *)(uintptr_t)address, .length = length, .direction = direction, .bounced = false};
    const size_t page = sim->config.host_page_bytes;
    bool good = true;

    if (length == 0 || address == NULL || direction == LWNVME_NO_DATA || direction > LWNVME_BIDIRECTIONAL)
        device_violation(sim, "dma_map: %zu bytes in direction %d are no legal request", length,
                         (int)direction);
    if (call_fails(sim, ++sim->counts.dma_maps, sim->config.dma_map_fail_at))
        return false;
    if (inside(sim, map.cpu))
        map.dma = (uint64_t)(map.cpu - sim->qemu->memory) +
                  (map.cpu < sim->qemu->memory + QEMU_LOW_BYTES ? 0 : QEMU_HIGH_START - QEMU_LOW_BYTES);
    else
        good = on_stack((uintptr_t)address) && !sim->config.shadow_dma ? map_copy(sim, &map)
                                                                       : map_pages(sim, &map);
    if (!good)
        return false;
    if (sim->config.track_maps && sim->ops.dma_unmap != NULL) {
        struct device_map *kept = malloc(sizeof(*kept));

        assert_non_null(kept);
        *kept = map;
        kept->next = sim->maps[map.dma / 4 % DEVICE_MAPS];
        sim->maps[map.dma / 4 % DEVICE_MAPS] = kept;
        sim->live_maps++;
    }
    *dma_address = map.dma;
    *contiguous_bytes = map.length;
    if (!sim->config.map_length_clamped && map.length == length)
        *contiguous_bytes += page - 1 - (size_t)((map.dma + length - 1) % page);
    return true;
}

static void hook_dma_unmap(void *host, uint64_t dma_address, size_t length, enum lwnvme_direction direction)
{
    struct lwnvme_sim *sim = memory_sim(host);
    struct device_map **link = &sim->maps[dma_address / 4 % DEVICE_MAPS];
    struct device_map *map;

    sim->counts.dma_unmaps++;
    if (!sim->config.track_maps)
        return;
    while (*link != NULL &&
           ((*link)->dma != dma_address || (*link)->length != length || (*link)->direction != direction))
        link = &(*link)->next;
    map = *link;
    if (map == NULL) {
        device_violation(sim, "dma_unmap: no %zu bytes are mapped at 0x%llx in direction %d", length,
                         (unsigned long long)dma_address, (int)direction);
        return;
    }
    if (map->bounced && (direction & LWNVME_FROM_DEVICE) != 0)
        memcpy(map->cpu, qemu_memory_at(sim->qemu, dma_address), length);
    *link = map->next;
    free(map);
    sim->live_maps--;
}

static void hook_dma_sync(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    struct lwnvme_sim *sim = memory_sim(host);
    const size_t page = sim->config.host_page_bytes;
    uintptr_t cpu = (uintptr_t)address;

    sim->counts.dma_syncs++;
    if (!sim->config.shadow_dma || (!for_device && direction == LWNVME_TO_DEVICE))
        return;
    while (length != 0) {
        const size_t offset = cpu % page;
        const size_t run = page - offset < length ? page - offset : length;
        uint64_t dma = page_dma(sim, cpu - offset);
        uint8_t *memory = dma == UINT64_MAX ? NULL : qemu_memory_at(sim->qemu, dma + offset);

        assert_non_null(memory);
        memcpy(for_device ? memory : (uint8_t *)cpu, for_device ? (uint8_t *)cpu : memory, run);
        cpu += run;
        length -= run;
    }
}

/* ---- life ---- */

void memory_hooks(struct lwnvme_host_ops *ops)
{
    ops->dma_alloc = hook_dma_alloc;
    ops->dma_free = hook_dma_free;
    ops->dma_map = hook_dma_map;
    ops->dma_unmap = hook_dma_unmap;
    ops->dma_sync = hook_dma_sync;
    ops->alloc = hook_alloc;
    ops->free = hook_free;
}

void memory_create(struct lwnvme_sim *sim)
{
    struct lwnvme_sim_config usual;
    const bool low = sim->config.dma_address_bits < 33;

    lwnvme_sim_config_default(&usual);
    sim->page_room = PAGES_AT_ONCE;
    sim->pages = calloc(sim->page_room, sizeof(*sim->pages));
    assert_non_null(sim->pages);
    sim->dma_start = low ? LOW_START : QEMU_HIGH_START;
    if (sim->config.dma_base != usual.dma_base)
        sim->dma_start = sim->config.dma_base;
    sim->dma_end = sim->dma_start < QEMU_LOW_BYTES ? QEMU_LOW_BYTES : QEMU_HIGH_START + QEMU_HIGH_BYTES;
    sim->dma_next = sim->dma_start;
    if (qemu_memory_at(sim->qemu, sim->dma_start) == NULL)
        device_cannot("no memory at device address 0x%llx", (unsigned long long)sim->dma_start);
}

void memory_destroy(struct lwnvme_sim *sim)
{
    if (sim->pages == NULL)
        return;
    pages_return(sim);
    if (sim->dma_next != sim->dma_start)
        ASAN_UNPOISON_MEMORY_REGION(qemu_memory_at(sim->qemu, sim->dma_start),
                                    sim->dma_next - sim->dma_start);
    lwnvme_sim_forget_maps(sim);
    free(sim->pages);
}

void lwnvme_sim_forget_maps(struct lwnvme_sim *sim)
{
    for (size_t index = 0; index < DEVICE_MAPS; index++) {
        while (sim->maps[index] != NULL) {
            struct device_map *map = sim->maps[index];

            sim->maps[index] = map->next;
            free(map);
        }
    }
    sim->live_maps = 0;
}

size_t lwnvme_sim_outstanding_allocations(const struct lwnvme_sim *sim)
{
    return sim->live_allocs;
}

size_t lwnvme_sim_outstanding_maps(const struct lwnvme_sim *sim)
{
    return sim->live_maps;
}

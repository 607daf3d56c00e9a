/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: memory that the device may use.
 *
 *     arena        anonymous memory in a few large pieces (in huge pages if there are some), mapped once: rings, lists,
 *                  identify pages, and buffers from lwnvme_vfio_alloc
 *     registered   memory of the caller's, mapped until it is unregistered
 *     anything     is mapped when a request comes and unmapped before its callback: two system calls, at most
 *                  LWNVME_VFIO_MAPPINGS at once of LWNVME_VFIO_MAPPING_BYTES each, in a window of addresses of their own
 *
 * A mapping pins the pages that are there at that moment. That is why none outlives its request: memory that is freed and
 * comes back elsewhere would leave the device with the old pages.
 *
 * Who may run when: all but map and unmap of requests are set-up, one context at a time, beside requests of other threads.
 * These look at a piece without a lock: what they read counts only if the piece's number of changes was even before and is
 * the same afterwards. If not, they go on to the next piece, and never look twice: a piece that is changing is not yet, or
 * no more, anybody's to do I/O with, so the memory in question is not its.
 */
#include "private.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define DMA_HUGE_BYTES 0x200000u
#define DMA_BITS       64u
/* Of a piece, for the CPU and for the device alike, so that any alignment that is asked for is the same for both. */
#define DMA_ALIGN(size_bytes) ((size_bytes) >= DMA_HUGE_BYTES ? DMA_HUGE_BYTES : 0x10000u)

static enum lwnvme_vfio_error dma_map_failed(struct lwnvme_vfio *port, int error, uint64_t size_bytes)
{
    switch (error) {
    case ENOMEM:
        return vfio_fail(
            port, LWNVME_VFIO_ERR_LOCK_LIMIT,
            "not allowed to pin %llu KiB more memory: raise the limit (ulimit -l, RLIMIT_MEMLOCK)",
            (unsigned long long)size_bytes >> 10);
    case ENOSPC:
        return vfio_fail(port, LWNVME_VFIO_ERR_MAPPING_LIMIT,
                         "too many mappings: raise dma_entry_limit of the module vfio_iommu_type1");
    case EFAULT:
        return vfio_fail(port, LWNVME_VFIO_ERR_ADDRESS,
                         "a buffer is not memory that a device may use so: not there, or read only");
    default:
        return vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "cannot map memory for the device: %s",
                         strerror(error));
    }
}

/* 0, or errno. */
static int dma_map(const struct lwnvme_vfio *port, const void *memory, uint64_t iova, uint64_t size_bytes,
                   uint32_t flags)
{
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof(map), .flags = flags, .vaddr = (uintptr_t)memory, .iova = iova, .size = size_bytes};

    return ioctl(port->container, VFIO_IOMMU_MAP_DMA, &map) == 0 ? 0 : errno;
}

/* false: the device may still get at it. */
static bool dma_unmap(const struct lwnvme_vfio *port, uint64_t iova, uint64_t size_bytes)
{
    struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof(unmap), .iova = iova, .size = size_bytes};

    return __atomic_load_n(&port->cut, __ATOMIC_RELAXED) ||
           (ioctl(port->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0 && unmap.size == size_bytes);
}

/* What the IOMMU says of itself; the caller frees it. */
static struct vfio_iommu_type1_info *dma_info(const struct lwnvme_vfio *port)
{
    const struct vfio_iommu_type1_info ask = {0};

    return vfio_info(port->container, VFIO_IOMMU_GET_INFO, &ask, sizeof(ask));
}

static void dma_take_ranges(struct lwnvme_vfio *port, const struct vfio_info_cap_header *header, size_t room)
{
    const struct vfio_iommu_type1_info_cap_iova_range *capability =
        (const struct vfio_iommu_type1_info_cap_iova_range *)header;

    for (uint32_t i = 0; room >= sizeof(*capability) && i < capability->nr_iovas &&
                         i < (room - sizeof(*capability)) / sizeof(capability->iova_ranges[0]);
         i++) {
        (void)lwnvme_iova_add(&port->iova, capability->iova_ranges[i].start, capability->iova_ranges[i].end);
    }
}

static void dma_take_capabilities(struct lwnvme_vfio *port, const struct vfio_iommu_type1_info *info)
{
    const uint32_t offset = (info->flags & VFIO_IOMMU_INFO_CAPS) != 0 ? info->cap_offset : 0;
    const struct vfio_info_cap_header *header;
    size_t room = 0;

    header = vfio_capability(info, offset, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, &room);
    if (header != NULL) {
        dma_take_ranges(port, header, room);
    }
    header = vfio_capability(info, offset, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, &room);
    if (header != NULL && room >= sizeof(struct vfio_iommu_type1_info_dma_avail)) {
        port->mappings_available = ((const struct vfio_iommu_type1_info_dma_avail *)header)->avail;
    }
}

static enum lwnvme_vfio_error dma_ask(struct lwnvme_vfio *port)
{
    struct vfio_iommu_type1_info *info = dma_info(port);
    uint64_t sizes;

    if (info == NULL) {
        return vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "the IOMMU does not say what it can: %s",
                         strerror(errno));
    }
    sizes = (info->flags & VFIO_IOMMU_INFO_PGSIZES) != 0 ? info->iova_pgsizes : port->page_bytes;
    dma_take_capabilities(port, info);
    free(info);
    if ((sizes & (port->page_bytes | (port->page_bytes - 1u))) == 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_IOMMU_PAGE, "the IOMMU's pages are larger than %u bytes",
                         port->page_bytes);
    }
    if (port->iova.range_count == 0) { /* an old kernel: what every IOMMU has, below the APICs of x86 */
        (void)lwnvme_iova_add(&port->iova, 0, 0xfedfffffu);
    }
    return LWNVME_VFIO_OK;
}

/* Anonymous memory at a multiple of a power of two: more than that is mapped, and what stands over unmapped. */
static void *dma_memory_aligned(size_t size_bytes, size_t align_bytes)
{
    uint8_t *memory =
        mmap(NULL, size_bytes + align_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;

    if (memory == MAP_FAILED) {
        return NULL;
    }
    before = (align_bytes - ((uintptr_t)memory & (align_bytes - 1u))) & (align_bytes - 1u);
    if (before != 0) {
        munmap(memory, before);
    }
    munmap(memory + before + size_bytes, align_bytes - before);
    return memory + before;
}

/* In huge pages if the system has some; else where it may make some by itself. */
static void *dma_memory(const struct lwnvme_vfio *port, size_t size_bytes, bool *huge)
{
    void *memory;

    *huge = false;
#ifdef MAP_HUGETLB
    if (size_bytes % DMA_HUGE_BYTES == 0 && (port->flags & LWNVME_VFIO_NO_HUGE_PAGES) == 0) {
        memory = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << MAP_HUGE_SHIFT), -1, 0);
        if (memory != MAP_FAILED) {
            *huge = true;
            return memory;
        }
    }
#endif
    return dma_memory_aligned(size_bytes, DMA_ALIGN(size_bytes));
}

/* What requests of other threads look at, in words that each machine loads and stores at once. Whoever sees one of the new
 * values also sees that the number is odd, or has moved on. */
static void dma_change(struct lwnvme_vfio_chunk *chunk, uint8_t *memory, uint64_t iova, size_t length_bytes)
{
    const uint32_t changes = chunk->changes;

    __atomic_store_n(&chunk->changes, changes + 1u, __ATOMIC_RELAXED);
    __atomic_store_n(&chunk->memory, memory, __ATOMIC_RELEASE);
    __atomic_store_n(&chunk->iova_seen[0], (uint32_t)(iova & UINT32_MAX), __ATOMIC_RELEASE);
    __atomic_store_n(&chunk->iova_seen[1], (uint32_t)(iova >> 32), __ATOMIC_RELEASE);
    __atomic_store_n(&chunk->length_bytes, length_bytes, __ATOMIC_RELEASE);
    __atomic_store_n(&chunk->changes, changes + 2u, __ATOMIC_RELEASE);
    chunk->iova = iova; /* the owner's own */
}

/* The same from their side. false: the piece was changing. */
static bool dma_look(const struct lwnvme_vfio_chunk *chunk, struct lwnvme_vfio_chunk *seen)
{
    seen->changes = __atomic_load_n(&chunk->changes, __ATOMIC_ACQUIRE);
    seen->memory = __atomic_load_n(&chunk->memory, __ATOMIC_ACQUIRE);
    seen->iova = __atomic_load_n(&chunk->iova_seen[0], __ATOMIC_ACQUIRE);
    seen->iova |= (uint64_t)__atomic_load_n(&chunk->iova_seen[1], __ATOMIC_ACQUIRE) << 32;
    seen->length_bytes = __atomic_load_n(&chunk->length_bytes, __ATOMIC_ACQUIRE);
    return seen->changes % 2u == 0 && __atomic_load_n(&chunk->changes, __ATOMIC_RELAXED) == seen->changes;
}

/* Counts a new piece, of memory that is there, once it is mapped. */
static enum lwnvme_vfio_error dma_add(struct lwnvme_vfio *port, uint8_t *memory, size_t size_bytes,
                                      uint64_t *taken)
{
    uint32_t at = 0;
    uint64_t iova;
    int error;

    while (at < port->chunk_count && port->chunks[at].length_bytes != 0) {
        at++;
    }
    if (at == LWNVME_VFIO_CHUNKS_MAX ||
        !lwnvme_iova_take(&port->iova, size_bytes, DMA_ALIGN(size_bytes), &iova)) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_IOVA, "the IOMMU's addresses have no room for %zu KiB",
                         size_bytes >> 10);
    }
    error = dma_map(port, memory, iova, size_bytes, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
    if (error != 0) {
        (void)lwnvme_iova_give(&port->iova, iova);
        return dma_map_failed(port, error, size_bytes);
    }
    port->chunks[at].taken = taken;
    port->chunks[at].mapped_bytes = size_bytes;
    dma_change(&port->chunks[at], memory, iova, size_bytes);
    if (at == port->chunk_count) {
        __atomic_store_n(&port->chunk_count, at + 1u, __ATOMIC_RELEASE);
    }
    return LWNVME_VFIO_OK;
}

/* false: the device may still get at it, and it stays what it is. */
static bool dma_remove(struct lwnvme_vfio *port, struct lwnvme_vfio_chunk *chunk)
{
    dma_change(chunk, chunk->memory, chunk->iova, 0);
    if (!dma_unmap(port, chunk->iova, chunk->mapped_bytes)) {
        dma_change(chunk, chunk->memory, chunk->iova, chunk->mapped_bytes);
        return false;
    }
    (void)lwnvme_iova_give(&port->iova, chunk->iova);
    if (chunk->taken != NULL) {
        munmap(chunk->memory, chunk->mapped_bytes);
        free(chunk->taken);
        chunk->taken = NULL;
    }
    return true;
}

/* Another piece of the arena, of at least so many bytes. */
static enum lwnvme_vfio_error dma_grow(struct lwnvme_vfio *port, size_t least_bytes)
{
    const size_t unit = least_bytes >= DMA_HUGE_BYTES ? DMA_HUGE_BYTES : port->page_bytes;
    const size_t size_bytes = (least_bytes + unit - 1u) & ~(unit - 1u);
    const size_t pages = size_bytes / port->page_bytes;
    uint64_t *taken = calloc((pages + DMA_BITS - 1u) / DMA_BITS, sizeof(*taken));
    bool huge = false;
    void *memory = taken != NULL && size_bytes >= least_bytes ? dma_memory(port, size_bytes, &huge) : NULL;
    enum lwnvme_vfio_error error;

    if (memory == NULL) {
        free(taken);
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_MEMORY, "no memory: %zu KiB", least_bytes >> 10);
    }
    (void)madvise(memory, size_bytes, MADV_DONTFORK);
    error = dma_add(port, memory, size_bytes, taken);
    if (error != LWNVME_VFIO_OK) {
        munmap(memory, size_bytes);
        free(taken);
        return error;
    }
    port->huge_chunks += huge ? 1u : 0u;
    return LWNVME_VFIO_OK;
}

enum lwnvme_vfio_error vfio_dma_open(struct lwnvme_vfio *port, size_t arena_bytes)
{
    enum lwnvme_vfio_error error;

    lwnvme_iova_init(&port->iova);
    error = dma_ask(port);
    if (error == LWNVME_VFIO_OK) {
        error = dma_grow(port, arena_bytes != 0 ? arena_bytes : LWNVME_VFIO_ARENA_BYTES);
    }
    if (error != LWNVME_VFIO_OK || (port->flags & LWNVME_VFIO_REGISTERED_ONLY) != 0) {
        return error;
    }
    if (!lwnvme_iova_take(&port->iova, (uint64_t)LWNVME_VFIO_MAPPINGS * LWNVME_VFIO_MAPPING_BYTES,
                          LWNVME_VFIO_MAPPING_BYTES, &port->window)) {
        return vfio_fail(port, LWNVME_VFIO_ERR_NO_IOVA, "the IOMMU's addresses have no room for mappings");
    }
    for (uint32_t i = 0; i < LWNVME_VFIO_MAPPINGS; i++) { /* the lowest is taken first */
        port->mapping_free[i] = (uint16_t)(LWNVME_VFIO_MAPPINGS - 1u - i);
    }
    port->mapping_free_count = LWNVME_VFIO_MAPPINGS;
    return LWNVME_VFIO_OK;
}

void vfio_dma_close(struct lwnvme_vfio *port)
{
    for (uint32_t i = 0; i < port->chunk_count; i++) {
        if (port->chunks[i].length_bytes != 0) {
            (void)dma_remove(port,
                             &port->chunks[i]); /* else the kernel does it, when the container is closed */
        }
    }
    port->chunk_count = 0;
}

/* Nothing can be mapped any more. */
static bool dma_is_cut(struct lwnvme_vfio *port)
{
    const bool cut = __atomic_load_n(&port->cut, __ATOMIC_RELAXED);

    if (cut) {
        (void)vfio_fail(port, LWNVME_VFIO_ERR_KERNEL,
                        "%s did not stop, and was cut off from memory: close the port, and open it anew",
                        port->address);
    }
    return cut;
}

static bool dma_is_taken(const struct lwnvme_vfio_chunk *chunk, size_t page)
{
    return (chunk->taken[page / DMA_BITS] >> (page % DMA_BITS) & 1u) != 0;
}

static void dma_mark(struct lwnvme_vfio_chunk *chunk, size_t page, size_t pages, bool taken)
{
    for (size_t i = page; i < page + pages; i++) {
        const uint64_t bit = UINT64_C(1) << (i % DMA_BITS);

        chunk->taken[i / DMA_BITS] =
            taken ? chunk->taken[i / DMA_BITS] | bit : chunk->taken[i / DMA_BITS] & ~bit;
    }
}

/* The first free pages of a piece that are aligned for the CPU and for the device. */
static bool dma_find(const struct lwnvme_vfio *port, const struct lwnvme_vfio_chunk *chunk, size_t pages,
                     size_t align_bytes, size_t *found)
{
    const size_t count = chunk->length_bytes / port->page_bytes;
    size_t run = 0;

    for (size_t page = 0; page < count; page++) {
        if (dma_is_taken(chunk, page)) {
            run = 0;
            continue;
        }
        if (run == 0) {
            const size_t start = page * port->page_bytes;

            if ((((uintptr_t)chunk->memory + start) | (chunk->iova + start)) % align_bytes != 0) {
                continue;
            }
        }
        run++;
        if (run == pages) {
            *found = page + 1u - run;
            return true;
        }
    }
    return false;
}

static void *dma_take(struct lwnvme_vfio *port, size_t pages, size_t align_bytes, uint64_t *dma_address)
{
    for (uint32_t i = 0; i < port->chunk_count; i++) {
        struct lwnvme_vfio_chunk *chunk = &port->chunks[i];
        size_t page;

        if (chunk->length_bytes != 0 && chunk->taken != NULL &&
            dma_find(port, chunk, pages, align_bytes, &page)) {
            dma_mark(chunk, page, pages, true);
            *dma_address = chunk->iova + page * port->page_bytes;
            return chunk->memory + page * port->page_bytes;
        }
    }
    return NULL;
}

void *vfio_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    struct lwnvme_vfio *port = host;
    const size_t pages = size_bytes / port->page_bytes + (size_bytes % port->page_bytes != 0 ? 1u : 0u);
    const size_t align = align_bytes > port->page_bytes ? align_bytes : port->page_bytes;
    void *memory;

    if (pages == 0 || pages > SIZE_MAX / port->page_bytes / 2u || dma_is_cut(port)) {
        return NULL;
    }
    memory = dma_take(port, pages, align, dma_address);
    if (memory == NULL &&
        dma_grow(port, pages * port->page_bytes + (align - port->page_bytes)) == LWNVME_VFIO_OK) {
        memory = dma_take(port, pages, align, dma_address);
    }
    return memory;
}

void vfio_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    struct lwnvme_vfio *port = host;
    const size_t pages = size_bytes / port->page_bytes + (size_bytes % port->page_bytes != 0 ? 1u : 0u);

    (void)dma_address;
    for (uint32_t i = 0; i < port->chunk_count; i++) {
        struct lwnvme_vfio_chunk *chunk = &port->chunks[i];
        const size_t offset = (size_t)((uintptr_t)memory - (uintptr_t)chunk->memory);

        if (chunk->taken != NULL && offset < chunk->length_bytes && !port->kept) {
            dma_mark(chunk, offset / port->page_bytes, pages, false);
            /* All but the first piece go back when they are empty. */
            if (i != 0 && chunk->length_bytes == pages * port->page_bytes) {
                (void)dma_remove(port, chunk);
            }
            return;
        }
    }
}

void *lwnvme_vfio_alloc(struct lwnvme_vfio *port, size_t size_bytes)
{
    uint64_t dma_address;

    return vfio_dma_alloc(port, size_bytes, port->page_bytes, &dma_address);
}

void lwnvme_vfio_free(struct lwnvme_vfio *port, void *memory, size_t size_bytes)
{
    if (memory != NULL) {
        vfio_dma_free(port, memory, size_bytes, 0);
    }
}

enum lwnvme_vfio_error lwnvme_vfio_register(struct lwnvme_vfio *port, void *memory, size_t size_bytes)
{
    if (size_bytes == 0 || (((uintptr_t)memory | size_bytes) & (port->page_bytes - 1u)) != 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_ADDRESS, "memory is registered in whole pages of %u bytes",
                         port->page_bytes);
    }
    return dma_add(port, memory, size_bytes, NULL);
}

enum lwnvme_vfio_error lwnvme_vfio_unregister(struct lwnvme_vfio *port, void *memory)
{
    for (uint32_t i = 0; i < port->chunk_count; i++) {
        if (port->chunks[i].length_bytes != 0 && port->chunks[i].taken == NULL &&
            port->chunks[i].memory == memory) {
            return !port->kept && dma_remove(port, &port->chunks[i])
                       ? LWNVME_VFIO_OK
                       : vfio_fail(port, LWNVME_VFIO_ERR_KERNEL,
                                   "the controller may still write to this memory, until the port is closed");
        }
    }
    return vfio_fail(port, LWNVME_VFIO_ERR_ADDRESS, "this memory has not been registered");
}

/* A mapping of one request's buffer. Also here a cut may have come in between. */
static int dma_map_request(struct lwnvme_vfio *port, const void *memory, uint64_t iova, uint64_t size_bytes,
                           enum lwnvme_direction direction)
{
    const int error =
        dma_map(port, memory, iova, size_bytes,
                direction == LWNVME_TO_DEVICE ? VFIO_DMA_MAP_FLAG_READ
                                              : VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
    struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof(unmap), .iova = iova, .size = size_bytes};

    if (error == 0 && __atomic_load_n(&port->cut, __ATOMIC_SEQ_CST)) {
        (void)ioctl(port->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
        return ESHUTDOWN;
    }
    return error;
}

/* Memory that is mapped already. */
static bool dma_known(const struct lwnvme_vfio *port, const void *address, size_t length_bytes,
                      uint64_t *dma_address, size_t *contiguous_bytes)
{
    const uint32_t count = __atomic_load_n(&port->chunk_count, __ATOMIC_ACQUIRE);

    for (uint32_t i = 0; i < count; i++) {
        struct lwnvme_vfio_chunk seen;
        size_t offset;

        if (!dma_look(&port->chunks[i], &seen)) {
            continue;
        }
        offset = (size_t)((uintptr_t)address - (uintptr_t)seen.memory);
        if (offset < seen.length_bytes) {
            const size_t room = seen.length_bytes - offset;

            *dma_address = seen.iova + offset;
            *contiguous_bytes = room < length_bytes ? room : length_bytes;
            return true;
        }
    }
    return false;
}

static bool dma_take_mapping(struct lwnvme_vfio *port, uint64_t *iova)
{
    bool taken = false;

    pthread_mutex_lock(&port->mapping_lock);
    if (port->mapping_free_count != 0) {
        port->mapping_free_count--;
        *iova =
            port->window + (uint64_t)port->mapping_free[port->mapping_free_count] * LWNVME_VFIO_MAPPING_BYTES;
        taken = true;
    }
    pthread_mutex_unlock(&port->mapping_lock);
    return taken;
}

static void dma_give_mapping(struct lwnvme_vfio *port, uint64_t iova)
{
    pthread_mutex_lock(&port->mapping_lock);
    port->mapping_free[port->mapping_free_count] =
        (uint16_t)((iova - port->window) / LWNVME_VFIO_MAPPING_BYTES);
    port->mapping_free_count++;
    pthread_mutex_unlock(&port->mapping_lock);
}

bool vfio_dma_map(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                  uint64_t *dma_address, size_t *contiguous_bytes)
{
    struct lwnvme_vfio *port = host;
    const size_t offset = (uintptr_t)address & (port->page_bytes - 1u);
    const size_t room = LWNVME_VFIO_MAPPING_BYTES - offset;
    const size_t length = length_bytes < room ? length_bytes : room;
    const uint64_t pages = (offset + length + port->page_bytes - 1u) & ~(uint64_t)(port->page_bytes - 1u);
    uint64_t iova;
    int error;

    if (dma_is_cut(port)) {
        return false;
    }
    if (dma_known(port, address, length_bytes, dma_address, contiguous_bytes)) {
        return true;
    }
    if ((port->flags & LWNVME_VFIO_REGISTERED_ONLY) != 0) {
        (void)vfio_fail(port, LWNVME_VFIO_ERR_ADDRESS, "a buffer is neither of the arena nor registered");
        return false;
    }
    if (!dma_take_mapping(port, &iova)) {
        (void)vfio_fail(port, LWNVME_VFIO_ERR_MAPPING_LIMIT,
                        "more than %u buffers at once: take them from the arena, or register them",
                        LWNVME_VFIO_MAPPINGS);
        return false;
    }
    error = dma_map_request(port, (const uint8_t *)address - offset, iova, pages, direction);
    if (error != 0) {
        dma_give_mapping(port, iova);
        (void)dma_map_failed(port, error, pages);
        return false;
    }
    *dma_address = iova + offset;
    *contiguous_bytes = length;
    return true;
}

void vfio_dma_unmap(void *host, uint64_t dma_address, size_t length_bytes, enum lwnvme_direction direction)
{
    struct lwnvme_vfio *port = host;
    const uint64_t offset = dma_address & (port->page_bytes - 1u);
    const uint64_t iova = dma_address - offset;

    (void)direction;
    if (iova < port->window ||
        iova - port->window >= (uint64_t)LWNVME_VFIO_MAPPINGS * LWNVME_VFIO_MAPPING_BYTES) {
        return; /* arena or registered */
    }
    if (!dma_unmap(port, iova,
                   (offset + length_bytes + port->page_bytes - 1u) & ~(uint64_t)(port->page_bytes - 1u))) {
        /* Its addresses are not used again. */
        (void)vfio_fail(port, LWNVME_VFIO_ERR_KERNEL, "the IOMMU does not let go of a buffer");
        return;
    }
    dma_give_mapping(port, iova);
}

bool vfio_dma_cut(struct lwnvme_vfio *port)
{
    struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof(unmap),
                                               .iova = port->window,
                                               .size = (uint64_t)LWNVME_VFIO_MAPPINGS *
                                                       LWNVME_VFIO_MAPPING_BYTES};
    bool gone = true;

    if (port->cut) {
        return true;
    }
    for (uint32_t i = 0; i < port->chunk_count; i++) {
        gone = (port->chunks[i].length_bytes == 0 ||
                dma_unmap(port, port->chunks[i].iova, port->chunks[i].mapped_bytes)) &&
               gone;
    }
    __atomic_store_n(&port->cut, true, __ATOMIC_SEQ_CST);
    if ((port->flags & LWNVME_VFIO_REGISTERED_ONLY) ==
        0) { /* as many as there are; their sizes add up to less */
        gone = ioctl(port->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0 && gone;
    }
    return gone;
}

/* SPDX-License-Identifier: MIT */
/*
 * Host memory as the device sees it. Device addresses are a window of granules (host pages); the page table
 * maps each granule to the region that owns it, so that an access is found without a search:
 *
 *     device address -> granule -> region (allocation or mapping, bounds, direction) -> CPU pointer
 *
 * The lower half of the window serves allocations and unscattered mappings, in order and without an early
 * second use; the upper half serves scattered pages, at random.
 *
 * With shadow_dma or weak_order the device reads and writes its own copy of each CPU page: sim_view.c.
 */
#include "sim_internal.h"

#define GUARD      64u
#define POISON     0xa5
#define GUARD_BYTE 0xc3
#define WINDOW     (1u << 18)

static struct lwnvme_sim *memory_sim(void *host)
{
    return (struct lwnvme_sim *)host;
}

/* True if the n-th call is one of those that shall fail. */
static bool call_fails(const struct lwnvme_sim *sim, uint64_t call, uint64_t fail_at)
{
    uint64_t count = sim->config.fail_count == 0 ? 1 : sim->config.fail_count;
    if (fail_at == 0 || call < fail_at) {
        return false;
    }
    return sim->config.fail_count == UINT32_MAX || call - fail_at < count;
}

/* ---- regions ---- */

static uint32_t region_new(struct lwnvme_sim *sim)
{
    if (sim->region_free == 0) {
        uint32_t room = sim->region_room == 0 ? 64 : sim->region_room * 2;
        struct sim_region *larger = realloc(sim->regions, room * sizeof(*larger));
        if (larger == NULL) {
            return UINT32_MAX;
        }
        sim->regions = larger;
        memset(larger + sim->region_room, 0, (room - sim->region_room) * sizeof(*larger));
        for (uint32_t i = room; i > sim->region_room; i--) {
            larger[i - 1].next_free = sim->region_free;
            sim->region_free = i;
        }
        sim->region_room = room;
    }
    uint32_t index = sim->region_free - 1;
    sim->region_free = sim->regions[index].next_free;
    memset(&sim->regions[index], 0, sizeof(sim->regions[index]));
    sim->regions[index].serial = ++sim->region_serial;
    return index;
}

static void region_drop(struct lwnvme_sim *sim, uint32_t index)
{
    struct sim_region *region = &sim->regions[index];
    for (uint32_t i = 0; i < region->granules; i++) {
        sim->page_table[region->granule + i] = 0;
    }
    memset(region, 0, sizeof(*region));
    region->next_free = sim->region_free;
    sim->region_free = index + 1;
}

static uint64_t granule_address(const struct lwnvme_sim *sim, uint32_t granule)
{
    return sim->config.dma_base + (uint64_t)granule * sim->granule_bytes;
}

/* A free run of granules whose address is a multiple of align; UINT32_MAX when there is none. */
static uint32_t granules_find(struct lwnvme_sim *sim, uint32_t count, uint64_t align)
{
    uint32_t half = sim->granules / 2;
    uint32_t start = sim->next_granule;
    uint32_t tried = 0;
    while (tried < half) {
        if (start + count > half) {
            tried += half - start;
            start = 0;
        }
        uint32_t used = 0;
        bool aligned = (granule_address(sim, start) & (align - 1)) == 0;
        while (aligned && used < count && sim->page_table[start + used] == 0) {
            used++;
        }
        if (aligned && used == count) {
            sim->next_granule = start + count == half ? 0 : start + count;
            return start;
        }
        tried += used + 1;
        start += used + 1;
        if (start >= half) {
            start = 0;
        }
    }
    return UINT32_MAX;
}

static uint32_t granule_scattered(struct lwnvme_sim *sim)
{
    uint32_t half = sim->granules / 2;
    uint32_t start = (uint32_t)(lwsim_random(sim) % half);
    for (uint32_t i = 0; i < half; i++) {
        uint32_t at = half + (start + i) % half;
        if (sim->page_table[at] == 0) {
            return at;
        }
    }
    return UINT32_MAX;
}

static uint32_t region_place(struct lwnvme_sim *sim, uint32_t granule, uint32_t granules)
{
    uint32_t index = granule == UINT32_MAX ? UINT32_MAX : region_new(sim);
    if (index == UINT32_MAX) {
        return UINT32_MAX;
    }
    sim->regions[index].granule = granule;
    sim->regions[index].granules = granules;
    for (uint32_t i = 0; i < granules; i++) {
        sim->page_table[granule + i] = index + 1;
    }
    return index;
}

static uint32_t region_at(const struct lwnvme_sim *sim, uint64_t dma)
{
    uint64_t offset = dma - sim->config.dma_base;
    if (dma < sim->config.dma_base || offset / sim->granule_bytes >= sim->granules) {
        return UINT32_MAX;
    }
    return sim->page_table[offset / sim->granule_bytes] - 1u;
}

static uint32_t granules_for(const struct lwnvme_sim *sim, uint64_t bytes)
{
    uint64_t count = (bytes + sim->granule_bytes - 1) / sim->granule_bytes;
    return count > sim->granules ? sim->granules + 1 : (uint32_t)count;
}

/* ---- device accesses ---- */

/* The region that holds dma, with the bytes from there to its end in *left; NULL for a violation. */
static struct sim_region *region_check(struct lwnvme_sim *sim, uint64_t dma, bool to_memory, uint64_t *left)
{
    uint32_t index = region_at(sim, dma);
    if (sim->config.dma_address_bits < 64 && (dma >> sim->config.dma_address_bits) != 0) {
        lwsim_violation(sim, "memory: address 0x%llx is beyond the %u bits that the controller has",
                        (unsigned long long)dma, sim->config.dma_address_bits);
        return NULL;
    }
    if (index == UINT32_MAX) {
        lwsim_violation(sim, "memory: the controller was sent to 0x%llx, where nothing is mapped",
                        (unsigned long long)dma);
        return NULL;
    }
    struct sim_region *region = &sim->regions[index];
    uint64_t low = region->dma + (region->is_page ? region->low : 0);
    uint64_t high = region->dma + (region->is_page ? region->high : region->length);
    if (dma < low || dma >= high) {
        lwsim_violation(sim, "memory: 0x%llx lies outside the %s 0x%llx to 0x%llx", (unsigned long long)dma,
                        region->is_map ? "mapping" : "allocation", (unsigned long long)low,
                        (unsigned long long)high);
        return NULL;
    }
    unsigned needed = to_memory ? LWNVME_FROM_DEVICE : LWNVME_TO_DEVICE;
    if ((region->direction & needed) == 0) {
        lwsim_violation(sim,
                        "memory: the controller shall %s 0x%llx, which was mapped for the other direction",
                        to_memory ? "write" : "read", (unsigned long long)dma);
        return NULL;
    }
    if (lwsim_cmb_at(sim, dma, 1) != NULL) {
        lwsim_violation(sim,
                        "memory: 0x%llx is in the controller memory buffer that has been enabled over it",
                        (unsigned long long)dma);
        return NULL;
    }
    *left = high - dma;
    return region;
}

static bool segments_room(struct sim_segments *segments)
{
    if (segments->count == segments->room) {
        size_t room = segments->room == 0 ? 8 : segments->room * 2;
        struct sim_segment *larger = realloc(segments->items, room * sizeof(*larger));
        if (larger == NULL) {
            return false;
        }
        segments->items = larger;
        segments->room = room;
    }
    return true;
}

/* Where data go that nobody wants. */
#define BUCKET       0xffff000000000000u
#define BUCKET_BYTES 4096u

bool lwsim_segments_bucket(struct sim_segments *segments, uint64_t length)
{
    if (!segments_room(segments)) {
        return false;
    }
    segments->items[segments->count++] = (struct sim_segment){BUCKET, length, UINT32_MAX, 0};
    segments->bytes += length;
    return true;
}

uint8_t *lwsim_dma_at(struct lwnvme_sim *sim, uint64_t dma, bool to_memory, uint64_t *run)
{
    static _Thread_local uint8_t bucket[BUCKET_BYTES];
    if (dma >= BUCKET && to_memory && !sim->fenced) {
        *run = BUCKET_BYTES;
        return bucket;
    }
    struct sim_region *region = sim->fenced ? NULL : region_check(sim, dma, to_memory, run);
    if (region == NULL) {
        *run = 0;
        return NULL;
    }
    uint8_t *cpu = region->cpu + (dma - region->dma);
    region->fresh = to_memory ? FRESH_WRITTEN : region->fresh;
    return lwsim_has_views(sim) ? lwsim_view_at(sim, cpu, run) : cpu;
}

uint8_t *lwsim_cpu_view(struct lwnvme_sim *sim, uint64_t dma, uint64_t *run)
{
    struct sim_region *region = region_check(sim, dma, true, run);
    return region == NULL ? NULL : region->cpu + (dma - region->dma);
}

static void evict(struct lwnvme_sim *sim, uint64_t dma, uint64_t length)
{
    const struct sim_region *region = sim->config.shadow_dma ? &sim->regions[region_at(sim, dma)] : NULL;
    if (region != NULL) {
        lwsim_view_evict(sim, region->cpu + (dma - region->dma), (size_t)length);
    }
}

bool lwsim_dma(struct lwnvme_sim *sim, uint64_t dma, void *buffer, uint64_t length, bool to_memory)
{
    uint8_t *data = buffer;
    while (length != 0) {
        uint64_t run = 0;
        uint8_t *at = lwsim_dma_at(sim, dma, to_memory, &run);
        if (at == NULL) {
            return false;
        }
        if (run > length) {
            run = length;
        }
        if (!to_memory) {
            evict(sim, dma, run);
        }
        memcpy(to_memory ? at : data, to_memory ? data : at, (size_t)run);
        dma += run;
        data += run;
        length -= run;
    }
    return true;
}

bool lwsim_segments_add(struct lwnvme_sim *sim, struct sim_segments *segments, uint64_t dma, uint64_t length,
                        enum lwnvme_direction direction)
{
    while (length != 0) {
        uint64_t left = 0;
        const struct sim_region *region =
            region_check(sim, dma, (direction & LWNVME_FROM_DEVICE) != 0, &left);
        if (region == NULL) {
            return false;
        }
        uint64_t piece = left < length ? left : length;
        uint32_t index = (uint32_t)(region - sim->regions);
        struct sim_segment *last = segments->count == 0 ? NULL : &segments->items[segments->count - 1];
        if (last != NULL && last->region == index && last->dma + last->length == dma) {
            last->length += piece;
        } else {
            if (!segments_room(segments)) {
                return false;
            }
            segments->items[segments->count++] = (struct sim_segment){dma, piece, index, region->serial};
        }
        segments->bytes += piece;
        dma += piece;
        length -= piece;
    }
    return true;
}

void lwsim_segments_pin(struct lwnvme_sim *sim, const struct sim_segments *segments, bool pin)
{
    for (size_t i = 0; i < segments->count; i++) {
        if (segments->items[i].region == UINT32_MAX) {
            continue;
        }
        struct sim_region *region = &sim->regions[segments->items[i].region];
        if (region->serial != segments->items[i].serial) {
            continue; /* given back under the device's hands: reported then */
        }
        region->pins = pin ? region->pins + 1 : region->pins - 1;
        region->fresh = pin ? FRESH_WRITTEN : region->fresh;
    }
}

void lwsim_segments_clear(struct sim_segments *segments)
{
    segments->count = 0;
    segments->bytes = 0;
}

/* ---- hooks: allocation ---- */

static void *hook_dma_alloc(void *host, size_t size, size_t align, uint64_t *dma_address)
{
    struct lwnvme_sim *sim = memory_sim(host);
    size_t largest = (size_t)4096 << sim->config.cap_mpsmin;
    if (largest < sim->config.host_page_bytes) {
        largest = sim->config.host_page_bytes;
    }
    if (size == 0 || align == 0 || (align & (align - 1)) != 0 || align > largest) {
        lwsim_violation(sim, "dma_alloc: %zu bytes aligned to %zu are no legal request", size, align);
        return NULL;
    }
    if (call_fails(sim, ++sim->counts.dma_allocs, sim->config.dma_alloc_fail_at)) {
        return NULL;
    }
    if (sim->config.dma_memory_bytes != 0 && sim->dma_memory_used + size > sim->config.dma_memory_bytes) {
        return NULL;
    }
    /* Small pieces do not begin at a page, so that nobody relies on it. */
    size_t offset = align < sim->granule_bytes && size + align <= sim->granule_bytes ? align : 0;
    uint32_t granules = granules_for(sim, (uint64_t)size + offset);
    uint8_t *block = malloc(size + align + 2 * GUARD);
    uint32_t index =
        block == NULL ? UINT32_MAX : region_place(sim, granules_find(sim, granules, align), granules);
    if (index == UINT32_MAX) {
        free(block);
        return NULL;
    }
    struct sim_region *region = &sim->regions[index];
    uintptr_t start = ((uintptr_t)block + GUARD + align - 1) & ~((uintptr_t)align - 1);
    region->block = block;
    region->cpu = block + (start - (uintptr_t)block);
    region->dma = granule_address(sim, region->granule) + offset;
    region->length = size;
    region->direction = LWNVME_BIDIRECTIONAL;
    memset(region->cpu - GUARD, GUARD_BYTE, GUARD);
    memset(region->cpu, POISON, size);
    memset(region->cpu + size, GUARD_BYTE, GUARD);
    sim->live_dma_allocs++;
    sim->dma_memory_used += size;
    *dma_address = region->dma;
    return region->cpu;
}

static void guard_check(struct lwnvme_sim *sim, const struct sim_region *region)
{
    for (size_t i = 0; i < GUARD; i++) {
        if (region->cpu[region->length + i] != GUARD_BYTE) {
            lwsim_violation(sim, "dma_free: written %zu bytes behind an allocation of %zu bytes", i + 1,
                            region->length);
            return;
        }
        if (*(region->cpu - 1 - i) != GUARD_BYTE) {
            lwsim_violation(sim, "dma_free: written %zu bytes before an allocation of %zu bytes", i + 1,
                            region->length);
            return;
        }
    }
}

static void hook_dma_free(void *host, void *memory, size_t size, uint64_t dma_address)
{
    struct lwnvme_sim *sim = memory_sim(host);
    uint32_t index = region_at(sim, dma_address);
    sim->counts.dma_frees++;
    if (index == UINT32_MAX || sim->regions[index].is_map || sim->regions[index].dma != dma_address ||
        sim->regions[index].cpu != memory) {
        lwsim_violation(sim, "dma_free: nothing was allocated at device address 0x%llx",
                        (unsigned long long)dma_address);
        return;
    }
    struct sim_region *region = &sim->regions[index];
    if (region->length != size) {
        lwsim_violation(sim, "dma_free: %zu bytes given back, %zu were allocated", size, region->length);
    }
    /* A controller that has completed a shutdown carries out nothing until it is reset. */
    if (region->pins != 0 && !sim->fenced && !sim->removed && !lwsim_shut_down(sim)) {
        lwsim_violation(sim,
                        "dma_free: the controller may still use the %zu bytes at 0x%llx (CC.EN %u, "
                        "CSTS.RDY %u)",
                        region->length, (unsigned long long)dma_address, (unsigned)lwsim_enabled(sim),
                        (unsigned)lwsim_ready(sim));
    }
    guard_check(sim, region);
    lwsim_view_forget(sim, region->cpu, region->length);
    sim->live_dma_allocs--;
    sim->dma_memory_used -= region->length;
    memset(region->cpu, 0xdd, region->length);
    free(region->block);
    region_drop(sim, index);
}

static void *hook_alloc(void *host, size_t size)
{
    struct lwnvme_sim *sim = memory_sim(host);
    if (size == 0) {
        lwsim_violation(sim, "alloc: 0 bytes asked for");
        return NULL;
    }
    if (call_fails(sim, ++sim->counts.allocs, sim->config.alloc_fail_at)) {
        return NULL;
    }
    struct sim_held *held = calloc(1, sizeof(*held));
    void *memory = held == NULL ? NULL : malloc(size);
    if (memory == NULL || !lwsim_hash_put(&sim->pages, UINT64_MAX - (uintptr_t)memory, (uintptr_t)held)) {
        free(memory);
        free(held);
        return NULL;
    }
    memset(memory, POISON, size);
    held->memory = memory;
    held->bytes = size;
    held->next = sim->held;
    if (sim->held != NULL) {
        sim->held->previous = held;
    }
    sim->held = held;
    sim->live_allocs++;
    return memory;
}

static void hook_free(void *host, void *memory, size_t size)
{
    struct lwnvme_sim *sim = memory_sim(host);
    struct sim_held *held = (struct sim_held *)lwsim_hash_take(&sim->pages, UINT64_MAX - (uintptr_t)memory);
    sim->counts.frees++;
    if (held == NULL) {
        lwsim_violation(sim, "free: this memory was not allocated, or is free already");
        return;
    }
    if (held->bytes != size) {
        lwsim_violation(sim, "free: %zu bytes given back, %zu were allocated", size, held->bytes);
    }
    if (held->next != NULL) {
        held->next->previous = held->previous;
    }
    if (held->previous != NULL) {
        held->previous->next = held->next;
    } else {
        sim->held = held->next;
    }
    sim->live_allocs--;
    memset(memory, 0xdd, held->bytes);
    free(memory);
    free(held);
}

/* ---- hooks: mapping ---- */

static bool map_tracked(struct lwnvme_sim *sim, uint8_t *cpu, size_t length, uint8_t direction, uint64_t *dma,
                        size_t *run)
{
    size_t offset = (size_t)((uintptr_t)cpu % sim->granule_bytes);
    size_t piece = length;
    if (sim->config.scattered && piece > sim->granule_bytes - offset) {
        piece = sim->granule_bytes - offset;
    }
    uint32_t granules = granules_for(sim, (uint64_t)piece + offset);
    uint32_t first =
        sim->config.scattered ? granule_scattered(sim) : granules_find(sim, granules, sim->granule_bytes);
    uint32_t index = region_place(sim, first, granules);
    if (index == UINT32_MAX) {
        return false;
    }
    struct sim_region *region = &sim->regions[index];
    region->cpu = cpu;
    region->dma = granule_address(sim, first) + offset;
    region->length = piece;
    region->direction = direction;
    region->is_map = true;
    sim->live_maps++;
    *dma = region->dma;
    *run = piece;
    return true;
}

/* The region of the CPU page that holds cpu, made when it is missing; next to `after` if that is free and
 * mappings are not scattered. */
static struct sim_region *map_page(struct lwnvme_sim *sim, uint8_t *cpu, const struct sim_region *after)
{
    size_t offset = (size_t)((uintptr_t)cpu % sim->granule_bytes);
    uint64_t key = (uint64_t)(uintptr_t)(cpu - offset) / sim->granule_bytes;
    uint32_t known = (uint32_t)lwsim_hash_get(&sim->pages, key);
    if (known != 0) {
        return &sim->regions[known - 1];
    }
    uint32_t granule = after == NULL ? UINT32_MAX : after->granule + 1;
    if (granule >= sim->granules / 2 || sim->page_table[granule] != 0) {
        granule = sim->config.scattered ? granule_scattered(sim) : granules_find(sim, 1, sim->granule_bytes);
    }
    uint32_t index = region_place(sim, granule, 1);
    if (index == UINT32_MAX || !lwsim_hash_put(&sim->pages, key, index + 1u)) {
        return NULL;
    }
    struct sim_region *region = &sim->regions[index];
    region->cpu = cpu - offset;
    region->dma = granule_address(sim, granule);
    region->length = sim->granule_bytes;
    region->is_map = true;
    region->is_page = true;
    region->low = sim->granule_bytes;
    region->direction = LWNVME_BIDIRECTIONAL;
    return region;
}

static bool map_for_good(struct lwnvme_sim *sim, uint8_t *cpu, size_t length, uint64_t *dma, size_t *run)
{
    size_t done = 0;
    uint64_t expected = 0;
    uint32_t last = UINT32_MAX;
    while (done < length) {
        struct sim_region *region =
            map_page(sim, cpu + done, last == UINT32_MAX ? NULL : &sim->regions[last]);
        if (region == NULL) {
            return done != 0;
        }
        size_t offset = (size_t)(cpu + done - region->cpu);
        size_t piece =
            sim->granule_bytes - offset < length - done ? sim->granule_bytes - offset : length - done;
        if (done == 0) {
            *dma = region->dma + offset;
        } else if (region->dma != expected) {
            break;
        }
        region->fresh = FRESH_MAPPED;
        region->low = offset < region->low ? offset : region->low;
        region->high = offset + piece > region->high ? offset + piece : region->high;
        expected = region->dma + sim->granule_bytes;
        done += piece;
        *run = done;
        last = (uint32_t)(region - sim->regions);
        if (sim->config.scattered) {
            break;
        }
    }
    return true;
}

static bool hook_dma_map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                         uint64_t *dma_address, size_t *contiguous_bytes)
{
    struct lwnvme_sim *sim = memory_sim(host);
    uint8_t *cpu = (uint8_t *)(uintptr_t)address;
    if (length == 0 || address == NULL || direction == LWNVME_NO_DATA || direction > LWNVME_BIDIRECTIONAL) {
        lwsim_violation(sim, "dma_map: %zu bytes in direction %d are no legal request", length,
                        (int)direction);
        return false;
    }
    if (call_fails(sim, ++sim->counts.dma_maps, sim->config.dma_map_fail_at)) {
        return false;
    }
    bool tracked = sim->config.track_maps && sim->ops.dma_unmap != NULL;
    bool good = tracked ? map_tracked(sim, cpu, length, (uint8_t)direction, dma_address, contiguous_bytes)
                        : map_for_good(sim, cpu, length, dma_address, contiguous_bytes);
    if (good && !sim->config.map_length_clamped && *contiguous_bytes == length) {
        *contiguous_bytes +=
            sim->granule_bytes - 1 - (size_t)((*dma_address + length - 1) % sim->granule_bytes);
    }
    return good;
}

static void hook_dma_unmap(void *host, uint64_t dma_address, size_t length, enum lwnvme_direction direction)
{
    struct lwnvme_sim *sim = memory_sim(host);
    uint32_t index = region_at(sim, dma_address);
    sim->counts.dma_unmaps++;
    if (!sim->config.track_maps) {
        return;
    }
    if (index == UINT32_MAX || !sim->regions[index].is_map || sim->regions[index].is_page ||
        sim->regions[index].dma != dma_address) {
        lwsim_violation(sim, "dma_unmap: nothing is mapped at device address 0x%llx",
                        (unsigned long long)dma_address);
        return;
    }
    struct sim_region *region = &sim->regions[index];
    if (region->length != length || region->direction != (uint8_t)direction) {
        lwsim_violation(sim, "dma_unmap: %zu bytes in direction %d, but %zu in direction %u were mapped",
                        length, (int)direction, region->length, region->direction);
    }
    if (region->pins != 0 && !sim->fenced && !sim->removed) {
        lwsim_violation(sim, "dma_unmap: a command in flight still uses the mapping at 0x%llx",
                        (unsigned long long)dma_address);
    }
    sim->live_maps--;
    region_drop(sim, index);
}

static void hook_dma_sync(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                          bool for_device)
{
    struct lwnvme_sim *sim = memory_sim(host);
    uint8_t *cpu = (uint8_t *)(uintptr_t)address;
    sim->counts.dma_syncs++;
    if (direction == LWNVME_NO_DATA || direction > LWNVME_BIDIRECTIONAL) {
        lwsim_violation(sim, "dma_sync: direction %d", (int)direction);
    }
    if (sim->config.shadow_dma && (for_device || direction != LWNVME_TO_DEVICE)) {
        lwsim_view_sync(sim, cpu, length, for_device);
    }
}

/* ---- life ---- */

void lwsim_memory_hooks(struct lwnvme_host_ops *ops)
{
    ops->dma_alloc = hook_dma_alloc;
    ops->dma_free = hook_dma_free;
    ops->dma_map = hook_dma_map;
    ops->dma_unmap = hook_dma_unmap;
    ops->dma_sync = hook_dma_sync;
    ops->alloc = hook_alloc;
    ops->free = hook_free;
}

bool lwsim_memory_create(struct lwnvme_sim *sim)
{
    uint32_t page = sim->config.host_page_bytes;
    uint64_t window = (uint64_t)WINDOW * page;
    uint64_t base = sim->config.dma_base;
    unsigned bits = sim->config.dma_address_bits;
    if (page < 4096 || page > 65536 || (page & (page - 1)) != 0 || base % page != 0 || bits < 12 ||
        bits > 64) {
        return false;
    }
    if (bits < 64 && base < ((uint64_t)1 << bits) && ((uint64_t)1 << bits) - base < window) {
        window = ((uint64_t)1 << bits) - base;
    }
    if (base + (window - 1) < base) {
        return false;
    }
    sim->granule_bytes = page;
    sim->granules = (uint32_t)(window / page);
    sim->page_table = calloc(sim->granules, sizeof(*sim->page_table));
    return sim->page_table != NULL && sim->granules >= 2;
}

void lwsim_memory_destroy(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i < sim->region_room; i++) {
        free(sim->regions[i].block);
    }
    while (sim->held != NULL) {
        struct sim_held *next = sim->held->next;
        free(sim->held->memory);
        free(sim->held);
        sim->held = next;
    }
    free(sim->regions);
    free(sim->page_table);
    lwsim_hash_free(&sim->pages, false);
}

bool lwnvme_sim_uses(const struct lwnvme_sim *sim, const void *memory, size_t length)
{
    uintptr_t first = (uintptr_t)memory;
    for (uint32_t i = 0; i < sim->region_room && !sim->fenced && !sim->removed; i++) {
        const struct sim_region *region = &sim->regions[i];
        uintptr_t start = (uintptr_t)region->cpu;
        if (region->length != 0 && region->pins != 0 && start < first + length &&
            first < start + region->length) {
            return true;
        }
    }
    return false;
}

void lwnvme_sim_forget_maps(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i < sim->region_room; i++) {
        struct sim_region *region = &sim->regions[i];
        if (region->length == 0 || !region->is_map) {
            continue;
        }
        if (region->is_page) {
            (void)lwsim_hash_take(&sim->pages, (uint64_t)(uintptr_t)region->cpu / sim->granule_bytes);
        } else {
            sim->live_maps--;
        }
        region_drop(sim, i);
    }
}

size_t lwnvme_sim_outstanding_allocations(const struct lwnvme_sim *sim)
{
    return sim->live_dma_allocs + sim->live_allocs;
}

size_t lwnvme_sim_outstanding_maps(const struct lwnvme_sim *sim)
{
    return sim->live_maps;
}

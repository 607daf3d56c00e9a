/* SPDX-License-Identifier: MIT */
/*
 * The mapper, against a walker that reads PRP entries as a strict controller does, and a reference that asks the
 * translation byte range by byte range. What is compared is where each byte of the buffer goes.
 */
#include "../support.h"

#include <lwnvme/mapper.h>

#define DATA_BASE 0x10000000u /* CPU addresses of buffers, never touched */
#define PIECES    4096u
#define EXTENTS   65536u
#define WALK_END  64u

static struct fake fake;

/* ---- translations ---- */

enum kind {
    ONE_RUN,      /* a constant distance, everything in one run */
    ONE_RUN_MORE, /* the same, and says that the run is longer than asked */
    PAGES,        /* each `grain` bytes somewhere else */
    PAGES_DOWN,   /* pages in descending order */
    PAIRS,        /* two grains next to each other, then elsewhere; one run each */
    SHORT_RUNS,   /* contiguous, told in runs of odd lengths, multiples of 4 */
    LAST_PAGES,   /* ends at the last byte of the 64-bit space */
};

static struct {
    enum kind kind;
    uint32_t grain;
    uint64_t base;
    uint32_t seed;
} trans;

static uint32_t noise(uint32_t value)
{
    value = (value ^ trans.seed) * 2654435761u;
    value ^= value >> 15;
    value *= 2246822519u;
    return value ^ value >> 13;
}

/* A bijection on 16 bits, so that no two grains share a device page. */
static uint32_t shuffled(uint32_t index)
{
    return (index * 40503u + 12345u) & 0xffffu;
}

/* The reference: where one CPU address is for the device, and how far the same distance holds. */
static uint64_t device_of(uintptr_t address, size_t *until)
{
    uint32_t offset = (uint32_t)(address - DATA_BASE);
    uint32_t index = trans.grain != 0 ? offset / trans.grain : 0;
    uint32_t rest = trans.grain != 0 ? offset % trans.grain : 0;

    switch (trans.kind) {
    case ONE_RUN:
    case ONE_RUN_MORE:
    case LAST_PAGES:
        *until = SIZE_MAX / 2;
        return trans.base + offset;
    case PAGES:
        *until = trans.grain - rest;
        return trans.base + (uint64_t)shuffled(index) * trans.grain + rest;
    case PAGES_DOWN:
        *until = trans.grain - rest;
        return trans.base - (uint64_t)index * trans.grain + rest;
    case PAIRS:
        *until = trans.grain * (2u - index % 2u) - rest;
        return trans.base + (uint64_t)shuffled(index / 2u) * 2u * trans.grain + (index % 2u) * trans.grain +
               rest;
    default:
        *until = 4u + noise(offset / 4u) % 700u / 4u * 4u;
        return trans.base + offset;
    }
}

static bool translate(struct fake *host, uintptr_t address, size_t length, uint64_t *dma, size_t *run)
{
    size_t until;
    (void)host;
    *dma = device_of(address, &until);
    *run = until < length ? until : length;
    if (trans.kind == ONE_RUN_MORE) {
        *run = length + 4096;
    }
    return true;
}

static void trans_set(enum kind kind, uint32_t grain, uint64_t base)
{
    trans.kind = kind;
    trans.grain = grain;
    trans.base = base;
    trans.seed = 1;
}

/* ---- the buffer as the reference sees it ---- */

struct place {
    const struct lwnvme_buffer *buffer;
    uint32_t index;
    size_t offset;
};

/* Device address of the byte at a place, and how many bytes go on from there. */
static uint64_t place_device(const struct place *place, size_t *until)
{
    const struct lwnvme_buffer *buffer = place->buffer;
    uint64_t address = buffer->address + place->offset;
    size_t left = SIZE_MAX / 2;
    uint64_t dma;

    if (buffer->segments != NULL) {
        address = buffer->segments[place->index].address + place->offset;
        left = buffer->segments[place->index].length_bytes - place->offset;
    }
    if ((buffer->flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0) {
        dma = address;
        *until = left;
    } else {
        dma = device_of((uintptr_t)address, until);
        *until = *until < left ? *until : left;
    }
    return dma;
}

static void place_advance(struct place *place, size_t bytes)
{
    place->offset += bytes;
    if (place->buffer->segments == NULL) {
        return;
    }
    while (place->index < place->buffer->segment_count &&
           place->offset >= place->buffer->segments[place->index].length_bytes) {
        place->offset -= place->buffer->segments[place->index].length_bytes;
        place->index++;
    }
}

/* How many bytes from a place on one PRP chain can tell of, at most `most`. */
static uint32_t chain_length(struct place place, uint32_t most, uint32_t page_bytes)
{
    uint32_t length = 0;
    uint64_t end = 0;

    while (length < most) {
        size_t until;
        uint64_t dma = place_device(&place, &until);
        if (length != 0 && dma != end && ((dma | end) & (page_bytes - 1)) != 0) {
            return length;
        }
        if (until > most - length) {
            until = most - length;
        }
        length += (uint32_t)until;
        end = dma + until;
        place_advance(&place, until);
    }
    return length;
}

/* ---- the walker ---- */

struct walker {
    uint64_t prp2;
    uint32_t page_bytes;
    bool in_list;
    uint64_t list_dma; /* of the entry to be read next */
    uint32_t lists;    /* list pages seen */
};

static uint64_t list_entry(struct walker *walker)
{
    const uint64_t *entry = (const uint64_t *)fake_dma_memory(&fake, walker->list_dma, 8);
    assert_non_null(entry);
    walker->list_dma += 8;
    return lwnvme_order64(*entry);
}

static bool last_in_page(const struct walker *walker)
{
    return (walker->list_dma & (walker->page_bytes - 1)) == walker->page_bytes - 8;
}

/* The next page of a transfer of which `left` bytes remain, this page's included. */
static uint64_t walker_next(struct walker *walker, uint64_t left)
{
    uint64_t entry;

    if (!walker->in_list) {
        if (left <= walker->page_bytes) {
            entry = walker->prp2;
            walker->prp2 = UINT64_MAX;
            assert_int_equal(entry & (walker->page_bytes - 1), 0);
            return entry;
        }
        walker->in_list = true;
        walker->list_dma = walker->prp2;
        walker->lists = 1;
        assert_int_equal(walker->list_dma & 7, 0);
    }
    if (last_in_page(walker)) {
        entry = list_entry(walker);
        /* A controller takes the last entry of a page for a page of data if nothing comes after it, and some for a
         * pointer all the same: so there must be more to come. */
        assert_true(left > walker->page_bytes);
        assert_int_equal(entry & (walker->page_bytes - 1), 0);
        walker->list_dma = entry;
        walker->lists++;
    }
    entry = list_entry(walker);
    assert_int_equal(entry & (walker->page_bytes - 1), 0);
    return entry;
}

/* Compares where a command's bytes go with where they should. Returns the number of list pages. */
static uint32_t check_prp(const struct lwnvme_prp *prp, struct place place, uint32_t length,
                          uint32_t page_bytes)
{
    struct walker walker = {prp->prp2, page_bytes, false, 0, 0};
    uint64_t dma = prp->prp1;
    uint32_t room = page_bytes - (uint32_t)(dma & (page_bytes - 1));
    uint32_t left = length;

    assert_int_equal(dma & 3, 0);
    if (length <= room) {
        assert_true(prp->prp2 == 0);
    }
    while (left != 0) {
        uint32_t here = left < room ? left : room;
        left -= here;
        while (here != 0) {
            size_t until;
            uint64_t expected = place_device(&place, &until);
            uint32_t step = until < here ? (uint32_t)until : here;
            assert_true(expected == dma);
            dma += step;
            here -= step;
            place_advance(&place, step);
        }
        if (left != 0) {
            dma = walker_next(&walker, left);
            room = page_bytes;
        }
    }
    return walker.lists;
}

/* ---- driving the mapper ---- */

static struct lwnvme_request request;

static void request_set(const struct lwnvme_buffer *buffer, uint32_t block_bytes, uint32_t opcode)
{
    memset(&request, 0, sizeof(request));
    request.command.opcode = opcode;
    request.buffer = *buffer;
    request.data_bytes = block_bytes;
    request.block_count = 1;
}

static void map_start(uint32_t options, uint32_t page_bytes, uint32_t max_transfer)
{
    fake_host(&fake, options);
    fake_controller(&fake, page_bytes, max_transfer);
    fake_queue(&fake, 4);
    fake.translate = translate;
}

/* Maps a whole transfer piece by piece, each as large as one command may be, and checks each. Returns pieces, or
 * 0 when the reference agrees that it cannot be told. */
static uint32_t map_all(const struct lwnvme_buffer *buffer, uint32_t block_bytes, uint32_t total)
{
    uint32_t max = fake.controller.info.max_transfer_bytes;
    uint32_t page_bytes = fake.controller.page_bytes;
    struct place place = {buffer, 0, 0};
    uint32_t done = 0;
    uint32_t pieces = 0;

    request_set(buffer, block_bytes, LWNVME_NVM_READ);
    while (done < total) {
        uint32_t slot = pieces % 3;
        uint32_t length = total - done < max ? total - done : max;
        uint32_t possible = chain_length(place, length, page_bytes);
        struct lwnvme_prp prp = {0, 0, 0, 0};
        int status;

        if (possible < length) {
            possible = possible / block_bytes * block_bytes;
        }
        status = lwnvme_map(&fake.queue, &request, slot, &length, &prp);
        if (possible == 0) {
            assert_int_equal(status, LWNVME_ERR_BUFFER_LAYOUT);
            assert_int_equal(fake.map_count, 0);
            return 0;
        }
        assert_int_equal(status, 0);
        assert_int_equal(length, possible);
        check_prp(&prp, place, length, page_bytes);
        lwnvme_unmap(&fake.queue, slot, LWNVME_FROM_DEVICE);
        assert_int_equal(fake.map_count, 0);
        place_advance(&place, length);
        done += length;
        pieces++;
    }
    return pieces;
}

/* ---- tests ---- */

static void every_length_and_offset(uint32_t page_bytes, uint32_t max_transfer)
{
    static const enum kind kinds[] = {ONE_RUN, ONE_RUN_MORE, PAGES, PAGES_DOWN, PAIRS, SHORT_RUNS};

    map_start(0, page_bytes, max_transfer);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        trans_set(kinds[k], page_bytes, UINT64_C(0x123400000000));
        for (uint32_t blocks = 1; blocks <= 520; blocks += blocks < 40 ? 1 : 13) {
            for (uint32_t offset = 0; offset < 4096; offset += offset < 16 ? 4 : 340) {
                struct lwnvme_buffer buffer =
                    lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), SIZE_MAX / 4);
                assert_true(map_all(&buffer, 512, blocks * 512) != 0);
            }
        }
    }
    fake_end(&fake);
}

static void fault_069_every_length_and_offset_with_4k_pages(void **state)
{
    (void)state;
    every_length_and_offset(4096, 131072);
}

static void fault_185_every_length_and_offset_with_16k_pages(void **state)
{
    (void)state;
    every_length_and_offset(16384, 131072);
}

static void fault_185_every_length_and_offset_with_64k_pages(void **state)
{
    (void)state;
    every_length_and_offset(65536, 262144);
}

static void every_dword_offset_of_a_page(void **state)
{
    (void)state;
    map_start(0, 4096, 131072);
    trans_set(PAGES, 4096, UINT64_C(0x500000000));
    for (uint32_t offset = 0; offset < 4096; offset += 4) {
        struct lwnvme_buffer buffer =
            lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), SIZE_MAX / 4);
        assert_int_equal(map_all(&buffer, 512, 512), 1);
        assert_int_equal(map_all(&buffer, 512, 4096), 1);
        assert_int_equal(map_all(&buffer, 4096, 8192), 1);
    }
    fake_end(&fake);
}

static void large_transfers_to_4_mib(void **state)
{
    static const uint32_t offsets[] = {0, 4, 512, 2048, 4092};
    (void)state;
    map_start(0, 4096, 4u << 20);
    for (uint32_t kind = ONE_RUN; kind <= PAIRS; kind++) {
        trans_set((enum kind)kind, 4096, UINT64_C(0x800000000000));
        for (uint32_t pages = 127; pages <= 1024; pages += 97) {
            for (size_t i = 0; i < 5; i++) {
                struct lwnvme_buffer buffer =
                    lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offsets[i]), SIZE_MAX / 4);
                assert_int_equal(map_all(&buffer, 4096, pages * 4096), 1);
            }
        }
    }
    fake_end(&fake);
}

/* Lists of just so many entries, in device pages; PRP1 is not among them. */
static void list_of(uint32_t entries, uint32_t lists)
{
    uint32_t offsets[2] = {0, 2048};

    map_start(0, 4096, 16u << 20);
    trans_set(PAGES, 4096, UINT64_C(0x700000000));
    for (int i = 0; i < 2; i++) {
        /* From the middle of a page the same entries hold half a page less at either end. */
        uint32_t bytes = (entries + 1) * 4096 - 2 * offsets[i];
        struct lwnvme_buffer buffer =
            lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offsets[i]), SIZE_MAX / 4);
        struct place place = {&buffer, 0, 0};
        for (uint32_t slot = 0; slot < 3; slot++) {
            struct lwnvme_prp prp = {0, 0, 0, 0};
            uint32_t length = bytes;
            request_set(&buffer, 512, LWNVME_NVM_WRITE);
            assert_int_equal(lwnvme_map(&fake.queue, &request, slot, &length, &prp), 0);
            assert_int_equal(length, bytes);
            assert_int_equal(check_prp(&prp, place, length, 4096), lists);
        }
    }
    fake_end(&fake);
}

static void fault_069_list_of_2_entries(void **state)
{
    (void)state;
    list_of(2, 1);
}

static void fault_069_list_of_510_entries(void **state)
{
    (void)state;
    list_of(510, 1);
}

/* The last place of a list page stays free although the data end there. */
static void fault_070_list_of_511_entries_fills_all_but_the_last(void **state)
{
    (void)state;
    list_of(511, 1);
}

static void fault_069_list_of_exactly_512_entries(void **state)
{
    (void)state;
    list_of(512, 2);
}

static void fault_069_list_of_513_entries(void **state)
{
    (void)state;
    list_of(513, 2);
}

static void fault_069_lists_around_two_and_three_pages(void **state)
{
    (void)state;
    list_of(1021, 2);
    list_of(1022, 2);
    list_of(1023, 3);
    list_of(1024, 3);
    list_of(1533, 3);
    list_of(1534, 4);
    list_of(4095, 9);
}

/* Lists of several slots that share a page: none touches another's, none reaches the page's last entry. */
static void lists_of_all_slots_at_once(void **state)
{
    static const uint32_t transfers[] = {8192, 16384, 131072, 524288, 1u << 20, 2u << 20, 4u << 20};
    (void)state;
    for (size_t t = 0; t < sizeof(transfers) / sizeof(transfers[0]); t++) {
        struct lwnvme_prp prps[40];
        struct lwnvme_buffer buffers[40];
        uint32_t slots = transfers[t] > (1u << 20) ? 8 : 40;
        fake_host(&fake, 0);
        fake_controller(&fake, 4096, transfers[t]);
        fake_queue(&fake, slots + 1);
        fake.translate = translate;
        trans_set(PAGES, 4096, UINT64_C(0x900000000));
        for (uint32_t slot = 0; slot < slots; slot++) {
            uint32_t length = transfers[t];
            buffers[slot] = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + slot * 8192 + 4), SIZE_MAX / 4);
            request_set(&buffers[slot], 512, LWNVME_NVM_WRITE);
            assert_int_equal(lwnvme_map(&fake.queue, &request, slot, &length, &prps[slot]), 0);
            assert_int_equal(length, transfers[t]);
        }
        for (uint32_t slot = 0; slot < slots; slot++) {
            struct place place = {&buffers[slot], 0, 0};
            check_prp(&prps[slot], place, transfers[t], 4096);
        }
        fake_end(&fake);
    }
}

/* Host pages smaller than the controller's: what lies scattered in them is cut at blocks, or refused. */
static void fault_075_host_pages_smaller_than_device_pages(void **state)
{
    (void)state;
    map_start(0, 16384, 131072);
    trans_set(PAGES, 4096, UINT64_C(0x600000000));
    for (uint32_t blocks = 1; blocks < 100; blocks += 7) {
        for (uint32_t offset = 0; offset < 4096; offset += 508) {
            struct lwnvme_buffer buffer =
                lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), SIZE_MAX / 4);
            (void)map_all(&buffer, 512, blocks * 512);
        }
    }
    struct lwnvme_buffer aligned = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    assert_true(map_all(&aligned, 512, 65536) > 1);
    assert_int_equal(map_all(&aligned, 8192, 8192), 0);
    fake_end(&fake);
}

/* ---- segment lists ---- */

static struct lwnvme_segment segments[600];

static void segment_lists(uint32_t flags, enum kind kind)
{
    uint32_t mapped = 0;
    uint32_t refused = 0;

    map_start(0, 4096, 131072);
    trans_set(kind, 4096, UINT64_C(0x440000000));
    for (uint32_t round = 0; round < 1500; round++) {
        uint32_t count = 1 + noise(round) % 24;
        uint64_t address = DATA_BASE;
        uint32_t sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t dice = noise(round * 64 + i);
            uint32_t length = 4096;
            switch (dice % 6) {
            case 0:
                length = 4 + dice / 8 % 600 / 4 * 4;
                break;
            case 1:
                length = 512 * (1 + dice / 8 % 16);
                break;
            case 2:
                length = 4096 * (1 + dice / 8 % 4);
                break;
            default:
                break;
            }
            if (dice / 256 % 4 == 0) {
                address += 4 * (dice / 1024 % 3000); /* a hole */
            } else if (dice / 256 % 4 != 1) {
                address = (address + 4095) & ~UINT64_C(4095);
                address += 4096 * (dice / 1024 % 3);
            }
            segments[i].address = address;
            segments[i].length_bytes = length;
            address += length;
            sum += length;
        }
        struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, count, flags);
        uint32_t block = 512u << round % 4;
        uint32_t total = sum / block * block;
        if (total == 0) {
            continue;
        }
        assert_int_equal(lwnvme_buffer_check(&buffer, total), 0);
        if (map_all(&buffer, block, total) != 0) {
            mapped++;
        } else {
            refused++;
        }
    }
    /* Both ways out have been taken, or the test is worth nothing. */
    assert_true(mapped > 100);
    assert_true(refused > 100);
    fake_end(&fake);
}

static void fault_075_segments_with_holes_in_one_run(void **state)
{
    (void)state;
    segment_lists(0, ONE_RUN);
}

static void fault_075_segments_with_holes_in_pages(void **state)
{
    (void)state;
    segment_lists(0, PAGES);
}

static void fault_075_segments_at_device_addresses(void **state)
{
    (void)state;
    segment_lists(LWNVME_BUFFER_DEVICE_ADDRESS, ONE_RUN);
}

static void fault_142_tiny_segments_that_run_on(void **state)
{
    (void)state;
    map_start(0, 4096, 131072);
    trans_set(ONE_RUN, 0, UINT64_C(0x440000000));
    for (uint32_t i = 0; i < 512; i++) {
        segments[i].address = DATA_BASE + 8 + i * 4u;
        segments[i].length_bytes = 4;
    }
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 512, 0);
    assert_int_equal(map_all(&buffer, 512, 2048), 1);
    assert_int_equal(fake.maps_made, 1); /* and the host is asked for them as one */
    fake_end(&fake);
}

/* No further than the command, however long the last segment is; and what nobody wants is nobody's neighbour. */
static void neighbours_are_one_as_far_as_they_are_wanted(void **state)
{
    struct lwnvme_segment list[3] = {{0x1000, 4096}, {0x2000, SIZE_MAX & ~(size_t)4095}, {0x5000, 4}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(list, 3, LWNVME_BUFFER_DEVICE_ADDRESS);
    struct lwnvme_position position = {0, 0};
    size_t run = 8192;

    (void)state;
    assert_true(lwnvme_position_next(&buffer, &position, &run) == 0x1000 && run == 8192);
    position.offset = 6144; /* it may lie behind its segment */
    run = 2048;
    assert_true(lwnvme_position_next(&buffer, &position, &run) == 0x2800 && run == 2048);
    assert_true(position.index == 1 && position.offset == 2048);
    position.index = 0;
    position.offset = 4;
    list[1].address = 0x2004;
    run = 8192;
    assert_true(lwnvme_position_next(&buffer, &position, &run) == 0x1004 && run == 4092);
    list[0].address = LWNVME_SEGMENT_SKIP;
    list[0].length_bytes = 0x2005;
    position.offset = 0;
    run = 0x4000;
    assert_true(lwnvme_position_next(&buffer, &position, &run) == LWNVME_SEGMENT_SKIP && run == 0x2005);
}

static void fault_142_overlapping_segments_are_the_callers_wish(void **state)
{
    (void)state;
    map_start(0, 4096, 131072);
    trans_set(ONE_RUN, 0, UINT64_C(0x440000000));
    for (uint32_t i = 0; i < 4; i++) {
        segments[i].address = DATA_BASE;
        segments[i].length_bytes = 4096;
    }
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 4, 0);
    assert_int_equal(map_all(&buffer, 512, 16384), 1);
    fake_end(&fake);
}

/* ---- the check of buffers beforehand ---- */

static int check(uint64_t address, size_t length, uint32_t flags, uint64_t needed)
{
    struct lwnvme_buffer buffer = {address, length, NULL, 0, flags, 0, 0};
    return lwnvme_buffer_check(&buffer, needed);
}

static void fault_068_contiguous_buffers_are_checked(void **state)
{
    (void)state;
    assert_int_equal(check(0, 512, 0, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(check(0, 512, LWNVME_BUFFER_DEVICE_ADDRESS, 512), 0);
    for (uint32_t low = 1; low < 4; low++) {
        assert_int_equal(check(0x1000 + low, 512, 0, 512), LWNVME_ERR_BUFFER_ALIGNMENT);
        assert_int_equal(check(0x1000 + low, 512, LWNVME_BUFFER_DEVICE_ADDRESS, 512),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
    }
    assert_int_equal(check(0x1004, 511, 0, 512), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(check(0x1004, 513, 0, 512), 0);
    assert_int_equal(check(0x1004, SIZE_MAX, 0, 512), 0);
    assert_int_equal(check(UINT64_MAX - 511, 512, LWNVME_BUFFER_DEVICE_ADDRESS, 512), 0);
    assert_int_equal(check(UINT64_MAX - 507, 512, LWNVME_BUFFER_DEVICE_ADDRESS, 512),
                     LWNVME_ERR_BUFFER_LENGTH);
}

static int check_two(uint64_t first, size_t first_length, uint64_t second, size_t second_length,
                     uint64_t needed)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 2, 0);
    segments[0].address = first;
    segments[0].length_bytes = first_length;
    segments[1].address = second;
    segments[1].length_bytes = second_length;
    return lwnvme_buffer_check(&buffer, needed);
}

static void fault_142_segments_are_checked(void **state)
{
    struct lwnvme_buffer none = lwnvme_buffer_segments(segments, 0, 0);
    (void)state;
    assert_int_equal(check_two(0x1000, 512, 0x9000, 512, 1024), 0);
    assert_int_equal(check_two(0x1002, 512, 0x9000, 512, 1024), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(check_two(0x1000, 512, 0x9001, 512, 1024), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(check_two(0x1000, 510, 0x9000, 514, 1024), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(check_two(0x1000, 0, 0x9000, 1024, 1024), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(check_two(0x1000, 512, 0x9000, 508, 1024), LWNVME_ERR_BUFFER_LENGTH);
    /* What lies beyond the transfer is not looked at. */
    assert_int_equal(check_two(0x1000, 512, 0x9001, 0, 512), 0);
    assert_int_equal(check_two(UINT64_MAX - 3, 8, 0x9000, 512, 512), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_buffer_check(&none, 512), LWNVME_ERR_BUFFER_LENGTH);
}

/* ---- hosts that fail, lie, or run out ---- */

static void fault_136_dma_map_fails_at_each_run(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + 512), SIZE_MAX / 4);
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(PAGES, 4096, UINT64_C(0x300000000));
    for (uint32_t at = 1; at <= 17; at++) {
        struct lwnvme_prp prp = {0, 0, 0, 0};
        uint32_t length = 65536;
        int status;
        fake.maps_made = 0;
        fake.unmaps = 0;
        fake.map_fails_at = at;
        request_set(&buffer, 512, LWNVME_NVM_WRITE);
        status = lwnvme_map(&fake.queue, &request, 1, &length, &prp);
        assert_int_equal(status, LWNVME_ERR_DMA_MAP);
        assert_int_equal(fake.unmaps, at - 1);
        assert_int_equal(fake.map_count, 0);
        assert_int_equal(request.segment_index, 0);
        assert_int_equal(request.segment_offset, 0);
        /* The same slot and request work the next time. */
        fake.map_fails_at = 0;
        length = 65536;
        assert_int_equal(lwnvme_map(&fake.queue, &request, 1, &length, &prp), 0);
        assert_int_equal(fake.map_count, 17);
        lwnvme_unmap(&fake.queue, 1, LWNVME_TO_DEVICE);
        lwnvme_unmap(&fake.queue, 1, LWNVME_TO_DEVICE);
        assert_int_equal(fake.map_count, 0);
    }
    fake_end(&fake);
}

/* A piece that is mapped again after a cut is unmapped in between. */
static void fault_136_second_look_fails_at_each_run(void **state)
{
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(PAGES, 4096, UINT64_C(0x300000000));
    for (uint32_t i = 0; i < 8; i++) {
        segments[i].address = DATA_BASE + i * 8192u;
        segments[i].length_bytes = 4096;
    }
    segments[8].address = DATA_BASE + 8 * 8192u + 512; /* a hole before it */
    segments[8].length_bytes = 4096;
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 9, 0);
    for (uint32_t at = 1; at <= 18; at++) {
        struct lwnvme_prp prp = {0, 0, 0, 0};
        uint32_t length = 9 * 4096;
        int status;
        fake.maps_made = 0;
        fake.map_fails_at = at;
        request_set(&buffer, 512, LWNVME_NVM_WRITE);
        status = lwnvme_map(&fake.queue, &request, 2, &length, &prp);
        if (at <= 17) {
            assert_int_equal(status, LWNVME_ERR_DMA_MAP);
            assert_int_equal(fake.map_count, 0);
        } else {
            assert_int_equal(status, 0);
            assert_int_equal(length, 8 * 4096);
            assert_int_equal(fake.map_count, 8);
            lwnvme_unmap(&fake.queue, 2, LWNVME_TO_DEVICE);
        }
        assert_int_equal(fake.map_count, 0);
    }
    fake_end(&fake);
}

static bool translate_to_nothing(struct fake *host, uintptr_t address, size_t length, uint64_t *dma,
                                 size_t *run)
{
    (void)host;
    (void)address;
    (void)length;
    *dma = 0x1000;
    *run = 0;
    return true;
}

static bool translate_unaligned(struct fake *host, uintptr_t address, size_t length, uint64_t *dma,
                                size_t *run)
{
    (void)host;
    *dma = address + 2;
    *run = length;
    return true;
}

static int map_one(uint32_t bytes)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t length = bytes;
    int status;
    request_set(&buffer, 512, LWNVME_NVM_READ);
    status = lwnvme_map(&fake.queue, &request, 0, &length, &prp);
    if (status == 0) {
        lwnvme_unmap(&fake.queue, 0, LWNVME_FROM_DEVICE);
    }
    assert_int_equal(fake.map_count, 0);
    return status;
}

static void dma_map_that_gives_no_bytes_or_unaligned_ones(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_UNMAP; options += FAKE_UNMAP) {
        map_start(options, 4096, 131072);
        fake.translate = translate_to_nothing;
        assert_int_equal(map_one(4096), LWNVME_ERR_DMA_MAP);
        fake.translate = translate_unaligned;
        assert_int_equal(map_one(4096), LWNVME_ERR_BUFFER_ALIGNMENT);
        fake.translate = translate;
        trans_set(ONE_RUN_MORE, 0, 0x5000);
        assert_int_equal(map_one(4096), 0);
        fake_end(&fake);
    }
}

static void fault_137_reach_of_48_and_64_bits(void **state)
{
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(ONE_RUN, 0, UINT64_MAX - 8191);
    assert_int_equal(map_one(8192), 0);
    trans_set(ONE_RUN, 0, UINT64_MAX - 8187);
    assert_int_equal(map_one(8192), LWNVME_ERR_DMA_LIMIT);
    trans_set(ONE_RUN, 0, 0);
    assert_int_equal(map_one(8192), 0);
    fake.controller.quirks = LWNVME_QUIRK_DMA_48_BITS;
    trans_set(ONE_RUN, 0, (UINT64_C(1) << 48) - 8192);
    assert_int_equal(map_one(8192), 0);
    trans_set(ONE_RUN, 0, (UINT64_C(1) << 48) - 8188);
    assert_int_equal(map_one(8192), LWNVME_ERR_DMA_LIMIT);
    trans_set(ONE_RUN, 0, UINT64_C(1) << 48);
    assert_int_equal(map_one(512), LWNVME_ERR_DMA_LIMIT);
    fake_end(&fake);
}

static void data_at_the_last_pages_of_the_address_space(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    (void)state;
    map_start(0, 4096, 131072);
    trans_set(LAST_PAGES, 0, UINT64_MAX - 65535);
    assert_int_equal(map_all(&buffer, 512, 65536), 1);
    fake_end(&fake);
}

/* The table of mappings is made for pages; a host that gives shorter runs gets shorter commands. */
static void fault_136_table_of_mappings_runs_out(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t length = 131072;
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(PAIRS, 512, UINT64_C(0x300000000));
    /* Each run is 1024 bytes; contiguous ones would need no table, but these are joined by address only. */
    trans_set(SHORT_RUNS, 0, UINT64_C(0x300000000));
    request_set(&buffer, 512, LWNVME_NVM_READ);
    assert_int_equal(lwnvme_map(&fake.queue, &request, 0, &length, &prp), 0);
    assert_true(length != 0 && length < 131072 && length % 512 == 0);
    assert_true(fake.map_count <= fake.queue.mappings_per_slot);
    assert_int_equal(request.segment_offset, length);
    struct place place = {&buffer, 0, 0};
    check_prp(&prp, place, length, 4096);
    lwnvme_unmap(&fake.queue, 0, LWNVME_FROM_DEVICE);
    assert_int_equal(fake.map_count, 0);
    fake_end(&fake);
}

static void whole_pages_need_no_more_mappings_than_there_are(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + 4092), SIZE_MAX / 4);
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(PAGES, 4096, UINT64_C(0x300000000));
    assert_int_equal(map_all(&buffer, 512, 131072), 1);
    fake_end(&fake);
}

/* A command without blocks cannot be cut. */
static void fault_075_raw_transfer_with_a_hole_is_refused(void **state)
{
    struct lwnvme_prp prp = {0, 0, 0, 0};
    uint32_t length = 8192;
    (void)state;
    map_start(FAKE_UNMAP, 4096, 131072);
    trans_set(ONE_RUN, 0, 0x300000000);
    segments[0].address = DATA_BASE;
    segments[0].length_bytes = 4096;
    segments[1].address = DATA_BASE + 4096 + 512;
    segments[1].length_bytes = 4096;
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 2, 0);
    request_set(&buffer, 8192, LWNVME_NVM_READ);
    request.block_count = 0;
    assert_int_equal(lwnvme_map(&fake.queue, &request, 0, &length, &prp), LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(fake.map_count, 0);
    fake_end(&fake);
}

static void a_controller_that_takes_one_page_needs_no_lists(void **state)
{
    (void)state;
    map_start(0, 4096, 4096);
    assert_null(fake.queue.lists);
    trans_set(PAGES, 4096, UINT64_C(0x300000000));
    for (uint32_t offset = 0; offset < 4096; offset += 4) {
        struct lwnvme_buffer buffer =
            lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), SIZE_MAX / 4);
        assert_int_equal(map_all(&buffer, 512, 4096), 1);
        assert_int_equal(map_all(&buffer, 512, 16384), 4);
    }
    fake_end(&fake);
}

/* The straight path's PRP2 agrees with the mapper's. */
static void further_pages_of_the_straight_path(void **state)
{
    (void)state;
    map_start(0, 4096, 4u << 20);
    trans_set(ONE_RUN, 0, UINT64_C(0x300000000));
    for (uint32_t bytes = 512; bytes <= 4u << 20; bytes += bytes < 40000 ? 512 : 262144 - 512) {
        for (uint32_t offset = 0; offset < 4096; offset += 1020) {
            struct lwnvme_buffer buffer =
                lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + offset), SIZE_MAX / 4);
            struct place place = {&buffer, 0, 0};
            struct lwnvme_prp prp = {trans.base + offset, 0, 0, 0};
            if (offset + bytes > 4096) {
                prp.prp2 = lwnvme_map_further_pages(&fake.queue, prp.prp1, offset + bytes);
            }
            check_prp(&prp, place, bytes, 4096);
        }
    }
    for (uint32_t entries = 505; entries < 1040; entries++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + 4), SIZE_MAX / 4);
        struct place place = {&buffer, 0, 0};
        struct lwnvme_prp prp = {trans.base + 4, 0, 0, 0};
        prp.prp2 = lwnvme_map_further_pages(&fake.queue, prp.prp1, 4 + entries * 4096);
        assert_int_equal(check_prp(&prp, place, entries * 4096, 4096), entries <= 511    ? 1
                                                                       : entries <= 1022 ? 2
                                                                                         : 3);
    }
    fake_end(&fake);
}

/* ---- cache maintenance ---- */

static void fault_139_lists_are_synced_whole(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    (void)state;
    map_start(FAKE_SYNC, 4096, 4u << 20);
    trans_set(PAGES, 4096, UINT64_C(0x300000000));
    for (uint32_t pages = 1; pages <= 1024; pages += pages < 4 ? 1 : 85) {
        struct lwnvme_prp prp = {0, 0, 0, 0};
        uint32_t length = pages * 4096;
        request_set(&buffer, 512, LWNVME_NVM_READ);
        fake.sync_count = 0;
        assert_int_equal(lwnvme_map(&fake.queue, &request, 1, &length, &prp), 0);
        if (pages <= 2) {
            assert_int_equal(fake.sync_count, 0);
            continue;
        }
        uint32_t entries = pages - 1;
        assert_int_equal(fake.sync_count, 1);
        assert_true(fake.syncs[0].address <= (uintptr_t)fake_dma_memory(&fake, prp.prp2, 8));
        assert_int_equal(fake.syncs[0].address + fake.syncs[0].length -
                             (uintptr_t)fake_dma_memory(&fake, prp.prp2, 8),
                         (entries + (entries - 1) / 511) * 8);
        assert_int_equal(fake.syncs[0].direction, LWNVME_TO_DEVICE);
        assert_true(fake.syncs[0].for_device);
    }
    fake_end(&fake);
}

static void fault_139_data_are_synced_just_as_far_as_they_go(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, SIZE_MAX / 4);
    (void)state;
    map_start(FAKE_SYNC, 4096, 131072);
    request_set(&buffer, 512, LWNVME_NVM_WRITE);
    request.block_count = 1000;
    fake.sync_count = 0;
    lwnvme_buffer_sync(&fake.queue, &request, true);
    assert_int_equal(fake.sync_count, 1);
    assert_int_equal(fake.syncs[0].address, DATA_BASE);
    assert_int_equal(fake.syncs[0].length, 512000);
    assert_int_equal(fake.syncs[0].direction, LWNVME_TO_DEVICE);
    for (uint32_t i = 0; i < 4; i++) {
        segments[i].address = DATA_BASE + i * 0x10000u;
        segments[i].length_bytes = 4096;
    }
    buffer = lwnvme_buffer_segments(segments, 4, 0);
    request_set(&buffer, 512, LWNVME_NVM_READ);
    request.block_count = 17; /* 8704 bytes */
    fake.sync_count = 0;
    lwnvme_buffer_sync(&fake.queue, &request, false);
    assert_int_equal(fake.sync_count, 3);
    assert_int_equal(fake.syncs[1].address, DATA_BASE + 0x10000);
    assert_int_equal(fake.syncs[1].length, 4096);
    assert_int_equal(fake.syncs[2].length, 512);
    assert_int_equal(fake.syncs[2].direction, LWNVME_FROM_DEVICE);
    assert_false(fake.syncs[2].for_device);
    buffer.flags = LWNVME_BUFFER_DEVICE_ADDRESS;
    request_set(&buffer, 512, LWNVME_NVM_READ);
    lwnvme_buffer_sync(&fake.queue, &request, false);
    buffer = lwnvme_buffer_cpu((void *)(uintptr_t)DATA_BASE, 512);
    request_set(&buffer, 0, LWNVME_NVM_FLUSH);
    lwnvme_buffer_sync(&fake.queue, &request, true);
    assert_int_equal(fake.sync_count, 3);
    request_set(&buffer, 64, LWNVME_NVM_DATASET_MANAGEMENT);
    request.block_count = 0;
    lwnvme_buffer_sync(&fake.queue, &request, true);
    assert_int_equal(fake.sync_count, 4);
    assert_int_equal(fake.syncs[3].length, 64);
    fake_end(&fake);
}

static void direction_is_in_the_opcode(void **state)
{
    (void)state;
    request.command.opcode = LWNVME_NVM_WRITE;
    assert_int_equal(lwnvme_request_direction(&request), LWNVME_TO_DEVICE);
    request.command.opcode = LWNVME_NVM_READ;
    assert_int_equal(lwnvme_request_direction(&request), LWNVME_FROM_DEVICE);
    request.command.opcode = LWNVME_NVM_FLUSH;
    assert_int_equal(lwnvme_request_direction(&request), LWNVME_NO_DATA);
    request.command.opcode = 0xc3;
    assert_int_equal(lwnvme_request_direction(&request), LWNVME_BIDIRECTIONAL);
}

/* Lists take no more memory than they need: what of it a queue takes is in the documents. */
static void lists_lie_close_together(void **state)
{
    static const struct {
        uint32_t max_transfer_bytes, entries, pages, stride_bytes, per_page;
    } rows[] = {
        {4096, 128, 0, 0, 0},      {8192, 64, 1, 64, 63},    {8192, 65, 2, 64, 63},
        {131072, 128, 9, 256, 15}, {131072, 16, 1, 256, 15}, {131072, 17, 2, 256, 15},
        {524288, 64, 21, 1024, 3}, {1048576, 8, 7, 2048, 1}, {2097152, 8, 14, 0, 0},
        {16777216, 4, 27, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fake_host(&fake, 0);
        fake_controller(&fake, 4096, rows[i].max_transfer_bytes);
        fake_queue(&fake, rows[i].entries);
        assert_int_equal(lwnvme_list_layout(&fake.queue, rows[i].entries), rows[i].pages * 4096);
        assert_int_equal(fake.queue.list_stride_bytes, rows[i].stride_bytes);
        assert_int_equal(fake.queue.lists_per_page, rows[i].per_page);
        for (uint32_t slot = 0; slot + 1 < rows[i].entries && rows[i].pages != 0; slot++) {
            uint32_t offset = lwnvme_list_offset(&fake.queue, slot);
            if (rows[i].per_page != 0)
                assert_int_equal(offset, slot / rows[i].per_page * 4096 +
                                             slot % rows[i].per_page * rows[i].stride_bytes);
            else
                assert_int_equal(offset, slot * (rows[i].pages / (rows[i].entries - 1)) * 4096);
        }
        fake_end(&fake);
    }
}

/* Without an alignment to keep, the last byte counts. */
static void segments_that_are_a_byte_short(void **state)
{
    struct lwnvme_segment parts[3] = {
        {DATA_BASE + 1, 300}, {LWNVME_SEGMENT_SKIP, 100}, {DATA_BASE + 4001, 112}};
    struct lwnvme_buffer buffer = {.segments = parts, .segment_count = 3};
    (void)state;
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 512, 0), 0);
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 513, 0), LWNVME_ERR_BUFFER_LENGTH);
    parts[2].length_bytes = 111;
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 512, 0), LWNVME_ERR_BUFFER_LENGTH);
    parts[1].length_bytes = 101;
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 512, 0), 0);
    parts[1].length_bytes = 0;
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 300, 0),
                     0); /* what is not needed is not looked at */
    assert_int_equal(lwnvme_buffer_check_aligned(&buffer, 301, 0), LWNVME_ERR_BUFFER_ALIGNMENT);
}

/* Up to the very last byte that there is, and not beyond. */
static void buffers_at_the_end_of_the_address_space(void **state)
{
    struct lwnvme_buffer buffer = {.address = (uintptr_t)0 - 512u, .length_bytes = 512};
    (void)state;
    assert_int_equal(lwnvme_buffer_check(&buffer, 512), 0);
    buffer.length_bytes = 516;
    assert_int_equal(lwnvme_buffer_check(&buffer, 516), LWNVME_ERR_BUFFER_LENGTH);
}

/* Lists that fill a page but for the chain pointer: one to a page. */
static void lists_that_take_a_page_each(void **state)
{
    (void)state;
    for (uint32_t entries = 505; entries <= 511; entries++) {
        fake_host(&fake, 0);
        fake_controller(&fake, 4096, entries * 4096u);
        fake_queue(&fake, 9);
        assert_int_equal(lwnvme_list_layout(&fake.queue, 9), 8u * 4096u);
        assert_int_equal(fake.queue.lists_per_page, 1);
        assert_int_equal(fake.queue.list_pages, 1);
        assert_int_equal(lwnvme_list_offset(&fake.queue, 3), 3u * 4096u);
        fake_end(&fake);
    }
}

/* More than the lists were made for: nothing is written beyond them, and the mapping ends. */
static void what_no_list_has_room_for(void **state)
{
    static const uint32_t most[3] = {4096, 131072, 4u << 20};
    (void)state;
    for (uint32_t kind = 0; kind < 3; kind++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(DATA_BASE + 4), SIZE_MAX / 4);
        struct lwnvme_prp prp = {0, 0, 0, 0};
        uint32_t length = 2 * most[kind] + 4096;
        map_start(FAKE_UNMAP, 4096, most[kind]);
        trans_set(ONE_RUN, 0, UINT64_C(0x300000000));
        if (kind != 0) {
            assert_true(lwnvme_map_further_pages(&fake.queue, trans.base, 2 * most[kind] + 8192) ==
                        LWNVME_NO_PRP);
        }
        if (kind != 1) { /* a part of a page: whoever calls keeps to the largest transfer */
            request_set(&buffer, 512, LWNVME_NVM_READ);
            assert_true(lwnvme_map(&fake.queue, &request, 0, &length, &prp) < 0);
            assert_true(prp.prp1 == 0 && prp.prp2 == 0);
            assert_int_equal(fake.map_count, 0);
        }
        fake_end(&fake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_that_take_a_page_each),
        cmocka_unit_test(what_no_list_has_room_for),
        cmocka_unit_test(fault_069_every_length_and_offset_with_4k_pages),
        cmocka_unit_test(fault_185_every_length_and_offset_with_16k_pages),
        cmocka_unit_test(fault_185_every_length_and_offset_with_64k_pages),
        cmocka_unit_test(every_dword_offset_of_a_page),
        cmocka_unit_test(large_transfers_to_4_mib),
        cmocka_unit_test(fault_069_list_of_2_entries),
        cmocka_unit_test(fault_069_list_of_510_entries),
        cmocka_unit_test(fault_070_list_of_511_entries_fills_all_but_the_last),
        cmocka_unit_test(fault_069_list_of_exactly_512_entries),
        cmocka_unit_test(fault_069_list_of_513_entries),
        cmocka_unit_test(fault_069_lists_around_two_and_three_pages),
        cmocka_unit_test(lists_of_all_slots_at_once),
        cmocka_unit_test(fault_075_host_pages_smaller_than_device_pages),
        cmocka_unit_test(fault_075_segments_with_holes_in_one_run),
        cmocka_unit_test(fault_075_segments_with_holes_in_pages),
        cmocka_unit_test(fault_075_segments_at_device_addresses),
        cmocka_unit_test(fault_142_tiny_segments_that_run_on),
        cmocka_unit_test(neighbours_are_one_as_far_as_they_are_wanted),
        cmocka_unit_test(fault_142_overlapping_segments_are_the_callers_wish),
        cmocka_unit_test(fault_068_contiguous_buffers_are_checked),
        cmocka_unit_test(fault_142_segments_are_checked),
        cmocka_unit_test(segments_that_are_a_byte_short),
        cmocka_unit_test(buffers_at_the_end_of_the_address_space),
        cmocka_unit_test(lists_lie_close_together),
        cmocka_unit_test(fault_136_dma_map_fails_at_each_run),
        cmocka_unit_test(fault_136_second_look_fails_at_each_run),
        cmocka_unit_test(dma_map_that_gives_no_bytes_or_unaligned_ones),
        cmocka_unit_test(fault_137_reach_of_48_and_64_bits),
        cmocka_unit_test(data_at_the_last_pages_of_the_address_space),
        cmocka_unit_test(fault_136_table_of_mappings_runs_out),
        cmocka_unit_test(whole_pages_need_no_more_mappings_than_there_are),
        cmocka_unit_test(fault_075_raw_transfer_with_a_hole_is_refused),
        cmocka_unit_test(a_controller_that_takes_one_page_needs_no_lists),
        cmocka_unit_test(further_pages_of_the_straight_path),
        cmocka_unit_test(fault_139_lists_are_synced_whole),
        cmocka_unit_test(fault_139_data_are_synced_just_as_far_as_they_go),
        cmocka_unit_test(direction_is_in_the_opcode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

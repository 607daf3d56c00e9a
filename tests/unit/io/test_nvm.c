/* SPDX-License-Identifier: MIT */
/* The NVM command set: every argument, and each command as it stands in the ring. */
#include "../support.h"

#include "../../../src/io/io_private.h"

#define BASE 0x20000000u

static struct fake fake;
static struct counted io;
static struct lwnvme_request *request = &io.request;
static uint32_t command[16];
static struct lwnvme_dsm_range ranges[257];

static void start(uint32_t options)
{
    fake_start(&fake, options, 8);
    counted_init(&io, &fake);
    memset(ranges, 0, sizeof(ranges));
}

static struct lwnvme_buffer buffer_of(size_t length)
{
    return lwnvme_buffer_cpu((void *)(uintptr_t)BASE, length);
}

static void serve(void)
{
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    assert_false(lwnvme_request_active(request));
    assert_int_equal(request->status, 0);
}

enum verb {
    READ,
    WRITE,
    COMPARE,
    FLUSH,
    WRITE_ZEROES,
    VERIFY,
    DSM,
    VERBS
};

static int call(enum verb verb, struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                struct lwnvme_request *what, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer = buffer_of(SIZE_MAX);
    switch (verb) {
    case READ:
        return lwnvme_read(queue, ns, what, lba, blocks, &buffer);
    case WRITE:
        return lwnvme_write(queue, ns, what, lba, blocks, &buffer);
    case COMPARE:
        return lwnvme_compare(queue, ns, what, lba, blocks, &buffer);
    case FLUSH:
        return lwnvme_flush(queue, ns, what);
    case WRITE_ZEROES:
        return lwnvme_write_zeroes(queue, ns, what, lba, blocks);
    case VERIFY:
        return lwnvme_verify(queue, ns, what, lba, blocks);
    default:
        lwnvme_dsm_range_set(&ranges[0], lba, blocks);
        return lwnvme_dataset_management(queue, ns, what, ranges, 1, LWNVME_DSM_DEALLOCATE);
    }
}

static void handles_are_checked_by_every_call(void **state)
{
    static struct lwnvme_queue closed;
    static struct lwnvme_namespace other;
    (void)state;
    for (uint32_t verb = 0; verb < VERBS; verb++) {
        enum verb v = (enum verb)verb;
        start(0);
        assert_int_equal(call(v, NULL, &fake.ns, request, 0, 1), LWNVME_ERR_NULL_ARGUMENT);
        assert_int_equal(call(v, &fake.queue, NULL, request, 0, 1), LWNVME_ERR_NULL_ARGUMENT);
        assert_int_equal(call(v, &fake.queue, &fake.ns, NULL, 0, 1), LWNVME_ERR_NULL_ARGUMENT);
        assert_int_equal(call(v, &closed, &fake.ns, request, 0, 1), LWNVME_ERR_QUEUE_CLOSED);
        assert_int_equal(call(v, &closed, &other, request, 0, 1), LWNVME_ERR_QUEUE_CLOSED);
        other = fake.ns;
        other.oncs = 0xffff;
        other.controller = NULL;
        other.incarnation = 0;
        other.straight_blocks = 0;
        assert_int_equal(call(v, &fake.queue, &other, request, 0, 1), LWNVME_ERR_NAMESPACE_CLOSED);
        other = fake.ns; /* of another controller, or of an earlier opening of this one */
        other.incarnation++;
        assert_int_equal(call(v, &fake.queue, &other, request, 0, 1), LWNVME_ERR_NAMESPACE_CLOSED);
        other = fake.ns;
        other.straight_blocks = 0;
        other.status = LWNVME_PENDING;
        assert_int_equal(call(v, &fake.queue, &other, request, 0, 1), LWNVME_ERR_NAMESPACE_CLOSED);
        other.status = LWNVME_ERR_NS_METADATA;
        assert_int_equal(call(v, &fake.queue, &other, request, 0, 1), LWNVME_ERR_NS_METADATA);
        other.status = 0x4002;
        assert_int_equal(call(v, &fake.queue, &other, request, 0, 1), 0x4002);
        assert_int_equal(fake_told(&fake), 0);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, 1), 0);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_REQUEST_ACTIVE);
        serve();
        assert_int_equal(io.called, 1);
        fake_end(&fake);
        memset(&other, 0, sizeof(other));
    }
}

static void fault_073_ranges_of_blocks(void **state)
{
    static const uint64_t last = (UINT64_C(1) << 54) - 1;
    (void)state;
    for (uint32_t verb = 0; verb < VERBS; verb++) {
        enum verb v = (enum verb)verb;
        if (v == FLUSH) {
            continue;
        }
        start(0);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, 0), LWNVME_ERR_ZERO_BLOCKS);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 1u << 20, 1), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, (1u << 20) - 1, 2), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, (1u << 20) + 1), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, UINT32_MAX), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, UINT64_MAX, 1), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, UINT64_MAX, 2), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, UINT64_MAX - 6, 8), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(fake_told(&fake), 0);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, (1u << 20) - 1, 1), 0);
        serve();
        fake.ns.block_count = last + 1;
        lwnvme_straight_allow(&fake.ns);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, last, 1), 0);
        serve();
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, last, 2), LWNVME_ERR_LBA_RANGE);
        if (v != DSM) {
            assert_true(((uint64_t)command[11] << 32 | command[10]) == last);
        }
        /* A namespace of a few blocks, less than a command may have. */
        fake.ns.block_count = 3;
        lwnvme_straight_allow(&fake.ns);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, 3), 0);
        serve();
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 0, 4), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, 1, 3), LWNVME_ERR_LBA_RANGE);
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, UINT64_MAX, 3), LWNVME_ERR_LBA_RANGE);
        fake_end(&fake);
    }
}

static void fault_076_081_what_the_controller_or_namespace_lacks(void **state)
{
    (void)state;
    start(0);
    fake.ns.oncs = (uint32_t)~LWNVME_ONCS_COMPARE;
    assert_int_equal(call(COMPARE, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_NO_COMPARE);
    fake.ns.oncs = (uint32_t)~LWNVME_ONCS_WRITE_ZEROES;
    assert_int_equal(call(WRITE_ZEROES, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_NO_WRITE_ZEROES);
    fake.ns.oncs = (uint32_t)~LWNVME_ONCS_VERIFY;
    assert_int_equal(call(VERIFY, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_NO_VERIFY);
    fake.ns.oncs = (uint32_t)~LWNVME_ONCS_DATASET_MANAGEMENT;
    assert_int_equal(call(DSM, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_NO_DATASET_MANAGEMENT);
    fake.ns.oncs = 0xffff;
    fake.ns.read_only = true;
    assert_int_equal(call(WRITE, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_READ_ONLY);
    assert_int_equal(call(WRITE_ZEROES, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_READ_ONLY);
    assert_int_equal(call(DSM, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_READ_ONLY);
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(
        lwnvme_dataset_management(&fake.queue, &fake.ns, request, ranges, 1, LWNVME_DSM_INTEGRAL_READ), 0);
    serve();
    assert_int_equal(call(READ, &fake.queue, &fake.ns, request, 0, 1), 0);
    serve();
    assert_int_equal(call(FLUSH, &fake.queue, &fake.ns, request, 0, 1), 0);
    serve();
    fake_end(&fake);
}

static void fault_068_buffers(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        struct lwnvme_buffer buffer = buffer_of(4096);
        start(options);
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, NULL), LWNVME_ERR_NULL_ARGUMENT);
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 9, &buffer),
                         LWNVME_ERR_BUFFER_LENGTH);
        buffer.address += 1;
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 1, &buffer),
                         LWNVME_ERR_BUFFER_ALIGNMENT);
        buffer = lwnvme_buffer_cpu(NULL, 4096);
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 1, &buffer),
                         LWNVME_ERR_NULL_ARGUMENT);
        buffer = buffer_of(4096);
        fake.map_fails_at = 1;
        fake.maps_made = 0;
        /* The long way asks again: a host that fails for once is given another chance. */
        int status = lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer);
        assert_true(status == LWNVME_ERR_DMA_MAP || (status == 0 && options == 0));
        if (status == 0) {
            serve();
        }
        fake.map_fails_at = 0;
        fake.ops.dma_map = NULL;
        fake.queue.slow |= LWNVME_SLOW_NO_MAP;
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), LWNVME_ERR_HOOK_DMA_MAP);
        buffer = lwnvme_buffer_device(0, 4096);
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), 0);
        serve();
        assert_int_equal(command[6] | command[7], 0);
        assert_int_equal(call(DSM, &fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_HOOK_DMA_MAP);
        fake_end(&fake);
    }
}

static void opcodes_and_options(void **state)
{
    static const struct {
        enum verb verb;
        uint32_t opcode;
    } rows[] = {{READ, 2}, {WRITE, 1}, {COMPARE, 5}, {WRITE_ZEROES, 8}, {VERIFY, 0x0c}};
    (void)state;
    start(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint32_t flags = 0; flags < 16; flags++) {
            request->flags = flags;
            assert_int_equal(call(rows[i].verb, &fake.queue, &fake.ns, request, 5, 3), 0);
            serve();
            assert_int_equal(command[0] & 0xffff, rows[i].opcode);
            assert_int_equal(command[1], 1);
            assert_int_equal(command[10], 5);
            assert_int_equal(command[11], 0);
            assert_int_equal(command[12] & 0xffff, 2);
            assert_int_equal(command[12] >> 30 & 1, flags & 1);
            assert_int_equal(command[12] >> 31, flags >> 1 & 1);
            assert_int_equal(command[12] >> 25 & 1, rows[i].verb == WRITE_ZEROES ? flags >> 3 : 0);
            assert_int_equal(command[12] & 0x3dff0000, 0);
            assert_int_equal(command[2] | command[3] | command[13] | command[14] | command[15], 0);
            if (rows[i].verb >= FLUSH) {
                assert_int_equal(command[6] | command[7] | command[8] | command[9], 0);
            }
            assert_int_equal(request->bytes_done, 3 * 512);
        }
    }
    request->flags = LWNVME_REQUEST_FUA | LWNVME_REQUEST_LIMITED_RETRY;
    assert_int_equal(call(FLUSH, &fake.queue, &fake.ns, request, 0, 0), 0);
    serve();
    assert_int_equal(command[0] & 0xffff, 0);
    for (uint32_t i = 2; i < 16; i++) {
        assert_int_equal(command[i], 0);
    }
    assert_int_equal(request->bytes_done, 0);
    fake_end(&fake);
}

/* The same request, used for one thing after another: nothing of the last command is left in the next. */
static void requests_are_used_again(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 2; options++) {
        start(options);
        for (uint32_t first = 0; first < VERBS; first++) {
            for (uint32_t second = 0; second < VERBS; second++) {
                uint32_t fresh[16];
                static struct counted clean;
                assert_int_equal(call((enum verb)first, &fake.queue, &fake.ns, request, 77, 300), 0);
                while (fake_told(&fake) != 0) {
                    fake_fetch(&fake, command);
                    fake_post(&fake, command[0] >> 16, 0x281);
                    (void)lwnvme_queue_poll(&fake.queue, 0);
                }
                assert_int_equal(request->status, 0x281);
                assert_int_equal(call((enum verb)second, &fake.queue, &fake.ns, request, 9, 2), 0);
                serve();
                memcpy(fresh, command, sizeof(fresh));
                counted_init(&clean, &fake);
                assert_int_equal(call((enum verb)second, &fake.queue, &fake.ns, &clean.request, 9, 2), 0);
                serve();
                for (uint32_t i = 1; i < 16; i++) {
                    assert_int_equal(command[i], fresh[i]);
                }
                assert_int_equal(command[0] & 0xffff, fresh[0] & 0xffff);
                assert_true(clean.request.bytes_done == request->bytes_done);
            }
        }
        fake_end(&fake);
    }
}

static void fault_077_dataset_management(void **state)
{
    (void)state;
    start(0);
    for (uint32_t i = 0; i < 257; i++) {
        lwnvme_dsm_range_set(&ranges[i], i * 8, 8);
    }
    struct lwnvme_queue *queue = &fake.queue;
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, NULL, 1, 4),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, ranges, 0, 4),
                     LWNVME_ERR_RANGE_COUNT);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, ranges, 257, 4),
                     LWNVME_ERR_RANGE_COUNT);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, ranges, 1, 8),
                     LWNVME_ERR_INVALID_ARGUMENT);
    static union {
        struct lwnvme_dsm_range range[2];
        uint32_t aligned[8];
    } shifted;
    memcpy((uint8_t *)&shifted + 2, &ranges[0], sizeof(ranges[0]));
    const struct lwnvme_dsm_range *odd =
        (const struct lwnvme_dsm_range *)(const void *)((const uint8_t *)&shifted + 2);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, odd, 1, 4),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    lwnvme_dsm_range_set(&ranges[255], 1u << 20, 1);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, ranges, 256, 4),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(lwnvme_dataset_management(queue, &fake.ns, request, ranges, 255, 7), 0);
    fake_fetch(&fake, command);
    assert_int_equal(command[0] & 0xffff, 9);
    assert_int_equal(command[10], 254);
    assert_int_equal(command[11], 7);
    assert_int_equal(command[12] | command[13] | command[14] | command[15], 0);
    assert_true(((uint64_t)command[7] << 32 | command[6]) == (uintptr_t)ranges + fake.map_offset);
    fake_post(&fake, command[0] >> 16, 0);
    (void)lwnvme_queue_poll(queue, 0);
    assert_int_equal(request->bytes_done, 255 * 16);
    const uint8_t *bytes = (const uint8_t *)&ranges[1];
    assert_int_equal(bytes[4], 8); /* NLB is at 4, SLBA at 8 */
    assert_int_equal(bytes[8], 8);
    fake_end(&fake);
}

/* Reads and writes that fit the straight path and the same with dma_unmap, compared command by command. */
static void straight_and_long_way_say_the_same(void **state)
{
    (void)state;
    for (uint32_t blocks = 1; blocks <= 256; blocks += 5) {
        for (uint32_t offset = 0; offset < 4096; offset += 508) {
            uint32_t commands[2][16];
            for (uint32_t options = 0; options < 2; options++) {
                struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(BASE + offset), SIZE_MAX);
                start(options);
                assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 1000, blocks, &buffer), 0);
                serve();
                memcpy(commands[options], command, sizeof(command));
                assert_int_equal(request->bytes_done, blocks * 512);
                fake_end(&fake);
            }
            for (uint32_t i = 0; i < 16; i++) {
                assert_int_equal(commands[0][i], commands[1][i]);
            }
        }
    }
}

static void unknown_flags_are_refused(void **state)
{
    struct lwnvme_command raw = {.opcode = 0x80};
    (void)state;
    start(0);
    for (uint32_t bit = 7; bit < 32; bit++) {
        request->flags = 1u << bit | LWNVME_REQUEST_FUA;
        if (1u << bit == LWNVME_REQUEST_REPEAT) {
            continue;
        }
        for (uint32_t verb = 0; verb < VERBS; verb++) {
            assert_int_equal(call((enum verb)verb, &fake.queue, &fake.ns, request, 0, 1),
                             LWNVME_ERR_INVALID_ARGUMENT);
        }
        assert_int_equal(lwnvme_raw(&fake.queue, request, &raw, NULL), LWNVME_ERR_INVALID_ARGUMENT);
    }
    assert_false(lwnvme_request_active(request));
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

/* The host's direct map, an offset away from what dma_map would say, so that it shows who has translated. */
#define MAP_BASE  0x20000000u
#define MAP_BYTES 0x100000u
#define MAP_DMA   UINT64_C(0x5500000000)
#define HOOK      UINT64_C(0x7700000000)

static void start_with_direct_map(uint32_t options, struct lwnvme_direct_map map)
{
    fake_host(&fake, options);
    fake.map_offset = HOOK;
    fake_controller(&fake, 4096, 131072);
    fake.controller.config.direct_map = map;
    fake_queue(&fake, 8);
    fake_namespace(&fake, 9, 1u << 20);
    counted_init(&io, &fake);
}

/* Reads blocks to an address; the device addresses that the controller was told, page by page. */
static uint64_t read_at(uint64_t address, uint32_t blocks, uint32_t *maps)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)address, (size_t)blocks * 512);
    uint64_t prp1;
    uint64_t prp2;

    fake.maps_made = 0;
    fake.map_count = 0;
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 5, blocks, &buffer), 0);
    *maps = fake.maps_made;
    serve();
    assert_int_equal(command[10], 5);
    assert_int_equal(command[12], blocks - 1);
    prp1 = command[6] | (uint64_t)command[7] << 32;
    prp2 = command[8] | (uint64_t)command[9] << 32;
    if ((prp1 & 4095) + blocks * UINT64_C(512) <= 4096) {
        assert_true(prp2 == 0);
    } else if ((prp1 & 4095) + blocks * UINT64_C(512) <= 8192) {
        assert_true(prp2 == (prp1 | 4095) + 1);
    } else {
        const uint64_t *list = fake_dma_memory(&fake, prp2, 8);
        uint64_t pages = ((prp1 & 4095) + blocks * UINT64_C(512) + 4095) / 4096 - 1;

        for (uint64_t i = 0; i < pages; i++) {
            assert_true(lwnvme_order64(list[i]) == (prp1 | 4095) + 1 + i * 4096);
        }
    }
    return prp1;
}

static void direct_map_translates_what_lies_in_it(void **state)
{
    const struct lwnvme_direct_map map = {MAP_BASE, MAP_DMA, MAP_BYTES};
    static const uint32_t blocks[] = {1, 7, 8, 9, 16, 17, 24, 255, 256};
    static const uint32_t offsets[] = {0, 4, 512, 3584, 4092, 0x7f000, MAP_BYTES - 131072 - 4};
    uint32_t maps;
    (void)state;
    if (LWNVME_CONFIG_STRAIGHT == 0)
        skip();
    start_with_direct_map(0, map);
    for (uint32_t b = 0; b < 9; b++) {
        for (uint32_t o = 0; o < 7; o++) {
            assert_true(read_at(MAP_BASE + offsets[o], blocks[b], &maps) == MAP_DMA + offsets[o]);
            assert_int_equal(maps, 0);
        }
        /* Before and behind it, and where the largest transfer would not end in it, the hook is asked. */
        assert_true(read_at(MAP_BASE - 4, blocks[b], &maps) == HOOK + MAP_BASE - 4);
        assert_int_equal(maps, 1);
        assert_true(read_at(MAP_BASE + MAP_BYTES - 131072, blocks[b], &maps) ==
                    HOOK + MAP_BASE + MAP_BYTES - 131072);
        assert_int_equal(maps, 1);
    }
    fake_end(&fake);
}

/* One that is too short, not there, or in another place of the page, and hosts that want to know of each mapping. */
static void direct_map_that_cannot_serve_is_not_used(void **state)
{
    static const struct lwnvme_direct_map bad[] = {
        {MAP_BASE, MAP_DMA, 0}, {MAP_BASE, MAP_DMA, 131071}, {MAP_BASE, MAP_DMA + 512, MAP_BYTES}};
    static const uint32_t options[] = {FAKE_UNMAP, FAKE_SYNC};
    const struct lwnvme_direct_map good = {MAP_BASE, MAP_DMA, MAP_BYTES};
    uint32_t maps;
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        start_with_direct_map(i < 3 ? 0 : options[i - 3], i < 3 ? bad[i] : good);
        assert_true(read_at(MAP_BASE + 0x1000, 8, &maps) == HOOK + MAP_BASE + 0x1000);
        assert_true(maps >= 1);
        fake_end(&fake);
    }
}

/* Buffers that cannot serve are refused as ever, and the last blocks of the namespace can be read. */
static void direct_map_changes_no_answer(void **state)
{
    const struct lwnvme_direct_map map = {MAP_BASE, MAP_DMA, MAP_BYTES};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)(MAP_BASE + 2), 4096);
    (void)state;
    start_with_direct_map(0, map);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), LWNVME_ERR_BUFFER_ALIGNMENT);
    buffer = lwnvme_buffer_cpu((void *)(uintptr_t)MAP_BASE, 4095);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    buffer = lwnvme_buffer_cpu(NULL, 4096);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), LWNVME_ERR_NULL_ARGUMENT);
    buffer = lwnvme_buffer_cpu((void *)(uintptr_t)MAP_BASE, 131072);
    for (uint32_t blocks = 1; blocks <= 256; blocks <<= 1) {
        uint64_t last = fake.ns.block_count - blocks;

        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, last, blocks, &buffer), 0);
        serve();
        assert_int_equal(command[10], last);
        assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, last + 1, blocks, &buffer),
                         LWNVME_ERR_LBA_RANGE);
        assert_int_equal(
            lwnvme_read(&fake.queue, &fake.ns, request, UINT64_MAX - blocks + 1, blocks, &buffer),
            LWNVME_ERR_LBA_RANGE);
    }
    fake_end(&fake);
}

/* One that begins at address 0 would make NULL an address like any other. */
static void direct_map_from_address_0_is_not_used(void **state)
{
    const struct lwnvme_direct_map map = {0, 0, MAP_BASE + MAP_BYTES};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(NULL, 4096);
    uint32_t maps;
    (void)state;
    start_with_direct_map(0, map);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 8, &buffer), LWNVME_ERR_NULL_ARGUMENT);
    assert_true(read_at(MAP_BASE, 8, &maps) == HOOK + MAP_BASE);
    assert_int_equal(maps, 1);
    fake_end(&fake);
}

static uint32_t dressed;

static int count_begin(struct lwnvme_request *about)
{
    (void)about;
    dressed++;
    return LWNVME_OK;
}

static void count_piece(const struct lwnvme_request *about, uint32_t *sqe)
{
    (void)about;
    (void)sqe;
}

static void count_end(struct lwnvme_request *about)
{
    (void)about;
    dressed++;
}

/* What a namespace's format asks of its requests is asked of each, whoever lets it be used again: none goes straight. */
static void dressed_namespaces_have_no_straight_path(void **state)
{
    static const struct lwnvme_dress dress = {.begin = count_begin, .piece = count_piece, .end = count_end};
    const struct lwnvme_direct_map map = {MAP_BASE, MAP_DMA, MAP_BYTES};
    uint32_t maps;
    (void)state;
    start_with_direct_map(0, map);
    fake.ns.dress = &dress;
    lwnvme_straight_allow(&fake.ns);
    dressed = 0;
    (void)read_at(MAP_BASE, 8, &maps);
    assert_int_equal(dressed, 2);
    fake_end(&fake);
}

/* A command of the long way that fails or succeeds is never taken for one of the straight path, whatever its place and
 * its slot were used for before. */
static void slots_change_between_straight_and_plain(void **state)
{
    const struct lwnvme_direct_map map = {MAP_BASE, MAP_DMA, MAP_BYTES};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)MAP_BASE, 4096);
    (void)state;
    start_with_direct_map(0, map);
    for (uint32_t i = 0; i < 1000; i++) {
        bool fails = i % 5 == 3;

        request->flags = i % 3 == 1 ? LWNVME_REQUEST_FUA : 0;
        assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, i, 8, &buffer), 0);
        fake_fetch(&fake, command);
        assert_int_equal(command[12], 7 | (i % 3 == 1 ? 1u << 30 : 0));
        fake_post(&fake, command[0] >> 16, fails ? 0x281 : 0);
        fake_post(&fake, command[0] >> 16, 0); /* twice: the second answers nothing */
        io.called = 0;
        assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 2);
        assert_int_equal(io.called, 1);
        assert_int_equal(request->status, fails ? 0x281 : 0);
        assert_int_equal(request->bytes_done, fails ? 0 : 4096);
    }
    assert_int_equal(lwnvme_queue_stale(&fake.queue), 1000);
    fake_end(&fake);
}

static uint8_t
    pages[(LWNVME_CONFIG_ADMIN_PAGES + 1) * LWNVME_PAGE_MIN]; /* Identify Controller is in the last one */

static void directives_that_cannot_be_are_refused(void **state)
{
    struct lwnvme_buffer buffer = buffer_of(512);
    (void)state;
    start(0);
    fake.controller.pages = pages;
    memset(pages, 0, sizeof(pages));
    fake.controller.info.oacs = LWNVME_OACS_DIRECTIVES;
    request->directive = lwnvme_directive_placement(3);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 1, &buffer), LWNVME_ERR_NO_FDP);
    request->directive = 3; /* of no type */
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 1, &buffer),
                     LWNVME_ERR_INVALID_ARGUMENT);
    request->directive = lwnvme_directive_stream(3) | 0x100000u; /* of one that does not exist */
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 1, &buffer),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_write_zeroes(&fake.queue, &fake.ns, request, 0, 1), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(fake_told(&fake), 0);
    request->directive = lwnvme_directive_stream(3);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 1, &buffer), 0);
    serve();
    assert_int_equal(command[12], 1u << 20);
    assert_int_equal(command[13], 3u << 16);
    fake.controller.pages = NULL;
    fake_end(&fake);
}

static size_t short_run;
static uint32_t odd_bits;

static bool translate_oddly(struct fake *host, uintptr_t address, size_t length, uint64_t *dma, size_t *run)
{
    (void)host;
    *dma = (address & ~(uintptr_t)4095) * 3 + (address & 4095) + odd_bits;
    *run = short_run != 0 && short_run < length ? short_run : length;
    return true;
}

/* The straight path has one piece of memory, at dwords, with as long a list as a transfer needs. What else there is goes
 * the long way, which cuts it or says what is wrong. */
static void what_the_straight_path_cannot_express(void **state)
{
    struct lwnvme_buffer buffer = buffer_of(16 * 4096);
    (void)state;
    start(0);
    fake.translate = translate_oddly;
    short_run = 4096;
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 16, &buffer), 0);
    serve();
    assert_true(((uint64_t)command[9] << 32 | command[8]) == (BASE + 4096) * UINT64_C(3));
    short_run = 0;
    odd_bits = 2;
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 16, &buffer),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    odd_bits = 0;
    fake_end(&fake);
    /* A handle from before transfers became smaller: the lists are those of 16 KiB. */
    fake_start(&fake, 0, 32);
    counted_init(&io, &fake);
    fake.controller.info.max_transfer_bytes = 16384;
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 100, 128, &buffer),
                     LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 100, 32, &buffer), 0);
    serve();
    fake_end(&fake);
}

/* In a batch the straight path does not ring the doorbell either. */
static void batches_on_the_straight_path(void **state)
{
    const struct lwnvme_direct_map map = {MAP_BASE, MAP_DMA, MAP_BYTES};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)MAP_BASE, 4096);
    (void)state;
    if (LWNVME_CONFIG_STRAIGHT == 0)
        skip();
    start_with_direct_map(0, map);
    lwnvme_queue_batch_begin(&fake.queue);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 5, 8, &buffer), 0);
    assert_int_equal(request->state, LWNVME_REQUEST_STRAIGHT);
    assert_int_equal(fake_told(&fake), 0);
    lwnvme_queue_batch_end(&fake.queue);
    assert_int_equal(fake_told(&fake), 1);
    serve();
    fake_end(&fake);
}

/* A write that is to be atomic is mapped whole or not at all. */
static void atomic_writes_whose_mapping_fails(void **state)
{
    static uint8_t identify[(LWNVME_CONFIG_ADMIN_PAGES + 1) * LWNVME_PAGE_MIN];
    (void)state;
    start(0);
    fake.controller.pages = identify;
    fake.ns.told[offsetof(struct lwnvme_identify_namespace, nsfeat)] = LWNVME_NSFEAT_NSABP;
    fake.ns.told[offsetof(struct lwnvme_identify_namespace, nawun)] = 15;
    struct lwnvme_buffer buffer = buffer_of(8192);
    request->flags = LWNVME_REQUEST_ATOMIC;
    fake.maps_made = 0;
    fake.map_fails_at = 1;
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 16, &buffer), LWNVME_ERR_DMA_MAP);
    assert_int_equal(fake_told(&fake), 0);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 16, &buffer), 0);
    serve();
    assert_int_equal(command[12] & 0xffff, 15);
    fake.controller.pages = NULL;
    fake_end(&fake);
}

static void refusals_in_their_order(void **state)
{
    (void)state;
    start(0);
    struct lwnvme_buffer buffer = buffer_of(512);
    /* A namespace that is read only is not the first that is wrong with a call. */
    fake.ns.read_only = true;
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, NULL, 0, 1, &buffer), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, request, 0, 1, &buffer), LWNVME_ERR_READ_ONLY);
    fake.ns.read_only = false;
    assert_int_equal(lwnvme_flush_all(NULL, request), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_flush_all(&fake.queue, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_flush_all(&fake.queue, request), LWNVME_ERR_NO_BROADCAST);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_flush_all(&fake.queue, request), LWNVME_ERR_REQUEST_ACTIVE);
    serve();
    /* The first range that is wrong counts, whatever comes after it. */
    lwnvme_dsm_range_set(&ranges[0], 1u << 20, 1);
    lwnvme_dsm_range_set(&ranges[1], 0, 1);
    assert_int_equal(lwnvme_dataset_management(&fake.queue, &fake.ns, request, ranges, 2, 4),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(io.called, 1);
    fake_end(&fake);
}

/* The blocks of one command, over all of its ranges. */
static void trims_are_cut_at_the_sum_of_their_blocks(void **state)
{
    (void)state;
    start(0);
    fake.controller.command_limits[offsetof(struct lwnvme_identify_nvm_controller, dmrsl)] = 100;
    fake.controller.command_limits[offsetof(struct lwnvme_identify_nvm_controller, dmsl)] = 20;
    for (uint32_t i = 0; i < 5; i++) {
        lwnvme_dsm_range_set(&ranges[i], i * 100, 8);
    }
    assert_int_equal(lwnvme_dataset_management(&fake.queue, &fake.ns, request, ranges, 5, 4), 0);
    assert_int_equal(fake_told(&fake), 3);
    for (uint32_t i = 0; i < 3; i++) {
        fake_fetch(&fake, command);
        assert_int_equal(command[10], i < 2 ? 1 : 0);
        assert_true(((uint64_t)command[7] << 32 | command[6]) == (uintptr_t)&ranges[2 * i] + fake.map_offset);
        fake_post(&fake, command[0] >> 16, 0);
    }
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(request->bytes_done, 5 * 16);
    fake_end(&fake);
}

/* Data of one command that is not about blocks: a descriptor extension. */
static void buffers_of_single_commands(void **state)
{
    struct lwnvme_buffer buffer = buffer_of(64);
    (void)state;
    start(0);
    assert_int_equal(lwnvme_io_begin(&fake.queue, &fake.ns, request, LWNVME_ZNS_ZONE_MANAGEMENT_SEND, 0), 0);
    assert_int_equal(lwnvme_io_buffer(request, NULL, 64), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_io_buffer(request, &buffer, 65), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_io_buffer(request, &buffer, 131073), LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_io_buffer(request, &buffer, 63), 0);
    assert_int_equal(request->data_bytes, 64);
    fake.ops.dma_map = NULL;
    assert_int_equal(lwnvme_io_buffer(request, &buffer, 64), LWNVME_ERR_HOOK_DMA_MAP);
    buffer = lwnvme_buffer_device(0x1000, 64);
    assert_int_equal(lwnvme_io_buffer(request, &buffer, 64), 0);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_are_checked_by_every_call),
        cmocka_unit_test(fault_073_ranges_of_blocks),
        cmocka_unit_test(fault_076_081_what_the_controller_or_namespace_lacks),
        cmocka_unit_test(fault_068_buffers),
        cmocka_unit_test(opcodes_and_options),
        cmocka_unit_test(requests_are_used_again),
        cmocka_unit_test(fault_077_dataset_management),
        cmocka_unit_test(straight_and_long_way_say_the_same),
        cmocka_unit_test(unknown_flags_are_refused),
        cmocka_unit_test(direct_map_translates_what_lies_in_it),
        cmocka_unit_test(direct_map_that_cannot_serve_is_not_used),
        cmocka_unit_test(direct_map_changes_no_answer),
        cmocka_unit_test(direct_map_from_address_0_is_not_used),
        cmocka_unit_test(dressed_namespaces_have_no_straight_path),
        cmocka_unit_test(slots_change_between_straight_and_plain),
        cmocka_unit_test(directives_that_cannot_be_are_refused),
        cmocka_unit_test(what_the_straight_path_cannot_express),
        cmocka_unit_test(batches_on_the_straight_path),
        cmocka_unit_test(atomic_writes_whose_mapping_fails),
        cmocka_unit_test(refusals_in_their_order),
        cmocka_unit_test(trims_are_cut_at_the_sum_of_their_blocks),
        cmocka_unit_test(buffers_of_single_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

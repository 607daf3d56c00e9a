/* SPDX-License-Identifier: MIT */
/* The NVM command set: every argument, and each command as it stands in the ring. */
#include "../support.h"

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
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, last, 1), 0);
        serve();
        assert_int_equal(call(v, &fake.queue, &fake.ns, request, last, 2), LWNVME_ERR_LBA_RANGE);
        if (v != DSM) {
            assert_true(((uint64_t)command[11] << 32 | command[10]) == last);
        }
        /* A namespace of a few blocks, less than a command may have. */
        fake.ns.block_count = 3;
        fake.ns.straight_blocks = 3;
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
    for (uint32_t bit = 4; bit < 32; bit++) {
        request->flags = 1u << bit | LWNVME_REQUEST_FUA;
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copy: the source ranges byte by byte, and the commands of a split list. The rest is in tests/sim/test_commands.c. */
#include "../support.h"

static struct fake fake;
static struct counted io;
static uint8_t memory[8 * 40] __attribute__((aligned(64)));
static uint32_t command[16];
static uint8_t pages[LWNVME_CONFIG_ADMIN_PAGES + 1][LWNVME_PAGE_MIN]; /* the last has Identify Controller */

/* MSRC, MSSRL, MCL, CDFS, where Identify has them. */
static void limits_set(uint8_t msrc, uint16_t mssrl, uint32_t mcl, uint16_t cdfs)
{
    struct lwnvme_identify_namespace *data = (void *)fake.ns.told;
    data->msrc = msrc;
    lwnvme_le16_set(&data->mssrl, mssrl);
    lwnvme_le32_set(&data->mcl, mcl);
    lwnvme_le16_set((struct lwnvme_le16 *)(void *)(pages[LWNVME_CONFIG_ADMIN_PAGES] + 534), cdfs);
}

static void start(uint32_t options, uint32_t entries)
{
    fake_start(&fake, options, entries);
    counted_init(&io, &fake);
    fake.controller.pages = pages[0];
    limits_set(1, 16, 24, 31);
    memset(memory, 0xff, sizeof(memory));
}

static void ranges_are_laid_out(void **state)
{
    (void)state;
    for (uint32_t format = 0; format < 4; format++) {
        struct lwnvme_copy_request copy = {
            .format = format, .memory = memory, .memory_bytes = sizeof(memory)};
        uint8_t expected[80] = {0};
        uint32_t unit = format % 2 == 0 ? 32 : 40;
        start(0, 8);
        assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 0x12345, 20), 0);
        for (uint32_t i = 0; i < 2; i++) {
            uint8_t *at = expected + i * unit;
            at[0] = format < 2 ? 0 : (uint8_t)fake.ns.nsid;
            at[8] = i == 0 ? 0x45 : 0x55;
            at[9] = 0x23;
            at[10] = 0x01;
            at[16] = i == 0 ? 15 : 3;
        }
        assert_int_equal(copy.range_count, 2);
        assert_memory_equal(memory, expected, 2 * unit);
        assert_int_equal(memory[2 * unit], 0xff);
        fake_end(&fake);
    }
}

static void a_list_is_sent_in_pieces(void **state)
{
    (void)state;
    for (uint32_t options = 0; options < 4; options++) {
        static const uint32_t counts[3] = {1, 2,
                                           1}; /* 16; 16 and 4; 16: no more than 24 blocks and 2 ranges */
        static const uint32_t places[3] = {1000, 1016, 1036};
        struct lwnvme_copy_request copy = {.format = 1, .memory = memory, .memory_bytes = sizeof(memory)};
        uint64_t begin = 0;
        start(options, 8);
        assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 0, 16), 0);
        assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 50, 20), 0);
        assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 99, 16), 0);
        io.request.flags = LWNVME_REQUEST_LIMITED_RETRY;
        assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 1000, &copy), 0);
        assert_int_equal(fake_told(&fake), 3);
        for (uint32_t i = 0, index = 0; i < 3; index += counts[i++]) {
            fake_fetch(&fake, command);
            if (i == 0) {
                begin = (uint64_t)command[7] << 32 | command[6];
            }
            assert_int_equal(command[0] & 0xffff, 0x19);
            assert_int_equal(((uint64_t)command[7] << 32 | command[6]) - begin, index * 40);
            assert_int_equal(command[10], places[i]);
            assert_int_equal(command[11], 0);
            assert_int_equal(command[12], 0x80000100u | (counts[i] - 1));
            fake_post(&fake, command[0] >> 16, 0);
        }
        (void)lwnvme_queue_poll(&fake.queue, 0);
        assert_int_equal(io.called, 1);
        assert_int_equal(io.request.bytes_done, 52 * 512);
        fake_end(&fake);
    }
}

static int add_from(const struct lwnvme_namespace *source, struct lwnvme_copy_request *copy)
{
    return lwnvme_copy_add(&fake.ns, copy, source, 0, 4);
}

/* A refusal leaves list and counts as they were. */
static void ranges_that_cannot_be_are_refused(void **state)
{
    struct lwnvme_copy_request copy = {.format = 2, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_namespace other;
    (void)state;
    start(0, 8);
    other = fake.ns;
    other.nsid = 2;
    assert_int_equal(add_from(&other, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(add_from(NULL, &copy), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_copy_add(NULL, &copy, &other, 0, 4), LWNVME_ERR_NULL_ARGUMENT);
    copy.format = 4;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_COPY_FORMAT);
    copy.format = 2;
    other.status = LWNVME_ERR_NS_BUSY;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_NAMESPACE_CLOSED);
    other.status = LWNVME_OK;
    other.controller = NULL;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_NAMESPACE_CLOSED);
    other.controller = fake.ns.controller;
    other.incarnation++;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_NAMESPACE_CLOSED);
    other.incarnation--;
    other.block_bytes *= 2;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_NS_BLOCK_SIZE);
    other.block_bytes /= 2;
    fake.ns.status = LWNVME_PENDING;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_NAMESPACE_CLOSED);
    fake.ns.status = LWNVME_OK;
    copy.block_count = UINT32_MAX - 3;
    assert_int_equal(add_from(&other, &copy), LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(copy.block_count, UINT32_MAX - 3);
    assert_int_equal(copy.range_count, 0);
    assert_int_equal(memory[0], 0xff);
    copy.block_count = 0;
    assert_int_equal(add_from(&other, &copy), 0);
    assert_int_equal(copy.range_count, 1);
    fake_end(&fake);
}

static void copies_that_cannot_be_are_refused(void **state)
{
    struct lwnvme_copy_request copy = {.format = 1, .memory = memory, .memory_bytes = sizeof(memory)};
    (void)state;
    start(0, 8);
    assert_int_equal(add_from(&fake.ns, &copy), 0);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, NULL), LWNVME_ERR_NULL_ARGUMENT);
    fake.ns.read_only = true;
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), LWNVME_ERR_READ_ONLY);
    fake.ns.read_only = false;
    copy.memory_bytes = 39;
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), LWNVME_ERR_RANGE_MEMORY);
    copy.memory_bytes = sizeof(memory);
    io.request.directive = lwnvme_directive_stream(3);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), LWNVME_ERR_NO_DIRECTIVES);
    io.request.directive = 0;
    fake.maps_made = 0;
    fake.map_fails_at = 1;
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), LWNVME_ERR_DMA_MAP);
    assert_int_equal(fake_told(&fake), 0);
    assert_false(lwnvme_request_active(&io.request));
    assert_int_equal(io.called, 0);
    fake_end(&fake);
}

/* The controller's largest transfer counts for the list, too. */
static void a_list_is_no_longer_than_a_transfer(void **state)
{
    struct lwnvme_copy_request copy = {.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
    (void)state;
    start(0, 8);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(add_from(&fake.ns, &copy), 0);
    }
    fake.controller.info.max_transfer_bytes = 63;
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), 0);
    assert_int_equal(fake_told(&fake), 3);
    for (uint32_t i = 0; i < 3; i++) {
        fake_fetch(&fake, command);
        assert_int_equal(command[10], 8 + 4 * i);
        assert_int_equal(command[12] & 0xff, 0);
        fake_post(&fake, command[0] >> 16, 0);
    }
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 0);
    fake_end(&fake);
}

/* While it waits a reset may bring other limits. */
static void a_copy_that_waits_keeps_to_new_limits(void **state)
{
    struct lwnvme_copy_request copy = {.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
    (void)state;
    start(0, 8);
    assert_int_equal(add_from(&fake.ns, &copy), 0);
    lwnvme_queues_hold(&fake.controller);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 8, &copy), 0);
    limits_set(1, 0, 24, 31);
    lwnvme_queues_let_go(&fake.controller);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

static void memory_is_laid_out(void **state)
{
    struct lwnvme_copy_request copy = {.format = 4, .memory = memory, .memory_bytes = sizeof(memory)};
    uint8_t expected[64] = {7, 0, 0, 0, 0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0, 0, 0x20};
    (void)state;
    start(0, 8);
    fake.controller.info.nn = 9;
    expected[32] = 7;
    expected[40] = 0x78;
    expected[41] = 0x76;
    expected[42] = 0x34;
    expected[43] = 0x12;
    expected[44] = 1;
    expected[49] = 0x08;
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0x112345678, 20 * 512), 0);
    assert_int_equal(copy.range_count, 2); /* 16 blocks, and 4 */
    assert_int_equal(copy.block_count, 20);
    assert_memory_equal(memory, expected, 64);
    assert_int_equal(memory[64], 0xff);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 1000, &copy), 0);
    assert_int_equal(fake_told(&fake), 1);
    fake_fetch(&fake, command);
    assert_int_equal(command[12], 4u << 8 | 1);
    fake_post(&fake, command[0] >> 16, 0);
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    fake_end(&fake);
}

static void memory_that_cannot_be_copied_is_refused_by_name(void **state)
{
    struct lwnvme_copy_request copy = {.format = 4, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_copy_range_memory *entry = (void *)memory;
    (void)state;
    start(0, 8);
    fake.controller.info.nn = 9;
    assert_int_equal(lwnvme_copy_add_memory(NULL, &copy, 7, 0, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, NULL, 7, 0, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 0, 0, 512), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 10, 0, 512), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 2, 512), LWNVME_ERR_BUFFER_ALIGNMENT);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, UINT64_MAX - 507, 512),
                     LWNVME_ERR_RANGE_LENGTH); /* wraps */
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 0), LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 516), LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, UINT64_C(1) << 41),
                     LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512 * 16 * 11), LWNVME_ERR_RANGE_MEMORY);
    assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 0, 1), LWNVME_ERR_COPY_FORMAT);
    copy.format = 2;
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512), LWNVME_ERR_COPY_FORMAT);
    copy.format = 5;
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512), LWNVME_ERR_COPY_FORMAT);
    copy.format = 4;
    limits_set(1, 16, 24, 15);
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512), LWNVME_ERR_COPY_FORMAT);
    limits_set(1, 16, 24, 31);
    fake.ns.status = LWNVME_ERR_NS_CHANGED;
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512), LWNVME_ERR_NAMESPACE_CLOSED);
    fake.ns.status = 0;
    assert_int_equal(copy.range_count, 0);
    /* Lists that somebody has made by hand. */
    assert_int_equal(lwnvme_copy_add_memory(&fake.ns, &copy, 7, 0, 512), 0);
    lwnvme_le32_set(&entry->nbyte, 516);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_RANGE_LENGTH);
    lwnvme_le32_set(&entry->nbyte, 0);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_RANGE_LENGTH);
    lwnvme_le32_set(&entry->nbyte, 512 * 17);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_RANGE_LENGTH);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

/* MSRC, MSSRL, MCL: what goes beyond one of them is cut, or split, or refused where a list has it all the same. */
static void each_limit_is_kept(void **state)
{
    struct lwnvme_copy_request copy = {.memory = memory, .memory_bytes = sizeof(memory)};
    (void)state;
    start(0, 8);
    assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 0, 16), 0);
    limits_set(1, 15, 24, 31);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_RANGE_LENGTH);
    limits_set(1, 16, 15, 31); /* the whole command takes fewer */
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_RANGE_LENGTH);
    limits_set(1, 0, 24, 31);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), LWNVME_ERR_NO_COPY);
    limits_set(0, 16, 24, 31);
    assert_int_equal(lwnvme_copy_add(&fake.ns, &copy, &fake.ns, 0, 4), 0);
    assert_int_equal(lwnvme_copy(&fake.queue, &fake.ns, &io.request, 0, &copy), 0);
    assert_int_equal(fake_told(&fake), 2); /* a range each */
    for (uint32_t i = 0; i < 2; i++) {
        fake_fetch(&fake, command);
        assert_int_equal(command[12], 0);
        fake_post(&fake, command[0] >> 16, 0);
    }
    (void)lwnvme_queue_poll(&fake.queue, 0);
    assert_int_equal(io.called, 1);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_laid_out),
        cmocka_unit_test(a_list_is_sent_in_pieces),
        cmocka_unit_test(ranges_that_cannot_be_are_refused),
        cmocka_unit_test(copies_that_cannot_be_are_refused),
        cmocka_unit_test(a_list_is_no_longer_than_a_transfer),
        cmocka_unit_test(a_copy_that_waits_keeps_to_new_limits),
        cmocka_unit_test(memory_is_laid_out),
        cmocka_unit_test(memory_that_cannot_be_copied_is_refused_by_name),
        cmocka_unit_test(each_limit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

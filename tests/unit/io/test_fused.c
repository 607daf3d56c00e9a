/* SPDX-License-Identifier: MIT */
/* A fused pair as it stands in the ring; tests/sim/test_commands.c has what becomes of it. */
#include "../support.h"

static struct fake fake;
static struct counted io;
static uint8_t
    pages[(LWNVME_CONFIG_ADMIN_PAGES + 1) * LWNVME_PAGE_MIN]; /* Identify Controller is in the last one */
static uint32_t first[16];
static uint32_t second[16];

static void start(uint32_t options, uint32_t entries)
{
    fake_start(&fake, options, entries);
    counted_init(&io, &fake);
    fake.controller.pages = pages;
    struct lwnvme_identify_controller *identify =
        (struct lwnvme_identify_controller *)(uintptr_t)lwnvme_identify_copy(&fake.controller);
    lwnvme_le16_set(&identify->fuses, LWNVME_FUSES_COMPARE_AND_WRITE);
    lwnvme_le16_set(&identify->acwu, 15);
}

static void both_halves_stand_side_by_side(void **state)
{
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 8192),
                                     lwnvme_buffer_cpu((void *)(uintptr_t)0x30000000u, 8192)};
    (void)state;
    for (uint32_t options = 0; options < 8; options++) {
        start(options, 5);
        for (uint32_t turn = 0; turn < 7; turn++) { /* over the wrap */
            io.request.flags = LWNVME_REQUEST_FUA;
            io.request.directive = turn == 3 ? lwnvme_access_hint(0x35) : 0; /* of what is written */
            assert_int_equal(lwnvme_compare_and_write(&fake.queue, &fake.ns, &io.request, 77, 16, &pair), 0);
            assert_int_equal(fake_told(&fake), 2);
            fake_fetch(&fake, first);
            fake_fetch(&fake, second);
            assert_int_equal(first[0] & 0xffff, 0x105);
            assert_int_equal(second[0] & 0xffff, 0x201);
            assert_int_equal(first[10], 77);
            assert_int_equal(second[10], 77);
            assert_int_equal(first[12], 0x4000000f);
            assert_int_equal(second[12], 0x4000000f);
            assert_int_equal(first[13], 0);
            assert_int_equal(second[13], turn == 3 ? 0x35 : 0);
            assert_true(first[6] != second[6] || first[7] != second[7]);
            /* In either order; the second answer ends it. */
            fake_post(&fake, (turn % 2 != 0 ? first : second)[0] >> 16, 0);
            assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
            assert_int_equal(io.called, turn);
            fake_post(&fake, (turn % 2 != 0 ? second : first)[0] >> 16, 0);
            assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
            assert_int_equal(io.called, turn + 1);
            assert_int_equal(io.request.status, 0);
            assert_int_equal(io.request.bytes_done, 8192);
        }
        fake.controller.pages = NULL;
        fake_end(&fake);
    }
}

/* The cause is told, in whichever order the two come. */
static void the_half_that_failed_is_named(void **state)
{
    static const uint32_t cases[][3] = {{0x285, 0x009, LWNVME_FUSED_COMPARE},
                                        {0x009, 0x280, LWNVME_FUSED_WRITE},
                                        {0x000, 0x280, LWNVME_FUSED_WRITE},
                                        {0x281, 0x280, LWNVME_FUSED_COMPARE},
                                        {0x009, 0x009, LWNVME_FUSED_COMPARE}};
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 512),
                                     lwnvme_buffer_cpu((void *)(uintptr_t)0x30000000u, 512)};
    (void)state;
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (uint32_t order = 0; order < 2; order++) {
            start(0, 8);
            assert_int_equal(lwnvme_compare_and_write(&fake.queue, &fake.ns, &io.request, 0, 1, &pair), 0);
            fake_fetch(&fake, first);
            fake_fetch(&fake, second);
            fake_post(&fake, (order == 0 ? first : second)[0] >> 16, cases[i][order]);
            fake_post(&fake, (order == 0 ? second : first)[0] >> 16, cases[i][1 - order]);
            assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 2);
            assert_int_equal(io.request.status, cases[i][cases[i][2] == LWNVME_FUSED_COMPARE ? 0 : 1]);
            assert_int_equal(lwnvme_fused_failed(&io.request), cases[i][2]);
            assert_int_equal(io.request.bytes_done, 0);
            fake.controller.pages = NULL;
            fake_end(&fake);
        }
    }
}

/* A mapping that fails for either half leaves nothing in the ring, and nothing mapped. */
static void mappings_that_fail(void **state)
{
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 512),
                                     lwnvme_buffer_cpu((void *)(uintptr_t)0x30000000u, 512)};
    (void)state;
    for (uint32_t at = 1; at <= 2; at++) {
        start(FAKE_UNMAP, 8);
        fake.maps_made = 0;
        fake.map_fails_at = at;
        assert_int_equal(lwnvme_compare_and_write(&fake.queue, &fake.ns, &io.request, 0, 1, &pair),
                         LWNVME_ERR_DMA_MAP);
        assert_int_equal(fake_told(&fake), 0);
        assert_int_equal(lwnvme_queue_in_flight(&fake.queue), 0);
        assert_false(lwnvme_request_active(&io.request));
        fake.controller.pages = NULL;
        fake_end(&fake);
    }
}

static int pair_sent(uint32_t blocks, struct lwnvme_fused_pair *pair)
{
    return lwnvme_compare_and_write(&fake.queue, &fake.ns, &io.request, 0, blocks, pair);
}

static void pairs_that_cannot_be_are_refused(void **state)
{
    struct lwnvme_fused_pair pair = {lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 8192),
                                     lwnvme_buffer_cpu((void *)(uintptr_t)0x30000000u, 8192)};
    (void)state;
    start(0, 8);
    fake.ns.read_only = true;
    assert_int_equal(pair_sent(1, &pair), LWNVME_ERR_READ_ONLY);
    fake.ns.read_only = false;
    fake.ns.csi = LWNVME_CSI_ZONED;
    assert_int_equal(pair_sent(1, &pair), LWNVME_ERR_NS_COMMAND_SET);
    fake.ns.csi = LWNVME_CSI_NVM;
    fake.ns.max_blocks = 2;
    assert_int_equal(pair_sent(3, &pair), LWNVME_ERR_NOT_ATOMIC);
    assert_int_equal(pair_sent(2, NULL), LWNVME_ERR_NULL_ARGUMENT);
    pair.compare.length_bytes = 1023;
    assert_int_equal(pair_sent(2, &pair), LWNVME_ERR_BUFFER_LENGTH);
    pair.compare.length_bytes = 1024;
    pair.write.length_bytes = 1023;
    assert_int_equal(pair_sent(2, &pair), LWNVME_ERR_BUFFER_LENGTH);
    pair.write.length_bytes = 1024;
    io.request.directive = lwnvme_directive_stream(3);
    assert_int_equal(pair_sent(2, &pair), LWNVME_ERR_NO_DIRECTIVES);
    io.request.directive = 0;
    fake.ops.dma_map = NULL;
    assert_int_equal(pair_sent(2, &pair), LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(fake_told(&fake), 0);
    /* Device addresses need no hook. */
    pair.compare = lwnvme_buffer_device(0x20000000u, 1024);
    pair.write = lwnvme_buffer_device(0x30000000u, 1024);
    assert_int_equal(pair_sent(2, &pair), 0);
    fake_fetch(&fake, first);
    fake_fetch(&fake, second);
    assert_int_equal(first[6], 0x20000000u);
    assert_int_equal(second[6], 0x30000000u);
    fake_post(&fake, first[0] >> 16, 0);
    fake_post(&fake, second[0] >> 16, 0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 2);
    assert_int_equal(io.called, 1);
    fake.controller.pages = NULL;
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_halves_stand_side_by_side),
        cmocka_unit_test(the_half_that_failed_is_named),
        cmocka_unit_test(mappings_that_fail),
        cmocka_unit_test(pairs_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

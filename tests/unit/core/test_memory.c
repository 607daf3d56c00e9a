/* SPDX-License-Identifier: MIT */
/* The host's memory: alignment and reach are checked, and what fails a check is given back at once. */
#include "../support.h"

static struct fake fake;

static void start(uint32_t options)
{
    fake_host(&fake, options);
    fake_controller(&fake, 4096, 131072);
}

static void dma_memory_is_cleared_synced_and_freed_as_it_came(void **state)
{
    void *memory = NULL;
    uint64_t dma = 0;
    (void)state;
    start(FAKE_SYNC);
    assert_int_equal(lwnvme_dma_get(&fake.controller, 5000, &memory, &dma), 0);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(((uint8_t *)memory)[i], 0);
    }
    assert_int_equal(fake.sync_count, 1);
    assert_int_equal(fake.syncs[0].length, 5000);
    assert_int_equal(fake.syncs[0].direction, LWNVME_BIDIRECTIONAL);
    assert_true(fake.syncs[0].for_device);
    lwnvme_dma_put(&fake.controller, memory, 5000, dma);
    lwnvme_dma_put(&fake.controller, NULL, 5000, dma);
    fake_end(&fake);
}

static void fault_135_no_memory(void **state)
{
    void *memory = NULL;
    uint64_t dma = 0;
    (void)state;
    start(0);
    fake.allocation_fails_at = 1;
    assert_int_equal(lwnvme_dma_get(&fake.controller, 4096, &memory, &dma), LWNVME_ERR_NO_MEMORY);
    assert_null(memory);
    fake.allocations_made = 0;
    assert_int_equal(lwnvme_memory_get(&fake.controller, 100, &memory, &dma), LWNVME_ERR_NO_MEMORY);
    assert_null(memory);
    fake_end(&fake);
    start(FAKE_ALLOC);
    fake.allocation_fails_at = 1;
    assert_int_equal(lwnvme_memory_get(&fake.controller, 100, &memory, &dma), LWNVME_ERR_NO_MEMORY);
    fake_end(&fake);
}

static void unaligned_device_address_is_refused(void **state)
{
    void *memory = NULL;
    uint64_t dma = 0;
    (void)state;
    for (uint64_t off = 1; off < 4096; off *= 2) {
        start(0);
        fake.misalign_dma = off;
        assert_int_equal(lwnvme_dma_get(&fake.controller, 4096, &memory, &dma), LWNVME_ERR_DMA_ALIGNMENT);
        assert_null(memory);
        fake_end(&fake);
    }
    start(0);
    fake.controller.page_bytes = 16384;
    fake.misalign_dma = 4096;
    assert_int_equal(lwnvme_dma_get(&fake.controller, 4096, &memory, &dma), LWNVME_ERR_DMA_ALIGNMENT);
    fake_end(&fake);
}

static uint8_t region[12288];

static void *alloc_unaligned(void *host, size_t size, size_t align, uint64_t *dma)
{
    (void)host;
    (void)size;
    (void)align;
    *dma = 0x10000;
    return region + (4096 - ((uintptr_t)region & 4095)) + 64;
}

static void free_nothing(void *host, void *memory, size_t size, uint64_t dma)
{
    struct fake *owner = (struct fake *)host;
    (void)memory;
    (void)size;
    (void)dma;
    owner->unmaps++;
}

static void unaligned_memory_is_refused(void **state)
{
    void *memory = NULL;
    uint64_t dma = 0;
    (void)state;
    start(0);
    fake.ops.dma_alloc = alloc_unaligned;
    fake.ops.dma_free = free_nothing;
    assert_int_equal(lwnvme_dma_get(&fake.controller, 4096, &memory, &dma), LWNVME_ERR_DMA_ALIGNMENT);
    assert_int_equal(fake.unmaps, 1);
    assert_null(memory);
}

static void fault_137_reach(void **state)
{
    void *memory = NULL;
    uint64_t dma = 0;
    (void)state;
    start(0);
    assert_true(lwnvme_dma_in_reach(&fake.controller, 0, 1));
    assert_true(lwnvme_dma_in_reach(&fake.controller, UINT64_MAX - 4095, 4096));
    assert_false(lwnvme_dma_in_reach(&fake.controller, UINT64_MAX - 4094, 4096));
    fake.controller.quirks = LWNVME_QUIRK_DMA_48_BITS;
    assert_true(lwnvme_dma_in_reach(&fake.controller, (UINT64_C(1) << 48) - 4096, 4096));
    assert_false(lwnvme_dma_in_reach(&fake.controller, (UINT64_C(1) << 48) - 4095, 4096));
    fake.next_dma = (UINT64_C(1) << 48) - 4096;
    assert_int_equal(lwnvme_dma_get(&fake.controller, 8192, &memory, &dma), LWNVME_ERR_DMA_LIMIT);
    assert_null(memory);
    fake.next_dma = 0; /* a legal device address */
    assert_int_equal(lwnvme_dma_get(&fake.controller, 4096, &memory, &dma), 0);
    assert_int_equal(dma, 0);
    lwnvme_dma_put(&fake.controller, memory, 4096, dma);
    fake_end(&fake);
}

static void bookkeeping_comes_from_alloc_or_dma_alloc(void **state)
{
    (void)state;
    for (uint32_t options = 0; options <= FAKE_ALLOC; options += FAKE_ALLOC) {
        void *memory = NULL;
        uint64_t dma = 7;
        start(options);
        assert_int_equal(lwnvme_memory_get(&fake.controller, 333, &memory, &dma), 0);
        assert_int_equal(fake.blocks[0].is_dma, options == 0);
        assert_int_equal(((uint8_t *)memory)[332], 0);
        lwnvme_memory_put(&fake.controller, memory, 333, dma);
        lwnvme_memory_put(&fake.controller, NULL, 333, dma);
        fake_end(&fake);
    }
}

static void sync_without_a_hook_is_nothing(void **state)
{
    (void)state;
    start(0);
    lwnvme_memory_sync(&fake.controller, region, 64, LWNVME_TO_DEVICE, true);
    assert_int_equal(fake.sync_count, 0);
    fake.now_us = UINT64_C(0x123456789abcdef0);
    assert_true(lwnvme_now_us(&fake.controller) == UINT64_C(0x123456789abcdef0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dma_memory_is_cleared_synced_and_freed_as_it_came),
        cmocka_unit_test(fault_135_no_memory),
        cmocka_unit_test(unaligned_device_address_is_refused),
        cmocka_unit_test(unaligned_memory_is_refused),
        cmocka_unit_test(fault_137_reach),
        cmocka_unit_test(bookkeeping_comes_from_alloc_or_dma_alloc),
        cmocka_unit_test(sync_without_a_hook_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
